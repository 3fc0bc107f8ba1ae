//! A manifest's values with the lines they stand on, whatever language (JSON, TOML, YAML) it is written in.

use std::collections::HashMap;

use crate::input::manifest::Found;
use crate::model::limits;

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The 1-based line of its key, or of itself where it has none.
    pub line: u32,
    pub value: Value,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A string; of YAML one in quotes or a block.
    Text(String),
    /// Anything else that is no collection, as it is written: numbers, booleans, nothing, plain words of YAML.
    Plain(String),
    List(Vec<Node>),
    /// In the order of the text, each key once.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key; `None` also where this is no map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The value behind several keys, one in the other.
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[(String, Node)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// Anything that is no collection, as it is written.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Plain(text) => Some(text),
            _ => None,
        }
    }
}

/// A map's value of its entries: of a key that stands twice the last counts, as most parsers have it, and it is said.
pub(super) fn map(entries: Vec<(String, Node)>, found: &mut Found) -> Value {
    let last: HashMap<&str, usize> = entries.iter().zip(0..).map(|((key, _), at)| (key.as_str(), at)).collect();
    if last.len() == entries.len() {
        return Value::Map(entries);
    }
    let kept: Vec<bool> = entries.iter().zip(0..).map(|((key, _), at)| last.get(key.as_str()) == Some(&at)).collect();
    let mut out = Vec::with_capacity(last.len());
    for (entry, kept) in entries.into_iter().zip(kept) {
        if kept {
            out.push(entry);
        } else {
            found.complain(entry.1.line, format!("the key {} stands twice; the last one counts", shown(&entry.0)));
        }
    }
    Value::Map(out)
}

/// Counts the values of a manifest and refuses more than [`limits::DECLARATION_VALUES`].
#[derive(Default)]
pub(super) struct Count(usize);

impl Count {
    pub fn one_more(&mut self) -> Result<(), String> {
        self.0 += 1;
        if self.0 > limits::DECLARATION_VALUES {
            return Err(format!("it has over {} values: not read", limits::DECLARATION_VALUES));
        }
        Ok(())
    }
}

/// What is said of a collection at level [`limits::DECLARATION_DEPTH`] + 1.
pub(super) fn too_deep() -> String {
    format!("it is nested over {} levels deep: not read", limits::DECLARATION_DEPTH)
}

/// A text of a manifest as it may be shown in a complaint: in back-ticks, short, without control characters.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 80;
    let clean = |mark: char| if mark.is_control() { '\u{fffd}' } else { mark };
    let mut out: String = text.chars().take(SHOWN).map(clean).collect();
    if text.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    format!("`{out}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(line: u32, text: &str) -> Node {
        Node { line, value: Value::Text(text.to_string()) }
    }

    #[test]
    fn of_a_key_that_stands_twice_the_last_counts() {
        let mut found = Found::default();
        let entries =
            vec![("a".to_string(), node(1, "x")), ("b".to_string(), node(2, "y")), ("a".to_string(), node(3, "z"))];
        let map = Node { line: 0, value: map(entries, &mut found) };
        let text = |key: &str| map.get(key).and_then(Node::scalar);
        assert_eq!((text("a"), text("b"), map.entries().len()), (Some("z"), Some("y"), 2));
        assert_eq!(found.complaints, [(1, "the key `a` stands twice; the last one counts".to_string())]);
    }

    #[test]
    fn a_node_gives_nothing_that_it_is_not() {
        let text = node(1, "x");
        assert!(text.get("a").is_none() && text.items().is_empty() && text.at(&["a", "b"]).is_none());
        let list = Node { line: 1, value: Value::List(vec![text]) };
        assert!(list.scalar().is_none() && list.entries().is_empty());
    }

    #[test]
    fn what_is_shown_is_short_and_clean() {
        assert_eq!(shown("a\u{1b}[31m\0b"), "`a\u{fffd}[31m\u{fffd}b`");
        assert_eq!(shown(&"x".repeat(81)), format!("`{}…`", "x".repeat(80)));
    }

    #[test]
    fn values_are_counted_to_a_limit() {
        let mut count = Count(limits::DECLARATION_VALUES - 1);
        assert!(count.one_more().is_ok() && count.one_more().is_err());
    }
}

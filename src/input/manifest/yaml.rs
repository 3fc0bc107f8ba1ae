//! YAML of manifests, by parser events: no aliases (a few lines of them stand for any amount of memory), no deep nesting.

use yaml_rust2::parser::Parser;
use yaml_rust2::scanner::TScalarStyle;
use yaml_rust2::{Event, ScanError};

use crate::input::manifest::Found;
use crate::input::manifest::node::{Count, Node, Value, map, too_deep};
use crate::model::limits;

/// A collection whose end has not come.
struct Open {
    line: u32,
    is_map: bool,
    items: Vec<Node>,
    /// Of a map: the key that waits for its value, with its line.
    key: Option<(u32, String)>,
    entries: Vec<(String, Node)>,
}

impl Open {
    /// Takes the next node: a map takes keys and values in turn. A key that is a collection stands for nothing readable;
    /// its value is kept under an empty key.
    fn take(&mut self, mut node: Node) {
        if !self.is_map {
            return self.items.push(node);
        }
        match self.key.take() {
            None => self.key = Some((node.line, node.scalar().unwrap_or_default().to_string())),
            Some((line, key)) => {
                node.line = line;
                self.entries.push((key, node));
            }
        }
    }

    fn close(self, found: &mut Found) -> Node {
        let value = if self.is_map { map(self.entries, found) } else { Value::List(self.items) };
        Node { line: self.line, value }
    }
}

/// The documents of a text. What is wrong is complained of; then those before it are what is read.
pub(super) fn load(text: &str, found: &mut Found) -> Vec<Node> {
    let mut documents = Vec::new();
    if let Err((line, why)) = read(text, &mut documents, found) {
        found.complain(line, why);
    }
    documents
}

fn read(text: &str, documents: &mut Vec<Node>, found: &mut Found) -> Result<(), (u32, String)> {
    let mut parser = Parser::new_from_str(text);
    let mut open: Vec<Open> = Vec::new();
    let mut count = Count::default();
    loop {
        let (event, mark) = parser.next_token().map_err(|error| failure(&error))?;
        let line = u32::try_from(mark.line()).unwrap_or(0);
        let node = match event {
            Event::StreamEnd => return Ok(()),
            Event::Alias(_) => {
                return Err((line, "it has YAML aliases, which no such file needs: not read".to_string()));
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() >= limits::DECLARATION_DEPTH {
                    return Err((line, too_deep()));
                }
                let is_map = matches!(event, Event::MappingStart(..));
                open.push(Open { line, is_map, items: Vec::new(), key: None, entries: Vec::new() });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(closed) => closed.close(found),
                None => continue,
            },
            Event::Scalar(word, TScalarStyle::Plain, ..) => Node { line, value: Value::Plain(word) },
            Event::Scalar(text, ..) => Node { line, value: Value::Text(text) },
            Event::Nothing | Event::StreamStart | Event::DocumentStart | Event::DocumentEnd => continue,
        };
        count.one_more().map_err(|why| (line, why))?;
        match open.last_mut() {
            Some(around) => around.take(node),
            None => documents.push(node),
        }
    }
}

fn failure(error: &ScanError) -> (u32, String) {
    (u32::try_from(error.marker().line()).unwrap_or(0), format!("it is no YAML: {}", error.info()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> (Vec<Node>, Vec<(u32, String)>) {
        let mut found = Found::default();
        let documents = load(text, &mut found);
        (documents, found.complaints)
    }

    #[test]
    fn values_have_the_lines_of_their_keys() {
        let (documents, complaints) = loaded("a: 'x'\nb:\n  c: 1.0\n  d: [true, \"y\"]\n---\ne:\n- f: |\n    z\n");
        assert!(complaints.is_empty(), "{complaints:?}");
        let [first, second] = &documents[..] else { panic!("{documents:?}") };
        assert_eq!((first.get("a").and_then(Node::scalar), first.get("b").map(|node| node.line)), (Some("x"), Some(2)));
        let number = first.at(&["b", "c"]).unwrap();
        assert_eq!((number.line, number.scalar()), (3, Some("1.0")));
        assert_eq!(first.at(&["b", "d"]).unwrap().items()[1], Node { line: 4, value: Value::Text("y".to_string()) });
        assert_eq!(second.get("e").unwrap().items()[0].get("f").and_then(Node::scalar), Some("z\n"));
    }

    #[test]
    fn aliases_depth_and_broken_text_are_refused_with_their_line() {
        let (documents, complaints) = loaded("a: &x [1]\nb:\n  - *x\n");
        assert!(documents.is_empty() && complaints[0].0 == 3 && complaints[0].1.contains("aliases"), "{complaints:?}");
        let deep = |levels: usize| format!("x:\n  {}", "- ".repeat(levels - 1));
        let (documents, complaints) = loaded(&deep(limits::DECLARATION_DEPTH));
        assert!(documents.len() == 1 && complaints.is_empty(), "{complaints:?}");
        for text in [deep(limits::DECLARATION_DEPTH + 1), format!("\n{}", "[".repeat(100_000)), deep(1_000_000)] {
            let (documents, complaints) = loaded(&text);
            assert!(
                documents.is_empty()
                    && complaints[0].0 == 2
                    && (complaints[0].1.contains("levels") || complaints[0].1.contains("recursion")),
                "{complaints:?}"
            );
        }
        let (documents, complaints) = loaded("a: 1\nb: 2\n<<<<<<< HEAD\nc: 3\n");
        assert!(documents.is_empty() && complaints[0].0 >= 3 && complaints[0].1.contains("no YAML"), "{complaints:?}");
    }

    #[test]
    fn a_key_that_stands_twice_is_said() {
        let (documents, complaints) = loaded("a: 1\na: 2\n? [b]\n: 3\n");
        assert_eq!(documents[0].get("a").unwrap().scalar(), Some("2"));
        assert_eq!(complaints, [(1, "the key `a` stands twice; the last one counts".to_string())]);
    }
}

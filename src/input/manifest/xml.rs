//! XML of manifests: elements with attributes, text and lines. Entities but the five of XML itself and those of single letters
//! stand for nothing, so that a few lines cannot stand for any amount of memory.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::Found;
use crate::model::limits;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    /// Line, from 1.
    pub line: u32,
    pub children: Vec<Node>,
}

impl Node {
    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every element of a name below this one. They are nested at most [`limits::DECLARATION_DEPTH`] deep.
    pub fn all<'n>(&'n self, name: &str) -> Vec<&'n Node> {
        let mut out = Vec::new();
        let mut waiting: Vec<&Node> = self.children.iter().rev().collect();
        while let Some(node) = waiting.pop() {
            if node.name == name {
                out.push(node);
            }
            waiting.extend(node.children.iter().rev());
        }
        out
    }
}

/// The topmost element of a text; what is wrong is complained of, and nothing is read then. Marks of merges are passed over:
/// what stands on both sides is mostly whole elements.
pub(super) fn read(text: &str, found: &mut Found) -> Option<Node> {
    let mut marks = 0;
    let lines = text.lines().zip(1..);
    let kept: Vec<&str> = lines
        .map(|(line, number)| {
            if found.is_conflict(number, line) {
                marks += 1;
                ""
            } else {
                line
            }
        })
        .collect();
    if marks == 0 { tree(text, found) } else { tree(&kept.join("\n"), found) }
}

fn tree(text: &str, found: &mut Found) -> Option<Node> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = Vec::new();
    let mut lines = Lines::default();
    let mut count = 0;
    loop {
        let event = reader.read_event();
        let line = lines.at(text, reader.buffer_position() as usize);
        let closed = match event {
            Ok(Event::Start(start) | Event::Empty(start)) if start.contains('<') => {
                found.complain(line, "it is no XML: a tag inside a tag: not read");
                return None;
            }
            Ok(Event::Start(_)) if open.len() >= limits::DECLARATION_DEPTH => {
                found.complain(line, format!("it is nested over {} levels deep: not read", limits::DECLARATION_DEPTH));
                return None;
            }
            Ok(Event::Start(start)) => {
                open.push(node(&start, line, &mut count));
                None
            }
            Ok(Event::Empty(start)) => Some(node(&start, line, &mut count)),
            Ok(Event::End(_)) => open.pop(),
            Ok(Event::Text(part)) => add(&mut open, &part),
            Ok(Event::CData(part)) => add(&mut open, &part),
            Ok(Event::GeneralRef(part)) => add(&mut open, &plain(&format!("&{};", &*part))),
            Ok(Event::Eof) => {
                found.complain(line, "it ends before its elements do: not read");
                return None;
            }
            Ok(_) => None,
            Err(error) => {
                found.complain(line, format!("it is no XML: {error}: not read"));
                return None;
            }
        };
        if count > limits::DECLARATION_VALUES {
            found.complain(line, format!("it has over {} values: not read", limits::DECLARATION_VALUES));
            return None;
        }
        match (closed, open.last_mut()) {
            (Some(node), Some(around)) => around.children.push(node),
            (Some(node), None) => return Some(node),
            (None, _) => {}
        }
    }
}

/// Adds to the text of the innermost open element; none is closed by that.
fn add(open: &mut [Node], text: &str) -> Option<Node> {
    open.last_mut()?.text.push_str(text);
    None
}

/// An element without what is in it; it and its attributes are counted. Of an attribute that stands twice the first counts:
/// to look for such would take a time that grows with the square of their number.
fn node(start: &BytesStart<'_>, line: u32, count: &mut usize) -> Node {
    let mut attributes = Vec::new();
    for one in start.attributes().with_checks(false).flatten() {
        *count += 1;
        if *count <= limits::DECLARATION_VALUES {
            attributes.push((one.key.local_name().as_ref().to_string(), plain(&one.value)));
        }
    }
    *count += 1;
    Node { name: start.local_name().as_ref().to_string(), attributes, line, ..Node::default() }
}

/// A text with XML's own entities put in; with others it stays as it is.
fn plain(text: &str) -> String {
    unescape(text).map_or_else(|_| text.to_string(), |text| text.into_owned())
}

/// Counts lines as the reader goes on.
#[derive(Default)]
struct Lines {
    at: usize,
    line: u32,
}

impl Lines {
    fn at(&mut self, text: &str, place: usize) -> u32 {
        let passed = text.as_bytes().get(self.at..place).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u32;
        self.at = place.max(self.at);
        self.line + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> (Option<Node>, Vec<(u32, String)>) {
        let mut found = Found::default();
        let node = read(text, &mut found);
        (node, found.complaints)
    }

    #[test]
    fn elements_have_lines_attributes_and_text() {
        let text = "<?xml version=\"1.0\"?>\n<!-- <x> -->\n<a:p b='1 &lt; 2' c:d=\"\">\n  <q>x &amp;<!-- y -->&#122;<![CDATA[<&>]]></q>\n  <q/>\n</a:p>";
        let (Some(node), complaints) = loaded(text) else { panic!("not read") };
        assert!(complaints.is_empty(), "{complaints:?}");
        assert_eq!((node.name.as_str(), node.line, node.attribute("b")), ("p", 3, Some("1 < 2")));
        assert_eq!(node.attribute("d"), Some(""));
        let all: Vec<(u32, &str)> = node.all("q").iter().map(|one| (one.line, one.text.as_str())).collect();
        assert_eq!(all, [(4, "x &z<&>"), (5, "")]);
    }

    #[test]
    fn marks_of_merges_are_said_and_both_sides_used() {
        let text = "<a>\r\n<<<<<<< HEAD\r\n<b/>\r\n=======\r\n<c/>\r\n>>>>>>> other\r\n</a>";
        let (node, complaints) = loaded(text);
        let names: Vec<(String, u32)> = node.unwrap().children.into_iter().map(|one| (one.name, one.line)).collect();
        assert_eq!(names, [("b".to_string(), 3), ("c".to_string(), 5)]);
        assert_eq!(complaints.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4, 6]);
    }

    #[test]
    fn entities_of_its_own_stand_for_nothing() {
        let text = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<p v=\"&b;\"><q>&b;</q></p>";
        let (node, _) = loaded(text);
        let node = node.unwrap();
        assert_eq!((node.attribute("v"), node.children[0].text.as_str()), (Some("&b;"), "&b;"));
    }

    #[test]
    fn what_is_no_xml_too_deep_or_too_much_is_refused_with_its_line() {
        let deep = |levels: usize| format!("\n{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
        assert!(loaded(&deep(limits::DECLARATION_DEPTH)).0.is_some());
        let (node, complaints) = loaded(&deep(limits::DECLARATION_DEPTH + 1));
        assert!(node.is_none() && complaints[0].0 == 2 && complaints[0].1.contains("levels"), "{complaints:?}");
        for text in ["<a>\n<< HEAD\n<b/></a>", "<a>\n</b>", "<a>\n", "", "no markup", "<a b=\"\n"] {
            let (node, complaints) = loaded(text);
            assert!(node.is_none() && complaints.len() == 1, "{text}: {complaints:?}");
        }
        assert_eq!(loaded("<a>\n</b>").1[0].0, 2);
        let many = |count: usize| format!("<a{}/>", " b=\"\"".repeat(count));
        assert!(loaded(&many(limits::DECLARATION_VALUES - 1)).0.is_some());
        let (node, complaints) = loaded(&many(limits::DECLARATION_VALUES));
        assert!(node.is_none() && complaints[0].1.contains("values"), "{complaints:?}");
    }
}

//! XML of manifests: elements with attributes, text and lines. Entities but the five of XML itself stand for nothing, so that a
//! few lines cannot stand for any amount of memory.

use quick_xml::Reader;
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

/// The topmost element of a text; what is wrong is complained of, and nothing is read then.
pub(super) fn read(text: &str, found: &mut Found) -> Option<Node> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = Vec::new();
    let mut lines = Lines::default();
    let mut count = 0;
    loop {
        let event = reader.read_event();
        let line = lines.at(text, reader.buffer_position() as usize);
        let closed = match event {
            Ok(Event::Start(start)) if open.len() >= limits::DECLARATION_DEPTH => {
                let _ = start;
                found.complain(line, format!("it is nested over {} levels deep: not read", limits::DECLARATION_DEPTH));
                return None;
            }
            Ok(Event::Start(start)) => {
                open.push(node(&start, line));
                None
            }
            Ok(Event::Empty(start)) => Some(node(&start, line)),
            Ok(Event::End(_)) => open.pop(),
            Ok(Event::Text(part)) => {
                if let Some(node) = open.last_mut() {
                    node.text.push_str(&part);
                }
                None
            }
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
        count += usize::from(closed.is_some());
        if count > limits::DECLARATION_VALUES {
            found.complain(line, format!("it has over {} elements: not read", limits::DECLARATION_VALUES));
            return None;
        }
        match (closed, open.last_mut()) {
            (Some(node), Some(around)) => around.children.push(node),
            (Some(node), None) => return Some(node),
            (None, _) => {}
        }
    }
}

fn node(start: &BytesStart<'_>, line: u32) -> Node {
    let attributes = start.attributes().flatten();
    let attributes = attributes.map(|one| (one.key.local_name().as_ref().to_string(), one.value.to_string()));
    Node { name: start.local_name().as_ref().to_string(), attributes: attributes.collect(), line, ..Node::default() }
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

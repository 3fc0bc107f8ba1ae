//! Copyright statements: who says in a file to own it, and since when?
//!
//! ```text
//! marks in the bytes → window of lines around each → clean lines → words → kinds → statement → trimmed
//!    (window)              (window)              (line, markup, ascii)   (word, shape, year)   (parse, body, joint)   (statement, trim, spelling)
//! ```
//!
//! Only the lines around a mark (`copyright`, `(c)`, `©`, …) are ever looked at, so a file without one costs a single
//! search. A line is cleaned of comment leaders, boxes, markup, entities and escapes; its words are sorted into kinds
//! (year, name, company, small word, junk, …) by tables and by shape; a grammar written by hand takes words for as long
//! as they belong to the statement. All of it is linear in the text, and [`limits`] bound what a file can make of it.
//!
//! In files that are not text the strings around the word `copyright` are read the same way ([`find_in_binary`]).
//!
//! Which words and shapes count follows what the copyright scanner of the ScanCode toolkit tells apart, so that its tests
//! can serve as a yardstick; the grammar is another one.

mod ascii;
mod binary;
mod body;
mod code;
mod joint;
mod line;
mod markup;
mod merge;
mod parse;
mod shape;
mod spelling;
mod statement;
mod trim;
mod window;
mod word;
mod words;
mod year;

use crate::model::copyright::Copyright;
use crate::model::limits;
use crate::model::place::Lines;

pub use binary::find_in_binary;
pub use merge::merge;
use window::{Group, Windows};

/// Buffers of one thread.
#[derive(Default)]
pub struct Scratch {
    group: Group,
    spans: Vec<parse::Span>,
}

/// What a file states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The statements, in line order.
    pub statements: Vec<Copyright>,
    /// Whether a limit cut the search short.
    pub cut: bool,
}

/// Finds the copyright statements of `text`, which is UTF-8 or an eight-bit encoding with ASCII in its lower half.
///
/// `licence_texts` are the lines of whole licence texts: a statement inside one is the licence's own (as that of the Free
/// Software Foundation at the head of the GPL) and not the file's. Lines of notices, which state whose the file is, do not
/// belong into it.
pub fn find(text: &[u8], licence_texts: &[Lines], scratch: &mut Scratch) -> Found {
    let mut found = Found::default();
    let mut windows = Windows::new(text, limits::COPYRIGHT_TEXT);
    while windows.next(&mut scratch.group) {
        let Group { text, words, spellings, .. } = &scratch.group;
        scratch.spans.clear();
        parse::statements(words, text, &mut scratch.spans);
        for span in &scratch.spans {
            let Some(mut one) = words.get(span.first..span.end).and_then(|words| statement::of(words, text)) else {
                continue;
            };
            if inside(one.lines, licence_texts) {
                continue;
            }
            if found.statements.len() == limits::COPYRIGHTS {
                found.cut = true;
                return found;
            }
            one.holder = spellings.restore(one.holder);
            found.statements.push(one);
        }
    }
    found.cut = windows.cut();
    found
}

/// Whether `lines` lie in one of `texts`.
fn inside(lines: Lines, texts: &[Lines]) -> bool {
    texts.iter().any(|text| text.first <= lines.first && lines.last <= text.last)
}

#[cfg(test)]
mod tests;

//! Copyright statements: who says to own what, and since when.

mod ascii;
mod body;
mod joint;
mod line;
mod markup;
mod merge;
mod parse;
mod shape;
mod statement;
mod trim;
mod window;
mod word;
mod words;
mod year;

use crate::model::copyright::Copyright;

pub use merge::merge;
use window::{Group, Windows};

/// Buffers of one thread.
#[derive(Default)]
pub struct Scratch {
    group: Group,
    spans: Vec<parse::Span>,
}

/// The copyright statements of `text`, in order.
pub fn find(text: &[u8], scratch: &mut Scratch) -> Vec<Copyright> {
    let mut found = Vec::new();
    let mut windows = Windows::new(text);
    while windows.next(&mut scratch.group) {
        let Group { text, words, .. } = &scratch.group;
        scratch.spans.clear();
        parse::statements(words, text, &mut scratch.spans);
        for span in &scratch.spans {
            let Some(all) = words.get(span.first..span.end) else { continue };
            found.extend(statement::of(all, text));
        }
    }
    found
}

pub(crate) fn kind_of(word: &str) -> impl std::fmt::Debug + use<> {
    word::kind(word)
}

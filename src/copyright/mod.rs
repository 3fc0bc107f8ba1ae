//! Copyright statements: who says to own what, and since when.

mod ascii;
mod line;
mod markup;
mod parse;
mod shape;
mod trim;
mod window;
mod word;
mod words;
mod year;

use crate::model::copyright::Copyright;
use crate::model::place::Lines;

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
            found.extend(statement(all, text));
        }
    }
    found
}

fn statement(words: &[parse::Word], text: &str) -> Option<Copyright> {
    let mut shown = String::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let reserved = reserved(words.get(at..).unwrap_or_default());
        if reserved > 0 {
            at += reserved;
            continue;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(text.get(word.start..word.end).unwrap_or_default());
        at += 1;
    }
    let statement = trim::statement(&shown)?;
    let lines = Lines { first: words.first()?.line, last: words.last()?.line };
    Some(Copyright { statement, holder: String::new(), years: String::new(), lines })
}

fn reserved(words: &[parse::Word]) -> usize {
    let kind = |at: usize| words.get(at).map(|word| word.kind);
    use word::Kind::*;
    if !matches!(kind(0), Some(Noun | Plain | Caps)) || kind(1) != Some(Right) {
        return 0;
    }
    match (kind(2), kind(3)) {
        (Some(Reserved), _) => 3,
        (Some(Noun | Plain | Caps | Is), Some(Reserved)) => 4,
        _ => 0,
    }
}

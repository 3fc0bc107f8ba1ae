//! `SPDX-License-Identifier` tags, anywhere in a text and in any style of comment, and the blocks
//! `SPDX-SnippetBegin` … `SPDX-SnippetEnd` that limit a tag to some lines (REUSE specification 3.3).
//!
//! A text without the marks costs two searches for a substring. Of each tag at most [`limits::TAG_BYTES`] are read, of each
//! text at most [`limits::TAGS`] tags.

use std::iter::Peekable;
use std::ops::Range;

use memchr::memmem;

use crate::license::expression::{self, Reading};
use crate::model::limits;
use crate::model::place::Lines;

const TAG: &[u8] = b"SPDX-License-Identifier";
const BEGIN: &[u8] = b"SPDX-SnippetBegin";
const END: &[u8] = b"SPDX-SnippetEnd";
/// Bytes between the tag's name and its colon: the quotes and brackets of JSON and markup.
const BEFORE_COLON: usize = 8;
/// Lines that one expression may run over.
const TAG_LINES: usize = 8;

/// What a tag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A valid SPDX expression in standard spelling.
    Valid(String),
    /// No valid expression.
    Broken {
        /// The expression as it stands there.
        text: String,
        /// What is wrong with it.
        reason: String,
        /// Licences that it names all the same.
        known: Vec<String>,
    },
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// What it says.
    pub claim: Claim,
    /// Lines that it speaks for: its own, or those of the snippet around it.
    pub lines: Lines,
    /// The line it stands in.
    pub line: u32,
    /// Bytes from its name to the end of its expression.
    pub span: Range<usize>,
}

/// Appends the tags of `text` in order. `true` if there are more than [`limits::TAGS`]: the rest is left out.
pub fn find(text: &[u8], out: &mut Vec<Tag>) -> bool {
    let marks = Marks {
        upper: memmem::find_iter(text, b"SPDX-").peekable(),
        lower: memmem::find_iter(text, b"spdx-").peekable(),
    };
    let mut lines = LineCounter { text, counted: 0, line: 1 };
    let mut snippets: Vec<Snippet> = Vec::new();
    let mut left = limits::TAGS;
    for at in marks {
        let rest = text.get(at..).unwrap_or_default();
        if begins(rest, TAG) {
            if text.get(..at).and_then(<[u8]>::last).is_some_and(u8::is_ascii_alphanumeric) {
                continue;
            }
            if left == 0 {
                return true;
            }
            left -= 1;
            let Some((claim, end)) = claim(text, at + TAG.len()) else { continue };
            let line = lines.at(at);
            if let Some(snippet) = snippets.last_mut() {
                snippet.tags.push(out.len());
            }
            // An expression seldom runs on; its last line is counted apart, for the next mark may stand before it.
            let more = memchr::memchr_iter(b'\n', text.get(at..end).unwrap_or_default()).count();
            let last = line.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
            out.push(Tag { claim, lines: Lines { first: line, last }, line, span: at..end });
        } else if begins(rest, BEGIN) && snippets.len() < limits::TAGS {
            snippets.push(Snippet { first: lines.at(at), tags: Vec::new() });
        } else if begins(rest, END)
            && let Some(snippet) = snippets.pop()
        {
            let around = Lines { first: snippet.first, last: lines.at(at) };
            for number in snippet.tags {
                if let Some(tag) = out.get_mut(number) {
                    tag.lines = around;
                }
            }
        }
    }
    false
}

/// A block that has begun, and the tags in it but not in a block inside it.
struct Snippet {
    first: u32,
    tags: Vec<usize>,
}

/// Places where a mark may stand, in order.
struct Marks<U: Iterator<Item = usize>, L: Iterator<Item = usize>> {
    upper: Peekable<U>,
    lower: Peekable<L>,
}

impl<U: Iterator<Item = usize>, L: Iterator<Item = usize>> Iterator for Marks<U, L> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match (self.upper.peek(), self.lower.peek()) {
            (Some(upper), Some(lower)) if lower < upper => self.lower.next(),
            (None, _) => self.lower.next(),
            _ => self.upper.next(),
        }
    }
}

/// Counts lines up to places that come in order.
struct LineCounter<'t> {
    text: &'t [u8],
    counted: usize,
    line: u32,
}

impl LineCounter<'_> {
    fn at(&mut self, place: usize) -> u32 {
        let passed = memchr::memchr_iter(b'\n', self.text.get(self.counted..place).unwrap_or_default()).count();
        self.line = self.line.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        self.counted = self.counted.max(place);
        self.line
    }
}

fn begins(text: &[u8], mark: &[u8]) -> bool {
    text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))
}

/// What the tag whose name ends at `from` says, and where its expression ends. `None` where no expression follows: the tag is
/// spoken about, or a template is to put it there.
fn claim(text: &[u8], from: usize) -> Option<(Claim, usize)> {
    let start = value_start(text, from)?;
    let window = text.get(start..text.len().min(start.saturating_add(limits::TAG_BYTES)))?;
    let (mut value, mut end) = (String::new(), 0);
    // Which byte of the window each byte of the value came from.
    let mut origins: Vec<usize> = Vec::new();
    for number in 0..TAG_LINES {
        let line = window.get(end..)?;
        let length = memchr::memchr(b'\n', line).unwrap_or(line.len());
        let skipped = if number == 0 { 0 } else { leader(line.get(..length)?) };
        let part = line.get(skipped..length)?;
        if number > 0 {
            value.push(' ');
            origins.push(end);
        }
        // A letter outside ASCII ends every expression, and a carriage return ends its line.
        let letters = part.iter().position(|byte| !byte.is_ascii() || *byte == b'\r').unwrap_or(part.len());
        let ended = part.get(letters).is_some_and(|byte| !byte.is_ascii());
        value.extend(part.iter().take(letters).map(|byte| char::from(*byte)));
        origins.extend((end + skipped..).take(letters));
        end = (end + length + 1).min(window.len());
        let (reading, taken) = expression::read(&value);
        let stop = start + taken.checked_sub(1).and_then(|last| origins.get(last)).map_or(0, |last| last + 1);
        let cut = !ended && end >= limits::TAG_BYTES && letters == part.len();
        match reading {
            Reading::Nothing => return None,
            Reading::Valid(expression) if !cut || taken < value.len() => return Some((Claim::Valid(expression), stop)),
            Reading::Broken { early: true, .. } if !cut && !ended && end < window.len() && number + 1 < TAG_LINES => {}
            Reading::Broken { reason, known, .. } => {
                let reason = if cut { format!("it is longer than {} bytes", limits::TAG_BYTES) } else { reason };
                return Some((Claim::Broken { text: shown(&value, taken), reason, known }, stop));
            }
            Reading::Valid(expression) => {
                let reason = format!("it is longer than {} bytes", limits::TAG_BYTES);
                return Some((Claim::Broken { text: shown(&value, taken), reason, known: vec![expression] }, stop));
            }
        }
    }
    None
}

/// The expression as it stands, at most [`limits::TAG_SHOWN`] bytes of it.
fn shown(value: &str, taken: usize) -> String {
    let text = value.get(..taken.max(1)).unwrap_or(value).trim();
    match text.get(..limits::TAG_SHOWN) {
        Some(start) if text.len() > limits::TAG_SHOWN => format!("{start}..."),
        _ => text.to_string(),
    }
}

/// Where the value of a tag begins whose name ends at `from`.
fn value_start(text: &[u8], from: usize) -> Option<usize> {
    let between = text.get(from..text.len().min(from + BEFORE_COLON))?;
    let colon = between.iter().position(|byte| matches!(byte, b':' | b'='))?;
    let quoted = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b')' | b'*');
    if !between.get(..colon)?.iter().all(quoted) {
        return None;
    }
    let behind = text.get(from + colon + 1..)?;
    let opened = behind.iter().take(BEFORE_COLON).take_while(|byte| quoted(byte)).count();
    let start = from + colon + 1 + opened;
    let first = text.get(start..)?.iter().take(limits::TAG_BYTES).find(|byte| !matches!(byte, b'(' | b' ' | b'\t'))?;
    first.is_ascii_alphanumeric().then_some(start)
}

/// Bytes of white space and comment marks before a line's text.
fn leader(line: &[u8]) -> usize {
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'#' | b'*' | b'/' | b';' | b'%' | b'!' | b'-')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<Tag> {
        let mut out = Vec::new();
        assert!(!find(text.as_bytes(), &mut out));
        out
    }

    /// What the tags of a text say: an expression, or `!` and the licences that a broken one names.
    fn said(text: &str) -> Vec<String> {
        let claim = |tag: Tag| match tag.claim {
            Claim::Valid(expression) => expression,
            Claim::Broken { known, .. } => format!("!{}", known.join(",")),
        };
        tags(text).into_iter().map(claim).collect()
    }

    #[test]
    fn any_style_of_comment_will_do() {
        for text in [
            "// SPDX-License-Identifier: MIT",
            "/* SPDX-License-Identifier: MIT */",
            "/* SPDX-License-Identifier: MIT*/",
            "<!-- SPDX-License-Identifier: MIT -->",
            "{# SPDX-License-Identifier: MIT #}",
            ".. SPDX-License-Identifier: MIT\r\n",
            "%% SPDX-License-Identifier: MIT %%",
            "spdx-license-identifier: mit",
            "SPDX-License-identifier : MIT",
            "\"SPDX-License-Identifier\": \"MIT\",",
            "SPDX-License-Identifier=MIT",
            "**SPDX-License-Identifier:** MIT",
            "SPDX-License-Identifier:MIT",
            "x = 'SPDX-License-Identifier: MIT'",
            "SPDX-License-Identifier: MIT\u{2014}so",
        ] {
            assert_eq!(said(text), ["MIT"], "{text}");
        }
    }

    #[test]
    fn expressions_are_read_and_several_stand_in_one_text() {
        assert_eq!(said("// SPDX-License-Identifier: (GPL-2.0+ OR MIT)\n"), ["GPL-2.0-or-later OR MIT"]);
        let two = "SPDX-License-Identifier: MIT SPDX-License-Identifier: ISC\n# SPDX-License-Identifier: Zlib\n";
        assert_eq!(said(two), ["MIT", "ISC", "Zlib"]);
        assert_eq!(tags(two).iter().map(|tag| tag.line).collect::<Vec<_>>(), [1, 1, 2]);
        assert_eq!(said("x SPDX-License-Identifier: GPL-2.0 WITH Nope */"), ["!GPL-2.0-only"]);
    }

    #[test]
    fn an_expression_that_is_not_finished_goes_on_in_the_next_line() {
        let text = "a\n# SPDX-License-Identifier: (MIT OR\n#   Apache-2.0)\nb SPDX-License-Identifier: ISC";
        let found = tags(text);
        assert_eq!(said(text), ["MIT OR Apache-2.0", "ISC"]);
        assert_eq!((found[0].lines, found[1].lines), (Lines { first: 2, last: 3 }, Lines { first: 4, last: 4 }));
        assert_eq!(&text[found[0].span.clone()], "SPDX-License-Identifier: (MIT OR\n#   Apache-2.0)");
        assert_eq!(said("SPDX-License-Identifier: MIT OR\n\n#include <a.h>"), ["!MIT"]);
        assert_eq!(said("SPDX-License-Identifier: MIT OR"), ["!MIT"]);
    }

    #[test]
    fn talk_about_tags_is_no_tag() {
        for text in [
            "the SPDX-License-Identifier tag",
            "SPDX-License-Identifier: <SPDX id>",
            "SPDX-License-Identifier: {{ license }}",
            "SPDX-License-Identifier:\n",
            "SPDX-License-Identifier: (.*)",
            "SPDX-License-Identifier: $1",
            "SPDX-License-Identifier: NONE",
            "NOSPDX-License-Identifier: MIT",
            "SPDX-License-Identifiers: MIT",
            "SPDX-License-Identifier",
            "SPDX-FileCopyrightText: 2020 A",
        ] {
            assert_eq!(said(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_broken_expression_says_where_what_and_why() {
        let found = tags("\n\n/* SPDX-License-Identifier: MIT OR Foo-1 */");
        let [Tag { claim: Claim::Broken { text, reason, known }, line: 3, .. }] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((text.as_str(), known.as_slice()), ("MIT OR Foo-1", &["MIT".to_string()][..]));
        assert!(reason.contains("`Foo-1`"), "{reason}");
    }

    #[test]
    fn a_tag_in_a_snippet_speaks_for_the_snippet() {
        let text = "SPDX-License-Identifier: MIT\n# SPDX-SnippetBegin\n# SPDX-License-Identifier: ISC\na\n\
                    # SPDX-SnippetBegin\n# SPDX-License-Identifier: Zlib\n# SPDX-SnippetEnd\nb\n# SPDX-SnippetEnd\n\
                    # SPDX-SnippetEnd\n# SPDX-SnippetBegin\n# SPDX-License-Identifier: 0BSD\n";
        let lines: Vec<_> = tags(text).iter().map(|tag| (tag.lines.first, tag.lines.last)).collect();
        assert_eq!(lines, [(1, 1), (2, 9), (5, 7), (12, 12)]);
    }

    #[test]
    fn length_and_number_are_bounded() {
        let fits = format!("SPDX-License-Identifier: {}MIT{} ", "(".repeat(500), ")".repeat(500));
        assert_eq!(said(&fits), ["MIT"]);
        let long = format!("SPDX-License-Identifier: MIT{}", " OR MIT".repeat(limits::TAG_BYTES));
        let found = tags(&long);
        assert!(matches!(&found[0].claim, Claim::Broken { reason, text, .. }
            if reason.contains("longer than") && text.len() <= limits::TAG_SHOWN + 3));
        assert!(found[0].span.end <= limits::TAG_BYTES + 30);
        for (number, more) in [(limits::TAGS, false), (limits::TAGS + 1, true)] {
            let mut out = Vec::new();
            assert_eq!(find("SPDX-License-Identifier: MIT\n".repeat(number).as_bytes(), &mut out), more);
            assert_eq!(out.len(), limits::TAGS);
        }
    }

    #[test]
    fn hostile_texts_end() {
        for unit in [
            "SPDX-License-Identifier:(",
            "SPDX-SnippetBegin ",
            "SPDX-SnippetEnd",
            "spdx-SPDX-",
            "SPDX-License-Identifier: a OR\n",
        ] {
            let mut out = Vec::new();
            find(unit.repeat(100_000).as_bytes(), &mut out);
            assert!(out.len() <= limits::TAGS);
        }
        for end in 0..TAG.len() + 10 {
            let text = "SPDX-License-Identifier: (MIT OR";
            let _ = find(&text.as_bytes()[..end.min(text.len())], &mut Vec::new());
        }
    }
}

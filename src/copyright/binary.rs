//! Statements in files that are not text: programs, libraries and pictures carry them as strings.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, Input};

use crate::model::limits;

use super::{Found, Scratch, find};

/// The one mark that counts here: the shorter ones turn up by chance in packed data.
const MARK: &str = "copyright";
/// Bytes before and behind the mark that may belong to its string.
const AROUND: usize = 2048;

static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let built = AhoCorasickBuilder::new().ascii_case_insensitive(true).build([MARK]);
    built.expect("one short pattern")
});

/// Finds the copyright statements in the strings of `bytes`. Their lines are counted by the line feeds before them, as if
/// it were a text.
pub fn find_in_binary(bytes: &[u8], scratch: &mut Scratch) -> Found {
    let mut found = Found::default();
    let (mut from, mut line, mut left) = (0, 0u32, limits::COPYRIGHT_TEXT);
    while let Some(mark) = FINDER.find(Input::new(bytes).range(from..)) {
        let (start, end) = string(bytes, from, mark.start(), mark.end());
        let Some(rest) = left.checked_sub(end - start) else {
            found.cut = true;
            return found;
        };
        left = rest;
        line = line.saturating_add(line_feeds(bytes, from, start));
        let inner = find(bytes.get(start..end).unwrap_or_default(), &[], scratch);
        for mut one in inner.statements {
            if found.statements.len() == limits::COPYRIGHTS {
                found.cut = true;
                return found;
            }
            one.lines.first = one.lines.first.saturating_add(line);
            one.lines.last = one.lines.last.saturating_add(line);
            found.statements.push(one);
        }
        line = line.saturating_add(line_feeds(bytes, start, end));
        from = end;
    }
    found
}

/// Where the string around the mark at `first..end` begins and ends; it does not begin before `from`.
fn string(bytes: &[u8], from: usize, first: usize, end: usize) -> (usize, usize) {
    let low = from.max(first.saturating_sub(AROUND));
    let before = bytes.get(low..first).unwrap_or_default();
    let behind = bytes.get(end..bytes.len().min(end + AROUND)).unwrap_or_default();
    let start = before.iter().rposition(|byte| !is_text(*byte)).map_or(low, |at| low + at + 1);
    // Whole characters in front: a head of other bytes is none of the string's.
    let mut lead = 0;
    let mut at = 0;
    for chunk in bytes.get(start..first).unwrap_or_default().utf8_chunks() {
        at += chunk.valid().len() + chunk.invalid().len();
        if !chunk.invalid().is_empty() {
            lead = at;
        }
    }
    let stop = behind.iter().position(|byte| !is_text(*byte)).unwrap_or(behind.len());
    let mut length = 0;
    for chunk in behind.get(..stop).unwrap_or_default().utf8_chunks() {
        length += chunk.valid().len();
        // The sign in an eight-bit encoding.
        if chunk.invalid() != b"\xa9" {
            break;
        }
        length += 1;
    }
    (start + lead, end + length)
}

/// Whether texts hold `byte`.
fn is_text(byte: u8) -> bool {
    byte >= 0x20 && byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r')
}

fn line_feeds(bytes: &[u8], from: usize, to: usize) -> u32 {
    let count = memchr::memchr_iter(b'\n', bytes.get(from..to).unwrap_or_default()).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &[(&str, u32)]) {
        let found = find_in_binary(bytes, &mut Scratch::default());
        let seen: Vec<(&str, u32)> =
            found.statements.iter().map(|one| (one.statement.as_str(), one.lines.first)).collect();
        assert_eq!(seen, expected, "{}", bytes.escape_ascii());
        assert!(!found.cut);
    }

    #[test]
    fn strings_of_programs_state_their_owners() {
        check(b"\0\x01usage\0Copyright (c) 2004 Ada Byron\0%s: no file\0", &[("Copyright (c) 2004 Ada Byron", 1)]);
        check(
            b"ELF\n\0Copyright 2004 Ada Byron\nCopyright 2005, Acme Ltd.\n\0\n\n\0COPYRIGHT 2006 Acme Ltd.\x08",
            &[("Copyright 2004 Ada Byron", 2), ("Copyright 2005, Acme Ltd.", 3), ("COPYRIGHT 2006 Acme Ltd.", 6)],
        );
        check(b"\0\xff\xd8Copyright \xa9 2004 Ada Byron\xff\xd9", &[("Copyright (c) 2004 Ada Byron", 1)]);
        check("\0Copyright © 2004 Jörg Weiß\0".as_bytes(), &[("Copyright (c) 2004 Jorg Weiss", 1)]);
    }

    #[test]
    fn chance_and_talk_are_no_statements() {
        check(b"\0(c) 2004 Ada Byron\0", &[]);
        check(b"\0\xa9 2004\0Copyright\0", &[]);
        check(b"\0no copyright notice found in %s\0", &[]);
        check(b"", &[]);
    }

    #[test]
    fn limits_hold_and_hostile_bytes_are_read_in_bounded_time() {
        let many = b"\0Copyright 2004 Ada Byron".repeat(limits::COPYRIGHTS + 1);
        let found = find_in_binary(&many, &mut Scratch::default());
        assert_eq!((found.statements.len(), found.cut), (limits::COPYRIGHTS, true));
        for piece in [b"copyright".as_slice(), b"copyright\xff", b"\xc3copyright\xa9", b"copyright 2004 A\n", b"\n\xf0"]
        {
            let bytes = piece.repeat((1 << 20) / piece.len());
            let found = find_in_binary(&bytes, &mut Scratch::default());
            assert!(found.statements.iter().all(|one| 1 <= one.lines.first && one.lines.first <= one.lines.last));
        }
    }
}

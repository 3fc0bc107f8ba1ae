//! Where in a text a licence may be spoken of: around the words that licences are made of.
//!
//! Most bytes of a tree are code, far from any licence. One pass of an automaton over the bytes finds the places worth
//! reading; short files are read whole.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Parts of words, in any letter case. All but about one in twenty rules have one of them; the others are bare names, which
/// count only in short files.
const ROOTS: [&str; 44] = [
    "licen",
    "gpl",
    "spdx",
    "copying",
    "copyright",
    "public domain",
    "public-domain",
    "permission",
    "permitted",
    "redistribut",
    "warrant",
    "disclaim",
    "gnu ",
    "bsd",
    "apache",
    "mozilla",
    "mpl-",
    "mpl ",
    "artistic",
    "creative",
    "cc0",
    "cc-by",
    "freeware",
    "free software",
    "free to use",
    "free for",
    "freely",
    "proprietary",
    "confidential",
    "open source",
    "opensource",
    "patent",
    "cddl",
    "eula",
    "wtfpl",
    "commercial",
    "trademark",
    "all rights",
    "as is",
    "as-is",
    "domaine public",
    "mit/",
    "expat",
    "cecill",
];
/// Bytes before and behind a root that are read.
const AROUND: usize = 1200;
/// Files up to this many bytes are read whole.
const WHOLE: usize = 4 << 10;

/// Fills `out` with the stretches of a text that are worth reading: first byte, byte behind the last, line of the first.
pub fn find(text: &[u8], out: &mut Vec<(usize, usize, u32)>) {
    out.clear();
    if text.len() <= WHOLE {
        out.push((0, text.len(), 1));
        return;
    }
    let (mut counted, mut line) = (0, 1_u32);
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| automaton().find(rest)) {
        let (start, end) = (at + found.start(), at + found.end());
        let last = text.len().min(end + AROUND);
        match out.last_mut() {
            Some((_, before, _)) if *before + AROUND >= start => *before = last,
            before => {
                let reached = before.map_or(0, |(_, before, _)| *before);
                let first = line_start(text, start.saturating_sub(AROUND)).max(reached);
                let passed = memchr::memchr_iter(b'\n', text.get(counted..first).unwrap_or_default()).count();
                line = line.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
                counted = first;
                out.push((first, last, line));
            }
        }
        // The next root matters only if it stands behind half of what will be read anyway.
        at = end + AROUND / 2;
    }
}

fn automaton() -> &'static AhoCorasick {
    static AUTOMATON: OnceLock<AhoCorasick> = OnceLock::new();
    AUTOMATON.get_or_init(|| {
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
        // The roots are constants of which a test builds the automaton.
        builder.build(ROOTS).expect("the roots make an automaton")
    })
}

/// The beginning of the line that holds byte `at`, or a word's beginning where that is far.
fn line_start(text: &[u8], at: usize) -> usize {
    let before = text.get(at.saturating_sub(200)..at).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(at, |place| at - before.len() + place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(usize, usize, u32)]) {
        let mut out = Vec::new();
        find(text.as_bytes(), &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn short_texts_are_read_whole_and_long_ones_around_the_roots() {
        check("int main;", &[(0, 9, 1)]);
        check(&"x = 1;\n".repeat(1000), &[]);
        let lines = "x = 1;\n".repeat(1000);
        let text = format!("{lines}// LICENSED to you\n{lines}");
        let root = lines.len() + 3;
        let first = (root - AROUND) / 7 * 7;
        check(&text, &[(first, root + 5 + AROUND, first as u32 / 7 + 1)]);
    }

    #[test]
    fn neighbouring_stretches_are_one() {
        let gap = "y ".repeat(AROUND - 10);
        let text = format!("license {gap} license {}", "z ".repeat(WHOLE));
        let mut out = Vec::new();
        find(text.as_bytes(), &mut out);
        assert_eq!(out.len(), 1, "{out:?}");
        assert_eq!(out[0].0, 0);
    }
}

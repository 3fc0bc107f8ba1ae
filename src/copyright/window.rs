//! Where in a file a statement may stand: groups of lines around the words and signs that begin one.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use super::line::{self, Buffers};
use super::parse::Word;
use super::spelling::Spellings;
use super::word;
use super::word::Kind;
use super::year;

/// What a statement cannot do without, in any case.
const MARKS: [&[u8]; 16] = [
    b"opyr",
    b"opyl",
    b"copr",
    b"ppyright",
    b"(c)",
    b"( c)",
    b"( c )",
    b"\xa9",
    b"&copy",
    b"&#169",
    b"&#xa9",
    b"|copy|",
    b"u00a9",
    b"\\xa9",
    b"\\251",
    b"\\(co",
];
/// What keeps a group of lines going once it has begun.
const HINTS: [&str; 14] = [
    "(c)",
    "169",
    "xa9",
    "00a9",
    "opyr",
    "opyl",
    "copr",
    "right",
    "reserv",
    "auth",
    "filecontributor",
    "devel",
    "by ",
    "@",
];
/// Bytes of a line that are read at once; of a longer line only the surroundings of a mark.
pub(super) const LINE_BYTES: usize = 4096;
/// Bytes before and behind a mark that are read of a line too long.
const AROUND: (usize, usize) = (256, 1536);
/// Of so many bytes before and behind a lone `©` byte so many may be other than plain text.
const PROSE: (usize, usize, usize) = (16, 48, 12);
/// Lines of one group.
pub(super) const GROUP_LINES: usize = 400;

static MARK: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(&MARKS));
static HINT: LazyLock<AhoCorasick> = LazyLock::new(|| automaton(&HINTS));

fn automaton<P: AsRef<[u8]>>(patterns: &[P]) -> AhoCorasick {
    let built = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(patterns);
    built.expect("a handful of short patterns")
}

/// Cleaned words of one group of lines, and the buffers they are made with.
#[derive(Default)]
pub(super) struct Group {
    pub text: String,
    pub words: Vec<Word>,
    /// How its names are spelled.
    pub spellings: Spellings,
    buffers: Buffers,
    cleaned: String,
}

/// A line of the file: where it is, and its number.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    number: u32,
}

/// Walks over the marks of a file, group by group.
pub(super) struct Windows<'t> {
    text: &'t [u8],
    /// Everything before is done.
    done: usize,
    counted: usize,
    number: u32,
    /// Bytes that may still be read.
    left: usize,
    cut: bool,
}

impl<'t> Windows<'t> {
    /// Windows over `text` that read `most` bytes of it at most.
    pub(super) fn new(text: &'t [u8], most: usize) -> Self {
        Windows { text, done: 0, counted: 0, number: 1, left: most, cut: false }
    }

    /// Whether the limit kept it from reading on.
    pub(super) fn cut(&self) -> bool {
        self.cut
    }

    /// Fills `group` with the next group; false at the end of the file.
    pub(super) fn next(&mut self, group: &mut Group) -> bool {
        let Some(mark) = self.mark() else { return false };
        if self.left == 0 {
            self.cut = true;
            return false;
        }
        group.text.clear();
        group.words.clear();
        group.spellings.clear();
        let start = self.start_of_line(mark);
        self.number += self.line_ends(self.counted, start);
        self.counted = start.max(self.counted);
        let line = Line { start, end: self.end_of_line(start, mark), number: self.number };
        let first = self.before(line, group);
        self.collect(first, line, group);
        true
    }

    /// The next mark behind what is done.
    fn mark(&self) -> Option<usize> {
        let mut from = self.done;
        loop {
            let found = MARK.find(aho_corasick::Input::new(self.text).range(from..))?;
            let at = found.start();
            if self.counts(at, found.pattern().as_usize()) {
                return Some(at);
            }
            from = at + 1;
        }
    }

    /// Marks that are the tail of something else: the byte of a longer character, the argument of a call.
    fn counts(&self, at: usize, pattern: usize) -> bool {
        let before = at.checked_sub(1).and_then(|at| self.text.get(at)).copied().unwrap_or(b' ');
        match MARKS.get(pattern).copied() {
            Some(b"\xa9") => before == 0xc2 || before < 0x80 && self.is_prose(at),
            Some(b"(c)") => !(before.is_ascii_alphanumeric() || before == b'_'),
            Some(b"copr") => {
                !before.is_ascii_alphanumeric() && self.text.get(at + 4).is_none_or(|next| !next.is_ascii_alphabetic())
            }
            _ => true,
        }
    }

    /// Whether the line around a lone byte of eight-bit text reads as text: in packed data it is one of many.
    fn is_prose(&self, at: usize) -> bool {
        let around = self.text.get(at.saturating_sub(PROSE.0)..self.text.len().min(at + PROSE.1)).unwrap_or_default();
        let strange = |byte: &&u8| **byte >= 0x7f || **byte < 0x20 && !byte.is_ascii_whitespace();
        around.iter().filter(strange).count() <= PROSE.2
    }

    fn start_of_line(&self, at: usize) -> usize {
        let low = self.done.max(at.saturating_sub(LINE_BYTES));
        let head = self.text.get(low..at).unwrap_or_default();
        match memchr::memrchr2(b'\n', b'\r', head) {
            Some(end) => low + end + 1,
            None if low == self.done => low,
            None => at.saturating_sub(AROUND.0).max(self.done),
        }
    }

    /// Where the line from `start` on ends; one too long ends a little behind `mark`.
    fn end_of_line(&self, start: usize, mark: usize) -> usize {
        let most = self.text.len().min(start + LINE_BYTES);
        let body = self.text.get(start..most).unwrap_or_default();
        match memchr::memchr2(b'\n', b'\r', body) {
            Some(end) => start + end,
            None if most == self.text.len() => most,
            None => self.text.len().min(mark.max(start) + AROUND.1),
        }
    }

    /// Lines that end from `from` on, before `to`.
    fn line_ends(&self, from: usize, to: usize) -> u32 {
        memchr::memchr_iter(b'\n', self.text.get(from..to).unwrap_or_default()).count() as u32
    }

    /// Where the line behind `line` starts; `None` at the end of the file and inside a line too long.
    fn next_start(&self, end: usize) -> Option<usize> {
        let next = match self.text.get(end..end + 2) {
            Some(b"\r\n") => end + 2,
            _ if self.text.get(end).is_some_and(|byte| matches!(byte, b'\n' | b'\r')) => end + 1,
            _ => return None,
        };
        (next < self.text.len()).then_some(next)
    }

    /// The line the group begins with: at most two lines before the mark, where a name may stand.
    fn before(&self, line: Line, group: &mut Group) -> Line {
        let mut first = line;
        let mut start = line.start;
        for _ in 0..2 {
            let Some(end) = start.checked_sub(1).filter(|end| *end > self.done) else { break };
            let end = if self.text.get(end - 1..start) == Some(b"\r\n") { end - 1 } else { end };
            let low = self.done.max(end.saturating_sub(LINE_BYTES));
            let head = self.text.get(low..end).unwrap_or_default();
            let begin = match memchr::memrchr2(b'\n', b'\r', head) {
                Some(at) => low + at + 1,
                None if low == self.done => low,
                None => break,
            };
            let raw = self.text.get(begin..end).unwrap_or_default();
            let letters = Letters::of(raw);
            if letters.count == 0 || letters.ends_statement() {
                break;
            }
            group.cleaned.clear();
            line::clean(raw, &mut group.buffers, &mut group.cleaned);
            start = begin;
            if is_candidate(&group.cleaned) {
                let number = line.number.saturating_sub(self.line_ends(begin, line.start));
                first = Line { start: begin, end, number };
            }
        }
        first
    }

    /// Takes lines from `first` on for as long as the group lasts; `marked` is the line with the mark.
    fn collect(&mut self, first: Line, marked: Line, group: &mut Group) {
        let mut line = first;
        let mut last = LastLine::default();
        let mut previous = Letters::default();
        let mut open = 0;
        for _ in 0..GROUP_LINES {
            let raw = self.text.get(line.start..line.end).unwrap_or_default();
            let letters = Letters::of(raw);
            self.done = line.end.max(self.done);
            self.left = self.left.saturating_sub(raw.len() + 1);
            group.cleaned.clear();
            line::clean(raw, &mut group.buffers, &mut group.cleaned);
            group.spellings.learn(raw);
            if letters.ends_statement() {
                take(group, line.number, &mut last);
                if line.start >= marked.start {
                    return;
                }
                open = 0;
                group.words.clear();
            } else if is_candidate(&group.cleaned) || letters.http || memchr::memmem::find(raw, b"s>").is_some() {
                open = 2;
                previous = letters;
                take(group, line.number, &mut last);
            } else if open > 0 {
                if letters.count == 0 && !previous.goes_on() {
                    return;
                }
                take(group, line.number, &mut last);
                open -= 1;
            } else {
                return;
            }
            let Some(next) = self.next_start(line.end) else { return };
            let number = line.number + self.line_ends(line.end, next);
            line = Line { start: next, end: self.end_of_line(next, next), number };
        }
    }
}

/// Words of the cleaned line of `group` go into it.
fn take(group: &mut Group, number: u32, last: &mut LastLine) {
    let cleaned = std::mem::take(&mut group.cleaned);
    if cleaned.is_empty() {
        if !last.goes_on {
            group.words.push(Word { start: 0, end: 0, kind: Kind::Empty, line: number });
            *last = LastLine::default();
        }
    } else {
        last.set(&cleaned);
        for piece in cleaned.split([' ', '\t', '=', ';']) {
            let piece = piece.strip_suffix("',").unwrap_or(piece);
            let piece = piece.trim_matches(['\'', ' ']).trim_end_matches(':').trim();
            if piece.is_empty() || matches!(piece, ":" | ".") {
                continue;
            }
            let start = group.text.len();
            group.text.push_str(piece);
            group.words.push(Word { start, end: group.text.len(), kind: word::kind(piece), line: number });
        }
    }
    group.cleaned = cleaned;
}

/// Whether the line before an empty one leaves a statement open.
#[derive(Default)]
struct LastLine {
    goes_on: bool,
}

impl LastLine {
    fn set(&mut self, line: &str) {
        let bare = line.trim_matches(|c: char| c.is_ascii_punctuation());
        let head = bare.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("copyright"));
        let tail = |end: &str| {
            bare.len() >= end.len()
                && bare.get(bare.len() - end.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        };
        self.goes_on = head || tail("by") || tail("copyright") || bare.ends_with(|c: char| c.is_ascii_digit());
    }
}

/// The letters and digits of a raw line, as far as its end tells something.
#[derive(Clone, Copy, Default)]
struct Letters {
    count: usize,
    tail: [u8; 16],
    http: bool,
}

impl Letters {
    fn of(raw: &[u8]) -> Self {
        let mut letters = Letters { http: memchr::memmem::find(raw, b"http").is_some(), ..Letters::default() };
        let mut back = 16usize;
        for byte in raw.iter().rev().filter(|byte| byte.is_ascii_alphanumeric()) {
            letters.count += 1;
            let Some(slot) = back.checked_sub(1).and_then(|slot| letters.tail.get_mut(slot)) else { break };
            *slot = byte.to_ascii_lowercase();
            back -= 1;
        }
        letters
    }

    fn ends(&self, end: &[u8]) -> bool {
        self.tail.ends_with(end)
    }

    fn ends_statement(&self) -> bool {
        self.ends(b"rightreserved") || self.ends(b"rightsreserved")
    }

    fn goes_on(&self) -> bool {
        let year = std::str::from_utf8(&self.tail[12..]).ok().and_then(|year| year.parse().ok());
        self.ends(b"copyright")
            || self.ends(b"copyrights")
            || self.ends(b"and")
            || self.ends(b"by")
            || year.is_some_and(year::is_year)
    }
}

/// Whether a cleaned line may belong to a statement: it names a year or holds one of the [`HINTS`].
fn is_candidate(line: &str) -> bool {
    line.bytes().any(|byte| byte.is_ascii_alphabetic()) && (HINT.is_match(line) || names_year(line))
}

fn names_year(line: &str) -> bool {
    let beside = |byte: u8| matches!(byte, b'(' | b'.' | b',' | b'-' | b')' | b' ');
    let bytes = line.as_bytes();
    bytes.windows(4).enumerate().any(|(at, four)| {
        four.iter().all(u8::is_ascii_digit)
            && at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|byte| beside(*byte))
            && bytes.get(at + 4).is_none_or(|byte| beside(*byte))
            && std::str::from_utf8(four).ok().and_then(|year| year.parse().ok()).is_some_and(year::is_year)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The groups of `text`: their words, a blank between them, and the line of the first one.
    fn groups(text: &[u8], most: usize) -> (Vec<(String, u32)>, bool) {
        let mut windows = Windows::new(text, most);
        let mut group = Group::default();
        let mut out = Vec::new();
        while windows.next(&mut group) {
            let shown: Vec<&str> = group.words.iter().map(|word| &group.text[word.start..word.end]).collect();
            out.push((shown.join(" "), group.words.first().map_or(0, |word| word.line)));
        }
        (out, windows.cut())
    }

    #[test]
    fn a_group_is_the_lines_around_a_mark() {
        let text = b"int a;\n\nAda Byron <ada@example.org>\n(c) 2004 by\nAda\n\nint b;\nint c;\n\n(C) 2005 Ada\n";
        let expected =
            [("Ada Byron <ada@example.org> (c) 2004 by Ada ".to_string(), 3), ("(c) 2005 Ada".to_string(), 10)];
        assert_eq!(groups(text, usize::MAX), (expected.to_vec(), false));
    }

    #[test]
    fn lines_are_numbered_by_their_line_feeds() {
        let numbers = |text: &[u8]| {
            let (mut windows, mut group) = (Windows::new(text, usize::MAX), Group::default());
            let mut out = Vec::new();
            while windows.next(&mut group) {
                out.extend(group.words.iter().map(|word| word.line));
            }
            out
        };
        assert_eq!(numbers(b"x\nby Ada\nat home\n(c) 2004\nby\n\n\n(c) B\n"), [2, 2, 3, 3, 4, 4, 5, 8, 8]);
        assert_eq!(numbers(b"by Ada\rat home\r(c) 2004\n(c) B"), [1, 1, 1, 1, 1, 1, 2, 2]);
        assert_eq!(numbers(b"by Ada\r\n(c) 2004\r\n"), [1, 1, 2, 2]);
    }

    #[test]
    fn a_statement_ends_where_rights_are_reserved() {
        let text = b"(c) 2004 Ada\nAll rights reserved.\nBy the same author: (c) 2005 Ada\n";
        let shown: Vec<u32> = groups(text, usize::MAX).0.into_iter().map(|(_, line)| line).collect();
        assert_eq!(shown, [1, 3]);
    }

    #[test]
    fn the_arguments_of_calls_and_bytes_of_longer_characters_are_no_marks() {
        for text in ["f(c);\n", "scopr = 1;\n", "coprocessor\n", "\u{4a9}\n", "\u{e9a9}\n"] {
            assert_eq!(groups(text.as_bytes(), usize::MAX).0, [], "{text}");
        }
        for text in
            [b"\xa9 2004".as_slice(), "© 2004".as_bytes(), b"(c) 2004", b"( C ) 2004", b"copr. 2004", b"&COPY; 2004"]
        {
            assert_eq!(groups(text, usize::MAX).0.len(), 1, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn of_a_line_too_long_only_what_surrounds_the_mark_is_read() {
        let text = ["x ".repeat(5000), "(c) 2004 Ada ".to_string(), "y ".repeat(5000)].concat();
        let (found, _) = groups(text.as_bytes(), usize::MAX);
        assert_eq!(found.len(), 1);
        assert!(found[0].0.contains("x (c) 2004 Ada y") && found[0].0.len() <= AROUND.0 + AROUND.1);
        // A line of the full length is read as a whole.
        let text = [&"x ".repeat(LINE_BYTES / 2 - 4), "(c) 2004"].concat();
        assert_eq!(text.len(), LINE_BYTES);
        assert_eq!(groups(text.as_bytes(), usize::MAX).0[0].0, text);
    }

    #[test]
    fn the_limit_of_text_holds_and_is_told() {
        let text = b"(c) 2004 A\n\n(c) 2004 B\n\n(c) 2004 C\n\n";
        // Each group is a line of 10 bytes, its end, and an empty line.
        for (most, count, cut) in
            [(25, 3, false), (24, 2, true), (13, 2, true), (12, 1, true), (1, 1, true), (0, 0, true)]
        {
            let (found, was_cut) = groups(text, most);
            assert_eq!((found.len(), was_cut), (count, cut), "{most}");
        }
    }
}

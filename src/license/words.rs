//! Words of a text as licences are compared by: letters and digits, lower-cased, nothing else.
//!
//! Comment leaders, boxes, quotes and line breaks fall away by themselves. A `+` behind a word belongs to it (`GPL2+`).
//! Escaped line ends and tabs of string literals (`\n`) and font changes of troff (`\fB`) separate words. Rules and
//! scanned texts are cut by this one function, so that both are cut alike.

/// One word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Hash of its lower-cased letters; [`hash`] of the same word.
    pub hash: u64,
    /// Whether it is a single character or digits alone.
    pub short: bool,
    /// Line it stands in, from 1.
    pub line: u32,
    /// Where it starts, bytes.
    pub at: u32,
    /// Where it ends, bytes.
    pub end: u32,
}

const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;
const HASH_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(HASH_FACTOR).rotate_left(23)
}

/// The hash of a word that is lower case already.
pub fn hash(word: &str) -> u64 {
    word.bytes().fold(HASH_START, mix)
}

/// What a byte is to the cutter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Apart,
    Letter,
    Digit,
    Plus,
    Escape,
    LineEnd,
    Wide,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Apart; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'+' => Class::Plus,
            b'\\' => Class::Escape,
            b'\n' => Class::LineEnd,
            0x80.. => Class::Wide,
            _ => Class::Apart,
        };
        byte += 1;
    }
    classes
};

/// Cuts a text into words and hands each to `each`, in order, until it answers `false`. `first_line` is the number of the
/// text's first line.
pub fn cut(text: &[u8], first_line: u32, mut each: impl FnMut(Word) -> bool) {
    let mut cutter = Cutter { text, at: 0, line: first_line };
    while let Some(word) = cutter.next() {
        if !each(word) {
            return;
        }
    }
}

struct Cutter<'t> {
    text: &'t [u8],
    at: usize,
    line: u32,
}

impl Cutter<'_> {
    fn class(&self, at: usize) -> Class {
        self.text.get(at).map_or(Class::Apart, |byte| CLASSES[usize::from(*byte)])
    }

    fn next(&mut self) -> Option<Word> {
        while self.at < self.text.len() {
            match self.class(self.at) {
                Class::Letter | Class::Digit => return Some(self.word()),
                Class::Wide => match wide(self.text, self.at) {
                    (letter, _) if letter.is_alphanumeric() => return Some(self.word()),
                    (_, length) => self.at += length,
                },
                Class::Escape => self.at += self.escaped(),
                Class::LineEnd => {
                    self.line = self.line.saturating_add(1);
                    self.at += 1;
                }
                Class::Apart | Class::Plus => self.at += 1,
            }
        }
        None
    }

    /// Bytes of an escape: the backslash, and what belongs to it where that would read as a letter of the next word.
    fn escaped(&self) -> usize {
        match (self.text.get(self.at + 1), self.text.get(self.at + 2)) {
            (Some(b'n' | b'r' | b't'), _) => 2,
            (Some(b'f'), Some(b'B' | b'I' | b'P' | b'R')) => 3,
            _ => 1,
        }
    }

    fn word(&mut self) -> Word {
        let start = self.at;
        let mut hash = HASH_START;
        let (mut letters, mut digits, mut plus) = (0_u32, 0_u32, false);
        // Whether the word is of a script that writes without spaces: the name of a licence within it stands apart.
        let mut unspaced = None;
        loop {
            match self.class(self.at) {
                Class::Letter | Class::Digit if unspaced == Some(true) => break,
                Class::Letter => {
                    unspaced = Some(false);
                    hash = mix(hash, self.text[self.at].to_ascii_lowercase());
                    letters += 1;
                    self.at += 1;
                }
                Class::Digit => {
                    unspaced = Some(false);
                    hash = mix(hash, self.text[self.at]);
                    digits += 1;
                    self.at += 1;
                }
                Class::Plus if !plus => {
                    plus = true;
                    hash = mix(hash, b'+');
                    self.at += 1;
                }
                Class::Wide => {
                    let (letter, length) = wide(self.text, self.at);
                    if !letter.is_alphanumeric() || is_unspaced(letter) != unspaced.unwrap_or(is_unspaced(letter)) {
                        break;
                    }
                    unspaced = Some(is_unspaced(letter));
                    let mut bytes = [0; 4];
                    for lower in letter.to_lowercase() {
                        hash = lower.encode_utf8(&mut bytes).bytes().fold(hash, mix);
                    }
                    letters += 1;
                    self.at += length;
                }
                _ => break,
            }
        }
        let short = letters + digits == 1 || letters == 0;
        Word { hash, short, line: self.line, at: bytes(start), end: bytes(self.at) }
    }
}

/// Whether a letter is Chinese, Japanese or of another script of the blocks from U+2E80 on.
fn is_unspaced(letter: char) -> bool {
    letter >= '\u{2e80}'
}

fn bytes(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The character at `at`, which is not ASCII, and its length in bytes: UTF-8 where it is, Latin-1 where it is not.
fn wide(text: &[u8], at: usize) -> (char, usize) {
    let rest = &text[at..text.len().min(at + 4)];
    let length = match rest[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    let decoded = rest.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    match decoded.and_then(|text| text.chars().next()) {
        Some(letter) => (letter, length),
        None => (char::from(rest[0]), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expected: &[&str]) {
        let mut found = Vec::new();
        cut(text, 1, |word| {
            found.push(word.hash);
            true
        });
        let expected: Vec<u64> = expected.iter().map(|word| hash(word)).collect();
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(text));
    }

    #[test]
    fn comments_boxes_and_case_fall_away() {
        check(b" * Licensed under the\n * MIT-License. */", &["licensed", "under", "the", "mit", "license"]);
        check(b"snake_case::path", &["snake", "case", "path"]);
    }

    #[test]
    fn a_plus_belongs_to_its_word() {
        check(b"GPL2+ GPLv2+, C++ +x a+b", &["gpl2+", "gplv2+", "c+", "x", "a+b"]);
    }

    #[test]
    fn escapes_separate() {
        check(br"of\nthis \fBGPL\fP \-x C:\dir", &["of", "this", "gpl", "x", "c", "dir"]);
        check(b"trailing\\", &["trailing"]);
    }

    #[test]
    fn other_scripts_and_encodings() {
        check("Île — \u{201c}Été\u{201d}".as_bytes(), &["île", "été"]);
        check(b"\xcele \xa9 caf\xe9", &["\u{ee}le", "caf\u{e9}"]);
        check(b"\xf0\x9f", &["\u{f0}"]);
        check("そしてTODOはISC licenseで".as_bytes(), &["そして", "todo", "は", "isc", "license", "で"]);
    }

    #[test]
    fn lines_are_counted() {
        let mut lines = Vec::new();
        cut(b"a\n\nb\r\nc", 5, |word| {
            lines.push(word.line);
            true
        });
        assert_eq!(lines, [5, 7, 8]);
    }
}

//! A scanned text as the numbers of its words, with what stood between them.

use super::corpus::Corpus;
use super::format::{self, DROPPED};
use super::words;
use crate::model::limits;

/// Stands where a stretch of the text was left out: no rule has it, and no altered copy goes across.
pub const BREAK: u16 = DROPPED - 1;

/// The known words of a text. Words that no rule has are only counted: a rule may match across them.
#[derive(Debug, Default)]
pub struct Query {
    /// Numbers of the words.
    pub words: Vec<u16>,
    /// Line of each.
    pub lines: Vec<u32>,
    /// Where each starts, bytes.
    pub starts: Vec<u32>,
    /// Where each ends, bytes.
    pub ends: Vec<u32>,
    /// Foreign words behind each, at most 255.
    pub foreign: Vec<u8>,
    /// Dropped words behind each, at most 255.
    pub dropped: Vec<u8>,
    /// Rolling hash of all words before each place; one longer than the others.
    hashes: Vec<u64>,
    /// Whether words are missing because there were more than [`limits::LICENSE_WORDS`].
    pub cut: bool,
}

impl Query {
    /// Reads the stretches of `text`; each is a byte range and the number of its first line.
    pub fn fill(&mut self, corpus: &Corpus, text: &[u8], stretches: &[(usize, usize, u32)]) {
        for list in [&mut self.starts, &mut self.ends, &mut self.lines] {
            list.clear();
        }
        self.words.clear();
        self.foreign.clear();
        self.dropped.clear();
        self.cut = false;
        for (first, last, line) in stretches {
            self.stretch(corpus, text, *first, *last, *line);
            self.push(BREAK, *line, *last as u32, *last as u32);
        }
        self.hashes.clear();
        self.hashes.push(0);
        let mut hash = 0;
        self.hashes.extend(self.words.iter().map(|word| {
            hash = format::roll(hash, *word);
            hash
        }));
    }

    fn stretch(&mut self, corpus: &Corpus, text: &[u8], first: usize, last: usize, line: u32) {
        let from = self.words.len();
        let base = first as u32;
        words::cut(text.get(first..last).unwrap_or_default(), line, |word| {
            match corpus.word(word.hash) {
                None => count(&mut self.foreign, from),
                Some(DROPPED) => count(&mut self.dropped, from),
                Some(number) => self.push(number, word.line, base + word.at, base + word.end),
            }
            self.cut |= self.words.len() >= limits::LICENSE_WORDS;
            !self.cut
        });
    }

    fn push(&mut self, word: u16, line: u32, start: u32, end: u32) {
        self.words.push(word);
        self.lines.push(line);
        self.starts.push(start);
        self.ends.push(end);
        self.foreign.push(0);
        self.dropped.push(0);
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The spread hash of the `length` words from `at` on; the words must be there.
    pub fn spread(&self, at: usize, length: usize, powers: &[u64]) -> Option<u64> {
        self.hash(at, length, powers).map(|hash| format::spread(hash, length))
    }

    /// The rolling hash of the `length` words from `at` on.
    pub fn hash(&self, at: usize, length: usize, powers: &[u64]) -> Option<u64> {
        let (before, after) = (self.hashes.get(at)?, self.hashes.get(at.checked_add(length)?)?);
        Some(after.wrapping_sub(before.wrapping_mul(*powers.get(length)?)))
    }

    /// Foreign words between the words `first` and `last`.
    pub fn foreign_within(&self, first: usize, last: usize) -> u32 {
        self.foreign.get(first..last).unwrap_or_default().iter().map(|count| u32::from(*count)).sum()
    }

    /// Where the words from `first` to before `last` begin and end, bytes.
    pub fn bytes(&self, first: usize, last: usize) -> (usize, usize) {
        let start = self.starts.get(first).copied().unwrap_or_default();
        let end = self.ends.get(last.saturating_sub(1)).copied().unwrap_or(start);
        (start as usize, end as usize)
    }

    /// Line of a word.
    pub fn line(&self, at: usize) -> u32 {
        self.lines.get(at).copied().unwrap_or(1)
    }
}

/// Counts a word that stands behind the last one of the list; those before the first of a stretch are nobody's.
fn count(counts: &mut [u8], from: usize) {
    if counts.len() > from
        && let Some(last) = counts.last_mut()
    {
        *last = last.saturating_add(1);
    }
}

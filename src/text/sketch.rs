//! Sketches: by what a matched text is known again, wherever it stands and whatever is changed beside it.
//!
//! A sketch is the least hashes of a text's runs of [`GRAM`] words (bottom-k sketch, after Broder, "On the resemblance and
//! containment of documents", 1997). A word is a run of letters, digits, `_` and bytes that are no ASCII, or one other mark;
//! white space counts for nothing, so line ends and layout do not matter.
//!
//! Decisions of people are kept by sketches for years. So this has nothing to do with the lexer or the seeds of an index,
//! both of which may change, and must stay as it is: [`tests::the_hashes_are_for_ever`] holds it.

use crate::model::limits;
use crate::model::place::Lines;

/// Words of a run. Six words are about one line of code; an edited line takes away the runs of itself and its neighbours.
pub const GRAM: usize = 6;
/// FNV-1a, 64 bit (Fowler, Noll, Vo).
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The words of a text with their lines.
#[derive(Default)]
pub struct Words {
    hashes: Vec<u64>,
    lines: Vec<u32>,
}

impl Words {
    /// Reads a text's words; the buffers are reused.
    pub fn read(&mut self, text: &[u8]) {
        self.hashes.clear();
        self.lines.clear();
        let (mut line, mut at) = (1, 0);
        while let Some(&byte) = text.get(at) {
            let end = match byte {
                b'\n' => {
                    line += 1;
                    at += 1;
                    continue;
                }
                byte if byte.is_ascii_whitespace() => {
                    at += 1;
                    continue;
                }
                byte if in_word(byte) => {
                    text[at..].iter().position(|byte| !in_word(*byte)).map_or(text.len(), |length| at + length)
                }
                _ => at + 1,
            };
            self.hashes
                .push(text[at..end].iter().fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME)));
            self.lines.push(line);
            at = end;
        }
    }

    /// The least hashes of the runs of words that lie in `lines` (which may be in any order and touch), rising, each once,
    /// at most [`limits::FILE_SKETCH`].
    pub fn sketch(&self, lines: impl Iterator<Item = Lines>) -> Vec<u64> {
        let mut least = Vec::new();
        for range in lines {
            let first = self.lines.partition_point(|line| *line < range.first);
            let behind = self.lines.partition_point(|line| *line <= range.last);
            let words = self.hashes.get(first..behind).unwrap_or_default();
            if !words.is_empty() && words.len() < GRAM {
                keep(&mut least, run(words), limits::FILE_SKETCH);
            }
            words.windows(GRAM).for_each(|words| keep(&mut least, run(words), limits::FILE_SKETCH));
        }
        least
    }

    /// [`Words::sketch`] of the whole text.
    pub fn sketch_all(&self) -> Vec<u64> {
        self.sketch(std::iter::once(Lines { first: 1, last: u32::MAX }))
    }
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// The hash of a run of words: FNV-1a over the words' hashes, and the last steps of SplitMix64 (Steele, Lea, Flood, 2014) so
/// that the least of them are a fair choice.
fn run(words: &[u64]) -> u64 {
    let mut hash = words.iter().fold(OFFSET, |hash, word| (hash.rotate_left(5) ^ word).wrapping_mul(PRIME));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// Puts a hash among the `most` least ones.
pub fn keep(least: &mut Vec<u64>, hash: u64, most: usize) {
    let full = least.len() >= most;
    if full && least.last().is_none_or(|last| hash >= *last) {
        return;
    }
    if let Err(place) = least.binary_search(&hash) {
        if full {
            least.pop();
        }
        least.insert(place, hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(text: &str) -> Vec<u64> {
        let mut words = Words::default();
        words.read(text.as_bytes());
        words.sketch_all()
    }

    /// Lines of different words.
    fn text(lines: std::ops::Range<u32>) -> String {
        lines.map(|line| format!("  let x{line} = f{line}(y{line}, {line});\n")).collect()
    }

    fn shared(one: &[u64], other: &[u64]) -> usize {
        one.iter().filter(|hash| other.contains(hash)).count()
    }

    #[test]
    fn the_hashes_are_for_ever() {
        assert_eq!(sketch("int main(void) { return 0; }"), THE_SKETCH);
    }

    /// Changing these makes every decision that was ever taken void.
    const THE_SKETCH: [u64; 5] = [
        2_958_993_538_465_442_391,
        6_384_821_407_744_692_221,
        13_618_876_399_579_313_204,
        13_838_618_610_829_210_475,
        16_598_926_168_142_430_912,
    ];

    #[test]
    fn layout_and_line_ends_do_not_matter() {
        let lines = text(0..100);
        assert_eq!(sketch(&lines), sketch(&lines.replace('\n', "\r\n")));
        assert_eq!(sketch(&lines), sketch(&lines.replace("  ", "\t\n").replace("(", " ( ")));
        assert_eq!(sketch(&lines).len(), limits::FILE_SKETCH);
        assert!(sketch(&lines).is_sorted());
    }

    #[test]
    fn an_edit_takes_away_what_it_touches_only() {
        let before = sketch(&text(0..100));
        let after: String = text(0..100)
            .lines()
            .enumerate()
            .map(|(at, line)| match at % 5 {
                0 => format!("other({at});\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let kept = shared(&before, &sketch(&after));
        assert!((8..28).contains(&kept), "{kept} of {}", before.len());
        assert_eq!(shared(&before, &sketch(&text(200..300))), 0);
    }

    #[test]
    fn only_the_lines_of_a_match_count() {
        let mut words = Words::default();
        words.read(format!("{}{}", text(0..50), text(100..150)).as_bytes());
        let part = words.sketch([Lines { first: 51, last: 100 }].into_iter());
        assert_eq!(part, sketch(&text(100..150)));
        let none = words.sketch([Lines { first: 500, last: 600 }].into_iter());
        assert!(none.is_empty());
    }

    #[test]
    fn short_and_empty_texts_have_a_sketch_or_none() {
        assert_eq!(sketch("a b").len(), 1);
        assert_ne!(sketch("a b"), sketch("a c"));
        assert!(sketch(" \n\r\n").is_empty());
        assert_eq!(sketch("\u{fe}\u{ff} x").len(), 1);
    }
}

//! The true spelling of names: statements are read without accents, holders are shown with them.

use std::collections::HashMap;

use crate::model::limits;

use super::ascii;

/// Words of a group of lines whose letters have marks, by what is left of them without.
#[derive(Default)]
pub(super) struct Spellings {
    words: HashMap<String, String>,
}

impl Spellings {
    /// Forgets all words.
    pub(super) fn clear(&mut self) {
        self.words.clear();
    }

    /// Takes the words of a line, in UTF-8 or else in Latin-1; of two spellings the first one stays.
    pub(super) fn learn(&mut self, line: &[u8]) {
        if line.is_ascii() {
            return;
        }
        let mut word = String::new();
        for chunk in line.utf8_chunks() {
            for c in chunk.valid().chars().chain(chunk.invalid().iter().map(|byte| char::from(*byte))) {
                if is_letter(c) {
                    word.push(c);
                } else {
                    self.add(&mut word);
                }
            }
        }
        self.add(&mut word);
    }

    fn add(&mut self, word: &mut String) {
        if !word.is_ascii() {
            let mut plain = String::with_capacity(word.len());
            word.chars().for_each(|c| ascii::push(c, &mut plain));
            if plain != *word && plain.chars().all(is_letter) {
                self.words.entry(plain).or_insert_with(|| word.clone());
            }
        }
        word.clear();
    }

    /// `plain` with its words spelled as they were.
    pub(super) fn restore(&self, plain: String) -> String {
        if self.words.is_empty() {
            return plain;
        }
        let mut out = String::with_capacity(plain.len());
        let mut rest = plain.as_str();
        while !rest.is_empty() {
            let (word, after) = rest.split_at(rest.find(|c| !is_letter(c)).unwrap_or(rest.len()));
            out.push_str(self.words.get(word).map_or(word, String::as_str));
            let (between, next) = after.split_at(after.find(is_letter).unwrap_or(after.len()));
            out.push_str(between);
            rest = next;
        }
        if out.len() <= limits::COPYRIGHT_BYTES { out } else { plain }
    }
}

/// Letters, digits, and the marks that combine with letters.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_get_their_marks_back() {
        for (line, plain, expected) in [
            ("(c) 2004 Jürgen Weiß, Łódź".as_bytes(), "Jurgen Weiss, Lodz", "Jürgen Weiß, Łódź"),
            (b"(c) 2004 J\xfcrgen Wei\xdf", "Jurgen Weiss", "Jürgen Weiß"),
            ("e\u{301}te\u{301}".as_bytes(), "ete", "e\u{301}te\u{301}"),
            ("© 2004 Jürgens Sohn".as_bytes(), "Jurgen Sohn", "Jurgen Sohn"),
            ("株式会社 – ªb".as_bytes(), "株式会社 - b", "株式会社 - b"),
            (b"Jurgen", "Jurgen", "Jurgen"),
            ("Ü".as_bytes(), "", ""),
        ] {
            let mut spellings = Spellings::default();
            spellings.learn(line);
            assert_eq!(spellings.restore(plain.to_string()), expected);
        }
    }

    #[test]
    fn the_limit_of_a_holder_holds() {
        let mut spellings = Spellings::default();
        spellings.learn("ü".as_bytes());
        let long = "u ".repeat(limits::COPYRIGHT_BYTES / 2);
        assert_eq!(spellings.restore(long.clone()), long);
    }
}

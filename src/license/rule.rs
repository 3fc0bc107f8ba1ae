//! A rule: a stretch of words whose presence says something of a licence.

/// What a rule's words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// A licence's full text.
    Text,
    /// A notice or header.
    Notice,
    /// A name or address of a licence.
    Reference,
    /// A field of a manifest, or an SPDX tag.
    Tag,
    /// Words that come before a licence and name none ("licensed under the following terms").
    Intro,
    /// Words that hint at a licence and prove nothing.
    Clue,
    /// Words that look like one of the others and are none.
    FalsePositive,
}

impl RuleKind {
    /// Every kind, in the order of their numbers in the licence data.
    pub const ALL: [RuleKind; 7] = [
        RuleKind::Text,
        RuleKind::Notice,
        RuleKind::Reference,
        RuleKind::Tag,
        RuleKind::Intro,
        RuleKind::Clue,
        RuleKind::FalsePositive,
    ];
}

/// A rule of [`super::corpus::Corpus`]. Lengths count words.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// What its words are.
    pub kind: RuleKind,
    /// Its expression, by number.
    pub expression: u16,
    /// How much a full match says, 0 to 100.
    pub relevance: u8,
    /// Least share of its words that an altered copy must have, percent.
    pub coverage: u8,
    /// Whether no foreign word may stand between its words.
    pub continuous: bool,
    /// Whether altered copies are looked for.
    pub near: bool,
    /// Where its words begin in the corpus.
    pub first: u32,
    /// Its words.
    pub length: u32,
    /// Those among them that are peculiar to licences.
    pub high: u32,
    /// Where its required phrases begin in the corpus.
    pub first_phrase: u32,
    /// Its required phrases.
    pub phrases: u16,
    /// Where its dropped words begin in the corpus.
    pub first_dropped: u32,
    /// Places at which words were dropped.
    pub dropped: u16,
}

/// Rules below this many words are small: short of context, they need nearly all their words (`SMALL_RULE` of the data's own
/// tool).
pub const SMALL: u32 = 15;
/// Rules below this many words are tiny and are matched exactly or not at all (`TINY_RULE`).
pub const TINY: u32 = 6;

/// Relevance of a rule that states none: longer ones say more, from 19 words on all there is to say. The schedule of the
/// data's own tool, a little under 100/18 a word.
pub fn relevance_of_length(words: u32) -> u8 {
    u8::try_from((words * 100).div_ceil(18).saturating_sub(u32::from(words > 0 && words < 18))).unwrap_or(100).min(100)
}

/// Least coverage of a rule that states none, percent.
pub fn coverage_of_length(words: u32) -> u8 {
    match words {
        0..3 => 100,
        3..10 => 80,
        10..30 => 50,
        _ => 0,
    }
}

impl Rule {
    /// Whether it is short of context.
    pub fn is_small(&self) -> bool {
        self.length < SMALL
    }

    /// Least words of it that a near match must have, and least words peculiar to licences among them.
    pub fn least_words(&self) -> (u32, u32) {
        const WORDS: u32 = 4;
        const HIGH: u32 = 3;
        match self.length {
            _ if self.coverage == 100 => (self.length, self.high),
            0..10 => (self.length, self.high),
            10..30 => (self.length / 2, self.high.min(HIGH)),
            30..200 => (WORDS, self.high.min(HIGH)),
            _ => (self.length / 10, self.high / 10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relevance_grows_with_length() {
        let expected = [(0, 0), (1, 5), (2, 11), (3, 16), (9, 49), (17, 94), (18, 100), (40, 100)];
        for (words, relevance) in expected {
            assert!(relevance_of_length(words).abs_diff(relevance) <= 1, "{words}: {}", relevance_of_length(words));
        }
    }
}

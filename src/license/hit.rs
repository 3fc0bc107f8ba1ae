//! A place of a text that a rule matches.

use super::corpus::Corpus;
use super::query::Query;
use super::rule::{Rule, RuleKind};

/// Words of a text that equal words of a rule, side by side in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First word of the text.
    pub at: u32,
    /// First word of the rule.
    pub rule_at: u32,
    /// Words.
    pub length: u32,
}

/// A rule and where it matches.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The rule, by number.
    pub rule: u16,
    /// First word.
    pub start: u32,
    /// Behind the last word.
    pub end: u32,
    /// Words matched.
    pub length: u32,
    /// Those among them that are peculiar to licences.
    pub high: u32,
    /// What matched, in order; empty where it is all from start to end and all of the rule.
    pub runs: Vec<Run>,
}

impl Hit {
    /// Whether all of the rule matched.
    pub fn is_exact(&self) -> bool {
        self.runs.is_empty()
    }

    /// Words matched as ranges of the text.
    pub fn ranges(&self) -> impl Iterator<Item = (u32, u32)> {
        let whole = self.is_exact().then_some((self.start, self.end));
        whole.into_iter().chain(self.runs.iter().map(|run| (run.at, run.at + run.length)))
    }

    /// Words that both match.
    pub fn overlap(&self, other: &Hit) -> u32 {
        if self.end <= other.start || other.end <= self.start {
            return 0;
        }
        let (mut mine, mut theirs) = (self.ranges().peekable(), other.ranges().peekable());
        let mut shared = 0;
        while let (Some((a, b)), Some((c, d))) = (mine.peek(), theirs.peek()) {
            shared += b.min(d).saturating_sub(*a.max(c));
            if b < d {
                mine.next()
            } else {
                theirs.next()
            };
        }
        shared
    }

    /// Whether it matches all that `other` does.
    pub fn contains(&self, other: &Hit) -> bool {
        self.start <= other.start && other.end <= self.end && self.overlap(other) == other.length
    }

    /// Whether it begins no later and ends no earlier.
    pub fn surrounds(&self, other: &Hit) -> bool {
        self.start <= other.start && self.end >= other.end
    }

    /// Share of the rule that matched.
    pub fn coverage(&self, rule: &Rule) -> f32 {
        self.length as f32 / rule.length.max(1) as f32
    }

    /// Words matched, less half of those of the rule that are missing: a complete short text is worth more than a long one
    /// of which much is not there.
    pub fn worth(&self, corpus: &Corpus) -> f32 {
        let missing = corpus.rule(self.rule).map_or(0, |rule| rule.length.saturating_sub(self.length));
        self.length as f32 - missing as f32 / 2.0
    }

    /// Words of the text from start to end, foreign ones included.
    pub fn span(&self, query: &Query) -> u32 {
        let foreign = query.foreign_within(self.start as usize, self.end.saturating_sub(1) as usize);
        (self.end - self.start).saturating_add(foreign)
    }

    /// Score as the data's own tool has it: share of the rule, share of the text between start and end, and what the rule is
    /// worth; 0 to 1.
    pub fn score(&self, query: &Query, rule: &Rule) -> f32 {
        let dense = self.length as f32 / self.span(query).max(1) as f32;
        let coverage = self.coverage(rule);
        let relevance = f32::from(rule.relevance) / 100.0;
        if dense < 1.0 && coverage < 1.0 { coverage * relevance } else { dense * coverage * relevance }
    }

    /// Words of the rule from the first to the last that matched.
    pub fn rule_span(&self, rule: &Rule) -> u32 {
        match (self.runs.first(), self.runs.last()) {
            (Some(first), Some(last)) => last.rule_at + last.length - first.rule_at,
            _ => rule.length,
        }
    }

    /// Lines from the first word to the last.
    pub fn lines(&self, query: &Query) -> (u32, u32) {
        (query.line(self.start as usize), query.line(self.end.saturating_sub(1) as usize))
    }

    /// Whether words that have to stand side by side do, and whether all required phrases are there, undisturbed.
    pub fn is_undisturbed(&self, query: &Query, corpus: &Corpus, rule: &Rule) -> bool {
        if rule.continuous {
            return self.length == self.end - self.start && self.phrase_holds(query, corpus, rule, 0, rule.length - 1);
        }
        let phrases = corpus.phrases(rule).iter();
        phrases
            .into_iter()
            .all(|(first, last)| self.phrase_holds(query, corpus, rule, u32::from(*first), u32::from(*last)))
    }

    /// Whether words `first..=last` of the rule stand side by side in the text.
    fn phrase_holds(&self, query: &Query, corpus: &Corpus, rule: &Rule, first: u32, last: u32) -> bool {
        let start = if self.is_exact() {
            Some(self.start + first)
        } else {
            let run = self.runs.iter().find(|run| run.rule_at <= first && last < run.rule_at + run.length);
            run.map(|run| run.at + first - run.rule_at)
        };
        let Some(start) = start else { return false };
        (first..last).all(|at| {
            let place = (start + at - first) as usize;
            query.foreign.get(place) == Some(&0)
                && query.dropped.get(place).is_some_and(|count| u32::from(*count) == corpus.dropped_behind(rule, at))
        })
    }

    /// Whether a short rule's words are strewn over more lines than it has words.
    pub fn is_strewn(&self, query: &Query, rule: &Rule) -> bool {
        let (first, last) = self.lines(query);
        // A tag's value may stand a line or two below its name.
        let room = if rule.kind == RuleKind::Tag { 2 } else { 0 };
        rule.is_small() && last.saturating_sub(first) >= self.length + room
    }
}

//! Aligns a rule with a region of a text: longest common runs first, then what lies between them.
//!
//! The order, longest first, is that of Ratcliff and Obershelp's pattern matching; it keeps sentences whole where an
//! alignment by most words would scatter them.

use std::collections::HashMap;

use super::corpus::Corpus;
use super::format;
use super::hit::{Hit, Run};
use super::query::{BREAK, Query};
use super::rule::Rule;
use super::version;

/// Words of the grams that runs grow from.
const GRAM: usize = 3;
/// Places of a gram in a rule that are tried; a gram with more of them is a phrase of the trade.
const PLACES: usize = 24;
/// Longest gap between two runs of one match, words on either side (`MAX_DIST` of the data's own tool).
const GAP: u32 = 50;

/// Copies of a rule in one region that are looked for.
const COPIES: usize = 12;
/// Least share of a rule that counts as a copy of it, percent.
const LEAST_COVERAGE: u8 = 40;
/// The same for rules that name no licence in particular.
const GENERIC_COVERAGE: u8 = 80;

/// Part of a text, by words.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// First word.
    pub first: u32,
    /// Behind the last word.
    pub last: u32,
}

/// Buffers.
#[derive(Debug, Default)]
pub struct Aligner {
    grams: Grams,
    candidates: Vec<Run>,
    taken: Vec<Run>,
    /// By diagonal, how far the text was covered by a run.
    reached: HashMap<i64, u32>,
    table: Vec<u16>,
}

impl Aligner {
    /// Appends to `hits` each altered copy of the rule in the region.
    pub fn align(&mut self, corpus: &Corpus, query: &Query, number: u16, region: Region, hits: &mut Vec<Hit>) {
        let Some(rule) = corpus.rule(number) else { return };
        let words = corpus.words(rule);
        self.grams.fill(words);
        self.runs(corpus, query, words, region);
        let mut open = region;
        // A rule may stand in a region more than once.
        for _ in 0..COPIES {
            if !self.choose(open) {
                break;
            }
            self.extend(corpus, query, words, open);
            let end = self.taken.last().map_or(open.last, |run| run.at + run.length);
            self.cut(corpus, query, number, rule, hits);
            open.first = end;
        }
    }

    /// All longest common runs of at least a gram.
    fn runs(&mut self, corpus: &Corpus, query: &Query, words: &[u16], region: Region) {
        self.candidates.clear();
        self.reached.clear();
        for at in region.first..region.last.saturating_sub(GRAM as u32 - 1) {
            let Some(hash) = query.hash(at as usize, GRAM, corpus.powers()) else { break };
            for rule_at in self.grams.places(hash).take(PLACES) {
                let diagonal = i64::from(at) - i64::from(rule_at);
                let reached = self.reached.entry(diagonal).or_default();
                if *reached > at {
                    continue;
                }
                let text = query.words.get(at as usize..region.last as usize).unwrap_or_default();
                let rule = words.get(rule_at as usize..).unwrap_or_default();
                let length = text.iter().zip(rule).take_while(|(one, other)| one == other).count() as u32;
                *reached = at + length;
                if length >= GRAM as u32 {
                    self.candidates.push(Run { at, rule_at, length });
                }
            }
        }
        self.candidates.sort_unstable_by_key(|run| (u32::MAX - run.length, run.at, run.rule_at));
    }

    /// Takes runs of the open part, longest first, that stand in one order in both; whether there were any.
    fn choose(&mut self, open: Region) -> bool {
        self.taken.clear();
        for run in &self.candidates {
            let Some(run) = clip(*run, open.first) else { continue };
            let place = self.taken.partition_point(|other| other.at < run.at);
            let after = place.checked_sub(1).and_then(|before| self.taken.get(before));
            let before = self.taken.get(place);
            let Some(run) = fit(run, after, before) else { continue };
            if run.length >= 2 && self.is_near(run) {
                self.taken.insert(place, run);
            }
        }
        !self.taken.is_empty()
    }

    /// Whether a run stands where it may belong to the same copy as what was taken.
    fn is_near(&self, run: Run) -> bool {
        let (Some(first), Some(last)) = (self.taken.first(), self.taken.last()) else { return true };
        let far = |run: u32, from: u32, rule_run: u32, rule_from: u32| {
            run.saturating_sub(from) > 2 * rule_run.saturating_sub(rule_from) + 2 * GAP
        };
        !far(run.at, last.at + last.length, run.rule_at, last.rule_at + last.length)
            && !far(first.at, run.at + run.length, first.rule_at, run.rule_at + run.length)
    }

    /// Adds shorter runs between those taken, before the first and behind the last.
    fn extend(&mut self, corpus: &Corpus, query: &Query, words: &[u16], open: Region) {
        let (Some(first), Some(last)) = (self.taken.first().copied(), self.taken.last().copied()) else { return };
        let head = first.rule_at.min(GAP);
        let tail = (words.len() as u32 - last.rule_at - last.length).min(GAP);
        let mut found = Vec::new();
        let before = (first.at.saturating_sub(head + 10).max(open.first), first.at);
        self.between(corpus, query, words, before, (first.rule_at - head, first.rule_at), &mut found);
        for at in 1..self.taken.len() {
            let (one, next) = (self.taken[at - 1], self.taken[at]);
            let text = (one.at + one.length, next.at);
            let rule = (one.rule_at + one.length, next.rule_at);
            if text.1 - text.0 <= 2 * GAP && rule.1 - rule.0 <= 2 * GAP {
                self.between(corpus, query, words, text, rule, &mut found);
            }
        }
        let end = last.at + last.length;
        let behind = (end, (end + tail + 10).min(open.last));
        let rule_end = last.rule_at + last.length;
        self.between(corpus, query, words, behind, (rule_end, rule_end + tail), &mut found);
        self.taken.append(&mut found);
        self.taken.sort_unstable_by_key(|run| run.at);
        self.taken.dedup_by(|next, one| {
            let joined = one.at + one.length == next.at && one.rule_at + one.length == next.rule_at;
            if joined {
                one.length += next.length;
            }
            joined
        });
    }

    /// The most common words of two short stretches in one order; lone words count if they are peculiar to licences.
    fn between(
        &mut self,
        corpus: &Corpus,
        query: &Query,
        words: &[u16],
        text: (u32, u32),
        rule: (u32, u32),
        found: &mut Vec<Run>,
    ) {
        let one = query.words.get(text.0 as usize..text.1 as usize).unwrap_or_default();
        let other = words.get(rule.0 as usize..rule.1 as usize).unwrap_or_default();
        if one.is_empty() || other.is_empty() {
            return;
        }
        let width = other.len() + 1;
        self.table.clear();
        self.table.resize((one.len() + 1) * width, 0);
        for (row, word) in one.iter().enumerate().rev() {
            for (column, same) in other.iter().enumerate().rev() {
                let at = row * width + column;
                self.table[at] = if word == same {
                    self.table[at + width + 1] + 1
                } else {
                    self.table[at + width].max(self.table[at + 1])
                };
            }
        }
        let (mut row, mut column) = (0, 0);
        let mut run = Run { at: 0, rule_at: 0, length: 0 };
        let mut close = |run: &mut Run| {
            let peculiar = words.get(run.rule_at as usize).is_some_and(|word| corpus.is_peculiar(*word));
            if run.length > 1 || run.length == 1 && peculiar {
                found.push(*run);
            }
            run.length = 0;
        };
        while row < one.len() && column < other.len() {
            let at = row * width + column;
            if one[row] == other[column] {
                if run.length == 0 {
                    run = Run { at: text.0 + row as u32, rule_at: rule.0 + column as u32, length: 0 };
                }
                run.length += 1;
                row += 1;
                column += 1;
                continue;
            }
            close(&mut run);
            if self.table[at + width] >= self.table[at + 1] { row += 1 } else { column += 1 }
        }
        close(&mut run);
    }

    /// Turns the runs into hits, cut where a gap is too long for one match.
    fn cut(&self, corpus: &Corpus, query: &Query, number: u16, rule: &Rule, hits: &mut Vec<Hit>) {
        let gap = (rule.length / 2).clamp(1, GAP);
        let together = |one: &Run, next: &Run| {
            let between = query.words.get((one.at + one.length) as usize..next.at as usize).unwrap_or_default();
            let near = between.len() as u32 <= gap && next.rule_at - (one.rule_at + one.length) <= gap;
            near && !between.contains(&BREAK)
        };
        for runs in self.taken.chunk_by(together) {
            hits.extend(near_hit(corpus, query, number, rule, runs));
        }
    }
}

/// Where the grams of a rule stand, by hash: chains through one table, made anew for each rule without allocating.
#[derive(Debug, Default)]
struct Grams {
    /// The place of the first gram of each chain, plus 1.
    heads: Vec<u32>,
    /// For each place that of the next gram of its chain, plus 1.
    next: Vec<u32>,
    mask: usize,
}

impl Grams {
    fn fill(&mut self, words: &[u16]) {
        let slots = (words.len() * 2).next_power_of_two();
        self.mask = slots - 1;
        self.heads.clear();
        self.heads.resize(slots, 0);
        self.next.clear();
        self.next.resize(words.len(), 0);
        for (at, gram) in words.windows(GRAM).enumerate().rev() {
            let head = &mut self.heads[format::spread(format::hash(gram), GRAM) as usize & self.mask];
            self.next[at] = *head;
            *head = at as u32 + 1;
        }
    }

    /// Places of grams of this hash, and rarely of others, in order.
    fn places(&self, hash: u64) -> impl Iterator<Item = u32> {
        let head = self.heads[format::spread(hash, GRAM) as usize & self.mask];
        std::iter::successors(head.checked_sub(1), |at| self.next.get(*at as usize)?.checked_sub(1))
    }
}

/// The part of a run from `first` on.
fn clip(run: Run, first: u32) -> Option<Run> {
    let cut = first.saturating_sub(run.at);
    (cut < run.length).then(|| Run { at: run.at + cut, rule_at: run.rule_at + cut, length: run.length - cut })
}

/// The part of a run that stands behind `after` and before `before` in both.
fn fit(run: Run, after: Option<&Run>, before: Option<&Run>) -> Option<Run> {
    let mut run = run;
    if let Some(after) = after {
        let cut = (after.at + after.length).saturating_sub(run.at);
        let cut = cut.max((after.rule_at + after.length).saturating_sub(run.rule_at));
        if cut >= run.length {
            return None;
        }
        run = Run { at: run.at + cut, rule_at: run.rule_at + cut, length: run.length - cut };
    }
    if let Some(before) = before {
        let over = (run.at + run.length).saturating_sub(before.at);
        let over = over.max((run.rule_at + run.length).saturating_sub(before.rule_at));
        run.length = run.length.checked_sub(over).filter(|length| *length > 0)?;
    }
    Some(run)
}

/// The hit of runs in one order, if it is good enough to be one.
fn near_hit(corpus: &Corpus, query: &Query, number: u16, rule: &Rule, runs: &[Run]) -> Option<Hit> {
    let (first, last) = (runs.first()?, runs.last()?);
    let length = runs.iter().map(|run| run.length).sum();
    let high = runs
        .iter()
        .flat_map(|run| query.words.get(run.at as usize..(run.at + run.length) as usize).unwrap_or_default())
        .filter(|word| corpus.is_peculiar(**word))
        .count() as u32;
    let hit = Hit { rule: number, start: first.at, end: last.at + last.length, length, high, runs: runs.to_vec() };
    let (least, least_high) = rule.least_words();
    let coverage = hit.coverage(rule);
    let good = length >= least
        && high >= least_high
        && coverage * 100.0 >= f32::from(rule.coverage.max(least_coverage(corpus, rule)))
        && (!rule.is_small() || coverage >= 0.8)
        && is_dense(&hit, query, rule)
        && hit.is_undisturbed(query, corpus, rule)
        && !hit.is_strewn(query, rule)
        && !version::adds_later(corpus, query, rule, runs)
        && !version::differs(corpus, query, corpus.words(rule), runs)
        && !version::lacks_a_name(corpus, query, corpus.words(rule), runs);
    good.then_some(hit)
}

/// Least share of a rule that counts as a copy of it, percent. What stands for no licence in particular is a copy of little
/// less than all of it: half of a known licence is that licence, cut.
fn least_coverage(corpus: &Corpus, rule: &Rule) -> u8 {
    const GENERIC: [&str; 6] = [
        "proprietary-license",
        "commercial-license",
        "other-permissive",
        "other-copyleft",
        "free-unknown",
        "unknown-license-reference",
    ];
    let name = corpus.expression(rule).strip_prefix("LicenseRef-scancode-");
    if name.is_some_and(|name| GENERIC.contains(&name)) { GENERIC_COVERAGE } else { LEAST_COVERAGE }
}

/// Whether the matched words stand close together, in the text and in the rule; short matches may be looser, long ones are
/// rarely chance. The bars are those of the data's own tool.
fn is_dense(hit: &Hit, query: &Query, rule: &Rule) -> bool {
    let text = hit.length as f32 / hit.span(query).max(1) as f32;
    let own = hit.length as f32 / hit.rule_span(rule).max(1) as f32;
    text.min(own) >= 0.4
}

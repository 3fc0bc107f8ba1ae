//! Rules of which a text has an altered copy.
//!
//! Seeds (some of the grams of four words) vote for the rules that hold them. Where votes stand close together there is a
//! region. In each region the rules are ranked by the share of their seeds that is there; the best and those nearly as good
//! are aligned with the text word by word, the best alignment takes its votes out, and the next rank among what is left.

use super::align::{Aligner, Region};
use super::corpus::Corpus;
use super::format::{self, SEED};
use super::hit::Hit;
use super::query::Query;

/// Words without a vote after which a region ends.
const REGION_GAP: u32 = 80;
/// Longest region, words: longer than nearly every rule. A longer one is cut.
const REGION: u32 = 20_000;
/// Seeds held by more rules than this say nothing of which rule it is, and are left out of the vote.
const COMMON: usize = 4000;
/// Alignments in a region, at most.
const ALIGNED: usize = 96;
/// Alignments of one round: the best rule, and those that may turn out better.
const ROUND: usize = 14;
/// Least share of the best rule's rank that another of the round has.
const NEARLY: f32 = 0.85;
/// Least share of a rule's seeds in a region for it to be aligned, ...
const LEAST_SHARE: f32 = 0.12;
/// ... unless it holds at least this share of the region's votes: the region may be a part of a long text.
const MOST_OF_REGION: f32 = 0.5;

/// Buffers.
#[derive(Debug, Default)]
pub struct Scratch {
    votes: Vec<Vote>,
    counts: Vec<Count>,
    touched: Vec<u16>,
    ranked: Vec<Candidate>,
    aligner: Aligner,
    /// Whether altered copies were not looked for everywhere: there was too much to align.
    pub cut: bool,
}

#[derive(Clone, Copy, Debug)]
struct Vote {
    at: u32,
    key: u32,
    /// Whether it stands in a hit already.
    settled: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    all: u16,
    open: u16,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    rank: f32,
    rule: u16,
    tried: bool,
}

/// Appends to `hits` the altered copies in the text; `hits` holds what stands there word for word. At most `most` words of
/// the text and of rules are aligned.
pub fn find(corpus: &Corpus, query: &Query, most: u64, scratch: &mut Scratch, hits: &mut Vec<Hit>) {
    collect(corpus, query, hits, &mut scratch.votes);
    scratch.counts.resize(corpus.rules(), Count::default());
    let mut votes = std::mem::take(&mut scratch.votes);
    let mut work = most;
    scratch.cut = false;
    let same_region = |one: &Vote, next: &Vote| next.at - one.at <= REGION_GAP && one.at / REGION == next.at / REGION;
    for region in votes.chunk_by_mut(same_region) {
        if region.iter().all(|vote| vote.settled) {
            continue;
        }
        rank(corpus, region, scratch);
        let mut left = ALIGNED;
        while left > 0 && work > 0 && round(corpus, query, region, scratch, (&mut left, &mut work), hits) {}
        scratch.cut |= work == 0;
        scratch.touched.drain(..).for_each(|rule| scratch.counts[usize::from(rule)] = Count::default());
    }
    scratch.votes = votes;
}

/// The text's seeds that some rule holds.
fn collect(corpus: &Corpus, query: &Query, exact: &[Hit], votes: &mut Vec<Vote>) {
    votes.clear();
    let mut exact = exact.iter().peekable();
    for at in 0..query.len() {
        let Some(key) = query.spread(at, SEED, corpus.powers()).and_then(format::seed) else { continue };
        if corpus.seeded(key).is_empty() {
            continue;
        }
        while exact.next_if(|hit| (hit.end as usize) < at + SEED).is_some() {}
        let settled = exact.peek().is_some_and(|hit| hit.start as usize <= at);
        votes.push(Vote { at: at as u32, key, settled });
    }
}

/// Ranks the rules that the votes of a region speak for, best first.
fn rank(corpus: &Corpus, region: &[Vote], scratch: &mut Scratch) {
    for vote in region {
        let rules = corpus.seeded(vote.key);
        if rules.len() > COMMON {
            continue;
        }
        for rule in rules {
            let count = &mut scratch.counts[usize::from(*rule)];
            if count.all == 0 {
                scratch.touched.push(*rule);
            }
            count.all = count.all.saturating_add(1);
            count.open = count.open.saturating_add(u16::from(!vote.settled));
        }
    }
    let votes = region.len() as f32;
    let counts = &scratch.counts;
    let candidate = |rule: &u16| {
        let count = counts[usize::from(*rule)];
        let all = f32::from(count.all);
        let seeds = corpus.seeds_of(*rule).max(1) as f32;
        let share = (all / seeds).min(1.0);
        if count.open == 0 || share < LEAST_SHARE && all < MOST_OF_REGION * votes {
            return None;
        }
        // Containment says how much of the rule is there, resemblance how much of the region it explains.
        let resemblance = (all / (seeds + votes - all).max(1.0)).min(1.0);
        let rank = share + resemblance * resemblance + (all / 400.0).min(0.5);
        Some(Candidate { rank, rule: *rule, tried: false })
    };
    scratch.ranked.clear();
    scratch.ranked.extend(scratch.touched.iter().filter_map(candidate));
    scratch.ranked.sort_unstable_by(|one, other| other.rank.total_cmp(&one.rank).then(one.rule.cmp(&other.rule)));
}

/// Aligns the best rules that are left; whether there were any.
fn round(
    corpus: &Corpus,
    query: &Query,
    region: &mut [Vote],
    scratch: &mut Scratch,
    (left, work): (&mut usize, &mut u64),
    hits: &mut Vec<Hit>,
) -> bool {
    let Scratch { counts, ranked, aligner, .. } = scratch;
    let before = hits.len();
    let (first, last) = (region[0].at, region[region.len() - 1].at + SEED as u32);
    let mut best = None;
    let mut aligned = 0;
    for candidate in ranked.iter_mut() {
        let is_open = !candidate.tried && counts[usize::from(candidate.rule)].open > 0;
        let best = *best.get_or_insert(if is_open { candidate.rank } else { continue });
        if candidate.rank < best * NEARLY || aligned == ROUND || *left == 0 {
            break;
        }
        if !is_open {
            continue;
        }
        candidate.tried = true;
        let Some(rule) = corpus.rule(candidate.rule) else { continue };
        let slack = (rule.length / 2).min(100);
        let space = Region { first: first.saturating_sub(slack), last: (last + slack).min(query.len() as u32) };
        *work = work.saturating_sub(u64::from(space.last - space.first) + u64::from(rule.length));
        *left -= 1;
        aligned += 1;
        aligner.align(corpus, query, candidate.rule, space, hits);
    }
    if let Some(found) = hits[before..].iter().max_by(|one, other| one.worth(corpus).total_cmp(&other.worth(corpus))) {
        settle(corpus, region, counts, found.start, found.end);
    }
    aligned > 0
}

/// Takes the votes of a stretch out.
fn settle(corpus: &Corpus, region: &mut [Vote], counts: &mut [Count], start: u32, end: u32) {
    for vote in region.iter_mut().filter(|vote| !vote.settled && start <= vote.at && vote.at < end) {
        vote.settled = true;
        let rules = corpus.seeded(vote.key);
        if rules.len() <= COMMON {
            for rule in rules {
                let open = &mut counts[usize::from(*rule)].open;
                *open = open.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Permission to use, copy, modify, and distribute this fine product for any purpose with or without fee \
        is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.";

    fn check(most: u64, found: bool) {
        let corpus = Corpus::bundled();
        let (mut query, mut scratch, mut hits) = (Query::default(), Scratch::default(), Vec::new());
        query.fill(corpus, TEXT.as_bytes(), &[(0, TEXT.len(), 1)]);
        find(corpus, &query, most, &mut scratch, &mut hits);
        assert_eq!((!hits.is_empty(), scratch.cut), (found, !found), "{most}");
    }

    #[test]
    fn alignment_ends_at_its_limit_and_says_so() {
        check(1_000_000, true);
        check(0, false);
    }
}

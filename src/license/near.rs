//! Rules of which a text has an altered copy.
//!
//! Seeds (some of the grams of four words) vote for the rules that hold them. Where votes stand close together there is a
//! region; in each region the rules with the most of their seeds there are aligned with it, word by word.

use super::align::{Aligner, Region};
use super::corpus::Corpus;
use super::format::{self, SEED};
use super::hit::Hit;
use super::query::Query;
use crate::model::limits;

/// Words without a vote after which a region ends.
const REGION_GAP: u32 = 60;
/// Seeds held by more rules than this say nothing of which rule it is, and are left out of the vote.
const COMMON: usize = 1500;
/// Rules of a region that are aligned.
const CANDIDATES: usize = 16;
/// Least share of a rule's seeds in a region for it to be aligned.
const LEAST_SHARE: f32 = 0.12;

/// Buffers.
#[derive(Debug, Default)]
pub struct Scratch {
    votes: Vec<(u32, u32)>,
    counts: Vec<u16>,
    touched: Vec<u16>,
    ranked: Vec<(u32, u16)>,
    aligner: Aligner,
}

/// Appends to `hits` the altered copies in the text. `covered` tells the words that need no search: they stand in a long
/// rule that is there word for word.
pub fn find(corpus: &Corpus, query: &Query, covered: &[(u32, u32)], scratch: &mut Scratch, hits: &mut Vec<Hit>) {
    collect(corpus, query, covered, &mut scratch.votes);
    scratch.counts.resize(corpus.rules(), 0);
    let votes = std::mem::take(&mut scratch.votes);
    let mut work = limits::LICENSE_ALIGNED;
    for region in votes.chunk_by(|one, next| next.0 - one.0 <= REGION_GAP) {
        rank(corpus, region, scratch);
        let (first, last) = (region[0].0, region[region.len() - 1].0 + SEED as u32);
        for (_, number) in scratch.ranked.iter().take(CANDIDATES) {
            let Some(rule) = corpus.rule(*number) else { continue };
            let slack = (rule.length / 2).min(100);
            let space = Region { first: first.saturating_sub(slack), last: (last + slack).min(query.len() as u32) };
            let cost = u64::from(space.last - space.first) + u64::from(rule.length);
            if work < cost {
                break;
            }
            work -= cost;
            scratch.aligner.align(corpus, query, *number, space, hits);
        }
    }
    scratch.votes = votes;
}

/// The places and keys of the text's seeds that some rule holds.
fn collect(corpus: &Corpus, query: &Query, covered: &[(u32, u32)], votes: &mut Vec<(u32, u32)>) {
    votes.clear();
    let mut covered = covered.iter().peekable();
    let mut at = 0;
    while at + SEED <= query.len() {
        if let Some((first, last)) = covered.peek() {
            if at as u32 >= *last {
                covered.next();
                continue;
            }
            if at as u32 >= *first {
                at = *last as usize;
                continue;
            }
        }
        let key = query.spread(at, SEED, corpus.powers()).and_then(format::seed);
        if let Some(key) = key
            && !corpus.seeded(key).is_empty()
        {
            votes.push((at as u32, key));
        }
        at += 1;
    }
}

/// Ranks the rules that the votes of a region speak for, best first.
fn rank(corpus: &Corpus, region: &[(u32, u32)], scratch: &mut Scratch) {
    scratch.ranked.clear();
    for (_, key) in region {
        let rules = corpus.seeded(*key);
        if rules.len() > COMMON {
            continue;
        }
        for rule in rules {
            let count = &mut scratch.counts[usize::from(*rule)];
            if *count == 0 {
                scratch.touched.push(*rule);
            }
            *count = count.saturating_add(1);
        }
    }
    let votes = region.len() as f32;
    for rule in scratch.touched.drain(..) {
        let count = f32::from(std::mem::take(&mut scratch.counts[usize::from(rule)]));
        let seeds = corpus.seeds_of(rule).max(1) as f32;
        let share = (count / seeds).min(1.0);
        if share < LEAST_SHARE {
            continue;
        }
        // Containment says how much of the rule is there, resemblance how much of the region it explains.
        let resemblance = (count / (seeds + votes - count).max(1.0)).min(1.0);
        let rank = share + resemblance * resemblance + (count / 400.0).min(0.5);
        scratch.ranked.push(((rank * 1e6) as u32, rule));
    }
    scratch.ranked.sort_unstable_by_key(|(rank, rule)| (u32::MAX - rank, *rule));
    scratch.ranked.truncate(CANDIDATES);
}

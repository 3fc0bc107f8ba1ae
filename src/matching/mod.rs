//! From a file's seeds to the stretches of it that stand in an index.
//!
//! [`seed`] looks the seeds up, [`chain`] puts the hits of each lineage in order, [`score`] weighs the chains, [`select`]
//! explains the file by the best of them and turns them into line ranges.

pub mod chain;
pub mod score;
pub mod seed;
pub mod select;

use crate::index::reader::Index;
use crate::index::set::Indexes;
use crate::model::evidence::SnippetMatch;
use crate::model::ids::{IndexNo, LineageId};
use crate::text::fingerprint::{self, Fingerprint, KeyKind, Scheme};
use crate::text::token::Tokens;
use chain::Chain;
use score::Parts;
use seed::Hit;

/// Bits below the bar at which a chain is kept as weak evidence, for places where its component is established.
pub const WEAK_BITS: f32 = 10.0;
/// Bits a further chain of a lineage needs once another of its chains reaches the bar: the same source is at hand.
pub const JOIN_BITS: f32 = 10.0;
/// A chain's least weight in dynamic programming before it is scored.
const LEAST_WEIGHT: f32 = 10.0;

/// A scored chain.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The index.
    pub index: IndexNo,
    /// The lineage.
    pub lineage: LineageId,
    /// Its hits, by place.
    pub hits: Vec<Hit>,
    /// Bits its shifts cost, and what chaining made of it.
    pub chain: Chain,
    /// The parts of its score.
    pub parts: Parts,
    /// The score, bits.
    pub score: f32,
    /// The score a match needs in this index, bits.
    pub bar: f32,
    /// Tokens of a parametrised and of an exact gram.
    pub grams: [u32; 2],
    /// Tokens of the scanned file it spans: first, and one behind the last.
    pub span: (usize, usize),
}

/// Why a candidate is no match, or that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It explains a stretch.
    Taken,
    /// It explains a further stretch from the same source file as a better one.
    Joined,
    /// It explains the stretch of a better one as well.
    Alternative,
    /// Below the bar, kept as weak evidence.
    Weak,
    /// Below the bar.
    BelowBar,
    /// Too little of it is new beside better ones.
    Covered,
    /// Mostly renamed in a file that must be verbatim (minified).
    NotVerbatim,
}

impl Verdict {
    /// In words, for `explain`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Taken => "taken",
            Verdict::Joined => "taken: a further stretch of the same source file",
            Verdict::Alternative => "explains the same stretch as a better one",
            Verdict::Weak => "below the bar: counts only where its component is established",
            Verdict::BelowBar => "below the bar",
            Verdict::Covered => "too little of it is new beside better ones",
            Verdict::NotVerbatim => "minified code must match verbatim",
        }
    }
}

/// What `explain` shows of one file.
#[derive(Default)]
pub struct Trace {
    /// Seeds of the file, for each index.
    pub seeds: Vec<usize>,
    /// Hits of those seeds, for each index.
    pub hits: Vec<usize>,
    /// Every candidate with what became of it, best first; those of a company's own code come behind the others.
    pub candidates: Vec<(Candidate, Verdict)>,
}

/// Buffers, reused from file to file.
#[derive(Default)]
pub struct Scratch {
    fingerprint: fingerprint::Scratch,
    seeds: Vec<Fingerprint>,
    seed: seed::Scratch,
    hits: Vec<Hit>,
    chain: chain::Scratch,
    score: score::Scratch,
}

/// What was found in a file.
#[derive(Default)]
pub struct Found {
    /// Best first; those of a company's own code come behind the others.
    pub matches: Vec<SnippetMatch>,
    /// Whether the limit on hits cut the search short.
    pub cut: bool,
}

/// Finds the stretches of a file that stand in the indexes.
pub fn find(indexes: &Indexes, tokens: &Tokens, scratch: &mut Scratch, trace: Option<&mut Trace>) -> Found {
    let mut found = Found::default();
    let mut candidates = Vec::new();
    let mut made: Option<Scheme> = None;
    let mut counts = (Vec::new(), Vec::new());
    for (number, index) in indexes.iter() {
        let widest = widest(indexes, index.scheme());
        if made != Some(widest) {
            fingerprint::fingerprint(tokens, widest, &mut scratch.fingerprint, &mut scratch.seeds);
            made = Some(widest);
        }
        let seeds = match index.scheme().e_gram {
            0 => scratch.seeds.partition_point(|seed| seed.kind == KeyKind::Parametrised),
            _ => scratch.seeds.len(),
        };
        found.cut |= seed::look_up(index, &scratch.seeds[..seeds], &mut scratch.seed, &mut scratch.hits);
        counts.0.push(seeds);
        counts.1.push(scratch.hits.len());
        gather(number, index, tokens, seeds as u32, scratch, &mut candidates);
    }
    if candidates.is_empty() && trace.is_none() {
        return found;
    }
    candidates.sort_by(|one: &Candidate, other| {
        let order = other.score.total_cmp(&one.score);
        order.then((one.index, one.lineage, one.span).cmp(&(other.index, other.lineage, other.span)))
    });
    // A company's own code explains a file beside open source, never instead of it: what is open source in a file must
    // not depend on who else holds it.
    let is_own = |candidate: &Candidate| {
        indexes.get(candidate.index).is_some_and(|index| index.is_own(index.component_of(candidate.lineage)))
    };
    let (own, open): (Vec<Candidate>, Vec<Candidate>) = candidates.into_iter().partition(is_own);
    let mut judged = Vec::new();
    for (candidates, first_group) in [(open, 0), (own, select::GROUPS)] {
        let verdicts = select::judge(tokens, &candidates);
        found.matches.extend(select::matches(indexes, tokens, &candidates, &verdicts, first_group));
        if trace.is_some() {
            judged.extend(candidates.into_iter().zip(verdicts.into_iter().map(|judgement| judgement.verdict)));
        }
    }
    if let Some(trace) = trace {
        (trace.seeds, trace.hits) = counts;
        trace.candidates = judged;
    }
    found
}

/// The scheme among the indexes' that has the seeds of this one and exact ones besides, so that a file's parametrised seeds
/// are made once.
fn widest(indexes: &Indexes, scheme: Scheme) -> Scheme {
    let wider = |other: &Scheme| (other.p_gram, other.p_sub) == (scheme.p_gram, scheme.p_sub) && other.e_gram > 0;
    let own = if scheme.e_gram > 0 { Some(scheme) } else { None };
    own.or_else(|| indexes.iter().map(|(_, index)| index.scheme()).find(wider)).unwrap_or(scheme)
}

/// Chains and scores the hits of each lineage.
fn gather(
    number: IndexNo,
    index: &Index,
    tokens: &Tokens,
    seeds: u32,
    scratch: &mut Scratch,
    out: &mut Vec<Candidate>,
) {
    let scheme = index.scheme();
    let grams = [u32::from(scheme.p_gram), u32::from(scheme.e_gram.max(1))];
    let bar = index.bar();
    let hits = std::mem::take(&mut scratch.hits);
    for group in hits.chunk_by(|one, other| one.lineage == other.lineage) {
        let most: f32 = group.iter().map(|hit| hit.bits).sum();
        if group.len() < 2 || most < LEAST_WEIGHT || group.iter().all(|hit| hit.common) {
            continue;
        }
        let from = out.len();
        let mut best = f32::MIN;
        for chain in chain::chains(group, grams, LEAST_WEIGHT, &mut scratch.chain) {
            let parts = score::parts(index, tokens, group, &chain, grams, seeds, &mut scratch.score);
            let score = parts.score(scheme);
            best = best.max(score);
            if score < JOIN_BITS {
                continue;
            }
            let span = score::span(group, &chain, grams);
            let hits = chain.hits.iter().map(|hit| group[*hit]).collect();
            out.push(Candidate {
                index: number,
                lineage: group[0].lineage,
                hits,
                chain,
                parts,
                score,
                bar,
                grams,
                span,
            });
        }
        if best < bar - WEAK_BITS {
            out.truncate(from);
        }
    }
    scratch.hits = hits;
}

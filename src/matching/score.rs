//! Scores a chain token by token, each kind of evidence apart, in bits. The formula is that of the design
//! (`research/matching.md` §3); the weights were fitted again on the development half of the `snippets` yardstick for the
//! P 10/3 and E 8/2 seeds of this program, at 1 % of untouched files hit:
//!
//! `S = .4 E + .5 X + .7 A − .6 g − .1 U + .09 I − .5 log2(1 + m)`
//!
//! and where the index has no exact seeds `S = .86 X + .8 A − 1.5 g − .17 U + .14 I − .8 log2(1 + m)`.
//!
//! E, X, A: rarity bits of the tokens covered by exact grams, by parametrised grams with the same names, and by those with
//! other names only; g: what shifts cost; U: tokens inside the chain that nothing covers; I: information of the distinct
//! tokens covered; m: seeds of the file.

use crate::index::reader::Index;
use crate::matching::chain::Chain;
use crate::matching::seed::{Evidence, Hit};
use crate::text::fingerprint::Scheme;
use crate::text::token::{Tokens, kind};

/// E, X, A, g, U, I, m.
const WEIGHTS: [f32; 7] = [0.4, 0.5, 0.7, 0.6, 0.1, 0.09, 0.5];
const WEIGHTS_WITHOUT_EXACT: [f32; 7] = [0.0, 0.86, 0.8, 1.5, 0.17, 0.14, 0.8];

/// The parts of a score, in bits but for the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// E.
    pub exact: f32,
    /// X.
    pub verbatim: f32,
    /// A.
    pub renamed: f32,
    /// g.
    pub gaps: f32,
    /// U, tokens.
    pub uncovered: u32,
    /// I.
    pub information: f32,
    /// m, seeds.
    pub seeds: u32,
    /// Tokens covered with the same names.
    pub same_tokens: u32,
    /// Tokens covered with other names only.
    pub renamed_tokens: u32,
}

impl Parts {
    /// S, for an index with these gram lengths.
    pub fn score(&self, scheme: Scheme) -> f32 {
        let weights = if scheme.e_gram > 0 { WEIGHTS } else { WEIGHTS_WITHOUT_EXACT };
        let [exact, verbatim, renamed, gaps, uncovered, information, seeds] = weights;
        exact * self.exact + verbatim * self.verbatim + renamed * self.renamed + information * self.information
            - gaps * self.gaps
            - uncovered * self.uncovered as f32
            - seeds * (1.0 + self.seeds as f32).log2()
    }

    /// Share of the covered tokens whose names are unchanged, 0 to 1.
    pub fn exactness(&self) -> f32 {
        self.same_tokens as f32 / (self.same_tokens + self.renamed_tokens).max(1) as f32
    }
}

/// Buffers of [`parts`].
#[derive(Default)]
pub struct Scratch {
    cover: Vec<[f32; 3]>,
    distinct: Vec<(u32, bool)>,
}

/// Tokens of the scanned file that the chain spans: first, and one behind the last.
pub fn span(hits: &[Hit], chain: &Chain, grams: [u32; 2]) -> (usize, usize) {
    let first = chain.hits.first().map_or(0, |hit| hits[*hit].query);
    let end = chain.hits.iter().map(|hit| hits[*hit].query + gram(&hits[*hit], grams)).max().unwrap_or(first);
    (first as usize, end as usize)
}

/// Tokens of a hit's gram.
pub fn gram(hit: &Hit, grams: [u32; 2]) -> u32 {
    grams[usize::from(hit.evidence == Evidence::Exact)]
}

/// Scores a chain.
pub fn parts(
    index: &Index,
    tokens: &Tokens,
    hits: &[Hit],
    chain: &Chain,
    grams: [u32; 2],
    seeds: u32,
    scratch: &mut Scratch,
) -> Parts {
    let (first, end) = span(hits, chain, grams);
    let end = end.min(tokens.len());
    let cover = &mut scratch.cover;
    cover.clear();
    cover.resize(end.saturating_sub(first), [0.0; 3]);
    for hit in chain.hits.iter().map(|hit| &hits[*hit]) {
        let length = gram(hit, grams);
        let each = hit.bits / length as f32;
        let from = hit.query as usize - first;
        let to = (from + length as usize).min(cover.len());
        for token in &mut cover[from.min(to)..to] {
            let own = &mut token[hit.evidence as usize];
            *own = own.max(each);
        }
    }
    let mut parts = Parts { gaps: chain.gap_bits, seeds, ..Parts::default() };
    scratch.distinct.clear();
    for (at, [exact, verbatim, renamed]) in cover.iter().enumerate() {
        let (hash, token) = (tokens.hashes[first + at], tokens.kinds[first + at] & kind::MASK);
        parts.exact += exact;
        parts.verbatim += verbatim;
        let same = *exact > 0.0 || *verbatim > 0.0;
        if same {
            parts.same_tokens += 1;
            scratch.distinct.push((hash, true));
        } else if *renamed > 0.0 {
            parts.renamed_tokens += 1;
            scratch.distinct.push((hash, token != kind::NAME));
        } else {
            parts.uncovered += 1;
        }
        if *verbatim == 0.0 {
            parts.renamed += renamed;
        }
    }
    parts.information = information(index, &mut scratch.distinct);
    parts
}

/// Bits of the distinct tokens: how rare each is among all indexed tokens; half a bit for a renamed name.
fn information(index: &Index, distinct: &mut Vec<(u32, bool)>) -> f32 {
    distinct.sort_unstable_by_key(|(hash, known)| (*hash, !known));
    distinct.dedup_by_key(|(hash, _)| *hash);
    let all = (index.totals().tokens.max(2) as f32).log2();
    let bits = |(hash, known): &(u32, bool)| if *known { (all - index.frequency_bits(*hash)).max(0.0) } else { 0.5 };
    distinct.iter().map(bits).sum()
}

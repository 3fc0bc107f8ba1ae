//! Chains hits of one lineage: the heaviest rising sequences of them, with a bounded look-back (after minimap2, Li 2018).

use crate::matching::seed::{Evidence, Hit};

/// Hits that go together, by place in the scanned file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// Places in the slice that was chained.
    pub hits: Vec<usize>,
    /// Bits that its shifts cost.
    pub gap_bits: f32,
    /// What dynamic programming made of it.
    pub weight: f32,
}

/// Tokens between two hits of a chain, on either side.
pub const MAX_GAP: u32 = 120;
/// Earlier hits that are tried for each hit.
const LOOK_BACK: usize = 64;
/// Chains taken from one lineage.
const MAX_CHAINS: usize = 32;
/// What a renamed hit weighs against a verbatim one.
const RENAMED: f32 = 0.6;

/// Bits that are no difference.
const NEARLY: f32 = 0.01;

/// Bits that a change of the distance between two hits costs.
pub fn gap_cost(shift: u32) -> f32 {
    if shift == 0 { 0.0 } else { 2.0 + 1.5 * ((1 + shift) as f32).log2() }
}

/// Buffers of [`chains`].
#[derive(Default)]
pub struct Scratch {
    best: Vec<f32>,
    before: Vec<u32>,
    order: Vec<u32>,
    used: Vec<bool>,
}

const NONE: u32 = u32::MAX;

/// The chains among `hits` (one lineage's, by query place) that weigh at least `least`, heaviest first; no hit in two.
/// `grams` are the tokens of a parametrised and of an exact gram.
pub fn chains(hits: &[Hit], grams: [u32; 2], least: f32, scratch: &mut Scratch) -> Vec<Chain> {
    fill(hits, grams, scratch);
    let Scratch { best, before, order, used } = scratch;
    order.clear();
    order.extend(0..hits.len() as u32);
    order.sort_unstable_by(|a, b| best[*b as usize].total_cmp(&best[*a as usize]).then(a.cmp(b)));
    used.clear();
    used.resize(hits.len(), false);
    let mut out = Vec::new();
    for end in order.iter() {
        if best[*end as usize] < least || out.len() >= MAX_CHAINS {
            break;
        }
        if used[*end as usize] {
            continue;
        }
        let chain = trace_back(hits, *end, best, before, used);
        let starts = chain.hits.iter().any(|hit| !hits[*hit].common);
        if chain.weight >= least && starts {
            out.push(chain);
        }
    }
    out
}

fn weight(hit: &Hit) -> f32 {
    if hit.evidence == Evidence::Renamed { hit.bits * RENAMED } else { hit.bits }
}

fn gram_of(hit: &Hit, grams: [u32; 2]) -> u32 {
    grams[usize::from(hit.evidence == Evidence::Exact)]
}

fn fill(hits: &[Hit], grams: [u32; 2], scratch: &mut Scratch) {
    let Scratch { best, before, .. } = scratch;
    best.clear();
    before.clear();
    for (at, hit) in hits.iter().enumerate() {
        let own = weight(hit);
        let gram = gram_of(hit, grams);
        let (mut top, mut from) = (own, NONE);
        for earlier in (at.saturating_sub(LOOK_BACK)..at).rev() {
            let other = &hits[earlier];
            let along = hit.query - other.query;
            if along > MAX_GAP {
                break;
            }
            let Some(across) = hit.target.checked_sub(other.target) else { continue };
            let same_place =
                along == 0 && across == 0 && (hit.evidence == Evidence::Exact) != (other.evidence == Evidence::Exact);
            if across > MAX_GAP || (along == 0 || across == 0) && !same_place {
                continue;
            }
            // Only the tokens that the earlier gram does not cover are new.
            let fresh = if same_place { 0.4 } else { along.min(across).min(gram) as f32 / gram as f32 };
            let sum = best[earlier] + own * fresh - gap_cost(along.abs_diff(across));
            // The nearer of two equal ways keeps every hit between.
            if sum > top + NEARLY {
                (top, from) = (sum, earlier as u32);
            }
        }
        best.push(top);
        before.push(from);
    }
}

fn trace_back(hits: &[Hit], end: u32, best: &[f32], before: &[u32], used: &mut [bool]) -> Chain {
    let mut chain = Chain { weight: best[end as usize], ..Chain::default() };
    let mut at = end;
    while at != NONE && !used[at as usize] {
        used[at as usize] = true;
        chain.hits.push(at as usize);
        let next = before[at as usize];
        if next != NONE {
            let (hit, other) = (&hits[at as usize], &hits[next as usize]);
            if used[next as usize] {
                chain.weight -= best[next as usize];
            } else {
                chain.gap_bits += gap_cost((hit.query - other.query).abs_diff(hit.target - other.target));
            }
        }
        at = next;
    }
    chain.hits.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::LineageId;

    fn hit(query: u32, target: u32) -> Hit {
        Hit { lineage: LineageId(0), query, target, evidence: Evidence::Verbatim, bits: 10.0, common: false }
    }

    fn found(hits: &[Hit], least: f32) -> Vec<Vec<usize>> {
        chains(hits, [12, 8], least, &mut Scratch::default()).into_iter().map(|chain| chain.hits).collect()
    }

    #[test]
    fn hits_on_one_diagonal_make_a_chain_and_strays_do_not_join() {
        let hits = [hit(0, 100), hit(5, 105), hit(6, 3), hit(10, 110), hit(15, 115)];
        assert_eq!(found(&hits, 15.0), [vec![0, 1, 3, 4]]);
    }

    #[test]
    fn an_insertion_costs_little_and_a_gap_too_wide_breaks() {
        let inserted = [hit(0, 100), hit(12, 112), hit(44, 124), hit(56, 136)];
        assert_eq!(found(&inserted, 25.0), [vec![0, 1, 2, 3]]);
        let far = [hit(0, 100), hit(12, 112), hit(300, 400), hit(312, 412)];
        assert_eq!(found(&far, 15.0), [vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn common_hits_extend_and_never_start() {
        let common = |query, target| Hit { common: true, ..hit(query, target) };
        assert!(found(&[common(0, 100), common(12, 112)], 5.0).is_empty());
        assert_eq!(found(&[common(0, 100), hit(12, 112)], 5.0), [vec![0, 1]]);
    }

    #[test]
    fn the_shift_costs_as_the_design_says() {
        assert_eq!(gap_cost(0), 0.0);
        assert_eq!(gap_cost(3), 5.0);
    }
}

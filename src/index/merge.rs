//! The contents of one file through its releases, merged into one sequence of units, so that a posting stands once a
//! lineage however many releases hold it.
//!
//! Each release's units are aligned with what was merged so far: units unique on both sides that keep their order are
//! anchors (patience diff, B. Cohen), and between two anchors equal units are paired in order. What finds no partner is
//! inserted where it stands.

use std::collections::{HashMap, HashSet};

use crate::index::lineage::Unit;
use crate::model::ids::ReleaseRange;
use crate::text::fingerprint::{Fingerprint, KeyKind};
use crate::text::token::Tokens;

/// A line of code of one content, or a part of a very long one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintUnit {
    /// Hash of its tokens.
    pub hash: u64,
    /// How many.
    pub tokens: u32,
    /// Its line.
    pub line: u32,
}

/// What merging needs of a content.
#[derive(Clone, Debug, Default)]
pub struct Print {
    /// Its units.
    pub units: Vec<PrintUnit>,
    /// Its seeds.
    pub seeds: Vec<Fingerprint>,
}

/// A merged lineage.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// Units in merged order.
    pub units: Vec<Unit>,
    /// Tokens of all units.
    pub tokens: u32,
    /// Seeds, `at` being a token of the merged order; at most [`MAX_PLACES`] a key.
    pub seeds: Vec<Fingerprint>,
}

/// Places of one key in a lineage that are kept.
pub const MAX_PLACES: usize = 2;
/// Tokens a unit has at least before a token may end it inside a line.
const UNIT_MIN: usize = 16;
/// Tokens at which a unit ends in any case.
const UNIT_MAX: usize = 64;
/// Units looked through for a partner between two anchors.
const LOOK_AHEAD: usize = 256;

/// Cuts a file's tokens into units.
pub fn units(tokens: &Tokens) -> Vec<PrintUnit> {
    let mut out = Vec::new();
    let mut start = 0;
    for at in 0..tokens.len() {
        let next_line = tokens.lines.get(at + 1).copied().unwrap_or(u32::MAX);
        let length = at + 1 - start;
        let inside = length >= UNIT_MIN && tokens.hashes[at].is_multiple_of(16) || length >= UNIT_MAX;
        if next_line != tokens.lines[at] || inside {
            let fold = |state: u64, hash: &u32| {
                let mixed = (state ^ u64::from(*hash)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                mixed ^ (mixed >> 29)
            };
            let hash = tokens.hashes[start..=at].iter().fold(0x51_7cc1_u64, fold);
            out.push(PrintUnit { hash, tokens: length as u32, line: tokens.lines[start] });
            start = at + 1;
        }
    }
    out
}

struct Slot {
    hash: u64,
    unit: Unit,
    id: u32,
}

/// Merges the contents of a file, oldest first, each with the releases that hold it.
pub fn merge(versions: &[(ReleaseRange, &Print)]) -> Merged {
    let mut slots: Vec<Slot> = Vec::new();
    let mut ids = 0;
    let mut seen = HashSet::new();
    let mut seeds: Vec<(Fingerprint, u32, u32)> = Vec::new();
    for (releases, print) in versions {
        let partners = align(&slots, &print.units);
        let placed = weave(&mut slots, &print.units, &partners, *releases, &mut ids);
        let starts = token_starts(&print.units);
        for seed in &print.seeds {
            let unit = starts.partition_point(|start| *start <= seed.at).saturating_sub(1);
            let (Some(id), Some(start)) = (placed.get(unit), starts.get(unit)) else { continue };
            let offset = seed.at - start;
            if seen.insert((seed.key, seed.kind, *id, offset)) {
                seeds.push((*seed, *id, offset));
            }
        }
    }
    finish(slots, ids, seeds)
}

fn token_starts(units: &[PrintUnit]) -> Vec<u32> {
    let mut next = 0;
    let start = |unit: &PrintUnit| {
        let start = next;
        next += unit.tokens;
        start
    };
    units.iter().map(start).collect()
}

fn finish(slots: Vec<Slot>, ids: u32, seeds: Vec<(Fingerprint, u32, u32)>) -> Merged {
    let mut starts = vec![0_u32; ids as usize];
    let mut tokens = 0;
    for slot in &slots {
        starts[slot.id as usize] = tokens;
        tokens += slot.unit.tokens;
    }
    let place = |(seed, id, offset): (Fingerprint, u32, u32)| Fingerprint { at: starts[id as usize] + offset, ..seed };
    let mut seeds: Vec<Fingerprint> = seeds.into_iter().map(place).collect();
    seeds.sort_by_key(|seed| (seed.kind == KeyKind::Exact, seed.key, seed.at));
    let mut run = 0;
    let mut before = None;
    seeds.retain(|seed| {
        run = if before == Some((seed.kind, seed.key)) { run + 1 } else { 1 };
        before = Some((seed.kind, seed.key));
        run <= MAX_PLACES
    });
    Merged { units: slots.into_iter().map(|slot| slot.unit).collect(), tokens, seeds }
}

/// Puts a release's units among the merged ones. Returns the id of the slot of each.
fn weave(
    slots: &mut Vec<Slot>,
    units: &[PrintUnit],
    partners: &[Option<usize>],
    releases: ReleaseRange,
    ids: &mut u32,
) -> Vec<u32> {
    let mut woven = Vec::with_capacity(slots.len() + units.len());
    let mut placed = Vec::with_capacity(units.len());
    let mut old = std::mem::take(slots).into_iter();
    let mut taken = 0;
    for (unit, partner) in units.iter().zip(partners) {
        match partner {
            Some(partner) => {
                woven.extend(old.by_ref().take(partner - taken));
                taken = partner + 1;
                if let Some(mut slot) = old.next() {
                    slot.unit.line = unit.line;
                    slot.unit.releases.first = slot.unit.releases.first.min(releases.first);
                    slot.unit.releases.last = slot.unit.releases.last.max(releases.last);
                    placed.push(slot.id);
                    woven.push(slot);
                }
            }
            None => {
                let unit_here = Unit { tokens: unit.tokens, line: unit.line, releases };
                woven.push(Slot { hash: unit.hash, unit: unit_here, id: *ids });
                placed.push(*ids);
                *ids += 1;
            }
        }
    }
    woven.extend(old);
    *slots = woven;
    placed
}

/// For each unit the slot it equals; slots rise.
fn align(slots: &[Slot], units: &[PrintUnit]) -> Vec<Option<usize>> {
    let mut partners = vec![None; units.len()];
    let (mut slot_from, mut unit_from) = (0, 0);
    for (slot, unit) in anchors(slots, units).into_iter().chain([(slots.len(), units.len())]) {
        for at in unit_from..unit {
            let window = &slots[slot_from..slot.min(slot_from + LOOK_AHEAD)];
            if let Some(found) = window.iter().position(|candidate| candidate.hash == units[at].hash) {
                partners[at] = Some(slot_from + found);
                slot_from += found + 1;
            }
        }
        if unit < units.len() {
            partners[unit] = Some(slot);
        }
        (slot_from, unit_from) = (slot + 1, unit + 1);
    }
    partners
}

/// Pairs of equal units, unique on both sides, rising on both.
fn anchors(slots: &[Slot], units: &[PrintUnit]) -> Vec<(usize, usize)> {
    let mut counts: HashMap<u64, (u32, usize, u32)> = HashMap::with_capacity(slots.len());
    for (at, slot) in slots.iter().enumerate() {
        let entry = counts.entry(slot.hash).or_insert((0, at, 0));
        entry.0 += 1;
    }
    for unit in units {
        if let Some(entry) = counts.get_mut(&unit.hash) {
            entry.2 += 1;
        }
    }
    let unique = |(at, unit): (usize, &PrintUnit)| match counts.get(&unit.hash) {
        Some((1, slot, 1)) => Some((*slot, at)),
        _ => None,
    };
    rising(&units.iter().enumerate().filter_map(unique).collect::<Vec<_>>())
}

/// A longest subsequence of pairs whose first members rise (the second ones do already).
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before = vec![usize::MAX; pairs.len()];
    for (at, pair) in pairs.iter().enumerate() {
        let length = tails.partition_point(|tail| pairs[*tail].0 < pair.0);
        if length > 0 {
            before[at] = tails[length - 1];
        }
        if length == tails.len() {
            tails.push(at);
        } else {
            tails[length] = at;
        }
    }
    let mut out = Vec::with_capacity(tails.len());
    let mut at = tails.last().copied().unwrap_or(usize::MAX);
    while at != usize::MAX {
        out.push(pairs[at]);
        at = before[at];
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ReleaseNo;

    fn range(first: u32, last: u32) -> ReleaseRange {
        ReleaseRange { first: ReleaseNo(first), last: ReleaseNo(last) }
    }

    /// A content of one-letter units, each of two tokens with a seed on its first.
    fn print(text: &str) -> Print {
        let unit = |(at, letter): (usize, char)| PrintUnit { hash: letter as u64, tokens: 2, line: at as u32 + 1 };
        let seed = |(at, letter): (usize, char)| Fingerprint {
            key: letter as u64,
            at: at as u32 * 2,
            kind: KeyKind::Parametrised,
            exact: 0,
        };
        Print {
            units: text.chars().enumerate().map(unit).collect(),
            seeds: text.chars().enumerate().map(seed).collect(),
        }
    }

    fn shown(merged: &Merged, order: &str) -> String {
        // Every letter of `order` has its seed at the start of one unit.
        let releases = |letter: char| {
            let seed = merged.seeds.iter().find(|seed| seed.key == letter as u64).unwrap();
            merged.units[seed.at as usize / 2].releases
        };
        order
            .chars()
            .map(|letter| format!("{letter}{}{} ", releases(letter).first.0, releases(letter).last.0))
            .collect()
    }

    #[test]
    fn shared_units_stand_once_with_all_their_releases() {
        let (one, two, three) = (print("abcdef"), print("abXcdf"), print("abXcdfg"));
        let merged = merge(&[(range(0, 0), &one), (range(1, 2), &two), (range(3, 3), &three)]);
        assert_eq!(merged.units.len(), 8);
        assert_eq!(shown(&merged, "aXefg"), "a03 X13 e00 f03 g33 ");
        assert_eq!(merged.tokens, 16);
        assert_eq!(merged.seeds.len(), 8);
    }

    #[test]
    fn a_rewrite_keeps_both_and_a_move_costs_little() {
        let (one, two) = (print("abcdef"), print("uvwxyz"));
        assert_eq!(merge(&[(range(0, 0), &one), (range(1, 1), &two)]).units.len(), 12);
        let moved = print("defabc");
        assert_eq!(merge(&[(range(0, 0), &one), (range(1, 1), &moved)]).units.len(), 9);
    }

    #[test]
    fn repeated_units_are_paired_in_order() {
        let (one, two) = (print("a{b{c{d"), print("a{b{X{c{d"));
        let merged = merge(&[(range(0, 0), &one), (range(1, 1), &two)]);
        assert_eq!(merged.units.len(), 9);
    }
}

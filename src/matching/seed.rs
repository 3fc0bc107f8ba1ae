//! Looks a file's seeds up and gathers the hits by lineage.

use crate::index::keys::Posting;
use crate::index::reader::Index;
use crate::matching::chain::MAX_GAP;
use crate::model::ids::LineageId;
use crate::model::limits;
use crate::text::fingerprint::{Fingerprint, KeyKind};

/// A seed of the scanned file met in a lineage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The lineage.
    pub lineage: LineageId,
    /// Token of the scanned file.
    pub query: u32,
    /// Token of the lineage.
    pub target: u32,
    /// What agrees.
    pub evidence: Evidence,
    /// Bits that the gram is worth: log2 of indexed files over those that hold it.
    pub bits: f32,
    /// Held by so many components that it starts no chain.
    pub common: bool,
}

/// What a hit's gram has in common with the indexed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// An exact gram.
    Exact,
    /// A parametrised gram whose names agree too.
    Verbatim,
    /// A parametrised gram with other names.
    Renamed,
}

/// Files that a common key is taken to stand in: more than the cap, how many more was not kept.
const COMMON_FILES: f32 = 64.0;

/// Seeds of one key that are looked at in one place of the index.
const MAX_REPEATS: usize = 4;
/// Seeds whose buckets are fetched at a time: their cache misses overlap.
const BLOCK: usize = 64;

/// A posting met by a seed, before its lineage is looked for.
#[derive(Clone, Copy)]
struct Meeting {
    token: u64,
    seed: u32,
    bits: f32,
    exact: u8,
    common: bool,
}

/// Buffers of [`look_up`].
#[derive(Default)]
pub struct Scratch {
    postings: Vec<Posting>,
    meetings: Vec<Meeting>,
}

/// Files of an index below which rarity of exact names is not judged by it: what stands once in a small index is not common
/// for that.
const LEAST_FILES: u64 = 1 << 15;
/// Bits that any hit is worth.
const LEAST_BITS: f32 = 0.5;

/// The hits of all seeds, by lineage and place, without those that stand alone in the index: no chain reaches them. (Most
/// hits of an ordinary file do: a seed table answers some chance keys.) Says whether the limit on hits was reached.
pub fn look_up(index: &Index, seeds: &[Fingerprint], scratch: &mut Scratch, hits: &mut Vec<Hit>) -> bool {
    let cut = meet(index, seeds, scratch);
    let meetings = &mut scratch.meetings;
    meetings.sort_unstable_by_key(|meeting| (meeting.token, meeting.seed));
    hits.clear();
    let near = |one: &Meeting, other: &Meeting| other.token - one.token <= u64::from(MAX_GAP);
    let mut repeats = 0;
    for (at, meeting) in meetings.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &meetings[before]);
        let after = meetings.get(at + 1);
        repeats = if before.is_some_and(|before| before.token == meeting.token) { repeats + 1 } else { 0 };
        let alone =
            !before.is_some_and(|before| near(before, meeting)) && !after.is_some_and(|after| near(meeting, after));
        if !alone && repeats < 2 * MAX_REPEATS {
            hits.extend(resolve(index, meeting, &seeds[meeting.seed as usize]));
        }
    }
    hits.sort_unstable_by_key(|hit| (hit.lineage, hit.query, hit.target, hit.evidence));
    cut
}

/// Gathers the postings of all seeds. Says whether the limit was reached.
fn meet(index: &Index, seeds: &[Fingerprint], scratch: &mut Scratch) -> bool {
    let Scratch { postings, meetings } = scratch;
    meetings.clear();
    let files = files_bits(index, LEAST_FILES);
    let mut records = [(0, 0); BLOCK];
    for (block, first) in seeds.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
        for (seed, records) in block.iter().zip(&mut records) {
            *records = index.table(seed.kind).records_of(index.table_section(seed.kind), seed.key);
        }
        for ((seed, records), number) in block.iter().zip(&records).zip(first..) {
            postings.clear();
            index.table(seed.kind).find(index.table_section(seed.kind), seed.key, *records, postings);
            let holders = postings.iter().filter(|posting| !posting.common).count() as f32;
            meetings.extend(postings.iter().map(|posting| {
                let held = if posting.common { COMMON_FILES } else { holders };
                let bits = (files - held.log2()).max(LEAST_BITS);
                Meeting { token: posting.token, seed: number, bits, exact: posting.exact, common: posting.common }
            }));
        }
        if meetings.len() >= limits::FILE_HITS {
            return true;
        }
    }
    false
}

/// log2 of the files of an index, taken for at least so many.
fn files_bits(index: &Index, least: u64) -> f32 {
    (index.totals().lineages.max(least) as f32).log2()
}

fn resolve(index: &Index, meeting: &Meeting, seed: &Fingerprint) -> Option<Hit> {
    let (lineage, start) = index.lineage_at(meeting.token)?;
    let evidence = match seed.kind {
        KeyKind::Exact => Evidence::Exact,
        KeyKind::Parametrised if meeting.exact == seed.exact => Evidence::Verbatim,
        KeyKind::Parametrised => Evidence::Renamed,
    };
    let target = (meeting.token - start) as u32;
    // How common a shape is, only the index can say; a small one says that it hardly knows.
    let unknown =
        if evidence == Evidence::Renamed { files_bits(index, LEAST_FILES) - files_bits(index, 2) } else { 0.0 };
    let bits = (meeting.bits - unknown).max(LEAST_BITS);
    Some(Hit { lineage, query: seed.at, target, evidence, bits, common: meeting.common })
}

//! Looks a file's seeds up and gathers the hits by lineage.

use std::collections::HashMap;

use crate::index::keys::Posting;
use crate::index::reader::Index;
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

/// Seeds of one key that are looked at.
const MAX_REPEATS: u8 = 4;
/// Seeds whose buckets are fetched at a time: their cache misses overlap.
const BLOCK: usize = 64;

/// Buffers of [`look_up`].
#[derive(Default)]
pub struct Scratch {
    postings: Vec<Posting>,
    repeats: HashMap<u64, u8>,
}

/// The hits of all seeds, by lineage and place. Says whether the limit on hits was reached.
pub fn look_up(index: &Index, seeds: &[Fingerprint], scratch: &mut Scratch, hits: &mut Vec<Hit>) -> bool {
    hits.clear();
    scratch.repeats.clear();
    let mut records = [(0, 0); BLOCK];
    for block in seeds.chunks(BLOCK) {
        for (seed, records) in block.iter().zip(&mut records) {
            *records = index.table(seed.kind).records_of(index.table_section(seed.kind), seed.key);
        }
        for (seed, records) in block.iter().zip(&records) {
            scratch.postings.clear();
            index.table(seed.kind).find(index.table_section(seed.kind), seed.key, *records, &mut scratch.postings);
            if !scratch.postings.is_empty() {
                let repeats = scratch.repeats.entry(seed.key).or_insert(0);
                if *repeats < MAX_REPEATS {
                    *repeats += 1;
                    add(index, seed, &scratch.postings, hits);
                }
            }
        }
        if hits.len() >= limits::FILE_HITS {
            break;
        }
    }
    hits.sort_unstable_by_key(|hit| (hit.lineage, hit.query, hit.target, hit.evidence));
    hits.len() >= limits::FILE_HITS
}

/// The hits of one seed.
fn add(index: &Index, seed: &Fingerprint, postings: &[Posting], hits: &mut Vec<Hit>) {
    let files = (index.totals().lineages.max(2) as f32).log2();
    let holders = postings.iter().filter(|posting| !posting.common).count() as f32;
    for posting in postings {
        let held = if posting.common { COMMON_FILES } else { holders };
        let Some((lineage, start)) = index.lineage_at(posting.token) else { continue };
        let evidence = match seed.kind {
            KeyKind::Exact => Evidence::Exact,
            KeyKind::Parametrised if posting.exact == seed.exact => Evidence::Verbatim,
            KeyKind::Parametrised => Evidence::Renamed,
        };
        hits.push(Hit {
            lineage,
            query: seed.at,
            target: (posting.token - start) as u32,
            evidence,
            bits: (files - held.log2()).max(0.5),
            common: posting.common,
        });
    }
}

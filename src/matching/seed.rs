//! Looks a file's seeds up and gathers the hits by lineage.

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

/// The hits of all seeds, by lineage and place. Says whether the limit on hits was reached.
pub fn look_up(index: &Index, seeds: &[Fingerprint], postings: &mut Vec<Posting>, hits: &mut Vec<Hit>) -> bool {
    hits.clear();
    let files = (index.totals().lineages.max(2) as f32).log2();
    for seed in seeds {
        postings.clear();
        index.find_key(seed.kind, seed.key, postings);
        if postings.is_empty() {
            continue;
        }
        let holders = postings.iter().filter(|posting| !posting.common).count() as f32;
        for posting in postings.iter() {
            let held = if posting.common { COMMON_FILES } else { holders };
            let bits = (files - held.log2()).max(0.5);
            let common = posting.common;
            let Some((lineage, start)) = index.lineage_at(posting.token) else { continue };
            let evidence = match seed.kind {
                KeyKind::Exact => Evidence::Exact,
                KeyKind::Parametrised if posting.exact == seed.exact => Evidence::Verbatim,
                KeyKind::Parametrised => Evidence::Renamed,
            };
            let target = (posting.token - start) as u32;
            hits.push(Hit { lineage, query: seed.at, target, evidence, bits, common });
        }
        if hits.len() >= limits::FILE_HITS {
            break;
        }
    }
    let cut = hits.len() >= limits::FILE_HITS;
    hits.sort_unstable_by_key(|hit| (hit.lineage, hit.query, hit.target, hit.evidence));
    cut
}

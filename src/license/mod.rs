//! Which licences a file states: texts, notices, tags and mentions. Pure and in linear time.
//!
//! Around the words that licences are made of ([`windows`]) a text is cut into [`words`]; those that some rule has become numbers ([`query`]). [`exact`] finds the rules that stand
//! there word for word, [`near`] the altered copies of longer ones, which [`align`] compares word by word. [`tag`] reads
//! `SPDX-License-Identifier`. [`refine`] chooses among what was found. The rules are in [`corpus`], compiled by [`encode`]
//! from other people's rule data into the block that [`format`] specifies. [`resolve`] turns hits into statements: [`choice`]
//! joins what is offered as a choice, [`aside`] sets apart what is only mentioned.
//!
//! Time is bounded by bytes times a constant: one pass over the bytes for the roots, at most [`limits::LICENSE_WORDS`] words
//! of four look-ups each, and at most [`limits::LICENSE_ALIGNED`] words aligned, each with at most a few hundred others.
//! What a limit leaves out is told by [`Scratch`]. The worst of the crafted texts that were tried, a chain of half a million
//! names with commas, takes 0.3 µs a byte.

mod align;
mod aside;
pub mod category;
mod choice;
pub mod corpus;
pub mod encode;
mod exact;
pub mod expression;
pub mod file;
mod format;
mod hit;
mod near;
mod query;
mod refine;
mod resolve;
pub mod rule;
pub mod tag;
#[cfg(test)]
mod tests;
mod version;
mod windows;
mod words;

use crate::license::tag::{Claim, Tag};
use crate::model::license::{Category, LicenseKind, LicenseMatch};
use crate::model::limits;
use aside::Context;
use corpus::Corpus;
use hit::Hit;
use query::Query;

/// What matches of a tag name as their rule.
const TAG_RULE: &str = "spdx-license-identifier";
/// The same for what can still be read of a broken expression.
const BROKEN_TAG_RULE: &str = "spdx-license-identifier-broken";
/// Score of a licence that a broken expression names: which role it plays there is not known.
const BROKEN_TAG_SCORE: f32 = 0.5;

/// Buffers of one thread, and what the last text said besides its matches.
#[derive(Default)]
pub struct Scratch {
    tags: Vec<Tag>,
    cut: bool,
    stretches: Vec<(usize, usize, u32)>,
    query: Query,
    near: near::Scratch,
    hits: Vec<Hit>,
    mentions: Vec<LicenseMatch>,
    statements_cut: bool,
}

impl Scratch {
    /// Tags of the last text whose expression is not valid.
    pub fn broken_tags(&self) -> impl Iterator<Item = &Tag> {
        self.tags.iter().filter(|tag| matches!(tag.claim, Claim::Broken { .. }))
    }

    /// Licences that the last text names without saying anything of itself.
    pub fn mentions(&self) -> &[LicenseMatch] {
        &self.mentions
    }

    /// Whether the last text has more tags than are read.
    pub fn tags_cut(&self) -> bool {
        self.cut
    }

    /// Whether the last text has more statements or mentions than are kept.
    pub fn statements_cut(&self) -> bool {
        self.statements_cut
    }

    /// Whether the last text has more words than are compared.
    pub fn words_cut(&self) -> bool {
        self.query.cut
    }

    /// Whether altered licences were not looked for everywhere in the last text: it has too much that looks like one.
    pub fn aligned_cut(&self) -> bool {
        self.near.cut
    }
}

/// The licence statements of a text, in line order. `path` decides what a field of a package manifest is.
pub fn detect(text: &[u8], path: &str, scratch: &mut Scratch) -> Vec<LicenseMatch> {
    let Scratch { stretches, tags, cut, query, near, hits, mentions, statements_cut } = scratch;
    tags.clear();
    mentions.clear();
    *statements_cut = false;
    *cut = tag::find(text, tags);
    windows::find(text, stretches);
    query.cut = false;
    near.cut = false;
    if stretches.is_empty() {
        return Vec::new();
    }
    let corpus = Corpus::bundled();
    query.fill(corpus, text, stretches);
    hits.clear();
    exact::find(corpus, query, hits);
    near::find(corpus, query, limits::LICENSE_ALIGNED, near, hits);
    drop_tagged(query, tags, hits);
    refine::refine(corpus, hits);
    let mut found: Vec<LicenseMatch> = tags.iter().flat_map(tag_matches).collect();
    resolve::resolve(&Context { corpus, query, text, path }, hits, &mut found, mentions);
    found.sort_by_key(|one| one.lines);
    *statements_cut = found.len() > limits::LICENSES || mentions.len() > limits::LICENSES;
    found.truncate(limits::LICENSES);
    mentions.truncate(limits::LICENSES);
    found
}

/// Drops hits that begin or end within a tag: the tag's own expression says it better.
fn drop_tagged(query: &Query, tags: &[Tag], hits: &mut Vec<Hit>) {
    if tags.is_empty() {
        return;
    }
    let within = |at: usize| {
        let place = tags.partition_point(|tag| tag.span.end <= at);
        tags.get(place).is_some_and(|tag| tag.span.start <= at)
    };
    hits.retain(|hit| {
        let (first, last) = query.bytes(hit.start as usize, hit.end as usize);
        !within(first) && !within(last.saturating_sub(1))
    });
}

/// What a tag counts for.
fn tag_matches(tag: &Tag) -> Vec<LicenseMatch> {
    let one = |expression: &String, score: f32, rule: &str| LicenseMatch {
        expression: expression.clone(),
        kind: LicenseKind::Tag,
        lines: tag.lines,
        score,
        rule: rule.to_string(),
    };
    match &tag.claim {
        Claim::Valid(expression) => vec![one(expression, 1.0, TAG_RULE)],
        Claim::Broken { known, .. } => {
            let named: std::collections::BTreeSet<&String> = known.iter().collect();
            named.into_iter().map(|expression| one(expression, BROKEN_TAG_SCORE, BROKEN_TAG_RULE)).collect()
        }
    }
}

/// What an expression as a whole asks of those who pass the code on.
pub fn category(expression: &str) -> Category {
    category::category(expression, &|id| Corpus::bundled().category(id))
}

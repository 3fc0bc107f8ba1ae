//! Which licences a file states: texts, notices, tags and mentions. Pure and in linear time.

mod align;
pub mod corpus;
pub mod encode;
mod exact;
mod format;
mod hit;
mod near;
mod query;
mod refine;
pub mod rule;
mod words;

use crate::model::license::{LicenseKind, LicenseMatch};
use crate::model::place::Lines;
use corpus::Corpus;
use hit::Hit;
use query::Query;
use rule::RuleKind;

/// Buffers of one thread.
#[derive(Default)]
pub struct Scratch {
    query: Query,
    near: near::Scratch,
    hits: Vec<Hit>,
}

/// The licence statements of a text, in line order. `path` decides what a field of a package manifest is.
pub fn detect(text: &[u8], _path: &str, scratch: &mut Scratch) -> Vec<LicenseMatch> {
    let corpus = Corpus::bundled();
    let Scratch { query, near, hits } = scratch;
    query.fill(corpus, text, &[(0, text.len(), 1)]);
    hits.clear();
    exact::find(corpus, query, hits);
    near::find(corpus, query, near, hits);
    refine::refine(corpus, hits);
    hits.iter().filter_map(|hit| statement(corpus, query, hit)).collect()
}

fn statement(corpus: &Corpus, query: &Query, hit: &Hit) -> Option<LicenseMatch> {
    let rule = corpus.rule(hit.rule)?;
    let (first, last) = hit.lines(query);
    Some(LicenseMatch {
        expression: corpus.expression(rule).to_string(),
        kind: match rule.kind {
            RuleKind::Text => LicenseKind::Text,
            RuleKind::Notice => LicenseKind::Notice,
            RuleKind::Tag => LicenseKind::Tag,
            _ => LicenseKind::Reference,
        },
        lines: Lines { first, last },
        score: hit.score(query, rule),
        rule: corpus.name(hit.rule).to_string(),
    })
}

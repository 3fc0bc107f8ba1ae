//! Rules that stand in a text word for word.
//!
//! Each rule is found by one of its grams, the one that the fewest rules hold; rules shorter than a gram by all their
//! words. The rolling hash of the text then says in one step whether the whole rule is there, and its words are compared
//! only if it does. So a text costs four look-ups a word and one comparison a word matched, whatever it repeats.

use super::corpus::Corpus;
use super::format::ANCHOR;
use super::hit::Hit;
use super::query::Query;

/// Words after which what was found is thinned out.
const BATCH: usize = 1 << 14;

/// Appends to `hits` every rule that stands in the text and none of whose words another hit has besides more, by start.
pub fn find(corpus: &Corpus, query: &Query, hits: &mut Vec<Hit>) {
    let mut thinned = hits.len();
    for at in 0..query.len() {
        for length in 1..=ANCHOR {
            let Some(spread) = query.spread(at, length, corpus.powers()) else { break };
            if corpus.may_anchor(spread) {
                anchored(corpus, query, at, spread, hits);
            }
        }
        if hits.len() - thinned > BATCH {
            thin_out(hits);
            thinned = hits.len();
        }
    }
    thin_out(hits);
}

fn anchored(corpus: &Corpus, query: &Query, at: usize, spread: u64, hits: &mut Vec<Hit>) {
    for (number, offset) in corpus.anchored(spread) {
        let (Some(rule), Some(start)) = (corpus.rule(number), at.checked_sub(usize::from(offset))) else { continue };
        let length = rule.length as usize;
        let hash = query.hash(start, length, corpus.powers());
        if hash.is_none_or(|hash| (hash >> 32) as u32 != corpus.rule_hash(number)) {
            continue;
        }
        if query.words.get(start..start + length) != Some(corpus.words(rule)) {
            continue;
        }
        let hit = Hit {
            rule: number,
            start: start as u32,
            end: (start + length) as u32,
            length: rule.length,
            high: rule.high,
            runs: Vec::new(),
        };
        if hit.is_undisturbed(query, corpus, rule) && !hit.is_strewn(query, rule) {
            hits.push(hit);
        }
    }
}

/// Leaves only hits that no other one contains.
fn thin_out(hits: &mut Vec<Hit>) {
    hits.sort_unstable_by_key(|hit| (hit.start, u32::MAX - hit.end, hit.rule));
    let mut reached = 0;
    hits.retain(|hit| {
        let new = hit.end > reached;
        reached = reached.max(hit.end);
        new
    });
}

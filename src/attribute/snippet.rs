//! A file's snippets as the tree stage sees them: what one lineage explains is one match, however many stretches it is in.

use std::collections::BTreeMap;

use crate::attribute::catalog::{Catalog, Source};
use crate::model::evidence::{ReleaseVote, SnippetMatch};
use crate::model::ids::{IndexNo, LineageId, ReleaseRange};
use crate::model::limits;
use crate::text::language::{self, Role};
use crate::text::sketch;

/// Languages between which code is moved as it is.
const KIN: &[&[&str]] = &[
    &["C", "C++", "Objective-C", "OpenCL", "GLSL", "Yacc", "Lex"],
    &["JavaScript", "TypeScript", "JSX", "TSX", "Vue"],
    &["Java", "Kotlin", "Scala", "Groovy"],
    &["CSS", "SCSS"],
];
/// Share of names kept from which even another language's code is believed.
const VERBATIM: f32 = 0.9;

/// Leaves out matches in another language that share the shape of code only: tables and declarations look alike in all.
pub fn same_language(catalog: &Catalog<'_>, language: Option<&str>, matches: &mut Vec<SnippetMatch>) {
    matches.retain(|part| {
        let source = || catalog.lineage(Source { index: part.index, lineage: part.lineage });
        part.exactness >= VERBATIM || source().is_none_or(|lineage| are_kin(language, &lineage.path))
    });
}

fn are_kin(language: Option<&str>, source: &str) -> bool {
    let theirs = language::of(source, b"");
    let Some(own) = language.filter(|_| theirs.role == Role::Code) else { return true };
    own == theirs.name || KIN.iter().any(|kin| kin.contains(&own) && kin.contains(&theirs.name))
}

/// Joins the matches of each lineage. Stretches that share a lineage become one group: its rivals compete for all of them
/// together, so that a changed file has one origin. A weak match joins a strong one of its lineage; alone it stays weak.
pub fn join(matches: Vec<SnippetMatch>, code_lines: u32) -> Vec<SnippetMatch> {
    if matches.len() < 2 {
        return matches;
    }
    let mut by_lineage: BTreeMap<(IndexNo, LineageId), Vec<SnippetMatch>> = BTreeMap::new();
    for one in matches {
        by_lineage.entry((one.index, one.lineage)).or_default().push(one);
    }
    let mut leaders: BTreeMap<u32, u32> = BTreeMap::new();
    for parts in by_lineage.values() {
        let groups: Vec<u32> =
            parts.iter().filter(|part| !part.weak).map(|part| leader(&leaders, part.group)).collect();
        let Some(first) = groups.iter().copied().min() else { continue };
        groups.into_iter().filter(|group| *group != first).for_each(|group| {
            leaders.insert(group, first);
        });
    }
    let mut out: Vec<SnippetMatch> =
        by_lineage.into_values().filter_map(|parts| one(parts, code_lines, &leaders)).collect();
    out.sort_by(|one, other| {
        let order = one.weak.cmp(&other.weak).then(other.score.total_cmp(&one.score));
        order.then((one.index, one.lineage).cmp(&(other.index, other.lineage)))
    });
    out
}

/// The group that a group was joined to. Leaders are always lower, so this ends.
fn leader(leaders: &BTreeMap<u32, u32>, mut group: u32) -> u32 {
    while let Some(next) = leaders.get(&group) {
        group = *next;
    }
    group
}

/// The matches of one lineage as one.
fn one(parts: Vec<SnippetMatch>, code_lines: u32, leaders: &BTreeMap<u32, u32>) -> Option<SnippetMatch> {
    let weak = parts.iter().all(|part| part.weak);
    let group = parts.iter().filter(|part| weak || !part.weak).map(|part| leader(leaders, part.group)).min()?;
    let lines: u32 = parts.iter().map(|part| part.code_lines).sum();
    let exact: f32 = parts.iter().map(|part| part.exactness * part.code_lines as f32).sum();
    let mut votes: BTreeMap<ReleaseRange, u32> = BTreeMap::new();
    for vote in parts.iter().flat_map(|part| &part.votes) {
        *votes.entry(vote.releases).or_default() += vote.tokens;
    }
    let mut ranges: Vec<_> = parts.iter().flat_map(|part| part.ranges.iter().copied()).collect();
    ranges.sort();
    // Each line is said once, of the first range that has it.
    let mut last = 0;
    ranges.retain_mut(|range| {
        let left = range.behind(last);
        *range = left.unwrap_or(*range);
        last = last.max(range.lines.last);
        left.is_some()
    });
    let code = lines.min(code_lines.max(1));
    let mut sketch = Vec::new();
    for hash in parts.iter().flat_map(|part| &part.sketch) {
        sketch::keep(&mut sketch, *hash, limits::FILE_SKETCH);
    }
    Some(SnippetMatch {
        score: parts.iter().map(|part| part.score).sum(),
        e_value: parts.iter().map(|part| part.e_value).fold(f64::INFINITY, f64::min),
        similarity: code as f32 / code_lines.max(1) as f32,
        exactness: if lines == 0 { 0.0 } else { exact / lines as f32 },
        code_lines: code,
        source_share: parts.iter().map(|part| part.source_share).sum::<f32>().min(1.0),
        ranges,
        votes: votes.into_iter().map(|(releases, tokens)| ReleaseVote { releases, tokens }).collect(),
        group,
        weak,
        sketch,
        ..parts.into_iter().next()?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ReleaseNo;
    use crate::model::place::{Lines, RangePair};

    fn part(lineage: u32, group: u32, first: u32, weak: bool) -> SnippetMatch {
        let lines = Lines { first, last: first + 9 };
        SnippetMatch {
            index: IndexNo(0),
            lineage: LineageId(lineage),
            score: 40.0,
            e_value: 1e-3,
            similarity: 0.1,
            exactness: 1.0,
            code_lines: 10,
            source_share: 0.2,
            ranges: vec![RangePair { lines, source_lines: lines }],
            lines_of: ReleaseNo(0),
            votes: Vec::new(),
            group,
            weak,
            sketch: vec![u64::from(first)],
        }
    }

    #[test]
    fn only_related_languages_lend_each_other_code() {
        assert!(
            are_kin(Some("Rust"), "src/a.rs") && are_kin(Some("C"), "a.hpp") && are_kin(Some("TypeScript"), "a.mjs")
        );
        assert!(!are_kin(Some("Rust"), "lib/a.js") && !are_kin(Some("C"), "a.py"));
        assert!(are_kin(None, "a.py") && are_kin(Some("Rust"), "LICENSE"));
    }

    #[test]
    fn what_one_lineage_explains_is_one_match() {
        let joined =
            join(vec![part(7, 0, 1, false), part(8, 0, 1, false), part(7, 1, 50, false), part(7, 90, 80, true)], 100);
        assert_eq!(joined.len(), 2);
        assert_eq!(
            (joined[0].lineage, joined[0].group, joined[0].code_lines, joined[0].ranges.len()),
            (LineageId(7), 0, 30, 3)
        );
        assert!((joined[0].similarity - 0.3).abs() < 1e-6 && (joined[0].source_share - 0.6).abs() < 1e-6);
        assert_eq!((joined[1].lineage, joined[1].group), (LineageId(8), 0));
        assert_eq!((&joined[0].sketch[..], &joined[1].sketch[..]), (&[1, 50, 80][..], &[1][..]));
    }

    #[test]
    fn stretches_of_different_files_stay_apart_and_the_weak_stay_weak() {
        let joined = join(vec![part(7, 0, 1, false), part(8, 1, 50, false), part(9, 91, 80, true)], 100);
        let groups: Vec<(u32, bool)> = joined.iter().map(|one| (one.group, one.weak)).collect();
        assert_eq!(groups, [(0, false), (1, false), (91, true)]);
    }
}

//! This report against an earlier one: what is new, changed, gone.
//!
//! A finding is known again by its id; else, where a component went from one place to another, by its component and content.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::finding::{Finding, Report};
use crate::model::purl::base_of;
use crate::model::review::{BaselineState, Gone};
use crate::model::sketch::Sketch;
use crate::review::recorded::{Recorded, RecordedFinding};

/// Resemblance of two sketches (see [`crate::model::sketch::Sketch`]) from which on they are of one content: a fifth of the
/// lines edited leaves about 0.5, a whole folder and one of its files have next to nothing.
pub const SAME_CONTENT: f64 = 0.2;

/// Share of a finding's files, or of its content, that may be there no more without it being a changed one.
const LOST: f64 = 0.2;

/// How a report stands to an earlier one.
#[derive(Debug, Default)]
pub struct Comparison {
    /// For each finding.
    pub findings: Vec<BaselineState>,
    /// For each discrepancy.
    pub discrepancies: Vec<BaselineState>,
    /// What is there no more, by place and purl.
    pub gone: Vec<Gone>,
}

/// Compares a report with an earlier one. Where only one of them looked for copied code nothing of it is new or gone.
pub fn compare(report: &Report, earlier: &Recorded) -> Comparison {
    if !earlier.is_comparable(report.wanted) {
        return Comparison::default();
    }
    let mut left: BTreeSet<usize> = (0..earlier.components.len()).collect();
    let mut by_id: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, one) in earlier.components.iter().enumerate().filter(|(_, one)| !one.id.is_empty()) {
        by_id.insert(&one.id, at);
    }
    let mut known: Vec<Option<usize>> = Vec::new();
    for finding in &report.findings {
        let same = by_id.get(finding.id.as_str()).copied().filter(|at| left.remove(at));
        known.push(same);
    }
    let mut by_name: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (at, one) in left.iter().filter_map(|at| Some((*at, earlier.components.get(*at)?))) {
        names(&one.purl, &one.aliases).for_each(|name| {
            by_name.entry(name).or_default().insert(at);
        });
    }
    for (finding, same) in report.findings.iter().zip(&mut known).filter(|(_, same)| same.is_none()) {
        let named = names(&finding.purl, &finding.aliases).filter_map(|name| by_name.get(&name));
        let candidates: BTreeSet<usize> = named.flatten().copied().filter(|at| left.contains(at)).collect();
        *same = moved(report, finding, earlier, &candidates);
        same.iter().for_each(|at| {
            left.remove(at);
        });
    }
    let state = |(finding, same): (&Finding, &Option<usize>)| match same.and_then(|at| earlier.components.get(at)) {
        None => BaselineState::New,
        Some(before) if is_changed(finding, before) => BaselineState::Changed,
        Some(_) => BaselineState::Unchanged,
    };
    let findings = report.findings.iter().zip(&known).map(state).collect();
    let before: BTreeSet<&str> = earlier.discrepancies.iter().map(|one| one.id.as_str()).collect();
    let now: BTreeSet<&str> = report.discrepancies.iter().map(|one| one.id.as_str()).collect();
    let seen = |id: &str| if before.contains(id) { BaselineState::Unchanged } else { BaselineState::New };
    let gone = left.into_iter().filter_map(|at| earlier.components.get(at));
    let gone = gone.map(|one| Gone { id: one.id.clone(), root: one.root.clone(), purl: one.purl.clone() });
    let lifted = earlier.discrepancies.iter().filter(|one| !now.contains(one.id.as_str()));
    let lifted = lifted.map(|one| Gone { id: one.id.clone(), root: one.root.clone(), purl: one.declared.purl.clone() });
    let mut gone: Vec<Gone> = gone.chain(lifted).collect();
    gone.sort_by(|one, other| (&one.root, &one.purl, &one.id).cmp(&(&other.root, &other.purl, &other.id)));
    let discrepancies = report.discrepancies.iter().map(|one| seen(&one.id)).collect();
    Comparison { findings, discrepancies, gone }
}

/// Of findings of the same component the one, as well managed, that resembles this one most.
fn moved(report: &Report, finding: &Finding, earlier: &Recorded, candidates: &BTreeSet<usize>) -> Option<usize> {
    let place = report.shown_path(finding.scan_root, &finding.root);
    let same = candidates.iter().filter_map(|at| {
        let before = earlier.components.get(*at)?;
        if before.managed != finding.is_managed() {
            return None;
        }
        // A report from before there were ids and sketches is compared by place.
        let at_place = before.id.is_empty() && before.root == place;
        let resemblance = if at_place { 1.0 } else { finding.sketch.resemblance(&before.sketch()) };
        (resemblance >= SAME_CONTENT).then_some((resemblance, *at))
    });
    same.max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1))).map(|(_, at)| at)
}

/// The names of a component as they compare.
fn names<'n>(purl: &'n str, aliases: &'n [String]) -> impl Iterator<Item = String> + 'n {
    std::iter::once(base_of(purl)).chain(aliases.iter().map(String::as_str)).map(str::to_lowercase)
}

fn is_changed(finding: &Finding, before: &RecordedFinding) -> bool {
    let versions = |all: &[String]| -> BTreeSet<String> { all.iter().cloned().collect() };
    versions(&finding.versions).is_disjoint(&versions(&before.versions))
        || finding.kind != before.kind
        || finding.license != before.license
        || finding.is_managed() != before.managed
        || finding.modified_files != before.modified_files
        || before
            .files
            .is_some_and(|files| finding.files > files || is_much_less(finding.files as usize, files as usize))
        || is_other_content(&finding.sketch, &before.sketch())
}

/// Whether there is content that was not there, or much less of it; a file that stands in for another one is, for a few hashes of
/// each file are in the sketch of a folder. A file that just fails to be found any more (its line ends were changed, say) is no
/// change of the rest. Reports from before there were sketches have none to compare with.
fn is_other_content(now: &Sketch, before: &Sketch) -> bool {
    if before.0.is_empty() {
        return false;
    }
    // The one that stands twice marks how far the least ones reach, which is another with every number of files.
    let distinct = |sketch: &Sketch| sketch.0.iter().copied().collect::<BTreeSet<u64>>();
    let (now, before) = (distinct(now), distinct(before));
    !now.is_subset(&before) || is_much_less(now.len(), before.len())
}

/// Whether more than [`LOST`] of what was there is not.
fn is_much_less(now: usize, before: usize) -> bool {
    (before.saturating_sub(now)) as f64 > before as f64 * LOST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::evidence::Wanted;
    use crate::model::finding::FindingKind;
    use crate::model::sample;

    fn recorded(report: &Report) -> Recorded {
        let one = |finding: &Finding| {
            let sketch: Vec<String> = finding.sketch.0.iter().map(|hash| format!("{hash:x}")).collect();
            serde_json::json!({"id": finding.id, "purl": finding.purl, "aliases": finding.aliases, "versions": finding.versions,
                "license": finding.license, "kind": finding.kind, "root": finding.root, "managed": finding.is_managed(),
                "modified_files": finding.modified_files, "files": finding.files, "sketch": sketch})
        };
        let components: Vec<_> = report.findings.iter().map(one).collect();
        serde_json::from_value(serde_json::json!({"schema": "foundling-report/1", "components": components})).unwrap()
    }

    fn with(findings: &[Finding]) -> Report {
        Report { findings: findings.to_vec(), roots: vec!["t".into()], ..Report::default() }
    }

    fn finding(purl: &str, root: &str, sketch: std::ops::Range<u64>) -> Finding {
        let mut finding = sample::finding(purl, &["1"], FindingKind::Vendored, root);
        finding.sketch = Sketch(sketch.collect());
        finding
    }

    #[test]
    fn a_finding_is_known_by_its_id_then_by_component_and_content() {
        let before = with(&[finding("pkg:npm/a@1", "lib/a", 0..40), finding("pkg:npm/b@1", "lib/b", 0..40)]);
        let earlier = recorded(&before);
        let same = compare(&before, &earlier);
        assert_eq!(same.findings, [BaselineState::Unchanged; 2]);
        assert!(same.gone.is_empty());
        let mut changed = before.findings[0].clone();
        changed.modified_files = 2;
        let now = with(&[changed, finding("pkg:npm/b@2", "ext/b", 0..40), finding("pkg:npm/b@1", "x/b", 100..140)]);
        let found = compare(&now, &earlier);
        assert_eq!(found.findings, [BaselineState::Changed, BaselineState::Unchanged, BaselineState::New]);
        assert!(found.gone.is_empty());
        let fewer = compare(&with(&[finding("pkg:npm/c@1", "lib/b", 0..40)]), &earlier);
        assert_eq!(fewer.findings, [BaselineState::New]);
        let gone: Vec<&str> = fewer.gone.iter().map(|one| one.purl.as_str()).collect();
        assert_eq!(gone, ["pkg:npm/a@1", "pkg:npm/b@1"]);
    }

    #[test]
    fn more_files_or_other_content_in_a_known_folder_are_a_change() {
        let before = with(&[finding("pkg:npm/a@1", "lib/a", 0..40)]);
        let earlier = recorded(&before);
        let mut grown = before.findings[0].clone();
        grown.files += 8;
        assert_eq!(compare(&with(&[grown]), &earlier).findings, [BaselineState::Changed]);
        for other in [500..540, 1..41, 0..41, 0..20] {
            let other = with(&[finding("pkg:npm/a@1", "lib/a", other)]);
            assert_eq!(compare(&other, &earlier).findings, [BaselineState::Changed]);
        }
    }

    #[test]
    fn a_file_that_is_found_no_more_changes_nothing_of_the_rest() {
        let mut before = finding("pkg:npm/a@1", "lib/a", 0..180);
        before.files = 19;
        let earlier = recorded(&with(&[before.clone()]));
        let mut less = finding("pkg:npm/a@1", "lib/a", 0..170);
        less.files = 18;
        less.sketch.0.push(169);
        assert_eq!(compare(&with(&[less.clone()]), &earlier).findings, [BaselineState::Unchanged]);
        less.modified_files = 1;
        assert_eq!(compare(&with(&[less]), &earlier).findings, [BaselineState::Changed]);
        let mut half = before;
        half.files = 9;
        assert_eq!(compare(&with(&[half]), &earlier).findings, [BaselineState::Changed]);
    }

    #[test]
    fn what_was_not_looked_for_is_neither_new_nor_gone() {
        let report = with(&[finding("pkg:npm/a@1", "lib/a", 0..40)]);
        let mut earlier = recorded(&report);
        earlier.wanted = Some(vec!["licenses".into()]);
        let looked = Report { wanted: Wanted::ALL, ..report };
        let found = compare(&looked, &earlier);
        assert!(found.findings.is_empty() && found.gone.is_empty());
        earlier.wanted = Some(vec!["matches".into()]);
        assert_eq!(compare(&looked, &earlier).findings, [BaselineState::Unchanged]);
        let nothing = Report { wanted: Wanted { licenses: true, ..Wanted::NONE }, ..Report::default() };
        assert!(compare(&nothing, &earlier).gone.is_empty());
    }

    #[test]
    fn one_of_two_copies_that_is_new_is_new() {
        let one = finding("pkg:npm/a@1", "lib/a", 0..40);
        let earlier = recorded(&with(std::slice::from_ref(&one)));
        let found = compare(&with(&[one, finding("pkg:npm/a@1", "other/a", 0..40)]), &earlier);
        assert_eq!(found.findings, [BaselineState::Unchanged, BaselineState::New]);
    }
}

//! Figures over a whole report that more than one format shows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::Code;
use crate::model::evidence::MatchKind;
use crate::model::finding::{FileMatch, FileReport, Finding, FindingKind, Origin, Report};
use crate::model::ids::RootNo;
use crate::report::layout::split_purl;

/// Figures over a report.
#[derive(Debug, Default)]
pub(crate) struct Summary<'r> {
    /// Findings that a manifest accounts for.
    pub managed: u64,
    /// Distinct components among the findings that no manifest accounts for.
    pub undeclared: u64,
    /// Files with a match of open source that no finding accounts for, or one that no manifest accounts for.
    pub unmanaged_files: u64,
    /// Files with copied lines too few for a finding, and the distinct components these are of.
    pub pieces: (u64, u64),
    /// Files by the licence expressions that they state; a file counts under each.
    pub licenses: BTreeMap<&'r str, u64>,
    /// Findings by licence expression.
    pub component_licenses: BTreeMap<&'r str, u64>,
    /// Findings without one.
    pub unknown_licenses: u64,
    /// Findings by kind: vendored, copied, snippet.
    pub kinds: [u64; 3],
    /// Files that problems stand for, by code.
    pub problems: BTreeMap<Code, u64>,
}

impl<'r> Summary<'r> {
    /// Counts `report`.
    pub fn of(report: &'r Report) -> Summary<'r> {
        let mut sum = Summary::default();
        let mut undeclared = BTreeSet::new();
        for finding in &report.findings {
            match &finding.license {
                Some(license) => *sum.component_licenses.entry(license).or_default() += 1,
                None => sum.unknown_licenses += 1,
            }
            let [vendored, copied, snippet] = &mut sum.kinds;
            *match finding.kind {
                FindingKind::Vendored => vendored,
                FindingKind::Copied => copied,
                FindingKind::Snippet => snippet,
            } += 1;
            if finding.is_managed() {
                sum.managed += 1;
            } else {
                undeclared.insert(split_purl(&finding.purl).0);
            }
        }
        sum.undeclared = undeclared.len() as u64;
        let owners = Owners::of(report);
        let unmanaged = |file: &&FileReport| {
            !file.managed
                && open_source(file)
                    .any(|found| owners.owner(file, &found.purl).is_none_or(|finding| !finding.is_managed()))
        };
        sum.unmanaged_files = report.files.iter().filter(unmanaged).count() as u64;
        let mut lenders = BTreeSet::new();
        for file in &report.files {
            let loose = owners.loose(file);
            sum.pieces.0 += u64::from(loose.is_some());
            file.stated().into_iter().for_each(|license| *sum.licenses.entry(license).or_default() += 1);
            let lent = loose.into_iter().flat_map(|_| open_source(file)).map(|found| split_purl(&found.purl).0);
            lenders.extend(lent);
        }
        sum.pieces.1 = lenders.len() as u64;
        for problem in &report.problems {
            let count = sum.problems.entry(problem.code).or_default();
            *count = count.saturating_add(problem.count);
        }
        sum
    }
}

/// Which finding a file's match belongs to.
pub(crate) struct Owners<'r> {
    /// By scan root and component: the findings of open source.
    findings: HashMap<(RootNo, &'r str), Vec<(usize, &'r Finding)>>,
}

impl<'r> Owners<'r> {
    /// Sorts the findings of `report` by component.
    pub fn of(report: &'r Report) -> Owners<'r> {
        Owners::among(&report.findings)
    }

    /// Sorts `all` by component.
    pub fn among(all: &'r [Finding]) -> Owners<'r> {
        let mut findings: HashMap<_, Vec<_>> = HashMap::new();
        for (no, finding) in all.iter().enumerate() {
            findings.entry((finding.scan_root, split_purl(&finding.purl).0)).or_default().push((no, finding));
        }
        Owners { findings }
    }

    /// The finding that `file` with a match of `purl` is part of: that component at the innermost place around it.
    pub fn owner(&self, file: &FileReport, purl: &str) -> Option<&'r Finding> {
        self.numbered(file, purl).map(|(_, finding)| finding)
    }

    /// As [`Owners::owner`], with the finding's place among those that were sorted.
    pub fn numbered(&self, file: &FileReport, purl: &str) -> Option<(usize, &'r Finding)> {
        let findings = self.findings.get(&(file.scan_root, split_purl(purl).0))?;
        let around = findings.iter().filter(|(_, finding)| lies_in(&file.path, &finding.root));
        around.max_by_key(|(_, finding)| finding.root.len()).copied()
    }

    /// The best of the copied lines of a file that is part of no finding; what an installed package is made of is its own business.
    pub fn loose<'f>(&self, file: &'f FileReport) -> Option<&'f FileMatch> {
        if file.managed {
            return None;
        }
        if open_source(file).any(|found| self.owner(file, &found.purl).is_some()) {
            return None;
        }
        open_source(file).find(|found| found.kind == MatchKind::Snippet)
    }
}

/// The matches of a file but for those of a company's own code, best first.
pub(crate) fn open_source(file: &FileReport) -> impl Iterator<Item = &FileMatch> {
    file.matches.iter().filter(|found| found.origin == Origin::OpenSource)
}

/// Whether `path` is `place` or lies below it, in a folder or in an archive.
pub(super) fn lies_in(path: &str, place: &str) -> bool {
    match path.strip_prefix(place) {
        Some(rest) => {
            place.is_empty()
                || rest.is_empty()
                || place.ends_with('/')
                || rest.starts_with('/')
                || rest.starts_with("!/")
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_match_belongs_to_its_component_at_the_innermost_place() {
        let report = sample::report();
        let owners = Owners::of(&report);
        let file = |path: &str| report.files.iter().find(|file| file.path == path).unwrap();
        let inner = owners.owner(file("third_party/zlib/inflate.c"), "pkg:generic/zlib@1.2.8").unwrap();
        assert_eq!(inner.root, "third_party/zlib");
        assert!(owners.owner(file("third_party/zlib/inflate.c"), "pkg:generic/other@1").is_none());
    }

    #[test]
    fn a_place_ends_at_a_folder() {
        let cases =
            [("a/b", "a", true), ("ab", "a", false), ("a", "a", true), ("x", "", true), ("z.zip!/a", "z.zip", true)];
        for (path, place, expected) in cases {
            assert_eq!(lies_in(path, place), expected, "{path} in {place}");
        }
    }

    #[test]
    fn figures_add_up_without_internal_reuse() {
        let mut report = sample::report();
        report.files.push(sample::internal_file());
        let sum = Summary::of(&report);
        assert_eq!((sum.undeclared, sum.managed, sum.unmanaged_files), (3, 1, 4));
        assert_eq!(sum.pieces, (0, 0), "pieces of own code are not counted");
        assert_eq!((sum.kinds, sum.unknown_licenses), ([2, 1, 1], 1));
        assert_eq!(sum.problems.values().sum::<u64>(), 46);
    }
}

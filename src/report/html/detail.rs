//! Everything that a page says of one entry once it is opened, and what a decision about it needs.

use std::borrow::Cow;

use serde::Serialize;

use super::items::Subject;
use crate::model::finding::{Change, Declared, DeclaredAt, Declarer, Discrepancy, Finding, Paths, Relation, Report};
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::purl::base_of;
use crate::model::review::{Decided, Verdict};
use crate::model::sketch::written;
use crate::report::layout::safe;

/// Entries of one chunk.
pub(super) const DETAILS: usize = 50;

/// One entry in full. Texts are safe to show.
#[derive(Default, Serialize)]
pub(super) struct Detail<'r> {
    purl: Cow<'r, str>,
    root: Cow<'r, str>,
    versions: Vec<Cow<'r, str>>,
    /// How many versions there are, those that are not listed included.
    version_count: usize,
    aliases: Vec<Cow<'r, str>>,
    /// Purl and date.
    also_in: Vec<[Cow<'r, str>; 2]>,
    licence: Cow<'r, str>,
    /// By whom, where, what.
    declared: Vec<(Declarer, Cow<'r, str>, Cow<'r, str>)>,
    /// Expression and files.
    detected: Vec<(Cow<'r, str>, u32)>,
    notice_removed: Listed<'r>,
    notice_replaced: Listed<'r>,
    left_behind: Cow<'r, str>,
    unlicensed: Listed<'r>,
    modified: Listed<'r>,
    managed: Option<(Relation, Declaration<'r>)>,
    duplicates: Vec<Declaration<'r>>,
    stated: Vec<Declaration<'r>>,
    /// Date of the newest release.
    newest_released: Cow<'r, str>,
    decided: Option<DecidedRow<'r>>,
    set_aside: Cow<'r, str>,
    /// What was declared, for a discrepancy.
    declaration: Option<Declaration<'r>>,
    changes: Vec<(Change, Cow<'r, str>)>,
    /// First and count of each run of its files.
    runs: Vec<(u32, u32)>,
}

/// Files of a mark: how many, and some of them.
#[derive(Default, Serialize)]
struct Listed<'r>(u32, Vec<Cow<'r, str>>);

/// Manifest, line, purl.
#[derive(Serialize)]
struct Declaration<'r>(Cow<'r, str>, u32, Cow<'r, str>);

/// Reason, author, date, last day, what takes its place, and where the decision stands.
#[derive(Serialize)]
struct DecidedRow<'r>(Cow<'r, str>, Cow<'r, str>, Cow<'r, str>, Cow<'r, str>, Cow<'r, str>, String);

/// What a decision about an entry is keyed by, spelt as it is: see [`crate::review::decision`].
#[derive(Serialize)]
pub(super) struct Key<'r> {
    component: &'r str,
    /// Hexadecimal digits.
    sketch: Vec<String>,
    /// Patterns of the place, where there is no sketch.
    paths: Vec<String>,
}

/// The key of a decision about `subject`.
pub(super) fn key<'r>(report: &Report, subject: &Subject<'r>) -> Key<'r> {
    let (purl, sketch, root, below): (&str, Vec<String>, RootNo, &str) = match subject {
        Subject::Finding(finding, _) | Subject::Internal(finding) => {
            (&finding.purl, written(&finding.sketch, &finding.around), finding.scan_root, &finding.root)
        }
        Subject::Discrepancy(one, _) => (&one.declared.purl, Vec::new(), one.scan_root, &one.root),
    };
    let place = globset::escape(&report.shown_path(root, below));
    let paths = if sketch.is_empty() { vec![place.clone(), format!("{place}/**")] } else { Vec::new() };
    Key { component: base_of(purl), sketch, paths }
}

/// Turns entries into details.
pub(super) struct Details<'r> {
    /// Whose entries.
    pub report: &'r Report,
}

impl<'r> Details<'r> {
    /// What is said of `subject`, whose files are `runs`.
    pub fn of(&self, subject: &Subject<'r>, runs: &[(u32, u32)]) -> Detail<'r> {
        let detail = match *subject {
            Subject::Finding(finding, verdict) => self.finding(finding).with(verdict),
            Subject::Internal(finding) => self.finding(finding),
            Subject::Discrepancy(one, verdict) => self.discrepancy(one).with(verdict),
        };
        Detail { runs: runs.to_vec(), ..detail }
    }

    fn shown(&self, root: RootNo, path: &'r str) -> Cow<'r, str> {
        match self.report.shown_path(root, path) {
            Cow::Borrowed(path) => safe(path),
            Cow::Owned(path) => Cow::Owned(safe(&path).into_owned()),
        }
    }

    fn listed(&self, root: RootNo, paths: &'r Paths) -> Listed<'r> {
        Listed(paths.count, paths.listed.iter().map(|path| self.shown(root, path)).collect())
    }

    fn declaration(&self, root: RootNo, at: &'r DeclaredAt) -> Declaration<'r> {
        Declaration(self.shown(root, &at.manifest), at.line, safe(&at.purl))
    }

    fn finding(&self, finding: &'r Finding) -> Detail<'r> {
        let root = finding.scan_root;
        let declarations = |all: &'r [DeclaredAt]| all.iter().map(|at| self.declaration(root, at)).collect();
        let detail = Detail {
            purl: safe(&finding.purl),
            root: self.shown(root, &finding.root),
            versions: finding.versions.iter().take(limits::PAGE_LISTED).map(|version| safe(version)).collect(),
            version_count: finding.versions.len(),
            aliases: finding.aliases.iter().map(|purl| safe(purl)).collect(),
            also_in: finding.also_in.iter().map(|also| [safe(&also.purl), safe(&also.released)]).collect(),
            licence: finding.license.as_deref().map(safe).unwrap_or_default(),
            modified: self.listed(root, &finding.modified),
            managed: finding.managed.as_ref().map(|by| (by.relation, self.declaration(root, &by.at))),
            duplicates: declarations(&finding.duplicates),
            stated: declarations(&finding.stated),
            newest_released: text(finding.newest.as_ref().and_then(|newest| newest.released.as_ref())),
            ..Detail::default()
        };
        self.licensing(detail, finding)
    }

    fn licensing(&self, detail: Detail<'r>, finding: &'r Finding) -> Detail<'r> {
        let Some(licensing) = &finding.licensing else { return detail };
        let root = finding.scan_root;
        let path = |one: &'r Declared| match (&one.path, one.by) {
            (Some(path), Declarer::Release) => safe(path),
            (Some(path), _) => self.shown(root, path),
            (None, _) => Cow::default(),
        };
        let declared = licensing.declared.iter().take(limits::PAGE_STATEMENTS);
        let detected = licensing.detected.iter().take(limits::PAGE_STATEMENTS);
        Detail {
            declared: declared.map(|one| (one.by, path(one), safe(&one.expression))).collect(),
            detected: detected.map(|(expression, files)| (safe(expression), *files)).collect(),
            notice_removed: self.listed(root, &licensing.notice_removed),
            notice_replaced: self.listed(root, &licensing.notice_replaced),
            left_behind: text(licensing.left_behind.as_ref()),
            unlicensed: self.listed(root, &licensing.unlicensed),
            ..detail
        }
    }

    fn discrepancy(&self, one: &'r Discrepancy) -> Detail<'r> {
        let root = one.scan_root;
        let changes = one.changes.iter().take(limits::CHANGES_LISTED);
        Detail {
            purl: safe(&one.declared.purl),
            root: self.shown(root, &one.root),
            versions: one.found.iter().take(limits::PAGE_LISTED).map(|version| safe(version)).collect(),
            version_count: one.found.len(),
            declaration: Some(self.declaration(root, &one.declared)),
            changes: changes.map(|(change, path)| (*change, self.shown(root, path))).collect(),
            ..Detail::default()
        }
    }
}

impl<'r> Detail<'r> {
    fn with(self, verdict: Option<&'r Verdict>) -> Detail<'r> {
        let decided = verdict.and_then(|verdict| verdict.decided.as_ref());
        let set_aside = text(verdict.and_then(|verdict| verdict.set_aside.as_ref()));
        Detail { decided: decided.map(decided_row), set_aside, ..self }
    }
}

fn decided_row(decided: &Decided) -> DecidedRow<'_> {
    let Decided { reason, author, date, expires, replaced_by, file, line, .. } = decided;
    let place = format!("{}:{line}", safe(file));
    DecidedRow(safe(reason), safe(author), safe(date), text(expires.as_ref()), text(replaced_by.as_ref()), place)
}

fn text(of: Option<&String>) -> Cow<'_, str> {
    of.map(|text| safe(text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::items::subjects;
    use crate::report::sample;

    #[test]
    fn an_entry_says_who_manages_it_who_decided_and_where_its_files_are() {
        let report = sample::reviewed();
        let details = Details { report: &report };
        let all = subjects(&report);
        let all: Vec<_> = all.iter().map(|one| serde_json::to_value(details.of(one, &[(3, 2)])).unwrap()).collect();
        let by = serde_json::json!(["declares", ["package-lock.json", 12, "pkg:npm/lodash@4.17.21"]]);
        assert_eq!(all[0]["managed"], by);
        assert_eq!((&all[3]["runs"][0][1], &all[3]["decided"][1]), (&2.into(), &"Ada".into()));
        assert_eq!(all[4]["also_in"], serde_json::json!([["pkg:npm/bus@1.0.0", "2024-02-29"]]));
        assert_eq!(all[5]["changes"].as_array().unwrap().len(), 5);
    }

    #[test]
    fn a_decision_is_keyed_by_component_and_content_or_place() {
        let mut report = sample::reviewed();
        report.findings[2].sketch.0.clear();
        report.findings[2].root = "static/[a]*".to_string();
        let all = subjects(&report);
        let keys: Vec<_> = all.iter().map(|one| serde_json::to_value(key(&report, one)).unwrap()).collect();
        assert_eq!(keys[3]["component"], "pkg:generic/zlib");
        assert_eq!(keys[3]["sketch"][2], "0000000000000003");
        assert_eq!(keys[2]["paths"], serde_json::json!(["static/[[]a[]][*]", "static/[[]a[]][*]/**"]));
        assert_eq!(keys[5]["paths"][0], "vendor/a");
    }
}

//! What the JSON report says of declarations, and what is thought of findings: the fields of [`super::json`] that have to do
//! with manifests, decisions, earlier reports and remedies.

use std::borrow::Cow;

use serde::Serialize;

use crate::model::declaration::ManifestKind;
use crate::model::finding::{
    Change, DeclaredAt, Discrepancy, DiscrepancyKind, Finding, ManifestRead, Newest, Paths, Relation, Report,
};
use crate::model::ids::RootNo;
use crate::model::review::{
    BaselineState, Condition, Decided, Effort, Excluded, Failure, Gone, IdleDecision, Remedy, Review, Verdict,
};
use crate::model::sketch::written;

/// What a manifest says, and where.
#[derive(Serialize)]
pub(super) struct Declaration<'r> {
    manifest: Cow<'r, str>,
    /// 0 where not known.
    line: u32,
    purl: &'r str,
}

#[derive(Serialize)]
struct ManagedBy<'r> {
    relation: Relation,
    #[serde(flatten)]
    at: Declaration<'r>,
}

#[derive(Serialize)]
struct NewestRelease<'r> {
    version: &'r str,
    released: Option<&'r str>,
    behind: u32,
}

/// So many files, the first of them by name.
#[derive(Serialize)]
pub(super) struct FileList<'r> {
    files: u32,
    listed: Vec<Cow<'r, str>>,
}

impl<'r> FileList<'r> {
    /// Of files below a root.
    pub fn of(report: &'r Report, root: RootNo, paths: &'r Paths) -> FileList<'r> {
        FileList { files: paths.count, listed: paths.listed.iter().map(|path| report.shown_path(root, path)).collect() }
    }
}

/// What to do; `manifest` is where `line` belongs.
#[derive(Serialize)]
struct ToDo<'r> {
    effort: Effort,
    package: Option<&'r str>,
    line: Option<&'r str>,
    manifest: Option<Cow<'r, str>>,
    newest: Option<&'r str>,
    behind: Option<u32>,
    modified: FileList<'r>,
}

/// What is thought of one finding; `null` and empty where no review was made.
#[derive(Serialize)]
struct Thought<'r> {
    conditions: &'r [Condition],
    decision: Option<&'r Decided>,
    state: Option<BaselineState>,
    /// Why the settings' thresholds leave it out.
    set_aside: Option<&'r str>,
}

/// The fields of a component.
#[derive(Serialize)]
pub(super) struct OfFinding<'r> {
    id: &'r str,
    /// Hashes of the matched content, hexadecimal: see `text::sketch`; behind a `+` of all text of the files and those around.
    sketch: Vec<String>,
    managed_by: Option<ManagedBy<'r>>,
    duplicates: Vec<Declaration<'r>>,
    stated: Vec<Declaration<'r>>,
    newest: Option<NewestRelease<'r>>,
    modified: FileList<'r>,
    /// Files of code below a vendored folder of which the indexes know nothing.
    unknown_files: u32,
    #[serde(flatten)]
    thought: Thought<'r>,
    remedy: Option<ToDo<'r>>,
}

/// An entry of `discrepancies[]`.
#[derive(Serialize)]
pub(super) struct OfDiscrepancy<'r> {
    id: &'r str,
    kind: DiscrepancyKind,
    declared: Declaration<'r>,
    root: Cow<'r, str>,
    found: &'r [String],
    files: u32,
    /// How, and which file.
    changes: Vec<(Change, Cow<'r, str>)>,
    #[serde(flatten)]
    thought: Thought<'r>,
}

/// An entry of `manifests[]`.
#[derive(Serialize)]
pub(super) struct OfManifest<'r> {
    path: Cow<'r, str>,
    kind: ManifestKind,
    ecosystem: &'r str,
    whole: bool,
    declarations: u64,
}

/// The report as a whole.
#[derive(Serialize)]
pub(super) struct OfReport<'r> {
    /// Whether findings were looked at at all.
    made: bool,
    /// Findings and discrepancies with a decision, and without.
    decided: usize,
    open: usize,
    idle_decisions: &'r [IdleDecision],
    gone: &'r [Gone],
    /// The settings' file as it was given.
    settings: Option<&'r str>,
    excluded: &'r [Excluded],
    failures: &'r [Failure],
}

fn declaration<'r>(report: &'r Report, root: RootNo, at: &'r DeclaredAt) -> Declaration<'r> {
    Declaration { manifest: report.shown_path(root, &at.manifest), line: at.line, purl: &at.purl }
}

fn thought(verdict: Option<&Verdict>) -> Thought<'_> {
    Thought {
        conditions: verdict.map_or(&[], |verdict| &verdict.conditions),
        decision: verdict.and_then(|verdict| verdict.decided.as_ref()),
        state: verdict.and_then(|verdict| verdict.state),
        set_aside: verdict.and_then(|verdict| verdict.set_aside.as_deref()),
    }
}

/// The fields of a finding, with what is thought of it.
pub(super) fn finding<'r>(report: &'r Report, finding: &'r Finding, verdict: Option<&'r Verdict>) -> OfFinding<'r> {
    let root = finding.scan_root;
    let all = |all: &'r [DeclaredAt]| all.iter().map(|at| declaration(report, root, at)).collect();
    let newest = |Newest { version, released, behind }: &'r Newest| NewestRelease {
        version,
        released: released.as_deref(),
        behind: *behind,
    };
    OfFinding {
        id: &finding.id,
        sketch: written(&finding.sketch, &finding.around),
        managed_by: finding
            .managed
            .as_ref()
            .map(|managed| ManagedBy { relation: managed.relation, at: declaration(report, root, &managed.at) }),
        duplicates: all(&finding.duplicates),
        stated: all(&finding.stated),
        newest: finding.newest.as_ref().map(newest),
        modified: FileList::of(report, root, &finding.modified),
        unknown_files: finding.unknown_files,
        thought: thought(verdict),
        remedy: verdict.and_then(|verdict| verdict.remedy.as_ref()).map(|remedy| to_do(report, root, remedy)),
    }
}

fn to_do<'r>(report: &'r Report, root: RootNo, remedy: &'r Remedy) -> ToDo<'r> {
    ToDo {
        effort: remedy.effort,
        package: remedy.package.as_deref(),
        line: remedy.line.as_deref(),
        manifest: remedy.manifest.as_deref().map(|path| report.shown_path(root, path)),
        newest: remedy.newest.as_deref(),
        behind: remedy.behind,
        modified: FileList::of(report, root, &remedy.modified),
    }
}

/// An entry of `discrepancies[]`.
pub(super) fn discrepancy<'r>(
    report: &'r Report,
    one: &'r Discrepancy,
    verdict: Option<&'r Verdict>,
) -> OfDiscrepancy<'r> {
    let shown = |path: &'r str| report.shown_path(one.scan_root, path);
    OfDiscrepancy {
        id: &one.id,
        kind: one.kind,
        declared: declaration(report, one.scan_root, &one.declared),
        root: shown(&one.root),
        found: &one.found,
        files: one.files,
        changes: one.changes.iter().map(|(change, path)| (*change, shown(path))).collect(),
        thought: thought(verdict),
    }
}

/// An entry of `manifests[]`.
pub(super) fn manifest<'r>(report: &'r Report, manifest: &'r ManifestRead) -> OfManifest<'r> {
    OfManifest {
        path: report.shown_path(manifest.root, &manifest.path),
        kind: manifest.kind,
        ecosystem: &manifest.ecosystem,
        whole: manifest.whole,
        declarations: manifest.declarations,
    }
}

/// What is thought of the report as a whole.
pub(super) fn review(review: &Review) -> OfReport<'_> {
    let all = || review.findings.iter().chain(&review.discrepancies);
    let decided = all().filter(|verdict| verdict.decided.is_some()).count();
    OfReport {
        made: all().next().is_some(),
        decided,
        open: all().filter(|verdict| verdict.decided.is_none() && !verdict.conditions.is_empty()).count(),
        idle_decisions: &review.idle,
        gone: &review.gone,
        settings: review.settings.as_deref(),
        excluded: &review.excluded,
        failures: &review.failures,
    }
}

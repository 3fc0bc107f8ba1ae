//! What is to be thought of findings: whether they are decided, break the policy, are new, and what to do about them.
//! Findings themselves say what *is*; everything that depends on somebody's wishes stands here.

use crate::model::finding::Paths;

/// What was decided about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionKind {
    /// It may stay as it is.
    Accepted,
    /// A package takes, or took, its place.
    ReplacedBy,
    /// It is not that component.
    FalsePositive,
    /// It is the company's own code.
    OwnCode,
    /// It will go.
    ToBeRemoved,
}

/// The decision that holds for a finding.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Decided {
    /// What was decided.
    pub kind: DecisionKind,
    /// Why.
    pub reason: String,
    /// By whom.
    pub author: String,
    /// ISO date.
    pub date: String,
    /// ISO date of the last day on which it holds.
    pub expires: Option<String>,
    /// What takes its place, for [`DecisionKind::ReplacedBy`].
    pub replaced_by: Option<String>,
    /// The decisions file as it was given, and the decision's line in it, from 1.
    pub file: String,
    /// See `file`.
    pub line: u32,
}

/// A decision that decides nothing in this scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct IdleDecision {
    /// The decisions file as it was given.
    pub file: String,
    /// The decision's line in it, from 1.
    pub line: u32,
    /// The component or pattern that it names.
    pub component: String,
    /// Why it decides nothing.
    pub why: Idle,
    /// Of one that no finding matches, files with copied lines of the component all the same: too few for a finding, or of
    /// another content.
    #[serde(default)]
    pub files: u64,
}

/// Why a decision decides nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idle {
    /// Its last day is over; findings that it named are open again.
    Expired,
    /// No finding is what it names.
    NeverMatched,
}

/// How a finding stands to an earlier report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaselineState {
    /// It was not there.
    New,
    /// It was there, in another release, extent or licence.
    Changed,
    /// It was there.
    Unchanged,
}

/// A finding of the earlier report that is there no more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Gone {
    /// Its id.
    pub id: String,
    /// The place as that report showed it.
    pub root: String,
    /// The purl.
    pub purl: String,
}

/// Conditions that a run can be made to fail on; also what a finding is marked with. The names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// A component that no manifest accounts for.
    Unmanaged,
    /// A licence that the policy denies.
    DeniedLicence,
    /// No licence is known.
    UnknownLicence,
    /// A copy that was changed.
    ModifiedCopy,
    /// An older release than the newest that is known.
    Stale,
    /// A copy beside the managed one.
    Duplicate,
    /// A declaration that names another release than is there.
    WrongVersion,
    /// A package folder whose files are not those of its release.
    Tampered,
    /// A declared component of which nothing is there.
    Absent,
    /// A package folder that its lockfile does not know.
    Extraneous,
}

impl Condition {
    /// Every condition.
    pub const ALL: [Condition; 10] = [
        Condition::Unmanaged,
        Condition::DeniedLicence,
        Condition::UnknownLicence,
        Condition::ModifiedCopy,
        Condition::Stale,
        Condition::Duplicate,
        Condition::WrongVersion,
        Condition::Tampered,
        Condition::Absent,
        Condition::Extraneous,
    ];

    /// The name, as reports and settings have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Condition::Unmanaged => "unmanaged",
            Condition::DeniedLicence => "denied-licence",
            Condition::UnknownLicence => "unknown-licence",
            Condition::ModifiedCopy => "modified-copy",
            Condition::Stale => "stale",
            Condition::Duplicate => "duplicate",
            Condition::WrongVersion => "wrong-version",
            Condition::Tampered => "tampered",
            Condition::Absent => "absent",
            Condition::Extraneous => "extraneous",
        }
    }
}

/// How much work it is to be rid of a copy; cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effort {
    /// The package is in use already: delete the copy.
    Delete,
    /// Unmodified: delete it and add the package.
    Replace,
    /// Unmodified, and no package is known that replaces it: note where it is from.
    Declare,
    /// Modified: bring the changes upstream, or keep them as a patch, then replace it.
    Upstream,
    /// Pieces of it: rewrite them, or keep them with their notice.
    Review,
}

/// What to do about an unmanaged component.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Remedy {
    /// How much work it is.
    pub effort: Effort,
    /// The package that replaces it, with the version found; `None` where none is known.
    pub package: Option<String>,
    /// The manifest line or install command of an ecosystem that the tree uses.
    pub line: Option<String>,
    /// The manifest that the line belongs into, below the scan root.
    pub manifest: Option<String>,
    /// The newest version that the indexes know.
    pub newest: Option<String>,
    /// Releases between the found and the newest one, the newest counted.
    pub behind: Option<u32>,
    /// Files that differ from the release, to be brought upstream first.
    #[serde(skip)]
    pub modified: Paths,
}

/// What is thought of one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The decision that holds for it.
    pub decided: Option<Decided>,
    /// What it is marked with, in order.
    pub conditions: Vec<Condition>,
    /// How it stands to the earlier report; `None` where there is none.
    pub state: Option<BaselineState>,
    /// What to do about it; `None` where nothing is to be done.
    pub remedy: Option<Remedy>,
    /// Why it does not count, where the settings' thresholds leave it out.
    pub set_aside: Option<String>,
}

/// A condition that was asked to fail the run, and does.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    /// Which.
    pub condition: Condition,
    /// Ids of the findings and discrepancies that meet it, in the report's order.
    pub ids: Vec<String>,
}

/// A part of the tree that the settings leave out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Excluded {
    /// The pattern.
    pub pattern: String,
    /// Why, as the settings say.
    pub reason: String,
    /// Files that it left out.
    pub files: u64,
}

/// What is thought of a whole report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// One for each finding, in the report's order; empty where no review was made.
    pub findings: Vec<Verdict>,
    /// One for each discrepancy.
    pub discrepancies: Vec<Verdict>,
    /// Findings of the earlier report that are gone, by place and purl.
    pub gone: Vec<Gone>,
    /// What of the settings holds: the file they were read from, as it was given; `None` where there is none.
    pub settings: Option<String>,
    /// Decisions that decide nothing, by file and line.
    pub idle: Vec<IdleDecision>,
    /// Parts of the tree that the settings leave out.
    pub excluded: Vec<Excluded>,
    /// Licence rules for parts of the tree that hold no file, by their number; only the run itself says so.
    pub idle_licence_paths: Vec<usize>,
    /// What the run fails on, by condition.
    pub failures: Vec<Failure>,
}

//! What the tree stage concludes: the report as data. `report/` turns it into formats; nothing here is format specific.

use crate::error::Problem;
use crate::model::evidence::MatchKind;
use crate::model::ids::RootNo;
use crate::model::place::RangePair;

/// How much of a component was found at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingKind {
    /// A directory of it.
    Vendored,
    /// One or a few whole files.
    Copied,
    /// Parts of files.
    Snippet,
}

/// One component at one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The root of the scan that holds the place.
    pub scan_root: RootNo,
    /// The purl with the best version.
    pub purl: String,
    /// Every version the evidence cannot tell apart, best first; holds the one in `purl`.
    pub versions: Vec<String>,
    /// SPDX expression the index records for the release.
    pub license: Option<String>,
    /// How much of it.
    pub kind: FindingKind,
    /// The directory or file that holds it, below the scan root; empty for the scan root itself.
    pub root: String,
    /// Whether a manifest or lockfile of the tree accounts for it.
    pub managed: bool,
    /// Scanned files that belong to it.
    pub files: u32,
    /// Those among them that differ from every candidate release.
    pub modified_files: u32,
    /// Lines of it: whole files' lines, and the lines of snippets.
    pub lines: u64,
    /// Probability that component and place are right, 0 to 1.
    pub confidence: f32,
}

/// One explanation of a file.
#[derive(Clone, Debug)]
pub struct FileMatch {
    /// The release it comes from.
    pub purl: String,
    /// Identical, normalised or snippet.
    pub kind: MatchKind,
    /// Path in the release.
    pub source_path: String,
    /// Share of the scanned file's code lines that it explains, 0 to 1.
    pub similarity: f32,
    /// Share of what matched whose names are unchanged, 0 to 1.
    pub exactness: f32,
    /// Expected number of chance matches as good; `None` for whole files.
    pub e_value: Option<f64>,
    /// What matches what. Empty for whole files: everything does.
    pub ranges: Vec<RangePair>,
}

/// One scanned file in the report.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// The root of the scan that holds it.
    pub scan_root: RootNo,
    /// Path below the root.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes.
    pub blake3: [u8; 32],
    /// Language; `None` for what is not text.
    pub language: Option<&'static str>,
    /// Best explanation first.
    pub matches: Vec<FileMatch>,
}

/// One index of the scan.
#[derive(Clone, Debug)]
pub struct IndexSummary {
    /// Hex digest that names the index's content.
    pub id: String,
    /// Where it was read from; `bundled` for the one inside the binary.
    pub name: String,
    /// Components in it.
    pub components: u64,
    /// Releases in it.
    pub releases: u64,
    /// Files of those releases, repeated contents included.
    pub files: u64,
}

/// A scan's whole result, in an order that depends on nothing but the tree and the indexes.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The indexes that were used.
    pub indexes: Vec<IndexSummary>,
    /// The roots as they were given.
    pub roots: Vec<String>,
    /// Files that were read.
    pub files_read: u64,
    /// Their bytes.
    pub bytes_read: u64,
    /// Findings by root, then place, then purl.
    pub findings: Vec<Finding>,
    /// Files with a match (every file if all were asked for), by root and path.
    pub files: Vec<FileReport>,
    /// What was not examined in full, by code and path.
    pub problems: Vec<Problem>,
}

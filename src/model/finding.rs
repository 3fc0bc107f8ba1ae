//! What the tree stage concludes: the report as data. `report/` turns it into formats; nothing here is format specific.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::error::Problem;
use crate::model::copyright::Copyright;
use crate::model::declaration::{Manifest, ManifestKind};
use crate::model::digest::Digests;
use crate::model::evidence::{MatchKind, Wanted};
use crate::model::ids::RootNo;
use crate::model::license::{self, LicenseMatch};
use crate::model::limits;
use crate::model::place::{RangePair, folder};
use crate::model::purl::base_of;
use crate::model::review::Review;
use crate::model::sketch::Sketch;

/// How much of a component was found at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FindingKind {
    /// A directory of it.
    Vendored,
    /// One or a few whole files.
    Copied,
    /// Parts of files.
    Snippet,
}

/// Whose code a component is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Anybody's.
    #[default]
    OpenSource,
    /// The company's own, as the index says: a copy of it is internal reuse.
    Internal,
}

impl Origin {
    /// Of what an index says.
    pub fn of(own: bool) -> Origin {
        if own { Origin::Internal } else { Origin::OpenSource }
    }
}

/// An open-source component that holds the same code as a finding of internal reuse, later than that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct AlsoIn {
    /// The purl with the first version that holds it.
    pub purl: String,
    /// ISO date of that release.
    pub released: String,
}

/// How a manifest accounts for a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// It names the component at the place.
    Declares,
    /// It names a package at a place around it: the component came with that package.
    Carries,
}

/// A component as a manifest of the tree names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct DeclaredAt {
    /// The manifest, below the scan root.
    pub manifest: String,
    /// Its line, from 1; 0 where not known.
    pub line: u32,
    /// The purl, with the version where one is given.
    pub purl: String,
}

/// Who accounts for a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManagedBy {
    /// How.
    pub relation: Relation,
    /// Where it is said.
    pub at: DeclaredAt,
}

/// The newest release of a component.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Newest {
    /// Its version.
    pub version: String,
    /// ISO date.
    pub released: Option<String>,
    /// Releases that came after the best one of the finding.
    pub behind: u32,
}

/// One component at one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The root of the scan that holds the place.
    pub scan_root: RootNo,
    /// The purl with the best version.
    pub purl: String,
    /// Whose code it is.
    pub origin: Origin,
    /// Other purls of the component, without version; sorted.
    pub aliases: Vec<String>,
    /// Open source that holds the code since later than internal reuse does; by purl, at most [`limits::ALSO_IN`].
    pub also_in: Vec<AlsoIn>,
    /// Every version the evidence cannot tell apart, best first; holds the one in `purl`.
    pub versions: Vec<String>,
    /// SPDX expression the index records for the release.
    pub license: Option<String>,
    /// How much of it.
    pub kind: FindingKind,
    /// The directory or file that holds it, below the scan root; empty for the scan root itself.
    pub root: String,
    /// Names the finding: of its component, its place and whether it is managed, so it stays while versions, contents and
    /// indexes change. 12 hexadecimal digits.
    pub id: String,
    /// What it matches on, so that it is known again elsewhere: see [`Sketch`].
    pub sketch: Sketch,
    /// As that, of all text of its files, and of those around it of which something matches: what a newer index may find to be
    /// the component's, too. Empty where it is the same.
    pub around: Sketch,
    /// The manifest that accounts for it at its place; `None` where none does.
    pub managed: Option<ManagedBy>,
    /// Where manifests of the tree name the component although none accounts for this copy: it is a duplicate of a managed
    /// one. At most [`limits::DUPLICATES`].
    pub duplicates: Vec<DeclaredAt>,
    /// What the place is declared to be, where a note or record stands there; by manifest.
    pub stated: Vec<DeclaredAt>,
    /// The newest release that the indexes know; `None` where they do not know the component's releases.
    pub newest: Option<Newest>,
    /// Scanned files that belong to it.
    pub files: u32,
    /// Those among them that differ from every candidate release.
    pub modified_files: u32,
    /// Files of code below a vendored folder, beside tests and examples, of which the indexes know nothing: they are not said
    /// to be as released.
    pub unknown_files: u32,
    /// Those, by name.
    pub modified: Paths,
    /// Lines of it: whole files' lines, and the lines of snippets.
    pub lines: u64,
    /// Probability that component and place are right, 0 to 1.
    pub confidence: f32,
    /// What is said of its licence; `None` where licences were not looked for.
    pub licensing: Option<Licensing>,
}

impl Finding {
    /// Whether a manifest accounts for it.
    pub fn is_managed(&self) -> bool {
        self.managed.is_some()
    }
}

/// Who declares the licence of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Declarer {
    /// The index records it for the release.
    Index,
    /// A licence file at the finding's root states it.
    LicenseFile,
    /// A readme file there does, and no licence file says anything.
    Readme,
    /// A licence file at the top of the release does, by what the index knows of it, and nobody else says anything.
    Release,
}

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// By whom.
    pub by: Declarer,
    /// The file, below the scan root; of a release the path in it.
    pub path: Option<String>,
    /// SPDX expression.
    pub expression: String,
}

/// Some files: how many, and the first of them by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// How many.
    pub count: u32,
    /// At most [`limits::MARKED_FILES`], below the scan root.
    pub listed: Vec<String>,
}

impl Paths {
    /// Adds one; they come in order.
    pub fn add(&mut self, path: &str) {
        self.count = self.count.saturating_add(1);
        if self.listed.len() < limits::MARKED_FILES {
            self.listed.push(path.to_string());
        }
    }
}

/// What a finding's licence is declared to be, what its files state, and what they lack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Licensing {
    /// The index first, then files by path.
    pub declared: Vec<Declared>,
    /// Files of the finding by the expression they state; a file counts under each.
    pub detected: BTreeMap<String, u32>,
    /// Files whose original names a licence and which name none.
    pub notice_removed: Paths,
    /// Files whose original names a licence and which name others only.
    pub notice_replaced: Paths,
    /// The release's licence file, by its path there, where the vendored folder has none.
    pub left_behind: Option<String>,
    /// Text files of a vendored folder that say nothing of a licence.
    pub unlicensed: Paths,
}

/// Something worth a look in a finding's licensing. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseFlag {
    /// See [`Licensing::notice_removed`].
    NoticeRemoved,
    /// See [`Licensing::notice_replaced`].
    NoticeReplaced,
    /// See [`Licensing::left_behind`].
    LicenseFileLeftBehind,
    /// See [`Licensing::unlicensed`].
    FilesWithoutLicense,
}

impl Licensing {
    /// Nothing said and nothing amiss.
    pub const NOTHING: Licensing = Licensing {
        declared: Vec::new(),
        detected: BTreeMap::new(),
        notice_removed: Paths { count: 0, listed: Vec::new() },
        notice_replaced: Paths { count: 0, listed: Vec::new() },
        left_behind: None,
        unlicensed: Paths { count: 0, listed: Vec::new() },
    };

    /// What is worth a look.
    pub fn flags(&self) -> Vec<LicenseFlag> {
        let all = [
            (LicenseFlag::NoticeRemoved, self.notice_removed.count > 0),
            (LicenseFlag::NoticeReplaced, self.notice_replaced.count > 0),
            (LicenseFlag::LicenseFileLeftBehind, self.left_behind.is_some()),
            (LicenseFlag::FilesWithoutLicense, self.unlicensed.count > 0),
        ];
        all.into_iter().filter(|(_, set)| *set).map(|(flag, _)| flag).collect()
    }
}

/// One explanation of a file.
#[derive(Clone, Debug)]
pub struct FileMatch {
    /// The release it comes from.
    pub purl: String,
    /// Whose code that is.
    pub origin: Origin,
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
    /// Other digests, where they were asked for and something matches.
    pub digests: Option<Box<Digests>>,
    /// Language; `None` for what is not text.
    pub language: Option<&'static str>,
    /// Best explanation first.
    pub matches: Vec<FileMatch>,
    /// What it says of its licence, in line order.
    pub licenses: Vec<LicenseMatch>,
    /// Licences that it names without saying anything of itself: in its history, of other parts, in the name of a file.
    pub mentions: Vec<LicenseMatch>,
    /// Its copyright statements, in line order.
    pub copyrights: Vec<Copyright>,
    /// Whether a manifest accounts for the file at its place.
    pub managed: bool,
}

impl FileReport {
    /// The distinct expressions that the file states; a mention states nothing.
    pub fn stated(&self) -> BTreeSet<&str> {
        license::stated(&self.licenses)
    }
}

/// One index of the scan.
#[derive(Clone, Debug, serde::Deserialize)]
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

/// A manifest that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManifestRead {
    /// The root it was found under.
    pub root: RootNo,
    /// Path below the root.
    pub path: String,
    /// What it is.
    pub kind: ManifestKind,
    /// As [`Manifest::ecosystem`].
    pub ecosystem: String,
    /// As [`Manifest::whole`].
    pub whole: bool,
    /// How many components it names.
    pub declarations: u64,
}

impl From<Manifest> for ManifestRead {
    fn from(manifest: Manifest) -> ManifestRead {
        let Manifest { root, path, kind, ecosystem, whole, declarations, .. } = manifest;
        ManifestRead {
            root,
            path,
            kind,
            ecosystem: ecosystem.to_string(),
            whole,
            declarations: declarations.len() as u64,
        }
    }
}

/// What is wrong with a declaration, in view of what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiscrepancyKind {
    /// The place holds another release than is declared.
    WrongVersion,
    /// Files of a package folder differ from what was released.
    Tampered,
    /// Nothing of the declared component is there.
    Absent,
    /// A package folder that its lockfile does not know.
    Extraneous,
}

/// How a file differs from what was released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Other bytes.
    Modified,
    /// The release has it, the folder does not.
    Missing,
    /// The folder has it, the release does not.
    Added,
}

/// A declaration that does not agree with what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// The root of the scan.
    pub scan_root: RootNo,
    /// Names it as [`Finding::id`] does a finding.
    pub id: String,
    /// What is wrong.
    pub kind: DiscrepancyKind,
    /// The declaration.
    pub declared: DeclaredAt,
    /// The place, below the scan root; empty for the root itself.
    pub root: String,
    /// The versions that the content says, best first; empty where it says none.
    pub found: Vec<String>,
    /// How many files differ.
    pub files: u32,
    /// The first of them by path, at most [`limits::CHANGES_LISTED`].
    pub changes: Vec<(Change, String)>,
}

/// That only what changed was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Since {
    /// As it was asked for.
    pub revision: String,
    /// The commit that it names.
    pub commit: String,
    /// Files that changed, new and deleted ones among them.
    pub changed_files: u64,
    /// Unchanged files beside them that were looked at, too.
    pub context_files: u64,
}

/// A scan's whole result, in an order that depends on nothing but the tree and the indexes.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was looked for.
    pub wanted: Wanted,
    /// The indexes that were used.
    pub indexes: Vec<IndexSummary>,
    /// The roots as they were given.
    pub roots: Vec<String>,
    /// Those among them that are files themselves: what they hold goes by the file's own name.
    pub file_roots: BTreeSet<RootNo>,
    /// Files that were read.
    pub files_read: u64,
    /// Their bytes.
    pub bytes_read: u64,
    /// Findings of open source by root, then place, then purl.
    pub findings: Vec<Finding>,
    /// Internal reuse in the same order: a company's own code, no open source and nobody's to declare.
    pub internal: Vec<Finding>,
    /// Manifests that were read, by root and path.
    pub manifests: Vec<ManifestRead>,
    /// Where declarations and content disagree, by root, place, kind and purl.
    pub discrepancies: Vec<Discrepancy>,
    /// Files with a match or a licence (every file if all were asked for), by root and path.
    pub files: Vec<FileReport>,
    /// What was not examined in full, by code and path.
    pub problems: Vec<Problem>,
    /// That it is of changed files only; `None` where it is of all.
    pub since: Option<Since>,
    /// What is to be thought of it.
    pub review: Review,
}

/// `value` to four decimals; what is no number is 0, and so is minus 0.
fn rounded(value: f32) -> f32 {
    let value = (f64::from(value) * 1e4).round() / 1e4;
    if value.is_finite() { (value + 0.0) as f32 } else { 0.0 }
}

/// What stands for the scan root itself, where it is the only one.
const HERE: &str = ".";

/// Share of a file that the pieces of one component must be to make it a changed copy.
const CHANGED_FILE: f32 = 0.5;

impl Report {
    /// Whether a finding that is made of pieces is most of its file: a changed copy of one.
    pub fn is_changed_file(&self, finding: &Finding) -> bool {
        let at = self
            .files
            .binary_search_by(|file| (file.scan_root, file.path.as_str()).cmp(&(finding.scan_root, &finding.root)));
        let file = at.ok().and_then(|at| self.files.get(at));
        let all = file.into_iter().flat_map(|file| &file.matches);
        let own = all.filter(|found| base_of(&found.purl) == base_of(&finding.purl));
        own.map(|found| found.similarity).sum::<f32>() >= CHANGED_FILE
    }

    /// Brings its figures to the four decimals that are reported, so that a report that is written and read back is the same.
    pub fn round(&mut self) {
        for finding in self.findings.iter_mut().chain(&mut self.internal) {
            finding.confidence = rounded(finding.confidence);
        }
        for file in &mut self.files {
            for found in &mut file.matches {
                found.similarity = rounded(found.similarity);
                found.exactness = rounded(found.exactness);
            }
            for found in file.licenses.iter_mut().chain(&mut file.mentions) {
                found.score = rounded(found.score);
            }
        }
    }

    /// `path` below `root` as reports show it: as it is where there is one root, else behind the root as it was given.
    pub fn shown_path<'r>(&'r self, root: RootNo, path: &'r str) -> Cow<'r, str> {
        let given = match self.roots.get(root.0 as usize) {
            Some(given) if self.roots.len() > 1 => given.as_str(),
            _ if path.is_empty() => return Cow::Borrowed(HERE),
            _ => return Cow::Borrowed(path),
        };
        let before = if self.file_roots.contains(&root) { folder_with_slash(given) } else { given };
        match (before.is_empty(), path.is_empty()) {
            (_, true) => Cow::Borrowed(given),
            (true, _) => Cow::Borrowed(path),
            _ => Cow::Owned(format!("{}/{path}", before.trim_end_matches('/'))),
        }
    }
}

/// The folder of a path; `/` for what stands in the topmost one.
fn folder_with_slash(path: &str) -> &str {
    match folder(path) {
        "" if path.starts_with('/') => "/",
        folder => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_carry_their_root_only_among_several() {
        let mut report = Report { roots: vec!["tree".into()], ..Report::default() };
        assert_eq!(report.shown_path(RootNo(0), "a/b"), "a/b");
        assert_eq!(report.shown_path(RootNo(0), ""), ".");
        report.roots = vec!["tree/".into(), "/".into()];
        assert_eq!(report.shown_path(RootNo(0), "a"), "tree/a");
        assert_eq!(report.shown_path(RootNo(1), "a"), "/a");
        assert_eq!(report.shown_path(RootNo(0), ""), "tree/");
    }

    #[test]
    fn files_of_a_mark_are_all_counted_and_not_all_named() {
        let mut paths = Paths::default();
        (0..=limits::MARKED_FILES).for_each(|at| paths.add(&at.to_string()));
        assert_eq!((paths.count as usize, paths.listed.len()), (limits::MARKED_FILES + 1, limits::MARKED_FILES));
    }

    #[test]
    fn a_root_that_is_a_file_is_named_once() {
        let roots = ["dir/a.c", "b.zip", "/c.c", "dir"].map(String::from).to_vec();
        let report = Report { roots, file_roots: (0..3).map(RootNo).collect(), ..Report::default() };
        assert_eq!(report.shown_path(RootNo(0), "a.c"), "dir/a.c");
        assert_eq!(report.shown_path(RootNo(1), "b.zip!/x.c"), "b.zip!/x.c");
        assert_eq!(report.shown_path(RootNo(2), "c.c"), "/c.c");
        assert_eq!(report.shown_path(RootNo(3), "dir/a.c"), "dir/dir/a.c");
    }
}

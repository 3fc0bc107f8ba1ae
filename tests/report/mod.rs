//! The report as another program reads it, and as a person does.

mod bom;
mod formats;
mod hostile;
mod page;

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;

use crate::program::{Ran, Tree, known, run, scan};
use crate::sources;

// The contract, as a reader in another program would declare it.

#[derive(Debug, Deserialize)]
pub struct Document {
    pub schema: String,
    pub tool: Tool,
    pub indexes: Vec<Index>,
    pub roots: Vec<String>,
    pub summary: Summary,
    pub components: Vec<Component>,
    pub internal: Vec<Component>,
    pub files: Vec<File>,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Deserialize)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

#[derive(Debug, Deserialize)]
pub struct Index {
    pub id: String,
    pub components: u64,
    pub releases: u64,
    pub files: u64,
}

#[derive(Debug, Deserialize)]
pub struct Summary {
    pub files: u64,
    pub bytes: u64,
    pub components: u64,
    pub internal_components: u64,
    pub unmanaged_files: u64,
    pub licenses: BTreeMap<String, u64>,
    pub component_licenses: BTreeMap<String, u64>,
    pub kinds: Kinds,
}

#[derive(Debug, Deserialize)]
pub struct Kinds {
    pub vendored: usize,
    pub copied: usize,
    pub snippet: usize,
}

#[derive(Debug, Deserialize)]
pub struct Component {
    pub purl: String,
    pub origin: String,
    pub aliases: Vec<String>,
    pub versions: Vec<String>,
    pub license: Option<String>,
    pub kind: FindingKind,
    pub root: String,
    pub managed: bool,
    pub files: u64,
    pub modified_files: u64,
    pub lines: u64,
    pub confidence: f64,
    pub declared: Vec<Declared>,
    pub detected: BTreeMap<String, u64>,
    pub license_flags: Vec<String>,
    pub notice_removed: FileList,
    pub notice_replaced: FileList,
    pub license_file_left_behind: Option<String>,
    pub files_without_license: FileList,
    pub also_in: Vec<AlsoIn>,
}

#[derive(Debug, Deserialize)]
pub struct AlsoIn {
    pub purl: String,
    pub released: String,
}

#[derive(Debug, Deserialize)]
pub struct Declared {
    pub by: String,
    pub path: Option<String>,
    pub expression: String,
}

#[derive(Debug, Deserialize)]
pub struct FileList {
    pub files: u64,
    pub listed: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum FindingKind {
    Vendored,
    Copied,
    Snippet,
}

const KINDS: [FindingKind; 3] = [FindingKind::Vendored, FindingKind::Copied, FindingKind::Snippet];

#[derive(Debug, Deserialize)]
pub struct File {
    pub path: String,
    pub bytes: u64,
    pub blake3: String,
    pub language: Option<String>,
    pub matches: Vec<Match>,
    pub licenses: Vec<License>,
    pub copyrights: Vec<Copyright>,
}

#[derive(Debug, Deserialize)]
pub struct Match {
    pub purl: String,
    pub origin: Option<String>,
    pub kind: MatchKind,
    pub source_path: String,
    pub similarity: f64,
    pub exactness: f64,
    pub ranges: Vec<Range>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum MatchKind {
    Identical,
    Normalized,
    Snippet,
}

#[derive(Debug, Deserialize)]
pub struct Range {
    pub lines: [u32; 2],
    pub source_lines: [u32; 2],
}

#[derive(Debug, Deserialize)]
pub struct License {
    pub expression: String,
    pub kind: String,
    pub lines: [u32; 2],
    pub score: f64,
    pub rule: String,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)] // declared for their shape alone
pub struct Copyright {
    pub statement: String,
    pub holder: String,
    pub years: String,
    pub lines: [u32; 2],
}

#[derive(Debug, Deserialize)]
pub struct Problem {
    pub code: String,
    pub path: String,
    pub detail: String,
}

impl Document {
    /// Reads a report and checks what the contract says of any.
    #[track_caller]
    pub fn read(text: &str) -> Document {
        let document: Document = serde_json::from_str(text).expect("a report as the contract has it");
        assert_eq!(document.schema, "foundling-report/1");
        assert_eq!(
            (document.tool.name.as_str(), document.tool.version.as_str()),
            ("foundling", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(document.summary.components, document.components.len() as u64);
        assert!(document.indexes.iter().all(|index| index.id.len() == 32 && index.files >= index.releases));
        let count = |kind| document.components.iter().filter(|component| component.kind == kind).count();
        let Kinds { vendored, copied, snippet } = document.summary.kinds;
        assert_eq!([vendored, copied, snippet], KINDS.map(count));
        let licensed = document.components.iter().filter(|component| component.license.is_some()).count() as u64;
        assert_eq!(document.summary.component_licenses.values().sum::<u64>(), licensed);
        for (expression, files) in &document.summary.licenses {
            let states =
                |file: &&File| file.licenses.iter().any(|one| one.kind != "reference" && one.expression == *expression);
            assert_eq!(document.files.iter().filter(states).count() as u64, *files, "{expression}");
        }
        assert_eq!(document.summary.internal_components, document.internal.len() as u64);
        document.components.iter().chain(&document.internal).for_each(Component::check);
        assert!(document.components.iter().all(|one| one.origin == "open-source" && one.also_in.is_empty()));
        assert!(
            document
                .internal
                .iter()
                .all(|one| one.origin == "internal" && !one.managed && one.license_flags.is_empty())
        );
        document.files.iter().for_each(File::check);
        let undeclared = document.components.iter().any(|component| !component.managed)
            || document.files.iter().any(|file| file.matches.iter().any(|found| found.origin.is_none()));
        assert_eq!(undeclared, document.summary.unmanaged_files > 0);
        for problem in &document.problems {
            assert!(problem.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{problem:?}");
            assert!(!problem.detail.is_empty(), "{problem:?}");
        }
        document
    }
}

impl Component {
    fn check(&self) {
        let (_, version) = self.purl.rsplit_once('@').expect("a version");
        assert!(self.purl.starts_with("pkg:") && self.versions.first().is_some_and(|best| best == version), "{self:?}");
        assert!(
            (0.0..=1.0).contains(&self.confidence) && self.modified_files <= self.files && self.files > 0,
            "{self:?}"
        );
        assert!(self.lines > 0 && !self.root.is_empty(), "{self:?}");
        assert!(self.license.as_ref().is_none_or(|license| !license.is_empty()), "{self:?}");
        assert!(self.aliases.is_sorted() && self.aliases.iter().all(|alias| !alias.contains('@')), "{self:?}");
        let flags = [
            ("notice-removed", self.notice_removed.files > 0),
            ("notice-replaced", self.notice_replaced.files > 0),
            ("license-file-left-behind", self.license_file_left_behind.is_some()),
            ("files-without-license", self.files_without_license.files > 0),
        ];
        let set: Vec<&str> = flags.into_iter().filter(|(_, set)| *set).map(|(code, _)| code).collect();
        assert_eq!(self.license_flags, set);
        assert!(self.detected.values().all(|files| (1..=self.files).contains(files)), "{self:?}");
        for list in [&self.notice_removed, &self.notice_replaced, &self.files_without_license] {
            assert!(list.files <= self.files && list.listed.len() as u64 == list.files.min(20), "{self:?}");
        }
        for declared in &self.declared {
            assert_eq!(declared.by == "index", declared.path.is_none(), "{self:?}");
            assert!(["index", "license-file", "readme", "release"].contains(&declared.by.as_str()), "{self:?}");
        }
    }
}

impl File {
    fn check(&self) {
        assert_eq!(self.blake3.len(), 64, "{self:?}");
        let stated = self.licenses.iter().map(|license| license.lines);
        assert!(
            stated.chain(self.copyrights.iter().map(|one| one.lines)).all(|[first, last]| first <= last),
            "{self:?}"
        );
        for license in &self.licenses {
            assert!(["text", "notice", "tag", "reference"].contains(&license.kind.as_str()), "{self:?}");
            assert!((0.0..=1.0).contains(&license.score) && !license.rule.is_empty(), "{self:?}");
            let mode = spdx::ParseMode { allow_deprecated: true, ..spdx::ParseMode::STRICT };
            assert!(spdx::Expression::parse_mode(&license.expression, mode).is_ok(), "{self:?}");
        }
        for found in &self.matches {
            assert!((0.0..=1.0).contains(&found.similarity) && (0.0..=1.0).contains(&found.exactness), "{self:?}");
            assert!(found.kind != MatchKind::Snippet || !found.ranges.is_empty(), "{self:?}");
            assert!(found.origin.as_ref().is_none_or(|origin| origin == "internal"), "{self:?}");
            assert!(!found.source_path.is_empty() && found.purl.contains('@'), "{self:?}");
            for Range { lines, source_lines } in &found.ranges {
                assert!([lines, source_lines].iter().all(|[first, last]| 1 <= *first && first <= last), "{self:?}");
            }
        }
    }
}

#[test]
fn a_report_has_the_shape_that_was_promised() {
    let tree = Tree::of(&[
        ("a.c", sources::c_file(200, 3)),
        ("b.bin", "\0\u{1}".into()),
        (".gitignore", "x\n".into()),
        ("x", "x".into()),
    ]);
    let ran = scan(tree.path(), ["--all-files"]);
    let document = Document::read(&ran.stdout);
    assert_eq!(document.roots, ["."]);
    assert_eq!((document.indexes[0].components, document.indexes[0].releases), (3, 5));
    let bytes = document.files.iter().map(|file| file.bytes).sum::<u64>();
    assert_eq!((document.summary.files, document.summary.bytes), (3, bytes));
    assert_eq!((document.summary.unmanaged_files, document.summary.licenses.len()), (0, 0));
    let shown: Vec<(&str, Option<&str>)> =
        document.files.iter().map(|file| (file.path.as_str(), file.language.as_deref())).collect();
    assert_eq!(shown[1..], [("a.c", Some("C")), ("b.bin", None)]);
    let problems: Vec<(&str, &str)> =
        document.problems.iter().map(|problem| (problem.code.as_str(), problem.path.as_str())).collect();
    assert_eq!(problems, [("binary", "b.bin"), ("ignored", ".gitignore")]);
    assert!(Document::read(&scan(tree.path(), ["."]).stdout).files.is_empty(), "only files with something to say");
}

#[test]
fn a_report_of_nothing_says_what_was_looked_at_and_what_was_not() {
    let tree =
        Tree::of(&[("in/own.c", sources::c_file(201, 4)), ("in/.gitignore", "*.o\n".into()), ("in/a.o", "x".into())]);
    tree.add("in/logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let ran = human(&tree);
    same_report(&ran.stdout, include_str!("nothing.txt"));
}

/// The report for people of the tree's folder `in`.
fn human(tree: &Tree) -> Ran {
    fs::copy(known(), tree.path().join("known.fdx")).expect("a copy");
    let ran = run(tree.path(), ["scan", "--no-default-index", "--index", "known.fdx", "in"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    ran
}

/// Compares a whole report with the one that was read and found good.
#[track_caller]
pub fn same_report(got: &str, expected: &str) {
    assert!(got == expected, "the report was\n{got}\nand is to be\n{expected}");
}

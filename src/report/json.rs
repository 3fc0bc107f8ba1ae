//! The report for programs: `foundling-report/1`. One entry a line, so that two reports can be compared line by line.
//!
//! Entries are written as they are reached; no second copy of the report is held in memory. The schema's promises:
//! fields are added, never renamed or dropped, under one schema number.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

use crate::error::Code;
use crate::model::copyright::Copyright;
use crate::model::digest::{Digests, hex};
use crate::model::evidence::{MatchKind, Wanted};
use crate::model::finding::{
    AlsoIn, Declared, Declarer, FileMatch, FileReport, Finding, FindingKind, IndexSummary, LicenseFlag, Licensing,
    Origin, Paths, Report,
};
use crate::model::license::{LicenseKind, LicenseMatch};
use crate::model::place::{Lines, RangePair};
use crate::model::review::Verdict;
use crate::report::json_review::{self, FileList, OfFinding};
use crate::report::layout::{unsafe_to_show, write_escaped};
use crate::report::summary::Summary;

/// What the report is written by; rises when a field is renamed or dropped.
pub const SCHEMA: &str = "foundling-report/1";

/// Who writes.
#[derive(Serialize)]
pub(super) struct Tool {
    pub name: &'static str,
    pub version: &'static str,
}

/// This program.
pub(super) const TOOL: Tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
pub(super) struct Index<'r> {
    id: &'r str,
    name: &'r str,
    components: u64,
    releases: u64,
    files: u64,
}

/// `components`, `component_licenses` and `unknown_licenses` count entries of `components[]`, `internal_components` those
/// of `internal[]`, `licenses` files.
#[derive(Serialize)]
pub(super) struct Figures<'r> {
    files: u64,
    bytes: u64,
    components: u64,
    internal_components: u64,
    unmanaged_files: u64,
    licenses: &'r BTreeMap<&'r str, u64>,
    component_licenses: &'r BTreeMap<&'r str, u64>,
    unknown_licenses: u64,
    managed: u64,
    kinds: Kinds,
    /// Files by problem code.
    problems: &'r BTreeMap<Code, u64>,
}

#[derive(Serialize)]
pub(super) struct Kinds {
    vendored: u64,
    copied: u64,
    snippet: u64,
}

#[derive(Serialize)]
pub(super) struct Component<'r> {
    purl: &'r str,
    origin: Origin,
    aliases: &'r [String],
    versions: &'r [String],
    license: Option<&'r str>,
    kind: FindingKind,
    root: Cow<'r, str>,
    managed: bool,
    files: u32,
    modified_files: u32,
    lines: u64,
    confidence: f64,
    /// Empty, as the fields below, where licences were not looked for.
    declared: Vec<Declaration<'r>>,
    detected: &'r BTreeMap<String, u32>,
    license_flags: Vec<LicenseFlag>,
    notice_removed: FileList<'r>,
    notice_replaced: FileList<'r>,
    license_file_left_behind: Option<&'r str>,
    files_without_license: FileList<'r>,
    /// Empty where the component is open source.
    also_in: &'r [AlsoIn],
    #[serde(flatten)]
    of: OfFinding<'r>,
}

#[derive(Serialize)]
pub(super) struct Declaration<'r> {
    by: Declarer,
    path: Option<Cow<'r, str>>,
    expression: &'r str,
}

#[derive(Serialize)]
pub(super) struct File<'r> {
    path: Cow<'r, str>,
    bytes: u64,
    blake3: String,
    /// This and the next three: where digests were asked for and something matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    swhid: Option<String>,
    /// Lines that matches begin or end with, each with its first byte, from 0, and the one behind its last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    line_bytes: Vec<(u32, u64, u64)>,
    language: Option<&'static str>,
    matches: Vec<Match<'r>>,
    licenses: Vec<License<'r>>,
    /// Licences that the file names without saying anything of itself.
    mentions: Vec<License<'r>>,
    copyrights: &'r [Copyright],
    /// Whether a manifest accounts for the file at its place.
    managed: bool,
}

#[derive(Serialize)]
pub(super) struct License<'r> {
    expression: &'r str,
    kind: LicenseKind,
    lines: Lines,
    score: f64,
    rule: &'r str,
}

#[derive(Serialize)]
pub(super) struct Match<'r> {
    purl: &'r str,
    /// Left out where the code is open source.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    kind: MatchKind,
    source_path: &'r str,
    similarity: f64,
    exactness: f64,
    ranges: &'r [RangePair],
}

/// Writes `report` as JSON, ended by a line end.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let sum = Summary::of(report);
    out.write_all(b"{\n")?;
    field(out, "schema", &SCHEMA)?;
    field(out, "tool", &TOOL)?;
    field(out, "wanted", &wanted(report))?;
    list(out, "indexes", report.indexes.iter().map(index))?;
    out.write_all(b",\n")?;
    field(out, "roots", &report.roots)?;
    field(out, "file_roots", &report.file_roots.iter().map(|root| root.0).collect::<Vec<_>>())?;
    field(out, "since", &report.since)?;
    field(out, "summary", &figures(report, &sum))?;
    let verdicts = &report.review.findings;
    let findings = report.findings.iter().enumerate();
    list(out, "components", findings.map(|(at, finding)| component(report, finding, verdicts.get(at))))?;
    out.write_all(b",\n")?;
    list(out, "internal", report.internal.iter().map(|finding| component(report, finding, None)))?;
    out.write_all(b",\n")?;
    let verdicts = &report.review.discrepancies;
    let discrepancies = report.discrepancies.iter().enumerate();
    let discrepancy = |(at, one)| json_review::discrepancy(report, one, verdicts.get(at));
    list(out, "discrepancies", discrepancies.map(discrepancy))?;
    out.write_all(b",\n")?;
    field(out, "review", &json_review::review(&report.review))?;
    list(out, "manifests", report.manifests.iter().map(|one| json_review::manifest(report, one)))?;
    out.write_all(b",\n")?;
    list(out, "files", report.files.iter().map(|entry| file(report, entry)))?;
    out.write_all(b",\n")?;
    list(out, "problems", report.problems.iter())?;
    out.write_all(b"\n}\n")
}

/// What was looked for: an empty list elsewhere means that there is none only if it stands here.
pub(super) fn wanted(report: &Report) -> Vec<&'static str> {
    let Wanted { matches, licenses, copyrights } = report.wanted;
    let all = [("matches", matches), ("licenses", licenses), ("copyrights", copyrights)];
    all.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name).collect()
}

pub(super) fn index(index: &IndexSummary) -> Index<'_> {
    let IndexSummary { id, name, components, releases, files } = index;
    Index { id, name, components: *components, releases: *releases, files: *files }
}

pub(super) fn figures<'r>(report: &Report, sum: &'r Summary<'r>) -> Figures<'r> {
    let [vendored, copied, snippet] = sum.kinds;
    Figures {
        files: report.files_read,
        bytes: report.bytes_read,
        components: report.findings.len() as u64,
        internal_components: report.internal.len() as u64,
        unmanaged_files: sum.unmanaged_files,
        licenses: &sum.licenses,
        component_licenses: &sum.component_licenses,
        unknown_licenses: sum.unknown_licenses,
        managed: sum.managed,
        kinds: Kinds { vendored, copied, snippet },
        problems: &sum.problems,
    }
}

pub(super) fn component<'r>(report: &'r Report, finding: &'r Finding, verdict: Option<&'r Verdict>) -> Component<'r> {
    static NOT_LOOKED_FOR: Licensing = Licensing::NOTHING;
    let licensing = finding.licensing.as_ref().unwrap_or(&NOT_LOOKED_FOR);
    let shown = |path: &'r String| report.shown_path(finding.scan_root, path);
    let files = |paths: &'r Paths| FileList::of(report, finding.scan_root, paths);
    let path = |one: &'r Declared| match one.by {
        Declarer::Release => one.path.as_deref().map(Cow::Borrowed),
        _ => one.path.as_ref().map(shown),
    };
    let declaration = |one: &'r Declared| Declaration { by: one.by, path: path(one), expression: &one.expression };
    Component {
        purl: &finding.purl,
        origin: finding.origin,
        aliases: &finding.aliases,
        versions: &finding.versions,
        license: finding.license.as_deref(),
        kind: finding.kind,
        root: report.shown_path(finding.scan_root, &finding.root),
        managed: finding.is_managed(),
        files: finding.files,
        modified_files: finding.modified_files,
        lines: finding.lines,
        confidence: rounded(finding.confidence),
        declared: licensing.declared.iter().map(declaration).collect(),
        detected: &licensing.detected,
        license_flags: licensing.flags(),
        notice_removed: files(&licensing.notice_removed),
        notice_replaced: files(&licensing.notice_replaced),
        license_file_left_behind: licensing.left_behind.as_deref(),
        files_without_license: files(&licensing.unlicensed),
        also_in: &finding.also_in,
        of: json_review::finding(report, finding, verdict),
    }
}

pub(super) fn file<'r>(report: &'r Report, file: &'r FileReport) -> File<'r> {
    let digests = file.digests.as_deref();
    let line_bytes = |all: &Digests| all.offsets.iter().map(|one| (one.line, one.first, one.end)).collect();
    File {
        path: report.shown_path(file.scan_root, &file.path),
        bytes: file.bytes,
        blake3: hex(&file.blake3),
        sha1: digests.map(|all| hex(&all.sha1)),
        sha256: digests.map(|all| hex(&all.sha256)),
        swhid: digests.map(Digests::swhid),
        line_bytes: digests.map(line_bytes).unwrap_or_default(),
        language: file.language,
        matches: file.matches.iter().map(match_entry).collect(),
        licenses: file.licenses.iter().map(license_entry).collect(),
        mentions: file.mentions.iter().map(license_entry).collect(),
        copyrights: &file.copyrights,
        managed: file.managed,
    }
}

fn match_entry(found: &FileMatch) -> Match<'_> {
    Match {
        purl: &found.purl,
        origin: Some(found.origin).filter(|origin| *origin == Origin::Internal),
        kind: found.kind,
        source_path: &found.source_path,
        similarity: rounded(found.similarity),
        exactness: rounded(found.exactness),
        ranges: &found.ranges,
    }
}

fn license_entry(found: &LicenseMatch) -> License<'_> {
    let LicenseMatch { expression, kind, lines, score, rule } = found;
    License { expression, kind: *kind, lines: *lines, score: rounded(*score), rule }
}

/// Four decimals; what is no number is 0, and so is minus 0.
pub(super) fn rounded(value: f32) -> f64 {
    let value = (f64::from(value) * 1e4).round() / 1e4;
    if value.is_finite() { value + 0.0 } else { 0.0 }
}

/// A field on a line of its own, with the comma behind it.
pub(super) fn field(out: &mut dyn Write, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, "  \"{name}\": ")?;
    entry(out, value)?;
    out.write_all(b",\n")
}

/// A list, one entry a line, without a comma behind it.
pub(super) fn list(out: &mut dyn Write, name: &str, entries: impl Iterator<Item = impl Serialize>) -> io::Result<()> {
    write!(out, "  \"{name}\": [")?;
    let mut empty = true;
    for value in entries {
        out.write_all(if empty { b"\n    " } else { b",\n    " })?;
        entry(out, &value)?;
        empty = false;
    }
    out.write_all(if empty { b"]" } else { b"\n  ]" })
}

pub(super) fn entry(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Line)).map_err(io::Error::from)
}

/// JSON on one line that a terminal can show: what [`unsafe_to_show`] names is written as `\uNNNN`. A parser reads
/// back the same text.
struct Line;

impl Formatter for Line {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        write_escaped(out, fragment, unsafe_to_show)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::model::ids::RootNo;
    use crate::report::sample;

    // The contract, written down a second time: what a reader in another program would declare.

    #[derive(Debug, Deserialize, PartialEq)]
    struct Document {
        schema: String,
        tool: BTreeMap<String, String>,
        wanted: Vec<String>,
        indexes: Vec<ReadIndex>,
        roots: Vec<String>,
        summary: ReadSummary,
        components: Vec<ReadComponent>,
        internal: Vec<ReadComponent>,
        files: Vec<ReadFile>,
        problems: Vec<ReadProblem>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadIndex {
        id: String,
        components: u64,
        releases: u64,
        files: u64,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadSummary {
        files: u64,
        bytes: u64,
        components: u64,
        internal_components: u64,
        unmanaged_files: u64,
        licenses: BTreeMap<String, u64>,
        component_licenses: BTreeMap<String, u64>,
        problems: BTreeMap<String, u64>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadComponent {
        purl: String,
        origin: String,
        aliases: Vec<String>,
        versions: Vec<String>,
        license: Option<String>,
        kind: String,
        root: String,
        managed: bool,
        files: u64,
        modified_files: u64,
        lines: u64,
        confidence: f64,
        also_in: Vec<BTreeMap<String, String>>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadFile {
        path: String,
        bytes: u64,
        blake3: String,
        language: Option<String>,
        matches: Vec<ReadMatch>,
        licenses: Vec<ReadLicense>,
        copyrights: Vec<ReadCopyright>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadCopyright {
        statement: String,
        holder: String,
        years: String,
        lines: [u32; 2],
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadLicense {
        expression: String,
        kind: String,
        lines: [u32; 2],
        score: f64,
        rule: String,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadMatch {
        purl: String,
        origin: Option<String>,
        kind: String,
        source_path: String,
        similarity: f64,
        exactness: f64,
        ranges: Vec<ReadRange>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadRange {
        lines: [u32; 2],
        source_lines: [u32; 2],
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct ReadProblem {
        code: String,
        path: String,
        detail: String,
        count: u64,
    }

    fn text(report: &Report) -> String {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn read(report: &Report) -> Document {
        serde_json::from_str(&text(report)).unwrap()
    }

    #[test]
    fn the_head_says_who_with_what_and_how_much() {
        let document = read(&sample::report());
        assert_eq!(document.schema, "foundling-report/1");
        assert_eq!(document.tool["name"], "foundling");
        assert_eq!(document.tool["version"], env!("CARGO_PKG_VERSION"));
        let index = ReadIndex { id: "5eed".into(), components: 812, releases: 9120, files: 1_203_441 };
        assert_eq!(document.indexes, [index]);
        assert_eq!(document.roots, ["product"]);
        assert_eq!(document.wanted, ["matches", "licenses", "copyrights"]);
        let part = Report { wanted: Wanted { licenses: true, ..Wanted::NONE }, ..Report::default() };
        assert_eq!(read(&part).wanted, ["licenses"]);
        let count = |pairs: &[(&str, u64)]| pairs.iter().map(|&(name, count)| (name.to_string(), count)).collect();
        let summary = ReadSummary {
            files: 1234,
            bytes: 45_678_901,
            components: 4,
            internal_components: 1,
            unmanaged_files: 4,
            licenses: count(&[("GPL-2.0-only", 1), ("MIT", 2)]),
            component_licenses: count(&[("MIT", 2), ("Zlib", 1)]),
            problems: count(&[("too-large", 1), ("symbolic-link", 4), ("ignored", 41)]),
        };
        assert_eq!(document.summary, summary);
    }

    #[test]
    fn components_and_problems_are_read_back_as_they_were() {
        let document = read(&sample::report());
        assert_eq!(document.components.len(), 4);
        let ring = ReadComponent {
            purl: "pkg:github/acme/ring@3.4.0".into(),
            origin: "open-source".into(),
            aliases: vec!["pkg:deb/debian/ring".into(), "pkg:generic/ring".into()],
            versions: ["3.4.0", "3.4.1", "3.3.9", "3.3.8"].map(String::from).to_vec(),
            license: None,
            kind: "snippet".into(),
            root: "src/ring.c".into(),
            managed: false,
            files: 1,
            modified_files: 0,
            lines: 71,
            confidence: 0.7,
            also_in: Vec::new(),
        };
        assert_eq!(document.components[1], ring);
        let [bus] = document.internal.as_slice() else { panic!("{document:?}") };
        assert_eq!((bus.purl.as_str(), bus.origin.as_str()), ("pkg:generic/example/bus@7", "internal"));
        assert_eq!((&*bus.also_in[0]["purl"], &*bus.also_in[0]["released"]), ("pkg:npm/bus@1.0.0", "2024-02-29"));
        assert!(document.components[0].managed);
        let rule = ReadProblem {
            code: "ignored".into(),
            path: ".gitignore".into(),
            detail: "line 3: `build/`".into(),
            count: 41,
        };
        assert_eq!(document.problems.last(), Some(&rule));
    }

    #[test]
    fn files_are_read_back_as_they_were() {
        let document = read(&sample::report());
        let range = |lines, source_lines| ReadRange { lines, source_lines };
        let ring = ReadFile {
            path: "src/ring.c".into(),
            bytes: 12_345,
            blake3: "ab".repeat(32),
            language: Some("C".into()),
            matches: vec![ReadMatch {
                purl: "pkg:github/acme/ring@3.4.0".into(),
                origin: None,
                kind: "snippet".into(),
                source_path: "lib/ring_buffer.c".into(),
                similarity: 0.93,
                exactness: 1.0,
                ranges: vec![range([10, 80], [12, 82]), range([120, 120], [160, 160])],
            }],
            licenses: vec![ReadLicense {
                expression: "GPL-2.0-only".into(),
                kind: "notice".into(),
                lines: [1, 9],
                score: 0.9,
                rule: "gpl-2.0_7.RULE".into(),
            }],
            copyrights: vec![ReadCopyright {
                statement: "Copyright (c) 1998-2000 Ada Byron".into(),
                holder: "Ada Byron".into(),
                years: "1998-2000".into(),
                lines: [2, 3],
            }],
        };
        assert_eq!(document.files[1], ring);
        assert_eq!(document.files[2].matches[0].kind, "normalized");
        let reuse = read(&Report { files: vec![sample::internal_file()], ..Report::default() });
        assert_eq!(reuse.files[0].matches[0].origin.as_deref(), Some("internal"));
        assert_eq!(reuse.summary.unmanaged_files, 0);
        assert_eq!(document.files[2].matches[0].ranges, []);
    }

    #[test]
    fn the_same_report_gives_the_same_lines_one_an_entry() {
        let text = text(&sample::report());
        assert_eq!(text, self::text(&sample::report()));
        let line = r#"    {"code": "too-large", "path": "data/dump.sql", "detail": "hashed only: 120 MiB is over the 16 MiB limit", "count": 1},"#;
        assert!(text.lines().any(|found| found == line), "{text}");
        // Two brackets, 15 fields, 5 ends of lists, then the entries: indexes, components, internal, files, problems.
        assert_eq!(text.lines().count(), 2 + 15 + 5 + 1 + 4 + 1 + 5 + 6);
        assert!(text.contains(r#""licenses": [], "mentions": [], "copyrights": [], "managed": false}"#));
    }

    #[test]
    fn an_empty_report_is_whole() {
        let document = read(&Report::default());
        assert!(document.components.is_empty() && document.files.is_empty() && document.problems.is_empty());
        assert_eq!(document.summary.files, 0);
    }

    #[test]
    fn figures_are_numbers_of_four_decimals() {
        assert_eq!([0.123_456_f32, -0.00001, f32::NAN, f32::INFINITY].map(rounded), [0.1235, 0.0, 0.0, 0.0]);
        assert!(rounded(-0.000_01).is_sign_positive());
        let finding = Finding { confidence: 2.0 / 3.0, ..sample::report().findings.remove(0) };
        let report = Report { findings: vec![finding], ..Report::default() };
        assert!(text(&report).contains(r#""confidence": 0.6667,"#));
    }

    #[test]
    fn several_roots_stand_before_their_paths() {
        let mut report = sample::report();
        report.roots = vec!["one/".into(), "two".into()];
        report.findings[0].scan_root = RootNo(1);
        report.findings[0].root.clear();
        let document = read(&report);
        assert_eq!(document.components[0].root, "two");
        assert_eq!(document.components[1].root, "one/src/ring.c");
        assert_eq!(document.files[1].path, "one/src/ring.c");
    }

    #[test]
    fn hostile_names_are_read_back_but_steer_no_terminal() {
        let mut report = sample::report();
        let hostile = "a\u{1b}[31m\u{202e}b\u{9b}\u{7f}\u{2066}\"\\\n\u{e0041}漢";
        report.files[0].path = hostile.to_string();
        let text = text(&report);
        assert!(text.chars().all(|letter| letter == '\n' || !unsafe_to_show(letter)), "{text}");
        assert_eq!(read(&report).files[0].path, hostile);
    }
}

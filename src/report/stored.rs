//! A report read back from its JSON ([`super::json`]), so that other formats can be made of it later and elsewhere, without
//! the tree. What was written is read in full: each format of a report that was read is that of the scan, byte for byte.
//!
//! A report may be anybody's. Lines are checked, names are not: every format takes each text as data.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde::Deserialize;

use crate::error::Problem;
use crate::model::copyright::Copyright;
use crate::model::declaration::ManifestKind;
use crate::model::digest::{Digests, LineBytes, bytes_of_hex};
use crate::model::evidence::{MatchKind, Wanted};
use crate::model::finding::{
    AlsoIn, Change, Declared, DeclaredAt, Declarer, Discrepancy, DiscrepancyKind, FileMatch, FileReport, Finding,
    FindingKind, IndexSummary, Licensing, ManagedBy, ManifestRead, Newest, Origin, Paths, Relation, Report, Since,
};
use crate::model::ids::RootNo;
use crate::model::license::{LicenseKind, LicenseMatch};
use crate::model::place::{Lines, RangePair};
use crate::model::review::{
    BaselineState, Condition, Decided, Effort, Excluded, Failure, Gone, IdleDecision, Remedy, Review, Verdict,
};
use crate::model::sketch::read_hashes;
use crate::report::json::SCHEMA;
use crate::text::language;

#[derive(Deserialize)]
struct Stored {
    schema: String,
    wanted: Vec<String>,
    indexes: Vec<IndexSummary>,
    roots: Vec<String>,
    #[serde(default)]
    file_roots: BTreeSet<u32>,
    since: Option<Since>,
    summary: Summary,
    components: Vec<Component>,
    internal: Vec<Component>,
    discrepancies: Vec<OneDiscrepancy>,
    review: Reviewed,
    manifests: Vec<OneManifest>,
    files: Vec<File>,
    problems: Vec<Problem>,
}

#[derive(Deserialize)]
struct Summary {
    files: u64,
    bytes: u64,
}

#[derive(Deserialize)]
struct Component {
    purl: String,
    origin: Origin,
    aliases: Vec<String>,
    versions: Vec<String>,
    license: Option<String>,
    kind: FindingKind,
    root: String,
    files: u32,
    modified_files: u32,
    /// Not in older reports.
    #[serde(default)]
    unknown_files: u32,
    lines: u64,
    confidence: f64,
    declared: Vec<Declaration>,
    detected: BTreeMap<String, u32>,
    notice_removed: FileList,
    notice_replaced: FileList,
    license_file_left_behind: Option<String>,
    files_without_license: FileList,
    also_in: Vec<AlsoIn>,
    id: String,
    sketch: Vec<String>,
    managed_by: Option<Managed>,
    duplicates: Vec<Named>,
    stated: Vec<Named>,
    newest: Option<Newest>,
    modified: FileList,
    #[serde(flatten)]
    thought: Thought,
    remedy: Option<ToDo>,
}

#[derive(Deserialize)]
struct Declaration {
    by: Declarer,
    path: Option<String>,
    expression: String,
}

#[derive(Deserialize)]
struct Named {
    manifest: String,
    line: u32,
    purl: String,
}

#[derive(Deserialize)]
struct Managed {
    relation: Relation,
    #[serde(flatten)]
    at: Named,
}

#[derive(Deserialize)]
struct FileList {
    files: u32,
    listed: Vec<String>,
}

#[derive(Deserialize)]
struct Thought {
    conditions: Vec<Condition>,
    decision: Option<Decided>,
    state: Option<BaselineState>,
    set_aside: Option<String>,
}

#[derive(Deserialize)]
struct ToDo {
    effort: Effort,
    package: Option<String>,
    line: Option<String>,
    manifest: Option<String>,
    newest: Option<String>,
    behind: Option<u32>,
    modified: FileList,
}

#[derive(Deserialize)]
struct OneDiscrepancy {
    id: String,
    kind: DiscrepancyKind,
    declared: Named,
    root: String,
    found: Vec<String>,
    files: u32,
    changes: Vec<(Change, String)>,
    #[serde(flatten)]
    thought: Thought,
}

#[derive(Deserialize)]
struct OneManifest {
    path: String,
    kind: ManifestKind,
    ecosystem: String,
    whole: bool,
    declarations: u64,
}

#[derive(Deserialize)]
struct Reviewed {
    made: bool,
    idle_decisions: Vec<IdleDecision>,
    gone: Vec<Gone>,
    settings: Option<String>,
    excluded: Vec<Excluded>,
    failures: Vec<Failure>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    bytes: u64,
    blake3: String,
    sha1: Option<String>,
    sha256: Option<String>,
    swhid: Option<String>,
    #[serde(default)]
    line_bytes: Vec<(u32, u64, u64)>,
    language: Option<String>,
    matches: Vec<Match>,
    licenses: Vec<License>,
    mentions: Vec<License>,
    copyrights: Vec<Copyright>,
    managed: bool,
}

#[derive(Deserialize)]
struct License {
    expression: String,
    kind: LicenseKind,
    lines: Lines,
    score: f64,
    rule: String,
}

#[derive(Deserialize)]
struct Match {
    purl: String,
    #[serde(default)]
    origin: Origin,
    kind: MatchKind,
    source_path: String,
    similarity: f64,
    exactness: f64,
    ranges: Vec<RangePair>,
}

/// Reads a report.
///
/// # Errors
/// Why it is none, with the line where it is no JSON or a field is missing or odd.
pub fn read(input: impl Read) -> Result<Report, String> {
    let stored: Stored = serde_json::from_reader(input)
        .map_err(|error| format!("it is no whole JSON report of this version of foundling: {error}"))?;
    if stored.schema != SCHEMA {
        return Err(format!("its layout is `{}`, this program reads `{SCHEMA}`", stored.schema));
    }
    let places = Places::of(&stored.roots, &stored.file_roots);
    let (findings, verdicts) = reviewed(stored.components.into_iter().map(|one| places.component(one)))?;
    let internal: Result<Vec<_>, String> = stored.internal.into_iter().map(|one| places.component(one)).collect();
    let (discrepancies, on_discrepancies) =
        reviewed(stored.discrepancies.into_iter().map(|one| places.discrepancy(one)))?;
    let made = stored.review.made;
    let manifests: Result<_, String> = stored.manifests.into_iter().map(|one| places.manifest(one)).collect();
    let files: Result<_, String> = stored.files.into_iter().map(|one| places.file(one)).collect();
    let wants = |name: &str| stored.wanted.iter().any(|one| one == name);
    let wanted = Wanted { matches: wants("matches"), licenses: wants("licenses"), copyrights: wants("copyrights") };
    let mut report = Report {
        wanted,
        indexes: stored.indexes,
        files_read: stored.summary.files,
        bytes_read: stored.summary.bytes,
        findings,
        internal: internal?.into_iter().map(|(finding, _)| finding).collect(),
        manifests: manifests?,
        discrepancies,
        files: files?,
        problems: stored.problems,
        since: stored.since,
        review: Review {
            findings: if made { verdicts } else { Vec::new() },
            discrepancies: if made { on_discrepancies } else { Vec::new() },
            gone: stored.review.gone,
            settings: stored.review.settings,
            idle: stored.review.idle_decisions,
            excluded: stored.review.excluded,
            idle_licence_paths: Vec::new(),
            failures: stored.review.failures,
        },
        ..Report::default()
    };
    if !wanted.licenses {
        report.findings.iter_mut().chain(&mut report.internal).for_each(|finding| finding.licensing = None);
    }
    report.file_roots = stored.file_roots.into_iter().map(RootNo).collect();
    report.roots = stored.roots;
    Ok(report)
}

/// Entries apart from what is thought of them.
fn reviewed<T>(all: impl Iterator<Item = Result<(T, Verdict), String>>) -> Result<(Vec<T>, Vec<Verdict>), String> {
    let all: Vec<(T, Verdict)> = all.collect::<Result<_, String>>()?;
    Ok(all.into_iter().unzip())
}

/// Finds the root and the path below it that a report shows as one path: [`Report::shown_path`] backwards.
struct Places {
    /// What stands before the paths of each root, or is the root itself.
    roots: Vec<(String, bool)>,
}

impl Places {
    fn of(roots: &[String], files: &BTreeSet<u32>) -> Places {
        let is_file = |at: usize| u32::try_from(at).is_ok_and(|at| files.contains(&at));
        Places { roots: roots.iter().enumerate().map(|(at, root)| (root.clone(), is_file(at))).collect() }
    }

    /// The only root's paths are shown as they are. Roots do not lie in each other, so at most one fits.
    fn place(&self, shown: String) -> Result<(RootNo, String), String> {
        if self.roots.len() < 2 {
            return Ok((RootNo(0), if shown == "." { String::new() } else { shown }));
        }
        let found = self.roots.iter().enumerate().find_map(|(at, (root, is_file))| {
            let below = below(root, *is_file, &shown)?;
            Some((RootNo(at as u32), below.to_string()))
        });
        found.ok_or_else(|| format!("`{shown}` is below none of its roots"))
    }

    /// A path below a root that is known.
    fn in_root(&self, root: RootNo, shown: String) -> Result<String, String> {
        match self.place(shown)? {
            (found, path) if found == root => Ok(path),
            (_, path) => Err(format!("`{path}` is below another root than what it belongs to")),
        }
    }

    fn paths(&self, root: RootNo, list: FileList) -> Result<Paths, String> {
        let listed: Result<_, String> = list.listed.into_iter().map(|path| self.in_root(root, path)).collect();
        Ok(Paths { count: list.files, listed: listed? })
    }

    fn named(&self, root: RootNo, one: Named) -> Result<DeclaredAt, String> {
        Ok(DeclaredAt { manifest: self.in_root(root, one.manifest)?, line: one.line, purl: one.purl })
    }

    fn all_named(&self, root: RootNo, all: Vec<Named>) -> Result<Vec<DeclaredAt>, String> {
        all.into_iter().map(|one| self.named(root, one)).collect()
    }

    fn component(&self, one: Component) -> Result<(Finding, Verdict), String> {
        let (root, path) = self.place(one.root)?;
        let declared = one.declared.into_iter().map(|declared| {
            let below = |path| if declared.by == Declarer::Release { Ok(path) } else { self.in_root(root, path) };
            let path = declared.path.map(below).transpose()?;
            Ok(Declared { by: declared.by, path, expression: declared.expression })
        });
        let licensing = Licensing {
            declared: declared.collect::<Result<_, String>>()?,
            detected: one.detected,
            notice_removed: self.paths(root, one.notice_removed)?,
            notice_replaced: self.paths(root, one.notice_replaced)?,
            left_behind: one.license_file_left_behind,
            unlicensed: self.paths(root, one.files_without_license)?,
        };
        let managed = one.managed_by.map(|by| Ok(ManagedBy { relation: by.relation, at: self.named(root, by.at)? }));
        let remedy = one.remedy.map(|remedy| self.to_do(root, remedy)).transpose()?;
        let (sketch, around) = read_hashes(&one.sketch).map_err(|hash| format!("`{hash}` is no hash of a sketch"))?;
        let finding = Finding {
            scan_root: root,
            purl: one.purl,
            origin: one.origin,
            aliases: one.aliases,
            also_in: one.also_in,
            versions: one.versions,
            license: one.license,
            kind: one.kind,
            root: path,
            id: one.id,
            sketch,
            around,
            managed: managed.transpose().map_err(|error: String| error)?,
            duplicates: self.all_named(root, one.duplicates)?,
            stated: self.all_named(root, one.stated)?,
            newest: one.newest,
            files: one.files,
            modified_files: one.modified_files,
            unknown_files: one.unknown_files,
            modified: self.paths(root, one.modified)?,
            lines: one.lines,
            confidence: one.confidence as f32,
            licensing: Some(licensing),
        };
        Ok((finding, Verdict { remedy, ..verdict(one.thought) }))
    }

    fn to_do(&self, root: RootNo, one: ToDo) -> Result<Remedy, String> {
        Ok(Remedy {
            effort: one.effort,
            package: one.package,
            line: one.line,
            manifest: one.manifest.map(|path| self.in_root(root, path)).transpose()?,
            newest: one.newest,
            behind: one.behind,
            modified: self.paths(root, one.modified)?,
        })
    }

    fn discrepancy(&self, one: OneDiscrepancy) -> Result<(Discrepancy, Verdict), String> {
        let (scan_root, root) = self.place(one.root)?;
        let changes = one.changes.into_iter().map(|(how, path)| Ok((how, self.in_root(scan_root, path)?)));
        let discrepancy = Discrepancy {
            scan_root,
            id: one.id,
            kind: one.kind,
            declared: self.named(scan_root, one.declared)?,
            root,
            found: one.found,
            files: one.files,
            changes: changes.collect::<Result<_, String>>()?,
        };
        Ok((discrepancy, verdict(one.thought)))
    }

    fn manifest(&self, one: OneManifest) -> Result<ManifestRead, String> {
        let (root, path) = self.place(one.path)?;
        Ok(ManifestRead {
            root,
            path,
            kind: one.kind,
            ecosystem: one.ecosystem,
            whole: one.whole,
            declarations: one.declarations,
        })
    }

    fn file(&self, one: File) -> Result<FileReport, String> {
        let (scan_root, path) = self.place(one.path)?;
        let digests = match (one.sha1, one.sha256, one.swhid) {
            (Some(sha1), Some(sha256), Some(swhid)) => Some(Box::new(Digests {
                sha1: digest(&sha1)?,
                sha256: digest(&sha256)?,
                sha1_git: digest(swhid.strip_prefix("swh:1:cnt:").unwrap_or_default())?,
                offsets: one.line_bytes.into_iter().map(|(line, first, end)| LineBytes { line, first, end }).collect(),
            })),
            _ => None,
        };
        Ok(FileReport {
            scan_root,
            path,
            bytes: one.bytes,
            blake3: digest(&one.blake3)?,
            digests,
            language: one.language.map(|name| language::by(&name).name),
            matches: one.matches.into_iter().map(file_match).collect(),
            licenses: one.licenses.into_iter().map(license).collect(),
            mentions: one.mentions.into_iter().map(license).collect(),
            copyrights: one.copyrights,
            managed: one.managed,
        })
    }
}

/// The path below a root of several, empty for the root itself; `None` where it is not below it.
fn below<'p>(root: &str, is_file: bool, shown: &'p str) -> Option<&'p str> {
    if shown == root && !is_file {
        return Some("");
    }
    if root.is_empty() {
        return Some(shown);
    }
    if !is_file {
        return shown.strip_prefix(root.trim_end_matches('/'))?.strip_prefix('/');
    }
    // What is in a file goes by the file's own name.
    let name = crate::model::place::base_name(root);
    let below = shown.strip_prefix(root.strip_suffix(name)?)?;
    below.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with("!/")).map(|_| below)
}

fn verdict(thought: Thought) -> Verdict {
    Verdict {
        decided: thought.decision,
        conditions: thought.conditions,
        state: thought.state,
        remedy: None,
        set_aside: thought.set_aside,
    }
}

fn license(one: License) -> LicenseMatch {
    LicenseMatch {
        expression: one.expression,
        kind: one.kind,
        lines: one.lines,
        score: one.score as f32,
        rule: one.rule,
    }
}

fn file_match(one: Match) -> FileMatch {
    FileMatch {
        purl: one.purl,
        origin: one.origin,
        kind: one.kind,
        source_path: one.source_path,
        similarity: one.similarity as f32,
        exactness: one.exactness as f32,
        e_value: None,
        ranges: one.ranges,
    }
}

fn digest<const N: usize>(text: &str) -> Result<[u8; N], String> {
    bytes_of_hex(text).ok_or_else(|| format!("`{text}` is no digest of {N} bytes"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::model::sample;
    use crate::report::{Extras, ReportFormat, Stamp, Style, json, write_report};

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        json::write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// A report with several roots, files among them, and something in every field.
    fn full() -> Report {
        let mut report = sample::reviewed();
        report.roots = ["product/", "b.zip", "dir/c.c"].map(String::from).to_vec();
        report.file_roots = [RootNo(1), RootNo(2)].into();
        report.since =
            Some(Since { revision: "main".into(), commit: "5eed".into(), changed_files: 1, context_files: 2 });
        let manifest = |root, path: &str| ManifestRead {
            root: RootNo(root),
            path: path.into(),
            kind: ManifestKind::Lockfile,
            ecosystem: "npm".into(),
            whole: true,
            declarations: 7,
        };
        report.manifests = vec![manifest(0, "package-lock.json"), manifest(1, "b.zip!/package-lock.json")];
        let finding = &mut report.findings[3];
        let paths = |path: &str| Paths { count: 9, listed: vec![path.into()] };
        finding.licensing = Some(Licensing {
            declared: vec![Declared {
                by: Declarer::LicenseFile,
                path: Some("third_party/zlib/LICENSE".into()),
                expression: "Zlib".into(),
            }],
            detected: [("Zlib".to_string(), 3)].into(),
            notice_removed: paths("third_party/zlib/a.c"),
            notice_replaced: paths("third_party/zlib/b.c"),
            left_behind: Some("LICENSE".into()),
            unlicensed: paths("third_party/zlib/c.c"),
        });
        finding.modified = paths("third_party/zlib/d.c");
        finding.newest = Some(Newest { version: "1.3.1".into(), released: Some("2024-01-22".into()), behind: 4 });
        finding.stated = vec![sample::managed_by().at];
        finding.confidence = 2.0 / 3.0;
        report.findings.iter_mut().chain(&mut report.internal).for_each(|finding| {
            finding.licensing.get_or_insert_default();
        });
        let in_zip = |path: &str| FileReport { scan_root: RootNo(1), ..sample::file(path, Vec::new()) };
        report.files.push(FileReport {
            digests: Some(Box::new(Digests {
                sha1: [1; 20],
                sha256: [2; 32],
                sha1_git: [3; 20],
                offsets: vec![LineBytes { line: 1, first: 0, end: 9 }],
            })),
            ..in_zip("b.zip!/src/a.c")
        });
        report.files.push(FileReport { scan_root: RootNo(2), language: None, ..sample::file("c.c", Vec::new()) });
        report.files.push(sample::internal_file());
        report.review.failures = vec![Failure { condition: Condition::Stale, ids: vec!["abc".into()] }];
        report.review.settings = Some("foundling.toml".into());
        report.round();
        report
    }

    #[test]
    fn what_was_written_is_read_in_full() {
        for report in [full(), sample::report(), sample::reviewed(), Report::default()] {
            let text = written(&report);
            let back = read(text.as_bytes()).unwrap();
            assert_eq!(written(&back), text);
            assert_eq!(back.file_roots, report.file_roots);
            let places = |report: &Report| -> Vec<(RootNo, String)> {
                report.files.iter().map(|file| (file.scan_root, file.path.clone())).collect()
            };
            assert_eq!(places(&back), places(&report));
            assert_eq!(back.review.findings.len(), report.review.findings.len());
        }
    }

    #[test]
    fn every_format_is_that_of_the_scan() {
        let report = full();
        let back = read(written(&report).as_bytes()).unwrap();
        for format in <ReportFormat as clap::ValueEnum>::value_variants() {
            let [one, other] = [&report, &back].map(|report| {
                let mut out = Vec::new();
                write_report(report, *format, &Style::PLAIN, &Extras::at(Stamp(0)), &mut out).unwrap();
                out
            });
            assert!(one == other && !one.is_empty(), "{format:?}");
        }
    }

    #[test]
    fn what_is_no_report_is_refused_and_said() {
        let good: Value = serde_json::from_str(&written(&full())).unwrap();
        let with = |at: &str, value: Value| {
            let mut odd = good.clone();
            *odd.pointer_mut(at).unwrap_or_else(|| panic!("{at}")) = value;
            read(odd.to_string().as_bytes()).err().unwrap_or_default()
        };
        for (at, value, word) in [
            ("/schema", "foundling-report/2".into(), "foundling-report/2"),
            ("/files/0/blake3", "ab".into(), "no digest of 32 bytes"),
            ("/files/0/path", "elsewhere/a".into(), "below none of its roots"),
            ("/components/0/root", "b.zip".into(), "another root"),
            ("/files/1/matches/0/ranges/0/lines", vec![3, 2].into(), "no lines"),
            ("/files/1/matches/0/ranges/0/lines", vec![0, 2].into(), "no lines"),
            ("/components/0/sketch/0", "x".into(), "no hash"),
            ("/components/0/kind", "odd".into(), "odd"),
            ("/components", Value::Null, "no whole JSON report"),
        ] {
            let said = with(at, value);
            assert!(said.contains(word), "{at}: {said}");
        }
        for text in ["", "{", "[]", "{}", "{\"schema\": \"foundling-report/1\"}"] {
            assert!(read(text.as_bytes()).unwrap_err().contains("no whole JSON report"), "{text}");
        }
        assert!(read("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn a_report_with_odd_values_is_written_in_every_format() {
        let good: Value = serde_json::from_str(&written(&full())).unwrap();
        let mut places = Vec::new();
        leaves(&good, String::new(), &mut places);
        let odd: Vec<Value> = vec![
            "".into(),
            "\u{1b}[31m\u{202e}<script>\"'&\n".into(),
            u32::MAX.into(),
            0.into(),
            (-1.5).into(),
            Vec::<u8>::new().into(),
            Value::Null,
        ];
        let mut read_at_all = 0;
        for at in places {
            for value in &odd {
                let mut report = good.clone();
                *report.pointer_mut(&at).unwrap() = value.clone();
                let Ok(report) = read(report.to_string().as_bytes()) else { continue };
                read_at_all += 1;
                for format in <ReportFormat as clap::ValueEnum>::value_variants() {
                    write_report(&report, *format, &Style::PLAIN, &Extras::at(Stamp(0)), &mut std::io::sink()).unwrap();
                }
            }
        }
        assert!(read_at_all > 300, "{read_at_all}");
    }

    /// Pointers to every value that holds no others.
    fn leaves(value: &Value, at: String, out: &mut Vec<String>) {
        match value {
            Value::Array(all) => all.iter().enumerate().for_each(|(no, one)| leaves(one, format!("{at}/{no}"), out)),
            Value::Object(all) => all.iter().for_each(|(name, one)| {
                leaves(one, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), out);
            }),
            _ => out.push(at),
        }
    }
}

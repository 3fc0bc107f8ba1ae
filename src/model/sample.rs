//! A report with something of everything, for the tests of the formats.

use crate::error::{Code, Problem};
use crate::model::copyright::{Copyright, Years};
use crate::model::evidence::{MatchKind, Wanted};
use crate::model::finding::{
    AlsoIn, Change, DeclaredAt, Discrepancy, DiscrepancyKind, FileMatch, FileReport, Finding, FindingKind,
    IndexSummary, ManagedBy, Origin, Paths, Relation, Report,
};
use crate::model::ids::RootNo;
use crate::model::license::{LicenseKind, LicenseMatch};
use crate::model::place::{Lines, RangePair};
use crate::model::review::{
    BaselineState, Condition, Decided, DecisionKind, Effort, Excluded, Gone, Idle, IdleDecision, Remedy, Review,
    Verdict,
};
use crate::model::sketch::Sketch;

pub(crate) fn finding(purl: &str, versions: &[&str], kind: FindingKind, root: &str) -> Finding {
    Finding {
        scan_root: RootNo(0),
        purl: purl.to_string(),
        origin: Origin::OpenSource,
        aliases: Vec::new(),
        also_in: Vec::new(),
        versions: versions.iter().map(|version| version.to_string()).collect(),
        license: Some("Zlib".to_string()),
        kind,
        root: root.to_string(),
        id: blake3::hash(format!("{purl} {root}").as_bytes()).to_hex()[..12].to_string(),
        sketch: Sketch(vec![1, 2, 3]),
        around: Sketch::default(),
        managed: None,
        duplicates: Vec::new(),
        stated: Vec::new(),
        newest: None,
        files: 1,
        modified_files: 0,
        unknown_files: 0,
        modified: Paths::default(),
        lines: 0,
        confidence: 0.97,
        licensing: None,
    }
}

/// What accounts for a managed finding.
pub(crate) fn managed_by() -> ManagedBy {
    let at = DeclaredAt { manifest: "package-lock.json".into(), line: 12, purl: "pkg:npm/lodash@4.17.21".into() };
    ManagedBy { relation: Relation::Declares, at }
}

pub(crate) fn range(first: u32, last: u32, shift: u32) -> RangePair {
    let lines = Lines { first, last };
    RangePair { lines, source_lines: Lines { first: first + shift, last: last + shift } }
}

pub(crate) fn matched(purl: &str, kind: MatchKind, source_path: &str, ranges: &[RangePair]) -> FileMatch {
    FileMatch {
        purl: purl.to_string(),
        origin: Origin::OpenSource,
        kind,
        source_path: source_path.to_string(),
        similarity: if ranges.is_empty() { 1.0 } else { 0.93 },
        exactness: 1.0,
        e_value: None,
        ranges: ranges.to_vec(),
    }
}

pub(crate) fn file(path: &str, matches: Vec<FileMatch>) -> FileReport {
    let blake3 = [0xab; 32];
    FileReport {
        scan_root: RootNo(0),
        path: path.to_string(),
        bytes: 12_345,
        blake3,
        digests: None,
        language: Some("C"),
        matches,
        licenses: Vec::new(),
        mentions: Vec::new(),
        copyrights: Vec::new(),
        managed: false,
    }
}

pub(crate) fn indexes() -> Vec<IndexSummary> {
    let index = IndexSummary {
        id: "5eed".to_string(),
        name: "bundled".to_string(),
        components: 812,
        releases: 9120,
        files: 1_203_441,
    };
    vec![index]
}

fn findings() -> Vec<Finding> {
    let lodash = Finding {
        managed: Some(managed_by()),
        license: Some("MIT".to_string()),
        files: 600,
        ..finding("pkg:npm/lodash@4.17.21", &["4.17.21"], FindingKind::Vendored, "node_modules/lodash")
    };
    let kernel = Finding {
        license: None,
        lines: 71,
        confidence: 0.7,
        aliases: vec!["pkg:deb/debian/ring".to_string(), "pkg:generic/ring".to_string()],
        ..finding(
            "pkg:github/acme/ring@3.4.0",
            &["3.4.0", "3.4.1", "3.3.9", "3.3.8"],
            FindingKind::Snippet,
            "src/ring.c",
        )
    };
    let jquery = Finding {
        license: Some("MIT".to_string()),
        lines: 10_872,
        confidence: 1.0,
        ..finding("pkg:npm/jquery@3.6.0", &["3.6.0", "3.6.1"], FindingKind::Copied, "static/jquery.js")
    };
    let zlib = Finding {
        files: 23,
        modified_files: 2,
        lines: 9120,
        ..finding("pkg:generic/zlib@1.2.11", &["1.2.11"], FindingKind::Vendored, "third_party/zlib")
    };
    vec![lodash, kernel, jquery, zlib]
}

/// Own code that somebody made open source later.
fn internal() -> Vec<Finding> {
    let also = AlsoIn { purl: "pkg:npm/bus@1.0.0".to_string(), released: "2024-02-29".to_string() };
    let bus = Finding {
        origin: Origin::Internal,
        license: None,
        files: 4,
        also_in: vec![also],
        ..finding("pkg:generic/example/bus@7", &["7"], FindingKind::Vendored, "lib/bus")
    };
    vec![bus]
}

/// A file with lines of own code and no others.
pub(crate) fn internal_file() -> FileReport {
    let bus = matched("pkg:generic/example/bus@7", MatchKind::Snippet, "bus.c", &[range(1, 40, 0)]);
    file("tools/bus.c", vec![FileMatch { origin: Origin::Internal, ..bus }])
}

fn licence(expression: &str, kind: LicenseKind, last: u32) -> LicenseMatch {
    let lines = Lines { first: 1, last };
    let rule = format!("{}_7.RULE", expression.to_lowercase().replace("-only", ""));
    LicenseMatch { expression: expression.into(), kind, lines, score: 0.9, rule }
}

fn copyright() -> Copyright {
    let mut years = Years::default();
    years.add(1998, 2000);
    Copyright {
        statement: "Copyright (c) 1998-2000 Ada Byron".to_string(),
        holder: "Ada Byron".to_string(),
        years,
        lines: Lines { first: 2, last: 3 },
    }
}

fn files() -> Vec<FileReport> {
    let mut files = matched_files();
    files[1].copyrights = vec![copyright()];
    files[1].licenses = vec![licence("GPL-2.0-only", LicenseKind::Notice, 9)];
    files[2].licenses = vec![
        licence("MIT", LicenseKind::Tag, 1),
        licence("MIT", LicenseKind::Text, 20),
        licence("ISC", LicenseKind::Reference, 4),
    ];
    files[3].licenses = vec![licence("MIT", LicenseKind::Notice, 3)];
    files
}

fn matched_files() -> Vec<FileReport> {
    let ring = [range(10, 80, 2), range(120, 120, 40)];
    vec![
        file(
            "node_modules/lodash/core.js",
            vec![matched("pkg:npm/lodash@4.17.21", MatchKind::Identical, "core.js", &[])],
        ),
        file("src/ring.c", vec![matched("pkg:github/acme/ring@3.4.0", MatchKind::Snippet, "lib/ring_buffer.c", &ring)]),
        file("static/jquery.js", vec![matched("pkg:npm/jquery@3.6.0", MatchKind::Normalized, "dist/jquery.js", &[])]),
        file(
            "third_party/zlib/crc32.c",
            vec![matched("pkg:generic/zlib@1.2.11", MatchKind::Identical, "crc32.c", &[])],
        ),
        file(
            "third_party/zlib/inflate.c",
            vec![matched("pkg:generic/zlib@1.2.11", MatchKind::Snippet, "inflate.c", &[range(1, 1500, 0)])],
        ),
    ]
}

/// Four findings, one of them managed, and one of internal reuse; five files; problems of three codes.
pub(crate) fn report() -> Report {
    let ignored = Problem { count: 41, ..Problem::new(Code::Ignored, ".gitignore", "line 3: `build/`") };
    Report {
        wanted: Wanted::ALL,
        indexes: indexes(),
        roots: vec!["product".to_string()],
        file_roots: Default::default(),
        files_read: 1234,
        bytes_read: 45_678_901,
        findings: findings(),
        internal: internal(),
        manifests: Vec::new(),
        discrepancies: Vec::new(),
        files: files(),
        problems: vec![
            Problem::new(Code::TooLarge, "data/dump.sql", "hashed only: 120 MiB is over the 16 MiB limit"),
            Problem::new(Code::SymbolicLink, "docs/a", "points to ../a"),
            Problem::new(Code::SymbolicLink, "docs/b", "points to ../b"),
            Problem::new(Code::SymbolicLink, "docs/c", "points to ../c"),
            Problem::new(Code::SymbolicLink, "docs/d", "points to ../d"),
            ignored,
        ],
        since: None,
        review: Review::default(),
    }
}

/// A report with a review of everything that one may hold.
pub(crate) fn reviewed() -> Report {
    let mut report = report();
    let mut verdicts: Vec<Verdict> = report.findings.iter().map(|_| Verdict::default()).collect();
    let zlib = report.findings.iter().position(|finding| finding.purl.contains("zlib")).unwrap();
    let jquery = report.findings.iter().position(|finding| finding.purl.contains("jquery")).unwrap();
    report.findings[jquery].duplicates = vec![managed_by().at];
    verdicts[jquery].conditions = vec![Condition::Unmanaged, Condition::Duplicate];
    verdicts[jquery].state = Some(BaselineState::New);
    verdicts[jquery].remedy = Some(Remedy {
        effort: Effort::Replace,
        package: Some("pkg:npm/jquery@3.6.0".into()),
        line: Some("npm install jquery@3.6.0".into()),
        manifest: Some("package.json".into()),
        newest: Some("3.7.1".into()),
        behind: Some(3),
        modified: Paths::default(),
    });
    verdicts[zlib].decided = Some(Decided {
        kind: DecisionKind::Accepted,
        reason: "Patched for our allocator.".into(),
        author: "Ada".into(),
        date: "2026-01-31".into(),
        expires: Some("2027-01-31".into()),
        replaced_by: None,
        file: "foundling-decisions.toml".into(),
        line: 3,
    });
    report.discrepancies = vec![Discrepancy {
        scan_root: RootNo(0),
        id: "abcdefabcdef".into(),
        kind: DiscrepancyKind::Tampered,
        declared: DeclaredAt {
            manifest: "vendor/a/.cargo-checksum.json".into(),
            line: 1,
            purl: "pkg:cargo/a@1".into(),
        },
        root: "vendor/a".into(),
        found: Vec::new(),
        files: 5,
        changes: ["b", "c", "d", "e", "f"].map(|name| (Change::Modified, format!("vendor/a/{name}.rs"))).to_vec(),
    }];
    report.review = Review {
        findings: verdicts,
        idle: vec![IdleDecision {
            file: "foundling-decisions.toml".into(),
            line: 20,
            component: "pkg:npm/old".into(),
            why: Idle::NeverMatched,
            files: 0,
        }],
        gone: vec![Gone { id: "1".into(), root: "lib/old".into(), purl: "pkg:npm/old@1".into() }],
        excluded: vec![Excluded { pattern: "fixtures/**".into(), reason: "Test data.".into(), files: 12 }],
        ..Review::default()
    };
    report
}

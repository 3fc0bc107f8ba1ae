//! Writes pages to try in a browser: `cargo bench --bench page -- big|small|hostile OUT.html`; without arguments only says how
//! large they are.
//!
//! `big` has 100,000 files and 2,000 findings, `small` a few of each kind, `hostile` names that try to be markup.
//! Everything follows from numbers, so that two runs write the same page.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use foundling::error::{Code, Problem};
use foundling::model::copyright::{Copyright, Years};
use foundling::model::evidence::{MatchKind, Wanted};
use foundling::model::finding::{
    AlsoIn, Change, Declared, DeclaredAt, Declarer, Discrepancy, DiscrepancyKind, FileMatch, FileReport, Finding,
    FindingKind, Licensing, ManagedBy, Newest, Origin, Paths, Relation, Report,
};
use foundling::model::ids::RootNo;
use foundling::model::license::{LicenseKind, LicenseMatch};
use foundling::model::place::{Lines, RangePair};
use foundling::model::review::{
    BaselineState, Condition, Decided, DecisionKind, Effort, Excluded, Gone, Idle, IdleDecision, Remedy, Review,
    Verdict,
};
use foundling::model::sketch::Sketch;
use foundling::report::html::{self, Options};
use foundling::report::texts::Texts;

/// What a hostile name is made of.
const MARKUP: &str =
    "</script><script>window.hit=1</script><img src=x onerror=window.hit=2>\"'`&lt;\u{202e}\u{2028}\\xff\u{0}";
const NAMES: [&str; 16] = [
    "zlib",
    "jquery",
    "lodash",
    "openssl",
    "libpng",
    "sqlite",
    "lua",
    "expat",
    "curl",
    "mbedtls",
    "bootstrap",
    "d3",
    "react",
    "cJSON",
    "miniz",
    "xxhash",
];
const LICENCES: [Option<&str>; 8] = [
    Some("MIT"),
    Some("Zlib"),
    Some("Apache-2.0"),
    Some("BSD-3-Clause"),
    Some("GPL-2.0-only"),
    Some("LGPL-2.1-or-later"),
    Some("AGPL-3.0-only"),
    None,
];
const FOLDERS: [&str; 8] =
    ["third_party", "static/js", "src/vendor", "lib", "tools/ext", "node_modules", "app/core", "contrib"];

/// Numbers that look random.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Text as if the tree and the originals were at hand: every seventh line differs.
struct Made {
    hostile: bool,
}

impl Texts for Made {
    fn in_tree(&self, _: RootNo, _: &str) -> Option<String> {
        None
    }

    fn scanned(&self, file: &FileReport) -> Option<String> {
        let head =
            "/* ring buffer\n * Copyright (c) 1998-2000 Ada Byron\n * Licensed under the terms of its licence. */\n";
        let line = |no: u32| match no % 7 {
            0 => format!("\tint changed_{no} = {}; // ours\n", no * 3),
            _ => format!("    if (state->next[{no}] == NULL) return -{no};\n"),
        };
        let hostile = if self.hostile { format!("{MARKUP}{}\n", file.path) } else { String::new() };
        Some(head.to_string() + &hostile + &(4..=220).map(line).collect::<String>())
    }

    fn upstream(&self, purl: &str, _: &str) -> Option<String> {
        let line = |no: u32| match no % 7 {
            0 => format!("\tint plain_{no};\n"),
            _ => format!("    if (state->next[{no}] == NULL) return -{no};\n"),
        };
        let at_hand = !purl.contains("lua");
        at_hand.then(|| "\n\n\n".to_string() + &(4..=220).map(line).collect::<String>())
    }
}

fn range(first: u32, last: u32) -> RangePair {
    let lines = Lines { first, last };
    RangePair { lines, source_lines: lines }
}

fn declared(purl: &str) -> DeclaredAt {
    DeclaredAt { manifest: "package-lock.json".into(), line: 120, purl: purl.into() }
}

fn licensing(dice: &mut Dice, licence: Option<&str>, files: u32, root: &str) -> Licensing {
    let paths =
        |many: u32| Paths { count: many, listed: (0..many.min(5)).map(|no| format!("{root}/f{no}.c")).collect() };
    let by_index = licence.map(|one| Declared { by: Declarer::Index, path: None, expression: one.into() });
    let mut detected = BTreeMap::new();
    licence.into_iter().for_each(|one| {
        detected.insert(one.to_string(), files.div_ceil(2));
    });
    Licensing {
        declared: by_index.into_iter().collect(),
        detected,
        notice_removed: if dice.roll(12) == 0 { paths(files.min(3)) } else { Paths::default() },
        notice_replaced: Paths::default(),
        left_behind: (dice.roll(6) == 0).then(|| "LICENSE".to_string()),
        unlicensed: if dice.roll(5) == 0 { paths(files.min(9)) } else { Paths::default() },
    }
}

fn finding(no: u64, files: u32, dice: &mut Dice) -> Finding {
    let name = NAMES[dice.roll(16) as usize];
    let licence = LICENCES[dice.roll(8) as usize];
    let kind = [FindingKind::Vendored, FindingKind::Copied, FindingKind::Snippet][dice.roll(3) as usize];
    let (major, minor) = (1 + dice.roll(3), dice.roll(12));
    let purl = format!("pkg:{}/{name}@{major}.{minor}.0", ["npm", "generic", "github"][dice.roll(3) as usize]);
    let folder = FOLDERS[dice.roll(8) as usize];
    let root = format!("{folder}/part{:02}/{name}-{no}", no % 40);
    let modified = if dice.roll(4) == 0 { files.min(2) } else { 0 };
    Finding {
        scan_root: RootNo(0),
        purl: purl.clone(),
        origin: Origin::OpenSource,
        aliases: vec![format!("pkg:deb/debian/{name}")],
        also_in: Vec::new(),
        versions: (0..=dice.roll(4)).map(|patch| format!("{major}.{minor}.{patch}")).collect(),
        license: licence.map(String::from),
        kind,
        root: root.clone(),
        id: format!("{:012x}", no * 7_919 + 11),
        sketch: Sketch((0..64).map(|hash| hash * 0x0123_4567_89ab + no).collect()),
        around: Sketch::default(),
        managed: (folder == "node_modules").then(|| ManagedBy { relation: Relation::Declares, at: declared(&purl) }),
        duplicates: if dice.roll(6) == 0 { vec![declared(&purl)] } else { Vec::new() },
        stated: Vec::new(),
        newest: Some(Newest {
            version: "4.0.1".into(),
            released: Some("2024-02-29".into()),
            behind: dice.roll(30) as u32,
        }),
        files,
        modified_files: modified,
        unknown_files: 0,
        modified: Paths { count: modified, listed: (0..modified).map(|no| format!("{root}/f{no}.c")).collect() },
        lines: u64::from(files) * 180,
        confidence: 0.6 + dice.roll(41) as f32 / 100.0,
        licensing: Some(licensing(dice, licence, files, &root)),
    }
}

fn verdict(no: u64, finding: &Finding, dice: &mut Dice) -> Verdict {
    let state = [BaselineState::New, BaselineState::Changed, BaselineState::Unchanged][dice.roll(20).min(2) as usize];
    let mut verdict = Verdict { state: Some(state), ..Verdict::default() };
    if finding.is_managed() {
        return verdict;
    }
    verdict.conditions.push(Condition::Unmanaged);
    if no % 25 == 3 {
        verdict.decided = Some(Decided {
            kind: DecisionKind::Accepted,
            reason: "Patched for our allocator.".into(),
            author: "Ada Byron".into(),
            date: "2024-01-31".into(),
            expires: Some("2025-01-31".into()),
            replaced_by: None,
            file: "foundling-decisions.toml".into(),
            line: 12,
        });
        return verdict;
    }
    let effort = match finding.kind {
        FindingKind::Snippet => Effort::Review,
        _ if finding.modified_files > 0 => Effort::Upstream,
        _ if !finding.duplicates.is_empty() => Effort::Delete,
        _ if !finding.purl.starts_with("pkg:github") => Effort::Replace,
        _ => Effort::Declare,
    };
    let name = finding.purl.rsplit('/').next().unwrap_or("");
    let replaces = effort == Effort::Replace;
    verdict.remedy = Some(Remedy {
        effort,
        package: replaces.then(|| finding.purl.clone()),
        line: replaces.then(|| format!("npm install {name}")),
        manifest: replaces.then(|| "package.json".to_string()),
        newest: Some("4.0.1".into()),
        behind: Some(3),
        modified: finding.modified.clone(),
    });
    verdict
}

fn file(path: String, found: Option<(&Finding, MatchKind)>, dice: &mut Dice) -> FileReport {
    let mut years = Years::default();
    years.add(1998, 2000);
    let licence = found.and_then(|(finding, _)| finding.license.clone());
    let matches = found.into_iter().map(|(finding, kind)| FileMatch {
        purl: finding.purl.clone(),
        origin: finding.origin,
        kind,
        source_path: format!("src/{}", path.rsplit('/').next().unwrap_or("a.c")),
        similarity: if kind == MatchKind::Snippet { 0.55 } else { 1.0 },
        exactness: 0.9,
        e_value: None,
        ranges: if kind == MatchKind::Snippet { vec![range(10, 62), range(90, 120)] } else { Vec::new() },
    });
    let licenses = licence.map(|expression| LicenseMatch {
        expression,
        kind: LicenseKind::Notice,
        lines: Lines { first: 1, last: 3 },
        score: 0.98,
        rule: "notice_1.RULE".into(),
    });
    FileReport {
        scan_root: RootNo(0),
        bytes: 400 + dice.roll(30_000),
        blake3: [0; 32],
        digests: None,
        language: Some("C"),
        matches: matches.collect(),
        licenses: licenses.into_iter().collect(),
        mentions: Vec::new(),
        copyrights: vec![Copyright {
            statement: "Copyright (c) 1998-2000 Ada Byron".into(),
            holder: "Ada Byron".into(),
            years,
            lines: Lines { first: 2, last: 2 },
        }],
        managed: found.is_some_and(|(finding, _)| finding.is_managed()),
        path,
    }
}

fn discrepancies() -> Vec<Discrepancy> {
    use DiscrepancyKind::{Absent, Extraneous, Tampered, WrongVersion};
    let one = |(no, kind): (usize, DiscrepancyKind)| Discrepancy {
        scan_root: RootNo(0),
        id: format!("dddddddddd{no:02}"),
        kind,
        declared: declared("pkg:npm/left-pad@1.3.0"),
        root: format!("node_modules/left-pad-{no}"),
        found: if kind == WrongVersion { vec!["1.1.0".into()] } else { Vec::new() },
        files: 2,
        changes: vec![(Change::Modified, format!("node_modules/left-pad-{no}/index.js"))],
    };
    [WrongVersion, Tampered, Absent, Extraneous].into_iter().enumerate().map(one).collect()
}

/// A report of so many findings and files.
fn report(findings: u64, files: u64) -> Report {
    let mut dice = Dice(42);
    let each = (files * 6 / 10 / findings.max(1)) as u32;
    let mut report = Report { wanted: Wanted::ALL, roots: vec!["product".into()], ..Report::default() };
    report.findings = (0..findings).map(|no| finding(no, each, &mut dice)).collect();
    report.findings.sort_by(|one, other| (&one.root, &one.purl).cmp(&(&other.root, &other.purl)));
    let mut all = Vec::new();
    for finding in &report.findings {
        for no in 0..each {
            let kind = match (finding.kind, no) {
                (FindingKind::Snippet, _) => MatchKind::Snippet,
                (_, no) if no < finding.modified_files => MatchKind::Snippet,
                _ => MatchKind::Identical,
            };
            all.push(file(format!("{}/f{no}.c", finding.root), Some((finding, kind)), &mut dice));
        }
    }
    for no in all.len() as u64..files {
        all.push(file(format!("app/module{:03}/unit{:02}/own{no}.c", no % 200, no % 23), None, &mut dice));
    }
    all.sort_by(|one, other| one.path.cmp(&other.path));
    report.bytes_read = all.iter().map(|file| file.bytes).sum::<u64>() * 5 / 4;
    report.files_read = files * 5 / 4;
    report.files = all;
    report.internal = vec![Finding {
        origin: Origin::Internal,
        also_in: vec![AlsoIn { purl: "pkg:npm/bus@1.0.0".into(), released: "2024-02-29".into() }],
        license: None,
        managed: None,
        purl: "pkg:generic/example/bus@7".into(),
        root: "app/bus".into(),
        ..finding(findings, 4, &mut dice)
    }];
    report.discrepancies = discrepancies();
    report.problems = vec![
        Problem::new(Code::TooLarge, "data/dump.sql", "hashed only"),
        Problem::new(Code::SymbolicLink, "docs/a", "points to b"),
    ];
    report.review = Review {
        findings: report.findings.iter().zip(0..).map(|(finding, no)| verdict(no, finding, &mut dice)).collect(),
        gone: vec![Gone { id: "1".into(), root: "lib/old".into(), purl: "pkg:npm/old@1.0.0".into() }],
        idle: vec![IdleDecision {
            file: "foundling-decisions.toml".into(),
            line: 20,
            component: "pkg:npm/old".into(),
            why: Idle::NeverMatched,
            files: 0,
        }],
        excluded: vec![Excluded { pattern: "fixtures/**".into(), reason: "Test data.".into(), files: 12 }],
        ..Review::default()
    };
    report
}

/// Puts markup, marks of direction and 4 KB names wherever a name comes from outside.
fn poison(report: &mut Report) {
    let long = MARKUP.repeat(4096 / MARKUP.len());
    for (no, finding) in report.findings.iter_mut().enumerate() {
        let text = if no == 0 { long.as_str() } else { MARKUP };
        finding.purl = finding.purl.replacen('@', &format!("{text}@"), 1);
        finding.root.push_str(text);
        finding.versions.iter_mut().for_each(|version| version.push_str(text));
        finding.license.iter_mut().for_each(|licence| licence.push_str(text));
        finding.aliases.iter_mut().for_each(|alias| alias.push_str(text));
    }
    for file in &mut report.files {
        let own = file.path.rsplit('/').next().unwrap_or("").to_string();
        let owner =
            report.findings.iter().find(|finding| file.path.starts_with(finding.root.split("</").next().unwrap_or("")));
        if let Some(finding) = owner.filter(|_| !file.matches.is_empty()) {
            file.path = format!("{}/{own}", finding.root);
            file.matches.iter_mut().for_each(|found| found.purl = finding.purl.clone());
        }
        file.path.push_str(MARKUP);
        file.licenses.iter_mut().for_each(|one| one.expression.push_str(MARKUP));
        file.copyrights.iter_mut().for_each(|one| one.statement.push_str(MARKUP));
        file.matches.iter_mut().for_each(|one| one.source_path.push_str(MARKUP));
    }
    for verdict in &mut report.review.findings {
        verdict.decided.iter_mut().for_each(|decided| decided.reason.push_str(MARKUP));
        verdict.remedy.iter_mut().filter_map(|remedy| remedy.line.as_mut()).for_each(|line| line.push_str(MARKUP));
    }
    report.roots = vec![format!("product{MARKUP}")];
    report.discrepancies.iter_mut().for_each(|one| one.root.push_str(MARKUP));
}

fn write(which: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut made = match which {
        "big" => report(2_000, 100_000),
        "small" | "hostile" => report(40, 600),
        other => return Err(io::Error::other(format!("`{other}` is none of big, small, hostile"))),
    };
    let hostile = which == "hostile";
    if hostile {
        poison(&mut made);
    }
    html::write(&made, &Options { texts: &Made { hostile }, date: Some("2024-02-29") }, out)
}

fn main() -> io::Result<()> {
    // Cargo adds an option of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| !one.starts_with("--")).collect();
    match arguments.as_slice() {
        [which, out] => {
            let mut file = BufWriter::new(File::create(out)?);
            write(which, &mut file)?;
            file.flush()
        }
        [] => ["small", "hostile", "big"].into_iter().try_for_each(|which| {
            let mut page = Vec::new();
            write(which, &mut page)?;
            println!("{which}: {} bytes", page.len());
            Ok(())
        }),
        _ => Err(io::Error::other("say big, small or hostile, and where to write")),
    }
}

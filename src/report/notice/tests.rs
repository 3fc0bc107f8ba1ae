use super::*;
use crate::model::license::LicenseMatch;
use crate::model::place::Lines;
use crate::model::review::{Decided, Verdict};
use crate::report::sample;
use crate::report::texts::NoTexts;

/// A tree with a licence file, a notice, and files with headers; and the releases of jquery and ring.
struct Tree;

impl Texts for Tree {
    fn in_tree(&self, _: RootNo, _: &str) -> Option<String> {
        None
    }

    fn scanned(&self, file: &FileReport) -> Option<String> {
        Some(match file.path.as_str() {
            "third_party/zlib/LICENSE" => "Zlib words\r\n\u{c}\u{1b}[31mred\tx\n\n".to_string(),
            "third_party/zlib/NOTICE.txt" => "Must be passed on.\n".to_string(),
            "static/jquery.js" => (1..=30).map(|line| format!("line {line}\n")).collect(),
            _ => return None,
        })
    }

    fn upstream(&self, purl: &str, path: &str) -> Option<String> {
        match (purl, path) {
            ("pkg:npm/jquery@3.6.0", "NOTICE") => Some("jQuery's notice\n".to_string()),
            ("pkg:github/acme/ring@3.4.0", "COPYING") => Some("Ring words\n".to_string()),
            ("pkg:github/acme/ring@3.4.0", "lib/ring_buffer.c") => {
                Some("/* Copyright (c) 2001 Grace Hopper */\n".to_string())
            }
            _ => None,
        }
    }
}

fn report() -> Report {
    let mut report = sample::report();
    let licence = sample::file("third_party/zlib/LICENSE", Vec::new());
    let notice = sample::file("third_party/zlib/NOTICE.txt", Vec::new());
    report.files.extend([licence, notice]);
    report.files.sort_by(|one, other| one.path.cmp(&other.path));
    let ring = report.files.iter_mut().find(|file| file.path == "src/ring.c").unwrap();
    ring.matches[0].similarity = 0.3;
    let zlib = report.files.iter_mut().find(|file| file.path.ends_with("inflate.c")).unwrap();
    let mut years = Years::default();
    years.add(1995, 1998);
    let lines = crate::model::place::Lines { first: 1, last: 1 };
    let one =
        |years: &Years| Copyright { statement: "x".into(), holder: "Mark Adler".into(), years: years.clone(), lines };
    let mut later = Years::default();
    later.add(1999, 2004);
    zlib.copyrights = vec![one(&years), one(&later)];
    report
}

fn written(report: &Report, layout: Layout, texts: &dyn Texts) -> String {
    let mut out = Vec::new();
    write(report, layout, texts, true, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn texts_come_from_the_tree_and_from_releases_and_what_lacks_is_said() {
    let text = written(&report(), Layout::Text, &Tree);
    assert!(text.starts_with("THIRD-PARTY NOTICES\n\nproduct contains 4 components of others.\n"), "{text}");
    assert!(text.contains("NOT COMPLETE: the licence text of 1 component is not at hand"), "{text}");
    assert!(text.contains("\n  lodash 4.17.21 (MIT)\n"), "{text}");
    let zlib = "\nzlib 1.2.11\n  pkg:generic/zlib@1.2.11\n  Licence: Zlib\n  In: third_party/zlib (2 files modified)\n  \
                Copyright: 1995-2004 Mark Adler\n  Licence text: [4]\n  Notice: [5]\n";
    assert!(text.contains(zlib), "{text}");
    assert!(text.contains("[4] third_party/zlib/LICENSE\n"), "{text}");
    assert!(text.contains("Zlib words\n\\u{1b}[31mred\tx\n"), "nothing steers a terminal: {text}");
    assert!(text.contains("  Copyright: 2001 Grace Hopper\n"), "of the original, not of the file around it: {text}");
    assert!(text.contains("Ring words") && text.contains("jQuery's notice"), "{text}");
    assert!(text.contains("line 1\nline 2\n") && !text.contains("line 21\n"), "the lines of the header only: {text}");
}

/// The header of one file, with a long line in it.
struct Header;

impl Texts for Header {
    fn in_tree(&self, _: RootNo, _: &str) -> Option<String> {
        None
    }

    fn scanned(&self, file: &FileReport) -> Option<String> {
        let map = format!("{{\"sources\": \"{}\"}}", "x".repeat(STATED_LINE));
        (file.path == "src/ring.c").then(|| format!("one\n\ntwo\n{map}\nfive\n"))
    }

    fn upstream(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

#[test]
fn a_changed_file_has_its_own_header_and_a_header_is_no_licence() {
    for (kind, lacking) in [(LicenseKind::Text, 3), (LicenseKind::Notice, 4)] {
        let mut report = report();
        let ring = report.files.iter_mut().find(|file| file.path == "src/ring.c").unwrap();
        ring.matches[0].similarity = 0.9;
        let stated = |first, last| LicenseMatch {
            expression: "MIT".into(),
            kind,
            lines: Lines { first, last },
            score: 1.0,
            rule: "mit_1.RULE".into(),
        };
        ring.licenses = vec![stated(1, 1), stated(3, 4)];
        let text = written(&report, Layout::Text, &Header);
        assert!(text.contains(&format!("NOT COMPLETE: the licence text of {lacking} components")), "{text}");
        assert!(text.contains("one\n\ntwo\n") && !text.contains("sources") && !text.contains("five"), "{text}");
    }
}

#[test]
fn copyleft_says_what_is_to_be_published() {
    let mut report = report();
    report.findings[3].license = Some("GPL-2.0-only".into());
    report.findings[3].modified.listed = vec!["third_party/zlib/inflate.c".into()];
    let text = written(&report, Layout::Text, &Tree);
    let (_, offer) = text.split_once("SOURCE CODE TO PUBLISH\n\n").unwrap();
    let expected = "zlib 1.2.11 (GPL-2.0-only)\n  To publish: the complete source of the program that contains it, with what \
                    is needed to build it\n  third_party/zlib: with 2 changed files\n    third_party/zlib/inflate.c\n";
    assert!(offer.starts_with(expected), "{offer}");
}

#[test]
fn what_is_decided_to_be_nobody_elses_is_left_out_and_counted() {
    let mut report = report();
    let own = Decided {
        kind: DecisionKind::OwnCode,
        reason: "Ours.".into(),
        author: "Ada".into(),
        date: "2026-01-31".into(),
        expires: None,
        replaced_by: None,
        file: "d.toml".into(),
        line: 1,
    };
    report.review.findings = report.findings.iter().map(|_| Verdict::default()).collect();
    report.review.findings[0].decided = Some(own);
    let text = written(&report, Layout::Text, &NoTexts);
    assert!(text.contains("Left out: 1 finding decided") && !text.contains("lodash"), "{text}");
}

#[test]
fn lines_too_few_for_a_finding_are_counted() {
    let mut report = report();
    report.findings.retain(|one| !one.purl.contains("acme/ring"));
    for layout in [Layout::Text, Layout::Html, Layout::Debian] {
        let text = written(&report, layout, &NoTexts);
        assert!(text.contains("Left out: copied lines in 1 file, "), "{text}");
    }
}

#[test]
fn a_page_and_a_copyright_file_hold_the_same() {
    let mut report = report();
    report.findings[3].root = "third_party/zlib".into();
    let page = written(&report, Layout::Html, &Tree);
    assert!(page.contains("<h2>zlib 1.2.11</h2>") && page.contains("<pre>Zlib words\n"), "{page}");
    let file = written(&report, Layout::Debian, &Tree);
    let expected = "\nFiles: third_party/zlib/*\nCopyright: 1995-2004 Mark Adler\nLicense: Zlib\n Zlib words\n";
    assert!(file.starts_with("Format: https://www.debian.org/") && file.contains(expected), "{file}");
    for line in file.lines() {
        let is_field = line.split_once(": ").is_some_and(|(name, _)| name.chars().all(|one| one.is_ascii_alphabetic()));
        assert!(line.is_empty() || line.starts_with(' ') || is_field, "{line}");
    }
}

#[test]
fn hostile_names_are_inert() {
    let mut report = report();
    let evil = "<script>\"'&\u{202e}\u{1b}[31m\nLicense: MIT * ? \\";
    report.findings[3].root = evil.into();
    report.findings[3].purl = format!("pkg:generic/{evil}@1{evil}");
    report.findings[3].license = Some(evil.into());
    report.files.iter_mut().for_each(|file| file.copyrights.iter_mut().for_each(|one| one.holder = evil.into()));
    for layout in [Layout::Text, Layout::Html, Layout::Debian] {
        let text = written(&report, layout, &Tree);
        assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'), "{text}");
        assert!(layout != Layout::Html || !text.contains("<script>"), "{text}");
        assert!(layout != Layout::Debian || !text.contains("\nLicense: MIT *"), "{text}");
    }
}

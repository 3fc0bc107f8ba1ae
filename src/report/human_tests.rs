//! Whole reports as people see them.

use super::*;
use crate::model::evidence::Wanted;
use crate::model::ids::RootNo;
use crate::model::review::Verdict;
use crate::report::layout::unsafe_to_show;
use crate::report::sample::{self, file, finding, matched, range};

fn render(report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    write(report, &style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn assert_fits(text: &str, columns: usize) {
    for line in text.lines() {
        assert!(width(line) <= columns, "{} columns: {line}", width(line));
    }
}

#[test]
fn findings_read_as_a_page() {
    let text = render(&sample::report(), Style::PLAIN);
    assert_fits(&text, 80);
    assert_eq!(text, FINDINGS);
}

const FINDINGS: &str = "\
foundling found 3 components that nobody declared, in 1,234 files.

src/ring.c
  acme/ring 3.4.0 or 3.4.1 (2 more) from github, licence unknown
    also known as pkg:deb/debian/ring, pkg:generic/ring
    snippet, 71 lines; likely (70%); id:8ee83cab2b51

static/jquery.js
  jquery 3.6.0 or 3.6.1 from npm, licence MIT
    copied file; almost certain (over 99%); id:0f4dcca1e45d

third_party/zlib
  zlib 1.2.11, licence Zlib
    vendored folder, 2 of 23 files modified; almost certain (97%);
    id:510e9faf4df8

Copied lines
  src/ring.c
    93% of its code is from acme/ring 3.4.0:
    lib/ring_buffer.c
      lines 10 to 80 from lines 12 to 82 there
      line 120 from line 160 there

Declared by a manifest or lockfile: 1 component
  lodash 4.17.21 in node_modules/lodash, by package-lock.json

Internal reuse
  lib/bus
    example/bus 7, your own code
    vendored folder, 4 files, none modified; almost certain (97%)
    open source holds the same code since 2024-02-29: bus 1.0.0

Licences stated in 3 files
  Permissive: 2 files
    MIT 2
  Copyleft: 1 file
    GPL-2.0-only 1

Summary
  Read        1,234 files, 43 MiB
  Index       bundled: 812 components, 9,120 releases
  Internal    1 place with code of your own, no open source
  Found       4 places: 2 vendored, 1 copied, 1 snippet; 1 declared
  Undeclared  4 files with code of components that nobody declared
  Components  by licence: MIT 2, Zlib 1, unknown 1

Not examined, or not in full
  1 file over the size limit: hashed only
    data/dump.sql: hashed only: 120 MiB is over the 16 MiB limit
  4 symbolic links: not followed
    docs/a: points to ../a
    docs/b: points to ../b
    docs/c: points to ../c
    and 1 more
  41 files or folders left out by ignore rules
    .gitignore: line 3: `build/`
";

#[test]
fn of_many_names_three_are_given_as_far_as_a_line_holds_them() {
    let mut report = sample::report();
    report.findings[1].aliases = (0..5).map(|at| format!("pkg:generic/n{at}")).collect();
    let text = render(&report, Style::PLAIN);
    let line = "    also known as pkg:generic/n0, pkg:generic/n1, pkg:generic/n2 and 2 more\n";
    assert!(text.contains(line), "{text}");
    let narrow = render(&report, Style { width: 50, ..Style::PLAIN });
    assert!(narrow.contains("    also known as pkg:generic/n0 and 4 more\n"), "{narrow}");
    report.findings[1].aliases.clear();
    assert!(!render(&report, Style::PLAIN).contains("also known"));
}

#[test]
fn nothing_found_says_what_was_compared() {
    let report = Report {
        indexes: sample::indexes(),
        roots: vec![".".into()],
        files_read: 1,
        bytes_read: 2_000,
        ..Report::default()
    };
    let text = render(&report, Style::PLAIN);
    assert_fits(&text, 80);
    assert_eq!(text, NOTHING);
}

const NOTHING: &str = "\
foundling found nothing undeclared in 1 file.
Compared with 812 components in 9,120 releases; what none of them holds cannot
be found.

Summary
  Read        1 file, 1.9 KiB
  Index       bundled: 812 components, 9,120 releases

Everything was examined.
";

#[test]
fn nothing_found_points_to_what_was_not_examined() {
    let full = sample::report();
    let report = Report { findings: full.findings[..1].to_vec(), files: Vec::new(), ..full };
    let text = render(&report, Style::PLAIN);
    assert!(text.starts_with("foundling found nothing undeclared in 1,234 files.\n"), "{text}");
    assert!(text.contains("was not examined, see below."), "{text}");
    assert!(text.contains("lodash 4.17.21 in node_modules/lodash"), "{text}");
}

#[test]
fn a_finding_that_the_settings_leave_out_says_why() {
    let mut report = sample::reviewed();
    report.review.findings[1].set_aside = Some("its confidence is below 0.8".into());
    let text = render(&report, Style::PLAIN);
    assert!(text.contains("    does not count: its confidence is below 0.8\n"), "{text}");
}

#[test]
fn what_was_set_aside_was_examined() {
    let problems = vec![Problem::new(Code::Suppressed, "a.c", "generated code")];
    let text = render(&Report { indexes: sample::indexes(), problems, ..Report::default() }, Style::PLAIN);
    assert!(!text.contains("not examined"), "{text}");
    assert!(text.contains("Worth knowing:\n  1 match set"), "{text}");
}

#[test]
fn without_an_index_nothing_is_claimed() {
    let text = render(&Report::default(), Style::PLAIN);
    assert!(text.starts_with("foundling had no index to compare 0 files with"), "{text}");
    assert!(text.contains("--index"), "{text}");
}

/// A report of long, wide and hostile names.
fn hostile() -> Report {
    let long = "deep/".repeat(60) + "end.c";
    let wide = "第三方组件/".repeat(30) + "压缩.c";
    let evil = "a\u{1b}[2J\u{7}\n\u{202e}gnp\u{2066}.c";
    let mut report = sample::report();
    report.roots = vec![long.clone(), wide.clone()];
    for (at, path) in [long.as_str(), &wide, evil].into_iter().enumerate() {
        let purl = format!("pkg:{evil}/{}@{}", wide.replace('/', ""), "9".repeat(120));
        let mut found = finding(&purl, &[&wide, evil, "3"], FindingKind::Snippet, path);
        found.license = Some(format!("{evil} AND {}", "LicenseRef-x".repeat(12)));
        found.scan_root = RootNo((at % 2) as u32);
        found.managed = (at == 1).then(sample::managed_by);
        found.aliases = vec![purl.clone(), wide.clone(), evil.to_string(), "pkg:a/b".into()];
        found.also_in = vec![crate::model::finding::AlsoIn { purl: purl.clone(), released: evil.to_string() }; 5];
        let ranges: Vec<_> = (0..9).map(|at| range(u32::MAX - 200 + at, u32::MAX - 100 + at, 50)).collect();
        let mut entry = file(path, vec![matched(&purl, MatchKind::Snippet, &wide, &ranges)]);
        entry.scan_root = found.scan_root;
        report.files.push(entry);
        report.internal.push(found.clone());
        report.findings.push(found);
        report.problems.push(Problem::new(Code::Unreadable, path, evil));
        report
            .indexes
            .push(crate::model::finding::IndexSummary { name: path.to_string(), ..sample::indexes().remove(0) });
    }
    report
}

#[test]
fn long_and_wide_names_fit_and_hostile_ones_are_written_out() {
    for columns in [40, 80, 100] {
        let text = render(&hostile(), Style { width: columns, colour: false });
        assert_fits(&text, columns);
        assert!(text.chars().all(|letter| letter == '\n' || !unsafe_to_show(letter)), "{text}");
    }
    let text = render(&hostile(), Style::PLAIN);
    assert!(text.contains("\\u{1b}[2J\\u{7}\\n\\u{202e}gnp"), "{text}");
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let mut report = Report { roots: vec![".".into()], indexes: sample::indexes(), ..Report::default() };
    let snippet = finding("pkg:npm/x@1", &["1"], FindingKind::Snippet, "src");
    report.findings.push(snippet);
    for at in 0..FILES_LISTED + 2 {
        let ranges: Vec<_> = (0..RANGES_LISTED as u32 + 1).map(|at| range(at * 10 + 1, at * 10 + 5, 0)).collect();
        report
            .files
            .push(file(&format!("src/{at:02}.c"), vec![matched("pkg:npm/x@1", MatchKind::Snippet, "x.js", &ranges)]));
        report.problems.push(Problem::new(Code::Binary, format!("{at}.png"), ""));
        let place = format!("node_modules/{at}");
        report.findings.push(Finding {
            managed: Some(sample::managed_by()),
            ..finding("pkg:npm/y@1", &["1"], FindingKind::Vendored, &place)
        });
    }
    let text = render(&report, Style::PLAIN);
    assert!(text.contains("src/19.c") && !text.contains("src/20.c"), "{text}");
    for expected in [
        "  and 2 more files; use --format json to see all\n",
        "      and 1 more stretch\n",
        "  and 12 more; use --format json to see all\n",
        "  22 files that are not text: hashed only\n    0.png\n    1.png\n    2.png\n    and 19 more\n",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn one_component_at_two_places_is_one_component() {
    let mut report = sample::report();
    report.findings.remove(0);
    report.findings.push(finding("pkg:generic/zlib@1.2.8", &["1.2.8"], FindingKind::Vendored, "vendor/zlib"));
    let text = render(&report, Style::PLAIN);
    assert!(
        text.starts_with("foundling found 3 components that nobody declared at 4 places, in 1,234 files.\n"),
        "{text}"
    );
}

#[test]
fn colour_adds_escapes_and_changes_no_letter() {
    let coloured = render(&sample::report(), Style { width: 80, colour: true });
    assert!(coloured.contains("\u{1b}[1m"));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), FINDINGS);
}

#[test]
fn every_code_has_words() {
    for code in [
        Code::Unreadable,
        Code::Encrypted,
        Code::UnsafePath,
        Code::VersionControl,
        Code::Suppressed,
        Code::BadSpdxExpression,
    ] {
        assert!(reason(code, 1).starts_with("1 ") && reason(code, 2).starts_with("2 "));
    }
}

#[test]
fn lines_too_few_for_a_place_lead_the_report_where_there_is_no_place() {
    let mut report = sample::report();
    report.findings.clear();
    let text = render(&report, Style::PLAIN);
    assert!(text.starts_with("foundling found lines of 2 components copied into 2 files, of 1,234 files.\n"), "{text}");
    assert!(text.contains("Copied      lines of 2 components in 2 files"), "{text}");
}

#[test]
fn a_folder_whose_notices_are_gone_is_not_called_unmodified() {
    let mut report = sample::report();
    let place = report.findings.iter().position(|finding| finding.root == "third_party/zlib").unwrap();
    report.findings[place].modified_files = 0;
    assert!(render(&report, Style::PLAIN).contains("23 files, none modified;"));
    let mut licensing = Licensing::default();
    licensing.unlicensed.add("third_party/zlib/a.c");
    report.findings[place].licensing = Some(licensing.clone());
    assert!(render(&report, Style::PLAIN).contains("23 files, none modified;"));
    licensing.notice_replaced.add("third_party/zlib/a.c");
    report.findings[place].licensing = Some(licensing);
    assert!(render(&report, Style::PLAIN).contains("23 files, none modified but for comments;"));
}

#[test]
fn a_declaration_that_was_decided_about_is_listed_as_decided() {
    let mut report = sample::reviewed();
    let decided = report.review.findings.iter().find_map(|verdict| verdict.decided.clone());
    report.review.discrepancies = vec![Verdict { decided, ..Verdict::default() }];
    let text = render(&report, Style::PLAIN).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Decided: 1 finding, 1 declaration"), "{text}");
    assert!(text.contains("not as released, in vendor/a: accepted") && !text.contains("Declared otherwise"), "{text}");
}

#[test]
fn a_decision_whose_lines_are_still_there_reads_as_one_to_keep() {
    let mut report = sample::reviewed();
    report.review.idle[0].files = 3;
    let text = render(&report, Style::PLAIN).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("pkg:npm/old matches no finding; copied lines of it are still in 3 files"), "{text}");
}

#[test]
fn what_is_thought_of_findings_reads_as_a_page() {
    let text = render(&sample::reviewed(), Style::PLAIN);
    let expected = "\
static/jquery.js
  jquery 3.6.0 or 3.6.1 from npm, licence MIT
    copied file; almost certain (over 99%); new; id:0f4dcca1e45d
    ! a second copy of the managed lodash 4.17.21 in package-lock.json line 12
";
    assert!(text.contains(expected), "{text}");
    let expected = "
Declared otherwise than it is
  vendor/a
    5 files of a 1 not as released
      modified vendor/a/b.rs
      modified vendor/a/c.rs
      modified vendor/a/d.rs
      and 2 more files
    declared in vendor/a/.cargo-checksum.json line 1; id:abcdefabcdef

What to do, cheapest first
  static/jquery.js
    unmodified: delete it and use the package of jquery; 3.7.1 is the newest
    known, 3 releases later
      npm install jquery@3.6.0 (package.json)

Declared by a manifest or lockfile: 1 component
  lodash 4.17.21 in node_modules/lodash, by package-lock.json

Decided: 1 finding
  zlib 1.2.11 in third_party/zlib: accepted, until 2027-01-31
    Patched for our allocator. (Ada, 2026-01-31)

Decisions without effect
  foundling-decisions.toml line 20: pkg:npm/old matches no finding

Left out by the settings
  fixtures/**: 12 files; Test data.

Gone since the earlier report
  old 1 in lib/old
";
    assert!(text.contains(expected), "{text}");
    assert_fits(&text, 80);
}

#[test]
fn lines_in_installed_packages_are_their_own_business() {
    let lines = matched("pkg:npm/x@1", MatchKind::Snippet, "x.js", &[range(1, 20, 0)]);
    let mut report = Report { wanted: Wanted::ALL, indexes: sample::report().indexes, ..Report::default() };
    report.files = vec![file("node_modules/y/y.js", vec![lines])];
    assert!(render(&report, Style::PLAIN).starts_with("foundling found lines of 1 component"));
    report.files[0].managed = true;
    let text = render(&report, Style::PLAIN);
    assert!(text.starts_with("foundling found nothing undeclared") && !text.contains("y.js"), "{text}");
}

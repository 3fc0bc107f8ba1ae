//! What is found: whole files and parts of them, as they are, reformatted, renamed and mixed.

use crate::program::{Tree, released, scan};
use crate::report::{Document, FindingKind, Match, MatchKind};
use crate::sources::{c_file, lines, renamed};

const FIRST: &str = "pkg:generic/pocket@1.0";
const THIRD: &str = "pkg:generic/pocket@2.0";

#[track_caller]
fn found(tree: &Tree) -> Document {
    Document::read(&scan(tree.path(), ["."]).stdout)
}

/// The only match of the file at `path`.
#[track_caller]
fn only_match<'d>(document: &'d Document, path: &str) -> &'d Match {
    let file = document.files.iter().find(|file| file.path == path);
    let file = file.unwrap_or_else(|| panic!("nothing in {path}: {document:?}"));
    let [only] = file.matches.as_slice() else { panic!("{file:?}") };
    only
}

fn base(purl: &str) -> &str {
    purl.rsplit_once('@').map_or(purl, |(base, _)| base)
}

/// The places of the findings with their components, in order.
fn places(document: &Document) -> Vec<(&str, &str)> {
    document.components.iter().map(|one| (one.root.as_str(), base(&one.purl))).collect()
}

/// Source code around which copies are pasted; in no index.
fn own(seed: u64) -> String {
    c_file(7_000 + seed, 3)
}

/// Whether lines are those expected, give or take two at either end.
fn about(got: [u32; 2], first: usize, last: usize) -> bool {
    got[0].abs_diff(first as u32) <= 2 && got[1].abs_diff(last as u32) <= 2
}

#[test]
fn a_vendored_folder_is_one_finding_at_its_place() {
    let tree = Tree::of(&[("src/main.c", own(1))]);
    for number in 0..6 {
        let path = format!("src/pocket{number}.c");
        tree.add(&format!("third_party/pocket/{path}"), released(THIRD, &path));
    }
    let document = found(&tree);
    assert_eq!(places(&document), [("third_party/pocket", "pkg:generic/pocket")]);
    let finding = &document.components[0];
    assert_eq!((finding.kind, finding.purl.as_str()), (FindingKind::Vendored, THIRD));
    assert_eq!((finding.files, finding.modified_files, finding.versions.len()), (6, 0, 1));
    assert_eq!((finding.license.as_deref(), finding.managed), (Some("MIT"), false));
    assert!(document.files.iter().all(|file| file.matches[0].kind == MatchKind::Identical));
    assert_eq!((document.summary.unmanaged_files, document.summary.component_licenses["MIT"]), (6, 1));
}

#[test]
fn releases_that_the_evidence_cannot_tell_apart_are_all_named() {
    let tree = Tree::of(&[] as &[(&str, &str)]);
    for number in [0, 1, 4, 5] {
        tree.add(&format!("lib/src/pocket{number}.c"), released(FIRST, &format!("src/pocket{number}.c")));
    }
    let document = found(&tree);
    let mut versions = document.components[0].versions.clone();
    versions.sort();
    assert_eq!(versions, ["1.0", "1.1", "2.0"]);
}

#[test]
fn comments_white_space_and_line_ends_do_not_matter() {
    let code = released(FIRST, "src/pocket1.c");
    let changed = code.replace("    ", "\t").replace(";\n", "; // kept\n").replace('\n', "\r\n");
    let tree = Tree::of(&[("own/helper.c", changed)]);
    let document = found(&tree);
    let only = only_match(&document, "own/helper.c");
    assert_eq!((base(&only.purl), only.kind), ("pkg:generic/pocket", MatchKind::Normalized));
    assert_eq!((only.source_path.as_str(), only.similarity), ("src/pocket1.c", 1.0));
    assert_eq!(document.components[0].kind, FindingKind::Copied);
}

#[test]
fn a_snippet_is_found_with_its_lines() {
    let source = released(FIRST, "src/pocket3.c");
    let (before, after) = (own(2), own(3));
    let tree = Tree::of(&[("app/util.c", format!("{before}{}{after}", lines(&source, 20, 64)))]);
    let document = found(&tree);
    let only = only_match(&document, "app/util.c");
    assert_eq!((base(&only.purl), only.kind), ("pkg:generic/pocket", MatchKind::Snippet));
    assert_eq!(only.source_path, "src/pocket3.c");
    let start = before.lines().count() + 1;
    let [range] = only.ranges.as_slice() else { panic!("{only:?}") };
    assert!(about(range.lines, start, start + 44) && about(range.source_lines, 20, 64), "{only:?}");
    assert!(only.exactness > 0.95 && only.similarity > 0.1 && only.similarity < 0.6, "{only:?}");
    assert!(
        document.components.is_empty(),
        "a small part of an own file is said of the file and makes it no component"
    );
    assert_eq!(document.summary.unmanaged_files, 1);
}

#[test]
fn a_file_that_is_mostly_a_copy_is_a_finding() {
    let source = released(FIRST, "src/pocket3.c");
    let all = source.lines().count();
    let kept = format!("{}\nint mine;\n{}", lines(&source, 1, all / 2), lines(&source, all / 2 + 4, all));
    let document = found(&Tree::of(&[("app/other.c", kept)]));
    let finding = &document.components[0];
    assert_eq!((finding.root.as_str(), base(&finding.purl)), ("app/other.c", "pkg:generic/pocket"));
    assert_ne!(finding.kind, FindingKind::Vendored);
}

#[test]
fn a_renamed_copy_is_found_and_says_so() {
    let source = released(FIRST, "src/pocket4.c");
    let tree = Tree::of(&[("app/hidden.c", renamed(&source))]);
    let document = found(&tree);
    let only = only_match(&document, "app/hidden.c");
    assert_eq!((base(&only.purl), only.kind), ("pkg:generic/pocket", MatchKind::Snippet));
    assert!(only.exactness < 0.6 && only.similarity > 0.8, "{only:?}");
}

#[test]
fn two_origins_in_one_file_are_told_apart() {
    let pocket = lines(&released(FIRST, "src/pocket5.c"), 10, 60);
    let satchel = lines(&released("pkg:generic/satchel@0.3", "satchel.h"), 30, 90);
    let tree = Tree::of(&[("mixed.c", format!("{}{pocket}{}{satchel}", own(4), own(5)))]);
    let document = found(&tree);
    let [file] = document.files.as_slice() else { panic!("{document:?}") };
    let mut origins: Vec<&str> = file.matches.iter().map(|found| base(&found.purl)).collect();
    origins.sort_unstable();
    assert_eq!(origins, ["pkg:generic/pocket", "pkg:generic/satchel"]);
    let ranges: Vec<[u32; 2]> = file.matches.iter().flat_map(|found| &found.ranges).map(|range| range.lines).collect();
    let apart = |one: &[u32; 2], other: &[u32; 2]| one[1] < other[0] || other[1] < one[0];
    assert!(
        ranges.iter().enumerate().all(|(at, one)| ranges[..at].iter().all(|other| apart(one, other))),
        "{ranges:?}"
    );
}

#[test]
fn a_patched_file_in_a_vendored_folder_counts_as_modified() {
    let tree = Tree::new();
    for number in 0..6 {
        let path = format!("src/pocket{number}.c");
        let code = released(THIRD, &path);
        let patched = code.replacen("return", "log_it();\n    return", 1);
        tree.add(&format!("vendor/pocket/{path}"), if number == 2 { patched } else { code });
    }
    let document = found(&tree);
    assert_eq!(places(&document), [("vendor/pocket", "pkg:generic/pocket")]);
    assert_eq!((document.components[0].files, document.components[0].modified_files), (6, 1));
    assert_eq!(document.components[0].purl, THIRD, "one patch does not outvote five files");
}

#[test]
fn what_lies_in_an_archive_is_found_there() {
    use crate::scan::archives::{gz, tar, zip};
    let code = released("pkg:generic/satchel@0.3", "satchel.h");
    let inner = gz(&tar(&[("x/satchel.h", code.as_bytes())]));
    let tree = Tree::of(&[("dist/a.zip", zip(&[("b.tar.gz", &inner)]))]);
    let document = found(&tree);
    let only = only_match(&document, "dist/a.zip!/b.tar.gz!/x/satchel.h");
    assert_eq!((only.purl.as_str(), only.kind), ("pkg:generic/satchel@0.3", MatchKind::Identical));
    assert!(document.components[0].root.starts_with("dist/a.zip!/b.tar.gz"), "{document:?}");
}

#[test]
fn own_code_in_the_same_words_is_not_found() {
    let tree = Tree::new();
    for number in 0..20 {
        tree.add(&format!("own{number}.c"), own(100 + number));
    }
    let document = found(&tree);
    assert!(document.components.is_empty() && document.files.is_empty(), "{document:?}");
}

#[test]
fn findings_do_not_depend_on_threads() {
    let tree = Tree::of(&[
        ("a/one.c", released(FIRST, "src/pocket0.c")),
        ("a/two.c", renamed(&released(THIRD, "src/pocket3.c"))),
    ]);
    for number in 0..6 {
        let path = format!("src/pocket{number}.c");
        tree.add(&format!("b/{path}"), released(THIRD, &path));
        tree.add(&format!("c/mixed{number}.c"), format!("{}{}", own(number), lines(&released(FIRST, &path), 15, 70)));
    }
    let one = scan(tree.path(), ["-j", "1"]);
    assert!(Document::read(&one.stdout).components.len() > 2, "{}", one.stdout);
    for threads in ["2", "4"] {
        assert_eq!(scan(tree.path(), ["-j", threads]), one);
    }
}

//! What an index says of who a component is: its other purls, and that it is a company's own code.

use std::path::Path;

use serde_json::json;

use crate::program::{Ran, Tree, known, released, run, scan};
use crate::report::{Document, FindingKind, MatchKind, same_report};
use crate::sources::{c_file, lines};

/// A release of a made-up index.
#[derive(Clone)]
pub struct Release {
    purl: &'static str,
    released: Option<&'static str>,
    aliases: &'static [&'static str],
    files: Vec<(String, String)>,
}

impl Release {
    pub fn of(purl: &'static str, released: Option<&'static str>, files: &[(String, String)]) -> Release {
        Release { purl, released, aliases: &[], files: files.to_vec() }
    }
}

/// Builds the index `name` of a tree's folder.
#[track_caller]
pub fn index(tree: &Tree, name: &str, more: &[&str], releases: &[Release]) {
    let mut list = String::new();
    for (number, release) in releases.iter().enumerate() {
        let folder = format!("{name}-{number}");
        for (path, text) in &release.files {
            tree.add(&format!("{folder}/{path}"), text);
        }
        let Release { purl, released, aliases, .. } = release;
        let line = json!({"purl": purl, "path": folder, "released": released, "aliases": aliases});
        list.push_str(&format!("{line}\n"));
    }
    tree.add(&format!("{name}.jsonl"), list);
    let (output, list) = (format!("{name}.fdx"), format!("{name}.jsonl"));
    let ran = run(tree.path(), ["index", "build", "-q", "-o", &output, &list].iter().chain(more));
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    let checked = run(tree.path(), ["index", "verify", &output]);
    assert_eq!(checked.status, Some(0), "{checked:?}");
}

/// Scans the folder `tree` with indexes of the folder around it.
pub fn scan_with(tree: &Tree, format: &str, indexes: &[&str]) -> Ran {
    let mut arguments = vec!["scan", "--format", format, "--no-default-index", "tree"];
    indexes.iter().for_each(|index| arguments.extend(["--index", index]));
    run(tree.path(), arguments)
}

#[track_caller]
fn found(tree: &Tree, indexes: &[&str]) -> Document {
    Document::read(&scan_with(tree, "json", indexes).stdout)
}

/// Four files of a component.
pub fn files(seed: u64) -> Vec<(String, String)> {
    (0..4).map(|number| (format!("src/part{number}.c"), c_file(seed + number, 5))).collect()
}

/// Copies files below a folder of the tree.
fn copy(tree: &Tree, to: &str, files: &[(String, String)]) {
    files.iter().for_each(|(path, text)| tree.add(&format!("tree/{to}/{path}"), text));
}

const OWN: &str = "pkg:generic/example/bus@7";
const OPEN: &str = "pkg:npm/omnibus@1.0.0";
const EARLY: Option<&str> = Some("2015-03-01");
const LATE: Option<&str> = Some("2021-03-01");

/// A tree with a copy of what an own and an open-source component hold, released then, and both indexes.
fn both(own: Option<&'static str>, open: Option<&'static str>) -> Tree {
    let tree = Tree::new();
    let held = files(300);
    index(&tree, "own", &["--own"], &[Release::of(OWN, own, &held)]);
    index(&tree, "open", &[], &[Release::of(OPEN, open, &held)]);
    copy(&tree, "lib", &held);
    tree
}

#[test]
fn a_finding_lists_the_other_purls_of_its_component() {
    let path = "src/pocket1.c";
    let tree = Tree::of(&[("copy.c", released("pkg:generic/pocket@1.0", path)), ("other.h", c_file(30, 8))]);
    let document = Document::read(&scan(tree.path(), ["."]).stdout);
    let aliases: Vec<&[String]> = document.components.iter().map(|one| &one.aliases[..]).collect();
    assert_eq!(aliases, [&["pkg:github/acme/pocket".to_string()][..], &[]]);
    let human = run(tree.path(), ["scan", "--no-default-index", "--index", known().to_str().expect("text"), "."]);
    assert_eq!(human.stdout.matches("    also known as pkg:github/acme/pocket\n").count(), 1, "{}", human.stdout);
}

#[test]
fn aliases_of_all_lines_of_a_component_are_joined() {
    let tree = Tree::new();
    let held = files(320);
    let release = |purl, aliases| Release { aliases, ..Release::of(purl, None, &held) };
    let first = release("pkg:github/madler/zlib@1", &["pkg:generic/zlib", "pkg:github/madler/zlib"]);
    let second = release("pkg:github/madler/zlib@2", &["pkg:deb/debian/zlib", "pkg:generic/zlib"]);
    index(&tree, "one", &[], &[first, second]);
    copy(&tree, "z", &held);
    let document = found(&tree, &["one.fdx"]);
    assert_eq!(document.components[0].aliases, ["pkg:deb/debian/zlib", "pkg:generic/zlib"]);
    let info = run(tree.path(), ["index", "info", "--format", "json", "one.fdx"]).report();
    assert_eq!([&info["own_components"], &info["aliases"]], [0, 2]);
}

#[test]
fn a_project_is_known_by_an_alias() {
    let tree = Tree::new();
    let held = files(340);
    let release = Release { aliases: &["pkg:npm/jquery"], ..Release::of("pkg:github/jquery/jquery@3.0", None, &held) };
    index(&tree, "one", &[], &[release]);
    copy(&tree, "src", &held);
    assert_eq!(found(&tree, &["one.fdx"]).components.len(), 1);
    tree.add("tree/package.json", r#"{"name": "jquery"}"#);
    let document = found(&tree, &["one.fdx"]);
    assert!(document.components.is_empty() && document.summary.unmanaged_files == 0, "{document:?}");
}

#[test]
fn components_that_name_one_another_are_one_whatever_the_order() {
    let tree = Tree::new();
    let (first, second) = (files(360), files(370));
    let named = Release { aliases: &["pkg:generic/zlib"], ..Release::of("pkg:github/madler/zlib@1.1", EARLY, &first) };
    index(&tree, "one", &[], std::slice::from_ref(&named));
    index(&tree, "two", &[], &[Release::of("pkg:generic/zlib@1.2", LATE, &second)]);
    index(&tree, "three", &[], &[named, Release::of("pkg:generic/zlib@1.2", LATE, &second)]);
    copy(&tree, "old", &first);
    copy(&tree, "new", &second);
    let shown = |indexes: &[&str]| {
        let all = found(&tree, indexes).components.into_iter();
        all.map(|one| (one.root, one.purl, one.aliases)).collect::<Vec<_>>()
    };
    let of = |root: &str, purl: &str| (root.to_string(), purl.to_string(), vec!["pkg:generic/zlib".to_string()]);
    let expected = [of("new", "pkg:github/madler/zlib@1.2"), of("old", "pkg:github/madler/zlib@1.1")];
    assert_eq!(shown(&["one.fdx", "two.fdx"]), expected);
    assert_eq!(shown(&["two.fdx", "one.fdx"]), expected);
    assert_eq!(shown(&["three.fdx"]), expected, "both in one index");
}

#[test]
fn a_copy_of_own_code_is_internal_reuse_and_no_open_source() {
    let tree = Tree::new();
    let mut held = files(400);
    held[0].1.insert_str(0, "/* SPDX-License-Identifier: MIT */\n");
    held.push(("LICENSE".to_string(), "All rights reserved by Example Corporation.\n".to_string()));
    index(&tree, "own", &["--own"], &[Release::of(OWN, EARLY, &held)]);
    held[0].1 = c_file(400, 5);
    copy(&tree, "lib/bus", &held[..4]);
    let document = found(&tree, &["own.fdx"]);
    assert!(document.components.is_empty());
    assert_eq!((document.summary.unmanaged_files, document.summary.internal_components), (0, 1));
    let [reuse] = document.internal.as_slice() else { panic!("{document:?}") };
    assert_eq!((reuse.purl.as_str(), reuse.root.as_str(), reuse.kind), (OWN, "lib/bus", FindingKind::Vendored));
    assert!(reuse.also_in.is_empty() && reuse.license_file_left_behind.is_none() && reuse.notice_removed.files == 0);
    let matches = document.files.iter().flat_map(|file| &file.matches);
    assert!(matches.clone().count() == 4 && matches.clone().all(|found| found.origin.as_deref() == Some("internal")));
    let info = run(tree.path(), ["index", "info", "own.fdx"]).stdout;
    assert!(info.contains("1, 1 of them own code"), "{info}");
}

#[test]
fn a_piece_of_own_code_is_named_and_not_counted() {
    let tree = Tree::new();
    let held = files(420);
    index(&tree, "own", &["--own"], &[Release::of(OWN, EARLY, &held)]);
    tree.add("tree/a.c", format!("{}{}", c_file(7_100, 3), lines(&held[1].1, 20, 70)));
    let document = found(&tree, &["own.fdx"]);
    let [found] = document.files[0].matches.as_slice() else { panic!("{document:?}") };
    assert_eq!((found.kind, found.origin.as_deref()), (MatchKind::Snippet, Some("internal")));
    assert_eq!((document.summary.unmanaged_files, document.components.len()), (0, 0));
    let human = scan_with(&tree, "human", &["own.fdx"]).stdout;
    assert!(human.starts_with("foundling found nothing undeclared"), "{human}");
}

#[test]
fn of_two_that_hold_the_same_the_earlier_has_it() {
    let internal = both(EARLY, LATE);
    let document = found(&internal, &["open.fdx", "own.fdx"]);
    let [reuse] = document.internal.as_slice() else { panic!("{document:?}") };
    assert_eq!((reuse.purl.as_str(), document.components.len()), (OWN, 0));
    let also: Vec<(&str, &str)> = reuse.also_in.iter().map(|one| (one.purl.as_str(), one.released.as_str())).collect();
    assert_eq!(also, [(OPEN, "2021-03-01")]);
    assert_eq!(scan_with(&internal, "json", &["open.fdx", "own.fdx"]).report()["summary"]["unmanaged_files"], 0);

    for (own, open) in [(LATE, EARLY), (EARLY, EARLY), (None, LATE), (EARLY, None), (None, None)] {
        let tree = both(own, open);
        let document = found(&tree, &["own.fdx", "open.fdx"]);
        let purls: Vec<&str> = document.components.iter().map(|one| one.purl.as_str()).collect();
        assert_eq!((purls, document.internal.len()), (vec![OPEN], 0), "own {own:?}, open source {open:?}");
        assert_eq!(document.summary.unmanaged_files, 4);
        // The own index's hold changes nothing.
        let alone = scan_with(&tree, "json", &["open.fdx"]).report();
        let together = scan_with(&tree, "json", &["open.fdx", "own.fdx"]).report();
        for part in ["summary", "components", "files", "problems"] {
            assert_eq!(alone[part], together[part], "{part}");
        }
    }
}

#[test]
fn the_first_release_with_the_content_counts_and_not_the_component() {
    let tree = Tree::new();
    let (old, new) = (files(440), files(450));
    // The open-source component is older than the own one, the code in question younger.
    index(&tree, "own", &["--own"], &[Release::of(OWN, Some("2018-01-01"), &new)]);
    let open = [Release::of("pkg:npm/omnibus@1.0.0", EARLY, &old), Release::of("pkg:npm/omnibus@2.0.0", LATE, &new)];
    index(&tree, "open", &[], &open);
    copy(&tree, "lib", &new);
    let document = found(&tree, &["own.fdx", "open.fdx"]);
    assert_eq!((document.internal.len(), document.components.len()), (1, 0));
    assert_eq!(document.internal[0].also_in[0].purl, "pkg:npm/omnibus@2.0.0");
}

#[test]
fn a_piece_that_both_hold_goes_by_the_dates_too() {
    for (own, open, origin) in [(EARLY, LATE, Some("internal")), (LATE, EARLY, None), (EARLY, None, None)] {
        let tree = both(own, open);
        let piece = lines(&files(300)[2].1, 20, 80);
        std::fs::remove_dir_all(tree.path().join("tree")).expect("the copies");
        tree.add("tree/mine.c", format!("{}{piece}", c_file(7_200, 3)));
        let document = found(&tree, &["own.fdx", "open.fdx"]);
        let [found] = document.files[0].matches.as_slice() else { panic!("{document:?}") };
        assert_eq!((found.kind, found.origin.as_deref()), (MatchKind::Snippet, origin), "{own:?} {open:?}");
        assert_eq!(document.summary.unmanaged_files, u64::from(origin.is_none()));
    }
}

#[test]
fn open_source_inside_own_code_is_found_all_the_same() {
    let tree = Tree::new();
    let open = files(460);
    let mut own = files(470);
    // A piece pasted into a file of the company's, and a whole file put beside its own.
    own[1].1.push_str(&lines(&open[0].1, 15, 60));
    own.push(("third.c".to_string(), open[2].1.clone()));
    index(&tree, "own", &["--own"], &[Release::of(OWN, LATE, &own)]);
    index(&tree, "open", &[], &[Release::of(OPEN, EARLY, &open)]);
    copy(&tree, "bus", &own);
    let document = found(&tree, &["own.fdx", "open.fdx"]);
    let places: Vec<(&str, &str)> =
        document.components.iter().map(|one| (one.root.as_str(), one.purl.as_str())).collect();
    assert_eq!(places, [("bus/third.c", OPEN)]);
    assert_eq!((document.internal.len(), document.internal[0].root.as_str()), (1, "bus"));
    let file = document.files.iter().find(|file| file.path == "bus/src/part1.c").expect("the file");
    let mut origins: Vec<Option<&str>> = file.matches.iter().map(|found| found.origin.as_deref()).collect();
    origins.sort();
    assert_eq!(origins, [None, Some("internal")]);
    assert_eq!(document.summary.unmanaged_files, 2);
}

/// A tree with internal reuse, with open source, and with code of its own.
fn mixed() -> Tree {
    let tree = both(EARLY, LATE);
    let release = Release { aliases: &["pkg:deb/debian/zed"], ..Release::of("pkg:cargo/zed@0.4.1", LATE, &files(480)) };
    index(&tree, "more", &[], &[release]);
    copy(&tree, "third_party/zed", &files(480));
    tree.add("tree/main.c", c_file(7_300, 3));
    tree
}

#[test]
fn internal_reuse_and_open_source_stand_apart() {
    let tree = mixed();
    let document = found(&tree, &["own.fdx", "open.fdx", "more.fdx"]);
    assert_eq!((document.components.len(), document.internal.len(), document.summary.unmanaged_files), (1, 1, 4));
    assert_eq!(document.components[0].root, "third_party/zed");
    assert_eq!(document.internal[0].root, "lib");
}

#[test]
fn internal_reuse_has_a_section_of_its_own_for_people() {
    let ran = scan_with(&mixed(), "human", &["own.fdx", "open.fdx", "more.fdx"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    same_report(&ran.stdout, include_str!("ownership.txt"));
}

#[test]
fn own_code_under_the_purl_of_open_source_stays_apart() {
    let tree = Tree::new();
    let (own, open) = (files(500), files(510));
    index(&tree, "own", &["--own"], &[Release::of("pkg:npm/omnibus@1.0.0", EARLY, &own)]);
    index(&tree, "open", &[], &[Release::of(OPEN, EARLY, &open)]);
    copy(&tree, "a", &own);
    copy(&tree, "b", &open);
    for indexes in [["own.fdx", "open.fdx"], ["open.fdx", "own.fdx"]] {
        let document = found(&tree, &indexes);
        let roots = |all: &[crate::report::Component]| all.iter().map(|one| one.root.clone()).collect::<Vec<_>>();
        assert_eq!((roots(&document.components), roots(&document.internal)), (vec!["b".into()], vec!["a".into()]));
        assert_eq!(document.summary.unmanaged_files, 4);
    }
}

#[test]
fn explain_says_which_of_the_two_a_place_is() {
    let tree = mixed();
    let arguments = ["--no-default-index", "--index", "own.fdx", "--index", "more.fdx", "--root", "tree"];
    for (path, word) in [
        ("tree/lib/src/part1.c", "internal reuse around it: pkg:generic/example/bus@7 at lib"),
        ("tree/third_party/zed/src/part1.c", "finding around it: pkg:cargo/zed@0.4.1 at third_party/zed"),
    ] {
        let ran = run(tree.path(), ["explain", path].iter().chain(&arguments));
        assert!(ran.status == Some(0) && ran.stdout.contains(word), "{ran:?}");
    }
}

#[test]
fn a_folder_that_calls_itself_own_is_not() {
    let tree = both(LATE, EARLY);
    tree.add("tree/lib/package.json", r#"{"name": "bus", "private": true, "own": true}"#);
    tree.add("tree/lib/own.fdx", std::fs::read(tree.path().join("own.fdx")).expect("the index"));
    let document = found(&tree, &["open.fdx"]);
    assert_eq!((document.components.len(), document.internal.len()), (1, 0));
    assert!(Path::new(&document.components[0].root).starts_with("lib"));
}

#[test]
fn parts_of_one_file_say_whose_code_it_is_and_by_which_names() {
    let tree = mixed_parts();
    let found = same_scan(&tree, &["open.fdx", "own.fdx"]);
    assert!(!found.internal.is_empty() && !found.components.is_empty());
    assert_eq!(found.components[0].aliases, ["pkg:generic/twin"]);

    let json = |arguments: &[&str]| run(tree.path(), arguments.iter().chain(&["--format", "json"])).report();
    let info = json(&["index", "info", "both.fdx"]);
    assert_eq!([&info["totals"]["components"], &info["own_components"], &info["aliases"]], [2, 1, 1]);
    assert_eq!([&info["parts"][1]["own_components"], &info["parts"][1]["aliases"]], [1, 0]);

    let diff = json(&["index", "diff", "open.fdx", "both.fdx"]);
    assert_eq!(diff["components_added"], json!(["pkg:npm/twin"]), "own code of that name is another component");
    assert_eq!([&diff["releases_added"][0]["own"], &diff["summary"]["releases_added"]], [&json!(true), &json!(1)]);
    index(&tree, "bare", &[], &[Release::of(TWIN, EARLY, &files_of_twin())]);
    let diff = json(&["index", "diff", "open.fdx", "bare.fdx"]);
    let changed = json!([{"purl": "pkg:npm/twin", "own": false, "aliases": {"old": ["pkg:generic/twin"], "new": []}}]);
    assert_eq!(diff["aliases_changed"], changed);
    let page = run(tree.path(), ["index", "diff", "open.fdx", "bare.fdx"]).stdout;
    assert!(page.contains("Other purls changed: 1") && page.contains("no longer pkg:generic/twin"), "{page}");
}

const TWIN: &str = "pkg:npm/twin@1.0.0";

fn files_of_twin() -> Vec<(String, String)> {
    files(700)
}

/// Open source and own code of one purl, each in an index of its own, and `both.fdx`: the one with the other added.
fn mixed_parts() -> Tree {
    let tree = Tree::new();
    let open = Release { aliases: &["pkg:generic/twin"], ..Release::of(TWIN, EARLY, &files_of_twin()) };
    index(&tree, "open", &[], &[open]);
    index(&tree, "own", &["--own"], &[Release::of(TWIN, LATE, &files(800))]);
    let ran = run(tree.path(), ["index", "add", "open.fdx", "-o", "both.fdx", "--own", "own.jsonl"]);
    assert!(ran.status == Some(0) && !ran.stderr.contains("already"), "{ran:?}");
    copy(&tree, "open", &files_of_twin());
    copy(&tree, "own", &files(800));
    tree
}

/// What a scan with these indexes finds, which is what one with `both.fdx` finds.
fn same_scan(tree: &Tree, indexes: &[&str]) -> Document {
    let (apart, together) = (found(tree, indexes), found(tree, &["both.fdx"]));
    let findings = |report: &Document| format!("{:?}{:?}{:?}", report.components, report.internal, report.files);
    assert_eq!(findings(&apart), findings(&together));
    apart
}

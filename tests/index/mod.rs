//! `foundling index`: the same sources give the same bytes, and what cannot be read is named.

mod damage;
mod pack;
mod spread;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use foundling::text::fingerprint::Scheme;
use serde_json::Value;

use crate::program::{Ran, Tree, known, releases, run, scan, write_sources};
use crate::scan::archives::{gz, tar, zip};
use crate::sources;

fn build(folder: &Path, arguments: &[&str]) -> Ran {
    let all = ["index", "build", "-o", "new.fdx"].iter().chain(arguments);
    run(folder, all)
}

/// The bytes of the index that `arguments` build.
#[track_caller]
fn built(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let ran = build(folder, arguments);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
    fs::read(folder.join("new.fdx")).expect("the index")
}

#[test]
fn the_same_sources_give_the_same_bytes_whatever_the_threads_and_the_memory() {
    let tree = Tree::new();
    write_sources(tree.path(), &releases());
    let first = built(tree.path(), &["sources.jsonl", "-j", "1"]);
    assert!(first.len() > 10_000);
    assert!(first == built(tree.path(), &["sources.jsonl", "-j", "4"]), "four threads");
    assert!(first == built(tree.path(), &["sources.jsonl"]), "any number of threads");
    assert!(first == built(tree.path(), &["sources.jsonl", "--memory", "4KiB"]), "sorted in runs");
    assert!(first == fs::read(known()).expect("the other index"), "another folder");
    assert!(first != built(tree.path(), &["sources.jsonl", "--profile", "compact"]), "another profile");
}

#[test]
fn the_order_of_the_list_does_not_show() {
    let tree = Tree::new();
    let list = write_sources(tree.path(), &releases());
    let first = built(tree.path(), &["sources.jsonl"]);
    let text = fs::read_to_string(&list).expect("the list");
    let turned: Vec<&str> = text.lines().rev().collect();
    tree.add("turned.jsonl", turned.join("\n\n"));
    assert!(first == built(tree.path(), &["turned.jsonl"]));
}

#[test]
fn an_archive_gives_what_its_folder_gives() {
    let files = [("lib/a.c", sources::c_file(70, 4)), ("b.h", sources::c_file(71, 2))];
    let tree = Tree::of(
        &files.clone().map(|(path, text)| (format!("x/{path}"), text)).each_ref().map(|(p, t)| (p.as_str(), t)),
    );
    let members = files.each_ref().map(|(path, text)| (*path, text.as_bytes()));
    let below = members.map(|(path, text)| (format!("x-1.0/{path}"), text));
    tree.add("x.tar.gz", gz(&tar(&below.each_ref().map(|(path, text)| (path.as_str(), *text)))));
    tree.add("x.zip", zip(&members));
    let index = |path: &str| {
        tree.add("list.jsonl", format!("{{\"purl\": \"pkg:generic/x@1.0\", \"path\": \"{path}\"}}"));
        built(tree.path(), &["list.jsonl"])
    };
    let folder = index("x");
    assert!(folder == index("x.tar.gz"), "the one folder that holds all of an archive is taken away");
    assert!(folder == index("x.zip"));
}

#[test]
fn a_line_that_does_not_parse_is_named_by_its_number() {
    let tree = Tree::of(&[("r/a.c", sources::c_file(1, 2))]);
    let good = r#"{"purl": "pkg:generic/a@1", "path": "r"}"#;
    let bad = [
        ("{\"purl\": ", "EOF"),
        (r#"{"path": "r"}"#, "purl"),
        (r#"{"purl": "pkg:generic/a", "path": "r"}"#, "version"),
        (r#"{"purl": "zlib", "path": "r"}"#, "zlib"),
        (r#"{"purl": "pkg:generic/a@1", "path": "r", "released": "last year"}"#, "last year"),
        (r#"{"purl": "pkg:generic/a@1", "path": "r", "aliases": ["pkg:npm/a@1"]}"#, "names a version"),
        (r#"{"purl": "pkg:generic/a@1", "path": "r", "aliases": ["a"]}"#, "no package URL"),
    ];
    for (line, word) in bad {
        tree.add("list.jsonl", format!("{good}\n\n{line}\n{good}\n"));
        let ran = build(tree.path(), &["list.jsonl"]);
        let message = ran.refusal();
        assert!(message.contains("line 3") && message.contains("list.jsonl") && message.contains(word), "{message}");
    }
    assert_eq!(tree.names(), ["list.jsonl", "r"], "and no index is left");
}

#[test]
fn a_release_that_is_missing_is_named_and_left_out_or_fails_a_strict_build() {
    let tree = Tree::of(&[("r/a.c", sources::c_file(1, 2)), ("torn.tgz", "torn".into())]);
    tree.add(
        "list.jsonl",
        "{\"purl\": \"pkg:generic/a@1\", \"path\": \"r\"}\n{\"purl\": \"pkg:generic/b@2\", \"path\": \"gone.tgz\"}\n\
         {\"purl\": \"pkg:generic/c@3\", \"path\": \"torn.tgz\"}\n",
    );
    let ran = build(tree.path(), &["list.jsonl"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), ""));
    for words in [["pkg:generic/b@2", "line 2", "gone.tgz"], ["pkg:generic/c@3", "line 3", "torn.tgz"]] {
        let named = |line: &&str| words.iter().all(|word| line.contains(word));
        assert!(ran.stderr.lines().any(|line| named(&line)), "{words:?}: {}", ran.stderr);
    }
    assert!(
        ran.stderr.contains("1 release,") && ran.stderr.contains("2 releases or packages were left out"),
        "{}",
        ran.stderr
    );
    fs::remove_file(tree.path().join("new.fdx")).expect("the index");

    let ran = build(tree.path(), &["--strict", "list.jsonl"]);
    assert!(ran.refusal().contains("pkg:generic/b@2"), "{ran:?}");
    assert_eq!(tree.names(), ["list.jsonl", "r", "torn.tgz"]);
}

#[test]
fn a_list_of_nothing_is_refused() {
    let tree =
        Tree::of(&[("empty.jsonl", ""), ("gone.jsonl", "{\"purl\": \"pkg:generic/b@2\", \"path\": \"gone\"}\n")]);
    for list in ["empty.jsonl", "gone.jsonl", "nowhere.jsonl"] {
        assert!(!build(tree.path(), &[list]).refusal().is_empty());
    }
    assert_eq!(tree.names(), ["empty.jsonl", "gone.jsonl"]);
}

#[test]
fn a_failed_build_leaves_the_old_index() {
    let tree = Tree::of(&[("new.fdx", "old"), ("bad.jsonl", "?")]);
    assert!(build(tree.path(), &["bad.jsonl"]).refusal().contains("line 1"));
    assert_eq!(fs::read(tree.path().join("new.fdx")).expect("the old index"), b"old");
}

fn info(arguments: &[&OsStr]) -> Ran {
    let all = ["index", "info"].map(OsStr::new);
    run(Path::new("."), all.iter().chain(arguments))
}

#[test]
fn info_counts_what_was_built() {
    let ran = info(&["--format".as_ref(), "json".as_ref(), known().as_ref()]);
    let info: Value = ran.report();
    assert_eq!(info["schema"], "foundling-index-info/1");
    let totals = &info["totals"];
    assert_eq!([&totals["components"], &totals["releases"], &totals["files"]], [3, 5, 26]);
    assert_eq!(info["ecosystems"]["generic"], serde_json::json!({"components": 2, "releases": 4}));
    assert_eq!(info["ecosystems"]["npm"], serde_json::json!({"components": 1, "releases": 1}));
    assert_eq!(info["newest"]["purl"], "pkg:npm/trunk@4.2.0");
    assert_eq!(info["profile"], "full");
    assert_eq!([&info["own_components"], &info["aliases"]], [0, 1]);
    assert_eq!(info["grams"]["exact"], Scheme::FULL.e_gram);
    assert_eq!(info["bytes"], fs::metadata(known()).expect("the index").len());
    let shares =
        info["sections"].as_array().expect("a list").iter().map(|section| section["share"].as_f64().expect("a share"));
    let sum: f64 = shares.sum();
    assert!((0.98..=1.001).contains(&sum), "{sum}");
    // Three releases of six files: their lines count once where they are the same.
    let number = |name: &str| totals[name].as_u64().expect("a number");
    assert!(number("distinct_lines") <= number("lineage_lines") && number("lineage_lines") < number("content_lines"));
}

#[test]
fn info_for_people_fits_eighty_columns_and_needs_no_file() {
    for arguments in [&[known().as_os_str()][..], &[]] {
        let ran = info(arguments);
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
        for word in ["components", "releases", "Ecosystem", "bytes a line", "PKEY"] {
            assert!(ran.stdout.contains(word), "{word}: {}", ran.stdout);
        }
        let lines = ran.stdout.lines().skip(1); // the first holds the path as it was given
        assert!(lines.clone().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    }
}

#[test]
fn several_indexes_are_used_together_and_listed_in_order() {
    let tree = Tree::of(&[("tree/a.c", "int a;")]);
    write_sources(tree.path(), &releases()[3..]);
    built(tree.path(), &["sources.jsonl"]);
    let report = scan(tree.path(), ["--index", "new.fdx", "tree"]).report();
    let indexes = report["indexes"].as_array().expect("a list");
    assert_eq!(indexes.iter().map(|index| &index["releases"]).collect::<Vec<_>>(), [5, 2]);
    assert_eq!(indexes[1]["name"], "new.fdx");
    assert_ne!(indexes[0]["id"], indexes[1]["id"]);
    let bundled = run(tree.path(), ["scan", "--format", "json", "tree"]).report();
    assert_eq!(bundled["indexes"][0]["name"], "bundled");
}

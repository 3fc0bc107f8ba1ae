//! `"keep": "hashes"` in a list of sources, and what a compact index leaves out.

use std::fs;

use serde_json::Value;

use crate::program::{Tree, run};
use crate::sources;

/// Two components that share a file and have one of their own each.
fn tree() -> Tree {
    let shared = sources::c_file(1, 6);
    Tree::of(&[
        ("giant/src/shared.c", shared.clone()),
        ("giant/src/giant.c", sources::c_file(2, 6)),
        ("giant/docs/guide.txt", "How to be a giant, in a few words and two pictures.\n".to_string()),
        ("small/src/shared.c", shared),
        ("small/src/small.c", sources::c_file(3, 6)),
    ])
}

const GIANT: &str = r#"{"purl": "pkg:generic/giant@1.0", "path": "giant", "keep": "hashes"}"#;
const SMALL: &str = r#"{"purl": "pkg:generic/small@1.0", "path": "small"}"#;

/// The index of a list of sources.
fn built(tree: &Tree, lines: &[&str], more: &[&str]) -> Vec<u8> {
    tree.add("sources.jsonl", lines.join("\n"));
    let arguments = [&["index", "build", "-q", "-o", "own.fdx"], more, &["sources.jsonl"]].concat();
    let ran = run(tree.path(), arguments);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let verified = run(tree.path(), ["index", "verify", "own.fdx"]);
    assert_eq!(verified.status, Some(0), "{verified:?}");
    fs::read(tree.path().join("own.fdx")).expect("the index")
}

/// The purls that the file at a path matches, and how.
fn matches(tree: &Tree, path: &str) -> Vec<(String, String)> {
    let arguments = ["scan", "--format", "json", "--no-default-index", "--index", "own.fdx", "scanned"];
    let report = run(tree.path(), arguments).report();
    let files = report["files"].as_array().expect("files");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let of = |file: &Value| -> Vec<(String, String)> {
        let matches = file["matches"].as_array().expect("matches");
        matches.iter().map(|one| (text(&one["purl"]), text(&one["kind"]))).collect()
    };
    files.iter().find(|file| file["path"] == path).map(of).unwrap_or_default()
}

/// Functions of the first release within a file of its own.
fn pasted(seed: u64) -> String {
    sources::c_file(70 + seed, 1) + &sources::lines(&sources::c_file(seed, 6), 8, 90)
}

#[test]
fn of_hashes_whole_files_are_known_and_pieces_are_not() {
    let tree = tree();
    built(&tree, &[GIANT, SMALL], &[]);
    tree.add("scanned/whole.c", sources::c_file(2, 6));
    tree.add("scanned/piece.c", pasted(2));
    tree.add("scanned/other.c", pasted(3));
    let identical = ("pkg:generic/giant@1.0".to_string(), "identical".to_string());
    assert_eq!(matches(&tree, "whole.c"), [identical]);
    assert!(matches(&tree, "piece.c").is_empty());
    let snippet = ("pkg:generic/small@1.0".to_string(), "snippet".to_string());
    assert_eq!(matches(&tree, "other.c"), [snippet]);
}

#[test]
fn a_shared_file_gives_pieces_of_the_component_that_keeps_code_only() {
    let tree = tree();
    let index = built(&tree, &[GIANT, SMALL], &[]);
    tree.add("scanned/piece.c", pasted(1));
    assert_eq!(matches(&tree, "piece.c"), [("pkg:generic/small@1.0".to_string(), "snippet".to_string())]);
    assert!(index == built(&tree, &[SMALL, GIANT], &["-j", "1"]), "the order of the list makes no difference");
    let hashes = SMALL.replace('}', r#", "keep": "hashes"}"#);
    assert!(built(&tree, &[GIANT, &hashes], &[]).len() < index.len());
    assert!(matches(&tree, "piece.c").is_empty());
}

#[test]
fn a_compact_index_leaves_out_papers_and_pictures_beside_code() {
    let tree = tree();
    let files = |more: &[&str]| {
        built(&tree, &[GIANT], more);
        let ran = run(tree.path(), ["index", "info", "--format", "json", "own.fdx"]);
        ran.report()["totals"]["files"].as_u64()
    };
    assert_eq!((files(&[]), files(&["--profile", "compact"])), (Some(3), Some(2)));
}

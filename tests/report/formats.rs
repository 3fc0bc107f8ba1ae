//! Several formats at once, and formats made of an earlier report.

use std::fs;

use super::bom::{EPOCH, tree};
use crate::program::{Ran, Tree, command, known, run};

/// Every format, and the name of its file in these tests.
pub(super) const FORMATS: [(&str, &str); 16] = [
    ("human", "human.txt"),
    ("json", "scan.json"),
    ("spdx", "spdx.json"),
    ("spdx-tv", "a.spdx"),
    ("spdx3", "spdx3.json"),
    ("cyclonedx", "bom.json"),
    ("csv", "a.csv"),
    ("markdown", "a.md"),
    ("gitlab", "gitlab.json"),
    ("sarif", "a.sarif"),
    ("html", "a.html"),
    ("jsonl", "a.jsonl"),
    ("notice", "notice.txt"),
    ("notice-html", "notice.html"),
    ("notice-debian", "copyright"),
    ("scancode", "scancode.json"),
];

fn foundling(tree: &Tree, arguments: &[&str]) -> Ran {
    let mut command = command(tree.path());
    command.args(arguments).env("SOURCE_DATE_EPOCH", EPOCH).output().expect("the program runs").into()
}

/// Scans `tree` with these formats, each in a file.
fn scan(tree: &Tree, formats: &[(&str, &str)], more: &[&str]) -> Ran {
    let asked: Vec<String> = formats.iter().map(|(format, file)| format!("--format={format}={file}")).collect();
    let known = known().display().to_string();
    let mut arguments = vec!["scan", "--no-default-index", "--quiet", "--index", &known];
    arguments.extend(asked.iter().map(String::as_str));
    arguments.extend(more);
    arguments.extend(["third_party", "src"]);
    foundling(tree, &arguments)
}

#[test]
fn one_scan_writes_every_format_and_its_report_gives_each_again() {
    let tree = tree();
    let done = scan(&tree, &FORMATS, &[]);
    assert_eq!((done.status, done.stdout.as_str(), done.stderr.as_str()), (Some(0), "", ""));
    for (format, file) in FORMATS {
        let first = fs::read_to_string(tree.path().join(file)).expect("it was written");
        assert!(first.contains("pocket"), "{format}: {first}");
        let again = foundling(&tree, &["report", "scan.json", "--format", format]);
        assert_eq!((again.status, again.stderr.as_str()), (Some(0), ""), "{format}");
        assert!(again.stdout == first, "{format}: {}\n{first}", again.stdout);
    }
    let old = foundling(&tree, &["report", "scan.json", "--format", "cyclonedx", "--spec", "1.5", "-o", "old.json"]);
    assert_eq!((old.status, old.stdout.as_str()), (Some(0), ""));
    assert!(fs::read_to_string(tree.path().join("old.json")).unwrap().contains("\"specVersion\": \"1.5\""));
    let old = foundling(&tree, &["scan", "--quiet", "--format", "cyclonedx", "--spec", "1.7", "src"]);
    assert!(old.stdout.contains("\"specVersion\": \"1.7\""), "{old:?}");
}

#[test]
fn one_format_may_go_to_standard_output() {
    let tree = tree();
    let done = scan(&tree, &FORMATS[1..2], &["--format", "csv"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    assert!(done.stdout.starts_with("purl,") || done.stdout.contains("pocket"), "{done:?}");
    assert!(tree.path().join("scan.json").exists());
}

#[test]
fn what_cannot_go_together_is_refused_before_anything_is_written() {
    let tree = tree();
    for (arguments, word) in [
        (&["--format", "csv", "--format", "json"][..], "FORMAT=FILE"),
        (&["--format", "csv=a", "--format", "json=a"], "`a`"),
        (&["--format", "csv=a", "-o", "b"], "-o goes with"),
        (&["--format", "csv=a", "--format", "json", "-o", "a"], "no file of their own"),
        (&["--format", "csv=a", "--spec", "1.5"], "--spec goes with"),
        (&["--format", "json=nowhere/a", "--format", "csv=a"], "nowhere/a"),
    ] {
        let done = scan(&tree, &[], arguments);
        assert!(done.refusal().contains(word), "{arguments:?}: {done:?}");
        assert!(!tree.path().join("a").exists() && !tree.path().join("b").exists());
    }
}

#[test]
fn what_is_no_report_is_refused() {
    let tree = Tree::new();
    tree.add("bad.json", "{\"schema\": \"foundling-report/1\"");
    let refused = run(tree.path(), ["report", "bad.json", "--format", "csv=a.csv"]);
    assert!(refused.refusal().contains("`bad.json`: it is no whole JSON report"), "{refused:?}");
    assert!(refused.refusal().contains("foundling scan --format json"));
    assert!(run(tree.path(), ["report", "none.json"]).refusal().contains("none.json"));
    assert!(!tree.path().join("a.csv").exists());
}

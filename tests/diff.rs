//! `foundling diff`: the patch of a copy, applied by git to the release, gives the copy.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::program::{Ran, Tree, known, releases, run, scan, write_sources};
use crate::since::git;

/// `pocket` 2.0 in other folders than upstream's, with a change, a new file, a removed one and one that is no text; and the
/// releases it may come from.
fn tree() -> Tree {
    let tree = Tree::new();
    for (path, text) in &releases()[2].1 {
        tree.add(&format!("tree/lib/pocket/{}", path.strip_prefix("src/").unwrap_or(path)), text);
    }
    let changed = fs::read_to_string(tree.path().join("tree/lib/pocket/pocket1.c")).unwrap();
    let lines: Vec<&str> = changed.lines().collect();
    let (first, second) = lines.split_at(lines.len() / 2);
    tree.add("tree/lib/pocket/pocket1.c", format!("{}\nint ours;\r\n{}", first.join("\n"), second.join("\n")));
    tree.add("tree/lib/pocket/new name.c", "int added(void) { return 1; }");
    fs::remove_file(tree.path().join("tree/lib/pocket/pocket5.c")).unwrap();
    write_sources(&tree.path().join("releases"), &releases());
    tree
}

fn diff(tree: &Tree, arguments: &[&str]) -> Ran {
    let known = known().display().to_string();
    let fixed = ["diff", "--no-default-index", "--index", &known, "--offline", "--cache", "none", "--sources"];
    run(tree.path(), fixed.into_iter().chain(["releases/sources.jsonl"]).chain(arguments.iter().copied()))
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())).collect()
}

#[test]
fn the_patch_makes_the_release_the_copy() {
    let tree = tree();
    let done = diff(&tree, &["lib/pocket", "tree", "-o", "pocket.patch"]);
    assert_eq!((done.status, done.stdout.as_str()), (Some(0), ""), "{done:?}");
    assert!(done.stderr.contains("1 file changed, 1 added, 1 deleted, 5 as released"), "{done:?}");
    let patch = fs::read_to_string(tree.path().join("pocket.patch")).unwrap();
    assert!(patch.starts_with("a: pkg:generic/pocket@2.0\nb: lib/pocket\n"), "{patch}");
    let release = tree.path().join("releases/r2");
    git(&release, &["init", "-q"]);
    git(&release, &["apply", "../../pocket.patch"]);
    let mut copy = files(&tree.path().join("tree/lib/pocket"));
    copy.remove("LICENSE");
    assert_eq!(files(&release.join("src")), copy);
}

#[test]
fn a_finding_of_an_earlier_report_is_compared_with_another_release() {
    let tree = tree();
    let report = scan(tree.path(), ["tree"]);
    let id = report.report()["components"][0]["id"].as_str().unwrap().to_string();
    tree.add("scan.json", &report.stdout);
    let done = diff(&tree, &[&id, "--report", "scan.json", "--release", "1.1", "--quiet"]);
    assert_eq!((done.status, done.stderr.as_str()), (Some(0), ""), "{done:?}");
    let changed: Vec<&str> = done.stdout.lines().filter(|line| line.starts_with("+++ ")).collect();
    assert_eq!(changed, ["+++ b/src/new name.c\t", "+++ b/src/pocket1.c", "+++ b/src/pocket3.c", "+++ /dev/null"]);
}

#[test]
fn an_unchanged_copy_has_an_empty_patch() {
    let tree = tree();
    for (path, text) in &releases()[0].1 {
        tree.add(&format!("tree/first/{path}"), text);
    }
    let done = diff(&tree, &["first", "tree"]);
    assert!(!done.stdout.contains("diff --git") && done.stdout.contains("7 as released"), "{done:?}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let tree = tree();
    assert!(diff(&tree, &["nowhere", "tree"]).refusal().contains("no finding `nowhere`"));
    assert!(
        diff(&tree, &["lib/pocket", "tree", "--release", "9"]).refusal().contains("pkg:generic/pocket@9 cannot be had")
    );
    assert!(diff(&tree, &["lib/pocket", "tree", "-o", "none/x"]).refusal().contains("none/x"));
    assert!(!tree.path().join("none").exists(), "no cache is made where nothing may be fetched");
}

#[test]
fn renamed_files_are_renamed_and_what_is_no_text_stays_out() {
    let tree = tree();
    let copy = tree.path().join("tree/lib/pocket");
    fs::rename(copy.join("pocket2.c"), copy.join("our pocket.c")).unwrap();
    fs::write(copy.join("logo.bin"), b"\x89PNG\0\x01").unwrap();
    fs::write(copy.join("empty.c"), b"").unwrap();
    let done = diff(&tree, &["lib/pocket", "tree", "-o", "pocket.patch"]);
    assert!(done.stderr.contains("1 file changed, 3 added, 1 deleted, 4 as released, 1 renamed"), "{done:?}");
    assert!(done.stderr.contains("is no text, so it is not in the patch: src/logo.bin"), "{done:?}");
    let release = tree.path().join("releases/r2");
    git(&release, &["init", "-q"]);
    let before = files(&release.join("src"));
    git(&release, &["apply", "../../pocket.patch"]);
    let mut expected = files(&copy);
    ["LICENSE", "logo.bin"].iter().for_each(|name| drop(expected.remove(*name)));
    assert_eq!(files(&release.join("src")), expected);
    git(&release, &["apply", "-R", "../../pocket.patch"]);
    assert_eq!(files(&release.join("src")), before);
}

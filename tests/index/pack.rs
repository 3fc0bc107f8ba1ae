//! Files of several indexes: how they grow, what they say of themselves, and where they are named.

use std::fs;
use std::path::Path;

use foundling::index::format::{ENTRY_BYTES, HEADER_BYTES};
use foundling::model::limits;
use serde_json::Value;

use crate::program::{Ran, Release, Tree, command, known, releases, run, write_sources};
use crate::sources;

/// Writes releases below a folder of their own and builds `folder/name.fdx` of them.
pub fn index_of(tree: &Tree, name: &str, releases: &[Release]) {
    fs::create_dir_all(tree.path().join(name)).expect("a folder");
    write_sources(&tree.path().join(name), releases);
    let (list, index) = (format!("{name}/sources.jsonl"), format!("{name}.fdx"));
    let ran = run(tree.path(), ["index", "build", "-q", "-o", &index, &list]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
}

#[track_caller]
fn done(folder: &Path, arguments: &[&str]) -> Ran {
    let ran = run(folder, ["index"].iter().chain(arguments));
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
    ran
}

fn bytes(tree: &Tree, name: &str) -> Vec<u8> {
    fs::read(tree.path().join(name)).expect("an index")
}

fn json(tree: &Tree, arguments: &[&str]) -> Value {
    run(tree.path(), ["index"].iter().chain(arguments).chain(&["--format", "json"])).report()
}

/// `old.fdx` of three of the releases, and the list `sources.jsonl` of all five.
fn grown() -> Tree {
    let tree = Tree::new();
    index_of(&tree, "old", &releases()[..3]);
    write_sources(tree.path(), &releases());
    tree
}

#[test]
fn an_index_grows_by_a_part_of_what_is_new() {
    let tree = grown();
    let ran = done(tree.path(), &["add", "old.fdx", "-o", "new.fdx", "sources.jsonl"]);
    for line in [
        "already indexed: pkg:generic/pocket@1.1 (sources.jsonl line 2)",
        "Read 2 components, 2 releases, 5 files",
        "3 releases were already indexed",
        "2 parts",
    ] {
        assert!(ran.stderr.contains(line), "{line}: {}", ran.stderr);
    }
    let (old, new) = (bytes(&tree, "old.fdx"), bytes(&tree, "new.fdx"));
    let start = HEADER_BYTES + 2 * ENTRY_BYTES;
    assert!(new[start..start + old.len()] == old, "the old part is a copy");
    index_of(&tree, "rest", &releases()[3..]);
    // Only the dates, which follow the lines of the list, differ from those of a build of the rest alone.
    assert_eq!(new.len(), start + old.len() + bytes(&tree, "rest.fdx").len());

    done(tree.path(), &["add", "old.fdx", "-o", "old.fdx", "-j", "1", "--memory", "4KiB", "sources.jsonl"]);
    assert!(bytes(&tree, "old.fdx") == new, "in place, and the same bytes");
    let ran = run(tree.path(), ["index", "verify", "new.fdx"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), ""));
    assert!(ran.stderr.contains("all 2 parts"), "{}", ran.stderr);
    assert!(!tree.names().iter().any(|name| name.starts_with('.')), "{:?}", tree.names());
}

#[test]
fn where_nothing_is_new_the_index_stays_what_it_is() {
    let tree = grown();
    let old = bytes(&tree, "old.fdx");
    for output in ["old.fdx", "copy.fdx"] {
        let ran = done(tree.path(), &["add", "old.fdx", "-o", output, "old/sources.jsonl"]);
        assert!(ran.stderr.contains("Nothing is left to add"), "{}", ran.stderr);
        assert!(bytes(&tree, output) == old);
    }
    let ran = run(tree.path(), ["index", "add", "none.fdx", "-o", "x.fdx", "sources.jsonl"]);
    assert!(ran.refusal().contains("none.fdx"));
    assert_eq!(tree.names(), ["copy.fdx", "old", "old.fdx", "r0", "r1", "r2", "r3", "r4", "sources.jsonl"]);
}

#[test]
fn merged_files_have_every_part_once_in_the_order_they_are_named() {
    let tree = Tree::new();
    index_of(&tree, "a", &releases()[..2]);
    index_of(&tree, "b", &releases()[2..]);
    done(tree.path(), &["merge", "a.fdx", "b.fdx", "-o", "ab.fdx"]);
    done(tree.path(), &["merge", "ab.fdx", "a.fdx", "b.fdx", "ab.fdx", "-o", "again.fdx"]);
    assert!(bytes(&tree, "ab.fdx") == bytes(&tree, "again.fdx"));
    let ids = |name: &str| -> Vec<Value> {
        let info = json(&tree, &["info", name]);
        info["parts"].as_array().expect("parts").iter().map(|part| part["id"].clone()).collect()
    };
    let id = |name: &str| json(&tree, &["info", name])["id"].clone();
    assert_eq!(ids("ab.fdx"), [id("a.fdx"), id("b.fdx")]);
    done(tree.path(), &["merge", "b.fdx", "ab.fdx", "-o", "ba.fdx"]);
    assert_eq!(ids("ba.fdx"), [id("b.fdx"), id("a.fdx")]);
    done(tree.path(), &["merge", "a.fdx", "a.fdx", "-o", "one.fdx", "-q"]);
    assert!(bytes(&tree, "one.fdx") == bytes(&tree, "a.fdx"), "one part alone is the index that it is");
}

#[test]
fn so_many_parts_fit_a_file_and_no_more() {
    let tree = Tree::new();
    let names: Vec<String> = (0..=limits::PARTS).map(|number| format!("pkg:generic/n{number}@1")).collect();
    tree.add("r/a.c", sources::c_file(1, 1));
    let index = |name: &str| {
        tree.add("list.jsonl", format!("{{\"purl\": \"{name}\", \"path\": \"r\"}}"));
        let file = format!("{}.fdx", name.rsplit('/').next().expect("a name"));
        done(tree.path(), &["build", "-q", "-o", &file, "list.jsonl"]);
        file
    };
    let files: Vec<String> = names.iter().map(|name| index(name)).collect();
    let merge = |count: usize| {
        let arguments = ["index", "merge", "-o", "all.fdx"].into_iter();
        run(tree.path(), arguments.chain(files[..count].iter().map(String::as_str)))
    };
    assert_eq!(merge(limits::PARTS).status, Some(0));
    assert_eq!(json(&tree, &["info", "all.fdx"])["totals"]["components"], limits::PARTS);
    assert!(merge(limits::PARTS + 1).refusal().contains("at most 64 parts"));
    let ran = run(tree.path(), ["index", "add", "all.fdx", "-o", "all.fdx", "list.jsonl"]);
    assert!(ran.refusal().contains("at most 64 parts"), "{ran:?}");
}

#[test]
fn a_pack_is_described_as_a_whole_and_part_by_part() {
    let tree = grown();
    done(tree.path(), &["merge", "old.fdx", known().to_str().expect("a path"), "-o", "both.fdx"]);
    let info = json(&tree, &["info", "both.fdx"]);
    let plain = json(&tree, &["info", "old.fdx"]);
    assert_eq!((&info["format"], &plain["format"]), (&Value::from(2), &Value::from(1)));
    assert!(plain.get("parts").is_none(), "an index of one part is described as ever");
    let totals = &info["totals"];
    assert_eq!(
        [&totals["components"], &totals["releases"], &totals["files"]],
        [3, 5, 26],
        "what both hold counts once"
    );
    assert_eq!(info["ecosystems"]["generic"], serde_json::json!({"components": 2, "releases": 4}));
    assert_eq!(info["newest"]["purl"], "pkg:npm/trunk@4.2.0");
    assert_eq!(info["bytes"], bytes(&tree, "both.fdx").len());
    let parts = info["parts"].as_array().expect("parts");
    assert_eq!(parts.iter().map(|part| &part["totals"]["releases"]).collect::<Vec<_>>(), [3, 5]);
    assert_eq!(parts[0]["id"], plain["id"]);
    let tags = info["sections"].as_array().expect("a list").iter().map(|section| &section["tag"]);
    assert_eq!(tags.collect::<Vec<_>>(), ["PART", "PART"]);

    let ran = run(tree.path(), ["index", "info", "both.fdx"]);
    assert!(ran.stdout.contains("\nPart ") && ran.stdout.contains(plain["id"].as_str().expect("an id")), "{ran:?}");
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
}

#[test]
fn a_comparison_names_what_came_went_and_changed() {
    let tree = Tree::new();
    let mut later = releases();
    later.remove(0);
    later[0].1.push(("src/more.c".into(), sources::c_file(77, 2)));
    index_of(&tree, "old", &releases()[..4]);
    index_of(&tree, "new", &later);
    let diff = json(&tree, &["diff", "old.fdx", "new.fdx"]);
    assert_eq!(diff["schema"], "foundling-index-diff/1");
    assert_eq!(diff["components_added"], serde_json::json!(["pkg:npm/trunk"]));
    assert_eq!(diff["components_removed"], serde_json::json!([]));
    assert_eq!(diff["releases_added"][0]["purl"], "pkg:npm/trunk@4.2.0");
    assert_eq!(diff["releases_added"][0]["license"], "MIT");
    let gone = serde_json::json!([{"purl": "pkg:generic/pocket@1.0", "own": false, "released": "2020-01-01", "license": "MIT", "files": 7}]);
    assert_eq!(diff["releases_removed"], gone);
    let changed = &diff["releases_changed"];
    assert_eq!(changed.as_array().map(Vec::len), Some(1));
    assert_eq!((&changed[0]["purl"], &changed[0]["files"]["new"]), (&"pkg:generic/pocket@1.1".into(), &Value::from(8)));

    let ran = run(tree.path(), ["index", "diff", "old.fdx", "new.fdx"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    for line in ["Components added: 1", "Releases removed: 1", "    7 files before, 8 now"] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    // How the releases are spread over parts makes no difference.
    index_of(&tree, "half", &releases()[..2]);
    done(tree.path(), &["add", "half.fdx", "-o", "half.fdx", "old/sources.jsonl"]);
    let same = run(tree.path(), ["index", "diff", "old.fdx", "half.fdx"]);
    assert!(same.stdout.contains("Both hold the same releases."), "{same:?}");
    let damaged = run(tree.path(), ["index", "diff", "old.fdx", "old/sources.jsonl"]);
    assert!(damaged.refusal().contains("old/sources.jsonl"));
}

#[test]
fn the_environment_names_indexes_too_and_each_file_is_opened_once() {
    let tree = Tree::of(&[("tree/a.c", "int a;")]);
    index_of(&tree, "a", &releases()[..2]);
    index_of(&tree, "b", &releases()[2..]);
    fs::copy(tree.path().join("b.fdx"), tree.path().join("copy.fdx")).expect("a copy");
    done(tree.path(), &["merge", "a.fdx", "b.fdx", "-o", "ab.fdx"]);
    let scan = |variable: &[&str], arguments: &[&str]| -> Ran {
        let mut command = command(tree.path());
        command.env("FOUNDLING_INDEX", std::env::join_paths(variable).expect("a list"));
        command.args(["scan", "--format", "json", "--no-default-index", "tree"]).args(arguments);
        command.output().expect("the program runs").into()
    };
    let names = |ran: Ran| -> Vec<String> {
        let report = ran.report();
        let all = report["indexes"].as_array().expect("a list").iter();
        all.map(|index| index["name"].as_str().expect("a name").to_string()).collect()
    };
    assert_eq!(names(scan(&["b.fdx", "", "./b.fdx"], &["--index", "a.fdx"])), ["b.fdx", "a.fdx"]);
    assert_eq!(
        names(scan(&["a.fdx", "b.fdx"], &["--index", "copy.fdx", "--index", "tree/../a.fdx"])),
        ["a.fdx", "b.fdx"]
    );
    let report = scan(&["a.fdx"], &["--index", "ab.fdx"]).report();
    let releases: Vec<&Value> =
        report["indexes"].as_array().expect("a list").iter().map(|one| &one["releases"]).collect();
    assert_eq!(releases, [2, 5], "one entry a file, with the figures of all its parts");
    assert_eq!(report["indexes"][1]["components"], 3);

    let message = scan(&["a.fdx", "nowhere.fdx"], &[]);
    assert!(message.refusal().contains("nowhere.fdx") && message.refusal().contains("FOUNDLING_INDEX"), "{message:?}");
    let mut explain = command(tree.path());
    explain.env("FOUNDLING_INDEX", "ab.fdx").args(["explain", "--no-default-index", "tree/a.c"]);
    assert_eq!(Ran::from(explain.output().expect("the program runs")).status, Some(0));
}

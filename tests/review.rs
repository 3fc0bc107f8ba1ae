//! Settings, decisions, conditions and earlier reports, as people use them.

use serde_json::Value;

use crate::program::{Ran, Tree, run};
use crate::scan::ownership::{Release, index};
use crate::sources::c_file;

/// Components, each with files of its own.
const COMPONENTS: u64 = 13;

fn purl(number: u64) -> &'static str {
    Box::leak(format!("pkg:generic/part{number}@1.0").into_boxed_str())
}

fn newer(number: u64) -> &'static str {
    Box::leak(format!("pkg:generic/part{number}@2.0").into_boxed_str())
}

fn files(number: u64) -> Vec<(String, String)> {
    (0..4).map(|at| (format!("src/f{at}.c"), c_file(1000 * number + at + 1, 6))).collect()
}

/// A tree with a copy of each component, and an index of them.
fn tree() -> Tree {
    let tree = Tree::new();
    let releases: Vec<Release> =
        (0..COMPONENTS).map(|one| Release::of(purl(one), Some("2020-01-01"), &files(one))).collect();
    index(&tree, "known", &[], &releases);
    put(&tree, &|path| path.to_string(), &|text| text.to_string());
    tree
}

/// Writes the copies, their paths and texts changed.
fn put(tree: &Tree, path: &dyn Fn(&str) -> String, text: &dyn Fn(&str) -> String) {
    let _ = std::fs::remove_dir_all(tree.path().join("tree"));
    for number in 0..COMPONENTS {
        for (name, content) in files(number) {
            tree.add(&format!("tree/{}", path(&format!("lib/part{number}/{name}"))), text(&content));
        }
    }
}

fn scan(tree: &Tree, more: &[&str]) -> Ran {
    let fixed = ["scan", "--format", "json", "--no-default-index", "--index", "known.fdx", "tree"];
    run(tree.path(), fixed.iter().chain(more))
}

fn report(tree: &Tree, more: &[&str]) -> Value {
    let ran = scan(tree, more);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn components(report: &Value) -> &Vec<Value> {
    report["components"].as_array().unwrap()
}

/// A tree in whose decisions file each finding is accepted.
fn decided() -> Tree {
    let tree = tree();
    let before = report(&tree, &[]);
    assert_eq!(components(&before).len() as u64, COMPONENTS);
    tree.add("report.json", before.to_string());
    for one in components(&before) {
        let id = one["id"].as_str().unwrap();
        let words = [
            "decide",
            id,
            "accepted",
            "--report",
            "report.json",
            "--reason",
            "Known.",
            "--author",
            "Ada",
            "--decisions",
            "d.toml",
        ];
        let ran = run(tree.path(), words);
        assert_eq!(ran.status, Some(0), "{ran:?}");
    }
    tree
}

#[track_caller]
fn all_decided(tree: &Tree) {
    let after = report(tree, &["--decisions", "d.toml", "--fail-on", "unmanaged"]);
    // A folder whose files are all renamed is a copied file at a time.
    assert!(components(&after).len() as u64 >= COMPONENTS, "all are found");
    for one in components(&after) {
        assert_eq!(one["decision"]["kind"], "accepted", "{one:#}");
    }
    assert_eq!(after["review"]["idle_decisions"], serde_json::json!([]));
}

/// Every fifth line is another one.
fn edited(text: &str) -> String {
    let line = |(at, line): (usize, &str)| match at % 5 {
        2 => format!("    log_event({at}, \"edited\");\n"),
        _ => format!("{line}\n"),
    };
    text.lines().enumerate().map(line).collect()
}

#[test]
fn decisions_survive_moves_renames_edits_line_ends_and_newer_indexes() {
    let tree = decided();
    all_decided(&tree);
    put(&tree, &|path| path.replace("lib/", "third_party/deep/"), &|text| text.to_string());
    all_decided(&tree);
    put(&tree, &|path| path.replace("/f", "/renamed_"), &|text| text.to_string());
    all_decided(&tree);
    put(&tree, &|path| path.to_string(), &edited);
    all_decided(&tree);
    put(&tree, &|path| path.to_string(), &|text| text.replace('\n', "\r\n"));
    all_decided(&tree);
    put(&tree, &|path| path.to_string(), &|text| text.to_string());
    let old = (0..COMPONENTS).map(|one| Release::of(purl(one), Some("2020-01-01"), &files(one)));
    let new = |one: u64| {
        let mut files = files(one);
        files.push(("src/more.c".into(), c_file(1000 * one + 77, 6)));
        Release::of(newer(one), Some("2024-01-01"), &files)
    };
    let releases: Vec<Release> = old.chain((0..COMPONENTS).map(new)).collect();
    index(&tree, "known", &[], &releases);
    all_decided(&tree);
}

#[test]
fn a_decision_holds_when_an_index_learns_that_all_of_a_file_is_known() {
    let tree = Tree::new();
    let (half, all) = (c_file(9000, 6), c_file(9000, 6) + &c_file(9100, 6));
    let release = |purl, text: &str| Release::of(purl, None, &[("src/one.c".to_string(), text.to_string())]);
    index(&tree, "known", &[], &[release("pkg:generic/one@1.0", &half)]);
    tree.add("tree/lib/copy.c", &all);
    tree.add("r.json", scan(&tree, &[]).stdout);
    let before = report(&tree, &[]);
    assert_eq!((components(&before).len(), &components(&before)[0]["kind"]), (1, &"snippet".into()));
    let id = components(&before)[0]["id"].as_str().unwrap();
    let made = run(
        tree.path(),
        ["decide", id, "accepted", "--report", "r.json", "--reason", "x", "--author", "Ada", "--decisions", "d.toml"],
    );
    assert_eq!(made.status, Some(0), "{made:?}");
    index(&tree, "known", &[], &[release("pkg:generic/one@1.0", &half), release("pkg:generic/one@2.0", &all)]);
    let after = report(&tree, &["--decisions", "d.toml"]);
    assert_eq!(components(&after)[0]["kind"], "vendored", "all of a release");
    assert_ne!(components(&after)[0]["decision"], Value::Null);
    tree.add("tree/lib/copy.c", format!("{all}{}", c_file(9200, 40)));
    let more = [release("pkg:generic/one@2.0", &all), release("pkg:generic/one@3.0", &(all + &c_file(9200, 40)))];
    index(&tree, "known", &[], &more);
    let grown = report(&tree, &["--decisions", "d.toml"]);
    assert_eq!(components(&grown)[0]["decision"], Value::Null, "what was not there when it was decided");
}

#[test]
fn a_decision_about_one_content_says_nothing_of_another() {
    let tree = decided();
    let other = |number: u64| c_file(1000 * number + 1, 6) + &c_file(1000 * number + 2, 6);
    let _ = std::fs::remove_dir_all(tree.path().join("tree"));
    tree.add("tree/lib/one.c", files(3)[0].1.as_str());
    let after = report(&tree, &["--decisions", "d.toml"]);
    assert_eq!(components(&after).len(), 1);
    assert_ne!(components(&after)[0]["decision"], Value::Null, "a quarter of it: still the same content");
    tree.add("tree/lib/one.c", other(99));
    assert!(components(&report(&tree, &["--decisions", "d.toml"])).is_empty());
    let idle = report(&tree, &["--decisions", "d.toml"])["review"]["idle_decisions"].as_array().unwrap().len();
    assert_eq!(idle as u64, COMPONENTS, "none of them matches anything");
}

#[test]
fn a_run_fails_on_what_it_is_told_to_and_says_which() {
    let tree = tree();
    let ran = scan(&tree, &["--fail-on", "unmanaged"]);
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.stderr.starts_with("foundling: failed on unmanaged in 13 findings (") && ran.stderr.lines().count() == 1,
        "{}",
        ran.stderr
    );
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["review"]["failures"][0]["ids"].as_array().unwrap().len(), 13);
    assert_eq!(scan(&tree, &["--fail-on", "tampered,modified-copy"]).status, Some(0));
    let wrong = scan(&tree, &["--fail-on", "sunday"]);
    assert_eq!(wrong.status, Some(2));
    assert!(wrong.stderr.contains("sunday") && wrong.stderr.contains("denied-licence"), "{}", wrong.stderr);
}

#[test]
fn an_earlier_report_tells_what_is_new_and_gone() {
    let tree = tree();
    tree.add("before.json", scan(&tree, &[]).stdout);
    put(&tree, &|path| path.replace("lib/part1/", "moved/part1/"), &|text| text.to_string());
    std::fs::remove_dir_all(tree.path().join("tree/lib/part2")).unwrap();
    for (name, text) in files(3) {
        tree.add(&format!("tree/second/{name}"), text);
    }
    let after = report(&tree, &["--baseline", "before.json"]);
    let new: Vec<&str> = components(&after)
        .iter()
        .filter(|one| one["state"] == "new")
        .map(|one| one["root"].as_str().unwrap())
        .collect();
    assert_eq!(new, ["second"]);
    assert_eq!(after["review"]["gone"][0]["root"], "lib/part2");
    assert_eq!(after["review"]["gone"].as_array().unwrap().len(), 1);
    let failed = scan(&tree, &["--baseline", "before.json", "--fail-on", "unmanaged,new-only"]);
    assert!(failed.status == Some(1) && failed.stderr.contains("in 1 finding ("), "{}", failed.stderr);
    tree.add("other.json", "{\"schema\": \"other\"}");
    let wrong = scan(&tree, &["--baseline", "other.json"]);
    assert!(wrong.status == Some(2) && wrong.stderr.contains("other.json"), "{}", wrong.stderr);
}

#[test]
fn other_programs_get_what_is_open_in_their_own_formats() {
    let tree = decided();
    let written = |format: &str| {
        let fixed = ["scan", "--no-default-index", "--index", "known.fdx", "tree", "--format", format];
        let ran = run(tree.path(), fixed);
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
        ran.stdout
    };
    assert_eq!(written("csv").lines().count() as u64, COMPONENTS + 1);
    assert!(written("markdown").contains("\n13 open findings in 52 files, 0 decided.\n"));
    let entries: Value = serde_json::from_str(&written("gitlab")).unwrap();
    assert_eq!(entries.as_array().unwrap().len() as u64, COMPONENTS);
    tree.add("tree/foundling-decisions.toml", std::fs::read_to_string(tree.path().join("d.toml")).unwrap());
    assert_eq!(written("gitlab").trim(), "[]");
    assert!(written("markdown").contains("0 open findings in 53 files, 13 decided."));
    assert!(written("html").contains("\"verdict\":\"Nothing stands in the way."), "decisions settle what a page lists");
}

#[test]
fn settings_at_the_root_hold_and_are_listed() {
    let tree = tree();
    let settings = "fail_on = [\"unmanaged\"]\n[findings]\nmin_lines = 1\n[own]\npurls = [\"pkg:generic/part1*\"]\n\
                    [[exclude]]\npattern = \"lib/part2/**\"\nreason = \"Test data.\"\n";
    tree.add("tree/foundling.toml", settings);
    tree.add("tree/lib/part3/foundling.toml", "[[exclude]]\npattern = \"**\"\nreason = \"Hide me.\"\n");
    let ran = scan(&tree, &[]);
    assert_eq!(ran.status, Some(1));
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(components(&document).len(), 12, "nothing below hides anything");
    assert_eq!(document["review"]["settings"], "tree/foundling.toml");
    assert_eq!(document["review"]["excluded"][0]["files"], 4);
    assert!(
        document["problems"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["detail"] == "settings: `lib/part2/**`: Test data." && one["count"] == 4)
    );
    let own = components(&document).iter().filter(|one| one["decision"]["kind"] == "own-code").count();
    assert_eq!(own, 4, "part1, part10, part11, part12");
    assert_eq!(scan(&tree, &["--no-config"]).status, Some(0));
    tree.add("tree/foundling.toml", "[licenses]\nallow = [\"MIT\", \"Beerware-9\"]\n");
    let wrong = scan(&tree, &[]);
    assert_eq!(wrong.status, Some(2));
    assert!(wrong.refusal().starts_with("tree/foundling.toml:2:17: `Beerware-9`"), "{}", wrong.stderr);
}

#[test]
fn settings_are_written_once_and_work_as_they_are() {
    let tree = tree();
    assert_eq!(run(tree.path(), ["init", "tree"]).status, Some(0));
    assert_eq!(components(&report(&tree, &[])).len() as u64, COMPONENTS);
    let again = run(tree.path(), ["init", "tree"]);
    assert!(again.status == Some(2) && again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(run(tree.path(), ["init", "tree", "--force"]).status, Some(0));
}

#[test]
fn decisions_that_cannot_be_read_are_reported_and_the_others_hold() {
    let tree = decided();
    let text = std::fs::read_to_string(tree.path().join("d.toml")).unwrap();
    tree.add("d.toml", text.replacen("kind = \"accepted\"", "<<<<<<< HEAD\nkind = \"accepted\"", 1));
    let after = report(&tree, &["--decisions", "d.toml"]);
    let problem =
        after["problems"].as_array().unwrap().iter().find(|one| one["code"] == "bad-decision").expect("it is said");
    assert_eq!(problem["path"], "d.toml");
    let open = components(&after).iter().filter(|one| one["decision"] == Value::Null).count();
    assert_eq!(open, 1);
    let missing = scan(&tree, &["--decisions", "nowhere.toml"]);
    assert!(missing.status == Some(2) && missing.stderr.contains("nowhere.toml"));
}

#[test]
fn a_decision_is_refused_where_something_is_missing() {
    let tree = decided();
    for (words, said) in [
        (vec!["decide", "nothing", "accepted", "--reason", "r", "--report", "report.json"], "nothing"),
        (vec!["decide", "accepted", "--reason", "r"], "--component"),
        (vec!["decide", "abc", "accepted", "--reason", "r"], "--report"),
        (vec!["decide", "abc", "perhaps", "--reason", "r", "--report", "report.json"], "perhaps"),
        (vec!["decide", "--component", "pkg:npm/a", "accepted", "--reason", "r", "--expires", "soon"], "soon"),
        (vec!["decide", "--component", "pkg:npm/a", "replaced-by", "--reason", "r"], "replaced_by"),
        (vec!["decide", "--component", "pkg:npm/[", "accepted", "--reason", "r"], "pattern"),
    ] {
        let before = std::fs::read(tree.path().join("d.toml")).unwrap();
        let ran = run(tree.path(), words.iter().chain(&["--author", "Ada", "--decisions", "d.toml"]));
        assert!(ran.status == Some(2) && ran.stderr.contains(said), "{words:?}: {}", ran.stderr);
        assert_eq!(std::fs::read(tree.path().join("d.toml")).unwrap(), before);
    }
    let wide = [
        "decide",
        "--component",
        "pkg:generic/part*",
        "to-be-removed",
        "--reason",
        "All.",
        "--author",
        "Ada",
        "--path",
        "lib/**",
        "--decisions",
        "w.toml",
    ];
    assert_eq!(run(tree.path(), wide).status, Some(0));
    let after = report(&tree, &["--decisions", "w.toml"]);
    assert!(components(&after).iter().all(|one| one["decision"]["kind"] == "to-be-removed"));
}

#[test]
#[cfg(unix)]
fn what_is_no_file_where_settings_and_decisions_are_looked_for_is_said() {
    let tree = tree();
    for name in ["foundling.toml", "foundling-decisions.toml"] {
        let place = tree.path().join("tree").join(name);
        std::fs::create_dir(&place).unwrap();
        let ran = scan(&tree, &[]);
        assert!(ran.refusal().contains(name) && ran.stderr.contains("is no file"), "{}", ran.stderr);
        assert_eq!(scan(&tree, &["--no-config"]).status, Some(0));
        std::fs::remove_dir(&place).unwrap();
        std::os::unix::fs::symlink("nowhere", &place).unwrap();
        assert!(scan(&tree, &[]).refusal().contains(name));
        std::fs::remove_file(&place).unwrap();
    }
    let made = std::process::Command::new("mkfifo").arg(tree.path().join("pipe")).status();
    assert!(made.expect("mkfifo runs").success());
    for option in ["--config", "--decisions", "--baseline"] {
        assert!(scan(&tree, &[option, "pipe"]).refusal().contains("`pipe` is no file"), "{option}");
    }
}

#[test]
fn a_decision_is_added_to_files_of_decisions_only() {
    let tree = decided();
    let entry =
        ["decide", "--component", "pkg:npm/a", "accepted", "--reason", "r", "--author", "Ada", "--decisions", "x"];
    for foreign in [&b"[package]\nname = \"a\"\n"[..], b"# by \xc4\n", b"<html>"] {
        std::fs::write(tree.path().join("x"), foreign).unwrap();
        let ran = run(tree.path(), entry);
        assert!(ran.status == Some(2) && ran.stderr.contains('x'), "{}", ran.stderr);
        assert_eq!(std::fs::read(tree.path().join("x")).unwrap(), foreign);
    }
    tree.add("x", "# Ours.\n");
    assert_eq!(run(tree.path(), entry).status, Some(0));
    assert!(std::fs::read_to_string(tree.path().join("x")).unwrap().starts_with("# Ours.\n\n[[decision]]\n"));
}

#[test]
fn what_stands_beside_several_roots_or_a_file_is_named_and_decisions_hold_below_their_own() {
    let tree = decided();
    for (name, number) in files(2).iter().zip(0..) {
        tree.add(&format!("second/lib/f{number}.c"), name.1.clone());
    }
    tree.add("tree/foundling.toml", "fail_on = [\"unmanaged\"]\n");
    tree.add("tree/foundling-decisions.toml", std::fs::read_to_string(tree.path().join("d.toml")).unwrap());
    let both = scan(&tree, &["second"]);
    assert_eq!(both.status, Some(0));
    assert_eq!(both.stderr.lines().count(), 1, "{}", both.stderr);
    assert!(
        both.stderr.contains("`tree/foundling.toml` is not used")
            && both.stderr.contains("--config tree/foundling.toml")
    );
    let document: Value = serde_json::from_str(&both.stdout).unwrap();
    for one in components(&document) {
        let root = one["root"].as_str().unwrap();
        assert_eq!(one["decision"].is_null(), root.starts_with("second"), "{root}");
    }
    assert_eq!(scan(&tree, &["second", "--config", "tree/foundling.toml"]).status, Some(0), "all is decided then");
    assert_eq!(scan(&tree, &["second", "--no-config", "--fail-on", "unmanaged"]).status, Some(1));
    assert_eq!(scan(&tree, &["second", "--no-config"]).stderr, "");
    let file = "tree/lib/part3/src/f0.c";
    tree.add("tree/lib/part3/src/foundling.toml", "fail_on = [\"unmanaged\"]\n");
    let alone = run(tree.path(), ["scan", "--no-default-index", "--index", "known.fdx", file, "--format", "json"]);
    assert!(
        alone.status == Some(0) && alone.stderr.contains("`tree/lib/part3/src/foundling.toml` is not used"),
        "{}",
        alone.stderr
    );
}

#[test]
fn conditions_that_cannot_be_judged_are_refused() {
    let tree = tree();
    let refused = |more: &[&str]| scan(&tree, more).refusal().to_string();
    assert!(refused(&["--fail-on", "unmanaged,new-only"]).contains("--baseline"));
    assert!(refused(&["--only", "licenses", "--fail-on", "unmanaged"]).contains("`unmanaged` cannot be judged"));
    tree.add("tree/foundling.toml", "fail_on = [\"unmanaged\", \"new-only\"]\n");
    assert!(refused(&[]).starts_with("tree/foundling.toml:1:25: `new-only` needs"));
    std::fs::remove_file(tree.path().join("tree/foundling.toml")).unwrap();
    tree.add("licences.json", scan(&tree, &["--only", "licenses"]).stdout);
    tree.add("all.json", scan(&tree, &[]).stdout);
    let against = scan(&tree, &["--baseline", "licences.json"]);
    assert!(against.stderr.contains("components cannot be compared, for the earlier report"), "{}", against.stderr);
    let document: Value = serde_json::from_str(&against.stdout).unwrap();
    assert!(components(&document).iter().all(|one| one["state"].is_null()));
    let against = scan(&tree, &["--baseline", "all.json", "--only", "licenses"]);
    assert!(against.stderr.contains("for this scan did not look for copied code"), "{}", against.stderr);
    let document: Value = serde_json::from_str(&against.stdout).unwrap();
    assert_eq!(document["review"]["gone"], serde_json::json!([]));
    assert!(
        refused(&["--baseline", "licences.json", "--fail-on", "unmanaged,new-only"]).contains("cannot be compared")
    );
    let alone = scan(&tree, &["--baseline", "all.json", "--fail-on", "new-only"]);
    assert!(alone.status == Some(0) && alone.stderr.contains("alone fails on nothing"), "{}", alone.stderr);
}

#[test]
fn patterns_mean_folders_and_those_that_mean_nothing_are_said() {
    let tree = tree();
    let exclude = |pattern: &str| format!("[[exclude]]\npattern = \"{pattern}\"\nreason = \"Not ours.\"\n");
    for pattern in ["lib/part2", "lib/part2/", "./lib/part2", "/lib/part2/**"] {
        tree.add("tree/foundling.toml", exclude(pattern));
        assert_eq!(report(&tree, &[])["review"]["excluded"][0]["files"], 4, "{pattern}");
    }
    let licences = "[[licenses.path]]\npattern = \"nowhere\"\nreason = \"x\"\n[[licenses.path]]\npattern = \"lib\"\nreason = \"x\"\n";
    tree.add("tree/foundling.toml", exclude("part2") + licences);
    let ran = scan(&tree, &[]);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.stderr);
    assert!(lines[0].contains("[[exclude]] `part2` matches no file"), "{}", ran.stderr);
    assert!(lines[1].contains("[[licenses.path]] `nowhere` matches no file"), "{}", ran.stderr);
    tree.add("company.toml", exclude("tree/lib/part2"));
    tree.add("second/a.c", "int a;\n");
    let several = report(&tree, &["second", "--config", "company.toml"]);
    assert_eq!(several["review"]["excluded"][0]["files"], 4, "of several roots a path may begin with one");
}

//! `--since`: only what changed, and what came with the change; and `foundling scan -`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use foundling::model::limits;
use serde_json::Value;

use crate::program::{Ran, Tree, command, paths, problems, run};
use crate::scan::archives::zip;
use crate::scan::ownership::{Release, files, index};

/// git in a folder, without anybody's settings.
pub fn git(folder: &Path, arguments: &[&str]) {
    let fixed = [
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "init.defaultBranch=main",
    ];
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(fixed)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    let done = git.output().expect("git runs");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A repository in the folder `tree` with a vendored package, and an index of that and another one.
pub fn repository() -> Tree {
    let tree = Tree::new();
    let first = Release::of("pkg:npm/widget@1.0.0", Some("2020-01-01"), &files(100));
    let second = Release::of("pkg:generic/zoo@3.1", None, &files(300));
    index(&tree, "known", &[], &[first, second]);
    put(&tree, "lib/widget", 100);
    tree.add("tree/src/own.c", "int main(void) { return 0; }\n");
    let root = tree.path().join("tree");
    git(&root, &["init", "-q"]);
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "first"]);
    tree
}

pub fn put(tree: &Tree, folder: &str, seed: u64) {
    files(seed).iter().for_each(|(path, text)| tree.add(&format!("tree/{folder}/{path}"), text));
}

fn since(tree: &Tree, root: &str, more: &[&str]) -> Ran {
    let fixed = ["scan", "--format", "json", "--no-default-index", "--index", "known.fdx", root, "--since"];
    run(tree.path(), fixed.iter().chain(more))
}

fn report(tree: &Tree, more: &[&str]) -> Value {
    let ran = since(tree, "tree", more);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// Place and state of each finding.
fn states(report: &Value) -> Vec<(String, String)> {
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or("-").to_string();
    report["components"].as_array().unwrap().iter().map(|one| (text(one, "root"), text(one, "state"))).collect()
}

fn said(root: &str, state: &str) -> (String, String) {
    (root.to_string(), state.to_string())
}

#[test]
fn nothing_changed_is_nothing_found() {
    let report = report(&repository(), &["HEAD"]);
    assert!(states(&report).is_empty());
    assert_eq!((&report["since"]["changed_files"], &report["since"]["revision"]), (&0.into(), &"HEAD".into()));
    assert_eq!(report["since"]["commit"].as_str().unwrap().len(), 40);
}

#[test]
fn what_came_with_the_change_is_new_and_what_went_is_gone() {
    let tree = repository();
    put(&tree, "third_party/zoo", 300);
    let (name, text) = files(100).remove(0);
    tree.add(&format!("tree/lib/widget/{name}"), text.replacen("return", "log_it(); return", 3));
    let found = report(&tree, &["HEAD"]);
    assert_eq!(states(&found), [said("lib/widget", "changed"), said("third_party/zoo", "new")]);
    let failed = since(&tree, "tree", &["HEAD", "--fail-on", "unmanaged,new-only"]);
    assert_eq!(failed.status, Some(1));
    let root = tree.path().join("tree");
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "second"]);
    assert!(states(&report(&tree, &["HEAD"])).is_empty());
    assert_eq!(states(&report(&tree, &["HEAD~1"])).len(), 2, "committed or not");
    fs::remove_dir_all(root.join("lib")).unwrap();
    fs::remove_file(root.join("third_party/zoo").join(&files(300)[0].0)).unwrap();
    let after = report(&tree, &["HEAD"]);
    assert_eq!(after["review"]["gone"][0]["root"], "lib/widget");
    assert_eq!(after["review"]["gone"].as_array().unwrap().len(), 1, "the other is still there");
}

#[test]
fn an_earlier_report_goes_before_the_revision_and_nothing_unseen_is_gone() {
    let tree = repository();
    put(&tree, "third_party/zoo", 300);
    let whole = run(tree.path(), ["scan", "--format", "json", "--no-default-index", "--index", "known.fdx", "tree"]);
    tree.add("before.json", whole.stdout);
    let found = report(&tree, &["HEAD", "--baseline", "before.json"]);
    assert_eq!(states(&found), [said("third_party/zoo", "unchanged")]);
    assert_eq!(found["review"]["gone"], serde_json::json!([]));
}

#[test]
fn neighbours_that_did_not_change_are_evidence() {
    let tree = repository();
    let root = tree.path().join("tree");
    let (name, text) = files(300).remove(0);
    put(&tree, "third_party/zoo", 300);
    fs::remove_file(root.join("third_party/zoo").join(&name)).unwrap();
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "all but one"]);
    tree.add(&format!("tree/third_party/zoo/{name}"), text);
    let found = report(&tree, &["HEAD"]);
    assert_eq!(found["components"][0]["kind"], "vendored");
    assert_eq!(states(&found), [said("third_party/zoo", "changed")], "one more file of what was there");
    assert_eq!(found["since"]["context_files"], 3);
}

#[test]
fn a_part_of_a_repository_and_odd_names_can_be_looked_at() {
    let tree = repository();
    put(&tree, "src/new\nline \"é\"", 300);
    let ran = since(&tree, "tree/src", &["HEAD"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let found: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(states(&found), [said("new\nline \"é\"", "new")]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_looked_at() {
    use std::os::unix::ffi::OsStrExt;
    let tree = repository();
    let home = tree.path().join("tree/src").join(std::ffi::OsStr::from_bytes(b"n\xffo"));
    fs::create_dir(&home).unwrap();
    put(&tree, "third_party/zoo", 300);
    for (path, _) in files(300) {
        let to = home.join(&path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(tree.path().join("tree/third_party/zoo").join(&path), to).unwrap();
    }
    assert_eq!(states(&report(&tree, &["HEAD"])), [said("src/n\\xffo", "new")]);
    let root = tree.path().join("tree");
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "odd"]);
    fs::remove_dir_all(home).unwrap();
    assert_eq!(report(&tree, &["HEAD"])["review"]["gone"][0]["root"], "src/n\\xffo");
}

#[test]
fn what_is_no_revision_or_no_repository_is_refused() {
    let tree = repository();
    for revision in ["nowhere", "--output=x", "HEAD:src", "-p"] {
        let ran =
            since(&tree, "tree", &[&format!("--since={revision}")[..]].map(|one| one.trim_start_matches("--since=")));
        assert_eq!(ran.status, Some(2), "{revision}: {ran:?}");
    }
    let ran = run(tree.path(), ["scan", "--no-default-index", "--index", "known.fdx", "tree", "--since=--output=mark"]);
    assert!(ran.status == Some(2) && ran.stderr.contains("no such revision"), "{ran:?}");
    assert!(!tree.path().join("tree/mark").exists() && !tree.path().join("mark").exists());
    let range = since(&tree, "tree", &["HEAD~1..HEAD"]);
    assert!(range.status == Some(2) && range.stderr.contains("name the one revision"), "{}", range.stderr);
    tree.add("plain/a.c", "int a;\n");
    let ran = since(&tree, "plain", &["HEAD"]);
    assert!(ran.status == Some(2) && ran.stderr.contains("work tree"), "{}", ran.stderr);
    tree.add("empty/a.c", "int a;\n");
    git(&tree.path().join("empty"), &["init", "-q"]);
    assert!(since(&tree, "empty", &["HEAD"]).stderr.contains("no such revision"));
}

#[cfg(unix)]
#[test]
fn nothing_that_a_repository_names_is_run() {
    let tree = repository();
    let root = tree.path().join("tree");
    let mark = tree.path().join("mark");
    let program = format!("touch {}; cat", mark.display());
    for (name, value) in [
        ("core.fsmonitor", &program[..]),
        ("diff.external", &program),
        ("filter.evil.clean", &program),
        ("filter.evil.smudge", &program),
        ("filter.evil.process", &program),
        ("filter.evil.required", "true"),
        ("diff.evil.textconv", &program),
        ("core.pager", &program),
        ("alias.diff-index", "!false"),
    ] {
        git(&root, &["config", name, value]);
    }
    tree.add("tree/.gitattributes", "* filter=evil diff=evil\n");
    put(&tree, "third_party/zoo", 300);
    tree.add("tree/src/own.c", "int main(void) { return 1; }\n");
    let found = report(&tree, &["HEAD"]);
    assert_eq!(states(&found), [said("third_party/zoo", "new")]);
    assert!(!mark.exists());
}

#[test]
fn an_archive_that_came_is_looked_into() {
    let tree = repository();
    let files = files(300);
    let members: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    tree.add("tree/third_party/zoo.zip", zip(&members));
    let found = report(&tree, &["HEAD"]);
    assert_eq!(states(&found), [said("third_party/zoo.zip!", "new")]);
    assert!(paths(&found).iter().all(|path| path.starts_with("third_party/zoo.zip!/")));
    assert_eq!(found["since"]["changed_files"], 1);
}

#[test]
fn a_clone_inside_that_git_does_not_look_into_is_looked_into() {
    let tree = repository();
    put(&tree, "third_party/zoo", 300);
    tree.add("tree/third_party/zoo/.gitignore", "*.o\n");
    tree.add("tree/third_party/zoo/a.o", "x");
    let clone = tree.path().join("tree/third_party/zoo");
    git(&clone, &["init", "-q"]);
    git(&clone, &["add", "-A"]);
    git(&clone, &["commit", "-qm", "theirs"]);
    let found = report(&tree, &["HEAD"]);
    assert_eq!(states(&found), [said("third_party/zoo", "new")]);
    let left_out = |code: &str, path: &str| (code.to_string(), path.to_string(), 1);
    let expected =
        [left_out("ignored", "third_party/zoo/.gitignore"), left_out("version-control", "third_party/zoo/.git")];
    assert_eq!(problems(&found), expected);
}

#[test]
fn the_rules_of_a_walk_hold_for_what_git_names() {
    let tree = repository();
    tree.add("tree/.gitignore", "/ignored/\n");
    tree.add("tree/.foundlingignore", "/aside/\n");
    put(&tree, "ignored/zoo", 300);
    put(&tree, "aside/zoo", 300);
    let found = report(&tree, &["HEAD"]);
    assert!(states(&found).is_empty());
    assert_eq!(problems(&found), [("ignored".to_string(), ".foundlingignore".to_string(), 4)]);
    let found = report(&tree, &["HEAD", "--no-ignore"]);
    assert_eq!(states(&found), [said("aside/zoo", "new"), said("ignored/zoo", "new")]);
}

#[test]
fn a_file_that_holds_what_it_held_did_not_change() {
    let tree = repository();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for (path, _) in files(100) {
        let file = fs::File::options().append(true).open(tree.path().join("tree/lib/widget").join(path)).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let found = report(&tree, &["HEAD"]);
    assert_eq!((states(&found).len(), &found["since"]["changed_files"]), (0, &0.into()));
}

#[cfg(unix)]
#[test]
fn links_are_followed_neither_among_changed_files_nor_beside_them() {
    let tree = repository();
    tree.add("outside/secret.c", &files(300)[0].1);
    let root = tree.path().join("tree");
    std::os::unix::fs::symlink("../../outside/secret.c", root.join("src/old.c")).unwrap();
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "a link"]);
    std::os::unix::fs::symlink("../../outside/secret.c", root.join("src/new.c")).unwrap();
    tree.add("tree/src/own.c", "int main(void) { return 2; }\n");
    let found = report(&tree, &["HEAD"]);
    assert!(states(&found).is_empty() && paths(&found).is_empty(), "{found}");
    assert_eq!(problems(&found), [("symbolic-link".to_string(), "src/new.c".to_string(), 1)]);
}

#[test]
fn a_renamed_folder_is_no_news_and_another_repository_is_said() {
    let tree = repository();
    let root = tree.path().join("tree");
    fs::rename(root.join("lib"), root.join("ext")).unwrap();
    tree.add("tree/module/a.c", "int a;\n");
    for arguments in [&["init", "-q"][..], &["add", "-A"], &["commit", "-qm", "theirs"]] {
        git(&root.join("module"), arguments);
    }
    git(&root, &["add", "module"]);
    let found = report(&tree, &["HEAD"]);
    assert_eq!(states(&found), [said("ext/widget", "unchanged")]);
    assert_eq!(found["review"]["gone"], serde_json::json!([]));
    assert_eq!(problems(&found), [("version-control".to_string(), "module".to_string(), 1)]);
}

#[test]
fn what_git_does_not_hold_is_said() {
    let tree = repository();
    let root = tree.path().join("tree");
    tree.add("tree/src/own.c", "int main(void) { return 3; }\n");
    let object = Command::new("git").current_dir(&root).args(["rev-parse", "HEAD:src/own.c"]).output().unwrap();
    let object = String::from_utf8(object.stdout).unwrap();
    let (folder, rest) = object.trim().split_at(2);
    fs::remove_file(root.join(".git/objects").join(folder).join(rest)).unwrap();
    assert_eq!(problems(&report(&tree, &["HEAD"])), [("unreadable".to_string(), "src/own.c".to_string(), 1)]);
}

#[test]
fn a_file_that_is_tampered_with_is_news() {
    let tree = repository();
    let text = "pub fn one() -> u32 {\n    1\n}\n";
    let digest = "a1c3b3e7ab8ef7c8a9c4ac3b3f3d6b4f4a0f3e7c8b9d0a1b2c3d4e5f60718293";
    let record = format!("{{\"files\": {{\"src/lib.rs\": \"{digest}\"}}, \"package\": null}}");
    tree.add("tree/vendor/one/.cargo-checksum.json", record);
    tree.add("tree/vendor/one/Cargo.toml", "[package]\nname = \"one\"\nversion = \"1.0.0\"\n");
    tree.add("tree/vendor/one/src/lib.rs", text);
    let root = tree.path().join("tree");
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "vendored"]);
    tree.add("tree/vendor/one/src/lib.rs", text.replace('1', "2"));
    let ran = since(&tree, "tree", &["HEAD", "--fail-on", "tampered,new-only"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    git(&root, &["commit", "-qam", "changed"]);
    tree.add("tree/vendor/one/README.md", "words\n");
    let ran = since(&tree, "tree", &["HEAD", "--fail-on", "tampered,new-only"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stdout);
}

fn paste(tree: &Tree, text: &str, more: &[&str]) -> Ran {
    let mut program = command(tree.path());
    program.args(["scan", "-", "--format", "json", "--no-default-index", "--index", "known.fdx"]).args(more);
    let mut child = program.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_pasted_block_is_answered_for() {
    let tree = repository();
    let text = &files(300)[1].1;
    let middle: String = text.lines().skip(8).take(40).map(|line| format!("{line}\n")).collect();
    for more in [&["--name", "block.c"][..], &[]] {
        let ran = paste(&tree, &middle, more);
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        let found: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(found["files"][0]["matches"][0]["purl"], "pkg:generic/zoo@3.1");
        assert_eq!(found["files"][0]["path"], if more.is_empty() { "stdin.c" } else { "block.c" });
    }
    let behind = |bytes: usize| format!("{}{middle}", "\n".repeat(bytes));
    for (bytes, path) in [(limits::GUESS_BYTES - middle.len(), "stdin.c"), (limits::GUESS_BYTES, "stdin")] {
        let found: Value = serde_json::from_str(&paste(&tree, &behind(bytes), &["--all-files"]).stdout).unwrap();
        assert_eq!(paths(&found), [path], "what is guessed by ends {bytes} bytes behind the beginning");
    }
    for nothing in ["", "\0\u{1}", "nobody's words\n"] {
        let ran = paste(&tree, nothing, &[]);
        let found: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((ran.status, found["components"].as_array().unwrap().len()), (Some(0), 0));
    }
    assert_eq!(run(tree.path(), ["scan", "tree", "--name", "x.c"]).status, Some(2));
    assert_eq!(run(tree.path(), ["scan", "-", "tree"]).status, Some(2));
}

#[test]
fn what_git_is_told_to_pass_over_is_looked_at() {
    let tree = repository();
    put(&tree, "third_party/zoo", 300);
    put(&tree, "sub/zoo", 300);
    tree.add("tree/.git/info/exclude", "third_party/\n");
    tree.add("outside.txt", "sub/\n");
    git(&tree.path().join("tree"), &["config", "core.excludesFile", "../outside.txt"]);
    assert_eq!(states(&report(&tree, &["HEAD"])), [said("sub/zoo", "new"), said("third_party/zoo", "new")]);
    for mark in ["--assume-unchanged", "--skip-worktree"] {
        let tree = repository();
        let names = files(100).into_iter().map(|(path, _)| format!("lib/widget/{path}")).collect::<Vec<_>>();
        for (name, (_, text)) in names.iter().zip(files(300)) {
            git(&tree.path().join("tree"), &["update-index", mark, name]);
            tree.add(&format!("tree/{name}"), text);
        }
        let found = report(&tree, &["HEAD"]);
        assert_eq!(states(&found), [said("lib/widget", "new")], "{mark}");
        assert_eq!(found["since"]["changed_files"], names.len());
    }
}

#[test]
fn what_a_changed_manifest_no_longer_accounts_for_is_news() {
    let tree = repository();
    let root = tree.path().join("tree");
    put(&tree, "third_party/zoo", 300);
    tree.add("tree/third_party/zoo/README.chromium", "Name: zoo\nURL: https://zoo.example\nVersion: 3.1\n");
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "vendored"]);
    assert!(states(&report(&tree, &["HEAD"])).is_empty());
    fs::remove_file(root.join("third_party/zoo/README.chromium")).unwrap();
    let found = report(&tree, &["HEAD"]);
    assert_eq!(states(&found), [said("third_party/zoo", "new")]);
    assert_eq!(found["components"][0]["managed"], false);
    let failed = since(&tree, "tree", &["HEAD", "--fail-on", "unmanaged,new-only"]);
    assert_eq!(failed.status, Some(1));
    let lock = |packages: &str| format!("{{\"lockfileVersion\": 3, \"packages\": {{{packages}}}}}");
    put(&tree, "node_modules/zoo/deep/er", 300);
    tree.add("tree/package-lock.json", lock("\"node_modules/zoo\": {\"version\": \"3.1\"}"));
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "installed"]);
    tree.add("tree/package-lock.json", lock(""));
    let found = report(&tree, &["HEAD"]);
    assert!(
        states(&found).iter().any(|(place, state)| place.starts_with("node_modules/zoo") && state != "unchanged"),
        "{found}"
    );
}

//! Which files are examined, and what the report says of the others.

use std::fs;

use serde_json::Value;

use crate::program::{Tree, paths, problems, run, scan};
use crate::scan::archives::{gz, tar, zip};
use crate::sources;

fn listed(code: &str, path: &str, count: u64) -> (String, String, u64) {
    (code.to_string(), path.to_string(), count)
}

fn read(report: &Value) -> u64 {
    report["summary"]["files"].as_u64().expect("a count")
}

#[test]
fn what_ignore_rules_leave_out_is_counted_by_rule_and_examined_on_request() {
    let files = [
        (".gitignore", "*.o\n/out/\n"),
        (".foundlingignore", "secret.c\n"),
        ("a.c", "int a;"),
        ("a.o", "x"),
        ("b.o", "x"),
        ("out/deep/c.c", "int c;"),
        ("secret.c", "int s;"),
        (".hidden/d.c", "int d;"),
        (".git/config", "[core]"),
    ];
    let tree = Tree::of(&files);
    let report = scan(tree.path(), ["--all-files", "."]).report();
    assert_eq!(paths(&report), [".foundlingignore", ".gitignore", ".hidden/d.c", "a.c"]);
    let expected = [
        listed("ignored", ".foundlingignore", 1),
        listed("ignored", ".gitignore", 2),
        listed("ignored", ".gitignore", 1),
        listed("version-control", ".git", 1),
    ];
    assert_eq!(problems(&report), expected);
    assert_eq!(report["summary"]["problems"]["ignored"], 4);

    let report = scan(tree.path(), ["--all-files", "--no-ignore"]).report();
    assert_eq!(read(&report), files.len() as u64 - 1);
    assert_eq!(problems(&report), [listed("version-control", ".git", 1)]);
}

#[test]
fn archives_are_opened_however_deep_they_lie() {
    let inner = gz(&tar(&[("c.c", sources::c_file(1, 1).as_bytes()), ("d/e.py", b"print(1)\n")]));
    let tree = Tree::of(&[("a.zip", zip(&[("b.tar.gz", &inner), ("f.c", b"int f;")]))]);
    let report = scan(tree.path(), ["--all-files"]).report();
    assert_eq!(paths(&report), ["a.zip", "a.zip!/b.tar.gz!/c.c", "a.zip!/b.tar.gz!/d/e.py", "a.zip!/f.c"]);
    assert_eq!(report["files"][2]["language"], "Python");
    assert_eq!(problems(&report), []);
}

#[test]
fn several_roots_are_told_apart_in_files_and_problems() {
    let tree = Tree::of(&[
        ("one/.gitignore", "x\n"),
        ("one/x", "x"),
        ("two/.gitignore", "x\n"),
        ("two/x", "x"),
        ("two/b.zip", "PK\u{3}\u{4} cut short"),
        ("dir/a.c", "int a;"),
    ]);
    tree.add("dir/c.zip", zip(&[("../up.c", b"int up;")]));
    let report = scan(tree.path(), ["--all-files", "one", "two", "dir/a.c", "./dir/c.zip"]).report();
    assert_eq!(report["roots"], serde_json::json!(["one", "two", "dir/a.c", "./dir/c.zip"]));
    let shown = paths(&report);
    assert_eq!(shown[..4], ["one/.gitignore", "two/.gitignore", "two/b.zip", "dir/a.c"]);
    assert!(shown[4] == "./dir/c.zip" && shown[5].starts_with("./dir/c.zip!/"), "{shown:?}");
    let problems = problems(&report);
    assert!(problems.contains(&listed("ignored", "one/.gitignore", 1)), "{problems:?}");
    assert!(problems.contains(&listed("ignored", "two/.gitignore", 1)), "{problems:?}");
    assert!(problems.iter().any(|(code, path, _)| code == "damaged-archive" && path == "two/b.zip"), "{problems:?}");
    assert!(
        problems.iter().any(|(code, path, _)| code == "unsafe-path" && path.starts_with("./dir/c.zip!/")),
        "{problems:?}"
    );
}

#[test]
fn one_root_goes_without_its_name() {
    let tree = Tree::of(&[("dir/.gitignore", "x\n"), ("dir/x", "x"), ("dir/a.c", "int a;")]);
    let report = scan(tree.path(), ["--all-files", "dir"]).report();
    assert_eq!(
        (paths(&report), problems(&report)),
        (vec![".gitignore", "a.c"], vec![listed("ignored", ".gitignore", 1)])
    );
    let report = scan(tree.path(), ["--all-files", "dir/a.c"]).report();
    assert_eq!(paths(&report), ["a.c"]);
}

#[test]
fn an_empty_folder_is_no_error() {
    let tree = Tree::new();
    let report = scan(tree.path(), ["."]).report();
    assert_eq!((read(&report), problems(&report)), (0, vec![]));
}

#[test]
fn a_root_that_is_not_there_is_named() {
    let tree = Tree::of(&[("a.c", "int a;")]);
    for roots in [["nowhere", "."], [".", "nowhere"]] {
        let ran = scan(tree.path(), roots);
        assert!(ran.refusal().contains("`nowhere`"), "{ran:?}");
    }
}

#[test]
fn pictures_and_programs_are_hashed_and_said_so() {
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0; 40]].concat();
    let tree = Tree::of(&[("logo.png", png.as_slice()), ("empty.bin", b"")]);
    let report = scan(tree.path(), ["--all-files"]).report();
    assert_eq!(problems(&report), [listed("binary", "logo.png", 1)]);
    assert_eq!(report["files"][1]["blake3"], blake3::hash(&png).to_hex().as_str());
    assert_eq!(report["files"][1]["language"], Value::Null);
}

#[test]
fn text_is_read_in_any_encoding() {
    let utf16: Vec<u8> = "\u{feff}int sixteen;\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let tree = Tree::of(&[("a.c", utf16.as_slice()), ("b.c", b"/* caf\xe9 */ int latin;\n")]);
    let report = scan(tree.path(), ["--all-files"]).report();
    assert_eq!(problems(&report), []);
    assert!(report["files"].as_array().expect("a list").iter().all(|file| file["language"] == "C"));
}

#[cfg(unix)]
#[test]
fn links_pipes_and_closed_files_are_listed() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let tree = Tree::of(&[("a.c", "int a;"), ("closed.c", "int c;")]);
    symlink("a.c", tree.path().join("link.c")).expect("a link");
    symlink("..", tree.path().join("loop")).expect("a link");
    let pipe = std::process::Command::new("mkfifo").arg(tree.path().join("pipe")).status().expect("mkfifo runs");
    assert!(pipe.success());
    fs::set_permissions(tree.path().join("closed.c"), fs::Permissions::from_mode(0o000)).expect("permissions");
    let report = scan(tree.path(), ["--all-files"]).report();
    let found = problems(&report);
    let expected =
        [listed("symbolic-link", "link.c", 1), listed("symbolic-link", "loop", 1), listed("special-file", "pipe", 1)];
    let (rest, last) = found.split_at(found.len() - expected.len());
    assert_eq!(last, expected);
    // Whoever may do anything can read a closed file too.
    if fs::read(tree.path().join("closed.c")).is_err() {
        assert_eq!(rest, [listed("unreadable", "closed.c", 1)]);
        assert_eq!(paths(&report), ["a.c"]);
    }
}

#[cfg(unix)]
#[test]
fn names_of_any_bytes_reach_no_terminal_unescaped() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let tree = Tree::new();
    for name in [b"not-\xff-text.c".as_slice(), b"\x1b[31mred.c", b"two\nlines.c"] {
        fs::write(tree.path().join(OsStr::from_bytes(name)), "\0binary").expect("a file");
    }
    let ran = scan(tree.path(), ["--all-files"]);
    assert!(!ran.stdout.contains('\u{1b}'));
    assert_eq!(paths(&ran.report()), ["\u{1b}[31mred.c", "not-\\xff-text.c", "two\nlines.c"]);
    let human =
        run(tree.path(), ["scan", "--no-default-index", "--index", crate::program::known().to_str().expect("text")]);
    assert!(human.stdout.contains("\\u{1b}[31mred.c") && human.stdout.contains("two\\nlines.c"), "{}", human.stdout);
    assert!(!human.stdout.contains('\u{1b}'), "{}", human.stdout);
}

//! Trees made to break a scanner: the scan ends normally and says what it did not examine.

use std::fs;
use std::path::PathBuf;

use crate::program::{Tree, paths, problems, scan};
use crate::scan::archives::{gz, tar, zip};
use crate::sources;

fn codes(report: &serde_json::Value) -> Vec<(String, String)> {
    problems(report).into_iter().map(|(code, path, _)| (code, path)).collect()
}

fn pair(code: &str, path: &str) -> (String, String) {
    (code.to_string(), path.to_string())
}

#[test]
fn one_line_of_twenty_megabytes_is_hashed_and_one_of_four_is_read() {
    let line = |bytes: usize| "x = y + 1; ".repeat(bytes / 11);
    let tree = Tree::of(&[("long.js", line(20 << 20)), ("short.js", line(4 << 20))]);
    let report = scan(tree.path(), ["--all-files"]).report();
    assert_eq!(codes(&report), [pair("too-large", "long.js")]);
    assert_eq!(paths(&report), ["long.js", "short.js"]);
    assert_eq!(report["files"][1]["language"], "JavaScript");
}

#[test]
fn what_is_never_closed_ends_with_the_file() {
    let code = sources::c_file(3, 2);
    let tree = Tree::of(&[
        ("comment.c", format!("/* {code}")),
        ("string.c", format!("char *a = \"{code}")),
        ("string.py", format!("\"\"\" {code}")),
        ("template.js", format!("let a = `${{`${{ {code}")),
        ("raw.rs", format!("let a = r####\"{code}")),
        ("brackets.c", "(".repeat(200_000)),
        ("here.sh", format!("cat <<END\n{code}")),
    ]);
    let report = scan(tree.path(), ["--all-files"]).report();
    assert_eq!((paths(&report).len(), problems(&report)), (7, vec![]));
}

#[test]
fn folders_beyond_the_limit_are_not_entered() {
    let tree = Tree::new();
    let deep: PathBuf = std::iter::repeat_n("d", 600).collect();
    fs::create_dir_all(tree.path().join(&deep)).expect("folders");
    fs::write(tree.path().join(&deep).join("bottom.c"), "int a;").expect("a file");
    tree.add("top.c", "int a;");
    let report = scan(tree.path(), ["--all-files"]).report();
    assert_eq!(paths(&report), ["top.c"]);
    let found = codes(&report);
    assert!(found.len() == 1 && found[0].0 == "over-limit" && found[0].1.starts_with("d/d/"), "{found:?}");
}

#[test]
fn archive_bombs_are_not_unpacked() {
    let zeros = vec![0; 80 << 20];
    let nested = (0..6).fold(zip(&[("a.c", b"int a;")]), |inner, _| zip(&[("in.zip", &inner)]));
    let tree = Tree::of(&[("bomb.zip", zip(&[("first.c", b"int a;"), ("zeros", &zeros)])), ("nested.zip", nested)]);
    let packed = zstd::encode_all(tar(&[("first.c", b"int a;"), ("zeros", &zeros)]).as_slice(), 1).expect("memory");
    tree.add("bomb.tar.zst", packed);
    let report = scan(tree.path(), ["--all-files"]).report();
    let found = codes(&report);
    for path in ["bomb.zip", "bomb.tar.zst", "nested.zip"] {
        assert!(found.iter().any(|(code, at)| code == "over-limit" && at.starts_with(path)), "{path}: {found:?}");
    }
    let paths = paths(&report);
    assert!(paths.contains(&"bomb.zip!/first.c") && paths.contains(&"bomb.tar.zst!/first.c"), "{paths:?}");
}

#[test]
fn members_that_climb_out_stay_inside_their_archive() {
    let members: [(&str, &[u8]); 3] =
        [("../../up.c", b"int a;"), ("/etc/abs.c", b"int b;"), ("a/../../c.c", b"int c;")];
    let tree = Tree::of(&[("in/x.tar", tar(&members))]);
    let report = scan(tree.path(), ["--all-files", "in"]).report();
    assert_eq!(paths(&report).len(), 4);
    assert!(
        paths(&report).iter().all(|path| path.starts_with("x.tar") && !path.contains("..")),
        "{:?}",
        paths(&report)
    );
    assert_eq!(codes(&report).iter().filter(|(code, _)| code == "unsafe-path").count(), 3);
    assert_eq!(tree.names(), ["in"]);
}

#[test]
fn damaged_archives_give_what_stands_before_the_damage() {
    let whole = tar(&[("a.c", sources::c_file(1, 3).as_bytes()), ("b.c", sources::c_file(2, 40).as_bytes())]);
    let packed = gz(&whole);
    let tree = Tree::of(&[("cut.tar.gz", &packed[..packed.len() / 2]), ("cut.tar", &whole[..whole.len() / 2])]);
    tree.add("text.zip", "this is no archive\n");
    let report = scan(tree.path(), ["--all-files"]).report();
    let found = codes(&report);
    for path in ["cut.tar.gz", "cut.tar"] {
        assert!(found.iter().any(|(code, at)| code == "damaged-archive" && at.starts_with(path)), "{path}: {found:?}");
        assert!(paths(&report).contains(&format!("{path}!/a.c").as_str()));
    }
}

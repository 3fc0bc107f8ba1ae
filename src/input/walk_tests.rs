use std::fs;

use super::*;

const PLAIN: WalkOptions = WalkOptions { honour_ignore: true, threads: 2 };

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let full = folder.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }
    folder
}

fn found(roots: &[&Path], options: WalkOptions) -> (Vec<String>, Vec<Problem>) {
    let roots: Vec<PathBuf> = roots.iter().map(|root| root.to_path_buf()).collect();
    let files = Mutex::new(Vec::new());
    let summary = walk(&roots, &options, || |file: FoundFile| files.lock().unwrap().push(file)).unwrap();
    let mut files = files.into_inner().unwrap();
    files.sort_by(|a, b| (a.root, &a.path).cmp(&(b.root, &b.path)));
    assert!(files.iter().all(|file| file.full.is_file()));
    (
        files.into_iter().map(|file| file.path).collect(),
        summary.problems.into_iter().map(|(_, problem)| problem).collect(),
    )
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|p| format!("{} {} {}: {}", p.code.as_str(), p.path, p.count, p.detail)).collect()
}

#[test]
fn every_file_is_found_and_hidden_ones_too() {
    let tree = tree(&[("a.c", ""), (".hidden/b.c", ""), ("x/.c", ""), ("x/y/d.c", ""), (".ignore", "*.c")]);
    fs::create_dir(tree.path().join("empty")).unwrap();
    let (files, problems) = found(&[tree.path()], PLAIN);
    assert_eq!(files, [".hidden/b.c", ".ignore", "a.c", "x/.c", "x/y/d.c"]);
    assert_eq!(problems, []);
}

#[test]
fn ignore_rules_are_counted_by_the_file_and_the_deeper_one_wins() {
    let tree = tree(&[
        (".gitignore", "\u{feff}*.o\n# remark\n/out/\n!keep.o\n*.log\nunused*\n"),
        (".foundlingignore", "keep.o\n"),
        ("a.o", ""),
        ("keep.o", ""),
        ("out/deep/1.c", ""),
        ("out/deep/2.c", ""),
        ("out/.git/config", ""),
        ("sub/out/3.c", ""),
        ("sub/.gitignore", "!*.o\nout.o/\nlocal\n!local\n"),
        ("sub/b.o", ""),
        ("sub/out.o", ""),
        ("sub/local", ""),
        ("sub/x/out.o/y.c", ""),
        ("sub/x/z.log", ""),
    ]);
    let (files, problems) = found(&[tree.path()], PLAIN);
    let expected =
        [".foundlingignore", ".gitignore", "sub/.gitignore", "sub/b.o", "sub/local", "sub/out.o", "sub/out/3.c"];
    assert_eq!(files, expected);
    assert_eq!(
        lines(&problems),
        [
            "ignored .foundlingignore 1: rule `keep.o` in line 1",
            "ignored .gitignore 1: rule `*.log` in line 5",
            "ignored .gitignore 1: rule `*.o` in line 1",
            "ignored .gitignore 2: rule `/out/` in line 3",
            "ignored sub/.gitignore 1: rule `out.o/` in line 2",
        ]
    );
    let (all, problems) = found(&[tree.path()], WalkOptions { honour_ignore: false, threads: 1 });
    assert_eq!(all.len(), 13);
    assert_eq!(lines(&problems), ["version-control out/.git 1: version-control data: not entered"]);
}

#[test]
fn repository_data_is_left_out_by_name_and_a_git_file_is_a_file() {
    let tree = tree(&[(".git/HEAD", ""), ("sub/.git", "gitdir: x"), ("sub/.svn/e", ""), ("cvs/a", ""), ("CVS/b", "")]);
    let (files, problems) = found(&[tree.path()], PLAIN);
    assert_eq!(files, ["cvs/a", "sub/.git"]);
    let paths: Vec<&str> = problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(paths, [".git", "CVS", "sub/.svn"]);
}

#[cfg(unix)]
#[test]
fn links_are_listed_and_beyond_a_handful_counted() {
    let tree = tree(&[("a.c", "")]);
    std::os::unix::fs::symlink("..", tree.path().join("loop")).unwrap();
    let (files, problems) = found(&[tree.path()], PLAIN);
    assert_eq!(files, ["a.c"]);
    assert_eq!(lines(&problems), ["symbolic-link loop 1: not followed: leads to `..`"]);
    for no in 10..30 {
        std::os::unix::fs::symlink("/nowhere", tree.path().join(format!("l{no}"))).unwrap();
    }
    let problems = found(&[tree.path()], PLAIN).1;
    assert_eq!(problems.len(), LINKS_LISTED + 1);
    assert_eq!(problems.iter().map(|p| p.count).sum::<u64>(), 21);
    assert!(
        lines(&problems)
            .contains(&"symbolic-link l20 11: not followed: this and 10 more symbolic links, not listed".to_string())
    );
}

#[cfg(unix)]
#[test]
fn a_socket_is_not_opened_and_names_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let tree = tree(&[("a.c", "")]);
    let _socket = std::os::unix::net::UnixListener::bind(tree.path().join("s")).unwrap();
    let folder = tree.path().join(std::ffi::OsStr::from_bytes(b"f\xff"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(std::ffi::OsStr::from_bytes(b"\xe9.c")), "").unwrap();
    fs::write(folder.join(".gitignore"), "*.h").unwrap();
    fs::write(folder.join("b.h"), "").unwrap();
    let (files, problems) = found(&[tree.path()], PLAIN);
    assert_eq!(files, ["a.c", "f\\xff/.gitignore", "f\\xff/\\xe9.c"]);
    let shown: Vec<(Code, &str)> = problems.iter().map(|p| (p.code, p.path.as_str())).collect();
    assert_eq!(shown, [(Code::SpecialFile, "s"), (Code::Ignored, "f\\xff/.gitignore")]);
}

#[cfg(unix)]
#[test]
fn a_pipe_for_an_ignore_file_does_not_block() {
    let tree = tree(&[("a.c", "")]);
    let made = std::process::Command::new("mkfifo").arg(tree.path().join(".gitignore")).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let (files, problems) = found(&[tree.path()], PLAIN);
    assert_eq!(files, ["a.c"]);
    assert_eq!(problems[0].code, Code::SpecialFile);
}

#[test]
fn roots_may_be_files_nest_and_repeat() {
    let tree = tree(&[("a/b/c.c", ""), ("d.c", "")]);
    let root = tree.path();
    let (files, _) = found(&[root, &root.join("a"), &root.join("a/b/c.c"), &root.join("a/")], PLAIN);
    assert_eq!(files, ["a/b/c.c", "d.c", "b/c.c", "c.c", "b/c.c"]);
}

#[cfg(unix)]
#[test]
fn a_root_that_is_a_link_is_followed() {
    let tree = tree(&[("a/b.c", "")]);
    std::os::unix::fs::symlink("a", tree.path().join("link")).unwrap();
    assert_eq!(found(&[&tree.path().join("link")], PLAIN).0, ["b.c"]);
}

#[test]
fn a_missing_root_ends_the_run() {
    let tree = tree(&[("a.c", "")]);
    let roots = [tree.path().to_path_buf(), tree.path().join("gone")];
    let error = walk(&roots, &PLAIN, || |_| panic!("nothing is walked")).unwrap_err();
    assert!(error.to_string().contains("gone"), "{error}");
}

#[test]
fn folders_beyond_the_limit_are_told_and_not_entered() {
    let tree = tempfile::tempdir().unwrap();
    let deepest = "d/".repeat(limits::FOLDER_DEPTH + 1);
    let last = "d/".repeat(limits::FOLDER_DEPTH);
    fs::create_dir_all(tree.path().join(&deepest)).unwrap();
    fs::write(tree.path().join(&deepest).join("hidden.c"), "").unwrap();
    fs::write(tree.path().join(&last).join("seen.c"), "").unwrap();
    let (files, problems) = found(&[tree.path()], PLAIN);
    assert_eq!(files, [format!("{last}seen.c")]);
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].code, problems[0].path.as_str()), (Code::OverLimit, deepest.trim_end_matches('/')));
}

#[test]
fn paths_longer_than_the_system_opens_are_told() {
    // Built from the inside out, since no call takes the whole path.
    let tree = tempfile::tempdir().unwrap();
    let name = "n".repeat(200);
    let inner = tree.path().join("0");
    fs::create_dir_all(inner.join([name.as_str(); 15].join("/"))).unwrap();
    for no in 1..4 {
        let outer = tree.path().join(no.to_string());
        let nest = outer.join([name.as_str(); 10].join("/"));
        fs::create_dir_all(&nest).unwrap();
        fs::rename(tree.path().join((no - 1).to_string()), nest.join("in")).unwrap();
    }
    let (files, problems) = found(&[tree.path()], PLAIN);
    assert!(files.is_empty());
    assert_eq!(problems.iter().map(|p| p.code).collect::<Vec<_>>(), [Code::OverLimit]);
    for no in (0..3).rev() {
        // The clean-up of a test folder cannot reach that deep either.
        let outer = tree.path().join((no + 1).to_string());
        fs::rename(outer.join([name.as_str(); 10].join("/")).join("in"), tree.path().join(no.to_string())).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_closed_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let tree = tree(&[("closed/a.c", ""), ("b.c", "")]);
    let closed = tree.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    let open_anyway = closed.read_dir().is_ok();
    let (files, problems) = found(&[tree.path()], PLAIN);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    if !open_anyway {
        assert_eq!(files, ["b.c"]);
        assert_eq!((problems[0].code, problems[0].path.as_str()), (Code::Unreadable, "closed"));
    }
}

#[test]
fn rules_behind_the_limit_of_an_ignore_file_are_told_and_not_applied() {
    let mut rules = "# remark\n".repeat(limits::IGNORE_FILE_BYTES / 9 + 1);
    rules.push_str("*.c\n");
    let tree = tree(&[(".gitignore", rules.as_str()), ("a.c", "")]);
    let (files, problems) = found(&[tree.path()], PLAIN);
    assert_eq!(files, [".gitignore", "a.c"]);
    assert_eq!((problems[0].code, problems[0].path.as_str()), (Code::OverLimit, ".gitignore"));
}

#[test]
fn consumers_are_made_once_a_thread_however_many_roots_there_are() {
    let tree = tree(&[("a/1", ""), ("b/2", ""), ("c/3", "")]);
    let roots: Vec<PathBuf> = ["a", "b", "c", "a/1"].iter().map(|name| tree.path().join(name)).collect();
    let made = std::sync::atomic::AtomicUsize::new(0);
    let make = || {
        made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        |_: FoundFile| {}
    };
    walk(&roots, &WalkOptions { honour_ignore: true, threads: 1 }, make).unwrap();
    assert_eq!(made.into_inner(), 1);
}

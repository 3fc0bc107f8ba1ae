//! How a scan ends: its report whole or not at all, its exit status, its silence.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::program::{Ran, Tree, command, known, run, scan};
use crate::scan::archives::{gz, tar};
use crate::sources;

/// Patience with another process.
const PATIENCE: Duration = Duration::from_secs(20);

fn varied_tree() -> Tree {
    let tree = Tree::of(&[(".gitignore", "*.log\n")]);
    for number in 0..60 {
        tree.add(&format!("d{}/f{number}.c", number % 7), sources::c_file(number, 3));
        tree.add(&format!("d{}/f{number}.log", number % 7), "x");
        tree.add(&format!("d{}/f{number}.bin", number % 5), "\0\u{1}\u{2}");
    }
    tree.add("d1/a.tgz", gz(&tar(&[("b.c", sources::c_file(99, 2).as_bytes()), ("../c.c", b"int c;")])));
    tree
}

#[test]
fn the_number_of_threads_does_not_show() {
    let tree = varied_tree();
    let with =
        |threads: &str| scan(tree.path(), ["--all-files", "-j", threads, "d0", "d1", "d2", "d3", "d4", "d5", "d6"]);
    let one = with("1");
    assert!(one.stdout.len() > 10_000, "{one:?}");
    for threads in ["2", "4"] {
        assert_eq!(with(threads), one);
    }
}

#[test]
fn a_report_replaces_its_file_when_it_is_complete() {
    let tree = Tree::of(&[("tree/a.c", "int a;"), ("report.json", "before")]);
    let ran = scan(tree.path(), ["-o", "report.json", "tree"]);
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
    let written = std::fs::read_to_string(tree.path().join("report.json")).expect("the report");
    assert_eq!(written, scan(tree.path(), ["tree"]).stdout);
    assert_eq!(tree.names(), ["report.json", "tree"]);
}

#[test]
fn an_output_inside_the_tree_is_not_scanned_half_written() {
    let tree = Tree::of(&[("a.c", "int a;")]);
    let alone = scan(tree.path(), ["--all-files"]).stdout;
    assert_eq!(scan(tree.path(), ["--all-files", "-o", "report.json"]).status, Some(0));
    assert_eq!(std::fs::read_to_string(tree.path().join("report.json")).expect("the report"), alone);
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_the_scan() {
    let tree = Tree::of(&[("a.c", "int a;")]);
    for output in ["nowhere/report.json", "."] {
        let ran = scan(tree.path(), ["-o", output]);
        assert!(ran.refusal().contains(output), "{ran:?}");
    }
    assert_eq!(tree.names(), ["a.c"]);
}

#[test]
fn a_scan_against_nothing_says_what_to_do() {
    let ran = run(Path::new("."), ["scan", "--no-default-index", "tests"]);
    assert!(ran.refusal().contains("--index"), "{ran:?}");
}

#[test]
fn a_wrong_argument_is_a_usage_error() {
    for arguments in [["scan", "--formt=json"], ["scan", "-j0"], ["scna", "."], ["index", "build"]] {
        let ran = run(Path::new("."), arguments);
        assert!(ran.status == Some(2) && ran.stdout.is_empty() && !ran.stderr.is_empty(), "{ran:?}");
    }
    let version = run(Path::new("."), ["--version"]);
    assert_eq!(version.stdout, format!("foundling {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!((version.status, version.stderr.as_str()), (Some(0), ""));
}

#[test]
fn progress_stays_off_a_pipe() {
    let tree = varied_tree();
    let ran = run(tree.path(), ["scan", "--no-default-index", "--index", known().to_str().expect("text"), "."]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'), "no colour");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let tree = varied_tree();
    let mut command = command(tree.path());
    command.args(["scan", "--format", "json", "--all-files", "--no-default-index", "--index"]).arg(known());
    let mut child = command.spawn().expect("the program runs");
    drop(child.stdout.take());
    let ran: Ran = child.wait_with_output().expect("it ends").into();
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
}

/// A file that takes longer to read than anybody waits: as sparse as the file system makes it.
#[cfg(unix)]
fn add_endless(tree: &Tree) {
    std::fs::create_dir_all(tree.path().join("in")).expect("a folder");
    File::create(tree.path().join("in/endless.c")).and_then(|file| file.set_len(60 << 30)).expect("a sparse file");
}

#[cfg(unix)]
fn interrupt(mut child: Child) -> Ran {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).stdin(Stdio::null()).status();
    assert!(status.expect("kill runs").success());
    let start = Instant::now();
    while child.try_wait().expect("a status").is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().expect("it can be ended");
            panic!("it went on after Ctrl-C");
        }
        sleep(Duration::from_millis(10));
    }
    child.wait_with_output().expect("it ended").into()
}

#[cfg(unix)]
#[test]
fn an_interrupted_scan_leaves_no_report() {
    let tree = Tree::new();
    add_endless(&tree);
    tree.add("out/report.json", "before");
    let mut command = command(tree.path());
    command
        .args(["scan", "--format", "json", "-o", "out/report.json", "in", "--no-default-index", "--index"])
        .arg(known());
    let child = command.spawn().expect("the program runs");
    // Long enough for a start; if it were not, the signal would end the program just the same.
    sleep(Duration::from_millis(500));
    let ran = interrupt(child);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(130), ""), "{ran:?}");
    assert_eq!(std::fs::read_to_string(tree.path().join("out/report.json")).expect("the old report"), "before");
    assert_eq!(std::fs::read_dir(tree.path().join("out")).expect("the folder").count(), 1);
}

#[cfg(unix)]
#[test]
fn an_interrupted_build_leaves_no_index() {
    let tree = Tree::new();
    add_endless(&tree);
    tree.add("sources.jsonl", "{\"purl\": \"pkg:generic/endless@1\", \"path\": \"in\"}\n");
    let child =
        command(tree.path()).args(["index", "build", "-o", "new.fdx", "sources.jsonl"]).spawn().expect("it runs");
    let start = Instant::now();
    while tree.names().len() < 3 && start.elapsed() < PATIENCE {
        sleep(Duration::from_millis(10));
    }
    assert_eq!(tree.names().len(), 3, "an unfinished file beside the two");
    let ran = interrupt(child);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(130), ""), "{ran:?}");
    assert_eq!(tree.names(), ["in", "sources.jsonl"]);
}

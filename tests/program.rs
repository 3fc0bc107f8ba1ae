//! The real program, and trees and indexes for it to work on.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::sources;

/// What came of a run.
#[derive(Debug, PartialEq)]
pub struct Ran {
    /// Exit status; `None` where a signal ended it.
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The report, of a run that must have gone well.
    #[track_caller]
    pub fn report(&self) -> Value {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        serde_json::from_str(&self.stdout).expect("JSON")
    }

    /// The message of a run that must have failed without a report.
    #[track_caller]
    pub fn refusal(&self) -> &str {
        assert_eq!((self.status, self.stdout.as_str()), (Some(2), ""), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "one line: {}", self.stderr);
        self.stderr.strip_prefix("foundling: ").expect("the program's name before its message").trim_end()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8 on both streams");
        Ran { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// The program, its standard streams caught.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_foundling"));
    command
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("FOUNDLING_INDEX")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program in a folder.
pub fn run<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Ran {
    command(folder).args(arguments).output().expect("the program runs").into()
}

/// A scan with [`known`] as its only index, as JSON.
pub fn scan<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Ran {
    let mut command = command(folder);
    command.args(["scan", "--format", "json", "--no-default-index", "--index"]).arg(known());
    command.args(arguments).output().expect("the program runs").into()
}

/// A folder that goes when it is dropped.
pub struct Tree(tempfile::TempDir);

impl Tree {
    pub fn new() -> Tree {
        Tree(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn of<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Tree {
        let tree = Tree::new();
        files.iter().for_each(|(path, bytes)| tree.add(path, bytes));
        tree
    }

    pub fn add(&self, path: &str, bytes: impl AsRef<[u8]>) {
        write(&self.path().join(path), bytes.as_ref());
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Names of everything in the topmost folder, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("the folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, bytes).expect("a file");
}

/// A release of the made-up components: purl, and its files.
pub type Release = (&'static str, Vec<(String, String)>);

/// Three components. `pocket` is a library of six files with a history of three releases, `satchel` a single header with
/// its licence, `trunk` another library that no test copies from.
pub fn releases() -> Vec<Release> {
    let pocket = |edit: &dyn Fn(usize, String) -> String| {
        let file =
            |number: usize| (format!("src/pocket{number}.c"), edit(number, sources::c_file(10 + number as u64, 6)));
        let mut files: Vec<(String, String)> = (0..6).map(file).collect();
        files
            .push(("LICENSE".into(), "Permission is granted to anyone who carries a pocket, free of charge.\n".into()));
        files
    };
    let second = |number, text: String| match number {
        2 => text + &sources::c_function(900_001),
        _ => text,
    };
    let third = |number, text: String| match number {
        3 => second(number, text) + &sources::c_function(900_002) + &sources::c_function(900_003),
        _ => second(number, text),
    };
    let satchel = vec![("satchel.h".to_string(), sources::c_file(30, 8))];
    let trunk = (0..4).map(|number| (format!("trunk/lid{number}.c"), sources::c_file(50 + number, 5))).collect();
    vec![
        ("pkg:generic/pocket@1.0", pocket(&|_, text| text)),
        ("pkg:generic/pocket@1.1", pocket(&second)),
        ("pkg:generic/pocket@2.0", pocket(&third)),
        ("pkg:generic/satchel@0.3", satchel),
        ("pkg:npm/trunk@4.2.0", trunk),
    ]
}

/// A file of one of [`releases`].
pub fn released(purl: &str, path: &str) -> String {
    let releases = releases();
    let (_, files) = releases.iter().find(|(own, _)| *own == purl).expect("a release");
    files.iter().find(|(own, _)| own == path).expect("a file").1.clone()
}

/// Writes releases as folders with the list that names them; returns the list.
pub fn write_sources(folder: &Path, releases: &[Release]) -> PathBuf {
    let list = folder.join("sources.jsonl");
    let mut lines = Vec::new();
    for (number, (purl, files)) in releases.iter().enumerate() {
        for (path, text) in files {
            write(&folder.join(format!("r{number}")).join(path), text.as_bytes());
        }
        let date = format!("2020-01-{:02}", number + 1);
        let mut line = json!({"purl": purl, "path": format!("r{number}"), "released": date, "license": "MIT"});
        if purl.starts_with("pkg:generic/pocket@") {
            line["aliases"] = json!(["pkg:github/acme/pocket"]);
        }
        writeln!(lines, "{line}").expect("memory");
    }
    write(&list, &lines);
    list
}

/// An index of [`releases`], built once.
pub fn known() -> &'static Path {
    static KNOWN: OnceLock<PathBuf> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let tree = Tree::new();
        let list = write_sources(tree.path(), &releases());
        let index = Path::new(env!("CARGO_TARGET_TMPDIR")).join("known.fdx");
        let ran = run(
            tree.path(),
            [OsStr::new("index"), "build".as_ref(), "-q".as_ref(), "-o".as_ref(), index.as_ref(), list.as_ref()],
        );
        assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
        index
    })
}

/// Problems of a report: code, path and count, in order.
pub fn problems(report: &Value) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    let problem = |one: &Value| (text(&one["code"]), text(&one["path"]), one["count"].as_u64().expect("a count"));
    report["problems"].as_array().expect("a list").iter().map(problem).collect()
}

/// Paths of a report's files, in order.
pub fn paths(report: &Value) -> Vec<&str> {
    let files = report["files"].as_array().expect("a list");
    files.iter().map(|file| file["path"].as_str().expect("a path")).collect()
}

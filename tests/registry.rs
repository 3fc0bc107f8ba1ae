//! Index builds that fetch: from made-up clients that answer as the real ones do, and through the real pip from a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::program::{Ran, Tree, command, run};
use crate::scan::archives::{gz, tar};
use crate::sources;

/// What stands for `npm`: packages are files in `$FAKE/npm`, and every call is written to `$FAKE/calls`.
const NPM: &str = r#"#!/bin/sh
echo "npm $*" >> "$FAKE/calls"
case $1 in
view) cat "$FAKE/npm/$2.json" 2>/dev/null || { echo 'npm error code E404' >&2; exit 1; } ;;
pack) shift 5; for one; do cp "$FAKE/npm/$(echo "$one" | tr @ -).tgz" . || { echo 'npm error 404 Not Found' >&2; exit 1; }; done ;;
esac
"#;

/// What stands for `cargo`.
const CARGO: &str = r#"#!/bin/sh
echo "cargo $*" >> "$FAKE/calls"
mkdir -p "$CARGO_HOME/registry/index/x/.cache/bo/xe" "$CARGO_HOME/registry/cache/x" "$CARGO_HOME/registry/src/x"
cp "$FAKE/crates/boxed" "$CARGO_HOME/registry/index/x/.cache/bo/xe/boxed"
cp "$FAKE/crates/$(echo "$3" | tr @ -).crate" "$CARGO_HOME/registry/cache/x/" 2>/dev/null || exit 0
"#;

/// What stands for `apt-get` and `apt-cache`.
const APT_GET: &str = r#"#!/bin/sh
echo "apt-get $*" >> "$FAKE/calls"
case $1 in source) cp "$FAKE/debian/kit_1.0.orig.tar.gz" . ; echo 'E: Failed to fetch kit.dsc 404' >&2; exit 100 ;; esac
"#;
const APT_CACHE: &str =
    "#!/bin/sh\ncat \"$FAKE/debian/$2\" 2>/dev/null || { echo 'E: no such package' >&2; exit 100; }\n";

/// A folder with made-up clients and what they know.
struct Registry(Tree);

fn files(seed: u64) -> Vec<(String, String)> {
    (0..3).map(|number| (format!("src/{number}.c"), sources::c_file(seed + number, 4))).collect()
}

/// An archive of files below one folder.
fn archive(top: &str, files: &[(String, String)]) -> Vec<u8> {
    let named: Vec<(String, &[u8])> =
        files.iter().map(|(path, text)| (format!("{top}/{path}"), text.as_bytes())).collect();
    gz(&tar(&named.iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>()))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Registry {
    fn new() -> Registry {
        let tree = Tree::new();
        for (name, text) in [("npm", NPM), ("cargo", CARGO), ("apt-get", APT_GET), ("apt-cache", APT_CACHE)] {
            let path = tree.path().join("bin").join(name);
            tree.add(&format!("bin/{name}"), text);
            set_executable(&path);
        }
        for version in ["1.0.0", "1.1.0", "2.0.0"] {
            let seed = 90_000 + version.as_bytes()[0] as u64 * 10 + version.as_bytes()[2] as u64;
            tree.add(&format!("npm/kit-{version}.tgz"), archive("package", &files(seed)));
        }
        let times =
            r#"{"created": "2012-01-01T00:00:00Z", "1.0.0": "2012-01-01T00:00:00Z", "2.0.0": "2015-06-07T00:00:00Z"}"#;
        let versions = r#"["1.0.0", "1.1.0", "2.0.0-rc.1", "2.0.0", "3.0.0"]"#;
        tree.add("npm/kit.json", format!("{{\"versions\": {versions}, \"time\": {times}}}"));
        Registry(tree)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs `foundling index build -o new.fdx`, its downloads in a folder of the test's.
    fn build(&self, arguments: &[&str]) -> Ran {
        self.run(&["index", "build", "-o", "new.fdx"], arguments)
    }

    /// Runs the program with its downloads in a folder of the test's.
    fn run(&self, own: &[&str], arguments: &[&str]) -> Ran {
        let path = format!("{}:/usr/bin:/bin", self.path().join("bin").display());
        let mut program = command(self.path());
        program
            .args(own)
            .args(["--cache", "cache"])
            .args(arguments)
            .env("PATH", path)
            .env("FAKE", self.path())
            .env("CARGO_HOME", self.path().join("no"));
        program.output().expect("the program runs").into()
    }

    fn calls(&self) -> Vec<String> {
        fs::read_to_string(self.path().join("calls")).unwrap_or_default().lines().map(str::to_string).collect()
    }

    /// Purls of the list that a build wrote.
    fn listed(&self, list: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path().join(list)).expect("the list");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn purls(&self, list: &str) -> Vec<String> {
        self.listed(list).iter().map(|line| line["purl"].as_str().expect("a purl").to_string()).collect()
    }
}

fn set_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
}

#[test]
fn a_package_is_all_its_final_releases_and_what_cannot_be_had_is_named() {
    let registry = Registry::new();
    let ran = registry.build(&["pkg:npm/kit", "pkg:npm/gone", "--list", "new.jsonl"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(registry.purls("new.jsonl"), ["pkg:npm/kit@1.0.0", "pkg:npm/kit@1.1.0", "pkg:npm/kit@2.0.0"]);
    assert_eq!(registry.listed("new.jsonl")[2]["released"], "2015-06-07");
    assert!(ran.stderr.contains("left out: pkg:npm/kit@3.0.0 (command line): npm:kit@3.0.0:"), "{}", ran.stderr);
    assert!(ran.stderr.contains("left out: pkg:npm/gone") && ran.stderr.contains("lists no such"), "{}", ran.stderr);
    assert!(ran.stderr.contains("2 releases or packages were left out"), "{}", ran.stderr);
}

#[test]
fn an_index_grows_by_what_a_package_has_more_and_what_cannot_be_had_is_named() {
    let registry = Registry::new();
    assert_eq!(registry.build(&["pkg:npm/kit@1.0.0"]).status, Some(0));
    let add = ["index", "add", "new.fdx", "-o", "more.fdx", "pkg:npm/kit"];
    let refused = registry.run(&add, &["--strict", "--list", "more.jsonl"]);
    assert!(refused.status == Some(2) && refused.stderr.contains("pkg:npm/kit@3.0.0"), "{refused:?}");
    assert!(!registry.path().join("more.fdx").exists() && !registry.path().join("more.jsonl").exists());
    let ran = registry.run(&add, &["--list", "more.jsonl"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(registry.purls("more.jsonl"), ["pkg:npm/kit@1.1.0", "pkg:npm/kit@2.0.0"]);
    for line in ["already indexed: pkg:npm/kit@1.0.0 (command line)", "left out: pkg:npm/kit@3.0.0", "2 parts"] {
        assert!(ran.stderr.contains(line), "{line}: {}", ran.stderr);
    }
    let calls = registry.calls().len();
    let ran = registry.run(&["index", "add", "none.fdx", "-o", "x.fdx", "pkg:npm/kit", "--refresh"], &[]);
    assert!(ran.status == Some(2) && ran.stderr.contains("none.fdx"), "{ran:?}");
    assert_eq!(registry.calls().len(), calls, "nothing is fetched for an index that is not there");
}

#[test]
fn nothing_is_asked_for_twice_and_a_list_gives_the_same_bytes() {
    let registry = Registry::new();
    let bytes = || fs::read(registry.path().join("new.fdx")).expect("the index");
    assert_eq!(registry.build(&["pkg:npm/kit", "--list", "new.jsonl"]).status, Some(0));
    let (calls, first) = (registry.calls(), bytes());
    assert!(
        calls.iter().any(|call| call.contains("view kit"))
            && calls.iter().any(|call| call.contains("--ignore-scripts"))
    );
    assert_eq!(registry.build(&["pkg:npm/kit"]).status, Some(0));
    assert!(first == bytes());
    let again = registry.build(&["new.jsonl"]);
    assert_eq!(again.status, Some(0), "{again:?}");
    assert!(first == bytes(), "built from its own list");
    assert_eq!(registry.calls(), calls, "everything was in the cache, the refusal of 3.0.0 included");
    fs::remove_dir_all(registry.path().join("cache")).expect("the cache");
    assert_eq!(registry.build(&["new.jsonl"]).status, Some(0));
    assert!(first == bytes(), "fetched anew by the list");
}

#[test]
fn releases_are_chosen_by_number_range_and_version() {
    let registry = Registry::new();
    let chosen = |arguments: &[&str]| {
        let all: Vec<&str> = arguments.iter().copied().chain(["--list", "l.jsonl"]).collect();
        let ran = registry.build(&all);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        registry.purls("l.jsonl").join(" ").replace("pkg:npm/kit@", "")
    };
    assert_eq!(chosen(&["pkg:npm/kit@>=1.1,<3"]), "1.1.0 2.0.0");
    assert_eq!(chosen(&["pkg:npm/kit@1.0.0"]), "1.0.0");
    assert_eq!(chosen(&["pkg:npm/kit@<3", "--releases", "2"]), "1.1.0 2.0.0", "the newest of each major version");
    fs::write(registry.path().join("package-lock.json"), r#"{"packages": {"node_modules/kit": {"version": "1.1.0"}}}"#)
        .unwrap();
    assert_eq!(chosen(&["package-lock.json"]), "1.1.0");
    fs::write(
        registry.path().join("bom.json"),
        r#"{"bomFormat": "CycloneDX", "components": [{"purl": "pkg:npm/kit@2.0.0"}]}"#,
    )
    .unwrap();
    assert_eq!(chosen(&["bom.json", "pkg:npm/kit@1.0.0"]), "1.0.0 2.0.0");
}

#[test]
fn strict_builds_stop_and_leave_nothing() {
    let registry = Registry::new();
    let refusal = registry.build(&["pkg:npm/kit", "--strict"]);
    assert!(refusal.refusal().contains("pkg:npm/kit@3.0.0"), "{refusal:?}");
    assert!(!registry.path().join("new.fdx").exists());
    let nothing = registry.build(&["pkg:npm/gone"]);
    assert_eq!((nothing.status, nothing.stdout.as_str()), (Some(2), ""));
    assert!(
        nothing.stderr.contains("no release could be read") && nothing.stderr.contains("pkg:npm/gone"),
        "{nothing:?}"
    );
}

#[test]
fn another_checksum_than_the_registry_states_is_refused() {
    let registry = Registry::new();
    let good = archive("boxed-1.0.0", &files(91_000));
    let entry = |version: &str, sum: &str| format!("{{\"vers\":\"{version}\",\"cksum\":\"{sum}\",\"yanked\":false}}\0");
    registry.0.add("crates/boxed-1.0.0.crate", &good);
    registry.0.add("crates/boxed-1.0.1.crate", &good);
    registry.0.add("crates/boxed", entry("1.0.0", &sha256(&good)) + &entry("1.0.1", &sha256(b"other")));
    let ran = registry.build(&["pkg:cargo/boxed", "--list", "l.jsonl"]);
    assert_eq!((ran.status, registry.purls("l.jsonl")), (Some(0), vec!["pkg:cargo/boxed@1.0.0".to_string()]));
    assert!(ran.stderr.contains("crates:boxed@1.0.1: its checksum is"), "{}", ran.stderr);
    let list = format!(
        "{{\"purl\": \"pkg:cargo/boxed@1.0.0\", \"origin\": \"crates:boxed@1.0.0\", \"sha256\": \"{}\"}}\n",
        "0".repeat(64)
    );
    registry.0.add("bad.jsonl", list);
    let refused = registry.build(&["bad.jsonl"]);
    assert!(refused.stderr.contains("its checksum is") && refused.status == Some(2), "{refused:?}");
}

#[test]
fn an_original_archive_counts_though_the_client_failed_over_another_part() {
    let registry = Registry::new();
    let orig = archive("kit-1.0", &files(92_000));
    registry.0.add("debian/kit_1.0.orig.tar.gz", &orig);
    let stanza = format!(
        "Package: kit\nVersion: 1:1.0+dfsg-2\nChecksums-Sha256:\n {} {} kit_1.0.orig.tar.gz\n",
        sha256(&orig),
        orig.len()
    );
    registry.0.add("debian/kit", stanza);
    let ran = registry.build(&["pkg:deb/debian/kit", "pkg:deb/debian/none", "--list", "l.jsonl"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(registry.purls("l.jsonl"), ["pkg:deb/debian/kit@1.0"]);
    assert!(ran.stderr.contains("debian:none: the registry lists no such"), "{}", ran.stderr);
}

#[test]
fn a_catalogue_names_components_by_what_carries_them() {
    let registry = Registry::new();
    let header = |version: &str| {
        (
            "deps/kernel/kernel.h".to_string(),
            format!("#define KERNEL_VERSION \"{version}\"\n{}", sources::c_file(93_000, 3)),
        )
    };
    for (package, kernel) in [("1.0.0", "0.5"), ("1.1.0", "0.5"), ("2.0.0", "0.7")] {
        let mut all = files(94_000);
        all.push(header(kernel));
        registry.0.add(&format!("npm/kit-{package}.tgz"), archive("package", &all));
    }
    registry.0.add(
        "catalog.toml",
        "[[component]]\nname = \"kernel\"\npurl = \"pkg:generic/kernel\"\nlicense = \"Zlib\"\naliases = [\"pkg:github/x/kernel\"]\n\
         keep = \"hashes\"\norigins = [{ registry = \"npm\", package = \"kit\", subpath = \"{none,deps/k*}\", version_from = \"macro:kernel.h:KERNEL_VERSION\" }]\n\
         [[component]]\nname = \"kit\"\npurl = \"pkg:generic/kit\"\nreleases = 1\norigins = [{ registry = \"npm\", package = \"kit\", version_from = \"package\" }]\n",
    );
    let ran = registry.build(&["catalog.toml", "--list", "l.jsonl"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(registry.purls("l.jsonl"), ["pkg:generic/kernel@0.5", "pkg:generic/kernel@0.7"]);
    let lines = registry.listed("l.jsonl");
    assert_eq!(
        (&lines[0]["origin"], &lines[0]["subpath"]),
        (&"npm:kit@1.1.0".into(), &"package/deps/kernel".into()),
        "the newest package that has it"
    );
    assert_eq!(
        (&lines[0]["license"], &lines[0]["keep"], &lines[0]["aliases"][0]),
        (&"Zlib".into(), &"hashes".into(), &"pkg:github/x/kernel".into())
    );
    assert!(
        ran.stderr.contains("pkg:generic/kit@3.0.0"),
        "one release was asked for and cannot be had: {}",
        ran.stderr
    );
}

#[test]
fn a_client_that_is_not_there_is_named_and_hostile_names_reach_none() {
    let registry = Registry::new();
    for name in ["npm", "cargo", "apt-get", "apt-cache"] {
        fs::remove_file(registry.path().join("bin").join(name)).expect("a client");
    }
    let mut program = command(registry.path());
    program
        .args(["index", "build", "-o", "new.fdx", "--cache", "cache", "pkg:npm/kit"])
        .env("PATH", registry.path().join("bin"));
    let ran: Ran = program.output().expect("the program runs").into();
    assert!(ran.status == Some(2) && ran.stderr.contains("`npm` is not installed"), "{ran:?}");

    let registry = Registry::new();
    let list = |origin: &str| format!("{{\"purl\": \"pkg:npm/kit@1.0.0\", \"origin\": \"{origin}\"}}\n");
    registry.0.add(
        "bad.jsonl",
        list("npm:--registry=x@1.0.0") + &list("npm:../../etc@1") + &list("npm:kit@-g") + &list("npm:kit@file:x"),
    );
    let ran = registry.build(&["bad.jsonl"]);
    assert_eq!(ran.status, Some(2), "{ran:?}");
    assert!(registry.calls().iter().all(|call| !call.contains("--registry")
        && !call.contains("etc")
        && !call.contains("-g ")
        && !call.contains("file:")));
}

#[test]
fn every_tag_of_a_git_repository_is_a_release() {
    let tree = Tree::new();
    let git = |arguments: &[&str], date: &str| {
        let mut git = Command::new("git");
        git.arg("-C").arg(tree.path().join("lib")).args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b.example",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "tag.gpgsign=false",
        ]);
        git.args(arguments).env("GIT_COMMITTER_DATE", date).env("GIT_AUTHOR_DATE", date);
        assert!(git.output().expect("git runs").status.success(), "{arguments:?}");
    };
    tree.add("lib/.keep", "");
    git(&["init", "-q"], "");
    // What a repository's own settings would run must not run.
    let mark = tree.path().join("mark");
    let touch = format!("touch {}", mark.display());
    for (key, value) in [
        ("core.fsmonitor", touch.as_str()),
        ("filter.evil.smudge", &touch),
        ("core.pager", &touch),
        ("core.sshCommand", &touch),
    ] {
        git(&["config", key, value], "");
    }
    tree.add("lib/.gitattributes", "*.c filter=evil\n");
    for (tag, date, seed) in [
        ("v1.0", "2001-02-03T04:05:06Z", 95_000),
        ("lib-1_1", "2002-03-04T05:06:07Z", 95_100),
        ("v2.0-rc1", "2003-01-01T00:00:00Z", 95_200),
    ] {
        tree.add("lib/a.c", sources::c_file(seed, 5));
        git(&["-c", "core.fsmonitor=false", "add", "--", "a.c"], date);
        git(&["-c", "core.fsmonitor=false", "commit", "-q", "-m", tag], date);
        git(&["tag", tag], date);
    }
    let _ = fs::remove_file(&mark);
    let ran = run(tree.path(), ["index", "build", "-o", "new.fdx", "lib", "--list", "l.jsonl", "--cache", "cache"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let list = fs::read_to_string(tree.path().join("l.jsonl")).expect("the list");
    let lines: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2, "{list}");
    assert_eq!((&lines[0]["purl"], &lines[0]["released"]), (&"pkg:generic/lib@1.0".into(), &"2001-02-03".into()));
    assert_eq!(lines[1]["purl"], "pkg:generic/lib@1.1");
    assert!(!mark.exists(), "nothing of the repository's was run");
}

#[test]
fn a_folder_or_archive_needs_a_name() {
    let tree = Tree::new();
    tree.add("code/a.c", sources::c_file(96_000, 5));
    tree.add("kit-1.2.tar.gz", archive("kit-1.2", &files(96_100)));
    let build = |arguments: &[&str]| {
        run(tree.path(), ["index", "build", "-o", "n.fdx", "--cache", "c", "--list", "l.jsonl"].iter().chain(arguments))
    };
    assert!(build(&["code"]).refusal().contains("--purl"));
    assert!(build(&["code", "--purl", "pkg:generic/code"]).refusal().contains("no version"));
    assert_eq!(build(&["code", "--purl", "pkg:generic/code@3"]).status, Some(0));
    assert_eq!(build(&["kit-1.2.tar.gz"]).status, Some(0));
    let list = fs::read_to_string(tree.path().join("l.jsonl")).expect("the list");
    assert!(list.contains("pkg:generic/kit@1.2"), "{list}");
    assert!(build(&["missing"]).refusal().contains("missing"));
    tree.add("notes.md", "x");
    assert!(build(&["notes.md"]).refusal().contains("no kind of list"));
}

/// pip's own `download` would run the setup code of a source archive. Through the real pip, from a folder of archives.
#[test]
fn the_setup_code_of_a_source_archive_is_never_run() {
    let tree = Tree::new();
    let mark = tree.path().join("mark");
    let setup = format!(
        "open({:?}, 'w').close()\nfrom setuptools import setup\nsetup(name='marker', version='1.0')\n",
        mark.display().to_string()
    );
    let mut all = files(97_000);
    all.push(("setup.py".into(), setup));
    all.push(("PKG-INFO".into(), "Metadata-Version: 1.0\nName: marker\nVersion: 1.0\nLicense: MIT\n".into()));
    tree.add("links/marker-1.0.tar.gz", archive("marker-1.0", &all));
    let links: PathBuf = tree.path().join("links");
    let mut program = command(tree.path());
    program.args(["index", "build", "-o", "new.fdx", "--cache", "cache", "--list", "l.jsonl", "pkg:pypi/marker"]);
    let ran: Ran =
        program.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", &links).output().expect("the program runs").into();
    assert_eq!(ran.status, Some(0), "pip for python3 is needed: {ran:?}");
    let list = fs::read_to_string(tree.path().join("l.jsonl")).expect("the list");
    assert!(list.contains("pkg:pypi/marker@1.0") && list.contains("\"license\":\"MIT\""), "{list}");
    assert!(!mark.exists(), "setup.py was run");
}

//! What package managers of whole systems and environments installed: Debian's `var/lib/dpkg` and the `conda-meta` of conda.
//!
//! Both name every file, from the root of the system or the environment, which is the folder that holds their records.

use super::{Found, Reader, Source, below, is_within, json};
use crate::model::declaration::{Checksum, ManifestKind, RecordedFile, Site};
use crate::model::place::{base_name, folder};

const STATUS: &str = "var/lib/dpkg/status";
const LISTS: &str = "var/lib/dpkg/info/";
/// Folders of a system that are, in newer ones, those of that name in `usr`; packages name them as of old.
const MERGED: &[&str] = &["bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/"];

pub(super) const READERS: &[Reader] = &[
    Reader {
        is: |path| system(path, STATUS).is_some_and(|(_, rest)| rest.is_empty()),
        kind: ManifestKind::InstallRecord,
        ecosystem: "deb",
        read: status,
    },
    Reader { is: |path| listed(path).is_some(), kind: ManifestKind::InstallRecord, ecosystem: "deb", read: list },
    Reader { is: is_conda, kind: ManifestKind::InstallRecord, ecosystem: "conda", read: conda },
];

/// The root of the system that a path of its own is of, and what stands behind `known` in it.
fn system<'p>(path: &'p str, known: &str) -> Option<(&'p str, &'p str)> {
    let at = path.rfind(known)?;
    let home = path.get(..at).filter(|home| home.is_empty() || home.ends_with('/'))?;
    Some((home.trim_end_matches('/'), path.get(at + known.len()..)?))
}

/// The root of the system and the name of the package of a list of files: `NAME.list`, `NAME:ARCHITECTURE.list`.
fn listed(path: &str) -> Option<(&str, &str)> {
    let (home, file) = system(path, LISTS)?;
    let name = file.strip_suffix(".list").filter(|name| !name.contains('/'))?;
    Some((home, name.split(':').next().unwrap_or(name)))
}

/// The file that says which packages of the system are installed whose one's files are listed at a path.
pub(super) fn status_of(list: &str) -> Option<String> {
    let (home, _) = listed(list)?;
    Some(if home.is_empty() { STATUS.to_string() } else { format!("{home}/{STATUS}") })
}

/// Paragraphs of `Field: value`; only what is installed counts.
fn status(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let (mut at, mut name, mut version, mut installed) = (0, "", None, false);
    // An empty line ends a paragraph, and the text the last.
    for (line, number) in source.text.lines().chain([""]).zip(1..) {
        match line.split_once(": ") {
            _ if line.is_empty() => {
                if installed && !name.is_empty() {
                    found.declare(at, ("deb", &format!("debian/{name}")), version, Site::Elsewhere);
                }
                (at, name, version, installed) = (0, "", None, false);
            }
            Some(("Package", value)) => (at, name) = (number, value.trim()),
            Some(("Version", value)) => version = Some(value.trim()),
            Some(("Status", value)) => installed = value.split_whitespace().next_back() == Some("installed"),
            _ => {}
        }
    }
    found
}

/// A path a line, each folder before what it holds. Which version it is stands elsewhere: see [`super::confirm`].
fn list(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let Some((home, name)) = listed(source.path) else { return found };
    let mut lines = source.text.lines().peekable();
    let mut files = Vec::new();
    while let Some(line) = lines.next() {
        let holds_next = |next: &&str| next.strip_prefix(line).is_some_and(|rest| rest.starts_with('/'));
        let Some(path) = line.strip_prefix('/').filter(|path| !path.is_empty()) else { continue };
        if lines.peek().is_some_and(holds_next) {
            continue;
        }
        let merged = MERGED.iter().any(|folder| path.starts_with(folder)).then(|| format!("usr/{path}"));
        for path in std::iter::once(path).chain(merged.as_deref()).filter_map(|path| below(home, path)) {
            if is_within(home, &path) {
                files.push(RecordedFile { path, checksum: Checksum::None });
            }
        }
    }
    found.declare(0, ("deb", &format!("debian/{name}")), None, Site::Files(files));
    found
}

fn is_conda(path: &str) -> bool {
    path.ends_with(".json") && base_name(folder(path)) == "conda-meta"
}

/// `conda-meta/NAME-VERSION-BUILD.json` names the files of a package from the folder around.
fn conda(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let text = |key: &str| value.get(key).and_then(|value| value.as_str());
    let (Some(name), Some(files)) = (text("name"), value.get("files").and_then(|files| files.as_array())) else {
        return Found::broken(0, "it has no `name` or no `files`: not used");
    };
    let mut found = Found::default();
    let home = folder(folder(source.path));
    let mut recorded = Vec::new();
    for file in files.iter().filter_map(|file| file.as_str()) {
        match below(home, file).filter(|path| is_within(home, path)) {
            Some(path) => recorded.push(RecordedFile { path, checksum: Checksum::None }),
            None => found.complain(0, "a file that lies outside of the environment: not used"),
        }
    }
    found.declare(0, ("conda", name), text("version"), Site::Files(recorded));
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::is_manifest;
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn dpkg_says_what_is_installed_and_where() {
        let status = "Package: a\nStatus: install ok installed\nVersion: 1.0-2\nDescription: x\n .\n Package: y\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
        assert_eq!(declared("image/var/lib/dpkg/status", status), ["1 pkg:deb/debian/a@1.0-2"]);
        let list = "/.\n/usr\n/usr/lib\n/usr/lib/a.py\n/usr/lib/b\n/usr/lib/b/c.py\n/lib/d.so\n/../../e\n";
        let expected =
            "0 pkg:deb/debian/a image/usr/lib/a.py image/usr/lib/b/c.py image/lib/d.so image/usr/lib/d.so".to_string();
        assert_eq!(declared("image/var/lib/dpkg/info/a:amd64.list", list), [expected]);
        assert_eq!(declared("var/lib/dpkg/info/a.list", "/x\n"), ["0 pkg:deb/debian/a x"]);
        for other in ["myvar/lib/dpkg/status", "var/lib/dpkg/status-old", "var/lib/dpkg/info/a/b.list", "a.list"] {
            assert!(!is_manifest(other), "{other}");
        }
    }

    #[test]
    fn conda_names_the_files_of_an_environment() {
        let text = r#"{"name": "six", "version": "1.17.0", "files": ["lib/six.py", "../up.py", 3]}"#;
        let path = "env/conda-meta/six-1.17.0-py_0.json";
        assert_eq!(declared(path, text), ["0 pkg:conda/six@1.17.0 env/lib/six.py"]);
        assert_eq!(complaints(path, text).len(), 1);
        assert!(declared(path, "{}").is_empty() && declared("env/six.json", text).is_empty());
    }
}

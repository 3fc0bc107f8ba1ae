//! Paths as ScanCode has them: all below one folder, each once, with every folder an entry of its own.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use crate::model::finding::Report;
use crate::model::place::{base_name, folder};

/// The topmost folder where the scan's root has no name of its own.
const TOP: &str = "codebase";

/// What lies below a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Below {
    pub files: u64,
    pub folders: u64,
    pub bytes: u64,
}

/// The paths of a report's files, and the folders above them.
pub(super) struct Paths {
    /// One for each file of the report, in its order.
    pub files: Vec<String>,
    /// Folders by path.
    pub folders: BTreeMap<String, Below>,
}

impl Paths {
    /// Of a report.
    pub fn of(report: &Report) -> Paths {
        let top = top(report);
        let mut folders = BTreeMap::from([(top.clone(), Below::default())]);
        let full: Vec<String> = report
            .files
            .iter()
            .map(|file| format!("{top}/{}", clean(&report.shown_path(file.scan_root, &file.path))))
            .collect();
        for (path, file) in full.iter().zip(&report.files) {
            add(&mut folders, path, file.bytes);
        }
        let mut given = HashSet::with_capacity(full.len());
        let files = full.into_iter().map(|path| once(path, &folders, &mut given)).collect();
        Paths { files, folders }
    }
}

/// The name of the topmost folder.
fn top(report: &Report) -> String {
    let name = match report.roots.as_slice() {
        [one] if report.file_roots.is_empty() => base_name(one.trim_end_matches('/')),
        _ => "",
    };
    match name {
        "" | "." | ".." => TOP.to_string(),
        name => name.to_string(),
    }
}

/// A path without a beginning at the machine's root and without steps.
fn clean(path: &str) -> Cow<'_, str> {
    let parts = || path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    if parts().map(|part| part.len() + 1).sum::<usize>() == path.len() + 1 {
        return Cow::Borrowed(path);
    }
    Cow::Owned(parts().collect::<Vec<_>>().join("/"))
}

/// Counts a file in every folder above it, and each new folder in those above that.
fn add(folders: &mut BTreeMap<String, Below>, path: &str, bytes: u64) {
    let mut new = 0;
    let mut above = folder(path);
    while !above.is_empty() {
        let known = folders.contains_key(above);
        let below = folders.entry(above.to_string()).or_default();
        below.files += 1;
        below.bytes = below.bytes.saturating_add(bytes);
        below.folders += new;
        new += u64::from(!known);
        above = folder(above);
    }
}

/// A path that nothing else has: archives may hold a name twice, or as file and folder, and roots may overlap.
fn once(path: String, folders: &BTreeMap<String, Below>, given: &mut HashSet<String>) -> String {
    let mut now = path.clone();
    let mut number = 2u64;
    while folders.contains_key(&now) || !given.insert(now.clone()) {
        now = format!("{path} ({number})");
        number += 1;
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn of(roots: &[&str], files: &[&str]) -> Paths {
        let files = files.iter().map(|path| sample::file(path, Vec::new())).collect();
        let roots = roots.iter().map(|one| one.to_string()).collect();
        Paths::of(&Report { roots, files, ..Report::default() })
    }

    #[test]
    fn every_folder_counts_what_is_below() {
        let paths = of(&["/home/me/tree/"], &["a/b/x.c", "a/y.c", "z.c"]);
        assert_eq!(paths.files, ["tree/a/b/x.c", "tree/a/y.c", "tree/z.c"]);
        let counts: Vec<_> = paths.folders.iter().map(|(path, one)| (path.as_str(), one.files, one.folders)).collect();
        assert_eq!(counts, [("tree", 3, 2), ("tree/a", 2, 1), ("tree/a/b", 1, 0)]);
        assert_eq!(paths.folders["tree/a"].bytes, 2 * 12_345);
    }

    #[test]
    fn a_path_is_given_once_and_leaves_no_folder() {
        let paths = of(&["."], &["a.zip!/x", "a.zip!/x", "a.zip!/x/y", "../b"]);
        let expected = ["codebase/a.zip!/x (2)", "codebase/a.zip!/x (3)", "codebase/a.zip!/x/y", "codebase/b"];
        assert_eq!(paths.files, expected);
        assert_eq!(of(&["one", "/two"], &["x"]).files, ["codebase/one/x"]);
    }
}

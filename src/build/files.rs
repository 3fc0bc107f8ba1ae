//! The files of one release, from a folder or an archive.

use std::sync::Mutex;

use crate::build::inside::Patterns;
use crate::build::lock;
use crate::build::sources::Source;
use crate::error::{Code, Problem};
use crate::input::archive::Member;
use crate::input::{archive, read, walk};
use crate::model::limits;

/// Archives of releases are the user's own choice: larger members are read than those found inside a scanned tree.
fn archive_limits() -> archive::ArchiveLimits {
    archive::ArchiveLimits { depth: 1, member_bytes: limits::FILE_BYTES * 4, ..archive::ArchiveLimits::default() }
}

/// Calls `visit` for each file of a release by its path below the source's subpath; what could not be read comes back.
/// [`common_folder`] says what of a path is no part of the release.
pub fn each(source: &Source, visit: &mut dyn FnMut(Member<'_>)) -> Vec<String> {
    let only = (!source.only.is_empty()).then(|| Patterns::anywhere(&source.only).ok()).flatten();
    let mut chosen = |member: Member<'_>| {
        if only.as_ref().is_none_or(|only| only.holds(member.path)) {
            visit(member);
        }
    };
    match std::fs::metadata(&source.path) {
        Err(error) => vec![format!("cannot read `{}`: {error}", source.path.display())],
        Ok(meta) if meta.is_dir() => in_folder(source, &mut chosen),
        Ok(_) => in_archive(source, &mut chosen),
    }
}

fn in_folder(source: &Source, visit: &mut dyn FnMut(Member<'_>)) -> Vec<String> {
    let mut problems = Vec::new();
    let found = Mutex::new(Vec::new());
    let options = walk::WalkOptions { honour_ignore: false, threads: 1 };
    let walked = walk::walk(&[source.path.join(&source.subpath)], &options, || |file| lock(&found).push(file));
    match walked {
        Ok(summary) => problems.extend(summary.problems.iter().map(|(_, problem)| shown(problem))),
        Err(error) => problems.push(error.to_string()),
    }
    let mut found = std::mem::take(&mut *lock(&found));
    found.sort_by(|one: &walk::FoundFile, other| one.path.cmp(&other.path));
    let mut buffer = Vec::new();
    for file in found {
        match read::read(&file.full, &file.path, &mut buffer) {
            Ok(done) => {
                let whole = done.body == read::Body::Whole;
                let bytes = if whole { buffer.as_slice() } else { &[] };
                let path = file.path.as_str();
                visit(Member { path, bytes, size: done.bytes, blake3: done.blake3, whole, modified: None });
            }
            Err(problem) => problems.push(shown(&problem)),
        }
    }
    problems
}

fn in_archive(source: &Source, visit: &mut dyn FnMut(Member<'_>)) -> Vec<String> {
    let name = source.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut visit_below = |member: Member<'_>| {
        if let Some(path) = below(&source.subpath, member.path) {
            visit(Member { path, ..member });
        }
    };
    let problems = archive::open(&source.path, &name, &archive_limits(), &mut visit_below);
    problems.iter().filter(|problem| problem.code != Code::SymbolicLink).map(shown).collect()
}

fn shown(problem: &Problem) -> String {
    format!("{}: {}", problem.path, problem.detail)
}

/// A member's path below a folder of its archive.
fn below<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// The one folder that holds everything in most archives (`package/`, `zlib-1.3/`), with the slash behind it: no part of the
/// release. Empty where there is none. A folder named as a source or in it is taken as it is.
pub fn common_folder<'p>(source: &Source, mut paths: impl Iterator<Item = &'p str>) -> String {
    let top = |path: &'p str| path.split_once('/').map(|(top, _)| top);
    let Some(first) = paths.next().and_then(top) else { return String::new() };
    let all = paths.all(|path| top(path) == Some(first));
    if all && source.subpath.is_empty() && !source.path.is_dir() { format!("{first}/") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::build::sources;

    #[test]
    fn only_the_folder_that_holds_everything_goes() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.tar"), "").unwrap();
        let common = |path: &str, more: &str, paths: &[&str]| {
            let line = format!("{{\"purl\": \"pkg:generic/a@1\", \"path\": \"{path}\"{more}}}");
            let items = sources::parse_list(&folder.path().join("l.jsonl"), &line).unwrap();
            let sources::Item::Here(source) = &items[0] else { panic!("a path was given") };
            common_folder(source, paths.iter().copied())
        };
        assert_eq!(common("a.tar", "", &["package/a.js", "package/lib/b.js"]), "package/");
        assert_eq!(common("a.tar", "", &["six.py", "six-1.dist-info/RECORD"]), "");
        assert_eq!(common("a.tar", "", &["a/x", "b/x"]), "");
        assert_eq!(common("a.tar", ", \"subpath\": \"z\"", &["a/b.c", "a/c.c"]), "");
        assert_eq!(common(".", "", &["a/b.c", "a/c.c"]), "");
        assert_eq!(common("a.tar", "", &[]), "");
        assert!(Path::new(&folder.path()).is_dir());
    }
}

//! `foundling diff`: what was changed in a copy of a release, as a patch that makes the release the copy.
//!
//! Paths are those of the release on both sides, so that the patch applies in an unpacked release (`patch -p1`), whatever
//! folders the copy left out or moved. What the copy lacks is taken for deleted only where it has other files of that kind from
//! the same folder: nobody wants the removal of documents and tests that were never copied in a patch for upstream.

mod pairs;
mod unified;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::build::sources::Source;
use crate::input::{read, walk};
use crate::model::evidence::MatchKind;
use crate::model::finding::{Finding, FindingKind, Report};
use crate::model::place::{base_name, folder, os_path, path_text, raw_path};
use crate::model::purl::base_of;
use crate::report::layout::{counted, safe};
use crate::upstream::{self, UpstreamFile};
use pairs::{Known, Pairs};
use unified::{Sides, is_text};

/// What to compare with what.
#[derive(Clone, Copy)]
pub struct Comparison<'c> {
    /// The report that has the finding.
    pub report: &'c Report,
    /// The copy.
    pub finding: &'c Finding,
    /// The folder that was scanned.
    pub scan_root: &'c Path,
    /// The release, at hand.
    pub source: &'c Source,
    /// Whether everything that the copy lacks counts as deleted.
    pub everything: bool,
}

/// How the copy differs, file by file; paths are those of the release.
#[derive(Debug, Default)]
pub struct Patch {
    /// Changed files and where they are in the copy.
    changed: BTreeMap<String, PathBuf>,
    /// Files that have another name in the copy, which they would have in the release.
    renamed: BTreeMap<String, String>,
    /// Files that only the copy has.
    added: BTreeMap<String, PathBuf>,
    /// Files that the copy lacks.
    deleted: BTreeSet<String>,
    /// Files that are the release's.
    same: usize,
    /// Files that the copy lacks and that are not taken for deleted.
    not_copied: usize,
    /// Files of the copy that are left out: second copies of a file, and other findings inside.
    aside: Vec<String>,
    /// Files of the copy that cannot be read, and why.
    unread: Vec<String>,
}

/// Compares a copy with a release.
///
/// # Errors
/// Why it cannot be done.
pub fn compare(of: &Comparison<'_>) -> Result<Patch, String> {
    let Comparison { finding, source, .. } = *of;
    if finding.kind == FindingKind::Snippet && !of.report.is_changed_file(finding) {
        return Err("it is made of pieces of files; `foundling explain` shows where they are from".to_string());
    }
    if finding.root.contains("!/") {
        return Err("it is inside an archive; unpack that and scan the folder".to_string());
    }
    let release = upstream::listing(source)?;
    let is_upstream = |path: &str| release.contains_key(path);
    let known = known(of);
    let home = home(of);
    let (local, problems) = local(of, &home, &known)?;
    let paths: Vec<String> = local.keys().cloned().collect();
    let Pairs { pairs: paired, second, renamed } = pairs::pair(&paths, &known, &is_upstream);
    let others = others(of);
    let mut patch = Patch { aside: second, unread: problems, ..Patch::default() };
    let mut buffer = Vec::new();
    for (path, own) in &paired {
        let Some(full) = local.get(own) else { continue };
        let expected = release.get(path);
        if expected.is_none() && others.iter().any(|other| is_below(own, other)) {
            patch.aside.push(own.clone());
            continue;
        }
        match (read::read(full, own, &mut buffer), expected) {
            (Err(problem), _) => patch.unread.push(format!("{own}: {}", problem.detail)),
            (Ok(_), Some(_)) if renamed.get(path).is_some_and(|to| !release.contains_key(to)) => {
                patch.changed.insert(path.clone(), full.clone());
                patch.renamed.extend(renamed.get_key_value(path).map(|(from, to)| (from.clone(), to.clone())));
            }
            (Ok(read), Some(UpstreamFile { blake3, .. })) if read.blake3 == *blake3 => patch.same += 1,
            (Ok(_), Some(_)) => drop(patch.changed.insert(path.clone(), full.clone())),
            (Ok(_), None) => drop(patch.added.insert(path.clone(), full.clone())),
        }
    }
    let kinds: BTreeSet<_> = paired.keys().filter(|path| is_upstream(path)).filter_map(|path| kind(path)).collect();
    for path in release.keys().filter(|path| !paired.contains_key(*path)) {
        let whole = finding.kind == FindingKind::Vendored;
        let alike = kind(path).is_some_and(|kind| kinds.contains(&kind));
        match whole && (of.everything || alike) {
            true => drop(patch.deleted.insert(path.clone())),
            false => patch.not_copied += 1,
        }
    }
    Ok(patch)
}

/// The folder and the ending of a path; `None` where it has no ending.
fn kind(path: &str) -> Option<(&str, &str)> {
    base_name(path).rsplit_once('.').map(|(_, ending)| (folder(path), ending))
}

/// The folder of the copy below the scan root; a file's own folder.
fn home(of: &Comparison<'_>) -> String {
    let root = &of.finding.root;
    if of.scan_root.join(os_path(&raw_path(root))).is_dir() { root.clone() } else { folder(root).to_string() }
}

/// Which file of the release matched files of the copy are, by path below the copy's folder.
fn known(of: &Comparison<'_>) -> BTreeMap<String, Known> {
    let home = home(of);
    let base = base_of(&of.finding.purl);
    let files = of.report.files.iter().filter(|file| file.scan_root == of.finding.scan_root);
    let known = files.filter_map(|file| {
        let own = below(&file.path, &home).filter(|_| is_below(&file.path, &of.finding.root))?;
        let of_release = file.matches.iter().find(|found| found.purl == of.finding.purl);
        let found = of_release.or_else(|| file.matches.iter().find(|found| base_of(&found.purl) == base))?;
        let whole = found.kind != MatchKind::Snippet;
        Some((own.to_string(), Known { source: found.source_path.clone(), whole }))
    });
    known.collect()
}

/// The files of the copy and where to open them, by path below its folder; and what was not looked at, with why.
fn local(
    of: &Comparison<'_>,
    home: &str,
    known: &BTreeMap<String, Known>,
) -> Result<(BTreeMap<String, PathBuf>, Vec<String>), String> {
    let root = match of.scan_root.is_dir() {
        true => of.scan_root.join(os_path(&raw_path(home))),
        false => of.scan_root.parent().unwrap_or(Path::new("")).to_path_buf(),
    };
    if of.finding.kind != FindingKind::Vendored {
        let full = |path: &String| (path.clone(), root.join(os_path(&raw_path(path))));
        return Ok((known.keys().map(full).collect(), Vec::new()));
    }
    let found = Mutex::new(BTreeMap::new());
    let options = walk::WalkOptions { honour_ignore: false, threads: 1 };
    let add = || {
        |file: walk::FoundFile| {
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(file.path, file.full);
        }
    };
    let walked = walk::walk(std::slice::from_ref(&root), &options, add).map_err(|error| error.to_string())?;
    let problems = walked.problems.into_iter().map(|(_, problem)| format!("{}: {}", problem.path, problem.detail));
    Ok((found.into_inner().unwrap_or_else(PoisonError::into_inner), problems.collect()))
}

/// Places of other findings inside the copy, below its folder.
fn others(of: &Comparison<'_>) -> Vec<String> {
    let home = home(of);
    let other = |finding: &&Finding| {
        finding.scan_root == of.finding.scan_root && base_of(&finding.purl) != base_of(&of.finding.purl)
    };
    let inside = of.report.findings.iter().filter(other).filter_map(|finding| below(&finding.root, &home));
    inside.filter(|path| !path.is_empty()).map(str::to_string).collect()
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    match folder.is_empty() {
        true => Some(path),
        false => path.strip_prefix(folder)?.strip_prefix('/'),
    }
}

impl Patch {
    /// What differs, in words; a line each.
    pub fn summary(&self, of: &Comparison<'_>) -> Vec<String> {
        let count = |number: usize, words: [&str; 2]| counted(number as u64, words[0], words[1]);
        let mut all = vec![format!(
            "{} changed, {} added, {} deleted, {} as released",
            count(self.changed.len() - self.renamed.len(), ["file", "files"]),
            self.added.len(),
            self.deleted.len(),
            self.same
        )];
        if !self.renamed.is_empty() {
            all[0].push_str(&format!(", {} renamed", self.renamed.len()));
        }
        if self.not_copied > 0 {
            let files = count(self.not_copied, ["file of the release was", "files of the release were"]);
            let hint = if of.everything { "" } else { " (--everything counts them as deleted)" };
            all.push(format!("{files} never copied, it seems{hint}"));
        }
        for (what, paths) in [("left out, for it is something else", &self.aside), ("not read", &self.unread)] {
            all.extend(paths.iter().take(LISTED).map(|path| format!("{what}: {}", safe(path))));
            if paths.len() > LISTED {
                all.push(format!("{what}: {}", count(paths.len() - LISTED, ["more file", "more files"])));
            }
        }
        all
    }

    /// Writes it, with words before the first file that `patch` and `git apply` pass over; these name the files that are no text
    /// or too large and not in the patch, for with one such file in it neither program would take the others. Gives these, by
    /// path in the release.
    ///
    /// # Errors
    /// What `out` answers; a file or release that cannot be read any more.
    pub fn write(&self, of: &Comparison<'_>, out: &mut dyn Write) -> io::Result<Vec<String>> {
        let wanted = |path: &str| self.changed.contains_key(path) || self.deleted.contains(path);
        let release = upstream::contents(of.source, &wanted).map_err(io::Error::other)?;
        let place = of.report.shown_path(of.finding.scan_root, &of.finding.root);
        writeln!(out, "a: {}", safe(&of.source.purl.to_string()))?;
        writeln!(out, "b: {}", safe(&place))?;
        self.summary(of).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        let paths: BTreeSet<&String> = self.changed.keys().chain(self.added.keys()).chain(&self.deleted).collect();
        let mut dull = Vec::new();
        let (mut buffer, mut text) = (Vec::new(), Vec::new());
        for path in &paths {
            let is_plain = |bytes: Option<&Vec<u8>>| bytes.is_some_and(|bytes| is_text(bytes));
            if !(self.added.contains_key(*path) || is_plain(release.get(*path)))
                || !self.read_text(path, &mut buffer)?
            {
                writeln!(out, "no text, and not in this patch: {}", safe(path))?;
                dull.push((*path).clone());
            }
        }
        writeln!(out)?;
        for path in paths.into_iter().filter(|path| !dull.contains(path)) {
            text.clear();
            self.read_text(path, &mut buffer)?;
            let theirs = release.get(path).map_or(&b""[..], Vec::as_slice);
            let sides = match (self.changed.contains_key(path), self.added.contains_key(path)) {
                (true, _) => Sides::Changed(theirs, &buffer),
                (_, true) => Sides::Added(&buffer),
                _ => Sides::Deleted(theirs),
            };
            unified::file(path, self.renamed.get(path).unwrap_or(path), sides, &mut text);
            out.write_all(&text)?;
        }
        Ok(dull)
    }

    /// Reads the copy's file, nothing for one that it lacks; gives whether it is text that a patch can hold.
    fn read_text(&self, path: &str, buffer: &mut Vec<u8>) -> io::Result<bool> {
        buffer.clear();
        let Some(full) = self.changed.get(path).or(self.added.get(path)) else { return Ok(true) };
        let read = read::read(full, path, buffer).map_err(|problem| io::Error::other(problem.detail))?;
        Ok(read.body == read::Body::Whole && is_text(buffer))
    }
}

/// Files of one kind that are named.
const LISTED: usize = 10;

/// The finding that `name` means: by its id, or by its place as reports show it.
///
/// # Errors
/// There is none, or several at that place.
pub fn find<'r>(report: &'r Report, name: &str) -> Result<&'r Finding, String> {
    let id = name.strip_prefix("id:").unwrap_or(name);
    let place = |finding: &Finding| report.shown_path(finding.scan_root, &finding.root).into_owned();
    let shown = path_text(name.trim_end_matches('/').as_bytes());
    let shown = shown.strip_prefix("./").unwrap_or(&shown);
    let by_id: Vec<&Finding> = report.findings.iter().filter(|finding| finding.id == id).collect();
    let by_place = || report.findings.iter().filter(|finding| place(finding) == shown).collect();
    let all: Vec<&Finding> = if by_id.is_empty() { by_place() } else { by_id };
    match &all[..] {
        [one] => Ok(one),
        [] => Err(format!(
            "there is no finding `{name}`; name one by its id or its place, as `foundling scan` shows them"
        )),
        several => {
            let ids: Vec<String> = several.iter().map(|one| format!("{} ({})", one.id, one.purl)).collect();
            Err(format!("at `{name}` there are several findings: {}", ids.join(", ")))
        }
    }
}

/// Where a finding's scan root is, of a report that was read.
///
/// # Errors
/// It is not there: a report has roots as they were given, from where the scan was called.
pub fn root_of(report: &Report, finding: &Finding) -> Result<PathBuf, String> {
    let given = report.roots.get(finding.scan_root.0 as usize).map_or(".", String::as_str);
    let root = os_path(&raw_path(given)).into_owned();
    if root.exists() {
        return Ok(root);
    }
    Err(format!("`{}` is not here; call this from the folder in which it was scanned", safe(given)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample;

    #[test]
    fn a_finding_is_named_by_its_id_or_place() {
        let mut report = sample::report();
        let id = report.findings[3].id.clone();
        for name in [id.as_str(), &format!("id:{id}"), "third_party/zlib", "third_party/zlib/", "./third_party/zlib"] {
            assert_eq!(find(&report, name).unwrap().id, id, "{name}");
        }
        assert!(find(&report, "none").unwrap_err().contains("no finding `none`"));
        report.findings[2].root = "third_party/zlib".into();
        assert!(find(&report, "third_party/zlib").unwrap_err().contains("several findings"));
    }
}

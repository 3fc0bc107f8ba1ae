//! What changed in a git work tree since a revision: names, and contents as they were.
//!
//! git is asked with plumbing (`diff-index`, `ls-files`, `cat-file`), with the filters switched off that a repository's
//! settings name, and is not sent into submodules, which have settings of their own. What git says is held against the rules
//! of a walk, so that nothing is looked at which a scan of the whole tree would leave out.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};

use rayon::prelude::*;

use crate::error::{Code, Problem};
use crate::git;
use crate::input::listed::Listed;
use crate::input::manifest;
use crate::input::walk::{self, FoundFile, WalkOptions};
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::place::{folder, os_path, path_text};
use crate::scan::Options;

/// Mode of a folder that is another repository.
const GITLINK: &[u8] = b"160000";
/// Mode of a symbolic link.
const LINK: &[u8] = b"120000";

/// What changed.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The revision's commit, in hexadecimal digits.
    pub commit: String,
    /// Files that are there, by path below the root: the raw name.
    pub now: BTreeMap<String, Vec<u8>>,
    /// Objects of files as they were, by path.
    pub before: BTreeMap<String, String>,
    /// Unchanged files that may say something of the changed ones: the raw names by path.
    pub unchanged: BTreeMap<String, Vec<u8>>,
    /// Unchanged files of which a changed manifest says something else than it said.
    pub concerned: BTreeSet<String>,
    /// What was not looked at.
    pub problems: Vec<Problem>,
    /// What git keeps, as it lists it, where a manifest changed.
    listing: Vec<u8>,
}

impl Changes {
    /// Whether the file at `path` changed, or the archive that holds it.
    pub fn touches(&self, path: &str) -> bool {
        let is_changed = |path: &str| self.now.contains_key(path) || self.before.contains_key(path);
        let archives = path.match_indices("!/").filter_map(|(at, _)| path.get(..at));
        is_changed(path) || archives.into_iter().any(is_changed)
    }

    /// Every changed file.
    pub fn paths(&self) -> BTreeSet<&str> {
        self.now.keys().chain(self.before.keys()).map(String::as_str).collect()
    }
}

/// A file below the root, by its path and raw name.
pub(super) fn found(root: &Path, path: &str, raw: &[u8]) -> FoundFile {
    FoundFile { root: RootNo(0), path: path.to_string(), full: root.join(os_path(raw)) }
}

/// Asks git what changed below `root` since `revision`.
///
/// # Errors
/// Why git cannot say.
pub(super) fn since(root: &Path, revision: &str, options: &Options) -> Result<Changes, String> {
    let ask = |arguments: &[&str]| git::listing(git::command(root).args(arguments));
    let Head { commit, at_top } = head(root, revision)?;
    let diff = || {
        let mut diff = git::command(root);
        git::without_filters(root, &mut diff)?;
        let fixed = ["diff-index", "--raw", "-z", "--no-renames", "--no-abbrev", "--relative"];
        git::listing(diff.args(fixed).args(["--ignore-submodules=dirty", &commit, "--"]))
    };
    let tracked = || ask(&["ls-files", "-z", "--cached", "-v", "--stage"]);
    // What a walk leaves out, git need not list; what only git's settings or folders above the root leave out, a walk finds.
    let mut others = vec!["ls-files", "-z", "--others"];
    others.extend((!options.no_ignore && at_top).then_some("--exclude-per-directory=.gitignore"));
    // Each waits for a process of its own, so they are not bound to the number of cores.
    let (diff, tracked, untracked) = std::thread::scope(|scope| {
        let (untracked, tracked) = (scope.spawn(|| ask(&others)), scope.spawn(tracked));
        (diff(), done(tracked.join()), done(untracked.join()))
    });
    let mut changes = Changes { commit: commit.clone(), ..Changes::default() };
    let mut listed = Listed::new(root.to_path_buf(), !options.no_ignore);
    let (diff, tracked, untracked) = (diff?, tracked?, untracked?);
    let mut parts = diff.split(|byte| *byte == 0);
    while let (Some(head), Some(raw)) = (parts.next(), parts.next()) {
        if is_inside(raw) && listed.finds(raw) {
            changes.entry(head, raw);
        }
    }
    for raw in untracked.split(|byte| *byte == 0) {
        match raw.strip_suffix(b"/") {
            // git does not look into a repository inside the work tree that is not part of it: it is somebody's clone.
            Some(folder) if is_inside(folder) => changes.folder(root, folder, options, &mut listed),
            None if is_inside(raw) && listed.finds(raw) => changes.add(root, raw),
            _ => {}
        }
    }
    let listing = tracked;
    let tracked: Vec<Tracked<'_>> = listing.split(|byte| *byte == 0).filter_map(Tracked::of).collect();
    for one in tracked.iter().filter(|one| one.unseen) {
        changes.unseen(root, one, &mut listed);
    }
    let around = Around::of(&changes.paths());
    for raw in tracked.iter().map(|one| one.raw) {
        let path = path_text(raw);
        if around.wants(&path) && !changes.touches(&path) && listed.finds(raw) {
            changes.unchanged.insert(path, raw.to_vec());
        }
    }
    changes.problems.extend(listed.finish());
    if changes.paths().into_iter().any(manifest::is_manifest) {
        changes.listing = listing;
    }
    Ok(changes)
}

/// What a thread came to.
fn done(joined: std::thread::Result<Result<Vec<u8>, String>>) -> Result<Vec<u8>, String> {
    joined.unwrap_or_else(|_| Err("asking git failed".to_string()))
}

/// A file that git keeps: a line of `ls-files -v --stage`.
struct Tracked<'l> {
    raw: &'l [u8],
    /// What is kept of it, in hexadecimal digits.
    object: &'l [u8],
    /// Whether git was told not to look at the file itself (`assume-unchanged`, `skip-worktree`).
    unseen: bool,
}

impl<'l> Tracked<'l> {
    /// Of `TAG MODE OBJECT STAGE`, a tab, and the name.
    fn of(line: &'l [u8]) -> Option<Tracked<'l>> {
        let tab = memchr::memchr(b'\t', line)?;
        let mut fields = line[..tab].split(|byte| *byte == b' ');
        let (tag, mode, object) = (fields.next()?, fields.next()?, fields.next()?);
        let unseen = is_file(mode) && tag.iter().any(|tag| tag.is_ascii_lowercase() || *tag == b'S');
        Some(Tracked { raw: &line[tab + 1..], object, unseen }).filter(|one| is_inside(one.raw))
    }
}

/// Where a work tree stands.
struct Head {
    /// The commit that the revision names.
    commit: String,
    /// Whether the root is the top of the work tree.
    at_top: bool,
}

fn head(root: &Path, revision: &str) -> Result<Head, String> {
    let ask = |arguments: &[&str]| git::listing(git::command(root).args(arguments));
    let inside = ask(&["rev-parse", "--is-inside-work-tree", "--show-prefix"]);
    let inside = inside.map_err(|why| format!("it lies in no git work tree that can be read ({why})"))?;
    let Some(prefix) = inside.strip_prefix(b"true\n") else {
        return Err("it lies in no git work tree".to_string());
    };
    let at_top = prefix.trim_ascii().is_empty();
    let wanted = format!("{revision}^{{commit}}");
    let known = match revision.starts_with('-') {
        true => None,
        false => ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).ok(),
    };
    match known {
        Some(commit) => Ok(Head { commit: String::from_utf8_lossy(&commit).trim().to_string(), at_top }),
        None => {
            if revision.contains("..") {
                return Err("that is a range; name the one revision to compare with".to_string());
            }
            let shallow = ask(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|said| said.starts_with(b"true"));
            let hint = if shallow { "; the clone is shallow, fetch more of its history" } else { "" };
            Err(format!("there is no such revision{hint}"))
        }
    }
}

/// Whether a name that git gives stays below the root.
fn is_inside(raw: &[u8]) -> bool {
    !raw.is_empty()
        && !raw.starts_with(b"/")
        && raw.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."))
}

impl Changes {
    /// Takes `:OLDMODE NEWMODE OLDOBJECT NEWOBJECT STATUS` and the name.
    fn entry(&mut self, head: &[u8], raw: &[u8]) {
        let mut fields = head.strip_prefix(b":").unwrap_or(head).split(|byte| *byte == b' ');
        let (Some(old_mode), Some(new_mode), Some(object)) = (fields.next(), fields.next(), fields.next()) else {
            return;
        };
        let path = path_text(raw);
        if [old_mode, new_mode].contains(&GITLINK) {
            let detail = "another repository: what changed in it was not looked at";
            return self.problems.push(Problem::new(Code::VersionControl, path, detail));
        }
        if new_mode == LINK {
            self.problems.push(Problem::new(Code::SymbolicLink, path.clone(), "not followed"));
        }
        if is_file(new_mode) {
            self.now.insert(path.clone(), raw.to_vec());
        }
        if is_file(old_mode) {
            self.before.insert(path, String::from_utf8_lossy(object).into_owned());
        }
    }

    /// Takes a file that git does not look at, if it is there: whether it holds what it held is seen later.
    fn unseen(&mut self, root: &Path, one: &Tracked<'_>, listed: &mut Listed) {
        let path = path_text(one.raw);
        let is_there = root.join(os_path(one.raw)).symlink_metadata().is_ok_and(|found| found.is_file());
        if is_there && !self.touches(&path) && listed.finds(one.raw) {
            self.now.insert(path.clone(), one.raw.to_vec());
            self.before.insert(path, String::from_utf8_lossy(one.object).into_owned());
        }
    }

    /// Takes a file that is not tracked.
    fn add(&mut self, root: &Path, raw: &[u8]) {
        let path = path_text(raw);
        match root.join(os_path(raw)).symlink_metadata().map(|found| found.file_type()) {
            Ok(kind) if kind.is_symlink() => {
                self.problems.push(Problem::new(Code::SymbolicLink, path, "not followed"));
            }
            _ => {
                self.now.insert(path, raw.to_vec());
            }
        }
    }

    /// Takes every file of a folder that is not tracked.
    fn folder(&mut self, root: &Path, raw: &[u8], options: &Options, listed: &mut Listed) {
        let full = root.join(os_path(raw));
        let names = std::sync::Mutex::new(Vec::new());
        let walk_options = WalkOptions { honour_ignore: !options.no_ignore, threads: options.threads };
        let walked = walk::walk(&[full], &walk_options, || {
            |file: FoundFile| names.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(file.full)
        });
        let home = path_text(raw);
        match walked {
            Ok(summary) => self.problems.extend(
                summary
                    .problems
                    .into_iter()
                    .map(|(_, problem)| Problem { path: format!("{home}/{}", problem.path), ..problem }),
            ),
            Err(error) => self.problems.push(Problem::new(Code::Unreadable, home, error.to_string())),
        }
        for full in names.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
            let Ok(below) = full.strip_prefix(root) else { continue };
            let raw = below.as_os_str().as_encoded_bytes();
            if listed.finds(raw) {
                self.now.insert(path_text(raw), raw.to_vec());
            }
        }
    }
}

fn is_file(mode: &[u8]) -> bool {
    mode.starts_with(b"100")
}

/// Folders whose lists and records speak of what lies beside or below the folder around them.
const RECORDS: &[&str] = &[".dist-info", ".egg-info", "node_modules", "composer", "specifications", "info"];

/// Where something changed: its folders, and all folders around these.
struct Around {
    folders: HashSet<String>,
    above: HashSet<String>,
}

impl Around {
    fn of(paths: &BTreeSet<&str>) -> Around {
        let folders: HashSet<String> = paths.iter().map(|path| folder(path).to_string()).collect();
        let up = |path: &String| {
            std::iter::successors(Some(path.clone()), |at| (!at.is_empty()).then(|| folder(at).to_string()))
        };
        let above = folders.iter().flat_map(up).collect();
        Around { folders, above }
    }

    /// Whether an unchanged file is looked at: it stands beside a changed one, or is a manifest that may say something of it.
    fn wants(&self, path: &str) -> bool {
        let home = folder(path);
        if self.folders.contains(home) {
            return true;
        }
        let is_above = |home: &str| self.above.contains(home);
        let is_record = RECORDS.iter().any(|name| home.ends_with(name));
        let near = is_above(home) || is_record && (is_above(folder(home)) || is_above(folder(folder(home))));
        near && manifest::is_manifest(path)
    }
}

impl Changes {
    /// Writes the changed files as they were to `scratch`, each under a number: names of a repository name no file there.
    /// Files that hold just what they held are none of the changes, and go: where a tree was copied or unpacked, git goes by
    /// the time and takes every file for changed.
    ///
    /// # Errors
    /// git cannot be run, or the files cannot be written.
    pub fn old_files(&mut self, root: &Path, scratch: &Path) -> Result<Vec<FoundFile>, String> {
        let said = |error: std::io::Error| format!("cannot read what git holds: {error}");
        if self.before.is_empty() {
            return Ok(Vec::new());
        }
        let mut command = git::command(root);
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(said)?;
        let read = self.read_old(&mut child, root, scratch);
        let _ = child.kill();
        let _ = child.wait();
        read.map_err(said)
    }

    fn read_old(&mut self, child: &mut Child, root: &Path, scratch: &Path) -> std::io::Result<Vec<FoundFile>> {
        let gone = || std::io::Error::other("git ended early");
        let (mut asks, answers) = (child.stdin.take().ok_or_else(gone)?, child.stdout.take().ok_or_else(gone)?);
        let mut answers = BufReader::with_capacity(1 << 16, answers);
        let (mut out, mut bytes) = (Vec::new(), Vec::new());
        for (path, object) in std::mem::take(&mut self.before) {
            writeln!(asks, "{object}")?;
            asks.flush()?;
            let mut head = String::new();
            answers.by_ref().take(256).read_line(&mut head)?;
            let Some(size) = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok()) else {
                let detail = "as it was: git does not hold it here (a partial or damaged clone)";
                self.problems.push(Problem::new(Code::Unreadable, path.clone(), detail));
                self.now.remove(&path);
                continue;
            };
            // What is over the limit is not compared, as on the other side.
            bytes.clear();
            answers.by_ref().take(size.min(limits::FILE_BYTES + 1)).read_to_end(&mut bytes)?;
            let rest = size.saturating_sub(bytes.len() as u64);
            std::io::copy(&mut answers.by_ref().take(rest), &mut std::io::sink())?;
            answers.read_exact(&mut [0])?;
            if let Some(raw) = self.now.get(&path)
                && holds(&root.join(os_path(raw)), &bytes)
            {
                let raw = self.now.remove(&path).unwrap_or_default();
                self.unchanged.insert(path, raw);
                continue;
            }
            let full = scratch.join(out.len().to_string());
            File::create(&full)?.write_all(&bytes)?;
            self.before.insert(path.clone(), object);
            out.push(FoundFile { root: RootNo(0), path, full });
        }
        Ok(out)
    }

    /// Takes the unchanged files at or below `places`: what changed manifests say of them is not what they said.
    pub fn concern(&mut self, root: &Path, places: &BTreeSet<String>, options: &Options) {
        let mut listed = Listed::new(root.to_path_buf(), !options.no_ignore);
        let listing = std::mem::take(&mut self.listing);
        for one in listing.split(|byte| *byte == 0).filter_map(Tracked::of) {
            let path = path_text(one.raw);
            let up = std::iter::successors(Some(&*path), |at| (!at.is_empty()).then(|| folder(at)));
            if up.into_iter().any(|at| places.contains(at)) && !self.touches(&path) && listed.finds(one.raw) {
                self.concerned.insert(path.clone());
                self.unchanged.insert(path, one.raw.to_vec());
            }
        }
    }

    /// Unchanged files of the folders in which something changed, and those that changed manifests concern; and unchanged manifests
    /// around them. Of the former at most
    /// [`limits::CONTEXT_FILES`]: each folder has an equal share, and what one does not need the others get.
    pub fn around(&mut self, root: &Path) -> (Vec<FoundFile>, Vec<FoundFile>) {
        let folders: BTreeSet<&str> = self.paths().into_iter().map(folder).collect();
        let mut beside: BTreeMap<&str, Vec<FoundFile>> = BTreeMap::new();
        let is_wanted = |path: &str| folders.contains(folder(path)) || self.concerned.contains(path);
        for (path, raw) in self.unchanged.iter().filter(|(path, _)| is_wanted(path)) {
            beside.entry(folder(path)).or_default().push(found(root, path, raw));
        }
        let all: usize = beside.values().map(Vec::len).sum();
        let mut files = shares(beside.into_values().collect(), limits::CONTEXT_FILES);
        files.par_sort_by(|one, other| one.path.cmp(&other.path));
        let manifests = self.unchanged.iter().filter(|(path, _)| manifest::is_manifest(path));
        let manifests = manifests.map(|(path, raw)| found(root, path, raw)).collect();
        if files.len() < all {
            let detail = format!("only {} of {all} files beside the changed ones were taken as evidence", files.len());
            self.problems
                .push(Problem { count: (all - files.len()) as u64, ..Problem::new(Code::OverLimit, "", detail) });
        }
        (files, manifests)
    }
}

/// At most `most` of several lists: of each the first ones, as evenly as their lengths allow.
fn shares<T>(mut lists: Vec<Vec<T>>, mut most: usize) -> Vec<T> {
    lists.sort_by_key(Vec::len);
    let mut out = Vec::new();
    let mut left = lists.len();
    for mut list in lists {
        list.truncate(most / left.max(1));
        most -= list.len();
        left -= 1;
        out.append(&mut list);
    }
    out
}

/// Whether the plain file at `path` holds just `bytes`.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let same_size = |found: std::fs::Metadata| found.is_file() && found.len() == bytes.len() as u64;
    if !path.symlink_metadata().is_ok_and(same_size) {
        return false;
    }
    let mut now = Vec::new();
    let read = File::open(path).and_then(|file| file.take(bytes.len() as u64 + 1).read_to_end(&mut now));
    read.is_ok() && now == bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_git_stay_below_the_root() {
        for inside in ["a", "a/b\nc", "..a/b"] {
            assert!(is_inside(inside.as_bytes()), "{inside}");
        }
        for outside in ["", "/a", "../a", "a/../b", "a//b", "./a"] {
            assert!(!is_inside(outside.as_bytes()), "{outside}");
        }
    }

    #[test]
    fn an_entry_says_what_was_and_what_is() {
        let mut changes = Changes::default();
        changes.entry(b":100644 100644 aaaa bbbb M", b"changed");
        changes.entry(b":000000 100755 0000 bbbb A", b"new");
        changes.entry(b":100644 000000 cccc 0000 D", b"gone");
        changes.entry(b":100644 120000 cccc dddd T", b"link");
        changes.entry(b":160000 160000 cccc dddd M", b"module");
        changes.entry(b"odd", b"x");
        assert_eq!(changes.now.keys().collect::<Vec<_>>(), ["changed", "new"]);
        let before: Vec<(&str, &str)> = changes.before.iter().map(|(path, object)| (&path[..], &object[..])).collect();
        assert_eq!(before, [("changed", "aaaa"), ("gone", "cccc"), ("link", "cccc")]);
        let codes: Vec<Code> = changes.problems.iter().map(|one| one.code).collect();
        assert_eq!(codes, [Code::SymbolicLink, Code::VersionControl]);
        assert!(changes.touches("new!/a.c") && changes.touches("gone!/b!/c") && !changes.touches("newer!/a.c"));
    }

    #[test]
    fn every_folder_has_its_share() {
        let lists = |lengths: &[usize]| lengths.iter().map(|length| vec![(); *length]).collect::<Vec<_>>();
        let counts = |lengths: &[usize], most| shares(lists(lengths), most).len();
        assert_eq!([counts(&[], 5), counts(&[3, 2], 5), counts(&[3, 3], 5), counts(&[100, 1, 100], 5)], [0, 5, 5, 5]);
        assert_eq!(shares(vec![vec![1; 9], vec![2; 9], vec![3]], 7), [3, 1, 1, 1, 2, 2, 2]);
    }
}

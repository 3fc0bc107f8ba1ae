//! Only what changed since a revision: `--since`.
//!
//! The tree is not walked. git says which files changed and what they held; these are examined as they are and as they were,
//! each time among the files of their folders, which are evidence for what a folder is a copy of, and under the manifests that
//! stand around them. What differs between the two attributions came with the change.
//!
//! git is asked with plumbing (`diff-index`, `ls-files`, `cat-file`), with the filters switched off that a repository's
//! settings name, and is not sent into submodules, which have settings of their own.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;

use rayon::prelude::*;

use crate::attribute::Project;
use crate::error::{Code, Error, Problem};
use crate::examine::{Memory, Search};
use crate::git;
use crate::index::set::Indexes;
use crate::input::walk::FoundFile;
use crate::input::{manifest, read};
use crate::model::declaration::{Manifest, Site};
use crate::model::finding::{Report, Since};
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::place::{folder, path_text};
use crate::model::purl::base_of;
use crate::review::baseline::{self, Comparison};
use crate::review::recorded::Recorded;
use crate::scan::{Gathered, Options, Worker, conclude};

/// Mode of a folder that is another repository.
const GITLINK: &[u8] = b"160000";
/// Mode of a symbolic link.
const LINK: &[u8] = b"120000";

/// What changed.
#[derive(Debug, Default)]
struct Changes {
    commit: String,
    /// Files that are there, by path below the root: the raw name.
    now: BTreeMap<String, Vec<u8>>,
    /// Objects of files as they were, by path.
    before: BTreeMap<String, String>,
    /// Unchanged files that say something of them: the raw names by path.
    all: BTreeMap<String, Vec<u8>>,
    problems: Vec<Problem>,
}

impl Changes {
    fn touches(&self, path: &str) -> bool {
        self.now.contains_key(path) || self.before.contains_key(path)
    }

    fn paths(&self) -> BTreeSet<&str> {
        self.now.keys().chain(self.before.keys()).map(String::as_str).collect()
    }
}

/// Scans what changed below `root` since `revision`. Gives the report and how it stands to the revision.
///
/// # Errors
/// The root lies in no git work tree, there is no such revision, git cannot be run.
pub fn since(
    root: &Path,
    revision: &str,
    indexes: &Indexes,
    options: &Options,
    done: &(dyn Fn(u64) + Sync),
) -> Result<(Report, Comparison), Error> {
    let refuse = |why: String| Error::Usage(format!("`{}`: --since {revision}: {why}", root.display()));
    let changes = changes(root, revision).map_err(refuse)?;
    let scratch = tempfile::tempdir().map_err(|source| Error::Io {
        what: "cannot make a folder for",
        path: root.to_path_buf(),
        source,
    })?;
    let old = old_files(root, &changes, scratch.path()).map_err(refuse)?;
    let new: Vec<FoundFile> = changes.now.iter().map(|(path, raw)| found(root, path, raw)).collect();
    let (context, manifests) = around(root, &changes);
    let examined = |files: &[FoundFile]| examine(files, indexes, options, done);
    let (context_count, shared) = (context.len() as u64, examined(&context));
    let (now, before) = (examined(&new), examined(&old));
    let declared = read_manifests(&manifests);
    let roots = [root.to_path_buf()];
    let side = |own: Gathered, changed: &[FoundFile]| {
        let mut gathered = shared.clone();
        gathered.add(declared.clone());
        // A manifest that changed is read from its own side.
        let paths: BTreeSet<&str> = changed.iter().map(|file| file.path.as_str()).collect();
        gathered
            .manifests
            .retain(|manifest| !paths.contains(manifest.path.as_str()) && !changes.touches(&manifest.path));
        gathered.add(own);
        let projects = projects(root, std::mem::take(&mut gathered.manifests), &changes);
        conclude(&roots, indexes, options, gathered, projects)
    };
    let (mut report, before) = (side(now, &new), side(before, &old));
    let earlier = touched(&before, &changes, &BTreeSet::new());
    let old_ids: BTreeSet<String> = earlier.findings.iter().map(|finding| finding.id.clone()).collect();
    report = touched(&report, &changes, &old_ids);
    report.problems.extend(changes.problems.iter().cloned());
    report.problems.sort();
    report.since = Some(Since {
        revision: revision.to_string(),
        commit: changes.commit.clone(),
        changed_files: changes.paths().len() as u64,
        context_files: context_count,
    });
    let mut comparison = baseline::compare(&report, &Recorded::of(&before));
    // What has nothing to do with the change is not gone: it was left out.
    let lifted: BTreeSet<String> = earlier.discrepancies.iter().map(|one| one.id.clone()).collect();
    comparison.gone.retain(|one| old_ids.contains(&one.id) || lifted.contains(&one.id));
    Ok((report, comparison))
}

fn found(root: &Path, path: &str, raw: &[u8]) -> FoundFile {
    FoundFile { root: RootNo(0), path: path.to_string(), full: root.join(os_path(raw)) }
}

#[cfg(unix)]
fn os_path(raw: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(raw))
}

#[cfg(not(unix))]
fn os_path(raw: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(raw).into_owned())
}

/// Whether a name that git gives stays below the root.
fn is_inside(raw: &[u8]) -> bool {
    !raw.is_empty()
        && !raw.starts_with(b"/")
        && raw.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."))
}

fn changes(root: &Path, revision: &str) -> Result<Changes, String> {
    let ask = |arguments: &[&str]| git::listing(git::command(root).args(arguments));
    ask(&["rev-parse", "--is-inside-work-tree"]).map_err(|_| "it lies in no git work tree".to_string())?;
    let wanted = format!("{revision}^{{commit}}");
    let commit = ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
    let commit = commit.map_err(|_| "there is no such revision".to_string())?;
    let commit = String::from_utf8_lossy(&commit).trim().to_string();
    let diff = || {
        let mut diff = git::command(root);
        git::without_filters(root, &mut diff)?;
        diff.args([
            "diff-index",
            "--raw",
            "-z",
            "--no-renames",
            "--no-abbrev",
            "--relative",
            "--ignore-submodules=dirty",
        ]);
        git::listing(diff.args([commit.as_str(), "--"]))
    };
    let tracked = || ask(&["ls-files", "-z", "--cached"]);
    let untracked = || ask(&["ls-files", "-z", "--others", "--exclude-standard"]);
    let (diff, (tracked, untracked)) = rayon::join(diff, || rayon::join(tracked, untracked));
    let mut changes = Changes { commit: commit.clone(), ..Changes::default() };
    let diff = diff?;
    let mut parts = diff.split(|byte| *byte == 0);
    while let (Some(head), Some(raw)) = (parts.next(), parts.next()) {
        entry(&mut changes, head, raw);
    }
    // A folder that is another repository has a slash at the end.
    for raw in untracked?.split(|byte| *byte == 0).filter(|raw| is_inside(raw) && !raw.ends_with(b"/")) {
        changes.now.insert(path_text(raw), raw.to_vec());
    }
    let around = Around::of(&changes.paths());
    let tracked = tracked?;
    let unchanged = tracked.split(|byte| *byte == 0).filter(|raw| is_inside(raw));
    let wanted =
        unchanged.map(|raw| (path_text(raw), raw)).filter(|(path, _)| !changes.touches(path) && around.wants(path));
    changes.all = wanted.map(|(path, raw)| (path, raw.to_vec())).collect();
    Ok(changes)
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

/// Takes `:OLDMODE NEWMODE OLDOBJECT NEWOBJECT STATUS` and the name.
fn entry(changes: &mut Changes, head: &[u8], raw: &[u8]) {
    let mut fields = head.strip_prefix(b":").unwrap_or(head).split(|byte| *byte == b' ');
    let (Some(old_mode), Some(new_mode), Some(object)) = (fields.next(), fields.next(), fields.next()) else { return };
    if !is_inside(raw) {
        return;
    }
    let path = path_text(raw);
    if [old_mode, new_mode].contains(&GITLINK) {
        let detail = "another repository: what changed in it was not looked at";
        return changes.problems.push(Problem::new(Code::VersionControl, path, detail));
    }
    if is_file(new_mode) {
        changes.now.insert(path.clone(), raw.to_vec());
    }
    if is_file(old_mode) {
        changes.before.insert(path, String::from_utf8_lossy(object).into_owned());
    }
}

fn is_file(mode: &[u8]) -> bool {
    mode.starts_with(b"100") && mode != LINK
}

/// Writes the changed files as they were, each under a number: names of a repository name no file here.
fn old_files(root: &Path, changes: &Changes, scratch: &Path) -> Result<Vec<FoundFile>, String> {
    let said = |error: std::io::Error| format!("cannot read what git holds: {error}");
    if changes.before.is_empty() {
        return Ok(Vec::new());
    }
    let mut command = git::command(root);
    command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(said)?;
    let (Some(mut asks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("git takes no questions".to_string());
    };
    let mut answers = BufReader::new(answers);
    let mut out = Vec::new();
    for ((path, object), number) in changes.before.iter().zip(0_u64..) {
        writeln!(asks, "{object}").and_then(|()| asks.flush()).map_err(said)?;
        let mut head = String::new();
        answers.read_line(&mut head).map_err(said)?;
        let Some(size) = head.trim().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok()) else { continue };
        let full = scratch.join(number.to_string());
        let mut file = std::fs::File::create(&full).map_err(said)?;
        let mut body = (&mut answers).take(size);
        // What is over the limit is not compared, as on the other side.
        std::io::copy(&mut (&mut body).take(limits::FILE_BYTES + 1), &mut file).map_err(said)?;
        std::io::copy(&mut body, &mut std::io::sink()).map_err(said)?;
        answers.read_line(&mut String::new()).map_err(said)?;
        out.push(FoundFile { root: RootNo(0), path: path.clone(), full });
    }
    drop(asks);
    let _ = child.wait();
    Ok(out)
}

/// Unchanged files of the folders in which something changed, at most [`limits::CONTEXT_FILES`], and unchanged manifests around
/// them.
fn around(root: &Path, changes: &Changes) -> (Vec<FoundFile>, Vec<FoundFile>) {
    let folders: BTreeSet<&str> = changes.paths().into_iter().map(folder).collect();
    let unchanged = || changes.all.iter();
    let of = |(path, raw): (&String, &Vec<u8>)| found(root, path, raw);
    let context = unchanged().filter(|(path, _)| folders.contains(folder(path))).take(limits::CONTEXT_FILES).map(of);
    (context.collect(), unchanged().filter(|(path, _)| manifest::is_manifest(path)).map(of).collect())
}

fn examine(files: &[FoundFile], indexes: &Indexes, options: &Options, done: &(dyn Fn(u64) + Sync)) -> Gathered {
    let gathered = Mutex::new(Gathered::default());
    let memory = Memory::default();
    let search = Search { indexes, wanted: options.wanted, memory: &memory };
    let plain = |file: &&FoundFile| file.full.symlink_metadata().is_ok_and(|found| found.is_file());
    files
        .par_iter()
        .filter(plain)
        .for_each_init(|| Worker::new(search, options, done, &gathered), |worker, file| worker.file(file));
    gathered.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What unchanged manifests declare, and nothing else of them.
fn read_manifests(files: &[FoundFile]) -> Gathered {
    let read = |file: &FoundFile| {
        let plain = file.full.symlink_metadata().is_ok_and(|found| found.is_file());
        let mut buffer = Vec::new();
        let done = read::read(&file.full, &file.path, &mut buffer).ok().filter(|_| plain)?;
        let bytes = if done.body == read::Body::Whole { &buffer[..] } else { &[] };
        Some(manifest::read(file.root, &file.path, bytes, done.bytes)?.0)
    };
    Gathered { manifests: files.par_iter().filter_map(read).collect(), ..Gathered::default() }
}

/// The tree's manifests; only those are held against the files that say something of a changed one.
fn projects(root: &Path, mut manifests: Vec<Manifest>, changes: &Changes) -> Vec<Project> {
    manifests.sort();
    manifests.dedup();
    let manifests = manifest::join(manifests);
    let concerned = |manifest: &Manifest| {
        let is_below = |home: &str| changes.paths().into_iter().any(|path| path.starts_with(home));
        let says = manifest.declarations.iter().any(|one| match &one.site {
            Site::Folder { path, .. } | Site::File(path) => is_below(path),
            Site::Files(files) => files.iter().any(|file| changes.touches(&file.path)),
            Site::Elsewhere | Site::Somewhere(_) => false,
        });
        changes.touches(&manifest.path) || says
    };
    let checked = manifest::check::check_some(root, &manifests, &concerned);
    vec![Project { root: RootNo(0), own: manifest::own::own_components(root), manifests, checked }]
}

/// The report without what has nothing to do with a changed file. Findings of `known` ids stay: they had.
fn touched(report: &Report, changes: &Changes, known: &BTreeSet<String>) -> Report {
    let mut report = report.clone();
    report.files.retain(|file| changes.touches(&file.path));
    let mut matched: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in &report.files {
        for one in &file.matches {
            matched.entry(base_of(&one.purl).to_string()).or_default().push(file.path.clone());
        }
    }
    let is_below = |path: &str, root: &str| {
        root.is_empty() || path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']))
    };
    let touches = |purl: &str, root: &str| {
        let files = matched.get(base_of(purl)).into_iter().flatten();
        files.into_iter().any(|path| is_below(path, root))
    };
    let stays =
        |finding: &crate::model::finding::Finding| known.contains(&finding.id) || touches(&finding.purl, &finding.root);
    report.findings.retain(stays);
    report.internal.retain(stays);
    let paths = changes.paths();
    report.discrepancies.retain(|one| {
        let changed = one.changes.iter().any(|(_, path)| paths.contains(path.as_str()));
        changed
            || paths.contains(one.declared.manifest.as_str())
            || paths.iter().any(|path| is_below(path, &one.root) && !one.root.is_empty())
    });
    report.problems.retain(|problem| paths.contains(problem.path.as_str()) || problem.path.is_empty());
    report.manifests.retain(|manifest| changes.touches(&manifest.path));
    report
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
        entry(&mut changes, b":100644 100644 aaaa bbbb M", b"changed");
        entry(&mut changes, b":000000 100755 0000 bbbb A", b"new");
        entry(&mut changes, b":100644 000000 cccc 0000 D", b"gone");
        entry(&mut changes, b":120000 120000 cccc dddd M", b"link");
        entry(&mut changes, b":160000 160000 cccc dddd M", b"module");
        entry(&mut changes, b":100644 100644 cccc dddd M", b"../out");
        entry(&mut changes, b"odd", b"x");
        assert_eq!(changes.now.keys().collect::<Vec<_>>(), ["changed", "new"]);
        assert_eq!(
            changes.before.into_iter().collect::<Vec<_>>(),
            [("changed".into(), "aaaa".into()), ("gone".into(), "cccc".into())]
        );
        assert_eq!(changes.problems.len(), 1);
    }
}

//! Finds the files below the roots of a scan, on several threads, and says what was left out and why.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use crate::error::{Code, Error, Problem};
use crate::input::ignore_rules::{Rules, Ruling};
use crate::model::ids::RootNo;
use crate::model::{limits, place};

/// Folders that hold a repository's own data, not its content.
pub(super) const VERSION_CONTROL: [&str; 7] = [".git", ".hg", ".svn", ".bzr", "CVS", "_darcs", ".jj"];

/// Symbolic links of one root that are listed one by one; more become one entry with a count.
const LINKS_LISTED: usize = 10;

/// How to walk.
#[derive(Clone, Copy, Debug)]
pub struct WalkOptions {
    /// Whether `.gitignore` and `.foundlingignore` files leave anything out.
    pub honour_ignore: bool,
    /// Threads; 0 for one a core.
    pub threads: usize,
}

/// A plain file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// The root it was found under.
    pub root: RootNo,
    /// Path below the root, `/` between folders; a root that is a file itself goes by its name.
    pub path: String,
    /// Where to open it.
    pub full: PathBuf,
}

/// What a walk has to say beyond the files it found.
#[derive(Clone, Debug, Default)]
pub struct WalkSummary {
    /// What was not looked at, each with the root it stands below, by root.
    pub problems: Vec<(RootNo, Problem)>,
}

/// Finds every plain file below `roots` and hands each to a consumer. `make` is called once a worker thread; the threads
/// are those of the walk, so a consumer that reads and examines its file makes the scan parallel. Which consumer gets
/// which file, and in what order, is left to chance; the set of files and the summary are not.
///
/// Hidden files are found. Symbolic links are not followed, except where a root is one. Not entered are version-control
/// folders, what an ignore file leaves out, and folders beyond [`limits::FOLDER_DEPTH`].
///
/// # Errors
///
/// [`Error::Io`] for a root that is not there or cannot be opened; found out for all roots before the first is walked.
pub fn walk<F: FnMut(FoundFile) + Send>(
    roots: &[PathBuf],
    options: &WalkOptions,
    make: impl Fn() -> F + Sync,
) -> Result<WalkSummary, Error> {
    let kinds = roots.iter().map(|root| root_kind(root)).collect::<Result<Vec<_>, _>>()?;
    let consumers = Consumers { idle: Mutex::new(Vec::new()), make };
    let mut problems = Vec::new();
    for ((no, root), kind) in (0..).map(RootNo).zip(roots).zip(kinds) {
        let name = place::path_text(root.file_name().unwrap_or(root.as_os_str()).as_encoded_bytes());
        match kind {
            RootKind::Folder => {
                let state = RootWalk::new(no, root, options.honour_ignore);
                state
                    .builder(options.threads)
                    .build_parallel()
                    .visit(&mut Workers { walk: &state, consumers: &consumers });
                problems.extend(state.finish().into_iter().map(|problem| (no, problem)));
            }
            RootKind::File => {
                let mut consumer = consumers.take();
                consumer(FoundFile { root: no, path: name, full: root.clone() });
                consumers.give(consumer);
            }
            RootKind::Special => {
                problems.push((no, Problem::new(Code::SpecialFile, name, "neither a file nor a folder")));
            }
        }
    }
    problems.sort_unstable();
    Ok(WalkSummary { problems })
}

enum RootKind {
    Folder,
    File,
    Special,
}

fn root_kind(root: &Path) -> Result<RootKind, Error> {
    let failed = |source| Error::Io { what: "cannot read", path: root.to_path_buf(), source };
    let kind = root.metadata().map_err(failed)?.file_type();
    if kind.is_dir() {
        // A folder below may be closed to us; one that was asked for may not.
        root.read_dir().map_err(failed)?;
        Ok(RootKind::Folder)
    } else if kind.is_file() {
        Ok(RootKind::File)
    } else {
        Ok(RootKind::Special)
    }
}

/// Consumers that wait for a thread: with many roots each thread of each walk takes one that is there already.
struct Consumers<F, M> {
    idle: Mutex<Vec<F>>,
    make: M,
}

impl<F, M: Fn() -> F> Consumers<F, M> {
    fn take(&self) -> F {
        let idle = lock(&self.idle).pop();
        idle.unwrap_or_else(|| (self.make)())
    }

    fn give(&self, consumer: F) {
        lock(&self.idle).push(consumer);
    }
}

/// A lock whose data stays usable after another thread's panic: everything behind our locks is valid at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What holds for everything inside a folder.
#[derive(Clone, Default)]
struct Folder {
    /// Its own ignore rules or the next ones above.
    rules: Option<Arc<Rules>>,
    /// The rule that leaves the folder out: its files are only counted.
    left_out: Option<Ruling>,
}

/// One root's walk: what its threads share.
struct RootWalk {
    no: RootNo,
    /// Where the walk starts.
    base: PathBuf,
    honour_ignore: bool,
    /// By path below the root. A folder is visited, and put here, before anything inside it is.
    folders: RwLock<HashMap<Vec<u8>, Folder>>,
    notes: Mutex<Notes>,
}

/// What the report will say, unsorted.
#[derive(Default)]
struct Notes {
    problems: Vec<Problem>,
    rules: Vec<Arc<Rules>>,
    links: Vec<(String, PathBuf)>,
}

impl RootWalk {
    fn new(no: RootNo, root: &Path, honour_ignore: bool) -> RootWalk {
        // A slash at the end makes the system resolve a root that is a link, and keeps the walker from taking `-` for
        // standard input.
        let base = root.join("");
        RootWalk { no, base, honour_ignore, folders: RwLock::default(), notes: Mutex::default() }
    }

    /// The walker with all its own filters off: it could not say what they left out.
    fn builder(&self, threads: usize) -> WalkBuilder {
        let mut builder = WalkBuilder::new(&self.base);
        builder.standard_filters(false).follow_links(false).threads(threads);
        builder
    }

    /// The raw bytes of a path below the root; empty for the root.
    fn below<'p>(&self, path: &'p Path) -> &'p [u8] {
        path.as_os_str().as_encoded_bytes().get(self.base.as_os_str().len()..).unwrap_or_default()
    }

    fn shown(&self, path: &Path) -> String {
        let shown = place::path_text(self.below(path));
        if cfg!(windows) { shown.replace('\\', "/") } else { shown }
    }

    fn note(&self, code: Code, path: &Path, detail: impl Into<String>) {
        let problem = Problem::new(code, self.shown(path), detail);
        lock(&self.notes).problems.push(problem);
    }

    fn folder(&self, below: &[u8]) -> Folder {
        let folders = self.folders.read().unwrap_or_else(PoisonError::into_inner);
        folders.get(below).cloned().unwrap_or_default()
    }

    /// Sets up what holds inside the folder at `path`, which `outer` holds.
    fn enter(&self, path: &Path, below: &[u8], outer: &Folder, left_out: Option<Ruling>) {
        let mut folder = Folder { rules: outer.rules.clone(), left_out };
        if self.honour_ignore && folder.left_out.is_none() {
            let mut problems = Vec::new();
            let own = Rules::load(path, below, outer.rules.as_ref(), &mut problems);
            if own.is_some() || !problems.is_empty() {
                let mut notes = lock(&self.notes);
                notes.problems.append(&mut problems);
                notes.rules.extend(own.clone());
            }
            folder.rules = own.or(folder.rules);
        }
        self.folders.write().unwrap_or_else(PoisonError::into_inner).insert(below.to_vec(), folder);
    }

    fn note_error(&self, error: &ignore::Error) {
        let path = error_path(error).unwrap_or(&self.base);
        let (code, detail) = match error.io_error() {
            Some(error) => describe(error),
            None => (Code::Unreadable, error.to_string()),
        };
        self.note(code, path, detail);
    }

    /// Everything but the files, once all threads are done.
    fn finish(self) -> Vec<Problem> {
        let Notes { mut problems, rules, mut links } = self.notes.into_inner().unwrap_or_else(PoisonError::into_inner);
        for rules in rules {
            rules.report(&mut problems);
        }
        links.sort_unstable();
        let more = links.len().saturating_sub(LINKS_LISTED);
        let rest = links.get(LINKS_LISTED).map(|(path, _)| path.clone());
        for (path, full) in links.into_iter().take(LINKS_LISTED) {
            problems.push(Problem::new(Code::SymbolicLink, path, link_detail(&full)));
        }
        if let Some(path) = rest {
            let detail = format!("not followed: this and {} more symbolic links, not listed", more - 1);
            problems.push(Problem { code: Code::SymbolicLink, path, detail, count: more as u64 });
        }
        problems
    }
}

fn link_detail(full: &Path) -> String {
    match full.read_link() {
        Ok(target) => format!("not followed: leads to `{}`", place::path_text(target.as_os_str().as_encoded_bytes())),
        Err(_) => "not followed".to_string(),
    }
}

/// What an error of the system means for a report.
pub(super) fn describe(error: &io::Error) -> (Code, String) {
    match error.kind() {
        ErrorKind::NotFound => (Code::Vanished, "gone when it was opened".to_string()),
        ErrorKind::InvalidFilename => (Code::OverLimit, "the path is longer than the system can open".to_string()),
        _ => (Code::Unreadable, error.to_string()),
    }
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        _ => None,
    }
}

/// Makes a [`Worker`] for each thread.
struct Workers<'a, F, M> {
    walk: &'a RootWalk,
    consumers: &'a Consumers<F, M>,
}

impl<'a, F: FnMut(FoundFile) + Send, M: Fn() -> F + Sync> ParallelVisitorBuilder<'a> for Workers<'a, F, M> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 'a> {
        Box::new(Worker { walk: self.walk, consumers: self.consumers, consumer: None, last: None })
    }
}

/// One thread of a walk.
struct Worker<'a, F, M: Fn() -> F> {
    walk: &'a RootWalk,
    consumers: &'a Consumers<F, M>,
    /// Taken at the first file.
    consumer: Option<F>,
    /// The folder of the entry before: files of one folder mostly come one after another.
    last: Option<(Vec<u8>, Folder)>,
}

impl<F, M: Fn() -> F> Drop for Worker<'_, F, M> {
    fn drop(&mut self) {
        if let Some(consumer) = self.consumer.take() {
            self.consumers.give(consumer);
        }
    }
}

impl<F: FnMut(FoundFile) + Send, M: Fn() -> F + Sync> ParallelVisitor for Worker<'_, F, M> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => self.entry(entry),
            Err(error) => {
                self.walk.note_error(&error);
                WalkState::Continue
            }
        }
    }
}

impl<F: FnMut(FoundFile), M: Fn() -> F> Worker<'_, F, M> {
    fn entry(&mut self, entry: DirEntry) -> WalkState {
        let walk = self.walk;
        if entry.depth() == 0 {
            walk.enter(entry.path(), b"", &Folder::default(), None);
            return WalkState::Continue;
        }
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        let below = walk.below(entry.path());
        let name_bytes = entry.file_name().len();
        let outer = self.outer(below.get(..below.len().saturating_sub(name_bytes + 1)).unwrap_or_default());
        let left_out = match (&outer.left_out, &outer.rules) {
            (Some(ruling), _) => Some(ruling.clone()),
            (None, Some(rules)) => rules.ruling(below, kind.is_dir()),
            (None, None) => None,
        };
        if kind.is_dir() {
            return self.inner_folder(&entry, below, &outer, left_out);
        }
        if let Some(ruling) = left_out {
            if kind.is_file() {
                ruling.count_file();
            }
            return WalkState::Continue;
        }
        if kind.is_symlink() {
            let link = (walk.shown(entry.path()), entry.into_path());
            lock(&walk.notes).links.push(link);
        } else if !kind.is_file() {
            walk.note(Code::SpecialFile, entry.path(), "a device, socket or pipe: not opened");
        } else if below.len() > limits::PATH_BYTES {
            walk.note(Code::OverLimit, entry.path(), over_length(below.len()));
        } else {
            let found = FoundFile { root: walk.no, path: walk.shown(entry.path()), full: entry.into_path() };
            self.consumer.get_or_insert_with(|| self.consumers.take())(found);
        }
        WalkState::Continue
    }

    fn inner_folder(&self, entry: &DirEntry, below: &[u8], outer: &Folder, left_out: Option<Ruling>) -> WalkState {
        if VERSION_CONTROL.iter().any(|name| entry.file_name() == OsStr::new(name)) {
            if left_out.is_none() {
                self.walk.note(Code::VersionControl, entry.path(), "version-control data: not entered");
            }
            return WalkState::Skip;
        }
        if entry.depth() > limits::FOLDER_DEPTH {
            let detail = format!("not entered: more than {} folders deep", limits::FOLDER_DEPTH);
            self.walk.note(Code::OverLimit, entry.path(), detail);
            return WalkState::Skip;
        }
        if below.len() > limits::PATH_BYTES {
            self.walk.note(Code::OverLimit, entry.path(), over_length(below.len()));
            return WalkState::Skip;
        }
        self.walk.enter(entry.path(), below, outer, left_out);
        WalkState::Continue
    }

    /// What holds in the folder at `below`.
    fn outer(&mut self, below: &[u8]) -> Folder {
        match &self.last {
            Some((path, folder)) if path == below => folder.clone(),
            _ => {
                let folder = self.walk.folder(below);
                self.last = Some((below.to_vec(), folder.clone()));
                folder
            }
        }
    }
}

/// The words for a path over the limit.
pub(super) fn over_length(bytes: usize) -> String {
    format!("a path of {bytes} bytes is over the limit of {}", limits::PATH_BYTES)
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;

//! The assembly line of a scan: walk → read → file stage → tree stage → report. Threads and I/O live here.

mod changes;
pub mod paste;
pub mod since;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;

use crate::attribute::{self, Project};
use crate::error::{Code, Error, Problem};
use crate::examine::{self, Content, Memory, Search, SourceFile, Wanted, examine};
use crate::index::inventory::Figures;
use crate::index::relation;
use crate::index::set::{IndexFile, Indexes};
use crate::input::archive::{self, ArchiveLimits};
use crate::input::walk::{self, FoundFile, WalkOptions};
use crate::input::{digest, manifest, read};
use crate::license;
use crate::model::declaration::Manifest;
use crate::model::evidence::FileEvidence;
use crate::model::finding::{FileReport, Finding, FindingKind, IndexSummary, Report};
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::place::{folder, is_below, path_text};
use crate::model::review::{Excluded, Review};
use crate::review::pattern::PathPattern;
use crate::review::settings::Exclude;
use crate::text::language::{self, Role};

/// How to scan.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether ignore rules are set aside.
    pub no_ignore: bool,
    /// Whether the report lists every file.
    pub all_files: bool,
    /// What to look for.
    pub wanted: Wanted,
    /// Whether files with a match get the digests that bills of materials name them by.
    pub digests: bool,
    /// Threads; 0 for one a core.
    pub threads: usize,
    /// Files that are not read, by patterns of their paths.
    pub excludes: Vec<Exclude>,
    /// Patterns of paths with licence rules of their own; of those that mean no file the report knows.
    pub licence_paths: Vec<PathPattern>,
    /// Whether more than one root is scanned: patterns may then begin with the root's name.
    pub several_roots: bool,
}

/// Scans `roots` against `indexes`. `done` is called after each file with its bytes.
///
/// # Errors
///
/// A root that is not there.
pub fn scan(
    roots: &[PathBuf],
    indexes: &Indexes,
    options: &Options,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Report, Error> {
    let gathered = Mutex::new(Gathered::default());
    let memory = Memory::default();
    let search = Search { indexes, wanted: options.wanted, memory: &memory };
    let walk_options = WalkOptions { honour_ignore: !options.no_ignore, threads: options.threads };
    let summary = walk::walk(roots, &walk_options, || {
        let mut worker = Worker::new(search, options, done, &gathered);
        move |file: FoundFile| worker.file(&file)
    })?;
    let mut gathered = gathered.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    let projects = projects(roots, std::mem::take(&mut gathered.manifests));
    gathered.problems.extend(summary.problems);
    Ok(conclude(roots, indexes, options, gathered, projects))
}

/// The tree stage, and the report of it.
fn conclude(
    roots: &[PathBuf],
    indexes: &Indexes,
    options: &Options,
    mut gathered: Gathered,
    projects: Vec<Project>,
) -> Report {
    let mut attribution =
        attribute::attribute(indexes, &projects, options.wanted, std::mem::take(&mut gathered.evidence));
    for finding in &mut attribution.findings {
        finding.unknown_files = unknown_files(finding, &gathered.unknown);
    }
    attribution.files.append(&mut gathered.others);
    attribution.files.sort_by(|one, other| (one.scan_root, &one.path).cmp(&(other.scan_root, &other.path)));
    if !options.all_files {
        let says = |file: &FileReport| {
            let named = !file.licenses.is_empty() || !file.mentions.is_empty();
            named || !file.matches.is_empty() || !file.copyrights.is_empty()
        };
        attribution.files.retain(says);
    }
    let mut report = Report {
        wanted: options.wanted,
        indexes: indexes.files().iter().map(|file| summary_of(indexes, file)).collect(),
        roots: roots.iter().map(|root| path_text(root.as_os_str().as_encoded_bytes())).collect(),
        file_roots: roots
            .iter()
            .zip(0..)
            .filter(|(root, _)| !root.is_dir())
            .map(|(_, number)| RootNo(number))
            .collect(),
        files_read: gathered.files,
        bytes_read: gathered.bytes,
        findings: attribution.findings,
        internal: attribution.internal,
        manifests: projects.into_iter().flat_map(|project| project.manifests).map(Into::into).collect(),
        discrepancies: attribution.discrepancies,
        files: attribution.files,
        problems: Vec::new(),
        since: None,
        review: Review {
            excluded: excluded(options, &gathered.excluded),
            idle_licence_paths: (0..options.licence_paths.len())
                .filter(|at| !gathered.licence_paths.contains(at))
                .collect(),
            ..Review::default()
        },
    };
    let left_out = |one: &Excluded| Problem {
        count: one.files,
        ..Problem::new(Code::Ignored, "", format!("settings: `{}`: {}", one.pattern, one.reason))
    };
    gathered.problems.extend(report.review.excluded.iter().map(|one| (RootNo(0), left_out(one))));
    report.problems = condense(placed(&report, gathered.problems));
    report.round();
    report
}

/// Files of code below a vendored folder of which no index knows anything. Of the whole tree nobody says that it is a copy.
fn unknown_files(finding: &Finding, unknown: &BTreeMap<(RootNo, String), u32>) -> u32 {
    let root = finding.root.as_str();
    if finding.kind != FindingKind::Vendored || root.is_empty() {
        return 0;
    }
    let from = unknown.range((finding.scan_root, root.to_string())..);
    let near = from.take_while(|((at, folder), _)| *at == finding.scan_root && folder.starts_with(root));
    near.filter(|((_, folder), _)| is_below(folder, root)).map(|(_, files)| files).sum()
}

/// What the settings leave out, with the number of files; a pattern that leaves nothing out is listed, too.
fn excluded(options: &Options, counts: &BTreeMap<usize, u64>) -> Vec<Excluded> {
    let one = |(at, exclude): (usize, &Exclude)| Excluded {
        pattern: exclude.pattern.clone(),
        reason: exclude.reason.clone(),
        files: counts.get(&at).copied().unwrap_or(0),
    };
    options.excludes.iter().enumerate().map(one).collect()
}

/// The lines that the matches of a file begin and end with, and those behind them: where two matches of one source share lines
/// the later one begins there.
fn ends(evidence: &FileEvidence) -> BTreeSet<u32> {
    let ranges = evidence.snippets.iter().flat_map(|snippet| &snippet.ranges);
    ranges.flat_map(|range| [range.lines.first, range.lines.last, range.lines.last.saturating_add(1)]).collect()
}

/// Lines of code from which on an index would know a file.
const TELLING_LINES: u32 = 10;

/// Whether a file has so much code that an index of its release would know it, and does not stand among tests or examples.
fn is_code(evidence: &FileEvidence) -> bool {
    let is_code = |name: &str| language::by(name).role == Role::Code;
    evidence.code_lines >= TELLING_LINES
        && evidence.language.is_some_and(is_code)
        && !relation::is_aside(&evidence.path)
}

/// What each root says of itself, and whether that holds.
fn projects(roots: &[PathBuf], mut manifests: Vec<Manifest>) -> Vec<Project> {
    manifests.sort();
    let of = |(root, number): (&PathBuf, u32)| {
        let own: Vec<Manifest> = manifests.iter().filter(|one| one.root == RootNo(number)).cloned().collect();
        let mut manifests = manifest::join(root, own);
        let checked = manifest::check::check(root, &mut manifests);
        Project { root: RootNo(number), own: manifest::own::own_components(root), manifests, checked }
    };
    roots.iter().zip(0..).map(of).collect()
}

/// The problems by code, their paths as the report shows them.
fn placed(report: &Report, problems: Vec<(RootNo, Problem)>) -> Vec<Problem> {
    let place = |(root, problem): (RootNo, Problem)| {
        let path = report.shown_path(root, &problem.path).into_owned();
        Problem { path, ..problem }
    };
    let mut problems: Vec<Problem> = problems.into_iter().map(place).collect();
    problems.sort();
    problems
}

/// One entry a file, however many parts it has.
fn summary_of(indexes: &Indexes, file: &IndexFile) -> IndexSummary {
    let Figures { components, releases, files, .. } = indexes.figures(file);
    let name = path_text(file.path.as_os_str().as_encoded_bytes());
    IndexSummary { id: file.table.hex(), name, components, releases, files }
}

/// Lists at most [`limits::PROBLEMS_LISTED`] problems a code; the others become one entry with a count.
fn condense(problems: Vec<Problem>) -> Vec<Problem> {
    let mut out: Vec<Problem> = Vec::with_capacity(problems.len().min(limits::PROBLEMS_LISTED));
    for same in problems.chunk_by(|one, other| one.code == other.code) {
        let (listed, rest) = same.split_at(same.len().min(limits::PROBLEMS_LISTED));
        out.extend_from_slice(listed);
        if let Some(first) = rest.first() {
            let count = rest.iter().map(|problem| problem.count).sum();
            out.push(Problem {
                code: first.code,
                path: String::new(),
                detail: "and so many more of this kind".into(),
                count,
            });
        }
    }
    out
}

/// What the workers found.
#[derive(Clone, Default)]
struct Gathered {
    evidence: Vec<FileEvidence>,
    /// Files in which nothing was found, where all are to be listed.
    others: Vec<FileReport>,
    manifests: Vec<Manifest>,
    /// Files that each pattern left out.
    excluded: BTreeMap<usize, u64>,
    /// Files of code of which no index knows anything, by folder.
    unknown: BTreeMap<(RootNo, String), u32>,
    /// Which patterns with licence rules mean any file.
    licence_paths: BTreeSet<usize>,
    problems: Vec<(RootNo, Problem)>,
    files: u64,
    bytes: u64,
}

impl Gathered {
    /// Takes what others gathered.
    fn add(&mut self, mut other: Gathered) {
        self.evidence.append(&mut other.evidence);
        self.others.append(&mut other.others);
        for (exclude, files) in other.excluded {
            *self.excluded.entry(exclude).or_default() += files;
        }
        self.licence_paths.append(&mut other.licence_paths);
        for (folder, files) in other.unknown {
            *self.unknown.entry(folder).or_default() += files;
        }
        self.manifests.append(&mut other.manifests);
        self.problems.append(&mut other.problems);
        self.files += other.files;
        self.bytes += other.bytes;
    }

    fn add_problems(&mut self, root: RootNo, problems: impl IntoIterator<Item = Problem>) {
        self.problems.extend(problems.into_iter().map(|problem| (root, problem)));
    }
}

/// One thread's part; what it gathered joins the rest when it is dropped.
struct Worker<'a> {
    search: Search<'a>,
    options: &'a Options,
    done: &'a (dyn Fn(u64) + Sync),
    buffer: Vec<u8>,
    text: Vec<u8>,
    scratch: examine::Scratch,
    own: Gathered,
    all: &'a Mutex<Gathered>,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        all.add(std::mem::take(&mut self.own));
    }
}

impl<'a> Worker<'a> {
    fn new(search: Search<'a>, options: &'a Options, done: &'a (dyn Fn(u64) + Sync), all: &'a Mutex<Gathered>) -> Self {
        let (buffer, text, scratch, own) = Default::default();
        Worker { search, options, done, buffer, text, scratch, own, all }
    }

    fn file(&mut self, file: &FoundFile) {
        let names = self.names(file);
        let means = |pattern: &PathPattern| names.iter().any(|name| pattern.is_file(name));
        for (at, _) in self.options.licence_paths.iter().enumerate().filter(|(_, part)| means(part)) {
            self.own.licence_paths.insert(at);
        }
        if let Some(exclude) = self.options.excludes.iter().position(|one| means(&one.matcher)) {
            *self.own.excluded.entry(exclude).or_default() += 1;
            return;
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        match read::read(&file.full, &file.path, &mut buffer) {
            Err(problem) => self.own.add_problems(file.root, [problem]),
            Ok(done) => {
                let whole = done.body == read::Body::Whole;
                let head = &buffer[..buffer.len().min(archive::HEAD_BYTES)];
                let format =
                    if whole { archive::format(&file.path, head) } else { archive::format_of_file(&file.full) };
                let is_archive = format.is_some();
                // An archive over the size limit is still opened, member by member.
                let problem = done.problem.filter(|problem| !(is_archive && problem.code == Code::TooLarge));
                self.own.add_problems(file.root, problem);
                if self.options.wanted.matches && manifest::is_manifest(&file.path) {
                    self.manifest(file, if whole { &buffer } else { &[] }, done.bytes);
                }
                let source = SourceFile {
                    root: file.root,
                    path: &file.path,
                    archive: 0,
                    bytes: done.bytes,
                    blake3: done.blake3,
                };
                self.examine(&source, whole.then_some(&buffer[..]).filter(|_| !is_archive), is_archive);
                if is_archive {
                    self.archive(file);
                }
            }
        }
        self.buffer = buffer;
    }

    /// The names that a file goes by in patterns, see [`crate::review::pattern`].
    fn names<'f>(&self, file: &'f FoundFile) -> Vec<Cow<'f, str>> {
        let below = Cow::Borrowed(file.path.as_str());
        match self.options.several_roots {
            false => vec![below],
            true => {
                let full = path_text(file.full.as_os_str().as_encoded_bytes());
                vec![below, Cow::Owned(full.trim_start_matches("./").to_string())]
            }
        }
    }

    /// Takes what a manifest declares; `bytes` are all that were read of its `size`.
    fn manifest(&mut self, file: &FoundFile, bytes: &[u8], size: u64) {
        if let Some((manifest, problems)) = manifest::read(file.root, &file.path, bytes, size) {
            self.own.manifests.push(manifest);
            self.own.add_problems(file.root, problems);
        }
    }

    fn archive(&mut self, file: &FoundFile) {
        let mut visit = |member: archive::Member<'_>| {
            let path = format!("{}!/{}", file.path, member.path);
            let source = SourceFile {
                root: file.root,
                path: &path,
                archive: file.path.len() as u32,
                bytes: member.size,
                blake3: member.blake3,
            };
            self.examine(&source, member.whole.then_some(member.bytes), false);
        };
        let problems = archive::open(&file.full, &file.path, &ArchiveLimits::default(), &mut visit);
        self.own.add_problems(file.root, problems);
    }

    /// Examines one file's bytes; `None` if they were hashed only, `opened` if its members follow.
    fn examine(&mut self, source: &SourceFile<'_>, bytes: Option<&[u8]>, opened: bool) {
        self.own.files += 1;
        self.own.bytes += source.bytes;
        let text = bytes.and_then(|bytes| read::text(bytes, &mut self.text));
        let content = Content::of(bytes, text);
        let mut evidence = examine(&self.search, source, content, &mut self.scratch, None);
        self.own.add_problems(source.root, std::mem::take(&mut evidence.problems));
        let known = !evidence.whole.is_empty() || !evidence.snippets.is_empty();
        if let Some(bytes) = bytes.filter(|_| known && self.options.digests) {
            let text = if let Content::Text(text) = content { Some(text) } else { None };
            evidence.digests = Some(Box::new(digest::of(bytes, text, &ends(&evidence))));
        }
        if !known && is_code(&evidence) {
            *self.own.unknown.entry((source.root, folder(source.path).to_string())).or_default() += 1;
        }
        // A licence file speaks for the folder around it, whatever it holds.
        let named = !evidence.licenses.is_empty() || !evidence.mentions.is_empty();
        let states = named || !evidence.copyrights.is_empty();
        if matches!(content, Content::Binary(_)) && !known && !states && !opened && source.bytes > 0 {
            self.own.add_problems(source.root, [Problem::new(Code::Binary, source.path, "not text: hashed only")]);
        }
        if known || states || license::file::kind(&evidence.path).is_some() {
            self.own.evidence.push(evidence);
        } else if self.options.all_files {
            self.own.others.push(FileReport {
                scan_root: evidence.root,
                path: evidence.path,
                bytes: evidence.bytes,
                blake3: evidence.blake3,
                digests: None,
                language: evidence.language,
                matches: Vec::new(),
                licenses: Vec::new(),
                mentions: Vec::new(),
                copyrights: Vec::new(),
                managed: false,
            });
        }
        (self.done)(source.bytes);
    }
}

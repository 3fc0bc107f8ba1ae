//! Only what changed since a revision: `--since`.
//!
//! The tree is not walked. git says which files changed and what they held; these are examined as they are and as they were,
//! each time among the files of their folders, which are evidence for what a folder is a copy of, and under the manifests that
//! stand around them. What differs between the two attributions came with the change.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;

use crate::attribute::Project;
use crate::error::Error;
use crate::examine::{Memory, Search};
use crate::index::set::Indexes;
use crate::input::walk::FoundFile;
use crate::input::{manifest, read};
use crate::model::declaration::{Manifest, Site};
use crate::model::finding::{Discrepancy, DiscrepancyKind, Finding, Report, Since};
use crate::model::ids::RootNo;
use crate::model::place::is_below;
use crate::model::purl::base_of;
use crate::model::review::BaselineState;
use crate::review::baseline::{self, Comparison};
use crate::review::recorded::Recorded;
use crate::scan::changes::{self, Changes, found};
use crate::scan::{Gathered, Options, Worker, conclude};

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
    let mut changes = changes::since(root, revision, options).map_err(refuse)?;
    let scratch = tempfile::tempdir().map_err(|source| Error::Io {
        what: "cannot make a folder for",
        path: root.to_path_buf(),
        source,
    })?;
    let old = changes.old_files(root, scratch.path()).map_err(refuse)?;
    let new: Vec<FoundFile> = changes.now.iter().map(|(path, raw)| found(root, path, raw)).collect();
    let places = restated_places(&old, &new);
    if !places.is_empty() {
        changes.concern(root, &places, options);
    }
    let (context, manifests) = changes.around(root);
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
    let (report, before) = (side(now, &new), side(before, &old));
    let comparison = baseline::compare(&report, &Recorded::of(&before));
    let (mut report, comparison) = touched(report, comparison, &changes);
    report.problems.extend(changes.problems.iter().cloned());
    report.problems.sort();
    report.since = Some(Since {
        revision: revision.to_string(),
        commit: changes.commit.clone(),
        changed_files: changes.paths().len() as u64,
        context_files: context_count,
    });
    Ok((report, comparison))
}

/// Places of which changed manifests say something else than before: those that only the old ones or only the new ones declare.
fn restated_places(old: &[FoundFile], new: &[FoundFile]) -> BTreeSet<String> {
    let declared = |files: &[FoundFile]| -> BTreeSet<(String, String)> {
        let manifests: Vec<FoundFile> =
            files.iter().filter(|file| manifest::is_manifest(&file.path)).cloned().collect();
        let read = read_manifests(&manifests).manifests;
        let all = read.iter().flat_map(|manifest| &manifest.declarations);
        all.flat_map(|one| {
            let places: Vec<&String> = match &one.site {
                Site::Folder { path, .. } | Site::File(path) => vec![path],
                Site::Files(files) => files.iter().map(|file| &file.path).collect(),
                Site::Elsewhere | Site::Somewhere(_) => Vec::new(),
            };
            places.into_iter().map(|place| (place.clone(), one.purl.clone())).collect::<Vec<_>>()
        })
        .collect()
    };
    let (old, new) = (declared(old), declared(new));
    let differ = old.symmetric_difference(&new).map(|(place, _)| place.clone());
    differ.filter(|place| !place.is_empty()).collect()
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
    let mut manifests = manifest::join(root, manifests);
    let paths = changes.paths();
    let concerned = |manifest: &Manifest| {
        let is_below = |home: &str| paths.range(home..).next().is_some_and(|path| path.starts_with(home));
        let says = manifest.declarations.iter().any(|one| match &one.site {
            Site::Folder { path, .. } | Site::File(path) => is_below(path),
            Site::Files(files) => files.iter().any(|file| changes.touches(&file.path)),
            Site::Elsewhere | Site::Somewhere(_) => false,
        });
        changes.touches(&manifest.path) || says
    };
    let checked = manifest::check::check_some(root, &mut manifests, &concerned);
    vec![Project { root: RootNo(0), own: manifest::own::own_components(root), manifests, checked }]
}

/// The report, and how it stands to the revision, without what has nothing to do with a changed file: it is no part of a
/// finding, and the finding is what it was.
fn touched(mut report: Report, comparison: Comparison, changes: &Changes) -> (Report, Comparison) {
    report.files.retain(|file| changes.touches(&file.path));
    let mut matched: BTreeSet<(&str, &str)> = BTreeSet::new();
    for file in &report.files {
        matched.extend(file.matches.iter().map(|one| (base_of(&one.purl), file.path.as_str())));
    }
    let touches = |finding: &Finding| {
        let base = base_of(&finding.purl);
        // Everything below a place begins with its name.
        let from = matched.range((base, finding.root.as_str())..);
        let near = from.take_while(|(purl, path)| *purl == base && path.starts_with(&finding.root));
        near.into_iter().any(|(_, path)| is_below(path, &finding.root))
    };
    let mut states = comparison.findings.into_iter();
    let (mut findings, mut internal) = (Vec::new(), Vec::new());
    for finding in std::mem::take(&mut report.findings) {
        let state = states.next().unwrap_or(BaselineState::New);
        if state != BaselineState::Unchanged || touches(&finding) {
            findings.push((finding, state));
        }
    }
    internal.extend(std::mem::take(&mut report.internal).into_iter().filter(touches));
    drop(matched);
    let paths = changes.paths();
    let mut states = comparison.discrepancies.into_iter();
    let mut discrepancies = Vec::new();
    for one in std::mem::take(&mut report.discrepancies) {
        let state = restated(&one, states.next().unwrap_or(BaselineState::New), changes, &paths);
        let near = !one.root.is_empty() && paths.iter().any(|path| is_below(path, &one.root));
        let named =
            one.changes.iter().any(|(_, path)| changes.touches(path)) || changes.touches(&one.declared.manifest);
        // That nothing of a component is there cannot be told by a part of the tree, only that it went.
        let cannot_say = one.kind == DiscrepancyKind::Absent && state == BaselineState::Unchanged;
        if (near || named || state != BaselineState::Unchanged) && !cannot_say {
            discrepancies.push((one, state));
        }
    }
    report.problems.retain(|problem| problem.path.is_empty() || changes.touches(&problem.path));
    report.manifests.retain(|manifest| changes.touches(&manifest.path));
    report.internal = internal;
    let (findings, finding_states) = findings.into_iter().unzip();
    let (discrepancies, discrepancy_states) = discrepancies.into_iter().unzip();
    (report.findings, report.discrepancies) = (findings, discrepancies);
    let comparison = Comparison { findings: finding_states, discrepancies: discrepancy_states, gone: comparison.gone };
    (report, comparison)
}

/// What the records of installers are held against is the tree as it is, on both sides: what they say of a changed file came
/// with the change.
fn restated(one: &Discrepancy, state: BaselineState, changes: &Changes, paths: &BTreeSet<&str>) -> BaselineState {
    let went = |path: &&&str| !changes.now.contains_key(**path) && is_below(path, &one.root);
    let is_news = match one.kind {
        DiscrepancyKind::Tampered => one.changes.iter().any(|(_, path)| changes.touches(path)),
        DiscrepancyKind::Absent => paths.iter().find(went).is_some(),
        DiscrepancyKind::WrongVersion | DiscrepancyKind::Extraneous => false,
    };
    if is_news { BaselineState::New } else { state }
}

//! The assembly line of an index build: list → releases → files → prints on disk → index file. Threads and files live here.
//!
//! Releases are read in parallel, each distinct content lexed once; what merging needs of it goes to a spool on disk.
//! Identities are given at the end in the order of digests and purls, so that the index depends on nothing but its sources.

mod catalog;
mod facts;
pub mod files;
mod git;
pub mod grow;
mod inside;
pub mod licenses;
mod names;
mod order;
mod pick;
pub mod plan;
mod release;
mod rule;
pub mod sources;
mod spool;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;

use crate::atomic::AtomicFile;
use crate::error::Error;
use crate::index::estimate::Distinct;
use crate::index::format::{FREQUENCY_BITS, Totals};
use crate::index::version;
use crate::index::writer::{self, ComponentIn, ContentIn, FileIn, Input, Profile, ReleaseIn};
use crate::model::limits;
use crate::model::purl::Purl;
use crate::text::digest::Digest;
use crate::text::fingerprint::Scheme;
use release::{Reader, Release, ReleaseFile, Seen};
use sources::Source;
use spool::Spool;

/// How to build.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of postings held in memory at a time.
    pub memory: u64,
    /// What seeds are kept; decides the gram lengths too.
    pub profile: Profile,
    /// Whether a release that cannot be read ends the build.
    pub strict: bool,
    /// Whether what is indexed is a company's own code, and no open source.
    pub own: bool,
}

/// The gram lengths of a profile.
pub fn scheme(profile: Profile) -> Scheme {
    match profile {
        Profile::Full => Scheme::FULL,
        Profile::Compact => Scheme::COMPACT,
    }
}

/// What came of a build.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What the index holds.
    pub totals: Totals,
    /// Releases that were left out because they are indexed already.
    pub known: Vec<String>,
    /// Releases that were left out, each with the reason.
    pub skipped: Vec<String>,
    /// Members of archives that could not be read in full.
    pub damaged: Vec<String>,
    /// What was indexed: by purl, oldest first; what their archives tell of them filled in.
    pub sources: Vec<Source>,
}

/// Builds the index of releases at hand and writes it to `output`, whole or not at all. `done` is called after each release
/// with the bytes read.
///
/// # Errors
///
/// An output that cannot be written, no release at all, and with [`Options::strict`] any release that cannot be read.
pub fn build(
    sources: &[Source],
    output: &Path,
    options: &Options,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Outcome, Error> {
    let mut file = AtomicFile::create(output)?;
    let outcome = build_into(sources, &mut file, options, &Known::new(), done)?;
    file.commit()?;
    Ok(outcome)
}

/// Releases that need not be indexed: purl without version, and version.
type Known = HashSet<(String, String)>;

/// Builds the index of the releases that are not `known` into an unfinished file; writes nothing where none is left.
fn build_into(
    sources: &[Source],
    file: &mut AtomicFile,
    options: &Options,
    known: &Known,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    let sources = without(sources, known, &mut outcome);
    if sources.is_empty() && !outcome.known.is_empty() {
        return Ok(outcome);
    }
    let output = file.target().to_path_buf();
    let write_error = |source| Error::Io { what: "cannot write the index", path: output.clone(), source };
    let state = State::new().map_err(write_error)?;
    let read: Vec<Release> = sources
        .par_iter()
        .map_init(Reader::default, |reader, source| {
            let release = reader.read(source, options.profile, &state);
            done(release.files.iter().map(|file| file.bytes).sum());
            release
        })
        .collect();
    if let Some(source) = state.failure() {
        return Err(write_error(source));
    }
    let kept = sort_out(&sources, read, options, &mut outcome)?;
    let counts = Counts::of(&lock(&state.contents), &state.spool).map_err(write_error)?;
    let input = assemble(&kept, &state, counts, options);
    let prints = |place| state.spool.read(place);
    let input = Input { prints: &prints, ..input };
    file.file().seek(SeekFrom::Start(0)).map_err(write_error)?;
    let mut out = io::BufWriter::with_capacity(1 << 20, file.file());
    let (totals, _) = writer::write(&input, &mut out).map_err(write_error)?;
    drop(out);
    outcome.totals = totals;
    outcome.sources = kept.into_iter().map(|(source, _)| source).collect();
    Ok(outcome)
}

/// The sources that are not known yet.
fn without(sources: &[Source], known: &Known, outcome: &mut Outcome) -> Vec<Source> {
    let is_known = |source: &Source| {
        let version = source.purl.version().unwrap_or_default();
        known.contains(&(source.purl.base().to_string(), version))
    };
    let (old, new): (Vec<Source>, Vec<Source>) = sources.iter().cloned().partition(is_known);
    outcome.known = old.iter().map(|source| format!("{} ({})", source.purl, source.given)).collect();
    new
}

/// What the readers share.
struct State {
    contents: Mutex<HashMap<Digest, Seen>>,
    stated: Mutex<Stated>,
    spool: Spool,
    failure: Mutex<Option<io::Error>>,
}

/// Sets of licence expressions, each once, numbered from 1 as they were met; 0 is the empty one.
#[derive(Default)]
struct Stated {
    numbers: HashMap<BTreeSet<String>, u32>,
}

impl Stated {
    /// The number of a set, given now if it is new.
    fn number(&mut self, expressions: BTreeSet<&str>) -> u32 {
        if expressions.is_empty() {
            return 0;
        }
        let next = self.numbers.len() as u32 + 1;
        let owned: BTreeSet<String> =
            expressions.into_iter().take(limits::CONTENT_LICENSES).map(str::to_string).collect();
        *self.numbers.entry(owned).or_insert(next)
    }

    /// The sets in an order that does not depend on who was met first, and for each number its place in it plus 1.
    fn sorted(&self) -> (Vec<Vec<String>>, Vec<u32>) {
        let mut all: Vec<(Vec<String>, u32)> =
            self.numbers.iter().map(|(set, number)| (set.iter().cloned().collect(), *number)).collect();
        all.sort();
        let mut places = vec![0; all.len() + 1];
        for ((_, number), place) in all.iter().zip(1..) {
            places[*number as usize] = place;
        }
        (all.into_iter().map(|(set, _)| set).collect(), places)
    }
}

/// What the writer needs to know of all tokens.
struct Counts {
    frequencies: Vec<u64>,
    lines: Distinct,
    content_lines: u64,
}

impl Counts {
    fn new() -> Counts {
        Counts { frequencies: vec![0; 1 << FREQUENCY_BITS], lines: Distinct::default(), content_lines: 0 }
    }

    fn add(mut self, seen: &Seen, spool: &Spool) -> io::Result<Counts> {
        let Some(place) = seen.print else { return Ok(self) };
        let (units, tokens) = spool.read_tokens(place)?;
        for hash in tokens {
            self.frequencies[(hash >> (32 - FREQUENCY_BITS)) as usize] += 1;
        }
        units.iter().for_each(|unit| self.lines.add(unit.hash));
        self.content_lines += u64::from(seen.lines);
        Ok(self)
    }

    fn merge(mut self, other: Counts) -> Counts {
        self.frequencies.iter_mut().zip(&other.frequencies).for_each(|(own, other)| *own += other);
        self.lines.merge(&other.lines);
        self.content_lines += other.content_lines;
        self
    }

    /// Over all contents; sums and maxima only, so that the order does not matter.
    fn of(contents: &HashMap<Digest, Seen>, spool: &Spool) -> io::Result<Counts> {
        let each = contents.par_iter().try_fold(Counts::new, |counts, (_, seen)| counts.add(seen, spool));
        each.try_reduce(Counts::new, |one, other| Ok(one.merge(other)))
    }
}

impl State {
    fn new() -> io::Result<State> {
        Ok(State {
            contents: Mutex::default(),
            stated: Mutex::default(),
            spool: Spool::new()?,
            failure: Mutex::default(),
        })
    }

    fn fail(&self, error: io::Error) {
        lock(&self.failure).get_or_insert(error);
    }

    fn failure(&self) -> Option<io::Error> {
        lock(&self.failure).take()
    }
}

/// A poisoned lock means another thread panicked, which ends the process anyway; its data is still whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Releases by purl, oldest first, each once.
type Kept = Vec<(Source, Vec<ReleaseFile>)>;

fn sort_out(sources: &[Source], read: Vec<Release>, options: &Options, outcome: &mut Outcome) -> Result<Kept, Error> {
    let mut kept: Kept = Vec::new();
    for (source, release) in sources.iter().zip(read) {
        let named = |problem: &String| format!("{} ({}): {problem}", source.purl, source.given);
        if release.files.is_empty() {
            let reason = release.problems.first().cloned().unwrap_or_else(|| "it holds no file".to_string());
            outcome.skipped.push(named(&reason));
            continue;
        }
        outcome.damaged.extend(release.problems.iter().map(named));
        let source = Source {
            released: source.released.clone().or_else(|| release.facts.day()),
            license: source.license.clone().or(release.facts.license),
            ..source.clone()
        };
        kept.push((source, release.files));
    }
    if options.strict
        && let Some(first) = outcome.skipped.first()
    {
        return Err(Error::Usage(format!("{} releases cannot be read, the first: {first}", outcome.skipped.len())));
    }
    if kept.is_empty() {
        let first = outcome.skipped.first().map_or("nothing was asked for", String::as_str);
        return Err(Error::Usage(format!("no release could be read: {first}")));
    }
    // Stable: of two with one purl the first that was asked for stands.
    kept.sort_by(|(one, _), (other, _)| by_release(&one.purl, &other.purl));
    kept.dedup_by(|(later, _), (earlier, _)| by_release(&later.purl, &earlier.purl).is_eq());
    Ok(kept)
}

fn by_release(one: &Purl, other: &Purl) -> std::cmp::Ordering {
    let version = |purl: &Purl| purl.version().unwrap_or_default();
    one.base().cmp(other.base()).then_with(|| version::compare(&version(one), &version(other)))
}

/// Gives every component, release and content its number.
fn assemble(kept: &Kept, state: &State, counts: Counts, options: &Options) -> Input<'static> {
    let seen = lock(&state.contents);
    // Some contents were read and stand in no file that is kept.
    let mut digests: Vec<Digest> = kept.iter().flat_map(|(_, files)| files).map(|file| file.digest).collect();
    digests.sort_unstable();
    digests.dedup();
    let (licenses, places) = lock(&state.stated).sorted();
    let content = |digest: &Digest| {
        let seen = &seen[digest];
        let licenses = places[seen.licenses as usize];
        ContentIn { digest: *digest, size: seen.size, normal: seen.normal, print: seen.print, licenses }
    };
    let contents: Vec<ContentIn> = digests.iter().map(content).collect();
    let number = |digest: &Digest| digests.binary_search(digest).unwrap_or(0) as u32;
    let component = |kept: &[(Source, Vec<ReleaseFile>)]| {
        let files =
            kept.iter().zip(0..).flat_map(|((_, files), release)| files.iter().map(move |file| (file, release)));
        let files =
            files.map(|(file, release)| FileIn { path: file.path.clone(), release, content: number(&file.digest) });
        let base = kept.first().map_or("", |(source, _)| source.purl.base());
        let aliases: BTreeSet<&String> = kept.iter().flat_map(|(source, _)| &source.aliases).collect();
        ComponentIn {
            base: base.to_string(),
            aliases: aliases.into_iter().filter(|alias| *alias != base).cloned().collect(),
            own: options.own,
            files: files.collect(),
            releases: kept.iter().map(|(source, _)| release_in(source)).collect(),
        }
    };
    let components: Vec<ComponentIn> =
        kept.chunk_by(|(one, _), (other, _)| one.purl.base() == other.purl.base()).map(component).collect();
    let totals = Totals {
        source_bytes: kept.iter().flat_map(|(_, files)| files).map(|file| file.bytes).sum(),
        content_lines: counts.content_lines,
        distinct_lines: counts.lines.count(),
        ..Totals::default()
    };
    Input {
        components,
        contents,
        licenses,
        prints: &|_| Ok(Default::default()),
        scheme: scheme(options.profile),
        profile: options.profile,
        frequencies: counts.frequencies,
        memory: options.memory,
        totals,
    }
}

fn release_in(source: &Source) -> ReleaseIn {
    ReleaseIn {
        version: source.purl.version().unwrap_or_default(),
        released: source.released.clone(),
        license: source.license.clone(),
        keep: source.keep,
    }
}

/// Where a relative path of the list leads: below the list's own folder.
fn beside(list: &Path, path: &str) -> PathBuf {
    list.parent().unwrap_or(Path::new("")).join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_licences_are_kept_once_in_an_order_of_their_own() {
        let set = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<&str>>();
        let mut stated = Stated::default();
        let numbers = [&["Zlib"][..], &["MIT", "ISC"], &[], &["Zlib"]].map(|names| stated.number(set(names)));
        assert_eq!(numbers, [1, 2, 0, 1]);
        let (sets, places) = stated.sorted();
        assert_eq!(sets, [vec!["ISC".to_string(), "MIT".to_string()], vec!["Zlib".to_string()]]);
        assert_eq!(places, [0, 2, 1]);
    }

    #[test]
    fn a_content_of_many_licences_keeps_the_first() {
        let names: Vec<String> = (0..=limits::CONTENT_LICENSES).map(|at| format!("LicenseRef-{at:03}")).collect();
        let mut stated = Stated::default();
        stated.number(names.iter().map(String::as_str).collect());
        assert_eq!(stated.sorted().0, [names[..limits::CONTENT_LICENSES].to_vec()]);
    }
}

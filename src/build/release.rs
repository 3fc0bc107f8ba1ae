//! Reads the files of one release, from a folder or an archive.

use crate::build::facts::Facts;
use crate::build::inside::Patterns;
use crate::build::sources::Source;
use crate::build::{State, lock, scheme};
use crate::error::{Code, Problem};
use crate::index::merge;
use crate::index::writer::Profile;
use crate::input::{archive, read, walk};
use crate::license;
use crate::model::license::stated;
use crate::model::limits;
use crate::text::digest::{Digest, NORMALIZED_MIN_BYTES};
use crate::text::fingerprint::{self, Fingerprint};
use crate::text::language::{self, Role};
use crate::text::token::{self, Tokens};

/// A file of a release.
#[derive(Clone, Debug)]
pub struct ReleaseFile {
    /// Path in the release, without the folder that holds all of it.
    pub path: String,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub bytes: u64,
}

/// What came of reading a release.
#[derive(Debug, Default)]
pub struct Release {
    /// Its files, in the order in which they were met.
    pub files: Vec<ReleaseFile>,
    /// What could not be read of it.
    pub problems: Vec<String>,
    /// What its archive says of it.
    pub facts: Facts,
}

/// What is known of a distinct content.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Bytes.
    pub size: u64,
    /// Digest of its code.
    pub normal: Option<Digest>,
    /// Place of its print in the spool.
    pub print: Option<u64>,
    /// Lines of its text.
    pub lines: u32,
    /// Number of the set of licences that it states, see [`super::Stated`].
    pub licenses: u32,
    /// Rank of the language it was read as.
    rank: usize,
}

/// Buffers of one thread.
#[derive(Default)]
pub struct Reader {
    buffer: Vec<u8>,
    text: Vec<u8>,
    tokens: Tokens,
    scratch: fingerprint::Scratch,
    seeds: Vec<Fingerprint>,
    spill: Vec<u8>,
    license: license::Scratch,
}

/// Archives of releases are the user's own choice: larger members are read than those found inside a scanned tree.
fn archive_limits() -> archive::ArchiveLimits {
    archive::ArchiveLimits { depth: 1, member_bytes: limits::FILE_BYTES * 4, ..archive::ArchiveLimits::default() }
}

impl Reader {
    /// Reads a release. No file at all means that it cannot be had.
    pub fn read(&mut self, source: &Source, profile: Profile, state: &State) -> Release {
        let mut out = Release::default();
        let meta = match std::fs::metadata(&source.path) {
            Ok(meta) => meta,
            Err(error) => {
                out.problems.push(format!("cannot read `{}`: {error}", source.path.display()));
                return out;
            }
        };
        if meta.is_dir() {
            self.folder(source, profile, state, &mut out);
        } else {
            self.archive(source, profile, state, &mut out);
        }
        if source.subpath.is_empty() {
            strip_common_folder(&mut out.files, meta.is_dir());
        }
        out
    }

    fn folder(&mut self, source: &Source, profile: Profile, state: &State, out: &mut Release) {
        let found = std::sync::Mutex::new(Vec::new());
        let options = walk::WalkOptions { honour_ignore: false, threads: 1 };
        let walked = walk::walk(&[source.path.join(&source.subpath)], &options, || |file| lock(&found).push(file));
        match walked {
            Ok(summary) => out.problems.extend(summary.problems.iter().map(|(_, problem)| shown(problem))),
            Err(error) => out.problems.push(error.to_string()),
        }
        let mut found = std::mem::take(&mut *lock(&found));
        found.sort_by(|one: &walk::FoundFile, other| one.path.cmp(&other.path));
        let mut buffer = std::mem::take(&mut self.buffer);
        let only = only(source);
        for file in found.into_iter().filter(|file| only.as_ref().is_none_or(|only| only.holds(&file.path))) {
            match read::read(&file.full, &file.path, &mut buffer) {
                Ok(done) => {
                    let whole = done.body == read::Body::Whole;
                    let body = if whole { buffer.as_slice() } else { &[] };
                    self.file(&file.path, body, whole, done.bytes, &done.blake3, profile, state, &mut out.files);
                }
                Err(problem) => out.problems.push(shown(&problem)),
            }
        }
        self.buffer = buffer;
    }

    fn archive(&mut self, source: &Source, profile: Profile, state: &State, out: &mut Release) {
        let name = source.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Release { files, facts, .. } = out;
        let only = only(source);
        let mut visit = |member: archive::Member<'_>| {
            let Some(path) = below(&source.subpath, member.path) else { return };
            if only.as_ref().is_some_and(|only| !only.holds(path)) {
                return;
            }
            if source.subpath.is_empty() {
                facts.note(&member);
            }
            self.file(path, member.bytes, member.whole, member.size, &member.blake3, profile, state, files);
        };
        let problems = archive::open(&source.path, &name, &archive_limits(), &mut visit);
        let serious = problems.iter().filter(|problem| problem.code != Code::SymbolicLink);
        out.problems.extend(serious.map(shown));
    }

    #[allow(clippy::too_many_arguments)] // a file is what it is
    fn file(
        &mut self,
        path: &str,
        bytes: &[u8],
        whole: bool,
        size: u64,
        blake3: &[u8; 32],
        profile: Profile,
        state: &State,
        files: &mut Vec<ReleaseFile>,
    ) {
        if size == 0 {
            return;
        }
        let digest = Digest::short(blake3);
        files.push(ReleaseFile { path: path.to_string(), digest, bytes: size });
        let language = language::of(path, bytes);
        let mut seen = Seen { size, normal: None, print: None, lines: 0, licenses: 0, rank: language.rank() };
        // Whoever enters a content first lexes it; under a name of lower rank it is lexed again, so that the outcome does
        // not depend on who came first.
        if !enter(state, digest, seen) || !whole {
            return;
        }
        let Some(text) = read::text(bytes, &mut self.text) else { return };
        // Without its path: the same bytes under another name state the same.
        let found = license::detect(text, "", &mut self.license);
        seen.licenses = lock(&state.stated).number(stated(&found));
        token::lex(text, language, limits::FILE_TOKENS, &mut self.tokens);
        seen.normal = (self.tokens.code.len() >= NORMALIZED_MIN_BYTES).then(|| Digest::of(&self.tokens.code));
        // What a generator wrote is nobody's in particular, so only its hashes are kept. A scanned file may hold a paste all
        // the same, and is looked up like any other.
        let left_out = token::is_generated(text) || profile == Profile::Compact && self.tokens.minified;
        if language.role == Role::Code && !left_out && !self.tokens.is_empty() {
            seen.lines = self.tokens.all_lines;
            fingerprint::fingerprint(&self.tokens, scheme(profile), &mut self.scratch, &mut self.seeds);
            match self.keep(state) {
                Ok(place) => seen.print = place,
                Err(error) => state.fail(error),
            }
        }
        let mut contents = lock(&state.contents);
        if contents.get(&digest).is_some_and(|known| known.rank >= seen.rank) {
            contents.insert(digest, seen);
        }
    }

    /// Spools the print; `None` where there is no seed.
    fn keep(&mut self, state: &State) -> std::io::Result<Option<u64>> {
        if self.seeds.is_empty() {
            return Ok(None);
        }
        let units = merge::units(&self.tokens);
        state.spool.write(&units, &self.seeds, &self.tokens.hashes, &mut self.spill).map(Some)
    }
}

/// Which files of a release are taken; the list's reader has checked the pattern.
fn only(source: &Source) -> Option<Patterns> {
    (!source.only.is_empty()).then(|| Patterns::anywhere(&source.only).ok()).flatten()
}

fn shown(problem: &Problem) -> String {
    format!("{}: {}", problem.path, problem.detail)
}

/// A member's path below a folder of its archive.
fn below<'a>(folder: &str, path: &'a str) -> Option<&'a str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// Enters a content that is new, or known under names of higher rank only.
fn enter(state: &State, digest: Digest, seen: Seen) -> bool {
    let mut contents = lock(&state.contents);
    let fresh = contents.get(&digest).is_none_or(|known| seen.rank < known.rank);
    if fresh {
        contents.insert(digest, seen);
    }
    fresh
}

/// Takes away the one folder that holds everything in most archives (`package/`, `zlib-1.3/`). A folder named as a source
/// is taken as it is.
fn strip_common_folder(files: &mut [ReleaseFile], is_folder: bool) {
    let top = |path: &str| path.split_once('/').map(|(top, _)| top.to_string());
    let Some(first) = files.first().and_then(|file| top(&file.path)) else { return };
    if is_folder || files.iter().any(|file| top(&file.path).as_deref() != Some(&first)) {
        return;
    }
    for file in files {
        file.path.drain(..=first.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(paths: &[&str], is_folder: bool) -> Vec<String> {
        let file = |path: &&str| ReleaseFile { path: path.to_string(), digest: Digest([0; 16]), bytes: 1 };
        let mut files: Vec<ReleaseFile> = paths.iter().map(file).collect();
        strip_common_folder(&mut files, is_folder);
        files.into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn only_the_folder_that_holds_everything_goes() {
        assert_eq!(stripped(&["package/a.js", "package/lib/b.js"], false), ["a.js", "lib/b.js"]);
        assert_eq!(stripped(&["six.py", "six-1.dist-info/RECORD"], false), ["six.py", "six-1.dist-info/RECORD"]);
        assert_eq!(stripped(&["a/b.c", "a/c.c"], true), ["a/b.c", "a/c.c"]);
    }
}

//! Reads the files of one release, from a folder or an archive.

use std::path::Path;

use crate::build::sources::Source;
use crate::build::{State, lock, scheme};
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
    /// The files of a release and what could not be read of it. No file at all means that the release cannot be had.
    pub fn read(&mut self, source: &Source, profile: Profile, state: &State) -> (Vec<ReleaseFile>, Vec<String>) {
        let meta = match std::fs::metadata(&source.path) {
            Ok(meta) => meta,
            Err(error) => return (Vec::new(), vec![format!("cannot read `{}`: {error}", source.path.display())]),
        };
        let mut files = Vec::new();
        let problems = if meta.is_dir() {
            self.folder(&source.path, profile, state, &mut files)
        } else {
            self.archive(&source.path, profile, state, &mut files)
        };
        strip_common_folder(&mut files, meta.is_dir());
        (files, problems)
    }

    fn folder(&mut self, path: &Path, profile: Profile, state: &State, files: &mut Vec<ReleaseFile>) -> Vec<String> {
        let found = std::sync::Mutex::new(Vec::new());
        let options = walk::WalkOptions { honour_ignore: false, threads: 1 };
        let walked = walk::walk(&[path.to_path_buf()], &options, || |file| lock(&found).push(file));
        let mut problems = match walked {
            Ok(summary) => {
                summary.problems.iter().map(|(_, problem)| format!("{}: {}", problem.path, problem.detail)).collect()
            }
            Err(error) => vec![error.to_string()],
        };
        let mut found = std::mem::take(&mut *lock(&found));
        found.sort_by(|one: &walk::FoundFile, other| one.path.cmp(&other.path));
        let mut buffer = std::mem::take(&mut self.buffer);
        for file in found {
            match read::read(&file.full, &file.path, &mut buffer) {
                Ok(done) => {
                    let whole = done.body == read::Body::Whole;
                    let body = if whole { buffer.as_slice() } else { &[] };
                    self.file(&file.path, body, whole, done.bytes, &done.blake3, profile, state, files);
                }
                Err(problem) => problems.push(format!("{}: {}", problem.path, problem.detail)),
            }
        }
        self.buffer = buffer;
        problems
    }

    fn archive(&mut self, path: &Path, profile: Profile, state: &State, files: &mut Vec<ReleaseFile>) -> Vec<String> {
        let shown = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut visit = |member: archive::Member<'_>| {
            self.file(member.path, member.bytes, member.whole, member.size, &member.blake3, profile, state, files);
        };
        let problems = archive::open(path, &shown, &archive_limits(), &mut visit);
        let serious = |problem: &&crate::error::Problem| problem.code != crate::error::Code::SymbolicLink;
        problems.iter().filter(serious).map(|problem| format!("{}: {}", problem.path, problem.detail)).collect()
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

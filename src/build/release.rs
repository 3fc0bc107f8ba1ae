//! Reads the files of one release, from a folder or an archive.

use crate::build::facts::Facts;
use crate::build::sources::Source;
use crate::build::{State, files, lock, scheme};
use crate::index::writer::{Keep, Profile};
use crate::index::{merge, relation, thin};
use crate::input::archive::Member;
use crate::input::read;
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
    /// Whether it is code, by its name and first bytes.
    code: bool,
}

impl ReleaseFile {
    /// Whether it may show something in an index of this profile. Documents, data and pictures beside tests, documents and
    /// examples start no finding, and of the version they say next to nothing that the code does not. Where a component is so
    /// large that only hashes of it are kept, only the code itself counts, which is what is copied.
    fn is_worth_it(&self, wanted: Wanted) -> bool {
        let aside = relation::is_aside(&self.path);
        let license = license::file::kind(&self.path).is_some();
        match wanted {
            Wanted { profile: Profile::Full, .. } => true,
            Wanted { keep: Keep::Code, .. } => self.code || !aside || license,
            Wanted { keep: Keep::Hashes, .. } => (self.code || license) && !aside,
        }
    }
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
    /// Rank of the language its print was made in: of the names in releases that keep code.
    print_rank: usize,
}

/// What is to be done with a content under one of its names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Due {
    /// Its code and licences are to be read.
    text: bool,
    /// Its print is to be made.
    print: bool,
}

/// What is kept of a release's files.
#[derive(Clone, Copy)]
struct Wanted {
    profile: Profile,
    keep: Keep,
}

/// Buffers of one thread.
#[derive(Default)]
pub struct Reader {
    text: Vec<u8>,
    tokens: Tokens,
    scratch: fingerprint::Scratch,
    seeds: Vec<Fingerprint>,
    spill: Vec<u8>,
    license: license::Scratch,
}

impl Reader {
    /// Reads a release. No file at all means that it cannot be had.
    pub fn read(&mut self, source: &Source, profile: Profile, state: &State) -> Release {
        let wanted = Wanted { profile, keep: source.keep };
        let Release { mut files, mut facts, .. } = Release::default();
        let whole_archive = source.subpath.is_empty() && !source.path.is_dir();
        let problems = files::each(source, &mut |member| {
            if whole_archive {
                facts.note(&member);
            }
            self.file(&member, wanted, state, &mut files);
        });
        let common = files::common_folder(source, files.iter().map(|file| file.path.as_str())).len();
        files.iter_mut().for_each(|file| drop(file.path.drain(..common)));
        files.retain(|file| file.is_worth_it(wanted));
        Release { files, problems, facts }
    }

    fn file(&mut self, member: &Member<'_>, wanted: Wanted, state: &State, files: &mut Vec<ReleaseFile>) {
        let Member { path, bytes, size, blake3, whole, .. } = *member;
        if size == 0 {
            return;
        }
        let digest = Digest::short(&blake3);
        let language = language::of(path, bytes);
        // A compact index takes a file of no known kind for a paper: most are, and their phrases are everybody's.
        let code = language.role == Role::Code && !(wanted.profile == Profile::Compact && language.is_other());
        files.push(ReleaseFile { path: path.to_string(), digest, bytes: size, code });
        // Whoever enters a content first lexes it; under a name of lower rank it is lexed again, so that the outcome does
        // not depend on who came first.
        let rank = language.rank();
        let due = enter(state, digest, size, rank, wanted.keep == Keep::Code);
        if due == Due::default() || !whole {
            return;
        }
        let Some(text) = read::text(bytes, &mut self.text) else { return };
        // Without its path: the same bytes under another name state the same.
        let found = if due.text { license::detect(text, "", &mut self.license) } else { Vec::new() };
        let licenses = lock(&state.stated).number(stated(&found));
        token::lex(text, language, limits::FILE_TOKENS, &mut self.tokens);
        let normal = (self.tokens.code.len() >= NORMALIZED_MIN_BYTES).then(|| Digest::of(&self.tokens.code));
        // What a generator wrote is nobody's in particular, so only its hashes are kept. A scanned file may hold a paste all
        // the same, and is looked up like any other.
        let own = due.print && code && !token::is_generated(text);
        let print = if own { self.print(wanted.profile, state) } else { None };
        let mut contents = lock(&state.contents);
        let Some(known) = contents.get_mut(&digest) else { return };
        if due.text && known.rank == rank {
            (known.normal, known.licenses) = (normal, licenses);
        }
        if due.print && known.print_rank == rank {
            let lines = if print.is_some() { self.tokens.all_lines } else { 0 };
            (known.print, known.lines) = (print, lines);
        }
    }

    /// Spools the print of the code that was lexed; `None` where no seed of it is kept.
    fn print(&mut self, profile: Profile, state: &State) -> Option<u64> {
        if self.tokens.is_empty() || profile == Profile::Compact && self.tokens.minified {
            return None;
        }
        fingerprint::fingerprint(&self.tokens, scheme(profile), &mut self.scratch, &mut self.seeds);
        if profile == Profile::Compact {
            thin::thin(&mut self.seeds);
        }
        if self.seeds.is_empty() {
            return None;
        }
        let units = merge::units(&self.tokens);
        match state.spool.write(&units, &self.seeds, &self.tokens.hashes, &mut self.spill) {
            Ok(place) => Some(place),
            Err(error) => {
                state.fail(error);
                None
            }
        }
    }
}

/// Enters a content under a name of this rank and says what that name makes due: everything where it is new, what was done
/// under names of higher rank only, and its print where no release before kept code.
fn enter(state: &State, digest: Digest, size: u64, rank: usize, code: bool) -> Due {
    let mut contents = lock(&state.contents);
    let unknown =
        Seen { size, normal: None, print: None, lines: 0, licenses: 0, rank: usize::MAX, print_rank: usize::MAX };
    let known = contents.entry(digest).or_insert(unknown);
    let due = Due { text: rank < known.rank, print: code && rank < known.print_rank };
    if due.text {
        known.rank = rank;
    }
    if due.print {
        known.print_rank = rank;
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_read_under_its_best_name_and_printed_where_code_is_kept() {
        let state = State::new().unwrap();
        let enter = |rank, code| {
            let due = enter(&state, Digest([1; 16]), 9, rank, code);
            (due.text, due.print)
        };
        assert_eq!(enter(5, false), (true, false), "new, and hashes are enough");
        assert_eq!(enter(7, true), (false, true), "the first name among those that keep code");
        assert_eq!(enter(5, true), (false, true), "a better one");
        assert_eq!(enter(4, false), (true, false));
        assert_eq!(enter(5, true), (false, false));
    }

    #[test]
    fn only_code_and_licences_count_beside_tests_and_documents_in_a_compact_index() {
        let kept = |path: &str, code: bool, wanted| {
            ReleaseFile { path: path.to_string(), digest: Digest([0; 16]), bytes: 1, code }.is_worth_it(wanted)
        };
        let worth = |path: &str, code, profile| kept(path, code, Wanted { profile, keep: Keep::Code });
        assert!(
            !worth("docs/logo.png", false, Profile::Compact) && !worth("a/tests/data.json", false, Profile::Compact)
        );
        assert!(worth("docs/logo.png", false, Profile::Full));
        assert!(worth("logo.png", false, Profile::Compact) && worth("tests/a.c", true, Profile::Compact));
        assert!(worth("examples/LICENSE", false, Profile::Compact));
        let hashed = |path: &str, code| kept(path, code, Wanted { profile: Profile::Compact, keep: Keep::Hashes });
        assert!(hashed("src/a.c", true) && hashed("LICENSE", false));
        assert!(!hashed("tests/a.c", true) && !hashed("logo.png", false) && !hashed("docs/LICENSE", false));
    }
}

//! One block of text that is no file: `foundling scan -`.

use std::path::PathBuf;
use std::sync::Mutex;

use crate::examine::{Content, Memory, Scratch, Search, SourceFile, Wanted, examine};
use crate::index::set::Indexes;
use crate::input::read;
use crate::model::finding::Report;
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::scan::{Gathered, Options, Worker, conclude};

/// What a block without a name is called.
const NAME: &str = "stdin";
/// Endings that are tried for a block whose language is not known: one of each family that the lexer knows.
const ENDINGS: &[&str] = &["c", "js", "py", "java", "rs", "go", "cs", "php", "rb", "sh", "css", "sql"];

/// Scans a block; `name`, where there is one, tells its language by its ending. A block over [`limits::FILE_BYTES`] was cut.
pub fn paste(bytes: &[u8], name: Option<&str>, indexes: &Indexes, options: &Options) -> Report {
    let gathered = Mutex::new(Gathered::default());
    let memory = Memory::default();
    let search = Search { indexes, wanted: options.wanted, memory: &memory };
    let guessed = name.is_none().then(|| guess(bytes, indexes)).flatten();
    let named = guessed.map(|ending| format!("{NAME}.{ending}"));
    let path = name.or(named.as_deref()).unwrap_or(NAME);
    let source = SourceFile {
        root: RootNo(0),
        path,
        archive: 0,
        bytes: bytes.len() as u64,
        blake3: *blake3::hash(bytes).as_bytes(),
    };
    let mut worker = Worker::new(search, options, &|_| (), &gathered);
    worker.examine(&source, Some(bytes), false);
    drop(worker);
    let gathered = gathered.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    conclude(&[PathBuf::from(path)], indexes, options, gathered, Vec::new())
}

/// The ending of the language in which most of a block is known; `None` where nothing is.
fn guess(bytes: &[u8], indexes: &Indexes) -> Option<&'static str> {
    let mut decoded = Vec::new();
    let text = read::text(bytes, &mut decoded)?;
    // Of a long block the beginning tells: it is compared once for each ending.
    let text = text.get(..limits::GUESS_BYTES).unwrap_or(text);
    let memory = Memory::default();
    let search = Search { indexes, wanted: Wanted { matches: true, ..Wanted::NONE }, memory: &memory };
    let blake3 = *blake3::hash(bytes).as_bytes();
    let mut scratch = Scratch::default();
    let mut known = |ending: &str| {
        let path = format!("{NAME}.{ending}");
        let source = SourceFile { root: RootNo(0), path: &path, archive: 0, bytes: bytes.len() as u64, blake3 };
        let found = examine(&search, &source, Content::Text(text), &mut scratch, None);
        let score = found.snippets.iter().filter(|part| !part.weak).map(|part| part.score as u64).max().unwrap_or(0);
        (found.whole.len(), score)
    };
    let mut best = None;
    for ending in ENDINGS {
        let known = known(ending);
        if known > best.map_or((0, 0), |(known, _)| known) {
            best = Some((known, *ending));
        }
    }
    best.map(|(_, ending)| ending)
}

//! Opens archives and shows their members, nested archives included, without writing anything anywhere.
//!
//! Whatever an archive claims is taken for hostile: sizes, paths, counts and compression are all metered, and what goes
//! wrong becomes a problem while the members before it stay. Compressed tars are decoded as a stream; a nested archive is
//! read from memory, so it may be no larger than a member.

mod format;
mod gauge;
mod name;
mod opener;
#[cfg(test)]
mod tests;

use std::io::{BufReader, Read, Seek};
use std::path::Path;

use crate::error::{Code, Problem};
use crate::input::read::open_options;
use crate::input::walk::describe;
use crate::model::{limits, place};

pub use format::{Format, HEAD_BYTES, format};
use opener::{At, Opener};

/// One plain file of an archive.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Path inside the archive, cleaned; `!/` between a nested archive and what it holds.
    pub path: &'a str,
    /// Its bytes; empty unless `whole`.
    pub bytes: &'a [u8],
    /// Its size in bytes.
    pub size: u64,
    /// BLAKE3 of its bytes.
    pub blake3: [u8; 32],
    /// Whether `bytes` is all of it; otherwise it is over the limit and was only hashed.
    pub whole: bool,
    /// When it was changed last, as the archive has it: seconds since 1970. A zip may leave the time zone open.
    pub modified: Option<i64>,
}

/// What an archive may cost. The default is that of [`crate::model::limits`].
#[derive(Clone, Copy, Debug)]
pub struct ArchiveLimits {
    /// Archives inside archives, levels; the outermost is level 1.
    pub depth: u32,
    /// Entries, nested archives' and folders included.
    pub members: u64,
    /// Bytes that everything together may unpack to.
    pub bytes: u64,
    /// Unpacked bytes for each byte of the archive's file.
    pub ratio: u64,
    /// Unpacked bytes allowed whatever the ratio.
    pub free_bytes: u64,
    /// Largest member that is shown with its bytes, and largest nested archive that is opened, bytes.
    pub member_bytes: u64,
}

impl Default for ArchiveLimits {
    fn default() -> ArchiveLimits {
        ArchiveLimits {
            depth: limits::ARCHIVE_DEPTH,
            members: limits::ARCHIVE_MEMBERS,
            bytes: limits::ARCHIVE_BYTES,
            ratio: limits::ARCHIVE_RATIO,
            free_bytes: limits::ARCHIVE_FREE_BYTES,
            member_bytes: limits::FILE_BYTES,
        }
    }
}

/// Opens the archive at `path` and calls `visit` for each of its plain files in the order they are stored, those of nested
/// archives in their place. Two members of one name are both visited. Returns what could not be examined, under `shown` or
/// `shown!/member`; [`format`] must have known the file, or that is the problem.
pub fn open(path: &Path, shown: &str, limits: &ArchiveLimits, visit: &mut dyn FnMut(Member<'_>)) -> Vec<Problem> {
    let failed = |error: std::io::Error| {
        let (code, detail) = describe(&error);
        vec![Problem::new(code, shown, detail)]
    };
    let mut file = match open_options().open(path) {
        Ok(file) => file,
        Err(error) => return failed(error),
    };
    let size = match file.metadata() {
        Ok(metadata) if metadata.is_file() => metadata.len(),
        Ok(_) => return vec![Problem::new(Code::SpecialFile, shown, "no longer a plain file")],
        Err(error) => return failed(error),
    };
    let mut head = Vec::new();
    let rewound = (&file).take(HEAD_BYTES as u64).read_to_end(&mut head).and_then(|_| file.rewind());
    if let Err(error) = rewound {
        return failed(error);
    }
    let name = place::path_text(path.file_name().unwrap_or_default().as_encoded_bytes());
    let Some(format) = format(&name, &head) else {
        return vec![Problem::new(Code::DamagedArchive, shown, "its first bytes are those of no known archive")];
    };
    let allowed = limits.bytes.min(limits.free_bytes.max(limits.ratio.saturating_mul(size)));
    let mut opener = Opener::new(shown, limits, allowed, visit);
    opener.archive(format, BufReader::with_capacity(64 << 10, file), &At::outermost(format));
    opener.finish()
}

/// The archive format of a file that is too large to have been read, if its name and first bytes are those of one.
pub fn format_of_file(path: &Path) -> Option<Format> {
    let mut head = Vec::new();
    open_options().open(path).ok()?.take(HEAD_BYTES as u64).read_to_end(&mut head).ok()?;
    format(&place::path_text(path.file_name().unwrap_or_default().as_encoded_bytes()), &head)
}

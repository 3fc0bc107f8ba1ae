//! The header and the section table of an index file, read and checked, and how a file that does not hold together is
//! refused.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::index::bytes::{digest_at, u32_at, u64_at};
use crate::index::format::{self, ENTRY_BYTES, Entry, FORMAT, HEADER_BYTES, MAGIC, MAX_SECTIONS, PART};
use crate::text::TEXT_VERSION;
use crate::text::digest::Digest;

/// Where the bytes of an index lie: what messages call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// Which part of the file, from 1, and its first byte; `None` for the file itself.
    pub part: Option<(usize, u64)>,
}

impl Place {
    /// A whole file.
    pub fn file(path: &Path) -> Place {
        Place { path: path.to_path_buf(), part: None }
    }

    /// What is wrong at byte `offset` of the index, said of the file.
    pub fn refuse(&self, section: impl Into<String>, offset: u64, detail: impl Into<String>) -> Error {
        let (section, offset) = match self.part {
            Some((number, start)) => (format!("part {number} {}", section.into()), start.saturating_add(offset)),
            None => (section.into(), offset),
        };
        Error::Index { path: self.path.clone(), section, offset, detail: detail.into() }
    }
}

/// A section table whose digest is right and whose sections fill the file.
#[derive(Clone, Debug)]
pub struct Table {
    /// Digest of header and table: names the file's content.
    pub id: [u8; 16],
    /// The format that the header names.
    pub format: u32,
    /// In file order, without gaps; each lies inside the file.
    pub entries: Vec<Entry>,
}

impl Table {
    /// Reads the table of an index file. The sections themselves are not looked at.
    ///
    /// # Errors
    /// [`Error::Index`] for whatever is no index of this program's format and tokeniser, or not all of one.
    pub fn read(file: &[u8], place: &Place) -> Result<Table, Error> {
        let Some(header) = file.first_chunk::<HEADER_BYTES>() else {
            let detail = format!("{} bytes are too few for an index", file.len());
            return Err(place.refuse("header", file.len() as u64, detail));
        };
        if header[..8] != MAGIC {
            return Err(place.refuse("header", 0, "it does not begin as an index does"));
        }
        let number = |at| u32_at(header, at).unwrap_or(0);
        if number(12) > FORMAT {
            let detail = format!("it needs a program that reads format {}; this one reads up to {FORMAT}", number(12));
            return Err(place.refuse("header", 12, detail));
        }
        let count = number(16) as usize;
        let table_end = HEADER_BYTES + count.min(MAX_SECTIONS) * ENTRY_BYTES;
        let Some(table) = file.get(HEADER_BYTES..table_end).filter(|_| count <= MAX_SECTIONS) else {
            return Err(place.refuse("header", 16, format!("a table of {count} sections does not fit the file")));
        };
        let id = digest_at(header, 32).unwrap_or_default();
        if format::table_digest(header, table) != id {
            return Err(place.refuse("header", 32, "the section table's digest differs from what it was built with"));
        }
        if number(20) != TEXT_VERSION {
            let detail = format!("it was built by tokeniser {}, this program has {TEXT_VERSION}", number(20));
            return Err(place.refuse("header", 20, detail));
        }
        let length = u64_at(header, 24).unwrap_or(0);
        if length != file.len() as u64 {
            return Err(place.refuse("header", 24, format!("{length} bytes expected, {} found", file.len())));
        }
        let read = |at| Entry::read(file, HEADER_BYTES + at * ENTRY_BYTES);
        let entries: Vec<Entry> = (0..count).filter_map(read).collect();
        check_extents(&entries, table_end as u64, length, place)?;
        Ok(Table { id, format: number(8), entries })
    }

    /// The digest in hex.
    pub fn hex(&self) -> String {
        self.id.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether the file's sections are indexes themselves.
    pub fn is_pack(&self) -> bool {
        self.entries.iter().any(|entry| entry.tag == PART)
    }

    /// Compares the sections' digests; those of parts are not of the section.
    ///
    /// # Errors
    /// [`Error::Index`] that names the first section whose digest is another.
    pub fn check_digests(&self, file: &[u8], place: &Place) -> Result<(), Error> {
        for entry in self.entries.iter().filter(|entry| entry.tag != PART) {
            let name = || String::from_utf8_lossy(&entry.tag).into_owned();
            let Some(section) = file.get(entry.range()) else {
                return Err(place.refuse(name(), entry.offset, "the section leaves the file"));
            };
            let mut hasher = blake3::Hasher::new();
            if section.len() >= PARALLEL_BYTES {
                hasher.update_rayon(section);
            } else {
                hasher.update(section);
            }
            if Digest::short(hasher.finalize().as_bytes()).0 != entry.digest {
                let detail = "the section's digest differs from what it was built with";
                return Err(place.refuse(name(), entry.offset, detail));
            }
        }
        Ok(())
    }
}

/// Bytes from which a section is hashed by all cores.
const PARALLEL_BYTES: usize = 1 << 20;

/// Checks that the sections follow one another from the table to the end of the file.
fn check_extents(entries: &[Entry], table_end: u64, length: u64, place: &Place) -> Result<(), Error> {
    let mut next = table_end;
    for entry in entries {
        if entry.offset != next {
            return Err(place.refuse(
                String::from_utf8_lossy(&entry.tag),
                entry.offset,
                format!("byte {next} expected"),
            ));
        }
        next = entry.offset.saturating_add(entry.length);
    }
    if next != length {
        return Err(place.refuse("header", 24, format!("the sections end at byte {next} of {length}")));
    }
    Ok(())
}

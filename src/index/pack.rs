//! One file of several indexes: a seed table keeps too little of a key for two tables to become one without their sources,
//! so an index that grows is a file of parts that are searched as one. [`crate::index::format`] has the bytes.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use crate::error::Error;
use crate::index::format::{self, ENTRY_BYTES, Entry, HEADER_BYTES, MAX_SECTIONS, PART, PART_ENCODING, Tag};
use crate::index::map::Bytes;
use crate::index::reader::{Index, Trust};
use crate::index::table::{Place, Table};
use crate::model::limits;
use crate::text::TEXT_VERSION;

// A file of nothing but parts has room for all of them in its table.
const _: () = assert!(limits::PARTS <= MAX_SECTIONS);

/// An open index file.
pub struct Opened {
    /// Header and section table.
    pub table: Table,
    /// Bytes.
    pub size: u64,
    /// Its parts in file order; of a file that is no pack the one index that it is.
    pub indexes: Vec<Index>,
}

/// Opens an index file, be it a pack or not. Parts stay where they are; none is copied.
///
/// # Errors
/// [`Error::Index`] that names the file, and the part and the section where it does not hold together.
pub fn open(bytes: Bytes, path: &Path, trust: Trust) -> Result<Opened, Error> {
    let place = Place::file(path);
    let table = Table::read(bytes.as_slice(), &place)?;
    let size = bytes.as_slice().len() as u64;
    if !table.is_pack() {
        let index = Index::of(bytes, table.clone(), place, trust)?;
        return Ok(Opened { table, size, indexes: vec![index] });
    }
    let other = Tag::ALL.iter().find_map(|tag| table.entries.iter().find(|entry| entry.tag == tag.bytes()));
    if let Some(other) = other {
        let detail = "it stands beside parts that have sections of their own";
        return Err(place.refuse(String::from_utf8_lossy(&other.tag), other.offset, detail));
    }
    if trust == Trust::Check {
        table.check_digests(bytes.as_slice(), &place)?;
    }
    let whole = Arc::new(bytes);
    let parts = table.entries.iter().filter(|entry| entry.tag == PART);
    let indexes = parts.zip(1..).map(|(entry, number)| open_part(&whole, entry, number, path, trust));
    let indexes = indexes.collect::<Result<Vec<Index>, Error>>()?;
    if indexes.len() > limits::PARTS {
        let detail = format!("it has {} parts, {} are the most", indexes.len(), limits::PARTS);
        return Err(place.refuse("header", 16, detail));
    }
    Ok(Opened { table, size, indexes })
}

fn open_part(whole: &Arc<Bytes>, entry: &Entry, number: usize, path: &Path, trust: Trust) -> Result<Index, Error> {
    let place = Place { path: path.to_path_buf(), part: Some((number, entry.offset)) };
    if entry.encoding != PART_ENCODING {
        let detail = format!("encoding {} is unknown, {PART_ENCODING} expected", entry.encoding);
        return Err(place.refuse("PART", 0, detail));
    }
    let bytes = Bytes::Stretch { whole: Arc::clone(whole), range: entry.range() };
    let table = Table::read(bytes.as_slice(), &place)?;
    if table.id != entry.digest {
        return Err(place.refuse("PART", 0, "it is another part than the one that the file was built with"));
    }
    Index::of(bytes, table, place, trust)
}

/// A part to be written.
pub struct PartIn<'a> {
    /// The digest that names it.
    pub id: [u8; 16],
    /// Its bytes.
    pub length: u64,
    /// Where they come from.
    pub bytes: Box<dyn Read + 'a>,
}

impl<'a> PartIn<'a> {
    /// An open index as it is.
    pub fn of(index: &'a Index) -> PartIn<'a> {
        PartIn { id: index.digest(), length: index.bytes().len() as u64, bytes: Box::new(index.bytes()) }
    }
}

/// Writes a file of parts, in their order; one part alone is written as the index that it is. There must be 1 to
/// [`limits::PARTS`] of them.
///
/// # Errors
/// What `out` or a part's source answers, a part that ends early, and a number of parts that no reader takes.
pub fn write(parts: Vec<PartIn<'_>>, out: &mut dyn Write) -> io::Result<()> {
    if parts.is_empty() || parts.len() > limits::PARTS {
        return Err(io::Error::other(format!("a file has 1 to {} parts, not {}", limits::PARTS, parts.len())));
    }
    if parts.len() > 1 {
        let mut entries = Vec::with_capacity(parts.len());
        let mut offset = (HEADER_BYTES + parts.len() * ENTRY_BYTES) as u64;
        for part in &parts {
            let PartIn { id, length, .. } = part;
            entries.push(Entry { tag: PART, encoding: PART_ENCODING, offset, length: *length, digest: *id });
            offset += length;
        }
        out.write_all(&format::header(&entries, offset, TEXT_VERSION))?;
        entries.iter().try_for_each(|entry| out.write_all(&entry.to_bytes()))?;
    }
    for part in parts {
        let copied = io::copy(&mut part.bytes.take(part.length), out)?;
        if copied != part.length {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a part is shorter than it was"));
        }
    }
    Ok(())
}

//! Indexes that grow without their sources: a further part for new releases, and the parts of several files in one.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::atomic::AtomicFile;
use crate::build::sources::Source;
use crate::build::{Known, Options, Outcome, build_into};
use crate::error::Error;
use crate::index::bytes::digest_at;
use crate::index::format::HEADER_BYTES;
use crate::index::inventory::Inventory;
use crate::index::pack::{self, PartIn};
use crate::index::reader::Index;
use crate::index::set::Indexes;
use crate::model::limits;

/// What came of an addition.
#[derive(Clone, Debug, Default)]
pub struct Added {
    /// The new part; its totals are zero where nothing was left to add.
    pub outcome: Outcome,
    /// Parts of the file that was written.
    pub parts: usize,
}

/// Writes `base` with one more part to `output`: the releases of `sources` that it does not hold yet. The parts of `base` are
/// copied as they are. Where it holds them all, `output` is what `base` is. Both may be the same file.
///
/// # Errors
/// As [`crate::build::build`], a base that is no index, and one that has [`limits::PARTS`] already.
pub fn add(
    base: &Path,
    sources: &[Source],
    output: &Path,
    options: &Options,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Added, Error> {
    let mut indexes = Indexes::default();
    indexes.add_file(base)?;
    let old: Vec<&Index> = indexes.iter().map(|(_, index)| index).collect();
    let mut file = AtomicFile::create(output)?;
    let failed = |source| Error::Io { what: "cannot write the index", path: output.to_path_buf(), source };
    // Beside the output, where there must be room for it anyway; it never gets a name.
    let mut part = AtomicFile::create(output)?;
    let outcome = build_into(sources, &mut part, options, &known(&old, options.own), done)?;
    if outcome.totals.releases == 0 {
        let same =
            base.canonicalize().ok().is_some_and(|base| output.canonicalize().is_ok_and(|output| base == output));
        if !same {
            copy(base, file.file()).map_err(failed)?;
            file.commit()?;
        }
        return Ok(Added { outcome, parts: old.len() });
    }
    check_room(old.len() + 1)?;
    let mut parts: Vec<PartIn<'_>> = old.iter().map(|index| PartIn::of(index)).collect();
    parts.push(written(part.file()).map_err(failed)?);
    let count = parts.len();
    write(parts, file.file()).map_err(failed)?;
    file.commit()?;
    Ok(Added { outcome, parts: count })
}

/// Writes the parts of all files to `output`, in the order in which the files are named and the parts stand in them; one
/// that occurs twice stands once, at its first place. Gives what `output` holds.
///
/// # Errors
/// A file that is no index, more than [`limits::PARTS`] parts, an output that cannot be written.
pub fn merge(files: &[PathBuf], output: &Path) -> Result<Indexes, Error> {
    let mut indexes = Indexes::default();
    files.iter().try_for_each(|file| indexes.add_file(file))?;
    let parts: Vec<PartIn<'_>> = indexes.iter().map(|(_, index)| PartIn::of(index)).collect();
    check_room(parts.len())?;
    let mut file = AtomicFile::create(output)?;
    let failed = |source| Error::Io { what: "cannot write the index", path: output.to_path_buf(), source };
    write(parts, file.file()).map_err(failed)?;
    file.commit()?;
    Ok(indexes)
}

fn check_room(parts: usize) -> Result<(), Error> {
    if parts <= limits::PARTS {
        return Ok(());
    }
    let most = limits::PARTS;
    let advice = "build one index from the sources of several of them instead";
    Err(Error::Usage(format!("a file has at most {most} parts and this one would have {parts}: {advice}")))
}

/// The releases that some indexes hold as a company's own code, or as open source: what they hold as the other is something
/// else.
fn known(indexes: &[&Index], own: bool) -> Known {
    let listed = Inventory::of(indexes).filter(|listed| listed.own == own);
    let each = listed.flat_map(|listed| {
        let base = listed.base;
        listed.releases.into_iter().map(move |release| (base.clone(), release.version))
    });
    each.collect()
}

/// An index that was just written to a file, as a part.
fn written(file: &mut File) -> io::Result<PartIn<'_>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header)?;
    file.seek(SeekFrom::Start(0))?;
    let id = digest_at(&header, 32).ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(PartIn { id, length, bytes: Box::new(file) })
}

fn write(parts: Vec<PartIn<'_>>, file: &mut File) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, file);
    pack::write(parts, &mut out)?;
    out.flush()
}

fn copy(from: &Path, to: &mut File) -> io::Result<()> {
    io::copy(&mut File::open(from)?, to).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_parts_and_no_more() {
        assert!(check_room(limits::PARTS).is_ok());
        let error = check_room(limits::PARTS + 1).unwrap_err().to_string();
        assert!(error.contains("64") && error.contains("65"), "{error}");
    }
}

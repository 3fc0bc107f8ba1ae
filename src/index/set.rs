//! The indexes of a scan, in the order they were given. A file may hold several; one that is there already is not searched
//! twice.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::index::inventory::{self, Figures};
use crate::index::map::{self, Bytes};
use crate::index::pack::{self, Opened};
use crate::index::reader::{Index, Trust};
use crate::index::table::Table;
use crate::model::ids::IndexNo;
use crate::model::limits;

/// Several indexes as one. An empty set is allowed: everything is then unknown.
#[derive(Default)]
pub struct Indexes {
    all: Vec<Index>,
    files: Vec<IndexFile>,
    /// Full paths of the files that were named.
    paths: BTreeSet<PathBuf>,
}

/// A file whose indexes are in the set.
pub struct IndexFile {
    /// What messages call it.
    pub path: PathBuf,
    /// Its header and section table.
    pub table: Table,
    /// Bytes.
    pub size: u64,
    /// Its parts in file order; of a file that is no pack the one index that it is. A part may be in several files.
    pub parts: Vec<IndexNo>,
}

impl Indexes {
    /// Adds an index that was opened elsewhere.
    pub fn push(&mut self, index: Index) {
        let (path, table, size) =
            (index.path().to_path_buf(), index.section_table().clone(), index.bytes().len() as u64);
        let parts = vec![IndexNo(self.all.len() as u16)];
        self.files.push(IndexFile { path, table, size, parts });
        self.all.push(index);
    }

    /// Maps and adds an index file, its digests checked. A file that is there already, under this path or with the same
    /// content under another, changes nothing; nor does a part that another file brought.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Index`] for a file that cannot be read or is no index, [`Error::Usage`] for more than
    /// [`limits::INDEXES`].
    pub fn add_file(&mut self, path: &Path) -> Result<(), Error> {
        let full = path.canonicalize().ok();
        if full.as_ref().is_some_and(|full| self.paths.contains(full)) {
            return Ok(());
        }
        self.add(pack::open(map::map(path)?, path, Trust::Check)?, path)?;
        self.paths.extend(full);
        Ok(())
    }

    /// Adds the index inside the binary.
    ///
    /// # Errors
    /// [`Error::Index`] where it is none.
    pub fn add_bundled(&mut self, bytes: &'static [u8]) -> Result<(), Error> {
        let path = Path::new(BUNDLED);
        self.add(pack::open(Bytes::Static(bytes), path, Trust::Bundled)?, path)
    }

    fn add(&mut self, opened: Opened, path: &Path) -> Result<(), Error> {
        let Opened { table, size, indexes } = opened;
        if self.files.iter().any(|file| file.table.id == table.id) {
            return Ok(());
        }
        let mut parts = Vec::with_capacity(indexes.len());
        for index in indexes {
            let known = self.all.iter().position(|known| known.digest() == index.digest());
            let number = known.unwrap_or(self.all.len());
            if known.is_none() {
                check_room(self.all.len(), path)?;
                self.all.push(index);
            }
            parts.push(IndexNo(number as u16));
        }
        self.files.push(IndexFile { path: path.to_path_buf(), table, size, parts });
        Ok(())
    }

    /// Each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (IndexNo, &Index)> {
        self.all.iter().enumerate().map(|(number, index)| (IndexNo(number as u16), index))
    }

    /// One of them.
    pub fn get(&self, number: IndexNo) -> Option<&Index> {
        self.all.get(usize::from(number.0))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The files that they come from, in the order they were added.
    pub fn files(&self) -> &[IndexFile] {
        &self.files
    }

    /// The indexes of a file, in file order.
    pub fn parts<'s>(&'s self, file: &'s IndexFile) -> impl Iterator<Item = &'s Index> {
        file.parts.iter().filter_map(|number| self.get(*number))
    }

    /// What a file holds, a component or release that several of its parts hold counted once.
    pub fn figures(&self, file: &IndexFile) -> Figures {
        let parts: Vec<&Index> = self.parts(file).collect();
        inventory::figures(&parts)
    }
}

/// Whether one more index fits beside `open` others.
fn check_room(open: usize, path: &Path) -> Result<(), Error> {
    if open < limits::INDEXES {
        return Ok(());
    }
    let (path, most) = (path.display(), limits::INDEXES);
    let detail = format!("at most {most} are used together, each part of a file counted; name fewer");
    Err(Error::Usage(format!("`{path}` is one index too many: {detail}")))
}

/// What reports call the index inside the binary.
pub const BUNDLED: &str = "bundled";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_indexes_and_no_more() {
        assert!(check_room(limits::INDEXES - 1, Path::new("x.fdx")).is_ok());
        let error = check_room(limits::INDEXES, Path::new("x.fdx")).unwrap_err().to_string();
        assert!(error.contains("`x.fdx`") && error.contains("1024"), "{error}");
        assert!(u16::try_from(limits::INDEXES).is_ok(), "an index's number holds them");
    }
}

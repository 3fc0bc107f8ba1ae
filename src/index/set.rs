//! The indexes of a scan, in the order they were given.

use std::path::Path;

use crate::error::Error;
use crate::index::map::{self, Bytes};
use crate::index::reader::{Index, Trust};
use crate::model::ids::IndexNo;

/// Several indexes as one. An empty set is allowed: everything is then unknown.
#[derive(Default)]
pub struct Indexes {
    all: Vec<Index>,
}

impl Indexes {
    /// Adds an index.
    pub fn push(&mut self, index: Index) {
        self.all.push(index);
    }

    /// Maps and adds an index file, its digests checked.
    pub fn add_file(&mut self, path: &Path) -> Result<(), Error> {
        self.push(Index::open(map::map(path)?, path, Trust::Check)?);
        Ok(())
    }

    /// Adds the index inside the binary.
    pub fn add_bundled(&mut self, bytes: &'static [u8]) -> Result<(), Error> {
        self.push(Index::open(Bytes::Static(bytes), Path::new(BUNDLED), Trust::Bundled)?);
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
}

/// What reports call the index inside the binary.
pub const BUNDLED: &str = "bundled";

//! The bytes of an index, wherever they live. The only place with `unsafe`.

use std::fs::File;
use std::path::Path;

use crate::error::Error;

/// Bytes of an index.
pub enum Bytes {
    /// Inside the binary.
    Static(&'static [u8]),
    /// A mapped file.
    Mapped(memmap2::Mmap),
    /// In memory (tests).
    Owned(Vec<u8>),
}

impl Bytes {
    /// The bytes themselves.
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Bytes::Static(bytes) => bytes,
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
        }
    }
}

/// Maps an index file.
pub fn map(path: &Path) -> Result<Bytes, Error> {
    let io = |source| Error::Io { what: "cannot open the index", path: path.to_path_buf(), source };
    // Asked before opening: a pipe without a writer would never open.
    let meta = std::fs::metadata(path).map_err(io)?;
    if !meta.is_file() {
        return Err(Error::Usage(format!("`{}` is no index file", path.display())));
    }
    let file = File::open(path).map_err(io)?;
    if meta.len() == 0 {
        return Ok(Bytes::Owned(Vec::new()));
    }
    // SAFETY: the map is read only. An index is written once, to a temporary name, and put in place by a rename, so
    // this program never changes a file that is mapped; whoever else truncates it meanwhile ends the process by a bus
    // error, the price of not reading the whole file, but never makes it run on other bytes than `&[u8]` allows.
    #[allow(unsafe_code)]
    let map = unsafe { memmap2::Mmap::map(&file) }.map_err(io)?;
    Ok(Bytes::Mapped(map))
}

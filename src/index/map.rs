//! The bytes of an index, wherever they live. The only place with `unsafe`.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::error::Error;

/// Bytes of an index.
pub enum Bytes {
    /// Inside the binary.
    Static(&'static [u8]),
    /// A mapped file.
    Mapped(memmap2::Mmap),
    /// In memory (tests).
    Owned(Vec<u8>),
    /// A stretch of others, in place.
    Stretch {
        /// The bytes around it.
        whole: Arc<Bytes>,
        /// Where it lies in them; one that leaves them is empty.
        range: Range<usize>,
    },
}

impl Bytes {
    /// The bytes themselves.
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Bytes::Static(bytes) => bytes,
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
            Bytes::Stretch { whole, range } => whole.as_slice().get(range.clone()).unwrap_or_default(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_part_of_the_same_bytes() {
        let whole = Arc::new(Bytes::Owned(b"0123456789".to_vec()));
        let stretch = |range| Bytes::Stretch { whole: Arc::clone(&whole), range };
        let one = stretch(2..5);
        assert_eq!(one.as_slice(), b"234");
        assert_eq!(one.as_slice().as_ptr(), whole.as_slice()[2..].as_ptr(), "no copy");
        let inner = Bytes::Stretch { whole: Arc::new(one), range: 1..3 };
        assert_eq!(inner.as_slice(), b"34");
        assert_eq!(stretch(8..11).as_slice(), b"");
    }
}

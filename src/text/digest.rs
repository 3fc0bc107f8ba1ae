//! Whole-file digests.

/// The first 128 bits of a BLAKE3 hash: what an index stores of a content, and of its token stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest::short(blake3::hash(bytes).as_bytes())
    }

    /// The first half of a full BLAKE3 hash.
    pub fn short(full: &[u8; 32]) -> Digest {
        let mut half = [0; 16];
        half.copy_from_slice(&full[..16]);
        Digest(half)
    }
}

/// Bytes of code a file needs before its normalised digest says anything.
pub const NORMALIZED_MIN_BYTES: usize = 16;

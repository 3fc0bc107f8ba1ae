//! From bytes to fingerprints. Building an index and scanning a tree share this module, so that a query is made
//! exactly as the index was. Nothing here does I/O, and nothing here can fail.
//!
//! [`language`] names a file's language by its name, [`token`] lexes it ([`statement`] tells
//! imports from code), [`digest`] hashes it as a whole, and
//! [`fingerprint`] selects its seeds.

pub mod digest;
pub mod fingerprint;
pub mod language;
pub mod sketch;
pub mod statement;
pub mod token;

/// Version of everything in this module that decides a key or a digest. An index of another version is refused.
///
/// History: 1, the first.
pub const TEXT_VERSION: u32 = 1;

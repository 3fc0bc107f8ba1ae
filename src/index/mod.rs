//! The index file: what open source looks like, in one write-once file that is mapped and never parsed as a whole.
//!
//! [`format`] is the specification of the bytes. Writing goes [`merge`] (the releases of a file into one lineage) →
//! [`sort`] (postings by key, in bounded memory) → [`writer`]; reading goes [`map`] → [`table`] → [`reader`] → [`set`]. A file
//! of several indexes is a [`pack`]; what they hold together is an [`inventory`].

pub mod buckets;
pub mod bytes;
pub mod chance;
pub mod contents;
pub mod diff;
pub mod digests;
pub mod estimate;
pub mod format;
pub mod identity;
pub mod inventory;
pub mod keys;
pub mod keys_1;
pub mod licenses;
pub mod lineage;
pub mod lines;
pub mod map;
pub mod merge;
pub mod normals;
pub mod pack;
pub mod reader;
pub mod relation;
pub mod release_lines;
pub mod set;
pub mod sort;
pub mod table;
pub mod thin;
pub mod verify;
pub mod version;
pub mod writer;

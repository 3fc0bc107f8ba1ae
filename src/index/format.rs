//! The bytes of an index file. Everything is little endian; nothing is aligned; no byte lies outside a digest.
//!
//! ```text
//! header   64 bytes
//!    0  8  magic                 89 66 64 78 0d 0a 1a 0a  ("\x89fdx\r\n\x1a\n": a text-mode copy shows)
//!    8  4  format                1; 2 for a pack
//!   12  4  oldest reader         a reader whose FORMAT is below refuses the file
//!   16  4  number of sections
//!   20  4  text version          text::TEXT_VERSION: another tokeniser makes other keys
//!   24  8  file length
//!   32 16  digest                BLAKE3 of the header (this field zero) and the section table; names the index
//!   48 16  zero
//! section table, 48 bytes a section, in file order, without gaps
//!    0  4  tag                   a reader skips tags it does not know
//!    4  4  encoding              version of this section's own layout
//!    8  8  offset
//!   16  8  length
//!   24 16  digest                BLAKE3 of the section; of PART see below
//!   40  8  zero
//! ```
//!
//! Sections (encoding 1 but where another is named; a reader knows the earlier ones too). `varint` is LEB128, `text` a varint length and UTF-8.
//!
//! - `PARM` gram lengths (4 bytes: [`crate::text::fingerprint::Scheme`]), then varints: [`Totals`] in the order of its fields.
//! - `COMP` components by purl: count u32, offsets u32 × (count + 1) into what follows; each: text purl without version,
//!   varints first lineage, lineages, releases, and for each release, oldest first: text version, text date (may be
//!   empty), text licence (may be empty), varint files.
//! - `DIRS` folder names: count u32, offsets u32 × (count + 1), bytes.
//! - `LINE` (encoding 2) lineages, by component and path; see [`crate::index::lines`] and [`crate::index::lineage`].
//! - `CONT`, `OCCU` (encoding 2) contents by digest and which lineages hold each; see [`crate::index::contents`].
//! - `NORM` (encoding 2) contents by the digest of their code; see [`crate::index::normals`].
//! - `PKEY`, `EKEY` (encoding 2) seed tables; see [`crate::index::keys`].
//! - `FREQ` 2^17 bytes: for each value of a token hash's upper 17 bits, 8 × log2 of how often it occurs.
//! - `RELA` origin relations: count u32, then 16 bytes each, sorted: component u32, component u32, score i32 in hundredths
//!   (above zero: the first is the origin), shared contents u32; see [`crate::index::relation`].
//! - `LICS` (may be missing) which licences each content states; see [`crate::index::licenses`].
//! - `ALIA` (may be missing) other purls of components, and which of them are a company's own code; see
//!   [`crate::index::identity`].
//!
//! A *pack* holds several indexes that are searched as one. In place of the sections above it has
//!
//! - `PART`, once for each of its 1 to [`crate::model::limits::PARTS`] parts: a whole index file as described here, its
//!   offsets counted from its own first byte, and no pack itself. The entry's digest is the part's own, which stands at
//!   byte 32 of the part: that covers the part's section table, and the table the part's sections, so that no byte is
//!   hashed twice and the pack's digest still depends on every byte.
//!
//! A file with `PART` has none of the other sections; tags that a reader does not know are skipped here too.
//!
//! History: format 1, the first. `LICS` came later, and then `ALIA`; readers from before skip them, and so take own code for
//! open source. Encoding 2 of `LINE`, `CONT`, `OCCU`, `NORM`, `PKEY` and `EKEY` says the same in half the space or less (of a
//! content's size no more than 4,095 bytes, and of digests the first 96 and 80 bits); readers from before refuse it, this
//! one reads both. Format 2 added packs; a file that is none is still written as format 1.

use std::ops::Range;

use crate::index::bytes::{digest_at, u32_at, u64_at};

/// The newest format this program reads and writes.
pub const FORMAT: u32 = 2;
/// The format of a file that is one index.
const FORMAT_OF_ONE: u32 = 1;
/// Tag of a section that is a whole index.
pub const PART: [u8; 4] = *b"PART";
/// Version of that section's layout.
pub const PART_ENCODING: u32 = 1;
/// First bytes of an index file.
pub const MAGIC: [u8; 8] = *b"\x89fdx\r\n\x1a\n";
/// Bytes of the header.
pub const HEADER_BYTES: usize = 64;
/// Bytes of an entry of the section table.
pub const ENTRY_BYTES: usize = 48;
/// Sections a file may have.
pub const MAX_SECTIONS: usize = 64;
/// Bytes of a relation's record.
pub const RELATION_BYTES: usize = 16;
/// Bits of a token hash that choose its place in `FREQ`.
pub const FREQUENCY_BITS: u32 = 17;

/// The sections this program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// Parameters and totals.
    Parameters,
    /// Components and releases.
    Components,
    /// Folder names.
    Folders,
    /// Lineages.
    Lineages,
    /// Contents.
    Contents,
    /// Which lineages hold a content.
    Occurrences,
    /// Normalised digests.
    Normals,
    /// Parametrised seeds.
    ParametrisedKeys,
    /// Exact seeds.
    ExactKeys,
    /// Token frequencies.
    Frequencies,
    /// Origin relations.
    Relations,
    /// Licences of contents.
    Licenses,
    /// Other purls of components, and whose own code they are.
    Aliases,
}

impl Tag {
    /// Every section, in file order.
    pub const ALL: [Tag; 13] = [
        Tag::Parameters,
        Tag::Components,
        Tag::Folders,
        Tag::Lineages,
        Tag::Contents,
        Tag::Occurrences,
        Tag::Normals,
        Tag::ParametrisedKeys,
        Tag::ExactKeys,
        Tag::Frequencies,
        Tag::Relations,
        Tag::Licenses,
        Tag::Aliases,
    ];

    /// The four bytes in the section table.
    pub fn bytes(self) -> [u8; 4] {
        *match self {
            Tag::Parameters => b"PARM",
            Tag::Components => b"COMP",
            Tag::Folders => b"DIRS",
            Tag::Lineages => b"LINE",
            Tag::Contents => b"CONT",
            Tag::Occurrences => b"OCCU",
            Tag::Normals => b"NORM",
            Tag::ParametrisedKeys => b"PKEY",
            Tag::ExactKeys => b"EKEY",
            Tag::Frequencies => b"FREQ",
            Tag::Relations => b"RELA",
            Tag::Licenses => b"LICS",
            Tag::Aliases => b"ALIA",
        }
    }

    /// The tag's name in messages.
    pub fn name(self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// Whether an index may lack the section.
    pub fn is_optional(self) -> bool {
        matches!(self, Tag::Licenses | Tag::Aliases)
    }

    /// Version of the section's layout that this program writes; it reads that and every one before.
    pub const fn encoding(self) -> u32 {
        match self {
            Tag::Lineages
            | Tag::Contents
            | Tag::Occurrences
            | Tag::Normals
            | Tag::ParametrisedKeys
            | Tag::ExactKeys => 2,
            _ => 1,
        }
    }
}

macro_rules! totals {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What an index holds as a whole.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Totals { $($(#[$doc])* pub $name: u64,)* }

        impl Totals {
            /// The fields in file order.
            pub fn fields(&self) -> Vec<u64> { vec![$(self.$name),*] }
            /// Sets the fields in file order; `None` when they run out.
            pub fn read(mut next: impl FnMut() -> Option<u64>) -> Option<Totals> {
                Some(Totals { $($name: next()?,)* })
            }
        }
    };
}

totals! {
    /// Components.
    components,
    /// Releases.
    releases,
    /// Files of those releases, repeated contents included.
    files,
    /// Distinct contents.
    contents,
    /// Files followed through releases.
    lineages,
    /// Tokens in the global numbering.
    tokens,
    /// Distinct seed keys.
    keys,
    /// Postings.
    postings,
    /// Bytes of the files, repeated contents included.
    source_bytes,
    /// Lines of distinct contents of code, blank ones and comments included.
    content_lines,
    /// Lines of code in the merged lineages: a line that many releases of a file hold counts once.
    lineage_lines,
    /// Distinct lines of code in the whole index (estimated within 1 %).
    distinct_lines,
    /// Bar of a match, thousandths of a bit; see [`crate::index::chance`].
    bar_millibits,
    /// λ, millionths.
    lambda_micro,
    /// log2 K·N, thousandths, plus 1,000,000.
    log_k_milli,
}

/// An entry of the section table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Tag.
    pub tag: [u8; 4],
    /// Version of the section's layout.
    pub encoding: u32,
    /// First byte in the file.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// BLAKE3 of them.
    pub digest: [u8; 16],
}

impl Entry {
    /// Where the section lies in the file.
    pub fn range(&self) -> Range<usize> {
        self.offset as usize..self.offset.saturating_add(self.length) as usize
    }

    /// The entry's bytes.
    pub fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut out = [0; ENTRY_BYTES];
        out[..4].copy_from_slice(&self.tag);
        out[4..8].copy_from_slice(&self.encoding.to_le_bytes());
        out[8..16].copy_from_slice(&self.offset.to_le_bytes());
        out[16..24].copy_from_slice(&self.length.to_le_bytes());
        out[24..40].copy_from_slice(&self.digest);
        out
    }

    /// The entry at byte `at` of the file.
    pub fn read(file: &[u8], at: usize) -> Option<Entry> {
        Some(Entry {
            tag: u32_at(file, at)?.to_le_bytes(),
            encoding: u32_at(file, at + 4)?,
            offset: u64_at(file, at + 8)?,
            length: u64_at(file, at + 16)?,
            digest: digest_at(file, at + 24)?,
        })
    }
}

/// The header's bytes for a section table, with the digest that names the index.
pub fn header(entries: &[Entry], file_length: u64, text_version: u32) -> [u8; HEADER_BYTES] {
    let is_pack = entries.iter().any(|entry| entry.tag == PART);
    let format = if is_pack { FORMAT } else { FORMAT_OF_ONE };
    let mut out = [0; HEADER_BYTES];
    out[..8].copy_from_slice(&MAGIC);
    out[8..12].copy_from_slice(&format.to_le_bytes());
    out[12..16].copy_from_slice(&format.to_le_bytes());
    out[16..20].copy_from_slice(&(entries.len() as u32).to_le_bytes());
    out[20..24].copy_from_slice(&text_version.to_le_bytes());
    out[24..32].copy_from_slice(&file_length.to_le_bytes());
    let table: Vec<u8> = entries.iter().flat_map(|entry| entry.to_bytes()).collect();
    let digest = table_digest(&out, &table);
    out[32..48].copy_from_slice(&digest);
    out
}

/// BLAKE3 of the header with its digest field zero, and the section table.
pub fn table_digest(header: &[u8; HEADER_BYTES], table: &[u8]) -> [u8; 16] {
    let mut blank = *header;
    blank[32..48].fill(0);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&blank).update(table);
    crate::text::digest::Digest::short(hasher.finalize().as_bytes()).0
}

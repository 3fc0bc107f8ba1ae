//! The sections `CONT` and `OCCU`: contents by digest, and which lineages hold each.
//!
//! `CONT` is a table of digests ([`crate::index::digests`]) of 96 bits: among a million contents a scan of a million files
//! meets a chance equal with odds of 2^-56, and who wants a file to pass for one of them has 2^76 to try. Beside each
//! digest, lowest bit first:
//!
//! ```text
//! 1    every holder has it at a vendored or test path, so its origin may be elsewhere
//! 12   bytes of the content, [`SIZE_CAP`] for more
//! 1    0: one lineage holds it; 1: another number of them
//! n    the lineage, or the byte of `OCCU` at which the list begins: varint count, then lineages as varint differences
//! ```
//!
//! Encoding 1 has u32 count, then 29 bytes a content (digest 16, size u64, byte of `OCCU` u32, flags u8), and lists for all.

use std::io;

use crate::index::bytes::{Cursor, digest_at, put_varint, u32_at, u64_at};
use crate::index::digests::{self, DigestTable};
use crate::model::ids::{ContentId, LineageId};
use crate::text::digest::Digest;

/// Sizes from here on are not told apart, bytes.
pub const SIZE_CAP: u64 = (1 << SIZE_BITS) - 1;
const SIZE_BITS: u32 = 12;
const DIGEST_BITS: u32 = 96;
/// Bits of a payload before the lineage.
const FIXED_BITS: u32 = 1 + SIZE_BITS + 1;
/// Bytes of a content in encoding 1, and its flag of a carried content.
const FIRST_BYTES: usize = 29;
const FIRST_CARRIED: u8 = 1;

/// A content to be written.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its digest.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// Whether every holder has it at a vendored or test path.
    pub carried: bool,
}

/// The bytes of `CONT` and `OCCU` for contents sorted by digest, each held by the lineages at its place in `holders`.
///
/// # Errors
///
/// Lists that do not fit 4 GiB.
pub fn encode(contents: &[Entry], holders: &[Vec<u32>]) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut lists, mut places, mut most) = (Vec::new(), Vec::with_capacity(holders.len()), 0);
    for held in holders {
        let (several, place) = match held[..] {
            [only] => (0, u64::from(only)),
            _ => (1, lists.len() as u64),
        };
        places.push((several, place));
        most = most.max(place);
        if several == 1 {
            put_varint(&mut lists, held.len() as u64);
            let mut last = 0;
            for line in held {
                put_varint(&mut lists, u64::from(line - last));
                last = *line;
            }
        }
    }
    u32::try_from(most)
        .map_err(|_| io::Error::other("more occurrences of 4 GiB do not fit one index; split the list in two"))?;
    let bits = FIXED_BITS + (u64::BITS - most.leading_zeros());
    let payload = |(content, (several, place)): (&Entry, &(u64, u64))| {
        let size = content.size.min(SIZE_CAP);
        (content.digest, ((place << 1 | several) << SIZE_BITS | size) << 1 | u64::from(content.carried))
    };
    let items: Vec<(Digest, u64)> = contents.iter().zip(&places).map(payload).collect();
    Ok((digests::encode(&items, DIGEST_BITS, bits), lists))
}

/// The contents of an open index. Each method is given the bytes of `CONT`.
#[derive(Clone, Copy, Debug)]
pub enum Contents {
    /// Encoding 1, of so many contents.
    First(u32),
    /// Encoding 2.
    Second(DigestTable),
}

impl Default for Contents {
    fn default() -> Contents {
        Contents::First(0)
    }
}

impl Contents {
    /// The section's head; `None` where its parts do not fill it.
    pub fn open(section: &[u8], encoding: u32) -> Option<Contents> {
        if encoding > 1 {
            return DigestTable::open(section).filter(|table| table.payload_bits() >= FIXED_BITS).map(Contents::Second);
        }
        let count = u32_at(section, 0)?;
        let length = (count as usize).checked_mul(FIRST_BYTES)?.checked_add(4)?;
        (length == section.len()).then_some(Contents::First(count))
    }

    /// How many contents.
    pub fn count(&self) -> u32 {
        match self {
            Contents::First(count) => *count,
            Contents::Second(table) => table.count(),
        }
    }

    /// The content with this digest.
    pub fn find(&self, section: &[u8], digest: Digest) -> Option<ContentId> {
        let place = match self {
            Contents::First(count) => {
                let own = |place: usize| digest_at(section, first(place, 0)).map(Digest);
                let below = |place: usize| own(place).is_some_and(|own| own < digest);
                let place = digests::lower_bound(0..*count as usize, below);
                (place < *count as usize && own(place) == Some(digest)).then_some(place)?
            }
            Contents::Second(table) => table.find(section, digest).next()?,
        };
        Some(ContentId(place as u32))
    }

    /// Bytes of a content, [`SIZE_CAP`] where it has more; 0 for one that is not there.
    pub fn size(&self, section: &[u8], id: ContentId) -> u64 {
        let size = match self {
            Contents::First(_) => u64_at(section, first(id.0 as usize, 16)),
            Contents::Second(table) => table.payload(section, id.0 as usize).map(|payload| payload >> 1 & SIZE_CAP),
        };
        size.unwrap_or(0).min(SIZE_CAP)
    }

    /// Whether every holder has the content at a vendored or test path.
    pub fn is_carried(&self, section: &[u8], id: ContentId) -> bool {
        match self {
            Contents::First(_) => section.get(first(id.0 as usize, 28)).is_some_and(|flags| flags & FIRST_CARRIED != 0),
            Contents::Second(table) => table.payload(section, id.0 as usize).is_some_and(|payload| payload & 1 == 1),
        }
    }

    /// The lineages that hold a content, rising; `None` where the record or its list is damaged.
    pub fn holders(&self, section: &[u8], lists: &[u8], id: ContentId) -> Option<Vec<LineageId>> {
        let start = match self {
            Contents::First(_) => u32_at(section, first(id.0 as usize, 24))?,
            Contents::Second(table) => {
                let place = table.payload(section, id.0 as usize)? >> (FIXED_BITS - 1);
                let number = u32::try_from(place >> 1).ok()?;
                if place & 1 == 0 {
                    return Some(vec![LineageId(number)]);
                }
                number
            }
        };
        let mut cursor = Cursor::new(lists.get(start as usize..)?);
        let count = cursor.number()? as usize;
        let mut out = Vec::with_capacity(count.min(cursor.rest().len()));
        let mut last = 0_u32;
        for _ in 0..count {
            last = last.checked_add(cursor.number()?)?;
            out.push(LineageId(last));
        }
        Some(out)
    }

    /// Checks that the digests rise. The error is the first content whose does not.
    pub fn check(&self, section: &[u8]) -> Result<(), u32> {
        match self {
            Contents::First(count) => {
                let digest = |place: u32| digest_at(section, first(place as usize, 0));
                (1..*count).find(|place| digest(place - 1) >= digest(*place)).map_or(Ok(()), Err)
            }
            Contents::Second(table) => table.check(section).map_err(|place| place as u32),
        }
    }
}

/// Byte `within` the record of a content in encoding 1.
fn first(place: usize, within: usize) -> usize {
    place.saturating_mul(FIRST_BYTES).saturating_add(4 + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let sizes = [0, 1, SIZE_CAP - 1, SIZE_CAP, 1 << 40];
        let entry =
            |(at, size): (usize, &u64)| Entry { digest: Digest::of(&[at as u8]), size: *size, carried: at % 2 == 1 };
        let mut all: Vec<Entry> = sizes.iter().enumerate().map(entry).collect();
        all.sort_by_key(|entry| entry.digest);
        all
    }

    const HOLDERS: [&[u32]; 5] = [&[7], &[0, 3, 900], &[0], &[], &[12, 13]];

    fn first_encoding(contents: &[Entry]) -> (Vec<u8>, Vec<u8>) {
        let (mut out, mut lists) = ((contents.len() as u32).to_le_bytes().to_vec(), Vec::new());
        for (entry, held) in contents.iter().zip(HOLDERS) {
            out.extend(entry.digest.0);
            out.extend(entry.size.to_le_bytes());
            out.extend((lists.len() as u32).to_le_bytes());
            out.push(u8::from(entry.carried));
            put_varint(&mut lists, held.len() as u64);
            held.iter()
                .scan(0, |last, line| Some(line - std::mem::replace(last, *line)))
                .for_each(|step| put_varint(&mut lists, u64::from(step)));
        }
        (out, lists)
    }

    #[test]
    fn contents_come_back_from_both_encodings() {
        let entries = entries();
        let holders: Vec<Vec<u32>> = HOLDERS.iter().map(|held| held.to_vec()).collect();
        for (encoding, (section, lists)) in [(1, first_encoding(&entries)), (2, encode(&entries, &holders).unwrap())] {
            let contents = Contents::open(&section, encoding).unwrap();
            contents.check(&section).unwrap();
            assert_eq!(contents.count(), 5);
            for (entry, (held, number)) in entries.iter().zip(HOLDERS.iter().zip(0..)) {
                let id = ContentId(number);
                assert_eq!(contents.find(&section, entry.digest), Some(id));
                assert_eq!(contents.size(&section, id), entry.size.min(SIZE_CAP));
                assert_eq!(contents.is_carried(&section, id), entry.carried);
                let found = contents.holders(&section, &lists, id).unwrap();
                assert_eq!(found.iter().map(|line| line.0).collect::<Vec<_>>(), held.to_vec(), "encoding {encoding}");
            }
            assert_eq!(contents.find(&section, Digest::of(b"other")), None);
            assert_eq!(contents.holders(&section, &lists, ContentId(5)), None);
            assert_eq!(contents.size(&section, ContentId(5)), 0);
        }
    }

    #[test]
    fn damage_is_no_panic() {
        let entries = entries();
        let holders: Vec<Vec<u32>> = HOLDERS.iter().map(|held| held.to_vec()).collect();
        for (encoding, (section, lists)) in [(1, first_encoding(&entries)), (2, encode(&entries, &holders).unwrap())] {
            for at in 0..section.len() {
                assert!(Contents::open(&section[..at], encoding).is_none());
                for value in [0, 1, 0x7f, 0xff] {
                    let mut bad = section.clone();
                    bad[at] = value;
                    let Some(contents) = Contents::open(&bad, encoding) else { continue };
                    let _ = contents.check(&bad);
                    entries.iter().for_each(|entry| {
                        let _ = contents.find(&bad, entry.digest);
                    });
                    (0..6).for_each(|id| {
                        let _ = contents.holders(&bad, &lists, ContentId(id));
                    });
                }
            }
        }
    }
}

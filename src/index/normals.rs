//! The section `NORM`: the contents by the digest of their code without layout and comments.
//!
//! It is a table of digests ([`crate::index::digests`]) of 80 bits: among a million contents a scan of a million files
//! meets a chance equal with odds of 2^-40. Beside each digest stands the content's number. Encoding 1 has u32 count, then
//! 20 bytes each: digest 16, content u32.

use crate::index::bytes::{digest_at, u32_at};
use crate::index::digests::{self, DigestTable};
use crate::model::ids::ContentId;
use crate::text::digest::Digest;

const DIGEST_BITS: u32 = 80;
/// Bytes of a record in encoding 1.
const FIRST_BYTES: usize = 20;

/// The bytes of `NORM` for digests, sorted, with their contents' numbers.
pub fn encode(normals: &[(Digest, u32)]) -> Vec<u8> {
    let most = normals.iter().map(|(_, content)| *content).max().unwrap_or(0);
    let items: Vec<(Digest, u64)> = normals.iter().map(|(digest, content)| (*digest, u64::from(*content))).collect();
    digests::encode(&items, DIGEST_BITS, u32::BITS - most.leading_zeros())
}

/// The normalised digests of an open index. Each method is given the section's bytes.
#[derive(Clone, Copy, Debug)]
pub enum Normals {
    /// Encoding 1, of so many records.
    First(u32),
    /// Encoding 2.
    Second(DigestTable),
}

impl Default for Normals {
    fn default() -> Normals {
        Normals::First(0)
    }
}

impl Normals {
    /// The section's head; `None` where its parts do not fill it.
    pub fn open(section: &[u8], encoding: u32) -> Option<Normals> {
        if encoding > 1 {
            return DigestTable::open(section).filter(|table| table.payload_bits() <= u32::BITS).map(Normals::Second);
        }
        let count = u32_at(section, 0)?;
        let length = (count as usize).checked_mul(FIRST_BYTES)?.checked_add(4)?;
        (length == section.len()).then_some(Normals::First(count))
    }

    fn count(&self) -> u32 {
        match self {
            Normals::First(count) => *count,
            Normals::Second(table) => table.count(),
        }
    }

    fn content(&self, section: &[u8], place: usize) -> Option<ContentId> {
        let number = match self {
            Normals::First(_) => u32_at(section, place.checked_mul(FIRST_BYTES)?.checked_add(20)?)?,
            Normals::Second(table) => u32::try_from(table.payload(section, place)?).ok()?,
        };
        Some(ContentId(number))
    }

    /// The contents whose code has this digest, rising.
    pub fn find<'a>(&'a self, section: &'a [u8], digest: Digest) -> impl Iterator<Item = ContentId> + 'a {
        let places = match self {
            Normals::First(count) => {
                let own = |place: usize| digest_at(section, 4 + place * FIRST_BYTES).map(Digest);
                let all = 0..*count as usize;
                let start = digests::lower_bound(all.clone(), |place| own(place).is_some_and(|own| own < digest));
                start..digests::lower_bound(start..all.end, |place| own(place) == Some(digest))
            }
            Normals::Second(table) => table.find(section, digest),
        };
        places.filter_map(|place| self.content(section, place))
    }

    /// Checks every record: digests in order, contents below `contents`. The error is the first place that is wrong.
    pub fn check(&self, section: &[u8], contents: u64) -> Result<(), usize> {
        if let Normals::Second(table) = self {
            table.check(section)?;
        }
        let known = |place: &usize| self.content(section, *place).is_some_and(|own| u64::from(own.0) < contents);
        (0..self.count() as usize).find(|place| !known(place)).map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<(Digest, u32)> {
        let mut all: Vec<(Digest, u32)> = (0..60).map(|at| (Digest::of(&[at / 3]), u32::from(at))).collect();
        all.sort_unstable();
        all
    }

    fn first_encoding(normals: &[(Digest, u32)]) -> Vec<u8> {
        let mut out = (normals.len() as u32).to_le_bytes().to_vec();
        for (digest, content) in normals {
            out.extend(digest.0);
            out.extend(content.to_le_bytes());
        }
        out
    }

    #[test]
    fn contents_are_found_by_their_code_in_both_encodings() {
        let normals = sample();
        for (encoding, section) in [(1, first_encoding(&normals)), (2, encode(&normals))] {
            let open = Normals::open(&section, encoding).unwrap();
            open.check(&section, 60).unwrap();
            assert!(open.check(&section, 59).is_err());
            for at in 0..20_u8 {
                let found: Vec<u32> = open.find(&section, Digest::of(&[at])).map(|content| content.0).collect();
                assert_eq!(found, (0..3).map(|more| u32::from(at) * 3 + more).collect::<Vec<_>>());
            }
            assert_eq!(open.find(&section, Digest::of(&[99])).count(), 0);
        }
    }

    #[test]
    fn damage_is_no_panic() {
        let normals = sample();
        for (encoding, section) in [(1, first_encoding(&normals)), (2, encode(&normals))] {
            for at in 0..section.len() {
                assert!(Normals::open(&section[..at], encoding).is_none());
                let mut bad = section.clone();
                bad[at] ^= 0xff;
                let Some(open) = Normals::open(&bad, encoding) else { continue };
                let _ = open.check(&bad, 60);
                (0..20_u8).for_each(|at| {
                    let _ = open.find(&bad, Digest::of(&[at])).count();
                });
            }
        }
    }
}

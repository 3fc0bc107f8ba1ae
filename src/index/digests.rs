//! A table sorted by the leading bits of a digest, with a few bits beside each: what `CONT` and `NORM` are.
//!
//! ```text
//! count u32 · digest bits u8 · prefix bits u8 · payload bits u8 · zero u8                      8 bytes
//! buckets   see [`crate::index::buckets`]: 2^(prefix bits) of them, an item's being the first bits of its digest
//! items     the digest's further bits up to the digest bits, payload; packed, + 8 bytes
//! ```
//!
//! The prefix costs two bits an item whatever its length, so it is as long as there are about as many buckets as items.

use std::ops::Range;

use crate::index::buckets::{self, Buckets};
use crate::index::bytes::{packed, u32_at};
use crate::text::digest::Digest;

const HEAD: usize = 8;
/// Bits read at a time.
const PART: u32 = 48;
/// Most bits of a prefix: the count has no more.
const MAX_PREFIX: u32 = 32;

/// A table inside a section.
#[derive(Clone, Copy, Debug, Default)]
pub struct DigestTable {
    count: u32,
    digest_bits: u32,
    prefix_bits: u32,
    payload_bits: u32,
    buckets: Buckets,
    items: usize,
}

impl DigestTable {
    /// The table that a section is; `None` where its parts do not fill it.
    pub fn open(section: &[u8]) -> Option<DigestTable> {
        let count = u32_at(section, 0)?;
        let [digest_bits, prefix_bits, payload_bits] =
            [4, 5, 6].map(|at| section.get(at).map_or(0, |bits| u32::from(*bits)));
        let rest = digest_bits.checked_sub(prefix_bits)?;
        if prefix_bits > MAX_PREFIX || !(PART..=2 * PART).contains(&rest) || payload_bits > packed::MAX_WIDTH {
            return None;
        }
        let (buckets, length) = Buckets::at(HEAD, 1 << prefix_bits, u64::from(count))?;
        let items = HEAD.checked_add(length)?;
        let table = DigestTable { count, digest_bits, prefix_bits, payload_bits, buckets, items };
        let end = packed::bytes(u64::from(count), table.width())?.checked_add(items as u64)?;
        (end == section.len() as u64).then_some(table)
    }

    /// How many items.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Bits beside each digest.
    pub fn payload_bits(&self) -> u32 {
        self.payload_bits
    }

    fn rest_bits(&self) -> u32 {
        self.digest_bits - self.prefix_bits
    }

    fn width(&self) -> u32 {
        self.rest_bits() + self.payload_bits
    }

    /// The bits of an item from bit `from` on.
    fn bits(&self, section: &[u8], place: usize, from: u32, width: u32) -> Option<u64> {
        let bit = place.checked_mul(self.width() as usize)?.checked_add(from as usize)?;
        packed::at_bit(section.get(self.items..)?, bit, width)
    }

    fn rest(&self, section: &[u8], place: usize) -> Option<u128> {
        let low = self.bits(section, place, 0, PART)?;
        let high = self.bits(section, place, PART, self.rest_bits() - PART)?;
        Some(u128::from(high) << PART | u128::from(low))
    }

    /// What stands beside an item.
    pub fn payload(&self, section: &[u8], place: usize) -> Option<u64> {
        if place >= self.count as usize {
            return None;
        }
        self.bits(section, place, self.rest_bits(), self.payload_bits)
    }

    /// The places of a digest.
    pub fn find(&self, section: &[u8], digest: Digest) -> Range<usize> {
        if self.count == 0 {
            return 0..0;
        }
        let (prefix, wanted) = split(digest, self.digest_bits, self.prefix_bits);
        let (first, end) = self.buckets.records(section, prefix).unwrap_or((0, 0));
        let below = |place: usize| self.rest(section, place).is_some_and(|own| own < wanted);
        let start = lower_bound(first..end, below);
        start..lower_bound(start..end, |place| self.rest(section, place) == Some(wanted))
    }

    /// Checks that the items rise. The error is the first place that does not.
    pub fn check(&self, section: &[u8]) -> Result<(), usize> {
        self.buckets.check(section).map_err(|_| 0_usize)?;
        for bucket in 0..self.buckets.count() {
            let (first, end) = self.buckets.records(section, bucket).unwrap_or((0, 0));
            for place in first + 1..end {
                if self.rest(section, place - 1) > self.rest(section, place) {
                    return Err(place);
                }
            }
        }
        Ok(())
    }
}

/// The first of `places` that is not `below`; those that are stand before the others.
pub fn lower_bound(mut places: Range<usize>, below: impl Fn(usize) -> bool) -> usize {
    while places.start < places.end {
        let middle = places.start + (places.end - places.start) / 2;
        if below(middle) {
            places.start = middle + 1;
        } else {
            places.end = middle;
        }
    }
    places.start
}

/// The first bits of a digest as a bucket and the others up to `digest_bits`.
fn split(digest: Digest, digest_bits: u32, prefix_bits: u32) -> (u64, u128) {
    let kept = u128::from_be_bytes(digest.0) >> (128 - digest_bits);
    let rest = digest_bits - prefix_bits;
    ((kept >> rest) as u64, kept & ((1 << rest) - 1))
}

/// The table of `items`, sorted by digest, of each of which `digest_bits` (80 to 96) and `payload_bits` are kept.
pub fn encode(items: &[(Digest, u64)], digest_bits: u32, payload_bits: u32) -> Vec<u8> {
    let count = items.len() as u32;
    let prefix_bits = count.checked_ilog2().unwrap_or(0);
    let mut out = count.to_le_bytes().to_vec();
    out.extend([digest_bits as u8, prefix_bits as u8, payload_bits as u8, 0]);
    let mut buckets = buckets::Writer::new(1 << prefix_bits);
    let mut packer = packed::Writer::default();
    for (digest, payload) in items {
        let (prefix, rest) = split(*digest, digest_bits, prefix_bits);
        buckets.put(prefix);
        packer.put(rest as u64 & ((1 << PART) - 1), PART);
        packer.put((rest >> PART) as u64, digest_bits - prefix_bits - PART);
        packer.put(*payload, payload_bits);
    }
    out.extend(buckets.finish());
    out.extend(packer.finish());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: u64) -> Vec<(Digest, u64)> {
        let mut all: Vec<(Digest, u64)> = (0..count).map(|at| (Digest::of(&at.to_le_bytes()), at % 31)).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn every_digest_is_found_and_no_other() {
        for (count, bits) in [(0, 80), (1, 96), (2, 80), (700, 96), (1_024, 80)] {
            let items = items(count);
            let bytes = encode(&items, bits, 5);
            let table = DigestTable::open(&bytes).unwrap();
            table.check(&bytes).unwrap();
            assert_eq!(u64::from(table.count()), count);
            for (place, (digest, payload)) in items.iter().enumerate() {
                assert_eq!(table.find(&bytes, *digest), place..place + 1);
                assert_eq!(table.payload(&bytes, place), Some(*payload));
            }
            assert_eq!(table.payload(&bytes, count as usize), None);
            assert!((1..50_u64).all(|at| table.find(&bytes, Digest::of(&(at << 40 | 1).to_le_bytes())).is_empty()));
        }
    }

    #[test]
    fn equal_digests_stand_together() {
        let mut items = items(40);
        let same = items[20];
        items[20..34].fill(same);
        let bytes = encode(&items, 80, 5);
        assert_eq!(DigestTable::open(&bytes).unwrap().find(&bytes, items[20].0), 20..34);
        let alone = encode(&[items[3]; 30], 80, 5);
        assert_eq!(DigestTable::open(&alone).unwrap().find(&alone, items[3].0), 0..30);
    }

    #[test]
    fn an_item_costs_its_bits_without_the_prefix() {
        let items = items(1 << 14);
        let bits = encode(&items, 96, 20).len() as f64 * 8.0 / items.len() as f64;
        assert!(bits < 96.0 + 20.0 - 14.0 + 2.4, "{bits}");
    }

    #[test]
    fn damage_is_refused_found_out_or_harmless() {
        let items = items(100);
        let bytes = encode(&items, 80, 5);
        for at in 0..bytes.len() {
            assert!(DigestTable::open(&bytes[..at]).is_none());
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bad = bytes.clone();
                bad[at] = value;
                let Some(table) = DigestTable::open(&bad) else { continue };
                let _ = table.check(&bad);
                for (digest, _) in &items {
                    table.find(&bad, *digest).for_each(|place| {
                        let _ = table.payload(&bad, place);
                    });
                }
            }
        }
    }
}

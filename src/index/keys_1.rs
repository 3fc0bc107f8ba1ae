//! Encoding 1 of a seed table, which indexes of earlier programs have.
//!
//! ```text
//! head      24 bytes as today, no low bits
//! groups    64 bytes each, one a 29 buckets: records before the first of them u32, then u16 × 30: records from there to
//!           the start of each bucket, and to the end of the last
//! lows      u8 × records                  low bits of the key
//! places    width bits × records, + 8     token in the global numbering, check (exact bits), 1 if the key is common
//! ```

use crate::index::bytes::{packed, u16_at, u32_at};

/// Buckets of a group.
const GROUP: u64 = 29;
const GROUP_BYTES: u64 = 64;
const HEAD: u64 = 24;

/// Where the parts of the table stand in their section.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// How many buckets.
    pub buckets: u64,
    lows: usize,
    /// First byte of the places.
    pub places: usize,
}

impl Table {
    /// The table of so many records and buckets, if its parts fill the section.
    pub fn open(section: &[u8], records: u64, buckets: u64, width: u32) -> Option<Table> {
        let lows = buckets.div_ceil(GROUP).checked_mul(GROUP_BYTES)?.checked_add(HEAD)?;
        let places = lows.checked_add(records)?;
        let end = places.checked_add(packed::bytes(records, width)?)?;
        (end == section.len() as u64).then_some(Table { buckets, lows: lows as usize, places: places as usize })
    }

    /// The records of a bucket.
    pub fn records(&self, section: &[u8], bucket: u64) -> Option<(usize, usize)> {
        let at = (HEAD + bucket / GROUP * GROUP_BYTES) as usize;
        let group = section.get(at..at + GROUP_BYTES as usize)?;
        let base = u32_at(group, 0)? as usize;
        let place = 4 + (bucket % GROUP) as usize * 2;
        Some((base + usize::from(u16_at(group, place)?), base + usize::from(u16_at(group, place + 2)?)))
    }

    /// The low bits of a record's key.
    pub fn low(&self, section: &[u8], record: usize) -> Option<u8> {
        section.get(self.lows.checked_add(record)?).copied()
    }

    /// Checks that the buckets follow each other and hold all records. The error is the bucket that does not.
    pub fn check(&self, section: &[u8], records: u64) -> Result<(), u64> {
        let mut before = 0;
        for bucket in 0..self.buckets {
            match self.records(section, bucket) {
                Some((start, end)) if start == before && start <= end && end as u64 <= records => before = end,
                _ => return Err(bucket),
            }
        }
        if before as u64 == records { Ok(()) } else { Err(self.buckets) }
    }
}

#[cfg(test)]
mod tests {
    use crate::index::bytes::packed;
    use crate::index::keys::{KeyTable, Posting};

    /// Two buckets in one group: keys 5 and 9, the second with two places.
    fn section() -> Vec<u8> {
        let mut out = Vec::new();
        [3_u64, 2].iter().for_each(|number| out.extend(number.to_le_bytes()));
        out.extend([20, 4, 0, 0, 0, 0, 0, 0]);
        out.extend(0_u32.to_le_bytes());
        (0..30_u16).for_each(|bound| out.extend((if bound == 0 { 0 } else { 3_u16 }).to_le_bytes()));
        out.extend([5, 9, 9]);
        let mut places = packed::Writer::default();
        [(7_u64, 3, 0), (40, 15, 1), (41, 0, 1)]
            .iter()
            .for_each(|(token, exact, common)| places.put(token << 5 | exact << 1 | common, 20));
        out.extend(places.finish());
        out
    }

    #[test]
    fn an_older_table_is_read() {
        let section = section();
        let table = KeyTable::open(&section, 1).unwrap();
        table.check(&section, 42).unwrap();
        assert!(table.check(&section, 41).is_err());
        let places = |key: u64| {
            let mut found = Vec::new();
            table.find(&section, key, table.records_of(&section, key), &mut found);
            found
        };
        assert_eq!(places(5), [Posting { token: 7, exact: 3, common: false }]);
        assert_eq!(
            places(9).iter().map(|posting| (posting.token, posting.common)).collect::<Vec<_>>(),
            [(40, true), (41, true)]
        );
        assert!(places(6).is_empty());
    }

    #[test]
    fn a_damaged_one_never_panics() {
        let section = section();
        for at in 0..section.len() {
            assert!(KeyTable::open(&section[..at], 1).is_none() || at == 0);
            for value in [0, 1, 0x7f, 0xff] {
                let mut bad = section.clone();
                bad[at] = value;
                let Some(table) = KeyTable::open(&bad, 1) else { continue };
                let mut found = Vec::new();
                [5, 9, u64::MAX]
                    .iter()
                    .for_each(|key| table.find(&bad, *key, table.records_of(&bad, *key), &mut found));
                let _ = table.check(&bad, 42);
            }
        }
    }
}

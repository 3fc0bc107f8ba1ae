//! Which records stand in which bucket, in about two bits a record: for each bucket a 0 for every record of it and then a
//! 1 (the upper half of an Elias-Fano code). A sorted table whose buckets are leading bits of its keys need not store
//! those bits.
//!
//! ```text
//! starts   u64 × groups of 256 buckets: the bit at which the first bucket of the group begins
//! bits     buckets + records, in whole u64 words
//! ```
//!
//! The bit at which bucket `b` begins is `b` plus the number of records before it.

use crate::index::bytes::u64_at;

/// Buckets of a group.
const GROUP: u64 = 256;
/// Words that one look-up reads, so that a damaged table costs no more than a sound one of very full buckets.
const MAX_WORDS: usize = 1 << 14;

/// A bucket table inside a section.
#[derive(Clone, Copy, Debug, Default)]
pub struct Buckets {
    count: u64,
    records: u64,
    /// First byte in the section.
    at: usize,
    /// First byte of the bits in the section.
    bits: usize,
}

impl Buckets {
    /// The table of `count` buckets and `records` records that begins at byte `at` of its section, and its length in
    /// bytes; `None` for one that fits no memory.
    pub fn at(at: usize, count: u64, records: u64) -> Option<(Buckets, usize)> {
        let starts = count.div_ceil(GROUP).checked_mul(8)?;
        let bits = count.checked_add(records)?.div_ceil(64).checked_mul(8)?;
        let length = usize::try_from(starts.checked_add(bits)?).ok()?;
        let first = at.checked_add(usize::try_from(starts).ok()?)?;
        Some((Buckets { count, records, at, bits: first }, length))
    }

    /// The bucket of a key whose bits are spread evenly.
    pub fn of_key(&self, key: u64) -> u64 {
        of_key(self.count, key)
    }

    /// How many buckets.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first record of a bucket and the one behind its last, both at most the number of records; `None` for a bucket
    /// that is not there or a table that is damaged.
    pub fn records(&self, section: &[u8], bucket: u64) -> Option<(usize, usize)> {
        if bucket >= self.count {
            return None;
        }
        let group = u64_at(section, self.at + (bucket / GROUP) as usize * 8)?;
        let begin = self.after(section, group, bucket % GROUP)?;
        let end = self.after(section, begin, 1)?.checked_sub(1)?.checked_sub(bucket)?;
        let begin = begin.checked_sub(bucket)?;
        (begin <= end && end <= self.records).then_some((begin as usize, end as usize))
    }

    /// The bit behind the `count`th 1 from `bit` on.
    fn after(&self, section: &[u8], bit: u64, count: u64) -> Option<u64> {
        if count == 0 {
            return Some(bit);
        }
        let mut left = count;
        let first = bit / 64;
        for step in 0..MAX_WORDS as u64 {
            let at = usize::try_from(first.checked_add(step)?.checked_mul(8)?).ok()?;
            let mut word = u64_at(section, self.bits.checked_add(at)?)?;
            if step == 0 {
                word &= u64::MAX << (bit % 64);
            }
            let ones = u64::from(word.count_ones());
            if ones >= left {
                (1..left).for_each(|_| word &= word - 1);
                return Some((first + step) * 64 + u64::from(word.trailing_zeros()) + 1);
            }
            left -= ones;
        }
        None
    }

    /// Checks that the buckets follow each other and hold all records. The error is the bucket that does not.
    pub fn check(&self, section: &[u8]) -> Result<(), u64> {
        let mut before = 0;
        for bucket in 0..self.count {
            match self.records(section, bucket) {
                Some((begin, end)) if begin == before => before = end,
                _ => return Err(bucket),
            }
        }
        if before as u64 == self.records { Ok(()) } else { Err(self.count) }
    }
}

/// The bucket, of `count`, of a key whose bits are spread evenly.
pub fn of_key(count: u64, key: u64) -> u64 {
    ((u128::from(key) * u128::from(count)) >> 64) as u64
}

/// Writes a bucket table.
#[derive(Debug, Default)]
pub struct Writer {
    count: u64,
    bucket: u64,
    bit: u64,
    starts: Vec<u64>,
    words: Vec<u64>,
}

impl Writer {
    /// For so many buckets.
    pub fn new(count: u64) -> Writer {
        Writer { count, starts: if count > 0 { vec![0] } else { Vec::new() }, ..Writer::default() }
    }

    /// Adds a record; buckets must not fall, and lie below the count.
    pub fn put(&mut self, bucket: u64) {
        debug_assert!(self.bucket <= bucket && bucket < self.count);
        self.close(bucket);
        self.push(false);
    }

    /// Ends all buckets before `bucket`.
    fn close(&mut self, bucket: u64) {
        while self.bucket < bucket {
            self.push(true);
            self.bucket += 1;
            if self.bucket.is_multiple_of(GROUP) && self.bucket < self.count {
                self.starts.push(self.bit);
            }
        }
    }

    fn push(&mut self, end: bool) {
        if self.bit.is_multiple_of(64) {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word |= u64::from(end) << (self.bit % 64);
        }
        self.bit += 1;
    }

    /// The table's bytes.
    pub fn finish(mut self) -> Vec<u8> {
        self.close(self.count);
        self.starts.iter().chain(&self.words).flat_map(|word| word.to_le_bytes()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(count: u64, records: &[u64]) -> (Buckets, Vec<u8>) {
        let mut writer = Writer::new(count);
        records.iter().for_each(|bucket| writer.put(*bucket));
        let bytes = writer.finish();
        let (table, length) = Buckets::at(0, count, records.len() as u64).unwrap();
        assert_eq!(length, bytes.len());
        (table, bytes)
    }

    fn sample() -> Vec<u64> {
        // Empty buckets, full ones, and one of more records than a word has bits.
        (0..1_000_u64)
            .filter(|at| at % 3 != 0)
            .flat_map(|at| vec![at; if at == 400 { 200 } else { (at % 4) as usize }])
            .collect()
    }

    #[test]
    fn every_record_is_in_its_bucket() {
        for (count, records) in
            [(1_000, sample()), (1, vec![0; 70]), (256, vec![255]), (257, vec![256]), (3, Vec::new()), (0, Vec::new())]
        {
            let (table, bytes) = table(count, &records);
            table.check(&bytes).unwrap();
            for bucket in 0..count {
                let expected =
                    (records.partition_point(|own| *own < bucket), records.partition_point(|own| *own <= bucket));
                assert_eq!(table.records(&bytes, bucket), Some(expected), "bucket {bucket} of {count}");
            }
            assert_eq!(table.records(&bytes, count), None);
        }
    }

    #[test]
    fn a_record_costs_about_two_bits() {
        let records: Vec<u64> = (0..100_000).collect();
        assert!(table(100_000, &records).1.len() * 8 < 100_000 * 23 / 10);
    }

    #[test]
    fn a_damaged_table_is_found_out_and_never_panics() {
        let records = sample();
        let (table, bytes) = table(1_000, &records);
        for at in 0..bytes.len() {
            for value in [0, 0xff, bytes[at] ^ 1] {
                let mut bad = bytes.clone();
                bad[at] = value;
                (0..1_000).for_each(|bucket| {
                    let _ = table.records(&bad, bucket);
                });
                assert!(bad == bytes || table.check(&bad).is_err() || at + 8 >= bytes.len(), "byte {at}");
            }
            (0..1_000).for_each(|bucket| {
                let _ = table.records(&bytes[..at], bucket);
            });
        }
        assert!(Buckets::at(0, u64::MAX, 1).is_none());
    }

    #[test]
    fn a_bucket_too_full_to_be_read_counts_as_absent() {
        let records = vec![0; MAX_WORDS * 64 + 1];
        let (table, bytes) = table(1, &records);
        assert_eq!(table.records(&bytes, 0), None);
    }
}

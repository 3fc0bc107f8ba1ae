//! A seed table: which places in the index hold a key.
//!
//! ```text
//! records u64 · buckets u64 · width u8 · exact bits u8 · zero u8 × 6                        24 bytes
//! groups    64 bytes each, one a 29 buckets: records before the first of them u32, then u16 × 30: records from there to
//!           the start of each bucket, and to the end of the last
//! lows      u8 × records                  low bits of the key
//! places    width bits × records, + 8     token in the global numbering, check (exact bits), 1 if the key is common
//! ```
//!
//! Records are sorted by key; a key's bucket is `key × buckets / 2^64`, about [`BUCKET`] records each, so a look-up reads
//! one line of offsets and one of lows. What is stored of a key (bucket and low bits) tells it from a chance key with an
//! error of about `BUCKET / 256`; such an error is one stray seed, which makes no chain.

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::index::bytes::{packed, u16_at, u32_at, u64_at};

/// Mean records of a bucket.
pub const BUCKET: u64 = 12;
/// Buckets of a group.
const GROUP: usize = 29;
const GROUP_BYTES: usize = 64;
const HEAD: usize = 24;
const EACH_BYTE: u64 = 0x0101_0101_0101_0101;

/// A place that holds a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    /// Token in the global numbering.
    pub token: u64,
    /// Check of the exact tokens, 4 bits (0 for exact keys).
    pub exact: u8,
    /// Held by so many components that it starts no chain.
    pub common: bool,
}

/// A seed table in an open index.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyTable {
    records: u64,
    buckets: u64,
    exact_bits: u32,
    width: u32,
    lows: usize,
    places: usize,
}

impl KeyTable {
    /// Reads the head of a section and checks that its parts fill it exactly.
    pub fn open(section: &[u8]) -> Option<KeyTable> {
        if section.is_empty() {
            return Some(KeyTable::default());
        }
        let (records, buckets) = (u64_at(section, 0)?, u64_at(section, 8)?);
        let (width, exact_bits) = (u32::from(*section.get(16)?), u32::from(*section.get(17)?));
        if buckets == 0 || exact_bits > 4 || !(exact_bits + 1..=packed::MAX_WIDTH).contains(&width) {
            return None;
        }
        let groups = buckets.div_ceil(GROUP as u64).checked_mul(GROUP_BYTES as u64)?;
        let places = packed::bytes(records, width)?;
        let length = (HEAD as u64).checked_add(groups)?.checked_add(records)?.checked_add(places)?;
        if length != section.len() as u64 {
            return None;
        }
        let lows = HEAD + groups as usize;
        Some(KeyTable { records, buckets, exact_bits, width, lows, places: lows + records as usize })
    }

    /// How many records.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The records of a bucket.
    fn bucket(&self, section: &[u8], bucket: usize) -> Option<(usize, usize)> {
        let at = HEAD + bucket / GROUP * GROUP_BYTES;
        let group: &[u8; GROUP_BYTES] = section.get(at..at + GROUP_BYTES)?.try_into().ok()?;
        let base = u32_at(group, 0)? as usize;
        let place = 4 + bucket % GROUP * 2;
        Some((base + usize::from(u16_at(group, place)?), base + usize::from(u16_at(group, place + 2)?)))
    }

    /// The records in which `key` would stand.
    pub fn records_of(&self, section: &[u8], key: u64) -> (usize, usize) {
        let bucket = ((u128::from(key) * u128::from(self.buckets)) >> 64) as usize;
        self.bucket(section, bucket).unwrap_or((0, 0))
    }

    /// Appends the places among `records` that hold `key`. A record outside the section counts as absent.
    pub fn find(&self, section: &[u8], key: u64, records: (usize, usize), out: &mut Vec<Posting>) {
        let wanted = u64::from(key as u8) * EACH_BYTE;
        for start in (records.0..records.1.min(self.records as usize)).step_by(8) {
            // The places behind the lows are at least eight bytes, so the last word is whole too.
            let Some(word) = u64_at(section, self.lows + start) else { return };
            let other = word ^ wanted;
            if other.wrapping_sub(EACH_BYTE) & !other & (EACH_BYTE << 7) != 0 {
                let equal =
                    (start..records.1.min(start + 8)).filter(|record| other >> ((record - start) * 8) & 0xff == 0);
                out.extend(equal.filter_map(|record| self.posting(section, record)));
            }
        }
    }

    fn posting(&self, section: &[u8], record: usize) -> Option<Posting> {
        if record as u64 >= self.records {
            return None;
        }
        let value = packed::get(section.get(self.places..)?, record, self.width)?;
        let exact = (value >> 1) as u8 & ((1 << self.exact_bits) - 1) as u8;
        Some(Posting { token: value >> (1 + self.exact_bits), exact, common: value & 1 == 1 })
    }

    /// Checks every record: buckets in order, places below `tokens`. Returns the offset of the first that is wrong.
    pub fn check(&self, section: &[u8], tokens: u64) -> Result<(), (usize, String)> {
        let mut before = 0;
        for bucket in 0..self.buckets as usize {
            let (start, end) = self.bucket(section, bucket).unwrap_or((usize::MAX, 0));
            if start != before || end < start || end as u64 > self.records {
                let detail = format!("bucket {bucket} holds records {start} to {end}");
                return Err((HEAD + bucket / GROUP * GROUP_BYTES, detail));
            }
            before = end;
        }
        if before as u64 != self.records {
            return Err((HEAD, format!("the buckets hold {before} records of {}", self.records)));
        }
        for record in 0..self.records as usize {
            let token = self.posting(section, record).map_or(u64::MAX, |posting| posting.token);
            if token >= tokens {
                return Err((self.places, format!("record {record} names token {token} of {tokens}")));
            }
        }
        Ok(())
    }
}

/// Writes a seed table from postings that come sorted by key.
pub struct KeyWriter {
    buckets: u64,
    width: u32,
    exact_bits: u32,
    records: u64,
    keys: u64,
    last_key: Option<u64>,
    starts: Vec<u64>,
    lows: io::BufWriter<std::fs::File>,
    places: io::BufWriter<std::fs::File>,
    packer: packed::Writer,
}

impl KeyWriter {
    /// For about `expected` postings over `tokens` tokens; `exact_bits` of a check stand with each record.
    pub fn new(expected: u64, tokens: u64, exact_bits: u32) -> io::Result<KeyWriter> {
        Ok(KeyWriter {
            buckets: (expected / BUCKET).max(1),
            width: (64 - tokens.leading_zeros()) + 1 + exact_bits,
            exact_bits,
            records: 0,
            keys: 0,
            last_key: None,
            starts: vec![0],
            lows: io::BufWriter::new(tempfile::tempfile()?),
            places: io::BufWriter::new(tempfile::tempfile()?),
            packer: packed::Writer::default(),
        })
    }

    /// Adds the postings of one key; keys must rise.
    pub fn put(&mut self, key: u64, postings: &[Posting]) -> io::Result<()> {
        debug_assert!(self.last_key.is_none_or(|last| last < key));
        self.last_key = Some(key);
        self.keys += 1;
        let bucket = ((u128::from(key) * u128::from(self.buckets)) >> 64) as usize;
        while self.starts.len() <= bucket {
            self.starts.push(self.records);
        }
        for posting in postings {
            self.lows.write_all(&[key as u8])?;
            let place = posting.token << self.exact_bits | u64::from(posting.exact);
            self.packer.put(place << 1 | u64::from(posting.common), self.width);
            self.records += 1;
        }
        self.places.write_all(&self.packer.drain())
    }

    /// Distinct keys so far.
    pub fn keys(&self) -> u64 {
        self.keys
    }

    /// Records so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Writes the section.
    pub fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.starts.resize(self.buckets as usize + 1, self.records);
        out.write_all(&self.records.to_le_bytes())?;
        out.write_all(&self.buckets.to_le_bytes())?;
        out.write_all(&[self.width as u8, self.exact_bits as u8, 0, 0, 0, 0, 0, 0])?;
        for group in self.starts[..self.buckets as usize].chunks(GROUP).zip(0..) {
            let (starts, number) = group;
            let end = self.starts[number * GROUP + starts.len()];
            out.write_all(&u32::try_from(starts[0]).map_err(io::Error::other)?.to_le_bytes())?;
            let bounds = starts.iter().copied().chain(std::iter::repeat(end)).take(GROUP + 1);
            for bound in bounds {
                out.write_all(&u16::try_from(bound - starts[0]).map_err(io::Error::other)?.to_le_bytes())?;
            }
        }
        self.places.write_all(&self.packer.finish())?;
        for spool in [self.lows, self.places] {
            let mut file = spool.into_inner().map_err(|error| error.into_error())?;
            file.seek(SeekFrom::Start(0))?;
            io::copy(&mut Read::by_ref(&mut file), out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(keys: &[(u64, Vec<Posting>)], exact_bits: u32) -> Vec<u8> {
        let mut writer = KeyWriter::new(keys.len() as u64, 1000, exact_bits).unwrap();
        keys.iter().for_each(|(key, postings)| writer.put(*key, postings).unwrap());
        let mut section = Vec::new();
        writer.finish(&mut section).unwrap();
        section
    }

    fn many() -> Vec<(u64, Vec<Posting>)> {
        let mut keys: Vec<u64> = (1..=500_u64).map(|at| at.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        keys.sort();
        let posting =
            |at: usize| Posting { token: at as u64 * 2, exact: at as u8 % (1 << 4), common: at.is_multiple_of(7) };
        keys.iter().enumerate().map(|(at, key)| (*key, vec![posting(at); 1 + at % 3])).collect()
    }

    #[test]
    fn every_key_is_found_with_its_places() {
        let keys = many();
        let section = table(&keys, 4);
        let open = KeyTable::open(&section).unwrap();
        open.check(&section, 1000).unwrap();
        for (key, postings) in &keys {
            let mut found = Vec::new();
            open.find(&section, *key, open.records_of(&section, *key), &mut found);
            assert!(postings.iter().all(|posting| found.contains(posting)), "{key:x}");
        }
    }

    #[test]
    fn a_damaged_table_is_refused_or_found_out_and_never_panics() {
        let keys = many();
        let section = table(&keys, 4);
        for cut in 0..section.len().min(200) {
            assert!(KeyTable::open(&section[..section.len() - 1 - cut]).is_none());
        }
        for at in 0..section.len() {
            let mut bad = section.clone();
            bad[at] ^= 0xff;
            if let Some(open) = KeyTable::open(&bad) {
                let mut found = Vec::new();
                keys.iter().for_each(|(key, _)| open.find(&bad, *key, open.records_of(&bad, *key), &mut found));
                let _ = open.check(&bad, 1000);
            }
        }
    }

    #[test]
    fn places_beyond_the_tokens_are_found_out() {
        let section = table(&many(), 0);
        assert!(KeyTable::open(&section).unwrap().check(&section, 10).is_err());
    }
}

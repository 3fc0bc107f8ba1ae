//! A seed table: which places in the index hold a key.
//!
//! ```text
//! records u64 · buckets u64 · width u8 · exact bits u8 · low bits u8 · zero u8 × 5             24 bytes
//! buckets   see [`crate::index::buckets`]; a key's bucket is `key × buckets / 2^64`
//! records   width bits each, + 8: token in the global numbering, check (exact bits), 1 if the key is common, low bits of
//!           the key
//! ```
//!
//! Records are sorted by key; a bucket holds about one, so a look-up reads a line of the bucket table and one of records.
//! What is stored of a key (bucket and low bits) tells it from a chance key with an error of about `2^-LOW_BITS`; such an
//! error is one stray seed, which makes no chain. Encoding 1 took three bits a record more: [`crate::index::keys_1`].

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::index::buckets::{self, Buckets};
use crate::index::bytes::{packed, u64_at};
use crate::index::keys_1;

/// Bits of a key that stand with each record.
const LOW_BITS: u32 = 5;
const HEAD: usize = 24;

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

impl Posting {
    /// A posting from its packed form: token, check of `exact_bits`, 1 if common.
    pub(super) fn unpack(value: u64, exact_bits: u32) -> Posting {
        let exact = (value >> 1) as u8 & ((1_u16 << exact_bits) - 1) as u8;
        Posting { token: value >> (1 + exact_bits), exact, common: value & 1 == 1 }
    }
}

/// A seed table in an open index.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyTable {
    records: u64,
    exact_bits: u32,
    width: u32,
    layout: Layout,
}

#[derive(Clone, Copy, Debug)]
enum Layout {
    First(keys_1::Table),
    Second { buckets: Buckets, low_bits: u32, places: usize },
}

impl Default for Layout {
    fn default() -> Layout {
        Layout::Second { buckets: Buckets::default(), low_bits: LOW_BITS, places: 0 }
    }
}

impl KeyTable {
    /// Reads the head of a section of this encoding and checks that its parts fill it exactly.
    pub fn open(section: &[u8], encoding: u32) -> Option<KeyTable> {
        if section.is_empty() {
            return Some(KeyTable::default());
        }
        let (records, buckets) = (u64_at(section, 0)?, u64_at(section, 8)?);
        let [width, exact_bits, low_bits] =
            [16, 17, 18].map(|at| section.get(at).map_or(u32::MAX, |bits| u32::from(*bits)));
        if buckets == 0 || exact_bits > 4 || !(exact_bits + 1..=packed::MAX_WIDTH).contains(&width) {
            return None;
        }
        if encoding == 1 {
            let table = keys_1::Table::open(section, records, buckets, width)?;
            return Some(KeyTable { records, exact_bits, width, layout: Layout::First(table) });
        }
        if low_bits > 8 || exact_bits + 1 + low_bits > width {
            return None;
        }
        let (table, length) = Buckets::at(HEAD, buckets, records)?;
        let places = HEAD.checked_add(length)?;
        let all = packed::bytes(records, width)?.checked_add(places as u64)?;
        let layout = Layout::Second { buckets: table, low_bits, places };
        (all == section.len() as u64).then_some(KeyTable { records, exact_bits, width, layout })
    }

    /// How many records.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The records in which `key` would stand.
    pub fn records_of(&self, section: &[u8], key: u64) -> (usize, usize) {
        let found = match &self.layout {
            Layout::First(table) => table.records(section, buckets::of_key(table.buckets, key)),
            Layout::Second { buckets, .. } => buckets.records(section, buckets.of_key(key)),
        };
        found.unwrap_or((0, 0))
    }

    /// Appends the places among `records` that hold `key`. A record outside the section counts as absent.
    pub fn find(&self, section: &[u8], key: u64, records: (usize, usize), out: &mut Vec<Posting>) {
        let records = records.0..records.1.min(self.records as usize);
        match &self.layout {
            Layout::First(table) => {
                let equal = |record: &usize| table.low(section, *record) == Some(key as u8);
                out.extend(records.filter(equal).filter_map(|record| self.posting(section, record)));
            }
            Layout::Second { low_bits, .. } => {
                let mask = (1 << low_bits) - 1;
                let values = records.filter_map(|record| self.value(section, record));
                let equal = values.filter(|value| value & mask == key & mask);
                out.extend(equal.map(|value| Posting::unpack(value >> low_bits, self.exact_bits)));
            }
        }
    }

    fn value(&self, section: &[u8], record: usize) -> Option<u64> {
        let places = match &self.layout {
            Layout::First(table) => table.places,
            Layout::Second { places, .. } => *places,
        };
        packed::get(section.get(places..)?, record, self.width).filter(|_| (record as u64) < self.records)
    }

    fn posting(&self, section: &[u8], record: usize) -> Option<Posting> {
        let low_bits = if let Layout::Second { low_bits, .. } = self.layout { low_bits } else { 0 };
        self.value(section, record).map(|value| Posting::unpack(value >> low_bits, self.exact_bits))
    }

    /// Checks every record: buckets in order, places below `tokens`. Returns the offset of the first that is wrong.
    pub fn check(&self, section: &[u8], tokens: u64) -> Result<(), (usize, String)> {
        let checked = match &self.layout {
            Layout::First(table) => table.check(section, self.records),
            Layout::Second { buckets, .. } => buckets.check(section),
        };
        checked.map_err(|bucket| (HEAD, format!("bucket {bucket} does not follow the one before it")))?;
        for record in 0..self.records as usize {
            let token = self.posting(section, record).map_or(u64::MAX, |posting| posting.token);
            if token >= tokens {
                return Err((HEAD, format!("record {record} names token {token} of {tokens}")));
            }
        }
        Ok(())
    }
}

/// Writes a seed table from postings that come sorted by key.
pub struct KeyWriter {
    count: u64,
    width: u32,
    exact_bits: u32,
    records: u64,
    keys: u64,
    last_key: Option<u64>,
    buckets: buckets::Writer,
    places: io::BufWriter<std::fs::File>,
    packer: packed::Writer,
}

impl KeyWriter {
    /// For about three quarters of `expected` postings (a bucket is to hold one) over `tokens` tokens; `exact_bits` of a check
    /// stand with each record.
    pub fn new(expected: u64, tokens: u64, exact_bits: u32) -> io::Result<KeyWriter> {
        let count = (expected.saturating_mul(3) / 4).max(1);
        Ok(KeyWriter {
            count,
            width: (64 - tokens.leading_zeros()) + exact_bits + 1 + LOW_BITS,
            exact_bits,
            records: 0,
            keys: 0,
            last_key: None,
            buckets: buckets::Writer::new(count),
            places: io::BufWriter::new(tempfile::tempfile()?),
            packer: packed::Writer::default(),
        })
    }

    /// Adds the postings of one key; keys must rise.
    pub fn put(&mut self, key: u64, postings: &[Posting]) -> io::Result<()> {
        debug_assert!(self.last_key.is_none_or(|last| last < key));
        self.last_key = Some(key);
        self.keys += 1;
        let bucket = buckets::of_key(self.count, key);
        for posting in postings {
            let place = (posting.token << self.exact_bits | u64::from(posting.exact)) << 1 | u64::from(posting.common);
            self.packer.put(place << LOW_BITS | key & ((1 << LOW_BITS) - 1), self.width);
            self.buckets.put(bucket);
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
        out.write_all(&self.records.to_le_bytes())?;
        out.write_all(&self.count.to_le_bytes())?;
        out.write_all(&[self.width as u8, self.exact_bits as u8, LOW_BITS as u8, 0, 0, 0, 0, 0])?;
        out.write_all(&self.buckets.finish())?;
        self.places.write_all(&self.packer.finish())?;
        let mut file = self.places.into_inner().map_err(|error| error.into_error())?;
        file.seek(SeekFrom::Start(0))?;
        io::copy(&mut Read::by_ref(&mut file), out).map(drop)
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
        let open = KeyTable::open(&section, 2).unwrap();
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
            assert!(KeyTable::open(&section[..section.len() - 1 - cut], 2).is_none());
        }
        for at in 0..section.len() {
            let mut bad = section.clone();
            bad[at] ^= 0xff;
            if let Some(open) = KeyTable::open(&bad, 2) {
                let mut found = Vec::new();
                keys.iter().for_each(|(key, _)| open.find(&bad, *key, open.records_of(&bad, *key), &mut found));
                let _ = open.check(&bad, 1000);
            }
        }
    }

    #[test]
    fn places_beyond_the_tokens_are_found_out() {
        let section = table(&many(), 0);
        assert!(KeyTable::open(&section, 2).unwrap().check(&section, 10).is_err());
    }
}

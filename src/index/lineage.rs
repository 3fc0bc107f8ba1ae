//! A lineage's record: a file of a component through its releases.
//!
//! ```text
//! varint folder · text name
//! varint segments, then for each, by release: varint first release − last of the one before, varint releases − 1,
//!   varint content                               (a content may return: it then has two segments)
//! varint units, 0 if nothing of it is fingerprinted; else
//!   varint intervals, each: varint first release, varint releases − 1
//!   nibbles, low half first:
//!     1 to 9    a unit of so many tokens on the line after the last
//!     10        a unit two lines on: nibble tokens
//!     11        a unit further on: nibble lines - 3, nibble tokens
//!     15        a unit on the line after the last: nibble tokens - 10
//!     0         a unit on the same line: number of tokens
//!     13        any other unit: number of tokens, zigzag line difference
//!     14        the following units belong to interval: number
//!   a number is nibbles of three bits, lowest first, the fourth bit set on all but the last
//! ```
//!
//! A *unit* is a line of code, or a part of a very long one. The units of all releases stand in one merged order: units
//! that several releases share once, those of one release beside what replaced them. A token's place in that order is its
//! number in the lineage; which releases hold it, and on which line of the newest of them, is read off its unit.

use crate::index::bytes::{Cursor, put_text, put_varint};
use crate::model::ids::{ContentId, ReleaseNo, ReleaseRange};

/// Releases in which a lineage's file had one content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The releases.
    pub releases: ReleaseRange,
    /// The content.
    pub content: ContentId,
}

/// A run of tokens in the merged order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// How many.
    pub tokens: u32,
    /// Its line in the newest release that holds it.
    pub line: u32,
    /// Releases that hold it (the hull, where it went and came back).
    pub releases: ReleaseRange,
}

/// A decoded record without its units.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// Number of the folder's name.
    pub folder: u32,
    /// File name.
    pub name: &'a str,
    /// By release.
    pub segments: Vec<Segment>,
    units: Cursor<'a>,
}

/// Writes a record.
pub fn encode(folder: u32, name: &str, segments: &[Segment], units: &[Unit]) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, u64::from(folder));
    put_text(&mut out, name);
    put_varint(&mut out, segments.len() as u64);
    let mut last = 0;
    for segment in segments {
        put_varint(&mut out, u64::from(segment.releases.first.0 - last));
        put_varint(&mut out, u64::from(segment.releases.last.0 - segment.releases.first.0));
        put_varint(&mut out, u64::from(segment.content.0));
        last = segment.releases.last.0;
    }
    put_varint(&mut out, units.len() as u64);
    if !units.is_empty() {
        encode_units(units, &mut out);
    }
    out
}

fn encode_units(units: &[Unit], out: &mut Vec<u8>) {
    let mut intervals: Vec<ReleaseRange> = units.iter().map(|unit| unit.releases).collect();
    intervals.sort();
    intervals.dedup();
    put_varint(out, intervals.len() as u64);
    for interval in &intervals {
        put_varint(out, u64::from(interval.first.0));
        put_varint(out, u64::from(interval.last.0 - interval.first.0));
    }
    let mut nibbles = Nibbles::default();
    let (mut interval, mut line) = (0, 0);
    for unit in units {
        let own = intervals.binary_search(&unit.releases).unwrap_or(0);
        if own != interval {
            nibbles.put(14);
            nibbles.number(own as u64);
            interval = own;
        }
        let difference = i64::from(unit.line) - i64::from(line);
        match (difference, unit.tokens) {
            (1, 1..=9) => nibbles.put(unit.tokens as u8),
            (1, 10..=25) => nibbles.all(&[15, unit.tokens as u8 - 10]),
            (2, 1..=15) => nibbles.all(&[10, unit.tokens as u8]),
            (3..=18, 1..=15) => nibbles.all(&[11, difference as u8 - 3, unit.tokens as u8]),
            (0, _) => {
                nibbles.put(0);
                nibbles.number(u64::from(unit.tokens));
            }
            _ => {
                nibbles.put(13);
                nibbles.number(u64::from(unit.tokens));
                nibbles.number((difference << 1 ^ difference >> 63) as u64);
            }
        }
        line = unit.line;
    }
    out.extend_from_slice(&nibbles.bytes);
}

#[derive(Default)]
struct Nibbles {
    bytes: Vec<u8>,
    half: bool,
}

impl Nibbles {
    fn put(&mut self, nibble: u8) {
        match (self.half, self.bytes.last_mut()) {
            (true, Some(last)) => *last |= nibble << 4,
            _ => self.bytes.push(nibble),
        }
        self.half = !self.half;
    }

    fn all(&mut self, nibbles: &[u8]) {
        nibbles.iter().for_each(|nibble| self.put(*nibble));
    }

    fn number(&mut self, mut value: u64) {
        while value >= 8 {
            self.put(8 | (value & 7) as u8);
            value >>= 3;
        }
        self.put(value as u8);
    }
}

struct NibbleReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl NibbleReader<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at / 2)?;
        let nibble = if self.at.is_multiple_of(2) { byte & 15 } else { byte >> 4 };
        self.at += 1;
        Some(nibble)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..60).step_by(3) {
            let nibble = self.next()?;
            value |= u64::from(nibble & 7) << shift;
            if nibble < 8 {
                return Some(value);
            }
        }
        None
    }
}

impl<'a> Record<'a> {
    /// Reads a record; `None` if it is damaged.
    pub fn decode(bytes: &'a [u8]) -> Option<Record<'a>> {
        let mut cursor = Cursor::new(bytes);
        let folder = cursor.number()?;
        let name = cursor.text()?;
        let count = cursor.number()? as usize;
        let mut segments = Vec::with_capacity(count.min(bytes.len()));
        let mut last = 0_u32;
        for _ in 0..count {
            let first = last.checked_add(cursor.number()?)?;
            last = first.checked_add(cursor.number()?)?;
            let releases = ReleaseRange { first: ReleaseNo(first), last: ReleaseNo(last) };
            segments.push(Segment { releases, content: ContentId(cursor.number()?) });
        }
        Some(Record { folder, name, segments, units: cursor })
    }

    /// The units, in merged order; empty where nothing is fingerprinted, `None` if they are damaged.
    pub fn units(&self) -> Option<Vec<Unit>> {
        let mut cursor = self.units.clone();
        let count = cursor.number()? as usize;
        if count == 0 {
            return cursor.rest().is_empty().then(Vec::new);
        }
        let interval_count = cursor.number()? as usize;
        let mut intervals = Vec::with_capacity(interval_count.min(cursor.rest().len()));
        for _ in 0..interval_count {
            let first = cursor.number()?;
            let last = first.checked_add(cursor.number()?)?;
            intervals.push(ReleaseRange { first: ReleaseNo(first), last: ReleaseNo(last) });
        }
        let mut nibbles = NibbleReader { bytes: cursor.rest(), at: 0 };
        let mut units = Vec::with_capacity(count.min(cursor.rest().len() * 2));
        let (mut interval, mut line) = (0, 0_u32);
        while units.len() < count {
            let (tokens, difference) = match nibbles.next()? {
                14 => {
                    interval = usize::try_from(nibbles.number()?).ok()?;
                    continue;
                }
                tokens @ 1..=9 => (u64::from(tokens), 1),
                15 => (u64::from(nibbles.next()?) + 10, 1),
                10 => (u64::from(nibbles.next()?), 2),
                11 => {
                    let difference = i64::from(nibbles.next()?) + 3;
                    (u64::from(nibbles.next()?), difference)
                }
                0 => (nibbles.number()?, 0),
                13 => {
                    let tokens = nibbles.number()?;
                    let zigzag = nibbles.number()?;
                    (tokens, (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
                }
                _ => return None,
            };
            line = u32::try_from(i64::from(line).checked_add(difference)?).ok()?;
            let tokens = u32::try_from(tokens).ok()?;
            units.push(Unit { tokens, line, releases: *intervals.get(interval)? });
        }
        Some(units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: u32, last: u32) -> ReleaseRange {
        ReleaseRange { first: ReleaseNo(first), last: ReleaseNo(last) }
    }

    fn sample() -> (Vec<Segment>, Vec<Unit>) {
        let segments = vec![
            Segment { releases: range(0, 3), content: ContentId(70_000) },
            Segment { releases: range(4, 4), content: ContentId(3) },
            Segment { releases: range(6, 9), content: ContentId(70_000) },
        ];
        let units = vec![
            Unit { tokens: 5, line: 1, releases: range(0, 9) },
            Unit { tokens: 40, line: 2, releases: range(4, 4) },
            Unit { tokens: 3, line: 2, releases: range(0, 3) },
            Unit { tokens: 12, line: 3, releases: range(0, 9) },
            Unit { tokens: 1, line: 5, releases: range(0, 9) },
            Unit { tokens: 14, line: 12, releases: range(0, 9) },
            Unit { tokens: 17, line: 13, releases: range(0, 9) },
            Unit { tokens: 1, line: 900, releases: range(0, 9) },
        ];
        (segments, units)
    }

    #[test]
    fn a_record_comes_back() {
        let (segments, units) = sample();
        let bytes = encode(7, "a.c", &segments, &units);
        let record = Record::decode(&bytes).unwrap();
        assert_eq!((record.folder, record.name, &record.segments), (7, "a.c", &segments));
        assert_eq!(record.units().unwrap(), units);
        let bare = encode(0, "a.png", &segments, &[]);
        assert!(Record::decode(&bare).unwrap().units().unwrap().is_empty());
    }

    #[test]
    fn a_damaged_record_is_no_panic() {
        let (segments, units) = sample();
        let bytes = encode(7, "a.c", &segments, &units);
        for at in 0..bytes.len() {
            let cut = Record::decode(&bytes[..at]).and_then(|record| record.units());
            assert!(cut.is_none() || at + 1 == bytes.len());
            for flip in 0..=255 {
                let mut bad = bytes.clone();
                bad[at] = flip;
                let _ = Record::decode(&bad).and_then(|record| record.units());
            }
        }
    }
}

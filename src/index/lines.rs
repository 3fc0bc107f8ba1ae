//! The section `LINE`: lineages, by component and path, each with its tokens in the global numbering and its record.
//!
//! ```text
//! count u32
//! blocks   (number of blocks + 1) × 8 bytes, a block being 16 lineages: first token u32, first byte u32 in what follows;
//!          behind the last: all tokens, all bytes
//! bytes    for each block: for each lineage varint tokens, varint bytes of its record; then the records, see
//!          [`crate::index::lineage`]
//! ```
//!
//! Encoding 1 has count u32, first tokens u32 × (count + 1), offsets u32 × (count + 1), records.

use crate::index::bytes::{Cursor, put_varint, u32_at};
use crate::index::digests::lower_bound;
use crate::model::ids::LineageId;

/// Lineages of a block.
const BLOCK: u32 = 16;
const HEAD: usize = 4;

/// Collects the section.
#[derive(Debug, Default)]
pub struct Writer {
    blocks: Vec<u8>,
    bytes: Vec<u8>,
    /// Tokens and bytes of each lineage of the block at hand, and their records.
    head: Vec<u8>,
    records: Vec<u8>,
    count: u32,
    tokens: u64,
}

impl Writer {
    /// Adds a lineage; `None` once more tokens or bytes than 2^32 came together.
    pub fn add(&mut self, tokens: u32, record: &[u8]) -> Option<()> {
        if self.count.is_multiple_of(BLOCK) {
            self.begin()?;
        }
        put_varint(&mut self.head, u64::from(tokens));
        put_varint(&mut self.head, record.len() as u64);
        self.records.extend_from_slice(record);
        self.count = self.count.checked_add(1)?;
        self.tokens += u64::from(tokens);
        (self.tokens < u64::from(u32::MAX)).then_some(())
    }

    /// Ends the block at hand and begins another.
    fn begin(&mut self) -> Option<()> {
        self.bytes.append(&mut self.head);
        self.bytes.append(&mut self.records);
        self.blocks.extend(u32::try_from(self.tokens).ok()?.to_le_bytes());
        self.blocks.extend(u32::try_from(self.bytes.len()).ok()?.to_le_bytes());
        Some(())
    }

    /// Tokens so far: the next lineage's first.
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    /// The section's bytes; `None` if they are too many.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        self.begin()?;
        let count = self.count.to_le_bytes();
        Some([&count, &self.blocks[..], &self.bytes].concat())
    }
}

/// The lineages of an open index. Each method is given the section's bytes.
#[derive(Clone, Copy, Debug)]
pub enum Lines {
    /// Encoding 1, of so many lineages.
    First(u32),
    /// Encoding 2.
    Second(u32),
}

impl Default for Lines {
    fn default() -> Lines {
        Lines::First(0)
    }
}

/// A lineage in its section.
#[derive(Clone, Copy, Debug)]
struct Found<'a> {
    id: LineageId,
    start: u64,
    tokens: u32,
    record: &'a [u8],
}

impl Lines {
    /// The section's head; `None` where its tables do not fit it.
    pub fn open(section: &[u8], encoding: u32) -> Option<Lines> {
        let count = u32_at(section, 0)?;
        let (lines, entries) = match encoding {
            1 => (Lines::First(count), (count as usize).checked_add(1)?),
            _ => (Lines::Second(count), (count.div_ceil(BLOCK) as usize).checked_add(1)?),
        };
        (entries.checked_mul(8)?.checked_add(HEAD)? <= section.len()).then_some(lines)
    }

    /// How many lineages.
    pub fn count(&self) -> u32 {
        match self {
            Lines::First(count) | Lines::Second(count) => *count,
        }
    }

    /// The lineage that holds a token, and the lineage's first token.
    pub fn at_token(&self, section: &[u8], token: u64) -> Option<(LineageId, u64)> {
        let step = if let Lines::First(_) = self { 4 } else { 8 };
        let entries = if let Lines::First(count) = self { *count } else { self.count().div_ceil(BLOCK) } as usize;
        let start = |entry: usize| u32_at(section, HEAD + entry * step).map(u64::from);
        let after = lower_bound(0..entries, |entry| start(entry).is_some_and(|start| start <= token));
        let entry = after.checked_sub(1)?;
        if let Lines::First(_) = self {
            return Some((LineageId(entry as u32), start(entry)?));
        }
        let found = self.block(section, entry as u32)?.take_while(|found| found.start <= token).last()?;
        Some((found.id, found.start))
    }

    /// Tokens of a lineage.
    pub fn tokens(&self, section: &[u8], id: LineageId) -> Option<u32> {
        self.find(section, id).map(|found| found.tokens)
    }

    /// A lineage's record.
    pub fn record<'a>(&self, section: &'a [u8], id: LineageId) -> Option<&'a [u8]> {
        self.find(section, id).map(|found| found.record)
    }

    /// Tokens of all lineages, as the section's tables end.
    pub fn end(&self, section: &[u8]) -> Option<u64> {
        let at = match self {
            Lines::First(count) => HEAD + *count as usize * 4,
            Lines::Second(count) => HEAD + count.div_ceil(BLOCK) as usize * 8,
        };
        u32_at(section, at).map(u64::from)
    }

    fn find<'a>(&self, section: &'a [u8], id: LineageId) -> Option<Found<'a>> {
        let (count, at) = (self.count() as usize, id.0 as usize);
        if at >= count {
            return None;
        }
        if let Lines::Second(_) = self {
            return self.block(section, id.0 / BLOCK)?.find(|found| found.id == id);
        }
        let pair = |from: usize| Some((u32_at(section, from + at * 4)?, u32_at(section, from + at * 4 + 4)?));
        let (start, next) = pair(HEAD)?;
        let offsets = HEAD + (count + 1) * 4;
        let (first, end) = pair(offsets)?;
        let record = section.get(offsets + (count + 1) * 4..)?.get(first as usize..end as usize)?;
        Some(Found { id, start: u64::from(start), tokens: next.checked_sub(start)?, record })
    }

    /// The lineages of a block of encoding 2, up to the first that is damaged.
    fn block<'a>(&self, section: &'a [u8], block: u32) -> Option<impl Iterator<Item = Found<'a>> + use<'a>> {
        let count = self.count();
        let bytes = section.get(HEAD + (count.div_ceil(BLOCK) as usize + 1) * 8..)?;
        let entry = HEAD + block as usize * 8;
        let (mut start, first) = (u64::from(u32_at(section, entry)?), u32_at(section, entry + 4)?);
        let end = u32_at(section, entry + 12)?;
        let ids = block * BLOCK..count.min((block + 1).saturating_mul(BLOCK));
        let mut head = Cursor::new(bytes.get(first as usize..end as usize)?);
        let mut records = head.clone();
        ids.clone().try_for_each(|_| records.varint().and_then(|_| records.varint()).map(drop))?;
        Some(ids.map_while(move |id| {
            let tokens = head.number()?;
            let record = records.take(head.number()? as usize)?;
            let found = Found { id: LineageId(id), start, tokens, record };
            start += u64::from(tokens);
            Some(found)
        }))
    }

    /// Checks that the tables and the records fill the section and follow each other. The error is the lineage that does
    /// not, with what is wrong.
    pub fn check(&self, section: &[u8]) -> Result<(), (u32, &'static str)> {
        let mut next = 0;
        for number in 0..self.count() {
            let found = self.find(section, LineageId(number)).ok_or((number, "it leaves the section"))?;
            if found.start != next {
                return Err((number, "its tokens do not follow those before it"));
            }
            next += u64::from(found.tokens);
        }
        if self.end(section) == Some(next) { Ok(()) } else { Err((self.count(), "the tokens do not add up")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lineages of no tokens among them, as those of pictures have.
    fn sample() -> Vec<(u32, Vec<u8>)> {
        (0..40_u32).map(|at| (if at % 5 < 2 { 0 } else { at * 30 }, vec![at as u8; at as usize])).collect()
    }

    fn second(lineages: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let mut writer = Writer::default();
        lineages.iter().for_each(|(tokens, record)| writer.add(*tokens, record).unwrap());
        writer.finish().unwrap()
    }

    fn first(lineages: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let mut out = (lineages.len() as u32).to_le_bytes().to_vec();
        let tokens: Vec<u32> = lineages.iter().map(|line| line.0).collect();
        let lengths: Vec<u32> = lineages.iter().map(|line| line.1.len() as u32).collect();
        for each in [tokens, lengths] {
            let mut sum = 0_u32;
            out.extend(sum.to_le_bytes());
            for one in each {
                sum += one;
                out.extend(sum.to_le_bytes());
            }
        }
        lineages.iter().for_each(|(_, record)| out.extend(record));
        out
    }

    #[test]
    fn lineages_come_back_from_both_encodings() {
        for count in [0, 1, 15, 16, 17, 40] {
            let lineages = &sample()[..count];
            for (encoding, section) in [(1, first(lineages)), (2, second(lineages))] {
                let lines = Lines::open(&section, encoding).unwrap();
                lines.check(&section).unwrap();
                let mut start = 0;
                for ((tokens, record), number) in lineages.iter().zip(0..) {
                    let id = LineageId(number);
                    assert_eq!(lines.tokens(&section, id), Some(*tokens));
                    assert_eq!(lines.record(&section, id), Some(&record[..]));
                    let ends = [start, start + u64::from(*tokens).saturating_sub(1)];
                    assert!(
                        *tokens == 0 || ends.iter().all(|token| lines.at_token(&section, *token) == Some((id, start)))
                    );
                    start += u64::from(*tokens);
                }
                assert_eq!((lines.end(&section), lines.count() as usize), (Some(start), count));
                assert_eq!(lines.record(&section, LineageId(count as u32)), None);
            }
        }
    }

    #[test]
    fn damage_is_found_out_or_harmless() {
        let lineages = sample();
        for (encoding, section) in [(1, first(&lineages)), (2, second(&lineages))] {
            for at in 0..section.len() {
                let cut = Lines::open(&section[..at], encoding);
                assert!(cut.is_none_or(|lines| lines.check(&section[..at]).is_err()), "cut at {at}");
                for value in [0, 1, 0x7f, 0xff] {
                    let mut bad = section.clone();
                    bad[at] = value;
                    let Some(lines) = Lines::open(&bad, encoding) else { continue };
                    let _ = lines.check(&bad);
                    (0..50).for_each(|token| {
                        let _ = lines.at_token(&bad, token * 400);
                    });
                    (0..41).for_each(|id| {
                        let _ = (lines.tokens(&bad, LineageId(id)), lines.record(&bad, LineageId(id)));
                    });
                }
            }
        }
    }

    #[test]
    fn more_tokens_than_the_numbering_has_are_refused() {
        let mut writer = Writer::default();
        writer.add(u32::MAX - 1, &[]).unwrap();
        assert_eq!(writer.add(1, &[]), None);
    }
}

//! The section `LICS`: which licences each content states. Expressions are stored once, sets of them once, and a content
//! is the number of its set, as narrow as the number of sets allows: a release's files state few different things.
//!
//! ```text
//! expressions   count u32, offsets u32 × (count + 1), texts; sorted
//! sets          count u32, offsets u32 × (count + 1); each: the numbers of its expressions, rising, as varints; sorted
//! contents      count u32, width u32, then for each content `width` bits: 0 for none, else 1 + the number of its set
//! ```

use std::collections::BTreeSet;
use std::io;

use crate::index::bytes::{Cursor, packed, put_varint, u32_at};

/// The section's bytes. `sets` are sorted and distinct, each sorted; `contents` are 0 or 1 + the number of a set.
pub fn encode(sets: &[Vec<String>], contents: &[u32]) -> io::Result<Vec<u8>> {
    let expressions: BTreeSet<&str> = sets.iter().flatten().map(String::as_str).collect();
    let numbers: Vec<&str> = expressions.iter().copied().collect();
    let mut out = Vec::new();
    put_table(&mut out, expressions.iter().map(|text| text.as_bytes().to_vec()))?;
    put_table(
        &mut out,
        sets.iter().map(|set| {
            let mut record = Vec::new();
            for expression in set {
                put_varint(&mut record, numbers.partition_point(|known| *known < expression.as_str()) as u64);
            }
            record
        }),
    )?;
    let width = width(sets.len() as u32);
    out.extend((contents.len() as u32).to_le_bytes());
    out.extend(width.to_le_bytes());
    let mut writer = packed::Writer::default();
    contents.iter().for_each(|content| writer.put(u64::from(*content), width));
    out.extend(writer.finish());
    Ok(out)
}

/// Bits that hold 0 to `sets`.
fn width(sets: u32) -> u32 {
    (u32::BITS - sets.leading_zeros()).max(1)
}

fn put_table(out: &mut Vec<u8>, items: impl ExactSizeIterator<Item = Vec<u8>>) -> io::Result<()> {
    let too_much = || io::Error::other("more licence texts of 4 GiB do not fit one index");
    out.extend((items.len() as u32).to_le_bytes());
    let (mut end, mut bytes) = (0_u32, Vec::new());
    out.extend(end.to_le_bytes());
    for item in items {
        bytes.extend(item);
        end = u32::try_from(bytes.len()).map_err(|_| too_much())?;
        out.extend(end.to_le_bytes());
    }
    out.extend(bytes);
    Ok(())
}

/// A list of byte strings inside the section.
struct Table<'a> {
    count: usize,
    offsets: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Table<'a> {
    /// The table that `section` begins with, and what follows it.
    fn split(section: &'a [u8]) -> Option<(Table<'a>, &'a [u8])> {
        let count = u32_at(section, 0)? as usize;
        let (offsets, rest) = section.get(4..)?.split_at_checked(count.checked_add(1)?.checked_mul(4)?)?;
        let (bytes, rest) = rest.split_at_checked(u32_at(offsets, count.checked_mul(4)?)? as usize)?;
        Some((Table { count, offsets, bytes }, rest))
    }

    fn get(&self, at: usize) -> Option<&'a [u8]> {
        if at >= self.count {
            return None;
        }
        let (start, end) = (u32_at(self.offsets, at * 4)?, u32_at(self.offsets, at * 4 + 4)?);
        self.bytes.get(start as usize..end as usize)
    }
}

/// The section, taken apart.
pub struct Licenses<'a> {
    expressions: Table<'a>,
    sets: Table<'a>,
    contents: u32,
    width: u32,
    numbers: &'a [u8],
}

impl<'a> Licenses<'a> {
    /// The parts of a section; `None` where they do not fill it.
    pub fn open(section: &'a [u8]) -> Option<Licenses<'a>> {
        let (expressions, rest) = Table::split(section)?;
        let (sets, rest) = Table::split(rest)?;
        let (contents, stored) = (u32_at(rest, 0)?, u32_at(rest, 4)?);
        let numbers = rest.get(8..)?;
        let known = u32::try_from(sets.count).ok().filter(|sets| width(*sets) == stored)?;
        let filled = packed::bytes(u64::from(contents), width(known)) == Some(numbers.len() as u64);
        filled.then_some(Licenses { expressions, sets, contents, width: stored, numbers })
    }

    /// Contents that it tells of.
    pub fn contents(&self) -> u32 {
        self.contents
    }

    /// What a content states, sorted; `None` for a record that does not hold together.
    pub fn of(&self, content: u32) -> Option<Vec<&'a str>> {
        if content >= self.contents {
            return None;
        }
        match packed::get(self.numbers, content as usize, self.width)?.checked_sub(1) {
            None => Some(Vec::new()),
            Some(set) => self.set(usize::try_from(set).ok()?),
        }
    }

    fn set(&self, number: usize) -> Option<Vec<&'a str>> {
        let mut cursor = Cursor::new(self.sets.get(number)?);
        let mut out = Vec::new();
        while !cursor.rest().is_empty() {
            let expression = self.expressions.get(cursor.number()? as usize)?;
            out.push(std::str::from_utf8(expression).ok()?);
        }
        Some(out)
    }

    /// Looks at every record.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self) -> Result<(), String> {
        let mut before = None;
        for number in 0..self.expressions.count {
            let text = self.expressions.get(number).and_then(|text| std::str::from_utf8(text).ok());
            if text.is_none_or(str::is_empty) || before.is_some_and(|before| before >= text) {
                return Err(format!("expression {number} is damaged or out of order"));
            }
            before = Some(text);
        }
        for number in 0..self.sets.count {
            let set = self.set(number).unwrap_or_default();
            if set.is_empty() || !set.is_sorted_by(|one, other| one < other) {
                return Err(format!("set {number} is damaged"));
            }
        }
        match (0..self.contents).find(|content| self.of(*content).is_none()) {
            Some(content) => Err(format!("content {content} names a set that is not there")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets() -> Vec<Vec<String>> {
        [&["MIT"][..], &["MIT", "Zlib"], &["Zlib"]].map(|set| set.iter().map(|one| one.to_string()).collect()).to_vec()
    }

    #[test]
    fn what_contents_state_comes_back() {
        let bytes = encode(&sets(), &[0, 2, 1, 3, 0]).unwrap();
        let licenses = Licenses::open(&bytes).unwrap();
        licenses.check().unwrap();
        let all: Vec<_> = (0..5).map(|content| licenses.of(content).unwrap()).collect();
        assert_eq!(all, [vec![], vec!["MIT", "Zlib"], vec!["MIT"], vec!["Zlib"], vec![]]);
        assert_eq!((licenses.contents(), licenses.of(5)), (5, None));
        let none = encode(&[], &[0; 3]).unwrap();
        assert_eq!(Licenses::open(&none).unwrap().of(2), Some(vec![]));
    }

    #[test]
    fn a_content_costs_a_few_bits() {
        let contents: Vec<u32> = (0..80_000).map(|at| at % 4).collect();
        assert!(encode(&sets(), &contents).unwrap().len() < 80_000 / 4 + 200);
    }

    #[test]
    fn what_does_not_hold_together_is_refused_or_absent() {
        let bytes = encode(&sets(), &[0, 2, 1, 3, 0]).unwrap();
        for length in 0..bytes.len() {
            assert!(Licenses::open(&bytes[..length]).is_none(), "{length}");
        }
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bad = bytes.clone();
                bad[at] = value;
                let Some(licenses) = Licenses::open(&bad) else { continue };
                let _ = licenses.check();
                (0..8).for_each(|content| drop(licenses.of(content)));
            }
        }
    }
}

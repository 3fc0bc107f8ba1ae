//! Prints of contents on disk, until their lineages are merged.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::index::merge::{Print, PrintUnit};
use crate::text::fingerprint::{Fingerprint, KeyKind};

/// A temporary file without a name.
pub struct Spool {
    file: File,
    end: AtomicU64,
}

const HEAD_BYTES: u64 = 12;
const UNIT_BYTES: usize = 16;
const SEED_BYTES: usize = 13;

impl Spool {
    /// An empty one.
    pub fn new() -> io::Result<Spool> {
        Ok(Spool { file: tempfile::tempfile()?, end: AtomicU64::new(0) })
    }

    /// Keeps a print and returns its place.
    pub fn write(
        &self,
        units: &[PrintUnit],
        seeds: &[Fingerprint],
        tokens: &[u32],
        buffer: &mut Vec<u8>,
    ) -> io::Result<u64> {
        buffer.clear();
        for length in [units.len(), seeds.len(), tokens.len()] {
            buffer.extend((length as u32).to_le_bytes());
        }
        for unit in units {
            buffer.extend(unit.hash.to_le_bytes());
            buffer.extend(unit.tokens.to_le_bytes());
            buffer.extend(unit.line.to_le_bytes());
        }
        for seed in seeds {
            buffer.extend(seed.key.to_le_bytes());
            buffer.extend(seed.at.to_le_bytes());
            buffer.push(seed.exact << 1 | u8::from(seed.kind == KeyKind::Exact));
        }
        tokens.iter().for_each(|token| buffer.extend(token.to_le_bytes()));
        let place = self.end.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        self.file.write_all_at(buffer, place)?;
        Ok(place)
    }

    fn head(&self, place: u64) -> io::Result<[usize; 3]> {
        let mut head = [0; HEAD_BYTES as usize];
        self.file.read_exact_at(&mut head, place)?;
        Ok([0, 4, 8].map(|at| number(&head[at..at + 4]) as usize))
    }

    /// Units and token hashes of the print kept at a place.
    pub fn read_tokens(&self, place: u64) -> io::Result<(Vec<PrintUnit>, Vec<u32>)> {
        let [units, seeds, tokens] = self.head(place)?;
        let mut bytes = vec![0; tokens * 4];
        self.file.read_exact_at(&mut bytes, place + HEAD_BYTES + (units * UNIT_BYTES + seeds * SEED_BYTES) as u64)?;
        Ok((self.read(place)?.units, bytes.chunks_exact(4).map(|token| number(token) as u32).collect()))
    }

    /// The print kept at a place.
    pub fn read(&self, place: u64) -> io::Result<Print> {
        let [units, seeds, _] = self.head(place)?;
        let mut bytes = vec![0; units * UNIT_BYTES + seeds * SEED_BYTES];
        self.file.read_exact_at(&mut bytes, place + HEAD_BYTES)?;
        let (unit_bytes, seed_bytes) = bytes.split_at(units * UNIT_BYTES);
        let unit = |bytes: &[u8]| PrintUnit {
            hash: number(&bytes[..8]),
            tokens: number(&bytes[8..12]) as u32,
            line: number(&bytes[12..]) as u32,
        };
        let seed = |bytes: &[u8]| Fingerprint {
            key: number(&bytes[..8]),
            at: number(&bytes[8..12]) as u32,
            kind: if bytes[12] & 1 == 1 { KeyKind::Exact } else { KeyKind::Parametrised },
            exact: bytes[12] >> 1,
        };
        Ok(Print {
            units: unit_bytes.chunks_exact(UNIT_BYTES).map(unit).collect(),
            seeds: seed_bytes.chunks_exact(SEED_BYTES).map(seed).collect(),
        })
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_come_back() {
        let spool = Spool::new().unwrap();
        let units = vec![PrintUnit { hash: u64::MAX - 3, tokens: 9, line: 70_000 }];
        let seed = Fingerprint { key: 1 << 63 | 5, at: 12, kind: KeyKind::Parametrised, exact: 15 };
        let seeds = vec![seed, Fingerprint { kind: KeyKind::Exact, exact: 0, ..seed }];
        let mut buffer = Vec::new();
        let first = spool.write(&units, &seeds, &[7, 8], &mut buffer).unwrap();
        let second = spool.write(&[], &[], &[], &mut buffer).unwrap();
        let print = spool.read(first).unwrap();
        assert_eq!((print.units, print.seeds), (units, seeds));
        assert_eq!(spool.read_tokens(first).unwrap().1, [7, 8]);
        assert!(spool.read(second).unwrap().units.is_empty());
    }
}

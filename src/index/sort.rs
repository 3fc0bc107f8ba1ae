//! Sorting more pairs than fit in memory: sorted runs in temporary files, merged as they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use rayon::slice::ParallelSliceMut;

/// A key and what belongs to it.
pub type Pair = (u64, u64);

const PAIR_BYTES: usize = 16;

/// Takes pairs in any order and gives them back sorted.
pub struct Sorter {
    held: Vec<Pair>,
    most: usize,
    runs: Vec<File>,
    total: u64,
}

impl Sorter {
    /// Holds at most `memory` bytes of pairs at a time.
    pub fn new(memory: u64) -> Sorter {
        let most = (memory / PAIR_BYTES as u64).clamp(1024, 1 << 32) as usize;
        Sorter { held: Vec::new(), most, runs: Vec::new(), total: 0 }
    }

    /// Adds a pair.
    pub fn push(&mut self, pair: Pair) -> io::Result<()> {
        if self.held.len() >= self.most {
            self.spill()?;
        }
        self.held.push(pair);
        self.total += 1;
        Ok(())
    }

    /// How many pairs.
    pub fn len(&self) -> u64 {
        self.total
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    fn spill(&mut self) -> io::Result<()> {
        self.held.par_sort_unstable();
        let mut out = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
        for (key, value) in self.held.drain(..) {
            out.write_all(&key.to_le_bytes())?;
            out.write_all(&value.to_le_bytes())?;
        }
        let mut run = out.into_inner().map_err(|error| error.into_error())?;
        run.seek(SeekFrom::Start(0))?;
        self.runs.push(run);
        Ok(())
    }

    /// The pairs in order.
    pub fn sorted(mut self) -> io::Result<Sorted> {
        self.held.par_sort_unstable();
        let mut sources: Vec<Source> = Vec::new();
        for run in self.runs {
            sources.push(Source::Run(BufReader::with_capacity(1 << 18, run)));
        }
        sources.push(Source::Held(self.held.into_iter()));
        let mut heap = BinaryHeap::new();
        for (number, source) in sources.iter_mut().enumerate() {
            if let Some(pair) = source.next()? {
                heap.push(Reverse((pair, number)));
            }
        }
        Ok(Sorted { sources, heap })
    }
}

enum Source {
    Run(BufReader<File>),
    Held(std::vec::IntoIter<Pair>),
}

impl Source {
    fn next(&mut self) -> io::Result<Option<Pair>> {
        match self {
            Source::Held(pairs) => Ok(pairs.next()),
            Source::Run(reader) => {
                let mut bytes = [0; PAIR_BYTES];
                match reader.read_exact(&mut bytes) {
                    Ok(()) => {
                        let (key, value) = bytes.split_at(8);
                        let number = |half: &[u8]| half.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
                        Ok(Some((number(key), number(value))))
                    }
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// Pairs in order, read run by run.
pub struct Sorted {
    sources: Vec<Source>,
    heap: BinaryHeap<Reverse<(Pair, usize)>>,
}

impl Sorted {
    /// The next pair.
    pub fn next_pair(&mut self) -> io::Result<Option<Pair>> {
        let Some(Reverse((pair, number))) = self.heap.pop() else { return Ok(None) };
        if let Some(next) = self.sources[number].next()? {
            self.heap.push(Reverse((next, number)));
        }
        Ok(Some(pair))
    }

    /// The values of the next key, in order, in `values` (cleared first).
    pub fn next_group(&mut self, values: &mut Vec<u64>) -> io::Result<Option<u64>> {
        values.clear();
        let Some((key, value)) = self.next_pair()? else { return Ok(None) };
        values.push(value);
        while let Some(Reverse(((next, _), _))) = self.heap.peek() {
            if *next != key {
                break;
            }
            values.extend(self.next_pair()?.map(|(_, value)| value));
        }
        Ok(Some(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_on_disk_and_pairs_in_memory_come_back_as_one_order() {
        let mut sorter = Sorter::new(0);
        let pairs: Vec<Pair> = (0..5000_u64).map(|at| (at * 7919 % 1000, at)).collect();
        pairs.iter().for_each(|pair| sorter.push(*pair).unwrap());
        assert!(sorter.runs.len() >= 4 && sorter.len() == 5000);
        let mut sorted = sorter.sorted().unwrap();
        let (mut values, mut got) = (Vec::new(), Vec::new());
        while let Some(key) = sorted.next_group(&mut values).unwrap() {
            got.extend(values.iter().map(|value| (key, *value)));
        }
        let mut expected = pairs;
        expected.sort();
        assert_eq!(got, expected);
    }
}

//! Sketches: what a finding matches on, in a few hashes, and how two of them are compared. [`crate::text::sketch`] makes the hashes
//! of a text.

use std::collections::BTreeSet;

use crate::model::limits;

/// The least of the hashes of what a finding matches on (bottom-k sketch, after Broder, "On the resemblance and containment
/// of documents", 1997): of runs of tokens, so that layout, comments, names of files and lines beside the match do not
/// matter; of the bytes where there is no text. Rising; how many says [`Sketch::most`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch(pub Vec<u64>);

impl Sketch {
    /// Hashes of the sketch of a finding of so many files.
    pub fn most(files: usize) -> usize {
        files.saturating_mul(limits::SKETCH_A_FILE).clamp(limits::SKETCH, limits::SKETCH_MOST)
    }

    /// Estimates which share of all that one of two texts holds both hold (Jaccard's coefficient), 0 to 1. A sketch shorter
    /// than [`limits::FILE_SKETCH`] holds all there is; of longer ones only the hashes up to the lower of both last ones are
    /// comparable. A fifth of all lines edited leaves about 0.5; two texts that have nothing in common but a phrase, 0.
    pub fn resemblance(&self, other: &Sketch) -> f64 {
        let bound = self.reach().min(other.reach());
        let up_to =
            |sketch: &Sketch| -> BTreeSet<u64> { sketch.0.iter().copied().filter(|hash| *hash <= bound).collect() };
        let (one, two) = (up_to(self), up_to(other));
        match one.union(&two).count() {
            0 => 0.0,
            all => one.intersection(&two).count() as f64 / all as f64,
        }
    }

    /// Of the least hashes of all files, and the least few of each; both rising.
    pub fn of(least: &[u64], of_files: &BTreeSet<u64>, files: usize) -> Sketch {
        let mut all: Vec<u64> = least.iter().copied().take(Sketch::most(files)).collect();
        if let Some(last) = all.last().copied() {
            let more: Vec<u64> =
                of_files.iter().copied().filter(|hash| *hash > last).take(limits::SKETCH_MARKS).collect();
            if !more.is_empty() {
                all.push(last);
                all.extend(more);
            }
        }
        Sketch(all)
    }

    /// Of one file, the share of its least few hashes that stand in the sketch of a folder, where a few of each file are: by
    /// them each of its files is known to be part of it. `None` where this is no sketch of many files, or that not of one.
    pub fn marks(&self, part: &Sketch) -> Option<f64> {
        let marks = &self.0[self.least().len()..];
        // The least few hashes stand for one file, not for several.
        let is_file = part.least().len() == part.0.len();
        let reach = if marks.len() < limits::SKETCH_MARKS { u64::MAX } else { *marks.last()? };
        let first = &part.0[..part.0.len().min(limits::SKETCH_EACH)];
        let first = &first[..first.partition_point(|hash| *hash <= reach)];
        (is_file && !marks.is_empty() && !first.is_empty()).then(|| self.share(first))
    }

    /// Estimates which share of another text is in this one, 0 to 1; `None` where too few hashes can be compared to say.
    pub fn covers(&self, part: &Sketch) -> Option<f64> {
        let bound = self.reach().min(part.reach());
        let compared = &part.least()[..part.least().partition_point(|hash| *hash <= bound)];
        (!self.0.is_empty() && compared.len() >= Sketch::ENOUGH).then(|| self.share(compared))
    }

    /// The share of some hashes that are in it.
    fn share(&self, hashes: &[u64]) -> f64 {
        let held = hashes.iter().filter(|hash| self.0.binary_search(hash).is_ok()).count();
        held as f64 / hashes.len() as f64
    }

    /// Fewest hashes that say something of a part.
    const ENOUGH: usize = 6;

    /// The least hashes of the whole: up to the one that stands twice, if one does.
    fn least(&self) -> &[u64] {
        match self.0.windows(2).position(|pair| pair[0] == pair[1]) {
            Some(at) => &self.0[..=at],
            None => &self.0,
        }
    }

    /// Up to which hash it holds all that there is.
    fn reach(&self) -> u64 {
        match self.least() {
            [.., last] if self.least().len() >= limits::FILE_SKETCH => *last,
            _ => u64::MAX,
        }
    }
}

/// What stands before a hash of [`Finding::around`] where hashes are written.
const AROUND: char = '+';

/// A finding's hashes as reports and decisions write them: hexadecimal digits, those of what is around it behind a `+`.
pub fn written(sketch: &Sketch, around: &Sketch) -> Vec<String> {
    let own = sketch.0.iter().map(|hash| format!("{hash:016x}"));
    own.chain(around.0.iter().map(|hash| format!("{AROUND}{hash:016x}"))).collect()
}

/// Reads what [`written`] writes.
///
/// # Errors
/// The first text that is no hash.
pub fn read_hashes(texts: &[String]) -> Result<(Sketch, Sketch), &String> {
    let (mut sketch, mut around) = (Sketch::default(), Sketch::default());
    for text in texts {
        let (list, digits) = match text.strip_prefix(AROUND) {
            Some(digits) => (&mut around, digits),
            None => (&mut sketch, text.as_str()),
        };
        list.0.push(u64::from_str_radix(digits, 16).map_err(|_| text)?);
    }
    sketch.0.sort_unstable();
    around.0.sort_unstable();
    Ok((sketch, around))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sketches_resemble_each_other_as_far_as_they_share() {
        let sketch = |hashes: std::ops::Range<u64>| Sketch(hashes.collect());
        assert_eq!(sketch(0..32).resemblance(&sketch(0..32)), 1.0);
        assert_eq!(sketch(0..32).resemblance(&sketch(100..132)), 0.0);
        assert_eq!(sketch(0..4).resemblance(&sketch(2..6)), 2.0 / 6.0);
        assert_eq!(Sketch::default().resemblance(&Sketch::default()), 0.0);
        // What lies above the end of the shorter range may be in both.
        let every_other = Sketch((0..64).map(|hash| hash * 2).collect());
        assert_eq!(sketch(0..32).resemblance(&every_other), 0.5);
    }

    #[test]
    fn a_part_is_held_by_the_whole_and_not_the_other_way_round() {
        let whole = Sketch((0..256).collect());
        let part = Sketch((0..32).map(|hash| hash * 8).collect());
        assert_eq!((whole.covers(&part), part.covers(&whole)), (Some(1.0), Some(32.0 / 249.0)));
        assert_eq!(whole.covers(&Sketch((1000..1006).collect())), None, "beyond the reach of the whole");
        assert_eq!(whole.marks(&part), None, "of one file");
        assert_eq!(Sketch::default().covers(&part), None, "nothing is known of it");
        assert_eq!((Sketch::most(1), Sketch::most(20), Sketch::most(5000)), (64, 160, 1024));
    }

    #[test]
    fn each_file_of_a_large_folder_is_known_to_be_part_of_it() {
        // Of each of a thousand files a few hashes, all but the first ones beyond the least ones of the whole.
        let of_file = |file: u64| (0..32).map(move |at| 1 + file * 100 + at);
        let least: Vec<u64> = (0..1000).flat_map(of_file).take(1024).collect();
        let each: BTreeSet<u64> = (0..1000).flat_map(|file| of_file(file).take(limits::SKETCH_EACH)).collect();
        let folder = Sketch::of(&least, &each, 1000);
        assert!(folder.0.is_sorted() && folder.least() == least);
        let part = Sketch(of_file(400).collect());
        assert_eq!((folder.marks(&part), folder.resemblance(&part)), (Some(1.0), 0.0));
        assert_eq!(folder.marks(&Sketch((40_050..40_082).collect())), Some(0.0));
        assert_eq!(folder.marks(&Sketch(vec![40_001])), Some(1.0), "a file of one run");
        assert_eq!(folder.marks(&Sketch(vec![7_000_000])), None, "beyond what is kept of so many files");
        assert_eq!(folder.resemblance(&folder.clone()), 1.0);
    }
}

//! Which seeds of a content a compact index keeps. A scanned file's seeds are all looked up, so an index need not hold
//! every one where they stand close: it is enough that those it holds cover the same tokens.
//!
//! A seed goes where its key is the greatest of three neighbours and the other two stand close. The choice depends on the
//! seeds nearby alone, so that two copies of some code keep the same ones, edits elsewhere or not.

use crate::text::fingerprint::{Fingerprint, KeyKind};

/// Tokens between the seeds on both sides of one that goes. With 10 a quarter of all seeds go, and with them 3 % of the
/// matches of changed files and excerpts of 8 to 60 lines; with 6 it is a tenth, and 0.2 %.
const CLOSE: u32 = 6;

/// Thins the parametrised seeds of a content, which are in order of their places.
pub fn thin(seeds: &mut Vec<Fingerprint>) {
    let all = std::mem::take(seeds);
    let kept = |(at, seed): (usize, &Fingerprint)| {
        let around = at.checked_sub(1).and_then(|before| Some((all.get(before)?, all.get(at + 1)?)));
        let goes = around.is_some_and(|(before, after)| {
            let alike = [before, seed, after].iter().all(|seed| seed.kind == KeyKind::Parametrised);
            alike && seed.key > before.key.max(after.key) && after.at - before.at <= CLOSE
        });
        (!goes).then_some(*seed)
    };
    seeds.extend(all.iter().enumerate().filter_map(kept));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds(from: u32, count: u32) -> Vec<Fingerprint> {
        let seed = |number: u32| Fingerprint {
            key: u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            at: number * 3 - number % 2,
            kind: KeyKind::Parametrised,
            exact: 0,
        };
        (from..from + count).map(seed).collect()
    }

    fn thinned(mut seeds: Vec<Fingerprint>) -> Vec<Fingerprint> {
        thin(&mut seeds);
        seeds
    }

    #[test]
    fn those_that_are_left_stand_close() {
        let all = seeds(1, 1_000);
        let left = thinned(all.clone());
        assert!(left.len() < 800 && left.len() > 400, "{}", left.len());
        assert_eq!((left.first(), left.last()), (all.first(), all.last()));
        assert!(left.windows(2).all(|pair| pair[1].at - pair[0].at <= CLOSE));
    }

    #[test]
    fn seeds_that_stand_apart_stay() {
        let apart: Vec<Fingerprint> =
            seeds(1, 50).into_iter().map(|seed| Fingerprint { at: seed.at * 2, ..seed }).collect();
        assert_eq!(thinned(apart.clone()), apart);
    }

    #[test]
    fn the_choice_is_local() {
        let (one, other) = (thinned(seeds(1, 300)), thinned(seeds(100, 300)));
        let inner = |left: &[Fingerprint]| -> Vec<u32> {
            left.iter().map(|seed| seed.at).filter(|at| (350..850).contains(at)).collect()
        };
        assert!(!inner(&one).is_empty());
        assert_eq!(inner(&one), inner(&other));
    }

    #[test]
    fn exact_seeds_stay() {
        let exact: Vec<Fingerprint> =
            seeds(1, 50).into_iter().map(|seed| Fingerprint { kind: KeyKind::Exact, ..seed }).collect();
        assert_eq!(thinned(exact.clone()), exact);
    }
}

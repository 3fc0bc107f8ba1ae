//! Which of a content's holders it comes from: the one that nobody beats by the relation of [`crate::index::relation`].

use crate::index::relation::BEATS;
use crate::model::limits::RIVALS;

/// The rivals that nobody beats, rising; where each is beaten by another, the one with the best balance. `sum(a, b)` is the
/// vote that `a` is the origin and `b` the taker, hundredths, and must be antisymmetric.
pub fn unbeaten(count: usize, sum: impl Fn(usize, usize) -> i32) -> Vec<usize> {
    let mut rivals: Vec<usize> = (0..count).collect();
    if count > RIVALS {
        // One pass finds somebody strong; whoever loses to it is out. Beating is nearly transitive, so few are left.
        let champion = (1..count).fold(0, |best, next| if sum(next, best) > BEATS { next } else { best });
        rivals.retain(|rival| *rival == champion || sum(champion, *rival) <= BEATS);
        rivals.truncate(RIVALS);
        if !rivals.contains(&champion) {
            rivals.push(champion);
        }
    }
    let beaten = |own: usize| rivals.iter().any(|other| *other != own && sum(*other, own) > BEATS);
    let left: Vec<usize> = rivals.iter().copied().filter(|own| !beaten(*own)).collect();
    if !left.is_empty() {
        return left;
    }
    let balance = |own: usize| -> i64 {
        rivals.iter().filter(|other| **other != own).map(|other| i64::from(sum(own, *other))).sum()
    };
    // The first of equals: `max_by_key` would take the last.
    rivals.iter().copied().rev().max_by_key(|own| balance(*own)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_nobody_beats_is_the_origin() {
        let sum = |one: usize, other: usize| {
            if one == 1 {
                500
            } else if other == 1 {
                -500
            } else {
                0
            }
        };
        assert_eq!(unbeaten(3, sum), [1]);
        assert_eq!(unbeaten(3, |_, _| 0), [0, 1, 2]);
        assert_eq!(unbeaten(3, |_, _| BEATS), [0, 1, 2]);
        assert_eq!(unbeaten(1, |_, _| 0), [0]);
        assert!(unbeaten(0, |_, _| 0).is_empty());
    }

    #[test]
    fn a_circle_is_broken_by_the_balance() {
        // 0 beats 1, 1 beats 2, 2 beats 0; 0 wins highest.
        let table = [[0, 500, -100], [-500, 0, 200], [100, -200, 0]];
        assert_eq!(unbeaten(3, |one, other| table[one][other]), [0]);
    }

    #[test]
    fn a_crowd_costs_no_square() {
        let calls = std::cell::Cell::new(0_usize);
        let sum = |one: usize, other: usize| {
            calls.set(calls.get() + 1);
            if one == 900 {
                500
            } else if other == 900 {
                -500
            } else {
                0
            }
        };
        assert_eq!(unbeaten(10_000, sum), [900]);
        assert!(calls.get() < 30_000);
        assert!(unbeaten(10_000, |_, _| 0).len() <= RIVALS + 1);
    }
}

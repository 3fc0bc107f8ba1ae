//! Several components may own what was found: the one that explains most of what is still unexplained takes its claims.

use std::collections::{BinaryHeap, HashMap};

use crate::attribute::catalog::Number;

/// Chooses one of each claim's rivals. `claims` are a weight and the rivals that nobody beats; `rank` orders components of
/// equal weight, lowest first. Returns a rival's place in its list for each claim, `None` for a claim without rivals.
pub fn cover(claims: &[(u64, &[Number])], rank: impl Fn(Number) -> u32) -> Vec<Option<usize>> {
    let mut of: HashMap<Number, (u64, Vec<usize>)> = HashMap::new();
    for (at, (weight, rivals)) in claims.iter().enumerate() {
        for rival in *rivals {
            let entry = of.entry(*rival).or_default();
            entry.0 += *weight;
            entry.1.push(at);
        }
    }
    let mut heap: BinaryHeap<(u64, std::cmp::Reverse<u32>, Number)> =
        of.iter().map(|(rival, (weight, _))| (*weight, std::cmp::Reverse(rank(*rival)), *rival)).collect();
    let mut chosen: Vec<Option<usize>> = vec![None; claims.len()];
    while let Some((weight, order, best)) = heap.pop() {
        let Some((left, _)) = of.get(&best) else { continue };
        if *left < weight {
            // Others took some of its claims meanwhile: it queues again with what is left.
            heap.push((*left, order, best));
            continue;
        }
        let Some((_, own)) = of.remove(&best) else { continue };
        for at in own {
            if chosen[at].is_some() {
                continue;
            }
            chosen[at] = claims[at].1.iter().position(|rival| *rival == best);
            for other in claims[at].1 {
                if let Some(entry) = of.get_mut(other) {
                    entry.0 = entry.0.saturating_sub(claims[at].0);
                }
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(claims: &[(u64, Vec<u32>)], rank: impl Fn(Number) -> u32) -> Vec<Option<usize>> {
        let rivals: Vec<(u64, Vec<Number>)> =
            claims.iter().map(|(weight, rivals)| (*weight, rivals.iter().copied().map(Number).collect())).collect();
        let claims: Vec<(u64, &[Number])> = rivals.iter().map(|(weight, rivals)| (*weight, &rivals[..])).collect();
        cover(&claims, rank)
    }

    #[test]
    fn the_heaviest_takes_what_it_shares() {
        let claims = [(100, vec![0, 1]), (100, vec![1]), (50, vec![0, 2]), (10, vec![2]), (5, vec![])];
        // 1 explains 200, then 2 explains 60 against the 50 that are left to 0.
        assert_eq!(covered(&claims, |number| number.0), [Some(1), Some(0), Some(1), Some(0), None]);
    }

    #[test]
    fn equal_weights_follow_the_rank() {
        assert_eq!(covered(&[(100, vec![0, 1])], |number| number.0), [Some(0)]);
        assert_eq!(covered(&[(100, vec![0, 1])], |number| 9 - number.0), [Some(1)]);
    }
}

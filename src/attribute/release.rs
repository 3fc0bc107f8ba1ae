//! Which releases of a component the evidence allows.

use std::collections::BTreeMap;

use crate::attribute::catalog::Releases;

/// Votes are counted in these parts of one.
const PARTS: f64 = 10_000.0;

/// How often a file that some release holds is at odds with the release the tree was taken from (a backport, a snapshot).
const AT_ODDS: f64 = 0.05;
/// A content counts at most as if this share of the releases held it: one file may not decide against many.
const RAREST: f64 = 0.1;
/// What a file adds to each release that has it at all: a release without it lacks a file of the tree.
const PRESENT: f64 = 0.05;
/// What the same bytes add to the same code in another layout.
pub const SAME_BYTES: f64 = 0.05;

/// What a file says for a release that holds its content, and against one that has something else at its path, given how
/// many releases do: the logarithm of how much likelier that is if the tree was taken from the release. A release
/// without such a file is not judged by it, so that a package which leaves out tests or documents stands no worse.
pub fn odds(holding: u64, differing: u64) -> (f64, f64) {
    let share = holding as f64 / (holding + differing).max(1) as f64;
    let (held, other) = (share.clamp(RAREST, 1.0), (1.0 - share).max(RAREST));
    (((1.0 - AT_ODDS) / held).ln().max(0.0) + PRESENT, (AT_ODDS / other).ln().min(0.0))
}

/// Releases in joined spans.
pub fn count(spans: &[(u32, u32)]) -> u64 {
    spans.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
}

/// What one file says.
#[derive(Clone, Debug)]
pub struct Vote {
    /// Digest of the file: the same content says it once.
    pub content: [u8; 32],
    /// Releases that hold it or a part of it, by their places, each with what it counts; below zero where the release has
    /// something else at the file's path. A release that has nothing there (a package without its tests) is not judged.
    pub spans: Vec<(u32, u32, f64)>,
}

/// Adds the votes up: what each release got.
pub fn tally(count: usize, votes: &[Vote]) -> Vec<i64> {
    let mut once: BTreeMap<[u8; 32], &Vote> = BTreeMap::new();
    for vote in votes {
        let entry = once.entry(vote.content).or_insert(vote);
        if strongest(vote) > strongest(entry) {
            *entry = vote;
        }
    }
    let mut steps = vec![0_i64; count + 1];
    for vote in once.values() {
        for (first, last, worth) in &vote.spans {
            let (first, end) = (*first as usize, *last as usize + 1);
            if end <= count {
                let parts = (worth * PARTS).round() as i64;
                steps[first] += parts;
                steps[end] -= parts;
            }
        }
    }
    let mut sum = 0;
    let add = |step: &i64| {
        sum += step;
        sum
    };
    steps[..count].iter().map(add).collect()
}

fn strongest(vote: &Vote) -> i64 {
    let parts = vote.spans.iter().map(|(_, _, worth)| (worth * PARTS).round() as i64);
    parts.max().unwrap_or(0)
}

/// Overlapping spans joined, so that a content held at two paths counts once in a release.
pub fn join(mut spans: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    spans.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if span.0 <= last.1.saturating_add(1) => last.1 = last.1.max(span.1),
            _ => out.push(span),
        }
    }
    out
}

/// What is left of spans without others; both are joined.
pub fn without(spans: &[(u32, u32)], others: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    for (first, last) in spans {
        let mut next = *first;
        for (from, to) in others.iter().filter(|(from, to)| from <= last && to >= first) {
            if *from > next {
                out.push((next, from - 1));
            }
            next = next.max(to.saturating_add(1));
        }
        if next <= *last {
            out.push((next, *last));
        }
    }
    out
}

/// The releases that got most; empty if nobody voted for any.
pub fn winners(tally: &[i64]) -> Vec<usize> {
    let Some(best) = tally.iter().copied().max() else { return Vec::new() };
    if tally.iter().all(|votes| *votes == 0) {
        return Vec::new();
    }
    (0..tally.len()).filter(|place| tally[*place] == best).collect()
}

/// Puts releases that nothing tells apart in order: one whose version is written in a path, then the one of which fewest
/// files are missing, then the newest.
pub fn order(tied: &mut [usize], releases: &Releases, paths: &[&str], files: &[u32]) {
    tied.sort_by_key(|place| {
        let version = releases.all.get(*place).map_or("", |release| release.version.as_str());
        let written = paths.iter().any(|path| is_written(version, path));
        (!written, files.get(*place).copied().unwrap_or(0), std::cmp::Reverse(*place))
    });
}

/// Whether a version stands in a path as such, not as a part of a longer number.
pub fn is_written(version: &str, path: &str) -> bool {
    if version.is_empty() {
        return false;
    }
    path.match_indices(version).any(|(at, _)| {
        let before = path[..at].chars().next_back();
        let mut after = path[at + version.len()..].chars();
        let (next, second) = (after.next(), after.next());
        let free = |mark: Option<char>| mark.is_none_or(|mark| !mark.is_ascii_digit());
        let longer = next == Some('.') && second.is_some_and(|mark| mark.is_ascii_digit());
        free(before) && before != Some('.') && free(next) && !longer
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::catalog::Release;
    use crate::model::ids::{ComponentId, IndexNo};

    fn vote(content: u8, spans: &[(u32, u32, f64)]) -> Vote {
        Vote { content: [content; 32], spans: spans.to_vec() }
    }

    fn releases(versions: &[&str]) -> Releases {
        let release = |version: &&str| Release { version: version.to_string(), released: None, license: None };
        Releases::merge(vec![((IndexNo(0), ComponentId(0)), versions.iter().map(release).collect())])
    }

    #[test]
    fn every_file_votes_for_the_releases_that_hold_it() {
        let votes = [vote(1, &[(0, 2, 1.0)]), vote(2, &[(2, 3, 1.0)]), vote(3, &[(1, 2, 0.2)])];
        let tally = tally(4, &votes);
        assert_eq!(tally, [10_000, 12_000, 22_000, 10_000]);
        assert_eq!(winners(&tally), [2]);
        assert!(winners(&[0, 0]).is_empty());
    }

    #[test]
    fn what_few_releases_hold_says_most() {
        let (rare, missed_rare) = odds(1, 9);
        let (common, missed_common) = odds(9, 1);
        assert!(rare > common && missed_rare < missed_common && missed_common < 0.0 && common > 0.0);
        assert_eq!(odds(1, 99).0, odds(1, 999).0);
        assert_eq!(odds(5, 0).0, PRESENT);
        assert_eq!(count(&[(0, 0), (3, 5)]), 4);
    }

    #[test]
    fn a_content_counts_once() {
        let twice = [vote(1, &[(0, 0, 1.0)]), vote(1, &[(0, 0, 1.0)]), vote(1, &[(0, 0, 0.5)])];
        assert_eq!(tally(2, &twice), [10_000, 0]);
        assert_eq!(join(vec![(3, 5), (0, 1), (1, 2), (8, 9)]), [(0, 5), (8, 9)]);
    }

    #[test]
    fn other_content_at_the_path_counts_against_a_release_and_a_missing_file_does_not() {
        let votes = [vote(1, &[(1, 1, 1.0), (0, 0, -1.0)]), vote(2, &[(0, 0, 0.2)])];
        assert_eq!(tally(3, &votes), [-8_000, 10_000, 0]);
        assert_eq!(without(&[(0, 9)], &[(0, 1), (4, 5)]), [(2, 3), (6, 9)]);
        assert_eq!(without(&[(0, 3), (6, 7)], &[(2, 8)]), [(0, 1)]);
        assert_eq!(without(&[(2, 3)], &[]), [(2, 3)]);
    }

    #[test]
    fn what_is_outside_is_left_out() {
        assert_eq!(tally(2, &[vote(1, &[(1, 7, 1.0)])]), [0, 0]);
    }

    #[test]
    fn ties_are_ordered_by_path_then_files_then_age() {
        let releases = releases(&["1.0", "1.1", "1.2", "1.3"]);
        let mut tied = vec![0, 1, 2, 3];
        order(&mut tied, &releases, &["js/x-1.1.min.js"], &[5, 5, 4, 5]);
        assert_eq!(tied, [1, 2, 3, 0]);
    }

    #[test]
    fn a_version_is_no_part_of_a_longer_number() {
        assert!(is_written("3.5.1", "js/jquery-3.5.1.min.js") && is_written("1.0", "x-v1.0/a"));
        assert!(
            !is_written("3.5", "js/jquery-3.5.1.js")
                && !is_written("5.1", "js/jquery-3.5.1.js")
                && !is_written("", "x")
        );
    }
}

//! On which lines of one release the units of a lineage stand.
//!
//! An index says of each unit its line in the newest release that holds it, so the units of an older release have lines of
//! many releases. They are reckoned back, release by release, from the newest, whose lines are all known: what a release lacks of
//! the next one is taken out, what it has more stands on lines that are known, and every other unit stays as far below the one
//! before it as it was. Lines without tokens (comments, blank lines) that came or went are not seen, so that what stands
//! between two units that are known may be some lines off.

use std::collections::BTreeSet;

use crate::index::lineage::Unit;
use crate::model::ids::ReleaseNo;
use crate::model::place::Lines;

/// Units times releases that are reckoned. Of longer histories every unit keeps the line of the newest release that has it.
const MOST_STEPS: usize = 1 << 25;

/// For each unit of a lineage its line in `release`, from 1, never falling; of a unit that the release does not hold the line
/// of the one before it that it does hold.
pub fn lines_in(units: &[Unit], release: ReleaseNo) -> Vec<u32> {
    // A release differs from the next one only where some unit was last or is first.
    let lasts = units.iter().map(|unit| unit.releases.last);
    let before = units.iter().filter_map(|unit| unit.releases.first.0.checked_sub(1).map(ReleaseNo));
    let mut steps: BTreeSet<ReleaseNo> = lasts.chain(before).filter(|at| *at > release).collect();
    if units.len().saturating_mul(steps.len()) > MOST_STEPS {
        steps.clear();
    }
    let mut lines: Vec<u32> = units.iter().map(|unit| unit.line).collect();
    let mut newer = None;
    for step in steps.into_iter().rev().chain([release]) {
        back(units, step, newer, &mut lines);
        newer = Some(step);
    }
    let mut line = 0;
    for (unit, own) in units.iter().zip(&mut lines) {
        line = if unit.releases.contains(release) { *own } else { line };
        *own = line;
    }
    // Where a line that is known lies above one that was reckoned, that one was too far down.
    let mut most = u32::MAX;
    for line in lines.iter_mut().rev() {
        most = most.min(*line);
        *line = most.max(1);
    }
    lines
}

/// Turns lines in the release `newer` into those in the one before it.
fn back(units: &[Unit], release: ReleaseNo, newer: Option<ReleaseNo>, lines: &mut [u32]) {
    // The last unit that either release holds, and its line there.
    let (mut here, mut there): (Option<u32>, Option<u32>) = (None, None);
    let mut head = None;
    for (unit, line) in units.iter().zip(lines) {
        let in_newer = newer.is_some_and(|newer| unit.releases.contains(newer));
        let was = *line;
        if unit.releases.contains(release) {
            *line = match (here, there) {
                _ if unit.releases.last == release || !in_newer => unit.line,
                (Some(here), Some(there)) => here.saturating_add(was.saturating_sub(there)),
                // What heads the file is as long in both.
                (None, Some(_)) => head.unwrap_or(was),
                (Some(here), None) => was.max(here.saturating_add(1)),
                (None, None) => was,
            };
            here = Some(*line);
        }
        if in_newer {
            there = Some(was);
            head = head.or(there);
        }
    }
}

/// Lines in one release's count to where they are in another's.
pub struct Moves {
    /// Lines of a unit in both.
    pairs: Vec<(u32, u32)>,
}

impl Moves {
    /// For a lineage's units.
    pub fn between(units: &[Unit], from: ReleaseNo, to: ReleaseNo) -> Moves {
        let (here, there) = (lines_in(units, from), lines_in(units, to));
        let held = units.iter().zip(here.into_iter().zip(there)).filter(|(unit, _)| unit.releases.contains(from));
        Moves { pairs: held.map(|(_, pair)| pair).collect() }
    }

    /// Where some lines are.
    pub fn lines(&self, lines: Lines) -> Lines {
        let first = self.line(lines.first);
        Lines { first, last: self.line(lines.last).max(first) }
    }

    fn line(&self, line: u32) -> u32 {
        let at = self.pairs.partition_point(|(here, _)| *here <= line).checked_sub(1);
        at.and_then(|at| self.pairs.get(at)).map_or(line, |(here, there)| there.saturating_add(line - here))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::merge::{Print, PrintUnit, merge};
    use crate::model::ids::ReleaseRange;

    /// The contents of a file, release by release: a letter is a line of code, a dot one without tokens.
    fn merged(versions: &[&str]) -> Vec<Unit> {
        let unit = |(line, letter): (u32, char)| PrintUnit { hash: letter as u64, tokens: 3, line };
        let print = |text: &str| Print {
            units: (1..).zip(text.chars()).filter(|(_, letter)| *letter != '.').map(unit).collect(),
            seeds: Vec::new(),
        };
        let prints: Vec<Print> = versions.iter().map(|text| print(text)).collect();
        let range = |at: u32| ReleaseRange { first: ReleaseNo(at), last: ReleaseNo(at) };
        let all: Vec<(ReleaseRange, &Print)> = (0..).map(range).zip(&prints).collect();
        merge(&all).units
    }

    /// Lines of the code of one release as they are reckoned, and as they are.
    fn both(versions: &[&str], release: usize) -> (Vec<u32>, Vec<u32>) {
        let units = merged(versions);
        let number = ReleaseNo(release as u32);
        let lines = lines_in(&units, number);
        let held = units.iter().zip(lines).filter(|(unit, _)| unit.releases.contains(number));
        let real = (1..).zip(versions[release].chars()).filter(|(_, letter)| *letter != '.').map(|(line, _)| line);
        (held.map(|(_, line)| line).collect(), real.collect())
    }

    #[test]
    fn lines_of_every_release_are_found() {
        let histories: [&[&str]; 5] = [
            &["..abc.de", "..abc.xyz.de", "..abc.xyz.de.f"],
            &["abcdefgh", "adefgh", "adXYefgh"],
            &[".a.b.c.d", ".a.B.c.d", ".a.B.C.d"],
            &["abcd.efgh", "abcd.nop.efgh", "abXd.nop.eYgh", "abXd.nop.eYgh.klm"],
            &["...abc", "...zabc", "...zac"],
        ];
        for versions in histories {
            for release in 0..versions.len() {
                let (reckoned, real) = both(versions, release);
                assert_eq!(reckoned, real, "{versions:?} {release}");
            }
        }
    }

    #[test]
    fn what_is_not_seen_is_a_few_lines_off_and_ends_at_what_is_known() {
        // A comment came before `c`; the lines of `e` are known, for it went.
        let (reckoned, real) = both(&["abcdef", "ab..cd", "ab..cdg"], 0);
        assert_eq!(real, [1, 2, 3, 4, 5, 6]);
        assert_eq!(reckoned, [1, 2, 5, 5, 5, 6]);
    }

    #[test]
    fn lines_move_from_one_release_to_another() {
        let units = merged(&["ab.cd", "ab.xyz.cd"]);
        let moves = Moves::between(&units, ReleaseNo(1), ReleaseNo(0));
        let lines = |first, last| Lines { first, last };
        assert_eq!(moves.lines(lines(8, 9)), lines(4, 5));
        assert_eq!(moves.lines(lines(1, 9)), lines(1, 5));
        assert_eq!(moves.lines(lines(8, 11)), lines(4, 7), "closing brackets behind the last unit");
        let back = Moves::between(&units, ReleaseNo(0), ReleaseNo(1));
        assert_eq!(back.lines(lines(4, 5)), lines(8, 9));
        assert_eq!(Moves::between(&[], ReleaseNo(0), ReleaseNo(1)).lines(lines(3, 4)), lines(3, 4));
    }

    #[test]
    fn damaged_units_give_some_lines() {
        let range = |first, last| ReleaseRange { first: ReleaseNo(first), last: ReleaseNo(last) };
        let units: Vec<Unit> = [(u32::MAX, range(0, 9)), (0, range(3, 4)), (7, range(4, 9)), (u32::MAX, range(4, 4))]
            .into_iter()
            .map(|(line, releases)| Unit { tokens: 1, line, releases })
            .collect();
        for release in 0..11 {
            let lines = lines_in(&units, ReleaseNo(release));
            assert!(lines.is_sorted() && lines.iter().all(|line| *line > 0), "{lines:?}");
        }
    }
}

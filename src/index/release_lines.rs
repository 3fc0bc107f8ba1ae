//! On which lines of one release the units of a lineage stand.
//!
//! An index says of each unit its line in the newest release that holds it, so the units of an older release have lines of
//! many releases. Those that went with the release itself are known; from there the others follow: of two units that have
//! their lines of the same release, the lines between them, less what came between them later, lie between them in
//! the older release, too. Lines without tokens (comments, blank lines) that came or went are not seen, so that what stands
//! between two units that are known may be a few lines off.

use std::collections::{HashMap, VecDeque};

use crate::index::lineage::Unit;
use crate::model::ids::ReleaseNo;
use crate::model::place::Lines;

/// For each unit of a lineage its line in `release`, from 1, never falling; of a unit that the release does not hold the line of the
/// one before it that it does hold.
pub fn lines_in(units: &[Unit], release: ReleaseNo) -> Vec<u32> {
    let mut out = Vec::with_capacity(units.len());
    let mut walk = Walk {
        units,
        release,
        before: None,
        came: Came::default(),
        gaps: VecDeque::new(),
        passed: 0,
        latest: HashMap::new(),
    };
    for at in 0..units.len() {
        out.push(walk.next(at));
    }
    // Where a line that is known lies above one that was reckoned, that one was too far down.
    let mut most = u32::MAX;
    for line in out.iter_mut().rev() {
        most = most.min(*line);
        *line = most;
    }
    out
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

/// What came between two units of a release in later ones.
#[derive(Default)]
struct Came {
    /// The first and the last unit whose lines are of the release that those of the former unit are of.
    alike: Option<(usize, usize)>,
    /// Other units that stand between them there.
    others: u32,
}

struct Walk<'u> {
    units: &'u [Unit],
    release: ReleaseNo,
    /// The last unit that the release holds, and its line there.
    before: Option<(usize, u32)>,
    came: Came,
    /// Of units that came, in order, the lines from what they stand below: units that went stand behind those that replaced
    /// them.
    gaps: VecDeque<u32>,
    /// Units so far that came.
    passed: usize,
    /// The last unit whose lines are of each release.
    latest: HashMap<ReleaseNo, Latest>,
}

#[derive(Clone, Copy)]
struct Latest {
    unit: usize,
    /// Its line, if the release holds it.
    line: Option<u32>,
    /// Units before it that came.
    passed: usize,
}

impl Walk<'_> {
    fn next(&mut self, at: usize) -> u32 {
        let unit = self.units[at];
        let newest = unit.releases.last;
        if !unit.releases.contains(self.release) {
            self.pass(at);
            self.latest.insert(newest, Latest { unit: at, line: None, passed: self.passed });
            return self.before.map_or(1, |(_, line)| line);
        }
        let reckoned = match self.before {
            None => self.first(newest).unwrap_or(unit.line),
            Some((before, line)) => line.saturating_add(self.gap(before, at, line)),
        };
        let line = if newest == self.release { unit.line } else { reckoned }.max(1);
        if self.before.is_some_and(|(before, _)| self.units[before].releases.last == newest) {
            self.gaps.clear();
        }
        self.before = Some((at, line));
        self.came = Came::default();
        self.latest.insert(newest, Latest { unit: at, line: Some(line), passed: self.passed });
        line
    }

    /// Takes note of a unit that the release does not hold, if it came later.
    fn pass(&mut self, at: usize) {
        let own = self.units[at].releases;
        let Some((before, _)) = self.before.filter(|_| own.last > self.release) else { return };
        let home = self.units[before].releases.last;
        self.passed += 1;
        let above = self.latest.get(&own.last).map(|above| self.units[above.unit].line);
        self.gaps.push_back(above.map_or(1, |above| self.units[at].line.saturating_sub(above)));
        if own.last == home {
            let first = self.came.alike.map_or(at, |(first, _)| first);
            self.came.alike = Some((first, at));
        } else if own.contains(home) {
            self.came.others += 1;
        }
    }

    /// The line of the first unit in the release that a unit's line is of: what heads the file is as long in both.
    fn first(&self, newest: ReleaseNo) -> Option<u32> {
        let first = self.units.iter().find(|unit| unit.releases.contains(newest))?;
        (first.releases.last == newest).then_some(first.line)
    }

    /// Lines from a unit to the next one that the release holds.
    fn gap(&mut self, before: usize, at: usize, line: u32) -> u32 {
        let (one, other) = (self.units[before], self.units[at]);
        let (home, next) = (one.releases.last, other.releases.last);
        // What replaced it stands as far below what it stands below.
        let replaced = if home == next { None } else { self.gaps.pop_front() };
        let own = |from: usize| other.line.saturating_sub(self.units[from].line);
        if home == next {
            return match self.came.alike {
                Some((_, last)) => own(last),
                None => own(before).saturating_sub(self.came.others),
            };
        }
        let latest = self.latest.get(&next).copied();
        let gap = match latest {
            Some(latest) if home < next => Some(own(latest.unit)),
            // Nothing came between them: they are as far apart in the older release.
            Some(Latest { unit, line: Some(known), passed }) if passed == self.passed => {
                Some(known.saturating_add(own(unit)).saturating_sub(line))
            }
            _ => replaced,
        };
        gap.unwrap_or(1).max(1)
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

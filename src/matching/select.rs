//! Explains a file: the best candidates cover its lines greedily, and each becomes line ranges here and in the source.

use std::collections::{BTreeSet, HashMap};

use crate::index::lineage::Unit;
use crate::index::release_lines;
use crate::index::set::Indexes;
use crate::matching::score;
use crate::matching::seed::Hit;
use crate::matching::{Candidate, Verdict, WEAK_BITS};
use crate::model::evidence::{ReleaseVote, SnippetMatch};
use crate::model::ids::{IndexNo, LineageId, ReleaseNo};
use crate::model::place::{Lines, RangePair};
use crate::text::token::{self, Tokens};

/// What became of a candidate.
#[derive(Clone, Copy, Debug)]
pub struct Judgement {
    /// Whether it is a match.
    pub verdict: Verdict,
    /// The stretch it explains; alternatives share the number of the one they stand beside.
    pub group: u32,
}

/// Share of a candidate's lines that must be new.
const NEW_SHARE: f32 = 0.3;
/// A candidate within this share of a taken one's score, over mostly the same lines, is its alternative.
const ALTERNATIVE_SHARE: f32 = 0.75;
/// Alternatives kept for a stretch.
const MAX_ALTERNATIVES: u32 = 12;
/// Weak candidates kept for a file.
const MAX_WEAK: u32 = 4;
/// Numbers set aside for the groups of one judgement, those of weak matches in the upper half.
pub const GROUPS: u32 = 1 << 30;
/// Lines between two matched ones that belong to the match all the same.
const FILL_LINES: u32 = 10;
/// Lines that the source may be ahead or behind where the scanned lines follow one another: what was left out or came.
/// Beyond that the two are not one stretch of the source.
const SOURCE_SLACK: u32 = 20;

/// Judges candidates, which come best first.
pub fn judge(tokens: &Tokens, candidates: &[Candidate]) -> Vec<Judgement> {
    let mut owner: Vec<Option<u32>> = vec![None; tokens.len()];
    let mut taken: Vec<Owner> = Vec::new();
    let mut weak = 0;
    let mut out = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let (first, end) = candidate.span;
        let span = &mut owner[first.min(tokens.len())..end.min(tokens.len())];
        let free = span.iter().filter(|owner| owner.is_none()).count() as f32 / span.len().max(1) as f32;
        let (mut verdict, mut group) = (Verdict::BelowBar, u32::MAX);
        if tokens.minified && candidate.parts.exactness() <= 0.5 {
            verdict = Verdict::NotVerbatim;
        } else if free >= NEW_SHARE && candidate.score * free >= candidate.bar {
            (verdict, group) = (Verdict::Taken, taken.len() as u32);
            taken.push(Owner { candidate, alternatives: 0 });
            span.iter_mut().filter(|owner| owner.is_none()).for_each(|owner| *owner = Some(group));
        } else if free < NEW_SHARE {
            verdict = Verdict::Covered;
            if let Some(other) = majority(span)
                && let Some(owner) = taken.get_mut(other as usize)
                && candidate.score >= owner.candidate.score * ALTERNATIVE_SHARE
                && owner.alternatives < MAX_ALTERNATIVES
            {
                owner.alternatives += 1;
                (verdict, group) = (Verdict::Alternative, other);
            }
        } else if let Some(other) = taken.iter().position(|owner| owner.same_source(candidate)) {
            (verdict, group) = (Verdict::Joined, other as u32);
            span.iter_mut().filter(|owner| owner.is_none()).for_each(|owner| *owner = Some(group));
        } else if candidate.score * free >= candidate.bar - WEAK_BITS && weak < MAX_WEAK {
            weak += 1;
            verdict = Verdict::Weak;
        }
        out.push(Judgement { verdict, group });
    }
    out
}

/// A candidate that explains a stretch.
struct Owner<'a> {
    candidate: &'a Candidate,
    alternatives: u32,
}

impl Owner<'_> {
    fn same_source(&self, other: &Candidate) -> bool {
        (self.candidate.index, self.candidate.lineage) == (other.index, other.lineage)
    }
}

/// The group that owns most of a span, if it is more than half.
fn majority(span: &[Option<u32>]) -> Option<u32> {
    let mut counts: Vec<(u32, usize)> = Vec::new();
    for group in span.iter().flatten() {
        match counts.iter_mut().find(|(known, _)| known == group) {
            Some((_, count)) => *count += 1,
            None => counts.push((*group, 1)),
        }
    }
    counts.into_iter().filter(|(_, count)| count * 2 > span.len()).map(|(group, _)| group).next()
}

/// The matches among judged candidates, best first, their groups numbered from `first_group` on: fewer than [`GROUPS`].
pub fn matches(
    indexes: &Indexes,
    tokens: &Tokens,
    candidates: &[Candidate],
    verdicts: &[Judgement],
    first_group: u32,
) -> Vec<SnippetMatch> {
    let mut weak_group = first_group + GROUPS / 2;
    let mut out = Vec::new();
    let is_kept = |verdict| matches!(verdict, Verdict::Weak | Verdict::Taken | Verdict::Alternative | Verdict::Joined);
    let kept = candidates.iter().zip(verdicts).filter(|(_, judgement)| is_kept(judgement.verdict));
    let sources = Source::of(indexes, kept.map(|(candidate, _)| candidate));
    for (candidate, judgement) in candidates.iter().zip(verdicts) {
        let weak = judgement.verdict == Verdict::Weak;
        if !weak && !matches!(judgement.verdict, Verdict::Taken | Verdict::Alternative) {
            continue;
        }
        let joined = candidates.iter().zip(verdicts).filter(|(_, other)| {
            judgement.verdict == Verdict::Taken && other.verdict == Verdict::Joined && other.group == judgement.group
        });
        let mut hits = candidate.hits.clone();
        hits.extend(joined.flat_map(|(other, _)| &other.hits));
        hits.sort_unstable_by_key(|hit| (hit.query, hit.target));
        let group = if weak {
            weak_group += 1;
            weak_group
        } else {
            first_group + judgement.group
        };
        let source = sources.get(&(candidate.index, candidate.lineage));
        out.extend(source.and_then(|source| build(indexes, tokens, candidate, &hits, source, (group, weak))));
    }
    out
}

/// A file that stretches of the scanned one are of, and the release by whose lines they are told: the newest of those in which
/// most of them stand.
struct Source {
    units: Vec<Unit>,
    places: Places,
    release: ReleaseNo,
}

impl Source {
    /// Those of some candidates.
    fn of<'c>(
        indexes: &Indexes,
        candidates: impl Iterator<Item = &'c Candidate>,
    ) -> HashMap<(IndexNo, LineageId), Source> {
        let mut by_source: HashMap<(IndexNo, LineageId), Vec<&Candidate>> = HashMap::new();
        candidates.for_each(|one| by_source.entry((one.index, one.lineage)).or_default().push(one));
        let source = |((index, lineage), candidates): ((IndexNo, LineageId), Vec<&Candidate>)| {
            let units = indexes.get(index)?.units(lineage)?;
            let places = Places::new(&units);
            let votes: Vec<ReleaseVote> =
                candidates.iter().flat_map(|one| votes(&one.hits, one.grams, &units, &places)).collect();
            let holding = |release: ReleaseNo| {
                let all = votes.iter().filter(|vote| vote.releases.contains(release));
                all.map(|vote| u64::from(vote.tokens)).sum::<u64>()
            };
            let ends: BTreeSet<ReleaseNo> = votes.iter().map(|vote| vote.releases.last).collect();
            let release = ends.into_iter().max_by_key(|release| (holding(*release), *release))?;
            let places = Places { lines: release_lines::lines_in(&units, release), ..places };
            Some(((index, lineage), Source { units, places, release }))
        };
        by_source.into_iter().filter_map(source).collect()
    }
}

fn build(
    indexes: &Indexes,
    tokens: &Tokens,
    candidate: &Candidate,
    hits: &[Hit],
    source: &Source,
    (group, weak): (u32, bool),
) -> Option<SnippetMatch> {
    let index = indexes.get(candidate.index)?;
    let Source { units, places, release } = source;
    let ranges = ranges(tokens, hits, candidate.grams, places);
    let code_lines = ranges.iter().map(|pair| code_lines(tokens, pair.lines)).sum();
    let votes = votes(hits, candidate.grams, units, places);
    let best = votes.iter().max_by_key(|vote| vote.tokens).map(|vote| vote.releases.last);
    let whole: u32 =
        units.iter().filter(|unit| best.is_some_and(|best| unit.releases.contains(best))).map(|unit| unit.tokens).sum();
    let matched: u32 = votes.iter().map(|vote| vote.tokens).sum();
    Some(SnippetMatch {
        index: candidate.index,
        lineage: candidate.lineage,
        score: candidate.score,
        e_value: index.chance().expected(candidate.score),
        similarity: code_lines as f32 / tokens.code_lines.max(1) as f32,
        exactness: candidate.parts.exactness(),
        code_lines,
        source_share: (matched as f32 / whole.max(1) as f32).min(1.0),
        ranges,
        lines_of: *release,
        votes,
        group,
        weak,
        sketch: Vec::new(),
    })
}

/// Where the tokens of a lineage stand.
struct Places {
    /// The first token of each unit.
    starts: Vec<u32>,
    /// The line of each unit in one release.
    lines: Vec<u32>,
    /// All tokens.
    tokens: u32,
}

impl Places {
    fn new(units: &[Unit]) -> Places {
        let mut next = 0_u32;
        let start = |unit: &Unit| {
            let start = next;
            next = next.saturating_add(unit.tokens);
            start
        };
        let starts = units.iter().map(start).collect();
        Places { starts, lines: Vec::new(), tokens: next }
    }

    fn unit(&self, token: u32) -> Option<usize> {
        self.starts.partition_point(|start| *start <= token).checked_sub(1)
    }

    fn line(&self, token: u32) -> u32 {
        self.unit(token).and_then(|unit| self.lines.get(unit)).map_or(1, |line| *line)
    }
}

/// A chain's line ranges: the spans of its grams, joined over short gaps and over gaps as long here as in the source, and
/// then the closing brackets that belong to what was opened inside.
fn ranges(tokens: &Tokens, hits: &[Hit], grams: [u32; 2], places: &Places) -> Vec<RangePair> {
    let mut out: Vec<RangePair> = Vec::new();
    for hit in hits {
        let length = score::gram(hit, grams);
        let last = (hit.query + length - 1).min(tokens.len().saturating_sub(1) as u32);
        let here = Lines { first: tokens.lines[hit.query as usize], last: tokens.lines[last as usize] };
        let source = Lines { first: places.line(hit.target), last: places.line(hit.target + length - 1) };
        match out.last_mut() {
            Some(open) if joins(open, here, source) => open.unite(RangePair { lines: here, source_lines: source }),
            _ => out.push(RangePair { lines: here, source_lines: source }),
        }
    }
    merge_overlaps(&mut out);
    absorb_strays(&mut out);
    let all = tokens.all_lines.max(1);
    reach_ends(tokens, hits, grams, places, &mut out);
    for at in 0..out.len() {
        let most = out.get(at + 1).map_or(all, |next| next.lines.first.saturating_sub(1));
        let more = closers(tokens, out[at].lines, most);
        out[at].lines.last += more;
        out[at].source_lines.last += more;
    }
    out
}

/// Ranges that share lines become one: chains of one source may cross. Of two whose sources lie far apart the later one
/// begins where the earlier one ends.
fn merge_overlaps(ranges: &mut Vec<RangePair>) {
    ranges.sort_by_key(|range| range.lines);
    ranges.dedup_by(|later, earlier| {
        let shares = later.lines.first <= earlier.lines.last;
        if shares && !is_near(earlier.source_lines, later.source_lines) {
            let left = later.behind(earlier.lines.last);
            *later = left.unwrap_or(*later);
            return left.is_none();
        }
        if shares {
            earlier.unite(*later);
        }
        shares
    });
}

/// A few lines between two stretches that go on with one another are part of them, wherever else in the source they stand, too:
/// in another release, or once more.
fn absorb_strays(ranges: &mut Vec<RangePair>) {
    let mut out: Vec<RangePair> = Vec::with_capacity(ranges.len());
    let mut left = ranges.iter().copied().peekable();
    while let Some(range) = left.next() {
        let goes_on = |next: &RangePair| out.last().is_some_and(|open| joins(open, next.lines, next.source_lines));
        let is_stray = range.lines.last - range.lines.first < FILL_LINES && left.peek().is_some_and(goes_on);
        match out.last_mut() {
            Some(_) if is_stray => {}
            Some(open) if joins(open, range.lines, range.source_lines) => open.unite(range),
            _ => out.push(range),
        }
    }
    *ranges = out;
}

/// Tokens from either end within which a match that begins or ends both files takes in what stands there without tokens:
/// imports, comments, brackets.
const END_TOKENS: u32 = 16;

fn reach_ends(tokens: &Tokens, hits: &[Hit], grams: [u32; 2], places: &Places, out: &mut [RangePair]) {
    if let (Some(hit), Some(range)) = (hits.first(), out.first_mut())
        && hit.query <= END_TOKENS
        && hit.target <= END_TOKENS
    {
        (range.lines.first, range.source_lines.first) = (1, 1);
    }
    if let (Some(hit), Some(range)) = (hits.last(), out.last_mut()) {
        let length = score::gram(hit, grams);
        let left = (tokens.len() as u32).saturating_sub(hit.query + length);
        let source_left = places.tokens.saturating_sub(hit.target + length);
        if left <= END_TOKENS && source_left <= END_TOKENS {
            range.lines.last = tokens.all_lines.max(range.lines.last);
        }
    }
}

fn joins(open: &RangePair, here: Lines, source: Lines) -> bool {
    let gap = here.first.saturating_sub(open.lines.last);
    let source_gap = source.first.checked_sub(open.source_lines.last);
    source_gap == Some(gap) || gap <= FILL_LINES && is_near(open.source_lines, source)
}

/// Whether source lines follow on others, overlap them, or nearly.
fn is_near(one: Lines, other: Lines) -> bool {
    other.first <= one.last.saturating_add(SOURCE_SLACK) && one.first <= other.last.saturating_add(SOURCE_SLACK)
}

/// How many lines of nothing but closing brackets follow a range and close what it opened, up to line `most`.
fn closers(tokens: &Tokens, lines: Lines, most: u32) -> u32 {
    let openers = token::openers();
    let (from, to) = (tokens.first_on(lines.first), tokens.first_on(lines.last + 1));
    let opened = tokens.hashes[from..to].iter().filter(|hash| openers.contains(hash)).count() as i64;
    let start = tokens.closers.partition_point(|closers| closers.line < lines.first);
    let (mut open, mut last) = (opened, lines.last);
    for closers in &tokens.closers[start..] {
        if closers.line <= lines.last {
            open -= i64::from(closers.count);
        } else if open > 0 && closers.alone && closers.line == last + 1 && closers.line <= most {
            open -= i64::from(closers.count);
            last = closers.line;
        } else {
            break;
        }
    }
    last - lines.last
}

fn code_lines(tokens: &Tokens, lines: Lines) -> u32 {
    let (from, to) = (tokens.first_on(lines.first), tokens.first_on(lines.last + 1));
    tokens.lines[from..to].chunk_by(|one, other| one == other).count() as u32
}

/// Tokens matched, by the releases that hold them.
fn votes(hits: &[Hit], grams: [u32; 2], units: &[Unit], places: &Places) -> Vec<ReleaseVote> {
    let mut out: Vec<ReleaseVote> = Vec::new();
    let mut covered = 0;
    for hit in hits {
        let end = hit.query + score::gram(hit, grams);
        let fresh = end.saturating_sub(covered.max(hit.query));
        covered = covered.max(end);
        let Some(unit) = places.unit(hit.target).and_then(|unit| units.get(unit)) else { continue };
        match out.iter_mut().find(|vote| vote.releases == unit.releases) {
            Some(vote) => vote.tokens += fresh,
            None => out.push(ReleaseVote { releases: unit.releases, tokens: fresh }),
        }
    }
    out.sort_by_key(|vote| vote.releases);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(lines: (u32, u32), source: (u32, u32)) -> RangePair {
        let of = |(first, last): (u32, u32)| Lines { first, last };
        RangePair { lines: of(lines), source_lines: of(source) }
    }

    #[test]
    fn lines_of_far_ends_of_the_source_are_no_one_stretch() {
        let open = pair((10, 40), (700, 730));
        let joined = |lines, source| {
            let RangePair { lines, source_lines } = pair(lines, source);
            joins(&open, lines, source_lines)
        };
        assert!(joined((41, 50), (731, 740)) && joined((45, 50), (748, 760)), "a few lines were left out");
        assert!(joined((140, 150), (830, 840)), "a gap as long here as there");
        assert!(!joined((41, 50), (1490, 1499)) && !joined((41, 50), (5, 14)) && !joined((60, 70), (731, 741)));
    }

    #[test]
    fn a_few_lines_that_stand_elsewhere_too_do_not_part_a_stretch() {
        let mut ranges = vec![pair((3, 88), (300, 385)), pair((89, 91), (12, 14)), pair((92, 180), (389, 477))];
        absorb_strays(&mut ranges);
        assert_eq!(ranges, [pair((3, 180), (300, 477))]);
        let apart = vec![pair((3, 88), (300, 385)), pair((89, 91), (12, 14)), pair((92, 180), (900, 988))];
        ranges.clone_from(&apart);
        absorb_strays(&mut ranges);
        assert_eq!(ranges, apart);
    }

    #[test]
    fn ranges_that_share_lines_become_one_only_where_their_sources_do() {
        let mut ranges = vec![pair((10, 40), (700, 730)), pair((38, 60), (728, 750)), pair((55, 80), (5, 30))];
        merge_overlaps(&mut ranges);
        assert_eq!(ranges, [pair((10, 60), (700, 750)), pair((61, 80), (11, 30))]);
        let mut inside = vec![pair((10, 40), (700, 730)), pair((20, 30), (5, 15))];
        merge_overlaps(&mut inside);
        assert_eq!(inside, [pair((10, 40), (700, 730))]);
    }
}

//! Chooses among the hits of a text those that stand.
//!
//! A hit inside another goes, then hits that mostly overlap a better one, then whatever a false-positive rule covers. The
//! shares are those of the data's own tool: the rules were written against them.

use std::collections::HashSet;

use super::corpus::Corpus;
use super::expression::ids;
use super::hit::Hit;
use super::rule::RuleKind;
use super::version::BARE;

/// A shorter hit that shares this much of itself with a longer one goes.
const NEARLY_ALL: f32 = 0.9;
/// So does one that shares this much and has fewer peculiar words.
const MOST: f32 = 0.7;
/// So does one that shares this much and says nothing that the other does not.
const MUCH: f32 = 0.4;
/// So does one that shares this much, stands between the other's ends and says nothing new.
const SOME: f32 = 0.1;

/// Leaves the hits that stand, in order.
pub fn refine(corpus: &Corpus, hits: &mut Vec<Hit>) {
    drop_patchworks(corpus, hits);
    let mut contained = contained(corpus, hits);
    let mut overlapping = overlapping(corpus, hits);
    // What went for one that went itself may come back.
    restore(hits, &mut contained);
    restore(hits, &mut overlapping);
    self::contained(corpus, hits);
    drop_enclosed(corpus, hits);
    hits.retain(|hit| corpus.rule(hit.rule).is_some_and(|rule| rule.kind != RuleKind::FalsePositive));
    drop_lists(corpus, hits);
}

fn order(hits: &mut [Hit]) {
    hits.sort_by_key(|hit| (hit.start, u32::MAX - hit.high, u32::MAX - hit.length, !hit.is_exact(), hit.rule));
}

/// Drops altered copies of which others within say more together: a text made of several licences is no bad copy of one
/// that happens to contain them.
fn drop_patchworks(corpus: &Corpus, hits: &mut Vec<Hit>) {
    order(hits);
    let mut gone = vec![false; hits.len()];
    let mut ends: Vec<(u32, f32)> = Vec::new();
    for (at, hit) in hits.iter().enumerate().filter(|(_, hit)| !hit.is_exact()) {
        let coverage = coverage(corpus, hit);
        let inner = hits[at + 1..].iter().take_while(|other| other.start < hit.end);
        let inner = inner.filter(|other| other.end <= hit.end && self::coverage(corpus, other) > coverage);
        // The most that can be had by the hits that end before a place, by rising places.
        ends.clear();
        let mut inner: Vec<&Hit> = inner.collect();
        inner.sort_by_key(|other| other.end);
        for other in inner {
            let before = ends.partition_point(|(end, _)| *end <= other.start);
            let sum = before.checked_sub(1).map_or(0.0, |place| ends[place].1) + other.worth(corpus);
            if ends.last().is_none_or(|(_, most)| sum > *most) {
                ends.push((other.end, sum));
            }
        }
        gone[at] = ends.last().is_some_and(|(_, most)| *most > hit.worth(corpus));
    }
    take(hits, &gone);
}

/// Takes out hits all of whose words another hit has.
fn contained(corpus: &Corpus, hits: &mut Vec<Hit>) -> Vec<Hit> {
    order(hits);
    let mut gone = vec![false; hits.len()];
    for one in 0..hits.len() {
        for next in one + 1..hits.len() {
            if gone[one] || hits[next].start >= hits[one].end {
                break;
            }
            if gone[next] {
                continue;
            }
            let (this, other) = (&hits[one], &hits[next]);
            let same = this.length == other.length && this.contains(other);
            if same {
                let better = coverage(corpus, this) >= coverage(corpus, other);
                gone[if better { next } else { one }] = true;
            } else if this.contains(other) || other.contains(this) {
                // The larger one stays, unless it is a copy of something of which so much is missing that it says less.
                gone[if this.worth(corpus) >= other.worth(corpus) { next } else { one }] = true;
            }
        }
    }
    take(hits, &gone)
}

fn coverage(corpus: &Corpus, hit: &Hit) -> f32 {
    corpus.rule(hit.rule).map_or(0.0, |rule| hit.coverage(rule))
}

/// Takes the marked hits out.
fn take(hits: &mut Vec<Hit>, gone: &[bool]) -> Vec<Hit> {
    let mut marks = gone.iter();
    hits.extract_if(.., |_| marks.next().copied().unwrap_or(false)).collect()
}

/// Takes out hits that overlap a better one too much.
fn overlapping(corpus: &Corpus, hits: &mut Vec<Hit>) -> Vec<Hit> {
    order(hits);
    let mut gone = vec![false; hits.len()];
    let mut previous: Option<usize> = None;
    for one in 0..hits.len() {
        for next in one + 1..hits.len() {
            if gone[one] || hits[next].start >= hits[one].end {
                break;
            }
            if gone[next] {
                continue;
            }
            match worse(corpus, &hits[one], &hits[next])
                .filter(|side| !loses_version(corpus, &hits[one], &hits[next], *side))
            {
                Some(Side::This) => gone[one] = true,
                Some(Side::Other) => gone[next] = true,
                None => gone[one] = previous.is_some_and(|before| squeezed(hits, before, one, next)),
            }
        }
        if !gone[one] {
            previous = Some(one);
        }
    }
    take(hits, &gone)
}

/// Whether the hit before and the one behind together have most of this one's words.
fn squeezed(hits: &[Hit], before: usize, this: usize, next: usize) -> bool {
    let (before, this, next) = (&hits[before], &hits[this], &hits[next]);
    let (left, right) = (this.overlap(before), this.overlap(next));
    left > 0 && right > 0 && before.overlap(next) == 0 && (left + right) as f32 >= this.length as f32 * NEARLY_ALL
}

/// Whether dropping the one of two would keep a GNU licence's bare name and lose the version that follows it.
fn loses_version(corpus: &Corpus, this: &Hit, other: &Hit, side: Side) -> bool {
    let (kept, lost) = match side {
        Side::This => (other, this),
        Side::Other => (this, other),
    };
    let expression = |hit: &Hit| corpus.rule(hit.rule).map_or("", |rule| corpus.expression(rule));
    let (kept_says, lost_says) = (expression(kept), expression(lost));
    lost.end > kept.end
        && kept_says != lost_says
        && BARE.iter().any(|(bare, family)| kept_says == *bare && lost_says.starts_with(family))
}

#[derive(Clone, Copy)]
enum Side {
    This,
    Other,
}

/// Which of two hits goes, if one does.
fn worse(corpus: &Corpus, this: &Hit, other: &Hit) -> Option<Side> {
    let shared = this.overlap(other);
    let (this_rule, other_rule) = (corpus.rule(this.rule)?, corpus.rule(other.rule)?);
    let both_false = this_rule.kind == RuleKind::FalsePositive && other_rule.kind == RuleKind::FalsePositive;
    if shared == 0 || both_false {
        return None;
    }
    let of_this = shared as f32 / this.length.max(1) as f32;
    let of_other = shared as f32 / other.length.max(1) as f32;
    let (this_worth, other_worth) = (this.worth(corpus), other.worth(corpus));
    let longer = this_worth >= other_worth;
    let shorter = this_worth <= other_worth;
    let richer = longer && this.high >= other.high;
    let poorer = shorter && this.high <= other.high;
    if of_other >= NEARLY_ALL && longer {
        return Some(Side::Other);
    }
    if of_this >= NEARLY_ALL && shorter {
        return Some(Side::This);
    }
    if of_other >= MOST && richer {
        return Some(Side::Other);
    }
    if of_this >= MOST && poorer {
        return Some(Side::This);
    }
    let this_says = || says_all(corpus.expression(this_rule), corpus.expression(other_rule));
    let other_says = || says_all(corpus.expression(other_rule), corpus.expression(this_rule));
    if of_this.max(of_other) >= MUCH {
        if richer && this_says() {
            return Some(Side::Other);
        }
        if poorer && other_says() {
            return Some(Side::This);
        }
    }
    if of_other >= SOME && this.surrounds(other) && richer && this_says() {
        return Some(Side::Other);
    }
    if of_this >= SOME && other.surrounds(this) && poorer && other_says() {
        return Some(Side::This);
    }
    None
}

/// Whether an expression names every licence that another does.
fn says_all(expression: &str, other: &str) -> bool {
    expression == other || ids(other).all(|id| ids(expression).any(|own| own == id))
}

/// Puts back the hits that share no word with those that stand.
fn restore(hits: &mut Vec<Hit>, gone: &mut Vec<Hit>) {
    let end = hits.iter().chain(gone.iter()).map(|hit| hit.end as usize).max().unwrap_or_default();
    let mut taken = vec![false; end];
    for (first, last) in hits.iter().flat_map(Hit::ranges) {
        taken[first as usize..last as usize].fill(true);
    }
    gone.retain(|hit| hit.ranges().all(|(first, last)| !taken[first as usize..last as usize].contains(&true)));
    hits.append(gone);
    order(hits);
}

/// Words from which on a matched text counts as one: what it mentions between its matched words is part of it.
const ENCLOSING: u32 = 100;

/// Drops names of licences that stand between the words of a licence's text, where a copy was altered.
fn drop_enclosed(corpus: &Corpus, hits: &mut Vec<Hit>) {
    // Hits are in order: a text that encloses one begins no later than it.
    let mut enclosed = 0;
    hits.retain(|hit| {
        let Some(rule) = corpus.rule(hit.rule) else { return false };
        if rule.kind == RuleKind::Text && hit.length >= ENCLOSING {
            enclosed = enclosed.max(hit.end);
        }
        let bare = !matches!(rule.kind, RuleKind::Text | RuleKind::Notice);
        !(bare && hit.length < ENCLOSING && hit.end <= enclosed)
    });
}

/// Hits of a list that are drawn together: at least this many, standing close together.
const LIST: usize = 15;
/// A text that names so many different licences, and states none of these, is about licences.
const MANY: usize = 40;
/// Most words between two entries of a list.
const LIST_GAP: u32 = 10;
/// Longest entry of a list, words.
const ENTRY: u32 = 20;

/// Drops what stands in a list of licence names, such as tools that deal with licences carry.
fn drop_lists(corpus: &Corpus, hits: &mut Vec<Hit>) {
    if hits.len() < LIST {
        return;
    }
    let entry = |hit: &Hit| {
        let rule = corpus.rule(hit.rule);
        let bare = rule.is_some_and(|rule| !matches!(rule.kind, RuleKind::Text | RuleKind::Notice));
        bare && hit.is_exact() && hit.length <= ENTRY
    };
    let different = |group: &[Hit]| {
        let rules = group.iter().filter_map(|hit| corpus.rule(hit.rule));
        rules.map(|rule| rule.expression).collect::<HashSet<u16>>().len()
    };
    let entries: Vec<Hit> = hits.iter().filter(|hit| entry(hit)).cloned().collect();
    if different(&entries) >= MANY {
        hits.retain(|hit| !entry(hit));
        return;
    }
    let mut gone = vec![false; hits.len()];
    let mut first = 0;
    while first < hits.len() {
        let mut last = first;
        while last + 1 < hits.len()
            && entry(&hits[last])
            && entry(&hits[last + 1])
            && hits[last + 1].start.saturating_sub(hits[last].end) <= LIST_GAP
        {
            last += 1;
        }
        let group = &hits[first..=last];
        let different = different(group);
        if group.len() >= LIST && (different * 3 > group.len() || different >= LIST / 3) {
            gone[first..=last].fill(true);
        }
        first = last + 1;
    }
    take(hits, &gone);
}

//! A company's own code and open source hold the same: which of the two has it from the other.
//!
//! The dates of the releases say it. It is internal reuse where the own release is dated earlier than every open-source
//! component's first release that holds it, and open source in every other case: where that one is as early, and where
//! a date that is missing may be earlier. So a missing date never hides a duty; at worst it names one that there is not.
//! Of a piece of a file the own side counts from the release that holds all of it, the other from the first that holds
//! any of it, for the same reason.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::attribute::catalog::{Catalog, Number, Releases, Source};
use crate::attribute::member;
use crate::attribute::release;
use crate::model::evidence::SnippetMatch;
use crate::model::finding::Origin;
use crate::model::ids::ContentId;

/// Share of a stretch's lines that another must hold to be about the same code.
pub const SAME_LINES: f32 = 0.5;

/// When a component first held some code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The component.
    pub component: Number,
    /// The earliest dated release that holds it: ISO date, and its place among the component's.
    pub dated: Option<(String, u32)>,
    /// Whether an older release without a date holds it, too.
    pub maybe_older: bool,
}

/// Whether own code came before all that open source holds of it. The others are looked at until one is not later.
pub fn is_earlier(own: &[Since], open: impl IntoIterator<Item = Since>) -> bool {
    let Some(own) = own.iter().filter_map(|since| Some(&since.dated.as_ref()?.0)).min() else { return false };
    open.into_iter().all(|since| !since.maybe_older && since.dated.is_some_and(|(date, _)| date > *own))
}

/// What the two sides make of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contest {
    /// The side that has the whole file from the other; nothing where only one holds it.
    pub loser: Option<Origin>,
    /// Open source that holds what is internal reuse, later.
    pub later: Vec<Since>,
}

/// Contests by the number of their file.
pub type Contests = BTreeMap<u32, Contest>;

/// Looks dates up; a component's releases are read once.
#[derive(Default)]
pub struct Dates {
    releases: HashMap<Number, Rc<Releases>>,
}

impl Dates {
    fn releases(&mut self, catalog: &Catalog<'_>, component: Number) -> Rc<Releases> {
        self.releases.entry(component).or_insert_with(|| Rc::new(catalog.releases(component))).clone()
    }

    /// Since when a component holds contents as a whole, in these lineages.
    pub fn of_whole(&mut self, catalog: &Catalog<'_>, component: Number, held: &[(ContentId, Source)]) -> Since {
        let known = self.releases(catalog, component);
        let mut spans = Vec::new();
        for (content, source) in held {
            let Some(lineage) = catalog.lineage(*source) else { continue };
            spans.extend(member::spans(&lineage, *content, &known, *source));
        }
        since(component, &known, release::join(spans))
    }

    /// Since when a component holds a piece: any of it, or where it is own code, all of it.
    pub fn of_piece(&mut self, catalog: &Catalog<'_>, component: Number, part: &SnippetMatch) -> Since {
        let known = self.releases(catalog, component);
        let mut spans = Vec::new();
        let mut all_since = 0;
        for vote in &part.votes {
            let Some(home) = catalog.home(Source { index: part.index, lineage: part.lineage }) else { continue };
            let mut own = Vec::new();
            known.spans(home, vote.releases, &mut own);
            all_since = all_since.max(own.first().map_or(0, |(first, _)| *first));
            spans.extend(own);
        }
        if catalog.entry(component).origin == Origin::Internal {
            spans.retain_mut(|(first, last)| {
                *first = all_since.max(*first);
                first <= last
            });
        }
        since(component, &known, release::join(spans))
    }
}

/// Of joined spans of a component's releases.
fn since(component: Number, known: &Releases, spans: Vec<(u32, u32)>) -> Since {
    let holding = || {
        let places = spans.iter().flat_map(|(first, last)| *first..=*last);
        places.filter_map(|place| Some((known.all.get(place as usize)?.released.as_ref(), place)))
    };
    let dated = holding().filter_map(|(date, place)| Some((date?.clone(), place))).min();
    let maybe_older = holding().next().is_none_or(|(date, _)| date.is_none());
    Since { component, dated, maybe_older }
}

/// Whether most lines of one piece are lines of the other.
pub fn is_same(one: &SnippetMatch, other: &SnippetMatch) -> bool {
    let lines = |part: &SnippetMatch| {
        release::join(part.ranges.iter().map(|range| (range.lines.first, range.lines.last)).collect())
    };
    let (own, theirs) = (lines(one), lines(other));
    shared(&own, &theirs) as f32 >= SAME_LINES * release::count(&own).max(1) as f32
}

/// Lines in both of two lists of joined spans.
fn shared(one: &[(u32, u32)], other: &[(u32, u32)]) -> u64 {
    let (mut at, mut beside, mut sum) = (0, 0, 0);
    while let (Some((first, last)), Some((from, to))) = (one.get(at), other.get(beside)) {
        let (start, end) = (first.max(from), last.min(to));
        sum += u64::from(end.saturating_add(1).saturating_sub(*start));
        if last < to { at += 1 } else { beside += 1 }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::catalog::Release;
    use crate::model::ids::{ComponentId, IndexNo};

    fn releases(dates: &[Option<&str>]) -> Releases {
        let release = |(at, date): (usize, &Option<&str>)| Release {
            version: format!("1.{at}"),
            released: date.map(str::to_string),
            license: None,
        };
        Releases::merge(vec![((IndexNo(0), ComponentId(0)), dates.iter().enumerate().map(release).collect())])
    }

    fn of(dates: &[Option<&str>], spans: &[(u32, u32)]) -> Since {
        since(Number(0), &releases(dates), spans.to_vec())
    }

    #[test]
    fn the_earliest_date_counts_and_an_undated_release_before_it_may_be_earlier() {
        let dates = [None, Some("2019-01-01"), None, Some("2018-01-01")];
        let found = of(&dates, &[(1, 3)]);
        assert_eq!((found.dated, found.maybe_older), (Some(("2018-01-01".into(), 3)), false));
        assert!(of(&dates, &[(0, 1)]).maybe_older && of(&dates, &[]).maybe_older && of(&dates, &[(9, 9)]).maybe_older);
    }

    #[test]
    fn own_code_must_be_earlier_beyond_doubt() {
        let (early, late, unknown) = ([Some("2010-01-01")], [Some("2020-01-01")], [None]);
        let of = |dates: &[Option<&str>]| of(dates, &[(0, 0)]);
        assert!(is_earlier(&[of(&early)], [of(&late)]) && is_earlier(&[of(&unknown), of(&early)], [of(&late)]));
        assert!(!is_earlier(&[of(&late)], [of(&early)]), "the other way round");
        assert!(!is_earlier(&[of(&early)], [of(&early)]), "the same day");
        assert!(!is_earlier(&[of(&unknown)], [of(&late)]), "no own date");
        assert!(!is_earlier(&[of(&early)], [of(&unknown)]), "no other date");
        assert!(!is_earlier(&[of(&early)], [of(&late), of(&unknown)]), "one that may be older");
        let older = super::since(Number(0), &releases(&[None, Some("2020-01-01")]), vec![(0, 1)]);
        assert!(!is_earlier(&[of(&early)], [older]), "an older release without a date");
    }

    #[test]
    fn lines_in_common_are_counted_once() {
        assert_eq!(shared(&[(1, 10), (20, 30)], &[(5, 22), (30, 40)]), 6 + 3 + 1);
        assert_eq!(shared(&[(1, 10)], &[(11, 12)]), 0);
        assert_eq!(shared(&[], &[(1, 2)]), 0);
    }
}

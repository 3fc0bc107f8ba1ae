//! The components that a scan's evidence names, the same one in several indexes counted once.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::attribute::claim;
use crate::index::lineage::Segment;
use crate::index::reader::{Index, Lineage};
use crate::index::set::Indexes;
use crate::index::version;
use crate::model::evidence::WholeMatch;
use crate::model::ids::{ComponentId, ContentId, IndexNo, LineageId, ReleaseRange};
use crate::model::limits::{HOLDERS, RIVALS};
use crate::model::purl::short_name;

/// A component of the catalogue. Numbers follow the order in which evidence names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub u32);

/// A component that evidence names.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Purl without version.
    pub base: String,
    /// Its last part.
    pub name: String,
    /// Where it is indexed: every index that holds it, be it named in this one's evidence or not.
    pub sources: Vec<(IndexNo, ComponentId)>,
}

/// A lineage of an index of the scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The index.
    pub index: IndexNo,
    /// The lineage.
    pub lineage: LineageId,
}

/// One release of a component, whichever index tells of it.
#[derive(Clone, Debug)]
pub struct Release {
    /// Version.
    pub version: String,
    /// SPDX expression, if known.
    pub license: Option<String>,
}

/// A component's releases, oldest first, those of several indexes merged by version.
#[derive(Clone, Debug, Default)]
pub struct Releases {
    /// Oldest first.
    pub all: Vec<Release>,
    /// For each index the place of its releases in `all`.
    places: HashMap<IndexNo, Vec<u32>>,
}

impl Releases {
    /// Places `first..=last` in `all` of the releases in a range of an index.
    pub fn spans(&self, index: IndexNo, range: ReleaseRange, out: &mut Vec<(u32, u32)>) {
        let Some(places) = self.places.get(&index) else { return };
        let end = (range.last.0 as usize).saturating_add(1).min(places.len());
        for place in places.get(range.first.0 as usize..end).unwrap_or_default() {
            match out.last_mut() {
                Some((_, last)) if *last + 1 == *place => *last = *place,
                _ => out.push((*place, *place)),
            }
        }
    }

    /// The place of a version.
    #[cfg(test)]
    pub fn place(&self, version: &str) -> Option<usize> {
        self.all.iter().position(|release| release.version == version)
    }

    /// Merges lists that are each sorted by version.
    pub fn merge(lists: Vec<(IndexNo, Vec<Release>)>) -> Releases {
        let mut all: Vec<Release> = lists.iter().flat_map(|(_, list)| list.iter().cloned()).collect();
        all.sort_by(|one, other| {
            version::compare(&one.version, &other.version).then(one.license.is_none().cmp(&other.license.is_none()))
        });
        all.dedup_by(|later, earlier| later.version == earlier.version);
        let find = |release: &Release| {
            all.binary_search_by(|other| version::compare(&other.version, &release.version)).unwrap_or(0) as u32
        };
        let places = lists.iter().map(|(index, list)| (*index, list.iter().map(find).collect())).collect();
        Releases { all, places }
    }
}

/// A file of a component in one index, through its releases.
#[derive(Clone, Debug)]
pub struct ComponentFile {
    /// The index.
    pub index: IndexNo,
    /// Path in the releases.
    pub path: String,
    /// Its contents.
    pub segments: Vec<Segment>,
}

impl ComponentFile {
    /// Places of the releases that have it.
    pub fn spans(&self, releases: &Releases) -> Vec<(u32, u32)> {
        let mut out = Vec::new();
        self.segments.iter().for_each(|segment| releases.spans(self.index, segment.releases, &mut out));
        out
    }
}

/// Votes on who took from whom: sum and number, the lower component first.
#[derive(Default)]
struct Relations {
    votes: HashMap<(Number, Number), (i64, u32)>,
}

impl Relations {
    fn add(&mut self, one: Number, other: Number, vote: i32) {
        let (pair, vote) = if one < other { ((one, other), vote) } else { ((other, one), -vote) };
        let (sum, count) = self.votes.entry(pair).or_default();
        *sum += i64::from(vote);
        *count = count.saturating_add(1);
    }

    fn mean(&self, one: Number, other: Number) -> (i32, u32) {
        let pair = (one.min(other), one.max(other));
        let Some((sum, count)) = self.votes.get(&pair) else { return (0, 0) };
        let mean = (sum / i64::from(*count)) as i32;
        (if one < other { mean } else { -mean }, *count)
    }
}

/// The components seen so far.
pub struct Catalog<'a> {
    indexes: &'a Indexes,
    by_id: HashMap<(IndexNo, ComponentId), Number>,
    entries: Vec<Entry>,
    /// What the tree says of components that no index holds together.
    observed: Relations,
}

impl<'a> Catalog<'a> {
    /// An empty one.
    pub fn new(indexes: &'a Indexes) -> Catalog<'a> {
        let observed = Relations::default();
        Catalog { indexes, by_id: HashMap::new(), entries: Vec::new(), observed }
    }

    /// An index of the scan.
    pub fn index(&self, number: IndexNo) -> Option<&'a Index> {
        self.indexes.get(number)
    }

    /// A component.
    pub fn entry(&self, number: Number) -> &Entry {
        &self.entries[number.0 as usize]
    }

    /// Components seen so far.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The number of an index's component, given now if it is new.
    pub fn number(&mut self, index: IndexNo, component: ComponentId) -> Option<Number> {
        if let Some(number) = self.by_id.get(&(index, component)) {
            return Some(*number);
        }
        let base = self.indexes.get(index)?.component_base(component)?;
        let number = Number(self.entries.len() as u32);
        let held = self.indexes.iter().filter_map(|(index, open)| Some((index, open.find_component(base)?)));
        let sources: Vec<(IndexNo, ComponentId)> = held.collect();
        self.by_id.extend(sources.iter().map(|source| (*source, number)));
        self.entries.push(Entry { base: base.to_string(), name: short_name(base), sources });
        Some(number)
    }

    /// The component of a lineage.
    pub fn owner(&mut self, source: Source) -> Option<Number> {
        let component = self.indexes.get(source.index)?.component_of(source.lineage);
        self.number(source.index, component)
    }

    /// The component of a lineage, if it was numbered.
    pub fn known(&self, source: Source) -> Option<Number> {
        let component = self.indexes.get(source.index)?.component_of(source.lineage);
        self.by_id.get(&(source.index, component)).copied()
    }

    /// A lineage's record.
    pub fn lineage(&self, source: Source) -> Option<Lineage> {
        self.indexes.get(source.index)?.lineage(source.lineage)
    }

    /// The lineages that hold a content, at most [`HOLDERS`], each with its component.
    pub fn holders(&mut self, index: IndexNo, content: ContentId) -> Vec<(Number, Source)> {
        let Some(open) = self.indexes.get(index) else { return Vec::new() };
        let holders = open.holders(content);
        let numbered = holders.into_iter().take(HOLDERS).map(|lineage| Source { index, lineage });
        numbered.filter_map(|source| Some((self.owner(source)?, source))).collect()
    }

    /// The lineages of one component that hold a content.
    pub fn holders_of(&self, index: IndexNo, content: ContentId, component: Number) -> Vec<Source> {
        let Some(open) = self.indexes.get(index) else { return Vec::new() };
        let own = |lineage: &LineageId| {
            self.by_id.get(&(index, open.component_of(*lineage))).is_some_and(|number| *number == component)
        };
        let holders = open.holders(content);
        holders.into_iter().take(HOLDERS).filter(own).map(|lineage| Source { index, lineage }).collect()
    }

    /// A component's files in all releases. Nothing if it has more than `limit` lineages: it is too large to be looked at as
    /// a whole.
    pub fn files(&self, number: Number, limit: u32) -> Vec<ComponentFile> {
        let mut out = Vec::new();
        for (index, component) in &self.entry(number).sources {
            let Some(open) = self.index(*index) else { continue };
            let Some(found) = open.component(*component) else { continue };
            if found.lineages.len() > limit as usize {
                return Vec::new();
            }
            let lineages = found.lineages.filter_map(|lineage| open.lineage(LineageId(lineage)));
            out.extend(lineages.map(|lineage| ComponentFile {
                index: *index,
                path: lineage.path,
                segments: lineage.segments,
            }));
        }
        out
    }

    /// The mean vote that `one` is the origin and `other` the taker, hundredths, and the contents it rests on: those that
    /// an index knows, or where none holds both, those that the tree shows.
    pub fn relation(&self, one: Number, other: Number) -> (i32, u32) {
        let (mut sum, mut count) = (0_i64, 0_u32);
        for (index, left) in &self.entry(one).sources {
            for (_, right) in self.entry(other).sources.iter().filter(|(theirs, _)| theirs == index) {
                let Some((score, shared)) = self.index(*index).and_then(|open| open.relation(*left, *right)) else {
                    continue;
                };
                sum += i64::from(score) * i64::from(shared);
                count = count.saturating_add(shared);
            }
        }
        if count == 0 { self.observed.mean(one, other) } else { ((sum / i64::from(count)) as i32, count) }
    }

    /// Whether there are several indexes.
    pub fn is_spread(&self) -> bool {
        self.indexes.len() > 1
    }

    /// Learns of the relations that no index can know, its components being spread over several, from the contents of a
    /// tree. Each is to be given once.
    pub fn observe(&mut self, whole: &[WholeMatch]) {
        // Whoever holds it in one index only is known to that index.
        if whole.iter().all(|one| Some(one.index) == whole.first().map(|first| first.index)) {
            return;
        }
        let held = claim::held(self, whole);
        let held = &held[..held.len().min(RIVALS)];
        let mut votes = Vec::new();
        for (at, one) in held.iter().enumerate() {
            let apart = held[at + 1..].iter().filter(|other| !self.are_together(one.component, other.component));
            votes.extend(apart.map(|other| (one.component, other.component, claim::vote(self, one, other))));
        }
        votes.into_iter().for_each(|(one, other, vote)| self.observed.add(one, other, vote));
    }

    /// Whether an index holds both.
    fn are_together(&self, one: Number, other: Number) -> bool {
        let theirs = &self.entry(other).sources;
        self.entry(one).sources.iter().any(|(index, _)| theirs.iter().any(|(other, _)| other == index))
    }

    /// The lineages that a component has at the path of one of its lineages, that one and its like in other indexes.
    pub fn alike(&self, source: Source, path: &str) -> Vec<(Source, Lineage)> {
        let sources = self.known(source).map_or(&[][..], |number| &self.entry(number).sources);
        if sources.len() < 2 {
            return self.lineage(source).map(|lineage| (source, lineage)).into_iter().collect();
        }
        let found = sources.iter().filter_map(|(index, component)| {
            let (lineage, record) = self.index(*index)?.find_lineage(*component, path)?;
            Some((Source { index: *index, lineage }, record))
        });
        found.collect()
    }

    /// A component's releases.
    pub fn releases(&self, number: Number) -> Releases {
        let list = |(index, component): &(IndexNo, ComponentId)| {
            let found = self.index(*index)?.component(*component)?;
            let release =
                |release: crate::index::reader::Release| Release { version: release.version, license: release.license };
            Some((*index, found.releases.into_iter().map(release).collect()))
        };
        Releases::merge(self.entry(number).sources.iter().filter_map(list).collect())
    }

    /// Bytes of a file in its first release; 0 if it has none.
    pub fn size(&self, file: &ComponentFile) -> u64 {
        let first = file.segments.first();
        first.and_then(|segment| Some(self.index(file.index)?.content_size(segment.content))).unwrap_or(0)
    }

    /// An order of components that does not depend on how they were numbered.
    pub fn by_name(&self, one: Number, other: Number) -> Ordering {
        self.entry(one).base.cmp(&self.entry(other).base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ReleaseNo;

    fn list(versions: &[&str], license: Option<&str>) -> Vec<Release> {
        let release = |version: &&str| Release { version: version.to_string(), license: license.map(str::to_string) };
        versions.iter().map(release).collect()
    }

    #[test]
    fn what_a_tree_shows_of_two_components_is_a_mean_either_way_round() {
        let mut relations = Relations::default();
        assert_eq!(relations.mean(Number(0), Number(1)), (0, 0));
        relations.add(Number(0), Number(1), 500);
        relations.add(Number(1), Number(0), -300);
        assert_eq!(relations.mean(Number(0), Number(1)), (400, 2));
        assert_eq!(relations.mean(Number(1), Number(0)), (-400, 2));
    }

    #[test]
    fn releases_of_two_indexes_are_one_list() {
        let lists =
            vec![(IndexNo(0), list(&["1.0", "1.2"], None)), (IndexNo(1), list(&["1.0", "1.1", "1.2"], Some("MIT")))];
        let merged = Releases::merge(lists);
        let versions: Vec<&str> = merged.all.iter().map(|release| release.version.as_str()).collect();
        assert_eq!(versions, ["1.0", "1.1", "1.2"]);
        assert!(merged.all.iter().all(|release| release.license.as_deref() == Some("MIT")));
        assert_eq!(merged.place("1.1"), Some(1));
        let range = ReleaseRange { first: ReleaseNo(0), last: ReleaseNo(1) };
        let (mut first, mut second) = (Vec::new(), Vec::new());
        merged.spans(IndexNo(0), range, &mut first);
        merged.spans(IndexNo(1), range, &mut second);
        assert_eq!((first, second), (vec![(0, 0), (2, 2)], vec![(0, 1)]));
    }
}

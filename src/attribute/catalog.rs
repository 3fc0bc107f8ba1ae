//! The components that a scan's evidence names, the same one in several indexes counted once.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::index::lineage::Segment;
use crate::index::reader::{Index, Lineage};
use crate::index::set::Indexes;
use crate::index::version;
use crate::model::ids::{ComponentId, ContentId, IndexNo, LineageId, ReleaseRange};
use crate::model::limits::HOLDERS;
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
    /// Where it is indexed.
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

/// The components seen so far.
pub struct Catalog<'a> {
    indexes: &'a Indexes,
    by_id: HashMap<(IndexNo, ComponentId), Number>,
    by_base: HashMap<String, Number>,
    entries: Vec<Entry>,
}

impl<'a> Catalog<'a> {
    /// An empty one.
    pub fn new(indexes: &'a Indexes) -> Catalog<'a> {
        Catalog { indexes, by_id: HashMap::new(), by_base: HashMap::new(), entries: Vec::new() }
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
        let number = match self.by_base.get(base) {
            Some(number) => *number,
            None => {
                let number = Number(self.entries.len() as u32);
                self.by_base.insert(base.to_string(), number);
                self.entries.push(Entry { base: base.to_string(), name: short_name(base), sources: Vec::new() });
                number
            }
        };
        self.entries[number.0 as usize].sources.push((index, component));
        self.by_id.insert((index, component), number);
        Some(number)
    }

    /// The component of a lineage.
    pub fn owner(&mut self, source: Source) -> Option<Number> {
        let component = self.indexes.get(source.index)?.component_of(source.lineage);
        self.number(source.index, component)
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

    /// The mean vote that `one` is the origin and `other` the taker, hundredths, and the contents it rests on.
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
        if count == 0 { (0, 0) } else { ((sum / i64::from(count)) as i32, count) }
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

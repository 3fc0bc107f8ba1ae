//! The components that a scan's evidence names, the same one in several indexes, or under several purls, counted once.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::attribute::claim;
use crate::attribute::kin::Kin;
use crate::attribute::naming;
use crate::index::lineage::Segment;
use crate::index::reader::{Index, Lineage};
use crate::index::release_lines::Moves;
use crate::index::set::Indexes;
use crate::index::version;
use crate::model::evidence::WholeMatch;
use crate::model::finding::Origin;
use crate::model::ids::{ComponentId, ContentId, IndexNo, LineageId, ReleaseNo, ReleaseRange};
use crate::model::limits::{HOLDERS, RIVALS};
use crate::model::purl::short_name;

/// A component of the catalogue. Numbers follow the order in which evidence names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub u32);

/// A component of one index.
pub type Home = (IndexNo, ComponentId);

/// A component that evidence names.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Purl without version.
    pub base: String,
    /// Its last part.
    pub name: String,
    /// Other purls of it, without version; sorted.
    pub aliases: Vec<String>,
    /// Whose code it is.
    pub origin: Origin,
    /// Where it is indexed, under whichever of its names: in every index that holds it, be it named in this one's evidence
    /// or not.
    pub sources: Vec<Home>,
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
    /// ISO date, if known.
    pub released: Option<String>,
    /// SPDX expression, if known.
    pub license: Option<String>,
}

/// A component's releases, oldest first, those of several indexes, or of several names, merged by version.
#[derive(Clone, Debug, Default)]
pub struct Releases {
    /// Oldest first.
    pub all: Vec<Release>,
    /// For each component of an index the place of its releases in `all`.
    places: HashMap<Home, Vec<u32>>,
}

impl Releases {
    /// Places `first..=last` in `all` of the releases in a range of a component of an index.
    pub fn spans(&self, home: Home, range: ReleaseRange, out: &mut Vec<(u32, u32)>) {
        let Some(places) = self.places.get(&home) else { return };
        let end = (range.last.0 as usize).saturating_add(1).min(places.len());
        for place in places.get(range.first.0 as usize..end).unwrap_or_default() {
            match out.last_mut() {
                Some((_, last)) if *last + 1 == *place => *last = *place,
                _ => out.push((*place, *place)),
            }
        }
    }

    /// The number that a component of an index has for the release at a place in `all`; `None` where it does not hold it.
    pub fn number(&self, home: Home, place: usize) -> Option<ReleaseNo> {
        let places = self.places.get(&home)?;
        places.iter().zip(0..).find(|(own, _)| **own as usize == place).map(|(_, number)| ReleaseNo(number))
    }

    /// The place of a version.
    #[cfg(test)]
    pub fn place(&self, version: &str) -> Option<usize> {
        self.all.iter().position(|release| release.version == version)
    }

    /// Merges lists that are each sorted by version.
    pub fn merge(lists: Vec<(Home, Vec<Release>)>) -> Releases {
        let mut all: Vec<Release> = lists.iter().flat_map(|(_, list)| list.iter().cloned()).collect();
        all.sort_by(|one, other| {
            version::compare(&one.version, &other.version).then(one.license.is_none().cmp(&other.license.is_none()))
        });
        all.dedup_by(|later, earlier| {
            let same = later.version == earlier.version;
            if same {
                // The earlier of two dates, the known one of one.
                let dates = [earlier.released.take(), later.released.take()];
                earlier.released = dates.into_iter().flatten().min();
            }
            same
        });
        let find = |release: &Release| {
            all.binary_search_by(|other| version::compare(&other.version, &release.version)).unwrap_or(0) as u32
        };
        let places = lists.iter().map(|(home, list)| (*home, list.iter().map(find).collect())).collect();
        Releases { all, places }
    }
}

/// A file of a component in one index, through its releases.
#[derive(Clone, Debug)]
pub struct ComponentFile {
    /// The index.
    pub index: IndexNo,
    /// The component there.
    pub component: ComponentId,
    /// Path in the releases.
    pub path: String,
    /// Its contents.
    pub segments: Vec<Segment>,
}

impl ComponentFile {
    /// Places of the releases that have it.
    pub fn spans(&self, releases: &Releases) -> Vec<(u32, u32)> {
        let mut out = Vec::new();
        self.segments.iter().for_each(|segment| releases.spans(self.home(), segment.releases, &mut out));
        out
    }

    /// The component in its index.
    pub fn home(&self) -> Home {
        (self.index, self.component)
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
    kin: &'a Kin,
    by_id: HashMap<Home, Number>,
    by_base: HashMap<(Origin, String), Number>,
    entries: Vec<Entry>,
    /// What the tree says of components that no index holds together.
    observed: Relations,
}

impl<'a> Catalog<'a> {
    /// An empty one; `kin` is of the same indexes.
    pub fn new(indexes: &'a Indexes, kin: &'a Kin) -> Catalog<'a> {
        let (by_id, by_base) = (HashMap::new(), HashMap::new());
        Catalog { indexes, kin, by_id, by_base, entries: Vec::new(), observed: Relations::default() }
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
        let open = self.indexes.get(index)?;
        let origin = Origin::of(open.is_own(component));
        let own = open.component_base(component)?;
        let kinship = self.kin.of_component(origin, own);
        let base = kinship.map_or(own, |kinship| &kinship.base);
        let next = Number(self.entries.len() as u32);
        let number = *self.by_base.entry((origin, base.to_string())).or_insert(next);
        if number == next {
            self.add(number, origin, base, kinship.map_or(&[], |kinship| &kinship.aliases));
        }
        // Where an index is damaged, a component may stand where its purl does not lead.
        if self.by_id.insert((index, component), number).is_none() {
            self.entries[number.0 as usize].sources.push((index, component));
        }
        Some(number)
    }

    /// Adds a component with all that the indexes hold of it, so that it does not depend on the evidence what is known.
    fn add(&mut self, number: Number, origin: Origin, base: &str, aliases: &[String]) {
        let mut sources: Vec<Home> = Vec::new();
        for (index, open) in self.indexes.iter() {
            let names = std::iter::once(base).chain(aliases.iter().map(String::as_str));
            let found = names.filter_map(|name| open.find_component(name));
            sources.extend(found.filter(|found| Origin::of(open.is_own(*found)) == origin).map(|found| (index, found)));
        }
        sources.retain(|home| *self.by_id.entry(*home).or_insert(number) == number);
        let (base, name) = (base.to_string(), short_name(base));
        self.entries.push(Entry { base, name, aliases: aliases.to_vec(), origin, sources });
    }

    /// The component that a lineage belongs to, in its index.
    pub fn home(&self, source: Source) -> Option<Home> {
        Some((source.index, self.indexes.get(source.index)?.component_of(source.lineage)))
    }

    /// How lines of a file in one release move to another.
    pub fn moves(&self, source: Source, from: ReleaseNo, to: ReleaseNo) -> Option<Moves> {
        let units = self.indexes.get(source.index)?.units(source.lineage)?;
        Some(Moves::between(&units, from, to))
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
                component: *component,
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
            let apart = held[at + 1..].iter().filter(|other| self.is_unknown(one.component, other.component));
            votes.extend(apart.map(|other| (one.component, other.component, claim::vote(self, one, other))));
        }
        votes.into_iter().for_each(|(one, other, vote)| self.observed.add(one, other, vote));
    }

    /// Whether no index holds both, and so none can say who took from whom. Own code and open source settle that by date.
    fn is_unknown(&self, one: Number, other: Number) -> bool {
        let (one, other) = (self.entry(one), self.entry(other));
        let is_beside = |index: &IndexNo| other.sources.iter().any(|(theirs, _)| theirs == index);
        one.origin == other.origin && !one.sources.iter().any(|(index, _)| is_beside(index))
    }

    /// The lineages that a component has at the path of one of its lineages: that one, and its like in other indexes and
    /// under other names.
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

    /// The components that the indexes hold by their names, as these compare.
    pub fn names(&self) -> HashMap<String, Vec<Home>> {
        let mut names: HashMap<String, Vec<Home>> = HashMap::new();
        for (number, index) in self.indexes.iter() {
            for component in (0..index.totals().components as u32).map(ComponentId) {
                if let Some(base) = index.component_base(component) {
                    names.entry(naming::folded(base)).or_default().push((number, component));
                }
            }
            for (component, identity) in index.identities() {
                for alias in identity.aliases {
                    names.entry(naming::folded(alias)).or_default().push((number, component));
                }
            }
        }
        names
    }

    /// The versions of a component of an index.
    pub fn versions(&self, (index, component): Home) -> Vec<String> {
        let found = self.index(index).and_then(|index| index.component(component));
        found.map(|found| found.releases.into_iter().map(|release| release.version).collect()).unwrap_or_default()
    }

    /// A component's releases.
    pub fn releases(&self, number: Number) -> Releases {
        let list = |home: &Home| {
            let found = self.index(home.0)?.component(home.1)?;
            let release = |release: crate::index::reader::Release| Release {
                version: release.version,
                released: release.released,
                license: release.license,
            };
            Some((*home, found.releases.into_iter().map(release).collect()))
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
        let key = |number: Number| (&self.entry(number).base, self.entry(number).origin);
        key(one).cmp(&key(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ReleaseNo;

    /// Two components of one index that are one.
    const HOMES: [Home; 2] = [(IndexNo(0), ComponentId(3)), (IndexNo(0), ComponentId(7))];

    fn list(versions: &[&str], license: Option<&str>) -> Vec<Release> {
        // A list without licences has dates.
        let released = license.is_none().then(|| "2020-01-31".to_string());
        let release = |version: &&str| Release {
            version: version.to_string(),
            released: released.clone(),
            license: license.map(str::to_string),
        };
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
    fn releases_of_two_components_are_one_list() {
        let lists =
            vec![(HOMES[0], list(&["1.0", "1.2"], None)), (HOMES[1], list(&["1.0", "1.1", "1.2"], Some("MIT")))];
        let merged = Releases::merge(lists);
        let versions: Vec<&str> = merged.all.iter().map(|release| release.version.as_str()).collect();
        assert_eq!(versions, ["1.0", "1.1", "1.2"]);
        assert!(merged.all.iter().all(|release| release.license.as_deref() == Some("MIT")));
        assert_eq!(merged.place("1.1"), Some(1));
        assert_eq!(
            merged.all.iter().map(|release| release.released.as_deref()).collect::<Vec<_>>(),
            [Some("2020-01-31"), None, Some("2020-01-31")]
        );
        let range = ReleaseRange { first: ReleaseNo(0), last: ReleaseNo(1) };
        let (mut first, mut second) = (Vec::new(), Vec::new());
        merged.spans(HOMES[0], range, &mut first);
        merged.spans(HOMES[1], range, &mut second);
        assert_eq!((first, second), (vec![(0, 0), (2, 2)], vec![(0, 1)]));
    }
}

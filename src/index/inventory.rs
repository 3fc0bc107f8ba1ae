//! What several indexes hold together: every component once, with the releases of all of them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use crate::index::reader::{Index, Release};
use crate::index::version;
use crate::model::ids::ComponentId;

/// A component with the releases that any of the indexes holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Purl without version.
    pub base: String,
    /// Whether it is a company's own code. Own code and open source are never one, whatever they are called.
    pub own: bool,
    /// Other purls of it, without version, that any of the indexes tells of; sorted.
    pub aliases: Vec<String>,
    /// Oldest first. Of a release that several indexes hold, what the first says that knows its licence.
    pub releases: Vec<Release>,
}

/// Components by purl, of one purl open source first; nothing is held in memory but the one that is next.
pub struct Inventory<'a> {
    indexes: &'a [&'a Index],
    /// The next component of each index: purl, whether it is own code, index, number.
    heads: BinaryHeap<Reverse<(&'a str, bool, usize, u32)>>,
}

impl<'a> Inventory<'a> {
    /// Of some indexes.
    pub fn of(indexes: &'a [&'a Index]) -> Inventory<'a> {
        let mut inventory = Inventory { indexes, heads: BinaryHeap::new() };
        (0..indexes.len()).for_each(|at| inventory.queue(at, 0));
        inventory
    }

    fn queue(&mut self, at: usize, number: u32) {
        let Some(index) = self.indexes.get(at) else { return };
        let component = ComponentId(number);
        let base = index.component_base(component);
        self.heads.extend(base.map(|base| Reverse((base, index.is_own(component), at, number))));
    }
}

impl Iterator for Inventory<'_> {
    type Item = Listed;

    fn next(&mut self) -> Option<Listed> {
        let Reverse((base, own, ..)) = *self.heads.peek()?;
        let mut aliases = BTreeSet::new();
        let mut releases = Vec::new();
        while let Some(Reverse((next, next_own, at, number))) = self.heads.peek().copied() {
            if (next, next_own) != (base, own) {
                break;
            }
            self.heads.pop();
            if let Some(index) = self.indexes.get(at) {
                let component = index.component(ComponentId(number));
                releases.extend(component.into_iter().flat_map(|component| component.releases));
                aliases.extend(index.identity(ComponentId(number)).aliases);
            }
            self.queue(at, number + 1);
        }
        let aliases = aliases.into_iter().map(str::to_string).collect();
        Some(Listed { base: base.to_string(), own, aliases, releases: merged(releases) })
    }
}

/// Releases of one component from several indexes, each version once.
fn merged(mut releases: Vec<Release>) -> Vec<Release> {
    releases.sort_by(|one, other| {
        version::compare(&one.version, &other.version).then(one.license.is_none().cmp(&other.license.is_none()))
    });
    releases.dedup_by(|later, earlier| later.version == earlier.version);
    releases
}

/// What indexes hold together, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Components.
    pub components: u64,
    /// Releases.
    pub releases: u64,
    /// Files of those releases, repeated contents included.
    pub files: u64,
    /// Components that are a company's own code.
    pub own: u64,
    /// Other purls of components.
    pub aliases: u64,
}

/// Counts. One index alone knows its numbers.
pub fn figures(indexes: &[&Index]) -> Figures {
    if let [index] = indexes {
        let totals = index.totals();
        return Figures {
            components: totals.components,
            releases: totals.releases,
            files: totals.files,
            own: index.own_components().len() as u64,
            aliases: index.identities().iter().map(|(_, identity)| identity.aliases.len() as u64).sum(),
        };
    }
    let mut figures = Figures::default();
    for listed in Inventory::of(indexes) {
        figures.components += 1;
        figures.releases += listed.releases.len() as u64;
        figures.own += u64::from(listed.own);
        figures.aliases += listed.aliases.len() as u64;
        figures.files += listed.releases.iter().map(|release| u64::from(release.files)).sum::<u64>();
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_listed_once_as_whoever_knows_most_has_it() {
        let release = |version: &str, license: Option<&str>, files| Release {
            version: version.into(),
            released: None,
            license: license.map(str::to_string),
            files,
        };
        let all = vec![
            release("1.0", None, 3),
            release("1.10", None, 5),
            release("1.0", Some("MIT"), 4),
            release("1.9", None, 6),
            release("1.0", Some("ISC"), 9),
        ];
        let expected = [release("1.0", Some("MIT"), 4), release("1.9", None, 6), release("1.10", None, 5)];
        assert_eq!(merged(all), expected);
        assert_eq!(figures(&[]), Figures::default());
    }
}

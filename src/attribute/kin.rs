//! Which components of the indexes are one: one of them says that the other's purl is its own, too.
//!
//! The purl of the whole is that of the component which no other of them calls an alias; of several, or where each calls the
//! other one, the first by text. That depends on the indexes alone, never on the order in which evidence names components.
//! A company's own code and open source are never one, whatever they are called.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::index::set::Indexes;
use crate::model::finding::Origin;

/// Several purls of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinship {
    /// Purl without version that reports name.
    pub base: String,
    /// The others, sorted.
    pub aliases: Vec<String>,
}

/// A component by whose code it is and its purl.
type Name = (Origin, String);

/// The components that have aliases, or are an alias of another one.
#[derive(Debug, Default)]
pub struct Kin {
    all: Vec<Kinship>,
    of: HashMap<Name, usize>,
}

impl Kin {
    /// Of all indexes of a scan.
    pub fn of(indexes: &Indexes) -> Kin {
        let mut said: BTreeMap<Name, BTreeSet<String>> = BTreeMap::new();
        for (_, index) in indexes.iter() {
            for (component, identity) in index.identities() {
                let Some(base) = index.component_base(component) else { continue };
                if !identity.aliases.is_empty() {
                    let aliases = said.entry((Origin::of(identity.own), base.to_string())).or_default();
                    aliases.extend(identity.aliases.iter().map(|alias| alias.to_string()));
                }
            }
        }
        let is_indexed = |(origin, base): &Name| {
            let found = |index: &crate::index::reader::Index| Some(index.is_own(index.find_component(base)?));
            indexes.iter().any(|(_, index)| found(index).is_some_and(|own| Origin::of(own) == *origin))
        };
        Kin::join(&said, is_indexed)
    }

    /// Of what is said of components; `is_indexed` tells whether there is such a component.
    fn join(said: &BTreeMap<Name, BTreeSet<String>>, is_indexed: impl Fn(&Name) -> bool) -> Kin {
        let mut numbers: BTreeMap<Name, usize> = BTreeMap::new();
        let mut links: Vec<(Name, Name)> = Vec::new();
        for (name, aliases) in said {
            let named = aliases.iter().map(|alias| (name.0, alias.clone()));
            links.extend(named.filter(|other| is_indexed(other)).map(|other| (name.clone(), other)));
        }
        let names = said.keys().chain(links.iter().map(|(_, other)| other));
        for name in names {
            let next = numbers.len();
            numbers.entry(name.clone()).or_insert(next);
        }
        let mut leaders: Vec<usize> = (0..numbers.len()).collect();
        for (one, other) in &links {
            let (one, other) = (leader(&mut leaders, numbers[one]), leader(&mut leaders, numbers[other]));
            leaders[one.max(other)] = one.min(other);
        }
        let called: BTreeSet<&Name> =
            links.iter().filter(|(one, other)| one != other).map(|(_, other)| other).collect();
        let mut groups: BTreeMap<usize, Vec<&Name>> = BTreeMap::new();
        for (name, number) in &numbers {
            groups.entry(leader(&mut leaders, *number)).or_default().push(name);
        }
        let mut kin = Kin::default();
        for names in groups.into_values() {
            let first = names.iter().find(|name| !called.contains(**name)).or(names.first());
            let base = first.map(|(_, base)| base.clone()).unwrap_or_default();
            let mut aliases: BTreeSet<String> = names.iter().map(|(_, base)| base.clone()).collect();
            aliases.extend(names.iter().filter_map(|name| said.get(name)).flatten().cloned());
            aliases.remove(&base);
            kin.of.extend(names.iter().map(|name| ((*name).clone(), kin.all.len())));
            kin.all.push(Kinship { base, aliases: aliases.into_iter().collect() });
        }
        kin
    }

    /// What a component is part of; `None` where it has one name only.
    pub fn of_component(&self, origin: Origin, base: &str) -> Option<&Kinship> {
        self.all.get(*self.of.get(&(origin, base.to_string()))?)
    }
}

/// The number that a number was joined to; the way there becomes shorter.
fn leader(leaders: &mut [usize], mut number: usize) -> usize {
    while leaders[number] != number {
        leaders[number] = leaders[leaders[number]];
        number = leaders[number];
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Joins open-source components, each with its aliases; all of them and `more` are indexed.
    fn joined(said: &[(&str, &[&str])], more: &[&str]) -> Kin {
        let own = |text: &str| (Origin::OpenSource, text.to_string());
        let said: BTreeMap<Name, BTreeSet<String>> =
            said.iter().map(|(base, all)| (own(base), all.iter().map(|one| one.to_string()).collect())).collect();
        Kin::join(&said, |name| said.contains_key(name) || more.contains(&name.1.as_str()))
    }

    #[track_caller]
    fn check(kin: &Kin, base: &str, wanted: &str, aliases: &[&str]) {
        let found = kin.of_component(Origin::OpenSource, base).expect("other names");
        let expected = Kinship { base: wanted.into(), aliases: aliases.iter().map(|one| one.to_string()).collect() };
        assert_eq!(*found, expected);
    }

    #[test]
    fn aliases_of_no_component_are_names_only() {
        let kin = joined(&[("b", &["a", "c"])], &[]);
        check(&kin, "b", "b", &["a", "c"]);
        assert_eq!(kin.of_component(Origin::OpenSource, "a"), None);
        assert_eq!(kin.of_component(Origin::Internal, "b"), None, "own code of that name is something else");
    }

    #[test]
    fn the_component_that_names_the_others_gives_its_purl() {
        let kin = joined(&[("z", &["a", "d"]), ("d", &["e"])], &["a"]);
        for base in ["z", "a", "d"] {
            check(&kin, base, "z", &["a", "d", "e"]);
        }
    }

    #[test]
    fn of_equals_the_first_by_text_gives_its_purl() {
        for kin in [joined(&[("b", &["a"]), ("a", &["b"])], &[]), joined(&[("a", &["b"]), ("b", &["a"])], &[])] {
            check(&kin, "b", "a", &["b"]);
        }
        let kin = joined(&[("d", &["x"]), ("c", &["x"])], &["x"]);
        ["c", "d", "x"].iter().for_each(|base| check(&kin, base, "c", &["d", "x"]));
    }
}

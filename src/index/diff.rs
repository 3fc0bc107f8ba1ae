//! What one index holds that another does not.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::index::inventory::{Inventory, Listed};
use crate::index::reader::{Index, Release};
use crate::index::version;

/// A release with its component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Purl without version.
    pub base: String,
    /// Whether it is a company's own code.
    pub own: bool,
    /// The release.
    pub release: Release,
}

/// A release that both hold, but not alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Purl without version.
    pub base: String,
    /// Whether it is a company's own code.
    pub own: bool,
    /// As the old index has it.
    pub old: Release,
    /// As the new index has it.
    pub new: Release,
}

/// A component that both hold, but not by the same other purls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Purl without version.
    pub base: String,
    /// Whether it is a company's own code.
    pub own: bool,
    /// Its other purls in the old index, sorted.
    pub old: Vec<String>,
    /// Its other purls in the new index, sorted.
    pub new: Vec<String>,
}

/// The difference of two indexes. Components are by purl, releases by component and oldest first. What one holds as own code
/// and the other as open source are two components.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Purls without version of which only the new one holds a release.
    pub components_added: Vec<String>,
    /// Purls without version of which only the old one holds a release.
    pub components_removed: Vec<String>,
    /// Releases that only the new one holds, those of added components too.
    pub releases_added: Vec<Held>,
    /// Releases that only the old one holds, those of removed components too.
    pub releases_removed: Vec<Held>,
    /// Releases with another number of files or another recorded licence.
    pub releases_changed: Vec<Changed>,
    /// Components with other aliases.
    pub aliases_changed: Vec<Renamed>,
}

/// Compares the parts of two index files.
pub fn compare(old: &[&Index], new: &[&Index]) -> Difference {
    let mut out = Difference::default();
    let (mut before, mut after) = (Inventory::of(old).peekable(), Inventory::of(new).peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return out,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => (&one.base, one.own).cmp(&(&other.base, other.own)),
        };
        let gone = before.next_if(|_| order.is_le());
        let come = after.next_if(|_| order.is_ge());
        component(gone, come, &mut out);
    }
}

/// Compares a component that at least one of them holds.
fn component(old: Option<Listed>, new: Option<Listed>, out: &mut Difference) {
    let Some((base, own)) = old.as_ref().or(new.as_ref()).map(|listed| (listed.base.clone(), listed.own)) else {
        return;
    };
    if let (Some(old), Some(new)) = (&old, &new)
        && old.aliases != new.aliases
    {
        let (old, new) = (old.aliases.clone(), new.aliases.clone());
        out.aliases_changed.push(Renamed { base: base.clone(), own, old, new });
    }
    if old.is_none() {
        out.components_added.push(base.clone());
    }
    if new.is_none() {
        out.components_removed.push(base.clone());
    }
    let releases = |listed: Option<Listed>| listed.map_or_else(Vec::new, |listed| listed.releases);
    let (old, new) = (releases(old), releases(new));
    let mut known: BTreeMap<String, Release> =
        old.into_iter().map(|release| (release.version.clone(), release)).collect();
    for release in new {
        match known.remove(&release.version) {
            None => out.releases_added.push(Held { base: base.clone(), own, release }),
            Some(old) if (old.files, &old.license) != (release.files, &release.license) => {
                out.releases_changed.push(Changed { base: base.clone(), own, old, new: release });
            }
            Some(_) => {}
        }
    }
    let mut gone: Vec<Release> = known.into_values().collect();
    gone.sort_by(|one, other| version::compare(&one.version, &other.version));
    out.releases_removed.extend(gone.into_iter().map(|release| Held { base: base.clone(), own, release }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(releases: &[(&str, u32, Option<&str>)]) -> Option<Listed> {
        let release = |(version, files, license): &(&str, u32, Option<&str>)| Release {
            version: version.to_string(),
            released: None,
            license: license.map(str::to_string),
            files: *files,
        };
        let releases = releases.iter().map(release).collect();
        Some(Listed { base: "pkg:generic/a".into(), own: false, aliases: Vec::new(), releases })
    }

    fn versions(held: &[Held]) -> Vec<&str> {
        held.iter().map(|held| held.release.version.as_str()).collect()
    }

    #[test]
    fn releases_come_go_and_change() {
        let mut out = Difference::default();
        let old = listed(&[("1.9", 3, None), ("1.10", 3, None), ("2.0", 3, None), ("3.0", 3, Some("MIT"))]);
        let new = listed(&[("2.0", 4, None), ("3.0", 3, Some("ISC")), ("4.0", 1, None)]);
        component(old.clone(), new, &mut out);
        assert_eq!(
            (versions(&out.releases_added), versions(&out.releases_removed)),
            (vec!["4.0"], vec!["1.9", "1.10"])
        );
        let changed: Vec<(u32, u32)> = out.releases_changed.iter().map(|one| (one.old.files, one.new.files)).collect();
        assert_eq!(changed, [(3, 4), (3, 3)]);
        assert!(out.components_added.is_empty() && out.components_removed.is_empty());

        let mut same = Difference::default();
        component(old.clone(), old.clone(), &mut same);
        assert_eq!(same, Difference::default());
        component(None, old, &mut same);
        assert_eq!((same.components_added.len(), same.releases_added.len()), (1, 4));
    }

    #[test]
    fn other_names_of_a_component_are_a_difference_too() {
        let (old, mut new) = (listed(&[("1", 1, None)]), listed(&[("1", 1, None)]));
        new.iter_mut().for_each(|listed| listed.aliases = vec!["pkg:npm/a".to_string()]);
        let mut out = Difference::default();
        component(old, new, &mut out);
        let (base, new) = ("pkg:generic/a".to_string(), vec!["pkg:npm/a".to_string()]);
        let expected = vec![Renamed { base, own: false, old: Vec::new(), new }];
        assert_eq!(out, Difference { aliases_changed: expected, ..Difference::default() });
    }
}

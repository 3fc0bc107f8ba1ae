//! What the lockfiles and the manifests around installed packages know of them: which records count.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use super::{NODE_MODULES, is_inside_node_modules};
use crate::attribute::naming::folded;
use crate::attribute::path::ancestors;
use crate::attribute::yarn;
use crate::model::declaration::{Declaration, Manifest, ManifestKind, Site, package_purl};
use crate::model::place::folder;

/// Whether a declaration accounts for anything.
pub(super) enum Standing {
    Counts,
    /// An installed package that the lockfile around it does not know.
    Extraneous,
    /// A record that says nothing by itself: of a package that no manifest of the tree asks for, or that came inside another.
    Unknown,
}

/// What is known of the packages installed in a tree.
#[derive(Default)]
pub(super) struct Locks<'m> {
    /// What the lockfiles of a folder say of npm's packages, by the folder.
    homes: HashMap<&'m str, Lock<'m>>,
    /// Folders with a package.json.
    projects: BTreeSet<&'m str>,
    /// Purls, as they compare, of all that any package.json asks for, and what that needs in its turn.
    asked: HashSet<String>,
    /// Purls, as they compare, of what came inside an installed package, by its folder.
    bundles: HashMap<&'m str, HashSet<String>>,
    crates: Crates<'m>,
}

/// What the lockfiles of one folder say of packages of npm and its kin.
#[derive(Default)]
struct Lock<'m> {
    /// Where each lies, of lockfiles that say so.
    places: BTreeSet<&'m str>,
    /// Which there are: purl as it compares, and version.
    packages: HashSet<(String, &'m str)>,
    /// Names of folders that are not the package's own, with its purl as it compares.
    aliases: HashSet<(&'m str, String)>,
    /// Whether one was not read to its end: what it does not name it might have named.
    damaged: bool,
}

impl<'m> Locks<'m> {
    pub(super) fn of(manifests: &[&'m Manifest]) -> Locks<'m> {
        let mut locks = Locks { crates: Crates::of(manifests), ..Locks::default() };
        let mut installed: BTreeMap<&str, &Manifest> = BTreeMap::new();
        let mut waiting = Vec::new();
        for manifest in manifests.iter().copied().filter(|manifest| manifest.ecosystem == "npm") {
            let home = folder(&manifest.path);
            match manifest.kind {
                ManifestKind::Manifest => {
                    locks.projects.insert(home);
                    waiting.extend(manifest.declarations.iter().map(|one| folded(&one.purl)));
                }
                ManifestKind::Lockfile => locks.homes.entry(home).or_default().read(manifest),
                ManifestKind::InstallRecord => drop(installed.insert(home, manifest)),
                ManifestKind::VendoringNote => {}
            }
        }
        // Whichever project asks: what the projects of a workspace ask for is installed above them all.
        locks.asked = with_needs(installed.values().copied(), waiting);
        for (home, manifest) in installed.iter().filter(|(_, manifest)| !manifest.layout.bundled.is_empty()) {
            let below = format!("{home}/");
            let from: Bound<&str> = Bound::Included(&below);
            let inner = installed.range::<str, _>((from, Bound::Unbounded));
            let inner = inner.take_while(|(path, _)| path.starts_with(&below)).map(|(_, manifest)| *manifest);
            let came = manifest.layout.bundled.iter().map(|purl| folded(purl)).collect();
            locks.bundles.insert(home, with_needs(inner, came));
        }
        locks
    }

    pub(super) fn standing(&self, manifest: &Manifest, declaration: &Declaration) -> Standing {
        match (manifest.kind, manifest.ecosystem, &declaration.site) {
            // What a package was developed with is installed nowhere.
            (ManifestKind::Lockfile, "npm", _) if is_inside_node_modules(&manifest.path) => Standing::Unknown,
            (ManifestKind::InstallRecord, "npm", Site::Folder { path, .. }) => {
                self.package(manifest, declaration, path)
            }
            (ManifestKind::InstallRecord, "cargo", _) => self.crates.standing(manifest, declaration),
            _ => Standing::Counts,
        }
    }

    /// Of an installed package of npm, or one that its own list names.
    fn package(&self, manifest: &Manifest, declaration: &Declaration, path: &str) -> Standing {
        if manifest.layout.global {
            return Standing::Counts;
        }
        // From inside out: the project whose package manager installed it stands above all folders of installed packages.
        let homes = ancestors(path).skip(1).filter(|above| !is_inside_node_modules(above));
        if let Some(lock) = homes.filter_map(|home| self.homes.get(home)).next() {
            return match self.is_named(lock, declaration, path) {
                // What the project's lockfile says is said by that.
                _ if manifest.path.ends_with("/.package-lock.json") => Standing::Unknown,
                true => Standing::Counts,
                false if lock.damaged || self.is_bundled(declaration, path) => Standing::Unknown,
                false => Standing::Extraneous,
            };
        }
        match self.projects.contains(around(path)) && self.asked.contains(&folded(&declaration.purl)) {
            true => Standing::Counts,
            false => Standing::Unknown,
        }
    }

    /// Whether a lockfile knows an installed package. One that says where packages lie speaks of these places alone, but of stores,
    /// into which the places lead. Of others a package manager gives a package its folder by name, beside a project.
    fn is_named(&self, lock: &Lock<'_>, declaration: &Declaration, path: &str) -> bool {
        let has_places = !lock.places.is_empty();
        if has_places && !is_stored(path) {
            return lock.places.contains(path);
        }
        let key = (folded(&declaration.purl), declaration.version.as_deref().unwrap_or_default());
        if !lock.packages.contains(&key) {
            return false;
        }
        // The folders into which yarn unpacks say in their names what they hold.
        if yarn::beginning(path).is_some() {
            return true;
        }
        let name = path.rsplit_once("node_modules/").map_or(path, |(_, name)| name);
        let is_its_own = package_purl("npm", name).is_some_and(|purl| folded(&purl) == key.0);
        (is_its_own || lock.aliases.contains(&(name, key.0))) && (has_places || self.projects.contains(around(path)))
    }

    /// Whether a package came inside one of those around it.
    fn is_bundled(&self, declaration: &Declaration, path: &str) -> bool {
        let purl = folded(&declaration.purl);
        ancestors(path).skip(1).filter_map(|outer| self.bundles.get(outer)).any(|came| came.contains(&purl))
    }
}

impl<'m> Lock<'m> {
    fn read(&mut self, manifest: &'m Manifest) {
        self.damaged |= !manifest.whole;
        for one in &manifest.declarations {
            let purl = folded(&one.purl);
            if let Site::Folder { path, .. } = &one.site {
                self.places.insert(path);
                let name = path.rsplit_once("node_modules/").map_or(path.as_str(), |(_, name)| name);
                self.aliases.insert((name, purl.clone()));
            }
            self.packages.extend(one.version.as_deref().map(|version| (purl, version)));
        }
        self.aliases.extend(manifest.layout.aliases.iter().map(|(name, purl)| (name.as_str(), folded(purl))));
    }
}

/// Purls, as they compare, of some packages and of all that these need in their turn, as those of `installed` say it that have
/// their names.
fn with_needs<'m>(installed: impl Iterator<Item = &'m Manifest>, mut waiting: Vec<String>) -> HashSet<String> {
    let mut needs: HashMap<String, Vec<&str>> = HashMap::new();
    for manifest in installed {
        for one in &manifest.declarations {
            needs.entry(folded(&one.purl)).or_default().extend(manifest.layout.needs.iter().map(String::as_str));
        }
    }
    let mut all = HashSet::new();
    while let Some(purl) = waiting.pop() {
        waiting.extend(needs.remove(&purl).into_iter().flatten().map(folded));
        all.insert(purl);
    }
    all
}

/// What Cargo's lockfiles know of the crates that are copied into a tree. Crates of several projects may lie in one folder, so that
/// what any lockfile names is known; those that came in a crate are of its own development.
#[derive(Default)]
struct Crates<'m> {
    /// Folders with a lockfile.
    homes: HashSet<&'m str>,
    /// Purl as it compares, and version.
    packages: HashSet<(String, &'m str)>,
    /// Whether one was not read to its end.
    damaged: bool,
}

impl<'m> Crates<'m> {
    fn of(manifests: &[&'m Manifest]) -> Crates<'m> {
        let of = |kind| manifests.iter().copied().filter(move |one| (one.kind, one.ecosystem) == (kind, "cargo"));
        let copied: HashSet<&str> = of(ManifestKind::InstallRecord).map(|record| folder(&record.path)).collect();
        let mut crates = Crates::default();
        for lock in of(ManifestKind::Lockfile) {
            let home = folder(&lock.path);
            if ancestors(home).any(|above| copied.contains(above)) {
                continue;
            }
            crates.homes.insert(home);
            crates.damaged |= !lock.whole;
            let package = |one: &'m Declaration| Some((folded(&one.purl), one.version.as_deref()?));
            crates.packages.extend(lock.declarations.iter().filter_map(package));
        }
        crates
    }

    fn standing(&self, record: &Manifest, declaration: &Declaration) -> Standing {
        let is_locked = ancestors(folder(&record.path)).skip(1).any(|above| self.homes.contains(above));
        let Some(version) = declaration.version.as_deref().filter(|_| is_locked && !self.damaged) else {
            return Standing::Counts;
        };
        match self.packages.contains(&(folded(&declaration.purl), version)) {
            true => Standing::Counts,
            false => Standing::Extraneous,
        }
    }
}

/// Whether a folder is of a store of packages, to which links lead from where they are expected: npm's, pnpm's.
fn is_stored(path: &str) -> bool {
    path.split('/').zip(path.split('/').skip(1)).any(|pair| matches!(pair, (NODE_MODULES, ".store" | ".pnpm")))
}

/// The folder beside whose files the outermost `node_modules` of a path stands.
fn around(path: &str) -> &str {
    ancestors(path).find(|above| !is_inside_node_modules(above)).unwrap_or_default()
}

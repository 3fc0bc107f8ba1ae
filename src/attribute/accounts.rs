//! Which manifest accounts for a file at its place.
//!
//! A declaration accounts for what lies where it says, never for a name alone: that a lockfile names jquery makes no copy of
//! jquery a managed one. An installed package's own record counts only as far as the manifests of the tree around it know
//! the package; a folder that somebody put among the installed ones is not theirs.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::attribute::naming::{Names, folded};
use crate::attribute::path::{ancestors, is_below};
use crate::attribute::yarn;
use crate::model::declaration::{Declaration, Extent, Manifest, ManifestKind, Site};
use crate::model::finding::{DeclaredAt, ManagedBy, Relation};
use crate::model::limits;
use crate::model::place::folder;
use crate::model::purl::with_version;

/// Where npm and its kin install packages.
const NODE_MODULES: &str = "node_modules";

/// Declarations of one folder or file that are used, the first ones. No honest tree has as many, and each is looked at for
/// each file below.
const AT_ONE_PLACE: usize = 64;

/// A declaration among those of a tree: manifest and place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    manifest: u32,
    declaration: u32,
}

/// What accounts for something, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// How.
    pub relation: Relation,
    /// Whether no lockfile says so but an installer's record or a note: a lockfile goes first.
    pub by_record: bool,
    /// Which declaration.
    pub by: Ref,
}

/// The declarations of one tree by what they speak of.
pub struct Accounts<'m> {
    manifests: Vec<&'m Manifest>,
    files: HashMap<&'m str, Vec<Ref>>,
    folders: HashMap<&'m str, Vec<Ref>>,
    /// By name, with the folder below which it is: who notes a name alone, calls it as people do.
    somewhere: HashMap<String, Vec<(Ref, &'m str)>>,
    /// Packages in the caches of yarn, by the beginning of their path.
    cached: HashMap<String, Ref>,
    /// By purl as it compares.
    names: HashMap<String, Vec<Ref>>,
    /// Installed packages that the lockfile around them does not know.
    extraneous: Vec<Ref>,
}

impl<'m> Accounts<'m> {
    /// Of the manifests of one tree, by path. `own` are purls, as they compare, of the project itself: the record of an unpacked
    /// package that is scanned declares none of what it carries.
    pub fn of(manifests: Vec<&'m Manifest>, own: &BTreeSet<String>) -> Accounts<'m> {
        let locks = Locks::of(&manifests);
        let (files, folders, somewhere, cached, names) = Default::default();
        let mut accounts = Accounts { manifests, files, folders, somewhere, cached, names, extraneous: Vec::new() };
        for (manifest, from) in accounts.manifests.clone().into_iter().zip(0..) {
            for (declaration, at) in manifest.declarations.iter().zip(0..) {
                let by = Ref { manifest: from, declaration: at };
                if own.contains(&folded(&declaration.purl)) {
                    continue;
                }
                match locks.standing(manifest, declaration) {
                    Standing::Counts => {
                        accounts.add(by, declaration);
                        accounts.cached.extend(yarn::beginnings(manifest, declaration).into_iter().map(|at| (at, by)));
                    }
                    Standing::Extraneous => accounts.extraneous.push(by),
                    Standing::Unknown => {}
                }
            }
        }
        accounts
    }

    fn add(&mut self, by: Ref, declaration: &'m Declaration) {
        match &declaration.site {
            Site::Elsewhere => {}
            Site::Folder { path, .. } => at(&mut self.folders, path, by),
            Site::File(path) => at(&mut self.files, path, by),
            Site::Files(files) => files.iter().for_each(|file| at(&mut self.files, &file.path, by)),
            Site::Somewhere(below) => {
                for key in declared_names(declaration).keys() {
                    self.somewhere.entry(key.to_string()).or_default().push((by, below));
                }
            }
        }
        for purl in std::iter::once(&declaration.purl).chain(&declaration.aliases) {
            self.names.entry(folded(purl)).or_default().push(by);
        }
    }

    /// A declaration with its manifest.
    pub fn get(&self, by: Ref) -> Option<(&'m Manifest, &'m Declaration)> {
        let manifest = self.manifests.get(by.manifest as usize)?;
        Some((manifest, manifest.declarations.get(by.declaration as usize)?))
    }

    /// A declaration by the places of its manifest and in it.
    pub fn at(&self, manifest: usize, declaration: usize) -> Option<(&'m Manifest, &'m Declaration)> {
        self.get(Ref { manifest: manifest as u32, declaration: declaration as u32 })
    }

    /// Whether a manifest came with a package that another one accounts for: what it says of its surroundings is that
    /// package's business, or its test data.
    pub fn is_carried(&self, manifest: &Manifest) -> bool {
        let account = self.account(&manifest.path, &Names::default());
        account.and_then(|account| self.get(account.by)).is_some_and(|(by, _)| by.path != manifest.path)
    }

    /// Whether any note of vendoring is among them.
    pub fn has_notes(&self) -> bool {
        self.manifests.iter().any(|manifest| manifest.kind == ManifestKind::VendoringNote)
    }

    /// Installed packages that the lockfile around them does not know.
    pub fn extraneous(&self) -> &[Ref] {
        &self.extraneous
    }

    /// What accounts for a file of the tree, `names` being those of the component that it is of. Members of an archive are
    /// accounted for as the archive is, whose path it then is.
    pub fn account(&self, path: &str, names: &Names) -> Option<Account> {
        let relation = |by: &Ref| match self.is_of(*by, names) {
            true => Relation::Declares,
            false => Relation::Carries,
        };
        let is_lock = |by: &Ref| self.get(*by).is_some_and(|(manifest, _)| manifest.kind == ManifestKind::Lockfile);
        let of = |by: &Ref| Account { relation: relation(by), by_record: !is_lock(by), by: *by };
        if let Some(account) = self.files.get(path).into_iter().flatten().map(of).min() {
            return Some(account);
        }
        let home = folder(path);
        for above in ancestors(path).skip(1) {
            let fits = |by: &&Ref| match self.get(**by).map(|(_, declaration)| &declaration.site) {
                Some(Site::Folder { extent: Extent::Everything, .. }) => true,
                Some(Site::Folder { extent: Extent::Folder, .. }) => above == home,
                Some(Site::Folder { extent: Extent::Component, .. }) => self.is_of(**by, names),
                _ => false,
            };
            if let Some(account) = self.folders.get(above).into_iter().flatten().filter(fits).map(of).min() {
                return Some(account);
            }
        }
        if let Some(by) = yarn::beginning(path).and_then(|beginning| self.cached.get(&beginning)) {
            return Some(of(by));
        }
        let noted = names.keys().filter_map(|key| self.somewhere.get(key)).flatten();
        noted.filter(|(_, below)| is_below(path, below)).map(|(by, _)| of(by)).min()
    }

    /// Whether a declaration names a component. People who note what they copied call it by its name, not by a purl.
    fn is_of(&self, by: Ref, names: &Names) -> bool {
        let Some((manifest, declaration)) = self.get(by) else { return false };
        let own = declared_names(declaration);
        match manifest.kind {
            ManifestKind::VendoringNote => own.alike(names),
            _ => own.same(names),
        }
    }

    /// Where manifests name a component, wherever they say that it is; at most [`limits::DUPLICATES`], those nearest above
    /// `root` first.
    pub fn naming(&self, names: &Names, root: &str) -> Vec<DeclaredAt> {
        let refs: BTreeSet<Ref> = names.purls().filter_map(|purl| self.names.get(purl)).flatten().copied().collect();
        let depth = |manifest: &Manifest| {
            let home = folder(&manifest.path);
            if is_below(root, home) { home.len() + 1 } else { 0 }
        };
        let mut found: Vec<_> = refs.into_iter().filter_map(|by| self.get(by)).collect();
        found.sort_by_key(|(manifest, declaration)| {
            (
                std::cmp::Reverse(depth(manifest)),
                manifest.kind == ManifestKind::Manifest,
                &manifest.path,
                declaration.line,
            )
        });
        let mut out: Vec<DeclaredAt> = Vec::new();
        for (manifest, declaration) in found {
            let at = declared_at(manifest, declaration);
            if out.iter().all(|known| (&known.manifest, &known.purl) != (&at.manifest, &at.purl)) {
                out.push(at);
            }
            if out.len() == limits::DUPLICATES {
                break;
            }
        }
        out
    }

    /// An account as reports give it.
    pub fn managed_by(&self, account: Account) -> Option<ManagedBy> {
        let (manifest, declaration) = self.get(account.by)?;
        Some(ManagedBy { relation: account.relation, at: declared_at(manifest, declaration) })
    }
}

/// Notes a declaration for a place, up to [`AT_ONE_PLACE`].
fn at<'m>(places: &mut HashMap<&'m str, Vec<Ref>>, place: &'m str, by: Ref) {
    let all = places.entry(place).or_default();
    if all.len() < AT_ONE_PLACE {
        all.push(by);
    }
}

/// The names that a declaration gives.
pub fn declared_names(declaration: &Declaration) -> Names {
    Names::of(std::iter::once(&declaration.purl).chain(&declaration.aliases).map(String::as_str))
}

/// A declaration as reports give it.
pub fn declared_at(manifest: &Manifest, declaration: &Declaration) -> DeclaredAt {
    let purl = match &declaration.version {
        Some(version) => with_version(&declaration.purl, version),
        None => declaration.purl.clone(),
    };
    DeclaredAt { manifest: manifest.path.clone(), line: declaration.line, purl }
}

/// Whether a declaration accounts for anything.
enum Standing {
    Counts,
    /// An installed package that the lockfile around it does not know.
    Extraneous,
    /// A record of a package that no manifest of the tree asks for.
    Unknown,
}

/// What manifests of npm and its kin know of the packages installed below them, by the folder that they stand in.
#[derive(Default)]
struct Locks<'m> {
    /// Lockfiles that say where each package lies: the folders.
    places: HashMap<&'m str, BTreeSet<&'m str>>,
    /// Which packages there are.
    packages: HashMap<&'m str, BTreeSet<(String, &'m str)>>,
    /// Folders with a lockfile that was not read to its end: what it does not name it might have named.
    damaged: BTreeSet<&'m str>,
    /// Folders with a package.json.
    projects: BTreeSet<&'m str>,
    /// Purls, as they compare, of all that any package.json asks for, and what that needs in its turn.
    asked: HashSet<String>,
}

impl<'m> Locks<'m> {
    fn of(manifests: &[&'m Manifest]) -> Locks<'m> {
        let mut locks = Locks::default();
        let (mut needs, mut waiting) = (HashMap::<String, Vec<&str>>::new(), Vec::new());
        for manifest in manifests.iter().copied().filter(|manifest| manifest.ecosystem == "npm") {
            let home = folder(&manifest.path);
            match manifest.kind {
                ManifestKind::Manifest => {
                    locks.projects.insert(home);
                    waiting.extend(manifest.declarations.iter().map(|one| folded(&one.purl)));
                }
                ManifestKind::Lockfile => locks.lock(home, manifest),
                ManifestKind::InstallRecord => {
                    for one in &manifest.declarations {
                        needs.entry(folded(&one.purl)).or_default().extend(manifest.needs.iter().map(String::as_str));
                    }
                }
                ManifestKind::VendoringNote => {}
            }
        }
        // Whichever project asks: what the projects of a workspace ask for is installed above them all.
        while let Some(purl) = waiting.pop() {
            waiting.extend(needs.remove(&purl).into_iter().flatten().map(folded));
            locks.asked.insert(purl);
        }
        locks
    }

    fn lock(&mut self, home: &'m str, manifest: &'m Manifest) {
        if !manifest.whole {
            self.damaged.insert(home);
        }
        let placed = |declaration: &'m Declaration| match &declaration.site {
            Site::Folder { path, .. } => Some(path.as_str()),
            _ => None,
        };
        let places: Vec<&str> = manifest.declarations.iter().filter_map(placed).collect();
        if !places.is_empty() {
            self.places.entry(home).or_default().extend(places);
        }
        let package = |one: &'m Declaration| Some((folded(&one.purl), one.version.as_deref()?));
        self.packages.entry(home).or_default().extend(manifest.declarations.iter().filter_map(package));
    }

    fn standing(&self, manifest: &Manifest, declaration: &Declaration) -> Standing {
        // What a package was developed with is installed nowhere.
        if (manifest.kind, manifest.ecosystem) == (ManifestKind::Lockfile, "npm")
            && is_inside_node_modules(&manifest.path)
        {
            return Standing::Unknown;
        }
        let (ManifestKind::InstallRecord, "npm", Site::Folder { path, .. }) =
            (manifest.kind, manifest.ecosystem, &declaration.site)
        else {
            return Standing::Counts;
        };
        let is_npms_list = manifest.path.ends_with("/.package-lock.json");
        // From inside out: the project whose package manager installed it stands above all folders of installed packages.
        for home in ancestors(path).skip(1).filter(|above| !is_inside_node_modules(above)) {
            let (places, packages) = (self.places.get(home), self.packages.get(home));
            if places.is_none() && packages.is_none() {
                continue;
            }
            // What the project's lockfile says is said by that.
            if is_npms_list {
                return Standing::Unknown;
            }
            let key = (folded(&declaration.purl), declaration.version.as_deref().unwrap_or_default());
            // A lockfile that says where packages lie speaks of these places alone; but of stores, into which the places lead.
            let named = match places {
                Some(places) if !is_stored(path) => places.contains(path.as_str()),
                _ => packages.is_some_and(|packages| packages.contains(&key)),
            };
            return match named {
                true => Standing::Counts,
                false if self.damaged.contains(home) => Standing::Unknown,
                false => Standing::Extraneous,
            };
        }
        let has_project =
            ancestors(path).skip(1).any(|home| !is_inside_node_modules(home) && self.projects.contains(home));
        if has_project && self.asked.contains(&folded(&declaration.purl)) {
            Standing::Counts
        } else {
            Standing::Unknown
        }
    }
}

/// Whether a folder is of a store of packages, to which links lead from where they are expected: npm's, pnpm's.
fn is_stored(path: &str) -> bool {
    path.split('/').zip(path.split('/').skip(1)).any(|pair| matches!(pair, (NODE_MODULES, ".store" | ".pnpm")))
}

fn is_inside_node_modules(path: &str) -> bool {
    path.split('/').any(|part| part == NODE_MODULES)
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;

//! Which manifest accounts for a file at its place.
//!
//! A declaration accounts for what lies where it says, never for a name alone: that a lockfile names jquery makes no copy of
//! jquery a managed one. An installed package's own record counts only as far as the manifests of the tree around it know
//! the package; a folder that somebody put among the installed ones is not theirs.

mod locks;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::attribute::accounts::locks::{Locks, Standing};
use crate::attribute::naming::{Names, folded};
use crate::attribute::path::ancestors;
use crate::attribute::yarn;
use crate::model::declaration::{Checksum, Declaration, Extent, Manifest, ManifestKind, Site};
use crate::model::finding::{DeclaredAt, ManagedBy, Relation};
use crate::model::limits;
use crate::model::place::{folder, is_below};
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
#[derive(Default)]
pub struct Accounts<'m> {
    manifests: Vec<&'m Manifest>,
    files: HashMap<&'m str, Vec<Ref>>,
    folders: HashMap<&'m str, Vec<Ref>>,
    /// Files that a record names and that hold something else than it says.
    failing: HashSet<(Ref, &'m str)>,
    /// Folders of packages of npm and its kin, with what they say they are.
    installed: BTreeMap<&'m str, Ref>,
    /// By name, with the folder below which it is: who notes a name alone, calls it as people do.
    somewhere: HashMap<String, Vec<(Ref, &'m str)>>,
    /// Packages in the caches of yarn, by the beginning of their path.
    cached: HashMap<String, Ref>,
    /// By purl as it compares.
    names: HashMap<String, Vec<Ref>>,
    /// Installed packages that the lockfile around them does not know.
    extraneous: Vec<Ref>,
    /// The folders of those that stand in a `node_modules`.
    strays: HashSet<&'m str>,
}

impl<'m> Accounts<'m> {
    /// Of the manifests of one tree, by path. `own` are purls, as they compare, of the project itself: the record of an unpacked
    /// package that is scanned declares none of what it carries.
    pub fn of(manifests: Vec<&'m Manifest>, own: &BTreeSet<String>) -> Accounts<'m> {
        let locks = Locks::of(&manifests);
        let mut accounts = Accounts { manifests, ..Accounts::default() };
        for (manifest, from) in accounts.manifests.clone().into_iter().zip(0..) {
            for (declaration, at) in manifest.declarations.iter().zip(0..) {
                let by = Ref { manifest: from, declaration: at };
                if own.contains(&folded(&declaration.purl)) {
                    continue;
                }
                accounts.note_installed(by, manifest, declaration);
                match locks.standing(manifest, declaration) {
                    Standing::Counts => {
                        accounts.add(by, declaration);
                        accounts.cached.extend(yarn::beginnings(manifest, declaration).into_iter().map(|at| (at, by)));
                    }
                    Standing::Extraneous => accounts.stray(by, declaration),
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
            Site::Files(files) => {
                files.iter().for_each(|file| at(&mut self.files, &file.path, by));
                let fails = files.iter().filter(|file| file.checksum == Checksum::Fails);
                self.failing.extend(fails.map(|file| (by, file.path.as_str())));
            }
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

    fn stray(&mut self, by: Ref, declaration: &'m Declaration) {
        self.extraneous.push(by);
        if let Site::Folder { path, .. } = &declaration.site {
            self.strays.insert(path);
        }
    }

    fn note_installed(&mut self, by: Ref, manifest: &Manifest, declaration: &'m Declaration) {
        let is_package = manifest.kind == ManifestKind::InstallRecord && manifest.path.ends_with("/package.json");
        if let (true, Site::Folder { path, .. }) = (is_package, &declaration.site) {
            self.installed.insert(path, by);
        }
    }

    /// Places at which a lockfile says that a package of npm lies and one of that name does: what the lockfile declares, and
    /// what the package says of itself.
    pub fn installed(&self) -> impl Iterator<Item = (Ref, Ref)> {
        let locked = |path: &&str| self.folders.get(*path).into_iter().flatten().copied();
        let pairs = self.installed.iter().flat_map(move |(path, own)| locked(path).map(|by| (by, *own)));
        pairs.filter(|(by, own)| self.is_lock(*by) && self.same_package(*by, *own))
    }

    /// The version that a package gives itself which lies where a lockfile declares it.
    pub fn installed_version(&self, by: Ref) -> Option<&'m str> {
        let (_, declaration) = self.get(by).filter(|_| self.is_lock(by))?;
        let Site::Folder { path, .. } = &declaration.site else { return None };
        let own = *self.installed.get(path.as_str()).filter(|own| self.same_package(by, **own))?;
        self.get(own)?.1.version.as_deref()
    }

    fn same_package(&self, one: Ref, other: Ref) -> bool {
        let purl = |by| self.get(by).map(|(_, declaration)| folded(&declaration.purl));
        purl(one) == purl(other)
    }

    fn is_lock(&self, by: Ref) -> bool {
        self.get(by).is_some_and(|(manifest, _)| manifest.kind == ManifestKind::Lockfile)
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
        // Who packages for a system changes what he packages, and its record with it or not.
        let mut records = self.files.get(manifest.path.as_str()).into_iter().flatten().filter_map(|by| self.get(*by));
        if records.any(|(by, _)| by.ecosystem == "deb" && by.path != manifest.path) {
            return true;
        }
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
        let of = |by: &Ref| self.account_by(*by, names);
        // Who wrote another component over a recorded file did not install that.
        let is_other = names.purls().next().is_some();
        let holds = |by: &&Ref| !(is_other && self.failing.contains(&(**by, path))) || self.is_alike(**by, names);
        if let Some(account) = self.files.get(path).into_iter().flatten().filter(holds).map(of).min() {
            return Some(account);
        }
        let home = folder(path);
        let mut stray = false;
        for above in ancestors(path).skip(1) {
            // It did not come with the packages around it; it may have come with all that is installed there.
            if stray && is_inside_node_modules(above) {
                continue;
            }
            let fits = |by: &&Ref| match self.get(**by).map(|(_, declaration)| &declaration.site) {
                Some(Site::Folder { extent: Extent::Everything, .. }) => true,
                Some(Site::Folder { extent: Extent::Folder, .. }) => above == home,
                Some(Site::Folder { extent: Extent::Component, .. }) => self.is_of(**by, names),
                _ => false,
            };
            if let Some(account) = self.folders.get(above).into_iter().flatten().filter(fits).map(of).min() {
                return Some(account);
            }
            stray |= self.strays.contains(above);
        }
        if let Some(by) = yarn::beginning(path).filter(|_| !stray).and_then(|beginning| self.cached.get(&beginning)) {
            return Some(of(by));
        }
        let noted = names.keys().filter_map(|key| self.somewhere.get(key)).flatten();
        noted.filter(|(_, below)| is_below(path, below)).map(|(by, _)| of(by)).min()
    }

    /// The record that names a file which is not as it says: where it accounts for other files of the component beside it, that is
    /// a modified one of these.
    pub fn modified(&self, path: &str, names: &Names) -> Option<Account> {
        let (key, _) = self.files.get_key_value(path)?;
        let fails = |by: &&Ref| self.failing.contains(&(**by, *key));
        self.files.get(path)?.iter().filter(fails).map(|by| self.account_by(*by, names)).min()
    }

    fn account_by(&self, by: Ref, names: &Names) -> Account {
        let relation = if self.is_of(by, names) { Relation::Declares } else { Relation::Carries };
        Account { relation, by_record: !self.is_lock(by), by }
    }

    /// Whether a declaration may mean a component, whatever purl that goes by.
    fn is_alike(&self, by: Ref, names: &Names) -> bool {
        self.get(by).is_some_and(|(_, declaration)| declared_names(declaration).alike(names))
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

/// Whether a path is of packages that npm or its kin installed.
fn is_inside_node_modules(path: &str) -> bool {
    path.split('/').any(|part| part == NODE_MODULES)
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;

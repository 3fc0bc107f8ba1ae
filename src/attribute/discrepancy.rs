//! Where declarations and content disagree: another release than is declared, files that are not those of the release,
//! nothing where something is declared, a package that its lockfile does not know.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::accounts::{Accounts, Ref, declared_at, declared_names};
use crate::attribute::naming::Names;
use crate::index::version;
use crate::model::declaration::{Checked, Declaration, ENVIRONMENT, Manifest, ManifestKind, Site};
use crate::model::finding::{Change, DeclaredAt, Discrepancy, DiscrepancyKind, FileReport, Finding};
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::place::{folder, is_below};

/// What the content of a finding says of the release that its place is declared to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Testimony {
    /// Whether the indexes know the declared release, and the content is of another one.
    pub other_release: bool,
    /// Files that are in the declared release with other bytes, by path.
    pub changed: Vec<String>,
}

/// Whether two spellings mean one version: `v1.2.0` and `1.2.0`, `1.2` and `1.2+dfsg`.
pub fn same_version(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let text = text.trim().trim_start_matches(['v', 'V']);
        text.split_once('+').map_or(text, |(text, _)| text).to_lowercase()
    };
    let (one, other) = (plain(one), plain(other));
    one == other || version::compare(&one, &other).is_eq()
}

/// A finding with what the tree's declarations say of it.
#[derive(Clone, Debug)]
pub struct Attributed {
    /// The finding.
    pub finding: Finding,
    /// The names of its component.
    pub names: Names,
    /// What its content says of what its place is declared to be, and by which declaration.
    pub testimony: Option<(Ref, Testimony)>,
}

/// What is found out about one tree.
pub struct Found<'f, 'm> {
    /// The tree.
    pub root: RootNo,
    /// Its declarations.
    pub accounts: &'f Accounts<'m>,
    /// What a look at the files said.
    pub checked: &'f [Checked],
    /// The findings.
    pub findings: &'f [Attributed],
    /// The files there is evidence of.
    pub files: &'f [FileReport],
    /// Whether the indexes know a release: purl as it compares, and version.
    pub known: &'f dyn Fn(&str, &str) -> bool,
}

/// Every disagreement of a tree; ids are left empty.
pub fn find(found: &Found<'_, '_>) -> Vec<Discrepancy> {
    let mut out = Vec::new();
    let mut tampered: BTreeSet<String> = BTreeSet::new();
    let carried = carried(found);
    checked(found, &carried, &mut out, &mut tampered);
    for Attributed { finding, testimony, .. } in found.findings {
        let Some((by, testimony)) = testimony else { continue };
        let Some((manifest, declaration)) = found.accounts.get(*by) else { continue };
        let root = place(manifest, declaration).unwrap_or(&finding.root);
        let of = |kind| discrepancy(found.root, kind, declared_at(manifest, declaration), root);
        if testimony.other_release {
            out.push(Discrepancy { found: finding.versions.clone(), ..of(DiscrepancyKind::WrongVersion) });
        } else if !testimony.changed.is_empty() && tampered.insert(root.to_string()) {
            let changes = testimony.changed.iter().take(limits::CHANGES_LISTED);
            out.push(Discrepancy {
                found: finding.versions.clone(),
                files: testimony.changed.len() as u32,
                changes: changes.map(|path| (Change::Modified, path.clone())).collect(),
                ..of(DiscrepancyKind::Tampered)
            });
        }
    }
    misinstalled(found, &mut out);
    unrecognised(found, &carried, &mut out);
    for by in found.accounts.extraneous() {
        let Some((manifest, declaration)) = found.accounts.get(*by) else { continue };
        if found.accounts.is_carried(manifest) {
            continue;
        }
        let root = place(manifest, declaration).unwrap_or_default();
        out.push(discrepancy(found.root, DiscrepancyKind::Extraneous, declared_at(manifest, declaration), root));
    }
    out.sort_by(|one, other| key(one).cmp(&key(other)));
    out.dedup_by(|later, earlier| key(later) == key(earlier));
    out
}

fn key(one: &Discrepancy) -> (&str, DiscrepancyKind, &DeclaredAt) {
    (&one.root, one.kind, &one.declared)
}

fn discrepancy(scan_root: RootNo, kind: DiscrepancyKind, declared: DeclaredAt, root: &str) -> Discrepancy {
    let (root, id) = (root.to_string(), String::new());
    Discrepancy { scan_root, id, kind, declared, root, found: Vec::new(), files: 0, changes: Vec::new() }
}

/// The folder or file that a declaration is about.
fn place<'d>(manifest: &'d Manifest, declaration: &'d Declaration) -> Option<&'d str> {
    match &declaration.site {
        Site::Folder { path, .. } | Site::File(path) => Some(path),
        Site::Files(files) => (!files.is_empty()).then(|| record_root(manifest, declaration)),
        Site::Elsewhere | Site::Somewhere(_) => None,
    }
}

/// What one manifest, by its place, says of one release: its purl and version.
type Claim<'d> = (usize, &'d str, Option<&'d str>);

/// The places of the manifests that were looked at and came with a package that another one accounts for.
fn carried(found: &Found<'_, '_>) -> BTreeSet<usize> {
    let looked_at: BTreeSet<usize> = found.checked.iter().map(|one| one.manifest).collect();
    let is_carried = |at: &usize| found.accounts.at(*at, 0).is_some_and(|(by, _)| found.accounts.is_carried(by));
    looked_at.into_iter().filter(is_carried).collect()
}

/// What records and notes say, and the files do not.
fn checked(
    found: &Found<'_, '_>,
    carried: &BTreeSet<usize>,
    out: &mut Vec<Discrepancy>,
    tampered: &mut BTreeSet<String>,
) {
    // One note may stand for several places at which the thing may be: a folder, or a file of that name.
    let mut places: BTreeMap<Claim<'_>, (bool, &Manifest, &Declaration)> = BTreeMap::new();
    for one in found.checked {
        let Some((manifest, declaration)) = found.accounts.at(one.manifest, one.declaration) else { continue };
        if carried.contains(&one.manifest) {
            continue;
        }
        if one.files > 0 {
            let root = place(manifest, declaration).unwrap_or_default();
            tampered.insert(root.to_string());
            let declared = declared_at(manifest, declaration);
            out.push(Discrepancy {
                files: one.files,
                changes: one.changes.clone(),
                ..discrepancy(found.root, DiscrepancyKind::Tampered, declared, root)
            });
        }
        let key = (one.manifest, declaration.purl.as_str(), declaration.version.as_deref());
        let (present, ..) = places.entry(key).or_insert((false, manifest, declaration));
        *present |= one.present;
    }
    for (_, manifest, declaration) in places.into_values().filter(|(present, ..)| !present) {
        let root = place(manifest, declaration).unwrap_or_default();
        out.push(discrepancy(found.root, DiscrepancyKind::Absent, declared_at(manifest, declaration), root));
    }
}

/// Installed packages that say of themselves that they are of another release than their lockfile has.
fn misinstalled(found: &Found<'_, '_>, out: &mut Vec<Discrepancy>) {
    for (by, own) in found.accounts.installed() {
        let (Some((manifest, declaration)), Some((_, own))) = (found.accounts.get(by), found.accounts.get(own)) else {
            continue;
        };
        let (Some(locked), Some(version)) = (&declaration.version, &own.version) else { continue };
        if !same_version(locked, version) {
            let root = place(manifest, declaration).unwrap_or_default();
            let declared = declared_at(manifest, declaration);
            let wrong = discrepancy(found.root, DiscrepancyKind::WrongVersion, declared, root);
            out.push(Discrepancy { found: vec![version.clone()], ..wrong });
        }
    }
}

/// The folder of a record's package: where the record lies for crates; of Python the folder, or the module, beside the record's
/// own folder that most of its files are of.
fn record_root<'d>(manifest: &'d Manifest, declaration: &'d Declaration) -> &'d str {
    if manifest.ecosystem == "cargo" {
        return folder(&manifest.path);
    }
    let Site::Files(files) = &declaration.site else { return "" };
    let home = folder(folder(&manifest.path));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files.iter().map(|file| file.path.as_str()).filter(|path| is_below(path, home)) {
        let start = if home.is_empty() { 0 } else { home.len() + 1 };
        let first = path.get(start..).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let is_beside = first.is_empty() || ["-info", ".pth", "__pycache__"].iter().any(|end| first.ends_with(end));
        if !is_beside && !ENVIRONMENT.contains(&first) {
            *counts.entry(&path[..start + first.len()]).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(path, count)| (*count, std::cmp::Reverse(*path)));
    most.map_or(folder(&manifest.path), |(path, _)| path)
}

/// Notes of releases that the indexes know, at places of which no file is recognised.
fn unrecognised(found: &Found<'_, '_>, carried: &BTreeSet<usize>, out: &mut Vec<Discrepancy>) {
    for one in found.checked.iter().filter(|one| one.present) {
        let Some((manifest, declaration)) = found.accounts.at(one.manifest, one.declaration) else { continue };
        let (ManifestKind::VendoringNote, Site::Folder { path, .. }) = (manifest.kind, &declaration.site) else {
            continue;
        };
        let names = declared_names(declaration);
        let Some(version) = &declaration.version else { continue };
        if carried.contains(&one.manifest) || !names.purls().any(|purl| (found.known)(purl, version)) {
            continue;
        }
        let is_it = |one: &Attributed| {
            let near = is_below(&one.finding.root, path) || is_below(path, &one.finding.root);
            near && one.names.alike(&names)
        };
        // What is known as something else may be the declared thing all the same, carried by that.
        let matched = found.files.iter().any(|file| !file.matches.is_empty() && is_below(&file.path, path));
        if !matched && !found.findings.iter().any(is_it) {
            out.push(discrepancy(found.root, DiscrepancyKind::Absent, declared_at(manifest, declaration), path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::declaration::{Checksum, Layout, RecordedFile};

    #[test]
    fn the_folder_of_a_record_is_the_one_that_most_files_are_of() {
        let root = |home: &str, files: &[&str]| {
            let file = |path: &&str| RecordedFile { path: format!("{home}{path}"), checksum: Checksum::None };
            let site = Site::Files(files.iter().map(file).collect());
            let one = Declaration { purl: "pkg:pypi/a".into(), version: None, aliases: Vec::new(), line: 0, site };
            let manifest = Manifest {
                root: RootNo(0),
                path: format!("{home}a-1.dist-info/RECORD"),
                kind: ManifestKind::InstallRecord,
                ecosystem: "pypi",
                whole: true,
                declarations: Vec::new(),
                subject: None,
                layout: Layout::default(),
            };
            record_root(&manifest, &one).to_string()
        };
        let files = ["__pycache__/six.pyc", "six.py", "a-1.dist-info/METADATA"];
        assert_eq!(root("s/", &files), "s/six.py");
        assert_eq!(root("", &["_yaml/__init__.py", "bin/x", "bin/y", "bin/z", "yaml/a.py", "yaml/b.py"]), "yaml");
        assert_eq!(root("s/", &["a-1.dist-info/RECORD"]), "s/a-1.dist-info");
    }

    #[test]
    fn versions_are_the_same_however_they_are_spelt() {
        for (one, other) in [("v1.2.0", "1.2.0"), ("1.2.13", "1.2.13+dfsg"), ("1.0-RC1", "1.0-rc1")] {
            assert!(same_version(one, other), "{one} {other}");
        }
        for (one, other) in [("1.2.11", "1.2.13"), ("1.2.0", "1.2.0.1"), ("2", "1")] {
            assert!(!same_version(one, other), "{one} {other}");
        }
    }
}

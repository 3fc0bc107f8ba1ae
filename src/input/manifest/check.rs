//! Compares what records say of files with the files: whether anything is at a declared place, and whether the checksums that
//! an installer wrote down still hold.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::is_within;
use crate::model::declaration::{
    Checked, Checksum, Declaration, ENVIRONMENT, Extent, Manifest, ManifestKind, RecordedFile, Site,
};
use crate::model::finding::Change;
use crate::model::limits;
use crate::model::place::{base_name, folder};

/// Files that installers and interpreters make beside what was released, by their names' ends, and folders of such.
const MADE_LATER: &[&str] = &[".pyc", ".pyo", "/.cargo-ok", "/INSTALLER", "/REQUESTED", "/direct_url.json"];
const MADE_FOLDERS: &[&str] = &["__pycache__"];
/// Ecosystems whose records are of a whole system or environment.
const WHOLE: &[&str] = &["deb", "conda"];
/// Notes that lie in the folder that they speak of and are none of its contents.
const NOTES: &[&str] = &["README.chromium", "moz.yaml", "METADATA", ".gitrepo", ".git"];

/// Looks at the sites of install records and of notes in the tree at `root`. What cannot be read counts as not there. Links
/// are not followed.
///
/// Of each recorded file that has not the checksum of its record that is noted there, too.
pub fn check(root: &Path, manifests: &mut [Manifest]) -> Vec<Checked> {
    check_some(root, manifests, &|_| true)
}

/// [`check`] of some of a tree's manifests.
pub fn check_some(
    root: &Path,
    manifests: &mut [Manifest],
    wanted: &(dyn Fn(&Manifest) -> bool + Sync),
) -> Vec<Checked> {
    let (checked, failing): (Vec<Checked>, Vec<BTreeSet<String>>) = looks(root, manifests, wanted).into_iter().unzip();
    for (one, failing) in checked.iter().zip(failing).filter(|(_, failing)| !failing.is_empty()) {
        let declarations = manifests.get_mut(one.manifest).map(|manifest| &mut manifest.declarations);
        let Some(declaration) = declarations.and_then(|all| all.get_mut(one.declaration)) else { continue };
        if let Site::Files(files) = &mut declaration.site {
            let fails = files.iter_mut().filter(|file| failing.contains(&file.path));
            fails.for_each(|file| file.checksum = Checksum::Fails);
        }
    }
    checked
}

/// What a look at each site says, with all files whose checksums fail.
fn looks(
    root: &Path,
    manifests: &[Manifest],
    wanted: &(dyn Fn(&Manifest) -> bool + Sync),
) -> Vec<(Checked, BTreeSet<String>)> {
    let recorded = Recorded::of(manifests);
    let kinds = [ManifestKind::InstallRecord, ManifestKind::VendoringNote];
    // Images leave out documentation and name links: a whole system's files say nothing by not being there.
    let looked_at = |manifest: &Manifest| kinds.contains(&manifest.kind) && !WHOLE.contains(&manifest.ecosystem);
    let sites: Vec<(usize, usize, &Declaration)> = manifests
        .iter()
        .enumerate()
        .filter(|(_, manifest)| looked_at(manifest) && wanted(manifest))
        .flat_map(|(at, manifest)| manifest.declarations.iter().enumerate().map(move |(number, one)| (at, number, one)))
        .collect();
    let looks = Looks::at(root, &sites);
    let look = |(manifest, declaration, one): (usize, usize, &Declaration)| {
        let (present, changes) = match &one.site {
            Site::Folder { path, extent } => (looks.folders.contains(&(path.as_str(), *extent)), Vec::new()),
            Site::File(path) => (is_file(&root.join(path)), Vec::new()),
            Site::Files(files) => compare(root, files, (&recorded, &looks), (manifest, declaration)),
            Site::Elsewhere | Site::Somewhere(_) => return None,
        };
        let files = changes.len() as u32;
        let failing = changes.iter().filter(|(change, _)| *change == Change::Modified);
        let failing = failing.map(|(_, path)| path.clone()).collect();
        let changes = changes.into_iter().take(limits::CHANGES_LISTED).collect();
        Some((Checked { manifest, declaration, present, files, changes }, failing))
    };
    sites.into_par_iter().filter_map(look).collect()
}

/// Where a note of other repositories (git's or west's) lies in a repository, its own or one that it was copied into, a folder
/// that it names and that is no repository itself holds files of the project: they are the noted component's as far as they
/// are known to be that, and nothing else there is accounted for. In an exported tree nothing tells the two apart; but there
/// only the note of the tree itself speaks for whole folders, and one of west's for folders beside its own only in a
/// workspace that west made.
pub(super) fn confirm_repositories(root: &Path, manifests: &mut [Manifest]) {
    let is_there = |path: &Path| path.symlink_metadata().is_ok();
    let full = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    for note in manifests.iter_mut().filter(|one| is_of_repositories(&one.path)) {
        let home = folder(&note.path);
        let in_repository = full.join(home).ancestors().any(|above| is_there(&above.join(".git")));
        let in_workspace = base_name(&note.path) != ".gitmodules" && is_there(&root.join(".west"));
        let speaks = !in_repository && (home.is_empty() || in_workspace);
        for declaration in &mut note.declarations {
            if let Site::Folder { path, extent } = &mut declaration.site
                && !speaks
                && !is_there(&root.join(&*path).join(".git"))
            {
                *extent = Extent::Component;
            }
        }
    }
}

fn is_of_repositories(path: &str) -> bool {
    matches!(base_name(path), ".gitmodules" | "west.yml" | "west.yaml")
}

/// What a look at each declared folder and each recorded file says, once however many declarations and lines name it.
struct Looks<'d> {
    /// Folders that hold a file.
    folders: HashSet<(&'d str, Extent)>,
    /// Checksums of files, where they are recorded and can be read.
    files: HashMap<&'d str, [u8; 32]>,
}

impl<'d> Looks<'d> {
    fn at(root: &Path, sites: &[(usize, usize, &'d Declaration)]) -> Looks<'d> {
        let (mut folders, mut files) = (HashSet::new(), HashSet::new());
        for (_, _, one) in sites {
            match &one.site {
                Site::Folder { path, extent } => drop(folders.insert((path.as_str(), *extent))),
                Site::Files(all) => {
                    let summed = all.iter().filter(|file| matches!(file.checksum, Checksum::Sha256(_)));
                    files.extend(summed.map(|file| file.path.as_str()));
                }
                Site::File(_) | Site::Elsewhere | Site::Somewhere(_) => {}
            }
        }
        let sum = |path: &'d str| {
            let full = root.join(path);
            if is_file(&full) { Some((path, sha256(&full).ok()?)) } else { None }
        };
        Looks {
            folders: folders.into_par_iter().filter(|(path, extent)| holds_a_file(root, path, *extent)).collect(),
            files: files.into_par_iter().filter_map(sum).collect(),
        }
    }
}

/// Which record each recorded file, and each folder of recorded files, belongs to.
struct Recorded<'m> {
    files: BTreeSet<&'m str>,
    /// Folders of the files of one record alone, by that.
    folders: BTreeMap<(usize, usize), Vec<&'m str>>,
}

impl<'m> Recorded<'m> {
    fn of(manifests: &'m [Manifest]) -> Recorded<'m> {
        let mut files = BTreeSet::new();
        // `None` where several records share the folder.
        let mut owners: BTreeMap<&str, Option<(usize, usize)>> = BTreeMap::new();
        for (at, manifest) in manifests.iter().enumerate() {
            for (number, declaration) in manifest.declarations.iter().enumerate() {
                let Site::Files(all) = &declaration.site else { continue };
                for file in all {
                    files.insert(file.path.as_str());
                    if !is_of_package(manifest, folder(&file.path)) {
                        continue;
                    }
                    let owner = owners.entry(folder(&file.path)).or_insert(Some((at, number)));
                    if *owner != Some((at, number)) {
                        *owner = None;
                    }
                }
            }
        }
        let mut folders: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
        for (home, owner) in owners {
            owner.into_iter().for_each(|owner| folders.entry(owner).or_default().push(home));
        }
        Recorded { files, folders }
    }
}

/// Whether a folder of recorded files may be the package's alone: a crate's and those below it; of Python those below the folder
/// that all packages share, but for the environment's. Interpreters, environments and people put files into the shared ones.
fn is_of_package(manifest: &Manifest, home: &str) -> bool {
    let record = folder(&manifest.path);
    match manifest.ecosystem {
        "cargo" => !record.is_empty() && (home == record || is_within(record, home)),
        "pypi" => {
            let packages = folder(record);
            let inner = home.strip_prefix(packages).unwrap_or_default().trim_start_matches('/');
            is_within(packages, home) && !inner.split('/').next().is_some_and(|first| ENVIRONMENT.contains(&first))
        }
        _ => false,
    }
}

/// Whether any recorded file is there, and what differs, by path.
fn compare(
    root: &Path,
    files: &[RecordedFile],
    (recorded, looks): (&Recorded<'_>, &Looks<'_>),
    own: (usize, usize),
) -> (bool, Vec<(Change, String)>) {
    let mut changes = Vec::new();
    let mut present = false;
    for file in files.iter().filter(|file| !is_made_later(&file.path)) {
        let path = root.join(&file.path);
        let there = is_file(&path);
        present |= there;
        match &file.checksum {
            // A record without a checksum is written for what the installer makes itself.
            Checksum::None | Checksum::Fails => {}
            Checksum::Sha256(_) if !there => changes.push((Change::Missing, file.path.clone())),
            Checksum::Sha256(expected) => {
                if looks.files.get(file.path.as_str()).is_some_and(|found| found != expected) {
                    changes.push((Change::Modified, file.path.clone()));
                }
            }
        }
    }
    if present {
        added(root, recorded, own, &mut changes);
    }
    changes.sort_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
    changes.dedup();
    (present, changes)
}

/// Files that lie among those of one record alone and stand in none.
fn added(root: &Path, recorded: &Recorded<'_>, own: (usize, usize), changes: &mut Vec<(Change, String)>) {
    for home in recorded.folders.get(&own).into_iter().flatten() {
        for entry in fs::read_dir(root.join(home)).into_iter().flatten().flatten().take(limits::MANIFESTS) {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{home}/{name}");
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            if is_file && !recorded.files.contains(path.as_str()) && !is_made_later(&path) {
                changes.push((Change::Added, path));
            }
        }
    }
}

fn is_made_later(path: &str) -> bool {
    MADE_LATER.iter().any(|end| path.ends_with(end)) || path.split('/').any(|part| MADE_FOLDERS.contains(&part))
}

fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

fn sha256(path: &Path) -> io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut file = File::open(path)?.take(limits::HASHED_BYTES);
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            length => hash.update(&buffer[..length]),
        }
    }
}

/// Whether a folder holds a file other than a note about it, in the folder itself or, if that counts, further down.
fn holds_a_file(root: &Path, path: &str, extent: Extent) -> bool {
    let mut folders: Vec<PathBuf> = vec![root.join(path)];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            looked_at += 1;
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            let is_note = NOTES.contains(&base_name(&name.to_string_lossy()));
            if kind.is_file() && !is_note {
                return true;
            }
            if kind.is_dir() && !is_note && extent != Extent::Folder {
                folders.push(entry.path());
            }
            // So many folders and not one file: whoever made this, something is there.
            if looked_at > limits::MANIFESTS {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::declaration::Layout;
    use crate::model::ids::RootNo;

    fn manifest(kind: ManifestKind, site: Site) -> Manifest {
        let declaration = Declaration { purl: "pkg:pypi/a".into(), version: None, aliases: Vec::new(), line: 1, site };
        let (path, ecosystem) = ("m".to_string(), "pypi");
        Manifest {
            root: RootNo(0),
            path,
            kind,
            ecosystem,
            whole: true,
            declarations: vec![declaration],
            subject: None,
            layout: Layout::default(),
        }
    }

    fn recorded(path: &str, content: &str) -> RecordedFile {
        RecordedFile { path: path.into(), checksum: Checksum::Sha256(Sha256::digest(content).into()) }
    }

    #[test]
    fn files_are_compared_with_their_record() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/__pycache__")).unwrap();
        for (path, content) in [("a/same.py", "1"), ("a/other.py", "2"), ("a/new.py", "3"), ("a/__pycache__/x.py", "4")]
        {
            fs::write(root.join(path), content).unwrap();
        }
        let unhashed = RecordedFile { path: "a/RECORD".into(), checksum: Checksum::None };
        let files =
            vec![recorded("a/same.py", "1"), recorded("a/other.py", "two"), recorded("a/gone.py", "5"), unhashed];
        let mut manifests = [manifest(ManifestKind::InstallRecord, Site::Files(files))];
        let found = check(root, &mut manifests);
        let Site::Files(files) = &manifests[0].declarations[0].site else { panic!("{manifests:?}") };
        let fails = files.iter().filter(|file| file.checksum == Checksum::Fails).map(|file| file.path.as_str());
        assert_eq!(fails.collect::<Vec<_>>(), ["a/other.py"]);
        let expected = [(Change::Missing, "a/gone.py"), (Change::Added, "a/new.py"), (Change::Modified, "a/other.py")];
        assert_eq!(found[0].changes, expected.map(|(change, path)| (change, path.to_string())));
        assert!(found[0].present && found[0].files == 3);
    }

    #[test]
    fn a_folder_that_several_records_share_has_no_stranger_in_it() {
        let folder = tempfile::tempdir().unwrap();
        ["one", "two", "three"].iter().for_each(|name| fs::write(folder.path().join(name), name).unwrap());
        let record = |name: &str| {
            fs::create_dir_all(folder.path().join("n")).unwrap();
            fs::write(folder.path().join("n").join(name), name).unwrap();
            manifest(ManifestKind::InstallRecord, Site::Files(vec![recorded(&format!("n/{name}"), name)]))
        };
        let found = check(folder.path(), &mut [record("a"), record("b")]);
        assert!(found.iter().all(|one| one.present && one.changes.is_empty()));
    }

    #[test]
    fn what_lies_in_folders_that_many_share_is_added_to_no_package() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in ["l/a.py", "l/handler.py", "l/p/b.py", "l/p/new.py", "bin/p", "bin/activate", "l/bin/q", "l/bin/r"]
        {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), path).unwrap();
        }
        let unsigned = |path: &str| RecordedFile { path: path.into(), checksum: Checksum::None };
        let files = ["l/a.py", "l/p/b.py", "bin/p", "l/bin/q"].map(unsigned).to_vec();
        let mut record = manifest(ManifestKind::InstallRecord, Site::Files(files));
        record.path = "l/p-1.dist-info/RECORD".into();
        let found = check(root, &mut [record.clone()]);
        assert_eq!(found[0].changes, [(Change::Added, "l/p/new.py".to_string())]);
        (record.path, record.ecosystem) = ("l/p/.cargo-checksum.json".into(), "cargo");
        assert_eq!(check(root, &mut [record])[0].changes, [(Change::Added, "l/p/new.py".to_string())]);
    }

    #[test]
    fn a_plain_folder_of_a_repository_is_no_submodule() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a")).unwrap();
        let extent_by = |root: &Path, note: &str| {
            let site = Site::Folder { path: "a".into(), extent: Extent::Everything };
            let mut notes = [manifest(ManifestKind::VendoringNote, site)];
            notes[0].path = note.into();
            confirm_repositories(root, &mut notes);
            let Site::Folder { extent, .. } = notes[0].declarations[0].site else { panic!("{notes:?}") };
            extent
        };
        let extent = |root: &Path| extent_by(root, ".gitmodules");
        assert_eq!(extent(root), Extent::Everything, "an exported tree");
        assert_eq!(extent_by(root, "copied/.gitmodules"), Extent::Component, "of a project in it");
        assert_eq!(extent_by(root, "west.yml"), Extent::Everything);
        assert_eq!(extent_by(root, "docs/west.yml"), Extent::Component);
        fs::create_dir_all(root.join(".west")).unwrap();
        assert_eq!(extent_by(root, "zephyr/west.yml"), Extent::Everything);
        assert_eq!(extent_by(root, "copied/.gitmodules"), Extent::Component);
        fs::create_dir_all(root.join(".git")).unwrap();
        assert_eq!(extent(root), Extent::Component);
        let inner = root.join("inner");
        fs::create_dir_all(inner.join("a")).unwrap();
        assert_eq!(extent(&inner), Extent::Component, "copied into a repository");
        fs::write(root.join("a/.git"), "gitdir: ../.git/modules/a\n").unwrap();
        assert_eq!(extent(root), Extent::Everything);
    }

    #[test]
    fn a_place_with_nothing_but_its_note_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("z/src")).unwrap();
        fs::write(root.join("z/README.chromium"), "").unwrap();
        let note = |extent| manifest(ManifestKind::VendoringNote, Site::Folder { path: "z".into(), extent });
        let present = |extent| check(root, &mut [note(extent)])[0].present;
        assert!(!present(Extent::Component));
        fs::write(root.join("z/src/a.c"), "").unwrap();
        assert!(present(Extent::Component) && !present(Extent::Folder));
        let wish = manifest(ManifestKind::Lockfile, Site::Folder { path: "z".into(), extent: Extent::Everything });
        assert!(check(root, &mut [wish]).is_empty(), "what a lockfile names need not be installed");
    }
}

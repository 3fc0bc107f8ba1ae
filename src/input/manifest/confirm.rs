//! What several manifests say together, and what the tree around one says of it.
//!
//! A record that could be anybody's, or that speaks of folders which it does not own, counts only as far as the tree confirms it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;

use super::{check, embed, is_named, php_ruby, system};
use crate::model::declaration::{Extent, Manifest, ManifestKind, Site, Subject};
use crate::model::limits;
use crate::model::place::{base_name, folder};

/// Joins what the manifests of the tree at `root`, by path, say of one package, and what the tree says of it: the checksums of
/// a vendored crate stand in one file, its name in another.
pub fn join(root: &Path, mut manifests: Vec<Manifest>) -> Vec<Manifest> {
    let vendors = vendor_folders(&manifests);
    move_locked(&mut manifests, &vendors);
    confirm_plugins(&mut manifests, &vendors);
    confirm_checkouts(&mut manifests);
    confirm_globals(root, &mut manifests);
    confirm_listed(&mut manifests);
    check::confirm_repositories(root, &mut manifests);
    embed::declare(root, &mut manifests);
    let subjects = subjects(&manifests, "Cargo.toml");
    for record in manifests.iter_mut().filter(|manifest| is_named(&manifest.path, &[".cargo-checksum.json"])) {
        // A crate has a manifest; a list of checksums alone is anybody's.
        let Some(subject) = subjects.get(folder(&record.path)) else {
            record.declarations.clear();
            continue;
        };
        for declaration in &mut record.declarations {
            declaration.purl.clone_from(&subject.purl);
            declaration.version.clone_from(&subject.version);
        }
    }
    manifests
}

/// What the manifests of one name say that their folders are.
fn subjects(manifests: &[Manifest], name: &str) -> HashMap<String, Subject> {
    let subject = |manifest: &Manifest| Some((folder(&manifest.path).to_string(), manifest.subject.clone()?));
    manifests.iter().filter(|manifest| is_named(&manifest.path, &[name])).filter_map(subject).collect()
}

/// A name in a folder.
fn inside(home: &str, name: &str) -> String {
    if home.is_empty() { name.to_string() } else { format!("{home}/{name}") }
}

/// Folders into which Composer installs, of projects that say so, by the project's.
fn vendor_folders(manifests: &[Manifest]) -> HashMap<String, String> {
    let projects = manifests.iter().filter(|manifest| is_named(&manifest.path, &["composer.json"]));
    projects.filter_map(|one| Some((folder(&one.path).to_string(), one.layout.folder.clone()?))).collect()
}

/// Composer's lockfile does not say where packages are installed, its project's manifest does.
fn move_locked(manifests: &mut [Manifest], vendors: &HashMap<String, String>) {
    for lock in manifests.iter_mut().filter(|manifest| is_named(&manifest.path, &["composer.lock"])) {
        let home = folder(&lock.path);
        let Some(vendor) = vendors.get(home) else { continue };
        let usual = inside(home, "vendor/");
        for declaration in &mut lock.declarations {
            let Site::Folder { path, .. } = &mut declaration.site else { continue };
            match path.strip_prefix(&usual) {
                Some(name) if !vendor.is_empty() => *path = format!("{vendor}/{name}"),
                _ => declaration.site = Site::Elsewhere,
            }
        }
    }
}

/// Installers of Composer may put a package anywhere, not only into the vendor folder under its name. Its record alone could so
/// account for any folder of the project: all that lies there is the package's only where a `composer.json` there says so,
/// too, and the project's `composer.lock` knows the package.
fn confirm_plugins(manifests: &mut [Manifest], vendors: &HashMap<String, String>) {
    let subjects = subjects(manifests, "composer.json");
    let locks = manifests.iter().filter(|manifest| is_named(&manifest.path, &["composer.lock"]));
    let purls = |lock: &Manifest| lock.declarations.iter().map(|one| one.purl.clone()).collect::<BTreeSet<String>>();
    let vendor = |lock: &Manifest| {
        let home = folder(&lock.path);
        vendors.get(home).cloned().unwrap_or_else(|| inside(home, "vendor"))
    };
    let locked: HashMap<String, BTreeSet<String>> = locks.map(|lock| (vendor(lock), purls(lock))).collect();
    for record in manifests.iter_mut().filter(|manifest| is_named(&manifest.path, &["installed.json"])) {
        let vendor = folder(folder(&record.path));
        let known = locked.get(vendor);
        for declaration in &mut record.declarations {
            let Site::Folder { path, extent } = &mut declaration.site else { continue };
            let confirmed = subjects.get(path).is_some_and(|subject| subject.purl == declaration.purl)
                && known.is_some_and(|purls| purls.contains(&declaration.purl));
            let name = declaration.purl.strip_prefix("pkg:composer/").unwrap_or_default();
            let is_usual =
                path.strip_prefix(vendor).is_some_and(|rest| rest.trim_start_matches('/').eq_ignore_ascii_case(name));
            if !confirmed && !is_usual {
                *extent = Extent::Component;
            }
        }
    }
}

/// A gem's description in a folder of Bundler's is anybody's: it is installed where a lockfile above names its repository, the
/// revision of that which the folder is named for, and the gem, whose version it knows.
fn confirm_checkouts(manifests: &mut [Manifest]) {
    let locks = manifests.iter().filter(|one| (one.kind, one.ecosystem) == (ManifestKind::Lockfile, "gem"));
    let mut known: HashMap<(String, String, String), Option<String>> = HashMap::new();
    for lock in locks {
        let versions: HashMap<&str, &Option<String>> =
            lock.declarations.iter().map(|one| (one.purl.as_str(), &one.version)).collect();
        for (name, purl) in &lock.layout.aliases {
            let version = versions.get(purl.as_str()).copied().cloned().flatten();
            known.insert((folder(&lock.path).to_string(), name.clone(), purl.clone()), version);
        }
    }
    for record in manifests.iter_mut() {
        let Some(place) = php_ruby::checked_out(&record.path).map(str::to_string) else { continue };
        record.declarations.retain_mut(|one| {
            let key = |home: &str| (home.to_string(), base_name(&place).to_string(), one.purl.clone());
            let version = homes(&place).find_map(|home| known.get(&key(home)));
            one.version = version.cloned().flatten();
            version.is_some()
        });
    }
}

/// A list of files is of an installed package where the system's own status says so; that knows the version.
fn confirm_listed(manifests: &mut [Manifest]) {
    let of_system = manifests.iter().filter(|one| one.ecosystem == "deb" && system::status_of(&one.path).is_none());
    let known: HashMap<String, HashMap<String, Option<String>>> = of_system
        .map(|status| {
            let versions = status.declarations.iter().map(|one| (one.purl.clone(), one.version.clone()));
            (status.path.clone(), versions.collect())
        })
        .collect();
    for list in manifests.iter_mut().filter(|one| one.ecosystem == "deb") {
        let Some(status) = system::status_of(&list.path) else { continue };
        list.declarations.retain_mut(|one| {
            let version = known.get(&status).and_then(|known| known.get(&one.purl));
            one.version = version.cloned().flatten();
            version.is_some()
        });
    }
}

/// The folders above a path, the tree's root last.
fn homes(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder(path)), |home| (!home.is_empty()).then(|| folder(home)))
}

/// Packages that npm installed for a whole machine lie in `PREFIX/lib/node_modules`, of no project: npm itself is one of them,
/// or `PREFIX/bin` has links to their programs.
fn confirm_globals(root: &Path, manifests: &mut [Manifest]) {
    let library = |path: &str| {
        let (home, name) = path.strip_suffix("/package.json")?.rsplit_once("/node_modules/")?;
        let depth = if name.starts_with('@') { 2 } else { 1 };
        let is_one = base_name(home) == "lib" && !home.split('/').any(|part| part == "node_modules");
        (is_one && name.split('/').count() == depth).then(|| home.to_string())
    };
    let projects: HashSet<&str> =
        manifests.iter().filter(|one| is_named(&one.path, &["package.json"])).map(|one| folder(&one.path)).collect();
    let homes: BTreeSet<String> = manifests.iter().filter_map(|one| library(&one.path)).collect();
    let is_npm = |home: &str| {
        let npm = format!("{home}/node_modules/npm");
        projects.contains(npm.as_str()) && root.join(npm).join("bin/npm-cli.js").is_file()
    };
    let is_global = |home: &String| !projects.contains(home.as_str()) && (is_npm(home) || has_programs(root, home));
    let global: BTreeSet<String> = homes.into_iter().filter(is_global).collect();
    for manifest in manifests.iter_mut().filter(|one| one.ecosystem == "npm") {
        manifest.layout.global = library(&manifest.path).is_some_and(|home| global.contains(&home));
    }
}

/// Whether links lead from the programs beside a library to packages of npm in it.
fn has_programs(root: &Path, library: &str) -> bool {
    let programs = root.join(folder(library)).join("bin");
    let links = fs::read_dir(programs).into_iter().flatten().flatten().take(limits::MANIFESTS);
    let target = |entry: fs::DirEntry| fs::read_link(entry.path()).ok();
    links.filter_map(target).any(|target| target.starts_with("../lib/node_modules"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::manifest::read;
    use crate::model::declaration::Declaration;
    use crate::model::ids::RootNo;

    fn manifest(path: &str, text: &str) -> Manifest {
        read(RootNo(0), path, text.as_bytes(), text.len() as u64).unwrap().0
    }

    /// The folders that the manifests of a tree declare.
    fn folders(manifests: &[Manifest]) -> Vec<&str> {
        let all = manifests.iter().flat_map(|manifest| &manifest.declarations);
        all.filter_map(|one| match &one.site {
            Site::Folder { path, .. } => Some(path.as_str()),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn a_plugin_beside_the_vendor_folder_says_itself_what_it_is() {
        let record = "{\"packages\": [{\"name\": \"a/b\", \"install-path\": \"../../web/b\"}, {\"name\": \"c/d\", \"install-path\": \"../../src\"},
            {\"name\": \"e/f\", \"install-path\": \"../e/f\"}]}";
        let record = manifest("vendor/composer/installed.json", record);
        let own = manifest("web/b/composer.json", "{\"name\": \"A/B\"}");
        let other = manifest("src/composer.json", "{\"name\": \"my/app\"}");
        let lock = manifest("composer.lock", "{\"packages\": [{\"name\": \"a/b\"}, {\"name\": \"c/d\"}]}");
        let unknown = join(Path::new("none"), vec![record.clone(), own.clone()]);
        let at = |one: &Declaration| matches!(&one.site, Site::Folder { extent: Extent::Component, .. });
        assert!(at(&unknown[0].declarations[0]), "no lockfile knows it: {unknown:?}");
        let joined = join(Path::new("none"), vec![record, own, other, lock]);
        let extents = joined[0].declarations.iter().map(|one| match &one.site {
            Site::Folder { path, extent } => (path.as_str(), *extent),
            other => panic!("{other:?}"),
        });
        let expected = [("web/b", Extent::Everything), ("src", Extent::Component), ("vendor/e/f", Extent::Everything)];
        assert_eq!(extents.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn packages_of_composer_lie_where_their_project_says() {
        let lock = manifest("w/composer.lock", "{\"packages\": [{\"name\": \"a/b\"}]}");
        let project =
            |dir: &str| manifest("w/composer.json", &format!("{{\"config\": {{\"vendor-dir\": \"{dir}\"}}}}"));
        let places = |dir: &str| {
            let joined = join(Path::new("none"), vec![lock.clone(), project(dir)]);
            folders(&joined).join(" ")
        };
        assert_eq!(places("./lib/deps/"), "w/lib/deps/a/b");
        assert_eq!(places("vendor"), "w/vendor/a/b");
        for elsewhere in ["../deps", "/deps", "$HOME/deps", "."] {
            assert_eq!(places(elsewhere), "", "{elsewhere}");
        }
    }

    #[test]
    fn a_gem_of_a_repository_is_one_that_a_lockfile_names_with_its_revision() {
        let lock = "GIT\n  remote: https://x.example/o/rack.git\n  revision: 0ab1c2d3e4f5aaaaaaaa\n  specs:\n    rack (2.2.22)\n";
        let place = |folder: &str, gem: &str| format!("w/v/bundler/gems/{folder}/{gem}.gemspec");
        let tree = [
            manifest("w/Gemfile.lock", lock),
            manifest(&place("rack-0ab1c2d3e4f5", "rack"), "x"),
            manifest(&place("rack-0ab1c2d3e4f5", "other"), "x"),
            manifest(&place("rack-ffffffffffff", "rack"), "x"),
        ];
        let joined = join(Path::new("none"), tree.to_vec());
        let counts: Vec<usize> = joined.iter().skip(1).map(|one| one.declarations.len()).collect();
        assert_eq!(counts, [1, 0, 0]);
        assert_eq!(joined[1].declarations[0].version.as_deref(), Some("2.2.22"));
        assert!(join(Path::new("none"), tree[1..].to_vec()).iter().all(|one| one.declarations.is_empty()));
    }

    #[test]
    fn a_list_of_files_counts_where_the_system_has_the_package() {
        let status = "Package: a\nStatus: install ok installed\nVersion: 1.0-2\n";
        let list = |path: &str| manifest(&format!("i/var/lib/dpkg/info/{path}.list"), "/usr/a.py\n");
        let tree = vec![manifest("i/var/lib/dpkg/status", status), list("a"), list("b")];
        let joined = join(Path::new("none"), tree.clone());
        let versions: Vec<_> = joined[1..].iter().map(|one| one.declarations.first().map(|one| &one.version)).collect();
        assert_eq!(versions, [Some(&Some("1.0-2".to_string())), None]);
        assert!(join(Path::new("none"), tree[1..].to_vec()).iter().all(|one| one.declarations.is_empty()));
    }

    #[test]
    fn packages_for_a_whole_machine_lie_beside_npm_or_have_programs() {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path();
        let package = |path: &str| manifest(&format!("{path}/package.json"), "{\"name\": \"a\", \"version\": \"1\"}");
        let global = |more: &[&str]| {
            let all = ["usr/lib/node_modules/a", "usr/lib/node_modules/a/node_modules/b"].iter().chain(more);
            let joined = join(root, all.map(|path| package(path)).collect());
            joined.iter().filter(|one| one.layout.global).count()
        };
        let npm = ["usr/lib/node_modules/npm"];
        assert_eq!(global(&npm), 0, "a folder of that name");
        fs::create_dir_all(root.join("usr/lib/node_modules/npm/bin")).unwrap();
        fs::write(root.join("usr/lib/node_modules/npm/bin/npm-cli.js"), "").unwrap();
        assert_eq!(global(&[]), 0, "its manifest was not read");
        assert_eq!(global(&npm), 2);
        assert_eq!(global(&["usr/lib/node_modules/npm", "usr/lib"]), 0, "they are a project's");
        #[cfg(unix)]
        {
            fs::create_dir_all(root.join("usr/bin")).unwrap();
            std::os::unix::fs::symlink("../lib/node_modules/a/cli.js", root.join("usr/bin/a")).unwrap();
            assert_eq!(global(&[]), 1);
        }
    }
}

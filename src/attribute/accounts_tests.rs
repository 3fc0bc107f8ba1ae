use super::*;
use crate::model::declaration::{Checksum, Layout, RecordedFile};
use crate::model::ids::RootNo;

fn manifest(path: &str, kind: ManifestKind, ecosystem: &'static str, declarations: Vec<Declaration>) -> Manifest {
    let (root, subject, layout) = (RootNo(0), None, Layout::default());
    Manifest { root, path: path.into(), kind, ecosystem, whole: true, declarations, subject, layout }
}

fn declared(purl: &str, version: &str, site: Site) -> Declaration {
    let version = Some(version.to_string()).filter(|version| !version.is_empty());
    Declaration { purl: purl.into(), version, aliases: Vec::new(), line: 3, site }
}

fn at(path: &str, extent: Extent) -> Site {
    Site::Folder { path: path.into(), extent }
}

fn npm_lock(path: &str, folders: &[&str]) -> Manifest {
    let entry = |folder: &&str| {
        let name = folder.rsplit_once("node_modules/").unwrap().1;
        declared(&format!("pkg:npm/{name}"), "1.0.0", at(folder, Extent::Everything))
    };
    manifest(path, ManifestKind::Lockfile, "npm", folders.iter().map(entry).collect())
}

fn installed(folder: &str) -> Manifest {
    let name = folder.rsplit_once("node_modules/").unwrap().1;
    let own = declared(&format!("pkg:npm/{name}"), "1.0.0", at(folder, Extent::Everything));
    manifest(&format!("{folder}/package.json"), ManifestKind::InstallRecord, "npm", vec![own])
}

fn by(manifests: &[Manifest], path: &str, purl: &str) -> Option<(Relation, String)> {
    let accounts = Accounts::of(manifests.iter().collect(), &BTreeSet::new());
    let managed = accounts.managed_by(accounts.account(path, &Names::of([purl]))?)?;
    Some((managed.relation, managed.at.purl))
}

const JQUERY: &str = "pkg:npm/jquery";

#[test]
fn a_lockfile_accounts_for_the_installed_copy_and_for_no_other() {
    let tree = [npm_lock("web/package-lock.json", &["web/node_modules/jquery"])];
    let expected = Some((Relation::Declares, "pkg:npm/jquery@1.0.0".to_string()));
    assert_eq!(by(&tree, "web/node_modules/jquery/dist/jquery.js", JQUERY), expected);
    assert_eq!(by(&tree, "web/static/jquery.js", JQUERY), None);
    assert_eq!(by(&tree, "node_modules/jquery/dist/jquery.js", JQUERY), None);
    assert_eq!(by(&tree, "web/node_modules/jquery2/jquery.js", JQUERY), None);
    let carried = Some((Relation::Carries, "pkg:npm/jquery@1.0.0".to_string()));
    assert_eq!(by(&tree, "web/node_modules/jquery/external/sizzle.js", "pkg:npm/sizzle"), carried);
}

#[test]
fn a_package_among_the_installed_ones_counts_as_far_as_its_lockfile_knows_it() {
    let path = "node_modules/jquery/jquery.js";
    let record = installed("node_modules/jquery");
    let project = manifest("package.json", ManifestKind::Manifest, "npm", vec![declared(JQUERY, "", Site::Elsewhere)]);
    assert_eq!(by(std::slice::from_ref(&record), path, JQUERY), None, "there is no project");
    assert!(by(&[record.clone(), project.clone()], path, JQUERY).is_some());
    let other = npm_lock("package-lock.json", &["node_modules/other"]);
    assert_eq!(by(&[record.clone(), project.clone(), other.clone()], path, JQUERY), None, "the lockfile knows all");
    let broken = Manifest { whole: false, ..other.clone() };
    let tree = [record.clone(), project.clone(), broken];
    assert_eq!(by(&tree, path, JQUERY), None, "what it would have said is not known");
    assert!(Accounts::of(tree.iter().collect(), &BTreeSet::new()).extraneous().is_empty());
    assert_eq!(Accounts::of(vec![&other, &record], &BTreeSet::new()).extraneous().len(), 1);
    let kind = ManifestKind::InstallRecord;
    let hidden = Manifest { kind, ..npm_lock("node_modules/.package-lock.json", &["node_modules/jquery"]) };
    assert_eq!(by(&[hidden, record, project, other], path, JQUERY), None, "what npm did is not what the project wants");
}

#[test]
fn a_store_of_packages_holds_those_that_the_lockfile_names() {
    let lock = npm_lock("package-lock.json", &["node_modules/jquery"]);
    let stored = |name: &str| installed(&format!("node_modules/.store/{name}@1.0.0-abc/node_modules/{name}"));
    let path = |name: &str| format!("node_modules/.store/{name}@1.0.0-abc/node_modules/{name}/a.js");
    let tree = [lock, stored("jquery"), stored("other")];
    assert!(by(&tree, &path("jquery"), JQUERY).is_some());
    assert_eq!(by(&tree, &path("other"), "pkg:npm/other"), None);
}

#[test]
fn what_an_installed_package_was_developed_with_is_installed_nowhere() {
    let lock = npm_lock("package-lock.json", &["node_modules/a"]);
    let inner = npm_lock("node_modules/a/package-lock.json", &["node_modules/a/node_modules/jquery"]);
    let tree = [lock, inner, installed("node_modules/a/node_modules/jquery")];
    assert_eq!(by(&tree, "node_modules/a/node_modules/jquery/a.js", JQUERY), None);
    let [lock, inner, stray] = tree;
    assert_eq!(by(&[inner, stray], "node_modules/a/node_modules/jquery/a.js", JQUERY), None);
    assert!(
        by(&[lock], "node_modules/a/node_modules/jquery/a.js", JQUERY).is_some(),
        "it may be a folder of its files"
    );
}

#[test]
fn without_a_lockfile_an_installed_package_is_one_that_something_asks_for() {
    let path = "node_modules/jquery/jquery.js";
    let record = installed("node_modules/jquery");
    let project =
        |wish: &str| manifest("package.json", ManifestKind::Manifest, "npm", vec![declared(wish, "", Site::Elsewhere)]);
    assert_eq!(by(&[record.clone(), project("pkg:npm/other")], path, JQUERY), None);
    let needs = vec![JQUERY.to_string(), "pkg:npm/other".to_string()];
    let layout = Layout { needs, ..Layout::default() };
    let other = Manifest { layout, ..installed("node_modules/other") };
    assert!(by(&[record.clone(), project("pkg:npm/other"), other.clone()], path, JQUERY).is_some());
    assert_eq!(by(&[record, project("pkg:npm/else"), other], path, JQUERY), None, "nothing asks for what asks");
}

#[test]
fn a_lockfile_without_places_knows_packages_by_name_and_version() {
    let lock = |version| {
        let entry = declared(JQUERY, version, Site::Elsewhere);
        manifest("yarn.lock", ManifestKind::Lockfile, "npm", vec![entry])
    };
    let record = installed("node_modules/jquery");
    let path = "node_modules/jquery/jquery.js";
    assert!(by(&[lock("1.0.0"), record.clone(), project("")], path, JQUERY).is_some());
    assert_eq!(by(&[lock("2.0.0"), record.clone(), project("")], path, JQUERY), None);
    assert_eq!(by(&[lock("1.0.0"), project("")], path, JQUERY), None, "it says of no place that it is there");
    assert_eq!(by(&[lock("1.0.0"), record], path, JQUERY), None, "there is no project beside");
}

/// The package.json of a project, which asks for nothing.
fn project(home: &str) -> Manifest {
    manifest(&format!("{home}package.json"), ManifestKind::Manifest, "npm", Vec::new())
}

#[test]
fn a_package_manager_gives_a_package_its_folder_by_its_name() {
    let of = |folder: &str| {
        let entry = declared(JQUERY, "1.0.0", Site::Elsewhere);
        let mut lock = manifest("yarn.lock", ManifestKind::Lockfile, "npm", vec![entry]);
        lock.layout.aliases = vec![("jq".into(), JQUERY.into())];
        let mut record = installed(folder);
        record.declarations[0].purl = JQUERY.into();
        let tree = [lock, record, project(""), project("pk/b/")];
        let found = by(&tree, &format!("{folder}/a.js"), JQUERY).is_some();
        let accounts = Accounts::of(tree.iter().collect(), &BTreeSet::new());
        assert_eq!(accounts.extraneous().is_empty(), found, "{folder}");
        found
    };
    for installed in [
        "node_modules/jquery",
        "node_modules/jq",
        "pk/b/node_modules/jquery",
        "node_modules/x/node_modules/jquery",
        "node_modules/.pnpm/jquery@1.0.0/node_modules/jquery",
        ".yarn/unplugged/jquery-npm-1.0.0-abc/node_modules/jquery",
    ] {
        assert!(of(installed), "{installed}");
    }
    for pasted in ["node_modules/jquery2", "src/node_modules/jquery", "src/node_modules/x/node_modules/jq"] {
        assert!(!of(pasted), "{pasted}");
    }
}

#[test]
fn what_came_inside_a_package_is_carried_by_it() {
    let entry = declared("pkg:npm/outer", "1.0.0", Site::Elsewhere);
    let lock = manifest("yarn.lock", ManifestKind::Lockfile, "npm", vec![entry]);
    let mut outer = installed("node_modules/outer");
    outer.layout.bundled = vec!["pkg:npm/a".into()];
    let mut inner = installed("node_modules/outer/node_modules/a");
    inner.layout.needs = vec!["pkg:npm/b".into()];
    let needed = installed("node_modules/outer/node_modules/b");
    let pasted = installed("node_modules/outer/node_modules/c");
    let tree = [lock, project(""), outer, inner, needed, pasted];
    let accounts = Accounts::of(tree.iter().collect(), &BTreeSet::new());
    let extraneous: Vec<&str> =
        accounts.extraneous().iter().filter_map(|by| Some(accounts.get(*by)?.0.path.as_str())).collect();
    assert_eq!(extraneous, ["node_modules/outer/node_modules/c/package.json"]);
    let of =
        |name: &str| by(&tree, &format!("node_modules/outer/node_modules/{name}/x.js"), &format!("pkg:npm/{name}"));
    let carried = Some((Relation::Carries, "pkg:npm/outer@1.0.0".to_string()));
    assert_eq!((of("a"), of("b"), of("c")), (carried.clone(), carried, None));
}

#[test]
fn an_extraneous_package_did_not_come_with_those_around_it() {
    let lock = npm_lock("web/package-lock.json", &["web/node_modules/a"]);
    let stray = installed("web/node_modules/a/node_modules/jquery");
    let path = "web/node_modules/a/node_modules/jquery/node_modules/b/b.js";
    let tree = [lock, stray];
    assert_eq!(by(&tree, path, "pkg:npm/b"), None);
    assert!(by(&tree, "web/node_modules/a/lib/b.js", "pkg:npm/b").is_some());
    let site = at("web", Extent::Everything);
    let around = manifest(".gitmodules", ManifestKind::VendoringNote, "generic", vec![declared("pkg:x/y", "", site)]);
    let [lock, stray] = tree;
    let whole = Some((Relation::Carries, "pkg:x/y".to_string()));
    assert_eq!(by(&[lock, stray, around], path, "pkg:npm/b"), whole, "it came with the whole");
}

#[test]
fn a_crate_is_one_that_a_lockfile_of_cargo_names() {
    let krate = |home: &str| {
        let file = RecordedFile { path: format!("{home}/src/lib.rs"), checksum: Checksum::None };
        let own = declared("pkg:cargo/ex", "1.0.0", Site::Files(vec![file]));
        manifest(&format!("{home}/.cargo-checksum.json"), ManifestKind::InstallRecord, "cargo", vec![own])
    };
    let lock = |path: &str, version: &str| {
        let entry = declared("pkg:cargo/ex", version, Site::Elsewhere);
        manifest(path, ManifestKind::Lockfile, "cargo", vec![entry])
    };
    let of = |tree: &[Manifest]| {
        let accounts = Accounts::of(tree.iter().collect(), &BTreeSet::new());
        let managed = by(tree, "vendor/ex/src/lib.rs", "pkg:cargo/ex").is_some();
        assert_eq!(accounts.extraneous().is_empty(), managed);
        managed
    };
    assert!(of(&[krate("vendor/ex")]), "without a lockfile");
    assert!(of(&[krate("vendor/ex"), lock("Cargo.lock", "1.0.0")]));
    assert!(!of(&[krate("vendor/ex"), lock("Cargo.lock", "2.0.0")]));
    assert!(of(&[krate("vendor/ex"), lock("tool/Cargo.lock", "2.0.0")]), "it is of another folder");
    assert!(of(&[krate("vendor/ex"), lock("Cargo.lock", "2.0.0"), lock("tool/Cargo.lock", "1.0.0")]));
    assert!(of(&[krate("vendor/ex"), lock("vendor/ex/Cargo.lock", "2.0.0")]), "it is the crate's own");
    let inner =
        [krate("vendor/ex"), krate("vendor/b"), lock("vendor/b/Cargo.lock", "1.0.0"), lock("Cargo.lock", "2.0.0")];
    let accounts = Accounts::of(inner.iter().collect(), &BTreeSet::new());
    assert_eq!(accounts.extraneous().len(), 2, "what another crate was developed with");
    let damaged = Manifest { whole: false, ..lock("Cargo.lock", "2.0.0") };
    assert!(of(&[krate("vendor/ex"), damaged]));
}

#[test]
fn a_package_may_say_of_itself_that_it_is_of_another_version() {
    let mut record = installed("node_modules/jquery");
    record.declarations[0].version = Some("2.0.0".into());
    let tree = [npm_lock("package-lock.json", &["node_modules/jquery"]), record];
    let accounts = Accounts::of(tree.iter().collect(), &BTreeSet::new());
    let pairs: Vec<_> = accounts.installed().collect();
    assert_eq!(pairs.len(), 1);
    assert_eq!(accounts.installed_version(pairs[0].0), Some("2.0.0"));
    assert_eq!(accounts.installed_version(pairs[0].1), None, "that is no lockfile's");
}

#[test]
fn a_record_that_came_in_a_package_of_a_system_is_carried_by_that() {
    let files = |path: &str| Site::Files(vec![RecordedFile { path: path.into(), checksum: Checksum::None }]);
    let path = "usr/lib/a-1.dist-info/RECORD";
    let record = manifest(path, ManifestKind::InstallRecord, "pypi", vec![declared("pkg:pypi/a", "1", files(path))]);
    let of = vec![declared("pkg:deb/debian/python3-a", "1-1", files(path))];
    let list = manifest("var/lib/dpkg/info/python3-a.list", ManifestKind::InstallRecord, "deb", of);
    let is_carried = |tree: &[&Manifest]| Accounts::of(tree.to_vec(), &BTreeSet::new()).is_carried(&record);
    assert!(is_carried(&[&record, &list]) && !is_carried(&[&record]));
}

#[test]
fn packages_of_a_whole_machine_have_no_project() {
    let mut record = installed("usr/lib/node_modules/jquery");
    let path = "usr/lib/node_modules/jquery/a.js";
    assert_eq!(by(std::slice::from_ref(&record), path, JQUERY), None);
    record.layout.global = true;
    assert!(by(&[record], path, JQUERY).is_some());
}

#[test]
fn a_record_accounts_for_the_files_that_it_names() {
    let file = RecordedFile { path: "site/six.py".into(), checksum: Checksum::None };
    let record = declared("pkg:pypi/six", "1.16.0", Site::Files(vec![file]));
    let tree = [manifest("site/six-1.16.0.dist-info/RECORD", ManifestKind::InstallRecord, "pypi", vec![record])];
    assert!(by(&tree, "site/six.py", "pkg:pypi/six").is_some());
    assert_eq!(by(&tree, "site/six/six.py", "pkg:pypi/six"), None);
    assert!(by(&tree, "site/six.py", JQUERY).is_some(), "it carries that");
    let mut tree = tree;
    let Site::Files(files) = &mut tree[0].declarations[0].site else { panic!("{tree:?}") };
    files[0].checksum = Checksum::Fails;
    assert!(by(&tree, "site/six.py", "pkg:pypi/six").is_some(), "modified, and still that");
    assert!(by(&tree, "site/six.py", "pkg:github/benjaminp/six").is_some(), "the same under another purl");
    assert_eq!(by(&tree, "site/six.py", JQUERY), None, "another was written over it");
    let accounts = Accounts::of(tree.iter().collect(), &BTreeSet::new());
    assert!(accounts.modified("site/six.py", &Names::of([JQUERY])).is_some());
    assert!(accounts.modified("site/other.py", &Names::of([JQUERY])).is_none());
    assert!(accounts.account("site/six.py", &Names::default()).is_some(), "nobody knows what it is");
}

#[test]
fn a_note_accounts_for_its_component_alone_and_calls_it_by_name() {
    let note = declared("pkg:generic/zlib", "1.2.11", at("third_party/zlib", Extent::Component));
    let tree = [manifest("third_party/zlib/README.chromium", ManifestKind::VendoringNote, "generic", vec![note])];
    assert!(by(&tree, "third_party/zlib/inflate.c", "pkg:github/madler/zlib").is_some());
    assert_eq!(by(&tree, "third_party/zlib/contrib/jquery.js", JQUERY), None);
    let somewhere = declared("pkg:generic/zlib", "", Site::Somewhere("src".into()));
    let tree = [manifest("debian/embedded-code", ManifestKind::VendoringNote, "generic", vec![somewhere])];
    assert!(by(&tree, "src/z/inflate.c", "pkg:generic/zlib").is_some());
    assert_eq!(by(&tree, "lib/inflate.c", "pkg:generic/zlib"), None);
}

#[test]
fn a_folder_alone_is_without_the_folders_below_and_an_archive_is_as_a_whole() {
    let package = declared("pkg:golang/a/b", "v1", at("vendor/a/b", Extent::Folder));
    let jar = declared("pkg:npm/x", "1", Site::File(".yarn/cache/x.zip".into()));
    let tree = [
        manifest("vendor/modules.txt", ManifestKind::InstallRecord, "golang", vec![package]),
        manifest("yarn.lock", ManifestKind::Lockfile, "npm", vec![jar]),
    ];
    assert!(by(&tree, "vendor/a/b/c.go", "pkg:golang/a/b").is_some());
    assert_eq!(by(&tree, "vendor/a/b/c/d.go", "pkg:golang/a/b"), None);
    assert_eq!(by(&tree, ".yarn/cache/x.zip!/a.js", "pkg:npm/x"), None, "a folder of that name");
    assert!(by(&tree, ".yarn/cache/x.zip", "pkg:npm/x").is_some());
}

#[test]
fn a_component_is_named_wherever_manifests_name_it_the_nearest_first() {
    let wanted =
        |path: &str, kind, version: &str| manifest(path, kind, "npm", vec![declared(JQUERY, version, Site::Elsewhere)]);
    let tree = [
        wanted("app/package.json", ManifestKind::Manifest, ""),
        wanted("package.json", ManifestKind::Manifest, ""),
        wanted("other/yarn.lock", ManifestKind::Lockfile, "3.0.0"),
    ];
    let accounts = Accounts::of(tree.iter().collect(), &BTreeSet::new());
    let names = Names::of(["pkg:generic/x", "pkg:npm/jQuery"]);
    let found = accounts.naming(&names, "app/static/jquery.js");
    let manifests: Vec<&str> = found.iter().map(|one| one.manifest.as_str()).collect();
    assert_eq!(manifests, ["app/package.json", "package.json", "other/yarn.lock"]);
    assert_eq!((found[2].purl.as_str(), found[2].line), ("pkg:npm/jquery@3.0.0", 3));
    assert!(accounts.naming(&Names::of(["pkg:npm/lodash"]), "").is_empty());
}

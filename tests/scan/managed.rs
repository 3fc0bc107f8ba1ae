//! What manifests account for, and what they say that is not so.

use serde_json::{Value, json};

use super::ownership::{Release, files, index, scan_with};
use crate::program::Tree;
use crate::sources::c_file;

const WIDGET: &str = "pkg:npm/widget";

/// An index of two releases of a package and one of another.
fn tree() -> Tree {
    let tree = Tree::new();
    let first = Release::of("pkg:npm/widget@1.0.0", Some("2020-01-01"), &files(100));
    let second = Release::of("pkg:npm/widget@2.0.0", Some("2021-01-01"), &files(200));
    let other = Release::of("pkg:generic/zoo@3.1", None, &files(300));
    index(&tree, "known", &[], &[first, second, other]);
    tree
}

/// Puts the files of a release into a folder of the scanned tree.
fn put(tree: &Tree, folder: &str, seed: u64) {
    files(seed).iter().for_each(|(path, text)| tree.add(&format!("tree/{folder}/{path}"), text));
}

fn scan(tree: &Tree) -> Value {
    let ran = scan_with(tree, "json", &["known.fdx"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn component<'r>(report: &'r Value, root: &str) -> &'r Value {
    let all = report["components"].as_array().unwrap();
    all.iter().find(|one| one["root"] == root).unwrap_or_else(|| panic!("nothing at {root}: {all:#?}"))
}

fn lock(folders: &[(&str, &str)]) -> String {
    let mut packages = serde_json::Map::new();
    packages.insert(String::new(), json!({"name": "app", "version": "1.0.0"}));
    for (folder, version) in folders {
        packages.insert(folder.to_string(), json!({"version": version}));
    }
    serde_json::to_string_pretty(&json!({"name": "app", "lockfileVersion": 3, "packages": packages})).unwrap()
}

fn discrepancies(report: &Value) -> Vec<(String, String, String)> {
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_string();
    let all = report["discrepancies"].as_array().unwrap();
    all.iter().map(|one| (text(one, "kind"), text(&one["declared"], "purl"), text(one, "root"))).collect()
}

fn said(kind: &str, purl: &str, root: &str) -> (String, String, String) {
    (kind.into(), purl.into(), root.into())
}

#[test]
fn an_installed_package_is_managed_and_a_pasted_copy_is_a_duplicate() {
    let tree = tree();
    put(&tree, "node_modules/widget", 100);
    put(&tree, "static/js", 100);
    tree.add("tree/package-lock.json", lock(&[("node_modules/widget", "1.0.0")]));
    let report = scan(&tree);
    let installed = component(&report, "node_modules/widget");
    assert_eq!(installed["managed"], true);
    assert_eq!(installed["managed_by"]["manifest"], "package-lock.json");
    assert_eq!(
        (&installed["managed_by"]["relation"], &installed["managed_by"]["purl"]),
        (&json!("declares"), &json!("pkg:npm/widget@1.0.0"))
    );
    let pasted = component(&report, "static/js");
    assert_eq!((&pasted["managed"], &pasted["managed_by"]), (&json!(false), &Value::Null));
    assert_eq!(pasted["duplicates"][0]["manifest"], "package-lock.json");
    assert_ne!(installed["id"], pasted["id"]);
    assert_eq!(report["summary"]["unmanaged_files"], 4);
    assert!(discrepancies(&report).is_empty());
}

#[test]
fn an_installed_package_of_a_release_that_no_index_knows_is_of_that_release() {
    let tree = tree();
    put(&tree, "node_modules/widget", 100);
    tree.add("tree/package-lock.json", lock(&[("node_modules/widget", "1.5.0")]));
    let report = scan(&tree);
    assert_eq!(component(&report, "node_modules/widget")["purl"], format!("{WIDGET}@1.0.0"), "all of it is of 1.0.0");
    let (path, text) = files(100).remove(0);
    tree.add(&format!("tree/node_modules/widget/{path}"), format!("{text}\nint fixed_in_1_5;\n"));
    let report = scan(&tree);
    let installed = component(&report, "node_modules/widget");
    assert_eq!((&installed["purl"], &installed["versions"]), (&json!(format!("{WIDGET}@1.5.0")), &json!(["1.5.0"])));
    assert_eq!(installed["modified_files"], 0, "nobody knows what was released");
}

#[test]
fn an_installed_package_that_says_another_version_than_its_lockfile_is_of_that() {
    let tree = tree();
    put(&tree, "node_modules/widget", 100);
    let (path, text) = files(100).remove(0);
    tree.add(&format!("tree/node_modules/widget/{path}"), format!("{text}\nint fixed_in_1_5;\n"));
    tree.add("tree/node_modules/widget/package.json", r#"{"name": "widget", "version": "1.5.0"}"#);
    for locked in ["9.0.0", "1.0.0"] {
        tree.add("tree/package-lock.json", lock(&[("node_modules/widget", locked)]));
        let report = scan(&tree);
        let installed = component(&report, "node_modules/widget");
        assert_eq!(installed["purl"], format!("{WIDGET}@1.5.0"), "locked is {locked}");
        let declared = format!("{WIDGET}@{locked}");
        assert_eq!(discrepancies(&report), [said("wrong-version", &declared, "node_modules/widget")]);
        assert_eq!(report["discrepancies"][0]["found"], json!(["1.5.0"]));
    }
}

#[test]
fn a_lockfile_that_does_not_parse_manages_nothing_and_is_reported_with_its_place() {
    let tree = tree();
    put(&tree, "node_modules/widget", 100);
    let broken = lock(&[("node_modules/widget", "1.0.0")]).replace("\"lockfileVersion\": 3,", "<<<<<<< HEAD\n");
    tree.add("tree/package-lock.json", broken);
    let report = scan(&tree);
    assert_eq!(component(&report, "node_modules/widget")["managed"], false);
    let problems = report["problems"].as_array().unwrap();
    let problem = problems.iter().find(|one| one["code"] == "bad-manifest").expect("it is said");
    assert_eq!(problem["path"], "package-lock.json");
    assert!(problem["detail"].as_str().unwrap().contains("line "), "{problem}");
}

#[test]
fn names_that_step_out_of_their_folder_manage_nothing_and_are_said() {
    let hostile = [
        ("Podfile.lock", "PODS:\n  - .. (1.0)\n"),
        ("Podfile.lock", "PODS:\n  - ../static (1.0)\n"),
        ("package-lock.json", &*lock(&[("node_modules/../static/js", "1.0.0")])),
        ("package-lock.json", &*lock(&[("../tree/node_modules/widget", "1.0.0")])),
        ("package-lock.json", &*lock(&[("static/node_modules/../js", "1.0.0")])),
        ("composer.lock", "{\"packages\": [{\"name\": \"../..\", \"version\": \"1.0.0\"}]}"),
        ("packages.config", "<packages>\n<package id=\"..\" version=\"1.0.0\"/>\n</packages>"),
        ("Gemfile.lock", "GEM\n  remote: x\n  specs:\n    .. (1.0.0)\n"),
        (
            "Package.resolved",
            "{\"version\": 2, \"pins\": [{\"identity\": \"..\", \"state\": {\"version\": \"1.0.0\"}}]}",
        ),
    ];
    let record = "{\"packages\": [{\"name\": \"a/b\", \"version\": \"1.0.0\", \"install-path\": \"../../static/js\"}]}";
    let aside = tree();
    put(&aside, "static/js", 100);
    aside.add("tree/vendor/composer/installed.json", record);
    assert_eq!(component(&scan(&aside), "static/js")["managed"], false, "the folder itself does not say so");
    for (name, text) in hostile {
        let tree = tree();
        put(&tree, "static/js", 100);
        tree.add(&format!("tree/{name}"), text);
        let report = scan(&tree);
        assert_eq!(component(&report, "static/js")["managed"], false, "{name}: {text}");
        let problems = report["problems"].as_array().unwrap();
        assert!(
            problems.iter().any(|one| one["code"] == "bad-manifest" && one["path"] == name),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn records_and_notes_manage_nothing_around_the_folder_that_they_may_speak_of() {
    let names: Vec<String> = files(100).into_iter().map(|(path, _)| path).collect();
    let list = |before: &str| names.iter().map(|path| format!("{before}{path}\n")).collect::<String>();
    let lines = |before: &str| names.iter().map(|path| format!("{before}{path},sha256=x,1\n")).collect::<String>();
    let old_lock =
        "{\"lockfileVersion\": 1, \"dependencies\": {\"../../static/js\": {\"version\": \"npm:widget@1.0.0\"}}}";
    let hostile = [
        ("t/data/widget-1.0.dist-info/RECORD", lines("../../static/js/")),
        ("t/data/widget-1.0.egg-info/installed-files.txt", list("../../../static/js/")),
        ("vcpkg/info/widget_1.0.0_x64-linux.list", list("static/js/")),
        ("t/data/package-lock.json", old_lock.to_string()),
        ("vendor/modules.txt", "# ../static/js v1.0.0\n../static/js\n".to_string()),
        (
            "t/data/.gitmodules",
            "[submodule \"w\"]\npath = ../../static/js\nurl = https://a.example/widget\n".to_string(),
        ),
        (
            "t/data/west.yml",
            "manifest:\n  projects:\n    - {name: w, url: https://a.example/w, path: ../../static/js}\n".to_string(),
        ),
    ];
    for (name, text) in hostile {
        let tree = tree();
        put(&tree, "static/js", 100);
        tree.add(&format!("tree/{name}"), text);
        assert_eq!(component(&scan(&tree), "static/js")["managed"], false, "{name}");
    }
}

#[test]
fn a_folder_named_like_an_archive_is_none() {
    let tree = tree();
    tree.add("tree/yarn.lock", "# yarn lockfile v1\n\nwidget@^1.0.0:\n  version \"1.0.0\"\n");
    tree.add("tree/Gemfile.lock", "GEM\n  remote: https://a.example/\n  specs:\n    widget (1.0.0)\n");
    put(&tree, "vendor/cache/widget-1.0.0.gem!", 100);
    assert_eq!(component(&scan(&tree), "vendor/cache/widget-1.0.0.gem!")["managed"], false);
}

#[test]
fn a_place_that_holds_another_release_than_is_declared_is_said() {
    let tree = tree();
    put(&tree, "node_modules/widget", 200);
    put(&tree, "third_party/zoo", 300);
    tree.add("tree/package-lock.json", lock(&[("node_modules/widget", "1.0.0")]));
    tree.add(
        "tree/third_party/zoo/README.chromium",
        "Name: zoo\nURL: https://zoo.example\nVersion: 3.1\nLicense: MIT\n",
    );
    let report = scan(&tree);
    let widget = format!("{WIDGET}@1.0.0");
    assert_eq!(discrepancies(&report), [said("wrong-version", &widget, "node_modules/widget")]);
    assert_eq!(report["discrepancies"][0]["found"], json!(["2.0.0"]));
    assert_eq!(component(&report, "third_party/zoo")["managed"], true);
}

#[test]
fn an_installed_file_that_is_not_as_released_is_named() {
    let tree = tree();
    put(&tree, "node_modules/widget", 100);
    tree.add("tree/package-lock.json", lock(&[("node_modules/widget", "1.0.0")]));
    assert!(discrepancies(&scan(&tree)).is_empty());
    let (changed, text) = files(100).remove(1);
    tree.add(&format!("tree/node_modules/widget/{changed}"), text.replacen("return", "steal(); return", 1));
    let report = scan(&tree);
    assert_eq!(discrepancies(&report), [said("tampered", "pkg:npm/widget@1.0.0", "node_modules/widget")]);
    let path = format!("node_modules/widget/{changed}");
    assert_eq!(report["discrepancies"][0]["changes"], json!([["modified", path]]));
    assert_eq!(component(&report, "node_modules/widget")["managed"], true);
}

#[test]
fn a_package_that_its_lockfile_does_not_know_is_extraneous_and_unmanaged() {
    let tree = tree();
    put(&tree, "node_modules/widget", 100);
    tree.add("tree/node_modules/widget/package.json", r#"{"name": "widget", "version": "1.0.0"}"#);
    tree.add("tree/package-lock.json", lock(&[("node_modules/other", "1.0.0")]));
    let report = scan(&tree);
    assert_eq!(component(&report, "node_modules/widget")["managed"], false);
    assert_eq!(discrepancies(&report), [said("extraneous", "pkg:npm/widget@1.0.0", "node_modules/widget")]);
}

#[test]
fn files_of_a_package_folder_are_held_against_its_record() {
    let tree = tree();
    let mut record = String::new();
    for (path, text) in files(100) {
        tree.add(&format!("tree/site/widget/{path}"), &text);
        let digest = base64(&sha256(text.as_bytes()));
        record.push_str(&format!("widget/{path},sha256={digest},{}\n", text.len()));
    }
    record.push_str("widget-1.0.0.dist-info/RECORD,,\n");
    tree.add("tree/site/widget-1.0.0.dist-info/RECORD", &record);
    put(&tree, "site/widget/planted", 300);
    let report = scan(&tree);
    assert_eq!(component(&report, "site/widget")["managed"], true);
    assert_eq!(component(&report, "site/widget/planted")["managed"], false);
    assert!(discrepancies(&report).is_empty(), "{:#}", report["discrepancies"]);
    let (changed, text) = files(100).remove(0);
    tree.add(&format!("tree/site/widget/{changed}"), text.replace("return", "Return"));
    let report = scan(&tree);
    assert_eq!(discrepancies(&report), [said("tampered", "pkg:pypi/widget@1.0.0", "site/widget")]);
    let path = format!("site/widget/{changed}");
    assert_eq!(report["discrepancies"][0]["changes"], json!([["modified", path]]));
}

#[test]
fn another_component_over_a_recorded_file_is_nobodys_and_a_modified_one_stays_the_packages() {
    let tree = tree();
    let lines = |(path, text): &(String, String)| {
        format!("outer/{path},sha256={},{}\n", base64(&sha256(text.as_bytes())), text.len())
    };
    let record: String = files(100).iter().map(lines).collect();
    tree.add("tree/site/outer-1.0.0.dist-info/RECORD", record);
    put(&tree, "site/outer", 100);
    let (changed, text) = files(100).remove(0);
    tree.add(&format!("tree/site/outer/{changed}"), text.replace("return", "Return"));
    let report = scan(&tree);
    assert_eq!(report["summary"]["unmanaged_files"], 0, "it is among what the record carries");
    // All that the record names is written over.
    for ((path, _), (_, text)) in files(100).iter().zip(files(300)) {
        tree.add(&format!("tree/site/outer/{path}"), text);
    }
    let report = scan(&tree);
    assert_eq!(report["components"][0]["managed"], false, "{:#}", report["components"]);
    assert_eq!(discrepancies(&report), [said("tampered", "pkg:pypi/outer@1.0.0", "site/outer")]);
}

#[test]
fn the_record_of_the_package_that_is_scanned_accounts_for_nothing_it_carries() {
    let tree = tree();
    put(&tree, "app/_vendor/zoo", 300);
    let paths: String = files(300).iter().map(|(path, _)| format!("app/_vendor/zoo/{path},sha256=x,1\n")).collect();
    tree.add("tree/app-1.0.dist-info/RECORD", &paths);
    tree.add("tree/app-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: app\n");
    let report = scan(&tree);
    assert_eq!(component(&report, "app/_vendor/zoo")["managed"], false);
    tree.add("tree/other-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: other\n");
    assert_eq!(component(&scan(&tree), "app/_vendor/zoo")["managed"], true, "one of several that are installed");
}

#[test]
fn a_note_about_nothing_is_said() {
    let tree = tree();
    tree.add("tree/third_party/zoo/README.chromium", "Name: zoo\nURL: https://zoo.example\nVersion: 3.1\n");
    tree.add("tree/.gitmodules", "[submodule \"x\"]\n\tpath = ext/x\n\turl = https://forge.example/x.git\n");
    let report = scan(&tree);
    let kinds: Vec<String> =
        discrepancies(&report).into_iter().map(|(kind, _, root)| format!("{kind} {root}")).collect();
    assert_eq!(kinds, ["absent ext/x", "absent third_party/zoo"]);
}

#[test]
fn ids_stay_while_versions_and_contents_change() {
    let tree = tree();
    put(&tree, "lib/w", 100);
    let before = scan(&tree)["components"][0]["id"].clone();
    put(&tree, "lib/w", 200);
    let after = scan(&tree);
    assert_eq!(after["components"][0]["purl"], "pkg:npm/widget@2.0.0");
    assert_eq!(after["components"][0]["id"], before);
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}

/// As installers write it: for addresses, without padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        let letter = |at: usize| char::from(LETTERS[(word >> (18 - 6 * at)) as usize & 63]);
        out.extend((0..=chunk.len()).map(letter));
    }
    out
}

#[test]
fn a_long_piece_of_a_component_that_is_installed_is_a_finding_of_its_own() {
    let tree = Tree::new();
    let of = |at: u64| (format!("src/part{at}.c"), c_file(1100 + 20 * at, 15));
    let source = of(1).1;
    assert!(source.lines().count() > 120);
    index(&tree, "known", &[], &[Release::of("pkg:npm/widget@1.0.0", None, &[of(0), of(1), of(2), of(3)])]);
    (0..4).map(of).for_each(|(path, text)| tree.add(&format!("tree/node_modules/widget/{path}"), text));
    tree.add("tree/package-lock.json", lock(&[("node_modules/widget", "1.0.0")]));
    let own = c_file(77, 3);
    tree.add("tree/src/own.c", format!("{own}{source}"));
    let short: String = source.lines().take(60).map(|line| format!("{line}\n")).collect();
    tree.add("tree/src/short.c", format!("{short}{}", c_file(78, 9)));
    let report = scan(&tree);
    let pasted = component(&report, "src/own.c");
    assert_eq!((&pasted["kind"], &pasted["managed"]), (&json!("snippet"), &json!(false)));
    assert_eq!(pasted["duplicates"][0]["manifest"], "package-lock.json");
    assert_eq!(report["components"].as_array().unwrap().len(), 2, "a short one is said of the file");
}

#[test]
fn what_others_carry_is_of_the_component_that_most_of_it_stands_in() {
    let tree = Tree::new();
    let (old, new) = (c_file(500, 12), c_file(500, 11) + &c_file(900, 1));
    let gadget = Release::of("pkg:npm/gadget@2.0.0", None, &[("gadget.c".to_string(), new)]);
    let carried =
        [("external/gadget-1/gadget.c".to_string(), old.clone()), ("src/suite.c".to_string(), c_file(700, 9))];
    index(&tree, "known", &[], &[gadget, Release::of("pkg:npm/suite@1.0.0", None, &carried)]);
    tree.add("tree/static/g.c", old);
    let report = scan(&tree);
    let found = component(&report, "static/g.c");
    assert_eq!((&found["purl"], &found["kind"]), (&json!("pkg:npm/gadget@2.0.0"), &json!("snippet")));
}

#[test]
fn files_of_a_copy_that_nobody_knows_are_not_called_unmodified() {
    let tree = tree();
    put(&tree, "vendor/widget", 100);
    let count = |report: &Value| component(report, "vendor/widget")["unknown_files"].clone();
    assert_eq!(count(&scan(&tree)), 0);
    tree.add("tree/vendor/widget/src/new.c", c_file(9_900, 4));
    tree.add("tree/vendor/widget/src/short.c", "int one;\n");
    tree.add("tree/vendor/widget/tests/test.c", c_file(9_910, 4));
    tree.add("tree/vendor/widgets/other.c", c_file(9_920, 4));
    assert_eq!(count(&scan(&tree)), 1, "neither a short one, nor tests, nor another folder");
    let shown = scan_with(&tree, "human", &["known.fdx"]).stdout;
    assert!(shown.contains("4 files, none modified, 1 more of code not known"), "{shown}");
    assert!(shown.contains("unmodified as far as it is known, look at 1 more file of code first"), "{shown}");
}

#[test]
fn an_installed_package_is_none_of_those_that_carry_its_files() {
    let tree = Tree::new();
    let carried: Vec<(String, String)> =
        files(400).into_iter().map(|(path, text)| (format!("node_modules/gizmo/{path}"), text)).collect();
    index(&tree, "known", &[], &[Release::of("pkg:npm/suite@1.0.0", None, &carried)]);
    put(&tree, "node_modules/gizmo", 400);
    put(&tree, "static/gizmo", 400);
    tree.add("tree/package-lock.json", lock(&[("node_modules/gizmo", "4.0.0")]));
    let report = scan(&tree);
    assert_eq!(report["components"].as_array().unwrap().len(), 1, "{report:#}");
    let pasted = &report["components"][0];
    assert!(pasted["root"].as_str().unwrap().starts_with("static") && pasted["managed"] == false, "{pasted:#}");
    assert_eq!(report["summary"]["unmanaged_files"], 4);
    let bill: Value = serde_json::from_str(&scan_with(&tree, "spdx", &["known.fdx"]).stdout).unwrap();
    let names: Vec<&str> =
        bill["files"].as_array().unwrap().iter().filter_map(|one| one["fileName"].as_str()).collect();
    assert!(names.len() == 4 && names.iter().all(|name| name.contains("static/gizmo/src/")), "{names:?}");
}

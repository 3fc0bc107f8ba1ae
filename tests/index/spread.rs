//! Components and releases spread over the parts of a file act as one.

use serde_json::Value;

use super::pack::index_of;
use crate::program::{Release, Tree, released, releases, run};
use crate::sources;

/// `all.fdx` of indexes of these releases, one part each.
fn pack(tree: &Tree, parts: &[Vec<Release>]) {
    let names: Vec<String> = (1..=parts.len()).map(|number| format!("part{number}")).collect();
    names.iter().zip(parts).for_each(|(name, part)| index_of(tree, name, part));
    let files = names.iter().map(|name| format!("{name}.fdx"));
    let merge = ["index", "merge", "-q", "-o", "all.fdx"].map(String::from).into_iter().chain(files);
    let ran = run(tree.path(), merge);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
}

fn scan(tree: &Tree) -> Value {
    scan_with(tree, "all.fdx")
}

fn scan_with(tree: &Tree, index: &str) -> Value {
    run(tree.path(), ["scan", "--format", "json", "--no-default-index", "--index", index, "tree"]).report()
}

/// What the first match of each file names.
fn purls(report: &Value) -> Vec<&str> {
    report["files"].as_array().expect("a list").iter().map(|file| text(&file["matches"][0]["purl"])).collect()
}

fn findings(report: &Value) -> Vec<(&str, &str, &str)> {
    let all = report["components"].as_array().expect("a list").iter();
    all.map(|one| (text(&one["purl"]), text(&one["kind"]), text(&one["root"]))).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Pocket in three releases, the one in the middle in a part of its own.
fn interleaved() -> [Vec<Release>; 2] {
    let all = releases();
    [vec![all[0].clone(), all[2].clone()], vec![all[1].clone()]]
}

fn copy_of(tree: &Tree, purl: &str, edit: impl Fn(usize, String) -> String) {
    for number in 0..6 {
        let text = released(purl, &format!("src/pocket{number}.c"));
        tree.add(&format!("tree/third_party/pocket/src/pocket{number}.c"), edit(number, text));
    }
}

#[test]
fn a_copy_is_of_the_release_it_was_taken_from_whichever_part_knows_it() {
    for order in [[0, 1], [1, 0]] {
        let tree = Tree::new();
        pack(&tree, &order.map(|part| interleaved()[part].clone()));
        for purl in ["pkg:generic/pocket@1.0", "pkg:generic/pocket@1.1", "pkg:generic/pocket@2.0"] {
            copy_of(&tree, purl, |_, text| text);
            let report = scan(&tree);
            assert_eq!(findings(&report), [(purl, "vendored", "third_party/pocket")]);
            assert_eq!(report["components"][0]["versions"].as_array().map(Vec::len), Some(1), "{report}");
            let files = report["files"].as_array().expect("a list").iter();
            for found in files.map(|file| &file["matches"][0]) {
                assert_eq!((found["purl"].as_str(), found["kind"].as_str()), (Some(purl), Some("identical")));
            }
        }
    }
}

#[test]
fn what_is_changed_allows_the_releases_that_one_index_would_allow() {
    for order in [[0, 1], [1, 0]] {
        let tree = Tree::new();
        index_of(&tree, "one", &releases()[..3]);
        pack(&tree, &order.map(|part| interleaved()[part].clone()));
        // Every file is changed somewhere: only pieces are left to tell the release by. The newest release has all of
        // those that the one in the middle has.
        copy_of(&tree, "pkg:generic/pocket@1.1", |number, text| {
            text.replacen("    return", &format!("    own_call({number});\n    return"), 2)
        });
        let (one, all) = (scan_with(&tree, "one.fdx"), scan_with(&tree, "all.fdx"));
        assert_eq!(findings(&one).len(), 1);
        assert_eq!(findings(&one), findings(&all));
        assert_eq!(one["components"][0]["versions"], all["components"][0]["versions"]);
        assert!(one["components"][0]["versions"].as_array().expect("a list").contains(&"1.1".into()), "{one}");
        assert_eq!(purls(&one), purls(&all));
    }
}

#[test]
fn parts_say_what_one_index_says() {
    let tree = Tree::new();
    index_of(&tree, "one", &releases());
    pack(&tree, &[releases()[..2].to_vec(), releases()[2..].to_vec()]);
    copy_of(&tree, "pkg:generic/pocket@2.0", |number, text| match number {
        4 => text.replacen("    return", "    own_call();\n    return", 3),
        _ => text,
    });
    tree.add("tree/lib/satchel.h", released("pkg:generic/satchel@0.3", "satchel.h"));
    let (one, all) = (scan_with(&tree, "one.fdx"), scan_with(&tree, "all.fdx"));
    assert_eq!(findings(&one), findings(&all));
    assert_eq!(findings(&one).len(), 2);
    assert_eq!(purls(&one), purls(&all));
}

/// Valise carries pocket in a folder of its own; whoever copies pocket gets files that both hold.
fn valise() -> Vec<Release> {
    let mut files: Vec<(String, String)> =
        (0..3).map(|number| (format!("valise/strap{number}.c"), sources::c_file(400 + number, 4))).collect();
    let pocket = releases().swap_remove(0).1.into_iter().filter(|(path, _)| path.ends_with(".c"));
    // Half of it under other names and at no telling path: these files alone do not say whose they are.
    files.extend(pocket.enumerate().map(|(number, (path, text))| match number {
        0..3 => (format!("deps/pocket/{path}"), text),
        _ => (path, text),
    }));
    vec![("pkg:generic/valise@3.0", files)]
}

#[test]
fn the_origin_is_named_though_another_part_holds_what_carries_it() {
    let origin = releases()[..1].to_vec();
    for parts in [[origin.clone(), valise()], [valise(), origin]] {
        let tree = Tree::new();
        pack(&tree, &parts);
        copy_of(&tree, "pkg:generic/pocket@1.0", |_, text| text);
        let report = scan(&tree);
        assert_eq!(findings(&report), [("pkg:generic/pocket@1.0", "vendored", "third_party/pocket")]);
        let files = report["files"].as_array().expect("a list").iter();
        assert!(
            files.clone().count() == 6
                && files.into_iter().all(|file| file["matches"][0]["purl"] == "pkg:generic/pocket@1.0")
        );
    }
}

#[test]
fn a_file_that_paths_say_nothing_of_goes_to_the_origin_of_its_like() {
    let code = |seed: u64| sources::c_file(500 + seed, 6);
    let files = |paths: [&str; 2]| [0, 1].map(|at| (paths[at].to_string(), code(at as u64))).to_vec();
    let origin: Vec<Release> = vec![("pkg:generic/buckle@1.0", files(["src/a.c", "src/b.c"]))];
    let mut carrier = files(["deps/buckle/src/a.c", "src/b.c"]);
    carrier.extend((0..3).map(|number| (format!("valise/strap{number}.c"), code(10 + number))));
    let carrier: Vec<Release> = vec![("pkg:generic/valise@3.0", carrier)];
    for parts in [[origin.clone(), carrier.clone()], [carrier, origin]] {
        let tree = Tree::new();
        pack(&tree, &parts);
        // Both hold the second at the same path; that buckle lends is known from the first only. Valise is there too, with
        // more of its own, and would get the file if nothing were known.
        tree.add("tree/x/one.c", code(0));
        tree.add("tree/y/two.c", code(1));
        (0..3).for_each(|number| tree.add(&format!("tree/z/valise/strap{number}.c"), code(10 + number)));
        let report = scan(&tree);
        let expected = ["pkg:generic/buckle@1.0"; 2].into_iter().chain(["pkg:generic/valise@3.0"; 3]);
        assert_eq!(purls(&report), expected.collect::<Vec<_>>());
    }
}

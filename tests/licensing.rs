//! What a finding says of its licence: who declares it, what its files state, and what a copy lacks that its original has.

use crate::program::{Ran, Release, Tree, run, write_sources};
use crate::report::{Component, Document};
use crate::sources;

const TAG: &str = "// SPDX-License-Identifier: Zlib\n";

/// File `number` of the library: the first four carry a tag, the last two none.
fn original(number: usize) -> String {
    let head = if number < 4 { TAG } else { "// plain\n" };
    format!("{head}{}", sources::c_file(400 + number as u64, 6))
}

/// A library with a licence file and a readme, and another without either.
fn releases() -> Vec<Release> {
    let mut kit: Vec<(String, String)> =
        (0..6).map(|number| (format!("src/kit{number}.c"), original(number))).collect();
    kit.push(("LICENSE".into(), "The kit.\nSPDX-License-Identifier: Zlib\n".into()));
    kit.push(("README.md".into(), "A kit. SPDX-License-Identifier: Zlib\n".into()));
    let bare = (0..4).map(|number| (format!("bare{number}.c"), sources::c_file(500 + number, 6))).collect();
    vec![("pkg:generic/kit@1.0", kit), ("pkg:generic/bare@2.0", bare)]
}

/// A tree with `index.fdx` of [`releases`], to be scanned below `in`.
fn tree() -> Tree {
    let tree = Tree::new();
    write_sources(tree.path(), &releases());
    let ran = run(tree.path(), ["index", "build", "-q", "-o", "index.fdx", "sources.jsonl"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(run(tree.path(), ["index", "verify", "index.fdx"]).status, Some(0));
    tree
}

/// Vendors the kit's sources at `place`, each changed by `edit`.
fn vendor(tree: &Tree, place: &str, edit: impl Fn(usize, String) -> String) {
    for number in 0..6 {
        tree.add(&format!("in/{place}/src/kit{number}.c"), edit(number, original(number)));
    }
}

fn scanned(tree: &Tree, arguments: &[&str]) -> Ran {
    let all = ["scan", "--no-default-index", "--index", "index.fdx"].iter().chain(arguments);
    run(tree.path(), all.chain(&["in"]))
}

/// The only finding.
#[track_caller]
fn finding(tree: &Tree) -> Component {
    let mut document = Document::read(&scanned(tree, &["--format", "json"]).stdout);
    assert_eq!(document.components.len(), 1, "{:?}", document.components);
    document.components.remove(0)
}

fn untagged(text: &str) -> String {
    text.strip_prefix(TAG).unwrap_or(text).to_string()
}

#[test]
fn a_notice_that_the_original_has_and_the_copy_lacks_is_marked() {
    let tree = tree();
    tree.add("in/v/kit/LICENSE", &releases()[0].1[6].1);
    vendor(&tree, "v/kit", |number, text| match number {
        // The same code without its head; a match that ignores comments.
        0 => untagged(&text),
        // Another head in its place, and code added: a piece with most of the file.
        1 => format!("/* ours */\n{}{}", untagged(&text), sources::c_function(77_001)),
        // The tag in another style, and the code laid out anew: nothing is lost.
        2 => format!("/* SPDX-License-Identifier: zlib */\n\n\n{}", untagged(&text)),
        // A head taken from a file that has no notice: nothing is lost either.
        4 => text.replace("// plain\n", ""),
        _ => text,
    });
    let found = finding(&tree);
    assert_eq!(
        (found.notice_removed.files, found.notice_removed.listed.as_slice()),
        (2, &["v/kit/src/kit0.c", "v/kit/src/kit1.c"].map(String::from)[..])
    );
    assert_eq!(found.license_flags, ["notice-removed", "files-without-license"]);
    assert_eq!(found.detected["Zlib"], 3);
    assert_eq!(found.license_file_left_behind, None);
    let unlicensed = [0, 1, 4, 5].map(|number| format!("v/kit/src/kit{number}.c"));
    assert_eq!((found.files_without_license.files, found.files_without_license.listed), (4, unlicensed.to_vec()));
}

#[test]
fn a_notice_of_another_licence_is_told_apart_from_none() {
    let tree = tree();
    vendor(&tree, "kit", |number, text| match number {
        0 => text.replace("Zlib", "AGPL-3.0-only"),
        1 => text.replace(TAG, "// SPDX-License-Identifier: Zlib AND MIT\n"),
        _ => text,
    });
    let found = finding(&tree);
    assert_eq!(
        (found.notice_removed.files, found.notice_replaced.listed.as_slice()),
        (0, &["kit/src/kit0.c".to_string()][..])
    );
    assert!(found.license_flags.contains(&"notice-replaced".to_string()));
    assert_eq!((found.detected["AGPL-3.0-only"], found.detected["Zlib AND MIT"], found.detected["Zlib"]), (1, 1, 2));
}

#[test]
fn an_untouched_copy_is_not_marked() {
    let tree = tree();
    vendor(&tree, "kit", |_, text| text);
    tree.add("in/kit/COPYING.txt", "The kit is free.\n");
    let found = finding(&tree);
    assert_eq!((found.notice_removed.files, found.license_file_left_behind.as_deref()), (0, None));
}

#[test]
fn a_licence_file_that_stays_behind_is_named() {
    let tree = tree();
    vendor(&tree, "v/kit", |_, text| text);
    tree.add("in/LICENSE", "The project's own.\n");
    let found = finding(&tree);
    assert_eq!(found.license_file_left_behind.as_deref(), Some("LICENSE"));
    assert_eq!(found.license_flags, ["license-file-left-behind", "files-without-license"]);
    tree.add("in/v/LICENSE-kit", "The kit's.\n");
    assert_eq!(finding(&tree).license_file_left_behind, None, "right above it is near enough");
}

#[test]
fn a_release_without_a_licence_file_leaves_none_behind() {
    let tree = tree();
    (0..4).for_each(|number| tree.add(&format!("in/v/bare/bare{number}.c"), sources::c_file(500 + number, 6)));
    let found = finding(&tree);
    assert_eq!((found.license_file_left_behind, found.notice_removed.files), (None, 0));
    assert_eq!(found.files_without_license.files, 4);
}

#[test]
fn who_declares_what_is_told() {
    let tree = tree();
    vendor(&tree, "kit", |_, text| text);
    tree.add("in/kit/README", "SPDX-License-Identifier: MIT\n");
    let said = |found: &Component| -> Vec<(String, Option<String>, String)> {
        found.declared.iter().map(|one| (one.by.clone(), one.path.clone(), one.expression.clone())).collect()
    };
    let index = ("index".to_string(), None, "MIT".to_string());
    let readme = ("readme".to_string(), Some("kit/README".to_string()), "MIT".to_string());
    assert_eq!(said(&finding(&tree)), [index.clone(), readme]);
    tree.add("in/kit/LICENSE", "SPDX-License-Identifier: ISC\n");
    let license = ("license-file".to_string(), Some("kit/LICENSE".to_string()), "ISC".to_string());
    assert_eq!(said(&finding(&tree)), [index, license], "a readme speaks where no licence file does");
}

#[test]
fn where_nothing_is_recorded_the_licence_file_of_the_release_speaks() {
    let tree = Tree::new();
    let list = write_sources(tree.path(), &releases());
    let unrecorded: String = std::fs::read_to_string(&list)
        .unwrap()
        .lines()
        .map(|line| {
            let mut entry: serde_json::Value = serde_json::from_str(line).unwrap();
            entry.as_object_mut().unwrap().remove("license");
            format!("{entry}\n")
        })
        .collect();
    std::fs::write(&list, unrecorded).unwrap();
    assert_eq!(run(tree.path(), ["index", "build", "-q", "-o", "index.fdx", "sources.jsonl"]).status, Some(0));
    vendor(&tree, "kit", |_, text| text);
    let found = finding(&tree);
    assert_eq!(found.license.as_deref(), Some("Zlib"));
    let declared: Vec<_> = found.declared.iter().map(|one| (one.by.as_str(), one.path.as_deref())).collect();
    assert_eq!(declared, [("release", Some("LICENSE"))]);
    let report = scanned(&tree, &["--format", "human", "--format", "json=scan.json"]).stdout;
    assert!(report.contains("the release's LICENSE says Zlib"), "{report}");
    let again = run(tree.path(), ["report", "scan.json", "--format", "human"]);
    assert_eq!((again.status, again.stdout), (Some(0), report));
    tree.add("in/kit/LICENSE", "SPDX-License-Identifier: ISC\n");
    let found = finding(&tree);
    assert_eq!(
        (found.declared.len(), found.declared[0].expression.as_str()),
        (1, "ISC"),
        "the copy's own file comes first"
    );
}

#[test]
fn notices_carry_what_lies_with_the_copy() {
    let tree = tree();
    vendor(&tree, "v/kit", |_, text| text);
    tree.add("in/v/kit/NOTICE", "Keep this text with every copy.\n");
    std::fs::write(tree.path().join("in/v/LICENSE"), b"By J\xfcrgen.\nSPDX-License-Identifier: MIT\n").unwrap();
    let notices = scanned(&tree, &["--format", "notice"]).stdout;
    assert!(notices.contains("Keep this text with every copy."), "{notices}");
    assert!(notices.contains("By J\u{fc}rgen."), "Latin-1, right above the copy: {notices}");
    let debian = scanned(&tree, &["--format", "notice-debian"]).stdout;
    assert!(debian.contains(" Keep this text with every copy.\n"), "{debian}");
    tree.add("in/v/LICENSE", "SPDX-License-Identifier: ISC\n");
    let other = scanned(&tree, &["--format", "notice"]).stdout;
    assert!(other.contains("is not at hand"), "what lies above says another licence: {other}");
}

#[test]
fn nothing_is_said_where_licences_are_not_looked_for() {
    let tree = tree();
    vendor(&tree, "kit", |_, text| untagged(&text));
    let document = Document::read(&scanned(&tree, &["--format", "json", "--no-licenses"]).stdout);
    let found = &document.components[0];
    assert!(found.declared.is_empty() && found.detected.is_empty() && found.license_flags.is_empty());
    assert_eq!((found.notice_removed.files, found.license.as_deref()), (0, Some("MIT")));
}

#[test]
fn explain_tells_which_rule_a_licence_comes_from() {
    let tree = tree();
    tree.add("in/a.c", format!("int a;\n{TAG}"));
    let explain = |target| run(tree.path(), ["explain", "--no-default-index", "--index", "index.fdx", target]).stdout;
    let text = explain("in/a.c");
    assert!(text.contains("Licences\n  lines 2 to 2: Zlib (Tag), score 1.00, rule spdx-license-identifier"), "{text}");
    assert!(explain("in/a.c:1").contains("Licences\n  nothing is said of one"));
}

const FINDING: &str = "
kit
  kit 1.0, licence MIT
    vendored folder, 6 files, none modified but for comments; almost certain
    (99%); id:154160836498
    README says ISC; files say Zlib 3
    ! licence notice removed from 1 file: src/kit0.c
    ! licence file left behind: the release has LICENSE, this folder has none
    ! 3 files say nothing of a licence

What to do, cheapest first
  kit
    unmodified but for comments: no package is known in its place; note that it
    is kit 1.0

Licences stated in 4 files
  Permissive: 4 files
    Zlib 3, ISC 1
";

#[test]
fn people_read_it_below_the_finding() {
    let tree = tree();
    vendor(&tree, "kit", |number, text| if number == 0 { untagged(&text) } else { text });
    tree.add("in/kit/README", "SPDX-License-Identifier: ISC\n");
    let ran = scanned(&tree, &[]);
    assert!(ran.stdout.contains(FINDING), "{}", ran.stdout);
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
}

/// A permissive text of one page, its second paragraph as `second` has it.
fn terms(second: &str) -> String {
    let first = "Permission to use, copy, modify, and/or distribute this software for any purpose\nwith or without fee is \
        hereby granted, provided that the above copyright notice\nand this permission notice appear in all copies.\n";
    let last = "IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR\nCONSEQUENTIAL DAMAGES OR ANY \
        DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR\nPROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR \
        OTHER TORTIOUS ACTION,\nARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.\n";
    format!(
        "{first}\nTHE SOFTWARE IS PROVIDED \"AS IS\" AND {second} DISCLAIMS ALL WARRANTIES WITH REGARD\nTO THIS \
        SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS.\n{last}"
    )
}

#[test]
fn the_text_of_a_licence_is_no_piece_of_a_component() {
    let tree = Tree::new();
    let kit = vec![("kit.c".to_string(), sources::c_file(700, 6)), ("terms".to_string(), terms("THE AUTHOR"))];
    write_sources(tree.path(), &[("pkg:generic/kit@1.0", kit)]);
    let ran = run(tree.path(), ["index", "build", "-q", "-o", "index.fdx", "sources.jsonl"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    tree.add("in/conditions", terms("ACME"));
    for more in [&["--format", "json"][..], &["--format", "json", "--no-licenses"]] {
        let document = Document::read(&scanned(&tree, more).stdout);
        assert!(document.components.is_empty(), "{:?}", document.components);
        assert!(document.files.iter().all(|file| file.matches.is_empty()), "{:?}", document.files);
    }
}

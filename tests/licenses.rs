//! Licences of files: what is reported of them, and the inventory on its own.

use std::path::Path;

use serde_json::Value;

use crate::program::{Ran, Tree, run, scan};
use crate::report::Document;
use crate::sources;

/// A tree of files that state licences in one way or another.
fn stated() -> Tree {
    let utf16: Vec<u8> =
        "\u{feff}// SPDX-License-Identifier: Zlib\nint z;\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let tree = Tree::of(&[
        ("a.c", "// SPDX-License-Identifier: (GPL-2.0+ OR MIT)\nint a;\n"),
        ("b/b.py", "# SPDX-License-Identifier: MIT\n"),
        ("b/c.py", "#!/bin/sh\n# SPDX-License-Identifier: mit\n"),
        ("both.c", "/* SPDX-License-Identifier: MIT */\n\n/* SPDX-License-Identifier: AGPL-3.0-only */\n"),
        ("bad.c", "\n\n/* SPDX-License-Identifier: ISC OR Foo-1.0 */\n"),
        ("own.c", "/* SPDX-License-Identifier: LicenseRef-Acme */\n"),
        ("silent.c", "int silent;\n"),
        ("talk.md", "Put an `SPDX-License-Identifier` tag into each file.\n"),
    ]);
    tree.add("z.c", utf16);
    tree
}

fn licenses_of<'d>(document: &'d Document, path: &str) -> Vec<(&'d str, &'d str, [u32; 2])> {
    let file = document.files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is not listed"));
    file.licenses.iter().map(|one| (one.expression.as_str(), one.kind.as_str(), one.lines)).collect()
}

#[test]
fn tags_are_reported_with_their_lines_and_counted_by_file() {
    let tree = stated();
    let document = Document::read(&scan(tree.path(), ["."]).stdout);
    assert_eq!(licenses_of(&document, "a.c"), [("GPL-2.0-or-later OR MIT", "tag", [1, 1])]);
    assert_eq!(licenses_of(&document, "b/c.py"), [("MIT", "tag", [2, 2])]);
    assert_eq!(licenses_of(&document, "both.c"), [("MIT", "tag", [1, 1]), ("AGPL-3.0-only", "tag", [3, 3])]);
    assert_eq!(licenses_of(&document, "z.c"), [("Zlib", "tag", [1, 1])]);
    assert_eq!(licenses_of(&document, "bad.c"), [("ISC", "tag", [3, 3])]);
    assert_eq!((document.summary.licenses["MIT"], document.summary.licenses["LicenseRef-Acme"]), (3, 1));
    assert!(document.files.iter().all(|file| file.path != "silent.c" && file.path != "talk.md"));
    let broken = document.problems.iter().find(|problem| problem.code == "bad-spdx-expression").expect("a problem");
    assert_eq!(broken.path, "bad.c");
    assert!(
        broken.detail.starts_with("line 3: `ISC OR Foo-1.0`: ") && broken.detail.contains("`Foo-1.0`"),
        "{broken:?}"
    );
}

#[test]
fn threads_do_not_show() {
    let tree = stated();
    let one = scan(tree.path(), ["-j", "1", "."]);
    assert!(one == scan(tree.path(), ["-j", "4", "."]));
    let inventory = |threads| run(tree.path(), ["licenses", "--format", "json", "-j", threads]);
    assert!(inventory("1") == inventory("4"));
}

#[test]
fn what_is_looked_for_can_be_chosen() {
    let tree = stated();
    tree.add("copied.c", crate::program::released("pkg:generic/pocket@1.0", "src/pocket0.c"));
    let read = |arguments: &[&str]| Document::read(&scan(tree.path(), arguments).stdout);
    let both = read(&["."]);
    assert!(!both.components.is_empty() && !both.summary.licenses.is_empty());
    let matches = read(&["--no-licenses", "."]);
    assert!(!matches.components.is_empty() && matches.summary.licenses.is_empty());
    assert!(matches.problems.iter().all(|problem| problem.code != "bad-spdx-expression"));
    assert!(read(&["--only", "matches", "."]).summary.licenses.is_empty());
    // No index is needed where nothing is compared.
    let ran = run(tree.path(), ["scan", "--only", "licenses", "--no-default-index", "--format", "json"]);
    let licenses = Document::read(&ran.stdout);
    assert_eq!(licenses.summary.licenses, both.summary.licenses);
    assert!(licenses.components.is_empty() && licenses.indexes.is_empty());
    assert!(licenses.files.iter().all(|file| file.matches.is_empty()));
    let ran = run(tree.path(), ["scan", "--only", "licenses"]);
    assert!(
        ran.stdout.starts_with("foundling read 10 files and, as asked, did not look for copied code.\n"),
        "{ran:?}"
    );
    let ran = run(tree.path(), ["scan", "--only", "licenses", "--no-licenses"]);
    assert_eq!(ran.status, Some(2));
}

const INVENTORY: &str = "\
foundling found licences in 7 of 9 files.

        6  Permissive
        3  MIT
             b/b.py
             b/c.py
             both.c
        1  GPL-2.0-or-later OR MIT
             a.c
        1  ISC
             bad.c
        1  Zlib
             z.c

        1  Network copyleft
        1  AGPL-3.0-only
             both.c

        1  Of unknown terms
        1  LicenseRef-Acme
             own.c

Summary
  Read        9 files, 448 bytes
  Stating     7 files state a licence
  Silent      2 text files say nothing

Everything was examined. Worth knowing:
  1 licence tag with a broken expression
    bad.c: line 3: `ISC OR Foo-1.0`: `Foo-1.0` is not on the SPDX list
";

#[test]
fn the_inventory_is_a_table_by_category_and_licence() {
    let tree = stated();
    let ran = run(tree.path(), ["licenses"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    crate::report::same_report(&ran.stdout, INVENTORY);
    let ran = run(tree.path(), ["licenses", "--format", "json", "."]).report();
    assert_eq!(ran["schema"], "foundling-licenses/1");
    assert_eq!((&ran["summary"]["stating"], &ran["summary"]["silent"]), (&7.into(), &2.into()));
    let mit: &Value = &ran["licenses"][0];
    assert_eq!((&mit["expression"], &mit["category"]), (&"MIT".into(), &"permissive".into()));
    assert_eq!(mit["files"], serde_json::json!(["b/b.py", "b/c.py", "both.c"]));
    assert_eq!(ran["problems"][0]["code"], "bad-spdx-expression");
}

#[test]
fn the_inventory_names_every_file_where_it_is_asked_to() {
    let tree = Tree::new();
    (0..12).for_each(|at| tree.add(&format!("f{at:02}.c"), "// SPDX-License-Identifier: MIT\n"));
    let short = run(tree.path(), ["licenses"]).stdout;
    assert!(short.contains("f02.c") && !short.contains("f03.c") && short.contains("and 9 more; --files"), "{short}");
    let long = run(tree.path(), ["licenses", "--files"]).stdout;
    assert!(long.contains("f11.c") && !long.contains("more"), "{long}");
    let ran = run(tree.path(), ["licenses", "--output", "in.txt", "."]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(tree.path().join("in.txt")).expect("the answer"), short);
}

#[test]
fn an_inventory_that_cannot_be_had_is_refused() {
    let gone: Ran = run(Path::new("."), ["licenses", "nowhere-at-all"]);
    assert!(gone.refusal().contains("nowhere-at-all"));
}

#[test]
fn files_of_tags_and_words_end_in_time_and_say_what_was_cut() {
    let tree = Tree::of(&[
        ("tags.c", "// SPDX-License-Identifier: MIT\n".repeat(200_000)),
        ("broken.c", "SPDX-License-Identifier: (MIT OR ".repeat(100_000)),
        ("code.c", sources::c_file(900, 3)),
    ]);
    let document = Document::read(&scan(tree.path(), ["."]).stdout);
    let codes: Vec<(&str, &str)> =
        document.problems.iter().map(|problem| (problem.code.as_str(), problem.path.as_str())).collect();
    assert!(codes.contains(&("over-limit", "tags.c")) && codes.contains(&("over-limit", "broken.c")), "{codes:?}");
    let broken = codes.iter().filter(|(code, _)| *code == "bad-spdx-expression").count();
    assert_eq!(broken, 11, "ten are told, the others counted");
}

#[test]
fn the_program_says_whose_work_it_carries() {
    let short = run(Path::new("."), ["version"]);
    assert_eq!(
        (short.status, short.stdout.as_str()),
        (Some(0), concat!("foundling ", env!("CARGO_PKG_VERSION"), "\n"))
    );
    let long = run(Path::new("."), ["version", "--verbose"]);
    assert_eq!((long.status, long.stderr.as_str()), (Some(0), ""));
    for words in
        ["ScanCode toolkit", "nexB Inc. and others", "CC-BY-4.0", "trademark of nexB Inc.", "SPDX License List"]
    {
        assert!(long.stdout.contains(words), "{words}: {}", long.stdout);
    }
}

#[test]
fn a_named_index_must_be_there_whatever_is_looked_for() {
    let tree = Tree::new();
    tree.add("a.c", "// SPDX-License-Identifier: MIT\n");
    let ran = run(tree.path(), ["scan", "--only", "licenses", "--index", "missing.fdx", "."]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("missing.fdx"), "{}", ran.stderr);
}

//! Copyright statements: which files stand in the report for them, and how.

use serde_json::json;

use crate::program::{Tree, paths, released, run, scan};

const NOTICE: &str =
    "/*\n * Copyright (C) 2004-2007 Ada Byron <ada@example.org>\n * All rights reserved.\n */\nint a;\n";

#[test]
fn a_file_with_a_statement_stands_in_the_report() {
    let tree = Tree::of(&[
        ("a.c", NOTICE.as_bytes()),
        ("b.c", b"int b; /* no notice, but talk of copyright law */\n"),
        ("c.txt", b"\xff\xfeC\0o\0p\0y\0r\0i\0g\0h\0t\0 \0\xa9\0 \x002\x000\x001\x004\0 \0G\0r\0a\0c\0e\0\n\0"),
        ("d.py", b"# Copyright \xa9 1999, 2000 J\xfcrgen Wei\xdf and others\n"),
        ("e.bin", b"\0\0Copyright (c) 2004 Ada Byron\0"),
        ("f.bin", b"\0\0(c) 2004 Ada Byron\0"),
    ]);
    let report = scan(tree.path(), ["."]).report();
    assert_eq!(paths(&report), ["a.c", "c.txt", "d.py", "e.bin"]);
    let own = |file: usize| report["files"][file]["copyrights"].clone();
    let ada = json!([{
        "statement": "Copyright (c) 2004-2007 Ada Byron <ada@example.org>",
        "holder": "Ada Byron",
        "years": "2004-2007",
        "lines": [2, 2],
    }]);
    assert_eq!(own(0), ada);
    assert_eq!(own(1)[0]["statement"], "Copyright (c) 2014 Grace");
    let others = json!({
        "statement": "Copyright (c) 1999, 2000 Jurgen Weiss and others",
        "holder": "Jürgen Weiß and others",
        "years": "1999-2000",
        "lines": [1, 1],
    });
    assert_eq!(own(2), json!([others]));
    assert_eq!(own(3)[0]["statement"], "Copyright (c) 2004 Ada Byron");
    assert_eq!(report["files"][3]["language"], json!(null));
}

#[test]
fn a_copied_file_keeps_its_statement() {
    let notice = NOTICE.trim_end_matches("int a;\n");
    let text = released("pkg:generic/pocket@1.0", "src/pocket1.c");
    let tree = Tree::of(&[("copy.c", format!("{notice}{text}"))]);
    let report = scan(tree.path(), ["."]).report();
    assert_eq!(paths(&report), ["copy.c"]);
    assert_eq!(report["files"][0]["matches"][0]["kind"], "normalized");
    assert_eq!(report["files"][0]["copyrights"][0]["holder"], "Ada Byron");
}

#[test]
fn no_index_is_needed() {
    let tree = Tree::of(&[("a.c", NOTICE)]);
    let report = run(tree.path(), ["scan", "--only", "copyrights", "--format", "json", "."]).report();
    assert_eq!((paths(&report), &report["indexes"]), (vec!["a.c"], &json!([])));
}

#[test]
fn statements_are_left_out_on_request() {
    let tree = Tree::of(&[("a.c", NOTICE)]);
    let report = scan(tree.path(), ["--no-copyrights"]).report();
    assert_eq!(paths(&report), Vec::<String>::new());
    let report = scan(tree.path(), ["--no-copyrights", "--all-files"]).report();
    assert_eq!(report["files"][0]["copyrights"], json!([]));
}

#[test]
fn a_file_of_statements_only_is_cut_at_the_limit_and_says_so() {
    let lines: String = (0..10_001).map(|line| format!("Copyright 2004 Ada Byron {line}\n")).collect();
    let tree = Tree::of(&[("many.txt", lines)]);
    let report = scan(tree.path(), ["."]).report();
    assert_eq!(report["files"][0]["copyrights"].as_array().map(Vec::len), Some(10_000));
    assert_eq!(report["problems"][0]["code"], "over-limit");
}

//! Names, licences, copyrights and reasons that would steer a reader's program, planted wherever a report has room for words.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;

use serde_json::Value;

use super::bom::EPOCH;
use super::formats::FORMATS;
use crate::program::{Ran, Tree, command, known, releases};
use crate::sources;

/// Everything at once: markup, quotes, a table's bar, a formula, escapes, marks that turn text around, line ends with what a
/// tag file or a Debian file would take for fields.
const EVIL: &str = "=<script>alert(1)</script><img src=x onerror=alert(2)>\"'`|&]]></text>\u{202e}\u{1b}[31m\u{9b}2J\r\n\
                    SPDXID: SPDXRef-evil\nLicense: Evil\n\n| a | b |";
/// Letters that a name may have.
const NAME: &str =
    "=<script>alert(1)<%2Fscript>\"'`|&]]>\u{202e}\u{1b}[31m\u{9b}2J\nSPDXID: SPDXRef-evil\nLicense: Evil\n| a";

fn foundling(tree: &Tree, arguments: &[&str]) -> Ran {
    let mut command = command(tree.path());
    command.args(arguments).env("SOURCE_DATE_EPOCH", EPOCH).output().expect("the program runs").into()
}

/// Copies of the made-up components in places with such names, with such statements, beside such manifests and decisions.
fn tree() -> Tree {
    let tree = Tree::new();
    let releases = releases();
    let (pocket, satchel) = (&releases[1].1, &releases[3].1[0].1);
    let header = format!(
        "/* Copyright (c) 2001 Ada Byron & Sons <ada@x.example> */\n/* Copyright (c) 2002 Ada {EVIL} Byron */\n/* SPDX-License-Identifier: {EVIL} */\n"
    );
    for (path, text) in pocket {
        tree.add(&format!("tree/{NAME}/{path}"), header.clone() + text);
    }
    let named = format!("{NAME}.h");
    for name in [named.as_bytes(), b"not\xffutf8\xfe.h", b"-flag", b"~", b"@at", b"#hash?query%41", b"\xe2\x80\xae.h"] {
        let name = OsString::from_vec(name.to_vec());
        fs::write(tree.path().join("tree").join(name), satchel).expect("a file");
    }
    // 4 KB in all, which is as long as a path may be when it is opened.
    let deep: Vec<String> = (0..14).map(|_| "d<b>".repeat(60)).collect();
    tree.add(&format!("tree/{}/satchel.h", deep.join("/")), satchel);
    let pasted = format!("{}{}{header}", sources::c_function(700_001), releases[3].1[0].1);
    tree.add("tree/pasted.c", pasted);
    let words = serde_json::to_string(EVIL).expect("a text");
    tree.add(
        "tree/package.json",
        format!("{{\"name\": {words}, \"dependencies\": {{{words}: {words}, \"absent\": {words}}}}}"),
    );
    tree.add("tree/.gitmodules", format!("[submodule {words}]\n\tpath = {words}\n\turl = {words}\n"));
    let reason = words.replace("\\u001b", "\\u001B");
    let decision = format!(
        "[[decision]]\ncomponent = \"pkg:generic/satchel\"\nkind = \"accepted\"\nreason = {reason}\nauthor = {reason}\n\
         date = \"2024-01-01\"\npaths = [\"not*\"]\n"
    );
    tree.add("tree/foundling-decisions.toml", decision);
    tree
}

fn written(tree: &Tree, arguments: &[&str]) -> Ran {
    let asked: Vec<String> = FORMATS.iter().map(|(format, file)| format!("--format={format}=out/{file}")).collect();
    let all: Vec<&str> = arguments.iter().copied().chain(asked.iter().map(String::as_str)).collect();
    fs::create_dir_all(tree.path().join("out")).expect("a folder");
    foundling(tree, &all)
}

/// What must hold of a format whatever is planted.
#[track_caller]
fn check(tree: &Tree) {
    for (format, file) in FORMATS {
        let text = fs::read_to_string(tree.path().join("out").join(file)).expect("it was written, as UTF-8");
        let steers = |one: char| one.is_control() && !"\n\t".contains(one) && !(format == "csv" && one == '\r');
        let turns =
            |one: char| matches!(one, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let is_data =
            !["human", "csv", "markdown", "notice", "notice-html", "notice-debian", "spdx-tv"].contains(&format);
        // In JSON, a reader's own program has the words that stand there.
        let bad =
            text.chars().find(|one| is_data && *one < ' ' && *one != '\n' || !is_data && (steers(*one) || turns(*one)));
        assert_eq!(bad, None, "{format}: {text}");
        match format {
            "csv" => table(&text),
            "markdown" => markdown(&text),
            "html" | "notice-html" => markup(format, &text),
            "notice-debian" => fields(&text),
            "jsonl" => text.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).expect(line))),
            "spdx-tv" => tags(&text),
            // Texts of licences are verbatim.
            "human" | "notice" => {}
            _ => drop(serde_json::from_str::<Value>(&text).expect(format)),
        }
    }
}

/// Each row has as many cells as the head, and none is a formula.
#[track_caller]
fn table(text: &str) {
    let mut cells = vec![String::new()];
    let (mut quoted, mut rows) = (false, Vec::new());
    for one in text.chars() {
        match one {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            '\n' if !quoted => rows.push(std::mem::replace(&mut cells, vec![String::new()])),
            other => cells.last_mut().expect("a cell").push(other),
        }
    }
    assert!(!quoted && rows.len() > 1, "{text}");
    for row in &rows {
        assert_eq!(row.len(), rows[0].len(), "{row:?}");
        assert!(!row.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{row:?}");
    }
}

/// Each row of a table has as many bars as its head, and names stand in code.
#[track_caller]
fn markdown(text: &str) {
    let bars = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    let head = rows.iter().position(|row| row.starts_with("|---")).expect("a table");
    assert!(rows[head..].iter().all(|row| bars(row) == bars(rows[head])), "{text}");
    let outside: String = text.lines().map(|line| line.split('`').step_by(2).collect::<String>() + "\n").collect();
    assert!(!outside.contains(['<', '\\']) || !outside.contains("script"), "{outside}");
}

/// No name became markup: the only program is the page's own, whose data stand in elements that no browser runs.
#[track_caller]
fn markup(format: &str, text: &str) {
    let opened: Vec<&str> = text.split("<script").skip(1).map(|rest| rest.split_once('>').expect("an end").0).collect();
    let programs = opened.iter().filter(|rest| !rest.starts_with(" type=\"text/plain\" id=\"")).collect::<Vec<_>>();
    let expected = if format == "html" { &[" type=\"application/json\" id=\"data\"", ""][..] } else { &[] };
    assert_eq!(programs, expected.iter().collect::<Vec<_>>(), "{format}");
    assert_eq!(opened.len(), text.matches("</script>").count(), "{format}");
    assert!(!text.contains("<img"), "{format}: {text}");
}

/// No name became a tag. Between its marks a text has words, line ends and all.
#[track_caller]
fn tags(text: &str) {
    let outside: String =
        text.split("<text>").map(|part| part.split_once("</text>").map_or(part, |(_, rest)| rest)).collect();
    assert!(!outside.lines().any(|line| line.starts_with("SPDXID: SPDXRef-evil")), "{text}");
}

/// Each line is a field that the format knows, or goes on with one.
#[track_caller]
fn fields(text: &str) {
    let known = ["Format: ", "Comment: ", "Files: ", "Copyright: ", "License: "];
    let wrong = text
        .lines()
        .find(|line| !line.is_empty() && !line.starts_with(' ') && !known.iter().any(|one| line.starts_with(one)));
    assert_eq!(wrong, None, "{text}");
    assert!(!text.lines().any(|line| line.starts_with("License: Evil")), "{text}");
}

#[test]
fn what_is_planted_in_a_tree_is_inert_in_every_format() {
    let tree = tree();
    fs::copy(known(), tree.path().join("known.fdx")).expect("a copy");
    let done = written(&tree, &["scan", "--no-default-index", "--quiet", "--index", "known.fdx", "tree"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    assert!(!done.stderr.contains(['\u{1b}', '\u{202e}']), "{done:?}");
    check(&tree);
    let report: Value =
        serde_json::from_slice(&fs::read(tree.path().join("out/scan.json")).expect("it")).expect("JSON");
    let text = report.to_string();
    assert!(report["components"].as_array().expect("a list").len() >= 8, "the copies are found: {text}");
    for planted in ["<script>alert(1)", "not\\\\xffutf8", "d<b>d<b>", "Byron & Sons"] {
        assert!(text.contains(planted), "{planted} is in the report: {text}");
    }
    let again = written(&tree, &["report", "out/scan.json"]);
    assert_eq!((again.status, again.stderr.as_str()), (Some(0), ""));
    check(&tree);
}

/// Every place in a document where words stand, lists' entries as one: `files/*/path`.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::String(_) if !all.iter().any(|one| one == at) => all.push(at.to_string()),
        Value::Array(list) => list.iter().for_each(|one| places(one, &format!("{at}/*"), all)),
        Value::Object(fields) => fields.iter().for_each(|(key, one)| places(one, &format!("{at}/{key}"), all)),
        _ => {}
    }
}

/// Plants words in one of them.
fn plant(value: &mut Value, at: &str, words: &str, wanted: &str) {
    match value {
        Value::String(text) if at == wanted => words.clone_into(text),
        Value::Array(list) => list.iter_mut().for_each(|one| plant(one, &format!("{at}/*"), words, wanted)),
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(key, one)| plant(one, &format!("{at}/{key}"), words, wanted))
        }
        _ => {}
    }
}

#[test]
fn what_is_planted_in_any_field_of_a_report_is_refused_or_inert() {
    let tree = tree();
    fs::copy(known(), tree.path().join("known.fdx")).expect("a copy");
    let done =
        written(&tree, &["scan", "--no-default-index", "--quiet", "--index", "known.fdx", "--all-files", "tree"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    let honest: Value =
        serde_json::from_slice(&fs::read(tree.path().join("out/scan.json")).expect("it")).expect("JSON");
    let mut all = Vec::new();
    places(&honest, "", &mut all);
    let words = format!("{EVIL}{}", "x".repeat(4096));
    let (mut planted, mut taken) = (honest.clone(), 0);
    for place in &all {
        let mut one = honest.clone();
        plant(&mut one, "", &words, place);
        tree.add("evil.json", one.to_string());
        let done = foundling(&tree, &["report", "evil.json", "--format", "csv", "-o", "a.csv"]);
        match done.status {
            Some(0) => {
                plant(&mut planted, "", &words, place);
                taken += 1;
            }
            _ => assert!(done.refusal().contains("evil.json"), "{place}: {done:?}"),
        }
    }
    assert!(taken > 30, "{taken} of {all:?}");
    tree.add("evil.json", planted.to_string());
    let done = written(&tree, &["report", "evil.json"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    assert!(done.stderr.contains("is not here, so none of its texts"), "{done:?}");
    assert!(!done.stderr.contains(['\u{1b}', '\u{202e}', '\u{9b}', '\r']), "{done:?}");
    check(&tree);
}

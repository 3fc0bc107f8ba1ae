//! The order of the modules: each uses its own folder and what stands before it, never what stands behind.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules from the bottom up; those of one line do not know each other, except [`TOGETHER`].
const ORDER: [&[&str]; 15] = [
    &["error", "model"],
    &["atomic", "git"],
    &["text", "input"],
    &["index"],
    &["matching", "license", "copyright", "registry"],
    &["examine"],
    &["attribute"],
    &["review"],
    &["report"],
    &["scan", "build"],
    &["explain", "upstream"],
    &["patch"],
    &["cli"],
    &["config"],
    &["run"],
];
/// Evidence carries problems, and what a problem is says `model::limits`.
const TOGETHER: [&str; 2] = ["error", "model"];
/// Modules whose messages go to the terminal.
const MAY_PRINT: [&str; 2] = ["run", "main"];

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|line| line.contains(&module))
}

/// The modules that a source file names: `crate::name` anywhere outside remarks, and each name of `use crate::{…}`.
fn named(source: &str) -> Vec<String> {
    let code = without_remarks(source);
    let mut names = Vec::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(list) => names.extend(top_names(list)),
            None => names.push(first_word(after)),
        }
    }
    names
}

fn without_remarks(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or("").to_string() + "\n").collect()
}

/// The first word of each entry of a braced list, up to the brace that closes it.
fn top_names(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut entries = vec![String::new()];
    for letter in list.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => entries.push(String::new()),
            other => entries.last_mut().expect("never empty").push(other),
        }
    }
    entries.iter().map(|entry| first_word(entry.trim())).filter(|name| !name.is_empty()).collect()
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// What is wrong with a file of `module`.
fn violations(module: &str, source: &str) -> Vec<String> {
    if ["lib", "main"].contains(&module) {
        return Vec::new();
    }
    let Some(own) = rank(module) else { return vec![format!("module `{module}` has no place in the order")] };
    let allowed = |name: &str| {
        let together = TOGETHER.contains(&module) && TOGETHER.contains(&name);
        name == module || together || rank(name).is_some_and(|other| other < own)
    };
    named(source).into_iter().filter(|name| !allowed(name)).map(|name| format!("`{module}` uses `{name}`")).collect()
}

fn prints(source: &str) -> bool {
    let code = without_remarks(source);
    ["println!", "print!", "dbg!"].iter().any(|word| code.contains(word))
}

/// Every source file with its module's name.
fn sources() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the sources") {
            let path = entry.expect("an entry").path();
            let below = path.strip_prefix(&root).expect("below it");
            let module = below.iter().next().expect("a name").to_string_lossy();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push((module.trim_end_matches(".rs").to_string(), path));
            }
        }
    }
    found
}

#[test]
fn no_module_uses_a_later_one() {
    let sources = sources();
    assert!(sources.len() > 30, "the sources were found");
    let wrong: Vec<String> = sources
        .iter()
        .flat_map(|(module, path)| {
            let source = fs::read_to_string(path).expect("a source file");
            violations(module, &source).into_iter().map(move |text| format!("{}: {text}", path.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_below_the_commands_prints() {
    for (module, path) in sources() {
        let source = fs::read_to_string(&path).expect("a source file");
        assert!(MAY_PRINT.contains(&module.as_str()) || !prints(&source), "{} prints", path.display());
    }
}

#[test]
fn a_violation_is_seen_however_it_is_written() {
    assert_eq!(violations("text", "use crate::index::reader;"), ["`text` uses `index`"]);
    assert_eq!(violations("examine", "use crate::{model::ids, report::{self, json}};"), ["`examine` uses `report`"]);
    assert_eq!(violations("index", "let all = crate::scan::scan(&[]);"), ["`index` uses `scan`"]);
    assert_eq!(violations("input", "pub(in crate::text) fn f() {}"), ["`input` uses `text`"], "one line, two modules");
    assert_eq!(violations("scan", "use crate::{\n    build,\n    report,\n};"), ["`scan` uses `build`"]);
    assert_eq!(violations("report", "use crate::cli::Scan;"), ["`report` uses `cli`"]);
    assert_eq!(violations("misc", ""), ["module `misc` has no place in the order"]);
    assert!(prints("    eprintln!(\"x\")"));
}

#[test]
fn what_is_allowed_is_not_a_violation() {
    assert!(violations("index", "//! See [`crate::scan`].\nuse crate::text::digest; // not crate::report").is_empty());
    assert!(
        violations("error", "use crate::model::ids;").is_empty() && violations("model", "use crate::error;").is_empty()
    );
    assert!(violations("scan", "use crate::report::{self, json};\nuse crate::scan::x;").is_empty());
    assert!(violations("main", "use crate::run;").is_empty());
}

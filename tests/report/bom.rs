//! Bills of materials of a tree with a copied folder and a pasted piece. That they keep to their specifications checks
//! `.ci/validate`.

use std::fs;

use serde_json::Value;

use crate::program::{Ran, Tree, command, known, releases};
use crate::sources;

pub(super) const EPOCH: &str = "1709251199";

/// The second release of `pocket` as it is, and a file of the third pasted between own lines.
pub(super) fn tree() -> Tree {
    let releases = releases();
    let tree = Tree::new();
    for (path, text) in &releases[1].1 {
        tree.add(&format!("third_party/pocket/{path}"), text);
    }
    let pasted = &releases[3].1[0].1;
    let own = |seed: u64| sources::c_function(seed) + &sources::c_function(seed + 1);
    tree.add("src/pasted.c", format!("{}{pasted}{}", own(700_001), own(700_003)));
    tree
}

fn bill(tree: &Tree, format: &str, epoch: &str) -> Ran {
    let mut command = command(tree.path());
    command.args(["scan", "--no-default-index", "--format", format, "--index"]).arg(known());
    command.env("SOURCE_DATE_EPOCH", epoch).output().expect("the program runs").into()
}

#[test]
fn every_bill_of_materials_tells_the_date_and_comes_out_the_same_twice() {
    let tree = tree();
    for format in ["spdx", "spdx-tv", "spdx3", "cyclonedx"] {
        let first = bill(&tree, format, EPOCH);
        assert_eq!(first.status, Some(0), "{first:?}");
        assert!(first.stdout.contains("2024-02-29T23:59:59Z"), "{format}");
        assert_eq!(first, bill(&tree, format, EPOCH), "{format}");
    }
    assert!(bill(&tree, "spdx", "yesterday").refusal().contains("SOURCE_DATE_EPOCH"));
}

#[test]
fn files_have_the_digests_that_others_know_them_by() {
    let tree = tree();
    let document = bill(&tree, "cyclonedx", EPOCH).report();
    let pocket = document["components"].as_array().unwrap().iter().find(|one| one["name"] == "pocket").unwrap();
    let files = pocket["components"].as_array().unwrap();
    let hashes: Vec<&Value> = files.iter().map(|file| &file["hashes"][0]["content"]).collect();
    assert!(files.len() >= 6 && hashes.iter().all(|hash| hash.as_str().unwrap().len() == 40), "{files:?}");
    assert!(files[0]["swhid"][0].as_str().unwrap().starts_with("swh:1:cnt:"));
}

#[test]
fn a_snippet_cuts_out_its_own_bytes() {
    let tree = tree();
    let document = bill(&tree, "spdx", EPOCH).report();
    let snippets = document["snippets"].as_array().unwrap();
    let one = snippets.iter().find(|one| one["name"].as_str().unwrap().ends_with("src/pasted.c")).unwrap();
    let [bytes, lines] = [0, 1].map(|at| &one["ranges"][at]);
    let number = |value: &Value| value.as_u64().unwrap() as usize;
    let (first, end) = (number(&bytes["startPointer"]["offset"]), number(&bytes["endPointer"]["offset"]));
    let (first_line, last_line) =
        (number(&lines["startPointer"]["lineNumber"]), number(&lines["endPointer"]["lineNumber"]));
    let text = fs::read_to_string(tree.path().join("src/pasted.c")).unwrap();
    let expected: String = text.split_inclusive('\n').skip(first_line - 1).take(last_line + 1 - first_line).collect();
    assert_eq!(text[first - 1..end], expected);
    assert!(first_line > 1 && end < text.len(), "own code is none of it: {first_line}-{last_line}");
}

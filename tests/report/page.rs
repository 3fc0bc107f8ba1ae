//! The page of a tree with a pasted piece. That browsers show it checks `.ci/browser/run`.

use serde_json::Value;

use crate::program::{Ran, Tree, command, known, releases};
use crate::sources;

fn scan(tree: &Tree, format: &str) -> Ran {
    let mut command = command(tree.path());
    command.args(["scan", "--no-default-index", "--format", format, "--index"]).arg(known());
    command.env("SOURCE_DATE_EPOCH", "1709251199").output().expect("the program runs").into()
}

#[test]
fn a_page_holds_what_the_report_holds_and_comes_out_the_same_twice() {
    let tree = Tree::new();
    let pasted = &releases()[3].1[0].1;
    tree.add("src/<b>pasted.c", format!("{}{pasted}", sources::c_function(700_001)));
    let page = scan(&tree, "html");
    assert_eq!((page.status, page.stderr.as_str()), (Some(0), ""));
    let (_, data) = page.stdout.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    let report = scan(&tree, "json").report();
    let ids: Vec<&Value> = report["components"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert!(!ids.is_empty());
    assert_eq!(data["items"]["id"].as_array().unwrap().iter().collect::<Vec<_>>(), ids);
    assert_eq!((&data["date"], &data["figures"]["files"]), (&"2024-02-29".into(), &1.into()));
    assert!(!page.stdout.contains("<b>") && data["strings"].to_string().contains("src/<b>pasted.c"));
    assert_eq!(page, scan(&tree, "html"));
}

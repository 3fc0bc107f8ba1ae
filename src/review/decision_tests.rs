use super::*;
use crate::model::finding::FindingKind;
use crate::model::sample;

const PLAIN: &str = r#"
component = "pkg:npm/jquery"
kind = "accepted"
reason = "Old portal."
author = "Ada"
date = "2026-01-31"
"#;

fn one(more: &str) -> Decision {
    let (mut decisions, problems) = read(&format!("{HEAD}{PLAIN}{more}"), "d.toml");
    assert!(problems.is_empty(), "{problems:?}");
    decisions.remove(0)
}

fn finding(purl: &str, sketch: std::ops::Range<u64>) -> Finding {
    let mut finding = sample::finding(purl, &["1"], FindingKind::Vendored, "lib/x");
    finding.sketch = Sketch(sketch.collect());
    finding
}

fn sketch(range: std::ops::Range<u64>) -> String {
    let hashes: Vec<String> = range.map(|hash| format!("\"{hash:x}\"")).collect();
    format!("sketch = [{}]", hashes.join(", "))
}

#[test]
fn a_decision_holds_for_component_and_content() {
    let decision = one(&sketch(0..64));
    assert!(decision.is_about(&finding("pkg:npm/jquery@3.1", 0..64), "anywhere"));
    assert!(decision.is_about(&finding("pkg:npm/jQuery@9", 20..84), "elsewhere"), "a part was edited");
    assert!(!decision.is_about(&finding("pkg:npm/lodash@1", 0..64), "lib/x"), "another component");
    assert!(!decision.is_about(&finding("pkg:npm/jquery@1", 1000..1064), "lib/x"), "another content");
    let mut more = finding("pkg:npm/jquery@1", 0..0);
    more.sketch = Sketch(
        (0..64)
            .filter(|hash| hash % 8 == 0)
            .chain((0..56).map(|hash| hash * 2 + 1))
            .collect::<std::collections::BTreeSet<u64>>()
            .into_iter()
            .collect(),
    );
    let whole =
        one(&format!("sketch = [{}]", (0..64).map(|hash| format!("\"{:x}\"", hash * 2)).collect::<Vec<_>>().join(",")));
    assert!(!whole.is_about(&more, "lib/x"), "a small part of more");
    let mut grown = finding("pkg:npm/jquery@1", 0..0);
    grown.sketch = Sketch((0..96).collect());
    let few_files = one(&sketch(0..30));
    assert!(!few_files.is_about(&grown, "lib/x"), "eight files more than were decided about");
    let mut part = finding("pkg:npm/jquery@1", 0..0);
    part.sketch = Sketch((0..32).map(|hash| hash * 4).collect());
    assert!(whole.is_about(&part, "lib/x"), "a part of it");
    let mut alias = finding("pkg:generic/jq@1", 0..64);
    alias.aliases = vec!["pkg:npm/jquery".into()];
    assert!(decision.is_about(&alias, "lib/x"));
    let few = one("sketch = [\"1\", \"2\"]");
    assert!(
        few.is_about(&finding("pkg:npm/jquery@1", 1..3), "x") && !few.is_about(&finding("pkg:npm/jquery@1", 2..5), "x")
    );
}

/// Hashes of a text of which every tenth number is one, and of what else there may be, spread over the same numbers.
fn mixed(kept: std::ops::Range<u64>, more: u64) -> Finding {
    let mut finding = finding("pkg:npm/jquery@1", 0..0);
    let others = (0..more).map(|at| at * 640 / more.max(1) / 10 * 10 + 1 + at % 9);
    let all: std::collections::BTreeSet<u64> = kept.map(|hash| hash * 10).chain(others).collect();
    finding.sketch = Sketch(all.into_iter().collect());
    finding
}

fn tens(range: std::ops::Range<u64>, sign: &str) -> String {
    range.map(|hash| format!("\"{sign}{:x}\",", hash * 10)).collect()
}

#[test]
fn what_was_around_when_it_was_decided_may_be_found_later() {
    let part = one(&format!("sketch = [{}{}]", tens(0..30, ""), tens(0..64, "+")));
    let whole = mixed(0..64, 0);
    assert!(part.is_about(&whole, "x"), "a newer index knows all of the file");
    assert!(!one(&format!("sketch = [{}]", tens(0..30, ""))).is_about(&whole, "x"), "what was around is not known");
    assert!(!part.is_about(&mixed(0..64, 64), "x"), "more than was there");
    assert!(!part.is_about(&mixed(32..64, 0), "x"), "something else that was there");
    assert!(!part.is_about(&Finding { purl: "pkg:npm/lodash@1".into(), ..whole }, "x"), "another component");
}

#[test]
fn edits_do_not_hide_that_there_is_more() {
    let decided = one(&format!("sketch = [{}]", tens(0..64, "")));
    assert!(decided.is_about(&mixed(24..64, 24), "x"), "edited");
    assert!(!decided.is_about(&mixed(24..64, 90), "x"), "edited, and as much again");
}

#[test]
fn a_wide_decision_says_so() {
    let all = one("all = true");
    assert!(all.is_about(&finding("pkg:npm/jquery@1", 7..9), "lib/x"));
    let paths = one("paths = [\"third_party/**\"]");
    assert!(paths.is_about(&finding("pkg:npm/jquery@1", 7..9), "third_party/a/b"));
    assert!(!paths.is_about(&finding("pkg:npm/jquery@1", 7..9), "lib/x"));
    let many = read(&format!("{HEAD}{}all = true\n", PLAIN.replace("npm/jquery", "npm/j*")), "d").0.remove(0);
    assert!(
        many.is_about(&finding("pkg:npm/jsdom@1", 7..9), "x")
            && !many.is_about(&finding("pkg:npm/a/jsdom@1", 7..9), "x")
    );
}

#[test]
fn a_decision_ends_after_its_last_day() {
    let decision = one("all = true\nexpires = \"2026-12-31\"");
    assert!(decision.holds_on("2026-12-31") && !decision.holds_on("2027-01-01"));
    assert!(one("all = true").holds_on("9999-12-31"));
    assert!(
        is_day("2024-02-29")
            && !is_day("2023-02-29")
            && !is_day("2024-13-01")
            && !is_day("24-1-1")
            && !is_day("2024-02-2é")
    );
}

#[test]
fn what_cannot_be_read_is_said_with_its_line_and_the_rest_holds() {
    let good = format!("{HEAD}{PLAIN}all = true\n");
    for (bad, line, word) in [
        ("<<<<<<< HEAD\n", 7, ""),
        ("colour = 1\n", 7, "colour"),
        ("date = \"yesterday\"\n", 7, "duplicate"),
        ("expires = \"soon\"\nall = true\n", 7, "no date"),
        ("", 1, "sketch"),
        ("sketch = [\"xyz\"]\n", 7, "xyz"),
        ("paths = [\"[\"]\n", 7, "pattern"),
    ] {
        let text = format!("{HEAD}{PLAIN}{bad}{good}");
        let (decisions, problems) = read(&text, "d.toml");
        assert_eq!((decisions.len(), problems.len()), (1, 1), "{bad}: {problems:?}");
        let Problem { code, path, detail, .. } = &problems[0];
        assert_eq!((*code, path.as_str()), (Code::BadDecision, "d.toml"));
        assert!(detail.starts_with(&format!("line {line}: ")) && detail.contains(word), "{bad}: {detail}");
    }
    let replaced = good.replace("accepted", "replaced-by");
    assert!(read(&replaced, "d").1[0].detail.contains("replaced_by"));
    assert_eq!(read(&format!("x = 1\n{good}"), "d").1[0].detail, "line 1: it stands before the first [[decision]]");
    assert!(read(&good.replace("Ada", " "), "d").1[0].detail.contains("author"));
}

fn jquery<'e>(decided: &'e Decided, sketch: &'e Sketch, around: &'e Sketch) -> NewEntry<'e> {
    NewEntry { component: "pkg:npm/jquery", decided, sketch, around, paths: &[], discrepancy: None }
}

#[test]
fn what_is_written_reads_as_it_was_meant() {
    let decided = Decided {
        kind: DecisionKind::ReplacedBy,
        reason: "say \"no\"\nand # more\u{1b}".into(),
        author: "Ada".into(),
        date: "2026-01-31".into(),
        expires: Some("2027-01-31".into()),
        replaced_by: Some("pkg:npm/b@1".into()),
        file: String::new(),
        line: 0,
    };
    let (sketch, around) = (Sketch((0..9).collect()), Sketch((0..12).collect()));
    let entry = jquery(&decided, &sketch, &around);
    let (decisions, problems) = read(&entry.text(), "d.toml");
    assert!(problems.is_empty(), "{problems:?} {}", entry.text());
    let [read] = &decisions[..] else { panic!("{decisions:?}") };
    assert_eq!(read.decided, Decided { file: "d.toml".into(), line: 2, ..decided.clone() });
    assert!(read.is_about(&finding("pkg:npm/jquery@2", 0..9), "x") && !read.all);
    assert_eq!((&read.sketch, &read.around), (&sketch, &around));
    let injected = "x\n\n[[decision]]\ncomponent = \"pkg:*/*\"\nall = true\n\"\"\"\u{7f}";
    let decided = Decided { reason: injected.into(), ..decided };
    let entry = jquery(&decided, &sketch, &around);
    let (decisions, problems) = super::read(&entry.text(), "d.toml");
    assert!(problems.is_empty() && decisions.len() == 1, "{problems:?} {}", entry.text());
    assert_eq!(decisions[0].decided.reason, injected);
    let nothing = Sketch::default();
    let wide = NewEntry { component: "pkg:npm/*", ..jquery(&decided, &nothing, &nothing) };
    assert!(super::read(&wide.text(), "d").0[0].all);
}

#[test]
fn a_conflict_between_entries_leaves_its_neighbours() {
    let entry = |purl: &str| format!("{HEAD}{}all = true\n\n", PLAIN.replace("pkg:npm/jquery", purl));
    let (first, ours, theirs, last) = (entry("pkg:npm/a"), entry("pkg:npm/b"), entry("pkg:npm/c"), entry("pkg:npm/d"));
    let text = format!("{first}<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> other\n{last}");
    for text in [text.clone(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        let (decisions, problems) = read(&text, "d.toml");
        assert_eq!(decisions.iter().map(|one| one.component.as_str()).collect::<Vec<_>>(), ["pkg:npm/a", "pkg:npm/d"]);
        let said: Vec<&str> = problems.iter().map(|problem| problem.detail.as_str()).collect();
        assert_eq!(
            said,
            [
                "line 10: it stands in the conflict of lines 9 to 27; solve that",
                "line 19: it stands in the conflict of lines 9 to 27; solve that"
            ]
        );
        assert_eq!(decisions[1].decided.line, 28);
    }
}

#[test]
fn a_reason_may_hold_what_looks_like_an_entry() {
    let reason = "reason = \"\"\"\nSee\n[[decision]]\n=======\n\"\"\"";
    let text = format!("[[ decision ]]{}all = true\n", PLAIN.replace("reason = \"Old portal.\"", reason));
    let (decisions, problems) = read(&text, "d.toml");
    assert!(problems.is_empty() && decisions.len() == 1, "{problems:?}");
    assert_eq!(decisions[0].decided.reason, "See\n[[decision]]\n=======\n");
}

#[test]
fn a_decision_about_declarations_says_what_is_wrong() {
    let decision = one("paths = [\"lib/x\"]\ndiscrepancy = \"tampered\"");
    assert!(!decision.is_about(&finding("pkg:npm/jquery@1", 0..4), "lib/x"));
    let odd = read(&format!("{HEAD}{PLAIN}all = true\ndiscrepancy = \"odd\"\n"), "d.toml").1;
    assert!(odd[0].detail.contains("wrong-version"), "{odd:?}");
}

use std::io::Write;

use serde_json::Value;

use super::*;
use crate::model::finding::FindingKind;
use crate::report::sample;

fn run(report: &Report) -> Value {
    let mut out = Vec::new();
    write(report, Stamp(1_709_251_199), &mut out).unwrap();
    let log: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    log["runs"][0].clone()
}

#[test]
fn every_rule_is_listed_even_when_nothing_meets_it() {
    let run = run(&Report::default());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, Condition::ALL.map(Condition::as_str));
    assert_eq!(
        (&rules[1]["name"], &rules[1]["defaultConfiguration"]["level"]),
        (&"DeniedLicence".into(), &"error".into())
    );
    assert_eq!(run["results"], Value::Array(Vec::new()));
    assert_eq!(run["invocations"][0]["endTimeUtc"], "2024-02-29T23:59:59Z");
}

#[test]
fn a_finding_is_a_result_with_the_lines_of_both_sides() {
    let run = run(&sample::reviewed());
    let results = run["results"].as_array().unwrap();
    let rules: Vec<&str> = results.iter().map(|one| one["ruleId"].as_str().unwrap()).collect();
    assert_eq!(rules, ["tampered", "unmanaged", "duplicate", "unmanaged"], "the decided one comes last");
    let ring = &results[1];
    assert!(ring["message"]["text"].as_str().unwrap().contains("lib/ring_buffer.c lines 12 to 82"));
    let places = ring["locations"].as_array().unwrap();
    assert_eq!(places.len(), 2);
    assert_eq!(places[0]["physicalLocation"]["artifactLocation"]["uri"], "product/src/ring.c");
    assert_eq!(places[0]["physicalLocation"]["region"]["startLine"], 10);
    assert_eq!(places[1]["properties"]["sourceLines"], serde_json::json!([160, 160]));
    assert_eq!(ring["properties"]["purl"], "pkg:github/acme/ring@3.4.0");
    assert_eq!(ring["partialFingerprints"]["foundlingFinding/v1"].as_str().unwrap().len(), 12);
    assert_eq!(ring["suppressions"], serde_json::json!([]));
    assert_eq!((&results[2]["baselineState"], &results[2]["ruleIndex"]), (&"new".into(), &5.into()));
    let why = results[3]["suppressions"][0]["justification"].as_str().unwrap();
    assert_eq!(why, "accepted: Patched for our allocator. (Ada, 2026-01-31, until 2027-01-31)");
    assert_eq!(run["properties"]["gone"], 1);
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!((notes.len(), &notes[0]["descriptor"]["id"]), (6, &"too-large".into()));
}

#[test]
fn what_is_over_the_limits_is_cut_from_the_end_and_counted() {
    let mut report = sample::report();
    let one = sample::finding("pkg:npm/a@1", &["1"], FindingKind::Copied, "x");
    report.findings = (0..RESULTS + 7).map(|at| Finding { id: format!("{at:012}"), ..one.clone() }).collect();
    let big = run(&report);
    let count = |value: &Value| value.as_array().unwrap().len();
    assert_eq!((count(&big["results"]), &big["properties"]["cut"]["results"]), (RESULTS, &7.into()));
    let note = big["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(note.starts_with("7 results and 0 locations are left out"), "{note}");
    report.findings.truncate(1);
    let matched = |at: usize| {
        sample::file(
            &format!("x/{at:05}"),
            vec![sample::matched("pkg:npm/a@1", crate::model::evidence::MatchKind::Identical, "y", &[])],
        )
    };
    report.files = (0..LOCATIONS + 3).map(matched).collect();
    let wide = run(&report);
    assert_eq!(
        (count(&wide["results"][0]["locations"]), &wide["properties"]["cut"]["locations"]),
        (LOCATIONS, &3.into())
    );
}

#[test]
fn results_that_do_not_pack_are_cut() {
    let mut report = sample::report();
    // Names that no packing makes smaller.
    let noise = |at: usize| {
        (0..40).map(|part| blake3::hash(format!("{at} {part}").as_bytes()).to_hex().to_string()).collect::<String>()
    };
    let one = sample::finding("pkg:npm/a@1", &["1"], FindingKind::Copied, "x");
    report.findings = (0..9000).map(|at| Finding { root: noise(at), ..one.clone() }).collect();
    let mut out = Vec::new();
    write(&report, Stamp(0), &mut out).unwrap();
    let mut packed = GzEncoder::new(Counted(0), Compression::default());
    packed.write_all(&out).unwrap();
    let size = packed.finish().unwrap().0;
    assert!(size < 10_000_000 && size > 7_000_000, "{size}");
    let log: Value = serde_json::from_slice(&out).unwrap();
    let run = &log["runs"][0];
    let kept = run["results"].as_array().unwrap().len();
    assert_eq!(run["properties"]["cut"]["results"], 9000 - kept);
}

#[test]
fn names_are_data() {
    assert_eq!(uri("a b/\u{202e}<script>#?%.c"), "a%20b/%E2%80%AE%3Cscript%3E%23%3F%25.c");
    assert_eq!(uri("c:x\\xff"), "c%3Ax%FF");
    assert_eq!(Message::of("see [x](1) {0} \u{1b}[31m\\").text, "see \\[x\\](1) {{0}} \\\\u{{1b}}\\[31m\\\\");
    let absolute = artifact("/srv/a b");
    assert_eq!((absolute.uri.0.as_str(), absolute.uri_base_id), ("file:///srv/a%20b", None));
}

#[test]
fn lines_too_few_for_a_result_are_said() {
    let mut report = sample::report();
    let said = |report: &Report| run(report)["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(!said(&report).contains("too few"));
    report.findings.retain(|one| !one.purl.contains("acme/ring"));
    assert!(said(&report).contains("Copied lines, too few of them for a result, in 1 file: "), "{}", said(&report));
}

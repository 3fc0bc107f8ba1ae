//! Whole documents.

use serde_json::{Value, json};

use super::*;
use crate::model::finding::Report;
use crate::report::sample;

fn document(report: &Report) -> Value {
    let mut out = Vec::new();
    write(report, Stamp(1_709_251_199), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn file<'d>(document: &'d Value, path: &str) -> &'d Value {
    document["files"].as_array().unwrap().iter().find(|one| one["path"] == path).unwrap()
}

#[test]
fn the_head_says_who_and_when() {
    let head = &document(&sample::report())["headers"][0];
    assert_eq!((&head["tool_name"], &head["output_format_version"]), (&"foundling".into(), &"4.0.0".into()));
    assert_eq!(head["start_timestamp"], "2024-02-29T235959.000000");
    assert_eq!(head["options"], json!({ "--package": true, "--license": true, "--copyright": true }));
    assert_eq!(head["warnings"].as_array().unwrap().len(), 6);
}

#[test]
fn a_file_has_its_licences_owners_and_packages() {
    let document = document(&sample::report());
    let ring = file(&document, "product/src/ring.c");
    assert_eq!(ring["detected_license_expression"], "gpl-2.0");
    assert_eq!(ring["detected_license_expression_spdx"], "GPL-2.0-only");
    let detection = &ring["license_detections"][0];
    let found = &detection["matches"][0];
    assert_eq!((&found["start_line"], &found["end_line"], &found["score"]), (&1.into(), &9.into(), &90.0.into()));
    assert_eq!(found["rule_identifier"], "gpl-2.0_7.RULE");
    assert_eq!(
        ring["copyrights"][0],
        json!({ "copyright": "Copyright (c) 1998-2000 Ada Byron", "start_line": 2, "end_line": 3 })
    );
    assert_eq!(ring["holders"][0]["holder"], "Ada Byron");
    assert_eq!((&ring["base_name"], &ring["extension"]), (&"ring".into(), &".c".into()));
    let package = &document["packages"][1];
    assert_eq!(ring["for_packages"], json!([package["package_uid"]]));
    assert_eq!(
        (&package["namespace"], &package["name"], &package["version"]),
        (&"acme".into(), &"ring".into(), &"3.4.0".into())
    );
    assert_eq!(ring["foundling_matches"][0]["ranges"][0]["source_lines"], json!([12, 82]));
    let jquery = file(&document, "product/static/jquery.js");
    assert_eq!(jquery["license_clues"][0]["license_expression"], "isc", "a mention states nothing");
    assert_eq!(jquery["detected_license_expression"], "mit");
}

#[test]
fn detections_and_folders_are_counted() {
    let document = document(&sample::report());
    let all = document["license_detections"].as_array().unwrap();
    let counts: Vec<_> =
        all.iter().map(|one| (one["license_expression"].as_str().unwrap(), &one["detection_count"])).collect();
    assert_eq!(counts.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["gpl-2.0", "mit", "mit"]);
    assert!(counts.iter().all(|(_, count)| **count == 1));
    let top = file(&document, "product");
    assert_eq!((&top["type"], &top["files_count"], &top["dirs_count"]), (&"directory".into(), &5.into(), &6.into()));
    assert_eq!(document["files"].as_array().unwrap().len(), 5 + 7);
}

#[test]
fn an_empty_report_has_a_folder_so_that_it_opens() {
    let document = document(&Report::default());
    assert_eq!(document["files"].as_array().unwrap().len(), 1);
    assert_eq!(document["packages"], json!([]));
}

#[test]
fn names_of_a_tree_stay_names() {
    let evil = format!("<script>\"\u{202e}\u{1b}[31m\\xff{}", "x".repeat(4096));
    let mut report = sample::report();
    report.roots = vec![evil.clone()];
    report.files[1].path = evil.clone();
    report.files[1].licenses[0].expression = evil.clone();
    report.files[1].copyrights[0].statement = evil.clone();
    report.findings[1].purl = format!("pkg:generic/{evil}@1");
    report.findings[1].license = Some(evil.clone());
    report.problems[0].detail = evil.clone();
    let document = document(&report);
    let found = file(&document, &format!("{evil}/{evil}"));
    assert_eq!(found["copyrights"][0]["copyright"], evil);
    assert!(found["detected_license_expression"].is_null(), "what is no expression is none");
    assert_eq!(found["license_detections"][0]["license_expression"], "unknown");
    assert!(document["packages"][1]["declared_license_expression"].is_null());
    assert!(!document["packages"][1]["purl"].as_str().unwrap().contains(['<', ' ', '"']));
}

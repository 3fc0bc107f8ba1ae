use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::model::digest::{Digests, LineBytes};
use crate::model::finding::{FileMatch, Licensing};
use crate::report::sample;

/// The sample with digests, and the bytes of the ranges of its snippets.
fn report() -> Report {
    let mut report = sample::report();
    for (number, file) in report.files.iter_mut().enumerate() {
        let lines: BTreeSet<u32> = (file.matches.iter().flat_map(|one: &FileMatch| &one.ranges))
            .flat_map(|range| [range.lines.first, range.lines.last])
            .collect();
        let at = |line: u32| LineBytes { line, first: u64::from(line) * 10, end: u64::from(line) * 10 + 10 };
        let offsets = lines.into_iter().map(at).collect();
        let sha1 = [number as u8; 20];
        file.digests = Some(Box::new(Digests { sha1, offsets, ..Digests::default() }));
    }
    report
}

fn written(report: &Report) -> Value {
    let mut out = Vec::new();
    write(report, Stamp(0), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn tags(report: &Report) -> String {
    let mut out = Vec::new();
    write_tag_value(report, Stamp(0), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn list<'v>(document: &'v Value, name: &str) -> &'v Vec<Value> {
    document[name].as_array().unwrap()
}

fn related(document: &Value, kind: &str) -> Vec<(String, String)> {
    let of = list(document, "relationships").iter().filter(|one| one["relationshipType"] == kind);
    let text = |value: &Value| value.as_str().unwrap().to_string();
    of.map(|one| (text(&one["spdxElementId"]), text(&one["relatedSpdxElement"]))).collect()
}

#[test]
fn a_finding_is_a_package_with_every_version() {
    let document = written(&report());
    let packages = list(&document, "packages");
    let names: Vec<_> = packages.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["product", "lodash", "ring", "jquery", "zlib", "zlib"], "the last one is the release");
    let locators: Vec<_> = list(&packages[2], "externalRefs").iter().map(|one| &one["referenceLocator"]).collect();
    assert_eq!(locators.len(), 4);
    assert_eq!(locators[1], "pkg:github/acme/ring@3.4.1");
    assert_eq!(list(&packages[3], "externalRefs")[2]["referenceType"], "swh");
    assert_eq!(packages[1]["licenseDeclared"], "MIT");
}

#[test]
fn whole_files_are_contained_where_all_are_hashed() {
    let mut report = report();
    let document = written(&report);
    let analysed = |document: &Value| -> Vec<bool> {
        list(document, "packages").iter().map(|one| one["filesAnalyzed"].as_bool().unwrap()).collect()
    };
    assert_eq!(analysed(&document), [false, true, false, true, true, false]);
    assert_eq!(related(&document, "CONTAINS").len(), 4 + 4, "components, and the files of three of them");
    let code = list(&document, "packages")[1]["packageVerificationCode"]["packageVerificationCodeValue"].clone();
    // printf 0000000000000000000000000000000000000000 | sha1sum
    assert_eq!(code, "9514e18b679622b8d59991a6298559cb03099d64");
    report.files[4].digests = None;
    let document = written(&report);
    assert_eq!(analysed(&document), [false, true, false, true, false, false]);
    assert_eq!(related(&document, "OTHER").len(), 3);
}

#[test]
fn a_range_is_a_snippet_where_its_bytes_are_known() {
    let mut report = report();
    let document = written(&report);
    let snippets = list(&document, "snippets");
    assert_eq!(snippets.len(), 3);
    let ranges = list(&snippets[0], "ranges");
    assert_eq!((&ranges[0]["startPointer"]["offset"], &ranges[0]["endPointer"]["offset"]), (&101.into(), &810.into()));
    assert_eq!(
        (&ranges[1]["startPointer"]["lineNumber"], &ranges[1]["endPointer"]["lineNumber"]),
        (&10.into(), &80.into())
    );
    assert_eq!(related(&document, "DESCENDANT_OF").len(), 1 + 3, "of the modified copy and of each snippet");
    report.files.iter_mut().for_each(|file| file.digests = None);
    assert!(list(&written(&report), "snippets").is_empty());
    assert!(!tags(&report).contains("SnippetSPDXID"));
}

#[test]
fn ids_are_valid_and_given_once_and_every_relation_has_its_ends() {
    let document = written(&report());
    let mut ids = BTreeSet::from(["SPDXRef-DOCUMENT".to_string()]);
    for name in ["packages", "files", "snippets"] {
        for one in list(&document, name) {
            let id = one["SPDXID"].as_str().unwrap();
            let rest = id.strip_prefix("SPDXRef-").unwrap();
            assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)), "{id}");
            assert!(ids.insert(id.to_string()), "{id} is given twice");
        }
    }
    for one in list(&document, "relationships") {
        for end in ["spdxElementId", "relatedSpdxElement"] {
            assert!(ids.contains(one[end].as_str().unwrap()), "{one}");
        }
    }
}

#[test]
fn tags_tell_the_same_as_json() {
    let report = report();
    let (document, tags) = (written(&report), tags(&report));
    let count = |tag: &str| tags.lines().filter(|line| line.starts_with(&format!("{tag}: "))).count();
    for (tag, name) in [
        ("PackageName", "packages"),
        ("FileName", "files"),
        ("SnippetSPDXID", "snippets"),
        ("Relationship", "relationships"),
        ("LicenseID", "hasExtractedLicensingInfos"),
    ] {
        assert_eq!(count(tag), list(&document, name).len(), "{tag}");
    }
    assert!(tags.contains("\nFileChecksum: SHA1: 0000"));
}

#[test]
fn names_of_a_tree_stay_names() {
    let mut report = report();
    let evil = "a</text>\nSPDXID: SPDXRef-evil\n\u{202e}<script>\"\\x00".to_string();
    report.roots = vec![evil.clone()];
    report.files[1].path = evil.clone();
    report.files[1].matches[0].source_path = evil.clone();
    report.files[1].copyrights[0].statement = evil.clone();
    let finding = &mut report.findings[1];
    finding.root = evil.clone();
    finding.purl = format!("pkg:generic/{evil}@{evil}");
    finding.versions = vec![evil.clone(), evil.repeat(50)];
    finding.license = Some(evil.clone());
    finding.id = evil.clone();
    finding.licensing = Some(Licensing { detected: [(evil.clone(), 1)].into(), ..Licensing::default() });
    let tags = tags(&report);
    assert_eq!(tags.matches("</text>").count(), tags.matches(": <text>").count(), "{tags}");
    assert!(!tags.contains('\u{202e}'));
    let outside: Vec<&str> = tags.split("<text>").map(|part| part.rsplit("</text>").next().unwrap()).collect();
    assert!(!outside.iter().any(|part| part.contains("\nSPDXID: SPDXRef-evil")));
    let document = written(&report);
    assert_eq!(list(&document, "packages").len(), 6);
    assert_eq!(list(&document, "packages")[2]["licenseDeclared"], "NOASSERTION");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(tags(&report()), tags(&report()));
    let namespace = |report: &Report| written(report)["documentNamespace"].clone();
    assert_eq!(namespace(&report()), namespace(&report()));
    assert_ne!(namespace(&report()), namespace(&sample::report()));
}

#[test]
fn licences_on_no_list_are_told() {
    let mut report = report();
    report.findings[0].license = Some("LicenseRef-theirs".into());
    let document = written(&report);
    let told = list(&document, "hasExtractedLicensingInfos");
    assert_eq!(told[0]["licenseId"], "LicenseRef-theirs");
    assert!(tags(&report).contains("LicenseID: LicenseRef-theirs\n"));
}

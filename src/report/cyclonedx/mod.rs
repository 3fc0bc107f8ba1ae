//! CycloneDX 1.5, 1.6 and 1.7 as JSON: a bill of materials with its evidence.
//!
//! Own types, since no crate holds 1.7: `cyclonedx-bom` 0.8 ends at 1.5, `serde-cyclonedx` 0.10 at 1.6.
//! A finding is a component with the files that belong to it below; files whose copied lines are too few for a finding stand
//! beside them.

mod convert;
mod types;

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::model::finding::Report;
use crate::report::Stamp;
use crate::report::bom::unique::write_named;
use crate::report::bom::{Bom, property};
use crate::report::json::{field, list};
use convert::{Convert, TREE};
use types::{Annotation, Annotator, Composition, Dependency, Individual};

/// A version of CycloneDX.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spec {
    /// 1.5.
    V1_5,
    /// 1.6.
    #[default]
    V1_6,
    /// 1.7.
    V1_7,
}

impl Spec {
    /// Every version, oldest first.
    pub const ALL: [Spec; 3] = [Spec::V1_5, Spec::V1_6, Spec::V1_7];

    /// The number, as `--spec` takes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Spec::V1_5 => "1.5",
            Spec::V1_6 => "1.6",
            Spec::V1_7 => "1.7",
        }
    }
}

/// Writes `report`, made at `stamp`, by `spec`.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, spec: Spec, stamp: Stamp, out: &mut dyn Write) -> io::Result<()> {
    let bom = Bom::of(report);
    write_named(out, |name, out| document(&Convert { bom: &bom, spec, stamp }, name, out))
}

fn document(convert: &Convert<'_>, name: &str, out: &mut dyn Write) -> io::Result<()> {
    let bom = convert.bom;
    out.write_all(b"{\n")?;
    field(out, "$schema", &format!("http://cyclonedx.org/schema/bom-{}.schema.json", convert.spec.as_str()))?;
    field(out, "bomFormat", &"CycloneDX")?;
    field(out, "specVersion", &convert.spec.as_str())?;
    field(out, "serialNumber", &format!("urn:uuid:{name}"))?;
    field(out, "version", &1)?;
    field(out, "metadata", &convert.metadata())?;
    let loose = bom.files.iter().filter(|file| file.owners.is_empty()).map(|file| convert.loose(file));
    list(out, "components", bom.components.iter().map(|one| convert.component(one)).chain(loose))?;
    out.write_all(b",\n")?;
    list(out, "dependencies", [dependencies(bom)].into_iter())?;
    out.write_all(b",\n")?;
    list(out, "compositions", [composition(bom)].into_iter())?;
    out.write_all(b",\n")?;
    list(out, "annotations", annotations(convert).into_iter())?;
    out.write_all(b"\n}\n")
}

/// What was scanned holds each component.
fn dependencies(bom: &Bom<'_>) -> Dependency {
    Dependency { of: TREE, depends_on: bom.components.iter().map(convert::component_ref).collect() }
}

/// What was not examined may hold more. Even where all was, no index holds all open source.
fn composition(bom: &Bom<'_>) -> Composition {
    let aggregate = if bom.report.problems.is_empty() { "unknown" } else { "incomplete" };
    Composition { aggregate, assemblies: vec![TREE] }
}

/// Decisions, each in the words and by the name of who made it.
fn annotations(convert: &Convert<'_>) -> Vec<Annotation> {
    let mut seen = BTreeSet::new();
    let decided = |one: &crate::report::bom::Component<'_>| {
        let decided = one.verdict?.decided.as_ref()?;
        let subject = convert::component_ref(one);
        seen.insert(subject.clone()).then(|| Annotation {
            subjects: vec![subject],
            annotator: Annotator { individual: Individual { name: decided.author.clone() } },
            timestamp: convert.stamp.or_day(&decided.date),
            text: property::decision(decided),
        })
    };
    convert.bom.components.iter().filter_map(decided).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::model::digest::{Digests, LineBytes};
    use crate::model::finding::Paths;
    use crate::model::review::{Decided, DecisionKind, Review, Verdict};
    use crate::report::sample;

    fn written(report: &Report, spec: Spec) -> Value {
        let mut out = Vec::new();
        write(report, spec, Stamp(1_709_251_199), &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn a_component_has_its_evidence() {
        let mut report = sample::report();
        let offsets = vec![LineBytes { line: 10, first: 100, end: 110 }, LineBytes { line: 80, first: 900, end: 910 }];
        report.files[1].digests = Some(Box::new(Digests { offsets, ..Digests::default() }));
        let document = written(&report, Spec::V1_6);
        assert_eq!(document["specVersion"], "1.6");
        assert_eq!(document["metadata"]["timestamp"], "2024-02-29T23:59:59Z");
        let ring = &document["components"][1];
        assert_eq!(
            (&ring["group"], &ring["name"], &ring["version"]),
            (&"acme".into(), &"ring".into(), &"3.4.0".into())
        );
        let identity = ring["evidence"]["identity"].as_array().unwrap();
        assert_eq!(identity[0]["concludedValue"], "pkg:github/acme/ring@3.4.0");
        assert_eq!(identity[0]["methods"][0]["technique"], "source-code-analysis");
        let versions: Vec<_> = identity[1..].iter().map(|one| one["concludedValue"].as_str().unwrap()).collect();
        assert_eq!(versions, ["3.4.0", "3.4.1", "3.3.9", "3.3.8"]);
        let first = &ring["evidence"]["occurrences"][0];
        assert_eq!((&first["line"], &first["offset"]), (&10.into(), &100.into()));
        assert_eq!(ring["components"][0]["hashes"].as_array().unwrap().len(), 3);
        assert_eq!(ring["components"][0]["swhid"][0], format!("swh:1:cnt:{}", "0".repeat(40)));
        let lodash = &document["components"][0]["evidence"]["identity"][0]["methods"];
        assert_eq!(lodash[0]["technique"], "hash-comparison");
        assert_eq!(lodash[1]["technique"], "manifest-analysis");
        assert_eq!(document["compositions"][0]["aggregate"], "incomplete");
    }

    #[test]
    fn a_modified_copy_has_an_ancestor() {
        let mut report = sample::report();
        report.findings[3].modified = Paths { count: 2, listed: vec!["third_party/zlib/inflate.c".into()] };
        let document = written(&report, Spec::V1_6);
        let pedigree = &document["components"][3]["pedigree"];
        assert_eq!(pedigree["ancestors"][0]["purl"], "pkg:generic/zlib@1.2.11");
        assert_eq!(pedigree["patches"][0]["type"], "unofficial");
        assert!(pedigree["notes"].as_str().unwrap().contains("inflate.c"));
        assert!(document["components"][0]["pedigree"].is_null());
    }

    #[test]
    fn older_versions_lack_what_came_later() {
        let report = sample::report();
        let document = written(&report, Spec::V1_5);
        let evidence = &document["components"][1]["evidence"];
        assert!(evidence["identity"].is_object());
        assert!(evidence["identity"]["concludedValue"].is_null());
        let keys: Vec<_> = evidence["occurrences"][0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["location"]);
        let licences = |spec| written(&report, spec)["components"][0]["licenses"].as_array().unwrap().len();
        assert_eq!(Spec::ALL.map(licences), [1, 1, 2]);
    }

    #[test]
    fn a_decision_stands_in_the_name_of_who_made_it() {
        let mut report = sample::report();
        let decided = Decided {
            kind: DecisionKind::Accepted,
            reason: "ours".into(),
            author: "Ada".into(),
            date: "no date".into(),
            expires: None,
            replaced_by: None,
            file: "d.toml".into(),
            line: 1,
        };
        let verdict = Verdict { decided: Some(decided), ..Verdict::default() };
        report.review = Review { findings: vec![verdict], ..Review::default() };
        let document = written(&report, Spec::V1_7);
        let annotation = &document["annotations"][0];
        assert_eq!(annotation["annotator"]["individual"]["name"], "Ada");
        assert_eq!(annotation["timestamp"], "2024-02-29T23:59:59Z", "a date that is none is the report's");
        assert_eq!(annotation["subjects"][0], document["components"][0]["bom-ref"]);
    }

    #[test]
    fn names_of_a_tree_stay_names() {
        let evil = "</script>\n\u{202e}\"\u{1b}[31m".to_string();
        let mut report = sample::report();
        report.roots = vec![evil.clone()];
        report.files[1].path = evil.clone();
        report.files[1].matches[0].source_path = evil.clone();
        let finding = &mut report.findings[1];
        (finding.id, finding.root, finding.license) = (evil.clone(), evil.clone(), Some(evil.clone()));
        finding.purl = format!("pkg:generic/{evil}@{evil}");
        finding.versions = vec![evil.repeat(500)];
        let mut out = Vec::new();
        write(&report, Spec::V1_6, Stamp(0), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'));
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["metadata"]["component"]["name"], evil);
        let found = &document["components"][1];
        assert_eq!(found["version"].as_str().unwrap().chars().count(), 1024, "more is against the specification");
        assert!(found["licenses"].is_null(), "what is no expression is a property");
        assert!(!found["purl"].as_str().unwrap().contains([' ', '\n']));
    }

    #[test]
    fn the_same_report_gives_the_same_bytes_and_another_another_number() {
        let report = sample::report();
        assert_eq!(written(&report, Spec::V1_6), written(&report, Spec::V1_6));
        let number = |report: &Report| written(report, Spec::V1_6)["serialNumber"].clone();
        let mut other = sample::report();
        other.findings[0].lines += 1;
        assert_ne!(number(&report), number(&other));
        assert!(number(&report).as_str().unwrap().starts_with("urn:uuid:"));
    }
}

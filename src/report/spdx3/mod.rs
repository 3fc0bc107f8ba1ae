//! SPDX 3.0.1 as JSON-LD: a graph of elements, each written as it is reached.
//!
//! Own types: no crate holds SPDX 3. What was scanned contains a package for each finding, and that its files. The package of a
//! modified copy descends from the release; what was pasted was copied from its package to a snippet, with lines and, where
//! they are known, bytes. Declared and concluded licences are relationships, and so is how complete the list is.

mod convert;
mod types;

use std::io::{self, Write};

use crate::model::finding::Report;
use crate::report::Stamp;
use crate::report::bom::Bom;
use crate::report::bom::unique::write_named;
use crate::report::json::field;
use convert::Convert;

/// What the names in the graph mean.
const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
/// What an element's own name is made of; the place that SPDX offers to those who have none of their own.
const NAMESPACE: &str = "https://spdx.org/spdxdocs/foundling-";

/// Writes `report`, made at `stamp`.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, stamp: Stamp, out: &mut dyn Write) -> io::Result<()> {
    let bom = Bom::of(report);
    write_named(out, |name, out| document(&Convert::new(&bom, stamp, format!("{NAMESPACE}{name}#")), out))
}

fn document(convert: &Convert<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\n")?;
    field(out, "@context", &CONTEXT)?;
    out.write_all(b"  \"@graph\": [")?;
    convert.graph(&mut convert::Graph::new(out))?;
    out.write_all(b"\n  ]\n}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::model::digest::{Digests, LineBytes};
    use crate::report::sample;

    fn graph(report: &Report) -> Vec<Value> {
        let mut out = Vec::new();
        write(report, Stamp(0), &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(document["@context"], CONTEXT);
        document["@graph"].as_array().unwrap().clone()
    }

    fn of<'g>(graph: &'g [Value], kind: &str) -> Vec<&'g Value> {
        graph.iter().filter(|one| one["type"] == kind).collect()
    }

    fn related<'g>(graph: &'g [Value], kind: &str) -> Vec<&'g Value> {
        of(graph, "Relationship").into_iter().filter(|one| one["relationshipType"] == kind).collect()
    }

    #[test]
    fn a_finding_is_a_package_with_files_and_licences() {
        let graph = graph(&sample::report());
        let names: Vec<_> = of(&graph, "software_Package").iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["product", "lodash", "ring", "jquery", "zlib", "zlib"]);
        let ring = of(&graph, "software_Package")[2];
        assert_eq!(ring["externalIdentifier"].as_array().unwrap().len(), 4);
        assert_eq!(of(&graph, "software_File").len(), 5);
        assert_eq!(related(&graph, "hasDeclaredLicense").len(), 4, "of three findings and a release");
        assert_eq!(related(&graph, "contains")[0]["completeness"], "incomplete");
        assert_eq!(related(&graph, "descendantOf").len(), 1);
    }

    #[test]
    fn a_range_has_lines_and_bytes_where_they_are_known() {
        let mut report = sample::report();
        let offsets = vec![LineBytes { line: 10, first: 0, end: 9 }, LineBytes { line: 80, first: 90, end: 99 }];
        report.files[1].digests = Some(Box::new(Digests { offsets, ..Digests::default() }));
        let graph = graph(&report);
        let snippets = of(&graph, "software_Snippet");
        assert_eq!(snippets.len(), 3);
        let bytes = &snippets[0]["software_byteRange"];
        assert_eq!((&bytes["beginIntegerRange"], &bytes["endIntegerRange"]), (&1.into(), &99.into()));
        assert_eq!(snippets[0]["software_lineRange"]["endIntegerRange"], 80);
        assert!(snippets[1]["software_byteRange"].is_null());
        assert_eq!(related(&graph, "copiedTo").len(), 3);
        assert_eq!(of(&graph, "software_File")[1]["verifiedUsing"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn ids_are_given_once_and_every_reference_has_its_element() {
        let mut report = sample::report();
        report.findings[0].license = Some("LicenseRef-theirs OR MIT".into());
        let graph = graph(&report);
        let mut ids = BTreeSet::new();
        for one in graph.iter().filter(|one| one["type"] != "CreationInfo") {
            assert!(ids.insert(one["spdxId"].as_str().unwrap()), "{one}");
        }
        let to = |one: &Value| -> Vec<String> {
            let mut all: Vec<Value> = Vec::new();
            for name in ["to", "rootElement", "element", "createdBy"] {
                all.extend(one[name].as_array().into_iter().flatten().cloned());
            }
            all.extend(["from", "subject", "software_snippetFromFile"].map(|name| one[name].clone()));
            let own = one["simplelicensing_customIdToUri"].as_array().into_iter().flatten();
            all.extend(own.map(|entry| entry["value"].clone()));
            all.into_iter().filter_map(|value| value.as_str().map(String::from)).collect()
        };
        let ends: Vec<String> = graph.iter().flat_map(to).collect();
        assert!(ends.len() > 20);
        ends.iter().for_each(|end| assert!(ids.contains(end.as_str()), "{end}"));
        assert_eq!(of(&graph, "simplelicensing_SimpleLicensingText").len(), 1);
    }

    #[test]
    fn the_same_report_gives_the_same_bytes_and_names_are_inert() {
        let mut report = sample::report();
        report.findings[1].root = "a\u{202e}</script>\n\"".into();
        report.findings[1].id = "a b#c".into();
        let bytes = |report: &Report| {
            let mut out = Vec::new();
            write(report, Stamp(0), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(bytes(&report), bytes(&report));
        assert!(!bytes(&report).contains('\u{202e}'));
        let ids: Vec<_> = graph(&report).iter().filter_map(|one| one["spdxId"].as_str().map(String::from)).collect();
        assert!(ids.iter().all(|id| id.matches('#').count() == 1 && !id.contains(' ')), "{ids:?}");
    }
}

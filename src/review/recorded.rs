//! An earlier report, as far as it is compared with: what was found, and by what that is known again.

use std::io::Read;

use serde::Deserialize;

use crate::model::evidence::Wanted;
use crate::model::finding::{Discrepancy, DiscrepancyKind, Finding, FindingKind, Report};
use crate::model::sketch::{Sketch, read_hashes, written};

/// What the layout of a report is called.
const SCHEMA: &str = "foundling-report/1";

/// An earlier report. Fields that are not needed here are passed over.
#[derive(Debug, Default, Deserialize)]
pub struct Recorded {
    schema: String,
    /// What it looked for; reports that do not say it are taken to have looked for all.
    #[serde(default)]
    pub wanted: Option<Vec<String>>,
    /// Its findings.
    #[serde(default)]
    pub components: Vec<RecordedFinding>,
    /// Its discrepancies.
    #[serde(default)]
    pub discrepancies: Vec<RecordedDiscrepancy>,
}

impl Recorded {
    /// Whether it looked for copied code as a scan does: else none of its components says anything of the other's.
    pub fn is_comparable(&self, wanted: Wanted) -> bool {
        let looked = |all: &Vec<String>| all.iter().any(|one| one == "matches");
        self.wanted.as_ref().is_none_or(|all| looked(all) == wanted.matches)
    }

    /// What would be read of a report that was written.
    pub fn of(report: &Report) -> Recorded {
        let finding = |one: &Finding| RecordedFinding {
            id: one.id.clone(),
            purl: one.purl.clone(),
            aliases: one.aliases.clone(),
            versions: one.versions.clone(),
            license: one.license.clone(),
            kind: one.kind,
            root: report.shown_path(one.scan_root, &one.root).into_owned(),
            managed: one.is_managed(),
            modified_files: one.modified_files,
            files: Some(one.files),
            sketch: written(&one.sketch, &one.around),
        };
        let discrepancy = |one: &Discrepancy| RecordedDiscrepancy {
            id: one.id.clone(),
            root: report.shown_path(one.scan_root, &one.root).into_owned(),
            kind: Some(one.kind),
            declared: RecordedDeclaration { purl: one.declared.purl.clone() },
        };
        Recorded {
            schema: SCHEMA.to_string(),
            wanted: None,
            components: report.findings.iter().map(finding).collect(),
            discrepancies: report.discrepancies.iter().map(discrepancy).collect(),
        }
    }
}

/// A finding of an earlier report.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedFinding {
    /// Its id; empty in reports from before there were ids.
    #[serde(default)]
    pub id: String,
    /// The purl with the best version.
    pub purl: String,
    /// Other purls of the component.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// All versions.
    #[serde(default)]
    pub versions: Vec<String>,
    /// SPDX expression.
    #[serde(default)]
    pub license: Option<String>,
    /// How much of it.
    pub kind: FindingKind,
    /// Where.
    pub root: String,
    /// Whether a manifest accounted for it.
    #[serde(default)]
    pub managed: bool,
    /// Files that it is made of, where the report says.
    #[serde(default)]
    pub files: Option<u32>,
    /// Files that differ from the release.
    #[serde(default)]
    pub modified_files: u32,
    /// Hexadecimal hashes.
    #[serde(default)]
    sketch: Vec<String>,
}

impl RecordedFinding {
    /// By what it is known again, and what is around it.
    pub fn sketches(&self) -> (Sketch, Sketch) {
        read_hashes(&self.sketch).unwrap_or_default()
    }

    /// By what it is known again.
    pub fn sketch(&self) -> Sketch {
        self.sketches().0
    }
}

/// A discrepancy of an earlier report.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedDiscrepancy {
    /// Its id.
    pub id: String,
    /// Where.
    #[serde(default)]
    pub root: String,
    /// What is wrong.
    #[serde(default)]
    pub kind: Option<DiscrepancyKind>,
    /// What was declared.
    pub declared: RecordedDeclaration,
}

/// What a manifest said.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedDeclaration {
    /// The purl, with a version where one was given.
    pub purl: String,
}

/// Reads a report.
///
/// # Errors
/// Why it is none that can be compared with.
pub fn read(input: impl Read) -> Result<Recorded, String> {
    let recorded: Recorded =
        serde_json::from_reader(input).map_err(|error| format!("it is no JSON report of foundling: {error}"))?;
    match recorded.schema.as_str() {
        SCHEMA => Ok(recorded),
        other => Err(format!("its layout is `{other}`, this program reads `{SCHEMA}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_of_a_report_is_read() {
        let text = r#"{"schema": "foundling-report/1", "files": [{"x": [[1]]}], "components": [{"id": "a", "purl": "pkg:npm/a@1",
            "kind": "vendored", "root": "lib/a", "sketch": ["00000000000000ff", "0000000000000001"], "new": {}}]}"#;
        let recorded = read(text.as_bytes()).unwrap();
        let [one] = &recorded.components[..] else { panic!("{recorded:?}") };
        assert_eq!((one.sketch(), one.kind, one.managed), (Sketch(vec![1, 255]), FindingKind::Vendored, false));
        for (text, word) in
            [("{", "no JSON"), ("[]", "no JSON"), ("{\"schema\": \"other/2\"}", "other/2"), ("{}", "no JSON")]
        {
            assert!(read(text.as_bytes()).unwrap_err().contains(word), "{text}");
        }
        assert!(read("[".repeat(100_000).as_bytes()).is_err());
    }
}

//! The JSON report as lines: one entry a line, for programs that read as they go. Each line is an object with a `type`:
//! `scan` first (schema, tool, what was looked for, indexes, roots), then `component`, `internal`, `discrepancy`, `manifest`,
//! `file` and `problem` with the fields that these entries have in [`super::json`], and `end` last with the figures: a file
//! without it was cut short.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::finding::Report;
use crate::report::json::{self, SCHEMA, TOOL, entry};
use crate::report::json_review;
use crate::report::summary::Summary;

#[derive(Serialize)]
struct Line<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    of: T,
}

#[derive(Serialize)]
struct Scan<'r> {
    schema: &'static str,
    tool: &'static json::Tool,
    wanted: Vec<&'static str>,
    indexes: Vec<json::Index<'r>>,
    roots: &'r [String],
}

#[derive(Serialize)]
struct End<'r> {
    summary: json::Figures<'r>,
}

/// Writes `report`, a line an entry.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let indexes = report.indexes.iter().map(json::index).collect();
    let scan = Scan { schema: SCHEMA, tool: &TOOL, wanted: json::wanted(report), indexes, roots: &report.roots };
    line(out, "scan", scan)?;
    for (at, finding) in report.findings.iter().enumerate() {
        line(out, "component", json::component(report, finding, report.review.findings.get(at)))?;
    }
    for finding in &report.internal {
        line(out, "internal", json::component(report, finding, None))?;
    }
    for (at, one) in report.discrepancies.iter().enumerate() {
        line(out, "discrepancy", json_review::discrepancy(report, one, report.review.discrepancies.get(at)))?;
    }
    report.manifests.iter().try_for_each(|one| line(out, "manifest", json_review::manifest(report, one)))?;
    report.files.iter().try_for_each(|one| line(out, "file", json::file(report, one)))?;
    report.problems.iter().try_for_each(|one| line(out, "problem", one))?;
    line(out, "end", End { summary: json::figures(report, &Summary::of(report)) })
}

fn line(out: &mut dyn Write, kind: &'static str, of: impl Serialize) -> io::Result<()> {
    entry(out, &Line { kind, of })?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample;

    #[test]
    fn every_entry_of_the_report_is_a_line_and_the_end_is_said() {
        let report = sample::reviewed();
        let mut out = Vec::new();
        write(&report, &mut out).unwrap();
        let lines: Vec<Value> =
            String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
        let kinds = ["component", "internal", "discrepancy", "file", "problem"];
        assert_eq!(kinds.map(count), [4, 1, 1, 5, 6]);
        assert_eq!((&lines[0]["type"], &lines[0]["schema"]), (&"scan".into(), &"foundling-report/1".into()));
        assert_eq!(lines.last().unwrap()["summary"]["components"], 4);
        let mut whole = Vec::new();
        json::write(&report, &mut whole).unwrap();
        let whole: Value = serde_json::from_slice(&whole).unwrap();
        let mut ring = lines[2].clone();
        ring.as_object_mut().unwrap().remove("type");
        assert_eq!(ring, whole["components"][1]);
    }
}

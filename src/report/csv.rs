//! Findings as comma-separated values (RFC 4180), one a row, for spreadsheets and figures.
//!
//! A cell that a spreadsheet would take for a formula begins with an apostrophe.

use std::io::{self, Write};

use crate::model::finding::{Finding, Report};
use crate::model::review::Verdict;
use crate::report::layout::safe;
use crate::report::words;

const COLUMNS: &[&str] = &[
    "id",
    "purl",
    "versions",
    "kind",
    "root",
    "managed",
    "managed_by",
    "license",
    "files",
    "modified_files",
    "lines",
    "confidence",
    "conditions",
    "decision",
    "reason",
    "state",
    "remedy",
    "line",
    "newest",
    "behind",
];

/// Writes the findings of open source, a heading first.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    row(out, COLUMNS.iter().map(|name| name.to_string()))?;
    for (at, finding) in report.findings.iter().enumerate() {
        row(out, cells(report, finding, report.review.findings.get(at)).into_iter())?;
    }
    Ok(())
}

fn cells(report: &Report, finding: &Finding, verdict: Option<&Verdict>) -> Vec<String> {
    let managed_by = finding.managed.as_ref().map(|managed| report.shown_path(finding.scan_root, &managed.at.manifest));
    let remedy = verdict.and_then(|verdict| verdict.remedy.as_ref());
    let decided = verdict.and_then(|verdict| verdict.decided.as_ref());
    let conditions = verdict.map_or(&[][..], |verdict| &verdict.conditions);
    vec![
        finding.id.clone(),
        finding.purl.clone(),
        finding.versions.join(" "),
        words::of(&finding.kind),
        report.shown_path(finding.scan_root, &finding.root).into_owned(),
        finding.is_managed().to_string(),
        managed_by.map(|path| path.into_owned()).unwrap_or_default(),
        finding.license.clone().unwrap_or_default(),
        finding.files.to_string(),
        finding.modified_files.to_string(),
        finding.lines.to_string(),
        format!("{:.4}", finding.confidence),
        conditions.iter().map(|condition| condition.as_str()).collect::<Vec<_>>().join(" "),
        decided.map(|decided| words::of(&decided.kind)).unwrap_or_default(),
        decided.map(|decided| decided.reason.clone()).unwrap_or_default(),
        verdict.and_then(|verdict| verdict.state).map(|state| words::of(&state)).unwrap_or_default(),
        remedy.map(|remedy| words::of(&remedy.effort)).unwrap_or_default(),
        remedy.and_then(|remedy| remedy.line.clone()).unwrap_or_default(),
        remedy.and_then(|remedy| remedy.newest.clone()).unwrap_or_default(),
        remedy.and_then(|remedy| remedy.behind).map(|behind| behind.to_string()).unwrap_or_default(),
    ]
}

fn row(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let cells: Vec<String> = cells.map(|text| cell(&text)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

fn cell(text: &str) -> String {
    let text = safe(text);
    let text = match text.starts_with(['=', '+', '-', '@']) {
        true => format!("'{text}"),
        false => text.into_owned(),
    };
    if text.contains(['"', ',', ' ', ';', '\n', '\r', '\'']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn lines(report: &Report) -> Vec<String> {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap().split("\r\n").map(str::to_string).collect()
    }

    #[test]
    fn a_finding_is_a_row() {
        let lines = lines(&sample::reviewed());
        assert_eq!(lines.len(), 4 + 2, "a heading, four findings, the last line's end");
        assert_eq!(lines[0].split(',').count(), COLUMNS.len());
        let jquery = lines.iter().find(|line| line.contains("jquery")).unwrap();
        assert!(
            jquery.contains("\"npm install jquery@3.6.0\",3.7.1,3") && jquery.contains("\"unmanaged duplicate\""),
            "{jquery}"
        );
    }

    #[test]
    fn cells_are_no_formulas_and_stay_one_cell() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("a,\"b\"\n"), "\"a,\"\"b\"\"\\n\"");
        assert_eq!(cell("-x"), "\"'-x\"");
        assert_eq!(cell("plain"), "plain");
    }
}

//! GitLab's code quality report: one entry a finding without a decision, and one a declaration that does not hold.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::finding::{Discrepancy, Finding, Report};
use crate::model::review::{Condition, Verdict};
use crate::report::layout::safe;
use crate::report::results::{self, Level};

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Begin,
}

#[derive(Serialize)]
struct Begin {
    begin: u32,
}

/// Writes the entries as a JSON list.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let open = |verdict: Option<&Verdict>| verdict.is_none_or(|verdict| verdict.decided.is_none());
    let findings = results::findings(report).filter(|(_, _, verdict)| open(*verdict));
    let findings = findings.map(|(finding, condition, _)| of_finding(report, finding, condition));
    let discrepancies = results::discrepancies(report).filter(|(_, _, verdict)| open(*verdict));
    let discrepancies = discrepancies.map(|(one, condition, _)| of_discrepancy(report, one, condition));
    let entries: Vec<Entry> = findings.chain(discrepancies).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    out.write_all(b"\n")
}

fn severity(condition: Condition) -> &'static str {
    match results::level(condition) {
        Level::Error => "critical",
        Level::Warning => "major",
        Level::Note => "minor",
    }
}

fn of_finding(report: &Report, finding: &Finding, condition: Condition) -> Entry {
    let place = results::places(report, finding).next();
    let (path, begin) = place.map_or_else(
        || (results::from_top(report, &report.shown_path(finding.scan_root, &finding.root)), 1),
        |place| (place.path, place.lines.map_or(1, |lines| lines.first)),
    );
    Entry {
        description: safe(&results::finding_message(report, finding)).into_owned(),
        check_name: condition.as_str(),
        fingerprint: finding.id.clone(),
        severity: severity(condition),
        location: Location { path: safe(&path).into_owned(), lines: Begin { begin } },
    }
}

fn of_discrepancy(report: &Report, one: &Discrepancy, condition: Condition) -> Entry {
    let path = results::from_top(report, &report.shown_path(one.scan_root, &one.declared.manifest));
    Entry {
        description: safe(&results::discrepancy_message(report, one)).into_owned(),
        check_name: condition.as_str(),
        fingerprint: one.id.clone(),
        severity: severity(condition),
        location: Location { path: safe(&path).into_owned(), lines: Begin { begin: one.declared.line.max(1) } },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::sample;

    #[test]
    fn what_is_open_is_an_entry() {
        let mut out = Vec::new();
        write(&sample::reviewed(), &mut out).unwrap();
        let entries: Vec<Value> = serde_json::from_slice(&out).unwrap();
        let names: Vec<&str> = entries.iter().map(|one| one["check_name"].as_str().unwrap()).collect();
        assert_eq!(names, ["unmanaged", "duplicate", "tampered"], "the decided one is left out, so is the managed one");
        assert_eq!(entries[0]["location"]["path"], "product/src/ring.c");
        assert_eq!(
            (&entries[0]["location"]["lines"]["begin"], &entries[2]["severity"]),
            (&10.into(), &"critical".into())
        );
    }
}

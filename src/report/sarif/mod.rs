//! SARIF 2.1.0 (OASIS, errata 01) for code scanning: one result a finding, and one a declaration that does not hold.
//!
//! - Every condition is a rule, whether anything meets it or not.
//! - `partialFingerprints` are this program's own: `foundlingFinding/v1` is the finding's id (component, place, managed or not),
//!   `foundlingContent/v1` is of what it matches on. Neither changes with versions or other findings.
//! - Decisions are `suppressions`; how a finding stands to an earlier report is its `baselineState`. What is gone is counted in
//!   the run's properties and is no result: services that ignore the state would show it as open.
//! - It stays inside what GitHub takes ([`RESULTS`], [`LOCATIONS`], [`PACKED`]): the least important results are cut first, and
//!   what was cut is counted in `properties.cut` and said in a notification.

mod types;

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::model::finding::{Discrepancy, Finding, Report};
use crate::model::place::{Lines, raw_path};
use crate::model::review::{BaselineState, Condition, Decided, Verdict};
use crate::model::sketch::Sketch;
use crate::report::Stamp;
use crate::report::json::{TOOL, entry};
use crate::report::layout::{counted, safe};
use crate::report::results::{self, Level, Place};
use crate::report::summary::Summary;
use crate::report::words;
use types::{
    Artifact, Configuration, Cut, Driver, Fingerprints, Invocation, Location, Message, Notification, Physical, Region,
    Result as Entry, Rule, RunProperties, Suppression, Upstream, Uri,
};

/// Results that GitHub takes.
pub const RESULTS: usize = 25_000;
/// Locations of a result that GitHub takes.
pub const LOCATIONS: usize = 1000;
/// Locations of all results together: with many results each names fewer.
const ALL_LOCATIONS: usize = 100_000;
/// Fewest locations that a result may name, however many results there are.
const FEWEST: usize = 10;
/// Packed size that GitHub takes, bytes, less what stands around the results.
const PACKED: u64 = 9_000_000;
/// Notifications of one kind that are listed.
const NOTIFICATIONS: usize = 1000;
/// What paths are relative to.
const BASE: &str = "SRCROOT";

/// Writes `report`, made at `stamp`.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, stamp: Stamp, out: &mut dyn Write) -> io::Result<()> {
    let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
    write!(
        out,
        "{{\n  \"$schema\": \"{schema}\",\n  \"version\": \"2.1.0\",\n  \"runs\": [{{\n  \"tool\": {{\"driver\": "
    )?;
    entry(out, &driver())?;
    write!(
        out,
        "}},\n  \"columnKind\": \"unicodeCodePoints\",\n  \"originalUriBaseIds\": {{\"{BASE}\": {{\"description\": "
    )?;
    entry(
        out,
        &Message::of(
            "The folder that the program was called in, or the scanned one where that was given from the topmost folder or lies elsewhere.",
        ),
    )?;
    write!(out, "}}}},\n  \"results\": [")?;
    let cut = write_results(report, out)?;
    out.write_all(b"\n  ],\n  \"invocations\": [")?;
    entry(out, &invocation(report, &cut, stamp))?;
    out.write_all(b"],\n  \"properties\": ")?;
    let gone = report.review.gone.len();
    entry(out, &RunProperties { files: report.files_read, bytes: report.bytes_read, gone, cut })?;
    out.write_all(b"\n  }]\n}\n")
}

/// A result before it is written.
enum Subject<'r> {
    Finding(&'r Finding, Condition, Option<&'r Verdict>),
    Discrepancy(&'r Discrepancy, Condition, Option<&'r Verdict>),
}

impl<'r> Subject<'r> {
    fn condition(&self) -> (Condition, Option<&'r Verdict>) {
        match *self {
            Subject::Finding(_, condition, verdict) | Subject::Discrepancy(_, condition, verdict) => {
                (condition, verdict)
            }
        }
    }

    /// What matters most comes first: undecided, bad, new.
    fn rank(&self) -> (bool, std::cmp::Reverse<Level>, bool) {
        let (condition, verdict) = self.condition();
        let state = verdict.and_then(|verdict| verdict.state);
        let decided = verdict.is_some_and(|verdict| verdict.decided.is_some());
        (decided, std::cmp::Reverse(results::level(condition)), state == Some(BaselineState::Unchanged))
    }
}

/// Writes the results as far as the limits allow; gives what was cut.
fn write_results(report: &Report, out: &mut dyn Write) -> io::Result<Cut> {
    let findings = results::findings(report).map(|(one, condition, verdict)| Subject::Finding(one, condition, verdict));
    let others =
        results::discrepancies(report).map(|(one, condition, verdict)| Subject::Discrepancy(one, condition, verdict));
    let mut all: Vec<Subject> = findings.chain(others).collect();
    all.sort_by_key(Subject::rank);
    let most = (ALL_LOCATIONS / all.len().max(1)).clamp(FEWEST, LOCATIONS);
    let mut packed = GzEncoder::new(Counted(0), Compression::default());
    let mut cut = Cut::default();
    let mut line = Vec::new();
    for (at, subject) in all.iter().enumerate() {
        let (result, left) = match subject {
            Subject::Finding(finding, condition, verdict) => of_finding(report, finding, (*condition, *verdict), most),
            Subject::Discrepancy(one, condition, verdict) => (of_discrepancy(report, one, (*condition, *verdict)), 0),
        };
        line.clear();
        entry(&mut line, &result)?;
        packed.write_all(&line)?;
        if at >= RESULTS || packed.get_ref().0 > PACKED {
            cut.results = all.len() - at;
            break;
        }
        cut.locations += left;
        out.write_all(if at == 0 { b"\n    " } else { b",\n    " })?;
        out.write_all(&line)?;
    }
    Ok(cut)
}

/// Counts what is written.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn driver() -> Driver {
    Driver {
        name: TOOL.name,
        version: TOOL.version,
        semantic_version: TOOL.version,
        rules: Condition::ALL.into_iter().map(rule).collect(),
    }
}

fn level(condition: Condition) -> &'static str {
    match results::level(condition) {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn rule(condition: Condition) -> Rule {
    let name = condition.as_str();
    let pascal = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    let meaning = results::meaning(condition);
    let advice = results::advice(condition);
    let markdown = format!("**{meaning}**\n\n{advice}");
    Rule {
        id: name,
        name: pascal.collect(),
        short_description: Message::of(meaning),
        full_description: Message::of(meaning),
        help: Message { text: advice.to_string(), markdown: Some(markdown) },
        default_configuration: Configuration { level: level(condition) },
        properties: types::RuleProperties { tags: ["open-source", "supply-chain", name] },
    }
}

fn rule_index(condition: Condition) -> usize {
    Condition::ALL.iter().position(|one| *one == condition).unwrap_or_default()
}

/// The result of a finding, and how many of its locations are left out.
fn of_finding<'r>(
    report: &'r Report,
    finding: &'r Finding,
    (condition, verdict): (Condition, Option<&'r Verdict>),
    most: usize,
) -> (Entry<'r>, usize) {
    let mut places = results::places(report, finding);
    let mut locations: Vec<Location> = places.by_ref().take(most).map(|place| location(&place)).collect();
    let left = places.count();
    if locations.is_empty() {
        let path = results::from_top(report, &report.shown_path(finding.scan_root, &finding.root));
        locations.push(location(&Place { path, lines: None, source: (String::new(), None), purl: String::new() }));
    }
    let entry = Entry {
        fingerprints: Fingerprints { finding: &finding.id, content: content(&finding.sketch) },
        locations,
        properties: Some(properties(finding, verdict)),
        ..common(report, results::finding_message(report, finding), (condition, verdict))
    };
    (entry, left)
}

fn properties<'r>(finding: &'r Finding, verdict: Option<&'r Verdict>) -> types::ResultProperties<'r> {
    types::ResultProperties {
        purl: &finding.purl,
        versions: &finding.versions,
        kind: finding.kind,
        licence: finding.license.as_deref(),
        confidence: crate::report::json::rounded(finding.confidence),
        managed: finding.is_managed(),
        files: finding.files,
        modified_files: finding.modified_files,
        newest: finding.newest.as_ref().map(|newest| newest.version.as_str()),
        conditions: verdict.map_or(&[], |verdict| &verdict.conditions),
        replace_with: verdict.and_then(|verdict| verdict.remedy.as_ref()?.line.as_deref()),
    }
}

fn of_discrepancy<'r>(report: &'r Report, one: &'r Discrepancy, judged: (Condition, Option<&'r Verdict>)) -> Entry<'r> {
    let path = results::from_top(report, &report.shown_path(one.scan_root, &one.declared.manifest));
    let lines = (one.declared.line > 0).then_some(Lines { first: one.declared.line, last: one.declared.line });
    Entry {
        fingerprints: Fingerprints { finding: &one.id, content: None },
        locations: vec![location(&Place { path, lines, source: (String::new(), None), purl: String::new() })],
        ..common(report, results::discrepancy_message(report, one), judged)
    }
}

fn common<'r>(
    report: &'r Report,
    message: String,
    (condition, verdict): (Condition, Option<&'r Verdict>),
) -> Entry<'r> {
    let judged = !report.review.findings.is_empty() || !report.review.discrepancies.is_empty();
    let suppressions = verdict.and_then(|verdict| verdict.decided.as_ref()).map(suppression);
    Entry {
        rule_id: condition.as_str(),
        rule_index: rule_index(condition),
        level: level(condition),
        message: Message::of(&message),
        locations: Vec::new(),
        fingerprints: Fingerprints::default(),
        // Where some results have it, those that lack it would be of unknown state.
        suppressions: judged.then(|| suppressions.into_iter().collect()),
        baseline_state: verdict.and_then(|verdict| verdict.state).map(|state| match state {
            BaselineState::New => "new",
            BaselineState::Changed => "updated",
            BaselineState::Unchanged => "unchanged",
        }),
        properties: None,
    }
}

fn suppression(decided: &Decided) -> Suppression {
    let until = decided.expires.as_ref().map(|day| format!(", until {day}")).unwrap_or_default();
    let text =
        format!("{}: {} ({}, {}{until})", words::of(&decided.kind), decided.reason, decided.author, decided.date);
    Suppression { kind: "external", status: "accepted", justification: safe(&text).into_owned() }
}

/// A name of what a finding matches on; `None` where nothing is known of it.
fn content(sketch: &Sketch) -> Option<String> {
    let bytes: Vec<u8> = sketch.0.iter().flat_map(|hash| hash.to_le_bytes()).collect();
    (!bytes.is_empty()).then(|| blake3::hash(&bytes).to_hex().chars().take(32).collect())
}

fn location(place: &Place) -> Location {
    let region = place.lines.map(|lines| Region { start_line: lines.first, end_line: lines.last });
    let (path, lines) = &place.source;
    Location {
        physical_location: Physical { artifact_location: artifact(&place.path), region },
        properties: (!path.is_empty()).then(|| Upstream {
            source_path: path.clone(),
            source_lines: lines.map(|lines| [lines.first, lines.last]),
        }),
    }
}

fn artifact(path: &str) -> Artifact {
    let (uri, is_absolute) = (uri(path), path.starts_with('/'));
    let uri = if is_absolute { format!("file://{uri}") } else { uri };
    Artifact { uri: Uri(uri), uri_base_id: (!is_absolute).then_some(BASE) }
}

/// A path as a relative reference (RFC 3986): every byte but letters, digits and a few marks is escaped, `:` too, which would
/// begin a scheme.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in raw_path(path) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn invocation(report: &Report, cut: &Cut, stamp: Stamp) -> Invocation {
    let mut notifications: Vec<Notification> = Vec::new();
    if cut.results > 0 || cut.locations > 0 {
        let text = format!(
            "{} results and {} locations are left out, for services take only so many: see the JSON report.",
            cut.results, cut.locations
        );
        notifications.push(Notification::new("cut", "warning", &text, None));
    }
    let pieces = Summary::of(report).pieces.0;
    if pieces > 0 {
        let files = counted(pieces, "file", "files");
        let text = format!("Copied lines, too few of them for a result, in {files}: see the JSON report.");
        notifications.push(Notification::new("pieces", "note", &text, None));
    }
    let listed = report.problems.iter().take(NOTIFICATIONS);
    notifications.extend(listed.map(|problem| {
        let artifact = (!problem.path.is_empty()).then(|| artifact(&results::from_top(report, &problem.path)));
        Notification::new(problem.code.as_str(), "note", &problem.detail, artifact)
    }));
    let more = report.problems.len().saturating_sub(NOTIFICATIONS);
    if more > 0 {
        let text = format!("{more} more places were not examined in full: see the JSON report.");
        notifications.push(Notification::new("cut", "note", &text, None));
    }
    Invocation { execution_successful: true, end_time_utc: stamp.to_string(), notifications }
}

#[cfg(test)]
mod tests;

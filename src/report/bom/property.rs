//! What no format has a field for, as names and values: the same names in every bill of materials.
//!
//! Names are stable and begin with `foundling:`. A name may stand more than once, then each value is one of many.

use serde::Serialize;

use crate::model::finding::{DeclaredAt, Discrepancy, FileMatch, FileReport, Finding, Licensing, Report};
use crate::model::place::RangePair;
use crate::model::review::{Decided, Verdict};
use crate::report::bom::{Bom, Component, File};
use crate::report::summary::open_source;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Property {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// Properties in the order in which they were added.
#[derive(Default)]
pub(crate) struct Properties(pub Vec<Property>);

impl Properties {
    fn add(&mut self, name: &str, value: impl ToString) {
        self.0.push(Property { name: format!("foundling:{name}"), value: value.to_string() });
    }

    fn each<T: ToString>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        values.into_iter().for_each(|value| self.add(name, value));
    }

    /// One a line, for formats with nothing but text.
    pub fn lines(&self) -> String {
        let line = |one: &Property| format!("{}={}", one.name, one.value.replace(['\n', '\r'], " "));
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// The stable name of a value, as JSON reports have it.
pub(crate) fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(String::from)).unwrap_or_default()
}

/// Of the whole document: what was looked for and with what, what was not examined, where declarations are belied.
pub(crate) fn of_report(bom: &Bom<'_>) -> Properties {
    let report = bom.report;
    let mut out = Properties::default();
    let wanted = report.wanted;
    let sought = [("matches", wanted.matches), ("licenses", wanted.licenses), ("copyrights", wanted.copyrights)];
    out.each("wanted", sought.iter().filter(|(_, on)| *on).map(|(name, _)| name));
    out.each("root", &report.roots);
    out.each("index", report.indexes.iter().map(|index| format!("{} {}", index.id, index.name)));
    out.add("files-read", report.files_read);
    out.add("bytes-read", report.bytes_read);
    out.add("components", report.findings.len());
    out.add("internal-components", report.internal.len());
    // Files without a match of open source stand in no bill, whatever they state.
    let states = |file: &&FileReport| {
        open_source(file).next().is_none() && (!file.licenses.is_empty() || !file.copyrights.is_empty())
    };
    out.add("files-with-terms-not-listed", report.files.iter().filter(states).count());
    for problem in &report.problems {
        let name = format!("not-examined:{}", problem.code.as_str());
        let place = if problem.path.is_empty() { String::new() } else { format!("{}: ", problem.path) };
        out.add(&name, format!("{place}{} ({})", problem.detail, problem.count));
    }
    for (number, one) in report.discrepancies.iter().enumerate() {
        out.add(&format!("discrepancy:{}", word(one.kind)), discrepancy(report, one));
        if let Some(verdict) = report.review.discrepancies.get(number) {
            add_verdict(&mut out, verdict, &format!("discrepancy:{}:", one.id));
        }
    }
    for one in &report.review.excluded {
        out.add("excluded", format!("{}: {} ({} files)", one.pattern, one.reason, one.files));
    }
    for one in &report.review.idle {
        out.add("idle-decision", format!("{}:{} {}: {}", one.file, one.line, one.component, word(one.why)));
    }
    out.each("gone", report.review.gone.iter().map(|one| format!("{} {} {}", one.id, one.root, one.purl)));
    for one in &report.review.failures {
        out.add("failed", format!("{}: {}", one.condition.as_str(), one.ids.join(" ")));
    }
    out
}

fn discrepancy(report: &Report, one: &Discrepancy) -> String {
    let place = report.shown_path(one.scan_root, &one.root);
    let mut text = format!("{} {place}: declared {}", one.id, declared_at(&one.declared));
    if !one.found.is_empty() {
        text.push_str(&format!("; found {}", one.found.join(" ")));
    }
    if one.files > 0 {
        text.push_str(&format!("; {} files differ", one.files));
    }
    for (change, path) in &one.changes {
        text.push_str(&format!("; {} {path}", word(change)));
    }
    text
}

/// `pkg:npm/a@1 package-lock.json:12`.
fn declared_at(at: &DeclaredAt) -> String {
    match at.line {
        0 => format!("{} {}", at.purl, at.manifest),
        line => format!("{} {}:{line}", at.purl, at.manifest),
    }
}

/// Of a component.
pub(crate) fn of_component(component: &Component<'_>) -> Properties {
    let finding = component.finding;
    let mut out = Properties::default();
    out.add("finding", &finding.id);
    out.add("kind", word(finding.kind));
    out.add("place", &component.place);
    out.add("managed", finding.is_managed());
    if let Some(by) = &finding.managed {
        out.add(&format!("managed-by:{}", word(by.relation)), declared_at(&by.at));
    }
    out.each("duplicate-of", finding.duplicates.iter().map(declared_at));
    out.each("stated", finding.stated.iter().map(declared_at));
    out.each("version", &finding.versions);
    out.each("alias", &finding.aliases);
    if let Some(newest) = &finding.newest {
        out.add("newest", &newest.version);
        out.add("behind", newest.behind);
    }
    out.add("files", finding.files);
    out.add("modified-files", finding.modified_files);
    out.each("modified-file", &finding.modified.listed);
    out.add("lines", finding.lines);
    add_licences(&mut out, component, finding);
    if let Some(verdict) = component.verdict {
        add_verdict(&mut out, verdict, "");
    }
    out
}

fn add_licences(out: &mut Properties, component: &Component<'_>, finding: &Finding) {
    out.each("licence:index", &finding.license);
    out.each("licence:concluded", &component.licence.concluded);
    let Some(licensing) = &finding.licensing else { return };
    let Licensing { declared, detected, notice_removed, notice_replaced, left_behind, unlicensed } = licensing;
    for one in declared {
        let place = one.path.as_deref().map(|path| format!(" {path}")).unwrap_or_default();
        out.add("licence:declared", format!("{} ({}{place})", one.expression, word(one.by)));
    }
    out.each("licence:detected", detected.iter().map(|(text, files)| format!("{text} ({files} files)")));
    out.each("licence:notice-removed", &notice_removed.listed);
    out.each("licence:notice-replaced", &notice_replaced.listed);
    out.each("licence:file-left-behind", left_behind);
    out.each("licence:files-without", (unlicensed.count > 0).then_some(unlicensed.count));
}

/// What is thought of something; names begin with `before`.
fn add_verdict(out: &mut Properties, verdict: &Verdict, before: &str) {
    let name = |end: &str| format!("{before}{end}");
    if let Some(decided) = &verdict.decided {
        out.add(&name("decision"), decision(decided));
    }
    out.each(&name("condition"), verdict.conditions.iter().map(|one| one.as_str()));
    out.each(&name("baseline"), verdict.state.map(word));
    if let Some(remedy) = &verdict.remedy {
        out.add(&name("remedy:effort"), word(remedy.effort));
        out.each(&name("remedy:package"), &remedy.package);
        out.each(&name("remedy:line"), &remedy.line);
        out.each(&name("remedy:manifest"), &remedy.manifest);
    }
}

/// A decision in one line.
pub(crate) fn decision(one: &Decided) -> String {
    let mut text = format!("{}: {} ({}, {})", word(one.kind), one.reason, one.author, one.date);
    for (what, value) in [("until", &one.expires), ("replaced by", &one.replaced_by)] {
        if let Some(value) = value {
            text.push_str(&format!("; {what} {value}"));
        }
    }
    text
}

/// Of a file: what each of its matches is.
pub(crate) fn of_file(file: &File<'_>, bom: &Bom<'_>) -> Properties {
    let mut out = Properties::default();
    for (found, _) in file.matches(bom) {
        out.add(&format!("match:{}", word(found.kind)), of_match(found));
    }
    out.add("managed", file.report.managed);
    out
}

/// `pkg:npm/a@1 src/b.js similarity 0.93: 10-80 of 12-82, …`.
fn of_match(found: &FileMatch) -> String {
    let similarity = crate::report::json::rounded(found.similarity);
    let mut text = format!("{} {} similarity {similarity}", found.purl, found.source_path);
    for (number, range) in found.ranges.iter().enumerate() {
        text.push_str(if number == 0 { ": " } else { ", " });
        text.push_str(&of_range(range));
    }
    text
}

/// `10-80 of 12-82`: lines here, and lines of the source.
pub(crate) fn of_range(range: &RangePair) -> String {
    let RangePair { lines, source_lines } = range;
    format!("{}-{} of {}-{}", lines.first, lines.last, source_lines.first, source_lines.last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::review::{Condition, DecisionKind, Review};
    use crate::report::sample;

    fn values<'p>(properties: &'p Properties, name: &str) -> Vec<&'p str> {
        let name = format!("foundling:{name}");
        properties.0.iter().filter(|one| one.name == name).map(|one| one.value.as_str()).collect()
    }

    #[test]
    fn a_component_says_what_no_format_has_a_field_for() {
        let mut report = sample::report();
        let decided = Decided {
            kind: DecisionKind::Accepted,
            reason: "ours\nfor long".into(),
            author: "Ada".into(),
            date: "2024-02-29".into(),
            expires: Some("2025-01-01".into()),
            replaced_by: None,
            file: "foundling-decisions.toml".into(),
            line: 3,
        };
        let verdict = Verdict { decided: Some(decided), conditions: vec![Condition::Unmanaged], ..Verdict::default() };
        report.review = Review { findings: vec![Verdict::default(), verdict], ..Review::default() };
        let bom = Bom::of(&report);
        let [lodash, ring] = [0, 1].map(|at| of_component(&bom.components[at]));
        assert_eq!(values(&lodash, "managed-by:declares"), ["pkg:npm/lodash@4.17.21 package-lock.json:12"]);
        assert_eq!(values(&ring, "version"), ["3.4.0", "3.4.1", "3.3.9", "3.3.8"]);
        assert_eq!(values(&ring, "condition"), ["unmanaged"]);
        let decision = "accepted: ours\nfor long (Ada, 2024-02-29); until 2025-01-01";
        assert_eq!(values(&ring, "decision"), [decision]);
        assert!(ring.lines().lines().all(|line| line.starts_with("foundling:")), "a value stays on its line");
    }

    #[test]
    fn a_document_says_what_was_not_examined() {
        let report = sample::report();
        let properties = of_report(&Bom::of(&report));
        assert_eq!(values(&properties, "not-examined:ignored"), [".gitignore: line 3: `build/` (41)"]);
        assert_eq!(values(&properties, "not-examined:symbolic-link").len(), 4);
        assert_eq!(values(&properties, "wanted"), ["matches", "licenses", "copyrights"]);
        assert_eq!(values(&properties, "components"), ["4"]);
        let without_match = report.files.iter().filter(|file| file.matches.is_empty());
        let states = without_match.filter(|file| !file.licenses.is_empty() || !file.copyrights.is_empty()).count();
        assert_eq!(values(&properties, "files-with-terms-not-listed"), [states.to_string()]);
    }

    #[test]
    fn a_file_says_which_lines_are_whose() {
        let report = sample::report();
        let bom = Bom::of(&report);
        let found = of_file(&bom.files[1], &bom);
        let expected =
            "pkg:github/acme/ring@3.4.0 lib/ring_buffer.c similarity 0.93: 10-80 of 12-82, 120-120 of 160-160";
        assert_eq!(values(&found, "match:snippet"), [expected]);
    }
}

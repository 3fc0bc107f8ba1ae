//! The entries of a page's lists, findings, internal reuse and discrepancies, as columns beside one table of texts: two
//! thousand of them must be there before anything is drawn.

use std::collections::HashMap;

use serde::Serialize;

use super::reasons::{Reason, list, reasons};
use crate::license::category;
use crate::model::finding::{Discrepancy, Finding, FindingKind, Report};
use crate::model::license::Category;
use crate::model::limits;
use crate::model::review::{Effort, Verdict};
use crate::report::layout::{component_name, confidence, home, safe, shorten, split_purl};

/// What the finding's licence asks for.
pub(super) fn risk(finding: &Finding) -> Category {
    finding.license.as_deref().map_or(Category::Unknown, category)
}

/// The work that a finding asks for: as the review says, else what the finding alone tells.
fn effort(finding: &Finding, verdict: Option<&Verdict>) -> Option<Effort> {
    if finding.is_managed() || verdict.is_some_and(|one| one.decided.is_some() || one.set_aside.is_some()) {
        return None;
    }
    if let Some(remedy) = verdict.and_then(|verdict| verdict.remedy.as_ref()) {
        return Some(remedy.effort);
    }
    Some(match finding {
        _ if finding.kind == FindingKind::Snippet => Effort::Review,
        _ if finding.modified_files > 0 => Effort::Upstream,
        _ if !finding.duplicates.is_empty() => Effort::Delete,
        _ => Effort::Declare,
    })
}

/// What an entry is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject<'r> {
    /// Open source, with its verdict where there is one.
    Finding(&'r Finding, Option<&'r Verdict>),
    /// Internal reuse.
    Internal(&'r Finding),
    /// A declaration that the content belies.
    Discrepancy(&'r Discrepancy, Option<&'r Verdict>),
}

/// Every subject of a report, in the order of the page's numbers.
pub(super) fn subjects(report: &Report) -> Vec<Subject<'_>> {
    let verdict = |no: usize| report.review.findings.get(no);
    let findings = report.findings.iter().enumerate().map(|(no, finding)| Subject::Finding(finding, verdict(no)));
    let internal = report.internal.iter().map(Subject::Internal);
    let verdict = |no: usize| report.review.discrepancies.get(no);
    let wrong = report.discrepancies.iter().enumerate().map(|(no, one)| Subject::Discrepancy(one, verdict(no)));
    findings.chain(internal).chain(wrong).collect()
}

impl Subject<'_> {
    /// The component it is about.
    pub fn purl(&self) -> &str {
        match self {
            Subject::Finding(finding, _) | Subject::Internal(finding) => &finding.purl,
            Subject::Discrepancy(one, _) => &one.declared.purl,
        }
    }

    /// What is thought of it.
    pub fn verdict(&self) -> Option<&Verdict> {
        match self {
            Subject::Finding(_, verdict) | Subject::Discrepancy(_, verdict) => *verdict,
            Subject::Internal(_) => None,
        }
    }
}

/// Distinct texts, numbered as they come; number 0 is the empty text.
#[derive(Debug)]
pub(super) struct Strings {
    /// By number.
    pub all: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Strings {
    fn new() -> Strings {
        Strings { all: vec![String::new()], numbers: HashMap::from([(String::new(), 0)]) }
    }

    /// Of `text` cut to what a list has room for.
    fn number(&mut self, text: &str) -> u32 {
        let text = safe(text);
        self.kept(&shorten(&text, limits::PAGE_NAME))
    }

    /// Of the whole `text`: it is to be copied.
    fn whole(&mut self, text: &str) -> u32 {
        self.kept(&safe(text))
    }

    fn kept(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.push(text.to_string());
        self.numbers.insert(text.to_string(), number);
        number
    }
}

/// The entries by column. Texts are numbers of [`Strings`]; what is not known is 0 unless said otherwise.
#[derive(Debug, Default, Serialize)]
pub(super) struct Columns {
    id: Vec<String>,
    /// 0 finding, 1 internal reuse, 2 discrepancy.
    subject: Vec<u8>,
    name: Vec<u32>,
    home: Vec<u32>,
    version: Vec<u32>,
    /// Places as shown.
    root: Vec<u32>,
    licence: Vec<u32>,
    /// By [`Category`].
    risk: Vec<u8>,
    /// By [`FindingKind`]; 3 and up by [`crate::model::finding::DiscrepancyKind`].
    kind: Vec<u8>,
    /// By [`super::reasons::List`].
    pub list: Vec<u8>,
    /// Places in [`Reason::ALL`].
    reasons: Vec<Vec<u8>>,
    managed: Vec<u8>,
    /// In words.
    confidence: Vec<u32>,
    files: Vec<u32>,
    modified: Vec<u32>,
    lines: Vec<u64>,
    /// 1 and up by [`crate::model::review::BaselineState`].
    state: Vec<u8>,
    /// 1 and up by [`Effort`].
    effort: Vec<u8>,
    /// 1 and up by [`crate::model::review::DecisionKind`].
    decided: Vec<u8>,
    newest: Vec<u32>,
    /// Releases behind the newest, plus 1.
    behind: Vec<u32>,
    /// Of the remedy: line, the manifest it belongs into, the package.
    line: Vec<u32>,
    manifest: Vec<u32>,
    package: Vec<u32>,
}

/// The columns of `subjects` and the texts they refer to.
pub(super) fn columns(report: &Report, subjects: &[Subject]) -> (Columns, Strings) {
    let (mut columns, mut strings) = (Columns::default(), Strings::new());
    for subject in subjects {
        match subject {
            Subject::Finding(finding, _) => columns.add_finding(report, finding, 0, &mut strings),
            Subject::Internal(finding) => columns.add_finding(report, finding, 1, &mut strings),
            Subject::Discrepancy(one, _) => columns.add_discrepancy(report, one, &mut strings),
        }
        let reasons: Vec<Reason> = reasons(subject);
        columns.list.push(list(&reasons) as u8);
        columns.reasons.push(reasons.iter().map(|reason| *reason as u8).collect());
        let effort = match subject {
            Subject::Finding(finding, verdict) => effort(finding, *verdict),
            _ => None,
        };
        columns.effort.push(effort.map_or(0, |effort| effort as u8 + 1));
        columns.add_verdict(subject.verdict(), &mut strings);
    }
    (columns, strings)
}

impl Columns {
    fn add_finding(&mut self, report: &Report, finding: &Finding, subject: u8, strings: &mut Strings) {
        let (base, version) = split_purl(&finding.purl);
        self.id.push(safe(&finding.id).into_owned());
        self.subject.push(subject);
        self.name.push(strings.number(&component_name(base)));
        self.home.push(strings.number(&home(base)));
        self.version.push(strings.number(finding.versions.first().map_or(version, String::as_str)));
        self.root.push(strings.number(&report.shown_path(finding.scan_root, &finding.root)));
        self.licence.push(strings.number(finding.license.as_deref().unwrap_or("")));
        self.risk.push(risk(finding) as u8);
        self.kind.push(finding.kind as u8);
        self.managed.push(u8::from(finding.is_managed()));
        self.confidence.push(strings.number(&confidence(finding.confidence)));
        self.files.push(finding.files);
        self.modified.push(finding.modified_files);
        self.lines.push(finding.lines);
        let newest = finding.newest.as_ref();
        self.newest.push(strings.number(newest.map_or("", |newest| newest.version.as_str())));
        self.behind.push(newest.map_or(0, |newest| newest.behind.saturating_add(1)));
    }

    fn add_discrepancy(&mut self, report: &Report, one: &Discrepancy, strings: &mut Strings) {
        let (base, version) = split_purl(&one.declared.purl);
        self.id.push(safe(&one.id).into_owned());
        self.subject.push(2);
        self.name.push(strings.number(&component_name(base)));
        self.home.push(strings.number(&home(base)));
        self.version.push(strings.number(version));
        self.root.push(strings.number(&report.shown_path(one.scan_root, &one.root)));
        self.licence.push(0);
        self.risk.push(Category::Unknown as u8);
        self.kind.push(3 + one.kind as u8);
        self.managed.push(1);
        self.confidence.push(0);
        self.files.push(one.files);
        self.modified.push(one.files);
        self.lines.push(0);
        self.newest.push(0);
        self.behind.push(0);
    }

    fn add_verdict(&mut self, verdict: Option<&Verdict>, strings: &mut Strings) {
        let state = verdict.and_then(|verdict| verdict.state);
        self.state.push(state.map_or(0, |state| state as u8 + 1));
        let decided = verdict.and_then(|verdict| verdict.decided.as_ref());
        self.decided.push(decided.map_or(0, |decided| decided.kind as u8 + 1));
        let remedy = verdict.and_then(|verdict| verdict.remedy.as_ref());
        let mut text = |of: Option<&String>| strings.whole(of.map_or("", String::as_str));
        self.line.push(text(remedy.and_then(|remedy| remedy.line.as_ref())));
        self.manifest.push(text(remedy.and_then(|remedy| remedy.manifest.as_ref())));
        self.package.push(text(remedy.and_then(|remedy| remedy.package.as_ref())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{self, finding, managed_by};

    fn zlib() -> Finding {
        finding("pkg:generic/zlib@1.2.11", &["1.2.11"], FindingKind::Vendored, "third_party/zlib")
    }

    #[test]
    fn what_is_to_be_done_follows_from_the_finding_where_no_review_says_it() {
        assert_eq!(effort(&zlib(), None), Some(Effort::Declare));
        let changed = Finding { modified_files: 1, ..zlib() };
        assert_eq!(effort(&changed, None), Some(Effort::Upstream));
        assert_eq!(effort(&Finding { kind: FindingKind::Snippet, ..changed }, None), Some(Effort::Review));
        assert_eq!(effort(&Finding { duplicates: vec![managed_by().at], ..zlib() }, None), Some(Effort::Delete));
        assert_eq!(effort(&Finding { managed: Some(managed_by()), ..zlib() }, None), None);
        let aside = Verdict { set_aside: Some("too small".into()), ..Verdict::default() };
        assert_eq!(effort(&zlib(), Some(&aside)), None);
        let decided = sample::reviewed().review.findings.into_iter().find(|one| one.decided.is_some());
        assert_eq!(effort(&zlib(), decided.as_ref()), None);
    }

    #[test]
    fn every_column_has_every_entry() {
        let report = sample::reviewed();
        let subjects = subjects(&report);
        assert_eq!(subjects.len(), 6);
        let (columns, strings) = columns(&report, &subjects);
        let columns = serde_json::to_value(&columns).unwrap();
        for (name, column) in columns.as_object().unwrap() {
            assert_eq!(column.as_array().unwrap().len(), 6, "{name}");
        }
        let line = columns["line"][2].as_u64().unwrap() as usize;
        assert_eq!(strings.all[line], "npm install jquery@3.6.0");
        assert_eq!((&columns["decided"][3], &columns["kind"][5]), (&1.into(), &4.into()));
    }

    #[test]
    fn texts_are_kept_once_shown_safe_and_cut() {
        let mut strings = Strings::new();
        assert_eq!([strings.number("a"), strings.number("b"), strings.number("a"), strings.number("")], [1, 2, 1, 0]);
        strings.number("x\u{202e}y");
        strings.number(&"long/".repeat(1000));
        assert_eq!(strings.all[3], "x\\u{202e}y");
        assert!(strings.all[4].len() <= limits::PAGE_NAME);
        let line = strings.whole(&"long/".repeat(1000));
        assert_eq!(strings.all[line as usize].len(), 5000, "what is copied is whole");
    }
}

//! What the report for people says of declarations, decisions, earlier reports, and what to do.

use std::io;

use crate::model::finding::{Change, DeclaredAt, Discrepancy, DiscrepancyKind, Finding, Licensing, Report};
use crate::model::review::{
    BaselineState, Condition, Decided, DecisionKind, Effort, Failure, Idle, IdleDecision, Remedy, Review, Verdict,
};
use crate::report::human::name_and_versions;
use crate::report::layout::{component_name, count, counted, safe, split_purl};
use crate::report::page::{Page, Weight};
use crate::report::results;

/// Discrepancies, decisions, remedies and findings that are gone that are listed each.
const LISTED: usize = 20;
/// Files of one discrepancy, or of one remedy, that are named.
const FILES_NAMED: usize = 3;
/// Where the rest of a list is.
const ALL: &str = "use --format json to see all";

/// The verdict on each finding; findings without a review have an empty one.
pub(super) fn verdicts(report: &Report) -> impl Iterator<Item = (&Finding, Option<&Verdict>)> {
    report.findings.iter().enumerate().map(|(at, finding)| (finding, report.review.findings.get(at)))
}

/// Whether somebody decided about a finding.
pub(super) fn is_decided(verdict: Option<&Verdict>) -> bool {
    verdict.is_some_and(|verdict| verdict.decided.is_some())
}

/// What the report leaves out, and what is new in it.
pub(super) fn news(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if let Some(since) = &report.since {
        let changed = counted(since.changed_files, "file", "files");
        let beside = counted(since.context_files, "file", "files");
        let commit = since.commit.get(..12).unwrap_or(&since.commit);
        let text = format!(
            "Only what changed since {} ({}) was looked at: {changed}, and {beside} beside them as evidence.",
            safe(&since.revision),
            safe(commit)
        );
        page.text(Weight::Plain, "", &text)?;
    }
    let states = || report.review.findings.iter().chain(&report.review.discrepancies).filter_map(|one| one.state);
    if states().next().is_none() && report.review.gone.is_empty() {
        return Ok(());
    }
    let of = |wanted: BaselineState| count(states().filter(|state| *state == wanted).count() as u64);
    let gone = count(report.review.gone.len() as u64);
    let (new, changed) = (of(BaselineState::New), of(BaselineState::Changed));
    page.text(Weight::Plain, "", &format!("Since then: {new} new, {changed} changed, {gone} gone."))
}

/// The lines below an undeclared finding: of what it is a second copy, and whether the policy denies it.
pub(super) fn lines(
    page: &mut Page<'_>,
    report: &Report,
    finding: &Finding,
    verdict: Option<&Verdict>,
) -> io::Result<()> {
    if let Some(at) = finding.duplicates.first() {
        let more = match finding.duplicates.len() - 1 {
            0 => String::new(),
            more => format!(" and {}", counted(more as u64, "other place", "other places")),
        };
        let text = format!("a second copy of the managed {}{more}", declared(report, finding, at));
        page.text(Weight::Mark, "    ! ", &text)?;
    }
    if verdict.is_some_and(|verdict| verdict.conditions.contains(&Condition::DeniedLicence)) {
        page.text(Weight::Mark, "    ! ", "the policy denies its licence")?;
    }
    if let Some(why) = verdict.and_then(|verdict| verdict.set_aside.as_deref()) {
        page.text(Weight::Faint, "    ", &format!("does not count: {}", safe(why)))?;
    }
    Ok(())
}

/// `new; id:0123456789ab`: what a finding is called by, and whether it is news.
pub(super) fn name(finding: &Finding, verdict: Option<&Verdict>) -> String {
    let state = match verdict.and_then(|verdict| verdict.state) {
        Some(BaselineState::New) => "new; ",
        Some(BaselineState::Changed) => "changed; ",
        Some(BaselineState::Unchanged) | None => "",
    };
    format!("{state}id:{}", safe(&finding.id))
}

/// `jquery 3.6.0 in package-lock.json line 12`.
fn declared(report: &Report, finding: &Finding, at: &DeclaredAt) -> String {
    let manifest = report.shown_path(finding.scan_root, &at.manifest);
    format!("{} in {}{}", named(&at.purl), safe(&manifest), line(at.line))
}

fn named(purl: &str) -> String {
    let (base, version) = split_purl(purl);
    format!("{} {}", component_name(base), safe(version)).trim_end().to_string()
}

fn line(number: u32) -> String {
    if number == 0 { String::new() } else { format!(" line {number}") }
}

/// Who accounts for a managed finding: `by package-lock.json`, `with request, by package-lock.json`.
pub(super) fn managed_by(report: &Report, finding: &Finding) -> String {
    let Some(managed) = &finding.managed else { return String::new() };
    let manifest = report.shown_path(finding.scan_root, &managed.at.manifest);
    match managed.relation {
        crate::model::finding::Relation::Declares => format!("by {}", safe(&manifest)),
        crate::model::finding::Relation::Carries => {
            format!("with {}, by {}", component_name(split_purl(&managed.at.purl).0), safe(&manifest))
        }
    }
}

/// Where declarations and content disagree.
pub(super) fn discrepancies(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let is_open = |verdict: Option<&Verdict>| verdict.is_none_or(|verdict| verdict.decided.is_none());
    let all = results::discrepancies(report);
    let open: Vec<&Discrepancy> = all.filter(|(_, _, verdict)| is_open(*verdict)).map(|(one, ..)| one).collect();
    if open.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(Weight::Heading, "Declared otherwise than it is")?;
    for one in open.iter().take(LISTED) {
        page.name(Weight::Place, "  ", &report.shown_path(one.scan_root, &one.root))?;
        page.text(Weight::Plain, "    ", &disagreement(one))?;
        for (change, path) in one.changes.iter().take(FILES_NAMED) {
            let change = match change {
                Change::Modified => "modified",
                Change::Missing => "missing",
                Change::Added => "added",
            };
            let path = report.shown_path(one.scan_root, path);
            page.name(Weight::Faint, &format!("      {change:<9}"), &path)?;
        }
        let more = (one.files as usize).saturating_sub(one.changes.len().min(FILES_NAMED));
        if more > 0 {
            page.line(Weight::Faint, &format!("      and {}", counted(more as u64, "more file", "more files")))?;
        }
        let manifest = report.shown_path(one.scan_root, &one.declared.manifest);
        page.text(
            Weight::Faint,
            "    ",
            &format!("declared in {}{}; id:{}", safe(&manifest), line(one.declared.line), one.id),
        )?;
    }
    rest(page, open.len(), "place", "places")
}

fn disagreement(one: &Discrepancy) -> String {
    let declared = named(&one.declared.purl);
    match one.kind {
        DiscrepancyKind::WrongVersion => {
            let found: Vec<_> = one.found.iter().take(FILES_NAMED).map(|version| safe(version)).collect();
            format!("declared as {declared}, the content is {}", found.join(" or "))
        }
        DiscrepancyKind::Tampered => {
            format!("{} of {declared} not as released", counted(one.files.into(), "file", "files"))
        }
        DiscrepancyKind::Absent => format!("declared as {declared}, nothing of it is there"),
        DiscrepancyKind::Extraneous => format!("{declared} is installed here and no lockfile knows it"),
    }
}

/// `and 3 more places; use …`, where a list of `all` was cut.
fn rest(page: &mut Page<'_>, all: usize, one: &str, many: &str) -> io::Result<()> {
    match all.saturating_sub(LISTED) {
        0 => Ok(()),
        more => page.text(
            Weight::Faint,
            "  ",
            &format!("and {} more {}; {ALL}", count(more as u64), if more == 1 { one } else { many }),
        ),
    }
}

/// Findings, and declarations that do not hold, about which something was decided.
fn settled(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let of_finding = |(finding, verdict): (&Finding, Option<&'_ Verdict>)| {
        let place = report.shown_path(finding.scan_root, &finding.root);
        let decided = verdict?.decided.clone()?;
        Some((format!("{} in {}", name_and_versions(finding), safe(&place)), decided))
    };
    let mut decided: Vec<(String, Decided)> = verdicts(report).filter_map(of_finding).collect();
    let findings = decided.len();
    for (one, _, verdict) in results::discrepancies(report) {
        if let Some(by) = verdict.and_then(|verdict| verdict.decided.clone()) {
            let place = report.shown_path(one.scan_root, &one.root);
            decided.push((format!("{}, in {}", disagreement(one), safe(&place)), by));
        }
    }
    if decided.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let mut what = vec![(findings, counted(findings as u64, "finding", "findings"))];
    let others = decided.len() - findings;
    what.push((others, counted(others as u64, "declaration", "declarations")));
    let what: Vec<String> = what.into_iter().filter(|(many, _)| *many > 0).map(|(_, text)| text).collect();
    page.line(Weight::Heading, &format!("Decided: {}", what.join(", ")))?;
    for (about, decided) in decided.iter().take(LISTED) {
        let until = decided.expires.as_ref().map_or(String::new(), |day| format!(", until {}", safe(day)));
        page.text(Weight::Plain, "  ", &format!("{about}: {}{until}", kind(decided.kind)))?;
        let why = format!("{} ({}, {})", safe(&decided.reason), safe(&decided.author), safe(&decided.date));
        page.text(Weight::Faint, "    ", &why)?;
    }
    rest(page, decided.len(), "decision", "decisions")
}

/// What was decided, and decisions that decide nothing; parts that are left out, and findings that are gone.
pub(super) fn decisions(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    settled(page, report)?;
    let Review { idle, gone, excluded, .. } = &report.review;
    if !idle.is_empty() {
        page.blank()?;
        page.line(Weight::Heading, "Decisions without effect")?;
        for one in idle.iter().take(LISTED) {
            let text = format!("{} line {}: {} {}", safe(&one.file), one.line, safe(&one.component), why_idle(one));
            page.text(Weight::Plain, "  ", &text)?;
        }
        rest(page, idle.len(), "decision", "decisions")?;
    }
    if !excluded.is_empty() {
        page.blank()?;
        page.line(Weight::Heading, "Left out by the settings")?;
        for one in excluded.iter().take(LISTED) {
            let files = counted(one.files, "file", "files");
            page.text(Weight::Plain, "  ", &format!("{}: {files}; {}", safe(&one.pattern), safe(&one.reason)))?;
        }
        rest(page, excluded.len(), "pattern", "patterns")?;
    }
    if !gone.is_empty() {
        page.blank()?;
        page.line(Weight::Heading, "Gone since the earlier report")?;
        for one in gone.iter().take(LISTED) {
            page.text(Weight::Plain, "  ", &format!("{} in {}", named(&one.purl), safe(&one.root)))?;
        }
        rest(page, gone.len(), "finding", "findings")?;
    }
    Ok(())
}

/// Nobody is to delete a decision about what is still there.
fn why_idle(one: &IdleDecision) -> String {
    match (one.why, one.files) {
        (Idle::Expired, _) => "is over its last day".to_string(),
        (Idle::NeverMatched, 0) => "matches no finding".to_string(),
        (Idle::NeverMatched, files) => {
            format!("matches no finding; copied lines of it are still in {}", counted(files, "file", "files"))
        }
    }
}

fn kind(kind: DecisionKind) -> &'static str {
    match kind {
        DecisionKind::Accepted => "accepted",
        DecisionKind::ReplacedBy => "replaced",
        DecisionKind::FalsePositive => "not this component",
        DecisionKind::OwnCode => "own code",
        DecisionKind::ToBeRemoved => "to be removed",
    }
}

/// What to do about undeclared findings, cheapest first.
pub(super) fn remedies(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let mut all: Vec<(&Finding, &Remedy)> = verdicts(report)
        .filter(|(_, verdict)| !is_decided(*verdict))
        .filter_map(|(finding, verdict)| Some((finding, verdict?.remedy.as_ref()?)))
        .collect();
    if all.is_empty() {
        return Ok(());
    }
    all.sort_by_key(|(finding, remedy)| {
        (remedy.effort, finding.files, finding.scan_root, &finding.root, &finding.purl)
    });
    page.blank()?;
    page.line(Weight::Heading, "What to do, cheapest first")?;
    for (finding, remedy) in all.iter().take(LISTED) {
        page.name(Weight::Place, "  ", &report.shown_path(finding.scan_root, &finding.root))?;
        page.text(Weight::Plain, "    ", &advice(finding, remedy))?;
        if let Some(line) = &remedy.line {
            let into = match remedy.manifest.as_deref() {
                Some(path) => format!(" ({})", safe(&report.shown_path(finding.scan_root, path))),
                None => String::new(),
            };
            page.text(Weight::Plain, "      ", &format!("{}{into}", safe(line)))?;
        }
    }
    rest(page, all.len(), "finding", "findings")
}

fn advice(finding: &Finding, remedy: &Remedy) -> String {
    let name = component_name(split_purl(&finding.purl).0);
    let newest = match (&remedy.newest, remedy.behind) {
        (Some(newest), Some(behind)) if behind > 0 => {
            let releases = counted(behind.into(), "release", "releases");
            format!("; {} is the newest known, {releases} later", safe(newest))
        }
        _ => String::new(),
    };
    let noted = |licensing: &Licensing| licensing.notice_removed.count > 0 || licensing.notice_replaced.count > 0;
    let but = if finding.licensing.as_ref().is_some_and(noted) { " but for comments" } else { "" };
    let unmodified = match finding.unknown_files {
        0 => format!("unmodified{but}"),
        some => format!(
            "unmodified{but} as far as it is known, look at {} first",
            counted(some.into(), "more file of code", "more files of code")
        ),
    };
    let what = match remedy.effort {
        Effort::Delete => {
            format!(
                "{unmodified}: delete it and use the managed {}",
                remedy.package.as_deref().map(named).unwrap_or_default()
            )
        }
        Effort::Replace => format!("{unmodified}: delete it and use the package of {name}"),
        Effort::Declare => {
            format!("{unmodified}: no package is known in its place; note that it is {}", name_and_versions(finding))
        }
        Effort::Upstream => {
            let files: Vec<_> = remedy.modified.listed.iter().take(FILES_NAMED).map(|path| safe(path)).collect();
            let more = (remedy.modified.count as usize).saturating_sub(files.len());
            let more = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
            format!("modified: send the changes to {name} first, in {}{more}", files.join(", "))
        }
        Effort::Review => format!("pieces of {name}: keep its notice with them, or use the package"),
    };
    format!("{what}{newest}")
}

/// The line that says why a run failed.
pub fn failure(failures: &[Failure], report: &Report) -> String {
    let place = |id: &String| {
        let finding = report.findings.iter().find(|finding| finding.id == *id);
        let finding = finding.map(|finding| (finding.scan_root, &finding.root));
        let other = || report.discrepancies.iter().find(|one| one.id == *id).map(|one| (one.scan_root, &one.root));
        let shown = finding.or_else(other).map(|(root, path)| safe(&report.shown_path(root, path)).into_owned());
        format!("{id} {}", shown.unwrap_or_default())
    };
    let one = |failure: &Failure| {
        let named: Vec<String> = failure.ids.iter().take(FILES_NAMED).map(place).collect();
        let more = failure.ids.len().saturating_sub(named.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let findings = counted(failure.ids.len() as u64, "finding", "findings");
        format!("{} in {findings} ({}{more})", failure.condition.as_str(), named.join(", "))
    };
    format!("failed on {}", failures.iter().map(one).collect::<Vec<_>>().join("; "))
}

//! The report for people: what was found and where, what it means for licences, and what was not looked at.
//!
//! Every line fits the width of the [`Style`]; nothing from the scanned tree reaches the terminal unescaped.

use std::io::{self, Write};

use crate::error::{Code, Problem};
use crate::model::evidence::MatchKind;
use crate::model::finding::{FileMatch, FileReport, Finding, FindingKind, Licensing, Report};
use crate::model::place::{Lines, RangePair};
use crate::report::Style;
use crate::report::layout::{
    bytes, component_name, confidence, count, counted, home, percent, safe, split_purl, width,
};
use crate::report::page::{Page, Weight};
use crate::report::results;
use crate::report::summary::{Owners, Summary, open_source};
use crate::report::{internal, licenses, licensing, review};

/// Files with copied lines that are listed.
const FILES_LISTED: usize = 20;
/// Line ranges of one file that are listed.
const RANGES_LISTED: usize = 3;
/// Declared components that are listed.
const DECLARED_LISTED: usize = 10;
/// Examples of one reason why something was not examined.
const EXAMPLES_LISTED: usize = 3;
/// Versions that are named where several fit.
const VERSIONS_NAMED: usize = 2;
/// Other purls of a component that are named.
const ALIASES_NAMED: usize = 3;
/// Licences of the summary that are named.
const LICENCES_NAMED: usize = 12;
/// Where the rest of a list is.
const ALL: &str = "use --format json to see all";

/// Writes `report` for people to read.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let sum = Summary::of(report);
    let mut page = Page { style: *style, out };
    headline(&mut page, report, &sum)?;
    review::news(&mut page, report)?;
    undeclared(&mut page, report)?;
    copied_lines(&mut page, report)?;
    review::discrepancies(&mut page, report)?;
    review::remedies(&mut page, report)?;
    declared(&mut page, report, &sum)?;
    review::decisions(&mut page, report)?;
    internal::section(&mut page, report)?;
    licenses::section(&mut page, report)?;
    summary(&mut page, report, &sum)?;
    not_examined(&mut page, report, &sum)
}

fn headline(page: &mut Page<'_>, report: &Report, sum: &Summary<'_>) -> io::Result<()> {
    let files = counted(report.files_read, "file", "files");
    let places = (report.findings.len() as u64).saturating_sub(sum.managed);
    if places > 0 {
        let components = counted(sum.undeclared, "component", "components");
        let at = if places > sum.undeclared { format!(" at {} places", count(places)) } else { String::new() };
        let more = match sum.pieces.0 {
            0 => String::new(),
            some => format!(", and copied lines in {}", counted(some, "more file", "more files")),
        };
        let text = format!("foundling found {components} that nobody declared{at}{more}, in {files}.");
        return page.text(Weight::Heading, "", &text);
    }
    if sum.pieces.0 > 0 {
        let copied = counted(sum.pieces.0, "file", "files");
        let components = counted(sum.pieces.1, "component", "components");
        let text = format!("foundling found lines of {components} copied into {copied}, of {files}.");
        return page.text(Weight::Heading, "", &text);
    }
    if !report.wanted.matches {
        let text = format!("foundling read {files} and, as asked, did not look for copied code.");
        return page.text(Weight::Heading, "", &text);
    }
    if report.indexes.is_empty() {
        let text = format!("foundling had no index to compare {files} with, so it could not find anything.");
        page.text(Weight::Heading, "", &text)?;
        return page.text(Weight::Plain, "", "Name one with --index, or leave out --no-default-index.");
    }
    let components = report.indexes.iter().map(|index| index.components).sum();
    let releases = report.indexes.iter().map(|index| index.releases).sum();
    let known =
        format!("{} in {}", counted(components, "component", "components"), counted(releases, "release", "releases"));
    page.text(Weight::Heading, "", &format!("foundling found nothing undeclared in {files}."))?;
    let mut text = format!("Compared with {known}; what none of them holds cannot be found.");
    if !all_examined(sum) {
        text.push_str(" Part of the tree was not examined, see below.");
    }
    page.text(Weight::Plain, "", &text)
}

/// Findings that no manifest accounts for, place by place.
fn undeclared(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let mut last = None;
    let open = |(finding, verdict): &(&Finding, _)| !finding.is_managed() && !review::is_decided(*verdict);
    for (finding, verdict) in review::verdicts(report).filter(open) {
        let place = (finding.scan_root, finding.root.as_str());
        if last != Some(place) {
            page.blank()?;
            page.name(Weight::Place, "", &report.shown_path(finding.scan_root, &finding.root))?;
            last = Some(place);
        }
        page.text(Weight::Plain, "  ", &identity(finding))?;
        also_known(page, finding)?;
        page.text(Weight::Faint, "    ", &format!("{}; {}", extent(finding), review::name(finding, verdict)))?;
        licensing::lines(&mut *page, finding)?;
        review::lines(page, report, finding, verdict)?;
    }
    Ok(())
}

/// `also known as pkg:deb/debian/zlib, pkg:generic/zlib and 2 more`: as many as one line holds.
pub(super) fn also_known(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let indent = "    ";
    let text = |named: usize| {
        let names: Vec<_> = finding.aliases.iter().take(named).map(|alias| safe(alias)).collect();
        let more = match finding.aliases.len().saturating_sub(named) {
            0 => String::new(),
            more => format!(" and {} more", count(more as u64)),
        };
        format!("also known as {}{more}", names.join(", "))
    };
    let most = finding.aliases.len().min(ALIASES_NAMED);
    let fits = |named: &usize| indent.len() + width(&text(*named)) <= page.style.width;
    match (1..=most).rev().find(fits) {
        Some(named) => page.text(Weight::Faint, indent, &text(named)),
        None if most > 0 => page.text(Weight::Faint, indent, &text(1)),
        None => Ok(()),
    }
}

/// `zlib 1.2.11 or 1.2.12 (2 more), licence Zlib`.
fn identity(finding: &Finding) -> String {
    let licence = match &finding.license {
        Some(license) => format!("licence {}", safe(license)),
        None => format!("licence {}", results::no_licence(finding)),
    };
    let home = match home(split_purl(&finding.purl).0) {
        home if home.is_empty() => home,
        home => format!(" from {home}"),
    };
    format!("{}{home}, {licence}", name_and_versions(finding))
}

pub(super) fn name_and_versions(finding: &Finding) -> String {
    let (base, version) = split_purl(&finding.purl);
    let mut text = component_name(base);
    if finding.versions.is_empty() {
        text.push(' ');
        text.push_str(&safe(version));
        return text.trim_end().to_string();
    }
    for (at, version) in finding.versions.iter().take(VERSIONS_NAMED).enumerate() {
        text.push_str(if at == 0 { " " } else { " or " });
        text.push_str(&safe(version));
    }
    match finding.versions.len() {
        all if all > VERSIONS_NAMED => format!("{text} ({} more)", count((all - VERSIONS_NAMED) as u64)),
        _ => text,
    }
}

/// How much of it, and how sure that is.
pub(super) fn extent(finding: &Finding) -> String {
    let files = counted(finding.files.into(), "file", "files");
    let lines = counted(finding.lines, "line", "lines");
    let what = match finding.kind {
        FindingKind::Vendored => format!("vendored folder, {}", modified(finding, &files)),
        FindingKind::Copied if finding.files == 1 && finding.modified_files == 1 => "copied file, modified".to_string(),
        FindingKind::Copied if finding.files == 1 => "copied file".to_string(),
        FindingKind::Copied => format!("copied files, {}", modified(finding, &files)),
        FindingKind::Snippet if finding.files == 1 => format!("snippet, {lines}"),
        FindingKind::Snippet => format!("snippets, {lines} in {files}"),
    };
    format!("{what}; {}", confidence(finding.confidence))
}

fn modified(finding: &Finding, files: &str) -> String {
    // A copy without its notice is whole but for comments, and so not counted as modified.
    let noted = |licensing: &Licensing| licensing.notice_removed.count > 0 || licensing.notice_replaced.count > 0;
    let unknown = match finding.unknown_files {
        0 => String::new(),
        some => format!(", {} more of code not known", count(some.into())),
    };
    match finding.modified_files {
        0 if finding.licensing.as_ref().is_some_and(noted) => {
            format!("{files}, none modified but for comments{unknown}")
        }
        0 => format!("{files}, none modified{unknown}"),
        some => format!("{} of {files} modified{unknown}", count(some.into())),
    }
}

/// Which lines come from where, for what is not a whole folder of somebody else's.
fn copied_lines(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let owners = Owners::of(report);
    let mut shown = 0;
    let mut more = 0;
    for file in &report.files {
        let Some(found) = copied_into(file, &owners) else { continue };
        if shown == FILES_LISTED {
            more += 1;
            continue;
        }
        if shown == 0 {
            page.blank()?;
            page.line(Weight::Heading, "Copied lines")?;
        }
        shown += 1;
        page.name(Weight::Place, "  ", &report.shown_path(file.scan_root, &file.path))?;
        origin(page, found)?;
    }
    if more > 0 {
        let text = format!("and {}; {ALL}", counted(more, "more file", "more files"));
        page.text(Weight::Faint, "  ", &text)?;
    }
    Ok(())
}

/// The best match of `file`, if no manifest accounts for that, that belongs to no finding, or to an undeclared one other than a vendored folder, if it is a
/// snippet.
fn copied_into<'f>(file: &'f FileReport, owners: &Owners<'_>) -> Option<&'f FileMatch> {
    if file.managed {
        return None;
    }
    let of_interest = |finding: &Finding| !finding.is_managed() && finding.kind != FindingKind::Vendored;
    let mut matches = open_source(file);
    let best = matches.find(|found| owners.owner(file, &found.purl).is_none_or(of_interest));
    best.filter(|found| found.kind == MatchKind::Snippet)
}

/// The source of a file's copied lines, and the lines.
fn origin(page: &mut Page<'_>, found: &FileMatch) -> io::Result<()> {
    let (base, version) = split_purl(&found.purl);
    let similarity = percent(found.similarity);
    let source = format!("{similarity} of its code is from {} {}:", component_name(base), safe(version));
    page.text(Weight::Plain, "    ", &source)?;
    page.name(Weight::Plain, "    ", &found.source_path)?;
    for range in found.ranges.iter().take(RANGES_LISTED) {
        page.text(Weight::Faint, "      ", &range_text(range))?;
    }
    match found.ranges.len() {
        all if all > RANGES_LISTED => {
            let more = counted((all - RANGES_LISTED) as u64, "more stretch", "more stretches");
            page.text(Weight::Faint, "      ", &format!("and {more}"))
        }
        _ => Ok(()),
    }
}

fn range_text(range: &RangePair) -> String {
    let lines = |lines: Lines| match lines.first == lines.last {
        true => format!("line {}", lines.first),
        false => format!("lines {} to {}", lines.first, lines.last),
    };
    format!("{} from {} there", lines(range.lines), lines(range.source_lines))
}

/// Findings that a manifest accounts for, a line each.
fn declared(page: &mut Page<'_>, report: &Report, sum: &Summary<'_>) -> io::Result<()> {
    if sum.managed == 0 {
        return Ok(());
    }
    page.blank()?;
    let text = format!("Declared by a manifest or lockfile: {}", counted(sum.managed, "component", "components"));
    page.text(Weight::Heading, "", &text)?;
    for finding in report.findings.iter().filter(|finding| finding.is_managed()).take(DECLARED_LISTED) {
        let place = report.shown_path(finding.scan_root, &finding.root);
        page.text(
            Weight::Plain,
            "  ",
            &format!("{} in {}, {}", name_and_versions(finding), safe(&place), review::managed_by(report, finding)),
        )?;
    }
    match sum.managed.saturating_sub(DECLARED_LISTED as u64) {
        0 => Ok(()),
        more => page.text(Weight::Faint, "  ", &format!("and {} more; {ALL}", count(more))),
    }
}

fn summary(page: &mut Page<'_>, report: &Report, sum: &Summary<'_>) -> io::Result<()> {
    page.blank()?;
    page.line(Weight::Heading, "Summary")?;
    page.figure("Read", &format!("{}, {}", counted(report.files_read, "file", "files"), bytes(report.bytes_read)))?;
    for index in &report.indexes {
        let components = counted(index.components, "component", "components");
        let releases = counted(index.releases, "release", "releases");
        page.figure("Index", &format!("{}: {components}, {releases}", safe(&index.name)))?;
    }
    if sum.pieces.0 > 0 {
        let files = counted(sum.pieces.0, "file", "files");
        let components = counted(sum.pieces.1, "component", "components");
        page.figure("Copied", &format!("lines of {components} in {files}, too few of them for a place above"))?;
    }
    if !report.internal.is_empty() {
        let places = counted(report.internal.len() as u64, "place", "places");
        page.figure("Internal", &format!("{places} with code of your own, no open source"))?;
    }
    if report.findings.is_empty() {
        return Ok(());
    }
    let [vendored, copied, snippet] = sum.kinds;
    let kinds = format!("{} vendored, {} copied, {} snippet", count(vendored), count(copied), count(snippet));
    let places = counted(report.findings.len() as u64, "place", "places");
    page.figure("Found", &format!("{places}: {kinds}; {} declared", count(sum.managed)))?;
    let undeclared = counted(sum.unmanaged_files, "file", "files");
    page.figure("Undeclared", &format!("{undeclared} with code of components that nobody declared"))?;
    page.figure("Components", &format!("by licence: {}", licences(sum)))
}

/// Licences with the number of findings under each, the most frequent first.
fn licences(sum: &Summary<'_>) -> String {
    let mut known: Vec<_> = sum.component_licenses.iter().collect();
    known.sort_by_key(|&(license, number)| (std::cmp::Reverse(*number), *license));
    let mut parts: Vec<_> = known
        .iter()
        .take(LICENCES_NAMED)
        .map(|(license, number)| format!("{} {}", safe(license), count(**number)))
        .collect();
    if known.len() > LICENCES_NAMED {
        parts.push(format!("{} more", count((known.len() - LICENCES_NAMED) as u64)));
    }
    if sum.unknown_licenses > 0 {
        parts.push(format!("unknown {}", count(sum.unknown_licenses)));
    }
    parts.join(", ")
}

pub(super) fn not_examined(page: &mut Page<'_>, report: &Report, sum: &Summary<'_>) -> io::Result<()> {
    page.blank()?;
    match (all_examined(sum), sum.problems.is_empty()) {
        (true, true) => page.line(Weight::Heading, "Everything was examined.")?,
        (true, false) => page.line(Weight::Heading, "Everything was examined. Worth knowing:")?,
        (false, _) => page.line(Weight::Heading, "Not examined, or not in full")?,
    }
    for (&code, &number) in &sum.problems {
        page.text(Weight::Plain, "  ", &reason(code, number))?;
        let of_code = || report.problems.iter().filter(|problem| problem.code == code);
        for problem in of_code().take(EXAMPLES_LISTED) {
            example(page, problem)?;
        }
        let more = of_code().count().saturating_sub(EXAMPLES_LISTED);
        if more > 0 {
            page.line(Weight::Faint, &format!("    and {} more", count(more as u64)))?;
        }
    }
    Ok(())
}

/// Whether no problem means that something was left unexamined.
fn all_examined(sum: &Summary<'_>) -> bool {
    sum.problems
        .keys()
        .all(|code| matches!(code, Code::UnsafePath | Code::Suppressed | Code::BadSpdxExpression | Code::BadManifest))
}

/// A path on one line and, where it fits, the detail beside it, else below.
fn example(page: &mut Page<'_>, problem: &Problem) -> io::Result<()> {
    let together = format!("    {}: {}", safe(&problem.path), safe(&problem.detail));
    if problem.detail.is_empty() || problem.path.is_empty() {
        let only = if problem.path.is_empty() { &problem.detail } else { &problem.path };
        return page.name(Weight::Faint, "    ", only);
    }
    if width(&together) <= page.style.width {
        return page.line(Weight::Faint, &together);
    }
    page.name(Weight::Faint, "    ", &problem.path)?;
    page.text(Weight::Faint, "      ", &safe(&problem.detail))
}

/// What a code means, for `number` of them.
fn reason(code: Code, number: u64) -> String {
    let (one, many) = match code {
        Code::Unreadable => ("file or folder could not be read", "files or folders could not be read"),
        Code::Vanished => ("file was gone before it could be read", "files were gone before they could be read"),
        Code::Changed => ("file changed while it was read", "files changed while they were read"),
        Code::TooLarge => ("file over the size limit: hashed only", "files over the size limit: hashed only"),
        Code::Binary => ("file that is not text: hashed only", "files that are not text: hashed only"),
        Code::Encrypted => ("archive or member under a password", "archives or members under a password"),
        Code::DamagedArchive => ("damaged archive", "damaged archives"),
        Code::OverLimit => ("file or folder cut short by a limit", "files or folders cut short by a limit"),
        Code::UnsafePath => {
            ("archive member with an unsafe path: examined", "archive members with unsafe paths: examined")
        }
        Code::SymbolicLink => ("symbolic link: not followed", "symbolic links: not followed"),
        Code::SpecialFile => ("device, socket or pipe: not opened", "devices, sockets or pipes: not opened"),
        Code::Ignored => ("file or folder left out by ignore rules", "files or folders left out by ignore rules"),
        Code::VersionControl => ("version control folder: not entered", "version control folders: not entered"),
        Code::Suppressed => ("match set aside by a rule", "matches set aside by a rule"),
        Code::BadSpdxExpression => ("licence tag with a broken expression", "licence tags with broken expressions"),
        Code::BadDecision => ("decision that could not be read", "decisions that could not be read"),
        Code::BadManifest => {
            ("place in a manifest that could not be read", "places in manifests that could not be read")
        }
    };
    counted(number, one, many)
}

#[cfg(test)]
#[path = "human_tests.rs"]
mod tests;

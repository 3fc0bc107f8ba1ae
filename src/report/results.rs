//! What formats with one entry a result share: which findings are results, of which condition, where they are, and what is said
//! of them in a sentence.

use crate::model::evidence::MatchKind;
use crate::model::finding::{
    DeclaredAt, Discrepancy, DiscrepancyKind, FileMatch, FileReport, Finding, FindingKind, Report,
};
use crate::model::ids::RootNo;
use crate::model::place::{Lines, RangePair, folder, is_below};
use crate::model::purl::base_of;
use crate::model::review::{Condition, Verdict};
use crate::report::layout::{component_name, confidence, counted, split_purl};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// To be looked into.
    Warning,
    /// Against the policy, or not what it says it is.
    Error,
}

/// How bad a condition is.
pub fn level(condition: Condition) -> Level {
    match condition {
        Condition::DeniedLicence | Condition::Tampered => Level::Error,
        Condition::Unmanaged
        | Condition::ModifiedCopy
        | Condition::WrongVersion
        | Condition::Duplicate
        | Condition::Extraneous => Level::Warning,
        Condition::UnknownLicence | Condition::Stale | Condition::Absent => Level::Note,
    }
}

/// What a condition means.
pub fn meaning(condition: Condition) -> &'static str {
    match condition {
        Condition::Unmanaged => "Open source that no manifest accounts for.",
        Condition::DeniedLicence => "A component under a licence that the policy denies.",
        Condition::UnknownLicence => "A component of which no licence is known.",
        Condition::ModifiedCopy => "A copy of open source that was changed.",
        Condition::Stale => "A copy of an older release than the newest that is known.",
        Condition::Duplicate => "A second copy of a component that a manifest of the tree names.",
        Condition::WrongVersion => "A declaration that names another release than is there.",
        Condition::Tampered => "A package folder whose files are not those of its release.",
        Condition::Absent => "A declared component of which nothing is there.",
        Condition::Extraneous => "An installed package that its lockfile does not know.",
    }
}

/// What to do about a condition.
pub fn advice(condition: Condition) -> &'static str {
    match condition {
        Condition::Unmanaged => {
            "Replace the copy by its package, or note beside it what it is, of which release and under which licence."
        }
        Condition::DeniedLicence => "Replace or remove it, or have somebody decide that it may stay.",
        Condition::UnknownLicence => "Find out under which licence it may be used before it is passed on.",
        Condition::ModifiedCopy => {
            "Send the changes upstream, or keep them as a patch, so that the next release can be taken in."
        }
        Condition::Stale => "Take in the newest release; an old copy keeps the flaws that were mended since.",
        Condition::Duplicate => "Delete the copy and use the package that the manifest names.",
        Condition::WrongVersion => "Correct the declaration, or bring in the release that it names.",
        Condition::Tampered => "Install the package anew, and find out who changed it and why.",
        Condition::Absent => "Remove the declaration, or bring in what it names.",
        Condition::Extraneous => "Install from the lockfile anew, or add the package to it.",
    }
}

/// Findings that are results, each with the condition it is filed under: the worst, of equally bad ones the most telling.
pub fn findings(report: &Report) -> impl Iterator<Item = (&Finding, Condition, Option<&Verdict>)> {
    report.findings.iter().enumerate().filter_map(|(at, finding)| {
        let verdict = report.review.findings.get(at);
        let conditions = verdict.map_or(&[][..], |verdict| &verdict.conditions);
        let unmarked = || {
            (!finding.is_managed() && verdict.is_none_or(|one| one.set_aside.is_none())).then_some(Condition::Unmanaged)
        };
        let worst = conditions.iter().copied().max_by_key(|condition| (level(*condition), *condition));
        Some((finding, worst.or_else(unmarked)?, verdict))
    })
}

/// Discrepancies with their condition.
pub fn discrepancies(report: &Report) -> impl Iterator<Item = (&Discrepancy, Condition, Option<&Verdict>)> {
    report.discrepancies.iter().enumerate().map(|(at, one)| {
        let condition = match one.kind {
            DiscrepancyKind::WrongVersion => Condition::WrongVersion,
            DiscrepancyKind::Tampered => Condition::Tampered,
            DiscrepancyKind::Absent => Condition::Absent,
            DiscrepancyKind::Extraneous => Condition::Extraneous,
        };
        (one, condition, report.review.discrepancies.get(at))
    })
}

/// A path as reports show it, from the folder that the program was called in, which a code host takes for the top of its
/// repository: a single root below that folder goes in front. Below a root that lies elsewhere it stays as it is. The members of
/// an archive are where that is, for nobody can open them by a path.
pub fn from_top(report: &Report, shown: &str) -> String {
    let shown = shown.split_once(MEMBER).map_or(shown, |(archive, _)| archive);
    let given = match report.roots.as_slice() {
        [given] if report.file_roots.contains(&RootNo(0)) => folder(given),
        [given] => given,
        _ => "",
    };
    let is_elsewhere = given.starts_with('/') || given.split('/').any(|part| part == "..");
    let before = if is_elsewhere { "" } else { given };
    let parts = before.split('/').chain(shown.split('/')).filter(|part| !matches!(*part, "" | "."));
    let path = parts.collect::<Vec<_>>().join("/");
    match (shown.starts_with('/'), path.is_empty()) {
        (true, _) => format!("/{path}"),
        (false, true) => ".".to_string(),
        (false, false) => path,
    }
}

/// What stands between an archive and its member.
const MEMBER: &str = "!/";

/// A file of a finding, or a stretch of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From the top: see [`from_top`].
    pub path: String,
    /// The stretch; `None` for whole files, and for members of an archive, of which only the first is a place.
    pub lines: Option<Lines>,
    /// Path in the release, and its lines there.
    pub source: (String, Option<Lines>),
    /// The release, as a purl.
    pub purl: String,
}

/// The places of a finding by path and line.
pub fn places<'r>(report: &'r Report, finding: &'r Finding) -> impl Iterator<Item = Place> + 'r {
    let root = finding.root.as_str();
    // Files stand in order, so those below a place stand together.
    let first = report.files.partition_point(|file| (file.scan_root, file.path.as_str()) < (finding.scan_root, root));
    let files = report.files.get(first..).unwrap_or_default().iter();
    let near = files.take_while(move |file| file.scan_root == finding.scan_root && file.path.starts_with(root));
    let near = near.filter(move |file| is_below(&file.path, root));
    let mut archive = None;
    let first_of_archive = move |file: &&FileReport| match file.path.split_once(MEMBER) {
        Some((of, _)) => archive.replace(of.to_string()).as_deref() != Some(of),
        None => true,
    };
    near.filter(first_of_archive).flat_map(move |file| {
        let is_member = file.path.contains(MEMBER);
        let own = |found: &&FileMatch| base_of(&found.purl) == base_of(&finding.purl);
        let found = file.matches.iter().find(own);
        let path = move || from_top(report, &report.shown_path(file.scan_root, &file.path));
        let ranges = found.filter(|found| found.kind == MatchKind::Snippet).map_or(&[][..], |found| &found.ranges);
        let (ranges, member) = if is_member { (&[][..], ranges.first()) } else { (ranges, None) };
        let whole = found.filter(|_| ranges.is_empty()).map(|found| Place {
            path: path(),
            lines: None,
            source: (found.source_path.clone(), member.map(|range| range.source_lines)),
            purl: found.purl.clone(),
        });
        let stretch = move |range: &RangePair| Place {
            path: path(),
            lines: Some(range.lines),
            source: (found.map(|found| found.source_path.clone()).unwrap_or_default(), Some(range.source_lines)),
            purl: found.map(|found| found.purl.clone()).unwrap_or_default(),
        };
        whole.into_iter().chain(ranges.iter().map(stretch))
    })
}

fn named(purl: &str) -> String {
    let (base, version) = split_purl(purl);
    format!("{} {version}", component_name(base)).trim_end().to_string()
}

/// What is said where no one licence is known: whether files that speak for the component name several, or none does.
pub(super) fn no_licence(finding: &Finding) -> &'static str {
    match &finding.licensing {
        Some(licensing) if !licensing.declared.is_empty() => "not settled",
        _ => "unknown",
    }
}

/// A finding in a sentence.
pub fn finding_message(report: &Report, finding: &Finding) -> String {
    let files = counted(finding.files.into(), "file", "files");
    let what = match finding.kind {
        FindingKind::Vendored => format!("A folder of {}, {files}", named(&finding.purl)),
        FindingKind::Copied => format!("Copied from {}, {files}", named(&finding.purl)),
        FindingKind::Snippet => {
            format!("{} of {}", counted(finding.lines, "line", "lines"), named(&finding.purl))
        }
    };
    let modified = if finding.modified_files > 0 {
        format!(", {} of them modified", finding.modified_files)
    } else {
        String::new()
    };
    let unknown = match finding.unknown_files {
        0 => String::new(),
        some => format!(", {some} more of code not known"),
    };
    let licence = finding.license.as_deref().unwrap_or_else(|| no_licence(finding));
    // Some files may be of another release than most: what is said of the named one must be of that.
    let of_release = places(report, finding).find(|place| place.purl == finding.purl);
    let source = of_release.map(|place| match place.source {
        (path, Some(lines)) => format!(" {path} lines {} to {}.", lines.first, lines.last),
        (path, None) => format!(" Its first file is {path} there."),
    });
    let shown = |at: &DeclaredAt| report.shown_path(finding.scan_root, &at.manifest).into_owned();
    let by = match (&finding.managed, finding.duplicates.first()) {
        (Some(managed), _) => format!(" {} accounts for it.", shown(&managed.at)),
        (None, Some(at)) => format!(" No manifest accounts for it; {} names {}.", shown(at), named(&at.purl)),
        (None, None) => " No manifest accounts for it.".to_string(),
    };
    let sure = confidence(finding.confidence);
    format!("{what}{modified}{unknown}; licence {licence}; {sure}.{by}{}", source.unwrap_or_default())
}

/// A discrepancy in a sentence.
pub fn discrepancy_message(report: &Report, one: &Discrepancy) -> String {
    let (declared, place) = (named(&one.declared.purl), report.shown_path(one.scan_root, &one.root));
    match one.kind {
        DiscrepancyKind::WrongVersion => {
            format!("{place} is declared as {declared}, its content is {}.", one.found.join(" or "))
        }
        DiscrepancyKind::Tampered => {
            let files = counted(one.files.into(), "file", "files");
            let first = one.changes.first().map(|(_, path)| format!(", the first {path}")).unwrap_or_default();
            format!("{files} of {declared} in {place} are not as released{first}.")
        }
        DiscrepancyKind::Absent => format!("{declared} is declared in {place}, and nothing of it is there."),
        DiscrepancyKind::Extraneous => format!("{declared} is installed in {place}, and no lockfile knows it."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_finding_is_filed_under_its_worst_condition() {
        let report = sample::reviewed();
        let all: Vec<(&str, Condition)> =
            findings(&report).map(|(finding, condition, _)| (finding.root.as_str(), condition)).collect();
        let expected = [
            ("src/ring.c", Condition::Unmanaged),
            ("static/jquery.js", Condition::Duplicate),
            ("third_party/zlib", Condition::Unmanaged),
        ];
        assert_eq!(all, expected);
        assert!(level(Condition::DeniedLicence) > level(Condition::Unmanaged));
    }

    #[test]
    fn paths_begin_where_the_program_was_called() {
        let of = |roots: &[&str], path: &str| {
            let report = Report { roots: roots.iter().map(|one| one.to_string()).collect(), ..Report::default() };
            let root = RootNo(report.roots.len() as u32 - 1);
            from_top(&report, &report.shown_path(root, path))
        };
        assert_eq!(of(&["."], "a/b"), "a/b");
        assert_eq!(of(&["."], ""), ".");
        assert_eq!(of(&["./part/"], "a"), "part/a");
        assert_eq!(of(&["part"], ""), "part");
        assert_eq!(of(&["/home/me/part"], "a"), "a");
        assert_eq!(of(&["../part"], "a"), "a");
        assert_eq!(of(&["one", "./two"], "a"), "two/a");
        assert_eq!(of(&["one", "/home/me/two"], "a"), "/home/me/two/a");
        let file = |given: &str, path: &str| {
            let file_roots = [RootNo(0)].into();
            let report = Report { roots: vec![given.to_string()], file_roots, ..Report::default() };
            from_top(&report, &report.shown_path(RootNo(0), path))
        };
        assert_eq!([file("src/a.c", "a.c"), file("a.c", "a.c"), file("/a.c", "a.c")], ["src/a.c", "a.c", "a.c"]);
    }

    #[test]
    fn sentences_say_what_where_and_who_declares_it() {
        let report = sample::reviewed();
        let ring = report.findings.iter().find(|finding| finding.root == "src/ring.c").unwrap();
        let text = finding_message(&report, ring);
        assert_eq!(
            text,
            "71 lines of acme/ring 3.4.0; licence unknown; likely (70%). No manifest accounts for it. lib/ring_buffer.c lines 12 to 82."
        );
        let text = discrepancy_message(&report, &report.discrepancies[0]);
        assert_eq!(text, "5 files of a 1 in vendor/a are not as released, the first vendor/a/b.rs.");
        assert_eq!(places(&report, ring).next().unwrap().lines.map(|lines| lines.first), Some(10));
    }
}

//! What a page needs before it shows anything: the verdict, figures, entries and folders.

use serde::Serialize;

use super::files::{self, Placed};
use super::items::{self, Columns, Subject};
use super::reasons::{List, Reason};
use super::{Options, TEXTS, detail, tree};
use crate::error::Code;
use crate::model::finding::Report;
use crate::model::limits;
use crate::model::review::Idle;
use crate::report::layout::{bytes, counted, safe};
use crate::report::summary::Summary;

/// Figures of the whole report.
#[derive(Serialize)]
struct Figures {
    files: u64,
    bytes: u64,
    unmanaged_files: u64,
    listed_files: usize,
    /// Distinct components that no manifest accounts for.
    undeclared: u64,
    managed: u64,
    /// Whether an earlier report was compared.
    compared: bool,
}

/// How the chunks are cut: entries or files of each.
#[derive(Serialize)]
struct Chunks {
    details: usize,
    texts: usize,
    paths: usize,
    rows: usize,
}

/// Some of many: how many there are, and those that are listed.
#[derive(Serialize)]
struct Part<T>(usize, Vec<T>);

/// The data of a page that is not packed.
#[derive(Serialize)]
pub(super) struct Front<'r> {
    tool: &'static str,
    version: &'static str,
    date: &'r str,
    roots: Vec<String>,
    verdict: String,
    figures: Figures,
    chunks: Chunks,
    /// In words.
    reasons: Vec<&'static str>,
    strings: Vec<String>,
    /// The entries.
    pub items: Columns,
    tree: tree::Folder,
    /// What was not examined in full: code and files.
    problems: Vec<(Code, u64)>,
    /// Findings of the earlier report that are gone: place and purl.
    gone: Part<(String, String)>,
    /// Decisions that decide nothing: place, component, why.
    idle: Part<(String, String, Idle, u64)>,
    /// Parts that the settings leave out: pattern, reason, files.
    excluded: Part<(String, String, u64)>,
}

/// The front of `report`.
pub(super) fn front<'r>(
    report: &'r Report,
    options: &Options<'r>,
    subjects: &[Subject],
    placed: &[Placed],
) -> Front<'r> {
    let sum = Summary::of(report);
    let (items, strings) = items::columns(report, subjects);
    let review = &report.review;
    let shown = |text: &String| safe(text).into_owned();
    Front {
        tool: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        date: options.date.unwrap_or(""),
        roots: report.roots.iter().map(shown).collect(),
        verdict: verdict(report, &sum, &items),
        figures: figures(report, &sum),
        chunks: Chunks { details: detail::DETAILS, texts: TEXTS, paths: files::PATHS, rows: files::ROWS },
        reasons: Reason::ALL.iter().map(|(.., words)| *words).collect(),
        strings: strings.all,
        items,
        tree: tree::tree(report, placed),
        problems: sum.problems.iter().map(|(code, count)| (*code, *count)).collect(),
        gone: part(&review.gone, |gone| (shown(&gone.root), shown(&gone.purl))),
        idle: part(&review.idle, |idle| {
            (format!("{}:{}", safe(&idle.file), idle.line), shown(&idle.component), idle.why, idle.files)
        }),
        excluded: part(&review.excluded, |one| (shown(&one.pattern), shown(&one.reason), one.files)),
    }
}

fn part<T, R>(all: &[T], row: impl Fn(&T) -> R) -> Part<R> {
    Part(all.len(), all.iter().take(limits::PAGE_LISTED).map(row).collect())
}

fn figures(report: &Report, sum: &Summary) -> Figures {
    let compared = report.review.findings.iter().any(|verdict| verdict.state.is_some());
    Figures {
        files: report.files_read,
        bytes: report.bytes_read,
        unmanaged_files: sum.unmanaged_files,
        listed_files: report.files.len(),
        undeclared: sum.undeclared,
        managed: sum.managed,
        compared: compared || !report.review.gone.is_empty(),
    }
}

/// The report in one or two sentences.
fn verdict(report: &Report, sum: &Summary, items: &Columns) -> String {
    let of = |list: List| items.list.iter().filter(|one| **one == list as u8).count() as u64;
    let files = counted(report.files_read, "file", "files");
    let read =
        format!("{files} ({}) {} read", bytes(report.bytes_read), if report.files_read == 1 { "was" } else { "were" });
    if items.list.is_empty() {
        return format!("Nothing to review: {read}, and nothing in there is known from elsewhere.");
    }
    let (conflicts, research) = (of(List::Conflicts), of(List::Research));
    let to_settle = counted(conflicts, "conflict", "conflicts");
    let state = match (conflicts, research) {
        (0, 0) => "Nothing stands in the way.".to_string(),
        (0, many) => format!("No conflict; {} to research.", counted(many, "entry", "entries")),
        (_, 0) => format!("{to_settle} to settle."),
        (_, many) => format!("{to_settle} to settle, {} to research.", counted(many, "entry", "entries")),
    };
    match sum.undeclared {
        0 => format!("{state} A manifest accounts for every component that was found; {read}."),
        many => format!("{state} No manifest accounts for {}; {read}.", counted(many, "component", "components")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::items::subjects;
    use crate::report::sample;

    fn verdict_of(report: &Report) -> String {
        let (items, _) = items::columns(report, &subjects(report));
        verdict(report, &Summary::of(report), &items)
    }

    #[test]
    fn the_verdict_says_what_is_open_and_what_was_read() {
        let mut report = sample::report();
        let read = "1,234 files (43 MiB) were read";
        let expected = format!("No conflict; 3 entries to research. No manifest accounts for 3 components; {read}.");
        assert_eq!(verdict_of(&report), expected);
        report.findings[3].license = Some("GPL-2.0-only".to_string());
        assert!(verdict_of(&report).starts_with("1 conflict to settle, 2 entries to research."));
        report.findings.truncate(1);
        report.internal.clear();
        let expected =
            format!("Nothing stands in the way. A manifest accounts for every component that was found; {read}.");
        assert_eq!(verdict_of(&report), expected);
        report.findings.clear();
        assert!(verdict_of(&report).starts_with(&format!("Nothing to review: {read}")));
    }
}

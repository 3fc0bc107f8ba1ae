//! A summary for a comment on a merge request, as Markdown.
//!
//! Names stand in code spans, so that none of them is taken for markup, a link or somebody's name.

use std::io::{self, Write};

use crate::model::finding::Report;
use crate::model::review::{BaselineState, Remedy, Verdict};
use crate::report::layout::{counted, safe};
use crate::report::results::{self, Level};
use crate::report::summary::Summary;
use crate::report::words;

/// Rows of a table.
const ROWS: usize = 50;

/// Writes the summary.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<_> = results::findings(report).collect();
    let is_open = |verdict: Option<&Verdict>| verdict.is_none_or(|one| one.decided.is_none());
    let mut open: Vec<_> = all.iter().filter(|(_, _, verdict)| is_open(*verdict)).collect();
    // What is news comes first, for the others may be cut.
    let news = |verdict: Option<&Verdict>| match verdict.and_then(|verdict| verdict.state) {
        Some(BaselineState::New) => 0,
        Some(BaselineState::Changed) => 1,
        _ => 2,
    };
    open.sort_by_key(|(_, _, verdict)| news(*verdict));
    let disagreements: Vec<_> = results::discrepancies(report).filter(|(_, _, verdict)| is_open(*verdict)).collect();
    let decided = all.len() - open.len();
    writeln!(out, "### foundling\n")?;
    let files = counted(report.files_read, "file", "files");
    let found = counted(open.len() as u64, "open finding", "open findings");
    let failing = if report.review.failures.is_empty() { "" } else { " **The run fails.**" };
    writeln!(out, "{found} in {files}, {decided} decided.{failing}\n")?;
    let sum = Summary::of(report);
    if sum.pieces.0 > 0 {
        let files = counted(sum.pieces.0, "more file", "more files");
        writeln!(out, "Copied lines, too few for a place below, in {files}: see the report.\n")?;
    }
    if let Some(since) = &report.since {
        let changed = counted(since.changed_files, "changed file", "changed files");
        writeln!(out, "Only what changed since {} was looked at: {changed}.\n", code(&since.revision))?;
    }
    if !open.is_empty() {
        writeln!(out, "| | place | component | licence | why | what to do |\n|---|---|---|---|---|---|")?;
        for (finding, condition, verdict) in open.iter().take(ROWS) {
            let mark = match (results::level(*condition), verdict.and_then(|verdict| verdict.state)) {
                (_, Some(BaselineState::New)) => "new",
                (_, Some(BaselineState::Changed)) => "changed",
                (Level::Error, _) => "!",
                _ => "",
            };
            let to_do = verdict.and_then(|verdict| verdict.remedy.as_ref()).map(to_do).unwrap_or_default();
            let place = code(&report.shown_path(finding.scan_root, &finding.root));
            let licence = finding.license.as_deref().map_or_else(|| results::no_licence(finding).to_string(), code);
            writeln!(
                out,
                "| {mark} | {place} | {} | {licence} | {} | {to_do} |",
                code(&finding.purl),
                condition.as_str()
            )?;
        }
        rest(out, open.len())?;
    }
    if !disagreements.is_empty() {
        writeln!(out, "**Declared otherwise than it is**\n")?;
        for (one, ..) in disagreements.iter().take(ROWS) {
            let place = code(&report.shown_path(one.scan_root, &one.root));
            writeln!(out, "- {}: {} in {place}", words::of(&one.kind), code(&one.declared.purl))?;
        }
        rest(out, disagreements.len())?;
    }
    if !report.review.gone.is_empty() {
        writeln!(out, "**Gone**\n")?;
        for one in report.review.gone.iter().take(ROWS) {
            writeln!(out, "- {} in {}", code(&one.purl), code(&one.root))?;
        }
        rest(out, report.review.gone.len())?;
    }
    let missed: u64 = report.problems.iter().map(|problem| problem.count).sum();
    match missed {
        0 => writeln!(out, "Everything was examined."),
        some => {
            writeln!(out, "{} not examined, or not in full: see the report.", counted(some, "thing was", "things were"))
        }
    }
}

/// The line that replaces a copy; where files of it were changed, what to do with these comes first.
fn to_do(remedy: &Remedy) -> String {
    let effort = words::of(&remedy.effort);
    match (remedy.line.as_deref().map(code), remedy.modified.count) {
        (None, _) => effort,
        (Some(line), 0) => line,
        (Some(line), changed) => {
            format!("send the changes of {} upstream, then {line}", counted(changed.into(), "file", "files"))
        }
    }
}

fn rest(out: &mut dyn Write, all: usize) -> io::Result<()> {
    match all.saturating_sub(ROWS) {
        0 => writeln!(out),
        more => writeln!(out, "\nand {more} more.\n"),
    }
}

/// A name as a code span on one line.
fn code(text: &str) -> String {
    let text = safe(text).replace('`', "'").replace('|', "\\|");
    if text.trim().is_empty() { String::new() } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn text(report: &Report) -> String {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_comment_says_what_is_open_and_what_to_do() {
        let text = text(&sample::reviewed());
        let expected = "\
### foundling

2 open findings in 1,234 files, 1 decided.

| | place | component | licence | why | what to do |
|---|---|---|---|---|---|
| new | `static/jquery.js` | `pkg:npm/jquery@3.6.0` | `MIT` | duplicate | `npm install jquery@3.6.0` |
|  | `src/ring.c` | `pkg:github/acme/ring@3.4.0` | unknown | unmanaged |  |

**Declared otherwise than it is**

- tampered: `pkg:cargo/a@1` in `vendor/a`

**Gone**

- `pkg:npm/old@1` in `lib/old`

46 things were not examined, or not in full: see the report.
";
        assert_eq!(text, expected);
    }

    #[test]
    fn names_are_no_markup() {
        assert_eq!(code("a`<b>|@c\n"), "`a'<b>\\|@c\\n`");
        assert_eq!(code(" "), "");
    }
}

//! Lines of scanned files and of their originals, cut to what a reviewer compares.

use std::borrow::Cow;

use serde::Serialize;

use super::files::{Placer, four};
use crate::model::evidence::MatchKind;
use crate::model::finding::{FileMatch, FileReport, Report};
use crate::model::limits;
use crate::model::place::{Lines, RangePair};
use crate::report::layout::safe;
use crate::report::texts::Texts;

/// Lines around a match that are shown so that its place is understood.
const AROUND: u32 = 2;
/// Lines of a file that matches as a whole which are shown.
const BEGINNING: Lines = Lines { first: 1, last: 12 };

/// Some lines of a text: the number of the first, and the lines.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Excerpt(u32, Vec<String>);

impl Excerpt {
    /// `lines` of `text` and those around, at most [`limits::PAGE_LINES`].
    fn of(text: &[&str], lines: Lines, around: u32) -> Excerpt {
        let first = lines.first.saturating_sub(around).max(1);
        let last = lines.last.saturating_add(around).max(first);
        let many = ((last - first) as usize + 1).min(limits::PAGE_LINES);
        let shown = text.iter().skip(first as usize - 1).take(many);
        Excerpt(first, shown.map(|line| shown_line(line)).collect())
    }

    fn bytes(&self) -> usize {
        self.1.iter().map(String::len).sum()
    }
}

/// A line with everything written out that hides in it; tabulators stay.
fn shown_line(line: &str) -> String {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let end = line.char_indices().nth(limits::PAGE_LINE).map_or(line.len(), |(at, _)| at);
    let (kept, cut) = line.split_at(end);
    let parts: Vec<_> = kept.split('\t').map(safe).collect();
    parts.join("\t") + if cut.is_empty() { "" } else { " …" }
}

/// A stretch of the scanned file beside that of its origin.
#[derive(Debug, Serialize)]
struct Pair {
    range: [u32; 4],
    ours: Excerpt,
    /// `None` where the original is not on this machine.
    theirs: Option<Excerpt>,
}

/// What a reviewer reads of one file of a finding.
#[derive(Debug, Serialize)]
pub(super) struct Shown<'r> {
    /// Its number among the report's files.
    file: u32,
    path: String,
    purl: Cow<'r, str>,
    source_path: Cow<'r, str>,
    kind: MatchKind,
    pairs: Vec<Pair>,
    /// Stretches that match and are not shown.
    more: usize,
    /// Where it speaks of its licence, if it does at its beginning.
    header: Option<Excerpt>,
}

impl Shown<'_> {
    fn bytes(&self) -> usize {
        let theirs = |pair: &Pair| pair.theirs.as_ref().map_or(0, Excerpt::bytes);
        let pairs: usize = self.pairs.iter().map(|pair| pair.ours.bytes() + theirs(pair)).sum();
        pairs + self.header.as_ref().map_or(0, Excerpt::bytes)
    }
}

/// Takes excerpts until [`limits::PAGE_TEXT`] is reached.
pub(super) struct Cutter<'r> {
    /// Whose files.
    pub report: &'r Report,
    /// Which entry their matches belong to.
    pub placer: &'r Placer<'r>,
    /// Where their text is.
    pub texts: &'r dyn Texts,
    /// Bytes that may still be shown.
    pub room: usize,
}

impl<'r> Cutter<'r> {
    /// Excerpts for entry `item`, whose files are `runs`: of files with pieces first, for there is most to compare.
    pub fn cut(&mut self, item: u32, runs: &[(u32, u32)]) -> Vec<Shown<'r>> {
        let mut out = Vec::new();
        for (no, file, found) in self.chosen(item, runs) {
            let Some(shown) = self.shown(no, file, found) else { continue };
            let bytes = shown.bytes();
            if bytes > self.room {
                break;
            }
            self.room -= bytes;
            out.push(shown);
        }
        out
    }

    fn chosen(&self, item: u32, runs: &[(u32, u32)]) -> Vec<(u32, &'r FileReport, &'r FileMatch)> {
        let report = self.report;
        let numbers = runs.iter().flat_map(|(first, count)| *first..first.saturating_add(*count));
        let (mut pieces, mut whole) = (Vec::new(), Vec::new());
        for no in numbers {
            let Some(file) = report.files.get(no as usize) else { continue };
            let Some(found) = file.matches.iter().find(|one| self.placer.item(file, one) == Some(item)) else {
                continue;
            };
            let kept = if found.kind == MatchKind::Snippet { &mut pieces } else { &mut whole };
            if kept.len() < limits::PAGE_FILES {
                kept.push((no, file, found));
            }
            if pieces.len() == limits::PAGE_FILES {
                break;
            }
        }
        pieces.into_iter().chain(whole).take(limits::PAGE_FILES).collect()
    }

    fn shown(&self, no: u32, file: &'r FileReport, found: &'r FileMatch) -> Option<Shown<'r>> {
        if self.room == 0 {
            return None;
        }
        let ours = self.texts.scanned(file)?;
        let theirs = self.texts.upstream(&found.purl, &found.source_path);
        let ours: Vec<&str> = ours.lines().collect();
        let theirs: Option<Vec<&str>> = theirs.as_ref().map(|text| text.lines().collect());
        let whole = [RangePair { lines: BEGINNING, source_lines: BEGINNING }];
        let ranges = if found.ranges.is_empty() { &whole[..] } else { &found.ranges };
        let pair = |range: &RangePair| Pair {
            range: four(range),
            ours: Excerpt::of(&ours, range.lines, AROUND),
            theirs: theirs.as_ref().map(|text| Excerpt::of(text, range.source_lines, AROUND)),
        };
        Some(Shown {
            file: no,
            path: safe(&self.report.shown_path(file.scan_root, &file.path)).into_owned(),
            purl: safe(&found.purl),
            source_path: safe(&found.source_path),
            kind: found.kind,
            pairs: ranges.iter().take(limits::PAGE_PAIRS).map(pair).collect(),
            more: ranges.len().saturating_sub(limits::PAGE_PAIRS),
            header: header(file, &ours),
        })
    }
}

/// The lines at a file's beginning up to the last that speaks of licence or copyright.
fn header(file: &FileReport, text: &[&str]) -> Option<Excerpt> {
    let most = limits::PAGE_HEADER as u32;
    let licences = file.licenses.iter().map(|one| one.lines);
    let lines = licences.chain(file.copyrights.iter().map(|one| one.lines));
    let last = lines.filter(|lines| lines.first <= most).map(|lines| lines.last.min(most)).max()?;
    Some(Excerpt::of(text, Lines { first: 1, last }, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::RootNo;
    use crate::report::sample;
    use crate::report::texts::NoTexts;

    /// Every scanned file has 200 numbered lines; the originals are at hand where the flag says so.
    struct Numbered(bool);

    impl Texts for Numbered {
        fn in_tree(&self, _: RootNo, _: &str) -> Option<String> {
            None
        }

        fn scanned(&self, _: &FileReport) -> Option<String> {
            Some((1..=200).map(|no| format!("our {no}\r\n")).collect())
        }

        fn upstream(&self, _: &str, _: &str) -> Option<String> {
            self.0.then(|| (1..=200).map(|no| format!("their {no}\n")).collect())
        }
    }

    fn cut(texts: &dyn Texts, room: usize) -> Vec<serde_json::Value> {
        let report = sample::report();
        let placer = Placer::of(&report);
        let mut cutter = Cutter { report: &report, placer: &placer, texts, room };
        cutter.cut(1, &[(1, 1)]).iter().map(|shown| serde_json::to_value(shown).unwrap()).collect()
    }

    #[test]
    fn matched_lines_stand_beside_those_they_come_from() {
        let shown = &cut(&Numbered(true), 1 << 20)[0];
        assert_eq!(shown["pairs"][0]["range"], serde_json::json!([10, 80, 12, 82]));
        assert_eq!(shown["pairs"][0]["ours"][0], 8);
        assert_eq!(shown["pairs"][0]["ours"][1][0], "our 8");
        assert_eq!(shown["pairs"][0]["theirs"][1][0], "their 10");
        assert_eq!(shown["pairs"][1]["ours"][1].as_array().unwrap().len(), 5);
        assert_eq!(shown["header"][1].as_array().unwrap().len(), 9, "its notice ends at line 9");
        assert!(cut(&Numbered(false), 1 << 20)[0]["pairs"][0]["theirs"].is_null());
    }

    #[test]
    fn nothing_is_shown_beyond_the_room_or_without_text() {
        assert!(cut(&Numbered(true), 100).is_empty());
        assert!(cut(&NoTexts, 1 << 20).is_empty());
    }

    #[test]
    fn lines_are_cut_and_what_hides_in_them_is_written_out() {
        assert_eq!(shown_line("\tint a;\u{202e}\r"), "\tint a;\\u{202e}");
        assert_eq!(shown_line(&"é".repeat(limits::PAGE_LINE)).chars().count(), limits::PAGE_LINE);
        assert!(shown_line(&"é".repeat(limits::PAGE_LINE + 1)).ends_with(" …"));
        let text = vec!["x"; 10_000];
        assert_eq!(Excerpt::of(&text, Lines { first: 1, last: u32::MAX }, 2).1.len(), limits::PAGE_LINES);
        assert_eq!(Excerpt::of(&text, Lines { first: u32::MAX, last: u32::MAX }, 2).1.len(), 0);
        assert_eq!(Excerpt::of(&text, Lines { first: 9, last: 3 }, 0).1.len(), 1, "lines out of order are harmless");
    }
}

//! The files of a report as a page holds them: which entry each belongs to, what it is to the owner of the tree, and its
//! rows, in chunks that the page unpacks when it comes to them.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;

use super::items::risk;
use crate::license::category;
use crate::model::evidence::MatchKind;
use crate::model::finding::{FileMatch, FileReport, Origin, Report};
use crate::model::license::{Category, LicenseKind, LicenseMatch};
use crate::model::limits;
use crate::model::place::RangePair;
use crate::report::layout::{percent, safe};
use crate::report::summary::Owners;

/// Files of one chunk of paths.
pub(super) const PATHS: usize = 5_000;
/// Files of one chunk of rows.
pub(super) const ROWS: usize = 250;
/// Stands for the licence of files that state none.
const NOTHING_STATED: u8 = 6;

/// What a file is to the owner of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Belongs {
    /// In no index.
    Own,
    /// A manifest accounts for it.
    Managed,
    /// None does.
    Unmanaged,
    /// The company's own code, from elsewhere.
    Internal,
}

/// Origin and risk in one number: origin times 8, plus the [`Category`], or 6 where no licence is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class(pub u8);

impl Class {
    /// Own code that states no licence.
    pub const OWN: Class = Class::of(Belongs::Own, NOTHING_STATED);

    const fn of(belongs: Belongs, risk: u8) -> Class {
        Class(belongs as u8 * 8 + risk)
    }
}

/// Where one file belongs.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// Numbers of the page's entries, the best explanation's first.
    pub items: Vec<u32>,
    /// What it is.
    pub class: Class,
    /// How much of it is that, 0 to 1; the rest is own code.
    pub share: f32,
}

/// Says of files where they belong.
pub(super) struct Placer<'r> {
    report: &'r Report,
    open: Owners<'r>,
    internal: Owners<'r>,
    categories: HashMap<String, Category>,
}

impl<'r> Placer<'r> {
    /// For the files of `report`.
    pub fn of(report: &'r Report) -> Placer<'r> {
        let (open, internal) = (Owners::of(report), Owners::among(&report.internal));
        Placer { report, open, internal, categories: HashMap::new() }
    }

    /// The entry that a match of a file belongs to.
    pub fn item(&self, file: &FileReport, found: &FileMatch) -> Option<u32> {
        let first_internal = self.report.findings.len();
        let no = match found.origin {
            Origin::OpenSource => self.open.numbered(file, &found.purl)?.0,
            Origin::Internal => first_internal + self.internal.numbered(file, &found.purl)?.0,
        };
        u32::try_from(no).ok()
    }

    /// Where `file` belongs.
    pub fn place(&mut self, file: &FileReport) -> Placed {
        let mut items = Vec::new();
        for item in file.matches.iter().filter_map(|found| self.item(file, found)) {
            if !items.contains(&item) && items.len() < limits::PAGE_STATEMENTS {
                items.push(item);
            }
        }
        let best = file.matches.iter().find(|found| found.origin == Origin::OpenSource).or(file.matches.first());
        let Some(best) = best else {
            let class = Class::of(Belongs::Own, self.stated(file));
            return Placed { items, class, share: 1.0 };
        };
        let finding = self.open.owner(file, &best.purl);
        let belongs = match best.origin {
            Origin::Internal => Belongs::Internal,
            _ if file.managed || finding.is_some_and(|finding| finding.is_managed()) => Belongs::Managed,
            _ => Belongs::Unmanaged,
        };
        let risk = finding.map_or(Category::Unknown as u8, |finding| risk(finding) as u8);
        let share = match best.kind {
            MatchKind::Snippet if belongs != Belongs::Managed => best.similarity.clamp(0.0, 1.0),
            _ => 1.0,
        };
        Placed { items, class: Class::of(belongs, risk), share: if share.is_nan() { 0.0 } else { share } }
    }

    fn stated(&mut self, file: &FileReport) -> u8 {
        let mut worst = None;
        for expression in file.stated() {
            let known = match self.categories.get(expression) {
                Some(known) => *known,
                None => {
                    let known = category(expression);
                    self.categories.insert(expression.to_string(), known);
                    known
                }
            };
            worst = worst.max(Some(known));
        }
        worst.map_or(NOTHING_STATED, |worst| worst as u8)
    }
}

/// Files by place, as first and count of each run, for every entry.
pub(super) fn runs(placed: &[Placed], entries: usize) -> Vec<Vec<(u32, u32)>> {
    let mut runs: Vec<Vec<(u32, u32)>> = vec![Vec::new(); entries];
    for (placed, at) in placed.iter().zip(0u32..) {
        for item in &placed.items {
            let Some(runs) = runs.get_mut(*item as usize) else { continue };
            match runs.last_mut() {
                Some((first, count)) if *first + *count == at => *count += 1,
                _ => runs.push((at, 1)),
            }
        }
    }
    runs
}

/// What the lists of files show, by column.
#[derive(Default, Serialize)]
pub(super) struct PathChunk {
    path: Vec<String>,
    bytes: Vec<u64>,
    /// See [`Class`].
    class: Vec<u8>,
    /// The first entry, plus 1.
    item: Vec<u32>,
}

/// Paths of `files` with what [`Placer`] says of them.
pub(super) fn paths(report: &Report, files: &[FileReport], placed: &[Placed]) -> PathChunk {
    let mut chunk = PathChunk::default();
    for (file, placed) in files.iter().zip(placed) {
        chunk.path.push(safe(&report.shown_path(file.scan_root, &file.path)).into_owned());
        chunk.bytes.push(file.bytes);
        chunk.class.push(placed.class.0);
        chunk.item.push(placed.items.first().map_or(0, |item| item + 1));
    }
    chunk
}

/// What the page says of one file when it is opened.
#[derive(Serialize)]
pub(super) struct Row<'r> {
    language: &'static str,
    matches: Vec<MatchRow<'r>>,
    licences: Vec<StatementRow<'r>>,
    mentions: Vec<StatementRow<'r>>,
    /// Statement, first and last line.
    copyrights: Vec<(Cow<'r, str>, u32, u32)>,
}

/// Purl, kind, path in the release, likeness in words, and ranges as first and last line here and there.
#[derive(Serialize)]
struct MatchRow<'r>(Cow<'r, str>, MatchKind, Cow<'r, str>, String, Vec<[u32; 4]>);

/// Expression, what part of the file names it, first and last line.
#[derive(Serialize)]
struct StatementRow<'r>(Cow<'r, str>, LicenseKind, u32, u32);

/// The row of one file.
pub(super) fn row(file: &FileReport) -> Row<'_> {
    let copyrights = file.copyrights.iter().take(limits::PAGE_STATEMENTS);
    Row {
        language: file.language.unwrap_or(""),
        matches: file.matches.iter().take(limits::PAGE_STATEMENTS).map(match_row).collect(),
        licences: statement_rows(&file.licenses),
        mentions: statement_rows(&file.mentions),
        copyrights: copyrights.map(|one| (safe(&one.statement), one.lines.first, one.lines.last)).collect(),
    }
}

fn match_row(found: &FileMatch) -> MatchRow<'_> {
    let ranges = found.ranges.iter().take(limits::PAGE_STATEMENTS).map(four).collect();
    MatchRow(safe(&found.purl), found.kind, safe(&found.source_path), percent(found.similarity), ranges)
}

/// A range as first and last line here, first and last line there.
pub(super) fn four(range: &RangePair) -> [u32; 4] {
    [range.lines.first, range.lines.last, range.source_lines.first, range.source_lines.last]
}

fn statement_rows(statements: &[LicenseMatch]) -> Vec<StatementRow<'_>> {
    let some = statements.iter().take(limits::PAGE_STATEMENTS);
    some.map(|one| StatementRow(safe(&one.expression), one.kind, one.lines.first, one.lines.last)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn files_belong_to_the_entry_of_their_match() {
        let mut report = sample::report();
        report.files.push(sample::internal_file());
        let mut placer = Placer::of(&report);
        let placed: Vec<Placed> = report.files.iter().map(|file| placer.place(file)).collect();
        let items: Vec<_> = placed.iter().map(|placed| placed.items.clone()).collect();
        assert_eq!(items, [vec![0], vec![1], vec![2], vec![3], vec![3], vec![]]);
        let classes: Vec<u8> = placed.iter().map(|placed| placed.class.0).collect();
        let unmanaged = Belongs::Unmanaged as u8 * 8;
        let unknown = Category::Unknown as u8;
        assert_eq!(classes, [8, unmanaged + unknown, unmanaged, unmanaged, unmanaged, 24 + unknown]);
        assert_eq!((placed[1].share, placed[2].share), (0.93, 1.0));
        assert_eq!(runs(&placed, 5), [vec![(0, 1)], vec![(1, 1)], vec![(2, 1)], vec![(3, 2)], vec![]]);
    }

    #[test]
    fn own_files_have_the_most_demanding_licence_that_they_state() {
        let report = sample::report();
        let mut placer = Placer::of(&report);
        let mut file = sample::file("a.c", Vec::new());
        assert_eq!(placer.place(&file).class, Class::OWN);
        file.licenses = report.files[2].licenses.iter().chain(&report.files[1].licenses).cloned().collect();
        assert_eq!(placer.place(&file).class.0, Category::Copyleft as u8);
    }
}

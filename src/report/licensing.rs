//! The lines of a finding that tell of its licence: declared beside stated, and what the copy lacks.

use std::io;

use crate::model::finding::{Declarer, Finding, Licensing, Paths};
use crate::model::place::base_name;
use crate::report::layout::{count, counted, safe};
use crate::report::page::{Page, Weight};

/// Expressions of one finding that are named.
const NAMED: usize = 4;
/// Files of one mark that are named.
const FILES_NAMED: usize = 3;

/// Writes them; nothing where nobody but the index says anything.
pub(super) fn lines(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let Some(licensing) = &finding.licensing else { return Ok(()) };
    let said = said(licensing);
    if !said.is_empty() {
        page.text(Weight::Faint, "    ", &said)?;
    }
    marks(licensing, &finding.root).iter().try_for_each(|mark| page.text(Weight::Mark, "    ! ", mark))
}

/// `LICENSE says MIT; files say MIT 20, Zlib 1`.
fn said(licensing: &Licensing) -> String {
    let mut parts = Vec::new();
    let by_files = licensing.declared.iter().filter(|one| one.by != Declarer::Index);
    for declared in by_files.take(NAMED) {
        let path = declared.path.as_deref().map(base_name).unwrap_or_default();
        let whose = if declared.by == Declarer::Release { "the release's " } else { "" };
        parts.push(format!("{whose}{} says {}", safe(path), safe(&declared.expression)));
    }
    let mut detected: Vec<_> = licensing.detected.iter().collect();
    detected.sort_by_key(|&(expression, files)| (std::cmp::Reverse(*files), expression));
    let mut named: Vec<String> = detected
        .iter()
        .take(NAMED)
        .map(|(expression, files)| format!("{} {}", safe(expression), count((**files).into())))
        .collect();
    if detected.len() > NAMED {
        named.push(format!("{} more", count((detected.len() - NAMED) as u64)));
    }
    if !named.is_empty() {
        parts.push(format!("files say {}", named.join(", ")));
    }
    parts.join("; ")
}

fn marks(licensing: &Licensing, root: &str) -> Vec<String> {
    let mut out = Vec::new();
    if licensing.notice_removed.count > 0 {
        out.push(format!("licence notice removed from {}", files(&licensing.notice_removed, root)));
    }
    if licensing.notice_replaced.count > 0 {
        out.push(format!("another licence than the original's in {}", files(&licensing.notice_replaced, root)));
    }
    if let Some(path) = &licensing.left_behind {
        out.push(format!("licence file left behind: the release has {}, this folder has none", safe(path)));
    }
    if licensing.unlicensed.count > 0 {
        let verb = if licensing.unlicensed.count == 1 { "says" } else { "say" };
        let number = counted(licensing.unlicensed.count.into(), "file", "files");
        out.push(format!("{number} {verb} nothing of a licence"));
    }
    out
}

/// `2 files: a.c, src/b.c`, by their paths below the finding's root.
fn files(paths: &Paths, root: &str) -> String {
    let short = |path: &String| {
        let below = path.strip_prefix(root).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
        safe(below).into_owned()
    };
    if paths.listed == [root] {
        return "it".to_string();
    }
    let named: Vec<String> = paths.listed.iter().take(FILES_NAMED).map(short).collect();
    let more = (paths.count as usize).saturating_sub(named.len());
    let more = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
    format!("{}: {}{more}", counted(paths.count.into(), "file", "files"), named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Declared;

    fn paths(all: &[&str]) -> Paths {
        let mut out = Paths::default();
        all.iter().for_each(|path| out.add(path));
        out
    }

    #[test]
    fn declared_and_stated_stand_side_by_side() {
        let declared = |by, path: Option<&str>, expression: &str| Declared {
            by,
            path: path.map(str::to_string),
            expression: expression.into(),
        };
        let licensing = Licensing {
            declared: vec![
                declared(Declarer::Index, None, "Zlib"),
                declared(Declarer::LicenseFile, Some("v/z/LICENSE\u{7}"), "MIT"),
            ],
            detected: [("Zlib", 3), ("MIT", 20), ("A", 1), ("B", 1), ("C", 1)]
                .map(|(name, files)| (name.to_string(), files))
                .into(),
            ..Licensing::default()
        };
        assert_eq!(said(&licensing), "LICENSE\\u{7} says MIT; files say MIT 20, Zlib 3, A 1, B 1, 1 more");
        let index = Licensing { declared: licensing.declared[..1].to_vec(), ..Licensing::default() };
        assert_eq!(said(&index), "");
    }

    #[test]
    fn marks_name_their_files_below_the_root() {
        let licensing = Licensing {
            notice_removed: paths(&["v/z/a.c", "v/z/b/b.c", "v/z/c.c", "v/z/d.c"]),
            notice_replaced: paths(&["v/z/e.c"]),
            left_behind: Some("COPYING".into()),
            unlicensed: paths(&["v/z/a.c"]),
            ..Licensing::default()
        };
        assert_eq!(
            marks(&licensing, "v/z"),
            [
                "licence notice removed from 4 files: a.c, b/b.c, c.c and 1 more",
                "another licence than the original's in 1 file: e.c",
                "licence file left behind: the release has COPYING, this folder has none",
                "1 file says nothing of a licence",
            ]
        );
        assert_eq!(files(&paths(&["src/x.c"]), "src/x.c"), "it");
    }
}

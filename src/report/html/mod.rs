//! The report as a page: one file that works from disk, without a network, for those who review, own and mend a tree.
//!
//! The page is a frame (`page.html`, `page.css`, `script/`), the entries of its lists ([`items`], [`reasons`]), the folders
//! of the tree ([`tree`]), and behind them packed chunks that it opens when it comes to them: what is said of an entry and
//! what a decision about it needs ([`detail`]), files ([`files`]) and lines of text ([`excerpt`]). So the first view is there
//! at once however large the tree is.
//!
//! Nothing in a page is trusted: data is JSON that cannot end its element ([`embed`]), it becomes text and never markup, and
//! a policy in the page's head forbids every script but the page's own and every request.

mod detail;
mod embed;
mod excerpt;
mod files;
mod front;
mod items;
mod reasons;
mod tree;

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use self::detail::Details;
use self::excerpt::{Cutter, Shown};
use self::files::{Placed, Placer};
use self::items::Subject;
use crate::model::finding::Report;
use crate::model::limits;
use crate::report::texts::{NoTexts, Texts};

/// The frame; `{{name}}` stands for a part.
const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// Parts of one script, in order.
const SCRIPT: [&str; 9] = [
    include_str!("script/data.js"),
    include_str!("script/dom.js"),
    include_str!("script/list.js"),
    include_str!("script/decisions.js"),
    include_str!("script/evidence.js"),
    include_str!("script/reviewer.js"),
    include_str!("script/owner.js"),
    include_str!("script/team.js"),
    include_str!("script/main.js"),
];
/// Entries whose excerpts make up one chunk.
const TEXTS: usize = 10;

/// What a page shows beside the report.
#[derive(Clone, Copy)]
pub struct Options<'o> {
    /// Lines of files and of their originals.
    pub texts: &'o dyn Texts,
    /// ISO date of the page; left out where there is none.
    pub date: Option<&'o str>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { texts: &NoTexts, date: None }
    }
}

/// Writes `report` as a page.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let subjects = items::subjects(report);
    let mut placer = Placer::of(report);
    let placed: Vec<Placed> = report.files.iter().map(|file| placer.place(file)).collect();
    let front = front::front(report, options, &subjects, &placed);
    let page = Page { report, subjects: &subjects, placed: &placed, placer: &placer, lists: &front.items.list };
    let script = SCRIPT.concat();
    for part in FRAME.split("{{") {
        let (name, text) = part.split_once("}}").unwrap_or(("", part));
        match name {
            "policy" => out.write_all(policy(&script).as_bytes())?,
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => out.write_all(script.as_bytes())?,
            "data" => out.write_all(&embed::json(&front)?)?,
            "chunks" => write_chunks(&page, options, out)?,
            _ => {}
        }
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Allows the page's own style and script, known by their digests, and nothing else.
fn policy(script: &str) -> String {
    let digest = |text: &str| embed::base64(&Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(script)
    )
}

/// What the chunks are made of.
struct Page<'r> {
    report: &'r Report,
    subjects: &'r [Subject<'r>],
    placed: &'r [Placed],
    placer: &'r Placer<'r>,
    /// The list of each subject.
    lists: &'r [u8],
}

fn write_chunks(page: &Page, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let runs = files::runs(page.placed, page.subjects.len());
    let details = Details { report: page.report };
    for (no, some) in page.subjects.chunks(detail::DETAILS).enumerate() {
        let runs = runs.iter().skip(no * detail::DETAILS);
        let said: Vec<_> = some.iter().zip(runs).map(|(subject, runs)| details.of(subject, runs)).collect();
        embed::chunk(out, &format!("d{no}"), &said)?;
        let keys: Vec<_> = some.iter().map(|subject| detail::key(page.report, subject)).collect();
        embed::chunk(out, &format!("k{no}"), &keys)?;
    }
    for (no, some) in excerpts(page, options, &runs).chunks(TEXTS).enumerate() {
        if some.iter().any(|shown| !shown.is_empty()) {
            embed::chunk(out, &format!("t{no}"), &some)?;
        }
    }
    let places = page.report.files.chunks(files::PATHS).zip(page.placed.chunks(files::PATHS));
    for (no, (some, placed)) in places.enumerate() {
        embed::chunk(out, &format!("p{no}"), &files::paths(page.report, some, placed))?;
    }
    for (no, some) in page.report.files.chunks(files::ROWS).enumerate() {
        embed::chunk(out, &format!("f{no}"), &some.iter().map(files::row).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Excerpts for every entry; those that matter most are cut first, for the room is limited, and those of one release behind
/// each other, for it is read anew where another came between.
fn excerpts<'r>(page: &Page<'r>, options: &Options<'r>, runs: &[Vec<(u32, u32)>]) -> Vec<Vec<Shown<'r>>> {
    let (report, placer, texts) = (page.report, page.placer, options.texts);
    let mut cutter = Cutter { report, placer, texts, room: limits::PAGE_TEXT };
    let mut all: Vec<Vec<Shown>> = runs.iter().map(|_| Vec::new()).collect();
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by_key(|no| (page.lists.get(*no).copied(), page.subjects.get(*no).map(Subject::purl)));
    for no in order {
        if let (Some(shown), Some(runs)) = (all.get_mut(no), runs.get(no)) {
            *shown = cutter.cut(no as u32, runs);
        }
    }
    all
}

#[cfg(test)]
mod tests;

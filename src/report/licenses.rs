//! The licence inventory: which licences the files state, by what they ask for. A section of the report for people, and the
//! answer of `foundling licenses` on its own, for people and as `foundling-licenses/1`.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use crate::error::{Code, Error, Problem};
use crate::license;
use crate::model::finding::{FileReport, Report};
use crate::model::license::Category;
use crate::report::json::{self, TOOL};
use crate::report::layout::{bytes, count, counted, safe};
use crate::report::output::Output;
use crate::report::page::{Page, Weight};
use crate::report::summary::Summary;
use crate::report::{Format, Style, human};

/// Licences of one category that a report of findings names.
const LICENCES_NAMED: usize = 8;
/// Files of one licence that the inventory names, unless all are asked for.
const FILES_NAMED: usize = 3;
/// Columns of the numbers.
const NUMBER: usize = 9;
/// What the inventory is written by; rises when a field is renamed or dropped.
pub const SCHEMA: &str = "foundling-licenses/1";

/// Which files the inventory for people names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// A few of each licence.
    Examples,
    /// All of them.
    All,
}

/// A licence and the files that state it.
struct Entry<'r> {
    expression: &'r str,
    category: Category,
    files: Vec<&'r FileReport>,
}

/// Who states what.
struct Inventory<'r> {
    /// By category, then number of files, then expression.
    entries: Vec<Entry<'r>>,
    /// Files that state a licence.
    stating: u64,
    /// Files that only mention one.
    mentioning: u64,
    /// Text files that say nothing, where every file is listed.
    silent: u64,
}

impl<'r> Inventory<'r> {
    fn of(report: &'r Report) -> Inventory<'r> {
        let mut by_expression: BTreeMap<&str, Vec<&FileReport>> = BTreeMap::new();
        let (mut stating, mut mentioning, mut silent) = (0, 0, 0);
        for file in &report.files {
            let stated = file.stated();
            match (stated.is_empty(), file.licenses.is_empty()) {
                (false, _) => stating += 1,
                (true, false) => mentioning += 1,
                (true, true) => silent += u64::from(file.language.is_some()),
            }
            stated.into_iter().for_each(|expression| by_expression.entry(expression).or_default().push(file));
        }
        let entry = |(expression, files)| Entry { expression, category: license::category(expression), files };
        let mut entries: Vec<Entry<'_>> = by_expression.into_iter().map(entry).collect();
        entries.sort_by_key(|entry| (entry.category, Reverse(entry.files.len()), entry.expression));
        Inventory { entries, stating, mentioning, silent }
    }

    /// The entries of each category.
    fn categories(&self) -> impl Iterator<Item = (Category, &[Entry<'r>])> {
        self.entries
            .chunk_by(|one, other| one.category == other.category)
            .filter_map(|same| Some((same.first()?.category, same)))
    }
}

/// Distinct files of some entries.
fn files_of(entries: &[Entry<'_>]) -> u64 {
    let files = entries.iter().flat_map(|entry| &entry.files);
    files.map(|file| (file.scan_root, file.path.as_str())).collect::<BTreeSet<_>>().len() as u64
}

/// The category as people read it.
fn words(category: Category) -> &'static str {
    match category {
        Category::Permissive => "Permissive",
        Category::WeakCopyleft => "Weak copyleft",
        Category::Copyleft => "Copyleft",
        Category::NetworkCopyleft => "Network copyleft",
        Category::Proprietary => "Proprietary-looking",
        Category::Unknown => "Of unknown terms",
    }
}

/// The section of a report of findings; nothing where no file states a licence.
pub(super) fn section(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let inventory = Inventory::of(report);
    if inventory.entries.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.text(Weight::Heading, "", &format!("Licences stated in {}", counted(inventory.stating, "file", "files")))?;
    for (category, entries) in inventory.categories() {
        let files = counted(files_of(entries), "file", "files");
        page.text(Weight::Plain, "  ", &format!("{}: {files}", words(category)))?;
        let named: Vec<String> = entries.iter().take(LICENCES_NAMED).map(short).collect();
        let more = entries.len().saturating_sub(LICENCES_NAMED);
        let more = if more > 0 { format!(", {} more", count(more as u64)) } else { String::new() };
        page.text(Weight::Faint, "    ", &format!("{}{more}", named.join(", ")))?;
    }
    Ok(())
}

/// `MIT 12`.
fn short(entry: &Entry<'_>) -> String {
    format!("{} {}", safe(entry.expression), count(entry.files.len() as u64))
}

/// Writes the inventory of `report`, which must list all files, and makes it stand.
///
/// # Errors
/// [`Error::Io`] that names the destination; what stood there before is untouched then.
pub fn deliver(report: &Report, format: Format, listed: Listed, mut output: Output) -> Result<(), Error> {
    let style = output.style();
    let written = match format {
        Format::Human => write_human(report, listed, &style, &mut output),
        Format::Json => write_json(report, &mut output),
    };
    match written {
        Ok(()) => output.commit(),
        Err(source) => Err(output.error(source)),
    }
}

fn write_human(report: &Report, listed: Listed, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let inventory = Inventory::of(report);
    let mut page = Page { style: *style, out };
    let files = counted(report.files_read, "file", "files");
    let headline = match inventory.stating {
        0 => format!("foundling found no licence stated in {files}."),
        some => format!("foundling found licences in {} of {files}.", count(some)),
    };
    page.text(Weight::Heading, "", &headline)?;
    for (category, entries) in inventory.categories() {
        page.blank()?;
        page.line(Weight::Heading, &format!("{:>NUMBER$}  {}", count(files_of(entries)), words(category)))?;
        entries.iter().try_for_each(|entry| human_entry(&mut page, report, entry, listed))?;
    }
    broken_tags(&mut page, report, listed)?;
    page.blank()?;
    page.line(Weight::Heading, "Summary")?;
    page.figure("Read", &format!("{files}, {}", bytes(report.bytes_read)))?;
    page.figure("Stating", &counted(inventory.stating, "file states a licence", "files state a licence"))?;
    if inventory.mentioning > 0 {
        page.figure("Mentioning", &counted(inventory.mentioning, "file only mentions one", "files only mention one"))?;
    }
    page.figure("Silent", &counted(inventory.silent, "text file says nothing", "text files say nothing"))?;
    human::not_examined(&mut page, report, &Summary::of(report))
}

fn human_entry(page: &mut Page<'_>, report: &Report, entry: &Entry<'_>, listed: Listed) -> io::Result<()> {
    let number = format!("{:>NUMBER$}  ", count(entry.files.len() as u64));
    page.text(Weight::Plain, &number, &safe(entry.expression))?;
    let most = if listed == Listed::All { usize::MAX } else { FILES_NAMED };
    let indent = " ".repeat(NUMBER + 4);
    for file in entry.files.iter().take(most) {
        page.name(Weight::Faint, &indent, &report.shown_path(file.scan_root, &file.path))?;
    }
    match entry.files.len().saturating_sub(most) {
        0 => Ok(()),
        more => page.text(Weight::Faint, &indent, &format!("and {} more; --files lists all", count(more as u64))),
    }
}

fn broken(report: &Report) -> impl Iterator<Item = &Problem> {
    report.problems.iter().filter(|problem| problem.code == Code::BadSpdxExpression)
}

/// Tags that cannot be read: all of them where all files are listed, else the end of the report has examples.
fn broken_tags(page: &mut Page<'_>, report: &Report, listed: Listed) -> io::Result<()> {
    if listed == Listed::Examples || broken(report).next().is_none() {
        return Ok(());
    }
    page.blank()?;
    page.line(Weight::Heading, "Licence tags with broken expressions")?;
    for problem in broken(report) {
        page.name(Weight::Place, "  ", &problem.path)?;
        page.text(Weight::Plain, "    ", &safe(&problem.detail))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Figures {
    files: u64,
    bytes: u64,
    stating: u64,
    mentioning: u64,
    /// Text files that say nothing.
    silent: u64,
    /// Files by the category of what they state; a file counts under each.
    categories: BTreeMap<Category, u64>,
}

#[derive(Serialize)]
struct License<'r> {
    expression: &'r str,
    category: Category,
    files: Vec<Cow<'r, str>>,
}

fn json_entry<'r>(report: &'r Report, entry: &Entry<'r>) -> License<'r> {
    License {
        expression: entry.expression,
        category: entry.category,
        files: entry.files.iter().map(|file| report.shown_path(file.scan_root, &file.path)).collect(),
    }
}

fn write_json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let inventory = Inventory::of(report);
    let figures = Figures {
        files: report.files_read,
        bytes: report.bytes_read,
        stating: inventory.stating,
        mentioning: inventory.mentioning,
        silent: inventory.silent,
        categories: inventory.categories().map(|(category, entries)| (category, files_of(entries))).collect(),
    };
    out.write_all(b"{\n")?;
    json::field(out, "schema", &SCHEMA)?;
    json::field(out, "tool", &TOOL)?;
    json::field(out, "roots", &report.roots)?;
    json::field(out, "summary", &figures)?;
    json::list(out, "licenses", inventory.entries.iter().map(|entry| json_entry(report, entry)))?;
    out.write_all(b",\n")?;
    json::list(out, "problems", report.problems.iter())?;
    out.write_all(b"\n}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::layout::{unsafe_to_show, width};
    use crate::report::sample;

    fn human(report: &Report, listed: Listed) -> String {
        let mut out = Vec::new();
        write_human(report, listed, &Style::PLAIN, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    const INVENTORY: &str = "\
foundling found licences in 3 of 1,234 files.

        2  Permissive
        2  MIT
             static/jquery.js
             third_party/zlib/crc32.c

        1  Copyleft
        1  GPL-2.0-only
             src/ring.c

Summary
  Read        1,234 files, 43 MiB
  Stating     3 files state a licence
  Silent      2 text files say nothing
";

    #[test]
    fn the_inventory_is_sorted_by_what_is_asked_and_counts_files_once() {
        let text = human(&sample::report(), Listed::Examples);
        assert!(text.starts_with(INVENTORY), "{text}");
        assert!(text.contains("Not examined, or not in full"), "{text}");
    }

    #[test]
    fn files_are_examples_unless_all_are_asked_for() {
        let mut report = sample::report();
        let one = report.files[3].clone();
        for at in 0..9 {
            report.files.push(FileReport { path: format!("more/{at}.c"), ..one.clone() });
        }
        report.problems.push(Problem::new(Code::BadSpdxExpression, "bad\u{1b}.c", "line 3: `MIT OR Foo`: no"));
        let text = human(&report, Listed::Examples);
        assert!(text.contains("             and 8 more; --files lists all\n") && !text.contains("more/3.c"), "{text}");
        assert!(
            text.contains("1 licence tag with a broken expression\n    bad\\u{1b}.c: line 3: `MIT OR Foo`: no"),
            "{text}"
        );
        let text = human(&report, Listed::All);
        assert!(text.contains("more/8.c") && !text.contains("--files"), "{text}");
        assert!(text.contains("Licence tags with broken expressions\n  bad\\u{1b}.c\n    line 3"), "{text}");
    }

    #[test]
    fn hostile_names_are_written_out_and_fit() {
        let mut report = sample::report();
        report.files[1].path = "第\u{1b}[2J\u{202e}/".repeat(40);
        report.files[1].licenses[0].expression = format!("LicenseRef-{}", "x\u{7}".repeat(200));
        let text = human(&report, Listed::All);
        assert!(text.chars().all(|letter| letter == '\n' || !unsafe_to_show(letter)), "{text}");
        assert!(text.lines().all(|line| width(line) <= 80), "{text}");
        let mut out = Vec::new();
        write_json(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.chars().all(|letter| letter == '\n' || !unsafe_to_show(letter)), "{text}");
    }

    #[test]
    fn programs_get_every_file() {
        let mut out = Vec::new();
        write_json(&sample::report(), &mut out).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["schema"], SCHEMA);
        assert_eq!(value["summary"]["categories"], serde_json::json!({"permissive": 2, "copyleft": 1}));
        assert_eq!((&value["summary"]["stating"], &value["summary"]["silent"]), (&3.into(), &2.into()));
        let files = serde_json::json!(["static/jquery.js", "third_party/zlib/crc32.c"]);
        assert_eq!((&value["licenses"][0]["expression"], &value["licenses"][0]["files"]), (&"MIT".into(), &files));
    }

    #[test]
    fn a_file_that_only_mentions_a_licence_states_none() {
        let mut report = sample::report();
        report.files[2].licenses.drain(..2);
        let inventory = Inventory::of(&report);
        assert_eq!((inventory.stating, inventory.mentioning, inventory.silent), (2, 1, 2));
    }
}

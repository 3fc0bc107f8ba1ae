//! Notices as Debian's machine-readable copyright file (`copyright-format` 1.0): a paragraph a component, and one a text.

use std::io::{self, Write};

use super::{Component, Notices, PLACES};
use crate::model::finding::FindingKind;
use crate::report::layout::counted;
use crate::report::notice::text::sources;

const FORMAT: &str = "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/";

pub(super) fn write(notices: &Notices<'_>, source_offer: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Format: {FORMAT}")?;
    let mut remarks = Vec::new();
    for one in notices.lacking() {
        remarks.push(format!("The licence text of {} is not at hand: add it before you ship this.", one.title()));
    }
    if notices.left_out > 0 {
        let of = counted(notices.left_out as u64, "finding", "findings");
        remarks.push(format!("Left out: {of} decided to be nobody else's."));
    }
    field(out, "Comment", &remarks)?;
    for component in &notices.components {
        paragraph(notices, component, source_offer, out)?;
    }
    Ok(())
}

fn paragraph(
    notices: &Notices<'_>,
    component: &Component<'_>,
    source_offer: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out)?;
    let files = component.places.iter().map(|place| pattern(&place.path, place.kind));
    field(out, "Files", &files.collect::<Vec<_>>())?;
    let holders: Vec<String> = component.holders().collect();
    field(out, "Copyright", if holders.is_empty() { &[] } else { &holders })?;
    if holders.is_empty() {
        writeln!(out, "Copyright: see the licence text")?;
    }
    writeln!(out, "License: {}", short(component))?;
    for text in component.texts.iter().filter_map(|at| notices.texts.get(*at)) {
        verbatim(out, &text.text)?;
    }
    let mut remarks = vec![format!("{}, {}", component.title(), crate::report::layout::safe(component.purl))];
    if let Some(what) = component.obligation().filter(|_| source_offer) {
        remarks.push(format!("To publish: {what}"));
        remarks.extend(sources(component).into_iter().take(PLACES));
    }
    for text in component.notices.iter().filter_map(|at| notices.texts.get(*at)) {
        remarks.push(format!("{}:", text.from));
        remarks.extend(text.text.lines().map(str::to_string));
    }
    field(out, "Comment", &remarks)
}

/// A field of one or more lines; nothing where there are none.
fn field(out: &mut dyn Write, name: &str, lines: &[String]) -> io::Result<()> {
    let Some((first, rest)) = lines.split_first() else { return Ok(()) };
    writeln!(out, "{name}: {}", first.trim())?;
    rest.iter().try_for_each(|line| continued(out, line))
}

/// A text below a field.
fn verbatim(out: &mut dyn Write, text: &str) -> io::Result<()> {
    text.lines().try_for_each(|line| continued(out, line))
}

fn continued(out: &mut dyn Write, line: &str) -> io::Result<()> {
    let line = line.trim_end();
    if line.is_empty() { writeln!(out, " .") } else { writeln!(out, " {line}") }
}

/// A place as a pattern of the format, which has `*`, `?` and a backslash for these; a space would end it.
fn pattern(path: &str, kind: FindingKind) -> String {
    let mut out = String::new();
    for letter in path.chars() {
        match letter {
            '*' | '?' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_whitespace() => out.push('?'),
            other => out.push(other),
        }
    }
    match (kind, path) {
        (FindingKind::Vendored, ".") => "*".to_string(),
        (FindingKind::Vendored, _) => format!("{}/*", out.trim_end_matches('/')),
        _ => out,
    }
}

/// The licence by its SPDX expression, joined as the format has it.
fn short(component: &Component<'_>) -> String {
    let Some(licence) = component.licence() else { return "unknown".to_string() };
    licence.replace(" AND ", " and ").replace(" OR ", " or ").replace(['(', ')'], "")
}

//! Notices as Debian's machine-readable copyright file (`copyright-format` 1.0): a paragraph a component, and one a text.

use std::collections::BTreeMap;
use std::io::{self, Write};

use spdx::Expression;
use spdx::expression::{ExprNode, Operator};

use super::{Component, Notices, PLACES, Place};
use crate::license::expression::MODE;
use crate::model::finding::FindingKind;
use crate::report::notice::text::sources;

const FORMAT: &str = "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/";

pub(super) fn write(notices: &Notices<'_>, source_offer: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Format: {FORMAT}")?;
    let mut remarks = Vec::new();
    for one in notices.lacking() {
        remarks.push(format!("The licence text of {} is not at hand: add it before you ship this.", one.title()));
    }
    remarks.extend(notices.left_out());
    field(out, "Comment", &remarks)?;
    for (component, places) in by_depth(&notices.components) {
        paragraph(notices, (component, &places), source_offer, out)?;
    }
    Ok(())
}

/// Components with their places, the outer ones first: of two paragraphs whose patterns fit a file the later one counts. A
/// component with places in several depths has a paragraph for each.
fn by_depth<'c, 'r>(components: &'c [Component<'r>]) -> Vec<(&'c Component<'r>, Vec<&'c Place>)> {
    let mut all: BTreeMap<(usize, usize), Vec<&Place>> = BTreeMap::new();
    for (at, component) in components.iter().enumerate() {
        for place in &component.places {
            let depth = if place.path == "." { 0 } else { place.path.split('/').count() };
            all.entry((depth, at)).or_default().push(place);
        }
    }
    all.into_iter().filter_map(|((_, at), places)| Some((components.get(at)?, places))).collect()
}

fn paragraph(
    notices: &Notices<'_>,
    (component, places): (&Component<'_>, &[&Place]),
    source_offer: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out)?;
    let files = places.iter().map(|place| pattern(&place.path, place.kind));
    field(out, "Files", &files.collect::<Vec<_>>())?;
    let holders: Vec<String> = component.holders().collect();
    field(out, "Copyright", if holders.is_empty() { &[] } else { &holders })?;
    if holders.is_empty() {
        writeln!(out, "Copyright: see the licence text")?;
    }
    writeln!(out, "License: {}", short(component))?;
    for (at, text) in component.texts.iter().filter_map(|at| notices.texts.get(*at)).enumerate() {
        if at > 0 {
            continued(out, "")?;
        }
        verbatim(out, &text.text)?;
    }
    let mut remarks = vec![format!("{}, {}", component.title(), crate::report::layout::safe(component.purl))];
    remarks.extend(Some(component.besides()).filter(|words| !words.is_empty()));
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

/// Its licences as the format joins them.
fn short(component: &Component<'_>) -> String {
    let all: Vec<Joined> = component.licences.iter().map(|one| joined(one)).collect();
    let all = all.into_iter().reduce(|left, right| left.with(right, Operator::And));
    all.map_or_else(|| "unknown".to_string(), |all| all.text)
}

/// Licences joined by words. The format has no brackets: a comma before the word makes it bind less than one without. What is
/// nested deeper than that keeps its brackets, for they say what is meant.
struct Joined {
    text: String,
    /// The word that binds least, and whether a comma stands before it; `None` for a single licence.
    by: Option<(Operator, bool)>,
}

impl Joined {
    fn with(self, other: Joined, operator: Operator) -> Joined {
        let word = if operator == Operator::And { "and" } else { "or" };
        let is_plain = |one: &Joined| one.by.is_none_or(|by| by == (operator, false));
        let comma = !is_plain(&self) || !is_plain(&other);
        let side = |one: Joined| match one.by {
            Some((by, true)) if by != operator => format!("({})", one.text),
            _ => one.text,
        };
        let mark = if comma { "," } else { "" };
        Joined { text: format!("{}{mark} {word} {}", side(self), side(other)), by: Some((operator, comma)) }
    }
}

fn joined(expression: &str) -> Joined {
    let single = |text: String| Joined { text, by: None };
    // A space would end a name in the format.
    let unread = || single(expression.split_whitespace().collect::<Vec<_>>().join("-"));
    let Ok(parsed) = Expression::parse_mode(expression, MODE) else { return unread() };
    let mut parts: Vec<Joined> = Vec::new();
    for node in parsed.iter() {
        let part = match node {
            ExprNode::Req(one) => match one.req.to_string().split_once(" WITH ") {
                Some((licence, exception)) => single(format!("{licence} with {exception} exception")),
                None => single(one.req.to_string()),
            },
            ExprNode::Op(operator) => {
                let (Some(right), Some(left)) = (parts.pop(), parts.pop()) else { return unread() };
                left.with(right, *operator)
            }
        };
        parts.push(part);
    }
    parts.pop().unwrap_or_else(unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_for_brackets() {
        for (spdx, debian) in [
            ("MIT", "MIT"),
            ("MIT AND ISC AND Zlib", "MIT and ISC and Zlib"),
            ("(MIT OR Apache-2.0) AND Zlib", "MIT or Apache-2.0, and Zlib"),
            ("MIT OR Apache-2.0 AND Zlib", "MIT, or Apache-2.0 and Zlib"),
            ("(MIT OR ISC) AND (Zlib OR X11)", "MIT or ISC, and Zlib or X11"),
            ("((MIT OR ISC) AND Zlib) OR X11", "(MIT or ISC, and Zlib), or X11"),
            ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only with Classpath-exception-2.0 exception"),
            ("no such licence", "no-such-licence"),
        ] {
            assert_eq!(joined(spdx).text, debian);
        }
    }
}

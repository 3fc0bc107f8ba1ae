//! Notices as plain text.

use std::io::{self, Write};

use super::{Component, Notices, PLACES};
use crate::report::layout::counted;

/// Columns of a rule.
const WIDTH: usize = 78;

pub(super) fn write(notices: &Notices<'_>, source_offer: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "THIRD-PARTY NOTICES\n")?;
    let components = counted(notices.components.len() as u64, "component", "components");
    writeln!(out, "{} contains {components} of others.", notices.subject)?;
    incomplete(notices, out)?;
    for component in &notices.components {
        writeln!(out)?;
        describe(component, out)?;
    }
    if source_offer {
        offer(notices, out)?;
    }
    for (at, text) in notices.texts.iter().enumerate() {
        writeln!(out, "\n{}\n[{}] {}\n{}\n", "=".repeat(WIDTH), at + 1, text.from, "-".repeat(WIDTH))?;
        writeln!(out, "{}", text.text)?;
    }
    Ok(())
}

/// Says what must be added before they are shipped.
fn incomplete(notices: &Notices<'_>, out: &mut dyn Write) -> io::Result<()> {
    let lacking = notices.lacking();
    if !lacking.is_empty() {
        let of = counted(lacking.len() as u64, "component", "components");
        writeln!(out, "\nNOT COMPLETE: the licence text of {of} is not at hand, neither in the scanned tree nor")?;
        writeln!(out, "in a release on this machine. Add it before you ship this:")?;
        lacking.iter().try_for_each(|one| writeln!(out, "  {} ({})", one.title(), one.licensing()))?;
    }
    notices.left_out().iter().try_for_each(|one| writeln!(out, "\n{one}"))
}

fn describe(component: &Component<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", component.title())?;
    writeln!(out, "  {}", crate::report::layout::safe(component.purl))?;
    writeln!(out, "  Licence: {}", component.licensing())?;
    for place in component.places.iter().take(PLACES) {
        let modified = match place.modified {
            0 => String::new(),
            files => format!(" ({} modified)", counted(files.into(), "file", "files")),
        };
        writeln!(out, "  In: {}{modified}", place.path)?;
    }
    let more = component.places.len().saturating_sub(PLACES);
    if more > 0 {
        writeln!(out, "  In: {}", counted(more as u64, "more place", "more places"))?;
    }
    for holder in component.holders() {
        writeln!(out, "  Copyright: {holder}")?;
    }
    if component.holders.is_empty() {
        writeln!(out, "  Copyright: see the licence text")?;
    }
    let numbers = |all: &[usize]| all.iter().map(|at| format!("[{}]", at + 1)).collect::<Vec<_>>().join(" ");
    if !component.texts.is_empty() {
        writeln!(out, "  Licence text: {}", numbers(&component.texts))?;
    }
    if !component.notices.is_empty() {
        writeln!(out, "  Notice: {}", numbers(&component.notices))?;
    }
    Ok(())
}

fn offer(notices: &Notices<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}\nSOURCE CODE TO PUBLISH\n", "=".repeat(WIDTH))?;
    let mut any = false;
    for (component, what) in notices.obliging() {
        any = true;
        writeln!(out, "{} ({})", component.title(), component.licensing())?;
        writeln!(out, "  To publish: {what}")?;
        for line in sources(component) {
            writeln!(out, "  {line}")?;
        }
    }
    if !any {
        writeln!(out, "No licence that is known here obliges to publish source code.")?;
    }
    Ok(())
}

/// Where the source that is to be published is.
pub(super) fn sources(component: &Component<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for place in component.places.iter().take(PLACES) {
        lines.push(match place.modified {
            0 => format!("{}: as released", place.path),
            files => format!("{}: with {}", place.path, counted(files.into(), "changed file", "changed files")),
        });
        lines.extend(place.files.iter().map(|file| format!("  {file}")));
    }
    lines
}

//! The section of a report for people on internal reuse: copies of a company's own code, which nobody has to declare.

use std::io;

use crate::model::finding::{AlsoIn, Finding, Report};
use crate::report::human::{also_known, extent, name_and_versions};
use crate::report::layout::{component_name, count, safe, split_purl};
use crate::report::page::{Page, Weight};

/// Places that are listed.
const PLACES_LISTED: usize = 20;
/// Open-source components of one place that are named.
const NAMED: usize = 3;

/// Writes it, place by place; nothing where there is none.
pub(super) fn section(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    if report.internal.is_empty() {
        return Ok(());
    }
    page.blank()?;
    page.line(Weight::Heading, "Internal reuse")?;
    for finding in report.internal.iter().take(PLACES_LISTED) {
        page.name(Weight::Place, "  ", &report.shown_path(finding.scan_root, &finding.root))?;
        page.text(Weight::Plain, "    ", &format!("{}, your own code", name_and_versions(finding)))?;
        also_known(page, finding)?;
        page.text(Weight::Faint, "    ", &extent(finding))?;
        also_in(page, finding)?;
    }
    match report.internal.len().saturating_sub(PLACES_LISTED) {
        0 => Ok(()),
        more => {
            page.text(Weight::Faint, "  ", &format!("and {} more; use --format json to see all", count(more as u64)))
        }
    }
}

/// Who has the code since later.
fn also_in(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    for AlsoIn { purl, released } in finding.also_in.iter().take(NAMED) {
        let (base, version) = split_purl(purl);
        let name = format!("{} {}", component_name(base), safe(version));
        page.text(Weight::Faint, "    ", &format!("open source holds the same code since {}: {name}", safe(released)))?;
    }
    match finding.also_in.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => page.text(Weight::Faint, "    ", &format!("and {} more", count(more as u64))),
    }
}

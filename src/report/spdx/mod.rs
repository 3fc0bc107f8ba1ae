//! SPDX 2.3, as JSON and as tags and values: one document, told twice.
//!
//! Own types: `spdx-rs` 0.5, the crate for SPDX documents, was last released in 2023, writes no tags and values, and ends the
//! program on some input. A finding is a package, of which [`convert`] says how; a matched range is a snippet where its
//! bytes are known, which SPDX asks for.

mod convert;
mod tag_value;
mod types;

use std::io::{self, Write};

use crate::model::finding::Report;
use crate::report::Stamp;
use crate::report::bom::Bom;
use crate::report::bom::unique::write_named;
use crate::report::json::{field, list};
use convert::Convert;

/// The version of the format.
const VERSION: &str = "SPDX-2.3";
/// The licence of the document itself: the only one that SPDX allows.
const DATA_LICENCE: &str = "CC0-1.0";
/// Names the document in itself.
const DOCUMENT: &str = "SPDXRef-DOCUMENT";
/// What a document's own name is made of; the place that SPDX offers to those who have none of their own.
const NAMESPACE: &str = "https://spdx.org/spdxdocs/foundling-";

/// Writes `report`, made at `stamp`, as JSON.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, stamp: Stamp, out: &mut dyn Write) -> io::Result<()> {
    let bom = Bom::of(report);
    write_named(out, |name, out| json(&Convert { bom: &bom, stamp }, name, out))
}

/// Writes `report`, made at `stamp`, as tags and values.
///
/// # Errors
/// What `out` answers.
pub fn write_tag_value(report: &Report, stamp: Stamp, out: &mut dyn Write) -> io::Result<()> {
    let bom = Bom::of(report);
    write_named(out, |name, out| tag_value::write(&Convert { bom: &bom, stamp }, name, out))
}

fn json(convert: &Convert<'_>, name: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\n")?;
    field(out, "spdxVersion", &VERSION)?;
    field(out, "dataLicense", &DATA_LICENCE)?;
    field(out, "SPDXID", &DOCUMENT)?;
    field(out, "name", &convert.name())?;
    field(out, "documentNamespace", &format!("{NAMESPACE}{name}"))?;
    field(out, "creationInfo", &convert.creation())?;
    list(out, "annotations", [convert.annotation()].into_iter())?;
    out.write_all(b",\n")?;
    list(out, "packages", convert.packages())?;
    out.write_all(b",\n")?;
    list(out, "files", convert.files())?;
    out.write_all(b",\n")?;
    list(out, "snippets", convert.snippets())?;
    out.write_all(b",\n")?;
    list(out, "hasExtractedLicensingInfos", convert.references())?;
    out.write_all(b",\n")?;
    list(out, "relationships", convert.relationships())?;
    out.write_all(b"\n}\n")
}

#[cfg(test)]
mod tests;

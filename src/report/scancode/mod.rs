//! Output as that of the ScanCode toolkit, format 4.0.0, for the review tools that open it.
//!
//! What is here fills ScanCode's fields; where ScanCode says more than is known, the field is `null` or left out: MD5, dates, file
//! types, the share of licence text, lengths and coverage of a licence match. Besides:
//!
//! - Components that were found are `packages[]`, with how they were found in `extra_data`; `for_packages` of a file names those
//!   that it has code of, and its `foundling_matches` give both sides' lines. `dependencies[]` is empty: a report
//!   holds what was found, not what manifests ask for.
//! - Licence keys are ScanCode's where they are known ([`key`]), else the SPDX id in lower case. Mentions that state nothing are
//!   `license_clues`.
//! - All paths are below one folder: the root's name, or `codebase`. Files stand here that stand in the JSON report, that is,
//!   where not every file was asked for, those with a match or a licence.

mod convert;
mod key;
mod paths;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::json;

use crate::model::finding::Report;
use crate::model::limits;
use crate::report::Stamp;
use crate::report::bom::Bom;
use crate::report::json::{field, list};
use crate::report::scancode::convert::Convert;
use crate::report::scancode::paths::Paths;
use crate::report::scancode::types::Header;

/// The version of the format.
const VERSION: &str = "4.0.0";

/// Writes `report`, made at `stamp`.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, stamp: Stamp, out: &mut dyn Write) -> io::Result<()> {
    let bom = Bom::of(report);
    let convert = Convert::of(&bom, Paths::of(report));
    out.write_all(b"{\n")?;
    list(out, "headers", [header(report, stamp)].into_iter())?;
    out.write_all(b",\n")?;
    list(out, "packages", bom.components.iter().map(|one| convert.package(one)))?;
    out.write_all(b",\n")?;
    list(out, "dependencies", std::iter::empty::<()>())?;
    out.write_all(b",\n")?;
    field(out, "license_detections", &convert.references())?;
    list(out, "files", convert.folders().chain(convert.files()))?;
    out.write_all(b"\n}\n")
}

fn header(report: &Report, stamp: Stamp) -> Header {
    // ScanCode's own form of a time.
    let time = format!("{}.000000", stamp.to_string().replace([':', 'Z'], ""));
    let problem = |one: &crate::error::Problem| format!("{}: {}: {}", one.code.as_str(), one.path, one.detail);
    let mut warnings: Vec<String> = report.problems.iter().take(limits::PROBLEMS_LISTED).map(problem).collect();
    let more = report.problems.len() - warnings.len();
    if more > 0 {
        warnings.push(format!("and {more} more"));
    }
    let wanted = report.wanted;
    let options = [("--package", wanted.matches), ("--license", wanted.licenses), ("--copyright", wanted.copyrights)];
    let indexes = report.indexes.iter().map(|one| one.id.as_str()).collect::<Vec<_>>();
    Header {
        tool_name: env!("CARGO_PKG_NAME"),
        tool_version: env!("CARGO_PKG_VERSION"),
        options: options
            .into_iter()
            .filter(|(_, on)| *on)
            .map(|(name, _)| (name, true.into()))
            .collect::<BTreeMap<_, _>>(),
        notice: "Not made by ScanCode: the fields are ScanCode's, what they say is this program's.",
        start_timestamp: time.clone(),
        end_timestamp: time,
        output_format_version: VERSION,
        duration: 0.0,
        message: None,
        errors: Vec::new(),
        warnings,
        extra_data: json!({
            "files_count": report.files.len(),
            "files_read": report.files_read,
            "indexes": indexes,
        }),
    }
}

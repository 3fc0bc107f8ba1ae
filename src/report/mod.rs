//! What the user gets: a [`Report`] turned into one format and written whole.
//!
//! One file a format; each is a function of the report alone, so the same report gives the same bytes.

mod bom;
pub mod csv;
pub mod cyclonedx;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod index_diff;
pub mod index_info;
mod internal;
pub mod json;
pub mod json_lines;
mod json_review;
pub mod layout;
pub mod licenses;
mod licensing;
pub mod markdown;
pub mod notice;
pub mod output;
mod page;
pub mod progress;
pub mod results;
pub mod review;
pub mod sarif;
pub mod scancode;
pub mod spdx;
pub mod spdx3;
mod stamp;
pub mod stored;
mod summary;
pub mod texts;
mod words;

#[cfg(test)]
pub(crate) use crate::model::sample;

use std::io::{self, Write};

use crate::error::Error;
use crate::model::finding::Report;
use crate::report::output::Output;
pub use crate::report::stamp::Stamp;
use crate::report::texts::{NoTexts, Texts};

/// The formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: see [`human`].
    Human,
    /// For programs, `foundling-report/1`: see [`json`].
    Json,
}

/// The formats of a scan's report: those of [`Format`], bills of materials, and what other programs take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// For people or programs.
    Plain(Format),
    /// The JSON report as lines: see [`json_lines`].
    JsonLines,
    /// SPDX 2.3 as JSON: see [`spdx`].
    Spdx,
    /// SPDX 2.3 as tags and values: see [`spdx`].
    SpdxTagValue,
    /// SPDX 3.0.1: see [`spdx3`].
    Spdx3,
    /// CycloneDX: see [`cyclonedx`].
    CycloneDx(cyclonedx::Spec),
    /// Comma-separated values: see [`csv`].
    Csv,
    /// A comment on a merge request: see [`markdown`].
    Markdown,
    /// GitLab's code quality: see [`gitlab`].
    Gitlab,
    /// SARIF 2.1.0: see [`sarif`].
    Sarif,
    /// As the ScanCode toolkit writes: see [`scancode`].
    Scancode,
    /// A page for a browser: see [`html`].
    Html,
    /// Third-party notices: see [`notice`].
    Notice(notice::Layout),
}

impl ReportFormat {
    /// Whether it shows texts of files and releases.
    pub fn shows_texts(self) -> bool {
        matches!(self, ReportFormat::Html | ReportFormat::Notice(_))
    }

    /// Whether it names files by more digests than the report itself does. JSON is what other formats are made of later.
    pub fn needs_digests(self) -> bool {
        use ReportFormat::{Csv, Gitlab, Html, Markdown, Notice, Plain, Sarif};
        !matches!(self, Plain(Format::Human) | Csv | Markdown | Gitlab | Html | Sarif | Notice(_))
    }
}

/// Columns where the reader is no terminal.
pub const PLAIN_WIDTH: usize = 80;
/// Columns that a terminal is used to at most: longer lines are hard to read.
pub const WIDEST: usize = 100;
/// Columns below which a report is not squeezed: the terminal wraps it instead.
pub const NARROWEST: usize = 40;

/// How a report for people is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of a line.
    pub width: usize,
    /// Whether to use colour and bold type.
    pub colour: bool,
}

impl Style {
    /// For files and pipes: 80 columns, no colour.
    pub const PLAIN: Style = Style { width: PLAIN_WIDTH, colour: false };

    /// For the terminal on standard output, [`Style::PLAIN`] where there is none. `NO_COLOR` and its kin are heeded.
    pub fn for_stdout() -> Style {
        let stdout = io::stdout();
        let colour = anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        let width = match terminal_size::terminal_size_of(&stdout) {
            Some((width, _)) => usize::from(width.0).clamp(NARROWEST, WIDEST),
            None => PLAIN_WIDTH,
        };
        Style { width, colour }
    }
}

/// Writes `report` to `out`. `style` matters to [`Format::Human`] only.
///
/// # Errors
/// What `out` answers.
pub fn write(report: &Report, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, style, out),
        Format::Json => json::write(report, out),
    }
}

/// What some formats show beside the report.
#[derive(Clone, Copy)]
pub struct Extras<'e> {
    /// When it was made.
    pub stamp: Stamp,
    /// Texts of files and of their originals.
    pub texts: &'e dyn Texts,
    /// Whether notices say what source code is to be published.
    pub source_offer: bool,
}

impl Extras<'_> {
    /// No texts.
    pub fn at(stamp: Stamp) -> Extras<'static> {
        Extras { stamp, texts: &NoTexts, source_offer: false }
    }
}

/// [`write()`] for every format of a scan's report.
///
/// # Errors
/// What `out` answers.
pub fn write_report(
    report: &Report,
    format: ReportFormat,
    style: &Style,
    extras: &Extras<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ReportFormat::Plain(format) => write(report, format, style, out),
        ReportFormat::JsonLines => json_lines::write(report, out),
        ReportFormat::Spdx => spdx::write(report, extras.stamp, out),
        ReportFormat::SpdxTagValue => spdx::write_tag_value(report, extras.stamp, out),
        ReportFormat::Spdx3 => spdx3::write(report, extras.stamp, out),
        ReportFormat::CycloneDx(spec) => cyclonedx::write(report, spec, extras.stamp, out),
        ReportFormat::Csv => csv::write(report, out),
        ReportFormat::Markdown => markdown::write(report, out),
        ReportFormat::Gitlab => gitlab::write(report, out),
        ReportFormat::Sarif => sarif::write(report, extras.stamp, out),
        ReportFormat::Scancode => scancode::write(report, extras.stamp, out),
        ReportFormat::Notice(layout) => notice::write(report, layout, extras.texts, extras.source_offer, out),
        ReportFormat::Html => {
            let date = extras.stamp.to_string();
            html::write(report, &html::Options { date: date.get(..10), texts: extras.texts }, out)
        }
    }
}

/// Writes `report` in each format and makes all stand: the last step of a scan.
///
/// # Errors
/// [`Error::Io`] that names the file; none of the files is touched where one cannot be written.
pub fn deliver(report: &Report, outputs: Vec<(ReportFormat, Output)>, extras: &Extras<'_>) -> Result<(), Error> {
    let mut written = Vec::new();
    for (format, mut output) in outputs {
        let style = output.style();
        match write_report(report, format, &style, extras, &mut output) {
            Ok(()) => written.push(output),
            Err(source) => return Err(output.error(source)),
        }
    }
    written.into_iter().try_for_each(Output::commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_delivered_to_a_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let report = sample::report();
        let plain = ReportFormat::Plain;
        deliver(&report, vec![(plain(Format::Json), Output::file(&path).unwrap())], &Extras::at(Stamp(0))).unwrap();
        let mut expected = Vec::new();
        json::write(&report, &mut expected).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), expected);
        let path = folder.path().join("report.txt");
        deliver(&report, vec![(plain(Format::Human), Output::file(&path).unwrap())], &Extras::at(Stamp(0))).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("foundling found"));
    }
}

//! The flags that say how a report is written and where to; `foundling scan` and `foundling report` share them.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, Error, ValueEnum};

use super::{Indexes, Run};
use crate::report::cyclonedx::Spec;
use crate::report::notice::Layout;
use crate::report::{Format, ReportFormat};

const REPORT_EXAMPLES: &str = "\
Examples:
  foundling scan --format json -o scan.json
  foundling report scan.json
  foundling report scan.json --format sarif=found.sarif --format cyclonedx=bom.json
  foundling report scan.json --format cyclonedx --spec 1.5 -o bom.json

Every format is the one that the scan itself would have written. The scanned tree is needed for the texts of licences and
the lines of files only.";

/// `foundling report`.
#[derive(Args, Debug)]
#[command(after_help = REPORT_EXAMPLES)]
pub struct Report {
    /// The JSON report of a scan; `-` for standard input.
    #[arg(value_name = "SCAN.json")]
    pub report: PathBuf,
    /// How to write it.
    #[command(flatten)]
    pub formats: Formats,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  foundling diff third_party/zlib                      what was changed in this copy?
  foundling diff 3fa94c1b2d7e -o zlib.patch            the same by the finding's id, into a file
  foundling diff third_party/zlib --sources releases/  compare with an archive of your own
  foundling diff third_party/zlib --report scan.json   without scanning again

The patch makes the release the copy: apply it with `patch -p1` in an unpacked release.";

/// `foundling diff`.
#[derive(Args, Debug)]
#[command(after_help = DIFF_EXAMPLES)]
pub struct Diff {
    /// The finding: its id, or its place in the tree.
    #[arg(value_name = "FINDING")]
    pub finding: String,
    /// The folder that is scanned for it.
    #[arg(value_name = "PATH", default_value = ".", conflicts_with = "report")]
    pub path: PathBuf,
    /// Take the finding from this JSON report instead of scanning.
    #[arg(long, value_name = "SCAN.json")]
    pub report: Option<PathBuf>,
    /// Compare with this version [default: the one that was found].
    #[arg(long, value_name = "VERSION")]
    pub release: Option<String>,
    /// Count everything that the copy lacks as deleted, documents and tests, too.
    #[arg(long)]
    pub everything: bool,
    /// Fetch nothing: compare with what is at hand, or say that it is not.
    #[arg(long)]
    pub offline: bool,
    /// Write the patch to this file; it appears when it is complete [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where releases are.
    #[command(flatten)]
    pub originals: Originals,
    /// Which indexes to compare with.
    #[command(flatten)]
    pub indexes: Indexes,
    /// How to go about it.
    #[command(flatten)]
    pub run: Run,
}

/// Where the releases are that findings are copies of.
#[derive(Args, Debug)]
pub struct Originals {
    /// Take releases from this folder first, in which they are called NAME-VERSION, unpacked or as archives, or from a list of
    /// sources (.jsonl); may be given more than once.
    #[arg(long, value_name = "DIR")]
    pub sources: Vec<PathBuf>,
    /// Where downloads are kept [default: foundling in the user's cache folder].
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
}

/// How to write a report, and where to.
#[derive(Args, Debug)]
pub struct Formats {
    /// How to write the report, and after `=` the file to write it to; may be given more than once. A file appears when it
    /// is complete.
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = WantedParser, default_value = "human")]
    pub format: Vec<Wanted>,
    /// Where the format without a file of its own goes [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The version of CycloneDX [default: 1.6].
    #[arg(long, value_enum, value_name = "VERSION")]
    pub spec: Option<Spec>,
    /// In notices, list what source code copyleft licences oblige to publish.
    #[arg(long)]
    pub source_offer: bool,
    /// Where releases are, whose texts some formats show.
    #[command(flatten)]
    pub originals: Originals,
}

/// A format, and the file it goes to where one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// How to write.
    pub format: ReportFormat,
    /// Where to.
    pub file: Option<PathBuf>,
}

/// Reads `FORMAT` and `FORMAT=FILE`.
#[derive(Clone)]
struct WantedParser;

impl TypedValueParser for WantedParser {
    type Value = Wanted;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<Wanted, Error> {
        let text = value.to_str().ok_or_else(|| Error::new(ErrorKind::InvalidUtf8).with_cmd(command))?;
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => {
                let said = format!("no file is named behind `{text}`\n");
                return Err(Error::raw(ErrorKind::InvalidValue, said).with_cmd(command));
            }
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = EnumValueParser::<ReportFormat>::new().parse_ref(command, argument, OsStr::new(name))?;
        Ok(Wanted { format, file })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(ReportFormat::value_variants().iter().filter_map(ReportFormat::to_possible_value)))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        &[Format::Human, Format::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Format::Human => PossibleValue::new("human").help("For people"),
            Format::Json => PossibleValue::new("json").help("For programs; the layout is stable"),
        })
    }
}

impl ValueEnum for Spec {
    fn value_variants<'a>() -> &'a [Spec] {
        &[Spec::V1_5, Spec::V1_6, Spec::V1_7]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Spec::V1_5 => "1.5",
            Spec::V1_6 => "1.6",
            Spec::V1_7 => "1.7",
        }))
    }
}

impl ValueEnum for ReportFormat {
    fn value_variants<'a>() -> &'a [ReportFormat] {
        use ReportFormat::{
            Csv, CycloneDx, Gitlab, Html, JsonLines, Markdown, Notice, Plain, Sarif, Scancode, Spdx, Spdx3,
            SpdxTagValue,
        };
        &[
            Plain(Format::Human),
            Plain(Format::Json),
            JsonLines,
            Html,
            Notice(Layout::Text),
            Notice(Layout::Html),
            Notice(Layout::Debian),
            Sarif,
            Spdx,
            SpdxTagValue,
            Spdx3,
            CycloneDx(Spec::V1_6),
            Csv,
            Markdown,
            Gitlab,
            Scancode,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            ReportFormat::Plain(format) => return format.to_possible_value(),
            ReportFormat::JsonLines => ("jsonl", "For programs, an entry a line"),
            ReportFormat::Html => ("html", "A page for a browser, in one file"),
            ReportFormat::Notice(Layout::Text) => ("notice", "Third-party notices to ship, plain text"),
            ReportFormat::Notice(Layout::Html) => ("notice-html", "Third-party notices as a page"),
            ReportFormat::Notice(Layout::Debian) => ("notice-debian", "Third-party notices as a Debian copyright file"),
            ReportFormat::Sarif => ("sarif", "SARIF 2.1.0, for code scanning"),
            ReportFormat::Spdx => ("spdx", "SPDX 2.3, JSON"),
            ReportFormat::SpdxTagValue => ("spdx-tv", "SPDX 2.3, tags and values"),
            ReportFormat::Spdx3 => ("spdx3", "SPDX 3.0.1, JSON-LD"),
            ReportFormat::CycloneDx(_) => ("cyclonedx", "CycloneDX, JSON; which version says --spec"),
            ReportFormat::Csv => ("csv", "Findings, one a row"),
            ReportFormat::Markdown => ("markdown", "A summary for a comment on a merge request"),
            ReportFormat::Gitlab => ("gitlab", "GitLab's code quality, JSON"),
            ReportFormat::Scancode => ("scancode", "As the ScanCode toolkit writes, JSON, for review tools"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}

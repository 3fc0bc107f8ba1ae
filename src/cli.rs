//! The command line: every flag once, and the help that goes with it. Reading it does no I/O.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::model::place::Lines;
use crate::report::Format;

mod formats;
mod index;
mod review;

pub use formats::{Diff, Formats, Originals, Report, Wanted};
pub use index::{
    Fetch, Index, IndexAdd, IndexBuild, IndexDiff, IndexInfo, IndexLicenses, IndexMerge, IndexPack, IndexVerify,
    Profile,
};
pub(crate) use review::decision_kind;
pub use review::{Decide, Init, Review};

/// Most threads that may be asked for.
const THREADS: i64 = 1024;

const EXAMPLES: &str = "\
Examples:
  foundling scan                         what did nobody declare in this folder?
  foundling scan product/ -o found.txt   the same for another folder, into a file
  foundling scan --format json | jq .    for programs
  foundling licenses product/            which licences do its files state?
  foundling explain src/util.c:10-80     why was this found, or not found?
  foundling diff third_party/zlib        what was changed in this copy?

Exit status: 0 done, 1 done and a --fail-on condition holds, 2 could not do it (a wrong argument, an unreadable index).";

const SCAN_EXAMPLES: &str = "\
Examples:
  foundling scan
  foundling scan product/ firmware.tar.gz
  foundling scan --index ours.fdx --no-default-index src/
  foundling scan --format json -o report.json .
  foundling scan --format human --format cyclonedx=bom.json --format json=report.json
  foundling scan --only licenses --only copyrights src/
  foundling scan --fail-on unmanaged,denied-licence
  foundling scan --since origin/main --fail-on unmanaged,new-only
  foundling scan - --name pasted.c < block.txt
  foundling scan --baseline yesterday.json --fail-on unmanaged,new-only

What was not examined, and why, stands at the end of every report for people, and in those for
programs as far as their formats have room for it.";

const LICENSES_EXAMPLES: &str = "\
Examples:
  foundling licenses                     this folder, a few files of each licence
  foundling licenses --files product/    with every file
  foundling licenses --format json .     for programs

Broken licence tags and what was not examined stand at the end.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  foundling explain src/inflate.c        the whole file
  foundling explain src/inflate.c:42     what covers line 42
  foundling explain src/inflate.c:10-80  what covers lines 10 to 80";

/// Finds the open source that nobody declared: vendored folders, copied files and pasted snippets.
#[derive(Debug, Parser)]
#[command(name = "foundling", bin_name = "foundling", version, max_term_width = 100, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look through folders, files and archives, and report what was found.
    Scan(Scan),
    /// Write the report of an earlier scan in other formats.
    Report(Report),
    /// List the licences that files state, by what they ask for.
    Licenses(Licenses),
    /// Say why a file, or lines of it, were attributed as they were.
    Explain(Explain),
    /// Write what was changed in a copy as a patch against its release.
    Diff(Diff),
    /// Write a settings file with remarks.
    Init(Init),
    /// Add a decision about a finding, so that it is not reported as open again.
    Decide(Decide),
    /// Build, extend, compare, describe or check an index: the file that scans compare with.
    #[command(subcommand, arg_required_else_help = true)]
    Index(Index),
    /// Write the manual pages, or what a shell needs to complete a command line.
    Manual(Manual),
    /// Say which version this is, and with --verbose whose work it carries.
    Version(Version),
}

/// `foundling scan`.
#[derive(Args, Debug)]
#[command(after_help = SCAN_EXAMPLES)]
pub struct Scan {
    /// Folders, files or archives to look through; `-` for a block of code on standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// What the block on standard input is called; its ending tells the language [default: found out].
    #[arg(long, value_name = "FILE")]
    pub name: Option<String>,
    /// Which indexes to compare with.
    #[command(flatten)]
    pub indexes: Indexes,
    /// How to write the report.
    #[command(flatten)]
    pub formats: Formats,
    /// Examine what .gitignore and .ignore files leave out, too.
    #[arg(long)]
    pub no_ignore: bool,
    /// List every examined file in the JSON report, also those in which nothing was found.
    #[arg(long)]
    pub all_files: bool,
    /// What to look for.
    #[command(flatten)]
    pub parts: Parts,
    /// What findings are held against.
    #[command(flatten)]
    pub review: Review,
    /// How to go about it.
    #[command(flatten)]
    pub run: Run,
}

/// What to look for.
#[derive(Args, Debug)]
pub struct Parts {
    /// Look for this only; may be given more than once [default: everything].
    #[arg(long, value_enum, value_name = "WHAT")]
    pub only: Vec<Part>,
    /// Do not look for licences.
    #[arg(long, conflicts_with = "only")]
    pub no_licenses: bool,
    /// Do not look for copyright statements.
    #[arg(long, conflicts_with = "only")]
    pub no_copyrights: bool,
}

/// One thing to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Copied code.
    Matches,
    /// Licence statements.
    Licenses,
    /// Copyright statements.
    Copyrights,
}

/// `foundling licenses`.
#[derive(Args, Debug)]
#[command(after_help = LICENSES_EXAMPLES)]
pub struct Licenses {
    /// Folders, files or archives to look through.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Name every file, not just a few of each licence; JSON always does.
    #[arg(long)]
    pub files: bool,
    /// How to write the answer.
    #[command(flatten)]
    pub format: FormatChoice,
    /// Write the answer to this file; it appears when it is complete [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Examine what .gitignore and .ignore files leave out, too.
    #[arg(long)]
    pub no_ignore: bool,
    /// How to go about it.
    #[command(flatten)]
    pub run: Run,
}

const MANUAL_EXAMPLES: &str = "\
Examples:
  foundling manual ~/.local/share/man/man1   the manual pages, into a folder
  foundling manual --shell bash              completions for a shell, to be kept where it looks";

/// `foundling manual`.
#[derive(Args, Debug)]
#[command(after_help = MANUAL_EXAMPLES, arg_required_else_help = true)]
pub struct Manual {
    /// The folder that the pages are written to, one a command.
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Print completions for this shell instead.
    #[arg(long, value_enum, value_name = "SHELL", conflicts_with = "folder")]
    pub shell: Option<clap_complete::Shell>,
}

/// A manual page by its file's name.
pub type ManualPage = (String, Vec<u8>);

/// The manual pages, one a command, from the definition of the command line.
///
/// # Errors
/// A page cannot be written into memory.
pub fn manual() -> std::io::Result<Vec<ManualPage>> {
    let mut command = Cli::command();
    command.build();
    let mut pages = Vec::new();
    let mut waiting = vec![command];
    while let Some(command) = waiting.pop() {
        waiting.extend(command.get_subcommands().filter(|inner| inner.get_name() != "help").cloned());
        let page = clap_mangen::Man::new(command);
        let mut text = Vec::new();
        page.render(&mut text)?;
        pages.push((page.get_filename(), text));
    }
    pages.sort();
    Ok(pages)
}

/// What `shell` needs to complete the command line.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "foundling", &mut out);
    out
}

/// `foundling version`.
#[derive(Args, Debug)]
pub struct Version {
    /// Also what data the program carries, whose it is and under which licence.
    #[arg(short, long)]
    pub verbose: bool,
}

/// `foundling explain`.
#[derive(Args, Debug)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub struct Explain {
    /// The file, and the lines in question.
    #[arg(value_name = "PATH[:LINES]", value_parser = OsStringValueParser::new().map(Target::read))]
    pub target: Target,
    /// Which indexes to compare with.
    #[command(flatten)]
    pub indexes: Indexes,
    /// The scanned folder that the file belongs to; its neighbours there count as evidence [default: the file's own].
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

/// Which indexes to compare with.
#[derive(Args, Debug)]
pub struct Indexes {
    /// Compare with this index too; may be given more than once. The environment variable FOUNDLING_INDEX names
    /// others for every run, separated as in PATH.
    #[arg(long, value_name = "INDEX")]
    pub index: Vec<PathBuf>,
    /// Leave out the index inside the program.
    #[arg(long)]
    pub no_default_index: bool,
}

/// How to write the answer.
#[derive(Args, Debug)]
pub struct FormatChoice {
    /// How to write the answer.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// How to go about it.
#[derive(Args, Debug)]
pub struct Run {
    /// Threads to work with [default: one for each core].
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=THREADS))]
    pub threads: Option<u16>,
    /// Show no progress.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Reads a command line, the program's name first.
///
/// # Errors
/// What is wrong with it, or the help or version that was asked for: [`clap::Error::exit`] prints each where it belongs
/// and ends with 2 or 0.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    Cli::try_parse_from(arguments).map(|cli| cli.command)
}

/// `PATH[:LINES]` in both readings; which one holds depends on what files there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The text as one path.
    pub whole: PathBuf,
    /// The text as a path and lines, where it ends like that.
    pub split: Option<(PathBuf, Lines)>,
}

impl Target {
    /// Reads `PATH`, `PATH:10` and `PATH:10-80`. A path that is not UTF-8 has the first reading only.
    pub fn read(text: OsString) -> Target {
        let split = text.to_str().and_then(path_and_lines);
        Target { whole: PathBuf::from(text), split }
    }

    /// The reading that holds: a file with this very name wins, else the lines count. `exists` answers for a path.
    pub fn choose(&self, exists: impl Fn(&Path) -> bool) -> (&Path, Option<Lines>) {
        match &self.split {
            Some((path, lines)) if !exists(&self.whole) => (path, Some(*lines)),
            _ => (&self.whole, None),
        }
    }
}

fn path_and_lines(text: &str) -> Option<(PathBuf, Lines)> {
    let (path, lines) = text.rsplit_once(':')?;
    let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
    let lines = Lines { first: line_number(first)?, last: line_number(last)? };
    let valid = !path.is_empty() && lines.first <= lines.last;
    valid.then(|| (PathBuf::from(OsStr::new(path)), lines))
}

/// A line number from 1, in digits only (`parse` alone would take a sign).
fn line_number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&number| digits && number > 0)
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;
    use crate::report::ReportFormat;
    use crate::report::cyclonedx::Spec;

    fn read(line: &str) -> Result<Command, clap::Error> {
        parse(line.split(' ').map(OsString::from))
    }

    fn scan(line: &str) -> Scan {
        match read(line) {
            Ok(Command::Scan(scan)) => scan,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_scan_has_defaults() {
        let scan = scan("foundling scan");
        assert_eq!(scan.paths, [PathBuf::from(".")]);
        assert_eq!(scan.formats.format, [Wanted { format: ReportFormat::Plain(Format::Human), file: None }]);
        assert!(scan.formats.output.is_none() && scan.run.threads.is_none() && scan.indexes.index.is_empty());
        assert!(!(scan.indexes.no_default_index || scan.no_ignore || scan.all_files || scan.run.quiet));
        assert!(!scan.parts.no_copyrights);
    }

    #[test]
    fn a_scan_takes_every_flag() {
        let scan = scan(
            "foundling scan a b --index x.fdx --index y.fdx --no-default-index --format json -o r.json -j 3 --no-ignore \
             --no-copyrights --all-files --quiet",
        );
        assert_eq!(scan.paths, [PathBuf::from("a"), PathBuf::from("b")]);
        assert_eq!(scan.indexes.index, [PathBuf::from("x.fdx"), PathBuf::from("y.fdx")]);
        assert_eq!(scan.formats.format, [Wanted { format: ReportFormat::Plain(Format::Json), file: None }]);
        assert_eq!((scan.formats.output, scan.run.threads), (Some(PathBuf::from("r.json")), Some(3)));
        assert!(scan.indexes.no_default_index && scan.no_ignore && scan.all_files && scan.run.quiet);
        assert!(scan.parts.no_copyrights);
    }

    #[test]
    fn a_report_is_written_in_several_formats() {
        let scan = scan("foundling scan --format human --format csv=a=b.csv --format cyclonedx=bom.json --spec 1.5");
        let wanted = |format, file: Option<&str>| Wanted { format, file: file.map(PathBuf::from) };
        let expected = [
            wanted(ReportFormat::Plain(Format::Human), None),
            wanted(ReportFormat::Csv, Some("a=b.csv")),
            wanted(ReportFormat::CycloneDx(Spec::V1_6), Some("bom.json")),
        ];
        assert_eq!((&scan.formats.format[..], scan.formats.spec), (&expected[..], Some(Spec::V1_5)));
        let report = read("foundling report - --format gitlab -o q.json");
        let Ok(Command::Report(report)) = report else { panic!("{report:?}") };
        assert_eq!(
            (report.report, report.formats.format),
            (PathBuf::from("-"), vec![wanted(ReportFormat::Gitlab, None)])
        );
        let odd = read("foundling scan --format csv=").unwrap_err().to_string();
        assert!(odd.contains("no file is named behind `csv=`"), "{odd}");
        let odd = read("foundling scan --format xml=a").unwrap_err().to_string();
        assert!(odd.contains("'xml'") && odd.contains("cyclonedx"), "{odd}");
    }

    #[test]
    fn every_command_has_a_manual_page_and_shells_know_them() {
        let pages = manual().unwrap();
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for name in ["foundling.1", "foundling-scan.1", "foundling-diff.1", "foundling-index-build.1"] {
            assert!(names.contains(&name), "{names:?}");
        }
        let scan = pages.iter().find(|(name, _)| name == "foundling-scan.1").unwrap();
        let text = String::from_utf8_lossy(&scan.1);
        assert!(text.contains("fail\\-on") && text.contains("foundling scan \\-\\-since"), "{text}");
        for shell in clap_complete::Shell::value_variants() {
            let text = String::from_utf8(completions(*shell)).unwrap();
            assert!(text.contains("notice-debian") || text.contains("foundling"), "{shell}");
        }
    }

    #[test]
    fn an_index_is_built_described_and_checked() {
        let build =
            read("foundling index build -o x.fdx s.jsonl --memory 2GiB --profile compact --strict --own -j 2 -q");
        let Ok(Command::Index(Index::Build(build))) = build else { panic!("{build:?}") };
        assert_eq!((build.fetch.memory, build.profile, build.fetch.run.threads), (2 << 30, Profile::Compact, Some(2)));
        assert!(build.fetch.strict && build.own && build.fetch.run.quiet);
        let build = read("foundling index build -o x.fdx s.jsonl");
        assert!(
            matches!(build, Ok(Command::Index(Index::Build(build))) if build.fetch.memory == 1 << 30 && !build.own)
        );
        assert!(matches!(read("foundling index info"), Ok(Command::Index(Index::Info(info))) if info.index.is_none()));
        assert!(matches!(read("foundling version"), Ok(Command::Version(version)) if !version.verbose));
        assert!(matches!(read("foundling version --verbose"), Ok(Command::Version(version)) if version.verbose));
        assert!(matches!(read("foundling index verify x.fdx"), Ok(Command::Index(Index::Verify(_)))));
    }

    #[test]
    fn an_index_grows_with_the_options_it_is_built_with() {
        let add = read("foundling index add a.fdx s.jsonl -o b.fdx --profile compact --memory 1MiB --strict -q -j 2");
        let Ok(Command::Index(Index::Add(add))) = add else { panic!("{add:?}") };
        let IndexAdd { base, build } = add;
        assert_eq!((base, build.output), (PathBuf::from("a.fdx"), PathBuf::from("b.fdx")));
        assert_eq!((build.profile, build.fetch.memory, build.fetch.strict), (Profile::Compact, 1 << 20, true));
        let help = read("foundling index add --help").unwrap_err().to_string();
        assert!(help.starts_with("Add releases") && help.contains("index add ours.fdx"), "{help}");
        assert!(!help.contains("index build -o"), "not the examples of another command: {help}");
    }

    #[test]
    fn the_variable_that_names_indexes_is_in_the_help() {
        for line in ["foundling scan --help", "foundling explain --help"] {
            assert!(read(line).unwrap_err().to_string().contains("FOUNDLING_INDEX"), "{line}");
        }
    }

    #[test]
    fn mistakes_end_with_2_and_questions_with_0() {
        for line in [
            "foundling",
            "foundling index",
            "foundling index build s.jsonl",
            "foundling scan -j 0",
            "foundling scan --format xml",
            "foundling report",
            "foundling report scan.json --spec 2",
            "foundling index verify",
            "foundling index add -o b.fdx a.fdx",
            "foundling index merge -o b.fdx a.fdx",
            "foundling index diff a.fdx",
            "foundling scan --only everything",
            "foundling scan --only licenses --no-licenses",
            "foundling index build -o x s --memory much",
        ] {
            assert_eq!(read(line).unwrap_err().exit_code(), 2, "{line}");
        }
        for line in ["foundling --help", "foundling --version", "foundling scan --help", "foundling help index"] {
            assert_eq!(read(line).unwrap_err().exit_code(), 0, "{line}");
        }
        let version = read("foundling --version").unwrap_err();
        assert_eq!(version.kind(), ErrorKind::DisplayVersion);
        assert_eq!(version.to_string(), concat!("foundling ", env!("CARGO_PKG_VERSION"), "\n"));
    }

    #[test]
    fn help_gives_an_example_that_can_be_read() {
        for line in [
            "foundling --help",
            "foundling scan --help",
            "foundling report --help",
            "foundling diff --help",
            "foundling manual --help",
            "foundling licenses --help",
            "foundling explain --help",
            "foundling index build --help",
            "foundling index pack --help",
            "foundling index add --help",
            "foundling index merge --help",
            "foundling index diff --help",
        ] {
            let help = read(line).unwrap_err().to_string();
            let examples: Vec<_> = help.lines().filter_map(|line| line.strip_prefix("  foundling ")).collect();
            assert!(!examples.is_empty(), "{help}");
            assert!(
                ![
                    "How to go about it",
                    "How to write a report",
                    "What to look for",
                    "How releases are",
                    "Where releases are",
                    "Where the releases are",
                    "What to add and how"
                ]
                .iter()
                .any(|own| help.contains(own)),
                "a group's own words stay out of help: {help}"
            );
            for example in examples {
                let command = example.split("  ").next().unwrap().split(" |").next().unwrap();
                assert!(read(&format!("foundling {command}")).is_ok(), "{command}");
            }
        }
    }

    #[test]
    fn lines_follow_a_colon_and_a_colon_may_belong_to_the_name() {
        let split = |text: &str| Target::read(text.into()).split;
        let lines = |first, last| Some((PathBuf::from("src/a.c"), Lines { first, last }));
        assert_eq!(split("src/a.c"), None);
        assert_eq!(split("src/a.c:10"), lines(10, 10));
        assert_eq!(split("src/a.c:10-80"), lines(10, 80));
        for text in [
            "src/a.c:",
            "src/a.c:0",
            "src/a.c:80-10",
            "src/a.c:+1",
            "src/a.c:1-",
            "src/a.c:99999999999",
            ":10",
            "C:\\a",
        ] {
            assert_eq!(split(text), None, "{text}");
        }
        assert_eq!(split("a:1:2").map(|(path, _)| path), Some(PathBuf::from("a:1")));
        let target = Target::read("odd:10".into());
        assert_eq!(target.choose(|_| false), (Path::new("odd"), Some(Lines { first: 10, last: 10 })));
        assert_eq!(target.choose(|path| path == Path::new("odd:10")), (Path::new("odd:10"), None));
    }
}

//! The commands: settings in, a report or an index out. Files of the user's are opened and messages printed here.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use self::review::Held;
use crate::atomic::AtomicFile;
use crate::build::grow::Added;
use crate::build::plan::{self, Plan};
use crate::build::{self, Outcome, sources};
use crate::cli::{self, Command};
use crate::config::{
    self, AddSettings, BuildSettings, Deliveries, Delivery, Effort, INDEX_VARIABLE, IndexSource, LicenseSettings,
    ScanSettings, WantedReleases,
};
use crate::error::Error;
use crate::explain;
use crate::index::diff;
use crate::index::format::FORMAT;
use crate::index::reader::Index;
use crate::index::set::{IndexFile, Indexes};
use crate::index::verify;
use crate::license::encode;
use crate::model::finding::Report;
use crate::model::limits;
use crate::model::place::{os_path, raw_path};
use crate::report::layout::{self, safe};
use crate::report::output::{self, Output};
use crate::report::progress::Progress;
use crate::report::{self, Extras, index_diff, index_info, licenses, stored};
use crate::review::baseline::Comparison;
use crate::scan;
use crate::text::TEXT_VERSION;
use crate::upstream;

mod decide;
mod patch;
mod review;

/// The index inside the program. It is mapped with the program's own file: what is not looked up costs nothing.
static BUNDLED: &[u8] = include_bytes!("../fingerprints/default.fdx");

/// The catalogue that the bundled index was built from.
static CATALOG: &str = include_str!("../fingerprints/catalog.toml");

/// The releases that the bundled index was built from.
static RELEASES: &str = include_str!("../fingerprints/default.jsonl");

/// Whose work is inside the program.
const NOTICE: &str = include_str!("../NOTICE");

/// Files of releases that could not be read in full, and releases that were indexed already, that are named after a
/// build; releases left out for another reason are all named.
const PARTS_LISTED: usize = 10;

/// Does what the command line asks for.
///
/// # Errors
/// Why it could not be done; nothing was written then, or standard output failed half-way.
pub fn run(command: Command) -> Result<Ended, Error> {
    let done = match command {
        Command::Scan(scan) => return run_scan(scan),
        Command::Init(arguments) => {
            self::review::init(&arguments).map(|path| say(&format!("Wrote {}\n", safe(&path.to_string_lossy()))))
        }
        Command::Decide(arguments) => self::decide::decide(&arguments).map(|text| say(&format!("{}\n", safe(&text)))),
        Command::Report(report) => run_report(report),
        Command::Diff(diff) => self::patch::run(diff),
        Command::Licenses(licenses) => run_licenses(&LicenseSettings::new(licenses)?),
        Command::Explain(explain) => run_explain(explain),
        Command::Manual(manual) => run_manual(&manual),
        Command::Version(version) => run_version(version.verbose),
        Command::Index(cli::Index::Build(build)) => run_build(&BuildSettings::new(build)?),
        Command::Index(cli::Index::Add(add)) => run_add(&AddSettings::new(add)?),
        Command::Index(cli::Index::Merge(merge)) => run_merge(&merge),
        Command::Index(cli::Index::Pack(pack)) => run_build(&BuildSettings::pack(pack)?),
        Command::Index(cli::Index::Diff(diff)) => run_diff(&diff),
        Command::Index(cli::Index::Info(info)) => run_info(info),
        Command::Index(cli::Index::Verify(verify)) => run_verify(&verify.index),
        Command::Index(cli::Index::Licenses(licenses)) => run_compile(&licenses),
    };
    done.map(|()| Ended::Done)
}

/// How a command that did what it was asked for ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Done.
    Done,
    /// Done, and a condition of `--fail-on` holds.
    ConditionHolds,
}

/// The indexes that the environment names.
fn variable() -> Option<OsString> {
    std::env::var_os(INDEX_VARIABLE)
}

fn run_scan(scan: cli::Scan) -> Result<Ended, Error> {
    let held = Held::read(&scan.review, &scan.paths, config::wanted(&scan.parts))?;
    let what = What::of(&scan)?;
    let mut settings = ScanSettings::new(scan, variable().as_deref())?;
    settings.indexes.extend(held.settings.indexes.iter().cloned().map(IndexSource::File));
    settings.options.excludes.clone_from(&held.settings.excludes);
    settings.options.licence_paths = held.licence_paths();
    tell(&held.notes);
    let settings = &settings;
    use_threads(settings.effort);
    output::remove_on_interrupt();
    check_all_writable(&settings.deliveries)?;
    let named = open(&settings.indexes)?;
    let indexes = if settings.options.wanted.matches { named } else { Indexes::default() };
    let progress = Progress::new("Scanning", "files", settings.effort.quiet);
    let (mut report, comparison) = looked_at(&what, settings, &indexes, &|bytes| progress.count(bytes))?;
    progress.finish();
    let whole = matches!(what, What::Trees);
    held.judge(&mut report, comparison, whole)?;
    if whole {
        tell(&held.idle_patterns(&report));
    }
    deliver(&report, &settings.deliveries)?;
    if report.review.failures.is_empty() {
        return Ok(Ended::Done);
    }
    say(&format!("foundling: {}\n", report::review::failure(&report.review.failures, &report)));
    Ok(Ended::ConditionHolds)
}

fn check_all_writable(deliveries: &Deliveries) -> Result<(), Error> {
    deliveries.all.iter().filter_map(|one| one.output.as_deref()).try_for_each(check_writable)
}

fn deliver(report: &Report, deliveries: &Deliveries) -> Result<(), Error> {
    let open = |one: &Delivery| Ok((one.format, Output::open(one.output.as_deref())?));
    let outputs: Result<Vec<_>, Error> = deliveries.all.iter().map(open).collect();
    let (outputs, stamp) = (outputs?, self::review::stamp()?);
    if !deliveries.all.iter().any(|one| one.format.shows_texts()) {
        return report::deliver(report, outputs, &Extras::at(stamp));
    }
    for root in report.roots.iter().filter(|root| !os_path(&raw_path(root)).exists()) {
        let hint = "call this from the folder in which it was scanned";
        say(&format!("foundling: `{}` is not here, so none of its texts can be shown; {hint}\n", safe(root)));
    }
    let upstream = self::patch::upstream(&deliveries.originals, false)?;
    report::deliver(
        report,
        outputs,
        &Extras { stamp, texts: &upstream::Local::of(report, &upstream), source_offer: deliveries.source_offer },
    )
}

/// Writes an earlier report in other formats.
fn run_report(arguments: cli::Report) -> Result<(), Error> {
    let deliveries = Deliveries::new(arguments.formats)?;
    output::remove_on_interrupt();
    check_all_writable(&deliveries)?;
    deliver(&stored_report(&arguments.report)?, &deliveries)
}

/// An earlier report from a file, or from standard input as `-`.
fn stored_report(path: &Path) -> Result<Report, Error> {
    let input: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path).map_err(|source| Error::Io {
            what: "cannot read",
            path: path.to_path_buf(),
            source,
        })?),
    };
    stored::read(BufReader::new(input.take(limits::REPORT_BYTES))).map_err(|why| {
        let path = path.display();
        Error::Usage(format!("`{path}`: {why}; make one with `foundling scan --format json -o report.json`"))
    })
}

/// What a scan is of.
enum What {
    /// Whole folders, files and archives.
    Trees,
    /// What changed since a revision.
    Since(String),
    /// Standard input, and what it is called.
    Paste(Option<String>),
}

impl What {
    fn of(scan: &cli::Scan) -> Result<What, Error> {
        let refuse = |text: &str| Err(Error::Usage(text.to_string()));
        let is_paste = |path: &PathBuf| path.as_os_str() == "-";
        match (&scan.review.since, &scan.paths[..]) {
            (None, [path]) if is_paste(path) => Ok(What::Paste(scan.name.clone())),
            (_, paths) if paths.iter().any(is_paste) => {
                refuse("`-` is standard input and stands alone; a file of that name is `./-`")
            }
            _ if scan.name.is_some() => refuse("--name goes with `-`, the block on standard input"),
            (Some(revision), [_]) => Ok(What::Since(revision.clone())),
            (Some(_), _) => refuse("--since looks at one folder of a git work tree"),
            (None, _) => Ok(What::Trees),
        }
    }
}

/// Scans what was asked for; how it stands to a revision comes with it where one was named.
fn looked_at(
    what: &What,
    settings: &ScanSettings,
    indexes: &Indexes,
    done: &(dyn Fn(u64) + Sync),
) -> Result<(Report, Option<Comparison>), Error> {
    let ScanSettings { roots, options, .. } = settings;
    match (what, &roots[..]) {
        (What::Since(revision), [root]) => {
            let (report, comparison) = scan::since::since(root, revision, indexes, options, done)?;
            Ok((report, Some(comparison)))
        }
        (What::Paste(name), _) => {
            let mut bytes = Vec::new();
            let failed = |source| Error::Io { what: "cannot read", path: PathBuf::from("standard input"), source };
            io::stdin().lock().take(limits::FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
            if bytes.len() as u64 > limits::FILE_BYTES {
                return Err(Error::Usage(format!(
                    "standard input is over {} bytes: put it into a file",
                    limits::FILE_BYTES
                )));
            }
            Ok((scan::paste::paste(&bytes, name.as_deref(), indexes, options), None))
        }
        _ => Ok((scan::scan(roots, indexes, options, done)?, None)),
    }
}

fn run_licenses(settings: &LicenseSettings) -> Result<(), Error> {
    use_threads(settings.effort);
    output::remove_on_interrupt();
    if let Some(path) = &settings.output {
        check_writable(path)?;
    }
    let progress = Progress::new("Scanning", "files", settings.effort.quiet);
    let indexes = Indexes::default();
    let report = scan::scan(&settings.roots, &indexes, &settings.options, &|bytes| progress.count(bytes))?;
    progress.finish();
    licenses::deliver(&report, settings.format, settings.listed, Output::open(settings.output.as_deref())?)
}

fn run_explain(explain: cli::Explain) -> Result<(), Error> {
    let indexes = open(&config::index_sources(explain.indexes, variable().as_deref())?)?;
    let (path, lines) = explain.target.choose(Path::exists);
    let page = explain::explain(&indexes, path, lines, explain.root.as_deref())?;
    let mut out = Output::stdout();
    out.write_all(page.as_bytes()).map_err(|source| out.error(source))?;
    out.commit()
}

fn run_build(settings: &BuildSettings) -> Result<(), Error> {
    let start = Instant::now();
    let plan = prepare(settings)?;
    let outcome =
        reading(settings, &plan, |done| build::build(&plan.sources, &settings.output, &settings.options, done))?;
    let outcome = with_list(settings, plan, outcome)?;
    let size = size_of(&settings.output);
    say(&build_summary(&settings.output, size, &outcome, start.elapsed(), settings.effort.quiet));
    Ok(())
}

/// Fetches what is to be indexed, once it is known that what comes of it can be written.
fn prepare(settings: &BuildSettings) -> Result<Plan, Error> {
    use_threads(settings.effort);
    output::remove_on_interrupt();
    for path in settings.list.iter().chain([&settings.output]) {
        check_writable(path)?;
    }
    let fetched = Progress::new("Fetching", "releases", settings.effort.quiet);
    let got = |bytes| fetched.count(bytes);
    let plan = match &settings.wanted {
        WantedReleases::Inputs(inputs) => plan::plan(inputs, &settings.plan, &got),
        WantedReleases::Catalog => plan::plan_catalog(Path::new("catalog.toml"), CATALOG, &settings.plan, &got),
    };
    fetched.finish();
    let plan = plan?;
    match (settings.options.strict, plan.failed.first()) {
        (true, Some(first)) => {
            Err(Error::Usage(format!("{} releases or packages cannot be had, the first: {first}", plan.failed.len())))
        }
        _ => Ok(plan),
    }
}

/// Does the work on a plan's releases, with progress shown.
fn reading<T>(
    settings: &BuildSettings,
    plan: &Plan,
    work: impl FnOnce(&(dyn Fn(u64) + Sync)) -> Result<T, Error>,
) -> Result<T, Error> {
    let progress = Progress::new("Reading", "releases", settings.effort.quiet);
    progress.expect(plan.sources.len() as u64);
    let done = work(&|bytes| progress.count(bytes));
    progress.finish();
    done.map_err(|error| with_failures(error, &plan.failed))
}

/// Writes the list of what was indexed, if one is wanted, and puts what could not be had to what was left out.
fn with_list(settings: &BuildSettings, plan: Plan, mut outcome: Outcome) -> Result<Outcome, Error> {
    outcome.skipped.splice(0..0, plan.failed);
    if let Some(list) = &settings.list {
        sources::write(list, &outcome.sources)?;
    }
    Ok(outcome)
}

/// Where nothing could be had there is nothing to build from, and why is what the user wants to know.
fn with_failures(error: Error, failed: &[String]) -> Error {
    match failed {
        [] => error,
        failed => Error::Usage(format!(
            "{error}\n  left out: {}",
            failed.iter().take(PARTS_LISTED).map(|one| safe(one)).collect::<Vec<_>>().join("\n  left out: ")
        )),
    }
}

fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn run_add(settings: &AddSettings) -> Result<(), Error> {
    let AddSettings { base, build } = settings;
    let start = Instant::now();
    // Nothing is fetched for an index that cannot be added to.
    open(&[IndexSource::File(base.clone())])?;
    let plan = prepare(build)?;
    let Added { outcome, parts } =
        reading(build, &plan, |done| build::grow::add(base, &plan.sources, &build.output, &build.options, done))?;
    let outcome = with_list(build, plan, outcome)?;
    say(&add_summary(settings, &outcome, parts, start.elapsed()));
    Ok(())
}

/// What was left out, and unless that is not wanted what came of the rest.
fn add_summary(settings: &AddSettings, outcome: &Outcome, parts: usize, time: Duration) -> String {
    let AddSettings { base, build } = settings;
    let mut text = left_out(outcome);
    if build.effort.quiet {
        return text;
    }
    if outcome.totals.releases > 0 {
        text.push_str(&read(outcome, time));
        text.push_str(&wrote(&build.output, size_of(&build.output), parts));
    } else {
        let (base, output) = (base.to_string_lossy(), build.output.to_string_lossy());
        text.push_str(&format!("Nothing is left to add: {} holds what {} does.\n", safe(&output), safe(&base)));
    }
    text
}

fn run_merge(arguments: &cli::IndexMerge) -> Result<(), Error> {
    output::remove_on_interrupt();
    let merged = build::grow::merge(&arguments.indexes, &arguments.output)?;
    if !arguments.quiet {
        say(&wrote(&arguments.output, size_of(&arguments.output), merged.len()));
    }
    Ok(())
}

fn run_diff(arguments: &cli::IndexDiff) -> Result<(), Error> {
    let old = open(&[IndexSource::File(arguments.old.clone())])?;
    let new = open(&[IndexSource::File(arguments.new.clone())])?;
    let mut output = Output::stdout();
    for (before, after) in old.files().iter().zip(new.files()) {
        let parts: [Vec<&Index>; 2] = [old.parts(before).collect(), new.parts(after).collect()];
        let described = index_diff::describe(before, after, diff::compare(&parts[0], &parts[1]));
        let written = index_diff::write(&described, arguments.format.format, &mut output);
        written.map_err(|source| output.error(source))?;
    }
    output.commit()
}

/// What was left out, and unless `quiet` what came of the rest.
fn build_summary(output: &Path, size: u64, outcome: &Outcome, time: Duration, quiet: bool) -> String {
    let mut text = left_out(outcome);
    if quiet {
        return text;
    }
    text.push_str(&read(outcome, time));
    text.push_str(&format!("Wrote {} to {}", layout::bytes(size), safe(&output.to_string_lossy())));
    let lines = outcome.totals.distinct_lines;
    if lines > 0 {
        text.push_str(&format!(", {:.1} bytes for each distinct line of code", size as f64 / lines as f64));
    }
    text + ".\n"
}

/// What was not indexed, and why.
fn left_out(outcome: &Outcome) -> String {
    let mut text = some("already indexed", &outcome.known, ["more release", "more releases"]);
    for each in &outcome.skipped {
        text.push_str(&format!("foundling: left out: {}\n", safe(each)));
    }
    text + &some("read in part", &outcome.damaged, ["more file", "more files"])
}

/// The first of many with the number of the others.
fn some(what: &str, all: &[String], [one, many]: [&str; 2]) -> String {
    let listed = all.iter().take(PARTS_LISTED).map(|each| format!("foundling: {what}: {}\n", safe(each)));
    let mut text: String = listed.collect();
    let more = all.len().saturating_sub(PARTS_LISTED);
    if more > 0 {
        text.push_str(&format!("foundling: {what}: {}\n", layout::counted(more as u64, one, many)));
    }
    text
}

/// What was indexed, and how much was not.
fn read(outcome: &Outcome, time: Duration) -> String {
    let totals = &outcome.totals;
    let figures = [
        layout::counted(totals.components, "component", "components"),
        layout::counted(totals.releases, "release", "releases"),
        layout::counted(totals.files, "file", "files"),
        layout::bytes(totals.source_bytes),
    ];
    let mut text = format!("Read {} in {:.1} s.\n", figures.join(", "), time.as_secs_f64());
    if !outcome.skipped.is_empty() {
        let left_out =
            layout::counted(outcome.skipped.len() as u64, "release or package was", "releases or packages were");
        text.push_str(&format!("{left_out} left out, see above.\n"));
    }
    if !outcome.known.is_empty() {
        let known = layout::counted(outcome.known.len() as u64, "release was", "releases were");
        text.push_str(&format!("{known} already indexed, see above.\n"));
    }
    text
}

/// What became of a file of several indexes.
fn wrote(output: &Path, size: u64, parts: usize) -> String {
    let parts = layout::counted(parts as u64, "part", "parts");
    format!("Wrote {} to {}, {parts}.\n", layout::bytes(size), safe(&output.to_string_lossy()))
}

fn run_manual(arguments: &cli::Manual) -> Result<(), Error> {
    if let Some(shell) = arguments.shell {
        let mut out = Output::stdout();
        out.write_all(&cli::completions(shell)).map_err(|source| out.error(source))?;
        return out.commit();
    }
    let folder = arguments.folder.clone().unwrap_or_default();
    let failed = |source| Error::Io { what: "cannot write", path: folder.clone(), source };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let pages = cli::manual().map_err(failed)?;
    for (name, text) in &pages {
        let mut file = AtomicFile::create(&folder.join(name))?;
        file.write_all(text).map_err(failed)?;
        file.commit()?;
    }
    let pages = layout::counted(pages.len() as u64, "page", "pages");
    say(&format!("Wrote {pages} to {}.\n", safe(&folder.to_string_lossy())));
    Ok(())
}

fn run_version(verbose: bool) -> Result<(), Error> {
    let mut text = format!("foundling {}\n", env!("CARGO_PKG_VERSION"));
    if verbose {
        let indexes = open(&[IndexSource::Bundled])?;
        let ids: Vec<String> = indexes.files().iter().map(|file| file.table.hex()).collect();
        text.push_str(&format!("index format {FORMAT}, tokeniser {TEXT_VERSION}\n"));
        text.push_str(&format!("bundled index {}\n\n{NOTICE}", ids.join(" ")));
    }
    let mut out = Output::stdout();
    out.write_all(text.as_bytes()).map_err(|source| out.error(source))?;
    out.commit()
}

fn run_info(info: cli::IndexInfo) -> Result<(), Error> {
    let source = info.index.map_or(IndexSource::Bundled, IndexSource::File);
    let indexes = open(&[source])?;
    let mut output = Output::stdout();
    for file in indexes.files() {
        let written = index_info::write(&index_info::describe(&indexes, file), info.format.format, &mut output);
        written.map_err(|source| output.error(source))?;
    }
    output.commit()
}

fn run_verify(path: &Path) -> Result<(), Error> {
    let indexes = open(&[IndexSource::File(path.to_path_buf())])?;
    indexes.files().iter().try_for_each(|file| verify_one(&indexes, file))
}

fn run_compile(arguments: &cli::IndexLicenses) -> Result<(), Error> {
    output::remove_on_interrupt();
    let mut file = AtomicFile::create(&arguments.output)?;
    let sources = build::licenses::read(&arguments.wheel)?;
    let compiled = encode::encode(&sources).map_err(Error::Usage)?;
    let failed = |source| Error::Io { what: "cannot write", path: arguments.output.clone(), source };
    file.file().write_all(&compiled).map_err(failed)?;
    file.commit()?;
    let size = layout::bytes(compiled.len() as u64);
    let rules = layout::counted(sources.rules.len() as u64, "rule", "rules");
    say(&format!("Read {rules}, wrote {size} to {}.\n", safe(&arguments.output.to_string_lossy())));
    Ok(())
}

fn verify_one(indexes: &Indexes, file: &IndexFile) -> Result<(), Error> {
    indexes.parts(file).try_for_each(verify::verify)?;
    let path = file.path.to_string_lossy();
    let parts = match file.parts.len() {
        1 => String::new(),
        parts => format!(" of all {parts} parts"),
    };
    say(&format!("{}: every digest and every record{parts} is as it should be.\n", safe(&path)));
    Ok(())
}

fn open(sources: &[IndexSource]) -> Result<Indexes, Error> {
    let mut indexes = Indexes::default();
    for source in sources {
        match source {
            IndexSource::Bundled => indexes.add_bundled(BUNDLED)?,
            IndexSource::File(path) => indexes.add_file(path)?,
            IndexSource::Variable(path) => {
                let named = |error| Error::Usage(format!("{error} (named by {INDEX_VARIABLE})"));
                indexes.add_file(path).map_err(named)?;
            }
        }
    }
    Ok(indexes)
}

/// Finds out before a long scan whether its report can be written. The report's file itself is opened after the scan:
/// an unfinished one might be scanned.
fn check_writable(path: &Path) -> Result<(), Error> {
    let is_stream = std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    if !is_stream {
        drop(AtomicFile::create(path)?);
    }
    Ok(())
}

/// Gives the threads that sort and hash the number asked for.
fn use_threads(effort: Effort) {
    // It fails only where a pool runs already, in a program that uses this library and has its own.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(effort.threads).build_global();
}

/// Prints notes, a line each, to standard error.
fn tell(notes: &[String]) {
    notes.iter().for_each(|note| say(&format!("foundling: {}\n", safe(note))));
}

/// Prints to standard error. Nobody can be told if that fails.
fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::format::Totals;

    #[test]
    fn the_bundled_index_is_sound() {
        let indexes = open(&[IndexSource::Bundled]).unwrap();
        for (_, index) in indexes.iter() {
            verify::verify(index).unwrap();
            assert!(index.totals().components > 0);
        }
    }

    #[test]
    fn the_notice_names_the_list_that_the_program_carries() {
        let words = NOTICE.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("SPDX License List {},", spdx::identifiers::VERSION)));
        assert!(NOTICE.lines().all(|line| line.len() <= 80));
    }

    #[test]
    fn a_build_says_what_it_did_and_quietly_only_what_it_left_out() {
        let totals = Totals {
            components: 1,
            releases: 2,
            files: 3,
            source_bytes: 2048,
            distinct_lines: 100,
            ..Totals::default()
        };
        let outcome = Outcome {
            totals,
            known: vec!["pkg:generic/k@1 (line 1)".into()],
            skipped: vec!["pkg:generic/a@1 (line 2): gone\u{1b}".into()],
            damaged: vec!["b".into(); 12],
            sources: Vec::new(),
        };
        let text = |quiet| build_summary(Path::new("x.fdx"), 250, &outcome, Duration::from_millis(1500), quiet);
        let parts = "foundling: read in part: b\n".repeat(PARTS_LISTED);
        let left_out = format!(
            "foundling: already indexed: pkg:generic/k@1 (line 1)\nfoundling: left out: pkg:generic/a@1 (line 2): \
             gone\\u{{1b}}\n{parts}foundling: read in part: 2 more files\n"
        );
        assert_eq!(text(true), left_out);
        let expected = "Read 1 component, 2 releases, 3 files, 2.0 KiB in 1.5 s.\n1 release or package was left out, see above.\n\
                        1 release was already indexed, see above.\nWrote 250 bytes to x.fdx, 2.5 bytes for each distinct line of code.\n";
        assert_eq!(text(false), format!("{left_out}{expected}"));
    }
}

//! The command `foundling diff`.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use super::{RELEASES, check_writable, open, say, stored_report, use_threads, variable};
use crate::cli;
use crate::config::{self, Effort};
use crate::error::Error;
use crate::examine::Wanted;
use crate::model::finding::{Finding, Report};
use crate::model::purl::{base_of, version_of, with_version};
use crate::patch::{self, Comparison};
use crate::registry::{self, Registries};
use crate::report::layout::safe;
use crate::report::output::{self, Output};
use crate::report::progress::Progress;
use crate::scan;
use crate::upstream::Upstream;

/// Files of which a patch says only that they differ that are named.
const LISTED: usize = 10;

/// Where releases are looked for. A cache that is not there is made only where something may be fetched.
///
/// # Errors
/// A folder or list that cannot be read, a cache that cannot be made.
pub fn upstream(originals: &cli::Originals, fetch: bool) -> Result<Upstream, Error> {
    let cache = originals.cache.clone().or_else(config::cache_folder);
    let cache = cache.filter(|cache| fetch || cache.is_dir());
    let registries = cache.map(|cache| Registries::new(registry::Settings { cache, ..Default::default() }));
    Upstream::new(&originals.sources, RELEASES, registries.transpose()?, fetch)
}

/// Writes the patch, and on standard error what it says of the copy.
///
/// # Errors
/// There is no such finding, its release cannot be had, something cannot be read or written.
pub fn run(arguments: cli::Diff) -> Result<(), Error> {
    output::remove_on_interrupt();
    arguments.output.as_deref().map(check_writable).transpose()?;
    let (report, given) = found_in(&arguments)?;
    let finding = patch::find(&report, &arguments.finding).map_err(Error::Usage)?;
    let version = arguments.release.clone().or_else(|| version_of(&finding.purl)).unwrap_or_default();
    let names: Vec<&str> = std::iter::once(&finding.purl).chain(&finding.aliases).map(String::as_str).collect();
    let purl = with_version(base_of(&finding.purl), &version);
    let source = upstream(&arguments.originals, !arguments.offline)?.find(&names, &version).map_err(|why| {
        let hint = "name a folder with its archive with --sources";
        Error::Usage(format!("the release {} cannot be had: {}; {hint}", safe(&purl), safe(&why)))
    })?;
    let scan_root = match given {
        Some(root) => root,
        None => patch::root_of(&report, finding).map_err(Error::Usage)?,
    };
    let everything = arguments.everything;
    let of = Comparison { report: &report, finding, scan_root: &scan_root, source: &source, everything };
    write(&of, &arguments)
}

fn write(of: &Comparison<'_>, arguments: &cli::Diff) -> Result<(), Error> {
    let why = |why: String| Error::Usage(format!("`{}`: {}", safe(&arguments.finding), safe(&why)));
    let patch = patch::compare(of).map_err(why)?;
    let mut text = Vec::new();
    let mut output = Output::open(arguments.output.as_deref())?;
    let is_shown = arguments.output.is_none() && io::stdout().is_terminal();
    let to: &mut dyn Write = if is_shown { &mut text } else { &mut output };
    let dull = patch.write(of, to).map_err(|error| why(error.to_string()))?;
    if is_shown {
        // A terminal is no place for whatever a file holds.
        let lines: String = String::from_utf8_lossy(&text).split_inclusive('\n').map(shown).collect();
        output.write_all(lines.as_bytes()).map_err(|source| output.error(source))?;
    }
    output.commit()?;
    if !arguments.run.quiet {
        say(&said(&patch.summary(of), &dull, of.finding));
    }
    Ok(())
}

/// The report that has the finding, and where its scan root is if that is known.
fn found_in(arguments: &cli::Diff) -> Result<(Report, Option<PathBuf>), Error> {
    if let Some(path) = &arguments.report {
        return Ok((stored_report(path)?, None));
    }
    let effort = Effort::new(&arguments.run);
    use_threads(effort);
    let cli::Indexes { index, no_default_index } = &arguments.indexes;
    let named = cli::Indexes { index: index.clone(), no_default_index: *no_default_index };
    let indexes = open(&config::index_sources(named, variable().as_deref())?)?;
    let wanted = Wanted { matches: true, licenses: false, copyrights: false };
    let options = scan::Options { wanted, threads: effort.threads, ..Default::default() };
    let progress = Progress::new("Scanning", "files", effort.quiet);
    let report = scan::scan(std::slice::from_ref(&arguments.path), &indexes, &options, &|bytes| progress.count(bytes));
    progress.finish();
    Ok((report?, Some(arguments.path.clone())))
}

/// A line as a terminal may show it.
fn shown(line: &str) -> String {
    let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
    text.split('\t').map(safe).collect::<Vec<_>>().join("\t") + end
}

fn said(summary: &[String], dull: &[String], finding: &Finding) -> String {
    let mut text = format!("foundling: {} at {}\n", safe(&finding.purl), safe(&finding.root));
    for line in summary {
        text.push_str(&format!("  {line}\n"));
    }
    for path in dull.iter().take(LISTED) {
        text.push_str(&format!("  differs and is no text, so it is not in the patch: {}\n", safe(path)));
    }
    if dull.len() > LISTED {
        text.push_str(&format!("  and {} more such files\n", dull.len() - LISTED));
    }
    text
}

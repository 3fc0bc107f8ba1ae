//! `foundling index` and what it can do.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::{FormatChoice, Run};

const BUILD_EXAMPLES: &str = "\
Each INPUT may be
  a package URL       pkg:npm/jquery@3.5.1, pkg:npm/jquery (all final releases),
                      \"pkg:npm/jquery@>=1.9,<3\"; also pkg:cargo, pkg:pypi, pkg:deb/debian
  a git repository    each tag that is a version is a release
  a folder, archive   one release; its name tells which, or --purl
  list.txt            package URLs, one a line
  sources.jsonl       one release a line:
                      {\"purl\": \"pkg:pypi/urllib3@1.26.5\", \"path\": \"urllib3.tar.gz\"}
                      \"released\" (a date), \"license\" (SPDX) and others may be added
  catalog.toml        components and where their releases come from
  an SBOM             CycloneDX or SPDX: everything that it names
  a lockfile          of cargo, npm, yarn, pnpm, pip, poetry, uv, pipenv

Packages are fetched by npm, cargo, pip and apt-get, with their own settings
(mirrors, proxies, credentials); nothing of a package is ever run.

Examples:
  foundling index build -o ours.fdx sources.jsonl
  foundling index build -o web.fdx pkg:npm/jquery pkg:npm/lodash --releases 20
  foundling index build -o deps.fdx Cargo.lock package-lock.json bom.json
  foundling index build -o lib.fdx ~/src/lib --purl pkg:github/me/lib
  foundling index build -o company.fdx --own our-releases.jsonl
  foundling scan --index ours.fdx";

const PACK_EXAMPLES: &str = "\
Without --full the result is what the program carries inside; with it, every
release that the catalogue allows, with all code: larger, and it finds more.

Examples:
  foundling index pack --full -o full.fdx
  foundling index pack --full -o full.fdx --list full.jsonl
  foundling scan --index full.fdx --no-default-index";

const ADD_EXAMPLES: &str = "\
Each INPUT may be what it may be for `foundling index build`: package URLs, lists,
catalogues, SBOMs, lockfiles, git repositories, folders and archives.

The new releases become a part of their own beside the parts of BASE, which are
copied as they are. What BASE holds already is left out. An index of many parts is
slower to search than one built from all sources at once.

Examples:
  foundling index add ours.fdx -o ours.fdx new.jsonl
  foundling index add ours.fdx -o more.fdx pkg:npm/jquery@3.7.1 Cargo.lock";

const MERGE_EXAMPLES: &str = "\
The parts stand in the order in which the files are named; a part that several of
them have stands once. Indexes of another tokeniser are refused.

Examples:
  foundling index merge ours.fdx theirs.fdx -o all.fdx
  foundling scan --index all.fdx";

const DIFF_EXAMPLES: &str = "\
The exit status says nothing about whether there is a difference.

Examples:
  foundling index diff old.fdx new.fdx
  foundling index diff --format json old.fdx new.fdx";

const COMPILE_EXAMPLES: &str = "\
The result takes effect when the program is built anew with it.

Examples:
  pip download --no-deps --only-binary :all: --require-hashes \\
      -r fingerprints/licenses.txt -d work
  foundling index licenses -o fingerprints/licenses.fpl work/*.whl";

/// `foundling index`.
#[derive(Debug, Subcommand)]
pub enum Index {
    /// Build an index from packages, lists, SBOMs, repositories, folders and archives.
    Build(IndexBuild),
    /// Add releases to an index without building it anew.
    Add(IndexAdd),
    /// Put several indexes into one file.
    Merge(IndexMerge),
    /// Build the bundled index anew, or a fuller one.
    Pack(IndexPack),
    /// Say what one index holds that another does not.
    Diff(IndexDiff),
    /// Say what an index holds.
    Info(IndexInfo),
    /// Check every byte of an index against its digests.
    Verify(IndexVerify),
    /// Compile licence rules into the form that the program carries.
    Licenses(IndexLicenses),
}

/// `foundling index build`.
#[derive(Args, Debug)]
#[command(after_help = BUILD_EXAMPLES)]
pub struct IndexBuild {
    /// What to index; see below.
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<PathBuf>,
    /// The index file to write; it appears when it is complete.
    #[arg(short, long, value_name = "INDEX")]
    pub output: PathBuf,
    /// Component (and version) of the one folder, archive or repository that is given.
    #[arg(long, value_name = "PURL")]
    pub purl: Option<String>,
    /// How much to keep for each file.
    #[arg(long, value_enum, default_value_t = Profile::Full)]
    pub profile: Profile,
    /// Mark every component as your company's own code: copies of it are internal reuse, not open source.
    #[arg(long)]
    pub own: bool,
    /// How releases are fetched.
    #[command(flatten)]
    pub fetch: Fetch,
}

/// `foundling index pack`.
#[derive(Args, Debug)]
#[command(after_help = PACK_EXAMPLES)]
pub struct IndexPack {
    /// The catalogue [default: the one inside the program].
    #[arg(value_name = "CATALOG")]
    pub catalog: Option<PathBuf>,
    /// The index file to write; it appears when it is complete.
    #[arg(short, long, value_name = "INDEX")]
    pub output: PathBuf,
    /// More releases, and all code of each.
    #[arg(long)]
    pub full: bool,
    /// How releases are fetched.
    #[command(flatten)]
    pub fetch: Fetch,
}

/// How releases are fetched, and what becomes of those that cannot be had.
#[derive(Args, Debug)]
pub struct Fetch {
    /// At most so many releases of a component, spread over its history [default: all, or what a catalogue says].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub releases: Option<u32>,
    /// Write what was really indexed to this file: a list that the same index can be built from.
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Stop if anything cannot be had or read, instead of leaving it out with a warning.
    #[arg(long)]
    pub strict: bool,
    /// Where downloads are kept [default: foundling in the user's cache folder].
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Ask the registries again what they list, however lately that was done.
    #[arg(long)]
    pub refresh: bool,
    /// Look for Debian packages in this suite, too, besides the machine's own; may be given more than once.
    #[arg(long, value_name = "SUITE")]
    pub suite: Vec<String>,
    /// Memory for sorting, in bytes or as 512MiB, 2GiB; what does not fit goes through temporary files.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = size)]
    pub memory: u64,
    /// How to go about it.
    #[command(flatten)]
    pub run: Run,
}

/// `foundling index add`.
#[derive(Args, Debug)]
#[command(after_help = ADD_EXAMPLES)]
pub struct IndexAdd {
    /// The index to add to; it may be the one to write.
    #[arg(value_name = "BASE")]
    pub base: PathBuf,
    /// What to add and how.
    #[command(flatten)]
    pub build: IndexBuild,
}

/// `foundling index merge`.
#[derive(Args, Debug)]
#[command(after_help = MERGE_EXAMPLES)]
pub struct IndexMerge {
    /// The index files to put together.
    #[arg(value_name = "INDEX", required = true, num_args = 2..)]
    pub indexes: Vec<PathBuf>,
    /// The index file to write; it appears when it is complete.
    #[arg(short, long, value_name = "INDEX")]
    pub output: PathBuf,
    /// Do not say what was written.
    #[arg(short, long)]
    pub quiet: bool,
}

/// `foundling index diff`.
#[derive(Args, Debug)]
#[command(after_help = DIFF_EXAMPLES)]
pub struct IndexDiff {
    /// The index file to compare with.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The index file in question.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// How to write the answer.
    #[command(flatten)]
    pub format: FormatChoice,
}

/// `foundling index info`.
#[derive(Args, Debug)]
pub struct IndexInfo {
    /// The index file [default: the index inside the program].
    #[arg(value_name = "INDEX")]
    pub index: Option<PathBuf>,
    /// How to write the answer.
    #[command(flatten)]
    pub format: FormatChoice,
}

/// `foundling index verify`.
#[derive(Args, Debug)]
pub struct IndexVerify {
    /// The index file.
    #[arg(value_name = "INDEX")]
    pub index: PathBuf,
}

/// `foundling index licenses`.
#[derive(Args, Debug)]
#[command(after_help = COMPILE_EXAMPLES)]
pub struct IndexLicenses {
    /// The package of the ScanCode toolkit, as pip downloads it.
    #[arg(value_name = "WHEEL")]
    pub wheel: PathBuf,
    /// The file to write; it appears when it is complete.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// How much an index keeps for each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Finds the shortest snippets.
    Full,
    /// Less than half the size; finds somewhat less.
    Compact,
}

/// An amount of memory: a number with or without one of the units below, in any case, at least one byte.
fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 12] = [
        ("kib", 1 << 10),
        ("mib", 1 << 20),
        ("gib", 1 << 30),
        ("tib", 1 << 40),
        ("kb", 1_000),
        ("mb", 1_000_000),
        ("gb", 1_000_000_000),
        ("tb", 1_000_000_000_000),
        ("k", 1 << 10),
        ("m", 1 << 20),
        ("g", 1 << 30),
        ("b", 1),
    ];
    let lower = text.trim().to_ascii_lowercase();
    let unit = UNITS.iter().find_map(|(unit, factor)| lower.strip_suffix(unit).map(|number| (number, *factor)));
    let (number, factor) = unit.unwrap_or((&lower, 1));
    let number = number.trim_end();
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let bytes = number.parse::<u64>().ok().filter(|_| digits).and_then(|number| number.checked_mul(factor));
    match bytes {
        Some(bytes) if bytes > 0 => Ok(bytes),
        _ => Err("write a whole number of bytes, or one with a unit as in 512MiB or 2GiB".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let sizes = ["1", "4096b", "512MiB", "2GiB", "1 TiB", "3MB", "1g"].map(|text| size(text).unwrap());
        assert_eq!(sizes, [1, 4096, 512 << 20, 2 << 30, 1 << 40, 3_000_000, 1 << 30]);
        for text in ["", "0", "MiB", "-1", "+1", "1.5GiB", "18446744073709551615KiB", "1 x"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}

//! Settings: what the command line asks for, checked as a whole and in the words of the assembly lines.
//!
//! Nothing inside a scanned tree is read here: a setting that came with the tree could hide what is in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::build::{self, plan};
use crate::cli;
use crate::error::Error;
use crate::examine::Wanted;
use crate::index::writer::Profile;
use crate::registry;
use crate::report::licenses::Listed;
use crate::report::{Format, ReportFormat};
use crate::scan;

/// Where an index comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexSource {
    /// The one inside the program.
    Bundled,
    /// A file that [`INDEX_VARIABLE`] names.
    Variable(PathBuf),
    /// A file that the command line names.
    File(PathBuf),
}

/// The environment variable that names index files for every run, separated as in `PATH`. Its value is passed in: only
/// the program itself looks at its environment.
pub const INDEX_VARIABLE: &str = "FOUNDLING_INDEX";

/// How hard to work, and how loudly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Threads; 0 for one a core.
    pub threads: usize,
    /// Whether progress is left out.
    pub quiet: bool,
}

/// A scan, ready to go.
#[derive(Debug)]
pub struct ScanSettings {
    /// Folders, files and archives to look through.
    pub roots: Vec<PathBuf>,
    /// What to compare with; at least one where matches are wanted.
    pub indexes: Vec<IndexSource>,
    /// How to scan.
    pub options: scan::Options,
    /// How to write the report, and where to.
    pub deliveries: Deliveries,
    /// How hard to work.
    pub effort: Effort,
}

/// A format of a report and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// How to write it.
    pub format: ReportFormat,
    /// Where to; `None` for standard output.
    pub output: Option<PathBuf>,
}

/// The formats of a report, and where their texts come from.
#[derive(Debug)]
pub struct Deliveries {
    /// At most one goes to standard output.
    pub all: Vec<Delivery>,
    /// Whether notices say what source code is to be published.
    pub source_offer: bool,
    /// Where releases are, whose texts some formats show.
    pub originals: cli::Originals,
}

impl Deliveries {
    /// What the command line asks for.
    ///
    /// # Errors
    /// [`Error::Usage`] where two would go to one place, or a flag has nothing to act on.
    pub fn new(formats: cli::Formats) -> Result<Deliveries, Error> {
        let cli::Formats { format, output, spec, source_offer, originals } = formats;
        let refuse = |text: String| Err(Error::Usage(text));
        if output.is_some() && format.iter().all(|wanted| wanted.file.is_some()) {
            return refuse("-o goes with a --format that has no file of its own".to_string());
        }
        let mut all: Vec<Delivery> = Vec::new();
        for wanted in format {
            let named = wanted.file.is_some();
            let delivery = Delivery {
                format: match (wanted.format, spec) {
                    (ReportFormat::CycloneDx(_), Some(spec)) => ReportFormat::CycloneDx(spec),
                    (format, _) => format,
                },
                output: wanted.file.or_else(|| output.clone()),
            };
            match all.iter().any(|other| is_same(&other.output, &delivery.output)) {
                true if named => return refuse(format!("two formats would go to `{}`", shown(&delivery.output))),
                true => return refuse("two formats have no file of their own: write --format FORMAT=FILE".to_string()),
                false => all.push(delivery),
            }
        }
        if spec.is_some() && !all.iter().any(|one| matches!(one.format, ReportFormat::CycloneDx(_))) {
            return refuse("--spec goes with --format cyclonedx".to_string());
        }
        let texts = all.iter().any(|one| one.format.shows_texts());
        if !texts && (!originals.sources.is_empty() || originals.cache.is_some()) {
            return refuse("--sources and --cache go with formats that show texts: html, notice".to_string());
        }
        if source_offer && !all.iter().any(|one| matches!(one.format, ReportFormat::Notice(_))) {
            return refuse("--source-offer goes with --format notice".to_string());
        }
        Ok(Deliveries { all, source_offer, originals })
    }
}

/// Whether two outputs are one, however they are spelt.
fn is_same(one: &Option<PathBuf>, other: &Option<PathBuf>) -> bool {
    // One that is not there yet is known by its folder.
    let place = |path: &PathBuf| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        path.canonicalize().ok().or_else(|| Some(folder.canonicalize().ok()?.join(path.file_name()?)))
    };
    let same = |(one, other): (&PathBuf, &PathBuf)| place(one).is_some_and(|one| Some(one) == place(other));
    one == other || one.as_ref().zip(other.as_ref()).is_some_and(same)
}

fn shown(path: &Option<PathBuf>) -> String {
    path.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
}

/// A licence inventory, ready to go.
#[derive(Clone, Debug)]
pub struct LicenseSettings {
    /// Folders, files and archives to look through.
    pub roots: Vec<PathBuf>,
    /// How to scan.
    pub options: scan::Options,
    /// How to write the answer.
    pub format: Format,
    /// Which files to name.
    pub listed: Listed,
    /// Where to; `None` for standard output.
    pub output: Option<PathBuf>,
    /// How hard to work.
    pub effort: Effort,
}

/// An index build, ready to go.
#[derive(Clone, Debug)]
pub struct BuildSettings {
    /// What to index.
    pub wanted: WantedReleases,
    /// How to find it.
    pub plan: plan::Options,
    /// The index file to write.
    pub output: PathBuf,
    /// Where to write what was really indexed.
    pub list: Option<PathBuf>,
    /// How to build.
    pub options: build::Options,
    /// How hard to work.
    pub effort: Effort,
}

/// What an index is built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedReleases {
    /// Inputs of the command line.
    Inputs(Vec<PathBuf>),
    /// The catalogue inside the program.
    Catalog,
}

impl ScanSettings {
    /// The settings of `foundling scan`; `variable` is the value of [`INDEX_VARIABLE`].
    ///
    /// # Errors
    /// [`Error::Usage`] where nothing is left to compare with, or one root lies in another.
    pub fn new(scan: cli::Scan, variable: Option<&OsStr>) -> Result<ScanSettings, Error> {
        let effort = Effort::new(&scan.run);
        refuse_nested(&scan.paths)?;
        let wanted = wanted(&scan.parts);
        let deliveries = Deliveries::new(scan.formats)?;
        let options = scan::Options {
            no_ignore: scan.no_ignore,
            all_files: scan.all_files,
            wanted,
            digests: deliveries.all.iter().any(|one| one.format.needs_digests()),
            threads: effort.threads,
            excludes: Vec::new(),
            licence_paths: Vec::new(),
            several_roots: scan.paths.len() > 1,
        };
        Ok(ScanSettings {
            roots: scan.paths,
            // An index that is named here must open, whether it is needed or not.
            indexes: match wanted.matches {
                true => index_sources(scan.indexes, variable)?,
                false => scan.indexes.index.into_iter().map(IndexSource::File).collect(),
            },
            options,
            deliveries,
            effort,
        })
    }
}

/// What is asked for: what is named, or else everything but what is left out.
pub(crate) fn wanted(parts: &cli::Parts) -> Wanted {
    if parts.only.is_empty() {
        return Wanted { licenses: !parts.no_licenses, copyrights: !parts.no_copyrights, ..Wanted::ALL };
    }
    let named = |part| parts.only.contains(&part);
    Wanted {
        matches: named(cli::Part::Matches),
        licenses: named(cli::Part::Licenses),
        copyrights: named(cli::Part::Copyrights),
    }
}

impl LicenseSettings {
    /// The settings of `foundling licenses`.
    ///
    /// # Errors
    /// [`Error::Usage`] where one root lies in another.
    pub fn new(licenses: cli::Licenses) -> Result<LicenseSettings, Error> {
        let effort = Effort::new(&licenses.run);
        refuse_nested(&licenses.paths)?;
        // Every file is listed, so that those which say nothing can be counted.
        let options = scan::Options {
            no_ignore: licenses.no_ignore,
            all_files: true,
            wanted: Wanted { licenses: true, ..Wanted::NONE },
            digests: false,
            threads: effort.threads,
            excludes: Vec::new(),
            licence_paths: Vec::new(),
            several_roots: licenses.paths.len() > 1,
        };
        Ok(LicenseSettings {
            roots: licenses.paths,
            options,
            format: licenses.format.format,
            listed: if licenses.files { Listed::All } else { Listed::Examples },
            output: licenses.output,
            effort,
        })
    }
}

/// Refuses roots of which one lies in another: their files would be reported twice. A root that is not there is left for
/// the scan to name.
fn refuse_nested(roots: &[PathBuf]) -> Result<(), Error> {
    let full: Vec<Option<PathBuf>> = roots.iter().map(|root| root.canonicalize().ok()).collect();
    for (at, one) in full.iter().enumerate() {
        for (other_at, other) in full.iter().enumerate() {
            if let (Some(one), Some(other)) = (one, other)
                && at != other_at
                && one.starts_with(other)
            {
                let (inner, outer) = (roots[at].display(), roots[other_at].display());
                return Err(Error::Usage(format!("`{inner}` lies in `{outer}`: name each folder once")));
            }
        }
    }
    Ok(())
}

/// Releases of a component that a full pack takes where the catalogue says no number.
const FULL_RELEASES: usize = 40;

impl BuildSettings {
    /// The settings of `foundling index build`.
    ///
    /// # Errors
    /// [`Error::Usage`] where no place for downloads is known, or one purl is given for several inputs.
    pub fn new(build: cli::IndexBuild) -> Result<BuildSettings, Error> {
        if build.purl.is_some() && build.inputs.len() > 1 {
            let text = "--purl names one folder, archive or repository; there are several inputs";
            return Err(Error::Usage(text.to_string()));
        }
        let profile = match build.profile {
            cli::Profile::Full => Profile::Full,
            cli::Profile::Compact => Profile::Compact,
        };
        let wanted = WantedReleases::Inputs(build.inputs);
        let settings = BuildSettings::fetching(wanted, build.output, profile, build.fetch)?;
        let options = build::Options { own: build.own, ..settings.options };
        Ok(BuildSettings { plan: plan::Options { purl: build.purl, ..settings.plan }, options, ..settings })
    }

    /// The settings of `foundling index pack`.
    ///
    /// # Errors
    /// [`Error::Usage`] where no place for downloads is known.
    pub fn pack(pack: cli::IndexPack) -> Result<BuildSettings, Error> {
        let wanted = pack.catalog.map_or(WantedReleases::Catalog, |catalog| WantedReleases::Inputs(vec![catalog]));
        let profile = if pack.full { Profile::Full } else { Profile::Compact };
        let mut settings = BuildSettings::fetching(wanted, pack.output, profile, pack.fetch)?;
        if pack.full {
            settings.plan.full = true;
            settings.plan.most = settings.plan.most.or(Some(FULL_RELEASES));
        }
        Ok(settings)
    }

    fn fetching(
        wanted: WantedReleases,
        output: PathBuf,
        profile: Profile,
        fetch: cli::Fetch,
    ) -> Result<BuildSettings, Error> {
        let cache = fetch.cache.or_else(cache_folder).ok_or_else(|| {
            Error::Usage("no folder for downloads is known (HOME is not set); name one with --cache".to_string())
        })?;
        let registries = registry::Settings { cache, refresh: fetch.refresh, suites: fetch.suite };
        let most = fetch.releases.map(|most| most as usize);
        Ok(BuildSettings {
            wanted,
            plan: plan::Options { most, purl: None, full: false, registries },
            output,
            list: fetch.list,
            options: build::Options { memory: fetch.memory, profile, strict: fetch.strict, own: false },
            effort: Effort::new(&fetch.run),
        })
    }
}

/// Where downloads are kept, as the XDG Base Directory Specification has it.
pub fn cache_folder() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = named.or_else(|| Some(std::env::home_dir()?.join(".cache")));
    folder.map(|folder| folder.join("foundling"))
}

/// An addition to an index, ready to go.
#[derive(Clone, Debug)]
pub struct AddSettings {
    /// The index to add to.
    pub base: PathBuf,
    /// What to add, and the index file to write.
    pub build: BuildSettings,
}

impl AddSettings {
    /// The settings of `foundling index add`.
    ///
    /// # Errors
    /// As [`BuildSettings::new`].
    pub fn new(add: cli::IndexAdd) -> Result<AddSettings, Error> {
        Ok(AddSettings { base: add.base, build: BuildSettings::new(add.build)? })
    }
}

impl Effort {
    /// What the command line says of it.
    pub fn new(run: &cli::Run) -> Effort {
        Effort { threads: run.threads.map_or(0, usize::from), quiet: run.quiet }
    }
}

/// The indexes to compare with: the bundled one, those of [`INDEX_VARIABLE`], of which `variable` is the value, and those
/// that the command line names. Empty entries of the variable are passed over.
///
/// # Errors
/// [`Error::Usage`] where none is left: every report would say that nothing was found.
pub fn index_sources(indexes: cli::Indexes, variable: Option<&OsStr>) -> Result<Vec<IndexSource>, Error> {
    let bundled = (!indexes.no_default_index).then_some(IndexSource::Bundled);
    let named = variable.into_iter().flat_map(std::env::split_paths).filter(|path| !path.as_os_str().is_empty());
    let mut sources: Vec<IndexSource> = bundled.into_iter().chain(named.map(IndexSource::Variable)).collect();
    sources.extend(indexes.index.into_iter().map(IndexSource::File));
    if sources.is_empty() {
        let text = format!(
            "there is no index to compare with: name one with --index or {INDEX_VARIABLE}, or leave out --no-default-index"
        );
        return Err(Error::Usage(text));
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(line: &str) -> Result<ScanSettings, Error> {
        scan_with(line, None)
    }

    fn scan_with(line: &str, variable: Option<&str>) -> Result<ScanSettings, Error> {
        match cli::parse(line.split(' ').map(Into::into)) {
            Ok(cli::Command::Scan(scan)) => ScanSettings::new(scan, variable.map(OsStr::new)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_variable_names_indexes_between_the_bundled_one_and_those_of_the_command_line() {
        let paths = std::env::join_paths(["x", "", "y"]).unwrap();
        let variable = paths.to_str();
        let file = |name: &str| IndexSource::File(name.into());
        let named = |name: &str| IndexSource::Variable(name.into());
        let all = scan_with("foundling scan --index a", variable).unwrap().indexes;
        assert_eq!(all, [IndexSource::Bundled, named("x"), named("y"), file("a")]);
        let alone = scan_with("foundling scan --no-default-index", variable).unwrap().indexes;
        assert_eq!(alone, [named("x"), named("y")]);
        assert!(scan_with("foundling scan --no-default-index", Some("")).is_err(), "an empty value names nothing");
        assert!(scan_with("foundling scan --only licenses", variable).unwrap().indexes.is_empty());
    }

    #[test]
    fn the_bundled_index_comes_first_and_can_be_left_out() {
        let file = |name: &str| IndexSource::File(name.into());
        assert_eq!(scan("foundling scan").unwrap().indexes, [IndexSource::Bundled]);
        let both = scan("foundling scan --index b --index a").unwrap();
        assert_eq!(both.indexes, [IndexSource::Bundled, file("b"), file("a")]);
        assert_eq!(scan("foundling scan --no-default-index --index a").unwrap().indexes, [file("a")]);
    }

    #[test]
    fn a_scan_against_nothing_is_refused_with_advice() {
        let error = scan("foundling scan --no-default-index").unwrap_err().to_string();
        assert!(
            error.contains(INDEX_VARIABLE) && error.contains("--index") && error.contains("--no-default-index"),
            "{error}"
        );
    }

    #[test]
    fn flags_become_options() {
        let settings = scan("foundling scan a -j 3 --no-ignore -q").unwrap();
        assert_eq!(settings.effort, Effort { threads: 3, quiet: true });
        assert!(settings.options.no_ignore && !settings.options.all_files && settings.options.threads == 3);
        assert_eq!(settings.options.wanted, Wanted::ALL);
        let Ok(cli::Command::Index(cli::Index::Build(build))) =
            cli::parse("foundling index build -o x --profile compact --memory 2MiB l".split(' ').map(Into::into))
        else {
            panic!("no build");
        };
        let settings = BuildSettings::new(build).unwrap();
        assert_eq!((settings.options.profile, settings.options.memory), (Profile::Compact, 2 << 20));
        assert_eq!(settings.wanted, WantedReleases::Inputs(vec!["l".into()]));
    }

    #[test]
    fn a_full_pack_is_of_the_catalogue_with_all_code() {
        let pack = |line: &str| match cli::parse(line.split(' ').map(Into::into)) {
            Ok(cli::Command::Index(cli::Index::Pack(pack))) => BuildSettings::pack(pack).unwrap(),
            other => panic!("{other:?}"),
        };
        let full = pack("foundling index pack --full -o x --cache c --suite sid");
        assert_eq!(
            (full.wanted, full.options.profile, full.plan.most),
            (WantedReleases::Catalog, Profile::Full, Some(40))
        );
        assert_eq!((full.plan.registries.cache, full.plan.registries.suites), ("c".into(), vec!["sid".to_string()]));
        let small = pack("foundling index pack -o x c.toml --releases 3");
        assert_eq!((small.options.profile, small.plan.most, small.plan.full), (Profile::Compact, Some(3), false));
    }

    #[test]
    fn one_purl_names_one_input() {
        let line = "foundling index build -o x a b --purl pkg:generic/a@1";
        let Ok(cli::Command::Index(cli::Index::Build(build))) = cli::parse(line.split(' ').map(Into::into)) else {
            panic!("no build");
        };
        assert!(BuildSettings::new(build).unwrap_err().to_string().contains("--purl"));
    }

    #[test]
    fn what_is_wanted_is_named_or_left_out() {
        let wanted = |line: &str| scan(line).unwrap().options.wanted;
        assert_eq!(wanted("foundling scan --no-licenses"), Wanted { licenses: false, ..Wanted::ALL });
        assert_eq!(wanted("foundling scan --no-copyrights"), Wanted { copyrights: false, ..Wanted::ALL });
        assert_eq!(wanted("foundling scan --only licenses"), Wanted { licenses: true, ..Wanted::NONE });
        let two = Wanted { matches: false, ..Wanted::ALL };
        assert_eq!(wanted("foundling scan --only licenses --only copyrights"), two);
        let alone = scan("foundling scan --only licenses --no-default-index").unwrap();
        assert!(alone.indexes.is_empty(), "nothing is compared, so nothing need be given to compare with");
    }

    #[test]
    fn an_inventory_looks_for_licences_only_and_sees_every_file() {
        let Ok(cli::Command::Licenses(licenses)) =
            cli::parse("foundling licenses a --files -j 2".split(' ').map(Into::into))
        else {
            panic!("no inventory");
        };
        let settings = LicenseSettings::new(licenses).unwrap();
        assert_eq!(settings.options.wanted, Wanted { licenses: true, ..Wanted::NONE });
        assert!(settings.options.all_files && settings.listed == Listed::All && settings.effort.threads == 2);
    }
}

//! Settings, decisions and earlier reports: their files are found and read here; and the command that writes settings.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use crate::atomic::AtomicFile;
use crate::cli;
use crate::error::{Error, Problem};
use crate::model::evidence::Wanted;
use crate::model::finding::Report;
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::review::Review;
use crate::report::Stamp;
use crate::review::baseline::{self, Comparison};
use crate::review::decision::{self, Decision};
use crate::review::pattern::PathPattern;
use crate::review::policy::{FailOn, PathLicences};
use crate::review::recorded::{self, Recorded};
use crate::review::settings::{self, DECISIONS_FILE, FILE, NEW_ONLY, Settings, TEMPLATE};
use crate::review::{Measure, places, review};

/// The environment variable of reproducible builds: the seconds since 1970 that stand for now.
const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// What findings are held against, read.
#[derive(Default)]
pub struct Held {
    /// The settings, or those of none.
    pub settings: Settings,
    /// Their file as it was given.
    file: Option<String>,
    decisions: Vec<Decision>,
    problems: Vec<Problem>,
    earlier: Option<Recorded>,
    /// What the user should know of before the scan.
    pub notes: Vec<String>,
}

impl Held {
    /// Reads what the command line names, and what stands at the root of the scan.
    ///
    /// # Errors
    /// A file that cannot be read, a mistake in the settings with its place, an earlier report that is none.
    pub fn read(arguments: &cli::Review, roots: &[PathBuf], wanted: Wanted) -> Result<Held, Error> {
        let mut held = Held::default();
        let file = settings_file(arguments, roots);
        if let Some(path) = &file {
            let text = text(path)?;
            let folder = path.parent().unwrap_or(Path::new(""));
            held.settings = settings::read(&text, folder).map_err(|mistake| mistaken(path, &mistake))?;
            held.file = Some(path.display().to_string());
        }
        for name in &arguments.fail_on {
            settings::add_condition(&mut held.settings.policy.fail_on, name.trim()).map_err(Error::Usage)?;
        }
        for path in decision_files(arguments, &held.settings, file.as_deref(), roots) {
            held.add_decisions(&path, None)?;
        }
        for (root, path) in decisions_of_roots(arguments, roots) {
            held.add_decisions(&path, Some(root))?;
        }
        held.earlier = arguments.baseline.as_deref().map(earlier).transpose()?;
        held.notes = passed_over(arguments, roots);
        held.check(arguments, wanted)?;
        Ok(held)
    }

    /// Whether the conditions of a run can be judged at all: one that never fails by mistake is worse than none.
    fn check(&mut self, arguments: &cli::Review, wanted: Wanted) -> Result<(), Error> {
        let FailOn { conditions, new_only } = &self.settings.policy.fail_on;
        let typed = |name: &str| arguments.fail_on.iter().any(|one| one.trim() == name);
        let file = self.file.as_deref().unwrap_or_default();
        let by =
            |name: &str, place: String| if typed(name) || file.is_empty() { "--fail-on: ".to_string() } else { place };
        let (line, column) = self.settings.new_only_at.unwrap_or_default();
        let new_only_by = by(NEW_ONLY, format!("{file}:{line}:{column}: "));
        let refuse = |text: String| Err(Error::Usage(text));
        if *new_only && self.earlier.is_none() && arguments.since.is_none() {
            return refuse(format!("{new_only_by}`{NEW_ONLY}` needs something to compare with: --baseline or --since"));
        }
        if let (false, Some(first)) = (wanted.matches, conditions.first()) {
            let by = by(first.as_str(), format!("{file}: fail_on: "));
            return refuse(format!(
                "{by}`{}` cannot be judged, for --only leaves out the search for copied code; add --only matches, or leave \
                 the conditions out",
                first.as_str()
            ));
        }
        if self.earlier.as_ref().is_some_and(|earlier| !earlier.is_comparable(wanted)) {
            let (whose, named) =
                if wanted.matches { ("the earlier report", "scan again for it") } else { ("this scan", "drop --only") };
            let text = format!(
                "components cannot be compared, for {whose} did not look for copied code ({named}); none is called new, changed or gone"
            );
            if *new_only {
                return refuse(format!("{new_only_by}`{NEW_ONLY}`: {text}"));
            }
            self.notes.push(text);
        }
        if *new_only && conditions.is_empty() {
            self.notes.push(format!(
                "{new_only_by}`{NEW_ONLY}` alone fails on nothing; name conditions, as in unmanaged,{NEW_ONLY}"
            ));
        }
        Ok(())
    }

    /// The patterns with licence rules of their own.
    pub fn licence_paths(&self) -> Vec<PathPattern> {
        self.settings.policy.paths.iter().map(|part| part.pattern.clone()).collect()
    }

    /// Says which patterns of the settings mean nothing that was there, in a report that was judged.
    pub fn idle_patterns(&self, report: &Report) -> Vec<String> {
        let file = self.file.as_deref().unwrap_or_default();
        let excluded =
            report.review.excluded.iter().filter(|one| one.files == 0).map(|one| ("[[exclude]]", one.pattern.as_str()));
        let is_idle = |part: &&PathLicences| {
            // What an archive holds is a place of findings only.
            let mut places = report.findings.iter().flat_map(|one| places(report, one.scan_root, &one.root));
            !places.any(|place| part.pattern.is_place(&place))
        };
        let parts = report.review.idle_licence_paths.iter().filter_map(|at| self.settings.policy.paths.get(*at));
        let parts = parts.filter(is_idle).map(|part| ("[[licenses.path]]", part.pattern.text()));
        let note = |(table, pattern): (&str, &str)| {
            format!(
                "{file}: {table} `{pattern}` matches no file that ignore rules leave; patterns are of paths below the scanned folder"
            )
        };
        excluded.chain(parts).map(note).collect()
    }

    /// Takes the decisions of a file; `root` is the one whose findings they are for, if it is not all of them.
    fn add_decisions(&mut self, path: &Path, root: Option<RootNo>) -> Result<(), Error> {
        let (mut decisions, problems) = decision::read(&text(path)?, &path.display().to_string());
        decisions.iter_mut().for_each(|one| one.root = root);
        self.decisions.append(&mut decisions);
        self.problems.extend(problems);
        Ok(())
    }

    /// Says what is thought of a report. `comparison` is how it stands to an earlier state of the tree, where no earlier report
    /// is given; `whole` is whether all of the tree was looked at.
    ///
    /// # Errors
    /// The environment gives a time that is none.
    pub fn judge(&self, report: &mut Report, comparison: Option<Comparison>, whole: bool) -> Result<(), Error> {
        let today = stamp()?.to_string();
        let mut comparison = self.earlier.as_ref().map(|earlier| baseline::compare(report, earlier)).or(comparison);
        if let (false, Some(_), Some(comparison)) = (whole, &self.earlier, &mut comparison) {
            // What was not looked at is not gone.
            comparison.gone.clear();
        }
        let measure = Measure {
            policy: &self.settings.policy,
            settings: self.file.as_deref(),
            decisions: &self.decisions,
            comparison: comparison.as_ref(),
            today: today.get(..10).unwrap_or_default(),
            // What was not looked for matches no decision, and says nothing of it.
            whole: whole && report.wanted.matches,
        };
        let Review { excluded, idle_licence_paths, .. } = std::mem::take(&mut report.review);
        report.review = Review { excluded, idle_licence_paths, ..review(report, measure) };
        report.problems.extend(self.problems.iter().cloned());
        report.problems.sort();
        Ok(())
    }
}

/// The settings' file: the one that is named, or that of the one folder that is scanned.
fn settings_file(arguments: &cli::Review, roots: &[PathBuf]) -> Option<PathBuf> {
    match (&arguments.config, roots) {
        (Some(path), _) => Some(path.clone()),
        (None, [root]) if !arguments.no_config => Some(root.join(FILE)).filter(|path| is_there(path)),
        _ => None,
    }
}

/// Files of decisions: those that are named, those of the settings, else the one beside these or at the root.
fn decision_files(
    arguments: &cli::Review,
    settings: &Settings,
    file: Option<&Path>,
    roots: &[PathBuf],
) -> Vec<PathBuf> {
    let mut all = arguments.decisions.clone();
    if !settings.decisions.is_empty() {
        all.extend(settings.decisions.iter().cloned());
        return all;
    }
    let root = match roots {
        [root] if !arguments.no_config => Some(root.as_path()),
        _ => None,
    };
    let beside = file.and_then(Path::parent).or(root).map(|folder| folder.join(DECISIONS_FILE));
    let named = |path: &PathBuf| all.iter().any(|other| other == path);
    all.extend(beside.filter(|path| is_there(path) && !named(path)));
    all
}

/// Of several folders that are scanned without settings, the files of decisions that stand in them: each is for what lies below
/// its own.
fn decisions_of_roots(arguments: &cli::Review, roots: &[PathBuf]) -> Vec<(RootNo, PathBuf)> {
    if roots.len() < 2 || arguments.no_config || arguments.config.is_some() {
        return Vec::new();
    }
    let file = |(root, number): (&PathBuf, u32)| {
        let path = root.join(DECISIONS_FILE);
        let wanted = root.is_dir() && is_there(&path) && !arguments.decisions.contains(&path);
        wanted.then_some((RootNo(number), path))
    };
    roots.iter().zip(0..).filter_map(file).collect()
}

/// Says of files beside the roots that they are not used, and how they can be. Settings hold for a whole scan: of several roots
/// none may have its own hold for the others. A root that is a file is no folder with settings.
fn passed_over(arguments: &cli::Review, roots: &[PathBuf]) -> Vec<String> {
    if arguments.no_config || arguments.config.is_some() {
        return Vec::new();
    }
    let mut notes = Vec::new();
    let mut note = |path: PathBuf, option: &str, why: &str| {
        if is_there(&path) {
            let path = path.display();
            let text =
                format!("`{path}` is not used, {why}; `{option} {path}` uses it, --no-config says no more of it");
            if !notes.contains(&text) {
                notes.push(text);
            }
        }
    };
    for root in roots.iter().filter(|root| root.as_os_str() != "-") {
        match (root.is_dir(), root.parent()) {
            (true, _) if roots.len() > 1 => {
                note(
                    root.join(FILE),
                    "--config",
                    "for settings hold for all that is scanned, and this is not the only root",
                );
            }
            (false, Some(folder)) => {
                let why = "for it holds where its folder is scanned, not a file alone";
                note(folder.join(FILE), "--config", why);
                if !arguments.decisions.contains(&folder.join(DECISIONS_FILE)) {
                    note(folder.join(DECISIONS_FILE), "--decisions", why);
                }
            }
            _ => {}
        }
    }
    notes
}

/// Whether anything has that name. What is no file is said to be none when it is opened: it may not be passed over.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Opens a file. A pipe is none, which would be waited for without end; but one that the shell has made is.
fn open(path: &Path) -> Result<File, Error> {
    let failed = |source| Error::Io { what: "cannot read", path: path.to_path_buf(), source };
    if !path.metadata().map_err(failed)?.is_file() && !path.starts_with("/dev/fd") {
        return Err(Error::Usage(format!(
            "`{}` is no file; with --no-config a scan looks for none at its root",
            path.display()
        )));
    }
    File::open(path).map_err(failed)
}

pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Io { what: "cannot read", path: path.to_path_buf(), source };
    let mut bytes = Vec::new();
    open(path)?.take(limits::DECISIONS_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 {
        length if length <= limits::DECISIONS_BYTES => Ok(bytes),
        _ => Err(Error::Usage(format!("`{}` is over {} bytes", path.display(), limits::DECISIONS_BYTES))),
    }
}

fn text(path: &Path) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(&bytes(path)?).into_owned())
}

/// A mistake with its place.
fn mistaken(path: &Path, mistake: &settings::Mistake) -> Error {
    Error::Usage(format!("{}:{}:{}: {}", path.display(), mistake.line, mistake.column, mistake.detail))
}

pub(super) fn earlier(path: &Path) -> Result<Recorded, Error> {
    let file = open(path)?;
    recorded::read(BufReader::new(file.take(limits::REPORT_BYTES))).map_err(|why| {
        Error::Usage(format!("`{}`: {why}; make one with `foundling scan --format json`", path.display()))
    })
}

/// Now, or the time that the environment gives for it.
///
/// # Errors
/// The environment's time is none.
pub fn stamp() -> Result<Stamp, Error> {
    match std::env::var(EPOCH) {
        Ok(text) => text
            .trim()
            .parse()
            .map(Stamp)
            .map_err(|_| Error::Usage(format!("{EPOCH} is `{text}`, not a number of seconds"))),
        Err(_) => {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            Ok(Stamp(since.map_or(0, |since| since.as_secs())))
        }
    }
}

/// `foundling init`.
///
/// # Errors
/// The file is there, or cannot be written.
pub fn init(arguments: &cli::Init) -> Result<PathBuf, Error> {
    let path = arguments.folder.join(FILE);
    if path.symlink_metadata().is_ok() && !arguments.force {
        return Err(Error::Usage(format!("`{}` is there; --force writes over it", path.display())));
    }
    write(&path, TEMPLATE.as_bytes())?;
    Ok(path)
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Io { what: "cannot write", path: path.to_path_buf(), source };
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).map_err(failed)?;
    file.commit()
}

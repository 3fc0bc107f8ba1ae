//! Settings, decisions and earlier reports: their files are found and read here; and the commands that write them.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use crate::atomic::AtomicFile;
use crate::cli;
use crate::error::{Error, Problem};
use crate::model::finding::{Report, Sketch};
use crate::model::limits;
use crate::model::purl::base_of;
use crate::model::review::{Decided, DecisionKind};
use crate::report::Stamp;
use crate::review::baseline::{self, Comparison};
use crate::review::decision::{self, Decision, NewEntry, is_day};
use crate::review::recorded::{self, Recorded};
use crate::review::settings::{self, DECISIONS_FILE, FILE, Settings, TEMPLATE};
use crate::review::{Measure, review};

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
}

impl Held {
    /// Reads what the command line names, and what stands at the root of the scan.
    ///
    /// # Errors
    /// A file that cannot be read, a mistake in the settings with its place, an earlier report that is none.
    pub fn read(arguments: &cli::Review, roots: &[PathBuf]) -> Result<Held, Error> {
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
            let (decisions, problems) = decision::read(&text(&path)?, &path.display().to_string());
            held.decisions.extend(decisions);
            held.problems.extend(problems);
        }
        held.earlier = arguments.baseline.as_deref().map(earlier).transpose()?;
        Ok(held)
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
            whole,
        };
        let excluded = std::mem::take(&mut report.review.excluded);
        report.review = review(report, measure);
        report.review.excluded = excluded;
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

/// Whether anything has that name. What is no file is said to be none when it is opened: it may not be passed over.
fn is_there(path: &Path) -> bool {
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

fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
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

/// What stands in a file of decisions to which one is added; nothing if there is none. What would not be written as it is
/// there is not written over.
fn before(path: &Path) -> Result<String, Error> {
    if !is_there(path) {
        return Ok(String::new());
    }
    let text = String::from_utf8(bytes(path)?).map_err(|error| {
        let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        Error::Usage(format!("{}:{line}: bytes that are no UTF-8; nothing is added to such a file", path.display()))
    })?;
    match decision::read(&text, &path.display().to_string()) {
        (decisions, problems) if decisions.is_empty() && !problems.is_empty() => {
            let why = problems.first().map_or("", |problem| problem.detail.as_str());
            Err(Error::Usage(format!("`{}` is no file of decisions: {why}", path.display())))
        }
        _ => Ok(text),
    }
}

/// A mistake with its place.
fn mistaken(path: &Path, mistake: &settings::Mistake) -> Error {
    Error::Usage(format!("{}:{}:{}: {}", path.display(), mistake.line, mistake.column, mistake.detail))
}

fn earlier(path: &Path) -> Result<Recorded, Error> {
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

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Io { what: "cannot write", path: path.to_path_buf(), source };
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).map_err(failed)?;
    file.commit()
}

/// `foundling decide`: adds a decision, and says what it is.
///
/// # Errors
/// Something is missing or is not what it should be, the finding is not in the report, the file cannot be written.
pub fn decide(arguments: &cli::Decide) -> Result<String, Error> {
    let usage = |text: &str| Err(Error::Usage(text.to_string()));
    let (id, word) = match (&arguments.words[..], &arguments.component) {
        ([word], Some(_)) => (None, word),
        ([id, word], None) => (Some(id.trim_start_matches("id:")), word),
        ([_], None) => return usage("name a finding by its id and the decision, or a component with --component"),
        _ => return usage("with --component there is no finding: leave the id out"),
    };
    let Some(kind) = cli::decision_kind(word) else {
        return Err(Error::Usage(format!(
            "`{word}` is no decision; there are accepted, replaced-by, false-positive, own-code, to-be-removed"
        )));
    };
    let decided = decided(arguments, kind)?;
    let (component, (sketch, around)) = match (id, &arguments.component, &arguments.report) {
        (None, Some(component), _) => (component.clone(), Default::default()),
        (Some(id), _, Some(report)) => found(id, report)?,
        _ => {
            return usage(
                "say with --report which JSON report has the finding; make one with `foundling scan --format json -o report.json`",
            );
        }
    };
    let (sketch, around, paths) = (&sketch, &around, &arguments.paths);
    let entry = NewEntry { component: &component, decided: &decided, sketch, around, paths }.text();
    let path = &arguments.decisions;
    let shown = path.display().to_string();
    let before = before(path)?;
    // What was just written must hold when it is read again, and be the one decision.
    match decision::read(&entry, &shown) {
        (read, problems) if read.len() == 1 && problems.is_empty() => {}
        (_, problems) => {
            let why = problems.first().map_or("it would be more than one", |problem| problem.detail.as_str());
            return Err(Error::Usage(format!("the decision would not be understood: {why}")));
        }
    }
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let entry = if before.is_empty() { entry.trim_start() } else { &entry };
    write(path, format!("{before}{gap}{entry}").as_bytes())?;
    Ok(format!("{word}: {component}, in {}", path.display()))
}

fn decided(arguments: &cli::Decide, kind: DecisionKind) -> Result<Decided, Error> {
    if let Some(day) = arguments.expires.as_ref().filter(|day| !is_day(day)) {
        return Err(Error::Usage(format!("--expires `{day}` is no date; write 2027-01-31")));
    }
    let user = || ["GIT_AUTHOR_NAME", "USER", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let author = arguments.author.clone().or_else(user).filter(|name| !name.trim().is_empty());
    Ok(Decided {
        kind,
        reason: arguments.reason.clone(),
        author: author.ok_or_else(|| Error::Usage("name who decides with --author".to_string()))?,
        date: stamp()?.to_string().get(..10).unwrap_or_default().to_string(),
        expires: arguments.expires.clone(),
        replaced_by: arguments.replaced_by.clone(),
        file: String::new(),
        line: 0,
    })
}

/// Component and content of a finding of a report. A discrepancy has no content, so no decision about one.
fn found(id: &str, report: &Path) -> Result<(String, (Sketch, Sketch)), Error> {
    let recorded = earlier(report)?;
    if recorded.discrepancies.iter().any(|one| one.id == id) {
        return Err(Error::Usage(format!(
            "`{id}` is a declaration that does not hold; decide about its component with --component and --path"
        )));
    }
    let one = recorded.components.iter().find(|one| one.id == id);
    let one = one.ok_or_else(|| {
        Error::Usage(format!("`{}` has no finding `{id}`; ids stand behind `id:` in reports", report.display()))
    })?;
    let sketches = one.sketches();
    if sketches.0.0.is_empty() {
        return Err(Error::Usage(format!("the report says nothing of the content of `{id}`; scan again")));
    }
    Ok((base_of(&one.purl).to_string(), sketches))
}

//! `foundling decide`: a decision is made of what is typed and added to its file.

use std::fs::File;
use std::path::Path;

use super::review::{bytes, earlier, is_there, stamp, write};
use crate::cli;
use crate::error::Error;
use crate::model::finding::DiscrepancyKind;
use crate::model::purl::{Purl, base_of};
use crate::model::review::{Decided, DecisionKind};
use crate::model::sketch::Sketch;
use crate::review::decision::{self, Decision, NewEntry, is_day};
use crate::review::pattern::component_fault;
use crate::review::recorded::Recorded;

/// What is decided about.
#[derive(Default)]
struct Subject {
    component: String,
    sketch: Sketch,
    around: Sketch,
    paths: Vec<String>,
    discrepancy: Option<DiscrepancyKind>,
}

/// Adds a decision, and says what it is.
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
    let subject = match (id, &arguments.component, &arguments.report) {
        (None, Some(component), _) => wide(component, &arguments.paths)?,
        (Some(id), _, Some(report)) => found(id, report)?,
        _ => {
            return usage(
                "say with --report which JSON report has the finding; make one with `foundling scan --format json -o report.json`",
            );
        }
    };
    add(&subject, &decided, &arguments.decisions, word)
}

/// Adds an entry to a file, unless it stands there already.
fn add(subject: &Subject, decided: &Decided, path: &Path, word: &str) -> Result<String, Error> {
    let Subject { component, sketch, around, paths, discrepancy } = subject;
    let entry = NewEntry { component, decided, sketch, around, paths, discrepancy: *discrepancy }.text();
    let shown = path.display().to_string();
    // What was just written must hold when it is read again, and be the one decision.
    let new = match decision::read(&entry, &shown) {
        (read, problems) if read.len() == 1 && problems.is_empty() => read,
        (_, problems) => {
            let why = problems.first().map_or("it would be more than one", |problem| problem.detail.as_str());
            return Err(Error::Usage(format!("the decision would not be understood: {why}")));
        }
    };
    let _lock = lock(path);
    let (before, standing) = before(path)?;
    if let Some(same) = standing.iter().find(|one| new.iter().any(|new| new.is_same(one))) {
        return Ok(format!("{word}: {component}, stands in {shown} already, line {}", same.decided.line));
    }
    let after = appended(&before, &entry);
    if decision::read(&after, &shown).0.len() != standing.len() + 1 {
        return Err(Error::Usage(format!(
            "`{shown}`: what stands at its end would take the decision in; put that right first"
        )));
    }
    write(path, after.as_bytes())?;
    Ok(format!("{word}: {component}, in {shown}"))
}

/// A file's text with an entry behind it, in the file's own line ends.
fn appended(before: &str, entry: &str) -> String {
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let entry = if before.is_empty() { entry.trim_start() } else { entry };
    let added = format!("{gap}{entry}");
    let added = if before.contains("\r\n") { added.replace('\n', "\r\n") } else { added };
    format!("{before}{added}")
}

/// Keeps others who add to a file waiting until this is dropped, so that none writes over what another has just added. It is the
/// folder that is locked: the file itself is replaced by each of them, and may not be there yet. Where a folder cannot be locked
/// (on a file system without locks, or not on Unix) nobody waits.
fn lock(path: &Path) -> Option<File> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// What stands in a file of decisions to which one is added, as text and read; nothing if there is none. What would not be
/// written as it is there is not written over.
fn before(path: &Path) -> Result<(String, Vec<Decision>), Error> {
    if !is_there(path) {
        return Ok((String::new(), Vec::new()));
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
        (decisions, _) => Ok((text, decisions)),
    }
}

fn decided(arguments: &cli::Decide, kind: DecisionKind) -> Result<Decided, Error> {
    let stamp = stamp()?.to_string();
    let today = stamp.get(..10).unwrap_or_default();
    if let Some(day) = &arguments.expires {
        if !is_day(day) {
            return Err(Error::Usage(format!("--expires `{day}` is no date; write 2027-01-31")));
        }
        if day.as_str() < today {
            return Err(Error::Usage(format!("--expires {day} is over, for it is {today}; name a day to come")));
        }
    }
    if let Some(purl) = &arguments.replaced_by {
        // A package may be one of several by its qualifiers.
        let plain = purl.split(['?', '#']).next().unwrap_or_default();
        Purl::parse(plain).map_err(|why| Error::Usage(format!("--replaced-by: {why}; write pkg:npm/jquery@3.7.1")))?;
    }
    let user = || ["GIT_AUTHOR_NAME", "USER", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let author = arguments.author.clone().or_else(user).filter(|name| !name.trim().is_empty());
    Ok(Decided {
        kind,
        reason: arguments.reason.clone(),
        author: author.ok_or_else(|| Error::Usage("name who decides with --author".to_string()))?,
        date: today.to_string(),
        expires: arguments.expires.clone(),
        replaced_by: arguments.replaced_by.clone(),
        file: String::new(),
        line: 0,
    })
}

/// All copies of a component, in some places or in all.
fn wide(component: &str, paths: &[String]) -> Result<Subject, Error> {
    match component_fault(component) {
        Some(why) => Err(Error::Usage(format!("--component: {why}"))),
        None => Ok(Subject { component: component.to_string(), paths: paths.to_vec(), ..Subject::default() }),
    }
}

/// Component and content of a finding of a report. A declaration that does not hold has no content: it is known by its component,
/// by what is wrong and by its place.
fn found(id: &str, report: &Path) -> Result<Subject, Error> {
    let recorded = earlier(report)?;
    if let Some(subject) = discrepancy(id, &recorded)? {
        return Ok(subject);
    }
    let one = recorded.components.iter().find(|one| one.id == id);
    let one = one.ok_or_else(|| {
        Error::Usage(format!("`{}` has no finding `{id}`; ids stand behind `id:` in reports", report.display()))
    })?;
    let (sketch, around) = one.sketches();
    if sketch.0.is_empty() {
        return Err(Error::Usage(format!("the report says nothing of the content of `{id}`; scan again")));
    }
    Ok(Subject { component: base_of(&one.purl).to_string(), sketch, around, ..Subject::default() })
}

fn discrepancy(id: &str, recorded: &Recorded) -> Result<Option<Subject>, Error> {
    let Some(one) = recorded.discrepancies.iter().find(|one| one.id == id) else { return Ok(None) };
    if one.kind.is_none() {
        return Err(Error::Usage(format!("the report does not say what is wrong with `{id}`; scan again")));
    }
    Ok(Some(Subject {
        component: base_of(&one.declared.purl).to_string(),
        sketch: Sketch::default(),
        around: Sketch::default(),
        // A name with a bracket or a star is a name.
        paths: vec![globset::escape(&one.root)],
        discrepancy: one.kind,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, parse};

    fn arguments(words: &[&str], file: &Path) -> cli::Decide {
        let fixed = ["foundling", "decide", "--author", "Ada", "--decisions"].map(Into::into);
        let words = words.iter().map(Into::into);
        match parse(fixed.into_iter().chain([file.into()]).chain(words)) {
            Ok(Command::Decide(decide)) => decide,
            other => panic!("{other:?}"),
        }
    }

    fn accept(component: &str, more: &[&str], file: &Path) -> Result<String, Error> {
        let words = ["--component", component, "accepted", "--reason", "r"];
        decide(&arguments(&[&words, more].concat(), file))
    }

    #[test]
    fn decisions_of_many_at_once_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("d.toml");
        std::thread::scope(|scope| {
            for number in 0..16 {
                let file = &file;
                scope.spawn(move || accept(&format!("pkg:npm/part{number}"), &[], file).unwrap());
            }
        });
        let text = std::fs::read_to_string(&file).unwrap();
        let (decisions, problems) = decision::read(&text, "d.toml");
        assert_eq!((decisions.len(), problems.len()), (16, 0), "{text}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "and nothing else is left");
    }

    #[test]
    fn what_can_never_hold_is_refused_and_what_stands_there_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("d.toml");
        for (component, more, word) in [
            ("jquery", &[][..], "no purl"),
            ("pkg:npm/jquery@3", &[], "version"),
            ("pkg:npm/jquery", &["--expires", "2001-01-31"], "is over"),
            ("pkg:npm/jquery", &["--replaced-by", "jquery 4"], "--replaced-by"),
            ("pkg:npm/jquery", &["--path", "./"], "no path"),
        ] {
            let refused = accept(component, more, &file).unwrap_err().to_string();
            assert!(refused.contains(word) && !file.exists(), "{component} {more:?}: {refused}");
        }
        accept("pkg:npm/jquery", &["--path", "docs"], &file).unwrap();
        let before = std::fs::read(&file).unwrap();
        let again = accept("pkg:npm/jQuery", &["--path", "docs"], &file).unwrap();
        assert!(again.contains("already, line 1"), "{again}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
        accept("pkg:npm/jquery", &["--path", "lib"], &file).unwrap();
        assert_ne!(std::fs::read(&file).unwrap(), before, "another place is another decision");
    }

    #[test]
    fn a_file_keeps_its_line_ends_and_what_is_open_at_its_end_is_no_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("d.toml");
        std::fs::write(&file, "\u{feff}# Ours.\r\n# End").unwrap();
        accept("pkg:npm/a", &[], &file).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("\u{feff}# Ours.\r\n# End\r\n\r\n[[decision]]\r\n"), "{text:?}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert_eq!(decision::read(&text, "d").0.len(), 1);
    }

    #[test]
    fn a_declaration_that_does_not_hold_is_decided_about_by_its_id() {
        let folder = tempfile::tempdir().unwrap();
        let (file, report) = (folder.path().join("d.toml"), folder.path().join("r.json"));
        let text = r#"{"schema": "foundling-report/1", "discrepancies": [{"id": "abc", "kind": "wrong-version", "root": "lib/[a]",
            "declared": {"purl": "pkg:npm/a@1"}}, {"id": "old", "declared": {"purl": "pkg:npm/a@1"}}]}"#;
        std::fs::write(&report, text).unwrap();
        let report = report.to_str().unwrap();
        let decide = |id: &str| {
            let words = [&format!("id:{id}"), "accepted", "--reason", "r", "--report", report];
            decide(&arguments(&words, &file))
        };
        decide("abc").unwrap();
        assert!(decide("old").unwrap_err().to_string().contains("scan again"));
        let decisions = decision::read(&std::fs::read_to_string(&file).unwrap(), "d").0;
        let [one] = &decisions[..] else { panic!("{decisions:?}") };
        let mut wrong = crate::model::sample::reviewed().discrepancies.remove(0);
        wrong.declared.purl = "pkg:npm/a@1".into();
        wrong.kind = DiscrepancyKind::WrongVersion;
        assert!(one.is_about_discrepancy(&wrong, "lib/[a]") && !one.is_about_discrepancy(&wrong, "lib/a"));
        wrong.kind = DiscrepancyKind::Tampered;
        assert!(!one.is_about_discrepancy(&wrong, "lib/[a]"), "something else is wrong");
        let kind = crate::model::finding::FindingKind::Vendored;
        let finding = crate::model::sample::finding("pkg:npm/a@1", &["1"], kind, "lib/[a]");
        assert!(!one.is_about(&finding, "lib/[a]"), "it says nothing of copies");
    }
}

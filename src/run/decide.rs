//! `foundling decide`: a decision is made of what is typed and added to its file.

use std::path::Path;

use super::review::{bytes, earlier, is_there, stamp, write};
use crate::cli;
use crate::error::Error;
use crate::model::finding::Sketch;
use crate::model::purl::base_of;
use crate::model::review::{Decided, DecisionKind};
use crate::review::decision::{self, NewEntry, is_day};

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
    let (component, sketch) = match (id, &arguments.component, &arguments.report) {
        (None, Some(component), _) => (component.clone(), Sketch::default()),
        (Some(id), _, Some(report)) => found(id, report)?,
        _ => {
            return usage(
                "say with --report which JSON report has the finding; make one with `foundling scan --format json -o report.json`",
            );
        }
    };
    let entry = NewEntry { component: &component, decided: &decided, sketch: &sketch, paths: &arguments.paths }.text();
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
fn found(id: &str, report: &Path) -> Result<(String, Sketch), Error> {
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
    let sketch = one.sketch();
    if sketch.0.is_empty() {
        return Err(Error::Usage(format!("the report says nothing of the content of `{id}`; scan again")));
    }
    Ok((base_of(&one.purl).to_string(), sketch))
}

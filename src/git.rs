//! Runs git on a repository that may be anybody's: only plumbing that reads objects and names, no hooks, no filters, no
//! programs that its settings name, no network.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

/// Longest answer of git that is read, bytes.
const LISTING: u64 = 256 << 20;
/// What is read of the complaints of git, bytes.
const COMPLAINT: u64 = 4 << 10;
/// Filters of a repository's settings that are switched off; one with more is not asked.
const FILTERS: usize = 1000;

/// `git` in a folder, with everything switched off that runs other programs.
pub fn command(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder);
    git.args([
        "--no-pager",
        "-c",
        "protocol.allow=never",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
    ]);
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_EXTERNAL_DIFF").env_remove("GIT_INDEX_FILE");
    git.stdin(Stdio::null());
    git
}

/// How a command of git ended.
struct Answer {
    /// Exit status; `None` where a signal ended it.
    status: Option<i32>,
    /// What it printed.
    bytes: Vec<u8>,
    /// The first line of its complaints.
    complaint: String,
}

fn answer(command: &mut Command) -> Result<Answer, String> {
    let said = |error: io::Error| format!("cannot run `git`: {error}");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(said)?;
    // Read beside the answer: a full pipe would hold git up for ever.
    let complaints = child.stderr.take().map(|mut pipe| {
        thread::spawn(move || {
            let mut text = Vec::new();
            let _ = pipe.by_ref().take(COMPLAINT).read_to_end(&mut text);
            let _ = io::copy(&mut pipe, &mut io::sink());
            text
        })
    });
    let mut bytes = Vec::new();
    if let Some(pipe) = child.stdout.take() {
        pipe.take(LISTING).read_to_end(&mut bytes).map_err(said)?;
    }
    let status = child.wait().map_err(said)?.code();
    let complaint = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
    let complaint = String::from_utf8_lossy(&complaint).lines().next().unwrap_or_default().to_string();
    Ok(Answer { status, bytes, complaint })
}

/// What a command of git answers.
///
/// # Errors
/// It cannot be run, or ends with an error: what git says of it.
pub fn listing(command: &mut Command) -> Result<Vec<u8>, String> {
    let answer = answer(command)?;
    match (answer.status, answer.complaint) {
        (Some(0), _) => Ok(answer.bytes),
        (Some(status), complaint) if complaint.is_empty() => Err(format!("`git` cannot read it (status {status})")),
        (Some(_), complaint) => Err(format!("`git` says: {complaint}")),
        (None, _) => Err(format!("`git` was ended; of an answer over {LISTING} bytes nothing is used")),
    }
}

/// Switches off, for `wanted`, the filters that a repository's settings name: git runs them where it reads a file of the work
/// tree to compare it. To be called before the command's own name is added.
///
/// # Errors
/// The settings cannot be read, name too many filters, or one that cannot be switched off.
pub fn without_filters(folder: &Path, wanted: &mut Command) -> Result<(), String> {
    let named = answer(command(folder).args(["config", "-z", "--name-only", "--get-regexp", "^filter\\."]))?;
    match named.status {
        Some(0) => {}
        // There is none.
        Some(1) => return Ok(()),
        _ => return Err(format!("its settings cannot be read: {}", named.complaint)),
    }
    let names: Vec<&[u8]> = named.bytes.split(|byte| *byte == 0).filter(|name| !name.is_empty()).collect();
    if names.len() > FILTERS {
        return Err(format!("its settings name over {FILTERS} filters"));
    }
    for name in names {
        // Of a name with `=` git would take the first part for the whole. Variables of the environment could name it, but a
        // git before 2.31 passes them over.
        let name = std::str::from_utf8(name).ok().filter(|name| !name.contains('='));
        let name = name.ok_or("its settings have a filter whose name cannot be passed on")?;
        let value = if name.ends_with(".required") { "false" } else { "" };
        wanted.arg("-c").arg(format!("{name}={value}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        listing(command(folder.path()).args(["init", "-q"])).unwrap();
        std::fs::write(folder.path().join(".git/config"), format!("[core]\nbare = false\n{text}")).unwrap();
        folder
    }

    fn switched_off(text: &str) -> Result<Vec<String>, String> {
        let folder = settings(text);
        let mut wanted = Command::new("git");
        without_filters(folder.path(), &mut wanted)?;
        let words = wanted.get_args().map(|word| word.to_string_lossy().into_owned());
        Ok(words.filter(|word| word.starts_with("filter.evil")).collect())
    }

    #[test]
    fn every_filter_is_switched_off_or_nothing_is_asked() {
        let text = "[filter \"evil\"]\nclean = x\nprocess = y\nrequired = true\n";
        let expected = ["filter.evil.clean=", "filter.evil.process=", "filter.evil.required=false"];
        assert_eq!(switched_off(text).unwrap(), expected);
        assert!(switched_off("").unwrap().is_empty());
        assert!(switched_off("[filter \"a=b\"]\nclean = x\n").unwrap_err().contains("cannot be passed on"));
        assert!(switched_off("[filter \"broken").unwrap_err().contains("cannot be read"));
        let many: String = (0..=FILTERS).map(|at| format!("[filter \"f{at}\"]\nclean = x\n")).collect();
        assert!(switched_off(&many).unwrap_err().contains("over 1000 filters"));
    }

    #[test]
    fn what_git_complains_of_is_said() {
        let folder = settings("");
        let refused = listing(command(folder.path()).args(["rev-parse", "--verify", "nowhere"])).unwrap_err();
        assert!(refused.starts_with("`git` says: fatal: "), "{refused}");
        assert!(listing(command(folder.path()).args(["rev-parse", "--verify", "--quiet", "x"])).is_err());
    }
}

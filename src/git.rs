//! Runs git on a repository that may be anybody's: only plumbing that reads objects and names, no hooks, no filters, no
//! programs that its settings name, no network.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

/// Longest answer of git that is read, bytes.
const LISTING: u64 = 256 << 20;

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
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0");
    git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_EXTERNAL_DIFF").env_remove("GIT_INDEX_FILE");
    git.stdin(Stdio::null());
    git
}

/// What a command of git answers.
///
/// # Errors
/// It cannot be run, or ends with an error.
pub fn listing(command: &mut Command) -> Result<Vec<u8>, String> {
    let said = |error: std::io::Error| format!("cannot run `git`: {error}");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(said)?;
    let mut out = Vec::new();
    if let Some(pipe) = child.stdout.take() {
        pipe.take(LISTING).read_to_end(&mut out).map_err(said)?;
    }
    let status = child.wait().map_err(said)?;
    if status.success() { Ok(out) } else { Err(format!("`git` cannot read it ({status})")) }
}

/// Most filters of a repository's settings that are switched off; one with more is not asked.
const FILTERS: usize = 1000;

/// Switches off the filters that a repository's settings name: git runs them where it reads a file of the work tree to
/// compare it.
///
/// # Errors
/// The settings cannot be read, or name too many.
pub fn without_filters(folder: &Path, wanted: &mut Command) -> Result<(), String> {
    // It ends with an error where there is none.
    let named = listing(command(folder).args(["config", "-z", "--name-only", "--get-regexp", "^filter\\."]))
        .unwrap_or_default();
    let names: Vec<&[u8]> = named.split(|byte| *byte == 0).filter(|name| !name.is_empty()).collect();
    if names.len() > FILTERS {
        return Err(format!("its settings name over {FILTERS} filters"));
    }
    wanted.env("GIT_CONFIG_COUNT", names.len().to_string());
    for (at, name) in names.iter().enumerate() {
        let name = String::from_utf8(name.to_vec())
            .map_err(|_| "its settings have a filter whose name is no text".to_string())?;
        let value = if name.ends_with(".required") { "false" } else { "" };
        wanted.env(format!("GIT_CONFIG_KEY_{at}"), &name).env(format!("GIT_CONFIG_VALUE_{at}"), value);
    }
    Ok(())
}

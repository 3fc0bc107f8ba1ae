//! The Python package index, through pip's own code: a small program of ours (`pypi.py`) makes pip's session and finder and
//! uses them to list and to download, because pip has no command that brings a source archive without running its build
//! backend. It rests on inner parts of pip; where they differ, the client's complaint says so.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::registry::client::command;
use crate::registry::{Failure, Keep, Listed, Registries, Registry};

/// What is run by the Python that pip belongs to.
const PROGRAM: &str = include_str!("pypi.py");
/// Endings of source archives, the best first.
const SOURCE_ENDINGS: [&str; 6] = [".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".tar.zst", ".zip"];

#[derive(Deserialize)]
struct File {
    version: String,
    file: String,
    sha256: Option<String>,
    wheel: bool,
    yanked: bool,
}

/// The releases of a project that are not withdrawn and have an archive that any system can use.
pub fn list(registries: &Registries, package: &str) -> Result<Vec<Listed>, Failure> {
    let folder = registries.scratch()?;
    let mut client = command("python3");
    client.args(["-", "list", package]).current_dir(folder.path());
    let said = registries.run(Registry::Pypi, &mut client, PROGRAM.as_bytes())?;
    Ok(parse(&said))
}

fn parse(said: &str) -> Vec<Listed> {
    let files = said.lines().filter_map(|line| serde_json::from_str::<File>(line).ok());
    let mut best: BTreeMap<String, (usize, File)> = BTreeMap::new();
    for file in files.filter(|file| !file.yanked) {
        let Some(rank) = rank(&file) else { continue };
        match best.get(&file.version) {
            Some((known, one)) if (*known, &one.file) <= (rank, &file.file) => {}
            _ => drop(best.insert(file.version.clone(), (rank, file))),
        }
    }
    let listed = |(version, (_, file)): (String, (usize, File))| Listed {
        version,
        sha256: file.sha256,
        file: Some(file.file),
        ..Listed::default()
    };
    best.into_iter().map(listed).collect()
}

/// A wheel for every system is what people copy from; a source archive comes next, a wheel for one system never.
fn rank(file: &File) -> Option<usize> {
    if file.wheel {
        return file.file.ends_with("-none-any.whl").then_some(0);
    }
    SOURCE_ENDINGS.iter().position(|ending| file.file.ends_with(ending)).map(|place| place + 1)
}

/// Brings archives, all in one call.
pub fn fetch(registries: &Registries, package: &str, wanted: &[&Listed], keep: Keep<'_>) {
    let folder = match registries.scratch() {
        Ok(folder) => folder,
        Err(failure) => return wanted.iter().for_each(|one| keep(one, Err(failure.clone()))),
    };
    let mut client = command("python3");
    client.args(["-", "get", package, "."]).current_dir(folder.path());
    client.args(wanted.iter().filter_map(|one| one.file.as_deref()));
    let said = registries.run(Registry::Pypi, &mut client, PROGRAM.as_bytes());
    for one in wanted {
        let path = one.file.as_deref().map(|file| folder.path().join(file)).filter(|path| path.is_file());
        let failure = || said.as_ref().err().cloned().unwrap_or(Failure::Unlisted);
        keep(one, path.ok_or_else(failure));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_for_all_goes_before_a_source_archive_and_one_for_some_is_none() {
        let line = |version: &str, file: &str, wheel: bool, yanked: bool| {
            format!(
                "{{\"version\":\"{version}\",\"file\":\"{file}\",\"sha256\":null,\"wheel\":{wheel},\"yanked\":{yanked}}}\n"
            )
        };
        let said = line("1.0", "a-1.0.zip", false, false)
            + &line("1.0", "a-1.0.tar.gz", false, false)
            + &line("1.1", "a-1.1.tar.gz", false, false)
            + &line("1.1", "a-1.1-py3-none-any.whl", true, false)
            + &line("1.2", "a-1.2-cp311-cp311-linux_x86_64.whl", true, false)
            + &line("1.3", "a-1.3.tar.gz", false, true)
            + "noise\n";
        let files: Vec<_> = parse(&said).into_iter().filter_map(|one| one.file).collect();
        assert_eq!(files, ["a-1.0.tar.gz", "a-1.1-py3-none-any.whl"]);
    }
}

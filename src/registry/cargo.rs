//! The registry of Rust crates: `cargo info NAME@VERSION` downloads exactly that crate, without its dependencies, and keeps
//! the list of releases, with dates and checksums, in its own cache. No code of a crate is built or run.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::limits;
use crate::registry::client::command;
use crate::registry::{Failure, Keep, Listed, Registries, Registry};

/// A line of the index as cargo keeps it. The kept file is of a format that cargo does not promise; entries are parted by
/// a zero byte, and those that are no JSON object are passed over.
#[derive(Deserialize)]
struct Entry {
    vers: String,
    cksum: String,
    #[serde(default)]
    yanked: bool,
    pubtime: Option<String>,
}

/// The releases of a crate that are not withdrawn.
pub fn list(registries: &Registries, package: &str) -> Result<Vec<Listed>, Failure> {
    let home = prepared(registries)?;
    let folder = registries.scratch()?;
    let asked = registries.run(Registry::Crates, cargo(&home, folder.path()).args(["info", "-q", package]), b"");
    tidy(&home);
    let Some(kept) = kept_index(&home, package) else {
        return Err(match asked {
            Err(Failure::Client(said)) if said.contains("could not find") => Failure::Unlisted,
            Err(failure) => failure,
            Ok(_) => Failure::Unlisted,
        });
    };
    Ok(parse(&kept))
}

fn parse(kept: &[u8]) -> Vec<Listed> {
    let entries = kept.split(|byte| *byte == 0).filter_map(|part| serde_json::from_slice::<Entry>(part).ok());
    entries
        .filter(|entry| !entry.yanked)
        .map(|entry| Listed {
            released: entry.pubtime.as_deref().and_then(|time| time.get(..10)).map(str::to_string),
            version: entry.vers,
            sha256: Some(entry.cksum),
            ..Listed::default()
        })
        .collect()
}

/// Brings crates, one call each: the client takes one name.
pub fn fetch(registries: &Registries, package: &str, wanted: &[&Listed], keep: Keep<'_>) {
    let (home, folder) = match prepared(registries).and_then(|home| Ok((home, registries.scratch()?))) {
        Ok(both) => both,
        Err(failure) => return wanted.iter().for_each(|one| keep(one, Err(failure.clone()))),
    };
    for one in wanted {
        let crate_name = format!("{package}@{}", one.version);
        let asked =
            registries.run(Registry::Crates, cargo(&home, folder.path()).args(["info", "-q", &crate_name]), b"");
        let found = below(&home.join("registry/cache"), 1)
            .into_iter()
            .map(|folder| folder.join(format!("{package}-{}.crate", one.version)))
            .find(|path| path.exists());
        let result = found.ok_or_else(|| asked.err().unwrap_or(Failure::Unlisted));
        keep(one, result);
    }
    tidy(&home);
}

/// The client unpacks what it shows, which nobody needs here; and credentials are nothing to leave in a cache.
fn tidy(home: &Path) {
    // What cannot be removed takes space and nothing else.
    let _ = fs::remove_dir_all(home.join("registry/src"));
    for name in ["credentials.toml", "credentials"] {
        let _ = fs::remove_file(home.join(name));
    }
}

/// A home of its own for the client, with the user's settings and credentials.
fn prepared(registries: &Registries) -> Result<PathBuf, Failure> {
    let home = registries.home(Registry::Crates)?;
    let own = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    for name in ["config.toml", "config", "credentials.toml", "credentials"] {
        let from = own.as_ref().map(|own| own.join(name)).filter(|path| path.is_file());
        if let Some(from) = from {
            fs::copy(&from, home.join(name)).map_err(|error| super::cannot_use(&home, &error))?;
        }
    }
    Ok(home)
}

fn cargo(home: &Path, folder: &Path) -> std::process::Command {
    let mut client = command("cargo");
    client.env("CARGO_HOME", home).env("CARGO_TERM_COLOR", "never").current_dir(folder);
    client
}

/// The index entry of a crate, wherever the registry's own folder has it.
fn kept_index(home: &Path, package: &str) -> Option<Vec<u8>> {
    let lower = package.to_lowercase();
    let roots = below(&home.join("registry/index"), 1).into_iter().map(|root| root.join(".cache"));
    let folders = roots.flat_map(|root| below(&root, 1).into_iter().chain(below(&root, 2)));
    let mut found: Vec<PathBuf> = folders.map(|folder| folder.join(&lower)).filter(|path| path.is_file()).collect();
    found.sort();
    let path = found.first()?;
    let small = fs::metadata(path).is_ok_and(|meta| meta.len() <= limits::CLIENT_OUTPUT);
    small.then(|| fs::read(path).ok())?
}

/// Folders so many levels below one.
fn below(folder: &Path, levels: usize) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let folders = entries.filter(|path| path.is_dir());
    if levels == 1 { folders.collect() } else { folders.flat_map(|inner| below(&inner, levels - 1)).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn withdrawn_releases_and_what_is_no_entry_are_passed_over() {
        let kept = b"\x03\0etag\x001.0.0\0{\"vers\":\"1.0.0\",\"cksum\":\"ab\",\"pubtime\":\"2020-01-02T03:04:05Z\"}\0\
            1.0.1\0{\"vers\":\"1.0.1\",\"cksum\":\"cd\",\"yanked\":true}\0{\"vers\":1}\0";
        let found = parse(kept);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].version.as_str(), found[0].released.as_deref()), ("1.0.0", Some("2020-01-02")));
        assert_eq!(found[0].sha256.as_deref(), Some("ab"));
    }

    #[test]
    fn an_index_entry_is_found_at_either_depth() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("registry/index/here/.cache/li/bz");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("libz-sys"), "x").unwrap();
        fs::create_dir_all(home.path().join("registry/index/here/.cache/2")).unwrap();
        fs::write(home.path().join("registry/index/here/.cache/2/cc"), "y").unwrap();
        assert_eq!(kept_index(home.path(), "Libz-sys").unwrap(), b"x");
        assert_eq!(kept_index(home.path(), "cc").unwrap(), b"y");
        assert_eq!(kept_index(home.path(), "none"), None);
    }
}

//! The npm registry: `npm view` lists, `npm pack --ignore-scripts` brings the published archives.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::registry::client::command;
use crate::registry::{Failure, Keep, Listed, Registries, Registry};

#[derive(Deserialize, Default)]
#[serde(default)]
struct View {
    /// One version comes without a list around it.
    versions: Value,
    time: HashMap<String, Value>,
}

/// The releases of a package, with dates.
pub fn list(registries: &Registries, package: &str) -> Result<Vec<Listed>, Failure> {
    let folder = registries.scratch()?;
    let mut client = npm(folder.path());
    client.args(["view", package, "versions", "time", "--json"]);
    let said = registries.run(Registry::Npm, &mut client, b"").map_err(unlisted)?;
    Ok(parse(&said))
}

fn parse(said: &str) -> Vec<Listed> {
    let view: View = serde_json::from_str(said).unwrap_or_default();
    let versions = match &view.versions {
        Value::String(one) => vec![one.as_str()],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // Without the day it was created it is a mirror's table of when it mirrored what.
    let dated = view.time.contains_key("created");
    let day = |version: &str| view.time.get(version)?.as_str()?.get(..10).filter(|_| dated).map(str::to_string);
    versions
        .into_iter()
        .map(|version| Listed { version: version.into(), released: day(version), ..Listed::default() })
        .collect()
}

/// The client says "E404" of a package that is not there.
fn unlisted(failure: Failure) -> Failure {
    match &failure {
        Failure::Client(said) if said.contains("404") => Failure::Unlisted,
        _ => failure,
    }
}

/// Brings archives, all in one call, and one by one where that fails: a single one that cannot be had spoils a call.
pub fn fetch(registries: &Registries, package: &str, wanted: &[&Listed], keep: Keep<'_>) {
    let folder = match registries.scratch() {
        Ok(folder) => folder,
        Err(failure) => return wanted.iter().for_each(|one| keep(one, Err(failure.clone()))),
    };
    let pack = |some: &[&Listed]| {
        let mut client = npm(folder.path());
        client.args(["pack", "--ignore-scripts", "--silent", "--pack-destination", "."]);
        client.args(some.iter().map(|one| format!("{package}@{}", one.version)));
        registries.run(Registry::Npm, &mut client, b"")
    };
    let together = pack(wanted);
    for one in wanted {
        let path = folder.path().join(archive(package, &one.version));
        let failure = match (path.exists(), &together) {
            (true, _) => None,
            (false, Err(_)) if wanted.len() > 1 => pack(&[one]).err(),
            (false, outcome) => outcome.as_ref().err().cloned(),
        };
        let result = if path.exists() { Ok(path) } else { Err(failure.map_or(Failure::Unlisted, unlisted)) };
        keep(one, result);
    }
}

/// What the client calls an archive.
fn archive(package: &str, version: &str) -> String {
    format!("{}-{version}.tgz", package.trim_start_matches('@').replace('/', "-"))
}

/// The client in a folder that is a project of its own, so that it looks for settings nowhere else but with the user.
fn npm(folder: &Path) -> std::process::Command {
    let mut client = command("npm");
    // Where that cannot be written the client itself will say what is wrong with the folder.
    let _ = std::fs::write(folder.join("package.json"), "{}");
    client.current_dir(folder).env("npm_config_ignore_scripts", "true").env("npm_config_update_notifier", "false");
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_read_in_every_form() {
        let said = r#"{"versions": ["1.0.0", "2.0.0"], "time": {"created": "x", "1.0.0": "2012-03-04T05:06:07Z"}}"#;
        let found = parse(said);
        assert_eq!(found[0].released.as_deref(), Some("2012-03-04"));
        assert_eq!((found[1].version.as_str(), &found[1].released), ("2.0.0", &None));
        assert_eq!(parse(r#"{"versions": "1.0.0", "time": {"1.0.0": "2012-03-04"}}"#)[0].released, None);
        assert!(parse("").is_empty() && parse("[1]").is_empty() && parse(r#"{"versions": 3}"#).is_empty());
        assert_eq!(archive("@scope/name", "1.0.0"), "scope-name-1.0.0.tgz");
    }
}

//! Debian's source archive: `apt-get source --download-only`, with the machine's own sources turned to source packages and
//! state of its own, so that nothing of the machine changes. Only the original archives (`.orig.tar.*`) are kept: they are
//! what the authors released, and no code of Debian's is in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use crate::model::limits;
use crate::registry::client::command;
use crate::registry::{Failure, Keep, Listed, Registries, Registry, lock};

/// Whether the package lists were brought up to date by this process, or why not.
#[derive(Default)]
pub struct State {
    ready: Mutex<Option<Result<PathBuf, Failure>>>,
}

/// The releases of a source package in all suites.
pub fn list(registries: &Registries, package: &str) -> Result<Vec<Listed>, Failure> {
    let conf = ready(registries)?;
    let mut client = command("apt-cache");
    let said = registries.run(Registry::Debian, client.args(["showsrc", package]).env("APT_CONFIG", &conf), b"");
    match said {
        Ok(said) => Ok(parse(package, &said)),
        // The lists are local: what the client cannot find in them is not there.
        Err(Failure::Client(_)) => Err(Failure::Unlisted),
        Err(failure) => Err(failure),
    }
}

/// Reads the stanzas of source packages. Revisions of one upstream release share its archive.
fn parse(package: &str, said: &str) -> Vec<Listed> {
    let mut found: BTreeMap<String, Listed> = BTreeMap::new();
    for stanza in said.split("\n\n") {
        let Some((version, upstream)) = versions(package, stanza) else { continue };
        let Some((sha256, bytes, file)) = original(package, stanza) else { continue };
        let fresh = Listed {
            version: upstream.clone(),
            sha256: Some(sha256),
            bytes: Some(bytes),
            file: Some(file),
            ..Listed::default()
        };
        let one = found.entry(upstream).or_insert(fresh);
        if !one.revisions.contains(&version) {
            one.revisions.push(version);
        }
    }
    found.into_values().collect()
}

/// The whole version and its upstream part: without epoch and revision; a package of Debian's own has none.
fn versions(package: &str, stanza: &str) -> Option<(String, String)> {
    let field = |name: &str| stanza.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    if field("Package:") != Some(package) {
        return None;
    }
    let version = field("Version:")?;
    let upstream = version.rsplit_once('-').map_or(version, |(upstream, _)| upstream);
    let upstream = upstream.split_once(':').map_or(upstream, |(_, rest)| rest);
    Some((version.to_string(), upstream.to_string()))
}

/// SHA-256, size and name of the original archive; what is Debian's own has one archive and no other.
fn original(package: &str, stanza: &str) -> Option<(String, u64, String)> {
    let (_, sums) = stanza.split_once("Checksums-Sha256:")?;
    let lines = sums.lines().skip(1).take_while(|line| line.starts_with(' '));
    let fields = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let start = format!("{package}_");
    let archive = |name: &str| {
        name.starts_with(&start) && name.contains(".tar.") && !name.ends_with(".asc") && !name.contains(".debian.tar.")
    };
    let found = |fields: Vec<&str>| match fields[..] {
        [sum, bytes, file] if archive(file) => Some((sum.to_string(), bytes.parse().ok()?, file.to_string())),
        _ => None,
    };
    let mut archives: Vec<(String, u64, String)> = fields.filter_map(found).collect();
    // Parts of their own (`.orig-NAME.tar`) are other components.
    archives.retain(|(_, _, file)| file.contains(".orig.tar.") || !file.contains(".orig"));
    archives.into_iter().next()
}

/// Brings original archives, one call each. Where a part of a revision is gone from the mirror the original often arrives
/// all the same; where it does not, another revision of the same release may have it.
pub fn fetch(registries: &Registries, package: &str, wanted: &[&Listed], keep: Keep<'_>) {
    for one in wanted {
        keep(one, fetch_one(registries, package, one));
    }
}

fn fetch_one(registries: &Registries, package: &str, one: &Listed) -> Result<PathBuf, Failure> {
    let conf = ready(registries)?;
    let file = one.file.as_deref().ok_or(Failure::Unlisted)?;
    let home = registries.home(Registry::Debian)?;
    let mut last = Failure::Unlisted;
    for revision in one.revisions.iter().take(limits::REVISIONS) {
        super::check_version(Registry::Debian, revision)?;
        let folder = registries.scratch()?;
        let mut client = command("apt-get");
        client.args(["source", "-qq", "--download-only", "--only-source", &format!("{package}={revision}")]);
        let asked = registries.run(Registry::Debian, client.env("APT_CONFIG", &conf).current_dir(folder.path()), b"");
        let path = folder.path().join(file);
        if path.is_file() {
            // Out of the folder that goes away.
            let kept = home.join(file);
            fs::copy(&path, &kept).map_err(|error| super::cannot_use(&home, &error))?;
            return Ok(kept);
        }
        last = asked.err().unwrap_or(Failure::Unlisted);
    }
    Err(last)
}

/// The client's settings, once the package lists are there; they are brought once a process, and no sooner than
/// [`limits::LISTING_SECONDS`] after the last time.
fn ready(registries: &Registries) -> Result<PathBuf, Failure> {
    let mut ready = lock(&registries.debian.ready);
    ready.get_or_insert_with(|| prepare(registries)).clone()
}

fn prepare(registries: &Registries) -> Result<PathBuf, Failure> {
    let home = registries.home(Registry::Debian)?;
    let apt = home.join("apt");
    let failed = |error: std::io::Error| super::cannot_use(&apt, &error);
    for folder in ["etc", "state/lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(apt.join(folder)).map_err(failed)?;
    }
    let sources = sources(Path::new("/etc/apt"), &codename(), &registries.settings.suites);
    let (list, conf, stamp) = (apt.join("etc/foundling.sources"), apt.join("apt.conf"), apt.join("state/updated"));
    let same = fs::read_to_string(&list).is_ok_and(|known| known == sources);
    let young = fs::metadata(&stamp)
        .and_then(|meta| meta.modified())
        .is_ok_and(|time| time.elapsed().is_ok_and(|age| age.as_secs() < limits::LISTING_SECONDS));
    fs::write(&list, &sources).map_err(failed)?;
    let place = apt.to_string_lossy();
    let text = format!(
        "Dir::Etc::sourcelist \"/dev/null\";\nDir::Etc::sourceparts \"{place}/etc\";\nDir::State::lists \"{place}/state/lists\";\n\
         Dir::Cache \"{place}/cache\";\nAPT::Sandbox::User \"root\";\n"
    );
    fs::write(&conf, text).map_err(failed)?;
    if !(same && young) || registries.settings.refresh {
        let mut client: Command = command("apt-get");
        registries.run(Registry::Debian, client.args(["-qq", "update"]).env("APT_CONFIG", &conf), b"")?;
        fs::write(&stamp, "").map_err(failed)?;
    }
    Ok(conf)
}

/// The name of the machine's own suite; empty where it is no Debian.
fn codename() -> String {
    let text = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    line.unwrap_or_default().trim_matches('"').to_string()
}

/// The machine's sources as sources of source packages, in the one format that holds everything, with more suites wherever
/// the machine's own stands.
fn sources(etc: &Path, codename: &str, suites: &[String]) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut parts: Vec<PathBuf> =
        fs::read_dir(etc.join("sources.list.d")).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    parts.push(etc.join("sources.list"));
    parts.sort();
    for path in parts {
        let text = || fs::read_to_string(&path).unwrap_or_default();
        match path.extension().and_then(|end| end.to_str()) {
            Some("sources") => {
                texts.extend(text().split("\n\n").filter_map(|stanza| in_stanza(stanza, codename, suites)))
            }
            Some("list") => texts.extend(text().lines().filter_map(|line| in_line(line, codename, suites))),
            _ => {}
        }
    }
    texts.dedup();
    texts.join("\n")
}

fn in_stanza(stanza: &str, codename: &str, suites: &[String]) -> Option<String> {
    let mut out = String::new();
    let lines = stanza.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    for line in lines {
        let text = match line.split_once(':') {
            Some(("Types", _)) => "Types: deb-src".to_string(),
            Some(("Suites", all)) => format!("Suites: {}", widened(all.split_whitespace(), codename, suites)),
            _ => line.to_string(),
        };
        out.push_str(&text);
        out.push('\n');
    }
    out.contains("URIs:").then_some(out)
}

/// `deb [options] address suite component…`.
fn in_line(line: &str, codename: &str, suites: &[String]) -> Option<String> {
    let rest = line.trim().strip_prefix("deb ")?.trim();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace();
    let (address, suite) = (words.next()?, words.next()?);
    let components: Vec<&str> = words.collect();
    let mut out = format!("Types: deb-src\nURIs: {address}\nSuites: {}\n", widened([suite], codename, suites));
    if !components.is_empty() {
        out.push_str(&format!("Components: {}\n", components.join(" ")));
    }
    if let Some(key) = options.split_whitespace().find_map(|option| option.strip_prefix("signed-by=")) {
        out.push_str(&format!("Signed-By: {key}\n"));
    }
    Some(out)
}

fn widened<'a>(all: impl IntoIterator<Item = &'a str>, codename: &str, suites: &[String]) -> String {
    let mut out: Vec<&str> = Vec::new();
    for suite in all {
        let more = if suite == codename { suites } else { &[] };
        for one in std::iter::once(suite).chain(more.iter().map(String::as_str)) {
            if !out.contains(&one) {
                out.push(one);
            }
        }
    }
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_of_one_release_share_its_archive() {
        let stanza = |version: &str| {
            format!(
                "Package: zlib\nVersion: {version}\nChecksums-Sha256:\n aa 10 zlib_1.2.dsc\n bb 20 zlib_1.2.orig.tar.gz.asc\n \
                 cc 30 zlib_1.2.orig.tar.gz\n dd 40 zlib_1.2-1.debian.tar.xz\nDirectory: x"
            )
        };
        let other = "Package: zlib-other\nVersion: 1-1\nChecksums-Sha256:\n cc 30 zlib-other_1.orig.tar.gz\n";
        let said = format!("{}\n\n{}\n\n{other}", stanza("1:1.2-1"), stanza("1:1.2-2"));
        let found = parse("zlib", &said);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].version.as_str(), found[0].bytes, found[0].sha256.as_deref()),
            ("1.2", Some(30), Some("cc"))
        );
        assert_eq!(found[0].revisions, ["1:1.2-1", "1:1.2-2"]);
        let native = "Package: tools\nVersion: 7.1\nChecksums-Sha256:\n aa 10 tools_7.1.dsc\n bb 20 tools_7.1.tar.xz\n";
        let found = parse("tools", native);
        assert_eq!((found[0].version.as_str(), found[0].file.as_deref()), ("7.1", Some("tools_7.1.tar.xz")));
        let parts = native.replace("7.1.tar.xz", "7.1.orig-extra.tar.xz");
        assert!(parse("tools", &parts).is_empty(), "a part is not the whole");
    }

    #[test]
    fn the_machines_sources_become_sources_of_sources() {
        let etc = tempfile::tempdir().unwrap();
        fs::create_dir(etc.path().join("sources.list.d")).unwrap();
        let write = |name: &str, text: &str| fs::write(etc.path().join(name), text).unwrap();
        write(
            "sources.list.d/a.sources",
            "Types: deb\nURIs: m\n# x\nSuites: here here-updates\nSigned-By: k\n\nTypes: deb\nURIs: n\nSuites: other\n",
        );
        write("sources.list.d/b.sources.disabled", "Types: deb\nURIs: no\nSuites: here\n");
        write("sources.list", "# remark\ndeb [arch=amd64 signed-by=/k] o here main extra\ndeb-src p here main\n");
        let text = sources(etc.path(), "here", &["sid".to_string(), "here".to_string()]);
        let expected = "Types: deb-src\nURIs: o\nSuites: here sid\nComponents: main extra\nSigned-By: /k\n\n\
            Types: deb-src\nURIs: m\nSuites: here sid here-updates\nSigned-By: k\n\n\
            Types: deb-src\nURIs: n\nSuites: other\n";
        assert_eq!(text, expected);
    }
}

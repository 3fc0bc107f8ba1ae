//! yarn's lockfile, both forms of it: which packages there are, under which other names they are installed, and the archives of
//! patched ones.
//!
//! A patch is known by a hash, not by a version: `.yarn/cache/NAME-patch-HASH-CHECKSUM.zip`. The lockfile says what was hashed.

use sha2::{Digest, Sha512};

use super::{Found, Source, npm};
use crate::model::declaration::{Site, Subject};
use crate::model::digest::hex;

/// Letters of a hash that stand in the name of an archive.
const SHOWN_OF_HASHES: usize = 10;

/// A package whose lines are being read.
#[derive(Default)]
struct Entry<'t> {
    line: u32,
    name: &'t str,
    version: Option<&'t str>,
    /// The whole of what was chosen, of late: `name@npm:1.0`, `name@patch:…`.
    resolution: &'t str,
}

/// `"name@range", "name@other":` with `version "1.0"` or `version: 1.0` below.
pub(super) fn read(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let mut entry: Option<Entry<'_>> = None;
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) {
            continue;
        }
        if !line.starts_with([' ', '#']) {
            let wanted = || line.trim_end_matches(':').split(',').map(|one| one.trim().trim_matches('"'));
            entry = wanted().next().and_then(package).map(|name| Entry { line: number, name, ..Entry::default() });
            found.layout.aliases.extend(wanted().filter_map(alias));
            continue;
        }
        let (Some(entry), Some((key, value))) = (&mut entry, value(line)) else { continue };
        match key {
            "version" => {
                entry.version = Some(value);
                found.declare(entry.line, ("npm", entry.name), entry.version, Site::Elsewhere);
            }
            "resolution" => entry.resolution = value,
            "checksum" => {
                if let Some(path) = patched(entry.resolution, value).and_then(|path| source.within(&path)) {
                    found.declare(entry.line, ("npm", entry.name), entry.version, Site::File(path));
                }
            }
            _ => {}
        }
    }
    found
}

/// Key and value right below an entry: `key "value"` or `key: value`.
fn value(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?;
    let (key, value) = line.split_once([' ', ':'])?;
    Some((key, value.trim_start_matches(':').trim().trim_matches('"')))
}

/// Name and range of `name@range`; `@` may stand before the name.
fn split(text: &str) -> Option<(&str, &str)> {
    let at = text.get(1..)?.find('@')? + 1;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The package of `name@range`; none for the project's own.
fn package(text: &str) -> Option<&str> {
    let (name, range) = split(text)?;
    if npm::is_own(range.split('#').next().unwrap_or(range)) {
        return None;
    }
    Some(range.strip_prefix("npm:").and_then(split).map_or(name, |(other, _)| other))
}

/// A package that is installed under another name, and that.
fn alias(text: &str) -> Option<(String, String)> {
    let (name, _) = split(text)?;
    let other = package(text).filter(|other| *other != name)?;
    Some((name.to_string(), Subject::of("npm", other, None)?.purl))
}

/// The archive of a patched package, as yarn names it: by a hash of the package's name and of what was patched how.
fn patched(resolution: &str, checksum: &str) -> Option<String> {
    let (name, reference) = split(resolution).filter(|(_, reference)| reference.starts_with("patch:"))?;
    let checksum = checksum.rsplit('/').next()?.get(..SHOWN_OF_HASHES)?;
    let ident = hex(&Sha512::digest(name.trim_start_matches('@').replacen('/', "", 1)));
    let hash = hex(&Sha512::digest(format!("{ident}{reference}")));
    let name = name.replacen('/', "-", 1);
    Some(format!(".yarn/cache/{name}-patch-{}-{checksum}.zip", hash.get(..SHOWN_OF_HASHES)?))
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{aliases, complaints, declared};

    #[test]
    fn both_forms_of_yarn_name_packages() {
        let text = "# yarn lockfile v1\n\n\"@s/a@^1.0\", \"@s/a@^1.1\":\n  version \"1.1.0\"\n  resolved \"x\"\n\nb@npm:c@2:\n  version \"2.0.0\"\n\n\"d@npm:^3\":\n  version: 3.0.0\n\n\"own@workspace:.\":\n  version: 0.0.0\n";
        let expected = ["3 pkg:npm/%40s/a@1.1.0", "7 pkg:npm/c@2.0.0", "10 pkg:npm/d@3.0.0"];
        assert_eq!(declared("yarn.lock", text), expected);
        assert_eq!(complaints("yarn.lock", "<<<<<<< HEAD\n").len(), 1);
    }

    #[test]
    fn packages_under_another_name_are_noted() {
        let text = "\"x@npm:y@^4.2.0\", \"y@^4.1.0\":\n  version \"4.2.3\"\n\n\"z@npm:^1.0\", \"z@npm:^1.1\":\n  version: 1.1.0\n";
        assert_eq!(aliases("yarn.lock", text), ["x=pkg:npm/y"]);
    }

    #[test]
    fn the_archive_of_a_patched_package_has_hashes_for_a_name() {
        let text = "\"underscore@patch:underscore@npm%3A1.12.0#~/.yarn/patches/underscore-npm-1.12.0-b99c126ef2.patch\":\n  version: 1.12.0\n  resolution: \"underscore@patch:underscore@npm%3A1.12.0#~/.yarn/patches/underscore-npm-1.12.0-b99c126ef2.patch::version=1.12.0&hash=dd7fe5\"\n  checksum: 10c0/e8d77e0c3666bfed\n";
        let expected = [
            "1 pkg:npm/underscore@1.12.0",
            "1 pkg:npm/underscore@1.12.0 w/.yarn/cache/underscore-patch-d98bd45559-e8d77e0c36.zip",
        ];
        assert_eq!(declared("w/yarn.lock", text), expected);
        let hostile =
            "\"a/../../b@patch:b@1\":\n  version: 1\n  resolution: \"a/../../b@patch:x\"\n  checksum: é0123456789\n";
        assert!(declared("w/yarn.lock", hostile).is_empty());
        assert_eq!(declared("yarn.lock", "\"a@patch:b@1\":\n  checksum: éééééé\n  resolution: \"@\"\n").len(), 0);
    }
}

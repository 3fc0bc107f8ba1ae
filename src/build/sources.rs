//! SOURCES.jsonl: one release a line, and what becomes of it: a [`Source`].
//!
//! ```json
//! {"purl": "pkg:pypi/urllib3@1.26.5", "path": "urllib3-1.26.5.tar.gz", "released": "2021-05-26", "license": "MIT"}
//! {"purl": "pkg:generic/zlib@1.2.3", "origin": "crates:libz-sys@0.1.0", "sha256": "ab12…", "subpath": "libz-sys-0.1.0/src/zlib"}
//! ```
//!
//! | field | |
//! |---|---|
//! | `purl` | component and version |
//! | `path` | folder or archive, relative to the list's own folder |
//! | `origin` | in place of `path`: `registry:package@version`, fetched through the registry's client |
//! | `sha256` | what the archive's SHA-256 must be, in hex; optional |
//! | `subpath` | folder inside, the archive's topmost one included, that is the component; optional |
//! | `only` | of that, only the files whose path matches this glob (`{a,b}` allowed, `*` crosses folders); optional |
//! | `released` | ISO date; optional |
//! | `license` | SPDX expression; optional |
//! | `aliases` | other purls, without version, of the same component; optional |
//! | `keep` | `code` (default), or `hashes`: whole files are found and no parts of them |
//!
//! `foundling index build --list FILE` writes such a list of what was really indexed; the same index can be built from it.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::atomic::AtomicFile;
use crate::build::inside::Patterns;
use crate::error::Error;
use crate::index::writer::Keep;
use crate::model::purl::Purl;
use crate::registry::Registry;

/// A release to be indexed, at hand.
#[derive(Clone, Debug)]
pub struct Source {
    /// Component and version.
    pub purl: Purl,
    /// Its folder or archive.
    pub path: PathBuf,
    /// Folder inside that is the component, the archive's topmost one included; empty for all of it.
    pub subpath: String,
    /// Pattern of paths below that folder which are the component; empty for all.
    pub only: String,
    /// ISO date.
    pub released: Option<String>,
    /// SPDX expression.
    pub license: Option<String>,
    /// Other purls, without version, of the same component.
    pub aliases: Vec<String>,
    /// How much is kept of its files.
    pub keep: Keep,
    /// Where it was fetched from.
    pub origin: Option<Origin>,
    /// SHA-256 of the archive, where it was fetched.
    pub sha256: Option<String>,
    /// What messages call the input that it came from: `list.jsonl line 3`.
    pub given: String,
}

impl Source {
    /// A folder or archive of a release; `given` is what messages call it.
    pub fn local(purl: Purl, path: &Path, given: String) -> Source {
        Source {
            purl,
            path: path.to_path_buf(),
            subpath: String::new(),
            only: String::new(),
            released: None,
            license: None,
            aliases: Vec::new(),
            keep: Keep::Code,
            origin: None,
            sha256: None,
            given,
        }
    }
}

/// A release in a registry: `npm:jquery@3.5.1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The registry.
    pub registry: Registry,
    /// The package's name there.
    pub package: String,
    /// The package's version there.
    pub version: String,
}

impl Origin {
    /// Reads `registry:package@version`.
    pub fn parse(text: &str) -> Option<Origin> {
        let (registry, rest) = text.split_once(':')?;
        let (package, version) = rest.rsplit_once('@')?;
        let good = !package.is_empty() && !version.is_empty();
        good.then_some(())?;
        Some(Origin { registry: Registry::named(registry)?, package: package.into(), version: version.into() })
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}:{}@{}", self.registry.name(), self.package, self.version)
    }
}

/// A line of the list, checked: a source at hand, or one that has to be fetched.
#[derive(Clone, Debug)]
pub enum Item {
    /// Its path was given.
    Here(Source),
    /// Its origin was given: everything but the path.
    Afar(Source, Origin),
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Line {
    purl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    subpath: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    only: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    #[serde(skip_serializing_if = "is_code")]
    keep: Keep,
}

fn is_code(keep: &Keep) -> bool {
    *keep == Keep::Code
}

/// Reads the list. A line that does not parse is an error that names it; blank lines are passed over.
pub fn read(list: &Path) -> Result<Vec<Item>, Error> {
    let text = std::fs::read_to_string(list).map_err(|source| Error::Io {
        what: "cannot read the list of sources",
        path: list.to_path_buf(),
        source,
    })?;
    parse_list(list, &text)
}

/// Reads the text of a list; `list` is what messages call it, and where relative paths start.
///
/// # Errors
/// A line that does not parse.
pub fn parse_list(list: &Path, text: &str) -> Result<Vec<Item>, Error> {
    // Some editors put a byte-order mark before the first line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| parse(list, at + 1, line)).collect()
}

fn parse(list: &Path, number: usize, line: &str) -> Result<Item, Error> {
    let refuse = |detail: String| Error::Sources { path: list.to_path_buf(), line: number, detail };
    let line: Line = serde_json::from_str(line).map_err(|error| refuse(error.to_string()))?;
    if line.purl.is_empty() {
        return Err(refuse("`purl` is missing".to_string()));
    }
    let purl = Purl::parse(&line.purl).map_err(refuse)?;
    if purl.version().is_none_or(|version| version.is_empty()) {
        return Err(refuse(format!("`{purl}` names no version; write it as `{purl}@1.2.3`")));
    }
    if let Some(released) = &line.released
        && !is_date(released)
    {
        return Err(refuse(format!("`{released}` is no date; write it as 2026-01-31")));
    }
    let aliases = line.aliases.iter().map(|alias| Purl::parse_base(alias).map(|purl| purl.to_string()));
    let aliases: Vec<String> = aliases.collect::<Result<_, _>>().map_err(refuse)?;
    if !line.only.is_empty() {
        Patterns::anywhere(&line.only).map_err(refuse)?;
    }
    let source = Source {
        purl,
        path: PathBuf::new(),
        subpath: line.subpath,
        only: line.only,
        released: line.released,
        license: line.license,
        aliases,
        keep: line.keep,
        origin: None,
        sha256: line.sha256,
        given: format!("{} line {number}", list.display()),
    };
    match (line.path, line.origin) {
        (Some(path), _) => Ok(Item::Here(Source { path: super::beside(list, &path), ..source })),
        (None, Some(origin)) => match Origin::parse(&origin) {
            Some(parsed) => Ok(Item::Afar(source, parsed)),
            None => Err(refuse(format!("`{origin}` is no origin; write it as `npm:jquery@3.5.1`"))),
        },
        (None, None) => Err(refuse("it has neither `path` nor `origin`".to_string())),
    }
}

/// Writes a list from which the same sources are found again: by origin what was fetched, by absolute path all else.
///
/// # Errors
/// A file that cannot be written; none is left then.
pub fn write(list: &Path, sources: &[Source]) -> Result<(), Error> {
    let failed = |source| Error::Io { what: "cannot write the list", path: list.to_path_buf(), source };
    let mut file = AtomicFile::create(list)?;
    let mut text = Vec::new();
    for source in sources {
        let path = source.origin.is_none().then(|| std::fs::canonicalize(&source.path).unwrap_or(source.path.clone()));
        let line = Line {
            purl: source.purl.to_string(),
            path: path.map(|path| path.to_string_lossy().into_owned()),
            origin: source.origin.as_ref().map(Origin::to_string),
            sha256: source.sha256.clone(),
            subpath: source.subpath.clone(),
            only: source.only.clone(),
            released: source.released.clone(),
            license: source.license.clone(),
            aliases: source.aliases.clone(),
            keep: source.keep,
        };
        serde_json::to_writer(&mut text, &line).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
    }
    file.file().write_all(&text).map_err(failed)?;
    file.commit()
}

/// Whether a text is `YYYY-MM-DD` and may be a day.
pub fn is_date(text: &str) -> bool {
    let digits = |text: &str, most: u32| {
        text.bytes().all(|byte| byte.is_ascii_digit()) && (1..=most).contains(&text.parse().unwrap_or(0))
    };
    match text.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => {
            let lengths = (year.len(), month.len(), day.len()) == (4, 2, 2);
            lengths && digits(year, 9999) && digits(month, 12) && digits(day, 31)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_named() {
        let cases = [
            ("{", "line 2"),
            (r#"{"purl": "zlib", "path": "a"}"#, "no package URL"),
            (r#"{"purl": "pkg:generic/zlib", "path": "a"}"#, "names no version"),
            (r#"{"purl": "pkg:generic/zlib@1", "path": "a", "released": "soon"}"#, "no date"),
            (r#"{"purl": "pkg:generic/zlib@1", "path": "a", "released": "2020-13-45"}"#, "no date"),
            (r#"{"purl": "pkg:generic/zlib@1", "path": "a", "aliases": ["pkg:npm/z@2"]}"#, "names a version"),
            (r#"{"purl": "pkg:generic/zlib@1", "path": "a", "aliases": ["z"]}"#, "no package URL"),
            (r#"{"purl": "pkg:generic/zlib@1", "path": "a", "keep": "some"}"#, "keep"),
            (r#"{"purl": "pkg:generic/zlib@1", "origin": "cpan:zlib@1"}"#, "no origin"),
            (r#"{"purl": "pkg:generic/zlib@1"}"#, "neither"),
        ];
        let unknown = r#"{"purl": "pkg:generic/zlib@1", "path": "a", "keep": "all"}"#;
        for (line, wanted) in cases.into_iter().chain([(unknown, "unknown variant `all`")]) {
            let error = parse(Path::new("list.jsonl"), 2, line).unwrap_err().to_string();
            let wanted = if wanted == "keep" { "some" } else { wanted };
            assert!(error.contains(wanted) && error.contains("list.jsonl") && error.contains("line 2"), "{error}");
        }
        let good = parse(Path::new("d/l.jsonl"), 1, r#"{"purl": "pkg:generic/zlib@1", "path": "a.tgz"}"#).unwrap();
        assert!(matches!(good, Item::Here(source) if source.path == Path::new("d/a.tgz")));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("a.jsonl");
        let line = r#"{"purl":"pkg:generic/zlib@1.2.3","origin":"npm:@a/b@1.0","sha256":"ab","subpath":"x/z","released":"2005-07-18","license":"Zlib","aliases":["pkg:deb/debian/zlib"],"keep":"hashes"}"#;
        let Item::Afar(source, origin) = parse(&list, 1, line).unwrap() else { panic!("no path was given") };
        assert_eq!((origin.package.as_str(), origin.version.as_str(), origin.registry), ("@a/b", "1.0", Registry::Npm));
        write(&list, &[Source { origin: Some(origin), ..source }]).unwrap();
        assert_eq!(std::fs::read_to_string(&list).unwrap(), format!("{line}\n"));
    }
}

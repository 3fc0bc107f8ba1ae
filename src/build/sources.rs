//! SOURCES.jsonl: one release a line.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;
use crate::index::writer::Keep;
use crate::model::purl::Purl;

/// A release to be indexed.
#[derive(Clone, Debug)]
pub struct Source {
    /// Component and version.
    pub purl: Purl,
    /// Its folder or archive.
    pub path: PathBuf,
    /// ISO date.
    pub released: Option<String>,
    /// SPDX expression.
    pub license: Option<String>,
    /// What is kept of its files.
    pub keep: Keep,
    /// 1-based line of the list.
    pub line: usize,
}

#[derive(Deserialize)]
struct Line {
    purl: String,
    path: String,
    released: Option<String>,
    license: Option<String>,
    #[serde(default)]
    keep: Keep,
}

/// Reads the list. A line that does not parse is an error that names it; blank lines are passed over.
pub fn read(list: &Path) -> Result<Vec<Source>, Error> {
    let text = std::fs::read_to_string(list).map_err(|source| Error::Io {
        what: "cannot read the list of sources",
        path: list.to_path_buf(),
        source,
    })?;
    // Some editors put a byte-order mark before the first line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| parse(list, at + 1, line)).collect()
}

fn parse(list: &Path, number: usize, line: &str) -> Result<Source, Error> {
    let refuse = |detail: String| Error::Sources { path: list.to_path_buf(), line: number, detail };
    let line: Line = serde_json::from_str(line).map_err(|error| refuse(error.to_string()))?;
    let purl = Purl::parse(&line.purl).map_err(refuse)?;
    if purl.version().is_none_or(|version| version.is_empty()) {
        return Err(refuse(format!("`{purl}` names no version; write it as `{purl}@1.2.3`")));
    }
    if let Some(released) = &line.released
        && !is_date(released)
    {
        return Err(refuse(format!("`{released}` is no date; write it as 2026-01-31")));
    }
    let path = super::beside(list, &line.path);
    Ok(Source { purl, path, released: line.released, license: line.license, keep: line.keep, line: number })
}

/// Whether a text is `YYYY-MM-DD` and may be a day.
fn is_date(text: &str) -> bool {
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
        ];
        let unknown = r#"{"purl": "pkg:generic/zlib@1", "path": "a", "keep": "all"}"#;
        for (line, wanted) in cases.into_iter().chain([(unknown, "unknown variant `all`")]) {
            let error = parse(Path::new("list.jsonl"), 2, line).unwrap_err().to_string();
            assert!(error.contains(wanted) && error.contains("list.jsonl") && error.contains("line 2"), "{error}");
        }
        let good = parse(Path::new("d/l.jsonl"), 1, r#"{"purl": "pkg:generic/zlib@1", "path": "a.tgz"}"#).unwrap();
        assert_eq!((good.path.as_path(), good.keep), (Path::new("d/a.tgz"), Keep::Code));
        let hashes = r#"{"purl": "pkg:generic/zlib@1", "path": "a.tgz", "keep": "hashes"}"#;
        assert_eq!(parse(Path::new("l.jsonl"), 1, hashes).unwrap().keep, Keep::Hashes);
    }
}

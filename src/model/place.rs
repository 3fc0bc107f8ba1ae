//! Where something stands: lines, and paths fit to be shown.

use std::borrow::Cow;
use std::path::Path;
#[cfg(not(unix))]
use std::path::PathBuf;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};

/// Lines `first..=last` of a text, 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lines {
    /// First line, from 1.
    pub first: u32,
    /// Last line; never below `first`.
    pub last: u32,
}

impl Lines {
    /// How many lines.
    pub fn count(&self) -> u32 {
        self.last - self.first + 1
    }
}

impl Serialize for Lines {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        [self.first, self.last].serialize(out)
    }
}

impl<'de> Deserialize<'de> for Lines {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Lines, D::Error> {
        match <[u32; 2]>::deserialize(from)? {
            [first, last] if (1..=last).contains(&first) => Ok(Lines { first, last }),
            [first, last] => Err(D::Error::custom(format!("{first} to {last} are no lines"))),
        }
    }
}

/// A stretch of the scanned file and the stretch of the source that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RangePair {
    /// Lines of the scanned file.
    pub lines: Lines,
    /// Lines of the source file.
    pub source_lines: Lines,
}

impl RangePair {
    /// Takes in another stretch on both sides, and what lies between.
    pub fn unite(&mut self, other: RangePair) {
        let hull =
            |one: Lines, other: Lines| Lines { first: one.first.min(other.first), last: one.last.max(other.last) };
        self.lines = hull(self.lines, other.lines);
        self.source_lines = hull(self.source_lines, other.source_lines);
    }

    /// What of it lies behind a line, and what that corresponds to; `None` where nothing does.
    pub fn behind(self, line: u32) -> Option<RangePair> {
        if self.lines.last <= line {
            return None;
        }
        let cut = line.saturating_add(1).saturating_sub(self.lines.first);
        let source_first = self.source_lines.first.saturating_add(cut).min(self.source_lines.last);
        let lines = Lines { first: self.lines.first + cut, ..self.lines };
        Some(RangePair { lines, source_lines: Lines { first: source_first, ..self.source_lines } })
    }
}

/// A path's text from raw file-name bytes: UTF-8 as it stands, every other byte as `\xNN`.
pub fn path_text(raw: &[u8]) -> String {
    let mut text = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The bytes of a path's text: [`path_text`] backwards. A name that really holds `\xNN` is taken for the byte.
pub fn raw_path(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = rest.strip_prefix(b"\\x").and_then(|digits| std::str::from_utf8(digits.get(..2)?).ok());
        let byte = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|byte| *byte >= 0x80);
        match byte {
            Some(byte) => {
                out.push(byte);
                rest = rest.get(4..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// A path of raw bytes as the system takes it.
#[cfg(unix)]
pub fn os_path(raw: &[u8]) -> Cow<'_, Path> {
    use std::os::unix::ffi::OsStrExt;
    Cow::Borrowed(Path::new(std::ffi::OsStr::from_bytes(raw)))
}

/// A path of raw bytes as the system takes it.
#[cfg(not(unix))]
pub fn os_path(raw: &[u8]) -> Cow<'_, Path> {
    Cow::Owned(PathBuf::from(String::from_utf8_lossy(raw).into_owned()))
}

/// The part of a path behind its last `/`.
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The part of a path before its last `/`; empty where there is none.
pub fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}

/// Whether `path` is `place` or lies below it, in a folder or in an archive.
pub fn is_below(path: &str, place: &str) -> bool {
    place.is_empty() || path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '!']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_escaped() {
        assert_eq!(path_text(b"a\xffb/\xc3\xa9"), "a\\xffb/é");
        assert_eq!(raw_path("a\\xffb/é"), b"a\xffb/\xc3\xa9");
        assert_eq!(raw_path("a\\x1\\x41\\xé"), "a\\x1\\x41\\xé".as_bytes());
    }

    #[test]
    fn a_path_splits_at_its_last_slash() {
        assert_eq!((folder("a/b/c"), base_name("a/b/c")), ("a/b", "c"));
        assert_eq!((folder("c"), base_name("c")), ("", "c"));
    }
}

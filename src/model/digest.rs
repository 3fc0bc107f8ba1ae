//! What other formats know a file by, and where its lines stand in its bytes.

/// Digests of a file's bytes, and the bytes of the lines that matches begin and end with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// SHA-1.
    pub sha1: [u8; 20],
    /// SHA-256.
    pub sha256: [u8; 32],
    /// SHA-1 of the bytes as a Git blob: what a Software Heritage identifier of a content (`swh:1:cnt:`) is made of.
    pub sha1_git: [u8; 20],
    /// First and last lines of matched ranges, by line, each once; empty where nothing but the whole matches.
    pub offsets: Vec<LineBytes>,
}

/// Where a line of a text stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineBytes {
    /// The line, from 1.
    pub line: u32,
    /// Its first byte, from 0.
    pub first: u64,
    /// The byte behind its last one, its line end included.
    pub end: u64,
}

impl Digests {
    /// The bytes `first..end` of some lines, from 0; `None` where their places are not known.
    pub fn bytes_of(&self, lines: crate::model::place::Lines) -> Option<(u64, u64)> {
        let find = |line: u32| {
            let at = self.offsets.binary_search_by_key(&line, |one| one.line).ok()?;
            self.offsets.get(at)
        };
        let (first, end) = (find(lines.first)?.first, find(lines.last)?.end);
        (first < end).then_some((first, end))
    }

    /// The Software Heritage identifier of the content.
    pub fn swhid(&self) -> String {
        format!("swh:1:cnt:{}", hex(&self.sha1_git))
    }
}

/// Bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The bytes that so many hexadecimal digits stand for; `None` for anything else.
pub fn bytes_of_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = (digit(0)? * 16 + digit(1)?) as u8;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::place::Lines;

    #[test]
    fn a_range_has_bytes_where_both_of_its_ends_are_known() {
        let at = |line, first, end| LineBytes { line, first, end };
        let digests = Digests { offsets: vec![at(2, 10, 20), at(4, 30, 41), at(9, 90, 90)], ..Digests::default() };
        let bytes = |first, last| digests.bytes_of(Lines { first, last });
        assert_eq!((bytes(2, 4), bytes(4, 4)), (Some((10, 41)), Some((30, 41))));
        assert_eq!((bytes(2, 3), bytes(1, 2), bytes(9, 9)), (None, None, None));
    }

    #[test]
    fn digits_are_read_back() {
        assert_eq!(bytes_of_hex(&hex(&[0, 0x5e, 0xff])), Some([0, 0x5e, 0xff]));
        for text in ["", "005eF", "005eg0", "005eff00", "+1+1+1", "0\u{e9}000"] {
            assert_eq!(bytes_of_hex::<3>(text), None, "{text}");
        }
    }

    #[test]
    fn a_content_has_the_name_that_software_heritage_gives_it() {
        let digests = Digests { sha1_git: [0x0f; 20], ..Digests::default() };
        assert_eq!(digests.swhid(), format!("swh:1:cnt:{}", "0f".repeat(20)));
    }
}

//! Digests of a file's bytes, and the places of its lines, for formats that name files by SHA-1 and ranges by bytes.

use std::collections::BTreeSet;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use crate::model::digest::{Digests, LineBytes};

/// Bytes of a UTF-16 code unit.
const UNIT: u64 = 2;

/// The digests of `bytes`, and where the `lines` of `text` stand in them. `text` is what [`crate::input::read::text`]
/// made of the bytes.
pub fn of(bytes: &[u8], text: Option<&[u8]>, lines: &BTreeSet<u32>) -> Digests {
    let mut blob = Sha1::new_with_prefix(format!("blob {}\0", bytes.len()));
    blob.update(bytes);
    Digests {
        sha1: Sha1::digest(bytes).into(),
        sha256: Sha256::digest(bytes).into(),
        sha1_git: blob.finalize().into(),
        offsets: text.map(|text| offsets(bytes, text, lines)).unwrap_or_default(),
    }
}

/// Where `lines` of `text` stand in `bytes`: the text is the end of them, or was written anew from UTF-16.
fn offsets(bytes: &[u8], text: &[u8], lines: &BTreeSet<u32>) -> Vec<LineBytes> {
    let Some(most) = lines.last() else { return Vec::new() };
    let plain = bytes.ends_with(text);
    let length = |line: &[u8]| if plain { line.len() as u64 } else { utf_16_bytes(line) };
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let mut at = match plain {
        true => (bytes.len() - text.len()) as u64,
        false => {
            if marked {
                UNIT
            } else {
                0
            }
        }
    };
    let mut out = Vec::with_capacity(lines.len());
    for (number, line) in (1u32..=*most).zip(text.split_inclusive(|byte| *byte == b'\n')) {
        let end = (at + length(line)).min(bytes.len() as u64);
        if lines.contains(&number) {
            out.push(LineBytes { line: number, first: at, end });
        }
        at = end;
    }
    out
}

/// How many bytes a UTF-8 text takes up in UTF-16.
fn utf_16_bytes(line: &[u8]) -> u64 {
    String::from_utf8_lossy(line).chars().map(|letter| letter.len_utf16() as u64 * UNIT).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::read;
    use crate::model::digest::hex;
    use crate::model::place::Lines;

    fn places(bytes: &[u8], wanted: &[u32]) -> Vec<(u32, u64, u64)> {
        let mut scratch = Vec::new();
        let text = read::text(bytes, &mut scratch);
        let found = of(bytes, text, &wanted.iter().copied().collect());
        found.offsets.iter().map(|one| (one.line, one.first, one.end)).collect()
    }

    #[test]
    fn digests_are_those_of_other_programs() {
        let found = of(b"hello\n", None, &BTreeSet::new());
        assert_eq!(hex(&found.sha1), "f572d396fae9206628714fb2ce00f72e94f2258f");
        assert_eq!(hex(&found.sha1_git), "ce013625030ba8dba906f756967f9e9ca394464a", "git hash-object");
        assert!(hex(&found.sha256).starts_with("5891b5b522d5df086d0ff0b1"), "{}", hex(&found.sha256));
        assert!(found.offsets.is_empty());
    }

    #[test]
    fn lines_are_found_behind_a_mark_and_with_any_line_end() {
        assert_eq!(places(b"ab\ncd\r\nef", &[1, 2, 3, 9]), [(1, 0, 3), (2, 3, 7), (3, 7, 9)]);
        assert_eq!(places(b"\xef\xbb\xbfab\ncd\n", &[1, 2]), [(1, 3, 6), (2, 6, 9)]);
        assert_eq!(places(b"", &[1]), []);
    }

    #[test]
    fn lines_of_utf_16_are_found_in_the_file_as_it_is() {
        let text = "int \u{e4};\nint \u{1f600};\nend\n";
        let units: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let found = places(&units, &[1, 2, 3]);
        assert_eq!(found, [(1, 2, 16), (2, 16, 32), (3, 32, 40)]);
        assert_eq!(units.len(), 40);
    }

    #[test]
    fn a_range_of_lines_cuts_out_its_own_text() {
        let bytes = b"one\ntwo\nthree\nfour\n";
        let found = of(bytes, Some(bytes), &BTreeSet::from([2, 3]));
        let (first, end) = found.bytes_of(Lines { first: 2, last: 3 }).unwrap();
        assert_eq!(&bytes[first as usize..end as usize], b"two\nthree\n");
    }
}

//! Names that no two things in a document share, and the name of the document itself.

use std::collections::HashSet;
use std::io::{self, Write};

/// Gives out ids made of letters, digits, `.` and `-`, each once.
#[derive(Default)]
pub(crate) struct Unique {
    given: HashSet<String>,
}

impl Unique {
    /// `wanted`, without what an id may not hold, with a number behind it where it was given out before.
    pub fn of(&mut self, wanted: &str) -> String {
        let fit = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
        let plain: String = wanted.chars().map(fit).collect();
        let mut id = plain.clone();
        let mut number = 2u64;
        while !self.given.insert(id.clone()) {
            id = format!("{plain}-{number}");
            number += 1;
        }
        id
    }
}

/// A document whose own name is made of what it says: `write` is called twice, first with a name of zeros for the hash, then
/// with the one that comes of it. The name is a version 8 UUID (RFC 9562) of BLAKE3.
pub(crate) fn write_named(
    out: &mut dyn Write,
    write: impl Fn(&str, &mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut hasher = blake3::Hasher::new();
    write("00000000-0000-0000-0000-000000000000", &mut hasher)?;
    write(&uuid(*hasher.finalize().as_bytes()), out)
}

fn uuid(hash: [u8; 32]) -> String {
    let [.., last] = hash.as_chunks::<16>().0 else { return String::new() };
    let mut bytes = *last;
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = crate::model::digest::hex(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| digits.get(range).unwrap_or_default());
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_given_once_and_has_no_odd_letters() {
        let mut ids = Unique::default();
        assert_eq!(["a b", "a/b", "a-b-2", "ü"].map(|wanted| ids.of(wanted)), ["a-b", "a-b-2", "a-b-2-2", "-"]);
    }

    #[test]
    fn a_document_is_named_by_what_it_says() {
        let named = |text: &'static str| {
            let mut out = Vec::new();
            write_named(&mut out, |name, out| write!(out, "{name} {text}")).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(named("a"), named("a"));
        assert_ne!(named("a")[..36], named("b")[..36]);
        let name = &named("a")[..36];
        assert_eq!(name.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(&name[14..15], "8");
        assert!("89ab".contains(&name[19..20]));
    }
}

//! How data gets into a page so that nothing in it is markup: JSON whose text cannot end its element, and packed chunks.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde_json::ser::Formatter;

use crate::report::layout::{unsafe_to_show, write_escaped};

/// JSON on one line in which no letter means anything to a reader of HTML or changes how others are shown.
struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        write_escaped(out, fragment, |letter| matches!(letter, '<' | '>' | '&') || unsafe_to_show(letter))
    }
}

/// `value` as JSON that may stand inside a `script` element.
pub(super) fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Inert)).map_err(io::Error::from)?;
    Ok(out)
}

/// Writes `value` as an element of its own that the page unpacks when it needs it.
pub(super) fn chunk(out: &mut dyn Write, id: &str, value: &impl Serialize) -> io::Result<()> {
    writeln!(out, "<script type=\"text/plain\" id=\"{id}\">{}</script>", base64(&packed(value)?))
}

fn packed(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::new(6));
    packer.write_all(&json(value)?)?;
    packer.finish()
}

/// Base64 of RFC 4648, padded.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |no: usize| u32::from(three.get(no).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for no in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * no)) as usize & 63];
            out.push(if no > three.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"), ("\u{ff}>", "w78+")];
        for (text, expected) in cases {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }

    #[test]
    fn no_text_ends_its_element_or_turns_its_line_round() {
        let text = "</script><!--<script>&amp;\u{2028}\u{2029}\u{202e}\"\\\0";
        let out = String::from_utf8(json(&[text]).unwrap()).unwrap();
        assert!(!out.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\u{202e}', '\0']), "{out}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&out).unwrap(), [text]);
    }

    #[test]
    fn a_chunk_is_packed_and_made_of_letters_that_mean_nothing() {
        let value = vec!["<a>"; 100];
        let mut out = Vec::new();
        chunk(&mut out, "f0", &value).unwrap();
        let out = String::from_utf8(out).unwrap();
        let inner = out.strip_prefix("<script type=\"text/plain\" id=\"f0\">").unwrap();
        let inner = inner.strip_suffix("</script>\n").unwrap();
        assert!(inner.len() < 100 && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)));
        let mut plain = String::new();
        DeflateDecoder::new(&packed(&value).unwrap()[..]).read_to_string(&mut plain).unwrap();
        assert_eq!(serde_json::from_str::<Vec<String>>(&plain).unwrap(), value);
    }
}

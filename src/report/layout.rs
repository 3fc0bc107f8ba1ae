//! Text for people: names made safe to show, widths in columns, figures in words.

use std::borrow::Cow;
use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::model::purl::{ecosystem, short_name};

/// Stands for what a shortened name leaves out.
const GAP: &str = "...";

/// `text` with everything that could steer a terminal or hide in a line written out: control characters, line ends,
/// marks of writing direction, invisible characters. A name from a scanned tree may hold any of them.
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(unsafe_to_show) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match unsafe_to_show(letter) {
            true => out.extend(letter.escape_default()),
            false => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// Whether `letter` changes how others are shown, or is itself not shown.
pub(crate) fn unsafe_to_show(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Writes a fragment of a JSON string with the letters that `escape` names as `\uNNNN`. A parser reads back the same text.
pub(crate) fn write_escaped<W: ?Sized + Write>(
    out: &mut W,
    fragment: &str,
    escape: fn(char) -> bool,
) -> io::Result<()> {
    let mut rest = fragment;
    while let Some((at, letter)) = rest.char_indices().find(|(_, letter)| escape(*letter)) {
        let (before, after) = rest.split_at(at);
        out.write_all(before.as_bytes())?;
        for unit in letter.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}")?;
        }
        rest = after.get(letter.len_utf8()..).unwrap_or_default();
    }
    out.write_all(rest.as_bytes())
}

/// Columns that `text` takes up.
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` cut in the middle to at most `columns` columns; the end, where a path says most, keeps the larger part.
pub fn shorten(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(GAP.len());
    let head = fitting(text.chars(), room / 3);
    let tail = fitting(text.chars().rev(), room - room / 3);
    let mut out: String = text.chars().take(head).collect();
    out.push_str(GAP.get(..columns.min(GAP.len())).unwrap_or(GAP));
    let letters = text.chars().count();
    out.extend(text.chars().skip(letters - tail));
    Cow::Owned(out)
}

/// How many of `letters` fit into `columns`.
fn fitting(letters: impl Iterator<Item = char>, columns: usize) -> usize {
    let mut used = 0;
    letters
        .take_while(|letter| {
            used += letter.width().unwrap_or(0);
            used <= columns
        })
        .count()
}

/// Breaks `text` at spaces into lines of at most `columns` columns. The first begins with `first`, the others with
/// `rest`; a word wider than a line is shortened.
pub fn wrap(text: &str, columns: usize, first: &str, rest: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_string();
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !empty && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::replace(&mut line, rest.to_string()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&shorten(word, columns.saturating_sub(width(&line))));
        empty = false;
    }
    lines.push(line);
    lines
}

/// `1234567` as `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `2 files`: the number with the word that goes with it.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// An amount of data: `12 bytes`, `1.5 MiB`.
pub fn bytes(amount: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if amount < 1024 {
        return counted(amount, "byte", "bytes");
    }
    let step = (amount.ilog2() / 10) as usize;
    let tenths = (u128::from(amount) * 10) >> (10 * step);
    let unit = UNITS.get(step - 1).unwrap_or(&"EiB");
    match tenths {
        ..100 => format!("{}.{} {unit}", tenths / 10, tenths % 10),
        _ => format!("{} {unit}", count((tenths / 10) as u64)),
    }
}

/// A share of 0 to 1 in percent. Only the whole is 100%, only nothing is 0%.
pub fn percent(share: f32) -> String {
    match share {
        _ if share >= 1.0 => "100%".to_string(),
        _ if share > 0.0 && share < 0.01 => "under 1%".to_string(),
        _ if share > 0.0 => format!("{}%", (share * 100.0).round().min(99.0)),
        _ => "0%".to_string(),
    }
}

/// A probability in words and figures: `very likely (91%)`. No finding is ever certain.
pub fn confidence(probability: f32) -> String {
    let words = match probability {
        _ if probability >= 0.97 => "almost certain",
        _ if probability >= 0.85 => "very likely",
        _ if probability >= 0.6 => "likely",
        _ if probability >= 0.4 => "possible",
        _ => "doubtful",
    };
    match probability {
        _ if probability > 0.99 => format!("{words} (over 99%)"),
        _ => format!("{words} ({})", percent(probability)),
    }
}

/// A purl in two: the component, and the version as it is spelt there (empty where there is none).
pub fn split_purl(purl: &str) -> (&str, &str) {
    match purl.rsplit_once('@') {
        // `pkg:npm/@scope/name` has an `@`, yet no version.
        Some((base, version)) if !version.contains('/') => (base, version),
        _ => (purl, ""),
    }
}

/// A component as people call it, safe to show: `zlib`, `@scope/name`, `madler/zlib`.
pub fn component_name(base: &str) -> String {
    let body = base.strip_prefix("pkg:").unwrap_or(base);
    let name = body.split_once('/').map_or(body, |(_, name)| name);
    let parts: Vec<String> = name.split('/').map(short_name).collect();
    safe(&parts.join("/")).into_owned()
}

/// Where a component is at home (`npm`, `github`), safe to show; empty for `generic`, which says nothing.
pub fn home(base: &str) -> String {
    match ecosystem(base) {
        "generic" => String::new(),
        other => safe(other).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_written_out() {
        assert_eq!(safe("plain é 漢字"), "plain é 漢字");
        assert!(matches!(safe("plain"), Cow::Borrowed(_)));
        assert_eq!(safe("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}");
        assert_eq!(safe("two\nlines\r\tand"), "two\\nlines\\r\\tand");
        assert_eq!(safe("a\u{202e}b\u{2066}c\u{200b}d\u{9b}e"), "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{9b}e");
    }

    #[test]
    fn long_names_lose_their_middle_and_never_exceed_their_room() {
        assert_eq!(shorten("src/a.c", 7), "src/a.c");
        assert_eq!(shorten("third_party/zlib/inflate.c", 18), "third.../inflate.c");
        let wide = "目录/".repeat(40);
        for columns in 0..60 {
            assert!(width(&shorten(&wide, columns)) <= columns, "{columns}");
            assert!(width(&shorten("abcdefgh".repeat(9).as_str(), columns)) <= columns, "{columns}");
        }
    }

    #[test]
    fn text_breaks_at_spaces() {
        assert_eq!(wrap("one two three four", 10, "- ", "  "), ["- one two", "  three", "  four"]);
        assert_eq!(wrap("a_word_too_long_for_it b", 10, "", " "), ["a_...or_it", " b"]);
        assert_eq!(wrap("", 10, "  ", "  "), ["  "]);
    }

    #[test]
    fn figures_read_well() {
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([counted(1, "file", "files"), counted(1200, "file", "files")], ["1 file", "1,200 files"]);
        let sizes = [0, 1, 1023, 1024, 1536, 10 << 10, 1_024_000, 16 << 20, u64::MAX].map(bytes);
        assert_eq!(
            sizes,
            ["0 bytes", "1 byte", "1,023 bytes", "1.0 KiB", "1.5 KiB", "10 KiB", "1,000 KiB", "16 MiB", "15 EiB"]
        );
        let shares = [0.0, 0.001, 0.93, 0.999, 1.0, -1.0, f32::NAN].map(percent);
        assert_eq!(shares, ["0%", "under 1%", "93%", "99%", "100%", "0%", "0%"]);
        assert_eq!([1.0, 0.97, 0.9].map(confidence)[..2], ["almost certain (over 99%)", "almost certain (97%)"]);
        assert_eq!([0.9, 0.7, 0.5].map(confidence), ["very likely (90%)", "likely (70%)", "possible (50%)"]);
        assert_eq!([0.1, f32::NAN].map(confidence), ["doubtful (10%)", "doubtful (0%)"]);
    }

    #[test]
    fn a_purl_reads_as_a_name() {
        assert_eq!(split_purl("pkg:npm/%40scope/name@1.0.0"), ("pkg:npm/%40scope/name", "1.0.0"));
        assert_eq!(split_purl("pkg:npm/@scope/name"), ("pkg:npm/@scope/name", ""));
        assert_eq!(component_name("pkg:npm/%40scope/name"), "@scope/name");
        assert_eq!(component_name("pkg:generic/zlib"), "zlib");
        assert_eq!(component_name("pkg:generic/a%1Bb"), "a\\u{1b}b");
        assert_eq!((home("pkg:generic/zlib"), home("pkg:npm/x")), (String::new(), "npm".to_string()));
    }
}

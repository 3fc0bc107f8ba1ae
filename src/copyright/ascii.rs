//! Letters with marks become plain ones, so that a name reads the same in whatever encoding a file spells it.

/// ASCII letters for the characters U+00C0 to U+017F, by code point.
const LATIN: [&str; 192] = [
    "A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I", "I", "D", "N", "O", "O", "O", "O", "O",
    "x", "O", "U", "U", "U", "U", "Y", "Th", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i",
    "i", "i", "i", "d", "n", "o", "o", "o", "o", "o", "/", "o", "u", "u", "u", "u", "y", "th", "y", "A", "a", "A", "a",
    "A", "a", "C", "c", "C", "c", "C", "c", "C", "c", "D", "d", "D", "d", "E", "e", "E", "e", "E", "e", "E", "e", "E",
    "e", "G", "g", "G", "g", "G", "g", "G", "g", "H", "h", "H", "h", "I", "i", "I", "i", "I", "i", "I", "i", "I", "i",
    "IJ", "ij", "J", "j", "K", "k", "k", "L", "l", "L", "l", "L", "l", "L", "l", "L", "l", "N", "n", "N", "n", "N",
    "n", "'n", "NG", "ng", "O", "o", "O", "o", "O", "o", "OE", "oe", "R", "r", "R", "r", "R", "r", "S", "s", "S", "s",
    "S", "s", "S", "s", "T", "t", "T", "t", "T", "t", "U", "u", "U", "u", "U", "u", "U", "u", "U", "u", "U", "u", "W",
    "w", "Y", "y", "Y", "Z", "z", "Z", "z", "Z", "z", "s",
];

/// Appends `c`: as it is, or by what is written for it with plain letters. Marks that combine with a letter are dropped.
pub(super) fn push(c: char, out: &mut String) {
    match c {
        '\u{0}'..='\u{7f}' => out.push(c),
        '\u{c0}'..='\u{17f}' => out.push_str(LATIN.get(c as usize - 0xc0).copied().unwrap_or_default()),
        '\u{218}' => out.push('S'),
        '\u{219}' => out.push('s'),
        '\u{21a}' => out.push('T'),
        '\u{21b}' => out.push('t'),
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{fffd}' | '\u{ad}' => {}
        '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
        '\u{2018}'
        | '\u{2019}'
        | '\u{201a}'
        | '\u{201b}'
        | '\u{201c}'..='\u{201f}'
        | '\u{2032}'
        | '\u{2033}'
        | '\u{b4}' => out.push('\''),
        '\u{ae}' => out.push_str("(R)"),
        '\u{2122}' => out.push_str("tm"),
        '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{200a}' | '\u{2020}'..='\u{2029}' | '\u{3000}' => out.push(' '),
        other => out.push(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lose_their_marks() {
        let plain = |text: &str| {
            let mut out = String::new();
            text.chars().for_each(|c| push(c, &mut out));
            out
        };
        for (input, expected) in [
            ("Jürgen Weiß", "Jurgen Weiss"),
            ("Łukasz Żółw", "Lukasz Zolw"),
            ("e\u{301}te\u{301}", "ete"),
            ("Müller–Søren", "Muller-Soren"),
            ("Ďuriš ň ř ž Ÿ", "Duris n r z Y"),
            ("株式会社", "株式会社"),
        ] {
            assert_eq!(plain(input), expected);
        }
    }
}

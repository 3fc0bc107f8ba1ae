//! On which line a key, or a string, of a text stands: parsers give values without their place. One pass a text, however many
//! are asked for.

use std::collections::HashMap;

/// The line of each key that is written without escapes, the first where it stands more than once.
pub(super) struct KeyLines<'t>(HashMap<&'t str, u32>);

impl<'t> KeyLines<'t> {
    /// Reads the keys of a text in one pass.
    pub fn of(text: &'t str) -> KeyLines<'t> {
        KeyLines::read(text, true)
    }

    /// The lines of the strings that are no keys instead.
    pub fn of_values(text: &'t str) -> KeyLines<'t> {
        KeyLines::read(text, false)
    }

    fn read(text: &'t str, keys: bool) -> KeyLines<'t> {
        let mut lines = HashMap::new();
        for (line, number) in text.lines().zip(1..) {
            let mut parts = line.split('"');
            parts.next();
            while let (Some(quoted), Some(behind)) = (parts.next(), parts.next()) {
                if behind.trim_start().starts_with(':') == keys {
                    lines.entry(quoted).or_insert(number);
                }
            }
        }
        KeyLines(lines)
    }

    /// The lines of the words of a text that is no JSON, as names of packages are written: letters, digits, `._-`.
    pub fn of_words(text: &'t str) -> KeyLines<'t> {
        let mut lines = HashMap::new();
        let between = |mark: char| !mark.is_ascii_alphanumeric() && !"._-".contains(mark);
        for (line, number) in text.lines().zip(1..) {
            line.split(between).for_each(|word| {
                lines.entry(word).or_insert(number);
            });
        }
        KeyLines(lines)
    }

    /// The lines of the keys of a TOML text: `key =`, `key.part =`, `[table.key]`.
    pub fn of_toml(text: &'t str) -> KeyLines<'t> {
        let mut lines = HashMap::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            let key = match line.strip_prefix('[') {
                Some(header) => header.trim_end_matches(']').rsplit('.').next(),
                None => line.split(['=', '.']).next().filter(|key| key.len() < line.len()),
            };
            if let Some(key) = key {
                lines.entry(key.trim().trim_matches(['"', '\''])).or_insert(number);
            }
        }
        KeyLines(lines)
    }

    /// The line of `key`, from 1; 0 where it is not known. Some writers escape slashes.
    pub fn line(&self, key: &str) -> u32 {
        self.0.get(key).or_else(|| self.0.get(key.replace('/', "\\/").as_str())).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_line_it_first_stands_on() {
        let lines = KeyLines::of("{\n  \"a\": {\"b\" : 1},\n  \"c\": \"a\",\n  \"b\": 2\n}");
        assert_eq!(["a", "b", "c", "d"].map(|key| lines.line(key)), [2, 2, 3, 0]);
    }

    #[test]
    fn words_and_keys_of_toml_have_the_line_they_first_stand_on() {
        let words = KeyLines::of_words("# a.b\n  \"a==1\",\nzope.interface>=2\n");
        assert_eq!(["a", "a.b", "zope.interface", "b"].map(|word| words.line(word)), [2, 1, 3, 0]);
        let keys = KeyLines::of_toml("[x.y]\na = 1\nb.c = true\n[target.'z'.d]\n\"e f\" = 2\nplain\n");
        assert_eq!(["y", "a", "b", "d", "e f", "plain"].map(|key| keys.line(key)), [1, 2, 3, 4, 5, 0]);
    }

    #[test]
    fn a_string_has_the_line_it_first_stands_on_as_a_value() {
        let lines = KeyLines::of_values("{\n  \"a/b\": \"x\",\n  \"c\": \"a/b\", \"d\":\n  [\"e\\/f\"]\n}");
        assert_eq!(["a/b", "x", "e/f", "c"].map(|value| lines.line(value)), [3, 2, 4, 0]);
    }
}

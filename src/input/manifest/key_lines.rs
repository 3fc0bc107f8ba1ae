//! On which line a key of a JSON text stands: parsers give values without their place.

use std::collections::HashMap;

/// The line of each key that is written without escapes, the first where it stands more than once.
pub(super) struct KeyLines<'t>(HashMap<&'t str, u32>);

impl<'t> KeyLines<'t> {
    /// Reads the keys of a text in one pass.
    pub fn of(text: &'t str) -> KeyLines<'t> {
        let mut lines = HashMap::new();
        for (line, number) in text.lines().zip(1..) {
            let mut parts = line.split('"');
            parts.next();
            while let (Some(quoted), Some(behind)) = (parts.next(), parts.next()) {
                if behind.trim_start().starts_with(':') {
                    lines.entry(quoted).or_insert(number);
                }
            }
        }
        KeyLines(lines)
    }

    /// The line of `key`, from 1; 0 where it is not known.
    pub fn line(&self, key: &str) -> u32 {
        self.0.get(key).copied().unwrap_or(0)
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
}

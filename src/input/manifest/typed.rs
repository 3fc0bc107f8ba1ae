//! Values of JSON by what they should be: one of another type is complained of, one that is not there is nothing.

use serde_json::{Map, Value};

use super::Found;
use super::key_lines::KeyLines;

/// What a table holds under a key, if anything; complains where there is no table to look in.
fn entry<'v>(value: &'v Value, key: &str, found: &mut Found) -> Option<&'v Value> {
    match value {
        Value::Object(table) => table.get(key).filter(|inner| !inner.is_null()),
        _ => {
            found.complain(0, format!("a table with `{key}` was expected: not read"));
            None
        }
    }
}

/// The table under a key.
pub(super) fn table<'v>(
    value: &'v Value,
    key: &str,
    lines: &KeyLines<'_>,
    found: &mut Found,
) -> Option<&'v Map<String, Value>> {
    match entry(value, key, found)? {
        Value::Object(table) => Some(table),
        // PHP writes an empty table as an empty list.
        Value::Array(list) if list.is_empty() => None,
        _ => {
            found.complain(lines.line(key), format!("`{key}` is no table: not read"));
            None
        }
    }
}

/// The list under a key; empty where there is none.
pub(super) fn list<'v>(value: &'v Value, key: &str, lines: &KeyLines<'_>, found: &mut Found) -> &'v [Value] {
    match entry(value, key, found) {
        None => &[],
        Some(Value::Array(list)) => list,
        Some(_) => {
            found.complain(lines.line(key), format!("`{key}` is no list: not read"));
            &[]
        }
    }
}

/// The text under a key; other types are none.
pub(super) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_type_is_complained_of_with_the_line_of_its_key() {
        let source = "{\n\"t\": {\"a\": 1},\n\"l\": [1],\n\"n\": null,\n\"e\": []}";
        let value: Value = serde_json::from_str(source).unwrap();
        let lines = KeyLines::of(source);
        let mut found = Found::default();
        assert_eq!(table(&value, "t", &lines, &mut found).map(Map::len), Some(1));
        assert_eq!(list(&value, "l", &lines, &mut found).len(), 1);
        for missing in ["n", "none"] {
            assert!(table(&value, missing, &lines, &mut found).is_none());
            assert!(list(&value, missing, &lines, &mut found).is_empty());
        }
        assert!(table(&value, "e", &lines, &mut found).is_none());
        assert!(found.complaints.is_empty(), "{:?}", found.complaints);
        assert!(table(&value, "l", &lines, &mut found).is_none());
        assert!(list(&value, "t", &lines, &mut found).is_empty());
        assert!(list(&Value::Null, "t", &lines, &mut found).is_empty());
        let expected = [(3, "`l` is no table: not read"), (2, "`t` is no list: not read")];
        let told: Vec<(u32, &str)> = found.complaints.iter().map(|(line, why)| (*line, why.as_str())).collect();
        assert_eq!(told[..2], expected);
        assert_eq!(told[2], (0, "a table with `t` was expected: not read"));
    }
}

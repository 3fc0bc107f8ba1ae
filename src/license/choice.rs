//! Licences that a text offers as a choice: "Apache License 2.0 or MIT license", "MPL 1.1/GPL 2.0".

use super::resolve::Stated;

/// Longest text between two licences of one choice, bytes.
const BETWEEN: usize = 80;

/// How two neighbouring statements hang together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    None,
    /// A comma: a choice if an "or" follows.
    Comma,
    Or,
}

/// Joins neighbouring statements that are a choice into one.
pub fn join(text: &[u8], stated: Vec<Stated>) -> Vec<Stated> {
    let links: Vec<Link> = stated.windows(2).map(|pair| link(text, &pair[0], &pair[1])).collect();
    let mut joined: Vec<Stated> = Vec::with_capacity(stated.len());
    let mut open = false;
    for (at, one) in stated.into_iter().enumerate() {
        if open && let Some(before) = joined.last_mut() {
            add(before, one);
        } else {
            joined.push(one);
        }
        // A chain of commas is a choice if it ends with an "or".
        open = links.get(at..).unwrap_or_default().iter().find(|link| **link != Link::Comma) == Some(&Link::Or);
    }
    joined
}

fn add(before: &mut Stated, one: Stated) {
    let group = |expression: &str| match expression.contains(" AND ") {
        true => format!("({expression})"),
        false => expression.to_string(),
    };
    let statement = &mut before.statement;
    let known = statement.expression.split(" OR ").any(|choice| choice == one.statement.expression);
    if !known {
        statement.expression = format!("{} OR {}", group(&statement.expression), group(&one.statement.expression));
    }
    statement.kind = statement.kind.min(one.statement.kind);
    statement.lines.last = statement.lines.last.max(one.statement.lines.last);
    statement.score = statement.score.min(one.statement.score);
    before.end = one.end;
}

fn link(text: &[u8], one: &Stated, next: &Stated) -> Link {
    let between = text.get(one.end..next.start).unwrap_or_default();
    if next.start < one.end || between.len() > BETWEEN || one.is_vague() || next.is_vague() {
        return Link::None;
    }
    // Words that may stand between a licence and the "or", and behind it.
    const FILLERS: [&[u8]; 14] = [
        b"the",
        b"a",
        b"an",
        b"at",
        b"your",
        b"option",
        b"either",
        b"under",
        b"of",
        b"terms",
        b"license",
        b"licence",
        b"licenses",
        b"version",
    ];
    let lower = between.to_ascii_lowercase();
    let mut words = lower.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let sentence_ends = lower.windows(2).any(|pair| pair[0] == b'.' && pair[1].is_ascii_whitespace());
    let mut or = false;
    let plain = words.all(|word| {
        or |= word == b"or";
        word == b"or" || FILLERS.contains(&word)
    });
    let marked = |mark: u8| lower.trim_ascii() == [mark];
    match () {
        () if sentence_ends || !plain => Link::None,
        () if or || marked(b'/') || marked(b'|') => Link::Or,
        () if marked(b',') => Link::Comma,
        () => Link::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::license::{LicenseKind, LicenseMatch};
    use crate::model::place::Lines;

    /// The expressions of a text in which each word of capitals is a licence.
    fn check(text: &str, expected: &[&str]) {
        let mut stated = Vec::new();
        let mut at = 0;
        for word in text.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
            let name = word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            if !name.is_empty() && name.chars().all(|letter| letter.is_ascii_uppercase()) {
                let statement = LicenseMatch {
                    expression: name.to_string(),
                    kind: LicenseKind::Notice,
                    lines: Lines { first: 1, last: 1 },
                    score: 1.0,
                    rule: String::new(),
                };
                stated.push(Stated { statement, start: at, end: at + name.len() });
            }
            at += word.len();
        }
        let joined = join(text.as_bytes(), stated);
        let found: Vec<&str> = joined.iter().map(|one| one.statement.expression.as_str()).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn an_or_joins_and_what_else_stands_between_does_not() {
        check("under AL or MIT", &["AL OR MIT"]);
        check("AL, MIT or the BSD license", &["AL OR MIT OR BSD"]);
        check("MPL/GPL/LGPL", &["MPL OR GPL OR LGPL"]);
        check("AL, or (at your option) MIT", &["AL OR MIT"]);
        check("AL and MIT", &["AL", "MIT"]);
        check("AL, MIT", &["AL", "MIT"]);
        check("AL. Or MIT", &["AL", "MIT"]);
        check("AL or whatever MIT", &["AL", "MIT"]);
        check("AL or AL", &["AL"]);
    }
}

//! Licences that a text offers as a choice: "Apache License 2.0 or MIT license", "MPL 1.1/GPL 2.0".

use super::resolve::Stated;
use crate::model::limits;

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
    // A chain of commas is a choice if it ends with an "or": whether it does is known from behind.
    let mut chosen = vec![false; links.len()];
    let mut ends_with_or = false;
    for (at, link) in links.iter().enumerate().rev() {
        ends_with_or = *link == Link::Or || *link == Link::Comma && ends_with_or;
        chosen[at] = ends_with_or;
    }
    let mut joined: Vec<Stated> = Vec::with_capacity(stated.len());
    let mut choices: Vec<String> = Vec::new();
    let mut open = false;
    for (at, one) in stated.into_iter().enumerate() {
        let added = choices_of(&one.statement.expression);
        let fits = choices.len() + added.len() <= limits::CHOICES;
        match joined.last_mut().filter(|_| open && fits) {
            Some(before) => add(before, one, &mut choices, added),
            None => {
                choices = added;
                joined.push(one);
            }
        }
        open = chosen.get(at) == Some(&true);
    }
    joined
}

/// The single choices of an expression; one that mixes choices and sums is taken as it is, in brackets.
fn choices_of(expression: &str) -> Vec<String> {
    match (expression.contains(" AND "), expression.contains(" OR ")) {
        (true, _) => vec![format!("({expression})")],
        (false, true) => expression.split(" OR ").map(|choice| choice.trim_matches(['(', ')']).to_string()).collect(),
        (false, false) => vec![expression.to_string()],
    }
}

fn add(before: &mut Stated, one: Stated, choices: &mut Vec<String>, added: Vec<String>) {
    for choice in added {
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    let statement = &mut before.statement;
    if choices.len() > 1 {
        statement.expression = choices.join(" OR ");
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
        check("AL or MIT or AL or MIT", &["AL OR MIT"]);
    }

    #[test]
    fn long_chains_are_joined_up_to_the_limit() {
        let name = |at: usize| {
            ["A", "B", "C", "D"].iter().cycle().skip(at / 26 % 4).take(1).copied().collect::<String>()
                + &char::from(b'A' + (at % 26) as u8).to_string()
        };
        let chain: Vec<String> = (0..limits::CHOICES + 1).map(name).collect();
        let first = chain[..limits::CHOICES].join(" OR ");
        check(&chain.join(" or "), &[&first, &chain[limits::CHOICES]]);
        check(&"AL, ".repeat(20_000), &["AL"; 20_000]);
    }
}

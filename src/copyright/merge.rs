//! One list out of many: statements that differ only in how they are written, or in their years, become one.

use std::collections::HashMap;

use crate::model::copyright::Copyright;

use super::word::{self, Kind};

/// The statements of a file or a component without repetition, each where it is met first. Two are the same if the same
/// words are left of them, in any case, once signs, years and punctuation are gone. The first one's lines and wording
/// stay; the years of all are united and stand in front: `Copyright (c) 1995-1998, 2004 Some One`.
pub fn merge<'c>(statements: impl IntoIterator<Item = &'c Copyright>) -> Vec<Copyright> {
    let mut out: Vec<Copyright> = Vec::new();
    let mut at: HashMap<String, (usize, bool)> = HashMap::new();
    for statement in statements {
        let key = key(&statement.statement);
        match at.get_mut(&key) {
            None => {
                at.insert(key, (out.len(), false));
                out.push(statement.clone());
            }
            Some((at, changed)) => {
                let Some(first) = out.get_mut(*at) else { continue };
                let before = first.years.clone();
                first.years.unite(&statement.years);
                *changed |= before != first.years;
            }
        }
    }
    for (at, changed) in at.into_values() {
        if let Some(first) = out.get_mut(at).filter(|_| changed) {
            first.statement = rewritten(first);
        }
    }
    out
}

/// What tells statements apart: their words but signs and years, in lower case, letters and digits only.
fn key(statement: &str) -> String {
    let mut key = String::with_capacity(statement.len());
    for word in rest(statement) {
        let letters = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
        let before = key.len();
        key.push(' ');
        key.extend(letters);
        if key.len() == before + 1 {
            key.pop();
        }
    }
    key
}

/// The words of a statement that are neither sign nor year.
fn rest(statement: &str) -> impl Iterator<Item = &str> {
    let dated = |word: &str| matches!(word::kind(word), Kind::Copy | Kind::Year | Kind::ShortYear | Kind::Dash);
    let present = |word: &str| word.trim_end_matches(['.', ',']).eq_ignore_ascii_case("present");
    statement.split(' ').filter(move |word| !dated(word) && !present(word))
}

fn rewritten(statement: &Copyright) -> String {
    let rest: Vec<&str> = rest(&statement.statement).collect();
    let rest = rest.join(" ");
    let rest = rest.trim_start_matches([',', ' ']);
    let mut out = format!("Copyright (c) {}", statement.years);
    if !rest.is_empty() {
        out.push(' ');
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copyright::{Scratch, find};

    fn merged(text: &str) -> Vec<String> {
        let found = find(text.as_bytes(), &[], &mut Scratch::default());
        merge(&found.statements).into_iter().map(|one| one.statement).collect()
    }

    #[test]
    fn statements_that_differ_in_years_or_punctuation_become_one() {
        for (input, expected) in [
            ("Copyright (c) 2004 Ada Byron\n\nCopyright 2004, Ada Byron.\n", vec!["Copyright (c) 2004 Ada Byron"]),
            (
                "// Copyright 2004 Ada Byron\n\n// (C) 2006-2007 Ada Byron\n\n// (c) 2005 Ada Byron\n",
                vec!["Copyright (c) 2004-2007 Ada Byron"],
            ),
            (
                "Copyright (c) 2004 Ada Byron\n\nCopyright (c) 2005 Grace Hopper\n\nCopyright (c) 2006 Ada Byron\n",
                vec!["Copyright (c) 2004, 2006 Ada Byron", "Copyright (c) 2005 Grace Hopper"],
            ),
            ("Copyright (c) Ada Byron\n\nCopyright (c) 1999 Ada Byron\n", vec!["Copyright (c) 1999 Ada Byron"]),
        ] {
            assert_eq!(merged(input), expected, "{input}");
        }
    }

    #[test]
    fn other_holders_and_other_addresses_stay_apart() {
        assert_eq!(merged("Copyright 2004 Ada Byron\n\nCopyright 2004 Ada Lovelace\n").len(), 2);
        assert_eq!(merged("(c) 2004 Ada Byron <a@b.org>\n\n(c) 2004 Ada Byron <c@d.org>\n").len(), 2);
    }
}

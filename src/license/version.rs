//! Which version of a licence a text names, and whether later ones are meant too.

use super::aside::Context;
use super::corpus::Corpus;
use super::hit::{Hit, Run};
use super::query::Query;
use super::rule::{Rule, RuleKind};

/// What a GNU licence's name without a version stands for, and how the versions of that licence begin.
pub const BARE: [(&str, &str); 4] = [
    ("GPL-1.0-or-later", "GPL-"),
    ("LGPL-2.0-or-later", "LGPL-"),
    ("AGPL-1.0-or-later", "AGPL-"),
    ("GFDL-1.1-or-later", "GFDL-"),
];
/// Bytes behind a hit in which "or any later version" may stand.
const BEHIND: usize = 100;
/// Bytes at the end of a hit in which the version's number may stand.
const NUMBER: usize = 60;

/// The expression of a hit, read on behind its end: a rule may end at the number, and the text goes on with "or newer".
pub fn with_later(context: &Context<'_>, hit: &Hit, expression: &str) -> Option<String> {
    const FAMILIES: [&str; 4] = ["GPL-", "LGPL-", "AGPL-", "GFDL-"];
    let id = expression.strip_suffix("-only")?;
    if id.contains(' ') || !FAMILIES.iter().any(|family| id.starts_with(family)) {
        return None;
    }
    let (start, end) = context.query.bytes(hit.start as usize, hit.end as usize);
    let own = context.text.get(start.max(end.saturating_sub(NUMBER))..end).unwrap_or_default();
    let number = own.iter().rposition(u8::is_ascii_digit)?;
    let from = end - own.len() + number + 1;
    let behind = context.text.get(from..context.text.len().min(end + BEHIND)).unwrap_or_default();
    let later = format!("{id}-or-later");
    (says_later(behind) && spdx::license_id(&later).is_some()).then_some(later)
}

/// Whether a text that follows a version's number goes on with "or any later version" or words like it.
fn says_later(behind: &[u8]) -> bool {
    const BEFORE: [&[u8]; 8] = [b"of", b"the", b"license", b"licence", b"gpl", b"lgpl", b"only", b"version"];
    const BETWEEN: [&[u8]; 7] = [b"at", b"your", b"option", b"any", b"a", b"the", b"opinion"];
    const LATER: [&[u8]; 9] =
        [b"later", b"newer", b"above", b"greater", b"higher", b"up", b"upwards", b"upward", b"subsequent"];
    let lower = behind.to_ascii_lowercase();
    let full_stop = lower.windows(2).position(|pair| pair[0] == b'.' && !pair[1].is_ascii_digit());
    let sentence = &lower[..full_stop.unwrap_or(lower.len())];
    let words = sentence.split(|byte| !byte.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty() && !is_leader(word) && !word.iter().all(u8::is_ascii_digit));
    let mut or = false;
    for word in words {
        match or {
            false if word == b"or" || word == b"and" => or = true,
            false if BEFORE.contains(&word) => {}
            true if LATER.contains(&word) => return true,
            true if BETWEEN.contains(&word) => {}
            _ => return false,
        }
    }
    false
}

/// Leaders of comment lines that are made of letters.
fn is_leader(word: &[u8]) -> bool {
    matches!(word, b"dnl" | b"rem" | b"c")
}

/// Whether an altered copy names another version than its rule: behind "version" the rule has one number and the text another.
pub fn differs(corpus: &Corpus, query: &Query, words: &[u16], runs: &[Run]) -> bool {
    runs.windows(2).any(|pair| {
        let (one, next) = (pair[0], pair[1]);
        let word = |at: u32| words.get(at as usize).copied();
        let text = |at: u32| query.words.get(at as usize).copied();
        let rule_end = one.rule_at + one.length;
        let before = rule_end.checked_sub(1).and_then(word);
        if !before.is_some_and(|word| corpus.is_version(word)) || rule_end >= next.rule_at {
            return false;
        }
        let text_end = one.at + one.length;
        match (word(rule_end), text(text_end).filter(|_| text_end < next.at)) {
            (Some(own), Some(other)) => corpus.is_number(own) && corpus.is_number(other) && own != other,
            _ => false,
        }
    })
}

/// Whether an altered copy of a notice for one version alone says "or later".
pub fn adds_later(corpus: &Corpus, query: &Query, rule: &Rule, runs: &[Run]) -> bool {
    let (Some(first), Some(last), Some(later)) = (runs.first(), runs.last(), corpus.later()) else { return false };
    let text = query.words.get(first.at as usize..(last.at + last.length) as usize).unwrap_or_default();
    rule.kind == RuleKind::Notice
        && corpus.expression(rule).ends_with("-only")
        && !corpus.words(rule).contains(&later)
        && text.contains(&later)
}

/// Whether an altered copy lacks the name of a licence that its rule names.
pub fn lacks_a_name(corpus: &Corpus, query: &Query, words: &[u16], runs: &[Run]) -> bool {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return false };
    let text = query.words.get(first.at as usize..(last.at + last.length) as usize).unwrap_or_default();
    corpus.names().iter().any(|name| words.contains(name) && !text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_versions_are_named_in_many_ways() {
        for text in [
            " or later",
            " or above",
            ", or newer.",
            " or (at your option) any later version",
            " of the License,\n * or any newer",
            " and up",
            ".0 or higher",
            "\ndnl or later",
        ] {
            assert!(says_later(text.as_bytes()), "{text}");
        }
        for text in ["", ". Or any later", " or the MIT license", " as published", " only", " or so they say, later"] {
            assert!(!says_later(text.as_bytes()), "{text}");
        }
    }
}

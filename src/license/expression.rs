//! Licence expressions as people write them, turned into valid SPDX expressions: letter case put right, deprecated names
//! replaced, `/` read as `OR`. The names come from the `spdx` crate's copy of the SPDX list, which also has the last word
//! on whether the outcome is valid.

use std::collections::HashMap;
use std::sync::OnceLock;

use spdx::expression::{ExprNode, Operator};
use spdx::identifiers::{EXCEPTIONS, LICENSES};
use spdx::{Expression, ParseMode};

/// What came of reading an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A valid SPDX expression in standard spelling.
    Valid(String),
    /// `NONE` or `NOASSERTION`: that nothing is stated, or nothing at all where an expression should begin.
    Nothing,
    /// No valid expression.
    Broken {
        /// What is wrong, in words.
        reason: String,
        /// Licences that are named all the same, in order, each a valid expression.
        known: Vec<String>,
        /// Whether the text ended too early: the rest may stand on the next line.
        early: bool,
    },
}

/// The parser's rules: deprecated names without a successor stand.
pub const MODE: ParseMode = ParseMode { allow_deprecated: true, ..ParseMode::STRICT };

/// Deprecated names and what the SPDX list names in their stead. The plain GNU names go by rule, see [`license`].
const SUCCESSORS: [(&str, &str); 12] = [
    ("BSD-2-Clause-FreeBSD", "BSD-2-Clause-Views"),
    ("BSD-2-Clause-NetBSD", "BSD-2-Clause"),
    ("GPL-2.0-with-autoconf-exception", "GPL-2.0-only WITH Autoconf-exception-2.0"),
    ("GPL-2.0-with-bison-exception", "GPL-2.0-only WITH Bison-exception-2.2"),
    ("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"),
    ("GPL-2.0-with-font-exception", "GPL-2.0-only WITH Font-exception-2.0"),
    ("GPL-2.0-with-GCC-exception", "GPL-2.0-only WITH GCC-exception-2.0"),
    ("GPL-3.0-with-autoconf-exception", "GPL-3.0-only WITH Autoconf-exception-3.0"),
    ("GPL-3.0-with-GCC-exception", "GPL-3.0-only WITH GCC-exception-3.1"),
    ("StandardML-NJ", "SMLNJ"),
    ("eCos-2.0", "GPL-2.0-or-later WITH eCos-exception-2.0"),
    ("wxWindows", "LGPL-2.0-or-later WITH WxWindows-exception-3.1"),
];

/// Reads the expression that `text` begins with, and as much of it as is one; says how many bytes that is.
pub fn read(text: &str) -> (Reading, usize) {
    let mut words = Words { text, at: 0 };
    let mut parser = Parser::default();
    let end = parser.run(&mut words);
    (parser.finish(end), words.at)
}

/// [`read`] for a text that must be an expression as a whole, as the licence field of a manifest.
pub fn read_all(text: &str) -> Reading {
    match read(text) {
        (Reading::Valid(_), end) if !text.get(end..).unwrap_or_default().trim().is_empty() => {
            let known = known_words(text);
            Reading::Broken { reason: "it goes on behind the expression".to_string(), known, early: false }
        }
        (reading, _) => reading,
    }
}

/// Licences that the words of `text` name.
fn known_words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !is_word(letter));
    words.filter_map(license).map(|found| found.text).collect()
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '+' | '_' | ':')
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word<'t> {
    Name(&'t str),
    And,
    Or,
    With,
    Open,
    Close,
    /// A mark between names that is no operator: `,`, `;`, `|`, `&`.
    Mark(char),
}

/// Words of a text up to the first letter that belongs to no expression.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    /// The next word and the byte behind it; nothing is taken yet.
    fn peek(&self) -> Option<(Word<'t>, usize)> {
        let rest = self.text.get(self.at..)?;
        let trimmed = rest.trim_start_matches([' ', '\t']);
        let start = self.text.len() - trimmed.len();
        let first = trimmed.chars().next()?;
        let single = |word| Some((word, start + 1));
        match first {
            '(' => single(Word::Open),
            ')' => single(Word::Close),
            ',' | ';' | '|' | '&' => single(Word::Mark(first)),
            // The `/` of `*/` and `//` ends a comment or begins one.
            '/' => {
                let after = trimmed.get(1..)?.trim_start_matches([' ', '\t']);
                let operator = after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '(');
                operator.then_some((Word::Or, start + 1))
            }
            _ => {
                let length = trimmed.find(|letter| !is_word(letter)).unwrap_or(trimmed.len());
                let name = trimmed.get(..length)?.trim_end_matches(['.', ':', '-']);
                let word = match name {
                    "" => return None,
                    _ if name.eq_ignore_ascii_case("and") => Word::And,
                    _ if name.eq_ignore_ascii_case("or") => Word::Or,
                    _ if name.eq_ignore_ascii_case("with") => Word::With,
                    _ => Word::Name(name),
                };
                Some((word, start + name.len()))
            }
        }
    }

    fn ends(&self) -> bool {
        self.text.get(self.at..).unwrap_or_default().trim().is_empty()
    }
}

/// Why reading stopped.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// The text is used up.
    Text,
    /// What follows is no part of the expression.
    Other,
}

/// Builds the expression in standard spelling from left to right.
#[derive(Default)]
struct Parser {
    out: String,
    /// Open brackets.
    depth: usize,
    /// Whether a licence stands before: an operator may follow.
    after_name: bool,
    /// Whether that licence has an exception.
    excepted: bool,
    known: Vec<String>,
    /// The first thing that is wrong.
    wrong: Option<String>,
    nothing: bool,
}

impl Parser {
    fn run(&mut self, words: &mut Words<'_>) -> End {
        while let Some((word, end)) = words.peek() {
            let goes_on = match self.after_name {
                true => self.operator(word, words, end),
                false => self.name(word),
            };
            if !goes_on {
                return End::Other;
            }
            words.at = words.at.max(end);
        }
        if words.ends() { End::Text } else { End::Other }
    }

    /// Where a licence is due.
    fn name(&mut self, word: Word<'_>) -> bool {
        match word {
            Word::Open => {
                self.depth += 1;
                self.put("(");
            }
            Word::Name(name) if is_tag(name) => return false,
            Word::Name("NONE" | "NOASSERTION") if self.out.is_empty() => {
                self.nothing = true;
                return false;
            }
            Word::Name(name) => {
                match license(name) {
                    Some(found) => {
                        self.excepted = found.excepted;
                        self.put(&found.text);
                        self.known.push(found.text);
                    }
                    None => self.wrong(format!("`{name}` is not on the SPDX list")),
                }
                self.after_name = true;
            }
            Word::Mark(_) => return false,
            Word::And | Word::Or | Word::With | Word::Close => {
                self.wrong("a licence is missing before an operator or bracket".to_string());
            }
        }
        true
    }

    /// Behind a licence. `false` where the expression ends before `word`.
    fn operator(&mut self, word: Word<'_>, words: &mut Words<'_>, end: usize) -> bool {
        match word {
            Word::And | Word::Or => {
                self.put(if word == Word::And { "AND" } else { "OR" });
                self.after_name = false;
            }
            Word::With => {
                words.at = end;
                return self.exception(words);
            }
            Word::Close if self.depth == 0 => return false,
            Word::Close => {
                self.depth -= 1;
                self.out.push(')');
                self.excepted = true;
            }
            Word::Open => return false,
            Word::Name(name) => {
                // A licence right behind another lacks an operator; any other word belongs to the text around.
                let Some(found) = license(name).filter(|_| !is_tag(name)) else { return false };
                self.wrong(format!("no operator stands before `{name}`"));
                self.known.push(found.text);
            }
            Word::Mark(mark) => {
                let behind = Words { text: words.text, at: end };
                let Some((Word::Name(name), _)) = behind.peek() else { return false };
                if license(name).is_none() {
                    return false;
                }
                self.wrong(format!("`{mark}` is no operator"));
                self.after_name = false;
            }
        }
        true
    }

    fn exception(&mut self, words: &mut Words<'_>) -> bool {
        let Some((Word::Name(name), end)) = words.peek() else {
            self.wrong("an exception is missing after WITH".to_string());
            return false;
        };
        match exception(name) {
            Some(_) if self.excepted => self.wrong(format!("`{name}` is no exception to what stands before it")),
            Some(text) => {
                self.put("WITH");
                self.put(&text);
                if let (Some(last), None) = (self.known.last_mut(), &self.wrong) {
                    *last = format!("{last} WITH {text}");
                }
                self.excepted = true;
            }
            None => self.wrong(format!("`{name}` is no exception of the SPDX list")),
        }
        words.at = end;
        true
    }

    fn put(&mut self, text: &str) {
        if !self.out.is_empty() && !self.out.ends_with('(') {
            self.out.push(' ');
        }
        self.out.push_str(text);
    }

    fn wrong(&mut self, reason: String) {
        self.wrong.get_or_insert(reason);
    }

    fn finish(mut self, end: End) -> Reading {
        if self.nothing || self.out.is_empty() && self.wrong.is_none() {
            return Reading::Nothing;
        }
        let early = self.wrong.is_none() && end == End::Text;
        if !self.after_name {
            self.wrong("it ends where a licence is due".to_string());
        } else if self.depth > 0 {
            self.wrong("a bracket is not closed".to_string());
        }
        let early = early && self.wrong.is_some();
        let known = self.known;
        match self.wrong {
            Some(reason) => Reading::Broken { reason, known, early },
            None => match Expression::parse_mode(&self.out, MODE) {
                Ok(expression) => Reading::Valid(render(&expression)),
                Err(error) => Reading::Broken { reason: error.reason.to_string(), known, early: false },
            },
        }
    }
}

/// Whether a word is the next tag's name: the expression before it has ended.
fn is_tag(name: &str) -> bool {
    name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("SPDX-"))
}

/// A licence in standard spelling.
struct Found {
    text: String,
    /// Whether an exception is part of it.
    excepted: bool,
}

impl Found {
    fn plain(text: impl Into<String>) -> Option<Found> {
        Some(Found { text: text.into(), excepted: false })
    }
}

/// The licence that a word names. A GNU name without `-only` or `-or-later` means that version only, with `+` any later.
fn license(word: &str) -> Option<Found> {
    if let Some(reference) = reference(word) {
        return Found::plain(reference);
    }
    let (name, later) = match word.strip_suffix('+') {
        Some(name) => (name, true),
        None => (word, false),
    };
    let listed = *names().licenses.get(&name.to_ascii_lowercase())?;
    if let Some((_, successor)) = SUCCESSORS.iter().find(|(old, _)| *old == listed) {
        return match (later, successor.contains(" WITH ")) {
            (true, _) => None,
            (false, excepted) => Some(Found { text: successor.to_string(), excepted }),
        };
    }
    let gnu = ["GPL-", "LGPL-", "AGPL-", "GFDL-"].iter().any(|family| listed.starts_with(family));
    if !gnu {
        return Found::plain(if later { format!("{listed}+") } else { listed.to_string() });
    }
    if later && listed.ends_with("-only") {
        return None;
    }
    let version = listed.strip_suffix("-only").or(listed.strip_suffix("-or-later")).unwrap_or(listed);
    let later = later || listed.ends_with("-or-later");
    let full = format!("{version}{}", if later { "-or-later" } else { "-only" });
    let known = names().licenses.contains_key(&full.to_ascii_lowercase());
    Found::plain(if known { full } else { listed.to_string() })
}

/// `LicenseRef-…` or `DocumentRef-…:LicenseRef-…`, its prefixes in standard spelling.
fn reference(word: &str) -> Option<String> {
    match without_prefix(word, "DocumentRef-") {
        Some(rest) => {
            let (document, license) = rest.split_once(':')?;
            let license = own_name(without_prefix(license, "LicenseRef-")?)?;
            Some(format!("DocumentRef-{}:LicenseRef-{license}", own_name(document)?))
        }
        None => Some(format!("LicenseRef-{}", own_name(without_prefix(word, "LicenseRef-")?)?)),
    }
}

fn without_prefix<'t>(word: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = word.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// A name of the user's own, as SPDX allows it.
fn own_name(name: &str) -> Option<&str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (!name.is_empty() && name.bytes().all(allowed)).then_some(name)
}

/// The exception that a word names.
fn exception(word: &str) -> Option<String> {
    if let Some(own) = without_prefix(word, "AdditionRef-") {
        return own_name(own).map(|own| format!("AdditionRef-{own}"));
    }
    names().exceptions.get(&word.to_ascii_lowercase()).map(|name| name.to_string())
}

/// The names of the SPDX list by their lower-case form.
struct Names {
    licenses: HashMap<String, &'static str>,
    exceptions: HashMap<String, &'static str>,
}

fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| Names {
        // The crate lists what stands for the lack of a licence among them.
        licenses: LICENSES
            .iter()
            .filter(|license| !matches!(license.name, "NONE" | "NOASSERTION"))
            .map(|license| (license.name.to_ascii_lowercase(), license.name))
            .collect(),
        exceptions: EXCEPTIONS.iter().map(|exception| (exception.name.to_ascii_lowercase(), exception.name)).collect(),
    })
}

/// The expression with brackets wherever `AND` meets `OR`, and nowhere else.
fn render(expression: &Expression) -> String {
    let mut parts: Vec<(String, Option<Operator>)> = Vec::new();
    for node in expression.iter() {
        match node {
            ExprNode::Req(one) => parts.push((one.req.to_string(), None)),
            ExprNode::Op(operator) => {
                let (Some(right), Some(left)) = (parts.pop(), parts.pop()) else { return expression.to_string() };
                let side = |(text, inner): (String, Option<Operator>)| match inner {
                    Some(inner) if inner != *operator => format!("({text})"),
                    _ => text,
                };
                let word = if *operator == Operator::And { "AND" } else { "OR" };
                parts.push((format!("{} {word} {}", side(left), side(right)), Some(*operator)));
            }
        }
    }
    parts.pop().map(|(text, _)| text).unwrap_or_default()
}

/// The licences and exceptions that an expression names, in order.
pub fn ids(expression: &str) -> impl Iterator<Item = &str> {
    expression.split([' ', '(', ')']).filter(|word| !["", "AND", "OR", "WITH"].contains(word))
}

/// Whether an expression names no licence that another one does not: `MIT` is a part of `MIT OR Apache-2.0`, and a text of the
/// GPL of `GPL-2.0-or-later`.
pub fn is_part(part: &str, whole: &str) -> bool {
    let all: Vec<&str> = ids(whole).collect();
    let later = |one: &str| one.strip_suffix("-only").map(|family| format!("{family}-or-later"));
    ids(part).all(|one| all.contains(&one) || later(one).is_some_and(|later| all.contains(&later.as_str())))
}

/// The licences that an expression names, without what tells `-only` from `-or-later` apart: for comparing what two versions
/// of a file state.
pub fn families(expression: &str) -> Vec<String> {
    let family = |word: &str| {
        let short = word.strip_suffix('+').or(word.strip_suffix("-only")).or(word.strip_suffix("-or-later"));
        short.unwrap_or(word).to_string()
    };
    ids(expression).filter(|word| !names().exceptions.contains_key(&word.to_ascii_lowercase())).map(family).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(read(text).0, Reading::Valid(expected.to_string()), "{text}");
        assert!(Expression::parse_mode(expected, MODE).is_ok(), "{expected}");
    }

    fn broken(text: &str, word: &str, expected: &[&str]) {
        match read(text).0 {
            Reading::Broken { reason, known, .. } => {
                assert!(reason.contains(word), "{text}: {reason}");
                assert_eq!(known, expected, "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_choice_holds_its_parts() {
        for (part, whole) in
            [("MIT", "MIT OR Apache-2.0"), ("GPL-2.0-only", "GPL-2.0-or-later"), ("MIT AND ISC", "ISC OR MIT")]
        {
            assert!(is_part(part, whole), "{part} {whole}");
        }
        for (part, whole) in
            [("GPL-2.0-or-later", "GPL-2.0-only"), ("MIT", "ISC"), ("GPL-2.0-only WITH x", "GPL-2.0-only")]
        {
            assert!(!is_part(part, whole), "{part} {whole}");
        }
    }

    #[test]
    fn names_come_out_as_the_list_spells_them() {
        check("mit", "MIT");
        check("apache-2.0", "Apache-2.0");
        check("Apache-2.0+", "Apache-2.0+");
        check("GPL-2.0", "GPL-2.0-only");
        check("gpl-2.0+", "GPL-2.0-or-later");
        check("GPL-2.0-only", "GPL-2.0-only");
        check("LGPL-2.1-or-later", "LGPL-2.1-or-later");
        check("GFDL-1.3", "GFDL-1.3-only");
        check("AGPL-3.0+", "AGPL-3.0-or-later");
        check("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0");
        check("gpl-2.0+ with Classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0");
        check("LicenseRef-Acme-1", "LicenseRef-Acme-1");
        check("documentref-a.b:licenseref-c", "DocumentRef-a.b:LicenseRef-c");
        check("MIT WITH AdditionRef-x", "MIT WITH AdditionRef-x");
        check("Net-SNMP", "Net-SNMP");
    }

    #[test]
    fn every_name_of_the_list_is_read_and_every_successor_is_valid() {
        for name in LICENSES.iter().map(|license| license.name).filter(|name| !["NONE", "NOASSERTION"].contains(name)) {
            let Reading::Valid(text) = read(name).0 else { panic!("{name}") };
            assert_eq!(read(&text).0, Reading::Valid(text.clone()), "{name}");
        }
        for (old, new) in SUCCESSORS {
            assert!(LICENSES.iter().any(|license| license.name == old), "{old}");
            check(old, new);
        }
    }

    #[test]
    fn operators_and_brackets_are_put_in_order() {
        check("(GPL-2.0+ OR MIT)", "GPL-2.0-or-later OR MIT");
        check("MIT/Apache-2.0", "MIT OR Apache-2.0");
        check("MIT / (ISC)", "MIT OR ISC");
        check("MIT and ISC or Zlib", "(MIT AND ISC) OR Zlib");
        check("MIT AND (ISC OR (Zlib))", "MIT AND (ISC OR Zlib)");
        check("MIT AND ISC AND Zlib", "MIT AND ISC AND Zlib");
        check("((GPL-2.0 WITH Linux-syscall-note) OR MIT)", "GPL-2.0-only WITH Linux-syscall-note OR MIT");
    }

    #[test]
    fn an_expression_ends_where_the_text_around_begins() {
        for (text, expected, rest) in [
            ("MIT */", "MIT", " */"),
            ("MIT -->", "MIT", " -->"),
            ("MIT-->", "MIT", "-->"),
            ("MIT #}", "MIT", " #}"),
            ("MIT\"", "MIT", "\""),
            ("MIT', x)", "MIT", "', x)"),
            ("MIT.", "MIT", "."),
            ("MIT // more", "MIT", " // more"),
            ("MIT license of old", "MIT", " license of old"),
            ("GPL-2.0 (see COPYING)", "GPL-2.0-only", " (see COPYING)"),
            ("MIT SPDX-License-Identifier: ISC", "MIT", " SPDX-License-Identifier: ISC"),
            ("MIT) and so on", "MIT", ") and so on"),
            ("MIT, see there", "MIT", ", see there"),
        ] {
            let (reading, end) = read(text);
            assert_eq!((reading, &text[end..]), (Reading::Valid(expected.into()), rest), "{text}");
        }
    }

    #[test]
    fn what_is_broken_says_why_and_keeps_what_is_known() {
        broken("MIT OR Foo-1.0", "`Foo-1.0`", &["MIT"]);
        broken("Foo OR MIT", "`Foo`", &["MIT"]);
        broken("GPL-2.0+ BSD-2-Clause", "no operator", &["GPL-2.0-or-later", "BSD-2-Clause"]);
        broken("MIT, Apache-2.0", "`,` is no operator", &["MIT", "Apache-2.0"]);
        broken("MIT | ISC", "`|`", &["MIT", "ISC"]);
        broken("(MIT OR ISC", "bracket", &["MIT", "ISC"]);
        broken("MIT OR", "ends where", &["MIT"]);
        broken("MIT OR OR ISC", "missing before", &["MIT", "ISC"]);
        broken("GPL-2.0 WITH linking-permission", "`linking-permission` is no exception", &["GPL-2.0-only"]);
        broken("GPL-2.0 WITH", "missing after WITH", &["GPL-2.0-only"]);
        broken(
            "GPL-2.0-with-font-exception WITH LLVM-exception",
            "no exception to",
            &["GPL-2.0-only WITH Font-exception-2.0"],
        );
        broken("(MIT) WITH LLVM-exception", "no exception to", &["MIT"]);
        broken("LicenseRef-a_b", "`LicenseRef-a_b`", &[]);
        broken("DocumentRef-a AND MIT", "`DocumentRef-a`", &["MIT"]);
        broken("LicenseRef-a+", "not on the SPDX list", &[]);
    }

    #[test]
    fn only_an_end_of_the_text_may_go_on_in_the_next_line() {
        let early = |text: &str| matches!(read(text).0, Reading::Broken { early: true, .. });
        assert!(early("(MIT OR") && early("MIT AND") && early("(MIT"));
        assert!(!early("(MIT */") && !early("Foo AND") && !early("MIT"));
    }

    #[test]
    fn families_are_licences_whatever_the_version_clause() {
        let expression = "(GPL-2.0-or-later WITH Classpath-exception-2.0 OR Apache-2.0+) AND MIT AND LGPL-2.1-only";
        assert_eq!(families(expression), ["GPL-2.0", "Apache-2.0", "MIT", "LGPL-2.1"]);
        assert!(families("").is_empty());
    }

    #[test]
    fn nothing_is_said_by_words_that_mean_it() {
        for text in ["", "  ", "NONE", "NOASSERTION", "*/", "\"", "\u{e9}"] {
            assert_eq!(read(text).0, Reading::Nothing, "{text}");
        }
    }

    #[test]
    fn a_field_must_be_an_expression_from_end_to_end() {
        assert_eq!(read_all("MIT OR ISC "), Reading::Valid("MIT OR ISC".into()));
        let Reading::Broken { known, .. } = read_all("MIT license, or ISC") else { panic!() };
        assert_eq!(known, ["MIT", "ISC"]);
    }
}

//! Words of program text: names of things, calls, paths and runs of marks, which no statement holds.

use super::shape::{all, humps, lower, upper};

/// Names of code, paths, calls and option lists.
pub(super) fn is_code(word: &str) -> bool {
    let bare = word.trim_end_matches(['.', ',']);
    if humps(word, lower).is_some_and(|count| count >= 3) {
        return true;
    }
    if word.matches('-').count() >= 3
        && all(word, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        && !word.contains("--")
    {
        return true;
    }
    if is_path(word) || is_hex(word) || is_call(word) || is_numbered(word) {
        return true;
    }
    if is_camel(bare) || is_keyword(word) || is_humped(word) {
        return true;
    }
    let many = bare.ends_with("(s)") && word.starts_with(|c: char| c.is_ascii_lowercase());
    if many || bare.ends_with("Servlet") {
        return true;
    }
    let member = word.rsplit(['.', ':']).next().filter(|tail| tail.len() < word.len());
    member.is_some_and(|tail| {
        matches!(tail, "value" | "ref" | "key" | "case" | "type" | "typeof" | "props" | "state" | "error" | "null")
    })
}

/// `processingInfo`, `AbcDefGhiJK12`, `ZoY`, `FirstName`
fn is_humped(word: &str) -> bool {
    let at = word.find(|c: char| c.is_ascii_uppercase()).unwrap_or(word.len());
    let (head, tail) = word.split_at(at);
    let tail = tail.get(1..).unwrap_or_default();
    let pair = |part: &str| (3..=10).contains(&part.len()) && all(part, lower);
    let stem = word.trim_end_matches(',').trim_end_matches(|c: char| c.is_ascii_digit());
    let humped = stem.trim_end_matches(|c: char| c.is_ascii_uppercase());
    let shouted = humped.len() < stem.len() && humps(humped, lower).is_some_and(|count| count >= 3);
    let short = matches!(word.as_bytes(), &[a, b, c] if upper(a) && lower(b) && upper(c)) && word != "PaX";
    let field = word.split_once("Name").is_some_and(|(first, _)| first.len() >= 2 && humps(first, lower) == Some(1));
    pair(head) && pair(tail) || shouted || short || field
}

/// `locationNameEntities`: two runs of small letters, at least, each before a capital.
fn is_camel(word: &str) -> bool {
    let mut rest = word;
    let mut runs = 0;
    while let Some(at) = rest.find(|c: char| !c.is_ascii_lowercase()) {
        if at < 2 || !rest.get(at..).is_some_and(|tail| tail.starts_with(|c: char| c.is_ascii_uppercase())) {
            return false;
        }
        runs += 1;
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    runs >= 2 && !rest.is_empty()
}

/// Words of programming languages with a mark in front or behind: `return;`, `{catch`.
fn is_keyword(word: &str) -> bool {
    const BEHIND: [&str; 20] = [
        "if", "elsif", "elif", "self", "catch", "this", "else", "switch", "type", "typeof", "case", "pos", "break",
        "none", "null", "var", "return", "def", "function", "method",
    ];
    const AROUND: [&str; 7] = ["null", "function", "try", "catch", "except", "throw", "typeof"];
    let mut chars = word.chars();
    chars.next_back();
    let head = chars.as_str();
    let inner = word.get(1..).unwrap_or_default();
    BEHIND.contains(&head)
        || AROUND.contains(&head)
        || AROUND.contains(&inner)
        || head.get(1..).is_some_and(|inner| AROUND.contains(&inner))
}

/// `a/b/c`, but no address with a scheme.
fn is_path(word: &str) -> bool {
    let slash = |c: char| c == '/' || c == '\\';
    let mut parts = word.splitn(3, slash);
    let (first, second, third) = (parts.next(), parts.next(), parts.next());
    first.is_some_and(|part| !part.is_empty()) && second.is_some_and(|part| !part.is_empty()) && third.is_some()
}

fn is_hex(word: &str) -> bool {
    let digits = word.strip_prefix("0x").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()));
    digits
        || (word.len() == 7
            && all(word, |b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            && word.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// `(1)`, `name()`, `for(var`, `f(a,b)`, or two pairs of parentheses.
fn is_call(word: &str) -> bool {
    let inner = word.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or_default();
    let digit = inner.len() == 1 && all(inner, |b| b.is_ascii_digit());
    if digit || matches!(inner, "a" | "b" | "d" | "e" | "f" | "g" | "h" | "i" | "ii" | "iii") {
        return true;
    }
    let Some(open) = word.find('(') else { return false };
    let Some(close) = word.find(')') else {
        let (head, tail) = word.split_at(open);
        let tail = tail.get(1..).unwrap_or_default().trim_end_matches(['.', ',']);
        return all(head, |b| b.is_ascii_alphabetic()) && all(tail, |b| b.is_ascii_alphabetic());
    };
    if close < open {
        return false;
    }
    let rest = word.get(close + 1..).unwrap_or_default();
    if rest.split_once('(').is_some_and(|(_, tail)| tail.contains(')')) {
        return true;
    }
    let head = word.get(..open).unwrap_or_default();
    let inner = word.get(open + 1..close).unwrap_or_default();
    let named = all(head, |b| b.is_ascii_alphabetic());
    let called = named && inner.is_empty() && rest.is_empty();
    let short = (2..=6).contains(&head.len())
        && all(head, |b| b.is_ascii_alphanumeric() || b == b'_')
        && (1..=6).contains(&inner.len())
        && all(inner, |b| lower(b) || b == b',');
    called
        || short
        || (named && inner.is_empty() && all(rest.trim_end_matches(['.', ',']), |b| b.is_ascii_alphabetic()))
}

/// `Es6ToEs3Class`: a capital, then digits in two places, then letters.
fn is_numbered(word: &str) -> bool {
    let bare = word.trim_end_matches(['.', ',']);
    if !bare.starts_with(|c: char| c.is_ascii_uppercase()) || !all(bare, |b| b.is_ascii_alphanumeric()) {
        return false;
    }
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    digits >= 2 && bare.ends_with(|c: char| c.is_ascii_alphabetic())
}

/// Snake case, runs of punctuation, short letters broken up by punctuation.
pub(super) fn is_noise(word: &str) -> bool {
    if word.contains('_') || matches!(word, "=>" | "->" | "<-" | "<=") {
        return true;
    }
    if word.len() >= 3 && all(word, |b| b == b'-') {
        return true;
    }
    if word.len() >= 3 && all(word, |b| b.is_ascii_punctuation() && !matches!(b, b'_' | b'?' | b'-' | b'(' | b')')) {
        return true;
    }
    let mut groups = 0;
    let mut run = 0;
    let mut in_mark = false;
    for byte in word.bytes() {
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() {
            if in_mark {
                groups += usize::from(run > 0);
                run = 0;
                in_mark = false;
            }
            run += 1;
            if run > 3 {
                return false;
            }
        } else if b".,:;\"()!\\=%&@#".contains(&byte) {
            in_mark = true;
        } else {
            return false;
        }
    }
    groups + usize::from(in_mark && run > 0) >= 3
}

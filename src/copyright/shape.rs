//! What kind a word is by its letters alone, for words that no list knows.

use super::code::{is_code, is_noise};
use super::word::Kind;
use super::year;

/// The kind of a word by its shape; [`Kind::Plain`] where it has none.
pub(super) fn kind(word: &str) -> Kind {
    let first = word.bytes().next().unwrap_or_default();
    if is_code(word) {
        return Kind::Junk;
    }
    if word.ends_with("ing") && word.bytes().all(|b| b.is_ascii_lowercase()) {
        return Kind::Plain;
    }
    // `My`, `We`: two letters that begin few names; `B3`.
    if word.len() == 2
        && b"BEFHJMNPQRTUVW".contains(&first)
        && word.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase)
    {
        return Kind::Plain;
    }
    if word.len() == 2 && first.is_ascii_uppercase() && word.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        return Kind::Plain;
    }
    if word.len() > 4 && word.ends_with(",Inc.") {
        return Kind::Company;
    }
    if let Some(kind) = year::kind(word) {
        return kind;
    }
    if let Some(kind) = name(word) {
        return kind;
    }
    if let Some(kind) = address(word) {
        return kind;
    }
    if matches!(word, "(" | ")") {
        return Kind::Paren;
    }
    if is_noise(word) { Kind::Junk } else { Kind::Plain }
}

pub(super) fn all(word: &str, test: impl Fn(u8) -> bool) -> bool {
    !word.is_empty() && word.bytes().all(test)
}

pub(super) fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase()
}

pub(super) fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase()
}

/// How many humps `AbcDef` has, if it is made of humps alone; `tail` are the bytes a hump has behind its capital.
pub(super) fn humps(word: &str, tail: impl Fn(u8) -> bool) -> Option<usize> {
    let mut count = 0;
    let mut rest = word;
    while !rest.is_empty() {
        let after = rest.strip_prefix(|c: char| c.is_ascii_uppercase())?;
        let next = after.trim_start_matches(|c: char| u8::try_from(c).is_ok_and(&tail));
        if next.len() == after.len() {
            return None;
        }
        count += 1;
        rest = next;
    }
    Some(count)
}

/// Names by capitals: title case, initials, all capitals, with hyphens or an apostrophe.
fn name(word: &str) -> Option<Kind> {
    let bare = word.strip_suffix(['.', ',']).unwrap_or(word);
    if is_wrapped_title(word) || is_joined(bare) {
        return Some(Kind::Noun);
    }
    // Initials with dots: up to three make a name, more a word of their own.
    let pairs = word.as_bytes().chunks(2).all(|pair| matches!(pair, [a, b'.'] if upper(*a)));
    if pairs && !word.is_empty() {
        return Some(if word.len() <= 6 { Kind::Noun } else { Kind::Initials });
    }
    let title = |b: u8| lower(b) || b.is_ascii_digit();
    let stem = bare.strip_suffix('.').unwrap_or(bare);
    if humps(bare, title).or_else(|| humps(stem, title)).is_some_and(|count| count <= 2) {
        return Some(Kind::Noun);
    }
    if word.strip_suffix("'s").is_some_and(is_title) {
        return Some(Kind::Noun);
    }
    if word.ends_with('.') && all(word, |b| upper(b) || b == b'.') && !word.starts_with('.') && !word.contains("..") {
        return Some(Kind::Initials);
    }
    if is_dotted(bare) { Some(Kind::Noun) } else { capitals(word) }
}

/// `Stockholm)`, `(Royal`
fn is_wrapped_title(word: &str) -> bool {
    let long = |inner: &&str| inner.len() >= 4 && is_title(inner);
    let closed = word.trim_end_matches('.').strip_suffix(')').filter(long);
    closed.or_else(|| word.strip_prefix('(').filter(long)).is_some()
}

/// `LCS/Telegraphics`, `Jean-Claude`, `G-Truc`
fn is_joined(word: &str) -> bool {
    let letters = |part: &str| all(part, |b| b.is_ascii_alphabetic());
    let big = |part: &str| part.starts_with(|c: char| c.is_ascii_uppercase());
    if let Some((head, tail)) = word.split_once('/')
        && head.len() >= 2
        && big(head)
        && letters(head)
        && is_title(tail)
    {
        return true;
    }
    let Some((head, tail)) = word.split_once('-') else { return false };
    match head.len() {
        1 => big(head) && big(tail) && tail.len() >= 3,
        _ => big(head) && letters(head) && letters(tail),
    }
}

/// `J.Smith`, `D'Arcy`, `Ts'o`, `d'Itri`
fn is_dotted(word: &str) -> bool {
    if word.split_once('.').is_some_and(|(head, tail)| all(head, upper) && is_title(tail)) {
        return true;
    }
    let Some((head, tail)) = word.split_once('\'') else { return false };
    let short = head.len() == 1 && all(head, |b| b.is_ascii_alphabetic()) || head.len() == 2 && is_title(head);
    short && all(tail.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(tail), lower)
}

/// Words in capitals and digits; but `ABC1234` is the name of a thing.
fn capitals(word: &str) -> Option<Kind> {
    let big = |b: u8| upper(b) || b.is_ascii_digit();
    let bare = word.strip_suffix(',').unwrap_or(word);
    let letters = bare.bytes().take_while(|b| upper(*b)).count();
    let digits = bare.get(letters..).unwrap_or_default();
    if (3..=4).contains(&letters) && digits.len() == 4 && all(digits, |b| b.is_ascii_digit()) {
        return Some(Kind::Plain);
    }
    let inner = word.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let wrapped = inner.is_some_and(|inner| inner.len() >= 2 && all(inner, big));
    let quoted = word.strip_suffix('\'').is_some_and(|head| head.len() >= 2 && all(head, upper));
    (all(bare, big) || wrapped || quoted).then_some(Kind::Caps)
}

/// One capital, then small letters.
fn is_title(word: &str) -> bool {
    humps(word, lower) == Some(1)
}

/// Addresses of mail and web.
fn address(word: &str) -> Option<Kind> {
    let inner = word.trim_end_matches(['.', ',', ')', '>']).trim_start_matches(['<', '(']);
    let inner = inner.strip_prefix("mailto:").unwrap_or(inner);
    let lower_case = inner.to_ascii_lowercase();
    if ["http://", "https://", "ftp://", "sftp://", "ftps://", "www.", "ftp."]
        .iter()
        .any(|start| lower_case.starts_with(start))
    {
        return Some(Kind::Url);
    }
    if word.trim_end_matches('.').ends_with(".sh") {
        return Some(Kind::Junk);
    }
    if word.ends_with(".java") {
        return Some(Kind::Plain);
    }
    // `Name(name@host.org)`
    let head = inner.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let wrapped = head.strip_prefix(['(', '<']).is_some_and(is_mail);
    if wrapped || is_mail(inner) {
        return Some(Kind::Mail);
    }
    // `<name_AT_host_DOT_org>`
    let wrapped = word.starts_with(['<', '(']) && word.ends_with(['>', ')', '/']);
    if wrapped
        && all(inner, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'+'))
        && (lower_case.contains("_at_") || lower_case.contains("at") && lower_case.contains("dot"))
    {
        return Some(Kind::Mail);
    }
    if word.starts_with('<')
        && !word.ends_with('>')
        && inner.len() >= 4
        && word.len() == inner.len() + 1
        && all(inner, |b| b.is_ascii_alphabetic() || b == b'.')
        && inner.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        return Some(Kind::MailStart);
    }
    if word.ends_with('>')
        && (2..=5).contains(&inner.len())
        && all(inner, |b| b.is_ascii_alphabetic() || b == b'.')
        && !word.starts_with('<')
    {
        return Some(Kind::MailEnd);
    }
    if is_host(inner) {
        return Some(if word.starts_with(['<', '(']) { Kind::Url } else { Kind::Host });
    }
    None
}

fn is_mail(word: &str) -> bool {
    let Some((name, host)) = word.split_once('@') else { return false };
    let Some((domain, last)) = host.rsplit_once('.') else { return false };
    let mark = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'_' | b'-' | b'.' | b'%');
    all(name, mark) && all(domain, mark) && (2..=5).contains(&last.len()) && all(last, |b| b.is_ascii_alphabetic())
}

/// Last labels of host names that are told without a scheme.
const HOST_ENDS: [&str; 19] = [
    "com", "net", "org", "us", "mil", "io", "edu", "eu", "ch", "fr", "de", "be", "se", "nl", "au", "biz", "sy", "dev",
    "jp",
];

fn is_host(word: &str) -> bool {
    let Some((domain, last)) = word.rsplit_once('.') else { return false };
    let mark = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let country = domain.ends_with(".co") && last.len() == 2;
    all(domain, mark) && (country || HOST_ENDS.contains(&last.to_ascii_lowercase().as_str()))
}

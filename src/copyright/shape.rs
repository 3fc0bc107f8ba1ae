//! What kind a word is by its letters alone, for words that no list knows.

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

fn all(word: &str, test: impl Fn(u8) -> bool) -> bool {
    !word.is_empty() && word.bytes().all(test)
}

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase()
}

fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase()
}

/// How many humps `AbcDef` has, if it is made of humps alone; `tail` are the bytes a hump has behind its capital.
fn humps(word: &str, tail: impl Fn(u8) -> bool) -> Option<usize> {
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

/// Names of code, paths, calls and option lists.
fn is_code(word: &str) -> bool {
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
    // `processingInfo`
    if let Some(at) = word.find(|c: char| c.is_ascii_uppercase()) {
        let (head, tail) = word.split_at(at);
        let tail = tail.get(1..).unwrap_or_default();
        if (3..=10).contains(&head.len()) && (3..=10).contains(&tail.len()) && all(head, lower) && all(tail, lower) {
            return true;
        }
    }
    if is_camel(bare) || is_keyword(word) {
        return true;
    }
    // `AbcDefGhiJK12`: humps and capitals behind them.
    let stem = word.trim_end_matches(',').trim_end_matches(|c: char| c.is_ascii_digit());
    let humped = stem.trim_end_matches(|c: char| c.is_ascii_uppercase());
    if humped.len() < stem.len() && humps(humped, lower).is_some_and(|count| count >= 3) {
        return true;
    }
    // `ZoY`
    if let &[a, b, c] = word.as_bytes() {
        if upper(a) && lower(b) && upper(c) && word != "PaX" {
            return true;
        }
    }
    if bare.ends_with("Servlet") || (bare.ends_with("(s)") && word.starts_with(|c: char| c.is_ascii_lowercase())) {
        return true;
    }
    // `FirstName`
    if let Some((head, _)) = word.split_once("Name") {
        if head.len() >= 2 && humps(head, lower) == Some(1) {
            return true;
        }
    }
    let member = word.rsplit(['.', ':']).next().filter(|tail| tail.len() < word.len());
    member.is_some_and(|tail| {
        matches!(tail, "value" | "ref" | "key" | "case" | "type" | "typeof" | "props" | "state" | "error" | "null")
    })
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
    if let Some(inner) = word.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        if matches!(inner, "a" | "b" | "d" | "e" | "f" | "g" | "h" | "i" | "ii" | "iii")
            || (inner.len() == 1 && inner.bytes().all(|b| b.is_ascii_digit()))
        {
            return true;
        }
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

/// Names by capitals: title case, initials, all capitals, with hyphens or an apostrophe.
fn name(word: &str) -> Option<Kind> {
    let bare = word.strip_suffix(['.', ',']).unwrap_or(word);
    let stop = word.trim_end_matches('.');
    // `Stockholm)`, `(Royal`
    let closed = stop.strip_suffix(')').filter(|inner| inner.len() >= 4 && is_title(inner));
    let opened = word.strip_prefix('(').filter(|inner| inner.len() >= 4 && is_title(inner));
    if closed.is_some() || opened.is_some() {
        return Some(Kind::Noun);
    }
    if let Some((head, tail)) = bare.split_once('/') {
        let big = head.len() >= 2
            && head.starts_with(|c: char| c.is_ascii_uppercase())
            && all(head, |b| b.is_ascii_alphabetic());
        if big && is_title(tail) {
            return Some(Kind::Noun);
        }
    }
    if let Some((head, tail)) = bare.split_once('-') {
        let begins = head.starts_with(|c: char| c.is_ascii_uppercase());
        if begins && head.len() >= 2 && all(head, |b| b.is_ascii_alphabetic()) && all(tail, |b| b.is_ascii_alphabetic())
        {
            return Some(Kind::Noun);
        }
        if head.len() == 1 && begins && tail.len() >= 3 && tail.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Some(Kind::Noun);
        }
    }
    // Initials with dots: up to three make a name, more a word of their own.
    if word.len() >= 2
        && word.len().is_multiple_of(2)
        && word.as_bytes().chunks(2).all(|pair| matches!(pair, [a, b'.'] if upper(*a)))
    {
        return Some(if word.len() <= 6 { Kind::Noun } else { Kind::Initials });
    }
    let title = |b: u8| lower(b) || b.is_ascii_digit();
    if humps(bare, title)
        .or_else(|| humps(bare.strip_suffix('.').unwrap_or(bare), title))
        .is_some_and(|count| count <= 2)
    {
        return Some(Kind::Noun);
    }
    if let Some(owner) = word.strip_suffix("'s") {
        if is_title(owner) {
            return Some(Kind::Noun);
        }
    }
    if word.ends_with('.') && all(word, |b| upper(b) || b == b'.') && !word.starts_with('.') && !word.contains("..") {
        return Some(Kind::Initials);
    }
    // `J.Smith`
    if let Some((head, tail)) = bare.split_once('.') {
        if all(head, upper) && is_title(tail) {
            return Some(Kind::Noun);
        }
    }
    // `D'Arcy`, `Ts'o`, `d'Itri`
    if let Some((head, tail)) = bare.split_once('\'') {
        let short = head.len() == 1 && all(head, |b| b.is_ascii_alphabetic()) || head.len() == 2 && is_title(head);
        let rest = tail.strip_prefix(|c: char| c.is_ascii_uppercase()).unwrap_or(tail);
        if short && all(rest, lower) {
            return Some(Kind::Noun);
        }
    }
    let caps = word.strip_suffix(',').unwrap_or(word);
    let letters = caps.bytes().take_while(|b| upper(*b)).count();
    if (3..=4).contains(&letters)
        && caps.len() == letters + 4
        && all(caps.get(letters..).unwrap_or_default(), |b| b.is_ascii_digit())
    {
        return Some(Kind::Plain);
    }
    if all(caps, |b| upper(b) || b.is_ascii_digit()) {
        return Some(Kind::Caps);
    }
    let inner = word.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    if inner.is_some_and(|inner| inner.len() >= 2 && all(inner, |b| upper(b) || b.is_ascii_digit())) {
        return Some(Kind::Caps);
    }
    word.strip_suffix('\'').filter(|head| head.len() >= 2 && all(head, upper)).map(|_| Kind::Caps)
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

/// Snake case, runs of punctuation, short letters broken up by punctuation.
fn is_noise(word: &str) -> bool {
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

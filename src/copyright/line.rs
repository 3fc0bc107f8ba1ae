//! Takes a line of a file down to the words of a notice: comment leaders, boxes, entities, escapes, printf and troff
//! codes and markup go; every way to write the sign becomes `(c)`.

use super::ascii;
use super::markup;

/// How a copyright sign is spelled, in lower case, the longer spelling before its beginning.
const SIGNS: [&str; 13] = [
    "&copy;", "&copy", "&#169;", "&#xa9;", "|copy|", "\\u00a9", "u00a9", "\\xa9", "\\a9", "<a9>", "xa9;", "\\(co",
    "\\251",
];
/// Entities and what they stand for, in lower case.
const ENTITIES: [(&str, &str); 21] = [
    ("&quot;", "'"),
    ("&#34;", "'"),
    ("&amp;", "&"),
    ("&#38;", "&"),
    ("&gt;", ">"),
    ("&gt", ">"),
    ("&#62;", ">"),
    ("&lt;", "<"),
    ("&lt", "<"),
    ("&#60;", "<"),
    ("&ensp;", " "),
    ("&emsp;", " "),
    ("&thinsp;", " "),
    ("&nbsp;", " "),
    ("&#160;", " "),
    ("&#13;", " "),
    ("&#10;", " "),
    ("&ndash;", "-"),
    ("&mdash;", "-"),
    ("&apos;", "'"),
    ("&#39;", "'"),
];
/// Words that begin a comment, with the blank behind them.
const LEADERS: [&str; 4] = ["rem ", "@rem ", "dnl ", ".\\\" "];

/// Buffers of [`clean`].
#[derive(Default)]
pub(super) struct Buffers {
    first: String,
    second: String,
}

/// Appends the cleaned `line` to `out`: words with single blanks between them, nothing at the ends.
pub(super) fn clean(line: &[u8], buffers: &mut Buffers, out: &mut String) {
    let Buffers { first, second } = buffers;
    first.clear();
    decode(line, first);
    second.clear();
    plain(first, second);
    first.clear();
    markup::strip(second, first);
    blanks(first, out);
}

/// UTF-8 where it is, else the Latin-1 meaning of each byte; letters lose their marks.
fn decode(line: &[u8], out: &mut String) {
    let mut put = |c: char| match c {
        '©' => out.push_str(" (c) "),
        other => ascii::push(other, out),
    };
    for chunk in line.utf8_chunks() {
        chunk.valid().chars().for_each(&mut put);
        chunk.invalid().iter().for_each(|byte| put(char::from(*byte)));
    }
}

fn starts(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// Signs, entities, escapes and comment marks by what they mean.
fn plain(line: &str, out: &mut String) {
    let mut rest = line.trim_start();
    if let Some(leader) = LEADERS.iter().find(|leader| rest.starts_with(**leader)) {
        rest = rest.get(leader.len()..).unwrap_or_default();
    }
    let is_leader = |c: char| c.is_whitespace() || matches!(c, '\\' | '/' | '*' | '#' | '%' | ';');
    rest = rest.trim_matches(is_leader);
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '<' => gap(rest, out).or_else(|| sign(rest, out)),
            'u' if prefixes_literal(rest, out) => Some(1),
            '&' | '\\' | '|' | 'u' | 'x' | 'X' => sign(rest, out).or_else(|| escape(c, rest, out)),
            '(' => parenthesis(rest, out),
            'y' if starts(rest, "year>") => {
                out.push(' ');
                Some(5)
            }
            '%' | '#' => code(rest, out),
            _ => None,
        };
        let taken = taken.unwrap_or_else(|| {
            letter(c, rest, out);
            c.len_utf8()
        });
        rest = rest.get(taken..).unwrap_or_default();
    }
}

fn letter(c: char, rest: &str, out: &mut String) {
    match c {
        '"' | '`' => {
            if !out.ends_with('\'') {
                out.push('\'');
            }
            if starts(rest.get(1..).unwrap_or_default(), "copyright") {
                out.push(' ');
            }
        }
        ')' if out.ends_with('\'') => {
            out.pop();
            out.push(' ');
        }
        '*' | '#' | '%' | '[' | ']' | '{' | '}' | '|' | '\\' => out.push(' '),
        '/' if rest.starts_with("/*") => out.push(' '),
        '/' if out.ends_with(' ') && rest.get(1..).is_none_or(|next| next.is_empty() || next.starts_with("* ")) => {}
        // `2016年`: the word for year behind a number.
        '年' if out.ends_with(|c: char| c.is_ascii_digit()) => out.push(' '),
        c if c.is_whitespace() || c.is_control() => out.push(' '),
        other => out.push(other),
    }
}

/// `u'…`: the letter that Python 2 puts before a string of characters.
fn prefixes_literal(rest: &str, out: &str) -> bool {
    rest.get(1..).is_some_and(|next| next.starts_with(['\'', '"'])) && out.ends_with([' ', '=', '('])
}

fn sign(rest: &str, out: &mut String) -> Option<usize> {
    let found = SIGNS.iter().find(|sign| starts(rest, sign))?;
    out.push_str(" (c) ");
    Some(found.len())
}

fn escape(c: char, rest: &str, out: &mut String) -> Option<usize> {
    match c {
        '&' => {
            let (name, meaning) = ENTITIES.iter().find(|(name, _)| starts(rest, name))?;
            out.push_str(meaning);
            Some(name.len())
        }
        // Line ends and tabs of string literals.
        '\\' => {
            out.push(' ');
            let next = rest.as_bytes().get(1)?;
            Some(if matches!(next, b'n' | b't' | b'r' | b'0') { 2 } else { 1 })
        }
        _ => None,
    }
}

/// `<year>` and its likes: gaps of a template that are to be filled in.
fn gap(rest: &str, out: &mut String) -> Option<usize> {
    let found = ["<year>", "<name>", "<insert "].iter().find(|gap| starts(rest, gap))?;
    out.push(' ');
    Some(found.len())
}

/// `(c)`, `( C )`, `(©)`: the sign has become ` (c) ` already.
fn parenthesis(rest: &str, out: &mut String) -> Option<usize> {
    let inner = rest.get(1..)?;
    let trimmed = inner.trim_start_matches(' ');
    if let Some(after) = trimmed.strip_prefix("(c)") {
        let after_blank = after.trim_start_matches(' ');
        let closed = after_blank.strip_prefix(')')?;
        out.push_str(" (c) ");
        return Some(rest.len() - closed.len());
    }
    let after = trimmed.strip_prefix(['c', 'C'])?.trim_start_matches(' ').strip_prefix(')')?;
    out.push_str(" (c) ");
    Some(rest.len() - after.len())
}

/// ` %s `: a printf code between blanks.
fn code(rest: &str, out: &mut String) -> Option<usize> {
    let bytes = rest.as_bytes();
    let fits = out.ends_with(' ') && bytes.get(1).is_some_and(u8::is_ascii_alphabetic) && bytes.get(2) == Some(&b' ');
    fits.then(|| {
        out.push(' ');
        2
    })
}

/// Single blanks between words, none before a comma, none at the ends.
fn blanks(text: &str, out: &mut String) {
    let start = out.len();
    for word in text.trim_matches([' ', '*']).split_ascii_whitespace() {
        if out.len() > start && word != "," {
            out.push(' ');
        }
        out.push_str(word);
    }
}

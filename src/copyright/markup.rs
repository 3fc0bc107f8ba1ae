//! Takes the tags of HTML, XML and Debian's old copyright files off a line; addresses inside them stay.

/// Names of tags that are taken off, in lower case and in order.
const TAGS: [&str; 79] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "article",
    "author",
    "b",
    "base",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "copyright",
    "dd",
    "del",
    "description",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legal",
    "li",
    "link",
    "meta",
    "nobr",
    "o:p",
    "ol",
    "option",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "xml",
];

/// Appends `text` without tags. A tag that does not close on its line is taken off where its name is known.
pub(super) fn strip(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>']) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        if let Some(after) = tail.strip_prefix('>') {
            // The rest of a tag that began on the line before.
            if before.starts_with(|c: char| c.is_ascii_alphabetic())
                && before.split_once('=').is_some_and(|(name, value)| !name.contains(' ') && value.starts_with('\''))
            {
                out.truncate(out.len() - before.len());
                address(before, out);
                rest = after;
                continue;
            }
            out.push_str("> ");
            rest = after;
            continue;
        }
        match tag(tail) {
            Some((inner, after)) => {
                address(inner, out);
                rest = after;
            }
            None => {
                out.push_str(" <");
                rest = tail.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
}

/// The inside of the tag that `text` begins with, and what stands behind it.
fn tag(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('<')?;
    let name = inner.trim_start_matches(['/', ' ', '?', '!']);
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == ':')).unwrap_or(name.len());
    let (name, behind) = name.split_at(end);
    if !behind.is_empty() && !behind.starts_with([' ', '>', '/']) {
        return None;
    }
    TAGS.binary_search(&name.to_ascii_lowercase().as_str()).ok()?;
    match inner.find(['<', '>']) {
        Some(at) if inner.get(at..).is_some_and(|tail| tail.starts_with('>')) => {
            Some((inner.get(..at)?, inner.get(at + 1..)?))
        }
        None if behind.is_empty() || behind.contains('=') || inner.len() <= name.len() + 2 => Some((inner, "")),
        _ => None,
    }
}

/// What a reader is to see of a tag: the address it leads to. Debian's `<s>` leaves nothing, not even a blank.
fn address(inner: &str, out: &mut String) {
    if matches!(inner, "s" | "/s" | "s/") {
        return;
    }
    out.push(' ');
    // Only where it comes first: a tag with a class is decoration.
    let attribute = inner.trim_start_matches(['a', 'A', ' ']);
    if !attribute.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("href=")) {
        return;
    }
    let value = attribute.get(5..).unwrap_or_default().trim_start_matches(['\'', '"', ' ']);
    let end = value.find(['\'', '"', ' ']).unwrap_or(value.len());
    let value = value.get(..end).unwrap_or_default();
    if value.starts_with("http") || value.starts_with("mailto:") {
        out.push_str(value);
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_in_order() {
        assert!(TAGS.is_sorted());
    }
}

//! The last cut: what the report is to show of a statement, and what is none after all.

/// Words that do not end a statement.
const LAST: [&str; 12] = ["copyright", ".", ",", "year", "parts", "any", "0", "1", "author", "all", "some", "and"];

/// What is left of templates, tags and broken signs, and what stands for it.
const REPLACED: [(&str, &str); 15] = [
    ("date-of-software", " "),
    ("date-of-document", " "),
    (" $ ", " "),
    (" ? ", " "),
    ("()", " "),
    ("( )", " "),
    ("__", " "),
    ("--", "-"),
    ("mailto:", ""),
    ("@see", ""),
    (" and later ", " "),
    ("(c) opyrighted", "Copyright (c)"),
    ("(c) opyrights", "Copyright (c)"),
    ("(c) opyright", "Copyright (c)"),
    ("(c) opyleft", "Copyleft (c)"),
];

/// The statement as the report shows it, or `None` for what is only talk of copyright.
pub(super) fn statement(words: &str) -> Option<String> {
    let mut text = balanced(edges(words));
    for (from, to) in REPLACED {
        if text.contains(from) {
            text = text.replace(from, to);
        }
    }
    let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let text = heads(&text);
    let mut text = text.trim_matches(['+', ' ']);
    while let Some((rest, last)) = text.rsplit_once(' ')
        && LAST.contains(&last.to_ascii_lowercase().as_str())
    {
        text = rest;
    }
    let text = period(text).trim_matches('\'').trim();
    (!text.is_empty() && !is_talk(text)).then(|| text.to_string())
}

/// Words that do not begin a holder.
const HOLDER_FIRST: [&str; 13] =
    ["by", "the", "portions", "c", "of", "to", "and", "or", "year", "-", "present", "later", "copyright"];

/// The holder as the report shows it.
pub(super) fn holder(words: &str) -> String {
    let text = balanced(edges(words));
    let mut words: Vec<&str> = text.split_ascii_whitespace().collect();
    let first = words
        .iter()
        .take_while(|word| HOLDER_FIRST.contains(&word.to_ascii_lowercase().as_str()) && **word != "The")
        .count();
    let keeps_the = first > 0 && words.get(first - 1).is_some_and(|word| *word == "the");
    words.drain(..first - usize::from(keeps_the));
    let text = words.join(" ");
    period(edges(text.trim_matches(['+', '-', ' ']))).to_string()
}

/// Without the punctuation around it.
fn edges(text: &str) -> &str {
    let text = text.trim_matches([',', '\'', '"', '}', '{', '-', '_', ':', ';', '&', '@', '!', ' ']);
    let text = text.trim_start_matches(['.', '>', ')', ']', '\\', '/']);
    text.trim_end_matches(['<', '(', '[', '\\', '/']).trim_matches(['/', ' ', '~'])
}

/// Without parentheses that nothing closes or opens.
fn balanced(text: &str) -> String {
    let mut bytes: Vec<char> = text.chars().collect();
    for (open, close) in [('(', ')'), ('<', '>'), ('[', ']'), ('{', '}')] {
        let mut stack = Vec::new();
        let mut stray = Vec::new();
        for (at, c) in bytes.iter().enumerate() {
            if *c == open {
                stack.push(at);
            } else if *c == close && stack.pop().is_none() {
                stray.push(at);
            }
        }
        for at in stack.into_iter().chain(stray) {
            if let Some(c) = bytes.get_mut(at) {
                *c = ' ';
            }
        }
    }
    bytes.into_iter().collect()
}

/// One spelling for heads that manifests, tags and bad typing give.
fn heads(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(' ') {
        let lower = word.to_ascii_lowercase();
        let bare = lower.trim_matches(['@', '\'', '"', ':', '.', '(']);
        let known = matches!(
            bare,
            "spdx-filecopyrighttext"
                | "spdx-snippetcopyrighttext"
                | "bundle-copyright"
                | "assemblycopyright"
                | "appcopyright"
                | "cppyright"
        );
        let behind_letter =
            word.len() == 10 && word.starts_with(|c: char| c.is_ascii_alphabetic()) && lower.ends_with("copyright");
        let word = if known || behind_letter { "Copyright" } else { word };
        let again = matches!(bare, "copyright")
            && (out.eq_ignore_ascii_case("copyright") || out.eq_ignore_ascii_case("copyright'"));
        if again || out.is_empty() && matches!(bare, "by" | "c" | "") {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Without a full stop, unless it belongs to an abbreviation.
fn period(text: &str) -> &str {
    let text = text.trim();
    let Some(head) = text.strip_suffix('.').filter(|head| head.len() >= 2) else { return text };
    let mut back = head.chars().rev();
    let (last, before) = (back.next().unwrap_or(' '), back.next().unwrap_or(' '));
    if last.is_ascii_uppercase() && text.contains(' ') || before == '.' {
        return text;
    }
    let lower = head.to_ascii_lowercase();
    if ["inc", "corp", "ltd", "llc", "co", "llp"].iter().any(|end| lower.ends_with(end)) {
        return text;
    }
    text.trim_end_matches('.')
}

/// Beginnings of phrases that speak of copyright and state none.
const TALK: [&str; 39] = [
    "copyright holder or",
    "copyright notice.",
    "and/or the universal copyright convention",
    "attn copyright",
    "(c) any recipient",
    "(c) cockroach enterprise",
    "(c) each recipient",
    "(c) if you",
    "(c) individual use",
    "code copyright grant",
    "copyright and license,",
    "copyright as is group",
    "copyright (c) , and others",
    "copyright (c) <holders>",
    "copyright copyright and",
    "copyright (c) year your",
    "copyright, designs and patents",
    "copyrighted by their authors",
    "copyrighted material, only",
    "copyright for a new language",
    "copyright from license",
    "copyright help center",
    "copyright holder has",
    "copyright holder means",
    "copyright holder who",
    "copyright holder nor",
    "copyright holder, or",
    "copyright holders and contribut",
    "copyright holder's",
    "copyright holder(s) or",
    "copyright including",
    "copyright in section",
    "copyright lgpl group",
    "copyright gpl group",
    "copyright, license, and",
    "copyright not limited",
    "copyright owner or",
    "full copyright statement",
    "universal copyright convention",
];
/// Whole statements that say nothing.
const EMPTY: [&str; 14] = [
    "copyright (c)",
    "(c) by",
    "(c)",
    "c",
    "(c) as",
    "(c), (c)",
    "(c) (c)",
    "(c) forums",
    "copyright (c) year",
    "copyright by",
    "copyrighted by its",
    "copyright the project",
    "copyright united states",
    "(c) group",
];

fn is_talk(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    // The gap of a licence text that is to be filled in.
    lower.ends_with(" m. y")
        || lower.ends_with(" m. y.")
        || EMPTY.contains(&lower.as_str())
        || TALK.iter().any(|talk| lower.starts_with(talk))
}

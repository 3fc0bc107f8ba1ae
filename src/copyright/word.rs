//! What kind of word is this? The parser sees kinds, never letters.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::shape;
use super::words::WORDS;

/// What a word means to a copyright statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// `Copyright`, `(c)` and their likes.
    Copy,
    /// Any word that says nothing.
    Plain,
    /// A word that ends a statement.
    Junk,
    /// `rights`.
    Right,
    /// `reserved`.
    Reserved,
    /// `is`, `are`.
    Is,
    /// `held`.
    Held,
    /// `notice`.
    Notice,
    /// A word in title case, or known to be a name's.
    Noun,
    /// A whole name in one word.
    Name,
    /// `Inc.`, `Foundation`: makes a company of the words before it.
    Suffix,
    /// A whole company in one word.
    Company,
    /// `University`.
    University,
    /// `author`.
    Author,
    /// `authors`.
    Authors,
    /// `authors.`: nothing follows.
    AuthorsStop,
    /// `written`, `developed`.
    MadeBy,
    /// `contributors`.
    Contributors,
    /// `committers`.
    Committers,
    /// `maintainers`, `developers`.
    Maintainers,
    /// `of`.
    Of,
    /// `in`.
    In,
    /// `by`.
    By,
    /// `and`.
    And,
    /// `others`.
    Others,
    /// A dash of its own.
    Dash,
    /// `to`.
    To,
    /// `portions`.
    Portions,
    /// `van`, `de`.
    Von,
    /// A year or several.
    Year,
    /// Two digits from 80 to 99.
    ShortYear,
    /// A number of at most two digits, below 40.
    SmallNumber,
    /// Another number.
    Number,
    /// Capitals with dots, such as initials.
    Initials,
    /// All capitals.
    Caps,
    /// `AT` in a veiled address.
    At,
    /// `DOT` in a veiled address.
    Dot,
    /// `<name` of a veiled address.
    MailStart,
    /// `net>` of a veiled address.
    MailEnd,
    /// An address of mail.
    Mail,
    /// An address of the web.
    Url,
    /// A host name without a scheme.
    Host,
    /// `holder`.
    Holder,
    /// `following`.
    Following,
    /// `Linux`: a name only beside others.
    Linux,
    /// `MIT`: a company or a licence.
    Mit,
    /// A month or a day of the week.
    Month,
    /// A parenthesis of its own.
    Paren,
    /// An empty line.
    Empty,
}

struct Table {
    exact: HashMap<String, Kind>,
    loose: HashMap<String, (Kind, &'static [char])>,
    open: HashMap<u8, Vec<(String, bool, Kind)>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { exact: HashMap::new(), loose: HashMap::new(), open: HashMap::new() };
    for (kind, list) in WORDS {
        for entry in list.split_ascii_whitespace() {
            match entry.strip_prefix('%') {
                Some(word) => {
                    table.add(word, *kind);
                    table.add(&capitalised(word), *kind);
                }
                None => table.add(entry, *kind),
            }
        }
    }
    table
});

impl Table {
    fn add(&mut self, entry: &str, kind: Kind) {
        if let Some(word) = entry.strip_suffix('~') {
            self.exact.entry(word.to_string()).or_insert(kind);
            let marks: &[char] = if kind == Kind::Junk { &['.', ','] } else { &['.', ',', ')'] };
            self.loose.entry(word.to_string()).or_insert((kind, marks));
        } else if let Some(word) = entry.strip_suffix(['*', '^']).filter(|word| !word.is_empty()) {
            let first = word.as_bytes().first().copied().unwrap_or_default();
            self.open.entry(first).or_default().push((word.to_string(), entry.ends_with('^'), kind));
        } else {
            self.exact.entry(entry.to_string()).or_insert(kind);
        }
    }

    fn find(&self, word: &str) -> Option<Kind> {
        if let Some(kind) = self.exact.get(word) {
            return Some(*kind);
        }
        let bare = word.trim_end_matches(['.', ',', ')']);
        if bare.len() < word.len() {
            let tail = word.get(bare.len()..).unwrap_or_default();
            if let Some((kind, _)) = self.loose.get(bare).filter(|(_, marks)| tail.chars().all(|c| marks.contains(&c)))
            {
                return Some(*kind);
            }
        }
        let open = self.open.get(word.as_bytes().first()?)?;
        let begins = |(start, capital, _): &&(String, bool, Kind)| {
            let rest = word.strip_prefix(start.as_str());
            rest.is_some_and(|rest| !capital || rest.starts_with(|c: char| c.is_ascii_uppercase()))
        };
        open.iter().find(begins).map(|(_, _, kind)| *kind)
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// The kind of `word`, which holds no white space.
pub(super) fn kind(word: &str) -> Kind {
    if is_copy(word) {
        return Kind::Copy;
    }
    if let Some(kind) = TABLE.find(word) {
        return kind;
    }
    shape::kind(word)
}

/// `Copyright`, `(C)` and what stands for them in manifests, version resources and bad spelling.
fn is_copy(word: &str) -> bool {
    if matches!(word, "(c)" | "(C)" | "(c)," | "(C)," | "Copr" | "COPR" | "Copyright," | "copyright'>" | "Copyright'>")
    {
        return true;
    }
    let lower = word.to_ascii_lowercase();
    if lower.starts_with("spdx-") {
        return lower.starts_with("spdx-filecopyrighttext") || lower.starts_with("spdx-snippetcopyrighttext");
    }
    if let Some(rest) = lower.strip_prefix("(c)opy") {
        return matches!(rest, "right" | "rights" | "righted" | "left");
    }
    if matches!(lower.as_str(), "copr." | "assemblycopyright" | "appcopyright" | "copyrighy" | "copyirght")
        || lower.starts_with("bundle-copyright")
    {
        return true;
    }
    if let Some(rest) =
        lower.strip_prefix("opy").or_else(|| lower.strip_prefix("//opy")).or_else(|| lower.strip_prefix("c'opy"))
    {
        let rest = rest.trim_end_matches(['.', ',']);
        return matches!(rest, "right" | "rights" | "righted" | "left" | "lefted");
    }
    if matches!(lower.trim_end_matches(['.', ',']), "cppyright") {
        return true;
    }
    // `class'>Copyright`, from markup that was not taken off.
    if let Some(at) = word.find(['\'', '"', '>']) {
        let (before, rest) = word.split_at(at);
        let after = rest.trim_start_matches(['\'', '"', '>']);
        if !before.is_empty() && before.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return after.starts_with("Copyright") || after.starts_with("copyright");
        }
    }
    let bare = word.trim_start_matches(['(', '.', '@', '_', '-', '#', ')', ':']);
    let bare = bare.strip_suffix(':').unwrap_or(bare);
    match bare {
        "Copyright" | "copyright" | "Copyrights" | "copyrights" | "COPYRIGHT" | "COPYRIGHTS" | "COPYRIGHTs"
        | "CopyRight" | "CopyRights" | "Copyrighted" | "copyrighted" | "COPYRIGHTED" | "Copyrighte" | "copyrighte" => {
            true
        }
        // One capital in front, as version resources show it.
        other => {
            other.starts_with(|c: char| c.is_ascii_uppercase())
                && matches!(other.get(1..), Some("Copyright" | "Copyrigh"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Kind, words: &str) {
        for word in words.split_ascii_whitespace() {
            assert_eq!(kind(word), expected, "{word}");
        }
    }

    #[test]
    fn signs_are_told_from_talk() {
        check(
            Kind::Copy,
            "Copyright copyright: COPYRIGHT (c) (C), Copr. (c)opyright @copyright SPDX-FileCopyrightText",
        );
        check(Kind::Copy, "Bundle-Copyright AssemblyCopyright class'>Copyright opyright (Copyright");
        check(Kind::Plain, "copyright. copyrights, Copyrighted, copyrightable coprocessor");
    }

    #[test]
    fn years_are_told_from_numbers() {
        check(
            Kind::Year,
            "2004 2004, (2004) 1998-2004 1998-04. 1987,88,89,90 2001-201x 2015-present 2004-12-09 08/95 2004+",
        );
        check(Kind::ShortYear, "88 94");
        check(Kind::SmallNumber, "1 12 39, 4.");
        check(Kind::Number, "40 512 1.5 123456");
        check(Kind::Plain, "2004x v2004 2004-2x 20-04-20");
    }

    #[test]
    fn names_are_told_by_their_capitals() {
        check(
            Kind::Noun,
            "Ada Byron, O'Neill d'Itri Jean-Claude McDonald J.R. LCS/Telegraphics Ada's (Adam Stockholm)",
        );
        check(Kind::Caps, "IBM ICP, (CSIRO) W3C");
        check(Kind::Initials, "M.I.T.X. DMTF.");
        check(Kind::Suffix, "Inc. inc Ltd, GmbH Foundation Corp. LLC s.r.o. AG");
        check(Kind::University, "University Universidad College");
        check(Kind::Plain, "somebody the The These -Ada");
    }

    #[test]
    fn addresses_are_told_from_names() {
        check(
            Kind::Mail,
            "ada@example.org <ada@example.org> (ada@example.org), mailto:ada@example.org Byron(ada@example.org)",
        );
        check(
            Kind::Url,
            "http://example.org/a https://example.org. <http://example.org> www.example.org (example.org)",
        );
        check(Kind::Host, "example.org Acme.com,");
        check(Kind::Plain, "@ada ada@ file.txt");
    }

    #[test]
    fn code_is_junk() {
        check(
            Kind::Junk,
            "processingInfo getQueueReference() a/b/c 0x3fc3 for(var snake_case GetQueueReference 1a2b3c4 => return;",
        );
        check(Kind::Plain, "phpMyAdmin nginx a/b x86");
    }
}

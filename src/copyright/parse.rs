//! The statement's grammar, by hand: a head (`Copyright (c)`), a body of years, names, addresses and the small words that
//! join them, for as long as what follows still belongs, and sometimes a name before the head. One pass; the look-ahead is
//! a few words. [`body`](super::body) and [`joint`](super::joint) have the body's rules.

use super::body::Body;
use super::word::Kind;

/// A word of a cleaned window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// Where it begins in the cleaned text.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it means.
    pub kind: Kind,
    /// Its line in the file, from 1.
    pub line: u32,
}

/// Words of one statement, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// First word.
    pub first: usize,
    /// Behind the last word.
    pub end: usize,
}

/// The head of a statement.
#[derive(Clone, Copy)]
pub(super) struct Head {
    /// Its first word.
    pub at: usize,
    /// Where the body begins.
    pub end: usize,
    /// Signs in it; `Portions` in front counts as one.
    pub signs: usize,
    /// Whether it is one sign with a word of a name right before it.
    pub named: bool,
}

/// Words of a name and what they amount to.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// All words, the small ones inside included.
    pub words: usize,
    /// Those that are names.
    pub names: usize,
    /// Whether one of them makes it a company.
    pub company: bool,
}

/// Words one statement may have; a longer one is cut. Lists of holders over several lines have about 100.
pub(super) const STATEMENT_WORDS: usize = 240;
/// Words between the end of a statement and `All rights reserved` that may still be its own.
const RESERVED_WORDS: usize = 24;
/// Words looked back for a name before the sign.
const PREFIX_WORDS: usize = 16;

/// The statements among `words`, in order and without overlap; `text` gives a word's letters.
pub(super) fn statements(words: &[Word], text: &str, found: &mut Vec<Span>) {
    let parser = Parser { words, text };
    let mut at = 0;
    let mut free = 0;
    while at < words.len() {
        let tried = match parser.kind(at) {
            Kind::Copy => parser.statement(at, free),
            Kind::Holder => parser.holder_is(at).ok_or(at + 1),
            _ => Err(at + 1),
        };
        at = match tried {
            Ok(span) => {
                found.push(span);
                free = span.end;
                span.end.max(at + 1)
            }
            Err(next) => next.max(at + 1),
        };
    }
}

pub(super) struct Parser<'w> {
    words: &'w [Word],
    text: &'w str,
}

impl Parser<'_> {
    pub(super) fn kind(&self, at: usize) -> Kind {
        self.words.get(at).map_or(Kind::Empty, |word| word.kind)
    }

    /// The kind of the word `back` words before `at`.
    pub(super) fn before(&self, at: usize, back: usize) -> Kind {
        at.checked_sub(back).map_or(Kind::Empty, |at| self.kind(at))
    }

    pub(super) fn word(&self, at: usize) -> &str {
        self.words.get(at).and_then(|word| self.text.get(word.start..word.end)).unwrap_or_default()
    }

    pub(super) fn line(&self, at: usize) -> u32 {
        self.words.get(at).map_or(0, |word| word.line)
    }

    pub(super) fn is_name(&self, at: usize) -> bool {
        is_name(self.kind(at))
    }

    /// How many words of `kind` stand from `at` on.
    pub(super) fn count(&self, at: usize, kind: Kind) -> usize {
        (at..at + STATEMENT_WORDS).take_while(|at| self.kind(*at) == kind).count()
    }

    /// `All rights reserved`: how many words, 0 where `at` begins none.
    pub(super) fn reserved(&self, at: usize) -> usize {
        reserved(self.words.get(at..).unwrap_or_default())
    }

    /// The name from `at` on.
    pub(super) fn run(&self, at: usize) -> Run {
        let (mut end, mut names, mut company) = (at, 0, false);
        while end < at + STATEMENT_WORDS {
            let kind = self.kind(end);
            if is_name(kind) || matches!(kind, Kind::Url | Kind::Host) {
                names += 1;
                company |= is_company(kind);
            } else if !matches!(kind, Kind::Of | Kind::Von) || names == 0 {
                break;
            } else if kind == Kind::Of && self.kind(end + 1) == Kind::Plain && self.is_name(end + 2) {
                end += 1;
            } else if !self.is_name(end + 1) {
                break;
            }
            end += 1;
        }
        Run { words: end - at, names, company }
    }

    /// The statement whose head begins at `at`; words before `free` belong to another one. `Err` is where to go on.
    fn statement(&self, at: usize, free: usize) -> Result<Span, usize> {
        let head = self.head(at, free);
        let (end, body) = self.body(&head);
        let end = self.to_reserved(end).unwrap_or(end);
        let stands = self.stands(&head, end, &body);
        let first = self.prefix(&head, end, free, &body, stands);
        let by_prefix = first < head.at && (end > head.end || body.year);
        if stands || by_prefix { Ok(Span { first, end }) } else { Err(head.end.max(end)) }
    }

    fn head(&self, start: usize, free: usize) -> Head {
        let (mut at, mut end, mut signs) = (start, start, 0);
        while self.kind(end) == Kind::Copy {
            end += 1;
            signs += 1;
            // `Copyright or Copr.`: the last of them counts.
            let or = self.kind(end) == Kind::Plain && self.word(end).eq_ignore_ascii_case("or");
            if or && self.kind(end + 1) == Kind::Copy {
                end += 1;
                // Before a word in capitals it is all kept: there is no better sign of a statement.
                let run = self.run(end + 1);
                if run.names == 0 || self.count(end + 1, Kind::Caps) < run.names {
                    at = end;
                }
            }
        }
        let before = if at > free { self.before(at, 1) } else { Kind::Empty };
        let named = signs == 1 && before == Kind::Noun;
        signs += usize::from(before == Kind::Portions);
        Head { at, end: end + self.head_tail(end), signs, named }
    }

    /// Words that belong to the head behind its signs: `Notice`, `Holders`, `C`, `is held`.
    fn head_tail(&self, at: usize) -> usize {
        let next = self.kind(at + 1);
        let fits = match self.kind(at) {
            Kind::Notice => {
                let named = self.is_name(at + 2) || self.kind(at + 2) == Kind::Plain && self.is_name(at + 3);
                next == Kind::Year && named || self.word(at + 1).starts_with('(')
            }
            Kind::Holder => next == Kind::Noun && self.run(at + 1).names >= 2,
            Kind::Initials | Kind::Caps => self.word(at) == "C" && next == Kind::Year,
            Kind::Is if next == Kind::Held && self.kind(at + 2) == Kind::By => return 2,
            _ => false,
        };
        usize::from(fits)
    }

    /// `holder is Some One <at@host>`
    fn holder_is(&self, at: usize) -> Option<Span> {
        if self.kind(at + 1) != Kind::Is {
            return None;
        }
        let run = self.run(at + 2);
        let mail = at + 2 + run.words;
        (run.names >= 2 && self.kind(mail) == Kind::Mail).then_some(Span { first: at, end: mail + 1 })
    }

    /// Whether head and body are a statement by themselves.
    fn stands(&self, head: &Head, end: usize, body: &Body) -> bool {
        let first = self.kind(head.end);
        // `(c) 83,` is a list of numbers.
        let short = end == head.end + 1 && self.word(head.end).len() <= 3 && body.year;
        if end <= head.end || short {
            return false;
        }
        if body.year || body.mail || body.company || first == Kind::By && end >= head.end + 3 {
            return true;
        }
        let names = (head.end..end).filter(|at| self.is_name(*at)).count();
        // A letter of a list.
        if end == head.end + 1 && self.word(head.end).len() == 1 {
            return false;
        }
        // `COPYRIGHT NOTICE` in a heading.
        let capitals = |at| self.kind(at) == Kind::Caps || self.kind(at) == Kind::Initials && self.word(at).len() > 4;
        let shouted = head.signs == 1 && (head.end..end).all(|at| !self.is_name(at) || capitals(at));
        let initials = self.kind(head.end + usize::from(first == Kind::Of)) == Kind::Initials;
        let enough = head.signs >= 2 || matches!(first, Kind::By | Kind::To);
        // `add it to the copyright`, and on the next line something else.
        let next_line = self.line(head.at) != self.line(head.end);
        if next_line && head.signs == 1 && self.before(head.at, 1) == Kind::Plain && first == Kind::Noun {
            return false;
        }
        names >= 2 && !shouted || names == 1 && enough || initials || body.people
    }

    /// Where the next `All rights reserved` is, if everything from `end` to there may belong to the statement.
    fn to_reserved(&self, end: usize) -> Option<usize> {
        for at in end..end + RESERVED_WORDS {
            if self.reserved(at) > 0 {
                return Some(at);
            }
            let kind = self.kind(at);
            let small =
                matches!(kind, Kind::Plain | Kind::And | Kind::Of | Kind::In | Kind::By | Kind::Others | Kind::Von);
            let number = matches!(kind, Kind::Year | Kind::SmallNumber | Kind::Number);
            let address = matches!(kind, Kind::Mail | Kind::Url | Kind::Host);
            if !(is_name(kind) || small || number || address || kind == Kind::AuthorsStop) {
                return None;
            }
        }
        None
    }

    /// Where a statement begins: names before the sign count where none stand behind it.
    fn prefix(&self, head: &Head, end: usize, free: usize, body: &Body, stands: bool) -> usize {
        let at = head.at;
        if at <= free {
            return at;
        }
        let before = self.before(at, 1);
        if before == Kind::Portions && stands {
            return at - 1;
        }
        if let Some(first) = self.portions_created(at, end, free) {
            return first;
        }

        let since = before == Kind::Year && self.word(at - 1).ends_with('+');
        let dated = body.name && self.kind(head.end) == Kind::Year && self.kind(head.end + 1) == Kind::By;
        let alone = !(at >= free + 2 && is_name(self.before(at, 2)));
        if since || dated && before == Kind::Noun && alone {
            return at - 1;
        }
        if body.year && !body.name && (!body.loose || body.named) { self.name_before(at, free) } else { at }
    }

    /// `Portions created by the Initial Developer are Copyright`, where the same developer follows.
    fn portions_created(&self, at: usize, end: usize, free: usize) -> Option<usize> {
        let first = at.checked_sub(7).filter(|first| *first >= free && self.kind(*first) == Kind::Portions)?;
        let made = self.kind(first + 1) == Kind::MadeBy && self.kind(first + 2) == Kind::By;
        let same = self.before(end, 1) == Kind::Maintainers && self.before(at, 2) == Kind::Maintainers;
        (made && same && self.before(at, 1) == Kind::Is).then_some(first)
    }

    /// Where the name begins that ends before `at`, behind `All rights reserved` too.
    fn name_before(&self, at: usize, free: usize) -> usize {
        let mut first = at;
        if let Some(back) = at.checked_sub(3).filter(|back| *back > free && self.reserved(*back) == 3)
            && is_company(self.before(back, 1))
        {
            first = back;
        }
        while first > free && at - first < PREFIX_WORDS {
            let kind = self.before(first, 1);
            let small = matches!(kind, Kind::And | Kind::Of | Kind::Von);
            let inner = small && first < at && first > free + 1 && is_name(self.before(first, 2));
            if !(is_name(kind) || matches!(kind, Kind::Mail | Kind::Url | Kind::Host) || inner) {
                break;
            }
            first -= 1;
        }
        if first > free && self.before(first, 1) == Kind::Portions { first - 1 } else { first }
    }
}

/// Whether words of this kind make up names.
pub(super) fn is_name(kind: Kind) -> bool {
    is_company(kind) && !matches!(kind, Kind::Url | Kind::Host)
        || matches!(kind, Kind::Noun | Kind::Initials | Kind::Caps)
}

/// Whether a word of this kind makes a company of a name; so does an address of the web.
pub(super) fn is_company(kind: Kind) -> bool {
    matches!(kind, Kind::Company | Kind::Suffix | Kind::University | Kind::Url | Kind::Host | Kind::Name)
}

/// How many words `All rights reserved` takes at the start of `words`; 0 where it does not stand there.
pub(super) fn reserved(words: &[Word]) -> usize {
    let kind = |at: usize| words.get(at).map_or(Kind::Empty, |word| word.kind);
    let all = |kind| matches!(kind, Kind::Noun | Kind::Plain | Kind::Caps);
    if !all(kind(0)) || kind(1) != Kind::Right {
        return 0;
    }
    match (kind(2), kind(3)) {
        (Kind::Reserved, _) => 3,
        (between, Kind::Reserved) if all(between) || between == Kind::Is => 4,
        _ => 0,
    }
}

//! The statement's grammar, by hand: a head (`Copyright (c)`), then years, names, addresses and the small words that join
//! them, for as long as what follows still belongs. One pass; the look-ahead is a few words.

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

/// Words one statement may have; a longer one is cut. The longest of the kernel's has about 60.
pub(super) const STATEMENT_WORDS: usize = 240;
/// Words between the end of a statement and `All rights reserved` that may still be its own.
const RESERVED_WORDS: usize = 24;
/// Words looked back for a name before the sign.
const PREFIX_WORDS: usize = 16;

/// What a body has shown so far.
#[derive(Clone, Copy, Default)]
struct Body {
    year: bool,
    /// Words of the name that is open: it ends at a year, an address or a joining word.
    run: usize,
    name: bool,
    company: bool,
    mail: bool,
    caps: usize,
    plain: bool,
    /// The name came before the year.
    closed: bool,
    /// A name without a company's word stands before the sign, right beside it.
    named: bool,
    /// Words without meaning were taken.
    loose: bool,
}

/// The statements among `words`, in order and without overlap; `text` gives a word's letters.
pub(super) fn statements(words: &[Word], text: &str, found: &mut Vec<Span>) {
    let parser = Parser { words, text };
    let mut at = 0;
    let mut free = 0;
    while at < words.len() {
        if let Some(span) = parser.holder_is(at) {
            at = span.end;
            free = at;
            found.push(span);
            continue;
        }
        if parser.kind(at) != Kind::Copy {
            at += 1;
            continue;
        }
        match parser.statement(at, free) {
            Ok(span) => {
                at = span.end.max(at + 1);
                free = at;
                found.push(span);
            }
            Err(next) => at = next.max(at + 1),
        }
    }
}

struct Parser<'w> {
    words: &'w [Word],
    text: &'w str,
}

impl Parser<'_> {
    fn kind(&self, at: usize) -> Kind {
        self.words.get(at).map_or(Kind::Empty, |word| word.kind)
    }

    fn word(&self, at: usize) -> &str {
        self.words.get(at).and_then(|word| self.text.get(word.start..word.end)).unwrap_or_default()
    }

    fn line(&self, at: usize) -> u32 {
        self.words.get(at).map_or(0, |word| word.line)
    }

    fn is_name(&self, at: usize) -> bool {
        is_name(self.kind(at))
    }

    /// The statement whose head begins at `at`; words before `free` belong to another one. `Err` is where to go on.
    fn statement(&self, at: usize, free: usize) -> Result<Span, usize> {
        let (mut at, mut head, mut signs) = (at, at, 0);
        while self.kind(head) == Kind::Copy {
            head += 1;
            signs += 1;
            // `Copyright or Copr.`: the last of them counts.
            if self.kind(head) == Kind::Plain
                && self.word(head).eq_ignore_ascii_case("or")
                && self.kind(head + 1) == Kind::Copy
            {
                head += 1;
                at = head;
            }
        }
        let named = self.is_name(head + 2) || self.kind(head + 2) == Kind::Plain && self.is_name(head + 3);
        if self.kind(head) == Kind::Notice && (self.kind(head + 1) == Kind::Year && named || self.word(head + 1).starts_with('(')) {
            head += 1;
        }
        if self.kind(head) == Kind::Holder && self.kind(head + 1) == Kind::Noun && self.run(head + 1).1 >= 2 {
            head += 1;
        }
        if matches!(self.kind(head), Kind::Initials | Kind::Caps)
            && self.word(head) == "C"
            && self.kind(head + 1) == Kind::Year
        {
            head += 1;
        }
        if self.kind(head) == Kind::Is && self.kind(head + 1) == Kind::Held && self.kind(head + 2) == Kind::By {
            head += 2;
        }
        let named = signs == 1 && at > free && self.kind(at - 1) == Kind::Noun;
        let signs = signs + usize::from(at > free && self.kind(at - 1) == Kind::Portions);
        let (end, body) = self.body(head, signs, named);
        let end = self.to_reserved(end).unwrap_or(end);
        let stands = self.stands(head, end, signs, &body);
        let first = self.prefix(at, head, end, free, signs, &body, stands);
        if stands || first < at && end > head || first < at && body.year {
            return Ok(Span { first, end });
        }
        Err(head.max(end))
    }

    /// `holder is Some One <at@host>`
    fn holder_is(&self, at: usize) -> Option<Span> {
        let is = self.kind(at) == Kind::Holder && self.kind(at + 1) == Kind::Is;
        let (length, names, _) = if is { self.run(at + 2) } else { return None };
        let mail = at + 2 + length;
        (names >= 2 && self.kind(mail) == Kind::Mail).then_some(Span { first: at, end: mail + 1 })
    }

    /// Whether head and body are a statement by themselves.
    fn stands(&self, head: usize, end: usize, signs: usize, body: &Body) -> bool {
        if end <= head {
            return false;
        }
        if body.year || body.mail || body.company {
            return true;
        }
        let by = matches!(self.kind(head), Kind::By | Kind::To);
        if self.kind(head) == Kind::By && end >= head + 3 {
            return true;
        }
        let names = (head..end).filter(|at| self.is_name(*at)).count();
        // `COPYRIGHT NOTICE` in a heading.
        let capitals = |at| self.kind(at) == Kind::Caps || self.kind(at) == Kind::Initials && self.word(at).len() > 4;
        let shouted = signs == 1 && (head..end).all(|at| !self.is_name(at) || capitals(at));
        let initials = self.kind(head + usize::from(self.kind(head) == Kind::Of)) == Kind::Initials;
        names >= 2 && !shouted || names == 1 && (signs >= 2 || by) || initials || body.plain
    }

    /// Whether everything from `end` to the next `All rights reserved` may belong to the statement, and where that is.
    fn to_reserved(&self, end: usize) -> Option<usize> {
        let mut at = end;
        while at < end + RESERVED_WORDS {
            if self.reserved(at) > 0 {
                return Some(at);
            }
            let kind = self.kind(at);
            let fits = is_name(kind)
                || matches!(
                    kind,
                    Kind::Plain
                        | Kind::And
                        | Kind::Of
                        | Kind::In
                        | Kind::By
                        | Kind::Others
                        | Kind::Von
                        | Kind::Year
                        | Kind::SmallNumber
                        | Kind::Number
                        | Kind::Mail
                        | Kind::Url
                        | Kind::Host
                        | Kind::AuthorsStop
                );
            if !fits {
                return None;
            }
            at += 1;
        }
        None
    }

    /// All rights reserved: how many words, 0 where `at` begins none.
    fn reserved(&self, at: usize) -> usize {
        reserved(self.words.get(at..).unwrap_or_default())
    }

    /// The words of the body that begins at `head`.
    fn body(&self, head: usize, signs: usize, named: bool) -> (usize, Body) {
        let mut body = Body { named, ..Body::default() };
        let mut at = head;
        while at < head + STATEMENT_WORDS {
            let taken = self.next(at, head, signs, &body);
            if taken == 0 {
                break;
            }
            for word in at..at + taken {
                self.note(word, &mut body);
            }
            at += taken;
        }
        (at, body)
    }

    /// What the word at `at` adds to a body.
    fn note(&self, at: usize, body: &mut Body) {
        let kind = self.kind(at);
        match kind {
            Kind::Year | Kind::ShortYear => {
                body.closed |= !body.year && !body.company && self.is_name(at - 1);
                body.year = true;
                body.run = 0;
            }
            Kind::Plain => body.loose = true,
            Kind::Mail | Kind::MailStart | Kind::MailEnd => {
                body.mail = true;
                body.name = true;
                body.run = 0;
            }
            Kind::Suffix | Kind::Company | Kind::University | Kind::Url | Kind::Host => {
                body.company = true;
                body.name = true;
                body.run += 1;
            }
            Kind::And | Kind::Of | Kind::In | Kind::Dash => body.run = 0,
            Kind::Contributors | Kind::Authors | Kind::AuthorsStop | Kind::Committers | Kind::Maintainers => {
                body.name = true;
                body.plain = true;
            }
            _ if is_name(kind) => {
                body.name = true;
                body.run += 1;
            }
            _ => {}
        }
        body.caps = if kind == Kind::Caps { body.caps + 1 } else { 0 };
    }

    /// How many words from `at` on the body takes next; 0 at its end.
    fn next(&self, at: usize, head: usize, signs: usize, body: &Body) -> usize {
        let reserved = self.reserved(at);
        if reserved > 0 {
            return self.behind_reserved(at + reserved, body).map_or(0, |more| reserved + more);
        }
        match self.kind(at) {
            Kind::Year | Kind::ShortYear => self.year(at, body),
            Kind::Number | Kind::SmallNumber => self.number(at, head, body),
            Kind::Dash if at == head => 0,
            Kind::To if at == head => usize::from(self.run(at + 1).2),
            Kind::Dash | Kind::To => self.dash(at, body),
            Kind::Caps => self.caps(at, body),
            Kind::Mit => usize::from(!body.name),
            Kind::Linux => usize::from(!body.name && self.is_name(at + 1) || body.run > 0),
            Kind::Noun => self.noun(at, body),
            Kind::Name | Kind::Company | Kind::Suffix | Kind::University => 1,
            Kind::Initials => self.initials(at, body),
            Kind::Mail | Kind::Url | Kind::Host => 1,
            Kind::Portions => self.part_of(at, body),
            Kind::MailStart => self.veiled(at),
            Kind::And => self.and(at, head, signs),
            Kind::Of | Kind::Von | Kind::In => self.joined(at, head, body),
            Kind::By => self.by(at, head, body),
            Kind::Contributors | Kind::Authors | Kind::Committers | Kind::Maintainers => self.people(at, head, body),
            Kind::Author => usize::from(
                body.year
                    && !body.name
                    && self.run(at + 1).1 >= 2
                    && self.kind(at + 1 + self.run(at + 1).0) == Kind::Mail,
            ),
            Kind::AuthorsStop => usize::from(at > head && (body.run > 0 || body.plain || body.loose)),
            Kind::Others => usize::from(self.kind(at.wrapping_sub(1)) == Kind::And || body.plain),
            Kind::Paren => self.paren(at, body),
            Kind::Copy => self.again(at, head, body),
            Kind::At => self.at_host(at),
            Kind::Plain => self.plain(at, head, signs, body),
            Kind::Junk => {
                // `2000 See Beyond Corporation`
                let company = self.run(at + 1).2;
                usize::from(body.year && !body.name && company)
            }
            _ => 0,
        }
    }

    /// Words of a name from `at` on: how many words, how many of them are names, and whether it is a company.
    fn run(&self, at: usize) -> (usize, usize, bool) {
        let (mut end, mut names, mut company) = (at, 0, false);
        while end < at + STATEMENT_WORDS {
            let kind = self.kind(end);
            if is_name(kind) || matches!(kind, Kind::Url | Kind::Host) {
                names += 1;
                company |= is_company(kind);} else if !matches!(kind, Kind::Of | Kind::Von) || names == 0 {
                break;
            } else if kind == Kind::Of && self.kind(end + 1) == Kind::Plain && self.is_name(end + 2) {
                end += 1;
            } else if !self.is_name(end + 1) {
                break;
            }
            end += 1;
        }
        (end - at, names, company)
    }

    /// Behind `All rights reserved`: a name may still follow where none has stood yet.
    fn behind_reserved(&self, at: usize, body: &Body) -> Option<usize> {
        if body.name {
            return None;
        }
        let by = self.kind(at) == Kind::By;
        let (_, names, company) = self.run(at + usize::from(by));
        let year = self.kind(at) == Kind::Year && !body.year;
        if by && names > 0 {
            return Some(1);
        }
        (year || !body.year && (company || names >= 2)).then_some(0)
    }

    fn year(&self, at: usize, body: &Body) -> usize {
        // Behind an address it begins another name's years, or is none of ours.
        let more = (at..)
            .take_while(|at| matches!(self.kind(*at), Kind::Year | Kind::ShortYear))
            .take(STATEMENT_WORDS)
            .count();
        let plain = usize::from(self.kind(at + more) == Kind::Plain);
        let (_, names, _) = self.run(at + more + plain);
        let named = names > plain || matches!(self.kind(at + more), Kind::By | Kind::And | Kind::Dash);
        let listed = at > 0 && self.word(at - 1).ends_with(',') && self.line(at - 1) == self.line(at);
        usize::from(!body.mail || !body.year || named || listed)
    }

    fn number(&self, at: usize, head: usize, body: &Body) -> usize {
        let behind_year = at > head
            && matches!(self.kind(at - 1), Kind::Year | Kind::ShortYear | Kind::Number | Kind::SmallNumber)
            && body.year;
        let before_name = self.is_name(at + 1) && (at == head || self.kind(at - 1) == Kind::Noun && body.run == 1);
        let before_year = (at == head || self.kind(at - 1) == Kind::Plain) && self.kind(at + 1) == Kind::Year;
        let inside = self.kind(at + 1) == Kind::Suffix && self.kind(at - 1) == Kind::Suffix
            || self.kind(at - 1) == Kind::Caps && self.kind(at + 1) == Kind::Plain && self.run(at + 2).2;
        usize::from(behind_year && !body.name || before_name || before_year || inside)
    }

    fn dash(&self, at: usize, body: &Body) -> usize {
        let next = self.kind(at + 1);
        let (_, names, company) = self.run(at + 1);
        if self.kind(at) == Kind::To {
            let plain = next == Kind::Plain && self.run(at + 2).2;
            return if plain && body.plain {
                2
            } else {
                usize::from(next == Kind::Year && body.year || body.plain && company)
            };
        }
        let fits = next == Kind::Year && body.year || next == Kind::Caps && body.company || names >= 1 && !body.name || names >= 2 || company || next == Kind::Mail;
        let loose = body.year && !body.name && !body.loose && matches!(next, Kind::Plain | Kind::By);
        if !fits
            && matches!(self.kind(at - 1), Kind::Suffix | Kind::Company)
            && matches!(next, Kind::Plain | Kind::Noun)
        {
            return 2;
        }
        usize::from(fits || loose)
    }

    fn caps(&self, at: usize, body: &Body) -> usize {
        // After a name in mixed case one word in capitals, more only at the head of another name.
        let capitals = body.caps > 0 && body.run == body.caps;
        let before = self.kind(at - 1);
        let ended = is_company(before) || before == Kind::Year && body.name || body.mail && body.run == 0 && before != Kind::Year;
        let joins = !ended && (body.run == 0 || capitals || body.caps == 0);
        let (_, names, company) = self.run(at);
        let more = names >= 2 && self.kind(at + 1) == Kind::Noun;
        usize::from(joins || company || more)
    }

    fn noun(&self, at: usize, body: &Body) -> usize {
        let joined = matches!(
            self.kind(at - 1),
            Kind::And | Kind::Of | Kind::Dash | Kind::By | Kind::Von | Kind::In | Kind::Paren
        );
        let before = self.kind(at - 1);
        let further = at.checked_sub(2).map_or(Kind::Empty, |at| self.kind(at));
        let early_year = body.year && !body.closed;
        let behind_mail = body.mail
            && body.run == 0
            && before != Kind::Year
            && !(before == Kind::Mail && is_company(further) && early_year);
        let behind_company =
            is_company(before) && !early_year && further != Kind::Suffix && self.kind(at + 1) != Kind::And;
        let behind_year = body.closed && before == Kind::Year || !body.name && before == Kind::Plain && further == Kind::Plain;
        if joined || !(behind_mail || behind_company || behind_year) {
            return 1;
        }
        // Behind a whole statement only a whole name goes on.
        let (_, names, company) = self.run(at);
        usize::from(names >= 2 || company)
    }

    fn initials(&self, at: usize, body: &Body) -> usize {
        let goes_on = self.is_name(at + 1) && self.kind(at + 1) != Kind::Caps;
        usize::from(body.run <= 1 || goes_on)
    }

    /// `<name at host dot org>`, or nothing.
    fn veiled(&self, at: usize) -> usize {
        let inner =
            |kind| matches!(kind, Kind::Plain | Kind::And | Kind::At | Kind::Dot | Kind::Noun | Kind::Host | Kind::Url);
        let mut end = at + 1;
        let joint = |kind| matches!(kind, Kind::And | Kind::At | Kind::Dot);
        while end < at + 8 {
            let kind = self.kind(end);
            if (kind == Kind::MailEnd || self.word(end).ends_with('>')) && !(at..end).any(|at| joint(self.kind(at))) {
                return 0;
            }
            if kind == Kind::MailEnd || self.word(end).ends_with('>') {
                return end + 1 - at;
            }
            if !inner(kind) {
                return 0;
            }
            end += 1;
        }
        0
    }

    /// `AT host.org` behind the first word of a veiled address.
    fn at_host(&self, at: usize) -> usize {
        if matches!(self.kind(at + 1), Kind::Host | Kind::Url) { 2 } else { 0 }
    }

    /// `Part of the Some Group's`
    fn part_of(&self, at: usize, body: &Body) -> usize {
        let fits =
            body.name && self.kind(at + 1) == Kind::Of && self.kind(at + 2) == Kind::Plain && self.is_name(at + 3);
        if fits { 3 } else { 0 }
    }

    fn and(&self, at: usize, head: usize, signs: usize) -> usize {
        let next = if self.kind(at + 1) == Kind::And { at + 2 } else { at + 1 };
        let taken = next - at;
        if at == head && !(signs >= 2 && self.is_name(next)) {
            return 0;
        }
        match self.kind(next) {
            Kind::Others | Kind::Year | Kind::Contributors | Kind::Authors | Kind::Mail | Kind::Url | Kind::Host => {
                taken
            }
            Kind::Author => taken + 1,
            kind if is_name(kind) => taken,
            Kind::Von | Kind::Of | Kind::In if self.is_name(next + 1) => taken,
            Kind::Plain => {
                let (_, names, company) = self.run(next + 1);
                let people = matches!(self.kind(next + 1), Kind::Contributors | Kind::Authors);
                let further = self.kind(next + 1) == Kind::Plain && self.run(next + 2).2;
                if names > 0 || company || people { taken + 1 } else if further { taken + 2 } else { 0 }
            }
            _ => 0,
        }
    }

    fn joined(&self, at: usize, head: usize, body: &Body) -> usize {
        if self.is_name(at + 1) {
            return 1;
        }
        let plain = self.kind(at + 1) == Kind::Plain;
        let (_, names, company) = self.run(at + 2);
        match self.kind(at) {
            Kind::Of if plain && names > 0 && (at == head || body.name || company) => 2,
            Kind::Von if plain && self.is_name(at + 2) => 2,
            Kind::In if plain && body.run > 0 && names > 0 => 2,
            Kind::In if plain && body.run > 0 && self.kind(at + 2) == Kind::Plain && self.is_name(at + 3) => 3,
            Kind::Von if self.kind(at + 1) == Kind::Mail => 1,
            Kind::Of | Kind::Von if matches!(self.kind(at + 1), Kind::Von | Kind::Of) && self.is_name(at + 2) => 2,
            _ => 0,
        }
    }

    fn by(&self, at: usize, head: usize, body: &Body) -> usize {
        let next = self.kind(at + 1);
        if body.name {
            return usize::from(self.kind(at - 1) == Kind::Year && body.mail && is_name(next));
        }
        let first = at == head
            || matches!(self.kind(at - 1), Kind::Year | Kind::ShortYear | Kind::SmallNumber | Kind::Copy | Kind::Dash);
        let fits =
            is_name(next) || matches!(next, Kind::Mail | Kind::Url | Kind::Host | Kind::Von | Kind::Year | Kind::Mit);
        let plain = next == Kind::Plain && (body.year || self.run(at + 2).2 || self.kind(at + 2) == Kind::Plain);
        if !first {
            return 0;
        }
        if fits {
            1
        } else if plain {
            2 + usize::from(self.kind(at + 2) == Kind::Plain)
        } else {
            0
        }
    }

    fn people(&self, at: usize, head: usize, body: &Body) -> usize {
        let before = if at > head { self.kind(at - 1) } else { Kind::Empty };
        if before == Kind::And {
            return 1;
        }
        if self.kind(at) == Kind::Contributors && body.year && !body.name {
            return self.noted(at);
        }
        // At the start of a line it is the head of a list.
        let same_line = at > head && self.line(at) == self.line(at - 1);
        let named = body.run > 0 || body.plain || before == Kind::Plain;
        usize::from(same_line && named)
    }

    /// `Contributors as noted in the AUTHORS file`: how many words.
    fn noted(&self, at: usize) -> usize {
        let mut end = at + 1;
        while end < at + 7 && matches!(self.kind(end), Kind::Plain | Kind::In) {
            end += 1;
        }
        let list = end > at + 2 && matches!(self.kind(end), Kind::Caps | Kind::Authors | Kind::Contributors);
        if list && self.word(end + 1).trim_end_matches('.') == "file" { end + 2 - at } else { 1 }
    }

    fn paren(&self, at: usize, body: &Body) -> usize {
        if self.word(at) == ")" {
            return usize::from(body.name);
        }
        let next = self.kind(at + 1);
        usize::from(is_name(next) || matches!(next, Kind::Mail | Kind::Url | Kind::Host | Kind::Year))
    }

    /// Another sign inside: `1994-2007 (c) Name`, `Name (c) 2004`.
    fn again(&self, at: usize, head: usize, body: &Body) -> usize {
        let signs = (at..).take_while(|at| self.kind(*at) == Kind::Copy).take(STATEMENT_WORDS).count();
        if at == head {
            return 0;
        }
        let years = (at + signs..).take_while(|at| self.kind(*at) == Kind::Year).take(STATEMENT_WORDS).count();
        let after = at + signs + years;
        let named = self.is_name(after) || self.kind(after) == Kind::Plain && self.run(after + 1).1 >= 2;
        let behind_year = body.year && !body.name && !body.loose && named;
        let before_year = !body.year && body.name && years > 0 && !named && (signs == 1 || self.reserved(after) > 0);
        if behind_year || before_year { signs } else { 0 }
    }

    fn plain(&self, at: usize, head: usize, signs: usize, body: &Body) -> usize {
        let mut count = 0;
        while count < STATEMENT_WORDS && self.kind(at + count) == Kind::Plain && self.reserved(at + count) == 0 {
            count += 1;
        }
        let after = at + count;
        let (_, names, company) = self.run(after);
        if !body.name {
            if body.year {
                let author = self.kind(after) == Kind::Author && self.kind(after + 1) == Kind::Plain;
                let authors = author && matches!(self.kind(after + 2), Kind::Authors | Kind::AuthorsStop);
                let blocked = body.named && !company && names < 2 && !authors;
                return if blocked { 0 } else { count + if authors { 3 } else { 0 } };
            }
            let dated = self.kind(after + 1) == Kind::Copy && self.kind(after + 2) == Kind::Year;
            let people = match self.kind(after) {
                Kind::Contributors | Kind::AuthorsStop => true,
                Kind::Authors | Kind::Committers | Kind::Maintainers => dated,
                _ => false,
            };
            let next = self.kind(after);
            let fits = match count {
                1 if next == Kind::Year => true,
                1 if next == Kind::SmallNumber && self.kind(after + 1) == Kind::Year => true,
                1 | 2 if company || people || next == Kind::Mail => true,
                1 if names >= 2 => signs >= 2 || self.year_behind(after),
                _ => signs >= 2 && (company || names >= 2),
            };
            let begins = at == head || self.kind(at - 1) == Kind::By || body.loose && names >= 2;
            return if fits && begins { count } else { 0 };
        }
        if let Some(taken) = self.phrase(at) {
            return taken;
        }
        // A small word inside a name.
        let lone = body.run == 1 && self.kind(at - 1) == Kind::Noun;
        let host = matches!(self.kind(after + 1), Kind::Host | Kind::Url);
        if count == 1 && host && matches!(self.kind(after), Kind::At | Kind::And) {
            return 3;
        }
        if self.kind(after) == Kind::And && body.run > 0 {
            let plain = usize::from(self.kind(after + 1) == Kind::Plain);
            let contributors = count == 1 && self.kind(after + 1 + plain) == Kind::Contributors;
            if contributors || self.kind(after + 1) == Kind::Others {
                return count;
            }
        }
        let tail = matches!(self.kind(after + 3), Kind::Plain | Kind::MailEnd);
        let letters = |at| matches!(self.kind(at), Kind::Plain | Kind::Noun);
        let joint = matches!(self.kind(after), Kind::And | Kind::At);
        if count == 1 && joint && letters(after + 1) && self.kind(after + 2) == Kind::Dot && tail {
            return 5;
        }
        if count == 1 && lone && (self.kind(after) == Kind::Noun || self.kind(after) == Kind::Mail) {
            return 1;
        }
        if count == 1 && (company || (names >= 2 || self.kind(after) == Kind::Mail) && !body.plain) {
            return 1;
        }
        if (2..=3).contains(&count) && company {
            return count;
        }
        0
    }

    /// Small words that go on with a name: `for`, `as represented by the`, `the original author or authors`.
    fn phrase(&self, at: usize) -> Option<usize> {
        let word = self.word(at);
        if word == "for"
            && self.kind(at - 1) == Kind::Noun
            && self.kind(at + 1) == Kind::Noun
            && self.line(at - 1) == self.line(at + 1)
        {
            return Some(1);
        }
        None
    }

    /// Whether a year follows the name at `at`.
    fn year_behind(&self, at: usize) -> bool {
        self.kind(at + self.run(at).0) == Kind::Year
    }

    /// Where a statement begins whose sign stands at `at`: names before the sign count where none stand behind it.
    #[allow(clippy::too_many_arguments)]
    fn prefix(
        &self,
        at: usize,
        head: usize,
        end: usize,
        free: usize,
        signs: usize,
        body: &Body,
        stands: bool,
    ) -> usize {
        let before =
            |back: usize| at.checked_sub(back).filter(|at| *at >= free).map_or(Kind::Empty, |at| self.kind(at));
        let portions = |first: usize| {
            let part = first.checked_sub(1).filter(|part| *part >= free && self.kind(*part) == Kind::Portions);
            part.unwrap_or(first)
        };
        if before(1) == Kind::Portions && stands {
            return at - 1;
        }
        // `Portions created by the Initial Developer are Copyright`
        if let Some(first) = at.checked_sub(7).filter(|first| *first >= free && self.kind(*first) == Kind::Portions) {
            let same = self.kind(end - 1) == Kind::Maintainers && self.kind(at - 2) == Kind::Maintainers;
            if self.kind(first + 1) == Kind::MadeBy && self.kind(first + 2) == Kind::By && self.kind(at - 1) == Kind::Is && same {
                return first;
            }
        }
        let only_year = body.year && !body.name && (!body.loose || body.named);
        let bare_noun = !body.year && signs == 1 && end == head + 1 && self.kind(head) == Kind::Noun;
        if bare_noun && before(1) == Kind::Noun {
            return at - 1;
        }
        if before(1) == Kind::Year && self.word(at - 1).ends_with('+') {
            return at - 1;
        }
        let by_name = body.name && self.kind(head) == Kind::Year && self.kind(head + 1) == Kind::By;
        if by_name && before(1) == Kind::Noun && !(at >= free + 2 && self.is_name(at - 2)) {
            return at - 1;
        }
        if !only_year {
            return at;
        }
        let mut first = at;
        if let Some(back) = at.checked_sub(3).filter(|back| *back >= free && self.reserved(*back) == 3) {
            if back > free && is_company(self.kind(back - 1)) {
                first = back;
            }
        }
        while first > free && at - first < PREFIX_WORDS {
            let kind = self.kind(first - 1);
            let inner = first < at
                && first > free + 1
                && matches!(kind, Kind::And | Kind::Of | Kind::Von)
                && first >= 2
                && first - 1 > free
                && self.is_name(first - 2);
            if !(is_name(kind) || matches!(kind, Kind::Mail | Kind::Url | Kind::Host) || inner) {
                break;
            }
            first -= 1;
        }
        portions(first)
    }
}

/// Whether words of this kind make up names.
fn is_name(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Noun
            | Kind::Name
            | Kind::Company
            | Kind::Suffix
            | Kind::University
            | Kind::Initials
            | Kind::Caps
    )
}

fn is_company(kind: Kind) -> bool {
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

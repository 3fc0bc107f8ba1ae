//! The body of a statement: which years, names and addresses still belong to it. Small words are judged in
//! [`joint`](super::joint).

use super::parse::{Head, Parser, STATEMENT_WORDS, is_company, is_name};
use super::word::Kind;

/// What a body has shown so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Body {
    /// A year.
    pub year: bool,
    /// A name, a company or an address.
    pub name: bool,
    /// A company.
    pub company: bool,
    /// An address of mail.
    pub mail: bool,
    /// Authors or contributors as such.
    pub people: bool,
    /// Words that say nothing.
    pub loose: bool,
    /// The first year stands right behind a name that is no company.
    pub closed: bool,
    /// Words that say nothing stand before a year: they are the holder.
    pub dated: bool,
    /// A word of a name stands right before the sign.
    pub named: bool,
    /// Words of the name that is open; a year, an address of mail or a joining word ends it.
    pub run: usize,
    /// Words in capitals in a row, up to now.
    pub caps: usize,
}

impl Parser<'_> {
    /// The body behind `head`: where it ends, and what it has shown.
    pub(super) fn body(&self, head: &Head) -> (usize, Body) {
        let mut body = Body { named: head.named, ..Body::default() };
        let mut at = head.end;
        while at < head.end + STATEMENT_WORDS {
            let taken = self.next(at, head, &body);
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
                body.dated |= body.loose && !body.name;
                body.closed |= !body.year && !body.company && is_name(self.before(at, 1));
                body.year = true;
            }
            Kind::Mail | Kind::MailStart | Kind::MailEnd => body.mail = true,
            Kind::Plain => body.loose = true,
            Kind::Contributors | Kind::Authors | Kind::AuthorsStop | Kind::Committers | Kind::Maintainers => {
                body.people = true;
            }
            _ => {}
        }
        let mail = matches!(kind, Kind::Mail | Kind::MailStart | Kind::MailEnd);
        let ends = matches!(kind, Kind::Year | Kind::ShortYear | Kind::And | Kind::Of | Kind::In | Kind::Dash);
        body.company |= is_company(kind) && kind != Kind::Name;
        body.name |= is_name(kind) || is_company(kind) || mail || body.people;
        if mail || ends {
            body.run = 0;
        } else if is_name(kind) || is_company(kind) {
            body.run += 1;
        }
        body.caps = if kind == Kind::Caps { body.caps + 1 } else { 0 };
    }

    /// How many words from `at` on the body takes next; 0 at its end.
    fn next(&self, at: usize, head: &Head, body: &Body) -> usize {
        let first = at == head.end;
        let reserved = self.reserved(at);
        if reserved > 0 {
            return self.behind_reserved(at + reserved, body).map_or(0, |more| reserved + more);
        }
        match self.kind(at) {
            Kind::Year | Kind::ShortYear => self.year(at, body),
            Kind::Number | Kind::SmallNumber => self.number(at, first, body),
            Kind::Dash | Kind::To => self.dash(at, first, body),
            Kind::Name | Kind::Company | Kind::Suffix | Kind::University | Kind::Mail | Kind::Url | Kind::Host => 1,
            Kind::Noun => self.noun(at, body),
            Kind::Caps => self.caps(at, body),
            Kind::Initials => usize::from(body.run <= 1 || self.is_name(at + 1) && self.kind(at + 1) != Kind::Caps),
            Kind::Mit => usize::from(!body.name),
            Kind::Linux => usize::from(!body.name && self.is_name(at + 1) || body.run > 0),
            Kind::MailStart => self.veiled(at),
            Kind::At => self.at_host(at),
            Kind::And => self.and(at, first, head),
            Kind::Of | Kind::Von | Kind::In => self.of(at, first, body),
            Kind::By => self.by(at, first, body),
            Kind::Portions => self.part_of(at, body),
            Kind::Paren => self.paren(at, body),
            Kind::Author => usize::from(body.year && !body.name && !body.dated && self.named_with_mail(at + 1)),
            Kind::Contributors | Kind::Authors | Kind::Committers | Kind::Maintainers => self.people(at, first, body),
            Kind::AuthorsStop => usize::from(!first && (body.run > 0 || body.people || body.loose)),
            Kind::Others => usize::from(self.before(at, 1) == Kind::And || body.people),
            Kind::Copy => self.again(at, first, body),
            Kind::Plain => self.plain(at, first, head, body),
            // `2000 See Beyond Corporation`: a name that begins with a word of no name.
            Kind::Junk => usize::from(body.year && !body.name && self.run(at + 1).company),
            _ => 0,
        }
    }

    /// Behind `All rights reserved`: a name may still follow where none has stood yet.
    fn behind_reserved(&self, at: usize, body: &Body) -> Option<usize> {
        if body.name {
            return None;
        }
        let by = usize::from(self.kind(at) == Kind::By);
        let run = self.run(at + by);
        if by == 1 && run.names > 0 {
            return Some(1);
        }
        let year = self.kind(at) == Kind::Year;
        (!body.year && (year || run.company || run.names >= 2)).then_some(0)
    }

    /// A year goes on with everything but an address; behind that it begins another name's years, or is none of ours.
    fn year(&self, at: usize, body: &Body) -> usize {
        if !body.mail || !body.year {
            return 1;
        }
        let years = |at: &usize| matches!(self.kind(*at), Kind::Year | Kind::ShortYear);
        let after = at + (at..at + STATEMENT_WORDS).take_while(years).count();
        let plain = usize::from(self.kind(after) == Kind::Plain);
        let named =
            self.run(after + plain).names > plain || matches!(self.kind(after), Kind::By | Kind::And | Kind::Dash);
        let listed = at > 0 && self.word(at - 1).ends_with(',') && self.line(at - 1) == self.line(at);
        usize::from(named || listed)
    }

    fn number(&self, at: usize, first: bool, body: &Body) -> usize {
        let (before, after) = (self.before(at, 1), self.kind(at + 1));
        let numbers = matches!(before, Kind::Year | Kind::ShortYear | Kind::Number | Kind::SmallNumber);
        let behind_year = !first && numbers && body.year && !body.name;
        let item = first && self.word(at).ends_with('.');
        let before_name = is_name(after) && (first && !item || before == Kind::Noun && body.run == 1);
        let before_year = after == Kind::Year && (first || before == Kind::Plain);
        // `Group 42, Inc.`, `JSR 371 expert group`
        let inside = after == Kind::Suffix && before == Kind::Suffix
            || before == Kind::Caps && after == Kind::Plain && self.run(at + 2).company;
        usize::from(behind_year || before_name || before_year || inside)
    }

    fn dash(&self, at: usize, first: bool, body: &Body) -> usize {
        let next = self.kind(at + 1);
        let run = self.run(at + 1);
        if self.kind(at) == Kind::To {
            // `Contributors to the Some Project`
            let plain = next == Kind::Plain && self.run(at + 2).company;
            return match body.people {
                true if plain => 2,
                people => usize::from(next == Kind::Year && body.year || (first || people) && run.company),
            };
        }
        if first {
            return 0;
        }
        let named = run.company || run.names >= 2 || run.names == 1 && !body.name || next == Kind::Mail;
        let goes_on = next == Kind::Year && body.year || next == Kind::Caps && body.company;
        let loose = body.year && !body.name && !body.loose && matches!(next, Kind::Plain | Kind::By);
        if named || goes_on || loose {
            return 1;
        }
        let place =
            matches!(self.before(at, 1), Kind::Suffix | Kind::Company) && matches!(next, Kind::Plain | Kind::Noun);
        if place { 2 } else { 0 }
    }

    /// After a name in mixed case one word in capitals, more only at the head of another name.
    fn caps(&self, at: usize, body: &Body) -> usize {
        let before = self.before(at, 1);
        let behind_mail = body.mail && body.run == 0 && before != Kind::Year;
        let ended = is_company(before) || before == Kind::Year && body.name || behind_mail;
        // `<ada@example.org>, IBM`
        let listed = before == Kind::Mail && self.word(at - 1).ends_with(',') && self.line(at - 1) == self.line(at);
        let capitals = body.caps > 0 && body.run == body.caps;
        let joins = !ended && (body.run == 0 || capitals || body.caps == 0);
        let run = self.run(at);
        // `Ada B C <ada@example.org>`
        let initial = body.run > 0 && self.word(at).len() == 1 && self.kind(at + 1) == Kind::Mail;
        usize::from(joins || initial || listed || run.company || run.names >= 2 && self.kind(at + 1) == Kind::Noun)
    }

    /// A word of a name goes on with everything but a whole statement; behind that only a whole name does.
    fn noun(&self, at: usize, body: &Body) -> usize {
        let (before, further) = (self.before(at, 1), self.before(at, 2));
        let article = before == Kind::Plain && further == Kind::And;
        if article
            || matches!(before, Kind::And | Kind::Of | Kind::Dash | Kind::By | Kind::Von | Kind::In | Kind::Paren)
        {
            return 1;
        }
        let early_year = body.year && !body.closed;
        let company_mail = before == Kind::Mail && is_company(further) && early_year;
        let behind_mail = body.mail && body.run == 0 && before != Kind::Year && !company_mail;
        let alone = further != Kind::Suffix && self.kind(at + 1) != Kind::And;
        let behind_company = is_company(before) && (!early_year || before == Kind::Url) && alone;
        let behind_year = body.closed && before == Kind::Year;
        let behind_plain = !body.name && before == Kind::Plain && further == Kind::Plain;
        let behind_others = before == Kind::Others;
        if !(behind_mail || behind_company || behind_year || behind_plain || behind_others) {
            return 1;
        }
        // `Acme Inc. - http://acme.example`: the next line names people who work there.
        let next_line = at > 0 && self.line(at - 1) != self.line(at);
        if before == Kind::Url && further == Kind::Dash && next_line {
            return 0;
        }
        let run = self.run(at);
        usize::from(run.names >= 2 || run.company)
    }

    /// Another sign inside: `1994-2007 (c) Name`, `Name (c) 2004`.
    fn again(&self, at: usize, first: bool, body: &Body) -> usize {
        let signs = self.count(at, Kind::Copy);
        let years = self.count(at + signs, Kind::Year);
        let after = at + signs + years;
        // `(c) The Acme`, but not a sentence on the next line.
        let least = if at > 0 && self.line(at - 1) == self.line(after) { 1 } else { 2 };
        let named = self.is_name(after) || self.kind(after) == Kind::Plain && self.run(after + 1).names >= least;
        let behind_year = body.year && !body.name && !body.loose && named;
        let before_year = !body.year && body.name && years > 0 && !named && (signs == 1 || self.reserved(after) > 0);
        if !first && (behind_year || before_year) { signs } else { 0 }
    }
}

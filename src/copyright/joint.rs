//! The small words of a statement: what joins names (`and`, `of`, `by`), words that say nothing but stand inside a name,
//! and the pieces of addresses that hide from machines.

use super::body::Body;
use super::parse::{Head, Parser, STATEMENT_WORDS, is_name};
use super::word::Kind;

impl Parser<'_> {
    /// `and` joins what is named; `and its affiliates` takes its small words with it.
    pub(super) fn and(&self, at: usize, first: bool, head: &Head) -> usize {
        let next = if self.kind(at + 1) == Kind::And { at + 2 } else { at + 1 };
        let taken = next - at;
        if first && !(head.signs >= 2 && self.is_name(next)) {
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
                let people = matches!(self.kind(next + 1), Kind::Contributors | Kind::Authors);
                let further = self.kind(next + 1) == Kind::Plain && self.run(next + 2).company;
                match self.run(next + 1).names {
                    0 if further => taken + 2,
                    0 if !people => 0,
                    _ => taken + 1,
                }
            }
            _ => 0,
        }
    }

    /// `of`, `van`, `in` go on where a name follows, perhaps behind an article.
    pub(super) fn of(&self, at: usize, first: bool, body: &Body) -> usize {
        let (kind, next) = (self.kind(at), self.kind(at + 1));
        if is_name(next) || kind == Kind::Von && next == Kind::Mail {
            return 1;
        }
        let small = matches!(next, Kind::Von | Kind::Of);
        let run = self.run(at + 2);
        match kind {
            Kind::Of | Kind::Von if small && self.is_name(at + 2) => 2,
            _ if next != Kind::Plain => 0,
            Kind::Of if run.names > 0 && (first || body.name || run.company) => 2,
            Kind::Von if self.is_name(at + 2) => 2,
            Kind::In if body.run > 0 && run.names > 0 => 2,
            // `Software in the Public Interest`
            Kind::In if body.run > 0 && self.kind(at + 2) == Kind::Plain && self.is_name(at + 3) => 3,
            _ => 0,
        }
    }

    /// `by` stands before the first name, and behind the years of another one.
    pub(super) fn by(&self, at: usize, first: bool, body: &Body) -> usize {
        let (before, next) = (self.before(at, 1), self.kind(at + 1));
        if body.name {
            return usize::from(before == Kind::Year && (body.mail || body.company) && is_name(next));
        }
        if !first && !matches!(before, Kind::Year | Kind::ShortYear | Kind::SmallNumber | Kind::Dash) {
            return 0;
        }
        if is_name(next) || matches!(next, Kind::Mail | Kind::Url | Kind::Host | Kind::Von | Kind::Year | Kind::Mit) {
            return 1;
        }
        // `by the following authors:`
        if next == Kind::Plain && self.kind(at + 2) == Kind::Following {
            return if self.kind(at + 3) == Kind::Authors { 4 } else { 0 };
        }
        let plain = self.kind(at + 2) == Kind::Plain;
        let run = self.run(at + 2);
        let people = run.names > 0 && matches!(self.kind(at + 2 + run.words), Kind::Authors | Kind::Contributors);
        let fits = next == Kind::Plain && (body.year || plain || people || run.company);
        if fits { 2 + usize::from(plain) } else { 0 }
    }

    /// Authors and contributors stand behind a name. At the start of a line they are the head of a list.
    pub(super) fn people(&self, at: usize, first: bool, body: &Body) -> usize {
        let before = if first { Kind::Empty } else { self.before(at, 1) };
        // `and many contributors`
        let many = before == Kind::Plain && self.before(at, 2) == Kind::And && !first;
        if before == Kind::And || many {
            return 1;
        }
        if self.kind(at) == Kind::Contributors && body.year && !body.name {
            return self.noted(at);
        }
        let same_line = !first && at > 0 && self.line(at) == self.line(at - 1);
        usize::from(same_line && (body.run > 0 || body.people || before == Kind::Plain))
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

    /// Whether a name with an address of mail stands at `at`.
    pub(super) fn named_with_mail(&self, at: usize) -> bool {
        let run = self.run(at);
        run.names >= 2 && self.kind(at + run.words) == Kind::Mail
    }

    /// A parenthesis of its own around a name or an address.
    pub(super) fn paren(&self, at: usize, body: &Body) -> usize {
        if self.word(at) == ")" {
            return usize::from(body.name);
        }
        let next = self.kind(at + 1);
        usize::from(is_name(next) || matches!(next, Kind::Mail | Kind::Url | Kind::Host | Kind::Year))
    }

    /// `Part of the Some Group's`
    pub(super) fn part_of(&self, at: usize, body: &Body) -> usize {
        let of = self.kind(at + 1) == Kind::Of && self.kind(at + 2) == Kind::Plain;
        if body.name && of && self.is_name(at + 3) { 3 } else { 0 }
    }

    /// `<name at host dot org>`
    pub(super) fn veiled(&self, at: usize) -> usize {
        let mut joined = false;
        for end in at + 1..at + 8 {
            let kind = self.kind(end);
            if kind == Kind::MailEnd || self.word(end).ends_with('>') {
                return if joined { end + 1 - at } else { 0 };
            }
            joined |= matches!(kind, Kind::And | Kind::At | Kind::Dot);
            if !(joined || matches!(kind, Kind::Plain | Kind::Noun | Kind::Host | Kind::Url)) {
                return 0;
            }
        }
        0
    }

    /// `AT host.org` behind the first word of a veiled address.
    pub(super) fn at_host(&self, at: usize) -> usize {
        if matches!(self.kind(at + 1), Kind::Host | Kind::Url) { 2 } else { 0 }
    }

    /// Words that say nothing: before the first name and inside names.
    pub(super) fn plain(&self, at: usize, first: bool, head: &Head, body: &Body) -> usize {
        let plain = |at: &usize| self.kind(*at) == Kind::Plain && self.reserved(*at) == 0;
        let count = (at..at + STATEMENT_WORDS).take_while(plain).count();
        // `the original author or authors`
        let author = self.kind(at + count) == Kind::Author && self.kind(at + count + 1) == Kind::Plain;
        let authors = author && matches!(self.kind(at + count + 2), Kind::Authors | Kind::AuthorsStop);
        if authors && !body.name && (body.year || count <= 2) {
            return count + 3;
        }
        match (body.name, body.year) {
            (false, true) => self.plain_behind_year(at + count, count, body),
            (false, false) => self.plain_behind_head(at, count, first, head, body),
            (true, _) => self.plain_inside(at, count, body),
        }
    }

    /// Behind a year they may be the holder themselves.
    fn plain_behind_year(&self, after: usize, count: usize, body: &Body) -> usize {
        let run = self.run(after);
        let named = run.company || run.names >= 2;
        if body.named && !named { 0 } else { count }
    }

    fn plain_behind_head(&self, at: usize, count: usize, first: bool, head: &Head, body: &Body) -> usize {
        let after = at + count;
        let next = self.kind(after);
        let run = self.run(after);
        let named = run.company || run.names >= 2;
        let people = match next {
            Kind::Contributors | Kind::AuthorsStop => true,
            // `the Initial Developer`
            Kind::Maintainers if count == 2 => true,
            Kind::Authors | Kind::Committers | Kind::Maintainers => {
                self.kind(after + 1) == Kind::Copy && self.kind(after + 2) == Kind::Year
            }
            _ => false,
        };
        let dated = next == Kind::Year || next == Kind::SmallNumber && self.kind(after + 1) == Kind::Year;
        // `property of Acme Inc.`, `works of Acme Inc.`
        let owned = next == Kind::Of && matches!(self.word(at), "property" | "work" | "works");
        let fits = match count {
            1 if owned && self.run(after + 1).company => true,
            1 if dated => true,
            1 | 2 if run.company || people || next == Kind::Mail => true,
            1 if named => head.signs >= 2 || self.kind(after + run.words) == Kind::Year,
            _ => head.signs >= 2 && named,
        };
        let begins = first || self.before(at, 1) == Kind::By || body.loose && run.names >= 2;
        if fits && begins { count } else { 0 }
    }

    fn plain_inside(&self, at: usize, count: usize, body: &Body) -> usize {
        let after = at + count;
        let next = self.kind(after);
        let run = self.run(after);
        let lone = body.run == 1 && self.before(at, 1) == Kind::Noun;
        if next == Kind::And && body.run > 0 {
            let plain = usize::from(self.kind(after + 1) == Kind::Plain);
            let contributors = count == 1 && self.kind(after + 1 + plain) == Kind::Contributors;
            if contributors || self.kind(after + 1) == Kind::Others {
                return count;
            }
        }
        // `The Acme Reference Library Authors`
        let people = matches!(next, Kind::Authors | Kind::AuthorsStop | Kind::Contributors);
        let title = (at..after).all(|at| self.word(at).starts_with(|c: char| c.is_ascii_uppercase()));
        let same_line = at > 0 && self.line(at - 1) == self.line(after);
        if people && count <= 3 && body.run > 0 && title && same_line {
            return count;
        }
        if count != 1 {
            // `for convergence integrated media GmbH`
            let most = if self.word(at) == "for" { 5 } else { 3 };
            return if count <= most && run.company { count } else { 0 };
        }
        let spelled = self.spelled_mail(after);
        if spelled > 0 {
            return 1 + spelled;
        }
        // `Corporation for National Research`
        let between = self.before(at, 1) == Kind::Noun && next == Kind::Noun;
        // `Research Consortium for Informatics`
        let body_for = self.before(at, 1) == Kind::Suffix
            && next == Kind::Noun
            && at > 0
            && self.word(at - 1).len() >= 6
            && self.word(at - 1).bytes().all(|byte| byte.is_ascii_alphabetic());
        let phrase = self.word(at) == "for" && (between && same_line || body_for);
        let inner = lone && matches!(next, Kind::Noun | Kind::Mail);
        // On the next line it is a label: `Contact: Ada Byron`.
        let capital = self.word(at).starts_with(|c: char| c.is_ascii_uppercase());
        let dated = capital && self.before(at, 1) == Kind::Year;
        let label = at > 0 && self.line(at - 1) != self.line(at) && (dated || self.word(at) == "Contact");
        let further = !body.people && !label && (run.names >= 2 || next == Kind::Mail);
        usize::from(phrase || inner || run.company || further)
    }

    /// `at host.org`, `at host dot org` behind the first word of an address: how many words.
    fn spelled_mail(&self, at: usize) -> usize {
        if !matches!(self.kind(at), Kind::And | Kind::At) {
            return 0;
        }
        if matches!(self.kind(at + 1), Kind::Host | Kind::Url) {
            return 2;
        }
        let host = matches!(self.kind(at + 1), Kind::Plain | Kind::Noun);
        let end = matches!(self.kind(at + 3), Kind::Plain | Kind::MailEnd);
        if host && self.kind(at + 2) == Kind::Dot && end { 4 } else { 0 }
    }
}

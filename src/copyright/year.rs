//! Years and what stands beside them: `1998`, `1994/95.`, `(2001-2004)`, `1987,88,89`, `2007-present`, `2001-201x`.

use crate::model::copyright::{PRESENT, Years};

use super::word::Kind;

/// The first year that counts as one.
pub(super) const FIRST: u32 = 1960;
/// The last year that counts as one.
pub(super) const LAST: u32 = 2039;

/// The kind of a word of digits; `None` for any other.
pub(super) fn kind(word: &str) -> Option<Kind> {
    if is_years(word) {
        return Some(Kind::Year);
    }
    let bare = word.strip_suffix(['.', ',']).unwrap_or(word);
    let digits = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit());
    if digits
        && bare.len() == 2
        && bare.as_bytes().first().is_some_and(|b| matches!(b, b'8' | b'9'))
        && !word.ends_with('.')
    {
        return Some(if word.ends_with(',') { Kind::Year } else { Kind::ShortYear });
    }
    if is_slash_date(bare) {
        return Some(Kind::Year);
    }
    if digits && (bare.len() == 1 || bare.len() == 2 && bare.as_bytes().first().is_some_and(|b| *b < b'4')) {
        return Some(Kind::SmallNumber);
    }
    if matches!(word, "." | ",") {
        return Some(Kind::SmallNumber);
    }
    let number = bare.strip_prefix('-').unwrap_or(bare);
    let mut parts = number.splitn(2, |c: char| !c.is_ascii_digit());
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let whole = parts.next().is_some_and(all_digits);
    (whole && parts.next().is_none_or(all_digits)).then_some(Kind::Number)
}

/// Whether `year` is one of the years of this and the last century that notices name.
pub(super) fn is_year(year: u32) -> bool {
    (FIRST..=LAST).contains(&year)
}

/// Years with nothing but punctuation around and between them.
fn is_years(word: &str) -> bool {
    if is_date(word) {
        return true;
    }
    let start = word.trim_start_matches(|c: char| c.is_ascii_punctuation());
    let mut rest = start;
    let mut numbers = 0;
    let mut mark = "";
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let close = numbers == 1 && matches!(mark, "-" | "," | ".");
        let fits = match (number.len(), number.parse().unwrap_or(0)) {
            (4, year) => is_year(year),
            // A year cut short behind a whole one; behind any more of them, one that is no day.
            (2, short) => {
                numbers > 0
                    && !mark.is_empty()
                    && (short >= 60 || short <= 9 || short <= 29 && close && start.starts_with("20"))
            }
            (1, _) => close,
            // `201x`
            (3, _) => close && after.starts_with('x') && number.starts_with("20"),
            _ => false,
        };
        if !fits {
            return false;
        }
        numbers += 1;
        let whole = numbers > 1 && number.len() >= 3;
        let after = after.strip_prefix(['a', 'x']).filter(|_| whole).unwrap_or(after);
        if is_present(after.trim_start_matches(['-', '~'])) {
            return true;
        }
        rest = after.trim_start_matches(|c: char| c.is_ascii_punctuation());
        mark = after.get(..after.len() - rest.len()).unwrap_or_default();
    }
    numbers > 0
}

/// `present`, with a full stop or comma.
fn is_present(word: &str) -> bool {
    word.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("present"))
        && word.get(7..).is_some_and(|tail| matches!(tail, "" | "." | "," | ".,"))
}

/// `2004-12-09`
fn is_date(word: &str) -> bool {
    let mut parts = word.splitn(3, '-').map(|part| part.parse().unwrap_or(0));
    let (year, month, day): (u32, u32, u32) =
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    is_year(year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// `08/95`
fn is_slash_date(word: &str) -> bool {
    let Some((month, year)) = word.split_once('/') else { return false };
    let month_fits = month.len() <= 2 && month.parse().is_ok_and(|month: u32| (1..=12).contains(&month));
    month_fits
        && year.len() == 2
        && year.as_bytes().first().is_some_and(|b| (b'6'..=b'9').contains(b))
        && year.bytes().all(|b| b.is_ascii_digit())
}

/// Reads the years of a statement word by word.
#[derive(Default)]
pub(super) struct Span {
    /// The year before, and whether a dash stands behind it.
    last: Option<(u16, bool)>,
}

impl Span {
    /// Adds the years of the next word.
    pub(super) fn read(&mut self, kind: Kind, word: &str, years: &mut Years) {
        match kind {
            Kind::Year | Kind::ShortYear => self.years(word, years),
            Kind::SmallNumber | Kind::Number if self.last.is_some() => self.years(word, years),
            Kind::Dash | Kind::To => self.last = self.last.map(|(year, _)| (year, true)),
            _ if word.trim_matches(['.', ',']).eq_ignore_ascii_case("present") => self.until_now(years),
            _ => self.last = None,
        }
    }

    fn years(&mut self, word: &str, years: &mut Years) {
        let mut rest = word;
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            let (mark, number) = rest.split_at(at);
            if mark.contains('-') {
                self.last = self.last.map(|(year, _)| (year, true));
            }
            let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
            let (digits, after) = number.split_at(end.min(4));
            rest = after;
            let Some(year) = self.whole(digits) else { continue };
            match self.last {
                Some((first, true)) if first <= year => years.add(first, year),
                _ => years.add(year, year),
            }
            self.last = Some((year, false));
        }
        if rest.to_ascii_lowercase().contains("present") {
            self.until_now(years);
        } else if rest.contains(['-', '~', '+']) {
            self.last = self.last.map(|(year, _)| (year, true));
        }
    }

    fn until_now(&mut self, years: &mut Years) {
        if let Some((year, _)) = self.last.take() {
            years.add(year, PRESENT);
        }
    }

    /// The whole year of `digits`, which may be cut short behind another one.
    fn whole(&self, digits: &str) -> Option<u16> {
        let number: u16 = digits.parse().ok()?;
        match (digits.len(), self.last) {
            (4, _) => is_year(number.into()).then_some(number),
            (2, Some((last, _))) => Some(last / 100 * 100 + number).filter(|year| *year >= last),
            (1, Some((last, true))) => Some(last / 10 * 10 + number).filter(|year| *year >= last),
            (2, None) if number >= 60 => Some(1900 + number),
            _ => None,
        }
    }
}

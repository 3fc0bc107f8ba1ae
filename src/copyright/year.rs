//! Years and what stands beside them: `1998`, `1994/95.`, `(2001-2004)`, `1987,88,89`, `2007-present`, `2001-201x`.

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
    let start = word.trim_start_matches(|c: char| c.is_ascii_punctuation());
    let mut rest = start;
    let mut any = false;
    let mut mark = "";
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let fits = match number.len() {
            4 => number.parse().is_ok_and(is_year),
            // A year cut short behind a whole one.
            2 => any && !mark.is_empty(),
            1 => any && mark.contains('-'),
            // `201x`
            3 => any && after.starts_with('x') && number.starts_with("20"),
            // `20012002`: years run together
            8 => {
                number.get(..4).is_some_and(|n| n.parse().is_ok_and(is_year))
                    && number.get(4..).is_some_and(|n| n.parse().is_ok_and(is_year))
            }
            _ => false,
        };
        if !fits {
            return false;
        }
        any = true;
        let after = after.strip_prefix(['a', 'x']).unwrap_or(after);
        let lower = after.trim_start_matches(['-', '~']);
        if lower.len() > 6
            && lower.is_char_boundary(7)
            && lower.get(..7).is_some_and(|w| w.eq_ignore_ascii_case("present"))
        {
            return lower.get(7..).is_some_and(|tail| matches!(tail, "" | "." | "," | ".,"));
        }
        rest = after.trim_start_matches(|c: char| c.is_ascii_punctuation());
        mark = after.get(..after.len() - rest.len()).unwrap_or_default();
    }
    any
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

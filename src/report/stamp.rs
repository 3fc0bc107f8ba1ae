//! The date of a report, given from outside so that the same scan gives the same bytes.

use std::fmt;
use std::ops::Range;

/// Seconds of a day.
const DAY: u64 = 86_400;
/// The last second of the year 9999: formats have four digits for a year.
const LAST: u64 = 253_402_300_799;

/// When a report was made: seconds since 1970-01-01, UTC. Shown as `2024-02-29T12:00:00Z`; never later than the year 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp(pub u64);

impl Stamp {
    /// The beginning of a day, given as an ISO date; this stamp itself where `day` is none.
    pub(crate) fn or_day(self, day: &str) -> String {
        let shape = day.len() == 10 && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let number = |range: Range<usize>| day.get(range).filter(|_| shape)?.parse::<u32>().ok();
        let last = |month| match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            2 => 29,
            _ => 30,
        };
        match (number(0..4), number(5..7), number(8..10)) {
            (Some(1..), Some(month @ 1..=12), Some(of_month)) if (1..=last(month)).contains(&of_month) => {
                format!("{day}T00:00:00Z")
            }
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Stamp {
    /// By the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.min(LAST);
        let shifted = seconds / DAY + 719_468;
        let (era, of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let of_day = seconds % DAY;
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400 + 3_661, "2000-02-29T01:01:01Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Stamp(seconds).to_string(), expected);
        }
    }

    #[test]
    fn a_day_begins_at_midnight_and_what_is_none_is_passed_over() {
        assert_eq!(Stamp(0).or_day("2024-02-29"), "2024-02-29T00:00:00Z");
        for day in ["2024-02-30", "2024-13-01", "2024-4-011", "yesterday", "", "0000-01-01", "2024-01-0\u{e9}"] {
            assert_eq!(Stamp(0).or_day(day), "1970-01-01T00:00:00Z", "{day}");
        }
    }
}

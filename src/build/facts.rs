//! What an archive says of the release that it is, beside its code: the licence in its manifest, and when it was made.

use spdx::Expression;

use crate::input::archive::Member;
use crate::model::place::base_name;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// SPDX expression, as the package's own manifest states it.
    pub license: Option<String>,
    /// The newest believable time stamp, seconds since 1970: about when the archive was made.
    newest: Option<i64>,
}

/// Days that build tools write in place of the real one, as the day's number since 1970-01-01: 1973-11-29, 1979-12-31,
/// 1980-01-01, 1980-02-01, 1985-10-26, 2006-07-24, 2016-01-01, 2020-02-02.
const MADE_UP: [i64; 8] = [1428, 3651, 3652, 3683, 5777, 13353, 16801, 18294];
/// Seconds of a day.
const DAY: i64 = 86_400;
/// No open source archive is older than 1990 or from after 2100.
const BELIEVABLE: std::ops::Range<i64> = 7305 * DAY..47_482 * DAY;

impl Facts {
    /// Takes note of a member of the release's archive.
    pub fn note(&mut self, member: &Member<'_>) {
        let day = |time: &i64| time.div_euclid(DAY);
        let believable = member.modified.filter(|time| BELIEVABLE.contains(time) && !MADE_UP.contains(&day(time)));
        self.newest = self.newest.max(believable);
        let depth = member.path.matches('/').count();
        if self.license.is_none() && depth <= 1 && member.whole {
            self.license = license(base_name(member.path), member.bytes);
        }
    }

    /// The day on which the archive was made, ISO.
    pub fn day(&self) -> Option<String> {
        self.newest.map(|time| iso_day(time.div_euclid(DAY)))
    }
}

/// The licence that a manifest states, if it is a valid SPDX expression.
fn license(name: &str, bytes: &[u8]) -> Option<String> {
    let text = || std::str::from_utf8(bytes).ok();
    let stated = match name {
        "package.json" | "composer.json" => {
            let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
            value.get("license")?.as_str()?.to_string()
        }
        "Cargo.toml" => {
            let table: toml::Table = toml::from_str(text()?).ok()?;
            table.get("package")?.get("license")?.as_str()?.replace('/', " OR ")
        }
        "METADATA" | "PKG-INFO" => {
            let head = text()?.lines().take_while(|line| !line.is_empty());
            let field = |name: &str| head.clone().find_map(|line| line.strip_prefix(name));
            field("License-Expression:").or(field("License:"))?.trim().to_string()
        }
        _ => return None,
    };
    Expression::parse(&stated).is_ok().then_some(stated)
}

/// The ISO date of a day since 1970-01-01, by the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `civil_from_days`).
fn iso_day(day: i64) -> String {
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day_of_month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member<'a>(path: &'a str, bytes: &'a [u8], modified: i64) -> Member<'a> {
        Member { path, bytes, size: bytes.len() as u64, blake3: [0; 32], whole: true, modified: Some(modified) }
    }

    #[test]
    fn days_have_dates() {
        let cases = [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_782, "2026-11-25"),
            (-1, "1969-12-31"),
        ];
        cases.iter().for_each(|(day, date)| assert_eq!(iso_day(*day), *date));
        let made_up = [
            "1973-11-29",
            "1979-12-31",
            "1980-01-01",
            "1980-02-01",
            "1985-10-26",
            "2006-07-24",
            "2016-01-01",
            "2020-02-02",
        ];
        assert_eq!(MADE_UP.map(iso_day), made_up.map(String::from));
        assert_eq!(
            (iso_day(BELIEVABLE.start / DAY), iso_day(BELIEVABLE.end / DAY)),
            ("1990-01-01".into(), "2100-01-01".into())
        );
    }

    #[test]
    fn the_newest_day_that_can_be_believed_counts() {
        let mut facts = Facts::default();
        [20_000, 18_294, 10_000, 90_000, 5].iter().for_each(|day| facts.note(&member("a", b"", day * DAY)));
        assert_eq!(facts.day().as_deref(), Some("2024-10-04"));
        assert_eq!(Facts::default().day(), None);
    }

    #[test]
    fn a_manifest_states_the_licence() {
        let stated = |name: &str, text: &str| license(name, text.as_bytes());
        assert_eq!(stated("package.json", r#"{"license": "MIT"}"#).as_deref(), Some("MIT"));
        assert_eq!(
            stated("Cargo.toml", "[package]\nlicense = \"MIT/Apache-2.0\"").as_deref(),
            Some("MIT OR Apache-2.0")
        );
        assert_eq!(stated("METADATA", "Name: a\nLicense: BSD-3-Clause\n\nx").as_deref(), Some("BSD-3-Clause"));
        for (name, text) in [
            ("package.json", "{\"license\": \"see LICENSE\"}"),
            ("package.json", "{"),
            ("METADATA", "License: BSD"),
            ("a.c", "MIT"),
        ] {
            assert_eq!(stated(name, text), None, "{name}");
        }
        let mut facts = Facts::default();
        facts.note(&member("a/b/package.json", br#"{"license": "ISC"}"#, 0));
        assert_eq!(facts.license, None, "a manifest further down is another package's");
        facts.note(&member("package/package.json", br#"{"license": "MIT"}"#, 0));
        assert_eq!(facts.license.as_deref(), Some("MIT"));
    }
}

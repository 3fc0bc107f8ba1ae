//! A copyright statement as a file makes it.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use crate::model::place::Lines;

/// One copyright statement of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copyright {
    /// The statement in one line: markup and comment marks gone, every sign `(c)`, letters without their accents, `All
    /// rights reserved` left out.
    pub statement: String,
    /// Who holds it: the statement without signs, years and addresses; empty where nobody is named.
    /// Letters keep their accents.
    pub holder: String,
    /// Its years; empty where it names none.
    pub years: Years,
    /// Where it stands.
    pub lines: Lines,
}

/// The last year of what goes on until today.
pub const PRESENT: u16 = u16::MAX;

/// Years as ranges in order, apart from each other by at least one year. Shown as `1995-1998, 2004, 2010-present`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Years(Vec<(u16, u16)>);

impl Years {
    /// Adds the years `first..=last`; `last` may be [`PRESENT`].
    pub fn add(&mut self, first: u16, last: u16) {
        let (first, last) = (first.min(last), first.max(last));
        self.0.push((first, last));
        self.0.sort_unstable();
        self.0.dedup_by(|next, before| {
            let joins = next.0 <= before.1.saturating_add(1);
            if joins {
                before.1 = before.1.max(next.1);
            }
            joins
        });
    }

    /// Adds all years of `other`.
    pub fn unite(&mut self, other: &Years) {
        for (first, last) in &other.0 {
            self.add(*first, *last);
        }
    }

    /// Reads what [`fmt::Display`] writes; `None` for anything else.
    pub fn read(text: &str) -> Option<Years> {
        let mut years = Years::default();
        for range in text.split(", ").filter(|range| !range.is_empty()) {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let last = if last == "present" { PRESENT } else { last.parse().ok()? };
            years.add(first.parse().ok()?, last);
        }
        Some(years)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Years {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            match *last {
                PRESENT => write!(out, "{comma}{first}-present")?,
                last if last == *first => write!(out, "{comma}{first}")?,
                last => write!(out, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Years {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Years {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Years, D::Error> {
        let text = String::deserialize(from)?;
        Years::read(&text).ok_or_else(|| D::Error::custom(format!("`{text}` are no years")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_join_where_they_touch() {
        for (input, expected) in [
            (vec![], ""),
            (vec![(2004, 2004)], "2004"),
            (vec![(2004, 2004), (2001, 2002), (2003, 2003)], "2001-2004"),
            (vec![(1999, 1995), (2004, 2004)], "1995-1999, 2004"),
            (vec![(2010, PRESENT), (2004, 2004), (2012, 2013)], "2004, 2010-present"),
        ] {
            let mut years = Years::default();
            for (first, last) in input {
                years.add(first, last);
            }
            assert_eq!(years.to_string(), expected);
            assert_eq!(Years::read(expected), Some(years));
        }
    }

    #[test]
    fn what_are_no_years_is_not_read() {
        for text in ["x", "1999-", "-", "1999,2000", "99999", "present-1999"] {
            assert_eq!(Years::read(text), None, "{text}");
        }
    }

    #[test]
    fn years_of_two_statements_unite() {
        let mut one = Years::default();
        one.add(1998, 2000);
        let mut two = Years::default();
        two.add(2001, 2001);
        two.add(2005, 2005);
        one.unite(&two);
        assert_eq!(one.to_string(), "1998-2001, 2005");
    }
}

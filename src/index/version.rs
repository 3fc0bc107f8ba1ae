//! The order of a component's releases.

use std::cmp::Ordering;

/// Compares two versions as their projects mean them: numbers as numbers, `rc`, `beta`, `alpha`, `dev`, `pre` and
/// Debian's `~` before the release, everything else after it. A total order: unequal texts never compare equal.
pub fn compare(one: &str, other: &str) -> Ordering {
    let (mut a, mut b) = (Parts::new(one), Parts::new(other));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return one.cmp(other),
            (left, right) => left.unwrap_or(Part::End).cmp(&right.unwrap_or(Part::End)),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Before the release itself, by how early.
    Before(u8),
    End,
    Word(String),
    Number(u128),
}

struct Parts<'a> {
    rest: &'a str,
    /// The mark before `rest`.
    before: char,
}

impl<'a> Parts<'a> {
    fn new(version: &'a str) -> Parts<'a> {
        Parts { rest: version.strip_prefix(['v', 'V']).unwrap_or(version), before: '.' }
    }
}

impl Iterator for Parts<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if let Some(rest) = self.rest.strip_prefix('~') {
            (self.rest, self.before) = (rest, '~');
            return Some(Part::Before(0));
        }
        let trimmed = self.rest.trim_start_matches(|mark: char| !mark.is_alphanumeric() && mark != '~');
        if let Some(mark) = self.rest.strip_suffix(trimmed).and_then(|marks| marks.chars().next_back()) {
            self.before = mark;
        }
        self.rest = trimmed;
        let first = self.rest.chars().next()?;
        let digits = first.is_ascii_digit();
        let same =
            |mark: char| if digits { mark.is_ascii_digit() } else { mark.is_alphanumeric() && !mark.is_ascii_digit() };
        let end = self.rest.find(|mark: char| !same(mark)).unwrap_or(self.rest.len());
        let (part, rest) = self.rest.split_at(end);
        let before = std::mem::replace(&mut self.before, part.chars().next_back().unwrap_or('.'));
        self.rest = rest;
        if digits {
            return Some(Part::Number(part.parse().unwrap_or(u128::MAX)));
        }
        let word = part.to_lowercase();
        // A letter alone marks a preview where it stands between number and number (`1.0b2`), and a later release at the end
        // (`1.1.1b`, `2024a`); behind a dot it begins the digest of a commit.
        let between = rest.starts_with(|mark: char| mark.is_ascii_digit()) && before != '.';
        if word.len() == 1 && !between {
            return Some(Part::Word(word));
        }
        Some(match word.as_str() {
            "dev" => Part::Before(1),
            "a" | "alpha" | "canary" => Part::Before(2),
            "b" | "beta" => Part::Before(3),
            "c" | "rc" | "pre" | "preview" | "next" => Part::Before(4),
            _ => Part::Word(word),
        })
    }
}

/// Whether a version is a release and no preview of one; what follows `+` tells of the build only,
/// and what follows `git` is the digest of a commit.
pub fn is_final(version: &str) -> bool {
    let version = version.split('+').next().and_then(|version| version.split("git").next()).unwrap_or(version);
    !Parts::new(version).any(|part| matches!(part, Part::Before(level) if level > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_stand_in_their_projects_order() {
        let ordered = [
            "0.9",
            "1.0.dev1",
            "1.0a2",
            "1.0-beta.1",
            "1.0rc1",
            "1.0",
            "1.0.1",
            "1.1.1",
            "1.1.1b",
            "1.2.13.dfsg",
            "1.10",
            "2.0~rc1",
            "2.0",
        ];
        for (place, one) in ordered.iter().enumerate() {
            for (other_place, other) in ordered.iter().enumerate() {
                assert_eq!(compare(one, other), place.cmp(&other_place), "{one} {other}");
            }
        }
    }

    #[test]
    fn the_order_is_total() {
        assert_ne!(compare("1.0", "1.0.0"), Ordering::Equal);
        assert_ne!(compare("v1.0", "1.0"), Ordering::Equal);
        assert_eq!(compare("1.0", "1.0"), Ordering::Equal);
        for version in
            ["1.1.1b", "2024a", "9c", "0.0~git20241109.b5c20573", "0.0~git20241109.5c20573", "0.15.1b", "R.2.4"]
        {
            assert!(is_final(version), "{version}");
        }
        assert!(!is_final("1.0b2") && !is_final("1.0-a1") && !is_final("1.0c1"));
        assert!(is_final("0.11.0+wasi-snapshot-preview1") && is_final("1.0.post1") && !is_final("2.0.0-rc.1"));
    }
}

//! Which releases of a component are worth their place, when not all of them are taken.

use std::collections::BTreeMap;

use crate::index::version;

/// `most` of the versions (oldest first) and never more: the newest of each major version, filled up by an even spread over
/// the others; where there are too many majors, an even spread over those. The newest of all is always among them.
pub fn pick(versions: &[String], most: usize) -> Vec<String> {
    let mut heads: BTreeMap<String, &String> = BTreeMap::new();
    for one in versions {
        heads.insert(major(one).to_string(), one);
    }
    let mut chosen: Vec<&String> = heads.into_values().collect();
    chosen.sort_by(|one, other| version::compare(one, other));
    if chosen.len() >= most {
        return evenly(&chosen, most).into_iter().cloned().collect();
    }
    let rest: Vec<&String> = versions.iter().filter(|one| !chosen.contains(one)).collect();
    let more = evenly(&rest, most - chosen.len());
    chosen.extend(more);
    chosen.sort_by(|one, other| version::compare(one, other));
    chosen.into_iter().cloned().collect()
}

/// The digits that a version begins with.
fn major(version: &str) -> &str {
    let start = version.find(|mark: char| mark.is_ascii_digit()).unwrap_or(0);
    let rest = version.get(start..).unwrap_or_default();
    rest.split(|mark: char| !mark.is_ascii_digit()).next().unwrap_or_default()
}

/// `most` of the items, evenly spread, the last one always among them.
pub fn evenly<T: Copy>(items: &[T], most: usize) -> Vec<T> {
    let most = most.min(items.len());
    let Some(last) = items.len().checked_sub(1) else { return Vec::new() };
    let at = |step: usize| items.get(last - last * step / most.saturating_sub(1).max(1)).copied();
    (0..most).rev().filter_map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(versions: &str, most: usize) -> String {
        let versions: Vec<String> = versions.split(' ').map(str::to_string).collect();
        pick(&versions, most).join(" ")
    }

    #[test]
    fn every_major_version_has_its_newest() {
        assert_eq!(picked("1.0 1.1 1.2 2.0 2.1 3.0", 3), "1.2 2.1 3.0");
        assert_eq!(picked("1.0 1.1 1.2 2.0 2.1 3.0", 4), "1.2 2.0 2.1 3.0");
        assert_eq!(picked("1 2 3 4 5", 3), "1 3 5");
        assert_eq!(picked("1 2 3", 9), "1 2 3");
        assert_eq!(picked("1 2 3", 1), "3");
        assert_eq!(picked("v1.0 v1.1", 1), "v1.1");
        assert!(evenly::<u8>(&[], 3).is_empty() && evenly(&[1, 2], 0).is_empty());
    }
}

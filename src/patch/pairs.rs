//! Which file of a copy is which file of the release. Files that matched say so themselves; what the folders they lie in have
//! in common says it for the others, for a copy may leave folders out or put them elsewhere.

use std::collections::BTreeMap;

use crate::model::place::{base_name, folder};

/// Files of a copy by their paths in the release.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Path in the release, and path in the copy.
    pub pairs: BTreeMap<String, String>,
    /// Files of the copy for which a path in the release is taken already: second copies of one file.
    pub second: Vec<String>,
    /// Files of other names than the release's: path in the release, and what it would be with the copy's name.
    pub renamed: BTreeMap<String, String>,
}

/// A file of a release that a file of a copy matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Path in the release.
    pub source: String,
    /// Whether the match is the whole content.
    pub whole: bool,
}

/// Pairs the files `local` of a copy with paths of a release. `known` says of some of them which file of the release they
/// matched; `is_upstream` is whether the release has a path. Pieces that match a file of another name (a bundle and what it is
/// made of) say less than the place.
pub fn pair(local: &[String], known: &BTreeMap<String, Known>, is_upstream: &dyn Fn(&str) -> bool) -> Pairs {
    let mut out = Pairs::default();
    let shifts = shifts(known);
    let mut waiting: Vec<&String> = Vec::new();
    let mut sure: Vec<(&String, &String)> = Vec::new();
    let mut alike: Vec<(&String, &String)> = Vec::new();
    for path in local {
        match known.get(path) {
            Some(Known { source, whole }) if *whole || base_name(path) == base_name(source) => {
                sure.push((path, source))
            }
            Some(Known { source, .. }) => alike.push((path, source)),
            None => waiting.push(path),
        }
    }
    let placed = |path: &str| {
        let all = || shifts.iter().filter_map(|(shift, _)| shift.apply(path));
        all().find(|target| is_upstream(target)).or_else(|| all().next()).unwrap_or_else(|| path.to_string())
    };
    for (path, source) in alike {
        match is_upstream(&placed(path)) {
            true => waiting.push(path),
            false => sure.push((path, source)),
        }
    }
    // Of two copies of one file the one is it that lies where most others say that it would.
    let votes = |path: &str, source: &str| {
        let agree = shifts.iter().filter(|(shift, _)| shift.apply(path).as_deref() == Some(source));
        agree.map(|(_, votes)| *votes).max().unwrap_or(0)
    };
    sure.sort_by_key(|(path, source)| (std::cmp::Reverse(votes(path, source)), path.len(), *path));
    let mut moved = Vec::new();
    for (path, source) in sure {
        if out.pairs.contains_key(source) || !is_upstream(source) {
            moved.push(path);
        } else {
            out.pairs.insert(source.clone(), path.clone());
        }
    }
    waiting.sort();
    for path in waiting.into_iter().chain(moved) {
        match placed(path) {
            target if out.pairs.contains_key(&target) => out.second.push(path.clone()),
            target => {
                out.pairs.insert(target, path.clone());
            }
        }
    }
    out.second.sort();
    out.renamed = renamed(&out.pairs, &shifts);
    out
}

/// Files that have other names in the copy than in the release: by path in the release, the path that they would have there.
fn renamed(pairs: &BTreeMap<String, String>, shifts: &[(Shift, usize)]) -> BTreeMap<String, String> {
    let renamed = |(source, own): (&String, &String)| {
        let name = base_name(own);
        let at = |folder: &str| if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") };
        let target = shifts.iter().find_map(|(shift, _)| shift.apply(own)).unwrap_or_else(|| at(folder(source)));
        (name != base_name(source) && !pairs.contains_key(&target)).then(|| (source.clone(), target))
    };
    pairs.iter().filter_map(renamed).collect()
}

/// Files below one folder of the copy lie below another of the release.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shift {
    /// With a slash at its end, or empty.
    from: String,
    /// As `from`.
    to: String,
}

impl Shift {
    fn apply(&self, path: &str) -> Option<String> {
        Some(format!("{}{}", self.to, path.strip_prefix(&self.from)?))
    }
}

/// What pairs say of the folders they lie in, and of those above as far as these have the same names: those that hold deeper
/// files first, then those that more pairs say.
fn shifts(known: &BTreeMap<String, Known>) -> Vec<(Shift, usize)> {
    let mut votes: BTreeMap<Shift, usize> = BTreeMap::new();
    let with_slash = |folder: &str| if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let named = known.iter().filter(|(path, known)| base_name(path) == base_name(&known.source));
    for (path, Known { source, .. }) in named {
        let (mut from, mut to) = (folder(path), folder(source));
        loop {
            *votes.entry(Shift { from: with_slash(from), to: with_slash(to) }).or_default() += 1;
            if from.is_empty() || to.is_empty() || base_name(from) != base_name(to) {
                break;
            }
            (from, to) = (folder(from), folder(to));
        }
    }
    let mut all: Vec<(Shift, usize)> = votes.into_iter().collect();
    all.sort_by(|(one, votes), (other, others)| {
        (other.from.len(), others, &one.to).cmp(&(one.from.len(), votes, &other.to))
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(local: &[&str], known: &[(&str, &str)], release: &[&str]) -> (Vec<(String, String)>, Vec<String>) {
        let local: Vec<String> = local.iter().map(|path| path.to_string()).collect();
        let whole = |source: &str| Known { source: source.to_string(), whole: true };
        let known = known.iter().map(|(path, source)| (path.to_string(), whole(source))).collect();
        let found = pair(&local, &known, &|path| release.contains(&path));
        (found.pairs.into_iter().collect(), found.second)
    }

    fn texts(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(one, other)| (one.to_string(), other.to_string())).collect()
    }

    #[test]
    fn files_that_did_not_match_follow_their_folder() {
        let (pairs, second) = paired(
            &["a.c", "changed.c", "new.c", "win/b.c", "win/new.c"],
            &[("a.c", "src/a.c"), ("win/b.c", "src/os/win/b.c")],
            &["src/a.c", "src/changed.c", "src/os/win/b.c", "docs/x"],
        );
        let expected = [
            ("src/a.c", "a.c"),
            ("src/changed.c", "changed.c"),
            ("src/new.c", "new.c"),
            ("src/os/win/b.c", "win/b.c"),
            ("src/os/win/new.c", "win/new.c"),
        ];
        assert_eq!(pairs, texts(&expected));
        assert!(second.is_empty());
    }

    #[test]
    fn a_renamed_file_is_the_one_it_matched() {
        let (pairs, _) = paired(&["z.c", "a.c"], &[("z.c", "inflate.c"), ("a.c", "a.c")], &["inflate.c", "a.c"]);
        assert_eq!(pairs, texts(&[("a.c", "a.c"), ("inflate.c", "z.c")]));
    }

    #[test]
    fn a_bundle_is_not_what_it_is_made_of() {
        let part = |path: &str, source: &str| (path.to_string(), Known { source: source.into(), whole: false });
        let local = ["dist/j.js", "dist/j.min.js", "x.js"].map(str::to_string);
        let known = BTreeMap::from([part("dist/j.min.js", "dist/j.js"), part("x.js", "src/y.js")]);
        let release = ["dist/j.js", "dist/j.min.js", "src/y.js"];
        let found = pair(&local, &known, &|path| release.contains(&path));
        let expected = [("dist/j.js", "dist/j.js"), ("dist/j.min.js", "dist/j.min.js"), ("src/y.js", "x.js")];
        assert_eq!(found.pairs.into_iter().collect::<Vec<_>>(), texts(&expected));
        assert_eq!(found.renamed.into_iter().collect::<Vec<_>>(), texts(&[("src/y.js", "src/x.js")]));
    }

    #[test]
    fn a_second_copy_of_a_file_is_not_the_file() {
        let known = [("a.c", "a.c"), ("old/a.c", "a.c"), ("b.c", "b.c")];
        let (pairs, second) = paired(&["a.c", "b.c", "old/a.c"], &known, &["a.c", "b.c"]);
        assert_eq!((pairs.len(), second.len()), (2, 1), "{pairs:?} {second:?}");
        assert_eq!(second, ["old/a.c"]);
    }

    #[test]
    fn without_a_match_paths_are_taken_as_they_are() {
        let (pairs, _) = paired(&["a.c"], &[], &["a.c"]);
        assert_eq!(pairs, texts(&[("a.c", "a.c")]));
    }
}

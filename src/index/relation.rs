//! Who took from whom. Two components that share content stand in a relation that their paths give away: the origin has
//! `inflate.c` where the taker has `src/zlib/inflate.c`. Constants and their worth: `research/attribution.md` §3.2 of the
//! design (recall .974 where majority reaches .585). Dates decide nothing: many are missing and others lie.

/// A component's short name and the path at which it holds a content.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// Last part of the purl.
    pub name: &'a str,
    /// Path in the release.
    pub path: &'a str,
}

/// Smallest content, bytes, that says something about origins.
pub const MIN_BYTES: u64 = 100;
/// A sum of votes above this makes the first the origin, hundredths.
pub const BEATS: i32 = 25;

/// Folder names that say: what lies below was taken from elsewhere, or only tests and shows.
const FOREIGN: &[&str] = &[
    "vendor",
    "_vendor",
    "vendored",
    "third_party",
    "thirdparty",
    "third-party",
    "3rdparty",
    "extern",
    "external",
    "externals",
    "deps",
    "node_modules",
    "bower_components",
    "components",
    "packages",
    "contrib",
    "libs",
    "static",
    "compat",
    "tests",
    "test",
    "testing",
    "examples",
    "example",
    "docs",
    "doc",
    "submodules",
    "subprojects",
];

/// Whether a path leads through a folder of taken or test code.
pub fn is_foreign(path: &str) -> bool {
    let Some((folders, _)) = path.rsplit_once('/') else { return false };
    folders.split('/').any(|folder| FOREIGN.contains(&folder.to_ascii_lowercase().as_str()))
}

/// Folder names of what accompanies code and is hardly ever copied: tests, documents, examples.
const ASIDE: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "__tests__",
    "spec",
    "specs",
    "doc",
    "docs",
    "example",
    "examples",
    "demo",
    "demos",
    "sample",
    "samples",
    "bench",
    "benches",
    "benchmark",
    "benchmarks",
    "fuzz",
    "fuzzing",
    "fixtures",
];

/// Whether a path leads through a folder of tests, documents or examples.
pub fn is_aside(path: &str) -> bool {
    let Some((folders, _)) = path.rsplit_once('/') else { return false };
    folders.split('/').any(|folder| ASIDE.contains(&folder.to_ascii_lowercase().as_str()))
}

/// The vote of one shared content that `one` is the origin and `other` the taker, in hundredths; below zero the reverse.
pub fn vote(one: Holder<'_>, other: Holder<'_>) -> i32 {
    towards(one, other) - towards(other, one)
}

fn towards(origin: Holder<'_>, taker: Holder<'_>) -> i32 {
    let suffix = taker.path.strip_suffix(origin.path).is_some_and(|front| front.ends_with('/'));
    let named = names(origin.name, taker.path) && !names(taker.name, origin.path);
    let foreign = is_foreign(taker.path) && !is_foreign(origin.path);
    300 * i32::from(suffix) + 200 * i32::from(named) + 100 * i32::from(foreign)
}

/// Whether a component's name is a segment of the path or starts one.
pub fn names(name: &str, path: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(|mark| mark.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let name = plain(name);
    name.len() >= 2 && path.split('/').any(|segment| plain(segment).starts_with(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_give_the_origin_away() {
        let zlib = Holder { name: "zlib", path: "inflate.c" };
        let taker = Holder { name: "tool", path: "src/zlib/inflate.c" };
        assert_eq!(vote(zlib, taker), 500);
        assert_eq!(vote(taker, zlib), -500);
        let six = Holder { name: "six", path: "six.py" };
        let pip = Holder { name: "pip", path: "pip/_vendor/six.py" };
        assert_eq!(vote(six, pip), 600);
    }

    #[test]
    fn equal_paths_say_nothing() {
        let (a, b) = (Holder { name: "a1", path: "x.c" }, Holder { name: "b1", path: "x.c" });
        assert_eq!(vote(a, b), 0);
        assert!(is_aside("lib/Tests/a.c") && !is_aside("lib/tests.c"));
        assert!(!is_foreign("vendor.c") && is_foreign("a/Vendor/b.c"));
    }
}

//! Whether two names mean one component: manifests, notes and indexes spell them differently.

use std::collections::BTreeSet;

use crate::model::purl::short_name;

/// A purl as it compares: manifests and indexes differ in case and in the marks of a name.
pub fn folded(base: &str) -> String {
    let base = base.to_lowercase().replace('@', "%40");
    if base.starts_with("pkg:pypi/") { base.replace(['_', '.'], "-") } else { base }
}

/// All purls of one component, without version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    purls: BTreeSet<String>,
    /// Plain words for it, where a note by hand may call it so.
    words: BTreeSet<String>,
}

impl Names {
    /// Of purls without version.
    pub fn of<'p>(purls: impl IntoIterator<Item = &'p str>) -> Names {
        let purls: BTreeSet<String> = purls.into_iter().map(folded).collect();
        let words = purls.iter().map(|purl| word(&short_name(purl))).filter(|word| !word.is_empty()).collect();
        Names { purls, words }
    }

    /// The purls as they compare.
    pub fn purls(&self) -> impl Iterator<Item = &str> {
        self.purls.iter().map(String::as_str)
    }

    /// The purls as they compare, and the plain words: two components are [alike](Names::alike) if one of these is common.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.purls.iter().chain(&self.words).map(String::as_str)
    }

    /// Whether both have a purl in common.
    pub fn same(&self, other: &Names) -> bool {
        self.purls.iter().any(|purl| other.purls.contains(purl))
    }

    /// Whether both are called alike: enough where somebody noted a name beside the code itself.
    pub fn alike(&self, other: &Names) -> bool {
        self.same(other) || self.words.iter().any(|word| other.words.contains(word))
    }
}

/// A name without what people add and leave out: `libjpeg`, `jpeg` and `JPEG-js` are one word, `jpeg`.
fn word(name: &str) -> String {
    let name = name.to_lowercase();
    let name = [".js", "-js", ".py", "-cpp", "-c"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let name: String = name.chars().filter(|mark| mark.is_alphanumeric() || *mark == '+').collect();
    match name.strip_prefix("lib") {
        Some(rest) if rest.len() > 1 => rest.to_string(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_their_registries_fold_them() {
        assert_eq!(folded("pkg:pypi/Jaraco.Text"), "pkg:pypi/jaraco-text");
        assert_eq!(folded("pkg:npm/@a/b.c"), "pkg:npm/%40a/b.c");
    }

    #[test]
    fn the_same_is_more_than_alike() {
        let names = |purls: &[&str]| Names::of(purls.iter().copied());
        let jpeg = names(&["pkg:generic/libjpeg", "pkg:deb/debian/libjpeg"]);
        assert!(jpeg.same(&names(&["pkg:generic/LibJPEG"])));
        assert!(!jpeg.same(&names(&["pkg:npm/jpeg-js"])) && jpeg.alike(&names(&["pkg:npm/jpeg-js"])));
        assert!(!jpeg.alike(&names(&["pkg:npm/pngjs"])));
        assert!(!names(&["pkg:generic/lib"]).alike(&names(&["pkg:generic/b"])));
        assert!(!names(&["pkg:generic/g"]).alike(&names(&["pkg:generic/g++"])));
    }
}

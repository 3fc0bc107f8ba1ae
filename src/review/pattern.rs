//! Patterns of paths and of components, as settings and decisions have them: `*` stands for anything but `/`, `**` for anything.
//!
//! Paths are those below the scanned folder. Where several are scanned, a path behind its folder as that was given is
//! understood, too: [`crate::review::places`] has both.

use globset::{GlobBuilder, GlobMatcher};

use crate::model::purl::{Purl, base_of};

/// What stands behind a folder for all that it holds.
const BELOW: &str = "/**";
/// The scanned folder itself.
const HERE: &str = ".";

/// A pattern of paths. One that names a folder is of all that is below it, as in a `.gitignore`.
#[derive(Clone, Debug)]
pub struct PathPattern {
    text: String,
    itself: GlobMatcher,
    below: GlobMatcher,
    /// Of `folder/**` the folder.
    folder: Option<GlobMatcher>,
}

impl PathPattern {
    /// Reads a pattern. `./` and `/` before and `/` behind it change nothing.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str, any_case: bool) -> Result<PathPattern, String> {
        let mut bare = text.trim();
        while let Some(rest) = bare.strip_prefix("./").or_else(|| bare.strip_prefix('/')) {
            bare = rest;
        }
        bare = bare.trim_end_matches('/');
        if bare.is_empty() {
            return Err(format!("`{text}` names no path; `**` stands for all of them"));
        }
        let below = if bare == HERE { bare.to_string() } else { format!("{bare}{BELOW}") };
        let folder = bare.strip_suffix(BELOW).filter(|folder| !folder.is_empty());
        Ok(PathPattern {
            text: text.to_string(),
            itself: glob(bare, any_case)?,
            below: glob(&below, any_case)?,
            folder: folder.map(|folder| glob(folder, any_case)).transpose()?,
        })
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a file is meant.
    pub fn is_file(&self, path: &str) -> bool {
        self.itself.is_match(path) || self.below.is_match(path)
    }

    /// Whether the place of a finding, a folder or a file, is meant with all that it holds.
    pub fn is_place(&self, place: &str) -> bool {
        self.is_file(place) || self.folder.as_ref().is_some_and(|folder| folder.is_match(place))
    }
}

/// A pattern of purls without version; letters are the same in either case.
///
/// # Errors
/// What is wrong with it, or that no component can be what it names.
pub fn component(text: &str) -> Result<GlobMatcher, String> {
    match component_fault(text) {
        Some(why) => Err(why),
        None => glob(text, true),
    }
}

/// Why no component can be what a text names; `None` where one can.
pub fn component_fault(text: &str) -> Option<String> {
    let is_pattern = is_pattern(text);
    let base = base_of(text);
    let is_open = is_pattern && text.starts_with(['*', '{', '[', '?']);
    if !is_open && !text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("pkg:")) {
        return Some(format!("`{text}` is no purl; write it as pkg:npm/jquery"));
    }
    if base != text {
        return Some(format!("`{text}` names a version; write `{base}`, which is all of them"));
    }
    if text.contains('@') {
        return Some(format!("`{text}` has an `@`; in purls of scopes write `{}`", text.replace('@', "%40")));
    }
    if text.contains('#') || text.split_once('?').is_some_and(|(_, rest)| rest.contains('=')) {
        return Some(format!("`{text}` has qualifiers or a subpath; write the purl without them"));
    }
    if is_pattern {
        let reaches = text == "**" || text.contains('/');
        return (!reaches).then(|| format!("`{text}` fits no purl, for `*` does not pass a `/`; write pkg:npm/*"));
    }
    // The scheme is the same in either case, but for the crate that reads it.
    Purl::parse_base(&format!("pkg:{}", text.get(4..).unwrap_or_default())).err()
}

/// Whether a text means more than itself as a pattern.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '{', '\\'])
}

/// A pattern that a path or a purl has to fit as a whole.
///
/// # Errors
/// What is wrong with it.
pub fn glob(text: &str, any_case: bool) -> Result<GlobMatcher, String> {
    let built = GlobBuilder::new(text).literal_separator(true).case_insensitive(any_case).build();
    built.map(|glob| glob.compile_matcher()).map_err(|error| format!("no pattern: {}", error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_meant_with_what_is_below_it() {
        for text in ["vend", "vend/", "./vend", "/vend", "vend/**", "./vend//"] {
            let pattern = PathPattern::read(text, false).unwrap();
            assert!(pattern.is_file("vend/a/b.c") && pattern.is_file("vend/b.c") && pattern.is_place("vend"), "{text}");
            assert!(!pattern.is_file("vendor/a.c") && !pattern.is_file("src/vend/a.c"), "{text}");
            assert!(!pattern.is_file("Vend/a.c") && PathPattern::read(text, true).unwrap().is_file("Vend/a.c"));
        }
        let some = PathPattern::read("src/*/**", false).unwrap();
        assert!(some.is_file("src/a/b.c") && !some.is_file("src/b.c"), "what only a place may be");
        let files = PathPattern::read("*.c", false).unwrap();
        assert!(files.is_file("a.c") && files.is_file("odd.c/x.h") && !files.is_file("src/a.c"));
        let root = PathPattern::read("./.", false).unwrap();
        assert!(root.is_place(".") && !root.is_place("lib"));
        assert!(PathPattern::read("**", false).unwrap().is_place("lib/x"));
    }

    #[test]
    fn what_names_no_path_is_refused() {
        for text in ["", " ", "/", "./", "[", "a{b"] {
            assert!(PathPattern::read(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn what_no_component_can_be_is_refused() {
        for (text, word) in [
            ("jquery", "no purl"),
            ("npm/*", "no purl"),
            ("pkg:npm/jquery@3.1", "write `pkg:npm/jquery`"),
            ("pkg:npm/j*@3", "version"),
            ("pkg:npm/@acme/x", "pkg:npm/%40acme/x"),
            ("pkg:deb/debian/x?arch=amd64", "qualifiers"),
            ("pkg:*", "fits no purl"),
            ("pkg:npm", "package URL"),
            ("", "no purl"),
            ("pké", "no purl"),
        ] {
            assert!(component_fault(text).is_some_and(|why| why.contains(word)), "{text}: {:?}", component_fault(text));
        }
        for text in ["pkg:npm/jquery", "PKG:npm/jQuery", "pkg:npm/%40acme/*", "**", "pkg:*/*", "**/zlib"] {
            assert_eq!(component_fault(text), None, "{text}");
        }
        assert!(component("pkg:npm/%40ACME/*").unwrap().is_match("pkg:npm/%40acme/x"));
        assert!(component("pkg:npm/[").is_err());
    }
}

//! A look into a package for the component that it carries: in which folder, and which version.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use crate::build::rule::VersionRule;
use crate::input::archive::{self, Member};
use crate::model::limits;
use crate::model::place::{base_name, folder};

/// Longest name's pattern, bytes, and most patterns that its braces stand for.
const PATTERN_BYTES: usize = 500;
const ALTERNATIVES: usize = 64;
/// Bytes of files that may tell the version which are held at a time.
const HELD_BYTES: usize = 32 << 20;

/// Where in a package a component is, and which release of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// The folder, the archive's topmost one included; empty for all of it.
    pub folder: String,
    /// The version that its own file tells, where the rule asks for one.
    pub version: Option<String>,
}

/// Patterns of paths: globs in which `*` stays within a folder and `{a,b}` is tried in order.
#[derive(Clone, Debug)]
pub struct Patterns {
    text: String,
    all: Vec<GlobMatcher>,
    /// The file's name alone, of each.
    names: Vec<GlobMatcher>,
}

impl Patterns {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Patterns, String> {
        Patterns::read(text, false)
    }

    /// Reads a pattern in which `*` crosses folders, too.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn anywhere(text: &str) -> Result<Patterns, String> {
        Patterns::read(text, true)
    }

    /// The pattern as it was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a path matches.
    pub fn holds(&self, path: &str) -> bool {
        self.all.iter().any(|glob| glob.is_match(path))
    }

    fn read(text: &str, anywhere: bool) -> Result<Patterns, String> {
        if text.is_empty() || text.len() > PATTERN_BYTES || text.split('/').any(|part| part == "..") {
            return Err(format!("`{text}` is no path inside a package"));
        }
        let mut alternatives = vec![text.trim_end_matches('/').to_string()];
        while let Some(at) = alternatives.iter().position(|one| one.contains('{')) {
            let one = alternatives.remove(at);
            let parts = one.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?)));
            let Some((head, (choices, tail))) = parts else {
                return Err(format!("`{text}`: a brace without its other half"));
            };
            let each = choices.split(',').map(|choice| format!("{head}{choice}{tail}"));
            alternatives.splice(at..at, each);
            if alternatives.len() > ALTERNATIVES {
                return Err(format!("`{text}` stands for more than {ALTERNATIVES} paths"));
            }
        }
        let compile = |glob: &str| {
            let built = GlobBuilder::new(glob).literal_separator(!anywhere).build();
            built.map(|glob| glob.compile_matcher()).map_err(|error| format!("`{text}`: {error}"))
        };
        let all = alternatives.iter().map(|one| compile(one)).collect::<Result<_, _>>()?;
        let names = alternatives.iter().map(|one| compile(base_name(one))).collect::<Result<_, _>>()?;
        Ok(Patterns { text: text.to_string(), all, names })
    }

    /// The first that matches, alternatives in order, then paths in order.
    fn first<'a>(&self, paths: &[&'a str]) -> Option<&'a str> {
        self.all.iter().find_map(|glob| paths.iter().find(|path| glob.is_match(path)).copied())
    }

    fn may_be(&self, path: &str) -> bool {
        self.names.iter().any(|glob| glob.is_match(base_name(path)))
    }
}

/// Looks into the archive at `path`. `None` where it does not carry the component, or does not tell its version.
pub fn look(path: &Path, subpath: Option<&Patterns>, rule: &VersionRule) -> Option<Inside> {
    let file = rule.file().map(Patterns::new).transpose().ok()?;
    let mut paths: Vec<String> = Vec::new();
    let (mut texts, mut held) = (Vec::new(), 0);
    let limits = archive::ArchiveLimits { depth: 1, member_bytes: limits::FILE_BYTES, ..Default::default() };
    let mut visit = |member: Member<'_>| {
        paths.push(member.path.to_string());
        let wanted = file.as_ref().is_some_and(|file| file.may_be(member.path));
        if wanted && held + member.bytes.len() <= HELD_BYTES {
            held += member.bytes.len();
            texts.push((member.path.to_string(), String::from_utf8_lossy(member.bytes).into_owned()));
        }
    };
    let _ = archive::open(path, "", &limits, &mut visit);
    let folder = find(&mut paths, subpath)?;
    let below = |path: &str| -> Option<String> {
        if folder.is_empty() {
            Some(path.to_string())
        } else {
            path.strip_prefix(&folder)?.strip_prefix('/').map(str::to_string)
        }
    };
    let version = match &file {
        None if rule.asks_inside() => Some(rule.read_folder(&folder)?),
        None => None,
        Some(patterns) => {
            let inner: Vec<(String, &str)> =
                texts.iter().filter_map(|(path, text)| Some((below(path)?, text.as_str()))).collect();
            let mut names: Vec<&str> = inner.iter().map(|(path, _)| path.as_str()).collect();
            names.sort_unstable();
            let chosen = patterns.first(&names)?;
            let (_, text) = inner.iter().find(|(path, _)| path == chosen)?;
            Some(rule.read(text)?)
        }
    };
    Some(Inside { folder, version })
}

/// The component's folder: below the topmost one, where that holds everything.
fn find(paths: &mut [String], subpath: Option<&Patterns>) -> Option<String> {
    paths.sort_unstable();
    let top = paths.first().and_then(|path| path.split_once('/')).map(|(top, _)| top.to_string());
    let top = top.filter(|top| paths.iter().all(|path| path.split_once('/').is_some_and(|(own, _)| own == top)));
    let top = top.unwrap_or_default();
    let Some(subpath) = subpath else { return (!paths.is_empty()).then_some(top) };
    let start = if top.is_empty() { 0 } else { top.len() + 1 };
    let mut folders: Vec<&str> = Vec::new();
    let mut before = "";
    for path in paths.iter() {
        let mut above = folder(path);
        // Paths are in order: what the one before lies in has been seen.
        let seen =
            |above: &str| before.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        while above.len() > start && !seen(above) {
            folders.push(&above[start..]);
            above = folder(above);
        }
        before = folder(path);
    }
    folders.sort_unstable();
    folders.dedup();
    let found = subpath.first(&folders)?;
    Some(if top.is_empty() { found.to_string() } else { format!("{top}/{found}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &str)]) -> tempfile::NamedTempFile {
        let file = tempfile::Builder::new().suffix(".tar").tempfile().unwrap();
        let mut tar = tar::Builder::new(file.as_file());
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap();
        file
    }

    fn looked(files: &[(&str, &str)], subpath: Option<&str>, rule: &str) -> Option<(String, Option<String>)> {
        let subpath = subpath.map(|text| Patterns::new(text).unwrap());
        let found = look(archive(files).path(), subpath.as_ref(), &rule.parse().unwrap());
        found.map(|inside| (inside.folder, inside.version))
    }

    #[test]
    fn a_carried_component_is_found_with_its_version() {
        let files = [
            ("x-1/src/zlib/zlib.h", "#define ZLIB_VERSION \"1.2.3\"\n"),
            ("x-1/src/zlib/contrib/zlib.h", "#define ZLIB_VERSION \"9\"\n"),
            ("x-1/Cargo.toml", "x"),
        ];
        let found = |subpath, rule| looked(&files, Some(subpath), rule);
        let expected = Some(("x-1/src/zlib".to_string(), Some("1.2.3".to_string())));
        assert_eq!(found("src/zlib", "macro:zlib.h:ZLIB_VERSION"), expected);
        assert_eq!(found("{src/none,src/z*}", "macro:*.h:ZLIB_VERSION"), expected);
        assert_eq!(found("src/none", "package"), None);
        assert_eq!(found("src/zlib", "macro:zlib.h:OTHER"), None);
        assert_eq!(looked(&files, None, "package"), Some(("x-1".to_string(), None)));
        assert_eq!(looked(&files, Some("zlib"), "package"), None, "a pattern begins at the top");
    }

    #[test]
    fn without_a_folder_that_holds_everything_paths_begin_at_the_top() {
        let files = [("six.py", "x"), ("six.dist-info/RECORD", "y"), ("deps/lua/lua.h", "#define V \"5.1\"")];
        assert_eq!(looked(&files, Some("deps/lua"), "macro:lua.h:V"), Some(("deps/lua".into(), Some("5.1".into()))));
    }

    #[test]
    fn a_star_crosses_folders_where_it_may() {
        assert!(Patterns::anywhere("{xxhash*,*/xxh.h}").unwrap().holds("xxhash/a/b.c"));
        assert!(!Patterns::new("xxhash*").unwrap().holds("xxhash/a.c"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", "../x", "a/{b", "[", &"{a,b}".repeat(7), &"a".repeat(PATTERN_BYTES + 1)] {
            assert!(Patterns::new(text).is_err(), "{text}");
        }
        assert_eq!(Patterns::new(&"{a,b}".repeat(6)).unwrap().all.len(), ALTERNATIVES);
    }
}

//! Where a release's paths lie in the scanned tree, and which folder that makes the component's.

use crate::attribute::catalog::Entry;
use crate::attribute::worth;
use crate::index::relation::names;
use crate::model::place::{base_name, folder, is_below};

/// Share of a place's files that must stand at their whole release path for the place to be the release's own folder.
const WHOLE_SHARE: f64 = 0.6;
/// A release of at most this many code files is its one file: the folder around it is the component's.
const SMALL_RELEASE: usize = 2;

/// A package's `__init__.py` below this, bytes, only opens a namespace.
const NAMESPACE_BYTES: u64 = 200;

/// A scanned path against a release's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Segments at the end that both have.
    pub shared: usize,
    /// What the scanned path has in front of them; the whole path where nothing is shared.
    pub prefix: String,
    /// Whether all of the release's path is shared.
    pub whole: bool,
}

/// Strips the longest common suffix, in segments.
pub fn map(scanned: &str, source: &str) -> Mapping {
    let shared = scanned.rsplit('/').zip(source.rsplit('/')).take_while(|(one, other)| one == other).count();
    let segments = scanned.split('/').count();
    let prefix =
        if shared == 0 { scanned.to_string() } else { first_segments(scanned, segments - shared.min(segments)) };
    Mapping { shared, prefix, whole: shared > 0 && shared == source.split('/').count() }
}

fn first_segments(path: &str, count: usize) -> String {
    path.split('/').take(count).collect::<Vec<_>>().join("/")
}

/// What stands of `path` below the folder `root`; `None` where it does not lie below it.
pub fn below<'p>(path: &'p str, root: &str) -> Option<&'p str> {
    if root.is_empty() { Some(path) } else { path.strip_prefix(root)?.strip_prefix('/') }
}

/// The path itself, then each folder above it, the tree's root last.
pub fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| (!path.is_empty()).then(|| folder(path)))
}

/// The deepest folder that holds all paths.
pub fn common_folder<'a>(mut paths: impl Iterator<Item = &'a str>) -> &'a str {
    let Some(first) = paths.next() else { return "" };
    paths.fold(folder(first), |common, path| ancestors(common).find(|above| is_below(path, above)).unwrap_or(""))
}

/// What a release looks like as a whole.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Below the folder it was unpacked to, the folder (or the one file) that holds everything but an installer's records;
    /// empty but for installed packages.
    pub content: String,
    /// Whether it is an installed package with several folders at its top.
    pub several: bool,
    /// Files of code.
    pub code_files: usize,
    /// Files but boilerplate.
    pub files: usize,
}

impl Layout {
    /// Of a release with these files.
    pub fn of<'a>(paths: impl Iterator<Item = (&'a str, u64)>) -> Layout {
        let mut layout = Layout::default();
        let (mut installed, mut common): (bool, Option<&str>) = (false, None);
        for (path, bytes) in paths {
            if worth::is_install_record(path) {
                installed = true;
                continue;
            }
            layout.code_files += usize::from(worth::is_code(path));
            layout.files += usize::from(!worth::is_boilerplate(path));
            // The stub that opens a namespace package lies outside what the release is about.
            if bytes < NAMESPACE_BYTES && base_name(path) == "__init__.py" {
                continue;
            }
            common = Some(match common {
                None => path,
                Some(common) => ancestors(common).find(|above| is_below(path, above)).unwrap_or(""),
            });
        }
        if installed {
            let content = common.unwrap_or("");
            layout.content = if speaks_for_folder(content) { folder(content) } else { content }.to_string();
            layout.several = layout.content.is_empty();
        }
        layout
    }
}

/// A file of a place: where it stands and where its release has it.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    /// Scanned path.
    pub path: &'a str,
    /// Whether the whole release path is the end of the scanned one.
    pub whole: bool,
}

/// The folder or file that holds a component whose files share the prefix.
pub fn root(prefix: &str, files: &[Placed<'_>], entry: &Entry, layout: &Layout) -> String {
    let whole = files.iter().filter(|file| file.whole).count();
    let mapped = whole as f64 >= WHOLE_SHARE * files.len() as f64 && whole > 0;
    if let [only] = files {
        let folder = folder(only.path);
        let bears = |folder: &str| names(&entry.name, base_name(folder)) || begins(&entry.name, base_name(folder));
        let whole = join(prefix, &layout.content);
        // Its release has folders of its own, or an own folder was made for it.
        let has_folder = whole != folder || bears(&whole);
        if mapped && layout.code_files <= SMALL_RELEASE && has_folder {
            return whole;
        }
        let named = bears(folder);
        return if named || speaks_for_folder(only.path) { folder } else { only.path }.to_string();
    }
    if mapped && !layout.several {
        return join(prefix, &layout.content);
    }
    common_folder(files.iter().map(|file| file.path)).to_string()
}

/// Whether a file is what its folder is imported as.
fn speaks_for_folder(path: &str) -> bool {
    matches!(base_name(path), "__init__.py" | "index.js" | "lib.rs" | "mod.rs")
}

/// Whether the component is the folder's name with something behind it: `jquery-ui-dist` in `jquery-ui`.
fn begins(name: &str, folder: &str) -> bool {
    !folder.is_empty() && name.strip_prefix(folder).is_some_and(|rest| rest.starts_with(['-', '.', '_']))
}

fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_string(),
        (folder, "") => folder.to_string(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Origin;

    fn entry(name: &str) -> Entry {
        Entry {
            base: format!("pkg:pypi/{name}"),
            name: name.to_string(),
            aliases: Vec::new(),
            origin: Origin::OpenSource,
            sources: Vec::new(),
        }
    }

    fn placed(path: &str, whole: bool) -> Placed<'_> {
        Placed { path, whole }
    }

    #[test]
    fn the_common_suffix_is_stripped() {
        let mapping = map("deps/zlib/contrib/a.c", "contrib/a.c");
        assert_eq!((mapping.prefix.as_str(), mapping.whole, mapping.shared), ("deps/zlib", true, 2));
        let mapping = map("js/a.js", "dist/js/a.js");
        assert_eq!((mapping.prefix.as_str(), mapping.whole), ("", false));
        let mapping = map("lib/jquery-3.js", "dist/jquery.js");
        assert_eq!((mapping.prefix.as_str(), mapping.shared), ("lib/jquery-3.js", 0));
    }

    #[test]
    fn folders_nest() {
        assert!(is_below("a/b", "a") && is_below("a", "a") && is_below("a", "") && !is_below("ab", "a"));
        assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a/b/c", "a/b", "a", ""]);
        assert_eq!(common_folder(["a/b/c", "a/b/d/e"].into_iter()), "a/b");
        assert_eq!(common_folder(["a/b", "c/d"].into_iter()), "");
    }

    #[test]
    fn an_installed_package_is_its_folder_or_its_file() {
        let layout = |paths: &[&'static str]| {
            Layout::of(paths.iter().map(|path| (*path, if path.contains("backports/__") { 80 } else { 900 })))
        };
        let six = layout(&["six.py", "six-1.0.dist-info/METADATA"]);
        assert_eq!(
            root("pip/_vendor", &[placed("pip/_vendor/six.py", true)], &entry("six"), &six),
            "pip/_vendor/six.py"
        );
        let paths = ["urllib3/a.py", "urllib3/b/c.py", "urllib3/d.py", "urllib3-1.dist-info/RECORD"];
        let urllib3 = layout(&paths);
        let files = [placed("v/urllib3/b/c.py", true), placed("v/urllib3/b/d.py", true)];
        assert_eq!(root("v", &files, &entry("urllib3"), &urllib3), "v/urllib3");
        let tar = layout(&[
            "backports/__init__.py",
            "backports/tarfile/a.py",
            "backports/tarfile/c/d.py",
            "t.dist-info/RECORD",
        ]);
        assert_eq!(tar.content, "backports/tarfile");
        assert_eq!(layout(&["jaraco/collections/__init__.py", "j.dist-info/RECORD"]).content, "jaraco/collections");
        let several = layout(&["setuptools/a.py", "pkg_resources/b.py", "pkg_resources/c.py", "s.dist-info/RECORD"]);
        let files = [placed("v/pkg_resources/b.py", true), placed("v/pkg_resources/c.py", true)];
        assert_eq!(root("v", &files, &entry("setuptools"), &several), "v/pkg_resources");
    }

    #[test]
    fn a_tree_that_was_laid_out_anew_ends_at_its_common_folder() {
        let layout = Layout::of([("dist/js/a.js", 900), ("dist/css/a.css", 900), ("dist/b.js", 900)].into_iter());
        let files = [placed("static/x/js/a.js", false), placed("static/x/css/a.css", false)];
        assert_eq!(root("static/x", &files, &entry("a"), &layout), "static/x");
        let files = [placed("deps/lz4/lib/lz4.c", true), placed("deps/lz4/lib/lz4.h", true)];
        assert_eq!(root("deps/lz4", &files, &entry("lz4"), &Layout::default()), "deps/lz4");
    }

    #[test]
    fn one_file_of_many_is_itself_unless_it_speaks_for_its_folder() {
        let layout = Layout { code_files: 9, files: 9, ..Layout::default() };
        assert_eq!(root("js", &[placed("js/moment.js", true)], &entry("moment"), &layout), "js/moment.js");
        assert_eq!(
            root("js/moment-x", &[placed("js/moment-x/m.js", false)], &entry("moment-x-dist"), &layout),
            "js/moment-x"
        );
        assert_eq!(root("js/moment", &[placed("js/moment/m.js", true)], &entry("moment"), &layout), "js/moment");
        assert_eq!(root("v", &[placed("v/x/__init__.py", true)], &entry("setuptools"), &layout), "v/x");
    }
}

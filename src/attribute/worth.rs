//! What a file's name makes it worth: which files can show that a component is there, and which only help to date it.

use crate::model::place::base_name;
use crate::text::language::{self, Role};

/// Bytes above which a file is worth no more: one huge table says no more than a few pages of code.
const FULL_BYTES: u64 = 4_000;
/// Contents below this, bytes, are anybody's.
const LEAST_BYTES: u64 = 200;
/// What a test, a document or data counts when a version is voted on, against 1 for code. Trees are often snapshots of a
/// repository where the index holds published packages: such files then speak for a neighbour, and there are many.
const SIDE_VOTE: f64 = 0.2;

/// Names (or beginnings of names) that every project has: they show no origin.
const BOILERPLATE: &[&str] = &[
    "license",
    "licence",
    "copying",
    "copyright",
    "notice",
    "unlicense",
    "readme",
    "changelog",
    "changes",
    "history",
    "news",
    "authors",
    "contributors",
    "contributing",
    "maintainers",
    "code_of_conduct",
    "security",
    "todo",
    "install",
    "makefile",
    "cmakelists",
    "configure",
    "config.guess",
    "config.sub",
    "install-sh",
    "missing",
    "depcomp",
    "ltmain.sh",
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock",
    "bower.json",
    "component.json",
    "composer.json",
    "composer.lock",
    "cargo.toml",
    "cargo.lock",
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "manifest.in",
    "requirements",
    "pipfile",
    "tox.ini",
    "pkg-info",
    "metadata",
    "record",
    "wheel",
    "top_level.txt",
    "entry_points.txt",
    "dependency_links.txt",
    "gemfile",
    "rakefile",
    "go.mod",
    "go.sum",
    "pom.xml",
    "build.gradle",
    "build.xml",
    "build.rs",
    "meson.build",
    "meson_options",
    "gruntfile",
    "gulpfile",
    "rollup.config",
    "webpack.config",
    "karma.conf",
    "tsconfig",
    "dockerfile",
    "appveyor",
    "travis",
    "jenkinsfile",
    "vagrantfile",
    "py.typed",
    "binding.gyp",
    "rustfmt.toml",
    "clippy.toml",
    "conftest.py",
    "zip-safe",
    "installer",
    "requested",
    "direct_url.json",
];

/// Suffixes of documents, data and pictures.
const SIDE_SUFFIXES: &[&str] = &[
    "md", "markdown", "txt", "rst", "adoc", "yml", "yaml", "xml", "json", "html", "htm", "map", "csv", "tsv", "sln",
    "vcxproj", "vcproj", "dsp", "dsw", "1", "2", "3", "4", "5", "7", "8", "pdf", "tex", "texi", "po", "pot", "mo",
    "toml", "ini", "cfg", "lock", "log", "gif", "png", "jpg", "jpeg", "ico", "bmp", "in", "am", "ac", "m4", "mk",
    "cmake", "pc",
];

/// Folders of tests and documents.
const SIDE_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "__tests__",
    "spec",
    "specs",
    "doc",
    "docs",
    "documentation",
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
    "man",
    ".github",
    "ci",
];

/// Names that change with each release.
const DATED: &[&str] = &[
    "package.json",
    "bower.json",
    "component.json",
    "composer.json",
    "cargo.toml",
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "pkg-info",
    "metadata",
    "configure.ac",
    "cmakelists.txt",
    "meson.build",
    "__about__.py",
    "pom.xml",
    "version",
];

fn suffix(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, suffix)| suffix)
}

fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit_once('/').map_or("", |(folders, _)| folders).split('/')
}

/// Whether the path lies in the metadata folder of an installed Python package.
pub fn is_install_record(path: &str) -> bool {
    folders(path).any(|folder| folder.ends_with(".dist-info") || folder.ends_with(".egg-info"))
}

/// Whether it is a name that every project has.
pub fn is_boilerplate(path: &str) -> bool {
    let name = base_name(path).to_ascii_lowercase();
    name.starts_with('.') || is_install_record(path) || BOILERPLATE.iter().any(|known| stem_is(&name, known))
}

/// Whether `name` is `known`, or `known` with a suffix behind it.
fn stem_is(name: &str, known: &str) -> bool {
    name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
        && (!rest_is_code(name) || known.contains('.') || suffix(name) == "in")
}

/// `history.js` and `install.py` are code, whatever `HISTORY` and `INSTALL` are.
fn rest_is_code(name: &str) -> bool {
    let language = language::of(name, b"");
    name.contains('.') && language.role == Role::Code && language.name != language::of("x.?", b"").name
}

fn is_document(path: &str) -> bool {
    SIDE_SUFFIXES.contains(&suffix(base_name(path)).to_ascii_lowercase().as_str())
        || folders(path).any(|folder| matches!(folder.to_ascii_lowercase().as_str(), "doc" | "docs" | "man"))
}

/// Whether it is a file of code in a release: neither boilerplate nor document nor test.
pub fn is_code(path: &str) -> bool {
    !is_boilerplate(path) && !is_document(path) && !is_side(path) && language::of(path, b"").role == Role::Code
}

fn is_side(path: &str) -> bool {
    folders(path).any(|folder| SIDE_FOLDERS.contains(&folder.to_ascii_lowercase().as_str()))
}

/// Whether a file of this name can show that a component is there: boilerplate and documents only vote.
pub fn creates(path: &str) -> bool {
    !is_boilerplate(path) && !is_document(path)
}

/// What a whole file adds to the evidence that its component is there, in weighted bytes; 0 where it only votes.
pub fn weight(path: &str, bytes: u64) -> u64 {
    if bytes < LEAST_BYTES || !creates(path) {
        return 0;
    }
    bytes.min(FULL_BYTES)
}

/// What a whole file adds whose content is code at `source` in a release: what it is called here does not make it a document.
pub fn weight_as(path: &str, bytes: u64, source: &str) -> u64 {
    let renamed = is_code(source) && SIDE_SUFFIXES.contains(&suffix(base_name(path)).to_ascii_lowercase().as_str());
    let plain = path.strip_suffix(suffix(path)).filter(|_| renamed).unwrap_or(path);
    weight(plain, bytes)
}

/// What a file counts when the version is voted on, from its path in the release.
pub fn vote(path: &str) -> f64 {
    let name = base_name(path).to_ascii_lowercase();
    if DATED.contains(&name.as_str()) && !is_side(path) {
        return 1.0;
    }
    let side =
        is_side(path) || SIDE_SUFFIXES.contains(&suffix(&name)) || is_boilerplate(path) && !is_install_record(path);
    if side { SIDE_VOTE } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_under_the_name_of_a_document_is_code() {
        assert_eq!(weight_as("a/x.txt", 9_000, "src/x.c"), FULL_BYTES);
        for (path, source) in [("a/x.txt", "notes.txt"), ("a/README.txt", "src/x.c"), ("docs/x.txt", "src/x.c")] {
            assert_eq!(weight_as(path, 9_000, source), 0, "{path}");
        }
        assert_eq!(weight_as("a/x.c", 9_000, "notes.txt"), FULL_BYTES);
    }

    #[test]
    fn what_every_project_has_shows_nothing() {
        for name in [
            "LICENSE",
            "a/COPYING.LIB",
            "README.md",
            "package.json",
            "x-1.0.dist-info/RECORD",
            ".eslintrc",
            "Makefile.in",
        ] {
            assert!(is_boilerplate(name), "{name}");
            assert_eq!(weight(name, 10_000), 0, "{name}");
        }
        assert!(!is_boilerplate("history.js") && !is_boilerplate("lib/install.py") && !is_boilerplate("newsgroup.c"));
    }

    #[test]
    fn code_is_weighed_up_to_a_limit() {
        assert_eq!(weight("a.c", LEAST_BYTES - 1), 0);
        assert_eq!(weight("a.c", LEAST_BYTES), LEAST_BYTES);
        assert_eq!(weight("a.c", 1 << 30), FULL_BYTES);
        assert_eq!(weight("docs/a.c", 5_000), 0);
        assert_eq!(weight("logo.png", 5_000), 0);
    }

    #[test]
    fn code_and_what_names_the_version_outvote_the_rest() {
        assert_eq!((vote("src/a.c"), vote("package.json"), vote("x.dist-info/METADATA")), (1.0, 1.0, 1.0));
        assert_eq!((vote("tests/a.c"), vote("README.md"), vote("data.json")), (SIDE_VOTE, SIDE_VOTE, SIDE_VOTE));
    }
}

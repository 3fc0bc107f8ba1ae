//! The components that a tree's own manifests say it is.
//!
//! Only manifests at the root count, and the records of one installed package beside it; a folder below may be a copy of
//! something else, and its manifest then names that.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::model::limits::{MANIFEST_BYTES, MANIFESTS};

/// Reads a manifest's text and gives the purls without version that it names.
type Namer = fn(&str) -> Option<String>;

/// Manifests by file name.
const MANIFEST_NAMES: &[(&str, Namer)] = &[
    ("package.json", npm),
    ("bower.json", npm),
    ("Cargo.toml", cargo),
    ("pyproject.toml", pyproject),
    ("setup.cfg", setup_cfg),
    ("setup.py", setup_py),
    ("PKG-INFO", python_metadata),
    ("METADATA", python_metadata),
    ("composer.json", composer),
    ("go.mod", go),
];

/// Purls without version of the project whose root this is, as its manifests name it. What cannot be read names nothing.
pub fn own_components(root: &Path) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (name, namer) in MANIFEST_NAMES {
        out.extend(text(&root.join(name)).and_then(|text| namer(&text)));
    }
    let mut records = Vec::new();
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten().take(MANIFESTS) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".gemspec") {
            out.extend(text(&entry.path()).and_then(|text| gemspec(&text)));
        } else if name.ends_with(".dist-info") || name.ends_with(".egg-info") {
            records.push(entry.path());
        }
    }
    // Several installed packages side by side are dependencies, none of them the project.
    if let [only] = &records[..] {
        let found = ["METADATA", "PKG-INFO"].iter().find_map(|name| text(&only.join(name)));
        out.extend(found.and_then(|text| python_metadata(&text)));
    }
    out
}

/// The start of a file.
fn text(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    File::open(path).ok()?.take(MANIFEST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn json_name(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let name = value.get("name")?.as_str()?.trim();
    (!name.is_empty()).then(|| name.to_string())
}

fn npm(text: &str) -> Option<String> {
    json_name(text).map(|name| format!("pkg:npm/{}", name.to_lowercase().replace('@', "%40")))
}

fn composer(text: &str) -> Option<String> {
    json_name(text).map(|name| format!("pkg:composer/{}", name.to_lowercase()))
}

/// `name = "x"` in one of the tables.
fn toml_name(text: &str, tables: &[&str]) -> Option<String> {
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            let table = line.split(['#']).next().unwrap_or(line).trim();
            inside = tables.iter().any(|name| table == format!("[{name}]"));
        } else if let (true, Some((key, value))) = (inside, line.split_once('='))
            && key.trim() == "name"
        {
            return quoted(value);
        }
    }
    None
}

/// The first quoted string.
fn quoted(text: &str) -> Option<String> {
    let open = text.find(['"', '\''])?;
    let mark = text[open..].chars().next()?;
    let rest = &text[open + 1..];
    let name = &rest[..rest.find(mark)?];
    (!name.is_empty()).then(|| name.to_string())
}

fn cargo(text: &str) -> Option<String> {
    toml_name(text, &["package"]).map(|name| format!("pkg:cargo/{name}"))
}

fn pyproject(text: &str) -> Option<String> {
    toml_name(text, &["project", "tool.poetry"]).map(|name| pypi(&name))
}

fn setup_cfg(text: &str) -> Option<String> {
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.trim() == "[metadata]";
        } else if let (true, Some((key, value))) = (inside, line.split_once(['=', ':']))
            && key.trim() == "name"
        {
            let name = value.trim();
            return is_name(name).then(|| pypi(name));
        }
    }
    None
}

/// `name="x"` on a line of its own, as most have it; nothing is run.
fn setup_py(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find_map(|line| {
        let value = line.strip_prefix("name")?.trim_start().strip_prefix('=')?.trim_start();
        value.starts_with(['"', '\'']).then_some(value)
    })?;
    quoted(line).filter(|name| is_name(name)).map(|name| pypi(&name))
}

fn python_metadata(text: &str) -> Option<String> {
    let head = text.lines().take_while(|line| !line.is_empty());
    let name = head.filter_map(|line| line.strip_prefix("Name:")).map(str::trim).find(|name| is_name(name))?;
    Some(pypi(name))
}

fn go(text: &str) -> Option<String> {
    let module = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let module = module.split("//").next()?.trim().trim_matches('"');
    (!module.is_empty()).then(|| format!("pkg:golang/{}", module.to_lowercase()))
}

fn gemspec(text: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.trim().split_once(".name")?.1.trim_start().strip_prefix('='))?;
    quoted(line).filter(|name| is_name(name)).map(|name| format!("pkg:gem/{name}"))
}

fn pypi(name: &str) -> String {
    let mut out = String::new();
    for mark in name.trim().to_lowercase().chars() {
        let mark = if matches!(mark, '_' | '.') { '-' } else { mark };
        if mark != '-' || !out.ends_with('-') {
            out.push(mark);
        }
    }
    format!("pkg:pypi/{out}")
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|mark| mark.is_ascii_alphanumeric() || matches!(mark, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_manifest_names_its_project() {
        let cases: &[(Namer, &str, &str)] = &[
            (npm, r#"{"name": "@Scope/a", "version": "1"}"#, "pkg:npm/%40scope/a"),
            (cargo, "[workspace]\n[package] # x\nname = \"serde\"\n[dependencies]\nname = \"no\"", "pkg:cargo/serde"),
            (pyproject, "[build-system]\nname = 'no'\n[project]\nname = 'Foo.Bar__baz'", "pkg:pypi/foo-bar-baz"),
            (pyproject, "[tool.poetry]\nname = \"x\"", "pkg:pypi/x"),
            (setup_cfg, "[metadata]\nname = my_pkg\nversion = 1", "pkg:pypi/my-pkg"),
            (setup_py, "setup(\n    name='a_b',\n", "pkg:pypi/a-b"),
            (python_metadata, "Metadata-Version: 2.1\nName: six\n\nName: no", "pkg:pypi/six"),
            (composer, r#"{"name": "Vendor/pkg"}"#, "pkg:composer/vendor/pkg"),
            (go, "// x\nmodule github.com/A/b // c\n", "pkg:golang/github.com/a/b"),
            (gemspec, "Gem::Specification.new do |s|\n  s.name = \"rake\"\n", "pkg:gem/rake"),
        ];
        for (namer, text, purl) in cases {
            assert_eq!(namer(text).as_deref(), Some(*purl), "{text}");
        }
    }

    #[test]
    fn what_names_nothing_names_nothing() {
        assert_eq!(npm("{\"name\": 3}"), None);
        assert_eq!(npm("not json"), None);
        assert_eq!(cargo("[workspace]\nmembers = []"), None);
        assert_eq!(setup_cfg("[metadata]\nname = attr: x.y, z"), None);
        assert_eq!(setup_py("name = read_name()"), None);
        assert_eq!(quoted("\"open"), None);
    }

    #[test]
    fn one_installed_package_is_the_project_and_several_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let record = |name: &str| {
            let at = folder.path().join(format!("{name}-1.dist-info"));
            std::fs::create_dir(&at).unwrap();
            std::fs::write(at.join("METADATA"), format!("Name: {name}\n")).unwrap();
        };
        assert!(own_components(folder.path()).is_empty());
        record("pip");
        assert_eq!(own_components(folder.path()).into_iter().collect::<Vec<_>>(), ["pkg:pypi/pip"]);
        record("six");
        assert!(own_components(folder.path()).is_empty());
        assert!(own_components(&folder.path().join("nowhere")).is_empty());
    }

    #[test]
    fn a_long_manifest_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let mut text = "Name: late\n".to_string();
        text.insert_str(0, &"X: y\n".repeat(MANIFEST_BYTES as usize / 5));
        std::fs::write(folder.path().join("PKG-INFO"), &text).unwrap();
        assert!(own_components(folder.path()).is_empty());
        std::fs::write(folder.path().join("PKG-INFO"), &text[5 * 10..]).unwrap();
        assert_eq!(own_components(folder.path()).len(), 1);
    }
}

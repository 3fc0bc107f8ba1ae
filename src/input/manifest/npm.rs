//! npm: what is wished for (`package.json`), what was chosen (`package-lock.json` of every version, `npm-shrinkwrap.json`, and
//! the list that npm keeps in `node_modules`), and what stands in `node_modules`.
//!
//! A lockfile says where each package lies: below the folder of the lockfile, or for npm's own list below the folder around
//! `node_modules`. Packages that it links to are the project's own.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::key_lines::KeyLines;
use super::{Found, Reader, Source, below, is_named, json};
use crate::model::declaration::{Extent, ManifestKind, Site, Subject};
use crate::model::limits;
use crate::model::place::folder;

const NODE_MODULES: &str = "node_modules";
const LOCKS: &[&str] = &["package-lock.json", "npm-shrinkwrap.json"];
/// The list that npm keeps in `node_modules` of what it put there.
const HIDDEN: &[&str] = &[".package-lock.json"];
/// Tables of a package.json that name packages.
const WISHES: &[&str] = &["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
/// Those of them that are installed with a package that is itself installed.
const NEEDS: &[&str] = &["dependencies", "optionalDependencies", "peerDependencies"];
/// What stands before a place in the project itself.
const OWN: &[&str] = &["file:", "link:", "workspace:", "portal:"];

pub(super) const READERS: &[Reader] = &[
    Reader { is: |path| is_named(path, LOCKS), kind: ManifestKind::Lockfile, ecosystem: "npm", read: lock },
    Reader { is: |path| is_named(path, HIDDEN), kind: ManifestKind::InstallRecord, ecosystem: "npm", read: lock },
    Reader { is: is_installed, kind: ManifestKind::InstallRecord, ecosystem: "npm", read: installed },
    Reader {
        is: |path| is_named(path, &["package.json"]) && !path.split('/').any(|part| part == NODE_MODULES),
        kind: ManifestKind::Manifest,
        ecosystem: "npm",
        read: wishes,
    },
];

/// Whether a path is the package.json of a package right in a `node_modules`.
fn is_installed(path: &str) -> bool {
    let Some(package) = path.strip_suffix("/package.json") else { return false };
    let parent = match folder(package).rsplit('/').next() {
        Some(scope) if scope.starts_with('@') => folder(folder(package)),
        _ => folder(package),
    };
    parent == NODE_MODULES || parent.ends_with("/node_modules")
}

fn lock(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let lines = KeyLines::of(source.text);
    let home = folder(source.path);
    let home = if is_named(home, &[NODE_MODULES]) { folder(home) } else { home };
    let mut found = Found::default();
    match (value.get("packages"), value.get("dependencies")) {
        (Some(Value::Object(packages)), _) => by_folder(home, packages, &lines, &mut found),
        (_, Some(Value::Object(packages))) => nested(home, packages, &lines, &mut found),
        (None, None) => {}
        _ => found.complain(0, "`packages` or `dependencies` is no table"),
    }
    found
}

/// Versions 2 and 3: by folder. The entry without one, and those outside `node_modules`, are the project's own.
fn by_folder(home: &str, packages: &Map<String, Value>, lines: &KeyLines<'_>, found: &mut Found) {
    for (key, entry) in packages {
        let Some((above, folder)) = key.rsplit_once("node_modules/") else { continue };
        // With links, packages lie in folders of a store, which are none themselves.
        if folder.strip_prefix(".store/").is_some_and(is_folder_of_package) && entry.get("version").is_none() {
            continue;
        }
        let climbs = key.split(['/', '\\']).any(|part| part == "..");
        if climbs || !(above.is_empty() || above.ends_with('/')) || !is_folder_of_package(folder) {
            found.complain(lines.line(key), format!("`{key}` is no place of a package: not used"));
            continue;
        }
        let name = folder;
        if entry.get("link").and_then(Value::as_bool) != Some(true) {
            let name = entry.get("name").and_then(Value::as_str).unwrap_or(name);
            place(home, key, name, entry, lines.line(key), found);
        }
    }
}

/// Whether a name is that of a folder which a package can have: one part, or two with a scope.
fn is_folder_of_package(name: &str) -> bool {
    let depth = if name.starts_with('@') { 2 } else { 1 };
    name.split('/').count() == depth && !name.split(['/', '\\']).any(|part| matches!(part, "" | "." | ".."))
}

/// Version 1: by name, and nested.
fn nested(home: &str, packages: &Map<String, Value>, lines: &KeyLines<'_>, found: &mut Found) {
    let mut waiting: Vec<(String, &Map<String, Value>, usize)> = vec![(String::new(), packages, 0)];
    while let Some((around, packages, depth)) = waiting.pop() {
        for (name, entry) in packages {
            if !is_folder_of_package(name) {
                found.complain(lines.line(name), format!("`{name}` is no place of a package: not used"));
                continue;
            }
            let key = format!("{around}{NODE_MODULES}/{name}");
            place(home, &key, name, entry, lines.line(name), found);
            match entry.get("dependencies") {
                Some(Value::Object(inner)) if depth < limits::DECLARATION_DEPTH => {
                    waiting.push((format!("{key}/"), inner, depth + 1));
                }
                Some(Value::Object(_)) => found.complain(lines.line(name), "nested too deep: not read further"),
                _ => {}
            }
        }
    }
}

fn place(home: &str, key: &str, name: &str, entry: &Value, line: u32, found: &mut Found) {
    let version = entry.get("version").and_then(Value::as_str);
    if version.is_some_and(is_own) {
        return;
    }
    // Of old, a package of another name has `npm:other@1.0` for a version.
    let other = version.and_then(|version| version.strip_prefix("npm:")?.rsplit_once('@'));
    let (name, version) = other.map_or((name, version), |(other, version)| (other, Some(version)));
    // One from a repository has its address.
    let version = version.filter(|version| !version.contains([':', '/']));
    match below(home, key) {
        Some(path) => found.declare(line, ("npm", name), version, Site::Folder { path, extent: Extent::Everything }),
        None => found.complain(line, format!("`{key}` lies outside the tree: not used")),
    }
}

fn installed(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let needs = NEEDS.iter().filter_map(|table| value.get(*table)?.as_object()).flatten().filter_map(wish);
    found.layout.needs = needs.filter_map(|(name, _)| Some(Subject::of("npm", name, None)?.purl)).collect();
    found.layout.bundled = bundled(&value);
    let Some(name) = value.get("name").and_then(Value::as_str) else {
        return Found::broken(0, "it names no package");
    };
    let version = value.get("version").and_then(Value::as_str);
    let site = Site::Folder { path: folder(source.path).to_string(), extent: Extent::Everything };
    found.declare(KeyLines::of(source.text).line("name"), ("npm", name), version, site);
    found
}

/// Purls of what a package says that it has in its archive: a list of names, or `true` for all that it needs.
fn bundled(package: &Value) -> Vec<String> {
    let needs = || NEEDS.iter().filter_map(|table| package.get(*table)?.as_object()).flatten();
    let mut names: Vec<&str> = Vec::new();
    for key in ["bundleDependencies", "bundledDependencies"] {
        match package.get(key) {
            Some(Value::Bool(true)) => names.extend(needs().filter_map(wish).map(|(name, _)| name)),
            Some(Value::Array(list)) => {
                let listed: HashSet<&str> = list.iter().filter_map(Value::as_str).collect();
                let known = needs().filter(|(name, _)| listed.contains(name.as_str()));
                names.extend(known.filter_map(wish).map(|(name, _)| name));
                names.extend(listed);
            }
            _ => {}
        }
    }
    let purls: BTreeSet<String> = names.iter().filter_map(|name| Some(Subject::of("npm", name, None)?.purl)).collect();
    purls.into_iter().collect()
}

/// Whether a range means a folder of the project itself; an archive in it is somebody's package all the same.
pub(super) fn is_own(range: &str) -> bool {
    OWN.iter().any(|own| range.starts_with(own)) && ![".tgz", ".tar.gz", ".tar"].iter().any(|end| range.ends_with(end))
}

/// Name and range of a package that is asked for; `None` for what is the project's own. `npm:other@1.0` asks for another than
/// the key says.
fn wish<'v>((name, range): (&'v String, &'v Value)) -> Option<(&'v str, &'v str)> {
    let range = range.as_str().unwrap_or_default();
    let other = range.strip_prefix("npm:").and_then(|other| other.rsplit_once('@'));
    (!is_own(range)).then(|| other.filter(|(name, _)| !name.is_empty()).unwrap_or((name, range)))
}

fn wishes(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let lines = KeyLines::of(source.text);
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let subject = text("name").and_then(|name| Subject::of("npm", name, text("version")));
    let mut found = Found { subject, ..Found::default() };
    for table in WISHES {
        for entry in value.get(*table).and_then(Value::as_object).into_iter().flatten() {
            let line = lines.line(entry.0);
            let Some((name, range)) = wish(entry) else { continue };
            // An archive that lies in the project is asked for at its place.
            if let Some(path) = range.strip_prefix("file:").and_then(|path| source.within(path)) {
                found.declare(line, ("npm", name), None, Site::File(path));
                continue;
            }
            let is_version = range.split('.').count() >= 3 && !range.contains([' ', '|', 'x', '*', '/', ':']);
            let exact =
                Some(range).filter(|range| is_version && range.starts_with(|first: char| first.is_ascii_digit()));
            found.declare(line, ("npm", name), exact, Site::Elsewhere);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn a_place_outside_node_modules_is_no_packages() {
        for place in [
            "../node_modules/widget",
            "node_modules/../static/js",
            "static/node_modules/../js",
            "my_node_modules/x",
            "node_modules/a/b",
        ] {
            let lock = format!("{{\"packages\": {{\n\"{place}\": {{\"name\": \"widget\", \"version\": \"1\"}}}}}}");
            assert!(declared("package-lock.json", &lock).is_empty(), "{place}");
            let said = complaints("package-lock.json", &lock);
            assert!(said[0].contains("no place of a package"), "{said:?}");
        }
        let old = r#"{"lockfileVersion": 1, "dependencies": {"../../src": {"version": "npm:zlib@1"}, "a": {"version": "1"}}}"#;
        assert_eq!(declared("package-lock.json", old), ["1 pkg:npm/a@1 node_modules/a/**"]);
        assert!(complaints("package-lock.json", old)[0].contains("no place of a package"));
        let linked = r#"{"packages": {"node_modules/.store/a@1-x": {}, "node_modules/.store/@s/b@1-x": {}, "node_modules/.store/a@1-x/node_modules/a": {"version": "1"}}}"#;
        assert!(complaints("node_modules/.package-lock.json", linked).is_empty());
        assert_eq!(declared("node_modules/.package-lock.json", linked).len(), 1);
        let good = r#"{"packages": {"a/node_modules/@s/b/node_modules/c": {"version": "1"}, "node_modules/@s/b": {"version": "1"}}}"#;
        assert_eq!(declared("package-lock.json", good).len(), 2);
    }

    #[test]
    fn a_lockfile_says_where_packages_lie() {
        let text = r#"{"lockfileVersion": 3, "packages": {
            "": {"name": "app"},
            "node_modules/a": {"version": "1.0.0"},
            "node_modules/a/node_modules/@s/b": {"version": "2.0.0", "inBundle": true},
            "node_modules/alias": {"name": "other", "version": "3.0.0"},
            "node_modules/own": {"resolved": "packages/own", "link": true},
            "packages/own": {"version": "1.0.0"},
            "packages/own/node_modules/a": {"version": "0.9.0"}
        }}"#;
        let expected = [
            "3 pkg:npm/a@1.0.0 web/node_modules/a/**",
            "4 pkg:npm/%40s/b@2.0.0 web/node_modules/a/node_modules/@s/b/**",
            "5 pkg:npm/other@3.0.0 web/node_modules/alias/**",
            "8 pkg:npm/a@0.9.0 web/packages/own/node_modules/a/**",
        ];
        assert_eq!(declared("web/package-lock.json", text), expected);
        let hidden = r#"{"packages": {"node_modules/a": {"version": "1.0.0"}}}"#;
        assert_eq!(
            declared("web/node_modules/.package-lock.json", hidden),
            ["1 pkg:npm/a@1.0.0 web/node_modules/a/**"]
        );
    }

    #[test]
    fn the_first_version_of_lockfiles_nests_by_name() {
        let text = r#"{"lockfileVersion": 1, "dependencies": {
            "a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}},
            "c": {"version": "npm:d@3.0.0"},
            "e": {"version": "git+ssh://forge/e.git#abc"},
            "f": {"version": "file:../f"}
        }}"#;
        let expected = [
            "2 pkg:npm/a@1.0.0 node_modules/a/**",
            "2 pkg:npm/b@2.0.0 node_modules/a/node_modules/b/**",
            "3 pkg:npm/d@3.0.0 node_modules/c/**",
            "4 pkg:npm/e node_modules/e/**",
        ];
        assert_eq!(declared("package-lock.json", text), expected);
        let both = r#"{"lockfileVersion": 2, "packages": {"node_modules/a": {"version": "1.0.0"}}, "dependencies": {"z": {"version": "1.0.0"}}}"#;
        assert_eq!(declared("npm-shrinkwrap.json", both).len(), 1);
    }

    #[test]
    fn an_installed_package_speaks_of_its_folder_and_a_project_of_its_wishes() {
        let package = r#"{"name": "@s/a", "version": "1.0.0", "dependencies": {"b": "^1"}}"#;
        assert_eq!(
            declared("node_modules/@s/a/package.json", package),
            ["1 pkg:npm/%40s/a@1.0.0 node_modules/@s/a/**"]
        );
        let stored = "node_modules/.pnpm/x@1/node_modules/x/package.json";
        assert!(is_installed(stored) && !is_installed("node_modules/a/dist/package.json"));
        let wishes = r#"{"name": "app", "dependencies": {"a": "1.2.3", "b": "^1.0.0", "c": "file:../c", "d": "npm:e@2.0.0", "f": "1.x"}}"#;
        let archive = r#"{"name": "app", "dependencies": {"a": "file:lib/a-1.tgz", "b": "file:../b.tgz"}}"#;
        assert_eq!(declared("w/package.json", archive), ["1 pkg:npm/a w/lib/a-1.tgz", "1 pkg:npm/b"]);
        let expected = ["1 pkg:npm/a@1.2.3", "1 pkg:npm/b", "1 pkg:npm/e@2.0.0", "1 pkg:npm/f"];
        assert_eq!(declared("package.json", wishes), expected);
        assert!(declared("node_modules/a/dist/package.json", wishes).is_empty());
    }

    #[test]
    fn a_package_says_what_it_has_in_its_archive() {
        let of = |text: &str| bundled(&serde_json::from_str(text).unwrap()).join(" ");
        let needs = r#""dependencies": {"a": "1", "b": "npm:c@2"}"#;
        assert_eq!(of(&format!("{{{needs}, \"bundleDependencies\": true}}")), "pkg:npm/a pkg:npm/c");
        let listed = format!("{{{needs}, \"bundledDependencies\": [\"b\", \"@s/d\", 3]}}");
        assert_eq!(of(&listed), "pkg:npm/%40s/d pkg:npm/b pkg:npm/c");
        assert_eq!(of(&format!("{{{needs}, \"bundleDependencies\": false}}")), "");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_declares_nothing() {
        let conflict = "{\"packages\": {\n<<<<<<< HEAD\n\"node_modules/a\": {\"version\": \"1.0.0\"}\n}}";
        assert_eq!(complaints("package-lock.json", conflict), ["line 2: key must be a string at column 1"]);
        assert!(declared("package-lock.json", conflict).is_empty());
        let outside = r#"{"packages": {"../../node_modules/a": {"version": "1"}, "node_modules/b": {"version": "1"}}}"#;
        assert!(complaints("x/package-lock.json", outside)[0].contains("no place of a package"));
        assert_eq!(declared("x/package-lock.json", outside).len(), 1);
        for text in ["[]", "{\"packages\": 3}", "{\"packages\": {\"node_modules/a\": 3}}", "nul\0", "{}"] {
            let found = declared("package-lock.json", text);
            assert!(
                found.len() <= 1 && found.iter().all(|one| one.ends_with("pkg:npm/a node_modules/a/**")),
                "{found:?}"
            );
        }
        let deep = format!("{}{}", "{\"dependencies\": {\"a\": ".repeat(100), "1");
        assert!(declared("package-lock.json", &deep).is_empty() && !complaints("package-lock.json", &deep).is_empty());
        let hostile = "{\"packages\": {\"node_modules/a\\nb\": {\"version\": \"1\\u001b\"}}}";
        assert!(declared("package-lock.json", hostile).is_empty());
    }
}

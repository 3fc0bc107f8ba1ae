//! C and C++: Conan and vcpkg.

use std::collections::HashMap;

use regex::Regex;
use serde_json::Value;

use super::key_lines::KeyLines;
use super::typed::{list, table, text};
use super::{Found, Reader, Source, below, is_named, is_within, json};
use crate::model::declaration::{Checksum, ManifestKind, RecordedFile, Site, package_purl};
use crate::model::place::{base_name, folder};

pub(super) const READERS: &[Reader] = &[
    Reader {
        is: |path| is_named(path, &["conan.lock"]),
        kind: ManifestKind::Lockfile,
        ecosystem: "conan",
        read: conan_lock,
    },
    Reader {
        is: |path| is_named(path, &["conanfile.txt"]),
        kind: ManifestKind::Manifest,
        ecosystem: "conan",
        read: conan_text,
    },
    Reader {
        is: |path| is_named(path, &["conanfile.py"]),
        kind: ManifestKind::Manifest,
        ecosystem: "conan",
        read: conan_script,
    },
    Reader {
        is: |path| is_named(path, &["vcpkg.json"]),
        kind: ManifestKind::Manifest,
        ecosystem: "vcpkg",
        read: vcpkg,
    },
    Reader { is: is_list, kind: ManifestKind::InstallRecord, ecosystem: "vcpkg", read: list_of_files },
];

/// `name/version[@user/channel][#revision]`; a range is no version.
fn reference(text: &str, line: u32, found: &mut Found) {
    let text = text.trim().split(['@', '#', '%']).next().unwrap_or_default();
    let (name, version) = text.split_once('/').unwrap_or((text, ""));
    let exact = Some(version).filter(|version| version.starts_with(|first: char| first.is_ascii_alphanumeric()));
    let before = found.declarations.len();
    found.declare(line, ("conan", name), exact, Site::Elsewhere);
    also_generic(found, before, name);
}

/// What these call a library is what others call it, too.
fn also_generic(found: &mut Found, from: usize, name: &str) {
    for one in found.declarations.iter_mut().skip(from) {
        one.aliases.extend(package_purl("generic", name));
    }
}

fn conan_lock(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let (keys, lines) = (KeyLines::of(source.text), KeyLines::of_values(source.text));
    for key in ["requires", "build_requires", "python_requires"] {
        for one in list(&value, key, &keys, &mut found) {
            match one.as_str() {
                Some(text) => reference(text, lines.line(text), &mut found),
                None => found.complain(keys.line(key), "a reference that is no text: not used"),
            }
        }
    }
    // Of Conan 1: a graph of nodes. The one with a path is the project itself.
    let Some(graph) = value.get("graph_lock") else { return found };
    for (_, node) in table(graph, "nodes", &keys, &mut found).into_iter().flatten() {
        if let (Some(text), None) = (text(node, "ref"), text(node, "path")) {
            reference(text, lines.line(text), &mut found);
        }
    }
    found
}

fn conan_text(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let mut inside = false;
    for (line, number) in source.text.lines().zip(1..) {
        let line = line.split('#').next().unwrap_or(line).trim();
        if found.is_conflict(number, line) || line.is_empty() {
            continue;
        }
        if line.starts_with('[') {
            inside = matches!(line, "[requires]" | "[build_requires]" | "[tool_requires]" | "[test_requires]");
        } else if inside {
            reference(line, number, &mut found);
        }
    }
    found
}

/// `requires = "name/1.0"`, a list of such over several lines, and `self.requires("name/1.0")`; nothing is run.
fn conan_script(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let form = r#"["']([a-z0-9][a-z0-9_.+-]+/[\w.+\[\]>=<~^ -]+)(?:[@#%][^"']*)?["']"#;
    let opens = Regex::new(r"requires\s*=\s*[\[(][^\])]*$");
    let (Ok(form), Ok(opens)) = (Regex::new(form), opens) else { return found };
    let mut inside = false;
    for (line, number) in source.text.lines().zip(1..) {
        let code = line.trim_start();
        if found.is_conflict(number, line) || code.starts_with('#') {
            continue;
        }
        if inside || code.contains("requires") {
            form.captures_iter(line)
                .filter_map(|one| one.get(1))
                .for_each(|one| reference(one.as_str(), number, &mut found));
        }
        inside = opens.is_match(line) || inside && !code.starts_with([']', ')']) && !code.ends_with([']', ')']);
    }
    found
}

fn vcpkg(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let (keys, lines) = (KeyLines::of(source.text), KeyLines::of_values(source.text));
    let mut found = Found::default();
    let mut versions: HashMap<&str, &str> = HashMap::new();
    for one in list(&value, "overrides", &keys, &mut found) {
        let version =
            ["version", "version-semver", "version-string", "version-date"].iter().find_map(|key| text(one, key));
        // Behind `#` stands the number of the port.
        let version = version.and_then(|version| version.split('#').next());
        versions.extend(text(one, "name").zip(version));
    }
    let mut wishes: Vec<&Value> = list(&value, "dependencies", &keys, &mut found).iter().collect();
    for (_, feature) in table(&value, "features", &keys, &mut found).into_iter().flatten() {
        wishes.extend(list(feature, "dependencies", &keys, &mut found));
    }
    let own = text(&value, "name");
    for wish in wishes {
        let Some(name) = wish.as_str().or_else(|| text(wish, "name")) else {
            found.complain(keys.line("dependencies"), "a dependency without a name: not used");
            continue;
        };
        // A feature may ask for another one of the same port.
        if Some(name) != own {
            let before = found.declarations.len();
            found.declare(lines.line(name), ("vcpkg", name), versions.get(name).copied(), Site::Elsewhere);
            also_generic(&mut found, before, name);
        }
    }
    found
}

fn is_list(path: &str) -> bool {
    let home = folder(path);
    path.ends_with(".list") && base_name(home) == "info" && base_name(folder(home)) == "vcpkg"
}

/// `vcpkg/info/NAME_VERSION_TRIPLET.list`: every file, from the folder around `vcpkg`, out of which none may lead.
fn list_of_files(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let stem = base_name(source.path).trim_end_matches(".list");
    let parts = stem.rsplit_once('_').and_then(|(release, system)| Some((release.split_once('_')?, system)));
    let Some(((name, version), system)) = parts else {
        return Found::broken(0, "its name is not that of a package, a version and a system: not used");
    };
    let home = folder(folder(folder(source.path)));
    let mut files = Vec::new();
    for (line, number) in source.text.lines().map(str::trim).zip(1..) {
        if line.is_empty() || line.ends_with('/') {
            continue;
        }
        // Each system's packages have a folder, and share it with nothing else.
        match below("", line).filter(|inner| is_within(system, inner)).and_then(|inner| below(home, &inner)) {
            Some(path) => files.push(RecordedFile { path, checksum: Checksum::None }),
            None => found.complain(number, "a file outside the folder of what is installed for its system: not used"),
        }
    }
    if !files.is_empty() {
        found.declare(0, ("vcpkg", name), Some(version), Site::Files(files));
        also_generic(&mut found, 0, name);
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn conan_names_references() {
        let lock = "{\"version\": \"0.5\", \"requires\": [\n\"zlib/1.2.13#abc%1\",\n\"own/[>1]@me/x\"]}";
        assert_eq!(
            declared("conan.lock", lock),
            ["2 pkg:conan/zlib@1.2.13 =pkg:generic/zlib", "3 pkg:conan/own =pkg:generic/own"]
        );
        let text = "[requires]\nzlib/1.2.13 # why\n[generators]\ncmake\n";
        assert_eq!(declared("conanfile.txt", text), ["2 pkg:conan/zlib@1.2.13 =pkg:generic/zlib"]);
        let script = "class A(ConanFile):\n    requires = \"zlib/1.2.13\", \"fmt/10.0\"\n    def f(self): self.requires('a1/2@u/c')\n";
        assert_eq!(declared("conanfile.py", script).len(), 3);
    }

    #[test]
    fn vcpkg_names_wishes_and_lists_what_it_installed() {
        let text = "{\"dependencies\": [\"zlib\", {\"name\": \"fmt\"}], \"overrides\": [{\"name\": \"zlib\", \"version\": \"1.2.13\"}]}";
        assert_eq!(
            declared("vcpkg.json", text),
            ["1 pkg:vcpkg/fmt =pkg:generic/fmt", "1 pkg:vcpkg/zlib@1.2.13 =pkg:generic/zlib"]
        );
        let list = "x64-linux/\nx64-linux/include/zlib.h\n../../etc/passwd\n";
        let path = "vcpkg_installed/vcpkg/info/zlib_1.2.13_x64-linux.list";
        assert_eq!(
            declared(path, list),
            ["0 pkg:vcpkg/zlib@1.2.13 vcpkg_installed/x64-linux/include/zlib.h =pkg:generic/zlib"]
        );
    }

    #[test]
    fn conan_is_read_in_its_older_forms() {
        let one = "{\"graph_lock\": {\"nodes\": {\n\"0\": {\"ref\": \"own/1.0\", \"path\": \"conanfile.py\"},\n\"1\": {\"ref\": \"zlib/1.2.13@conan/stable#0\"}}}, \"version\": \"0.4\"}";
        assert_eq!(declared("conan.lock", one), ["3 pkg:conan/zlib@1.2.13 =pkg:generic/zlib"]);
        let script = "class A(ConanFile):\n    requires = (\n        \"zlib/1.2.13\",\n        # \"no/1\"\n        \"fmt/10.0#abc\")\n    exports = \"src/*\", \"a/b\"\n    tool_requires = [\n        \"cmake/[>=3]\",\n    ]\n    url = \"x/y\"\n";
        let expected = [
            "3 pkg:conan/zlib@1.2.13 =pkg:generic/zlib",
            "5 pkg:conan/fmt@10.0 =pkg:generic/fmt",
            "8 pkg:conan/cmake =pkg:generic/cmake",
        ];
        assert_eq!(declared("conanfile.py", script), expected);
    }

    #[test]
    fn vcpkg_reads_features_overrides_and_lines() {
        let text = "{\"name\": \"own\",\n\"dependencies\": [\n\"zlib\"],\n\"features\": {\"x\": {\"dependencies\": [\n{\"name\": \"fmt\"}, {\"name\": \"own\"}]}},\n\"overrides\": [{\"name\": \"fmt\", \"version-semver\": \"10.0.0#2\"}]}";
        let expected = ["3 pkg:vcpkg/zlib =pkg:generic/zlib", "5 pkg:vcpkg/fmt@10.0.0 =pkg:generic/fmt"];
        assert_eq!(declared("vcpkg.json", text), expected);
    }

    #[test]
    fn a_list_of_files_accounts_for_nothing_beside_what_is_installed() {
        let path = "vcpkg_installed/vcpkg/info/zlib_1.2.13_x64-linux.list";
        let list = "x64-linux/include/a.h\n../src/pasted.c\nx64-linux/../../src/b.c\n/etc/passwd\n";
        let expected = ["0 pkg:vcpkg/zlib@1.2.13 vcpkg_installed/x64-linux/include/a.h =pkg:generic/zlib"];
        assert_eq!(declared(path, list), expected);
        let lines: Vec<String> = complaints(path, list);
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("line 2: a file outside"), "{lines:?}");
        assert!(declared("vcpkg_installed/vcpkg/info/odd.list", "a/b\n").is_empty());
        assert!(declared("xvcpkg/info/a_1_x.list", "a/b\n").is_empty(), "another folder's list");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_declares_nothing() {
        for (path, text) in [
            ("conan.lock", "{\"requires\": \"zlib/1\"}"),
            ("conan.lock", "{\"requires\": [3]}"),
            ("conan.lock", "{\"graph_lock\": {\"nodes\": []}, \"x\": "),
            ("vcpkg.json", "{\"dependencies\": {\"a\": 1}}"),
            ("vcpkg.json", "{\"dependencies\": [{}]}"),
            ("vcpkg.json", "<<<<<<< HEAD\n{}"),
            ("conanfile.txt", "[requires]\n../a/1\n"),
        ] {
            assert!(declared(path, text).is_empty(), "{path}: {text}");
            let told = complaints(path, text);
            assert!(told.len() == 1 && told[0].starts_with("line "), "{path}: {text}: {told:?}");
        }
        let conflict = "[requires]\n<<<<<<< HEAD\na/1\n=======\na/2\n>>>>>>> x\n";
        assert_eq!((declared("conanfile.txt", conflict).len(), complaints("conanfile.txt", conflict).len()), (2, 3));
    }
}

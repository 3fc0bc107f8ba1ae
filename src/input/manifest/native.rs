//! C and C++: Conan and vcpkg.

use regex::Regex;
use serde_json::Value;

use super::key_lines::KeyLines;
use super::{Found, Reader, Source, below, is_named, json};
use crate::model::declaration::{Checksum, Declaration, ManifestKind, RecordedFile, Site, package_purl};
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
    Reader { is: is_list, kind: ManifestKind::InstallRecord, ecosystem: "vcpkg", read: list },
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
    let line =
        |text: &str| source.text.lines().zip(1..).find(|(line, _)| line.contains(text)).map_or(0, |(_, number)| number);
    for list in ["requires", "build_requires", "python_requires"] {
        for text in value.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            reference(text, line(text), &mut found);
        }
    }
    // Of Conan 1: a graph of nodes.
    let nodes = value.get("graph_lock").and_then(|graph| graph.get("nodes")).and_then(Value::as_object);
    for text in nodes.into_iter().flatten().filter_map(|(_, node)| node.get("ref")?.as_str()) {
        reference(text, line(text), &mut found);
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

/// `requires = "name/1.0"` and `self.requires("name/1.0")`; nothing is run.
fn conan_script(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let Ok(form) = Regex::new(r#"["']([a-z0-9][a-z0-9_.+-]+/[\w.+\[\]>=<~^ -]+)(?:@[^"']*)?["']"#) else {
        return found;
    };
    for (line, number) in source.text.lines().zip(1..).filter(|(line, _)| line.contains("requires")) {
        form.captures_iter(line)
            .filter_map(|one| one.get(1))
            .for_each(|one| reference(one.as_str(), number, &mut found));
    }
    found
}

fn vcpkg(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let lines = KeyLines::of(source.text);
    let mut found = Found::default();
    let overrides = value.get("overrides").and_then(Value::as_array).into_iter().flatten();
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).map(str::to_string);
    let versions: Vec<(String, String)> = overrides
        .filter_map(|one| Some((text(one, "name")?, text(one, "version").or(text(one, "version-string"))?)))
        .collect();
    for wish in value.get("dependencies").and_then(Value::as_array).into_iter().flatten() {
        let Some(name) = wish.as_str().or_else(|| wish.get("name")?.as_str()) else { continue };
        let version = versions.iter().find(|(own, _)| own == name).map(|(_, version)| version.as_str());
        let before = found.declarations.len();
        found.declare(lines.line("dependencies"), ("vcpkg", name), version, Site::Elsewhere);
        also_generic(&mut found, before, name);
    }
    found
}

fn is_list(path: &str) -> bool {
    path.ends_with(".list") && folder(path).ends_with("vcpkg/info")
}

/// `vcpkg/info/NAME_VERSION_TRIPLET.list`: every file, from the folder around `vcpkg`.
fn list(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let mut parts = base_name(source.path).trim_end_matches(".list").split('_');
    let (Some(name), version) = (parts.next(), parts.next()) else { return found };
    let home = folder(folder(folder(source.path)));
    let paths = source.text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.ends_with('/'));
    let files = paths.filter_map(|path| below(home, path)).map(|path| RecordedFile { path, checksum: Checksum::None });
    let files: Vec<RecordedFile> = files.collect();
    if let (Some(purl), false) = (package_purl("vcpkg", name), files.is_empty()) {
        let aliases = package_purl("generic", name).into_iter().collect();
        let version = version.map(str::to_string);
        found.declarations.push(Declaration { purl, version, aliases, line: 0, site: Site::Files(files) });
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::declared;

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
}

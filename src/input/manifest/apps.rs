//! Swift packages, CocoaPods, pub and Hex.

use regex::Regex;
use serde_json::Value;

use super::node::Node;
use super::{Found, Reader, Source, is_named, json, yaml};
use crate::model::declaration::{Extent, ManifestKind, Site};
use crate::model::place::{base_name, folder};

const fn reader(
    is: fn(&str) -> bool,
    kind: ManifestKind,
    ecosystem: &'static str,
    read: fn(Source<'_>) -> Found,
) -> Reader {
    Reader { is, kind, ecosystem, read }
}

pub(super) const READERS: &[Reader] = &[
    reader(|path| is_named(path, &["Package.resolved"]), ManifestKind::Lockfile, "swift", swift),
    reader(|path| is_named(path, &["Package.swift"]), ManifestKind::Manifest, "swift", swift_wishes),
    reader(is_pods, ManifestKind::Lockfile, "cocoapods", pods),
    reader(|path| is_named(path, &["Podfile"]), ManifestKind::Manifest, "cocoapods", podfile),
    reader(|path| is_named(path, &["pubspec.lock"]), ManifestKind::Lockfile, "pub", pub_lock),
    reader(|path| is_named(path, &["pubspec.yaml"]), ManifestKind::Manifest, "pub", pub_wishes),
    reader(|path| is_named(path, &["mix.lock"]), ManifestKind::Lockfile, "hex", hex),
    reader(|path| is_named(path, &["mix.exs"]), ManifestKind::Manifest, "hex", hex_wishes),
];

/// `host/owner/name` of an address, as purls of Swift have it.
fn swift_name(address: &str) -> &str {
    let body = address.split_once("://").map_or(address, |(_, body)| body);
    body.trim_end_matches('/').trim_end_matches(".git")
}

fn swift(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let pins = value.get("pins").or_else(|| value.get("object")?.get("pins"));
    for pin in pins.and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| pin.get(name).and_then(Value::as_str);
        let Some(address) = text("location").or(text("repositoryURL")) else { continue };
        let version = pin.get("state").and_then(|state| state.get("version")).and_then(Value::as_str);
        let line =
            source.text.lines().zip(1..).find(|(line, _)| line.contains(address)).map_or(0, |(_, number)| number);
        let name = swift_name(address);
        for home in [".build/checkouts", "SourcePackages/checkouts"] {
            if let Some(path) = source.beside(&format!("{home}/{}", base_name(name))) {
                found.declare(line, ("swift", name), version, Site::Folder { path, extent: Extent::Everything });
            }
        }
    }
    found
}

/// Takes what a form found in a line: the line, the name, the version.
type Take<'t> = &'t dyn Fn(&mut Found, u32, &str, Option<&str>);

fn by_form(source: Source<'_>, form: &str, take: Take<'_>) -> Found {
    let mut found = Found::default();
    let Ok(form) = Regex::new(form) else { return found };
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) {
            continue;
        }
        for one in form.captures_iter(line) {
            let version = one.name("version").map(|version| version.as_str());
            if let Some(name) = one.name("name") {
                take(&mut found, number, name.as_str(), version);
            }
        }
    }
    found
}

fn swift_wishes(source: Source<'_>) -> Found {
    let form = r#"\.package\(\s*(?:name:\s*"[^"]*",\s*)?url:\s*"(?<name>[^"]+)"(?:,\s*(?:exact:|\.exact\()\s*"(?<version>[^"]+)")?"#;
    by_form(source, form, &|found, line, name, version| {
        found.declare(line, ("swift", swift_name(name)), version, Site::Elsewhere)
    })
}

fn is_pods(path: &str) -> bool {
    is_named(path, &["Podfile.lock"]) || is_named(path, &["Manifest.lock"]) && base_name(folder(path)) == "Pods"
}

/// `PODS` names `Name/Sub (1.0)`; what `EXTERNAL SOURCES` gives a path is the project's own.
fn pods(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let documents = yaml::load(source.text, &mut found);
    let Some(document) = documents.first() else { return found };
    let own = |name: &str| document.at(&["EXTERNAL SOURCES", name]).is_some_and(|one| one.get(":path").is_some());
    let mut seen = std::collections::BTreeSet::new();
    for item in document.get("PODS").map(Node::items).unwrap_or_default() {
        let (text, line) = match item.entries() {
            [(key, node), ..] => (key.as_str(), node.line),
            [] => (item.scalar().unwrap_or_default(), item.line),
        };
        let (name, version) = text.split_once(" (").unwrap_or((text, ""));
        let pod = name.split('/').next().unwrap_or(name);
        if own(pod) || !seen.insert(pod.to_string()) {
            continue;
        }
        let pods = if is_named(source.path, &["Manifest.lock"]) { String::new() } else { "Pods/".to_string() };
        let version = Some(version.trim_end_matches(')')).filter(|version| !version.is_empty());
        match source.beside(&format!("{pods}{pod}")) {
            Some(path) => {
                found.declare(line, ("cocoapods", pod), version, Site::Folder { path, extent: Extent::Everything })
            }
            None => found.complain(line, "a pod outside the tree: not used"),
        }
    }
    found
}

fn podfile(source: Source<'_>) -> Found {
    let form = r#"^\s*pod\s+['"](?<name>[^'"/]+)[^'"]*['"](?:\s*,\s*['"](?<version>\d[^'"]*)['"])?(?<rest>.*)"#;
    by_form(source, form, &|found, line, name, version| {
        found.declare(line, ("cocoapods", name), version, Site::Elsewhere)
    })
}

fn pub_lock(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let documents = yaml::load(source.text, &mut found);
    for (name, node) in
        documents.first().and_then(|document| document.get("packages")).map(Node::entries).unwrap_or_default()
    {
        let text = |key: &str| node.get(key).and_then(Node::scalar);
        if !matches!(text("source"), Some("path" | "sdk")) {
            found.declare(node.line, ("pub", name), text("version"), Site::Elsewhere);
        }
    }
    found
}

fn pub_wishes(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let documents = yaml::load(source.text, &mut found);
    for table in ["dependencies", "dev_dependencies"] {
        for (name, node) in
            documents.first().and_then(|document| document.get(table)).map(Node::entries).unwrap_or_default()
        {
            if node.get("path").is_some() || node.get("sdk").is_some() {
                continue;
            }
            let exact = node.scalar().filter(|range| range.starts_with(|first: char| first.is_ascii_digit()));
            found.declare(node.line, ("pub", name), exact, Site::Elsewhere);
        }
    }
    found
}

/// `"name": {:hex, :name, "1.0", …}` a line; each lies in `deps`.
fn hex(source: Source<'_>) -> Found {
    let form = r#"^\s*"(?<key>[\w]+)":\s*\{:(?:hex,\s*:(?<name>[\w]+),\s*"(?<version>[^"]+)")"#;
    by_form(source, form, &|found, line, name, version| {
        if let Some(path) = source.beside(&format!("deps/{name}")) {
            found.declare(line, ("hex", name), version, Site::Folder { path, extent: Extent::Everything });
        }
    })
}

/// `{:name, "~> 1.0"}`.
fn hex_wishes(source: Source<'_>) -> Found {
    let form = r#"\{:(?<name>[a-z]\w*),\s*"(?:==\s*(?<version>[^"]+)|[^"]*)"#;
    by_form(source, form, &|found, line, name, version| found.declare(line, ("hex", name), version, Site::Elsewhere))
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::declared;

    #[test]
    fn swift_names_packages_by_address() {
        let two = "{\"pins\": [{\"location\": \"https://github.com/A/b.git\",\n\"state\": {\"version\": \"1.0.0\"}}], \"version\": 2}";
        let expected = [
            "1 pkg:swift/github.com/a/b@1.0.0 .build/checkouts/b/**",
            "1 pkg:swift/github.com/a/b@1.0.0 SourcePackages/checkouts/b/**",
        ];
        assert_eq!(declared("Package.resolved", two), expected);
        let one = "{\"object\": {\"pins\": [{\"repositoryURL\": \"https://x.example/c\", \"state\": {}}]}}";
        assert_eq!(declared("Package.resolved", one).len(), 2);
        let wishes = "    .package(url: \"https://github.com/a/b\", exact: \"1.0.0\"),\n    .package(url: \"https://x.example/c\", from: \"2.0.0\")\n";
        assert_eq!(declared("Package.swift", wishes), ["1 pkg:swift/github.com/a/b@1.0.0", "2 pkg:swift/x.example/c"]);
    }

    #[test]
    fn pods_lie_in_their_folder() {
        let lock = "PODS:\n  - AFNetworking/Core (4.0.1)\n  - AFNetworking (4.0.1):\n    - AFNetworking/Core\n  - Own (0.1)\n\nEXTERNAL SOURCES:\n  Own:\n    :path: \"../Own\"\n";
        assert_eq!(declared("ios/Podfile.lock", lock), ["2 pkg:cocoapods/AFNetworking@4.0.1 ios/Pods/AFNetworking/**"]);
        assert_eq!(
            declared("ios/Pods/Manifest.lock", lock),
            ["2 pkg:cocoapods/AFNetworking@4.0.1 ios/Pods/AFNetworking/**"]
        );
        assert_eq!(
            declared("Podfile", "pod 'A', '1.0'\npod \"B/Sub\", '~> 2'\n"),
            ["1 pkg:cocoapods/A@1.0", "2 pkg:cocoapods/B"]
        );
    }

    #[test]
    fn pub_and_hex_name_packages() {
        let lock = "packages:\n  http:\n    source: hosted\n    version: \"1.1.0\"\n  own:\n    source: path\n    version: \"0\"\n";
        assert_eq!(declared("pubspec.lock", lock), ["2 pkg:pub/http@1.1.0"]);
        assert_eq!(
            declared("pubspec.yaml", "dependencies:\n  http: 1.1.0\n  b: ^2\n  own:\n    path: ../own\n"),
            ["2 pkg:pub/http@1.1.0", "3 pkg:pub/b"]
        );
        let lock = "%{\n  \"jason\": {:hex, :jason, \"1.4.0\", \"abc\", [:mix], [], \"hexpm\", \"d\"},\n  \"g\": {:git, \"https://x\", \"abc\", []},\n}\n";
        assert_eq!(declared("mix.lock", lock), ["2 pkg:hex/jason@1.4.0 deps/jason/**"]);
        assert_eq!(
            declared("mix.exs", "  {:jason, \"~> 1.0\"}, {:b, \"== 2.0\"}\n"),
            ["1 pkg:hex/b@2.0", "1 pkg:hex/jason"]
        );
    }
}

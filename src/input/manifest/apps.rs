//! Swift packages, CocoaPods, pub and Hex.

use std::collections::HashSet;

use regex::Regex;

use super::key_lines::KeyLines;
use super::node::{Node, Value};
use super::typed::{list, text};
use super::{Found, Reader, Source, below, is_named, json, yaml};
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
    reader(|path| is_named(path, &["rebar.lock"]), ManifestKind::Lockfile, "hex", rebar),
];

/// `host/owner/name` of an address (`https://user@host/owner/name.git`, `git@host:owner/name`), as purls of Swift have it;
/// `None` for a folder of this machine or what is no address.
fn swift_name(address: &str) -> Option<String> {
    let without_user = |body: &str| body.split_once('@').map_or(body, |(_, host)| host).to_string();
    let body = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, body)) => without_user(body),
        None => without_user(address).replacen(':', "/", 1),
    };
    let body = body.trim_end_matches('/');
    let body = body.strip_suffix(".git").unwrap_or(body);
    (body.contains('/') && !body.starts_with(['/', '.', '~'])).then(|| body.to_string())
}

/// The folder around the Xcode project that a file stands in, else the file's own.
fn around_project(path: &str) -> &str {
    let is_project = |part: &&str| part.ends_with(".xcodeproj") || part.ends_with(".xcworkspace");
    let Some(project) = folder(path).split('/').find(is_project) else { return folder(path) };
    let start = project.as_ptr() as usize - path.as_ptr() as usize;
    path.get(..start).map_or("", |home| home.trim_end_matches('/'))
}

fn swift(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let (keys, lines) = (KeyLines::of(source.text), KeyLines::of_values(source.text));
    let holder = value.get("object").unwrap_or(&value);
    for pin in list(holder, "pins", &keys, &mut found) {
        let Some(address) = text(pin, "location").or(text(pin, "repositoryURL")) else {
            found.complain(0, "a pin without an address: not used");
            continue;
        };
        // A repository of this machine, and a package of a registry, which has no address.
        let Some(name) = swift_name(address) else { continue };
        let version = pin.get("state").and_then(|state| text(state, "version"));
        for home in [".build/checkouts", "SourcePackages/checkouts"] {
            if let Some(path) = below(around_project(source.path), &format!("{home}/{}", base_name(&name))) {
                let site = Site::Folder { path, extent: Extent::Everything };
                found.declare(lines.line(address), ("swift", &name), version, site);
            }
        }
    }
    found
}

/// Takes what a form found in a line: the line's number, and the named parts.
type Take<'t> = &'t dyn Fn(&mut Found, u32, &dyn Fn(&str) -> Option<&'t str>);

/// What a form finds line by line; where it has a part `own`, the project's own is passed over.
fn by_form<'t>(source: Source<'t>, form: &str, take: Take<'t>) -> Found {
    let mut found = Found::default();
    let Ok(form) = Regex::new(form) else { return found };
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) {
            continue;
        }
        for one in form.captures_iter(line) {
            if one.name("own").is_none() {
                take(&mut found, number, &|part| one.name(part).map(|part| part.as_str()));
            }
        }
    }
    found
}

fn swift_wishes(source: Source<'_>) -> Found {
    let form = r#"(?<own>^\s*//.*)|\.package\(\s*(?:name:\s*"[^"]*",\s*)?url:\s*"(?<name>[^"]+)"(?:,\s*(?:exact:|\.exact\()\s*"(?<version>[^"]+)")?"#;
    by_form(source, form, &|found, line, part| {
        let name = part("name").and_then(swift_name);
        name.into_iter().for_each(|name| found.declare(line, ("swift", &name), part("version"), Site::Elsewhere));
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
    let external = entries(document, "EXTERNAL SOURCES", &mut found).iter();
    let own: HashSet<&str> =
        external.filter(|(_, one)| one.get(":path").is_some()).map(|(name, _)| name.as_str()).collect();
    let pods = document.get("PODS");
    let items = pods.map(Node::items).unwrap_or_default();
    if let (Some(pods), true) = (pods, items.is_empty()) {
        found.complain(pods.line, "`PODS` is no list: not read");
    }
    let home = if is_named(source.path, &["Manifest.lock"]) { "" } else { "Pods/" };
    let mut seen = HashSet::new();
    for item in items {
        let (text, line) = match item.entries() {
            [(key, node), ..] => (key.as_str(), node.line),
            [] => (item.scalar().unwrap_or_default(), item.line),
        };
        let (name, version) = text.split_once(" (").unwrap_or((text, ""));
        let pod = name.split('/').next().unwrap_or(name);
        if own.contains(pod) || !seen.insert(pod) {
            continue;
        }
        let version = Some(version.trim_end_matches(')')).filter(|version| !version.is_empty());
        match source.beside(&format!("{home}{pod}")) {
            Some(path) => {
                found.declare(line, ("cocoapods", pod), version, Site::Folder { path, extent: Extent::Everything })
            }
            None => found.complain(line, "a pod outside the tree: not used"),
        }
    }
    found
}

/// The entries of the map under a key, which may be left out or empty.
fn entries<'n>(document: &'n Node, key: &str, found: &mut Found) -> &'n [(String, Node)] {
    let Some(node) = document.get(key) else { return &[] };
    let is_nothing = matches!(node.scalar(), Some("" | "~" | "null")) || matches!(&node.value, Value::Map(_));
    if !is_nothing {
        found.complain(node.line, format!("`{key}` is no table: not read"));
    }
    node.entries()
}

fn podfile(source: Source<'_>) -> Found {
    let form = r#"^\s*pod\s+['"](?<name>[^'"/]+)[^'"]*['"](?:\s*,\s*['"](?:=\s*)?(?<version>\d[^'"]*)['"])?(?<own>.*(?::path\s*=>|\bpath:).*)?"#;
    by_form(source, form, &|found, line, part| {
        found.declare(line, ("cocoapods", part("name").unwrap_or_default()), part("version"), Site::Elsewhere)
    })
}

fn pub_lock(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let documents = yaml::load(source.text, &mut found);
    let Some(document) = documents.first() else { return found };
    for (name, node) in entries(document, "packages", &mut found) {
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
    let Some(document) = documents.first() else { return found };
    for table in ["dependencies", "dev_dependencies"] {
        for (name, node) in entries(document, table, &mut found) {
            if node.get("path").is_some() || node.get("sdk").is_some() {
                continue;
            }
            let exact = node.scalar().filter(|range| range.starts_with(|first: char| first.is_ascii_digit()));
            found.declare(node.line, ("pub", name), exact, Site::Elsewhere);
        }
    }
    found
}

/// `"app": {:hex, :name, "1.0", …}` or `"app": {:git, "address", …}` a line; each lies in `deps/app`.
fn hex(source: Source<'_>) -> Found {
    let form = r#"^\s*"(?<app>\w+)":\s*\{(?::hex,\s*:"?(?<name>\w+)"?,\s*"(?<version>[^"]+)"|:git,)"#;
    by_form(source, form, &|found, line, part| in_folder(source, "deps", found, line, part))
}

/// `{<<"app">>,{pkg,<<"name">>,<<"1.0">>},0}` or `{<<"app">>,{git,"address",…`, broken into lines where it is long; each lies in
/// `_build/default/lib/app`.
fn rebar(source: Source<'_>) -> Found {
    let form = r#"\{<<"(?<app>\w+)">>,\s*\{(?:pkg,\s*<<"(?<name>\w+)">>,\s*<<"(?<version>[^"]+)">>|git,)"#;
    let mut found = Found::default();
    let Ok(form) = Regex::new(form) else { return found };
    for (line, number) in source.text.lines().zip(1..) {
        found.is_conflict(number, line);
    }
    let (mut line, mut passed) = (1, 0);
    for one in form.captures_iter(source.text) {
        let start = one.get(0).map_or(passed, |whole| whole.start());
        line += source.text.get(passed..start).unwrap_or_default().matches('\n').count() as u32;
        passed = start;
        in_folder(source, "_build/default/lib", &mut found, line, &|part| one.name(part).map(|part| part.as_str()));
    }
    if found.declarations.is_empty() && source.text.contains("<<\"") {
        found.complain(0, "it names no package in a form that is known");
    }
    found
}

/// A package of Hex in the folder of its application below `home`; of one from a repository the name is the application's.
fn in_folder<'t>(source: Source<'t>, home: &str, found: &mut Found, line: u32, part: &dyn Fn(&str) -> Option<&'t str>) {
    let app = part("app").unwrap_or_default();
    if let Some(path) = source.beside(&format!("{home}/{app}")) {
        let site = Site::Folder { path, extent: Extent::Everything };
        found.declare(line, ("hex", part("name").unwrap_or(app)), part("version"), site);
    }
}

/// `{:name, "~> 1.0"}`.
fn hex_wishes(source: Source<'_>) -> Found {
    let form = r#"(?<own>^\s*#.*)|\{:(?<name>[a-z]\w*),\s*"(?:==\s*(?<version>[^"]+)|[~<>=!\d][^"]*)""#;
    by_form(source, form, &|found, line, part| {
        found.declare(line, ("hex", part("name").unwrap_or_default()), part("version"), Site::Elsewhere)
    })
}

#[cfg(test)]
mod tests {
    use super::{around_project, swift_name};
    use crate::input::manifest::tests::{complaints, declared};

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
        assert_eq!(declared("mix.lock", lock), ["2 pkg:hex/jason@1.4.0 deps/jason/**", "3 pkg:hex/g deps/g/**"]);
        assert_eq!(
            declared("mix.exs", "  {:jason, \"~> 1.0\"}, {:b, \"== 2.0\"}\n"),
            ["1 pkg:hex/b@2.0", "1 pkg:hex/jason"]
        );
    }

    #[test]
    fn an_address_of_a_swift_package_names_host_owner_and_name() {
        for (address, name) in [
            ("https://github.com/apple/swift-nio.git", Some("github.com/apple/swift-nio")),
            ("git@github.com:apple/swift-nio.git", Some("github.com/apple/swift-nio")),
            ("ssh://git@github.com/apple/swift-nio/", Some("github.com/apple/swift-nio")),
            ("/home/me/own", None),
            ("../own", None),
            ("file:///home/me/own", None),
            ("", None),
        ] {
            assert_eq!(swift_name(address).as_deref(), name, "{address}");
        }
        let xcode = "app/A.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved";
        assert_eq!((around_project(xcode), around_project("a/Package.resolved")), ("app", "a"));
        assert_eq!(around_project(&xcode[4..]), "");
        let pin = "{\"pins\": [{\"location\": \"https:\\/\\/x.example\\/o\\/b\", \"state\": {\"version\": \"1.0\"}}]}";
        assert_eq!(declared(xcode, pin)[0], "1 pkg:swift/x.example/o/b@1.0 app/.build/checkouts/b/**");
    }

    #[test]
    fn a_name_of_a_package_accounts_for_no_folder_around_it() {
        for name in ["..", ".", "../src", ""] {
            let lock = format!("PODS:\n  - \"{name} (1.0)\"\n  - A (1.0)\n");
            assert_eq!(declared("Podfile.lock", &lock), ["3 pkg:cocoapods/A@1.0 Pods/A/**"], "{name}");
            assert_eq!(complaints("Podfile.lock", &lock).len(), 1, "{name}");
        }
        for address in ["https://x.example/o/..", "https://x.example/o/.git", "https://x.example/../.."] {
            let pin = format!("{{\"pins\": [{{\"location\": \"{address}\"}}]}}");
            assert!(declared("Package.resolved", &pin).is_empty(), "{address}");
            assert!(!complaints("Package.resolved", &pin).is_empty(), "{address}");
        }
    }

    #[test]
    fn the_projects_own_is_wished_for_by_nobody() {
        let podfile = "pod 'Own', :path => '../Own'\npod 'Own2', path: '../Own'\n# pod 'No', '1'\npod 'A', '= 1.0', :inhibit_warnings => true\n";
        assert_eq!(declared("Podfile", podfile), ["4 pkg:cocoapods/A@1.0"]);
        let package =
            "// .package(url: \"https://x.example/a/no\", from: \"1\")\n.package(url: \"../own\", from: \"1\")\n";
        assert!(declared("Package.swift", package).is_empty());
        let mix = "# {:no, \"~> 1.0\"}\n{:error, \"message\"}, {:own, path: \"x\"}, {:a, \">= 0.0.0\"}\n";
        assert_eq!(declared("mix.exs", mix), ["2 pkg:hex/a"]);
    }

    #[test]
    fn erlang_and_elixir_install_by_the_name_of_the_application() {
        let mix = "%{\n<<<<<<< HEAD\n  \"app\": {:hex, :name, \"1.0\", \"abc\", [:mix], [], \"hexpm\", \"d\"},\n=======\n>>>>>>> x\n}\n";
        assert_eq!(declared("mix.lock", mix), ["3 pkg:hex/name@1.0 deps/app/**"]);
        assert_eq!(complaints("mix.lock", mix).len(), 3);
        let rebar = "{\"1.2.0\",\n[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.9.0\">>},0},\n {<<\"g\">>,\n  {git,\"https://x\",{ref,\"abc\"}},0},\n {<<\"h\">>,{git,\"https://x\",{ref,\"abc\"}},0}]}.\n[\n{pkg_hash,[\n {<<\"cowboy\">>, <<\"865DD8B6\">>}]}\n].\n";
        let expected = [
            "2 pkg:hex/cowboy@2.9.0 _build/default/lib/cowboy/**",
            "3 pkg:hex/g _build/default/lib/g/**",
            "5 pkg:hex/h _build/default/lib/h/**",
        ];
        assert_eq!(declared("rebar.lock", rebar), expected);
        assert_eq!(complaints("rebar.lock", "[{<<\"a\">>}].").len(), 1);
        assert!(complaints("rebar.lock", "[].").is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_declares_nothing() {
        for (path, text) in [
            ("Package.resolved", "{\"pins\": {}}"),
            ("Package.resolved", "{\n<<<<<<< HEAD\n"),
            ("Podfile.lock", "PODS: 3\n"),
            ("Podfile.lock", "PODS:\n  - [1]\n"),
            ("Podfile.lock", "PODS:\n  - A (1.0)\n<<<<<<< HEAD\n  - B (1.0)\n"),
            ("pubspec.lock", "packages:\n  - a\n"),
            ("pubspec.lock", "packages: &x\n  a: *x\n"),
            ("pubspec.yaml", "dependencies: 3\n"),
        ] {
            assert!(declared(path, text).is_empty(), "{path}: {text}: {:?}", declared(path, text));
            let told = complaints(path, text);
            assert!(told.len() == 1 && told[0].starts_with("line "), "{path}: {text}: {told:?}");
        }
        assert!(complaints("pubspec.yaml", "dependencies:\ndev_dependencies: {}\n").is_empty());
    }
}

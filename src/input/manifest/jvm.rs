//! Java: Maven's `pom.xml`, Gradle's lockfiles, version catalogues and build files.

use std::collections::HashMap;

use regex::Regex;

use super::{Found, Reader, Source, is_named, toml, xml};
use crate::model::declaration::{ManifestKind, Site};
use crate::model::place::{base_name, folder};

pub(super) const READERS: &[Reader] = &[
    Reader { is: |path| is_named(path, &["pom.xml"]), kind: ManifestKind::Manifest, ecosystem: "maven", read: pom },
    Reader { is: is_lock, kind: ManifestKind::Lockfile, ecosystem: "maven", read: lock },
    Reader {
        is: |path| path.ends_with(".versions.toml"),
        kind: ManifestKind::Manifest,
        ecosystem: "maven",
        read: catalogue,
    },
    Reader {
        is: |path| is_named(path, &["build.gradle", "build.gradle.kts"]),
        kind: ManifestKind::Manifest,
        ecosystem: "maven",
        read: build,
    },
];

fn is_lock(path: &str) -> bool {
    is_named(path, &["gradle.lockfile", "buildscript-gradle.lockfile"])
        || path.ends_with(".lockfile") && base_name(folder(path)) == "dependency-locks"
}

/// `dependency` elements wherever they stand; `${name}` is looked up in the same file, as far as it says.
fn pom(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let Some(root) = xml::read(source.text, &mut found) else { return found };
    let properties = properties(&root);
    for node in root.all("dependency") {
        let text = |name: &str| node.child(name).and_then(|child| resolved(child.text.trim(), &properties));
        let is_given = |name: &str| node.child(name).is_some_and(|child| !child.text.trim().is_empty());
        let (Some(group), Some(artifact)) = (text("groupId"), text("artifactId")) else {
            if !is_given("groupId") || !is_given("artifactId") {
                found.complain(node.line, "a dependency without `groupId` or `artifactId`: not used");
            }
            continue;
        };
        let version = text("version").filter(|version| is_exact(version));
        found.declare(node.line, ("maven", &format!("{group}:{artifact}")), version, Site::Elsewhere);
    }
    found
}

/// A text of which `${name}` as a whole may stand for another; `None` where it holds one that is not known.
fn resolved<'n>(text: &'n str, properties: &HashMap<&str, &'n str>) -> Option<&'n str> {
    let text = match text.strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
        Some(name) => properties.get(name)?,
        None => text,
    };
    Some(text).filter(|text| !text.contains("${"))
}

/// What a project file says that its `${name}` stand for: its properties, and its own group and version.
fn properties(root: &xml::Node) -> HashMap<&str, &str> {
    let named = root.child("properties").map(|all| all.children.as_slice()).unwrap_or_default();
    let mut out: HashMap<&str, &str> = named.iter().map(|one| (one.name.as_str(), one.text.trim())).collect();
    for (short, names) in [("version", ["project.version", "version"]), ("groupId", ["project.groupId", "groupId"])] {
        let own = root.child(short).or_else(|| root.child("parent")?.child(short));
        out.extend(own.into_iter().flat_map(|node| names.map(|name| (name, node.text.trim()))));
    }
    out
}

/// Whether a version is one, no range and nothing that is filled in elsewhere.
fn is_exact(version: &str) -> bool {
    !version.contains(['+', '[', '(', ')', '$', ',']) && !version.starts_with("latest.")
}

/// `group:artifact:version=configurations` a line.
fn lock(source: Source<'_>) -> Found {
    let mut found = Found::default();
    for (line, number) in source.text.lines().zip(1..) {
        let line = line.trim();
        if found.is_conflict(number, line) || line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        coordinate(line.split('=').next().unwrap_or(line), number, &mut found);
    }
    found
}

fn coordinate(text: &str, line: u32, found: &mut Found) {
    match text.split(':').collect::<Vec<_>>()[..] {
        [group, artifact] => found.declare(line, ("maven", &format!("{group}:{artifact}")), None, Site::Elsewhere),
        [group, artifact, version, ..] => {
            // `1.0@aar` asks for a kind of file.
            let version = version.split('@').next().unwrap_or(version);
            let exact = Some(version).filter(|version| is_exact(version));
            found.declare(line, ("maven", &format!("{group}:{artifact}")), exact, Site::Elsewhere);
        }
        _ => found.complain(line, "no coordinates of a library: passed over"),
    }
}

/// `gradle/libs.versions.toml`.
fn catalogue(source: Source<'_>) -> Found {
    let table = match toml(source.text) {
        Ok(table) => table,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let lines = library_lines(source.text);
    let version = |name: &str| table.get("versions")?.get(name)?.as_str();
    for (key, library) in table.get("libraries").and_then(|all| all.as_table()).into_iter().flatten() {
        let line = lines.get(key.as_str()).copied().unwrap_or(0);
        let text = |name: &str| library.get(name).and_then(|value| value.as_str());
        let module =
            text("module").map(str::to_string).or_else(|| Some(format!("{}:{}", text("group")?, text("name")?)));
        let own = library.get("version");
        let number = own.and_then(|own| own.as_str()).or_else(|| version(own?.get("ref")?.as_str()?));
        match (library.as_str(), module) {
            (Some(whole), _) => coordinate(whole, line, &mut found),
            (None, Some(module)) => {
                let number = number.filter(|number| is_exact(number));
                found.declare(line, ("maven", &module), number, Site::Elsewhere);
            }
            (None, None) => found.complain(line, "it names no library: passed over"),
        }
    }
    found
}

/// The lines of the keys of a catalogue's table of libraries.
fn library_lines(text: &str) -> HashMap<&str, u32> {
    let mut lines = HashMap::new();
    let mut inside = false;
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        let key = match line.strip_prefix('[') {
            Some(head) => {
                inside = head.starts_with("libraries]");
                head.strip_prefix("libraries.").map(|key| key.trim_end_matches(']'))
            }
            None => line.split(['=', '.']).next().filter(|_| inside),
        };
        if let Some(key) = key {
            lines.entry(key.trim().trim_matches(['"', '\''])).or_insert(number);
        }
    }
    lines
}

fn is_comment(line: &str) -> bool {
    ["//", "/*", "*"].iter().any(|mark| line.trim_start().starts_with(mark))
}

/// Words of a build file behind which a library stands, as the ends of the names of configurations.
const CONFIGURATIONS: &str = "implementation|api|compile|compileOnly|compileOnlyApi|provided|runtime|runtimeOnly|classpath|kapt|ksp|annotationProcessor|coreLibraryDesugaring";

/// `implementation "group:artifact:version"` and the like, and with `group:`, `name:` and `version:` apart; nothing is run.
fn build(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let before = format!(r#"(?i:{CONFIGURATIONS})\b[\s(]*(?:(?:enforcedP|p)latform\s*\(\s*)?"#);
    let whole = Regex::new(&format!(r#"{before}["']([\w.-]+:[\w.-]+(?::[^"':\s]*(?::[^"'\s]*)?)?)["']"#));
    let named = r#"group\s*[:=]\s*["']([\w.-]+)["']\s*,\s*name\s*[:=]\s*["']([\w.-]+)["'](?:\s*,\s*version\s*[:=]\s*["']([^"']*)["'])?"#;
    let (Ok(whole), Ok(apart)) = (whole, Regex::new(&format!("{before}{named}"))) else { return found };
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) || is_comment(line) {
            continue;
        }
        whole
            .captures_iter(line)
            .filter_map(|one| one.get(1))
            .for_each(|one| coordinate(one.as_str(), number, &mut found));
        for one in apart.captures_iter(line) {
            let part = |at: usize| one.get(at).map_or("", |part| part.as_str());
            coordinate(&format!("{}:{}:{}", part(1), part(2), part(3)), number, &mut found);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn a_pom_names_libraries_with_versions_that_it_tells() {
        let text = "<project><version>9</version><properties><a.version>1.0</a.version></properties>\n<dependencies>\n<dependency><groupId>g</groupId><artifactId>a</artifactId><version>${a.version}</version></dependency>\n<dependency><groupId>g</groupId><artifactId>b</artifactId><version>${unknown}</version></dependency>\n<dependency><groupId>${project.groupId}</groupId><artifactId>c</artifactId></dependency>\n<dependency><groupId>g</groupId><artifactId>d</artifactId><version>[1,2)</version></dependency>\n</dependencies></project>";
        assert_eq!(declared("pom.xml", text), ["3 pkg:maven/g/a@1.0", "4 pkg:maven/g/b", "6 pkg:maven/g/d"]);
        assert!(complaints("pom.xml", text).is_empty(), "what a parent fills in is no mistake");
        let own = "<project><parent><groupId>p</groupId><version>3</version></parent>\n<dependency><groupId>${project.groupId}</groupId><artifactId>c</artifactId><version>${project.version}</version></dependency>\n<dependency><artifactId>d</artifactId></dependency></project>";
        assert_eq!(declared("pom.xml", own), ["2 pkg:maven/p/c@3"]);
        assert_eq!(complaints("pom.xml", own), ["line 3: a dependency without `groupId` or `artifactId`: not used"]);
        assert!(!complaints("pom.xml", "<project><dependencies>").is_empty());
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><project><version>&a;</version></project>";
        assert!(declared("pom.xml", bomb).is_empty());
        let deep = "<a>".repeat(100_000);
        assert!(!complaints("pom.xml", &deep).is_empty());
    }

    #[test]
    fn gradle_names_libraries_in_three_places() {
        let lock = "# note\ng:a:1.0=compileClasspath\nempty=x\nodd\n";
        assert_eq!(declared("gradle.lockfile", lock), ["2 pkg:maven/g/a@1.0"]);
        assert_eq!(complaints("gradle.lockfile", lock).len(), 1);
        let toml = "[versions]\nv = \"2.0\"\n[libraries]\na = \"g:a:1.0\"\nb = { module = \"g:b\", version.ref = \"v\" }\nc = { group = \"g\", name = \"c\", version = \"3\" }\n";
        let expected = ["4 pkg:maven/g/a@1.0", "5 pkg:maven/g/b@2.0", "6 pkg:maven/g/c@3"];
        assert_eq!(declared("gradle/libs.versions.toml", toml), expected);
        let build = "dependencies {\n  implementation \"g:a:1.0\"\n  // api 'g:x:1'\n  testImplementation('g:b:2.+')\n  api project(':own')\n}\n";
        assert_eq!(declared("app/build.gradle", build), ["2 pkg:maven/g/a@1.0", "4 pkg:maven/g/b"]);
    }

    #[test]
    fn libraries_of_a_catalogue_have_their_own_lines_and_no_ranges() {
        let toml = "[versions]\nab = \"1.+\"\n[libraries]\nab = { module = \"g:ab\", version.ref = \"ab\" }\na.module = \"g:a\"\n[libraries.c]\nmodule = \"g:c\"\nversion = { strictly = \"[1,2)\" }\n[bundles]\nx = [\"a\"]\n";
        let expected = ["4 pkg:maven/g/ab", "5 pkg:maven/g/a", "6 pkg:maven/g/c"];
        assert_eq!(declared("gradle/libs.versions.toml", toml), expected);
        let wrong = "[libraries]\na = 3\nb = \"g:b:1\"\n";
        assert_eq!(declared("libs.versions.toml", wrong), ["3 pkg:maven/g/b@1"]);
        assert_eq!(complaints("libs.versions.toml", wrong), ["line 2: it names no library: passed over"]);
        let conflict = "[libraries]\n<<<<<<< HEAD\na = \"g:a:1\"\n";
        assert!(declared("libs.versions.toml", conflict).is_empty());
        assert!(complaints("libs.versions.toml", conflict)[0].starts_with("line 2: "));
    }

    #[test]
    fn build_files_name_libraries_in_several_forms() {
        let build = "  implementation platform('g:bom:2.0')\n  api(platform(\"g:bom2:1\"))\n  debugImplementation \"g:a:$version\"\n  implementation 'g:b:1.0@aar'\n  implementation('g:c:1.0:linux-x86_64') { transitive = false }\n  compile group: 'g', name: 'd', version: '4'\n  implementation(group = \"g\", name = \"e\")\n  * implementation 'g:no:1'\n  apiary 'g:no:1'\n";
        let expected = [
            "1 pkg:maven/g/bom@2.0",
            "2 pkg:maven/g/bom2@1",
            "3 pkg:maven/g/a",
            "4 pkg:maven/g/b@1.0",
            "5 pkg:maven/g/c@1.0",
            "6 pkg:maven/g/d@4",
            "7 pkg:maven/g/e",
        ];
        assert_eq!(declared("build.gradle.kts", build), expected);
    }
}

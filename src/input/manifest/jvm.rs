//! Java: Maven's `pom.xml`, Gradle's lockfiles, version catalogues and build files.

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

/// `dependency` elements wherever they stand; `${name}` is looked up in the same file's `properties`.
fn pom(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let Some(root) = xml::read(source.text, &mut found) else { return found };
    let property = |name: &str| {
        let own = root.child("version").or_else(|| root.child("parent")?.child("version"));
        match name {
            "project.version" | "version" => own.map(|node| node.text.clone()),
            name => root.child("properties")?.child(name).map(|node| node.text.clone()),
        }
    };
    let resolved = |text: &str| match text.strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
        Some(name) => property(name).filter(|value| !value.contains("${")),
        None => Some(text.to_string()).filter(|text| !text.contains("${")),
    };
    for node in root.all("dependency") {
        let text = |name: &str| node.child(name).and_then(|child| resolved(child.text.trim()));
        let (Some(group), Some(artifact)) = (text("groupId"), text("artifactId")) else { continue };
        let version = text("version").filter(|version| !version.starts_with(['[', '(']));
        found.declare(node.line, ("maven", &format!("{group}:{artifact}")), version.as_deref(), Site::Elsewhere);
    }
    found
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
            let exact = Some(version).filter(|version| !version.contains(['+', '[', '(', '$']));
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
    let version = |name: &str| table.get("versions")?.get(name)?.as_str();
    for (key, library) in table.get("libraries").and_then(|all| all.as_table()).into_iter().flatten() {
        let line = source
            .text
            .lines()
            .zip(1..)
            .find(|(line, _)| line.trim_start().starts_with(key.as_str()))
            .map_or(0, |(_, at)| at);
        let text = |name: &str| library.get(name).and_then(|value| value.as_str());
        let module =
            text("module").map(str::to_string).or_else(|| Some(format!("{}:{}", text("group")?, text("name")?)));
        let own = library.get("version");
        let number = own.and_then(|own| own.as_str()).or_else(|| version(own?.get("ref")?.as_str()?));
        match (library.as_str(), module) {
            (Some(whole), _) => coordinate(whole, line, &mut found),
            (None, Some(module)) => found.declare(line, ("maven", &module), number, Site::Elsewhere),
            (None, None) => found.complain(line, "it names no library: passed over"),
        }
    }
    found
}

/// `implementation "group:artifact:version"` and the like; nothing is run.
fn build(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let form = r#"(?i)(?:implementation|api|compile|compileOnly|runtimeOnly|testImplementation|classpath|kapt|annotationProcessor)\s*\(?\s*["']([\w.-]+:[\w.-]+(?::[\w.+-]+)?)["']"#;
    let Ok(form) = Regex::new(form) else { return found };
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) || line.trim_start().starts_with("//") {
            continue;
        }
        form.captures_iter(line)
            .filter_map(|one| one.get(1))
            .for_each(|one| coordinate(one.as_str(), number, &mut found));
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
}

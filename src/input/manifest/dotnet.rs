//! NuGet: `packages.config` (whose packages lie in a folder `packages`), `packages.lock.json`, and project files.

use std::collections::BTreeSet;

use super::key_lines::KeyLines;
use super::typed::{table, text};
use super::{Found, Reader, Source, is_named, json, xml};
use crate::model::declaration::{Extent, ManifestKind, Site};

pub(super) const READERS: &[Reader] = &[
    Reader {
        is: |path| is_named(path, &["packages.config"]),
        kind: ManifestKind::Lockfile,
        ecosystem: "nuget",
        read: config,
    },
    Reader {
        is: |path| is_named(path, &["packages.lock.json"]),
        kind: ManifestKind::Lockfile,
        ecosystem: "nuget",
        read: lock,
    },
    Reader { is: is_project, kind: ManifestKind::Manifest, ecosystem: "nuget", read: project },
];

fn is_project(path: &str) -> bool {
    [".csproj", ".fsproj", ".vbproj"].iter().any(|end| path.ends_with(end))
        || is_named(path, &["Directory.Packages.props"])
}

/// The folder `packages` stands beside the solution, which is the file's own folder or the one around it.
fn config(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let Some(root) = xml::read(source.text, &mut found) else { return found };
    for node in root.all("package") {
        let (Some(id), Some(version)) = (node.attribute("id"), node.attribute("version")) else {
            found.complain(node.line, "a package without `id` or `version`: not used");
            continue;
        };
        let folder = format!("{id}.{version}");
        if folder.contains(['/', '\\']) {
            found.complain(node.line, "an `id` or `version` that is a path: not used");
            continue;
        }
        for home in ["packages", "../packages"] {
            if let Some(path) = source.beside(&format!("{home}/{folder}")) {
                let site = Site::Folder { path, extent: Extent::Everything };
                found.declare(node.line, ("nuget", id), Some(version), site);
            }
        }
    }
    found
}

fn lock(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let lines = KeyLines::of(source.text);
    let mut found = Found::default();
    // One framework's packages are mostly another's, too.
    let mut seen = BTreeSet::new();
    let frameworks = table(&value, "dependencies", &lines, &mut found);
    for (framework, packages) in frameworks.into_iter().flatten() {
        let Some(packages) = packages.as_object() else {
            found.complain(lines.line(framework), "the packages of a framework are no table: not read");
            continue;
        };
        for (id, entry) in packages {
            let version = text(entry, "resolved");
            if !entry.is_object() {
                found.complain(lines.line(id), "a package is no table: not used");
            } else if text(entry, "type") != Some("Project") && seen.insert((id, version)) {
                found.declare(lines.line(id), ("nuget", id), version, Site::Elsewhere);
            }
        }
    }
    found
}

fn project(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let Some(root) = xml::read(source.text, &mut found) else { return found };
    for node in root.all("PackageReference").into_iter().chain(root.all("PackageVersion")) {
        let Some(id) = node.attribute("Include").or(node.attribute("Update")) else { continue };
        let version = node
            .attribute("Version")
            .map(str::to_string)
            .or_else(|| Some(node.child("Version")?.text.trim().to_string()));
        let exact = version.filter(|version| !version.contains(['*', '[', '(', '$', ',']));
        found.declare(node.line, ("nuget", id), exact.as_deref(), Site::Elsewhere);
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn packages_lie_beside_the_solution() {
        let text = "<packages>\n<package id=\"jQuery\" version=\"3.6.0\" />\n<package id=\"x\"/>\n</packages>";
        let expected = [
            "2 pkg:nuget/jQuery@3.6.0 app/packages/jQuery.3.6.0/**",
            "2 pkg:nuget/jQuery@3.6.0 packages/jQuery.3.6.0/**",
        ];
        assert_eq!(declared("app/packages.config", text), expected);
        assert_eq!(complaints("app/packages.config", text), ["line 3: a package without `id` or `version`: not used"]);
    }

    #[test]
    fn lockfiles_and_projects_name_packages() {
        let lock = "{\"dependencies\": {\"net8.0\": {\n\"A\": {\"type\": \"Direct\", \"resolved\": \"1.0\"},\n\"own\": {\"type\": \"Project\"}}}}";
        assert_eq!(declared("packages.lock.json", lock), ["2 pkg:nuget/A@1.0"]);
        let two = "{\"dependencies\": {\"net8.0\": {\n\"A\": {\"resolved\": \"1.0\"}}, \"net9.0\": {\"A\": {\"resolved\": \"1.0\"}, \"B\": {}}}}";
        assert_eq!(declared("packages.lock.json", two), ["2 pkg:nuget/A@1.0", "2 pkg:nuget/B"]);
        let project = "<Project><ItemGroup>\n<PackageReference Include=\"A\" Version=\"1.0\" />\n<PackageReference Include=\"B\"><Version>2.*</Version></PackageReference>\n</ItemGroup></Project>";
        assert_eq!(declared("app.csproj", project), ["2 pkg:nuget/A@1.0", "3 pkg:nuget/B"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_declares_nothing() {
        let wrong = "{\"dependencies\": {\n\"net8.0\": 3,\n\"net9.0\": {\n\"A\": \"1.0\",\n\"B\": {}}}}";
        assert_eq!(declared("packages.lock.json", wrong), ["5 pkg:nuget/B"]);
        let lines: Vec<String> = complaints("packages.lock.json", wrong);
        assert!(lines[0].starts_with("line 2: ") && lines[1].starts_with("line 4: "), "{lines:?}");
        for text in ["[]", "{\"dependencies\": 3}", "{\n", "{\n<<<<<<< HEAD\n}", &"[".repeat(100_000)] {
            assert!(declared("packages.lock.json", text).is_empty());
            assert_eq!(complaints("packages.lock.json", text).len(), 1, "{}", text.get(..40).unwrap_or(text));
        }
        // A name that steps out of the folder of packages would account for the project's own files.
        for (id, version) in [("../src", "1"), ("a", "1/../../src"), ("..\\src", "1"), ("a/b", "1")] {
            let text = format!("<packages>\n<package id=\"{id}\" version=\"{version}\"/></packages>");
            assert!(declared("packages.config", &text).is_empty(), "{text}");
            assert_eq!(complaints("packages.config", &text), ["line 2: an `id` or `version` that is a path: not used"]);
        }
        assert!(declared("a.csproj", "<Project>\n<PackageReference Include=\"A\"").is_empty());
        assert_eq!(complaints("a.csproj", "<Project>\n<PackageReference Include=\"A\"").len(), 1);
    }
}

//! NuGet: `packages.config` (whose packages lie in a folder `packages`), `packages.lock.json`, and project files.

use super::{Found, Reader, Source, is_named, json, xml};
use crate::input::manifest::key_lines::KeyLines;
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
        for home in ["packages", "../packages"] {
            if let Some(path) = source.beside(&format!("{home}/{id}.{version}")) {
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
    let frameworks = value.get("dependencies").and_then(|all| all.as_object()).into_iter().flatten();
    for (id, entry) in frameworks.filter_map(|(_, packages)| packages.as_object()).flatten() {
        let text = |name: &str| entry.get(name).and_then(|value| value.as_str());
        if text("type") != Some("Project") {
            found.declare(lines.line(id), ("nuget", id), text("resolved"), Site::Elsewhere);
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
        let project = "<Project><ItemGroup>\n<PackageReference Include=\"A\" Version=\"1.0\" />\n<PackageReference Include=\"B\"><Version>2.*</Version></PackageReference>\n</ItemGroup></Project>";
        assert_eq!(declared("app.csproj", project), ["2 pkg:nuget/A@1.0", "3 pkg:nuget/B"]);
    }
}

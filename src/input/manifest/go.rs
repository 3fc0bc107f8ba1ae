//! Go modules: `go.mod`, and the list of what `go mod vendor` copied.
//!
//! A vendor folder holds of a module only the packages that are used, each with the files right in its folder; a folder that
//! `modules.txt` does not name was put there by somebody else. What a package embeds from folders below (`go:embed`) is not
//! named there.

use super::{Found, Reader, Source, is_named};
use crate::model::declaration::{Extent, ManifestKind, Site, Subject};

pub(super) const READERS: &[Reader] = &[
    Reader { is: |path| is_named(path, &["go.mod"]), kind: ManifestKind::Manifest, ecosystem: "golang", read: wishes },
    Reader {
        is: |path| path == "vendor/modules.txt" || path.ends_with("/vendor/modules.txt"),
        kind: ManifestKind::InstallRecord,
        ecosystem: "golang",
        read: vendored,
    },
];

fn wishes(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let mut block = "";
    let mut own: Vec<String> = Vec::new();
    let mut wanted: Vec<(u32, String, String)> = Vec::new();
    for (line, number) in source.text.lines().zip(1..) {
        let line = line.split("//").next().unwrap_or(line).trim();
        if found.is_conflict(number, line) {
            continue;
        }
        let (word, rest) = match (block, line.split_once(' ')) {
            ("", Some((word, "("))) => {
                block = word;
                continue;
            }
            _ if line == ")" => {
                block = "";
                continue;
            }
            ("", Some((word, rest))) => (word, rest.trim()),
            ("", None) => continue,
            (block, _) => (block, line),
        };
        let parts: Vec<&str> = rest.split_whitespace().map(|part| part.trim_matches('"')).collect();
        match (word, &parts[..]) {
            ("module", [name, ..]) => found.subject = Subject::of("golang", name, None),
            ("require", [name, version, ..]) => wanted.push((number, name.to_string(), version.to_string())),
            ("replace", [name, .., "=>", to]) if is_local(to) => own.push(name.to_string()),
            ("replace", [.., "=>", name, version]) => wanted.push((number, name.to_string(), version.to_string())),
            _ => {}
        }
    }
    for (number, name, version) in wanted.iter().filter(|(_, name, _)| !own.contains(name)) {
        found.declare(*number, ("golang", name), Some(version), Site::Elsewhere);
    }
    found
}

fn is_local(path: &str) -> bool {
    path.starts_with(['.', '/'])
}

/// `# module version [=> other version]`, then `## remarks`, then a package a line.
fn vendored(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let mut module: Option<(String, String)> = None;
    for (line, number) in source.text.lines().zip(1..) {
        let line = line.trim();
        if found.is_conflict(number, line) || line.is_empty() || line.starts_with("## ") {
            continue;
        }
        if let Some(head) = line.strip_prefix("# ") {
            let parts: Vec<&str> = head.split_whitespace().collect();
            let (path, named) = match &parts[..] {
                // A folder of the project: its own code.
                [_, .., "=>", to] if is_local(to) => (None, None),
                [path, .., "=>", name, version] => (Some(path), Some((name, version))),
                [path, version] => (Some(path), Some((path, version))),
                _ => (None, None),
            };
            module = named.map(|(name, version)| (name.to_string(), version.to_string()));
            let root = path.and_then(|path| source.within(path));
            if let (Some((name, version)), Some(path)) = (&module, root) {
                found.declare(number, ("golang", name), Some(version), Site::Folder { path, extent: Extent::Folder });
            }
            continue;
        }
        match (&module, source.within(line)) {
            (Some((name, version)), Some(path)) => {
                found.declare(number, ("golang", name), Some(version), Site::Folder { path, extent: Extent::Folder });
            }
            (None, _) => {}
            (_, None) => {
                found.complain(number, format!("`{line}` lies outside the folder of what is vendored: not used"))
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn requirements_are_exact_and_what_lies_in_the_project_is_its_own() {
        let text = "module example/app\n\ngo 1.22\n\nrequire forge.example/A/b v1.2.0 // indirect\nrequire (\n\tforge.example/c v0.0.0-2020\n\tforge.example/own v1.0.0\n)\nreplace forge.example/own => ./own\nreplace forge.example/c => forge.example/d v2.0.0\n";
        let expected = [
            "5 pkg:golang/forge.example/a/b@v1.2.0",
            "7 pkg:golang/forge.example/c@v0.0.0-2020",
            "11 pkg:golang/forge.example/d@v2.0.0",
        ];
        assert_eq!(declared("go.mod", text), expected);
    }

    #[test]
    fn a_vendor_folder_is_its_packages_one_by_one() {
        let text = "# forge.example/b v1.2.0\n## explicit; go 1.18\nforge.example/b\nforge.example/b/inner\n# forge.example/own v1 => ./own\nforge.example/own\n# forge.example/c v1 => forge.example/d v2\nforge.example/c/x\n";
        let expected = [
            "1 pkg:golang/forge.example/b@v1.2.0 vendor/forge.example/b/",
            "3 pkg:golang/forge.example/b@v1.2.0 vendor/forge.example/b/",
            "4 pkg:golang/forge.example/b@v1.2.0 vendor/forge.example/b/inner/",
            "7 pkg:golang/forge.example/d@v2 vendor/forge.example/c/",
            "8 pkg:golang/forge.example/d@v2 vendor/forge.example/c/x/",
        ];
        assert_eq!(declared("vendor/modules.txt", text), expected);
        let odd = "# a v1\n../../../x\n<<<<<<< HEAD\na/b\n";
        assert_eq!(declared("vendor/modules.txt", odd).len(), 2);
        assert_eq!(complaints("vendor/modules.txt", odd).len(), 2);
    }
}

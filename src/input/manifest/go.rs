//! Go modules: `go.mod`, and the list of what `go mod vendor` copied.
//!
//! A vendor folder holds of a module only the packages that are used, each with the files right in its folder; a folder that
//! `modules.txt` does not name was put there by somebody else. What a package embeds from folders below (`go:embed`) is not
//! named there; for that see [`super::embed`].

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

/// A module of a list: what it is named in the list, its version there, and the path of its packages.
struct Module {
    line: u32,
    name: String,
    version: String,
    path: String,
    /// Whether a package of it was named.
    used: bool,
}

impl Module {
    /// Of `module version [=> other version]`; `None` for a folder of the project, whose code is its own.
    fn of(line: u32, head: &str) -> Option<Module> {
        let parts: Vec<&str> = head.split_whitespace().collect();
        let (path, name, version) = match &parts[..] {
            [_, .., "=>", to] if is_local(to) => return None,
            [path, .., "=>", name, version] => (path, name, version),
            [path, version] => (path, path, version),
            _ => return None,
        };
        let [name, version, path] = [name, version, path].map(|text| text.to_string());
        Some(Module { line, name, version, path, used: false })
    }
}

/// `# module version [=> other version]`, then `## remarks`, then a package a line. Of a module without a package nothing is
/// copied; at the end stands what is replaced, once more.
fn vendored(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let mut module: Option<Module> = None;
    for (line, number) in source.text.lines().zip(1..) {
        let line = line.trim();
        if found.is_conflict(number, line) || line.is_empty() || line.starts_with("## ") {
            continue;
        }
        if let Some(head) = line.strip_prefix("# ") {
            module = Module::of(number, head);
            continue;
        }
        let Some(module) = &mut module else { continue };
        // Licences and the like lie in the module's own folder, whether or not that is a package.
        if !std::mem::replace(&mut module.used, true) {
            package(source, module, (module.line, &module.path), &mut found);
        }
        if !package(source, module, (number, line), &mut found) {
            found.complain(number, format!("`{line}` lies outside the folder of what is vendored: not used"));
        }
    }
    found
}

/// Takes a folder of a module; `false` where it lies outside of what is vendored.
fn package(source: Source<'_>, module: &Module, (line, path): (u32, &str), found: &mut Found) -> bool {
    let Some(path) = source.within(path) else { return false };
    let site = Site::Folder { path, extent: Extent::Folder };
    found.declare(line, ("golang", &module.name), Some(&module.version), site);
    true
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
        let unused = "# a.example/b v1\n## explicit\n# a.example/c v1\n# a.example/old => a.example/new v1.2.3\n";
        assert!(declared("vendor/modules.txt", unused).is_empty(), "nothing of them is copied");
        let odd = "# a v1\n../../../x\n<<<<<<< HEAD\na/b\n";
        assert_eq!(declared("vendor/modules.txt", odd).len(), 2);
        assert_eq!(complaints("vendor/modules.txt", odd).len(), 2);
    }
}

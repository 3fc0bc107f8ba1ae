//! Notes of git and git-subrepo, which are written like git's settings.

use super::address;
use crate::input::manifest::{Found, Source};
use crate::model::declaration::{Extent, Site, package_purl};
use crate::model::place::folder;

/// A section with its keys.
struct Section {
    line: u32,
    keys: Vec<(String, String)>,
}

impl Section {
    fn get(&self, name: &str) -> Option<&str> {
        self.keys.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Sections of one name, `[submodule "x"]`.
fn sections(source: Source<'_>, name: &str, found: &mut Found) -> Vec<Section> {
    let mut out: Vec<Section> = Vec::new();
    let mut inside = false;
    for (line, number) in source.text.lines().zip(1..) {
        let line = line.trim();
        if found.is_conflict(number, line) || line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(head) = line.strip_prefix('[') {
            let head = head.trim_end_matches(']');
            inside = head.split_whitespace().next() == Some(name);
            if inside {
                out.push(Section { line: number, keys: Vec::new() });
            }
        } else if let (true, Some((key, value)), Some(section)) = (inside, line.split_once('='), out.last_mut()) {
            section.keys.push((key.trim().to_string(), value.trim().trim_matches('"').to_string()));
        } else if inside {
            found.complain(number, "neither a section nor a key: passed over");
        }
    }
    out
}

/// Declares what an address names at a place, with the repository's name as another name.
pub(super) fn declare(found: &mut Found, line: u32, address: &str, version: Option<String>, site: Site) {
    let Some((purl, name)) = address::of(address) else {
        return found.complain(line, "its address names nothing: not used");
    };
    let aliases = package_purl("generic", &name).filter(|alias| *alias != purl).into_iter().collect();
    found.note(line, purl, version, (aliases, site));
}

/// `.gitmodules`.
pub(super) fn modules(source: Source<'_>) -> Found {
    let mut found = Found::default();
    for section in sections(source, "submodule", &mut found) {
        let (Some(path), Some(url)) = (section.get("path"), section.get("url")) else {
            found.complain(section.line, "a submodule without `path` or `url`: not used");
            continue;
        };
        match source.within(path) {
            Some(path) => {
                let site = Site::Folder { path, extent: Extent::Everything };
                // An address relative to the project's own names the repository all the same.
                let url = if url.starts_with('.') {
                    format!("https://here/{}", url.trim_start_matches(['.', '/']))
                } else {
                    url.to_string()
                };
                declare(&mut found, section.line, &url, None, site);
            }
            None => found.complain(section.line, "a submodule outside the repository: not used"),
        }
    }
    found
}

/// `.gitrepo`.
pub(super) fn subrepo(source: Source<'_>) -> Found {
    let mut found = Found::default();
    for section in sections(source, "subrepo", &mut found) {
        let site = Site::Folder { path: folder(source.path).to_string(), extent: Extent::Component };
        let version = section.get("branch").and_then(address::version);
        match section.get("remote") {
            Some(remote) => declare(&mut found, section.line, remote, version, site),
            None => found.complain(section.line, "no `remote`: not used"),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn submodules_are_folders_of_other_repositories() {
        let text = "[submodule \"z\"]\n\tpath = third_party/zlib\n\turl = https://github.com/madler/zlib.git\n; remark\n[submodule \"up\"]\n path=../../x\n url=https://a.example/b\n[submodule \"s\"]\n path = s\n url = ../sibling.git\n[submodule \"around\"]\n path = ../static\n url = https://a.example/c\n[other]\n junk\n";
        let expected =
            ["1 pkg:github/madler/zlib a/third_party/zlib/** =pkg:generic/zlib", "8 pkg:generic/sibling a/s/**"];
        assert_eq!(declared("a/.gitmodules", text), expected);
        assert_eq!(
            complaints("a/.gitmodules", text),
            [
                "line 5: a submodule outside the repository: not used",
                "line 11: a submodule outside the repository: not used"
            ]
        );
        assert_eq!(complaints(".gitmodules", "[submodule \"x\"]\n<<<<<<< HEAD\njunk\n").len(), 3);
    }

    #[test]
    fn a_subrepo_is_the_folder_of_its_note() {
        let text = "; DO NOT EDIT\n[subrepo]\n\tremote = git@github.com:a/b.git\n\tbranch = v1.2.0\n\tcommit = abc\n";
        assert_eq!(declared("lib/b/.gitrepo", text), ["2 pkg:github/a/b@1.2.0 lib/b/* =pkg:generic/b"]);
    }
}

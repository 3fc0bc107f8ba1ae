//! Notes that are YAML: Mozilla's and Zephyr's.

use std::collections::HashMap;

use super::{address, repositories};
use crate::input::manifest::node::Node;
use crate::input::manifest::{Found, Source, below, is_within, yaml};
use crate::model::declaration::{Extent, Site, package_purl};
use crate::model::place::folder;

fn word<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n str> {
    node.at(keys)?.scalar()
}

/// `moz.yaml`.
pub(super) fn mozilla(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let documents = yaml::load(source.text, &mut found);
    let Some(note) = documents.first() else { return found };
    let line = note.get("origin").map_or(0, |origin| origin.line);
    let Some(name) = word(note, &["origin", "name"]) else {
        found.complain(line, "it has no `origin: name`: not used");
        return found;
    };
    let mut aliases: Vec<String> = Vec::new();
    for (purl, name) in
        [["origin", "url"], ["vendoring", "url"]].iter().filter_map(|keys| address::of(word(note, keys)?))
    {
        aliases.push(purl);
        aliases.extend(package_purl("generic", &name));
    }
    aliases.sort();
    aliases.dedup();
    // `v1.2.13 (2022-10-13)`, or `commit abc (date)`.
    let release = word(note, &["origin", "release"]).map(|text| text.trim_start_matches("version ").to_string());
    let version = release
        .and_then(|text| address::version(&text))
        .or_else(|| address::version(word(note, &["origin", "revision"])?));
    // A path from the repository's root, not from the note.
    let directory = word(note, &["vendoring", "vendor-directory"]);
    let named = directory.and_then(|path| below("", path)).filter(|path| !path.is_empty());
    if directory.is_some() && named.is_none() {
        found.complain(line, "its `vendor-directory` is no folder of the tree: its own folder is taken");
    }
    let path = named.unwrap_or_else(|| folder(source.path).to_string());
    match package_purl("generic", &name.to_lowercase().replace(' ', "-")) {
        Some(purl) => {
            aliases.retain(|alias| *alias != purl);
            found.note(line, purl, version, (aliases, Site::Folder { path, extent: Extent::Component }));
        }
        None => found.complain(line, "its name is none that a component can have: not used"),
    }
    found
}

/// `west.yml`: paths are below the workspace, which is the folder around the repository with the note, if that is what is
/// scanned; else below the note's own. A note further down, as among test data, speaks of nothing around it.
pub(super) fn west(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let documents = yaml::load(source.text, &mut found);
    let Some(manifest) = documents.first().and_then(|document| document.get("manifest")) else { return found };
    let default = word(manifest, &["defaults", "remote"]);
    let home = folder(source.path);
    let around = if home.contains('/') { None } else { Some("").filter(|_| !home.is_empty()) };
    let workspaces = [Some(home), around];
    let remotes = manifest.get("remotes").map(Node::items).unwrap_or_default();
    let bases: HashMap<&str, &str> =
        remotes.iter().filter_map(|remote| word(remote, &["name"]).zip(word(remote, &["url-base"]))).collect();
    for project in manifest.get("projects").map(Node::items).unwrap_or_default() {
        let Some(name) = word(project, &["name"]) else {
            found.complain(project.line, "a project without a name: not used");
            continue;
        };
        let below_base = || {
            let base = bases.get(word(project, &["remote"]).or(default)?)?;
            Some(format!("{base}/{}", word(project, &["repo-path"]).unwrap_or(name)))
        };
        let url = word(project, &["url"]).map(str::to_string).or_else(below_base);
        let url = url.unwrap_or_else(|| format!("https://here/{name}"));
        let version = word(project, &["revision"]).and_then(address::version);
        let path = word(project, &["path"]).unwrap_or(name);
        let places: Vec<String> = workspaces
            .iter()
            .flatten()
            .filter_map(|home| below(home, path).filter(|place| is_within(home, place)))
            .collect();
        if places.is_empty() {
            found.complain(project.line, "a project outside the workspace: not used");
        }
        for path in places {
            let site = Site::Folder { path, extent: Extent::Everything };
            repositories::declare(&mut found, project.line, &url, version.clone(), site);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn a_note_of_mozilla_names_its_folder() {
        let text = "schema: 1\norigin:\n  name: \"zlib\"\n  url: https://github.com/madler/zlib\n  release: v1.2.13 (2022-10-13T05:00:00Z)\n  revision: 04f42ceca40f\nvendoring:\n  url: https://github.com/madler/zlib\n";
        assert_eq!(
            declared("modules/zlib/moz.yaml", text),
            ["2 pkg:generic/zlib@1.2.13 modules/zlib/* =pkg:github/madler/zlib"]
        );
        let commit = "origin:\n  name: a b\n  release: commit 1234567890ab (2020-01-01)\nvendoring:\n  vendor-directory: ext/ab\n";
        assert_eq!(declared("x/moz.yaml", commit), ["1 pkg:generic/a-b ext/ab/*"]);
        assert_eq!(complaints("moz.yaml", "origin: 3\n").len(), 1);
        let outside = "origin:\n  name: a\nvendoring:\n  vendor-directory: ../../x\n";
        assert_eq!(declared("ext/a/moz.yaml", outside), ["1 pkg:generic/a ext/a/*"]);
        assert_eq!(complaints("ext/a/moz.yaml", outside).len(), 1);
        let all = "origin:\n  name: a\nvendoring:\n  vendor-directory: ./\n";
        assert_eq!(declared("ext/a/moz.yaml", all), ["1 pkg:generic/a ext/a/*"]);
        assert!(!complaints("moz.yaml", "a: [\n").is_empty());
    }

    #[test]
    fn projects_of_west_are_folders_of_the_workspace() {
        let text = "manifest:\n  remotes:\n    - name: up\n      url-base: https://github.com/zephyrproject-rtos\n  defaults:\n    remote: up\n  projects:\n    - name: mbedtls\n      revision: v3.5.0\n      path: modules/crypto/mbedtls\n    - name: other\n      url: https://forge.example/other.git\n      revision: main\n    - path: x\n";
        let expected = [
            "8 pkg:github/zephyrproject-rtos/mbedtls@3.5.0 modules/crypto/mbedtls/** =pkg:generic/mbedtls",
            "8 pkg:github/zephyrproject-rtos/mbedtls@3.5.0 zephyr/modules/crypto/mbedtls/** =pkg:generic/mbedtls",
            "11 pkg:generic/other other/**",
            "11 pkg:generic/other zephyr/other/**",
        ];
        assert_eq!(declared("zephyr/west.yml", text), expected);
        let around = "manifest:\n  projects:\n    - url: https://a.example/b\n      name: b\n      path: ../../src\n";
        assert!(declared("tests/data/west.yml", around).is_empty());
        assert_eq!(complaints("tests/data/west.yml", around), ["line 3: a project outside the workspace: not used"]);
        assert_eq!(declared("tests/data/west.yml", &around.replace("../..", ".")).len(), 1);
        assert_eq!(complaints("west.yml", text), ["line 14: a project without a name: not used"]);
    }
}

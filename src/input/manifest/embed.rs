//! What vendored packages of Go embed: their lines `//go:embed PATTERN…` name files and folders below the package's own, which
//! `vendor/modules.txt` does not name and `go mod vendor` copies all the same.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::model::declaration::{Declaration, Extent, Manifest, ManifestKind, Site};
use crate::model::limits;

/// Patterns of one package that are used, the first ones.
const PATTERNS: usize = 1_000;

/// Adds to the lists of vendored packages what these embed. Files of Go are read only where a folder lies among a package's that
/// no list names.
pub(super) fn declare(root: &Path, manifests: &mut [Manifest]) {
    let lists = manifests.iter_mut().filter(|one| (one.kind, one.ecosystem) == (ManifestKind::InstallRecord, "golang"));
    for list in lists {
        let named: BTreeSet<&str> = list.declarations.iter().filter_map(package).collect();
        let (mut seen, mut more) = (BTreeSet::new(), Vec::new());
        for one in &list.declarations {
            let Some(path) = package(one).filter(|path| seen.insert(*path)) else { continue };
            if !has_other_folders(root, path, &named) {
                continue;
            }
            let mut left = limits::MANIFESTS;
            for pattern in patterns(root, path) {
                let sites = expand(root, path, &pattern, &mut left);
                more.extend(sites.into_iter().map(|site| Declaration { site, ..one.clone() }));
            }
        }
        list.declarations.extend(more);
        list.declarations.sort_by(|one, other| (one.line, one).cmp(&(other.line, other)));
        list.declarations.dedup();
    }
}

fn package(one: &Declaration) -> Option<&str> {
    match &one.site {
        Site::Folder { path, extent: Extent::Folder } => Some(path),
        _ => None,
    }
}

/// Names in a folder, with whether each is a folder; links are neither followed nor given.
fn entries(root: &Path, path: &str) -> impl Iterator<Item = (String, bool)> {
    let all = fs::read_dir(root.join(path)).into_iter().flatten().flatten().take(limits::MANIFESTS);
    all.filter_map(|entry| {
        let kind = entry.file_type().ok().filter(|kind| kind.is_dir() || kind.is_file())?;
        Some((entry.file_name().into_string().ok()?, kind.is_dir()))
    })
}

/// Whether a folder holds folders in which no named one is.
fn has_other_folders(root: &Path, path: &str, named: &BTreeSet<&str>) -> bool {
    entries(root, path).filter(|(_, is_folder)| *is_folder).any(|(name, _)| {
        let (inner, below) = (format!("{path}/{name}"), format!("{path}/{name}/"));
        let is_below = named.range(below.as_str()..).next().is_some_and(|first| first.starts_with(&below));
        !named.contains(inner.as_str()) && !is_below
    })
}

/// The patterns of a package.
fn patterns(root: &Path, path: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (name, _) in entries(root, path).filter(|(name, is_folder)| !is_folder && name.ends_with(".go")) {
        let mut bytes = Vec::new();
        let Ok(file) = File::open(root.join(path).join(name)) else { continue };
        if file.take(limits::DECLARATIONS_BYTES).read_to_end(&mut bytes).is_err() {
            continue;
        }
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix("//go:embed"));
        out.extend(lines.filter(|rest| rest.starts_with([' ', '\t'])).flat_map(words));
    }
    while out.len() > PATTERNS {
        out.pop_last();
    }
    out
}

/// The patterns of a line, each of which may stand in quotes.
fn words(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let quoted = rest.get(1..).filter(|_| matches!(first, '"' | '`')).and_then(|rest| rest.split_once(first));
        let (word, behind) = quoted.unwrap_or_else(|| rest.split_once([' ', '\t']).unwrap_or((rest, "")));
        out.push(word.strip_prefix("all:").unwrap_or(word).to_string());
        rest = behind.trim_start();
    }
    out
}

/// What a pattern of a package names below folders of it. `left` entries may yet be looked at.
fn expand(root: &Path, path: &str, pattern: &str, left: &mut usize) -> Vec<Site> {
    let mut found: Vec<(String, bool)> = vec![(path.to_string(), true)];
    for part in pattern.split('/') {
        // No pattern of Go leaves its folder; sets of letters are not understood.
        if matches!(part, "" | "." | "..") || part.contains(['[', '\\']) {
            return Vec::new();
        }
        let mut next = Vec::new();
        for (home, _) in found.into_iter().filter(|(_, is_folder)| *is_folder) {
            for (name, is_folder) in entries(root, &home).take(*left) {
                *left -= 1;
                if fits(part.as_bytes(), name.as_bytes()) {
                    next.push((format!("{home}/{name}"), is_folder));
                }
            }
        }
        found = next;
    }
    let site = |(path, is_folder): (String, bool)| match is_folder {
        true => Site::Folder { path, extent: Extent::Everything },
        false => Site::File(path),
    };
    // Files right in the package's folder are the package's anyway.
    found.into_iter().filter(|(_, is_folder)| *is_folder || pattern.contains('/')).map(site).collect()
}

/// Whether a name fits a pattern of `*` and `?`; the last `*` alone is ever tried again.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = name.get(place) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, place));
                at += 1;
            }
            Some(wanted) if wanted == byte || *wanted == b'?' => (at, place) = (at + 1, place + 1),
            _ => {
                let Some((behind, from)) = star else { return false };
                (at, place) = (behind, from + 1);
                star = Some((behind, from + 1));
            }
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::manifest::read;
    use crate::model::ids::RootNo;

    /// What the list of a tree declares beside the folders of packages.
    fn embedded(source: &str, files: &[&str]) -> Vec<String> {
        let tree = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let full = tree.path().join("vendor/x.example/a").join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, text).unwrap();
        };
        write("a.go", source);
        files.iter().for_each(|path| write(path, ""));
        let list = "# x.example/a v1\nx.example/a\nx.example/a/inner\n";
        let (list, _) = read(RootNo(0), "vendor/modules.txt", list.as_bytes(), list.len() as u64).unwrap();
        let mut all = [list];
        declare(tree.path(), &mut all);
        let shown = |one: &Declaration| match &one.site {
            Site::Folder { path, extent: Extent::Everything } => Some(format!("{path}/**")),
            Site::File(path) => Some(path.clone()),
            _ => None,
        };
        let short = |path: String| path.trim_start_matches("vendor/x.example/a/").to_string();
        all[0].declarations.iter().filter_map(shown).map(short).collect()
    }

    #[test]
    fn a_package_embeds_what_its_lines_name() {
        let files = ["web/a.js", "web/b.css", "other/c.js", "inner/i.go", "x y/d.js"];
        let source = |lines: &str| format!("package a\n\nimport _ \"embed\"\n\n{lines}\nvar x string\n");
        assert_eq!(embedded(&source("//go:embed web"), &files), ["web/**"]);
        assert_eq!(embedded(&source("\t//go:embed all:web/*.js a.go"), &files), ["web/a.js"]);
        assert_eq!(embedded(&source("//go:embed \"x y\" `o?her`"), &files), ["other/**", "x y/**"]);
        for nothing in
            ["//go:embedded web", "// go:embed web", "//go:embed", "//go:embed ../b web/../../c /web . w[e]b"]
        {
            assert!(embedded(&source(nothing), &files).is_empty(), "{nothing}");
        }
        assert!(embedded(&source("//go:embed inner"), &["inner/i.go"]).is_empty(), "all folders are packages");
    }

    #[test]
    fn a_pattern_takes_no_time() {
        let fits = |pattern: &str, name: &str| fits(pattern.as_bytes(), name.as_bytes());
        assert!(fits("*.js", "a.js") && fits("*", "") && fits("a*b*c", "aXbXbc") && fits("?", "x"));
        assert!(!fits("*.js", "a.jsx") && !fits("a", "") && !fits("", "a") && !fits("??", "x"));
        assert!(!fits(&"*a".repeat(1_000), &"a".repeat(255)));
    }
}

//! What to do about a copy: which package replaces it, with the line to type or to write down, and what must be seen to first.

use crate::model::declaration::ManifestKind;
use crate::model::finding::{Finding, FindingKind, ManifestRead, Report};
use crate::model::place::{base_name, folder};
use crate::model::purl::{ecosystem, percent_decode, version_of, with_version};
use crate::model::review::{Effort, Remedy};

/// Ecosystems whose package managers take a package by name and version, the most usual first.
const INSTALLABLE: &[&str] = &[
    "npm",
    "pypi",
    "cargo",
    "golang",
    "maven",
    "gem",
    "composer",
    "nuget",
    "conan",
    "vcpkg",
    "hex",
    "pub",
    "cocoapods",
];

/// What to do about an unmanaged finding; `None` for a managed one.
pub fn remedy(report: &Report, finding: &Finding) -> Option<Remedy> {
    if finding.is_managed() {
        return None;
    }
    let choice = choose(report, finding);
    let modified = finding.modified_files > 0;
    let effort = match (finding.kind, &choice) {
        (FindingKind::Snippet, _) => Effort::Review,
        _ if modified => Effort::Upstream,
        _ if !finding.duplicates.is_empty() => Effort::Delete,
        (_, Some(_)) => Effort::Replace,
        (_, None) => Effort::Declare,
    };
    // In use already: nothing is to be installed.
    let in_use = finding.duplicates.first();
    let package = match (in_use, &choice) {
        (Some(at), _) => Some(at.purl.clone()),
        (None, Some(choice)) => Some(choice.purl.clone()),
        (None, None) => None,
    };
    Some(Remedy {
        effort,
        package,
        line: choice.as_ref().filter(|_| in_use.is_none()).and_then(|choice| choice.line.clone()),
        manifest: match in_use {
            Some(at) => Some(at.manifest.clone()),
            None => choice.and_then(|choice| choice.manifest),
        },
        newest: finding.newest.as_ref().map(|newest| newest.version.clone()),
        behind: finding.newest.as_ref().map(|newest| newest.behind),
        modified: finding.modified.clone(),
    })
}

/// A package that can take a copy's place.
struct Choice {
    /// With the version that was found.
    purl: String,
    line: Option<String>,
    /// Where the line belongs.
    manifest: Option<String>,
}

/// Of the component's purls the one of the ecosystem whose manifests stand nearest above the copy, else elsewhere in the tree,
/// else the most usual one.
fn choose(report: &Report, finding: &Finding) -> Option<Choice> {
    let version = version_of(&finding.purl)?;
    let base = finding.purl.rsplit_once('@').map_or(finding.purl.as_str(), |(base, _)| base);
    let names = std::iter::once(base).chain(finding.aliases.iter().map(String::as_str));
    let installable = names.filter_map(|name| {
        let rank = INSTALLABLE.iter().position(|own| *own == ecosystem(name))?;
        let manifest = nearest(report, finding, ecosystem(name));
        let distance = manifest.map_or(usize::MAX, |manifest| distance(manifest, finding));
        Some((distance, rank, name, manifest))
    });
    let (_, _, name, manifest) = installable.min_by_key(|(distance, rank, name, _)| (*distance, *rank, *name))?;
    Some(Choice {
        purl: with_version(name, &version),
        line: line(name, &version, manifest),
        manifest: manifest.map(|manifest| manifest.path.clone()),
    })
}

/// The manifest of an ecosystem that is nearest above a finding, else the first of the tree.
fn nearest<'r>(report: &'r Report, finding: &Finding, wanted: &str) -> Option<&'r ManifestRead> {
    let own = |manifest: &&ManifestRead| {
        let written = matches!(manifest.kind, ManifestKind::Manifest | ManifestKind::Lockfile);
        manifest.root == finding.scan_root && manifest.ecosystem == wanted && written
    };
    // A lockfile tells which of several clients is used; the line belongs into what people write.
    let key = |manifest: &&ManifestRead| (distance(manifest, finding), manifest.kind, manifest.path.clone());
    report.manifests.iter().filter(own).min_by_key(key)
}

/// Folders between a manifest and a finding below it; those that do not lie above it come behind all others.
fn distance(manifest: &ManifestRead, finding: &Finding) -> usize {
    let home = folder(&manifest.path);
    let below = match home {
        "" => Some(finding.root.as_str()),
        home => finding.root.strip_prefix(home).filter(|rest| rest.is_empty() || rest.starts_with('/')),
    };
    match below {
        Some(rest) => rest.split('/').filter(|part| !part.is_empty()).count(),
        None => usize::MAX / 2 + home.len(),
    }
}

/// What to type, or to write into the manifest. `None` where a name holds anything that a shell or a manifest might take for
/// more than a name.
fn line(base: &str, version: &str, manifest: Option<&ManifestRead>) -> Option<String> {
    let body = base.strip_prefix("pkg:")?;
    let (kind, name) = body.split_once('/')?;
    let name = percent_decode(name);
    if !is_plain(&name) || !is_plain(version) {
        return None;
    }
    let file = manifest.map(|manifest| base_name(&manifest.path)).unwrap_or_default();
    let line = match (kind, file) {
        ("npm", "yarn.lock") => format!("yarn add {name}@{version}"),
        ("npm", "pnpm-lock.yaml") => format!("pnpm add {name}@{version}"),
        ("npm", _) => format!("npm install {name}@{version}"),
        ("pypi", "poetry.lock") => format!("poetry add {name}=={version}"),
        ("pypi", "uv.lock") => format!("uv add {name}=={version}"),
        ("pypi", "Pipfile" | "Pipfile.lock") => format!("pipenv install {name}=={version}"),
        ("pypi", file) if file.ends_with(".txt") => format!("{name}=={version}"),
        ("pypi", _) => format!("pip install {name}=={version}"),
        ("cargo", _) => format!("cargo add {name}@={version}"),
        ("golang", _) => format!("go get {name}@v{}", version.trim_start_matches('v')),
        ("gem", _) => format!("bundle add {name} --version \"= {version}\""),
        ("composer", _) => format!("composer require {name}:{version}"),
        ("nuget", _) => format!("dotnet add package {name} --version {version}"),
        ("maven", file) => maven(&name, version, file)?,
        ("conan", _) => format!("{name}/{version}"),
        ("vcpkg", _) => format!("vcpkg add port {name}"),
        ("hex", _) => format!("{{:{name}, \"== {version}\"}}"),
        ("pub", _) => format!("dart pub add {name}:{version}"),
        ("cocoapods", _) => format!("pod '{name}', '{version}'"),
        _ => return None,
    };
    Some(line)
}

fn maven(name: &str, version: &str, file: &str) -> Option<String> {
    let (group, artifact) = name.split_once('/')?;
    Some(match file.contains("gradle") || file.ends_with(".lockfile") || file.ends_with(".toml") {
        true => format!("implementation '{group}:{artifact}:{version}'"),
        false => format!(
            "<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        ),
    })
}

/// Whether a name or version is nothing but that, wherever it is pasted.
fn is_plain(text: &str) -> bool {
    let plain = |mark: char| mark.is_ascii_alphanumeric() || matches!(mark, '.' | '_' | '-' | '/' | '@' | '+' | '~');
    !text.is_empty() && !text.starts_with('-') && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{DeclaredAt, Newest};
    use crate::model::ids::RootNo;
    use crate::model::sample;

    fn manifest(path: &str, kind: ManifestKind, ecosystem: &'static str) -> ManifestRead {
        let ecosystem = ecosystem.to_string();
        ManifestRead { root: RootNo(0), path: path.into(), kind, ecosystem, whole: true, declarations: 0 }
    }

    fn report(manifests: &[(&str, ManifestKind, &'static str)]) -> Report {
        let manifests = manifests.iter().map(|(path, kind, ecosystem)| manifest(path, *kind, ecosystem)).collect();
        Report { manifests, ..Report::default() }
    }

    fn jquery() -> Finding {
        let mut finding =
            sample::finding("pkg:npm/jquery@3.5.1", &["3.5.1"], FindingKind::Vendored, "web/static/jquery");
        finding.newest = Some(Newest { version: "3.7.1".into(), released: None, behind: 4 });
        finding
    }

    #[test]
    fn an_unmodified_copy_is_replaced_by_its_package() {
        let found = remedy(&report(&[]), &jquery()).unwrap();
        assert_eq!((found.effort, found.package.as_deref()), (Effort::Replace, Some("pkg:npm/jquery@3.5.1")));
        assert_eq!(found.line.as_deref(), Some("npm install jquery@3.5.1"));
        assert_eq!((found.newest.as_deref(), found.behind, found.manifest), (Some("3.7.1"), Some(4), None));
        let managed = Finding { managed: Some(sample::managed_by()), ..jquery() };
        assert_eq!(remedy(&report(&[]), &managed), None);
    }

    #[test]
    fn the_ecosystem_of_the_nearest_manifest_is_taken() {
        let finding = Finding { aliases: vec!["pkg:pypi/xstatic-jquery".into()], ..jquery() };
        let tree = report(&[
            ("package.json", ManifestKind::Manifest, "npm"),
            ("web/requirements.txt", ManifestKind::Manifest, "pypi"),
            ("other/yarn.lock", ManifestKind::Lockfile, "npm"),
        ]);
        let found = remedy(&tree, &finding).unwrap();
        assert_eq!(found.line.as_deref(), Some("xstatic-jquery==3.5.1"));
        assert_eq!(found.manifest.as_deref(), Some("web/requirements.txt"));
        let tree = report(&[("other/yarn.lock", ManifestKind::Lockfile, "npm")]);
        assert_eq!(remedy(&tree, &finding).unwrap().line.as_deref(), Some("yarn add jquery@3.5.1"));
    }

    #[test]
    fn the_cheapest_is_to_delete_a_second_copy_and_changes_go_upstream_first() {
        let at = DeclaredAt { manifest: "package.json".into(), line: 3, purl: "pkg:npm/jquery".into() };
        let second = Finding { duplicates: vec![at], ..jquery() };
        let found = remedy(&report(&[]), &second).unwrap();
        assert_eq!((found.effort, found.line, found.manifest.as_deref()), (Effort::Delete, None, Some("package.json")));
        let changed = Finding { modified_files: 1, ..second };
        assert_eq!(remedy(&report(&[]), &changed).unwrap().effort, Effort::Upstream);
        let piece = Finding { kind: FindingKind::Snippet, ..jquery() };
        assert_eq!(remedy(&report(&[]), &piece).unwrap().effort, Effort::Review);
        let kernel = sample::finding("pkg:generic/linux@6", &["6"], FindingKind::Vendored, "k");
        assert_eq!(remedy(&report(&[]), &kernel).unwrap().effort, Effort::Declare);
        assert!(Effort::Delete < Effort::Replace && Effort::Replace < Effort::Upstream);
    }

    #[test]
    fn every_ecosystem_has_a_line_and_no_line_has_more_than_a_name() {
        for kind in INSTALLABLE {
            let name = if *kind == "maven" { "org.a/b" } else { "b" };
            let line = line(&format!("pkg:{kind}/{name}"), "1.2.3", None).unwrap();
            assert!(line.contains('b') && (line.contains("1.2.3") || *kind == "vcpkg"), "{line}");
        }
        assert_eq!(line("pkg:npm/%40a/b", "1.0.0", None).as_deref(), Some("npm install @a/b@1.0.0"));
        for name in ["a;rm", "a b", "-a", "$(a)", "a`b`", "a%0Ab", "a'"] {
            assert_eq!(line(&format!("pkg:npm/{name}"), "1", None), None, "{name}");
        }
        assert_eq!(line("pkg:npm/a", "1;2", None), None);
    }
}

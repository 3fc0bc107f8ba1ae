//! The releases that a list, an SBOM or a lockfile names, as purls. Only what is needed to index them is read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use packageurl::PackageUrl;
use regex::Regex;
use serde_json::Value;
use yaml_rust2::parser::{EventReceiver, Parser};
use yaml_rust2::{Event, Yaml, YamlLoader};

use crate::error::Error;
use crate::model::limits;
use crate::model::purl::with_version;
use crate::registry::Registry;

/// Deepest nesting of an SBOM's components that is followed.
const DEPTH: usize = 64;

/// Purls that a file names, each once and in order; those that are no purls are among them as they stand.
///
/// # Errors
/// A file that cannot be read, is over [`limits::NAMES_BYTES`], is none of the known kinds, or does not parse.
pub fn read(path: &Path) -> Result<Vec<String>, Error> {
    let failed = |source| Error::Io { what: "cannot read", path: path.to_path_buf(), source };
    let refuse = |detail: String| Error::Usage(format!("`{}`: {detail}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(limits::NAMES_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limits::NAMES_BYTES {
        return Err(refuse(format!("it is over {} bytes", limits::NAMES_BYTES)));
    }
    let text = String::from_utf8_lossy(&bytes);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let found = names(&name, text.strip_prefix('\u{feff}').unwrap_or(&text)).map_err(refuse)?;
    if found.len() > limits::NAMES {
        return Err(refuse(format!("it names {} packages, over the limit of {}", found.len(), limits::NAMES)));
    }
    Ok(found.into_iter().collect())
}

fn names(name: &str, text: &str) -> Result<BTreeSet<String>, String> {
    let lower = name.to_lowercase();
    match lower.as_str() {
        "cargo.lock" => toml_packages(text, Registry::Crates),
        "poetry.lock" | "uv.lock" | "pdm.lock" => toml_packages(text, Registry::Pypi),
        "pipfile.lock" => json(text).map(|value| pipfile(&value)),
        "package-lock.json" | "npm-shrinkwrap.json" => json(text).map(|value| npm(&value)),
        "yarn.lock" => Ok(yarn(text)),
        "pnpm-lock.yaml" => pnpm(text),
        _ if lower.starts_with("requirements") && lower.ends_with(".txt") => Ok(requirements(text)),
        _ if lower.ends_with(".json") => sbom(&json(text)?),
        _ if lower.ends_with(".xml") => Ok(between(text, "<purl>", "</purl>")),
        _ if lower.ends_with(".spdx") => Ok(tag_value(text)),
        _ if lower.ends_with(".txt") => Ok(plain(text)),
        _ => Err(
            "no kind of list that is known: a list of purls ends in .txt, a list of sources in .jsonl, a catalogue \
                  in .toml; SBOMs are CycloneDX (JSON, XML) and SPDX (JSON, .spdx)"
                .to_string(),
        ),
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))
}

fn purl(registry: Registry, name: &str, version: &str) -> String {
    with_version(&registry.purl(name), version)
}

/// One purl a line; `#` begins a remark.
fn plain(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(|line| line.split(" #").next().unwrap_or(line).trim());
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_string).collect()
}

/// `[[package]]` tables; a package that comes from nowhere is the project itself.
fn toml_packages(text: &str, registry: Registry) -> Result<BTreeSet<String>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| format!("it is no TOML: {}", error.message()))?;
    let packages = table.get("package").and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice);
    let one = |package: &toml::Value| {
        let field = |name: &str| package.get(name).and_then(toml::Value::as_str);
        let from = match registry {
            // A company's own registry may have another crate under the name.
            Registry::Crates => field("source")?.ends_with("crates.io-index").then_some(()),
            _ => {
                let local = package.get("source").and_then(toml::Value::as_table);
                let kinds = ["virtual", "editable", "git", "path", "directory"];
                local.is_none_or(|table| !kinds.iter().any(|kind| table.contains_key(*kind))).then_some(())
            }
        };
        from.and_then(|()| Some(purl(registry, field("name")?, field("version")?)))
    };
    Ok(packages.iter().filter_map(one).collect())
}

fn pipfile(value: &Value) -> BTreeSet<String> {
    let groups = ["default", "develop"].iter().filter_map(|group| value.get(group)?.as_object());
    let one = |(name, entry): (&String, &Value)| {
        let version = entry.get("version")?.as_str()?.strip_prefix("==")?;
        Some(purl(Registry::Pypi, name, version))
    };
    groups.flatten().filter_map(one).collect()
}

/// `package-lock.json` of every version: by folder (`packages`), else by name and nested (`dependencies`).
fn npm(value: &Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    if let Some(packages) = value.get("packages").and_then(Value::as_object) {
        for (folder, entry) in packages {
            let Some((_, name)) = folder.rsplit_once("node_modules/") else { continue };
            let name = entry.get("name").and_then(Value::as_str).unwrap_or(name);
            let resolved = entry.get("resolved").and_then(Value::as_str).unwrap_or_default();
            if ["git", "file:", "link:"].iter().any(|kind| resolved.starts_with(kind)) {
                continue;
            }
            let linked = entry.get("link").and_then(Value::as_bool).unwrap_or(false);
            if let (false, Some(version)) = (linked, entry.get("version").and_then(Value::as_str)) {
                out.insert(purl(Registry::Npm, name, version));
            }
        }
        return out;
    }
    let mut waiting = vec![(value, 0)];
    while let Some((value, depth)) = waiting.pop() {
        for (name, entry) in value.get("dependencies").and_then(Value::as_object).into_iter().flatten() {
            let version = entry.get("version").and_then(Value::as_str).filter(|version| !version.contains([':', '/']));
            out.extend(version.map(|version| purl(Registry::Npm, name, version)));
            if depth < DEPTH {
                waiting.push((entry, depth + 1));
            }
        }
    }
    out
}

/// Both forms: `"name@range":` with `version "1.0"` or `version: 1.0` in the lines below. What comes from elsewhere than the
/// registry (`name@git+…`) is none of its packages; `name@npm:other@range` means another one.
fn yarn(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut name = None;
    for line in text.lines() {
        if !line.starts_with([' ', '#']) {
            let first = line.trim_end_matches(':').split(',').next().unwrap_or_default().trim().trim_matches('"');
            name = yarn_name(first);
        } else if let (Some(name), Some(rest)) = (name, line.strip_prefix("  version"))
            && rest.starts_with([' ', ':'])
        {
            let version = rest.trim_start_matches(':').trim().trim_matches('"');
            out.insert(purl(Registry::Npm, name, version));
        }
    }
    out
}

fn yarn_name(text: &str) -> Option<&str> {
    let split = |text: &str| text.get(1..)?.find('@').map(|at| at + 1);
    let at = split(text)?;
    let (name, range) = (text.get(..at)?, text.get(at + 1..)?);
    match range.strip_prefix("npm:") {
        Some(other) => Some(split(other).and_then(|at| other.get(..at)).unwrap_or(name)),
        None => (!range.contains([':', '/'])).then_some(name),
    }
}

/// Whether a YAML text has aliases.
struct Aliases(bool);

impl EventReceiver for Aliases {
    fn on_event(&mut self, event: Event) {
        self.0 |= matches!(event, Event::Alias(_));
    }
}

/// Keys of `packages`: `/name@1.0(peer@2)`, `/name/1.0` or `name@1.0`.
fn pnpm(text: &str) -> Result<BTreeSet<String>, String> {
    let mut aliases = Aliases(false);
    // A few lines of aliases stand for any amount of memory; no lockfile has one.
    let _ = Parser::new_from_str(text).load(&mut aliases, true);
    if aliases.0 {
        return Err("it has YAML aliases, which no such lockfile needs".to_string());
    }
    let documents = YamlLoader::load_from_str(text).map_err(|error| format!("it is no YAML: {error}"))?;
    let packages = documents.first().map(|document| &document["packages"]);
    let Some(Yaml::Hash(packages)) = packages else { return Ok(BTreeSet::new()) };
    let one = |key: &Yaml| {
        let key = key.as_str()?.trim_start_matches('/');
        let key = key.split('(').next().unwrap_or(key);
        // Of old, the version stands behind a slash, and other packages that it was chosen for behind the version: `d/2.0.0_e@1`.
        let scope = usize::from(key.starts_with('@'));
        let (name, version) = match key.match_indices('/').nth(scope) {
            Some((at, _)) => (key.get(..at)?, key.get(at + 1..)?),
            None => key.rsplit_once('@')?,
        };
        let version = version.split('_').next().unwrap_or(version);
        version.starts_with(|first: char| first.is_ascii_digit()).then(|| purl(Registry::Npm, name, version))
    };
    Ok(packages.keys().filter_map(one).collect())
}

/// `name==1.0`; a name without a version stands for all its releases.
fn requirements(text: &str) -> BTreeSet<String> {
    let Ok(form) =
        Regex::new(r"^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:===?\s*([\w.+!-]+))?\s*(?:(?:[;#\\]|--).*)?$")
    else {
        return BTreeSet::new();
    };
    let one = |line: &str| {
        let line = line.trim();
        let Some(found) = form.captures(line) else {
            // Bounds and addresses are said to be left out, and not passed over.
            return line.starts_with(|first: char| first.is_ascii_alphanumeric()).then(|| line.to_string());
        };
        let name = found.get(1)?.as_str();
        let version = found.get(2).map(|version| version.as_str());
        Some(version.map_or_else(|| Registry::Pypi.purl(name), |version| purl(Registry::Pypi, name, version)))
    };
    text.lines().filter_map(one).collect()
}

fn sbom(value: &Value) -> Result<BTreeSet<String>, String> {
    if value.get("bomFormat").is_some() {
        return Ok(cyclonedx(value));
    }
    if value.get("spdxVersion").is_some() {
        return Ok(spdx(value));
    }
    Err("it is JSON, but neither a CycloneDX nor an SPDX document".to_string())
}

fn cyclonedx(value: &Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut waiting = vec![(value, 0)];
    while let Some((value, depth)) = waiting.pop() {
        for component in value.get("components").and_then(Value::as_array).into_iter().flatten() {
            out.extend(component.get("purl").and_then(Value::as_str).map(str::to_string));
            if depth < DEPTH {
                waiting.push((component, depth + 1));
            }
        }
    }
    out
}

fn spdx(value: &Value) -> BTreeSet<String> {
    let packages = value.get("packages").and_then(Value::as_array).into_iter().flatten();
    let references = packages.filter_map(|package| package.get("externalRefs")?.as_array()).flatten();
    let purls = references.filter(|one| one.get("referenceType").and_then(Value::as_str) == Some("purl"));
    purls.filter_map(|one| one.get("referenceLocator")?.as_str().map(str::to_string)).collect()
}

/// `ExternalRef: PACKAGE-MANAGER purl pkg:…`.
fn tag_value(text: &str) -> BTreeSet<String> {
    let words = |line: &str| {
        line.strip_prefix("ExternalRef:").map(|rest| rest.split_whitespace().map(str::to_string).collect::<Vec<_>>())
    };
    let references = text.lines().filter_map(words).filter(|words| words.get(1).is_some_and(|kind| kind == "purl"));
    references.filter_map(|words| words.into_iter().nth(2)).collect()
}

fn between(text: &str, open: &str, close: &str) -> BTreeSet<String> {
    let parts = text.split(open).skip(1).filter_map(|part| part.split_once(close));
    parts.map(|(inner, _)| inner.trim().replace("&amp;", "&")).collect()
}

/// The component and version of a purl with all its trimmings, and for a Debian binary package its source's.
pub fn plain_purl(text: &str) -> Result<(String, Option<String>), String> {
    let parsed = PackageUrl::from_str(text).map_err(|error| format!("`{text}` is no package URL: {error}"))?;
    let mut name = parsed.name().to_string();
    let mut version = parsed.version().map(str::to_string);
    if let (true, Some(upstream)) = (parsed.ty() == "deb", parsed.qualifiers().get("upstream")) {
        let (source, own) = upstream.split_once('@').map_or((&**upstream, None), |(source, own)| (source, Some(own)));
        name = source.to_string();
        version = own.map(str::to_string).or(version);
    }
    let namespace =
        parsed.namespace().map(|namespace| format!("{}/", namespace.replace('@', "%40"))).unwrap_or_default();
    Ok((format!("pkg:{}/{namespace}{name}", parsed.ty()), version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> String {
        names(name, text).unwrap().into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lockfiles_name_what_comes_from_registries() {
        let cargo = "[[package]]\nname = \"own\"\nversion = \"1.0.0\"\n[[package]]\nname = \"cc\"\nversion = \"1.0.1\"\nsource = \"registry+x/crates.io-index\"\n";
        assert_eq!(found("Cargo.lock", cargo), "pkg:cargo/cc@1.0.1");
        assert_eq!(found("Cargo.lock", &cargo.replace("crates.io-index", "company")), "", "another registry's crate");
        let uv = "[[package]]\nname = \"own\"\nversion = \"1\"\nsource = { editable = \".\" }\n[[package]]\nname = \"A_b\"\nversion = \"2\"\nsource = { registry = \"x\" }\n";
        assert_eq!(found("uv.lock", uv), "pkg:pypi/a-b@2");
        let lock = r#"{"packages": {"": {"version": "1"}, "node_modules/@a/b": {"version": "1.0.0"},
            "node_modules/c/node_modules/d": {"version": "2.0.0"}, "node_modules/l": {"link": true, "version": "3"}}}"#;
        assert_eq!(found("package-lock.json", lock), "pkg:npm/%40a/b@1.0.0 pkg:npm/d@2.0.0");
        let old = r#"{"dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}}, "g": {"version": "git+x://y"}}}"#;
        assert_eq!(found("package-lock.json", old), "pkg:npm/a@1.0.0 pkg:npm/b@2.0.0");
        let yarn = "# x\n\"@a/b@^1.0\", \"@a/b@^1.1\":\n  version \"1.2.0\"\nc@npm:^2:\n  version: 2.0.0\n\"own@workspace:.\":\n  version: 0.0.0\n";
        assert_eq!(found("yarn.lock", yarn), "pkg:npm/%40a/b@1.2.0 pkg:npm/c@2.0.0");
        let other = "\"foo@npm:bar@^1.0\":\n  version \"1.0.1\"\n  dependencies:\n    version-guard \"^3.0.0\"\n\"p@git+https://x/p\":\n  version \"9.0.0\"\n";
        assert_eq!(found("yarn.lock", other), "pkg:npm/bar@1.0.1");
        assert!(names("pnpm-lock.yaml", "a: &x [1]\npackages: {b: *x}\n").unwrap_err().contains("aliases"));
        let pnpm = "packages:\n  /@a/b@1.0.0(c@2.0.0):\n    x: 1\n  /d/2.0.0_e@1:\n    x: 1\n  f@3.0.0:\n    x: 1\n  file:g:\n    x: 1\n";
        assert_eq!(found("pnpm-lock.yaml", pnpm), "pkg:npm/%40a/b@1.0.0 pkg:npm/d@2.0.0 pkg:npm/f@3.0.0");
        assert_eq!(
            found("requirements-dev.txt", "six==1.16.0 --hash=sha256:ab\n-r other\nFlask\ndjango~=4.2\n"),
            "django~=4.2 pkg:pypi/flask pkg:pypi/six@1.16.0"
        );
        assert_eq!(found("Pipfile.lock", r#"{"default": {"six": {"version": "==1.16.0"}}}"#), "pkg:pypi/six@1.16.0");
    }

    #[test]
    fn sboms_name_their_components() {
        let cyclonedx = r#"{"bomFormat": "CycloneDX", "components": [{"purl": "pkg:npm/a@1", "components": [{"purl": "pkg:npm/b@2"}]}]}"#;
        assert_eq!(found("bom.json", cyclonedx), "pkg:npm/a@1 pkg:npm/b@2");
        assert_eq!(found("bom.xml", "<purl>pkg:npm/a@1?x=1&amp;y=2</purl>"), "pkg:npm/a@1?x=1&y=2");
        let spdx = r#"{"spdxVersion": "SPDX-2.3", "packages": [{"externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/a@1"},
            {"referenceType": "cpe23Type", "referenceLocator": "cpe:x"}]}]}"#;
        assert_eq!(found("x.spdx.json", spdx), "pkg:npm/a@1");
        assert_eq!(
            found("x.spdx", "ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1\nExternalRef: SECURITY cpe23Type x\n"),
            "pkg:npm/a@1"
        );
        assert_eq!(found("list.txt", "# x\npkg:npm/a@1 # y\n\npkg:npm/b\n"), "pkg:npm/a@1 pkg:npm/b");
        for (name, text) in
            [("bom.json", "{}"), ("bom.json", "{"), ("x.doc", ""), ("Cargo.lock", "["), ("pnpm-lock.yaml", "a: [")]
        {
            assert!(names(name, text).is_err(), "{name}");
        }
    }

    #[test]
    fn a_binary_package_means_its_source() {
        let plain = |text: &str| plain_purl(text).unwrap();
        assert_eq!(
            plain("pkg:deb/debian/zlib1g@1:1.2.13?upstream=zlib&arch=amd64"),
            ("pkg:deb/debian/zlib".into(), Some("1:1.2.13".into()))
        );
        assert_eq!(plain("pkg:npm/%40a/b@1.0#lib"), ("pkg:npm/%40a/b".into(), Some("1.0".into())));
        assert!(plain_purl("zlib").is_err());
    }
}

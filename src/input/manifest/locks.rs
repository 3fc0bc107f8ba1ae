//! Lockfiles that say which packages there are and not where they lie: pnpm and the Python tools. For yarn see [`super::yarn`].

use toml::Value as Toml;

use super::key_lines::KeyLines;
use super::node::Node;
use super::{Found, Reader, Source, is_named, json, toml, yaml, yarn};
use crate::model::declaration::{ManifestKind, Site, Subject};

/// Lockfiles of Python in TOML, with the table that lists packages.
const TOML_LOCKS: &[(&str, &str)] =
    &[("poetry.lock", "package"), ("uv.lock", "package"), ("pdm.lock", "package"), ("pylock.toml", "packages")];

const fn lock(is: fn(&str) -> bool, ecosystem: &'static str, read: fn(Source<'_>) -> Found) -> Reader {
    Reader { is, kind: ManifestKind::Lockfile, ecosystem, read }
}

const fn wish(is: fn(&str) -> bool, ecosystem: &'static str, read: fn(Source<'_>) -> Found) -> Reader {
    Reader { is, kind: ManifestKind::Manifest, ecosystem, read }
}

pub(super) const READERS: &[Reader] = &[
    lock(|path| is_named(path, &["yarn.lock"]), "npm", yarn::read),
    lock(|path| is_named(path, &["pnpm-lock.yaml"]), "npm", pnpm),
    lock(|path| TOML_LOCKS.iter().any(|(name, _)| is_named(path, &[name])), "pypi", python),
    lock(|path| is_named(path, &["Pipfile.lock"]), "pypi", pipenv),
    wish(|path| is_named(path, &["pyproject.toml"]), "pypi", pyproject),
    wish(|path| is_named(path, &["Pipfile"]), "pypi", pipfile),
];

/// Tables of a project or a package of pnpm that say what it needs.
const NEEDS: &[&str] = &["dependencies", "devDependencies", "optionalDependencies"];

/// Keys of `packages`; what projects and packages need names those that are installed under another name.
fn pnpm(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let documents = yaml::load(source.text, &mut found);
    let Some(document) = documents.first() else { return found };
    let table = |name: &str| document.get(name).map(Node::entries).unwrap_or_default();
    for (key, node) in table("packages") {
        let Some((name, version)) = pnpm_package(key) else {
            found.complain(
                node.line,
                format!("`{}` names no package: not used", key.chars().take(80).collect::<String>()),
            );
            continue;
        };
        // Of an archive the key has the place.
        let stated = || node.get("version").and_then(Node::scalar);
        let digits = |version: &&str| version.starts_with(|first: char| first.is_ascii_digit());
        let exact = Some(version).filter(digits).or_else(|| stated().filter(digits));
        found.declare(node.line, ("npm", name), exact, Site::Elsewhere);
    }
    let inner = ["importers", "packages", "snapshots"].iter().flat_map(|name| table(name)).map(|(_, node)| node);
    for needs in inner.chain([document]).flat_map(|node| NEEDS.iter().filter_map(|name| node.get(name))) {
        found.layout.aliases.extend(needs.entries().iter().filter_map(|(name, node)| pnpm_alias(name, node)));
    }
    found
}

/// Name and version of `/name@1.0(peer@2)`, of old `/name/1.0_peer@2`, of late `name@1.0`.
fn pnpm_package(key: &str) -> Option<(&str, &str)> {
    let plain = key.trim_start_matches('/');
    let plain = plain.split('(').next().unwrap_or(plain);
    let scope = usize::from(plain.starts_with('@'));
    let (name, version) = match plain.match_indices('/').nth(scope) {
        Some((at, _)) => plain.get(..at).zip(plain.get(at + 1..))?,
        None => plain.rsplit_once('@')?,
    };
    (!name.is_empty()).then(|| (name, version.split('_').next().unwrap_or(version)))
}

/// What is needed under a name that is not its own: its version says which it is.
fn pnpm_alias(name: &str, node: &Node) -> Option<(String, String)> {
    let version = node.scalar().or_else(|| node.get("version").and_then(Node::scalar))?;
    let (other, exact) = pnpm_package(version)?;
    // Of old a peer stood behind the version: `1.0.0_peer@2`.
    let is_version = other.starts_with(|first: char| first.is_ascii_digit()) && other.contains('.');
    let is_alias =
        !is_version && other != name && exact.starts_with(|first: char| first.is_ascii_digit()) && !other.contains(':');
    let purl = Subject::of("npm", other, None).filter(|_| is_alias)?.purl;
    Some((name.to_string(), purl))
}

/// Lines on which `[[NAME]]` stands.
fn heads(text: &str, name: &str) -> Vec<u32> {
    let head = format!("[[{name}]]");
    text.lines().zip(1..).filter(|(line, _)| line.trim() == head).map(|(_, number)| number).collect()
}

fn python(source: Source<'_>) -> Found {
    let table = match toml(source.text) {
        Ok(table) => table,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let kind = TOML_LOCKS.iter().find(|(name, _)| is_named(source.path, &[name]));
    let list = kind.map_or("package", |(_, list)| list);
    let lines = heads(source.text, list);
    for (at, package) in table.get(list).and_then(Toml::as_array).into_iter().flatten().enumerate() {
        let text = |name: &str| package.get(name).and_then(Toml::as_str);
        let from = package.get("source").and_then(Toml::as_table);
        let own = ["virtual", "editable", "path", "directory"];
        let kind = from.and_then(|from| from.get("type")).and_then(Toml::as_str);
        if from.is_some_and(|from| own.iter().any(|own| from.contains_key(*own))) || kind == Some("directory") {
            continue;
        }
        if let Some(name) = text("name") {
            found.declare(lines.get(at).copied().unwrap_or(0), ("pypi", name), text("version"), Site::Elsewhere);
        }
    }
    found
}

fn pipenv(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let lines = super::key_lines::KeyLines::of(source.text);
    let mut found = Found::default();
    for group in ["default", "develop"] {
        for (name, entry) in value.get(group).and_then(|group| group.as_object()).into_iter().flatten() {
            if entry.get("path").is_some() {
                continue;
            }
            let version =
                entry.get("version").and_then(|version| version.as_str()).and_then(|text| text.strip_prefix("=="));
            found.declare(lines.line(name), ("pypi", name), version, Site::Elsewhere);
        }
    }
    found
}

/// PEP 508 as far as a name and an exact version go.
fn requirement(text: &str) -> Option<(&str, Option<&str>)> {
    let text = text.split(';').next().unwrap_or(text).trim();
    let end = text.find(|mark: char| !mark.is_ascii_alphanumeric() && !"._-".contains(mark)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let exact = rest.split_once("==").filter(|(before, _)| before.trim().is_empty() || before.contains(']'));
    let version =
        exact.map(|(_, version)| version.trim_matches(['=', ' ']).split([',', ' ']).next().unwrap_or_default());
    (!name.is_empty()).then_some((name, version.filter(|version| !version.is_empty() && !version.contains('*'))))
}

fn pyproject(source: Source<'_>) -> Found {
    let table = match toml(source.text) {
        Ok(table) => table,
        Err(broken) => return broken,
    };
    let at = |keys: &[&str]| {
        keys.iter()
            .try_fold(None, |node: Option<&Toml>, key| {
                let next = match node {
                    Some(node) => node.get(*key),
                    None => table.get(*key),
                };
                next.map(Some)
            })
            .flatten()
    };
    let text = |keys: &[&str]| at(keys).and_then(Toml::as_str);
    let name = text(&["project", "name"]).or(text(&["tool", "poetry", "name"]));
    let version = text(&["project", "version"]).or(text(&["tool", "poetry", "version"]));
    let mut found = Found { subject: name.and_then(|name| Subject::of("pypi", name, version)), ..Found::default() };
    let lines = KeyLines::of_words(source.text);
    let lists = [at(&["project", "optional-dependencies"]), at(&["dependency-groups"])];
    let groups = lists.into_iter().flatten().filter_map(Toml::as_table).flat_map(toml::Table::values);
    let all = at(&["project", "dependencies"]).into_iter().chain(groups).filter_map(Toml::as_array).flatten();
    for (name, version) in all.filter_map(|one| requirement(one.as_str()?)) {
        found.declare(lines.line(name), ("pypi", name), version, Site::Elsewhere);
    }
    let poetry = at(&["tool", "poetry", "group"]).and_then(Toml::as_table).into_iter().flat_map(toml::Table::values);
    let poetry = poetry.filter_map(|group| group.get("dependencies"));
    for wishes in at(&["tool", "poetry", "dependencies"]).into_iter().chain(poetry).filter_map(Toml::as_table) {
        wishes_of(&lines, wishes, &mut found);
    }
    found
}

fn pipfile(source: Source<'_>) -> Found {
    let table = match toml(source.text) {
        Ok(table) => table,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let lines = KeyLines::of_words(source.text);
    for group in ["packages", "dev-packages"] {
        table.get(group).and_then(Toml::as_table).into_iter().for_each(|wishes| wishes_of(&lines, wishes, &mut found));
    }
    found
}

/// `name = "==1.0"` or `name = { version = "1.0" }`; what has a path is the project's own.
fn wishes_of(lines: &KeyLines<'_>, wishes: &toml::Table, found: &mut Found) {
    for (name, wish) in wishes.iter().filter(|(name, _)| *name != "python") {
        if wish.get("path").is_some() {
            continue;
        }
        let range = wish.as_str().or_else(|| wish.get("version").and_then(Toml::as_str)).unwrap_or_default();
        let digits = range
            .strip_prefix("==")
            .or_else(|| range.starts_with(|first: char| first.is_ascii_digit()).then_some(range));
        let exact = digits.filter(|version| !version.contains(['*', ',', ' ']));
        found.declare(lines.line(name), ("pypi", name), exact, Site::Elsewhere);
    }
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{aliases, complaints, declared};

    #[test]
    fn all_forms_of_pnpm_name_packages() {
        let text = "lockfileVersion: '9.0'\npackages:\n  '@s/a@1.0.0':\n    resolution: {}\n  /b@2.0.0(c@1):\n    x: 1\n  /d/3.0.0_e@1:\n    x: 1\n  /@s/f/4.0.0:\n    x: 1\n";
        let expected = ["3 pkg:npm/%40s/a@1.0.0", "5 pkg:npm/b@2.0.0", "7 pkg:npm/d@3.0.0", "9 pkg:npm/%40s/f@4.0.0"];
        assert_eq!(declared("pnpm-lock.yaml", text), expected);
        assert!(declared("pnpm-lock.yaml", "packages: [1]\n").is_empty());
        let text = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: npm:@s/b@^1\n        version: '@s/b@1.0.0(c@2.0.0)'\n      c:\n        specifier: ^2\n        version: 2.0.0(d@1.0.0)\n      own:\n        version: link:../own\nsnapshots:\n  c@2.0.0:\n    dependencies:\n      e: f@3.0.0\n      g: 1.0.0\n";
        assert_eq!(aliases("pnpm-lock.yaml", text), ["a=pkg:npm/%40s/b", "e=pkg:npm/f"]);
        let old = "dependencies:\n  a: /b/1.0.0\n  c: 1.0.0_d@2.0.0\n";
        assert_eq!(aliases("pnpm-lock.yaml", old), ["a=pkg:npm/b"]);
        assert!(!complaints("pnpm-lock.yaml", "a: &x 1\nb: *x\n").is_empty());
    }

    #[test]
    fn lockfiles_of_python_name_packages() {
        let text = "[[package]]\nname = \"A_b\"\nversion = \"1.0\"\n\n[[package]]\nname = \"own\"\nversion = \"0\"\nsource = { editable = \".\" }\n";
        for name in ["poetry.lock", "uv.lock", "pdm.lock"] {
            assert_eq!(declared(name, text), ["1 pkg:pypi/a-b@1.0"], "{name}");
        }
        assert_eq!(declared("pylock.toml", "[[packages]]\nname = \"a\"\nversion = \"1\"\n"), ["1 pkg:pypi/a@1"]);
        let lock =
            "{\"default\": {\"a\": {\"version\": \"==1.0\"}},\n \"develop\": {\"b\": {}, \"own\": {\"path\": \".\"}}}";
        assert_eq!(declared("Pipfile.lock", lock), ["1 pkg:pypi/a@1.0", "2 pkg:pypi/b"]);
        assert!(complaints("uv.lock", "[[package]]\n<<<<<<<\n")[0].starts_with("line 2: "));
    }

    #[test]
    fn wishes_of_python_stand_in_many_tables() {
        let text = "[project]\nname = \"own\"\ndependencies = [\n  \"a==1.0 ; python_version > '3'\",\n  \"b[x]>=2\",\n]\n[project.optional-dependencies]\nt = [\"c\"]\n[dependency-groups]\nd = [\"d==4.0\", {include-group = \"t\"}]\n[tool.poetry.dependencies]\npython = \"^3\"\ne = \"5.0\"\nf = { path = \"../f\" }\ng = \"^1\"\n";
        let expected = [
            "4 pkg:pypi/a@1.0",
            "5 pkg:pypi/b",
            "8 pkg:pypi/c",
            "10 pkg:pypi/d@4.0",
            "13 pkg:pypi/e@5.0",
            "15 pkg:pypi/g",
        ];
        assert_eq!(declared("pyproject.toml", text), expected);
        assert_eq!(declared("Pipfile", "[packages]\na = \"==1.0\"\nb = \"*\"\n"), ["2 pkg:pypi/a@1.0", "3 pkg:pypi/b"]);
    }
}

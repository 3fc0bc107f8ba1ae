//! Composer and Bundler: what they lock, and where they install it.

use serde_json::Value;

use super::key_lines::KeyLines;
use super::typed::{list, table, text};
use super::{Found, Reader, Source, below, holds, is_named, json};
use crate::model::declaration::{Extent, ManifestKind, Site, Subject};
use crate::model::place::{base_name, folder};

pub(super) const READERS: &[Reader] = &[
    Reader {
        is: |path| is_named(path, &["composer.lock"]),
        kind: ManifestKind::Lockfile,
        ecosystem: "composer",
        read: lock,
    },
    Reader { is: is_installed, kind: ManifestKind::InstallRecord, ecosystem: "composer", read: installed },
    Reader {
        is: |path| is_named(path, &["composer.json"]),
        kind: ManifestKind::Manifest,
        ecosystem: "composer",
        read: wishes,
    },
    Reader {
        is: |path| is_named(path, &["Gemfile.lock", "gems.locked"]),
        kind: ManifestKind::Lockfile,
        ecosystem: "gem",
        read: gems,
    },
    Reader {
        is: |path| checked_out(path).is_some(),
        kind: ManifestKind::InstallRecord,
        ecosystem: "gem",
        read: from_repository,
    },
    Reader { is: is_specification, kind: ManifestKind::InstallRecord, ecosystem: "gem", read: specification },
    Reader {
        is: |path| is_named(path, &["Gemfile", "gems.rb"]),
        kind: ManifestKind::Manifest,
        ecosystem: "gem",
        read: gemfile,
    },
];

fn is_installed(path: &str) -> bool {
    path == "composer/installed.json" || path.ends_with("/composer/installed.json")
}

/// Gives the place of a package by its name and entry; `None` where it can be none.
type Place<'p> = &'p dyn Fn(&str, &Value) -> Option<String>;

/// Packages of a list, each with the place that `place` gives it. A package from a folder is the project's own.
fn packages(list: &[Value], lines: &KeyLines<'_>, place: Place<'_>, found: &mut Found) {
    for package in list {
        let Some(name) = text(package, "name") else {
            found.complain(0, "a package without a `name`: not used");
            continue;
        };
        if package.get("dist").and_then(|dist| text(dist, "type")) == Some("path") {
            continue;
        }
        let line = lines.line(name);
        let site = if text(package, "type") == Some("metapackage") {
            Site::Elsewhere
        } else if let Some(path) = place(name, package) {
            Site::Folder { path, extent: Extent::Everything }
        } else {
            found
                .complain(line, "a package whose place is outside the tree or around this file: its place is not used");
            Site::Elsewhere
        };
        found.declare(line, ("composer", name), text(package, "version").and_then(release), site);
    }
}

/// A version; a branch is none.
fn release(version: &str) -> Option<&str> {
    let digits = |text: &&str| text.starts_with(|first: char| first.is_ascii_digit());
    let version = version.strip_prefix(['v', 'V']).filter(digits).unwrap_or(version);
    Some(version).filter(digits).filter(|version| !version.ends_with("-dev"))
}

fn lock(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let (keys, values) = (KeyLines::of(source.text), KeyLines::of_values(source.text));
    let place = |name: &str, _: &Value| source.beside(&format!("vendor/{name}"));
    for key in ["packages", "packages-dev"] {
        packages(list(&value, key, &keys, &mut found), &values, &place, &mut found);
    }
    found
}

/// A list, or of Composer 2 a table with a list in it. Places are below the folder of the record, or beside it where its
/// installers put a kind of package elsewhere; none holds the record itself.
fn installed(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let vendor = folder(folder(source.path));
    let place = |name: &str, package: &Value| {
        let path = match text(package, "install-path") {
            Some(path) => source.beside(path),
            None => below(vendor, name),
        };
        path.filter(|path| !holds(path, source.path))
    };
    let (keys, values) = (KeyLines::of(source.text), KeyLines::of_values(source.text));
    let all = value.as_array().map(Vec::as_slice);
    let all = all.unwrap_or_else(|| list(&value, "packages", &keys, &mut found));
    packages(all, &values, &place, &mut found);
    found
}

fn wishes(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let lines = KeyLines::of(source.text);
    let subject = text(&value, "name").and_then(|name| Subject::of("composer", name, text(&value, "version")));
    let mut found = Found { subject, ..Found::default() };
    if let Some(into) = value.get("config").and_then(|config| text(config, "vendor-dir")) {
        // It may be of the machine: `$HOME/vendor`.
        let inside = source.within(into).filter(|_| !into.contains(['$', '~']));
        found.layout.folder = Some(inside.unwrap_or_default());
    }
    for key in ["require", "require-dev"] {
        for (name, range) in table(&value, key, &lines, &mut found).into_iter().flatten() {
            // The platform: `php`, `ext-json`.
            if !name.contains('/') {
                continue;
            }
            let Some(range) = range.as_str() else {
                found.complain(lines.line(name), "a range of versions that is no text: not used");
                continue;
            };
            let exact =
                range.split('.').count() >= 3 && range.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            found.declare(lines.line(name), ("composer", name), Some(range).filter(|_| exact), Site::Elsewhere);
        }
    }
    found
}

/// Sections by indent: in `GEM` and `GIT` under `specs:` a gem stands behind four spaces. `PATH` is the project's own. A gem
/// of a server may lie in `vendor/cache` as an archive, one of a repository as its [`checkout`].
fn gems(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let (mut section, mut remote, mut revision) = ("", "", "");
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) || line.is_empty() {
            continue;
        }
        if !line.starts_with(' ') {
            (section, remote, revision) = (line.trim(), "", "");
            continue;
        }
        let Some(gem) = line.strip_prefix("    ").filter(|gem| !gem.starts_with(' ')) else {
            remote = line.strip_prefix("  remote: ").unwrap_or(remote);
            revision = line.strip_prefix("  revision: ").unwrap_or(revision);
            continue;
        };
        if !matches!(section, "GEM" | "GIT") {
            continue;
        }
        let (name, version) = gem.split_once(" (").unwrap_or((gem, ""));
        let full = version.trim_end_matches(')');
        // Behind the version may stand a platform: `1.15.4-x86_64-linux`.
        let version = full.split('-').next().filter(|version| !version.is_empty());
        let before = found.complaints.len();
        found.declare(number, ("gem", name), version, Site::Elsewhere);
        if before != found.complaints.len() {
            continue;
        }
        if section == "GEM" && version.is_some() && !full.contains(['/', '\\']) {
            let archive = source.beside(&format!("vendor/cache/{name}-{full}.gem"));
            archive.into_iter().for_each(|path| found.declare(number, ("gem", name), version, Site::File(path)));
        }
        if let Some(folder) = checkout(remote, revision).filter(|_| section == "GIT") {
            if let Some(path) = source.within(&format!("vendor/cache/{folder}")) {
                found.declare(number, ("gem", name), version, Site::Folder { path, extent: Extent::Everything });
            }
            found.layout.aliases.extend(Subject::of("gem", name, None).map(|gem| (folder, gem.purl)));
        }
    }
    found
}

/// The folder that Bundler names for a repository and the revision of it: `NAME-` and twelve digits.
fn checkout(remote: &str, revision: &str) -> Option<String> {
    let name = remote.trim_end_matches('/').rsplit(['/', ':', '\\']).next()?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    let revision = revision.get(..12).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    (!matches!(name, "" | "." | "..")).then(|| format!("{name}-{revision}"))
}

/// The folder of Bundler in which a gem's description lies that came from a repository: `…/bundler/gems/NAME-REVISION`.
pub(super) fn checked_out(path: &str) -> Option<&str> {
    let (_, inside) = path.strip_suffix(".gemspec")?.rsplit_once("bundler/gems/")?;
    let start = path.len() - ".gemspec".len() - inside.len();
    let before = path.get(..start - "bundler/gems/".len())?;
    let name = inside.split_once('/')?.0;
    (before.is_empty() || before.ends_with('/')).then(|| path.get(..start + name.len()))?
}

/// A gem that came from a repository. Which versions and which revisions are meant, the lockfile around knows: see
/// [`super::confirm`].
fn from_repository(source: Source<'_>) -> Found {
    let mut found = Found::default();
    if let Some(path) = checked_out(source.path) {
        let site = Site::Folder { path: path.to_string(), extent: Extent::Everything };
        found.declare(0, ("gem", base_name(source.path).trim_end_matches(".gemspec")), None, site);
    }
    found
}

fn is_specification(path: &str) -> bool {
    path.ends_with(".gemspec") && base_name(folder(path)) == "specifications"
}

/// `specifications/NAME-VERSION.gemspec` beside `gems/NAME-VERSION`: the names say it, nothing is run.
fn specification(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let full = base_name(source.path).trim_end_matches(".gemspec");
    let parts = full.match_indices('-').map(|(at, _)| full.split_at(at)).map(|(name, rest)| (name, &rest[1..]));
    let versions = parts.map(|(name, rest)| (name, rest.split('-').next().unwrap_or(rest)));
    let Some((name, version)) = versions.into_iter().find(|(_, version)| is_gem_version(version)) else {
        return Found::broken(0, "its name has no version: not used");
    };
    if let Some(path) = below(folder(folder(source.path)), &format!("gems/{full}")) {
        found.declare(0, ("gem", name), Some(version), Site::Folder { path, extent: Extent::Everything });
    }
    found
}

/// `1.2.0.rc1`: numbers first, which `3d` of `foo-3d-1.0` is not.
fn is_gem_version(text: &str) -> bool {
    let number = text.split('.').next().unwrap_or_default();
    !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

/// `gem "name", "1.0"` a line.
fn gemfile(source: Source<'_>) -> Found {
    let mut found = Found::default();
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) {
            continue;
        }
        let Some(rest) = line.trim().strip_prefix("gem").filter(|rest| rest.starts_with([' ', '('])) else { continue };
        let rest = rest.trim_start_matches([' ', '(']);
        let parts: Vec<&str> = rest.split(',').map(str::trim).collect();
        let quoted = |text: &&str| {
            text.strip_prefix(['"', '\'']).and_then(|text| text.split(['"', '\'']).next()).map(str::to_string)
        };
        if rest.contains("path:") || rest.contains(":path") {
            continue;
        }
        let version = parts.get(1).and_then(quoted);
        let version = version.map(|text| text.trim_start_matches(['=', ' ']).to_string());
        let version = version.filter(|text| text.starts_with(|first: char| first.is_ascii_digit()));
        match parts.first().and_then(quoted) {
            Some(name) => found.declare(number, ("gem", &name), version.as_deref(), Site::Elsewhere),
            None => found.complain(number, "it names no gem: passed over"),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::checked_out;
    use crate::input::manifest::tests::{aliases, complaints, declared};

    #[test]
    fn composer_says_where_packages_lie() {
        let lock = "{\"packages\": [\n{\"name\": \"A/b\", \"version\": \"v1.0.0\"},\n{\"name\": \"m/m\", \"version\": \"1\", \"type\": \"metapackage\"},\n{\"name\": \"o/o\", \"dist\": {\"type\": \"path\"}}], \"packages-dev\": [{\"name\": \"c/d\"}]}";
        assert_eq!(
            declared("web/composer.lock", lock),
            [
                "2 pkg:composer/a/b@1.0.0 web/vendor/A/b/**",
                "3 pkg:composer/m/m@1",
                "4 pkg:composer/c/d web/vendor/c/d/**"
            ]
        );
        let two = "{\"packages\": [{\"name\": \"a/b\", \"version\": \"1.0\", \"install-path\": \"../a/b\"}]}";
        assert_eq!(declared("vendor/composer/installed.json", two), ["1 pkg:composer/a/b@1.0 vendor/a/b/**"]);
        let one = "[{\"name\": \"a/b\", \"version\": \"1.0\"}]";
        assert_eq!(declared("vendor/composer/installed.json", one), ["1 pkg:composer/a/b@1.0 vendor/a/b/**"]);
        let wishes = "{\"require\": {\"php\": \">=8\",\n\"a/b\": \"1.2.3\", \"c/d\": \"^1\"}}";
        assert_eq!(declared("composer.json", wishes), ["2 pkg:composer/a/b@1.2.3", "2 pkg:composer/c/d"]);
    }

    #[test]
    fn bundler_locks_gems_and_notes_what_it_installed() {
        let lock = "PATH\n  remote: .\n  specs:\n    own (0.1)\n\nGEM\n  remote: https://x.example/\n  specs:\n    nokogiri (1.15.4-x86_64-linux)\n      racc (~> 1.4)\n    rake (13.0.6)\n\nDEPENDENCIES\n  rake\n";
        let expected = [
            "9 pkg:gem/nokogiri@1.15.4",
            "9 pkg:gem/nokogiri@1.15.4 vendor/cache/nokogiri-1.15.4-x86_64-linux.gem",
            "11 pkg:gem/rake@13.0.6",
            "11 pkg:gem/rake@13.0.6 vendor/cache/rake-13.0.6.gem",
        ];
        assert_eq!(declared("Gemfile.lock", lock), expected);
        let path = "vendor/bundle/ruby/3.2.0/specifications/net-http-0.4.1.gemspec";
        assert_eq!(declared(path, "x"), ["0 pkg:gem/net-http@0.4.1 vendor/bundle/ruby/3.2.0/gems/net-http-0.4.1/**"]);
        let gemfile = "source 'x'\ngem \"rails\", \"7.0.1\"\ngem 'b', '~> 2'\ngem 'own', path: '.'\n";
        assert_eq!(declared("Gemfile", gemfile), ["2 pkg:gem/rails@7.0.1", "3 pkg:gem/b"]);
    }

    #[test]
    fn composer_is_heard_only_where_it_makes_sense() {
        let path = "vendor/composer/installed.json";
        let record = |place: &str| {
            format!(
                "{{\"packages\": [\n{{\"name\": \"a/b\", \"version\": \"dev-main\", \"install-path\": \"{place}\"}}]}}"
            )
        };
        // Installers of Composer put plugins of an application beside `vendor`.
        let plugin = "2 pkg:composer/a/b web/plugins/b/**";
        assert_eq!(declared(path, &record("../../web/plugins/b")), [plugin]);
        for place in ["../..", "..", ".", "/etc", "../../../x"] {
            assert_eq!(declared(path, &record(place)), ["2 pkg:composer/a/b"], "{place}");
            assert!(complaints(path, &record(place))[0].starts_with("line 2: a package whose place"), "{place}");
        }
        let odd = "{\"packages\": [3, {\"name\": \"../src\"}, {\"name\": \"a/b\", \"version\": \"1.x-dev\"}],\n\"packages-dev\": \"x\"}";
        assert_eq!(declared("composer.lock", odd), ["1 pkg:composer/a/b vendor/a/b/**"]);
        let expected = [
            "a package without a `name`: not used",
            "line 1: `../src` is no name of a package: not used",
            "line 2: `packages-dev` is no list: not read",
        ];
        assert_eq!(complaints("composer.lock", odd), expected);
        for (path, text) in [("composer.lock", "[]"), (path, "3"), ("composer.json", "{\"require\": {\"a/b\": 1}}")] {
            assert!(declared(path, text).is_empty());
            assert!(!complaints(path, text).is_empty(), "{path}");
        }
        assert!(complaints("composer.json", "{\"require\": []}").is_empty(), "so PHP writes an empty table");
        assert!(complaints("composer.lock", "{\n<<<<<<< HEAD\n")[0].starts_with("line 2: "));
    }

    #[test]
    fn marks_of_merges_and_names_that_are_paths_in_a_lock_of_gems() {
        let lock = "GEM\n  specs:\n<<<<<<< HEAD\n    rake (13.0.6)\n||||||| base\n=======\n    rack (3.0)\n>>>>>>> x\n    ../up (1)\n    odd (1/../../x)\n\nGIT\n  remote: https://x.example/g\n  specs:\n    g (0.1)\n";
        let expected = [
            "4 pkg:gem/rake@13.0.6",
            "4 pkg:gem/rake@13.0.6 vendor/cache/rake-13.0.6.gem",
            "7 pkg:gem/rack@3.0",
            "7 pkg:gem/rack@3.0 vendor/cache/rack-3.0.gem",
            "10 pkg:gem/odd@1/../../x",
            "15 pkg:gem/g@0.1",
        ];
        assert_eq!(declared("Gemfile.lock", lock), expected);
        assert_eq!(complaints("Gemfile.lock", lock).len(), 5);
    }

    #[test]
    fn a_gem_of_a_repository_lies_in_a_folder_named_for_its_revision() {
        let lock = "GIT\n  remote: https://x.example/o/rails.git\n  revision: 0ab1c2d3e4f5aaaaaaaa\n  branch: main\n  specs:\n    rack (2.2.22)\n      x (1)\n";
        let expected = ["6 pkg:gem/rack@2.2.22", "6 pkg:gem/rack@2.2.22 w/vendor/cache/rails-0ab1c2d3e4f5/**"];
        assert_eq!(declared("w/Gemfile.lock", lock), expected);
        assert_eq!(aliases("w/Gemfile.lock", lock), ["rails-0ab1c2d3e4f5=pkg:gem/rack"]);
        for odd in ["revision: 0ab", "revision: ../../../../x", "revision: éééééééé"] {
            let odd = lock.replace("revision: 0ab1c2d3e4f5aaaaaaaa", odd);
            assert_eq!((declared("Gemfile.lock", &odd).len(), aliases("Gemfile.lock", &odd).len()), (1, 0), "{odd}");
        }
        let path = "v/ruby/3.1.0/bundler/gems/rails-0ab1c2d3e4f5/rack/rack.gemspec";
        assert_eq!(declared(path, "x"), ["0 pkg:gem/rack v/ruby/3.1.0/bundler/gems/rails-0ab1c2d3e4f5/**"]);
        for other in ["bundler/gems/x.gemspec", "mybundler/gems/a-1/x.gemspec", "bundler/gems/a/x.rb"] {
            assert_eq!(checked_out(other), None, "{other}");
        }
    }

    #[test]
    fn a_specification_is_named_for_gem_version_and_platform() {
        let spec = |name: &str| declared(&format!("v/specifications/{name}.gemspec"), "x");
        assert_eq!(spec("foo-3d-1.0"), ["0 pkg:gem/foo-3d@1.0 v/gems/foo-3d-1.0/**"]);
        let platform = "0 pkg:gem/nokogiri@1.15.4 v/gems/nokogiri-1.15.4-x86_64-linux/**";
        assert_eq!(spec("nokogiri-1.15.4-x86_64-linux"), [platform]);
        assert_eq!(spec("rc-2.0.0.rc1"), ["0 pkg:gem/rc@2.0.0.rc1 v/gems/rc-2.0.0.rc1/**"]);
        assert!(spec("none").is_empty() && spec("..-1").is_empty());
        assert!(declared("own.gemspec", "x").is_empty());
        let gemfile = "gem(\"a\", \"= 1.0\")\ngemspec\ngem name\n";
        assert_eq!(declared("Gemfile", gemfile), ["1 pkg:gem/a@1.0"]);
        assert_eq!(complaints("Gemfile", gemfile), ["line 3: it names no gem: passed over"]);
    }
}

//! Composer and Bundler: what they lock, and where they install it.

use serde_json::Value;

use super::key_lines::KeyLines;
use super::{Found, Reader, Source, below, is_named, json};
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

/// Packages of a list, each with the place that `place` gives it. A package from a folder is the project's own.
fn packages(
    list: Option<&Value>,
    lines: &KeyLines<'_>,
    place: &dyn Fn(&str, &Value) -> Option<String>,
    found: &mut Found,
) {
    for package in list.and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| package.get(name).and_then(Value::as_str);
        let Some(name) = text("name") else { continue };
        if package.get("dist").and_then(|dist| dist.get("type")).and_then(Value::as_str) == Some("path") {
            continue;
        }
        let line = lines.line(name);
        let site = match place(name, package) {
            Some(path) if text("type") != Some("metapackage") => Site::Folder { path, extent: Extent::Everything },
            _ => Site::Elsewhere,
        };
        found.declare(line, ("composer", name), text("version").map(|version| version.trim_start_matches('v')), site);
    }
}

fn lock(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let lines = KeyLines::of(source.text);
    let place = |name: &str, _: &Value| source.beside(&format!("vendor/{name}"));
    packages(value.get("packages"), &lines, &place, &mut found);
    packages(value.get("packages-dev"), &lines, &place, &mut found);
    found
}

/// A list, or of Composer 2 a table with a list in it. Places are below the folder of the record.
fn installed(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let vendor = folder(folder(source.path));
    let place = |name: &str, package: &Value| match package.get("install-path").and_then(Value::as_str) {
        Some(path) => source.beside(path),
        None => below(vendor, name),
    };
    let list = if value.is_array() { Some(&value) } else { value.get("packages") };
    packages(list, &KeyLines::of(source.text), &place, &mut found);
    found
}

fn wishes(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let lines = KeyLines::of(source.text);
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let subject = text("name").and_then(|name| Subject::of("composer", name, text("version")));
    let mut found = Found { subject, ..Found::default() };
    for table in ["require", "require-dev"] {
        for (name, range) in value.get(table).and_then(Value::as_object).into_iter().flatten() {
            // The platform: `php`, `ext-json`.
            if !name.contains('/') {
                continue;
            }
            let range = range.as_str().unwrap_or_default();
            let exact =
                range.split('.').count() >= 3 && range.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            found.declare(lines.line(name), ("composer", name), Some(range).filter(|_| exact), Site::Elsewhere);
        }
    }
    found
}

/// Sections by indent: in `GEM` and `GIT` under `specs:` a gem stands behind four spaces. `PATH` is the project's own. A gem may
/// lie in `vendor/cache` as an archive.
fn gems(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let mut section = "";
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) {
            continue;
        }
        if !line.starts_with(' ') {
            section = line.trim();
            continue;
        }
        let Some(gem) = line.strip_prefix("    ").filter(|gem| !gem.starts_with(' ')) else { continue };
        if !matches!(section, "GEM" | "GIT") {
            continue;
        }
        let (name, version) = gem.split_once(" (").unwrap_or((gem, ""));
        let full = version.trim_end_matches(')');
        // Behind the version may stand a platform: `1.15.4-x86_64-linux`.
        let version = full.split('-').next().filter(|version| !version.is_empty());
        found.declare(number, ("gem", name), version, Site::Elsewhere);
        if let Some(path) = source.beside(&format!("vendor/cache/{name}-{full}.gem")).filter(|_| version.is_some()) {
            found.declare(number, ("gem", name), version, Site::File(path));
        }
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
    let split =
        full.match_indices('-').find(|(at, _)| full[at + 1..].starts_with(|first: char| first.is_ascii_digit()));
    let Some((at, _)) = split else { return Found::broken(0, "its name has no version: not used") };
    let version = full[at + 1..].split('-').next();
    if let Some(path) = below(folder(folder(source.path)), &format!("gems/{full}")) {
        found.declare(0, ("gem", &full[..at]), version, Site::Folder { path, extent: Extent::Everything });
    }
    found
}

/// `gem "name", "1.0"` a line.
fn gemfile(source: Source<'_>) -> Found {
    let mut found = Found::default();
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) {
            continue;
        }
        let Some(rest) = line.trim().strip_prefix("gem ").map(str::trim) else { continue };
        let parts: Vec<&str> = rest.split(',').map(str::trim).collect();
        let quoted = |text: &&str| {
            text.strip_prefix(['"', '\'']).and_then(|text| text.split(['"', '\'']).next()).map(str::to_string)
        };
        if rest.contains("path:") || rest.contains(":path") {
            continue;
        }
        let version =
            parts.get(1).and_then(quoted).filter(|text| text.starts_with(|first: char| first.is_ascii_digit()));
        match parts.first().and_then(quoted) {
            Some(name) => found.declare(number, ("gem", &name), version.as_deref(), Site::Elsewhere),
            None => found.complain(number, "it names no gem: passed over"),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::declared;

    #[test]
    fn composer_says_where_packages_lie() {
        let lock = "{\"packages\": [\n{\"name\": \"A/b\", \"version\": \"v1.0.0\"},\n{\"name\": \"m/m\", \"version\": \"1\", \"type\": \"metapackage\"},\n{\"name\": \"o/o\", \"dist\": {\"type\": \"path\"}}], \"packages-dev\": [{\"name\": \"c/d\"}]}";
        assert_eq!(
            declared("web/composer.lock", lock),
            [
                "0 pkg:composer/a/b@1.0.0 web/vendor/A/b/**",
                "0 pkg:composer/c/d web/vendor/c/d/**",
                "0 pkg:composer/m/m@1"
            ]
        );
        let two = "{\"packages\": [{\"name\": \"a/b\", \"version\": \"1.0\", \"install-path\": \"../a/b\"}]}";
        assert_eq!(declared("vendor/composer/installed.json", two), ["0 pkg:composer/a/b@1.0 vendor/a/b/**"]);
        let one = "[{\"name\": \"a/b\", \"version\": \"1.0\"}]";
        assert_eq!(declared("vendor/composer/installed.json", one), ["0 pkg:composer/a/b@1.0 vendor/a/b/**"]);
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
}

//! Cargo: `Cargo.toml`, `Cargo.lock`, and the checksums that `cargo vendor` writes beside each crate it copies.
//!
//! `.cargo-checksum.json` does not name its crate; the `Cargo.toml` beside it does, see [`super::join`]. Until then the folder's
//! name stands in.

use serde_json::Value as Json;
use toml::{Table, Value};

use super::key_lines::KeyLines;
use super::{Found, Reader, Source, holds, is_named, json, toml};
use crate::model::declaration::{Checksum, ManifestKind, RecordedFile, Site, Subject};
use crate::model::digest::bytes_of_hex;
use crate::model::place::{base_name, folder};

const CHECKSUMS: &str = ".cargo-checksum.json";
/// Tables of a Cargo.toml that name crates, at the top and in each `target`.
const TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) const READERS: &[Reader] = &[
    Reader { is: |path| is_named(path, &["Cargo.lock"]), kind: ManifestKind::Lockfile, ecosystem: "cargo", read: lock },
    Reader {
        is: |path| is_named(path, &["Cargo.toml"]),
        kind: ManifestKind::Manifest,
        ecosystem: "cargo",
        read: wishes,
    },
    Reader {
        is: |path| is_named(path, &[CHECKSUMS]),
        kind: ManifestKind::InstallRecord,
        ecosystem: "cargo",
        read: vendored,
    },
];

/// Entries without a source are the project's own.
fn lock(source: Source<'_>) -> Found {
    let table = match toml(source.text) {
        Ok(table) => table,
        Err(broken) => return broken,
    };
    let mut found = Found::default();
    let lines = headers(source.text, "[[package]]");
    let packages = table.get("package").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (at, package) in packages.iter().enumerate() {
        let text = |name: &str| package.get(name).and_then(Value::as_str);
        let line = lines.get(at).copied().unwrap_or(0);
        if let (Some(name), Some(_)) = (text("name"), text("source")) {
            found.declare(line, ("cargo", name), text("version"), Site::Elsewhere);
        }
    }
    found
}

/// Lines on which a header stands.
fn headers(text: &str, header: &str) -> Vec<u32> {
    text.lines().zip(1..).filter(|(line, _)| line.trim() == header).map(|(_, number)| number).collect()
}

fn wishes(source: Source<'_>) -> Found {
    let table = match toml(source.text) {
        Ok(table) => table,
        Err(broken) => return broken,
    };
    let package = table.get("package");
    let text = |name: &str| package.and_then(|package| package.get(name)).and_then(Value::as_str);
    let subject = text("name").and_then(|name| Subject::of("cargo", name, text("version")));
    let mut found = Found { subject, ..Found::default() };
    let lines = KeyLines::of_toml(source.text);
    let targets = table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let workspace = table.get("workspace").and_then(Value::as_table);
    let homes = std::iter::once(&table).chain(workspace).chain(targets.filter_map(Value::as_table));
    for (key, wish) in homes.flat_map(|home| TABLES.iter().filter_map(|name| home.get(*name)?.as_table())).flatten() {
        let text = |name: &str| wish.get(name).and_then(Value::as_str);
        let is_true = |name: &str| wish.get(name).and_then(Value::as_bool) == Some(true);
        if text("path").is_some() || is_true("workspace") {
            continue;
        }
        let name = text("package").unwrap_or(key);
        let exact = wish.as_str().or(text("version")).and_then(|range| range.strip_prefix('='));
        found.declare(lines.line(key), ("cargo", name), exact, Site::Elsewhere);
    }
    found
}

fn vendored(source: Source<'_>) -> Found {
    let value = match json(source.text) {
        Ok(value) => value,
        Err(broken) => return broken,
    };
    let Some(files) = value.get("files").and_then(Json::as_object) else {
        return Found::broken(0, "it has no `files`: not used");
    };
    let mut found = Found::default();
    let lines = KeyLines::of(source.text);
    let own = RecordedFile { path: source.path.to_string(), checksum: Checksum::None };
    let mut recorded = vec![own];
    for (file, digest) in files {
        // What a crate does not hold is not the crate's, whatever its list says.
        let within = source.beside(file).filter(|path| holds(folder(source.path), path));
        match (within, digest.as_str().and_then(bytes_of_hex)) {
            (None, _) => found.complain(lines.line(file), format!("`{file}` lies outside the crate: not used")),
            (Some(path), Some(digest)) => recorded.push(RecordedFile { path, checksum: Checksum::Sha256(digest) }),
            (Some(path), None) => {
                found.complain(lines.line(file), format!("no checksum of `{file}`"));
                recorded.push(RecordedFile { path, checksum: Checksum::None });
            }
        }
    }
    let folder = base_name(folder(source.path));
    let (name, version) = match folder.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|first: char| first.is_ascii_digit()) => (name, Some(version)),
        _ => (folder, None),
    };
    found.declare(1, ("cargo", name), version, Site::Files(recorded));
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn a_lockfile_names_what_comes_from_elsewhere() {
        let text = "version = 4\n\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.1\"\nsource = \"registry+x\"\n";
        assert_eq!(declared("Cargo.lock", text), ["7 pkg:cargo/serde@1.0.1"]);
        let conflict = format!("{text}<<<<<<< HEAD\n");
        assert!(declared("Cargo.lock", &conflict).is_empty());
        assert!(complaints("Cargo.lock", &conflict)[0].starts_with("line 11: "));
    }

    #[test]
    fn wishes_stand_in_many_tables() {
        let text = "[package]\nname = \"own\"\nversion = \"1.0.0\"\n[dependencies]\na = \"1\"\nb = { version = \"=1.2.3\", package = \"c\" }\nown2 = { path = \"x\" }\nw.workspace = true\n[target.'cfg(unix)'.dev-dependencies]\nd = \"2\"\n[build-dependencies.e]\nversion = \"=3.0.0\"\n[workspace.dependencies]\nw = \"4\"\n";
        let expected =
            ["5 pkg:cargo/a", "6 pkg:cargo/c@1.2.3", "8 pkg:cargo/w", "10 pkg:cargo/d", "11 pkg:cargo/e@3.0.0"];
        assert_eq!(declared("Cargo.toml", text), expected);
    }

    #[test]
    fn a_crate_accounts_for_nothing_outside_itself() {
        let digest = "ab".repeat(32);
        let list =
            format!("{{\"files\": {{\n\"../../static/jquery.js\": \"{digest}\",\n\"src/lib.rs\": \"{digest}\"}}}}");
        let said = complaints("vendor/c/.cargo-checksum.json", &list);
        assert_eq!(said, ["line 2: `../../static/jquery.js` lies outside the crate: not used"]);
        let recorded = declared("vendor/c/.cargo-checksum.json", &list).join(" ");
        assert!(recorded.contains("vendor/c/src/lib.rs") && !recorded.contains("jquery"), "{recorded}");
    }

    #[test]
    fn a_vendored_crate_has_the_files_of_its_checksums() {
        let digest = "ab".repeat(32);
        let text = format!(
            r#"{{"files": {{"src/lib.rs": "{digest}", "odd": "12", "../../../x": "{digest}"}}, "package": null}}"#
        );
        let path = "vendor/libz-sys-1.1.8/.cargo-checksum.json";
        let expected = "1 pkg:cargo/libz-sys@1.1.8 vendor/libz-sys-1.1.8/.cargo-checksum.json \
                        vendor/libz-sys-1.1.8/odd vendor/libz-sys-1.1.8/src/lib.rs";
        assert_eq!(declared(path, &text), [expected]);
        assert_eq!(complaints(path, &text).len(), 2);
        assert!(declared(path, "{}").is_empty() && complaints(path, "{}").len() == 1);
    }
}

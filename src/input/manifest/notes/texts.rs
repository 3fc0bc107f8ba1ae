//! Notes that are plain texts: Chromium's, Android's and Debian's.

use regex::Regex;

use super::address;
use crate::input::manifest::{Found, Source};
use crate::model::declaration::{Extent, Site, package_purl};
use crate::model::place::{base_name, folder};

/// Between two components of one note of Chromium's.
const DIVIDER: &str = "DEPENDENCY DIVIDER";

/// What a note says of one component.
#[derive(Default)]
struct Note {
    line: u32,
    names: Vec<String>,
    addresses: Vec<String>,
    version: Option<String>,
}

impl Note {
    /// Declares it at the folder of the note: by its first name, else by its address.
    fn declare(self, source: Source<'_>, found: &mut Found) {
        if self.names.is_empty() && self.addresses.is_empty() {
            return;
        }
        let named = |name: &String| package_purl("generic", &name.trim().to_lowercase().replace(' ', "-"));
        let mut purls: Vec<String> = self.names.iter().filter_map(named).collect();
        for (purl, name) in self.addresses.iter().filter_map(|address| address::of(address)) {
            purls.push(purl);
            purls.extend(package_purl("generic", &name));
        }
        let mut seen = std::collections::BTreeSet::new();
        purls.retain(|purl| seen.insert(purl.clone()));
        if purls.is_empty() {
            return found.complain(self.line, "its name is none that a component can have: not used");
        }
        let site = Site::Folder { path: folder(source.path).to_string(), extent: Extent::Component };
        let first = purls.remove(0);
        found.note(self.line, first, self.version, (purls, site));
    }
}

/// `README.chromium`: fields of a line each, several components with a divider between them.
pub(super) fn chromium(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let mut note = Note::default();
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) {
            continue;
        }
        if line.contains(DIVIDER) {
            std::mem::take(&mut note).declare(source, &mut found);
            continue;
        }
        let Some((field, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        if note.line == 0 {
            note.line = number;
        }
        match field.trim().to_lowercase().as_str() {
            // The short name is what others call it.
            "short name" => note.names.insert(0, value.to_string()),
            "name" => note.names.push(value.to_string()),
            "url" => note.addresses.extend(value.split_whitespace().map(str::to_string)),
            "version" => note.version = address::version(value),
            "cpeprefix" => note.names.extend(product(value)),
            _ => {}
        }
    }
    note.declare(source, &mut found);
    if found.declarations.is_empty() && found.complaints.is_empty() {
        found.complain(0, "it names nothing: not used");
    }
    found
}

/// The product that a CPE names: `cpe:/a:vendor:product:version`, or with `cpe:2.3:` in front.
fn product(cpe: &str) -> Option<String> {
    let place = if cpe.starts_with("cpe:2.3:") { 4 } else { 3 };
    cpe.split(':').nth(place).filter(|name| !name.is_empty()).map(str::to_string)
}

/// Android's `METADATA`: `name: "x"`, then `third_party { url { value: "…" } version: "1.2" }`. Of another file of that name
/// nothing is said.
pub(super) fn android(source: Source<'_>) -> Found {
    let mut found = Found::default();
    if !source.text.lines().any(|line| line.trim_start().starts_with("third_party")) {
        return found;
    }
    let form = r#"(?<opens>\w+)\s*:?\s*\{|(?<field>\w+)\s*:\s*(?<value>"[^"]*"|'[^']*'|[^\s{}]+)|\}"#;
    let Ok(parts) = Regex::new(form) else { return found };
    let mut note = Note::default();
    let mut within: Vec<String> = Vec::new();
    for (line, number) in source.text.lines().zip(1..) {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if found.is_conflict(number, line) || line.starts_with('#') {
            continue;
        }
        for part in parts.captures_iter(line) {
            if let Some(name) = part.name("opens") {
                within.push(name.as_str().to_string());
            } else if let (Some(name), Some(value)) = (part.name("field"), part.name("value")) {
                let value = value.as_str().trim_matches(['"', '\'']).to_string();
                match (within.last().map(String::as_str).unwrap_or_default(), name.as_str()) {
                    ("", "name") => {
                        note.line = number;
                        note.names.push(value);
                    }
                    ("third_party" | "identifier", "version") => {
                        note.version = note.version.or(address::version(&value))
                    }
                    ("url" | "identifier", "value") | ("third_party", "homepage") => note.addresses.push(value),
                    _ => {}
                }
            } else if within.pop().is_none() {
                found.complain(number, "a bracket that nothing opened: passed over");
            }
        }
    }
    if !within.is_empty() {
        found.complain(0, "a bracket is not closed");
    }
    if note.names.is_empty() {
        note.names.push(base_name(folder(source.path)).to_string());
    }
    note.declare(source, &mut found);
    found
}

/// Debian's list of embedded copies, as the security tracker keeps it: a component at the beginning of a line, then what
/// holds it. That it is somewhere in the source is all that is said.
pub(super) fn debian(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let home = folder(source.path);
    let around = if base_name(home) == "debian" { folder(home) } else { home };
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) || line.trim().is_empty() || line.starts_with([' ', '\t', '#', '-']) {
            continue;
        }
        let name = line.split_whitespace().next().unwrap_or_default().trim_end_matches(':').to_lowercase();
        if matches!(name.as_str(), "begin" | "end" | "note") {
            continue;
        }
        match package_purl("generic", &name) {
            Some(purl) => {
                let aliases = package_purl("deb", &format!("debian/{name}")).into_iter().collect();
                found.note(number, purl, None, (aliases, Site::Somewhere(around.to_string())));
            }
            None => found.complain(number, "no name of a component: passed over"),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn a_note_of_chromium_names_what_lies_beside_it() {
        let text = "Name: ZLib Compression\nShort Name: zlib\nURL: http://zlib.net/\nVersion: 1.2.13\nCPEPrefix: cpe:/a:zlib:zlib:1.2.13\nLicense: Zlib\n\nDescription:\nUse: x\n";
        let expected = "1 pkg:generic/zlib@1.2.13 third_party/zlib/* =pkg:generic/zlib-compression";
        assert_eq!(declared("third_party/zlib/README.chromium", text), [expected]);
        let two = "Name: a\nVersion: N/A\n-------------------- DEPENDENCY DIVIDER --------------------\nName: b\nURL: https://github.com/o/b\nVersion: 1234567890abcdef\n";
        assert_eq!(declared("x/README.chromium", two), ["1 pkg:generic/a x/*", "4 pkg:generic/b x/* =pkg:github/o/b"]);
        assert_eq!(complaints("x/README.chromium", "nothing\n").len(), 1);
        assert!(declared("x/README.chromium", "Name: \u{1b}[31m\n").is_empty());
    }

    #[test]
    fn a_note_of_android_is_told_from_other_files_of_its_name() {
        let text = "name: \"zlib\"\nthird_party {\n  url {\n    type: GIT\n    value: \"https://github.com/madler/zlib\"\n  }\n  identifier { type: \"Git\" value: \"x\" version: \"v1.2.13\" }\n  license_type: NOTICE\n}\n";
        let expected = "1 pkg:generic/zlib@1.2.13 external/zlib/* =pkg:github/madler/zlib";
        assert_eq!(declared("external/zlib/METADATA", text), [expected]);
        let other = "Metadata-Version: 2.1\nName: six\n";
        assert!(declared("x/METADATA", other).is_empty() && complaints("x/METADATA", other).is_empty());
        assert!(declared("six-1.dist-info/METADATA", text).is_empty());
        assert_eq!(complaints("x/METADATA", "third_party { } }\n").len(), 1);
        assert_eq!(complaints("x/METADATA", "third_party {\n").len(), 1);
    }

    #[test]
    fn a_note_of_debian_says_that_something_is_somewhere() {
        let text = "# remark\nzlib\n\t- rsync <unfixed> (embed; bug #1)\n\tNOTE: x\nlua5.1:\n";
        let expected = [
            "2 pkg:generic/zlib somewhere:src =pkg:deb/debian/zlib",
            "5 pkg:generic/lua5.1 somewhere:src =pkg:deb/debian/lua5.1",
        ];
        assert_eq!(declared("src/debian/embedded-code-copies", text), expected);
    }
}

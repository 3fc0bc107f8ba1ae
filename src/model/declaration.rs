//! What manifests, lockfiles, installers' records and notes of vendoring say is in a tree.
//!
//! A [`Declaration`] without a place says that something is *wanted*; only one with a place ([`Site`]) accounts for files.

use crate::model::finding::Change;
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::purl::Purl;

/// How a manifest comes to speak of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ManifestKind {
    /// Written by people for a package manager: names and ranges of versions.
    Manifest,
    /// Written by a package manager: what it chose, to the version.
    Lockfile,
    /// Written by an installer beside what it installed.
    InstallRecord,
    /// A note beside code that somebody copied in (`README.chromium`, `.gitmodules`, `_vendor/vendor.txt`).
    VendoringNote,
}

/// How much of what lies at a place a declaration accounts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// Every file below, whatever it holds: a package manager put them there together and takes them away together.
    Everything,
    /// Files of the component itself; another component that lies among them is not accounted for.
    Component,
    /// The files directly in the folder, not those in folders below.
    Folder,
}

/// Folders of an environment of Python into which installers put programs and data of packages.
pub const ENVIRONMENT: &[&str] = &["bin", "Scripts", "share", "include", "etc", "man"];

/// The checksum that a record gives of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checksum {
    /// SHA-256 of the bytes.
    Sha256([u8; 32]),
    /// One that the file there turned out not to have.
    Fails,
    /// None that is understood: the file is only named.
    None,
}

/// A file that a record names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedFile {
    /// Path below the scan's root.
    pub path: String,
    /// What it should hold.
    pub checksum: Checksum,
}

/// Where a declared component is said to be. All paths are below the scan's root, `/` between folders, without `.` and
/// `..`; a declaration whose path leaves the root has no site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// Not said: a package manager will fetch it.
    Elsewhere,
    /// In a folder; empty for the root itself.
    Folder {
        /// The folder.
        path: String,
        /// How much of what lies there.
        extent: Extent,
    },
    /// In one file, an archive for example.
    File(String),
    /// In exactly these files.
    Files(Vec<RecordedFile>),
    /// Anywhere below a folder: only the name of the component is noted.
    Somewhere(String),
}

/// One component that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Declaration {
    /// Purl without version, as its registry spells it; `pkg:generic/NAME` where only a name is given.
    pub purl: String,
    /// The version, if one is given and no range.
    pub version: Option<String>,
    /// Other purls without version that the note gives for the same thing, of its address for example.
    pub aliases: Vec<String>,
    /// 1-based line of the manifest; 0 where not known.
    pub line: u32,
    /// Where it is said to be.
    pub site: Site,
}

/// What a manifest says the package is in whose folder it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Purl without version.
    pub purl: String,
    /// The version, if one is given.
    pub version: Option<String>,
}

impl Subject {
    /// Of a package by its ecosystem's purl type and its name there; `None` where these make no purl.
    pub fn of(ecosystem: &str, name: &str, version: Option<&str>) -> Option<Subject> {
        let version = version.map(str::trim).filter(|version| is_name(version)).map(str::to_string);
        Some(Subject { purl: package_purl(ecosystem, name)?, version })
    }
}

/// Whether a text can be a name or a version: not empty, not long, nothing in it that is not shown or was no text.
pub fn is_name(text: &str) -> bool {
    let odd = |mark: char| mark.is_control() || matches!(mark, ' ' | char::REPLACEMENT_CHARACTER);
    !text.is_empty() && text.len() <= limits::NAME_BYTES && !text.chars().any(odd)
}

/// The purl without version of a package by its ecosystem's purl type and its name there (`@scope/name`, `group:artifact`,
/// `host/owner/module`); `None` where these make none, as where a part of the name is empty or steps out of a folder.
pub fn package_purl(ecosystem: &str, name: &str) -> Option<String> {
    let name = name.trim();
    // Places are made of names: one of `..` would be another package's folder, or the whole project's.
    if !is_name(name) || name.split(['/', '\\', ':']).any(|part| matches!(part, "" | "." | "..")) {
        return None;
    }
    let name = match ecosystem {
        "npm" | "composer" | "golang" | "swift" | "github" | "gitlab" | "bitbucket" => name.to_lowercase(),
        "pypi" => name.to_lowercase().replace(['_', '.'], "-"),
        "maven" => name.replacen(':', "/", 1),
        _ => name.to_string(),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~/:".contains(&byte);
    let escaped = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let purl = format!("pkg:{ecosystem}/{}", name.bytes().map(escaped).collect::<String>());
    Purl::parse_base(&purl).ok().map(|_| purl)
}

/// One manifest of a scanned tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Manifest {
    /// The root it was found under.
    pub root: RootNo,
    /// Path below the root.
    pub path: String,
    /// What it is.
    pub kind: ManifestKind,
    /// The ecosystem, as purl types name it (`npm`, `pypi`, `cargo`); `generic` for notes of vendoring.
    pub ecosystem: &'static str,
    /// Whether it was read to its end: from a damaged or cut one no absence can be concluded.
    pub whole: bool,
    /// What it names, by line.
    pub declarations: Vec<Declaration>,
    /// What it says its own folder is; `None` where it does not say.
    pub subject: Option<Subject>,
    /// How packages are installed, where it is not as usual.
    pub layout: Layout,
}

/// What a manifest says of how packages are installed, beside which ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Layout {
    /// Purls of what an installed package needs in its turn, where its record says so.
    pub needs: Vec<String>,
    /// Purls of what came inside an installed package; what those need came with them.
    pub bundled: Vec<String>,
    /// Packages that are installed under another name than their own: name of the folder, and purl.
    pub aliases: Vec<(String, String)>,
    /// The folder into which packages are installed, where it is not the usual one. Path below the scan's root; empty where it is
    /// none in the project.
    pub folder: Option<String>,
    /// Whether the package was installed for all projects of a machine.
    pub global: bool,
}

/// What the files of a declaration's site are, compared with what its manifest records of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The manifest's place among those of the tree.
    pub manifest: usize,
    /// The declaration's place in the manifest.
    pub declaration: usize,
    /// Whether any file is at the site.
    pub present: bool,
    /// How many files differ.
    pub files: u32,
    /// The first of them by path, at most [`crate::model::limits::CHANGES_LISTED`].
    pub changes: Vec<(Change, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_makes_a_purl_only_where_it_stays_in_its_folder() {
        assert_eq!(package_purl("npm", "@A/b").as_deref(), Some("pkg:npm/%40a/b"));
        assert_eq!(package_purl("maven", "g.h:a").as_deref(), Some("pkg:maven/g.h/a"));
        for name in ["", ".", "..", "a/../b", "a\\..", "../a", "a//b", "/a", "g:..", "a b", "a\u{7}", "a\u{fffd}"] {
            assert_eq!(package_purl("gem", name), None, "{name}");
        }
        assert!(is_name(&"a".repeat(limits::NAME_BYTES)) && !is_name(&"a".repeat(limits::NAME_BYTES + 1)));
    }
}

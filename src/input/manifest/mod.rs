//! What a tree says of itself: its own name ([`own`]), and what its manifests, lockfiles, installers' records and notes of
//! vendoring declare ([`read`]).
//!
//! One file an ecosystem. A reader takes a manifest's path and text and gives declarations; it opens nothing, and what it
//! cannot make sense of it says with the line and goes on. Nothing becomes declared because a manifest did not parse. What only
//! several manifests together say, or the tree around one, comes after ([`join`]).

mod apps;
mod cargo;
pub mod check;
mod confirm;
mod dotnet;
mod embed;
mod go;
mod jvm;
mod key_lines;
mod locks;
mod native;
mod node;
mod notes;
mod npm;
pub mod own;
mod php_ruby;
mod python;
mod system;
mod typed;
mod xml;
mod yaml;
mod yarn;

pub use confirm::join;

use crate::error::{Code, Problem};
use crate::model::declaration::{Declaration, Extent, Layout, Manifest, ManifestKind, Site, Subject, is_name};
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::place::{base_name, folder};

/// A manifest to be read.
#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    /// Path below the scan's root.
    path: &'a str,
    /// What stands in it, without a byte order mark.
    text: &'a str,
}

impl Source<'_> {
    /// A path that the manifest gives, taken from the manifest's own folder: below the scan's root, without `.` and `..`.
    /// `None` where it is absolute or leaves the root.
    fn beside(&self, relative: &str) -> Option<String> {
        below(folder(self.path), relative)
    }

    /// [`Source::beside`] of what lies below the manifest's own folder; `None` for what is around it, which is not the
    /// manifest's to speak of.
    fn within(&self, relative: &str) -> Option<String> {
        self.beside(relative).filter(|path| is_within(folder(self.path), path))
    }
}

/// `relative` taken from `base`, without `.` and `..`; `None` where it is absolute or leaves the root. Both marks between
/// folders are understood.
fn below(base: &str, relative: &str) -> Option<String> {
    let drive = relative.as_bytes().get(1) == Some(&b':');
    if relative.starts_with(['/', '\\']) || drive || relative.len() + base.len() > limits::PATH_BYTES {
        return None;
    }
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What a reader makes of a manifest.
#[derive(Debug, Default)]
struct Found {
    /// What the manifest's own folder is.
    subject: Option<Subject>,
    /// How packages are installed, where it is not as usual.
    layout: Box<Layout>,
    declarations: Vec<Declaration>,
    /// What it could not make sense of: 1-based line (0 where not known), and why.
    complaints: Vec<(u32, String)>,
}

impl Found {
    /// Nothing, because of what is wrong at a line.
    fn broken(line: u32, why: impl Into<String>) -> Found {
        Found { complaints: vec![(line, why.into())], ..Found::default() }
    }

    /// Takes a declaration of a package by its ecosystem and name; complains of a name that is none. A version that is none
    /// is left out.
    fn declare(&mut self, line: u32, (ecosystem, name): (&str, &str), version: Option<&str>, site: Site) {
        match Subject::of(ecosystem, name, version) {
            Some(Subject { purl, version }) => {
                self.declarations.push(Declaration { purl, version, aliases: Vec::new(), line, site });
            }
            None => {
                let shown: String = name.chars().take(SHOWN).collect();
                self.complain(line, format!("`{shown}` is no name of a package: not used"));
            }
        }
    }

    /// Takes what a note says: a purl, other purls for the same, and where it is.
    fn note(&mut self, line: u32, purl: String, version: Option<String>, (aliases, site): (Vec<String>, Site)) {
        let version = version.filter(|version| is_name(version));
        self.declarations.push(Declaration { purl, version, aliases, line, site });
    }

    /// Whether a line is a mark that a merge left behind; complains of it. Lines on both sides are used.
    fn is_conflict(&mut self, number: u32, line: &str) -> bool {
        let is_mark = ["<<<<<<<", "|||||||", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) || line == "=======";
        if is_mark {
            self.complain(number, "a mark of a merge conflict: passed over");
        }
        is_mark
    }

    fn complain(&mut self, line: u32, why: impl Into<String>) {
        self.complaints.push((line, why.into()));
    }
}

/// One kind of manifest.
struct Reader {
    /// Whether a file is of the kind, by its path below the root.
    is: fn(&str) -> bool,
    kind: ManifestKind,
    /// Purl type.
    ecosystem: &'static str,
    read: fn(Source<'_>) -> Found,
}

/// All kinds; the first that fits a path reads it.
const READERS: &[&[Reader]] = &[
    npm::READERS,
    cargo::READERS,
    go::READERS,
    python::READERS,
    locks::READERS,
    jvm::READERS,
    dotnet::READERS,
    php_ruby::READERS,
    native::READERS,
    system::READERS,
    apps::READERS,
    notes::READERS,
    notes::YAML_READERS,
];

/// Letters of a wrong name that are shown.
const SHOWN: usize = 80;

/// Complaints of one manifest that are reported each; the others are one problem with their number.
const COMPLAINTS_LISTED: usize = 20;

fn reader(path: &str) -> Option<&'static Reader> {
    // A member of an archive declares nothing about the tree around the archive.
    if path.contains("!/") {
        return None;
    }
    READERS.iter().copied().flatten().find(|reader| (reader.is)(path))
}

/// Whether a file is a manifest of a known kind, by its path below the root.
pub fn is_manifest(path: &str) -> bool {
    reader(path).is_some()
}

/// Reads what a file declares; `None` if it is no manifest. `bytes` are what was read of its `size`: a file over a limit is
/// not. What was wrong with it comes as problems.
pub fn read(root: RootNo, path: &str, bytes: &[u8], size: u64) -> Option<(Manifest, Vec<Problem>)> {
    let reader = reader(path)?;
    let cut = size > limits::DECLARATIONS_BYTES || size > bytes.len() as u64;
    let mut found = if cut {
        Found::broken(0, format!("it is over {} bytes: not read", limits::DECLARATIONS_BYTES))
    } else {
        let text = String::from_utf8_lossy(bytes);
        (reader.read)(Source { path, text: text.strip_prefix('\u{feff}').unwrap_or(&text) })
    };
    if reader.kind != ManifestKind::InstallRecord {
        refuse_around(path, &mut found);
    }
    if let Some(odd) = no_text(bytes).filter(|_| !cut) {
        found.complaints.insert(0, odd);
    }
    if found.declarations.len() > limits::DECLARATIONS {
        let all = found.declarations.len();
        found.declarations.truncate(limits::DECLARATIONS);
        found.complain(0, format!("only its first {} of {all} declarations were used", limits::DECLARATIONS));
    }
    found.declarations.sort_by(|one, other| (one.line, one).cmp(&(other.line, other)));
    let problems = problems(path, &found.complaints);
    let manifest = Manifest {
        root,
        path: path.to_string(),
        kind: reader.kind,
        ecosystem: reader.ecosystem,
        whole: found.complaints.is_empty(),
        declarations: found.declarations,
        subject: found.subject,
        layout: *found.layout,
    };
    Some((manifest, problems))
}

/// Takes out the declarations by which a package manager would have installed something over the manifest itself: they would
/// account for the whole project.
fn refuse_around(path: &str, found: &mut Found) {
    let complaints = &mut found.complaints;
    found.declarations.retain(|one| match &one.site {
        Site::Folder { path: at, extent: Extent::Everything } if holds(at, path) => {
            complaints.push((one.line, format!("{} would lie around this file: not used", one.purl)));
            false
        }
        _ => true,
    });
}

/// Whether a path lies below a folder and is not the folder.
fn is_within(home: &str, path: &str) -> bool {
    !path.is_empty() && path != home && holds(home, path)
}

/// Whether a file is below a folder; everything is below the root.
fn holds(home: &str, path: &str) -> bool {
    home.is_empty() || path.strip_prefix(home).is_some_and(|rest| rest.starts_with('/'))
}

/// The first line of a manifest that is no text, and why.
fn no_text(bytes: &[u8]) -> Option<(u32, String)> {
    let broken = std::str::from_utf8(bytes).err().map(|error| error.valid_up_to());
    let (at, why) = match (broken, memchr::memchr(0, bytes)) {
        (Some(at), nul) if nul.is_none_or(|nul| at < nul) => (at, "bytes that are no UTF-8"),
        (_, Some(nul)) => (nul, "a NUL byte"),
        (at, None) => (at?, "bytes that are no UTF-8"),
    };
    let line = bytes.get(..at)?.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
    Some((line, format!("{why}: names with such are not used")))
}

fn problems(path: &str, complaints: &[(u32, String)]) -> Vec<Problem> {
    let detail = |(line, why): &(u32, String)| match line {
        0 => why.clone(),
        line => format!("line {line}: {why}"),
    };
    let one = |complaint| Problem::new(Code::BadManifest, path, detail(complaint));
    let mut out: Vec<Problem> = complaints.iter().take(COMPLAINTS_LISTED).map(one).collect();
    let more = complaints.len().saturating_sub(COMPLAINTS_LISTED);
    if more > 0 {
        out.push(Problem::new(Code::BadManifest, path, format!("and {more} more such places in this file")));
    }
    out
}

/// A JSON text's value, or what is wrong with it.
fn json(text: &str) -> Result<serde_json::Value, Found> {
    serde_json::from_str(text).map_err(|error| {
        let why = error.to_string();
        let why = why.split(" at line ").next().unwrap_or(&why);
        Found::broken(error.line() as u32, format!("{why} at column {}", error.column()))
    })
}

/// A TOML text's table, or what is wrong with it.
fn toml(text: &str) -> Result<toml::Table, Found> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(0, |before| before.matches('\n').count() as u32 + 1);
        Found::broken(line, error.message().to_string())
    })
}

/// Whether the last part of a path is one of `names`.
fn is_named(path: &str, names: &[&str]) -> bool {
    names.contains(&base_name(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(path: &str, text: &str) -> (Vec<Declaration>, Vec<Problem>) {
        let found = read(RootNo(0), path, text.as_bytes(), text.len() as u64);
        found.map_or_else(Default::default, |(manifest, problems)| (manifest.declarations, problems))
    }

    /// What a manifest declares, a line each: line, purl, place (`/**` for everything below, `/*` for the component, `/` for
    /// the folder's own files), other names.
    pub(super) fn declared(path: &str, text: &str) -> Vec<String> {
        let shown = |one: Declaration| {
            let version = one.version.map_or(String::new(), |version| format!("@{version}"));
            let site = match one.site {
                Site::Elsewhere => String::new(),
                Site::Folder { path, extent: Extent::Everything } => format!(" {path}/**"),
                Site::Folder { path, extent: Extent::Component } => format!(" {path}/*"),
                Site::Folder { path, extent: Extent::Folder } => format!(" {path}/"),
                Site::File(path) => format!(" {path}"),
                Site::Files(files) => files.iter().map(|file| format!(" {}", file.path)).collect(),
                Site::Somewhere(path) => format!(" somewhere:{path}"),
            };
            let aliases: String = one.aliases.iter().map(|alias| format!(" ={alias}")).collect();
            format!("{} {}{version}{site}{aliases}", one.line, one.purl)
        };
        read_text(path, text).0.into_iter().map(shown).collect()
    }

    /// Packages that a manifest says are installed under another name: folder, purl.
    pub(super) fn aliases(path: &str, text: &str) -> Vec<String> {
        let found = read(RootNo(0), path, text.as_bytes(), text.len() as u64);
        let aliases = found.map(|(manifest, _)| manifest.layout.aliases).unwrap_or_default();
        aliases.into_iter().map(|(name, purl)| format!("{name}={purl}")).collect()
    }

    /// What is wrong with a manifest.
    pub(super) fn complaints(path: &str, text: &str) -> Vec<String> {
        read_text(path, text).1.into_iter().map(|problem| problem.detail).collect()
    }

    #[test]
    fn paths_of_manifests_stay_below_the_root() {
        let source = Source { path: "a/b/x.lock", text: "" };
        assert_eq!(source.beside("./c/../d//e").as_deref(), Some("a/b/d/e"));
        assert_eq!(source.beside("../../z").as_deref(), Some("z"));
        assert_eq!(source.beside("").as_deref(), Some("a/b"));
        assert_eq!(source.beside("x\\y").as_deref(), Some("a/b/x/y"));
        for outside in ["../../../z", "/etc", "\\\\host", "C:\\x", &"x/".repeat(limits::PATH_BYTES)] {
            assert_eq!(source.beside(outside), None, "{outside}");
        }
    }

    #[test]
    fn many_complaints_are_counted() {
        let complaints: Vec<(u32, String)> = (0..30).map(|line| (line, "odd".to_string())).collect();
        let problems = problems("p", &complaints);
        assert_eq!(problems.len(), COMPLAINTS_LISTED + 1);
        assert_eq!((problems[0].detail.as_str(), problems[1].detail.as_str()), ("odd", "line 1: odd"));
        assert_eq!(problems[COMPLAINTS_LISTED].detail, "and 10 more such places in this file");
    }

    #[test]
    fn bytes_that_are_no_text_are_said_with_their_line_and_the_rest_is_used() {
        let complain = |bytes: &[u8]| {
            let (manifest, problems) = read(RootNo(0), "gradle.lockfile", bytes, bytes.len() as u64).unwrap();
            let details: Vec<String> = problems.into_iter().map(|problem| problem.detail).collect();
            (manifest.declarations.len(), manifest.whole, details.join("; "))
        };
        let odd = (1, false, "line 2: bytes that are no UTF-8: names with such are not used".to_string());
        assert_eq!(complain(b"g:a:1=x\n# \xff\n"), odd);
        let (used, _, why) = complain(b"g:a:1=x\ng:b\xff:1=x\n\0\n");
        assert!(used == 1 && why.starts_with("line 2: bytes that are no UTF-8") && why.contains("no name"), "{why}");
        let (used, _, why) = complain(b"g:a:1=x\n\ng:\0b:1=x\xff\n");
        assert!(used == 1 && why.starts_with("line 3: a NUL byte"), "{why}");
        assert_eq!(complain(b"\xef\xbb\xbfg:a:1=x\n"), (1, true, String::new()));
    }

    #[test]
    fn nothing_is_installed_over_the_manifest_that_names_it() {
        let lock = |place: &str| {
            format!(
                "{{\"lockfileVersion\": 3, \"packages\": {{\"{place}\": {{\"version\": \"1\", \"name\": \"x\"}}}}}}"
            )
        };
        assert_eq!(declared("a/package-lock.json", &lock("node_modules/x")).len(), 1);
        for place in ["node_modules/..", "node_modules/../../a", "node_modules/../.."] {
            assert!(declared("a/package-lock.json", &lock(place)).is_empty(), "{place}");
            assert!(!complaints("a/package-lock.json", &lock(place)).is_empty(), "{place}");
        }
        assert!(holds("", "a") && holds("a", "a/b") && !holds("a", "ab/c") && !holds("a/b", "a/b"));
    }

    #[test]
    fn marks_of_merges_are_said_and_both_sides_used() {
        let lock = "<<<<<<< HEAD\ng:a:1=x\n||||||| base\ng:b:1=x\n=======\ng:c:1=x\n>>>>>>>\n";
        assert_eq!(declared("gradle.lockfile", lock).len(), 3);
        let lines: Vec<String> = complaints("gradle.lockfile", lock);
        assert_eq!(lines.len(), 4);
        assert!(lines[1].starts_with("line 3: a mark of a merge"), "{lines:?}");
    }
}

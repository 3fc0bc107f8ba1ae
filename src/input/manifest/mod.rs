//! What a tree says of itself: its own name ([`own`]), and what its manifests, lockfiles, installers' records and notes of
//! vendoring declare ([`read`]).
//!
//! One file an ecosystem. A reader takes a manifest's path and text and gives declarations; it opens nothing, and what it
//! cannot make sense of it says with the line and goes on. Nothing becomes declared because a manifest did not parse.

pub mod check;
mod key_lines;
pub mod own;

use std::collections::HashMap;

use crate::error::{Code, Problem};
use crate::model::declaration::{Declaration, Manifest, ManifestKind, Subject};
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
    declarations: Vec<Declaration>,
    /// What it could not make sense of: 1-based line (0 where not known), and why.
    complaints: Vec<(u32, String)>,
}

impl Found {
    /// Nothing, because of what is wrong at a line.
    fn broken(line: u32, why: impl Into<String>) -> Found {
        Found { subject: None, declarations: Vec::new(), complaints: vec![(line, why.into())] }
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
const READERS: &[&[Reader]] = &[];

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
    };
    Some((manifest, problems))
}

/// Joins what several manifests of one tree, by path, say of one package: the checksums of a vendored crate stand in one
/// file, its name in another.
pub fn join(mut manifests: Vec<Manifest>) -> Vec<Manifest> {
    let subject = |manifest: &Manifest| Some((folder(&manifest.path).to_string(), manifest.subject.clone()?));
    let crates = manifests.iter().filter(|manifest| is_named(&manifest.path, &["Cargo.toml"]));
    let subjects: HashMap<String, Subject> = crates.filter_map(subject).collect();
    for record in manifests.iter_mut().filter(|manifest| is_named(&manifest.path, &[".cargo-checksum.json"])) {
        let Some(subject) = subjects.get(folder(&record.path)) else { continue };
        for declaration in &mut record.declarations {
            declaration.purl.clone_from(&subject.purl);
            declaration.version.clone_from(&subject.version);
        }
    }
    manifests
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

/// Whether the last part of a path is one of `names`.
fn is_named(path: &str, names: &[&str]) -> bool {
    names.contains(&base_name(path))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

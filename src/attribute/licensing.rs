//! What is declared for a finding beside what its files state, and what a copy lacks that its original has: a notice, the
//! licence file, any word at all.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Deref;

use crate::attribute::catalog::{Catalog, Number, Releases, Source};
use crate::attribute::claim;
use crate::attribute::member::{self, Explanation};
use crate::attribute::path;
use crate::attribute::terms::TopFile;
use crate::license::expression;
use crate::license::file::{self, LicenseFile};
use crate::model::evidence::{FileEvidence, MatchKind};
use crate::model::finding::{Declared, Declarer, FindingKind, Licensing, Origin};
use crate::model::ids::{ContentId, IndexNo};
use crate::model::license::{LicenseMatch, stated};
use crate::model::limits;
use crate::model::place::folder;
use crate::text::language::{self, Role};

/// The licence and readme files of a tree.
#[derive(Default)]
pub struct Speakers<'f> {
    /// Those right in a folder, by path.
    by_folder: HashMap<&'f str, Vec<(LicenseFile, &'f FileEvidence)>>,
    /// Folders with a licence file in them or further below, and the files themselves.
    with_license: HashSet<&'f str>,
}

impl<'f> Speakers<'f> {
    /// Finds them among the files of a tree, which are in the order of their paths.
    pub fn of(files: &'f [FileEvidence]) -> Speakers<'f> {
        let mut speakers = Speakers::default();
        for one in files {
            let Some(kind) = file::kind(&one.path) else { continue };
            speakers.by_folder.entry(folder(&one.path)).or_default().push((kind, one));
            if kind == LicenseFile::License {
                speakers.with_license.extend(path::ancestors(&one.path));
            }
        }
        speakers
    }

    /// Licence files right in a folder, or its readme files where those say nothing.
    fn declare(&self, root: &str) -> Vec<Declared> {
        let of = |wanted: LicenseFile, by: Declarer| -> Vec<Declared> {
            let all = self.by_folder.get(root).into_iter().flatten().filter(|(kind, _)| *kind == wanted);
            let declared = all.flat_map(|(_, file)| {
                stated(&file.licenses).into_iter().map(|expression| Declared {
                    by,
                    path: Some(file.path.clone()),
                    expression: expression.to_string(),
                })
            });
            declared.take(limits::MARKED_FILES).collect()
        };
        let licenses = of(LicenseFile::License, Declarer::LicenseFile);
        if licenses.is_empty() { of(LicenseFile::Readme, Declarer::Readme) } else { licenses }
    }

    /// Whether a licence file lies in the place, below it, or right above it as where a component's code has a folder of its
    /// own. The scan's root is nobody's folder but the project's.
    fn cover(&self, root: &str) -> bool {
        let above = folder(root);
        let beside = || {
            let all = self.by_folder.get(above).into_iter().flatten();
            all.into_iter().any(|(kind, _)| *kind == LicenseFile::License)
        };
        self.with_license.contains(root) || !above.is_empty() && beside()
    }
}

/// A finding, as far as its licence goes.
pub struct Subject<'s> {
    /// The component.
    pub component: Number,
    /// Folder or file below the scan's root.
    pub root: &'s str,
    /// How much of it.
    pub kind: FindingKind,
    /// Place of its release among the component's.
    pub release: usize,
    /// Its files, each with the explanations that tie it to the finding.
    pub files: Vec<(&'s FileEvidence, Vec<Explanation>)>,
}

/// Works it out for one finding. What needs the original's licences is left open where no index knows them.
/// `top` are the licence files of its release, which are looked up only where they are needed.
pub fn licensing(
    catalog: &Catalog<'_>,
    known: &Releases,
    (speakers, top): (&Speakers<'_>, &dyn Deref<Target = Vec<TopFile>>),
    subject: &Subject<'_>,
) -> Licensing {
    let mut out = Licensing::default();
    // Nobody owes anybody a notice for the company's own code.
    let has_duties = catalog.entry(subject.component).origin == Origin::OpenSource;
    let recorded = known.all.get(subject.release).and_then(|release| release.license.clone());
    out.declared.extend(recorded.map(|expression| Declared { by: Declarer::Index, path: None, expression }));
    out.declared.extend(speakers.declare(subject.root));
    let needs_file = has_duties && subject.kind == FindingKind::Vendored && !speakers.cover(subject.root);
    if out.declared.is_empty() {
        let of = |file: &TopFile| {
            let (by, path) = (Declarer::Release, Some(file.path.clone()));
            file.states.iter().map(move |one| Declared { by, path: path.clone(), expression: one.clone() }).collect()
        };
        out.declared.extend(top.iter().flat_map(|file| -> Vec<Declared> { of(file) }).take(limits::MARKED_FILES));
    }
    let mut detected: BTreeMap<String, u32> = BTreeMap::new();
    for (file, explanations) in &subject.files {
        for expression in stated(&file.licenses) {
            match detected.get_mut(expression) {
                Some(count) => *count += 1,
                None => drop(detected.insert(expression.to_string(), 1)),
            }
        }
        if !has_duties {
            continue;
        }
        match notice(catalog, known, subject, file, explanations) {
            Notice::Kept => {}
            Notice::Removed => out.notice_removed.add(&file.path),
            Notice::Replaced => out.notice_replaced.add(&file.path),
        }
        let silent = named(file).next().is_none() && is_code(file) && file::kind(&file.path).is_none();
        if silent && subject.kind == FindingKind::Vendored {
            out.unlicensed.add(&file.path);
        }
    }
    out.detected = detected;
    if needs_file {
        out.left_behind = top.first().map(|file| file.path.clone());
    }
    out
}

/// Every licence that a file states or mentions.
fn named(file: &FileEvidence) -> impl Iterator<Item = &LicenseMatch> {
    file.licenses.iter().chain(&file.mentions)
}

/// What became of the notice that a file's original has.
enum Notice {
    /// It is there, or there was none, or no index knows.
    Kept,
    /// The file names no licence at all.
    Removed,
    /// The file names other licences only: a change by whoever took it, or by its authors in a release that is not indexed.
    Replaced,
}

fn notice(
    catalog: &Catalog<'_>,
    known: &Releases,
    subject: &Subject<'_>,
    file: &FileEvidence,
    explanations: &[Explanation],
) -> Notice {
    let own: HashSet<String> = named(file).flat_map(|one| expression::families(&one.expression)).collect();
    let originals = originals(catalog, known, subject, file, explanations);
    let lacks = |(index, content): &(IndexNo, ContentId)| {
        let Some(theirs) = catalog.index(*index).and_then(|open| open.licenses(*content)) else { return false };
        let mut theirs = theirs.into_iter().flat_map(expression::families).peekable();
        theirs.peek().is_some() && theirs.all(|family| !own.contains(&family))
    };
    match !originals.is_empty() && originals.iter().all(lacks) {
        false => Notice::Kept,
        true if own.is_empty() => Notice::Removed,
        true => Notice::Replaced,
    }
}

/// Contents that the file is a copy of but for comments or changes; none where the very bytes are the component's.
fn originals(
    catalog: &Catalog<'_>,
    known: &Releases,
    subject: &Subject<'_>,
    file: &FileEvidence,
    explanations: &[Explanation],
) -> Vec<(IndexNo, ContentId)> {
    let mut inside = Vec::new();
    let mut outside = Vec::new();
    for one in &file.whole {
        for source in catalog.holders_of(one.index, one.content, subject.component) {
            if one.kind == MatchKind::Identical {
                return Vec::new();
            }
            let Some(lineage) = catalog.lineage(source) else { continue };
            let spans = member::spans(&lineage, one.content, known, source);
            let release = subject.release as u32;
            let there = spans.iter().any(|(first, last)| (*first..=*last).contains(&release));
            if there { &mut inside } else { &mut outside }.push((one.index, one.content));
        }
    }
    if !inside.is_empty() {
        return inside;
    }
    if !outside.is_empty() {
        return outside;
    }
    let parts = explanations.iter().filter_map(|one| file.snippets.get(one.snippet? as usize));
    for part in parts {
        let source = Source { index: part.index, lineage: part.lineage };
        let Some(lineage) = catalog.lineage(source) else { continue };
        // A licence file that is like another one is another licence, not a copy that lost its notice.
        let is_license = file::kind(&lineage.path) == Some(LicenseFile::License);
        if is_license || !claim::is_changed_copy(part, &file.path, &lineage.path) {
            continue;
        }
        let release = subject.release as u32;
        // Where the release lacks the file, another release's notice proves nothing: it may have come later.
        let there = lineage.segments.iter().find(|segment| {
            let mut spans = Vec::new();
            known.spans((source.index, lineage.component), segment.releases, &mut spans);
            spans.iter().any(|(first, last)| (*first..=*last).contains(&release))
        });
        inside.extend(there.map(|segment| (source.index, segment.content)));
    }
    inside
}

/// Whether a file is code of a known language: a list of checksums or of ignored files need not state a licence.
fn is_code(file: &FileEvidence) -> bool {
    let language = language::of(&file.path, &[]);
    file.code_lines > 0 && language.role == Role::Code && !language.is_other()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::RootNo;
    use crate::model::license::LicenseKind;
    use crate::model::place::Lines;

    fn file(path: &str, licenses: &[&str]) -> FileEvidence {
        let licence = |expression: &&str| LicenseMatch {
            expression: expression.to_string(),
            kind: LicenseKind::Text,
            lines: Lines { first: 1, last: 1 },
            score: 1.0,
            rule: "r".into(),
        };
        FileEvidence {
            root: RootNo(0),
            path: path.into(),
            archive: 0,
            bytes: 1,
            blake3: [0; 32],
            digests: None,
            language: Some("text"),
            code_lines: 1,
            lines: 1,
            whole: Vec::new(),
            snippets: Vec::new(),
            sketch: Vec::new(),
            licenses: licenses.iter().map(licence).collect(),
            mentions: Vec::new(),
            copyrights: Vec::new(),
            problems: Vec::new(),
        }
    }

    #[test]
    fn a_place_is_covered_by_a_licence_file_in_it_or_right_above_it() {
        let files =
            ["COPYING", "a/x/LICENSE", "b/LICENSE", "c/doc/licenses/LICENSE", "d/README"].map(|path| file(path, &[]));
        let speakers = Speakers::of(&files);
        for (root, expected) in [
            ("a/x", true),
            ("a", true),
            ("b/src", true),
            ("b/src/more", false),
            ("c", true),
            ("d", false),
            ("e", false),
            ("", true),
        ] {
            assert_eq!(speakers.cover(root), expected, "{root}");
        }
    }

    #[test]
    fn readme_files_speak_where_no_licence_file_does() {
        let files = [
            file("a/LICENSE", &["MIT", "ISC"]),
            file("a/README", &["Zlib"]),
            file("b/LICENSE", &[]),
            file("b/README.md", &["Zlib"]),
        ];
        let speakers = Speakers::of(&files);
        let said = |root: &str| -> Vec<(Declarer, String)> {
            speakers.declare(root).into_iter().map(|one| (one.by, one.expression)).collect()
        };
        assert_eq!(said("a"), [(Declarer::LicenseFile, "ISC".into()), (Declarer::LicenseFile, "MIT".into())]);
        assert_eq!(said("b"), [(Declarer::Readme, "Zlib".into())]);
        assert!(said("").is_empty());
    }
}

//! What every bill of materials says, whichever format it is in: the components of a [`Report`] with the files that belong
//! to them, their names, licences and properties. The formats differ in how they spell it.
//!
//! A component is a finding of open source, unless it was decided to be a mistake. A company's own code is nobody's to declare
//! and stands in none; files without a match of open source do not either.

pub(crate) mod license;
pub(crate) mod property;
pub(crate) mod unique;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::model::evidence::MatchKind;
use crate::model::finding::{FileMatch, FileReport, Finding, Report};
use crate::model::purl::short_name;
use crate::model::review::{DecisionKind, Verdict};
use crate::report::layout::split_purl;
use crate::report::summary::{Owners, open_source};

/// Hexadecimal digits of a file's id: 128 bits, so that no two paths share one.
const FILE_ID: usize = 32;
/// Letters of a version that CycloneDX takes at most; what is longer is no version of anything.
pub(crate) const VERSION_LETTERS: usize = 1024;

/// A report as a bill of materials.
pub(crate) struct Bom<'r> {
    /// What it is made of.
    pub report: &'r Report,
    /// One for each finding of open source, in the report's order.
    pub components: Vec<Component<'r>>,
    /// Files with a match of open source, in the report's order.
    pub files: Vec<File<'r>>,
    /// Every `LicenseRef-` of an expression in it, with where it is stated first, if a file states it.
    pub references: BTreeMap<String, Option<String>>,
}

/// A component.
pub(crate) struct Component<'r> {
    /// What was found.
    pub finding: &'r Finding,
    /// What is thought of it, if anything.
    pub verdict: Option<&'r Verdict>,
    /// Names it in this report and in later ones: letters, digits and `-`.
    pub id: String,
    /// What stands before the name in its purl, percent escapes undone.
    pub group: Option<String>,
    /// The name, percent escapes undone; never empty.
    pub name: String,
    /// The best version.
    pub version: Option<&'r str>,
    /// Where it is, as the report shows it.
    pub place: Cow<'r, str>,
    /// Its files, by their place in [`Bom::files`].
    pub files: Vec<usize>,
    /// What is said of its licence.
    pub licence: license::Licence,
}

/// A file with a match of open source.
pub(crate) struct File<'r> {
    /// What is reported of it.
    pub report: &'r FileReport,
    /// Names it: hexadecimal digits of its place.
    pub id: String,
    /// Its path, as the report shows it.
    pub path: Cow<'r, str>,
    /// The components that it belongs to, by their place in [`Bom::components`]; none where its lines are too few for one.
    pub owners: Vec<usize>,
}

impl<'r> File<'r> {
    /// Its matches of open source, best first, each with the component that it belongs to.
    pub fn matches<'f>(&self, bom: &'f Bom<'r>) -> impl Iterator<Item = (&'r FileMatch, Option<&'f Component<'r>>)> {
        let owned = |found: &FileMatch| {
            let base = split_purl(&found.purl).0;
            let of = self.owners.iter().filter_map(|at| bom.components.get(*at));
            of.filter(|one| split_purl(&one.finding.purl).0 == base).max_by_key(|one| one.finding.root.len())
        };
        open_source(self.report).map(move |found| (found, owned(found)))
    }

    /// Its copyright statements, each once, a line each; `None` where it makes none.
    pub fn copyrights(&self) -> Option<String> {
        joined(self.report.copyrights.iter().map(|one| one.statement.as_str()))
    }
}

impl Component<'_> {
    /// The copyright statements of its files, each once, a line each; `None` where they make none.
    pub fn copyrights(&self, bom: &Bom<'_>) -> Option<String> {
        joined(self.reports(bom).flat_map(|file| file.copyrights.iter().map(|one| one.statement.as_str())))
    }

    /// What is reported of its files.
    pub fn reports<'b>(&'b self, bom: &'b Bom<'_>) -> impl Iterator<Item = &'b FileReport> {
        self.files.iter().filter_map(|at| bom.files.get(*at)).map(|file| file.report)
    }

    /// Files by how they match it: identical, normalised, in parts.
    pub fn by_kind(&self, bom: &Bom<'_>) -> BTreeMap<MatchKind, u64> {
        let base = split_purl(&self.finding.purl).0;
        let mut out = BTreeMap::new();
        for file in self.reports(bom) {
            let own = open_source(file).find(|found| split_purl(&found.purl).0 == base);
            if let Some(found) = own {
                *out.entry(found.kind).or_default() += 1;
            }
        }
        out
    }

    /// Whether it is a copy that was changed: it has an ancestor and is not that release any more.
    pub fn is_modified(&self) -> bool {
        self.finding.modified_files > 0
    }
}

/// Statements, each once, in the order in which they come first.
fn joined<'t>(statements: impl Iterator<Item = &'t str>) -> Option<String> {
    let mut seen = std::collections::HashSet::new();
    let distinct: Vec<&str> = statements.filter(|one| seen.insert(*one)).collect();
    (!distinct.is_empty()).then(|| distinct.join("\n"))
}

impl<'r> Bom<'r> {
    /// Of a report.
    pub fn of(report: &'r Report) -> Bom<'r> {
        let owners = Owners::of(report);
        let mut at: HashMap<*const Finding, usize> = HashMap::new();
        let mut components: Vec<Component<'r>> = Vec::with_capacity(report.findings.len());
        let mut ids = unique::Unique::default();
        for (number, finding) in report.findings.iter().enumerate() {
            let mut one = component(report, finding, ids.of(&finding.id));
            one.verdict = report.review.findings.get(number);
            // It is not that component, somebody found.
            if decision(one.verdict) != Some(DecisionKind::FalsePositive) {
                at.insert(std::ptr::from_ref(finding), components.len());
                components.push(one);
            }
        }
        let mut files = Vec::new();
        for file in report.files.iter().filter(|file| open_source(file).next().is_some()) {
            let of = |found: &FileMatch| at.get(&std::ptr::from_ref(owners.owner(file, &found.purl)?)).copied();
            let mut owned: Vec<usize> = open_source(file).filter_map(of).collect();
            owned.sort_unstable();
            owned.dedup();
            // Files of an installed package that others carry, too, are the package's own.
            if owned.is_empty() && file.managed {
                continue;
            }
            for owner in &owned {
                if let Some(component) = components.get_mut(*owner) {
                    component.files.push(files.len());
                }
            }
            let place = format!("{} {}", file.scan_root.0, file.path);
            let id: String = blake3::hash(place.as_bytes()).to_hex().chars().take(FILE_ID).collect();
            let path = report.shown_path(file.scan_root, &file.path);
            files.push(File { report: file, id, path, owners: owned });
        }
        let references = license::references(&components, &files);
        Bom { report, components, files, references }
    }

    /// The name of what was scanned.
    pub fn subject(&self) -> String {
        match self.report.roots.as_slice() {
            [] => "scan".to_string(),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        }
    }
}

fn decision(verdict: Option<&Verdict>) -> Option<DecisionKind> {
    Some(verdict?.decided.as_ref()?.kind)
}

fn component<'r>(report: &'r Report, finding: &'r Finding, id: String) -> Component<'r> {
    let base = split_purl(&finding.purl).0;
    let body = base.strip_prefix("pkg:").unwrap_or(base);
    let path = body.split_once('/').map_or(body, |(_, path)| path);
    let (group, name) = match path.rsplit_once('/') {
        Some((group, name)) => (Some(group.split('/').map(short_name).collect::<Vec<_>>().join("/")), name),
        None => (None, path),
    };
    let name = match short_name(name) {
        name if name.is_empty() => finding.purl.clone(),
        name => name,
    };
    Component {
        finding,
        verdict: None,
        id,
        group: group.filter(|group| !group.is_empty()),
        name,
        version: finding.versions.first().map(String::as_str).filter(|version| !version.is_empty()),
        place: report.shown_path(finding.scan_root, &finding.root),
        files: Vec::new(),
        licence: license::Licence::of(finding),
    }
}

/// A purl as a locator: what a locator may not hold, spaces and control characters above all, is percent-escaped.
pub(crate) fn locator(purl: &str) -> String {
    let mut out = String::with_capacity(purl.len());
    for byte in purl.bytes() {
        match byte {
            b'<' | b'>' | b'"' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => out.push_str(&format!("%{byte:02X}")),
            byte if byte.is_ascii_graphic() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A text cut to `most` letters.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn components_have_their_files_and_names() {
        let report = sample::report();
        let bom = Bom::of(&report);
        let names: Vec<_> = bom.components.iter().map(|one| (one.group.as_deref(), one.name.as_str())).collect();
        assert_eq!(names, [(None, "lodash"), (Some("acme"), "ring"), (None, "jquery"), (None, "zlib")]);
        assert_eq!(bom.components.iter().map(|one| one.files.len()).collect::<Vec<_>>(), [1, 1, 1, 2]);
        assert_eq!(bom.files.iter().map(|file| file.owners.clone()).collect::<Vec<_>>(), [[0], [1], [2], [3], [3]]);
        let kinds = bom.components[3].by_kind(&bom);
        assert_eq!(kinds, [(MatchKind::Identical, 1), (MatchKind::Snippet, 1)].into());
        assert_eq!(bom.subject(), "product");
    }

    #[test]
    fn own_code_is_no_part_of_it() {
        let mut report = sample::report();
        let before = Bom::of(&report).files.len();
        report.files.push(sample::internal_file());
        assert_eq!(Bom::of(&report).files.len(), before);
    }

    #[test]
    fn ids_tell_files_and_components_apart() {
        let mut report = sample::report();
        report.findings[1].id = report.findings[0].id.clone();
        let bom = Bom::of(&report);
        let ids: std::collections::BTreeSet<_> = bom.components.iter().map(|one| &one.id).collect();
        assert_eq!(ids.len(), 4);
        let ids: std::collections::BTreeSet<_> = bom.files.iter().map(|one| &one.id).collect();
        assert_eq!(ids.len(), bom.files.len());
    }

    #[test]
    fn a_locator_has_no_spaces_and_keeps_its_purl() {
        assert_eq!(locator("pkg:npm/%40a/b@1.0+x"), "pkg:npm/%40a/b@1.0+x");
        assert_eq!(locator("pkg:generic/a b\n<\u{202e}"), "pkg:generic/a%20b%0A%3C%E2%80%AE");
    }

    #[test]
    fn a_text_is_cut_between_letters() {
        assert_eq!((cut("äöü", 2), cut("äöü", 3), cut("", 1)), ("äö", "äöü", ""));
    }
}

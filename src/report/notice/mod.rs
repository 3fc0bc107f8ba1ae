//! Third-party notices, ready to ship: what open source is in the tree, whose it is, and its licence texts word for word.
//!
//! A licence text is never made up from the licence's name: it comes from the scanned tree, or from the release where this
//! machine has it. Where neither has it the notices say so, at their beginning. Components that were decided to be somebody's
//! mistake or the company's own are left out.
//!
//! What holders a piece of a file has cannot be read from the file around it, so it is read from the original.

mod debian;
mod html;
mod text;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use crate::copyright;
use crate::license;
use crate::license::expression;
use crate::license::file::LicenseFile;
use crate::model::copyright::{Copyright, Years};
use crate::model::finding::{FileReport, Finding, FindingKind, Relation, Report};
use crate::model::ids::RootNo;
use crate::model::license::{Category, LicenseKind};
use crate::model::limits;
use crate::model::place::{base_name, folder};
use crate::model::purl::base_of;
use crate::model::review::DecisionKind;
use crate::report::bom::license::{Licence, terms};
use crate::report::layout::{component_name, counted, safe, split_purl};
use crate::report::results;
use crate::report::summary::{Summary, lies_in};
use crate::report::texts::Texts;

/// How notices are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Plain text.
    Text,
    /// A page without scripts.
    Html,
    /// Debian's machine-readable copyright file, version 1.0.
    Debian,
}

/// Names under which releases keep their licence, tried where the tree has no text of it.
const USUAL: [&str; 12] = [
    "LICENSE",
    "LICENSE.txt",
    "LICENSE.md",
    "COPYING",
    "COPYING.txt",
    "LICENCE",
    "COPYRIGHT",
    "LICENSE-MIT",
    "LICENSE.MIT",
    "license",
    "LICENSE-APACHE",
    "License.txt",
];
/// As [`USUAL`], of notices that must be passed on.
const NOTICES: [&str; 3] = ["NOTICE", "NOTICE.txt", "NOTICE.md"];
/// Places of a component that are named.
const PLACES: usize = 20;

/// Writes the notices of a report.
///
/// # Errors
/// What `out` answers.
pub fn write(
    report: &Report,
    layout: Layout,
    texts: &dyn Texts,
    source_offer: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let notices = Notices::of(report, texts);
    match layout {
        Layout::Text => text::write(&notices, source_offer, out),
        Layout::Html => html::write(&notices, source_offer, out),
        Layout::Debian => debian::write(&notices, source_offer, out),
    }
}

/// What is to be said.
struct Notices<'r> {
    /// What was scanned.
    subject: String,
    /// By name and version.
    components: Vec<Component<'r>>,
    /// Each once, in the order in which components name them.
    texts: Vec<Text>,
    /// Findings that were decided to be no third party's.
    others: usize,
    /// Files with copied lines too few for a finding.
    pieces: u64,
}

/// A release in one or more places.
struct Component<'r> {
    name: String,
    version: String,
    purl: &'r str,
    places: Vec<Place>,
    /// Expressions that hold for it; none where nothing is known.
    licences: BTreeSet<String>,
    /// Terms that some of its files state beside these (`A`, `A WITH B`).
    beside: BTreeSet<String>,
    /// What licence files say where nothing is settled.
    open: BTreeSet<String>,
    /// By holder.
    holders: BTreeMap<String, Years>,
    /// Its licence texts, by their place in [`Notices::texts`].
    texts: Vec<usize>,
    /// Whether a whole licence is among them, and not only what headers say of one.
    has_licence: bool,
    /// Notices that must be passed on, likewise.
    notices: Vec<usize>,
}

/// Where it is.
struct Place {
    /// As reports show it.
    path: String,
    kind: FindingKind,
    /// Files that differ from the release.
    modified: u32,
    /// The first of them by name.
    files: Vec<String>,
}

/// A text word for word.
struct Text {
    /// Where it is from.
    from: String,
    text: String,
}

impl Component<'_> {
    /// Whether no text of its licence is at hand.
    fn lacks_text(&self) -> bool {
        !self.has_licence
    }

    fn title(&self) -> String {
        format!("{} {}", self.name, self.version).trim_end().to_string()
    }

    /// All its licences as one expression.
    fn licence(&self) -> Option<String> {
        let several = self.licences.len() > 1;
        let all = self.licences.iter().map(|one| match several && one.contains(' ') {
            true => format!("({one})"),
            false => one.clone(),
        });
        (!self.licences.is_empty()).then(|| all.collect::<Vec<_>>().join(" AND "))
    }

    /// What a copyleft licence asks to be published; `None` for others.
    fn obligation(&self) -> Option<&'static str> {
        let all = self.licences.iter().chain(&self.beside).chain(&self.open).map(|one| license::category(one));
        let worst = all.filter(|one| *one != Category::Unknown).max();
        match worst? {
            Category::WeakCopyleft => Some("the source of its own files as they are shipped, with all changes"),
            Category::Copyleft => {
                Some("the complete source of the program that contains it, with what is needed to build it")
            }
            Category::NetworkCopyleft => Some(
                "the complete source of the program that contains it, with what is needed to build it, also to those who \
                 use it over a network",
            ),
            _ => None,
        }
    }

    /// What files of it state beside its licence, in words; empty where they state nothing else.
    fn besides(&self) -> String {
        match self.beside.is_empty() {
            true => String::new(),
            false => format!("files of it state also {}", self.beside.iter().cloned().collect::<Vec<_>>().join(", ")),
        }
    }

    /// Its licence, and what files of it state beside that.
    fn licensing(&self) -> String {
        let open = || match self.open.is_empty() {
            true => "not known".to_string(),
            false => {
                let all: Vec<&str> = self.open.iter().map(String::as_str).collect();
                format!("not settled, its licence files say {}", all.join(", "))
            }
        };
        let licence = self.licence().unwrap_or_else(open);
        if self.beside.is_empty() { licence } else { format!("{licence}; {}", self.besides()) }
    }

    fn holders(&self) -> impl Iterator<Item = String> {
        self.holders.iter().map(|(holder, years)| format!("{years} {holder}").trim().to_string())
    }
}

impl<'r> Notices<'r> {
    fn of(report: &'r Report, texts: &dyn Texts) -> Notices<'r> {
        let mut gather = Gather { report, texts, known: HashMap::new(), all: Vec::new(), room: limits::NOTICE_TEXT };
        let mut components: BTreeMap<(String, &str), Component<'r>> = BTreeMap::new();
        let mut others = 0;
        for (at, finding) in report.findings.iter().enumerate() {
            let decided = report.review.findings.get(at).and_then(|verdict| verdict.decided.as_ref());
            if decided.is_some_and(|one| matches!(one.kind, DecisionKind::FalsePositive | DecisionKind::OwnCode)) {
                others += 1;
                continue;
            }
            let (base, version) = split_purl(&finding.purl);
            let name = component_name(base);
            let component = components.entry((name.to_lowercase(), &finding.purl)).or_insert_with(|| Component {
                name: safe(&name).into_owned(),
                version: safe(version).into_owned(),
                purl: &finding.purl,
                places: Vec::new(),
                licences: BTreeSet::new(),
                beside: BTreeSet::new(),
                open: BTreeSet::new(),
                holders: BTreeMap::new(),
                texts: Vec::new(),
                has_licence: false,
                notices: Vec::new(),
            });
            gather.add(finding, component);
        }
        let subject = match report.roots.as_slice() {
            [one] if one != "." => safe(one).into_owned(),
            _ => "This product".to_string(),
        };
        let pieces = Summary::of(report).pieces.0;
        Notices { subject, components: components.into_values().collect(), texts: gather.all, others, pieces }
    }

    /// What these notices do not name, a sentence each.
    fn left_out(&self) -> Vec<String> {
        let mut out = Vec::new();
        if self.others > 0 {
            let of = counted(self.others as u64, "finding", "findings");
            out.push(format!("Left out: {of} decided to be nobody else's."));
        }
        if self.pieces > 0 {
            let files = counted(self.pieces, "file", "files");
            out.push(format!("Left out: copied lines in {files}, too few of them for a finding."));
        }
        out
    }

    /// Components without a text of their licence.
    fn lacking(&self) -> Vec<&Component<'r>> {
        self.components.iter().filter(|one| one.lacks_text()).collect()
    }

    /// Components whose licence obliges to publish source.
    fn obliging(&self) -> impl Iterator<Item = (&Component<'r>, &'static str)> {
        self.components.iter().filter_map(|one| Some((one, one.obligation()?)))
    }
}

/// Gathers texts; each is held once.
struct Gather<'r, 't> {
    report: &'r Report,
    texts: &'t dyn Texts,
    /// By digest of the text.
    known: HashMap<[u8; 32], usize>,
    all: Vec<Text>,
    /// Bytes that may still be held.
    room: usize,
}

impl<'r> Gather<'r, '_> {
    fn add(&mut self, finding: &'r Finding, component: &mut Component<'r>) {
        let shown = |path: &str| safe(&self.report.shown_path(finding.scan_root, path)).into_owned();
        component.places.push(Place {
            path: shown(&finding.root),
            kind: finding.kind,
            modified: finding.modified_files,
            files: finding.modified.listed.iter().map(|path| shown(path)).collect(),
        });
        let licence = Licence::of(finding);
        let all_detected = licence.all_detected();
        let holds = licence.concluded.or(licence.declared).or(all_detected);
        let covered = holds.as_deref().or(finding.license.as_deref()).map(terms).unwrap_or_default();
        component.beside.extend(licence.detected.difference(&covered).map(|one| safe(one).into_owned()));
        if holds.is_none() && finding.license.is_none() {
            let declared = finding.licensing.iter().flat_map(|licensing| &licensing.declared);
            component.open.extend(declared.map(|one| safe(&one.expression).into_owned()));
        }
        component.licences.extend(holds.or_else(|| finding.license.clone()).map(|one| safe(&one).into_owned()));
        // What stands around a piece is not the piece's; a file that is mostly another one has its header.
        if finding.kind != FindingKind::Snippet || self.report.is_changed_file(finding) {
            let own = self.own(finding);
            own.iter().flat_map(|file| &file.copyrights).for_each(|one| hold(component, one));
            self.in_tree(&own, component);
            self.around(finding, component);
        }
        self.notices(finding, component);
        self.in_release(finding, component);
    }

    /// The files of a finding: those below its place that belong to no other inside it; of a copied file and of pieces those
    /// that match.
    fn own(&self, finding: &Finding) -> Vec<&'r FileReport> {
        let root = finding.root.as_str();
        let key = |file: &FileReport| (file.scan_root, file.path.clone()) < (finding.scan_root, root.to_string());
        let first = self.report.files.partition_point(key);
        let near = self.report.files.get(first..).unwrap_or_default().iter();
        let near = near.take_while(|file| file.scan_root == finding.scan_root && file.path.starts_with(root));
        let inside = |file: &FileReport| lies_in(&file.path, root) && !self.is_elsewhere(file, finding);
        let matches =
            |file: &FileReport| file.matches.iter().any(|found| base_of(&found.purl) == base_of(&finding.purl));
        near.filter(|file| inside(file) && (finding.kind == FindingKind::Vendored || matches(file))).collect()
    }

    /// Whether a file belongs to another finding that lies deeper.
    fn is_elsewhere(&self, file: &FileReport, finding: &Finding) -> bool {
        self.report.findings.iter().any(|other| {
            other.scan_root == finding.scan_root
                && other.root.len() > finding.root.len()
                && other.purl != finding.purl
                && lies_in(&file.path, &other.root)
        })
    }

    /// Texts that stand in the scanned tree.
    fn in_tree(&mut self, own: &[&'r FileReport], component: &mut Component<'r>) {
        // A header says nothing more where a licence file states the same.
        let files = own.iter().filter(|file| license::file::kind(&file.path) == Some(LicenseFile::License));
        let covered: BTreeSet<&str> = files.flat_map(|file| file.stated()).collect();
        for file in own {
            let is_notice = is_notice(&file.path);
            let is_licence = license::file::kind(&file.path) == Some(LicenseFile::License);
            if !(is_notice || is_licence || states(file, &covered)) {
                continue;
            }
            let Some(text) = self.texts.scanned(file) else { continue };
            let whole = is_notice || is_licence;
            let text = if whole { text } else { stated(file, &text) };
            let from = self.report.shown_path(file.scan_root, &file.path).into_owned();
            let is_held = self.hold(from, &text, if is_notice { &mut component.notices } else { &mut component.texts });
            let is_text = is_licence || file.licenses.iter().any(|one| one.kind == LicenseKind::Text);
            component.has_licence |= is_held && is_text && !is_notice;
        }
    }

    /// Licence files that lie beside a component's code: with the record of its installer, or right above it. What lies above may
    /// be somebody else's, so that one must state the component's licence.
    fn around(&mut self, finding: &Finding, component: &mut Component<'r>) {
        if component.has_licence {
            return;
        }
        let record =
            finding.managed.as_ref().filter(|by| by.relation == Relation::Declares).map(|by| folder(&by.at.manifest));
        let record = record.filter(|folder| folder.ends_with("-info"));
        let above = Some(folder(&finding.root)).filter(|above| !above.is_empty());
        let states = |file: &FileReport| {
            let licence = finding.license.as_deref();
            licence.is_some_and(|known| file.stated().iter().any(|one| expression::is_part(one, known)))
        };
        let found: Vec<&FileReport> = [(record, false), (above, true)]
            .into_iter()
            .filter_map(|(home, must_state)| Some((home?, must_state)))
            .flat_map(|(home, must_state)| {
                self.right_in(finding.scan_root, home).filter(move |file| !must_state || states(file))
            })
            .collect();
        for file in found {
            let Some(text) = self.texts.scanned(file) else { continue };
            let from = self.report.shown_path(file.scan_root, &file.path).into_owned();
            component.has_licence |= self.hold(from, &text, &mut component.texts);
        }
    }

    /// The licence files right in a folder.
    fn right_in<'f>(&self, root: RootNo, home: &'f str) -> impl Iterator<Item = &'r FileReport> + use<'f, 'r> {
        let first = self.report.files.partition_point(|file| (file.scan_root, file.path.as_str()) < (root, home));
        let near = self.report.files.get(first..).unwrap_or_default().iter();
        let near = near.take_while(move |file| file.scan_root == root && file.path.starts_with(home));
        near.filter(move |file| {
            folder(&file.path) == home && license::file::kind(&file.path) == Some(LicenseFile::License)
        })
    }

    /// Notices at the component's place that say nothing else, so that no report lists them.
    fn notices(&mut self, finding: &Finding, component: &mut Component<'r>) {
        if finding.kind != FindingKind::Vendored {
            return;
        }
        let home = &finding.root;
        for name in NOTICES {
            let path = if home.is_empty() { name.to_string() } else { format!("{home}/{name}") };
            let Some(text) = self.texts.in_tree(finding.scan_root, &path) else { continue };
            let from = self.report.shown_path(finding.scan_root, &path).into_owned();
            self.hold(from, &text, &mut component.notices);
        }
    }

    /// Texts and holders of the release, where this machine has it and the tree lacks them.
    fn in_release(&mut self, finding: &Finding, component: &mut Component<'r>) {
        let purl = &finding.purl;
        let has_notice = !component.notices.is_empty();
        if component.lacks_text() {
            let left = finding.licensing.as_ref().and_then(|licensing| licensing.left_behind.as_deref());
            let names = left.into_iter().chain(USUAL);
            for name in names {
                let Some(text) = self.texts.upstream(purl, name) else { continue };
                component.has_licence |= self.hold(format!("{name} of {purl}"), &text, &mut component.texts);
                if left == Some(name) {
                    break;
                }
            }
        }
        for name in NOTICES.iter().filter(|_| !has_notice) {
            if let Some(text) = self.texts.upstream(purl, name) {
                self.hold(format!("{name} of {purl}"), &text, &mut component.notices);
            }
        }
        if component.holders.is_empty() {
            let sources: BTreeSet<String> =
                results::places(self.report, finding).take(PLACES).map(|place| place.source.0).collect();
            let mut scratch = copyright::Scratch::default();
            for text in sources.iter().filter_map(|path| self.texts.upstream(purl, path)) {
                let found = copyright::find(text.as_bytes(), &[], &mut scratch);
                found.statements.iter().for_each(|one| hold(component, one));
            }
        }
    }

    /// Notes a text in a component's `list`, each once, unless it is empty or there is no room for it; says whether it is there.
    fn hold(&mut self, from: String, text: &str, list: &mut Vec<usize>) -> bool {
        let text = inert(text);
        if text.trim().is_empty() {
            return false;
        }
        let digest = *blake3::hash(text.as_bytes()).as_bytes();
        let known = self.known.get(&digest).copied();
        let at = known.or_else(|| {
            self.room = self.room.checked_sub(text.len())?;
            self.all.push(Text { from: safe(&from).into_owned(), text });
            self.known.insert(digest, self.all.len() - 1);
            Some(self.all.len() - 1)
        });
        list.extend(at.filter(|at| !list.contains(at)));
        at.is_some()
    }
}

fn hold(component: &mut Component<'_>, one: &Copyright) {
    let holder = if one.holder.is_empty() { &one.statement } else { &one.holder };
    let years = component.holders.entry(safe(holder).into_owned()).or_default();
    if !one.holder.is_empty() {
        years.unite(&one.years);
    }
}

fn is_notice(path: &str) -> bool {
    let name = base_name(path).to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    stem == "notice" || stem == "notices"
}

/// Whether a file states in words, not by a tag alone, a licence that is not `covered`.
fn states(file: &FileReport, covered: &BTreeSet<&str>) -> bool {
    let words = file.licenses.iter().filter(|one| matches!(one.kind, LicenseKind::Text | LicenseKind::Notice));
    words.into_iter().any(|one| !covered.contains(one.expression.as_str()))
}

/// Lines between two that state a licence which belong to the statement, too.
const BETWEEN: usize = 5;
/// Longest line, bytes, that can be part of a statement for people; code without line ends has longer ones.
const STATED_LINE: usize = 500;

/// The lines in which a file states its licence.
fn stated(file: &FileReport, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut wanted: BTreeSet<usize> = BTreeSet::new();
    for one in file.licenses.iter().filter(|one| matches!(one.kind, LicenseKind::Text | LicenseKind::Notice)) {
        wanted.extend(one.lines.first as usize..=(one.lines.last as usize).min(lines.len()));
    }
    for one in &file.copyrights {
        wanted.extend(one.lines.first as usize..=(one.lines.last as usize).min(lines.len()));
    }
    let between = wanted.iter().zip(wanted.iter().skip(1)).filter(|(one, next)| **next - **one <= BETWEEN + 1);
    let between: Vec<usize> = between.flat_map(|(one, next)| one + 1..*next).collect();
    wanted.extend(between);
    let of = |number: &usize| lines.get(number.wrapping_sub(1)).copied().filter(|line| line.len() <= STATED_LINE);
    wanted.iter().filter_map(of).collect::<Vec<_>>().join("\n")
}

/// A text word for word, with line ends of one kind, without page breaks, and with everything that steers a terminal written
/// out.
fn inert(text: &str) -> String {
    let line = |line: &str| {
        let words = line.trim_end_matches('\r').replace('\u{c}', "");
        words.split('\t').map(|part| safe(part).into_owned()).collect::<Vec<_>>().join("\t")
    };
    let all: Vec<String> = text.trim_start_matches('\u{feff}').split('\n').map(line).collect();
    all.join("\n").trim_matches('\n').to_string()
}

#[cfg(test)]
mod tests;

//! From findings to SPDX packages, files, snippets and what relates them.
//!
//! What was scanned is a package that contains one package for each finding. Where every file of a finding has its SHA-1,
//! the package counts as analysed and contains its files; SPDX allows it to contain them only then. A modified copy descends
//! from a package of its own, the release; a snippet descends from the package of its finding.

use sha1::{Digest as _, Sha1};

use crate::model::digest::hex;
use crate::model::evidence::MatchKind;
use crate::model::finding::{FileMatch, FindingKind};
use crate::model::place::{Lines, RangePair};
use crate::model::purl::with_version;
use crate::model::review::Decided;
use crate::report::Stamp;
use crate::report::bom::license::{self, NO_ASSERTION, NONE};
use crate::report::bom::property::{self, Properties};
use crate::report::bom::{Bom, Component, File as BomFile, locator};
use crate::report::json::rounded;
use crate::report::layout::{safe, split_purl};
use crate::report::spdx::DOCUMENT;
use crate::report::spdx::types::{
    Annotation, Checksum, Creation, ExternalRef, File, Package, Pointer, Range, Reference, Relationship, Snippet,
    VerificationCode,
};

/// Names the package of what was scanned.
const TREE: &str = "SPDXRef-Tree";
/// Parts of the licence list's number: SPDX 2.3 has two.
const LIST_PARTS: usize = 2;

/// What every part is made from.
pub(super) struct Convert<'b> {
    pub bom: &'b Bom<'b>,
    pub stamp: Stamp,
}

fn package_id(component: &Component<'_>) -> String {
    format!("SPDXRef-Package-{}", component.id)
}

/// The release that a modified copy comes from.
fn upstream_id(component: &Component<'_>) -> String {
    format!("SPDXRef-Upstream-{}", component.id)
}

fn file_id(file: &BomFile<'_>) -> String {
    format!("SPDXRef-File-{}", file.id)
}

fn or_none_known(text: Option<String>) -> String {
    text.unwrap_or_else(|| NO_ASSERTION.to_string())
}

impl<'b> Convert<'b> {
    pub fn name(&self) -> String {
        safe(&self.bom.subject()).into_owned()
    }

    fn tool() -> String {
        concat!("Tool: ", env!("CARGO_PKG_NAME"), "-", env!("CARGO_PKG_VERSION")).to_string()
    }

    pub fn creation(&self) -> Creation {
        let list: Vec<&str> = spdx::license_version().split('.').take(LIST_PARTS).collect();
        let complete = self.bom.report.problems.is_empty();
        let comment = match complete {
            true => "Everything below the scanned roots was examined.",
            false => {
                "Not everything below the scanned roots was examined: see foundling:not-examined in the annotation."
            }
        };
        Creation {
            created: self.stamp.to_string(),
            creators: vec![Self::tool()],
            licence_list: list.join("."),
            comment: comment.to_string(),
        }
    }

    /// What is to be said of the whole document.
    pub fn annotation(&self) -> Annotation {
        self.said(&property::of_report(self.bom))
    }

    fn said(&self, properties: &Properties) -> Annotation {
        Annotation {
            annotator: Self::tool(),
            annotation_date: self.stamp.to_string(),
            annotation_type: "OTHER",
            comment: properties.lines(),
        }
    }

    /// A decision, in the name of who made it. A name in brackets would be taken for an address.
    fn review(&self, decided: &Decided) -> Annotation {
        let author = safe(&decided.author).replace(['(', ')'], " ");
        let author = author.trim();
        Annotation {
            annotator: format!("Person: {}", if author.is_empty() { "anonymous" } else { author }),
            annotation_date: self.stamp.or_day(&decided.date),
            annotation_type: "REVIEW",
            comment: property::decision(decided),
        }
    }

    /// The scanned tree, the findings, the releases that modified copies come from.
    pub fn packages(&self) -> impl Iterator<Item = Package> {
        let components = || self.bom.components.iter();
        let upstream = components().filter(|one| one.is_modified()).map(|one| self.upstream(one));
        [self.tree()].into_iter().chain(components().map(|one| self.package(one))).chain(upstream)
    }

    fn tree(&self) -> Package {
        Package { annotations: Vec::new(), ..bare(TREE.to_string(), self.name()) }
    }

    fn package(&self, component: &Component<'_>) -> Package {
        let finding = component.finding;
        let code = self.verification_code(component);
        let analysed = code.is_some();
        let detected =
            if analysed { or_none(component.licence.detected.iter().cloned().collect()) } else { Vec::new() };
        let licence_comments = component.licence.all_detected().map(|all| format!("Stated in its files: {all}"));
        let mut annotations = vec![self.said(&property::of_component(component))];
        annotations.extend(component.verdict.and_then(|one| one.decided.as_ref()).map(|one| self.review(one)));
        let managed = if finding.is_managed() { "managed" } else { "unmanaged" };
        let (kind, place) = (property::word(finding.kind), safe(&component.place));
        let source = format!("{kind} at {place}, {managed}, confidence {}", rounded(finding.confidence));
        Package {
            version_info: component.version.map(|version| safe(version).into_owned()),
            files_analyzed: analysed,
            package_verification_code: code.map(|value| VerificationCode { value }),
            concluded: or_none_known(component.licence.concluded.clone()),
            detected,
            declared: or_none_known(component.licence.declared.clone()),
            licence_comments,
            copyright_text: or_none_known(component.copyrights(self.bom)),
            source_info: Some(source),
            external_refs: self.external_refs(component),
            annotations,
            ..bare(package_id(component), safe(&component.name).into_owned())
        }
    }

    fn upstream(&self, component: &Component<'_>) -> Package {
        let reference = purl_ref(&component.finding.purl, "the release that the modified copy comes from");
        Package {
            version_info: component.version.map(|version| safe(version).into_owned()),
            declared: or_none_known(component.finding.license.as_deref().and_then(license::valid)),
            external_refs: vec![reference],
            ..bare(upstream_id(component), safe(&component.name).into_owned())
        }
    }

    /// SHA-1 of the files' sorted SHA-1; `None` where the component is no set of whole files or not all are known.
    fn verification_code(&self, component: &Component<'_>) -> Option<String> {
        if component.finding.kind == FindingKind::Snippet || component.files.is_empty() {
            return None;
        }
        let digest = |file: &crate::model::finding::FileReport| file.digests.as_deref().map(|all| hex(&all.sha1));
        let mut all: Vec<String> = component.reports(self.bom).map(digest).collect::<Option<_>>()?;
        all.sort_unstable();
        Some(hex(&Sha1::digest(all.concat())))
    }

    /// The purl with every version that cannot be told apart, best first, and the content where it is one file.
    fn external_refs(&self, component: &Component<'_>) -> Vec<ExternalRef> {
        let finding = component.finding;
        let base = split_purl(&finding.purl).0;
        let count = finding.versions.len();
        let said = if count > 1 {
            format!("the best of {count} versions that the evidence cannot tell apart")
        } else {
            "found".into()
        };
        let mut out = vec![purl_ref(&finding.purl, &said)];
        let others = finding.versions.iter().skip(1).map(|version| with_version(base, version));
        out.extend(others.map(|purl| purl_ref(&purl, "cannot be told apart from the best version")));
        if finding.kind == FindingKind::Copied && component.files.len() == 1 {
            let digests = component.reports(self.bom).next().and_then(|file| file.digests.as_deref());
            out.extend(digests.map(|all| ExternalRef {
                category: "PERSISTENT-ID",
                kind: "swh",
                locator: all.swhid(),
                comment: "the file's content".to_string(),
            }));
        }
        out
    }

    pub fn files(&self) -> impl Iterator<Item = File> {
        self.bom.files.iter().map(|file| self.file(file))
    }

    pub fn file(&self, file: &BomFile<'_>) -> File {
        let report = file.report;
        let wanted = self.bom.report.wanted;
        let stated: Vec<String> = license::stated(report).into_iter().collect();
        let nothing = |wanted: bool| if wanted { NONE } else { NO_ASSERTION }.to_string();
        File {
            id: file_id(file),
            file_name: file_name(&safe(&file.path)),
            file_types: [if report.language.is_some() { "SOURCE" } else { "BINARY" }],
            checksums: checksums(file),
            concluded: or_none_known(license::of_file(file, self.bom)),
            stated: if stated.is_empty() { vec![nothing(wanted.licenses)] } else { stated },
            copyright_text: file.copyrights().unwrap_or_else(|| nothing(wanted.copyrights)),
            comment: report.digests.as_deref().map(|all| format!("{}\nblake3:{}", all.swhid(), hex(&report.blake3))),
            annotations: vec![self.said(&property::of_file(file, self.bom))],
        }
    }

    pub fn snippets(&self) -> impl Iterator<Item = Snippet> {
        self.bom.files.iter().flat_map(|file| self.snippets_of(file))
    }

    /// The matched ranges of a file whose bytes are known.
    pub fn snippets_of(&self, file: &BomFile<'_>) -> Vec<Snippet> {
        let one = |(id, found, range, bytes, _): Placed<'_, '_>| snippet(file, id, found, range, bytes);
        self.placed(file).map(one).collect()
    }

    /// The ranges of a file with their ids, bytes and components.
    fn placed<'f>(&'f self, file: &'f BomFile<'b>) -> impl Iterator<Item = Placed<'b, 'f>> {
        let digests = file.report.digests.as_deref();
        file.matches(self.bom).zip(1u64..).flat_map(move |((found, owner), number)| {
            let ranges = found.ranges.iter().zip(1u64..);
            let ranges = ranges.filter(|_| found.kind == MatchKind::Snippet);
            ranges.filter_map(move |(range, part)| {
                let id = format!("SPDXRef-Snippet-{}-{number}-{part}", file.id);
                Some((id, found, range, digests?.bytes_of(range.lines)?, owner))
            })
        })
    }

    pub fn references(&self) -> impl Iterator<Item = Reference> {
        self.bom.references.iter().map(|(id, place)| Reference {
            id: id.clone(),
            name: id.trim_start_matches("LicenseRef-").to_string(),
            text: license::text_of(place.as_deref()),
        })
    }

    pub fn relationships(&self) -> impl Iterator<Item = Relationship> {
        let tree = relation(DOCUMENT.to_string(), "DESCRIBES", TREE.to_string());
        let components = self.bom.components.iter().flat_map(|one| self.relations_of(one));
        let snippets = self.bom.files.iter().flat_map(|file| {
            let owned = self.placed(file).filter_map(|(id, .., owner)| Some((id, owner?)));
            owned.map(|(id, owner)| relation(id, "DESCENDANT_OF", package_id(owner))).collect::<Vec<_>>()
        });
        [tree].into_iter().chain(components).chain(snippets)
    }

    fn relations_of(&self, component: &Component<'_>) -> Vec<Relationship> {
        let package = package_id(component);
        let mut out = vec![relation(TREE.to_string(), "CONTAINS", package.clone())];
        if component.is_modified() {
            out.push(relation(package.clone(), "DESCENDANT_OF", upstream_id(component)));
        }
        let analysed = self.verification_code(component).is_some();
        let files = component.files.iter().filter_map(|at| self.bom.files.get(*at)).map(file_id);
        out.extend(files.map(|file| match analysed {
            true => relation(package.clone(), "CONTAINS", file),
            false => Relationship {
                comment: Some("the file holds code of the package"),
                ..relation(file, "OTHER", package.clone())
            },
        }));
        out
    }
}

/// A matched range: its snippet's id, its match, itself, its bytes from 0, and the component that it belongs to.
type Placed<'b, 'f> = (String, &'b FileMatch, &'b RangePair, (u64, u64), Option<&'f Component<'b>>);

fn snippet(file: &BomFile<'_>, id: String, found: &FileMatch, range: &RangePair, (first, end): (u64, u64)) -> Snippet {
    let of = file_id(file);
    let at = |offset: Option<u64>, line: Option<u32>| Pointer { reference: of.clone(), offset, line };
    let Lines { first: first_line, last: last_line } = range.lines;
    let similarity = rounded(found.similarity);
    let source = format!("{} {}", found.purl, found.source_path);
    Snippet {
        id,
        name: format!("lines {first_line}-{last_line} of {}", safe(&file.path)),
        snippet_from_file: of.clone(),
        // Bytes are counted from 1.
        ranges: [
            Range { start_pointer: at(Some(first + 1), None), end_pointer: at(Some(end), None) },
            Range { start_pointer: at(None, Some(first_line)), end_pointer: at(None, Some(last_line)) },
        ],
        concluded: NO_ASSERTION,
        stated: [NO_ASSERTION],
        copyright_text: NO_ASSERTION,
        comment: format!("{source}: lines {}, similarity {similarity}", property::of_range(range)),
    }
}

fn relation(of: String, kind: &'static str, to: String) -> Relationship {
    Relationship { of, kind, to, comment: None }
}

fn purl_ref(purl: &str, comment: &str) -> ExternalRef {
    ExternalRef { category: "PACKAGE-MANAGER", kind: "purl", locator: locator(purl), comment: comment.to_string() }
}

fn or_none(list: Vec<String>) -> Vec<String> {
    if list.is_empty() { vec![NO_ASSERTION.to_string()] } else { list }
}

/// A package of which nothing is said.
fn bare(id: String, name: String) -> Package {
    Package {
        id,
        name,
        version_info: None,
        download_location: NO_ASSERTION,
        files_analyzed: false,
        package_verification_code: None,
        concluded: NO_ASSERTION.to_string(),
        detected: Vec::new(),
        declared: NO_ASSERTION.to_string(),
        licence_comments: None,
        copyright_text: NO_ASSERTION.to_string(),
        source_info: None,
        external_refs: Vec::new(),
        annotations: Vec::new(),
    }
}

/// BLAKE3 stands in where SHA-1, which SPDX asks for, is not known; beside it, it would cost readers: spdx-tools 0.8 takes
/// no BLAKE3 of the usual length. It is in the comment then.
fn checksums(file: &BomFile<'_>) -> Vec<Checksum> {
    match file.report.digests.as_deref() {
        Some(all) => vec![
            Checksum { algorithm: "SHA1", value: hex(&all.sha1) },
            Checksum { algorithm: "SHA256", value: hex(&all.sha256) },
        ],
        None => vec![Checksum { algorithm: "BLAKE3", value: hex(&file.report.blake3) }],
    }
}

/// File names are relative to the root and begin with `./`.
fn file_name(path: &str) -> String {
    if path.starts_with("./") { path.to_string() } else { format!("./{}", path.trim_start_matches('/')) }
}

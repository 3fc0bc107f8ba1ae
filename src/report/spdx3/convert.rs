//! From findings to the elements of the graph.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::license::expression;
use crate::model::digest::hex;
use crate::model::evidence::MatchKind;
use crate::model::purl::with_version;
use crate::report::Stamp;
use crate::report::bom::license;
use crate::report::bom::property::{self, Properties};
use crate::report::bom::{Bom, Component, File as BomFile, locator};
use crate::report::json::{entry, rounded};
use crate::report::layout::split_purl;
use crate::report::spdx3::types::{
    Agent, Annotation, CREATION, Collection, Content, CreationInfo, Element, Entry, Expression, File, Hash, Identifier,
    Package, Range, Relation, Snippet, Text,
};

/// What the documents keep to.
const PROFILES: [&str; 3] = ["core", "software", "simpleLicensing"];
/// The version of the model.
const VERSION: &str = "3.0.1";

/// Where elements are written to, one a line.
pub(super) struct Graph<'o> {
    out: &'o mut dyn Write,
    empty: bool,
    /// Relationships and annotations have no names of their own but a number.
    numbers: u64,
}

impl<'o> Graph<'o> {
    pub fn new(out: &'o mut dyn Write) -> Graph<'o> {
        Graph { out, empty: true, numbers: 0 }
    }

    fn add(&mut self, element: &impl Serialize) -> io::Result<()> {
        self.out.write_all(if self.empty { b"\n    " } else { b",\n    " })?;
        self.empty = false;
        entry(self.out, element)
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}

/// What every element is made from.
pub(super) struct Convert<'b> {
    bom: &'b Bom<'b>,
    stamp: Stamp,
    namespace: String,
    /// Every expression that a relationship names, with its number.
    expressions: BTreeMap<String, usize>,
}

impl<'b> Convert<'b> {
    pub fn new(bom: &'b Bom<'b>, stamp: Stamp, namespace: String) -> Convert<'b> {
        let of_components =
            bom.components.iter().flat_map(|one| one.licence.declared.iter().chain(&one.licence.concluded));
        let upstream = bom.components.iter().filter_map(upstream_licence);
        let files = bom.files.iter().filter_map(|file| license::of_file(file, bom));
        let all: std::collections::BTreeSet<String> = of_components.cloned().chain(upstream).chain(files).collect();
        Convert { bom, stamp, namespace, expressions: all.into_iter().zip(1..).collect() }
    }

    fn id(&self, name: &str) -> String {
        format!("{}{name}", self.namespace)
    }

    fn package_id(&self, component: &Component<'_>) -> String {
        self.id(&format!("Package-{}", component.id))
    }

    fn upstream_id(&self, component: &Component<'_>) -> String {
        self.id(&format!("Upstream-{}", component.id))
    }

    fn file_id(&self, file: &BomFile<'_>) -> String {
        self.id(&format!("File-{}", file.id))
    }

    /// Writes every element.
    pub fn graph(&self, graph: &mut Graph<'_>) -> io::Result<()> {
        self.head(graph)?;
        for component in &self.bom.components {
            self.component(graph, component)?;
        }
        for file in &self.bom.files {
            self.file(graph, file)?;
        }
        self.expressions(graph)
    }

    fn head(&self, graph: &mut Graph<'_>) -> io::Result<()> {
        let (agent, sbom, tree) = (self.id("Agent"), self.id("Sbom"), self.id("Tree"));
        graph.add(&CreationInfo {
            kind: "CreationInfo",
            id: CREATION,
            version: VERSION,
            created: self.stamp.to_string(),
            by: [agent.clone()],
        })?;
        let name = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_string();
        graph.add(&Element::new("SoftwareAgent", agent, Agent { name }))?;
        let collection = |root: &str, elements, sbom| Collection {
            name: self.bom.subject(),
            profiles: &PROFILES,
            roots: [root.to_string()],
            elements,
            sbom,
        };
        graph.add(&Element::new("SpdxDocument", self.id("Document"), collection(&sbom, Vec::new(), None)))?;
        let contained = collection(&tree, self.members(&tree), Some(["analyzed"]));
        graph.add(&Element::new("software_Sbom", sbom.clone(), contained))?;
        let package = Package { name: self.bom.subject(), ..Package::default() };
        graph.add(&Element::new("software_Package", tree.clone(), package))?;
        self.annotate(graph, &sbom, &property::of_report(self.bom))?;
        let packages: Vec<String> = self.bom.components.iter().map(|one| self.package_id(one)).collect();
        let complete = if self.bom.report.problems.is_empty() { "noAssertion" } else { "incomplete" };
        let relation = Relation { completeness: complete, ..relation(tree, "contains", packages) };
        self.relate(graph, relation)
    }

    /// Everything that the list is of.
    fn members(&self, tree: &str) -> Vec<String> {
        let packages = self.bom.components.iter().map(|one| self.package_id(one));
        let files = self.bom.files.iter().map(|one| self.file_id(one));
        [tree.to_string()].into_iter().chain(packages).chain(files).collect()
    }

    fn component(&self, graph: &mut Graph<'_>, component: &Component<'_>) -> io::Result<()> {
        let (finding, id) = (component.finding, self.package_id(component));
        let managed = if finding.is_managed() { "managed" } else { "unmanaged" };
        let kind = property::word(finding.kind);
        let confidence = rounded(finding.confidence);
        let package = Package {
            identifiers: identifiers(component),
            copyright: component.copyrights(self.bom),
            source: Some(format!("{kind} at {}, {managed}, confidence {confidence}", component.place)),
            ..release(component)
        };
        graph.add(&Element::new("software_Package", id.clone(), package))?;
        self.annotate(graph, &id, &property::of_component(component))?;
        if let Some(decided) = component.verdict.and_then(|one| one.decided.as_ref()) {
            self.say(graph, &id, "review", property::decision(decided))?;
        }
        let files = component.files.iter().filter_map(|at| self.bom.files.get(*at));
        self.relate(graph, relation(id.clone(), "contains", files.map(|file| self.file_id(file)).collect()))?;
        self.license(graph, &id, "hasDeclaredLicense", component.licence.declared.as_ref())?;
        self.license(graph, &id, "hasConcludedLicense", component.licence.concluded.as_ref())?;
        if component.is_modified() {
            let upstream = self.upstream_id(component);
            graph.add(&Element::new("software_Package", upstream.clone(), release(component)))?;
            self.license(graph, &upstream, "hasDeclaredLicense", upstream_licence(component).as_ref())?;
            self.relate(graph, relation(id, "descendantOf", vec![upstream]))?;
        }
        Ok(())
    }

    fn file(&self, graph: &mut Graph<'_>, file: &BomFile<'_>) -> io::Result<()> {
        let (id, digests) = (self.file_id(file), file.report.digests.as_deref());
        let content = |value: String| Content { kind: "software_ContentIdentifier", of: "swhid", value };
        let rest = File {
            name: file.path.to_string(),
            kind: "file",
            hashes: hashes(file),
            contents: digests.map(|all| content(all.swhid())).into_iter().collect(),
            copyright: file.copyrights(),
        };
        graph.add(&Element::new("software_File", id.clone(), rest))?;
        self.annotate(graph, &id, &property::of_file(file, self.bom))?;
        let licence = license::of_file(file, self.bom);
        self.license(graph, &id, "hasConcludedLicense", licence.as_ref())?;
        self.snippets(graph, file)
    }

    fn snippets(&self, graph: &mut Graph<'_>, file: &BomFile<'_>) -> io::Result<()> {
        let digests = file.report.digests.as_deref();
        for ((found, owner), number) in file.matches(self.bom).zip(1u64..) {
            let ranges = found.ranges.iter().zip(1u64..).filter(|_| found.kind == MatchKind::Snippet);
            for (range, part) in ranges {
                let id = self.id(&format!("Snippet-{}-{number}-{part}", file.id));
                let lines = range.lines;
                let bytes = digests.and_then(|all| all.bytes_of(lines));
                let source = format!("{} {}", found.purl, found.source_path);
                let similarity = rounded(found.similarity);
                let snippet = Snippet {
                    name: format!("lines {}-{} of {}", lines.first, lines.last, file.path),
                    comment: format!("{source}: lines {}, similarity {similarity}", property::of_range(range)),
                    file: self.file_id(file),
                    lines: Range::new(lines.first.into(), lines.last.into()),
                    bytes: bytes.map(|(first, end)| Range::new(first + 1, end)),
                };
                graph.add(&Element::new("software_Snippet", id.clone(), snippet))?;
                if let Some(owner) = owner {
                    self.relate(graph, relation(self.package_id(owner), "copiedTo", vec![id]))?;
                }
            }
        }
        Ok(())
    }

    fn expressions(&self, graph: &mut Graph<'_>) -> io::Result<()> {
        for (text, number) in &self.expressions {
            let own = expression::ids(text).filter(|id| self.bom.references.contains_key(*id));
            let mut own: Vec<Entry> =
                own.map(|id| Entry { kind: "DictionaryEntry", key: id.to_string(), value: self.id(id) }).collect();
            own.sort_by(|one, other| one.key.cmp(&other.key));
            own.dedup_by(|one, other| one.key == other.key);
            let list = spdx::license_version().to_string();
            let rest = Expression { text: text.clone(), list, own };
            let id = self.id(&format!("License-{number}"));
            graph.add(&Element::new("simplelicensing_LicenseExpression", id, rest))?;
        }
        for (id, place) in &self.bom.references {
            let rest = Text { name: id.clone(), text: license::text_of(place.as_deref()) };
            graph.add(&Element::new("simplelicensing_SimpleLicensingText", self.id(id), rest))?;
        }
        Ok(())
    }

    fn license(&self, graph: &mut Graph<'_>, of: &str, kind: &'static str, text: Option<&String>) -> io::Result<()> {
        match text.and_then(|text| self.expressions.get(text)) {
            Some(number) => {
                let to = vec![self.id(&format!("License-{number}"))];
                self.relate(graph, relation(of.to_string(), kind, to))
            }
            None => Ok(()),
        }
    }

    /// Relates an element to others; to none where there are none.
    fn relate(&self, graph: &mut Graph<'_>, relation: Relation) -> io::Result<()> {
        if relation.to.is_empty() {
            return Ok(());
        }
        let id = self.id(&format!("Relationship-{}", graph.number()));
        graph.add(&Element::new("Relationship", id, relation))
    }

    fn annotate(&self, graph: &mut Graph<'_>, subject: &str, properties: &Properties) -> io::Result<()> {
        self.say(graph, subject, "other", properties.lines())
    }

    fn say(&self, graph: &mut Graph<'_>, subject: &str, of: &'static str, statement: String) -> io::Result<()> {
        let id = self.id(&format!("Annotation-{}", graph.number()));
        let rest = Annotation { of, subject: subject.to_string(), content: "text/plain", statement };
        graph.add(&Element::new("Annotation", id, rest))
    }
}

/// A relationship of which it is not known whether there is more.
fn relation(from: String, of: &'static str, to: Vec<String>) -> Relation {
    Relation { from, of, to, completeness: "noAssertion" }
}

/// What the index says of the release that a modified copy comes from.
fn upstream_licence(component: &Component<'_>) -> Option<String> {
    component.finding.license.as_deref().filter(|_| component.is_modified()).and_then(license::valid)
}

fn release(component: &Component<'_>) -> Package {
    Package {
        name: component.name.clone(),
        version: component.version.map(String::from),
        purl: Some(locator(&component.finding.purl)),
        ..Package::default()
    }
}

/// The purl of every version that cannot be told apart, best first.
fn identifiers(component: &Component<'_>) -> Vec<Identifier> {
    let finding = component.finding;
    let base = split_purl(&finding.purl).0;
    let others = finding.versions.iter().skip(1).map(|version| with_version(base, version));
    let one = |(identifier, comment): (String, &'static str)| Identifier {
        kind: "ExternalIdentifier",
        of: "packageUrl",
        identifier: locator(&identifier),
        comment,
    };
    let best = [(finding.purl.clone(), "the best version")];
    best.into_iter().chain(others.map(|purl| (purl, "cannot be told apart from the best version"))).map(one).collect()
}

fn hashes(file: &BomFile<'_>) -> Vec<Hash> {
    let hash = |algorithm, value| Hash { kind: "Hash", algorithm, value };
    let mut out = Vec::with_capacity(3);
    if let Some(all) = file.report.digests.as_deref() {
        out.push(hash("sha1", hex(&all.sha1)));
        out.push(hash("sha256", hex(&all.sha256)));
    }
    out.push(hash("blake3", hex(&file.report.blake3)));
    out
}

//! From findings to CycloneDX components.

use crate::model::digest::hex;
use crate::model::evidence::MatchKind;
use crate::model::finding::{FileMatch, FileReport, Paths};
use crate::report::Stamp;
use crate::report::bom::property::{self, of_range};
use crate::report::bom::{Bom, Component, File, VERSION_LETTERS, cut, locator};
use crate::report::cyclonedx::Spec;
use crate::report::cyclonedx::types::{
    Component as Out, Copyright, Evidence, Hash, Identities, Identity, Licence, Metadata, Method, Occurrence, Patch,
    Pedigree, Tools,
};
use crate::report::json::rounded;
use crate::report::layout::split_purl;

/// Names what was scanned.
pub(super) const TREE: &str = "tree";

/// What every part is made from.
pub(super) struct Convert<'b> {
    pub bom: &'b Bom<'b>,
    pub spec: Spec,
    pub stamp: Stamp,
}

/// Names a component in the document.
pub(super) fn component_ref(component: &Component<'_>) -> String {
    format!("finding-{}", component.id)
}

impl Convert<'_> {
    fn since(&self, spec: Spec) -> bool {
        self.spec >= spec
    }

    /// When, with what and of what.
    pub fn metadata(&self) -> Metadata {
        let tool = Out {
            version: Some(env!("CARGO_PKG_VERSION").to_string()),
            ..Out::named("application", "tool".to_string(), env!("CARGO_PKG_NAME").to_string())
        };
        Metadata {
            timestamp: self.stamp.to_string(),
            tools: Tools { components: vec![tool] },
            component: Out::named("application", TREE.to_string(), self.bom.subject()),
            properties: property::of_report(self.bom).0,
        }
    }

    /// A finding.
    pub fn component(&self, component: &Component<'_>) -> Out {
        let of = component_ref(component);
        let files = component.files.iter().filter_map(|at| self.bom.files.get(*at));
        Out {
            group: component.group.clone(),
            version: self.version(component.version),
            licenses: self.licences(component),
            copyright: component.copyrights(self.bom),
            purl: Some(locator(&component.finding.purl)),
            pedigree: component.is_modified().then(|| self.pedigree(component)),
            components: files.map(|file| self.file(file, format!("{of}-{}", file.id))).collect(),
            evidence: Some(self.evidence(component)),
            properties: property::of_component(component).0,
            ..Out::named("library", of, component.name.clone())
        }
    }

    fn version(&self, version: Option<&str>) -> Option<String> {
        version.map(|version| cut(version, VERSION_LETTERS).to_string())
    }

    /// A file whose copied lines are too few for a finding.
    pub fn loose(&self, file: &File<'_>) -> Out {
        let occurrences = file.matches(self.bom).flat_map(|(found, _)| self.occurrences(file, found)).collect();
        let best = file.matches(self.bom).next();
        let identity = best.map(|(found, _)| {
            let confidence = rounded(found.similarity);
            let method = Method { technique: technique(found.kind), confidence, value: found.source_path.clone() };
            self.identity("purl", confidence, &locator(&found.purl), vec![method])
        });
        let evidence = identity.map(|identity| Evidence {
            identity: self.identities(vec![identity]),
            occurrences,
            licenses: Vec::new(),
            copyright: Vec::new(),
        });
        Out { evidence, ..self.file(file, format!("file-{}", file.id)) }
    }

    fn file(&self, file: &File<'_>, bom_ref: String) -> Out {
        let digests = file.report.digests.as_deref();
        let swhid = digests.filter(|_| self.since(Spec::V1_6)).map(|all| all.swhid());
        Out {
            hashes: hashes(file.report),
            copyright: file.copyrights(),
            swhid: swhid.into_iter().collect(),
            properties: property::of_file(file, self.bom).0,
            ..Out::named("file", bom_ref, file.path.to_string())
        }
    }

    /// Since 1.7 what is declared and what is concluded stand side by side; before, one expression is all.
    fn licences(&self, component: &Component<'_>) -> Vec<Licence> {
        let licence = &component.licence;
        let acknowledged = |what| Some(what).filter(|_| self.since(Spec::V1_6));
        let one = |text: &String, what| Licence { expression: text.clone(), acknowledgement: acknowledged(what) };
        let concluded = licence.concluded.iter().map(|text| one(text, "concluded"));
        let declared = licence.declared.iter().map(|text| one(text, "declared"));
        let most = if self.since(Spec::V1_7) { 2 } else { 1 };
        concluded.chain(declared).take(most).collect()
    }

    fn pedigree(&self, component: &Component<'_>) -> Pedigree {
        let finding = component.finding;
        let ancestor = Out {
            group: component.group.clone(),
            version: self.version(component.version),
            purl: Some(locator(&finding.purl)),
            ..Out::named("library", format!("{}-ancestor", component_ref(component)), component.name.clone())
        };
        let Paths { count, listed } = &finding.modified;
        let mut notes =
            format!("{} of {} files differ from every candidate release", finding.modified_files, finding.files);
        if !listed.is_empty() {
            let more = u64::from(*count).saturating_sub(listed.len() as u64);
            notes.push_str(&format!(": {}", listed.join(", ")));
            notes.push_str(&if more > 0 { format!(" and {more} more") } else { String::new() });
        }
        Pedigree { ancestors: vec![ancestor], patches: vec![Patch { kind: "unofficial" }], notes }
    }

    fn evidence(&self, component: &Component<'_>) -> Evidence {
        let finding = component.finding;
        let confidence = rounded(finding.confidence);
        let mut identity = vec![self.identity("purl", confidence, &locator(&finding.purl), self.methods(component))];
        // Versions that the evidence cannot tell apart are equally likely.
        let share = rounded(finding.confidence / finding.versions.len().max(1) as f32);
        let versions = finding.versions.iter();
        identity.extend(versions.map(|version| self.identity("version", share, version, Vec::new())));
        let base = split_purl(&finding.purl).0;
        let own = |file: &File<'_>| {
            let matches = file.matches(self.bom).filter(|(found, _)| split_purl(&found.purl).0 == base);
            matches.flat_map(|(found, _)| self.occurrences(file, found)).collect::<Vec<_>>()
        };
        let files = component.files.iter().filter_map(|at| self.bom.files.get(*at));
        let detected = component.licence.all_detected();
        let copyrights = component.copyrights(self.bom).unwrap_or_default();
        Evidence {
            identity: self.identities(identity),
            occurrences: files.flat_map(own).collect(),
            licenses: detected.map(|expression| Licence { expression, acknowledgement: None }).into_iter().collect(),
            copyright: copyrights.lines().map(|text| Copyright { text: text.to_string() }).collect(),
        }
    }

    fn identities(&self, mut all: Vec<Identity>) -> Identities {
        if self.since(Spec::V1_6) || all.is_empty() {
            Identities::Many(all)
        } else {
            Identities::One(all.swap_remove(0))
        }
    }

    fn identity(&self, field: &'static str, confidence: f64, value: &str, methods: Vec<Method>) -> Identity {
        let concluded_value = self.since(Spec::V1_6).then(|| value.to_string());
        Identity { field, confidence, concluded_value, methods }
    }

    /// By what a component is known: files as a whole, files in parts, and the manifest that names it.
    fn methods(&self, component: &Component<'_>) -> Vec<Method> {
        let confidence = rounded(component.finding.confidence);
        let mut out: Vec<Method> = Vec::new();
        for (kind, files) in component.by_kind(self.bom) {
            let value = format!("{files} files: {}", property::word(kind));
            out.push(Method { technique: technique(kind), confidence, value });
        }
        if let Some(by) = &component.finding.managed {
            let value = format!("{} in {}:{}", by.at.purl, by.at.manifest, by.at.line);
            out.push(Method { technique: "manifest-analysis", confidence: 1.0, value });
        }
        out
    }

    /// Each range of a match; the file itself where all of it matches.
    fn occurrences(&self, file: &File<'_>, found: &FileMatch) -> Vec<Occurrence> {
        let location = file.path.to_string();
        let of = |what: String| Some(what).filter(|_| self.since(Spec::V1_6));
        if found.ranges.is_empty() {
            let context = of(format!("{} {}", property::word(found.kind), found.source_path));
            return vec![Occurrence { location, line: None, offset: None, additional_context: context }];
        }
        let one = |range: &crate::model::place::RangePair| {
            let bytes = file.report.digests.as_deref().and_then(|all| all.bytes_of(range.lines));
            let bytes = bytes.filter(|_| self.since(Spec::V1_6));
            let until = bytes.map(|(first, end)| format!(", bytes {first}-{end}")).unwrap_or_default();
            Occurrence {
                location: location.clone(),
                line: Some(range.lines.first).filter(|_| self.since(Spec::V1_6)),
                offset: bytes.map(|(first, _)| first),
                additional_context: of(format!("lines {}{until} {}", of_range(range), found.source_path)),
            }
        };
        found.ranges.iter().map(one).collect()
    }
}

fn technique(kind: MatchKind) -> &'static str {
    match kind {
        MatchKind::Identical => "hash-comparison",
        MatchKind::Normalized | MatchKind::Snippet => "source-code-analysis",
    }
}

fn hashes(file: &FileReport) -> Vec<Hash> {
    let mut out = Vec::with_capacity(3);
    if let Some(all) = file.digests.as_deref() {
        out.push(Hash { alg: "SHA-1", content: hex(&all.sha1) });
        out.push(Hash { alg: "SHA-256", content: hex(&all.sha256) });
    }
    out.push(Hash { alg: "BLAKE3", content: hex(&file.blake3) });
    out
}

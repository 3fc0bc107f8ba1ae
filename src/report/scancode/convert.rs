//! From a report to ScanCode's packages, dependencies, licence detections and files.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::error::Problem;
use crate::model::digest::hex;
use crate::model::finding::{FileMatch, FileReport};
use crate::model::license::{LicenseKind, LicenseMatch};
use crate::model::limits;
use crate::model::place::base_name;
use crate::model::purl::ecosystem;
use crate::report::bom::{Bom, Component, license, locator};
use crate::report::json::rounded;
use crate::report::scancode::key;
use crate::report::scancode::paths::{Below, Paths};
use crate::report::scancode::types::{Copyright, Detection, Holder, Match, Package, Reference, Resource};
use crate::report::words;

/// Digits that tell identifiers apart: 128 bits.
const DIGITS: usize = 32;

/// What every part is made from.
pub(super) struct Convert<'b> {
    bom: &'b Bom<'b>,
    paths: Paths,
    /// What was not examined, by path as reports show it.
    problems: HashMap<&'b str, Vec<&'b Problem>>,
    /// Packages of each file of the report that has some.
    packages: HashMap<*const FileReport, Vec<usize>>,
}

impl<'b> Convert<'b> {
    /// Of a report whose files have these paths.
    pub fn of(bom: &'b Bom<'b>, paths: Paths) -> Convert<'b> {
        let mut problems: HashMap<&str, Vec<&Problem>> = HashMap::new();
        for problem in &bom.report.problems {
            problems.entry(&problem.path).or_default().push(problem);
        }
        let packages = bom.files.iter().map(|file| (std::ptr::from_ref(file.report), file.owners.clone())).collect();
        Convert { bom, paths, problems, packages }
    }

    /// A component.
    pub fn package(&self, component: &Component<'_>) -> Package {
        let finding = component.finding;
        let licence = &component.licence;
        let reports = || component.reports(self.bom).flat_map(|file| &file.copyrights);
        let holders: std::collections::BTreeSet<&str> =
            reports().map(|one| one.holder.as_str()).filter(|holder| !holder.is_empty()).collect();
        let detected = key::all(licence.detected.iter().map(String::as_str));
        Package {
            kind: ecosystem(&finding.purl).to_string(),
            namespace: component.group.clone(),
            name: component.name.clone(),
            version: component.version.map(String::from),
            qualifiers: BTreeMap::new(),
            subpath: None,
            parties: Vec::new(),
            keywords: Vec::new(),
            copyright: component.copyrights(self.bom),
            holder: (!holders.is_empty()).then(|| holders.into_iter().collect::<Vec<_>>().join("\n")),
            declared_license_expression: licence.declared.as_deref().map(key::expression),
            declared_license_expression_spdx: licence.declared.clone(),
            license_detections: Vec::new(),
            other_license_expression: detected.as_deref().map(key::expression),
            other_license_expression_spdx: detected,
            other_license_detections: Vec::new(),
            source_packages: Vec::new(),
            extra_data: json!({
                "finding": finding.id,
                "kind": words::of(&finding.kind),
                "root": component.place,
                "confidence": rounded(finding.confidence),
                "versions": finding.versions,
                "managed": finding.is_managed(),
                "files": finding.files,
                "modified_files": finding.modified_files,
                "license_concluded": licence.concluded,
            }),
            package_uid: uid(component),
            datafile_paths: Vec::new(),
            datasource_ids: Vec::new(),
            purl: locator(&finding.purl),
        }
    }

    /// Each licence detection of the files once, with how many files make it.
    pub fn references(&self) -> Vec<Reference> {
        let mut out: BTreeMap<String, Reference> = BTreeMap::new();
        for (file, path) in self.bom.report.files.iter().zip(&self.paths.files) {
            for one in detections(file, path) {
                let known = out.entry(one.identifier.clone()).or_insert_with(|| Reference {
                    identifier: one.identifier,
                    license_expression: one.license_expression,
                    license_expression_spdx: one.license_expression_spdx,
                    detection_count: 0,
                    reference_matches: one.matches,
                });
                known.detection_count += 1;
            }
        }
        out.into_values().collect()
    }

    /// Every folder.
    pub fn folders(&self) -> impl Iterator<Item = Resource> {
        self.paths.folders.iter().map(|(path, below)| {
            let Below { files, folders, bytes } = *below;
            let one = empty(path, "directory");
            Resource { files_count: files, dirs_count: folders, size_count: bytes, ..one }
        })
    }

    /// Every file.
    pub fn files(&self) -> impl Iterator<Item = Resource> {
        self.bom.report.files.iter().zip(&self.paths.files).map(|(file, path)| self.file(file, path))
    }

    fn file(&self, file: &FileReport, path: &str) -> Resource {
        let report = self.bom.report;
        let digests = file.digests.as_deref();
        let owners = self.packages.get(&std::ptr::from_ref(file)).map_or(&[][..], Vec::as_slice);
        let owners = owners.iter().filter_map(|at| self.bom.components.get(*at));
        let stated: std::collections::BTreeSet<String> = file.stated().into_iter().filter_map(license::valid).collect();
        let spdx = key::all(stated.iter().map(String::as_str));
        let clues = file.licenses.iter().filter(|one| one.kind == LicenseKind::Reference).chain(&file.mentions);
        let named = file.copyrights.iter().filter(|one| !one.holder.is_empty());
        let problems = self.problems.get(&*report.shown_path(file.scan_root, &file.path));
        let copyright = |one: &crate::model::copyright::Copyright| Copyright {
            copyright: one.statement.clone(),
            start_line: one.lines.first,
            end_line: one.lines.last,
        };
        let holder = |one: &crate::model::copyright::Copyright| Holder {
            holder: one.holder.clone(),
            start_line: one.lines.first,
            end_line: one.lines.last,
        };
        Resource {
            size: file.bytes,
            sha1: digests.map(|all| hex(&all.sha1)),
            sha256: digests.map(|all| hex(&all.sha256)),
            programming_language: file.language,
            is_binary: file.language.is_none(),
            is_text: file.language.is_some(),
            is_archive: self.paths.folders.contains_key(&format!("{path}!")),
            for_packages: owners.map(uid).collect(),
            detected_license_expression: spdx.as_deref().map(key::expression),
            detected_license_expression_spdx: spdx,
            license_detections: detections(file, path),
            license_clues: clues.map(|one| licence_match(one, path)).collect(),
            copyrights: file.copyrights.iter().map(copyright).collect(),
            holders: named.map(holder).collect(),
            scan_errors: problems.into_iter().flatten().take(limits::MARKED_FILES).map(|one| told(one)).collect(),
            foundling_matches: file.matches.iter().map(origin).collect(),
            ..empty(path, "file")
        }
    }
}

fn told(problem: &Problem) -> String {
    format!("{}: {}", problem.code.as_str(), problem.detail)
}

/// Names a package among others: the same component may stand at several places.
fn uid(component: &Component<'_>) -> String {
    format!("{}?uuid={}", locator(&component.finding.purl), digits(&component.id))
}

/// A UUID's form of a hash.
fn digits(text: &str) -> String {
    let digits: String = blake3::hash(text.as_bytes()).to_hex().chars().take(DIGITS).collect();
    [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| digits.get(range).unwrap_or_default()).join("-")
}

/// Statements of a file, those of the same licence together.
fn detections(file: &FileReport, path: &str) -> Vec<Detection> {
    let mut by_licence: BTreeMap<String, Vec<&LicenseMatch>> = BTreeMap::new();
    for one in file.licenses.iter().filter(|one| one.kind != LicenseKind::Reference) {
        by_licence.entry(spdx(one)).or_default().push(one);
    }
    let detection = |(spdx, all): (String, Vec<&LicenseMatch>)| {
        let key = key::expression(&spdx);
        let rules: Vec<&str> = all.iter().map(|one| one.rule.as_str()).collect();
        let letter = |one: char| if one.is_ascii_alphanumeric() { one } else { '_' };
        let plain: String = key.chars().map(letter).collect();
        Detection {
            identifier: format!("{plain}-{}", digits(&format!("{spdx}\n{}", rules.join("\n")))),
            license_expression: key,
            license_expression_spdx: spdx,
            matches: all.into_iter().map(|one| licence_match(one, path)).collect(),
        }
    };
    by_licence.into_iter().map(detection).collect()
}

/// A valid expression, whatever a tree says.
fn spdx(one: &LicenseMatch) -> String {
    license::valid(&one.expression).unwrap_or_else(|| "LicenseRef-scancode-unknown".to_string())
}

fn licence_match(one: &LicenseMatch, path: &str) -> Match {
    let spdx = spdx(one);
    Match {
        license_expression: key::expression(&spdx),
        license_expression_spdx: spdx,
        from_file: path.to_string(),
        start_line: one.lines.first,
        end_line: one.lines.last,
        matcher: env!("CARGO_PKG_NAME"),
        score: (rounded(one.score) * 1e4).round() / 1e2,
        matched_length: None,
        match_coverage: None,
        rule_relevance: None,
        rule_identifier: one.rule.clone(),
        rule_url: None,
    }
}

fn origin(found: &FileMatch) -> Value {
    json!({
        "purl": locator(&found.purl),
        "kind": words::of(&found.kind),
        "source_path": found.source_path,
        "similarity": rounded(found.similarity),
        "ranges": found.ranges,
    })
}

/// A file or folder of which nothing is known but its path.
fn empty(path: &str, kind: &'static str) -> Resource {
    let name = base_name(path);
    let (base, extension) = match name.rfind('.') {
        Some(at) if at > 0 && kind == "file" => name.split_at(at),
        _ => (name, ""),
    };
    Resource {
        path: path.to_string(),
        kind,
        name: name.to_string(),
        base_name: base.to_string(),
        extension: extension.to_string(),
        size: 0,
        sha1: None,
        md5: None,
        sha256: None,
        programming_language: None,
        is_binary: false,
        is_text: false,
        is_archive: false,
        package_data: Vec::new(),
        for_packages: Vec::new(),
        detected_license_expression: None,
        detected_license_expression_spdx: None,
        license_detections: Vec::new(),
        license_clues: Vec::new(),
        percentage_of_license_text: None,
        copyrights: Vec::new(),
        holders: Vec::new(),
        authors: Vec::new(),
        files_count: 0,
        dirs_count: 0,
        size_count: 0,
        scan_errors: Vec::new(),
        foundling_matches: Vec::new(),
    }
}

//! The objects of ScanCode's output, format 4.0.0, each with the fields that are known here.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// An entry of `headers[]`.
#[derive(Serialize)]
pub(super) struct Header {
    pub tool_name: &'static str,
    pub tool_version: &'static str,
    pub options: BTreeMap<&'static str, Value>,
    pub notice: &'static str,
    pub start_timestamp: String,
    pub end_timestamp: String,
    pub output_format_version: &'static str,
    pub duration: f64,
    pub message: Option<String>,
    pub errors: Vec<String>,
    pub warnings: Vec<String>,
    pub extra_data: Value,
}

/// An entry of `packages[]`.
#[derive(Serialize)]
pub(super) struct Package {
    #[serde(rename = "type")]
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
    pub version: Option<String>,
    pub qualifiers: BTreeMap<String, String>,
    pub subpath: Option<String>,
    pub parties: Vec<Value>,
    pub keywords: Vec<String>,
    pub copyright: Option<String>,
    pub holder: Option<String>,
    pub declared_license_expression: Option<String>,
    pub declared_license_expression_spdx: Option<String>,
    pub license_detections: Vec<Value>,
    pub other_license_expression: Option<String>,
    pub other_license_expression_spdx: Option<String>,
    pub other_license_detections: Vec<Value>,
    pub source_packages: Vec<String>,
    pub extra_data: Value,
    pub package_uid: String,
    pub datafile_paths: Vec<String>,
    pub datasource_ids: Vec<String>,
    pub purl: String,
}

/// An entry of a file's `license_detections[]`.
#[derive(Serialize)]
pub(super) struct Detection {
    pub license_expression: String,
    pub license_expression_spdx: String,
    pub matches: Vec<Match>,
    pub identifier: String,
}

/// An entry of the document's `license_detections[]`.
#[derive(Serialize)]
pub(super) struct Reference {
    pub identifier: String,
    pub license_expression: String,
    pub license_expression_spdx: String,
    pub detection_count: u64,
    pub reference_matches: Vec<Match>,
}

/// A licence match.
#[derive(Clone, Serialize)]
pub(super) struct Match {
    pub license_expression: String,
    pub license_expression_spdx: String,
    pub from_file: String,
    pub start_line: u32,
    pub end_line: u32,
    pub matcher: &'static str,
    /// Of 100.
    pub score: f64,
    pub matched_length: Option<u32>,
    pub match_coverage: Option<f64>,
    pub rule_relevance: Option<u32>,
    pub rule_identifier: String,
    pub rule_url: Option<String>,
}

/// A copyright statement.
#[derive(Serialize)]
pub(super) struct Copyright {
    pub copyright: String,
    pub start_line: u32,
    pub end_line: u32,
}

/// A copyright holder.
#[derive(Serialize)]
pub(super) struct Holder {
    pub holder: String,
    pub start_line: u32,
    pub end_line: u32,
}

/// An entry of `files[]`.
#[derive(Serialize)]
pub(super) struct Resource {
    pub path: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub name: String,
    pub base_name: String,
    pub extension: String,
    pub size: u64,
    pub sha1: Option<String>,
    pub md5: Option<String>,
    pub sha256: Option<String>,
    pub programming_language: Option<&'static str>,
    pub is_binary: bool,
    pub is_text: bool,
    pub is_archive: bool,
    pub package_data: Vec<Value>,
    pub for_packages: Vec<String>,
    pub detected_license_expression: Option<String>,
    pub detected_license_expression_spdx: Option<String>,
    pub license_detections: Vec<Detection>,
    pub license_clues: Vec<Match>,
    pub percentage_of_license_text: Option<f64>,
    pub copyrights: Vec<Copyright>,
    pub holders: Vec<Holder>,
    pub authors: Vec<Value>,
    pub files_count: u64,
    pub dirs_count: u64,
    pub size_count: u64,
    pub scan_errors: Vec<String>,
    /// What is special here: origins with both sides' lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub foundling_matches: Vec<Value>,
}

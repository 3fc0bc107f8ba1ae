//! The parts of SARIF 2.1.0 that are written, by the names of its specification.

use serde::Serialize;

use crate::model::finding::FindingKind;
use crate::model::review::Condition;
use crate::report::layout::safe;

/// `message`, `multiformatMessageString`.
#[derive(Serialize)]
pub(super) struct Message {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
}

impl Message {
    /// A text whose marks for links and placeholders are escaped, and that steers no terminal.
    pub fn of(text: &str) -> Message {
        let mut out = String::with_capacity(text.len());
        for letter in safe(text).chars() {
            match letter {
                '[' | ']' | '\\' => out.extend(['\\', letter]),
                '{' | '}' => out.extend([letter, letter]),
                other => out.push(other),
            }
        }
        Message { text: out, markdown: None }
    }
}

/// `toolComponent`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    pub name: &'static str,
    pub version: &'static str,
    pub semantic_version: &'static str,
    pub rules: Vec<Rule>,
}

/// `reportingDescriptor`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub id: &'static str,
    pub name: String,
    pub short_description: Message,
    pub full_description: Message,
    pub help: Message,
    pub default_configuration: Configuration,
    pub properties: RuleProperties,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub level: &'static str,
}

#[derive(Serialize)]
pub(super) struct RuleProperties {
    pub tags: [&'static str; 3],
}

/// `result`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Result<'r> {
    pub rule_id: &'static str,
    pub rule_index: usize,
    pub level: &'static str,
    pub message: Message,
    pub locations: Vec<Location>,
    #[serde(rename = "partialFingerprints")]
    pub fingerprints: Fingerprints<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressions: Option<Vec<Suppression>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<ResultProperties<'r>>,
}

#[derive(Default, Serialize)]
pub(super) struct Fingerprints<'r> {
    #[serde(rename = "foundlingFinding/v1")]
    pub finding: &'r str,
    #[serde(rename = "foundlingContent/v1", skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Suppression {
    pub kind: &'static str,
    pub status: &'static str,
    pub justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultProperties<'r> {
    pub purl: &'r str,
    pub versions: &'r [String],
    pub kind: FindingKind,
    pub licence: Option<&'r str>,
    pub confidence: f64,
    pub managed: bool,
    pub files: u32,
    pub modified_files: u32,
    pub newest: Option<&'r str>,
    pub conditions: &'r [Condition],
    /// The manifest line or command that takes the copy's place.
    pub replace_with: Option<&'r str>,
}

/// `location`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    pub physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Upstream>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical {
    pub artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    pub uri: Uri,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri_base_id: Option<&'static str>,
}

/// A reference that is escaped already.
#[derive(Serialize)]
pub(super) struct Uri(pub String);

/// Lines from 1, the last one included.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: u32,
    pub end_line: u32,
}

/// What stands there in the release.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Upstream {
    pub source_path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_lines: Option<[u32; 2]>,
}

/// `invocation`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub execution_successful: bool,
    pub end_time_utc: String,
    #[serde(rename = "toolExecutionNotifications")]
    pub notifications: Vec<Notification>,
}

/// `notification`.
#[derive(Serialize)]
pub(super) struct Notification {
    pub descriptor: Descriptor,
    pub level: &'static str,
    pub message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

#[derive(Serialize)]
pub(super) struct Descriptor {
    pub id: &'static str,
}

impl Notification {
    pub fn new(id: &'static str, level: &'static str, text: &str, artifact: Option<Artifact>) -> Notification {
        let locations = artifact.into_iter().map(|artifact_location| Location {
            physical_location: Physical { artifact_location, region: None },
            properties: None,
        });
        let locations = locations.collect();
        Notification { descriptor: Descriptor { id }, level, message: Message::of(text), locations }
    }
}

/// What the run says beside its results.
#[derive(Serialize)]
pub(super) struct RunProperties {
    /// Files that were read.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Findings of the earlier report that are gone.
    pub gone: usize,
    /// What the limits left out.
    pub cut: Cut,
}

/// What the limits left out.
#[derive(Default, Serialize)]
pub(super) struct Cut {
    pub results: usize,
    /// Of results that were written.
    pub locations: usize,
}

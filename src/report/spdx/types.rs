//! The part of the SPDX 2.3 object model that foundling fills. Fields keep the order in which they are written.

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Creation {
    pub created: String,
    pub creators: Vec<String>,
    #[serde(rename = "licenseListVersion")]
    pub licence_list: String,
    pub comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Annotation {
    pub annotator: String,
    pub annotation_date: String,
    pub annotation_type: &'static str,
    pub comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Package {
    #[serde(rename = "SPDXID")]
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_info: Option<String>,
    pub download_location: &'static str,
    pub files_analyzed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_verification_code: Option<VerificationCode>,
    #[serde(rename = "licenseConcluded")]
    pub concluded: String,
    /// Only where files are analysed.
    #[serde(rename = "licenseInfoFromFiles", skip_serializing_if = "Vec::is_empty")]
    pub detected: Vec<String>,
    #[serde(rename = "licenseDeclared")]
    pub declared: String,
    #[serde(rename = "licenseComments", skip_serializing_if = "Option::is_none")]
    pub licence_comments: Option<String>,
    pub copyright_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_info: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_refs: Vec<ExternalRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

#[derive(Serialize)]
pub(super) struct VerificationCode {
    #[serde(rename = "packageVerificationCodeValue")]
    pub value: String,
}

#[derive(Serialize)]
pub(super) struct ExternalRef {
    #[serde(rename = "referenceCategory")]
    pub category: &'static str,
    #[serde(rename = "referenceType")]
    pub kind: &'static str,
    #[serde(rename = "referenceLocator")]
    pub locator: String,
    pub comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    #[serde(rename = "SPDXID")]
    pub id: String,
    pub file_name: String,
    pub file_types: [&'static str; 1],
    pub checksums: Vec<Checksum>,
    #[serde(rename = "licenseConcluded")]
    pub concluded: String,
    #[serde(rename = "licenseInfoInFiles")]
    pub stated: Vec<String>,
    pub copyright_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub annotations: Vec<Annotation>,
}

#[derive(Serialize)]
pub(super) struct Checksum {
    pub algorithm: &'static str,
    #[serde(rename = "checksumValue")]
    pub value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Snippet {
    #[serde(rename = "SPDXID")]
    pub id: String,
    pub name: String,
    pub snippet_from_file: String,
    pub ranges: [Range; 2],
    #[serde(rename = "licenseConcluded")]
    pub concluded: &'static str,
    #[serde(rename = "licenseInfoInSnippets")]
    pub stated: [&'static str; 1],
    pub copyright_text: &'static str,
    pub comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Range {
    pub start_pointer: Pointer,
    pub end_pointer: Pointer,
}

/// A place in a file: a byte or a line, both from 1.
#[derive(Serialize)]
pub(super) struct Pointer {
    pub reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    #[serde(rename = "lineNumber", skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

#[derive(Serialize)]
pub(super) struct Reference {
    #[serde(rename = "licenseId")]
    pub id: String,
    pub name: String,
    #[serde(rename = "extractedText")]
    pub text: String,
}

#[derive(Serialize)]
pub(super) struct Relationship {
    #[serde(rename = "spdxElementId")]
    pub of: String,
    #[serde(rename = "relationshipType")]
    pub kind: &'static str,
    #[serde(rename = "relatedSpdxElement")]
    pub to: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<&'static str>,
}

//! The part of the SPDX 3.0.1 model that foundling fills, as its JSON-LD context spells it.

use serde::Serialize;

/// Refers to the one [`CreationInfo`].
pub(super) const CREATION: &str = "_:creation";

/// An element of the graph: what all have, and what its kind has.
#[derive(Serialize)]
pub(super) struct Element<T> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "spdxId")]
    pub id: String,
    #[serde(rename = "creationInfo")]
    pub creation: &'static str,
    #[serde(flatten)]
    pub rest: T,
}

impl<T> Element<T> {
    pub fn new(kind: &'static str, id: String, rest: T) -> Element<T> {
        Element { kind, id, creation: CREATION, rest }
    }
}

#[derive(Serialize)]
pub(super) struct CreationInfo {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "@id")]
    pub id: &'static str,
    #[serde(rename = "specVersion")]
    pub version: &'static str,
    pub created: String,
    #[serde(rename = "createdBy")]
    pub by: [String; 1],
}

#[derive(Serialize)]
pub(super) struct Agent {
    pub name: String,
}

#[derive(Serialize)]
pub(super) struct Collection {
    pub name: String,
    #[serde(rename = "profileConformance")]
    pub profiles: &'static [&'static str],
    #[serde(rename = "rootElement")]
    pub roots: [String; 1],
    #[serde(rename = "element", skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<String>,
    #[serde(rename = "software_sbomType", skip_serializing_if = "Option::is_none")]
    pub sbom: Option<[&'static str; 1]>,
}

#[derive(Default, Serialize)]
pub(super) struct Package {
    pub name: String,
    #[serde(rename = "software_packageVersion", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(rename = "software_packageUrl", skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    #[serde(rename = "externalIdentifier", skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    #[serde(rename = "software_copyrightText", skip_serializing_if = "Option::is_none")]
    pub copyright: Option<String>,
    #[serde(rename = "software_sourceInfo", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Identifier {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "externalIdentifierType")]
    pub of: &'static str,
    pub identifier: String,
    pub comment: &'static str,
}

#[derive(Serialize)]
pub(super) struct File {
    pub name: String,
    #[serde(rename = "software_fileKind")]
    pub kind: &'static str,
    #[serde(rename = "verifiedUsing")]
    pub hashes: Vec<Hash>,
    #[serde(rename = "software_contentIdentifier", skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<Content>,
    #[serde(rename = "software_copyrightText", skip_serializing_if = "Option::is_none")]
    pub copyright: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Hash {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub algorithm: &'static str,
    #[serde(rename = "hashValue")]
    pub value: String,
}

#[derive(Serialize)]
pub(super) struct Content {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "software_contentIdentifierType")]
    pub of: &'static str,
    #[serde(rename = "software_contentIdentifierValue")]
    pub value: String,
}

#[derive(Serialize)]
pub(super) struct Snippet {
    pub name: String,
    pub comment: String,
    #[serde(rename = "software_snippetFromFile")]
    pub file: String,
    #[serde(rename = "software_lineRange")]
    pub lines: Range,
    #[serde(rename = "software_byteRange", skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Range>,
}

/// From 1, the end included.
#[derive(Serialize)]
pub(super) struct Range {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "beginIntegerRange")]
    pub first: u64,
    #[serde(rename = "endIntegerRange")]
    pub last: u64,
}

impl Range {
    pub fn new(first: u64, last: u64) -> Range {
        Range { kind: "PositiveIntegerRange", first, last }
    }
}

#[derive(Serialize)]
pub(super) struct Relation {
    pub from: String,
    #[serde(rename = "relationshipType")]
    pub of: &'static str,
    pub to: Vec<String>,
    pub completeness: &'static str,
}

#[derive(Serialize)]
pub(super) struct Annotation {
    #[serde(rename = "annotationType")]
    pub of: &'static str,
    pub subject: String,
    #[serde(rename = "contentType")]
    pub content: &'static str,
    pub statement: String,
}

#[derive(Serialize)]
pub(super) struct Expression {
    #[serde(rename = "simplelicensing_licenseExpression")]
    pub text: String,
    #[serde(rename = "simplelicensing_licenseListVersion")]
    pub list: String,
    #[serde(rename = "simplelicensing_customIdToUri", skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<Entry>,
}

#[derive(Serialize)]
pub(super) struct Entry {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub key: String,
    pub value: String,
}

#[derive(Serialize)]
pub(super) struct Text {
    pub name: String,
    #[serde(rename = "simplelicensing_licenseText")]
    pub text: String,
}

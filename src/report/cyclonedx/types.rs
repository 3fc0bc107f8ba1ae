//! The part of the CycloneDX 1.5 to 1.7 object model that foundling fills. Fields keep the order in which they are written.

use serde::Serialize;

use crate::report::bom::property::Property;

/// A component: a library, or a file of one.
#[derive(Serialize)]
pub(super) struct Component {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "bom-ref")]
    pub bom_ref: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<Licence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copyright: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub swhid: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pedigree: Option<Pedigree>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
}

impl Component {
    /// One with a name and nothing else.
    pub fn named(kind: &'static str, bom_ref: String, name: String) -> Component {
        Component {
            kind,
            bom_ref,
            group: None,
            name,
            version: None,
            hashes: Vec::new(),
            licenses: Vec::new(),
            copyright: None,
            purl: None,
            swhid: Vec::new(),
            pedigree: None,
            components: Vec::new(),
            evidence: None,
            properties: Vec::new(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Hash {
    pub alg: &'static str,
    pub content: String,
}

/// Always an expression: a list of licence ids is valid only for readers that know the newest of them.
#[derive(Serialize)]
pub(super) struct Licence {
    pub expression: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Pedigree {
    pub ancestors: Vec<Component>,
    pub patches: Vec<Patch>,
    pub notes: String,
}

#[derive(Serialize)]
pub(super) struct Patch {
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct Evidence {
    pub identity: Identities,
    pub occurrences: Vec<Occurrence>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<Licence>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copyright: Vec<Copyright>,
}

/// One before 1.6, a list since.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Identities {
    One(Identity),
    Many(Vec<Identity>),
}

#[derive(Serialize)]
pub(super) struct Identity {
    pub field: &'static str,
    pub confidence: f64,
    #[serde(rename = "concludedValue", skip_serializing_if = "Option::is_none")]
    pub concluded_value: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<Method>,
}

#[derive(Serialize)]
pub(super) struct Method {
    pub technique: &'static str,
    pub confidence: f64,
    pub value: String,
}

#[derive(Serialize)]
pub(super) struct Occurrence {
    pub location: String,
    /// Since 1.6, as the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    #[serde(rename = "additionalContext", skip_serializing_if = "Option::is_none")]
    pub additional_context: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Copyright {
    pub text: String,
}

#[derive(Serialize)]
pub(super) struct Metadata {
    pub timestamp: String,
    pub tools: Tools,
    pub component: Component,
    pub properties: Vec<Property>,
}

#[derive(Serialize)]
pub(super) struct Tools {
    pub components: Vec<Component>,
}

#[derive(Serialize)]
pub(super) struct Dependency {
    #[serde(rename = "ref")]
    pub of: &'static str,
    #[serde(rename = "dependsOn")]
    pub depends_on: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Composition {
    pub aggregate: &'static str,
    pub assemblies: Vec<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Annotation {
    pub subjects: Vec<String>,
    pub annotator: Annotator,
    pub timestamp: String,
    pub text: String,
}

#[derive(Serialize)]
pub(super) struct Annotator {
    pub individual: Individual,
}

#[derive(Serialize)]
pub(super) struct Individual {
    pub name: String,
}

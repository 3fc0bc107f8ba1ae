//! What a file says of its licence, as plain data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::place::Lines;

/// What part of a file names a licence. Ordered by how much it says, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenseKind {
    /// A licence's full text.
    Text,
    /// A header or notice that grants it.
    Notice,
    /// A machine-readable tag: `SPDX-License-Identifier`, or the licence field of a package manifest.
    Tag,
    /// A mention that grants nothing.
    Reference,
}

/// One licence statement of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct LicenseMatch {
    /// SPDX licence expression; `LicenseRef-` for what the SPDX list does not hold.
    pub expression: String,
    /// What part of the file says so.
    pub kind: LicenseKind,
    /// Where it stands.
    pub lines: Lines,
    /// Share of the rule's words that the file has, times the rule's own certainty; 0 to 1.
    pub score: f32,
    /// The rule of the licence data that it came from, or the name of a built-in one.
    pub rule: String,
}

/// The distinct expressions that some statements state, sorted; a mention states nothing.
pub fn stated(statements: &[LicenseMatch]) -> BTreeSet<&str> {
    let stated = statements.iter().filter(|one| one.kind != LicenseKind::Reference);
    stated.map(|one| one.expression.as_str()).collect()
}

/// What a licence asks of those who pass the code on. Ordered from the least demanding; an expression has the category of
/// its best choice among `OR` and of its worst part among `AND`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// No conditions, or attribution only.
    Permissive,
    /// The files themselves stay free (LGPL, MPL, EPL).
    WeakCopyleft,
    /// Whatever is built with them stays free (GPL).
    Copyleft,
    /// So does what is served over a network (AGPL).
    NetworkCopyleft,
    /// Use, change or passing on is restricted or paid for.
    Proprietary,
    /// The licence data does not say, or nobody knows the licence.
    Unknown,
}

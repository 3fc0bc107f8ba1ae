//! The tree stage: content becomes component, release and place, because neighbours decide.

use std::collections::BTreeSet;

use crate::index::set::Indexes;
use crate::model::evidence::FileEvidence;
use crate::model::finding::{FileReport, Finding};
use crate::model::ids::RootNo;

/// What the tree stage concludes.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    /// By root, place and purl.
    pub findings: Vec<Finding>,
    /// Files with a match, by root and path.
    pub files: Vec<FileReport>,
}

/// A project that is scanned: what its own manifest calls it, so that its own code is not taken for a copy of itself.
#[derive(Clone, Debug)]
pub struct Project {
    /// The root of the scan.
    pub root: RootNo,
    /// Purls without version that mean the project.
    pub own: BTreeSet<String>,
}

/// Attributes what was found in files. The order of `evidence` does not matter.
pub fn attribute(_indexes: &Indexes, _projects: &[Project], evidence: Vec<FileEvidence>) -> Attribution {
    let mut evidence = evidence;
    evidence.sort_by(|one, other| (one.root, &one.path).cmp(&(other.root, &other.path)));
    Attribution::default()
}

//! What a tree says of itself: the components that its own manifests name.

use std::collections::BTreeSet;
use std::path::Path;

/// Purls without version of the project whose root this is, as its manifests name it.
pub fn own_components(_root: &Path) -> BTreeSet<String> {
    BTreeSet::new()
}

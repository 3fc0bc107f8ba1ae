//! Names of findings that stay from scan to scan: of the component, the place and whether it is managed, and of nothing that
//! an edit, another release or another index changes.

use std::collections::BTreeMap;

use crate::attribute::Attribution;
use crate::attribute::naming::folded;
use crate::model::purl::base_of;

/// Hexadecimal digits of an id: 48 bits, so that among a million findings of a company one pair in five thousand reports
/// would share one; a pair within a report is told apart.
const DIGITS: usize = 12;

/// Gives every finding and discrepancy its id. They are in order.
pub fn name(attribution: &mut Attribution) {
    let mut names = Taken::default();
    for finding in attribution.findings.iter_mut().chain(&mut attribution.internal) {
        let state = if finding.is_managed() { "managed" } else { "found" };
        finding.id = names.id(&[state, &base(&finding.purl), &finding.root]);
    }
    for one in &mut attribution.discrepancies {
        let kind = format!("{:?}", one.kind);
        one.id = names.id(&[&kind, &base(&one.declared.purl), &one.root]);
    }
}

/// The component as it compares.
fn base(purl: &str) -> String {
    folded(base_of(purl))
}

/// Ids that are given, with how often: two roots of one scan may hold the same component at the same place.
#[derive(Default)]
struct Taken(BTreeMap<String, u32>);

impl Taken {
    fn id(&mut self, parts: &[&str]) -> String {
        let id = hash(parts, 0);
        let count = self.0.entry(id.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { id } else { hash(parts, *count) }
    }
}

fn hash(parts: &[&str], number: u32) -> String {
    let mut hash = blake3::Hasher::new();
    for part in parts {
        hash.update(part.as_bytes()).update(&[0]);
    }
    hash.update(&number.to_le_bytes());
    hash.finalize().to_hex()[..DIGITS].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_of_the_component_not_of_its_release() {
        assert_eq!(base("pkg:npm/@a/b@1.0"), base("pkg:npm/%40a/b"));
        let mut names = Taken::default();
        let first = names.id(&["found", "pkg:npm/a", "web"]);
        assert_eq!(first.len(), DIGITS);
        assert_ne!(first, names.id(&["found", "pkg:npm/a", "web"]), "two in one report are two");
        assert_eq!(Taken::default().id(&["found", "pkg:npm/a", "web"]), first, "in the next report it is the same");
        assert_ne!(Taken::default().id(&["found", "pkg:npm/aw", "eb"]), first);
    }
}

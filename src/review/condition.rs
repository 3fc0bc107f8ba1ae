//! Which conditions hold: what findings and discrepancies are marked with, and what runs can be made to fail on.

use crate::model::finding::{Discrepancy, DiscrepancyKind, Finding};
use crate::model::review::Condition;

/// What the policy says of a finding's licence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LicenceJudgement {
    /// It may be used.
    #[default]
    Allowed,
    /// It may not.
    Denied,
    /// No licence is known.
    Unknown,
}

/// What a finding is marked with, in order. What a manifest accounts for is its package manager's business, but for the
/// licence.
pub fn of_finding(finding: &Finding, licence: LicenceJudgement) -> Vec<Condition> {
    let found = !finding.is_managed();
    let stale = finding.newest.as_ref().is_some_and(|newest| newest.behind > 0);
    let all = [
        (Condition::Unmanaged, found),
        (Condition::DeniedLicence, licence == LicenceJudgement::Denied),
        (Condition::UnknownLicence, licence == LicenceJudgement::Unknown),
        (Condition::ModifiedCopy, found && finding.modified_files > 0),
        (Condition::Stale, found && stale),
        (Condition::Duplicate, found && !finding.duplicates.is_empty()),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(condition, _)| condition).collect()
}

/// What a discrepancy is marked with.
pub fn of_discrepancy(discrepancy: &Discrepancy) -> Condition {
    match discrepancy.kind {
        DiscrepancyKind::WrongVersion => Condition::WrongVersion,
        DiscrepancyKind::Tampered => Condition::Tampered,
        DiscrepancyKind::Absent => Condition::Absent,
        DiscrepancyKind::Extraneous => Condition::Extraneous,
    }
}

/// A condition by its name; `license` is understood for `licence`, as most of the field spells it.
pub fn named(name: &str) -> Option<Condition> {
    let name = name.replace("license", "licence");
    Condition::ALL.into_iter().find(|condition| condition.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{DeclaredAt, FindingKind, Newest};
    use crate::model::sample;

    #[test]
    fn a_copy_is_marked_with_all_that_is_wrong_with_it() {
        let mut finding = sample::finding("pkg:npm/a@1", &["1"], FindingKind::Vendored, "lib/a");
        assert_eq!(of_finding(&finding, LicenceJudgement::Allowed), [Condition::Unmanaged]);
        finding.modified_files = 1;
        finding.newest = Some(Newest { version: "2".into(), released: None, behind: 3 });
        finding.duplicates.push(DeclaredAt { manifest: "package.json".into(), line: 1, purl: "pkg:npm/a".into() });
        let all = of_finding(&finding, LicenceJudgement::Denied);
        use Condition::{DeniedLicence, Duplicate, ModifiedCopy, Stale, Unmanaged};
        assert_eq!(all, [Unmanaged, DeniedLicence, ModifiedCopy, Stale, Duplicate]);
        finding.managed = Some(sample::managed_by());
        assert_eq!(of_finding(&finding, LicenceJudgement::Unknown), [Condition::UnknownLicence]);
    }

    #[test]
    fn conditions_have_names_in_either_spelling() {
        assert_eq!(named("denied-license"), Some(Condition::DeniedLicence));
        assert!(Condition::ALL.into_iter().all(|condition| named(condition.as_str()) == Some(condition)));
        assert_eq!(named("everything"), None);
    }
}

//! Which of a reviewer's lists an entry stands in, and why.

use super::items::{Subject, risk};
use crate::license::category;
use crate::model::finding::{DiscrepancyKind, Finding, FindingKind, LicenseFlag};
use crate::model::license::Category;
use crate::model::review::{Condition, Verdict};

/// Probability under which a finding is to be looked at, whatever its licence.
const SURE: f32 = 0.85;

/// Which of a reviewer's lists an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum List {
    /// Something is wrong.
    Conflicts,
    /// It cannot be said yet whether something is.
    Research,
    /// Nothing is.
    Fine,
}

/// Why an entry stands in its list; the words are in [`Reason::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    DeniedLicence,
    NoticeReplaced,
    NoticeRemoved,
    Copyleft,
    Proprietary,
    StrongerInFiles,
    WrongVersion,
    Tampered,
    UnknownLicence,
    WeakCopyleft,
    LeftBehind,
    Modified,
    Pieces,
    Unsure,
    OpenElsewhere,
    Absent,
    Extraneous,
    Decided,
    SetAside,
    Managed,
    Internal,
    Known,
}

impl Reason {
    /// Every reason with its list and its words, in order of declaration: the page knows them by their place here.
    pub const ALL: [(Reason, List, &'static str); 22] = [
        (Reason::DeniedLicence, List::Conflicts, "The policy denies its licence."),
        (Reason::NoticeReplaced, List::Conflicts, "Files name other licences than their originals do."),
        (Reason::NoticeRemoved, List::Conflicts, "Files have lost the licence notice of their originals."),
        (Reason::Copyleft, List::Conflicts, "Copyleft code that no manifest accounts for."),
        (Reason::Proprietary, List::Conflicts, "Its licence restricts use or passing on."),
        (Reason::StrongerInFiles, List::Conflicts, "Its files state a more demanding licence than is declared."),
        (Reason::WrongVersion, List::Conflicts, "The place holds another release than is declared."),
        (Reason::Tampered, List::Conflicts, "Files differ from what was released."),
        (Reason::UnknownLicence, List::Research, "No licence is known."),
        (Reason::WeakCopyleft, List::Research, "Weak copyleft: changes to its files must be passed on."),
        (Reason::LeftBehind, List::Research, "The licence file of the release is missing here."),
        (Reason::Modified, List::Research, "Files differ from every release."),
        (Reason::Pieces, List::Research, "Copied lines, which need the notice of their origin."),
        (Reason::Unsure, List::Research, "Component or place is less than very likely."),
        (Reason::OpenElsewhere, List::Research, "Internal code that open source holds as well."),
        (Reason::Absent, List::Research, "Declared, and nothing of it is there."),
        (Reason::Extraneous, List::Research, "A package folder that the lockfile does not know."),
        (Reason::Decided, List::Fine, "A decision settles it."),
        (Reason::SetAside, List::Fine, "The settings leave it out of account."),
        (Reason::Managed, List::Fine, "A manifest accounts for it."),
        (Reason::Internal, List::Fine, "The company's own code."),
        (Reason::Known, List::Fine, "Its licence is known and asks for attribution at most."),
    ];

    fn list(self) -> List {
        Reason::ALL.get(self as usize).map_or(List::Research, |(_, list, _)| *list)
    }

    /// Whether it overrules every other one.
    fn settles(self) -> bool {
        matches!(self, Reason::Decided | Reason::SetAside)
    }
}

/// The list that some reasons lead to.
pub(super) fn list(reasons: &[Reason]) -> List {
    if reasons.iter().any(|reason| reason.settles()) {
        return List::Fine;
    }
    reasons.iter().map(|reason| reason.list()).min().unwrap_or(List::Fine)
}

/// Why an entry stands where it stands: what settles it, then the gravest first.
pub(super) fn reasons(subject: &Subject) -> Vec<Reason> {
    let mut reasons = match subject {
        Subject::Finding(finding, verdict) => of_finding(finding, *verdict),
        Subject::Internal(finding) if !finding.also_in.is_empty() => vec![Reason::OpenElsewhere, Reason::Internal],
        Subject::Internal(_) => vec![Reason::Internal],
        Subject::Discrepancy(one, _) => vec![match one.kind {
            DiscrepancyKind::WrongVersion => Reason::WrongVersion,
            DiscrepancyKind::Tampered => Reason::Tampered,
            DiscrepancyKind::Absent => Reason::Absent,
            DiscrepancyKind::Extraneous => Reason::Extraneous,
        }],
    };
    if let Some(verdict) = subject.verdict() {
        reasons.extend(verdict.decided.as_ref().map(|_| Reason::Decided));
        reasons.extend(verdict.set_aside.as_ref().map(|_| Reason::SetAside));
    }
    reasons.sort_by_key(|reason| (!reason.settles(), *reason));
    reasons
}

fn of_finding(finding: &Finding, verdict: Option<&Verdict>) -> Vec<Reason> {
    let denied = verdict.is_some_and(|verdict| verdict.conditions.contains(&Condition::DeniedLicence));
    let mut reasons: Vec<Reason> = denied.then_some(Reason::DeniedLicence).into_iter().collect();
    if finding.is_managed() {
        reasons.push(Reason::Managed);
        return reasons;
    }
    let flags = finding.licensing.as_ref().map(|licensing| licensing.flags()).unwrap_or_default();
    let risk = risk(finding);
    let each = [
        (Reason::NoticeReplaced, flags.contains(&LicenseFlag::NoticeReplaced)),
        (Reason::NoticeRemoved, flags.contains(&LicenseFlag::NoticeRemoved)),
        (Reason::Copyleft, matches!(risk, Category::Copyleft | Category::NetworkCopyleft)),
        (Reason::Proprietary, risk == Category::Proprietary),
        (Reason::StrongerInFiles, stronger_in_files(finding)),
        (Reason::UnknownLicence, risk == Category::Unknown),
        (Reason::WeakCopyleft, risk == Category::WeakCopyleft),
        (Reason::LeftBehind, flags.contains(&LicenseFlag::LicenseFileLeftBehind)),
        (Reason::Modified, finding.modified_files > 0 && finding.kind != FindingKind::Snippet),
        (Reason::Pieces, finding.kind == FindingKind::Snippet),
        // What is no number is not sure either.
        (Reason::Unsure, finding.confidence.is_nan() || finding.confidence < SURE),
        (Reason::Known, risk == Category::Permissive),
    ];
    reasons.extend(each.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason));
    reasons
}

fn stronger_in_files(finding: &Finding) -> bool {
    let (Some(declared), Some(licensing)) = (&finding.license, &finding.licensing) else { return false };
    let declared = category(declared);
    let demanding = [Category::WeakCopyleft, Category::Copyleft, Category::NetworkCopyleft];
    let mut stated = licensing.detected.keys().map(|expression| category(expression));
    declared != Category::Unknown && stated.any(|one| demanding.contains(&one) && one > declared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{Licensing, Paths};
    use crate::report::sample::{self, finding, managed_by};

    fn zlib(licence: Option<&str>) -> Finding {
        let finding = finding("pkg:generic/zlib@1.2.11", &["1.2.11"], FindingKind::Vendored, "third_party/zlib");
        Finding { license: licence.map(String::from), ..finding }
    }

    #[test]
    fn reasons_stand_in_order_so_that_the_page_finds_their_words() {
        for (at, (reason, ..)) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, at);
        }
    }

    #[test]
    fn the_gravest_reason_chooses_the_list() {
        let snippet = Finding { kind: FindingKind::Snippet, ..zlib(Some("Zlib")) };
        let managed = Finding { managed: Some(managed_by()), ..zlib(Some("GPL-2.0-only")) };
        let removed = Licensing { notice_removed: Paths { count: 1, listed: Vec::new() }, ..Licensing::NOTHING };
        let removed = Finding { licensing: Some(removed), ..zlib(Some("MIT")) };
        let detected = [("GPL-3.0-only".to_string(), 2)].into();
        let stronger = Finding { licensing: Some(Licensing { detected, ..Licensing::NOTHING }), ..zlib(Some("MIT")) };
        for (finding, reason, expected) in [
            (zlib(Some("Zlib")), Reason::Known, List::Fine),
            (zlib(Some("GPL-2.0-only")), Reason::Copyleft, List::Conflicts),
            (zlib(Some("LGPL-2.1-only")), Reason::WeakCopyleft, List::Research),
            (zlib(None), Reason::UnknownLicence, List::Research),
            (Finding { modified_files: 1, ..zlib(Some("MIT")) }, Reason::Modified, List::Research),
            (snippet, Reason::Pieces, List::Research),
            (Finding { confidence: 0.5, ..zlib(Some("MIT")) }, Reason::Unsure, List::Research),
            (Finding { confidence: f32::NAN, ..zlib(Some("MIT")) }, Reason::Unsure, List::Research),
            (managed, Reason::Managed, List::Fine),
            (removed, Reason::NoticeRemoved, List::Conflicts),
            (stronger, Reason::StrongerInFiles, List::Conflicts),
        ] {
            let reasons = reasons(&Subject::Finding(&finding, None));
            assert_eq!((reasons[0], list(&reasons)), (reason, expected));
        }
    }

    #[test]
    fn a_policy_denies_what_is_managed_and_a_decision_settles_it() {
        let finding = Finding { managed: Some(managed_by()), ..zlib(Some("GPL-2.0-only")) };
        let denied = Verdict { conditions: vec![Condition::DeniedLicence], ..Verdict::default() };
        assert_eq!(list(&reasons(&Subject::Finding(&finding, Some(&denied)))), List::Conflicts);
        let decided = sample::reviewed().review.findings.into_iter().find_map(|one| one.decided);
        let settled = Verdict { decided, ..denied.clone() };
        let all = reasons(&Subject::Finding(&finding, Some(&settled)));
        assert_eq!((all[0], list(&all)), (Reason::Decided, List::Fine));
        let aside = Verdict { set_aside: Some("too small".into()), ..denied };
        assert_eq!(list(&reasons(&Subject::Finding(&finding, Some(&aside)))), List::Fine);
    }

    #[test]
    fn declarations_that_the_content_belies_are_conflicts_or_open() {
        let report = sample::reviewed();
        for (kind, expected) in [
            (DiscrepancyKind::WrongVersion, List::Conflicts),
            (DiscrepancyKind::Tampered, List::Conflicts),
            (DiscrepancyKind::Absent, List::Research),
            (DiscrepancyKind::Extraneous, List::Research),
        ] {
            let one = crate::model::finding::Discrepancy { kind, ..report.discrepancies[0].clone() };
            assert_eq!(list(&reasons(&Subject::Discrepancy(&one, None))), expected);
        }
        assert_eq!(list(&reasons(&Subject::Internal(&report.internal[0]))), List::Research, "open source has it, too");
    }
}

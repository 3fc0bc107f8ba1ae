//! What is to be thought of findings: which conditions hold, what was decided, what is to be done. Nothing here reads a file or
//! the clock; findings stay as they are.

pub mod condition;
pub mod remedy;

use crate::model::finding::{Finding, Report};
use crate::model::review::{Review, Verdict};
use crate::review::condition::LicenceJudgement;

/// What is thought of a report; `judge` says what the policy makes of a finding's licence.
pub fn review(report: &Report, judge: &dyn Fn(&Finding) -> LicenceJudgement) -> Review {
    let finding = |finding: &Finding| Verdict {
        conditions: condition::of_finding(finding, judge(finding)),
        remedy: remedy::remedy(report, finding),
        ..Verdict::default()
    };
    let discrepancy = |one| Verdict { conditions: vec![condition::of_discrepancy(one)], ..Verdict::default() };
    Review {
        findings: report.findings.iter().map(finding).collect(),
        discrepancies: report.discrepancies.iter().map(discrepancy).collect(),
        ..Review::default()
    }
}

/// What is thought of a licence where there is no policy: only that none is known is worth saying.
pub fn no_policy(finding: &Finding) -> LicenceJudgement {
    match finding.license {
        Some(_) => LicenceJudgement::Allowed,
        None => LicenceJudgement::Unknown,
    }
}

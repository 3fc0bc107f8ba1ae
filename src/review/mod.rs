//! What is to be thought of findings: which conditions hold, what was decided, what is new, what is to be done. Nothing here
//! reads a file or the clock; findings stay as they are.

pub mod baseline;
pub mod condition;
pub mod decision;
pub mod entries;
pub mod pattern;
pub mod policy;
pub mod recorded;
pub mod remedy;
pub mod settings;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::finding::{Discrepancy, Finding, Report};
use crate::model::ids::RootNo;
use crate::model::purl::base_of;
use crate::model::review::{
    BaselineState, Condition, Decided, DecisionKind, Failure, Idle, IdleDecision, Review, Verdict,
};
use crate::review::baseline::Comparison;
use crate::review::decision::Decision;
use crate::review::policy::{FailOn, Policy};

/// What a report is held against.
#[derive(Clone, Copy)]
pub struct Measure<'m> {
    /// What is wanted.
    pub policy: &'m Policy,
    /// The file the policy was read from, as it was given, if it was.
    pub settings: Option<&'m str>,
    /// What was decided.
    pub decisions: &'m [Decision],
    /// How the report stands to an earlier one.
    pub comparison: Option<&'m Comparison>,
    /// An ISO date.
    pub today: &'m str,
    /// Whether the report is of all there is: of a part it cannot be said that a decision matches nothing.
    pub whole: bool,
}

/// What is thought of a report.
pub fn review(report: &Report, measure: Measure<'_>) -> Review {
    let Measure { policy, decisions, comparison, .. } = measure;
    let mut used = vec![false; decisions.len()];
    let state = |all: Option<&Vec<BaselineState>>, at: usize| all.and_then(|all| all.get(at)).copied();
    let findings = report.findings.iter().enumerate().map(|(at, finding)| {
        let places = places(report, finding.scan_root, &finding.root);
        let is_about = |decision: &Decision| {
            decision.is_of(finding.scan_root) && places.iter().any(|place| decision.is_about(finding, place))
        };
        let decided = decide(measure, &mut used, &is_about).or_else(|| own_code(policy, measure.settings, finding));
        Verdict {
            decided,
            state: state(comparison.map(|all| &all.findings), at),
            ..of_finding(report, finding, policy)
        }
    });
    let findings: Vec<Verdict> = findings.collect();
    let discrepancies = report.discrepancies.iter().enumerate().map(|(at, one)| {
        let places = places(report, one.scan_root, &one.root);
        let is_about = |decision: &Decision| {
            decision.is_of(one.scan_root) && places.iter().any(|place| decision.is_about_discrepancy(one, place))
        };
        let decided = decide(measure, &mut used, &is_about);
        let conditions = vec![condition::of_discrepancy(one)];
        let state = state(comparison.map(|all| &all.discrepancies), at);
        Verdict { decided, conditions, state, ..Verdict::default() }
    });
    let discrepancies: Vec<Verdict> = discrepancies.collect();
    let failures = failures(report, &findings, &discrepancies, &policy.fail_on);
    Review {
        findings,
        discrepancies,
        gone: comparison.map(|all| all.gone.clone()).unwrap_or_default(),
        idle: idle(report, measure, &used),
        idle_licence_paths: Vec::new(),
        failures,
        settings: measure.settings.map(str::to_string),
        excluded: Vec::new(),
    }
}

fn of_finding(report: &Report, finding: &Finding, policy: &Policy) -> Verdict {
    let remedy = remedy::remedy(report, finding);
    if let Some(why) = policy.set_aside(finding) {
        return Verdict { remedy, set_aside: Some(why), ..Verdict::default() };
    }
    let places = places(report, finding.scan_root, &finding.root);
    let conditions = condition::of_finding(finding, policy.judge(finding, &places));
    Verdict { conditions, remedy, ..Verdict::default() }
}

/// The names that a place goes by in patterns: its path below its root and, where there are several roots, that behind the root
/// as it was given.
pub fn places<'r>(report: &'r Report, root: RootNo, path: &'r str) -> Vec<Cow<'r, str>> {
    let shown = report.shown_path(root, path);
    let below = Cow::Borrowed(if path.is_empty() { "." } else { path });
    if shown == below {
        return vec![below];
    }
    // As in patterns, where `./` before a path says nothing.
    vec![below, Cow::Owned(shown.trim_start_matches("./").to_string())]
}

/// The first decision that is about a finding and still holds; all that are about it are marked as used.
fn decide(measure: Measure<'_>, used: &mut [bool], is_about: &dyn Fn(&Decision) -> bool) -> Option<Decided> {
    let mut first = None;
    for (decision, used) in measure.decisions.iter().zip(used) {
        if is_about(decision) {
            *used = true;
            if first.is_none() && decision.holds_on(measure.today) {
                first = Some(decision.decided.clone());
            }
        }
    }
    first
}

/// What the settings say to be one's own is decided by them.
fn own_code(policy: &Policy, settings: Option<&str>, finding: &Finding) -> Option<Decided> {
    let purls = std::iter::once(base_of(&finding.purl)).chain(finding.aliases.iter().map(String::as_str));
    policy.is_own(purls).then(|| Decided {
        kind: DecisionKind::OwnCode,
        reason: "The settings name it as own code.".to_string(),
        author: "settings".to_string(),
        date: String::new(),
        expires: None,
        replaced_by: None,
        file: settings.unwrap_or_default().to_string(),
        line: 0,
    })
}

fn idle(report: &Report, measure: Measure<'_>, used: &[bool]) -> Vec<IdleDecision> {
    let why = |(decision, used): (&Decision, &bool)| match (decision.holds_on(measure.today), used) {
        (false, _) => Some(Idle::Expired),
        (true, false) if measure.whole => Some(Idle::NeverMatched),
        _ => None,
    };
    let idle: Vec<(&Decision, Idle)> =
        measure.decisions.iter().zip(used).filter_map(|pair| Some((pair.0, why(pair)?))).collect();
    if idle.is_empty() {
        return Vec::new();
    }
    let with_lines = files_by_component(report);
    let of = |(decision, why): (&Decision, Idle)| {
        let Decided { file, line, .. } = &decision.decided;
        let files = if why == Idle::NeverMatched { decision.files_with_lines(&with_lines) } else { 0 };
        IdleDecision { file: file.clone(), line: *line, component: decision.component.clone(), why, files }
    };
    let mut idle: Vec<IdleDecision> = idle.into_iter().map(of).collect();
    idle.sort();
    idle
}

/// Which files, by number, hold copied lines of a component, by its purl in small letters.
fn files_by_component(report: &Report) -> BTreeMap<String, BTreeSet<usize>> {
    let mut out: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (at, file) in report.files.iter().enumerate() {
        for one in &file.matches {
            out.entry(base_of(&one.purl).to_lowercase()).or_default().insert(at);
        }
    }
    out
}

/// What a run fails on: conditions of findings without a decision.
fn failures(report: &Report, findings: &[Verdict], discrepancies: &[Verdict], fail_on: &FailOn) -> Vec<Failure> {
    let counts = |verdict: &Verdict| {
        let new = verdict.state.is_none_or(|state| state != BaselineState::Unchanged);
        verdict.decided.is_none() && (new || !fail_on.new_only)
    };
    let named = report.findings.iter().map(|finding: &Finding| &finding.id).zip(findings);
    let more = report.discrepancies.iter().map(|one: &Discrepancy| &one.id).zip(discrepancies);
    let all: Vec<(&String, &Verdict)> = named.chain(more).filter(|(_, verdict)| counts(verdict)).collect();
    let failure = |condition: Condition| {
        let meets = all.iter().filter(|(_, verdict)| verdict.conditions.contains(&condition));
        let ids: Vec<String> = meets.map(|(id, _)| (*id).clone()).collect();
        (!ids.is_empty()).then_some(Failure { condition, ids })
    };
    let asked = Condition::ALL.into_iter().filter(|condition| fail_on.conditions.contains(condition));
    asked.filter_map(failure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::FindingKind;
    use crate::model::sample;
    use crate::model::sketch::Sketch;

    const DECISIONS: &str = r#"
[[decision]]
component = "pkg:npm/a"
kind = "accepted"
reason = "r"
author = "Ada"
date = "2026-01-01"
expires = "2026-06-30"
sketch = ["1", "2", "3", "4"]

[[decision]]
component = "pkg:npm/never"
kind = "false-positive"
reason = "r"
author = "Ada"
date = "2026-01-01"
all = true
"#;

    fn report() -> Report {
        let finding = |purl: &str| {
            let mut finding = sample::finding(purl, &["1"], FindingKind::Vendored, "lib");
            finding.sketch = Sketch(vec![1, 2, 3, 4]);
            finding
        };
        Report {
            findings: vec![finding("pkg:npm/a@1"), finding("pkg:npm/b@1")],
            roots: vec!["t".into()],
            ..Report::default()
        }
    }

    fn reviewed(today: &str, whole: bool, comparison: Option<&Comparison>, fail_on: FailOn) -> Review {
        let policy = Policy { fail_on, ..Policy::default() };
        let decisions = decision::read(DECISIONS, "d.toml").0;
        let measure = Measure { policy: &policy, settings: None, decisions: &decisions, comparison, today, whole };
        review(&report(), measure)
    }

    fn unmanaged(new_only: bool) -> FailOn {
        FailOn { conditions: vec![Condition::Unmanaged], new_only }
    }

    #[test]
    fn what_is_decided_fails_no_run_until_the_decision_ends() {
        let before = reviewed("2026-06-30", true, None, unmanaged(false));
        assert!(before.findings[0].decided.is_some() && before.findings[1].decided.is_none());
        assert_eq!(before.failures.len(), 1);
        assert_eq!(before.failures[0].ids, [report().findings[1].id.clone()]);
        let idle: Vec<(u32, Idle)> = before.idle.iter().map(|one| (one.line, one.why)).collect();
        assert_eq!(idle, [(11, Idle::NeverMatched)]);
        let after = reviewed("2026-07-01", true, None, unmanaged(false));
        assert_eq!(after.failures[0].ids.len(), 2);
        let idle: Vec<(u32, Idle)> = after.idle.iter().map(|one| (one.line, one.why)).collect();
        assert_eq!(idle, [(2, Idle::Expired), (11, Idle::NeverMatched)]);
        assert!(
            reviewed("2026-06-30", false, None, unmanaged(false)).idle.is_empty(),
            "a part says nothing of the rest"
        );
    }

    fn measure<'m>(policy: &'m Policy, decisions: &'m [Decision]) -> Measure<'m> {
        Measure { policy, settings: None, decisions, comparison: None, today: "2026-07-01", whole: true }
    }

    #[test]
    fn a_decision_that_matches_nothing_says_where_lines_of_it_still_are() {
        let mut report = report();
        let mut file = sample::report().files.into_iter().find(|file| !file.matches.is_empty()).unwrap();
        file.matches[0].purl = "pkg:npm/Never@2".into();
        report.files = vec![file.clone(), file];
        let (policy, decisions) = (Policy::default(), decision::read(DECISIONS, "d.toml").0);
        let fixed = measure(&policy, &decisions);
        let idle: Vec<(Idle, u64)> = review(&report, fixed).idle.iter().map(|one| (one.why, one.files)).collect();
        assert_eq!(idle, [(Idle::Expired, 0), (Idle::NeverMatched, 2)]);
        let wide = decision::read(&DECISIONS.replace("never", "nev*"), "d.toml").0;
        assert_eq!(review(&report, Measure { decisions: &wide, ..fixed }).idle[1].files, 2);
    }

    #[test]
    fn patterns_of_several_roots_are_of_paths_below_each_or_behind_its_name() {
        let mut report = report();
        report.roots = vec!["./prod".into(), "fw".into()];
        report.findings[1].scan_root = RootNo(1);
        let named = |at: usize| places(&report, report.findings[at].scan_root, &report.findings[at].root);
        assert_eq!(named(0), ["lib", "prod/lib"]);
        assert_eq!(named(1), ["lib", "fw/lib"]);
        let wide = DECISIONS.replace("pkg:npm/never", "pkg:npm/*");
        let decided = |pattern: &str, root: Option<RootNo>| {
            let text = wide.replace("all = true", &format!("paths = [\"{pattern}\"]"));
            let mut decisions = decision::read(&text, "d.toml").0;
            decisions.iter_mut().for_each(|one| one.root = root);
            let policy = Policy::default();
            let measure = measure(&policy, &decisions);
            review(&report, measure).findings.iter().map(|one| one.decided.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(decided("lib", None), [true, true]);
        assert_eq!(decided("prod/**", None), [true, false]);
        assert_eq!(decided("fw/lib/", None), [false, true]);
        assert_eq!(decided("lib", Some(RootNo(1))), [false, true], "those of a root hold below it");
    }

    #[test]
    fn what_was_there_fails_no_run_that_asks_for_what_is_new() {
        let states = vec![BaselineState::New, BaselineState::Unchanged];
        let comparison = Comparison { findings: states, ..Comparison::default() };
        let review = reviewed("2026-07-01", true, Some(&comparison), unmanaged(true));
        assert_eq!(review.failures[0].ids, [report().findings[0].id.clone()]);
        assert!(reviewed("2026-07-01", true, None, FailOn::default()).failures.is_empty());
    }

    #[test]
    fn what_the_settings_name_is_own_code() {
        let own = pattern::component("pkg:npm/B").unwrap();
        let policy = Policy { own: vec![own], kinds: vec![FindingKind::Snippet], ..Policy::default() };
        let measure = Measure {
            policy: &policy,
            settings: Some("foundling.toml"),
            decisions: &[],
            comparison: None,
            today: "",
            whole: true,
        };
        let review = review(&report(), measure);
        assert_eq!(review.findings[1].decided.as_ref().map(|one| one.kind), Some(DecisionKind::OwnCode));
        assert!(review.findings[0].set_aside.is_some() && review.findings[0].conditions.is_empty());
    }
}

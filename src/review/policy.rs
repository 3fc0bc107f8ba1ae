//! What is wanted of findings: which licences are allowed, which findings count, whose code is one's own.

use std::borrow::Cow;

use globset::GlobMatcher;
use spdx::Expression;

use crate::license;
pub use crate::license::expression::MODE;
use crate::model::finding::{Declarer, Finding, FindingKind};
use crate::model::license::Category;
use crate::model::review::Condition;
use crate::review::condition::LicenceJudgement;
use crate::review::pattern::PathPattern;

/// Which licences may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Licences {
    /// If there is any, only these, by SPDX name or as `NAME WITH EXCEPTION`.
    pub allow: Vec<String>,
    /// Never these.
    pub deny: Vec<String>,
    /// If there is any, only licences of these categories, and those of `allow`.
    pub allow_categories: Vec<Category>,
    /// Never licences of these categories, but those of `allow`.
    pub deny_categories: Vec<Category>,
}

impl Licences {
    /// Whether a single licence, with its exception if it has one, may be used. A name settles it, then its category.
    fn permits(&self, licence: &str) -> bool {
        let alone = licence.split(" WITH ").next().unwrap_or(licence);
        let names = |list: &[String]| list.iter().any(|name| name == licence || name == alone);
        if self.deny.iter().any(|name| name == licence)
            || names(&self.deny) && !self.allow.iter().any(|name| name == licence)
        {
            return false;
        }
        if names(&self.allow) {
            return true;
        }
        let category = license::category(licence);
        if self.deny_categories.contains(&category) {
            return false;
        }
        let open = self.allow.is_empty() && self.allow_categories.is_empty();
        open || self.allow_categories.contains(&category)
    }

    /// Whether an expression may be used: one choice of each `OR`, all parts of each `AND`. What is no expression may not.
    pub fn permit(&self, expression: &str) -> bool {
        let parsed = Expression::parse_mode(expression, MODE);
        parsed.is_ok_and(|parsed| parsed.evaluate(|one| self.permits(&one.to_string())))
    }
}

/// Which licences may be used in a part of the tree.
#[derive(Clone, Debug)]
pub struct PathLicences {
    /// Paths, see [`crate::review::pattern`].
    pub pattern: PathPattern,
    /// Which licences.
    pub licences: Licences,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Licences everywhere else.
    pub licences: Licences,
    /// Licences in parts of the tree; the first that fits a finding's place counts.
    pub paths: Vec<PathLicences>,
    /// Whether a component of which no licence is known is marked.
    pub mark_unknown: bool,
    /// Kinds of findings that count.
    pub kinds: Vec<FindingKind>,
    /// Findings below count not, 0 to 1.
    pub min_confidence: f32,
    /// Findings with fewer lines count not.
    pub min_lines: u64,
    /// Components, by purl without version, that are one's own.
    pub own: Vec<GlobMatcher>,
    /// What a run fails on.
    pub fail_on: FailOn,
}

/// What a run fails on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailOn {
    /// Any of these.
    pub conditions: Vec<Condition>,
    /// Only where a finding is new or changed in view of an earlier report.
    pub new_only: bool,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            licences: Licences::default(),
            paths: Vec::new(),
            mark_unknown: true,
            kinds: vec![FindingKind::Vendored, FindingKind::Copied, FindingKind::Snippet],
            min_confidence: 0.0,
            min_lines: 0,
            own: Vec::new(),
            fail_on: FailOn::default(),
        }
    }
}

impl Policy {
    /// What is to be made of a finding's licence. All licences that its index, its licence file and, without either, its
    /// readme declare count together: what any of them forbids is forbidden. `places` are the names of where it is.
    pub fn judge(&self, finding: &Finding, places: &[Cow<'_, str>]) -> LicenceJudgement {
        let files = finding.licensing.iter().flat_map(|licensing| &licensing.declared);
        // What licence files of the release say that is not here tells of a choice as often as of a duty.
        let by_files = files.filter(|one| !matches!(one.by, Declarer::Index | Declarer::Release));
        let by_files = by_files.map(|one| one.expression.as_str());
        // The texts of the licences among which one may choose forbid nothing.
        let is_said =
            |one: &&str| finding.license.as_deref().is_some_and(|known| license::expression::is_part(one, known));
        let by_files = by_files.filter(|one| !is_said(one));
        let mut all = finding.license.as_deref().into_iter().chain(by_files).peekable();
        if all.peek().is_none() {
            return if self.mark_unknown { LicenceJudgement::Unknown } else { LicenceJudgement::Allowed };
        }
        let part = self.paths.iter().find(|part| places.iter().any(|place| part.pattern.is_place(place)));
        let licences = part.map_or(&self.licences, |part| &part.licences);
        match all.all(|expression| licences.permit(expression)) {
            true => LicenceJudgement::Allowed,
            false => LicenceJudgement::Denied,
        }
    }

    /// Why a finding does not count, if it does not.
    pub fn set_aside(&self, finding: &Finding) -> Option<String> {
        if !self.kinds.contains(&finding.kind) {
            return Some("findings of its kind are not asked for".to_string());
        }
        if finding.confidence < self.min_confidence {
            return Some(format!("it is less sure than {}", self.min_confidence));
        }
        (finding.lines < self.min_lines).then(|| format!("it has fewer than {} lines", self.min_lines))
    }

    /// Whether a component is one's own, by its purls without version.
    pub fn is_own<'p>(&self, mut purls: impl Iterator<Item = &'p str>) -> bool {
        purls.any(|purl| self.own.iter().any(|own| own.is_match(purl)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{Declared, Licensing};
    use crate::model::sample;

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| one.to_string()).collect()
    }

    #[test]
    fn an_expression_is_permitted_by_choices_and_sums() {
        let licences = Licences { deny: names(&["GPL-3.0-only", "GPL-2.0-only"]), ..Licences::default() };
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("MIT AND GPL-3.0-only", false),
            ("(MIT OR Apache-2.0) AND Zlib", true),
            ("LicenseRef-x", true),
            ("no expression (", false),
        ] {
            assert_eq!(licences.permit(expression), expected, "{expression}");
        }
        let with = Licences { allow: names(&["GPL-2.0-only WITH Classpath-exception-2.0"]), ..licences };
        assert!(
            with.permit("GPL-2.0-only WITH Classpath-exception-2.0")
                && !with.permit("GPL-2.0-only")
                && !with.permit("MIT")
        );
    }

    #[test]
    fn a_name_goes_before_its_category() {
        let licences = Licences {
            allow: names(&["MPL-2.0"]),
            deny_categories: vec![Category::Copyleft, Category::WeakCopyleft],
            ..Licences::default()
        };
        assert!(licences.permit("MPL-2.0") && !licences.permit("LGPL-2.1-only") && !licences.permit("MIT"));
        let permissive = Licences { allow_categories: vec![Category::Permissive], ..Licences::default() };
        assert!(permissive.permit("MIT") && permissive.permit("BSD-3-Clause") && !permissive.permit("GPL-2.0-only"));
    }

    #[test]
    fn the_text_of_a_licence_that_need_not_be_chosen_forbids_nothing() {
        let policy = Policy {
            licences: Licences { deny_categories: vec![Category::Copyleft], ..Licences::default() },
            ..Policy::default()
        };
        let mut finding = sample::finding("pkg:generic/zstd@1", &["1"], FindingKind::Vendored, "lib/z");
        let text = |expression: &str| Declared {
            by: Declarer::LicenseFile,
            path: Some("lib/z/COPYING".into()),
            expression: expression.into(),
        };
        finding.license = Some("BSD-3-Clause OR GPL-2.0-only".into());
        finding.licensing = Some(Licensing { declared: vec![text("GPL-2.0-only")], ..Licensing::default() });
        assert_eq!(policy.judge(&finding, &["lib/z".into()]), LicenceJudgement::Allowed);
        finding.license = Some("BSD-3-Clause".into());
        assert_eq!(policy.judge(&finding, &["lib/z".into()]), LicenceJudgement::Denied);
    }

    #[test]
    fn a_part_of_the_tree_may_have_licences_of_its_own() {
        let pattern = |text: &str| PathPattern::read(text, false).unwrap();
        let policy = Policy {
            licences: Licences { deny: names(&["Zlib"]), ..Licences::default() },
            paths: vec![PathLicences { pattern: pattern("tools/**"), licences: Licences::default() }],
            own: vec![crate::review::pattern::component("pkg:npm/%40Acme/*").unwrap()],
            ..Policy::default()
        };
        let mut finding = sample::finding("pkg:generic/zlib@1", &["1"], FindingKind::Vendored, "lib/z");
        let judge = |finding: &Finding, places: &[&str]| {
            policy.judge(finding, &places.iter().map(|place| Cow::Borrowed(*place)).collect::<Vec<_>>())
        };
        assert_eq!(judge(&finding, &["lib/z"]), LicenceJudgement::Denied);
        for place in ["tools/z", "tools"] {
            assert_eq!(judge(&finding, &[place]), LicenceJudgement::Allowed);
        }
        assert_eq!(judge(&finding, &["lib/z", "tools/lib/z"]), LicenceJudgement::Allowed, "of several roots");
        finding.license = None;
        assert_eq!(judge(&finding, &["lib/z"]), LicenceJudgement::Unknown);
        assert!(
            policy.is_own(["pkg:npm/a", "pkg:npm/%40acme/b"].into_iter()) && !policy.is_own(["pkg:npm/b"].into_iter())
        );
    }

    #[test]
    fn what_does_not_count_says_why() {
        let policy =
            Policy { kinds: vec![FindingKind::Vendored], min_lines: 5, min_confidence: 0.5, ..Policy::default() };
        let finding = |kind, lines, confidence| {
            let mut finding = sample::finding("pkg:generic/z@1", &["1"], kind, "z");
            (finding.lines, finding.confidence) = (lines, confidence);
            policy.set_aside(&finding)
        };
        assert_eq!(finding(FindingKind::Vendored, 5, 0.5), None);
        assert!(finding(FindingKind::Snippet, 5, 0.5).is_some_and(|why| why.contains("kind")));
        assert!(finding(FindingKind::Vendored, 4, 0.5).is_some_and(|why| why.contains("lines")));
        assert!(finding(FindingKind::Vendored, 5, 0.4).is_some_and(|why| why.contains("sure")));
    }
}

//! Which licences a file states: texts, notices, tags and mentions. Pure and in linear time.

pub mod category;
pub mod expression;
pub mod file;
pub mod tag;

use crate::license::tag::{Claim, Tag};
use crate::model::license::{Category, LicenseKind, LicenseMatch};

/// What matches of a tag name as their rule.
const TAG_RULE: &str = "spdx-license-identifier";
/// The same for what can still be read of a broken expression.
const BROKEN_TAG_RULE: &str = "spdx-license-identifier-broken";
/// Score of a licence that a broken expression names: which role it plays there is not known.
const BROKEN_TAG_SCORE: f32 = 0.5;

/// Buffers of one thread, and what the last text said besides its matches.
#[derive(Default)]
pub struct Scratch {
    tags: Vec<Tag>,
    cut: bool,
}

impl Scratch {
    /// Tags of the last text whose expression is not valid.
    pub fn broken_tags(&self) -> impl Iterator<Item = &Tag> {
        self.tags.iter().filter(|tag| matches!(tag.claim, Claim::Broken { .. }))
    }

    /// Whether the last text has more tags than are read.
    pub fn tags_cut(&self) -> bool {
        self.cut
    }
}

/// The licence statements of a text, in line order. `path` decides what a field of a package manifest is.
pub fn detect(text: &[u8], _path: &str, scratch: &mut Scratch) -> Vec<LicenseMatch> {
    scratch.tags.clear();
    scratch.cut = tag::find(text, &mut scratch.tags);
    let mut found: Vec<LicenseMatch> = scratch.tags.iter().flat_map(tag_matches).collect();
    found.sort_by_key(|one| one.lines);
    found
}

/// What a tag counts for.
fn tag_matches(tag: &Tag) -> Vec<LicenseMatch> {
    let one = |expression: &String, score: f32, rule: &str| LicenseMatch {
        expression: expression.clone(),
        kind: LicenseKind::Tag,
        lines: tag.lines,
        score,
        rule: rule.to_string(),
    };
    match &tag.claim {
        Claim::Valid(expression) => vec![one(expression, 1.0, TAG_RULE)],
        Claim::Broken { known, .. } => {
            known.iter().map(|expression| one(expression, BROKEN_TAG_SCORE, BROKEN_TAG_RULE)).collect()
        }
    }
}

/// What an expression as a whole asks of those who pass the code on.
pub fn category(expression: &str) -> Category {
    category::category(expression, &of_list)
}

/// The category of one licence by the marks of the SPDX list: copyleft or not, GNU or not, free or not.
fn of_list(name: &str) -> Category {
    match spdx::license_id(name) {
        Some(id) if name.starts_with("AGPL-") && id.is_copyleft() => Category::NetworkCopyleft,
        Some(id) if name.starts_with("GPL-") && id.is_copyleft() => Category::Copyleft,
        Some(id) if id.is_copyleft() => Category::WeakCopyleft,
        Some(id) if id.is_osi_approved() || id.is_fsf_free_libre() => Category::Permissive,
        _ => Category::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_matches_and_broken_ones_are_told_apart() {
        let mut scratch = Scratch::default();
        let found = detect(b"SPDX-License-Identifier: MIT\nSPDX-License-Identifier: ISC OR Foo", "a.c", &mut scratch);
        let said: Vec<_> = found.iter().map(|one| (one.expression.as_str(), one.lines.first, one.score)).collect();
        assert_eq!(said, [("MIT", 1, 1.0), ("ISC", 2, BROKEN_TAG_SCORE)]);
        assert_eq!(scratch.broken_tags().map(|tag| tag.line).collect::<Vec<_>>(), [2]);
        assert!(detect(b"nothing", "a.c", &mut scratch).is_empty() && scratch.broken_tags().next().is_none());
    }

    #[test]
    fn licences_of_the_list_have_a_category() {
        use Category::*;
        for (expression, expected) in [
            ("MIT", Permissive),
            ("MPL-2.0", WeakCopyleft),
            ("LGPL-2.1-or-later", WeakCopyleft),
            ("GPL-2.0-or-later", Copyleft),
            ("AGPL-3.0-only", NetworkCopyleft),
            ("LicenseRef-x", Unknown),
        ] {
            assert_eq!(category(expression), expected, "{expression}");
        }
    }
}

//! `foundling.toml`: the settings of a company or a repository. [`TEMPLATE`] has every key with its meaning; it is what
//! `foundling init` writes.
//!
//! It is read from the scan's root or from where `--config` says, never from a folder below: scanned code must not hide
//! findings. A key that is not known, or a value that cannot be, is an error with its line and column.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::model::finding::FindingKind;
use crate::model::license::Category;
use crate::model::review::Condition;
use crate::review::condition;
use crate::review::pattern::{self, PathPattern};
use crate::review::policy::{FailOn, Licences, MODE, PathLicences, Policy};

/// The settings' file at a scan's root.
pub const FILE: &str = "foundling.toml";
/// The decisions' file beside it.
pub const DECISIONS_FILE: &str = "foundling-decisions.toml";
/// What stands in lists of conditions for "only if it is new".
pub const NEW_ONLY: &str = "new-only";

/// A commented settings file that changes nothing.
pub const TEMPLATE: &str = include_str!("template.toml");

/// Settings, checked.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What is wanted of findings.
    pub policy: Policy,
    /// Paths that are not scanned: pattern, and why.
    pub excludes: Vec<Exclude>,
    /// Index files, below the folder of the settings unless absolute.
    pub indexes: Vec<PathBuf>,
    /// Line and column of [`NEW_ONLY`], where it is asked for.
    pub new_only_at: Option<(usize, usize)>,
    /// Decisions files, as `indexes`; empty for the one beside the settings.
    pub decisions: Vec<PathBuf>,
}

/// A part of the tree that is not scanned.
#[derive(Clone, Debug)]
pub struct Exclude {
    /// As it is written.
    pub pattern: String,
    /// The same, read; see [`crate::review::pattern`].
    pub matcher: PathPattern,
    /// Why.
    pub reason: String,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    indexes: Vec<PathBuf>,
    decisions: Vec<PathBuf>,
    fail_on: Vec<Spanned<String>>,
    licenses: LicencesTable,
    findings: FindingsTable,
    exclude: Vec<ExcludeTable>,
    own: OwnTable,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LicencesTable {
    allow: Vec<Spanned<String>>,
    deny: Vec<Spanned<String>>,
    allow_categories: Vec<Category>,
    deny_categories: Vec<Category>,
    unknown: Unknown,
    path: Vec<PathTable>,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Unknown {
    #[default]
    Mark,
    Ignore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PathTable {
    pattern: Spanned<String>,
    #[expect(dead_code, reason = "for those who read the file")]
    reason: String,
    #[serde(default)]
    allow: Vec<Spanned<String>>,
    #[serde(default)]
    deny: Vec<Spanned<String>>,
    #[serde(default)]
    allow_categories: Vec<Category>,
    #[serde(default)]
    deny_categories: Vec<Category>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FindingsTable {
    kinds: Option<Vec<FindingKind>>,
    min_confidence: Option<Spanned<f32>>,
    min_lines: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExcludeTable {
    pattern: Spanned<String>,
    reason: Spanned<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OwnTable {
    purls: Vec<Spanned<String>>,
}

/// What is wrong with settings, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: usize,
    /// Column in letters, from 1.
    pub column: usize,
    /// What is wrong.
    pub detail: String,
}

/// Reads settings; `folder` is where they stand.
///
/// # Errors
/// The first mistake.
pub fn read(text: &str, folder: &Path) -> Result<Settings, Mistake> {
    let at = |place: usize, detail: String| {
        let before = text.get(..place).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Mistake { line, column, detail }
    };
    let file: File = toml::from_str(text)
        .map_err(|error| at(error.span().map_or(0, |span| span.start), error.message().trim().replace('\n', ", ")))?;
    let wrong = |(place, detail): (usize, String)| at(place, detail);
    let LicencesTable { allow, deny, allow_categories, deny_categories, unknown, path } = file.licenses;
    let licences = licences(allow, deny, allow_categories, deny_categories).map_err(wrong)?;
    let part = |table: PathTable| {
        let PathTable { pattern, allow, deny, allow_categories, deny_categories, .. } = table;
        let licences = self::licences(allow, deny, allow_categories, deny_categories)?;
        Ok(PathLicences { pattern: paths(&pattern)?, licences })
    };
    let paths = path.into_iter().map(part).collect::<Result<_, _>>().map_err(wrong)?;
    let confidence = file.findings.min_confidence;
    if let Some(wrong) = confidence.as_ref().filter(|given| !(0.0..=1.0).contains(given.get_ref())) {
        return Err(at(wrong.span().start, "a confidence lies between 0 and 1".to_string()));
    }
    let excludes = file.exclude.into_iter().map(exclude).collect::<Result<_, _>>().map_err(wrong)?;
    let own = |purl: &Spanned<String>| pattern::component(purl.get_ref()).map_err(|why| (purl.span().start, why));
    let own = file.own.purls.iter().map(own).collect::<Result<_, _>>().map_err(wrong)?;
    let new_only = file.fail_on.iter().find(|name| name.get_ref() == NEW_ONLY).map(|name| name.span().start);
    let new_only_at = new_only.map(|place| at(place, String::new())).map(|found| (found.line, found.column));
    let fail_on = fail_on(&file.fail_on).map_err(wrong)?;
    let policy = Policy {
        licences,
        paths,
        mark_unknown: unknown == Unknown::Mark,
        kinds: file.findings.kinds.unwrap_or(Policy::default().kinds),
        min_confidence: confidence.map_or(0.0, Spanned::into_inner),
        min_lines: file.findings.min_lines,
        own,
        fail_on,
    };
    let beside = |paths: Vec<PathBuf>| paths.into_iter().map(|path| folder.join(path)).collect();
    let (indexes, decisions) = (beside(file.indexes), beside(file.decisions));
    Ok(Settings { policy, excludes, indexes, new_only_at, decisions })
}

type Wrong = (usize, String);

fn licences(
    allow: Vec<Spanned<String>>,
    deny: Vec<Spanned<String>>,
    allow_categories: Vec<Category>,
    deny_categories: Vec<Category>,
) -> Result<Licences, Wrong> {
    let name = |one: Spanned<String>| {
        let place = one.span().start;
        let known =
            spdx::Expression::parse_mode(one.get_ref(), MODE).is_ok_and(|parsed| parsed.requirements().count() == 1);
        known.then(|| one.get_ref().clone()).ok_or_else(|| {
            (
                place,
                format!(
                    "`{}` is no licence of the SPDX list, nor a LicenseRef- or a licence WITH an exception",
                    one.get_ref()
                ),
            )
        })
    };
    let names = |all: Vec<Spanned<String>>| all.into_iter().map(name).collect::<Result<_, _>>();
    Ok(Licences { allow: names(allow)?, deny: names(deny)?, allow_categories, deny_categories })
}

fn paths(pattern: &Spanned<String>) -> Result<PathPattern, Wrong> {
    PathPattern::read(pattern.get_ref(), false).map_err(|why| (pattern.span().start, why))
}

fn exclude(table: ExcludeTable) -> Result<Exclude, Wrong> {
    if table.reason.get_ref().trim().is_empty() {
        return Err((table.reason.span().start, "what is left out needs a reason".to_string()));
    }
    let matcher = paths(&table.pattern)?;
    Ok(Exclude { pattern: table.pattern.into_inner(), matcher, reason: table.reason.into_inner() })
}

fn fail_on(names: &[Spanned<String>]) -> Result<FailOn, Wrong> {
    let mut out = FailOn::default();
    for name in names {
        add_condition(&mut out, name.get_ref()).map_err(|why| (name.span().start, why))?;
    }
    Ok(out)
}

/// Adds a condition by its name.
///
/// # Errors
/// The name is none; the message lists those that are.
pub fn add_condition(fail_on: &mut FailOn, name: &str) -> Result<(), String> {
    if name == NEW_ONLY {
        fail_on.new_only = true;
        return Ok(());
    }
    match condition::named(name) {
        Some(condition) => fail_on.conditions.push(condition),
        None => {
            let all: Vec<&str> = Condition::ALL.iter().map(|condition| condition.as_str()).chain([NEW_ONLY]).collect();
            return Err(format!("`{name}` is no condition; there are {}", all.join(", ")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Mistake> {
        super::read(text, Path::new("/company"))
    }

    #[test]
    fn the_template_changes_nothing_and_each_of_its_lines_can_be_used() {
        let settings = read(TEMPLATE).unwrap();
        let default = Policy::default();
        assert_eq!((settings.policy.licences, settings.policy.kinds), (default.licences, default.kinds));
        assert!(
            settings.excludes.is_empty() && settings.policy.fail_on == FailOn::default() && settings.indexes.is_empty()
        );
        // What is commented out with one `#` right before a key or a table is an example.
        let example = |line: &str| match line.strip_prefix('#') {
            Some(rest) if rest.starts_with(|first: char| first.is_ascii_lowercase() || first == '[') => {
                rest.to_string()
            }
            _ => line.to_string(),
        };
        let all: Vec<String> = TEMPLATE.lines().map(example).collect();
        let settings = read(&all.join("\n")).unwrap();
        assert!(!settings.excludes.is_empty() && !settings.policy.own.is_empty() && !settings.policy.paths.is_empty());
        assert!(!settings.policy.fail_on.conditions.is_empty() && settings.indexes[0].starts_with("/company"));
    }

    #[test]
    fn mistakes_are_named_with_line_and_column() {
        for (text, line, column, word) in [
            ("colour = 1\n", 1, 1, "colour"),
            ("[licenses]\nallow = [\"MIT\", \"Beerware-9\"]\n", 2, 17, "Beerware-9"),
            ("[licenses]\ndeny_categories = [\"strong\"]\n", 2, 20, "strong"),
            ("fail_on = [\"unmanaged\", \"sunday\"]\n", 1, 25, "modified-copy"),
            ("[[exclude]]\npattern = \"a\"\n", 1, 1, "reason"),
            ("[[exclude]]\npattern = \"a\"\nreason = \" \"\n", 3, 10, "reason"),
            ("[[exclude]]\npattern = \"[\"\nreason = \"x\"\n", 2, 11, "pattern"),
            ("[[exclude]]\npattern = \"./\"\nreason = \"x\"\n", 2, 11, "no path"),
            ("[[licenses.path]]\npattern = \"\"\nreason = \"x\"\n", 2, 11, "no path"),
            ("[own]\npurls = [\"pkg:npm/a\", \"pkg:npm/b@1\"]\n", 2, 23, "version"),
            ("[findings]\nmin_confidence = 7.0\n", 2, 18, "between"),
            ("[findings]\nkinds = [\"whole\"]\n", 2, 10, "whole"),
            ("<<<<<<< HEAD\n", 1, 9, ""),
        ] {
            let mistake = read(text).unwrap_err();
            assert_eq!((mistake.line, mistake.column), (line, column), "{text}: {mistake:?}");
            assert!(mistake.detail.contains(word) && !mistake.detail.contains('\n'), "{mistake:?}");
        }
    }
}

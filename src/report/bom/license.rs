//! Licences as bills of materials have them: declared, detected, concluded; and expressions that every reader takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::license::expression::{self, Reading};
use crate::model::finding::{Declared, FileReport, Finding, FindingKind};
use crate::model::license::LicenseKind;
use crate::report::bom::{Bom, Component, File};

/// What stands for a licence that nobody knows.
pub(crate) const NO_ASSERTION: &str = "NOASSERTION";
/// What stands for no licence where one was looked for.
pub(crate) const NONE: &str = "NONE";
/// What a licence that the SPDX list does not hold begins with.
const REFERENCE: &str = "LicenseRef-";
/// What an exception that the SPDX list does not hold begins with; SPDX 2.3 has no such thing.
const ADDITION: &str = "AdditionRef-";

/// The licences of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Licence {
    /// What the release declares; `None` where nothing does, or declarations disagree.
    pub declared: Option<String>,
    /// The terms that its files state (`A`, `A WITH B`), sorted.
    pub detected: BTreeSet<String>,
    /// What holds, by [`concluded`].
    pub concluded: Option<String>,
}

impl Licence {
    /// Of a finding.
    pub fn of(finding: &Finding) -> Licence {
        let mut declared = BTreeSet::new();
        declared.extend(finding.license.as_deref().map(valid));
        let mut detected = BTreeSet::new();
        let mut amiss = false;
        if let Some(licensing) = &finding.licensing {
            // The texts of the licences among which one may choose disagree with nothing.
            let is_said = |one: &&Declared| {
                finding.license.as_deref().is_some_and(|known| expression::is_part(&one.expression, known))
            };
            let others = licensing.declared.iter().filter(|one| !is_said(one));
            declared.extend(others.map(|one| valid(&one.expression)));
            detected.extend(licensing.detected.keys().filter_map(|one| valid(one)).flat_map(|one| terms(&one)));
            amiss = licensing.notice_removed.count > 0 || licensing.notice_replaced.count > 0;
        }
        // What is no expression disagrees with everything.
        let declared = match declared.len() {
            1 => declared.pop_first().flatten(),
            _ => None,
        };
        let concluded = declared.clone().filter(|one| !amiss && concluded(one, &detected, finding.kind));
        Licence { declared, detected, concluded }
    }

    /// All that its files state, as one expression.
    pub fn all_detected(&self) -> Option<String> {
        (!self.detected.is_empty()).then(|| self.detected.iter().cloned().collect::<Vec<_>>().join(" AND "))
    }
}

/// Whether what is declared may be concluded: no file states anything else, and where only pieces of a release are there,
/// which may have a licence of their own, a file states it too.
fn concluded(declared: &str, detected: &BTreeSet<String>, kind: FindingKind) -> bool {
    let allowed = terms(declared);
    let said = kind != FindingKind::Snippet || !detected.is_empty();
    said && detected.iter().all(|one| allowed.contains(one))
}

/// The licence that a file has: the one that it states, where it states one and every component that it holds code of
/// declares the same. Lines that belong to no component leave it open: nobody knows whose statement holds for them.
pub(crate) fn of_file(file: &File<'_>, bom: &Bom<'_>) -> Option<String> {
    let stated = file.report.stated();
    let only = stated.first().filter(|_| stated.len() == 1).and_then(|one| valid(one))?;
    let terms_here = terms(&only);
    let agrees = |owner: Option<&Component<'_>>| {
        let Some(owner) = owner else { return false };
        let licensing = owner.finding.licensing.as_ref();
        let amiss = licensing.is_some_and(|one| {
            [&one.notice_removed, &one.notice_replaced].iter().any(|paths| paths.listed.contains(&file.report.path))
        });
        !amiss && owner.licence.declared.as_deref().is_some_and(|declared| terms_here.is_subset(&terms(declared)))
    };
    file.matches(bom).all(|(_, owner)| agrees(owner)).then_some(only)
}

/// The terms that a file states, sorted.
pub(crate) fn stated(file: &FileReport) -> BTreeSet<String> {
    file.stated().into_iter().filter_map(valid).flat_map(|one| terms(&one)).collect()
}

/// An expression that SPDX 2.3 takes; `None` for what is none, or names other documents. A licence with an exception that is
/// on no list becomes a `LicenseRef-` of both.
pub(crate) fn valid(text: &str) -> Option<String> {
    let Reading::Valid(found) = expression::read_all(text) else { return None };
    if found.contains("DocumentRef-") {
        return None;
    }
    if !found.contains(ADDITION) {
        return Some(found);
    }
    let mut out: Vec<String> = Vec::new();
    for word in found.replace('(', "( ").replace(')', " )").split(' ') {
        match (word.strip_prefix(ADDITION), out.as_slice()) {
            (Some(exception), [.., licence, with]) if with == "WITH" => {
                let plain = licence.strip_prefix(REFERENCE).unwrap_or(licence).replace('+', "-or-later");
                let joint = format!("{REFERENCE}{plain}-WITH-{exception}");
                out.truncate(out.len() - 2);
                out.push(joint);
            }
            _ => out.push(word.to_string()),
        }
    }
    match expression::read_all(&out.join(" ").replace("( ", "(").replace(" )", ")")) {
        Reading::Valid(text) if !text.contains(ADDITION) => Some(text),
        _ => None,
    }
}

/// The licences of a valid expression, each with its exception.
pub(crate) fn terms(expression: &str) -> BTreeSet<String> {
    let mut out: Vec<String> = Vec::new();
    let mut with = false;
    for word in expression.split([' ', '(', ')']) {
        match (word, out.last_mut()) {
            ("" | "AND" | "OR", _) => {}
            ("WITH", _) => with = true,
            (word, Some(licence)) if with => {
                licence.push_str(" WITH ");
                licence.push_str(word);
                with = false;
            }
            (word, _) => out.push(word.to_string()),
        }
    }
    out.into_iter().collect()
}

/// Every `LicenseRef-` of the components and files, with the place that states it first.
pub(crate) fn references(components: &[Component<'_>], files: &[File<'_>]) -> BTreeMap<String, Option<String>> {
    let mut out: BTreeMap<String, Option<String>> = BTreeMap::new();
    for file in files {
        let statements = file.report.licenses.iter().filter(|one| one.kind != LicenseKind::Reference);
        for statement in statements {
            let lines = statement.lines;
            for name in valid(&statement.expression).iter().flat_map(|one| own_names(one)) {
                out.entry(name).or_insert_with(|| Some(format!("{}:{}-{}", file.path, lines.first, lines.last)));
            }
        }
    }
    for licence in components.iter().map(|one| &one.licence) {
        let said = licence.declared.iter().chain(&licence.detected);
        said.flat_map(|one| own_names(one)).for_each(|name| {
            out.entry(name).or_default();
        });
    }
    out
}

fn own_names(expression: &str) -> impl Iterator<Item = String> {
    expression::ids(expression).filter(|id| id.starts_with(REFERENCE)).map(String::from)
}

/// What stands for the text of a licence that is on no list: where it is to be read.
pub(crate) fn text_of(place: Option<&str>) -> String {
    match place {
        Some(place) => format!("The text is not carried here. It is stated in the scanned tree: {place}"),
        None => "The text is not carried here. The index of releases names the licence.".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{Declared, Declarer, Licensing, Paths};
    use crate::report::sample;

    #[test]
    fn expressions_are_valid_and_in_standard_spelling() {
        for (text, expected) in [
            ("mit", Some("MIT")),
            (
                "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT",
                Some("GPL-2.0-only WITH Classpath-exception-2.0 OR MIT"),
            ),
            ("GPL-2.0-or-later WITH AdditionRef-ours", Some("LicenseRef-GPL-2.0-or-later-WITH-ours")),
            ("MIT AND (LicenseRef-x WITH AdditionRef-y OR ISC)", Some("MIT AND (LicenseRef-x-WITH-y OR ISC)")),
            ("DocumentRef-a:LicenseRef-b", None),
            ("NOASSERTION", None),
            ("MIT </text>", None),
            ("", None),
        ] {
            assert_eq!(valid(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn terms_keep_their_exceptions() {
        let found = terms("(MIT OR GPL-2.0-only WITH Classpath-exception-2.0) AND ISC AND MIT");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["GPL-2.0-only WITH Classpath-exception-2.0", "ISC", "MIT"]);
    }

    fn licence(declared: &[&str], detected: &[&str], kind: FindingKind) -> Licence {
        let one = |text: &&str| Declared { by: Declarer::LicenseFile, path: None, expression: text.to_string() };
        let licensing = Licensing {
            declared: declared.iter().map(one).collect(),
            detected: detected.iter().map(|text| (text.to_string(), 1)).collect(),
            ..Licensing::default()
        };
        let finding = sample::finding("pkg:npm/a@1", &["1"], kind, "a");
        Licence::of(&Finding { license: None, licensing: Some(licensing), ..finding })
    }

    #[test]
    fn what_is_declared_is_concluded_where_nothing_speaks_against_it() {
        use FindingKind::{Snippet, Vendored};
        for (declared, detected, kind, expected) in [
            (&["MIT"][..], &[][..], Vendored, Some("MIT")),
            (&["MIT"], &["MIT"], Vendored, Some("MIT")),
            (&["MIT OR Apache-2.0"], &["MIT"], Vendored, Some("MIT OR Apache-2.0")),
            (&["MIT"], &["GPL-2.0-only"], Vendored, None),
            (&["MIT", "ISC"], &["MIT"], Vendored, None),
            (&["MIT", "no licence"], &["MIT"], Vendored, None),
            (&["MIT"], &[], Snippet, None),
            (&["MIT"], &["MIT"], Snippet, Some("MIT")),
            (&[], &["MIT"], Vendored, None),
        ] {
            let found = licence(declared, detected, kind);
            assert_eq!(found.concluded.as_deref(), expected, "{declared:?} {detected:?}");
        }
    }

    #[test]
    fn a_removed_notice_leaves_the_licence_open() {
        let removed = Paths { count: 1, listed: vec!["a/x.c".into()] };
        let licensing = Licensing { notice_removed: removed, ..Licensing::default() };
        let finding = sample::finding("pkg:npm/a@1", &["1"], FindingKind::Vendored, "a");
        let found = Licence::of(&Finding { licensing: Some(licensing), ..finding });
        assert_eq!((found.declared.as_deref(), found.concluded), (Some("Zlib"), None));
    }

    #[test]
    fn a_file_has_the_licence_that_it_states_where_its_origin_agrees() {
        let mut report = sample::report();
        let of = |report: &crate::model::finding::Report, at: usize| {
            let bom = Bom::of(report);
            of_file(&bom.files[at], &bom)
        };
        assert_eq!(of(&report, 2).as_deref(), Some("MIT"), "jquery says what its file says");
        assert_eq!(of(&report, 3), None, "zlib does not");
        assert_eq!(of(&report, 1), None, "nobody knows what ring declares");
        report.findings.remove(2);
        assert_eq!(of(&report, 2), None, "lines of nobody knows whom");
    }

    #[test]
    fn licences_that_are_on_no_list_say_where_they_stand() {
        let mut report = sample::report();
        report.files[1].licenses[0].expression = "LicenseRef-ours".into();
        report.findings[0].license = Some("LicenseRef-theirs OR MIT".into());
        let bom = crate::report::bom::Bom::of(&report);
        let places: Vec<_> = bom.references.iter().map(|(name, place)| (name.as_str(), place.as_deref())).collect();
        assert_eq!(places, [("LicenseRef-ours", Some("src/ring.c:1-9")), ("LicenseRef-theirs", None)]);
    }
}

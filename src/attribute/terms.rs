//! The licence of a release by its own licence files, where nobody recorded it: an index knows what each content states.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::attribute::catalog::{Catalog, ComponentFile, Number, Releases};
use crate::index::lineage::Segment;
use crate::license::expression;
use crate::license::file::{self, LicenseFile};
use crate::model::finding::Licensing;
use crate::model::limits;
use crate::model::place::folder;

/// A licence file at the top of a release.
pub struct TopFile {
    /// Path in the release.
    pub path: String,
    /// SPDX expressions that it states, sorted; none where no index knows.
    pub states: Vec<String>,
}

/// The licence files at the top of a component's release, `release` being its place among all, by path.
pub fn at_the_top(catalog: &Catalog<'_>, known: &Releases, component: Number, release: usize) -> Vec<TopFile> {
    let is_license =
        |file: &ComponentFile| folder(&file.path).is_empty() && file::kind(&file.path) == Some(LicenseFile::License);
    let all = catalog.files(component, limits::COMPONENT_LINEAGES).into_iter().filter(is_license);
    let mut out: Vec<TopFile> = all.filter_map(|file| in_release(catalog, known, file, release as u32)).collect();
    out.sort_by(|one, other| (&one.path, &one.states).cmp(&(&other.path, &other.states)));
    out.dedup_by(|later, earlier| later.path == earlier.path && later.states.is_empty());
    out
}

fn in_release(catalog: &Catalog<'_>, known: &Releases, file: ComponentFile, release: u32) -> Option<TopFile> {
    let is_there = |segment: &&Segment| {
        let mut spans = Vec::new();
        known.spans(file.home(), segment.releases, &mut spans);
        spans.iter().any(|(first, last)| (*first..=*last).contains(&release))
    };
    let segment = file.segments.iter().find(is_there)?;
    let states = catalog.index(file.index).and_then(|open| open.licenses(segment.content));
    let states = states.unwrap_or_default().into_iter().map(str::to_string).collect();
    Some(TopFile { path: file.path, states })
}

/// The one licence that the files state; `None` where they state none or several: whether one may choose among those, or must
/// heed them all, only a reader can tell.
pub fn only(files: &[TopFile]) -> Option<String> {
    let mut all: BTreeSet<&String> = files.iter().flat_map(|file| &file.states).collect();
    all.pop_first().filter(|_| all.is_empty()).cloned()
}

/// The licence of a finding of which none is recorded: what most of its files state where that names just the licences of its
/// licence files, for these say which there are and the files how they go together (`BSD-3-Clause OR GPL-2.0-only`, `-or-later`);
/// else what its licence files say, if that is one licence.
pub fn settled(licensing: &Licensing) -> Option<String> {
    let declared: BTreeSet<&str> = licensing.declared.iter().map(|one| one.expression.as_str()).collect();
    let named: BTreeSet<String> = declared.iter().flat_map(|one| expression::families(one)).collect();
    let most = licensing.detected.iter().max_by_key(|(expression, files)| (**files, Reverse(*expression)));
    let joins = |expression: &str| expression::families(expression).into_iter().collect::<BTreeSet<_>>() == named;
    let stated = most.map(|(expression, _)| expression.as_str()).filter(|one| joins(one));
    let only = || declared.first().copied().filter(|_| declared.len() == 1);
    stated.filter(|_| !declared.is_empty()).or_else(only).map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{Declared, Declarer};

    #[test]
    fn files_say_how_the_licences_of_licence_files_go_together() {
        let settled = |declared: &[&str], detected: &[(&str, u32)]| {
            let one =
                |expression: &&str| Declared { by: Declarer::Release, path: None, expression: expression.to_string() };
            super::settled(&Licensing {
                declared: declared.iter().map(one).collect(),
                detected: detected.iter().map(|(name, files)| (name.to_string(), *files)).collect(),
                ..Licensing::default()
            })
        };
        let zstd = [("BSD-3-Clause OR GPL-2.0-only", 92), ("MIT", 2)];
        assert_eq!(settled(&["GPL-2.0-only", "BSD-3-Clause"], &zstd).as_deref(), Some("BSD-3-Clause OR GPL-2.0-only"));
        assert_eq!(settled(&["GPL-2.0-only"], &[("GPL-2.0-or-later", 9)]).as_deref(), Some("GPL-2.0-or-later"));
        assert_eq!(settled(&["MIT"], &[("Zlib", 3)]).as_deref(), Some("MIT"));
        assert_eq!(settled(&["MIT", "Zlib"], &[("Zlib", 3)]), None);
        assert_eq!(settled(&[], &[("Zlib", 3)]), None);
    }

    #[test]
    fn one_licence_is_the_releases_and_several_are_nobodys_choice() {
        let file = |path: &str, states: &[&str]| TopFile {
            path: path.into(),
            states: states.iter().map(|one| one.to_string()).collect(),
        };
        assert_eq!(only(&[file("LICENSE", &["MIT"]), file("COPYRIGHT", &[])]).as_deref(), Some("MIT"));
        assert_eq!(only(&[file("COPYING", &["GPL-2.0-only"]), file("LICENSE", &["BSD-3-Clause"])]), None);
        assert_eq!((only(&[]), only(&[file("LICENSE", &[])])), (None, None));
    }
}

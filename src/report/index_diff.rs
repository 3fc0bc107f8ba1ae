//! What one index holds that another does not, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use crate::index::diff::{Changed, Difference, Held, Renamed};
use crate::index::set::IndexFile;
use crate::model::place::path_text;
use crate::model::purl::with_version;
use crate::report::Format;
use crate::report::layout::{counted, safe};

/// What the comparison is written by; rises when a field is renamed or dropped.
pub const SCHEMA: &str = "foundling-index-diff/1";

/// The comparison of two index files.
#[derive(Debug, Serialize)]
pub struct IndexDiff {
    schema: &'static str,
    old: Named,
    new: Named,
    summary: Figures,
    components_added: Vec<String>,
    components_removed: Vec<String>,
    releases_added: Vec<Release>,
    releases_removed: Vec<Release>,
    releases_changed: Vec<Change>,
    aliases_changed: Vec<Alias>,
}

#[derive(Debug, Serialize)]
struct Named {
    id: String,
    name: String,
}

/// The lengths of the lists.
#[derive(Debug, Serialize)]
struct Figures {
    components_added: usize,
    components_removed: usize,
    releases_added: usize,
    releases_removed: usize,
    releases_changed: usize,
    aliases_changed: usize,
}

#[derive(Debug, Serialize)]
struct Release {
    purl: String,
    /// Whether it is a company's own code.
    own: bool,
    released: Option<String>,
    license: Option<String>,
    files: u32,
}

/// A release before and after.
#[derive(Debug, Serialize)]
struct Change {
    purl: String,
    own: bool,
    files: Pair<u32>,
    license: Pair<Option<String>>,
}

/// The other purls of a component before and after.
#[derive(Debug, Serialize)]
struct Alias {
    purl: String,
    own: bool,
    aliases: Pair<Vec<String>>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Pair<T> {
    old: T,
    new: T,
}

/// Names the files that were compared and what their difference is.
pub fn describe(old: &IndexFile, new: &IndexFile, difference: Difference) -> IndexDiff {
    let Difference { components_added, components_removed, .. } = difference;
    let Difference { releases_added, releases_removed, releases_changed, aliases_changed, .. } = difference;
    IndexDiff {
        schema: SCHEMA,
        old: named(old),
        new: named(new),
        summary: Figures {
            components_added: components_added.len(),
            components_removed: components_removed.len(),
            releases_added: releases_added.len(),
            releases_removed: releases_removed.len(),
            releases_changed: releases_changed.len(),
            aliases_changed: aliases_changed.len(),
        },
        components_added,
        components_removed,
        releases_added: releases_added.into_iter().map(release).collect(),
        releases_removed: releases_removed.into_iter().map(release).collect(),
        releases_changed: releases_changed.into_iter().map(change).collect(),
        aliases_changed: aliases_changed.into_iter().map(alias).collect(),
    }
}

fn named(file: &IndexFile) -> Named {
    Named { id: file.table.hex(), name: path_text(file.path.as_os_str().as_encoded_bytes()) }
}

fn release(held: Held) -> Release {
    let Held { base, own, release } = held;
    let purl = with_version(&base, &release.version);
    Release { purl, own, released: release.released, license: release.license, files: release.files }
}

fn change(changed: Changed) -> Change {
    let Changed { base, own, old, new } = changed;
    Change {
        purl: with_version(&base, &new.version),
        own,
        files: Pair { old: old.files, new: new.files },
        license: Pair { old: old.license, new: new.license },
    }
}

fn alias(renamed: Renamed) -> Alias {
    let Renamed { base, own, old, new } = renamed;
    Alias { purl: base, own, aliases: Pair { old, new } }
}

/// Writes the comparison.
///
/// # Errors
/// What `out` answers.
pub fn write(diff: &IndexDiff, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human(diff, out),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, diff)?;
            out.write_all(b"\n")
        }
    }
}

fn human(diff: &IndexDiff, out: &mut dyn Write) -> io::Result<()> {
    for (name, file) in [("old", &diff.old), ("new", &diff.new)] {
        writeln!(out, "{name}  {}  {}", file.id, safe(&file.name))?;
    }
    let sums = &diff.summary;
    if sums.releases_added + sums.releases_removed + sums.releases_changed + sums.aliases_changed == 0 {
        return writeln!(out, "\nBoth hold the same releases.");
    }
    names(out, "Components added", &diff.components_added)?;
    names(out, "Components removed", &diff.components_removed)?;
    releases(out, "Releases added", &diff.releases_added)?;
    releases(out, "Releases removed", &diff.releases_removed)?;
    changes(out, &diff.releases_changed)?;
    aliases(out, &diff.aliases_changed)
}

fn changes(out: &mut dyn Write, all: &[Change]) -> io::Result<()> {
    if !all.is_empty() {
        writeln!(out, "\nReleases changed: {}", all.len())?;
    }
    for Change { purl, own, files, license } in all {
        writeln!(out, "  {}{}", safe(purl), own_code(*own))?;
        if files.old != files.new {
            writeln!(out, "    {} before, {} now", counted(files.old.into(), "file", "files"), files.new)?;
        }
        if license.old != license.new {
            writeln!(out, "    licence {} before, {} now", or_none(&license.old), or_none(&license.new))?;
        }
    }
    Ok(())
}

fn aliases(out: &mut dyn Write, all: &[Alias]) -> io::Result<()> {
    if !all.is_empty() {
        writeln!(out, "\nOther purls changed: {}", all.len())?;
    }
    for Alias { purl, own, aliases } in all {
        writeln!(out, "  {}{}", safe(purl), own_code(*own))?;
        for (what, names, others) in
            [("no longer", &aliases.old, &aliases.new), ("now also", &aliases.new, &aliases.old)]
        {
            let only = names.iter().filter(|name| !others.contains(name));
            only.into_iter().try_for_each(|name| writeln!(out, "    {what} {}", safe(name)))?;
        }
    }
    Ok(())
}

fn own_code(own: bool) -> &'static str {
    if own { ", own code" } else { "" }
}

fn names(out: &mut dyn Write, heading: &str, all: &[String]) -> io::Result<()> {
    if !all.is_empty() {
        writeln!(out, "\n{heading}: {}", all.len())?;
    }
    all.iter().try_for_each(|name| writeln!(out, "  {}", safe(name)))
}

fn releases(out: &mut dyn Write, heading: &str, all: &[Release]) -> io::Result<()> {
    if !all.is_empty() {
        writeln!(out, "\n{heading}: {}", all.len())?;
    }
    for Release { purl, own, released, license, files } in all {
        let files = counted((*files).into(), "file", "files");
        let date = released.as_deref().unwrap_or("no date");
        let own = own_code(*own);
        writeln!(out, "  {}  {}, licence {}, {files}{own}", safe(purl), safe(date), or_none(license))?;
    }
    Ok(())
}

fn or_none(license: &Option<String>) -> String {
    license.as_deref().map_or_else(|| "not recorded".to_string(), |text| safe(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::reader;

    #[test]
    fn what_an_index_says_is_made_safe_to_show() {
        let release = reader::Release {
            version: "1.0\n+x".into(),
            released: Some("2020\u{1b}[1m".into()),
            license: Some("MIT\u{202e}".into()),
            files: 1,
        };
        let held = Held { base: "pkg:generic/a\u{7}".into(), own: true, release: release.clone() };
        let other = reader::Release { license: None, files: 2, ..release.clone() };
        let difference = Difference {
            components_added: vec![held.base.clone()],
            releases_changed: vec![Changed { base: held.base.clone(), own: false, old: release, new: other }],
            releases_added: vec![held],
            ..Difference::default()
        };
        let all = (difference.releases_added, difference.releases_changed, difference.components_added);
        let diff = IndexDiff {
            schema: SCHEMA,
            old: Named { id: "00".into(), name: "old\u{1b}.fdx".into() },
            new: Named { id: "01".into(), name: "new.fdx".into() },
            summary: Figures {
                components_added: 1,
                components_removed: 0,
                releases_added: 1,
                releases_removed: 0,
                releases_changed: 1,
                aliases_changed: 1,
            },
            components_added: all.2,
            components_removed: Vec::new(),
            releases_added: all.0.into_iter().map(super::release).collect(),
            releases_removed: Vec::new(),
            releases_changed: all.1.into_iter().map(change).collect(),
            aliases_changed: vec![alias(Renamed {
                base: "pkg:generic/b".into(),
                own: true,
                old: vec!["pkg:npm/a".into(), "pkg:npm/b".into()],
                new: vec!["pkg:npm/b".into(), "pkg:npm/\u{1b}".into()],
            })],
        };
        let mut page = Vec::new();
        write(&diff, Format::Human, &mut page).unwrap();
        let expected = "old  00  old\\u{1b}.fdx\nnew  01  new.fdx\n\nComponents added: 1\n  pkg:generic/a\\u{7}\n\n\
                        Releases added: 1\n  pkg:generic/a\\u{7}@1.0%0A%2Bx  2020\\u{1b}[1m, licence MIT\\u{202e}, 1 file, own code\n\n\
                        Releases changed: 1\n  pkg:generic/a\\u{7}@1.0%0A%2Bx\n    1 file before, 2 now\n    \
                        licence MIT\\u{202e} before, not recorded now\n\nOther purls changed: 1\n  pkg:generic/b, own code\n    \
                        no longer pkg:npm/a\n    now also pkg:npm/\\u{1b}\n";
        assert_eq!(String::from_utf8(page).unwrap(), expected);
    }
}

//! The tree stage: content becomes component, release and place, because neighbours decide.
//!
//! ```text
//! evidence → claims (whose may it be: origin, contest) → cover (one owner each) → places (root) → sift (whose own finding)
//!          → members (every file's site and vote) → managed (what manifests account for) → release
//!          → findings and file matches (explain, confidence) → discrepancies (what manifests say and the files do not)
//! ```
//!
//! Work is linear in the evidence but for look-ups: a component's lineages are read once for each place that makes a
//! finding, never for each file, and rivals of one content are compared in pairs only up to [`crate::model::limits::RIVALS`].

mod accounts;
mod catalog;
mod claim;
mod confidence;
mod contest;
mod cover;
mod discrepancy;
mod explain;
mod identity;
mod kin;
mod licensing;
mod managed;
mod member;
mod naming;
mod origin;
mod path;
mod place;
mod release;
mod sift;
mod snippet;
mod terms;
mod worth;
mod yarn;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::attribute::accounts::Accounts;
use crate::attribute::catalog::{Catalog, Number};
use crate::attribute::claim::{Claim, Claims};
use crate::attribute::explain::Tree;
use crate::attribute::kin::Kin;
use crate::attribute::member::Remainder;
use crate::attribute::place::Place;
use crate::index::relation;
use crate::index::set::Indexes;
use crate::model::declaration::{Checked, Manifest};
use crate::model::evidence::{FileEvidence, Wanted};
use crate::model::finding::{Discrepancy, FileReport, Finding, Origin};
use crate::model::ids::RootNo;

/// What the tree stage concludes.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    /// Of open source; by root, place and purl.
    pub findings: Vec<Finding>,
    /// Of a company's own code, in the same order.
    pub internal: Vec<Finding>,
    /// Every file there is evidence of, by root and path.
    pub files: Vec<FileReport>,
    /// Where declarations and content disagree, by root, place, kind and declaration.
    pub discrepancies: Vec<Discrepancy>,
}

/// A project that is scanned: what its own manifest calls it, so that its own code is not taken for a copy of itself.
#[derive(Clone, Debug)]
pub struct Project {
    /// The root of the scan.
    pub root: RootNo,
    /// Purls without version that mean the project.
    pub own: BTreeSet<String>,
    /// Its manifests, by path.
    pub manifests: Vec<Manifest>,
    /// What a look at the places that they name said.
    pub checked: Vec<Checked>,
}

/// Attributes what was found in files. The order of `evidence` does not matter; `wanted` is what was looked for in it.
pub fn attribute(indexes: &Indexes, projects: &[Project], wanted: Wanted, evidence: Vec<FileEvidence>) -> Attribution {
    let mut by_root: BTreeMap<RootNo, Vec<FileEvidence>> = BTreeMap::new();
    // What is declared where nothing was found is worth saying, too.
    by_root.extend(projects.iter().map(|project| (project.root, Vec::new())));
    for file in evidence {
        by_root.entry(file.root).or_default().push(file);
    }
    let mut out = Attribution::default();
    let kin = Kin::of(indexes);
    let catalog = Catalog::new(indexes, &kin);
    let nothing = Project { root: RootNo(0), own: BTreeSet::new(), manifests: Vec::new(), checked: Vec::new() };
    for (root, mut files) in by_root {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        for file in &mut files {
            snippet::same_language(&catalog, file.language, &mut file.snippets);
            file.snippets = snippet::join(std::mem::take(&mut file.snippets), file.code_lines);
        }
        let project = projects.iter().find(|project| project.root == root).unwrap_or(&nothing);
        tree(Catalog::new(indexes, &kin), project, (root, wanted), files, &mut out);
    }
    let key = |finding: &Finding| (finding.scan_root, finding.root.clone(), finding.purl.clone());
    out.findings.sort_by_cached_key(key);
    out.internal.sort_by_cached_key(key);
    out.files.sort_by(|one, other| (one.scan_root, &one.path).cmp(&(other.scan_root, &other.path)));
    identity::name(&mut out);
    out
}

fn tree(
    mut catalog: Catalog<'_>,
    project: &Project,
    (root, wanted): (RootNo, Wanted),
    files: Vec<FileEvidence>,
    out: &mut Attribution,
) {
    let own: BTreeSet<String> = project.own.iter().map(|base| naming::folded(base)).collect();
    observe(&mut catalog, &files);
    let mut claims = Vec::new();
    let mut maker = Claims::default();
    for (number, file) in (0..).zip(&files) {
        maker.file(&mut catalog, number, file, &mut claims);
    }
    let contests = std::mem::take(&mut maker.contests);
    drop(maker);
    let chosen = choose(&catalog, &claims);
    let (places, mut rest) = settle(&mut catalog, &own, &files, &claims, &chosen);
    rest.contests = contests;
    let mut members = member::members(&mut catalog, &files, places, rest);
    let accounts = Accounts::of(project.manifests.iter().collect(), &own);
    managed::split(&catalog, &accounts, &files, &mut members);
    let explained = explain::explain(&catalog, Tree { root, wanted, accounts: &accounts }, files, &members);
    let names = if accounts.has_notes() { catalog.names() } else { HashMap::new() };
    let known = |purl: &str, version: &str| {
        let homes = names.get(purl).into_iter().flatten();
        homes.into_iter().any(|home| catalog.versions(*home).iter().any(|own| discrepancy::same_version(own, version)))
    };
    let found = discrepancy::Found {
        root,
        accounts: &accounts,
        checked: &project.checked,
        findings: &explained.findings,
        files: &explained.files,
        known: &known,
    };
    out.discrepancies.extend(discrepancy::find(&found));
    for finding in explained.findings.into_iter().map(|one| one.finding) {
        match finding.origin {
            Origin::OpenSource => out.findings.push(finding),
            Origin::Internal => out.internal.push(finding),
        }
    }
    out.files.extend(explained.files);
}

/// Shows the catalogue each known content of the tree once. One index alone knows all its relations.
fn observe(catalog: &mut Catalog<'_>, files: &[FileEvidence]) {
    if !catalog.is_spread() {
        return;
    }
    let mut seen: HashSet<[u8; 32]> = HashSet::new();
    let telling = files.iter().filter(|file| !file.whole.is_empty() && file.bytes >= relation::MIN_BYTES);
    telling.filter(|file| seen.insert(file.blake3)).for_each(|file| catalog.observe(&file.whole));
}

/// One rival for each claim.
fn choose(catalog: &Catalog<'_>, claims: &[Claim]) -> Vec<Option<usize>> {
    let mut order: Vec<Number> = (0..catalog.len() as u32).map(Number).collect();
    order.sort_by(|one, other| catalog.by_name(*one, *other));
    let ranks: HashMap<Number, u32> = order.into_iter().zip(0..).collect();
    let weighed: Vec<(u64, &[Number])> = claims.iter().map(|claim| (claim.weight, &claim.components[..])).collect();
    cover::cover(&weighed, |number| ranks.get(&number).copied().unwrap_or(u32::MAX))
}

/// Makes places of what was chosen, and says what is left.
fn settle(
    catalog: &mut Catalog<'_>,
    own: &BTreeSet<String>,
    files: &[FileEvidence],
    claims: &[Claim],
    chosen: &[Option<usize>],
) -> (Vec<Place>, Remainder) {
    let mut places: Vec<Place> = Vec::new();
    let mut rest = Remainder::default();
    for (component, estate) in place::estates(catalog, files, claims, chosen) {
        let entry = catalog.entry(component);
        if std::iter::once(&entry.base).chain(&entry.aliases).any(|name| own.contains(&naming::folded(name))) {
            continue;
        }
        rest.pieces.extend(estate.pieces.iter().map(|(file, snippet)| (component, *file, *snippet)));
        let (firm, light) = place::settle(catalog, files, component, estate.items);
        places.extend(firm);
        light.iter().for_each(|place| loosen(place, &mut rest, true));
    }
    let stays = sift::sift(catalog, files, &places);
    let mut kept: Vec<Place> = Vec::new();
    for (place, stays) in places.into_iter().zip(stays) {
        if stays {
            merge(&mut kept, place);
        } else {
            loosen(&place, &mut rest, false);
        }
    }
    absorb(&mut kept);
    (kept, rest)
}

/// A changed file below a place of its own component belongs to that place.
fn absorb(kept: &mut Vec<Place>) {
    let roots: BTreeSet<(Number, String)> = kept
        .iter()
        .filter(|place| place.whole_files() > 0)
        .map(|place| (place.component, place.root.clone()))
        .collect();
    let home = |place: &Place| {
        let mut above = path::ancestors(&place.root).filter(|above| *above != place.root);
        above.find(|above| roots.contains(&(place.component, (*above).to_string()))).map(str::to_string)
    };
    let (strays, mut stay): (Vec<Place>, Vec<Place>) =
        std::mem::take(kept).into_iter().partition(|place| place.whole_files() == 0 && home(place).is_some());
    for stray in strays {
        let home = home(&stray);
        let known =
            stay.iter_mut().find(|place| place.component == stray.component && Some(&place.root) == home.as_ref());
        if let Some(known) = known {
            known.items.extend(stray.items);
            known.items.sort_by_key(|item| (item.file, item.snippet));
            known.weight += stray.weight;
        }
    }
    *kept = stay;
}

/// Two places of one component with one root are one.
fn merge(kept: &mut Vec<Place>, place: Place) {
    match kept
        .iter_mut()
        .rev()
        .take_while(|known| known.component == place.component)
        .find(|known| known.root == place.root)
    {
        Some(known) => {
            known.items.extend(place.items);
            known.items.sort_by_key(|item| (item.file, item.snippet));
            known.weight += place.weight;
        }
        None => kept.push(place),
    }
}

/// A place that is no finding leaves its whole files known by name only; its changed files are pieces, if it was merely
/// too light, and nothing if it was found to be another's.
fn loosen(place: &Place, rest: &mut Remainder, pieces: bool) {
    for item in &place.items {
        match item.snippet {
            Some(snippet) if pieces => rest.pieces.push((place.component, item.file, snippet)),
            None if item.weight > 0 => rest.loose.push((place.component, item.file)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_found_is_nothing_concluded() {
        let attribution = attribute(&Indexes::default(), &[], Wanted::ALL, Vec::new());
        assert!(attribution.findings.is_empty() && attribution.files.is_empty());
    }
}

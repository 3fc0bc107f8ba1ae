//! What each file's evidence claims: whose it may be, after the relation of the rivals has spoken.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::attribute::catalog::{Catalog, Number, Source};
use crate::attribute::{origin, worth};
use crate::index::relation::{self, Holder};
use crate::model::evidence::{FileEvidence, MatchKind, SnippetMatch, WholeMatch};
use crate::model::ids::{ContentId, IndexNo};
use crate::model::place::base_name;

/// What a file equal but for layout counts, against 1 for the same bytes.
const NORMALIZED: f32 = 0.95;
/// Share of the rivals' best cover below which a rival is none.
const RIVAL_COVER: f32 = 0.5;
/// Share of the best score below which a rival that no relation favours is none.
const RIVAL_SCORE: f32 = 0.8;
/// Votes, hundredths, that a part of a file needs against a holder of the whole.
const PART_BEATS_WHOLE: i32 = 200;
/// Likeness above which a changed file stands for the file it came from, where it kept its name and where it did not.
const LIKE_NAMED: f32 = 0.3;
const LIKE_RENAMED: f32 = 0.6;

/// One thing that may own a claim.
#[derive(Clone, Copy, Debug)]
pub struct Rival {
    /// The component.
    pub component: Number,
    /// Its match among the file's snippets; `None` where it holds the whole content.
    pub snippet: Option<u32>,
}

/// A file, or a stretch of one, and whose it may be.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Number of the file.
    pub file: u32,
    /// Weighted bytes.
    pub weight: u64,
    /// Those that nobody beats; all of the same kind, whole or snippet.
    pub rivals: Rc<[Rival]>,
    /// Their components.
    pub components: Rc<[Number]>,
}

/// How like a changed file is to where it came from: the mean of the share of it that is covered and of their overlap.
pub fn likeness(part: &SnippetMatch) -> f32 {
    let (cover, share) = (part.similarity.clamp(0.0, 1.0), part.source_share.clamp(0.0, 1.0));
    if cover <= 0.0 || share <= 0.0 {
        return cover / 2.0;
    }
    let overlap = 1.0 / (1.0 / cover + 1.0 / share - 1.0);
    (cover + overlap) / 2.0
}

/// Whether a snippet makes its file a changed copy of the source file, so that it counts as one of the component's files.
pub fn is_changed_copy(part: &SnippetMatch, path: &str, source: &str) -> bool {
    let named = base_name(path) == base_name(source);
    likeness(part) >= if named { LIKE_NAMED } else { LIKE_RENAMED }
}

/// What a whole match counts.
pub fn strength(kind: MatchKind) -> f32 {
    if kind == MatchKind::Identical { 1.0 } else { NORMALIZED }
}

/// A component and the path at which it holds a content.
pub struct Held {
    /// The component.
    pub component: Number,
    /// Path in its releases.
    pub path: String,
}

type Owners = (Rc<[Rival]>, Rc<[Number]>, Rc<[Held]>);

/// Makes the claims of a tree's files.
#[derive(Default)]
pub struct Claims {
    /// By contents: the same contents have the same owners wherever they stand.
    known: HashMap<Vec<(IndexNo, ContentId)>, Owners>,
}

impl Claims {
    /// Appends the claims of a file.
    pub fn file(&mut self, catalog: &mut Catalog<'_>, number: u32, file: &FileEvidence, out: &mut Vec<Claim>) {
        let whole = (!file.whole.is_empty()).then(|| self.owners(catalog, &file.whole));
        let groups = groups(catalog, file, whole.as_ref().map(|owners| &owners.2[..]));
        if let Some((rivals, components, _)) = whole
            && groups.is_empty()
        {
            if !rivals.is_empty() {
                let weight = file.whole.first().map_or(0, |first| weight(file, first.kind));
                out.push(Claim { file: number, weight, rivals, components });
            }
            return;
        }
        for rivals in groups {
            let Some(best) = rivals.first().and_then(|rival| rival.snippet) else { continue };
            let cover = file.snippets.get(best as usize).map_or(0.0, |part| part.similarity.clamp(0.0, 1.0));
            let weight = (worth::weight(&file.path, file.bytes) as f32 * cover) as u64;
            let components = rivals.iter().map(|rival| rival.component).collect();
            out.push(Claim { file: number, weight, rivals: rivals.into(), components });
        }
    }

    fn owners(&mut self, catalog: &mut Catalog<'_>, whole: &[WholeMatch]) -> Owners {
        let key: Vec<(IndexNo, ContentId)> = whole.iter().map(|one| (one.index, one.content)).collect();
        if let Some(owners) = self.known.get(&key) {
            return owners.clone();
        }
        let held = held(catalog, whole);
        let unbeaten = origin::unbeaten(held.len(), |one, other| sum(catalog, &held[one], &held[other]));
        let rivals: Rc<[Rival]> =
            unbeaten.iter().map(|at| Rival { component: held[*at].component, snippet: None }).collect();
        let components = rivals.iter().map(|rival| rival.component).collect();
        let owners: Owners = (rivals, components, held.into());
        self.known.insert(key, owners.clone());
        owners
    }
}

fn weight(file: &FileEvidence, kind: MatchKind) -> u64 {
    (worth::weight(&file.path, file.bytes) as f32 * strength(kind)) as u64
}

/// The holders of contents, one a component: the shortest path.
pub fn held(catalog: &mut Catalog<'_>, whole: &[WholeMatch]) -> Vec<Held> {
    let mut best: BTreeMap<Number, String> = BTreeMap::new();
    for one in whole {
        for (component, source) in catalog.holders(one.index, one.content) {
            let Some(lineage) = catalog.lineage(source) else { continue };
            let shorter = |known: &String| (lineage.path.len(), &lineage.path) < (known.len(), known);
            if best.get(&component).is_none_or(shorter) {
                best.insert(component, lineage.path);
            }
        }
    }
    best.into_iter().map(|(component, path)| Held { component, path }).collect()
}

/// The relation of a pair and the vote of the file at hand.
fn sum(catalog: &Catalog<'_>, one: &Held, other: &Held) -> i32 {
    vote(catalog, one, other) + catalog.relation(one.component, other.component).0
}

/// The vote of one content that `one` is its origin and `other` the taker, hundredths.
pub fn vote(catalog: &Catalog<'_>, one: &Held, other: &Held) -> i32 {
    let holder = |held: &Held| -> (String, String) { (catalog.entry(held.component).name.clone(), held.path.clone()) };
    let ((one_name, one_path), (other_name, other_path)) = (holder(one), holder(other));
    relation::vote(Holder { name: &one_name, path: &one_path }, Holder { name: &other_name, path: &other_path })
}

/// The rivals of each stretch of a file, first the best. Where the whole content is held, only parts that beat its holders.
fn groups(catalog: &mut Catalog<'_>, file: &FileEvidence, whole: Option<&[Held]>) -> Vec<Vec<Rival>> {
    let mut groups: BTreeMap<u32, Vec<(u32, Held)>> = BTreeMap::new();
    for (number, part) in file.snippets.iter().enumerate().filter(|(_, part)| !part.weak) {
        let source = Source { index: part.index, lineage: part.lineage };
        let (Some(component), Some(lineage)) = (catalog.owner(source), catalog.lineage(source)) else { continue };
        let held = Held { component, path: lineage.path };
        if whole.is_some_and(|holders| !beats_whole(catalog, file, part, &held, holders)) {
            continue;
        }
        let group = groups.entry(part.group).or_default();
        // One match a component: the matches come best first.
        if group.iter().all(|(_, known)| known.component != component) {
            group.push((number as u32, held));
        }
    }
    groups.into_values().map(|group| settle(catalog, file, group)).filter(|rivals| !rivals.is_empty()).collect()
}

fn beats_whole(catalog: &Catalog<'_>, file: &FileEvidence, part: &SnippetMatch, held: &Held, holders: &[Held]) -> bool {
    base_name(&file.path) == base_name(&held.path)
        && is_changed_copy(part, &file.path, &held.path)
        && holders.iter().all(|holder| holder.component != held.component)
        && holders.iter().all(|holder| sum(catalog, held, holder) >= PART_BEATS_WHOLE)
}

fn settle(catalog: &Catalog<'_>, file: &FileEvidence, mut group: Vec<(u32, Held)>) -> Vec<Rival> {
    let part = |number: u32| file.snippets.get(number as usize);
    let cover = |number: u32| part(number).map_or(0.0, |part| part.similarity);
    let score = |number: u32| part(number).map_or(0.0, |part| part.score);
    let best = group.iter().map(|(number, _)| cover(*number)).fold(0.0, f32::max);
    group.retain(|(number, _)| cover(*number) >= RIVAL_COVER * best);
    group.sort_by(|one, other| {
        score(other.0).total_cmp(&score(one.0)).then_with(|| catalog.by_name(one.1.component, other.1.component))
    });
    let top = group.first().map_or(0.0, |(number, _)| score(*number));
    let first = group.first().map(|(_, held)| held);
    let favoured: Vec<bool> = group
        .iter()
        .map(|(number, held)| {
            score(*number) >= RIVAL_SCORE * top
                || first.is_some_and(|first| sum(catalog, held, first) > relation::BEATS)
        })
        .collect();
    let mut keep = favoured.into_iter();
    group.retain(|_| keep.next().unwrap_or(false));
    let unbeaten = origin::unbeaten(group.len(), |one, other| sum(catalog, &group[one].1, &group[other].1));
    unbeaten.iter().map(|at| Rival { component: group[*at].1.component, snippet: Some(group[*at].0) }).collect()
}

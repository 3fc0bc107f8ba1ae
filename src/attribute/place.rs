//! Places: the files of one component that stand together, and which of them are worth a finding.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::attribute::catalog::{Catalog, ComponentFile, Number, Releases, Source};
use crate::attribute::claim::{self, Claim, Rival};
use crate::attribute::path::{self, Layout, Placed};
use crate::attribute::release::{self, Vote};
use crate::model::evidence::FileEvidence;
use crate::model::ids::{ContentId, IndexNo};
use crate::model::limits;

/// Weighted bytes that a place needs.
pub const LEAST_WEIGHT: u64 = 600;
/// Likeness that the best file of a place of changed files needs; less where a folder bears the component's name.
const CHANGED_LIKENESS: f32 = 0.6;
const CHANGED_LIKENESS_NAMED: f32 = 0.4;

/// A file at a place.
#[derive(Clone, Debug)]
pub struct Item {
    /// Number of the file.
    pub file: u32,
    /// Weighted bytes.
    pub weight: u64,
    /// Path in the component's releases.
    pub source: String,
    /// Whether that whole path is the end of the scanned one.
    pub whole_path: bool,
    /// The file's snippet that says so; `None` where its whole content does.
    pub snippet: Option<u32>,
}

/// Files of a component that stand together.
#[derive(Clone, Debug)]
pub struct Place {
    /// The component.
    pub component: Number,
    /// Folder or file below the scan's root.
    pub root: String,
    /// By file.
    pub items: Vec<Item>,
    /// Weighted bytes, a repeated content counted once.
    pub weight: u64,
    /// What the releases look like.
    pub layout: Layout,
}

impl Place {
    /// Files of it that are there as a whole.
    pub fn whole_files(&self) -> usize {
        self.items.iter().filter(|item| item.snippet.is_none()).count()
    }
}

/// What a component owns of the tree, before it is cut into places.
#[derive(Default)]
pub struct Estate {
    /// Its files, whole or changed, each with its prefix.
    pub items: Vec<(String, Item)>,
    /// Pieces of files: file and snippet.
    pub pieces: Vec<(u32, u32)>,
}

/// Gives each component what it was chosen for.
pub fn estates(
    catalog: &Catalog<'_>,
    files: &[FileEvidence],
    claims: &[Claim],
    chosen: &[Option<usize>],
) -> BTreeMap<Number, Estate> {
    let mut out: BTreeMap<Number, Estate> = BTreeMap::new();
    for (claim, chosen) in claims.iter().zip(chosen) {
        let Some(rival) = chosen.and_then(|at| claim.rivals.get(at)) else { continue };
        let Some(file) = files.get(claim.file as usize) else { continue };
        let estate = out.entry(rival.component).or_default();
        match item(catalog, file, claim, rival) {
            Some((prefix, item)) => estate.items.push((prefix, item)),
            None => estate.pieces.extend(rival.snippet.map(|snippet| (claim.file, snippet))),
        }
    }
    out
}

fn item(catalog: &Catalog<'_>, file: &FileEvidence, claim: &Claim, rival: &Rival) -> Option<(String, Item)> {
    let source = match rival.snippet {
        None => nearest_source(catalog, file, rival.component)?,
        Some(snippet) => {
            let part = file.snippets.get(snippet as usize)?;
            let source = catalog.lineage(Source { index: part.index, lineage: part.lineage })?.path;
            if !claim::is_changed_copy(part, &file.path, &source) {
                return None;
            }
            source
        }
    };
    let mapping = path::map(&file.path, &source);
    let item =
        Item { file: claim.file, weight: claim.weight, source, whole_path: mapping.whole, snippet: rival.snippet };
    Some((mapping.prefix, item))
}

/// The component's path for the file's content that has most in common with the file's own.
fn nearest_source(catalog: &Catalog<'_>, file: &FileEvidence, component: Number) -> Option<String> {
    let mut best: Option<(usize, String)> = None;
    for whole in &file.whole {
        for source in catalog.holders_of(whole.index, whole.content, component) {
            let Some(lineage) = catalog.lineage(source) else { continue };
            let shared = path::map(&file.path, &lineage.path).shared;
            let better = |known: &(usize, String)| {
                shared > known.0 || shared == known.0 && (lineage.path.len(), &lineage.path) < (known.1.len(), &known.1)
            };
            if best.as_ref().is_none_or(better) {
                best = Some((shared, lineage.path));
            }
        }
    }
    best.map(|(_, path)| path)
}

/// Cuts a component's files into places by their prefix.
pub fn cut(items: Vec<(String, Item)>) -> Vec<(String, Vec<Item>)> {
    let mut clusters: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for (prefix, item) in items {
        clusters.entry(prefix).or_default().push(item);
    }
    let mut out: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    // Prefixes come in order: what lies above is settled first.
    for (prefix, items) in clusters {
        let above = path::ancestors(&prefix).skip(1).find(|above| out.contains_key(*above)).map(str::to_string);
        match above.and_then(|above| out.get_mut(&above)) {
            Some(upper) if joins(upper, &items) => upper.extend(items),
            _ => {
                out.insert(prefix, items);
            }
        }
    }
    out.into_iter().collect()
}

/// Whether the files below belong to the copy above: not if they are a copy of their own.
fn joins(upper: &[Item], lower: &[Item]) -> bool {
    let weight = |items: &[Item]| items.iter().map(|item| item.weight).sum::<u64>();
    let mapped = |items: &[Item]| items.iter().filter(|item| item.whole_path).count() * 2 > items.len();
    if mapped(lower) && !mapped(upper) && weight(lower) >= weight(upper) {
        return false;
    }
    let sources: BTreeSet<&str> = upper.iter().map(|item| item.source.as_str()).collect();
    let again = lower.iter().filter(|item| sources.contains(item.source.as_str())).count();
    again * 2 <= lower.len()
}

/// Makes a component's places, with their roots. Those too light to be worth a finding come second.
pub fn settle(
    catalog: &Catalog<'_>,
    files: &[FileEvidence],
    component: Number,
    items: Vec<(String, Item)>,
) -> (Vec<Place>, Vec<Place>) {
    let mut places: Vec<Place> = Vec::new();
    let mut light: Vec<Place> = Vec::new();
    let mut prefixes = Vec::new();
    for (prefix, mut items) in cut(items) {
        items.sort_by_key(|item| (item.file, item.snippet));
        let place =
            Place { component, root: String::new(), weight: weight(files, &items), items, layout: Layout::default() };
        if place.weight >= LEAST_WEIGHT && is_like(catalog, files, &place) {
            prefixes.push(prefix);
            places.push(place);
        } else {
            light.push(place);
        }
    }
    if !places.is_empty() {
        let layouts = layouts(catalog, files, component, &places);
        for ((place, prefix), layout) in places.iter_mut().zip(&prefixes).zip(layouts) {
            let placed: Vec<Placed<'_>> = distinct(&place.items)
                .filter_map(|item| Some(Placed { path: &files.get(item.file as usize)?.path, whole: item.whole_path }))
                .collect();
            place.root = path::root(prefix, &placed, catalog.entry(component), &layout);
            place.layout = layout;
        }
    }
    (places, light)
}

/// One item a file.
fn distinct(items: &[Item]) -> impl Iterator<Item = &Item> {
    items.chunk_by(|one, other| one.file == other.file).filter_map(|same| same.first())
}

/// Sum of the items' weights, each content once.
fn weight(files: &[FileEvidence], items: &[Item]) -> u64 {
    let mut seen: BTreeSet<[u8; 32]> = BTreeSet::new();
    let new = items.iter().filter(|item| {
        item.snippet.is_some() || files.get(item.file as usize).is_some_and(|file| seen.insert(file.blake3))
    });
    new.map(|item| item.weight).sum()
}

/// Whether a place without a whole file is like its component enough.
fn is_like(catalog: &Catalog<'_>, files: &[FileEvidence], place: &Place) -> bool {
    if place.items.iter().any(|item| item.snippet.is_none()) {
        return true;
    }
    let parts = place.items.iter().filter_map(|item| {
        let file = files.get(item.file as usize)?;
        Some((file, file.snippets.get(item.snippet? as usize)?))
    });
    let name = &catalog.entry(place.component).name;
    let mut best = 0.0_f32;
    let mut named = false;
    for (file, part) in parts {
        best = best.max(claim::likeness(part));
        named |= crate::index::relation::names(name, &file.path);
    }
    best >= if named { CHANGED_LIKENESS_NAMED } else { CHANGED_LIKENESS }
}

/// For each place the layout of the release that holds most of its files.
fn layouts(catalog: &Catalog<'_>, files: &[FileEvidence], component: Number, places: &[Place]) -> Vec<Layout> {
    let own = catalog.files(component, limits::COMPONENT_LINEAGES);
    let releases: Releases = catalog.releases(component);
    let mut by_path: HashMap<&str, Vec<&ComponentFile>> = HashMap::new();
    own.iter().for_each(|file| by_path.entry(&file.path).or_default().push(file));
    let layout = |place: &Place| {
        let vote = |item: &Item| {
            let file = files.get(item.file as usize)?;
            let mut spans = Vec::new();
            for own in by_path.get(item.source.as_str())? {
                let held = own.segments.iter().filter(|segment| {
                    item.snippet.is_some() || contents(file).any(|content| content == (own.index, segment.content))
                });
                held.for_each(|segment| releases.spans(own.home(), segment.releases, &mut spans));
            }
            let spans = release::join(spans).into_iter().map(|(first, last)| (first, last, 1.0));
            Some(Vote { content: file.blake3, spans: spans.collect() })
        };
        let votes: Vec<Vote> = place.items.iter().filter_map(vote).collect();
        let winners = release::winners(&release::tally(releases.all.len(), &votes));
        let Some(release) = winners.last().map(|place| *place as u32) else { return Layout::default() };
        let holds = |file: &&ComponentFile| {
            file.spans(&releases).iter().any(|(first, last)| (*first..=*last).contains(&release))
        };
        // A release that several indexes hold has its files once.
        let held: BTreeMap<&str, &ComponentFile> =
            own.iter().filter(holds).map(|file| (file.path.as_str(), file)).collect();
        Layout::of(held.into_iter().map(|(path, file)| (path, catalog.size(file))))
    };
    places.iter().map(layout).collect()
}

/// Contents of a file, by index.
pub fn contents(file: &FileEvidence) -> impl Iterator<Item = (IndexNo, ContentId)> + '_ {
    file.whole.iter().map(|whole| (whole.index, whole.content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(file: u32, source: &str, whole_path: bool) -> Item {
        Item { file, weight: 1_000, source: source.to_string(), whole_path, snippet: None }
    }

    #[test]
    fn prefixes_below_one_another_are_one_place() {
        let items = vec![
            ("deps/lua".to_string(), item(0, "lua.c", true)),
            ("deps/lua/src".to_string(), item(1, "lapi.c", true)),
            ("deps/lua52".to_string(), item(2, "lua.c", true)),
        ];
        let roots: Vec<(String, usize)> = cut(items).into_iter().map(|(prefix, items)| (prefix, items.len())).collect();
        assert_eq!(roots, [("deps/lua".to_string(), 2), ("deps/lua52".to_string(), 1)]);
    }

    #[test]
    fn a_second_copy_below_the_first_is_its_own_place() {
        let items = vec![
            ("v".to_string(), item(0, "six.py", true)),
            ("v/urllib3/packages".to_string(), item(1, "six.py", true)),
        ];
        assert_eq!(cut(items).len(), 2);
    }

    #[test]
    fn a_stray_file_above_does_not_swallow_a_copy() {
        let items =
            vec![(String::new(), item(0, "lib/index.js", false)), ("deps/x".to_string(), item(1, "lib/a.js", true))];
        assert_eq!(cut(items).len(), 2);
    }
}

//! What each file's evidence claims: whose it may be, after the relation of the rivals has spoken.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::attribute::catalog::{Catalog, Number, Source};
use crate::attribute::contest::{self, Contest, Contests, Dates, Since};
use crate::attribute::{origin, worth};
use crate::index::reader::Lineage;
use crate::index::relation::{self, Holder};
use crate::model::evidence::{FileEvidence, MatchKind, SnippetMatch, WholeMatch};
use crate::model::finding::Origin;
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
/// Share of a file that must stand in a component's releases where others carry the whole of it.
const CARRIED_COVER: f32 = 0.5;
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
    /// The best of its contents.
    kind: MatchKind,
}

/// Whose some contents are: open source or own code, never both.
#[derive(Clone)]
struct Owners {
    rivals: Rc<[Rival]>,
    components: Rc<[Number]>,
    held: Rc<[Held]>,
    origin: Origin,
    kind: MatchKind,
    /// Since when own code holds them; empty where they are open source.
    since: Rc<[Since]>,
    contest: Contest,
}

/// The matches of one stretch of a file.
struct Group {
    /// First the best.
    rivals: Vec<Rival>,
    /// All of them, with their components.
    all: Vec<(u32, Number)>,
}

impl Group {
    /// The best rival's match.
    fn best<'f>(&self, file: &'f FileEvidence) -> Option<&'f SnippetMatch> {
        file.snippets.get(self.rivals.first()?.snippet? as usize)
    }
}

/// Makes the claims of a tree's files.
#[derive(Default)]
pub struct Claims {
    /// By contents: the same contents have the same owners wherever they stand.
    known: HashMap<Vec<(IndexNo, ContentId)>, Owners>,
    dates: Dates,
    /// Files that own code and open source both hold, or pieces of.
    pub contests: Contests,
}

impl Claims {
    /// Appends the claims of a file.
    pub fn file(&mut self, catalog: &mut Catalog<'_>, number: u32, file: &FileEvidence, out: &mut Vec<Claim>) {
        let whole = (!file.whole.is_empty()).then(|| self.owners(catalog, &file.whole));
        let open_whole = whole.as_ref().filter(|owners| owners.origin == Origin::OpenSource);
        let mut groups = groups(catalog, file, Origin::OpenSource, open_whole.map(|owners| &owners.held[..]));
        let mut contest = whole.as_ref().map(|owners| owners.contest.clone()).unwrap_or_default();
        let stays = match &whole {
            Some(owners) if owners.origin == Origin::OpenSource => groups.is_empty(),
            Some(owners) => {
                groups.retain(|group| self.is_open(catalog, file, group, &owners.since, &mut contest));
                let covered: f32 = groups.iter().filter_map(|group| group.best(file)).map(|part| part.similarity).sum();
                covered < contest::SAME_LINES
            }
            None => {
                groups = self.pieces(catalog, file, groups, &mut contest);
                false
            }
        };
        if let Some(Owners { rivals, components, kind, held, .. }) = whole
            && stays
            && !rivals.is_empty()
        {
            let weight = weight(file, kind, &held);
            out.push(Claim { file: number, weight, rivals, components });
        }
        for group in groups {
            let cover = group.best(file).map_or(0.0, |part| part.similarity.clamp(0.0, 1.0));
            let weight = (worth::weight(&file.path, file.bytes) as f32 * cover) as u64;
            let components = group.rivals.iter().map(|rival| rival.component).collect();
            out.push(Claim { file: number, weight, rivals: group.rivals.into(), components });
        }
        if contest != Contest::default() {
            self.contests.insert(number, contest);
        }
    }

    /// The pieces of a file that nobody holds as a whole: those of open source that own code does not hold since earlier,
    /// and of own code those that are not the same lines.
    fn pieces(
        &mut self,
        catalog: &mut Catalog<'_>,
        file: &FileEvidence,
        mut open: Vec<Group>,
        contest: &mut Contest,
    ) -> Vec<Group> {
        let mut own = groups(catalog, file, Origin::Internal, None);
        if own.is_empty() {
            return open;
        }
        open.retain(|group| {
            let Some(best) = group.best(file) else { return false };
            let same = own.iter().filter(|own| own.best(file).is_some_and(|own| contest::is_same(best, own)));
            let rivals = same.flat_map(|own| &own.rivals);
            let since: Vec<Since> = rivals
                .filter_map(|rival| {
                    Some(self.dates.of_piece(catalog, rival.component, file.snippets.get(rival.snippet? as usize)?))
                })
                .collect();
            self.is_open(catalog, file, group, &since, contest)
        });
        let is_open = |part: &SnippetMatch| {
            open.iter().filter_map(|group| group.best(file)).any(|open| contest::is_same(part, open))
        };
        own.retain(|group| group.best(file).is_some_and(|part| !is_open(part)));
        open.extend(own);
        open
    }

    /// Whether a piece is open source, whatever own code holds it since then; else the contest is told.
    fn is_open(
        &mut self,
        catalog: &Catalog<'_>,
        file: &FileEvidence,
        group: &Group,
        own: &[Since],
        contest: &mut Contest,
    ) -> bool {
        let mut since = |snippet: u32, component: Number| {
            Some(self.dates.of_piece(catalog, component, file.snippets.get(snippet as usize)?))
        };
        let all = group.all.iter().filter_map(|(snippet, component)| since(*snippet, *component));
        if !contest::is_earlier(own, all) {
            return true;
        }
        contest.later.extend(group.rivals.iter().filter_map(|rival| since(rival.snippet?, rival.component)));
        false
    }

    fn owners(&mut self, catalog: &mut Catalog<'_>, whole: &[WholeMatch]) -> Owners {
        let key: Vec<(IndexNo, ContentId)> = whole.iter().map(|one| (one.index, one.content)).collect();
        if let Some(owners) = self.known.get(&key) {
            return owners.clone();
        }
        let (own, open): (Vec<Held>, Vec<Held>) =
            held(catalog, whole).into_iter().partition(|held| catalog.entry(held.component).origin == Origin::Internal);
        let sources = if own.is_empty() { BTreeMap::new() } else { sources(catalog, whole) };
        let mut of = |held: &Held| {
            let sources = sources.get(&held.component).map_or(&[][..], Vec::as_slice);
            self.dates.of_whole(catalog, held.component, sources)
        };
        let mut since: Vec<Since> = own.iter().map(&mut of).collect();
        let internal = !own.is_empty() && (open.is_empty() || contest::is_earlier(&since, open.iter().map(&mut of)));
        let mut contest = Contest::default();
        if !own.is_empty() && !open.is_empty() {
            contest.loser = Some(Origin::of(!internal));
            if internal {
                contest.later = unbeaten(catalog, &open).into_iter().map(of).collect();
            }
        }
        if !internal {
            since.clear();
        }
        let held = if internal { own } else { open };
        let rivals: Rc<[Rival]> = unbeaten(catalog, &held)
            .into_iter()
            .map(|held| Rival { component: held.component, snippet: None })
            .collect();
        let owners = Owners {
            components: rivals.iter().map(|rival| rival.component).collect(),
            rivals,
            origin: Origin::of(internal),
            kind: held.iter().map(|held| held.kind).min().unwrap_or(MatchKind::Normalized),
            held: held.into(),
            since: since.into(),
            contest,
        };
        self.known.insert(key, owners.clone());
        owners
    }
}

/// Those that no other beats.
fn unbeaten<'h>(catalog: &Catalog<'_>, held: &'h [Held]) -> Vec<&'h Held> {
    let unbeaten = origin::unbeaten(held.len(), |one, other| sum(catalog, &held[one], &held[other]));
    unbeaten.into_iter().filter_map(|at| held.get(at)).collect()
}

fn weight(file: &FileEvidence, kind: MatchKind, held: &[Held]) -> u64 {
    let most = held.iter().map(|held| worth::weight_as(&file.path, file.bytes, &held.path)).max();
    (most.unwrap_or(0) as f32 * strength(kind)) as u64
}

/// The holders of contents, one a component: the shortest path.
pub fn held(catalog: &mut Catalog<'_>, whole: &[WholeMatch]) -> Vec<Held> {
    let mut best: BTreeMap<Number, Held> = BTreeMap::new();
    for one in whole {
        for (component, source) in catalog.holders(one.index, one.content) {
            let Some(Lineage { path, .. }) = catalog.lineage(source) else { continue };
            let known = best.entry(component).or_insert(Held { component, path: path.clone(), kind: one.kind });
            known.kind = known.kind.min(one.kind);
            if (path.len(), &path) < (known.path.len(), &known.path) {
                known.path = path;
            }
        }
    }
    best.into_values().collect()
}

/// By component, where contents are held.
fn sources(catalog: &mut Catalog<'_>, whole: &[WholeMatch]) -> BTreeMap<Number, Vec<(ContentId, Source)>> {
    let mut out: BTreeMap<Number, Vec<(ContentId, Source)>> = BTreeMap::new();
    for one in whole {
        for (component, source) in catalog.holders(one.index, one.content) {
            out.entry(component).or_default().push((one.content, source));
        }
    }
    out
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

/// The rivals of one origin for each stretch of a file. Where the whole content is held, only parts that beat its holders.
fn groups(catalog: &mut Catalog<'_>, file: &FileEvidence, origin: Origin, whole: Option<&[Held]>) -> Vec<Group> {
    let mut groups: BTreeMap<u32, Vec<(u32, Held)>> = BTreeMap::new();
    let mut parts: Vec<(u32, &SnippetMatch, Held)> = Vec::new();
    for (part, number) in file.snippets.iter().zip(0..).filter(|(part, _)| !part.weak) {
        let source = Source { index: part.index, lineage: part.lineage };
        let (Some(component), Some(lineage)) = (catalog.owner(source), catalog.lineage(source)) else { continue };
        if catalog.entry(component).origin == origin {
            parts.push((number, part, Held { component, path: lineage.path, kind: MatchKind::Snippet }));
        }
    }
    let carried = whole.map(|holders| carried(catalog, &parts, holders)).unwrap_or_default();
    for (number, part, held) in parts {
        let component = held.component;
        let beats = |holders| carried.contains(&component) || beats_whole(catalog, file, part, &held, holders);
        if whole.is_some_and(|holders| !beats(holders)) {
            continue;
        }
        let group = groups.entry(part.group).or_default();
        // One match a component: the matches come best first.
        if group.iter().all(|(_, known)| known.component != component) {
            group.push((number, held));
        }
    }
    let settled = groups.into_values().map(|group| Group {
        all: group.iter().map(|(number, held)| (*number, held.component)).collect(),
        rivals: settle(catalog, file, group),
    });
    settled.filter(|group| !group.rivals.is_empty()).collect()
}

/// Components that a file is of although only others hold its whole content: these carry it among what they took from
/// elsewhere, at a path that names the component, and most of the file stands in its releases. The one that it was taken
/// from is not known.
fn carried(catalog: &Catalog<'_>, parts: &[(u32, &SnippetMatch, Held)], holders: &[Held]) -> BTreeSet<Number> {
    if !holders.iter().all(|holder| is_taken(&holder.path)) {
        return BTreeSet::new();
    }
    let mut cover: BTreeMap<Number, (f32, BTreeSet<u32>)> = BTreeMap::new();
    for (_, part, held) in parts {
        let (sum, groups) = cover.entry(held.component).or_default();
        // Of alternatives for one stretch one counts.
        if groups.insert(part.group) {
            *sum += part.similarity;
        }
    }
    let names_it = |component: Number| {
        let name = &catalog.entry(component).name;
        holders.iter().all(|holder| holder.component != component && relation::names(name, &holder.path))
    };
    let most = cover.into_iter().filter(|(component, (sum, _))| *sum >= CARRIED_COVER && names_it(*component));
    most.map(|(component, _)| component).collect()
}

/// Whether a path leads through a folder of what was taken from elsewhere, of tests, or a hidden one.
fn is_taken(path: &str) -> bool {
    let hidden = || path.split('/').rev().skip(1).any(|folder| folder.starts_with('.'));
    relation::is_foreign(path) || relation::is_aside(path) || hidden()
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

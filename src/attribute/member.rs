//! Which files belong to which finding, and what they say of its release.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::attribute::accounts::Account;
use crate::attribute::catalog::{Catalog, Number, Releases, Source};
use crate::attribute::claim;
use crate::attribute::contest::Contests;
use crate::attribute::path;
use crate::attribute::place::Place;
use crate::attribute::release::{self, Vote};
use crate::attribute::sift;
use crate::attribute::worth;
use crate::index::reader::Lineage;
use crate::index::relation;
use crate::model::evidence::{FileEvidence, MatchKind, SnippetMatch, WholeMatch};
use crate::model::finding::Origin;
use crate::model::ids::ContentId;
use crate::model::limits;
use crate::model::place::folder;

/// Whole files that make a component so well established that weak evidence counts beside them.
const ESTABLISHED: usize = 3;

/// Small pieces (below this share of the source file) of the same source lines in that many files of the tree are an
/// idiom, or what a generator writes everywhere.
const IDIOM_SHARE: f32 = 0.3;
const IDIOM_FILES: usize = 4;
/// Mean of the shares of both files that a piece must cover to be a finding of its own, and where the component's name
/// stands in the path (design, `research/attribution.md` §3.4). Lesser pieces are reported with their file.
const PIECE_LIKENESS: f32 = 0.75;
const NAMED_LIKENESS: f32 = 0.5;
/// Lines of code that a piece must have, and the share of the scanned file that they must be, to be a finding of its own where
/// so much of it has unchanged names. Measured on the vendored yardstick: shorter pieces, or lesser shares, are mostly what
/// components have in common, and tell no origin.
const VERBATIM: &[(u32, f32)] = &[(40, 0.8), (100, 0.2)];
const VERBATIM_EXACTNESS: f32 = 0.95;
/// Lines that they must be where the tree holds the component elsewhere, too: shorter ones are what the same authors write, or
/// what is built of it.
const HELD_LINES: u32 = 100;
/// So many components side by side make a folder of packages, whose files are nobody's own code.
const SHELF: usize = 8;
/// Source lines that are counted together.
const BLOCK_LINES: u32 = 16;

/// Where a component was found: what becomes a finding.
#[derive(Clone, Debug)]
pub struct Site {
    /// The component.
    pub component: Number,
    /// Folder or file below the scan's root.
    pub root: String,
    /// Weighted bytes; 0 for pieces.
    pub weight: u64,
    /// Files, whole or changed, that say that it is there.
    pub files: usize,
    /// Those among them that are whole.
    pub whole_files: usize,
    /// Files of a release but boilerplate; 0 if not known.
    pub release_files: usize,
    /// Whether it is made of pieces only.
    pub pieces: bool,
}

/// Why a file stands in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Explanation {
    /// Number of the site; `None` for a file that is known but too little for a finding.
    pub site: Option<usize>,
    /// The component.
    pub component: Number,
    /// The snippet; `None` where the whole content is held.
    pub snippet: Option<u32>,
}

/// The sites of a tree and their files.
#[derive(Default)]
pub struct Members {
    /// By component and root.
    pub sites: Vec<Site>,
    /// For each file why it is there.
    pub explanations: Vec<Vec<Explanation>>,
    /// For each site what its files say of the release.
    pub votes: Vec<Vec<Vote>>,
    /// Files that own code and open source both hold.
    pub contests: Contests,
    /// For each site what accounts for it; empty until that is looked into.
    pub managed: Vec<Option<Account>>,
}

impl Members {
    /// What accounts for a site.
    pub fn account(&self, site: usize) -> Option<Account> {
        self.managed.get(site).copied().flatten()
    }
}

/// What is left when places were sifted.
#[derive(Default)]
pub struct Remainder {
    /// Pieces of files with their component.
    pub pieces: Vec<(Number, u32, u32)>,
    /// Whole files that make no finding.
    pub loose: Vec<(Number, u32)>,
    /// Files that own code and open source both hold.
    pub contests: Contests,
}

struct Map<'s> {
    /// By component and root.
    sites: HashMap<(Number, &'s str), usize>,
    /// By component and the folder around the root: an installer's records lie there.
    beside: HashMap<(Number, &'s str), usize>,
    components: HashSet<Number>,
}

impl<'s> Map<'s> {
    fn of(sites: &'s [Site]) -> Map<'s> {
        let mut map = Map { sites: HashMap::new(), beside: HashMap::new(), components: HashSet::new() };
        for (number, site) in sites.iter().enumerate() {
            map.sites.insert((site.component, site.root.as_str()), number);
            map.beside.entry((site.component, folder(&site.root))).or_insert(number);
            map.components.insert(site.component);
        }
        map
    }

    /// The deepest site of a component that a file lies in.
    fn around(&self, component: Number, path: &str) -> Option<usize> {
        if !self.components.contains(&component) {
            return None;
        }
        let inside = path::ancestors(path).find_map(|above| self.sites.get(&(component, above)));
        let record = || {
            let at = worth::is_install_record(path).then(|| folder(folder(path)))?;
            self.beside.get(&(component, at))
        };
        inside.or_else(record).copied()
    }
}

/// Gives every file its place.
pub fn members(catalog: &mut Catalog<'_>, files: &[FileEvidence], places: Vec<Place>, rest: Remainder) -> Members {
    let mut explanations: Vec<Vec<Explanation>> = vec![Vec::new(); files.len()];
    let mut sites = sites(&places);
    for (number, item) in
        places.iter().enumerate().flat_map(|(at, place)| place.items.iter().map(move |item| (at, item)))
    {
        let explanation =
            Explanation { site: Some(number), component: places[number].component, snippet: item.snippet };
        explanations[item.file as usize].push(explanation);
    }
    drop(places);
    pieces(catalog, files, &rest, &mut sites, &mut explanations);
    let map = Map::of(&sites);
    let votes = join(catalog, files, &map, &rest.contests, (&sites, &mut explanations));
    for (component, file) in &rest.loose {
        let known = &mut explanations[*file as usize];
        if known.is_empty() {
            known.push(Explanation { site: None, component: *component, snippet: None });
        }
    }
    Members { sites, explanations, votes, contests: rest.contests, managed: Vec::new() }
}

fn sites(places: &[Place]) -> Vec<Site> {
    let site = |place: &Place| Site {
        component: place.component,
        root: place.root.clone(),
        weight: place.weight,
        files: place.items.len(),
        whole_files: place.whole_files(),
        release_files: place.layout.files,
        pieces: false,
    };
    places.iter().map(site).collect()
}

/// Puts pieces where their component is already, or makes each file with pieces a site of its own.
fn pieces(
    catalog: &Catalog<'_>,
    files: &[FileEvidence],
    rest: &Remainder,
    sites: &mut Vec<Site>,
    explanations: &mut [Vec<Explanation>],
) {
    let mut alone: BTreeMap<(u32, Number), Vec<u32>> = BTreeMap::new();
    {
        let map = Map::of(sites);
        for (component, file, snippet) in &rest.pieces {
            match map.around(*component, &files[*file as usize].path) {
                Some(site) => explanations[*file as usize].push(Explanation {
                    site: Some(site),
                    component: *component,
                    snippet: Some(*snippet),
                }),
                None => alone.entry((*file, *component)).or_default().push(*snippet),
            }
        }
    }
    let idioms = idioms(files, &alone);
    // A changed file of an established component: what it shares with others is that component's business.
    // Own code around open source settles nothing of that, nor the other way round.
    let origin = |component: Number| catalog.entry(component).origin;
    let settled: BTreeSet<(u32, Origin)> = alone
        .keys()
        .flat_map(|(file, _)| explanations[*file as usize].iter().map(|one| (*file, origin(one.component))))
        .collect();
    // A component that the tree holds anyway: short pieces of it elsewhere (a bundle made of it, code of the same authors), and
    // those in another package beside it, are said of the file and are no second finding.
    let established = || sites.iter().filter(|site| site.whole_files >= ESTABLISHED);
    let held: HashSet<Number> = established().map(|site| site.component).collect();
    let mut shelves: HashMap<String, usize> = HashMap::new();
    established().for_each(|site| *shelves.entry(folder(&site.root).to_string()).or_default() += 1);
    shelves.retain(|_, packages| *packages >= SHELF);
    let lenders = Lenders::of(sites);
    for ((file, component), snippets) in alone {
        let known = &mut explanations[file as usize];
        let path = &files[file as usize].path;
        let creates = worth::creates(path);
        let parts: Vec<&SnippetMatch> = snippets
            .iter()
            .filter(|snippet| !idioms.contains(&(file, **snippet)))
            .filter_map(|snippet| files[file as usize].snippets.get(*snippet as usize))
            .collect();
        let site = (creates
            && !settled.contains(&(file, origin(component)))
            && (!held.contains(&component) || is_pasted(&parts, HELD_LINES) && !is_shelved(&shelves, path))
            && !lenders.around(catalog, component, path)
            && (is_pasted(&parts, 0)
                || parts.iter().any(|part| is_finding(part, &catalog.entry(component).name, path))))
        .then_some(sites.len());
        if site.is_some() {
            let root = path.clone();
            sites.push(Site { component, root, weight: 0, files: 0, whole_files: 0, release_files: 0, pieces: true });
        }
        known.extend(snippets.iter().map(|snippet| Explanation { site, component, snippet: Some(*snippet) }));
    }
}

/// Whether a file is of a package that stands among others.
fn is_shelved(shelves: &HashMap<String, usize>, path: &str) -> bool {
    path::ancestors(path).skip(1).any(|above| shelves.contains_key(above))
}

/// Whether a piece is so much of both files that the file is the component's, altered.
fn is_finding(part: &SnippetMatch, name: &str, path: &str) -> bool {
    let likeness = (part.similarity + part.source_share) / 2.0;
    likeness >= PIECE_LIKENESS || likeness >= NAMED_LIKENESS && relation::names(name, path)
}

/// Whether the pieces of one component in a file, which explain different stretches of it, are together so long and so little
/// altered that they were pasted, however large the files that they were taken from; `least` is how many lines they must have
/// in any case.
fn is_pasted(parts: &[&SnippetMatch], least: u32) -> bool {
    let exact = || parts.iter().filter(|part| part.exactness >= VERBATIM_EXACTNESS);
    let (lines, share) =
        (exact().map(|part| part.code_lines).sum::<u32>(), exact().map(|part| part.similarity).sum::<f32>());
    lines >= least && VERBATIM.iter().any(|(least_lines, least_share)| lines >= *least_lines && share >= *least_share)
}

/// Components by where they stand.
struct Lenders {
    by_root: HashMap<String, Vec<Number>>,
}

impl Lenders {
    fn of(sites: &[Site]) -> Lenders {
        let mut by_root: HashMap<String, Vec<Number>> = HashMap::new();
        for site in sites.iter().filter(|site| site.whole_files > 0) {
            by_root.entry(site.root.clone()).or_default().push(site.component);
        }
        Lenders { by_root }
    }

    /// Whether a component from which this one borrows stands around the path: the piece is then the lender's.
    fn around(&self, catalog: &Catalog<'_>, component: Number, path: &str) -> bool {
        let all = path::ancestors(path).filter_map(|above| self.by_root.get(above)).flatten().take(limits::OVERLAPS);
        all.into_iter().any(|lender| sift::borrows(catalog, component, *lender))
    }
}

/// Where a snippet comes from.
pub fn source(part: &SnippetMatch) -> Source {
    Source { index: part.index, lineage: part.lineage }
}

/// Pieces, by file and snippet, whose source lines stand in many files of the tree: that is how such code looks, or what a
/// generator writes, and no copy.
fn idioms(files: &[FileEvidence], alone: &BTreeMap<(u32, Number), Vec<u32>>) -> HashSet<(u32, u32)> {
    let pieces =
        || alone.iter().flat_map(|((file, _), snippets)| snippets.iter().map(move |snippet| (*file, *snippet)));
    let part = |(file, snippet): (u32, u32)| {
        let part = files.get(file as usize)?.snippets.get(snippet as usize)?;
        (part.source_share < IDIOM_SHARE).then_some(part)
    };
    let mut counts: HashMap<(Source, u32), usize> = HashMap::new();
    for part in pieces().filter_map(part) {
        blocks(part).into_iter().for_each(|block| *counts.entry((source(part), block)).or_default() += 1);
    }
    let common = |piece: &(u32, u32)| {
        let Some(part) = part(*piece) else { return false };
        let blocks = blocks(part);
        let many = |block: &&u32| counts.get(&(source(part), **block)).is_some_and(|count| *count >= IDIOM_FILES);
        blocks.iter().filter(many).count() * 2 > blocks.len()
    };
    pieces().filter(common).collect()
}

/// Blocks of source lines that a piece touches.
fn blocks(part: &SnippetMatch) -> BTreeSet<u32> {
    let lines = part.ranges.iter().map(|range| range.source_lines);
    let blocks = lines.flat_map(|lines| lines.first / BLOCK_LINES..=lines.last / BLOCK_LINES);
    blocks.take(limits::PIECE_BLOCKS).collect()
}

/// Lets every file vote at each site that it lies in and whose component holds it, and gives files that nothing explains
/// yet to the deepest of these sites.
fn join(
    catalog: &mut Catalog<'_>,
    files: &[FileEvidence],
    map: &Map<'_>,
    contests: &Contests,
    (sites, explanations): (&[Site], &mut [Vec<Explanation>]),
) -> Vec<Vec<Vote>> {
    let mut votes: Vec<Vec<Vote>> = vec![Vec::new(); sites.len()];
    let mut releases: HashMap<Number, Releases> = HashMap::new();
    for ((number, file), known) in (0..).zip(files).zip(explanations) {
        let loser = contests.get(&number).and_then(|contest| contest.loser);
        let mut whole: BTreeMap<usize, Vec<(WholeMatch, Source)>> = BTreeMap::new();
        for one in &file.whole {
            for (component, source) in catalog.holders(one.index, one.content) {
                let Some(site) = map.around(component, &file.path) else { continue };
                whole.entry(site).or_default().push((*one, source));
            }
        }
        let parts = parts_by_site(catalog, file, map, known);
        let mut deepest: Option<(usize, Option<u32>)> = None;
        let mut offer = |site: usize, snippet: Option<u32>| {
            let depth = |site: usize| sites[site].root.len();
            if deepest.is_none_or(|(best, part)| (snippet.is_none(), depth(site)) > (part.is_none(), depth(best))) {
                deepest = Some((site, snippet));
            }
        };
        for (site, held) in &whole {
            let component = sites[*site].component;
            let releases = releases.entry(component).or_insert_with(|| catalog.releases(component));
            votes[*site].push(whole_vote(catalog, file, releases, held));
            if loser != Some(catalog.entry(component).origin) {
                offer(*site, None);
            }
        }
        for (site, snippet) in parts.iter().filter(|(site, _)| !whole.contains_key(site)) {
            let component = sites[*site].component;
            let releases = releases.entry(component).or_insert_with(|| catalog.releases(component));
            let Some(part) = file.snippets.get(*snippet as usize) else { continue };
            votes[*site].extend(part_vote(catalog, file, releases, part));
            if !part.weak || sites[*site].whole_files >= ESTABLISHED {
                offer(*site, Some(*snippet));
            }
        }
        if let (true, Some((site, snippet))) = (known.is_empty(), deepest) {
            known.push(Explanation { site: Some(site), component: sites[site].component, snippet });
        }
    }
    votes
}

/// For each site around the file the best of the file's snippets that is its component's.
fn parts_by_site(
    catalog: &mut Catalog<'_>,
    file: &FileEvidence,
    map: &Map<'_>,
    known: &[Explanation],
) -> BTreeMap<usize, u32> {
    let mut parts: BTreeMap<usize, u32> = BTreeMap::new();
    for (number, part) in file.snippets.iter().enumerate() {
        let Some(component) = catalog.owner(Source { index: part.index, lineage: part.lineage }) else { continue };
        if let Some(site) = map.around(component, &file.path) {
            parts.entry(site).or_insert(number as u32);
        }
    }
    // What was chosen speaks for the file.
    for explanation in known {
        if let (Some(site), Some(snippet)) = (explanation.site, explanation.snippet) {
            parts.insert(site, snippet);
        }
    }
    parts
}

/// Releases in which a lineage has a content.
pub fn spans(lineage: &Lineage, content: ContentId, releases: &Releases, source: Source) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    for segment in lineage.segments.iter().filter(|segment| segment.content == content) {
        releases.spans((source.index, lineage.component), segment.releases, &mut out);
    }
    out
}

/// The lineage most like the file's path: shared segments, lineage, its path.
type Nearest = (usize, Reverse<Source>, String);

/// Releases with the same bytes count a little more than those with the same code in another layout; those that have
/// something else at the path most like the file's own count against.
fn whole_vote(catalog: &Catalog<'_>, file: &FileEvidence, releases: &Releases, held: &[(WholeMatch, Source)]) -> Vote {
    let (mut all, mut identical) = (Vec::new(), Vec::new());
    let mut worth = 0.0_f64;
    let mut nearest: Option<Nearest> = None;
    for (one, source) in held {
        let Some(lineage) = catalog.lineage(*source) else { continue };
        worth = worth.max(worth::vote(&lineage.path));
        let spans = spans(&lineage, one.content, releases, *source);
        if one.kind == MatchKind::Identical {
            identical.extend_from_slice(&spans);
        }
        all.extend(spans);
        let shared = path::map(&file.path, &lineage.path).shared;
        if nearest.as_ref().is_none_or(|(best, from, _)| (shared, Reverse(*source)) > (*best, *from)) {
            nearest = Some((shared, Reverse(*source), lineage.path));
        }
    }
    let weighed =
        |spans: Vec<(u32, u32)>, share: f64| spans.into_iter().map(move |(first, last)| (first, last, worth * share));
    let all = release::join(all);
    let mut against = Vec::new();
    if let Some((_, Reverse(source), path)) = nearest.filter(|(shared, _, _)| *shared > 0) {
        for (alike, lineage) in catalog.alike(source, &path) {
            let segments = lineage.segments.iter();
            let home = (alike.index, lineage.component);
            segments.for_each(|segment| releases.spans(home, segment.releases, &mut against));
        }
    }
    let against = release::without(&release::join(against), &all);
    let (gain, loss) = release::odds(release::count(&all), release::count(&against));
    let identical = weighed(release::join(identical), release::SAME_BYTES);
    let spans = weighed(all, gain).chain(identical).chain(weighed(against, loss));
    Vote { content: file.blake3, spans: spans.collect() }
}

/// What a snippet says, and with it those of the same component for the same stretch in other indexes or under another
/// name: each tells of its own releases only.
fn part_vote(catalog: &Catalog<'_>, file: &FileEvidence, releases: &Releases, part: &SnippetMatch) -> Option<Vote> {
    let lineage = catalog.lineage(source(part))?;
    let worth = worth::vote(&lineage.path) * f64::from(claim::likeness(part));
    let tokens = |part: &SnippetMatch| part.votes.iter().map(|vote| u64::from(vote.tokens)).sum::<u64>();
    let parts = alike(catalog, file, part);
    let all = parts.iter().map(|part| tokens(part)).max().unwrap_or(0);
    let mut out = Vec::new();
    for (part, vote) in parts.iter().flat_map(|part| part.votes.iter().map(move |vote| (part, vote))) {
        let Some(home) = catalog.home(source(part)) else { continue };
        let mut spans = Vec::new();
        releases.spans(home, vote.releases, &mut spans);
        let share = f64::from(vote.tokens) / all.max(1) as f64;
        out.extend(spans.into_iter().map(|(first, last)| (first, last, worth * share)));
    }
    Some(Vote { content: file.blake3, spans: out })
}

/// A snippet, and of every other place where its component is indexed the best that says the same of the file: same
/// component, same stretch.
pub fn alike<'f>(catalog: &Catalog<'_>, file: &'f FileEvidence, part: &'f SnippetMatch) -> Vec<&'f SnippetMatch> {
    let mut out = vec![part];
    let owner = catalog.known(source(part));
    if owner.is_none_or(|owner| catalog.entry(owner).sources.len() < 2) {
        return out;
    }
    for other in file.snippets.iter().filter(|other| other.group == part.group && other.weak == part.weak) {
        let new = out.iter().all(|known| catalog.home(source(known)) != catalog.home(source(other)));
        if new && catalog.known(source(other)) == owner {
            out.push(other);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::{IndexNo, LineageId, ReleaseNo};

    fn part(code_lines: u32, similarity: f32, exactness: f32, source_share: f32) -> SnippetMatch {
        SnippetMatch {
            index: IndexNo(0),
            lineage: LineageId(0),
            score: 400.0,
            e_value: 1e-30,
            similarity,
            exactness,
            code_lines,
            source_share,
            ranges: Vec::new(),
            lines_of: ReleaseNo(0),
            votes: Vec::new(),
            group: 0,
            weak: false,
            sketch: Vec::new(),
        }
    }

    #[test]
    fn a_piece_is_a_finding_where_it_is_most_of_both_files_or_was_pasted_in_length() {
        let is = |part: SnippetMatch, path: &str| is_finding(&part, "zlib", path) || is_pasted(&[&part], 0);
        assert!(is(part(30, 0.9, 0.5, 0.7), "x.c") && is(part(30, 0.6, 0.5, 0.5), "zlib/x.c"));
        assert!(!is(part(30, 0.6, 0.5, 0.5), "x.c"));
        assert!(is(part(287, 0.95, 1.0, 0.05), "x.c"), "a small part of a large file is most of this one");
        assert!(is(part(120, 0.3, 1.0, 0.05), "x.c") && !is(part(120, 0.3, 0.8, 0.05), "x.c"));
        assert!(!is(part(60, 0.3, 1.0, 0.05), "x.c") && !is(part(120, 0.1, 1.0, 0.05), "x.c"));
        let halves = [part(60, 0.4, 1.0, 0.05), part(60, 0.4, 1.0, 0.05)];
        assert!(is_pasted(&[&halves[0], &halves[1]], 0), "pasted from two files of one component");
    }
}

//! From sites to findings, and from explanations to the matches of each file.

use std::cell::LazyCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::attribute::accounts::{self, Account, Accounts, Ref};
use crate::attribute::catalog::{Catalog, ComponentFile, Number, Releases, Source};
use crate::attribute::confidence::{self, Evidence};
use crate::attribute::discrepancy::{self, Attributed, Testimony};
use crate::attribute::licensing::{self, Speakers, Subject};
use crate::attribute::managed;
use crate::attribute::member::{self, Explanation, Members, Site};
use crate::attribute::naming::{self, Names};
use crate::attribute::path;
use crate::attribute::release;
use crate::attribute::terms;
use crate::model::declaration::{ManifestKind, is_name};
use crate::model::evidence::{FileEvidence, MatchKind, SnippetMatch, Wanted};
use crate::model::finding::{AlsoIn, FileMatch, FileReport, Finding, FindingKind, Newest, Origin, Paths, Relation};
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::place::{Lines, RangePair, folder, is_below};
use crate::model::purl::{base_of, short_name, with_version};
use crate::model::sketch::Sketch;
use crate::text::sketch;

/// Whole files, or share of a release's files, that make a directory of a component.
const VENDORED_FILES: usize = 3;
const VENDORED_SHARE: f32 = 0.3;
/// Share of the most that any release holds of a snippet which the finding's release must hold to be named for it.
const NEARLY: f32 = 0.9;
/// Files of a folder beside those of a finding whose text counts as being around it, the first by path.
const AROUND_FILES: usize = 4096;
/// Paths of a site that are searched for a written version.
const PATHS_READ: usize = 64;

/// A site's files and what they add up to.
#[derive(Clone, Debug, Default)]
struct Sum {
    files: Vec<u32>,
    modified: u32,
    lines: u64,
    score: f32,
    exactness: f32,
    changed: Paths,
    sketch: Vec<u64>,
    /// Of each file the least few.
    marks: BTreeSet<u64>,
    /// As these two, of all text of the files, and of others around.
    around: Vec<u64>,
    around_marks: BTreeSet<u64>,
    seen: usize,
}

impl Sum {
    /// Takes in the whole text of a file.
    fn see(&mut self, file: &FileEvidence) {
        file.sketch.iter().for_each(|hash| sketch::keep(&mut self.around, *hash, limits::SKETCH_MOST));
        self.around_marks.extend(file.sketch.iter().take(limits::SKETCH_EACH));
        self.seen += 1;
    }

    /// [`Finding::sketch`] and [`Finding::around`].
    fn sketches(&self) -> (Sketch, Sketch) {
        let own = Sketch::of(&self.sketch, &self.marks, self.files.len());
        let around = Sketch::of(&self.around, &self.around_marks, self.seen);
        if own == around { (own, Sketch::default()) } else { (own, around) }
    }
}

/// The tree that findings are made of.
#[derive(Clone, Copy)]
pub struct Tree<'t> {
    /// Its root among those of the scan.
    pub root: RootNo,
    /// What was looked for.
    pub wanted: Wanted,
    /// What its manifests declare.
    pub accounts: &'t Accounts<'t>,
}

/// What is reported of one tree.
pub struct Explained {
    /// In the order of the sites.
    pub findings: Vec<Attributed>,
    /// By path.
    pub files: Vec<FileReport>,
}

/// Makes the findings of a tree and the reports of its files.
pub fn explain(catalog: &Catalog<'_>, tree: Tree<'_>, files: Vec<FileEvidence>, members: &Members) -> Explained {
    let Tree { root, wanted, accounts } = tree;
    let sums = sums(&files, members);
    let mut by_component: BTreeMap<Number, Vec<usize>> = BTreeMap::new();
    for (number, site) in members.sites.iter().enumerate() {
        by_component.entry(site.component).or_default().push(number);
    }
    let mut findings: Vec<Option<Finding>> = vec![None; members.sites.len()];
    let mut testimonies: Vec<Option<(Ref, Testimony)>> = vec![None; members.sites.len()];
    let mut best: Vec<Option<usize>> = vec![None; members.sites.len()];
    let mut releases = HashMap::new();
    let speakers = wanted.licenses.then(|| Speakers::of(&files));
    for (component, sites) in by_component {
        let known = catalog.releases(component);
        for site in sites {
            let tied = versions(catalog, &known, &files, members, site, &sums[site]);
            best[site] = tied.first().copied();
            findings[site] = finding(catalog, root, &known, &members.sites[site], &tied, &sums[site]);
            if let Some(finding) = findings[site].as_mut() {
                let placed = Placed { known: &known, tied: &tied, sum: &sums[site], files: &files };
                testimonies[site] =
                    declared(catalog, accounts, &members.sites[site], members.account(site), placed, finding);
            }
            if let Some(finding) = findings[site].as_mut().filter(|finding| finding.origin == Origin::Internal) {
                finding.also_in = also_in(catalog, members, &sums[site]);
            }
            if let Some(finding) = findings[site].as_mut() {
                let release = best[site].unwrap_or(known.all.len().saturating_sub(1));
                let top = LazyCell::new(|| terms::at_the_top(catalog, &known, component, release));
                if let Some(speakers) = &speakers {
                    let subject = subject(&files, members, site, &sums[site], finding.kind, release);
                    let licensing = licensing::licensing(catalog, &known, (speakers, &top), &subject);
                    finding.license = finding.license.take().or_else(|| terms::settled(&licensing));
                    finding.licensing = Some(licensing);
                }
                finding.license = finding.license.take().or_else(|| terms::only(&top));
            }
        }
        releases.insert(component, known);
    }
    let mut reports = Vec::with_capacity(files.len());
    for (file, explanations) in files.into_iter().zip(&members.explanations) {
        let managed = is_managed(catalog, accounts, file.in_tree(), members, explanations);
        let mut matches: Vec<(u64, FileMatch)> = Vec::new();
        for explanation in explanations {
            let known =
                releases.entry(explanation.component).or_insert_with(|| catalog.releases(explanation.component));
            let wanted = explanation.site.and_then(|site| best[site]);
            let weight = explanation.site.map_or(0, |site| members.sites[site].weight);
            matches.extend(file_match(catalog, known, &file, explanation, wanted).map(|found| (weight, found)));
        }
        matches.sort_by(|(one_weight, one), (other_weight, other)| {
            (one.kind, other.similarity, *other_weight, &one.purl, one.origin)
                .partial_cmp(&(other.kind, one.similarity, *one_weight, &other.purl, other.origin))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        reports.push(FileReport {
            scan_root: file.root,
            path: file.path,
            bytes: file.bytes,
            blake3: file.blake3,
            digests: file.digests,
            language: file.language,
            matches: matches.into_iter().map(|(_, found)| found).collect(),
            licenses: file.licenses,
            mentions: file.mentions,
            copyrights: file.copyrights,
            managed,
        });
    }
    for (finding, sum) in findings.iter_mut().zip(&sums) {
        *finding = finding.take().filter(|finding| !is_carrier(finding, sum, &reports));
    }
    let of = |(site, (finding, testimony)): (usize, (Option<Finding>, _))| {
        Some(Attributed { finding: finding?, names: managed::names(catalog, members.sites[site].component), testimony })
    };
    Explained { findings: findings.into_iter().zip(testimonies).enumerate().filter_map(of).collect(), files: reports }
}

/// Whether a manifest accounts for a file, as what it is explained to be.
fn is_managed(
    catalog: &Catalog<'_>,
    accounts: &Accounts<'_>,
    path: &str,
    members: &Members,
    explanations: &[Explanation],
) -> bool {
    if explanations.is_empty() {
        return accounts.account(path, &Names::default()).is_some();
    }
    explanations.iter().all(|one| match one.site {
        Some(site) => members.account(site).is_some(),
        None => accounts.account(path, &managed::names(catalog, one.component)).is_some(),
    })
}

/// What the content of a place is held against.
struct Placed<'p> {
    known: &'p Releases,
    /// Places of the releases that the content allows.
    tied: &'p [usize],
    sum: &'p Sum,
    files: &'p [FileEvidence],
}

/// Says in a finding what manifests declare of it, and holds its content against that.
fn declared(
    catalog: &Catalog<'_>,
    accounts: &Accounts<'_>,
    site: &Site,
    account: Option<Account>,
    placed: Placed<'_>,
    finding: &mut Finding,
) -> Option<(Ref, Testimony)> {
    let Some(account) = account else {
        finding.duplicates = accounts.naming(&managed::names(catalog, site.component), &site.root);
        return None;
    };
    finding.managed = accounts.managed_by(account);
    let (manifest, declaration) = accounts.get(account.by).filter(|_| account.relation == Relation::Declares)?;
    finding.stated = vec![accounts::declared_at(manifest, declaration)];
    let version = declaration.version.as_deref()?;
    let releases = &placed.known.all;
    let is_of = |place: usize, version: &str| {
        releases.get(place).is_some_and(|one| discrepancy::same_version(&one.version, version))
    };
    let is_it = |place: usize| is_of(place, version);
    let known = (0..releases.len()).find(|place| is_it(*place));
    // What an installed package says of itself goes before its lockfile, where the content is of that or of no known release.
    let own = accounts.installed_version(account.by).filter(|own| !discrepancy::same_version(own, version));
    if let Some(own) = own {
        let known = (0..releases.len()).find(|place| is_of(*place, own));
        let spelt = known.filter(|known| placed.tied.contains(known)).and_then(|known| releases.get(known));
        if spelt.is_some() || known.is_none() && finding.modified_files > 0 {
            if known.is_none() {
                (finding.modified_files, finding.modified) = (0, Paths::default());
            }
            declare_version(finding, spelt.map_or(own, |release| release.version.as_str()));
            return None;
        }
    }
    let of_content = known.is_some_and(|known| placed.tied.contains(&known));
    // What has other bytes than every known release may be of one that no index knows.
    let unknown = known.is_none() && finding.modified_files > 0;
    if manifest.kind != ManifestKind::VendoringNote && (of_content || unknown) {
        if unknown {
            // Nobody knows what its files were.
            (finding.modified_files, finding.modified) = (0, Paths::default());
        }
        let spelt = known.and_then(|known| Some(releases.get(known)?.version.as_str()));
        declare_version(finding, spelt.unwrap_or(version));
    }
    let release = known?;
    if !placed.tied.iter().any(|place| is_it(*place)) {
        let whole = finding.kind != FindingKind::Snippet && finding.files > finding.modified_files;
        return whole.then_some((account.by, Testimony { other_release: true, changed: Vec::new() }));
    }
    // The published package, not a repository that goes by another purl, is what an installer unpacks.
    let published = naming::folded(&catalog.entry(site.component).base) == naming::folded(&declaration.purl);
    if manifest.kind == ManifestKind::VendoringNote || !published || placed.sum.modified == 0 {
        return None;
    }
    let changed = changed_in(catalog, site, &placed, release);
    Some((account.by, Testimony { other_release: false, changed }))
}

/// What a package manager installed is of the release that it says, where the content does not say otherwise: where that release
/// is among those of the content, or no index knows it and the content is of none that is known.
fn declare_version(finding: &mut Finding, version: &str) {
    if !is_name(version) {
        return;
    }
    finding.purl = with_version(base_of(&finding.purl), version);
    if finding.versions.iter().any(|one| one == version) {
        let at = |one: &String| one != version;
        finding.versions.sort_by_key(at);
    } else {
        finding.versions = vec![version.to_string()];
    }
}

/// Whether a component in an installed package is only one that carries files of that package, which the indexes do not know
/// otherwise: all that is known of it stands there under the package's name.
fn is_carrier(finding: &Finding, sum: &Sum, reports: &[FileReport]) -> bool {
    let Some(managed) = finding.managed.as_ref().filter(|managed| managed.relation == Relation::Carries) else {
        return false;
    };
    let (base, name) = (base_of(&finding.purl), short_name(base_of(&managed.at.purl)));
    let is_named = |path: &str| path.split('/').any(|part| part.split('.').next() == Some(&name));
    let matches = sum.files.iter().filter_map(|file| reports.get(*file as usize)).flat_map(|file| &file.matches);
    let mut own = matches.filter(|found| base_of(&found.purl) == base).peekable();
    own.peek().is_some() && own.all(|found| is_named(&found.source_path))
}

/// Files of a site whose path in the release holds other bytes.
fn changed_in(catalog: &Catalog<'_>, site: &Site, placed: &Placed<'_>, release: usize) -> Vec<String> {
    let inside = |file: &ComponentFile| {
        let spans = file.spans(placed.known);
        spans.iter().any(|(first, last)| (*first as usize..=*last as usize).contains(&release))
    };
    let all = catalog.files(site.component, limits::COMPONENT_LINEAGES);
    let released: HashSet<&str> = all.iter().filter(|file| inside(file)).map(|file| file.path.as_str()).collect();
    let differs = |file: &&FileEvidence| {
        let below = path::below(&file.path, &site.root).filter(|below| released.contains(below));
        below.is_some() && file.whole.is_empty()
    };
    let files = placed.sum.files.iter().filter_map(|file| placed.files.get(*file as usize));
    files.filter(differs).map(|file| file.path.clone()).collect()
}

/// A finding's files with what ties them to it.
fn subject<'s>(
    files: &'s [FileEvidence],
    members: &'s Members,
    site: usize,
    sum: &Sum,
    kind: FindingKind,
    release: usize,
) -> Subject<'s> {
    let ties = |file: u32| {
        let all = members.explanations.get(file as usize).into_iter().flatten();
        all.filter(|one| one.site == Some(site)).copied().collect()
    };
    let own = &members.sites[site];
    let files = sum.files.iter().filter_map(|file| Some((files.get(*file as usize)?, ties(*file)))).collect();
    Subject { component: own.component, root: &own.root, kind, release, files }
}

fn sums(files: &[FileEvidence], members: &Members) -> Vec<Sum> {
    let mut sums: Vec<Sum> = vec![Sum::default(); members.sites.len()];
    for ((number, file), explanations) in (0..).zip(files).zip(&members.explanations) {
        for explanation in explanations {
            let Some(sum) = explanation.site.and_then(|site| sums.get_mut(site)) else { continue };
            let first = sum.files.last() != Some(&number);
            if first {
                sum.files.push(number);
                sum.see(file);
            }
            let part = explanation.snippet.and_then(|snippet| file.snippets.get(snippet as usize));
            let sketch = part.map_or(&file.sketch, |part| &part.sketch);
            sketch.iter().for_each(|hash| sketch::keep(&mut sum.sketch, *hash, limits::SKETCH_MOST));
            sum.marks.extend(sketch.iter().take(limits::SKETCH_EACH));
            match part {
                None => sum.lines += u64::from(file.lines),
                Some(part) => {
                    if first {
                        sum.modified += 1;
                        sum.changed.add(&file.path);
                    }
                    sum.lines += part.ranges.iter().map(|range| u64::from(range.lines.count())).sum::<u64>();
                    if part.score > sum.score {
                        (sum.score, sum.exactness) = (part.score, part.exactness);
                    }
                }
            }
        }
    }
    for (site, sum) in members.sites.iter().zip(&mut sums) {
        around(files, &site.root, sum);
    }
    sums
}

/// Takes in the files below a folder that are of no finding or of another.
fn around(files: &[FileEvidence], root: &str, sum: &mut Sum) {
    if root.is_empty() {
        return;
    }
    let first = files.partition_point(|file| file.path.as_str() < root);
    let near = files.iter().zip(0..).skip(first).take_while(|(file, _)| file.path.starts_with(root));
    let near = near.filter(|(file, number)| is_below(&file.path, root) && sum.files.binary_search(number).is_err());
    let others: Vec<&FileEvidence> = near.map(|(file, _)| file).take(AROUND_FILES).collect();
    others.into_iter().for_each(|file| sum.see(file));
}

/// Places of the releases that nothing tells apart, best first.
fn versions(
    catalog: &Catalog<'_>,
    known: &Releases,
    files: &[FileEvidence],
    members: &Members,
    site: usize,
    sum: &Sum,
) -> Vec<usize> {
    let tally = release::tally(known.all.len(), &members.votes[site]);
    let mut tied = release::winners(&tally);
    if tied.len() < 2 {
        return tied;
    }
    let root = members.sites[site].root.as_str();
    let mut paths = vec![root];
    paths.extend(
        sum.files.iter().take(PATHS_READ).filter_map(|file| files.get(*file as usize)).map(|file| file.path.as_str()),
    );
    let counts = files_seen(catalog, known, files, members, site, sum);
    release::order(&mut tied, known, &paths, &counts);
    tied
}

/// For each release how many files it has in the folders that were seen.
fn files_seen(
    catalog: &Catalog<'_>,
    known: &Releases,
    files: &[FileEvidence],
    members: &Members,
    site: usize,
    sum: &Sum,
) -> Vec<u32> {
    let component = members.sites[site].component;
    let mut folders = std::collections::BTreeSet::new();
    for file in sum.files.iter().filter_map(|file| files.get(*file as usize)) {
        let sources = file.whole.iter().flat_map(|one| catalog.holders_of(one.index, one.content, component));
        let paths = sources
            .filter_map(|source| catalog.lineage(source))
            .map(|lineage| (path::map(&file.path, &lineage.path).shared, lineage.path));
        if let Some((_, path)) = paths.max_by_key(|(shared, path)| (*shared, Reverse(path.len()))) {
            folders.insert(folder(&path).to_string());
        }
    }
    let own = catalog.files(component, limits::COMPONENT_LINEAGES);
    // A release that several indexes hold has its files once.
    let mut by_path: BTreeMap<&str, Vec<(u32, u32)>> = BTreeMap::new();
    for file in own.iter().filter(|file| folders.contains(folder(&file.path))) {
        by_path.entry(&file.path).or_default().extend(file.spans(known));
    }
    let mut counts = vec![0; known.all.len()];
    for (first, last) in by_path.into_values().flat_map(release::join) {
        counts.iter_mut().take(last as usize + 1).skip(first as usize).for_each(|count| *count += 1);
    }
    counts
}

fn finding(
    catalog: &Catalog<'_>,
    root: RootNo,
    known: &Releases,
    site: &Site,
    tied: &[usize],
    sum: &Sum,
) -> Option<Finding> {
    // Without a vote (evidence of a damaged index) the newest release stands in.
    let newest = known.all.len().checked_sub(1)?;
    let tied = if tied.is_empty() { std::slice::from_ref(&newest) } else { tied };
    let best = known.all.get(*tied.first()?)?;
    let share =
        if site.release_files == 0 { 0.0 } else { (site.whole_files as f32 / site.release_files as f32).min(1.0) };
    let folder_like = site.files >= VENDORED_FILES || share >= VENDORED_SHARE;
    let kind = match site.pieces {
        true => FindingKind::Snippet,
        false if folder_like => FindingKind::Vendored,
        false if site.whole_files > 0 => FindingKind::Copied,
        false => FindingKind::Snippet,
    };
    let (weight, whole_files) = (site.weight, site.whole_files);
    let entry = catalog.entry(site.component);
    let evidence = Evidence { kind, weight, whole_files, share, score: sum.score, exactness: sum.exactness };
    let (sketch, around) = sum.sketches();
    Some(Finding {
        scan_root: root,
        purl: with_version(&entry.base, &best.version),
        origin: entry.origin,
        aliases: entry.aliases.iter().take(limits::ALIASES).cloned().collect(),
        also_in: Vec::new(),
        versions: tied
            .iter()
            .filter_map(|place| known.all.get(*place))
            .map(|release| release.version.clone())
            .collect(),
        license: best.license.clone(),
        kind,
        root: site.root.clone(),
        id: String::new(),
        sketch,
        around,
        managed: None,
        duplicates: Vec::new(),
        stated: Vec::new(),
        newest: known.all.last().map(|last| Newest {
            version: last.version.clone(),
            released: last.released.clone(),
            behind: newest.saturating_sub(tied.first().copied().unwrap_or(newest)) as u32,
        }),
        files: sum.files.len() as u32,
        unknown_files: 0,
        modified_files: if kind == FindingKind::Snippet { 0 } else { sum.modified },
        modified: if kind == FindingKind::Snippet { Paths::default() } else { sum.changed.clone() },
        lines: sum.lines,
        confidence: confidence::confidence(&evidence),
        licensing: None,
    })
}

/// Open source that holds code of a site later than that does, each component with its first such release.
fn also_in(catalog: &Catalog<'_>, members: &Members, sum: &Sum) -> Vec<AlsoIn> {
    let mut first: BTreeMap<Number, &(String, u32)> = BTreeMap::new();
    for since in sum.files.iter().filter_map(|file| members.contests.get(file)).flat_map(|contest| &contest.later) {
        let Some(dated) = &since.dated else { continue };
        let known = first.entry(since.component).or_insert(dated);
        *known = dated.min(*known);
    }
    let named = first.into_iter().filter_map(|(component, (released, place))| {
        let version = catalog.releases(component).all.get(*place as usize)?.version.clone();
        Some(AlsoIn { purl: with_version(&catalog.entry(component).base, &version), released: released.clone() })
    });
    let mut out: Vec<AlsoIn> = named.collect();
    out.sort();
    out.truncate(limits::ALSO_IN);
    out
}

fn file_match(
    catalog: &Catalog<'_>,
    known: &Releases,
    file: &FileEvidence,
    explanation: &Explanation,
    wanted: Option<usize>,
) -> Option<FileMatch> {
    let entry = catalog.entry(explanation.component);
    match explanation.snippet {
        Some(snippet) => {
            let part = file.snippets.get(snippet as usize)?;
            // Another index may tell of the finding's release.
            let alike = member::alike(catalog, file, part);
            let inside =
                alike.into_iter().find(|part| wanted.is_some_and(|wanted| stands_in(catalog, known, part, wanted)));
            let part = inside.unwrap_or(part);
            let release = part_release(catalog, known, part, wanted)?;
            let lineage = catalog.lineage(Source { index: part.index, lineage: part.lineage })?;
            Some(FileMatch {
                purl: with_version(&entry.base, &known.all.get(release)?.version),
                origin: entry.origin,
                kind: MatchKind::Snippet,
                source_path: lineage.path,
                similarity: part.similarity,
                exactness: part.exactness,
                e_value: Some(part.e_value),
                ranges: ranges_in(catalog, known, part, release),
            })
        }
        None => whole_match(catalog, known, file, explanation.component, wanted),
    }
}

/// A snippet's ranges, those of the source as its lines are counted in a release.
fn ranges_in(catalog: &Catalog<'_>, known: &Releases, part: &SnippetMatch, release: usize) -> Vec<RangePair> {
    let source = member::source(part);
    let number = catalog.home(source).and_then(|home| known.number(home, release));
    let moves = number.filter(|number| *number != part.lines_of);
    let Some(moves) = moves.and_then(|number| catalog.moves(source, part.lines_of, number)) else {
        return part.ranges.clone();
    };
    let moved = |range: &RangePair| RangePair { source_lines: moves.lines(range.source_lines), ..*range };
    part.ranges.iter().map(moved).collect()
}

/// How well a lineage explains a whole file: in the finding's release, kind, release, shared segments, path.
type Standing = (bool, Reverse<MatchKind>, u32, usize, Reverse<String>);

fn whole_match(
    catalog: &Catalog<'_>,
    known: &Releases,
    file: &FileEvidence,
    component: Number,
    wanted: Option<usize>,
) -> Option<FileMatch> {
    // Best: in the finding's release, then the same bytes, then in the newest, then at the path most like the file's own.
    let mut best: Option<Standing> = None;
    for one in &file.whole {
        for source in catalog.holders_of(one.index, one.content, component) {
            let Some(lineage) = catalog.lineage(source) else { continue };
            let spans = member::spans(&lineage, one.content, known, source);
            let inside = wanted.is_some_and(|wanted| {
                spans.iter().any(|(first, last)| (*first as usize..=*last as usize).contains(&wanted))
            });
            let Some(newest) = spans.iter().map(|span| span.1).max() else { continue };
            let release = if inside { wanted.unwrap_or(0) as u32 } else { newest };
            let shared = path::map(&file.path, &lineage.path).shared;
            best = best.max(Some((inside, Reverse(one.kind), release, shared, Reverse(lineage.path))));
        }
    }
    let (_, Reverse(kind), release, _, Reverse(source_path)) = best?;
    let lines = Lines { first: 1, last: file.lines };
    let identical = kind == MatchKind::Identical && file.lines > 0;
    let entry = catalog.entry(component);
    Some(FileMatch {
        origin: entry.origin,
        purl: with_version(&entry.base, &known.all.get(release as usize)?.version),
        kind,
        source_path,
        similarity: 1.0,
        exactness: 1.0,
        e_value: None,
        ranges: identical.then_some(RangePair { lines, source_lines: lines }).into_iter().collect(),
    })
}

/// Whether some of a snippet stands in a release.
fn stands_in(catalog: &Catalog<'_>, known: &Releases, part: &SnippetMatch, release: usize) -> bool {
    tokens(catalog, known, part).get(release).is_some_and(|count| *count > 0)
}

/// The finding's release if nearly as much of the snippet stands in it as in any, else the newest that most of it stands in.
fn part_release(catalog: &Catalog<'_>, known: &Releases, part: &SnippetMatch, wanted: Option<usize>) -> Option<usize> {
    let tokens = tokens(catalog, known, part);
    let most = tokens.iter().copied().max().unwrap_or(0);
    let enough = |count: u64| count > 0 && count as f32 >= most as f32 * NEARLY;
    let holds = wanted.filter(|wanted| tokens.get(*wanted).is_some_and(|count| enough(*count)));
    holds.or_else(|| tokens.iter().enumerate().max_by_key(|(place, count)| (**count, *place)).map(|(place, _)| place))
}

/// For each release the tokens of a snippet that stand in it.
fn tokens(catalog: &Catalog<'_>, known: &Releases, part: &SnippetMatch) -> Vec<u64> {
    let Some(home) = catalog.home(member::source(part)) else { return Vec::new() };
    let mut tokens = vec![0_u64; known.all.len()];
    for vote in &part.votes {
        let mut spans = Vec::new();
        known.spans(home, vote.releases, &mut spans);
        for (first, last) in spans {
            let covered = tokens.iter_mut().take(last as usize + 1).skip(first as usize);
            covered.for_each(|count| *count += u64::from(vote.tokens));
        }
    }
    tokens
}

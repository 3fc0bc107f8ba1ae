//! Writes an index: lineages merged and their seeds sorted, then section by section through a hashing writer.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Seek, SeekFrom, Write};

use rayon::prelude::*;

use crate::index::bytes::{put_text, put_varint};
use crate::index::chance;
use crate::index::contents;
use crate::index::format::{self, Entry, Tag, Totals};
use crate::index::identity;
use crate::index::keys::{KeyWriter, Posting};
use crate::index::licenses;
use crate::index::lineage::{self, Segment};
use crate::index::lines;
use crate::index::merge::{self, Merged, Print};
use crate::index::normals;
use crate::index::relation::{self, Holder};
use crate::index::sort::Sorter;
use crate::model::ids::{ContentId, ReleaseNo, ReleaseRange};
use crate::model::place::{base_name, folder};
use crate::model::purl::short_name;
use crate::text::TEXT_VERSION;
use crate::text::digest::Digest;
use crate::text::fingerprint::{KeyKind, Scheme};

/// Components that may hold a key before it counts as common.
pub const COMMON_COMPONENTS: usize = 4;
/// Lineages of one component that are kept with a key, in the full and in the compact profile.
const KEPT_LINEAGES: [usize; 2] = [4, 2];
/// Components that are kept with a common key.
const KEPT_COMMON: usize = 2;
/// Components that hold a content: beyond this number the origin is not worked out pair by pair.
const MAX_HOLDERS: usize = 64;
/// Lineages merged at a time.
const BATCH: usize = 256;

/// What an index keeps seeds of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// All code.
    #[default]
    Full,
    /// Code but for tests, documents, examples and minified builds (their hashes are kept), fewer seeds of it where they
    /// stand close, and fewer places a key. Of what lies beside tests, documents and examples only code and licences are
    /// kept at all.
    Compact,
}

/// What an index keeps of the files of a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Their hashes, and seeds of their code.
    #[default]
    Code,
    /// Their hashes: whole files are known, pieces of them are not.
    Hashes,
}

/// A release to be indexed.
#[derive(Clone, Debug, Default)]
pub struct ReleaseIn {
    /// Version.
    pub version: String,
    /// ISO date.
    pub released: Option<String>,
    /// SPDX expression.
    pub license: Option<String>,
    /// What is kept of its files. A content that is kept as code for another release is none here.
    pub keep: Keep,
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileIn {
    /// Path in the release.
    pub path: String,
    /// Place of the release among its component's.
    pub release: u32,
    /// Place of the content in [`Input::contents`].
    pub content: u32,
}

/// A component with its releases, oldest first.
#[derive(Clone, Debug, Default)]
pub struct ComponentIn {
    /// Purl without version.
    pub base: String,
    /// Other purls of the same thing, without version; sorted, distinct, `base` not among them.
    pub aliases: Vec<String>,
    /// Whether it is a company's own code.
    pub own: bool,
    /// Oldest first.
    pub releases: Vec<ReleaseIn>,
    /// Files of all of them.
    pub files: Vec<FileIn>,
}

/// A distinct content.
#[derive(Clone, Copy, Debug)]
pub struct ContentIn {
    /// Digest of the bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// Digest of the code, if it holds enough.
    pub normal: Option<Digest>,
    /// Number of its print, if it has seeds.
    pub print: Option<u64>,
    /// What it states: 0 for nothing, else 1 + its place in [`Input::licenses`].
    pub licenses: u32,
}

/// Everything an index is made of.
pub struct Input<'a> {
    /// By purl.
    pub components: Vec<ComponentIn>,
    /// By digest.
    pub contents: Vec<ContentIn>,
    /// Distinct sets of licence expressions, sorted, each of them sorted.
    pub licenses: Vec<Vec<String>>,
    /// Reads a print by its number.
    pub prints: &'a (dyn Fn(u64) -> io::Result<Print> + Sync),
    /// Gram lengths.
    pub scheme: Scheme,
    /// What is left out to save space.
    pub profile: Profile,
    /// How often each token class occurs, `2^FREQUENCY_BITS` values.
    pub frequencies: Vec<u64>,
    /// Bytes of postings held in memory at a time.
    pub memory: u64,
    /// What the caller counted; the rest is filled in.
    pub totals: Totals,
}

/// One file of a component, before it is merged.
struct Line {
    component: u32,
    path: String,
    segments: Vec<Segment>,
}

/// Writes the index to `out` from its current start. Returns its totals and section table.
pub fn write<W: Write + Seek>(input: &Input<'_>, out: &mut W) -> io::Result<(Totals, Vec<Entry>)> {
    let lines = followed(&input.components);
    let holders = holders(&lines, input.contents.len());
    let relations = relations(&lines, &holders, input);
    let borrowed = Borrowed::new(&lines, &holders, &relations, input);
    let folders = folder_numbers(&lines);
    let mut records = Records::default();
    let mut sorters = [Sorter::new(input.memory / 2), Sorter::new(input.memory / 2)];
    for batch in lines.chunks(BATCH) {
        let first = records.starts.len();
        let merged: Vec<Merged> = batch
            .par_iter()
            .enumerate()
            .map(|(at, line)| merge_line(line, (first + at) as u32, &borrowed, input))
            .collect::<io::Result<_>>()?;
        for (line, merged) in batch.iter().zip(&merged) {
            records.add(line, &folders, merged, &mut sorters)?;
        }
    }
    let mut totals = Totals {
        components: input.components.len() as u64,
        releases: input.components.iter().map(|component| component.releases.len() as u64).sum(),
        files: input.components.iter().map(|component| component.files.len() as u64).sum(),
        contents: input.contents.len() as u64,
        lineages: lines.len() as u64,
        tokens: records.table.tokens(),
        lineage_lines: records.units,
        ..input.totals
    };
    let chance = chance::of(input.scheme, totals.tokens);
    totals.bar_millibits = (chance.bar() * 1e3).round() as u64;
    totals.lambda_micro = (chance.lambda * 1e6).round() as u64;
    totals.log_k_milli = ((chance.log_size + 1000.0) * 1e3).round() as u64;
    let holder_of = component_ranks(&input.components);
    let mut tables = Vec::new();
    for (sorter, exact_bits) in sorters.into_iter().zip([4, 0]) {
        let table = key_table(sorter, exact_bits, &records, &lines, &holder_of, input.profile)?;
        totals.keys += table.keys();
        totals.postings += table.records();
        tables.push(table);
    }
    let records = records.table.finish().ok_or_else(|| too_much("lineage records of 4 GiB"))?;
    write_sections(input, totals, &lines, &folders, records, &holders, &relations, &borrowed, tables, out)
}

fn followed(components: &[ComponentIn]) -> Vec<Line> {
    let of = |(number, component): (usize, &ComponentIn)| {
        let mut files: Vec<&FileIn> = component.files.iter().collect();
        files.sort();
        let mut lines: Vec<Line> = Vec::new();
        for file in files {
            let release = ReleaseNo(file.release);
            if lines.last().is_none_or(|line| line.path != file.path) {
                lines.push(Line { component: number as u32, path: file.path.clone(), segments: Vec::new() });
            }
            let Some(line) = lines.last_mut() else { continue };
            match line.segments.last_mut() {
                Some(last) if last.content.0 == file.content && last.releases.last.0 + 1 >= file.release => {
                    last.releases.last = release;
                }
                // A second file of the same name in one release: the first stands.
                Some(last) if last.releases.last == release => {}
                _ => line.segments.push(Segment {
                    releases: ReleaseRange { first: release, last: release },
                    content: ContentId(file.content),
                }),
            }
        }
        lines
    };
    components.par_iter().enumerate().flat_map_iter(of).collect()
}

/// For each content the lineages that hold it, rising.
fn holders(lines: &[Line], contents: usize) -> Vec<Vec<u32>> {
    let mut holders: Vec<Vec<u32>> = vec![Vec::new(); contents];
    for (number, line) in lines.iter().enumerate() {
        for segment in &line.segments {
            let list = &mut holders[segment.content.0 as usize];
            if list.last() != Some(&(number as u32)) {
                list.push(number as u32);
            }
        }
    }
    holders
}

/// Mean vote and number of shared contents of each pair of components, the origin first.
type Relations = BTreeMap<(u32, u32), (i32, u32)>;

/// The holders of a content, one lineage a component: the shortest path.
fn one_each(held: &[u32], lines: &[Line]) -> Vec<u32> {
    let mut best: BTreeMap<u32, u32> = BTreeMap::new();
    for number in held {
        let line = &lines[*number as usize];
        let entry = best.entry(line.component).or_insert(*number);
        if line.path.len() < lines[*entry as usize].path.len() {
            *entry = *number;
        }
    }
    best.into_values().collect()
}

fn relations(lines: &[Line], holders: &[Vec<u32>], input: &Input<'_>) -> Relations {
    let names: Vec<String> = input.components.iter().map(|component| short_name(&component.base)).collect();
    let mut sums: BTreeMap<(u32, u32), (i64, u32)> = BTreeMap::new();
    for (content, held) in input.contents.iter().zip(holders) {
        let each =
            if held.len() > 1 && content.size >= relation::MIN_BYTES { one_each(held, lines) } else { Vec::new() };
        let each = &each[..each.len().min(MAX_HOLDERS)];
        for (at, one) in each.iter().enumerate() {
            for other in &each[at + 1..] {
                let holder = |number: &u32| {
                    let line = &lines[*number as usize];
                    Holder { name: &names[line.component as usize], path: &line.path }
                };
                let pair = (lines[*one as usize].component, lines[*other as usize].component);
                // Who has it from whom, own code or open source, dates say: see `attribute::contest`.
                if input.components[pair.0 as usize].own != input.components[pair.1 as usize].own {
                    continue;
                }
                let entry = sums.entry(pair).or_insert((0, 0));
                entry.0 += i64::from(relation::vote(holder(one), holder(other)));
                entry.1 += 1;
            }
        }
    }
    sums.into_iter().map(|(pair, (sum, shared))| (pair, ((sum / i64::from(shared)) as i32, shared))).collect()
}

/// Which lineages hold a content only as a copy of another component's.
struct Borrowed {
    pairs: std::collections::HashSet<(u32, u32)>,
    /// Contents every holder has at a vendored or test path.
    carried: Vec<bool>,
}

impl Borrowed {
    fn new(lines: &[Line], holders: &[Vec<u32>], relations: &Relations, input: &Input<'_>) -> Borrowed {
        let beats = |one: u32, other: u32| {
            let direct = relations.get(&(one, other)).map(|relation| relation.0);
            let reverse = relations.get(&(other, one)).map(|relation| -relation.0);
            direct.or(reverse).unwrap_or(0) > relation::BEATS
        };
        let mut pairs = std::collections::HashSet::new();
        let mut carried = Vec::with_capacity(input.contents.len());
        for (number, held) in holders.iter().enumerate() {
            carried.push(held.iter().all(|line| relation::is_foreign(&lines[*line as usize].path)));
            let mut components: Vec<u32> = held.iter().map(|line| lines[*line as usize].component).collect();
            components.dedup();
            if components.len() < 2 || components.len() > MAX_HOLDERS {
                continue;
            }
            let beaten = |own: u32| components.iter().any(|other| beats(*other, own));
            let losers: Vec<u32> = components.iter().copied().filter(|own| beaten(*own)).collect();
            if losers.len() < components.len() {
                let lost = held.iter().filter(|line| losers.contains(&lines[**line as usize].component));
                pairs.extend(lost.map(|line| (*line, number as u32)));
            }
        }
        Borrowed { pairs, carried }
    }
}

fn merge_line(line: &Line, number: u32, borrowed: &Borrowed, input: &Input<'_>) -> io::Result<Merged> {
    if input.profile == Profile::Compact && relation::is_aside(&line.path) {
        return Ok(Merged::default());
    }
    let releases = &input.components[line.component as usize].releases;
    let kept = |held: ReleaseRange| {
        let held = releases.get(held.first.0 as usize..=held.last.0 as usize);
        held.is_some_and(|held| held.iter().any(|release| release.keep == Keep::Code))
    };
    let mut versions: Vec<(ReleaseRange, ContentId, u64)> = Vec::new();
    for segment in line.segments.iter().filter(|segment| kept(segment.releases)) {
        let content = &input.contents[segment.content.0 as usize];
        let Some(print) = content.print else { continue };
        if borrowed.pairs.contains(&(number, segment.content.0)) {
            continue;
        }
        match versions.iter_mut().find(|(_, known, _)| *known == segment.content) {
            Some((releases, _, _)) => releases.last = segment.releases.last,
            None => versions.push((segment.releases, segment.content, print)),
        }
    }
    let prints: Vec<Print> = versions.iter().map(|(_, _, print)| (input.prints)(*print)).collect::<io::Result<_>>()?;
    let pairs: Vec<(ReleaseRange, &Print)> = versions.iter().map(|version| version.0).zip(&prints).collect();
    Ok(merge::merge(&pairs))
}

fn folder_numbers(lines: &[Line]) -> BTreeMap<&str, u32> {
    let mut folders: BTreeMap<&str, u32> = lines.iter().map(|line| (folder(&line.path), 0)).collect();
    folders.values_mut().zip(0..).for_each(|(number, at)| *number = at);
    folders
}

/// The lineage records and where their tokens begin.
#[derive(Default)]
struct Records {
    starts: Vec<u64>,
    table: lines::Writer,
    units: u64,
}

impl Records {
    fn add(
        &mut self,
        line: &Line,
        folders: &BTreeMap<&str, u32>,
        merged: &Merged,
        sorters: &mut [Sorter; 2],
    ) -> io::Result<()> {
        let start = self.table.tokens();
        self.starts.push(start);
        let number = folders.get(folder(&line.path)).copied().unwrap_or(0);
        let record = lineage::encode(number, base_name(&line.path), &line.segments, &merged.units);
        for seed in &merged.seeds {
            let value = (start + u64::from(seed.at)) << 4 | u64::from(seed.exact);
            sorters[usize::from(seed.kind == KeyKind::Exact)].push((seed.key, value))?;
        }
        self.units += merged.units.len() as u64;
        self.table.add(merged.tokens, &record).ok_or_else(|| too_much("tokens of 2^32 or lineage records of 4 GiB"))
    }
}

fn too_much(what: &str) -> io::Error {
    io::Error::other(format!("more {what} do not fit one index; split the list in two and scan with both indexes"))
}

/// For each component its place in the order of first release; undated ones last.
fn component_ranks(components: &[ComponentIn]) -> Vec<u32> {
    let date = |component: &ComponentIn| component.releases.iter().filter_map(|release| release.released.clone()).min();
    let mut order: Vec<(bool, Option<String>, usize)> = components
        .iter()
        .enumerate()
        .map(|(number, component)| (date(component).is_none(), date(component), number))
        .collect();
    order.sort();
    let mut ranks = vec![0; components.len()];
    order.iter().zip(0..).for_each(|((_, _, number), rank)| ranks[*number] = rank);
    ranks
}

fn key_table(
    sorter: Sorter,
    exact_bits: u32,
    records: &Records,
    lines: &[Line],
    ranks: &[u32],
    profile: Profile,
) -> io::Result<KeyWriter> {
    let mut writer = KeyWriter::new(sorter.len(), records.table.tokens(), exact_bits)?;
    let mut sorted = sorter.sorted()?;
    let mut values = Vec::new();
    let mut postings = Vec::new();
    let mut owners: Vec<(u32, u32, usize)> = Vec::new();
    while let Some(key) = sorted.next_group(&mut values)? {
        owners.clear();
        postings.clear();
        for (at, value) in values.iter().enumerate() {
            let line = records.starts.partition_point(|start| *start <= value >> 4) - 1;
            owners.push((ranks[lines[line].component as usize], line as u32, at));
        }
        owners.sort_unstable();
        let components = owners.chunk_by(|one, other| one.0 == other.0).count();
        let common = components > COMMON_COMPONENTS;
        for held in owners.chunk_by(|one, other| one.0 == other.0).take(if common { KEPT_COMMON } else { components }) {
            let lineages = held.chunk_by(|one, other| one.1 == other.1).take(if common {
                1
            } else {
                KEPT_LINEAGES[profile as usize]
            });
            for (_, _, at) in lineages.flatten() {
                postings.push(Posting { token: values[*at] >> 4, exact: (values[*at] & 15) as u8, common });
            }
        }
        writer.put(key, &postings)?;
    }
    Ok(writer)
}

/// Counts and hashes what goes through.
struct Section<'a, W: Write> {
    out: &'a mut W,
    hasher: blake3::Hasher,
    length: u64,
}

impl<W: Write> Write for Section<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.length += count as u64;
        Ok(count)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[allow(clippy::too_many_arguments)] // the parts of one file, written once, here
fn write_sections<W: Write + Seek>(
    input: &Input<'_>,
    totals: Totals,
    lines: &[Line],
    folders: &BTreeMap<&str, u32>,
    lineages: Vec<u8>,
    holders: &[Vec<u32>],
    relations: &Relations,
    borrowed: &Borrowed,
    tables: Vec<KeyWriter>,
    out: &mut W,
) -> io::Result<(Totals, Vec<Entry>)> {
    let head = format::HEADER_BYTES + Tag::ALL.len() * format::ENTRY_BYTES;
    out.write_all(&vec![0; head])?;
    let entry = |(content, carried): (&ContentIn, &bool)| contents::Entry {
        digest: content.digest,
        size: content.size,
        carried: *carried,
    };
    let known: Vec<contents::Entry> = input.contents.iter().zip(&borrowed.carried).map(entry).collect();
    let (contents, occurrences) = contents::encode(&known, holders)?;
    let mut tables = tables.into_iter();
    let mut entries = Vec::new();
    let mut offset = head as u64;
    for tag in Tag::ALL {
        let mut section = Section { out: &mut *out, hasher: blake3::Hasher::new(), length: 0 };
        match tag {
            Tag::Parameters => section.write_all(&parameters(input.scheme, &totals))?,
            Tag::Components => section.write_all(&components(&input.components, lines))?,
            Tag::Folders => section.write_all(&with_offsets(folders.keys().map(|name| name.as_bytes().to_vec())))?,
            Tag::Lineages => section.write_all(&lineages)?,
            Tag::Contents => section.write_all(&contents)?,
            Tag::Occurrences => section.write_all(&occurrences)?,
            Tag::Normals => section.write_all(&normal_table(&input.contents))?,
            Tag::ParametrisedKeys | Tag::ExactKeys => {
                if let Some(table) = tables.next() {
                    table.finish(&mut section)?;
                }
            }
            Tag::Frequencies => section.write_all(&frequencies(&input.frequencies))?,
            Tag::Relations => section.write_all(&relation_records(relations))?,
            Tag::Licenses => {
                let contents: Vec<u32> = input.contents.iter().map(|content| content.licenses).collect();
                section.write_all(&licenses::encode(&input.licenses, &contents)?)?;
            }
            Tag::Aliases => {
                let said = input.components.iter().map(|component| (component.own, &component.aliases[..]));
                section.write_all(&identity::encode(said)?)?;
            }
        }
        let digest = Digest::short(section.hasher.finalize().as_bytes()).0;
        entries.push(Entry { tag: tag.bytes(), encoding: tag.encoding(), offset, length: section.length, digest });
        offset += section.length;
    }
    out.seek(SeekFrom::Start(0))?;
    out.write_all(&format::header(&entries, offset, TEXT_VERSION))?;
    for entry in &entries {
        out.write_all(&entry.to_bytes())?;
    }
    out.flush()?;
    Ok((totals, entries))
}

fn parameters(scheme: Scheme, totals: &Totals) -> Vec<u8> {
    let mut out = vec![scheme.p_gram, scheme.p_sub, scheme.e_gram, scheme.e_sub];
    totals.fields().iter().for_each(|field| put_varint(&mut out, *field));
    out
}

/// `count`, offsets into the blob, the blob.
fn with_offsets(items: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let items: Vec<Vec<u8>> = items.collect();
    let mut out = (items.len() as u32).to_le_bytes().to_vec();
    let mut end = 0_u32;
    out.extend(end.to_le_bytes());
    for item in &items {
        end += item.len() as u32;
        out.extend(end.to_le_bytes());
    }
    out.extend(items.into_iter().flatten());
    out
}

fn components(components: &[ComponentIn], lines: &[Line]) -> Vec<u8> {
    let record = |(number, component): (usize, &ComponentIn)| {
        let mut out = Vec::new();
        put_text(&mut out, &component.base);
        let first = lines.partition_point(|line| line.component < number as u32);
        let end = lines.partition_point(|line| line.component <= number as u32);
        put_varint(&mut out, first as u64);
        put_varint(&mut out, (end - first) as u64);
        put_varint(&mut out, component.releases.len() as u64);
        let mut files: HashMap<u32, u64> = HashMap::new();
        component.files.iter().for_each(|file| *files.entry(file.release).or_default() += 1);
        for (at, release) in component.releases.iter().enumerate() {
            put_text(&mut out, &release.version);
            put_text(&mut out, release.released.as_deref().unwrap_or(""));
            put_text(&mut out, release.license.as_deref().unwrap_or(""));
            put_varint(&mut out, files.get(&(at as u32)).copied().unwrap_or(0));
        }
        out
    };
    with_offsets(components.iter().enumerate().map(record))
}

fn normal_table(contents: &[ContentIn]) -> Vec<u8> {
    let mut normals: Vec<(Digest, u32)> =
        contents.iter().zip(0..).filter_map(|(content, number)| Some((content.normal?, number))).collect();
    normals.sort_unstable();
    normals::encode(&normals)
}

fn frequencies(counts: &[u64]) -> Vec<u8> {
    counts.iter().map(|count| ((*count as f64 + 1.0).log2() * 8.0).round().min(255.0) as u8).collect()
}

fn relation_records(relations: &Relations) -> Vec<u8> {
    let mut out = (relations.len() as u32).to_le_bytes().to_vec();
    for ((one, other), (score, shared)) in relations {
        out.extend(one.to_le_bytes());
        out.extend(other.to_le_bytes());
        out.extend(score.to_le_bytes());
        out.extend(shared.to_le_bytes());
    }
    out
}

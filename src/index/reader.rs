//! An open index: views into its bytes. Opening checks the header and every section's digest and extent; each record is
//! checked again when it is read, and one that does not hold together counts as absent.

use std::ops::Range;
use std::path::Path;

use crate::error::Error;
use crate::index::bytes::{Cursor, u32_at};
use crate::index::chance::Chance;
use crate::index::contents::Contents;
use crate::index::digests::lower_bound;
use crate::index::format::{Entry, FREQUENCY_BITS, HEADER_BYTES, PART, RELATION_BYTES, Tag, Totals};
use crate::index::keys::KeyTable;
use crate::index::licenses::Licenses;
use crate::index::lineage::{Record, Segment, Unit};
use crate::index::lines::Lines;
use crate::index::map::Bytes;
use crate::index::normals::Normals;
use crate::index::table::{Place, Table};
use crate::model::ids::{ComponentId, ContentId, LineageId, ReleaseNo};
use crate::text::digest::Digest;
use crate::text::fingerprint::{KeyKind, Scheme};

/// Whether the sections' digests are compared when an index is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// They are: a file from anywhere.
    Check,
    /// They are not: the index inside the binary, which is as sound as the program.
    Bundled,
}

/// A release of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Version.
    pub version: String,
    /// ISO date, if known.
    pub released: Option<String>,
    /// SPDX expression, if known.
    pub license: Option<String>,
    /// Files in it.
    pub files: u32,
}

/// A component with all its releases, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Purl without version.
    pub base: String,
    /// Its lineages, by path.
    pub lineages: Range<u32>,
    /// Oldest first.
    pub releases: Vec<Release>,
}

/// A file of a component through its releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// The component.
    pub component: ComponentId,
    /// Path in its releases.
    pub path: String,
    /// Which content it had when.
    pub segments: Vec<Segment>,
}

/// An open index.
pub struct Index {
    bytes: Bytes,
    place: Place,
    table: Table,
    sections: [Range<usize>; Tag::ALL.len()],
    totals: Totals,
    scheme: Scheme,
    contents: Contents,
    normals: Normals,
    lines: Lines,
    tables: [KeyTable; 2],
    /// For each component its first lineage, to find the component of a lineage.
    first_lineages: Vec<u32>,
    /// The components that are a company's own code, rising.
    own_components: Vec<ComponentId>,
}

impl Index {
    /// Opens a file that is one index. `path` is what messages call it.
    ///
    /// # Errors
    /// [`Error::Index`] for damage, and for a file of several parts: [`crate::index::pack::open`] reads both kinds.
    pub fn open(bytes: Bytes, path: &Path, trust: Trust) -> Result<Index, Error> {
        let place = Place::file(path);
        let table = Table::read(bytes.as_slice(), &place)?;
        Index::of(bytes, table, place, trust)
    }

    /// Opens the index whose table was read from `bytes`.
    pub(super) fn of(bytes: Bytes, table: Table, place: Place, trust: Trust) -> Result<Index, Error> {
        let sections = locate(&table.entries, &place)?;
        if trust == Trust::Check {
            table.check_digests(bytes.as_slice(), &place)?;
        }
        let mut index = Index {
            place,
            table,
            sections,
            totals: Totals::default(),
            scheme: Scheme::COMPACT,
            contents: Contents::default(),
            normals: Normals::default(),
            lines: Lines::default(),
            tables: Default::default(),
            first_lineages: Vec::new(),
            own_components: Vec::new(),
            bytes,
        };
        index.read_parameters()?;
        index.read_tables()?;
        index.check_extents()?;
        index.read_components()?;
        index.read_identities()?;
        Ok(index)
    }

    /// What is wrong at byte `offset` of a section.
    pub(super) fn refuse(&self, tag: Tag, offset: usize, detail: impl Into<String>) -> Error {
        let start = self.sections[tag as usize].start;
        self.place.refuse(tag.name(), (start + offset) as u64, detail)
    }

    /// All its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// The bytes of a section.
    pub fn section(&self, tag: Tag) -> &[u8] {
        self.bytes.as_slice().get(self.sections[tag as usize].clone()).unwrap_or_default()
    }

    fn read_parameters(&mut self) -> Result<(), Error> {
        let section = self.section(Tag::Parameters);
        let parse = || {
            let (grams, rest) = section.split_at_checked(4)?;
            let scheme = Scheme { p_gram: grams[0], p_sub: grams[1], e_gram: grams[2], e_sub: grams[3] };
            let mut cursor = Cursor::new(rest);
            let totals = Totals::read(|| cursor.varint())?;
            scheme.is_valid().then_some((scheme, totals))
        };
        let Some((scheme, totals)) = parse() else {
            return Err(self.refuse(Tag::Parameters, 0, "the parameters do not make sense"));
        };
        (self.scheme, self.totals) = (scheme, totals);
        Ok(())
    }

    /// Checks that each table is as long as its count says.
    fn check_extents(&self) -> Result<(), Error> {
        let expected = [
            (Tag::Contents, self.totals.contents, u64::from(self.contents.count())),
            (Tag::Lineages, self.totals.lineages, u64::from(self.lines.count())),
        ];
        for (tag, count, stored) in expected {
            if stored != count {
                return Err(self.refuse(tag, 0, format!("{count} records expected, {stored} stored")));
            }
        }
        let (components, count) = (self.section(Tag::Components), self.totals.components);
        let stored = u32_at(components, 0).map(u64::from);
        let needed = count.checked_mul(4).and_then(|bytes| bytes.checked_add(8));
        if stored != Some(count) || needed.is_none_or(|needed| needed > components.len() as u64) {
            return Err(self.refuse(Tag::Components, 0, format!("{count} records expected, {stored:?} stored")));
        }
        let relations = self.section(Tag::Relations);
        let count = u32_at(relations, 0).map_or(0, |count| count as usize);
        if count.checked_mul(RELATION_BYTES).and_then(|bytes| bytes.checked_add(4)) != Some(relations.len()) {
            let detail = format!("{count} records do not fill {} bytes", relations.len());
            return Err(self.refuse(Tag::Relations, 0, detail));
        }
        if self.has_licenses() && self.licenses_section().map(|own| own.contents().into()) != Some(self.totals.contents)
        {
            let detail = format!("its parts do not fill it, or it is not of {} contents", self.totals.contents);
            return Err(self.refuse(Tag::Licenses, 0, detail));
        }
        if self.section(Tag::Frequencies).len() != 1 << FREQUENCY_BITS {
            return Err(self.refuse(Tag::Frequencies, 0, "wrong length"));
        }
        Ok(())
    }

    fn read_tables(&mut self) -> Result<(), Error> {
        let unfilled = |tag: Tag| self.refuse(tag, 0, "the table's parts do not fill it");
        let contents = Contents::open(self.section(Tag::Contents), self.encoding(Tag::Contents));
        let normals = Normals::open(self.section(Tag::Normals), self.encoding(Tag::Normals));
        let lines = Lines::open(self.section(Tag::Lineages), self.encoding(Tag::Lineages));
        let table = |tag: Tag| KeyTable::open(self.section(tag), self.encoding(tag)).ok_or_else(|| unfilled(tag));
        let opened = (
            contents.ok_or_else(|| unfilled(Tag::Contents))?,
            normals.ok_or_else(|| unfilled(Tag::Normals))?,
            lines.ok_or_else(|| unfilled(Tag::Lineages))?,
            [table(Tag::ParametrisedKeys)?, table(Tag::ExactKeys)?],
        );
        (self.contents, self.normals, self.lines, self.tables) = opened;
        Ok(())
    }

    fn encoding(&self, tag: Tag) -> u32 {
        let entry = self.table.entries.iter().find(|entry| entry.tag == tag.bytes());
        entry.map_or(tag.encoding(), |entry| entry.encoding)
    }

    fn read_components(&mut self) -> Result<(), Error> {
        let mut lineages = Vec::new();
        let mut before = "";
        for number in 0..self.totals.components as u32 {
            let refuse = |what| {
                let detail = format!("component {number} is {what}");
                self.refuse(Tag::Components, 4 + number as usize * 4, detail)
            };
            let (base, first) = self.component_head(ComponentId(number)).ok_or_else(|| refuse("damaged"))?;
            // They are looked up by name.
            if base <= before {
                return Err(refuse("out of order"));
            }
            before = base;
            lineages.push(first);
        }
        self.first_lineages = lineages;
        Ok(())
    }

    fn read_identities(&mut self) -> Result<(), Error> {
        if self.section(Tag::Aliases).is_empty() {
            return Ok(());
        }
        let Some(section) = self.identities_section() else {
            return Err(self.refuse(Tag::Aliases, 0, "its parts do not fill it"));
        };
        let mut own: Vec<ComponentId> =
            section.iter().filter(|(_, said)| said.own).map(|(component, _)| component).collect();
        own.sort_unstable();
        self.own_components = own;
        Ok(())
    }

    /// The components that are a company's own code, rising.
    pub fn own_components(&self) -> &[ComponentId] {
        &self.own_components
    }

    /// Digest that names the index.
    pub fn digest(&self) -> [u8; 16] {
        self.table.id
    }

    /// That digest in hex.
    pub fn id(&self) -> String {
        self.table.hex()
    }

    /// The file it is in.
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// Which part of its file it is, from 1; `None` where it is the file.
    pub fn part(&self) -> Option<usize> {
        self.place.part.map(|(number, _)| number)
    }

    /// What it holds as a whole.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Gram lengths that a query must use.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// How many matches of a score come by chance.
    pub fn chance(&self) -> Chance {
        Chance {
            lambda: self.totals.lambda_micro as f64 / 1e6,
            log_size: self.totals.log_k_milli as f64 / 1e3 - 1000.0,
        }
    }

    /// Score a match needs, bits.
    pub fn bar(&self) -> f32 {
        self.totals.bar_millibits as f32 / 1e3
    }

    /// Its header and section table.
    pub fn section_table(&self) -> &Table {
        &self.table
    }

    /// The section table's entries.
    pub fn entries(&self) -> &[Entry] {
        &self.table.entries
    }

    /// The seed table of one kind.
    pub fn table(&self, kind: KeyKind) -> &KeyTable {
        &self.tables[usize::from(kind == KeyKind::Exact)]
    }

    /// The section that holds that table.
    pub fn table_section(&self, kind: KeyKind) -> &[u8] {
        self.section(if kind == KeyKind::Exact { Tag::ExactKeys } else { Tag::ParametrisedKeys })
    }

    /// `count u32, offsets u32 × (count + 1), blob`: the bytes of item `at`.
    fn item(&self, tag: Tag, at: u32, offsets_from: usize) -> Option<&[u8]> {
        let section = self.section(tag);
        let count = u32_at(section, 0)? as usize;
        let at = at as usize;
        if at >= count {
            return None;
        }
        let start = u32_at(section, offsets_from + at * 4)? as usize;
        let end = u32_at(section, offsets_from + at * 4 + 4)? as usize;
        section.get(offsets_from + (count + 1) * 4..)?.get(start..end)
    }

    fn component_head(&self, id: ComponentId) -> Option<(&str, u32)> {
        let mut cursor = Cursor::new(self.item(Tag::Components, id.0, 4)?);
        Some((cursor.text()?, cursor.number()?))
    }

    /// A component's purl without version.
    pub fn component_base(&self, id: ComponentId) -> Option<&str> {
        self.component_head(id).map(|(base, _)| base)
    }

    /// The component of this purl without version.
    pub fn find_component(&self, base: &str) -> Option<ComponentId> {
        let at = |place: usize| ComponentId(place as u32);
        let count = self.totals.components as usize;
        let place = lower_bound(0..count, |place| self.component_base(at(place)).is_some_and(|own| own < base));
        (place < count && self.component_base(at(place)) == Some(base)).then(|| at(place))
    }

    /// The lineage that a component has at a path, and its record.
    pub fn find_lineage(&self, component: ComponentId, path: &str) -> Option<(LineageId, Lineage)> {
        let Range { start, end } = self.component(component)?.lineages;
        let at = |place: usize| LineageId(start.saturating_add(place as u32));
        let count = end.saturating_sub(start) as usize;
        let place = lower_bound(0..count, |place| self.lineage(at(place)).is_some_and(|own| own.path.as_str() < path));
        let found = self.lineage(at(place)).filter(|found| place < count && found.path == path)?;
        Some((at(place), found))
    }

    /// A component.
    pub fn component(&self, id: ComponentId) -> Option<Component> {
        let mut cursor = Cursor::new(self.item(Tag::Components, id.0, 4)?);
        let base = cursor.text()?.to_string();
        let first = cursor.number()?;
        let end = first.checked_add(cursor.number()?)?;
        let count = cursor.number()?;
        let mut releases = Vec::with_capacity((count as usize).min(cursor.rest().len()));
        let text = |text: &str| (!text.is_empty()).then(|| text.to_string());
        for _ in 0..count {
            releases.push(Release {
                version: cursor.text()?.to_string(),
                released: text(cursor.text()?),
                license: text(cursor.text()?),
                files: cursor.number()?,
            });
        }
        Some(Component { base, lineages: first..end, releases })
    }

    /// The component that a lineage belongs to.
    pub fn component_of(&self, lineage: LineageId) -> ComponentId {
        let after = self.first_lineages.partition_point(|first| *first <= lineage.0);
        ComponentId(after.saturating_sub(1) as u32)
    }

    /// The lineage that holds a token of the global numbering, and the lineage's first token.
    pub fn lineage_at(&self, token: u64) -> Option<(LineageId, u64)> {
        self.lines.at_token(self.section(Tag::Lineages), token)
    }

    /// Tokens of a lineage's merged order.
    pub fn lineage_tokens(&self, id: LineageId) -> Option<u32> {
        self.lines.tokens(self.section(Tag::Lineages), id)
    }

    fn record(&self, id: LineageId) -> Option<Record<'_>> {
        Record::decode(self.lines.record(self.section(Tag::Lineages), id)?)
    }

    /// A lineage.
    pub fn lineage(&self, id: LineageId) -> Option<Lineage> {
        let record = self.record(id)?;
        let folder = std::str::from_utf8(self.item(Tag::Folders, record.folder, 4)?).ok()?;
        let path = if folder.is_empty() { record.name.to_string() } else { format!("{folder}/{}", record.name) };
        let segments = record.segments;
        Some(Lineage { component: self.component_of(id), path, segments })
    }

    /// The units of a lineage, in merged order.
    pub fn units(&self, id: LineageId) -> Option<Vec<Unit>> {
        self.record(id)?.units()
    }

    /// The content with this digest.
    pub fn find_content(&self, digest: Digest) -> Option<ContentId> {
        self.contents.find(self.section(Tag::Contents), digest)
    }

    /// The contents with this digest of their code, rising.
    pub fn find_normalized(&self, digest: Digest) -> impl Iterator<Item = ContentId> + '_ {
        self.normals.find(self.section(Tag::Normals), digest)
    }

    /// Bytes of a content; [`crate::index::contents::SIZE_CAP`] for that many and more.
    pub fn content_size(&self, id: ContentId) -> u64 {
        self.contents.size(self.section(Tag::Contents), id)
    }

    /// Whether every holder has the content at a vendored or test path.
    pub fn is_carried(&self, id: ContentId) -> bool {
        self.contents.is_carried(self.section(Tag::Contents), id)
    }

    /// Whether the index knows the licences of its contents; one built by an older program does not.
    pub fn has_licenses(&self) -> bool {
        !self.section(Tag::Licenses).is_empty()
    }

    pub(super) fn licenses_section(&self) -> Option<Licenses<'_>> {
        Licenses::open(self.section(Tag::Licenses))
    }

    /// The licence expressions that a content states, sorted; `None` where the index does not know.
    pub fn licenses(&self, id: ContentId) -> Option<Vec<&str>> {
        self.licenses_section()?.of(id.0)
    }

    /// The lineages that hold a content, rising.
    pub fn holders(&self, id: ContentId) -> Vec<LineageId> {
        let (contents, lists) = (self.section(Tag::Contents), self.section(Tag::Occurrences));
        self.contents.holders(contents, lists, id).unwrap_or_default()
    }

    pub(super) fn contents_table(&self) -> &Contents {
        &self.contents
    }

    pub(super) fn normals_table(&self) -> &Normals {
        &self.normals
    }

    pub(super) fn lines_table(&self) -> &Lines {
        &self.lines
    }

    /// The mean vote that `one` is the origin and `other` the taker, hundredths, and the contents it rests on.
    pub fn relation(&self, one: ComponentId, other: ComponentId) -> Option<(i32, u32)> {
        if one > other {
            return self.relation(other, one).map(|(score, shared)| (-score, shared));
        }
        let section = self.section(Tag::Relations);
        let count = u32_at(section, 0)? as usize;
        let pair = |place: usize| {
            let at = 4 + place * RELATION_BYTES;
            Some((u32_at(section, at)?, u32_at(section, at + 4)?))
        };
        let wanted = (one.0, other.0);
        let place = lower_bound(0..count, |place| pair(place).is_some_and(|own| own < wanted));
        if place >= count || pair(place) != Some(wanted) {
            return None;
        }
        let at = 4 + place * RELATION_BYTES;
        Some((u32_at(section, at + 8)? as i32, u32_at(section, at + 12)?))
    }

    /// log2 of how often a token with this hash occurs among all indexed tokens (an upper bound: hashes share places).
    pub fn frequency_bits(&self, token_hash: u32) -> f32 {
        let place = (token_hash >> (32 - FREQUENCY_BITS)) as usize;
        f32::from(self.section(Tag::Frequencies).get(place).copied().unwrap_or(0)) / 8.0
    }

    /// The newest date among the releases, and the release's purl.
    pub fn newest(&self) -> Option<(String, String)> {
        let components = (0..self.totals.components as u32).filter_map(|number| self.component(ComponentId(number)));
        let dated = components.flat_map(|component| {
            let base = component.base;
            component
                .releases
                .into_iter()
                .filter_map(move |release| Some((release.released?, format!("{base}@{}", release.version))))
        });
        dated.max()
    }

    /// A release of a component.
    pub fn release(&self, component: ComponentId, release: ReleaseNo) -> Option<Release> {
        self.component(component)?.releases.into_iter().nth(release.0 as usize)
    }
}

fn locate(entries: &[Entry], place: &Place) -> Result<[Range<usize>; Tag::ALL.len()], Error> {
    if let Some(part) = entries.iter().find(|entry| entry.tag == PART) {
        return Err(place.refuse("PART", part.offset, "an index of several parts stands where one index is expected"));
    }
    let mut sections = [const { 0..0 }; Tag::ALL.len()];
    for tag in Tag::ALL {
        let Some(entry) = entries.iter().find(|entry| entry.tag == tag.bytes()) else {
            if tag.is_optional() {
                continue;
            }
            return Err(place.refuse(tag.name(), HEADER_BYTES as u64, "the section is missing"));
        };
        if !(1..=tag.encoding()).contains(&entry.encoding) {
            let detail = format!("encoding {} is unknown, 1 to {} expected", entry.encoding, tag.encoding());
            return Err(place.refuse(tag.name(), entry.offset, detail));
        }
        sections[tag as usize] = entry.range();
    }
    Ok(sections)
}

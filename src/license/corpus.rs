//! The licence data at run time: vocabulary, rules, and the tables that find them. Read from the block that
//! [`super::encode`] makes; [`super::format`] is its layout.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::format::{self, ANCHOR, DROPPED, HEADER_BYTES, MAGIC, RULE_BYTES, SEED, VERSION};
use super::rule::{Rule, RuleKind};
use super::words;
use crate::index::bytes::{Cursor, u16_at, u32_at};
use crate::model::license::Category;

/// The compiled data that comes with the program.
static BUNDLED: &[u8] = include_bytes!("../../fingerprints/licenses.fpl");

/// Everything that detection knows of licences.
#[derive(Debug)]
pub struct Corpus {
    origin: String,
    vocabulary: Table<u16>,
    peculiar: u16,
    words: Vec<u16>,
    rules: Vec<Rule>,
    names: Names,
    expressions: Vec<Box<str>>,
    categories: HashMap<Box<str>, Category>,
    phrases: Vec<(u16, u16)>,
    dropped: Vec<(u16, u16)>,
    anchors: Anchors,
    seeds: Seeds,
    powers: Vec<u64>,
    telling: Telling,
}

/// Words whose absence or exchange makes another licence of an altered copy.
#[derive(Debug)]
struct Telling {
    /// Words of digits alone, in order.
    numbers: Vec<u16>,
    /// "version" and its short forms.
    versions: Vec<u16>,
    /// Words of licence names.
    names: Vec<u16>,
    /// "later".
    later: Option<u16>,
}

impl Telling {
    const VERSIONS: [&str; 3] = ["version", "v", "ver"];
    const NAMES: [&str; 12] =
        ["ecos", "mpl", "mozilla", "lgpl", "lesser", "apache", "affero", "agpl", "eclipse", "epl", "cddl", "artistic"];

    fn new(vocabulary: &Table<u16>, mut numbers: Vec<u16>) -> Telling {
        let ids = |words: &[&str]| words.iter().filter_map(|word| vocabulary.get(words::hash(word))).collect();
        numbers.sort_unstable();
        Telling {
            numbers,
            versions: ids(&Telling::VERSIONS),
            names: ids(&Telling::NAMES),
            later: vocabulary.get(words::hash("later")),
        }
    }
}

impl Corpus {
    /// The data that comes with the program, unpacked at the first call.
    pub fn bundled() -> &'static Corpus {
        static CORPUS: OnceLock<Corpus> = OnceLock::new();
        // A test opens the bundled data; it cannot change afterwards.
        CORPUS.get_or_init(|| Corpus::read(BUNDLED).expect("the bundled licence data is whole"))
    }

    /// Reads compiled licence data.
    ///
    /// # Errors
    ///
    /// What is wrong with the bytes: another kind of file, another version, damage.
    pub fn read(bytes: &[u8]) -> Result<Corpus, String> {
        let header = bytes.get(..HEADER_BYTES).ok_or("it is too short")?;
        if !header.starts_with(MAGIC) {
            return Err("it is no compiled licence data".into());
        }
        let version = u32_at(header, 8).unwrap_or_default();
        if version != VERSION {
            return Err(format!("it has version {version}, this program reads version {VERSION}"));
        }
        let packed = &bytes[HEADER_BYTES..];
        if blake3::hash(packed).as_bytes() != &header[16..HEADER_BYTES] {
            return Err("it is damaged: its digest differs".into());
        }
        let length = u32_at(header, 12).map_or(0, |length| length as usize);
        if length > format::MOST_BYTES {
            return Err(format!("it would unpack to {length} bytes"));
        }
        let block = zstd::bulk::decompress(packed, length).map_err(|error| format!("it does not unpack: {error}"))?;
        Parts::of(&block).and_then(|parts| parts.corpus()).ok_or_else(|| "it is damaged: a part does not fit".into())
    }

    /// Where the rules come from, and their licence.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of a word by its [`words::hash`]; [`DROPPED`] for one that does not count, `None` for one that no rule has.
    pub fn word(&self, hash: u64) -> Option<u16> {
        self.vocabulary.get(hash)
    }

    /// Whether a word is peculiar to licences.
    pub fn is_peculiar(&self, word: u16) -> bool {
        word < self.peculiar
    }

    /// The rule of a number, if there is one.
    pub fn rule(&self, number: u16) -> Option<&Rule> {
        self.rules.get(usize::from(number))
    }

    /// How many rules there are.
    pub fn rules(&self) -> usize {
        self.rules.len()
    }

    /// The words of a rule.
    pub fn words(&self, rule: &Rule) -> &[u16] {
        let first = rule.first as usize;
        self.words.get(first..first + rule.length as usize).unwrap_or_default()
    }

    /// The name of a rule.
    pub fn name(&self, number: u16) -> &str {
        self.names.get(number)
    }

    /// The SPDX expression of a rule; `WITH` and an exception where that is all there is; empty for false positives.
    pub fn expression(&self, rule: &Rule) -> &str {
        self.expressions.get(usize::from(rule.expression)).map_or("", |text| text)
    }

    /// The required phrases of a rule: first and last word of each.
    pub fn phrases(&self, rule: &Rule) -> &[(u16, u16)] {
        let first = rule.first_phrase as usize;
        self.phrases.get(first..first + usize::from(rule.phrases)).unwrap_or_default()
    }

    /// How many words were dropped behind word `at` of a rule, where words have to stand side by side.
    pub fn dropped_behind(&self, rule: &Rule, at: u32) -> u32 {
        let first = rule.first_dropped as usize;
        let dropped = self.dropped.get(first..first + usize::from(rule.dropped)).unwrap_or_default();
        let found = dropped.binary_search_by_key(&at, |(place, _)| u32::from(*place));
        found.map_or(0, |place| u32::from(dropped[place].1))
    }

    /// What an SPDX licence id (no expression) asks for.
    pub fn category(&self, id: &str) -> Category {
        self.categories.get(id).copied().unwrap_or(Category::Unknown)
    }

    /// The rules whose rarest gram, or all of whose words if they are fewer, is this run of `length` words, each with the
    /// place of the run in it.
    pub fn anchored(&self, spread: u64) -> impl Iterator<Item = (u16, u16)> {
        self.anchors.get(spread).iter().map(|entry| (entry.rule, entry.at))
    }

    /// Whether any rule may be [`anchored`](Self::anchored) there: quick, and wrong only by saying yes.
    pub fn may_anchor(&self, spread: u64) -> bool {
        self.anchors.filter.has(spread)
    }

    /// The hash of a rule's words, its upper half.
    pub fn rule_hash(&self, number: u16) -> u32 {
        self.anchors.hashes.get(usize::from(number)).copied().unwrap_or_default()
    }

    /// The rules that hold a seed.
    pub fn seeded(&self, key: u32) -> &[u16] {
        self.seeds.get(key)
    }

    /// How many seeds a rule has.
    pub fn seeds_of(&self, number: u16) -> u32 {
        self.seeds.counts.get(usize::from(number)).copied().unwrap_or_default()
    }

    /// Whether a word is digits alone.
    pub fn is_number(&self, word: u16) -> bool {
        self.telling.numbers.binary_search(&word).is_ok()
    }

    /// Whether a word is "version" or short for it.
    pub fn is_version(&self, word: u16) -> bool {
        self.telling.versions.contains(&word)
    }

    /// The word "later", if a rule has it.
    pub fn later(&self) -> Option<u16> {
        self.telling.later
    }

    /// Words that stand in the names of much-used licences.
    pub fn names(&self) -> &[u16] {
        &self.telling.names
    }

    /// The powers of the rolling hash, up to the longest rule.
    pub fn powers(&self) -> &[u64] {
        &self.powers
    }
}

/// A map from hashes of words to numbers: open addressing, never more than half full.
#[derive(Debug)]
struct Table<V> {
    slots: Vec<Option<(u64, V)>>,
    mask: usize,
}

impl<V: Copy> Table<V> {
    fn new(entries: usize) -> Table<V> {
        let slots = (entries * 2).next_power_of_two().max(2);
        Table { slots: vec![None; slots], mask: slots - 1 }
    }

    fn put(&mut self, hash: u64, value: V) {
        let mut at = hash as usize & self.mask;
        while self.slots[at].is_some_and(|(other, _)| other != hash) {
            at = (at + 1) & self.mask;
        }
        self.slots[at] = Some((hash, value));
    }

    fn get(&self, hash: u64) -> Option<V> {
        let mut at = hash as usize & self.mask;
        loop {
            match self.slots[at] {
                Some((other, value)) if other == hash => return Some(value),
                Some(_) => at = (at + 1) & self.mask,
                None => return None,
            }
        }
    }
}

/// One bit a key, by hash.
#[derive(Debug)]
struct Filter {
    bits: Vec<u64>,
}

impl Filter {
    const BITS: u32 = 20;

    fn new() -> Filter {
        Filter { bits: vec![0; 1 << (Filter::BITS - 6)] }
    }

    fn place(spread: u64) -> (usize, u64) {
        let bit = spread >> (64 - Filter::BITS);
        ((bit >> 6) as usize, 1 << (bit & 63))
    }

    fn put(&mut self, spread: u64) {
        let (word, bit) = Filter::place(spread);
        self.bits[word] |= bit;
    }

    fn has(&self, spread: u64) -> bool {
        let (word, bit) = Filter::place(spread);
        self.bits[word] & bit != 0
    }
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    key: u64,
    rule: u16,
    at: u16,
}

/// The rarest gram of each rule.
#[derive(Debug)]
struct Anchors {
    filter: Filter,
    /// First entry of each key's run.
    starts: Table<(u32, u32)>,
    entries: Vec<Anchor>,
    hashes: Vec<u32>,
}

impl Anchors {
    fn new(mut entries: Vec<Anchor>, hashes: Vec<u32>) -> Anchors {
        entries.sort_unstable_by_key(|entry| (entry.key, entry.rule));
        let mut filter = Filter::new();
        let mut starts = Table::new(entries.len());
        let mut first = 0;
        for run in entries.chunk_by(|one, other| one.key == other.key) {
            filter.put(run[0].key);
            starts.put(run[0].key, (first, run.len() as u32));
            first += run.len() as u32;
        }
        Anchors { filter, starts, entries, hashes }
    }

    fn get(&self, key: u64) -> &[Anchor] {
        let Some((first, count)) = self.starts.get(key) else { return &[] };
        self.entries.get(first as usize..(first + count) as usize).unwrap_or_default()
    }
}

/// Which rules hold which seeds.
#[derive(Debug)]
struct Seeds {
    keys: Vec<u32>,
    /// Where the keys begin whose upper bits are this number.
    buckets: Vec<u32>,
    starts: Vec<u32>,
    rules: Vec<u16>,
    counts: Vec<u32>,
}

impl Seeds {
    const BUCKET_BITS: u32 = 16;

    fn read(part: &[u8], rule_count: usize) -> Option<Seeds> {
        let count = u32_at(part, 0)? as usize;
        let key_bytes = part.get(4..4 + count.checked_mul(4)?)?;
        let keys: Vec<u32> = key_bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        if !keys.is_sorted() {
            return None;
        }
        let mut cursor = Cursor::new(&part[4 + count * 4..]);
        let mut starts = Vec::with_capacity(count + 1);
        let mut rules = Vec::with_capacity(cursor.rest().len());
        let mut counts = vec![0; rule_count];
        for _ in 0..count {
            starts.push(rules.len() as u32);
            let mut rule = 0_u32;
            for _ in 0..cursor.number()? {
                rule = rule.checked_add(cursor.number()?)?;
                *counts.get_mut(rule as usize)? += 1;
                rules.push(rule as u16);
            }
        }
        starts.push(rules.len() as u32);
        let mut buckets = vec![0; (1 << Seeds::BUCKET_BITS) + 1];
        keys.iter().for_each(|key| buckets[(key >> Seeds::BUCKET_BITS) as usize + 1] += 1);
        for at in 1..buckets.len() {
            buckets[at] += buckets[at - 1];
        }
        Some(Seeds { keys, buckets, starts, rules, counts })
    }

    fn get(&self, key: u32) -> &[u16] {
        let bucket = (key >> Seeds::BUCKET_BITS) as usize;
        let (first, last) = (self.buckets[bucket] as usize, self.buckets[bucket + 1] as usize);
        let found = self.keys[first..last].iter().position(|other| *other == key);
        let Some(at) = found.map(|place| first + place) else { return &[] };
        self.rules.get(self.starts[at] as usize..self.starts[at + 1] as usize).unwrap_or_default()
    }
}

/// The parts of the block.
struct Parts<'a> {
    origin: &'a [u8],
    vocabulary: &'a [u8],
    licenses: &'a [u8],
    expressions: &'a [u8],
    rules: &'a [u8],
    names: &'a [u8],
    words: &'a [u8],
    pairs: &'a [u8],
    seeds: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(block: &'a [u8]) -> Option<Parts<'a>> {
        let mut rest = block;
        let mut part = || {
            let length = u32_at(rest, 0)? as usize;
            let (this, after) = rest.get(4..)?.split_at_checked(length)?;
            rest = after;
            Some(this)
        };
        Some(Parts {
            origin: part()?,
            vocabulary: part()?,
            licenses: part()?,
            expressions: part()?,
            rules: part()?,
            names: part()?,
            words: part()?,
            pairs: part()?,
            seeds: part()?,
        })
    }

    fn corpus(&self) -> Option<Corpus> {
        let words = numbers(self.words);
        let pairs: Vec<(u16, u16)> = numbers(self.pairs).chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let (peculiar, vocabulary, telling) = self.vocabulary()?;
        let (rules, anchors) = self.rules(&words, peculiar)?;
        let phrase_count = rules.last().map(|rule| rule.first_phrase as usize + usize::from(rule.phrases))?;
        let (phrases, dropped) = pairs.split_at_checked(phrase_count)?;
        let names = Names::read(self.names)?;
        let expressions = texts(self.expressions)?;
        let longest = rules.iter().map(|rule| rule.length as usize).max()?;
        let fits = names.ends.len() == rules.len()
            && dropped.len() == rules.last().map(|rule| rule.first_dropped as usize + usize::from(rule.dropped))?
            && words.len() == rules.last().map(|rule| (rule.first + rule.length) as usize)?
            && rules.iter().all(|rule| usize::from(rule.expression) < expressions.len());
        fits.then_some(Corpus {
            origin: Cursor::new(self.origin).text()?.to_string(),
            vocabulary,
            peculiar,
            seeds: Seeds::read(self.seeds, rules.len())?,
            rules,
            names,
            expressions,
            categories: self.categories()?,
            phrases: phrases.to_vec(),
            dropped: dropped.to_vec(),
            anchors,
            powers: format::powers(longest),
            telling,
            words,
        })
    }

    fn vocabulary(&self) -> Option<(u16, Table<u16>, Telling)> {
        let peculiar = u16_at(self.vocabulary, 0)?;
        let mut cursor = Cursor::new(self.vocabulary.get(2..)?);
        let (mut numbered, mut digits) = (Vec::new(), Vec::new());
        while !cursor.rest().is_empty() {
            let number = u16_at(cursor.take(2)?, 0)?;
            let word = cursor.text()?;
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                digits.push(number);
            }
            numbered.push((words::hash(word), number));
        }
        let mut table = Table::new(numbered.len());
        numbered.into_iter().for_each(|(hash, number)| table.put(hash, number));
        let telling = Telling::new(&table, digits);
        Some((peculiar, table, telling))
    }

    fn categories(&self) -> Option<HashMap<Box<str>, Category>> {
        let mut cursor = Cursor::new(self.licenses);
        let mut out = HashMap::new();
        while !cursor.rest().is_empty() {
            let id = cursor.text()?;
            out.insert(id.into(), format::category(*cursor.take(1)?.first()?));
        }
        Some(out)
    }

    fn rules(&self, words: &[u16], peculiar: u16) -> Option<(Vec<Rule>, Anchors)> {
        let (mut first, mut first_phrase, mut first_dropped) = (0_u32, 0_u32, 0_u32);
        let (mut rules, mut anchors, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        for (number, record) in self.rules.chunks_exact(RULE_BYTES).enumerate() {
            let length = usize::from(u16_at(record, 6)?);
            let own = words.get(first as usize..first as usize + length)?;
            let rule = Rule {
                kind: *RuleKind::ALL.get(usize::from(record[0]))?,
                relevance: record[1],
                coverage: record[2],
                continuous: record[3] & 1 != 0,
                near: record[3] & 2 != 0,
                expression: u16_at(record, 4)?,
                length: length as u32,
                high: own.iter().filter(|word| **word < peculiar).count() as u32,
                phrases: u16_at(record, 8)?,
                dropped: u16_at(record, 10)?,
                first,
                first_phrase,
                first_dropped,
            };
            let at = u16_at(record, 12)?;
            let gram = own.get(usize::from(at)..own.len().min(usize::from(at) + ANCHOR))?;
            anchors.push(Anchor { key: format::spread(format::hash(gram), gram.len()), rule: number as u16, at });
            hashes.push(u32_at(record, 16)?);
            first = first.checked_add(rule.length)?;
            first_phrase += u32::from(rule.phrases);
            first_dropped += u32::from(rule.dropped);
            rules.push(rule);
        }
        (!rules.is_empty() && rules.len() <= usize::from(DROPPED)).then(|| (rules, Anchors::new(anchors, hashes)))
    }
}

/// The names of all rules, in one text.
#[derive(Debug)]
struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    fn read(part: &[u8]) -> Option<Names> {
        let mut names = Names { text: String::with_capacity(part.len()), ends: Vec::new() };
        let mut cursor = Cursor::new(part);
        while !cursor.rest().is_empty() {
            names.text.push_str(cursor.text()?);
            names.ends.push(names.text.len() as u32);
        }
        Some(names)
    }

    fn get(&self, number: u16) -> &str {
        let at = usize::from(number);
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let end = self.ends.get(at).map_or(start, |end| *end as usize);
        self.text.get(start..end).unwrap_or_default()
    }
}

fn numbers(part: &[u8]) -> Vec<u16> {
    part.as_chunks().0.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect()
}

fn texts(part: &[u8]) -> Option<Vec<Box<str>>> {
    let mut cursor = Cursor::new(part);
    let mut out = Vec::new();
    while !cursor.rest().is_empty() {
        out.push(cursor.text()?.into());
    }
    Some(out)
}

const _: () = assert!(SEED == ANCHOR, "both searches share the hashes of one gram length");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::expression;

    #[test]
    fn the_bundled_data_is_whole_and_says_where_it_comes_from() {
        let corpus = Corpus::bundled();
        assert!(corpus.rules() > 30_000, "{}", corpus.rules());
        assert!(corpus.origin().contains("CC-BY-4.0"));
        assert_eq!(corpus.category("MIT"), Category::Permissive);
        assert_eq!(corpus.category("GPL-2.0-only"), Category::Copyleft);
        assert_eq!(corpus.category("AGPL-3.0-only"), Category::NetworkCopyleft);
    }

    #[test]
    fn every_expression_is_valid_spdx() {
        let corpus = Corpus::bundled();
        let wrong: Vec<&str> = corpus
            .expressions
            .iter()
            .map(|text| &**text)
            .filter(|text| !text.is_empty())
            .filter(|text| match text.strip_prefix("WITH ") {
                Some(exception) => spdx::Expression::parse(&format!("GPL-2.0-only WITH {exception}")).is_err(),
                None => spdx::Expression::parse_mode(text, expression::MODE).is_err(),
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn damage_is_refused_and_named() {
        for (at, expected) in [(0, "no compiled"), (8, "version"), (20, "digest"), (5000, "digest")] {
            let mut bytes = BUNDLED.to_vec();
            bytes[at] ^= 0x40;
            let refused = Corpus::read(&bytes).err().unwrap_or_default();
            assert!(refused.contains(expected), "byte {at}: {refused}");
        }
        assert!(Corpus::read(&BUNDLED[..BUNDLED.len() - 1]).is_err());
        assert!(Corpus::read(&BUNDLED[..20]).is_err());
    }
}

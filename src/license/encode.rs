//! Compiles rules into the block that [`super::corpus`] reads; [`super::format`] is its layout.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::format::{self, ANCHOR, DROPPED, SEED};
use super::rule::{self, RuleKind};
use super::words;
use crate::index::bytes::{put_text, put_varint};
use crate::model::license::Category;

/// A rule as its author wrote it.
#[derive(Clone, Debug)]
pub struct RuleSource {
    /// Its name; reports cite it.
    pub name: String,
    /// What its text is.
    pub kind: RuleKind,
    /// SPDX expression; `WITH` and an exception where that is all there is; empty for false positives.
    pub expression: String,
    /// How much a full match says, 0 to 100; by its length where `None`.
    pub relevance: Option<u8>,
    /// Least coverage of an altered copy, percent; by its length where `None`.
    pub coverage: Option<u8>,
    /// Whether no foreign word may stand between its words.
    pub continuous: bool,
    /// Whether it is a phrase that other rules require: matched exactly or not at all.
    pub phrase: bool,
    /// Its text, required phrases between `{{` and `}}`.
    pub text: String,
}

/// All that the licence data is compiled from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Where it comes from, and its licence.
    pub origin: String,
    /// Words peculiar to licences, each with its group: words of one group count as the same.
    pub peculiar: BTreeMap<String, u32>,
    /// Words that are dropped.
    pub dropped: Vec<String>,
    /// SPDX ids with their category.
    pub licenses: BTreeMap<String, Category>,
    /// The rules.
    pub rules: Vec<RuleSource>,
}

/// A rule's words, by number.
struct Compiled {
    words: Vec<u16>,
    phrases: Vec<(u16, u16)>,
    dropped: Vec<(u16, u16)>,
}

/// What cannot be compiled.
pub type Refused = String;

/// The file of compiled licence data.
///
/// # Errors
///
/// More words, expressions or rules than the layout can number; no rule at all.
pub fn encode(sources: &Sources) -> Result<Vec<u8>, Refused> {
    let mut vocabulary = Vocabulary::new(sources)?;
    let mut seen = HashSet::new();
    let mut kept: Vec<(&RuleSource, Compiled)> = Vec::new();
    for rule in &sources.rules {
        let compiled = vocabulary.compile(rule)?;
        if !compiled.words.is_empty() && seen.insert(compiled.words.clone()) {
            kept.push((rule, compiled));
        }
    }
    if kept.is_empty() || kept.len() > usize::from(u16::MAX) {
        return Err(format!("{} rules: there must be some, and at most {}", kept.len(), u16::MAX));
    }
    Ok(pack(&payload(sources, &vocabulary, &kept)?))
}

fn pack(payload: &[u8]) -> Vec<u8> {
    const LEVEL: i32 = 19;
    let packed = zstd::bulk::compress(payload, LEVEL).unwrap_or_default();
    let mut out = Vec::with_capacity(format::HEADER_BYTES + packed.len());
    out.extend_from_slice(format::MAGIC);
    out.extend_from_slice(&format::VERSION.to_le_bytes());
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(blake3::hash(&packed).as_bytes());
    out.extend_from_slice(&packed);
    out
}

fn payload(sources: &Sources, vocabulary: &Vocabulary, kept: &[(&RuleSource, Compiled)]) -> Result<Vec<u8>, Refused> {
    let mut expressions: BTreeMap<&str, u16> = kept.iter().map(|(rule, _)| (rule.expression.as_str(), 0)).collect();
    for (number, place) in expressions.values_mut().enumerate() {
        *place = u16::try_from(number).map_err(|_| "more than 65535 expressions".to_string())?;
    }
    let mut rules = Vec::new();
    let anchors = Anchors::new(kept);
    for (rule, compiled) in kept {
        record(&mut rules, rule, compiled, vocabulary, &expressions, &anchors);
    }
    let mut licenses = Vec::new();
    for (id, category) in &sources.licenses {
        put_text(&mut licenses, id);
        licenses.push(format::category_number(*category));
    }
    let mut origin = Vec::new();
    put_text(&mut origin, &sources.origin);
    let texts = |texts: &mut dyn Iterator<Item = &str>| {
        let mut out = Vec::new();
        texts.for_each(|text| put_text(&mut out, text));
        out
    };
    let numbers = |numbers: &mut dyn Iterator<Item = u16>| numbers.flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let pairs = |(first, second): &(u16, u16)| [*first, *second];
    let parts = [
        origin,
        vocabulary.part(),
        licenses,
        texts(&mut expressions.keys().copied()),
        rules,
        texts(&mut kept.iter().map(|(rule, _)| rule.name.as_str())),
        numbers(&mut kept.iter().flat_map(|(_, compiled)| compiled.words.iter().copied())),
        numbers(
            &mut kept
                .iter()
                .flat_map(|(_, compiled)| compiled.phrases.iter().flat_map(pairs))
                .chain(kept.iter().flat_map(|(_, compiled)| compiled.dropped.iter().flat_map(pairs))),
        ),
        seeds(kept, vocabulary),
    ];
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(&(part.len() as u32).to_le_bytes());
        out.extend_from_slice(&part);
    }
    Ok(out)
}

/// Whether altered copies of a rule are looked for: not of the shortest, and not of bare names.
fn is_near(rule: &RuleSource, compiled: &Compiled, vocabulary: &Vocabulary) -> bool {
    let words = compiled.words.len() as u32;
    let bare = matches!(rule.kind, RuleKind::Reference | RuleKind::Tag);
    let peculiar = compiled.words.iter().any(|word| vocabulary.is_peculiar(*word));
    rule.kind != RuleKind::FalsePositive
        && !rule.phrase
        && !rule.continuous
        && words >= rule::TINY
        && !(words < rule::SMALL && bare)
        && rule.coverage != Some(100)
        && peculiar
}

fn record(
    out: &mut Vec<u8>,
    rule: &RuleSource,
    compiled: &Compiled,
    vocabulary: &Vocabulary,
    expressions: &BTreeMap<&str, u16>,
    anchors: &Anchors,
) {
    let words = compiled.words.len() as u32;
    let relevance = match (rule.kind, rule.relevance) {
        (RuleKind::FalsePositive, _) => 100,
        (_, Some(relevance)) => relevance,
        (_, None) if rule.phrase => 90,
        (_, None) => rule::relevance_of_length(words),
    };
    let coverage = rule.coverage.unwrap_or_else(|| rule::coverage_of_length(words));
    let near = is_near(rule, compiled, vocabulary);
    let kind = RuleKind::ALL.iter().position(|kind| *kind == rule.kind).unwrap_or_default() as u8;
    let flags = u8::from(rule.continuous || rule.phrase) | u8::from(near) << 1;
    out.extend_from_slice(&[kind, relevance, coverage, flags]);
    let expression = expressions.get(rule.expression.as_str()).copied().unwrap_or_default();
    let anchor = anchors.rarest(&compiled.words);
    let numbers = [expression, words as u16, compiled.phrases.len() as u16, compiled.dropped.len() as u16, anchor, 0];
    out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    let hash = (format::hash(&compiled.words) >> 32) as u32;
    out.extend_from_slice(&hash.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
}

/// How many rules hold each gram.
struct Anchors(HashMap<u64, u32>);

impl Anchors {
    fn new(kept: &[(&RuleSource, Compiled)]) -> Anchors {
        let mut counts = HashMap::new();
        for (_, compiled) in kept {
            let grams: HashSet<u64> = compiled.words.windows(ANCHOR).map(format::hash).collect();
            grams.into_iter().for_each(|gram| *counts.entry(gram).or_default() += 1);
        }
        Anchors(counts)
    }

    /// Where the gram begins that the fewest rules hold; the first of equals. Fits 16 bits as the rule's length does.
    fn rarest(&self, words: &[u16]) -> u16 {
        let grams = words.windows(ANCHOR).enumerate();
        let rarest = grams.min_by_key(|(at, gram)| (self.0.get(&format::hash(gram)), *at));
        rarest.map_or(0, |(at, _)| at as u16)
    }
}

/// The rules of each seed, in the order of keys.
fn seeds(kept: &[(&RuleSource, Compiled)], vocabulary: &Vocabulary) -> Vec<u8> {
    let mut postings: BTreeMap<u32, Vec<u16>> = BTreeMap::new();
    for (number, (rule, compiled)) in kept.iter().enumerate() {
        if !is_near(rule, compiled, vocabulary) {
            continue;
        }
        for gram in compiled.words.windows(SEED) {
            let Some(key) = format::seed(format::spread(format::hash(gram), SEED)) else { continue };
            if !gram.iter().any(|word| vocabulary.is_peculiar(*word)) {
                continue;
            }
            let rules = postings.entry(key).or_default();
            if rules.last() != Some(&(number as u16)) {
                rules.push(number as u16);
            }
        }
    }
    let mut out = (postings.len() as u32).to_le_bytes().to_vec();
    out.extend(postings.keys().flat_map(|key| key.to_le_bytes()));
    for rules in postings.values() {
        put_varint(&mut out, rules.len() as u64);
        let mut before = 0;
        for rule in rules {
            put_varint(&mut out, u64::from(*rule) - before);
            before = u64::from(*rule);
        }
    }
    out
}

/// Every word with its number; those peculiar to licences come first.
struct Vocabulary {
    numbers: HashMap<u64, u16>,
    /// Words in the order in which they came, with their numbers.
    words: Vec<(String, u16)>,
    peculiar: u16,
    next: u16,
}

impl Vocabulary {
    fn new(sources: &Sources) -> Result<Vocabulary, Refused> {
        let mut vocabulary = Vocabulary { numbers: HashMap::new(), words: Vec::new(), peculiar: 0, next: 0 };
        let groups: std::collections::BTreeSet<u32> = sources.peculiar.values().copied().collect();
        let places: HashMap<u32, u16> = groups.iter().copied().zip(0..).collect();
        vocabulary.next = u16::try_from(places.len()).map_err(|_| "too many words".to_string())?;
        vocabulary.peculiar = vocabulary.next;
        for word in &sources.dropped {
            vocabulary.put(word, DROPPED);
        }
        for (word, group) in &sources.peculiar {
            vocabulary.put(word, places.get(group).copied().unwrap_or_default());
        }
        // Words of SPDX ids are known even where no rule has them, and are never peculiar: many are everyday words.
        for id in sources.licenses.keys() {
            vocabulary.number_all(id)?;
        }
        Ok(vocabulary)
    }

    fn put(&mut self, word: &str, number: u16) {
        if self.numbers.insert(words::hash(word), number).is_none() {
            self.words.push((word.to_string(), number));
        }
    }

    fn is_peculiar(&self, word: u16) -> bool {
        word < self.peculiar
    }

    /// The numbers of a text's words; new words get new numbers.
    fn number_all(&mut self, text: &str) -> Result<Vec<u16>, Refused> {
        let mut found = Vec::new();
        words::cut(text.as_bytes(), 1, |word| {
            found.push(word);
            true
        });
        let mut out = Vec::new();
        for word in found {
            if let Some(number) = self.numbers.get(&word.hash) {
                out.push(*number);
                continue;
            }
            if self.next == DROPPED {
                return Err(format!("more than {DROPPED} different words"));
            }
            let letters = text.get(word.at as usize..word.end as usize).unwrap_or_default().to_lowercase();
            self.put(&letters, self.next);
            out.push(self.next);
            self.next += 1;
        }
        Ok(out)
    }

    fn compile(&mut self, rule: &RuleSource) -> Result<Compiled, Refused> {
        let mut compiled = Compiled { words: Vec::new(), phrases: Vec::new(), dropped: Vec::new() };
        let too_long = || format!("rule {} has more than {} words", rule.name, u16::MAX - 1);
        for (at, piece) in rule.text.split("{{").enumerate() {
            let (phrase, rest) = if at == 0 { ("", piece) } else { piece.split_once("}}").unwrap_or(("", piece)) };
            for (text, is_phrase) in [(phrase, true), (rest, false)] {
                let start = compiled.words.len();
                for number in self.number_all(text)? {
                    match (number == DROPPED, compiled.words.len(), compiled.dropped.last_mut()) {
                        (false, ..) => compiled.words.push(number),
                        (true, 0, _) => {}
                        (true, now, Some((place, count))) if usize::from(*place) + 1 == now => *count += 1,
                        (true, now, _) => compiled.dropped.push((now as u16 - 1, 1)),
                    }
                }
                if compiled.words.len() >= usize::from(u16::MAX) {
                    return Err(too_long());
                }
                if is_phrase && compiled.words.len() > start {
                    compiled.phrases.push((start as u16, compiled.words.len() as u16 - 1));
                }
            }
        }
        // Dropped words matter only where words have to stand side by side.
        if !rule.continuous && !rule.phrase {
            let phrases = std::mem::take(&mut compiled.phrases);
            let inside = |at: u16| phrases.iter().any(|(first, last)| (*first..*last).contains(&at));
            compiled.dropped.retain(|(at, _)| inside(*at));
            compiled.phrases = phrases;
        }
        Ok(compiled)
    }

    fn part(&self) -> Vec<u8> {
        let mut out = self.peculiar.to_le_bytes().to_vec();
        for (word, number) in &self.words {
            out.extend_from_slice(&number.to_le_bytes());
            put_text(&mut out, word);
        }
        out
    }
}

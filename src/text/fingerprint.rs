//! Seeds: the few token grams of a file that are looked up in an index.
//!
//! Two kinds of keys. **P**, a *parametrised* gram: names are numbered by their first occurrence inside the gram (after
//! Baker, "Parameterized pattern matching", 1996), so a consistent renaming keeps the key and a swap of two names changes
//! it; a small check of the exact tokens comes with it, so that verbatim and renamed copies can be told apart. **E**, an
//! *exact* gram, shorter, which survives edits nearby.
//!
//! Grams are selected as *closed syncmers* (Edgar, "Syncmers are more sensitive than minimizers", 2021): a gram is kept if
//! the least of its sub-grams' hashes stands first or last. The choice depends on the gram alone, so an edit elsewhere
//! never changes it. For P the sub-grams are of token *shapes*, so that a renaming does not move the choice either.
//!
//! No seed is made from: a gram with fewer than [`MIN_SYMBOLS_P`] / [`MIN_SYMBOLS_E`] distinct symbols, of 60 % literals or
//! more, or mostly of preprocessor constants (P only).

use crate::text::token::{Tokens, kind};

/// Gram and sub-gram lengths in tokens. Stands in an index's header; a query takes it from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Tokens of a parametrised gram.
    pub p_gram: u8,
    /// Tokens of its sub-grams; the mean distance of seeds is `(p_gram - p_sub + 1) / 2`.
    pub p_sub: u8,
    /// Tokens of an exact gram; 0 for no exact seeds.
    pub e_gram: u8,
    /// Tokens of its sub-grams.
    pub e_sub: u8,
}

impl Scheme {
    /// Highest recall for its size: P 10/3 and E 8/2 (on the `snippets` yardstick as good as P 12/5 and E 8/4, which takes
    /// a quarter more).
    pub const FULL: Scheme = Scheme { p_gram: 10, p_sub: 3, e_gram: 8, e_sub: 2 };
    /// Half the size: P 10/3 alone.
    pub const COMPACT: Scheme = Scheme { p_gram: 10, p_sub: 3, e_gram: 0, e_sub: 0 };
    /// Longest gram a reader accepts.
    pub const MAX_GRAM: u8 = 32;

    /// Whether the lengths make sense; an index that says otherwise is refused.
    pub fn is_valid(&self) -> bool {
        let pair = |gram: u8, sub: u8| 0 < sub && sub < gram && gram <= Scheme::MAX_GRAM;
        pair(self.p_gram, self.p_sub) && (self.e_gram == 0 && self.e_sub == 0 || pair(self.e_gram, self.e_sub))
    }
}

/// The kind of a seed's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Parametrised: names numbered.
    Parametrised,
    /// Exact tokens.
    Exact,
}

/// One seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Well-mixed 64-bit key.
    pub key: u64,
    /// The gram's first token.
    pub at: u32,
    /// Which kind.
    pub kind: KeyKind,
    /// Check of the exact tokens, 4 bits; 0 for an exact gram.
    pub exact: u8,
}

/// Distinct symbols a parametrised gram needs.
pub const MIN_SYMBOLS_P: usize = 5;
/// Distinct symbols an exact gram needs.
pub const MIN_SYMBOLS_E: usize = 4;
/// What all names look like to the choice of parametrised grams.
const NAME_SHAPE: u32 = 0x9e37_79b9;

/// Buffers of [`fingerprint`], reused from file to file.
#[derive(Default)]
pub struct Scratch {
    shapes: Vec<u32>,
    sub: Vec<u32>,
    least: Vec<u32>,
    literals: Vec<u32>,
    since: Vec<u8>,
    last: Vec<(u32, u32)>,
}

/// The seeds of a file, parametrised ones first, each kind by position.
pub fn fingerprint(tokens: &Tokens, scheme: Scheme, scratch: &mut Scratch, out: &mut Vec<Fingerprint>) {
    out.clear();
    count_literals(tokens, &mut scratch.literals);
    find_repeats(tokens, &mut scratch.last, &mut scratch.since);
    scratch.shapes.clear();
    let shape = |(hash, token): (&u32, &u8)| if token & kind::MASK == kind::NAME { NAME_SHAPE } else { *hash };
    scratch.shapes.extend(tokens.hashes.iter().zip(&tokens.kinds).map(shape));
    let shapes = std::mem::take(&mut scratch.shapes);
    select(tokens, &shapes, KeyKind::Parametrised, scheme.p_gram, scheme.p_sub, scratch, out);
    scratch.shapes = shapes;
    if scheme.e_gram > 0 {
        select(tokens, &tokens.hashes, KeyKind::Exact, scheme.e_gram, scheme.e_sub, scratch, out);
    }
}

/// Running counts of literals.
fn count_literals(tokens: &Tokens, counts: &mut Vec<u32>) {
    counts.clear();
    counts.push(0);
    let mut sum = 0;
    for token in &tokens.kinds {
        sum += u32::from(matches!(token & kind::MASK, kind::NUMBER | kind::STRING));
        counts.push(sum);
    }
}

fn select(
    tokens: &Tokens,
    symbols: &[u32],
    which: KeyKind,
    gram: u8,
    sub: u8,
    scratch: &mut Scratch,
    out: &mut Vec<Fingerprint>,
) {
    let (gram, sub) = (usize::from(gram), usize::from(sub));
    if symbols.len() < gram {
        return;
    }
    hash_windows(symbols, sub, &mut scratch.sub);
    let window = gram - sub + 1;
    sliding_least(&scratch.sub, window, &mut scratch.least);
    for at in 0..=symbols.len() - gram {
        let least = scratch.least[at];
        if scratch.sub[at] != least && scratch.sub[at + window - 1] != least {
            continue;
        }
        let literals = (scratch.literals[at + gram] - scratch.literals[at]) as usize;
        if literals * 10 >= gram * 6 {
            continue;
        }
        if let Some((key, exact)) = key(tokens, &scratch.since, at, gram, which) {
            out.push(Fingerprint { key, at: at as u32, kind: which, exact });
        }
    }
}

/// Places of [`find_repeats`]' table.
const RECENT: usize = 1 << 10;

/// For each token how many tokens ago the same one stood, 0 if that is further than a gram reaches. A token's last place
/// is kept in a small table; one that is overwritten was overwritten by a token between the two, so what is seen inside a
/// gram depends on the gram alone.
fn find_repeats(tokens: &Tokens, last: &mut Vec<(u32, u32)>, since: &mut Vec<u8>) {
    last.clear();
    last.resize(RECENT, (0, 0));
    since.clear();
    since.extend(tokens.hashes.iter().zip(1_u32..).map(|(hash, at)| {
        let slot = &mut last[(hash >> 22) as usize];
        let (known, before) = std::mem::replace(slot, (*hash, at));
        let distance = at - before;
        if known == *hash && before > 0 && distance <= u32::from(Scheme::MAX_GRAM) { distance as u8 } else { 0 }
    }));
}

/// `out[i]` = hash of `symbols[i..i + width]`.
fn hash_windows(symbols: &[u32], width: usize, out: &mut Vec<u32>) {
    out.clear();
    let count = symbols.len() + 1 - width;
    out.resize(count, 0);
    let mut factor = 0x85eb_ca6b_u32;
    for offset in 0..width {
        for (sum, symbol) in out.iter_mut().zip(&symbols[offset..offset + count]) {
            *sum = sum.wrapping_add(symbol.wrapping_mul(factor));
        }
        factor = factor.wrapping_mul(0x2c1b_3c6d) | 1;
    }
    for sum in out.iter_mut() {
        let mut mixed = *sum ^ (*sum >> 15);
        mixed = mixed.wrapping_mul(0x7feb_352d);
        mixed ^= mixed >> 13;
        *sum = mixed;
    }
}

/// `out[i]` = least of `values[i..i + width]`, by doubling: each pass is a plain loop over two slices.
fn sliding_least(values: &[u32], width: usize, out: &mut Vec<u32>) {
    out.clear();
    out.extend_from_slice(values);
    let mut span = 1;
    while span < width {
        let step = span.min(width - span);
        let count = out.len().saturating_sub(step);
        for at in 0..count {
            out[at] = out[at].min(out[at + step]);
        }
        span += step;
    }
}

/// One odd factor for each place of a gram.
const FACTORS: [u64; Scheme::MAX_GRAM as usize] = {
    let mut factors = [0; Scheme::MAX_GRAM as usize];
    let mut at = 0;
    while at < factors.len() {
        factors[at] = mix(at as u64 + 1) | 1;
        at += 1;
    }
    factors
};

/// The key of a gram and the check of its exact tokens; `None` if it says too little. In a parametrised key a name stands
/// as its distance to its last occurrence in the gram (Baker's encoding), 0 for a first one.
fn key(tokens: &Tokens, since: &[u8], at: usize, gram: usize, which: KeyKind) -> Option<(u64, u8)> {
    let hashes = &tokens.hashes[at..at + gram];
    let since = &since[at..at + gram];
    let first = |place: usize| since[place] == 0 || usize::from(since[place]) > place;
    let distinct = (0..gram).filter(|place| first(*place)).count();
    let needed = if which == KeyKind::Exact { MIN_SYMBOLS_E } else { MIN_SYMBOLS_P };
    if distinct < needed {
        return None;
    }
    let exact = hashes
        .iter()
        .zip(&FACTORS)
        .fold(0_u64, |sum, (hash, factor)| sum.wrapping_add(u64::from(*hash).wrapping_mul(*factor)));
    if which == KeyKind::Exact {
        return Some((mix(exact), 0));
    }
    let kinds = &tokens.kinds[at..at + gram];
    if kinds.iter().filter(|token| **token & kind::CONSTANT != 0).count() * 2 > gram {
        return None;
    }
    let mut sum = 0_u64;
    for place in 0..gram {
        let name = if first(place) { 0 } else { u64::from(since[place]) };
        let other = 0x1_0000_0000 | u64::from(hashes[place]);
        let symbol = if kinds[place] & kind::MASK == kind::NAME { name } else { other };
        sum = sum.wrapping_add((symbol + 1).wrapping_mul(FACTORS[place]));
    }
    Some((mix(sum), (mix(exact) >> 60) as u8))
}

/// A 64-bit finaliser (the constants are those of SplitMix64, Steele et al. 2014).
const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{language, token};

    fn seeds(text: &str, scheme: Scheme) -> Vec<Fingerprint> {
        let mut tokens = Tokens::default();
        token::lex(text.as_bytes(), language::by("C"), usize::MAX, &mut tokens);
        let mut out = Vec::new();
        fingerprint(&tokens, scheme, &mut Scratch::default(), &mut out);
        out
    }

    const CODE: &str = "int total(struct list *head, int limit) {\n int sum = 0;\n while (head && sum < limit) {\n
        sum += head->value * weight(head, 3);\n if (head->next == tail) break;\n head = head->next;\n }\n
        return sum > limit ? limit : sum + bonus(head);\n}\n";

    fn keys(seeds: &[Fingerprint], which: KeyKind) -> Vec<u64> {
        seeds.iter().filter(|seed| seed.kind == which).map(|seed| seed.key).collect()
    }

    #[test]
    fn a_renaming_keeps_parametrised_keys_and_shows_in_the_check() {
        let renamed = CODE.replace("sum", "acc").replace("head", "node").replace("limit", "cap");
        let (one, other) = (seeds(CODE, Scheme::FULL), seeds(&renamed, Scheme::FULL));
        assert!(keys(&one, KeyKind::Parametrised).len() > 5);
        assert_eq!(keys(&one, KeyKind::Parametrised), keys(&other, KeyKind::Parametrised));
        assert_ne!(keys(&one, KeyKind::Exact), keys(&other, KeyKind::Exact));
        let changed = one.iter().zip(&other).filter(|(a, b)| a.exact != b.exact).count();
        assert!(changed * 2 > keys(&one, KeyKind::Parametrised).len());
    }

    #[test]
    fn swapped_names_change_parametrised_keys() {
        let a = seeds("if (a < b) { x = a - b; y = f(a) + g(b) * a; }", Scheme::COMPACT);
        let b = seeds("if (a < b) { x = b - a; y = f(a) + g(b) * a; }", Scheme::COMPACT);
        assert!(!a.is_empty() && keys(&a, KeyKind::Parametrised) != keys(&b, KeyKind::Parametrised));
    }

    #[test]
    fn the_choice_is_local() {
        let after = format!("{CODE} {CODE}");
        let one = seeds(CODE, Scheme::FULL);
        let two = seeds(&format!("char *unrelated = start(of, the) + file;\n{after}"), Scheme::FULL);
        let more: std::collections::BTreeSet<u64> = two.iter().map(|seed| seed.key).collect();
        assert!(one.iter().all(|seed| more.contains(&seed.key)));
    }

    #[test]
    fn tables_give_no_seeds() {
        let table = format!("int t[] = {{ {} }};", "0x12, 77, 31337, 5, ".repeat(40));
        assert!(seeds(&table, Scheme::FULL).len() < 4);
    }

    /// Golden vector: a change here makes every index unreadable to newer programs, so `TEXT_VERSION` must change too.
    #[test]
    fn keys_are_those_of_text_version_1() {
        let got = seeds(CODE, Scheme::FULL);
        let sum =
            got.iter().fold(0_u64, |state, seed| mix(state ^ seed.key ^ u64::from(seed.at) ^ u64::from(seed.exact)));
        assert_eq!((crate::text::TEXT_VERSION, got.len(), sum), (1, 26, 7724334674786396301));
    }
}

//! The compiled licence data: one block, whole in memory once unpacked.
//!
//! ```text
//! 0   "foundlic"
//! 8   version, u32 (this is 1)
//! 12  length of the unpacked block, u32
//! 16  BLAKE3 of the packed block, 32 bytes
//! 48  the block, packed by Zstandard
//! ```
//!
//! The block is nine parts one after the other, each with its length before it (u32). All numbers are little endian;
//! texts have their length before them; `varint` is LEB128.
//!
//! | part | content |
//! |---|---|
//! | origin | text: where the rules come from, with their licence |
//! | words | count of ids peculiar to licences (u16), then for each word its id (u16) and text; id 65535 is a word to drop |
//! | licences | each a text (SPDX id) and a byte (category, in the order of [`Category`]) |
//! | expressions | texts, by number |
//! | rules | fixed records, [`RULE_BYTES`] each: kind, relevance, coverage, flags (1 continuous, 2 near), expression u16, length u16, phrases u16, dropped u16, anchor u16 (where its rarest gram begins), spare u16, hash u32 |
//! | names | texts, one a rule |
//! | tokens | u16 each, all rules one after the other |
//! | phrases, dropped | u16 pairs: first and last word of a required phrase; a word, and how many dropped words follow it |
//! | seeds | count u32, keys u32 each in rising order, and the rules of each key: count and differences as varints |
//!
//! History: 1, the first.

use crate::model::license::Category;

/// First bytes of a file of compiled licence data.
pub const MAGIC: &[u8; 8] = b"foundlic";
/// Version of the layout, of the word cutting and of the seeds.
pub const VERSION: u32 = 1;
/// Bytes before the packed block.
pub const HEADER_BYTES: usize = 48;
/// Bytes of a rule's record.
pub const RULE_BYTES: usize = 22;
/// Most bytes of the unpacked block; more is refused unread.
pub const MOST_BYTES: usize = 64 << 20;
/// The id of words that are dropped from texts: leaders of comments, names of tags, entities.
pub const DROPPED: u16 = u16::MAX;
/// Words of a gram by which exact matches are found; shorter rules are looked up whole.
pub const ANCHOR: usize = 4;
/// Words of a seed.
pub const SEED: usize = 4;
/// One in so many grams is a seed.
pub const SEED_EVERY: u64 = 4;

/// The factor of the rolling hash of words.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Rolling hash of words: of `words + [word]` from that of `words`.
pub fn roll(hash: u64, word: u16) -> u64 {
    hash.wrapping_mul(FACTOR).wrapping_add(u64::from(word) + 1)
}

/// The hash of a run of words.
pub fn hash(words: &[u16]) -> u64 {
    words.iter().fold(0, |hash, word| roll(hash, *word))
}

/// `FACTOR` to the powers 0 to `most`.
pub fn powers(most: usize) -> Vec<u64> {
    let mut power = 1_u64;
    let next = |_| {
        let this = power;
        power = power.wrapping_mul(FACTOR);
        this
    };
    (0..=most).map(next).collect()
}

/// Spreads a rolling hash over all bits; `length` tells runs of other lengths apart.
pub fn spread(hash: u64, length: usize) -> u64 {
    let mixed = (hash ^ (length as u64) << 59).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 29)
}

/// The key of a gram of [`SEED`] words if it is a seed.
pub fn seed(spread: u64) -> Option<u32> {
    spread.is_multiple_of(SEED_EVERY).then_some((spread >> 32) as u32)
}

/// The number of a category in the data.
pub fn category_number(category: Category) -> u8 {
    CATEGORIES.iter().position(|other| *other == category).unwrap_or(CATEGORIES.len() - 1) as u8
}

/// The category of a number in the data.
pub fn category(number: u8) -> Category {
    CATEGORIES.get(usize::from(number)).copied().unwrap_or(Category::Unknown)
}

const CATEGORIES: [Category; 6] = [
    Category::Permissive,
    Category::WeakCopyleft,
    Category::Copyleft,
    Category::NetworkCopyleft,
    Category::Proprietary,
    Category::Unknown,
];

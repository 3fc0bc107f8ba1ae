//! Files of several indexes that are damaged, cut or put together wrongly: refused by name, never a panic.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use foundling::index::format::{self, ENTRY_BYTES, Entry, HEADER_BYTES, PART};
use foundling::index::map::Bytes;
use foundling::index::pack;
use foundling::index::reader::{Index, Trust};
use foundling::index::verify::verify;
use foundling::text::TEXT_VERSION;

use crate::program::{Tree, known, releases, run};
use crate::sources::Dice;

/// A file of these parts, whatever they are. `change` may alter the table.
fn packed(parts: &[&[u8]], change: impl Fn(&mut Vec<Entry>)) -> Vec<u8> {
    let mut offset = (HEADER_BYTES + parts.len() * ENTRY_BYTES) as u64;
    let entry = |part: &&[u8]| {
        let digest = part.get(32..48).map_or([0; 16], |digest| digest.try_into().expect("16 bytes"));
        let entry = Entry { tag: PART, encoding: 1, offset, length: part.len() as u64, digest };
        offset += entry.length;
        entry
    };
    let mut entries: Vec<Entry> = parts.iter().map(entry).collect();
    change(&mut entries);
    let table: Vec<u8> = entries.iter().flat_map(|entry| entry.to_bytes()).collect();
    [&format::header(&entries, offset, TEXT_VERSION)[..], &table, &parts.concat()].concat()
}

/// Two different indexes.
fn parts() -> [Vec<u8>; 2] {
    let tree = Tree::new();
    super::pack::index_of(&tree, "other", &releases()[3..]);
    [known(), &tree.path().join("other.fdx")].map(|path| fs::read(path).expect("an index"))
}

fn opened(bytes: &[u8]) -> Result<Vec<Index>, String> {
    let opened = pack::open(Bytes::Owned(bytes.to_vec()), Path::new("bad.fdx"), Trust::Check);
    opened.map(|opened| opened.indexes).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(bytes: &[u8], words: &str) {
    let message = opened(bytes).err().unwrap_or_else(|| panic!("opened; {words} expected"));
    assert!(message.contains("`bad.fdx` is no usable index") && message.contains(words), "{words}: {message}");
}

#[test]
fn a_sound_pack_is_opened_in_place() {
    let [one, two] = parts();
    let indexes = opened(&packed(&[&one, &two], |_| ())).expect("a pack");
    assert_eq!(indexes.iter().map(|index| index.part()).collect::<Vec<_>>(), [Some(1), Some(2)]);
    assert!(indexes[0].bytes() == one && indexes[1].bytes() == two);
    assert!(opened(&packed(&[&one], |_| ())).is_ok_and(|indexes| indexes.len() == 1), "one part is enough");
}

#[test]
fn any_flipped_bit_is_found_and_named() {
    let [one, two] = parts();
    let good = packed(&[&one, &two], |_| ());
    let table_end = HEADER_BYTES + 2 * ENTRY_BYTES;
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        bytes
    };
    (0..table_end).for_each(|at| refused(&flipped(at), "(section header, offset "));
    for (number, start, part) in [(1, table_end, &one), (2, table_end + one.len(), &two)] {
        let inner = u32::from_le_bytes(part[16..20].try_into().expect("four bytes")) as usize;
        for at in [0, 12, 33, 50, HEADER_BYTES + 1, HEADER_BYTES + inner * ENTRY_BYTES - 1] {
            refused(&flipped(start + at), &format!("(section part {number} header, offset "));
        }
        let entries = (0..inner).filter_map(|at| Entry::read(part, HEADER_BYTES + at * ENTRY_BYTES));
        // In a small index every content stands in one place, and the section of the others is empty.
        for entry in entries.filter(|entry| entry.length > 0) {
            let (tag, offset) = (String::from_utf8_lossy(&entry.tag), entry.offset as usize);
            let place = format!("(section part {number} {tag}, offset {})", start + offset);
            refused(&flipped(start + offset), &place);
            refused(&flipped(start + offset + entry.length as usize - 1), &place);
        }
    }
}

#[test]
fn cut_anywhere_it_is_refused() {
    let [one, two] = parts();
    let good = packed(&[&one, &two], |_| ());
    let middle = HEADER_BYTES + 2 * ENTRY_BYTES + one.len();
    for length in [0, 8, HEADER_BYTES, HEADER_BYTES + ENTRY_BYTES, middle - 1, middle, middle + 1, good.len() - 1] {
        refused(&good[..length], "(section header, offset ");
    }
    refused(&[&good[..], &[0]].concat(), "(section header, offset 24)");
}

#[test]
fn parts_must_be_indexes_that_fill_the_file_and_follow_one_another() {
    let [one, two] = parts();
    refused(&packed(&[], |_| ()), "the section is missing");
    refused(&packed(&[&packed(&[&one, &two], |_| ()), &two], |_| ()), "part 1 PART");
    refused(&packed(&[&one, b"short"], |_| ()), "(section part 2 header, offset ");
    refused(&packed(&[&one, &[0; 100]], |_| ()), "it does not begin as an index does");
    let both = |change: fn(&mut Vec<Entry>)| packed(&[&one, &two], change);
    refused(&both(|entries| entries[1].offset -= 10), "(section PART, offset ");
    refused(&both(|entries| entries[1].offset = entries[0].offset), "(section PART, offset ");
    refused(&both(|entries| entries.swap(0, 1)), "(section PART, offset ");
    refused(&both(|entries| entries[0].length = u64::MAX), "(section PART, offset ");
    refused(&both(|entries| entries[1].length += 1), "(section header, offset 24)");
    refused(&both(|entries| entries[1].digest[0] ^= 1), "it is another part than");
    refused(&both(|entries| entries[1].encoding = 2), "encoding 2 is unknown");
    refused(&both(|entries| entries[1].tag = *b"COMP"), "(section COMP, offset ");
}

#[test]
fn a_section_that_no_reader_knows_is_skipped_but_checked() {
    let [one, _] = parts();
    let later = |digest: [u8; 16]| {
        packed(&[&one, b"from a later program"], |entries| {
            (entries[1].tag, entries[1].digest) = (*b"LATE", digest);
        })
    };
    let right = foundling::text::digest::Digest::of(b"from a later program").0;
    assert!(opened(&later(right)).is_ok_and(|indexes| indexes.len() == 1));
    refused(&later([7; 16]), "(section LATE, offset ");
}

/// Digests that fit the damage, as whoever means harm would make them.
#[test]
fn forged_parts_do_no_harm() {
    let [one, two] = parts();
    let count = u32::from_le_bytes(two[16..20].try_into().expect("four bytes")) as usize;
    let mut dice = Dice::new(11);
    let mut good = 0;
    for round in 0..200 {
        let mut part = two.clone();
        let entry = |at: usize| Entry::read(&two, HEADER_BYTES + at * ENTRY_BYTES).expect("an entry");
        let mut entries: Vec<Entry> = (0..count).map(entry).collect();
        let hit = dice.below(count);
        let at = entries[hit].offset as usize + dice.below(entries[hit].length.clamp(1, 64) as usize);
        part[at] ^= 1 << dice.below(8);
        entries[hit].digest = foundling::text::digest::Digest::of(&part[entries[hit].range()]).0;
        let table: Vec<u8> = entries.iter().flat_map(|entry| entry.to_bytes()).collect();
        part[HEADER_BYTES..HEADER_BYTES + table.len()].copy_from_slice(&table);
        part[..HEADER_BYTES].copy_from_slice(&format::header(&entries, two.len() as u64, TEXT_VERSION));
        let bytes = packed(&[&one, &part], |_| ());
        let ended = catch_unwind(AssertUnwindSafe(|| match opened(&bytes) {
            Ok(indexes) => {
                indexes.iter().for_each(|index| drop(verify(index)));
                true
            }
            Err(message) => {
                assert!(message.contains("part 2 "), "{message}");
                false
            }
        }));
        good += usize::from(ended.unwrap_or_else(|_| panic!("round {round}: a panic")));
    }
    assert!(good > 20, "only {good} were opened: nothing was tried");
}

#[test]
fn every_command_refuses_a_damaged_pack() {
    let [one, two] = parts();
    let mut bad = packed(&[&one, &two], |_| ());
    *bad.last_mut().expect("a byte") ^= 1;
    let tree = Tree::of(&[("tree/a.c", b"int a;".to_vec()), ("bad.fdx", bad), ("good.fdx", one)]);
    tree.add("list.jsonl", r#"{"purl": "pkg:generic/a@1", "path": "tree"}"#);
    for line in [
        "scan --no-default-index --index bad.fdx tree",
        "index verify bad.fdx",
        "index info bad.fdx",
        "index diff good.fdx bad.fdx",
        "index merge good.fdx bad.fdx -o x.fdx",
        "index add bad.fdx -o x.fdx list.jsonl",
    ] {
        let ran = run(tree.path(), line.split(' '));
        assert!(ran.refusal().contains("`bad.fdx` is no usable index") && ran.refusal().contains("part 2"), "{ran:?}");
    }
    assert_eq!(tree.names(), ["bad.fdx", "good.fdx", "list.jsonl", "tree"]);
}

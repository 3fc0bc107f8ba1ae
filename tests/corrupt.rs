//! An index that is damaged, cut, or none at all: refused with the section and the offset, never a panic and never a
//! report.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use foundling::index::format::{self, ENTRY_BYTES, Entry, HEADER_BYTES, MAGIC};
use foundling::index::map::Bytes;
use foundling::index::reader::{Index, Trust};
use foundling::index::set::Indexes;
use foundling::index::verify::verify;
use foundling::scan;
use foundling::text::TEXT_VERSION;
use foundling::text::digest::Digest;

use crate::program::{Ran, Tree, known, released, run};
use crate::sources::{self, Dice};

/// A bad index beside something to scan.
struct Bench {
    tree: Tree,
    good: Vec<u8>,
    entries: Vec<Entry>,
}

impl Bench {
    fn new() -> Bench {
        let good = fs::read(known()).expect("the index");
        let count = u32::from_le_bytes(good[16..20].try_into().expect("four bytes")) as usize;
        let entry = |at| Entry::read(&good, HEADER_BYTES + at * ENTRY_BYTES).expect("an entry");
        let entries = (0..count).map(entry).collect();
        let whole = released("pkg:generic/pocket@1.0", "src/pocket0.c");
        let mixed = sources::c_file(7_000, 2) + &sources::lines(&whole, 12, 80);
        let tree = Tree::of(&[
            ("tree/whole.c", whole.clone()),
            ("tree/mixed.c", mixed),
            ("tree/renamed.c", sources::renamed(&whole)),
        ]);
        Bench { tree, good, entries }
    }

    fn table_end(&self) -> usize {
        HEADER_BYTES + self.entries.len() * ENTRY_BYTES
    }

    fn scan(&self, index: &[u8]) -> Ran {
        self.tree.add("bad.fdx", index);
        run(self.tree.path(), ["scan", "--no-default-index", "--index", "bad.fdx", "tree"])
    }

    /// The index with one bit turned over.
    fn flipped(&self, at: usize, bit: u32) -> Vec<u8> {
        let mut bytes = self.good.clone();
        bytes[at] ^= 1 << bit;
        bytes
    }

    #[track_caller]
    fn refused(&self, index: &[u8], section: &str, what: &str) {
        let ran = self.scan(index);
        let message = ran.refusal();
        assert!(message.contains("`bad.fdx` is no usable index"), "{what}: {message}");
        assert!(message.contains(&format!("(section {section}, offset ")), "{what}: {section} expected: {message}");
    }
}

#[test]
fn the_index_itself_is_sound() {
    let bench = Bench::new();
    assert_eq!(bench.scan(&bench.good).status, Some(0));
    let ran = run(Path::new("."), ["index".as_ref(), "verify".as_ref(), known().as_os_str()]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), ""));
}

#[test]
fn any_bit_of_the_header_and_the_section_table() {
    let bench = Bench::new();
    for at in 0..bench.table_end() {
        // Every byte of the header, and each field of every entry at both its ends.
        let field = (at.saturating_sub(HEADER_BYTES)) % ENTRY_BYTES;
        if at < HEADER_BYTES || [0, 3, 4, 8, 15, 16, 23, 24, 39, 40, 47].contains(&field) {
            bench.refused(&bench.flipped(at, at as u32 % 8), "header", &format!("byte {at}"));
        }
    }
}

#[test]
fn any_section_at_its_start_end_and_between() {
    let bench = Bench::new();
    for entry in bench.entries.iter().filter(|entry| entry.length > 0) {
        let (start, length) = (entry.offset as usize, entry.length as usize);
        let name = String::from_utf8_lossy(&entry.tag);
        for place in [0, 1, length / 3, length / 2, length - 1] {
            let at = start + place.min(length - 1);
            let ran = bench.scan(&bench.flipped(at, (at % 8) as u32));
            let expected = format!("(section {name}, offset {start})");
            assert!(ran.refusal().contains(&expected), "byte {at}: {expected} expected: {ran:?}");
        }
    }
}

#[test]
fn cut_at_every_boundary_and_beside_it() {
    let bench = Bench::new();
    let ends = bench.entries.iter().map(|entry| (entry.offset + entry.length) as usize);
    let boundaries = [0, 8, HEADER_BYTES, bench.table_end()].into_iter().chain(ends);
    for boundary in boundaries {
        for length in [boundary.saturating_sub(1), boundary, boundary + 1] {
            if length < bench.good.len() {
                bench.refused(&bench.good[..length], "header", &format!("cut to {length} bytes"));
            }
        }
    }
}

#[test]
fn with_something_behind_it() {
    let bench = Bench::new();
    for more in [&[0][..], &[0; ENTRY_BYTES], &bench.good] {
        bench.refused(&[&bench.good, more].concat(), "header", &format!("{} bytes more", more.len()));
    }
}

#[test]
fn files_that_are_something_else() {
    let bench = Bench::new();
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[7; 400]].concat();
    let magic = [MAGIC.as_slice(), &[0xff; 400]].concat();
    let text = b"{\"purl\": \"pkg:generic/zlib@1\"}\n".repeat(9);
    for foreign in [b"".as_slice(), b"\x89fdx", &png, &magic, &text] {
        bench.refused(foreign, "header", &String::from_utf8_lossy(&foreign[..foreign.len().min(12)]));
    }
    fs::create_dir(bench.tree.path().join("folder.fdx")).expect("a folder");
    for (path, word) in [("folder.fdx", "folder.fdx"), ("nowhere.fdx", "nowhere.fdx")] {
        let ran = run(bench.tree.path(), ["scan", "--no-default-index", "--index", path, "tree"]);
        assert!(ran.refusal().contains(word), "{ran:?}");
    }
}

#[test]
fn an_index_that_a_newer_or_an_older_program_made() {
    let bench = Bench::new();
    let remade = |change: &dyn Fn(&mut [u8; HEADER_BYTES])| {
        let mut bytes = bench.good.clone();
        let mut header: [u8; HEADER_BYTES] = bytes[..HEADER_BYTES].try_into().expect("a header");
        change(&mut header);
        let digest = format::table_digest(&header, &bytes[HEADER_BYTES..bench.table_end()]);
        bytes[..HEADER_BYTES].copy_from_slice(&header);
        bytes[32..48].copy_from_slice(&digest);
        bench.scan(&bytes)
    };
    let newer = remade(&|header| header[12] = 99);
    assert!(newer.refusal().contains("format 99"), "{newer:?}");
    let other = remade(&|header| header[20] = 99);
    assert!(other.refusal().contains("tokeniser 99"), "{other:?}");
}

#[test]
fn a_section_of_an_encoding_that_came_later_or_never_was() {
    let bench = Bench::new();
    for (at, entry) in bench.entries.iter().enumerate() {
        for encoding in [0, entry.encoding + 1] {
            let mut bytes = bench.good.clone();
            let field = HEADER_BYTES + at * ENTRY_BYTES + 4;
            bytes[field..field + 4].copy_from_slice(&encoding.to_le_bytes());
            let mut header: [u8; HEADER_BYTES] = bytes[..HEADER_BYTES].try_into().expect("a header");
            header[32..48].fill(0);
            let digest = format::table_digest(&header, &bytes[HEADER_BYTES..bench.table_end()]);
            bytes[32..48].copy_from_slice(&digest);
            let tag = String::from_utf8_lossy(&entry.tag).into_owned();
            bench.refused(&bytes, &tag, &format!("encoding {encoding}"));
        }
    }
}

/// The sections of licences and of aliases came after the first indexes: without them an index is read, and says less.
#[test]
fn an_index_without_its_optional_sections_is_sound() {
    let bench = Bench::new();
    let bytes = bench.without(&[b"LICS", b"ALIA"]);
    let index = Index::open(Bytes::Owned(bytes.clone()), Path::new("old.fdx"), Trust::Check).expect("an index");
    verify(&index).expect("sound");
    assert!(!index.has_licenses() && index.identities().is_empty());
    let known_as = "pkg:github/acme/pocket";
    let (old, new) = (bench.scan(&bytes).stdout, bench.scan(&bench.good).stdout);
    assert!(!old.contains(known_as) && new.contains(known_as));
    let without =
        |text: &str| text.lines().filter(|line| !line.contains(known_as)).map(str::to_string).collect::<Vec<_>>();
    assert_eq!(without(&old), without(&new), "no file here states a licence");
}

/// A table that says what is not so, under a digest that fits, is found out.
#[test]
fn aliases_that_do_not_hold_together_are_named() {
    let bench = Bench::new();
    let place = bench.entries.iter().position(|entry| &entry.tag == b"ALIA").expect("the section");
    let Entry { offset, length, .. } = bench.entries[place];
    let section = &bench.good[offset as usize..(offset + length) as usize];
    let cases: [(&[u8], &str); 3] = [
        (&[&[9, 0, 0, 0], &section[4..]].concat(), "its parts do not fill it"),
        (&[&section[..4], &[99, 0, 0, 0], &section[8..]].concat(), "of no component"),
        (&[&section[..section.len() - 1], b"@"].concat(), "does not make sense"),
    ];
    for (forged, word) in cases {
        let mut bytes = bench.good.clone();
        bytes[offset as usize..(offset + length) as usize].copy_from_slice(forged);
        bench.sign(&mut bytes, place);
        bench.tree.add("forged.fdx", &bytes);
        let ran = run(bench.tree.path(), ["index", "verify", "forged.fdx"]);
        let message = ran.refusal();
        assert!(message.contains(word) && message.contains("(section ALIA, offset "), "{message}");
    }
}

/// Damage that whoever made the file covered up: the digests fit. It may be refused or read as absent, but reading it
/// must end, and end well.
#[test]
fn forged_digests_do_no_harm() {
    let bench = Bench::new();
    let mut dice = Dice::new(7);
    let tree = [bench.tree.path().join("tree")];
    let mut opened = 0;
    for round in 0..400 {
        let entry = dice.below(bench.entries.len());
        let index = bench.forged(entry, &mut dice);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let Ok(index) = Index::open(Bytes::Owned(index), Path::new("forged.fdx"), Trust::Check) else {
                return false;
            };
            let _ = verify(&index);
            let mut indexes = Indexes::default();
            indexes.push(index);
            scan::scan(&tree, &indexes, &scan::Options { threads: 1, ..Default::default() }, &|_| ())
                .expect("a report");
            true
        }));
        let tag = String::from_utf8_lossy(&bench.entries[entry].tag).into_owned();
        opened += usize::from(ended.unwrap_or_else(|_| panic!("round {round}: a panic over section {tag}")));
    }
    assert!(opened > 50, "only {opened} were opened: nothing was tried");
}

impl Bench {
    /// The index as a program wrote it that did not know some sections yet.
    fn without(&self, tags: &[&[u8; 4]]) -> Vec<u8> {
        let kept: Vec<&Entry> = self.entries.iter().filter(|entry| !tags.contains(&&entry.tag)).collect();
        assert_eq!(kept.len() + tags.len(), self.entries.len());
        let body: Vec<u8> = kept
            .iter()
            .flat_map(|entry| &self.good[entry.offset as usize..(entry.offset + entry.length) as usize])
            .copied()
            .collect();
        let mut offset = (HEADER_BYTES + kept.len() * ENTRY_BYTES) as u64;
        let mut table = Vec::new();
        let mut entries = Vec::new();
        for entry in kept {
            entries.push(Entry { offset, ..*entry });
            table.extend(entries[entries.len() - 1].to_bytes());
            offset += entry.length;
        }
        [&format::header(&entries, offset, TEXT_VERSION)[..], &table, &body].concat()
    }

    /// Gives changed bytes of one section digests that fit.
    fn sign(&self, bytes: &mut [u8], entry: usize) {
        let mut entries = self.entries.clone();
        let Entry { offset, length, .. } = entries[entry];
        entries[entry].digest = Digest::of(&bytes[offset as usize..(offset + length) as usize]).0;
        let table: Vec<u8> = entries.iter().flat_map(|entry| entry.to_bytes()).collect();
        bytes[..HEADER_BYTES].copy_from_slice(&format::header(&entries, self.good.len() as u64, TEXT_VERSION));
        bytes[HEADER_BYTES..HEADER_BYTES + table.len()].copy_from_slice(&table);
    }

    /// The index with some bytes of a section replaced, and with digests that say so.
    fn forged(&self, entry: usize, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.good.clone();
        let Entry { offset, length, .. } = self.entries[entry];
        let section = offset as usize..(offset + length) as usize;
        // Tables begin with counts and offsets: half of the damage goes there.
        let reach = if dice.below(2) == 0 { length.min(64) } else { length }.max(1) as usize;
        for _ in 0..1 + dice.below(4) {
            let at = section.start + dice.below(reach);
            if section.contains(&at) {
                bytes[at] = [0, 0xff, 0x80, dice.below(256) as u8][dice.below(4)];
            }
        }
        self.sign(&mut bytes, entry);
        bytes
    }
}

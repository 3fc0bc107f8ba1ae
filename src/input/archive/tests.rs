use std::io::Write;

use tar::{Builder, EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, bytes) in files {
        builder.append(&header(path.as_bytes(), EntryType::Regular, bytes.len() as u64), *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A header with the path as it is: the crate's own setter refuses what attackers write.
fn header(path: &[u8], kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..path.len()].copy_from_slice(path);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mtime(1_000_000_000);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(*path, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The bytes with every `from` replaced by `to`, which is as long.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut at = 0;
    while at + from.len() <= bytes.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        at += 1;
    }
    bytes
}

struct Seen {
    /// Path and bytes; `None` for what was only hashed.
    files: Vec<(String, Option<Vec<u8>>)>,
    problems: Vec<Problem>,
}

impl Seen {
    fn paths(&self) -> Vec<&str> {
        self.files.iter().map(|(path, _)| path.as_str()).collect()
    }

    fn codes(&self) -> Vec<(Code, &str)> {
        self.problems.iter().map(|problem| (problem.code, problem.path.as_str())).collect()
    }
}

fn seen_within(name: &str, bytes: &[u8], limits: &ArchiveLimits) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut files = Vec::new();
    let problems = open(&path, name, limits, &mut |member| {
        if member.whole {
            assert_eq!(member.blake3, *blake3::hash(member.bytes).as_bytes());
            assert_eq!(member.size, member.bytes.len() as u64);
        }
        files.push((member.path.to_string(), member.whole.then(|| member.bytes.to_vec())));
    });
    Seen { files, problems }
}

fn seen(name: &str, bytes: &[u8]) -> Seen {
    seen_within(name, bytes, &ArchiveLimits::default())
}

#[test]
fn every_format_gives_its_members_in_order() {
    let tar = tar_of(&[("b.c", b"two"), ("a/a.c", b"one"), ("b.c", b"again")]);
    let mut bz2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz2.write_all(&tar).unwrap();
    let archives = [
        ("x.tar", tar.clone()),
        ("x.tar.gz", gz(&tar)),
        ("x.TGZ", gz(&tar)),
        ("x.crate", gz(&tar)),
        ("x.tar.xz", xz(&tar)),
        ("x.tar.bz2", bz2.finish().unwrap()),
        ("x.tar.zst", zstd::encode_all(tar.as_slice(), 1).unwrap()),
        ("misnamed.tar.gz", tar.clone()),
        ("x.zip", patched(zip_of(&[("b.c", b"two"), ("a/a.c", b"one"), ("c.c", b"again")]), b"c.c", b"b.c")),
    ];
    for (name, bytes) in archives {
        let seen = seen(name, &bytes);
        let bodies: Vec<_> = seen.files.iter().map(|(_, bytes)| bytes.as_deref().unwrap()).collect();
        assert_eq!(seen.paths(), ["b.c", "a/a.c", "b.c"], "{name}");
        assert_eq!(bodies, [b"two".as_slice(), b"one", b"again"], "{name}");
        assert_eq!(seen.problems, [], "{name}");
    }
}

#[test]
fn a_format_needs_its_name_and_its_first_bytes() {
    let tar = tar_of(&[("a", b"")]);
    assert_eq!(format("x.tar", &tar), Some(Format::Tar));
    assert_eq!(format("x.gem", &tar), Some(Format::Gem));
    assert_eq!(format("x.tar.gz", b"version https://git-lfs"), None);
    assert_eq!(format("x.gz", b"\x1f\x8b\x08"), None);
    assert_eq!(format(".zip", b"PK\x03\x04"), None);
    assert_eq!(format("x.docx", b"PK\x03\x04"), None);
    assert_eq!(format("x.Jar", b"PK\x03\x04"), Some(Format::Zip));
    assert_eq!(format("x.apk", b"\x1f\x8b\x08"), Some(Format::TarGz));
    assert_eq!(format("x.tar", b"short"), None);
    assert_eq!(seen("x.tar", b"short").codes(), [(Code::DamagedArchive, "x.tar")]);
}

#[test]
fn nested_archives_are_opened_in_place() {
    let zip = zip_of(&[("deep/1.c", b"1"), ("2.c", b"2")]);
    let inner = xz(&tar_of(&[("3.c", b"3"), ("in.jar", &zip)]));
    let outer = gz(&tar_of(&[("a.c", b"a"), ("lib/x.txz", &inner), ("z.c", b"z")]));
    let all = seen("o.tar.gz", &outer);
    let expected = ["a.c", "lib/x.txz!/3.c", "lib/x.txz!/in.jar!/deep/1.c", "lib/x.txz!/in.jar!/2.c", "z.c"];
    assert_eq!(all.paths(), expected);
    assert_eq!(all.problems, []);
    let limits = ArchiveLimits { depth: 2, ..ArchiveLimits::default() };
    let flat = seen_within("o.tar.gz", &outer, &limits);
    assert_eq!(flat.paths(), ["a.c", "lib/x.txz!/3.c", "lib/x.txz!/in.jar", "z.c"]);
    assert_eq!(flat.codes(), [(Code::OverLimit, "o.tar.gz!/lib/x.txz!/in.jar")]);
}

#[test]
fn a_nested_archive_that_cannot_be_opened_is_a_file_with_a_problem() {
    let outer = tar_of(&[("bad.zip", b"PK\x03\x04 and no more"), ("bad.tgz", b"\x1f\x8b\x08 rubbish"), ("a.c", b"a")]);
    let seen = seen("o.tar", &outer);
    assert_eq!(seen.paths(), ["bad.zip", "bad.tgz", "a.c"]);
    assert_eq!(seen.codes(), [(Code::DamagedArchive, "o.tar!/bad.zip"), (Code::DamagedArchive, "o.tar!/bad.tgz")]);
}

#[test]
fn a_gem_shows_its_released_files_as_its_own() {
    let data = gz(&tar_of(&[("lib/x.rb", b"x"), ("README", b"r")]));
    let gem = tar_of(&[("metadata.gz", &gz(b"--- !ruby")), ("data.tar.gz", &data), ("checksums.yaml.gz", b"c")]);
    let limits = ArchiveLimits { member_bytes: data.len() as u64 - 1, ..ArchiveLimits::default() };
    let seen = seen_within("x-1.0.gem", &gem, &limits);
    assert_eq!(seen.paths(), ["metadata.gz", "lib/x.rb", "README", "checksums.yaml.gz"]);
    assert_eq!(seen.problems, []);
    let nested = self::seen("o.zip", &zip_of(&[("v/x.gem", &gem)]));
    assert_eq!(nested.paths()[1..3], ["v/x.gem!/lib/x.rb", "v/x.gem!/README"]);
}

#[test]
fn paths_that_lead_out_are_shown_inside_and_told() {
    let tar = tar_of(&[("../../etc/x", b"1"), ("/abs/y", b"2"), ("C:\\w\\z", b"3"), ("a/./b", b"4")]);
    let all = seen("x.tar", &tar);
    assert_eq!(all.paths(), ["etc/x", "abs/y", "w/z", "a/b"]);
    let codes = all.codes();
    assert_eq!(codes[0], (Code::UnsafePath, "x.tar!/etc/x"));
    assert_eq!(codes[1], (Code::UnsafePath, "x.tar!/abs/y"));
    assert_eq!(codes[2], (Code::UnsafePath, "x.tar!/w/z"));
    assert_eq!(codes.len(), 3);
    assert_eq!(all.problems[0].detail, "stored as `../../etc/x`");
    let zip = patched(zip_of(&[("UU/UU/evil.c", b"1")]), b"UU/", b"../");
    let zipped = seen("x.zip", &zip);
    assert_eq!((zipped.paths(), zipped.codes()), (vec!["evil.c"], vec![(Code::UnsafePath, "x.zip!/evil.c")]));
}

#[test]
fn a_path_over_the_limit_is_left_out_and_told() {
    let long = "d/".repeat(limits::PATH_BYTES / 2) + "x";
    let mut builder = Builder::new(Vec::new());
    builder.append_data(&mut header(b"x", EntryType::Regular, 1), &long[2..], b"1".as_slice()).unwrap();
    builder.append_data(&mut header(b"x", EntryType::Regular, 1), &long, b"1".as_slice()).unwrap();
    let all = seen("x.tar", &builder.into_inner().unwrap());
    assert_eq!(all.paths(), [&long[2..]]);
    assert_eq!(all.codes(), [(Code::OverLimit, "x.tar")]);
}

#[test]
fn links_and_devices_are_counted_once_an_archive() {
    let mut builder = Builder::new(Vec::new());
    for (no, kind) in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Directory].iter().enumerate() {
        builder.append(&header(format!("e{no}").as_bytes(), *kind, 0), b"".as_slice()).unwrap();
    }
    builder.append(&header(b"a.c", EntryType::Regular, 1), b"a".as_slice()).unwrap();
    let seen = seen("x.tar", &builder.into_inner().unwrap());
    assert_eq!(seen.paths(), ["a.c"]);
    assert_eq!(seen.codes(), [(Code::SymbolicLink, "x.tar"), (Code::SpecialFile, "x.tar")]);
    assert_eq!((seen.problems[0].count, seen.problems[1].count), (2, 1));
    assert_eq!(seen.problems[0].detail, "2 links, not followed; the first is `e0`");
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.add_directory("d", SimpleFileOptions::default()).unwrap();
    writer.add_symlink("d/l", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let zipped = self::seen("x.zip", &writer.finish().unwrap().into_inner());
    assert_eq!((zipped.paths(), zipped.codes()), (vec![], vec![(Code::SymbolicLink, "x.zip")]));
}

#[test]
fn archives_that_break_off_keep_what_came_before() {
    let noise: Vec<u8> = (0..200_000u32).flat_map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let tar = tar_of(&[("first.c", b"1"), ("big.bin", &noise), ("last.c", b"2")]);
    for (name, packed) in [("x.tar", tar.clone()), ("x.tar.gz", gz(&tar)), ("x.tar.xz", xz(&tar))] {
        let seen = seen(name, &packed[..packed.len() / 2]);
        assert_eq!(seen.paths(), ["first.c"], "{name}");
        assert_eq!(seen.codes(), [(Code::DamagedArchive, name)]);
        assert!(seen.problems[0].detail.starts_with("breaks off behind `first.c`"), "{}", seen.problems[0].detail);
    }
    let zip = zip_of(&[("a.c", b"1"), ("b.c", b"2")]);
    let cut = seen("x.zip", &zip[..zip.len() / 2]);
    assert_eq!((cut.paths(), cut.codes()), (vec![], vec![(Code::DamagedArchive, "x.zip")]));
}

#[test]
fn a_damaged_member_of_a_zip_leaves_the_others() {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (path, bytes) in [("a.c", b"1111111"), ("b.c", b"2222222"), ("c.c", b"3333333")] {
        writer.start_file(path, stored).unwrap();
        writer.write_all(bytes).unwrap();
    }
    let bytes = patched(writer.finish().unwrap().into_inner(), b"2222222", b"2222227");
    let seen = seen("x.zip", &bytes);
    assert_eq!(seen.paths(), ["a.c", "c.c"]);
    assert_eq!(seen.codes(), [(Code::DamagedArchive, "x.zip!/b.c")]);
}

#[test]
fn encrypted_members_are_told() {
    let mut bytes = zip_of(&[("a.c", b"plain"), ("b.c", b"secret")]);
    // The flag of the second member, in its directory record.
    let record = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[record + 8] |= 1;
    let seen = seen("x.zip", &bytes);
    assert_eq!(seen.paths(), ["a.c"]);
    assert_eq!(seen.codes(), [(Code::Encrypted, "x.zip!/b.c")]);
}

#[test]
fn large_members_are_hashed_only() {
    let big = vec![b'x'; 100_001];
    let limits = ArchiveLimits { member_bytes: 100_000, ..ArchiveLimits::default() };
    let at_limit = seen_within("x.zip", &zip_of(&[("big", &big[1..])]), &limits);
    assert_eq!((at_limit.files[0].1.as_deref(), at_limit.problems.len()), (Some(&big[1..]), 0));
    for (name, bytes) in [("x.zip", zip_of(&[("big", &big)])), ("x.tar.gz", gz(&tar_of(&[("big", &big)])))] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut count = 0;
        let problems = open(&path, name, &limits, &mut |member| {
            assert_eq!((member.whole, member.size, member.bytes), (false, 100_001, b"".as_slice()));
            assert_eq!(member.blake3, *blake3::hash(&big).as_bytes());
            count += 1;
        });
        assert_eq!((count, problems.len(), problems[0].code), (1, 1, Code::TooLarge));
    }
}

#[test]
fn bombs_are_stopped_by_bytes_ratio_and_members() {
    let zeros = vec![0; 4 << 20];
    let tar = tar_of(&[("a.c", b"a"), ("zeros", &zeros), ("b.c", b"b")]);
    let bombs = [("x.tar.gz", gz(&tar)), ("x.zip", zip_of(&[("a.c", b"a"), ("zeros", &zeros), ("b.c", b"b")]))];
    for (name, packed) in &bombs {
        let ratio = ArchiveLimits { free_bytes: 1 << 20, ratio: 100, ..ArchiveLimits::default() };
        let bytes = ArchiveLimits { bytes: 2 << 20, ..ArchiveLimits::default() };
        let members = ArchiveLimits { members: 1, ..ArchiveLimits::default() };
        for limits in [ratio, bytes, members] {
            let seen = seen_within(name, packed, &limits);
            assert_eq!(seen.paths(), ["a.c"], "{name} {limits:?}");
            assert_eq!(seen.codes(), [(Code::OverLimit, *name)], "{name} {limits:?}");
        }
        assert_eq!(seen(name, packed).problems, []);
    }
    // Counted through the nesting: each level alone would pass.
    let nested = tar_of(&[("1.tgz", &bombs[0].1), ("2.tgz", &bombs[0].1)]);
    let limits = ArchiveLimits { bytes: 6 << 20, ..ArchiveLimits::default() };
    let seen = seen_within("n.tar", &nested, &limits);
    assert_eq!(seen.paths(), ["1.tgz!/a.c", "1.tgz!/zeros", "1.tgz!/b.c", "2.tgz!/a.c"]);
    assert_eq!(seen.codes(), [(Code::OverLimit, "n.tar")]);
}

#[test]
fn a_header_without_end_does_not_fill_the_memory() {
    let size = limits::ARCHIVE_HEADER_BYTES * 4;
    let mut builder = Builder::new(Vec::new());
    builder.append(&header(b"a.c", EntryType::Regular, 1), b"a".as_slice()).unwrap();
    builder.append(&header(b"././@LongLink", EntryType::GNULongName, size), std::io::repeat(b'n').take(size)).unwrap();
    builder.append(&header(b"b.c", EntryType::Regular, 1), b"b".as_slice()).unwrap();
    let seen = seen("x.tar.gz", &gz(&builder.into_inner().unwrap()));
    assert_eq!(seen.paths(), ["a.c"]);
    assert_eq!(seen.codes(), [(Code::OverLimit, "x.tar.gz")]);
}

#[test]
fn a_sparse_member_is_metered_too() {
    let mut header = header(b"holes", EntryType::GNUSparse, 0);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_real_size(1 << 40);
    gnu.sparse[0].set_offset(1 << 40);
    gnu.sparse[0].set_length(0);
    header.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&header, b"".as_slice()).unwrap();
    let limits = ArchiveLimits { free_bytes: 1 << 20, ..ArchiveLimits::default() };
    let seen = seen_within("x.tar", &builder.into_inner().unwrap(), &limits);
    assert_eq!(seen.codes(), [(Code::OverLimit, "x.tar")]);
}

#[test]
fn the_time_of_a_member_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut times = Vec::new();
    let options = SimpleFileOptions::default()
        .last_modified_time(zip::DateTime::from_date_and_time(2001, 9, 9, 1, 46, 40).unwrap());
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("a", options).unwrap();
    for (name, bytes) in [("x.tar", tar_of(&[("a", b"")])), ("x.zip", writer.finish().unwrap().into_inner())] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        open(&path, name, &ArchiveLimits::default(), &mut |member| times.push(member.modified));
    }
    assert_eq!(times, [Some(1_000_000_000), Some(1_000_000_000)]);
}

#[test]
fn no_damage_makes_it_panic() {
    let zip = zip_of(&[("a.c", b"int a;"), ("in.zip", &zip_of(&[("b.c", b"b")]))]);
    let tar = tar_of(&[("a.c", b"int a;"), ("in.tar", &tar_of(&[("b.c", b"b")]))]);
    for (name, bytes) in [("x.zip", zip), ("x.tar", tar.clone()), ("x.tar.gz", gz(&tar)), ("x.tar.xz", xz(&tar))] {
        for at in (0..bytes.len()).step_by(bytes.len() / 150 + 1) {
            let mut broken = bytes.clone();
            broken[at] ^= 0xff;
            seen(name, &broken);
            seen(name, &bytes[..at]);
        }
    }
}

#[test]
fn compression_may_not_ask_for_any_amount_of_memory() {
    let mut bytes = xz(&tar_of(&[("a.c", b"a")]));
    // The block's header behind the 12 bytes of the stream's: length, flags, filter, one property, the dictionary's size.
    let length = (usize::from(bytes[12]) + 1) * 4;
    assert_eq!(bytes[13..16], [0, 0x21, 1]);
    bytes[16] = 40;
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[12..12 + length - 4]);
    bytes[12 + length - 4..12 + length].copy_from_slice(&crc.sum().to_le_bytes());
    let seen = seen("x.tar.xz", &bytes);
    assert_eq!((seen.paths(), seen.codes()), (vec![], vec![(Code::DamagedArchive, "x.tar.xz")]));
    assert!(seen.problems[0].detail.contains("emory"), "{}", seen.problems[0].detail);
}

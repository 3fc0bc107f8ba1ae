//! Reads one file: its bytes up to a limit, its digest in any case, and its text whatever encoding it came in.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::Path;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use crate::error::{Code, Problem};
use crate::input::walk::describe;
use crate::model::limits;

/// Bytes at the head of a file that decide whether it is text.
const HEAD_BYTES: usize = 8 << 10;
/// Of this many head bytes one may be a control byte that no text holds.
const BYTES_A_CONTROL: usize = 50;

/// What the buffer holds after [`read`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// The whole file.
    Whole,
    /// Nothing: the file is over the limit and was only hashed.
    HashedOnly,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct ReadFile {
    /// Bytes read; the file's size unless it changed meanwhile.
    pub bytes: u64,
    /// BLAKE3 of all bytes read.
    pub blake3: [u8; 32],
    /// What the buffer holds.
    pub body: Body,
    /// What kept the file from being examined in full.
    pub problem: Option<Problem>,
}

/// Reads the file at `path` into `buffer`, whose earlier content is dropped and whose capacity is kept, and hashes it.
/// Over [`limits::FILE_BYTES`] it is hashed only. Problems name the file as `shown`.
///
/// # Errors
///
/// A problem where there is nothing to examine: the file is gone, closed to us, no plain file, or larger than
/// [`limits::HASHED_BYTES`].
pub fn read(path: &Path, shown: &str, buffer: &mut Vec<u8>) -> Result<ReadFile, Problem> {
    read_within(path, shown, buffer, limits::FILE_BYTES, limits::HASHED_BYTES)
}

fn read_within(path: &Path, shown: &str, buffer: &mut Vec<u8>, most: u64, hashed: u64) -> Result<ReadFile, Problem> {
    buffer.clear();
    let failed = |error: std::io::Error| {
        let (code, detail) = describe(&error);
        Problem::new(code, shown, detail)
    };
    let mut file = open_options().open(path).map_err(failed)?;
    let before = file.metadata().map_err(failed)?;
    if !before.is_file() {
        return Err(Problem::new(Code::SpecialFile, shown, "no longer a plain file"));
    }
    let expected = before.len().min(most) as usize;
    buffer.try_reserve(expected + 1).map_err(|_| Problem::new(Code::Unreadable, shown, "not enough memory"))?;
    (&file).take(most + 1).read_to_end(buffer).map_err(failed)?;

    let mut hasher = blake3::Hasher::new();
    hasher.update(buffer);
    let mut bytes = buffer.len() as u64;
    if bytes <= most {
        let problem =
            changed(&file, &before, bytes).then(|| Problem::new(Code::Changed, shown, "changed while it was read"));
        return Ok(ReadFile { bytes, blake3: *hasher.finalize().as_bytes(), body: Body::Whole, problem });
    }
    // The buffer is as long as the limit: it serves as the window over the rest.
    loop {
        match file.read(buffer) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(buffer.get(..count).unwrap_or_default());
                bytes += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
        if bytes > hashed {
            let detail = format!("not even hashed: larger than {}", size(hashed));
            return Err(Problem::new(Code::OverLimit, shown, detail));
        }
    }
    buffer.clear();
    let problem = Some(Problem::new(Code::TooLarge, shown, too_large(bytes, most)));
    Ok(ReadFile { bytes, blake3: *hasher.finalize().as_bytes(), body: Body::HashedOnly, problem })
}

/// The words for a file or member over its size limit.
pub(super) fn too_large(bytes: u64, most: u64) -> String {
    format!("hashed only: {} is over the {} limit", size(bytes), size(most))
}

/// A size in words, MiB from one MiB on.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..0x400 => format!("{bytes} bytes"),
        0x400..0x10_0000 => format!("{} KiB", bytes.div_ceil(1 << 10)),
        _ => format!("{} MiB", bytes.div_ceil(1 << 20)),
    }
}

/// Opens without waiting for a writer, should the file have become a pipe since the folder was listed.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
pub(super) fn open_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    const O_NONBLOCK: i32 = 0o4000;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(O_NONBLOCK);
    options
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))))]
pub(super) fn open_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

/// Whether the file is not what it was when reading began.
fn changed(file: &File, before: &Metadata, bytes: u64) -> bool {
    let Ok(after) = file.metadata() else { return true };
    bytes != before.len() || after.len() != before.len() || after.modified().ok() != before.modified().ok()
}

/// The text of a file, as UTF-8 or an eight-bit encoding that has ASCII in its lower half, without a byte-order mark; or
/// `None` for what is not text. UTF-16 is written anew into `scratch`; all else is a part of `bytes`.
pub fn text<'a>(bytes: &'a [u8], scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return eight_bit(rest);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf_16(rest, UTF_16LE, scratch);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf_16(rest, UTF_16BE, scratch);
    }
    match unmarked_utf_16(bytes) {
        Some(encoding) => utf_16(bytes, encoding, scratch),
        None => eight_bit(bytes),
    }
}

fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..HEAD_BYTES).unwrap_or(bytes)
}

fn eight_bit(bytes: &[u8]) -> Option<&[u8]> {
    // Streams inside a PDF may start behind the head.
    if bytes.starts_with(b"%PDF-") {
        return None;
    }
    let head = head(bytes);
    let controls = head.iter().filter(|&&byte| is_control(byte)).count();
    let nuls = head.iter().filter(|&&byte| byte == 0).count();
    (nuls == 0 && controls <= 2 + head.len() / BYTES_A_CONTROL).then_some(bytes)
}

/// Control bytes that text does not use: not tab, line ends, form feed, backspace, escape or the old end-of-file mark.
fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, 0x08..=0x0d | 0x1a | 0x1b)
}

/// UTF-16 without a mark, where the head leaves no doubt: mostly ASCII, so that every other byte is NUL.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = head(bytes);
    let pairs = head.len() / 2;
    let (pair_list, _) = head.as_chunks::<2>();
    let high = |pair: &&[u8; 2]| pair[0] == 0 && pair[1] != 0;
    let low = |pair: &&[u8; 2]| pair[1] == 0 && pair[0] != 0;
    let big_endian = pair_list.iter().filter(high).count();
    let little_endian = pair_list.iter().filter(low).count();
    let enough = (pairs * 4).div_ceil(5).max(4);
    // A character of another script may have NUL for its low byte.
    let strays = 1 + pairs / 20;
    match (big_endian >= enough, little_endian >= enough) {
        (true, false) if little_endian <= strays => Some(UTF_16BE),
        (false, true) if big_endian <= strays => Some(UTF_16LE),
        _ => None,
    }
}

fn utf_16<'a>(bytes: &[u8], encoding: &'static Encoding, scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    scratch.clear();
    scratch.resize(decoder.max_utf8_buffer_length(bytes.len())?, 0);
    let (_, _, written, _) = decoder.decode_to_utf8(bytes, scratch, true);
    scratch.truncate(written);
    // Anything decodes somehow; what is not text comes out full of NULs, controls or replacement characters.
    let strays =
        head(scratch).utf8_chunks().flat_map(|chunk| chunk.valid().chars()).filter(|&c| c == '\u{fffd}').count();
    let limit = 2 + head(scratch).len() / BYTES_A_CONTROL;
    if strays > limit { None } else { eight_bit(scratch) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    #[test]
    fn a_file_is_read_and_hashed() {
        let (_folder, path) = file(b"hello");
        let mut buffer = b"left over".to_vec();
        let read = read(&path, "file", &mut buffer).unwrap();
        assert_eq!((buffer.as_slice(), read.bytes, read.body), (b"hello".as_slice(), 5, Body::Whole));
        assert_eq!(read.blake3, *blake3::hash(b"hello").as_bytes());
        assert_eq!(read.problem, None);
    }

    #[test]
    fn a_file_over_the_limit_is_hashed_only() {
        let bytes: Vec<u8> = (0..100_001u32).map(|at| at as u8).collect();
        let (_folder, path) = file(&bytes);
        let mut buffer = Vec::new();
        let at_limit = read_within(&path, "file", &mut buffer, 100_001, 1 << 20).unwrap();
        assert_eq!((at_limit.body, buffer.len(), at_limit.problem), (Body::Whole, 100_001, None));
        let over = read_within(&path, "file", &mut buffer, 100_000, 1 << 20).unwrap();
        assert_eq!((over.body, buffer.len(), over.bytes), (Body::HashedOnly, 0, 100_001));
        assert_eq!(over.blake3, *blake3::hash(&bytes).as_bytes());
        let problem = over.problem.unwrap();
        assert_eq!(
            (problem.code, problem.detail.as_str()),
            (Code::TooLarge, "hashed only: 98 KiB is over the 98 KiB limit")
        );
        let refused = read_within(&path, "file", &mut buffer, 1_000, 100_000).unwrap_err();
        assert_eq!(refused.code, Code::OverLimit);
        assert_eq!(too_large(120 << 20, limits::FILE_BYTES), "hashed only: 120 MiB is over the 16 MiB limit");
    }

    #[test]
    fn what_cannot_be_opened_is_a_problem_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut buffer = Vec::new();
        let gone = read(&folder.path().join("x"), "sub/x", &mut buffer).unwrap_err();
        assert_eq!((gone.code, gone.path.as_str()), (Code::Vanished, "sub/x"));
        let no_file = read(folder.path(), "sub", &mut buffer).unwrap_err();
        assert_eq!(no_file.code, Code::SpecialFile);
        let long = read(&folder.path().join("x".repeat(300)), "long", &mut buffer).unwrap_err();
        assert_eq!(long.code, Code::OverLimit);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_whose_size_lies_is_changed() {
        // The kernel says that this one is empty.
        let mut buffer = Vec::new();
        let read = read(Path::new("/proc/self/status"), "status", &mut buffer).unwrap();
        assert_eq!(read.problem.map(|problem| problem.code), Some(Code::Changed));
        assert_eq!(read.bytes, buffer.len() as u64);
        assert!(read.bytes > 0);
    }

    fn utf_16_bytes(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn text_of_every_usual_encoding_comes_out() {
        let mut scratch = Vec::new();
        assert_eq!(text(b"", &mut scratch), Some(b"".as_slice()));
        assert_eq!(text(b"\xef\xbb\xbfint x;", &mut scratch), Some(b"int x;".as_slice()));
        assert_eq!(text(b"caf\xe9 \x0c\r\n", &mut scratch), Some(b"caf\xe9 \x0c\r\n".as_slice()));
        let source = "int grüße = 1; // 😀 done\n";
        for big in [false, true] {
            let mark: &[u8] = if big { b"\xfe\xff" } else { b"\xff\xfe" };
            let marked = [mark, &utf_16_bytes(source, big)].concat();
            assert_eq!(text(&marked, &mut scratch), Some(source.as_bytes()));
            let bare = utf_16_bytes(source, big);
            assert_eq!(text(&bare, &mut scratch), Some(source.as_bytes()));
        }
    }

    #[test]
    fn what_is_no_text_is_told() {
        let mut scratch = Vec::new();
        assert_eq!(text(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", &mut scratch), None);
        assert_eq!(text(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &mut scratch), None);
        assert_eq!(text(b"%PDF-1.7\nobj stream", &mut scratch), None);
        let packed: Vec<u8> = (1..=255).cycle().take(4000).collect();
        assert_eq!(text(&packed, &mut scratch), None);
        let numbers: Vec<u8> = (0..1000u16).flat_map(u16::to_be_bytes).collect();
        assert_eq!(text(&numbers, &mut scratch), None);
        let marked = [b"\xff\xfe".as_slice(), &[0, 0, 1, 0].repeat(100)].concat();
        assert_eq!(text(&marked, &mut scratch), None);
    }
}

//! Which archive a file is, by its name and its first bytes, and how its bytes unpack.

use std::io::{self, BufReader, Read};

use crate::model::limits;

/// An archive's layout. Compression inside a zip is the zip's own matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// tar.
    Tar,
    /// tar in gzip.
    TarGz,
    /// tar in xz.
    TarXz,
    /// tar in bzip2.
    TarBz2,
    /// tar in Zstandard.
    TarZst,
    /// zip, under any of its names.
    Zip,
    /// A Ruby gem: a tar with the released files in an inner `data.tar.gz`.
    Gem,
}

/// Bytes at the head of a file that [`format`] wants to see.
pub const HEAD_BYTES: usize = 512;

const TAR_NAMES: [&str; 14] = [
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.xz",
    ".txz",
    ".tar.bz2",
    ".tbz",
    ".tbz2",
    ".tar.zst",
    ".tzst",
    ".tar.zstd",
    ".crate",
    ".gem",
    ".apk",
];
const ZIP_NAMES: [&str; 14] = [
    ".zip", ".jar", ".war", ".ear", ".aar", ".whl", ".egg", ".nupkg", ".snupkg", ".apk", ".ipa", ".xpi", ".vsix",
    ".conda",
];

/// The archive format of a file called `path` that starts with `head` (its first [`HEAD_BYTES`]). The name says that it is
/// to be opened, the bytes say how: office documents are no archives here, and neither is a lone compressed file.
pub fn format(path: &str, head: &[u8]) -> Option<Format> {
    let named = |endings: &[&str]| endings.iter().any(|ending| has_ending(path, ending));
    if named(&ZIP_NAMES) && (head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")) {
        return Some(Format::Zip);
    }
    if !named(&TAR_NAMES) {
        return None;
    }
    if is_tar(head) {
        return Some(if has_ending(path, ".gem") { Format::Gem } else { Format::Tar });
    }
    let magics: [(&[u8], Format); 4] = [
        (b"\x1f\x8b", Format::TarGz),
        (b"\xfd7zXZ\0", Format::TarXz),
        (b"BZh", Format::TarBz2),
        (b"\x28\xb5\x2f\xfd", Format::TarZst),
    ];
    magics.into_iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, format)| format)
}

fn has_ending(path: &str, ending: &str) -> bool {
    let start = path.len().saturating_sub(ending.len());
    let (path, ending) = (path.as_bytes(), ending.as_bytes());
    path.len() > ending.len() && path.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
}

/// Whether `head` is a tar header: its checksum is right. The oldest tars have no magic.
fn is_tar(head: &[u8]) -> bool {
    let Some(header) = head.first_chunk::<512>() else { return false };
    let (Some(field), Some(rest)) = (header.get(148..156), header.get(156..)) else { return false };
    let digits: String = field.iter().map(|&byte| char::from(byte)).collect();
    let Ok(stated) = u32::from_str_radix(digits.trim_matches([' ', '\0']), 8) else { return false };
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
    // The checksum's own field counts as blanks.
    stated == sum(header.get(..148).unwrap_or_default()) + sum(rest) + 8 * u32::from(b' ')
}

/// The tar inside `reader`, unpacked as it is read.
///
/// # Errors
///
/// What the decoder says when it cannot start.
pub(super) fn unpacked<'r>(format: Format, reader: Box<dyn Read + 'r>) -> io::Result<Box<dyn Read + 'r>> {
    let decoder: Box<dyn Read + 'r> = match format {
        Format::Tar | Format::Gem | Format::Zip => reader,
        Format::TarGz => Box::new(flate2::read::MultiGzDecoder::new(reader)),
        Format::TarBz2 => Box::new(bzip2::read::MultiBzDecoder::new(reader)),
        Format::TarXz => {
            let flags = liblzma::stream::CONCATENATED;
            let stream = liblzma::stream::Stream::new_stream_decoder(limits::ARCHIVE_MEMORY, flags)?;
            Box::new(liblzma::read::XzDecoder::new_stream(reader, stream))
        }
        // The decoder refuses windows over 128 MiB by itself.
        Format::TarZst => Box::new(zstd::stream::read::Decoder::new(reader)?),
    };
    Ok(Box::new(BufReader::with_capacity(64 << 10, decoder)))
}

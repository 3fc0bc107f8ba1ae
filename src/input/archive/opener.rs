//! Goes through one archive and the archives inside it.

use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read, Seek};
use std::rc::Rc;

use zip::extra_fields::ExtraField;
use zip::read::{Config, ZipFile, ZipFileEntry};
use zip::unstable::read::ZipIterable;
use zip::{DateTime, ZipReadOptions};

use super::format::{Format, format, unpacked};
use super::gauge::{Gauge, Metered};
use super::name;
use super::{ArchiveLimits, Member};
use crate::error::{Code, Problem};
use crate::input::read::too_large;
use crate::model::{limits, place};

/// Problems of one code and one archive that are listed one by one; more become one entry with a count.
const LISTED: u64 = 20;
/// The member of a gem that holds the released files.
const GEM_DATA: &str = "data.tar.gz";

/// Which archive is being read: the outermost one or one inside it.
pub(super) struct At {
    /// What stands before its members' paths: empty, or ends in `!/`.
    prefix: String,
    level: u32,
    gem: bool,
}

impl At {
    pub fn outermost(format: Format) -> At {
        At { prefix: String::new(), level: 1, gem: format == Format::Gem }
    }
}

/// The state of one outermost archive.
pub(super) struct Opener<'a> {
    shown: &'a str,
    limits: &'a ArchiveLimits,
    visit: &'a mut dyn FnMut(Member<'_>),
    gauge: Rc<Gauge>,
    problems: Problems,
    links: Tally,
    special: Tally,
    /// Buffers to be used again: one for each level at work.
    buffers: Vec<Vec<u8>>,
}

/// Entries of a kind, and the first of them.
#[derive(Default)]
struct Tally {
    count: u64,
    first: String,
}

impl Tally {
    fn add(&mut self, prefix: &str, raw: &[u8]) {
        if self.count == 0 {
            self.first = format!("{prefix}{}", name::clean(raw).path);
        }
        self.count += 1;
    }
}

/// What is known of an entry before its bytes are read.
struct Entry {
    path: String,
    /// As the archive states it; not to be relied on.
    size: u64,
    modified: Option<i64>,
}

impl<'a> Opener<'a> {
    pub fn new(
        shown: &'a str,
        limits: &'a ArchiveLimits,
        bytes: u64,
        visit: &'a mut dyn FnMut(Member<'_>),
    ) -> Opener<'a> {
        Opener {
            shown,
            limits,
            visit,
            gauge: Gauge::new(bytes, limits.members),
            problems: Problems::default(),
            links: Tally::default(),
            special: Tally::default(),
            buffers: Vec::new(),
        }
    }

    /// Everything that was not examined.
    pub fn finish(mut self) -> Vec<Problem> {
        if let Some(why) = self.gauge.stopped() {
            self.problems.add(Problem::new(Code::OverLimit, self.shown, format!("not read to its end: {why}")));
        }
        let tallies = [
            (self.links, Code::SymbolicLink, "links, not followed"),
            (self.special, Code::SpecialFile, "entries that are no files"),
        ];
        for (Tally { count, first }, code, what) in tallies {
            if count > 0 {
                let detail = format!("{count} {what}; the first is `{first}`");
                self.problems.add(Problem { code, path: self.shown.to_string(), detail, count });
            }
        }
        self.problems.finish(self.shown)
    }

    /// Goes through the archive in `reader`. `false` if nothing in it could be read.
    pub fn archive<R: Read + Seek>(&mut self, format: Format, reader: R, at: &At) -> bool {
        match format {
            Format::Zip => self.zip(reader, at),
            _ => self.packed_tar(format, Box::new(reader), at),
        }
    }

    fn packed_tar(&mut self, format: Format, reader: Box<dyn Read + '_>, at: &At) -> bool {
        match unpacked(format, reader) {
            Ok(reader) => self.tar(reader, at),
            Err(error) => {
                self.damaged(at, None, &error);
                false
            }
        }
    }

    fn tar(&mut self, reader: Box<dyn Read + '_>, at: &At) -> bool {
        let mut archive = tar::Archive::new(Metered { inner: reader, gauge: self.gauge.clone() });
        let mut last = None;
        let mut entries = match archive.entries() {
            Ok(entries) => entries,
            Err(error) => {
                self.damaged(at, None, &error);
                return false;
            }
        };
        loop {
            self.gauge.between_members();
            let next = entries.next();
            self.gauge.inside_member();
            let done = match next {
                None => return true,
                Some(Ok(mut entry)) => self.tar_entry(&mut entry, at, &mut last),
                Some(Err(error)) => Err(error),
            };
            if let Err(error) = done {
                self.damaged(at, last.as_deref(), &error);
                return last.is_some();
            }
            if self.gauge.stopped().is_some() {
                return true;
            }
        }
    }

    /// Handles one entry of a tar and puts the path of what was read well into `last`.
    fn tar_entry<R: Read>(
        &mut self,
        entry: &mut tar::Entry<'_, R>,
        at: &At,
        last: &mut Option<String>,
    ) -> io::Result<()> {
        let kind = entry.header().entry_type();
        let raw = entry.path_bytes().into_owned();
        // The header of a whole archive (git writes one) is no entry.
        if kind.is_pax_global_extensions() || !self.gauge.take_member() {
            return Ok(());
        }
        if kind.is_dir() || (kind.is_file() && raw.ends_with(b"/")) {
            last.get_or_insert_default();
        } else if kind.is_symlink() || kind.is_hard_link() {
            self.links.add(&at.prefix, &raw);
        } else if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
            self.special.add(&at.prefix, &raw);
        } else if let Some(path) = self.shown_path(&raw, at) {
            if at.gem && path.strip_prefix(&at.prefix) == Some(GEM_DATA) {
                let inner = At { prefix: at.prefix.clone(), level: at.level + 1, gem: false };
                self.packed_tar(Format::TarGz, Box::new(&mut *entry), &inner);
                io::copy(entry, &mut io::sink())?;
            } else {
                let modified = entry.header().mtime().ok().and_then(|time| i64::try_from(time).ok());
                let known = Entry { size: entry.size(), path, modified };
                // Holes of a sparse file come from nowhere: they are metered here.
                let gauge = self.gauge.clone();
                let read = match kind.is_gnu_sparse() {
                    true => self.member(&known, &mut Metered { inner: entry, gauge }, at)?,
                    false => self.member(&known, entry, at)?,
                };
                if read < known.size {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                *last = Some(known.path);
            }
        }
        last.get_or_insert_default();
        Ok(())
    }

    fn zip<R: Read + Seek>(&mut self, reader: R, at: &At) -> bool {
        let mut archive = match ZipIterable::try_new(reader, Config::default()) {
            Ok(archive) => archive,
            Err(error) => {
                self.damaged(at, None, &error.into());
                return false;
            }
        };
        self.gauge.inside_member();
        let files = match archive.files() {
            Ok(files) => files,
            Err(error) => {
                self.damaged(at, None, &error.into());
                return false;
            }
        };
        let mut last = None;
        while let Some(next) = files.next() {
            if !self.gauge.take_member() {
                return true;
            }
            match next {
                Ok(entry) => {
                    let path = self.zip_entry(entry, files.reader_mut(), at);
                    last = path.or(last).or(Some(String::new()));
                }
                Err(error) => {
                    self.damaged(at, last.as_deref(), &error.into());
                    return last.is_some();
                }
            }
            if self.gauge.stopped().is_some() {
                return true;
            }
        }
        true
    }

    /// Handles one entry of a zip; a damaged one does not keep the others from being read. Its path if it is a file.
    fn zip_entry<R: Read + Seek>(&mut self, entry: ZipFileEntry<'_>, reader: &mut R, at: &At) -> Option<String> {
        let raw = zip_name(&entry);
        const KIND: u32 = 0o170_000;
        const PLAIN: [u32; 2] = [0, 0o100_000];
        if entry.is_dir() {
            return None;
        }
        if entry.is_symlink() {
            self.links.add(&at.prefix, &raw);
            return None;
        }
        if entry.unix_mode().is_some_and(|mode| !PLAIN.contains(&(mode & KIND))) {
            self.special.add(&at.prefix, &raw);
            return None;
        }
        let path = self.shown_path(&raw, at)?;
        if entry.encrypted() {
            self.problem(Code::Encrypted, &path, "needs a password".to_string());
            return Some(path);
        }
        let mut known = Entry { path, size: entry.size(), modified: None };
        let done = entry.with_reader(reader, ZipReadOptions::new()).map_err(io::Error::from).and_then(|file| {
            known.modified = zip_time(&file);
            let mut metered = Metered { inner: file, gauge: self.gauge.clone() };
            self.member(&known, &mut metered, at)
        });
        if let Err(error) = done
            && self.gauge.stopped().is_none()
        {
            self.problem(Code::DamagedArchive, &known.path, format!("not read: {error}"));
        }
        Some(known.path)
    }

    /// The path to show for an entry, its troubles noted; `None` where it is over the limit.
    fn shown_path(&mut self, raw: &[u8], at: &At) -> Option<String> {
        let name = name::clean(raw);
        let path = format!("{}{}", at.prefix, name.path);
        if path.len() > limits::PATH_BYTES {
            let detail =
                format!("a member with a path of {} bytes, over the limit of {}", path.len(), limits::PATH_BYTES);
            self.problems.add(Problem::new(Code::OverLimit, self.shown, detail));
            return None;
        }
        if name.unsafe_as_stored {
            let stored = place::path_text(raw.get(..limits::PATH_BYTES).unwrap_or(raw));
            self.problem(Code::UnsafePath, &path, format!("stored as `{}`", stored.escape_debug()));
        }
        Some(path)
    }

    /// Reads a member and shows it, or what it holds if it is an archive. Its size, unless it broke off.
    fn member(&mut self, known: &Entry, reader: &mut dyn Read, at: &At) -> io::Result<u64> {
        let mut buffer = self.buffers.pop().unwrap_or_default();
        let read = self.member_into(&mut buffer, known, reader, at);
        self.buffers.push(buffer);
        read
    }

    fn member_into(&mut self, buffer: &mut Vec<u8>, known: &Entry, reader: &mut dyn Read, at: &At) -> io::Result<u64> {
        let most = self.limits.member_bytes;
        buffer.clear();
        // What the archive states may be a lie: no more than this is set aside on its word.
        buffer.reserve(known.size.min(most).min(1 << 20) as usize + 1);
        reader.take(most + 1).read_to_end(buffer)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(buffer);
        let mut count = buffer.len() as u64;
        let whole = count <= most;
        let archive = format(&known.path, buffer);
        if !whole {
            count += hash_rest(&mut hasher, reader, buffer)?;
            buffer.clear();
            let closed = if archive.is_some() { "an archive that was not opened, " } else { "" };
            self.problem(Code::TooLarge, &known.path, format!("{closed}{}", too_large(count, most)));
        } else if known.size > count {
            // A tar that breaks off does so without an error.
            return Ok(count);
        } else if let Some(format) = archive
            && self.nested(format, buffer, &known.path, at)
        {
            return Ok(count);
        }
        let blake3 = *hasher.finalize().as_bytes();
        let bytes = buffer.as_slice();
        (self.visit)(Member { path: &known.path, bytes, size: count, blake3, whole, modified: known.modified });
        Ok(count)
    }

    /// Goes through a nested archive; `false` if it is to be shown as a file.
    fn nested(&mut self, format: Format, bytes: &[u8], path: &str, at: &At) -> bool {
        if at.level >= self.limits.depth {
            let detail = format!("an archive that was not opened: {} levels down", at.level + 1);
            self.problem(Code::OverLimit, path, detail);
            return false;
        }
        let inner = At { prefix: format!("{path}!/"), level: at.level + 1, gem: format == Format::Gem };
        let opened = self.archive(format, Cursor::new(bytes), &inner);
        self.gauge.inside_member();
        opened
    }

    fn problem(&mut self, code: Code, path: &str, detail: String) {
        self.problems.add(Problem::new(code, format!("{}!/{path}", self.shown), detail));
    }

    /// Notes that an archive cannot be read on, unless it was a limit that ended it.
    fn damaged(&mut self, at: &At, last: Option<&str>, error: &io::Error) {
        if self.gauge.stopped().is_some() {
            return;
        }
        let path = match at.prefix.strip_suffix("!/") {
            Some(inner) => format!("{}!/{inner}", self.shown),
            None => self.shown.to_string(),
        };
        let detail = match last {
            Some("") => format!("breaks off before its first file: {error}"),
            Some(last) => format!("breaks off behind `{last}`: {error}"),
            None => format!("cannot be read: {error}"),
        };
        self.problems.add(Problem::new(Code::DamagedArchive, path, detail));
    }
}

/// Hashes what is left of a member through `window`; its length.
fn hash_rest(hasher: &mut blake3::Hasher, reader: &mut dyn Read, window: &mut [u8]) -> io::Result<u64> {
    let mut count = 0;
    loop {
        match reader.read(window) {
            Ok(0) => return Ok(count),
            Ok(read) => {
                hasher.update(window.get(..read).unwrap_or_default());
                count += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The stored name; one that is no UTF-8 as the zip's own table reads it.
fn zip_name(entry: &ZipFileEntry<'_>) -> Vec<u8> {
    let raw = entry.name_raw();
    if std::str::from_utf8(raw).is_ok() {
        return raw.to_vec();
    }
    entry.name().map_or_else(|_| raw.to_vec(), |name| name.into_owned().into_bytes())
}

fn zip_time<R: Read>(file: &ZipFile<'_, R>) -> Option<i64> {
    let exact = file.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(times) => times.mod_time(),
        _ => None,
    });
    // Signed 32 bits in the format.
    exact.map(|time| i64::from(time.cast_signed())).or_else(|| file.last_modified().map(unix_seconds))
}

/// Seconds since 1970 of a zip's own time, taken for UTC.
fn unix_seconds(time: DateTime) -> i64 {
    let (year, month, day) = (i64::from(time.year()), i64::from(time.month()), i64::from(time.day()));
    // Days from the civil calendar, with years that start in March so that the leap day comes last.
    let march_year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year - 719_468;
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    days * 86_400 + seconds
}

/// Problems of one archive, with a handful of each code in full.
#[derive(Default)]
struct Problems {
    list: Vec<Problem>,
    /// By code: how many there were.
    seen: BTreeMap<Code, u64>,
}

impl Problems {
    fn add(&mut self, problem: Problem) {
        let seen = self.seen.entry(problem.code).or_default();
        *seen += 1;
        if *seen <= LISTED {
            self.list.push(problem);
        }
    }

    fn finish(mut self, shown: &str) -> Vec<Problem> {
        for (code, seen) in self.seen {
            let more = seen.saturating_sub(LISTED);
            if more > 0 {
                let detail = format!("{more} more members, not listed");
                self.list.push(Problem { code, path: shown.to_string(), detail, count: more });
            }
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zip_times_become_seconds() {
        let time = |year, month, day| unix_seconds(DateTime::from_date_and_time(year, month, day, 1, 2, 4).unwrap());
        assert_eq!(time(1980, 1, 1), 315_532_800 + 3724);
        assert_eq!(time(2000, 2, 29), 951_782_400 + 3724);
        assert_eq!(time(2026, 12, 31), 1_798_675_200 + 3724);
    }

    #[test]
    fn many_problems_of_a_code_become_one_with_a_count() {
        let mut problems = Problems::default();
        for no in 0..LISTED + 5 {
            problems.add(Problem::new(Code::UnsafePath, format!("a!/{no}"), ""));
        }
        let list = problems.finish("a");
        assert_eq!(list.len() as u64, LISTED + 1);
        assert_eq!(list.last().map(|problem| (problem.path.as_str(), problem.count)), Some(("a", 5)));
    }
}

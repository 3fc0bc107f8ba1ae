//! A git repository on disk as a source of releases: every tag that is a version is one, its date the tag's.
//!
//! The repository may be anybody's, so only plumbing that reads objects is used: no checkout, no filters, no hooks, no
//! network (`ls-tree` and `cat-file`, with lazy fetching and every transport switched off).

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::git;
use crate::index::version;
use crate::model::limits;

/// A tag that is a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// As git names it.
    pub name: String,
    /// The version it stands for.
    pub version: String,
    /// ISO date.
    pub date: Option<String>,
}

/// Whether a folder is a git repository.
pub fn is_repository(path: &Path) -> bool {
    path.join(".git").exists()
        || path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
}

/// The repository's tags that are versions, final ones, oldest first.
pub fn tags(repository: &Path) -> Result<Vec<Tag>, String> {
    let mut command = git::command(repository);
    command.args(["for-each-ref", "--format=%(refname:strip=2)%09%(creatordate:short)", "refs/tags"]);
    let text = git::listing(&mut command)?;
    let text = String::from_utf8_lossy(&text);
    let tag = |line: &str| {
        let (name, date) = line.split_once('\t')?;
        let version = version_of(name)?;
        Some(Tag {
            name: name.into(),
            version,
            date: Some(date.to_string()).filter(|date| super::sources::is_date(date)),
        })
    };
    let mut tags: Vec<Tag> = text.lines().take(limits::GIT_TAGS).filter_map(tag).collect();
    tags.sort_by(|one, other| version::compare(&one.version, &other.version).then(one.name.cmp(&other.name)));
    tags.dedup_by(|later, earlier| later.version == earlier.version);
    Ok(tags)
}

/// `v1.2.3`, `release-1.2.3`, `curl-7_79_1`: from the first number that begins a part; without one it is no release.
fn version_of(tag: &str) -> Option<String> {
    let tag = tag.rsplit('/').next().unwrap_or(tag);
    let begins = |(at, mark): (usize, char)| {
        let before = tag.get(..at)?.chars().next_back();
        let part = before.is_none_or(|before| !before.is_alphanumeric() || matches!(before, 'v' | 'V' | 'r' | 'R'));
        (mark.is_ascii_digit() && part).then_some(at)
    };
    let version = tag.get(tag.char_indices().find_map(begins)?..)?;
    let version = if version.contains('.') { version.to_string() } else { version.replace('_', ".") };
    version::is_final(&version).then_some(version)
}

/// The purl, without version, that a repository's own address means: `pkg:github/owner/name` and the like.
pub fn purl(repository: &Path) -> Option<String> {
    let mut command = git::command(repository);
    let address = git::listing(command.args(["config", "--get", "remote.origin.url"])).ok()?;
    let address =
        String::from_utf8_lossy(&address).trim().trim_end_matches('/').trim_end_matches(".git").to_lowercase();
    let kind = ["github", "bitbucket"].iter().find(|kind| {
        let (slash, colon) = (format!("{kind}.com/"), format!("{kind}.com:"));
        address.contains(&slash) || address.contains(&colon) || address.contains(&format!("{kind}.org/"))
    })?;
    let mut parts = address.rsplit(['/', ':']);
    let (name, owner) = (parts.next()?, parts.next()?);
    Some(format!("pkg:{kind}/{owner}/{name}"))
}

/// Writes the plain files of a tag as a tar archive to `out`. Links and submodules are no files.
pub fn archive(repository: &Path, tag: &Tag, out: &Path) -> Result<(), String> {
    let mut command = git::command(repository);
    let spec = format!("refs/tags/{}", tag.name);
    let listed = git::listing(command.args(["ls-tree", "-r", "-z", "--full-tree", &spec]))?;
    let files: Vec<(&[u8], &[u8])> = listed.split(|byte| *byte == 0).filter_map(entry).collect();
    let mut child = git::command(repository)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot run `git`: {error}"))?;
    let copied = copy(&mut child, &files, out).map_err(|error| format!("cannot read its files: {error}"));
    let _ = child.kill();
    let _ = child.wait();
    copied
}

/// `mode blob id<TAB>path` of a plain file: its id and path.
fn entry(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (head, path) = (line.get(..tab)?, line.get(tab + 1..)?);
    let mut words = head.split(|byte| *byte == b' ');
    let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
    (mode.starts_with(b"100") && kind == b"blob").then_some((id, path))
}

fn copy(child: &mut Child, files: &[(&[u8], &[u8])], out: &Path) -> std::io::Result<()> {
    let gone = || std::io::Error::other("git ended early");
    let (mut asked, answers) = (child.stdin.take().ok_or_else(gone)?, child.stdout.take().ok_or_else(gone)?);
    let mut answers = BufReader::with_capacity(1 << 16, answers);
    let mut tar = tar::Builder::new(std::io::BufWriter::new(std::fs::File::create(out)?));
    let mut written = 0;
    for (id, path) in files.iter().take(limits::ARCHIVE_MEMBERS as usize) {
        asked.write_all(id)?;
        asked.write_all(b"\n")?;
        asked.flush()?;
        let mut head = String::new();
        answers.by_ref().take(256).read_line(&mut head)?;
        let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok()).ok_or_else(gone)?;
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o644);
        let mut body = answers.by_ref().take(size);
        // Names that a tar cannot have are no reason to lose the rest, nor is what nobody would read.
        let name = PathBuf::from(String::from_utf8_lossy(path).into_owned());
        if size > limits::FILE_BYTES || tar.append_data(&mut header, &name, &mut body).is_err() {
            std::io::copy(&mut body, &mut std::io::sink())?;
        }
        written += size.min(limits::FILE_BYTES);
        if written > limits::ARCHIVE_BYTES {
            return Err(std::io::Error::other(format!("its files have over {} bytes", limits::ARCHIVE_BYTES)));
        }
        let mut end = [0];
        answers.read_exact(&mut end)?;
    }
    tar.into_inner()?.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_versions_or_nothing() {
        let cases = [
            ("v1.2.3", Some("1.2.3")),
            ("1.2", Some("1.2")),
            ("release-1.2.3", Some("1.2.3")),
            ("curl-7_79_1", Some("7.79.1")),
            ("lib/v2.0", Some("2.0")),
            ("r12", Some("12")),
            ("v1.2.3-rc1", None),
            ("nightly", None),
            ("sha1", None),
        ];
        cases.iter().for_each(|(tag, version)| assert_eq!(version_of(tag).as_deref(), *version, "{tag}"));
    }

    #[test]
    fn only_plain_files_are_entries() {
        assert_eq!(entry(b"100644 blob ab\ta b.c"), Some((&b"ab"[..], &b"a b.c"[..])));
        assert_eq!(entry(b"120000 blob ab\tlink"), None);
        assert_eq!(entry(b"160000 commit ab\tsub"), None);
        assert_eq!(entry(b""), None);
    }
}

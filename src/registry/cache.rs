//! What was downloaded and listed, kept between runs.
//!
//! ```text
//! CACHE/blobs/ab/ab12….tar.gz      an archive by its SHA-256; whole or not there
//! CACHE/npm/packages/NAME.json     a package: when it was asked for, its releases, which blob is which release's archive,
//!                                  and what could not be had
//! CACHE/npm/client/                the client's own things
//! ```
//!
//! Everything may be deleted at any time, and is then fetched again.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::atomic::AtomicFile;
use crate::error::Error;
use crate::model::limits;
use crate::registry::{Download, Failure, Listed, Registry, lock};

/// Endings of archives' names; the last that fits is kept with the blob, since a name tells how it unpacks.
const ENDINGS: [&str; 12] = [
    ".zip",
    ".whl",
    ".jar",
    ".crate",
    ".gem",
    ".tar",
    ".tgz",
    ".tar.gz",
    ".tar.xz",
    ".tar.bz2",
    ".tar.zst",
    ".tar.zstd",
];

/// A package, as it is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// When it was asked for, seconds since 1970.
    asked: u64,
    /// Oldest first.
    pub releases: Vec<Listed>,
    /// By version.
    files: BTreeMap<String, Blob>,
    /// By version: what could not be had, and when that was.
    refused: BTreeMap<String, (u64, String)>,
    /// What could not be had just now and may be to be had the next time.
    #[serde(skip)]
    passing: BTreeMap<String, Failure>,
    /// Whether this process has asked already.
    #[serde(skip)]
    pub asked_now: bool,
}

/// An archive in the cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    sha256: String,
    ending: String,
    bytes: u64,
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

impl Record {
    /// Whether the listing need not be asked for again.
    pub fn is_young(&self) -> bool {
        self.asked > 0 && now().saturating_sub(self.asked) < limits::LISTING_SECONDS
    }

    /// A new listing.
    pub fn renew(&mut self, releases: Vec<Listed>) {
        self.asked = now();
        self.asked_now = true;
        self.releases = releases;
    }

    /// An archive has come.
    pub fn enter(&mut self, release: &Listed, blob: Blob) {
        self.refused.remove(&release.version);
        self.passing.remove(&release.version);
        self.files.insert(release.version.clone(), blob);
    }

    /// An archive cannot be had. Only what the registry itself says is remembered beyond this process: a client that is
    /// missing, a network that is down or a list that states another checksum says nothing of the next time.
    pub fn refuse(&mut self, release: &Listed, failure: Failure) {
        let lasting = match &failure {
            Failure::Unlisted | Failure::TooLarge(_) | Failure::BadName(_) => true,
            Failure::Client(said) => said.contains("404"),
            Failure::NoClient(_) | Failure::Checksum { .. } => false,
        };
        if lasting {
            self.refused.insert(release.version.clone(), (now(), failure.to_string()));
        } else {
            self.passing.insert(release.version.clone(), failure);
        }
    }

    /// Why an archive cannot be had, where that was found out not long ago.
    pub fn refusal(&self, release: &Listed) -> Option<Failure> {
        if let Some(failure) = self.passing.get(&release.version) {
            return Some(failure.clone());
        }
        let (when, why) = self.refused.get(&release.version)?;
        let young = now().saturating_sub(*when) < limits::LISTING_SECONDS;
        young.then(|| Failure::Client(why.clone()))
    }
}

/// The folder.
pub struct Cache {
    root: PathBuf,
    /// SHA-256 of blobs that this process has read and found sound, with their sizes.
    sound: Mutex<HashMap<String, u64>>,
}

impl Cache {
    /// Opens it, making it where it is not there.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub fn open(root: &Path) -> Result<Cache, Error> {
        let made = fs::create_dir_all(root.join("blobs"));
        made.map_err(|source| Error::Io { what: "cannot make the cache folder", path: root.to_path_buf(), source })?;
        Ok(Cache { root: root.to_path_buf(), sound: Mutex::default() })
    }

    fn record_path(&self, registry: Registry, package: &str) -> PathBuf {
        self.root.join(registry.name()).join("packages").join(format!("{}.json", package.replace('/', "%2F")))
    }

    /// What is kept of a package; nothing where that cannot be read.
    pub fn record(&self, registry: Registry, package: &str) -> Record {
        let path = self.record_path(registry, package);
        let read = || {
            let mut text = Vec::new();
            File::open(path).ok()?.take(limits::CLIENT_OUTPUT).read_to_end(&mut text).ok()?;
            serde_json::from_slice(&text).ok()
        };
        read().unwrap_or_default()
    }

    /// Keeps a package's record. Where that fails it is merely asked for again.
    pub fn keep(&self, registry: Registry, package: &str, record: &Record) {
        let path = self.record_path(registry, package);
        let write = || {
            fs::create_dir_all(path.parent()?).ok()?;
            let mut file = AtomicFile::create(&path).ok()?;
            serde_json::to_writer(file.file(), record).ok()?;
            file.commit().ok()
        };
        let _ = write();
    }

    fn blob_path(&self, blob: &Blob) -> PathBuf {
        let folder = self.root.join("blobs").join(blob.sha256.get(..2).unwrap_or("00"));
        folder.join(format!("{}{}", blob.sha256, blob.ending))
    }

    /// Takes in what a client brought, if it is what the registry stated.
    pub fn take(&self, path: &Path, release: &Listed) -> Result<Blob, Failure> {
        let failed = |error: io::Error| super::cannot_use(&self.root, &error);
        let (sha256, bytes) = checksum(path).map_err(failed)?;
        if bytes > limits::DOWNLOAD_BYTES {
            let _ = fs::remove_file(path);
            return Err(Failure::TooLarge(bytes));
        }
        if let Some(stated) = release.sha256.as_ref().filter(|stated| !stated.eq_ignore_ascii_case(&sha256)) {
            let _ = fs::remove_file(path);
            return Err(Failure::Checksum { stated: stated.clone(), found: sha256 });
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let ending = ENDINGS.iter().rfind(|ending| name.ends_with(*ending)).copied().unwrap_or_default();
        let blob = Blob { sha256, ending: ending.to_string(), bytes };
        let kept = self.blob_path(&blob);
        fs::create_dir_all(kept.parent().unwrap_or(&self.root)).map_err(failed)?;
        self.put(path, &kept).map_err(failed)?;
        Ok(blob)
    }

    /// Moves a file into the cache, whole or not at all, also from another file system.
    fn put(&self, path: &Path, kept: &Path) -> io::Result<()> {
        if fs::rename(path, kept).is_ok() {
            return Ok(());
        }
        let mut part = tempfile::NamedTempFile::new_in(&self.root)?;
        io::copy(&mut File::open(path)?, part.as_file_mut())?;
        part.persist(kept).map_err(|error| error.error)?;
        fs::remove_file(path)
    }

    /// A release's archive, checked; `None` where it is not there. One whose bytes have changed goes away and is an error.
    pub fn find(&self, record: &Record, release: &Listed) -> Option<Result<Download, Failure>> {
        let blob = record.files.get(&release.version)?;
        let path = self.blob_path(blob);
        let known = lock(&self.sound).get(&blob.sha256).copied();
        let (found, bytes) = match known {
            Some(bytes) => (blob.sha256.clone(), bytes),
            None => checksum(&path).ok()?,
        };
        let stated = release.sha256.as_deref().unwrap_or(&blob.sha256);
        if found != blob.sha256 {
            let _ = fs::remove_file(&path);
            return None;
        }
        lock(&self.sound).insert(found.clone(), bytes);
        if !stated.eq_ignore_ascii_case(&found) {
            return Some(Err(Failure::Checksum { stated: stated.to_string(), found }));
        }
        Some(Ok(Download { path, sha256: found, bytes }))
    }
}

/// SHA-256 in hex, and the number of bytes.
pub fn checksum(path: &Path) -> io::Result<(String, u64)> {
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    let (mut file, mut buffer) = (File::open(path)?, vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => {
                hasher.update(buffer.get(..count).unwrap_or_default());
                bytes += count as u64;
            }
        }
    }
    Ok((hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn brought(folder: &Path) -> PathBuf {
        let path = folder.join("a-1.tar.gz");
        fs::write(&path, "abc").unwrap();
        path
    }

    fn listed(sha256: Option<&str>) -> Listed {
        Listed { version: "1".into(), sha256: sha256.map(str::to_string), ..Listed::default() }
    }

    #[test]
    fn what_came_is_found_again_and_what_changed_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let release = listed(Some(SUM));
        let mut record = Record::default();
        assert!(cache.find(&record, &release).is_none());
        record.enter(&release, cache.take(&brought(folder.path()), &release).unwrap());
        cache.keep(Registry::Npm, "@a/b", &record);
        let record = cache.record(Registry::Npm, "@a/b");
        let found = cache.find(&record, &release).unwrap().unwrap();
        assert_eq!((found.sha256.as_str(), found.bytes), (SUM, 3));
        assert!(found.path.to_string_lossy().ends_with(".tar.gz"));
        let other = cache.find(&record, &listed(Some("00"))).unwrap();
        assert!(matches!(other, Err(Failure::Checksum { .. })));
        fs::write(&found.path, "abd").unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        assert!(cache.find(&record, &release).is_none() && !found.path.exists());
    }

    #[test]
    fn another_checksum_than_stated_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let refused = cache.take(&brought(folder.path()), &listed(Some("00"))).unwrap_err();
        assert_eq!(refused, Failure::Checksum { stated: "00".into(), found: SUM.into() });
        assert!(cache.take(&brought(folder.path()), &listed(Some(&SUM.to_uppercase()))).is_ok());
    }

    #[test]
    fn a_refusal_is_remembered_and_a_damaged_record_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let mut record = Record::default();
        record.refuse(&listed(None), Failure::Unlisted);
        cache.keep(Registry::Pypi, "a", &record);
        let record = cache.record(Registry::Pypi, "a");
        assert!(record.refusal(&listed(None)).unwrap().to_string().contains("lists no such"));
        let mut other = Record::default();
        other.refuse(&listed(None), Failure::NoClient("npm"));
        assert!(other.refusal(&listed(None)).is_some(), "in this process");
        cache.keep(Registry::Npm, "a", &other);
        assert!(
            cache.record(Registry::Npm, "a").refusal(&listed(None)).is_none(),
            "the client may be there the next time"
        );
        assert!(!record.is_young() && record.releases.is_empty());
        fs::write(cache.record_path(Registry::Pypi, "a"), "{\"asked\": \"x\"").unwrap();
        assert!(cache.record(Registry::Pypi, "a").refusal(&listed(None)).is_none());
    }
}

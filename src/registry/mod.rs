//! The package registries, each through its own client (npm, cargo, pip, apt-get): what releases a package has, and their
//! archives. So a company's mirrors, proxies and credentials apply, and nothing else ever opens a connection.
//!
//! - **Nothing of a package is run**: clients are asked to download, never to install, build or unpack into use.
//! - **A good guest**: at most [`limits::CLIENTS`] clients work on one registry at a time; what was listed is not asked
//!   again for [`limits::LISTING_SECONDS`], what was downloaded never, and a refusal is remembered as long as a listing.
//! - **Everything is checked**: names before they reach a command line, archives against the registry's checksum where it
//!   states one, and against the cache's own on every use.

mod cache;
mod cargo;
mod client;
mod debian;
mod npm;
mod pypi;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::index::version;
use crate::model::limits;
pub use cache::checksum;
use cache::{Cache, Record};

/// A registry that this program has a client for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// The npm registry, by `npm`.
    Npm,
    /// The registry of Rust crates, by `cargo`.
    Crates,
    /// The Python package index, by pip's own code.
    Pypi,
    /// Debian's source archive, by `apt-get`.
    Debian,
}

impl Registry {
    /// Every one.
    pub const ALL: [Registry; 4] = [Registry::Npm, Registry::Crates, Registry::Pypi, Registry::Debian];

    /// Its name in origins, lists and the catalogue.
    pub fn name(self) -> &'static str {
        match self {
            Registry::Npm => "npm",
            Registry::Crates => "crates",
            Registry::Pypi => "pypi",
            Registry::Debian => "debian",
        }
    }

    /// The registry of that name.
    pub fn named(name: &str) -> Option<Registry> {
        Registry::ALL.into_iter().find(|registry| registry.name() == name)
    }

    /// The program that asks it.
    fn client(self) -> &'static str {
        match self {
            Registry::Npm => "npm",
            Registry::Crates => "cargo",
            Registry::Pypi => "python3",
            Registry::Debian => "apt-get",
        }
    }

    /// The purl, without version, of a package there.
    pub fn purl(self, package: &str) -> String {
        match self {
            Registry::Npm => format!("pkg:npm/{}", package.replace('@', "%40")),
            Registry::Crates => format!("pkg:cargo/{package}"),
            Registry::Pypi => format!("pkg:pypi/{}", package.to_lowercase().replace('_', "-")),
            Registry::Debian => format!("pkg:deb/debian/{package}"),
        }
    }

    /// The registry and the package's name there that a purl without version means; `None` for other kinds of purls.
    pub fn of_purl(base: &str) -> Option<(Registry, String)> {
        let (kind, name) = base.strip_prefix("pkg:")?.split_once('/')?;
        let name = name.replace("%40", "@");
        match (kind, name.split_once('/')) {
            ("npm", _) => Some((Registry::Npm, name)),
            ("cargo", None) => Some((Registry::Crates, name)),
            ("pypi", None) => Some((Registry::Pypi, name)),
            ("deb", Some(("debian", package))) => Some((Registry::Debian, package.to_string())),
            _ => None,
        }
    }
}

/// A release as its registry lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Version; of a Debian package the upstream part, marks of repacking included.
    pub version: String,
    /// ISO date, where the registry tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<String>,
    /// SHA-256 of the archive in hex, where the registry tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The archive's file name, where it does not follow from name and version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Size of the archive in bytes, where the registry tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// What the client takes in place of the version, the best first (Debian's revisions).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<String>,
}

/// An archive in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The file; its name ends as archives of its kind do.
    pub path: PathBuf,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Bytes.
    pub bytes: u64,
}

/// Why something could not be had. Its text fits behind the name of what was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The client is not installed.
    NoClient(&'static str),
    /// The name cannot be one of that registry.
    BadName(String),
    /// The registry does not list it.
    Unlisted,
    /// The archive's checksum is not what was stated.
    Checksum {
        /// In hex.
        stated: String,
        /// In hex.
        found: String,
    },
    /// The archive is over [`limits::DOWNLOAD_BYTES`].
    TooLarge(u64),
    /// What the client said.
    Client(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NoClient(client) => {
                write!(out, "`{client}` is not installed; install it or leave such packages out")
            }
            Failure::BadName(name) => write!(out, "`{name}` cannot be the name of a package or version there"),
            Failure::Unlisted => out.write_str("the registry lists no such package or release"),
            Failure::Checksum { stated, found } => write!(out, "its checksum is {found}, {stated} was stated"),
            Failure::TooLarge(bytes) => {
                write!(out, "its archive has {bytes} bytes, over the limit of {}", limits::DOWNLOAD_BYTES)
            }
            Failure::Client(said) => out.write_str(said),
        }
    }
}

/// How the registries are asked.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Folder of downloads and listings.
    pub cache: PathBuf,
    /// Whether listings are asked for again however young they are.
    pub refresh: bool,
    /// Debian suites besides the machine's own.
    pub suites: Vec<String>,
}

/// One lock a package: who comes second finds what the first learnt.
type Records = HashMap<(Registry, String), Arc<Mutex<Record>>>;

/// The registries, with what was learnt of them.
pub struct Registries {
    settings: Settings,
    cache: Cache,
    slots: HashMap<Registry, Slots>,
    records: Mutex<Records>,
    debian: debian::State,
}

impl Registries {
    /// Opens the cache, making its folder.
    ///
    /// # Errors
    /// A folder that cannot be made, and a suite whose name is none: it would stand among the client's sources.
    pub fn new(settings: Settings) -> Result<Registries, Error> {
        if let Some(suite) = settings.suites.iter().find(|suite| !suite.split('/').all(is_word)) {
            return Err(Error::Usage(format!("`{}` is no name of a Debian suite", suite.escape_debug())));
        }
        let cache = Cache::open(&settings.cache)?;
        let slots = Registry::ALL.into_iter().map(|registry| (registry, Slots::default())).collect();
        Ok(Registries { settings, cache, slots, records: Mutex::default(), debian: debian::State::default() })
    }

    /// The releases of a package, final ones only unless it has nothing but previews, oldest first.
    ///
    /// # Errors
    /// Why there is no list; an empty one is [`Failure::Unlisted`].
    pub fn list(&self, registry: Registry, package: &str) -> Result<Vec<Listed>, Failure> {
        let mut releases = self.list_all(registry, package)?;
        if releases.iter().any(|one| version::is_final(&one.version)) {
            releases.retain(|one| version::is_final(&one.version));
        }
        Ok(releases)
    }

    /// The releases of a package with its previews, oldest first.
    ///
    /// # Errors
    /// Why there is no list; an empty one is [`Failure::Unlisted`].
    pub fn list_all(&self, registry: Registry, package: &str) -> Result<Vec<Listed>, Failure> {
        let record = self.record(registry, package);
        let mut record = lock(&record);
        self.listed(registry, package, &mut record)?;
        Ok(record.releases.clone())
    }

    /// One release of a package as it is listed, or its version alone: what is in the cache needs no listing.
    pub fn release(&self, registry: Registry, package: &str, version: &str) -> Listed {
        let record = self.record(registry, package);
        let mut record = lock(&record);
        let alone = Listed { version: version.to_string(), ..Listed::default() };
        if self.cache.find(&record, &alone).is_none() {
            // What goes wrong here is said when the release is fetched.
            let _ = self.listed(registry, package, &mut record);
        }
        record.releases.iter().find(|one| one.version == version).cloned().unwrap_or(alone)
    }

    /// Fills in the listing where it is missing or old.
    fn listed(&self, registry: Registry, package: &str, record: &mut Record) -> Result<(), Failure> {
        if !record.is_young() || self.settings.refresh && !record.asked_now {
            check_name(registry, package)?;
            let found = match registry {
                Registry::Npm => npm::list(self, package),
                Registry::Crates => cargo::list(self, package),
                Registry::Pypi => pypi::list(self, package),
                Registry::Debian => debian::list(self, package),
            };
            let refusal = match found {
                Ok(mut releases) => {
                    releases.retain(|one| is_word(&one.version));
                    releases.sort_by(|one, other| version::compare(&one.version, &other.version));
                    releases.dedup_by(|later, earlier| later.version == earlier.version);
                    record.renew(releases);
                    None
                }
                Err(Failure::Unlisted) => {
                    record.renew(Vec::new());
                    None
                }
                Err(failure) => Some(failure),
            };
            // A registry that does not answer today is no reason to forget what it listed yesterday.
            match refusal {
                Some(failure) if record.releases.is_empty() => return Err(failure),
                Some(_) => record.asked_now = true,
                None => self.cache.keep(registry, package, record),
            }
        }
        if record.releases.is_empty() { Err(Failure::Unlisted) } else { Ok(()) }
    }

    /// A release's archive where it is in the cache; no registry is asked.
    pub fn cached(&self, registry: Registry, package: &str, version: &str) -> Option<Download> {
        check_name(registry, package).ok()?;
        let record = self.record(registry, package);
        let release = Listed { version: version.to_string(), ..Listed::default() };
        self.cache.find(&lock(&record), &release)?.ok()
    }

    /// The archives of releases, in their order; what is in the cache is taken from there. `got` is called with the bytes
    /// of each.
    pub fn fetch(
        &self,
        registry: Registry,
        package: &str,
        releases: &[Listed],
        got: &dyn Fn(u64),
    ) -> Vec<Result<Download, Failure>> {
        let record = self.record(registry, package);
        let mut record = lock(&record);
        let missing: Vec<&Listed> = releases
            .iter()
            .filter(|one| {
                self.cache.find(&record, one).is_none() && (self.settings.refresh || record.refusal(one).is_none())
            })
            .collect();
        if !missing.is_empty() {
            self.download(registry, package, &missing, &mut record);
        }
        let one = |release: &Listed| match self.cache.find(&record, release) {
            Some(found) => found.inspect(|download| got(download.bytes)),
            None => Err(record.refusal(release).unwrap_or(Failure::Unlisted)),
        };
        releases.iter().map(one).collect()
    }

    fn download(&self, registry: Registry, package: &str, missing: &[&Listed], record: &mut Record) {
        let mut wanted: Vec<&Listed> = Vec::new();
        for one in missing {
            let name = check_name(registry, package).and_then(|_| check_version(registry, &one.version));
            match (name, one.bytes) {
                (Err(failure), _) => record.refuse(one, failure),
                (Ok(()), Some(bytes)) if bytes > limits::DOWNLOAD_BYTES => record.refuse(one, Failure::TooLarge(bytes)),
                _ => wanted.push(one),
            }
        }
        for batch in wanted.chunks(limits::CLIENT_BATCH) {
            let mut keep = |one: &Listed, result: Result<PathBuf, Failure>| {
                let kept = result.and_then(|path| self.cache.take(&path, one));
                match kept {
                    Ok(file) => record.enter(one, file),
                    Err(failure) => record.refuse(one, failure),
                }
            };
            match registry {
                Registry::Npm => npm::fetch(self, package, batch, &mut keep),
                Registry::Crates => cargo::fetch(self, package, batch, &mut keep),
                Registry::Pypi => pypi::fetch(self, package, batch, &mut keep),
                Registry::Debian => debian::fetch(self, package, batch, &mut keep),
            }
            // After each batch: an interrupted run finds it again.
            self.cache.keep(registry, package, record);
        }
    }

    fn record(&self, registry: Registry, package: &str) -> Arc<Mutex<Record>> {
        let key = (registry, package.to_string());
        if let Some(known) = lock(&self.records).get(&key) {
            return Arc::clone(known);
        }
        let read = Arc::new(Mutex::new(self.cache.record(registry, package)));
        Arc::clone(lock(&self.records).entry(key).or_insert(read))
    }

    /// The folder in which a registry's client keeps its own things.
    fn home(&self, registry: Registry) -> Result<PathBuf, Failure> {
        let home = self.settings.cache.join(registry.name()).join("client");
        std::fs::create_dir_all(&home).map_err(|error| cannot_use(&home, &error))?;
        // Clients that change their folder would lose a relative path.
        home.canonicalize().map_err(|error| cannot_use(&home, &error))
    }

    /// An empty folder that goes away with the value. It lies in the system's own folder for such things: clients look for
    /// settings in the folders above theirs, and above the cache may lie anybody's project.
    fn scratch(&self) -> Result<tempfile::TempDir, Failure> {
        tempfile::tempdir().map_err(|error| cannot_use(&std::env::temp_dir(), &error))
    }
}

/// Takes what a client brought for a release, or why it brought nothing.
type Keep<'a> = &'a mut dyn FnMut(&Listed, Result<PathBuf, Failure>);

fn cannot_use(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Client(format!("cannot use the folder `{}`: {error}", path.display()))
}

/// Whether a package's name can stand on a client's command line and mean a package, nothing else: no option, no path, no
/// address.
fn check_name(registry: Registry, package: &str) -> Result<(), Failure> {
    let part = |text: &str| is_word(text) && !text.contains([':', '+', '~']);
    let good = match (registry, package.strip_prefix('@').map(|scoped| scoped.split_once('/'))) {
        (Registry::Npm, Some(Some((scope, name)))) => part(scope) && part(name),
        (_, Some(_)) => false,
        (Registry::Debian, None) => is_word(package) && !package.contains([':', '~']),
        (_, None) => part(package),
    };
    if good { Ok(()) } else { Err(Failure::BadName(package.to_string())) }
}

/// Whether a version can stand behind a package's name on a client's command line and mean a release: `kit@file:x` would
/// mean a file.
fn check_version(registry: Registry, version: &str) -> Result<(), Failure> {
    let plain = !version.contains(':') && version.starts_with(|first: char| first.is_ascii_digit());
    let good = is_word(version) && (plain || registry == Registry::Debian);
    if good { Ok(()) } else { Err(Failure::BadName(version.to_string())) }
}

/// Letters, digits and the marks of versions, the first a letter, a digit or `_`.
fn is_word(text: &str) -> bool {
    let good = |mark: char| mark.is_ascii_alphanumeric() || "._-+~:".contains(mark);
    text.len() <= limits::NAME_BYTES
        && text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
        && text.chars().all(good)
        && !text.contains("..")
}

/// How many clients may work at once.
struct Slots {
    free: Mutex<usize>,
    freed: Condvar,
}

impl Default for Slots {
    fn default() -> Slots {
        Slots { free: Mutex::new(limits::CLIENTS), freed: Condvar::new() }
    }
}

impl Slots {
    /// Does something when a place is free.
    fn hold<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut free = lock(&self.free);
        while *free == 0 {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        drop(free);
        let out = work();
        *lock(&self.free) += 1;
        self.freed.notify_one();
        out
    }
}

/// What is behind a lock stays whole when its holder panics: each change is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_nothing_else() {
        let good = |registry, name: &str| check_name(registry, name).is_ok();
        assert!(
            good(Registry::Npm, "@scope/name") && good(Registry::Npm, "lodash.merge") && good(Registry::Npm, "JSON")
        );
        assert!(good(Registry::Debian, "libsigc++-2.0") && good(Registry::Pypi, "ruamel.yaml"));
        for name in
            ["", "-g", "--config=x", "../x", "a/b", "a b", "git:x", "a@1", "a;b", "@a", "@a/b/c", "a..b", "file:x"]
        {
            assert!(!good(Registry::Npm, name) && !good(Registry::Crates, name), "{name}");
        }
        assert!(!good(Registry::Crates, "@scope/name") && !good(Registry::Crates, &"a".repeat(limits::NAME_BYTES + 1)));
        assert!(good(Registry::Crates, &"a".repeat(limits::NAME_BYTES)));
        let version = |registry, version: &str| check_version(registry, version).is_ok();
        assert!(version(Registry::Debian, "1:1.2.3+dfsg-1~bpo1") && version(Registry::Npm, "1.0.0-rc.1+build"));
        for text in ["-1", "1 2", "file:x", "latest", "1:2", ""] {
            assert!(!version(Registry::Npm, text), "{text}");
        }
    }

    #[test]
    fn a_suite_is_a_name_and_no_line_of_sources() {
        let folder = tempfile::tempdir().unwrap();
        let opened = |suite: &str| {
            let suites = vec![suite.to_string()];
            Registries::new(Settings { cache: folder.path().into(), refresh: false, suites }).is_ok()
        };
        assert!(opened("sid") && opened("bookworm-backports") && opened("stable/updates"));
        assert!(!opened("sid\nTrusted: yes") && !opened("a b") && !opened(""));
    }

    #[test]
    fn purls_and_packages_name_each_other() {
        for (registry, package, purl) in [
            (Registry::Npm, "@a/b", "pkg:npm/%40a/b"),
            (Registry::Crates, "libz-sys", "pkg:cargo/libz-sys"),
            (Registry::Debian, "zlib", "pkg:deb/debian/zlib"),
            (Registry::Pypi, "six", "pkg:pypi/six"),
        ] {
            assert_eq!(registry.purl(package), purl);
            assert_eq!(Registry::of_purl(purl), Some((registry, package.to_string())));
            assert_eq!(Registry::named(registry.name()), Some(registry));
        }
        assert_eq!(Registry::of_purl("pkg:github/madler/zlib"), None);
        assert_eq!(Registry::of_purl("pkg:deb/ubuntu/zlib"), None);
    }

    #[test]
    fn no_more_clients_than_slots_work_at_once() {
        let (slots, now, most) = (Slots::default(), Mutex::new(0), Mutex::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    slots.hold(|| {
                        let busy = {
                            let mut now = lock(&now);
                            *now += 1;
                            *now
                        };
                        let mut peak = lock(&most);
                        *peak = busy.max(*peak);
                        drop(peak);
                        std::thread::yield_now();
                        *lock(&now) -= 1;
                    });
                });
            }
        });
        assert!((1..=limits::CLIENTS).contains(&*lock(&most)) && *lock(&now) == 0);
    }
}

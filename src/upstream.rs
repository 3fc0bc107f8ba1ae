//! The releases that findings are copies of, as they were published: from the user's folders and lists (`--sources`), the
//! cache of downloads, and where that is allowed the registries. Reports show their lines, `foundling diff` compares with
//! them.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use crate::build::files;
use crate::build::plan::named;
use crate::build::sources::{self, Item, Origin, Source};
use crate::error::Error;
use crate::input::read;
use crate::model::finding::{FileReport, Report};
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::model::place::{os_path, raw_path};
use crate::model::purl::{Purl, base_of, version_of, with_version};
use crate::registry::{Listed, Registries, Registry};
use crate::report::texts::Texts;

/// Where releases are looked for.
pub struct Upstream {
    /// Sources of the user's by `NAME@VERSION`, in the order given, and by purl.
    given: HashMap<String, Source>,
    /// Lists of releases by purl: what has to be fetched.
    listed: HashMap<String, (Source, Origin)>,
    registries: Option<Registries>,
    /// Whether the registries are asked for what is not in the cache.
    fetch: bool,
    /// The release that was read last: what is shown goes by component.
    last: RefCell<Held>,
}

/// Text files of one release.
#[derive(Default)]
struct Held {
    purl: String,
    files: BTreeMap<String, Vec<u8>>,
}

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamFile {
    /// BLAKE3 of its bytes.
    pub blake3: [u8; 32],
    /// Bytes.
    pub size: u64,
}

impl Upstream {
    /// Looks into `folders` (releases named `NAME-VERSION`, unpacked or as archives, or lists of sources), and into `list`, the
    /// text of a list of releases that are fetched. `registries` is `None` where there is no cache.
    ///
    /// # Errors
    /// A folder or list that cannot be read.
    pub fn new(
        folders: &[PathBuf],
        list: &str,
        registries: Option<Registries>,
        fetch: bool,
    ) -> Result<Upstream, Error> {
        let mut all =
            Upstream { given: HashMap::new(), listed: HashMap::new(), registries, fetch, last: RefCell::default() };
        for folder in folders {
            match folder.extension().is_some_and(|end| end == "jsonl") && folder.is_file() {
                true => all.add(sources::read(folder)?),
                false => all.folder(folder)?,
            }
        }
        all.add(sources::parse_list(Path::new("bundled list"), list)?);
        Ok(all)
    }

    fn add(&mut self, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Here(source) => {
                    self.given.entry(source.purl.to_string()).or_insert(source);
                }
                Item::Afar(source, origin) => {
                    self.listed.entry(source.purl.to_string()).or_insert((source, origin));
                }
            }
        }
    }

    /// The releases in a folder, or the folder or archive itself where it is one.
    fn folder(&mut self, folder: &Path) -> Result<(), Error> {
        let failed = |source| Error::Io { what: "cannot read", path: folder.to_path_buf(), source };
        let mut paths: Vec<PathBuf> = vec![folder.to_path_buf()];
        if fs::metadata(folder).map_err(failed)?.is_dir() {
            for entry in fs::read_dir(folder).map_err(failed)?.take(limits::SOURCES_LISTED) {
                paths.push(entry.map_err(failed)?.path());
            }
        }
        paths.sort();
        for path in paths {
            if let Some(purl) = named(&path) {
                let given = path.display().to_string();
                let key = purl.to_string();
                self.given.entry(key).or_insert_with(|| Source::local(purl, &path, given));
            }
        }
        Ok(())
    }

    /// The release `version` of a component at hand, fetched where that is allowed. `names` are the component's purls without
    /// version, the best first.
    ///
    /// # Errors
    /// Where it was looked for, and why it is not there.
    pub fn find(&self, names: &[&str], version: &str) -> Result<Source, String> {
        let purls = || names.iter().map(|name| with_version(base_of(name), version));
        if let Some(source) = purls().find_map(|purl| self.given.get(&purl)) {
            return Ok(source.clone());
        }
        // An archive's name tells no ecosystem; that of a scoped package is `scope-name`.
        let plain = names.iter().flat_map(|name| plain_names(name));
        let by_name = plain.map(|name| with_version(&format!("pkg:generic/{name}"), version));
        if let Some(source) = by_name.into_iter().find_map(|purl| self.given.get(&purl)) {
            return Ok(source.clone());
        }
        let Some(registries) = &self.registries else {
            return Err("no folder of it was given, and there is no cache of downloads".to_string());
        };
        let listed = purls().find_map(|purl| self.listed.get(&purl));
        if let Some((source, origin)) = listed {
            return self.get(registries, source, origin);
        }
        let package = names.iter().find_map(|name| Registry::of_purl(base_of(name)));
        let Some((registry, package)) = package else {
            return Err("no registry is known to have it".to_string());
        };
        let purl = Purl::parse(&with_version(&registry.purl(&package), version))?;
        let origin = Origin { registry, package, version: version.to_string() };
        self.get(registries, &Source::local(purl, Path::new(""), origin.to_string()), &origin)
    }

    fn get(&self, registries: &Registries, source: &Source, origin: &Origin) -> Result<Source, String> {
        let Origin { registry, package, version } = origin;
        let download = match registries.cached(*registry, package, version) {
            Some(download) => download,
            None if !self.fetch => return Err(format!("{origin} is not in the cache of downloads")),
            None => {
                let known = registries.release(*registry, package, version);
                let wanted = Listed { sha256: source.sha256.clone().or(known.sha256.clone()), ..known };
                let fetched = registries.fetch(*registry, package, &[wanted], &|_| ()).into_iter().next();
                fetched.ok_or("nothing was fetched")?.map_err(|failure| format!("{origin}: {failure}"))?
            }
        };
        match &source.sha256 {
            Some(stated) if !stated.eq_ignore_ascii_case(&download.sha256) => {
                Err(format!("{origin}: its checksum is {}, {stated} was stated", download.sha256))
            }
            _ => Ok(Source { path: download.path, origin: Some(origin.clone()), ..source.clone() }),
        }
    }

    /// A text of a release that is at hand, as it is shown; the release is kept in mind until another is asked for.
    pub fn text(&self, purl: &str, path: &str) -> Option<String> {
        let mut last = self.last.borrow_mut();
        if last.purl != purl {
            let files = version_of(purl).and_then(|version| self.find(&[purl], &version).ok());
            let files = files.and_then(|source| contents(&source, &|_| true).ok()).unwrap_or_default();
            *last = Held { purl: purl.to_string(), files };
        }
        last.files.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }
}

/// Texts of a scanned tree and of the releases that it is copied from.
pub struct Local<'l> {
    /// Where each scan root is, and whether it is a file itself.
    roots: Vec<(PathBuf, bool)>,
    upstream: &'l Upstream,
}

impl<'l> Local<'l> {
    /// Of the tree that `report` is of, where it stood when it was scanned.
    pub fn of(report: &Report, upstream: &'l Upstream) -> Local<'l> {
        let root = |(given, number): (&String, u32)| {
            let path = os_path(&raw_path(given)).into_owned();
            (path, report.file_roots.contains(&RootNo(number)))
        };
        Local { roots: report.roots.iter().zip(0..).map(root).collect(), upstream }
    }
}

impl Texts for Local<'_> {
    fn scanned(&self, file: &FileReport) -> Option<String> {
        let (root, is_file) = self.roots.get(file.scan_root.0 as usize)?;
        if file.bytes > limits::FILE_BYTES {
            return None;
        }
        let full = if *is_file { root.clone() } else { root.join(os_path(&raw_path(&file.path))) };
        let mut buffer = Vec::new();
        let read = read::read(&full, &file.path, &mut buffer).ok()?;
        // What changed since, and what is inside an archive, is not what the report speaks of.
        let same = read.blake3 == file.blake3 && read.body == read::Body::Whole;
        let mut scratch = Vec::new();
        let text = read::text(buffer.get(..).filter(|_| same)?, &mut scratch)?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    fn upstream(&self, purl: &str, source_path: &str) -> Option<String> {
        self.upstream.text(purl, source_path)
    }
}

/// The names that archives of a component may have.
fn plain_names(purl: &str) -> Vec<String> {
    let name = base_of(purl).split_once('/').map(|(_, name)| name).unwrap_or_default();
    let name = crate::model::purl::percent_decode(name);
    let last = name.rsplit('/').next().unwrap_or(&name).to_string();
    let joined = name.trim_start_matches('@').replace('/', "-");
    if joined == last { vec![last] } else { vec![last, joined] }
}

/// What files a release has, by path.
///
/// # Errors
/// Why it cannot be read.
pub fn listing(source: &Source) -> Result<BTreeMap<String, UpstreamFile>, String> {
    let mut all = BTreeMap::new();
    let problems = files::each(source, &mut |member| {
        all.insert(member.path.to_string(), UpstreamFile { blake3: member.blake3, size: member.size });
    });
    let common = files::common_folder(source, all.keys().map(String::as_str)).len();
    match (all.is_empty(), problems.into_iter().next()) {
        (true, why) => Err(why.unwrap_or_else(|| "there is no file in it".to_string())),
        // Without all of it nobody can say what a copy lacks.
        (false, Some(problem)) => Err(problem),
        (false, None) => Ok(all.into_iter().map(|(path, file)| (path[common..].to_string(), file)).collect()),
    }
}

/// The bytes of the files of a release that are wanted, by path. Files over the limit of a scanned file are left out.
///
/// # Errors
/// They are over [`limits::RELEASE_BYTES`] together.
pub fn contents(source: &Source, wanted: &dyn Fn(&str) -> bool) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let common = match source.subpath.is_empty() && !source.path.is_dir() {
        true => {
            let mut paths = Vec::new();
            files::each(source, &mut |member| paths.push(member.path.to_string()));
            files::common_folder(source, paths.iter().map(String::as_str)).len()
        }
        false => 0,
    };
    let (mut all, mut bytes) = (BTreeMap::new(), 0);
    files::each(source, &mut |member| {
        let path = member.path.get(common..).unwrap_or_default();
        if member.whole && member.size <= limits::FILE_BYTES && wanted(path) {
            bytes += member.size;
            if bytes <= limits::RELEASE_BYTES {
                all.insert(path.to_string(), member.bytes.to_vec());
            }
        }
    });
    if bytes > limits::RELEASE_BYTES {
        return Err(format!("its files have over {} bytes", limits::RELEASE_BYTES));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample;

    fn release(folder: &Path, name: &str, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = folder.join(name).join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    #[test]
    fn a_release_is_found_by_its_folders_name() {
        let folder = tempfile::tempdir().unwrap();
        release(folder.path(), "zlib-1.2.11", &[("inflate.c", "int inflate;\n"), ("sub/a.c", "a\n")]);
        release(folder.path(), "scope-name-2.0.0", &[("index.js", "x\n")]);
        let upstream = Upstream::new(&[folder.path().to_path_buf()], "", None, false).unwrap();
        let source = upstream.find(&["pkg:generic/zlib"], "1.2.11").unwrap();
        assert_eq!(listing(&source).unwrap().keys().collect::<Vec<_>>(), ["inflate.c", "sub/a.c"]);
        let wanted = contents(&source, &|path| path == "sub/a.c").unwrap();
        assert_eq!(wanted, [("sub/a.c".to_string(), b"a\n".to_vec())].into());
        assert!(upstream.find(&["pkg:npm/%40scope/name"], "2.0.0").is_ok());
        assert!(upstream.find(&["pkg:npm/other", "pkg:deb/debian/zlib"], "1.2.11").is_ok(), "any of its names will do");
        assert!(upstream.find(&["pkg:generic/zlib"], "1.2.12").unwrap_err().contains("no cache"));
        assert_eq!(upstream.text("pkg:generic/zlib@1.2.11", "inflate.c").as_deref(), Some("int inflate;\n"));
        assert_eq!(upstream.text("pkg:generic/zlib@1.2.11", "none.c"), None);
        assert_eq!(upstream.text("pkg:generic/zlib@9", "inflate.c"), None);
        let itself = Upstream::new(&[folder.path().join("zlib-1.2.11")], "", None, false).unwrap();
        assert!(itself.find(&["pkg:generic/zlib"], "1.2.11").is_ok());
        assert!(Upstream::new(&[folder.path().join("none")], "", None, false).is_err());
    }

    #[test]
    fn a_scanned_text_is_shown_only_while_it_is_what_was_scanned() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a\u{e9}.c"), "int a;\n").unwrap();
        let blake3 = *blake3::hash(b"int a;\n").as_bytes();
        let file = FileReport { blake3, ..sample::file("a\u{e9}.c", Vec::new()) };
        let roots = vec![folder.path().display().to_string()];
        let report = Report { roots, files: vec![file], ..Report::default() };
        let upstream = Upstream::new(&[], "", None, false).unwrap();
        let local = Local::of(&report, &upstream);
        assert_eq!(local.scanned(&report.files[0]).as_deref(), Some("int a;\n"));
        fs::write(folder.path().join("a\u{e9}.c"), "int b;\n").unwrap();
        assert_eq!(local.scanned(&report.files[0]), None);
        assert_eq!(local.scanned(&sample::file("none.c", Vec::new())), None);
        assert_eq!(local.scanned(&FileReport { path: "../x".into(), ..sample::file("x", Vec::new()) }), None);
    }

    #[test]
    fn a_list_of_the_users_names_releases_exactly() {
        let folder = tempfile::tempdir().unwrap();
        release(folder.path(), "x", &[("src/z/a.c", "a\n"), ("other.c", "b\n")]);
        let line = "{\"purl\": \"pkg:generic/z@1\", \"path\": \"x\", \"subpath\": \"src/z\"}\n";
        fs::write(folder.path().join("l.jsonl"), line).unwrap();
        let upstream = Upstream::new(&[folder.path().join("l.jsonl")], "", None, false).unwrap();
        let source = upstream.find(&["pkg:generic/z"], "1").unwrap();
        assert_eq!(listing(&source).unwrap().keys().collect::<Vec<_>>(), ["a.c"]);
    }

    #[test]
    fn what_is_not_in_the_cache_is_not_fetched_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let settings = crate::registry::Settings { cache: folder.path().to_path_buf(), ..Default::default() };
        let list = "{\"purl\": \"pkg:generic/z@1\", \"origin\": \"npm:carrier@7\"}";
        let upstream = Upstream::new(&[], list, Some(Registries::new(settings).unwrap()), false).unwrap();
        let said = upstream.find(&["pkg:generic/z"], "1").unwrap_err();
        assert!(said.contains("npm:carrier@7 is not in the cache"), "{said}");
        assert!(upstream.find(&["pkg:npm/direct"], "2.0").unwrap_err().contains("npm:direct@2.0"));
        assert!(upstream.find(&["pkg:generic/q"], "2.0").unwrap_err().contains("no registry"));
    }
}

//! The releases that findings are copies of, as they were published: from the user's folders and lists (`--sources`), the
//! cache of downloads, and where that is allowed the registries. Reports show their lines, `foundling diff` compares with
//! them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Component, Path, PathBuf};

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
    last: RefCell<(String, Held)>,
    /// Bytes that archives may still unpack to for texts.
    room: Cell<u64>,
}

/// A release whose texts are asked for.
#[derive(Default)]
enum Held {
    /// It is not at hand.
    #[default]
    Nothing,
    /// Its folder: files are read one by one.
    Folder(PathBuf),
    /// What its archive holds.
    Unpacked(BTreeMap<String, Vec<u8>>),
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
        let room = Cell::new(limits::TEXTS_BYTES);
        let (given, listed, last) = (HashMap::new(), HashMap::new(), RefCell::default());
        let mut all = Upstream { given, listed, registries, fetch, last, room };
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

    /// A text of a release that is at hand, as it is shown; `None` also for what is no text, and once archives of
    /// [`limits::TEXTS_BYTES`] were unpacked. The release is kept in mind until another is asked for.
    pub fn text(&self, purl: &str, path: &str) -> Option<String> {
        let mut last = self.last.borrow_mut();
        if last.0 != purl {
            *last = (purl.to_string(), self.hold(purl));
        }
        match &last.1 {
            Held::Nothing => None,
            Held::Folder(folder) => shown_text(&read_below(folder, path)?),
            Held::Unpacked(files) => shown_text(files.get(path)?),
        }
    }

    fn hold(&self, purl: &str) -> Held {
        let found = version_of(purl).and_then(|version| self.find(&[purl], &version).ok());
        match found {
            Some(source) if source.only.is_empty() && source.path.is_dir() => {
                Held::Folder(source.path.join(&source.subpath))
            }
            Some(source) if self.room.get() > 0 => {
                let (files, unpacked) = everything(&source);
                self.room.set(self.room.get().saturating_sub(unpacked));
                Held::Unpacked(files)
            }
            _ => Held::Nothing,
        }
    }
}

/// A text as it is shown, whatever its encoding; `None` for what is no text.
fn shown_text(bytes: &[u8]) -> Option<String> {
    let mut scratch = Vec::new();
    read::text(bytes, &mut scratch).map(shown_bytes)
}

/// What is no UTF-8 is taken for Latin-1, of which each byte is a letter, as the copyright statements are read.
fn shown_bytes(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(text) => text.to_string(),
        Err(_) => text.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// A file of an unpacked release. A report may name any path, and a release may hold any link: nothing outside is read.
fn read_below(folder: &Path, path: &str) -> Option<Vec<u8>> {
    let raw = raw_path(path);
    let below = os_path(&raw);
    let is_plain = below.components().all(|part| matches!(part, Component::Normal(_)));
    let full = folder.join(&below).canonicalize().ok().filter(|_| is_plain)?;
    if !full.starts_with(folder.canonicalize().ok()?) {
        return None;
    }
    let mut buffer = Vec::new();
    let read = read::read(&full, path, &mut buffer).ok()?;
    (read.body == read::Body::Whole).then_some(buffer)
}

/// The files of a release by path, as many as [`limits::RELEASE_BYTES`] hold, and the bytes that all of them have.
fn everything(source: &Source) -> (BTreeMap<String, Vec<u8>>, u64) {
    let (mut all, mut held, mut unpacked) = (BTreeMap::new(), 0, 0u64);
    files::each(source, &mut |member| {
        unpacked = unpacked.saturating_add(member.size);
        let fits = member.whole && member.size <= limits::FILE_BYTES && held + member.size <= limits::RELEASE_BYTES;
        held += if fits { member.size } else { 0 };
        // One that is not held counts still where it is asked what folder all of them are in.
        all.insert(member.path.to_string(), fits.then(|| member.bytes.to_vec()));
    });
    let common = files::common_folder(source, all.keys().map(String::as_str)).len();
    let kept = all.into_iter().filter_map(|(path, bytes)| Some((path.get(common..)?.to_string(), bytes?)));
    (kept.collect(), unpacked)
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
        shown_text(buffer.get(..).filter(|_| same)?)
    }

    fn in_tree(&self, root: RootNo, path: &str) -> Option<String> {
        let (root, _) = self.roots.get(root.0 as usize).filter(|(_, is_file)| !is_file)?;
        shown_text(&read_below(root, path)?)
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

    /// A gzipped tar of such files.
    fn packed(path: &Path, files: &[(&str, &[u8])]) {
        let mut tar =
            tar::Builder::new(flate2::write::GzEncoder::new(fs::File::create(path).unwrap(), Default::default()));
        for (name, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, name, *bytes).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap();
    }

    #[test]
    fn texts_of_an_archive_are_shown_by_their_path_in_the_release() {
        let folder = tempfile::tempdir().unwrap();
        let wide: Vec<u8> = "\u{feff}int w;\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let files: [(&str, &[u8]); 3] = [("z-1/a.c", b"int a;\n"), ("z-1/wide.c", &wide), ("z-1/b.bin", b"\0\x01\x02")];
        packed(&folder.path().join("z-1.tar.gz"), &files);
        fs::write(folder.path().join("y-1.tar.gz"), b"\x1f\x8b no archive").unwrap();
        let upstream = Upstream::new(&[folder.path().to_path_buf()], "", None, false).unwrap();
        let text = |purl: &str, path: &str| upstream.text(purl, path);
        assert_eq!(text("pkg:npm/z@1", "a.c").as_deref(), Some("int a;\n"));
        assert_eq!(text("pkg:npm/z@1", "wide.c").as_deref(), Some("int w;\n"));
        assert_eq!(text("pkg:npm/z@1", "b.bin"), None, "it is no text");
        assert_eq!(text("pkg:npm/z@1", "z-1/a.c"), None);
        assert_eq!(text("pkg:npm/y@1", "a.c"), None, "a damaged archive holds nothing");
    }

    #[test]
    fn archives_are_unpacked_only_until_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c"] {
            packed(&folder.path().join(format!("{name}-1.tar.gz")), &[("x/a.c", b"12345\n")]);
        }
        let upstream = Upstream::new(&[folder.path().to_path_buf()], "", None, false).unwrap();
        assert_eq!(upstream.room.get(), limits::TEXTS_BYTES);
        upstream.room.set(7);
        let shown = ["a", "b", "c"].map(|name| upstream.text(&format!("pkg:npm/{name}@1"), "a.c").is_some());
        assert_eq!(shown, [true, true, false]);
    }

    #[test]
    fn nothing_outside_an_unpacked_release_is_read() {
        let folder = tempfile::tempdir().unwrap();
        release(folder.path(), "z-1", &[("a.c", "a\n"), ("sub/b.c", "b\n")]);
        fs::write(folder.path().join("secret"), "secret\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("secret"), folder.path().join("z-1/link.c")).unwrap();
        let upstream = Upstream::new(&[folder.path().to_path_buf()], "", None, false).unwrap();
        let absolute = folder.path().join("secret").display().to_string();
        for path in ["../secret", "sub/../../secret", "link.c", "", "sub", absolute.as_str()] {
            assert_eq!(upstream.text("pkg:npm/z@1", path), None, "{path}");
        }
        assert_eq!(upstream.text("pkg:npm/z@1", "sub/b.c").as_deref(), Some("b\n"));
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

//! From what was asked for to releases at hand: package URLs, lists, catalogues, SBOMs, lockfiles, git repositories, folders
//! and archives become [`Source`]s, fetched where they are not here.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use regex::Regex;

use crate::build::order::{self, Gathered, Order, Place, Versions};
use crate::build::rule::VersionRule;
use crate::build::sources::{self, Item, Origin, Source};
use crate::build::{catalog, git, lock, names, pick};
use crate::error::Error;
use crate::index::writer::Keep;
use crate::input::archive;
use crate::model::limits;
use crate::model::purl::{Purl, with_version};
use crate::registry::{self, Failure, Listed, Registries, Registry, Settings};

/// Packages that are worked on at a time; the registries see no more than [`limits::CLIENTS`] each.
const WORKERS: usize = limits::CLIENTS * Registry::ALL.len();

/// How to plan.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// At most so many releases of a component, spread over its history.
    pub most: Option<usize>,
    /// Whether all code is kept, and as many releases as `most` says, whatever a catalogue says.
    pub full: bool,
    /// Purl of the one folder, archive or repository that is given.
    pub purl: Option<String>,
    /// How the registries are asked.
    pub registries: Settings,
}

/// Releases at hand.
pub struct Plan {
    /// In the order in which they were asked for.
    pub sources: Vec<Source>,
    /// What could not be had: its name and why.
    pub failed: Vec<String>,
    /// Archives made for this plan; they go away with it.
    _scratch: Option<tempfile::TempDir>,
}

/// A step of a plan that the registries take part in.
enum Step {
    /// A component.
    Order(Order),
    /// Releases of a list, all of one package.
    Listed(Vec<(Source, Origin)>),
    /// Nothing to fetch.
    Here(Vec<Source>),
    /// What cannot be had.
    Failed(String),
}

struct Planner<'a> {
    options: &'a Options,
    suites: Vec<String>,
    steps: Vec<Step>,
    scratch: Option<tempfile::TempDir>,
}

/// Makes the plan of what `inputs` ask for. `got` is called with the bytes of each archive.
///
/// # Errors
/// An input that cannot be read or is nothing that can be indexed. What a registry does not give is no error: it stands in
/// [`Plan::failed`].
pub fn plan(inputs: &[PathBuf], options: &Options, got: &(dyn Fn(u64) + Sync)) -> Result<Plan, Error> {
    let mut planner = Planner { options, suites: options.registries.suites.clone(), steps: Vec::new(), scratch: None };
    for input in inputs {
        planner.input(input)?;
    }
    planner.finish(got)
}

/// Makes the plan of a catalogue's text; `name` is what messages call it.
///
/// # Errors
/// A catalogue that cannot be used.
pub fn plan_catalog(name: &Path, text: &str, options: &Options, got: &(dyn Fn(u64) + Sync)) -> Result<Plan, Error> {
    let mut planner = Planner { options, suites: options.registries.suites.clone(), steps: Vec::new(), scratch: None };
    planner.catalog(catalog::parse(name, text, options.most)?);
    planner.finish(got)
}

impl Planner<'_> {
    fn input(&mut self, input: &Path) -> Result<(), Error> {
        if let Some(text) = input.to_str().filter(|text| text.starts_with("pkg:")) {
            let order = order_of(text, self.options.most).map_err(Error::Usage)?;
            self.steps.push(Step::Order(order));
            return Ok(());
        }
        let meta = std::fs::metadata(input);
        let meta = meta.map_err(|source| Error::Io { what: "cannot read", path: input.to_path_buf(), source })?;
        if meta.is_dir() {
            return if git::is_repository(input) { self.repository(input) } else { self.local(input) };
        }
        match input.extension().and_then(OsStr::to_str) {
            Some("jsonl") => self.list(input),
            Some("toml") => {
                self.catalog(catalog::read(input, self.options.most)?);
                Ok(())
            }
            _ if archive::format_of_file(input).is_some() => self.local(input),
            _ => self.names(input),
        }
    }

    fn catalog(&mut self, catalog: catalog::Catalog) {
        self.suites.extend(catalog.suites);
        let full = |order: Order| match self.options.full {
            true => Order { keep: Keep::Code, most: self.options.most, ..order },
            false => order,
        };
        self.steps.extend(catalog.orders.into_iter().map(full).map(Step::Order));
    }

    /// A list of sources. What has to be fetched goes by package: a client takes many releases at once.
    fn list(&mut self, list: &Path) -> Result<(), Error> {
        let (mut here, mut afar) = (Vec::new(), BTreeMap::new());
        for item in sources::read(list)? {
            match item {
                Item::Here(source) => match other_checksum(&source) {
                    Some(why) => self.steps.push(Step::Failed(format!("{} ({}): {why}", source.purl, source.given))),
                    None => here.push(source),
                },
                Item::Afar(source, origin) => {
                    let package = (origin.registry, origin.package.clone());
                    afar.entry(package).or_insert_with(Vec::new).push((source, origin));
                }
            }
        }
        self.steps.push(Step::Here(here));
        self.steps.extend(afar.into_values().map(Step::Listed));
        Ok(())
    }

    fn names(&mut self, path: &Path) -> Result<(), Error> {
        for name in names::read(path)? {
            let step = names::plain_purl(&name).and_then(|(base, version)| {
                let versions = version.map_or(Versions::All, Versions::Exact);
                package(&base, versions, self.options.most, path.display().to_string())
            });
            self.steps
                .push(step.map_or_else(|why| Step::Failed(format!("{name} ({}): {why}", path.display())), Step::Order));
        }
        Ok(())
    }

    fn local(&mut self, path: &Path) -> Result<(), Error> {
        let purl = match &self.options.purl {
            Some(text) => Purl::parse(text).map_err(Error::Usage)?,
            None => named(path).ok_or_else(|| {
                let shown = path.display();
                Error::Usage(format!(
                    "`{shown}` does not tell name and version; name it with --purl pkg:generic/NAME@VERSION"
                ))
            })?,
        };
        if purl.version().is_none_or(|version| version.is_empty()) {
            return Err(Error::Usage(format!("`{purl}` names no version; write it as `{purl}@1.2.3`")));
        }
        self.steps.push(Step::Here(vec![Source::local(purl, path, path.display().to_string())]));
        Ok(())
    }

    /// Every tag that is a version becomes an archive.
    fn repository(&mut self, path: &Path) -> Result<(), Error> {
        let refuse = |detail: String| Error::Usage(format!("`{}`: {detail}", path.display()));
        let base = match &self.options.purl {
            Some(text) => Purl::parse(text).map_err(Error::Usage)?.base().to_string(),
            None => git::purl(path)
                .or_else(|| Some(format!("pkg:generic/{}", folder_name(path)?)))
                .ok_or_else(|| refuse("its name is not known; give it with --purl pkg:generic/NAME".to_string()))?,
        };
        let tags = git::tags(path).map_err(refuse)?;
        let versions: Vec<String> = tags.iter().map(|tag| tag.version.clone()).collect();
        let wanted = self.options.most.map_or(versions.clone(), |most| pick::pick(&versions, most));
        if wanted.is_empty() {
            return Err(refuse("no tag of it is a version; index a folder of its files instead".to_string()));
        }
        let failed = |source| Error::Io { what: "cannot make an archive of", path: path.to_path_buf(), source };
        if self.scratch.is_none() {
            self.scratch = Some(tempfile::tempdir().map_err(failed)?);
        }
        let Some(folder) = self.scratch.as_ref().map(|scratch| scratch.path().to_path_buf()) else { return Ok(()) };
        for tag in tags.into_iter().filter(|tag| wanted.contains(&tag.version)) {
            let out = folder.join(format!("{}.tar", self.steps.len()));
            let given = format!("{} tag {}", path.display(), tag.name);
            let purl = Purl::parse(&with_version(&base, &tag.version));
            let step = purl.and_then(|purl| {
                git::archive(path, &tag, &out)?;
                Ok(Step::Here(vec![Source { released: tag.date.clone(), ..Source::local(purl, &out, given.clone()) }]))
            });
            self.steps
                .push(step.unwrap_or_else(|why| Step::Failed(format!("{base}@{} ({given}): {why}", tag.version))));
        }
        Ok(())
    }

    fn finish(self, got: &(dyn Fn(u64) + Sync)) -> Result<Plan, Error> {
        let asks = self.steps.iter().any(|step| matches!(step, Step::Order(_) | Step::Listed(_)));
        let registries = match asks {
            true => Some(Registries::new(Settings { suites: self.suites, ..self.options.registries.clone() })?),
            false => None,
        };
        let next = AtomicUsize::new(0);
        let done: Mutex<BTreeMap<usize, Gathered>> = Mutex::default();
        let work = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(step) = self.steps.get(at) else { return };
                let gathered = take(step, registries.as_ref(), got);
                lock(&done).insert(at, gathered);
            }
        };
        let workers = if asks { WORKERS } else { 1 };
        std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
        let mut plan = Plan { sources: Vec::new(), failed: Vec::new(), _scratch: self.scratch };
        for (_, gathered) in std::mem::take(&mut *lock(&done)) {
            plan.sources.extend(gathered.sources);
            plan.failed.extend(gathered.failed);
        }
        Ok(plan)
    }
}

fn take(step: &Step, registries: Option<&Registries>, got: &dyn Fn(u64)) -> Gathered {
    match (step, registries) {
        (Step::Order(order), Some(registries)) => order::gather(order, registries, got),
        (Step::Listed(releases), Some(registries)) => fetch(releases, registries, got),
        (Step::Here(sources), _) => Gathered { sources: sources.clone(), ..Gathered::default() },
        (Step::Failed(why), _) => Gathered { failed: vec![why.clone()], ..Gathered::default() },
        _ => Gathered::default(),
    }
}

/// Fetches releases that a list names by origin, all of one package.
fn fetch(releases: &[(Source, Origin)], registries: &Registries, got: &dyn Fn(u64)) -> Gathered {
    let mut out = Gathered::default();
    let Some((_, Origin { registry, package, .. })) = releases.first() else { return out };
    let listed: Vec<Listed> = releases
        .iter()
        .map(|(source, origin)| {
            let known = registries.release(*registry, package, &origin.version);
            Listed { version: origin.version.clone(), sha256: source.sha256.clone().or(known.sha256.clone()), ..known }
        })
        .collect();
    // One version may be asked for twice, for two components inside it.
    let downloads = registries.fetch(*registry, package, &listed, got);
    for ((source, origin), download) in releases.iter().zip(downloads) {
        match download {
            Ok(download) => out.sources.push(Source {
                path: download.path,
                sha256: Some(download.sha256),
                origin: Some(origin.clone()),
                ..source.clone()
            }),
            Err(failure) => out.failed.push(failed(source, origin, &failure)),
        }
    }
    out
}

/// What is wrong with the checksum that a list states of an archive beside it. A folder has none.
fn other_checksum(source: &Source) -> Option<String> {
    let stated = source.sha256.as_ref()?;
    let (found, _) = registry::checksum(&source.path).ok()?;
    let other = !stated.eq_ignore_ascii_case(&found);
    other.then(|| Failure::Checksum { stated: stated.clone(), found }.to_string())
}

fn failed(source: &Source, origin: &Origin, failure: &Failure) -> String {
    format!("{} ({}): {origin}: {failure}", source.purl, source.given)
}

/// What a purl on the command line asks for; behind the `@` may stand bounds.
fn order_of(text: &str, most: Option<usize>) -> Result<Order, String> {
    let slash = text.rfind('/').unwrap_or(0);
    let at = text.get(slash..).and_then(|name| name.find('@')).map(|at| slash + at);
    let (base, versions) = match at {
        Some(at) => (text.get(..at).unwrap_or_default(), Some(text.get(at + 1..).unwrap_or_default())),
        None => (text, None),
    };
    let versions = match versions {
        // A version comes as purls spell it.
        Some(text) if !text.starts_with(['<', '>']) => {
            Versions::Exact(Purl::parse(&format!("pkg:generic/x@{text}"))?.version().unwrap_or_default())
        }
        Some(bounds) => Versions::parse(bounds)?,
        None => Versions::All,
    };
    package(base, versions, most, "command line".to_string())
}

/// A package of a registry as a component of its own.
fn package(base: &str, versions: Versions, most: Option<usize>, given: String) -> Result<Order, String> {
    let purl = Purl::parse(base)?;
    let Some((registry, package)) = Registry::of_purl(purl.base()) else {
        return Err(format!(
            "there is no client here for `{base}` (there are for pkg:npm, pkg:cargo, pkg:pypi and pkg:deb/debian); name its \
             archive in a list of sources"
        ));
    };
    let rule = if registry == Registry::Debian { VersionRule::UpstreamPart } else { VersionRule::Package };
    Ok(Order {
        base: purl.base().to_string(),
        aliases: Vec::new(),
        license: None,
        keep: Keep::Code,
        most: if matches!(versions, Versions::Exact(_)) { None } else { most },
        versions,
        origins: vec![Place { registry, package, subpath: None, only: None, rule, carries: Vec::new() }],
        given,
    })
}

fn folder_name(path: &Path) -> Option<String> {
    let full = path.canonicalize().ok()?;
    let name = full.file_name()?.to_str()?.trim_end_matches(".git").to_lowercase();
    Purl::parse(&format!("pkg:generic/{name}")).is_ok().then_some(name)
}

/// The release that a folder or archive is by its name: `NAME-VERSION` with an archive's ending or none.
pub fn named(path: &Path) -> Option<Purl> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"^(.+?)[-_]v?(\d[\w.+~-]*?)(\.orig)?(\.tar(\.\w+)?|\.t[gx]z|\.tbz2?|\.zip|\.crate|\.jar|\.gem|\.whl)?$",
        )
        .ok()
    });
    let form = FORM.as_ref()?;
    let full = path.canonicalize().ok()?;
    let found = form.captures(full.file_name()?.to_str()?)?;
    let (name, version) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    Purl::parse(&with_version(&format!("pkg:generic/{name}"), version)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purl_asks_for_one_release_or_many() {
        let order = |text: &str| order_of(text, Some(5)).unwrap();
        assert_eq!(order("pkg:npm/jquery@3.5.1").versions, Versions::Exact("3.5.1".into()));
        assert_eq!((order("pkg:npm/jquery").versions, order("pkg:npm/jquery").most), (Versions::All, Some(5)));
        assert!(matches!(order("pkg:npm/%40a/b@>=1,<2").versions, Versions::Range(bounds) if bounds.len() == 2));
        let debian = order("pkg:deb/debian/zlib@1%3A1.2-1");
        assert_eq!(debian.versions, Versions::Exact("1:1.2-1".into()));
        assert_eq!((debian.most, debian.origins[0].package.as_str()), (None, "zlib"));
        for text in ["pkg:golang/a/b@1", "pkg:npm", "pkg:npm/a@>"] {
            assert!(order_of(text, None).is_err(), "{text}");
        }
    }

    #[test]
    fn an_archives_name_tells_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| {
            std::fs::write(folder.path().join(name), "").unwrap();
            named(&folder.path().join(name)).map(|purl| purl.to_string())
        };
        assert_eq!(named("zlib-1.2.13.tar.gz").as_deref(), Some("pkg:generic/zlib@1.2.13"));
        assert_eq!(named("zlib_1.2.13.orig.tar.xz").as_deref(), Some("pkg:generic/zlib@1.2.13"));
        assert_eq!(named("a-b-v2.zip").as_deref(), Some("pkg:generic/a-b@2"));
        assert_eq!(named("v1.2.tar.gz"), None);
        assert_eq!(named("plain"), None);
    }
}

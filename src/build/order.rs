//! What is asked for, component by component, and how its releases are gathered from the registries.

use std::collections::BTreeMap;

use crate::build::inside::{self, Inside, Patterns};
use crate::build::pick::{evenly, pick};
use crate::build::rule::VersionRule;
use crate::build::sources::{Origin, Source};
use crate::index::version;
use crate::index::writer::Keep;
use crate::model::purl::{Purl, with_version};
use crate::registry::{Download, Failure, Listed, Registries, Registry};

/// Packages opened to learn which releases of a component they carry, where only a file inside tells.
const PROBES: usize = 24;

/// A component that is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// Canonical purl without version.
    pub base: String,
    /// Other purls, without version, of the same component.
    pub aliases: Vec<String>,
    /// SPDX expression that holds for every release.
    pub license: Option<String>,
    /// How much is kept of its files.
    pub keep: Keep,
    /// At most so many releases, spread over its history; `None` for all.
    pub most: Option<usize>,
    /// Which of its releases.
    pub versions: Versions,
    /// Where its releases come from, best first.
    pub origins: Vec<Place>,
    /// What messages call the input that asked for it.
    pub given: String,
}

/// A package that is a component, or carries it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The registry.
    pub registry: Registry,
    /// The package's name there.
    pub package: String,
    /// The folder inside that is the component; `None` for all of it.
    pub subpath: Option<Patterns>,
    /// Of that only the files that match; `None` for all.
    pub only: Option<Patterns>,
    /// How the component's version is told.
    pub rule: VersionRule,
    /// What is known of a carrier: component's version and package's version. A hint what to open, checked when it is.
    pub carries: Vec<(String, String)>,
}

impl Place {
    /// Whether the package is another project that carries the component.
    pub fn is_carrier(&self) -> bool {
        self.subpath.is_some() || self.only.is_some()
    }
}

/// Which releases are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Versions {
    /// All final ones.
    #[default]
    All,
    /// This one; a registry may spell it with its own marks.
    Exact(String),
    /// Those between bounds: `>=1.2,<2`.
    Range(Vec<(Bound, String)>),
}

/// How a release stands to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

impl Versions {
    /// Reads what stands behind the `@` of a purl: a version, or bounds with commas between.
    ///
    /// # Errors
    /// What is wrong with the bounds.
    pub fn parse(text: &str) -> Result<Versions, String> {
        const MARKS: [(&str, Bound); 4] =
            [(">=", Bound::AtLeast), ("<=", Bound::AtMost), (">", Bound::Above), ("<", Bound::Below)];
        if !text.starts_with(['<', '>']) {
            return Ok(Versions::Exact(text.to_string()));
        }
        let bound = |part: &str| {
            let part = part.trim();
            let found =
                MARKS.iter().find_map(|(mark, bound)| Some((*bound, part.strip_prefix(mark)?.trim().to_string())));
            found
                .filter(|(_, version)| !version.is_empty())
                .ok_or_else(|| format!("`{part}` is no bound; write >=1.2,<2"))
        };
        text.split(',').map(bound).collect::<Result<_, _>>().map(Versions::Range)
    }

    /// Whether a release is asked for. `listed` is how the registry spells it, where that differs.
    fn holds(&self, version: &str, listed: &Listed) -> bool {
        match self {
            Versions::All => true,
            Versions::Exact(own) => {
                own == version || *own == listed.version || listed.revisions.iter().any(|revision| revision == own)
            }
            Versions::Range(bounds) => bounds.iter().all(|(bound, own)| {
                let order = version::compare(version, own);
                match bound {
                    Bound::AtLeast => order.is_ge(),
                    Bound::Above => order.is_gt(),
                    Bound::AtMost => order.is_le(),
                    Bound::Below => order.is_lt(),
                }
            }),
        }
    }
}

/// What came of an order.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Releases at hand, oldest first.
    pub sources: Vec<Source>,
    /// What could not be had: its name and why.
    pub failed: Vec<String>,
}

/// A package that has a release of the component.
struct Offer<'a> {
    place: &'a Place,
    listed: Listed,
    /// Known already where the version was read from inside.
    inside: Option<Inside>,
}

/// For each version of the component the packages that have it, best first.
type Candidates<'a> = BTreeMap<ByVersion, Vec<Offer<'a>>>;

#[derive(Clone, PartialEq, Eq)]
struct ByVersion(String);

impl Ord for ByVersion {
    fn cmp(&self, other: &ByVersion) -> std::cmp::Ordering {
        version::compare(&self.0, &other.0)
    }
}

impl PartialOrd for ByVersion {
    fn partial_cmp(&self, other: &ByVersion) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Gathers the releases of an order. `got` is called with the bytes of each archive.
pub fn gather(order: &Order, registries: &Registries, got: &dyn Fn(u64)) -> Gathered {
    let mut out = Gathered::default();
    let mut candidates = candidates(order, registries, &mut out);
    let known: Vec<String> = candidates.keys().map(|version| version.0.clone()).collect();
    let wanted = order.most.map_or(known.clone(), |most| pick(&known, most));
    if wanted.is_empty() && out.failed.is_empty() {
        let asked = match &order.versions {
            Versions::Exact(version) => format!("{}@{version}", order.base),
            _ => order.base.clone(),
        };
        out.failed.push(format!("{asked} ({}): no such release is listed", order.given));
    }
    candidates.retain(|version, _| wanted.contains(&version.0));
    prefetch(registries, &candidates);
    for (version, options) in candidates {
        take(order, registries, &version.0, options, got, &mut out);
    }
    out
}

fn candidates<'a>(order: &'a Order, registries: &Registries, out: &mut Gathered) -> Candidates<'a> {
    let mut found: Candidates<'a> = BTreeMap::new();
    for place in &order.origins {
        // Who names a preview means it.
        let listed = match order.versions {
            Versions::Exact(_) => registries.list_all(place.registry, &place.package),
            _ => registries.list(place.registry, &place.package),
        };
        let listing = match listed {
            Ok(listing) => listing,
            Err(failure) => {
                out.failed.push(format!("{} ({}): {}: {failure}", order.base, order.given, name(place)));
                continue;
            }
        };
        let all = match place.rule.asks_inside() {
            true if place.carries.is_empty() => opened(registries, place, &listing),
            true => carried(place, listing),
            false => told(place, listing),
        };
        // The newest package first: it carries a release as its authors left it in the end.
        for (version, option) in all.into_iter().rev() {
            if order.versions.holds(&version, &option.listed) {
                found.entry(ByVersion(version)).or_default().push(option);
            }
        }
    }
    found
}

/// Releases whose component's version the package's own version tells.
fn told(place: &Place, listing: Vec<Listed>) -> Vec<(String, Offer<'_>)> {
    let one = |listed: Listed| Some((place.rule.listed(&listed.version)?, Offer { place, listed, inside: None }));
    listing.into_iter().filter_map(one).collect()
}

/// Releases of a carrier of which it is known what they carry. They are opened when they are taken.
fn carried(place: &Place, listing: Vec<Listed>) -> Vec<(String, Offer<'_>)> {
    let known = |listed: Listed| {
        let (version, _) = place.carries.iter().find(|(_, package)| *package == listed.version)?;
        Some((version.clone(), Offer { place, listed, inside: None }))
    };
    listing.into_iter().filter_map(known).collect()
}

/// Releases whose component's version a file inside tells: a number of them are opened.
fn opened<'a>(registries: &Registries, place: &'a Place, listing: &[Listed]) -> Vec<(String, Offer<'a>)> {
    let probes: Vec<&Listed> = evenly(&listing.iter().collect::<Vec<_>>(), PROBES);
    let probes: Vec<Listed> = probes.into_iter().cloned().collect();
    let downloads = registries.fetch(place.registry, &place.package, &probes, &|_| ());
    let one = |(listed, download): (Listed, Result<Download, Failure>)| {
        let inside = inside::look(&download.ok()?.path, place.subpath.as_ref(), &place.rule)?;
        Some((inside.version.clone()?, Offer { place, listed, inside: Some(inside) }))
    };
    probes.into_iter().zip(downloads).filter_map(one).collect()
}

/// Brings the best archive of each version, a package's together: a client takes many at once.
fn prefetch(registries: &Registries, candidates: &Candidates<'_>) {
    let mut batches: BTreeMap<(Registry, &str), Vec<Listed>> = BTreeMap::new();
    for option in candidates.values().filter_map(|options| options.first()) {
        let key = (option.place.registry, option.place.package.as_str());
        batches.entry(key).or_default().push(option.listed.clone());
    }
    for ((registry, package), releases) in batches {
        registries.fetch(registry, package, &releases, &|_| ());
    }
}

fn name(place: &Place) -> String {
    format!("{}:{}", place.registry.name(), place.package)
}

/// Takes one version from the first package that has it.
fn take(
    order: &Order,
    registries: &Registries,
    version: &str,
    options: Vec<Offer<'_>>,
    got: &dyn Fn(u64),
    out: &mut Gathered,
) {
    let mut why = Vec::new();
    for option in options {
        let place = option.place;
        let release = std::slice::from_ref(&option.listed);
        let fetched =
            registries.fetch(place.registry, &place.package, release, got).pop().unwrap_or(Err(Failure::Unlisted));
        let origin =
            Origin { registry: place.registry, package: place.package.clone(), version: option.listed.version.clone() };
        let found = fetched.map_err(|failure| failure.to_string()).and_then(|download| {
            let source = source(order, version, &option, &download)?;
            Ok(Source { path: download.path, sha256: Some(download.sha256), origin: Some(origin.clone()), ..source })
        });
        match found {
            Ok(source) => return out.sources.push(source),
            Err(reason) => why.push(format!("{origin}: {reason}")),
        }
    }
    out.failed.push(format!("{}@{version} ({}): {}", order.base, order.given, why.join("; ")));
}

/// The release without what its archive tells.
fn source(order: &Order, version: &str, option: &Offer<'_>, download: &Download) -> Result<Source, String> {
    let (place, whole) = (option.place, !option.place.is_carrier());
    let inside = match &option.inside {
        Some(inside) => inside.folder.clone(),
        // What is the whole package is opened only once, when it is indexed.
        None if whole => String::new(),
        None => {
            let found = inside::look(&download.path, place.subpath.as_ref(), &place.rule);
            let found = found.ok_or("it does not carry the component")?;
            if found.version.as_deref().is_some_and(|own| own != version) {
                return Err(format!("it carries {}, not {version}", found.version.unwrap_or_default()));
            }
            found.folder
        }
    };
    Ok(Source {
        purl: Purl::parse(&with_version(&order.base, version))?,
        path: download.path.clone(),
        subpath: if whole { String::new() } else { inside },
        only: place.only.as_ref().map_or("", Patterns::as_str).to_string(),
        // A package's date is not that of a component inside it.
        released: option.listed.released.clone().filter(|_| whole),
        license: order.license.clone(),
        aliases: order.aliases.clone(),
        keep: order.keep,
        origin: None,
        sha256: None,
        given: order.given.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_one_or_many() {
        let holds = |text: &str, version: &str| Versions::parse(text).unwrap().holds(version, &Listed::default());
        assert!(
            holds(">=1.2,<2", "1.2") && holds(">=1.2, <2", "1.10") && !holds(">=1.2,<2", "2") && !holds(">1.2", "1.2")
        );
        assert!(holds("<=1.2", "1.2") && holds("1.2", "1.2") && !holds("1.2", "1.2.0"));
        let debian = Listed { version: "1.2.dfsg".into(), revisions: vec!["1:1.2.dfsg-3".into()], ..Listed::default() };
        let exact = |text: &str| Versions::Exact(text.into()).holds("1.2", &debian);
        assert!(exact("1.2") && exact("1.2.dfsg") && exact("1:1.2.dfsg-3") && !exact("1.2.dfsg-3"));
        for text in [">=", "<2,3", ">1,"] {
            assert!(Versions::parse(text).is_err(), "{text}");
        }
    }
}

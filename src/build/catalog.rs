//! `catalog.toml`: components by name and where their releases come from. The head comment of the project's own catalogue
//! (`fingerprints/catalog.toml`) describes the format for those who write one.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::build::inside::Patterns;
use crate::build::order::{Order, Place, Versions};
use crate::error::Error;
use crate::index::writer::Keep;
use crate::model::limits;
use crate::model::purl::Purl;
use crate::registry::Registry;

/// A catalogue, read and checked.
#[derive(Debug)]
pub struct Catalog {
    /// Its components, in its order.
    pub orders: Vec<Order>,
    /// Debian suites besides the machine's own.
    pub suites: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    /// At most so many releases of a component that says no number of its own.
    releases: Option<usize>,
    #[serde(default)]
    debian_suites: Vec<String>,
    #[serde(default)]
    component: Vec<Spanned<Component>>,
}

#[derive(Deserialize)]
struct Component {
    name: String,
    purl: String,
    license: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    keep: Keep,
    releases: Option<usize>,
    origins: Vec<OriginEntry>,
}

#[derive(Deserialize)]
struct OriginEntry {
    registry: String,
    package: String,
    subpath: Option<String>,
    version_from: String,
    only: Option<String>,
    #[serde(default)]
    carries: Vec<String>,
}

/// Reads a catalogue from its file. `most` is how many releases of a component that says no number of its own are taken,
/// where the catalogue says nothing either.
///
/// # Errors
/// A file that cannot be read, and the first entry that cannot be used, by line and name.
pub fn read(path: &Path, most: Option<usize>) -> Result<Catalog, Error> {
    let read = std::fs::read_to_string(path);
    let text =
        read.map_err(|source| Error::Io { what: "cannot read the catalogue", path: path.to_path_buf(), source })?;
    parse(path, &text, most)
}

/// Reads a catalogue's text; `path` is what messages call it.
pub fn parse(path: &Path, text: &str, most: Option<usize>) -> Result<Catalog, Error> {
    let line_of = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
    let refuse = |line, detail: String| Error::Sources { path: path.to_path_buf(), line, detail };
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(span.start));
        refuse(line, error.message().to_string())
    })?;
    let most = most.or(file.releases);
    let mut names = std::collections::HashSet::new();
    let mut orders = Vec::new();
    for entry in file.component {
        let line = line_of(entry.span().start);
        let entry = entry.into_inner();
        if !names.insert(entry.name.clone()) {
            return Err(refuse(line, format!("`{}` stands in it twice", entry.name)));
        }
        let given = format!("{}: {}", path.display(), entry.name);
        let order = order(entry, most, given).map_err(|detail| refuse(line, detail))?;
        orders.push(order);
    }
    if orders.is_empty() {
        return Err(refuse(1, "it has no [[component]]".to_string()));
    }
    Ok(Catalog { orders, suites: file.debian_suites })
}

fn order(entry: Component, most: Option<usize>, given: String) -> Result<Order, String> {
    let named = |detail: String| format!("`{}`: {detail}", entry.name);
    let without_version = |text: &str| Purl::parse_base(text).map(|purl| purl.to_string());
    let base = without_version(&entry.purl).map_err(named)?;
    if let Some(license) = &entry.license {
        spdx::Expression::parse(license)
            .map_err(|error| named(format!("`{license}` is no SPDX expression: {error}")))?;
    }
    if entry.origins.is_empty() || entry.origins.len() > limits::ORIGINS {
        return Err(named(format!("it has {} origins; 1 to {} are allowed", entry.origins.len(), limits::ORIGINS)));
    }
    let mut aliases = Vec::new();
    for alias in &entry.aliases {
        aliases.push(without_version(alias).map_err(named)?);
    }
    let mut origins = Vec::new();
    for origin in &entry.origins {
        let place = place(origin).map_err(named)?;
        // A package that is the component is another name of it.
        if !place.is_carrier() {
            aliases.push(place.registry.purl(&place.package));
        }
        origins.push(place);
    }
    aliases.retain(|alias| *alias != base);
    aliases.sort();
    aliases.dedup();
    Ok(Order {
        base,
        aliases,
        license: entry.license,
        keep: entry.keep,
        most: entry.releases.or(most),
        versions: Versions::All,
        origins,
        given,
    })
}

fn place(origin: &OriginEntry) -> Result<Place, String> {
    let carries = origin.carries.iter().map(|text| {
        let parts = text.split_once('@').map(|(version, package)| (version.to_string(), package.to_string()));
        parts.ok_or_else(|| format!("`{text}`: write VERSION@RELEASE"))
    });
    Ok(Place {
        carries: carries.collect::<Result<_, _>>()?,
        only: origin.only.as_deref().map(Patterns::anywhere).transpose()?,
        registry: Registry::named(&origin.registry).ok_or_else(|| format!("`{}` is no registry", origin.registry))?,
        package: origin.package.clone(),
        subpath: origin.subpath.as_deref().map(Patterns::new).transpose()?,
        rule: origin.version_from.parse()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Catalog, Error> {
        parse(Path::new("c.toml"), text, None)
    }

    const ENTRY: &str = "[[component]]\nname = \"zlib\"\npurl = \"pkg:github/madler/zlib\"\nlicense = \"Zlib\"\n";

    #[test]
    fn packages_that_are_the_component_are_its_other_names() {
        let text = format!(
            "releases = 12\ndebian_suites = [\"sid\"]\n{ENTRY}aliases = [\"pkg:generic/zlib\"]\nreleases = 3\nkeep = \"hashes\"\norigins = [\n\
             {{ registry = \"debian\", package = \"zlib\", version_from = \"upstream-part\" }},\n\
             {{ registry = \"crates\", package = \"libz-sys\", subpath = \"src/zlib\", version_from = \"macro:zlib.h:ZLIB_VERSION\" }} ]\n"
        );
        let catalog = read_text(&text).unwrap();
        let order = &catalog.orders[0];
        assert_eq!(order.aliases, ["pkg:deb/debian/zlib", "pkg:generic/zlib"]);
        assert_eq!((order.most, order.keep, order.origins.len()), (Some(3), Keep::Hashes, 2));
        assert_eq!(catalog.suites, ["sid"]);
    }

    #[test]
    fn an_entry_that_cannot_be_used_is_named_by_line() {
        let origins = |inner: &str| format!("{ENTRY}origins = [{{ {inner} }}]\n");
        let good = "registry = \"npm\", package = \"a\", version_from = \"package\"";
        let cases = [
            ("x = [".to_string(), "line 1"),
            ("releases = 3\n".to_string(), "no [[component]]"),
            (origins(&good.replace("npm", "cpan")), "`cpan` is no registry"),
            (origins(&good.replace("\"package\"", "\"unknown\"")), "no rule"),
            (origins(&format!("{good}, subpath = \"../a\"")), "no path"),
            (origins(&format!("{good}, carries = [\"1.0\"]")), "VERSION@RELEASE"),
            (format!("{ENTRY}origins = []\n"), "0 origins"),
            (origins(good) + &origins(good), "line 6"),
            (origins(good).replace("zlib\"\nlicense", "zlib@1\"\nlicense"), "names a version"),
            (origins(good).replace("\"Zlib\"", "\"Zlib License\""), "no SPDX expression"),
        ];
        for (text, wanted) in cases {
            let error = read_text(&text).unwrap_err().to_string();
            assert!(error.contains(wanted) && error.contains("c.toml"), "{error} / {wanted}");
        }
        let many = |count: usize| format!("{ENTRY}origins = [{}]\n", format!("{{ {good} }},").repeat(count));
        assert!(read_text(&many(limits::ORIGINS)).is_ok() && read_text(&many(limits::ORIGINS + 1)).is_err());
    }
}

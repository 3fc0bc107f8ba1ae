//! Where yarn keeps packages in a project: `.yarn/cache/NAME-npm-VERSION-HASH-HASH.zip`, unpacked
//! `.yarn/unplugged/NAME-npm-VERSION-HASH/…`, and for links `node_modules/.store/NAME-npm-VERSION-HASH/package/…`, `/` of a
//! scoped name being `-`. The hashes are of what yarn.lock does not say in full, so that a package is known by name and version,
//! in a folder that holds nothing else. A patched one has no version but `patch` for it; its first hash, of what was patched and
//! how, is known from yarn.lock.

use crate::model::declaration::{Declaration, Manifest, ManifestKind, Site};
use crate::model::place::{base_name, folder};
use crate::model::purl::percent_decode;

/// Where the packages of a yarn.lock are, and that of a declaration, as far as it says: see [`beginning`].
pub fn beginnings(manifest: &Manifest, declaration: &Declaration) -> Option<String> {
    let is_lock = manifest.kind == ManifestKind::Lockfile && base_name(&manifest.path) == "yarn.lock";
    let version = declaration.version.as_deref().filter(|_| is_lock)?;
    if let Site::File(path) = &declaration.site {
        return beginning(path);
    }
    let name = percent_decode(declaration.purl.strip_prefix("pkg:npm/")?);
    let home = folder(&manifest.path);
    let slash = if home.is_empty() { "" } else { "/" };
    Some(format!("{home}{slash}.yarn/{}-npm-{version}", name.replace('/', "-")).to_lowercase())
}

/// The project, name and version of what lies in such a place, as [`beginnings`] writes them.
pub fn beginning(path: &str) -> Option<String> {
    let (home, name, hashes) = cached(path).or_else(|| stored(path))?;
    let cut = |name, _| Some(str::rsplit_once(name, '-')?.0);
    // Of a patched package the first hash says which it is.
    let patched = (1..hashes).try_fold(name, cut).filter(|name| is_patched(name));
    let name = patched.map_or_else(|| (0..hashes).try_fold(name, cut), Some)?;
    Some(format!("{home}.yarn/{name}").to_lowercase())
}

fn is_patched(name: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(name, _)| name.ends_with("-patch"))
}

/// The project, the name with hashes, and the number of these, of what lies in `.yarn`.
fn cached(path: &str) -> Option<(&str, &str, usize)> {
    let at = path.find(".yarn/").filter(|at| *at == 0 || path[..*at].ends_with('/'))?;
    let (home, inside) = path.split_at(at);
    match inside.strip_prefix(".yarn/")?.split_once('/')? {
        ("cache", file) if !file.contains('/') => Some((home, file.strip_suffix(".zip")?, 2)),
        ("unplugged", rest) => Some((home, rest.split_once('/')?.0, 1)),
        _ => None,
    }
}

/// The same of what lies in a store to which links lead.
fn stored(path: &str) -> Option<(&str, &str, usize)> {
    const STORE: &str = "node_modules/.store/";
    let at = path.find(STORE).filter(|at| *at == 0 || path[..*at].ends_with('/'))?;
    let (name, inside) = path.get(at + STORE.len()..)?.split_once('/')?;
    inside.starts_with("package/").then_some((path.get(..at)?, name, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cached_package_has_its_name_and_version_in_its_name() {
        let of = |path: &str| beginning(path).unwrap_or_default();
        assert_eq!(of("web/.yarn/cache/@babel-core-npm-7.1.0-ab-cd.zip"), "web/.yarn/@babel-core-npm-7.1.0");
        assert_eq!(
            of(".yarn/unplugged/esbuild-npm-1.0.0-rc.1-ab/node_modules/esbuild/a.js"),
            ".yarn/esbuild-npm-1.0.0-rc.1"
        );
        assert_eq!(of("w/node_modules/.store/@s-a-npm-1.0.0-ab/package/a.js"), "w/.yarn/@s-a-npm-1.0.0");
        assert_eq!(of("w/.yarn/cache/a-patch-ab-cd.zip"), "w/.yarn/a-patch-ab");
        assert_eq!(of(".yarn/unplugged/a-patch-ab/node_modules/a/a.js"), ".yarn/a-patch-ab");
        for other in [
            "node_modules/.store/a@1.0.0-x/node_modules/a/a.js",
            "x.yarn/cache/a-npm-1-b-c.zip",
            ".yarn/cache/a/b-npm-1-c-d.zip",
            ".yarn/cache/x.zip",
            ".yarn/releases/y.cjs",
        ] {
            assert_eq!(of(other), "", "{other}");
        }
    }
}

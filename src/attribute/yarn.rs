//! Where yarn keeps packages in a project: `.yarn/cache/NAME-npm-VERSION-HASH-HASH.zip`, and unpacked
//! `.yarn/unplugged/NAME-npm-VERSION-HASH/…`, `/` of a scoped name being `-`. The hashes are of what yarn.lock does not say in full,
//! so that a package is known by name and version, in a folder that holds nothing else.

use crate::model::declaration::{Declaration, Manifest, ManifestKind};
use crate::model::place::{base_name, folder};
use crate::model::purl::percent_decode;

/// Where the packages of a yarn.lock are, and that of a declaration, as far as it says: see [`beginning`].
pub fn beginnings(manifest: &Manifest, declaration: &Declaration) -> Option<String> {
    let is_lock = manifest.kind == ManifestKind::Lockfile && base_name(&manifest.path) == "yarn.lock";
    let version = declaration.version.as_deref().filter(|_| is_lock)?;
    let name = percent_decode(declaration.purl.strip_prefix("pkg:npm/")?);
    let home = folder(&manifest.path);
    let slash = if home.is_empty() { "" } else { "/" };
    Some(format!("{home}{slash}.yarn/{}-npm-{version}", name.replace('/', "-")).to_lowercase())
}

/// The project, name and version of what lies in such a cache, as [`beginnings`] writes them.
pub fn beginning(path: &str) -> Option<String> {
    let at = path.find(".yarn/").filter(|at| *at == 0 || path[..*at].ends_with('/'))?;
    let (home, inside) = path.split_at(at);
    let inside = inside.strip_prefix(".yarn/")?;
    let (name, hashes) = match inside.split_once('/')? {
        ("cache", file) if !file.contains('/') => (file.strip_suffix(".zip")?, 2),
        ("unplugged", rest) => (rest.split_once('/')?.0, 1),
        _ => return None,
    };
    let name = (0..hashes).try_fold(name, |name, _| Some(name.rsplit_once('-')?.0))?;
    Some(format!("{home}.yarn/{name}").to_lowercase())
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
        for other in [
            "x.yarn/cache/a-npm-1-b-c.zip",
            ".yarn/cache/a/b-npm-1-c-d.zip",
            ".yarn/cache/x.zip",
            ".yarn/releases/y.cjs",
        ] {
            assert_eq!(of(other), "", "{other}");
        }
    }
}

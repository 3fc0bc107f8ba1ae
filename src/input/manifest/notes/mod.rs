//! Notes that people leave beside code that they copied in: what it is, where it is from, which release.
//!
//! | note | of |
//! |---|---|
//! | `.gitmodules` | git: folders that are other repositories |
//! | `README.chromium` | Chromium: the folder it stands in |
//! | `moz.yaml` | Mozilla: the folder it stands in, or one that it names |
//! | `METADATA` | Android: the folder it stands in |
//! | `.gitrepo` | git-subrepo: the folder it stands in |
//! | `west.yml` | Zephyr: folders that are other repositories |
//! | `embedded-code-copies` | Debian: that something is somewhere in the source |

mod address;
mod repositories;
mod texts;
mod yamls;

use super::{Reader, is_named};
use crate::model::declaration::ManifestKind;
use crate::model::place::{base_name, folder};

const fn reader(is: fn(&str) -> bool, read: fn(super::Source<'_>) -> super::Found) -> Reader {
    Reader { is, kind: ManifestKind::VendoringNote, ecosystem: "generic", read }
}

pub(super) const READERS: &[Reader] = &[
    reader(|path| is_named(path, &[".gitmodules"]), repositories::modules),
    reader(|path| is_named(path, &[".gitrepo"]), repositories::subrepo),
    reader(|path| is_named(path, &["README.chromium"]), texts::chromium),
    reader(is_android, texts::android),
    reader(is_debian, texts::debian),
];

pub(super) const YAML_READERS: &[Reader] = &[
    reader(|path| is_named(path, &["moz.yaml"]), yamls::mozilla),
    reader(|path| is_named(path, &["west.yml", "west.yaml"]), yamls::west),
];

/// Python's packages have a file of that name in the folder of their record.
fn is_android(path: &str) -> bool {
    let home = base_name(folder(path));
    is_named(path, &["METADATA"]) && !home.ends_with(".dist-info") && !home.ends_with(".egg-info") && home != "EGG-INFO"
}

fn is_debian(path: &str) -> bool {
    is_named(path, &["embedded-code-copies", "embedded-code"])
}

//! Files whose name says that they tell of the licence of all around them.

use crate::model::place::base_name;

/// What such a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenseFile {
    /// Made for the licence: `LICENSE`, `COPYING.LESSER`, `MIT-LICENSE.txt`.
    License,
    /// Speaks of it among other things: `README.md`.
    Readme,
}

/// Names of licence files, in lower case, without the ending.
const LICENSES: [&str; 8] =
    ["license", "licence", "licenses", "licences", "copying", "copyright", "unlicense", "copyleft"];
/// Endings that a licence file may have; any other makes it code that deals with licences.
const ENDINGS: [&str; 9] = ["txt", "md", "rst", "html", "htm", "adoc", "markdown", "rtf", "text"];

/// What the file at `path` is by its name, if it is one of these.
pub fn kind(path: &str) -> Option<LicenseFile> {
    let name = base_name(path).to_ascii_lowercase();
    let stem = ENDINGS.iter().find_map(|end| name.strip_suffix(end)?.strip_suffix('.')).unwrap_or(&name);
    let mut words = stem.split(['-', '_', '.', ' ']);
    if words.clone().next() == Some("readme") {
        return Some(LicenseFile::Readme);
    }
    let code = stem.len() == name.len() && name.rsplit_once('.').is_some_and(|(_, end)| is_code_ending(end));
    (!code && words.any(|word| LICENSES.contains(&word))).then_some(LicenseFile::License)
}

/// Whether a file that ends like this is a program or data, not a licence: `license.c`, `license.json`. What stands behind the
/// dot of `LICENSE.MIT` or `COPYING.LIB` is the licence's name.
fn is_code_ending(end: &str) -> bool {
    const CODE: [&str; 30] = [
        "c", "h", "cc", "cpp", "hpp", "py", "js", "ts", "jsx", "tsx", "go", "rs", "java", "rb", "pl", "pm", "php",
        "sh", "cs", "kt", "swift", "json", "xml", "yml", "yaml", "toml", "css", "in", "am", "svg",
    ];
    CODE.contains(&end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_file_is_known_by_its_name() {
        for path in [
            "LICENSE",
            "a/LICENSE.txt",
            "COPYING",
            "COPYING.LIB",
            "LICENSE-MIT",
            "MIT-LICENSE.txt",
            "LICENCE.md",
            "license.apache2",
            "UNLICENSE",
            "LICENSE_1_0.txt",
            "Copyright.txt",
            "gpl-license",
        ] {
            assert_eq!(kind(path), Some(LicenseFile::License), "{path}");
        }
        for path in ["README", "readme.md", "a/README.zh.txt", "README-dev"] {
            assert_eq!(kind(path), Some(LicenseFile::Readme), "{path}");
        }
        for path in [
            "license.c",
            "src/license/mod.rs",
            "licensed.txt",
            "license_check.py",
            "NOTICE",
            "LICENSE/a.txt",
            "license.json",
        ] {
            assert_eq!(kind(path), None, "{path}");
        }
    }
}

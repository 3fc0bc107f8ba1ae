//! ScanCode's names of licences.
//!
//! ScanCode has keys of its own beside SPDX ids. Most are the id in lower case and those of GNU licences follow a rule; the others
//! stand in `keys.txt`. A reader that does not know a key has the SPDX expression beside it.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::report::bom::license;

/// Ids whose key does not follow from them, with the key: two words a line.
const KEYS: &str = include_str!("keys.txt");

fn keys() -> &'static HashMap<&'static str, &'static str> {
    static ALL: OnceLock<HashMap<&str, &str>> = OnceLock::new();
    ALL.get_or_init(|| {
        KEYS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect()
    })
}

/// A licence's key.
fn of_id(id: &str) -> String {
    if let Some(key) = keys().get(id) {
        return (*key).to_string();
    }
    let id = id.strip_prefix("LicenseRef-scancode-").or_else(|| id.strip_prefix("LicenseRef-")).unwrap_or(id);
    let key = id.to_lowercase();
    if let Some(version) = key.strip_prefix("oldap-") {
        return format!("openldap-{version}");
    }
    let gnu = ["gpl-", "lgpl-", "agpl-", "gfdl-"].iter().any(|family| key.starts_with(family));
    match (key.strip_suffix("-or-later"), key.strip_suffix("-only")) {
        _ if !gnu || key.contains("invariants") => key,
        (Some(plus), _) => format!("{plus}-plus"),
        (None, Some(only)) => only.to_string(),
        (None, None) => key,
    }
}

/// An SPDX expression in ScanCode's keys; what is no expression becomes `unknown`.
pub(super) fn expression(spdx: &str) -> String {
    let Some(valid) = license::valid(spdx) else { return "unknown".to_string() };
    let padded = valid.replace('(', "( ").replace(')', " )");
    let word = |word: &str| match word {
        "AND" | "OR" | "WITH" | "(" | ")" => word.to_string(),
        id => of_id(id),
    };
    padded.split(' ').map(word).collect::<Vec<_>>().join(" ").replace("( ", "(").replace(" )", ")")
}

/// Several expressions as one: all hold.
pub(super) fn all<'e>(expressions: impl Iterator<Item = &'e str>) -> Option<String> {
    let all: Vec<&str> = expressions.collect();
    let part = |one: &&str| if all.len() > 1 && one.contains(" OR ") { format!("({one})") } else { one.to_string() };
    (!all.is_empty()).then(|| all.iter().map(part).collect::<Vec<_>>().join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_keys() {
        for (spdx, key) in [
            ("MIT", "mit"),
            ("Apache-2.0", "apache-2.0"),
            ("BSD-3-Clause", "bsd-new"),
            ("GPL-2.0-only WITH Classpath-exception-2.0", "gpl-2.0 WITH classpath-exception-2.0"),
            ("LGPL-2.1-or-later", "lgpl-2.1-plus"),
            ("MIT AND (LicenseRef-scancode-public-domain OR ISC)", "mit AND (public-domain OR isc)"),
            ("GFDL-1.3-no-invariants-or-later", "gfdl-1.3-no-invariants-or-later"),
            ("OLDAP-2.8 OR BUSL-1.1", "openldap-2.8 OR bsl-1.1"),
            ("<script>", "unknown"),
        ] {
            assert_eq!(expression(spdx), key);
        }
    }

    #[test]
    fn expressions_join_without_changing_what_they_say() {
        assert_eq!(all(["MIT OR ISC", "Zlib"].into_iter()).as_deref(), Some("(MIT OR ISC) AND Zlib"));
        assert_eq!(all(["MIT OR ISC"].into_iter()).as_deref(), Some("MIT OR ISC"));
        assert_eq!(all(std::iter::empty()), None);
    }
}

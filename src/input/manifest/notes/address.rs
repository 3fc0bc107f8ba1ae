//! What an address says of a component, and what people write for a version.

use crate::model::declaration::package_purl;
use crate::model::place::base_name;

/// Hosts whose addresses are `host/owner/name`, with the purl type of each.
const FORGES: &[(&str, &str)] = &[("github.com", "github"), ("gitlab.com", "gitlab"), ("bitbucket.org", "bitbucket")];
/// Parts of a forge's address that stand behind the repository.
const NAME_PARTS: usize = 2;

/// A purl without version for what lies at an address, and the name of the repository.
pub(super) fn of(address: &str) -> Option<(String, String)> {
    let address = address.trim().trim_end_matches('/');
    let body = address.split_once("://").map_or(address, |(_, body)| body);
    let body = body.rsplit_once('@').map_or(body, |(_, body)| body);
    let body = body.split(['?', '#']).next().unwrap_or(body);
    let (host, path) = body.split_once(['/', ':'])?;
    let path = path.trim_start_matches('/').trim_end_matches(".git");
    let name = base_name(path).to_lowercase();
    let forge = FORGES.iter().find(|(known, _)| host.trim_start_matches("www.").eq_ignore_ascii_case(known));
    let purl = forge.and_then(|(_, kind)| {
        let parts: Vec<&str> = path.split('/').take(NAME_PARTS).collect();
        let [owner, name] = parts[..] else { return None };
        package_purl(kind, &format!("{owner}/{}", name.trim_end_matches(".git")))
    });
    let generic = || package_purl("generic", &name);
    let repository =
        forge.and_then(|_| path.split('/').nth(1)).map(|name| name.trim_end_matches(".git").to_lowercase());
    Some((purl.or_else(generic)?, repository.unwrap_or_else(|| name.clone())))
}

/// A version out of what people write for one: `v1.2.13`, `release-1.2 (2022-10-13)`, `zlib-1.2.13`. `None` for a commit, a
/// date or a word.
pub(super) fn version(text: &str) -> Option<String> {
    let word = text.trim().trim_matches('"').split([' ', '(', ',', ';']).next().unwrap_or_default();
    let start = word.find(|mark: char| mark.is_ascii_digit())?;
    let (before, version) = word.split_at(start);
    let before = before.trim_end_matches(['v', 'V', '-', '_', '/', '.']);
    // `a1b2c3` and the like.
    if before.ends_with(|mark: char| mark.is_ascii_digit()) || before.is_empty() && is_commit(word) {
        return None;
    }
    let is_version =
        version.contains(['.', '_']) || version.len() < 5 && version.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = !version.contains('.') && is_commit(word);
    (is_version && !hexadecimal && version.len() < 40).then(|| version.to_string())
}

fn is_commit(word: &str) -> bool {
    word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_repository() {
        let of = |address: &str| of(address).map(|(purl, name)| format!("{purl} {name}"));
        assert_eq!(of("https://github.com/Madler/zlib.git").as_deref(), Some("pkg:github/madler/zlib zlib"));
        assert_eq!(of("git@gitlab.com:a/b.git").as_deref(), Some("pkg:gitlab/a/b b"));
        assert_eq!(of("https://github.com/a/b/archive/v1.tar.gz").as_deref(), Some("pkg:github/a/b b"));
        assert_eq!(of("https://forge.example/x/y.git/").as_deref(), Some("pkg:generic/y y"));
        assert_eq!(of("nothing"), None);
    }

    #[test]
    fn what_is_written_for_a_version_may_be_one() {
        for (text, expected) in [
            ("v1.2.13", "1.2.13"),
            ("1.2.13 (2022-10-13)", "1.2.13"),
            ("zlib-1.2.13", "1.2.13"),
            ("release-1.0", "1.0"),
            ("R_2_4_8", "2_4_8"),
            ("42", "42"),
            ("\"3.1\"", "3.1"),
        ] {
            assert_eq!(version(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["N/A", "", "unknown", "a1b2c3d4e5", "1234567890abcdef", "commit abcdef0", "20230101", "main"] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}

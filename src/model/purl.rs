//! Package URLs: who a component is, and which release.

use std::fmt;
use std::str::FromStr;

use packageurl::PackageUrl;

/// A package URL that was checked by the `packageurl` crate and keeps the spelling it came in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl {
    text: String,
    /// End of the part before `@version`.
    base: usize,
}

impl Purl {
    /// Reads a purl. Qualifiers and subpath are refused: a component is named by type, namespace and name.
    pub fn parse(text: &str) -> Result<Purl, String> {
        let parsed = PackageUrl::from_str(text).map_err(|error| format!("`{text}` is no package URL: {error}"))?;
        if !parsed.qualifiers().is_empty() || parsed.subpath().is_some() {
            return Err(format!("`{text}` has qualifiers or a subpath; name the component and its version only"));
        }
        let base = match (parsed.version(), text.rfind('@')) {
            (Some(_), Some(at)) => at,
            _ => text.len(),
        };
        Ok(Purl { text: text.to_string(), base })
    }

    /// Reads a purl that names a component, and so no version.
    pub fn parse_base(text: &str) -> Result<Purl, String> {
        let purl = Purl::parse(text)?;
        if purl.version().is_some() || text.ends_with('@') {
            return Err(format!("`{text}` names a version; leave it out"));
        }
        Ok(purl)
    }

    /// The component: everything before the version.
    pub fn base(&self) -> &str {
        &self.text[..self.base]
    }

    /// The version as it is spelt outside a purl (percent escapes undone), if there is one.
    pub fn version(&self) -> Option<String> {
        let raw = self.text.get(self.base + 1..)?;
        Some(percent_decode(raw))
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// A purl of a component and a version, escaped as a purl asks.
pub fn with_version(base: &str, version: &str) -> String {
    format!("{base}@{}", version_text(version))
}

/// The last segment of a purl's base: the name without type and namespace, percent escapes undone.
pub fn short_name(base: &str) -> String {
    percent_decode(base.rsplit('/').next().unwrap_or(base))
}

/// The type of a purl (`npm`, `cargo`, `generic`).
pub fn ecosystem(base: &str) -> &str {
    let body = base.strip_prefix("pkg:").unwrap_or(base);
    body.split('/').next().unwrap_or(body)
}

/// A version as it stands in a purl: what a purl's version may not hold as it is, escaped.
pub fn version_text(version: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    version.bytes().map(one).collect()
}

/// The part of a purl before its version.
pub fn base_of(purl: &str) -> &str {
    match purl.rsplit_once('@') {
        Some((base, version)) if !version.contains('/') => base,
        _ => purl,
    }
}

/// The version that stands in a purl, as it is spelt outside one; `None` where there is none.
pub fn version_of(purl: &str) -> Option<String> {
    match purl.rsplit_once('@') {
        // `pkg:npm/@scope/name` has an `@`, yet no version.
        Some((_, version)) if !version.contains('/') && !version.is_empty() => Some(percent_decode(version)),
        _ => None,
    }
}

/// A purl's text with its percent escapes undone.
pub fn percent_decode(raw: &str) -> String {
    let bytes = raw.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = raw.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], digits) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purl_keeps_its_spelling_and_gives_its_parts() {
        let purl = Purl::parse("pkg:npm/%40scope/name@1.0.0+build").unwrap();
        assert_eq!(purl.base(), "pkg:npm/%40scope/name");
        assert_eq!(purl.version().as_deref(), Some("1.0.0+build"));
        assert_eq!(short_name(purl.base()), "name");
        assert_eq!(ecosystem(purl.base()), "npm");
        let epoch = Purl::parse("pkg:deb/debian/zlib@1%3A1.2.13").unwrap();
        assert_eq!(epoch.version().as_deref(), Some("1:1.2.13"));
        assert_eq!(epoch.as_str(), "pkg:deb/debian/zlib@1%3A1.2.13");
    }

    #[test]
    fn a_version_comes_back_from_a_purl() {
        assert_eq!(with_version("pkg:deb/debian/a", "1:1.2-3_b~c+d é"), "pkg:deb/debian/a@1:1.2-3_b~c%2Bd%20%C3%A9");
        for version in ["1.2.3", "1:1.2+dfsg~1", "2 b%", "1/2@3"] {
            let purl = Purl::parse(&with_version("pkg:generic/a", version)).unwrap();
            assert_eq!(purl.version().as_deref(), Some(version));
        }
    }

    #[test]
    fn a_version_is_what_stands_behind_the_last_mark() {
        assert_eq!(version_of("pkg:deb/debian/a@1%3A2").as_deref(), Some("1:2"));
        assert_eq!(version_of("pkg:npm/@a/b"), None);
        assert_eq!(version_of("pkg:npm/%40a/b@"), None);
    }

    #[test]
    fn a_component_is_named_without_a_version() {
        assert_eq!(Purl::parse_base("pkg:npm/%40a/b").unwrap().base(), "pkg:npm/%40a/b");
        for text in ["pkg:npm/a@1", "pkg:npm/a@", "a"] {
            assert!(Purl::parse_base(text).unwrap_err().contains(text));
        }
    }

    #[test]
    fn what_is_no_purl_is_refused_by_name() {
        assert!(Purl::parse("zlib 1.2").unwrap_err().contains("zlib 1.2"));
        assert_eq!(Purl::parse("pkg:generic/zlib").unwrap().version(), None);
    }
}

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
    let mut out = format!("{base}@");
    for byte in version.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b':' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
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

fn percent_decode(raw: &str) -> String {
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
    fn what_is_no_purl_is_refused_by_name() {
        assert!(Purl::parse("zlib 1.2").unwrap_err().contains("zlib 1.2"));
        assert_eq!(Purl::parse("pkg:generic/zlib").unwrap().version(), None);
    }
}

//! How a component's version is told by a package that carries it: by the package's own version, or by a file inside.

use std::str::FromStr;

use regex::{Regex, RegexBuilder};

/// Memory that a rule's expression may take once compiled, bytes.
const EXPRESSION_BYTES: usize = 1 << 20;
/// `#define NAME value`: a number, or a text in quotes; the value is the first group.
const DEFINE: &str = r#"(?m)^[ \t]*#[ \t]*define[ \t]+NAME[ \t]+\(?"?(\d[\w.+-]*)"#;
/// The second argument of `AC_INIT`.
const AC_INIT: &str = r"AC_INIT\(\s*[^,]*,\s*\[?(\d[\w.+-]*)";
/// What marks a package of Debian whose archive was repacked.
const REPACKED: &str = r"([+.~-](dfsg|ds|repack|debian)[\d.]*([+~].*)?|\+~.*)$";

/// A rule of the catalogue. Its text, as [`VersionRule::from_str`] reads it:
///
/// | text | the version is |
/// |---|---|
/// | `package` | the package's |
/// | `upstream-part` | of a Debian package without marks of repacking; what follows `really` counts |
/// | `build-metadata`, `build-metadata:P` | what follows `+` in the package's version, without the prefix P |
/// | `macro:FILE:NAME` | the value of a macro in a file of the component; `A+B+C` joins several by dots; `AC_INIT` stands for the second argument of that call; 20302 is 2.3.2 and 3008003 is 3.8.3 |
/// | `pattern:FILE:REGEX` | the groups of the first match in a file, joined by dots |
/// | `file:FILE` | the file's only word |
/// | `subpath:REGEX` | as `pattern`, on the path of the component's folder |
#[derive(Clone, Debug)]
pub enum VersionRule {
    /// `package`.
    Package,
    /// `upstream-part`.
    UpstreamPart,
    /// `build-metadata`, with the prefix to take away.
    BuildMetadata(String),
    /// `subpath:REGEX`.
    Folder(Regex),
    /// All others: a file, a glob below the component's folder, and the expressions whose groups make the version.
    Inside {
        /// The file.
        file: String,
        /// One after the other.
        expressions: Vec<Regex>,
    },
}

impl FromStr for VersionRule {
    type Err = String;

    fn from_str(text: &str) -> Result<VersionRule, String> {
        let (kind, rest) = text.split_once(':').map_or((text, None), |(kind, rest)| (kind, Some(rest)));
        let inside = |file: &str, expressions: Vec<String>| {
            let compiled = expressions.iter().map(|one| compile(one)).collect::<Result<_, _>>()?;
            Ok(VersionRule::Inside { file: file.to_string(), expressions: compiled })
        };
        match (kind, rest, rest.and_then(|rest| rest.split_once(':'))) {
            ("package", None, _) => Ok(VersionRule::Package),
            ("upstream-part", None, _) => Ok(VersionRule::UpstreamPart),
            ("build-metadata", prefix, _) => Ok(VersionRule::BuildMetadata(prefix.unwrap_or_default().to_string())),
            ("macro", _, Some((file, names))) => inside(file, names.split('+').map(definition).collect()),
            ("pattern", _, Some((file, expression))) => inside(file, vec![expression.to_string()]),
            ("subpath", Some(expression), _) => compile(expression).map(VersionRule::Folder),
            ("file", Some(file), _) => inside(file, vec![r"^\s*(\S+)\s*$".to_string()]),
            _ => Err(format!("`{text}` is no rule for a version; see the head of the catalogue")),
        }
    }
}

fn definition(name: &str) -> String {
    if name == "AC_INIT" { AC_INIT.to_string() } else { DEFINE.replace("NAME", &regex::escape(name)) }
}

fn compile(expression: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(expression).size_limit(EXPRESSION_BYTES).build();
    built.map_err(|error| format!("`{expression}` is no expression: {error}"))
}

impl VersionRule {
    /// The component's version as far as the package's own version tells it.
    pub fn listed(&self, package: &str) -> Option<String> {
        match self {
            VersionRule::Package => Some(package.to_string()),
            VersionRule::UpstreamPart => Some(upstream_part(package)),
            VersionRule::BuildMetadata(prefix) => {
                let version = package.split_once('+')?.1;
                let rest = version.strip_prefix(prefix.as_str()).unwrap_or(version);
                rest.starts_with(|mark: char| mark.is_ascii_digit()).then(|| rest.to_string())
            }
            VersionRule::Inside { .. } | VersionRule::Folder(_) => None,
        }
    }

    /// Whether a package has to be opened to learn the version.
    pub fn asks_inside(&self) -> bool {
        matches!(self, VersionRule::Inside { .. } | VersionRule::Folder(_))
    }

    /// The version that the path of the component's folder tells.
    pub fn read_folder(&self, folder: &str) -> Option<String> {
        match self {
            VersionRule::Folder(expression) => version_in(std::slice::from_ref(expression), folder),
            _ => None,
        }
    }

    /// The file that tells the version; `None` where the package's version does.
    pub fn file(&self) -> Option<&str> {
        match self {
            VersionRule::Inside { file, .. } => Some(file),
            _ => None,
        }
    }

    /// The version that the file's text tells.
    pub fn read(&self, text: &str) -> Option<String> {
        match self {
            VersionRule::Inside { expressions, .. } => version_in(expressions, text),
            _ => None,
        }
    }
}

/// The groups of each expression's first match, joined by dots.
fn version_in(expressions: &[Regex], text: &str) -> Option<String> {
    let mut parts = Vec::new();
    for expression in expressions {
        let found = expression.captures(text)?;
        parts.extend(found.iter().skip(1).flatten().map(|group| group.as_str()));
    }
    let version = parts.join(".");
    let plausible = version.starts_with(|mark: char| mark.is_ascii_digit()) && version.len() < 100;
    plausible.then(|| number(&version).unwrap_or(version))
}

/// A version written as one number: 20302 is 2.3.2, 3008003 is 3.8.3. Years and dates stay as they are.
fn number(text: &str) -> Option<String> {
    let value: u32 = text.parse().ok()?;
    let base = match text.len() {
        5 | 6 => 100,
        7 => 1000,
        _ => return None,
    };
    Some(format!("{}.{}.{}", value / base / base, value / base % base, value % base))
}

fn upstream_part(version: &str) -> String {
    // `0~` in front lets a later numbering sort behind the present one; it is none of the version's.
    let version = version
        .strip_prefix("0~")
        .filter(|rest| rest.starts_with(|mark: char| mark.is_ascii_digit()))
        .unwrap_or(version);
    let version = version.rsplit_once("really").map_or(version, |(_, real)| real.trim_start_matches('.'));
    match compile(REPACKED) {
        Ok(marks) => marks.replace(version, "").into_owned(),
        Err(_) => version.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> VersionRule {
        text.parse().unwrap()
    }

    #[test]
    fn packages_tell_the_version_of_what_they_carry() {
        assert_eq!(rule("package").listed("1.2").as_deref(), Some("1.2"));
        let upstream = |text| rule("upstream-part").listed(text).unwrap();
        let cases = [
            ("1.2.13.dfsg", "1.2.13"),
            ("1.3.dfsg+really1.3.1", "1.3.1"),
            ("26.05+dfsg", "26.05"),
            ("8.3.2+~8.3.0", "8.3.2"),
            ("1.9.1~dfsg", "1.9.1"),
            ("2.3.1+ds", "2.3.1"),
            ("0~20200923.3", "20200923.3"),
            ("1.2", "1.2"),
        ];
        cases.iter().for_each(|(given, wanted)| assert_eq!(upstream(given), *wanted));
        let metadata = |text: &str, given| rule(text).listed(given);
        assert_eq!(metadata("build-metadata", "0.1.13+1.0.8").as_deref(), Some("1.0.8"));
        assert_eq!(metadata("build-metadata:zstd.", "2.1.2+zstd.1.5.7").as_deref(), Some("1.5.7"));
        assert_eq!(metadata("build-metadata", "0.1.13"), None);
    }

    #[test]
    fn files_tell_the_version() {
        let read = |text: &str, file| rule(text).read(file);
        let header = "#define ZLIB_VERSION \"1.2.11\"\n# define A 1\n#define B (2)\n#define N 20302\n#define S 3008003\n#define ABC 7\n";
        assert_eq!(read("macro:zlib.h:ZLIB_VERSION", header).as_deref(), Some("1.2.11"));
        assert_eq!(read("macro:a.h:A+B", header).as_deref(), Some("1.2"));
        assert_eq!(read("macro:a.h:N", header).as_deref(), Some("2.3.2"));
        assert_eq!(read("macro:a.h:S", header).as_deref(), Some("3.8.3"));
        assert_eq!(read("macro:a.h:AB", header), None);
        assert_eq!(read("macro:configure.ac:AC_INIT", "AC_INIT([x y],[1.6.37],[z])").as_deref(), Some("1.6.37"));
        assert_eq!(read("pattern:CMakeLists.txt:VERSION (\\d+) (\\d+)", "set(VERSION 1 4)").as_deref(), Some("1.4"));
        assert_eq!(read("file:VERSION", " 1.8.3\n").as_deref(), Some("1.8.3"));
        assert_eq!(read("file:VERSION", "two words"), None);
        assert_eq!(read("pattern:a:v(.*)", "vx"), None, "what is no version is none");
        assert_eq!(rule("macro:src/*.h:A").file(), Some("src/*.h"));
        assert_eq!(rule(r"subpath:-(\d[\d.]*)$").read_folder("deps/zstd-1.5.6").as_deref(), Some("1.5.6"));
        assert_eq!(rule(r"pattern:a:A (\d)|B (\d) (\d)").read("B 1 2").as_deref(), Some("1.2"), "groups that matched");
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in ["", "unknown", "macro:a.h", "pattern:a.h", "pattern:a:(", "package:1", "file"] {
            assert!(text.parse::<VersionRule>().is_err(), "{text}");
        }
        assert!(format!("pattern:a:{}", "(a{100}){100}".repeat(100)).parse::<VersionRule>().is_err());
    }
}

//! Hits that say nothing of the file they stand in: the name of a licence in a path, in a list of what something is
//! compatible with, in the history of a project, or of other parts of it.

use super::corpus::Corpus;
use super::file::{self, LicenseFile};
use super::hit::Hit;
use super::query::Query;
use super::rule::{Rule, RuleKind};
use crate::model::place::base_name;

/// A scanned text, as far as it matters here.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The rules.
    pub corpus: &'a Corpus,
    /// Its words.
    pub query: &'a Query,
    /// Its bytes.
    pub text: &'a [u8],
    /// Its path.
    pub path: &'a str,
}

/// Rules longer than this, in words, speak for themselves wherever they stand.
const SHORT: u32 = 20;
/// Known words of a text from which on a weak name in it is a mention.
const LONG_TEXT: usize = 300;
/// Score below which a name is weak: a single everyday word, an abbreviation.
const WEAK: f32 = 0.7;

/// Whether a hit says nothing of the file.
pub fn is_aside(context: &Context<'_>, hit: &Hit) -> bool {
    let Some(rule) = context.corpus.rule(hit.rule) else { return false };
    if is_compatible(context, hit) || is_locked(context.path) || speaks_of_contributions(context, hit, rule) {
        return true;
    }
    if rule.kind == RuleKind::Text {
        return false;
    }
    speaks_of_parts(context, hit, rule)
        || hit.length < SHORT
            && (is_history(context.path)
                || names_a_file(context, hit, rule)
                || is_weak(context, hit, rule)
                || is_negated(context, hit)
                || is_code(context, hit, rule)
                || is_phrase(context, rule))
}

/// Bytes of the text from its `first` word to before its `last`.
fn bytes<'t>(context: &Context<'t>, first: u32, last: u32) -> &'t [u8] {
    let (start, end) = context.query.bytes(first as usize, last as usize);
    context.text.get(start..end).unwrap_or_default()
}

/// `GPL-compatible`: the licence is not granted.
fn is_compatible(context: &Context<'_>, hit: &Hit) -> bool {
    let (_, end) = context.query.bytes(hit.start as usize, hit.end as usize);
    let behind = context.text.get(end..).unwrap_or_default();
    let behind = behind.trim_ascii_start().strip_prefix(b"-").unwrap_or(behind).trim_ascii_start();
    starts(behind, b"compatib")
}

/// `not GPL`, `unlike the GPL`, `formerly GPL`, `compatible with the GPL`.
fn is_negated(context: &Context<'_>, hit: &Hit) -> bool {
    const WORDS_BEFORE: usize = 4;
    const NEGATIONS: [&[u8]; 12] = [
        b"not",
        b"non",
        b"unlike",
        b"compatible",
        b"incompatible",
        b"without",
        b"formerly",
        b"previously",
        b"before",
        b"consumed",
        b"rejecting",
        b"replaces",
    ];
    let (start, _) = context.query.bytes(hit.start as usize, hit.end as usize);
    let before = context.text.get(start.saturating_sub(48)..start).unwrap_or_default();
    let words = before.rsplit(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let sentence_ends = before.iter().rposition(|byte| matches!(byte, b'.' | b';' | b'!' | b'?'));
    let inside = sentence_ends.map_or(before.len(), |at| before.len() - at);
    let mut seen = 0;
    words
        .take(WORDS_BEFORE)
        .take_while(|word| {
            seen += word.len() + 1;
            seen <= inside + 1
        })
        .any(|word| NEGATIONS.iter().any(|negation| word.eq_ignore_ascii_case(negation)))
}

/// Change logs and histories tell what was, not what is.
fn is_history(path: &str) -> bool {
    const NAMES: [&str; 8] =
        ["history", "changelog", "changes", "news", "releasenotes", "relnotes", "releases", "whatsnew"];
    let name = base_name(path).to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default().replace(['-', '_'], "");
    NAMES.contains(&stem.as_str())
}

/// `LICENSE-MIT`, `COPYING.LGPL`, `Software::License::Perl_5`: the name of a file or a module, not of a licence.
fn names_a_file(context: &Context<'_>, hit: &Hit, rule: &Rule) -> bool {
    if rule.length < 2 || hit.end - hit.start != hit.length {
        return false;
    }
    let own = bytes(context, hit.start, hit.end);
    if own.iter().any(|byte| byte.is_ascii_whitespace()) {
        return false;
    }
    let joined = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+".contains(byte);
    let lower = own.to_ascii_lowercase();
    let mut words = lower.split(|byte| !byte.is_ascii_alphanumeric());
    let file_word = words.any(|word| [&b"license"[..], b"licence", b"copying"].contains(&word));
    let (start, end) = context.query.bytes(hit.start as usize, hit.end as usize);
    let before = context.text.get(..start).unwrap_or_default();
    let behind = context.text.get(end..).unwrap_or_default();
    let head = before.iter().rev().take(64).take_while(|byte| joined(byte)).count();
    let whole = &before[before.len() - head..];
    let address = contains(whole, b"//") || contains(whole, b"www.") || contains(&lower, b"//");
    let tag = behind.first().is_some_and(|byte| matches!(byte, b'"' | b'\'')) && before.last() == behind.first();
    own.iter().all(joined) && file_word && !address && !tag && !contains(own, b": ") && own.len() > 4 && !is_field(own)
}

/// `license:MIT`, as manifests write it.
fn is_field(own: &[u8]) -> bool {
    let colon = own.iter().position(|byte| *byte == b':');
    colon.is_some_and(|at| own.get(at + 1) != Some(&b':'))
}

/// The bare name of a licence in a long text, away from all other statements.
fn is_weak(context: &Context<'_>, hit: &Hit, rule: &Rule) -> bool {
    let bare = !matches!(rule.kind, RuleKind::Notice | RuleKind::Text);
    let speaks_for_all = file::kind(context.path) == Some(LicenseFile::License) || is_manifest(context.path);
    bare && !speaks_for_all && context.query.len() >= LONG_TEXT && hit.score(context.query, rule) < WEAK
}

/// Files in which packages are locked or listed: what they state is of these packages.
fn is_locked(path: &str) -> bool {
    const NAMES: [&str; 4] = ["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "bill-of-materials"];
    const ENDINGS: [&str; 4] = [".lock", ".cdx.json", ".spdx.json", ".spdx"];
    let name = base_name(path).to_ascii_lowercase();
    NAMES.iter().any(|start| name.starts_with(start)) || ENDINGS.iter().any(|end| name.ends_with(end))
}

/// Terms for those who send in changes, not for those who get the file.
fn speaks_of_contributions(context: &Context<'_>, hit: &Hit, rule: &Rule) -> bool {
    const AROUND: usize = 60;
    let expression = context.corpus.expression(rule);
    if expression.ends_with("-cla") || expression.contains("-cla-") {
        return true;
    }
    if hit.length >= SHORT {
        return false;
    }
    let (start, end) = context.query.bytes(hit.start as usize, hit.end as usize);
    let lower = |bytes: Option<&[u8]>| bytes.unwrap_or_default().to_ascii_lowercase();
    let before = lower(context.text.get(start.saturating_sub(AROUND)..start));
    let inside_sentence = before.windows(2).rposition(|pair| pair[0] == b'.' && pair[1].is_ascii_whitespace());
    let before = &before[inside_sentence.unwrap_or(0)..];
    let behind = lower(context.text.get(start..context.text.len().min(end + AROUND / 2)));
    let agreement = [&b"contributor agreement"[..], b"contributor license", b"contributor licence"];
    let sent_in = [&b"contribute"[..], b"contribution", b"submit"];
    agreement.iter().any(|words| contains(&behind, words)) || sent_in.iter().any(|word| contains(before, word))
}

/// Ends and names of files that describe a package.
fn is_manifest(path: &str) -> bool {
    const ENDINGS: [&str; 20] = [
        ".json",
        ".yml",
        ".yaml",
        ".toml",
        ".cfg",
        ".xml",
        ".gemspec",
        ".podspec",
        ".cabal",
        ".nuspec",
        ".spec",
        ".opam",
        ".gradle",
        ".kts",
        ".edn",
        ".exs",
        ".rockspec",
        ".ini",
        ".csproj",
        ".plist",
    ];
    const NAMES: [&str; 10] = [
        "setup.py",
        "makefile.pl",
        "build.pl",
        "pkg-info",
        "metadata",
        "description",
        "control",
        "meson.build",
        "conanfile.py",
        "build.zig.zon",
    ];
    let name = base_name(path).to_ascii_lowercase();
    ENDINGS.iter().any(|end| name.ends_with(end)) || NAMES.contains(&name.as_str())
}

/// `license => 'perl'` in a test, `SetDefault("license", "apache")` in an example: data that a program handles.
fn is_code(context: &Context<'_>, hit: &Hit, rule: &Rule) -> bool {
    const WORDS: u32 = 6;
    if rule.kind != RuleKind::Tag || hit.length > WORDS || is_manifest(context.path) {
        return false;
    }
    let (start, end) = context.query.bytes(hit.start as usize, hit.end as usize);
    let own = context.text.get(start..end).unwrap_or_default();
    let before = context.text.get(..start).unwrap_or_default();
    let quoted = matches!(before.last(), Some(b'"' | b'\''));
    let called = quoted && matches!(before.get(before.len().wrapping_sub(2)), Some(b'(' | b','));
    let method = before.ends_with(b"->") || before.ends_with(b".");
    contains(own, b"=>") || contains(own, b"->") || called || (quoted || method) && contains(own, b", ")
}

/// A few words that only hint at terms: "Non Commercial".
fn is_phrase(context: &Context<'_>, rule: &Rule) -> bool {
    const WORDS: u32 = 3;
    const HINTS: [&str; 4] = ["proprietary-license", "commercial-license", "other-copyleft", "other-permissive"];
    let name = context.corpus.expression(rule).strip_prefix("LicenseRef-scancode-");
    rule.kind == RuleKind::Reference
        && rule.length <= WORDS
        && context.query.len() > rule.length as usize * 4
        && name.is_some_and(|name| HINTS.contains(&name))
}

/// A notice that the parts of a project are under different licences, in a file that is not about licences.
fn speaks_of_parts(context: &Context<'_>, hit: &Hit, rule: &Rule) -> bool {
    let several = context.corpus.expression(rule).matches(" AND ").count() >= 2;
    if !several || file::kind(context.path).is_some() {
        return false;
    }
    let words = bytes(context, hit.start, hit.end).to_ascii_lowercase();
    contains(&words, b"different licen") || contains(&words, b"components")
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

fn starts(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

//! Hits that say nothing of the file they stand in: the name of a licence in a path, in a list of what something is
//! compatible with, in the history of a project, or of other parts of it.

use super::corpus::Corpus;
use super::file;
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
    if is_compatible(context, hit) {
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
                || is_negated(context, hit))
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

/// `not GPL`, `unlike the GPL`, `compatible with the GPL`.
fn is_negated(context: &Context<'_>, hit: &Hit) -> bool {
    const WORDS_BEFORE: usize = 4;
    const NEGATIONS: [&[u8]; 6] = [b"not", b"non", b"unlike", b"compatible", b"incompatible", b"without"];
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
    bare && context.query.len() >= LONG_TEXT && hit.score(context.query, rule) < WEAK
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

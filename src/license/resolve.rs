//! From hits to statements: which of them speak of the file, what kind each is, what an exception belongs to, and which
//! general name only repeats a more exact one.

use super::aside::{Context, is_aside};
use super::choice;
use super::expression::ids;
use super::hit::Hit;
use super::rule::RuleKind;
use super::version::{BARE, with_later};
use crate::model::license::{LicenseKind, LicenseMatch};
use crate::model::place::Lines;

/// Words between a licence and its exception, at most.
const EXCEPTION_GAP: u32 = 100;
/// Lines between a versioned licence and its bare name, at most, for the name to mean the same.
const SAME_PLACE: u32 = 12;
/// Statements before and behind one that are looked at for it.
const NEIGHBOURS: usize = 24;

/// A statement and where it stands.
pub struct Stated {
    /// The statement.
    pub statement: LicenseMatch,
    /// Its first byte.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
}

impl Stated {
    /// Whether it says only that there is some licence, or disclaims a warranty.
    pub fn is_vague(&self) -> bool {
        const VAGUE: [&str; 4] = ["unknown", "unknown-license-reference", "free-unknown", "warranty-disclaimer"];
        let name = self.statement.expression.strip_prefix("LicenseRef-scancode-");
        name.is_some_and(|name| VAGUE.contains(&name))
    }
}

/// The statements that the hits make, in order, and apart from them mentions that do not speak of the file.
pub fn resolve(context: &Context<'_>, hits: &[Hit], found: &mut Vec<LicenseMatch>, mentions: &mut Vec<LicenseMatch>) {
    let stated = gather(context, hits, mentions);
    // Where licences are named, "see the licence" adds nothing.
    let named = stated.iter().any(|one| !one.is_vague());
    let (vague, stated): (Vec<Stated>, Vec<Stated>) = stated.into_iter().partition(|one| named && one.is_vague());
    mentions.extend(vague.into_iter().map(|one| one.statement));
    mentions.sort_by_key(|one| one.lines);
    let repeated: Vec<bool> = (0..stated.len()).map(|at| is_general(&stated, at) || is_its_text(&stated, at)).collect();
    let stated = stated.into_iter().zip(repeated).filter(|(_, repeated)| !repeated).map(|(one, _)| one).collect();
    found.extend(choice::join(context.text, stated).into_iter().map(|one| one.statement));
}

/// The statements of the hits that speak of the file, exceptions with their licence; the others go to `mentions`.
fn gather(context: &Context<'_>, hits: &[Hit], mentions: &mut Vec<LicenseMatch>) -> Vec<Stated> {
    let mut stated: Vec<Stated> = Vec::new();
    let mut last_word = 0;
    for hit in hits {
        let Some(mut statement) = statement(context, hit) else { continue };
        if is_aside(context, hit) || is_disclaimer(context, hit) {
            if !statement.expression.starts_with("WITH ") {
                statement.kind = LicenseKind::Reference;
                mentions.push(statement);
            }
            continue;
        }
        let (start, end) = context.query.bytes(hit.start as usize, hit.end as usize);
        if let Some(exception) = statement.expression.strip_prefix("WITH ").map(String::from) {
            let before = stated.last_mut().filter(|_| hit.start <= last_word + EXCEPTION_GAP);
            if let Some(before) = before.filter(|before| takes_exception(&before.statement.expression)) {
                let licence = &mut before.statement;
                licence.expression = format!("{} WITH {exception}", licence.expression);
                licence.lines.last = licence.lines.last.max(statement.lines.last);
                before.end = end;
                last_word = hit.end;
                continue;
            }
            statement.expression = alone(&exception);
            statement.kind = LicenseKind::Reference;
        }
        last_word = hit.end;
        stated.push(Stated { statement, start, end });
    }
    stated
}

/// Whether a short text grants nothing: a disclaimer of warranty that stands in some licence alone.
fn is_disclaimer(context: &Context<'_>, hit: &Hit) -> bool {
    const SHORT: u32 = 60;
    const GRANTS: [&[u8]; 10] =
        [b"permi", b"grant", b"copy", b"copi", b"redistribut", b" use ", b" used", b"public domain", b"licen", b"free"];
    let is_text = context.corpus.rule(hit.rule).is_some_and(|rule| rule.kind == RuleKind::Text);
    if !is_text || hit.length > SHORT {
        return false;
    }
    let (start, end) = context.query.bytes(hit.start as usize, hit.end as usize);
    let own = context.text.get(start..end).unwrap_or_default().to_ascii_lowercase();
    !GRANTS.iter().any(|word| memchr::memmem::find(&own, word).is_some())
}

/// Whether a statement names a GNU licence without its version, close to one that names the version.
fn is_general(all: &[Stated], at: usize) -> bool {
    let statement = &all[at].statement;
    let all = &all[at.saturating_sub(NEIGHBOURS)..all.len().min(at + NEIGHBOURS)];
    let Some((_, family)) = BARE.iter().find(|(general, _)| *general == statement.expression) else { return false };
    all.iter().map(|other| &other.statement).any(|other| {
        let heading = statement.kind == LicenseKind::Reference && other.kind == LicenseKind::Notice;
        let near = heading
            || other.lines.first <= statement.lines.last.saturating_add(SAME_PLACE)
                && statement.lines.first <= other.lines.last.saturating_add(SAME_PLACE);
        near && ids(&other.expression).any(|id| id.starts_with(family) && id != statement.expression)
    })
}

/// Whether a statement is the text, or only the name, of the licence that a notice before it grants with "or later": what the
/// notice says holds.
fn is_its_text(all: &[Stated], at: usize) -> bool {
    let statement = &all[at].statement;
    let Some(id) = statement.expression.strip_suffix("-only").filter(|id| !id.contains(' ')) else { return false };
    let before = &all[at.saturating_sub(NEIGHBOURS)..at];
    matches!(statement.kind, LicenseKind::Text | LicenseKind::Reference)
        && before.iter().map(|other| &other.statement).any(|other| {
            let same = |id_there: &str| id_there.strip_suffix("-or-later") == Some(id);
            other.kind == LicenseKind::Notice && ids(&other.expression).any(same)
        })
}

/// Whether an exception may be joined with the expression: one licence without another.
fn takes_exception(expression: &str) -> bool {
    !expression.contains(' ') && ["GPL-", "LGPL-", "AGPL-"].iter().any(|start| expression.starts_with(start))
}

/// An exception whose licence is not known.
fn alone(exception: &str) -> String {
    let name = exception.strip_prefix("AdditionRef-").unwrap_or(exception);
    format!("LicenseRef-{name}")
}

fn statement(context: &Context<'_>, hit: &Hit) -> Option<LicenseMatch> {
    let rule = context.corpus.rule(hit.rule)?;
    let (first, last) = hit.lines(context.query);
    let expression = context.corpus.expression(rule);
    let later = if rule.kind == RuleKind::Text { None } else { with_later(context, hit, expression) };
    Some(LicenseMatch {
        expression: later.unwrap_or_else(|| expression.to_string()),
        kind: match rule.kind {
            RuleKind::Text => LicenseKind::Text,
            RuleKind::Notice => LicenseKind::Notice,
            RuleKind::Tag => LicenseKind::Tag,
            _ => LicenseKind::Reference,
        },
        lines: Lines { first, last },
        score: hit.score(context.query, rule),
        rule: context.corpus.name(hit.rule).to_string(),
    })
}

//! From hits to statements: what kind each is, and what an exception belongs to.

use super::corpus::Corpus;
use super::hit::Hit;
use super::query::Query;
use super::rule::RuleKind;
use crate::model::license::{LicenseKind, LicenseMatch};
use crate::model::place::Lines;

/// Words between a licence and its exception, at most.
const EXCEPTION_GAP: u32 = 100;

/// The statements that the hits make, in order.
pub fn resolve(corpus: &Corpus, query: &Query, hits: &[Hit], found: &mut Vec<LicenseMatch>) {
    let first = found.len();
    let mut ends: Vec<u32> = Vec::new();
    for (at, hit) in hits.iter().enumerate() {
        let Some(mut statement) = statement(corpus, query, hit) else { continue };
        if let Some(exception) = statement.expression.strip_prefix("WITH ").map(String::from) {
            let before = found[first..].last_mut().filter(|_| ends.last().is_some_and(|end| hit.start <= end + EXCEPTION_GAP));
            if let Some(licence) = before.filter(|licence| takes_exception(&licence.expression)) {
                licence.expression = format!("{} WITH {exception}", licence.expression);
                licence.lines.last = licence.lines.last.max(statement.lines.last);
                ends.pop();
                ends.push(hit.end);
                continue;
            }
            let _ = at;
            statement.expression = alone(&exception);
            statement.kind = LicenseKind::Reference;
        }
        ends.push(hit.end);
        found.push(statement);
    }
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

fn statement(corpus: &Corpus, query: &Query, hit: &Hit) -> Option<LicenseMatch> {
    let rule = corpus.rule(hit.rule)?;
    let (first, last) = hit.lines(query);
    Some(LicenseMatch {
        expression: corpus.expression(rule).to_string(),
        kind: match rule.kind {
            RuleKind::Text => LicenseKind::Text,
            RuleKind::Notice => LicenseKind::Notice,
            RuleKind::Tag => LicenseKind::Tag,
            _ => LicenseKind::Reference,
        },
        lines: Lines { first, last },
        score: hit.score(query, rule),
        rule: corpus.name(hit.rule).to_string(),
    })
}

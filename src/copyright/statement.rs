//! Makes what the report shows of the words of a statement: the statement itself, its holder and its years.

use crate::model::copyright::{Copyright, Years};
use crate::model::limits;
use crate::model::place::Lines;

use super::parse::{Word, reserved};
use super::trim;
use super::word::Kind;
use super::year;

/// The statement that `words` make; `None` where it only talks of copyright.
pub(super) fn of(words: &[Word], text: &str) -> Option<Copyright> {
    let mut shown = String::new();
    let mut holder = String::new();
    let mut address = String::new();
    let mut years = Years::default();
    let mut span = year::Span::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rights = reserved(words.get(at..).unwrap_or_default());
        if rights > 0 {
            at += rights;
            continue;
        }
        let letters = text.get(word.start..word.end).unwrap_or_default();
        if shown.len() + letters.len() > limits::COPYRIGHT_BYTES {
            break;
        }
        add(letters, &mut shown);
        span.read(word.kind, letters, &mut years);
        match word.kind {
            Kind::Copy | Kind::Year | Kind::ShortYear | Kind::Holder | Kind::Is | Kind::Held | Kind::Notice => {}
            Kind::SmallNumber | Kind::Number if holder.is_empty() => {}
            Kind::Mail | Kind::Url => add(letters, &mut address),
            Kind::By | Kind::Dash | Kind::To | Kind::And | Kind::Portions if holder.is_empty() => {}
            _ => add(letters, &mut holder),
        }
        at += 1;
    }
    let statement = trim::statement(&shown)?;
    let holder = trim::holder(if holder.is_empty() { &address } else { &holder });
    let lines = Lines { first: words.first()?.line, last: words.last()?.line };
    Some(Copyright { statement, holder, years, lines })
}

fn add(word: &str, out: &mut String) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(word);
}

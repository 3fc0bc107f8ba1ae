//! Decisions about findings: `foundling-decisions.toml`.
//!
//! ```toml
//! [[decision]]
//! component = "pkg:npm/jquery"        # purl without version; `*` and `**` as in patterns, for many at once
//! kind = "accepted"                   # accepted, replaced-by, false-positive, own-code, to-be-removed
//! reason = "Goes with the old portal."
//! author = "Ada Byron"
//! date = "2026-11-25"
//! expires = "2027-11-25"              # the last day on which it holds; may be left out
//! replaced_by = "pkg:npm/jquery@3.7"  # for replaced-by
//! sketch = ["0b5c…", "1a2b…"]         # the content; or one of the next two
//! paths = ["third_party/**"]          # places
//! all = true                          # wherever it is
//! discrepancy = "wrong-version"       # only for declarations that do not hold, in this way: also tampered, absent, extraneous
//! ```
//!
//! A decision holds for a finding of its *component* with its *content*, wherever that lies and in whichever repository: names
//! of folders and files, releases and indexes may change. Content is compared by sketches of the matched text
//! ([`crate::text::sketch`]), which are kept as they are, a hash that stands twice included. Hashes behind a `+` are of all text
//! of the files and of those around it: what a newer index finds there to be the component's was there when it was decided.
//! It holds for a part of the content, too (one file of a folder), and not once the content is much more than that. A decision
//! without a sketch says with `all` or `paths` that it is meant for more. Paths are patterns, see [`crate::review::pattern`]; a
//! folder is meant with what is in it.
//!
//! An entry that cannot be read decides nothing and is reported with its line; the others hold. So do those outside a conflict
//! that a merge left, see [`crate::review::entries`].

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobMatcher;
use serde::Deserialize;
use toml::Spanned;

use crate::error::{Code, Problem};
use crate::model::finding::{Discrepancy, DiscrepancyKind, Finding};
use crate::model::ids::RootNo;
use crate::model::purl::base_of;
use crate::model::review::{Decided, DecisionKind};
use crate::model::sketch::{Sketch, read_hashes, written};
use crate::review::entries::{Entry, Fault, HEAD, entries};
use crate::review::pattern::{self, PathPattern, is_pattern};

/// Sketches of fewer hashes say so little that this much of both must be the same.
const FEW: usize = 4;
const FEW_SAME: f64 = 0.5;
/// Share of a finding that must be in what was decided about: of a part whose lines were edited, a fifth of them, two thirds
/// are.
const PART_HELD: f64 = 0.5;
/// As that, of the few hashes by which a folder's files are known: three of eight.
const MARKS_HELD: f64 = 0.375;
/// How much of a finding must be in what was decided about, against what of that is in the finding. What was edited lacks as
/// much on either side; what has come to hold more than was decided about lacks on one: more than half as much again.
const GROWN: f64 = 0.62;
/// How alike two contents must be to be one. A fifth of all lines edited leaves about a half; different files of a component
/// have up to a quarter in common.
const ALIKE: f64 = 0.3;

/// A decision.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What is said of findings it holds for.
    pub decided: Decided,
    /// Purl or pattern as it is written.
    pub component: String,
    /// Of a pattern; a purl is compared as it is.
    component_matcher: Option<GlobMatcher>,
    sketch: Sketch,
    around: Sketch,
    paths: Vec<PathPattern>,
    all: bool,
    /// For one that is about declarations that do not hold, and nothing else: what is wrong with them.
    discrepancy: Option<DiscrepancyKind>,
    /// The only root of the scan for which it was made; `None` for any.
    pub root: Option<RootNo>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    component: Spanned<String>,
    kind: DecisionKind,
    reason: Spanned<String>,
    author: Spanned<String>,
    date: Spanned<String>,
    expires: Option<Spanned<String>>,
    replaced_by: Option<String>,
    sketch: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    paths: Vec<Spanned<String>>,
    #[serde(default)]
    all: bool,
    discrepancy: Option<DiscrepancyKind>,
}

impl Decision {
    /// Whether it still holds on a day, an ISO date.
    pub fn holds_on(&self, today: &str) -> bool {
        self.decided.expires.as_deref().is_none_or(|last| today <= last)
    }

    /// Whether it was made for what lies below a root of the scan.
    pub fn is_of(&self, root: RootNo) -> bool {
        self.root.is_none_or(|own| own == root)
    }

    /// Whether it is about a finding; `place` is where that is shown to be.
    pub fn is_about(&self, finding: &Finding, place: &str) -> bool {
        let mut purls = std::iter::once(base_of(&finding.purl)).chain(finding.aliases.iter().map(String::as_str));
        self.discrepancy.is_none()
            && purls.any(|purl| self.names(purl))
            && (self.is_wide(place) || self.is_content(&finding.sketch))
    }

    /// Whether it is about a discrepancy: these have no content, so only a decision with `all` or `paths` can be.
    pub fn is_about_discrepancy(&self, one: &Discrepancy, place: &str) -> bool {
        let is_kind = self.discrepancy.is_none_or(|kind| kind == one.kind);
        is_kind && self.names(base_of(&one.declared.purl)) && self.is_wide(place)
    }

    /// Whether the same is decided about the same for the same reason, whoever decided it when.
    pub fn is_same(&self, other: &Decision) -> bool {
        let decided = |one: &Decision| {
            let Decided { kind, reason, expires, replaced_by, .. } = &one.decided;
            (*kind, reason.clone(), expires.clone(), replaced_by.clone())
        };
        let paths = |one: &Decision| one.paths.iter().map(|path| path.text().to_string()).collect::<Vec<_>>();
        self.component.eq_ignore_ascii_case(&other.component)
            && (self.all, self.discrepancy) == (other.all, other.discrepancy)
            && self.sketch == other.sketch
            && paths(self) == paths(other)
            && decided(self) == decided(other)
    }

    /// Files of a report with copied lines of what it is about; `by_component` are those of each purl in small letters.
    pub fn files_with_lines(&self, by_component: &BTreeMap<String, BTreeSet<usize>>) -> u64 {
        if self.discrepancy.is_some() {
            return 0;
        }
        let files: BTreeSet<usize> = match &self.component_matcher {
            None => by_component.get(&self.component.to_lowercase()).cloned().unwrap_or_default(),
            Some(pattern) => by_component
                .iter()
                .filter(|(purl, _)| pattern.is_match(purl))
                .flat_map(|(_, files)| files)
                .copied()
                .collect(),
        };
        files.len() as u64
    }

    fn names(&self, purl: &str) -> bool {
        self.component.eq_ignore_ascii_case(purl)
            || self.component_matcher.as_ref().is_some_and(|pattern| pattern.is_match(purl))
    }

    fn is_wide(&self, place: &str) -> bool {
        self.all || self.paths.iter().any(|path| path.is_place(place))
    }

    /// Whether a finding's content is that which was decided about, or a part of it. What holds that and much more is not.
    fn is_content(&self, sketch: &Sketch) -> bool {
        let of_decided = sketch.covers(&self.sketch);
        let of_finding = self.sketch.covers(sketch).into_iter().chain(self.around.covers(sketch)).reduce(f64::max);
        if of_finding.zip(of_decided).is_some_and(|(of_finding, of_decided)| of_finding < of_decided * GROWN) {
            return false;
        }
        let is_held = |all: &Sketch| {
            all.covers(sketch).is_some_and(|held| held >= PART_HELD)
                || all.marks(sketch).is_some_and(|held| held >= MARKS_HELD)
        };
        // What an index has learned since was there when it was decided.
        let learned = || is_held(&self.around) && of_decided.is_some_and(|share| share >= PART_HELD);
        if is_held(&self.sketch) || learned() {
            return true;
        }
        let few = self.sketch.0.len().min(sketch.0.len()) < FEW;
        self.sketch.resemblance(sketch) >= if few { FEW_SAME } else { ALIKE }
    }
}

/// Reads a file of decisions; `file` is what it is called. What cannot be read comes as problems, by line.
pub fn read(text: &str, file: &str) -> (Vec<Decision>, Vec<Problem>) {
    let (entries, mut faults) = entries(text);
    let mut decisions = Vec::new();
    for Entry { head, body } in entries {
        match entry(&body, file, head) {
            Ok(decision) => decisions.push(decision),
            Err(fault) => faults.push(fault),
        }
    }
    faults.sort();
    let problem = |(line, why): Fault| Problem::new(Code::BadDecision, file, format!("line {line}: {why}"));
    (decisions, faults.into_iter().map(problem).collect())
}

/// Reads one entry, or says what is wrong and in which line.
fn entry(body: &str, file: &str, head: usize) -> Result<Decision, (usize, String)> {
    let line = |at: usize| head + 1 + body.get(..at).map_or(0, |before| before.matches('\n').count());
    let entry: Fields = toml::from_str(body).map_err(|error| {
        let at = error.span().map_or(head, |span| line(span.start));
        (at, error.message().trim().replace('\n', ", "))
    })?;
    for day in std::iter::once(&entry.date).chain(&entry.expires) {
        if !is_day(day.get_ref()) {
            return Err((line(day.span().start), format!("`{}` is no date; write 2026-01-31", day.get_ref())));
        }
    }
    for (text, name) in [(&entry.reason, "reason"), (&entry.author, "author"), (&entry.component, "component")] {
        if text.get_ref().trim().is_empty() {
            return Err((line(text.span().start), format!("it has no {name}")));
        }
    }
    let glob =
        |text: &Spanned<String>| pattern::glob(text.get_ref(), true).map_err(|why| (line(text.span().start), why));
    let path =
        |text: &Spanned<String>| PathPattern::read(text.get_ref(), true).map_err(|why| (line(text.span().start), why));
    let sketch_line = entry.sketch.as_ref().map_or(head, |sketch| line(sketch.span().start));
    let hashes = entry.sketch.as_ref().map_or(&[][..], |sketch| sketch.get_ref());
    let (sketch, around) =
        read_hashes(hashes).map_err(|text| (sketch_line, format!("`{text}` is no hash of a sketch")))?;
    if sketch.0.is_empty() && entry.paths.is_empty() && !entry.all {
        return Err((
            head,
            "it has no sketch; say with `all = true` or `paths` that more than one content is meant".to_string(),
        ));
    }
    if entry.kind == DecisionKind::ReplacedBy && entry.replaced_by.is_none() {
        return Err((head, "it does not say in `replaced_by` what takes its place".to_string()));
    }
    Ok(Decision {
        component_matcher: is_pattern(entry.component.get_ref()).then(|| glob(&entry.component)).transpose()?,
        component: entry.component.into_inner(),
        paths: entry.paths.iter().map(path).collect::<Result<_, _>>()?,
        sketch,
        around,
        all: entry.all,
        discrepancy: entry.discrepancy,
        root: None,
        decided: Decided {
            kind: entry.kind,
            reason: entry.reason.into_inner(),
            author: entry.author.into_inner(),
            date: entry.date.into_inner(),
            expires: entry.expires.map(Spanned::into_inner),
            replaced_by: entry.replaced_by,
            file: file.to_string(),
            line: head as u32,
        },
    })
}

/// Whether a text is a day as ISO 8601 writes it.
pub fn is_day(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let (Some(year), Some(month), Some(day)) = (part(0..4), part(5..7), part(8..10)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 31,
    };
    shape && (1..=12).contains(&month) && (1..=last).contains(&day)
}

/// A new entry's text, to be appended to a file of decisions.
pub struct NewEntry<'e> {
    /// Purl without version, or a pattern.
    pub component: &'e str,
    /// What is decided.
    pub decided: &'e Decided,
    /// The content; empty for a wide decision.
    pub sketch: &'e Sketch,
    /// What is around it.
    pub around: &'e Sketch,
    /// Places; empty with no sketch means everywhere.
    pub paths: &'e [String],
    /// For a decision about a declaration that does not hold: what is wrong with it.
    pub discrepancy: Option<DiscrepancyKind>,
}

impl NewEntry<'_> {
    /// The entry as it is written, an empty line before it.
    pub fn text(&self) -> String {
        // On one line, whatever stands in it: entries are told apart by lines. JSON's escapes are TOML's, but for DEL.
        let quoted = |text: &str| serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f");
        let list = |items: Vec<String>| format!("[{}]", items.join(", "));
        let kind = word(self.decided.kind);
        let mut out = format!("\n{HEAD}\ncomponent = {}\nkind = {}\n", quoted(self.component), quoted(&kind));
        let Decided { reason, author, date, expires, replaced_by, .. } = self.decided;
        out.push_str(&format!("reason = {}\nauthor = {}\ndate = {}\n", quoted(reason), quoted(author), quoted(date)));
        for (name, value) in [("expires", expires), ("replaced_by", replaced_by)] {
            if let Some(value) = value {
                out.push_str(&format!("{name} = {}\n", quoted(value)));
            }
        }
        if let Some(discrepancy) = self.discrepancy {
            out.push_str(&format!("discrepancy = {}\n", quoted(&word(discrepancy))));
        }
        if !self.paths.is_empty() {
            out.push_str(&format!("paths = {}\n", list(self.paths.iter().map(|path| quoted(path)).collect())));
        }
        match written(self.sketch, self.around).as_slice() {
            [] if self.paths.is_empty() => out.push_str("all = true\n"),
            [] => {}
            hashes => {
                let lines = hashes
                    .chunks(4)
                    .map(|four| four.iter().map(|hash| format!("\"{hash}\"")).collect::<Vec<_>>().join(", "));
                out.push_str(&format!("sketch = [\n  {},\n]\n", lines.collect::<Vec<_>>().join(",\n  ")));
            }
        }
        out
    }
}

/// The name of a kind, as files have it.
fn word(kind: impl serde::Serialize) -> String {
    let kind = serde_json::to_value(kind).ok();
    kind.and_then(|kind| kind.as_str().map(str::to_string)).unwrap_or_default()
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;

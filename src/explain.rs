//! `foundling explain`: why one file was attributed as it was. The file stage is run again with a trace, and the tree stage
//! over the folder around the file, so that what is shown is what a scan does.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::examine::{self, Content, Memory, Search, SourceFile, Wanted, examine};
use crate::index::reader::Index;
use crate::index::relation::{self, Holder};
use crate::index::set::Indexes;
use crate::input::read;
use crate::matching::seed::Evidence;
use crate::matching::{Candidate, Trace, Verdict};
use crate::model::evidence::FileEvidence;
use crate::model::finding::{Origin, Report};
use crate::model::ids::{LineageId, RootNo};
use crate::model::license::LicenseMatch;
use crate::model::place::{Lines, path_text};
use crate::model::purl::short_name;
use crate::report::layout::safe;
use crate::scan::{self, Options};
use crate::text::language;
use crate::text::token::{self, Tokens};

/// Candidates that are listed.
const CANDIDATES_LISTED: usize = 30;
/// Seeds of a candidate that are listed.
const SEEDS_LISTED: usize = 6;
/// Licence statements that are listed.
const LICENSES_LISTED: usize = 50;
/// Holders of a content that are listed and compared with one another.
const HOLDERS_LISTED: usize = 12;

/// Explains the file at `path`; only what touches `lines`, if they are named. `root` is the scanned folder, or else the
/// file's own.
///
/// # Errors
///
/// A file or root that cannot be read.
pub fn explain(indexes: &Indexes, path: &Path, lines: Option<Lines>, root: Option<&Path>) -> Result<String, Error> {
    let failed = |source| Error::Io { what: "cannot read", path: path.to_path_buf(), source };
    let full = path.canonicalize().map_err(failed)?;
    let root = match root {
        Some(root) => {
            root.canonicalize().map_err(|source| Error::Io { what: "cannot read", path: root.into(), source })?
        }
        None => full.parent().map(Path::to_path_buf).unwrap_or_else(|| PathBuf::from("/")),
    };
    let Ok(below) = full.strip_prefix(&root) else {
        return Err(Error::Usage(format!(
            "`{}` does not lie in `{}`; name a folder around it",
            path.display(),
            root.display()
        )));
    };
    let shown = path_text(below.as_os_str().as_encoded_bytes());
    let mut buffer = Vec::new();
    let done = read::read(&full, &shown, &mut buffer)
        .map_err(|problem| Error::Usage(format!("cannot read `{}`: {}", path.display(), problem.detail)))?;
    let mut scratch = Vec::new();
    let bytes = (done.body == read::Body::Whole).then_some(&buffer[..]);
    let text = bytes.and_then(|bytes| read::text(bytes, &mut scratch));
    let source = SourceFile { root: RootNo(0), path: &shown, archive: 0, bytes: done.bytes, blake3: done.blake3 };
    let mut trace = Trace::default();
    let search = Search { indexes, wanted: Wanted::ALL, memory: &Memory::default() };
    let content = Content::of(bytes, text);
    let evidence = examine(&search, &source, content, &mut examine::Scratch::default(), Some(&mut trace));
    let mut tokens = Tokens::default();
    if let Some(text) = text {
        token::lex(text, language::of(&shown, text), usize::MAX, &mut tokens);
    }
    let report =
        scan::scan(std::slice::from_ref(&root), indexes, &Options { no_ignore: true, ..Options::default() }, &|_| ())?;
    let mut page = String::new();
    head(&mut page, &shown, &evidence);
    licenses(&mut page, &evidence, lines);
    whole(&mut page, indexes, &evidence);
    pieces(&mut page, indexes, &trace, &tokens, lines);
    verdict(&mut page, &report, &shown, &root);
    Ok(page)
}

/// A line of the answer. Writing to a `String` cannot fail.
macro_rules! line {
    ($page:expr, $($text:tt)*) => {{ let _ = writeln!($page, $($text)*); }};
}

fn head(page: &mut String, shown: &str, evidence: &FileEvidence) {
    line!(page, "{}", safe(shown));
    let language = evidence.language.unwrap_or("not text");
    line!(page, "  {language}, {} bytes, {} lines of code", evidence.bytes, evidence.code_lines);
    for problem in &evidence.problems {
        line!(page, "  {}: {}", problem.code.as_str(), safe(&problem.detail));
    }
}

/// What the file says of its licence, as far as it touches `wanted`, each with the rule that it comes from.
fn licenses(page: &mut String, evidence: &FileEvidence, wanted: Option<Lines>) {
    let touches = |here: Lines| wanted.is_none_or(|wanted| here.first <= wanted.last && wanted.first <= here.last);
    let found: Vec<&LicenseMatch> = evidence.licenses.iter().filter(|one| touches(one.lines)).collect();
    line!(page, "\nLicences");
    if found.is_empty() {
        line!(page, "  nothing is said of one");
    }
    for one in found.iter().take(LICENSES_LISTED) {
        let LicenseMatch { expression, kind, lines, score, rule } = one;
        let place = format!("lines {} to {}", lines.first, lines.last);
        line!(page, "  {place}: {} ({kind:?}), score {score:.2}, rule {}", safe(expression), safe(rule));
    }
    if found.len() > LICENSES_LISTED {
        line!(page, "  and {} more", found.len() - LICENSES_LISTED);
    }
}

fn whole(page: &mut String, indexes: &Indexes, evidence: &FileEvidence) {
    line!(page, "\nThe whole content");
    if evidence.whole.is_empty() {
        line!(page, "  no index holds it, nor the same code in another layout");
    }
    for one in &evidence.whole {
        let Some(index) = indexes.get(one.index) else { continue };
        let holders = index.holders(one.content);
        line!(page, "  {:?} in `{}`, {} holders", one.kind, named(index), holders.len());
        for holder in holders.iter().take(HOLDERS_LISTED) {
            line!(page, "    {}", held(index, *holder, one.content));
        }
        origins(page, index, &holders);
    }
}

/// An index's file, and which part of it the index is.
fn named(index: &Index) -> String {
    let path = safe(&index.path().to_string_lossy()).into_owned();
    index.part().map_or(path.clone(), |part| format!("{path} part {part}"))
}

/// `pkg:… 1.2 to 1.4: path`.
fn held(index: &Index, id: LineageId, content: crate::model::ids::ContentId) -> String {
    let Some(lineage) = index.lineage(id) else { return "a damaged record".to_string() };
    let Some(component) = index.component(lineage.component) else { return "a damaged record".to_string() };
    let version = |release: crate::model::ids::ReleaseNo| {
        component.releases.get(release.0 as usize).map_or("?", |release| release.version.as_str())
    };
    let spans = lineage.segments.iter().filter(|segment| segment.content == content);
    let spans: Vec<String> = spans
        .map(|segment| match (version(segment.releases.first), version(segment.releases.last)) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first} to {last}"),
        })
        .collect();
    safe(&format!("{} {}: {}", component.base, spans.join(", "), lineage.path)).into_owned()
}

/// Who of the holders is the origin, pair by pair.
fn origins(page: &mut String, index: &Index, holders: &[LineageId]) {
    let mut lineages: Vec<_> = holders.iter().filter_map(|id| index.lineage(*id)).collect();
    lineages.dedup_by_key(|lineage| lineage.component);
    lineages.truncate(HOLDERS_LISTED);
    let name = |id| index.component_base(id).map(short_name).unwrap_or_default();
    for (at, one) in lineages.iter().enumerate() {
        for other in &lineages[at + 1..] {
            let (own, theirs) = (name(one.component), name(other.component));
            let here =
                relation::vote(Holder { name: &own, path: &one.path }, Holder { name: &theirs, path: &other.path });
            let (mean, shared) = index.relation(one.component, other.component).unwrap_or((0, 0));
            let sum = here + mean;
            let said = match sum {
                sum if sum > relation::BEATS => format!("{own} is the origin"),
                sum if sum < -relation::BEATS => format!("{theirs} is the origin"),
                _ => "neither is known to be the origin".to_string(),
            };
            let votes = format!(
                "{:+.2} here, {:+.2} over {shared} shared files",
                f64::from(here) / 100.0,
                f64::from(mean) / 100.0
            );
            line!(page, "      {} and {}: {votes}: {}", safe(&own), safe(&theirs), safe(&said));
        }
    }
}

fn pieces(page: &mut String, indexes: &Indexes, trace: &Trace, tokens: &Tokens, lines: Option<Lines>) {
    line!(page, "\nPieces");
    if trace.seeds.is_empty() {
        line!(page, "  not looked for: the whole content is known, or it is no code");
        return;
    }
    for ((number, index), (seeds, hits)) in indexes.iter().zip(trace.seeds.iter().zip(&trace.hits)) {
        line!(
            page,
            "  index {} `{}`: {seeds} seeds, {hits} hits near one another, bar {:.1} bits",
            number.0,
            named(index),
            index.bar()
        );
    }
    let touches = |candidate: &Candidate| {
        let here = lines_of(candidate, tokens);
        lines.is_none_or(|wanted| here.first <= wanted.last && wanted.first <= here.last)
    };
    let wanted: Vec<&(Candidate, Verdict)> =
        trace.candidates.iter().filter(|(candidate, _)| touches(candidate)).collect();
    if wanted.is_empty() {
        line!(page, "  no chain of hits is worth a look");
    }
    for (candidate, verdict) in wanted.iter().take(CANDIDATES_LISTED) {
        show(page, indexes, candidate, *verdict, tokens);
    }
    if wanted.len() > CANDIDATES_LISTED {
        line!(page, "  and {} weaker candidates", wanted.len() - CANDIDATES_LISTED);
    }
}

fn lines_of(candidate: &Candidate, tokens: &Tokens) -> Lines {
    let line = |at: usize| tokens.lines.get(at).copied().unwrap_or(1);
    let (first, end) = candidate.span;
    Lines { first: line(first), last: line(end.saturating_sub(1)) }
}

fn show(page: &mut String, indexes: &Indexes, candidate: &Candidate, verdict: Verdict, tokens: &Tokens) {
    let Some(index) = indexes.get(candidate.index) else { return };
    let Some(lineage) = index.lineage(candidate.lineage) else { return };
    let base = index.component_base(lineage.component).unwrap_or("?");
    let here = lines_of(candidate, tokens);
    let (parts, e_value) = (&candidate.parts, index.chance().expected(candidate.score));
    line!(page, "  lines {} to {}: {} {}", here.first, here.last, safe(base), safe(&lineage.path));
    line!(page, "    {}: score {:.1} of {:.1} bits, E {e_value:.1e}", verdict.as_str(), candidate.score, candidate.bar);
    line!(
        page,
        "    exact {:.0}, same names {:.0}, other names {:.0}, information {:.0} bits; shifts {:.0} bits, {} tokens uncovered, \
         {} seeds in the file",
        parts.exact,
        parts.verbatim,
        parts.renamed,
        parts.information,
        parts.gaps,
        parts.uncovered,
        parts.seeds
    );
    line!(page, "    {} tokens with the same names, {} with others", parts.same_tokens, parts.renamed_tokens);
    for hit in candidate.hits.iter().take(SEEDS_LISTED) {
        let kind = match hit.evidence {
            Evidence::Exact => "exact",
            Evidence::Verbatim => "same names",
            Evidence::Renamed => "other names",
        };
        let line = tokens.lines.get(hit.query as usize).copied().unwrap_or(0);
        let common = if hit.common { ", common" } else { "" };
        line!(
            page,
            "      seed at line {line}, token {} = {} there: {kind}, {:.1} bits{common}",
            hit.query,
            hit.target,
            hit.bits
        );
    }
    let more = candidate.hits.len().saturating_sub(SEEDS_LISTED);
    if more > 0 {
        line!(page, "      and {more} more seeds in this chain");
    }
}

/// What the tree stage makes of it.
fn verdict(page: &mut String, report: &Report, shown: &str, root: &Path) {
    line!(page, "\nIn a scan of `{}`", safe(&root.to_string_lossy()));
    let file = report.files.iter().find(|file| file.path == shown);
    for found in file.iter().flat_map(|file| &file.matches) {
        let share = found.similarity * 100.0;
        line!(page, "  {:?}: {} {}, {share:.0}% of the code", found.kind, safe(&found.purl), safe(&found.source_path));
    }
    if file.is_none_or(|file| file.matches.is_empty()) {
        line!(
            page,
            "  nothing is said of it: no match, or too little to be worth a word (boilerplate, documents, tiny files)"
        );
    }
    let around = report.findings.iter().chain(&report.internal).filter(|finding| {
        finding.root.is_empty()
            || shown == finding.root
            || shown.strip_prefix(&finding.root).is_some_and(|rest| rest.starts_with('/'))
    });
    for finding in around {
        let place = if finding.root.is_empty() { "." } else { &finding.root };
        let versions = finding.versions.join(", ");
        let what = if finding.origin == Origin::Internal { "internal reuse" } else { "finding" };
        line!(
            page,
            "  {what} around it: {} at {} ({versions}), {:?}, confidence {:.2}",
            safe(&finding.purl),
            safe(place),
            finding.kind,
            finding.confidence
        );
    }
}

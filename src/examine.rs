//! The file stage: one file in, its evidence out. No I/O, no clock, no state but buffers and a memory of what equal texts
//! said; it cannot fail. What a limit cuts short is recorded in the evidence.

mod said;

use crate::copyright;
use crate::error::{Code, Problem};
use crate::index::reader::Index;
use crate::index::set::Indexes;
use crate::license::{self, tag::Claim};
use crate::matching::{self, Trace};
pub use crate::model::evidence::Wanted;
use crate::model::evidence::{FileEvidence, MatchKind, WholeMatch};
use crate::model::ids::{ContentId, LineageId, RootNo};
use crate::model::license::LicenseKind;
use crate::model::limits;
use crate::model::place::Lines;
use crate::text::digest::{Digest, NORMALIZED_MIN_BYTES};
use crate::text::language::{self, Language, Role};
use crate::text::sketch::Words;
use crate::text::token::{self, Tokens};
pub use said::Memory;
use said::Said;

/// A file as it was read.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// The root it stands under.
    pub root: RootNo,
    /// Path below the root.
    pub path: &'a str,
    /// Bytes of `path` that name the archive in the tree that it is a member of; 0 for a file of the tree itself.
    pub archive: u32,
    /// Size, bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes.
    pub blake3: [u8; 32],
}

/// What a file holds.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// What the lexer can read of it.
    Text(&'a [u8]),
    /// Bytes that are no text.
    Binary(&'a [u8]),
    /// Nothing was read: it is over the size limit, or opened as an archive.
    Unread,
}

impl<'a> Content<'a> {
    /// Of the bytes that were read, and the text that was made of them.
    pub fn of(bytes: Option<&'a [u8]>, text: Option<&'a [u8]>) -> Content<'a> {
        match (bytes, text) {
            (_, Some(text)) => Content::Text(text),
            (Some(bytes), None) => Content::Binary(bytes),
            (None, None) => Content::Unread,
        }
    }
}

/// What to look for, and what to compare with.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// The indexes; none are needed where no match is wanted.
    pub indexes: &'a Indexes,
    /// What is wanted.
    pub wanted: Wanted,
    /// What texts of the same scan said.
    pub memory: &'a Memory,
}

/// Broken licence tags of one file that are reported each; the others are one entry with their number.
const BROKEN_TAGS_LISTED: usize = 10;
/// What is said of a file with more statements than fit.
const COPYRIGHTS_CUT: &str = "only its first copyright statements are listed";

/// Buffers of one thread.
#[derive(Default)]
pub struct Scratch {
    tokens: Tokens,
    words: Words,
    matching: matching::Scratch,
    license: license::Scratch,
    copyright: copyright::Scratch,
}

/// Examines a file; `trace` takes what `explain` shows.
pub fn examine(
    search: &Search<'_>,
    file: &SourceFile<'_>,
    content: Content<'_>,
    scratch: &mut Scratch,
    trace: Option<&mut Trace>,
) -> FileEvidence {
    let mut evidence = FileEvidence {
        root: file.root,
        path: file.path.to_string(),
        archive: file.archive,
        bytes: file.bytes,
        blake3: file.blake3,
        digests: None,
        language: None,
        code_lines: 0,
        lines: 0,
        whole: Vec::new(),
        snippets: Vec::new(),
        sketch: Vec::new(),
        licenses: Vec::new(),
        mentions: Vec::new(),
        copyrights: Vec::new(),
        problems: Vec::new(),
    };
    if file.bytes == 0 {
        return evidence;
    }
    if search.wanted.matches {
        identical(search.indexes, &mut evidence);
        if !evidence.whole.is_empty() {
            evidence.sketch = of_bytes(&file.blake3);
        }
    }
    let text = match content {
        Content::Text(text) => text,
        Content::Binary(bytes) => {
            if search.wanted.copyrights {
                let found = copyright::find_in_binary(bytes, &mut scratch.copyright);
                evidence.copyrights = found.statements;
                evidence.problems.extend(found.cut.then(|| Problem::new(Code::OverLimit, file.path, COPYRIGHTS_CUT)));
            }
            return evidence;
        }
        Content::Unread => return evidence,
    };
    let language = language::of(file.path, text);
    evidence.language = Some(language.name);
    if search.wanted.licenses || search.wanted.copyrights {
        let read = || say(search.wanted, text, file.path, scratch);
        let said = search.memory.said(&file.blake3, file.path, file.bytes, read);
        evidence.licenses.clone_from(&said.licenses);
        evidence.mentions.clone_from(&said.mentions);
        evidence.copyrights.clone_from(&said.copyrights);
        let problem = |(code, detail): &(Code, String)| Problem::new(*code, file.path, detail.clone());
        evidence.problems.extend(said.problems.iter().map(problem));
    }
    if search.wanted.matches {
        let code = language.role == Role::Code && !is_license_text(search.wanted, text, language, scratch, &evidence);
        matches(search.indexes, text, code, language, scratch, trace, &mut evidence);
        sketches(text, &mut scratch.words, &mut evidence);
    }
    evidence
}

/// By what the matches are known again. Most files match nothing and are not read once more.
fn sketches(text: &[u8], words: &mut Words, evidence: &mut FileEvidence) {
    if evidence.whole.is_empty() && evidence.snippets.is_empty() {
        return;
    }
    words.read(text);
    let all = words.sketch_all();
    evidence.sketch = if all.is_empty() { of_bytes(&evidence.blake3) } else { all };
    for part in &mut evidence.snippets {
        part.sketch = words.sketch(part.ranges.iter().map(|range| range.lines));
    }
}

/// The sketch of what has no words.
fn of_bytes(blake3: &[u8; 32]) -> Vec<u64> {
    blake3.first_chunk().map(|first| u64::from_le_bytes(*first)).into_iter().collect()
}

/// Whether a file of no known kind is mostly the text of a licence, which everybody copies: pieces of it are no evidence.
/// That does not depend on whether licences are wanted.
fn is_license_text(
    wanted: Wanted,
    text: &[u8],
    language: &Language,
    scratch: &mut Scratch,
    evidence: &FileEvidence,
) -> bool {
    if !language.is_other() {
        return false;
    }
    let found;
    let licenses = if wanted.licenses {
        &evidence.licenses
    } else {
        found = license::detect(text, &evidence.path, &mut scratch.license);
        &found
    };
    let texts = licenses.iter().filter(|one| one.kind == LicenseKind::Text);
    let legal: u64 = texts.map(|one| u64::from(one.lines.last - one.lines.first) + 1).sum();
    let all = memchr::memchr_iter(b'\n', text).count() as u64 + 1;
    legal * 2 > all
}

/// The same bytes in an index.
fn identical(indexes: &Indexes, evidence: &mut FileEvidence) {
    let digest = Digest::short(&evidence.blake3);
    for (number, index) in indexes.iter() {
        let content = index.find_content(digest);
        evidence.whole.extend(content.map(|content| WholeMatch { index: number, content, kind: MatchKind::Identical }));
    }
}

/// Whether open source holds a content, and not a company's own code alone.
fn is_open(index: &Index, content: ContentId) -> bool {
    let open = |holder: &LineageId| !index.is_own(index.component_of(*holder));
    index.own_components().is_empty() || index.holders(content).iter().any(open)
}

/// What a text says of licences and owners.
fn say(wanted: Wanted, text: &[u8], path: &str, scratch: &mut Scratch) -> Said {
    let mut said = Said::default();
    if wanted.licenses {
        licenses(text, path, &mut scratch.license, &mut said);
    }
    if wanted.copyrights {
        copyrights(text, &mut scratch.copyright, &mut said);
    }
    said
}

/// What the text says of its licence, and the tags that cannot be read.
fn licenses(text: &[u8], path: &str, scratch: &mut license::Scratch, said: &mut Said) {
    said.licenses = license::detect(text, path, scratch);
    said.mentions = scratch.mentions().to_vec();
    let mut more = 0;
    for (number, tag) in scratch.broken_tags().enumerate() {
        let Claim::Broken { text, reason, .. } = &tag.claim else { continue };
        if number >= BROKEN_TAGS_LISTED {
            more += 1;
            continue;
        }
        said.problems.push((Code::BadSpdxExpression, format!("line {}: `{text}`: {reason}", tag.line)));
    }
    if more > 0 {
        said.problems.push((Code::BadSpdxExpression, format!("and {more} more such tags in this file")));
    }
    if scratch.words_cut() {
        let detail = format!("only its first {} words were compared with licences", limits::LICENSE_WORDS);
        said.problems.push((Code::OverLimit, detail));
    }
    if scratch.aligned_cut() {
        let detail = "altered licences were not looked for in all of it: too much in it looks like one";
        said.problems.push((Code::OverLimit, detail.to_string()));
    }
    if scratch.statements_cut() {
        let detail = format!("only its first {} licence statements and mentions are listed", limits::LICENSES);
        said.problems.push((Code::OverLimit, detail));
    }
    if scratch.tags_cut() {
        let detail = format!("only its first {} SPDX-License-Identifier tags were read", limits::TAGS);
        said.problems.push((Code::OverLimit, detail));
    }
}

/// Who says in the text to own it. What a licence's own text says is not the file's; without a search for licences the two
/// cannot be told apart.
fn copyrights(text: &[u8], scratch: &mut copyright::Scratch, said: &mut Said) {
    let texts = said.licenses.iter().filter(|one| one.kind == LicenseKind::Text);
    let texts: Vec<Lines> = texts.map(|one| one.lines).collect();
    let found = copyright::find(text, &texts, scratch);
    said.copyrights = found.statements;
    if found.cut {
        said.problems.push((Code::OverLimit, COPYRIGHTS_CUT.to_string()));
    }
}

/// The same code in another layout, and pieces of it.
fn matches(
    indexes: &Indexes,
    text: &[u8],
    code: bool,
    language: &Language,
    scratch: &mut Scratch,
    trace: Option<&mut Trace>,
    evidence: &mut FileEvidence,
) {
    token::lex(text, language, limits::FILE_TOKENS, &mut scratch.tokens);
    evidence.code_lines = scratch.tokens.code_lines;
    evidence.lines = scratch.tokens.all_lines;
    if scratch.tokens.cut {
        let detail = format!("only its first {} tokens were compared", limits::FILE_TOKENS);
        evidence.problems.push(Problem::new(Code::OverLimit, &evidence.path, detail));
    }
    // Also where the same bytes are known: a carrier may hold just these, and the origin the same in another layout.
    if scratch.tokens.code.len() >= NORMALIZED_MIN_BYTES {
        let normal = Digest::of(&scratch.tokens.code);
        for (number, index) in indexes.iter() {
            let same = evidence.whole.iter().find(|whole| whole.index == number).map(|whole| whole.content);
            let contents = index.find_normalized(normal).filter(|content| Some(*content) != same);
            let contents = contents.take(limits::NORMALIZED_CONTENTS);
            let matches = contents.map(|content| WholeMatch { index: number, content, kind: MatchKind::Normalized });
            evidence.whole.extend(matches);
        }
    }
    // Content that every holder has at a vendored or test path may have its origin elsewhere, in an older or newer form.
    // A company's own file may hold pieces of open source, whoever else has it as a whole.
    let settles = |whole: &WholeMatch| {
        indexes.get(whole.index).is_some_and(|index| !index.is_carried(whole.content) && is_open(index, whole.content))
    };
    if code && !evidence.whole.iter().any(settles) {
        let mut found = matching::find(indexes, &scratch.tokens, &mut scratch.matching, trace);
        evidence.snippets.append(&mut found.matches);
        if found.cut {
            let detail = format!("only its first {} seed hits were looked at", limits::FILE_HITS);
            evidence.problems.push(Problem::new(Code::OverLimit, &evidence.path, detail));
        }
    }
}

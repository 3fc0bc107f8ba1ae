//! The file stage: one file in, its evidence out. No I/O, no clock, no state but buffers; it cannot fail. What a limit
//! cuts short is recorded in the evidence.

use crate::copyright;
use crate::error::{Code, Problem};
use crate::index::set::Indexes;
use crate::matching::{self, Trace};
use crate::model::evidence::{FileEvidence, MatchKind, WholeMatch};
use crate::model::ids::RootNo;
use crate::model::limits;
use crate::text::digest::{Digest, NORMALIZED_MIN_BYTES};
use crate::text::language::{self, Role};
use crate::text::token::{self, Tokens};

/// A file as it was read.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// The root it stands under.
    pub root: RootNo,
    /// Path below the root.
    pub path: &'a str,
    /// Size, bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes.
    pub blake3: [u8; 32],
}

/// What is looked for beside matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Copyright statements.
    pub copyrights: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { copyrights: true }
    }
}

/// Buffers of one thread.
#[derive(Default)]
pub struct Scratch {
    tokens: Tokens,
    copyright: copyright::Scratch,
    matching: matching::Scratch,
}

/// Examines a file. `text` is what the lexer can read of it, `None` for binaries and files over the size limit; `trace`
/// takes what `explain` shows.
pub fn examine(
    indexes: &Indexes,
    file: &SourceFile<'_>,
    text: Option<&[u8]>,
    options: Options,
    scratch: &mut Scratch,
    trace: Option<&mut Trace>,
) -> FileEvidence {
    let mut evidence = FileEvidence {
        root: file.root,
        path: file.path.to_string(),
        bytes: file.bytes,
        blake3: file.blake3,
        language: None,
        code_lines: 0,
        lines: 0,
        whole: Vec::new(),
        snippets: Vec::new(),
        copyrights: Vec::new(),
        problems: Vec::new(),
    };
    if file.bytes == 0 {
        return evidence;
    }
    let digest = Digest::short(&file.blake3);
    for (number, index) in indexes.iter() {
        let content = index.find_content(digest);
        evidence.whole.extend(content.map(|content| WholeMatch { index: number, content, kind: MatchKind::Identical }));
    }
    let Some(text) = text else { return evidence };
    if options.copyrights {
        let found = copyright::find(text, &[], &mut scratch.copyright);
        evidence.copyrights = found.statements;
        if found.cut {
            let detail = "only its first copyright statements are listed";
            evidence.problems.push(Problem::new(Code::OverLimit, file.path, detail));
        }
    }
    let language = language::of(file.path, text);
    evidence.language = Some(language.name);
    token::lex(text, language, limits::FILE_TOKENS, &mut scratch.tokens);
    evidence.code_lines = scratch.tokens.code_lines;
    evidence.lines = scratch.tokens.all_lines;
    if scratch.tokens.cut {
        let detail = format!("only its first {} tokens were compared", limits::FILE_TOKENS);
        evidence.problems.push(Problem::new(Code::OverLimit, file.path, detail));
    }
    // Also where the same bytes are known: a carrier may hold just these, and the origin the same in another layout.
    if scratch.tokens.code.len() >= NORMALIZED_MIN_BYTES {
        let normal = Digest::of(&scratch.tokens.code);
        for (number, index) in indexes.iter() {
            let same = evidence.whole.iter().find(|whole| whole.index == number).map(|whole| whole.content);
            let contents = index.find_normalized(normal).into_iter().filter(|content| Some(*content) != same);
            let contents = contents.take(limits::NORMALIZED_CONTENTS);
            let matches = contents.map(|content| WholeMatch { index: number, content, kind: MatchKind::Normalized });
            evidence.whole.extend(matches);
        }
    }
    // Content that every holder has at a vendored or test path may have its origin elsewhere, in an older or newer form.
    let settled = evidence
        .whole
        .iter()
        .any(|whole| indexes.get(whole.index).is_some_and(|index| !index.is_carried(whole.content)));
    if language.role == Role::Code && !settled {
        let mut found = matching::find(indexes, &scratch.tokens, &mut scratch.matching, trace);
        evidence.snippets.append(&mut found.matches);
        if found.cut {
            let detail = format!("only its first {} seed hits were looked at", limits::FILE_HITS);
            evidence.problems.push(Problem::new(Code::OverLimit, file.path, detail));
        }
    }
    evidence
}

//! The lexer: text to tokens, for every language by one loop over a table of byte classes.
//!
//! Kept: names, keywords, numbers, strings (without their quotes) and operators. Dropped: white space, comments,
//! documentation strings, closing brackets, `;` and `,` (the same recall at a fifth fewer postings). Import and package
//! statements count for the normalised digest and make no tokens. A string that does not end on its line, a back-tick and
//! a text over several lines are lexed inside as code; a comment that never closes is no comment, so that nothing pasted
//! into a template, and no stray mark, swallows the rest of a file.
//!
//! Time is linear in the text: each search for a closer is remembered when it fails.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::text::language::{Apostrophe, Family, Hash, Language, Role};
use crate::text::statement::{is_constant, is_import, opens_definition};

/// What a token is.
pub mod kind {
    /// A name of the author's choice.
    pub const NAME: u8 = 0;
    /// A word of some language.
    pub const KEYWORD: u8 = 1;
    /// A number.
    pub const NUMBER: u8 = 2;
    /// A string that ends on its line.
    pub const STRING: u8 = 3;
    /// An operator or opening bracket.
    pub const OPERATOR: u8 = 4;
    /// The bits that tell the kinds apart.
    pub const MASK: u8 = 7;
    /// Set on the tokens of a preprocessor constant.
    pub const CONSTANT: u8 = 16;
}

/// The closing brackets of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closers {
    /// 1-based line.
    pub line: u32,
    /// How many.
    pub count: u8,
    /// Whether the line holds nothing else.
    pub alone: bool,
}

/// The tokens of one file, column by column, and what the lexer noticed. Reused from file to file.
#[derive(Debug, Default)]
pub struct Tokens {
    /// Hash of each token's text.
    pub hashes: Vec<u32>,
    /// 1-based line of each token; never falls.
    pub lines: Vec<u32>,
    /// A value of [`kind`] each.
    pub kinds: Vec<u8>,
    /// All code bytes, imports included, without white space and comments: what the normalised digest is made of.
    pub code: Vec<u8>,
    /// Lines that hold a token.
    pub code_lines: u32,
    /// Lines of the text.
    pub all_lines: u32,
    /// Lines with closing brackets, by line.
    pub closers: Vec<Closers>,
    /// Whether lines are so long that they mean nothing.
    pub minified: bool,
    /// Whether the token limit cut the file short.
    pub cut: bool,
}

impl Tokens {
    /// How many tokens.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The first token that stands on `line` or below.
    pub fn first_on(&self, line: u32) -> usize {
        self.lines.partition_point(|at| *at < line)
    }

    fn clear(&mut self) {
        self.hashes.clear();
        self.lines.clear();
        self.kinds.clear();
        self.code.clear();
        self.closers.clear();
        (self.code_lines, self.all_lines) = (0, 0);
        (self.minified, self.cut) = (false, false);
    }
}

/// Bytes at the top of a file in which a generator's mark is looked for.
const GENERATOR_WINDOW: usize = 2000;
/// Mean bytes a line from which a text of some length counts as minified.
const MINIFIED_LINE: usize = 250;
/// Lines after which an import block that never closes is given up.
const IMPORT_BLOCK_LINES: u32 = 400;

/// Lexes `text` into `tokens`, which is cleared first. At most `most` tokens are kept.
pub fn lex(text: &[u8], language: &Language, most: usize, tokens: &mut Tokens) {
    tokens.clear();
    let mut lexer = Lexer {
        text,
        family: language.family,
        keeps_tokens: language.role == Role::Code,
        most,
        classes: classes(language.family),
        at: 0,
        run: 0,
        line: 1,
        line_start: true,
        mode: Mode::Code,
        depth: 0,
        import_line: 0,
        dead: [0; 3],
        no_close: vec![false; language.family.block_comments.len()],
        pod_ends: [0; 2],
        no_docstring: [false; 2],
        line_tokens: 0,
        line_closers: 0,
        out: tokens,
    };
    lexer.run();
    tokens.minified = text.len() > 2000 && text.len() / tokens.all_lines.max(1) as usize > MINIFIED_LINE;
}

/// Hashes of the opening brackets, as tokens hold them.
pub fn openers() -> [u32; 3] {
    [hash(b"("), hash(b"["), hash(b"{")]
}

/// The hash of a token's text.
fn hash(text: &[u8]) -> u32 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    fold(state)
}

fn hash_lower(text: &[u8]) -> u32 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text {
        state = (state ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3);
    }
    fold(state)
}

fn fold(state: u64) -> u32 {
    let mixed = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 32) as u32
}

/// Whether a generator's mark stands near the top of a text.
pub fn is_generated(text: &[u8]) -> bool {
    static MARKS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let marks = [
            "do not edit",
            "don't edit",
            "do not modify",
            "@generated",
            "generated by",
            "automatically generated",
            "auto-generated",
            "autogenerated",
            "generated automatically",
            "auto generated",
            "machine generated",
        ];
        // The marks are plain words well below the automaton's size limits.
        AhoCorasick::builder().ascii_case_insensitive(true).build(marks).expect("the marks make a small automaton")
    });
    MARKS.is_match(&text[..text.len().min(GENERATOR_WINDOW)])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Newline,
    Name,
    Digit,
    Quote,
    Apostrophe,
    Backtick,
    Closer,
    Separator,
    Operator,
    MayComment,
}

fn plain_class(byte: u8, family: &Family) -> Class {
    match byte {
        b'\n' => Class::Newline,
        b' ' | b'\t' | b'\r' | 0x0b | 0x0c | 0 => Class::Space,
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => Class::Name,
        b'0'..=b'9' => Class::Digit,
        b'$' | b'@' if family.name_marks.contains(&byte) => Class::Name,
        b'"' => Class::Quote,
        b'\'' => Class::Apostrophe,
        b'`' => Class::Backtick,
        b')' | b']' | b'}' => Class::Closer,
        b';' | b',' => Class::Separator,
        _ => Class::Operator,
    }
}

fn classes(family: &Family) -> [Class; 256] {
    let mut table = [Class::Operator; 256];
    for (byte, class) in table.iter_mut().enumerate() {
        *class = plain_class(byte as u8, family);
    }
    let openers = family.line_comments.iter().chain(family.block_comments.iter().map(|(open, _)| open));
    for opener in openers {
        table[usize::from(opener.as_bytes()[0])] = Class::MayComment;
    }
    if family.hash != Hash::Plain {
        table[usize::from(b'#')] = Class::MayComment;
    }
    table
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Code,
    /// On a line of an import statement.
    Import,
    /// On a preprocessor constant.
    Constant,
}

struct Lexer<'a> {
    text: &'a [u8],
    family: &'static Family,
    keeps_tokens: bool,
    most: usize,
    classes: [Class; 256],
    at: usize,
    /// Start of the code bytes not yet copied to `out.code`.
    run: usize,
    line: u32,
    /// Nothing but white space so far on this line.
    line_start: bool,
    mode: Mode,
    /// Open brackets of an import statement.
    depth: i32,
    /// Where that statement began.
    import_line: u32,
    /// For `"`, `'` and `/`: up to here no closer follows on the line.
    dead: [usize; 3],
    /// For each block comment: no closer in the rest of the text.
    no_close: Vec<bool>,
    /// Where `=end` and `=cut` stand next; only searched again once passed.
    pod_ends: [usize; 2],
    /// The same for `"""` and `'''`.
    no_docstring: [bool; 2],
    line_tokens: u32,
    line_closers: u8,
    out: &'a mut Tokens,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while self.at < self.text.len() {
            let byte = self.text[self.at];
            let mut class = self.classes[usize::from(byte)];
            if class == Class::Space {
                self.flush();
                self.at += 1;
                self.run = self.at;
                continue;
            }
            if self.line_start && class != Class::Newline {
                self.line_start = false;
                if self.start_line() {
                    continue;
                }
            }
            if class == Class::MayComment {
                if self.comment() {
                    continue;
                }
                class = plain_class(byte, self.family);
            }
            match class {
                Class::Newline => self.newline(),
                Class::Name => self.name(),
                Class::Digit => self.number(),
                Class::Quote => self.quote(b'"', 0),
                Class::Apostrophe => self.apostrophe(),
                Class::Backtick => self.at += 1,
                Class::Closer => self.closer(),
                Class::Separator => self.at += 1,
                Class::Operator | Class::Space | Class::MayComment => self.operator(byte),
            }
        }
        self.flush();
        self.end_line();
        self.out.all_lines = self.line - u32::from(self.text.last().is_none_or(|byte| *byte == b'\n'));
    }

    /// Copies the code bytes up to here.
    fn flush(&mut self) {
        if self.run < self.at {
            self.out.code.extend_from_slice(&self.text[self.run..self.at]);
        }
    }

    /// Leaves out the bytes up to `end`, counting their lines.
    fn skip_to(&mut self, end: usize) {
        self.flush();
        let end = end.min(self.text.len());
        for byte in &self.text[self.at..end] {
            if *byte == b'\n' {
                self.end_line();
                self.line += 1;
                self.line_start = true;
            }
        }
        self.at = end;
        self.run = end;
    }

    fn end_line(&mut self) {
        self.out.code_lines += u32::from(self.line_tokens > 0);
        if self.line_closers > 0 && self.mode == Mode::Code {
            let (line, count, alone) = (self.line, self.line_closers, self.line_tokens == 0);
            self.out.closers.push(Closers { line, count, alone });
        }
        (self.line_tokens, self.line_closers) = (0, 0);
    }

    fn newline(&mut self) {
        self.flush();
        self.end_line();
        match self.mode {
            Mode::Code => {}
            Mode::Constant => {
                let line = &self.text[..self.at];
                if !line.strip_suffix(b"\r").unwrap_or(line).ends_with(b"\\") {
                    self.mode = Mode::Code;
                }
            }
            Mode::Import => {
                if self.depth <= 0 {
                    self.mode = Mode::Code;
                }
            }
        }
        self.at += 1;
        self.run = self.at;
        self.line += 1;
        self.line_start = true;
    }

    fn rest_of_line(&self) -> &[u8] {
        let rest = &self.text[self.at..];
        let rest = &rest[..rest.len().min(400)];
        &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
    }

    /// What only the first mark of a line can start. Says whether it moved on.
    fn start_line(&mut self) -> bool {
        let byte = self.text[self.at];
        let first_column = self.at == 0 || self.text[self.at - 1] == b'\n';
        if self.mode == Mode::Import {
            let line = self.rest_of_line();
            let ends = line.iter().any(|byte| matches!(byte, b'=' | b'(')) || opens_definition(line);
            if ends || self.line - self.import_line > IMPORT_BLOCK_LINES {
                self.mode = Mode::Code;
            }
        }
        if first_column && self.family.column_comments && matches!(byte, b'c' | b'C' | b'*') {
            let end = self.at + self.rest_of_line().len();
            self.skip_to(end);
            return true;
        }
        if first_column && self.family.pod && byte == b'=' && self.pod() {
            return true;
        }
        if self.family.docstrings && matches!(byte, b'"' | b'\'' | b'r' | b'u' | b'R' | b'U') && self.docstring() {
            return true;
        }
        if self.mode == Mode::Code && matches!(byte, b'#' | b'@' | b'a'..=b'z') {
            let line = self.rest_of_line();
            if is_import(line, self.family) {
                (self.mode, self.depth, self.import_line) = (Mode::Import, 0, self.line);
            } else if byte == b'#' && self.family.hash == Hash::Preprocessor && is_constant(line) {
                self.mode = Mode::Constant;
            }
        }
        false
    }

    fn pod(&mut self) -> bool {
        let line = self.rest_of_line();
        if !(line.starts_with(b"=begin")
            || line.starts_with(b"=pod")
            || line.starts_with(b"=head")
            || line.starts_with(b"=over"))
        {
            return false;
        }
        for (mark, next) in [&b"\n=end"[..], &b"\n=cut"[..]].iter().zip(&mut self.pod_ends) {
            if *next <= self.at {
                *next = find(&self.text[self.at..], mark).map_or(usize::MAX, |length| self.at + length);
            }
        }
        let [end, cut] = self.pod_ends;
        let closing = end.min(cut);
        if closing == usize::MAX {
            return false;
        }
        let closing = closing + 1;
        let tail = self.text[closing..].iter().position(|byte| *byte == b'\n').unwrap_or(self.text.len() - closing);
        self.skip_to(closing + tail);
        true
    }

    /// A triple-quoted string alone on its lines is documentation.
    fn docstring(&mut self) -> bool {
        let mut open = self.at;
        if self.text[open].is_ascii_alphabetic() {
            open += 1;
        }
        let which = usize::from(self.text.get(open) == Some(&b'\''));
        let mark: &[u8] = if which == 1 { b"'''" } else { b"\"\"\"" };
        if self.no_docstring[which] || !self.text[open..].starts_with(mark) {
            return false;
        }
        let Some(length) = find(&self.text[open + 3..], mark) else {
            self.no_docstring[which] = true;
            return false;
        };
        let end = open + 3 + length + 3;
        let after = self.text[end..].iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b';'));
        let alone = after.is_none_or(|byte| matches!(byte, b'\n' | b'#'));
        if alone {
            self.skip_to(end);
            self.line_start = false;
        }
        alone
    }

    /// Skips a comment that starts here, if one does.
    fn comment(&mut self) -> bool {
        let rest = &self.text[self.at..];
        for (number, (open, close)) in self.family.block_comments.iter().enumerate() {
            if !rest.starts_with(open.as_bytes()) || self.no_close[number] {
                continue;
            }
            match find(&rest[open.len()..], close.as_bytes()) {
                Some(length) => {
                    let end = self.at + open.len() + length + close.len();
                    let starts = self.line_tokens == 0;
                    self.skip_to(end);
                    self.line_start = starts;
                    return true;
                }
                None => self.no_close[number] = true,
            }
        }
        let by_mark = self.family.line_comments.iter().any(|open| rest.starts_with(open.as_bytes()));
        if by_mark || rest[0] == b'#' && self.hash_comment() {
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            self.skip_to(self.at + length);
            return true;
        }
        false
    }

    fn hash_comment(&self) -> bool {
        let next = self.text.get(self.at + 1).copied().unwrap_or(b' ');
        let spaced = self.at == 0 || self.text[self.at - 1].is_ascii_whitespace();
        match self.family.hash {
            Hash::Comment => next != b'[',
            Hash::SpacedComment => spaced && next != b'{',
            Hash::Plain | Hash::Preprocessor => false,
        }
    }

    fn push(&mut self, hash: u32, kind: u8) {
        if !self.keeps_tokens || self.mode == Mode::Import {
            return;
        }
        if self.out.hashes.len() >= self.most {
            self.out.cut = true;
            return;
        }
        self.out.hashes.push(hash);
        self.out.lines.push(self.line);
        self.out.kinds.push(if self.mode == Mode::Constant { kind | kind::CONSTANT } else { kind });
        self.line_tokens += 1;
    }

    fn name(&mut self) {
        let start = self.at;
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        let fold_mask = if self.family.fold_case { 0x20 } else { 0 };
        while let Some(&byte) = self.text.get(self.at) {
            let class = self.classes[usize::from(byte)];
            let belongs = match class {
                Class::Name | Class::Digit => true,
                _ => self.at > start && byte == b'-' && self.dashed_name(),
            };
            if !belongs {
                break;
            }
            let byte = if byte.is_ascii_uppercase() { byte | fold_mask } else { byte };
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            self.at += 1;
        }
        if self.at == start {
            self.at += 1;
        }
        let hash = fold(state);
        let kind = if is_keyword(hash) { kind::KEYWORD } else { kind::NAME };
        self.push(hash, kind);
    }

    /// Whether a `-` here joins two parts of a name (Lisp, CSS).
    fn dashed_name(&self) -> bool {
        self.family.name_marks.contains(&b'-')
            && self.text.get(self.at + 1).is_some_and(|next| next.is_ascii_alphanumeric())
    }

    fn number(&mut self) {
        let start = self.at;
        while let Some(&byte) = self.text.get(self.at) {
            let point = byte == b'.' && self.text.get(self.at + 1).is_some_and(u8::is_ascii_digit);
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || point) {
                break;
            }
            self.at += 1;
        }
        self.push(hash_lower(&self.text[start..self.at]), kind::NUMBER);
    }

    /// A string up to its closing quote on this line; a quote that is not closed is passed over.
    fn quote(&mut self, quote: u8, which: usize) {
        let start = self.at + 1;
        if self.text[start..].starts_with(&[quote, quote]) {
            self.at += 3;
            return;
        }
        if self.at < self.dead[which] {
            self.at += 1;
            return;
        }
        let mut end = start;
        while let Some(&byte) = self.text.get(end) {
            match byte {
                b'\\' if self.text.get(end + 1).is_some_and(|next| *next != b'\n') => end += 2,
                b'\n' => break,
                byte if byte == quote => {
                    self.push(hash(&self.text[start..end]) ^ 0x5bd1_e995, kind::STRING);
                    self.at = end + 1;
                    return;
                }
                _ => end += 1,
            }
        }
        self.dead[which] = end;
        self.at += 1;
    }

    fn apostrophe(&mut self) {
        if self.family.apostrophe == Apostrophe::String {
            return self.quote(b'\'', 1);
        }
        let rest = &self.text[self.at + 1..];
        let end = match rest {
            [b'\\', _, tail @ ..] => tail.iter().take(10).position(|byte| *byte == b'\'').map(|at| at + 2),
            [b'\n', ..] => None,
            [_, ..] => {
                rest.iter().take(5).position(|byte| *byte == b'\'').filter(|at| *at == 1 || rest[0] >= 0x80 && *at > 0)
            }
            [] => None,
        };
        match end {
            Some(end) => {
                self.push(hash(&rest[..end]) ^ 0x5bd1_e995, kind::STRING);
                self.at += end + 2;
            }
            None => self.at += 1,
        }
    }

    fn closer(&mut self) {
        if self.mode == Mode::Import {
            self.depth -= 1;
        }
        self.line_closers = self.line_closers.saturating_add(1);
        self.at += 1;
    }

    fn operator(&mut self, byte: u8) {
        if self.mode == Mode::Import && matches!(byte, b'(' | b'{' | b'[') {
            self.depth += 1;
        }
        let next = self.text.get(self.at + 1).copied().unwrap_or(0);
        let length = if is_pair(byte, next) { 2 } else { 1 };
        let end = (self.at + length).min(self.text.len());
        self.push(hash(&self.text[self.at..end]), kind::OPERATOR);
        self.at = end;
    }
}

/// Whether two marks make one operator.
fn is_pair(first: u8, second: u8) -> bool {
    match second {
        b'=' => {
            matches!(first, b'=' | b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b':')
        }
        b'>' => matches!(first, b'-' | b'=' | b'>'),
        _ => first == second && matches!(first, b'&' | b'|' | b'+' | b'-' | b'<' | b':' | b'.'),
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

fn is_keyword(hash: u32) -> bool {
    static TABLE: LazyLock<[u32; 4096]> = LazyLock::new(|| {
        let mut table = [0; 4096];
        for word in KEYWORDS.split_ascii_whitespace() {
            let hash = self::hash(word.as_bytes());
            let mut slot = (hash >> 20) as usize;
            while table[slot] != 0 {
                slot = (slot + 1) % table.len();
            }
            table[slot] = hash;
        }
        table
    });
    let mut slot = (hash >> 20) as usize;
    loop {
        match TABLE[slot] {
            0 => return false,
            found if found == hash => return true,
            _ => slot = (slot + 1) % TABLE.len(),
        }
    }
}

/// The words that languages reserve, in one table for all of them: a `.h` taken for C must match the C++ it is.
const KEYWORDS: &str = "
abstract alias and as asm assert async auto await begin bool boolean break byte case cast catch chan char class const
constexpr const_cast continue crate declare decltype def default defer defined del delegate delete do done double
dynamic_cast echo elif else elseif elsif elseif end endif endfor endforeach endwhile ensure enum event except explicit
export extends extern fallthrough false False fi final finally fixed float fn for foreach fun func function get global
go goto guard if impl implements implicit import in include inline instanceof int interface internal is lambda let local
lock long loop macro map match mod module move mut mutable my namespace native new next nil None nonlocal not null
nullptr NULL object of open operator or our out override package params pass private protected protocol pub public raise
range readonly redo ref register reinterpret_cast repeat require rescue restrict retry return sealed select self Self
set short signed sizeof static static_cast strictfp string struct sub super switch synchronized template then this throw
throws trait transient true True try type typedef typename typeof uint undef union unless unsafe unsigned until use
using val var virtual void volatile when where while with xor yield undefined int8_t int16_t int32_t int64_t uint8_t
uint16_t uint32_t uint64_t size_t ssize_t i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 str String
define ifdef ifndef elif pragma error line
select insert update delete create table from group order by having join left right inner outer on values into
integer real logical subroutine program call implicit dimension parameter
";

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;

//! Lines that say what a file uses or defines: imports and packages (no evidence of anything), definitions (where an import
//! block that never closed has ended), and preprocessor constants.

use crate::text::language::{Family, Hash};

fn word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).unwrap_or(line.len());
    line.split_at(end)
}

fn has(line: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(line, needle).is_some()
}

/// Whether a line (from its first mark) is an import, include, use or package statement of any language.
pub fn is_import(line: &[u8], family: &Family) -> bool {
    if !matches!(line.first(), Some(b'#' | b'i' | b'f' | b'u' | b'p' | b'r' | b'c' | b'v' | b'l' | b'e' | b'@' | b'm'))
    {
        return false;
    }
    if let Some(rest) = line.strip_prefix(b"#") {
        let (word, _) = word(rest.trim_ascii_start());
        return family.hash == Hash::Preprocessor && matches!(word, b"include" | b"import" | b"include_next");
    }
    let (first, rest) = word(line);
    let spaced = rest.first().is_some_and(u8::is_ascii_whitespace);
    let quoted = matches!(rest.trim_ascii_start().first(), Some(b'"' | b'\''));
    match first {
        b"import" => spaced || quoted || rest.starts_with(b"{"),
        b"from" => spaced && has(rest, b" import"),
        b"using" => spaced && !has(rest, b"(") && !has(rest, b"="),
        b"use" => spaced && !rest.trim_ascii_start().starts_with(b"("),
        b"pub" => spaced && rest.trim_ascii_start().starts_with(b"use "),
        b"package" => spaced && !has(rest, b"="),
        b"extern" => spaced && rest.trim_ascii_start().starts_with(b"crate "),
        b"mod" => spaced && has(rest, b";"),
        b"require" | b"require_relative" | b"require_once" | b"include" | b"include_once" => {
            spaced || quoted || rest.starts_with(b"(")
        }
        b"const" | b"var" | b"let" | b"local" => {
            has(rest, b"= require(") || has(rest, b"=require(") || has(rest, b"= require")
        }
        b"export" => has(rest, b" from \"") || has(rest, b" from '"),
        _ => line.starts_with(b"@import"),
    }
}

/// Whether a line opens a definition.
pub fn opens_definition(line: &[u8]) -> bool {
    let (first, _) = word(line);
    matches!(first, b"def" | b"func" | b"class" | b"fn" | b"function" | b"struct" | b"enum" | b"impl" | b"interface")
}

/// Whether a preprocessor line defines a constant (a macro without parameters).
pub fn is_constant(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"#") else { return false };
    let (first, rest) = word(rest.trim_ascii_start());
    if first != b"define" {
        return false;
    }
    let (_, rest) = word(rest.trim_ascii_start());
    rest.first() != Some(&b'(')
}

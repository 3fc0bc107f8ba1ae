//! From seeds to matches.

use crate::index::set::Indexes;
use crate::model::evidence::SnippetMatch;
use crate::text::token::Tokens;

/// What `explain` shows.
#[derive(Default)]
pub struct Trace {}

/// Buffers.
#[derive(Default)]
pub struct Scratch {}

/// What was found in a file.
#[derive(Default)]
pub struct Found {
    /// Best first.
    pub matches: Vec<SnippetMatch>,
    /// Whether the hit limit cut the search short.
    pub cut: bool,
}

/// Finds snippets.
pub fn find(_indexes: &Indexes, _tokens: &Tokens, _scratch: &mut Scratch, _trace: Option<&mut Trace>) -> Found {
    Found::default()
}

//! Which licences a file states: texts, notices, tags and mentions. Pure and in linear time.

use crate::model::license::LicenseMatch;

/// Buffers of one thread.
#[derive(Default)]
pub struct Scratch {}

/// The licence statements of a text, in line order. `path` decides what a field of a package manifest is.
pub fn detect(_text: &[u8], _path: &str, _scratch: &mut Scratch) -> Vec<LicenseMatch> {
    Vec::new()
}

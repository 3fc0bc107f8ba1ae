//! Texts that a report does not hold: of scanned files, and of the releases they are copies of.

use crate::model::finding::FileReport;
use crate::model::ids::RootNo;

/// Gives the texts of files, where this machine has them.
pub trait Texts {
    /// A scanned file's text; `None` where the file is gone, is not what was scanned any more, or is too large to be shown.
    fn scanned(&self, file: &FileReport) -> Option<String>;

    /// A file of the scanned tree, by the root and its path below that, that the report need not list; `None` where there is none,
    /// or it is no text that can be shown.
    fn in_tree(&self, root: RootNo, path: &str) -> Option<String>;

    /// The file `source_path` of the release `purl`; `None` where this machine does not have it.
    fn upstream(&self, purl: &str, source_path: &str) -> Option<String>;
}

/// No text at all.
#[derive(Clone, Copy, Debug)]
pub struct NoTexts;

impl Texts for NoTexts {
    fn scanned(&self, _: &FileReport) -> Option<String> {
        None
    }

    fn in_tree(&self, _: RootNo, _: &str) -> Option<String> {
        None
    }

    fn upstream(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

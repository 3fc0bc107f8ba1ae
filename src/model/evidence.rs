//! What the file stage says of one file. A match names content or a lineage of an index, not yet a release.

use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::model::copyright::Copyright;
use crate::model::digest::Digests;
use crate::model::ids::{ContentId, IndexNo, LineageId, ReleaseNo, ReleaseRange, RootNo};
use crate::model::license::LicenseMatch;
use crate::model::place::RangePair;

/// How a file or a part of it equals something indexed. Ordered best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchKind {
    /// The same bytes.
    Identical,
    /// The same but for white space, line ends or comments.
    Normalized,
    /// Parts of it.
    Snippet,
}

/// Whole content of an index that equals the scanned file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WholeMatch {
    /// The index that holds the content.
    pub index: IndexNo,
    /// The content.
    pub content: ContentId,
    /// [`MatchKind::Identical`] or [`MatchKind::Normalized`].
    pub kind: MatchKind,
}

/// Bits of evidence that fell to releases in one range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReleaseVote {
    /// Releases that hold the matched stretch.
    pub releases: ReleaseRange,
    /// Tokens matched there.
    pub tokens: u32,
}

/// One lineage that may explain a stretch of the scanned file.
#[derive(Clone, Debug)]
pub struct SnippetMatch {
    /// The index.
    pub index: IndexNo,
    /// The file of a component that it looks like.
    pub lineage: LineageId,
    /// Score in bits, as `matching` defines it.
    pub score: f32,
    /// Expected number of matches this good by chance in the whole index.
    pub e_value: f64,
    /// Share of the file's code lines that it covers, 0 to 1.
    pub similarity: f32,
    /// Share of the matched tokens whose names are unchanged, 0 to 1.
    pub exactness: f32,
    /// Code lines of the scanned file that it covers.
    pub code_lines: u32,
    /// Share of the lineage's own tokens that it covers, 0 to 1.
    pub source_share: f32,
    /// What matches what, in line order.
    pub ranges: Vec<RangePair>,
    /// The release by whose lines the source's are told.
    pub lines_of: ReleaseNo,
    /// Which releases the matched tokens speak for.
    pub votes: Vec<ReleaseVote>,
    /// Matches of one file with the same number explain the same stretch: only one of them can be the origin.
    pub group: u32,
    /// Below the bar: counts only where its component is established in the same folder.
    pub weak: bool,
    /// Of the scanned file's lines in `ranges`: see `text::sketch`.
    pub sketch: Vec<u64>,
}

/// What the file stage looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Content that an index holds.
    pub matches: bool,
    /// Licence statements.
    pub licenses: bool,
    /// Copyright statements.
    pub copyrights: bool,
}

impl Wanted {
    /// Everything.
    pub const ALL: Wanted = Wanted { matches: true, licenses: true, copyrights: true };
    /// Nothing.
    pub const NONE: Wanted = Wanted { matches: false, licenses: false, copyrights: false };
}

impl Default for Wanted {
    fn default() -> Wanted {
        Wanted::ALL
    }
}

/// Everything the file stage found in one file.
#[derive(Clone, Debug)]
pub struct FileEvidence {
    /// The root it was found under.
    pub root: RootNo,
    /// Path below the root, `/` between folders, `!/` between an archive and its member.
    pub path: String,
    /// Bytes of `path` that name the archive in the tree that it is a member of; 0 for a file of the tree itself. A folder may
    /// have a name that ends in `!`, so that the path alone does not tell.
    pub archive: u32,
    /// Size in bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes.
    pub blake3: [u8; 32],
    /// Other digests, where they were asked for and something matches.
    pub digests: Option<Box<Digests>>,
    /// Language, as reports name it; `None` for what is not text.
    pub language: Option<&'static str>,
    /// Lines that hold code.
    pub code_lines: u32,
    /// Lines of its text; 0 for what is not text.
    pub lines: u32,
    /// Its content as a whole, in index order; empty where no index holds it.
    pub whole: Vec<WholeMatch>,
    /// Parts of it, best first; those of a company's own code come behind the others.
    pub snippets: Vec<SnippetMatch>,
    /// Of the whole text, or of the bytes where there is none, if anything of it matches: see `text::sketch`.
    pub sketch: Vec<u64>,
    /// Its licence statements, in line order.
    pub licenses: Vec<LicenseMatch>,
    /// Licences that it names without saying anything of itself: in its history, of other parts, in the name of a file.
    pub mentions: Vec<LicenseMatch>,
    /// Its copyright statements, in line order.
    pub copyrights: Vec<Copyright>,
    /// What kept it from being examined in full.
    pub problems: Vec<Problem>,
}

impl FileEvidence {
    /// The path of the file in the tree that holds it: itself, or the archive.
    pub fn in_tree(&self) -> &str {
        match self.archive {
            0 => &self.path,
            length => self.path.get(..length as usize).unwrap_or(&self.path),
        }
    }
}

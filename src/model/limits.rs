//! Every cap of the program, with its unit. A file over a cap is still hashed and is reported as not examined in full.

/// Largest file whose text is read for matching, bytes.
pub const FILE_BYTES: u64 = 16 << 20;
/// Largest file that is hashed, bytes; a sparse file costs nothing to make and days to read.
pub const HASHED_BYTES: u64 = 64 << 30;
/// Length of one ignore file whose rules are applied, bytes.
pub const IGNORE_FILE_BYTES: usize = 256 << 10;
/// Archives inside archives, levels; the outermost archive is level 1.
pub const ARCHIVE_DEPTH: u32 = 4;
/// Members of one archive, its nested archives' included.
pub const ARCHIVE_MEMBERS: u64 = 200_000;
/// Bytes that one archive, its nested archives included, may unpack to.
pub const ARCHIVE_BYTES: u64 = 4 << 30;
/// Unpacked bytes for each packed byte before an archive counts as a bomb (after the first [`ARCHIVE_FREE_BYTES`]).
pub const ARCHIVE_RATIO: u64 = 200;
/// Unpacked bytes that are always allowed, whatever the ratio.
pub const ARCHIVE_FREE_BYTES: u64 = 64 << 20;
/// What an archive may say between two members (long names, extended headers, skipped entries), bytes.
pub const ARCHIVE_HEADER_BYTES: u64 = 1 << 20;
/// Working memory that an archive's compression may ask for, bytes.
pub const ARCHIVE_MEMORY: u64 = 256 << 20;
/// Longest path of a file or member, bytes.
pub const PATH_BYTES: usize = 4096;
/// Folders below a root that are entered, levels.
pub const FOLDER_DEPTH: usize = 512;
/// Tokens of a file that are fingerprinted; the rest is not examined.
pub const FILE_TOKENS: usize = 4_000_000;
/// Contents of one index equal to a file but for layout that are looked at.
pub const NORMALIZED_CONTENTS: usize = 256;
/// Seed hits (a query seed times a posting) of one file that are looked at.
pub const FILE_HITS: usize = 2_000_000;
/// Problems of one code that are listed with their path; the rest is one entry with a count.
pub const PROBLEMS_LISTED: usize = 10_000;
/// Length of one manifest that is read, bytes.
pub const MANIFEST_BYTES: u64 = 4 << 20;
/// Entries of a scan's root that are looked at for manifests.
pub const MANIFESTS: usize = 10_000;
/// Holders of one content that are looked at; a content with more of them is everybody's.
pub const HOLDERS: usize = 20_000;
/// Rivals for one content that are compared each with each; of more, those that the strongest does not beat.
pub const RIVALS: usize = 48;
/// Lineages of a component that are read to see a release as a whole.
pub const COMPONENT_LINEAGES: u32 = 400_000;
/// Places around one place that it is compared with, the nearest first.
pub const OVERLAPS: usize = 64;
/// Blocks of source lines of one piece that are compared with other pieces.
pub const PIECE_BLOCKS: usize = 10_000;
/// Known words of a file that are compared with licences; the rest is not examined.
pub const LICENSE_WORDS: usize = 1_000_000;
/// Words of a file and of rules that are aligned with each other in the search for altered licences.
pub const LICENSE_ALIGNED: u64 = 20_000_000;
/// Length of one SPDX-License-Identifier tag's expression that is read, bytes.
pub const TAG_BYTES: usize = 1024;
/// Length of a broken expression that is shown, bytes.
pub const TAG_SHOWN: usize = 80;
/// Texts of one scan whose licences and owners are kept, so that a second copy need not be read.
pub const TEXTS_KEPT: usize = 100_000;
/// Licence expressions of one indexed content that are kept.
pub const CONTENT_LICENSES: usize = 32;
/// Other purls of one component.
pub const ALIASES: usize = 64;
/// Open-source components that are named beside one finding of internal reuse as holding the same code.
pub const ALSO_IN: usize = 20;
/// Files of a finding that are named for one mark.
pub const MARKED_FILES: usize = 20;
/// SPDX-License-Identifier tags of one file that are read.
pub const TAGS: usize = 1000;
/// Copyright statements of one file that are listed.
pub const COPYRIGHTS: usize = 10_000;
/// Length of one copyright statement, bytes; the words behind are left out.
pub const COPYRIGHT_BYTES: usize = 4_000;
/// Text of one file, around what may begin a copyright statement, that is read for one, bytes.
pub const COPYRIGHT_TEXT: usize = 8 << 20;
/// Licences of one choice.
pub const CHOICES: usize = 32;
/// Licence statements of one file, and apart from them mentions; the rest is left out.
pub const LICENSES: usize = 2_000;
/// Clients that work on one registry at a time.
pub const CLIENTS: usize = 2;
/// Releases that one call of a client is asked for.
pub const CLIENT_BATCH: usize = 10;
/// Time that one call of a client may take, seconds.
pub const CLIENT_SECONDS: u64 = 600;
/// What a client prints that is read, bytes.
pub const CLIENT_OUTPUT: u64 = 64 << 20;
/// Age at which what a registry listed, or refused, is asked for again, seconds.
pub const LISTING_SECONDS: u64 = 24 * 3600;
/// Largest archive that is downloaded, bytes.
pub const DOWNLOAD_BYTES: u64 = 200 << 20;
/// Debian revisions of one upstream release that are tried for its archive.
pub const REVISIONS: usize = 2;
/// Length of a package's name or version that is passed to a client, bytes.
pub const NAME_BYTES: usize = 200;
/// Origins of one component of a catalogue.
pub const ORIGINS: usize = 32;
/// Names that one SBOM or lockfile may give.
pub const NAMES: usize = 100_000;
/// Length of one SBOM or lockfile, bytes.
pub const NAMES_BYTES: u64 = 256 << 20;
/// Tags of one git repository that are looked at.
pub const GIT_TAGS: usize = 10_000;
/// Parts of one index file.
pub const PARTS: usize = 64;
/// Indexes that are searched together, each part of a file counted.
pub const INDEXES: usize = 1024;
/// Length of one lockfile, manifest or record below a root that is read for what it declares, bytes.
pub const DECLARATIONS_BYTES: u64 = 16 << 20;
/// Declarations of one manifest.
pub const DECLARATIONS: usize = 200_000;
/// Values of one manifest, each list, map, text and number counted.
pub const DECLARATION_VALUES: usize = 2_000_000;
/// Nesting of a manifest's values that is followed, levels.
pub const DECLARATION_DEPTH: usize = 64;
/// Unchanged files that are looked at beside changed ones.
pub const CONTEXT_FILES: usize = 500;
/// Beginning of a pasted block without a name that its language is guessed by, bytes.
pub const GUESS_BYTES: usize = 256 << 10;
/// Length of one file of decisions or settings, bytes.
pub const DECISIONS_BYTES: u64 = 16 << 20;
/// Bytes of licence texts that notices hold together.
pub const NOTICE_TEXT: usize = 64 << 20;
/// Entries of a folder of releases that are looked at.
pub const SOURCES_LISTED: usize = 100_000;
/// Bytes that archives of releases may unpack to for the texts of one report; the archive that passes it is the last.
pub const TEXTS_BYTES: u64 = 16 << 30;
/// Bytes of a release's files that are held at a time.
pub const RELEASE_BYTES: u64 = 512 << 20;
/// Length of an earlier report that is read, bytes.
pub const REPORT_BYTES: u64 = 4 << 30;
/// Hashes of the sketch of a finding of few files.
pub const SKETCH: usize = 64;
/// Hashes for each file where there are more files: so many that a file of it can be told to be part of it.
pub const SKETCH_A_FILE: usize = 8;
/// Hashes of each file that a folder's sketch holds in any case, and of all files together.
pub const SKETCH_EACH: usize = 8;
/// See [`SKETCH_EACH`].
pub const SKETCH_MARKS: usize = 4096;
/// Least hashes of any finding's sketch.
pub const SKETCH_MOST: usize = 1024;
/// Hashes of one file's or piece's sketch.
pub const FILE_SKETCH: usize = 32;
/// Manifests that are named beside one finding as naming its component.
pub const DUPLICATES: usize = 8;
/// Files that are named of one discrepancy.
pub const CHANGES_LISTED: usize = 1_000;
/// Scanned and upstream text that one page shows, bytes; findings that matter most come first.
pub const PAGE_TEXT: usize = 24 << 20;
/// Files of one finding whose text a page shows.
pub const PAGE_FILES: usize = 3;
/// Stretches of one file that a page shows side by side.
pub const PAGE_PAIRS: usize = 4;
/// Lines of one stretch that a page shows.
pub const PAGE_LINES: usize = 80;
/// Length of one line that a page shows, letters.
pub const PAGE_LINE: usize = 300;
/// Lines at a file's beginning that a page shows for its licence.
pub const PAGE_HEADER: usize = 30;
/// Length of a path or name in a list of a page, columns; where the thing itself is shown it stands whole.
pub const PAGE_NAME: usize = 240;
/// Explanations, licence statements, copyright statements of one file, and ranges of one explanation, in a page.
pub const PAGE_STATEMENTS: usize = 50;
/// Folders that a page draws.
pub const PAGE_FOLDERS: usize = 4_000;
/// Findings of the earlier report, decisions and left-out parts that a page lists, each.
pub const PAGE_LISTED: usize = 500;

//! What goes wrong: [`Error`] ends the run with exit status 2, [`Problem`] is recorded in the report and the run goes on.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The run cannot be done. Each variant says what, where and, where it can, what to do next.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be opened, read or written.
    #[error("{what} `{}`: {source}", path.display())]
    Io {
        /// What was tried: "cannot read", "cannot write".
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's own word.
        source: std::io::Error,
    },
    /// An index file is not what it should be.
    #[error("`{}` is no usable index: {detail} (section {section}, offset {offset}); build or copy it again", path.display())]
    Index {
        /// The index file.
        path: PathBuf,
        /// The section's tag, or `header`.
        section: String,
        /// Byte offset in the file.
        offset: u64,
        /// What was expected and what was found.
        detail: String,
    },
    /// A line of SOURCES.jsonl cannot be used.
    #[error("`{}` line {line}: {detail}", path.display())]
    Sources {
        /// The list.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong with it.
        detail: String,
    },
    /// Anything else the user can mend.
    #[error("{0}")]
    Usage(String),
}

/// Why something was not examined in full. The codes are stable: they stand in reports and in `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The system refused to open or read it.
    Unreadable,
    /// It was there when the folder was listed and gone when it was opened.
    Vanished,
    /// It changed while it was read.
    Changed,
    /// Over the size limit: hashed only.
    TooLarge,
    /// Not text: hashed, and searched for copyright statements where those are wanted.
    Binary,
    /// A password-protected archive or member.
    Encrypted,
    /// An archive that cannot be read (on).
    DamagedArchive,
    /// A cap of [`crate::model::limits`] was reached.
    OverLimit,
    /// A member whose path leaves the archive, or is absolute: its bytes were examined under the name shown.
    UnsafePath,
    /// A symbolic link: not followed.
    SymbolicLink,
    /// A device, socket or pipe: not opened.
    SpecialFile,
    /// Left out by an ignore rule; one entry a rule.
    Ignored,
    /// A version-control folder: not entered.
    VersionControl,
    /// A match was found and set aside by a rule named in the detail.
    Suppressed,
    /// An SPDX-License-Identifier tag whose expression is not valid; the licences it names all the same were counted.
    BadSpdxExpression,
    /// A manifest, lockfile or record that cannot be read, or not in full; the rest of it was used.
    BadManifest,
    /// A decision that cannot be read: it decides nothing.
    BadDecision,
}

impl Code {
    /// The code as it stands in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Unreadable => "unreadable",
            Code::Vanished => "vanished",
            Code::Changed => "changed",
            Code::TooLarge => "too-large",
            Code::Binary => "binary",
            Code::Encrypted => "encrypted",
            Code::DamagedArchive => "damaged-archive",
            Code::OverLimit => "over-limit",
            Code::UnsafePath => "unsafe-path",
            Code::SymbolicLink => "symbolic-link",
            Code::SpecialFile => "special-file",
            Code::Ignored => "ignored",
            Code::VersionControl => "version-control",
            Code::Suppressed => "suppressed",
            Code::BadSpdxExpression => "bad-spdx-expression",
            Code::BadManifest => "bad-manifest",
            Code::BadDecision => "bad-decision",
        }
    }
}

/// One thing that was not examined in full.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Why.
    pub code: Code,
    /// Where: a path below its root as it stands in the report; for a rule, the rule file's path.
    pub path: String,
    /// In words, with figures and units.
    pub detail: String,
    /// Files this stands for; 1 for most.
    pub count: u64,
}

impl Problem {
    /// A problem with one file.
    pub fn new(code: Code, path: impl Into<String>, detail: impl Into<String>) -> Problem {
        Problem { code, path: path.into(), detail: detail.into(), count: 1 }
    }
}

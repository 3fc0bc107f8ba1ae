//! The flags that have to do with settings, decisions and earlier reports, and the commands `init` and `decide`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::model::review::DecisionKind;

const INIT_EXAMPLES: &str = "\
Examples:
  foundling init                         settings with remarks, in this folder
  foundling init product/";

const DECIDE_EXAMPLES: &str = "\
Examples:
  foundling scan --format json -o report.json
  foundling decide 3fa94c1b2d7e accepted --report report.json --reason 'Goes with the old portal.'
  foundling decide 3fa94c1b2d7e to-be-removed --report report.json --reason 'Ticket 12.' --expires 2027-01-31
  foundling decide 9c01d2aa7b34 accepted --report report.json --reason 'The fork is declared so.'
  foundling decide --component 'pkg:npm/%40acme/*' own-code --reason 'Ours.'
  foundling decide --component pkg:npm/jquery accepted --path 'docs/**' --reason 'Documentation only.'

A decision about a finding holds for its component and content: in other folders and repositories, and while other
lines are edited. One about a declaration that does not hold (its id is in reports, too) holds for its component, for
what is wrong and for the place, and says nothing of copies there. Paths are patterns below the scanned folder, and a
folder is meant with what is in it. Put the file where everybody scans with it (--decisions, or `decisions` in foundling.toml).";

/// What findings are held against.
#[derive(Args, Debug)]
pub struct Review {
    /// Read settings from this file [default: foundling.toml in the folder that is scanned; none where several are, or a
    /// file].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read no settings.
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
    /// Read decisions from this file, too; may be given more than once [default: foundling-decisions.toml beside the
    /// settings; of several folders that are scanned without settings each one's own, for what is below it].
    #[arg(long, value_name = "FILE")]
    pub decisions: Vec<PathBuf>,
    /// Say what is new, changed and gone since this JSON report.
    #[arg(long, value_name = "REPORT.json")]
    pub baseline: Option<PathBuf>,
    /// Look only at what changed since this git revision, and say what is new, changed and gone by that.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// End with exit status 1 if an undecided finding meets one of these, separated by commas: unmanaged, denied-licence,
    /// unknown-licence, modified-copy, stale, duplicate, wrong-version, tampered, absent, extraneous; with new-only among
    /// them only new and changed ones count, which needs --baseline or --since.
    #[arg(long, value_name = "CONDITIONS", value_delimiter = ',')]
    pub fail_on: Vec<String>,
}

/// `foundling init`.
#[derive(Args, Debug)]
#[command(after_help = INIT_EXAMPLES)]
pub struct Init {
    /// The folder that is scanned.
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Write over a file that is there.
    #[arg(long)]
    pub force: bool,
}

/// `foundling decide`.
#[derive(Args, Debug)]
#[command(after_help = DECIDE_EXAMPLES)]
pub struct Decide {
    /// The id of a finding or of a declaration that does not hold, as reports show it, and the decision; with --component the decision alone.
    #[arg(value_name = "[ID] DECISION", num_args = 1..=2, required = true)]
    pub words: Vec<String>,
    /// The JSON report that has the finding.
    #[arg(long, value_name = "REPORT.json")]
    pub report: Option<PathBuf>,
    /// Decide for all copies of this component (a purl without version, or a pattern) instead of one finding.
    #[arg(long, value_name = "PURL")]
    pub component: Option<String>,
    /// With --component: only in places that match this pattern; may be given more than once.
    #[arg(long = "path", value_name = "PATTERN", requires = "component")]
    pub paths: Vec<String>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who decides [default: the user's name].
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
    /// The last day on which it holds, as 2027-01-31.
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
    /// The package that takes its place.
    #[arg(long, value_name = "PURL")]
    pub replaced_by: Option<String>,
    /// The file to add it to.
    #[arg(long, value_name = "FILE", default_value = crate::review::settings::DECISIONS_FILE)]
    pub decisions: PathBuf,
}

/// A kind of decision by its name.
pub(crate) fn decision_kind(word: &str) -> Option<DecisionKind> {
    DecisionName::from_str(word, false).ok().map(|name| match name {
        DecisionName::Accepted => DecisionKind::Accepted,
        DecisionName::ReplacedBy => DecisionKind::ReplacedBy,
        DecisionName::FalsePositive => DecisionKind::FalsePositive,
        DecisionName::OwnCode => DecisionKind::OwnCode,
        DecisionName::ToBeRemoved => DecisionKind::ToBeRemoved,
    })
}

/// The names of decisions.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum DecisionName {
    Accepted,
    ReplacedBy,
    FalsePositive,
    OwnCode,
    ToBeRemoved,
}

//! A copyright statement as a file makes it.

use serde::Serialize;

use crate::model::place::Lines;

/// One copyright statement of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Copyright {
    /// The statement in one line: markup and comment marks gone, every sign `(c)`, letters without their accents.
    pub statement: String,
    /// Who holds it: the statement without sign, years, addresses; empty where nobody is named.
    pub holder: String,
    /// Its years as ranges, `1995-1998, 2004`; empty where there are none.
    pub years: String,
    /// Where it stands.
    pub lines: Lines,
}

//! The program: reads the command line, runs it, and says by its exit status how that went.

use std::process::ExitCode;

use foundling::report::layout::safe;
use foundling::run::Ended;

/// Done, and a condition of `--fail-on` holds.
const CONDITION_HOLDS: u8 = 1;
/// Could not do it: a bad argument, an index that is none.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let command = foundling::cli::parse(std::env::args_os()).unwrap_or_else(|error| error.exit());
    match foundling::run::run(command) {
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::ConditionHolds) => ExitCode::from(CONDITION_HOLDS),
        Err(error) => {
            eprintln!("foundling: {}", safe(&error.to_string()));
            ExitCode::from(FAILED)
        }
    }
}

//! The program: reads the command line, runs it, and says by its exit status how that went.

use std::process::ExitCode;

use foundling::report::layout::safe;

/// Could not do it: a bad argument, an index that is none.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let command = foundling::cli::parse(std::env::args_os()).unwrap_or_else(|error| error.exit());
    match foundling::run::run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("foundling: {}", safe(&error.to_string()));
            ExitCode::from(FAILED)
        }
    }
}

use std::process::ExitCode;
fn main() -> ExitCode {
    let command = foundling::cli::parse(std::env::args_os()).unwrap_or_else(|error| error.exit());
    match foundling::run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("foundling: {error}");
            ExitCode::from(2)
        }
    }
}

//! Running a registry's client: no input, bounded output, bounded time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::model::limits;
use crate::registry::{Failure, Registries, Registry};

/// Time between two looks at a running client.
const PAUSE: Duration = Duration::from_millis(15);
/// Letters of a client's complaint that are passed on.
const SAID: usize = 300;

impl Registries {
    /// Runs a registry's client when a place is free and returns what it printed.
    pub(super) fn run(&self, registry: Registry, command: &mut Command, input: &[u8]) -> Result<String, Failure> {
        self.slots
            .get(&registry)
            .map_or(Err(Failure::Unlisted), |slots| slots.hold(|| run(registry.client(), command, input)))
    }
}

fn run(client: &'static str, command: &mut Command, input: &[u8]) -> Result<String, Failure> {
    let trouble = |error: io::Error| Failure::Client(format!("cannot run `{client}`: {error}"));
    // Files, not pipes: a client that prints much cannot block.
    let (mut said, mut complained) = (tempfile::tempfile().map_err(trouble)?, tempfile::tempfile().map_err(trouble)?);
    let mut told = tempfile::tempfile().map_err(trouble)?;
    io::Write::write_all(&mut told, input).and_then(|_| told.rewind()).map_err(trouble)?;
    command.stdin(told).stdout(said.try_clone().map_err(trouble)?).stderr(complained.try_clone().map_err(trouble)?);
    let child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Failure::NoClient(client)),
        Err(error) => return Err(trouble(error)),
    };
    let status = wait(child).map_err(trouble)?;
    match status {
        Some(status) if status.success() => text(&mut said).map_err(trouble),
        Some(status) => Err(complaint(client, status, &text(&mut complained).unwrap_or_default())),
        None => Err(Failure::Client(format!("`{client}` had no answer within {} s", limits::CLIENT_SECONDS))),
    }
}

/// Waits for a child; `None` where it took too long and was ended.
fn wait(mut child: Child) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > Duration::from_secs(limits::CLIENT_SECONDS) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
}

fn text(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(limits::CLIENT_OUTPUT).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The line of a complaint that says most: the first that speaks of an error, else the last.
fn complaint(client: &str, status: ExitStatus, said: &str) -> Failure {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let telling = lines.clone().find(|line| {
        let line = line.to_ascii_lowercase();
        line.contains("404") || line.contains("error:") || line.contains("e: ") || line.contains("could not find")
    });
    let line = telling.or(lines.next_back()).unwrap_or("no word of explanation");
    Failure::Client(format!("`{client}` failed ({status}): {}", line.chars().take(SAID).collect::<String>()))
}

/// A command that inherits nothing that could make it ask or answer in another language.
pub(super) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<String, Failure> {
        run("sh", command("sh").args(["-c", script]), b"told")
    }

    #[test]
    fn a_client_is_heard_out_and_its_complaint_passed_on() {
        assert_eq!(shell("cat; echo warned >&2"), Ok("told".to_string()));
        let failure = shell("echo 'E: no such thing' >&2; echo bye >&2; exit 3").unwrap_err().to_string();
        assert!(failure.contains("no such thing") && failure.contains('3') && !failure.contains("bye"), "{failure}");
        let missing = run("nowhere", &mut command("/nowhere/client"), b"").unwrap_err();
        assert_eq!(missing, Failure::NoClient("nowhere"));
    }
}

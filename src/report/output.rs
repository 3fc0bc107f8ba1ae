//! Where a report goes: standard output, or a file that appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::atomic::AtomicFile;
use crate::error::Error;
use crate::report::Style;

pub use crate::atomic::remove_on_interrupt;

/// What errors call standard output.
const STDOUT_NAME: &str = "standard output";

/// A destination. Written through [`Write`]; it stands once [`Output::commit`] has returned.
///
/// A reader of standard output that goes away (`foundling scan | head`) is no error: the rest is thrown away.
pub struct Output {
    to: Destination,
    /// What errors call it.
    name: PathBuf,
    style: Style,
}

enum Destination {
    /// Standard output, a device or a pipe.
    Stream(BufWriter<Box<dyn Write>>),
    /// A regular file.
    File(BufWriter<AtomicFile>),
    /// A stream whose reader has gone.
    Closed,
}

impl Output {
    /// Standard output, in colour and as wide as the terminal where it is one.
    pub fn stdout() -> Output {
        let stdout = io::stdout();
        // Only a terminal needs its escapes seen to; a pipe gets the bytes as they are.
        let stream: Box<dyn Write> = match stdout.is_terminal() {
            true => Box::new(anstream::AutoStream::auto(stdout)),
            false => Box::new(stdout),
        };
        Output::stream(stream, PathBuf::from(STDOUT_NAME), Style::for_stdout())
    }

    /// The file `path`, written aside and renamed at the end. A device or pipe is written straight away.
    ///
    /// # Errors
    /// As [`AtomicFile::create`].
    pub fn file(path: &Path) -> Result<Output, Error> {
        let name = path.to_path_buf();
        if fs::metadata(path).is_ok_and(|found| !found.is_dir() && !found.is_file()) {
            let opened = File::options().write(true).open(path);
            let file = opened.map_err(|source| cannot_write(path, source))?;
            return Ok(Output::stream(Box::new(file), name, Style::PLAIN));
        }
        let file = BufWriter::new(AtomicFile::create(path)?);
        Ok(Output { to: Destination::File(file), name, style: Style::PLAIN })
    }

    /// `path` where one is given, else standard output: what `-o` means.
    ///
    /// # Errors
    /// As [`Output::file`].
    pub fn open(path: Option<&Path>) -> Result<Output, Error> {
        path.map_or_else(|| Ok(Output::stdout()), Output::file)
    }

    fn stream(stream: Box<dyn Write>, name: PathBuf, style: Style) -> Output {
        Output { to: Destination::Stream(BufWriter::new(stream)), name, style }
    }

    /// How a report for people should look there.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Writes out what is held back and gives a file its name.
    ///
    /// # Errors
    /// [`Error::Io`] that names the destination; a file that stood there before is untouched then.
    pub fn commit(mut self) -> Result<(), Error> {
        self.flush().map_err(|source| cannot_write(&self.name, source))?;
        let Output { to, name, .. } = self;
        match to {
            Destination::File(file) => {
                let file = file.into_inner().map_err(|error| cannot_write(&name, error.into_error()))?;
                file.commit()
            }
            Destination::Stream(_) | Destination::Closed => Ok(()),
        }
    }

    /// `source` as an error that names this destination.
    pub fn error(&self, source: io::Error) -> Error {
        cannot_write(&self.name, source)
    }

    /// Runs `write` on the stream or file. A reader that has gone counts as success, and `gone` is the answer.
    fn pass<T>(&mut self, gone: T, write: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
        let stream = match &mut self.to {
            Destination::File(file) => return write(file),
            Destination::Closed => return Ok(gone),
            Destination::Stream(stream) => stream,
        };
        match write(stream) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                // Taken apart, for dropping the buffer would write to the pipe again.
                if let Destination::Stream(stream) = std::mem::replace(&mut self.to, Destination::Closed) {
                    let _ = stream.into_parts();
                }
                Ok(gone)
            }
            answer => answer,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pass(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass((), |out| out.flush())
    }
}

fn cannot_write(path: &Path, source: io::Error) -> Error {
    Error::Io { what: "cannot write", path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that answers every write with one error.
    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    fn broken(kind: io::ErrorKind) -> Output {
        Output::stream(Box::new(Broken(kind)), PathBuf::from(STDOUT_NAME), Style::PLAIN)
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let mut output = broken(io::ErrorKind::BrokenPipe);
        let megabyte = vec![b'x'; 1 << 20];
        output.write_all(&megabyte).unwrap();
        assert!(matches!(output.to, Destination::Closed));
        output.write_all(&megabyte).unwrap();
        output.commit().unwrap();
        let mut output = broken(io::ErrorKind::BrokenPipe);
        output.write_all(b"less than a buffer").unwrap();
        output.commit().unwrap();
    }

    #[test]
    fn a_full_disk_is_an_error_that_names_the_destination() {
        let mut output = broken(io::ErrorKind::StorageFull);
        output.write_all(b"report").unwrap();
        let text = output.commit().unwrap_err().to_string();
        assert!(text.starts_with("cannot write `standard output`"), "{text}");
    }

    #[test]
    fn a_file_stands_after_commit_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "before").unwrap();
        let mut output = Output::file(&path).unwrap();
        output.write_all(b"after").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before");
        drop(output);
        assert_eq!(fs::read(&path).unwrap(), b"before");
        let mut output = Output::file(&path).unwrap();
        output.write_all(b"after").unwrap();
        output.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Output::file(folder.path()), Err(Error::Usage(text)) if text.contains("folder")));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_and_stays_a_device() {
        let mut output = Output::file(Path::new("/dev/null")).unwrap();
        output.write_all(b"gone").unwrap();
        output.commit().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}

//! Files that appear whole or not at all: written under a hidden name beside their target, then renamed onto it.
//!
//! Every unfinished file is in one list of this process, so that Ctrl-C removes it too.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tempfile::NamedTempFile;

use crate::error::Error;

/// How the name of an unfinished file begins. What carries it and belongs to no running foundling may be deleted.
pub const PREFIX: &str = ".foundling-";
/// How the name of an unfinished file ends.
pub const SUFFIX: &str = ".unfinished";
/// Exit status after Ctrl-C, as shells expect it: 128 plus the number of the signal.
const INTERRUPTED: i32 = 130;

static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file that takes its name only when it is complete. Dropped without [`AtomicFile::commit`] it leaves nothing
/// behind, and a file that stood there before is untouched.
#[derive(Debug)]
pub struct AtomicFile {
    // Fields drop in this order: first the file goes, then its place in the list.
    temp: NamedTempFile,
    listed: Listed,
    /// The file that is to be, symbolic links followed.
    target: PathBuf,
}

impl AtomicFile {
    /// Opens an unfinished file in the folder of `path`.
    ///
    /// # Errors
    /// [`Error::Usage`] where `path` is a folder, a device or a pipe, or its folder does not exist; [`Error::Io`] where
    /// the system refuses.
    pub fn create(path: &Path) -> Result<AtomicFile, Error> {
        let target = target(path)?;
        let folder = folder_of(&target);
        if !folder.is_dir() {
            let text = format!("cannot write `{}`: there is no folder `{}`", path.display(), folder.display());
            return Err(Error::Usage(text));
        }
        // Held across creation: an interrupt in between would not know of the file.
        let mut unfinished = unfinished();
        let temp = open_temp(folder).map_err(|source| cannot_write(&target, source))?;
        let listed = Listed(temp.path().to_path_buf());
        unfinished.insert(listed.0.clone());
        Ok(AtomicFile { temp, listed, target })
    }

    /// The open file: readable, writable and seekable.
    pub fn file(&mut self) -> &mut File {
        self.temp.as_file_mut()
    }

    /// The path that [`AtomicFile::commit`] gives it.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Gives the file its name; a file of that name is replaced and lends its permissions.
    ///
    /// # Errors
    /// [`Error::Io`] where the system refuses to rename; nothing is left behind then.
    pub fn commit(self) -> Result<(), Error> {
        let AtomicFile { temp, listed, target } = self;
        if let Ok(old) = fs::metadata(&target) {
            // Best effort: a file system without permissions is no reason to lose the result.
            let _ = temp.as_file().set_permissions(old.permissions());
        }
        let renamed = {
            // Held: an interrupt waits until the file is either hidden or finished.
            let _held = unfinished();
            temp.persist(&target)
        };
        drop(listed);
        renamed.map(|_| ()).map_err(|error| cannot_write(&target, error.error))
    }
}

/// An entry of the list of unfinished files; it ends with this value.
#[derive(Debug)]
struct Listed(PathBuf);

impl Drop for Listed {
    fn drop(&mut self) {
        unfinished().remove(&self.0);
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file().seek(to)
    }
}

/// Makes Ctrl-C remove every unfinished file and end the process with status 130. Calling it again changes nothing.
pub fn remove_on_interrupt() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // Without a handler Ctrl-C still ends the process; only a hidden file may stay. That is no reason to stop.
        let _ = ctrlc::set_handler(|| {
            // Held until the exit, so that no file is finished or opened meanwhile.
            let mut held = unfinished();
            remove_all(&mut held);
            std::process::exit(INTERRUPTED);
        });
    });
}

fn remove_all(list: &mut BTreeSet<PathBuf>) {
    for path in std::mem::take(list) {
        let _ = fs::remove_file(path);
    }
}

/// The list. A thread that panicked with it in hand leaves it usable: each change is one insert or remove.
fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The regular file, or place for one, that `path` stands for.
fn target(path: &Path) -> Result<PathBuf, Error> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            Err(Error::Usage(format!("cannot write `{}`: it is a folder; name a file", path.display())))
        }
        // Renaming over /dev/null would put a file in its place.
        Ok(found) if !found.is_file() => {
            Err(Error::Usage(format!("cannot write `{}`: it is no regular file", path.display())))
        }
        Ok(_) => fs::canonicalize(path).map_err(|source| cannot_write(path, source)),
        Err(_) if path.file_name().is_none() || ends_with_separator(path) => {
            Err(Error::Usage(format!("cannot write `{}`: name a file", path.display())))
        }
        Err(_) => Ok(path.to_path_buf()),
    }
}

fn ends_with_separator(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().last().is_some_and(|&byte| std::path::is_separator(char::from(byte)))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn open_temp(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        // A result is no secret: as any new file, cut down by the umask. The crate's own choice is owner only.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn cannot_write(path: &Path, source: io::Error) -> Error {
    Error::Io { what: "cannot write", path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn committed_it_is_whole_and_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.fdx");
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"....body").unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.file().write_all(b"head").unwrap();
        let during = names(folder.path());
        assert_eq!(during.len(), 1);
        assert!(during[0].starts_with(PREFIX) && during[0].ends_with(SUFFIX), "{during:?}");
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"headbody");
        assert_eq!(names(folder.path()), ["a.fdx"]);
    }

    #[test]
    fn dropped_it_leaves_nothing_new_and_nothing_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old");
        fs::write(&path, "kept").unwrap();
        for target in [path.clone(), folder.path().join("new")] {
            let mut file = AtomicFile::create(&target).unwrap();
            file.write_all(b"half").unwrap();
        }
        assert_eq!(names(folder.path()), ["old"]);
        assert_eq!(fs::read(&path).unwrap(), b"kept");
    }

    #[test]
    fn folders_and_missing_folders_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let text = AtomicFile::create(folder.path()).unwrap_err().to_string();
        assert!(text.contains("is a folder") && text.contains(&folder.path().display().to_string()), "{text}");
        let text = AtomicFile::create(&folder.path().join("gone/x.json")).unwrap_err().to_string();
        assert!(text.contains("no folder") && text.contains("gone"), "{text}");
        let text = AtomicFile::create(&folder.path().join("new/")).unwrap_err().to_string();
        assert!(text.contains("name a file"), "{text}");
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn an_interrupt_removes_what_is_unfinished() {
        // The real list also holds the files of tests that run beside this one: the rule is tested on a list of its own.
        let folder = tempfile::tempdir().unwrap();
        let (half, whole) = (folder.path().join("half"), folder.path().join("whole"));
        fs::write(&half, "").unwrap();
        fs::write(&whole, "").unwrap();
        let mut list = BTreeSet::from([half, folder.path().join("gone before")]);
        remove_all(&mut list);
        assert_eq!(names(folder.path()), ["whole"]);
        assert!(list.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_refused_links_are_followed_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt;
        assert!(AtomicFile::create(Path::new("/dev/null")).unwrap_err().to_string().contains("no regular file"));
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let mut file = AtomicFile::create(&link).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

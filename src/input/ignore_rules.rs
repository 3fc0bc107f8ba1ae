//! Ignore files (`.gitignore`, `.foundlingignore`) of one folder, chained to those of the folders above it.
//!
//! Git's precedence: a deeper file beats a higher one, a later line an earlier one, `!` takes a file back in. Of two
//! files in one folder `.foundlingignore` comes last. Every line counts the files that it left out, because a report
//! must say so.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::error::{Code, Problem};
use crate::model::{limits, place};

/// Names of ignore files, weakest first.
const FILES: [&str; 2] = [".gitignore", ".foundlingignore"];

/// The rules that hold in a folder: its own, then those above.
pub struct Rules {
    above: Option<Arc<Rules>>,
    /// The folder's path below the root, `/` at its end, empty for the root.
    prefix: Vec<u8>,
    matcher: Gitignore,
    lines: Vec<Line>,
}

/// One line of an ignore file.
struct Line {
    file: &'static str,
    number: usize,
    text: String,
    left_out: AtomicU64,
}

/// The rule that leaves something out.
#[derive(Clone)]
pub struct Ruling {
    rules: Arc<Rules>,
    line: usize,
}

impl Ruling {
    /// Counts one more file that this rule left out.
    pub fn count_file(&self) {
        if let Some(line) = self.rules.lines.get(self.line) {
            line.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Rules {
    /// Reads the ignore files of the folder `full`, which stands at `below` under its root. `None` where it has none:
    /// then `above` holds there too. What cannot be applied is added to `problems`.
    pub fn load(
        full: &Path,
        below: &[u8],
        above: Option<&Arc<Rules>>,
        problems: &mut Vec<Problem>,
    ) -> Option<Arc<Rules>> {
        let mut prefix = below.to_vec();
        if !prefix.is_empty() {
            prefix.push(b'/');
        }
        let mut builder = GitignoreBuilder::new("");
        let mut lines = Vec::new();
        for file in FILES {
            let Some((text, cut)) = rule_text(&full.join(file)) else { continue };
            let shown = format!("{}{file}", place::path_text(&prefix));
            if cut {
                let detail = format!("rules behind the first {} KiB are not applied", limits::IGNORE_FILE_BYTES >> 10);
                problems.push(Problem::new(Code::OverLimit, shown, detail));
            }
            for (at, text) in text.lines().enumerate() {
                // The builder hands `from` back with a match: it carries the number of the line in `lines`.
                let from = PathBuf::from(lines.len().to_string());
                // A line that is no pattern leaves nothing out, as in git.
                if builder.add_line(Some(from), text).is_ok() {
                    let text = text.trim_end().to_string();
                    lines.push(Line { file, number: at + 1, text, left_out: AtomicU64::new(0) });
                }
            }
        }
        if lines.is_empty() {
            return None;
        }
        match builder.build() {
            Ok(matcher) if matcher.is_empty() => None,
            Ok(matcher) => Some(Arc::new(Rules { above: above.cloned(), prefix, matcher, lines })),
            Err(error) => {
                let shown = format!("{}{}", place::path_text(&prefix), FILES[0]);
                problems.push(Problem::new(Code::OverLimit, shown, format!("rules not applied: {error}")));
                None
            }
        }
    }

    /// The rule that leaves out what stands at `below` under the root, if one does.
    pub fn ruling(self: &Arc<Rules>, below: &[u8], is_folder: bool) -> Option<Ruling> {
        let mut rules = self;
        loop {
            let path = below.get(rules.prefix.len()..).unwrap_or_default();
            match rules.matcher.matched(place::os_path(path), is_folder) {
                Match::Ignore(glob) => {
                    let line = glob.from().and_then(|from| from.to_str()?.parse().ok())?;
                    return Some(Ruling { rules: rules.clone(), line });
                }
                Match::Whitelist(_) => return None,
                Match::None => rules = rules.above.as_ref()?,
            }
        }
    }

    /// One problem for each of this folder's own rules that left files out.
    pub fn report(&self, problems: &mut Vec<Problem>) {
        for line in &self.lines {
            let count = line.left_out.load(Ordering::Relaxed);
            if count > 0 {
                let path = format!("{}{}", place::path_text(&self.prefix), line.file);
                let detail = format!("rule `{}` in line {}", line.text, line.number);
                problems.push(Problem { code: Code::Ignored, path, detail, count });
            }
        }
    }
}

/// The text of an ignore file and whether it was cut at the limit; `None` where there is no plain file of that name.
fn rule_text(path: &Path) -> Option<(String, bool)> {
    // Asked before it is opened: a pipe of this name would hold the scan up for ever, and git follows no link here.
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(limits::IGNORE_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).ok()?;
    let cut = bytes.len() > limits::IGNORE_FILE_BYTES;
    if cut {
        bytes.truncate(limits::IGNORE_FILE_BYTES);
        // Half a line may be a wider rule than the whole one.
        bytes.truncate(bytes.iter().rposition(|&byte| byte == b'\n').unwrap_or(0));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    Some((String::from_utf8_lossy(bytes).into_owned(), cut))
}

//! Files whose names come from elsewhere than a walk: which of them a walk would have found. The same rules hold for them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Code, Problem};
use crate::input::ignore_rules::{Rules, Ruling};
use crate::input::walk::{VERSION_CONTROL, over_length};
use crate::model::{limits, place};

/// What holds in a folder.
#[derive(Clone, Default)]
struct Folder {
    /// Its own ignore rules or the next ones above.
    rules: Option<Arc<Rules>>,
    left_out: Option<Reason>,
}

/// Why nothing of a folder is looked at.
#[derive(Clone)]
enum Reason {
    /// An ignore rule.
    Rule(Ruling),
    /// It was said once, of the folder.
    Said,
}

/// Tells which names below a root a walk would have found. Ignore files are read where a name first leads to them.
pub struct Listed {
    root: PathBuf,
    honour_ignore: bool,
    /// By raw path below the root.
    folders: HashMap<Vec<u8>, Folder>,
    rules: Vec<Arc<Rules>>,
    problems: Vec<Problem>,
}

impl Listed {
    /// Of names below `root`; `honour_ignore` is whether `.gitignore` and `.foundlingignore` files leave anything out.
    pub fn new(root: PathBuf, honour_ignore: bool) -> Listed {
        let mut listed =
            Listed { root, honour_ignore, folders: HashMap::new(), rules: Vec::new(), problems: Vec::new() };
        let top = listed.entered(b"", Folder::default());
        listed.folders.insert(Vec::new(), top);
        listed
    }

    /// Whether a walk would have found the file with the raw path `below` the root, `/` between folders.
    pub fn finds(&mut self, below: &[u8]) -> bool {
        if below.len() > limits::PATH_BYTES {
            self.problems.push(Problem::new(Code::OverLimit, place::path_text(below), over_length(below.len())));
            return false;
        }
        let folder = self.folder(parent(below));
        let ruling = match (folder.left_out, &folder.rules) {
            (Some(Reason::Rule(ruling)), _) => Some(ruling),
            (Some(Reason::Said), _) => return false,
            (None, Some(rules)) => rules.ruling(below, false),
            (None, None) => None,
        };
        ruling.iter().for_each(Ruling::count_file);
        ruling.is_none()
    }

    /// What was left out and why, by code and path.
    pub fn finish(mut self) -> Vec<Problem> {
        for rules in &self.rules {
            rules.report(&mut self.problems);
        }
        self.problems.sort();
        self.problems
    }

    /// What holds in the folder at `below`. Folders above come first, without recursion: paths may be as deep as they like.
    fn folder(&mut self, below: &[u8]) -> Folder {
        let mut unknown = Vec::new();
        let mut at = below;
        let mut folder = loop {
            match self.folders.get(at) {
                Some(known) => break known.clone(),
                None => unknown.push(at),
            }
            at = parent(at);
        };
        while let Some(inner) = unknown.pop() {
            folder = self.enter(inner, folder);
            self.folders.insert(inner.to_vec(), folder.clone());
        }
        folder
    }

    fn enter(&mut self, below: &[u8], outer: Folder) -> Folder {
        if outer.left_out.is_some() {
            return outer;
        }
        let name = below.rsplit(|byte| *byte == b'/').next().unwrap_or(below);
        let depth = below.iter().filter(|byte| **byte == b'/').count() + 1;
        let refused = if VERSION_CONTROL.iter().any(|known| known.as_bytes() == name) {
            Some((Code::VersionControl, "version-control data: not entered".to_string()))
        } else if depth > limits::FOLDER_DEPTH {
            Some((Code::OverLimit, format!("not entered: more than {} folders deep", limits::FOLDER_DEPTH)))
        } else {
            None
        };
        if let Some((code, detail)) = refused {
            self.problems.push(Problem::new(code, place::path_text(below), detail));
            return Folder { left_out: Some(Reason::Said), ..outer };
        }
        match outer.rules.as_ref().and_then(|rules| rules.ruling(below, true)) {
            Some(ruling) => Folder { left_out: Some(Reason::Rule(ruling)), ..outer },
            None => self.entered(below, outer),
        }
    }

    /// What holds inside a folder that is not left out.
    fn entered(&mut self, below: &[u8], outer: Folder) -> Folder {
        if !self.honour_ignore {
            return outer;
        }
        let full = self.root.join(place::os_path(below));
        let own = Rules::load(&full, below, outer.rules.as_ref(), &mut self.problems);
        self.rules.extend(own.clone());
        Folder { rules: own.or(outer.rules), left_out: None }
    }
}

/// The folder of a raw path; empty for the root.
fn parent(below: &[u8]) -> &[u8] {
    below.iter().rposition(|byte| *byte == b'/').and_then(|at| below.get(..at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn names_are_left_out_as_a_walk_leaves_them_out() {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir_all(tree.path().join("lib/in")).unwrap();
        fs::write(tree.path().join(".gitignore"), "*.o\n/out/\n").unwrap();
        fs::write(tree.path().join("lib/.foundlingignore"), "secret.c\n!keep.o\n").unwrap();
        let mut listed = Listed::new(tree.path().to_path_buf(), true);
        let found: Vec<&str> =
            ["a.c", "a.o", "out/deep/b.c", "lib/secret.c", "lib/keep.o", "lib/in/c.c", "x/.hg/d", "x/.hg/e", "x/f.c"]
                .into_iter()
                .filter(|path| listed.finds(path.as_bytes()))
                .collect();
        assert_eq!(found, ["a.c", "lib/keep.o", "lib/in/c.c", "x/f.c"]);
        let said: Vec<(Code, String, u64)> =
            listed.finish().into_iter().map(|one| (one.code, one.path, one.count)).collect();
        let expected = [
            (Code::Ignored, ".gitignore", 1),
            (Code::Ignored, ".gitignore", 1),
            (Code::Ignored, "lib/.foundlingignore", 1),
            (Code::VersionControl, "x/.hg", 1),
        ];
        assert_eq!(said, expected.map(|(code, path, count)| (code, path.to_string(), count)));
        let mut all = Listed::new(tree.path().to_path_buf(), false);
        assert!(all.finds(b"a.o") && all.finds(b"out/b") && !all.finds(b".git/config"));
    }

    #[test]
    fn long_and_deep_paths_are_not_followed() {
        let mut listed = Listed::new(PathBuf::from("nowhere"), true);
        assert!(listed.finds(&[b'a'; limits::PATH_BYTES]));
        assert!(!listed.finds(&[b'a'; limits::PATH_BYTES + 1]));
        assert!(listed.finds(format!("{}b", "a/".repeat(limits::FOLDER_DEPTH)).as_bytes()));
        assert!(!listed.finds(format!("{}b", "a/".repeat(limits::FOLDER_DEPTH + 1)).as_bytes()));
        assert!(!listed.finds(format!("{}c", "a/".repeat(limits::FOLDER_DEPTH + 1)).as_bytes()));
        let problems = listed.finish();
        assert!(problems.iter().all(|one| one.code == Code::OverLimit) && problems.len() == 2, "{problems:?}");
    }
}

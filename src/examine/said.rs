//! What texts say of licences and owners, kept by content: many trees hold the same file again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Code;
use crate::model::copyright::Copyright;
use crate::model::license::LicenseMatch;
use crate::model::limits;
use crate::model::place::base_name;

/// Parts that are locked each for themselves, so that threads seldom wait for one another.
const PARTS: usize = 64;
/// Texts below this size are read again faster than they are looked up, bytes.
const LEAST_BYTES: u64 = 512;
/// Statements of a text beyond which it is not kept: such texts are few, and large.
const MOST_STATEMENTS: usize = 100;

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// Its licence statements, in line order.
    pub licenses: Vec<LicenseMatch>,
    /// What it mentions without stating it, in line order.
    pub mentions: Vec<LicenseMatch>,
    /// Its copyright statements, in line order.
    pub copyrights: Vec<Copyright>,
    /// What could not be read, in words.
    pub problems: Vec<(Code, String)>,
}

/// What the texts of one scan said. It never changes what comes out, for a text says the same each time.
pub struct Memory {
    parts: [Mutex<HashMap<[u8; 32], Arc<Said>>>; PARTS],
}

impl Default for Memory {
    fn default() -> Memory {
        Memory { parts: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl Memory {
    /// What the text with the digest `blake3` at `path` says: from memory, or else by `read`. A file's name may decide how it is
    /// read, its folder does not.
    pub fn said(&self, blake3: &[u8; 32], path: &str, bytes: u64, read: impl FnOnce() -> Said) -> Arc<Said> {
        if bytes < LEAST_BYTES {
            return Arc::new(read());
        }
        let mut hasher = blake3::Hasher::new();
        let key = *hasher.update(blake3).update(base_name(path).as_bytes()).finalize().as_bytes();
        let part = self.parts.get(usize::from(key[0]) % PARTS);
        let known = part.and_then(|part| part.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned());
        if let Some(known) = known {
            return known;
        }
        let said = Arc::new(read());
        if let Some(part) = part
            && said.licenses.len() + said.mentions.len() + said.copyrights.len() + said.problems.len()
                <= MOST_STATEMENTS
        {
            let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
            if part.len() < limits::TEXTS_KEPT / PARTS {
                part.insert(key, Arc::clone(&said));
            }
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(detail: &str) -> Said {
        Said { problems: vec![(Code::OverLimit, detail.to_string())], ..Said::default() }
    }

    #[test]
    fn a_text_is_read_once_under_one_name() {
        let memory = Memory::default();
        let ask = |digest: u8, path: &str, bytes: u64, now: &str| {
            memory.said(&[digest; 32], path, bytes, || said(now)).problems[0].1.clone()
        };
        assert_eq!([ask(1, "a/x.c", 600, "one"), ask(1, "b/x.c", 600, "two")], ["one", "one"]);
        assert_eq!(ask(1, "y.c", 600, "three"), "three", "another name");
        assert_eq!(ask(2, "x.c", 600, "four"), "four", "another text");
        assert_eq!([ask(3, "s", LEAST_BYTES - 1, "five"), ask(3, "s", LEAST_BYTES - 1, "six")], ["five", "six"]);
    }

    #[test]
    fn no_more_than_the_limit_is_kept() {
        let memory = Memory::default();
        let digest = |at: usize| *blake3::hash(&at.to_le_bytes()).as_bytes();
        (0..limits::TEXTS_KEPT + 5000).for_each(|at| drop(memory.said(&digest(at), "x", 600, Said::default)));
        let kept: usize = memory.parts.iter().map(|part| part.lock().unwrap().len()).sum();
        assert!(kept <= limits::TEXTS_KEPT && kept > limits::TEXTS_KEPT / 2, "{kept}");
        let long = Said { problems: vec![(Code::OverLimit, String::new()); MOST_STATEMENTS + 1], ..Said::default() };
        let memory = Memory::default();
        memory.said(&[0; 32], "x", 600, || long);
        assert!(memory.parts.iter().all(|part| part.lock().unwrap().is_empty()));
    }
}

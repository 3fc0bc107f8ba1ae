//! The tree as an owner sees it: folders with what is in them by origin and licence risk, few enough to draw.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::files::{Class, Placed};
use crate::model::finding::Report;
use crate::model::limits;
use crate::report::layout::{safe, shorten};

/// Levels of folders that are told apart; what lies deeper counts for the folder above. A level is four levels of JSON, of which
/// many readers take 128 at most.
const DEPTH: usize = 24;

/// So many bytes of so many files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    bytes: u64,
    files: u64,
}

/// A folder with everything below it.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// By class.
    amounts: BTreeMap<u8, Amount>,
    folders: BTreeMap<String, Folder>,
}

impl Folder {
    fn add(&mut self, class: Class, bytes: u64, files: u64) {
        let amount = self.amounts.entry(class.0).or_default();
        amount.bytes = amount.bytes.saturating_add(bytes);
        amount.files = amount.files.saturating_add(files);
    }

    fn bytes(&self) -> u64 {
        self.amounts.values().fold(0, |sum, amount| sum.saturating_add(amount.bytes))
    }

    fn sizes(&self, into: &mut Vec<u64>) {
        for folder in self.folders.values() {
            into.push(folder.bytes());
            folder.sizes(into);
        }
    }

    /// Leaves out folders that are not larger than `least`; they stay counted above.
    fn prune(&mut self, least: u64) {
        self.folders.retain(|_, folder| folder.bytes() > least);
        self.folders.values_mut().for_each(|folder| folder.prune(least));
    }
}

/// As amounts (class, bytes, files) and folders below by name.
impl Serialize for Folder {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let amounts: Vec<_> = self.amounts.iter().map(|(class, amount)| (class, amount.bytes, amount.files)).collect();
        let folders: Vec<_> = self.folders.iter().collect();
        (amounts, folders).serialize(out)
    }
}

/// The tree of a report's files, at most [`limits::PAGE_FOLDERS`] folders below the topmost one.
pub(super) fn tree(report: &Report, placed: &[Placed]) -> Folder {
    let mut top = Folder::default();
    for (file, placed) in report.files.iter().zip(placed) {
        let matched = ((file.bytes as f64) * f64::from(placed.share)).round() as u64;
        let matched = matched.min(file.bytes);
        let path = report.shown_path(file.scan_root, &file.path);
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let folders = parts.len().saturating_sub(1).min(DEPTH);
        let mut folder = &mut top;
        let mut below = parts.iter().take(folders);
        loop {
            folder.add(placed.class, matched, 1);
            if matched < file.bytes {
                folder.add(Class::OWN, file.bytes - matched, 0);
            }
            let Some(part) = below.next() else { break };
            let name = shorten(&safe(part), limits::PAGE_NAME).into_owned();
            folder = folder.folders.entry(name).or_default();
        }
    }
    let mut sizes = Vec::new();
    top.sizes(&mut sizes);
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    if let Some(least) = sizes.get(limits::PAGE_FOLDERS) {
        top.prune(*least);
    }
    top
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html::files::Placer;
    use crate::report::sample;

    fn tree_of(report: &Report) -> Folder {
        let mut placer = Placer::of(report);
        let placed: Vec<Placed> = report.files.iter().map(|file| placer.place(file)).collect();
        tree(report, &placed)
    }

    fn count(folder: &Folder) -> usize {
        folder.folders.values().map(|folder| 1 + count(folder)).sum()
    }

    #[test]
    fn folders_sum_up_what_is_below_and_pieces_leave_the_rest_to_own_code() {
        let tree = tree_of(&sample::report());
        assert_eq!(tree.bytes(), 5 * 12_345);
        assert_eq!(tree.folders.keys().collect::<Vec<_>>(), ["node_modules", "src", "static", "third_party"]);
        let own = tree.folders["src"].amounts[&Class::OWN.0];
        assert_eq!(own, Amount { bytes: 864, files: 0 });
    }

    #[test]
    fn small_folders_are_left_out_where_there_are_too_many() {
        let mut report = sample::report();
        let deep = format!("{}deep.c", "d/".repeat(2000));
        report.files = vec![sample::file(&deep, Vec::new())];
        assert_eq!(count(&tree_of(&report)), DEPTH);
        let folders = limits::PAGE_FOLDERS + 10;
        report.files = (0..folders).map(|no| sample::file(&format!("{no:05}/a.c"), Vec::new())).collect();
        report.files.iter_mut().enumerate().for_each(|(no, file)| file.bytes = no as u64);
        let tree = tree_of(&report);
        assert_eq!(count(&tree), limits::PAGE_FOLDERS);
        assert_eq!(tree.bytes(), (folders as u64 * (folders as u64 - 1)) / 2, "what is left out is counted above");
    }
}

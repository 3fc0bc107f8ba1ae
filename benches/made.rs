//! A made-up world to measure: components with a history, an index of them, and a tree that borrows from them.
//! Everything follows from numbers, so that two runs measure the same work.

use std::fs;
use std::path::{Path, PathBuf};

use foundling::build::{self, plan};
use foundling::index::set::Indexes;
use foundling::index::writer::Profile;
use tempfile::TempDir;

use crate::sources::{c_file, lines, renamed};

/// Components in the index.
const COMPONENTS: u64 = 20;
/// Releases of each.
const RELEASES: u64 = 3;
/// Files of a release.
const FILES: u64 = 12;
/// Functions of a file.
const FUNCTIONS: usize = 16;
/// Files of the tree that are in no index.
const OWN_FILES: u64 = 300;

/// A tree and an index in a temporary folder.
pub struct World {
    folder: TempDir,
    /// Bytes of the tree's files.
    pub bytes: u64,
    /// How many there are.
    pub files: u64,
}

impl World {
    /// Makes it: sources, index and tree.
    pub fn new() -> World {
        let mut world = World { folder: tempfile::tempdir().expect("a temporary folder"), bytes: 0, files: 0 };
        world.write_releases();
        let options = build::Options { memory: 1 << 30, profile: Profile::Full, strict: true, own: false };
        let plan = plan::plan(&[world.at("sources.jsonl")], &plan::Options::default(), &|_| ()).expect("a list");
        build::build(&plan.sources, &world.index(), &options, &|_| ()).expect("an index");
        world.write_tree();
        world
    }

    /// The folder to be scanned.
    pub fn tree(&self) -> PathBuf {
        self.at("tree")
    }

    /// The index file.
    pub fn index(&self) -> PathBuf {
        self.at("made.fdx")
    }

    /// The index, open.
    pub fn indexes(&self) -> Indexes {
        let mut indexes = Indexes::default();
        indexes.add_file(&self.index()).expect("an index");
        indexes
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write_releases(&self) {
        let mut list = String::new();
        for component in 0..COMPONENTS {
            for release in 0..RELEASES {
                let path = format!("c{component}-{release}");
                for file in 0..FILES {
                    write(&self.at(&format!("{path}/src/f{file}.c")), &released(component, release, file));
                }
                list += &format!("{{\"purl\": \"pkg:generic/c{component}@{release}.0\", \"path\": \"{path}\"}}\n");
            }
        }
        write(&self.at("sources.jsonl"), &list);
    }

    /// A tenth of the components vendored, a fifth of its own files with pasted or renamed pieces.
    fn write_tree(&mut self) {
        for component in 0..COMPONENTS / 10 {
            for file in 0..FILES {
                self.add(&format!("third_party/c{component}/src/f{file}.c"), &released(component, 1, file));
            }
        }
        for file in 0..OWN_FILES {
            let own = c_file(50_000 + file, FUNCTIONS);
            let borrowed = lines(&released(file % COMPONENTS, 2, file % FILES), 30, 90);
            let text = match file % 10 {
                0 => own + &borrowed,
                5 => own + &renamed(&borrowed),
                _ => own,
            };
            self.add(&format!("src/d{}/own{file}.c", file % 17), &text);
        }
    }

    fn add(&mut self, path: &str, text: &str) {
        write(&self.tree().join(path), text);
        self.bytes += text.len() as u64;
        self.files += 1;
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, text).expect("a file");
}

/// A file of a release: each release changes some of the first's.
fn released(component: u64, release: u64, file: u64) -> String {
    let mut text = c_file(1_000 + component * 100 + file, FUNCTIONS);
    if file < release * 2 {
        text += &c_file(9_000 + component * 100 + release * 10 + file, 1);
    }
    text
}

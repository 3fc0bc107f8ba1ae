//! The whole program: a made-up tree scanned, and the index of made-up components built.

mod made;
#[path = "../tests/sources.rs"]
mod sources;

use divan::Bencher;
use divan::counter::BytesCount;
use foundling::report::{self, Format, Style};
use foundling::scan::{self, Options};
use made::World;

fn main() {
    divan::main();
}

/// Walk to report, the index open already.
#[divan::bench(args = [1, 0], sample_count = 20)]
fn threads(bencher: Bencher, threads: usize) {
    let world = World::new();
    let indexes = world.indexes();
    let options = Options { threads, ..Options::default() };
    let scan = || scan::scan(&[world.tree()], &indexes, &options, &|_| ()).expect("a report");
    assert_eq!(scan().files_read, world.files, "the whole tree is what is measured");
    bencher.counter(BytesCount::new(world.bytes)).bench_local(|| {
        let mut out = Vec::new();
        report::write(&scan(), Format::Json, &Style::PLAIN, &mut out).expect("memory");
        out
    });
}

//! One benchmark a stage, on one thread: what each costs for the bytes of the whole tree.

mod made;
#[path = "../tests/sources.rs"]
mod sources;

use std::sync::{LazyLock, Mutex};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use foundling::attribute::{self, Project};
use foundling::copyright;
use foundling::examine::{self, Content, Memory, Search, SourceFile, Wanted, examine};
use foundling::index::set::Indexes;
use foundling::input::read;
use foundling::input::walk::{self, FoundFile, WalkOptions};
use foundling::matching;
use foundling::model::evidence::FileEvidence;
use foundling::model::finding::Report;
use foundling::model::ids::RootNo;
use foundling::model::limits;
use foundling::report::{self, Format, Style};
use foundling::scan::{self, Options};
use foundling::text::fingerprint::{self, Fingerprint, Scheme};
use foundling::text::language;
use foundling::text::token::{self, Tokens};
use made::World;

/// Copyright statements, each file with a notice at its head.
#[divan::bench]
fn i_copyrights(bencher: Bencher) {
    const NOTICE: &[u8] = b"/*\n * Copyright (C) 2004-2007 Ada Byron <ada@example.org>\n * All rights reserved.\n */\n";
    let texts: Vec<Vec<u8>> = INPUTS.texts.iter().map(|text| [NOTICE, text].concat()).collect();
    let mut scratch = copyright::Scratch::default();
    bencher.counter(BytesCount::new(texts.iter().map(Vec::len).sum::<usize>())).bench_local(|| {
        let one = |text: &Vec<u8>| copyright::find(text, &[], &mut scratch).statements.len();
        let found = texts.iter().map(one).sum::<usize>();
        assert!(found >= texts.len(), "a notice a file");
        found
    });
}

fn main() {
    divan::main();
}

/// What each stage takes in, made by the stages before it.
struct Inputs {
    world: World,
    indexes: Indexes,
    found: Vec<FoundFile>,
    texts: Vec<Vec<u8>>,
    tokens: Vec<Tokens>,
    seeds: Vec<Vec<Fingerprint>>,
    evidence: Vec<FileEvidence>,
    report: Report,
}

static INPUTS: LazyLock<Inputs> = LazyLock::new(Inputs::new);

impl Inputs {
    fn new() -> Inputs {
        let world = World::new();
        let indexes = world.indexes();
        let found = walk_all(&world);
        assert_eq!(found.len() as u64, world.files);
        let texts: Vec<Vec<u8>> = found.iter().map(|file| std::fs::read(&file.full).expect("a file")).collect();
        let mut scratch = fingerprint::Scratch::default();
        let (mut tokens, mut seeds) = (Vec::new(), Vec::new());
        for (file, text) in found.iter().zip(&texts) {
            let mut own = Tokens::default();
            token::lex(text, language::of(&file.path, text), limits::FILE_TOKENS, &mut own);
            let mut out = Vec::new();
            fingerprint::fingerprint(&own, Scheme::FULL, &mut scratch, &mut out);
            tokens.push(own);
            seeds.push(out);
        }
        let evidence = examine_all(&indexes, &found, &texts);
        let options = Options { all_files: true, ..Options::default() };
        let report = scan::scan(&[world.tree()], &indexes, &options, &|_| ()).expect("a report");
        Inputs { world, indexes, found, texts, tokens, seeds, evidence, report }
    }

    fn bytes(&self) -> BytesCount {
        BytesCount::new(self.world.bytes)
    }
}

fn walk_all(world: &World) -> Vec<FoundFile> {
    let found = Mutex::new(Vec::new());
    let options = WalkOptions { honour_ignore: true, threads: 1 };
    walk::walk(&[world.tree()], &options, || |file| found.lock().expect("no panic").push(file)).expect("a tree");
    found.into_inner().expect("no panic")
}

fn examine_all(indexes: &Indexes, found: &[FoundFile], texts: &[Vec<u8>]) -> Vec<FileEvidence> {
    let mut scratch = examine::Scratch::default();
    let memory = Memory::default();
    let search = Search { indexes, wanted: Wanted::ALL, memory: &memory };
    let one = |(file, text): (&FoundFile, &Vec<u8>)| {
        let blake3 = *blake3::hash(text).as_bytes();
        let source = SourceFile { root: file.root, path: &file.path, archive: 0, bytes: text.len() as u64, blake3 };
        examine(&search, &source, Content::Text(text), &mut scratch, None)
    };
    found.iter().zip(texts).map(one).collect()
}

#[divan::bench]
fn a_walk(bencher: Bencher) {
    bencher.counter(ItemsCount::new(INPUTS.world.files)).bench_local(|| walk_all(&INPUTS.world));
}

/// Reading and hashing.
#[divan::bench]
fn b_read(bencher: Bencher) {
    let mut buffer = Vec::new();
    bencher.counter(INPUTS.bytes()).bench_local(|| {
        let one = |file: &FoundFile| read::read(&file.full, &file.path, &mut buffer).expect("a file").bytes;
        INPUTS.found.iter().map(one).sum::<u64>()
    });
}

#[divan::bench]
fn c_lex(bencher: Bencher) {
    let mut tokens = Tokens::default();
    bencher.counter(INPUTS.bytes()).bench_local(|| {
        for (file, text) in INPUTS.found.iter().zip(&INPUTS.texts) {
            token::lex(text, language::of(&file.path, text), limits::FILE_TOKENS, &mut tokens);
        }
        tokens.len()
    });
}

/// Choosing seeds, from tokens.
#[divan::bench(args = ["full", "compact"])]
fn d_fingerprint(bencher: Bencher, profile: &str) {
    let scheme = if profile == "full" { Scheme::FULL } else { Scheme::COMPACT };
    let (mut scratch, mut out) = (fingerprint::Scratch::default(), Vec::new());
    bencher.counter(INPUTS.bytes()).bench_local(|| {
        for tokens in &INPUTS.tokens {
            fingerprint::fingerprint(tokens, scheme, &mut scratch, &mut out);
        }
        out.len()
    });
}

/// Looking up the seeds of all files, one by one.
#[divan::bench]
fn e_look_up(bencher: Bencher) {
    let (_, index) = INPUTS.indexes.iter().next().expect("an index");
    let seeds = INPUTS.seeds.iter().map(Vec::len).sum::<usize>();
    let mut postings = Vec::new();
    bencher.counter(ItemsCount::new(seeds)).bench_local(|| {
        let mut hits = 0;
        for seed in INPUTS.seeds.iter().flatten() {
            postings.clear();
            let (table, section) = (index.table(seed.kind), index.table_section(seed.kind));
            table.find(section, seed.key, table.records_of(section, seed.key), &mut postings);
            hits += postings.len();
        }
        assert!(hits > 0, "the tree borrows from the index");
        hits
    });
}

/// Fingerprint, look-up, chains and choice, from tokens.
#[divan::bench]
fn f_match(bencher: Bencher) {
    let mut scratch = matching::Scratch::default();
    bencher.counter(INPUTS.bytes()).bench_local(|| {
        let one = |tokens| matching::find(&INPUTS.indexes, tokens, &mut scratch, None).matches.len();
        let matches = INPUTS.tokens.iter().map(one).sum::<usize>();
        assert!(matches > 0, "the tree borrows from the index");
        matches
    });
}

#[divan::bench]
fn g_attribute(bencher: Bencher) {
    let projects = [Project { root: RootNo(0), own: Default::default(), manifests: Vec::new(), checked: Vec::new() }];
    bencher
        .counter(ItemsCount::new(INPUTS.evidence.len()))
        .with_inputs(|| INPUTS.evidence.clone())
        .bench_local_values(|evidence| attribute::attribute(&INPUTS.indexes, &projects, Wanted::ALL, evidence));
}

#[divan::bench(args = ["human", "json"])]
fn h_report(bencher: Bencher, format: &str) {
    let format = if format == "human" { Format::Human } else { Format::Json };
    let mut out = Vec::new();
    bencher.counter(ItemsCount::new(INPUTS.report.files.len())).bench_local(|| {
        out.clear();
        report::write(&INPUTS.report, format, &Style::PLAIN, &mut out).expect("memory");
        out.len()
    });
}

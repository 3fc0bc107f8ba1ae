//! foundling

pub mod atomic;
pub mod attribute;
pub mod build;
pub mod cli;
pub mod error;
pub mod examine;
pub mod index;
pub mod input;
pub mod matching;
pub mod model;
pub mod report;
pub mod scan;
pub mod text;

pub fn run(command: cli::Command) -> Result<(), error::Error> {
    match command {
        cli::Command::Index(cli::Index::Build(b)) => {
            let scheme = match b.profile { cli::Profile::Full => text::fingerprint::Scheme::FULL, cli::Profile::Compact => text::fingerprint::Scheme::COMPACT };
            let o = build::build(&b.sources, &b.output, &build::Options { memory: b.memory, scheme, strict: b.strict }, &|_| ())?;
            eprintln!("{:?}", o);
            Ok(())
        }
        cli::Command::Index(cli::Index::Info(i)) => {
            let mut s = index::set::Indexes::default();
            s.add_file(&i.index.unwrap())?;
            for (_, i) in s.iter() { println!("{:?} {:?}", i.totals(), i.scheme());
               for e in i.entries() { println!("{} {}", String::from_utf8_lossy(&e.tag), e.length); } }
            Ok(())
        }
        cli::Command::Index(cli::Index::Verify(i)) => {
            let mut s = index::set::Indexes::default();
            s.add_file(&i.index)?;
            for (_, i) in s.iter() { index::verify::verify(i)?; }
            Ok(())
        }
        cli::Command::Scan(s) => {
            let mut indexes = index::set::Indexes::default();
            for path in &s.indexes.index { indexes.add_file(path)?; }
            let o = scan::Options { no_ignore: s.no_ignore, all_files: s.all_files, threads: s.run.threads.map_or(0, usize::from) };
            let report = scan::scan(&s.paths, &indexes, &o, &|_| ())?;
            report::deliver(&report, s.format.format, report::output::Output::open(s.output.as_deref())?)
        }
        _ => todo!(),
    }
}

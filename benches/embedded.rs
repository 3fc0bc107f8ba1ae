//! Does the bundled index know the copies that real packages carry? `cargo bench --bench embedded`.
//!
//! `embedded.jsonl` names folders of packages that are copies of a component, each with the release that its own version
//! file tells. None of these archives was indexed: the index has the same releases from elsewhere. The archives are fetched
//! through their registries' clients and kept. It ends with status 1 where recall, or the share of found copies whose
//! release is among `versions`, is below [`BAR`].

use std::fs;
use std::path::Path;
use std::process::exit;

use foundling::build::plan::{self, Plan};
use foundling::build::sources::Source;
use foundling::error::Error;
use foundling::index::set::Indexes;
use foundling::input::archive::{self, ArchiveLimits};
use foundling::model::evidence::Wanted;
use foundling::model::finding::Finding;
use foundling::registry::Settings;
use foundling::scan;

/// What both figures must reach.
const BAR: f64 = 0.97;

fn main() {
    // Cargo passes flags of its own harness; there are none here.
    match run() {
        Ok(true) => {}
        Ok(false) => exit(1),
        Err(error) => {
            eprintln!("{error}");
            exit(2);
        }
    }
}

fn run() -> Result<bool, Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cache = root.join("target/downloads");
    // Where the catalogue looks for packages of Debian.
    let suites = ["bookworm", "trixie", "trixie-backports", "sid", "experimental"].map(str::to_string).to_vec();
    let registries = Settings { cache, suites, ..Settings::default() };
    let options = plan::Options { registries, ..plan::Options::default() };
    let Plan { sources, failed, .. } = &plan::plan(&[root.join("benches/embedded.jsonl")], &options, &|_| ())?;
    failed.iter().for_each(|one| eprintln!("not to be had: {one}"));
    let tree = tempfile::tempdir().expect("a temporary folder");
    sources.iter().enumerate().for_each(|(at, source)| unpack(source, &tree.path().join(place(at))));
    let mut indexes = Indexes::default();
    indexes.add_file(&root.join("fingerprints/default.fdx"))?;
    let only = Wanted { matches: true, ..Wanted::NONE };
    let options = scan::Options { wanted: only, no_ignore: true, ..scan::Options::default() };
    let report = scan::scan(&[tree.path().to_path_buf()], &indexes, &options, &|_| ())?;
    let (mut found, mut dated) = (0, 0);
    for (at, source) in sources.iter().enumerate() {
        let version = source.purl.version().unwrap_or_default();
        let own: Vec<&Finding> = report.findings.iter().filter(|finding| is_of(finding, source, &place(at))).collect();
        let right = own.iter().any(|finding| finding.versions.contains(&version));
        found += usize::from(!own.is_empty());
        dated += usize::from(right);
        if !right {
            let said: Vec<&str> = own.iter().flat_map(|finding| &finding.versions).map(String::as_str).collect();
            let origin = source.origin.as_ref().map(ToString::to_string).unwrap_or_default();
            println!("{} in {origin}: {}", source.purl, if own.is_empty() { "missed".into() } else { said.join(" ") });
        }
    }
    let components: std::collections::BTreeSet<&str> = sources.iter().map(|source| source.purl.base()).collect();
    let (recall, right) = (share(found, sources.len()), share(dated, found));
    println!("{} copies of {} components, {} not to be had", sources.len(), components.len(), failed.len());
    println!("recall {recall:.4}, right release in versions {right:.4}, findings {}", report.findings.len());
    Ok(recall >= BAR && right >= BAR)
}

fn share(some: usize, all: usize) -> f64 {
    some as f64 / all.max(1) as f64
}

/// The folder of a copy: its path says nothing of the component.
fn place(at: usize) -> String {
    format!("part{at:03}")
}

fn is_of(finding: &Finding, source: &Source, place: &str) -> bool {
    let base = source.purl.base();
    let named = finding.purl.rsplit_once('@').is_some_and(|(own, _)| own == base);
    let below = finding.root == place || finding.root.starts_with(&format!("{place}/"));
    below && (named || finding.aliases.iter().any(|alias| alias == base))
}

fn unpack(source: &Source, into: &Path) {
    let start = format!("{}/", source.subpath);
    let limits = ArchiveLimits { depth: 1, ..ArchiveLimits::default() };
    archive::open(&source.path, "", &limits, &mut |member| {
        let Some(path) = member.path.strip_prefix(&start) else { return };
        let path = into.join(path);
        // The opener has cleaned the path; a name that the file system refuses is no copy of anything.
        if path.starts_with(into) && path.parent().is_some_and(|folder| fs::create_dir_all(folder).is_ok()) {
            let _ = fs::write(path, member.bytes);
        }
    });
}

//! What an index holds, for people and for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::index::format::{ENTRY_BYTES, FORMAT, HEADER_BYTES};
use crate::index::reader::Index;
use crate::model::ids::ComponentId;
use crate::model::place::path_text;
use crate::model::purl::ecosystem;
use crate::report::Format;
use crate::report::layout::{bytes, count, safe};
use crate::text::TEXT_VERSION;
use crate::text::fingerprint::Scheme;

/// What the description is written by; rises when a field is renamed or dropped.
pub const SCHEMA: &str = "foundling-index-info/1";

/// An index in figures.
#[derive(Debug, Serialize)]
pub struct IndexInfo {
    schema: &'static str,
    id: String,
    name: String,
    format: u32,
    text_version: u32,
    profile: &'static str,
    grams: Grams,
    bytes: u64,
    totals: Figures,
    /// Components that are a company's own code.
    own_components: u64,
    /// Other purls of components.
    aliases: u64,
    bytes_a_line: BytesALine,
    newest: Option<Newest>,
    ecosystems: BTreeMap<String, Coverage>,
    sections: Vec<Section>,
}

/// Lengths in tokens; 0 for none.
#[derive(Debug, Serialize)]
struct Grams {
    parametrised: u8,
    parametrised_sub: u8,
    exact: u8,
    exact_sub: u8,
}

#[derive(Debug, Serialize)]
struct Figures {
    components: u64,
    releases: u64,
    files: u64,
    source_bytes: u64,
    contents: u64,
    lineages: u64,
    tokens: u64,
    keys: u64,
    postings: u64,
    content_lines: u64,
    lineage_lines: u64,
    distinct_lines: u64,
}

/// The file's bytes over each count of lines in [`Figures`]; `None` where there is no line.
#[derive(Debug, Serialize)]
struct BytesALine {
    content: Option<f64>,
    lineage: Option<f64>,
    distinct: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Newest {
    released: String,
    purl: String,
}

/// Of one purl type.
#[derive(Debug, Default, Serialize)]
struct Coverage {
    components: u64,
    releases: u64,
}

#[derive(Debug, Serialize)]
struct Section {
    tag: String,
    encoding: u32,
    bytes: u64,
    share: f64,
}

/// Reads an index's figures.
pub fn describe(index: &Index) -> IndexInfo {
    let sections = index.entries();
    let table = (HEADER_BYTES + sections.len() * ENTRY_BYTES) as u64;
    let size = table + sections.iter().map(|section| section.length).sum::<u64>();
    let totals = index.totals();
    let a_line = |lines: u64| (lines > 0).then(|| rounded(size as f64 / lines as f64));
    let Scheme { p_gram, p_sub, e_gram, e_sub } = index.scheme();
    IndexInfo {
        schema: SCHEMA,
        id: index.id(),
        name: path_text(index.path().as_os_str().as_encoded_bytes()),
        format: FORMAT,
        text_version: TEXT_VERSION,
        profile: profile(index.scheme()),
        grams: Grams { parametrised: p_gram, parametrised_sub: p_sub, exact: e_gram, exact_sub: e_sub },
        bytes: size,
        totals: Figures {
            components: totals.components,
            releases: totals.releases,
            files: totals.files,
            source_bytes: totals.source_bytes,
            contents: totals.contents,
            lineages: totals.lineages,
            tokens: totals.tokens,
            keys: totals.keys,
            postings: totals.postings,
            content_lines: totals.content_lines,
            lineage_lines: totals.lineage_lines,
            distinct_lines: totals.distinct_lines,
        },
        own_components: index.own_components().len() as u64,
        aliases: index.identities().iter().map(|(_, identity)| identity.aliases.len() as u64).sum(),
        bytes_a_line: BytesALine {
            content: a_line(totals.content_lines),
            lineage: a_line(totals.lineage_lines),
            distinct: a_line(totals.distinct_lines),
        },
        newest: index.newest().map(|(released, purl)| Newest { released, purl }),
        ecosystems: ecosystems(index),
        sections: sections
            .iter()
            .map(|section| Section {
                tag: String::from_utf8_lossy(&section.tag).into_owned(),
                encoding: section.encoding,
                bytes: section.length,
                share: rounded(section.length as f64 / size as f64),
            })
            .collect(),
    }
}

fn ecosystems(index: &Index) -> BTreeMap<String, Coverage> {
    let mut all: BTreeMap<String, Coverage> = BTreeMap::new();
    let components = (0..index.totals().components).filter_map(|number| u32::try_from(number).ok());
    for component in components.filter_map(|number| index.component(ComponentId(number))) {
        let coverage = all.entry(ecosystem(&component.base).to_string()).or_default();
        coverage.components += 1;
        coverage.releases += component.releases.len() as u64;
    }
    all
}

fn profile(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::FULL => "full",
        Scheme::COMPACT => "compact",
        _ => "custom",
    }
}

/// Four decimals.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// Writes the description.
///
/// # Errors
/// What `out` answers.
pub fn write(info: &IndexInfo, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human(info, out),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, info)?;
            out.write_all(b"\n")
        }
    }
}

fn human(info: &IndexInfo, out: &mut dyn Write) -> io::Result<()> {
    let totals = &info.totals;
    let mut row = |name: &str, value: &str| writeln!(out, "{name:<16}{}", safe(value));
    row("index", &info.name)?;
    row("id", &info.id)?;
    row("format", &format!("{}, tokeniser {}", info.format, info.text_version))?;
    row("profile", &format!("{} ({})", info.profile, grams(&info.grams)))?;
    row("size", &bytes(info.bytes))?;
    row("components", &format!("{}, {} of them own code", count(totals.components), count(info.own_components)))?;
    row("aliases", &count(info.aliases))?;
    row("releases", &count(totals.releases))?;
    row("files", &format!("{}, {} distinct", count(totals.files), count(totals.contents)))?;
    row("source read", &bytes(totals.source_bytes))?;
    if let Some(Newest { released, purl }) = &info.newest {
        row("newest", &format!("{released}  {purl}"))?;
    }
    row("seeds", &format!("{} keys at {} places", count(totals.keys), count(totals.postings)))?;

    writeln!(out, "\n{:<36}{:>14}{:>16}", "Lines", "number", "bytes a line")?;
    let lines = [
        ("of all distinct files", totals.content_lines, info.bytes_a_line.content),
        ("of code, once a file's history", totals.lineage_lines, info.bytes_a_line.lineage),
        ("of code, distinct (within 1 %)", totals.distinct_lines, info.bytes_a_line.distinct),
    ];
    for (name, number, each) in lines {
        let each = each.map_or_else(|| "-".to_string(), |each| format!("{each:.2}"));
        writeln!(out, "  {name:<34}{:>14}{each:>16}", count(number))?;
    }
    writeln!(out, "\n{:<36}{:>14}{:>16}", "Ecosystem", "components", "releases")?;
    for (name, coverage) in &info.ecosystems {
        writeln!(out, "  {:<34}{:>14}{:>16}", safe(name), count(coverage.components), count(coverage.releases))?;
    }
    writeln!(out, "\n{:<36}{:>14}{:>16}", "Section", "size", "share")?;
    for Section { tag, bytes: size, share, .. } in &info.sections {
        writeln!(out, "  {:<34}{:>14}{:>15.1}%", safe(tag), bytes(*size), share * 100.0)?;
    }
    Ok(())
}

fn grams(grams: &Grams) -> String {
    let pair = |name: &str, gram: u8, sub: u8| match gram {
        0 => format!("no {name} seeds"),
        _ => format!("{name} {gram}/{sub}"),
    };
    let parametrised = pair("parametrised", grams.parametrised, grams.parametrised_sub);
    format!("{parametrised}, {}", pair("exact", grams.exact, grams.exact_sub))
}

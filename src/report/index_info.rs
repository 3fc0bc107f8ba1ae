//! What an index holds, for people and for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::index::format::Totals;
use crate::index::inventory::{self, Inventory};
use crate::index::reader::Index;
use crate::index::set::{IndexFile, Indexes};
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
    /// `None` where the parts differ.
    grams: Option<Grams>,
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
    /// Only of a file of several parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part>,
}

/// One index of a file of several.
#[derive(Debug, Serialize)]
struct Part {
    id: String,
    profile: &'static str,
    grams: Grams,
    bytes: u64,
    totals: Figures,
    own_components: u64,
    aliases: u64,
    newest: Option<Newest>,
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

/// Reads a file's figures. Those of several parts are summed, but a component or release that several of them hold counts
/// once; what else they share counts for each.
pub fn describe(indexes: &Indexes, file: &IndexFile) -> IndexInfo {
    let parts: Vec<&Index> = indexes.parts(file).collect();
    let size = file.size;
    let counted = inventory::figures(&parts);
    let totals = totals(&parts, &counted);
    let a_line = |lines: u64| (lines > 0).then(|| rounded(size as f64 / lines as f64));
    let bytes_a_line = BytesALine {
        content: a_line(totals.content_lines),
        lineage: a_line(totals.lineage_lines),
        distinct: a_line(totals.distinct_lines),
    };
    let mut schemes = parts.iter().map(|part| part.scheme());
    let first = schemes.next();
    let scheme = first.filter(|first| schemes.all(|other| other == *first));
    IndexInfo {
        schema: SCHEMA,
        id: file.table.hex(),
        name: path_text(file.path.as_os_str().as_encoded_bytes()),
        format: file.table.format,
        text_version: TEXT_VERSION,
        profile: scheme.map_or("mixed", profile),
        grams: scheme.map(grams_of),
        bytes: size,
        totals,
        own_components: counted.own,
        aliases: counted.aliases,
        bytes_a_line,
        newest: newest(&parts),
        ecosystems: ecosystems(&parts),
        sections: sections(file),
        parts: if file.table.is_pack() { parts.iter().map(|index| part(index)).collect() } else { Vec::new() },
    }
}

fn sections(file: &IndexFile) -> Vec<Section> {
    let entries = file.table.entries.iter();
    entries
        .map(|section| Section {
            tag: String::from_utf8_lossy(&section.tag).into_owned(),
            encoding: section.encoding,
            bytes: section.length,
            share: rounded(section.length as f64 / file.size as f64),
        })
        .collect()
}

fn part(index: &Index) -> Part {
    let counted = inventory::figures(&[index]);
    Part {
        id: index.id(),
        profile: profile(index.scheme()),
        grams: grams_of(index.scheme()),
        bytes: index.bytes().len() as u64,
        totals: totals(&[index], &counted),
        own_components: counted.own,
        aliases: counted.aliases,
        newest: newest(&[index]),
    }
}

fn totals(parts: &[&Index], counted: &inventory::Figures) -> Figures {
    let sum = |figure: fn(&Totals) -> u64| parts.iter().map(|part| figure(part.totals())).fold(0, u64::saturating_add);
    Figures {
        components: counted.components,
        releases: counted.releases,
        files: counted.files,
        source_bytes: sum(|totals| totals.source_bytes),
        contents: sum(|totals| totals.contents),
        lineages: sum(|totals| totals.lineages),
        tokens: sum(|totals| totals.tokens),
        keys: sum(|totals| totals.keys),
        postings: sum(|totals| totals.postings),
        content_lines: sum(|totals| totals.content_lines),
        lineage_lines: sum(|totals| totals.lineage_lines),
        distinct_lines: sum(|totals| totals.distinct_lines),
    }
}

fn newest(parts: &[&Index]) -> Option<Newest> {
    let (released, purl) = parts.iter().filter_map(|part| part.newest()).max()?;
    Some(Newest { released, purl })
}

fn ecosystems(parts: &[&Index]) -> BTreeMap<String, Coverage> {
    let mut all: BTreeMap<String, Coverage> = BTreeMap::new();
    for listed in Inventory::of(parts) {
        let coverage = all.entry(ecosystem(&listed.base).to_string()).or_default();
        coverage.components += 1;
        coverage.releases += listed.releases.len() as u64;
    }
    all
}

fn grams_of(scheme: Scheme) -> Grams {
    let Scheme { p_gram, p_sub, e_gram, e_sub } = scheme;
    Grams { parametrised: p_gram, parametrised_sub: p_sub, exact: e_gram, exact_sub: e_sub }
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
    let grams = info.grams.as_ref().map_or_else(|| "the parts differ".to_string(), grams);
    row("profile", &format!("{} ({grams})", info.profile))?;
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
    if !info.parts.is_empty() {
        return parts(info, out);
    }
    writeln!(out, "\n{:<36}{:>14}{:>16}", "Section", "size", "share")?;
    for Section { tag, bytes: size, share, .. } in &info.sections {
        writeln!(out, "  {:<34}{:>14}{:>15.1}%", safe(tag), bytes(*size), share * 100.0)?;
    }
    Ok(())
}

fn parts(info: &IndexInfo, out: &mut dyn Write) -> io::Result<()> {
    let heading = ["size", "components", "releases"];
    writeln!(out, "\n{:<36}{:>14}{:>14}{:>12}", "Part", heading[0], heading[1], heading[2])?;
    for (number, Part { id, bytes: size, totals, .. }) in (1..).zip(&info.parts) {
        let (components, releases) = (count(totals.components), count(totals.releases));
        writeln!(out, "{number:>3} {id:<32}{:>14}{components:>14}{releases:>12}", bytes(*size))?;
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

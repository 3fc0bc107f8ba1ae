//! Reads the rule data of the ScanCode toolkit out of its package and compiles it.
//!
//! The package is a wheel, a ZIP archive; nothing in it is run. Of it are read `licensedcode/data/rules/*.RULE` and
//! `licensedcode/data/licenses/*.LICENSE` (YAML, then the text), and the two word lists that stand beside the tool's code.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use yaml_rust2::{Yaml, YamlLoader};
use zip::ZipArchive;

use crate::error::Error;
use crate::license::encode::{RuleSource, Sources};
use crate::license::rule::RuleKind;
use crate::model::license::Category;

/// The package that the bundled data is compiled from.
const PACKAGE: &str = "scancode-toolkit 32.5.0";
/// Where the rules come from, as every copy of the compiled data says.
const ORIGIN: &str = "Licence rules: the rule data of ScanCode toolkit 32.5.0, Copyright (c) nexB Inc. and others, \
licensed under CC-BY-4.0 (https://creativecommons.org/licenses/by/4.0/); compiled to fingerprints. ScanCode is a trademark of nexB Inc.";

const RULES: &str = "licensedcode/data/rules/";
const LICENSES: &str = "licensedcode/data/licenses/";
const PECULIAR: &str = "licensedcode/legalese.py";
const DROPPED: &str = "licensedcode/stopwords.py";
/// Most bytes of one member that is read.
const MEMBER_BYTES: u64 = 4 << 20;

/// Reads the sources of the licence data from the wheel at `path`.
///
/// # Errors
///
/// A file that cannot be read, is no wheel of the toolkit, or holds rules that do not parse.
pub fn read(path: &Path) -> Result<Sources, Error> {
    let refuse = |detail: String| Error::Usage(format!("`{}`: {detail}", path.display()));
    let file = File::open(path).map_err(|source| Error::Io {
        what: "cannot read the package",
        path: path.to_path_buf(),
        source,
    })?;
    let mut archive = ZipArchive::new(file).map_err(|error| refuse(format!("no wheel: {error}")))?;
    let mut names: Vec<String> = archive.file_names().flatten().map(|name| name.into_owned()).collect();
    names.sort();
    let mut texts = Texts { archive: &mut archive };
    let mut licenses = Licenses::default();
    let mut sources = Sources { origin: ORIGIN.to_string(), ..Sources::default() };
    for name in names.iter().filter(|name| name.starts_with(LICENSES) && name.ends_with(".LICENSE")) {
        let text = texts.read(name).map_err(refuse)?;
        licenses.add(name, &text, &mut sources).map_err(|detail| refuse(format!("{name}: {detail}")))?;
    }
    for name in names.iter().filter(|name| name.starts_with(RULES) && name.ends_with(".RULE")) {
        let text = texts.read(name).map_err(refuse)?;
        let rule = rule(name, &text, &licenses).map_err(|detail| refuse(format!("{name}: {detail}")))?;
        sources.rules.extend(rule);
    }
    sources.peculiar = peculiar(&texts.read(PECULIAR).map_err(refuse)?);
    sources.dropped = dropped(&texts.read(DROPPED).map_err(refuse)?);
    if sources.rules.is_empty() || sources.peculiar.is_empty() || sources.dropped.is_empty() {
        return Err(refuse(format!("it does not hold the licence rules; the wheel of {PACKAGE} is needed")));
    }
    Ok(sources)
}

struct Texts<'a> {
    archive: &'a mut ZipArchive<File>,
}

impl Texts<'_> {
    fn read(&mut self, name: &str) -> Result<String, String> {
        let member = self.archive.by_name(name).map_err(|error| format!("{name}: {error}"))?;
        let mut text = String::new();
        member.take(MEMBER_BYTES).read_to_string(&mut text).map_err(|error| format!("{name}: {error}"))?;
        Ok(text)
    }
}

/// The head of a rule's file and its text.
fn parts(text: &str) -> Result<(Yaml, &str), String> {
    let rest = text.trim_start_matches('\u{feff}').strip_prefix("---").ok_or("it does not begin with `---`")?;
    let (head, body) = rest.split_once("\n---").ok_or("its head has no end")?;
    let body = body.split_once('\n').map_or("", |(_, body)| body);
    let mut documents = YamlLoader::load_from_str(head).map_err(|error| error.to_string())?;
    documents.pop().map(|head| (head, body)).ok_or_else(|| "its head is empty".to_string())
}

fn flag(head: &Yaml, name: &str) -> bool {
    match &head[name] {
        Yaml::Boolean(value) => *value,
        Yaml::String(value) => matches!(value.as_str(), "yes" | "Yes" | "true"),
        _ => false,
    }
}

/// A percentage; 0 counts as not given.
fn percent(head: &Yaml, name: &str) -> Option<u8> {
    let value = head[name].as_i64().or_else(|| head[name].as_f64().map(|value| value as i64))?;
    u8::try_from(value).ok().filter(|value| *value <= 100)
}

/// The SPDX ids of the data's own keys.
#[derive(Default)]
struct Licenses {
    ids: HashMap<String, String>,
}

impl Licenses {
    fn add(&mut self, name: &str, text: &str, sources: &mut Sources) -> Result<(), String> {
        let (head, body) = parts(text)?;
        if flag(&head, "is_deprecated") {
            return Ok(());
        }
        let key = head["key"].as_str().ok_or("no key")?;
        let stated = head["spdx_license_key"].as_str().unwrap_or(key);
        let id = spdx_id(stated, flag(&head, "is_exception"));
        self.ids.insert(key.to_string(), id.clone());
        sources.licenses.insert(id.clone(), category(&id, head["category"].as_str().unwrap_or_default()));
        if !body.trim().is_empty() {
            let name = name.trim_start_matches(LICENSES).to_string();
            sources.rules.push(RuleSource {
                name,
                kind: RuleKind::Text,
                expression: if is_exception(&id) { format!("WITH {id}") } else { id },
                relevance: Some(100),
                coverage: percent(&head, "minimum_coverage").filter(|coverage| *coverage > 0),
                continuous: false,
                phrase: false,
                text: body.to_string(),
            });
        }
        Ok(())
    }

    /// An expression of the data's own keys in SPDX ids. An exception alone is no expression; it begins with `WITH` and is
    /// joined with its licence where it is found.
    fn expression(&self, expression: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut after_with = false;
        let spaced = expression.replace('(', " ( ").replace(')', " ) ");
        for word in spaced.split_whitespace() {
            let upper = word.to_ascii_uppercase();
            let part = match upper.as_str() {
                "AND" | "OR" | "WITH" => upper.as_str(),
                "(" | ")" => word,
                _ => self.ids.get(&word.to_lowercase()).ok_or_else(|| format!("`{word}` is no licence key"))?,
            };
            let bare = !after_with && is_exception(part);
            if after_with && !is_exception(part) {
                // A licence that is named like an exception stands for the whole; anything else is an addition of the data's own.
                let licence = spdx::license_id(part).is_some();
                let (head, _) = out.rsplit_once(" WITH").unwrap_or_default();
                let before = head.rfind([' ', '(']).map_or(0, |at| at + 1);
                out = if licence { head[..before].to_string() } else { format!("{head} WITH ") };
                out.push_str(&part.replace("LicenseRef-", "AdditionRef-"));
                after_with = false;
                continue;
            }
            after_with = part == "WITH";
            if bare && expression.trim() == word {
                return Ok(format!("WITH {part}"));
            }
            let reference = format!("LicenseRef-scancode-{}", word.to_lowercase());
            let part = if bare { &reference } else { part };
            if !out.is_empty() && !out.ends_with('(') && part != ")" {
                out.push(' ');
            }
            out.push_str(part);
        }
        Ok(out)
    }
}

fn is_exception(id: &str) -> bool {
    id.starts_with("AdditionRef-") || spdx::exception_id(id).is_some()
}

/// The id as SPDX has it. What is on none of its lists is a reference of the data's own; for an exception SPDX 3 calls that
/// `AdditionRef-`.
fn spdx_id(stated: &str, exception: bool) -> String {
    if exception && spdx::exception_id(stated).is_none() {
        return stated.replace("LicenseRef-", "AdditionRef-");
    }
    stated.to_string()
}

/// A category of the data in ours.
fn category(id: &str, stated: &str) -> Category {
    const NETWORK: [&str; 8] = ["AGPL-", "SSPL-", "CPAL-", "OSL-", "EUPL-", "RPL-", "Watcom-", "APSL-"];
    match stated {
        "Permissive" | "Public Domain" => Category::Permissive,
        "Copyleft" | "Copyleft Limited" | "Source-available" if NETWORK.iter().any(|start| id.starts_with(start)) => {
            Category::NetworkCopyleft
        }
        "Copyleft Limited" => Category::WeakCopyleft,
        "Copyleft" => Category::Copyleft,
        "Commercial" | "Free Restricted" | "Proprietary Free" | "Source-available" => Category::Proprietary,
        _ => Category::Unknown,
    }
}

fn rule(name: &str, text: &str, licenses: &Licenses) -> Result<Option<RuleSource>, String> {
    const KINDS: [(&str, RuleKind); 7] = [
        ("is_false_positive", RuleKind::FalsePositive),
        ("is_license_text", RuleKind::Text),
        ("is_license_notice", RuleKind::Notice),
        ("is_license_tag", RuleKind::Tag),
        ("is_license_intro", RuleKind::Intro),
        ("is_license_clue", RuleKind::Clue),
        ("is_license_reference", RuleKind::Reference),
    ];
    let (head, body) = parts(text)?;
    if flag(&head, "is_deprecated") {
        return Ok(None);
    }
    let kind = KINDS.iter().find(|(field, _)| flag(&head, field)).map_or(RuleKind::Reference, |(_, kind)| *kind);
    let expression = match head["license_expression"].as_str() {
        Some(expression) => licenses.expression(expression)?,
        None if kind == RuleKind::FalsePositive => String::new(),
        None => return Err("no licence expression".to_string()),
    };
    Ok(Some(RuleSource {
        name: name.trim_start_matches(RULES).to_string(),
        kind,
        expression,
        relevance: percent(&head, "relevance"),
        coverage: percent(&head, "minimum_coverage").filter(|coverage| *coverage > 0),
        continuous: flag(&head, "is_continuous"),
        phrase: flag(&head, "is_required_phrase"),
        text: body.to_string(),
    }))
}

/// The list of peculiar words: lines of the form `'word':number,`.
fn peculiar(text: &str) -> BTreeMap<String, u32> {
    let entry = |line: &str| {
        let (word, rest) = line.trim().strip_prefix('\'')?.split_once("':")?;
        let number = rest.trim().split(',').next()?.trim().parse().ok()?;
        Some((word.to_string(), number))
    };
    text.lines().filter_map(entry).collect()
}

/// The list of dropped words: each between quotes in the one set of the file.
fn dropped(text: &str) -> Vec<String> {
    let set = text.split_once("frozenset({").and_then(|(_, rest)| rest.split_once("})")).map_or("", |(set, _)| set);
    let lines = set.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines.flat_map(|line| line.split('\'').skip(1).step_by(2)).map(String::from).collect()
}

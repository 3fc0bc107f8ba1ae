//! `index verify`: every offset of every record, beyond the digests that opening compares.

use crate::error::Error;
use crate::index::bytes::u32_at;
use crate::index::format::{RELATION_BYTES, Tag};
use crate::index::reader::Index;
use crate::model::ids::{ComponentId, ContentId, LineageId, ReleaseNo};
use crate::text::fingerprint::KeyKind;

/// Checks every record of an open index. The error names the section and the offset in the file.
pub fn verify(index: &Index) -> Result<(), Error> {
    let refuse = |tag: Tag, offset: usize, detail: String| index.refuse(tag, offset, detail);
    components(index, &refuse)?;
    lineages(index, &refuse)?;
    contents(index, &refuse)?;
    if let Some(licenses) = index.licenses_section() {
        licenses.check().map_err(|detail| refuse(Tag::Licenses, 0, detail))?;
    }
    if let Some(identities) = index.identities_section() {
        let checked = identities.check(|component| index.component_base(component));
        checked.map_err(|detail| refuse(Tag::Aliases, 0, detail))?;
    }
    for (kind, tag) in [(KeyKind::Parametrised, Tag::ParametrisedKeys), (KeyKind::Exact, Tag::ExactKeys)] {
        let checked = index.table(kind).check(index.table_section(kind), index.totals().tokens);
        checked.map_err(|(offset, detail)| refuse(tag, offset, detail))?;
    }
    Ok(())
}

type Refuse<'a> = &'a dyn Fn(Tag, usize, String) -> Error;

fn components(index: &Index, refuse: Refuse<'_>) -> Result<(), Error> {
    let mut next = 0;
    let mut releases = 0;
    let mut before: Option<String> = None;
    for number in 0..index.totals().components as u32 {
        let offset = 4 + number as usize * 4;
        let Some(component) = index.component(ComponentId(number)) else {
            return Err(refuse(Tag::Components, offset, format!("component {number} is damaged")));
        };
        if component.lineages.start != next || component.lineages.end < next {
            let detail = format!("component {number} begins at lineage {}, {next} expected", component.lineages.start);
            return Err(refuse(Tag::Components, offset, detail));
        }
        if before.as_ref().is_some_and(|before| *before >= component.base) {
            return Err(refuse(Tag::Components, offset, format!("component {number} is out of order")));
        }
        before = Some(component.base);
        next = component.lineages.end;
        releases += component.releases.len() as u64;
    }
    if u64::from(next) != index.totals().lineages || releases != index.totals().releases {
        let detail = format!("{next} lineages and {releases} releases do not add up to the totals");
        return Err(refuse(Tag::Components, 0, detail));
    }
    Ok(())
}

fn lineages(index: &Index, refuse: Refuse<'_>) -> Result<(), Error> {
    let table = index.lines_table().check(index.section(Tag::Lineages));
    table.map_err(|(number, detail)| refuse(Tag::Lineages, 0, format!("lineage {number}: {detail}")))?;
    let mut releases = (ComponentId(u32::MAX), 0);
    for number in 0..index.totals().lineages as u32 {
        let id = LineageId(number);
        let bad = |detail: String| refuse(Tag::Lineages, 0, format!("lineage {number}: {detail}"));
        let lineage = index.lineage(id).ok_or_else(|| bad("the record is damaged".to_string()))?;
        if releases.0 != lineage.component {
            let count = index.component(lineage.component).map_or(0, |component| component.releases.len());
            releases = (lineage.component, count as u32);
        }
        for segment in &lineage.segments {
            if segment.releases.last >= ReleaseNo(releases.1) || u64::from(segment.content.0) >= index.totals().contents
            {
                return Err(bad(format!("{segment:?} names what is not there")));
            }
        }
        let units = index.units(id).ok_or_else(|| bad("its units are damaged".to_string()))?;
        let tokens: u64 = units.iter().map(|unit| u64::from(unit.tokens)).sum();
        if index.lineage_tokens(id).map(u64::from) != Some(tokens) {
            return Err(bad(format!("its units hold {tokens} tokens")));
        }
        if units.iter().any(|unit| unit.releases.last >= ReleaseNo(releases.1)) {
            return Err(bad("a unit names a release that is not there".to_string()));
        }
    }
    let last = index.lines_table().end(index.section(Tag::Lineages));
    if last != Some(index.totals().tokens) {
        return Err(refuse(Tag::Lineages, 0, format!("the lineages end at token {last:?}")));
    }
    Ok(())
}

fn contents(index: &Index, refuse: Refuse<'_>) -> Result<(), Error> {
    let damaged = |number: u32| {
        let detail = format!("content {number} is out of order or held by nothing");
        refuse(Tag::Contents, 0, detail)
    };
    index.contents_table().check(index.section(Tag::Contents)).map_err(damaged)?;
    for number in 0..index.totals().contents as u32 {
        let holders = index.holders(ContentId(number));
        if holders.last().is_none_or(|last| u64::from(last.0) >= index.totals().lineages) {
            return Err(damaged(number));
        }
    }
    let normals = index.normals_table().check(index.section(Tag::Normals), index.totals().contents);
    normals.map_err(|place| {
        refuse(Tag::Normals, 0, format!("record {place} is out of order or names a content that is not there"))
    })?;
    let relations = index.section(Tag::Relations);
    for at in (4..relations.len()).step_by(RELATION_BYTES) {
        let named = [u32_at(relations, at), u32_at(relations, at + 4)];
        if named.iter().any(|one| one.is_none_or(|one| u64::from(one) >= index.totals().components)) {
            return Err(refuse(Tag::Relations, at, "it names a component that is not there".to_string()));
        }
    }
    Ok(())
}

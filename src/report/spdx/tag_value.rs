//! SPDX 2.3 as tags and values: a line a value, longer texts between `<text>` and `</text>`.
//!
//! Values come from a scanned tree. None of them can end its line or its text, or begin a tag of its own.

use std::io::{self, Write};

use crate::report::layout::safe;
use crate::report::spdx::convert::Convert;
use crate::report::spdx::types::{Annotation, File, Package, Reference, Relationship, Snippet};
use crate::report::spdx::{DATA_LICENCE, DOCUMENT, NAMESPACE, VERSION};

/// Writes the document.
pub(super) fn write(convert: &Convert<'_>, name: &str, out: &mut dyn Write) -> io::Result<()> {
    line(out, "SPDXVersion", VERSION)?;
    line(out, "DataLicense", DATA_LICENCE)?;
    line(out, "SPDXID", DOCUMENT)?;
    line(out, "DocumentName", &convert.name())?;
    line(out, "DocumentNamespace", &format!("{NAMESPACE}{name}"))?;
    let creation = convert.creation();
    for creator in &creation.creators {
        line(out, "Creator", creator)?;
    }
    line(out, "Created", &creation.created)?;
    line(out, "LicenseListVersion", &creation.licence_list)?;
    text(out, "CreatorComment", &creation.comment)?;
    annotation(out, &convert.annotation(), DOCUMENT)?;
    // Files that stand before every package belong to none by their place alone: relationships say to which they do.
    for one in &convert.bom.files {
        file(out, &convert.file(one))?;
        for part in convert.snippets_of(one) {
            snippet(out, &part)?;
        }
    }
    convert.packages().try_for_each(|one| package(out, &one))?;
    convert.references().try_for_each(|one| reference(out, &one))?;
    writeln!(out)?;
    convert.relationships().try_for_each(|one| relationship(out, &one))
}

/// A value in one line. One that begins like a text would be read as one.
fn line(out: &mut dyn Write, tag: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{tag}: {}", inert(&safe(value)))
}

/// A value of any number of lines.
fn text(out: &mut dyn Write, tag: &str, value: &str) -> io::Result<()> {
    let lines: Vec<String> = value.split('\n').map(|one| inert(&safe(one))).collect();
    writeln!(out, "{tag}: <text>{}</text>", lines.join("\n"))
}

/// `value` with `&lt;` for the `<` of `<text>` and `</text>`, however they are written.
fn inert(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        let word = after.strip_prefix('/').unwrap_or(after);
        let marks = word.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("text"));
        out.push_str(if marks { "&lt;" } else { "<" });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn annotation(out: &mut dyn Write, one: &Annotation, of: &str) -> io::Result<()> {
    line(out, "Annotator", &one.annotator)?;
    line(out, "AnnotationDate", &one.annotation_date)?;
    line(out, "AnnotationType", one.annotation_type)?;
    line(out, "SPDXREF", of)?;
    text(out, "AnnotationComment", &one.comment)
}

fn file(out: &mut dyn Write, one: &File) -> io::Result<()> {
    writeln!(out)?;
    line(out, "FileName", &one.file_name)?;
    line(out, "SPDXID", &one.id)?;
    for kind in one.file_types {
        line(out, "FileType", kind)?;
    }
    for checksum in &one.checksums {
        line(out, "FileChecksum", &format!("{}: {}", checksum.algorithm, checksum.value))?;
    }
    line(out, "LicenseConcluded", &one.concluded)?;
    for stated in &one.stated {
        line(out, "LicenseInfoInFile", stated)?;
    }
    text(out, "FileCopyrightText", &one.copyright_text)?;
    if let Some(comment) = &one.comment {
        text(out, "FileComment", comment)?;
    }
    one.annotations.iter().try_for_each(|said| annotation(out, said, &one.id))
}

fn snippet(out: &mut dyn Write, one: &Snippet) -> io::Result<()> {
    writeln!(out)?;
    line(out, "SnippetSPDXID", &one.id)?;
    line(out, "SnippetFromFileSPDXID", &one.snippet_from_file)?;
    for range in &one.ranges {
        let (start, end) = (&range.start_pointer, &range.end_pointer);
        if let (Some(start), Some(end)) = (start.offset, end.offset) {
            line(out, "SnippetByteRange", &format!("{start}:{end}"))?;
        }
        if let (Some(start), Some(end)) = (start.line, end.line) {
            line(out, "SnippetLineRange", &format!("{start}:{end}"))?;
        }
    }
    line(out, "SnippetLicenseConcluded", one.concluded)?;
    for stated in one.stated {
        line(out, "LicenseInfoInSnippet", stated)?;
    }
    text(out, "SnippetCopyrightText", one.copyright_text)?;
    text(out, "SnippetComment", &one.comment)?;
    line(out, "SnippetName", &one.name)
}

fn package(out: &mut dyn Write, one: &Package) -> io::Result<()> {
    writeln!(out)?;
    line(out, "PackageName", &one.name)?;
    line(out, "SPDXID", &one.id)?;
    if let Some(version) = &one.version_info {
        line(out, "PackageVersion", version)?;
    }
    line(out, "PackageDownloadLocation", one.download_location)?;
    line(out, "FilesAnalyzed", if one.files_analyzed { "true" } else { "false" })?;
    if let Some(code) = &one.package_verification_code {
        line(out, "PackageVerificationCode", &code.value)?;
    }
    if let Some(source) = &one.source_info {
        text(out, "PackageSourceInfo", source)?;
    }
    line(out, "PackageLicenseConcluded", &one.concluded)?;
    for detected in &one.detected {
        line(out, "PackageLicenseInfoFromFiles", detected)?;
    }
    line(out, "PackageLicenseDeclared", &one.declared)?;
    if let Some(comments) = &one.licence_comments {
        text(out, "PackageLicenseComments", comments)?;
    }
    text(out, "PackageCopyrightText", &one.copyright_text)?;
    for reference in &one.external_refs {
        line(out, "ExternalRef", &format!("{} {} {}", reference.category, reference.kind, reference.locator))?;
        text(out, "ExternalRefComment", &reference.comment)?;
    }
    one.annotations.iter().try_for_each(|said| annotation(out, said, &one.id))
}

fn reference(out: &mut dyn Write, one: &Reference) -> io::Result<()> {
    writeln!(out)?;
    line(out, "LicenseID", &one.id)?;
    text(out, "ExtractedText", &one.text)?;
    line(out, "LicenseName", &one.name)
}

fn relationship(out: &mut dyn Write, one: &Relationship) -> io::Result<()> {
    line(out, "Relationship", &format!("{} {} {}", one.of, one.kind, one.to))?;
    match one.comment {
        Some(comment) => text(out, "RelationshipComment", comment),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_ends_its_line_or_its_text() {
        let mut out = Vec::new();
        line(&mut out, "FileName", "./a\nSPDXID: x\u{202e}</TEXT>").unwrap();
        text(&mut out, "C", "a</text>\nSPDXID: y<text><b>\r\u{7f}").unwrap();
        let expected = "FileName: ./a\\nSPDXID: x\\u{202e}&lt;/TEXT>\nC: <text>a&lt;/text>\nSPDXID: y&lt;text><b>\\r\\u{7f}</text>\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

"""Checks foundling's reports: see .ci/validate, which fetches what this needs and calls it."""

import csv
import glob
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.parse
import zipfile

import html5lib
import jsonschema
from commoncode.resource import VirtualCodebase
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import ComponentType
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from debian.copyright import Copyright
from markdown_it import MarkdownIt
from sarif import loader
from spdx_python_model import load_data
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

STAMP = "1709251199"
# Name of the tree and crate folder that it is; PLANTED is made here.
TREES = ["bzip2-sys", "liblzma-sys", "libsqlite3-sys", "libz-sys", "lz4-sys", "onig_sys", "zstd-sys"]
PLANTED = "planted"
FORMATS = {
    "json": ("json", "json"),
    "spdx": ("spdx", "spdx.json"),
    "spdx-tv": ("spdx-tv", "spdx"),
    "spdx3": ("spdx3", "spdx3.json"),
    "cyclonedx-1.5": ("cyclonedx --spec 1.5", "1.5.cdx.json"),
    "cyclonedx": ("cyclonedx", "1.6.cdx.json"),
    "cyclonedx-1.7": ("cyclonedx --spec 1.7", "1.7.cdx.json"),
    "sarif": ("sarif", "sarif"),
    "jsonl": ("jsonl", "jsonl"),
    "scancode": ("scancode", "scancode.json"),
    "csv": ("csv", "csv"),
    "markdown": ("markdown", "md"),
    "gitlab": ("gitlab", "gitlab.json"),
    "html": ("html", "html"),
    "notice": ("notice", "notice.txt"),
    "notice-html": ("notice-html", "notice.html"),
    "notice-debian": ("notice-debian", "copyright"),
}
CYCLONEDX = {
    "cyclonedx-1.5": SchemaVersion.V1_5,
    "cyclonedx": SchemaVersion.V1_6,
    "cyclonedx-1.7": SchemaVersion.V1_7,
}
HOSTILE = [
    b"</text>\nSPDXID: SPDXRef-evil\n.c",
    b"<script>alert(1)<\xe2\x81\x84script>.c",
    "\u202egnp.c".encode(),
    b"not\xffutf8\xfe.c",
    b"quote\"'\\`$(x).c",
    b"\x1b[31mred\x07.c",
    b"a" * 240 + b".c",
    b"#hash ?query %41 space.c",
]


def run(tree, *command):
    subprocess.run(command, check=True, cwd=tree, env={**os.environ, "SOURCE_DATE_EPOCH": STAMP})


def plant(trees, place):
    """A tree with a changed copy, pasted lines in three encodings, hostile names, odd licences and an archive."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    zlib = folder(trees, "libz-sys") / "src" / "zlib"
    copy = place / "third_party" / "zlib"
    shutil.copytree(zlib, copy)
    for name in ["inflate.c", "deflate.c", "adler32.c"]:
        path = copy / name
        lines = path.read_text(encoding="latin-1").split("\n")
        lines[len(lines) // 2 : len(lines) // 2] = ["/* ours */ static int ours_%d(int a) { return a * 7; }" % n for n in range(9)]
        path.write_text("\n".join(lines), encoding="latin-1")
    source = next(folder(trees, "zstd-sys").rglob("zstd_compress.c")).read_text().split("\n")
    pasted = "int before(void) { return 1; }\n\n" + "\n".join(source[1200:1500]) + "\n\nint behind(void) { return 2; }\n"
    (place / "src").mkdir()
    (place / "src" / "plain.c").write_text("/* SPDX-License-Identifier: LicenseRef-ours */\n" + pasted)
    odd = "// SPDX-License-Identifier: GPL-2.0-or-later WITH AdditionRef-theirs\r\n"
    (place / "src" / "crlf.c").write_bytes((odd + pasted.replace("\n", "\r\n")).encode())
    (place / "src" / "marked.c").write_bytes(b"\xef\xbb\xbf" + pasted.encode())
    (place / "src" / "wide.c").write_bytes(("\ufeff// \U0001f600\n" + pasted).encode("utf-16-le"))
    evil = os.fsencode(place / "names")
    os.mkdir(evil)
    for name in HOSTILE:
        path = os.path.join(evil, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(zlib / "inftrees.c", path)
    with zipfile.ZipFile(place / "bundle.zip", "w") as bundle:
        for name in ["zlib.h", "inftrees.c", "inflate.c", "trees.c"]:
            bundle.writestr(zipfile.ZipInfo("lib/" + name), (zlib / name).read_bytes())


def folder(trees, name):
    return pathlib.Path(next(iter(sorted(glob.glob(str(trees / f"{name}-[0-9]*"))))))


def matches(file):
    return [match for match in file["matches"] if match.get("origin") != "internal"]


def expected(report):
    """What a bill of materials of a report must hold."""
    files = [file for file in report["files"] if matches(file)]
    known = lambda file, pair: {line for line, _, _ in file.get("line_bytes", [])} >= set(pair["lines"])
    snippets = [
        (file["path"], pair["lines"])
        for file in files
        for match in matches(file)
        if match["kind"] == "snippet"
        for pair in match["ranges"]
        if known(file, pair)
    ]
    return {
        "components": len(report["components"]),
        "modified": sum(1 for one in report["components"] if one["modified_files"]),
        "versions": sum(len(one["versions"]) for one in report["components"]),
        "files": len(files),
        "snippets": len(snippets),
        "results": len([one for one in report["components"] if one["conditions"]]) + len(report["discrepancies"]),
        "rows": len(report["components"]) + len(report["discrepancies"]),
        "releases": len({one["purl"] for one in report["components"]}),
    }


def check_files(report, tree):
    """The digests and byte ranges of the JSON report against the files themselves. Returns how many of each were checked."""
    digests = ranges = 0
    for file in report["files"]:
        path = tree / file["path"]
        if "sha1" not in file or not path.is_file():
            continue
        data = path.read_bytes()
        assert file["sha1"] == hashlib.sha1(data).hexdigest(), path
        assert file["sha256"] == hashlib.sha256(data).hexdigest(), path
        blob = b"blob %d\0" % len(data) + data
        assert file["swhid"] == "swh:1:cnt:" + hashlib.sha1(blob).hexdigest(), path
        digests += 1
        wide = data.startswith(b"\xff\xfe")
        text = data.decode("utf-16-le") if wide else None
        lines = [line.encode("utf-16-le") for line in text.splitlines(keepends=True)] if wide else data.split(b"\n")
        for number, first, end in file.get("line_bytes", []):
            line = lines[number - 1] if wide else lines[number - 1] + b"\n"
            mark = b"\xff\xfe" if wide else b"\xef\xbb\xbf"
            if number == 1 and line.startswith(mark):
                line = line[len(mark) :]
            assert data[first:end] == line or data[first:end] + b"\n" == line, (path, number)
            ranges += 1
    return digests, ranges


def check_spdx(text, schema, counts):
    document = json.loads(text)
    jsonschema.validate(document, schema)
    seen = {
        "components": len(document["packages"]) - 1 - counts["modified"],
        "files": len(document["files"]),
        "snippets": len(document["snippets"]),
    }
    purls = [
        ref
        for package in document["packages"]
        for ref in package.get("externalRefs", [])
        if ref["referenceType"] == "purl"
    ]
    seen["versions"] = len(purls) - counts["modified"]
    return seen


def check_foreign_spdx(path, counts):
    """Opens a document with spdx-tools and lets it judge it."""
    document = parse_file(str(path))
    messages = validate_full_spdx_document(document)
    assert not messages, (path, len(messages), [one.validation_message for one in messages[:5]])
    return {
        "components": len(document.packages) - 1 - counts["modified"],
        "files": len(document.files),
        "snippets": len(document.snippets),
    }


def check_sarif(path, schema, tree):
    """Checks it by its schema, opens it with sarif-tools, and looks for every file and line that it names."""
    document = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(document)
    for result in document["runs"][0]["results"]:
        for place in result["locations"]:
            check_place(tree, place["physicalLocation"])
    return {"results": loader.load_sarif_file(str(path)).get_result_count()}


def check_place(tree, place):
    uri = place["artifactLocation"]["uri"]
    assert uri.isascii() and not any(mark in uri for mark in ' "<>\\^`{|}#?'), uri
    raw = urllib.parse.unquote_to_bytes(uri)
    if b"!/" in raw:
        return
    path = os.path.join(os.fsencode(tree), raw)
    assert os.path.exists(path), path
    if "region" in place:
        data = pathlib.Path(os.fsdecode(path)).read_bytes()
        wide = data.startswith(b"\xff\xfe")
        lines = len(data.decode("utf-16-le").splitlines()) if wide else data.count(b"\n") + 1
        assert 1 <= place["region"]["startLine"] <= place["region"]["endLine"] <= lines, (path, place)


def check_jsonl(text, report):
    lines = [json.loads(line) for line in text.splitlines()]
    of = lambda kind: [{key: value for key, value in one.items() if key != "type"} for one in lines if one["type"] == kind]
    lists = {"component": "components", "discrepancy": "discrepancies", "file": "files", "problem": "problems", "manifest": "manifests"}
    for kind, name in lists.items():
        assert of(kind) == report[name], kind
    assert of("end")[0]["summary"] == report["summary"] and lines[-1]["type"] == "end"
    return {"components": len(of("component"))}


def check_scancode(path, report):
    """Opens a document with the reader that ScanCode's own tools use."""
    codebase = VirtualCodebase(str(path))
    files = [one for one in codebase.walk() if one.is_file]
    packages = {one["package_uid"] for one in codebase.attributes.packages}
    assert len(files) == len(report["files"]), path
    assert {uid for one in files for uid in one.for_packages} <= packages, path
    stated = lambda one: [found for found in one["licenses"] if found["kind"] != "reference"]
    found = sum(len(one["matches"]) for file in files for one in file.license_detections)
    assert found == sum(len(stated(one)) for one in report["files"]), path
    assert sum(len(one.copyrights) for one in files) == sum(len(one["copyrights"]) for one in report["files"]), path
    counted = sum(one["detection_count"] for one in codebase.attributes.license_detections or [])
    assert counted == sum(len(one.license_detections) for one in files), path
    (top,) = [one for one in codebase.walk() if one.is_root]
    assert top.files_count == len(files), path
    return {"components": len(packages)}


def check_tables(path, report):
    """A row a finding and a discrepancy, each with as many cells as the head; in Markdown, those that are open."""
    with open(path("csv"), newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file, strict=True)
    assert all(len(row) == len(head) for row in rows), path("csv")
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(path("md").read_text(encoding="utf-8"))
    assert not any(one.type.startswith("html") for part in tokens for one in [part, *(part.children or [])]), path("md")
    cells = sum(1 for one in tokens if one.type == "td_open")
    columns = sum(1 for one in tokens if one.type == "th_open")
    assert cells % max(columns, 1) == 0, path("md")
    return {"rows": len(rows), "results": cells // max(columns, 1)}


def check_gitlab(text):
    """The fields that GitLab's documentation of custom tools asks for."""
    entries = json.loads(text)
    for one in entries:
        assert one["severity"] in ["info", "minor", "major", "critical", "blocker"], one
        assert all(isinstance(one[name], str) and one[name] for name in ["description", "check_name", "fingerprint"]), one
        assert one["location"]["path"] and one["location"]["lines"]["begin"] >= 1, one
    assert len({one["fingerprint"] for one in entries}) == len(entries)
    return {"results": len(entries)}


def check_page(path):
    """A page without a fault by HTML's own rules, in which no name became an element."""
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(path.read_text(encoding="utf-8"))
    scripts = [one for one in page.iter("script")]
    assert not any("alert(1)" in (one.text or "") and one.get("type") != "application/json" for one in scripts), path
    return page


def check_notices(path, report):
    """Notices name every component and place; the Debian file is read strictly, and gives for every place a component there."""
    purls = {one["purl"] for one in report["components"]}
    text = path("notice.txt").read_text(encoding="utf-8")
    page = check_page(path("notice.html"))
    titles = [one for one in page.iter("h2")]
    assert all(f"  {purl}\n" in text for purl in purls), path("notice.txt")
    with open(path("copyright"), encoding="utf-8") as file:
        document = Copyright(file, strict=True)
    for one in report["components"]:
        within = one["root"].rstrip("/") + ("/x" if one["kind"] == "vendored" else "")
        if one["root"].isprintable():
            # Of several that fit the last one counts.
            found = document.find_files_paragraph("x" if one["root"] == "." else within)
            there = {other["purl"] for other in report["components"] if other["root"] == one["root"]}
            assert found and named(found) in there, (path("copyright"), within)
    paragraphs = list(document.all_files_paragraphs())
    places = [pattern for one in paragraphs for pattern in one.files]
    return {"releases": len({named(one) for one in paragraphs}), "components": len(places)} if titles else {}


def named(paragraph):
    """The purl of a paragraph of the Debian file."""
    return paragraph.comment.splitlines()[0].rsplit(", ", 1)[1]


def check_spdx3(text, schema):
    document = json.loads(text)
    jsonschema.Draft202012Validator(schema).validate(document)
    model, graph = load_data(document)
    kinds = lambda kind: [one for one in graph.foreach_type(kind)]
    packages = kinds("software_Package")
    upstream = [one for one in packages if "#Upstream-" in one.spdxId]
    unresolved = graph.link()
    assert not unresolved, list(unresolved)[:5]
    return {
        "components": len(packages) - 1 - len(upstream),
        "modified": len(upstream),
        "versions": sum(len(one.externalIdentifier) for one in packages),
        "files": len(kinds("software_File")),
        "all snippets": len(kinds("software_Snippet")),
    }


def check_cyclonedx(text, version):
    problem = JsonStrictValidator(version).validate_str(text)
    assert problem is None, problem
    document = json.loads(text)
    bom = Bom.from_json(data=document)
    libraries = [one for one in bom.components if one.type == ComponentType.LIBRARY]
    nested = lambda all: [inner for one in all for inner in [one, *nested(one.components)]]
    files = {one.name for one in nested(bom.components) if one.type == ComponentType.FILE}
    identities = [one for library in libraries for one in library.evidence.identity]
    seen = {
        "components": len(libraries),
        "modified": sum(1 for one in libraries if one.pedigree and one.pedigree.ancestors),
        "files": len(files),
    }
    if version != SchemaVersion.V1_5:
        seen["versions"] = len(identities) - len(libraries)
    return seen


def check(foundling, name, tree, out, schemas):
    texts = {}
    scan = [foundling, "scan", "--quiet", "--no-ignore", "."]
    path = lambda ending: out / f"{name}.{ending}"
    at_once = [f"--format={flag}={path(ending)}" for flag, ending in FORMATS.values() if " " not in flag]
    run(tree, *scan, *at_once)
    for style, (flag, ending) in FORMATS.items():
        again = out / f"again.{ending}"
        run(tree, *scan, "--format", *flag.split(), "-o", again)
        texts[style] = again.read_text(encoding="utf-8")
        if " " not in flag:
            assert path(ending).read_text(encoding="utf-8") == texts[style], f"{path(ending)}: a second scan gives other bytes"
        later = out / f"later.{ending}"
        run(tree, foundling, "report", path("json"), "--format", *flag.split(), "-o", later)
        assert later.read_text(encoding="utf-8") == texts[style], f"{later}: the report gives other bytes than the scan"
    report = json.loads(texts["json"])
    counts = expected(report)
    every = sum(len(match["ranges"]) for file in report["files"] for match in matches(file) if match["kind"] == "snippet")
    digests, ranges = check_files(report, tree)
    seen = {
        "SPDX 2.3 schema": check_spdx(texts["spdx"], schemas["spdx"], counts),
        "spdx-tools, JSON": check_foreign_spdx(out / f"{name}.spdx.json", counts),
        "spdx-tools, tags": check_foreign_spdx(out / f"{name}.spdx", counts),
        "SARIF": check_sarif(path("sarif"), schemas["sarif"], tree),
        "JSON lines": check_jsonl(texts["jsonl"], report),
        "commoncode": check_scancode(path("scancode.json"), report),
        "CSV and Markdown": check_tables(path, report),
        "GitLab": check_gitlab(texts["gitlab"]),
        "notices": check_notices(path, report),
        "SPDX 3.0.1": check_spdx3(texts["spdx3"], schemas["spdx3"]),
    }
    for style, version in CYCLONEDX.items():
        seen[f"CycloneDX {version.to_version()}"] = check_cyclonedx(texts[style], version)
    check_page(path("html"))
    counts["all snippets"] = every
    for who, found in seen.items():
        for what, count in found.items():
            assert count == counts[what], f"{name}: {who} has {count} {what}, JSON {counts[what]}"
    print(f"{name}: {counts}, {digests} files and {ranges} line places as on disk; {len(seen)} formats agree")
    return counts


def main():
    foundling, work = sys.argv[1], pathlib.Path(sys.argv[2])
    trees, out = work / "trees", work / "reports"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    schemas = {
        "spdx": json.loads((folder(trees, "serde-spdx") / "schemas" / "spdx_2_3.json").read_text()),
        "sarif": json.loads((folder(trees, "serde-sarif") / "src" / "schema.json").read_text()),
        "spdx3": json.loads((work / "package" / "data" / "spdx-export.schema.json").read_text()),
    }
    plant(trees, work / PLANTED)
    total = {}
    for name in [*TREES, PLANTED]:
        tree = work / PLANTED if name == PLANTED else folder(trees, name)
        for what, count in check(foundling, name, tree, out, schemas).items():
            total[what] = total.get(what, 0) + count
    assert all(total.values()), f"nothing was checked: {total}"
    print(f"{len(TREES) + 1} trees, {total}: valid, opened, counted")


main()

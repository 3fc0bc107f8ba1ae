#!/usr/bin/env python3
"""Fetch the releases that the bundled index is built from.

    fetch.py [--releases N] [--only NAME,...] [--refresh] [--suites SUITE,...] WORKDIR

Reads catalog.toml beside it (the head comment there describes the format) and writes

    WORKDIR/sources.jsonl   one release a line, what `foundling index build` reads
    WORKDIR/fetched.json    what was really fetched (purl, origin, sha256), what is missing and why
    WORKDIR/cache/          the downloaded archives, and what each registry lists
    WORKDIR/pool/           unpacked folders of components that are only a part of a package

Packages come through the registries' ordinary clients (npm, cargo, apt-get), so the mirrors, proxies and
settings of the machine apply. Nothing of a package is ever run, and at most two clients work on one
registry at a time. What stands in WORKDIR is not fetched again: start an interrupted run once more. A
release that cannot be had is a warning. Debian's sources are the machine's own, extended to other
suites of the same mirror; a suite holds few releases, and a mirror drops old ones.

Exit status: 0 done (also with warnings), 2 when not one release could be had.
"""
import argparse
import concurrent.futures
import datetime
import fnmatch
import json
import re
import shutil
import sys
import tarfile
import tomllib
import urllib.parse
from pathlib import Path

sys.dont_write_bytecode = True  # no __pycache__ in the repository
from registries import CALLS_AT_A_TIME, MAX_ARCHIVE_BYTES, Crates, Debian, Npm, sha256  # noqa: E402

PROBES = 24  # crates opened to learn which component versions they carry
BIG_BYTES, BIG_RELEASES = 40_000_000, 6  # a component that unpacks to more gets so many releases
# Days that build tools put in archives instead of the real one.
FAKE_DAYS = {"1973-11-29", "1979-12-31", "1980-01-01", "1980-02-01", "1985-10-26", "2006-07-24", "2016-01-01",
             "2020-02-02"}
SHORT_LICENSES = {"MIT", "ISC", "Zlib", "X11", "NCSA", "Unlicense", "curl", "WTFPL"}  # SPDX ids without a digit


def order(version):
    """A sort key, oldest first, for the version schemes in use."""
    return [(1, int(p), "") if p.isdigit() else (0, 0, p) for p in re.findall(r"\d+|[a-z]+", version.lower())]


def evenly(items, n):
    """`n` of the items, evenly spread, the last one always among them."""
    n = min(n, len(items))
    return [items[-1 - (len(items) - 1) * i // max(n - 1, 1)] for i in range(n)][::-1]


def pick(versions, n, strict):
    """The newest of each major version, filled up to `n` by an even spread; `strict`: never more than `n`."""
    versions = sorted(versions, key=order)
    heads = list({tuple(order(v)[:1]): v for v in versions}.values())
    if len(heads) >= n:
        return evenly(heads, n) if strict else heads
    return sorted(heads + evenly([v for v in versions if v not in heads], n - len(heads)), key=order)


# ---- archives and versions ----

def first(pattern, names):
    """The first name that the glob takes, {a,b} tried in order, shorter names before the longer ones they begin."""
    m = re.search(r"\{([^{}]*)\}", pattern)
    if not m:
        return next((n for n in sorted(names) if fnmatch.fnmatchcase(n, pattern)), None)
    tries = (first(pattern[:m.start()] + p + pattern[m.end():], names) for p in m[1].split(","))
    return next((n for n in tries if n), None)


class Archive:
    """A package's tarball: its plain files, without a top folder, below the component's subpath."""

    def __init__(self, path, subpath=None):
        self.tar = tarfile.open(path)
        plain = {m.name.removeprefix("./"): m for m in self.tar if m.isfile() and ".." not in m.name.split("/")}
        tops = {n.partition("/")[0] for n in plain}
        if len(tops) == 1 and not tops & plain.keys():  # else there is no top folder
            plain = {n.partition("/")[2]: m for n, m in plain.items()}
        self.members = {n: m for n, m in plain.items() if n and not n.startswith("/")}
        if subpath:
            root = first(subpath, {n[:i] for n in self.members for i, c in enumerate(n) if c == "/"})
            self.members = {n[len(root) + 1:]: m for n, m in self.members.items() if root and n.startswith(root + "/")}
        self.bytes = sum(m.size for m in self.members.values())

    def text(self, pattern):
        name = first(pattern, self.members)
        return self.tar.extractfile(self.members[name]).read().decode("utf-8", "replace") if name else ""

    def unpack(self, into):
        part = into.with_name(into.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, member in self.members.items():
            self.tar.extract(member.replace(name=name), part, filter="data")
        part.rename(into)

    def day(self):
        """The newest believable time stamp, as a date: about when the archive was made."""
        newest = datetime.datetime.fromtimestamp(max(m.mtime for m in self.members.values()), datetime.timezone.utc)
        day = newest.date().isoformat()
        return day if "1990" < day <= datetime.date.today().isoformat() and day not in FAKE_DAYS else None

    def license(self):
        """The licence that the package's own metadata state, if it is a plain SPDX expression."""
        try:
            if "package.json" in self.members:
                said = json.loads(self.text("package.json")).get("license")
            else:
                said = tomllib.loads(self.text("Cargo.toml")).get("package", {}).get("license")
        except (ValueError, AttributeError):
            return None
        words = re.findall(r"[^\s()]+", said) if isinstance(said, str) else []
        ids = all(w in SHORT_LICENSES or re.fullmatch(r"[A-Za-z][\w.+-]*\d[\w.+-]*", w) for w in words[::2])
        return said if words and ids and all(w in ("AND", "OR", "WITH") for w in words[1::2]) else None


def listed_version(rule, key):
    """The component's version as far as the release's own version tells it, else None."""
    kind, _, prefix = rule.partition(":")
    if kind == "upstream-part":
        key = re.sub(r"^.*really\.?", "", key)  # 1.3.dfsg+really1.3.1 is 1.3.1
        return re.sub(r"([+.~-](dfsg|ds|repack|debian)[\d.]*([+~].*)?|\+~.*)$", "", key)
    if kind == "build-metadata":
        meta = key.partition("+")[2]
        return meta.removeprefix(prefix) if re.match(re.escape(prefix) + r"\d", meta) else None
    return key if kind == "package" else None


def read_version(rule, archive):
    """The component's version as its own files tell it (macro:FILE:NAME, file:FILE), else None."""
    kind, pattern, names = (rule.split(":") + [""])[:3]
    text = archive.text(pattern)
    if kind == "file":
        return text.strip() if len(text.split()) == 1 else None
    define = r'(?m)^[ \t]*#[ \t]*define[ \t]+{}[ \t]+"?(\d[\w.+-]*)'
    parts = [re.search(r"AC_INIT\(\s*[^,]*,\s*\[?(\d[\w.+-]*)" if n == "AC_INIT" else define.format(re.escape(n)), text)
             for n in names.split("+")]
    version = ".".join(p[1] for p in parts) if all(parts) else None
    if version and re.fullmatch(r"\d{5,}", version):  # 20302 is 2.3.2
        version = ".".join(str(int(version) // n % 100) for n in (10_000, 100, 1))
    return version


class Component:
    """Finds, picks and fetches the releases of one catalogue entry; the results are in `lines`, `got`, `missing`."""

    def __init__(self, entry, registries, work, releases):
        self.entry, self.registries, self.work = entry, registries, work
        self.limit = entry.get("releases", releases)
        self.lines, self.got, self.missing = [], [], []

    def warn(self, origin, why):
        self.missing.append({"component": self.entry["name"], "origin": origin, "why": why})
        print(f"! {self.entry['name']}: {origin}: {why}", file=sys.stderr)

    def candidates(self):
        """For each version of the component, the releases that hold it as (origin, key, facts), best first."""
        found = {}
        for origin in self.entry["origins"]:
            registry, package, rule = self.registries[origin["registry"]], origin["package"], origin["version_from"]
            listing = registry.listing(package)
            if rule == "unknown" or not listing:
                self.warn(f"{registry.name}:{package}", "no version rule" if listing else "no releases listed")
                continue
            keys, inside = sorted(listing, key=order), rule.startswith(("macro:", "file:"))
            if inside:
                keys = evenly(keys, PROBES)
                registry.fetch(package, keys)
            for key in reversed(keys):
                path = registry.path(package, key) if inside else None
                archive = Archive(path, origin.get("subpath")) if path else None
                version = read_version(rule, archive) if archive else listed_version(rule, key)
                if version:
                    found.setdefault(version, []).append((origin, key, listing[key]))
        return found

    def take(self, version, options):
        """Fetch and list one version from the first release that can be had; its unpacked bytes, or None."""
        why = []
        for origin, key, facts in options:
            registry, package = self.registries[origin["registry"]], origin["package"]
            subpath = origin.get("subpath")
            label = f"{registry.name}:{package}@{key}"
            registry.fetch(package, [key])
            path = registry.path(package, key)
            if not path or path.stat().st_size > MAX_ARCHIVE_BYTES:
                large = path or facts.get("size", 0) > MAX_ARCHIVE_BYTES
                why.append((label, "too large" if large else "not to be had"))
                continue
            digest, archive = sha256(path), Archive(path, subpath)
            if facts.get("sha256", digest) != digest or not archive.members:
                why.append((label, "does not carry it" if not archive.members else "wrong checksum"))
                continue
            purl = f"{self.entry['purl']}@{urllib.parse.quote(version, safe='.+-~_')}"
            self.got.append({"purl": purl, "origin": label, "sha256": digest, "bytes": path.stat().st_size})
            license = self.entry.get("license")
            released = None  # a package's date and licence are not those of a component inside it
            if subpath:
                path = self.work / "pool" / self.entry["name"] / re.sub(r"[^\w.+~-]", "_", version)
                if not path.exists():
                    archive.unpack(path)
            else:
                released, license = facts.get("released") or archive.day(), license or archive.license()
            line = {"purl": purl, "path": str(path.relative_to(self.work)), "released": released, "license": license}
            self.lines.append({k: v for k, v in line.items() if v})
            return archive.bytes
        for label, reason in why:
            self.warn(label, reason)
        return None

    def gather(self):
        found = self.candidates()
        versions, size = sorted(found, key=order), None
        while versions and size is None:  # the newest that can be had tells how big the component is
            newest = versions.pop()
            size = self.take(newest, found[newest])
        if size is None:
            return
        limit = min(self.limit, BIG_RELEASES) if size > BIG_BYTES else self.limit
        strict = size > BIG_BYTES or "releases" in self.entry
        wanted = [v for v in pick([*versions, newest], limit, strict) if v != newest]
        batches = {}
        for origin, key, _ in (found[v][0] for v in wanted):
            batches.setdefault((origin["registry"], origin["package"]), []).append(key)
        for (registry, package), keys in batches.items():
            self.registries[registry].fetch(package, keys)
        for version in wanted:
            self.take(version, found[version])

    def run(self):
        try:
            self.gather()
        except Exception as error:  # one broken archive or listing must not end the run
            self.warn("-", f"{type(error).__name__}: {error}")


def main():
    ap = argparse.ArgumentParser(description="Fetch the releases that the bundled index is built from.")
    ap.add_argument("workdir", type=Path)
    ap.add_argument("--releases", type=int, default=5,
                    help="releases of a component that sets no number of its own (default: 5)")
    ap.add_argument("--only", help="names of components, with commas: take no others")
    ap.add_argument("--refresh", action="store_true", help="ask the registries again what they hold")
    ap.add_argument("--suites", default="bullseye,trixie,sid", help="Debian suites besides the machine's own")
    args = ap.parse_args()
    entries = tomllib.loads(Path(__file__).with_name("catalog.toml").read_text())["component"]
    work = args.workdir.resolve()
    if args.refresh:
        for kept in work.glob("cache/*/listing/*.json"):
            kept.unlink()
    registries = {r.name: r(work / "cache", args) for r in (Npm, Crates, Debian)}
    components = [Component(e, registries, work, args.releases) for e in entries
                  if not args.only or e["name"] in args.only.split(",")]
    with concurrent.futures.ThreadPoolExecutor(CALLS_AT_A_TIME * len(registries)) as threads:
        list(threads.map(Component.run, components))
    lines = sorted((x for c in components for x in c.lines),
                   key=lambda x: (x["purl"].rpartition("@")[0], order(x["purl"].rpartition("@")[2])))
    (work / "sources.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    got = sorted((x for c in components for x in c.got), key=lambda x: (x["purl"], x["origin"]))
    report = {"components": sum(bool(c.lines) for c in components), "releases": len(lines),
              "bytes": sum({x["origin"]: x["bytes"] for x in got}.values()), "fetched": got,
              "missing": [m for c in components for m in c.missing]}
    (work / "fetched.json").write_text(json.dumps(report, indent=1) + "\n")
    print(f"{report['components']} of {len(components)} components, {len(lines)} releases, "
          f"{report['bytes'] / 1e6:.0f} MB of archives, {len(report['missing'])} warnings")
    sys.exit(0 if lines else 2)


if __name__ == "__main__":
    main()

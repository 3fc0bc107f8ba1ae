#!/usr/bin/env python3
"""What manifests account for, on real package trees: `.ci/managed.py FOUNDLING WORK`.

Twelve trees are installed with their lockfiles by npm, cargo and pip (no code of a package is run) and scanned with the
bundled index. Then copies of components are planted: half of components that the lockfile also names, half of others, in
folders of the project's own, and among the installed packages. It ends with status 1 where a managed file is reported as
unmanaged, a planted copy as managed, or an untouched tree has a declaration that is said not to hold.

Needs npm, cargo and a python3 with pip; WORK keeps what was installed.
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

NPM = {
    "npm1": (["jquery@3.5.1", "bootstrap@4.5.0", "lodash@4.17.20", "moment@2.29.1"], []),
    "npm2": (["react@17.0.2", "react-dom@17.0.2", "vue@2.6.14", "axios@0.21.1"], []),
    "npm3": (["d3@5.16.0", "underscore@1.13.1", "backbone@1.4.0", "handlebars@4.7.7"], []),
    "npm4": (["chart.js@2.9.4", "marked@4.0.10", "highlight.js@10.7.3"], ["--lockfile-version", "1"]),
    "npm5": (["express@4.18.2", "socket.io-client@4.5.0", "uuid@8.3.2"], ["--lockfile-version", "2"]),
    "npm6": (["webpack@5.75.0", "typescript@4.9.5"], []),
}
CARGO = {
    "cargo1": (['libz-sys = "1.1"', 'zstd-sys = "2.0"'], []),
    "cargo2": (['libsqlite3-sys = { version = "0.28", features = ["bundled"] }', 'bzip2-sys = "0.1"'], []),
    "cargo3": (['lz4-sys = "1.9"', 'liblzma-sys = "0.3"', 'ring = "0.17"'], ["--versioned-dirs"]),
}
PIP = {
    "pip1": ("site", ["requests==2.31.0", "urllib3==1.26.18", "six==1.16.0", "certifi==2023.7.22"]),
    "pip2": ("lib/python3/site-packages", ["pip==23.0", "setuptools==65.5.0", "wheel==0.40.0"]),
    "pip3": ("vendor_site", ["Django==4.2", "jinja2==3.1.2", "bokeh==2.4.3"]),
}


def run(folder, *args):
    subprocess.run(args, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)


def install(work):
    """The trees, by name; what is there is kept."""
    for name, (packages, more) in NPM.items():
        if not (work / name).exists():
            tree = fresh(work, name)
            (tree / "package.json").write_text(json.dumps({"name": f"tree-{name}", "version": "1.0.0"}))
            run(tree, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *more, *packages)
            if name == "npm6":
                # Only the list that npm keeps among what it installed stays.
                (tree / "package-lock.json").unlink()
            tree.rename(work / name)
    for name, (wishes, more) in CARGO.items():
        if not (work / name).exists():
            tree = fresh(work, name)
            head = f'[package]\nname = "tree-{name}"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n'
            (tree / "src").mkdir()
            (tree / "src/main.rs").write_text("fn main() {}\n")
            (tree / "Cargo.toml").write_text(head + "\n".join(wishes) + "\n")
            run(tree, "cargo", "vendor", *more)
            tree.rename(work / name)
    for name, (site, packages) in PIP.items():
        if not (work / name).exists():
            tree = fresh(work, name)
            (tree / "requirements.txt").write_text("\n".join(packages) + "\n")
            only = ["--no-deps", "--only-binary", ":all:", "--no-compile"]
            run(tree, sys.executable, "-m", "pip", "install", "-q", *only, "--target", site, "-r", "requirements.txt")
            tree.rename(work / name)
    return [*NPM, *CARGO, *PIP]


def fresh(work, name):
    tree = work / f"{name}.unfinished"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    return tree


def scan(foundling, tree):
    args = [foundling, "scan", "--only", "matches", "--no-ignore", "--no-config", "--format", "json", "-q", str(tree)]
    return json.loads(subprocess.run(args, check=True, capture_output=True, text=True).stdout)


def base(purl):
    return purl.rsplit("@", 1)[0]


def below(path, root):
    return path == root or path.startswith(root + "/")


def components(report):
    """Findings with their files."""
    for one in report["components"]:
        if one["kind"] == "snippet":
            continue
        own = [f["path"] for f in report["files"] if "!/" not in f["path"] and below(f["path"], one["root"])
               and any(base(m["purl"]) == base(one["purl"]) for m in f["matches"])]
        if own:
            yield one, own


def plants_of(name, reports):
    """(component, files, tree they come from, place, named by the lockfile) of each copy to plant in a tree."""
    dice = random.Random(name)
    own = list(components(reports[name]))
    known = {base(one["purl"]) for one, _ in own}
    others = [(one, files, other) for other in reports if other != name for one, files in components(reports[other])
              if len(files) >= 3 and base(one["purl"]) not in known]
    dice.shuffle(others)
    for at, place in enumerate(["static/js/x0", "third_party/x1", "src/lib/x2"]):
        one, files = own[at % len(own)]
        # The largest file by itself: what people paste.
        yield one, files if at < 2 else files[-1:], name, place, True
    inside = {"n": "node_modules/zz-copy", "c": "vendor/zz-copy"}.get(name[0]) or PIP[name][0] + "/zz_copy"
    for place, (one, files, other) in zip(["ext/y0", "lib_b/y1", inside], others):
        yield one, files, other, place, False
    one, files = own[0]
    yield one, files, name, {"n": "node_modules.bak/q", "c": "vendor.old/q", "p": "old/q"}[name[0]], True


def plant(work, name, reports):
    tree = work / "planted" / name
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(work / name, tree, symlinks=True)
    out = []
    for one, files, source, place, named in plants_of(name, reports):
        for path in files:
            rel = os.path.relpath(path, one["root"]) if path != one["root"] else os.path.basename(path)
            target = tree / place / rel
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(work / source / path, target)
        out.append((one["purl"], place, named))
    return out


def main():
    foundling, work = os.path.abspath(sys.argv[1]), Path(sys.argv[2]).absolute()
    work.mkdir(parents=True, exist_ok=True)
    names = install(work)
    reports = {name: scan(foundling, work / name) for name in names}
    wrong = 0
    managed = 0
    for name, report in reports.items():
        managed += sum(one["managed"] for one in report["components"])
        for one in report["components"]:
            if not one["managed"]:
                wrong += 1
                print(f"{name}: managed, but said to be unmanaged: {one['purl']} in {one['root']}")
        for one in report["files"]:
            if one["matches"] and not one["managed"]:
                wrong += 1
                print(f"{name}: managed, but said to be unmanaged: {one['path']}")
        for one in report["discrepancies"]:
            wrong += 1
            print(f"{name}: {one['kind']}, but nothing is wrong: {one['declared']['purl']} in {one['root']}")
    count = swallowed = unseen = silent = 0
    for name in names:
        plants = plant(work, name, reports)
        report = scan(foundling, work / "planted" / name)
        for purl, place, named in plants:
            count += 1
            files = [one for one in report["files"] if one["matches"] and below(one["path"], place)]
            if not files:
                unseen += 1
                print(f"{name}: nothing found of {purl} in {place}")
            elif any(one["managed"] for one in files):
                swallowed += 1
                print(f"{name}: planted, but said to be managed: {purl} in {place}")
            elif named:
                at = [one for one in report["components"] if not one["managed"] and below(one["root"], place)]
                silent += not any(one["duplicates"] for one in at)
        for one in report["components"]:
            if not one["managed"] and not any(below(one["root"], place) for _, place, _ in plants):
                wrong += 1
                print(f"{name}: managed, but said to be unmanaged beside plants: {one['purl']} in {one['root']}")
    print(f"{len(names)} trees, {managed} managed findings, {wrong} wrong; {count} planted copies, {swallowed} swallowed, "
          f"{unseen} unseen, {silent} of the named ones not called a duplicate")
    return 1 if wrong or swallowed else 0


if __name__ == "__main__":
    sys.exit(main())

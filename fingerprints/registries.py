"""The package registries behind their ordinary clients: what a package's releases are, and their archives.

Each registry keeps what it learns and fetches in a folder of its own. Listings are kept as JSON and
not asked for again; archives that are there are not fetched again. Nothing of a package is run, and
at most CALLS_AT_A_TIME clients work on one registry at a time.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

CALLS_AT_A_TIME = 2  # for each registry
PACK_AT_ONCE = 10  # releases in one `npm pack`
MAX_ARCHIVE_BYTES = 30_000_000  # larger archives are left out


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


class Registry:
    """One registry behind its client. A listing maps each final release to what the client says of it."""

    def __init__(self, cache, args):
        self.dir = cache / self.name
        self.lists = self.dir / "listing"
        self.lists.mkdir(parents=True, exist_ok=True)
        self.args, self.env, self.slots = args, dict(os.environ), threading.Semaphore(CALLS_AT_A_TIME)

    def run(self, *command, cwd=None):
        """Run the client; its output, or None when it failed."""
        with self.slots:
            try:
                done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=600,
                                      stdin=subprocess.DEVNULL, cwd=cwd or self.dir, env=self.env)
            except subprocess.TimeoutExpired:
                return None
        return done.stdout if done.returncode == 0 else None

    def listing(self, package):
        kept = self.lists / (package.replace("/", "__") + ".json")
        if not kept.exists():
            found = self.ask(package)
            if not found:
                return {}
            kept.write_text(json.dumps(found, indent=1))
        return json.loads(kept.read_text())

    def fetch(self, package, keys):
        """Fetch what is not there yet; which of it arrived is for `path` to say."""
        missing = [k for k in keys if not self.path(package, k)]
        if missing:
            self.download(package, missing)


class Npm(Registry):
    name = "npm"

    def ask(self, package):
        found = json.loads(self.run("npm", "view", package, "versions", "time", "--json") or "{}")
        versions, days = found.get("versions") or [], found.get("time") or {}
        if not days.get("created"):  # a mirror's table of when it mirrored what
            days = {}
        versions = [versions] if isinstance(versions, str) else versions
        return {v: {"released": days.get(v, "")[:10]} for v in versions if "-" not in v.split("+")[0]}

    def path(self, package, key):
        path = self.dir / f"{package.lstrip('@').replace('/', '-')}-{key}.tgz"
        return path if path.exists() else None

    def download(self, package, keys):
        for i in range(0, len(keys), PACK_AT_ONCE):
            part = keys[i:i + PACK_AT_ONCE]
            if not self.pack(package, part):  # one that cannot be had spoils the whole call
                for key in part:
                    self.pack(package, [key])

    def pack(self, package, keys):
        with tempfile.TemporaryDirectory(dir=self.dir) as tmp:
            done = self.run("npm", "pack", "--ignore-scripts", "--pack-destination", tmp,
                            *(f"{package}@{k}" for k in keys))
            for got in Path(tmp).iterdir() if done is not None else ():
                got.rename(self.dir / got.name)
        return done is not None


class Crates(Registry):
    """`cargo info` fetches the one crate it shows, without its dependencies, and keeps the list of releases."""
    name = "crates"

    def __init__(self, cache, args):
        super().__init__(cache, args)
        config = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "config.toml"
        if config.exists():
            shutil.copy(config, self.dir / "config.toml")
        self.env["CARGO_HOME"] = str(self.dir)

    def ask(self, package):
        self.run("cargo", "info", "-q", package)
        kept = next(self.dir.glob(f"registry/index/*/.cache/**/{package}"), None)
        rows = [json.loads(p) for p in kept.read_bytes().split(b"\0") if p.startswith(b"{")] if kept else []
        return {r["vers"]: {"released": (r.get("pubtime") or "")[:10], "sha256": r["cksum"]}
                for r in rows if not r.get("yanked") and "-" not in r["vers"].split("+")[0]}

    def path(self, package, key):
        return next(self.dir.glob(f"registry/cache/*/{package}-{key}.crate"), None)

    def download(self, package, keys):
        for key in keys:
            self.run("cargo", "info", "-q", f"{package}@{key}")
        shutil.rmtree(self.dir / "registry" / "src", ignore_errors=True)  # unpacked copies


class Debian(Registry):
    """`apt-get source` with the machine's own sources, turned to deb-src, and state of its own."""
    name = "debian"
    ready, lock = False, threading.Lock()

    def update(self):
        """Read the package lists, once a run; a suite that fails leaves the others usable."""
        apt = self.dir / "apt"
        self.env["APT_CONFIG"] = str(apt / "apt.conf")
        with self.lock:
            if self.ready:
                return
            for sub in ("etc", "state/lists/partial", "cache/archives/partial"):
                (apt / sub).mkdir(parents=True, exist_ok=True)
            here = re.search(r"(?m)^VERSION_CODENAME=(\S+)", Path("/etc/os-release").read_text())[1]
            every = " ".join(dict.fromkeys([here, *self.args.suites.split(",")]))
            for src in Path("/etc/apt/sources.list.d").glob("*.sources"):
                text = re.sub(r"(?m)^Types:.*$", "Types: deb-src", src.read_text())
                text = re.sub(rf"(?m)^(Suites:.*?)(?<!\S){here}(?!\S)", rf"\g<1>{every}", text)
                (apt / "etc" / src.name).write_text(text)
            (apt / "apt.conf").write_text(
                f'Dir::Etc::sourcelist "/dev/null";\nDir::Etc::sourceparts "{apt}/etc";\n'
                f'Dir::State::lists "{apt}/state/lists";\nDir::Cache "{apt}/cache";\n')
            self.run("apt-get", "-qq", "update")
            self.ready = True

    def ask(self, package):
        self.update()
        found = {}
        for entry in (self.run("apt-cache", "showsrc", package) or "").split("\n\n"):
            field = dict(re.findall(r"(?m)^([\w-]+):[ ]*(.*(?:\n[ ].*)*)", entry))
            orig = re.search(rf"(\w{{64}}) (\d+) ({re.escape(package)}_\S+\.orig\.tar\.\w+)(?m:$)",
                             field.get("Checksums-Sha256", ""))
            if field.get("Package") == package and orig:
                upstream = re.sub(r"^\d+:", "", field["Version"]).rpartition("-")[0]
                one = found.setdefault(upstream, {"sha256": orig[1], "size": int(orig[2]), "file": orig[3],
                                                   "revisions": []})
                one["revisions"].append(field["Version"])
        return {v: x for v, x in found.items() if not re.search(r"[~.\d-](rc|alpha|beta|pre)\.?\d", v)}

    def path(self, package, key):
        path = self.dir / self.listing(package)[key]["file"]
        return path if path.exists() else None

    def download(self, package, keys):
        self.update()
        for one in (self.listing(package)[k] for k in keys):
            for revision in dict.fromkeys(one["revisions"]) if one["size"] <= MAX_ARCHIVE_BYTES else ():
                with tempfile.TemporaryDirectory(dir=self.dir) as tmp:
                    self.run("apt-get", "source", "-qq", "--download-only", "--only-source",
                             f"{package}={revision}", cwd=tmp)
                    got = Path(tmp) / one["file"]  # often there although another part is gone
                    if got.exists() and sha256(got) == one["sha256"]:
                        got.rename(self.dir / got.name)
                        break

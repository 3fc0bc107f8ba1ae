"""Lists and fetches the files of one package through pip's own code, so that pip's settings (indexes, mirrors, proxies,
certificates, credentials) apply. pip's own `download` runs the build backend of what comes as source, so it is not used.
Nothing of a package is run: once the session stands, an audit hook ends this process at the first attempt to start
another program, and what is fetched is written to disk and never opened.

    python3 - list NAME                   one JSON object a line: version, file, sha256, wheel, yanked
    python3 - get NAME INTO FILE...       FILEs of that list into the folder INTO
"""
import json
import os
import sys

REFUSED = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"}


def refuse(event, _):
    if event in REFUSED:
        sys.stderr.write(f"error: refused to start a program ({event})\n")
        os._exit(70)


def main():
    what, name, *rest = sys.argv[1:]
    from pip._internal.commands.download import DownloadCommand

    command = DownloadCommand("download", "")
    options, _ = command.parse_args(["--no-deps", "--quiet", name])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options=options, session=session, ignore_requires_python=True)
        sys.addaudithook(refuse)
        found = [(candidate.version, candidate.link) for candidate in finder.find_all_candidates(name)]
        if what == "list":
            for version, link in found:
                print(json.dumps(described(version, link)))
        else:
            links = {link.filename: link for _, link in found}
            for file in rest[1:]:
                if file in links and os.path.basename(file) == file:
                    fetch(session, links[file], os.path.join(rest[0], file))


def described(version, link):
    sha256 = link.hash if link.hash_name == "sha256" else None
    return {"version": str(version), "file": link.filename, "sha256": sha256, "wheel": link.is_wheel,
            "yanked": bool(link.is_yanked)}


def fetch(session, link, path):
    try:
        response = session.get(link.url.partition("#")[0], stream=True, headers={"Accept-Encoding": "identity"})
        response.raise_for_status()
        with open(path + ".part", "wb") as out:
            for chunk in response.iter_content(1 << 16):
                out.write(chunk)
        os.rename(path + ".part", path)
    except Exception as error:  # one file that cannot be had leaves the others
        print(f"error: {link.filename}: {error}", file=sys.stderr)


main()

//! Python: lists of requirements, the records that pip writes beside what it installs, and lists of vendored packages.
//!
//! A record (`*.dist-info/RECORD`, PEP 376 and 627; `*.egg-info/installed-files.txt`) names every file that was installed, most
//! with a checksum.

use super::{Found, Reader, Source, below, is_named, is_within};
use crate::model::declaration::{Checksum, ENVIRONMENT, Extent, ManifestKind, RecordedFile, Site};
use crate::model::place::{base_name, folder};

/// Folders in which a list names packages that lie beside it.
const VENDORED: &[&str] = &["_vendor", "vendor", "_vendored", "vendored", "extern", "third_party"];

pub(super) const READERS: &[Reader] = &[
    Reader { is: is_record, kind: ManifestKind::InstallRecord, ecosystem: "pypi", read: record },
    Reader { is: is_egg, kind: ManifestKind::InstallRecord, ecosystem: "pypi", read: egg },
    Reader { is: is_vendor_list, kind: ManifestKind::VendoringNote, ecosystem: "pypi", read: vendored },
    Reader { is: is_requirements, kind: ManifestKind::Manifest, ecosystem: "pypi", read: requirements },
];

fn is_record(path: &str) -> bool {
    path.ends_with(".dist-info/RECORD")
}

fn is_egg(path: &str) -> bool {
    path.ends_with(".egg-info/installed-files.txt")
}

fn is_vendor_list(path: &str) -> bool {
    let lists = ["vendor.txt", "vendored.txt", "requirements.txt"];
    is_named(path, &lists[..2]) && VENDORED.contains(&base_name(folder(path)))
        || is_named(path, &lists[2..]) && ["_vendor", "_vendored"].contains(&base_name(folder(path)))
}

fn is_requirements(path: &str) -> bool {
    let name = base_name(path);
    let listed =
        base_name(folder(path)) == "requirements" || name.contains("requirements") || name == "constraints.txt";
    listed && (name.ends_with(".txt") || name.ends_with(".in"))
}

/// One `(line, name, version, rest)` a requirement; options, addresses and folders are none.
fn requirement(line: &str) -> Option<(&str, Option<&str>)> {
    let line = line.split(" #").next().unwrap_or(line).split(';').next().unwrap_or(line).trim();
    if line.is_empty() || line.starts_with(['#', '-', '.', '/']) || line.contains("://") && !line.contains(" @ ") {
        return None;
    }
    let end = line.find(|mark: char| !mark.is_ascii_alphanumeric() && !"._-".contains(mark)).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest).trim_start(),
        None => rest,
    };
    let exact = rest.strip_prefix("===").or_else(|| rest.strip_prefix("=="));
    let version = exact.and_then(|text| text.split([' ', ',', '\\']).find(|part| !part.is_empty()));
    Some((name, version.filter(|version| !version.contains('*'))))
}

fn requirements(source: Source<'_>) -> Found {
    let mut found = Found::default();
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) {
            continue;
        }
        if let Some((name, version)) = requirement(line) {
            found.declare(number, ("pypi", name), version, Site::Elsewhere);
        }
    }
    found
}

/// Each package may be a folder or one file beside the list.
fn vendored(source: Source<'_>) -> Found {
    let mut found = Found::default();
    for (line, number) in source.text.lines().zip(1..) {
        if found.is_conflict(number, line) {
            continue;
        }
        let Some((name, version)) = requirement(line) else { continue };
        let module = name.to_lowercase().replace('-', "_");
        let module = module.strip_suffix("_py").unwrap_or(&module);
        for import in [module.to_string(), module.replace('.', "/")] {
            if let Some(path) = source.beside(&import) {
                found.declare(number, ("pypi", name), version, Site::File(format!("{path}.py")));
                found.declare(number, ("pypi", name), version, Site::Folder { path, extent: Extent::Component });
            }
            if !module.contains('.') {
                break;
            }
        }
    }
    found
}

/// Name and version of the folder of a record: `NAME-VERSION.dist-info`.
fn installed(path: &str) -> (&str, Option<&str>) {
    let folder = base_name(folder(path));
    let stem = folder.rsplit_once('.').map_or(folder, |(stem, _)| stem);
    match stem.split_once('-') {
        // An egg's folder has the version of Python behind: `NAME-VERSION-py3.8`.
        Some((name, version)) => (name, version.split('-').next()),
        None => (stem, None),
    }
}

/// Whether a file is a record's to speak of, `home` being where the packages lie: it is beside the record, or among the
/// programs and data of the environment around.
fn is_own(home: &str, place: &str) -> bool {
    let is_shared = || {
        let inner = match environment(home)? {
            "" => place,
            around => place.strip_prefix(around)?.strip_prefix('/')?,
        };
        inner.split_once('/').filter(|(first, _)| ENVIRONMENT.contains(first))
    };
    is_within(home, place) || is_shared().is_some()
}

/// The environment whose packages lie in a folder: `…` of `…/lib/python3.12/site-packages` and `…/Lib/site-packages`.
fn environment(home: &str) -> Option<&str> {
    let above = Some(folder(home)).filter(|_| ["site-packages", "dist-packages"].contains(&base_name(home)))?;
    let versioned = ["python", "pypy"].iter().any(|one| base_name(above).starts_with(one));
    let library = if versioned { folder(above) } else { above };
    ["lib", "lib64", "Lib"].contains(&base_name(library)).then(|| folder(library))
}

/// With `--target`, programs and data lie in another folder than the one that is noted.
fn is_of_environment(path: &str) -> bool {
    let mut parts = path.split('/').skip_while(|part| *part == "..");
    path.starts_with("..") && parts.next().is_some_and(|first| ENVIRONMENT.contains(&first))
}

/// Whether a line is of what an installer makes in the environment by itself and gives no checksum of: programs, folders of
/// what is compiled later, marks of its own. They are accounted for by nobody and nothing is wrong with them.
fn is_made_there(path: &str, digest: &str) -> bool {
    let is_mark = base_name(path) == "__pycache__" || path.ends_with(".virtualenv");
    digest.is_empty() && (is_mark || is_of_environment(path))
}

fn record(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let home = folder(folder(source.path));
    let mut files = Vec::new();
    let mut outside = 0;
    for (line, number) in source.text.lines().zip(1..) {
        if line.trim().is_empty() || found.is_conflict(number, line) {
            continue;
        }
        let Some((path, digest)) = cells(line) else {
            found.complain(number, "it is no line of a record: not used");
            continue;
        };
        // With `--target` programs and data lie among the packages, whatever was noted.
        let moved = environment(home).is_none() && is_of_environment(&path);
        let place = if moved { below(home, path.trim_start_matches("../")) } else { below(home, &path) };
        if is_made_there(&path, digest) {
            continue;
        }
        // Whoever installs writes down a checksum of all but the record itself and what is compiled later.
        let unsigned = !digest.contains('=') && !path.contains("-info/") && !path.ends_with(".pyc");
        match place {
            _ if unsigned => found.complain(number, "a file without a checksum: not used"),
            Some(inside) if is_own(home, &inside) => {
                // Programs are written anew for each environment.
                let stays = !path.starts_with("..");
                let (path, digest) = (inside, digest.strip_prefix("sha256=").filter(|_| stays).and_then(base64));
                files.push(RecordedFile { path, checksum: digest.map_or(Checksum::None, Checksum::Sha256) });
            }
            Some(_) if !is_of_environment(&path) => {
                found.complain(number, "a file that lies neither beside the package nor in its environment: not used");
            }
            _ => outside += 1,
        }
    }
    // Programs go to a folder of their own, which may lie outside of what is scanned.
    let is_program = outside > 0 && files.is_empty();
    if is_program {
        found.complain(0, format!("all of its {outside} files lie outside the tree: not used"));
        return found;
    }
    let (name, version) = installed(source.path);
    found.declare(0, ("pypi", name), version, Site::Files(files));
    found
}

/// The first two cells of a line of comma-separated values, which may stand in quotes.
fn cells(line: &str) -> Option<(String, &str)> {
    let (path, rest) = match line.strip_prefix('"') {
        Some(quoted) => {
            let mut path = String::new();
            let mut rest = quoted;
            loop {
                let (part, behind) = rest.split_once('"')?;
                path.push_str(part);
                match behind.strip_prefix('"') {
                    Some(more) => {
                        path.push('"');
                        rest = more;
                    }
                    None => break (path, behind.strip_prefix(',')?),
                }
            }
        }
        None => line.split_once(',').map(|(path, rest)| (path.to_string(), rest))?,
    };
    Some((path, rest.split(',').next().unwrap_or_default()))
}

fn egg(source: Source<'_>) -> Found {
    let mut found = Found::default();
    let lines = source.text.lines().map(str::trim).filter(|line| !line.is_empty());
    let home = folder(folder(source.path));
    let paths = lines.filter_map(|line| source.beside(line).filter(|place| is_own(home, place)));
    let files = paths.map(|path| RecordedFile { path, checksum: Checksum::None }).collect();
    let (name, version) = installed(source.path);
    found.declare(0, ("pypi", name), version, Site::Files(files));
    found
}

/// 32 bytes of base 64 for addresses (RFC 4648, section 5), without padding as records have it, or with.
fn base64(text: &str) -> Option<[u8; 32]> {
    let text = text.trim_end_matches('=');
    if text.len() != 43 {
        return None;
    }
    let mut out = [0; 32];
    let (mut word, mut bits, mut at) = (0_u32, 0, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        word = word << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            *out.get_mut(at)? = (word >> bits) as u8;
            at += 1;
            word &= (1 << bits) - 1;
        }
    }
    (at == out.len() && word == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::manifest::tests::{complaints, declared};

    #[test]
    fn requirements_are_names_with_a_version_where_it_is_exact() {
        let text = "# remark\n-r other.txt\nDjango==4.2.1 ; python_version>'3'\nsix>=1\nrequests[socks] == 2.31.0 \\\n    --hash=sha256:ab\nurl @ https://x.example/a.zip\n./local\nzope.interface==5.*  # any\nhttps://x.example/b.zip\n";
        let expected = [
            "3 pkg:pypi/django@4.2.1",
            "4 pkg:pypi/six",
            "5 pkg:pypi/requests@2.31.0",
            "7 pkg:pypi/url",
            "9 pkg:pypi/zope-interface",
        ];
        assert_eq!(declared("requirements-dev.txt", text), expected);
        assert_eq!(
            complaints("requirements.txt", "a==1\n=======\nb==2\n"),
            ["line 2: a mark of a merge conflict: passed over"]
        );
    }

    #[test]
    fn a_list_beside_vendored_packages_names_folders_and_files() {
        let text = "urllib3==1.26.5\n    chardet==4.0\njaraco.text==3.7.0\n";
        let expected = [
            "1 pkg:pypi/urllib3@1.26.5 a/_vendor/urllib3/*",
            "1 pkg:pypi/urllib3@1.26.5 a/_vendor/urllib3.py",
            "2 pkg:pypi/chardet@4.0 a/_vendor/chardet/*",
            "2 pkg:pypi/chardet@4.0 a/_vendor/chardet.py",
            "3 pkg:pypi/jaraco-text@3.7.0 a/_vendor/jaraco.text/*",
            "3 pkg:pypi/jaraco-text@3.7.0 a/_vendor/jaraco/text/*",
            "3 pkg:pypi/jaraco-text@3.7.0 a/_vendor/jaraco.text.py",
            "3 pkg:pypi/jaraco-text@3.7.0 a/_vendor/jaraco/text.py",
        ];
        assert_eq!(declared("a/_vendor/vendor.txt", text), expected);
        assert_eq!(declared("a/vendor.txt", text).len(), 0);
    }

    #[test]
    fn a_record_names_what_was_installed() {
        let digest = "A".repeat(43);
        let text = format!(
            "a/__init__.py,sha256={digest},12\n\"a/x,\"\"y\".py\",,\n\"a/x, \"\"y\"\".py\",sha256=odd,3\n../../bin/a,sha256={digest},1\nA_b-1.0.dist-info/RECORD,,\nno comma\n../../src/zlib.h,sha256=x,1\nb.py,,\n"
        );
        let path = "e/Lib/site-packages/A_b-1.0.dist-info/RECORD";
        let home = "e/Lib/site-packages";
        let expected = format!(
            "0 pkg:pypi/a-b@1.0 {home}/a/__init__.py {home}/a/x, \"y\".py e/bin/a {home}/A_b-1.0.dist-info/RECORD"
        );
        assert_eq!(declared(path, &text), [expected]);
        let said = complaints(path, &text);
        assert_eq!((said.len(), said[3].as_str()), (4, "line 8: a file without a checksum: not used"));
        assert!(said[2].starts_with("line 7: a file that lies neither beside"), "{said:?}");
        let made = format!("a/__init__.py,sha256={digest},12\n../../../bin/pip,,\na/__pycache__,,\na-1.virtualenv,,\n");
        let path = "v/lib/python3.11/site-packages/a-1.dist-info/RECORD";
        assert!(complaints(path, &made).is_empty());
        assert_eq!(declared(path, &made), ["0 pkg:pypi/a@1 v/lib/python3.11/site-packages/a/__init__.py"]);
        assert_eq!(base64(&digest), Some([0; 32]));
        assert_eq!(base64(&"A".repeat(42)), None);
        assert_eq!(base64(&format!("{}B", "A".repeat(42))), None, "bits are left over");
    }

    #[test]
    fn a_record_of_files_elsewhere_declares_nothing() {
        let path = "A-1.dist-info/RECORD";
        assert!(declared(path, "../x,sha256=x,1\n/etc/passwd,sha256=x,1\n").is_empty());
        assert_eq!(complaints(path, "../x,sha256=x,1\n").len(), 1);
        let target = declared("t/libs/a-1.dist-info/RECORD", "../../share/d.js,sha256=x,1\n");
        assert_eq!(target, ["0 pkg:pypi/a@1 t/libs/share/d.js"], "pip --target");
        assert_eq!(
            declared("s/a-1.0-py3.8.egg-info/installed-files.txt", "../a/b.py\nPKG-INFO\n"),
            ["0 pkg:pypi/a@1.0 s/a/b.py s/a-1.0-py3.8.egg-info/PKG-INFO"]
        );
    }

    #[test]
    fn a_record_accounts_for_nothing_but_its_package_and_what_it_put_into_the_environment() {
        let own = |home: &str, place: &str| is_own(home, place);
        assert!(own("v/lib/python3.12/site-packages", "v/lib/python3.12/site-packages/a.py"));
        assert!(own("v/lib/python3.12/site-packages", "v/share/man/a.1") && own("Lib/site-packages", "Scripts/a.exe"));
        assert!(!own("v/lib/python3.12/site-packages", "v/src/a.c") && !own("tests/data", "src/bin/a"));
        assert!(!own("v/site-packages", "bin/a") && !own("lib/site-packages", "lib/zlib/zlib.h"));
        let hostile = "../../src/zlib/zlib.h\n../b.py\n";
        let path = "tests/data/evil-1.egg-info/installed-files.txt";
        assert_eq!(declared(path, hostile), ["0 pkg:pypi/evil@1 tests/data/b.py"]);
    }
}

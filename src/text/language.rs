//! The language table: what a file name says of the text inside, and how each family of languages is lexed.

use crate::model::place::base_name;

/// What a file is good for as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Code: hashed, normalised and fingerprinted.
    Code,
    /// Data and prose: hashed and normalised only; fingerprints of it are noise.
    Data,
}

/// How `'` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apostrophe {
    /// It opens a string that ends on its line.
    String,
    /// It opens a character (`'a'`, `'\n'`); anything else is a lifetime, a prime or a quote operator.
    Character,
}

/// How a `#` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// Punctuation.
    Plain,
    /// A comment to the end of the line, wherever it stands.
    Comment,
    /// A comment at the start of a line or behind white space (shells, Ruby, Perl: `$#`, `${#x}`).
    SpacedComment,
    /// A C preprocessor line when it is the first thing on it.
    Preprocessor,
}

/// How a family of languages is lexed.
#[derive(Debug)]
pub struct Family {
    /// Openers of comments that run to the end of the line.
    pub line_comments: &'static [&'static str],
    /// Openers and closers of comments over several lines.
    pub block_comments: &'static [(&'static str, &'static str)],
    /// What `#` does.
    pub hash: Hash,
    /// What `'` does.
    pub apostrophe: Apostrophe,
    /// Whether `"""` and `'''` alone on their lines are documentation.
    pub docstrings: bool,
    /// Whether lines between `=begin`/`=pod` and `=end`/`=cut` are documentation.
    pub pod: bool,
    /// Whether letters differ by case only.
    pub fold_case: bool,
    /// Characters beside letters, digits and `_` that belong to names.
    pub name_marks: &'static [u8],
    /// Whether a `*`, `c` or `C` in the first column is a comment (fixed-form Fortran).
    pub column_comments: bool,
}

const C_LIKE: Family = Family {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    hash: Hash::Preprocessor,
    apostrophe: Apostrophe::String,
    docstrings: false,
    pod: false,
    fold_case: false,
    name_marks: b"$",
    column_comments: false,
};
const RUST_LIKE: Family = Family { apostrophe: Apostrophe::Character, hash: Hash::Plain, ..C_LIKE };
const SCRIPT: Family = Family { hash: Hash::Plain, ..C_LIKE };
const PHP: Family = Family { hash: Hash::Comment, ..C_LIKE };
const HASHED: Family =
    Family { line_comments: &[], block_comments: &[], hash: Hash::SpacedComment, name_marks: b"", ..C_LIKE };
const PYTHON: Family = Family { hash: Hash::Comment, docstrings: true, ..HASHED };
const RUBY: Family = Family { pod: true, name_marks: b"@$", ..HASHED };
const PERL: Family = Family { pod: true, name_marks: b"@$%", ..HASHED };
const SHELL: Family = Family { name_marks: b"$", ..HASHED };
const POWERSHELL: Family = Family { block_comments: &[("<#", "#>")], name_marks: b"$", ..HASHED };
const CMAKE: Family = Family { block_comments: &[("#[[", "]]")], hash: Hash::Comment, ..HASHED };
const JULIA: Family = Family {
    block_comments: &[("#=", "=#")],
    hash: Hash::Comment,
    apostrophe: Apostrophe::Character,
    docstrings: true,
    ..HASHED
};
const DASHED: Family = Family {
    line_comments: &["--"],
    block_comments: &[("/*", "*/")],
    hash: Hash::Plain,
    fold_case: true,
    name_marks: b"",
    ..C_LIKE
};
const LUA: Family = Family { block_comments: &[("--[[", "]]")], fold_case: false, ..DASHED };
const HASKELL: Family =
    Family { block_comments: &[("{-", "-}")], apostrophe: Apostrophe::Character, fold_case: false, ..DASHED };
const LISP: Family = Family {
    line_comments: &[";"],
    block_comments: &[("#|", "|#")],
    hash: Hash::Plain,
    apostrophe: Apostrophe::Character,
    name_marks: b"-*?!",
    ..C_LIKE
};
const ASSEMBLY: Family = Family {
    line_comments: &["//", ";", "@"],
    hash: Hash::Preprocessor,
    apostrophe: Apostrophe::Character,
    name_marks: b"$.%",
    ..C_LIKE
};
const FORTRAN: Family = Family {
    line_comments: &["!"],
    block_comments: &[],
    hash: Hash::Preprocessor,
    fold_case: true,
    name_marks: b"",
    column_comments: true,
    ..C_LIKE
};
const PERCENT: Family = Family { line_comments: &["%"], block_comments: &[], hash: Hash::Plain, ..C_LIKE };
const ML: Family = Family {
    line_comments: &["//"],
    block_comments: &[("(*", "*)")],
    hash: Hash::Plain,
    apostrophe: Apostrophe::Character,
    ..C_LIKE
};
const PASCAL: Family = Family { block_comments: &[("(*", "*)"), ("{", "}")], fold_case: true, ..ML };
const MARKUP: Family = Family {
    line_comments: &[],
    block_comments: &[("<!--", "-->")],
    hash: Hash::Plain,
    apostrophe: Apostrophe::Character,
    name_marks: b"-",
    ..C_LIKE
};
const STYLE: Family = Family { line_comments: &[], hash: Hash::Plain, name_marks: b"-", ..C_LIKE };
const STYLE_SLASHED: Family = Family { line_comments: &["//"], ..STYLE };
const GENERIC: Family = Family { line_comments: &["//"], hash: Hash::SpacedComment, name_marks: b"", ..C_LIKE };
const VIM: Family = Family { line_comments: &[], block_comments: &[], hash: Hash::Plain, ..C_LIKE };
const BASIC: Family =
    Family { line_comments: &["'"], block_comments: &[], hash: Hash::Plain, fold_case: true, ..C_LIKE };

/// A language: its name in reports, its role as evidence and how it is lexed.
#[derive(Debug)]
pub struct Language {
    /// Name as reports show it.
    pub name: &'static str,
    /// Whether it is fingerprinted.
    pub role: Role,
    /// How it is lexed.
    pub family: &'static Family,
    /// Extensions, lower case, without the dot.
    extensions: &'static [&'static str],
    /// Whole file names, lower case.
    names: &'static [&'static str],
}

macro_rules! languages {
    ($($name:literal $role:ident $family:ident [$($ext:literal)*] [$($file:literal)*];)*) => {
        /// Every language known by name.
        pub static LANGUAGES: &[Language] = &[
            $(Language { name: $name, role: Role::$role, family: &$family, extensions: &[$($ext),*], names: &[$($file),*] },)*
        ];
    };
}

languages! {
    "C" Code C_LIKE ["c" "h"] [];
    "C++" Code C_LIKE ["cc" "cpp" "cxx" "c++" "hpp" "hh" "hxx" "h++" "inl" "ipp" "tcc" "ino" "cu" "cuh"] [];
    "Objective-C" Code C_LIKE ["m" "mm"] [];
    "Java" Code SCRIPT ["java" "aidl"] [];
    "Kotlin" Code SCRIPT ["kt" "kts"] [];
    "Scala" Code SCRIPT ["scala" "sc"] [];
    "Groovy" Code SCRIPT ["groovy" "gradle"] [];
    "Dart" Code SCRIPT ["dart"] [];
    "C#" Code C_LIKE ["cs"] [];
    "JavaScript" Code SCRIPT ["js" "mjs" "cjs" "es6" "jsm"] [];
    "JSX" Code SCRIPT ["jsx"] [];
    "TypeScript" Code SCRIPT ["ts" "mts" "cts"] [];
    "TSX" Code SCRIPT ["tsx"] [];
    "CoffeeScript" Code PYTHON ["coffee"] [];
    "CSS" Code STYLE ["css"] [];
    "SCSS" Code STYLE_SLASHED ["scss" "sass" "less" "styl"] [];
    "Vue" Code SCRIPT ["vue" "svelte"] [];
    "Python" Code PYTHON ["py" "pyi" "pyx" "pxd" "pxi" "pyw"] ["sconstruct" "sconscript" "wscript"];
    "Ruby" Code RUBY ["rb" "rake" "gemspec" "ru"] ["rakefile" "gemfile"];
    "PHP" Code PHP ["php" "php3" "php4" "php5" "phtml" "inc"] [];
    "Perl" Code PERL ["pl" "pm" "t" "pod"] [];
    "Go" Code SCRIPT ["go"] [];
    "Rust" Code RUST_LIKE ["rs"] [];
    "Swift" Code RUST_LIKE ["swift"] [];
    "Zig" Code RUST_LIKE ["zig"] [];
    "D" Code SCRIPT ["d" "di"] [];
    "Lua" Code LUA ["lua"] [];
    "Shell" Code SHELL ["sh" "bash" "zsh" "ksh" "fish" "bats"] ["configure"];
    "PowerShell" Code POWERSHELL ["ps1" "psm1" "psd1"] [];
    "SQL" Code DASHED ["sql" "plsql" "pls" "pks" "pkb"] [];
    "Ada" Code DASHED ["adb" "ads"] [];
    "VHDL" Code DASHED ["vhd" "vhdl"] [];
    "Verilog" Code RUST_LIKE ["v" "sv" "svh" "vh"] [];
    "R" Code PYTHON ["r"] [];
    "Julia" Code JULIA ["jl"] [];
    "Haskell" Code HASKELL ["hs" "lhs" "elm" "purs"] [];
    "OCaml" Code ML ["ml" "mli" "mll" "mly"] [];
    "F#" Code ML ["fs" "fsi" "fsx"] [];
    "Pascal" Code PASCAL ["pas" "pp" "dpr" "lpr"] [];
    "Lisp" Code LISP ["lisp" "lsp" "cl" "el" "scm" "ss" "rkt"] [];
    "Clojure" Code LISP ["clj" "cljs" "cljc" "edn"] [];
    "Fortran" Code FORTRAN ["f" "for" "f77" "f90" "f95" "f03" "f08"] [];
    "Assembly" Code ASSEMBLY ["s" "asm" "nasm"] [];
    "CMake" Code CMAKE ["cmake"] ["cmakelists.txt"];
    "Make" Code SHELL ["mk" "mak" "am"] ["makefile" "gnumakefile" "kbuild"];
    "M4" Code SHELL ["m4" "ac"] ["configure.ac" "configure.in"];
    "Tcl" Code SHELL ["tcl" "tk"] [];
    "Awk" Code SHELL ["awk"] [];
    "Erlang" Code PERCENT ["erl" "hrl"] [];
    "Elixir" Code PYTHON ["ex" "exs"] [];
    "MATLAB" Code PERCENT ["matlab"] [];
    "Prolog" Code PERCENT ["pro" "prolog"] [];
    "Visual Basic" Code BASIC ["vb" "bas" "vbs" "cls"] [];
    "Vim script" Code VIM ["vim"] [];
    "Protocol Buffers" Code SCRIPT ["proto"] [];
    "Thrift" Code SCRIPT ["thrift"] [];
    "GLSL" Code C_LIKE ["glsl" "vert" "frag" "hlsl" "metal" "wgsl" "comp"] [];
    "OpenCL" Code C_LIKE ["opencl"] [];
    "Solidity" Code SCRIPT ["sol"] [];
    "Nix" Code SHELL ["nix"] [];
    "Yacc" Code C_LIKE ["y" "yy"] [];
    "Lex" Code C_LIKE ["l" "ll"] [];
    "Devicetree" Code C_LIKE ["dts" "dtsi"] [];
    "Dockerfile" Code SHELL ["containerfile"] ["dockerfile"];
    "Bazel" Code PYTHON ["bzl" "bazel"] ["build" "workspace"];
    "HTML" Data MARKUP ["html" "htm" "xhtml"] [];
    "XML" Data MARKUP ["xml" "xsd" "xsl" "xslt" "svg" "rng" "plist" "resx" "csproj" "vcxproj" "vbproj" "props" "targets" "ui" "qrc" "xaml" "iml" "wsdl" "xmi" "kml" "gpx" "rdf" "dtd" "nuspec" "filters" "storyboard" "xib"] [];
    "JSON" Data SCRIPT ["json" "json5" "jsonl" "map" "ipynb" "geojson" "webmanifest" "har"] [".babelrc" ".eslintrc" ".jshintrc"];
    "YAML" Data HASHED ["yml" "yaml"] [];
    "TOML" Data HASHED ["toml" "lock"] [];
    "INI" Data HASHED ["ini" "cfg" "conf" "config" "properties" "editorconfig" "desktop" "service"] [];
    "CSV" Data GENERIC ["csv" "tsv"] [];
    "Markdown" Data GENERIC ["md" "markdown" "mdx" "mkd"] [];
    "reStructuredText" Data GENERIC ["rst"] [];
    "AsciiDoc" Data GENERIC ["adoc" "asciidoc"] [];
    "TeX" Data PERCENT ["tex" "sty" "bib" "cls_tex" "dtx" "texi" "texinfo"] [];
    "Text" Data GENERIC ["txt" "text" "log" "nfo" "asc" "dic" "aff" "wordlist" "sum"] ["license" "licence" "copying" "readme" "changelog" "changes" "news" "authors" "contributors" "todo" "install" "thanks" "notice" "version" "history" "copyright" "maintainers" "credits" "manifest" "record" "metadata" "wheel" "codeowners" "patents" "unlicense"];
    "Roff" Data GENERIC ["1" "2" "3" "4" "5" "6" "7" "8" "9" "man" "roff" "mdoc" "ms"] [];
    "Gettext" Data HASHED ["po" "pot"] [];
    "Diff" Data GENERIC ["diff" "patch" "rej" "orig"] [];
    "Certificate" Data GENERIC ["pem" "crt" "csr" "key" "cer" "pub"] [];
    "PostScript" Data PERCENT ["ps" "eps" "pfa" "afm"] [];
    "Font and image text" Data GENERIC ["bdf" "xpm" "xbm" "ppm" "pgm" "obj" "mtl" "stl" "ply" "dae" "hex" "srec" "ihex"] [];
    "Test output" Data GENERIC ["out" "exp" "expected" "snap" "golden" "stderr" "stdout" "ref" "baseline" "tap" "dump"] [];
}

/// A textual file of no known kind, read by a family that suits most.
static OTHER: Language =
    Language { name: "Other text", role: Role::Code, family: &GENERIC, extensions: &[], names: &[] };

impl Language {
    /// Whether it stands for every textual file of no known kind.
    pub fn is_other(&self) -> bool {
        std::ptr::eq(self, &OTHER)
    }
}

/// The language of a file, by its name and, where that says nothing, by the interpreter its first line names.
pub fn of(path: &str, text: &[u8]) -> &'static Language {
    let name = base_name(path).to_ascii_lowercase();
    let by_name = tables().0.get(name.as_str());
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let by_extension = || extension.and_then(|extension| tables().1.get(extension));
    let found = by_name.or_else(by_extension).copied().or_else(|| papers(&name)).or_else(|| interpreter(text));
    let found = found.unwrap_or(&OTHER);
    match found.name {
        "Objective-C" if looks_like_matlab(text) => by("MATLAB"),
        _ => found,
    }
}

impl Language {
    /// Place in the table, code before data: where one content stands under several names, the least place decides how it
    /// is read.
    pub fn rank(&'static self) -> usize {
        LANGUAGES.iter().position(|language| std::ptr::eq(language, self)).unwrap_or(LANGUAGES.len())
    }
}

/// `LICENSE-MIT`, `COPYING.0BSD`, `readme_first`: text, whatever follows the word.
fn papers(name: &str) -> Option<&'static Language> {
    let text = by("Text");
    let (word, _) = name.split_once(['-', '_', '.'])?;
    text.names.contains(&word).then_some(text)
}

/// A language by the name it has in reports; a textual file of no known kind where there is none.
pub fn by(name: &str) -> &'static Language {
    LANGUAGES.iter().find(|language| language.name == name).unwrap_or(&OTHER)
}

type Tables = (
    std::collections::HashMap<&'static str, &'static Language>,
    std::collections::HashMap<&'static str, &'static Language>,
);

fn tables() -> &'static Tables {
    static TABLES: std::sync::LazyLock<Tables> = std::sync::LazyLock::new(|| {
        let names = LANGUAGES.iter().flat_map(|language| language.names.iter().map(move |name| (*name, language)));
        let extensions =
            LANGUAGES.iter().flat_map(|language| language.extensions.iter().map(move |end| (*end, language)));
        (names.collect(), extensions.collect())
    });
    &TABLES
}

fn interpreter(text: &[u8]) -> Option<&'static Language> {
    let line = text.strip_prefix(b"#!")?;
    let line = &line[..line.len().min(120)];
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or(line);
    let line = String::from_utf8_lossy(line);
    let named = [
        ("python", "Python"),
        ("ruby", "Ruby"),
        ("perl", "Perl"),
        ("node", "JavaScript"),
        ("php", "PHP"),
        ("lua", "Lua"),
        ("tclsh", "Tcl"),
        ("wish", "Tcl"),
        ("awk", "Awk"),
        ("make", "Make"),
        ("sh", "Shell"),
    ];
    named.iter().find(|(word, _)| line.contains(word)).map(|(_, name)| by(name))
}

fn looks_like_matlab(text: &[u8]) -> bool {
    let head = &text[..text.len().min(400)];
    let first = head.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    first.trim_ascii_start().starts_with(b"%") || first.starts_with(b"function ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_name_extension_or_interpreter() {
        let cases = [
            ("src/a.C", "", "C"),
            ("x/CMakeLists.txt", "", "CMake"),
            ("bin/tool", "#!/usr/bin/env python3\nx", "Python"),
            ("LICENSE", "", "Text"),
            ("a/LICENSE-0BSD", "", "Text"),
            ("COPYING.LIB", "", "Text"),
            ("license.js", "", "JavaScript"),
            ("a.unknown", "", "Other text"),
            ("a.m", "% a comment\nx = 1;", "MATLAB"),
            ("a.m", "#import <a.h>\n", "Objective-C"),
            ("a.tar.js", "", "JavaScript"),
        ];
        for (path, text, name) in cases {
            assert_eq!(of(path, text.as_bytes()).name, name, "{path}");
        }
    }

    #[test]
    fn no_extension_and_no_name_stands_twice() {
        for of in [|language: &Language| language.extensions, |language: &Language| language.names] {
            let mut seen = std::collections::BTreeSet::new();
            for end in LANGUAGES.iter().flat_map(of) {
                assert!(seen.insert(*end), "{end} stands twice");
            }
        }
    }
}

//! Detection as a whole, on texts short enough to be read here.

use super::*;
use crate::input::read;
use crate::model::limits;

/// What a text states: expression and kind, in order.
fn stated(text: &str, path: &str) -> Vec<(String, LicenseKind)> {
    let mut scratch = Scratch::default();
    let found = detect(text.as_bytes(), path, &mut scratch);
    found.into_iter().map(|one| (one.expression, one.kind)).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found = stated(text, "a.c");
    let expressions: Vec<&str> = found.iter().map(|(expression, _)| expression.as_str()).collect();
    assert_eq!(expressions, expected, "{text}");
}

#[track_caller]
fn check_mentioned(text: &str, path: &str, expected: &[&str]) {
    let mut scratch = Scratch::default();
    let found = detect(text.as_bytes(), path, &mut scratch);
    assert!(found.is_empty(), "{found:?}");
    let mentions: Vec<&str> = scratch.mentions().iter().map(|one| one.expression.as_str()).collect();
    assert_eq!(mentions, expected, "{text}");
}

const ISC: &str = "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is \
hereby granted, provided that the above copyright notice and this permission notice appear in all copies.\n\nTHE SOFTWARE \
IS PROVIDED \"AS IS\" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES \
OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL \
DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, \
NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.\n";

/// `text` in lines of some words, each with `before` and `behind` around it.
fn wrapped(text: &str, words: usize, before: &str, behind: &str) -> String {
    let all: Vec<&str> = text.split_whitespace().collect();
    all.chunks(words).map(|line| format!("{before}{}{behind}\n", line.join(" "))).collect()
}

#[test]
fn a_text_is_found_in_comments_of_any_style() {
    for (before, behind) in [
        ("", ""),
        (" * ", ""),
        ("// ", ""),
        ("# ", ""),
        ("dnl ", ""),
        ("(* ", " *)"),
        ("| ", " |"),
        (".\\\" ", ""),
        ("<p>", "<br/>"),
    ] {
        check(&wrapped(ISC, 7, before, behind), &["ISC"]);
    }
    check(&ISC.replace('"', "&quot;").replace(' ', "&nbsp; "), &["ISC"]);
    check(&ISC.replace("software", "\\fBsoftware\\fP"), &["ISC"]);
    check(&format!("static const char *text = \"{}\";", ISC.replace('\n', "\\n").replace('"', "\\\"")), &["ISC"]);
}

#[test]
fn an_altered_text_is_found_with_its_lines_and_less_than_a_full_score() {
    let altered = ISC.replace("THE AUTHOR", "ACME AND ITS CONTRIBUTORS").replace("software for any", "product for any");
    let text = format!("int x;\n\n{}", wrapped(&altered, 10, "// ", ""));
    let mut scratch = Scratch::default();
    let found = detect(text.as_bytes(), "a.c", &mut scratch);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].expression.as_str(), found[0].kind), ("ISC", LicenseKind::Text));
    assert_eq!((found[0].lines.first, found[0].lines.last), (3, 3 + text.lines().count() as u32 - 3));
    assert!(found[0].score > 0.8 && found[0].score < 1.0, "{}", found[0].score);
}

#[test]
fn or_later_belongs_to_its_version_across_lines() {
    let notice = "This program is free software; you can redistribute it and/or modify it under the terms of the GNU General \
        Public License as published by the Free Software Foundation; either version 2 of the License, or (at your option) \
        any later version.";
    check(&wrapped(notice, 5, " * ", ""), &["GPL-2.0-or-later"]);
    check(
        "# This software may be used and distributed according to the terms of the\n# GNU General Public License version 2 \
         or any later version.\n",
        &["GPL-2.0-or-later"],
    );
    check("// Licensed under the GNU General Public License version 2 only.\n", &["GPL-2.0-only"]);
}

#[test]
fn choices_exceptions_and_stacks_come_out_right() {
    check(
        "Licensed under either of Apache License, Version 2.0 or MIT license at your option.",
        &["Apache-2.0 OR MIT"],
    );
    check("SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note", &["GPL-2.0-only WITH Linux-syscall-note"]);
    let exception = "As a special exception, the respective Autoconf Macro's copyright owner gives unlimited permission to copy, distribute and modify the configure scripts that are the output of Autoconf when processing the Macro.";
    let found = stated(exception, "a.m4");
    assert!(found.iter().all(|(expression, _)| spdx::Expression::parse(expression).is_ok()), "{found:?}");
    check(
        &format!(
            "{}\n\nint x;\n\n// Distributed under the Boost Software License, Version 1.0.\n",
            wrapped(ISC, 9, "// ", "")
        ),
        &["ISC", "BSL-1.0"],
    );
}

#[test]
fn short_clear_notices_are_notices_and_mentions_are_not() {
    assert_eq!(
        stated("# This file is distributed under the MIT License.\n", "a.py"),
        [("MIT".to_string(), LicenseKind::Notice)]
    );
    check_mentioned("1.2 (2011): switched from GPLv2 to the MIT license.\n", "CHANGELOG.md", &["GPL-2.0-only", "MIT"]);
    check_mentioned("README LICENSE-MIT src\n", "listing.txt", &["MIT"]);
    check("int commit(int limit) { return emit(permit); }", &[]);
}

#[test]
fn what_is_compatible_is_not_granted() {
    let text = "This software may be used and distributed according to the terms\nof the Python Software Foundation License \
                Version 2, which is\nGPL-compatible.\n";
    let found = stated(text, "a.py");
    assert!(!found.is_empty() && found.iter().all(|(expression, _)| !expression.contains("GPL")), "{found:?}");
}

#[test]
fn a_list_of_names_states_nothing() {
    let names = [
        "MIT",
        "ISC",
        "Zlib",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "GPL-2.0-only",
        "GPL-3.0-only",
        "LGPL-2.1-only",
        "MPL-2.0",
        "EPL-1.0",
        "EPL-2.0",
        "BSL-1.0",
        "Unlicense",
        "CC0-1.0",
        "Artistic-2.0",
        "OFL-1.1",
        "0BSD",
    ];
    let list: String = names.iter().map(|name| format!("    \"{name}\",\n")).collect();
    check(&format!("KNOWN = [\n{list}]\n"), &[]);
}

#[test]
fn a_text_in_utf_16_is_read() {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(ISC.encode_utf16().flat_map(u16::to_le_bytes));
    let mut buffer = Vec::new();
    let text = read::text(&bytes, &mut buffer).expect("it is text");
    let found = detect(text, "LICENSE", &mut Scratch::default());
    assert_eq!(found.iter().map(|one| one.expression.as_str()).collect::<Vec<_>>(), ["ISC"]);
}

#[test]
fn interleaved_texts_lose_nothing_around_them() {
    let tag = "// SPDX-License-Identifier: Zlib\n";
    let mixed: String = ISC
        .split_whitespace()
        .zip("the quick brown fox jumps over a lazy dog licence license warranty".split(' ').cycle())
        .map(|(one, other)| format!("{one} {other}\n"))
        .collect();
    let found = stated(&format!("{tag}{}{mixed}\n", mixed.repeat(20)), "a.c");
    assert!(found.contains(&("Zlib".to_string(), LicenseKind::Tag)), "{found:?}");
}

#[test]
fn words_are_compared_up_to_the_limit() {
    let mut scratch = Scratch::default();
    detect("license ".repeat(limits::LICENSE_WORDS - 1).as_bytes(), "a.txt", &mut scratch);
    assert!(!scratch.words_cut());
    detect("license ".repeat(limits::LICENSE_WORDS + 1).as_bytes(), "a.txt", &mut scratch);
    assert!(scratch.words_cut());
    detect(b"int x;", "a.txt", &mut scratch);
    assert!(!scratch.words_cut(), "the next text starts afresh");
}

#[test]
fn every_statement_is_a_valid_expression() {
    for text in [ISC, "GPL", "see COPYING for the license", "Apache-2.0 OR MIT", "classpath exception", "public domain"]
    {
        for (expression, _) in stated(text, "a.c") {
            assert!(spdx::Expression::parse_mode(&expression, expression::MODE).is_ok(), "{expression}");
        }
    }
}

#[test]
fn tags_are_matches_and_broken_ones_are_told_apart() {
    let mut scratch = Scratch::default();
    let found = detect(b"SPDX-License-Identifier: MIT\nSPDX-License-Identifier: ISC OR Foo", "a.c", &mut scratch);
    let said: Vec<_> = found.iter().map(|one| (one.expression.as_str(), one.lines.first, one.score)).collect();
    assert_eq!(said, [("MIT", 1, 1.0), ("ISC", 2, BROKEN_TAG_SCORE)]);
    assert_eq!(scratch.broken_tags().map(|tag| tag.line).collect::<Vec<_>>(), [2]);
    assert!(detect(b"nothing", "a.c", &mut scratch).is_empty() && scratch.broken_tags().next().is_none());
}

#[test]
fn licences_of_the_list_have_a_category() {
    use Category::*;
    for (expression, expected) in [
        ("MIT", Permissive),
        ("MPL-2.0", WeakCopyleft),
        ("LGPL-2.1-or-later", WeakCopyleft),
        ("GPL-2.0-or-later", Copyleft),
        ("AGPL-3.0-only", NetworkCopyleft),
        ("LicenseRef-x", Unknown),
    ] {
        assert_eq!(category(expression), expected, "{expression}");
    }
}

#[test]
fn what_stands_for_no_licence_is_none() {
    check("SPDX-License-Identifier: NOASSERTION\n", &[]);
    check("SPDX-License-Identifier: MIT OR noassertion\n", &["MIT"]);
    let mut scratch = Scratch::default();
    detect(b"SPDX-License-Identifier: MIT OR NOASSERTION\n", "a.c", &mut scratch);
    assert_eq!(scratch.broken_tags().count(), 1);
    detect(b"SPDX-License-Identifier: GPL-2.0-only+\n", "a.c", &mut scratch);
    assert_eq!(scratch.broken_tags().count(), 1);
}

#[test]
fn a_tag_ends_at_what_belongs_to_no_expression() {
    let long = "x".repeat(2000);
    for text in [
        format!("/*! SPDX-License-Identifier: MIT\u{b7} {long} */"),
        "SPDX-License-Identifier: MIT\rMIT License".to_string(),
        format!("SPDX-License-Identifier: MIT */{long}"),
    ] {
        let mut scratch = Scratch::default();
        let found = detect(text.as_bytes(), "a.js", &mut scratch);
        assert_eq!(found.first().map(|one| one.expression.as_str()), Some("MIT"), "{text:.60}");
        assert_eq!(scratch.broken_tags().count(), 0, "{text:.60}");
    }
    let mut scratch = Scratch::default();
    let found = detect(
        "SPDX-License-Identifier: MIT OR \u{2014} note\nApache-2.0 is what the others use".as_bytes(),
        "a.c",
        &mut scratch,
    );
    assert!(found.iter().all(|one| one.expression != "MIT OR Apache-2.0"), "{found:?}");
}

//! Notices as they stand in files, and what is to be read out of them. The words are made up; the shapes are not.

use super::*;

fn statements(text: impl AsRef<[u8]>) -> Vec<String> {
    let found = find(text.as_ref(), &[], &mut Scratch::default());
    assert!(!found.cut);
    found.statements.into_iter().map(|one| one.statement).collect()
}

fn check(input: &str, expected: &[&str]) {
    assert_eq!(statements(input), expected, "{input}");
}

#[test]
fn statements_are_read_out_of_comments_of_every_kind() {
    let expected = ["Copyright (c) 2004-2007 Ada Byron <ada@example.org>"];
    for input in [
        "/* Copyright (C) 2004-2007 Ada Byron <ada@example.org> */",
        " * Copyright (c) 2004-2007 Ada Byron <ada@example.org>\n *\n * Licensed under",
        "// Copyright © 2004-2007 Ada Byron <ada@example.org>",
        "# Copyright (c) 2004-2007 Ada Byron <ada@example.org>.\n# All rights reserved.",
        "dnl Copyright (c) 2004-2007 Ada Byron <ada@example.org>",
        "rem Copyright (c) 2004-2007 Ada Byron <ada@example.org>",
        ".\\\" Copyright (c) 2004-2007 Ada Byron <ada@example.org>",
        "%% Copyright (c) 2004-2007 Ada Byron <ada@example.org> %%",
        "| Copyright (c) 2004-2007 Ada Byron <ada@example.org>        |\n+------+",
        "<!-- Copyright &copy; 2004-2007 Ada Byron &lt;ada@example.org&gt; -->",
        "<p>Copyright &#169; 2004-2007 <b>Ada Byron</b> &lt;ada@example.org&gt;</p>",
        "char *s = \"\\nCopyright (c) 2004-2007 Ada Byron <ada@example.org>\\n\";",
        "Copyright \\(co 2004-2007 Ada Byron <ada@example.org>",
        "Copyright |copy| 2004-2007 Ada Byron <ada@example.org>",
        "Copyright\n(c) 2004-2007\nAda Byron <ada@example.org>",
        "COPYRIGHT_LINE\n\nCopyright (c) 2004-2007\r\nAda Byron <ada@example.org>\r\n",
    ] {
        assert_eq!(statements(input), expected, "{input}");
    }
}

#[test]
fn encodings_and_accents_do_not_matter() {
    let found = find(b"Copyright (C) 2016 and later Acme, Inc. and others", &[], &mut Scratch::default()).statements;
    assert_eq!(found[0].holder, "Acme, Inc. and others");
    assert_eq!(statements("Copyright © 2004 Jürgen Weiß"), ["Copyright (c) 2004 Jurgen Weiss"]);
    assert_eq!(statements(b"Copyright \xa9 2004 J\xfcrgen Wei\xdf"), ["Copyright (c) 2004 Jurgen Weiss"]);
    for text in ["Copyright © 2004 Jürgen Weiß".as_bytes(), b"Copyright \xa9 2004 J\xfcrgen Wei\xdf"] {
        let found = find(text, &[], &mut Scratch::default()).statements;
        assert_eq!(found[0].holder, "Jürgen Weiß");
    }
}

#[test]
fn names_companies_and_people_are_told_from_what_follows() {
    for (input, expected) in [
        ("Copyright 2004 Acme Widgets, Inc. All rights reserved.", "Copyright 2004 Acme Widgets, Inc."),
        (
            "Copyright (c) 2004 Acme Widgets GmbH & Co. KG, Berlin",
            "Copyright (c) 2004 Acme Widgets GmbH & Co. KG, Berlin",
        ),
        (
            "Copyright (c) 2004 The Regents of the University of Atlantis.",
            "Copyright (c) 2004 The Regents of the University of Atlantis",
        ),
        ("Copyright 2004 by Ada Byron and others.", "Copyright 2004 by Ada Byron and others"),
        (
            "(c) 2004, 2005-2007 Ada Byron, Grace M. Hopper, and Jean van der Meer",
            "(c) 2004, 2005-2007 Ada Byron, Grace M. Hopper, and Jean van der Meer",
        ),
        ("Copyright 2018-2020 The Widget Authors. All rights reserved.", "Copyright 2018-2020 The Widget Authors"),
        ("Copyright (c) 2019 Widget contributors", "Copyright (c) 2019 Widget contributors"),
        ("Copyright (c) 2019-present, somebody", "Copyright (c) 2019-present, somebody"),
        ("Portions Copyright (c) 1998 Ada Byron", "Portions Copyright (c) 1998 Ada Byron"),
        ("Ada Byron (c) 2004\n", "Ada Byron (c) 2004"),
        ("SPDX-FileCopyrightText: 2021 Ada Byron <ada@example.org>", "Copyright 2021 Ada Byron <ada@example.org>"),
        (
            "Copyright (c) 2004 Ada Byron (ada at example dot org)\n",
            "Copyright (c) 2004 Ada Byron (ada at example dot org)",
        ),
        ("Copyright 2004 Ada Byron\nLicensed under the Apache License", "Copyright 2004 Ada Byron"),
        ("Copyright 2004 Ada Byron\n\nWidget Driver for Linux", "Copyright 2004 Ada Byron"),
        ("copyright = u'2012-2021, The Widget Team'", "copyright 2012-2021, The Widget Team"),
        ("(c) 2001 Ada Byron for united widget makers GmbH", "(c) 2001 Ada Byron for united widget makers GmbH"),
        ("Copyright (c) 2011 Acme Widgets Co.,Ltd.", "Copyright (c) 2011 Acme Widgets Co.,Ltd."),
        (
            "(c) 1996 Ada Byron, <ada@example.org>, and many\ncontributors",
            "(c) 1996 Ada Byron, <ada@example.org>, and many contributors",
        ),
        ("Copyright (c) 2001 Ada Byron <ada@example.org>, IBM", "Copyright (c) 2001 Ada Byron <ada@example.org>, IBM"),
        ("Copyright (c) 2017 Acme Widgets\n * Contact: Ada Byron <a@b.org>", "Copyright (c) 2017 Acme Widgets"),
        ("Copyright (c) Acme Widgets 2017\n * Contact: Ada Byron <a@b.org>", "Copyright (c) Acme Widgets 2017"),
        (
            "Copyright 2017 Acme Incorporated - https://acme.org/\n *  Ada Byron <a@b.org>",
            "Copyright 2017 Acme Incorporated - https://acme.org",
        ),
        (
            "Copyright 2013 by the following authors:\n- Ada Byron <a@b.org>",
            "Copyright 2013 by the following authors - Ada Byron <a@b.org>",
        ),
        ("Copyright 1995 The Widget Reference Library Authors.", "Copyright 1995 The Widget Reference Library Authors"),
        ("Copyright © 2016年 Ada Byron. All rights reserved.", "Copyright (c) 2016 Ada Byron"),
        ("Copyright (c) the original author or authors.", "Copyright (c) the original author or authors"),
        ("Copyright (c) by the MX4J contributors", "Copyright (c) by the MX4J contributors"),
        ("is the Copyright property of Acme Incorporated.", "Copyright property of Acme Incorporated"),
        (
            "(c) 1997 by Acme, Inc.\n *     2001 by Ada Byron <ada@example.org>",
            "(c) 1997 by Acme, Inc. 2001 by Ada Byron <ada@example.org>",
        ),
        (
            "(c) 2000 Acme, European Research Consortium\nfor Widgets and Gadgets, Atlantis University",
            "(c) 2000 Acme, European Research Consortium for Widgets and Gadgets, Atlantis University",
        ),
        ("[assembly: AssemblyCopyright(\"Copyright (c) 2004 Ada Byron\")]", "Copyright (c) 2004 Ada Byron"),
    ] {
        check(input, &[expected]);
    }
}

#[test]
fn several_statements_stay_apart() {
    let text = "/*\n * Copyright (C) 2004 Ada Byron\n * Copyright (C) 2005-2006 Acme Widgets Ltd.\n *\n * Based on code\n \
                * (c) 1999 Grace Hopper <grace@example.org>\n */\n";
    let found = find(text.as_bytes(), &[], &mut Scratch::default()).statements;
    let seen: Vec<(&str, &str, String, [u32; 2])> = found
        .iter()
        .map(|one| {
            (one.statement.as_str(), one.holder.as_str(), one.years.to_string(), [one.lines.first, one.lines.last])
        })
        .collect();
    let expected = [
        ("Copyright (c) 2004 Ada Byron", "Ada Byron", "2004".to_string(), [2, 2]),
        ("Copyright (c) 2005-2006 Acme Widgets Ltd.", "Acme Widgets Ltd.", "2005-2006".to_string(), [3, 3]),
        ("(c) 1999 Grace Hopper <grace@example.org>", "Grace Hopper", "1999".to_string(), [6, 6]),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn years_become_ranges() {
    for (input, expected) in [
        ("(c) 2004 Ada Byron", "2004"),
        ("(c) 1998, 1999, 2000, 2004 Ada Byron", "1998-2000, 2004"),
        ("(c) 1998-2001,2004 Ada Byron", "1998-2001, 2004"),
        ("(c) 1991,92,93,95 Ada Byron", "1991-1993, 1995"),
        ("(c) 2001-04 Ada Byron", "2001-2004"),
        ("(c) 2004 - 2007 Ada Byron", "2004-2007"),
        ("(c) 2004 to 2007 Ada Byron", "2004-2007"),
        ("(c) 2015-present Ada Byron", "2015-present"),
        ("(c) Ada Byron 2004, 2006", "2004, 2006"),
        ("(c) Ada Byron", ""),
    ] {
        let found = find(input.as_bytes(), &[], &mut Scratch::default()).statements;
        let years: Vec<String> = found.iter().map(|one| one.years.to_string()).collect();
        assert_eq!(years, [expected], "{input}");
    }
}

#[test]
fn talk_of_copyright_is_no_statement() {
    for input in [
        "",
        "The above copyright notice and this permission notice shall be included in all copies.",
        "IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM",
        "THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS \"AS IS\"",
        "Neither the name of the copyright holder nor the names of its contributors",
        "You must retain all copyright, patent and trademark notices.",
        "the Digital Millennium Copyright Act",
        "protected by copyright law and international treaties",
        "Copyright (C) <year>  <name of author>",
        "if (c) return toupper(c);",
        "for (c = 0; c < n; c++) f(c);",
        "(a) this, (b) that or (c) the other",
        "see COPYRIGHT for details",
        "const copyright = document.getElementById('copyright');",
        "copyrightable material",
        "add the sources to the copyright\n  * Merged Widget support",
        "the copyright property of others",
    ] {
        check(input, &[]);
    }
}

#[test]
fn what_stands_inside_a_licence_text_is_the_licence_s() {
    let text = "Copyright (C) 2004 Ada Byron\n\n\nCopyright (C) 1989 Acme Licences, Inc.\nEveryone may copy this.\n";
    let gpl = Lines { first: 4, last: 5 };
    let own = find(text.as_bytes(), &[gpl], &mut Scratch::default()).statements;
    assert_eq!(own.iter().map(|one| one.lines.first).collect::<Vec<_>>(), [1]);
    assert_eq!(statements(text).len(), 2);
}

#[test]
fn limits_hold_and_are_told() {
    let line = "Copyright 2004 Ada Byron\n";
    for (count, cut) in [(limits::COPYRIGHTS, false), (limits::COPYRIGHTS + 1, true)] {
        let found = find(line.repeat(count).as_bytes(), &[], &mut Scratch::default());
        assert_eq!((found.statements.len(), found.cut), (limits::COPYRIGHTS, cut));
    }
    let long = format!("Copyright 2004 {}", format!("{} ", "A".repeat(90) + &"b".repeat(90)).repeat(30));
    let found = find(long.as_bytes(), &[], &mut Scratch::default()).statements;
    assert!(
        found
            .iter()
            .all(|one| one.statement.len() <= limits::COPYRIGHT_BYTES && one.holder.len() <= limits::COPYRIGHT_BYTES)
    );
}

#[test]
fn hostile_text_is_read_in_bounded_time_and_space() {
    let noise: Vec<u8> = (0..200_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let texts = [
        "copyright (c) ".repeat(100_000).into_bytes(),
        format!("copyright 2004 {}", "Foo of ".repeat(100_000)).into_bytes(),
        format!("copyright 2004 {}", "(".repeat(1_000_000)).into_bytes(),
        "&copy;".repeat(100_000).into_bytes(),
        "copyright 2004\nby Foo of the @\n".repeat(20_000).into_bytes(),
        "copyright \u{a9} 株式会社 2004 ".repeat(50_000).into_bytes(),
        b"copyright \xa9\xff\xc3".repeat(50_000),
        b"copyright 2004 Foo Bar\r".repeat(50_000),
        noise,
    ];
    for text in texts {
        let found = find(&text, &[], &mut Scratch::default());
        let lines = text.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
        for one in &found.statements {
            assert!(one.statement.len() <= limits::COPYRIGHT_BYTES);
            assert!(1 <= one.lines.first && one.lines.first <= one.lines.last && one.lines.last <= lines);
        }
    }
}

#[test]
fn a_statement_in_the_middle_of_one_long_line_is_found() {
    let pad = "var a=function(b){return b+1};".repeat(2_000);
    let text = format!("{pad}/*! Copyright (c) 2014 Ada Byron */{pad}");
    assert_eq!(statements(text), ["Copyright (c) 2014 Ada Byron"]);
}

//! Made-up source code, the same in every run: each number gives another file, and no two share a function.

// Each user of this file (the tests, either bench) needs another part of it.
#![allow(dead_code)]

use std::fmt::Write;

const VERBS: [&str; 24] = [
    "read", "pack", "merge", "split", "scan", "fold", "trim", "probe", "flush", "clip", "rank", "link", "weigh",
    "parse", "sift", "bind", "carve", "blend", "route", "stash", "quote", "shift", "graft", "sweep",
];
const NOUNS: [&str; 32] = [
    "block", "window", "cursor", "symbol", "bucket", "packet", "signal", "margin", "column", "vector", "branch",
    "ticket", "filter", "anchor", "buffer", "record", "socket", "handle", "offset", "length", "weight", "sample",
    "beacon", "ladder", "parcel", "magnet", "canvas", "lattice", "quarry", "turnip", "gasket", "walrus",
];
const OPERATORS: [&str; 8] = ["+", "-", "^", "&", "|", "*", "<<", ">>"];

/// SplitMix64 (Steele et al. 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as usize % end
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

/// A C file with that many functions of some 20 lines each.
pub fn c_file(seed: u64, functions: usize) -> String {
    let mut out = format!("/* part {seed} */\n#include <stddef.h>\n#include \"part{seed}.h\"\n\n");
    for number in 0..functions {
        out.push_str(&c_function(seed * 1000 + number as u64));
        out.push('\n');
    }
    out
}

/// A C function of some 20 lines.
pub fn c_function(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let name = format!("{}_{}_{seed}", dice.of(&VERBS), dice.of(&NOUNS));
    let mut names: Vec<String> = Vec::new();
    while names.len() < 5 {
        let name = dice.of(&NOUNS).to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let [a, b, c, d, e] = names.try_into().expect("five names");
    let mut out = format!("static int {name}(struct {a} *{b}, const unsigned char *{c}, size_t {d})\n{{\n");
    let _ = writeln!(out, "    int {e} = {};", dice.below(900));
    for _ in 0..4 + dice.below(3) {
        statement(&mut out, &mut dice, [&a, &b, &c, &d, &e]);
    }
    let _ = writeln!(out, "    return {e} {} (int) {d};\n}}", dice.of(&OPERATORS));
    out
}

fn statement(out: &mut String, dice: &mut Dice, [a, b, c, d, e]: [&String; 5]) {
    let (verb, noun, other) = (dice.of(&VERBS), dice.of(&NOUNS), dice.of(&NOUNS));
    let (one, two) = (dice.of(&OPERATORS), dice.of(&OPERATORS));
    let (low, high) = (dice.below(60), 100 + dice.below(5000));
    let _ = match dice.below(6) {
        0 => writeln!(
            out,
            "    while ({d} > {low} && {b}->{noun} != {e}) {{\n        {e} {one}= {verb}_{other}({b}, {c}[{low}]);\n        {d}--;\n    }}"
        ),
        1 => writeln!(
            out,
            "    if ({b}->{noun} {two} {high}) {{\n        {b}->{other} = {c}[{d} % {high}] {one} {e};\n    }} else {{\n        {e} = -{low};\n    }}"
        ),
        2 => writeln!(
            out,
            "    for (size_t i = {low}; i < {d}; i += 2)\n        {b}->{noun}[i] {one}= ({c}[i] {two} {low}) % {e};"
        ),
        3 => writeln!(out, "    {e} = {verb}_{noun}({b}->{other}, &{c}[{low}], {d} {one} sizeof(struct {a}));"),
        4 => writeln!(
            out,
            "    switch ({b}->{noun}) {{\n    case {low}:\n        {e} {one}= {high};\n        break;\n    default:\n        return {verb}_{other}({b}, {e});\n    }}"
        ),
        _ => writeln!(out, "    {b}->{noun} = ({e} {one} {low}) {two} {b}->{other};\n    {c} += {verb}_{other}({d});"),
    };
}

/// `code` with names that stand in it changed throughout, as somebody who hides a copy does.
pub fn renamed(code: &str) -> String {
    let mut out = code.to_string();
    for (number, noun) in NOUNS.iter().enumerate() {
        out = out.replace(noun, &format!("thing{number}"));
    }
    for (number, verb) in VERBS.iter().enumerate() {
        out = out.replace(&format!("{verb}_"), &format!("do{number}_"));
    }
    out
}

/// Lines `first..=last` of a text, 1-based.
pub fn lines(text: &str, first: usize, last: usize) -> String {
    text.lines().skip(first - 1).take(last + 1 - first).map(|line| format!("{line}\n")).collect()
}

//! A file of decisions as text: where its entries begin and end, and which of them stand in a conflict of a merge.
//!
//! Entries are told apart by their heads, so that one that cannot be read takes no other with it. What looks like a head or a
//! marker inside a text over several lines is neither, where the whole then reads as TOML.

use std::collections::BTreeSet;
use std::ops::Range;

/// The head of an entry.
pub const HEAD: &str = "[[decision]]";
/// What a text over several lines begins and ends with.
const QUOTES: [&str; 2] = ["\"\"\"", "'''"];
/// Heads that one text over several lines may hold. Without an end to it each entry that lacks a quote would be read with all
/// that follows.
const HEADS_IN_TEXT: usize = 8;

/// An entry: the line of its head, from 1, and what stands below, a line for each of the file's.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The line of its head.
    pub head: usize,
    /// What stands below.
    pub body: String,
}

/// What is wrong, and in which line.
pub type Fault = (usize, String);

/// Entry or not: what stands between two heads. Lines are counted from 0.
struct Segment {
    head: Option<usize>,
    lines: Range<usize>,
}

/// The entries of a file that may hold, and what is wrong with the others.
pub fn entries(text: &str) -> (Vec<Entry>, Vec<Fault>) {
    // The mark is said to be no letter, and there may be none before a head.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(why) = no_text(text) {
        return (Vec::new(), vec![(1, why)]);
    }
    let lines: Vec<&str> = text.lines().collect();
    let segments = segments(&lines);
    let markers = markers(&lines, &segments);
    let conflicts = conflicts(&lines, &markers);
    let (mut entries, mut faults) = (Vec::new(), Vec::new());
    for segment in &segments {
        match segment.head {
            None => faults.extend(before_first(&lines, segment, &conflicts)),
            Some(head) => match body(&lines, segment, head, &markers, &conflicts) {
                Ok(body) => entries.push(Entry { head: head + 1, body }),
                Err(fault) => faults.push(fault),
            },
        }
    }
    // A conflict of remarks alone, say, spoils no entry; it is one all the same.
    let said: BTreeSet<usize> = faults.iter().map(|(line, _)| *line).collect();
    for conflict in &conflicts {
        if said.range(conflict.start + 1..=conflict.end).next().is_none() {
            faults.push((conflict.start + 1, format!("the conflict of {} is not solved", shown(conflict))));
        }
    }
    (entries, faults)
}

/// Why a file is no text in lines; `None` where it is.
fn no_text(text: &str) -> Option<String> {
    if text.contains('\0') {
        return Some("it is no text in UTF-8; save it as one".to_string());
    }
    let alone = text.contains('\r') && !text.contains('\n');
    alone.then(|| "its lines end in carriage returns alone; let them end in LF or CR LF".to_string())
}

/// What stands before the first entry, and between two heads. Text over several lines may hold what looks like heads.
fn segments(lines: &[&str]) -> Vec<Segment> {
    let heads: Vec<usize> = (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|line| is_head(line))).collect();
    let end_of = |no: usize| heads.get(no + 1).copied().unwrap_or(lines.len());
    let mut out = vec![Segment { head: None, lines: 0..heads.first().copied().unwrap_or(lines.len()) }];
    let mut no = 0;
    while let Some(head) = heads.get(no).copied() {
        let last = last_of_text(lines, head, no, &end_of).filter(|last| *last < heads.len()).unwrap_or(no);
        out.push(Segment { head: Some(head), lines: head + 1..end_of(last) });
        no = last + 1;
    }
    out
}

/// The number of the last head that a text over several lines of entry `no` holds, where the whole is sound so.
fn last_of_text(lines: &[&str], head: usize, no: usize, end_of: &dyn Fn(usize) -> usize) -> Option<usize> {
    let mut open = None;
    let mut from = head + 1;
    for last in no..=no + HEADS_IN_TEXT {
        let end = end_of(last);
        lines.get(from..end)?.iter().for_each(|line| open = quoted(open, line));
        if open.is_none() {
            return (last > no && is_sound(lines.get(head + 1..end)?)).then_some(last);
        }
        if end == lines.len() {
            return None;
        }
        // What looks like a head is a line of the text.
        from = end;
    }
    None
}

fn is_sound(lines: &[&str]) -> bool {
    toml::from_str::<toml::Table>(&lines.join("\n")).is_ok()
}

fn is_head(line: &str) -> bool {
    let bare = line.split('#').next().unwrap_or(line).trim();
    let inner = bare.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]"));
    inner.is_some_and(|inner| inner.trim() == "decision")
}

/// The quotes of the text that is open behind a line, if one is; `open` are those before it.
fn quoted(mut open: Option<&'static str>, line: &str) -> Option<&'static str> {
    let mut rest = line;
    loop {
        rest = match open {
            Some(quotes) => {
                let Some(end) = end_of_text(rest, quotes) else { return open };
                open = None;
                // A text may end in quotes of its own.
                rest.get(end..)?.trim_start_matches(|letter| quotes.starts_with(letter))
            }
            None => {
                let at = rest.find(['"', '\'', '#'])?;
                let here = rest.get(at..)?;
                if here.starts_with('#') {
                    return None;
                }
                open = QUOTES.into_iter().find(|quotes| here.starts_with(quotes));
                match open {
                    Some(quotes) => here.get(quotes.len()..)?,
                    None => {
                        let (quote, inner) = here.split_at(1);
                        inner.get(end_of_text(inner, quote)?..)?
                    }
                }
            }
        };
    }
}

/// Where a text ends behind its closing quotes; in one of `"` a backslash takes the letter behind it away.
fn end_of_text(text: &str, quotes: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(quotes.as_bytes()) {
            return Some(at + quotes.len());
        }
        at += if rest.starts_with(b"\\") && quotes.starts_with('"') { 2 } else { 1 };
    }
    None
}

/// Whether a line is what a merge leaves of a conflict.
fn is_marker(line: &str) -> bool {
    let line = line.trim_end();
    let headed = |marker: &str| line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    line == "=======" || ["<<<<<<<", "|||||||", ">>>>>>>"].into_iter().any(headed)
}

/// Lines with markers, but for those that are lines of a text: an entry with one of these is sound.
fn markers(lines: &[&str], segments: &[Segment]) -> Vec<usize> {
    let of = |segment: &Segment| {
        let own = lines.get(segment.lines.clone()).unwrap_or_default();
        let has = own.iter().any(|line| is_marker(line));
        let found = has && !(segment.head.is_some() && is_sound(own));
        let all = if found { segment.lines.clone() } else { 0..0 };
        all.filter(|at| lines.get(*at).is_some_and(|line| is_marker(line))).collect::<Vec<_>>()
    };
    segments.iter().flat_map(of).collect()
}

/// The lines of each whole conflict, its markers with it.
fn conflicts(lines: &[&str], markers: &[usize]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, line) in markers.iter().filter_map(|at| Some((*at, lines.get(*at)?))) {
        if line.starts_with('<') && start.is_none() {
            start = Some(at);
        } else if let (true, Some(first)) = (line.starts_with('>'), start) {
            out.push(first..at + 1);
            start = None;
        }
    }
    out
}

fn shown(conflict: &Range<usize>) -> String {
    format!("lines {} to {}", conflict.start + 1, conflict.end)
}

/// The conflict in which a line stands; they are in order and lie apart.
fn conflict_at(conflicts: &[Range<usize>], line: usize) -> Option<&Range<usize>> {
    let at = conflicts.partition_point(|conflict| conflict.end <= line);
    conflicts.get(at).filter(|conflict| conflict.contains(&line))
}

fn is_bare(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// Before the first entry only remarks make sense, and a conflict may begin.
fn before_first(lines: &[&str], segment: &Segment, conflicts: &[Range<usize>]) -> Option<Fault> {
    let is_odd = |at: &usize| {
        let line = lines.get(*at).copied().unwrap_or_default();
        let begins = is_marker(line) && conflict_at(conflicts, *at).is_some();
        !(begins || is_bare(line))
    };
    let odd = segment.lines.clone().find(is_odd)?;
    let line = lines.get(odd).copied().unwrap_or_default();
    let why = match () {
        () if line.contains('\u{fffd}') => "it is no text in UTF-8; save it as one".to_string(),
        () if is_marker(line) => ALONE.to_string(),
        () => format!("it stands before the first {HEAD}"),
    };
    Some((odd + 1, why))
}

const ALONE: &str = "a marker of a conflict without the others; solve the conflict";

/// What stands below an entry's head but for conflicts, or why the entry does not hold. A conflict between two entries is none
/// of the first one's.
fn body(
    lines: &[&str],
    segment: &Segment,
    head: usize,
    markers: &[usize],
    conflicts: &[Range<usize>],
) -> Result<String, Fault> {
    if let Some(conflict) = conflict_at(conflicts, head) {
        return Err((head + 1, format!("it stands in the conflict of {}; solve that", shown(conflict))));
    }
    let mut out = String::new();
    for at in segment.lines.clone() {
        let line = lines.get(at).copied().unwrap_or_default();
        let is_marked = markers.binary_search(&at).is_ok();
        match conflict_at(conflicts, at) {
            Some(conflict) if !is_marked && !is_bare(line) => {
                let why = format!("the conflict of {} cuts the entry of line {}; solve it", shown(conflict), head + 1);
                return Err((conflict.start + 1, why));
            }
            None if is_marked => return Err((at + 1, ALONE.to_string())),
            Some(_) => {}
            None => out.push_str(line),
        }
        out.push('\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(usize, String)>, Vec<usize>) {
        let (entries, faults) = entries(text);
        let short = |entry: Entry| (entry.head, entry.body.split_whitespace().collect::<Vec<_>>().join(" "));
        (entries.into_iter().map(short).collect(), faults.into_iter().map(|(line, _)| line).collect())
    }

    fn heads(text: &str) -> Vec<usize> {
        read(text).0.into_iter().map(|(head, _)| head).collect()
    }

    #[test]
    fn a_conflict_spoils_the_entries_in_it_and_no_other() {
        let text = "[[decision]]\na = 1\n\n<<<<<<< HEAD\n[[decision]]\nb = 1\n[[decision]]\nb = 2\n=======\n[[decision]]\nc = 1\n\
                    >>>>>>> x\n[[decision]]\nd = 1\n";
        assert_eq!(read(text), (vec![(1, "a = 1".into()), (13, "d = 1".into())], vec![5, 7, 10]));
        let cut = "[[decision]]\na = 1\n<<<<<<< HEAD\nb = 1\n||||||| base\n=======\nb = 2\n>>>>>>> x\nc = 1\n[[decision]]\nd = 1\n";
        assert_eq!(read(cut), (vec![(10, "d = 1".into())], vec![3]));
        let over = "<<<<<<< HEAD\n# x\n[[decision]]\nb = 1\n=======\n[[decision]]\nb = 2\n>>>>>>> x\nc = 1\n[[decision]]\nd = 1\n";
        assert_eq!(read(over), (vec![(10, "d = 1".into())], vec![3, 6]));
        let remarks = "[[decision]]\na = 1\n<<<<<<< HEAD\n# x\n=======\n# y\n>>>>>>> x\nb = 1\n";
        assert_eq!(read(remarks), (vec![(1, "a = 1 b = 1".into())], vec![3]));
        let alone = "[[decision]]\na = 1\n<<<<<<< HEAD\n[[decision]]\nb = 1\n";
        assert_eq!(read(alone), (vec![(4, "b = 1".into())], vec![3]));
        assert_eq!(read("[[decision]]\n>>>>>>> x\n<<<<<<< y\n"), (vec![], vec![2]));
        assert_eq!(read("<<<<<<< x\n=======\n[[decision]]\n>>>>>>> y"), (vec![], vec![3]));
    }

    #[test]
    fn a_text_over_several_lines_may_hold_what_looks_like_a_head_or_a_marker() {
        for quotes in QUOTES {
            let text = format!(
                "[[decision]]\nreason = {quotes}\n[[decision]]\n<<<<<<< HEAD\n=======\n>>>>>>> x\n{quotes}\na = 1\n[[decision]]\nb = 1\n"
            );
            assert_eq!(heads(&text), [1, 9], "{text}");
        }
        let marked = "[[decision]]\nr = \"\"\"\n=======\n\"\"\"\n[[decision]]\nb = 1\n";
        assert_eq!(read(marked).1, [0; 0]);
        let unclosed = "[[decision]]\nr = \"\"\"x\n[[decision]]\nr = \"\"\"x\"\"\"\n[[decision]]\nb = '''1'''\n";
        assert_eq!(heads(unclosed), [1, 3, 5], "what is not closed takes no other with it");
        assert_eq!(quoted(None, "a = \"\\\"\" # \"\"\""), None);
        assert_eq!(quoted(None, "a = '\\' + \"\"\"x\\\"\"\""), Some(QUOTES[0]));
        assert_eq!(quoted(Some(QUOTES[0]), "x\"\"\"\"\" '"), None);
        assert_eq!(quoted(Some(QUOTES[0]), "é\\é ''' x"), Some(QUOTES[0]));
    }

    #[test]
    fn heads_may_have_spaces_and_a_mark_may_stand_before_them() {
        assert_eq!(heads("\u{feff}[[decision]]\r\na = 1\r\n[[ decision ]] # x\nb = 1\n  [[decision]]"), [1, 3, 5]);
    }

    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        for (text, word) in [
            ("[[decision]]\ra = 1\r", "carriage returns"),
            ("# x\r[[decision]]\ra = 1\r", "carriage returns"),
            ("\u{7f}ELF\0\0\n", "UTF-8"),
            ("\u{fffd}\u{fffd}x\n", "UTF-8"),
            ("x = 1\n", "before the first"),
            ("=======\n", "conflict"),
        ] {
            let faults = entries(text).1;
            assert!(faults.len() == 1 && faults[0].0 == 1 && faults[0].1.contains(word), "{text}: {faults:?}");
        }
    }

    #[test]
    fn many_open_texts_are_read_in_good_time() {
        for entry in [
            "<<<<<<< x\n>>>>>>> y\n",
            "[[decision]]\nr = \"\"\"a\"\"\" \"\"\"\n",
            "[[decision]]\nr = '''\n",
            "[[decision]]\n<<<<<<< x\n",
            "\\\"",
        ] {
            entries(&entry.repeat(20_000));
            entries(&format!("{HEAD}\n{}", entry.repeat(20_000)));
        }
    }
}

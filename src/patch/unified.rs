//! Unified diffs that `patch` and `git apply` take, byte for byte: POSIX.1-2017, `diff`, "Diff -u Output Format", with git's
//! header lines and its way of quoting names.

use std::fmt::Write as _;
use std::ops::Range;

use imara_diff::sources::byte_lines;
use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

/// Unchanged lines around a change.
const CONTEXT: u32 = 3;
/// Bytes at a file's beginning in which a NUL says that it is no text, as git has it.
const LOOKED_AT: usize = 8000;

/// How a file of the release stands in the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides<'b> {
    /// Other bytes: the release's, the copy's.
    Changed(&'b [u8], &'b [u8]),
    /// Only the copy has it.
    Added(&'b [u8]),
    /// Only the release has it.
    Deleted(&'b [u8]),
}

/// Whether a file is text as far as a patch is concerned.
pub fn is_text(bytes: &[u8]) -> bool {
    !bytes.get(..LOOKED_AT).unwrap_or(bytes).contains(&0)
}

/// What git calls an empty file, which has no lines for `patch` to go by.
const EMPTY: &str = "e69de29";

/// Appends the patch of the file `path` of the release, `to` being what the copy calls it; both sides are text.
pub fn file(path: &str, to: &str, sides: Sides<'_>, out: &mut Vec<u8>) {
    let (old, new) = (quoted(&format!("a/{path}")), quoted(&format!("b/{to}")));
    let mut head = format!("diff --git {old} {new}\n");
    let (before, after, names) = match sides {
        Sides::Changed(before, after) => {
            if path != to {
                head.push_str(&format!("rename from {}\nrename to {}\n", quoted(path), quoted(to)));
            }
            (before, after, [old.as_str(), new.as_str()])
        }
        Sides::Added(after) => {
            head.push_str("new file mode 100644\n");
            if after.is_empty() {
                head.push_str(&format!("index 0000000..{EMPTY}\n"));
            }
            (&b""[..], after, ["/dev/null", new.as_str()])
        }
        Sides::Deleted(before) => {
            head.push_str("deleted file mode 100644\n");
            if before.is_empty() {
                head.push_str(&format!("index {EMPTY}..0000000\n"));
            }
            (before, &b""[..], [old.as_str(), "/dev/null"])
        }
    };
    out.extend(head.as_bytes());
    let input = InternedInput::new(byte_lines(before), byte_lines(after));
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let hunks: Vec<Hunk> = diff.hunks().collect();
    if !hunks.is_empty() {
        let tab = |name: &str| if name.contains(' ') && !name.starts_with('"') { "\t" } else { "" };
        out.extend(format!("--- {}{}\n+++ {}{}\n", names[0], tab(names[0]), names[1], tab(names[1])).as_bytes());
    }
    for group in groups(&hunks) {
        write_group(group, &input, out);
    }
}

/// Changes whose surroundings touch, together.
fn groups(hunks: &[Hunk]) -> Vec<&[Hunk]> {
    let near = |one: &Hunk, other: &Hunk| other.before.start.saturating_sub(one.before.end) <= 2 * CONTEXT;
    hunks.chunk_by(near).collect()
}

fn write_group(group: &[Hunk], input: &InternedInput<&[u8]>, out: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return };
    let ends = (input.before.len() as u32, input.after.len() as u32);
    let lead = CONTEXT.min(first.before.start);
    let trail = CONTEXT.min(ends.0 - last.before.end);
    let before = first.before.start - lead..last.before.end + trail;
    let after = first.after.start - lead..last.after.end + trail;
    out.extend(format!("@@ -{} +{} @@\n", span(&before), span(&after)).as_bytes());
    let mut at = before.start;
    for hunk in group {
        lines(' ', input, at..hunk.before.start, true, out);
        lines('-', input, hunk.before.clone(), true, out);
        lines('+', input, hunk.after.clone(), false, out);
        at = hunk.before.end;
    }
    lines(' ', input, at..before.end, true, out);
}

/// `first,count` of lines from 1; the line before where there is none.
fn span(lines: &Range<u32>) -> String {
    match lines.end - lines.start {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

fn lines(mark: char, input: &InternedInput<&[u8]>, range: Range<u32>, old: bool, out: &mut Vec<u8>) {
    let all = if old { &input.before } else { &input.after };
    for token in all.get(range.start as usize..range.end as usize).unwrap_or_default() {
        let line: &[u8] = input.interner[*token];
        out.push(mark as u8);
        out.extend(line);
        if line.last() != Some(&b'\n') {
            out.extend(b"\n\\ No newline at end of file\n");
        }
    }
}

/// A name as git quotes it where anything in it is not plain: in double quotes, bytes as `\ooo`. The `\xNN` by which reports
/// show bytes that are no UTF-8 become these bytes again.
pub fn quoted(name: &str) -> String {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if name.bytes().all(plain) {
        return name.to_string();
    }
    let mut out = String::from("\"");
    for byte in crate::model::place::raw_path(name) {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            byte if plain(byte) => out.push(char::from(byte)),
            byte => drop(write!(out, "\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(sides: Sides<'_>) -> String {
        let mut out = Vec::new();
        file("src/a.c", "src/a.c", sides, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_change_stands_among_its_neighbours() {
        let before: String = (1..=20).map(|line| format!("line {line}\n")).collect();
        let after = before.replace("line 5\n", "five\n").replace("line 20\n", "line 20");
        let expected = "diff --git a/src/a.c b/src/a.c\n--- a/src/a.c\n+++ b/src/a.c\n@@ -2,7 +2,7 @@\n line 2\n line 3\n \
                        line 4\n-line 5\n+five\n line 6\n line 7\n line 8\n@@ -17,4 +17,4 @@\n line 17\n line 18\n line \
                        19\n-line 20\n+line 20\n\\ No newline at end of file\n";
        assert_eq!(patch(Sides::Changed(before.as_bytes(), after.as_bytes())), expected);
    }

    #[test]
    fn a_file_comes_or_goes_as_a_whole() {
        let added = patch(Sides::Added(b"a\nb\n"));
        let expected = "diff --git a/src/a.c b/src/a.c\nnew file mode 100644\n--- /dev/null\n+++ b/src/a.c\n@@ -0,0 +1,2 @@\n+a\n+b\n";
        assert_eq!(added, expected);
        let deleted = patch(Sides::Deleted(b"a\r\n"));
        let expected = "diff --git a/src/a.c b/src/a.c\ndeleted file mode 100644\n--- a/src/a.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\r\n";
        assert_eq!(deleted, expected);
        let empty = "diff --git a/src/a.c b/src/a.c\nnew file mode 100644\nindex 0000000..e69de29\n";
        assert_eq!(patch(Sides::Added(b"")), empty);
    }

    #[test]
    fn a_renamed_file_says_so() {
        let mut out = Vec::new();
        file("src/a.c", "src/b c.c", Sides::Changed(b"a\n", b"a\n"), &mut out);
        let expected = "diff --git a/src/a.c b/src/b c.c\nrename from src/a.c\nrename to src/b c.c\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn names_are_quoted_as_git_does() {
        assert_eq!(quoted("a/b c.c"), "a/b c.c");
        assert_eq!(quoted("a/\"\\x\u{1b}\u{e9}"), "\"a/\\\"\\\\x\\033\\303\\251\"");
        assert_eq!(quoted("a/x\\xff.c"), "\"a/x\\377.c\"");
        assert_eq!(quoted("a\n--- b"), "\"a\\012--- b\"");
    }
}

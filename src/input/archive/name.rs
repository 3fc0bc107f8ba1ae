//! Paths of archive members, made fit to be shown.

use crate::model::place;

/// A member's path as it is shown.
pub(super) struct CleanName {
    /// Relative, `/` between folders, without `.` and `..`; never empty.
    pub path: String,
    /// Whether the stored path was absolute, climbed with `..`, or used another system's separators.
    pub unsafe_as_stored: bool,
}

/// Cleans the path `raw` component by component: what leads out of the archive is dropped.
pub(super) fn clean(raw: &[u8]) -> CleanName {
    let mut unsafe_as_stored = raw.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in raw.split(|&byte| byte == b'/' || byte == b'\\') {
        match part {
            b"" | b"." => {}
            b".." => unsafe_as_stored = true,
            [drive, b':', rest @ ..] if parts.is_empty() && drive.is_ascii_alphabetic() => {
                unsafe_as_stored = true;
                if !rest.is_empty() {
                    parts.push(rest);
                }
            }
            _ => parts.push(part),
        }
    }
    unsafe_as_stored |= raw.contains(&b'\\') || raw.contains(&0);
    let path = place::path_text(&parts.join(&b'/'));
    // A NUL ends the name for whatever unpacks it.
    let path = path.replace('\0', "\\x00");
    if path.is_empty() {
        return CleanName { path: "unnamed".to_string(), unsafe_as_stored: true };
    }
    CleanName { path, unsafe_as_stored }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_kept_inside_the_archive() {
        let cases: [(&[u8], &str, bool); 13] = [
            (b"a/b.c", "a/b.c", false),
            (b"./a//b.c", "a/b.c", false),
            (b"a..b/...", "a..b/...", false),
            (b"dir/f\xff", "dir/f\\xff", false),
            (b"/etc/passwd", "etc/passwd", true),
            (b"../../x", "x", true),
            (b"a/../../x", "a/x", true),
            (b"C:\\w\\x", "w/x", true),
            (b"c:x", "x", true),
            (b"a\\b", "a/b", true),
            (b"x\0.c", "x\\x00.c", true),
            (b"..", "unnamed", true),
            (b"", "unnamed", true),
        ];
        for (raw, path, unsafe_as_stored) in cases {
            let name = clean(raw);
            assert_eq!((name.path.as_str(), name.unsafe_as_stored), (path, unsafe_as_stored), "{raw:?}");
        }
    }
}

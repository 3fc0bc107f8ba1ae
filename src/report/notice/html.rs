//! Notices as a page without scripts, links or pictures.

use std::io::{self, Write};

use super::{Component, Notices};
use crate::report::layout::{counted, safe};
use crate::report::notice::text::sources;

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<title>Third-party notices</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem; color-scheme: light dark; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid; padding: 1rem; font-size: .875rem; }
code { overflow-wrap: anywhere; }
.lacking { border: 2px solid; padding: 0 1rem; }
@media print { pre { border: 0; padding: 0; } }
</style>
</head>
<body>
<h1>Third-party notices</h1>
";

pub(super) fn write(notices: &Notices<'_>, source_offer: bool, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(HEAD.as_bytes())?;
    let components = counted(notices.components.len() as u64, "component", "components");
    writeln!(out, "<p>{} contains {components} of others.</p>", escaped(&notices.subject))?;
    let lacking = notices.lacking();
    if !lacking.is_empty() {
        let of = counted(lacking.len() as u64, "component", "components");
        writeln!(
            out,
            "<div class=\"lacking\"><p><strong>Not complete:</strong> the licence text of {of} is not at hand. Add it before \
             you ship this.</p><ul>"
        )?;
        lacking.iter().try_for_each(|one| writeln!(out, "<li>{}</li>", escaped(&one.title())))?;
        writeln!(out, "</ul></div>")?;
    }
    notices.left_out().iter().try_for_each(|one| writeln!(out, "<p>{}</p>", escaped(one)))?;
    notices.components.iter().try_for_each(|one| describe(one, out))?;
    if source_offer {
        writeln!(out, "<h2>Source code to publish</h2>\n<ul>")?;
        for (component, what) in notices.obliging() {
            writeln!(out, "<li>{}: {what}<ul>", escaped(&component.title()))?;
            sources(component)
                .iter()
                .try_for_each(|line| writeln!(out, "<li><code>{}</code></li>", escaped(line.trim())))?;
            writeln!(out, "</ul></li>")?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "<h2>Texts</h2>")?;
    for (at, text) in notices.texts.iter().enumerate() {
        let number = at + 1;
        writeln!(out, "<h3 id=\"t{number}\">{number}. {}</h3>", escaped(&text.from))?;
        writeln!(out, "<pre>{}</pre>", escaped(&text.text))?;
    }
    writeln!(out, "</body>\n</html>")
}

fn describe(component: &Component<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>{}</h2>", escaped(&component.title()))?;
    let licence = component.licensing();
    writeln!(out, "<p><code>{}</code><br>Licence: {}</p>", escaped(&safe(component.purl)), escaped(&licence))?;
    writeln!(out, "<ul>")?;
    for place in &component.places {
        let modified = match place.modified {
            0 => String::new(),
            files => format!(" ({} modified)", counted(files.into(), "file", "files")),
        };
        writeln!(out, "<li>In <code>{}</code>{modified}</li>", escaped(&place.path))?;
    }
    for holder in component.holders() {
        writeln!(out, "<li>Copyright {}</li>", escaped(&holder))?;
    }
    for (what, all) in [("Licence text", &component.texts), ("Notice", &component.notices)] {
        for number in all.iter().map(|at| at + 1) {
            writeln!(out, "<li>{what} <a href=\"#t{number}\">{number}</a></li>")?;
        }
    }
    writeln!(out, "</ul>")
}

/// A text as HTML shows it, in elements and attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

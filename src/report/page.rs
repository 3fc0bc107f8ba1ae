//! Lines for people, each within the width of the [`Style`].

use std::io::{self, Write};

use anstyle::{AnsiColor, Color};

use crate::report::Style;
use crate::report::layout::{safe, shorten, wrap};

/// Columns of the names in a summary.
const LABEL: usize = 12;

/// How a line stands out.
#[derive(Clone, Copy)]
pub(super) enum Weight {
    /// A title.
    Heading,
    /// A path that others stand below.
    Place,
    /// Neither.
    Plain,
    /// Of less weight.
    Faint,
    /// Worth a look.
    Mark,
}

impl Weight {
    fn style(self) -> anstyle::Style {
        let style = anstyle::Style::new();
        match self {
            Weight::Heading => style.bold(),
            Weight::Place => style.fg_color(Some(Color::Ansi(AnsiColor::Cyan))),
            Weight::Plain => style,
            Weight::Faint => style.dimmed(),
            Weight::Mark => style.fg_color(Some(Color::Ansi(AnsiColor::Yellow))),
        }
    }
}

/// Lines of one width.
pub(super) struct Page<'o> {
    /// How wide, and whether in colour.
    pub style: Style,
    /// Where to.
    pub out: &'o mut dyn Write,
}

impl Page<'_> {
    /// An empty line.
    pub fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// One line. It must fit.
    pub fn line(&mut self, weight: Weight, text: &str) -> io::Result<()> {
        match self.style.colour {
            true => writeln!(self.out, "{0}{text}{0:#}", weight.style()),
            false => writeln!(self.out, "{text}"),
        }
    }

    /// Text broken into lines, the first behind `first`, the others behind as many spaces.
    pub fn text(&mut self, weight: Weight, first: &str, text: &str) -> io::Result<()> {
        let rest = " ".repeat(first.len());
        wrap(text, self.style.width, first, &rest).iter().try_for_each(|line| self.line(weight, line))
    }

    /// A name on a line of its own, shortened where it must be.
    pub fn name(&mut self, weight: Weight, indent: &str, name: &str) -> io::Result<()> {
        let name = safe(name);
        let room = self.style.width.saturating_sub(indent.len());
        self.line(weight, &format!("{indent}{}", shorten(&name, room)))
    }

    /// A line of the summary.
    pub fn figure(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.text(Weight::Plain, &format!("  {label:<LABEL$}"), text)
    }
}

//! How far a run has come, on standard error, for someone who watches.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::report::layout;

/// Time between two frames.
const FRAME: Duration = Duration::from_millis(120);
const COUNTING: &str = "{spinner} {msg} {human_pos} {things}, {read}, {elapsed}";
const KNOWN: &str = "{spinner} {msg} [{bar:24}] {human_pos} of {human_len} {things}, {read}, {eta} left";

/// A counter of files (or other things) and bytes. Any thread may count; a hidden one costs a branch.
pub struct Progress {
    /// `None` where nobody watches.
    bar: Option<ProgressBar>,
    bytes: Arc<AtomicU64>,
    /// What is counted, in the plural.
    things: &'static str,
}

impl Progress {
    /// Shows `what` ("Scanning") with a counter of `things` ("files") if standard error is a terminal and `quiet` is
    /// false, else nothing.
    pub fn new(what: &'static str, things: &'static str, quiet: bool) -> Progress {
        match !quiet && io::stderr().is_terminal() {
            true => Progress::on(ProgressDrawTarget::stderr(), what, things),
            false => Progress::hidden(),
        }
    }

    /// Counts nothing and shows nothing.
    pub fn hidden() -> Progress {
        Progress { bar: None, bytes: Arc::default(), things: "" }
    }

    fn on(target: ProgressDrawTarget, what: &'static str, things: &'static str) -> Progress {
        let bar = Some(ProgressBar::with_draw_target(None, target));
        let progress = Progress { bar, bytes: Arc::default(), things };
        if let Some(bar) = &progress.bar {
            bar.set_message(what);
            bar.set_style(progress.style(COUNTING));
            bar.enable_steady_tick(FRAME);
        }
        progress
    }

    /// Says how many things there are in all: the counter becomes a bar with the time left.
    pub fn expect(&self, all: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_style(self.style(KNOWN));
        }
    }

    /// Counts one thing of `bytes` bytes.
    pub fn count(&self, bytes: u64) {
        if let Some(bar) = &self.bar {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
            bar.inc(1);
        }
    }

    /// Clears the line. Due before anything else is printed; dropping does it too.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn style(&self, template: &str) -> ProgressStyle {
        let bytes = Arc::clone(&self.bytes);
        let read = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = out.write_str(&layout::bytes(bytes.load(Ordering::Relaxed)));
        };
        // The templates are ours and tested; a bar in another dress is still a bar.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let things = self.things;
        let style = style.with_key("things", move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = out.write_str(things);
        });
        style.with_key("read", read).progress_chars("=> ")
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use indicatif::TermLike;

    use super::*;

    /// A terminal that keeps what is written to it.
    #[derive(Clone, Debug, Default)]
    struct Screen(Arc<Mutex<String>>);

    impl Screen {
        fn take(&self) -> String {
            std::mem::take(&mut *self.0.lock().unwrap())
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            100
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            self.write_str("<clear>")
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn it_counts_from_many_threads_and_clears_its_line() {
        let screen = Screen::default();
        let progress = Progress::on(ProgressDrawTarget::term_like(Box::new(screen.clone())), "Scanning", "files");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..250).for_each(|_| progress.count(1024)));
            }
        });
        let bar = progress.bar.as_ref().unwrap();
        bar.force_draw();
        let shown = screen.take();
        assert!(shown.contains("Scanning 1,000 files, 1,000 KiB"), "{shown}");
        progress.expect(2_000);
        bar.force_draw();
        let shown = screen.take();
        assert!(shown.contains("1,000 of 2,000 files") && shown.contains("left"), "{shown}");
        progress.finish();
        assert!(screen.take().ends_with("<clear>"));
    }

    #[test]
    fn both_templates_are_well_formed() {
        assert!([COUNTING, KNOWN].iter().all(|template| ProgressStyle::with_template(template).is_ok()));
    }

    #[test]
    fn hidden_it_does_nothing() {
        let progress = Progress::new("Scanning", "files", true);
        progress.count(1);
        progress.expect(1);
        progress.finish();
        assert!(progress.bar.is_none());
    }
}

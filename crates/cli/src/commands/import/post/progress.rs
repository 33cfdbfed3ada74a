//! How far an import is: a line that moves on a terminal, one plain line at the end elsewhere.
//!
//! Never here: what was rejected (`show`).

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::report::PostingTotals;
use crate::terminal::table::grouped;

/// Progress on standard error.
pub(super) struct Progress {
    bar: ProgressBar,
    plain: bool,
}

impl Progress {
    /// Shows nothing at all.
    pub(super) fn hidden() -> Self {
        let (bar, plain) = (ProgressBar::hidden(), false);
        Self { bar, plain }
    }

    /// Shows a line that moves on a terminal, and one plain line at the end elsewhere.
    pub(super) fn shown() -> Self {
        if !std::io::stderr().is_terminal() {
            let (bar, plain) = (ProgressBar::hidden(), true);
            return Self { bar, plain };
        }
        let (bar, plain) = (ProgressBar::new_spinner(), false);
        let style = "{spinner} {human_pos} events, {per_sec}, {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { bar, plain }
    }

    /// Adds the events of one request.
    pub(super) fn advance(&self, events: usize) {
        self.bar.inc(u64::try_from(events).unwrap_or(u64::MAX));
    }

    /// Ends it and returns the seconds it took.
    pub(super) fn finish(self, posted: &PostingTotals) -> f64 {
        let seconds = self.bar.elapsed().as_secs_f64();
        let events = self.bar.position();
        self.bar.finish();
        if self.plain {
            let events = grouped(events);
            eprintln!(
                "posted {events} events in {seconds:.1} s, up to position {}",
                posted.position
            );
        }
        seconds
    }
}

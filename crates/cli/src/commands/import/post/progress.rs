//! How far an import is: a bar that fills on a terminal, one plain line at the end elsewhere.
//!
//! Start at [`Progress::shown`]. The bar is of the input, of which it is known how much there is; beside it stand the
//! events that were posted, how many a second, and the time that is left.
//!
//! Never here: what was rejected (`show`).

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use import::Meter;
use indicatif::{ProgressBar, ProgressStyle};

use super::report::PostingTotals;
use crate::terminal::table::grouped;

/// What stands on the line; `{msg}` are the events and how many a second.
const STYLE: &str = "{bar:24} {percent:>3} % of the input, {msg}, {elapsed} gone, {eta} left";

/// Progress on standard error.
pub(super) struct Progress {
    bar: ProgressBar,
    plain: bool,
    meter: Arc<Meter>,
    events: u64,
}

impl Progress {
    /// Shows nothing at all.
    pub(super) fn hidden(meter: Arc<Meter>) -> Self {
        Self::with(ProgressBar::hidden(), false, meter)
    }

    /// Shows a line that moves on a terminal, and one plain line at the end elsewhere.
    pub(super) fn shown(meter: Arc<Meter>) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::with(ProgressBar::hidden(), true, meter);
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template(STYLE) {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self::with(bar, false, meter)
    }

    fn with(bar: ProgressBar, plain: bool, meter: Arc<Meter>) -> Self {
        Self {
            bar,
            plain,
            meter,
            events: 0,
        }
    }

    /// Adds the events of one request.
    pub(super) fn advance(&mut self, events: usize) {
        self.events += u64::try_from(events).unwrap_or(0);
        let (done, total) = self.meter.state();
        self.bar.set_length(total);
        self.bar.set_position(done);
        let message = posted(self.events, self.bar.elapsed());
        self.bar.set_message(message);
    }

    /// Ends it and returns the seconds it took.
    pub(super) fn finish(self, posted: &PostingTotals) -> f64 {
        let seconds = self.bar.elapsed().as_secs_f64();
        self.bar.finish();
        if self.plain {
            let events = grouped(self.events);
            eprintln!(
                "posted {events} events in {seconds:.1} s, up to position {}",
                posted.position
            );
        }
        seconds
    }
}

/// Says how many events were posted, and how many a second.
fn posted(events: u64, elapsed: Duration) -> String {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let rate = events.saturating_mul(1_000) / millis.max(1);
    format!("{} events, {} a second", grouped(events), grouped(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_events_their_rate_and_how_much_of_the_input_is_read() {
        assert_eq!(
            posted(12_500, Duration::from_millis(2_500)),
            "12,500 events, 5,000 a second"
        );
        assert_eq!(posted(0, Duration::ZERO), "0 events, 0 a second");
        assert!(ProgressStyle::with_template(STYLE).is_ok());
    }
}

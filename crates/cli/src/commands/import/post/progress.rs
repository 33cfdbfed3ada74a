//! How far an import is: a bar that fills on a terminal, one plain line at the end elsewhere.
//!
//! Start at [`Progress::new`]. The bar is of the input, of which it is known how much there is; beside it stand the
//! events that were posted, how many a second, and the time that is left.
//!
//! Never here: what was rejected (`show`).

use std::sync::Arc;
use std::time::Duration;

use import::Meter;
use indicatif::ProgressBar;

use super::report::PostingTotals;
use super::voice::Voice;
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
    /// Begins with no event, on the bar of a voice.
    pub(super) fn new(meter: Arc<Meter>, voice: &Voice) -> Self {
        voice.show(STYLE);
        voice.bar.reset_elapsed();
        Self {
            bar: voice.bar.clone(),
            plain: voice.is_plain(),
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
            eprintln!("{}", ended(self.events, posted, seconds));
        }
        seconds
    }
}

/// Says at the end how many events were posted, and how many of them are new.
fn ended(events: u64, posted: &PostingTotals, seconds: f64) -> String {
    format!(
        "posted {} events, {} of them new, in {seconds:.1} s, up to position {}",
        grouped(events),
        grouped(posted.new),
        posted.position
    )
}

/// Says how many events were posted, and how many a second.
fn posted(events: u64, elapsed: Duration) -> String {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let rate = events.saturating_mul(1_000) / millis.max(1);
    format!("{} events, {} a second", grouped(events), grouped(rate))
}

#[cfg(test)]
mod tests {
    use indicatif::ProgressStyle;

    use super::*;

    #[test]
    fn the_line_says_events_their_rate_and_how_much_of_the_input_is_read() {
        assert_eq!(
            posted(12_500, Duration::from_millis(2_500)),
            "12,500 events, 5,000 a second"
        );
        assert_eq!(posted(0, Duration::ZERO), "0 events, 0 a second");
        let again = PostingTotals {
            position: 9_000,
            ..PostingTotals::default()
        };
        assert_eq!(
            ended(605, &again, 0.5),
            "posted 605 events, 0 of them new, in 0.5 s, up to position 9000"
        );
        assert!(ProgressStyle::with_template(STYLE).is_ok());
    }
}

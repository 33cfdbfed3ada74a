//! The search for the R of an instant: the prefix of the log that was known at a time.
//!
//! Start at [`Instants`]. An instant means the longest prefix whose `receivedtime`s are not later;
//! `recorded:<instant>` the longest prefix whose `recordedtime`s are not later, with the system's
//! own events and those that failed the check, repeat or conflict left out. Source:
//! docs/reference/figures.md, R.
//!
//! Never here: a clock.

use event::{Day, Instant, Position};

use crate::rows::{TIMES_PER_ROW, Times};

/// The receivedtime and recordedtime of every position, in log order.
#[derive(Clone, Debug, Default)]
pub struct Instants {
    times: Vec<Times>,
}

/// The prefix of the log that an instant means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPrefix {
    /// The last position of the prefix.
    pub position: Position,
    /// The number of later positions whose time is not after the instant. Above zero, the record
    /// has parallel histories, and this R is incomplete.
    pub left_out: u64,
}

impl Instants {
    /// Replaces the times from row number `row` on with those of that row.
    pub fn replace_from_row(&mut self, row: u64, times: &[Times]) {
        let start = usize::try_from(row.saturating_mul(TIMES_PER_ROW)).unwrap_or(usize::MAX);
        if start <= self.times.len() {
            self.times.truncate(start);
            self.times.extend_from_slice(times);
        }
    }

    /// Returns the newest position.
    #[must_use]
    pub fn newest(&self) -> Position {
        Position::new(self.times.len().try_into().unwrap_or(u64::MAX))
    }

    /// Returns the UTC day of the greatest `recordedtime` up to `position`; none where there is
    /// none.
    #[must_use]
    pub fn recorded_day(&self, position: Position) -> Option<Day> {
        let known = usize::try_from(position.get()).unwrap_or(usize::MAX);
        let times = self.times.iter().take(known);
        times
            .filter_map(|times| times.recorded)
            .max()
            .map(Instant::utc_day)
    }

    /// Returns the times of the leaf at `position`; none after the newest.
    #[must_use]
    pub fn times(&self, position: Position) -> Option<Times> {
        let index = usize::try_from(position.get().checked_sub(1)?).ok()?;
        self.times.get(index).copied()
    }

    /// Returns the longest prefix received not later than `instant`.
    #[must_use]
    pub fn received(&self, instant: Instant) -> LogPrefix {
        self.prefix(instant, |times| times.received)
    }

    /// Returns the longest prefix recorded not later than `instant`.
    #[must_use]
    pub fn recorded(&self, instant: Instant) -> LogPrefix {
        self.prefix(instant, |times| times.recorded)
    }

    fn prefix(&self, instant: Instant, time: impl Fn(&Times) -> Option<Instant>) -> LogPrefix {
        let later = |times: &Times| time(times).is_some_and(|t| t > instant);
        let end = self
            .times
            .iter()
            .position(later)
            .unwrap_or(self.times.len());
        let rest = self.times.get(end..).unwrap_or_default();
        let left_out = rest
            .iter()
            .filter(|t| time(t).is_some_and(|t| t <= instant))
            .count();
        LogPrefix {
            position: Position::new(end.try_into().unwrap_or(u64::MAX)),
            left_out: left_out.try_into().unwrap_or(u64::MAX),
        }
    }

    /// Returns the UTC day of the last `receivedtime` up to `at`: the default of `on`.
    #[must_use]
    pub fn default_day(&self, at: Position) -> Option<Day> {
        let end = usize::try_from(at.get())
            .unwrap_or(usize::MAX)
            .min(self.times.len());
        let known = self.times.get(..end).unwrap_or_default();
        known
            .iter()
            .rev()
            .find_map(|times| times.received)
            .map(Instant::utc_day)
    }
}

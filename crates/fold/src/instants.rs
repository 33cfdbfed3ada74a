//! R as an instant: which prefix of the log was known at a time.
//!
//! An instant means the longest prefix whose `receivedtime`s are not later; `recorded:<instant>` the
//! longest prefix whose `recordedtime`s are not later, with the system's own events and those that
//! failed the check, repeat or conflict left out. Source: docs/reference/figures.md, R.
//!
//! Never here: a clock.

use event::{Day, Instant, Position};

use crate::rows::{TIMES_PER_ROW, Times};

/// The times of every position, in log order.
#[derive(Clone, Debug, Default)]
pub struct Instants {
    times: Vec<Times>,
}

/// A position found for an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The last position of the prefix.
    pub position: Position,
    /// How many later positions have a time that is not after the instant; more than none means
    /// that the record has histories side by side, and this R is incomplete.
    pub left_out: u64,
}

impl Instants {
    /// Puts one row of times in its place.
    pub fn put(&mut self, row: u64, times: &[Times]) {
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

    /// Returns the UTC day of the greatest `recordedtime` up to `position`; none where there is none.
    #[must_use]
    pub fn recorded_day(&self, position: Position) -> Option<Day> {
        let known = usize::try_from(position.get()).unwrap_or(usize::MAX);
        let times = self.times.iter().take(known);
        times
            .filter_map(|times| times.recorded)
            .max()
            .map(Instant::utc_day)
    }

    /// Returns when a leaf was received.
    #[must_use]
    pub fn times(&self, position: Position) -> Option<Times> {
        let index = usize::try_from(position.get().checked_sub(1)?).ok()?;
        self.times.get(index).copied()
    }

    /// Finds the longest prefix received not later than `instant`.
    #[must_use]
    pub fn received(&self, instant: Instant) -> Resolved {
        self.prefix(instant, |times| times.received)
    }

    /// Finds the longest prefix recorded not later than `instant`.
    #[must_use]
    pub fn recorded(&self, instant: Instant) -> Resolved {
        self.prefix(instant, |times| times.recorded)
    }

    fn prefix(&self, instant: Instant, time: impl Fn(&Times) -> Option<Instant>) -> Resolved {
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
        Resolved {
            position: Position::new(end.try_into().unwrap_or(u64::MAX)),
            left_out: left_out.try_into().unwrap_or(u64::MAX),
        }
    }

    /// Returns the UTC day of the last `receivedtime` up to `at`: what `on` defaults to.
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

//! The search for the R of an instant: the prefix of the log that was known at a time.
//!
//! Start at [`Instants`]. An instant means the longest prefix whose `receivedtime`s are not later;
//! `recorded:<instant>` the longest prefix whose `recordedtime`s are not later, with the system's
//! own events and those that failed the check, repeat or conflict left out, and those that the
//! caller may not see. Source:
//! docs/reference/figures.md, R.
//!
//! Never here: a clock.

use std::collections::BTreeMap;

use event::{Day, Instant, Position};

use crate::audience::Scope;
use crate::readers::Readers;
use crate::rows::{TIMES_PER_ROW, Times};

/// The receivedtime and recordedtime of every position, in log order, and who may see its leaf.
#[derive(Clone, Debug, Default)]
pub struct Instants {
    received: Vec<Option<Instant>>,
    /// The greatest receivedtime of each row.
    latest: Vec<Option<Instant>>,
    recorded: Vec<Option<Instant>>,
    /// The number of the readers of each position.
    readers: Vec<u32>,
    /// The readers that some position has or had, by number.
    sets: Vec<Readers>,
    numbers: BTreeMap<Readers, u32>,
    reader_changes: u64,
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
    /// Replaces the times of row number `row`, or adds them after the newest.
    pub fn replace_row(&mut self, row: u64, times: &[Times]) {
        let start = usize::try_from(row.saturating_mul(TIMES_PER_ROW)).unwrap_or(usize::MAX);
        if start > self.received.len() {
            return;
        }
        for (at, times) in (start..).zip(times) {
            let number = self.number(&times.readers);
            if self.readers.get(at).is_some_and(|before| *before != number) {
                self.reader_changes += 1;
            }
            put(&mut self.received, at, times.received);
            put(&mut self.recorded, at, times.recorded);
            put(&mut self.readers, at, number);
        }
        let latest = times.iter().filter_map(|times| times.received).max();
        put(
            &mut self.latest,
            usize::try_from(row).unwrap_or(usize::MAX),
            latest,
        );
    }

    /// Returns the number of these readers, who have one from here on.
    fn number(&mut self, readers: &Readers) -> u32 {
        if let Some(number) = self.numbers.get(readers) {
            return *number;
        }
        let number = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        self.sets.push(readers.clone());
        self.numbers.insert(readers.clone(), number);
        number
    }

    /// Returns how often the readers of a position have changed after it came: what was shown to a scope
    /// before may be hidden from it since, or the other way round.
    #[must_use]
    pub const fn reader_changes(&self) -> u64 {
        self.reader_changes
    }

    /// Returns the newest position.
    #[must_use]
    pub fn newest(&self) -> Position {
        Position::new(self.received.len().try_into().unwrap_or(u64::MAX))
    }

    /// Returns, of each number of readers, whether `scope` is one of them.
    fn seen_by(&self, scope: &Scope) -> Vec<bool> {
        let sets = self.sets.iter();
        sets.map(|readers| readers.include(scope)).collect()
    }

    /// Returns the recordedtime of each position that `scope` sees, in log order.
    fn recorded_seen(&self, scope: &Scope) -> impl Iterator<Item = Option<Instant>> {
        let seen = self.seen_by(scope);
        let positions = self.recorded.iter().zip(&self.readers);
        positions.map(move |(recorded, readers)| {
            let number = usize::try_from(*readers).unwrap_or(usize::MAX);
            recorded.filter(|_| seen.get(number).is_some_and(|seen| *seen))
        })
    }

    /// Returns the UTC day of the greatest `recordedtime` up to `position` that `scope` sees; none
    /// where there is none.
    #[must_use]
    pub fn recorded_day(&self, position: Position, scope: &Scope) -> Option<Day> {
        let known = usize::try_from(position.get()).unwrap_or(usize::MAX);
        let times = self.recorded_seen(scope).take(known).flatten();
        times.max().map(Instant::utc_day)
    }

    /// Returns the receivedtime of the leaf at `position`; none after the newest.
    #[must_use]
    pub fn received_at(&self, position: Position) -> Option<Instant> {
        let index = usize::try_from(position.get().checked_sub(1)?).ok()?;
        self.received.get(index).copied().flatten()
    }

    /// Returns the greatest receivedtime of all leaves.
    #[must_use]
    pub fn latest(&self) -> Option<Instant> {
        self.latest.iter().copied().flatten().max()
    }

    /// Returns the first leaves in a row that were received after an instant: the first of them, the
    /// last, and the receivedtime of the first.
    #[must_use]
    pub fn received_after(&self, instant: Instant) -> Option<(Position, Position, Instant)> {
        let is_after = |time: &Option<Instant>| time.is_some_and(|time| time > instant);
        let row = self.latest.iter().position(is_after)?;
        let start = row.checked_mul(usize::try_from(TIMES_PER_ROW).ok()?)?;
        let times = self.received.get(start..)?;
        let first = times.iter().position(is_after)?;
        let times = times.get(first..)?;
        let count = times.iter().take_while(|time| is_after(time)).count();
        let position = |index: usize| Some(Position::new(u64::try_from(index).ok()? + 1));
        let first = start + first;
        let last = position(first + count.saturating_sub(1))?;
        Some((position(first)?, last, (*times.first()?)?))
    }

    /// Returns the recordedtime of the leaf at `position`, where `scope` sees it.
    #[must_use]
    pub fn recorded_at(&self, position: Position, scope: &Scope) -> Option<Instant> {
        let index = usize::try_from(position.get().checked_sub(1)?).ok()?;
        let number = usize::try_from(*self.readers.get(index)?).ok()?;
        let readers = self.sets.get(number)?;
        self.recorded
            .get(index)
            .copied()
            .flatten()
            .filter(|_| readers.include(scope))
    }

    /// Returns the longest prefix received not later than `instant`.
    #[must_use]
    pub fn received(&self, instant: Instant) -> LogPrefix {
        prefix(self.received.iter().copied(), instant)
    }

    /// Returns the longest prefix recorded not later than `instant`, over what `scope` sees.
    #[must_use]
    pub fn recorded(&self, instant: Instant, scope: &Scope) -> LogPrefix {
        prefix(self.recorded_seen(scope), instant)
    }

    /// Returns the UTC day of the last `receivedtime` up to `at`: the default of `on`.
    #[must_use]
    pub fn default_day(&self, at: Position) -> Option<Day> {
        let end = usize::try_from(at.get())
            .unwrap_or(usize::MAX)
            .min(self.received.len());
        let known = self.received.get(..end).unwrap_or_default();
        known
            .iter()
            .rev()
            .find_map(|received| *received)
            .map(Instant::utc_day)
    }
}

/// Puts an item at a place of a list, or after its last.
fn put<T>(list: &mut Vec<T>, at: usize, item: T) {
    match list.get_mut(at) {
        Some(slot) => *slot = item,
        None => list.push(item),
    }
}

/// Returns the longest prefix of which no time is after `instant`.
fn prefix(times: impl Iterator<Item = Option<Instant>>, instant: Instant) -> LogPrefix {
    let (mut end, mut left_out) = (None, 0_u64);
    let mut newest = 0_u64;
    for (position, time) in (0_u64..).zip(times) {
        newest = position + 1;
        match (end, time) {
            (None, Some(time)) if time > instant => end = Some(position),
            (Some(_), Some(time)) if time <= instant => left_out += 1,
            _ => {}
        }
    }
    LogPrefix {
        position: Position::new(end.unwrap_or(newest)),
        left_out,
    }
}

//! Certainty: how surely a unit counts, as flags of one unit, as a level, and as sums.
//!
//! Source: docs/reference/figures.md.
//!
//! Never here: by which days a unit is judged (see [`crate::scan::unit`]).

/// By what a unit counts.
pub(crate) const COUNT: u8 = 1;
pub(crate) const AT_LEAST: u8 = 2;
pub(crate) const AT_MOST: u8 = 4;

/// How well a unit counts: 0 not at all, 1 at most, 2 count, 3 at least. Each implies those below.
pub(crate) type Level = u8;

/// Returns the level of flags: what surely counts, counts, and at most it counts.
pub(crate) const fn level(flags: u8) -> Level {
    if flags & AT_LEAST != 0 {
        3
    } else if flags & COUNT != 0 {
        2
    } else {
        1
    }
}

/// Numbers of units that count at level 1, 2 and 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Levels(pub(crate) [u64; 3]);

impl Levels {
    /// One unit at a level.
    pub(crate) const fn one(level: Level) -> Self {
        match level {
            0 => Self([0, 0, 0]),
            1 => Self([1, 0, 0]),
            2 => Self([1, 1, 0]),
            _ => Self([1, 1, 1]),
        }
    }

    /// So many units of which each level, from 0 on, is the best.
    pub(crate) const fn of([_, most, count, least]: [u64; 4]) -> Self {
        Self([most + count + least, count + least, least])
    }

    /// Counts a unit that rises from one level to another.
    pub(crate) fn rise(&mut self, from: Level, to: Level) {
        for count in self
            .0
            .iter_mut()
            .take(usize::from(to))
            .skip(usize::from(from))
        {
            *count += 1;
        }
    }

    /// Adds what others count.
    pub(crate) fn add(&mut self, others: &Self) {
        for (count, more) in self.0.iter_mut().zip(others.0) {
            *count += more;
        }
    }

    pub(crate) const fn at_most(&self) -> u64 {
        self.0[0]
    }

    pub(crate) const fn count(&self) -> u64 {
        self.0[1]
    }

    pub(crate) const fn at_least(&self) -> u64 {
        self.0[2]
    }
}

//! The cells of a figure's groups, paths of values as small numbers, and what is counted in each.
//!
//! Start at [`Cells::child`], which numbers a path.
//!
//! Never here: what a value means (see [`crate::groups`]).

use crate::columns::NONE;
use crate::count::{AT_LEAST, COUNT};
use crate::table::index;

/// The cell of no value: what stands in no group, and the total.
pub(crate) const ROOT: u32 = 0;

/// Paths of values as numbers, in the order in which they came: a tree of cells.
///
/// A table of open addressing keeps the numbers; it is only ever asked for one path, and never
/// walked, so its order has no effect.
pub(crate) struct Cells {
    /// The parent and the last value of each cell.
    paths: Vec<(u32, u32)>,
    /// Numbers of cells by the hash of their path, [`NONE`] where free; a power of two of them.
    slots: Vec<u32>,
}

impl Cells {
    pub(crate) fn new() -> Self {
        Self {
            paths: vec![(NONE, NONE)],
            slots: vec![NONE; 64],
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.paths.len()
    }

    /// Returns the parent and the last value of a cell.
    pub(crate) fn path(&self, cell: u32) -> (u32, u32) {
        index(cell)
            .and_then(|i| self.paths.get(i))
            .copied()
            .unwrap_or((NONE, NONE))
    }

    /// Returns the cell of `parent` with one more value.
    pub(crate) fn child(&mut self, parent: u32, value: u32) -> u32 {
        let mut slot = self.slot(parent, value);
        loop {
            match self.slots.get(slot).copied() {
                Some(NONE) | None => break,
                Some(cell) if self.path(cell) == (parent, value) => return cell,
                Some(_) => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
        let cell = u32::try_from(self.paths.len()).unwrap_or(NONE);
        self.paths.push((parent, value));
        if let Some(free) = self.slots.get_mut(slot) {
            *free = cell;
        }
        if self.paths.len() * 2 > self.slots.len() {
            self.grow();
        }
        cell
    }

    /// Adds the cells of another; returns, for each of its numbers, the number here.
    pub(crate) fn join(&mut self, other: &Self) -> Vec<u32> {
        let mut numbers: Vec<u32> = vec![ROOT];
        for (parent, value) in other.paths.iter().skip(1) {
            // A parent came before its children.
            let parent = index(*parent).and_then(|i| numbers.get(i)).copied();
            numbers.push(self.child(parent.unwrap_or(ROOT), *value));
        }
        numbers
    }

    fn slot(&self, parent: u32, value: u32) -> usize {
        let path = u64::from(parent) << 32 | u64::from(value);
        // Fibonacci hashing: Knuth, The Art of Computer Programming 3, section 6.4.
        let hash = path.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        usize::try_from(hash).unwrap_or(0) & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        self.slots = vec![NONE; self.slots.len() * 2];
        for (cell, (parent, value)) in self.paths.iter().enumerate().skip(1) {
            let mut slot = self.slot(*parent, *value);
            while self.slots.get(slot).is_some_and(|taken| *taken != NONE) {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            if let Some(free) = self.slots.get_mut(slot) {
                *free = u32::try_from(cell).unwrap_or(NONE);
            }
        }
    }
}

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

/// In how many cells [`Best`] keeps levels: two bits for each in a number of 32.
pub(crate) const BEST_CELLS: usize = 16;

/// The best level of every unit in each of the first cells, by the unit's number, and how many count
/// by each.
#[derive(Default)]
pub(crate) struct Best {
    /// Two bits for each cell: of one unit all levels stand together.
    units: Vec<u32>,
    levels: [Levels; BEST_CELLS],
}

/// Returns the level of a unit in a cell.
fn level_in(levels: u32, cell: usize) -> Level {
    u8::try_from(levels >> (2 * cell) & 3).unwrap_or(0)
}

impl Best {
    /// Counts a unit in one of the first cells.
    pub(crate) fn count(&mut self, cell: usize, unit: u32, level: Level) {
        let Some(at) = index(unit) else { return };
        if self.units.len() <= at {
            self.units.resize((at + 1).max(self.units.len() * 2), 0);
        }
        if let Some(levels) = self.units.get_mut(at)
            && let known = level_in(*levels, cell)
            && known < level
            && let Some(counts) = self.levels.get_mut(cell)
        {
            counts.rise(known, level);
            *levels ^= u32::from(known ^ level) << (2 * cell);
        }
    }

    /// Returns each unit in each cell that it counts in, with its level.
    pub(crate) fn units(&self) -> impl Iterator<Item = (usize, u32, Level)> {
        let units = (0..).zip(self.units.iter().copied());
        units.flat_map(|(unit, levels)| {
            let mut rest = levels;
            std::iter::from_fn(move || {
                let first = (rest != 0).then(|| rest.trailing_zeros() / 2)?;
                let cell = usize::try_from(first).ok()?;
                let level = level_in(rest, cell);
                rest &= !(3 << (2 * cell));
                Some((cell, unit, level))
            })
        })
    }

    /// Returns how many units count in each of the first cells.
    pub(crate) const fn levels(&self) -> &[Levels; BEST_CELLS] {
        &self.levels
    }
}

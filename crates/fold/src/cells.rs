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
    /// Cells with their paths, by the hash of the path, [`NONE`] where free; a power of two of them.
    slots: Vec<Slot>,
}

/// A parent, a value, and the cell of both.
#[derive(Clone, Copy)]
struct Slot {
    parent: u32,
    value: u32,
    cell: u32,
}

impl Slot {
    const FREE: Self = Self {
        parent: NONE,
        value: NONE,
        cell: NONE,
    };
}

impl Cells {
    pub(crate) fn new() -> Self {
        Self {
            paths: vec![(NONE, NONE)],
            slots: vec![Slot::FREE; 256],
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
    #[inline]
    pub(crate) fn child(&mut self, parent: u32, value: u32) -> u32 {
        let mut at = self.slot(parent, value);
        while let Some(slot) = self.slots.get(at).filter(|slot| slot.cell != NONE) {
            if slot.parent == parent && slot.value == value {
                return slot.cell;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.add(parent, value, at)
    }

    /// Adds the cell of `parent` with one more value, whose slot is at this place.
    #[cold]
    fn add(&mut self, parent: u32, value: u32, at: usize) -> u32 {
        let cell = u32::try_from(self.paths.len()).unwrap_or(NONE);
        self.paths.push((parent, value));
        if self.paths.len() * 4 > self.slots.len() {
            self.grow();
        } else if let Some(free) = self.slots.get_mut(at) {
            *free = Slot {
                parent,
                value,
                cell,
            };
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

    /// Doubles the table, and puts every cell in it.
    fn grow(&mut self) {
        self.slots = vec![Slot::FREE; self.slots.len() * 2];
        for (cell, (parent, value)) in (0..).zip(&self.paths).skip(1) {
            let mut at = self.slot(*parent, *value);
            while self.slots.get(at).is_some_and(|slot| slot.cell != NONE) {
                at = (at + 1) & (self.slots.len() - 1);
            }
            if let Some(free) = self.slots.get_mut(at) {
                *free = Slot {
                    parent: *parent,
                    value: *value,
                    cell,
                };
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

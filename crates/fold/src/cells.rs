//! The cells of a figure's groups: paths of values as small numbers, and marks counted in each.
//!
//! Start at [`Cells::child`], which numbers a path, and at [`Marks::count`], which counts every unit
//! once in each cell, by the best of its marks.
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
pub(crate) struct Levels([u64; 3]);

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

/// A unit in a cell, with its level in the lowest two bits: 1,073,741,823 units have a number.
#[derive(Clone, Copy, Debug)]
struct Mark {
    cell: u32,
    unit: u32,
}

/// A unit in each of several cells in a row, at level 1: the values `first` to `last` of `parent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    parent: u32,
    unit: u32,
    first: u32,
    last: u32,
}

/// Units marked in cells, to be counted once in each.
#[derive(Default)]
pub(crate) struct Marks {
    marks: Vec<Mark>,
    ranges: Vec<Range>,
}

/// Up to how many marks are counted by sorting them: a table over all units would cost more.
const SORTED_MAX: usize = 2_048;

impl Marks {
    pub(crate) fn put(&mut self, cell: u32, unit: u32, level: Level) {
        let unit = unit << 2 | u32::from(level);
        self.marks.push(Mark { cell, unit });
    }

    pub(crate) fn put_range(&mut self, parent: u32, unit: u32, (first, last): (u32, u32)) {
        self.ranges.push(Range {
            parent,
            unit,
            first,
            last,
        });
    }

    /// Takes the marks of another, whose cells have the numbers that `cells` says.
    pub(crate) fn join(&mut self, other: Self, cells: &[u32]) {
        let known = |cell: u32| index(cell).and_then(|i| cells.get(i)).copied();
        let marks = other.marks.into_iter();
        self.marks
            .extend(marks.filter_map(|mark| known(mark.cell).map(|cell| Mark { cell, ..mark })));
        let ranges = other.ranges.into_iter();
        self.ranges.extend(
            ranges.filter_map(|range| known(range.parent).map(|parent| Range { parent, ..range })),
        );
    }

    /// Counts the units of every cell; cells that only ranges stand in are added to `cells`.
    pub(crate) fn count(mut self, cells: &mut Cells) -> Vec<Levels> {
        self.join_ranges();
        let mut counts = vec![Levels::default(); cells.len()];
        self.count_ranges(cells, &mut counts);
        let sorted = self.marks.len() <= SORTED_MAX;
        self.count_marks(cells, &mut counts, sorted);
        counts
    }

    /// Joins the ranges of one unit that touch, so that each value is in one of them.
    fn join_ranges(&mut self) {
        self.ranges.sort_unstable();
        self.ranges.dedup_by(|next, kept| {
            let joins = (next.parent, next.unit) == (kept.parent, kept.unit)
                && next.first <= kept.last.saturating_add(1);
            if joins {
                kept.last = kept.last.max(next.last);
            }
            joins
        });
    }

    fn count_ranges(&self, cells: &mut Cells, counts: &mut Vec<Levels>) {
        let parents = self.ranges.chunk_by(|a, b| a.parent == b.parent);
        for ranges in parents {
            let mut ends: Vec<(u32, bool)> = Vec::with_capacity(ranges.len() * 2);
            for range in ranges {
                ends.push((range.first, true));
                ends.push((range.last.saturating_add(1), false));
            }
            ends.sort_unstable();
            let (mut open, mut at) = (0_u64, 0);
            for (value, begins) in ends {
                for between in (at..value).take_while(|_| open > 0) {
                    let parent = ranges.first().map_or(ROOT, |range| range.parent);
                    let cell = cells.child(parent, between);
                    counts.resize(cells.len(), Levels::default());
                    if let Some(levels) = index(cell).and_then(|i| counts.get_mut(i)) {
                        levels.0[0] += open;
                    }
                }
                at = value;
                open = if begins { open + 1 } else { open - 1 };
            }
        }
    }

    /// Whether a range has counted the unit in the cell.
    fn is_in_range(&self, cells: &Cells, cell: u32, unit: u32) -> bool {
        let (parent, value) = cells.path(cell);
        let after = self
            .ranges
            .partition_point(|r| (r.parent, r.unit, r.first) <= (parent, unit, value));
        after
            .checked_sub(1)
            .and_then(|i| self.ranges.get(i))
            .is_some_and(|r| (r.parent, r.unit) == (parent, unit) && value <= r.last)
    }

    fn count_marks(&mut self, cells: &Cells, counts: &mut [Levels], sorted: bool) {
        let unit_of = |mark: &Mark| mark.unit >> 2;
        let mut ranged: Vec<bool> = Vec::new();
        for range in &self.ranges {
            let unit = index(range.unit).unwrap_or(0);
            if ranged.len() <= unit {
                ranged.resize(unit + 1, false);
            }
            if let Some(slot) = ranged.get_mut(unit) {
                *slot = true;
            }
        }
        let before = |mark: &Mark| -> Level {
            let unit = unit_of(mark);
            let may = index(unit).and_then(|i| ranged.get(i)).copied();
            u8::from(may == Some(true) && self.is_in_range(cells, mark.cell, unit))
        };
        let level_of = |mark: &Mark| u8::try_from(mark.unit & 3).unwrap_or(0);
        if sorted {
            let mut marks = self.marks.clone();
            marks.sort_unstable_by_key(|mark| (mark.cell, mark.unit));
            for same in marks.chunk_by(|a, b| (a.cell, a.unit >> 2) == (b.cell, b.unit >> 2)) {
                // The greatest level stands last.
                if let Some(last) = same.last()
                    && let Some(levels) = index(last.cell).and_then(|i| counts.get_mut(i))
                {
                    levels.rise(before(last), level_of(last));
                }
            }
            return;
        }
        let marks = by_cell(&self.marks, cells.len());
        let units = marks.iter().map(unit_of).max().and_then(index).unwrap_or(0);
        // For each unit, the last cell it was met in, and its level there.
        let mut met: Vec<(u32, Level)> = vec![(NONE, 0); units + 1];
        for mark in &marks {
            let levels = index(mark.cell).and_then(|i| counts.get_mut(i));
            let slot = index(unit_of(mark)).and_then(|i| met.get_mut(i));
            let (Some(levels), Some(slot)) = (levels, slot) else {
                continue;
            };
            let known = if slot.0 == mark.cell {
                slot.1
            } else {
                before(mark)
            };
            let level = known.max(level_of(mark));
            levels.rise(known, level);
            *slot = (mark.cell, level);
        }
    }
}

/// Sorts marks by their cells alone, in one pass over as many counters as there are cells.
fn by_cell(marks: &[Mark], cells: usize) -> Vec<Mark> {
    let mut next = vec![0_usize; cells + 1];
    for mark in marks {
        if let Some(count) = index(mark.cell).and_then(|i| next.get_mut(i + 1)) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut next {
        sum += *start;
        *start = sum;
    }
    let mut sorted = vec![Mark { cell: 0, unit: 0 }; marks.len()];
    for mark in marks {
        let Some(at) = index(mark.cell).and_then(|i| next.get_mut(i)) else {
            continue;
        };
        if let Some(slot) = sorted.get_mut(*at) {
            *slot = *mark;
        }
        *at += 1;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Each unit once in each cell, written as plainly as can be.
    fn naive(marks: &[(u32, u32, u8)], ranges: &[(u32, u32, u32)]) -> BTreeMap<u32, [usize; 3]> {
        let mut best: BTreeMap<(u32, u32), u8> = BTreeMap::new();
        for (value, unit, level) in marks {
            let slot = best.entry((*value, *unit)).or_default();
            *slot = (*slot).max(*level);
        }
        for (unit, first, last) in ranges {
            for value in *first..=*last {
                let slot = best.entry((value, *unit)).or_default();
                *slot = (*slot).max(1);
            }
        }
        let values: BTreeSet<u32> = best.keys().map(|(value, _)| *value).collect();
        let count = |value: u32, level: u8| {
            let units = best
                .iter()
                .filter(|((v, _), best)| *v == value && **best >= level);
            units.count()
        };
        values
            .into_iter()
            .map(|v| (v, [count(v, 1), count(v, 2), count(v, 3)]))
            .collect()
    }

    #[test]
    fn sorted_and_met_marks_count_alike() {
        let mut state = 1_u32;
        let mut below = |end: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % end
        };
        for _ in 0..300 {
            let marks: Vec<(u32, u32, u8)> = (0..below(60))
                .map(|_| (below(8), below(9), u8::try_from(1 + below(3)).unwrap()))
                .collect();
            let ranges: Vec<(u32, u32, u32)> = (0..below(6))
                .map(|_| (below(9), below(5), 5 + below(5)))
                .collect();
            for sorted in [true, false] {
                let mut cells = Cells::new();
                let mut all = Marks::default();
                for (value, unit, level) in &marks {
                    all.put(cells.child(ROOT, *value), *unit, *level);
                }
                for (unit, first, last) in &ranges {
                    all.put_range(ROOT, *unit, (*first, *last));
                }
                all.join_ranges();
                let mut counts = vec![Levels::default(); cells.len()];
                all.count_ranges(&mut cells, &mut counts);
                all.count_marks(&cells, &mut counts, sorted);
                let found: BTreeMap<u32, [usize; 3]> = (1..cells.len())
                    .map(|cell| {
                        let (_, value) = cells.path(u32::try_from(cell).unwrap());
                        (
                            value,
                            counts[cell].0.map(|count| usize::try_from(count).unwrap()),
                        )
                    })
                    .collect();
                assert_eq!(found, naive(&marks, &ranges), "{marks:?} {ranges:?}");
            }
        }
    }
}

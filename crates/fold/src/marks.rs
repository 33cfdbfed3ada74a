//! Units marked in cells, each counted once in a cell, by the best of its marks there.
//!
//! Start at [`Marks::count`].
//!
//! Never here: what a cell stands for (see [`crate::cells`]).

use crate::cells::{Cells, Level, Levels};
use crate::columns::NONE;
use crate::table::index;

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

    /// Returns how many marks there are, ranges left aside.
    pub(crate) const fn len(&self) -> usize {
        self.marks.len()
    }

    /// Takes the marks out, as cells, units and levels; ranges stay.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = (u32, u32, Level)> + use<> {
        let marks = std::mem::take(&mut self.marks).into_iter();
        marks.map(|mark| {
            let level = u8::try_from(mark.unit & 3).unwrap_or(0);
            (mark.cell, mark.unit >> 2, level)
        })
    }

    /// Takes the marks of another, whose cells have the numbers that `cells` says.
    pub(crate) fn join(&mut self, other: Self, cells: &[u32]) {
        let known = |cell: u32| index(cell).and_then(|i| cells.get(i)).copied();
        let marks = other.marks.into_iter();
        self.marks
            .extend(marks.filter_map(|mark| known(mark.cell).map(|cell| Mark { cell, ..mark })));
        let here = |range: Range| known(range.parent).map(|parent| Range { parent, ..range });
        self.ranges
            .extend(other.ranges.into_iter().filter_map(here));
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
        let parents = self.ranges.iter().map(|range| range.parent).max();
        let parents = parents.and_then(index).map_or(0, |parent| parent + 1);
        let mut ranges = by_cell(&self.ranges, parents, |range| range.parent);
        // Units mostly come in the order of their numbers, which a stable sort makes use of.
        let parts = ranges.chunk_by_mut(|a, b| a.parent == b.parent);
        parts.for_each(|part| part.sort_by_key(|range| (range.unit, range.first, range.last)));
        ranges.dedup_by(|next, kept| {
            let joins = (next.parent, next.unit) == (kept.parent, kept.unit)
                && next.first <= kept.last.saturating_add(1);
            if joins {
                kept.last = kept.last.max(next.last);
            }
            joins
        });
        self.ranges = ranges;
    }

    fn count_ranges(&self, cells: &mut Cells, counts: &mut Vec<Levels>) {
        let parents = self.ranges.chunk_by(|a, b| a.parent == b.parent);
        for ranges in parents {
            count_parent(ranges, cells, counts);
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
        let marks = by_cell(&self.marks, cells.len(), |mark| mark.cell);
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

/// Counts ranges of one parent in the cell of each value that lies in them.
fn count_parent(ranges: &[Range], cells: &mut Cells, counts: &mut Vec<Levels>) {
    let (Some(parent), Some(least), Some(most)) = (
        ranges.first().map(|range| range.parent),
        ranges.iter().map(|range| range.first).min(),
        ranges.iter().map(|range| range.last).max(),
    ) else {
        return;
    };
    // How many ranges begin and have ended at each value.
    let mut begin: Vec<(u64, u64)> = vec![(0, 0); index(most - least).unwrap_or(0) + 2];
    for range in ranges {
        if let Some(at) = index(range.first - least).and_then(|i| begin.get_mut(i)) {
            at.0 += 1;
        }
        if let Some(at) = index(range.last - least).and_then(|i| begin.get_mut(i + 1)) {
            at.1 += 1;
        }
    }
    let mut open = 0;
    for (value, (begins, ended)) in (least..=most).zip(begin) {
        open = open + begins - ended;
        if open > 0 {
            let cell = cells.child(parent, value);
            counts.resize(cells.len(), Levels::default());
            if let Some(levels) = index(cell).and_then(|i| counts.get_mut(i)) {
                levels.0[0] += open;
            }
        }
    }
}

/// Sorts by cell alone, in one pass over as many counters as there are cells.
fn by_cell<T: Copy>(items: &[T], cells: usize, cell: impl Fn(&T) -> u32) -> Vec<T> {
    let Some(any) = items.first() else {
        return Vec::new();
    };
    let mut next = vec![0_usize; cells + 1];
    for item in items {
        if let Some(count) = index(cell(item)).and_then(|i| next.get_mut(i + 1)) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut next {
        sum += *start;
        *start = sum;
    }
    let mut sorted = vec![*any; items.len()];
    for item in items {
        let Some(at) = index(cell(item)).and_then(|i| next.get_mut(i)) else {
            continue;
        };
        if let Some(slot) = sorted.get_mut(*at) {
            *slot = *item;
        }
        *at += 1;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::cells::ROOT;

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

//! Sparse distinct counts: pairs of a unit and a group, each unit counted once in a group by its best
//! level there.
//!
//! Start at [`SparseCounts::count`].
//!
//! Never here: what a group stands for (see [`crate::aggregate::group_ids`]).

use crate::aggregate::group_ids::{GroupId, GroupIds, Path};
use crate::aggregate::values::DimensionValue;
use crate::certainty::{Level, Levels};
use crate::columns::ids::{ColumnId, UnitNo, index};

/// A unit in a group at a level, in eight bytes.
#[derive(Clone, Copy, Debug)]
struct Pair {
    unit: UnitNo,
    /// The packed group, with the level in the lowest two bits.
    group_and_level: u32,
}

// A group that is shifted by two bits stays itself.
const _: () = assert!(GroupId::LIMIT < 1 << 30);

impl Pair {
    #[inline]
    fn new(group: GroupId, unit: UnitNo, level: Level) -> Self {
        let group_and_level = group.packed().get() << 2 | u32::from(level & 3);
        Self {
            unit,
            group_and_level,
        }
    }

    /// Returns the number of the group as an index.
    #[inline]
    fn group_index(self) -> usize {
        index((self.group_and_level >> 2).wrapping_sub(1))
    }

    /// Returns the group; a pair is made of one, so there always is one.
    fn group(self) -> Option<GroupId> {
        std::num::NonZeroU32::new(self.group_and_level >> 2).map(GroupId::from_packed)
    }

    #[inline]
    const fn level(self) -> Level {
        match self.group_and_level & 3 {
            0 => 0,
            1 => 1,
            2 => 2,
            _ => 3,
        }
    }
}

/// A unit in each of several periods in a row, at level 1: the values `first` to `last` of `parent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PeriodRange {
    parent: GroupId,
    unit: UnitNo,
    first: DimensionValue,
    last: DimensionValue,
}

/// Pairs and ranges, to be counted at the end.
#[derive(Default)]
pub(crate) struct SparseCounts {
    pairs: Vec<Pair>,
    ranges: Vec<PeriodRange>,
}

/// Up to how many pairs are counted by sorting them: a table over all units would cost more.
const SORTED_MAX: usize = 2_048;

impl SparseCounts {
    /// Adds a unit in a group at a level.
    #[inline]
    pub(crate) fn add(&mut self, group: GroupId, unit: UnitNo, level: Level) {
        self.pairs.push(Pair::new(group, unit, level));
    }

    /// Adds a unit in the periods `first` to `last` below `parent`.
    pub(crate) fn add_range(
        &mut self,
        parent: GroupId,
        unit: UnitNo,
        (first, last): (DimensionValue, DimensionValue),
    ) {
        self.ranges.push(PeriodRange {
            parent,
            unit,
            first,
            last,
        });
    }

    /// Returns how many pairs there are, ranges left aside.
    pub(crate) const fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Removes the pairs and returns them; ranges stay.
    pub(crate) fn take_pairs(&mut self) -> impl Iterator<Item = (GroupId, UnitNo, Level)> + use<> {
        let pairs = std::mem::take(&mut self.pairs).into_iter();
        pairs.filter_map(|pair| Some((pair.group()?, pair.unit, pair.level())))
    }

    /// Adds the pairs and ranges of another, whose groups are `groups` here.
    pub(crate) fn merge(&mut self, mut other: Self, groups: &[GroupId]) {
        let here = |group: GroupId| groups.get(group.index()).copied();
        for (group, unit, level) in other.take_pairs() {
            if let Some(group) = here(group) {
                self.add(group, unit, level);
            }
        }
        let moved =
            |range: PeriodRange| here(range.parent).map(|parent| PeriodRange { parent, ..range });
        self.ranges
            .extend(other.ranges.into_iter().filter_map(moved));
    }

    /// Counts the units of every group; groups that only ranges touch are added to `groups`.
    pub(crate) fn count(mut self, groups: &mut GroupIds) -> Vec<Levels> {
        self.merge_ranges();
        let mut counts = vec![Levels::default(); groups.len()];
        self.count_ranges(groups, &mut counts);
        if self.pairs.len() <= SORTED_MAX {
            self.count_pairs_sorted(groups, &mut counts);
        } else {
            self.count_pairs_by_table(groups, &mut counts);
        }
        counts
    }

    /// Merges the ranges of one unit that touch, so that each period is in one of them.
    fn merge_ranges(&mut self) {
        let parents = self.ranges.iter().map(|range| range.parent.index()).max();
        let parents = parents.map_or(0, |parent| parent + 1);
        let mut ranges = sort_by_group(&self.ranges, parents, |range| range.parent.index());
        // Units mostly come in the order of their numbers, which a stable sort makes use of.
        let parts = ranges.chunk_by_mut(|a, b| a.parent == b.parent);
        parts.for_each(|part| part.sort_by_key(|range| (range.unit, range.first, range.last)));
        ranges.dedup_by(|next, known| {
            let touches = (next.parent, next.unit) == (known.parent, known.unit)
                && next.first <= known.last.next();
            if touches {
                known.last = known.last.max(next.last);
            }
            touches
        });
        self.ranges = ranges;
    }

    fn count_ranges(&self, groups: &mut GroupIds, counts: &mut Vec<Levels>) {
        let parents = self.ranges.chunk_by(|a, b| a.parent == b.parent);
        for ranges in parents {
            count_parent(ranges, groups, counts);
        }
    }

    /// Returns for each unit, by its number, whether it has a range.
    fn units_with_ranges(&self) -> Vec<bool> {
        let mut ranged: Vec<bool> = Vec::new();
        for range in &self.ranges {
            let unit = range.unit.index();
            if ranged.len() <= unit {
                ranged.resize(unit + 1, false);
            }
            if let Some(slot) = ranged.get_mut(unit) {
                *slot = true;
            }
        }
        ranged
    }

    /// Returns at which level ranges have counted the unit of a pair in its group.
    fn level_by_ranges(&self, groups: &GroupIds, ranged: &[bool], pair: Pair) -> Level {
        let may = ranged.get(pair.unit.index()) == Some(&true);
        u8::from(may && self.is_in_range(groups, pair))
    }

    fn is_in_range(&self, groups: &GroupIds, pair: Pair) -> bool {
        let Some(Path { parent, value }) = pair.group().and_then(|group| groups.path(group)) else {
            return false;
        };
        let unit = pair.unit;
        let after = self
            .ranges
            .partition_point(|r| (r.parent, r.unit, r.first) <= (parent, unit, value));
        after
            .checked_sub(1)
            .and_then(|i| self.ranges.get(i))
            .is_some_and(|r| (r.parent, r.unit) == (parent, unit) && value <= r.last)
    }

    fn count_pairs_sorted(&self, groups: &GroupIds, counts: &mut [Levels]) {
        let ranged = self.units_with_ranges();
        let mut pairs = self.pairs.clone();
        pairs.sort_unstable_by_key(|pair| (pair.group_index(), pair.unit, pair.level()));
        let same = |a: &Pair, b: &Pair| (a.group_index(), a.unit) == (b.group_index(), b.unit);
        for same in pairs.chunk_by(same) {
            // The greatest level is the last.
            if let Some(last) = same.last()
                && let Some(levels) = counts.get_mut(last.group_index())
            {
                let before = self.level_by_ranges(groups, &ranged, *last);
                levels.rise(before, last.level());
            }
        }
    }

    fn count_pairs_by_table(&self, groups: &GroupIds, counts: &mut [Levels]) {
        let ranged = self.units_with_ranges();
        let pairs = sort_by_group(&self.pairs, groups.len(), |pair| pair.group_index());
        let units = pairs.iter().map(|pair| pair.unit.index()).max();
        // For each unit, the last group it was met in, and its level there.
        let mut met: Vec<(u32, Level)> = vec![(0, 0); units.map_or(0, |unit| unit + 1)];
        for pair in &pairs {
            let levels = counts.get_mut(pair.group_index());
            let slot = met.get_mut(pair.unit.index());
            let (Some(levels), Some(slot)) = (levels, slot) else {
                continue;
            };
            // Packed groups are above 0, so that a new slot is of none.
            let group = pair.group_and_level >> 2;
            let known = if slot.0 == group {
                slot.1
            } else {
                self.level_by_ranges(groups, &ranged, *pair)
            };
            let level = known.max(pair.level());
            levels.rise(known, level);
            *slot = (group, level);
        }
    }
}

/// Counts ranges of one parent in the group of each period that they cover: a difference array.
fn count_parent(ranges: &[PeriodRange], groups: &mut GroupIds, counts: &mut Vec<Levels>) {
    let (Some(parent), Some(least), Some(most)) = (
        ranges.first().map(|range| range.parent),
        ranges.iter().map(|range| range.first).min(),
        ranges.iter().map(|range| range.last).max(),
    ) else {
        return;
    };
    let after_least = |value: DimensionValue| index(least.periods_to(value));
    // How many ranges begin and have ended at each period.
    let mut differences: Vec<(u64, u64)> = vec![(0, 0); after_least(most) + 2];
    for range in ranges {
        if let Some(at) = differences.get_mut(after_least(range.first)) {
            at.0 += 1;
        }
        if let Some(at) = differences.get_mut(after_least(range.last) + 1) {
            at.1 += 1;
        }
    }
    let mut open = 0;
    for (value, (begin, ended)) in least.to(most).zip(differences) {
        open = open + begin - ended;
        if open > 0 {
            let group = groups.child(parent, value);
            counts.resize(groups.len(), Levels::default());
            if let Some(levels) = counts.get_mut(group.index()) {
                levels.0[0] += open;
            }
        }
    }
}

/// Sorts by group alone: a counting sort, with as many counters as there are groups.
fn sort_by_group<T: Copy>(items: &[T], groups: usize, group: impl Fn(&T) -> usize) -> Vec<T> {
    let Some(any) = items.first() else {
        return Vec::new();
    };
    let mut next = vec![0_usize; groups + 1];
    for item in items {
        if let Some(count) = next.get_mut(group(item) + 1) {
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
        let Some(at) = next.get_mut(group(item)) else {
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
    use crate::aggregate::group_ids::ROOT;

    /// Each unit once in each group, written as plainly as can be.
    fn naive(pairs: &[(u32, u32, u8)], ranges: &[(u32, u32, u32)]) -> BTreeMap<u32, [usize; 3]> {
        let mut best: BTreeMap<(u32, u32), u8> = BTreeMap::new();
        for (value, unit, level) in pairs {
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
    fn pairs_count_alike_by_sorting_and_by_table() {
        let mut state = 1_u32;
        let mut below = |end: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % end
        };
        let period = |number: u32| DimensionValue::from_period(number + 1);
        let unit = |number: u32| UnitNo::after(index(number)).unwrap();
        for _ in 0..300 {
            let pairs: Vec<(u32, u32, u8)> = (0..below(60))
                .map(|_| (below(8), below(9), u8::try_from(1 + below(3)).unwrap()))
                .collect();
            let ranges: Vec<(u32, u32, u32)> = (0..below(6))
                .map(|_| (below(9), below(5), 5 + below(5)))
                .collect();
            for sorted in [true, false] {
                let mut groups = GroupIds::new();
                let mut all = SparseCounts::default();
                for (value, number, level) in &pairs {
                    let group = groups.child(ROOT, period(*value));
                    all.add(group, unit(*number), *level);
                }
                for (number, first, last) in &ranges {
                    all.add_range(ROOT, unit(*number), (period(*first), period(*last)));
                }
                all.merge_ranges();
                let mut counts = vec![Levels::default(); groups.len()];
                all.count_ranges(&mut groups, &mut counts);
                if sorted {
                    all.count_pairs_sorted(&groups, &mut counts);
                } else {
                    all.count_pairs_by_table(&groups, &mut counts);
                }
                let found: BTreeMap<u32, [usize; 3]> = GroupId::first(groups.len())
                    .zip(&counts)
                    .skip(1)
                    .map(|(group, levels)| {
                        let value = groups.path(group).unwrap().value.packed() - 1;
                        let counts = levels.0.map(|count| usize::try_from(count).unwrap());
                        (value, counts)
                    })
                    .collect();
                assert_eq!(found, naive(&pairs, &ranges), "{pairs:?} {ranges:?}");
            }
        }
    }

    #[test]
    fn a_pair_of_the_greatest_numbers_is_what_it_was() {
        let unit = UnitNo::after(index(UnitNo::LIMIT) - 1).unwrap();
        let group = GroupId::after(index(GroupId::LIMIT) - 1).unwrap();
        let pair = Pair::new(group, unit, 3);
        assert_eq!(
            (pair.group(), pair.unit, pair.level()),
            (Some(group), unit, 3)
        );
        assert_eq!(pair.group_index(), group.index());
    }
}

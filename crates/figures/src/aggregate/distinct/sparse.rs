//! Sparse distinct counts: pairs of a unit and a group, each unit counted once in a group by its best
//! certainty there.
//!
//! Start at [`SparseCounts::count`].
//!
//! Never here: what a group stands for (see [`crate::aggregate::group_ids`]).

use crate::aggregate::group_ids::{GroupId, GroupIds, Path};
use crate::aggregate::values::DimensionValue;
use crate::certainty::{BoundedCount, Certainty};
use crate::columns::ids::{ColumnId, UnitNo, index};

/// A unit in a group by a certainty, in eight bytes.
#[derive(Clone, Copy, Debug)]
struct Pair {
    unit: UnitNo,
    /// The packed group, with the certainty in the lowest two bits.
    group_and_certainty: u32,
}

// A group that is shifted by two bits stays itself.
const _: () = assert!(GroupId::LIMIT < 1 << 30);

impl Pair {
    #[inline]
    fn new(group: GroupId, unit: UnitNo, certainty: Certainty) -> Self {
        let group_and_certainty = group.packed().get() << 2 | certainty.fields();
        Self {
            unit,
            group_and_certainty,
        }
    }

    /// Returns the number of the group as an index.
    #[inline]
    fn group_index(self) -> usize {
        index((self.group_and_certainty >> 2).wrapping_sub(1))
    }

    /// Returns the group; a pair is made of one, so there always is one.
    fn group(self) -> Option<GroupId> {
        std::num::NonZeroU32::new(self.group_and_certainty >> 2).map(GroupId::from_packed)
    }

    #[inline]
    const fn certainty(self) -> Certainty {
        match self.group_and_certainty & 3 {
            3 => Certainty::Surely,
            2 => Certainty::WithDoubt,
            _ => Certainty::Perhaps,
        }
    }
}

/// A unit that counts perhaps in each of several periods in a row: the values `first` to `last` of `parent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct UnitInPeriods {
    parent: GroupId,
    unit: UnitNo,
    first: DimensionValue,
    last: DimensionValue,
}

/// Pairs and ranges, to be counted at the end.
#[derive(Default)]
pub(crate) struct SparseCounts {
    pairs: Vec<Pair>,
    ranges: Vec<UnitInPeriods>,
}

/// Up to how many pairs are counted by sorting them: a table over all units would cost more.
const SORTED_MAX: usize = 2_048;

impl SparseCounts {
    /// Adds a unit in a group by a certainty.
    #[inline]
    pub(crate) fn add(&mut self, group: GroupId, unit: UnitNo, certainty: Certainty) {
        self.pairs.push(Pair::new(group, unit, certainty));
    }

    /// Adds a unit in the periods `first` to `last` below `parent`.
    pub(crate) fn add_range(
        &mut self,
        parent: GroupId,
        unit: UnitNo,
        (first, last): (DimensionValue, DimensionValue),
    ) {
        self.ranges.push(UnitInPeriods {
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
    pub(crate) fn take_pairs(
        &mut self,
    ) -> impl Iterator<Item = (GroupId, UnitNo, Certainty)> + use<> {
        let pairs = std::mem::take(&mut self.pairs).into_iter();
        pairs.filter_map(|pair| Some((pair.group()?, pair.unit, pair.certainty())))
    }

    /// Adds the pairs and ranges of another, whose groups are `groups` here.
    pub(crate) fn merge(&mut self, mut other: Self, groups: &[GroupId]) {
        let here = |group: GroupId| groups.get(group.index()).copied();
        for (group, unit, certainty) in other.take_pairs() {
            if let Some(group) = here(group) {
                self.add(group, unit, certainty);
            }
        }
        let moved = |range: UnitInPeriods| {
            here(range.parent).map(|parent| UnitInPeriods { parent, ..range })
        };
        self.ranges
            .extend(other.ranges.into_iter().filter_map(moved));
    }

    /// Counts the units of every group; groups that only ranges touch are added to `groups`.
    pub(crate) fn count(mut self, groups: &mut GroupIds) -> Vec<BoundedCount> {
        self.merge_ranges();
        let mut counts = vec![BoundedCount::default(); groups.len()];
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

    fn count_ranges(&self, groups: &mut GroupIds, counts: &mut Vec<BoundedCount>) {
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

    /// Returns by what ranges have counted the unit of a pair in its group; none where none has.
    fn counted_by_ranges(
        &self,
        groups: &GroupIds,
        ranged: &[bool],
        pair: Pair,
    ) -> Option<Certainty> {
        let may = ranged.get(pair.unit.index()) == Some(&true);
        (may && self.is_in_range(groups, pair)).then_some(Certainty::Perhaps)
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

    fn count_pairs_sorted(&self, groups: &GroupIds, counts: &mut [BoundedCount]) {
        let ranged = self.units_with_ranges();
        let mut pairs = self.pairs.clone();
        pairs.sort_unstable_by_key(|pair| (pair.group_index(), pair.unit, pair.certainty()));
        let same = |a: &Pair, b: &Pair| (a.group_index(), a.unit) == (b.group_index(), b.unit);
        for same in pairs.chunk_by(same) {
            // The greatest certainty is the last.
            if let Some(last) = same.last()
                && let Some(count) = counts.get_mut(last.group_index())
            {
                let before = self.counted_by_ranges(groups, &ranged, *last);
                count.rise(before, last.certainty());
            }
        }
    }

    fn count_pairs_by_table(&self, groups: &GroupIds, counts: &mut [BoundedCount]) {
        let ranged = self.units_with_ranges();
        let pairs = sort_by_group(&self.pairs, groups.len(), |pair| pair.group_index());
        let units = pairs.iter().map(|pair| pair.unit.index()).max();
        // For each unit, the last group it was met in, and its certainty there.
        let mut met: Vec<(u32, Certainty)> =
            vec![(0, Certainty::Perhaps); units.map_or(0, |unit| unit + 1)];
        for pair in &pairs {
            let count = counts.get_mut(pair.group_index());
            let slot = met.get_mut(pair.unit.index());
            let (Some(count), Some(slot)) = (count, slot) else {
                continue;
            };
            // Packed groups are above 0, so that a new slot is of none.
            let group = pair.group_and_certainty >> 2;
            let known = if slot.0 == group {
                Some(slot.1)
            } else {
                self.counted_by_ranges(groups, &ranged, *pair)
            };
            let best = known.map_or(pair.certainty(), |known| known.max(pair.certainty()));
            count.rise(known, best);
            *slot = (group, best);
        }
    }
}

/// Counts ranges of one parent in the group of each period that they cover: a difference array.
fn count_parent(ranges: &[UnitInPeriods], groups: &mut GroupIds, counts: &mut Vec<BoundedCount>) {
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
            counts.resize(groups.len(), BoundedCount::default());
            if let Some(count) = counts.get_mut(group.index()) {
                count.at_most += open;
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
                    let certainty = Certainty::of_fields((*level).into()).unwrap();
                    all.add(group, unit(*number), certainty);
                }
                for (number, first, last) in &ranges {
                    all.add_range(ROOT, unit(*number), (period(*first), period(*last)));
                }
                all.merge_ranges();
                let mut counts = vec![BoundedCount::default(); groups.len()];
                all.count_ranges(&mut groups, &mut counts);
                if sorted {
                    all.count_pairs_sorted(&groups, &mut counts);
                } else {
                    all.count_pairs_by_table(&groups, &mut counts);
                }
                let found: BTreeMap<u32, [usize; 3]> = GroupId::first(groups.len())
                    .zip(&counts)
                    .skip(1)
                    .map(|(group, count)| {
                        let value = groups.path(group).unwrap().value.packed() - 1;
                        let counts = [count.at_most, count.count, count.at_least];
                        let counts = counts.map(|count| usize::try_from(count).unwrap());
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
        let pair = Pair::new(group, unit, Certainty::Surely);
        assert_eq!(
            (pair.group(), pair.unit, pair.certainty()),
            (Some(group), unit, Certainty::Surely)
        );
        assert_eq!(pair.group_index(), group.index());
    }
}

//! A difference array for dates that span many periods: +1 at the first, -1 after the last, prefix-summed
//! once. Its units are unique, and count perhaps.
//!
//! Start at [`RangeCounts::count`].
//!
//! Never here: units that count once, by their best certainty (see [`crate::aggregate::distinct::sparse`]).

use crate::aggregate::group_ids::{GroupId, GroupIds, Path};
use crate::aggregate::values::DimensionValue;
use crate::certainty::BoundedCount;
use crate::columns::ids::ColumnId as _;

/// How many ranges begin in a group, and how many have ended before it.
#[derive(Clone, Copy, Default)]
struct Difference {
    begin: u64,
    ended: u64,
}

/// The differences of each group, by its number.
#[derive(Default)]
pub(crate) struct RangeCounts(Vec<Difference>);

impl RangeCounts {
    /// Counts a unit in the periods `first` to `last` below `parent`.
    pub(crate) fn count(
        &mut self,
        groups: &mut GroupIds,
        parent: GroupId,
        (first, last): (DimensionValue, DimensionValue),
    ) {
        let (begin, ended) = (
            Difference { begin: 1, ended: 0 },
            Difference { begin: 0, ended: 1 },
        );
        self.add(groups.child(parent, first), begin);
        self.add(groups.child(parent, last.next()), ended);
    }

    fn add(&mut self, group: GroupId, more: Difference) {
        let at = group.index();
        if self.0.len() <= at {
            self.0.resize(at + 1, Difference::default());
        }
        if let Some(difference) = self.0.get_mut(at) {
            difference.begin += more.begin;
            difference.ended += more.ended;
        }
    }

    /// Adds the differences of another, whose groups are `groups` here.
    pub(crate) fn merge(&mut self, other: &Self, groups: &[GroupId]) {
        for (group, difference) in groups.iter().zip(&other.0) {
            self.add(*group, *difference);
        }
    }

    /// Adds the units of every group to `counts`; new groups are added to `groups`.
    pub(crate) fn sum_into(&self, groups: &mut GroupIds, counts: &mut Vec<BoundedCount>) {
        let differences = GroupId::first(self.0.len()).zip(&self.0);
        let differences = differences.filter(|(_, d)| d.begin + d.ended > 0);
        let mut differences: Vec<(Path, Difference)> = differences
            .filter_map(|(group, difference)| Some((groups.path(group)?, *difference)))
            .collect();
        differences.sort_unstable_by_key(|(path, _)| *path);
        let next = differences.iter().skip(1).map(|(path, _)| path.value);
        let next: Vec<DimensionValue> = next.collect();
        let mut open = 0;
        for ((path, difference), next) in differences.iter().zip(next) {
            open = open + difference.begin - difference.ended;
            // Below one parent all have ended at the last of its differences.
            let values = path.value.to(next).take_while(|value| *value < next);
            for value in values.take_while(|_| open > 0) {
                let group = groups.child(path.parent, value);
                counts.resize(groups.len(), BoundedCount::default());
                if let Some(count) = counts.get_mut(group.index()) {
                    count.at_most += open;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::aggregate::group_ids::ROOT;

    #[test]
    fn each_period_of_a_range_counts() {
        let ranges: &[(u32, (u32, u32))] = &[(7, (3, 8)), (9, (8, 12)), (7, (5, 5)), (7, (20, 24))];
        let period = DimensionValue::from_period;
        let mut plain: BTreeMap<Path, u64> = BTreeMap::new();
        let mut groups = GroupIds::new();
        let mut halves = [RangeCounts::default(), RangeCounts::default()];
        for (number, (parent, (first, last))) in ranges.iter().enumerate() {
            let parent = groups.child(ROOT, period(*parent));
            let range = (period(*first), period(*last));
            halves[number % 2].count(&mut groups, parent, range);
            for value in range.0.to(range.1) {
                *plain.entry(Path { parent, value }).or_default() += 1;
            }
        }
        let [mut all, half] = halves;
        let same: Vec<GroupId> = GroupId::first(groups.len()).collect();
        all.merge(&half, &same);
        let mut counts = vec![BoundedCount::default(); groups.len()];
        all.sum_into(&mut groups, &mut counts);
        let found: BTreeMap<Path, u64> = GroupId::first(counts.len())
            .zip(&counts)
            .filter(|(_, count)| count.at_most > 0)
            .map(|(group, count)| (groups.path(group).unwrap(), count.at_most))
            .collect();
        assert_eq!(found, plain);
    }
}

//! Units kept back until the span of a figure by time is known, since their days do not set it: they are too wide,
//! open, or far from their record.
//!
//! Start at [`WideUnits::push`].
//!
//! Never here: where they count then (see [`crate::aggregate::grouped_count`]).

use event::Days;

use crate::aggregate::batch::UnnamedGroup;
use crate::aggregate::group_ids::GroupId;
use crate::aggregate::grouped_unit::GroupedUnit;
use crate::columns::ids::ColumnId as _;

/// A unit below its group, its days if it has any, and the unnamed people of its event.
type WideUnit = (GroupedUnit, Option<Days>, Option<UnnamedGroup>);

/// Units that wait for the span.
#[derive(Default)]
pub(super) struct WideUnits(Vec<WideUnit>);

impl WideUnits {
    pub(super) fn push(
        &mut self,
        unit: GroupedUnit,
        days: Option<Days>,
        unnamed: Option<UnnamedGroup>,
    ) {
        self.0.push((unit, days, unnamed));
    }

    /// Adds those of another, whose groups are `groups` here.
    pub(super) fn merge(&mut self, other: Self, groups: &[GroupId]) {
        let here = |group: GroupId| groups.get(group.index()).copied();
        let moved = other.0.into_iter().filter_map(|(unit, days, unnamed)| {
            let group = here(unit.group)?;
            Some((unit.in_group(group), days, unnamed))
        });
        self.0.extend(moved);
    }

    pub(super) fn into_units(self) -> impl Iterator<Item = WideUnit> {
        self.0.into_iter()
    }
}

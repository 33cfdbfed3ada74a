//! A batch of counted units, stored column by column until it is aggregated.
//!
//! Start at [`Batch::push`].
//!
//! Never here: which units there are (see [`crate::scan::run`]), and sums (see
//! [`crate::aggregate::grouped_count`]).

use std::num::NonZeroU32;

use event::CodeSet;

use crate::aggregate::values::{self, DimensionValue, Values};
use crate::certainty::Certainty;
use crate::columns::ids::{ColumnId as _, Position32, TagSetNo, UnitNo, index};
use crate::columns::rows::UnitDays;
use crate::columns::rows::UnnamedBounds;
use crate::question::dimension::Dimension;
use crate::scan::unit::{Identity, Unit};

/// How many units a batch holds before it is aggregated.
const BATCH_UNITS_MAX: usize = 2_048;

/// Who or what a unit of a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitKey {
    /// Nobody: the event names no person, and persons are counted.
    Nobody,
    /// One of which no other unit of the question is the same, so that it needs no number.
    Unique,
    /// One that may come again.
    Numbered(UnitNo),
}

/// A [`UnitKey`] in four bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchUnit(u32);

impl BatchUnit {
    pub(crate) const NOBODY: Self = Self(0);
    /// No unit has this number: ids end before it (see [`crate::columns::ids::IDS_MAX`]).
    pub(crate) const UNIQUE: Self = Self(u32::MAX);

    /// Packs the number of a unit that may come again.
    #[inline]
    pub(crate) fn numbered(number: UnitNo) -> Self {
        Self(number.packed().get())
    }

    /// Returns who or what it is.
    #[inline]
    pub(crate) fn key(self) -> UnitKey {
        match NonZeroU32::new(self.0) {
            None => UnitKey::Nobody,
            Some(NonZeroU32::MAX) => UnitKey::Unique,
            Some(number) => UnitKey::Numbered(UnitNo::from_packed(number)),
        }
    }
}

impl From<Identity> for BatchUnit {
    fn from(identity: Identity) -> Self {
        match identity {
            Identity::Nobody => Self::NOBODY,
            Identity::Unique(_) => Self::UNIQUE,
            Identity::Repeated(number) => Self::numbered(number),
        }
    }
}

/// The unnamed people of the event of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnnamedGroup {
    pub(crate) event: Position32,
    pub(crate) bounds: UnnamedBounds,
}

impl UnnamedGroup {
    /// Returns the bounds of an event that counts by a certainty: of one that is in `at_most` only the
    /// lower bound is 0. Source: docs/reference/figures.md, Unnamed.
    pub(crate) const fn counted_by(mut self, certainty: Certainty) -> Self {
        if !certainty.is_counted() {
            self.bounds.lower = 0;
        }
        self
    }
}

/// The values of the units in one dimension that is not of time.
#[derive(Debug)]
pub(crate) enum BatchColumn {
    /// One value each.
    One(Vec<DimensionValue>),
    /// Any number of codes each; none where it is not known.
    Sets(Vec<CodeSet>),
    /// Any number of tags each; none where there is none.
    Tags(Vec<Option<TagSetNo>>),
}

/// Units, by their indices in the columns.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) units: Vec<BatchUnit>,
    /// How surely each counts.
    pub(crate) certainty: Vec<Certainty>,
    /// When each happened, where that can be grouped by; empty where the question does not group by time.
    pub(crate) days: Vec<Option<UnitDays>>,
    /// The values of each dimension that is not of time, in the order of the question.
    pub(crate) values: Vec<BatchColumn>,
    /// The units of group events, rising.
    pub(crate) unnamed: Vec<(u32, UnnamedGroup)>,
    /// How many units there are.
    count: u32,
}

impl BatchColumn {
    pub(crate) fn new(group: Dimension) -> Self {
        if group == Dimension::Tag {
            Self::Tags(Vec::new())
        } else if values::is_a_set(group) {
            Self::Sets(Vec::new())
        } else {
            Self::One(Vec::new())
        }
    }

    fn push(&mut self, values: Values) {
        match (self, values) {
            (Self::One(list), Values::One(value)) => list.push(value),
            (Self::One(list), Values::Set(_) | Values::Tags(_)) => {
                list.push(DimensionValue::UNKNOWN);
            }
            (Self::Sets(list), Values::Set(codes)) => list.push(codes),
            (Self::Sets(list), Values::One(_) | Values::Tags(_)) => list.push(CodeSet::EMPTY),
            (Self::Tags(list), Values::Tags(tags)) => list.push(tags),
            (Self::Tags(list), Values::One(_) | Values::Set(_)) => list.push(None),
        }
    }

    fn clear(&mut self) {
        match self {
            Self::One(list) => list.clear(),
            Self::Sets(list) => list.clear(),
            Self::Tags(list) => list.clear(),
        }
    }
}

impl Batch {
    /// Makes an empty one for these dimensions.
    pub(crate) fn new(groups: &[Dimension]) -> Self {
        Self {
            units: Vec::new(),
            certainty: Vec::new(),
            days: Vec::new(),
            values: groups
                .iter()
                .map(|group| BatchColumn::new(*group))
                .collect(),
            unnamed: Vec::new(),
            count: 0,
        }
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.units.len() >= BATCH_UNITS_MAX
    }

    /// Adds a unit; `groups` are those that the batch was made for.
    pub(crate) fn push(&mut self, unit: &Unit<'_>, certainty: Certainty, groups: &[Dimension]) {
        if let Some(bounds) = unit.unnamed {
            let event = unit.origin;
            self.unnamed
                .push((self.count, UnnamedGroup { event, bounds }));
        }
        self.count += 1;
        self.units.push(unit.identity.into());
        self.certainty.push(certainty);
        self.days.push(unit.days);
        for (column, group) in self.values.iter_mut().zip(groups) {
            column.push(values::values(*group, unit));
        }
    }

    /// Returns how surely a unit counts, of those in the batch.
    pub(crate) fn certainty(&self, unit: u32) -> Certainty {
        let certainty = self.certainty.get(index(unit)).copied();
        certainty.unwrap_or(Certainty::Perhaps)
    }

    /// Returns when a unit happened, where that can be grouped by.
    pub(crate) fn days(&self, unit: u32) -> Option<UnitDays> {
        self.days.get(index(unit)).copied()?
    }

    /// Removes all units, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.units.clear();
        self.certainty.clear();
        self.days.clear();
        self.unnamed.clear();
        self.values.iter_mut().for_each(BatchColumn::clear);
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::ids::IDS_MAX;

    #[test]
    fn a_packed_unit_is_what_it_was() {
        assert_eq!(BatchUnit::NOBODY.key(), UnitKey::Nobody);
        assert_eq!(BatchUnit::UNIQUE.key(), UnitKey::Unique);
        for number in [0, index(IDS_MAX) - 1] {
            let number = UnitNo::after(number).unwrap();
            assert_eq!(BatchUnit::numbered(number).key(), UnitKey::Numbered(number));
        }
    }
}

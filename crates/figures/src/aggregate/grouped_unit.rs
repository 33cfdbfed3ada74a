//! A unit of a batch in one of its groups.
//!
//! Start at [`GroupedUnit`].
//!
//! Never here: how it is counted there (see [`crate::aggregate::grouped_count`]).

use std::num::NonZeroU32;

use crate::aggregate::batch::{Batch, BatchUnit, UnnamedGroup};
use crate::aggregate::group_ids::GroupId;
use crate::certainty::Certainty;
use crate::columns::ids::index;

/// A unit of a batch in a group.
#[derive(Clone, Copy)]
pub(super) struct GroupedUnit {
    pub(super) group: GroupId,
    /// The index in the batch.
    pub(super) unit: u32,
    pub(super) key: BatchUnit,
    pub(super) certainty: Certainty,
    /// The index + 1 among the group events of the batch.
    pub(super) unnamed: Option<NonZeroU32>,
}

impl GroupedUnit {
    pub(super) const fn in_group(self, group: GroupId) -> Self {
        Self { group, ..self }
    }

    /// As one that counts perhaps, unless `inside`: its days then lie in the period.
    pub(super) const fn unless_inside(self, inside: bool) -> Self {
        let certainty = if inside {
            self.certainty
        } else {
            Certainty::Perhaps
        };
        Self { certainty, ..self }
    }

    /// Returns the unnamed people of its event.
    pub(super) fn unnamed_in(&self, batch: &Batch) -> Option<UnnamedGroup> {
        let index_of = index(self.unnamed?.get() - 1);
        batch.unnamed.get(index_of).map(|(_, unnamed)| *unnamed)
    }
}

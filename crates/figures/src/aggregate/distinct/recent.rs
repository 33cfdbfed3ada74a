//! A direct-mapped cache of the last 1,024 pairs of a unit and a group. Adjacent rows often repeat one; a
//! repeat is dropped before it is stored.
//!
//! Start at [`RecentPairs::is_new`].
//!
//! Never here: the pairs themselves (see [`crate::aggregate::distinct::sparse`]).

use crate::aggregate::group_ids::{GroupId, ROOT};
use crate::certainty::Certainty;
use crate::columns::ids::{ColumnId as _, UnitNo, index};

/// How many pairs are cached: few enough to stay in the first cache of a processor.
const PAIRS: usize = 1_024;

/// The last pair of each slot, with its certainty.
pub(crate) struct RecentPairs(Vec<(Option<UnitNo>, GroupId, Certainty)>);

impl RecentPairs {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Records that a unit counts in a group by a certainty; false where it is known to do so by that one or
    /// a better one.
    pub(crate) fn is_new(&mut self, unit: UnitNo, group: GroupId, certainty: Certainty) -> bool {
        if self.0.is_empty() {
            self.0 = vec![(None, ROOT, Certainty::Perhaps); PAIRS];
        }
        // Groups are few: units, which have numbers in a row, do not meet each other's groups.
        let hash = unit.number() ^ group.number().wrapping_mul(0x9e37_79b1);
        let Some(slot) = self.0.get_mut(index(hash) % PAIRS) else {
            return true;
        };
        let is_new = slot.0 != Some(unit) || slot.1 != group || slot.2 < certainty;
        if is_new {
            *slot = (Some(unit), group, certainty);
        }
        is_new
    }
}

//! What was marked last: rows of one case mostly stand beside each other and say the same, and a mark
//! that says no more than one before it need not be made.
//!
//! Never here: marks themselves (see [`crate::marks`]).

use crate::cells::Level;
use crate::columns::NONE;
use crate::table::index;

/// How many marks are known: so few that they stay near the processor.
const MARKS: usize = 1_024;

/// The last mark of each of some hashes.
pub(crate) struct Recent(Vec<(u32, u32, Level)>);

impl Recent {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Keeps that a unit counts in a cell at a level; false where that is known already.
    pub(crate) fn is_news(&mut self, unit: u32, cell: u32, level: Level) -> bool {
        if self.0.is_empty() {
            self.0 = vec![(NONE, NONE, 0); MARKS];
        }
        // Cells are few: units, which have numbers in a row, do not meet each other's cells.
        let hash = unit ^ cell.wrapping_mul(0x9e37_79b1);
        let slot = index(hash).and_then(|hash| self.0.get_mut(hash % MARKS));
        let Some(slot) = slot else { return true };
        let is_news = (slot.0, slot.1) != (unit, cell) || slot.2 < level;
        if is_news {
            *slot = (unit, cell, level);
        }
        is_news
    }
}

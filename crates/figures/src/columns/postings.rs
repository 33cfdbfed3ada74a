//! Posting lists: the rows of each person or case, as linked chains from the last row to the first.
//!
//! Start at [`PostingLists::rows`].
//!
//! Never here: which rows count (see [`crate::scan`]).

use crate::columns::capacity::Capacity;
use crate::columns::ids::{ColumnId, IdVec};

/// The rows of each owner, as chains from the last row to the first.
#[derive(Clone, Debug)]
pub(crate) struct PostingLists<Owner, Row> {
    /// The last row of each owner.
    heads: IdVec<Owner, Option<Row>>,
    /// The row of the same owner before each row.
    previous: IdVec<Row, Option<Row>>,
}

impl<Owner, Row> Default for PostingLists<Owner, Row> {
    fn default() -> Self {
        Self {
            heads: IdVec::default(),
            previous: IdVec::default(),
        }
    }
}

impl<Owner: ColumnId, Row: ColumnId> PostingLists<Owner, Row> {
    /// Adds the next row; one without an owner is in no chain.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more row ids.
    pub(crate) fn push(&mut self, owner: Option<Owner>) -> Result<(), Capacity> {
        let row = Row::after(self.previous.len())?;
        let head = owner.and_then(|owner| {
            self.heads.reach(owner, None);
            self.heads.get_mut(owner)
        });
        let previous = head.and_then(|head| head.replace(row));
        self.previous.push(previous).map(|_| ())
    }

    /// Returns the rows of an owner, falling.
    pub(crate) fn rows(&self, owner: Owner) -> impl Iterator<Item = Row> {
        let previous = |row: Row| self.previous.get(row).copied().flatten();
        let head = self.heads.get(owner).copied().flatten();
        std::iter::successors(head, move |row| previous(*row))
    }
}

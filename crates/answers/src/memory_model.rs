//! A read model in memory: the rows and columns of a folded history, without a store.
//!
//! Start at [`MemoryModel::fold`].
//!
//! Never here: files, and how a server follows the log.

use figures::{Capacity, ColumnStore};
use fold::{Kept, Memory, Step};

/// The rows and columns that follow from the leaves folded so far.
#[derive(Debug, Default)]
pub struct MemoryModel {
    /// The rows, which also are the [`fold::View`] that answers read.
    pub rows: Memory,
    /// The columns that figures are counted over.
    pub columns: ColumnStore,
    /// What the last step kept for the next one.
    kept: Kept,
}

impl MemoryModel {
    /// Folds the leaves that follow those folded so far, as one step. A step without leaves changes
    /// nothing.
    ///
    /// # Errors
    /// [`Capacity`] where the columns cannot hold them: nothing of the step is stored.
    pub fn fold<'a>(&mut self, leaves: impl Iterator<Item = &'a [u8]>) -> Result<(), Capacity> {
        let mut leaves = leaves.peekable();
        if leaves.peek().is_none() {
            return Ok(());
        }
        let mut position = self.columns.instants().newest();
        let mut step = Step::following(&self.rows, std::mem::take(&mut self.kept));
        for leaf in leaves {
            position = position.next();
            let Ok(()) = step.apply(position, leaf);
        }
        let Ok((changed, kept)) = step.finish_keeping();
        self.columns.room_for(&changed)?;
        self.columns.put(&changed)?;
        self.rows.merge(changed);
        self.kept = kept;
        Ok(())
    }
}

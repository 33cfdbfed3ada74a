//! A selection vector: indices of some thousand rows, which a scan narrows test by test.
//!
//! Start at [`SelectionVector::retain`].
//!
//! Never here: which tests there are (see [`crate::scan::event_batch`]).

use crate::columns::ids::index;

/// Rows in a selection vector: their indices and certainties fit the first cache of a processor.
pub(crate) const SELECTION_ROWS_MAX: u32 = 2_048;

/// Indices of at most [`SELECTION_ROWS_MAX`] rows. Plain numbers: of which column they are is known to
/// the scan alone, and its loops write one for each row.
pub(crate) struct SelectionVector {
    rows: Vec<u32>,
    len: usize,
}

/// Reads one field of a row.
#[inline]
pub(crate) fn read<T: Copy>(column: &[T], row: u32) -> Option<T> {
    column.get(index(row)).copied()
}

impl SelectionVector {
    /// Makes one for lists of at most so many rows: a short list needs no more room than itself.
    pub(crate) fn of_at_most(rows: usize) -> Self {
        Self {
            rows: vec![0; rows.clamp(1, index(SELECTION_ROWS_MAX))],
            len: 0,
        }
    }

    /// Returns how many rows there is room for.
    pub(crate) const fn room(&self) -> usize {
        self.rows.len()
    }

    /// Returns the selected rows.
    pub(crate) fn rows(&self) -> &[u32] {
        self.rows.get(..self.len).unwrap_or_default()
    }

    /// Reads one field of each row; `absent` where the column is shorter.
    pub(crate) fn read<T: Copy>(&self, column: &[T], absent: T) -> impl Iterator<Item = T> {
        let rows = self.rows().iter();
        rows.map(move |row| read(column, *row).unwrap_or(absent))
    }

    /// Makes a value of one field of each row; `absent` where the column is shorter.
    pub(crate) fn map<T: Copy, V: Copy>(
        &self,
        column: &[T],
        absent: V,
        value: impl Fn(T) -> V,
    ) -> impl Iterator<Item = V> {
        let rows = self.rows().iter();
        rows.map(move |row| read(column, *row).map_or(absent, &value))
    }

    /// Selects these rows, at most as many as there is room for.
    pub(crate) fn fill(&mut self, rows: impl Iterator<Item = u32>) {
        self.len = 0;
        for (slot, row) in self.rows.iter_mut().zip(rows) {
            *slot = row;
            self.len += 1;
        }
    }

    /// Selects those of the rows from `first` on whose flag is set, at most as many as there is room for.
    pub(crate) fn select_range(&mut self, first: u32, flags: impl Iterator<Item = bool>) {
        self.select(first.., flags);
    }

    /// Selects those of the rows whose flag is set, at most as many as there is room for.
    pub(crate) fn select(
        &mut self,
        rows: impl Iterator<Item = u32>,
        flags: impl Iterator<Item = bool>,
    ) {
        self.len = 0;
        for (row, selected) in rows.zip(flags) {
            if let Some(slot) = self.rows.get_mut(self.len) {
                *slot = row;
            }
            self.len += usize::from(selected);
        }
    }

    /// Retains the rows whose field `accepts` accepts.
    pub(crate) fn retain_by<T: Copy>(&mut self, column: &[T], accepts: impl Fn(T) -> bool) {
        self.retain(|row| read(column, row).is_some_and(&accepts));
    }

    /// Retains the rows that `accepts` accepts.
    ///
    /// Each row is written and then counted or not, without a branch: a processor that had to predict
    /// which rows pass would be wrong for many.
    pub(crate) fn retain(&mut self, mut accepts: impl FnMut(u32) -> bool) {
        let mut kept = 0;
        for at in 0..self.len {
            let Some(row) = self.rows.get(at).copied() else {
                break;
            };
            if let Some(slot) = self.rows.get_mut(kept) {
                *slot = row;
            }
            kept += usize::from(accepts(row));
        }
        self.len = kept;
    }
}

//! Places of rows, some thousands at a time: what a scan passes over, test by test.
//!
//! Never here: which tests there are (see [`crate::scan`]).

use crate::table::index;

/// Rows in a block: their places and levels stay in the first cache of a processor.
pub(crate) const BLOCK_ROWS: u32 = 2_048;

/// Places of at most [`BLOCK_ROWS`] rows.
pub(crate) struct Block {
    rows: Vec<u32>,
    len: usize,
}

/// Reads one field of a row.
pub(crate) fn read<T: Copy>(column: &[T], row: u32) -> Option<T> {
    index(row).and_then(|i| column.get(i)).copied()
}

impl Block {
    pub(crate) fn new() -> Self {
        Self {
            rows: vec![0; index(BLOCK_ROWS).unwrap_or(0)],
            len: 0,
        }
    }

    /// Returns how many rows there is room for.
    pub(crate) const fn room(&self) -> usize {
        self.rows.len()
    }

    /// Returns the places.
    pub(crate) fn rows(&self) -> &[u32] {
        self.rows.get(..self.len).unwrap_or_default()
    }

    /// Returns one field of each row; `none` where there is no such row.
    pub(crate) fn read<T: Copy>(&self, column: &[T], none: T) -> impl Iterator<Item = T> {
        let rows = self.rows().iter();
        rows.map(move |row| read(column, *row).unwrap_or(none))
    }

    /// Takes these places, at most as many as a block has.
    pub(crate) fn fill(&mut self, places: impl Iterator<Item = u32>) {
        self.len = 0;
        for (slot, place) in self.rows.iter_mut().zip(places) {
            *slot = place;
            self.len += 1;
        }
    }

    /// Takes those of the places from `first` on that hold, at most as many as a block has.
    pub(crate) fn fill_those(&mut self, first: u32, holds: impl Iterator<Item = bool>) {
        self.fill_of(first.., holds);
    }

    /// Takes those of the places that hold, at most as many as a block has.
    pub(crate) fn fill_of(
        &mut self,
        places: impl Iterator<Item = u32>,
        holds: impl Iterator<Item = bool>,
    ) {
        self.len = 0;
        for (place, holds) in places.zip(holds) {
            if let Some(slot) = self.rows.get_mut(self.len) {
                *slot = place;
            }
            self.len += usize::from(holds);
        }
    }

    /// Leaves the rows of which `holds` takes the field.
    pub(crate) fn keep<T: Copy>(&mut self, column: &[T], holds: impl Fn(T) -> bool) {
        self.retain(|row| read(column, row).is_some_and(&holds));
    }

    /// Leaves the rows that `holds` takes.
    ///
    /// Each place is written and then counted or not: a processor that had to guess which rows pass
    /// would guess wrong for many.
    pub(crate) fn retain(&mut self, mut holds: impl FnMut(u32) -> bool) {
        let mut kept = 0;
        for at in 0..self.len {
            let Some(row) = self.rows.get(at).copied() else {
                break;
            };
            if let Some(slot) = self.rows.get_mut(kept) {
                *slot = row;
            }
            kept += usize::from(holds(row));
        }
        self.len = kept;
    }
}

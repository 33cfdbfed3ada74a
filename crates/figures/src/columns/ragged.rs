//! A ragged array: rows in groups, those of one group beside each other in one list, such as the
//! intervals of custody of each track, and the attributes of each person.
//!
//! Start at [`Ragged::replace`].
//!
//! Never here: the meaning of a row.

use std::collections::BTreeMap;

use crate::columns::capacity::Capacity;
use crate::columns::ids::{ColumnId, IdVec, index, push, row_number};

/// Which rows are a group's: the first, and how many.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) rows: u32,
}

impl Span {
    /// Returns the rows of the span.
    pub(crate) fn slice<T>(self, rows: &[T]) -> &[T] {
        let start = index(self.start);
        rows.get(start..start + index(self.rows))
            .unwrap_or_default()
    }
}

/// The rows of all groups.
#[derive(Clone, Debug)]
pub(crate) struct Ragged<K, T> {
    rows: Vec<T>,
    spans: IdVec<K, Span>,
    /// Freed spans, by how many rows fit: where the next group of so many goes.
    free: BTreeMap<u32, Vec<u32>>,
    /// How many rows were stored out of the order of their groups.
    out_of_order: usize,
}

/// From how many rows out of order on, where they are half of all rows, the array is compacted: at most
/// two rows are moved for each of them. Builds with assertions do so early.
const OUT_OF_ORDER_MIN: usize = if cfg!(debug_assertions) { 8 } else { 65_536 };

impl<K, T> Default for Ragged<K, T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            spans: IdVec::default(),
            free: BTreeMap::new(),
            out_of_order: 0,
        }
    }
}

impl<K: ColumnId, T: Copy> Ragged<K, T> {
    /// Returns how many groups there are.
    pub(crate) const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Returns how many rows all groups have.
    pub(crate) fn row_count(&self) -> usize {
        self.spans
            .values()
            .iter()
            .map(|span| index(span.rows))
            .sum()
    }

    /// Adds a group without rows.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more group ids.
    pub(crate) fn add_group(&mut self) -> Result<K, Capacity> {
        self.spans.push(Span::default())
    }

    /// Checks that a group of so many rows fits.
    ///
    /// # Errors
    /// [`Capacity`] where it does not.
    pub(crate) fn check_room(&self, rows: usize) -> Result<(), Capacity> {
        row_number(self.rows.len().saturating_add(rows), K::WHAT).map(|_| ())
    }

    /// Stores the rows of a group in place of those it had.
    ///
    /// # Errors
    /// [`Capacity`] where they do not fit; the group then has the rows it had.
    pub(crate) fn replace(&mut self, group: K, rows: &[T]) -> Result<(), Capacity> {
        self.check_room(rows.len())?;
        let count = row_number(rows.len(), K::WHAT)?;
        let end = row_number(self.rows.len(), K::WHAT)?;
        let Some(span) = self.spans.get_mut(group) else {
            return Ok(());
        };
        if count != span.rows {
            if span.rows > 0 {
                self.free.entry(span.rows).or_default().push(span.start);
                self.out_of_order += rows.len();
            }
            let freed = self.free.get_mut(&count).and_then(Vec::pop);
            *span = Span {
                start: freed.unwrap_or(end),
                rows: count,
            };
        }
        for (at, row) in (index(span.start)..).zip(rows) {
            match self.rows.get_mut(at) {
                Some(known) => *known = *row,
                None => push(&mut self.rows, *row),
            }
        }
        if self.out_of_order >= OUT_OF_ORDER_MIN && self.out_of_order * 2 >= self.rows.len() {
            self.compact();
        }
        Ok(())
    }

    /// Moves the rows into the order of their groups, and drops freed spans.
    pub(crate) fn compact(&mut self) {
        let mut rows = Vec::with_capacity(self.row_count());
        let mut start = 0;
        for span in self.spans.values_mut() {
            rows.extend_from_slice(span.slice(&self.rows));
            span.start = start;
            // No more than the rows that there were, whose places fit 32 bits.
            start += span.rows;
        }
        self.rows = rows;
        self.free.clear();
        self.out_of_order = 0;
    }

    /// Returns the rows of a group.
    pub(crate) fn rows_of(&self, group: K) -> &[T] {
        let span = self.spans.get(group);
        span.map_or(&[], |span| span.slice(&self.rows))
    }

    /// Returns the rows of every group, in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[T]> {
        self.spans
            .values()
            .iter()
            .map(|span| span.slice(&self.rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::ids::TrackNo;

    #[test]
    fn groups_keep_their_rows_whatever_comes_and_goes() {
        let mut state = 1_u32;
        let mut below = |end: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % end
        };
        let mut groups = Ragged::<TrackNo, u32>::default();
        let mut plain: Vec<Vec<u32>> = Vec::new();
        for round in 0..2_000 {
            if plain.len() < 40 {
                groups.add_group().unwrap();
                plain.push(Vec::new());
            }
            let group = usize::try_from(below(40)).unwrap() % plain.len();
            let rows: Vec<u32> = (0..below(5)).map(|row| round * 10 + row).collect();
            groups
                .replace(TrackNo::after(group).unwrap(), &rows)
                .unwrap();
            plain[group] = rows;
            if below(100) == 0 {
                groups.compact();
            }
            let found: Vec<Vec<u32>> = groups.iter().map(<[u32]>::to_vec).collect();
            assert_eq!(found, plain);
        }
        let most = 40 * (1 + 2 + 3 + 4);
        assert!(groups.rows.len() <= most, "freed spans are used again");
    }
}

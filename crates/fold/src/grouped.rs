//! Rows in groups, those of one group beside each other in one list: the intervals of custody of each
//! track, and what holds of each person.
//!
//! Never here: what a row says.

use std::collections::BTreeMap;

use crate::columns::{NONE, push};
use crate::table::index;

/// Where the rows of a group stand: the first, and how many.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    start: u32,
    rows: u32,
}

impl Place {
    fn of<T>(self, rows: &[T]) -> &[T] {
        let (start, count) = (index(self.start), index(self.rows));
        let part = start.zip(count).map(|(start, count)| start..start + count);
        part.and_then(|part| rows.get(part)).unwrap_or_default()
    }
}

/// The rows of all groups.
#[derive(Clone, Debug)]
pub(crate) struct Grouped<T> {
    rows: Vec<T>,
    places: Vec<Place>,
    /// Places that groups have left, by how many rows fit: where the next group of so many goes.
    free: BTreeMap<u32, Vec<u32>>,
    /// How many rows were put elsewhere than in the order of their groups.
    strayed: usize,
}

/// From how many strayed rows on, where they are half as many as all rows, these are laid in order again:
/// at most two are moved for each that strayed. Builds with assertions do so early.
const STRAYED_MIN: usize = if cfg!(debug_assertions) { 8 } else { 65_536 };

impl<T> Default for Grouped<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: Vec::new(),
            free: BTreeMap::new(),
            strayed: 0,
        }
    }
}

impl<T: Copy> Grouped<T> {
    /// Returns how many groups there are.
    pub(crate) const fn len(&self) -> usize {
        self.places.len()
    }

    /// Returns how many rows there are.
    pub(crate) fn rows(&self) -> usize {
        let rows = self.places.iter().filter_map(|place| index(place.rows));
        rows.sum()
    }

    /// Adds a group without rows.
    pub(crate) fn add(&mut self) {
        push(&mut self.places, Place::default());
    }

    /// Takes the rows of a group in place of those it had.
    pub(crate) fn put(&mut self, group: usize, rows: &[T]) {
        let number = |rows: usize| u32::try_from(rows).unwrap_or(NONE);
        let Some(place) = self.places.get_mut(group) else {
            return;
        };
        if number(rows.len()) != place.rows {
            if place.rows > 0 {
                self.free.entry(place.rows).or_default().push(place.start);
                self.strayed += rows.len();
            }
            let left = self.free.get_mut(&number(rows.len()));
            let start = left
                .and_then(Vec::pop)
                .unwrap_or_else(|| number(self.rows.len()));
            *place = Place {
                start,
                rows: number(rows.len()),
            };
        }
        let start = index(place.start).unwrap_or(usize::MAX);
        for (at, row) in (start..).zip(rows) {
            match self.rows.get_mut(at) {
                Some(known) => *known = *row,
                None => push(&mut self.rows, *row),
            }
        }
        if self.strayed >= STRAYED_MIN && self.strayed * 2 >= self.rows.len() {
            self.settle();
        }
    }

    /// Lays the rows in the order of their groups, without places between them.
    pub(crate) fn settle(&mut self) {
        let mut rows = Vec::with_capacity(self.rows());
        for place in &mut self.places {
            let of = place.of(&self.rows);
            place.start = u32::try_from(rows.len()).unwrap_or(NONE);
            rows.extend_from_slice(of);
        }
        self.rows = rows;
        self.free.clear();
        self.strayed = 0;
    }

    /// Returns the rows of a group.
    pub(crate) fn of(&self, group: u32) -> &[T] {
        let place = index(group).and_then(|group| self.places.get(group));
        place.map_or(&[], |place| place.of(&self.rows))
    }

    /// Returns the rows of every group, in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..).map(|group| self.of(group)).take(self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_keep_their_rows_whatever_comes_and_goes() {
        let mut state = 1_u32;
        let mut below = |end: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % end
        };
        let mut groups = Grouped::default();
        let mut plain: Vec<Vec<u32>> = Vec::new();
        for round in 0..2_000 {
            if plain.len() < 40 {
                groups.add();
                plain.push(Vec::new());
            }
            let group = usize::try_from(below(40)).unwrap() % plain.len();
            let rows: Vec<u32> = (0..below(5)).map(|row| round * 10 + row).collect();
            groups.put(group, &rows);
            plain[group] = rows;
            if below(100) == 0 {
                groups.settle();
            }
            let found: Vec<Vec<u32>> = groups.iter().map(<[u32]>::to_vec).collect();
            assert_eq!(found, plain);
        }
        let most = 40 * (1 + 2 + 3 + 4);
        assert!(
            groups.rows.len() <= most,
            "places that were left are used again"
        );
    }
}

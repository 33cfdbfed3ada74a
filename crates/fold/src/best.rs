//! The best level of every unit in each of the first cells, by the unit's number.
//!
//! Start at [`Best::put`].
//!
//! Never here: units in other cells (see [`crate::marks`]).

use crate::cells::{Level, Levels};
use crate::table::index;

/// In how many cells levels are kept: three bits for each in a number of 64.
pub(crate) const BEST_CELLS: u32 = 21;

/// How many units stand on a page.
const PAGE: usize = 4_096;

/// The levels of units in the first cells.
///
/// A level is as many bits, from the lowest on, so that the better of two is both together: a unit
/// is put without asking what is known of it, and all are counted at the end. Two halves of a count
/// mostly have units on pages of their own, which are joined as they are.
#[derive(Default)]
pub(crate) struct Best {
    /// Of each unit the levels in all cells, three bits each; a page that no unit is on is empty.
    pages: Vec<Box<[u64]>>,
}

impl Best {
    /// Puts a unit in the total and in one of the first cells, which may be that of the total.
    #[inline]
    pub(crate) fn put(&mut self, cell: u32, unit: u32, level: Level) {
        self.put_bits(unit, bits(0, level) | bits(cell, level));
    }

    /// Puts a unit in several cells: the [`bits`] of each.
    #[inline]
    pub(crate) fn put_bits(&mut self, unit: u32, bits: u64) {
        let Some(at) = index(unit) else { return };
        let known = self.pages.get_mut(at / PAGE);
        match known.and_then(|page| page.get_mut(at % PAGE)) {
            Some(known) => *known |= bits,
            None => {
                if let Some(known) = self.page(at / PAGE).get_mut(at % PAGE) {
                    *known = bits;
                }
            }
        }
    }

    /// Makes a page.
    #[cold]
    fn page(&mut self, number: usize) -> &mut [u64] {
        if self.pages.len() <= number {
            self.pages.resize(number + 1, Box::default());
        }
        let page = self.pages.get_mut(number);
        page.map_or(&mut [], |page| {
            *page = vec![0; PAGE].into();
            page
        })
    }

    /// Adds what was put in another, whose cells have the numbers that `cells` says; hands on what
    /// lies in other cells than the first.
    pub(crate) fn join(
        &mut self,
        other: Self,
        cells: &[u32],
        mut beyond: impl FnMut(u32, u32, Level),
    ) {
        let same = cells
            .iter()
            .zip(0..BEST_CELLS)
            .all(|(here, there)| *here == there);
        for (number, mut theirs) in other.pages.into_iter().enumerate() {
            if !same {
                let units = (number * PAGE..).zip(&mut theirs);
                for (unit, bits) in units.filter(|(_, bits)| **bits != 0) {
                    let unit = u32::try_from(unit).unwrap_or(u32::MAX);
                    *bits = moved(*bits, cells, |cell, level| beyond(cell, unit, level));
                }
            }
            match self.pages.get_mut(number).filter(|page| !page.is_empty()) {
                Some(ours) => ours.iter_mut().zip(theirs).for_each(|(a, b)| *a |= b),
                None if theirs.is_empty() => {}
                None => {
                    if self.pages.len() <= number {
                        self.pages.resize(number + 1, Box::default());
                    }
                    if let Some(page) = self.pages.get_mut(number) {
                        *page = theirs;
                    }
                }
            }
        }
    }

    /// Returns how many units count in each of the first cells, of which there are `cells`.
    pub(crate) fn levels(&self, cells: usize) -> Vec<Levels> {
        let mut counts = [0_u64; 64];
        // Those in no cell are most where a window is narrow: they are left out first.
        let mut some = vec![0_u64; PAGE];
        for page in &self.pages {
            let mut found = 0;
            for bits in page {
                if let Some(slot) = some.get_mut(found) {
                    *slot = *bits;
                }
                found += usize::from(*bits != 0);
            }
            // A byte counts up to 255, and eight of them lie in each number: every eighth bit.
            for units in some.get(..found).unwrap_or_default().chunks(255) {
                for (bit, first) in (0..8_u32).zip(0..).take(3 * cells) {
                    let bytes = units.iter().fold(0_u64, |sum, bits| {
                        sum + ((bits >> bit) & 0x0101_0101_0101_0101)
                    });
                    let every_eighth = counts.iter_mut().skip(first).step_by(8);
                    for (count, byte) in every_eighth.zip(bytes.to_le_bytes()) {
                        *count += u64::from(byte);
                    }
                }
            }
        }
        let cells = counts.as_chunks::<3>().0.iter();
        cells.map(|counts| Levels(*counts)).collect()
    }
}

/// Returns a level in one of the first cells as bits.
pub(crate) const fn bits(cell: u32, level: Level) -> u64 {
    ((1_u64 << level) - 1) << (3 * cell)
}

/// Returns the levels of a unit where each cell has another number; hands on those in other cells
/// than the first.
fn moved(bits: u64, cells: &[u32], mut beyond: impl FnMut(u32, Level)) -> u64 {
    let mut here = 0;
    for (cell, before) in cells.iter().zip(0..BEST_CELLS) {
        let level = (bits >> (3 * before)) & 7;
        if *cell < BEST_CELLS {
            here |= level << (3 * cell);
        } else if level != 0 {
            beyond(*cell, u8::try_from(level.count_ones()).unwrap_or(0));
        }
    }
    here
}

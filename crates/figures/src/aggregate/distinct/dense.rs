//! Dense distinct counts: the best certainty of every unit in each of the first groups, as bits by the
//! unit's number.
//!
//! Start at [`DenseCounts::count`].
//!
//! Never here: units in other groups (see [`crate::aggregate::distinct::sparse`]).

use crate::aggregate::group_ids::GroupId;
use crate::certainty::{BoundedCount, Certainty};
use crate::columns::ids::{ColumnId as _, UnitNo};

/// How many groups are counted densely: three bits for each in a number of 64.
pub(crate) const DENSE_GROUPS: u32 = 21;

/// How many units a page has.
const PAGE: usize = 4_096;

/// The certainty of units in the first groups.
///
/// A certainty is a bit for each field of a count that it stands in, from the lowest on, so that the better of two is the bitwise or of both: a
/// unit is added without a comparison, and all are counted at the end. Two halves of a count mostly
/// have units on pages of their own, which are merged as they are.
#[derive(Default)]
pub(crate) struct DenseCounts {
    /// Of each unit its certainty in all groups, three bits each; a page without units is empty.
    pages: Vec<Box<[u64]>>,
}

impl DenseCounts {
    /// Counts a unit in the total and in one of the first groups, which may be the total.
    #[inline]
    pub(crate) fn count(&mut self, group: GroupId, unit: UnitNo, certainty: Certainty) {
        self.add_bits(unit, bits(0, certainty) | bits(group.number(), certainty));
    }

    /// Counts a unit in several groups: the [`bits`] of each.
    #[inline]
    pub(crate) fn add_bits(&mut self, unit: UnitNo, bits: u64) {
        let at = unit.index();
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

    /// Adds the counts of another, whose groups are `groups` here; calls `beyond` for what is not in one of
    /// the first groups here.
    pub(crate) fn merge(
        &mut self,
        other: Self,
        groups: &[GroupId],
        mut beyond: impl FnMut(GroupId, UnitNo, Certainty),
    ) {
        let first = groups.iter().zip(0..DENSE_GROUPS);
        let same = first.clone().all(|(here, there)| here.number() == there);
        for (number, mut theirs) in other.pages.into_iter().enumerate() {
            if !same {
                let units = (number * PAGE..).zip(&mut theirs);
                for (unit, bits) in units.filter(|(_, bits)| **bits != 0) {
                    // Every unit of a page had an id when it was counted.
                    let Ok(unit) = UnitNo::after(unit) else {
                        continue;
                    };
                    *bits = moved(*bits, groups, |group, one| beyond(group, unit, one));
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

    /// Returns how many units count in each of the first groups, of which there are `groups`.
    pub(crate) fn counts(&self, groups: usize) -> Vec<BoundedCount> {
        let mut counts = [0_u64; 64];
        // Those in no group are most where a window is narrow: they are left out first.
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
                for (bit, first) in (0..8_u32).zip(0..).take(3 * groups) {
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
        let groups = counts.as_chunks::<3>().0.iter();
        groups
            .map(|[at_most, count, at_least]| BoundedCount {
                count: *count,
                at_least: *at_least,
                at_most: *at_most,
            })
            .collect()
    }
}

/// Returns a certainty in the group with this number, which is below [`DENSE_GROUPS`], as bits.
#[inline]
pub(crate) const fn bits(group: u32, certainty: Certainty) -> u64 {
    ((1_u64 << certainty.fields()) - 1) << (3 * group)
}

/// Returns the bits of a unit where each group has another number; calls `beyond` for those that are
/// not in one of the first groups here.
fn moved(bits: u64, groups: &[GroupId], mut beyond: impl FnMut(GroupId, Certainty)) -> u64 {
    let mut here = 0;
    for (group, before) in groups.iter().zip(0..DENSE_GROUPS) {
        let one = (bits >> (3 * before)) & 7;
        if group.number() < DENSE_GROUPS {
            here |= one << (3 * group.number());
        } else if let Some(certainty) = Certainty::of_fields(one.count_ones()) {
            beyond(*group, certainty);
        }
    }
    here
}

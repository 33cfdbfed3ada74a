//! Certainty: how surely one unit counts, and counts of units with the bounds that follow from it.
//!
//! Start at [`Certainty`]. Source: docs/reference/figures.md, Bounds.
//!
//! Never here: by which days a unit is judged (see [`crate::scan::unit`]), and groups of unnamed people,
//! which [`crate::Count`] has beside.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;

use crate::columns::ids::PersonNo;

/// How surely a unit counts: in which fields of a count it is counted. Rising, so that the greatest of
/// several readings of one unit is what it counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// In `at_most` alone.
    Perhaps,
    /// In `count` and `at_most`; a doubt mark keeps it out of `at_least`.
    WithDoubt,
    /// In `at_least`, and so in all three.
    Surely,
}

impl Certainty {
    /// Returns the certainty of what is known to have happened, by whether it carries a doubt mark.
    #[inline]
    pub(crate) const fn known(doubt: bool) -> Self {
        if doubt { Self::WithDoubt } else { Self::Surely }
    }

    /// Returns the less sure of two.
    ///
    /// Written out: rustc 1.95 with optimisations takes `min` on an enum whose first discriminant is 1, behind
    /// an `Option` that may be none, for one that always is some.
    pub(crate) const fn weaker(self, other: Self) -> Self {
        match (self, other) {
            (Self::Perhaps, _) | (_, Self::Perhaps) => Self::Perhaps,
            (Self::WithDoubt, _) | (_, Self::WithDoubt) => Self::WithDoubt,
            (Self::Surely, Self::Surely) => Self::Surely,
        }
    }

    /// Whether a unit of this certainty is in `count`.
    #[inline]
    pub(crate) const fn is_counted(self) -> bool {
        !matches!(self, Self::Perhaps)
    }

    /// Returns the certainty that stands in so many of the three fields; none for 0.
    #[inline]
    pub(crate) const fn of_fields(fields: u32) -> Option<Self> {
        match fields {
            0 => None,
            1 => Some(Self::Perhaps),
            2 => Some(Self::WithDoubt),
            _ => Some(Self::Surely),
        }
    }

    /// Returns in how many of the three fields a unit of this certainty is counted.
    #[inline]
    pub(crate) const fn fields(self) -> u32 {
        match self {
            Self::Perhaps => 1,
            Self::WithDoubt => 2,
            Self::Surely => 3,
        }
    }
}

/// A count with its bounds, in units: `at_least <= count <= at_most`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BoundedCount {
    /// Units that count.
    pub count: u64,
    /// Of those, the ones without a doubt mark.
    pub at_least: u64,
    /// Units that may count.
    pub at_most: u64,
}

impl BoundedCount {
    /// Counts units by their certainty, one item a unit.
    pub(crate) fn of(units: impl IntoIterator<Item = Certainty>) -> Self {
        let mut sums = Self::default();
        units.into_iter().for_each(|one| sums.rise(None, one));
        sums
    }

    /// So many units of each certainty, from [`Certainty::Perhaps`] on.
    pub(crate) const fn of_numbers([perhaps, with_doubt, surely]: [u64; 3]) -> Self {
        Self {
            count: with_doubt + surely,
            at_least: surely,
            at_most: perhaps + with_doubt + surely,
        }
    }

    /// Counts a unit that rises from one certainty, or from none, to another.
    pub(crate) fn rise(&mut self, from: Option<Certainty>, to: Certainty) {
        let rises = |field| from < Some(field) && field <= to;
        self.at_most += u64::from(rises(Certainty::Perhaps));
        self.count += u64::from(rises(Certainty::WithDoubt));
        self.at_least += u64::from(rises(Certainty::Surely));
    }

    /// Adds what others count.
    pub(crate) const fn add(&mut self, others: &Self) {
        self.count += others.count;
        self.at_least += others.at_least;
        self.at_most += others.at_most;
    }
}

/// The certainty of each individual, by number.
#[derive(Debug, Default)]
pub(crate) struct CertaintyByIndividual(BTreeMap<PersonNo, Certainty>);

impl CertaintyByIndividual {
    /// Nobody.
    pub(crate) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Takes an individual in, or raises the certainty by which they are in.
    pub(crate) fn raise(&mut self, individual: PersonNo, certainty: Certainty) {
        match self.0.entry(individual) {
            Entry::Vacant(none) => {
                none.insert(certainty);
            }
            Entry::Occupied(mut known) => {
                let best = certainty.max(*known.get());
                known.insert(best);
            }
        }
    }

    /// Returns the certainty of an individual; none of one who is not in.
    pub(crate) fn get(&self, individual: PersonNo) -> Option<Certainty> {
        self.0.get(&individual).copied()
    }

    /// Takes in all of others.
    pub(crate) fn merge(&mut self, others: Self) {
        for (individual, certainty) in others.0 {
            self.raise(individual, certainty);
        }
    }

    /// Returns each individual with their certainty, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PersonNo, Certainty)> + Clone {
        self.0.iter().map(|(one, certainty)| (*one, *certainty))
    }

    /// Returns those who are in both, by what is less sure.
    pub(crate) fn also_in(
        &self,
        others: &Self,
    ) -> impl Iterator<Item = (PersonNo, Certainty)> + Clone {
        let both = self.iter();
        both.filter_map(|(one, certainty)| Some((one, certainty.weaker(others.get(one)?))))
    }

    /// Counts them.
    pub(crate) fn count(&self) -> BoundedCount {
        BoundedCount::of(self.0.values().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::ids::ColumnId as _;

    #[test]
    fn who_is_in_one_list_alone_is_not_in_both() {
        let all = [Certainty::Perhaps, Certainty::WithDoubt, Certainty::Surely];
        let person = |number: usize| PersonNo::after(number).unwrap();
        let (mut ones, mut others) = (CertaintyByIndividual::new(), CertaintyByIndividual::new());
        let mut expected = Vec::new();
        for (a, one) in all.into_iter().enumerate() {
            for (b, other) in all.into_iter().enumerate() {
                let both = person(10 * (3 * a + b));
                ones.raise(both, one);
                others.raise(both, other);
                expected.push((both, *all.get(a.min(b)).unwrap()));
            }
            ones.raise(person(101 + a), one);
            others.raise(person(201 + a), one);
        }
        let found: Vec<_> = ones.also_in(&others).collect();
        assert_eq!(found, expected);
        let count = BoundedCount::of(ones.also_in(&others).map(|(_, certainty)| certainty));
        assert_eq!((count.at_least, count.count, count.at_most), (1, 4, 9));
    }
}

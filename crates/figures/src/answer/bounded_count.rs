//! A count with bounds, and the certainty of one unit that is listed.
//!
//! Never here: the flags of a unit (see [`crate::certainty`]) and groups of unnamed people, which
//! [`crate::Count`] has beside.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::certainty::{AT_LEAST, AT_MOST, COUNT};
use crate::columns::ids::PersonNo;

/// A count with its bounds, in units.
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
    /// Counts units by their flags, one item a unit.
    pub(crate) fn from_flags(flags: impl IntoIterator<Item = u8>) -> Self {
        let mut sums = Self::default();
        for flags in flags {
            sums.count += u64::from(flags & COUNT != 0);
            sums.at_least += u64::from(flags & AT_LEAST != 0);
            sums.at_most += u64::from(flags & AT_MOST != 0);
        }
        sums
    }
}

/// The certainty of a listed unit: in which fields of a count it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// In `at_least`, and so in all three.
    Surely,
    /// In `count` and `at_most`; a doubt mark keeps it out of `at_least`.
    WithDoubt,
    /// In `at_most` alone.
    Perhaps,
}

impl Certainty {
    /// Returns the certainty of a unit that counts by these flags.
    pub(crate) const fn from_flags(flags: u8) -> Self {
        if flags & AT_LEAST != 0 {
            Self::Surely
        } else if flags & COUNT != 0 {
            Self::WithDoubt
        } else {
            Self::Perhaps
        }
    }
}

/// The flags of each individual, by number.
pub(crate) type IndividualFlags = BTreeMap<PersonNo, u8>;

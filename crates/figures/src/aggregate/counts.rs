//! Counts with their bounds: a figure, the unnamed people beside it, and the row of a group.
//!
//! Start at [`Count`].
//!
//! Never here: how they are counted (see [`crate::aggregate::grouped_count`]).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::certainty::BoundedCount;
use crate::columns::rows::UnnamedBounds;

/// A sum of unnamed people: at least `lower`, at most `upper` where that is known.
///
/// A lower sum beyond 2^64 - 1 stays there, which is still a lower bound; an upper sum beyond it is
/// none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unnamed {
    /// Number of people, lower bound.
    pub lower: u64,
    /// Number of people, upper bound; none when one of the groups has none, or the sum
    /// exceeds 2^64 - 1.
    pub upper: Option<u64>,
}

impl Unnamed {
    /// The sum over no groups.
    pub(crate) const ZERO: Self = Self {
        lower: 0,
        upper: Some(0),
    };

    /// Adds the unnamed people of one event.
    pub(crate) fn add(&mut self, bounds: UnnamedBounds) {
        self.lower = self.lower.saturating_add(bounds.lower);
        let both = self.upper.zip(bounds.upper);
        self.upper = both.and_then(|(sum, upper)| sum.checked_add(upper));
    }
}

/// One figure with its bounds: `at_least <= count <= at_most`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Units whose interval of days lies inside the window.
    pub count: u64,
    /// Of those, the ones whose date carries no doubt mark.
    pub at_least: u64,
    /// Units whose interval touches the window.
    pub at_most: u64,
    /// People in group events of the window who are not named; never added to the figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unnamed: Option<Unnamed>,
}

impl From<BoundedCount> for Count {
    /// Returns the count of units without the unnamed people beside them.
    fn from(bounded: BoundedCount) -> Self {
        Self {
            count: bounded.count,
            at_least: bounded.at_least,
            at_most: bounded.at_most,
            unnamed: None,
        }
    }
}

/// One group of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The value of each dimension, by its name; `null` where it is not known.
    pub group: BTreeMap<Cow<'static, str>, Option<String>>,
    /// The figure of the group.
    #[serde(flatten)]
    pub count: Count,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_unnamed_people_keep_64_bits_and_do_not_wrap() {
        let group = |lower, upper| UnnamedBounds { lower, upper };
        let sum = |groups: &[UnnamedBounds]| {
            let mut sum = Unnamed::ZERO;
            groups.iter().for_each(|bounds| sum.add(*bounds));
            (sum.lower, sum.upper)
        };
        let world = group(5_000_000_000, Some(8_000_000_000));
        assert_eq!(sum(&[world]), (5_000_000_000, Some(8_000_000_000)));
        assert_eq!(sum(&[world, group(1, None)]), (5_000_000_001, None));
        let most = group(u64::MAX, Some(u64::MAX));
        assert_eq!(sum(&[most]), (u64::MAX, Some(u64::MAX)));
        assert_eq!(sum(&[most, group(1, Some(1))]), (u64::MAX, None));
        assert_eq!(sum(&[most, group(1, Some(1)), world]), (u64::MAX, None));
    }
}

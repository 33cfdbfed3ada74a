//! The points of a walk, in the order in which they are walked.
//!
//! Start at [`WalkPoint`].
//!
//! Never here: what is walked there.

use event::{Day, EventKey, Instant};

use crate::facts::order::sort_key;
use crate::facts::scoped::Changes;
use crate::rows::Fact;
use crate::track::assertion::Assertion;

/// The facts that a change of events took away and brought.
pub(crate) type FactChanges = Changes<Fact>;

/// The place of an event in the order of its track.
pub(super) type Place = (Day, Instant, u8, EventKey);

pub(super) fn place_of(event: &Assertion) -> Place {
    let (day, recorded, rank, key) = sort_key(event);
    (day, recorded, rank, key.clone())
}

/// A point of the walk, in the order in which they are walked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WalkPoint {
    pub(super) at: Place,
    pub(super) part: Part,
}

/// What is walked at the place of an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The event itself.
    Own,
    /// Of a beginning: an ending that waited for it; none is the point before the first of them.
    Waiting(Option<Place>),
}

impl WalkPoint {
    pub(super) const fn own(at: Place) -> Self {
        Self {
            at,
            part: Part::Own,
        }
    }

    /// The point after a beginning, before the endings that waited for it.
    pub(super) const fn after(at: Place) -> Self {
        Self {
            at,
            part: Part::Waiting(None),
        }
    }
}

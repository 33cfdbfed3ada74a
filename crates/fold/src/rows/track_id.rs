//! The key of a track.
//!
//! Never here: the contents of a track (see [`crate::rows::Track`]).

use event::{CaseId, PersonId, Position};
use serde::{Deserialize, Serialize};

/// The key of a track: one person in one case, or the substitute where either is absent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TrackId {
    /// One person in one case; no case where the event names none.
    Person(Option<CaseId>, PersonId),
    /// The events of a case that name no person.
    Case(CaseId),
    /// A single event with neither case nor person, by its position.
    Lone(Position),
    /// The links on one pair of person ids, the smaller id first.
    Pair(PersonId, PersonId),
}

impl TrackId {
    /// Returns the case.
    #[must_use]
    pub const fn case(&self) -> Option<&CaseId> {
        match self {
            Self::Person(case, _) => case.as_ref(),
            Self::Case(case) => Some(case),
            Self::Lone(_) | Self::Pair(..) => None,
        }
    }

    /// Returns the person.
    #[must_use]
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person(_, person) => Some(person),
            Self::Case(_) | Self::Lone(_) | Self::Pair(..) => None,
        }
    }
}

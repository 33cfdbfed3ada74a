//! Custody intervals, the days that a person spends in one state of custody in one case, and the
//! inconsistencies of a track.
//!
//! Start at [`Custody`]. Source of the rules: docs/reference/figures.md, Custody.
//!
//! Never here: how events make intervals (see [`crate::facts::machine`]), and other tracks of the
//! person.

use event::{CustodyState, Day, Days, Kind, OrgId, Position};
use serde::{Deserialize, Serialize};

use crate::track::assertion::Attributes;

/// The beginning or the end of an interval.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bound {
    /// The days on one of which it was.
    pub days: Days,
    /// Whether the date carries a doubt mark.
    pub doubt: bool,
    /// The position of the event that sets it.
    pub position: Position,
    /// Whether the event only implies it, as a later arrest implies a release before it.
    pub implied: bool,
}

/// The days for which events are evidence of an interval's state, however uncertain its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Evidence {
    /// The smallest latest day of those events: the state began by then.
    pub by: Day,
    /// The greatest earliest day of those events: the state lasted until then.
    pub until: Day,
}

/// An interval in one state of custody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Custody {
    /// The beginning.
    pub start: Bound,
    /// The state.
    pub state: CustodyState,
    /// The end; none while it is open.
    pub end: Option<Bound>,
    /// The evidence from the events in it.
    pub evidence: Evidence,
    /// The organisation that asserted the event at its beginning.
    pub org: OrgId,
    /// The attributes of that event; but the authority is the one that the interval's events name,
    /// and the verification the greatest of theirs.
    pub attributes: Attributes,
    /// The kind of that event.
    pub kind: Kind,
}

/// An inconsistency in a track: recorded and reported, never repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Inconsistency {
    /// A release, or another ending, of someone not known to be held.
    EndingWithoutBeginning,
    /// A transfer or an extension of the detention of someone not known to be held.
    HeldWithoutBeginning,
    /// An event after the person's death that requires a living person.
    AfterDeath,
    /// An event dated after its recordedtime.
    AfterRecord,
    /// An event dated more than a century before its recordedtime.
    DateImplausible,
    /// A new arrest while held, which implies a release before it.
    ArrestWhileHeld,
    /// An aggregate claim whose parts do not add up to it.
    ClaimParts,
}

impl Inconsistency {
    /// Returns the name under which answers list it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EndingWithoutBeginning => "ending_without_beginning",
            Self::HeldWithoutBeginning => "held_without_beginning",
            Self::AfterDeath => "after_death",
            Self::AfterRecord => "after_record",
            Self::DateImplausible => "date_implausible",
            Self::ArrestWhileHeld => "arrest_while_held",
            Self::ClaimParts => "claim_parts",
        }
    }
}

/// Whether `state` is custody in the widest sense: house arrest and disappearance included.
#[must_use]
pub const fn is_held(state: CustodyState) -> bool {
    matches!(
        state,
        CustodyState::PoliceCustody
            | CustodyState::Pretrial
            | CustodyState::Serving
            | CustodyState::Administrative
            | CustodyState::HouseArrest
            | CustodyState::Disappeared
    )
}

/// Whether `state` is `detained/any`: custody that an arrest opens and a later arrest interrupts.
#[must_use]
pub const fn is_in_custody(state: CustodyState) -> bool {
    matches!(
        state,
        CustodyState::PoliceCustody
            | CustodyState::Pretrial
            | CustodyState::Serving
            | CustodyState::Administrative
    )
}

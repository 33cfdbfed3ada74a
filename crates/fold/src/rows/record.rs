//! The rows of an event key and of an organisation: amendments on the event, and grants.
//!
//! Never here: what the amendments change (see [`crate::amend`]).

use event::{ContentHash, EventKey, Instant, Kind, PersonId, Position};
use serde::{Deserialize, Serialize};

use crate::rows::track_id::TrackId;

/// A correction, retraction or verification change, as recorded with its target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Amendment {
    /// Its recordedtime.
    pub recorded: Instant,
    /// Its key.
    pub key: EventKey,
    /// Its position.
    pub position: Position,
    /// Its kind.
    pub kind: Kind,
}

/// The row of an event key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The first leaf with this key, and the hash of its content; none while only amendments on it
    /// have come.
    pub first: Option<(Position, ContentHash)>,
    /// Whether that leaf is an event whose structure passed.
    pub is_event: bool,
    /// The key of its target, where it is an amendment.
    pub target: Option<EventKey>,
    /// The amendments on it, in the order in which their patches apply.
    pub amendments: Vec<Amendment>,
    /// The tracks in which it is, or was, effective; filled at the first amendment.
    pub tracks: Vec<TrackId>,
    /// The persons about whom it states, or stated, traits; filled at the first amendment.
    pub persons: Vec<PersonId>,
}

/// The row of an organisation: its grants, and the indexes of what a new grant makes stale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Its grants of editor rights.
    pub grants: Vec<EventKey>,
    /// Its events with amendments by other organisations, which a changed grant makes stale.
    pub amended_by_others: Vec<EventKey>,
    /// The tracks of pairs with one of its ids that other organisations link; likewise.
    pub linked: Vec<TrackId>,
}

//! The row of an event key: its leaf, and the amendments on it.
//!
//! Never here: what the amendments change (see [`crate::amend`]).

use std::collections::BTreeSet;

use event::{ContentHash, EventKey, Instant, Kind, OrgId, PersonId, Position};
use serde::{Deserialize, Serialize};

use crate::readers::{Readers, ReadersAt};
use crate::rows::standing::Standing;
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
    pub amendments: BTreeSet<Amendment>,
    /// The tracks in which it is, or was, effective; filled at the first amendment.
    pub tracks: Standing<TrackId>,
    /// The persons about whom it states, or stated, traits; filled at the first amendment.
    pub persons: Standing<PersonId>,
    /// The organisation to which it gives rights now, where it is a grant.
    pub grantee: Option<OrgId>,
    /// Whom it leaves as readers by its own word, with those acts on it that its organisation and
    /// who held a grant have sent, in force or not.
    pub said: Readers,
    /// Who may see it, at each R; of an act, the readers of its target must allow it too.
    pub readers: ReadersAt,
}

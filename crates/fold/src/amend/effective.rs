//! The effective event: an event with the permitted amendments on it applied.
//!
//! Start at [`EffectiveEvent`]. Source: docs/reference/figures.md, Corrections.
//!
//! Never here: which amendments are in force (see [`crate::amend::in_force`]), and how patches apply
//! (see [`crate::amend::chain`]).

use event::{
    Envelope, Event, EventKey, Instant, Json, Kind, OrgId, Position, Verification, Visibility,
};

use crate::readers::Readers;
use crate::rows::TrackId;
use crate::track::assertion::Assertion;
use crate::track::interpret::assertions;

/// The order of statements: the recordedtime and key of the event, or of the correction, that makes
/// them.
pub(crate) type StatementOrder = (Instant, EventKey);

/// Returns the order of what an event as sent states.
pub(crate) fn statement_order(envelope: &Envelope) -> StatementOrder {
    (envelope.recorded, envelope.key.clone())
}

/// An event with its amendments applied.
#[derive(Clone, Debug)]
pub struct EffectiveEvent {
    /// The event with its effective `data`, its `time` unless a correction moved `occurred` off it,
    /// and the cap of who set `occurred`.
    pub event: Event,
    /// The strictest visibility of the event and of its amendments.
    pub visibility: Visibility,
    /// Where that is `org`: the organisations that see it, sorted.
    pub confined_to: Vec<OrgId>,
    /// The positions of the amendments applied, rising.
    pub revised_by: Vec<Position>,
    /// The order of the event or amendment that set `persons` last.
    pub(crate) persons_by: StatementOrder,
}

impl EffectiveEvent {
    /// Makes the effective event of one without amendments.
    pub(crate) fn unchanged(event: Event) -> Self {
        let readers = own_readers(&event);
        Self {
            visibility: readers.visibility,
            confined_to: readers.confined_to,
            revised_by: Vec::new(),
            persons_by: statement_order(&event.envelope),
            event,
        }
    }

    /// Returns who may see it.
    pub(crate) fn readers(&self) -> Readers {
        Readers {
            visibility: self.visibility,
            confined_to: self.confined_to.clone(),
        }
    }

    /// Sets who may see it.
    pub(crate) fn set_readers(&mut self, readers: Readers) {
        self.visibility = readers.visibility;
        self.confined_to = readers.confined_to;
    }

    /// Whether its effective verification is `refuted`, so that it says nothing of a person, links
    /// nobody, grants nothing, defines nothing and amends nothing. Source: docs/reference/figures.md, Verification.
    #[must_use]
    pub fn is_refuted(&self) -> bool {
        self.event.data.text("verification") == Some(Verification::Refuted.code())
    }

    /// Returns the assertions of the event, whose position is `position`, in each of its tracks.
    pub(crate) fn assertions(&self, position: Position) -> Vec<(TrackId, Assertion)> {
        let visibility = (self.visibility, self.confined_to.as_slice());
        assertions(&self.event, position, visibility)
    }
}

/// Returns the visibility of an event by its own data. An amendment that states none has its
/// target's; `public` stands for that here, because it narrows nothing.
pub(crate) fn own_visibility(event: &Event) -> Visibility {
    if event.kind.is_amendment() && event.data.get("visibility").is_none() {
        return Visibility::Public;
    }
    event::Common::visibility_of(event)
}

/// Returns the readers of an event by its own data.
pub(crate) fn own_readers(event: &Event) -> Readers {
    Readers::new(own_visibility(event), &event.envelope.key.org)
}

/// Returns the merge patch (RFC 7396) of a correction or a verification change with this data.
pub(crate) fn merge_patch(kind: Kind, data: &Json) -> Option<Json> {
    if kind == Kind::VerificationChanged {
        data.get("to")
            .map(|to| Json::Object(vec![("verification".into(), to.clone())]))
    } else {
        data.get("patch").cloned()
    }
}

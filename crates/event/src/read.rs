//! What a leaf of the log is: an event, an event of an unknown type, or a leaf without effect.
//!
//! Start at [`read`] (what the fold sees) and [`crate::admit`] (what the gate lets in).
//!
//! Never here: whether the key was seen before, and what the event changes (crate `fold`).

use crate::check::{self, Strength};
use crate::envelope::{self, Envelope, Origin, SYSTEM_SOURCE};
use crate::{Code, Day, Json, Kind, Rejection};

/// An event whose structure is right.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The attributes.
    pub envelope: Envelope,
    /// What happened.
    pub kind: Kind,
    /// The common block and the kind's own fields.
    pub data: Json,
}

/// What a leaf is.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// An event that may have an effect.
    Event(Box<Event>),
    /// An event of a type that is not known here: kept, listed, counted nowhere.
    Unknown(Box<Envelope>),
    /// A leaf without effect. It occupies its key when its envelope passed.
    Rejected {
        /// The envelope, when that much is right.
        envelope: Option<Box<Envelope>>,
        /// What is wrong.
        rejection: Rejection,
    },
}

/// The bytes at the beginning of an entry in which the `type` of one of the log's own events stands,
/// as [`crate::system_event`] puts it.
const SYSTEM_HEAD_BYTES: usize = 256;

/// Reads an entry, if it is one of the log's own events of `kind`.
///
/// One whose `type` does not stand in its first 256 bytes is none that the log wrote. So a whole
/// history is looked through without reading each of its entries.
#[must_use]
pub fn read_system(entry: &[u8], kind: Kind) -> Option<Event> {
    let word = format!("\"habeas.{kind}.v");
    let head = entry.get(..SYSTEM_HEAD_BYTES).unwrap_or(entry);
    let mut places = head.windows(word.len());
    if !places.any(|place| place == word.as_bytes()) {
        return None;
    }
    match read(entry) {
        Reading::Event(event) => (event.kind == kind).then_some(*event),
        Reading::Unknown(_) | Reading::Rejected { .. } => None,
    }
}

/// Reads one leaf, in this order: JSON, one object, the attributes (the envelope), the rules of the
/// log's own events, the type, the common block, the kind's fields, `time` inside `occurred`.
///
/// The first failure is the one returned. Sorts and shapes are judged, codes are not, so that a new
/// code list never judges old leaves anew. A leaf occupies its key once its envelope passes,
/// whatever its type, `data` or effect; one without `receivedtime` occupies none, since no gate
/// wrote it and a key is only given away at a gate.
#[must_use]
pub fn read(bytes: &[u8]) -> Reading {
    let opened = envelope::parse(bytes).and_then(|fields| envelope::open(fields, Origin::Log));
    let (envelope, data) = match opened {
        Ok(opened) => opened,
        Err(rejection) => {
            return Reading::Rejected {
                envelope: None,
                rejection,
            };
        }
    };
    let Some(kind) = envelope.kind else {
        return Reading::Unknown(Box::new(envelope));
    };
    let checked = system(&envelope, kind)
        .and_then(|()| check::data(kind, &data, envelope.time_day, Strength::Structure));
    match checked {
        Ok(()) => Reading::Event(Box::new(Event {
            envelope,
            kind,
            data,
        })),
        Err(rejection) => Reading::Rejected {
            envelope: Some(Box::new(envelope)),
            rejection,
        },
    }
}

/// Checks the structure of these fields of `data`, which a correction's patch has changed.
///
/// Where all other fields pass, `data` passes as a whole if this does. Of an `aggregate_claim`,
/// `data` must hold both `lower` and `upper` if one of them is among the fields. Whether `time` lies
/// inside `occurred` is not judged: a correction that moves it off leaves the event without one.
///
/// # Errors
/// The first [`Rejection`], in the order of [`read`].
pub fn check_fields(kind: Kind, data: &Json, names: &[&str]) -> Result<(), Rejection> {
    check::fields_of(kind, data, names)?;
    match data.get("patch") {
        Some(patch) if kind == Kind::Correction && names.contains(&"patch") => {
            crate::admit::patch(patch, Strength::Structure)
                .map_err(|rejection| rejection.under("patch"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a `time` on `time_day` lies outside of the days of `data.occurred`, before any cap.
#[must_use]
pub fn time_lies_outside(data: &Json, time_day: Option<Day>) -> bool {
    check::time_lies_outside(data, time_day)
}

/// Judges the log's own events: their kinds and `org` `system` go together, and nothing else.
///
/// Source: docs/reference/events.md, System events.
fn system(envelope: &Envelope, kind: Kind) -> Result<(), Rejection> {
    let from_system = envelope.key.org.is_system();
    let rejected = |step: &str, found: String, expected: &str| {
        Err(Rejection::new(Code::System, found, expected).under(step))
    };
    match (kind.is_system(), from_system) {
        (false, false) => Ok(()),
        (true, false) => rejected(
            "type",
            kind.to_string(),
            "a kind that an organisation may send",
        ),
        (false, true) => rejected("type", kind.to_string(), "a kind of the log's own"),
        (true, true) if &*envelope.key.source != SYSTEM_SOURCE => {
            rejected("source", "another source".to_owned(), SYSTEM_SOURCE)
        }
        (true, true) if envelope.subject.is_some() => {
            rejected("subject", "a subject".to_owned(), "no subject")
        }
        (true, true) if envelope.received != Some(envelope.recorded) => rejected(
            "recordedtime",
            envelope.recorded.to_string(),
            "the `receivedtime`",
        ),
        (true, true) => Ok(()),
    }
}

//! What the log says of itself: its first event, with its name and key, and the anchors in it.
//!
//! Never here: organisations' events.

use std::sync::Arc;

use ::archive::Archive;
use bytes::Bytes;
use event::{Instant, Json, Kind, OrgId, Position, Reading};
use journal::{AppendError, Journal, Outgoing};
use proof::Verifier;
use uuid::Uuid;

use crate::clock::Clock;

/// What the first event of a log says.
#[derive(Clone, Debug, Default)]
pub struct Founding {
    /// The log's name.
    pub origin: String,
    /// The log's key; none in a log begun before there were any.
    pub key: Option<Verifier>,
}

impl Founding {
    /// Reads the log's first event.
    #[must_use]
    pub fn read(entry: &[u8]) -> Self {
        match event::read(entry) {
            Reading::Event(event) if event.kind == Kind::Genesis => {
                let origin = event.data.text("origin").unwrap_or_default().to_owned();
                let key = event.data.text("key").and_then(|key| key.parse().ok());
                Self {
                    key: key.filter(|key: &Verifier| key.name() == origin),
                    origin,
                }
            }
            Reading::Event(_) | Reading::Unknown(_) | Reading::Rejected { .. } => Self::default(),
        }
    }
}

/// Why no anchor was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The history could not be read.
    #[error(transparent)]
    Archive(#[from] ::archive::Error),
    /// The log was not appended to.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// Returns the kind of an entry that is an event, and when the gate received it.
fn kind_of(entry: &[u8]) -> Option<(Kind, Option<Instant>)> {
    match event::read(entry) {
        Reading::Event(event) => Some((event.kind, event.envelope.received)),
        Reading::Unknown(_) | Reading::Rejected { .. } => None,
    }
}

/// Appends the newest checkpoint as an `anchor`, right after the last event kept, and returns its
/// position; none where there is no checkpoint, or the last event is an anchor.
///
/// A gate that appends at the same instant is first; the next hour's anchor holds more.
///
/// # Errors
/// [`Error`]; nothing stands in the log then but after [`AppendError::Unknown`].
pub async fn anchor(
    journal: &Journal,
    archive: &Arc<Archive>,
    founding: &Founding,
    clock: &dyn Clock,
) -> Result<Option<Position>, Error> {
    let last = archive.last();
    let Some(note) = archive.published()? else {
        return Ok(None);
    };
    let before = archive.entry(last)?.as_deref().and_then(kind_of);
    if before.is_some_and(|(kind, _)| kind == Kind::Anchor) {
        return Ok(None);
    }
    let now = clock.now();
    let received = before.and_then(|(_, received)| received).unwrap_or(now);
    let name = format!("{}/anchor/{last}", founding.origin);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    let data = Json::Object(vec![("checkpoint".into(), Json::Text(note))]);
    let event = event::system_event(Kind::Anchor, &id.to_string(), &data, now.max(received));
    let org = OrgId::SYSTEM;
    let batch = [Outgoing {
        subject: format!("habeas.event.{org}.{}", Kind::Anchor),
        payload: Bytes::from(event),
    }];
    Ok(Some(journal.append(last, &batch).await?))
}

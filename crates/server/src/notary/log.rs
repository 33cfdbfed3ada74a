//! What the log says of itself: its first event, with its name and key, the keys that follow, and the
//! anchors in it.
//!
//! Never here: organisations' events.

use std::sync::Arc;

use ::archive::Archive;
use bytes::Bytes;
use event::{Instant, Json, Kind, OrgId, Position, Reading};
use journal::{AppendError, Journal, Outgoing};
use proof::{Keys, Note, Role, Verifier};
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
                    key: key
                        .filter(|key: &Verifier| key.name() == origin && key.role() == Role::Log),
                    origin,
                }
            }
            Reading::Event(_) | Reading::Unknown(_) | Reading::Rejected { .. } => Self::default(),
        }
    }
}

/// How many entries are looked through at a time.
const READ_ENTRIES: usize = 2_048;

/// The keys of a log, as its entries name them, read as far as a position.
#[derive(Clone, Debug, Default)]
pub struct LogKeys {
    founding: Founding,
    keys: Option<Keys>,
    read: Position,
}

impl LogKeys {
    /// Returns what the first event says.
    #[must_use]
    pub const fn founding(&self) -> &Founding {
        &self.founding
    }

    /// Returns the keys; none of a log that names none in its first event.
    #[must_use]
    pub const fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// Returns how far the entries are read.
    #[must_use]
    pub const fn read(&self) -> Position {
        self.read
    }

    /// Reads on to the end of the history. A `key` event that does not follow is named in the logs and
    /// has no effect: the key that it names signs nothing.
    ///
    /// # Errors
    /// The history's; what was read before it stands.
    pub fn read_on(&mut self, archive: &Archive) -> Result<(), ::archive::Error> {
        loop {
            let entries = archive.entries(self.read.next(), READ_ENTRIES)?;
            if entries.is_empty() {
                return Ok(());
            }
            for (position, entry) in entries {
                self.entry(position, &entry);
                self.read = position;
            }
        }
    }

    fn entry(&mut self, position: Position, entry: &[u8]) {
        if position == Position::new(1) {
            self.founding = Founding::read(entry);
            self.keys = self.founding.key.clone().map(Keys::new);
            return;
        }
        let Some(keys) = &mut self.keys else { return };
        let Some(event) = event::read_system(entry, Kind::Key) else {
            return;
        };
        let note = event.data.text("succession").unwrap_or_default();
        let note = Note::parse(note.as_bytes()).map_err(proof::OpenError::from);
        match note.and_then(|note| keys.succeed(position.get(), &note)) {
            Ok(()) => {
                tracing::info!(position = position.get(), key = %keys.newest(), "log's key follows");
            }
            Err(why) => {
                tracing::warn!(position = position.get(), error = %why, "key event has no effect");
            }
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

/// Returns the `receivedtime` of an event that follows on the last: `now`, but never before the last's.
pub(super) fn stamp(archive: &Archive, now: Instant) -> Result<Instant, ::archive::Error> {
    let last = archive.entry(archive.last())?;
    let received = last.as_deref().and_then(kind_of);
    let received = received.and_then(|(_, received)| received);
    Ok(received.map_or(now, |received| received.max(now)))
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
    let received = stamp(archive, clock.now())?;
    let name = format!("{}/anchor/{last}", founding.origin);
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    let data = Json::Object(vec![("checkpoint".into(), Json::Text(note.into()))]);
    let event = event::system_event(Kind::Anchor, &id.to_string(), &data, received);
    let org = OrgId::SYSTEM;
    let batch = [Outgoing {
        subject: format!("habeas.event.{org}.{}", Kind::Anchor),
        payload: Bytes::from(event),
    }];
    Ok(Some(journal.append(last, &batch).await?))
}

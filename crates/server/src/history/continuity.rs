//! Whether the log is still the one that the archive holds.
//!
//! The rules, in their order: the same creation time; it begins at position 1; it ends no earlier
//! than the archive; the leaf at the archive's end (or at its own, where it is shorter) and a sample
//! of others are the same, byte for byte. Source: docs/operate/history.md, Continuity.
//!
//! Never here: when to look, and what follows.

use std::sync::Arc;
use std::time::Duration;

use ::archive::Archive;
use bytes::Bytes;
use event::{OrgId, Position, Reading};
use journal::{AppendError, Journal, Outgoing, StreamState, subjects};

use crate::node::Trouble;

/// How many positions are read again besides the last, spread over the whole history.
const SAMPLE: u64 = 16;

/// The most events published again in one batch.
const AGAIN_MAX: usize = 500;

/// The most bytes published again in one batch, but for a single event that is longer.
const AGAIN_BYTES_MAX: usize = 8 << 20;

/// How the log stands to the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is the archive's, or goes on from it.
    Agrees,
    /// It is the archive's up to its last position, and the archive holds more.
    Shorter {
        /// Where the log ends.
        last: Position,
    },
    /// It is not.
    Trouble(Trouble),
}

/// Why the two could not be compared, or the tail not published.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log does not answer.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ::archive::Error),
    /// The log was not appended to.
    #[error(transparent)]
    Append(#[from] AppendError),
}

fn diverged(why: String) -> Result<Comparison, Error> {
    Ok(Comparison::Trouble(Trouble::Diverged(why)))
}

/// How often a cluster is asked until it is believed that the log is not the archive's: for 12 s, since a server
/// that lost its followers takes itself for the leader for 10 s at the most. Source: docs/reference/limits.md.
const CONFIRMATIONS: u32 = 24;

/// The pause between two of them.
const CONFIRMATION_PAUSE: Duration = Duration::from_millis(500);

/// Compares the log with the archive. The first comparison notes when the log was created. A server of a cluster
/// that led before may answer with what it knew then, so that what speaks against the log is asked again.
///
/// # Errors
/// [`Error`] when one of the two does not answer.
pub async fn compare(journal: &Journal, archive: &Arc<Archive>) -> Result<Comparison, Error> {
    let mut left = if journal.is_replicated() {
        CONFIRMATIONS
    } else {
        1
    };
    loop {
        left -= 1;
        let found = compare_once(journal, archive).await?;
        if found == Comparison::Agrees || left == 0 {
            return Ok(found);
        }
        tracing::debug!(
            ?found,
            left,
            "the log may be answered for by an older state"
        );
        tokio::time::sleep(CONFIRMATION_PAUSE).await;
    }
}

async fn compare_once(journal: &Journal, archive: &Arc<Archive>) -> Result<Comparison, Error> {
    let state = match journal.state().await {
        Err(journal::Error::Refused { code, .. }) if code == journal::STREAM_NOT_FOUND => {
            return diverged("its stream does not exist any more".into());
        }
        state => state?,
    };
    match archive.stream()? {
        Some(noted) if noted != state.created => {
            return diverged(format!(
                "it was created at {}, but the one kept here at {noted}",
                state.created
            ));
        }
        Some(_) => {}
        None => archive.note_stream(&state.created)?,
    }
    let known = archive.last();
    if state.last > Position::ZERO && state.first > Position::new(1) {
        return diverged(format!(
            "it begins at position {}, but must begin at 1",
            state.first
        ));
    }
    for position in sample(state.last.min(known), &state) {
        let Some(stored) = journal.get(position).await? else {
            return Ok(Comparison::Trouble(Trouble::Gap {
                expected: position,
                found: position.next(),
            }));
        };
        if proof::leaf(&stored.payload) != archive.leaf(position)? {
            return diverged(format!("position {position} holds other bytes"));
        }
    }
    if state.last < known {
        return Ok(Comparison::Shorter { last: state.last });
    }
    Ok(Comparison::Agrees)
}

/// Returns the positions to look at: the last, and some before it that differ from time to time.
fn sample(last: Position, state: &StreamState) -> Vec<Position> {
    let Some(span) = last.get().checked_sub(1) else {
        return Vec::new();
    };
    // Where the log ends moves the sample, so that in time every position has its turn.
    let mut seed = state.last.get().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ state.messages;
    let mut positions = vec![last];
    for _ in 0..SAMPLE.min(span) {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        positions.push(Position::new(1 + (seed >> 20) % last.get()));
    }
    positions
}

/// Publishes what the archive holds after `last` again, under the expected last position, and
/// returns how many.
///
/// Another node may do the same: one of the two is refused, and what stands is the same.
///
/// # Errors
/// [`Error`]; what was published before it stands.
pub async fn publish_again(
    journal: &Journal,
    archive: &Arc<Archive>,
    last: Position,
) -> Result<u64, Error> {
    archive.sync()?;
    let mut after = last;
    let mut published = 0;
    loop {
        let entries = archive.entries(after.next(), AGAIN_MAX)?;
        let mut bytes = 0;
        let batch: Vec<Outgoing> = entries
            .into_iter()
            .take_while(|(_, entry)| {
                bytes += entry.len();
                bytes == entry.len() || bytes <= AGAIN_BYTES_MAX
            })
            .map(|(_, entry)| outgoing(entry))
            .collect();
        if batch.is_empty() {
            return Ok(published);
        }
        published += u64::try_from(batch.len()).unwrap_or(u64::MAX);
        after = journal.append(after, &batch).await?;
    }
}

/// Returns an entry under the subject it is routed by; one that is no event goes to a subject of its
/// own, since a subject is no part of the history.
fn outgoing(payload: Bytes) -> Outgoing {
    let subject = match event::read(&payload) {
        Reading::Event(event) => subjects::event(&event.envelope.key.org, event.kind.code()),
        Reading::Unknown(_) | Reading::Rejected { .. } => {
            format!("habeas.event.{}.unreadable", OrgId::SYSTEM)
        }
    };
    Outgoing { subject, payload }
}

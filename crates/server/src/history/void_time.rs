//! `habeasd repair --void-time`: appends the leaf by which times of earlier leaves are passed over.
//!
//! Start at `append`. Source: docs/reference/events/void.md.
//!
//! Never here: what passing over means (crate `fold`).

use std::fmt;
use std::str::FromStr;

use ::archive::Archive;
use bytes::Bytes;
use event::{Instant, Json, Kind, OrgId, Position, Reading};
use fold::VOID_POSITIONS_MAX;
use journal::{AppendError, Journal, Outgoing};
use uuid::Uuid;

use crate::node::farthest;

/// Why the leaf was not appended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A position that the log does not have.
    #[error("the log ends at position {last}, so it has no position {found}")]
    Position {
        /// The position that was named.
        found: Position,
        /// The last position of the log.
        last: Position,
    },
    /// The log did not take it.
    #[error("the log did not take the event that passes over times")]
    Append(#[from] AppendError),
    /// The history's files.
    #[error(transparent)]
    Archive(#[from] ::archive::Error),
}

/// Positions whose times are passed over: `5` or `5..9`, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoidSpan {
    /// The first.
    pub first: Position,
    /// The last.
    pub last: Position,
}

impl FromStr for VoidSpan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} must be a position, or two with .. between them, and at most {VOID_POSITIONS_MAX} in all"
            )
        };
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let position = |text: &str| text.parse::<u64>().map_err(|_| wrong());
        let (first, last) = (position(first)?, position(last)?);
        let is_span = first > 0 && first <= last && last - first < VOID_POSITIONS_MAX;
        let span = Self {
            first: Position::new(first),
            last: Position::new(last),
        };
        is_span.then_some(span).ok_or_else(wrong)
    }
}

impl fmt::Display for VoidSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.last)
    }
}

/// Appends the leaf that names `span` to the log, and to the history, which both end at one position.
/// `now` stamps it, unless an event before it that is not named was received later, but not so much later
/// that it is a wrong time itself.
///
/// # Errors
/// [`Error`].
pub(super) async fn append(
    journal: &Journal,
    archive: &Archive,
    span: VoidSpan,
    now: Instant,
) -> Result<(), Error> {
    let last = archive.last();
    if span.last > last {
        let found = span.last;
        return Err(Error::Position { found, last });
    }
    let received = now.max(last_stamp(archive, span, farthest(now))?.unwrap_or(now));
    let number = |position: Position| Json::Number(position.get().into());
    let data = Json::Object(vec![
        ("what".into(), Json::Text("time".into())),
        ("first".into(), number(span.first)),
        ("last".into(), number(span.last)),
    ]);
    let id = Uuid::new_v4().to_string();
    let void = Bytes::from(event::system_event(Kind::Void, &id, &data, received));
    let outgoing = Outgoing {
        subject: format!("habeas.event.{}.{}", OrgId::SYSTEM, Kind::Void),
        payload: void.clone(),
    };
    journal.append(last, &[outgoing]).await?;
    archive.append(&[void])?;
    Ok(())
}

/// Returns the `receivedtime` of the last leaf that has one up to `most` and is not named.
fn last_stamp(archive: &Archive, span: VoidSpan, most: Instant) -> Result<Option<Instant>, Error> {
    let mut position = archive.last();
    while position > Position::ZERO {
        let is_named = position >= span.first && position <= span.last;
        let leaf = archive.entry(position)?.filter(|_| !is_named);
        let received = leaf.and_then(|leaf| received(&leaf));
        if let Some(received) = received.filter(|received| *received <= most) {
            return Ok(Some(received));
        }
        position = position.previous();
    }
    Ok(None)
}

/// Returns the `receivedtime` of a leaf.
fn received(leaf: &[u8]) -> Option<Instant> {
    match event::read(leaf) {
        Reading::Event(event) => event.envelope.received,
        Reading::Unknown(envelope) => envelope.received,
        Reading::Rejected { envelope, .. } => envelope?.received,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_one_position_or_two() {
        let span = |first, last| {
            Some(VoidSpan {
                first: Position::new(first),
                last: Position::new(last),
            })
        };
        for (text, expected) in [
            ("5", span(5, 5)),
            ("5..9", span(5, 9)),
            ("1..100000", span(1, 100_000)),
            ("1..100001", None),
            ("9..5", None),
            ("0", None),
            ("0..3", None),
            ("five", None),
            ("5..", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }
}

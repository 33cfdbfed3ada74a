//! The handoff from the gate to the projector: a bounded queue of events that this node's own gate has
//! just written, parsed, so that their leaves need not be parsed again.
//!
//! A cache only: what is not here, or has other bytes in the history, is read from there.
//!
//! Never here: events of other gates, and those of the log itself.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use event::{Event, Position, Reading};

/// The most events that wait for the fold: four of its steps. What comes when it is further behind
/// is read from the history.
const WAITING_MAX: usize = 8_192;

/// An event and the leaf that it was written as.
struct Entry {
    position: Position,
    leaf: Bytes,
    event: Event,
}

/// Parsed events on their way from the gate to the projector, by rising position.
#[derive(Default)]
pub struct Handoff(Mutex<VecDeque<Entry>>);

impl Handoff {
    /// Hands an event on that stands in the log at `position`, as `leaf`.
    pub fn put(&self, position: Position, leaf: Bytes, event: Event) {
        let mut waiting = self.waiting();
        // Positions rise, unless the log was cut: then what waits is of another history.
        if waiting.back().is_some_and(|last| last.position >= position) {
            waiting.clear();
        }
        if waiting.len() < WAITING_MAX {
            waiting.push_back(Entry {
                position,
                leaf,
                event,
            });
        }
    }

    /// Returns what the leaf at `position` is, if its event was handed on with the very same bytes;
    /// what stands before it is dropped.
    pub fn take(&self, position: Position, leaf: &Bytes) -> Option<Reading> {
        let mut waiting = self.waiting();
        while waiting
            .front()
            .is_some_and(|first| first.position < position)
        {
            waiting.pop_front();
        }
        let first = waiting.front()?;
        if first.position != position {
            return None;
        }
        let written = waiting.pop_front()?;
        (written.leaf == *leaf).then(|| Reading::Event(Box::new(written.event)))
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use event::{Caller, Instant};

    use super::*;

    const ARREST: &str = r#"{"specversion":"1.0","id":"6f8a1c1e-0000-4000-8000-000000000001","source":"//desk.example","type":"habeas.arrest.v1","subject":"desk:c1","org":"desk","recordedtime":"2020-09-07T08:30:00Z","data":{"visibility":"public","occurred":"2020-09-07"}}"#;

    fn written(position: u64) -> (Position, Bytes, Event) {
        let now = Instant::parse("2020-09-08T00:00:00Z").unwrap().0;
        let admitted = event::admit(ARREST.as_bytes(), Caller::Any, now).unwrap();
        let leaf = Bytes::from(admitted.stored(now));
        (Position::new(position), leaf, admitted.into_event(now))
    }

    #[test]
    fn an_event_is_taken_once_by_its_position_and_bytes() {
        let handoff = Handoff::default();
        for position in [5, 6, 7, 9] {
            let (position, leaf, event) = written(position);
            handoff.put(position, leaf, event);
        }
        let leaf = written(5).1;
        let read = event::read(&leaf);
        assert_eq!(handoff.take(Position::new(4), &leaf), None);
        assert_eq!(handoff.take(Position::new(5), &leaf), Some(read.clone()));
        assert_eq!(handoff.take(Position::new(5), &leaf), None);
        let other = Bytes::from_static(b"other bytes");
        assert_eq!(handoff.take(Position::new(6), &other), None);
        assert_eq!(handoff.take(Position::new(8), &leaf), None);
        assert_eq!(handoff.take(Position::new(9), &leaf), Some(read));
    }

    #[test]
    fn positions_that_come_again_drop_what_waits() {
        let handoff = Handoff::default();
        for position in [5, 6, 5] {
            let (position, leaf, event) = written(position);
            handoff.put(position, leaf, event);
        }
        let leaf = written(5).1;
        assert_eq!(handoff.take(Position::new(6), &leaf), None);
    }
}

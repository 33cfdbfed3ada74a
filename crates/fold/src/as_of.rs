//! The record as it was at R: what an event effectively said then.
//!
//! Start at [`effective`]. Tables of statements, claims, definitions and published figures are read
//! through it: their events are few, and the log holds all that they say.
//!
//! Never here: tracks and facts, which carry both clocks themselves.

use event::{KeyHash, OrgId, PersonId, Position, Reading};

use crate::effective::Effective;
use crate::rows::{Owner, Person, Record, Times, Track, TrackId};
use crate::step::{Step, View};

/// The rows of a later R, without the leaves after `at`.
pub struct AsOf<'v, V: View> {
    view: &'v V,
    at: Position,
}

impl<'v, V: View> AsOf<'v, V> {
    /// Looks at `view` as it was at `at`, which must not be after it.
    #[must_use]
    pub const fn new(view: &'v V, at: Position) -> Self {
        Self { view, at }
    }
}

impl<V: View> View for AsOf<'_, V> {
    type Error = V::Error;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, V::Error> {
        let record = self.view.record(key)?;
        Ok(record.map(|mut record| {
            record.first = record.first.filter(|(first, _)| *first <= self.at);
            if record.first.is_none() {
                record.is_event = false;
                record.target = None;
            }
            record.acts.retain(|act| act.position <= self.at);
            record
        }))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, V::Error> {
        self.view.track(id)
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, V::Error> {
        self.view.person(id)
    }

    // Grants after `at` have no leaf there, so they give no rights.
    fn owner(&self, org: &OrgId) -> Result<Option<Owner>, V::Error> {
        self.view.owner(org)
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, V::Error> {
        if position > self.at {
            return Ok(None);
        }
        self.view.leaf(position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, V::Error> {
        self.view.times(row)
    }
}

/// Returns what the event at `position` effectively said at `at`; none when it was retracted by
/// then, came later, or is no event.
///
/// # Errors
/// The view's failure.
pub fn effective<V: View>(
    view: &V,
    position: Position,
    at: Position,
) -> Result<Option<Effective>, V::Error> {
    let then = AsOf::new(view, at);
    let Some(Reading::Event(event)) = then.leaf(position)?.map(|leaf| event::read(&leaf)) else {
        return Ok(None);
    };
    let key = event.envelope.key;
    let first = then.record(key.hash())?.and_then(|record| record.first);
    if first.map(|(first, _)| first) != Some(position) {
        return Ok(None);
    }
    Step::new(&then).effective(&key)
}

//! What answers about the record read: the rows of the store, with those in front that acts change which
//! hide and are not folded yet.
//!
//! Start at [`Reading`].
//!
//! Never here: which acts those are (see [`super::unfolded`]), and who may see a row.

use std::sync::Arc;

use event::{CaseId, KeyHash, PersonId, Position};
use fold::{Editor, EditorId, LastHidden, Person, Record, Rows, Times, Track, TrackId, View};

/// The rows of the store at one position.
pub(crate) struct Reading<'s> {
    stored: store::Reading<'s>,
    hidden: Option<Arc<Rows>>,
}

impl<'s> Reading<'s> {
    /// Puts the rows of acts that are not folded in front of those stored.
    pub(crate) const fn new(stored: store::Reading<'s>, hidden: Option<Arc<Rows>>) -> Self {
        Self { stored, hidden }
    }

    /// Returns at most `limit` leaves, byte for byte, in order from `from` on.
    pub(crate) fn leaves(
        &self,
        from: Position,
        limit: usize,
    ) -> Result<Vec<(Position, Vec<u8>)>, store::Failure> {
        self.stored.leaves(from, limit)
    }

    /// Returns a leaf byte for byte; none after the checkpoint.
    pub(crate) fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, store::Failure> {
        self.stored.leaf(position)
    }

    /// Returns the tracks of a case, its own first and then by person.
    pub(crate) fn tracks_of_case(
        &self,
        case: &CaseId,
    ) -> Result<Vec<(TrackId, Track)>, store::Failure> {
        Ok(self.with_hidden(self.stored.tracks_of_case(case)?))
    }

    /// Returns the persons after `after`, or all of them, in the order of their ids.
    pub(crate) fn persons_from(
        &self,
        after: Option<&PersonId>,
    ) -> impl Iterator<Item = Result<(PersonId, Person), store::Failure>> {
        let persons = self.stored.persons_from(after);
        persons.map(|person| {
            person.map(|(id, row)| {
                let hidden = self.hidden.as_ref().and_then(|rows| rows.persons.get(&id));
                let row = hidden.cloned().unwrap_or(row);
                (id, row)
            })
        })
    }

    fn with_hidden(&self, tracks: Vec<(TrackId, Track)>) -> Vec<(TrackId, Track)> {
        let tracks = tracks.into_iter();
        let hidden = tracks.map(|(id, track)| {
            let hidden = self.hidden.as_ref().and_then(|rows| rows.tracks.get(&id));
            let track = hidden.cloned().unwrap_or(track);
            (id, track)
        });
        hidden.collect()
    }

    fn find<T: Clone>(
        &self,
        hidden: impl FnOnce(&Rows) -> Option<&T>,
        stored: impl FnOnce(&store::Reading<'s>) -> Result<Option<T>, store::Failure>,
    ) -> Result<Option<T>, store::Failure> {
        match self.hidden.as_deref().and_then(hidden) {
            Some(row) => Ok(Some(row.clone())),
            None => stored(&self.stored),
        }
    }
}

impl View for Reading<'_> {
    type Error = store::Failure;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, store::Failure> {
        self.find(|rows| rows.records.get(&key), |stored| stored.record(key))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, store::Failure> {
        self.find(|rows| rows.tracks.get(id), |stored| stored.track(id))
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, store::Failure> {
        self.find(|rows| rows.persons.get(id), |stored| stored.person(id))
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, store::Failure> {
        self.stored.editor(id)
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, store::Failure> {
        self.stored.leaf(position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, store::Failure> {
        self.find(|rows| rows.times.get(&row), |stored| stored.times(row))
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, store::Failure> {
        self.find(|rows| rows.last_hidden.as_ref(), View::last_hidden)
    }
}

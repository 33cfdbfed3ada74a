//! A read overlay: the rows of the step that is being written, in front of the store.
//!
//! So the next step is folded while the one before it is written.
//!
//! Never here: writing, and what a row means.

use event::{KeyHash, PersonId, Position};
use fold::{Editor, EditorId, LastHidden, Person, Record, Rows, Times, Track, TrackId, View};

/// A view with the uncommitted rows of the step before in front of it.
pub struct Overlay<'r, V> {
    view: V,
    under_way: Option<&'r Rows>,
}

impl<'r, V: View> Overlay<'r, V> {
    /// Puts uncommitted rows in front of a view.
    pub const fn new(view: V, under_way: Option<&'r Rows>) -> Self {
        Self { view, under_way }
    }

    /// Returns the view: what was read through it is none of the rows under way.
    pub fn into_view(self) -> V {
        self.view
    }

    fn find<T: Clone>(
        &self,
        in_rows: impl FnOnce(&Rows) -> Option<&T>,
        in_view: impl FnOnce(&V) -> Result<Option<T>, V::Error>,
    ) -> Result<Option<T>, V::Error> {
        match self.under_way.and_then(in_rows) {
            Some(row) => Ok(Some(row.clone())),
            None => in_view(&self.view),
        }
    }
}

impl<V: View> View for Overlay<'_, V> {
    type Error = V::Error;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, V::Error> {
        self.find(|rows| rows.records.get(&key), |view| view.record(key))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, V::Error> {
        self.find(|rows| rows.tracks.get(id), |view| view.track(id))
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, V::Error> {
        self.find(|rows| rows.persons.get(id), |view| view.person(id))
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, V::Error> {
        self.find(|rows| rows.editors.get(id), |view| view.editor(id))
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, V::Error> {
        self.find(
            |rows| rows.leaves.get(&position),
            |view| view.leaf(position),
        )
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, V::Error> {
        self.find(|rows| rows.times.get(&row), |view| view.times(row))
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, V::Error> {
        self.find(|rows| rows.last_hidden.as_ref(), V::last_hidden)
    }
}

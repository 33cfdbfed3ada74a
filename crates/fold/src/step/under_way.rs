//! A [`View`] in the midst of a step, for what is asked of an earlier R while the step is under way.
//!
//! Never here: writing.

use event::{KeyHash, PersonId, Position};

use crate::readers::LastHidden;
use crate::rows::{Editor, EditorId, Person, Record, Times, Track, TrackId};
use crate::step::Step;
use crate::view::View;

/// The view in the midst of a step: its rows, in front of those before it.
pub(super) struct UnderWay<'s, 'v, V: View>(pub(super) &'s Step<'v, V>);

impl<V: View> View for UnderWay<'_, '_, V> {
    type Error = V::Error;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, V::Error> {
        let row = self.0.rows.records.get(&key).cloned();
        row.map_or_else(|| self.0.view.record(key), |row| Ok(Some(row)))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, V::Error> {
        let row = self.0.rows.tracks.get(id).cloned();
        row.map_or_else(|| self.0.view.track(id), |row| Ok(Some(row)))
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, V::Error> {
        let row = self.0.rows.persons.get(id).cloned();
        row.map_or_else(|| self.0.view.person(id), |row| Ok(Some(row)))
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, V::Error> {
        let row = self.0.rows.editors.get(id).cloned();
        row.map_or_else(|| self.0.view.editor(id), |row| Ok(Some(row)))
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, V::Error> {
        let leaf = self.0.rows.leaves.get(&position).cloned();
        leaf.map_or_else(|| self.0.view.leaf(position), |leaf| Ok(Some(leaf)))
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, V::Error> {
        let times = self.0.rows.times.get(&row).cloned();
        times.map_or_else(|| self.0.view.times(row), |times| Ok(Some(times)))
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, V::Error> {
        let row = self.0.rows.last_hidden.clone();
        row.map_or_else(|| self.0.view.last_hidden(), |row| Ok(Some(row)))
    }
}

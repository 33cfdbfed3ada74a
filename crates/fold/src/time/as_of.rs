//! A [`View`] at an earlier R: the rows of a later R with the later leaves and amendments hidden.
//!
//! Start at [`effective_at`]. The answers about statements, claims, definitions and published
//! figures read through it: their events are few, and leaves hold all that is needed.
//!
//! Never here: tracks and facts, which are system-versioned themselves.

use event::{KeyHash, PersonId, Position};

use crate::amend::effective::EffectiveEvent;
use crate::readers::LastHidden;
use crate::rows::{Editor, EditorId, Person, Record, Times, Track, TrackId};
use crate::step::Step;
use crate::view::View;

/// The view at `at` over the rows of a later R.
pub struct HistoricalView<'v, V: View> {
    view: &'v V,
    at: Position,
}

impl<'v, V: View> HistoricalView<'v, V> {
    /// Makes the view at `at`, which must not be after the newest position of `view`.
    #[must_use]
    pub const fn new(view: &'v V, at: Position) -> Self {
        Self { view, at }
    }
}

impl<V: View> View for HistoricalView<'_, V> {
    type Error = V::Error;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, V::Error> {
        let record = self.view.record(key)?;
        Ok(record.map(|mut record| {
            record.first = record.first.filter(|(first, _)| *first <= self.at);
            if record.first.is_none() {
                record.is_event = false;
                record.target = None;
            }
            record
                .amendments
                .retain(|amendment| amendment.position <= self.at);
            record
        }))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, V::Error> {
        self.view.track(id)
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, V::Error> {
        self.view.person(id)
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, V::Error> {
        let editor = self.view.editor(id)?;
        Ok(editor.map(|mut editor| {
            editor.truncate(self.at);
            editor
        }))
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

    // What is hidden now is hidden at every R.
    fn last_hidden(&self) -> Result<Option<LastHidden>, V::Error> {
        self.view.last_hidden()
    }
}

/// Returns the effective event at `position`, as known at `at`; none when it was retracted by then,
/// came later, or is no event.
///
/// # Errors
/// The view's failure.
pub fn effective_at<V: View>(
    view: &V,
    position: Position,
    at: Position,
) -> Result<Option<EffectiveEvent>, V::Error> {
    let then = HistoricalView::new(view, at);
    let mut step = Step::new(&then);
    let Some(event) = step.event_at(position)? else {
        return Ok(None);
    };
    let key = event.envelope.key.clone();
    let first = step.record(key.hash())?.first;
    if first.map(|(first, _)| first) != Some(position) {
        return Ok(None);
    }
    step.effective(&key)
}

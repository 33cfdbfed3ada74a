//! Acts that hide and are not folded yet: they hide from the gate's acknowledgement on, or from when this
//! node has read their leaf.
//!
//! Start at [`Unfolded::note`] and `Unfolded::rows`. An act counts here where the target's own
//! organisation retracts for safety or makes its visibility stricter; those of others hide when they are
//! folded. Source: docs/reference/access.md.
//!
//! Never here: what the fold makes of an act: from then on the rows say it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event::{Event, EventKey, Kind, Position, Reading, Visibility};
use fold::{Readers, Rows, Step, target_key};

use super::model::Model;

/// The acts that hide and are not folded yet, as far as this node has read the log.
#[derive(Default)]
pub struct Unfolded(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    /// What each hides, and from whom it leaves it to be seen.
    acts: BTreeMap<Position, (EventKey, Readers)>,
    /// The rows that follow, as of which folded position, and of how many acts.
    made: Option<(Position, usize, Arc<Rows>)>,
}

impl Unfolded {
    /// Notes the event at `position`, where it hides another one.
    pub fn note(&self, position: Position, event: &Event) {
        if let Some(hidden) = hidden_by(event) {
            let mut waiting = self.waiting();
            waiting.acts.insert(position, hidden);
            waiting.made = None;
        }
    }

    /// Notes the leaf at `position`, where it hides another one. Most leaves are not parsed.
    pub fn note_leaf(&self, position: Position, leaf: &[u8]) {
        // JSON may write any letter of a type as an escape.
        let may_hide = [&b"habeas.retraction."[..], b"habeas.correction.", b"\\u00"];
        let named = |name: &[u8]| memchr::memmem::find(leaf, name).is_some();
        if may_hide.into_iter().any(named)
            && let Reading::Event(event) = event::read(leaf)
        {
            self.note(position, &event);
        }
    }

    /// Whether any act waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting().acts.is_empty()
    }

    /// Returns the position of the last act that waits.
    pub(crate) fn last(&self) -> Option<Position> {
        self.waiting().acts.last_key_value().map(|(at, _)| *at)
    }

    /// Returns the rows that the acts change which `model` has not folded; none where there are no such
    /// acts. `reading` is of its store.
    ///
    /// # Errors
    /// The store's failure.
    pub(crate) fn rows(
        &self,
        model: &Model,
        reading: &store::Reading<'_>,
    ) -> Result<Option<Arc<Rows>>, store::Failure> {
        let mut waiting = self.waiting();
        if waiting.acts.is_empty() {
            return Ok(None);
        }
        // The columns follow the store within an instant, and answer until then.
        let folded = reading.checkpoint().min(model.position());
        waiting.acts.retain(|position, _| *position > folded);
        if waiting.acts.is_empty() {
            waiting.made = None;
            return Ok(None);
        }
        let at = reading.checkpoint();
        if let Some((position, acts, rows)) = &waiting.made
            && (*position, *acts) == (at, waiting.acts.len())
        {
            return Ok(Some(rows.clone()));
        }
        let mut step = Step::new(reading);
        for (position, (target, left)) in &waiting.acts {
            step.hide(*position, target, left)?;
        }
        let rows = Arc::new(step.finish()?);
        waiting.made = Some((at, waiting.acts.len(), rows.clone()));
        Ok(Some(rows))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what an event hides, and from whom it leaves it to be seen; none where it hides nothing.
fn hidden_by(event: &Event) -> Option<(EventKey, Readers)> {
    let target = target_key(&event.data)?;
    if target.org != event.envelope.key.org {
        return None;
    }
    let visibility = if event.kind == Kind::Retraction {
        let is_for_safety = event.data.text("reason") == Some("safety");
        is_for_safety.then_some(Visibility::Org)?
    } else if event.kind == Kind::Correction {
        let patch = event.data.get("patch")?;
        patch.get("visibility")?;
        // What is said nowhere is `org`.
        let said = patch.text("visibility").and_then(Visibility::parse);
        said.unwrap_or(Visibility::Org)
    } else {
        return None;
    };
    let left = Readers::new(visibility, &target.org);
    (visibility != Visibility::Public).then_some((target, left))
}

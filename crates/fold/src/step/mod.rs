//! A step of the fold, the state transition of the read models: leaves in log order in, changed
//! rows out.
//!
//! Start at [`Step::apply`]. A step reads through a [`View`] of the rows before it and buffers its
//! writes; [`Step::finish`] returns each row once. Any split of the log into steps gives the same
//! rows.
//!
//! Never here: storage, clocks, input and output.

mod kept;
mod revise;
mod rewrite;
mod rights;
mod sweep;
mod under_way;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event::{Code, Envelope, Event, EventKey, KeyHash, Kind, OrgId, PersonId, Position, Reading};

use crate::amend::chain::Chain;
use crate::facts::derive::{StaleTrack, derive_track, pair_owners};
use crate::facts::links::Linkers;
use crate::facts::long_person::{LONG_PERSON_MIN, LongPerson, StalePerson};
use crate::facts::long_track::{LONG_TRACK_MIN, LongTrack, Pair};
use crate::facts::persons::derive_person;
use crate::keys::target_key;
use crate::readers::LastHidden;
use crate::rows::{
    Amendment, Editor, EditorId, Person, Record, RejectedLeaf, TIMES_PER_ROW, Times, Track, TrackId,
};
use crate::view::{Rows, View};

pub use kept::{KEPT_EVENTS_MAX, Kept};

/// The content of a leaf that claims a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeafContent {
    /// An event whose structure passed the check.
    Event,
    /// An unknown type, or an event that the check rejected.
    NoEvent,
}

/// A step of the fold in progress.
pub struct Step<'v, V: View> {
    /// The rows before the step.
    view: &'v V,
    /// The rows read or changed so far: a read cache and write buffer in front of `view`.
    rows: Rows,
    /// The events of leaves, each parsed once.
    events: BTreeMap<Position, Option<Arc<Event>>>,
    /// Events with the amendments on them, where this step met any, or one before it.
    pub(crate) chains: BTreeMap<KeyHash, Chain>,
    /// The facts of long tracks, alike.
    long_tracks: BTreeMap<TrackId, LongTrack>,
    /// The stale tracks at the current position.
    stale_tracks: BTreeMap<TrackId, StaleTrack>,
    /// The persons of whom much is said, alike.
    long_persons: BTreeMap<PersonId, LongPerson>,
    /// The persons with stale traits at the current position.
    stale_persons: BTreeMap<PersonId, StalePerson>,
    /// The events of which acts say other readers than those that are settled.
    pub(crate) unsettled: BTreeSet<KeyHash>,
    /// The events whose readers became fewer in this step, or those of an act on them.
    pub(crate) narrowed: BTreeSet<EventKey>,
    /// Through which position what was kept holds, until the first leaf.
    kept_through: Option<Position>,
}

macro_rules! row {
    ($name:ident, $rows:ident, $key:ty, $row:ty) => {
        /// Returns the row with this key, for reading or changing in this step.
        pub(crate) fn $name(&mut self, key: &$key) -> Result<&mut $row, V::Error> {
            if !self.rows.$rows.contains_key(key) {
                let row = self.view.$name(key)?.unwrap_or_default();
                self.rows.$rows.insert(key.clone(), row);
            }
            Ok(self.rows.$rows.entry(key.clone()).or_default())
        }
    };
}

impl<'v, V: View> Step<'v, V> {
    /// Makes an empty step over the rows of `view`.
    #[must_use]
    pub fn new(view: &'v V) -> Self {
        Self {
            view,
            rows: Rows::default(),
            events: BTreeMap::new(),
            chains: BTreeMap::new(),
            long_tracks: BTreeMap::new(),
            stale_tracks: BTreeMap::new(),
            long_persons: BTreeMap::new(),
            stale_persons: BTreeMap::new(),
            unsettled: BTreeSet::new(),
            narrowed: BTreeSet::new(),
            kept_through: None,
        }
    }

    row!(track, tracks, TrackId, Track);
    row!(person, persons, PersonId, Person);
    row!(editor, editors, EditorId, Editor);

    /// Returns the record of the event key with this hash, for reading or changing in this step.
    pub(crate) fn record(&mut self, key: KeyHash) -> Result<&mut Record, V::Error> {
        if !self.rows.records.contains_key(&key) {
            let row = self.view.record(key)?.unwrap_or_default();
            self.rows.records.insert(key, row);
        }
        Ok(self.rows.records.entry(key).or_default())
    }

    /// Returns the event of the leaf at `position`; none where it is absent, or no event whose
    /// structure passed.
    pub(crate) fn event_at(&mut self, position: Position) -> Result<Option<Arc<Event>>, V::Error> {
        if let Some(event) = self.events.get(&position) {
            return Ok(event.clone());
        }
        let reading = match self.rows.leaves.get(&position) {
            Some(leaf) => Some(event::read(leaf)),
            None => self.view.leaf(position)?.map(|leaf| event::read(&leaf)),
        };
        let event: Option<Arc<Event>> = match reading {
            Some(Reading::Event(event)) => Some(Arc::from(event)),
            Some(Reading::Unknown(_) | Reading::Rejected { .. }) | None => None,
        };
        self.events.insert(position, event.clone());
        Ok(event)
    }

    /// Folds the leaf at `position`, which follows the one before.
    ///
    /// # Errors
    /// The view's failure; the step is then void and must be dropped.
    pub fn apply(&mut self, position: Position, leaf: &[u8]) -> Result<(), V::Error> {
        self.apply_read(position, leaf, event::read(leaf))
    }

    /// Folds the leaf at `position`, already parsed by [`event::read`].
    ///
    /// # Errors
    /// The view's failure; the step is then void and must be dropped.
    pub fn apply_read(
        &mut self,
        position: Position,
        leaf: &[u8],
        reading: Reading,
    ) -> Result<(), V::Error> {
        self.check_kept(position);
        self.rows.position = position;
        self.rows.leaves.insert(position, leaf.to_vec());
        let mut times = Times::default();
        match reading {
            Reading::Rejected {
                envelope: None,
                rejection,
            } => {
                self.rows
                    .rejected
                    .insert(position, RejectedLeaf::new(None, &rejection));
            }
            Reading::Rejected {
                envelope: Some(envelope),
                rejection,
            } => {
                times.received = envelope.received;
                if self.claim_key(position, &envelope, LeafContent::NoEvent)? {
                    let row = RejectedLeaf::new(Some(envelope.key), &rejection);
                    self.rows.rejected.insert(position, row);
                }
            }
            Reading::Unknown(envelope) => {
                times.received = envelope.received;
                if self.claim_key(position, &envelope, LeafContent::NoEvent)? {
                    // A newer version's system event has no recordedtime either.
                    times.recorded =
                        Some(envelope.recorded).filter(|_| !envelope.key.org.is_system());
                    let rejection = event::Rejection {
                        code: Code::UnknownType,
                        pointer: "/type".into(),
                        found: envelope.type_text.to_string(),
                        expected: "a type that this version knows".into(),
                        hint: None,
                    };
                    let row = RejectedLeaf::new(Some(envelope.key), &rejection);
                    self.rows.rejected.insert(position, row);
                }
            }
            Reading::Event(event) => {
                times.received = event.envelope.received;
                if self.claim_key(position, &event.envelope, LeafContent::Event)? {
                    let event: Arc<Event> = Arc::from(event);
                    self.events.insert(position, Some(event.clone()));
                    if event.kind.is_amendment() {
                        // Who may act on it hangs on the event at the end of its chain.
                        self.record(event.envelope.key.hash())?.target = target_key(&event.data);
                    }
                    self.admit(position, &event)?;
                    self.admit_below(position, &event.envelope.key)?;
                    if !event.kind.is_system() {
                        times.recorded = Some(event.envelope.recorded);
                        self.apply_event(position, &event)?;
                    } else if event.kind == Kind::Void {
                        self.void_times(position, &event)?;
                    }
                    times.readers = self.readers_now(&event.envelope.key)?;
                }
            }
        }
        self.record_times(position, times)?;
        self.derive_stale(position)
    }

    /// Ends the step and returns the rows that it read or changed.
    ///
    /// # Errors
    /// The view's failure; the step is then void.
    pub fn finish(mut self) -> Result<Rows, V::Error> {
        self.rewrite_narrowed()?;
        // A row that was only looked for is none; one that says something never becomes empty again.
        self.rows.editors.retain(|_, row| *row != Editor::default());
        Ok(self.rows)
    }

    /// Claims the event's key for the leaf at `position`. Returns false, with the leaf rejected as
    /// a repeat or a conflict, when an earlier leaf has it.
    fn claim_key(
        &mut self,
        position: Position,
        envelope: &Envelope,
        content: LeafContent,
    ) -> Result<bool, V::Error> {
        let record = self.record(envelope.key.hash())?;
        if let Some((first, first_content)) = record.first {
            let code = if first_content == envelope.content {
                Code::Repeat
            } else {
                Code::Conflict
            };
            let row = RejectedLeaf::again(envelope.key.clone(), code, first);
            self.rows.rejected.insert(position, row);
            return Ok(false);
        }
        record.first = Some((position, envelope.content));
        record.is_event = content == LeafContent::Event;
        Ok(true)
    }

    /// Appends the times of `position` to their row.
    fn record_times(&mut self, position: Position, times: Times) -> Result<(), V::Error> {
        let index = position.get().saturating_sub(1);
        let slots = self.times_row(index / TIMES_PER_ROW)?;
        slots.truncate(usize::try_from(index % TIMES_PER_ROW).unwrap_or(0));
        slots.push(times);
        Ok(())
    }

    /// Returns a row of times, for reading or changing in this step.
    pub(crate) fn times_row(&mut self, row: u64) -> Result<&mut Vec<Times>, V::Error> {
        if !self.rows.times.contains_key(&row) {
            let before = self.view.times(row)?.unwrap_or_default();
            self.rows.times.insert(row, before);
        }
        Ok(self.rows.times.entry(row).or_default())
    }

    /// Returns what was hidden last, for reading or changing in this step.
    pub(crate) fn last_hidden(&mut self) -> Result<&mut LastHidden, V::Error> {
        if self.rows.last_hidden.is_none() {
            let before = self.view.last_hidden()?;
            self.rows.last_hidden = Some(before.unwrap_or_default());
        }
        Ok(self.rows.last_hidden.get_or_insert_default())
    }

    /// Applies a new event to its own tracks, or to those of its target.
    fn apply_event(&mut self, position: Position, event: &Arc<Event>) -> Result<(), V::Error> {
        let key = &event.envelope.key;
        if event.kind.is_amendment() {
            return self.apply_amendment(position, event);
        }
        if self.record(key.hash())?.amendments.is_empty() && event.kind != Kind::Grant {
            return self.apply_new(position, event);
        }
        self.revise(position, key, None)
    }

    /// Records an amendment with its target, and revises the event at the end of its chain of
    /// targets.
    fn apply_amendment(&mut self, position: Position, event: &Event) -> Result<(), V::Error> {
        let key = &event.envelope.key;
        let Some(target) = target_key(&event.data) else {
            return Ok(());
        };
        let amendment = Amendment {
            recorded: event.envelope.recorded,
            key: key.clone(),
            position,
            kind: event.kind,
        };
        let amendments = &mut self.record(target.hash())?.amendments;
        amendments.insert(amendment.clone());
        if target.org != key.org {
            let id = EditorId {
                owner: target.org.clone(),
                editor: key.org.clone(),
            };
            self.editor(&id)?.amended.insert(target.clone());
        }
        self.admit_act(position, target.clone(), &amendment)?;
        let Some(targets) = self.targets(target)? else {
            return self.show_without_target(position, event);
        };
        let changes = self.update_chains(&amendment, &targets)?;
        let Some(root) = targets.keys.last() else {
            return Ok(());
        };
        self.revise(position, root, changes.as_ref())
    }

    /// Derives the facts of the stale tracks and persons again, as of `at`.
    fn derive_stale(&mut self, at: Position) -> Result<(), V::Error> {
        for (id, stale) in std::mem::take(&mut self.stale_tracks) {
            if stale.renumbered {
                self.long_tracks.remove(&id);
            }
            if stale.is_empty() && !matches!(id, TrackId::Pair(..)) {
                continue;
            }
            if self.track(&id)?.assertions.len() >= LONG_TRACK_MIN {
                let long = self.long_tracks.remove(&id);
                let pair = self.pair(&id, long.as_ref().and_then(LongTrack::pair), &stale)?;
                let long = LongTrack::revise(long, &id, self.track(&id)?, at, &stale, pair);
                self.long_tracks.insert(id, long);
                continue;
            }
            let linkers = self.linkers(&id)?;
            let track = self.track(&id)?;
            derive_track(&id, track, at, &stale, &linkers);
        }
        for (id, stale) in std::mem::take(&mut self.stale_persons) {
            self.derive_traits(&id, at, &stale)?;
        }
        Ok(())
    }

    /// Derives the traits of a person again, as of `at`.
    fn derive_traits(
        &mut self,
        id: &PersonId,
        at: Position,
        stale: &StalePerson,
    ) -> Result<(), V::Error> {
        if self.person(id)?.statements.len() < LONG_PERSON_MIN {
            let editors = self.editors_of(id)?;
            derive_person(self.person(id)?, at, &editors);
            return Ok(());
        }
        let kept = self.long_persons.remove(id).filter(|_| !stale.rights);
        let long = if let Some(mut long) = kept {
            let orgs = long.unknown_orgs(stale);
            let editors = self.editors_among_of(id, orgs.clone())?;
            long.learn(orgs, editors);
            long.revise(self.person(id)?, at, stale);
            long
        } else {
            let editors = self.editors_of(id)?;
            let mut long = LongPerson::new(self.person(id)?, editors);
            long.revise_all(self.person(id)?, at);
            long
        };
        self.long_persons.insert(id.clone(), long);
        Ok(())
    }

    /// Returns who links a pair, by what was known before where no rights changed; none of another track.
    fn pair(
        &mut self,
        id: &TrackId,
        before: Option<&Pair>,
        stale: &StaleTrack,
    ) -> Result<Option<Pair>, V::Error> {
        if !matches!(id, TrackId::Pair(..)) {
            return Ok(None);
        }
        let track = self.track(id)?;
        let (mut pair, mut orgs) = match before.filter(|_| !stale.rights) {
            Some(before) => {
                let rows = stale
                    .rows
                    .iter()
                    .filter_map(|row| track.assertions.get(*row));
                let orgs: BTreeSet<OrgId> = rows.map(|row| row.value.key.org.clone()).collect();
                (before.clone(), orgs)
            }
            None => (Pair::default(), linking_orgs(track)),
        };
        orgs.retain(|org| !pair.asked.contains(org));
        pair.owners = pair_owners(id);
        pair.linkers.extend(self.linkers_among(id, orgs.clone())?);
        pair.asked.extend(orgs);
        Ok(Some(pair))
    }

    /// Returns the organisations whose links on this pair count.
    fn linkers(&mut self, id: &TrackId) -> Result<Linkers, V::Error> {
        if !matches!(id, TrackId::Pair(..)) {
            return Ok(Linkers::new());
        }
        let orgs = linking_orgs(self.track(id)?);
        self.linkers_among(id, orgs)
    }

    /// Returns those of `orgs` whose links on this pair count.
    fn linkers_among(&mut self, id: &TrackId, orgs: BTreeSet<OrgId>) -> Result<Linkers, V::Error> {
        let owners = pair_owners(id);
        let mut linkers = Linkers::new();
        for org in orgs {
            let mut speaks_for = BTreeSet::new();
            for owner in &owners {
                if *owner == org || self.granted(owner, &org)? {
                    speaks_for.insert(owner.clone());
                }
            }
            if !speaks_for.is_empty() {
                linkers.insert(org, speaks_for);
            }
        }
        Ok(linkers)
    }
}

/// Returns the organisations that assert a link in a track.
fn linking_orgs(track: &Track) -> BTreeSet<OrgId> {
    let links = track.assertions.iter();
    links.map(|row| row.value.key.org.clone()).collect()
}

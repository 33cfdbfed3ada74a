//! A step of the fold, the state transition of the read models: leaves in log order in, changed
//! rows out.
//!
//! Start at [`Step::apply`]. A step reads through a [`View`] of the rows before it and buffers its
//! writes; [`Step::finish`] returns each row once. Any split of the log into steps gives the same
//! rows.
//!
//! Never here: storage, clocks, input and output.

mod revise;

use std::collections::{BTreeMap, BTreeSet};

use event::{Code, Envelope, Event, EventKey, KeyHash, Kind, OrgId, PersonId, Position, Reading};

use crate::amend::AMENDMENT_DEPTH_MAX;
use crate::facts::derive::{StaleTrack, derive_person, derive_track};
use crate::keys::{owner_of, target_key};
use crate::rows::{
    Amendment, Owner, Person, Record, RejectedLeaf, TIMES_PER_ROW, Times, Track, TrackId,
};
use crate::sorted::insert_sorted;
use crate::view::{Rows, View};

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
    /// The stale tracks at the current position.
    stale_tracks: BTreeMap<TrackId, StaleTrack>,
    /// The persons with stale traits at the current position.
    stale_persons: BTreeSet<PersonId>,
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
            stale_tracks: BTreeMap::new(),
            stale_persons: BTreeSet::new(),
        }
    }

    row!(track, tracks, TrackId, Track);
    row!(person, persons, PersonId, Person);
    row!(owner, owners, OrgId, Owner);

    /// Returns the record of the event key with this hash, for reading or changing in this step.
    pub(crate) fn record(&mut self, key: KeyHash) -> Result<&mut Record, V::Error> {
        if !self.rows.records.contains_key(&key) {
            let row = self.view.record(key)?.unwrap_or_default();
            self.rows.records.insert(key, row);
        }
        Ok(self.rows.records.entry(key).or_default())
    }

    /// Parses the leaf at `position` and returns its event; none where it is absent, or no event
    /// whose structure passed.
    pub(crate) fn event_at(&self, position: Position) -> Result<Option<Event>, V::Error> {
        let reading = match self.rows.leaves.get(&position) {
            Some(leaf) => Some(event::read(leaf)),
            None => self.view.leaf(position)?.map(|leaf| event::read(&leaf)),
        };
        Ok(match reading {
            Some(Reading::Event(event)) => Some(*event),
            Some(Reading::Unknown(_) | Reading::Rejected { .. }) | None => None,
        })
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
                let is_new = self.claim_key(position, &event.envelope, LeafContent::Event)?;
                if is_new && !event.kind.is_system() {
                    times.recorded = Some(event.envelope.recorded);
                    self.apply_event(position, event)?;
                }
            }
        }
        self.record_times(position, times)?;
        self.derive_stale(position)
    }

    /// Ends the step and returns the rows that it read or changed.
    #[must_use]
    pub fn finish(self) -> Rows {
        self.rows
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
        let row = index / TIMES_PER_ROW;
        if !self.rows.times.contains_key(&row) {
            let before = self.view.times(row)?.unwrap_or_default();
            self.rows.times.insert(row, before);
        }
        let slots = self.rows.times.entry(row).or_default();
        slots.truncate(usize::try_from(index % TIMES_PER_ROW).unwrap_or(0));
        slots.push(times);
        Ok(())
    }

    /// Applies a new event to its own tracks, or to those of its target.
    fn apply_event(&mut self, position: Position, event: Box<Event>) -> Result<(), V::Error> {
        let key = event.envelope.key.clone();
        if matches!(
            event.kind,
            Kind::Correction | Kind::Retraction | Kind::VerificationChanged
        ) {
            return self.apply_amendment(position, &event);
        }
        if event.kind == Kind::Grant {
            let owner = self.owner(&key.org)?;
            insert_sorted(&mut owner.grants, key.clone());
            self.revise_after_grant(position, &key.org)?;
        }
        self.revise(position, &key, Some(event))
    }

    /// Records an amendment with its target, and revises the event that it amends.
    fn apply_amendment(&mut self, position: Position, event: &Event) -> Result<(), V::Error> {
        let key = &event.envelope.key;
        let Some(target) = target_key(&event.data) else {
            return Ok(());
        };
        self.record(key.hash())?.target = Some(target.clone());
        let amendment = Amendment {
            recorded: event.envelope.recorded,
            key: key.clone(),
            position,
            kind: event.kind,
        };
        insert_sorted(&mut self.record(target.hash())?.amendments, amendment);
        if target.org != key.org {
            let owner = self.owner(&target.org)?;
            insert_sorted(&mut owner.amended_by_others, target.clone());
        }
        self.revise_root(position, target)
    }

    /// Revises the event at the end of the chain of targets that begins at `target`.
    fn revise_root(&mut self, at: Position, target: EventKey) -> Result<(), V::Error> {
        let Some((root, kind)) = self.root(target)? else {
            return Ok(());
        };
        if kind == Kind::Grant {
            self.revise_after_grant(at, &root.org)?;
        }
        self.revise(at, &root, None)
    }

    /// Returns the event at the end of the chain of targets that begins at `target`, and its kind;
    /// none where it is absent, no event, or the chain is a cycle or deeper than
    /// [`AMENDMENT_DEPTH_MAX`].
    fn root(&mut self, target: EventKey) -> Result<Option<(EventKey, Kind)>, V::Error> {
        let mut root = target;
        for _ in 0..AMENDMENT_DEPTH_MAX {
            let record = self.record(root.hash())?;
            if let Some(next) = record.target.clone() {
                root = next;
                continue;
            }
            let (Some((position, _)), true) = (record.first, record.is_event) else {
                return Ok(None);
            };
            return Ok(self.event_at(position)?.map(|event| (root, event.kind)));
        }
        Ok(None)
    }

    /// Revises every event on which a grant of `owner` bears: never a grant, which nobody else may
    /// amend.
    fn revise_after_grant(&mut self, at: Position, owner: &OrgId) -> Result<(), V::Error> {
        let row = self.owner(owner)?.clone();
        let mut roots = BTreeSet::new();
        for target in row.amended_by_others {
            if let Some((root, kind)) = self.root(target)?
                && kind != Kind::Grant
            {
                roots.insert(root);
            }
        }
        for root in roots {
            self.revise(at, &root, None)?;
        }
        for pair in row.linked {
            self.stale_tracks.entry(pair).or_default();
        }
        Ok(())
    }

    /// Derives the facts of the stale tracks and persons again, as of `at`.
    fn derive_stale(&mut self, at: Position) -> Result<(), V::Error> {
        for (id, stale) in std::mem::take(&mut self.stale_tracks) {
            let linkers = self.linkers(&id)?;
            let track = self.track(&id)?;
            derive_track(&id, track, at, &stale, &|org| linkers.contains(org));
        }
        for id in std::mem::take(&mut self.stale_persons) {
            derive_person(self.person(&id)?, at);
        }
        Ok(())
    }

    /// Returns the organisations whose links on this pair count.
    fn linkers(&mut self, id: &TrackId) -> Result<Vec<OrgId>, V::Error> {
        let TrackId::Pair(a, b) = id else {
            return Ok(Vec::new());
        };
        let owners: Vec<OrgId> = [a, b].into_iter().filter_map(owner_of).collect();
        let mut orgs: Vec<OrgId> = self
            .track(id)?
            .assertions
            .iter()
            .map(|row| row.value.key.org.clone())
            .collect();
        orgs.sort();
        orgs.dedup();
        let mut linkers = Vec::new();
        for org in orgs {
            let mut counts = owners.contains(&org);
            for owner in &owners {
                counts = counts || self.granted(owner, &org)?;
            }
            if counts {
                linkers.push(org);
            }
        }
        Ok(linkers)
    }
}

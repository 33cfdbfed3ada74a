//! One step of the fold: leaves in log order, rows out.
//!
//! Start at [`Step::apply`]. A step reads what it needs through a [`View`] of the rows as they were
//! before it, and returns every row it changed, each once. Any split of the log into steps gives the
//! same rows.
//!
//! Never here: where rows are kept, a clock, and input or output.

use std::collections::{BTreeMap, BTreeSet};

use event::{Code, EventKey, KeyHash, Kind, OrgId, PersonId, Position, Reading};

use crate::derive::{self, Stale};
use crate::rows::{Act, Owner, Person, Record, Rejected, TIMES_PER_ROW, Times, Track, TrackId};

/// The rows as they were before a step.
pub trait View {
    /// Why a row could not be read.
    type Error;

    /// Returns what is known of an event's key.
    ///
    /// # Errors
    /// The store's failure; the same for the other methods.
    fn record(&self, key: KeyHash) -> Result<Option<Record>, Self::Error>;

    /// Returns a track.
    ///
    /// # Errors
    /// The store's failure.
    fn track(&self, id: &TrackId) -> Result<Option<Track>, Self::Error>;

    /// Returns what is said of a person.
    ///
    /// # Errors
    /// The store's failure.
    fn person(&self, id: &PersonId) -> Result<Option<Person>, Self::Error>;

    /// Returns what concerns an organisation's events as a whole.
    ///
    /// # Errors
    /// The store's failure.
    fn owner(&self, org: &OrgId) -> Result<Option<Owner>, Self::Error>;

    /// Returns the bytes of a leaf before this step.
    ///
    /// # Errors
    /// The store's failure.
    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Self::Error>;

    /// Returns the times of the positions `row * TIMES_PER_ROW + 1` on.
    ///
    /// # Errors
    /// The store's failure.
    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Self::Error>;
}

/// Every row that a step changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// By the hash of the event's key.
    pub records: BTreeMap<KeyHash, Record>,
    /// Tracks.
    pub tracks: BTreeMap<TrackId, Track>,
    /// Persons.
    pub persons: BTreeMap<PersonId, Person>,
    /// Organisations.
    pub owners: BTreeMap<OrgId, Owner>,
    /// Leaves, byte for byte.
    pub leaves: BTreeMap<Position, Vec<u8>>,
    /// Leaves without effect.
    pub rejected: BTreeMap<Position, Rejected>,
    /// Times, [`TIMES_PER_ROW`] positions a row.
    pub times: BTreeMap<u64, Vec<Times>>,
    /// The last position folded.
    pub position: Position,
}

/// A step of the fold under way.
pub struct Step<'v, V: View> {
    pub(crate) view: &'v V,
    /// The rows read or changed so far.
    pub(crate) rows: Rows,
    /// The tracks and persons whose events changed at the position under way.
    pub(crate) stale_tracks: BTreeMap<TrackId, Stale>,
    pub(crate) stale_persons: BTreeSet<PersonId>,
}

macro_rules! row {
    ($name:ident, $rows:ident, $key:ty, $row:ty) => {
        /// Returns the row, as read or as changed in this step.
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
    /// Begins a step over the rows of `view`.
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

    pub(crate) fn record(&mut self, key: KeyHash) -> Result<&mut Record, V::Error> {
        if !self.rows.records.contains_key(&key) {
            let row = self.view.record(key)?.unwrap_or_default();
            self.rows.records.insert(key, row);
        }
        Ok(self.rows.records.entry(key).or_default())
    }

    pub(crate) fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, V::Error> {
        match self.rows.leaves.get(&position) {
            Some(leaf) => Ok(Some(leaf.clone())),
            None => self.view.leaf(position),
        }
    }

    /// Folds the leaf at `position`, which follows the one before.
    ///
    /// # Errors
    /// The view's failure; the step is then void and must be dropped.
    pub fn apply(&mut self, position: Position, leaf: &[u8]) -> Result<(), V::Error> {
        self.apply_read(position, leaf, event::read(leaf))
    }

    /// As [`Step::apply`], for a leaf that [`event::read`] has read already.
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
                    .insert(position, Rejected::new(None, &rejection));
            }
            Reading::Rejected {
                envelope: Some(envelope),
                rejection,
            } => {
                times.received = envelope.received;
                if self.occupy(position, &envelope, false)? {
                    let row = Rejected::new(Some(envelope.key), &rejection);
                    self.rows.rejected.insert(position, row);
                }
            }
            Reading::Unknown(envelope) => {
                times.received = envelope.received;
                if self.occupy(position, &envelope, false)? {
                    // A newer version's event of the system's own is no organisation's either.
                    times.recorded =
                        Some(envelope.recorded).filter(|_| !envelope.key.org.is_system());
                    let rejection = event::Rejection {
                        code: Code::UnknownType,
                        pointer: "/type".into(),
                        found: envelope.type_text.to_string(),
                        expected: "a type that this version knows".into(),
                        hint: None,
                    };
                    let row = Rejected::new(Some(envelope.key), &rejection);
                    self.rows.rejected.insert(position, row);
                }
            }
            Reading::Event(event) => {
                times.received = event.envelope.received;
                if self.occupy(position, &event.envelope, true)? && !event.kind.is_system() {
                    times.recorded = Some(event.envelope.recorded);
                    self.take_in(position, event)?;
                }
            }
        }
        self.keep_times(position, times)?;
        self.settle(position)
    }

    /// Ends the step and returns the rows it read or changed.
    #[must_use]
    pub fn finish(self) -> Rows {
        self.rows
    }

    /// Takes the event's key; false, with the leaf listed, when it was taken before.
    fn occupy(
        &mut self,
        position: Position,
        envelope: &event::Envelope,
        is_event: bool,
    ) -> Result<bool, V::Error> {
        let record = self.record(envelope.key.hash())?;
        if let Some((first, content)) = record.first {
            let code = if content == envelope.content {
                Code::Repeat
            } else {
                Code::Conflict
            };
            let row = Rejected::again(envelope.key.clone(), code, first);
            self.rows.rejected.insert(position, row);
            return Ok(false);
        }
        record.first = Some((position, envelope.content));
        record.is_event = is_event;
        Ok(true)
    }

    fn keep_times(&mut self, position: Position, times: Times) -> Result<(), V::Error> {
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

    fn take_in(&mut self, position: Position, event: Box<event::Event>) -> Result<(), V::Error> {
        let key = event.envelope.key.clone();
        if matches!(
            event.kind,
            Kind::Correction | Kind::Retraction | Kind::VerificationChanged
        ) {
            return self.take_act(position, &event);
        }
        if event.kind == Kind::Grant {
            let owner = self.owner(&key.org)?;
            insert_sorted(&mut owner.grants, key.clone());
            self.revise_granted(position, &key.org)?;
        }
        self.revise(position, &key, Some(event))
    }

    /// Keeps an act beside its target, and looks at what it acts on again.
    fn take_act(&mut self, position: Position, event: &event::Event) -> Result<(), V::Error> {
        let key = &event.envelope.key;
        let Some(target) = target(&event.data) else {
            return Ok(());
        };
        self.record(key.hash())?.target = Some(target.clone());
        let act = Act {
            recorded: event.envelope.recorded,
            key: key.clone(),
            position,
            kind: event.kind,
        };
        insert_sorted(&mut self.record(target.hash())?.acts, act);
        if target.org != key.org {
            let owner = self.owner(&target.org)?;
            insert_sorted(&mut owner.acted_on, target.clone());
        }
        self.revise_from(position, target)
    }

    /// Looks again at the event that a chain of acts, beginning at one on `target`, comes down to.
    fn revise_from(&mut self, at: Position, target: EventKey) -> Result<(), V::Error> {
        let Some((root, kind)) = self.root(target)? else {
            return Ok(());
        };
        if kind == Kind::Grant {
            self.revise_granted(at, &root.org)?;
        }
        self.revise(at, &root, None)
    }

    /// Returns the event that a chain of acts, beginning at one on `target`, comes down to; none
    /// where it is absent, no event, or where the chain is a cycle or deeper than is followed.
    fn root(&mut self, target: EventKey) -> Result<Option<(EventKey, Kind)>, V::Error> {
        let mut root = target;
        for _ in 0..crate::effective::ACTS_DEPTH_MAX {
            let record = self.record(root.hash())?;
            if let Some(next) = record.target.clone() {
                root = next;
                continue;
            }
            let (Some((position, _)), true) = (record.first, record.is_event) else {
                return Ok(None);
            };
            let Some(Reading::Event(event)) = self.leaf(position)?.map(|leaf| event::read(&leaf))
            else {
                return Ok(None);
            };
            return Ok(Some((root, event.kind)));
        }
        Ok(None)
    }

    /// Looks again at everything that the grants of `owner` bear on: never at a grant, on which
    /// nobody else acts.
    fn revise_granted(&mut self, at: Position, owner: &OrgId) -> Result<(), V::Error> {
        let row = self.owner(owner)?.clone();
        let mut roots = BTreeSet::new();
        for target in row.acted_on {
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

    /// Derives the facts of what changed at `at`.
    fn settle(&mut self, at: Position) -> Result<(), V::Error> {
        for (id, stale) in std::mem::take(&mut self.stale_tracks) {
            let linkers = self.linkers(&id)?;
            let track = self.track(&id)?;
            derive::track(&id, track, at, &stale, &|org| linkers.contains(org));
        }
        for id in std::mem::take(&mut self.stale_persons) {
            derive::person(self.person(&id)?, at);
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

/// Returns the `target` of an act.
pub(crate) fn target(data: &event::Json) -> Option<EventKey> {
    let target = data.get("target")?;
    Some(EventKey {
        org: OrgId::parse(target.text("org")?).ok()?,
        source: target.text("source")?.into(),
        id: target.text("id")?.into(),
    })
}

/// Returns the organisation in whose space a person is named.
pub(crate) fn owner_of(person: &PersonId) -> Option<OrgId> {
    person
        .as_str()
        .split_once(':')
        .and_then(|(org, _)| OrgId::parse(org).ok())
}

/// Puts an item in its place in a sorted list; one that stands there already stays alone.
pub(crate) fn insert_sorted<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(at) = list.binary_search(&item) {
        list.insert(at, item);
    }
}

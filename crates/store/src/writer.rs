//! What the writer reads before a step and writes after it.
//!
//! The fold reads a row before it changes it, so the view remembers the bytes of what it read; the
//! batch then leaves out rows that did not change, and keeps each family's tally right, without
//! reading anything twice.
//!
//! Never here: the fold.

use std::collections::HashMap;

use event::{KeyHash, OrgId, PersonId, Position};
use fold::{Owner, Person, Record, Times, Track, TrackId, View};
use serde::{Serialize, de::DeserializeOwned};

use crate::checkpoint::Checkpoint;
use crate::engine::{self, Batch, Bytes, Handle};
use crate::error::{Doubt, Failure};
use crate::keys::{self, Family};
use crate::store::{State, Store};
use crate::{format, leaves};

/// The writer's view of the rows, for the fold.
#[derive(Clone, Debug)]
pub struct WriterView {
    store: Store,
}

impl WriterView {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    fn get<T: DeserializeOwned>(&self, family: Family, key: Vec<u8>) -> Result<Option<T>, Failure> {
        let mut writer = self.store.writer();
        let state = self.store.shared();
        let engine = state.engine()?;
        let handle = engine.handle();
        let read = engine::get(&handle, &key).and_then(|value| {
            let row = value.as_deref().map(|bytes| format::decode(family.name(), &key, bytes));
            Ok((row.transpose()?, value))
        });
        let (row, value) = read.map_err(|doubt| state.failed(doubt))?;
        engine.give_back(handle);
        writer.before.insert(key, value);
        Ok(row)
    }
}

impl View for WriterView {
    type Error = Failure;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, Failure> {
        self.get(Family::Records, keys::record(key))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, Failure> {
        self.get(Family::Tracks, keys::track(id))
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, Failure> {
        self.get(Family::Persons, keys::person(id))
    }

    fn owner(&self, org: &OrgId) -> Result<Option<Owner>, Failure> {
        self.get(Family::Owners, keys::owner(org))
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Failure> {
        self.store.read()?.leaf(position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Failure> {
        self.get(Family::Times, keys::times(row))
    }
}

/// The rows of one batch, as they are put together.
pub(crate) struct Changes<'s> {
    state: &'s State,
    handle: Handle,
    before: HashMap<Vec<u8>, Option<Bytes>>,
    batch: Batch,
    checkpoint: Checkpoint,
    bytes: u64,
}

impl<'s> Changes<'s> {
    /// Encodes the rows that changed.
    pub(crate) fn of(
        rows: &fold::Rows,
        state: &'s State,
        before: HashMap<Vec<u8>, Option<Bytes>>,
    ) -> Result<Self, Failure> {
        follows(rows, state.checkpoint.position)?;
        let mut changes = Self {
            state,
            handle: state.engine()?.handle(),
            before,
            batch: Batch::default(),
            checkpoint: state.checkpoint,
            bytes: 0,
        };
        changes.put_all(rows).map_err(|doubt| state.failed(doubt))?;
        Ok(changes)
    }

    fn put_all(&mut self, rows: &fold::Rows) -> Result<(), Doubt> {
        for (org, row) in &rows.owners {
            self.put(Family::Owners, keys::owner(org), row)?;
        }
        for (person, row) in &rows.persons {
            self.put(Family::Persons, keys::person(person), row)?;
        }
        for (id, row) in &rows.tracks {
            self.put(Family::Tracks, keys::track(id), row)?;
        }
        for (key, row) in &rows.records {
            self.put(Family::Records, keys::record(*key), row)?;
        }
        for (position, row) in &rows.rejected {
            self.put(Family::Rejected, keys::rejected(*position), row)?;
        }
        for (number, row) in &rows.times {
            self.put(Family::Times, keys::times(*number), row)?;
        }
        self.put_leaves(rows)
    }

    fn put<T: Serialize>(&mut self, family: Family, key: Vec<u8>, row: &T) -> Result<(), Doubt> {
        let value = format::encode(family.name(), &key, row)?;
        self.put_bytes(family, key, value)
    }

    fn put_bytes(&mut self, family: Family, key: Vec<u8>, value: Vec<u8>) -> Result<(), Doubt> {
        let before = match self.before.remove(&key) {
            Some(before) => before,
            None => engine::get(&self.handle, &key)?,
        };
        if before.as_deref() == Some(value.as_slice()) {
            return Ok(());
        }
        if let Some(tally) = self.checkpoint.tally_mut(family) {
            if let Some(before) = &before {
                tally.remove(before);
            }
            tally.add(&value);
        }
        let bytes = key.len().saturating_add(value.len());
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.batch.insert(key, value);
        Ok(())
    }

    /// Packs the new leaves into blocks, the first of which may have begun before.
    fn put_leaves(&mut self, rows: &fold::Rows) -> Result<(), Doubt> {
        let Some(first) = rows.leaves.keys().next() else { return Ok(()) };
        let (mut block, inside) = leaves::place(*first);
        let mut pack = Vec::new();
        if inside > 0 {
            let key = keys::leaves(block);
            let begun = engine::get(&self.handle, &key)?;
            pack = begun.map(|value| leaves::decode(&key, &value)).transpose()?.unwrap_or_default();
            if pack.len() != inside {
                let why = "it does not end at the checkpoint";
                return Err(Doubt::Row { family: Family::Leaves.name(), why });
            }
        }
        for (position, leaf) in &rows.leaves {
            let (next, _) = leaves::place(*position);
            if next != block {
                self.put_bytes(Family::Leaves, keys::leaves(block), leaves::encode(block, &pack)?)?;
                pack.clear();
                block = next;
            }
            pack.push(leaf.clone());
        }
        self.put_bytes(Family::Leaves, keys::leaves(block), leaves::encode(block, &pack)?)
    }

    /// Adds the checkpoint; returns the batch, what the checkpoint says, and the batch's bytes.
    pub(crate) fn finish(mut self, position: Position) -> Result<(Batch, Checkpoint, u64), Doubt> {
        self.checkpoint.position = position;
        self.batch.insert(&keys::CHECKPOINT, self.checkpoint.encode()?);
        if let Some(engine) = &self.state.engine {
            engine.give_back(self.handle);
        }
        Ok((self.batch, self.checkpoint, self.bytes))
    }
}

/// Whether the rows follow on the checkpoint, with one leaf for each position.
fn follows(rows: &fold::Rows, checkpoint: Position) -> Result<(), Failure> {
    let expected = checkpoint.next();
    let found = rows.leaves.keys().next().copied().unwrap_or(rows.position);
    if found != expected {
        return Err(Failure::Gap { found, expected });
    }
    let leaves = u64::try_from(rows.leaves.len()).unwrap_or(u64::MAX);
    let last = rows.leaves.keys().next_back().copied();
    let span = rows.position.get().saturating_sub(checkpoint.get());
    if leaves != span || last != Some(rows.position) {
        return Err(Failure::Leaves { found: leaves, position: rows.position });
    }
    Ok(())
}

//! The writer's view of the rows.
//!
//! The fold reads a row before it changes it, so the view remembers the bytes of what it read; the
//! batch (`changes`) then leaves out rows that did not change, and keeps each family's tally right,
//! without reading anything twice.
//!
//! Never here: the fold.

use event::{KeyHash, OrgId, PersonId, Position};
use fold::{Owner, Person, Record, Times, Track, TrackId, View};

use crate::engine;
use crate::error::{Doubt, Failure};
use crate::rows::{self, Get};
use crate::store::{State, Store};

/// The writer's view of the rows, for the fold.
#[derive(Clone, Debug)]
pub struct WriterView {
    store: Store,
}

impl WriterView {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    /// Reads through `find`, which is handed what gets the bytes under a key.
    fn read<T>(
        &self,
        find: impl FnOnce(&State, &mut dyn Get) -> Result<T, Doubt>,
    ) -> Result<T, Failure> {
        let mut writer = self.store.writer();
        let state = self.store.shared();
        let engine = state.engine()?;
        let handle = engine.handle();
        let found = find(&state, &mut |key: &[u8]| {
            let value = engine::get(&handle, key)?;
            writer.before.insert(key.to_vec(), value.clone());
            Ok(value)
        });
        let found = found.map_err(|doubt| state.failed(doubt))?;
        engine.give_back(handle);
        Ok(found)
    }
}

impl View for WriterView {
    type Error = Failure;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, Failure> {
        self.read(|state, get| rows::record(key, &state.shorts, get))
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, Failure> {
        self.read(|_, get| rows::track(id, get))
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, Failure> {
        self.read(|_, get| rows::person(id, get))
    }

    fn owner(&self, org: &OrgId) -> Result<Option<Owner>, Failure> {
        self.read(|_, get| rows::owner(org, get))
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Failure> {
        self.store.read()?.leaf(position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Failure> {
        self.read(|_, get| rows::times(row, get))
    }
}

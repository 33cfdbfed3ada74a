//! The writer's view of the rows.
//!
//! Start at [`Store::writer_view`].
//!
//! The fold reads a row before it changes it, so the view remembers the bytes of what it read; handed
//! back with the rows, it lets the batch (`changes`) leave out rows that did not change, and keep
//! each family's tally right, without reading anything twice.
//!
//! Never here: the fold.

use std::cell::RefCell;

use event::{KeyHash, PersonId, Position};
use fold::{Editor, EditorId, LastHidden, Person, Record, Times, Track, TrackId, View};

use crate::changes::Before;
use crate::engine;
use crate::error::{Doubt, Failure};
use crate::rows::{self, Get};
use crate::state::State;
use crate::store::Store;

/// The writer's view of the rows, for the fold.
#[derive(Debug)]
pub struct WriterView {
    store: Store,
    /// The rows read, as they are on disk.
    before: RefCell<Before>,
}

impl Store {
    /// Returns the writer's own view of the rows, which holds no lock between reads.
    ///
    /// It remembers what it reads, so that [`Store::apply_over`] knows which rows changed. A row that
    /// is under way to the store must not be read through it: what it remembers would be old.
    #[must_use]
    pub fn writer_view(&self) -> WriterView {
        WriterView {
            store: self.clone(),
            before: RefCell::default(),
        }
    }

    /// As [`Store::apply`], for rows that were folded over `view`, which saves reading them again.
    ///
    /// The checkpoint names the root of the history up to it as well, so that it can be compared
    /// with the history before the store is used again.
    ///
    /// # Errors
    /// As [`Store::apply`].
    pub fn apply_over(
        &self,
        view: WriterView,
        rows: &fold::Rows,
        root: [u8; 32],
    ) -> Result<(), Failure> {
        self.write(view.before.into_inner(), rows, root)
    }
}

impl WriterView {
    /// Reads through `find`, which is handed what gets the bytes under a key.
    fn read<T>(
        &self,
        find: impl FnOnce(&State, &mut dyn Get) -> Result<T, Doubt>,
    ) -> Result<T, Failure> {
        let mut before = self.before.borrow_mut();
        self.look(find, |key, value| {
            before.insert(key.to_vec(), value.clone());
        })
    }

    /// Reads as [`WriterView::read`], and hands each row that is read to `keep`.
    fn look<T>(
        &self,
        find: impl FnOnce(&State, &mut dyn Get) -> Result<T, Doubt>,
        mut keep: impl FnMut(&[u8], &Option<engine::Bytes>),
    ) -> Result<T, Failure> {
        let state = self.store.shared();
        let engine = state.engine()?;
        let handle = engine.handle();
        let found = find(&state, &mut |key: &[u8]| {
            let value = engine::get(&handle, key)?;
            keep(key, &value);
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
        // Not remembered: where two keys have one short hash, what was read is the other's record,
        // and may be under way to another value.
        self.look(
            |state, get| rows::record(key, &state.shorts, get),
            |_, _| {},
        )
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, Failure> {
        self.read(|_, get| rows::track(id, get))
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, Failure> {
        self.read(|_, get| rows::person(id, get))
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, Failure> {
        self.read(|_, get| rows::editor(id, get))
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Failure> {
        self.store.read()?.leaf(position)
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Failure> {
        self.read(|_, get| rows::times(row, get))
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, Failure> {
        self.read(|_, get| rows::last_hidden(get))
    }
}

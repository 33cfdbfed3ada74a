//! The read model of a node: the store on disk and the columns in memory, moved forward together.
//!
//! Never here: where leaves come from (see [`crate::projector`]).

use std::sync::{OnceLock, RwLockReadGuard};

use event::Position;
use figures::{Capacity, ColumnStore};
use fold::Rows;
use store::{Store, WriterView};
use web::http::log_id::LogId;

use crate::query::answers::Answers;
use crate::query::scans::SharedColumns;

/// Why rows could not be loaded or written.
#[derive(Debug, thiserror::Error)]
pub enum ModelFailure {
    /// The store: it is set aside and rebuilt.
    #[error(transparent)]
    Store(#[from] store::Failure),
    /// The columns hold no more: what they hold still answers.
    #[error(transparent)]
    Capacity(#[from] Capacity),
}

/// A store and the columns loaded from it, with the answers that were counted over them.
pub struct Model {
    store: Store,
    columns: SharedColumns,
    answers: Answers,
    log: OnceLock<LogId>,
}

impl Model {
    /// Loads the columns from the rows of `store`.
    ///
    /// # Errors
    /// The store's failure, and [`ModelFailure::Capacity`] where its rows do not fit the columns: in
    /// both cases the caller sets the folder aside and rebuilds it.
    pub fn load(store: Store) -> Result<Self, ModelFailure> {
        Self::load_into(ColumnStore::default(), store)
    }

    /// As [`Model::load`], into columns that are empty.
    ///
    /// # Errors
    /// Those of [`Model::load`].
    pub fn load_into(mut columns: ColumnStore, store: Store) -> Result<Self, ModelFailure> {
        let mut refused: Option<Capacity> = None;
        let mut note = |put: Result<(), Capacity>| refused = refused.or(put.err());
        {
            let reading = store.read()?;
            reading.for_each_times(|row, times| note(columns.put_times(row, &times)))?;
            reading.for_each_track(|id, track| note(columns.put_track(&id, &track)))?;
            reading.for_each_person(|id, person| note(columns.put_person(&id, &person)))?;
            columns.put_last_hidden(fold::View::last_hidden(&reading)?.unwrap_or_default());
            columns.compact();
        }
        if let Some(capacity) = refused {
            return Err(capacity.into());
        }
        Ok(Self {
            store,
            columns: SharedColumns::new(columns),
            answers: Answers::default(),
            log: OnceLock::new(),
        })
    }

    /// Makes a model of the columns of `self` and another handle on the same rows.
    #[must_use]
    pub fn with_store(self, store: Store) -> Self {
        Self { store, ..self }
    }

    /// Returns the store.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the columns, all at one position, for as long as the guard lives.
    pub fn columns(&self) -> RwLockReadGuard<'_, ColumnStore> {
        self.columns.read()
    }

    /// Returns the columns as scans take them.
    pub(crate) const fn shared(&self) -> &SharedColumns {
        &self.columns
    }

    /// Returns the columns where no rows are being put in; waits for nothing.
    pub fn try_columns(&self) -> Option<RwLockReadGuard<'_, ColumnStore>> {
        self.columns.try_read()
    }

    /// Returns which log it is folded from.
    ///
    /// # Errors
    /// The store's failure.
    pub fn log(&self) -> Result<LogId, store::Failure> {
        if let Some(log) = self.log.get() {
            return Ok(*log);
        }
        let first = self.store.read()?.leaf(Position::ZERO.next())?;
        // An empty record has no log yet; it may get one.
        Ok(first.map_or_else(LogId::default, |leaf| {
            *self.log.get_or_init(|| LogId::of_first(&leaf))
        }))
    }

    /// Returns the caches of answers.
    pub(crate) const fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Returns the newest position that answers can be given for.
    #[must_use]
    pub fn position(&self) -> Position {
        self.columns().instants().newest()
    }

    /// Writes the rows of a step, folded over `view`, which follow from the history with this root:
    /// first to the store, then to the columns. A crash between leaves the columns to be loaded from
    /// the store at the next start.
    ///
    /// # Errors
    /// The store's failure; the columns are then as before. [`ModelFailure::Capacity`] where the
    /// columns have no room: the store is then as before too.
    pub fn apply(&self, view: WriterView, rows: &Rows, root: [u8; 32]) -> Result<(), ModelFailure> {
        self.columns().room_for(rows)?;
        self.store.apply_over(view, rows, root)?;
        Ok(self.columns.write().put(rows)?)
    }
}

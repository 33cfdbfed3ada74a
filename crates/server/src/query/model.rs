//! The read model of a node: the store on disk and the columns in memory, moved forward together.
//!
//! Never here: where leaves come from (see [`crate::projector`]).

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use event::Position;
use fold::{Rows, Table};
use store::{Store, WriterView};

use crate::query::answers::Answers;

/// A store and the table loaded from it, with the answers that were counted over it.
pub struct Model {
    store: Store,
    table: RwLock<Table>,
    answers: Answers,
}

impl Model {
    /// Loads the table from the rows of `store`.
    ///
    /// # Errors
    /// The store's failure: the caller sets the folder aside and rebuilds it.
    pub fn load(store: Store) -> Result<Self, store::Failure> {
        let mut table = Table::default();
        {
            let reading = store.read()?;
            reading.for_each_times(|row, times| table.put_times(row, &times))?;
            reading.for_each_track(|id, track| table.put_track(&id, &track))?;
            reading.for_each_person(|id, person| table.put_person(&id, &person))?;
            table.settle();
        }
        Ok(Self {
            store,
            table: RwLock::new(table),
            answers: Answers::default(),
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
    pub fn table(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the caches of answers.
    pub(crate) const fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Returns the newest position that answers can be given for.
    #[must_use]
    pub fn position(&self) -> Position {
        self.table().instants().newest()
    }

    /// Writes the rows of a step, folded over `view`, which follow from the history with this root:
    /// first to the store, then to the columns. A crash between leaves the columns to be loaded from
    /// the store at the next start.
    ///
    /// # Errors
    /// The store's failure; the columns are then as before.
    pub fn apply(
        &self,
        view: WriterView,
        rows: &Rows,
        root: [u8; 32],
    ) -> Result<(), store::Failure> {
        self.store.apply_over(view, rows, root)?;
        self.table
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .put(rows);
        Ok(())
    }
}

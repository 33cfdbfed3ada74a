//! The read model of a node: the store on disk and the columns in memory, moved forward together.
//!
//! Never here: where leaves come from (see [`crate::projector`]).

use std::ops::Deref;
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, TryLockError};

use event::Position;
use figures::{Capacity, ColumnStore, Lend};
use fold::{Rows, Scope};
use store::{Store, WriterView};
use web::http::log_id::LogId;

use crate::query::answers::Answers;
use crate::query::scans::{Permit, Scans};

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
    columns: RwLock<ColumnStore>,
    scans: Scans,
    answers: Answers,
    log: OnceLock<LogId>,
}

/// The columns while they are scanned: one of few at once.
pub(crate) struct Scan<'m> {
    columns: RwLockReadGuard<'m, ColumnStore>,
    _permit: Permit<'m>,
}

impl Deref for Scan<'_> {
    type Target = ColumnStore;

    fn deref(&self) -> &ColumnStore {
        &self.columns
    }
}

/// Who lends the columns to an answer: anew for each scan, or one state of them for all.
pub(crate) enum Lender<'m> {
    Scans(&'m Model),
    One(&'m ColumnStore),
}

impl Lend for Lender<'_> {
    fn lend<T>(&self, work: impl FnOnce(&ColumnStore) -> T) -> T {
        match self {
            Self::Scans(model) => work(&model.scan()),
            Self::One(columns) => work(columns),
        }
    }
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
            columns: RwLock::new(columns),
            scans: Scans::default(),
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
        self.columns.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the columns for a scan of many rows, once there is a place for it. The fold waits for who holds
    /// them, so that scans that shared the processors would hold it up for longer than each by itself.
    pub(crate) fn scan(&self) -> Scan<'_> {
        let permit = self.scans.acquire();
        Scan {
            columns: self.columns(),
            _permit: permit,
        }
    }

    /// Makes an answer of several scans, each of which has the columns for itself. Where something was hidden
    /// from the scope between two of them, it is made again in one.
    pub(crate) fn in_scans<T>(&self, scope: &Scope, make: impl Fn(&Lender<'_>) -> T) -> T {
        let before = self.columns().hidden_through(scope);
        let made = make(&Lender::Scans(self));
        if self.columns().hidden_through(scope) == before {
            return made;
        }
        let scan = self.scan();
        make(&Lender::One(&scan))
    }

    /// Returns the columns where no rows are being put in; waits for nothing.
    pub fn try_columns(&self) -> Option<RwLockReadGuard<'_, ColumnStore>> {
        match self.columns.try_read() {
            Ok(columns) => Some(columns),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
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
        let mut columns = self.columns.write().unwrap_or_else(PoisonError::into_inner);
        Ok(columns.put(rows)?)
    }
}

#[cfg(test)]
mod tests {
    use event::{OrgId, Visibility};
    use fold::{LastHidden, Readers};
    use store::{Identity, Opened, Settings, Views};

    use super::*;

    fn model(folder: &std::path::Path) -> Model {
        let settings = Settings {
            cache_bytes: 1 << 20,
            engine_timeout: store::ENGINE_TIMEOUT,
            identity: Identity {
                log: "HABEAS".into(),
                rows: 1,
            },
        };
        let (views, opened) = Views::open(folder, settings).unwrap();
        let store = match opened {
            Opened::Ready(store) => store,
            Opened::Rebuild(_) => views.promote(None, views.begin_rebuild().unwrap()).unwrap(),
        };
        Model::load(store).unwrap()
    }

    #[test]
    fn an_answer_is_made_again_where_something_was_hidden_between_its_scans() {
        let folder = tempfile::tempdir().unwrap();
        let model = model(folder.path());
        let hide = |at: u64| {
            let org = OrgId::parse("north").unwrap();
            let mut last = LastHidden::default();
            last.note(
                &Readers::new(Visibility::Public, &org),
                &Readers::new(Visibility::Org, &org),
                Position::new(at),
            );
            model.columns.write().unwrap().put_last_hidden(last);
        };
        let turns = std::sync::atomic::AtomicU64::new(0);
        let made = model.in_scans(&Scope::Public, |columns| {
            let seen = |columns: &Lender<'_>| {
                columns.lend(|columns| columns.hidden_through(&Scope::Public).get())
            };
            let first = seen(columns);
            // Only the first time: who makes it again holds the columns, for which the fold waits.
            if turns.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
                hide(7);
            }
            (first, seen(columns))
        });
        assert_eq!(made, (7, 7), "both scans are of one state");
        let other = model.in_scans(&Scope::Operator, |columns| {
            hide(9);
            columns.lend(|columns| columns.hidden_through(&Scope::Public).get())
        });
        assert_eq!(
            other, 9,
            "what others do not see any more changes nothing for the operator"
        );
    }

    #[test]
    fn scans_wait_for_one_another_and_the_fold_does_not_wait_for_who_waits() {
        let folder = tempfile::tempdir().unwrap();
        let model = model(folder.path());
        let places = (0..model.scans.free()).map(|_| model.scans.acquire());
        let held: Vec<_> = places.collect();
        std::thread::scope(|scope| {
            let asked = model.scans.asked();
            let waits = scope.spawn(|| model.scan().rows());
            while model.scans.asked() == asked {
                std::thread::yield_now();
            }
            // All places are taken, so whoever waits for one holds no columns.
            assert!(model.columns.try_write().is_ok());
            drop(held);
            assert_eq!(waits.join().unwrap(), 0);
        });
    }
}

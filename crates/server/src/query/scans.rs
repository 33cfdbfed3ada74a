//! The columns of a model, which the fold writes and scans read, and how many scans run at once.
//!
//! Start at [`SharedColumns`]. A scan of many rows uses two threads, so there is one for every two processors:
//! more would make no more answers.
//!
//! Never here: how many answers are made at once (`http::slots`), and what is counted (crate `figures`).

use std::num::NonZero;
use std::ops::Deref;
use std::sync::{
    Condvar, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError,
};

use figures::{ColumnStore, Lend};
use fold::Scope;

/// How many threads a scan of many rows uses.
const SCAN_THREADS: usize = 2;

/// How many scans run at once at the least, however few processors there are. Source: docs/reference/limits.md.
const PLACES_MIN: usize = 1;

/// The columns of a model, with the places of their scans.
#[derive(Debug)]
pub(crate) struct SharedColumns {
    columns: RwLock<ColumnStore>,
    scans: Scans,
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
    Scans(&'m SharedColumns),
    One(&'m ColumnStore),
}

impl Lend for Lender<'_> {
    fn lend<T>(&self, work: impl FnOnce(&ColumnStore) -> T) -> T {
        match self {
            Self::Scans(columns) => work(&columns.scan()),
            Self::One(columns) => work(columns),
        }
    }
}

impl SharedColumns {
    /// Shares these columns.
    pub(super) fn new(columns: ColumnStore) -> Self {
        Self {
            columns: RwLock::new(columns),
            scans: Scans::default(),
        }
    }

    /// Returns the columns, all at one position, for as long as the guard lives.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, ColumnStore> {
        self.columns.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the columns where no rows are being put in; waits for nothing.
    pub(super) fn try_read(&self) -> Option<RwLockReadGuard<'_, ColumnStore>> {
        match self.columns.try_read() {
            Ok(columns) => Some(columns),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Returns the columns to put rows in.
    pub(super) fn write(&self) -> RwLockWriteGuard<'_, ColumnStore> {
        self.columns.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the columns for a scan of many rows, once there is a place for it. The fold waits for who holds
    /// them, so that scans that shared the processors would hold it up for longer than each by itself.
    pub(crate) fn scan(&self) -> Scan<'_> {
        let permit = self.scans.acquire();
        Scan {
            columns: self.read(),
            _permit: permit,
        }
    }

    /// Makes an answer of several scans, each of which has the columns for itself. Where something was hidden
    /// from the scope between two of them, it is made again in one.
    pub(crate) fn in_scans<T>(&self, scope: &Scope, make: impl Fn(&Lender<'_>) -> T) -> T {
        let before = self.read().hidden_through(scope);
        let made = make(&Lender::Scans(self));
        if self.read().hidden_through(scope) == before {
            return made;
        }
        let scan = self.scan();
        make(&Lender::One(&scan))
    }
}

/// The places of the scans of a model, given in the order in which they are asked for: who scans again and again
/// comes after who waits.
#[derive(Debug)]
struct Scans {
    queue: Mutex<Queue>,
    moved: Condvar,
}

#[derive(Debug)]
struct Queue {
    free: usize,
    /// The number of the next who asks, and of the next who gets a place.
    next: u64,
    served: u64,
}

impl Default for Scans {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            queue: Mutex::new(Queue {
                free: (processors / SCAN_THREADS).max(PLACES_MIN),
                next: 0,
                served: 0,
            }),
            moved: Condvar::new(),
        }
    }
}

/// A place, given back as it is dropped.
#[derive(Debug)]
struct Permit<'s>(&'s Scans);

impl Scans {
    /// Returns how many have asked for a place so far.
    #[cfg(test)]
    fn asked(&self) -> u64 {
        self.queue.lock().unwrap().next
    }

    /// Returns how many places are free.
    #[cfg(test)]
    fn free(&self) -> usize {
        self.queue.lock().unwrap().free
    }

    /// Waits for a place. Those who wait hold a slot of `http::slots`, so that they are few.
    fn acquire(&self) -> Permit<'_> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let number = queue.next;
        queue.next += 1;
        let waited = self
            .moved
            .wait_while(queue, |queue| queue.free == 0 || queue.served != number);
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
        queue.free -= 1;
        queue.served += 1;
        self.moved.notify_all();
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.free += 1;
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use event::{OrgId, Position, Visibility};
    use fold::{LastHidden, Readers};

    use super::*;

    #[test]
    fn an_answer_is_made_again_where_something_was_hidden_between_its_scans() {
        let shared = SharedColumns::new(ColumnStore::default());
        let hide = |at: u64| {
            let org = OrgId::parse("north").unwrap();
            let mut last = LastHidden::default();
            last.note(
                &Readers::new(Visibility::Public, &org),
                &Readers::new(Visibility::Org, &org),
                Position::new(at),
            );
            shared.write().put_last_hidden(last);
        };
        let turns = std::sync::atomic::AtomicU64::new(0);
        let made = shared.in_scans(&Scope::Public, |columns| {
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
        let other = shared.in_scans(&Scope::Operator, |columns| {
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
        let shared = SharedColumns::new(ColumnStore::default());
        let places = (0..shared.scans.free()).map(|_| shared.scans.acquire());
        let held: Vec<_> = places.collect();
        std::thread::scope(|scope| {
            let asked = shared.scans.asked();
            let waits = scope.spawn(|| shared.scan().rows());
            while shared.scans.asked() == asked {
                std::thread::yield_now();
            }
            // All places are taken, so whoever waits for one holds no columns.
            assert!(shared.columns.try_write().is_ok());
            drop(held);
            assert_eq!(waits.join().unwrap(), 0);
        });
    }
}

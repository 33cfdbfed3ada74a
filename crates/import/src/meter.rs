//! How far an import is: how much of its input is read, of how much.
//!
//! Start at [`Meter`]. One thread makes the events and says how far it is; another one looks.
//!
//! Never here: how it is shown.

use std::sync::atomic::{AtomicU64, Ordering};

/// How much of an input is read: bytes of files, or snapshots of a list.
#[derive(Debug, Default)]
pub struct Meter {
    done: AtomicU64,
    total: AtomicU64,
}

impl Meter {
    /// Returns how much is read, and of how much; of 0 where that is not known yet.
    #[must_use]
    pub fn state(&self) -> (u64, u64) {
        let total = self.total.load(Ordering::Relaxed);
        (self.done.load(Ordering::Relaxed).min(total), total)
    }

    /// Sets how much there is, of which nothing is read.
    pub(crate) fn begin(&self, total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// Sets how much is read.
    pub(crate) fn reach(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }
}

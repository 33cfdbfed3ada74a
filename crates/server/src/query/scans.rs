//! How many scans of the columns run at once.
//!
//! Start at [`Scans::acquire`]. A scan of many rows uses two threads, so there is one for every two processors:
//! more would make no more answers.
//!
//! Never here: how many answers are made at once (`http::slots`).

use std::num::NonZero;
use std::sync::{Condvar, Mutex, PoisonError};

/// How many threads a scan of many rows uses.
const SCAN_THREADS: usize = 2;

/// How many scans run at once at the least, however few processors there are. Source: docs/reference/limits.md.
const PLACES_MIN: usize = 1;

/// The places of the scans of a model, given in the order in which they are asked for: who scans again and again
/// comes after who waits.
#[derive(Debug)]
pub(super) struct Scans {
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
pub(super) struct Permit<'s>(&'s Scans);

impl Scans {
    /// Returns how many have asked for a place so far.
    #[cfg(test)]
    pub(super) fn asked(&self) -> u64 {
        self.queue.lock().unwrap().next
    }

    /// Returns how many places are free.
    #[cfg(test)]
    pub(super) fn free(&self) -> usize {
        self.queue.lock().unwrap().free
    }

    /// Waits for a place. Those who wait hold a slot of `http::slots`, so that they are few.
    pub(super) fn acquire(&self) -> Permit<'_> {
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

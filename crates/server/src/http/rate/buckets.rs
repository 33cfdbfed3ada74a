//! Buckets: what each caller may still ask for, one instant for each.
//!
//! Start at [`Buckets::take`]. Of a caller only the instant is kept at which its bucket is full again (the
//! generic cell rate algorithm, ITU-T I.371): who has asked for nothing lately needs no place. The number of
//! callers is bounded; where all places are taken, those whose buckets are fullest are forgotten first, so
//! that who asks most is forgotten last, however many addresses somebody has.
//!
//! Never here: who a caller is.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// How much one caller may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests at once.
    pub burst: u64,
    /// Milliseconds after which one more may come.
    pub interval_ms: u64,
}

/// The buckets of callers of one sort.
#[derive(Debug)]
pub struct Buckets<K> {
    allowance: Allowance,
    callers_max: usize,
    /// When each bucket is full again, in milliseconds of the monotonic clock.
    full_at_ms: Mutex<HashMap<K, u64>>,
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    /// Makes buckets for at most `callers_max` callers; all are full.
    #[must_use]
    pub fn new(allowance: Allowance, callers_max: usize) -> Self {
        Self {
            allowance,
            callers_max,
            full_at_ms: Mutex::default(),
        }
    }

    /// Takes one request out of a caller's bucket.
    ///
    /// # Errors
    /// [`Empty`]: nothing was taken, and when to come again.
    pub fn take(&self, caller: &K, now_ms: u64) -> Result<(), Empty> {
        let Allowance { burst, interval_ms } = self.allowance;
        let mut full_at_ms = self
            .full_at_ms
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = full_at_ms.get(caller).copied().unwrap_or_default();
        let after = before.max(now_ms).saturating_add(interval_ms);
        let latest = now_ms.saturating_add(burst.saturating_mul(interval_ms));
        if after > latest {
            let wait_ms = after.saturating_sub(latest);
            return Err(Empty { wait_ms });
        }
        if full_at_ms.len() >= self.callers_max && !full_at_ms.contains_key(caller) {
            make_room(&mut full_at_ms, now_ms, self.callers_max);
        }
        full_at_ms.insert(caller.clone(), after);
        Ok(())
    }
}

/// A bucket is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Empty {
    /// Milliseconds until one more request may come, at least 1.
    pub wait_ms: u64,
}

impl Empty {
    /// Returns the whole seconds to wait, at least 1: what `Retry-After` says.
    #[must_use]
    pub fn wait_seconds(self) -> u64 {
        self.wait_ms.div_ceil(1_000).max(1)
    }
}

/// Forgets the buckets that are full; where that is not a half of all, the fullest half. So it is done once
/// in half as many callers as there are places, and costs each of them nothing.
fn make_room<K: Eq + Hash>(full_at_ms: &mut HashMap<K, u64>, now_ms: u64, callers_max: usize) {
    full_at_ms.retain(|_, at| *at > now_ms);
    let half = callers_max / 2;
    if full_at_ms.len() <= half {
        return;
    }
    let mut times: Vec<u64> = full_at_ms.values().copied().collect();
    let (_, median, _) = times.select_nth_unstable(half);
    let median = *median;
    full_at_ms.retain(|_, at| *at > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWANCE: Allowance = Allowance {
        burst: 3,
        interval_ms: 100,
    };

    #[test]
    fn a_bucket_gives_its_burst_and_then_one_an_interval() {
        let buckets = Buckets::new(ALLOWANCE, 8);
        let take = |now_ms| buckets.take(&"a", now_ms);
        for _ in 0..3 {
            assert_eq!(take(1_000), Ok(()));
        }
        let empty = take(1_000).unwrap_err();
        assert_eq!((empty.wait_ms, empty.wait_seconds()), (100, 1));
        assert_eq!(take(1_099), Err(Empty { wait_ms: 1 }));
        assert_eq!(buckets.take(&"b", 1_099), Ok(()), "each has its own");
        assert_eq!(take(1_100), Ok(()));
        assert_eq!(take(1_100), Err(Empty { wait_ms: 100 }));
        assert_eq!(Empty { wait_ms: 1_001 }.wait_seconds(), 2);
        for _ in 0..3 {
            assert_eq!(take(9_000), Ok(()), "it fills no further than its burst");
        }
        assert!(take(9_000).is_err());
    }

    #[test]
    fn callers_are_bounded_and_who_asks_most_is_forgotten_last() {
        let buckets = Buckets::new(ALLOWANCE, 100);
        let count = || buckets.full_at_ms.lock().unwrap().len();
        let taken = (0..3).all(|_| buckets.take(&0, 1_000).is_ok());
        assert!(taken && buckets.take(&0, 1_000).is_err());
        for caller in 1..10_000 {
            assert_eq!(buckets.take(&caller, 1_000), Ok(()));
            assert!(count() <= 100);
        }
        assert!(buckets.take(&0, 1_000).is_err(), "still empty");
        // All of one fullness: places are made all the same.
        let even = Buckets::new(ALLOWANCE, 4);
        for caller in 0..1_000 {
            assert_eq!(even.take(&caller, 5), Ok(()));
        }
    }
}

//! The readers of open streams, counted: all of them, and those of one caller.
//!
//! Start at `StreamReaders::admit`. A stream holds a connection for as long as its reader likes, so streams
//! leave a part of the connections to those who ask once, and no caller takes the streams of all others.
//!
//! Never here: what is read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::problem::{Problem, Sort};
use super::rate::Caller;

/// How many streams one caller may have open. Source: docs/reference/limits.md.
pub const OF_A_CALLER_MAX: usize = 256;

/// How many streams of events to be judged are open at once: each may hold a message of
/// [`super::grpc::SUBMISSION_BYTES_MAX`]. Source: docs/reference/limits.md.
pub const SUBMISSIONS_MAX: usize = 64;

/// How many of these one caller has open. Source: docs/reference/limits.md.
pub const SUBMISSIONS_OF_A_CALLER: usize = 8;

/// When who found no place comes again, in seconds.
const COME_AGAIN_SECONDS: u64 = 10;

/// Returns how many streams may be open where so many connections may be: three in four.
#[must_use]
pub const fn streams_max(connections_max: usize) -> usize {
    connections_max - connections_max / 4
}

/// The readers of open streams.
#[derive(Debug)]
pub struct StreamReaders {
    open: Mutex<Open>,
    max: usize,
    of_a_caller_max: usize,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    of_callers: BTreeMap<Caller, usize>,
}

/// The place of an open stream, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct StreamPlace {
    readers: Arc<StreamReaders>,
    caller: Caller,
}

impl StreamReaders {
    /// Lets at most `max` streams be open, and of one caller at most `of_a_caller_max`; none is.
    #[must_use]
    pub fn new(max: usize, of_a_caller_max: usize) -> Self {
        Self {
            open: Mutex::default(),
            max,
            of_a_caller_max,
        }
    }

    /// Gives a stream of this caller its place. Who asks on this machine has no limit of its own.
    ///
    /// # Errors
    /// [`Problem`]: busy, and when to come again.
    pub(super) fn admit(self: &Arc<Self>, caller: &Caller) -> Result<StreamPlace, Problem> {
        let mut open = self.lock();
        let own = open.of_callers.get(caller).copied().unwrap_or_default();
        let full = if open.all >= self.max {
            Some(format!("{} streams are open, which is the most", self.max))
        } else if own >= self.of_a_caller_max && *caller != Caller::ThisMachine {
            Some(format!(
                "{own} streams of this caller are open, which is the most"
            ))
        } else {
            None
        };
        if let Some(detail) = full {
            return Err(Problem::new(Sort::Busy, detail).retry_in(COME_AGAIN_SECONDS));
        }
        open.all += 1;
        open.of_callers.insert(caller.clone(), own + 1);
        Ok(StreamPlace {
            readers: self.clone(),
            caller: caller.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.readers.lock();
        open.all -= 1;
        if let Some(own) = open.of_callers.get_mut(&self.caller) {
            *own -= 1;
            if *own == 0 {
                open.of_callers.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Caller {
        Caller::Address(address.parse().unwrap())
    }

    #[test]
    fn streams_are_bounded_together_and_their_places_are_given_back() {
        let readers = Arc::new(StreamReaders::new(2, OF_A_CALLER_MAX));
        let (first, second) = (at("192.0.2.1"), at("192.0.2.2"));
        let places = [readers.admit(&first), readers.admit(&second)];
        let problem = readers.admit(&Caller::ThisMachine).unwrap_err();
        assert_eq!(problem.sort, Sort::Busy);
        assert_eq!(problem.retry_seconds, Some(COME_AGAIN_SECONDS));
        drop(places);
        assert!(readers.admit(&first).is_ok());
        assert!(readers.lock().of_callers.is_empty(), "nobody reads");
    }

    #[test]
    fn one_caller_does_not_take_the_streams_of_others() {
        let readers = Arc::new(StreamReaders::new(2 * OF_A_CALLER_MAX, OF_A_CALLER_MAX));
        let (one, other) = (at("192.0.2.1"), at("2001:db8::"));
        let places: Vec<_> = (0..OF_A_CALLER_MAX)
            .map(|_| readers.admit(&one).unwrap())
            .collect();
        assert!(readers.admit(&one).is_err());
        assert!(readers.admit(&other).is_ok());
        let own: Vec<_> = (0..OF_A_CALLER_MAX)
            .map(|_| readers.admit(&Caller::ThisMachine))
            .collect();
        assert!(own.iter().all(Result::is_ok), "no limit on this machine");
        drop((places, own));
        assert!(readers.admit(&one).is_ok());
    }

    #[test]
    fn streams_leave_connections_to_others() {
        assert_eq!(streams_max(16), 12);
        assert_eq!(streams_max(16_384), 12_288);
    }
}

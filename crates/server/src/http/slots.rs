//! Slots: how many answers are made at once, so that however many ask, threads and memory are bounded and
//! the fold and the gate have the machine too.
//!
//! Start at [`Slots`]. Questions that look at much of the record have a few slots of their own, so that they
//! never keep others waiting, and a caller has not all of them.
//!
//! Never here: which requests wait for a slot (see `admission`), and which of those that have one is at work (see
//! `turns`).

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::rate::Caller;
use super::turns::Turns;

/// How many answers are made at once at the least, however few processors there are. Source:
/// docs/reference/limits.md.
pub const PLAIN_MIN: usize = 2;

/// How many of those that look at much of the record are under way, at the least. Source:
/// docs/reference/limits.md.
pub const DEAR_MIN: usize = 4;

/// How many of these one caller from elsewhere has under way. Source: docs/reference/limits.md.
pub const DEAR_OF_A_CALLER: usize = 2;

/// How long a request waits for a slot. Source: docs/reference/limits.md.
pub const SLOT_WAIT: Duration = Duration::from_secs(5);

/// The slots of a node.
#[derive(Debug)]
pub struct Slots {
    pub(super) plain: Semaphore,
    pub(super) plain_max: usize,
    pub(super) dear: Semaphore,
    pub(super) dear_max: usize,
    /// Of each caller who has some of the dear ones, or waits for one.
    of_callers: Mutex<BTreeMap<Caller, Arc<Semaphore>>>,
    pub(super) turns: Turns,
}

impl Default for Slots {
    /// Makes a slot for each processor: more would make no more answers. What looks at much of the record has
    /// some more, each of which waits for its turn.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let (plain_max, dear_max) = (PLAIN_MIN.max(processors), DEAR_MIN.max(processors));
        Self {
            plain: Semaphore::new(plain_max),
            plain_max,
            dear: Semaphore::new(dear_max),
            dear_max,
            of_callers: Mutex::default(),
            turns: Turns::default(),
        }
    }
}

/// A slot among those of one caller; without one for who asks on this machine.
pub(super) struct OfCaller<'s> {
    slots: &'s Slots,
    caller: Caller,
    held: Option<OwnedSemaphorePermit>,
}

impl Slots {
    /// Waits until a caller has fewer under way than it may.
    pub(super) async fn of_caller(&self, caller: Caller) -> OfCaller<'_> {
        let mut of_caller = OfCaller {
            slots: self,
            caller,
            held: None,
        };
        if of_caller.caller != Caller::ThisMachine {
            let own = {
                let mut all = self
                    .of_callers
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                let own = all.entry(of_caller.caller.clone());
                own.or_insert_with(|| Arc::new(Semaphore::new(DEAR_OF_A_CALLER)))
                    .clone()
            };
            of_caller.held = own.acquire_owned().await.ok();
        }
        of_caller
    }
}

impl Drop for OfCaller<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut all = self
            .slots
            .of_callers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Whoever waits for one holds it too.
        if all
            .get(&self.caller)
            .is_some_and(|own| Arc::strong_count(own) == 1)
        {
            all.remove(&self.caller);
        }
    }
}

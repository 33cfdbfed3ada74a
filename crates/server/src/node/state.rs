//! A node: its read model, how far it has folded, and what keeps it from writing.
//!
//! Never here: how the model is moved forward (see [`crate::projector`]) or rebuilt (see
//! [`crate::projector::rebuild`]).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use event::{Instant, Position};
use serde::Serialize;
use tokio::sync::{Notify, watch};

use crate::node::trouble::{Trouble, farthest};
use crate::projector::handoff::Handoff;
use crate::query::model::Model;
use crate::query::unfolded::Unfolded;

/// How far a node must fold before it answers for the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CatchUp {
    /// The log's last position when the node first reached it after its start; none before.
    pub target: Option<Position>,
    /// Whether all up to it is folded, so that no part is shown as the whole.
    pub is_done: bool,
}

/// How a fold of much of the log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// How far it is.
    pub position: Position,
    /// Up to where it goes.
    pub target: Position,
    /// How many events a second it folded since it began.
    pub events_per_second: u64,
    /// How many seconds it takes from here on, at that rate; none while that cannot be told.
    pub seconds_left: Option<u64>,
}

/// A fold of much of the log.
struct Folding {
    target: Position,
    folded: watch::Receiver<Position>,
    began: Position,
    began_ms: u64,
}

impl Folding {
    fn new(target: Position, folded: watch::Receiver<Position>, began_ms: u64) -> Self {
        let began = *folded.borrow();
        Self {
            target,
            folded,
            began,
            began_ms,
        }
    }

    fn progress(&self, now_ms: u64) -> Progress {
        let position = *self.folded.borrow();
        let done = position.get().saturating_sub(self.began.get());
        let took_ms = now_ms.saturating_sub(self.began_ms).max(1);
        let left = self.target.get().saturating_sub(position.get());
        let left_ms = left.saturating_mul(took_ms).checked_div(done);
        Progress {
            position,
            target: self.target,
            events_per_second: done.saturating_mul(1_000) / took_ms,
            seconds_left: left_ms.map(|ms| ms.div_ceil(1_000)),
        }
    }
}

/// What a node knows and how it fares.
pub struct Node {
    model: RwLock<Option<Arc<Model>>>,
    folded: watch::Sender<Position>,
    troubles: watch::Sender<Vec<Trouble>>,
    rebuilding: RwLock<Option<Folding>>,
    /// The first fold after the start, until it has caught up.
    catching_up: RwLock<Option<Folding>>,
    /// The position that was the log's last when this node first reached it, and whether it is folded.
    caught_up: watch::Sender<CatchUp>,
    /// Wakes the ingest, to compare the log with the archive.
    doubt: Notify,
    republished: AtomicU64,
    /// The newest position that holds an act.
    acts: AtomicU64,
    signed: AtomicU64,
    /// What the gate has just written, for the fold.
    handoff: Handoff,
    /// The newest folded position with its `receivedtime`, as it was asked for last.
    through: Mutex<(Position, Option<String>)>,
    /// What hides and is not folded yet.
    unfolded: Arc<Unfolded>,
    /// The last position of the last whole scrub, and when it ended, in seconds since 1970.
    scrubbed: RwLock<Option<(Position, i64)>>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            model: RwLock::new(None),
            folded: watch::Sender::new(Position::ZERO),
            troubles: watch::Sender::new(Vec::new()),
            rebuilding: RwLock::new(None),
            catching_up: RwLock::new(None),
            caught_up: watch::Sender::new(CatchUp::default()),
            doubt: Notify::new(),
            republished: AtomicU64::new(0),
            acts: AtomicU64::new(0),
            signed: AtomicU64::new(0),
            handoff: Handoff::default(),
            through: Mutex::default(),
            unfolded: Arc::default(),
            scrubbed: RwLock::new(None),
        }
    }
}

impl Node {
    /// Returns the read model; none while the first one is being built.
    #[must_use]
    pub fn model(&self) -> Option<Arc<Model>> {
        self.model
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Puts a model in the place of the one before.
    pub fn serve(&self, model: Arc<Model>) {
        let position = model.position();
        *self.model.write().unwrap_or_else(PoisonError::into_inner) = Some(model);
        self.folded.send_replace(position);
    }

    /// Returns the events on their way from the gate to the fold.
    #[must_use]
    pub const fn handoff(&self) -> &Handoff {
        &self.handoff
    }

    /// Returns the acts that hide and are not folded yet.
    #[must_use]
    pub const fn unfolded(&self) -> &Arc<Unfolded> {
        &self.unfolded
    }

    /// Returns the newest position that answers can be given for.
    #[must_use]
    pub fn position(&self) -> Position {
        *self.folded.borrow()
    }

    /// Holds the latest `receivedtime` of the log against the clock: nothing is written after one that
    /// lies far ahead, since it would be stamped with it.
    pub fn check_time(&self, now: Instant) {
        let most = farthest(now);
        let ahead = self
            .model()
            .and_then(|model| model.columns().instants().received_after(most));
        match ahead {
            Some((first, last, received)) => self.report(Trouble::Time {
                first,
                last,
                received,
            }),
            None => self.mended("time"),
        }
    }

    /// Says that the log holds an act at `position`, which may hide what was shown before.
    pub fn note_act(&self, position: Position) {
        self.acts.fetch_max(position.get(), Ordering::AcqRel);
    }

    /// Returns the newest position that is known to hold an act.
    #[must_use]
    pub fn last_act(&self) -> Position {
        Position::new(self.acts.load(Ordering::Acquire))
    }

    /// Returns the newest folded position with its `receivedtime`, which is not waited for while rows are
    /// put in: it may then be of a position before.
    #[must_use]
    pub fn folded_through(&self) -> (Position, Option<String>) {
        let position = self.position();
        let model = self.model();
        let table = model.as_ref().and_then(|model| model.try_columns());
        let mut through = self.through.lock().unwrap_or_else(PoisonError::into_inner);
        if through.0 != position
            && let Some(table) = table
        {
            let received = table.instants().received_at(position);
            *through = (position, received.map(|received| received.to_string()));
        }
        through.clone()
    }

    /// Returns the sender that the projector tells each folded position.
    #[must_use]
    pub const fn folded(&self) -> &watch::Sender<Position> {
        &self.folded
    }

    /// Returns a receiver that sees each newly folded position.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<Position> {
        self.folded.subscribe()
    }

    /// Waits until `position` is folded; false when that takes longer than `at_most`.
    pub async fn wait_for(&self, position: Position, at_most: Duration) -> bool {
        let mut folded = self.folded.subscribe();
        let reached = folded.wait_for(|folded| *folded >= position && self.model().is_some());
        matches!(tokio::time::timeout(at_most, reached).await, Ok(Ok(_)))
    }

    /// Returns what keeps the node from writing; of several, what was found first.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.troubles.borrow().first().cloned()
    }

    /// Returns the trouble with this [key](Trouble::key).
    #[must_use]
    pub fn trouble_named(&self, key: &str) -> Option<Trouble> {
        let troubles = self.troubles.borrow();
        troubles.iter().find(|other| other.key() == key).cloned()
    }

    /// Waits until something keeps the node from writing.
    pub async fn troubled(&self) {
        let mut troubles = self.troubles.subscribe();
        // The sender lives as long as the node.
        drop(troubles.wait_for(|troubles| !troubles.is_empty()).await);
    }

    /// Stops writing for `trouble`; what is known is still served. One of a sort stands, as it was last told.
    pub fn report(&self, trouble: Trouble) {
        self.troubles.send_if_modified(|troubles| {
            let mut known = troubles.iter_mut();
            if let Some(known) = known.find(|other| other.key() == trouble.key()) {
                // What it says is brought up to date; who waits for troubles knows of it.
                *known = trouble;
                return false;
            }
            tracing::error!(trouble = trouble.name(), what = %trouble, "writing stops");
            troubles.push(trouble);
            true
        });
    }

    /// Ends a trouble of this [key](Trouble::key) that was mended.
    pub fn mended(&self, name: &str) {
        self.troubles.send_if_modified(|troubles| {
            let before = troubles.len();
            troubles.retain(|trouble| trouble.key() != name);
            let is_mended = troubles.len() < before;
            if is_mended {
                tracing::warn!(trouble = name, "trouble is mended");
            }
            is_mended
        });
    }

    /// Asks for a comparison of the log with the archive.
    pub fn doubt(&self) {
        self.doubt.notify_one();
    }

    /// Waits until someone asks for a comparison of the log with the archive.
    pub async fn doubted(&self) {
        self.doubt.notified().await;
    }

    /// Counts events of a lost tail that were published again.
    pub fn republished(&self, events: u64) {
        self.republished.fetch_add(events, Ordering::Relaxed);
    }

    /// Returns how many events of a lost tail were published again since the start.
    #[must_use]
    pub fn republished_events(&self) -> u64 {
        self.republished.load(Ordering::Relaxed)
    }

    /// Says that a checkpoint of this size was signed, or cosigned here.
    pub fn signed(&self, size: Position) {
        self.signed.store(size.get(), Ordering::Relaxed);
    }

    /// Returns the size of the newest checkpoint signed or cosigned here since the start.
    #[must_use]
    pub fn signed_size(&self) -> Position {
        Position::new(self.signed.load(Ordering::Relaxed))
    }

    /// Says that the log up to `position` was compared with the history, and when, in seconds since
    /// 1970.
    pub fn scrubbed(&self, position: Position, at_seconds: i64) {
        let mut scrubbed = self
            .scrubbed
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *scrubbed = Some((position, at_seconds));
    }

    /// Returns the last position of the last scrub that found nothing, and when it ended, in seconds
    /// since 1970.
    #[must_use]
    pub fn last_scrub(&self) -> Option<(Position, i64)> {
        *self.scrubbed.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a trouble keeps the node from ever folding what the log holds.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        ["gap", "diverged", "archive", "capacity"]
            .iter()
            .any(|key| self.has_trouble(key))
    }

    /// Whether a trouble of this [key](Trouble::key) stands.
    #[must_use]
    pub fn has_trouble(&self, key: &str) -> bool {
        self.trouble_named(key).is_some()
    }

    /// Says where the log ended when this node first reached it, at `now_ms`.
    pub fn must_reach(&self, target: Position, now_ms: u64) {
        self.caught_up
            .send_modify(|state| state.target = Some(target));
        let folded = self.folded.subscribe();
        let folding = Folding::new(target, folded, now_ms);
        *write(&self.catching_up) = Some(folding);
    }

    /// Says that the node has caught up once: from now on it answers for the record.
    pub fn has_caught_up(&self) {
        self.caught_up.send_modify(|state| state.is_done = true);
        *write(&self.catching_up) = None;
    }

    /// Waits until the node answers for the record.
    pub async fn until_caught_up(&self) {
        let mut caught_up = self.caught_up.subscribe();
        // The sender lives as long as the node.
        drop(caught_up.wait_for(|state| state.is_done).await);
    }

    /// Returns how a fold of much of the log goes; none where there is none.
    #[must_use]
    pub fn progress(&self, now_ms: u64) -> Option<Progress> {
        let read = |folding: &RwLock<Option<Folding>>| {
            let folding = folding.read().unwrap_or_else(PoisonError::into_inner);
            folding.as_ref().map(|folding| folding.progress(now_ms))
        };
        read(&self.rebuilding).or_else(|| read(&self.catching_up))
    }

    /// Returns how far the node must fold before it answers, and whether it has.
    #[must_use]
    pub fn catch_up(&self) -> CatchUp {
        *self.caught_up.borrow()
    }

    /// Says that the read model is being rebuilt up to a position since `now_ms`, as `folded` tells.
    pub fn rebuilding(&self, target: Position, folded: watch::Receiver<Position>, now_ms: u64) {
        *write(&self.rebuilding) = Some(Folding::new(target, folded, now_ms));
    }

    /// Says that the read model is rebuilt.
    pub fn rebuilt(&self) {
        *write(&self.rebuilding) = None;
    }

    /// Returns the position up to which the read model is being rebuilt; none when it is not.
    #[must_use]
    pub fn rebuilds(&self) -> Option<Position> {
        let rebuilding = self.rebuilding.read();
        let rebuilding = rebuilding.unwrap_or_else(PoisonError::into_inner);
        rebuilding.as_ref().map(|folding| folding.target)
    }
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fold_says_its_rate_and_the_time_that_it_takes_from_here_on() {
        let node = Node::default();
        assert_eq!(node.progress(0), None);
        let folded = watch::Sender::new(Position::new(1_000));
        node.rebuilding(Position::new(5_000), folded.subscribe(), 10_000);
        let at = |now_ms| node.progress(now_ms).unwrap();
        assert_eq!(at(10_000).seconds_left, None, "nothing is folded yet");
        folded.send_replace(Position::new(2_000));
        let expected = Progress {
            position: Position::new(2_000),
            target: Position::new(5_000),
            events_per_second: 500,
            seconds_left: Some(6),
        };
        assert_eq!(at(12_000), expected);
        node.rebuilt();
        assert_eq!(node.progress(12_000), None);
    }
}

//! A node: its read model, how far it has folded, and what keeps it from writing.
//!
//! Never here: how the model is moved forward (see [`crate::projector`]) or rebuilt (see
//! [`crate::projector::rebuild`]).

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use event::Position;
use tokio::sync::{Notify, watch};

use crate::projector::handoff::Handoff;
use crate::query::model::Model;

/// What keeps a node from writing. It goes on serving what it knows, and says so loudly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Settings of the server or the stream are not what the record's safety needs.
    Settings(Vec<String>),
    /// The log skips positions.
    Gap {
        /// The position that should come next.
        expected: Position,
        /// The position that came.
        found: Position,
    },
    /// The log ends before what this node has folded.
    Shortened {
        /// Where the log ends.
        last: Position,
        /// What this node knows.
        known: Position,
    },
    /// The log is another one than this node has kept.
    Diverged(String),
    /// The volume of the node's own history is nearly full.
    Disk(String),
    /// The node's own history could not be read or written.
    Archive(String),
    /// A checkpoint was signed that is not of this history, or the log's key cannot be used.
    Signing(String),
    /// The columns in memory hold no more positions or texts.
    Capacity(figures::Capacity),
}

impl Trouble {
    /// Returns the stable name under which `/readyz` and the log name it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Settings(_) => "settings",
            Self::Gap { .. } => "gap",
            Self::Shortened { .. } => "shortened",
            Self::Diverged(_) => "diverged",
            Self::Disk(_) => "disk",
            Self::Archive(_) => "archive",
            Self::Signing(_) => "signing",
            Self::Capacity(_) => "capacity",
        }
    }
}

impl Trouble {
    /// Returns what anyone may be told of it: without paths, and without what failed in detail.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Gap { .. } | Self::Shortened { .. } | Self::Capacity(_) => self.to_string(),
            Self::Settings(_) => "settings of the log are not safe".to_owned(),
            Self::Diverged(_) => "the log is not the one kept here".to_owned(),
            Self::Disk(_) => "the history's disk is nearly full".to_owned(),
            Self::Signing(_) => {
                "checkpoints are not of this history, or cannot be signed".to_owned()
            }
            Self::Archive(_) => "the history cannot be read or written".to_owned(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(drifts) => {
                write!(f, "settings of the log are not safe: {}", drifts.join("; "))
            }
            Self::Gap { expected, found } => {
                write!(f, "the log skips from position {expected} to {found}")
            }
            Self::Shortened { last, known } => {
                write!(f, "the log ends at {last}, but this node has kept {known}")
            }
            Self::Diverged(why) => write!(f, "the log is not the one kept here: {why}"),
            Self::Disk(why) => write!(f, "the history's disk is nearly full: {why}"),
            Self::Capacity(full) => write!(f, "no more events can be folded: {full}"),
            Self::Signing(why) => write!(f, "checkpoints are not of this history: {why}"),
            Self::Archive(why) => write!(f, "the history cannot be read or written: {why}"),
        }
    }
}

/// What a node knows and how it fares.
pub struct Node {
    model: RwLock<Option<Arc<Model>>>,
    folded: watch::Sender<Position>,
    troubles: watch::Sender<Vec<Trouble>>,
    rebuilding: watch::Sender<Option<Position>>,
    /// Wakes the ingest, to compare the log with the archive.
    doubt: Notify,
    republished: AtomicU64,
    signed: AtomicU64,
    /// What the gate has just written, for the fold.
    handoff: Handoff,
    /// The last position of the last whole scrub, and when it ended, in seconds since 1970.
    scrubbed: RwLock<Option<(Position, i64)>>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            model: RwLock::new(None),
            folded: watch::Sender::new(Position::ZERO),
            troubles: watch::Sender::new(Vec::new()),
            rebuilding: watch::Sender::new(None),
            doubt: Notify::new(),
            republished: AtomicU64::new(0),
            signed: AtomicU64::new(0),
            handoff: Handoff::default(),
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

    /// Returns the newest position that answers can be given for.
    #[must_use]
    pub fn position(&self) -> Position {
        *self.folded.borrow()
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

    /// Waits until something keeps the node from writing.
    pub async fn troubled(&self) {
        let mut troubles = self.troubles.subscribe();
        // The sender lives as long as the node.
        drop(troubles.wait_for(|troubles| !troubles.is_empty()).await);
    }

    /// Stops writing for `trouble`; what is known is still served. The first of a sort stands.
    pub fn report(&self, trouble: Trouble) {
        self.troubles.send_if_modified(|troubles| {
            let is_new = troubles.iter().all(|other| other.name() != trouble.name());
            if is_new {
                tracing::error!(trouble = trouble.name(), what = %trouble, "writing stops");
                troubles.push(trouble);
            }
            is_new
        });
    }

    /// Ends a trouble of this name that was mended.
    pub fn mended(&self, name: &str) {
        self.troubles.send_if_modified(|troubles| {
            let before = troubles.len();
            troubles.retain(|trouble| trouble.name() != name);
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

    /// Says that the read model is being rebuilt up to a position, or no longer.
    pub fn rebuilding(&self, up_to: Option<Position>) {
        self.rebuilding.send_replace(up_to);
    }

    /// Returns the position up to which the read model is being rebuilt; none when it is not.
    #[must_use]
    pub fn rebuilds(&self) -> Option<Position> {
        *self.rebuilding.borrow()
    }
}

//! A node: its read model, how far it has folded, and what keeps it from writing.
//!
//! Never here: how the model is moved forward (see [`crate::project`]) or rebuilt (see
//! [`crate::follow`]).

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use event::Position;
use tokio::sync::watch;

use crate::model::Model;

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
    /// The log is another one than the read model was folded from.
    Diverged(String),
}

impl Trouble {
    /// Returns the stable name under which `/readyz` and the metrics list it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Settings(_) => "settings",
            Self::Gap { .. } => "gap",
            Self::Shortened { .. } => "shortened",
            Self::Diverged(_) => "diverged",
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
                write!(
                    f,
                    "the log ends at {last}, but this node has folded {known}"
                )
            }
            Self::Diverged(why) => write!(f, "the log is not the one folded here: {why}"),
        }
    }
}

/// What a node knows and how it fares.
pub struct Node {
    model: RwLock<Option<Arc<Model>>>,
    folded: watch::Sender<Position>,
    trouble: RwLock<Option<Trouble>>,
    rebuilding: watch::Sender<Option<Position>>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            model: RwLock::new(None),
            folded: watch::Sender::new(Position::ZERO),
            trouble: RwLock::new(None),
            rebuilding: watch::Sender::new(None),
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

    /// Returns what keeps the node from writing.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Stops writing for `trouble`; what is known is still served. The first trouble stands.
    pub fn report(&self, trouble: Trouble) {
        let mut slot = self.trouble.write().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref() != Some(&trouble) {
            tracing::error!(trouble = trouble.name(), what = %trouble, "writing stops");
        }
        slot.get_or_insert(trouble);
    }

    /// Ends a trouble with the settings that was mended.
    pub fn settings_are_right(&self) {
        let mut slot = self.trouble.write().unwrap_or_else(PoisonError::into_inner);
        if matches!(*slot, Some(Trouble::Settings(_))) {
            tracing::warn!("settings of the log are right again");
            *slot = None;
        }
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

//! The desk of the notary: where a checkpoint is asked for, and the log's keys.
//!
//! Never here: signing.

use event::Position;
use proof::Keys;
use tokio::sync::{mpsc, oneshot, watch};

use super::KEYS_WAIT;

/// Requests for a checkpoint that may wait.
const REQUESTS_MAX: usize = 64;

/// Why there is no checkpoint on demand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Another node holds the log's key.
    #[error("this node does not hold the log's key, so it signs no checkpoint")]
    NotHere,
    /// It cannot be signed now.
    #[error("{0}")]
    Failed(String),
}

type Answer = oneshot::Sender<Result<Position, CheckpointError>>;

/// The log's keys as far as they are read: none before that, and none of a log that has none.
pub(super) type Known = Option<Option<Keys>>;

/// A handle by which a checkpoint is asked for, and the log's keys.
#[derive(Clone, Debug)]
pub struct NotaryHandle {
    requests: mpsc::Sender<Answer>,
    keys: watch::Receiver<Known>,
}

impl NotaryHandle {
    /// Asks for a checkpoint of all that the history holds now, and returns its size.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub async fn checkpoint(&self) -> Result<Position, CheckpointError> {
        let stopping = |_| CheckpointError::Failed("the node is stopping".into());
        let (answer, answered) = oneshot::channel();
        let sent = self.requests.send(answer).await;
        sent.map_err(|_| stopping(()))?;
        answered.await.map_err(|_| stopping(()))?
    }

    /// Returns the log's keys, which are read from the history when the node starts; none of a log that
    /// names none.
    ///
    /// # Errors
    /// [`CheckpointError::Failed`] when they are not read within [`KEYS_WAIT`].
    pub async fn keys(&self) -> Result<Option<Keys>, CheckpointError> {
        let mut keys = self.keys.clone();
        let known = tokio::time::timeout(KEYS_WAIT, keys.wait_for(Option::is_some)).await;
        let known = known.ok().and_then(|known| known.ok()?.clone());
        known.ok_or_else(|| CheckpointError::Failed("the log's keys are not read yet".into()))
    }
}

/// The requests of a desk.
pub struct Requests {
    pub(super) requests: mpsc::Receiver<Answer>,
    pub(super) keys: watch::Sender<Known>,
}

/// Makes a desk and its requests.
#[must_use]
pub fn handle() -> (NotaryHandle, Requests) {
    let (sender, requests) = mpsc::channel(REQUESTS_MAX);
    let (known, keys) = watch::channel(None);
    let handle = NotaryHandle {
        requests: sender,
        keys,
    };
    let requests = Requests {
        requests,
        keys: known,
    };
    (handle, requests)
}

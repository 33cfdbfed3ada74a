//! The context of a node's parts: what each of them is given at the start.
//!
//! Never here: what only one part needs.

use std::future::Future;
use std::sync::Arc;

use journal::Journal;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Node;
use crate::clock::Clock;

/// What every part is given. A clone is another handle on the same things.
#[derive(Clone)]
pub(super) struct Context {
    /// The node that is told of troubles.
    pub(super) node: Arc<Node>,
    /// The log.
    pub(super) journal: Journal,
    /// The clock.
    pub(super) clock: Arc<dyn Clock>,
    /// Ends every part.
    pub(super) stop: CancellationToken,
    /// The tasks that are waited for when the node stops.
    pub(super) tasks: TaskTracker,
}

impl Context {
    /// Makes the context of a new node on a log.
    pub(super) fn new(journal: Journal, clock: Arc<dyn Clock>) -> Self {
        Self {
            node: Arc::new(Node::default()),
            journal,
            clock,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Runs a task that ends with the node.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }
}

//! The progress watch: a fold of much of the log says in the node's log how it goes.
//!
//! Start at [`watch`].
//!
//! Never here: what it is to reach (see [`super::Node::progress`]).

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::node::Node;

/// How often it is told. Source: docs/reference/limits.md.
const TELL_INTERVAL: Duration = Duration::from_secs(10);

/// Tells from time to time how a rebuild goes, or the first fold after the start, until `stop`.
pub(super) async fn watch(node: Arc<Node>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(TELL_INTERVAL) => {}
        }
        if let Some(progress) = node.progress(clock.monotonic_ms()) {
            tracing::info!(
                position = progress.position.get(),
                target = progress.target.get(),
                events_per_second = progress.events_per_second,
                seconds_left = progress.seconds_left,
                "record is being folded"
            );
        }
    }
}

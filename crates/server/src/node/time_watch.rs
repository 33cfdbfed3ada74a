//! The time watch: an event that says that it was received long after now stops writing.
//!
//! Start at [`watch`]. Source: docs/operate/log.md, An event of the future.
//!
//! Never here: passing over such a time (`habeasd repair --void-time`).

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::node::Node;

/// How often the clock is looked at while nothing is folded: it may have been set.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// Holds the log's times against the clock, after each fold and from time to time, until `stop`.
pub(super) async fn watch(node: Arc<Node>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut folded = node.follow();
    loop {
        node.check_time(clock.now());
        tokio::select! {
            () = stop.cancelled() => return,
            moved = folded.changed() => if moved.is_err() { return },
            () = tokio::time::sleep(LOOK_INTERVAL) => {}
        }
    }
}

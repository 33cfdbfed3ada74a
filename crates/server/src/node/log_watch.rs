//! The log watch: makes a log well again that takes no events, as after a disk of the broker that was full.
//!
//! Start at [`watch`]. A nats-server whose disk was full once refuses for ever, though there is room: the
//! node's own is restarted. One that somebody else runs is tried again from time to time.
//!
//! Never here: finding out that the log takes no events (the gate does).

use std::sync::Arc;
use std::time::Duration;

use journal::Journal;
use journal::child::Restarter;
use tokio_util::sync::CancellationToken;

use crate::node::{Node, Trouble};

/// How often it is looked whether the log is well. Source: docs/reference/limits.md.
pub const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// What must be free on the volume of the node's own broker before it is restarted: the blocks that it
/// writes, several times. Source: docs/reference/limits.md.
pub const FREE_BYTES_MIN: u64 = 16 << 20;

/// How long a restarted broker may take before it is restarted again, and how long a broker of somebody
/// else is left alone. Source: docs/reference/limits.md.
pub const TRY_AGAIN: Duration = Duration::from_secs(20);

/// Looks after the log until `stop`. `own`: what restarts the node's own broker.
pub async fn watch(
    node: Arc<Node>,
    journal: Journal,
    own: Option<Restarter>,
    stop: CancellationToken,
) {
    let watching = async {
        loop {
            tokio::time::sleep(LOOK_INTERVAL).await;
            if !node.has_trouble("log") && !node.has_trouble("log-disk") {
                continue;
            }
            match &own {
                Some(own) => mend(&node, &journal, own).await,
                // The next event that is sent tries it: in a while, or when another server may take it.
                None => {
                    let another = journal.left(journal.route());
                    drop(tokio::time::timeout(TRY_AGAIN, another).await);
                }
            }
            if own.is_none() || is_well(&journal).await {
                node.mended("log");
                node.mended("log-disk");
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = watching => {}
    }
}

/// Waits for room on the broker's disk, restarts it, and waits until it is there again.
async fn mend(node: &Node, journal: &Journal, own: &Restarter) {
    while let Some(free_bytes) = free_bytes(own).filter(|free| *free < FREE_BYTES_MIN) {
        node.report(Trouble::LogDisk(format!(
            "{free_bytes} bytes are free, but {FREE_BYTES_MIN} must be"
        )));
        node.mended("log");
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    let before = journal.connection().borrow().epoch;
    own.restart();
    let mut connection = journal.connection();
    let again = connection.wait_for(|now| now.connected && now.epoch > before);
    // Where it takes longer, the next look restarts it once more.
    drop(tokio::time::timeout(TRY_AGAIN, again).await);
}

/// Returns how much is free on the broker's volume; none where that cannot be told.
fn free_bytes(own: &Restarter) -> Option<u64> {
    let volume = rustix::fs::statvfs(own.folder()).ok()?;
    Some(volume.f_bavail.saturating_mul(volume.f_frsize))
}

/// Whether the log answers.
async fn is_well(journal: &Journal) -> bool {
    journal.state().await.is_ok()
}

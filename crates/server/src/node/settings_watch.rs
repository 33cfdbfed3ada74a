//! The settings watch: reads the log's settings at the start and every minute; on a wrong one the node
//! stops writing.
//!
//! The limits that make a log forget can be changed by anyone with the right to (see
//! docs/operate/log.md), so that what was right at the start proves nothing later.

use std::sync::Arc;
use std::time::Duration;

use journal::Journal;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::node::{Node, Trouble};

/// How often the settings are read.
pub const CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// Reads the settings every minute until `stop`.
pub async fn watch(node: Arc<Node>, journal: Journal, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(CHECK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = ticks.tick() => check(&node, &journal).await,
        }
    }
}

/// Reads the settings once.
pub async fn check(node: &Node, journal: &Journal) {
    match journal.check_settings().await {
        Ok(checked) if checked.drifts.is_empty() => node.mended("settings"),
        Ok(checked) => {
            let drifts = checked.drifts.iter().map(|drift| {
                format!(
                    "{} is {}, but must be {}",
                    drift.field, drift.found, drift.expected
                )
            });
            node.report(Trouble::Settings(drifts.collect()));
        }
        // A log that does not answer is not written to either; the next minute tells.
        Err(error) => tracing::warn!(error = %error, "settings of the log could not be read"),
    }
}

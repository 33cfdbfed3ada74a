//! The clock watch: where this machine's clock and the broker's are far apart, nothing is written.
//!
//! Start at [`watch`]. One of the two is wrong, and this node would stamp events with times that others have
//! to pass over. A broker of the node's own runs on the same machine. Source: docs/operate/log.md, clock.
//!
//! Never here: times that stand in the log already (see [`super::time_watch`]).

use std::sync::Arc;
use std::time::Duration;

use event::Instant;
use journal::Journal;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::node::{AHEAD_SECONDS_MAX, Node, Trouble};

/// How often the two are compared. Source: docs/reference/limits.md.
const CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// Compares the two clocks at once, and then every minute until `stop`.
pub(super) async fn watch(
    node: Arc<Node>,
    journal: Journal,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let mut ticks = tokio::time::interval(CHECK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            _ = ticks.tick() => check(&node, &journal, &*clock).await,
        }
    }
}

/// Compares the two clocks once.
pub(super) async fn check(node: &Node, journal: &Journal, clock: &dyn Clock) {
    match journal.clock().await {
        Ok(Some(broker)) => match trouble(clock.now(), broker) {
            Some(trouble) => node.report(trouble),
            None => node.mended("clock"),
        },
        // A server older than 2.10 does not tell.
        Ok(None) => {}
        Err(error) => tracing::warn!(error = %error, "the broker's clock could not be read"),
    }
}

/// Returns the trouble of two clocks that are far apart.
fn trouble(here: Instant, broker: Instant) -> Option<Trouble> {
    let apart = here.parts().0.abs_diff(broker.parts().0);
    let is_far = apart > AHEAD_SECONDS_MAX.unsigned_abs();
    is_far.then_some(Trouble::Clock { here, broker })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_more_than_ten_minutes_apart_are_a_trouble_that_says_both() {
        let at = |text| Instant::parse(text).unwrap().0;
        let here = at("2020-09-08T00:00:00Z");
        for near in ["2020-09-07T23:50:00Z", "2020-09-08T00:10:00.9Z"] {
            assert_eq!(trouble(here, at(near)), None, "{near}");
        }
        for far in ["2020-09-07T23:49:59Z", "2020-09-08T00:10:01Z"] {
            let told = trouble(here, at(far)).map(|trouble| trouble.told());
            let told = told.expect("a trouble");
            assert!(
                told.contains(far) && told.contains("2020-09-08T00:00:00Z"),
                "{told}"
            );
        }
    }
}

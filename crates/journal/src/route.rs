//! The route of a message: the connection on which it is sent, and the leader of the log that answers it.
//!
//! Start at [`follow_elections`]. The servers of a cluster tell each election as it happens; what was sent to
//! the leader before it may never be answered.
//!
//! Never here: what is sent.

use async_nats::Client;
use futures_util::StreamExt as _;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::error::Error;
use crate::{limits, subjects};

/// The connection and the leader that a message goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Number of connections so far.
    pub(crate) epoch: u64,
    /// Number of elections heard of so far.
    pub(crate) elections: u64,
}

/// Subscribes to what the servers say of the canonical stream's elections, and returns how many there were
/// since. Source: NATS documentation, JetStream advisories, `STREAM.LEADER_ELECTED`.
///
/// # Errors
/// [`Error::NoAnswer`].
pub(crate) async fn follow_elections(client: &Client) -> Result<watch::Receiver<u64>, Error> {
    let subject = format!(
        "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.{}",
        subjects::STREAM
    );
    let subscribed = timeout(limits::REQUEST_TIMEOUT, client.subscribe(subject));
    let mut told = subscribed
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or(Error::NoAnswer {
            doing: "subscribing to elections",
        })?;
    let (count, elections) = watch::channel(0_u64);
    tokio::spawn(async move {
        while told.next().await.is_some() {
            count.send_modify(|count| *count = count.saturating_add(1));
            tracing::debug!(elections = *count.borrow(), "the log has a new leader");
        }
    });
    Ok(elections)
}

/// Waits until an election was heard of after `seen`; for ever where none are told.
pub(crate) async fn elected(elections: &watch::Receiver<u64>, seen: u64) {
    let mut elections = elections.clone();
    let heard = elections.wait_for(|count| *count != seen).await.is_ok();
    if !heard {
        std::future::pending::<()>().await;
    }
}

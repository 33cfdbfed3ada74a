//! Inboxes: what organisations publish with any NATS client, taken in order.
//!
//! Verdicts are published before the message is acknowledged: a crash between the two delivers the
//! message again, and its verdict then says that it repeats.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use event::OrgId;
use journal::{Inbox, InboxMessage, Journal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Gate, Sender, Verdict};

/// The most messages taken from an inbox at once.
const TAKE_MAX: usize = 500;

/// How long one look into an inbox waits for a message.
const TAKE_WAIT: Duration = Duration::from_secs(5);

/// How long an inbox rests after a failure of the world.
const REST: Duration = Duration::from_secs(1);

/// The inboxes of the organisations that this node knows.
pub struct Inboxes {
    gate: Gate,
    journal: Journal,
    known: Mutex<BTreeSet<OrgId>>,
    /// How many of them cannot be made, as of now.
    missing: Arc<AtomicUsize>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Inboxes {
    /// Makes the set of inboxes; none is read yet.
    #[must_use]
    pub fn new(gate: Gate, journal: Journal, tasks: TaskTracker, stop: CancellationToken) -> Self {
        Self {
            gate,
            journal,
            known: Mutex::new(BTreeSet::new()),
            missing: Arc::default(),
            tasks,
            stop,
        }
    }

    /// Returns the organisations that this node knows.
    #[must_use]
    pub fn known(&self) -> Vec<OrgId> {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    /// Returns how many inboxes cannot be made now, for want of room or of the broker.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.missing.load(Ordering::Relaxed)
    }

    /// Makes sure that the inbox of `org` exists and is read.
    pub fn know(&self, org: &OrgId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if org.is_system() || !known.insert(org.clone()) {
            return;
        }
        let (gate, journal, stop) = (self.gate.clone(), self.journal.clone(), self.stop.clone());
        let (org, missing) = (org.clone(), self.missing.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = read(&gate, &journal, &org, &missing) => {}
            }
        });
    }
}

/// Reads one inbox for ever.
async fn read(gate: &Gate, journal: &Journal, org: &OrgId, missing: &AtomicUsize) {
    let mut is_missing = false;
    while let Err(error) = journal.ensure_inbox(org).await {
        if !is_missing {
            tracing::warn!(%org, error = %error, "inbox could not be created, trying again");
            missing.fetch_add(1, Ordering::Relaxed);
            is_missing = true;
        }
        tokio::time::sleep(REST).await;
    }
    if is_missing {
        missing.fetch_sub(1, Ordering::Relaxed);
    }
    let mut inbox = journal.inbox(org);
    let sender = Sender::of_subject(org.clone());
    loop {
        if let Err(error) = turn(gate, journal, &mut inbox, &sender, org).await {
            tracing::warn!(%org, error, "inbox waits");
            tokio::time::sleep(REST).await;
        }
    }
}

/// Takes what is there, decides, publishes the verdicts, and acknowledges.
async fn turn(
    gate: &Gate,
    journal: &Journal,
    inbox: &mut Inbox,
    sender: &Sender,
    org: &OrgId,
) -> Result<(), String> {
    let messages: Vec<InboxMessage> = inbox
        .next_batch(TAKE_MAX, TAKE_WAIT)
        .await
        .map_err(|error| error.to_string())?;
    if messages.is_empty() {
        return Ok(());
    }
    let events: Vec<Bytes> = messages
        .iter()
        .map(|message| message.payload.clone())
        .collect();
    let verdicts = gate
        .submit(events, sender)
        .await
        .map_err(|busy| busy.to_string())?;
    let published: Vec<(OrgId, Bytes)> = verdicts
        .iter()
        .map(|verdict| (org.clone(), bytes(verdict)))
        .collect();
    journal
        .publish_verdicts(&published)
        .await
        .map_err(|error| error.to_string())?;
    inbox
        .ack(&messages)
        .await
        .map_err(|error| error.to_string())
}

fn bytes(verdict: &Verdict) -> Bytes {
    serde_json::to_vec(verdict)
        .map(Bytes::from)
        .unwrap_or_default()
}

//! Inboxes: what organisations publish with any NATS client, taken in order.
//!
//! Verdicts are published before the message is acknowledged: a crash between the two delivers the
//! message again, and its verdict then says that it repeats.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use event::OrgId;
use journal::{Inbox, InboxMessage, Journal, subjects};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Gate, KeyHolders, Sender, Verdict};

/// The most messages taken from an inbox at once.
const TAKE_MAX: usize = 500;

/// How long one look into an inbox waits for a message.
const TAKE_WAIT: Duration = Duration::from_secs(5);

/// How long an inbox rests after a failure of the world.
const REST: Duration = Duration::from_secs(1);

/// What inboxes are read from, and into.
#[derive(Clone)]
pub struct Source {
    /// Where what comes goes.
    pub gate: Gate,
    /// Where it comes from.
    pub journal: Journal,
    /// By whose keys.
    pub holders: Arc<dyn KeyHolders>,
}

/// The inboxes of the organisations that this node knows.
pub struct Inboxes {
    source: Source,
    known: Mutex<BTreeSet<OrgId>>,
    /// Those of them that cannot be made, as of now.
    missing: Arc<Mutex<BTreeSet<OrgId>>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Inboxes {
    /// Makes the set of inboxes; none is read yet.
    #[must_use]
    pub fn new(source: Source, tasks: TaskTracker, stop: CancellationToken) -> Self {
        Self {
            source,
            known: Mutex::new(BTreeSet::new()),
            missing: Arc::default(),
            tasks,
            stop,
        }
    }

    /// Returns the organisations that this node knows.
    #[must_use]
    pub fn known(&self) -> Vec<OrgId> {
        lock(&self.known).iter().cloned().collect()
    }

    /// Returns whose inboxes cannot be made now, for want of room or of the broker.
    #[must_use]
    pub fn missing(&self) -> Vec<OrgId> {
        lock(&self.missing).iter().cloned().collect()
    }

    /// Makes sure that the inbox of `org` exists and is read.
    pub fn know(&self, org: &OrgId) {
        let mut known = lock(&self.known);
        if org.is_system() || !known.insert(org.clone()) {
            return;
        }
        let (source, stop) = (self.source.clone(), self.stop.clone());
        let (org, missing) = (org.clone(), self.missing.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = read(&source, &org, &missing) => {}
            }
        });
    }
}

/// Reads one inbox for ever.
async fn read(source: &Source, org: &OrgId, missing: &Mutex<BTreeSet<OrgId>>) {
    let journal = &source.journal;
    while let Err(error) = journal.ensure_inbox(org).await {
        if lock(missing).insert(org.clone()) {
            tracing::warn!(%org, error = %error, "inbox could not be created, trying again");
        }
        tokio::time::sleep(REST).await;
    }
    lock(missing).remove(org);
    let mut inbox = journal.inbox(org);
    loop {
        if let Err(error) = turn(source, &mut inbox, org).await {
            tracing::warn!(%org, error, "inbox waits");
            tokio::time::sleep(REST).await;
        }
    }
}

/// Takes what is there, decides, publishes the verdicts, and acknowledges.
async fn turn(
    Source {
        gate,
        journal,
        holders,
    }: &Source,
    inbox: &mut Inbox,
    org: &OrgId,
) -> Result<(), String> {
    let messages: Vec<InboxMessage> = inbox
        .next_batch(TAKE_MAX, TAKE_WAIT)
        .await
        .map_err(|error| error.to_string())?;
    if messages.is_empty() {
        return Ok(());
    }
    let mut sent: Vec<(Sender, Vec<Bytes>)> = Vec::new();
    let mut refused = Vec::new();
    for message in &messages {
        let sender = sender(&**holders, org, message).map_err(|error| error.to_string())?;
        refused.extend(subjects::inbox_key(&message.subject).filter(|_| sender.has_ended()));
        let payload = message.payload.clone();
        match sent.last_mut().filter(|(last, _)| *last == sender) {
            Some((_, events)) => events.push(payload),
            None => sent.push((sender, vec![payload])),
        }
    }
    let mut verdicts = Vec::with_capacity(messages.len());
    for (sender, events) in sent {
        let decided = gate.submit(events, &sender).await;
        verdicts.extend(decided.map_err(|busy| busy.to_string())?);
    }
    let published: Vec<(OrgId, Bytes)> = verdicts
        .iter()
        .map(|verdict| (org.clone(), bytes(verdict)))
        .collect();
    journal
        .publish_verdicts(&published)
        .await
        .map_err(|error| error.to_string())?;
    let acknowledged = inbox.ack(&messages).await;
    acknowledged.map_err(|error| error.to_string())?;
    for key in refused {
        holders.note_refused(key);
    }
    Ok(())
}

/// Returns who sent a message. A key that was taken when the broker took the message counts, though it has ended
/// since: what waited in an inbox is not lost when a key is replaced.
fn sender(
    holders: &dyn KeyHolders,
    org: &OrgId,
    message: &InboxMessage,
) -> Result<Sender, Box<dyn std::error::Error + Send + Sync>> {
    match subjects::inbox_key(&message.subject) {
        None => Ok(Sender::of_subject(org.clone())),
        Some(key) => holders.holder(org, key, message.stored_at),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bytes(verdict: &Verdict) -> Bytes {
    serde_json::to_vec(verdict)
        .map(Bytes::from)
        .unwrap_or_default()
}

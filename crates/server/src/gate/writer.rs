//! The log's writer: what waits is appended under the expected last position, a few events one by one and
//! all on their way at once (see [`super::pipeline`]), more of them as atomic batches.
//!
//! Before it names P as the expected last position, the node has folded all events up to P, so that
//! repeats are caught. After a refusal (another gate wrote) or a time-out (the outcome is not known)
//! it waits until the projector has folded what stands in the log, and looks its events up there
//! before it tries again: so nothing is written twice, and nothing acknowledged is dropped.
//!
//! Never here: the check, and finding out where the log is after an append that failed (see
//! [`super::recovery`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use event::{Code, ContentHash, Instant, Json, KeyHash, Kind, OrgId, Position};
use fold::View as _;
use journal::{AppendError, Journal, Outgoing, subjects};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::group::{Group, outgoing};
use super::limits::{Added, AdmissionLimits, Counts};
use super::pipeline::{Pipeline, SINGLES_MAX};
use super::{Busy, Closed, Gate, Outcome, Submission, WAITING_MAX};
use crate::clock::Clock;
use crate::node::Node;

/// The most events in one atomic batch: the server's own limit. Source: NATS ADR-50.
const BATCH_EVENTS_MAX: usize = 1_000;

/// The most bytes in one atomic batch; what a group of usual events stays far below.
const BATCH_BYTES_MAX: usize = 8 << 20;

/// What the writer is given.
pub struct WriterSettings {
    /// The node whose read model knows the keys of the log.
    pub node: Arc<Node>,
    /// The log.
    pub journal: Journal,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The origin of a new log: `habeas.local/<32 random hex>` unless configured.
    pub origin: String,
    /// The key of a new log, as its first event names it.
    pub key: Option<String>,
    /// A random UUID for the genesis event of a new log.
    pub genesis_id: String,
    /// How much one organisation may add to one event, track or person.
    pub limits: AdmissionLimits,
}

/// The only writer of the log on this node.
pub struct Writer {
    pub(super) settings: WriterSettings,
    queue: mpsc::Receiver<Submission>,
    /// Submissions of which all is written, or nothing.
    together: mpsc::Receiver<Submission>,
    /// The last position, as this gate knows it.
    pub(super) last: Position,
    /// The last gate-written `receivedtime`.
    pub(super) received: Option<Instant>,
    /// Keys written since the node last folded.
    pub(super) tail: BTreeMap<KeyHash, (Position, ContentHash)>,
    /// How many keys the tail holds when it is looked through next.
    tail_prune_at: usize,
    /// What the admission limits are compared with.
    pub(super) counts: Counts,
}

impl Writer {
    /// Makes the writer and the handle by which events reach it.
    #[must_use]
    pub fn new(settings: WriterSettings) -> (Self, Gate) {
        let (sender, queue) = mpsc::channel(WAITING_MAX);
        let (together_sender, together) = mpsc::channel(WAITING_MAX);
        let gate = Gate {
            queue: sender,
            together: together_sender,
            clock: settings.clock.clone(),
            checking: Arc::new(Semaphore::new(super::CHECKING_MAX)),
            node: Some(settings.node.clone()),
        };
        let writer = Self {
            counts: Counts::new(settings.limits),
            settings,
            queue,
            together,
            last: Position::ZERO,
            received: None,
            tail: BTreeMap::new(),
            tail_prune_at: 4 * BATCH_EVENTS_MAX,
        };
        (writer, gate)
    }

    /// Writes until `stop`.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut open = false;
        let mut pipeline = Pipeline::default();
        loop {
            // With more waiting than go one by one, what is on its way lands first: a batch follows.
            let takes = pipeline.events() < SINGLES_MAX
                && (pipeline.events() == 0 || self.queue.len() <= SINGLES_MAX);
            let mut group = Group::default();
            let first = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                Some(landed) = pipeline.land() => {
                    open &= self.landed(landed, &mut pipeline).await;
                    continue;
                }
                first = self.together.recv(), if takes => {
                    group.is_together = true;
                    first
                }
                first = self.queue.recv(), if takes => first,
            };
            let Some(first) = first else { return };
            group.take(first);
            let most = if pipeline.events() == 0 {
                BATCH_EVENTS_MAX
            } else {
                SINGLES_MAX.saturating_sub(pipeline.events())
            };
            while !group.is_together
                && group.entries.len() < most
                && let Ok(more) = self.queue.try_recv()
            {
                group.take(more);
            }
            if open && !group.is_together && self.settings.node.trouble().is_none() {
                match self.send(group, &mut pipeline) {
                    None => continue,
                    Some(rest) => group = rest,
                }
            }
            // What is on its way comes before a group that cannot go beside it.
            while let Some(landed) = pipeline.land().await {
                open &= self.landed(landed, &mut pipeline).await;
            }
            open = self.write(group, open).await;
        }
    }

    /// Writes a group by itself. False when the log must be looked at before anything more is sent.
    async fn write(&mut self, mut group: Group, open: bool) -> bool {
        if let Some(trouble) = self.settings.node.trouble() {
            group.refuse(&Busy::Closed(Closed::Trouble(trouble)));
            return open;
        }
        let opened = if open { Ok(()) } else { self.open().await };
        let done = match opened {
            Ok(()) => self.commit(&mut group, BTreeMap::new()).await,
            Err(busy) => Err(busy),
        };
        self.finish(group, done)
    }

    /// Answers a group, and with one that was refused all that wait behind it.
    pub(super) fn finish(&mut self, mut group: Group, done: Result<(), Busy>) -> bool {
        let Err(busy) = done else {
            group.answer();
            return true;
        };
        // What waits behind it may be the rest of the same submission: it must not come before what was
        // refused.
        while let Ok(behind) = self.queue.try_recv() {
            group.take(behind);
        }
        group.refuse(&busy);
        false
    }

    /// Makes sure that this node has folded the whole log, and that the log has its first event.
    async fn open(&mut self) -> Result<(), Busy> {
        self.catch_up().await?;
        if self.last != Position::ZERO {
            return Ok(());
        }
        let now = self.settings.clock.now();
        let text = |name: &str, text: &str| (name.into(), Json::Text(text.into()));
        let key = self.settings.key.iter().map(|key| text("key", key));
        let data = key.chain([
            text("origin", &self.settings.origin),
            text("stream", subjects::STREAM),
        ]);
        let data = Json::Object(data.collect());
        let genesis = event::system_event(Kind::Genesis, &self.settings.genesis_id, &data, now);
        let subject = format!("habeas.event.{}.{}", OrgId::SYSTEM, Kind::Genesis);
        let batch = [Outgoing {
            subject,
            payload: Bytes::from(genesis),
        }];
        match self.settings.journal.append(Position::ZERO, &batch).await {
            Ok(last) => self.last = last,
            // Another gate was first, or the outcome is not known: what stands is what counts.
            Err(AppendError::Refused { .. } | AppendError::Unknown { .. }) => {
                self.catch_up().await?;
            }
            Err(error) => return Err(closed(error)),
        }
        self.received = Some(now);
        Ok(())
    }

    /// Writes every event of the group that the log does not have. `stamped` is what was sent before with
    /// an unknown outcome.
    pub(super) async fn commit(
        &mut self,
        group: &mut Group,
        mut stamped: BTreeMap<KeyHash, Bytes>,
    ) -> Result<(), Busy> {
        let mut tries = 0;
        while !group.entries.is_empty() {
            let batch = self.batch(group, &stamped)?;
            if group.is_together && group.leave_out(batch.len()) {
                return Ok(());
            }
            if batch.is_empty() {
                continue;
            }
            let received = self.stamp();
            let (mut keys, mut outgoing): (Vec<KeyHash>, Vec<Outgoing>) = batch
                .iter()
                .filter_map(|at| group.entries.get(*at))
                .map(|entry| (entry.key, outgoing(entry, received)))
                .unzip();
            let journal = &self.settings.journal;
            let route = journal.route();
            let appended = if outgoing.len() <= SINGLES_MAX && !group.is_together {
                journal.append_each(self.last, &outgoing).await
            } else {
                let whole = journal.append(self.last, &outgoing).await;
                whole.map(|last| (last, None))
            };
            let (stored, failed) = match appended {
                Ok((last, failed)) => (self.count_to(last), failed),
                Err(error) => (0, Some(error)),
            };
            let rest = (keys.split_off(stored), outgoing.split_off(stored));
            if stored > 0 {
                let batch = batch.get(..stored).unwrap_or_default();
                self.written(group, batch, (outgoing, received));
                tries = 0;
            }
            let Some(failed) = failed else { continue };
            if matches!(failed, AppendError::Unknown { .. }) {
                let sent = rest.0.into_iter().zip(rest.1);
                stamped.extend(sent.map(|(key, out)| (key, out.payload)));
            }
            self.recover(failed, &mut tries, route).await?;
        }
        Ok(())
    }

    /// Returns how many events there are after the last known position up to `last`.
    pub(super) fn count_to(&self, last: Position) -> usize {
        let count = last.get().saturating_sub(self.last.get());
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    /// Settles what the log has already, and returns the places of what comes into the next batch.
    ///
    /// `stamped` is what was sent with an unknown outcome: where the very bytes stand in the log,
    /// they are this event, not a repeat of it.
    pub(super) fn batch(
        &mut self,
        group: &mut Group,
        stamped: &BTreeMap<KeyHash, Bytes>,
    ) -> Result<Vec<usize>, Busy> {
        let model = self
            .settings
            .node
            .model()
            .ok_or(Busy::Closed(Closed::Rebuilding))?;
        let reading = model.store().read().map_err(closed)?;
        let mut settled = Vec::new();
        let mut batch: Vec<usize> = Vec::new();
        let mut keys: BTreeSet<KeyHash> = BTreeSet::new();
        let mut added = Added::new();
        let mut bytes = 0;
        for (at, entry) in group.entries.iter().enumerate() {
            if batch.len() >= BATCH_EVENTS_MAX || bytes >= BATCH_BYTES_MAX {
                break;
            }
            let content = entry.admitted.event.envelope.content;
            let known = match self.tail.get(&entry.key) {
                Some(known) => Some(*known),
                None => reading
                    .record(entry.key)
                    .map_err(closed)?
                    .and_then(|record| record.first),
            };
            match known {
                Some((position, first)) if first == content => {
                    let sent = stamped.get(&entry.key);
                    let leaf = sent.map(|_| reading.leaf(position)).transpose();
                    let leaf = leaf.map_err(closed)?.flatten();
                    let own = sent.is_some_and(|sent| leaf.as_deref() == Some(&**sent));
                    let repeat = !own;
                    settled.push((at, Outcome::In { position, repeat }));
                }
                Some((position, _)) => settled.push((at, conflict(position))),
                // The same key twice in one group: the second waits for the first to be written.
                None if keys.contains(&entry.key) => {}
                None => {
                    let event = &entry.admitted.event;
                    let judged = self.counts.admit(&reading, event, &mut added);
                    if let Some(rejection) = judged.map_err(closed)? {
                        settled.push((at, Outcome::rejected(rejection)));
                        continue;
                    }
                    bytes += entry.admitted.stored_bytes();
                    keys.insert(entry.key);
                    batch.push(at);
                }
            }
        }
        if settled.is_empty() {
            self.counts
                .add(added, self.last_sent(), self.settings.node.position());
            return Ok(batch);
        }
        group.settle(settled);
        Ok(Vec::new())
    }

    /// Returns a position that nothing which is sent now stands after.
    fn last_sent(&self) -> Position {
        let most = BATCH_EVENTS_MAX.saturating_add(SINGLES_MAX);
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        Position::new(self.last.get().saturating_add(most))
    }

    /// Records that events stand in the log after the last known position, and hands them to the fold.
    pub(super) fn written(
        &mut self,
        group: &mut Group,
        batch: &[usize],
        (sent, received): (Vec<Outgoing>, Instant),
    ) {
        let mut position = self.last;
        let mut settled = Vec::with_capacity(batch.len());
        for at in batch {
            position = position.next();
            let outcome = Outcome::In {
                position,
                repeat: false,
            };
            settled.push((*at, outcome));
        }
        let mut position = self.last;
        for (entry, sent) in group.settle(settled).into_iter().zip(sent) {
            position = position.next();
            let event = entry.admitted.into_event(received);
            let content = event.envelope.content;
            if event.data.get("target").is_some() {
                self.settings.node.note_act(position);
            }
            self.tail.insert(entry.key, (position, content));
            // Before it is acknowledged: from then on it hides.
            self.settings.node.unfolded().note(position, &event);
            let handoff = self.settings.node.handoff();
            handoff.put(position, sent.payload, event);
        }
        self.last = position;
        if self.tail.len() >= self.tail_prune_at {
            let folded = self.settings.node.position();
            self.tail.retain(|_, (position, _)| *position > folded);
            // Twice what is left, so that a fold that lags costs each key a constant.
            self.tail_prune_at = (2 * self.tail.len()).max(4 * BATCH_EVENTS_MAX);
        }
    }

    /// Returns `receivedtime`: the clock, but never before what was written last.
    pub(super) fn stamp(&mut self) -> Instant {
        let now = self.settings.clock.now();
        let stamp = self.received.map_or(now, |before| before.max(now));
        self.received = Some(stamp);
        stamp
    }
}

fn conflict(first: Position) -> Outcome {
    Outcome::Out {
        code: Code::Conflict.as_str(),
        pointer: "/id".into(),
        found: "a key that came before with other content".into(),
        expected: format!("a new id; the first event with this one is at position {first}"),
        hint: Some("to change what an event says, send a correction that targets it".into()),
    }
}

pub(super) fn closed(error: impl std::error::Error + Send + Sync + 'static) -> Busy {
    Busy::Closed(Closed::Failed(Arc::new(error)))
}

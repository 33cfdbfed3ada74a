//! The log's writer: groups what waits into atomic batches, each under the expected last position.
//!
//! Before it names P as the expected last position, the node has folded all events up to P, so that
//! repeats are caught. After a refusal (another gate wrote) or a time-out (the outcome is not known)
//! it waits until the projector has folded what stands in the log, and looks its events up there
//! before it tries again: so nothing is written twice, and nothing acknowledged is dropped.
//!
//! Never here: the check.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use event::{Admitted, Code, ContentHash, Instant, Json, KeyHash, Kind, OrgId, Position};
use fold::View as _;
use journal::{AppendError, Journal, Outgoing, subjects};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Busy, Closed, Gate, Outcome, Submission, WAITING_MAX, Waiting};
use crate::clock::Clock;
use crate::node::{Node, Trouble};

/// The most events in one atomic batch: the server's own limit. Source: NATS ADR-50.
const BATCH_EVENTS_MAX: usize = 1_000;

/// The most bytes in one atomic batch; what a group of usual events stays far below.
const BATCH_BYTES_MAX: usize = 8 << 20;

/// How long the writer waits for the projector to catch up before it answers "come again".
const FOLD_WAIT: Duration = Duration::from_secs(20);

/// How often one batch is tried again after a refusal before its senders are told to come again.
/// Two gates that write by turns need few tries; only an outsider who writes all the time needs more.
const TRIES_MAX: u32 = 50;

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
}

/// The only writer of the log on this node.
pub struct Writer {
    settings: WriterSettings,
    queue: mpsc::Receiver<Submission>,
    /// The last position, as this gate knows it.
    last: Position,
    /// The last gate-written `receivedtime`.
    received: Option<Instant>,
    /// Keys written since the node last folded.
    tail: BTreeMap<KeyHash, (Position, ContentHash)>,
    /// How many keys the tail holds when it is looked through next.
    tail_prune_at: usize,
}

/// One event that waits, and where its outcome goes.
struct Entry {
    admitted: Box<Admitted>,
    key: KeyHash,
    submission: usize,
    slot: usize,
}

type Answer = oneshot::Sender<Result<Vec<(usize, Outcome)>, Busy>>;

/// The submissions answered together.
struct Group {
    answers: Vec<(Answer, Vec<(usize, Outcome)>)>,
    entries: Vec<Entry>,
}

impl Writer {
    /// Makes the writer and the handle by which events reach it.
    #[must_use]
    pub fn new(settings: WriterSettings) -> (Self, Gate) {
        let (sender, queue) = mpsc::channel(WAITING_MAX);
        let gate = Gate {
            queue: sender,
            clock: settings.clock.clone(),
        };
        let writer = Self {
            settings,
            queue,
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
        loop {
            let first = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                first = self.queue.recv() => first,
            };
            let Some(first) = first else { return };
            let mut group = Group {
                answers: Vec::new(),
                entries: Vec::new(),
            };
            group.take(first);
            while group.entries.len() < BATCH_EVENTS_MAX
                && let Ok(more) = self.queue.try_recv()
            {
                group.take(more);
            }
            if let Some(trouble) = self.settings.node.trouble() {
                group.refuse(&Busy::Closed(Closed::Trouble(trouble)));
                continue;
            }
            let opened = if open { Ok(()) } else { self.open().await };
            let result = match opened {
                Ok(()) => {
                    open = true;
                    self.commit(&mut group).await
                }
                Err(busy) => Err(busy),
            };
            match result {
                Ok(()) => group.answer(),
                Err(busy) => {
                    open = false;
                    // What waits behind it may be the rest of the same submission: it must not
                    // come before what was refused.
                    while let Ok(behind) = self.queue.try_recv() {
                        group.take(behind);
                    }
                    group.refuse(&busy);
                }
            }
        }
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

    /// Reads where the log ends and waits until this node has folded it.
    async fn catch_up(&mut self) -> Result<(), Busy> {
        let state = self.settings.journal.state().await.map_err(closed)?;
        let known = self.last.max(self.settings.node.position());
        if state.last < known {
            let trouble = Trouble::Shortened {
                last: state.last,
                known,
            };
            // The ingest publishes the tail again where it holds it, and says when that is done.
            self.settings.node.report(trouble.clone());
            self.settings.node.doubt();
            return Err(Busy::Closed(Closed::Trouble(trouble)));
        }
        if !self.settings.node.wait_for(state.last, FOLD_WAIT).await {
            return Err(Busy::Closed(Closed::CatchingUp));
        }
        self.last = state.last;
        self.tail.clear();
        if let Some(model) = self.settings.node.model() {
            let table = model.table();
            let received = table
                .instants()
                .times(self.last)
                .and_then(|times| times.received);
            self.received = self.received.max(received);
        }
        Ok(())
    }

    /// Writes every event of the group that the log does not have.
    async fn commit(&mut self, group: &mut Group) -> Result<(), Busy> {
        let mut stamped: BTreeMap<KeyHash, Bytes> = BTreeMap::new();
        let mut tries = 0;
        while !group.entries.is_empty() {
            let batch = self.batch(group, &stamped)?;
            if batch.is_empty() {
                continue;
            }
            let received = self.stamp();
            let (keys, outgoing): (Vec<KeyHash>, Vec<Outgoing>) = batch
                .iter()
                .filter_map(|at| group.entries.get(*at))
                .map(|entry| (entry.key, outgoing(entry, received)))
                .unzip();
            match self.settings.journal.append(self.last, &outgoing).await {
                Ok(last) => {
                    self.written(group, &batch, (outgoing, received), last);
                    tries = 0;
                }
                Err(AppendError::Refused { .. }) => {
                    tries += 1;
                    if tries > TRIES_MAX {
                        return Err(Busy::Closed(Closed::Outrun));
                    }
                    self.catch_up().await?;
                }
                Err(error @ AppendError::Unknown { .. }) => {
                    tracing::warn!(error = %error, "append outcome unknown, reading back");
                    let sent = keys.into_iter().zip(outgoing);
                    stamped.extend(sent.map(|(key, out)| (key, out.payload)));
                    tries += 1;
                    if tries > TRIES_MAX {
                        return Err(closed(error));
                    }
                    self.catch_up().await?;
                }
                Err(error) => return Err(closed(error)),
            }
        }
        Ok(())
    }

    /// Settles what the log has already, and returns the places of what comes into the next batch.
    ///
    /// `stamped` is what was sent with an unknown outcome: where the very bytes stand in the log,
    /// they are this event, not a repeat of it.
    fn batch(
        &self,
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
                    let own = match stamped.get(&entry.key) {
                        Some(sent) => {
                            let leaf = reading.leaf(position).map_err(closed)?;
                            leaf.as_deref() == Some(&**sent)
                        }
                        None => false,
                    };
                    settled.push((
                        at,
                        Outcome::In {
                            position,
                            repeat: !own,
                        },
                    ));
                }
                Some((position, _)) => settled.push((at, conflict(position))),
                // The same key twice in one group: the second waits for the first to be written.
                None if keys.contains(&entry.key) => {}
                None => {
                    bytes += entry.admitted.stored_bytes();
                    keys.insert(entry.key);
                    batch.push(at);
                }
            }
        }
        if settled.is_empty() {
            return Ok(batch);
        }
        group.settle(settled);
        Ok(Vec::new())
    }

    /// Records that a batch stands in the log, ending at `last`, and hands its events to the fold.
    fn written(
        &mut self,
        group: &mut Group,
        batch: &[usize],
        (sent, received): (Vec<Outgoing>, Instant),
        last: Position,
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
            self.tail.insert(entry.key, (position, content));
            let handoff = self.settings.node.handoff();
            handoff.put(position, sent.payload, event);
        }
        self.last = last;
        if self.tail.len() >= self.tail_prune_at {
            let folded = self.settings.node.position();
            self.tail.retain(|_, (position, _)| *position > folded);
            // Twice what is left, so that a fold that lags costs each key a constant.
            self.tail_prune_at = (2 * self.tail.len()).max(4 * BATCH_EVENTS_MAX);
        }
    }

    /// Returns `receivedtime`: the clock, but never before what was written last.
    fn stamp(&mut self) -> Instant {
        let now = self.settings.clock.now();
        let stamp = self.received.map_or(now, |before| before.max(now));
        self.received = Some(stamp);
        stamp
    }
}

/// Returns what is stored for an entry, and under which subject.
fn outgoing(entry: &Entry, received: Instant) -> Outgoing {
    let event = &entry.admitted.event;
    Outgoing {
        subject: subjects::event(&event.envelope.key.org, event.kind.code()),
        payload: Bytes::from(entry.admitted.stored(received)),
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

fn closed(error: impl std::error::Error + Send + Sync + 'static) -> Busy {
    Busy::Closed(Closed::Failed(Arc::new(error)))
}

impl Group {
    fn take(&mut self, submission: Submission) {
        let number = self.answers.len();
        for waiting in submission.events {
            let key = waiting.admitted.event.envelope.key.hash();
            let Waiting { admitted, slot } = waiting;
            self.entries.push(Entry {
                admitted,
                key,
                submission: number,
                slot,
            });
        }
        self.answers.push((submission.answer, Vec::new()));
    }

    /// Gives outcomes to the entries at these places, and takes them out. Places rise.
    fn settle(&mut self, settled: Vec<(usize, Outcome)>) -> Vec<Entry> {
        let mut taken = Vec::with_capacity(settled.len());
        let mut outcomes = settled.into_iter().peekable();
        let mut left = Vec::with_capacity(self.entries.len());
        for (at, entry) in std::mem::take(&mut self.entries).into_iter().enumerate() {
            match outcomes.next_if(|(place, _)| *place == at) {
                Some((_, outcome)) => {
                    if let Some((_, answer)) = self.answers.get_mut(entry.submission) {
                        answer.push((entry.slot, outcome));
                    }
                    taken.push(entry);
                }
                None => left.push(entry),
            }
        }
        self.entries = left;
        taken
    }

    fn answer(self) {
        for (answer, outcomes) in self.answers {
            // A sender who went away has its events in the log all the same.
            let _gone = answer.send(Ok(outcomes));
        }
    }

    /// Answers those whose every event is settled, and tells the others to come again.
    fn refuse(self, busy: &Busy) {
        let waiting: std::collections::BTreeSet<usize> =
            self.entries.iter().map(|entry| entry.submission).collect();
        for (number, (answer, outcomes)) in self.answers.into_iter().enumerate() {
            let result = if waiting.contains(&number) {
                Err(busy.clone())
            } else {
                Ok(outcomes)
            };
            let _gone = answer.send(result);
        }
    }
}

//! The gate: checks what is sent and, as the log's only writer, appends what passes.
//!
//! One code path for HTTP, NATS requests and inboxes: [`Gate::submit`]. The checks are
//! [`event::admit`]; [`Writer`] commits in groups: what arrives while one batch is on its way makes
//! the next, and a lone event never waits for company. A verdict is given after the durable
//! acknowledgement.
//!
//! Never here: what an event changes.

pub mod body;
mod check;
mod group;
pub mod hooks;
mod inbox;
mod limits;
mod nats;
mod pipeline;
mod preview;
mod recovery;
mod sender;
mod together;
mod verdict;
mod writer;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use event::Admitted;
use tokio::sync::{Semaphore, mpsc, oneshot};

pub use answers::Notice;
pub use inbox::{Inboxes, Source};
pub use limits::AdmissionLimits;
pub use nats::serve as serve_requests;
pub use sender::{Author, KeyHolders, Sender};
pub use together::TOGETHER_EVENTS_MAX;
pub use verdict::{Outcome, Verdict};
pub use writer::{Writer, WriterSettings};

use crate::clock::Clock;
use crate::node::{Node, Trouble};
use answers::{NoticesBefore, Sent};
use check::check;
use verdict::Draft;

/// How many submissions wait for the writer before senders are told to come again.
pub const WAITING_MAX: usize = 256;

/// How many submissions are checked at once; others wait. Source: docs/reference/limits.md.
pub const CHECKING_MAX: usize = 4;

/// An answer that tells of an unknown target is given at a multiple of so many milliseconds after its request
/// came. Source: docs/reference/limits.md.
pub const UNKNOWN_MS: u64 = 25;

/// How many events of one submission are checked before they go to the writer: while it appends
/// them, the next ones are checked. Half an atomic batch.
const PART_EVENTS: usize = 500;

/// Why nothing could be decided now. The sender repeats the same events later.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Busy {
    /// Too many submissions wait.
    #[error("{WAITING_MAX} submissions are waiting, which is the most")]
    Full,
    /// The gate does not write, for this reason.
    #[error("the gate does not write: {0}")]
    Closed(Closed),
}

/// Why the gate does not write.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Closed {
    /// The node stops.
    #[error("it is stopping")]
    Stopping,
    /// Something is wrong with the log or the history.
    #[error("{0}")]
    Trouble(Trouble),
    /// The fold is behind the log, so that a repeat could be missed.
    #[error("the read model is still catching up with the log")]
    CatchingUp,
    /// There is no read model, so that a repeat could be missed.
    #[error("the read model is being rebuilt")]
    Rebuilding,
    /// Each append was refused, since another gate had written before it.
    #[error("another writer is always ahead")]
    Outrun,
    /// The writer answered, but not for every event.
    #[error("an event was left without an outcome")]
    Unanswered,
    /// The log or the store failed.
    #[error("{0}")]
    Failed(Arc<dyn std::error::Error + Send + Sync>),
}

/// One event on its way to the writer.
struct Waiting {
    admitted: Box<Admitted>,
    /// Its place among the verdicts of its submission.
    slot: usize,
}

/// Events that passed the check, and where to answer.
struct Submission {
    events: Vec<Waiting>,
    answer: oneshot::Sender<Result<Vec<(usize, Outcome)>, Busy>>,
}

/// A handle on the gate.
#[derive(Clone)]
pub struct Gate {
    queue: mpsc::Sender<Submission>,
    /// Where submissions wait of which all is to be written, or nothing.
    together: mpsc::Sender<Submission>,
    clock: Arc<dyn Clock>,
    /// How many submissions are checked at once.
    checking: Arc<Semaphore>,
    /// The node whose read model the notices go by; none where there are none to give.
    node: Option<Arc<Node>>,
}

impl Gate {
    /// Decides over `events`, each one JSON object as sent, and returns a verdict for each in
    /// order, once all that passed are durably in the log.
    ///
    /// # Errors
    /// [`Busy`]: nothing is known to have been written; send the same events again.
    pub async fn submit(&self, events: Vec<Bytes>, sender: &Sender) -> Result<Vec<Verdict>, Busy> {
        let began_ms = self.clock.monotonic_ms();
        let verdicts = self.decide(events, sender).await?;
        self.level(began_ms, &verdicts).await;
        Ok(verdicts)
    }

    /// Waits with an answer that tells of an unknown target: how long it took would tell whether it is there,
    /// and hidden.
    async fn level(&self, began_ms: u64, verdicts: &[Verdict]) {
        let notices = verdicts.iter().flat_map(|verdict| &verdict.notices);
        self.level_notices(began_ms, notices).await;
    }

    /// As [`Gate::level`], of an answer with these notices.
    async fn level_notices(&self, began_ms: u64, notices: impl IntoIterator<Item = &Notice>) {
        if notices.into_iter().any(Notice::is_of_unknown) {
            let took = self.clock.monotonic_ms().saturating_sub(began_ms);
            let rest = UNKNOWN_MS - took % UNKNOWN_MS;
            tokio::time::sleep(Duration::from_millis(rest)).await;
        }
    }

    async fn decide(&self, events: Vec<Bytes>, sender: &Sender) -> Result<Vec<Verdict>, Busy> {
        let now = self.clock.now();
        let mut drafts = Vec::with_capacity(events.len());
        let mut answers = VecDeque::new();
        let mut sent = Sent::default();
        for part in events.chunks(PART_EVENTS) {
            let first = drafts.len();
            let (checked, waiting) = {
                // The semaphore is never closed.
                let _slot = self.checking.acquire().await;
                tokio::task::block_in_place(|| {
                    let (mut checked, waiting) = check(part, sender, now);
                    self.notice(&mut checked, &waiting, sender, &mut sent);
                    (checked, waiting)
                })
            };
            drafts.extend(checked);
            if waiting.is_empty() {
                continue;
            }
            let (answer, answered) = oneshot::channel();
            let submission = Submission {
                events: waiting,
                answer,
            };
            if part.len() < events.len() {
                self.wait_in_queue(submission).await?;
            } else {
                self.enter_queue(submission)?;
            }
            answers.push_back((first, answered));
            // Where an earlier part was refused, later ones must not come before it.
            while let Some((first, answered)) = answers.front_mut() {
                match answered.try_recv() {
                    Ok(outcomes) => {
                        fill(&mut drafts, *first, outcomes?);
                        answers.pop_front();
                    }
                    Err(oneshot::error::TryRecvError::Empty) => break,
                    Err(oneshot::error::TryRecvError::Closed) => return Err(stopping()),
                }
            }
        }
        for (first, answered) in answers {
            let outcomes = answered.await.map_err(|_| stopping())??;
            fill(&mut drafts, first, outcomes);
        }
        verdict::assemble(drafts).ok_or(Busy::Closed(Closed::Unanswered))
    }

    /// Adds the notices of the events that wait to their drafts: advice, which is left out where
    /// the read model cannot be read.
    fn notice(&self, drafts: &mut [Draft], waiting: &[Waiting], sender: &Sender, sent: &mut Sent) {
        let asks = |one: &Waiting| answers::hangs_on_others(one.admitted.event.kind);
        let model = self.node.as_ref().and_then(|node| node.model());
        let reading = model.as_ref().and_then(|model| model.store().read().ok());
        let reading = reading.filter(|_| !sent.is_empty() || waiting.iter().any(asks));
        let at = reading.as_ref().map(|reading| reading.checkpoint());
        let mut of = reading
            .as_ref()
            .map(|reading| NoticesBefore::new(reading, sender.scope(), sent));
        for one in waiting {
            let event = &one.admitted.event;
            let found = match of.as_mut() {
                Some(of) => of.of(event).unwrap_or_default(),
                None => answers::notices_of_itself(event),
            };
            if let Some(draft) = drafts.get_mut(one.slot).filter(|_| !found.is_empty()) {
                draft.notices = found;
                draft.noticed_at = at;
            }
        }
    }

    /// Puts one of many parts in the queue, after waiting for its place.
    async fn wait_in_queue(&self, part: Submission) -> Result<(), Busy> {
        self.queue.send(part).await.map_err(|_| stopping())
    }

    /// Puts a submission in the queue, where there is a place.
    fn enter_queue(&self, submission: Submission) -> Result<(), Busy> {
        self.queue
            .try_send(submission)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Busy::Full,
                mpsc::error::TrySendError::Closed(_) => stopping(),
            })
    }
}

const fn stopping() -> Busy {
    Busy::Closed(Closed::Stopping)
}

/// Puts the writer's outcomes into the drafts from `first` on.
fn fill(drafts: &mut [Draft], first: usize, outcomes: Vec<(usize, Outcome)>) {
    for (slot, outcome) in outcomes {
        if let Some(draft) = drafts.get_mut(first + slot) {
            draft.outcome = Some(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    const ARREST: &str = r#"{"specversion":"1.0","id":"6f8a1c1e-0000-4000-8000-000000000001","source":"//desk.example","type":"habeas.arrest.v1","subject":"desk:c1","org":"desk","recordedtime":"2020-09-07T08:30:00Z","data":{"visibility":"public","occurred":"2020-09-07"}}"#;

    #[tokio::test(flavor = "multi_thread")]
    async fn an_event_that_the_writer_left_out_is_not_told_as_in() {
        let (queue, mut submissions) = mpsc::channel::<Submission>(1);
        let gate = Gate {
            queue,
            together: mpsc::channel(1).0,
            clock: Arc::new(SystemClock::new()),
            checking: Arc::new(Semaphore::new(CHECKING_MAX)),
            node: None,
        };
        tokio::spawn(async move {
            while let Some(submission) = submissions.recv().await {
                assert_eq!(submission.events.len(), 1, "the event passes the check");
                let _gone = submission.answer.send(Ok(Vec::new()));
            }
        });
        let events = vec![Bytes::from_static(ARREST.as_bytes())];
        let told = gate.submit(events, &Sender::Operator).await;
        assert!(
            matches!(told, Err(Busy::Closed(Closed::Unanswered))),
            "{told:?}"
        );
    }
}

//! The gate: checks what is sent and, as the log's only writer, appends what passes.
//!
//! One code path for HTTP, NATS requests and inboxes: [`Gate::submit`]. The checks are
//! [`event::admit`]; [`Writer`] commits in groups: what arrives while one batch is on its way makes
//! the next, and a lone event never waits for company. A verdict is given after the durable
//! acknowledgement.
//!
//! Never here: what an event changes.

pub mod body;
mod inbox;
mod nats;
mod verdict;
mod writer;

use std::collections::VecDeque;

use bytes::Bytes;
use event::{Admitted, Caller, OrgId};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

pub use inbox::Inboxes;
pub use nats::serve as serve_requests;
pub use verdict::{Outcome, Verdict};
pub use writer::{Writer, WriterSettings};

use crate::clock::Clock;

/// How many submissions wait for the writer before senders are told to come again.
pub const WAITING_MAX: usize = 256;

/// How many events of one submission are checked before they go to the writer: while it appends
/// them, the next ones are checked. Half an atomic batch.
const PART_EVENTS: usize = 500;

/// Who sends: what a credential allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The operator, for any organisation.
    Operator,
    /// One organisation, for itself.
    Org(OrgId),
}

/// Why nothing could be decided now. The sender repeats the same events later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// Too many submissions wait.
    #[error("{WAITING_MAX} submissions are waiting, which is the most")]
    Full,
    /// The gate does not write, for this reason.
    #[error("the gate does not write: {0}")]
    Closed(String),
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
    clock: std::sync::Arc<dyn Clock>,
}

impl Gate {
    /// Decides over `events`, each one JSON object as sent, and returns a verdict for each in
    /// order, once all that passed are durably in the log.
    ///
    /// # Errors
    /// [`Busy`]: nothing is known to have been written; send the same events again.
    pub async fn submit(&self, events: Vec<Bytes>, sender: &Sender) -> Result<Vec<Verdict>, Busy> {
        let now = self.clock.now();
        let mut verdicts = Vec::with_capacity(events.len());
        let mut answers = VecDeque::new();
        for part in events.chunks(PART_EVENTS) {
            let first = verdicts.len();
            let (checked, waiting) = tokio::task::block_in_place(|| check(part, sender, now));
            verdicts.extend(checked);
            if waiting.is_empty() {
                continue;
            }
            let (answer, answered) = oneshot::channel();
            let submission = Submission {
                events: waiting,
                answer,
            };
            self.send(submission, part.len() < events.len()).await?;
            answers.push_back((first, answered));
            // Where an earlier part was refused, later ones must not come before it.
            while let Some((first, answered)) = answers.front_mut() {
                match answered.try_recv() {
                    Ok(outcomes) => {
                        settle(&mut verdicts, *first, outcomes?);
                        answers.pop_front();
                    }
                    Err(oneshot::error::TryRecvError::Empty) => break,
                    Err(oneshot::error::TryRecvError::Closed) => return Err(stopping()),
                }
            }
        }
        for (first, answered) in answers {
            let outcomes = answered.await.map_err(|_| stopping())??;
            settle(&mut verdicts, first, outcomes);
        }
        Ok(verdicts)
    }

    /// Puts a submission in the queue; one of many parts waits for its place.
    async fn send(&self, submission: Submission, waits: bool) -> Result<(), Busy> {
        if waits {
            return self.queue.send(submission).await.map_err(|_| stopping());
        }
        self.queue
            .try_send(submission)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Busy::Full,
                mpsc::error::TrySendError::Closed(_) => stopping(),
            })
    }
}

fn stopping() -> Busy {
    Busy::Closed("it is stopping".into())
}

/// Gives the verdicts from `first` on their outcomes.
fn settle(verdicts: &mut [Verdict], first: usize, outcomes: Vec<(usize, Outcome)>) {
    for (slot, outcome) in outcomes {
        if let Some(verdict) = verdicts.get_mut(first + slot) {
            verdict.outcome = outcome;
        }
    }
}

/// Checks each event; those that pass wait for the writer, the others have their verdict.
fn check(events: &[Bytes], sender: &Sender, now: event::Instant) -> (Vec<Verdict>, Vec<Waiting>) {
    let caller = match sender {
        Sender::Operator => Caller::Any,
        Sender::Org(org) => Caller::Org(org),
    };
    let mut verdicts = Vec::with_capacity(events.len());
    let mut waiting = Vec::with_capacity(events.len());
    for (slot, bytes) in events.iter().enumerate() {
        let sha256 = hex(&Sha256::digest(bytes));
        let (source, id, outcome) = match event::admit(bytes, caller, now) {
            Ok(admitted) => {
                let key = &admitted.event.envelope.key;
                let names = (Some(key.source.to_string()), Some(key.id.to_string()));
                waiting.push(Waiting {
                    admitted: Box::new(admitted),
                    slot,
                });
                // Stands only until the writer's outcome replaces it.
                let outcome = Outcome::In {
                    position: event::Position::ZERO,
                    repeat: false,
                };
                (names.0, names.1, outcome)
            }
            Err(rejection) => {
                let (source, id) = names(bytes);
                (source, id, Outcome::rejected(rejection))
            }
        };
        verdicts.push(Verdict {
            source,
            id,
            sha256,
            outcome,
        });
    }
    (verdicts, waiting)
}

/// The most characters of a name that a verdict repeats from an event that did not pass.
const NAME_CHARS_MAX: usize = 200;

/// Returns `source` and `id` of an event that did not pass, so that its sender recognises it.
fn names(bytes: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(json) = event::Json::parse(bytes) else {
        return (None, None);
    };
    let name = |field| {
        json.text(field)
            .map(|text| text.chars().take(NAME_CHARS_MAX).collect::<String>())
    };
    (name("source"), name("id"))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}

//! A group: the submissions that are written and answered together.
//!
//! Never here: writing.

use bytes::Bytes;
use event::{Admitted, Instant, KeyHash};
use journal::{Outgoing, subjects};
use tokio::sync::oneshot;

use super::{Busy, Outcome, Submission, Waiting};

/// One event that waits, and where its outcome goes.
pub(super) struct Entry {
    pub(super) admitted: Box<Admitted>,
    pub(super) key: KeyHash,
    submission: usize,
    slot: usize,
}

type Answer = oneshot::Sender<Result<Vec<(usize, Outcome)>, Busy>>;

/// The submissions answered together.
#[derive(Default)]
pub(super) struct Group {
    answers: Vec<(Answer, Vec<(usize, Outcome)>)>,
    pub(super) entries: Vec<Entry>,
    /// Whether all are to be written, or none.
    pub(super) is_together: bool,
}

/// Returns what is stored for an entry, and under which subject.
pub(super) fn outgoing(entry: &Entry, received: Instant) -> Outgoing {
    let event = &entry.admitted.event;
    Outgoing {
        subject: subjects::event(&event.envelope.key.org, event.kind.code()),
        payload: Bytes::from(entry.admitted.stored(received)),
    }
}

impl Group {
    /// Adds another group behind this one.
    pub(super) fn join(&mut self, other: Self) {
        let number = self.answers.len();
        self.answers.extend(other.answers);
        let entries = other.entries.into_iter().map(|entry| Entry {
            submission: number + entry.submission,
            ..entry
        });
        self.entries.extend(entries);
    }

    pub(super) fn take(&mut self, submission: Submission) {
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

    /// Whether an event of it is rejected already.
    pub(super) fn has_rejections(&self) -> bool {
        let mut settled = self.answers.iter().flat_map(|(_, settled)| settled);
        settled.any(|(_, outcome)| !outcome.is_in())
    }

    /// Gives outcomes to the entries at these places, and takes them out. Places rise.
    pub(super) fn settle(&mut self, settled: Vec<(usize, Outcome)>) -> Vec<Entry> {
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

    pub(super) fn answer(self) {
        for (answer, outcomes) in self.answers {
            // A sender who went away has its events in the log all the same.
            let _gone = answer.send(Ok(outcomes));
        }
    }

    /// Answers those whose every event is settled, and tells the others to come again.
    pub(super) fn refuse(self, busy: &Busy) {
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

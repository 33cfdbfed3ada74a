//! Events that are sent together: all are in the log, or none.
//!
//! Start at [`Gate::submit_together`]. They go through the writer by themselves, as one atomic batch.
//!
//! Never here: the check, and writing.

use answers::Sent;
use bytes::Bytes;
use event::{Code, Rejection};
use tokio::sync::oneshot;

use super::check::check;
use super::group::Group;
use super::verdict::{self, Draft};
use super::{Busy, Closed, Gate, Outcome, Sender, Submission, Verdict, fill, stopping};

/// Most events that are sent together: with the longest of each, what one atomic batch holds. Source:
/// docs/reference/limits.md.
pub const TOGETHER_EVENTS_MAX: usize = 100;

impl Gate {
    /// Decides over `events` as [`Gate::submit`] does, but for this: where one of them is rejected, none is
    /// written. What stood in the log before counts as in.
    ///
    /// # Errors
    /// [`Busy`]: none or all were written; send the same events again.
    pub async fn submit_together(
        &self,
        events: Vec<Bytes>,
        sender: &Sender,
    ) -> Result<Vec<Verdict>, Busy> {
        let (now, began_ms) = (self.clock.now(), self.clock.monotonic_ms());
        let (mut drafts, waiting) = {
            // The semaphore is never closed.
            let _slot = self.checking.acquire().await;
            tokio::task::block_in_place(|| {
                let (mut drafts, waiting) = check(&events, sender, now);
                self.notice(&mut drafts, &waiting, sender, &mut Sent::default());
                (drafts, waiting)
            })
        };
        if waiting.len() < drafts.len() {
            leave_out(&mut drafts);
        } else if !waiting.is_empty() {
            let (answer, answered) = oneshot::channel();
            let submission = Submission {
                events: waiting,
                answer,
            };
            let queued = self.together.try_send(submission);
            queued.map_err(|error| match error {
                tokio::sync::mpsc::error::TrySendError::Full(_) => Busy::Full,
                tokio::sync::mpsc::error::TrySendError::Closed(_) => stopping(),
            })?;
            let outcomes = answered.await.map_err(|_| stopping())??;
            fill(&mut drafts, 0, outcomes);
        }
        let verdicts = verdict::assemble(drafts).ok_or(Busy::Closed(Closed::Unanswered))?;
        self.level(began_ms, &verdicts).await;
        Ok(verdicts)
    }
}

fn leave_out(drafts: &mut [Draft]) {
    for draft in drafts {
        draft.outcome.get_or_insert_with(left_out);
    }
}

impl Group {
    /// Leaves out what is left where one event is rejected, or has the key of another one; returns whether it
    /// did. `ready`: how many can be written now; none where it is to be looked again.
    pub(super) fn leave_out(&mut self, ready: usize) -> bool {
        let has_twins = ready > 0 && ready < self.entries.len();
        if !has_twins && !self.has_rejections() {
            return false;
        }
        let all = (0..self.entries.len()).map(|at| (at, left_out()));
        self.settle(all.collect());
        true
    }
}

fn left_out() -> Outcome {
    Outcome::rejected(Rejection {
        code: Code::Together,
        pointer: String::new(),
        found: "an event that is right, sent together with one that is not".to_owned(),
        expected: "every event that is sent together to be right, each with an id of its own"
            .to_owned(),
        hint: Some(
            "see the verdicts beside this one; mend what they say and send all again".to_owned(),
        ),
    })
}

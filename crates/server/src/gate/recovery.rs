//! Recovery: brings the gate to where the log is, at its start and after an append that failed.
//!
//! Start at [`Writer::recover`]. What a single broker does not acknowledge it has stopped taking, once the
//! connection stands: that is a [trouble](Trouble::Log). A cluster may have no leader for some seconds, and what
//! was sent to the one before is never answered: whoever leads now is waited for, asked where the log ends, and
//! the rest is sent again. That is safe at any time, since each append names the position it follows.
//!
//! Never here: writing.

use std::time::Duration;

use event::Position;
use journal::{AppendError, Route};
use tokio::time::sleep;

use super::writer::{Writer, closed};
use super::{Busy, Closed};
use crate::node::Trouble;

/// How long the writer waits for the projector to catch up before it answers "come again".
const FOLD_WAIT: Duration = Duration::from_secs(20);

/// How often one batch is tried again after a refusal before its senders are told to come again.
/// Two gates that write by turns need few tries; only an outsider who writes all the time needs more.
const TRIES_MAX: u32 = 50;

/// How often a cluster is asked where the log ends before senders are told to come again; each time it has
/// [`journal::limits::REQUEST_TIMEOUT`] to answer. Source: docs/reference/limits.md.
const END_TRIES: u32 = 4;

/// The pause before a cluster is asked or sent the same again: what led before hears within a second that it
/// leads no longer. Source: docs/reference/limits.md.
const LEADER_PAUSE: Duration = Duration::from_millis(100);

/// How often in a row the same leader may answer nothing, over the same connection, before its store counts as
/// stopped: what was sent right after an election may have gone to the one before. Source: docs/reference/limits.md.
const SILENCES: u32 = 2;

/// How often a cluster may say that it cannot store a batch before that is believed: one that reached two leaders
/// in part is told alike. Source: docs/reference/limits.md.
const STORAGE_TRIES: u32 = 3;

impl Writer {
    /// Brings this gate to where the log is after an append that failed, so that it can be tried again.
    /// `route`: the way by which was sent.
    ///
    /// # Errors
    /// [`Busy`] where it cannot, or was tried too often.
    pub(super) async fn recover(
        &mut self,
        failed: AppendError,
        tries: &mut u32,
        route: Route,
    ) -> Result<(), Busy> {
        *tries += 1;
        if self.settings.journal.is_replicated() && failed.is_leaderless() {
            self.find_leader(failed, *tries, route).await?;
            return self.catch_up().await;
        }
        match failed {
            AppendError::Refused { .. } if *tries > TRIES_MAX => {
                return Err(Busy::Closed(Closed::Outrun));
            }
            AppendError::Refused { .. } => {}
            error @ AppendError::Unknown { .. } => {
                tracing::warn!(error = %error, "append outcome unknown, reading back");
                let is_connected = self.settings.journal.connection().borrow().connected;
                if is_connected && route == self.settings.journal.route() {
                    // The server is there and says nothing: its store has stopped.
                    return Err(self.frozen(&error));
                }
                if *tries > TRIES_MAX {
                    return Err(closed(error));
                }
            }
            error @ (AppendError::Size { .. }
            | AppendError::TooLong { .. }
            | AppendError::Disconnected
            | AppendError::Other { .. }
            | AppendError::WrongAck { .. }) => {
                let is_frozen = error.is_of_storage();
                return Err(if is_frozen {
                    self.frozen(&error)
                } else {
                    closed(error)
                });
            }
        }
        self.catch_up().await
    }

    /// Waits until a cluster that did not acknowledge is led again.
    ///
    /// # Errors
    /// [`Busy`] where nobody leads it in time, or who led it still does and says nothing.
    async fn find_leader(&self, failed: AppendError, tries: u32, route: Route) -> Result<(), Busy> {
        tracing::info!(error = %failed, tries, "the log did not acknowledge, looking for its leader");
        if tries > STORAGE_TRIES && failed.is_of_storage() {
            return Err(self.frozen(&failed));
        }
        if tries > TRIES_MAX {
            return Err(closed(failed));
        }
        self.log_end(self.last).await?;
        let is_same = route == self.settings.journal.route();
        if is_same && matches!(failed, AppendError::Unknown { .. }) && tries >= SILENCES {
            // It answers, and says nothing of what it was sent: its store has stopped.
            return Err(self.frozen(&failed));
        }
        sleep(LEADER_PAUSE).await;
        Ok(())
    }

    /// Reads where the log ends and waits until this node has folded it.
    pub(super) async fn catch_up(&mut self) -> Result<(), Busy> {
        let known = self.last.max(self.settings.node.position());
        let last = self.log_end(known).await?;
        if last < known {
            // The ingest publishes the tail again where it holds it, and says when that is done.
            self.settings.node.doubt();
            if self.settings.journal.is_replicated() {
                // Nor is it told of what may be an older answer.
                return Err(Busy::Closed(Closed::CatchingUp));
            }
            let trouble = Trouble::Shortened { last, known };
            self.settings.node.report(trouble.clone());
            return Err(Busy::Closed(Closed::Trouble(trouble)));
        }
        if !self.settings.node.wait_for(last, FOLD_WAIT).await {
            return Err(Busy::Closed(Closed::CatchingUp));
        }
        self.last = last;
        self.tail.clear();
        self.counts.clear();
        if let Some(model) = self.settings.node.model() {
            self.received = model.columns().instants().latest();
        }
        self.time_is_near()
    }

    /// Reads where the log ends. A cluster is asked again while nobody leads it, and while it is answered for by
    /// a server that does not know what this node knows.
    async fn log_end(&self, known: Position) -> Result<Position, Busy> {
        let journal = &self.settings.journal;
        let tries = if journal.is_replicated() {
            END_TRIES
        } else {
            1
        };
        for _ in 1..tries {
            match journal.state().await {
                Ok(state) if state.last >= known => return Ok(state.last),
                Err(error) if !error.is_leaderless() => return Err(closed(error)),
                Ok(_) | Err(_) => sleep(LEADER_PAUSE).await,
            }
        }
        let state = journal.state().await.map_err(closed)?;
        Ok(state.last)
    }

    /// Says that the log takes no events; whoever watches over it makes it well again.
    fn frozen(&self, error: &AppendError) -> Busy {
        let trouble = Trouble::Log(error.to_string());
        self.settings.node.report(trouble.clone());
        Busy::Closed(Closed::Trouble(trouble))
    }

    /// Checks that no event of the log is received long after now: what is written next would say so too.
    fn time_is_near(&self) -> Result<(), Busy> {
        let node = &self.settings.node;
        node.check_time(self.settings.clock.now());
        let trouble = node.trouble_named("time");
        trouble.map_or(Ok(()), |trouble| {
            Err(Busy::Closed(Closed::Trouble(trouble)))
        })
    }
}

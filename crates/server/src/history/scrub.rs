//! The scrub: all of the log read again and compared with the history, leaf by leaf, and all of the
//! history's bundles with its tiles; soon after the start and every night.
//!
//! One bit that flips on the broker's disk makes a message vanish without a word, and reading on from
//! the newest position never meets it. Source: docs/operate/history.md, Continuity.
//!
//! Never here: repairing what is found.

use std::sync::Arc;
use std::time::Duration;

use ::archive::Archive;
use event::Position;
use journal::{Journal, ReadError};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::history::continuity::{self, Comparison};
use crate::node::{Node, Trouble};
use crate::projector::READ_WAIT;

/// How long between two scrubs.
pub const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// How long until a scrub that could not be finished is begun again.
const AGAIN: Duration = Duration::from_secs(60);

/// How many leaves are compared at once.
const BATCH: usize = 2_048;

/// The rest after each batch, so that a scrub takes a small part of one core: at most 100,000 leaves
/// a second.
const PAUSE: Duration = Duration::from_millis(20);

/// What is needed to compare the log with the history.
pub struct Scrub {
    /// The node that is told.
    pub node: Arc<Node>,
    /// The log.
    pub journal: Journal,
    /// The history.
    pub archive: Arc<Archive>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ends the scrubbing.
    pub stop: CancellationToken,
}

/// Why a scrub came to no end.
#[derive(Debug)]
enum EndReason {
    Trouble(Trouble),
    Failed(String),
}

impl Scrub {
    /// Scrubs now and then every night, until asked to stop.
    pub async fn run(self) {
        loop {
            let done = tokio::select! {
                () = self.stop.cancelled() => return,
                done = self.once() => done,
            };
            let wait = match done {
                Ok(position) => {
                    self.node.scrubbed(position, self.clock.now().parts().0);
                    INTERVAL
                }
                Err(EndReason::Trouble(trouble)) => {
                    self.node.report(trouble);
                    INTERVAL
                }
                Err(EndReason::Failed(error)) => {
                    tracing::warn!(error, "scrub was not finished");
                    AGAIN
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Compares everything up to where the history ends now, and returns that position.
    async fn once(&self) -> Result<Position, EndReason> {
        // Another log, or one that lost its beginning, is the ingest's to name.
        match continuity::compare(&self.journal, &self.archive).await {
            Ok(Comparison::Agrees) => {}
            Ok(Comparison::Shorter { .. } | Comparison::Trouble(_)) => {
                return Err(EndReason::Failed("the log is not the one kept here".into()));
            }
            Err(error) => return Err(failed(error)),
        }
        let last = self.archive.last();
        let mut reader = self.journal.read(Position::new(1)).await.map_err(failed)?;
        let mut next = Position::new(1);
        while next <= last {
            let messages = match reader.next_batch(BATCH, READ_WAIT).await {
                Ok(messages) => messages,
                Err(ReadError::Gap { expected, found }) if expected <= last && found > expected => {
                    return Err(EndReason::Trouble(Trouble::Gap { expected, found }));
                }
                Err(error) => return Err(failed(error)),
            };
            let leaves = blocking(|| self.archive.leaves(next, messages.len())).map_err(archive)?;
            for (message, leaf) in messages.iter().zip(leaves) {
                if proof::leaf(&message.payload) != leaf {
                    let why = format!("position {} holds other bytes", message.position);
                    return Err(EndReason::Trouble(Trouble::Diverged(why)));
                }
                next = message.position.next();
            }
            tokio::time::sleep(PAUSE).await;
        }
        let mut next = Position::new(1);
        while next <= last {
            next = blocking(|| self.archive.check(next))
                .map_err(archive)?
                .next();
            if next.get() % 8 == 1 {
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(last)
    }
}

fn failed(error: impl std::error::Error) -> EndReason {
    EndReason::Failed(error.to_string())
}

fn archive(error: ::archive::Error) -> EndReason {
    let what = error.to_string();
    if matches!(error, ::archive::Error::Damaged { .. }) {
        EndReason::Trouble(Trouble::Archive(what))
    } else {
        EndReason::Failed(what)
    }
}

fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

//! Ingest: follows the log into the node's own archive, ahead of everything else.
//!
//! Start at [`Ingest::run`]. Nothing reaches the archive that does not follow on what it holds, and
//! whenever the log is read from anew (a new connection, a new consumer) it is first compared with
//! the archive ([`crate::history::continuity`]). The projector folds what the archive holds.
//!
//! Never here: folding, signing, and putting a broken log right but for publishing a lost tail again.

use std::sync::Arc;
use std::time::Duration;

use ::archive::Archive;
use bytes::Bytes;
use event::Position;
use journal::{Journal, ReadError, Reader};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::history::continuity::{self, Comparison};
use crate::node::{Node, Trouble};
use crate::projector::{READ_WAIT, STEP_LEAVES_MAX};

/// How long to wait before the log is asked again after a failure of the world.
pub const REST: Duration = Duration::from_millis(500);

/// How often what was kept is brought to disk when events come slowly, in milliseconds.
const SYNC_INTERVAL_MS: u64 = 1_000;

/// How many entries may be kept before they are brought to disk while catching up.
const SYNC_ENTRIES: u64 = 100_000;

/// How often a full disk is looked at again.
pub const SPACE_WAIT: Duration = Duration::from_secs(5);

/// What follows the log into the archive.
pub struct Ingest {
    /// The node that is told of troubles.
    pub node: Arc<Node>,
    /// The log.
    pub journal: Journal,
    /// The archive.
    pub archive: Arc<Archive>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Is told each position that the archive holds.
    pub kept: watch::Sender<Position>,
    /// Ends the keeping.
    pub stop: CancellationToken,
}

/// Why the ingest reads no further.
enum EndReason {
    /// It was asked to.
    Asked,
    /// What was wrong is past, or may be: compare the log with the archive again.
    Again,
    /// A person must look.
    Trouble(Trouble),
}

impl Ingest {
    /// Keeps until asked to stop; after a trouble it waits to be stopped.
    pub async fn run(self) {
        loop {
            let ended = match self.compare().await {
                Ok(()) => self.follow().await,
                Err(ended) => ended,
            };
            match ended {
                EndReason::Asked => break,
                EndReason::Again => self.rest(REST).await,
                EndReason::Trouble(trouble) => {
                    self.node.report(trouble);
                    self.stop.cancelled().await;
                }
            }
            if self.stop.is_cancelled() {
                break;
            }
        }
        if let Err(error) = blocking(|| self.archive.sync()) {
            tracing::warn!(error = %error, "history could not be brought to disk at the end");
        }
    }

    /// Compares the log with the archive, and publishes a lost tail again.
    async fn compare(&self) -> Result<(), EndReason> {
        let compared = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Err(EndReason::Asked),
            compared = continuity::compare(&self.journal, &self.archive) => compared,
        };
        match compared {
            Ok(Comparison::Agrees) => {
                self.node.mended("shortened");
                Ok(())
            }
            Ok(Comparison::Shorter { last }) => {
                let known = self.archive.last();
                self.node.report(Trouble::Shortened { last, known });
                match continuity::publish_again(&self.journal, &self.archive, last).await {
                    Ok(published) => {
                        tracing::warn!(
                            published,
                            from = last.next().get(),
                            "tail of the log was published again"
                        );
                        self.node.republished(published);
                    }
                    Err(error) => {
                        tracing::warn!(error = %error, "tail of the log could not be published again, comparing once more");
                    }
                }
                Err(EndReason::Again)
            }
            Ok(Comparison::Trouble(trouble)) => Err(EndReason::Trouble(trouble)),
            Err(error) => {
                tracing::warn!(error = %error, "log cannot be compared with the archive, trying again");
                Err(EndReason::Again)
            }
        }
    }

    async fn follow(&self) -> EndReason {
        let mut reader = match self.journal.read(self.archive.last().next()).await {
            Ok(reader) => reader,
            Err(error) => {
                tracing::warn!(error = %error, "log cannot be read, trying again");
                return EndReason::Again;
            }
        };
        let mut starts = None;
        let mut unsynced = Unsynced {
            entries: 0,
            at_ms: self.clock.monotonic_ms(),
        };
        loop {
            let batch = tokio::select! {
                biased;
                () = self.stop.cancelled() => return EndReason::Asked,
                () = self.node.doubted() => return EndReason::Again,
                batch = reader.next_batch(STEP_LEAVES_MAX, READ_WAIT) => batch,
            };
            let messages = match batch {
                Ok(messages) => messages,
                Err(error) => return ended(error),
            };
            if !messages.is_empty() && starts != Some(reader.starts()) {
                // The first messages after a reader began anew: the log may be another by now.
                if let Err(ended) = self.compare().await {
                    return ended;
                }
                starts = Some(reader.starts());
            }
            let entries: Vec<Bytes> = messages.into_iter().map(|m| m.payload).collect();
            match self.keep(&entries, &mut unsynced, &reader) {
                Ok(()) => {}
                Err(error @ ::archive::Error::DiskLow { .. }) => {
                    self.node.report(Trouble::Disk(error.to_string()));
                    self.rest(SPACE_WAIT).await;
                    return EndReason::Again;
                }
                Err(error) if error.is_of_world() => {
                    self.heal(&error).await;
                    return EndReason::Again;
                }
                Err(error) => return EndReason::Trouble(Trouble::Archive(error.to_string())),
            }
        }
    }

    /// Puts entries into the archive, and tells who waits for them.
    fn keep(
        &self,
        entries: &[Bytes],
        unsynced: &mut Unsynced,
        reader: &Reader,
    ) -> Result<(), ::archive::Error> {
        blocking(|| {
            if !entries.is_empty() {
                self.archive.room()?;
                self.node.mended("disk");
                self.note_hiding(entries);
                self.archive.append(entries)?;
                self.kept.send_replace(self.archive.last());
            }
            unsynced.entries += u64::try_from(entries.len()).unwrap_or(u64::MAX);
            let now = self.clock.monotonic_ms();
            let live =
                reader.behind() == 0 && now.saturating_sub(unsynced.at_ms) >= SYNC_INTERVAL_MS;
            if unsynced.entries > 0 && (live || unsynced.entries >= SYNC_ENTRIES) {
                self.archive.sync()?;
                *unsynced = Unsynced {
                    entries: 0,
                    at_ms: now,
                };
            }
            Ok(())
        })
    }

    /// Says that the history cannot be written, and brings its end back to what is whole as soon as the
    /// disk takes it again.
    async fn heal(&self, error: &::archive::Error) {
        tracing::warn!(error = %error, "history cannot be written, trying again");
        self.node.report(Trouble::Disk(error.to_string()));
        while !self.stop.is_cancelled() {
            self.rest(REST).await;
            let healed = blocking(|| self.archive.room().and_then(|()| self.archive.heal()));
            match healed {
                Ok(last) => {
                    self.kept.send_replace(last);
                    self.node.mended("disk");
                    return;
                }
                Err(error) if error.is_of_world() => {
                    tracing::debug!(error = %error, "history cannot be written yet");
                }
                Err(error) => {
                    self.node.report(Trouble::Archive(error.to_string()));
                    self.stop.cancelled().await;
                }
            }
        }
    }

    /// Notes what hides before it is folded; this node's own gate has done so already.
    fn note_hiding(&self, entries: &[Bytes]) {
        let mut position = self.archive.last();
        for entry in entries {
            position = position.next();
            if position > self.node.position() {
                self.node.unfolded().note_leaf(position, entry);
            }
        }
    }

    async fn rest(&self, how_long: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(how_long) => {}
        }
    }
}

/// What was kept since the last sync.
struct Unsynced {
    entries: u64,
    at_ms: u64,
}

fn ended(error: ReadError) -> EndReason {
    match error {
        // The log ends before what was read: the comparison says whether only its tail is gone.
        ReadError::Gap { expected, found } if found < expected => EndReason::Again,
        ReadError::Gap { expected, found } => EndReason::Trouble(Trouble::Gap { expected, found }),
        ReadError::Recreated { expected, found } => EndReason::Trouble(Trouble::Diverged(format!(
            "it was created at {found}, but the one kept here at {expected}"
        ))),
        ReadError::Failure(error) => {
            tracing::warn!(error = %error, "log cannot be read, trying again");
            EndReason::Again
        }
    }
}

fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

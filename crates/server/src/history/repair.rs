//! `habeasd repair`: makes the log what the node's own history says it was, while the node is stopped.
//!
//! Start at [`repair`]. All of the log is compared with the history first. Where the two agree as far
//! as the log goes, what it lacks is published again, and a stream that was made anew is taken for
//! the same log. Where they do not agree, nothing is done unless a person says so: then what the
//! history does not hold is saved in a file, the stream is deleted, and published again whole.
//!
//! A crash at any step is made good by running it again: a log that is half published agrees as far
//! as it goes.
//!
//! Never here: deciding what is right. The history is, and its signed checkpoints say whether it is
//! the one that was signed.

use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ::archive::Archive;
use event::Position;
use journal::{Journal, ReadError, Replicas};

use crate::clock::Clock;
use crate::config::Repair as Asked;
use crate::history;
use crate::history::{continuity, void_time};
use crate::node::broker;

/// How many messages are compared at once.
const BATCH: usize = 2_048;

/// How long one read waits; at the end of the log nothing comes.
const WAIT: Duration = Duration::from_secs(2);

/// Why nothing was repaired.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The history's folder; another process may have it.
    #[error(transparent)]
    History(#[from] history::Error),
    /// The history's files.
    #[error(transparent)]
    Archive(#[from] ::archive::Error),
    /// The log does not answer.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The comparison, or the publishing.
    #[error(transparent)]
    Continuity(#[from] continuity::Error),
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The history holds nothing, so that there is nothing to repair from.
    #[error("the history in {0} is empty, so there is nothing to repair from")]
    Empty(PathBuf),
    /// The log and the history differ, and nobody said that it may be replaced.
    #[error(
        "the log differs from the history: {0}. Nothing was changed; with --replace the stream is deleted and published again from the history"
    )]
    Differs(String),
    /// The leaf that passes over times was not appended.
    #[error(transparent)]
    VoidTime(#[from] void_time::Error),
    /// The file of what the history does not hold.
    #[error("{path} could not be written")]
    Save {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Whether a stream that differs may be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// It stays as it is.
    Keep,
    /// It is replaced by the history.
    Replace,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Events taken from the log into the history first, since they follow on it.
    pub taken: u64,
    /// Events published again.
    pub published: u64,
    /// Whether the stream was deleted and made anew.
    pub is_replaced: bool,
    /// Whether a stream made anew was taken for the same log.
    pub is_adopted: bool,
    /// What stood in the log and is not in the history: how many messages, and the file they are in.
    pub saved: Option<(u64, PathBuf)>,
    /// From the first of these positions to the last, times are passed over.
    pub voided: Option<(Position, Position)>,
    /// The last position of both.
    pub last: Position,
}

/// What the log holds, held against the history.
#[derive(Debug, Default)]
struct Compared {
    /// The first thing that differs.
    difference: Option<String>,
    /// Messages that the history does not hold at their position.
    strange: Vec<(Position, bytes::Bytes)>,
    /// Whether the history's last event stands in the log, so that what comes next follows on it.
    joins: bool,
    /// Events that follow on the history without a gap.
    following: Vec<bytes::Bytes>,
}

/// Runs the command: on the broker that is named, else on the folder's own.
///
/// # Errors
/// [`Error`], and what keeps the broker from being reached.
pub async fn run(asked: Asked, clock: &dyn Clock) -> Result<Repaired, Box<dyn std::error::Error>> {
    let consent = if asked.replace {
        Consent::Replace
    } else {
        Consent::Keep
    };
    if let Some(url) = &asked.nats {
        let journal = Journal::connect(url, asked.settings()).await?;
        return Ok(repair_and_void(&asked, &journal, consent, clock).await?);
    }
    let nats_server = asked.nats_server.as_deref();
    let program = broker::Program {
        nats_server,
        tools: &asked.tools,
        port: None,
        listening: journal::child::ListenSettings::default(),
    };
    let own = broker::own(&asked.data, program, clock).await?;
    let child = own.child;
    let done = match Journal::connect(child.url(), broker::settings(&child)).await {
        Ok(journal) => repair_and_void(&asked, &journal, consent, clock).await,
        Err(error) => Err(error.into()),
    };
    child.stop().await;
    Ok(done?)
}

async fn repair_and_void(
    asked: &Asked,
    journal: &Journal,
    consent: Consent,
    clock: &dyn Clock,
) -> Result<Repaired, Error> {
    let mut done = repair(&asked.data, journal, consent).await?;
    if let Some(span) = asked.void_time {
        let archive = history::open(&asked.data)?;
        void_time::append(journal, &archive, span, clock.now()).await?;
        done.voided = Some((span.first, span.last));
        done.last = archive.sync()?;
    }
    Ok(done)
}

impl Asked {
    fn settings(&self) -> journal::Settings {
        let replicas = if self.replicas == 3 {
            Replicas::Three
        } else {
            Replicas::One
        };
        journal::Settings {
            replicas,
            trust: broker::trust(self.nats_ca.as_deref()),
            ..journal::Settings::default()
        }
    }
}

/// Says what was done, in one line.
impl fmt::Display for Repaired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut done = Vec::new();
        if self.taken > 0 {
            done.push(format!(
                "{} events of the log were taken into the history",
                self.taken
            ));
        }
        if let Some((messages, path)) = &self.saved {
            let path = path.display();
            done.push(format!(
                "{messages} messages that are not in the history were saved in {path}"
            ));
        }
        if self.is_replaced {
            done.push("the stream was deleted and made anew".to_owned());
        }
        if self.is_adopted {
            done.push("a stream made anew was taken for the same log".to_owned());
        }
        if self.published > 0 {
            done.push(format!("{} events were published again", self.published));
        }
        if let Some((first, last)) = self.voided {
            done.push(format!(
                "the times of positions {first} to {last} are passed over from now on"
            ));
        }
        if done.is_empty() {
            done.push("nothing was to be repaired".to_owned());
        }
        write!(
            f,
            "{}; log and history end at {}",
            done.join("; "),
            self.last
        )
    }
}

/// Repairs the log from the history in `data`.
///
/// # Errors
/// [`Error`]; [`Error::Differs`] leaves the log as it is.
pub async fn repair(data: &Path, journal: &Journal, consent: Consent) -> Result<Repaired, Error> {
    let archive = history::open(data)?;
    if archive.last() == Position::ZERO {
        return Err(Error::Empty(archive.folder().to_owned()));
    }
    let mut position = Position::new(1);
    while position <= archive.last() {
        position = archive.check(position)?.next();
    }
    let compared = compare(journal, &archive).await?;
    let mut done = Repaired::default();
    if let (Some(difference), Consent::Keep) = (&compared.difference, consent) {
        return Err(Error::Differs(difference.clone()));
    }
    for part in compared.following.chunks(BATCH) {
        archive.append(part)?;
        done.taken += u64::try_from(part.len()).unwrap_or(u64::MAX);
    }
    archive.sync()?;
    if compared.difference.is_some() {
        if !compared.strange.is_empty() {
            done.saved = Some(save(data, &compared.strange)?);
        }
        // A crash from here on leaves a log that is shorter than the history: run it again.
        journal.replace_canonical().await?;
        done.is_replaced = true;
    }
    let state = journal.state().await?;
    if archive.stream()?.as_deref() != Some(&*state.created) {
        archive.adopt_stream(&state.created)?;
        done.is_adopted = !done.is_replaced;
    }
    done.published = continuity::publish_again(journal, &archive, state.last).await?;
    done.last = archive.sync()?;
    Ok(done)
}

/// Reads all of the log beside the history, over its gaps too.
async fn compare(journal: &Journal, archive: &Arc<Archive>) -> Result<Compared, Error> {
    let state = journal.state().await?;
    let mut compared = Compared::default();
    let mut next = Position::new(1);
    let mut reader = journal.read(next).await?;
    while next <= state.last {
        match reader.next_batch(BATCH, WAIT).await {
            Ok(messages) if messages.is_empty() => {
                compared.differs(format!("nothing can be read from position {next} on"));
                break;
            }
            Ok(messages) => {
                for message in messages {
                    next = message.position.next();
                    compared.hold(archive, message.position, message.payload)?;
                }
            }
            Err(ReadError::Gap { expected, found }) if found > expected => {
                compared.differs(format!(
                    "it has nothing at positions {expected} to {}",
                    found.previous()
                ));
                next = found;
                reader = journal.read(found).await?;
            }
            Err(ReadError::Gap { expected, found }) => {
                compared.differs(format!(
                    "it ends at {}, before {expected}",
                    found.previous()
                ));
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(compared)
}

impl Compared {
    fn differs(&mut self, why: String) {
        self.difference.get_or_insert(why);
    }

    /// Holds one message against the history.
    fn hold(
        &mut self,
        archive: &Archive,
        position: Position,
        payload: bytes::Bytes,
    ) -> Result<(), Error> {
        let last = archive.last();
        if position > last {
            let kept = u64::try_from(self.following.len()).unwrap_or(u64::MAX);
            let is_next = position.get() == last.get().saturating_add(kept).saturating_add(1);
            if self.joins && is_next {
                self.following.push(payload);
            } else {
                self.strange.push((position, payload));
            }
            return Ok(());
        }
        let agrees = archive.leaf(position)? == proof::leaf(&payload);
        if agrees {
            self.joins = position == last;
        } else {
            self.differs(format!("position {position} holds other bytes"));
            self.strange.push((position, payload));
        }
        Ok(())
    }
}

/// Saves what the history does not hold: one message a line, its position before it.
fn save(data: &Path, strange: &[(Position, bytes::Bytes)]) -> Result<(u64, PathBuf), Error> {
    let mut number = 1;
    let path = loop {
        let path = data.join(format!("not-in-history-{number}.txt"));
        if !path.exists() {
            break path;
        }
        number += 1;
    };
    let failed = |source| Error::Save {
        path: path.clone(),
        source,
    };
    let mut file = BufWriter::new(File::create_new(&path).map_err(failed)?);
    for (position, payload) in strange {
        write!(file, "{position} ").map_err(failed)?;
        file.write_all(payload).map_err(failed)?;
        file.write_all(b"\n").map_err(failed)?;
    }
    let file = file
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    Ok((u64::try_from(strange.len()).unwrap_or(u64::MAX), path))
}

//! The notary: signs the history's checkpoints on the node that holds the log's key; on every other
//! node it cosigns what the own history confirms.
//!
//! Start at [`Notary::run`]. The log's key is named in its first event; the node that wrote that event
//! holds it. Before each signing the log is compared with the history and its settings are read, so
//! that nothing is signed over a gap, another log, or limits that make it forget.
//!
//! Never here: how one note follows another (`steps`), and what a witness does.

pub mod keys;
pub mod log;
pub mod steps;
mod witnesses;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::archive::Archive;
use event::Position;
use journal::Journal;
use proof::{Note, Policy, Role, Signer, Verifier, cosign};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::continuity::{self, Found};
use crate::node::{Node, Trouble};
use log::Founding;
use steps::{Held, Signing};

/// How often it is looked whether there is something new to sign or to cosign.
pub const INTERVAL: Duration = Duration::from_secs(10);

/// Requests for a checkpoint that may wait.
const REQUESTS_MAX: usize = 64;

/// What the notary is given.
pub struct Notary {
    /// The node that is told of troubles.
    pub node: Arc<Node>,
    /// The log.
    pub journal: Journal,
    /// The history.
    pub archive: Arc<Archive>,
    /// Tells how far the history is kept.
    pub kept: watch::Receiver<Position>,
    /// The folder of the node's keys.
    pub data: PathBuf,
    /// Who is asked to cosign.
    pub policy: Option<Policy>,
    /// How long between two anchors: the newest checkpoint, written into the log itself.
    pub anchors: Duration,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ends it.
    pub stop: CancellationToken,
}

/// Why there is no checkpoint on demand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// Another node holds the log's key.
    #[error("this node does not hold the log's key, so it signs no checkpoint")]
    NotHere,
    /// It cannot be signed now.
    #[error("{0}")]
    Failed(String),
}

type Answer = oneshot::Sender<Result<Position, Unsigned>>;

/// A handle by which a checkpoint is asked for.
#[derive(Clone, Debug)]
pub struct Desk(mpsc::Sender<Answer>);

impl Desk {
    /// Asks for a checkpoint of all that the history holds now, and returns its size.
    ///
    /// # Errors
    /// [`Unsigned`].
    pub async fn checkpoint(&self) -> Result<Position, Unsigned> {
        let stopping = |_| Unsigned::Failed("the node is stopping".into());
        let (answer, answered) = oneshot::channel();
        self.0.send(answer).await.map_err(|_| stopping(()))?;
        answered.await.map_err(|_| stopping(()))?
    }
}

/// The requests of a desk.
pub struct Requests(mpsc::Receiver<Answer>);

/// Makes a desk and its requests.
#[must_use]
pub fn desk() -> (Desk, Requests) {
    let (sender, receiver) = mpsc::channel(REQUESTS_MAX);
    (Desk(sender), Requests(receiver))
}

/// Returns the log's key, as its first event names it.
#[must_use]
pub fn key_in(first: &[u8]) -> Option<Verifier> {
    Founding::read(first).key
}

impl Notary {
    /// Signs or cosigns until asked to stop.
    pub async fn run(mut self, mut requests: Requests) {
        let Some(founding) = self.founding().await else {
            return;
        };
        let Some(log_key) = founding.key.clone() else {
            tracing::warn!("the log names no key in its first event, so nothing is signed");
            self.stop.cancelled().await;
            return;
        };
        let own = match keys::kept(&self.data.join("log.key")) {
            Ok(own) => own.filter(|own| *own.verifier() == log_key),
            Err(error) => {
                self.node.report(Trouble::Signing(error.to_string()));
                self.stop.cancelled().await;
                return;
            }
        };
        let mut anchored_ms = self.clock.monotonic_ms();
        loop {
            let answer = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                request = requests.0.recv() => match request {
                    Some(answer) => Some(answer),
                    None => return,
                },
                () = tokio::time::sleep(INTERVAL) => None,
            };
            let is_new = self.archive.last() > self.node.signed_size();
            if !is_new && answer.is_none() {
                continue;
            }
            let done = match &own {
                Some(key) => self.sign(key).await,
                None => self.confirm(&log_key).await,
            };
            match (answer, &own) {
                (Some(answer), Some(_)) => drop(answer.send(done)),
                (Some(answer), None) => drop(answer.send(Err(Unsigned::NotHere))),
                (None, _) => {
                    if let Err(why) = &done {
                        tracing::warn!(error = %why, "checkpoint was not signed");
                    }
                }
            }
            let now_ms = self.clock.monotonic_ms();
            let since = Duration::from_millis(now_ms.saturating_sub(anchored_ms));
            if own.is_some() && since >= self.anchors {
                anchored_ms = now_ms;
                self.anchor(&founding).await;
            }
        }
    }

    /// Waits for the log's first event; none when stopped before.
    async fn founding(&mut self) -> Option<Founding> {
        let first = Position::new(1);
        tokio::select! {
            () = self.stop.cancelled() => return None,
            kept = self.kept.wait_for(|kept| *kept >= first) => { kept.ok()?; }
        }
        match self.archive.entry(first) {
            Ok(entry) => Some(Founding::read(&entry.unwrap_or_default())),
            Err(error) => {
                self.node.report(Trouble::Archive(error.to_string()));
                None
            }
        }
    }

    /// Signs what is new, if the log is well.
    async fn sign(&self, key: &Signer) -> Result<Position, Unsigned> {
        let failed = |why: String| Unsigned::Failed(why);
        self.log_is_well().await.map_err(failed)?;
        let signing = Signing {
            archive: &self.archive,
            register: &self.journal,
            key,
        };
        match signing.sign().await {
            Ok(None) => Err(failed("the history is empty".into())),
            Ok(Some(held)) => {
                let size = held.size;
                self.node.signed(size);
                self.ask_witnesses(held).await;
                Ok(size)
            }
            Err(error) => {
                if error.is_corruption() {
                    self.node.report(Trouble::Signing(error.to_string()));
                }
                Err(failed(error.to_string()))
            }
        }
    }

    /// Whether nothing stands against signing: no trouble, the settings, and the log's agreement with
    /// the history, all looked at now.
    async fn log_is_well(&self) -> Result<(), String> {
        let is_well = |node: &Node| match node.trouble() {
            Some(trouble) => Err(trouble.to_string()),
            None => Ok(()),
        };
        is_well(&self.node)?;
        crate::guard::check(&self.node, &self.journal).await;
        match continuity::compare(&self.journal, &self.archive).await {
            Ok(Found::Agrees) => is_well(&self.node),
            Ok(Found::Shorter { last }) => {
                self.node.doubt();
                Err(format!("the log ends at {last}, before the history"))
            }
            Ok(Found::Trouble(trouble)) => {
                let why = trouble.to_string();
                self.node.report(trouble);
                Err(why)
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// Asks each witness of the policy that has an address, and publishes what they add.
    async fn ask_witnesses(&self, held: Held) {
        let Some(policy) = &self.policy else { return };
        let size = held.size;
        let note = witnesses::ask(policy, &self.archive, held).await;
        let text = note.to_string();
        let published = self
            .archive
            .keep_note(size, &text)
            .and_then(|()| self.archive.publish(&text));
        if let Err(error) = published {
            tracing::warn!(error = %error, "cosigned checkpoint could not be published");
        }
    }

    /// On a node that does not sign: cosigns the newest checkpoint if the own history has its root.
    async fn confirm(&self, log_key: &Verifier) -> Result<Position, Unsigned> {
        let failed = |error: String| Unsigned::Failed(error);
        let lodged = self.journal.lodged().await;
        let Some(lodged) = lodged.map_err(|error| failed(error.to_string()))? else {
            return Ok(Position::ZERO);
        };
        let held = match steps::held(&self.archive, log_key, &lodged.note) {
            Ok(held) => held,
            // This node has not kept as much yet.
            Err(steps::Error::Behind { .. }) => return Ok(Position::ZERO),
            Err(error) => {
                if error.is_corruption() {
                    self.node.report(Trouble::Signing(error.to_string()));
                }
                return Err(failed(error.to_string()));
            }
        };
        let size = held.size;
        let kept = self.archive.note(size);
        if kept.map_err(|error| failed(error.to_string()))?.is_none() {
            let note = self.cosigned(held.note).map_err(failed)?;
            let text = note.to_string();
            let done = self.archive.sync();
            done.and_then(|_| self.archive.keep_note(size, &text))
                .and_then(|()| self.archive.publish(&text))
                .map_err(|error| failed(error.to_string()))?;
            self.node.signed(size);
        }
        Ok(size)
    }

    /// Adds this node's own cosignature.
    fn cosigned(&self, mut note: Note) -> Result<Note, String> {
        let path = self.data.join("node.key");
        let key = match keys::kept(&path).map_err(|error| error.to_string())? {
            Some(key) => key,
            None => {
                let name = format!("habeas.local/node-{}", uuid::Uuid::new_v4().simple());
                keys::make(&path, &name, Role::Cosigner).map_err(|error| error.to_string())?
            }
        };
        let seconds = self.clock.now().parts().0;
        let time = u64::try_from(seconds).unwrap_or_default();
        let line = cosign(&key, note.text(), time).map_err(|error| error.to_string())?;
        note.add(line);
        Ok(note)
    }

    /// Writes the newest checkpoint into the log, unless nothing but an anchor came since the last.
    async fn anchor(&self, founding: &Founding) {
        match log::anchor(&self.journal, &self.archive, founding, &*self.clock).await {
            Ok(Some(position)) => tracing::info!(position = position.get(), "anchor written"),
            Ok(None) => {}
            Err(error) => tracing::warn!(error = %error, "anchor was not written"),
        }
    }
}

//! The notary: signs the history's checkpoints on the node that holds the log's key; on every other
//! node it cosigns what the own history confirms.
//!
//! Start at [`Notary::run`]. The log's key is named in its first event, and each next one by the key
//! before it (`rotate`); the node that wrote the first event holds them. Before each signing the log is
//! compared with the history and its settings are read, so that nothing is signed over a gap, another
//! log, or limits that make it forget.
//!
//! Never here: how one note follows another (`steps`), and what a witness does.

pub mod keys;
pub mod log;
mod requests;
pub mod rotate;
pub mod steps;
mod witnesses;

pub use requests::{CheckpointError, NotaryHandle, Requests, handle};

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::archive::{Archive, Disk};
use event::Position;
use journal::{AppendError, Journal};
use proof::{Keys, Note, Policy, Role, Signer, cosign};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::history::continuity::{self, Comparison};
use crate::history::ingest::REST;
use crate::node::{Node, Trouble};
use log::{Founding, LogKeys};
use rotate::Ring;
use steps::{Held, Signing};

/// How often it is looked whether there is something new to sign or to cosign.
pub const INTERVAL: Duration = Duration::from_secs(10);

/// How long what is asked of the log's keys waits until they are read, and an announced key until the
/// history holds its event.
pub const KEYS_WAIT: Duration = Duration::from_secs(10);

/// How often a next key is announced at one look, while gates are ahead of it.
const ANNOUNCE_TRIES_MAX: usize = 50;

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

impl Notary {
    /// Signs or cosigns until asked to stop.
    pub async fn run(mut self, mut requests: Requests) {
        let Some(mut log) = self.founding().await else {
            return;
        };
        requests.keys.send_replace(Some(log.keys().cloned()));
        if log.keys().is_none() {
            tracing::warn!("the log names no key in its first event, so nothing is signed");
            self.stop.cancelled().await;
            return;
        }
        let mut anchored_ms = self.clock.monotonic_ms();
        loop {
            let answer = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                request = requests.requests.recv() => match request {
                    Some(answer) => Some(answer),
                    None => return,
                },
                () = tokio::time::sleep(INTERVAL) => None,
            };
            let is_new = self.archive.last() > self.node.signed_size();
            if !is_new && answer.is_none() && !rotate::has_next(&self.data) {
                self.retire(&log);
                continue;
            }
            let (is_signer, done) = match self.look(&mut log).await {
                Ok((is_signer, size)) => (is_signer, Ok(size)),
                Err(why) => (true, Err(why)),
            };
            requests.keys.send_replace(Some(log.keys().cloned()));
            let is_done = done.is_ok();
            match (answer, is_signer) {
                (Some(answer), true) => drop(answer.send(done)),
                (Some(answer), false) => drop(answer.send(Err(CheckpointError::NotHere))),
                (None, _) => {
                    if let Err(why) = &done {
                        tracing::warn!(error = %why, "checkpoint was not signed");
                    }
                }
            }
            let now_ms = self.clock.monotonic_ms();
            let since = Duration::from_millis(now_ms.saturating_sub(anchored_ms));
            if is_signer && is_done && since >= self.anchors {
                anchored_ms = now_ms;
                self.anchor(log.founding()).await;
            }
        }
    }

    /// Waits for the log's first event, and reads its keys; none when stopped before.
    async fn founding(&mut self) -> Option<LogKeys> {
        let first = Position::new(1);
        tokio::select! {
            () = self.stop.cancelled() => return None,
            kept = self.kept.wait_for(|kept| *kept >= first) => { kept.ok()?; }
        }
        let mut log = LogKeys::default();
        loop {
            match self.read_on(&mut log) {
                Ok(()) => return Some(log),
                Err(error) if error.is_of_world() => {
                    tracing::warn!(error = %error, "log's keys cannot be read, trying again");
                    tokio::select! {
                        () = self.stop.cancelled() => return None,
                        () = tokio::time::sleep(REST) => {}
                    }
                }
                Err(error) => {
                    self.node.report(Trouble::Archive(error.to_string()));
                    return None;
                }
            }
        }
    }

    /// Reads the log's keys on to the end of the history.
    fn read_on(&self, log: &mut LogKeys) -> Result<(), ::archive::Error> {
        tokio::task::block_in_place(|| log.read_on(&self.archive))
    }

    /// Does what is due: a next key is announced, what is new is signed, or confirmed where the key that
    /// is due is not held. Returns whether it is held, and the size of the newest checkpoint.
    async fn look(&self, log: &mut LogKeys) -> Result<(bool, Position), CheckpointError> {
        let failed = |error: &dyn std::error::Error| CheckpointError::Failed(error.to_string());
        self.read_on(log).map_err(|error| failed(&error))?;
        let ring = Ring::load(&self.data).map_err(|error| {
            // A key that cannot be read now is read again; one that is no key is a person's to look at.
            if !error.is_of_world() {
                self.node.report(Trouble::Signing(error.to_string()));
            }
            failed(&error)
        })?;
        self.announce(log, &ring).await?;
        let Some(keys) = log.keys() else {
            return Err(CheckpointError::NotHere);
        };
        let signers = ring.signers(keys, self.clock.now());
        if signers.is_empty() {
            return Ok((false, self.confirm(keys, log.read()).await?));
        }
        let size = self.sign(keys, &signers, log.read()).await?;
        let disk = Disk::default();
        let settled = rotate::settle(&disk, &self.data, keys, &ring);
        settled.map_err(|error| failed(&error))?;
        self.retire(log);
        Ok((true, size))
    }

    /// Announces the next key where one waits, and reads on until it is due.
    async fn announce(&self, log: &mut LogKeys, ring: &Ring) -> Result<(), CheckpointError> {
        let failed = |error: &dyn std::error::Error| CheckpointError::Failed(error.to_string());
        for _ in 0..ANNOUNCE_TRIES_MAX {
            let Some(keys) = log.keys().filter(|keys| ring.is_waiting(keys)) else {
                return Ok(());
            };
            self.log_is_well().await.map_err(CheckpointError::Failed)?;
            let now = self.clock.now();
            let next = match rotate::announce(&self.journal, &self.archive, keys, ring, now).await {
                Ok(None) => return Ok(()),
                Ok(Some(position)) => position,
                // A gate was first: once what it wrote is kept, the next try names another position.
                Err(rotate::Error::Append(AppendError::Refused { .. })) => log.read().next(),
                Err(error) => return Err(failed(&error)),
            };
            let mut kept = self.kept.clone();
            let read = tokio::time::timeout(KEYS_WAIT, kept.wait_for(|kept| *kept >= next));
            drop(read.await);
            self.read_on(log).map_err(|error| failed(&error))?;
        }
        Err(CheckpointError::Failed(
            "other writers are always ahead".into(),
        ))
    }

    /// Removes the key before, when it adds its signature no longer.
    fn retire(&self, log: &LogKeys) {
        let Some(keys) = log.keys() else { return };
        let done = rotate::retire(&Disk::default(), &self.data, keys, self.clock.now());
        if let Err(error) = done {
            tracing::warn!(error = %error, "log's key before was not removed");
        }
    }

    /// Signs what is new, if the log is well.
    async fn sign(
        &self,
        keys: &Keys,
        signers: &[Signer],
        upto: Position,
    ) -> Result<Position, CheckpointError> {
        let failed = |why: String| CheckpointError::Failed(why);
        self.log_is_well().await.map_err(failed)?;
        let signing = Signing {
            archive: &self.archive,
            register: &self.journal,
            keys,
            signers,
            upto,
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
                if error.is_corruption() && !self.comes_from_log(&error).await {
                    self.node.report(Trouble::Signing(error.to_string()));
                }
                Err(failed(error.to_string()))
            }
        }
    }

    /// Whether the history is only behind what was signed, and the log holds the rest: a history that was
    /// copied, and cut, reads it from there.
    async fn comes_from_log(&self, error: &steps::Error) -> bool {
        let steps::Error::Behind { size, .. } = error else {
            return false;
        };
        let log = self.journal.state().await;
        log.is_ok_and(|log| log.last.get() >= *size && self.archive.last() < log.last)
    }

    /// Whether nothing stands against signing: no trouble, the settings, and the log's agreement with
    /// the history, all looked at now.
    async fn log_is_well(&self) -> Result<(), String> {
        let is_well = |node: &Node| match node.trouble() {
            Some(trouble) => Err(trouble.to_string()),
            None => Ok(()),
        };
        is_well(&self.node)?;
        crate::node::settings_watch::check(&self.node, &self.journal).await;
        match continuity::compare(&self.journal, &self.archive).await {
            Ok(Comparison::Agrees) => is_well(&self.node),
            Ok(Comparison::Shorter { last }) => {
                self.node.doubt();
                Err(format!("the log ends at {last}, before the history"))
            }
            Ok(Comparison::Trouble(trouble)) => {
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
    async fn confirm(&self, keys: &Keys, upto: Position) -> Result<Position, CheckpointError> {
        let failed = |error: String| CheckpointError::Failed(error);
        let lodged = self.journal.lodged().await;
        let Some(lodged) = lodged.map_err(|error| failed(error.to_string()))? else {
            return Ok(Position::ZERO);
        };
        let held = match steps::held(&self.archive, keys, upto, &lodged.note) {
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

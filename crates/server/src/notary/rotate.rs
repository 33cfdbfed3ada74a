//! Replacing the log's key, in an order in which no crash loses a key or leaves two that are due.
//!
//! 1. [`begin`] makes the next key and keeps it beside the one in use, on disk.
//! 2. [`announce`] writes the `key` event, which both sign. From its position on the next key is due.
//! 3. A checkpoint is signed by the key that is due, and published (`steps`).
//! 4. [`settle`] gives the files their places: the key before keeps a file while it adds its signature.
//! 5. [`retire`] removes it when that time is over.
//!
//! Which key is due follows from the log alone, never from the name of a file: a crash between any two
//! steps leaves files of which the next look finds the right one.
//!
//! Never here: when to look, and signing.

use std::future::Future;
use std::path::{Path, PathBuf};

use ::archive::{Archive, Disk};
use bytes::Bytes;
use event::{Instant, Json, Kind, OrgId, Position};
use journal::{AppendError, Journal, Outgoing};
use proof::{Keys, Role, Signer, Succession, Verifier};
use uuid::Uuid;

use super::keys;
use super::log::stamp;

/// The file of the key in use.
pub const IN_USE: &str = "log.key";
/// The file of the next key; it also says how long both sign.
const NEXT: &str = "log.key.next";
/// The file of the key before, while it adds its signature.
const BEFORE: &str = "log.key.before";

/// How long both keys sign unless told otherwise, in days: a policy has to reach those who have it.
pub const OVERLAP_DAYS: u32 = 30;

/// The most days for which both keys may sign: ten years.
pub const OVERLAP_DAYS_MAX: u32 = 3_653;

const DAY_SECONDS: u64 = 86_400;

/// Why a key was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of a key.
    #[error(transparent)]
    Key(#[from] keys::Error),
    /// The folder has no key of a log.
    #[error("{folder} holds no log's key, but must be the folder of the node that signs")]
    NotHere {
        /// The folder.
        folder: PathBuf,
    },
    /// A next key waits to be announced.
    #[error("the key {key} waits to be announced already, but one is replaced at a time")]
    UnderWay {
        /// The key that waits, as a vkey.
        key: String,
    },
    /// The overlap.
    #[error("both keys would sign for {found} days, but must for at most {OVERLAP_DAYS_MAX}")]
    Overlap {
        /// As asked for.
        found: u32,
    },
    /// The history.
    #[error(transparent)]
    Archive(#[from] ::archive::Error),
    /// The log was not appended to.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The two keys are not of one log.
    #[error("the keys are not of one log: {0}")]
    Malformed(#[from] proof::Malformed),
}

/// The secret keys that a node holds of a log.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    held: Vec<Signer>,
    next: Option<(Signer, u32)>,
}

impl Ring {
    /// Reads the keys in a node's folder.
    ///
    /// # Errors
    /// [`keys::Error`].
    pub fn load(data: &Path) -> Result<Self, keys::Error> {
        let next = next(data)?;
        let mut held: Vec<Signer> = next.iter().map(|(key, _)| key.clone()).collect();
        for file in [IN_USE, BEFORE] {
            held.extend(keys::kept(&data.join(file))?);
        }
        Ok(Self { held, next })
    }

    /// Returns the secret part of a key, if it is held.
    #[must_use]
    pub fn of(&self, key: &Verifier) -> Option<&Signer> {
        self.held.iter().find(|held| held.verifier() == key)
    }

    /// Whether a next key waits that no entry names yet.
    #[must_use]
    pub fn is_waiting(&self, keys: &Keys) -> bool {
        let next = self.next.as_ref();
        next.is_some_and(|(next, _)| keys.all().all(|key| key != next.verifier()))
    }

    /// Returns who signs at `now`: the key that is due first, then those before that still add their
    /// signature. None where the one that is due is not held.
    #[must_use]
    pub fn signers(&self, keys: &Keys, now: Instant) -> Vec<Signer> {
        let Some(due) = self.of(keys.newest()) else {
            return Vec::new();
        };
        let added = keys.successions().iter().rev();
        let added = added.filter(|succession| succession.until > seconds(now));
        let added = added.filter_map(|succession| self.of(&succession.before));
        std::iter::once(due).chain(added).cloned().collect()
    }
}

fn seconds(now: Instant) -> u64 {
    u64::try_from(now.parts().0).unwrap_or_default()
}

/// Reads the next key, and for how many days both sign.
fn next(data: &Path) -> Result<Option<(Signer, u32)>, keys::Error> {
    let path = data.join(NEXT);
    let Some(bytes) = ::archive::read(&path)? else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    let (key, days) = text.split_once('\n').unwrap_or((&text, ""));
    let key = key.parse().map_err(|why| keys::Error::Key { path, why })?;
    let days = days.trim().strip_prefix("overlap_days ");
    let days = days.and_then(|days| days.parse().ok());
    Ok(Some((key, days.unwrap_or(OVERLAP_DAYS))))
}

/// Makes the next key of the log whose key stands in `data`, and returns its public half. The node
/// announces it at its next look.
///
/// # Errors
/// [`Error::Overlap`], [`Error::NotHere`], [`Error::UnderWay`], in this order; [`Error::Key`].
pub fn begin(disk: &Disk, data: &Path, overlap_days: u32) -> Result<Verifier, Error> {
    if overlap_days > OVERLAP_DAYS_MAX {
        return Err(Error::Overlap {
            found: overlap_days,
        });
    }
    let in_use = keys::kept(&data.join(IN_USE))?;
    let in_use = in_use.filter(|key| key.verifier().role() == Role::Log);
    let in_use = in_use.ok_or_else(|| Error::NotHere {
        folder: data.to_owned(),
    })?;
    if let Some((waiting, _)) = next(data)? {
        return Err(Error::UnderWay {
            key: waiting.verifier().to_string(),
        });
    }
    let made = Signer::new(in_use.verifier().name(), Role::Log, &keys::seed())?;
    let text = format!("{}\noverlap_days {overlap_days}\n", made.secret());
    // A crash before this leaves nothing; after it, a key that the node announces.
    disk.write(&data.join(NEXT), text.as_bytes(), 0o600)?;
    Ok(made.verifier().clone())
}

/// Where the `key` event is written.
pub trait Log: Send + Sync {
    /// Appends an event right after the position `after`, and returns its own.
    fn append_key(
        &self,
        after: Position,
        event: Bytes,
    ) -> impl Future<Output = Result<Position, AppendError>> + Send;
}

impl Log for Journal {
    async fn append_key(&self, after: Position, event: Bytes) -> Result<Position, AppendError> {
        let org = OrgId::SYSTEM;
        let batch = [Outgoing {
            subject: format!("habeas.event.{org}.{}", Kind::Key),
            payload: event,
        }];
        self.append(after, &batch).await
    }
}

/// Writes the `key` event of the key that waits, right after the last event kept, and returns its
/// position; none where none waits, or the key in use is not held.
///
/// # Errors
/// [`Error`]; after [`AppendError::Unknown`] it may stand, and the next look tells.
pub async fn announce<L: Log>(
    log: &L,
    archive: &Archive,
    keys: &Keys,
    ring: &Ring,
    now: Instant,
) -> Result<Option<Position>, Error> {
    let (Some((next, days)), true) = (&ring.next, ring.is_waiting(keys)) else {
        return Ok(None);
    };
    let Some(before) = ring.of(keys.newest()) else {
        return Ok(None);
    };
    let last = archive.last();
    let position = last.next();
    let succession = Succession {
        position: position.get(),
        before: before.verifier().clone(),
        after: next.verifier().clone(),
        until: seconds(now).saturating_add(u64::from(*days).saturating_mul(DAY_SECONDS)),
    };
    let note = succession.sign(before, next)?;
    let name = format!("{}/key/{position}", next.verifier().name());
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    let text = |name: &str, text: String| (name.into(), Json::Text(text.into()));
    let data = Json::Object(vec![
        text("key", next.verifier().to_string()),
        text("succession", note.to_string()),
    ]);
    let received = stamp(archive, now)?;
    let event = event::system_event(Kind::Key, &id.to_string(), &data, received);
    Ok(Some(log.append_key(last, event.into()).await?))
}

/// Gives the files their places, once the next key has signed a checkpoint that is published.
///
/// # Errors
/// [`Error`]; every key that was held is held after it, and the next look goes on.
pub fn settle(disk: &Disk, data: &Path, keys: &Keys, ring: &Ring) -> Result<(), Error> {
    let (Some((next, _)), Some(last)) = (&ring.next, keys.successions().last()) else {
        return Ok(());
    };
    if *next.verifier() != last.after {
        return Ok(());
    }
    let keep = |file: &str, key: &Signer| {
        let text = format!("{}\n", key.secret());
        disk.write(&data.join(file), text.as_bytes(), 0o600)
    };
    if let Some(before) = ring.of(&last.before) {
        keep(BEFORE, before)?;
    }
    // A crash here leaves the key before in two files; after the next line the next key is in two.
    keep(IN_USE, next)?;
    disk.forget(&data.join(NEXT))?;
    tracing::warn!(key = %next.verifier(), "log's key was replaced");
    Ok(())
}

/// Removes the key before, when the time in which it adds its signature is over.
///
/// # Errors
/// [`Error`]; the key may stand after it.
pub fn retire(disk: &Disk, data: &Path, keys: &Keys, now: Instant) -> Result<(), Error> {
    let path = data.join(BEFORE);
    if !path.exists() || data.join(NEXT).exists() {
        return Ok(());
    }
    let Some(before) = keys::kept(&path)? else {
        return Ok(());
    };
    let mut successions = keys.successions().iter();
    let over = successions.any(|succession| {
        succession.before == *before.verifier() && succession.until <= seconds(now)
    });
    if over {
        disk.forget(&path)?;
        tracing::warn!(key = %before.verifier(), "log's key before was removed");
    }
    Ok(())
}

/// Whether a next key waits in the folder.
#[must_use]
pub fn has_next(data: &Path) -> bool {
    data.join(NEXT).exists()
}

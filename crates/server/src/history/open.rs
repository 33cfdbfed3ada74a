//! A node's history at the start: its folder, and the key of a log that this node founds.
//!
//! Never here: what is done with either.

use std::path::Path;
use std::sync::Arc;

use ::archive::{Archive, Disk};
use event::Position;
use journal::{Journal, subjects};
use proof::{Policy, Role, Verifier};
use uuid::Uuid;

use crate::notary::keys;

/// Why the history cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its folder.
    #[error("the history could not be opened")]
    Archive(#[from] ::archive::Error),
    /// The log's key.
    #[error("the log's key could not be used")]
    Key(#[from] keys::Error),
    /// The policy.
    #[error("the policy in {path} could not be used: {why}")]
    Policy {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The log.
    #[error("the log could not be reached")]
    Journal(#[from] journal::Error),
}

/// What the first event of a log that this node founds says.
#[derive(Clone, Debug)]
pub struct Founding {
    /// The log's name: `habeas.local/<32 random hex>` unless configured.
    pub origin: String,
    /// The log's key; none where the log exists, so that nothing is founded.
    pub key: Option<Verifier>,
}

/// Opens the history in `data`; the note of the stream that older versions kept beside the read
/// models is taken over.
///
/// # Errors
/// [`Error::Archive`].
pub fn open(data: &Path) -> Result<Arc<Archive>, Error> {
    let archive = Archive::open(&data.join("history"), Disk::default())?;
    let older = data.join("views.log");
    if archive.stream()?.is_none()
        && let Some(created) = ::archive::read(&older)?
    {
        archive.note_stream(String::from_utf8_lossy(&created).trim())?;
    }
    Ok(Arc::new(archive))
}

/// Returns what the first event would say, with a key made for it, if there is no log yet.
///
/// The key is on disk before the event is written: a crash between leaves a key that the next start
/// takes, since no event names another.
///
/// # Errors
/// [`Error`].
pub async fn founding(
    data: &Path,
    archive: &Archive,
    journal: &Journal,
    configured: Option<&str>,
) -> Result<Founding, Error> {
    let path = data.join("log.key");
    let fresh = || format!("habeas.local/{}", Uuid::new_v4().simple());
    let is_founded =
        archive.last() > Position::ZERO || journal.state().await?.last > Position::ZERO;
    if is_founded {
        let origin = configured.map_or_else(fresh, ToOwned::to_owned);
        return Ok(Founding { origin, key: None });
    }
    let kept = keys::kept(&path)?;
    let kept = kept.filter(|key| configured.is_none_or(|origin| key.verifier().name() == origin));
    let key = match kept {
        Some(key) => key,
        None => {
            let origin = configured.map_or_else(fresh, ToOwned::to_owned);
            keys::make(&path, &origin, Role::Log)?
        }
    };
    tracing::info!(stream = subjects::STREAM, key = %key.verifier(), "log is founded here");
    Ok(Founding {
        origin: key.verifier().name().to_owned(),
        key: Some(key.verifier().clone()),
    })
}

/// Reads the policy in a file, and returns its text too.
///
/// # Errors
/// [`Error::Policy`].
pub fn policy(path: &Path) -> Result<(Arc<str>, Policy), Error> {
    let failed = |why: String| Error::Policy {
        path: path.to_owned(),
        why,
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let policy = text.parse();
    let policy = policy.map_err(|error: proof::Malformed| failed(error.to_string()))?;
    Ok((text.into(), policy))
}

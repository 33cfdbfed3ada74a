//! Keys of a node: the log's, if it founded the log, and its own as a cosigner.
//!
//! Each is one file that only the node's user reads (mode 0600), on disk before it is used.
//! What if one is lost or in other hands: docs/operate/trust.md.
//!
//! Never here: signing.

use std::path::Path;

use ::archive::Disk;
use proof::{Role, Signer};
use uuid::Uuid;

/// Why a key could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file.
    #[error(transparent)]
    File(#[from] ::archive::Error),
    /// The file holds no key of that role, or the name is none that a key may have.
    #[error("{path} holds no such key: {why}")]
    Key {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong.
        why: proof::Malformed,
    },
}

impl Error {
    /// Whether the file could not be read or written now, whatever it holds.
    #[must_use]
    pub const fn is_of_world(&self) -> bool {
        matches!(self, Self::File(error) if error.is_of_world())
    }
}

/// Returns the key in a file; none where there is no file.
///
/// # Errors
/// [`Error`].
pub fn kept(path: &Path) -> Result<Option<Signer>, Error> {
    let Some(bytes) = ::archive::read(path)? else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    let key = text.trim().parse().map_err(|why| Error::Key {
        path: path.to_owned(),
        why,
    })?;
    Ok(Some(key))
}

/// Makes a key and keeps it in a file, on disk when this returns.
///
/// # Errors
/// [`Error`].
pub fn make(path: &Path, name: &str, role: Role) -> Result<Signer, Error> {
    let key = Signer::new(name, role, &seed()).map_err(|why| Error::Key {
        path: path.to_owned(),
        why,
    })?;
    Disk::default().write(path, format!("{}\n", key.secret()).as_bytes(), 0o600)?;
    Ok(key)
}

/// Returns 32 bytes that nobody can guess: the hash of 488 random bits.
pub(super) fn seed() -> [u8; 32] {
    let random: Vec<u8> = (0..4).flat_map(|_| Uuid::new_v4().into_bytes()).collect();
    proof::sha256(&random)
}

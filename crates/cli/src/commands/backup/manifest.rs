//! What a backup says of itself: `backup.json`, written last, so that a folder without one is no backup.
//!
//! Never here: which files are taken (see [`super::node_files`]).

use std::path::Path;

use archive::Archive;
use proof::Hash;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::client::Failure;
use crate::history::read;

/// The name of the file, in the backup and in the node's own folder.
pub(crate) const MANIFEST: &str = "backup.json";

/// The form that is written and read here.
const FORM: &str = "habeas-backup/1";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The form of the backup.
    pub(crate) backup: String,
    /// When it was made: RFC 3339, UTC.
    pub(crate) made: String,
    /// How many entries its history has.
    pub(crate) entries: u64,
    /// The root of their tree, as base64.
    pub(crate) root: String,
    /// Its other files.
    pub(crate) files: Vec<FileInBackup>,
}

/// A file beside the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileInBackup {
    /// Its path in the backup, and in the node's folder.
    pub(crate) path: String,
    /// SHA-256 of its bytes, as 64 hexadecimal digits.
    pub(crate) sha256: String,
}

impl Manifest {
    /// Says what stands in a backup that was made now.
    ///
    /// # Errors
    /// [`Failure`]: the history's root cannot be read.
    pub(crate) fn new(
        made: String,
        history: &Archive,
        files: Vec<FileInBackup>,
    ) -> Result<Self, Failure> {
        let last = history.last();
        Ok(Self {
            backup: FORM.to_owned(),
            made,
            entries: last.get(),
            root: history.root(last)?.to_string(),
            files,
        })
    }

    /// Reads what a folder says of itself.
    ///
    /// # Errors
    /// [`Failure::Io`] where there is no such file; [`Failure::Usage`] where it is of another form.
    pub(crate) fn of(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(MANIFEST);
        let bytes = read(&path)?;
        let wrong = |found: String| Failure::Usage {
            what: format!("{} is none that this program reads", path.display()),
            found,
            right: Some(format!("one of the form {FORM}")),
            next: Some("restore with the version that made the backup, or a newer one".to_owned()),
        };
        let found: Self =
            serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        if found.backup == FORM {
            Ok(found)
        } else {
            Err(wrong(format!("{:?}", found.backup)))
        }
    }

    /// Returns the file's bytes.
    ///
    /// # Errors
    /// [`Failure::Output`] when it cannot be written as JSON.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec_pretty(self).map_err(|error| Failure::Output(error.into()))
    }

    /// Checks that a history is the one that was backed up.
    ///
    /// # Errors
    /// [`Failure::Differs`] where it has another root, or fewer entries.
    pub(crate) fn check(&self, history: &Archive) -> Result<(), Failure> {
        let size = event::Position::new(self.entries);
        let root: Option<Hash> = (size <= history.last())
            .then(|| history.root(size))
            .transpose()?;
        if root.is_some_and(|root| root.to_string() == self.root) {
            return Ok(());
        }
        Err(Failure::Differs {
            reason: format!(
                "the backup's history has {} entries and leads to another root than it was made with",
                history.last()
            ),
            right: Some(format!("{} entries, root {}", self.entries, self.root)),
            next: Some("take another backup".to_owned()),
        })
    }
}

impl FileInBackup {
    /// Describes a file.
    pub(crate) fn of(path: &str, bytes: &[u8]) -> Self {
        Self {
            path: path.to_owned(),
            sha256: event::hex(&Sha256::digest(bytes)),
        }
    }
}

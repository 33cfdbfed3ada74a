//! Where the files of a log lie: a folder, or a server. Both have the same paths.
//!
//! Never here: whether what they hold is right (crate `audit`).

use std::path::{Path, PathBuf};

use audit::bundles::TileSource;
use proof::Tile;

use crate::client::{Client, Failure};

/// The path of the newest checkpoint.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The path of the entries as lines; only in a folder.
pub(crate) const EVENTS: &str = "events.jsonl";

/// A log in C2SP layout.
pub(crate) enum LogFiles<'a> {
    /// A folder.
    Folder(PathBuf),
    /// A server's `/v1/log/`.
    Server(&'a Client),
}

impl LogFiles<'_> {
    /// Reads a file; none where there is none, or none that the caller may read.
    ///
    /// # Errors
    /// [`Failure`]: it could not be read.
    pub(crate) fn file(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        match self {
            Self::Folder(folder) => read_if_there(&folder.join(path)),
            Self::Server(client) => match client.get(&format!("/v1/log/{path}")) {
                Ok(answer) => Ok(Some(answer.body)),
                Err(Failure::Refused(problem)) if matches!(problem.status, 401 | 403 | 404) => {
                    Ok(None)
                }
                Err(failure) => Err(failure),
            },
        }
    }
}

impl TileSource for LogFiles<'_> {
    type Error = Failure;

    fn read(&self, tile: Tile) -> Result<Option<Vec<u8>>, Failure> {
        self.file(&tile.to_string())
    }
}

/// Reads a file; none where there is none.
///
/// # Errors
/// [`Failure::Io`].
fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Failure::Io {
            path: path.to_owned(),
            doing: "be read",
            source,
        }),
    }
}

/// Reads a file that must be there.
///
/// # Errors
/// [`Failure::Io`].
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|source| Failure::Io {
        path: path.to_owned(),
        doing: "be read",
        source,
    })
}

//! What can go wrong with the files: failures of the disk, and corruption.
//!
//! Never here: entries' bytes.

use std::path::PathBuf;

use event::Position;

/// Why the archive could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Failure: a file or folder. After a failed write the archive takes no more; it is opened anew.
    #[error("{path} could not be {doing}")]
    File {
        /// The path.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Failure: an earlier write failed, so that what stands on disk is not known.
    #[error("an earlier write to the history failed; it must be opened anew")]
    Poisoned,
    /// Failure: the volume is nearly full, so nothing is written.
    #[error("{free_bytes} bytes are free, but {needed_bytes} must be")]
    DiskLow {
        /// Bytes free on the volume.
        free_bytes: u64,
        /// Bytes that must stay free.
        needed_bytes: u64,
    },
    /// Failure: another process has the folder.
    #[error("{path} is used by another process")]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// Corruption: a file that was written once is missing or holds other bytes.
    #[error("{path} is damaged: {why}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: &'static str,
    },
    /// Rejection: an entry that does not fit into a bundle.
    #[error("entry has {bytes} bytes, but may have {bytes_max}")]
    TooLong {
        /// Bytes given.
        bytes: usize,
        /// Most that are taken.
        bytes_max: usize,
    },
    /// Rejection: a position above the last.
    #[error("position {asked} is above the last, which is {last}")]
    Above {
        /// The position asked for.
        asked: Position,
        /// The last one held.
        last: Position,
    },
    /// Rejection: a copy that is of another log than the history that it was to follow.
    #[error("{path} is a copy of another log")]
    OtherLog {
        /// The copy's folder.
        path: PathBuf,
    },
    /// Corruption: a checkpoint of a size that was signed already with other words.
    #[error("a checkpoint of size {size} is kept already, and says something else")]
    OtherCheckpoint {
        /// The size of both.
        size: u64,
    },
}

impl Error {
    /// Whether the disk or the machine failed, so that the same may work later; else what is there is not
    /// right, or was never allowed.
    #[must_use]
    pub const fn is_of_world(&self) -> bool {
        match self {
            Self::File { .. } | Self::Poisoned | Self::DiskLow { .. } | Self::InUse { .. } => true,
            Self::Damaged { .. }
            | Self::TooLong { .. }
            | Self::Above { .. }
            | Self::OtherLog { .. }
            | Self::OtherCheckpoint { .. } => false,
        }
    }
}

//! What can go wrong: when a folder is opened, and while it is used.
//!
//! Never here: repair. A store that fails is set aside and folded again from the log.

use std::path::PathBuf;

use event::Position;

/// Why a folder cannot be used as a store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses the folder; nothing was touched.
    #[error("folder {path} is used by another process, but a store has one process")]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The folder could not be made, listed, renamed or synced.
    #[error("folder {path} could not be {doing}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What was tried, as a past participle.
        doing: &'static str,
        /// The cause.
        source: std::io::Error,
    },
    /// The store in the folder is damaged, of another log, or of another version.
    #[error("store at {path} is unusable: {why}")]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What was found, then what is right.
        why: Doubt,
    },
}

/// What casts doubt on a store, so that it is rebuilt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// The engine refused, with its own words.
    #[error("the engine failed to {doing}: {why}")]
    Engine {
        /// What was tried.
        doing: &'static str,
        /// The engine's words.
        why: String,
    },
    /// The engine panicked.
    #[error("the engine panicked while it tried to {doing}")]
    Panic {
        /// What was tried.
        doing: &'static str,
    },
    /// The engine did not answer in time.
    #[error("the engine took over {seconds_max} s to {doing}")]
    Hung {
        /// What was tried.
        doing: &'static str,
        /// The limit, in seconds.
        seconds_max: u64,
    },
    /// The rows were written for another log.
    #[error("log {found}, but this node follows {expected}")]
    OtherLog {
        /// The log the rows are of.
        found: String,
        /// The log that is followed.
        expected: String,
    },
    /// The rows were written by another version.
    #[error("rows of version {found}, but this version writes {expected}")]
    OtherVersion {
        /// `<schema of the store>.<version of the fold's rows>`.
        found: String,
        /// The same, of this program.
        expected: String,
    },
    /// A row is not what it must be; `family` names its sort, never its key, which may be personal.
    #[error("a row of {family} is damaged: {why}")]
    Row {
        /// The sort of row.
        family: &'static str,
        /// What was found.
        why: &'static str,
    },
    /// The rows of a family are not those the checkpoint counts.
    #[error(
        "{found} rows of {family} with sum {sum_found:016x}, but the checkpoint has {expected} with {sum_expected:016x}"
    )]
    Tally {
        /// The sort of row.
        family: &'static str,
        /// Rows found.
        found: u64,
        /// Rows counted at the checkpoint.
        expected: u64,
        /// Sum of checksums found.
        sum_found: u64,
        /// Sum of checksums at the checkpoint.
        sum_expected: u64,
    },
}

/// Why a row could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The store is damaged or its engine failed: set it aside and rebuild.
    #[error("store failed: {0}")]
    Corrupt(#[from] Doubt),
    /// An earlier call failed; nothing is read or written until the store is rebuilt.
    #[error("store failed before: {0}")]
    Poisoned(Doubt),
    /// The store was closed.
    #[error("store is closed")]
    Closed,
    /// The disk is nearly full; nothing was written, and the same call works once there is space.
    #[error("disk has {free_bytes} bytes free, but {needed_bytes} are needed")]
    DiskLow {
        /// Bytes free to this process.
        free_bytes: u64,
        /// Bytes that must be free.
        needed_bytes: u64,
    },
    /// The rows do not follow on the checkpoint; nothing was written.
    #[error("rows begin at position {found}, but the checkpoint makes {expected} next")]
    Gap {
        /// The first position of the rows.
        found: Position,
        /// The position after the checkpoint.
        expected: Position,
    },
    /// The rows' leaves are not one for each position up to theirs; nothing was written.
    #[error("{found} leaves, but one is needed for each position up to {position}")]
    Leaves {
        /// Leaves handed in.
        found: u64,
        /// The position of the rows.
        position: Position,
    },
}

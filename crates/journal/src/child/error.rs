//! Why a server of our own does not run.
//!
//! Never here: what is done about it.

use std::path::Path;

/// Why a server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// Rejection: the named program is not there, or not a program.
    #[error("{path} is not a program that can be run")]
    NoBinary {
        /// Where it was looked for.
        path: String,
    },

    /// Rejection: no program was named and none found.
    #[error("found no nats-server in PATH or {tools}; name one by flag or NATS_SERVER")]
    BinaryNotFound {
        /// The tools folder.
        tools: String,
    },

    /// Rejection: a user name or password the configuration cannot hold.
    #[error("{what} is not 1 to 128 of A-Z a-z 0-9 _ -")]
    Text {
        /// Which of them.
        what: &'static str,
    },

    /// Failure: another process uses the folder.
    #[error("folder {path} is in use by another process")]
    InUse {
        /// The folder.
        path: String,
    },

    /// Failure: a file or process could not be handled.
    #[error("{path}: failed to {doing}")]
    Io {
        /// The file or program.
        path: String,
        /// What was tried.
        doing: &'static str,
        /// The cause.
        source: std::io::Error,
    },

    /// Failure: a server left over did not stop.
    #[error("nats-server {pid} of a former run did not stop")]
    Orphan {
        /// Its process id.
        pid: u32,
    },

    /// Failure: the server ended while starting.
    #[error("nats-server ended while starting ({status}), see {log}")]
    Ended {
        /// How it ended.
        status: String,
        /// Its log.
        log: String,
    },

    /// Failure: the server did not answer within [`super::START_TIMEOUT`].
    #[error("nats-server did not answer in time, see {log}")]
    Silent {
        /// Its log.
        log: String,
    },
}

impl ChildError {
    pub(super) fn io(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::Io {
            path,
            doing,
            source,
        }
    }
}

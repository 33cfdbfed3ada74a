//! What can go wrong, in three sorts: rejections of the caller's input, failures of the world
//! (try again, bounded), corruption (stop).
//!
//! Never here: payloads, credentials.

use event::Position;

/// A failure: the broker could not be asked, or refused. Trying again later may help.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No first connection.
    #[error("no connection to the nats server")]
    Connect(#[source] async_nats::ConnectError),

    /// An address that is none.
    #[error("nats address {index} of the list is not a nats:// or tls:// url")]
    Address {
        /// Index in the comma-separated list, from 0. The text may hold a password.
        index: usize,
    },

    /// The TLS library.
    #[error("TLS to the nats server cannot be set up")]
    Tls(#[source] rustls::Error),

    /// A secret half of a key.
    #[error("a seed of an nkey is none")]
    Seed,

    /// A file of credentials could not be read.
    #[error("credentials file could not be read")]
    Credentials(#[source] std::io::Error),

    /// No answer in time, or the connection broke.
    #[error("no answer from the nats server while {doing}")]
    NoAnswer {
        /// What was asked.
        doing: &'static str,
    },

    /// The server answered with an error.
    #[error("nats server refused {doing}: {description} ({code})")]
    Refused {
        /// What was asked.
        doing: &'static str,
        /// The server's `err_code`, or its status code where it gave none.
        code: u64,
        /// The server's words.
        description: String,
    },

    /// The server's answer has another shape than its protocol says.
    #[error("answer of the nats server while {doing} lacks {missing}")]
    Malformed {
        /// What was asked.
        doing: &'static str,
        /// What the answer should have held.
        missing: &'static str,
    },

    /// A monitoring port could not be read.
    #[error("monitoring port {url} gave no /varz")]
    Monitor {
        /// The address as configured.
        url: String,
        /// The cause.
        source: std::io::Error,
    },
}

/// Why an append has no position. Only after [`AppendError::Unknown`] may the batch be stored.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Rejection: no event, or more than [`crate::limits::BATCH_EVENTS_MAX`].
    #[error("batch has {events} events, but must have 1 to {events_max}")]
    Size {
        /// Events given.
        events: usize,
        /// Most that are taken.
        events_max: usize,
    },

    /// Rejection: a payload over [`crate::limits::PAYLOAD_BYTES_MAX`].
    #[error("event {index} of the batch has {bytes} bytes, but may have {bytes_max}")]
    TooLong {
        /// Index in the batch, from 0.
        index: usize,
        /// Bytes given.
        bytes: usize,
        /// Most that are taken.
        bytes_max: usize,
    },

    /// Failure: the log's last position is another (error 10071). Nothing was stored: read on.
    #[error("log does not end at {after}")]
    Refused {
        /// The position the batch was to follow.
        after: Position,
    },

    /// Failure: not connected, so nothing was sent.
    #[error("not connected to the nats server")]
    Disconnected,

    /// Failure: outcome not known (no answer in time, or the connection broke). The batch may be
    /// stored, now or within [`crate::limits::APPEND_TIMEOUT`]: read from `after` + 1 and match
    /// bytes before trying again.
    #[error("no acknowledgement of the batch after {after}")]
    Unknown {
        /// The position the batch was to follow.
        after: Position,
    },

    /// Failure: the server refused for another reason. Nothing was stored.
    #[error("nats server refused the batch: {description} ({code})")]
    Other {
        /// The server's `err_code`, or its status code where it gave none.
        code: u64,
        /// The server's words.
        description: String,
    },

    /// Corruption: the acknowledgement names another stream, position or count than was sent.
    #[error("acknowledged {found}, but sent {expected}")]
    WrongAck {
        /// What the acknowledgement says.
        found: String,
        /// What it must say.
        expected: String,
    },
}

/// Why a reader has no messages.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Corruption: the next message is not the next position. `found` above `expected`: positions
    /// are missing. `found` below: the stream is shorter than what was read or asked for.
    #[error("found position {found}, but expected {expected}")]
    Gap {
        /// The next position.
        expected: Position,
        /// The position the stream has next instead.
        found: Position,
    },

    /// Corruption: the stream is another than the one first read.
    #[error("stream was created {found}, but the one first read {expected}")]
    Recreated {
        /// Creation time of the stream first read, as the server writes it.
        expected: String,
        /// Creation time now.
        found: String,
    },

    /// The broker could not be asked, or refused.
    #[error(transparent)]
    Failure(#[from] Error),
}

/// Codes by which a cluster says that nobody leads it, or that what it was sent reached a leader in part: nobody
/// takes the subject, JetStream is not available, another server leads, the stream is offline, a proposal
/// failed, a batch is not complete. Nothing was stored. Source: nats-server, errors.json.
const LEADERLESS_CODES: [u64; 6] = [503, 10_008, 10_009, 10_118, 10_041, 10_176];

impl Error {
    /// Whether a cluster without a leader answers, or falls silent, like this.
    #[must_use]
    pub fn is_leaderless(&self) -> bool {
        match self {
            Self::NoAnswer { .. } => true,
            Self::Refused { code, .. } => LEADERLESS_CODES.contains(code),
            Self::Connect(_)
            | Self::Address { .. }
            | Self::Tls(_)
            | Self::Seed
            | Self::Credentials(_)
            | Self::Malformed { .. }
            | Self::Monitor { .. } => false,
        }
    }
}

/// Codes by which the server says that it has no room, or that its store does not work: limits of the
/// account, the server and the stream, a store that failed, a batch that was staged in vain.
const STORAGE_CODES: [u64; 7] = [10_002, 10_023, 10_028, 10_041, 10_047, 10_077, 10_176];

impl AppendError {
    /// Whether a cluster without a leader answers, or falls silent, like this.
    #[must_use]
    pub fn is_leaderless(&self) -> bool {
        match self {
            Self::Unknown { .. } | Self::Disconnected => true,
            Self::Other { code, .. } => LEADERLESS_CODES.contains(code),
            Self::Size { .. }
            | Self::TooLong { .. }
            | Self::Refused { .. }
            | Self::WrongAck { .. } => false,
        }
    }

    /// Whether the server says that it cannot store anything, whatever is sent.
    #[must_use]
    pub fn is_of_storage(&self) -> bool {
        matches!(self, Self::Other { code, .. } if STORAGE_CODES.contains(code))
    }
}

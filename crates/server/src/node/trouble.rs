//! The troubles: what keeps a node from writing, by name, and what anyone is told of each.
//!
//! Never here: when there is one, and how it ends.

use std::fmt;

use event::{Instant, Position};

/// How far a `receivedtime` may lie ahead of the clock, and the broker's clock from it, before nothing more is
/// written, in seconds.
/// Source: docs/reference/limits.md.
pub const AHEAD_SECONDS_MAX: i64 = 600;

/// Returns the latest `receivedtime` that is near to `now`.
#[must_use]
pub(crate) const fn farthest(now: Instant) -> Instant {
    let (seconds, nanos) = now.parts();
    Instant::from_parts(seconds.saturating_add(AHEAD_SECONDS_MAX), nanos)
}
/// What keeps a node from writing. It goes on serving what it knows, and says so loudly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Settings of the server or the stream are not what the record's safety needs.
    Settings(Vec<String>),
    /// The log skips positions.
    Gap {
        /// The position that should come next.
        expected: Position,
        /// The position that came.
        found: Position,
    },
    /// The log ends before what this node has folded.
    Shortened {
        /// Where the log ends.
        last: Position,
        /// What this node knows.
        known: Position,
    },
    /// The log is another one than this node has kept.
    Diverged(String),
    /// The volume of the node's own history is nearly full.
    Disk(String),
    /// The volume of the read models is nearly full.
    StoreDisk(String),
    /// The read model cannot be written or rebuilt.
    Store(String),
    /// The log answers, but takes no events.
    Log(String),
    /// The volume of the node's own broker is full, so that the log takes no events.
    LogDisk(String),
    /// The node's own history could not be read or written.
    Archive(String),
    /// A checkpoint was signed that is not of this history, or the log's key cannot be used.
    Signing(String),
    /// An event says that it was received long after now.
    Time {
        /// The first that says so.
        first: Position,
        /// The last in a row with it.
        last: Position,
        /// When the first says that it was received.
        received: Instant,
    },
    /// This machine's clock and the broker's are far apart.
    Clock {
        /// What this machine's clock says.
        here: Instant,
        /// What the broker's says.
        broker: Instant,
    },
    /// The columns in memory hold no more positions or texts.
    Capacity(figures::Capacity),
}

impl Trouble {
    /// Returns the stable name under which `/readyz` and the log name it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Settings(_) => "settings",
            Self::Gap { .. } => "gap",
            Self::Shortened { .. } => "shortened",
            Self::Diverged(_) => "diverged",
            Self::Disk(_) | Self::StoreDisk(_) | Self::LogDisk(_) => "disk",
            Self::Store(_) => "store",
            Self::Log(_) => "log",
            Self::Archive(_) => "archive",
            Self::Signing(_) => "signing",
            Self::Time { .. } => "time",
            Self::Clock { .. } => "clock",
            Self::Capacity(_) => "capacity",
        }
    }
}

impl Trouble {
    /// Returns what anyone may be told of it: without paths, and without what failed in detail.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Gap { .. }
            | Self::Shortened { .. }
            | Self::Time { .. }
            | Self::Clock { .. }
            | Self::Capacity(_) => self.to_string(),
            Self::Settings(_) => "settings of the log are not safe".to_owned(),
            Self::Diverged(_) => "the log is not the one kept here".to_owned(),
            Self::Disk(_) => "the history's disk is nearly full".to_owned(),
            Self::Signing(_) => {
                "checkpoints are not of this history, or cannot be signed".to_owned()
            }
            Self::Archive(_) => "the history cannot be read or written".to_owned(),
            Self::StoreDisk(_) => "the read model's disk is nearly full".to_owned(),
            Self::LogDisk(_) => "the log's disk is full".to_owned(),
            Self::Store(_) => "the read model cannot be written".to_owned(),
            Self::Log(_) => "the log takes no events".to_owned(),
        }
    }

    /// Returns by what it is told from others of its name, and is [mended](crate::node::Node::mended).
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::StoreDisk(_) => "store-disk",
            Self::LogDisk(_) => "log-disk",
            Self::Settings(_)
            | Self::Gap { .. }
            | Self::Shortened { .. }
            | Self::Diverged(_)
            | Self::Disk(_)
            | Self::Store(_)
            | Self::Log(_)
            | Self::Archive(_)
            | Self::Signing(_)
            | Self::Time { .. }
            | Self::Clock { .. }
            | Self::Capacity(_) => self.name(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(drifts) => {
                write!(f, "settings of the log are not safe: {}", drifts.join("; "))
            }
            Self::Gap { expected, found } => {
                write!(f, "the log skips from position {expected} to {found}")
            }
            Self::Shortened { last, known } => {
                write!(f, "the log ends at {last}, but this node has kept {known}")
            }
            Self::Diverged(why) => write!(f, "the log is not the one kept here: {why}"),
            Self::Disk(why) => write!(f, "the history's disk is nearly full: {why}"),
            Self::StoreDisk(why) => write!(f, "the read model's disk is nearly full: {why}"),
            Self::Store(why) => write!(f, "the read model cannot be written: {why}"),
            Self::Log(why) => write!(f, "the log takes no events: {why}"),
            Self::LogDisk(why) => write!(f, "the log's disk is full: {why}"),
            Self::Time {
                first,
                last,
                received,
            } => {
                let minutes = AHEAD_SECONDS_MAX / 60;
                let rest = if first == last {
                    String::new()
                } else {
                    format!("..{last}")
                };
                write!(
                    f,
                    "the event at position {first} says that it was received at {received}, which is more than {minutes} minutes ahead of this machine's clock: set the clock, or `habeasd repair --void-time {first}{rest}`"
                )
            }
            Self::Clock { here, broker } => write!(
                f,
                "this machine's clock says {here} and the broker's {broker}, which is more than {} minutes apart: set the one that is wrong",
                AHEAD_SECONDS_MAX / 60
            ),
            Self::Capacity(full) => write!(f, "no more events can be folded: {full}"),
            Self::Signing(why) => write!(f, "checkpoints are not of this history: {why}"),
            Self::Archive(why) => write!(f, "the history cannot be read or written: {why}"),
        }
    }
}

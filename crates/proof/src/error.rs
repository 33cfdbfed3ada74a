//! What can be wrong with bytes that claim to be part of a history.
//!
//! Two sorts: [`Malformed`], which is no such text at all, and [`Mismatch`], which is well written
//! and does not hold.
//!
//! Never here: what to do about it.

use std::error::Error;
use std::fmt;

/// A text that is not what it should be: where, and what is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// What was read: `checkpoint`, `policy` ...
    pub what: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// What would have been right.
    pub expected: &'static str,
}

impl Malformed {
    pub(crate) const fn new(what: &'static str, line: usize, expected: &'static str) -> Self {
        Self {
            what,
            line,
            expected,
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} of the {} is not as it must be: expected {}",
            self.line, self.what, self.expected
        )
    }
}

impl Error for Malformed {}

/// A well written proof, note or checkpoint that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The index is not in a tree of that size.
    Index {
        /// The index, from 0.
        index: u64,
        /// The size of the tree, in entries.
        size: u64,
    },
    /// The older tree is larger than the newer one.
    Sizes {
        /// The size said to be the older, in entries.
        old: u64,
        /// The size said to be the newer, in entries.
        new: u64,
    },
    /// The proof has too few or too many hashes.
    Length {
        /// How many it has.
        found: usize,
        /// How many a proof for these sizes has.
        expected: usize,
    },
    /// The hashes do not lead to the root.
    Root,
    /// The hashes do not lead to the older root.
    OldRoot,
    /// Two trees of one size have different roots.
    Fork {
        /// The size of both, in entries.
        size: u64,
    },
    /// A signature by a known key is wrong.
    Signature {
        /// The key's name.
        name: String,
    },
    /// No known key signed.
    Unsigned,
    /// A key of the log signed, but not the one that is due for a tree of this size.
    NotDue {
        /// The size of the tree, in entries.
        size: u64,
        /// The id of the key that is due.
        due: String,
    },
    /// A succession is not of its position, not from the newest key, or to one that signed before.
    Succession,
    /// Too few witnesses cosigned.
    Quorum {
        /// The name of the quorum in the policy.
        quorum: String,
    },
    /// The policy lists no such log.
    UnknownLog {
        /// The origin in the checkpoint.
        origin: String,
    },
    /// The checkpoint is another log's.
    Origin {
        /// The origin in the checkpoint.
        found: String,
        /// The origin of the key that signed it.
        expected: String,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index { index, size } => {
                write!(f, "index {index} is not in a tree of {size} entries")
            }
            Self::Sizes { old, new } => write!(
                f,
                "the older tree has {old} entries, but must have at most the newer one's {new}"
            ),
            Self::Length { found, expected } => {
                write!(f, "the proof has {found} hashes, but must have {expected}")
            }
            Self::Root => f.write_str("the hashes do not lead to the checkpoint's root"),
            Self::OldRoot => f.write_str("the hashes do not lead to the older root"),
            Self::Fork { size } => write!(f, "two trees of {size} entries have different roots"),
            Self::Signature { name } => {
                write!(f, "the signature by {name} is not a signature of this text")
            }
            Self::Unsigned => f.write_str("no known key signed it"),
            Self::NotDue { size, due } => write!(
                f,
                "it is signed by a key of the log that is retired or not due yet, but must be by the \
                 one with the id {due} for {size} entries"
            ),
            Self::Succession => f.write_str(
                "it names another position, another key before, or one that signed before",
            ),
            Self::Quorum { quorum } => {
                write!(f, "too few witnesses cosigned it for the quorum {quorum}")
            }
            Self::UnknownLog { origin } => {
                write!(f, "its origin is {origin}, which the policy does not list")
            }
            Self::Origin { found, expected } => {
                write!(f, "its origin is {found}, but its key is {expected}'s")
            }
        }
    }
}

impl Error for Mismatch {}

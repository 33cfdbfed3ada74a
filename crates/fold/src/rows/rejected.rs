//! The row of a rejected leaf: the rejection, with its code and place.
//!
//! Never here: the check that rejects (crate `event`).

use event::{Code, EventKey, Position};
use serde::{Deserialize, Serialize};

/// A leaf without effect: one that the check rejected, a repeat, a conflict, or of an unknown type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedLeaf {
    /// Its key, where its envelope passed.
    pub key: Option<EventKey>,
    /// The stable code of the rejection.
    pub code: Box<str>,
    /// The JSON pointer to the value (RFC 6901).
    pub pointer: Box<str>,
    /// The value found.
    pub found: Box<str>,
    /// The right value, in words.
    pub expected: Box<str>,
}

impl RejectedLeaf {
    /// Makes the row of a rejection.
    #[must_use]
    pub fn new(key: Option<EventKey>, rejection: &event::Rejection) -> Self {
        Self {
            key,
            code: rejection.code.as_str().into(),
            pointer: rejection.pointer.as_str().into(),
            found: rejection.found.as_str().into(),
            expected: rejection.expected.as_str().into(),
        }
    }

    /// Makes the row of a leaf that repeats, or conflicts with, the leaf at `first`.
    #[must_use]
    pub fn again(key: EventKey, code: Code, first: Position) -> Self {
        Self {
            key: Some(key),
            code: code.as_str().into(),
            pointer: "/id".into(),
            found: "a key that came before".into(),
            expected: format!("a new id; the first is at position {first}").into(),
        }
    }
}

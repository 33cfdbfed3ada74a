//! Why a row of a snapshot gave no event.
//!
//! Never here: what a row says, and where it is reported.

use crate::Error;

/// Why a row gave no event.
pub(super) enum RowError {
    /// The row is wrong.
    Row {
        column: String,
        value: String,
        reason: String,
    },
    /// The import cannot go on.
    Import(Error),
}

impl From<Error> for RowError {
    fn from(error: Error) -> Self {
        Self::Import(error)
    }
}

impl RowError {
    pub(super) fn row(column: &str, value: &str, reason: &str) -> Self {
        Self::Row {
            column: column.to_owned(),
            value: value.to_owned(),
            reason: reason.to_owned(),
        }
    }

    pub(super) fn absent(person: &str) -> Self {
        Self::row(
            "person",
            person,
            "not on the roster at the previous good snapshot",
        )
    }
}

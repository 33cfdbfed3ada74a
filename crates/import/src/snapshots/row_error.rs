//! Why a row of a snapshot gave no event.
//!
//! Never here: what a row says, and where it is reported.

use crate::Error;
use crate::rows::field::CellError;

/// Why a row gave no event.
pub(super) enum RowError {
    /// The row is wrong.
    Row(CellError),
    /// The import cannot go on.
    Import(Error),
}

impl From<Error> for RowError {
    fn from(error: Error) -> Self {
        Self::Import(error)
    }
}

impl From<CellError> for RowError {
    fn from(error: CellError) -> Self {
        Self::Row(error)
    }
}

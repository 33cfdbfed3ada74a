//! Something in a file that is no row: why, and its cells for whoever mends it.
//!
//! Never here: what makes it one.

use csv::StringRecord;

use super::damage::Fault;

/// Something that is no row.
pub(super) struct BrokenRow {
    /// Its cells as far as it can be cut, for whoever mends it.
    pub(super) cells: StringRecord,
    /// The line on which it begins.
    pub(super) line: u64,
    /// What is wrong, and what is right.
    pub(super) reason: String,
    pub(super) fault: Fault,
    /// Of an object, the columns that it would have.
    pub(super) columns: Vec<String>,
}

impl BrokenRow {
    /// Makes one without cells.
    pub(super) fn new(line: u64, reason: impl Into<String>) -> Self {
        Self {
            cells: StringRecord::new(),
            line,
            reason: reason.into(),
            fault: Fault::Cells,
            columns: Vec::new(),
        }
    }
}

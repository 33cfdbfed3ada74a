//! What the rows of an import are.
//!
//! Never here: reading rows.

/// What rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Events, each of its own.
    Events,
    /// A list as it was seen at several times: what changed follows from the rows alone.
    Snapshots,
}

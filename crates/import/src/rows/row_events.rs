//! The events of one row, before they are written.
//!
//! Never here: how a row becomes events.

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::emit::Twin;

/// One event with its `data`, before its envelope is written.
pub(crate) struct EventDraft {
    pub(crate) id: Uuid,
    /// The section that made it.
    pub(crate) section: usize,
    pub(crate) data: Map<String, Json>,
}

/// The events of one row.
pub(crate) struct RowEvents {
    /// The case, `<org>:<local>`.
    pub(crate) subject: Option<String>,
    /// When it was recorded; empty where a snapshot says it.
    pub(super) recorded: String,
    pub(crate) events: Vec<EventDraft>,
    /// The line of the row, and its number in the import.
    pub(super) line: u64,
    pub(super) row: u64,
    /// Those of further rows that say the same events.
    pub(super) others: Vec<(u64, u64)>,
    /// Whether another row has its key.
    pub(super) twin: Option<Twin>,
}

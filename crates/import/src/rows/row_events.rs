//! The events of one row, before they are written.
//!
//! Never here: how a row becomes events.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::emit::Twin;
use crate::leaves::Path;

/// One event with its `data`, before its envelope is written.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub(crate) struct EventDraft {
    #[serde(with = "id_as_text")]
    pub(crate) id: Uuid,
    /// The section that made it.
    pub(crate) section: usize,
    pub(crate) data: Map<String, Json>,
    /// Its fields whose cells cannot be read.
    pub(crate) unread: Vec<Path>,
}

/// The events of one row.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
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

/// An id as a text, while a row waits for others.
mod id_as_text {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};
    use uuid::Uuid;

    pub(super) fn serialize<S: Serializer>(id: &Uuid, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Uuid, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

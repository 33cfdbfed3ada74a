//! One key of the list: the events that its row gave, as they stand now.
//!
//! Never here: which event follows from a change (`roster`).

use jiff::civil::Date;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// What is known of one key.
#[derive(Default)]
pub(super) struct Entry {
    /// The cells of its key.
    pub(super) key: Vec<String>,
    /// The case of its events; of a person's, that of the stay that came last.
    pub(super) case: Option<String>,
    /// The case as the row itself names it.
    pub(super) named: Option<String>,
    /// The ids of the people in its events.
    pub(super) people: Vec<String>,
    /// Whether it came back once.
    pub(super) returned: bool,
    /// Whether it is on the list.
    pub(super) listed: bool,
    /// What its row said when it came and since.
    pub(super) stay: Stay,
    /// The latest day of the last departure.
    pub(super) left: Option<Date>,
}

/// What a row said since it came.
#[derive(Default)]
pub(super) struct Stay {
    /// The label of the snapshot that it came in, where each stay has events of its own.
    pub(super) label: Option<String>,
    /// The events of the row.
    pub(super) events: Vec<Kept>,
    /// What its watched columns said.
    pub(super) seen: Seen,
    /// What tells whether a row is the same as before: a hash of header and cells.
    pub(super) cells: u64,
}

/// What the watched columns of a row said since it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The place at the beginning, and the place now.
    pub(super) place: [String; 2],
    /// The age as said last, and the birthdays since the beginning.
    pub(super) age: String,
    pub(super) birthdays: u16,
    /// The name as said last.
    pub(super) name: String,
}

/// One event, as it stands.
pub(super) struct Kept {
    pub(super) id: Uuid,
    /// The id of its newest version: its own, or that of the last act on it.
    pub(super) version: Uuid,
    pub(super) data: Map<String, Json>,
    /// The day that the row itself says, which may not be the one that holds.
    pub(super) said: Option<String>,
    /// The retraction in force.
    pub(super) withdrawn: Option<Uuid>,
}

impl Kept {
    /// Returns what an act on it says beside its target: who may see it.
    pub(super) fn visibility(&self) -> Option<&Json> {
        self.data.get("visibility")
    }
}

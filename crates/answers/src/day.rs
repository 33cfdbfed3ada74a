//! Days as an answer shows them.
//!
//! Never here: how days are read or compared (see [`event`]).

use event::Days;
use serde::Serialize;

/// The range of days on one of which something happened, as ISO 8601 text; `..` for an open side.
#[derive(Clone, Debug, Serialize)]
#[allow(
    missing_docs,
    reason = "each is the field of the answer of the same name: docs/reference/api.md"
)]
pub struct DaysBody {
    pub earliest: String,
    pub latest: String,
    pub doubt: bool,
}

impl DaysBody {
    /// Formats `days`, which carry a doubt mark where `doubt` says so.
    pub(crate) fn new(days: Days, doubt: bool) -> Self {
        Self {
            earliest: days.earliest.to_string(),
            latest: days.latest.to_string(),
            doubt,
        }
    }
}

/// Days without a doubt mark.
impl From<Days> for DaysBody {
    fn from(days: Days) -> Self {
        Self::new(days, false)
    }
}

//! Days as an answer shows them.
//!
//! Never here: how days are read or compared (see [`event`]).

use event::{Day, Days};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

/// The range of days on one of which something happened. An answer has its ends as ISO 8601 text,
/// `earliest` and `latest`, `..` for an open one, and `doubt`.
#[derive(Clone, Copy, Debug)]
pub struct DaysBody {
    /// The days.
    pub days: Days,
    /// Whether they carry a doubt mark.
    pub doubt: bool,
}

impl DaysBody {
    /// Makes the body of `days`, which carry a doubt mark where `doubt` says so.
    pub(crate) const fn new(days: Days, doubt: bool) -> Self {
        Self { days, doubt }
    }
}

/// Days without a doubt mark.
impl From<Days> for DaysBody {
    fn from(days: Days) -> Self {
        Self::new(days, false)
    }
}

impl Serialize for DaysBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("DaysBody", 3)?;
        body.serialize_field("earliest", &self.days.earliest.to_string())?;
        body.serialize_field("latest", &self.days.latest.to_string())?;
        body.serialize_field("doubt", &self.doubt)?;
        body.end()
    }
}

/// Writes a day as ISO 8601 text, `..` for an open end.
pub(crate) fn as_text<S: Serializer>(day: &Day, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

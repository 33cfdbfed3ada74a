//! What an event is: kinds, ids, uncertain dates, code lists, and the check.
//!
//! Start at [`read`] for leaves of the log and at [`admit`] for what a tool sends;
//! [`Common::of`] gives the typed common block, [`kinds`] the table of every kind's fields.
//!
//! Never here: input and output, clocks, randomness, and what an event changes (crate `fold`).

mod admit;
mod check;
mod codes;
mod common;
mod content;
mod day;
mod envelope;
mod ids;
mod json;
pub mod kinds;
mod lists;
mod number;
mod occurred;
mod read;
mod rejection;
mod rfc3339;
mod shapes;
mod sorts;
#[cfg(test)]
mod tests;

pub use admit::{Admitted, EVENT_BYTES_MAX, RECORDED_AHEAD_SECONDS_MAX, admit, system_event};
pub use codes::{
    Assessment, AuthorityKind, ChargeStatus, CodeSet, CustodyState, FourValued, Kind, KindSection,
    ReleaseKind, Right, Role, Sex, Verification, Visibility,
};
pub use common::{Common, Group, Name, Person};
pub use day::{Day, Days, Instant};
pub use envelope::{Caller, Envelope, SYSTEM_SOURCE};
pub use ids::{
    CaseId, ChargeId, ContentHash, EventKey, IdError, KeyHash, OrgId, PersonId, Position, hex,
};
pub use json::Json;
pub use lists::{Label, List, list, lists};
pub use number::Number;
pub use occurred::{DateError, Edtf, Occurred};
pub use read::{Event, Reading, check_fields, read, read_system, time_lies_outside};
pub use rejection::{Code, Rejection};
pub use shapes::{Term, is_or_was_place, term};
pub use sorts::{Field, ITEMS_MAX, Shape, Sort, TAG_CHARS_MAX, TAGS_MAX};

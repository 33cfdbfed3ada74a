//! Row types of the read models, which the fold writes and the store holds.
//!
//! Start at [`Track`]. The store encodes rows by position (postcard): the order of fields is
//! format, their names are not.
//!
//! Never here: bytes and versions of a row's format (crate `store`).

mod editor;
mod person;
mod record;
mod rejected;
mod standing;
mod times;
mod track;
mod track_id;

pub use editor::{Editor, EditorId};
pub use person::{Name, Person, PersonStatement, Traits};
pub use record::{Amendment, Record};
pub use rejected::RejectedLeaf;
pub use times::{TIMES_PER_ROW, Times};
pub use track::{Fact, PairJoin, TimelineEntry, Track};
pub use track_id::TrackId;

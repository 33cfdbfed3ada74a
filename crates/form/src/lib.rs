//! Forms: a kind's table of fields as inputs, and what was typed into them as an event's `data`.
//!
//! Start at [`rows`] for what a form shows, at [`fill`] for what it shows of an event, and at [`read`] for the
//! `data` that it says. What a form fills from any `data`, it reads back as the same `data`: a value that no
//! input of its field can say stands in a member `#rest` beside them, as JSON, and is never dropped.
//!
//! An input is named by the JSON pointer of its value (`/data/persons/0/id`), which is where a rejection points;
//! what a value is made of follows behind a `#` (`/data/occurred#year`).
//!
//! A [`Publication`] is what publishes an event that was kept.
//!
//! Never here: HTML, words in any language, ids that are made up, clocks, and whether the data is right
//! (`event::admit`).

mod date;
mod fill;
mod head;
mod mistake;
mod order;
mod pairs;
mod patch;
mod publication;
mod read;
mod rows;
mod table;
#[cfg(test)]
mod tests;

pub use date::{DATE_PARTS, DateParts, Extent};
pub use fill::fill;
pub use head::Head;
pub use mistake::Mistake;
pub use pairs::{ITEM, PAIRS_MAX, Pairs, REST};
pub use patch::{members_alike, patch};
pub use publication::{Audience, FieldChange, KeptEvent, Publication, differing};
pub use read::read;
pub use rows::{Control, Input, Row, TextKind, rows};

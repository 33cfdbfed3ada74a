//! Turns rows of other people's files into events, by a mapping file.
//!
//! Start at [`Job`]: it makes the events and hands the line of each to a [`Sink`]. A row's events have
//! the same ids and the same content in every run, so a second import adds nothing. How to write a
//! mapping: docs/guides/import.md.
//!
//! `read` reads files, `mapping` says what the columns mean; `rows` reads rows that are events, `snapshots` a list seen at
//! several times; `line` writes an event with its id and salt, `correct` the correction of a row
//! that came back changed.
//!
//! A submission of a form, in hand and not in a file, is read by a [`Form`].
//!
//! Never here: HTTP and the terminal (`cli`), what an event means, and whether it is right (`event`, and
//! the server).

mod codes;
mod condition;
#[cfg(test)]
mod corpus;
mod correct;
mod dates;
mod dry_run;
mod emit;
mod error;
#[cfg(test)]
mod exports;
mod id_index;
mod job;
mod json;
mod leaves;
mod letters;
mod line;
mod mapping;
#[cfg(test)]
mod mend_tests;
mod meter;
mod outlook;
pub mod outputs;
mod patch;
mod read;
pub mod rejected;
mod report;
mod row_meaning;
mod rows;
mod run;
mod secret;
#[cfg(test)]
mod shipped;
mod snapshots;
mod split;
mod submission;
mod suggest;
pub mod template;
#[cfg(test)]
mod testing;
mod unread;

pub use correct::{Change, Corrector, ListAct, TakenBack};
pub use dry_run::{ASKED_MAX, DryRun, dry_run};
pub use emit::{Origin, Sink, Twin};
pub use error::Error;
pub use id_index::{IdIndex, time_number};
pub use job::{Inputs, Job};
pub use meter::Meter;
pub use outlook::{Outlook, PLACES_KEPT_MAX, Strange};
pub use report::{
    Comings, REJECTED_ROWS_KEPT_MAX, RejectedEvent, RejectedRow, Rejections, Report, Unclear,
};
pub use row_meaning::Rows;
pub use submission::Form;
pub use suggest::suggest;

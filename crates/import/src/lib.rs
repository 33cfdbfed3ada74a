//! Turns rows of other people's files into events, by a mapping file.
//!
//! Start at [`Job`]: it makes the events and hands the line of each to a [`Sink`]. A row's events have
//! the same ids and the same content in every run, so a second import adds nothing. How to write a
//! mapping: docs/guides/import.md.
//!
//! `read` reads files, `mapping` says what the columns mean; `rows` reads rows that are events, `change_log` a roster seen at
//! snapshots; `line` writes an event with its id and salt, `correct` the correction of a row
//! that came back changed.
//!
//! Never here: HTTP and the terminal (`cli`), what an event means, and whether it is right (`event`, and
//! the server).

mod change_log;
mod codes;
mod condition;
mod correct;
mod dates;
mod dry_run;
mod emit;
mod error;
mod job;
mod json;
mod line;
mod mapping;
mod read;
mod report;
mod rows;
mod secret;
mod split;
#[cfg(test)]
mod testing;

pub use correct::{Change, Corrector};
pub use dry_run::dry_run;
pub use emit::{Origin, Sink};
pub use error::Error;
pub use job::{Inputs, Job};
pub use report::{REJECTED_ROWS_KEPT_MAX, RejectedEvent, RejectedRow, Rejections, Report};

//! Where a history lies: a file of events, a folder, a server. What is read there goes to `audit`.
//!
//! `log_files` reads the files of a log wherever they lie, `lines` a file of events; both can be watched
//! by a `bar`.
//!
//! Never here: whether what was read is right (crate `audit`).

mod bar;
mod lines;
mod log_files;

pub(crate) use bar::{BarOnTiles, bar, on_entries};
pub(crate) use lines::LineReader;
pub(crate) use log_files::{CHECKPOINT, EVENTS, LogFiles, read};

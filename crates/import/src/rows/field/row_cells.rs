//! A row as its fields read it, with what the mapping says of all of them.
//!
//! Never here: a field.

use std::cell::RefCell;

use jiff::tz::TimeZone;

use crate::codes::NullWords;
use crate::leaves::Path;
use crate::read::Row;
use crate::secret::Secret;

/// The row, and how its cells are read.
pub(in crate::rows) struct RowCells<'a> {
    pub(in crate::rows) row: &'a Row,
    pub(in crate::rows) nulls: &'a NullWords,
    pub(in crate::rows) zone: &'a TimeZone,
    /// The case's id, `<org>:<local>`.
    pub(in crate::rows) subject: Option<&'a str>,
    /// What hashes in ids are keyed with.
    pub(in crate::rows) secret: Option<&'a Secret>,
    /// What a reader of the report should know of the row.
    pub(in crate::rows) notes: &'a RefCell<Vec<String>>,
    /// The fields of the event whose cells cannot be read; the row goes on without them.
    pub(in crate::rows) unread: &'a RefCell<Vec<Path>>,
}

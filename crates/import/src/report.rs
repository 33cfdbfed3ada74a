//! The report of an import: rows read, events made, rows left out with their reasons, rows rejected.
//!
//! Never here: the content of a row. A value is described by its class ("digits, 4 characters").

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use uuid::Uuid;

use crate::Error;
use crate::emit::Origin;

/// Rejected rows that a report keeps one by one; all are counted.
pub const REJECTED_ROWS_KEPT_MAX: usize = 10_000;

/// A row of which no event could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// The file's name.
    pub file: String,
    /// The line on which the row begins, counted from 1 with the header as line 1.
    pub row: u64,
    /// The column at fault.
    pub column: String,
    /// What stands there, without its content: `empty`, `digits, 4 characters`.
    pub value_class: String,
    /// What is wrong, and what is right.
    pub reason: String,
}

/// An event that was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedEvent {
    /// The row that it comes from.
    pub origin: Origin,
    /// The event's id.
    pub id: String,
    /// The stable code.
    pub code: String,
    /// Where in the event: a JSON pointer.
    pub pointer: String,
    /// What was found.
    pub found: String,
    /// What is right.
    pub expected: String,
    /// What to do.
    pub hint: String,
}

/// What came and went on a list that was seen at snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comings {
    /// Snapshots that were believed.
    pub snapshots: u64,
    /// Snapshots that were not, each with the reason.
    pub refused: Vec<String>,
    /// Entries that were not on the list at the snapshot before.
    pub arrived: u64,
    /// Entries among them that had been gone and came back, each counted once.
    pub back: u64,
    /// Entries whose row said something else.
    pub changed: u64,
    /// Entries that were no longer on it.
    pub gone: u64,
}

/// What could not be read of a list that was seen at snapshots: what no version says may be said there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unclear {
    /// When the snapshots were recorded of which a row could not be read, or that were not believed; RFC 3339.
    pub times: BTreeSet<String>,
    /// The events of which a row was rejected, or a cell could not be read.
    pub ids: BTreeSet<Uuid>,
}

/// Events that a check or a server rejected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejections {
    /// How many, by code.
    pub by_code: BTreeMap<String, u64>,
    /// The events, at most [`REJECTED_ROWS_KEPT_MAX`].
    pub events: Vec<RejectedEvent>,
    /// The numbers of the rows that they come from.
    pub rows: BTreeSet<u64>,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows read from all inputs, headers left out.
    pub rows_read: u64,
    /// Rows left out by a rule of the mapping, or of which no section makes an event.
    pub rows_skipped: u64,
    /// Rows of a list that say what they said at the snapshot before.
    pub rows_unchanged: u64,
    /// The files that were read, by the names that stand in this report.
    pub files: BTreeMap<String, PathBuf>,
    /// What came and went, where a list was seen at snapshots.
    pub comings: Option<Comings>,
    /// Of a list seen at snapshots, what could not be read.
    pub unclear: Unclear,
    /// Events made, by kind.
    pub events: BTreeMap<String, u64>,
    /// Rows left out by a rule, or handled in a way a reader should know, by reason.
    pub notes: BTreeMap<String, u64>,
    /// Rows of which nothing could be made.
    pub rows_rejected: u64,
    /// Those rows, at most [`REJECTED_ROWS_KEPT_MAX`].
    pub rejected_rows: Vec<RejectedRow>,
    /// The events that those rows made before, if they made some: of each row that is kept and whose key is read.
    pub rejected_ids: BTreeSet<Uuid>,
    /// Where and why the reading ended before all was read; none where all was. What was read until then is counted
    /// here, and its events are made.
    pub broke_off: Option<String>,
    /// Whether a file of rejected rows was read, which is a part of another one.
    pub is_part: bool,
}

impl Rejections {
    /// Counts a rejected event and keeps it, if there is room.
    pub fn add(&mut self, event: RejectedEvent) {
        *self.by_code.entry(event.code.clone()).or_default() += 1;
        let rows = event.origin.rows().map(|(_, row)| row);
        self.rows.extend(rows.filter(|row| *row > 0));
        if self.events.len() < REJECTED_ROWS_KEPT_MAX {
            self.events.push(event);
        }
    }

    /// Whether no event was rejected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }
}

impl Report {
    /// Returns the number of rows of which events were made, or that stand behind some.
    #[must_use]
    pub const fn rows_used(&self) -> u64 {
        let others = self.rows_skipped + self.rows_unchanged + self.rows_rejected;
        self.rows_read.saturating_sub(others)
    }

    /// Returns the number of events made.
    #[must_use]
    pub fn events_made(&self) -> u64 {
        self.events.values().sum()
    }

    /// Whether all rows that there are were read: of rows that were not, or that stand in the file of which this one is a
    /// part, it is not known whether they are gone.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.broke_off.is_none() && !self.is_part
    }

    /// Notes that a file could not be read on behind a line, 0 for its beginning, and why.
    pub(crate) fn break_off(&mut self, file: &str, line: u64, error: &Error) {
        let why = error.with_cause();
        self.broke_off = Some(match line {
            0 => format!("{file}: {why}"),
            line => format!("{file}, behind the row of line {line}: {why}"),
        });
    }

    pub(crate) fn event(&mut self, kind: &str) {
        match self.events.get_mut(kind) {
            Some(count) => *count += 1,
            None => drop(self.events.insert(kind.to_owned(), 1)),
        }
    }

    pub(crate) fn note(&mut self, reason: &str) {
        match self.notes.get_mut(reason) {
            Some(count) => *count += 1,
            None => drop(self.notes.insert(reason.to_owned(), 1)),
        }
    }

    /// Counts a row of which no event could be made, and keeps it, if there is room.
    ///
    /// `row` is the line on which it begins; of `value`, only the class is kept.
    pub fn reject(&mut self, file: &str, row: u64, column: &str, value: &str, reason: &str) {
        self.rows_rejected += 1;
        if self.rejected_rows.len() < REJECTED_ROWS_KEPT_MAX {
            self.rejected_rows.push(RejectedRow {
                file: file.to_owned(),
                row,
                column: column.to_owned(),
                value_class: value_class(value),
                reason: reason.to_owned(),
            });
        }
    }
}

/// Describes a value without its content, since a cell may hold a name.
fn value_class(value: &str) -> String {
    if value.is_empty() {
        return "empty".to_owned();
    }
    let count = value.chars().count();
    let class = if value.bytes().all(|b| b.is_ascii_digit()) {
        "digits"
    } else if value.bytes().any(|b| b.is_ascii_digit()) {
        "text with digits"
    } else {
        "text"
    };
    format!("{class}, {count} characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejected_row_never_shows_its_content() {
        let mut report = Report::default();
        report.reject("f.csv", 7, "date", "Sok Invented", "not a date");
        let row = &report.rejected_rows[0];
        assert_eq!(row.value_class, "text, 12 characters");
        assert!(!format!("{report:?}").contains("Invented"));
    }

    #[test]
    fn all_rejected_rows_are_counted_and_some_are_kept() {
        let mut report = Report::default();
        for row in 0..=u64::try_from(REJECTED_ROWS_KEPT_MAX).unwrap() {
            report.reject("f.csv", row, "date", "", "empty");
        }
        assert_eq!(report.rejected_rows.len(), REJECTED_ROWS_KEPT_MAX);
        assert_eq!(report.rows_rejected, 10_001);
    }
}

//! The rows of one file, read snapshot by snapshot.
//!
//! Start at [`SnapshotReader::take`].
//!
//! Never here: what a row says (`changes`, `charges`).

use std::path::Path;

use super::look::Snapshot;
use crate::Error;
use crate::emit::Emitter;
use crate::read::{Column, Format, Row, Table, line_of};
use crate::report::Report;

/// The rows of one file, snapshot by snapshot; their memory is used again.
pub(super) struct SnapshotReader {
    pub(super) table: Table,
    snapshot: Column,
    column: String,
    rows: Vec<Row>,
    used: usize,
    ahead: Option<u64>,
}

impl SnapshotReader {
    pub(super) fn open(folder: &Path, file: &str, column: &str) -> Result<Self, Error> {
        let table = Table::open(&folder.join(file), &Format::default())?;
        let snapshot = table.column(column)?;
        let column = column.to_owned();
        Ok(Self {
            table,
            snapshot,
            column,
            rows: Vec::new(),
            used: 0,
            ahead: None,
        })
    }

    /// The rows of the snapshot that was taken last.
    pub(super) fn rows(&self) -> SnapshotRows<'_> {
        let end = self.used.saturating_sub(usize::from(self.ahead.is_some()));
        SnapshotRows {
            file: &self.table.name,
            rows: self.rows.get(..end).unwrap_or_default(),
        }
    }

    /// Reads up to the end of this snapshot's rows, and one row further.
    pub(super) fn take(&mut self, snapshot: &Snapshot, report: &mut Report) -> Result<(), Error> {
        if let Some(ahead) = self.ahead.take() {
            let last = self.used.saturating_sub(1);
            if last < self.rows.len() {
                self.rows.swap(0, last);
            }
            self.used = 1;
            if ahead > snapshot.number {
                self.ahead = Some(ahead);
                return Ok(());
            }
            self.judge(ahead, snapshot, report);
        } else {
            self.used = 0;
        }
        loop {
            if self.used == self.rows.len() {
                self.rows.push(Row::default());
            }
            let Some(row) = self.rows.get_mut(self.used) else {
                return Ok(());
            };
            if !self.table.read(row)? {
                return Ok(());
            }
            report.rows_read += 1;
            row.nth = report.rows_read;
            let text = self.snapshot.of(row);
            let Ok(number) = text.parse::<u64>() else {
                report.reject(
                    &self.table.name,
                    line_of(row),
                    &self.column,
                    text,
                    "not a number",
                );
                continue;
            };
            self.used += 1;
            if number > snapshot.number {
                self.ahead = Some(number);
                return Ok(());
            }
            self.judge(number, snapshot, report);
        }
    }

    /// Drops the row that was read last when its snapshot says nothing.
    fn judge(&mut self, number: u64, snapshot: &Snapshot, report: &mut Report) {
        let reason = if number < snapshot.number {
            "a snapshot that is not in the table, or a row out of order"
        } else if snapshot.failed {
            "the snapshot failed, so it says nothing about anyone"
        } else {
            return;
        };
        self.used = self.used.saturating_sub(1);
        if let Some(row) = self.rows.get(self.used) {
            let value = self.snapshot.of(row);
            report.reject(&self.table.name, line_of(row), &self.column, value, reason);
        }
    }
}

/// The rows of one snapshot.
#[derive(Clone, Copy)]
pub(super) struct SnapshotRows<'a> {
    pub(super) file: &'a str,
    pub(super) rows: &'a [Row],
}

impl SnapshotRows<'_> {
    /// Says that the next events come from this row.
    pub(super) fn place(&self, row: &Row, out: &mut Emitter<'_>) {
        if *out.origin.file != *self.file {
            out.origin.file = self.file.into();
        }
        (out.origin.line, out.origin.row) = (line_of(row), row.nth);
    }
}

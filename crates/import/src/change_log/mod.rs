//! A roster that was seen at snapshots, given as rows that add, change and remove.
//!
//! Start at [`run`]: snapshot by snapshot, in the order in which they were taken; in each first who is gone, then who is new, then what changed, then the charges (they hang
//! on names, so the roster must stand first). Every event carries the snapshot's time as `recordedtime`.
//!
//! Never here: other inputs (`rows`), and where events go.

mod charges;
mod columns;
mod mapping;
mod roster;
mod row_error;
mod snapshots;
mod statement;
#[cfg(test)]
mod tests;
mod units;

use std::path::Path;

use csv::StringRecord;
use jiff::tz::TimeZone;

use super::Error;
use super::emit::Emitter;
use super::input::{Column, CsvTable, line_of};
use super::mapping::Mapping;
use super::report::Report;

pub(crate) use mapping::ChangeLog;
use snapshots::Snapshot;

/// Turns the change log into events. At most `limit` snapshots are read.
///
/// # Errors
/// An input that cannot be read, a mapping that does not fit it, and what the sink answers.
pub(crate) fn run(
    mapping: &Mapping,
    log: &ChangeLog,
    folder: &Path,
    zone: &TimeZone,
    limit: usize,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let snapshots = snapshots::read(&log.snapshots, folder, zone, limit, &mut out.report)?;
    let mut people = SnapshotReader::open(folder, &log.roster.file, &log.roster.snapshot)?;
    let mut roster = roster::Roster::new(mapping, log, &people.table)?;
    let mut charged = match &log.charges {
        Some(columns) => {
            let rows = SnapshotReader::open(folder, &columns.file, &columns.snapshot)?;
            let charges = charges::Charges::new(mapping, log, columns, &rows.table)?;
            Some((rows, charges))
        }
        None => None,
    };
    for snapshot in &snapshots {
        people.take(snapshot, &mut out.report)?;
        roster.apply(snapshot, people.rows(), out)?;
        if let Some((rows, charges)) = &mut charged {
            rows.take(snapshot, &mut out.report)?;
            charges.apply(snapshot, rows.rows(), &roster, out)?;
        }
    }
    Ok(())
}

/// The rows of one file, snapshot by snapshot; their memory is used again.
struct SnapshotReader {
    table: CsvTable,
    snapshot: Column,
    column: String,
    rows: Vec<StringRecord>,
    used: usize,
    ahead: Option<u64>,
}

impl SnapshotReader {
    fn open(folder: &Path, file: &str, column: &str) -> Result<Self, Error> {
        let table = CsvTable::open(&folder.join(file))?;
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
    fn rows(&self) -> SnapshotRows<'_> {
        let end = self.used.saturating_sub(usize::from(self.ahead.is_some()));
        SnapshotRows {
            file: &self.table.name,
            rows: self.rows.get(..end).unwrap_or_default(),
        }
    }

    /// Reads up to the end of this snapshot's rows, and one row further.
    fn take(&mut self, snapshot: &Snapshot, report: &mut Report) -> Result<(), Error> {
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
                self.rows.push(StringRecord::new());
            }
            let Some(row) = self.rows.get_mut(self.used) else {
                return Ok(());
            };
            if !self.table.read(row)? {
                return Ok(());
            }
            report.rows_read += 1;
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
struct SnapshotRows<'a> {
    file: &'a str,
    rows: &'a [StringRecord],
}

/// Turns constants of a mapping into a JSON object.
fn constants(tables: &[&toml::Table]) -> Result<Vec<u8>, Error> {
    let mut all = toml::Table::new();
    for table in tables {
        all.extend(
            table
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    serde_json::to_vec(&all).map_err(|error| Error::wrong(format!("constants: {error}")))
}

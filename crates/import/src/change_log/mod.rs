//! A roster that was seen at snapshots, given as rows that add, change and remove.
//!
//! Start at [`run`]: snapshot by snapshot, in the order in which they were taken; in each first who is gone, then who is new, then what changed, then the charges (they hang
//! on names, so the roster must stand first). Every event carries the snapshot's time as `recordedtime`.
//!
//! Never here: other inputs (`rows`), and where events go.

mod charges;
mod columns;
pub(crate) mod mapping;
mod reader;
mod roster;
mod row_error;
mod snapshots;
mod statement;
#[cfg(test)]
mod tests;
mod units;

use std::path::Path;

use jiff::tz::TimeZone;

use super::Error;
use super::emit::Emitter;
use super::mapping::Mapping;

use mapping::ChangeLog;
use reader::SnapshotReader;

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

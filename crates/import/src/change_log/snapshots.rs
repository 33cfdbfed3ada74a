//! When the roster was seen: each snapshot with its local day and that of the good one before.
//!
//! A failed snapshot is a hole. It says nothing about anyone, and "the previous good snapshot" skips it.
//!
//! Never here: who was on the roster.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::mapping::SnapshotColumns;
use crate::codes::NullWords;
use crate::dates;
use crate::read::{Format, Row, Table, line_of};
use crate::{Error, report::Report};

/// One look at the roster.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Snapshot {
    /// Its number.
    pub(super) number: u64,
    /// When it was taken, RFC 3339 as the input has it: every event it gave rise to carries it.
    pub(super) recorded: String,
    /// The local day it was taken on.
    pub(super) day: Date,
    /// The local day of the good snapshot before; none for the first.
    pub(super) previous: Option<Date>,
    /// Whether it failed.
    pub(super) failed: bool,
}

impl Snapshot {
    /// The days on which something happened that the previous good snapshot did not show yet.
    pub(super) fn since_previous(&self) -> String {
        match self.previous {
            Some(previous) => dates::interval(previous, self.day),
            None => format!("../{}", self.day),
        }
    }
}

/// Reads the table of snapshots, at most `limit` of them.
///
/// # Errors
/// [`Error::Wrong`] when numbers or times do not rise: prefixes by `recordedtime` would not be the
/// states that were seen.
pub(super) fn read(
    columns: &SnapshotColumns,
    folder: &Path,
    zone: &TimeZone,
    limit: usize,
    report: &mut Report,
) -> Result<Vec<Snapshot>, Error> {
    let mut table = Table::open(&folder.join(&columns.file), &Format::default())?;
    let number = table.column(&columns.number)?;
    let recorded_at = table.column(&columns.recorded_at)?;
    let failed = columns
        .failed
        .as_ref()
        .map(|when| when.bind(&table))
        .transpose()?;
    let nulls = NullWords::new(&[]);
    let mut row = Row::default();
    let mut snapshots: Vec<Snapshot> = Vec::new();
    let mut last: Option<(u64, Timestamp)> = None;
    let mut previous = None;
    while snapshots.len() < limit && table.read(&mut row)? {
        let text = recorded_at.of(&row);
        let (Ok(number), Some(instant)) = (number.of(&row).parse(), dates::rfc3339(text)) else {
            return Err(wrong(
                &table,
                &row,
                "no number, or a time that is not RFC 3339",
            ));
        };
        if last.is_some_and(|(n, t)| number <= n || instant < t) {
            return Err(wrong(
                &table,
                &row,
                "a number or a time that is below the one before",
            ));
        }
        last = Some((number, instant));
        let failed = failed.as_ref().is_some_and(|when| when.holds(&row, &nulls));
        let day = dates::local_day(instant, zone);
        let recorded = text.to_owned();
        snapshots.push(Snapshot {
            number,
            recorded,
            day,
            previous,
            failed,
        });
        if failed {
            report.note("snapshot failed: a hole, says nothing about anyone");
        } else {
            previous = Some(day);
        }
    }
    Ok(snapshots)
}

fn wrong(table: &Table, row: &Row, found: &str) -> Error {
    let (file, line) = (&table.name, line_of(row));
    Error::wrong(format!(
        "{file} line {line} has {found}; snapshots must stand in the order in which they were taken"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &str) -> Result<Vec<(u64, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("s.csv"), format!("n,at,note\n{rows}")).unwrap();
        let columns: SnapshotColumns = toml::from_str(
            "file = 's.csv'\nnumber = 'n'\nrecorded_at = 'at'\nfailed = {column='note', given=true}",
        )
        .unwrap();
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        read(
            &columns,
            folder.path(),
            &zone,
            usize::MAX,
            &mut Report::default(),
        )
        .map(|list| {
            let good = list.iter().filter(|s| !s.failed);
            good.map(|s| (s.number, s.since_previous())).collect()
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn a_hole_is_skipped_and_days_are_local() {
        let rows =
            "0,2024-01-02T07:00:00Z,\n1,2024-01-03T20:00:00Z,failed\n2,2024-01-05T20:00:00Z,\n";
        let span = |text: &str| text.to_owned();
        assert_eq!(
            check(rows).unwrap(),
            [
                (0, span("../2024-01-01")),
                (2, span("2024-01-01/2024-01-05"))
            ]
        );
    }

    #[test]
    fn snapshots_out_of_order_are_refused() {
        let rows = "0,2024-01-02T07:00:00Z,\n1,2024-01-01T07:00:00Z,\n";
        assert!(check(rows).unwrap_err().contains("s.csv line 3"));
        assert!(check("1,2024-01-02T07:00:00Z,\n1,2024-01-03T07:00:00Z,\n").is_err());
    }
}

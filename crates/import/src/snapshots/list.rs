//! Which snapshots there are: each with its file, its day and the time it was recorded.
//!
//! Start at [`List::read`].
//!
//! Never here: what stands in a snapshot.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::git;
use super::inputs::Inputs;
use super::look::Snapshot;
use super::mapping::{ListTable, VersionSpec};
use crate::codes::NullWords;
use crate::error::quoted;
use crate::read::{Column, Format, Row, Table, line_of};
use crate::{Error, dates};

/// The snapshots, in the order in which they were taken.
pub(crate) struct List {
    pub(super) snapshots: Vec<Snapshot>,
    /// Holds files that were taken out of a repository for as long as they are read.
    _taken_out: Option<tempfile::TempDir>,
}

impl List {
    /// Finds out which snapshots there are, at most `limit` of them.
    ///
    /// # Errors
    /// [`Error::Wrong`] when times do not rise: prefixes by `recordedtime` would not be what was seen;
    /// [`Error::Io`], and what a repository answers.
    pub(crate) fn read(inputs: &Inputs<'_>, limit: usize) -> Result<Self, Error> {
        let section = inputs.section;
        let mut taken_out = None;
        let mut snapshots = if let Some(list) = &section.list {
            from_table(list, inputs.folder, inputs.zone, limit)?
        } else if let Some(file) = &section.git {
            let (folder, versions) = git::take_out(file, inputs.folder, limit)?;
            taken_out = Some(folder);
            versions
                .into_iter()
                .map(|version| snapshot(version.file, &version.recorded, None, inputs.zone))
                .collect::<Result<_, _>>()?
        } else if let Some(format) = &section.name {
            let files = inputs.files.iter();
            files
                .map(|file| named(file, format, inputs.zone))
                .collect::<Result<_, _>>()?
        } else {
            let one = |version: &VersionSpec| {
                let file = inputs.folder.join(&version.file);
                snapshot(file, &version.recorded, version.day.as_deref(), inputs.zone)
            };
            section
                .versions
                .iter()
                .map(one)
                .collect::<Result<Vec<_>, _>>()?
        };
        snapshots.truncate(limit);
        if section.list.is_none() {
            for (place, snapshot) in snapshots.iter_mut().enumerate() {
                snapshot.number = u64::try_from(place).unwrap_or(u64::MAX);
            }
        }
        rising(&mut snapshots)?;
        if snapshots.is_empty() {
            return Err(Error::wrong("no snapshot is named".to_owned()));
        }
        Ok(Self {
            snapshots,
            _taken_out: taken_out,
        })
    }
}

impl List {
    /// Finds the file of a version by the name that a report has of it, see [`name_in_reports`].
    pub(crate) fn file(&self, name: &str) -> Option<&Path> {
        let named = |snapshot: &&Snapshot| name.ends_with(&format!(" of {}", snapshot.label));
        self.snapshots.iter().find(named)?.file.as_deref()
    }
}

/// Returns the name that a report has of a version where its file's own tells it from no other.
pub(super) fn name_in_reports(file: &str, snapshot: &Snapshot) -> String {
    format!("{file} of {}", snapshot.label)
}

/// Refuses times that fall; of two equal ones the later is a millisecond later, since corrections apply
/// in the order recorded.
fn rising(snapshots: &mut [Snapshot]) -> Result<(), Error> {
    let mut last: Option<Timestamp> = None;
    for snapshot in snapshots {
        let Some(time) = dates::rfc3339(&snapshot.recorded) else {
            continue;
        };
        let said = last.filter(|_| snapshot.file.is_some());
        if last.is_some_and(|last| time < last) && said.is_none_or(|last| !same_second(time, last))
        {
            return Err(Error::wrong(format!(
                "snapshot {} was recorded at {}, before the one that stands before it; snapshots must stand in \
                 the order in which they were taken",
                quoted(&snapshot.label),
                snapshot.recorded
            )));
        }
        let next = said.filter(|last| time <= *last);
        let next = next.map(|last| last + jiff::SignedDuration::from_millis(1));
        if let Some(next) = next {
            snapshot.recorded = next.to_string();
        }
        last = Some(next.unwrap_or(time));
    }
    Ok(())
}

/// Whether an equal time was moved on for snapshots before it.
fn same_second(time: Timestamp, last: Timestamp) -> bool {
    time.as_second() == last.as_second()
}

fn snapshot(
    file: PathBuf,
    recorded: &str,
    day: Option<&str>,
    zone: &TimeZone,
) -> Result<Snapshot, Error> {
    let label = name_of(&file);
    let instant = dates::rfc3339(recorded).ok_or_else(|| {
        Error::wrong(format!(
            "{label} was recorded at {recorded}, which is no RFC 3339 time, e.g. 2020-06-07T01:25:53Z", recorded = quoted(recorded)))
    })?;
    let day = match day {
        None => dates::local_day(instant, zone),
        Some(day) => dates::day("%Y-%m-%d", day).ok_or_else(|| {
            Error::wrong(format!(
                "{label} is of the day {day}, which is none, e.g. 2020-06-07",
                day = quoted(day)
            ))
        })?,
    };
    Ok(Snapshot {
        // The time tells snapshots apart whatever came before, so that more of them change no ids.
        label: recorded.to_owned(),
        number: 0,
        file: Some(file),
        recorded: recorded.to_owned(),
        day,
        failed: false,
    })
}

fn name_of(file: &Path) -> String {
    file.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Reads the time in a file's name: the first place where the format fits. A hyphen before it is no sign of its year.
fn named(file: &Path, format: &str, zone: &TimeZone) -> Result<Snapshot, Error> {
    let name = name_of(file);
    let starts = name.char_indices().map(|(at, _)| at);
    let parsed = starts.filter_map(|at| {
        let (time, _) = BrokenDownTime::parse_prefix(format, name.get(at..)?).ok()?;
        let day = time
            .to_date()
            .ok()
            .filter(|day| day.year() >= dates::YEAR_MIN)?;
        let instant = match time.to_datetime() {
            Ok(datetime) => zone.to_timestamp(datetime).ok()?,
            Err(_) => zone
                .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
                .ok()?,
        };
        Some((day, instant))
    });
    let Some((day, instant)) = parsed.into_iter().next() else {
        return Err(Error::wrong(format!(
            "the name of {name} has no time of the form {format}, but name = {format} says that it stands there",
            format = quoted(format)
        )));
    };
    let recorded = dates::written(instant, zone.to_offset(instant));
    snapshot(file.to_owned(), &recorded, Some(&day.to_string()), zone)
}

/// The columns of a table of snapshots.
struct ListColumns {
    number: Column,
    recorded_at: Column,
    day: Option<Column>,
    file: Vec<(String, Option<Column>)>,
}

fn from_table(
    list: &ListTable,
    folder: &Path,
    zone: &TimeZone,
    limit: usize,
) -> Result<Vec<Snapshot>, Error> {
    let mut table = Table::open(&folder.join(&list.table), &Format::default())?;
    let columns = ListColumns {
        number: table.column(&list.number)?,
        recorded_at: table.column(&list.recorded_at)?,
        day: list.day.as_ref().map(|day| table.column(day)).transpose()?,
        file: pieces(list.file.as_deref().unwrap_or(""), &table)?,
    };
    let failed = list.failed.as_ref();
    let failed = failed.map(|when| when.bind(&table)).transpose()?;
    let nulls = NullWords::new(&[]);
    let mut row = Row::default();
    let mut snapshots: Vec<Snapshot> = Vec::new();
    while snapshots.len() < limit && table.read(&mut row)? {
        let recorded = columns.recorded_at.of(&row);
        let label = columns.number.of(&row);
        let whole = list.file.is_some();
        let number = label
            .parse()
            .ok()
            .filter(|number| whole || snapshots.last().is_none_or(|last| *number > last.number));
        if dates::rfc3339(recorded).is_none() || !whole && number.is_none() || label.is_empty() {
            let (file, line) = (&table.name, line_of(&row));
            return Err(Error::wrong(format!(
                "{file} line {line} has no number, one that is not above the one before, or a time that is not \
                 RFC 3339; snapshots must stand in the order in which they were taken"
            )));
        }
        let day = columns.day.map(|column| column.of(&row));
        let file = folder.join(filled(&columns.file, &row));
        let snapshot = snapshot(file, recorded, day, zone)?;
        snapshots.push(Snapshot {
            label: label.to_owned(),
            number: number.unwrap_or(0),
            file: snapshot.file.filter(|_| whole),
            failed: failed.as_ref().is_some_and(|when| when.holds(&row, &nulls)),
            ..snapshot
        });
    }
    Ok(snapshots)
}

/// Cuts `versions/{version}.csv.gz` into texts, each with the column that follows on it.
fn pieces(text: &str, table: &Table) -> Result<Vec<(String, Option<Column>)>, Error> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        let Some((column, after)) = after.split_once('}') else {
            return Err(Error::wrong(format!(
                "[snapshots.list] file {text} has a brace that is not closed",
                text = quoted(text)
            )));
        };
        pieces.push((literal.to_owned(), Some(table.column(column)?)));
        rest = after;
    }
    pieces.push((rest.to_owned(), None));
    Ok(pieces)
}

fn filled(pieces: &[(String, Option<Column>)], row: &Row) -> String {
    let mut text = String::new();
    for (literal, column) in pieces {
        text.push_str(literal);
        text.push_str(column.map_or("", |column| column.of(row)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Result<Vec<Snapshot>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("s.csv"), format!("n,at,note\n{rows}")).unwrap();
        let list: ListTable = toml::from_str(
            "table = 's.csv'\nnumber = 'n'\nrecorded_at = 'at'\nfailed = {column='note', given=true}",
        )
        .unwrap();
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        let mut snapshots = from_table(&list, folder.path(), &zone, usize::MAX)
            .map_err(|error| error.to_string())?;
        rising(&mut snapshots).map_err(|error| error.to_string())?;
        Ok(snapshots)
    }

    #[test]
    fn days_are_local_and_a_hole_is_marked() {
        let rows = "0,2024-01-02T07:00:00Z,\n1,2024-01-03T20:00:00Z,failed\n";
        let told: Vec<String> = table(rows)
            .unwrap()
            .iter()
            .map(|s| format!("{} {} {}", s.number, s.day, s.failed))
            .collect();
        assert_eq!(told, ["0 2024-01-01 false", "1 2024-01-03 true"]);
    }

    #[test]
    fn snapshots_out_of_order_are_refused() {
        let rows = "0,2024-01-02T07:00:00Z,\n1,2024-01-01T07:00:00Z,\n";
        assert!(table(rows).unwrap_err().contains("\"1\""));
        let twice = "1,2024-01-02T07:00:00Z,\n1,2024-01-03T07:00:00Z,\n";
        assert!(table(twice).unwrap_err().contains("s.csv line 3"));
    }

    #[test]
    fn a_time_stands_in_a_name_and_equal_ones_are_moved_on() {
        let zone = TimeZone::get("Asia/Phnom_Penh").unwrap();
        let one = |name: &str| named(Path::new(name), "%Y-%m-%d", &zone).unwrap();
        let mut list = [
            one("list_2020-05-02_a.csv"),
            one("list_2020-05-02_b.csv"),
            one("x 2020-05-03.csv"),
        ];
        rising(&mut list).unwrap();
        let times: Vec<&str> = list.iter().map(|s| s.recorded.as_str()).collect();
        assert_eq!(
            times,
            [
                "2020-05-02T00:00:00+07:00",
                "2020-05-01T17:00:00.001Z",
                "2020-05-03T00:00:00+07:00"
            ]
        );
        assert!(named(Path::new("list.csv"), "%Y-%m-%d", &zone).is_err());
        for (name, format) in [
            ("l-2020-05-02.csv", "%Y-%m-%d"),
            ("l--2020-05-02.csv", "%Y-%m-%d"),
            ("l+2020-05-02.csv", "%Y-%m-%d"),
            ("3-12-2020-05-02.csv", "%Y-%m-%d"),
            ("l-20200502-b.csv", "%Y%m%d"),
        ] {
            let read = named(Path::new(name), format, &zone).unwrap();
            assert_eq!(read.recorded, "2020-05-02T00:00:00+07:00", "{name}");
        }
    }
}

//! Whole versions of a list: each is read, held against what is on the list, and applied, or refused as broken.
//!
//! Start at [`run`].
//!
//! Never here: what follows from a change (`roster`).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use super::inputs::Inputs;
use super::list::{List, name_in_reports};
use super::look::Look;
use super::mapping::{Keyless, SnapshotsSection, Twins};
use super::roster::{Roster, Sheet};
use super::row_error::RowError;
use crate::Error;
use crate::emit::Emitter;
use crate::read::{Next, Row, Table, line_of};
use crate::report::Report;
use crate::rows::key::Contents;

/// One version, read.
struct Version {
    sheet: Sheet,
    file: String,
    /// The rows, the key of each, and what tells equal ones.
    rows: Vec<(Row, Vec<String>, u64)>,
    /// What tells its header from others.
    header: u64,
    /// Rows that could not be read so far as to know whose they are.
    unreadable: u64,
}

/// Applies the versions one after the other.
///
/// # Errors
/// As [`super::run`].
pub(super) fn run(
    inputs: &Inputs<'_>,
    list: &List,
    roster: &mut Roster,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let mut previous = None;
    let mut misfit = None;
    out.meter
        .begin(u64::try_from(list.snapshots.len()).unwrap_or(0));
    for (snapshot, done) in list.snapshots.iter().zip(0..) {
        out.meter.reach(done);
        let look = Look { snapshot, previous };
        let version = if snapshot.failed {
            out.report
                .note("snapshot failed: a hole, says nothing about anyone");
            continue;
        } else {
            read(inputs, look, out)?
        };
        let refused = match version {
            Ok(version) => {
                let (found, before) = (version.rows.len(), roster.listed());
                let version = believed(inputs, version, before);
                match version {
                    Some(version) => {
                        if let Some(file) = &snapshot.file {
                            out.comes_from(file)?;
                        }
                        apply(version, look, roster, out)?;
                        previous = Some(snapshot.day);
                        continue;
                    }
                    None => {
                        out.report.rows_skipped += u64::try_from(found).unwrap_or(u64::MAX);
                        format!("{found} entries, where the one before it had {before}")
                    }
                }
            }
            Err(Unread::Broken(reason)) => reason,
            Err(Unread::Misfit(error)) => {
                let reason = error.to_string().replace('\n', "; ");
                misfit = misfit.or(Some(error));
                reason
            }
        };
        out.report.unclear.times.insert(snapshot.recorded.clone());
        roster.refuse(format!("{}: {refused}", snapshot.label));
    }
    // Where the mapping fits some version, another one is another thing, such as a page that says an error.
    match misfit {
        Some(error) if previous.is_none() => Err(error),
        Some(_) | None => Ok(()),
    }
}

/// Why a version says nothing.
enum Unread {
    /// It is none.
    Broken(String),
    /// The mapping does not fit it.
    Misfit(Error),
}

/// Returns the version unless it has too few entries beside what is on the list.
fn believed(inputs: &Inputs<'_>, version: Version, listed: usize) -> Option<Version> {
    let count = |entries: usize| f64::from(u32::try_from(entries).unwrap_or(u32::MAX));
    let least = count(listed) * inputs.section.least;
    let found = count(version.rows.len());
    (found >= least && found > 0.0).then_some(version)
}

/// Reads one version, or tells why it says nothing.
fn read(
    inputs: &Inputs<'_>,
    look: Look<'_>,
    out: &mut Emitter<'_>,
) -> Result<Result<Version, Unread>, Error> {
    let Some(file) = &look.snapshot.file else {
        return Ok(Err(Unread::Broken("it has no file".to_owned())));
    };
    let mut table = match Table::open(file, &inputs.mapping.files) {
        Ok(table) => table,
        Err(error @ Error::Io { .. }) if !error.is_of_content() => return Err(error),
        Err(error) => return Ok(Err(Unread::Broken(error.with_cause()))),
    };
    if table.header().all(str::is_empty) {
        return Ok(Err(Unread::Broken("it is empty".to_owned())));
    }
    if table.is_rejected() {
        let reason = "it is a file of rejected rows: mend them in the files of their versions";
        return Ok(Err(Unread::Broken(reason.to_owned())));
    }
    let sheet = match Sheet::bind(inputs, &table) {
        Ok(bound) => bound,
        Err(error @ (Error::Mistakes { .. } | Error::Column { .. } | Error::Twice { .. })) => {
            return Ok(Err(Unread::Misfit(error)));
        }
        Err(error) => return Err(error),
    };
    let name = named(inputs, look, (&table, file), &mut out.report);
    let mut version = Version {
        sheet,
        file: name.clone(),
        rows: Vec::new(),
        header: hash(table.header()),
        unreadable: 0,
    };
    let mut seen = SeenSoFar::default();
    let mut row = Row::default();
    let mut last = 0;
    loop {
        let next = match table.next(&mut row) {
            // It was cut short, or is damaged: how much of it is missing nobody knows.
            Err(error) if error.is_of_content() => {
                out.report.rows_skipped += u64::try_from(version.rows.len()).unwrap_or(u64::MAX);
                let why = error.with_cause();
                let reason = format!("behind line {last} it cannot be read: {why}");
                return Ok(Err(Unread::Broken(reason)));
            }
            next => next?,
        };
        last = line_of(&row).max(last);
        if next == Next::End {
            table
                .doubted()
                .iter()
                .for_each(|told| out.report.note(told));
            return Ok(Ok(version));
        }
        out.report.rows_read += 1;
        row.nth = out.report.rows_read;
        if let Next::Broken { line, reason } = next {
            version.unreadable += 1;
            out.report.reject(&name, line, "", "", &reason);
            continue;
        }
        version.keep(&row, &mut seen, inputs.section, out);
    }
}

/// Names a version's file for the report. Versions out of a repository all have one name, and are gone once they are read;
/// others may have one in folders.
fn named(
    inputs: &Inputs<'_>,
    look: Look<'_>,
    (table, file): (&Table, &PathBuf),
    report: &mut Report,
) -> String {
    if inputs.section.git.is_some() {
        return name_in_reports(&table.name, look.snapshot);
    }
    let others = report.files.get(&table.name);
    let name = match others.is_some_and(|other| other != file) {
        true => name_in_reports(&table.name, look.snapshot),
        false => table.name.clone(),
    };
    report.files.insert(name.clone(), file.clone());
    name
}

/// What came so far in a version.
#[derive(Default)]
struct SeenSoFar {
    /// Where the row of a key stands among the rows that are kept.
    places: HashMap<Vec<String>, usize>,
    contents: Contents,
}

impl Version {
    /// Keeps a row, unless it is left out, has no key, or gives way to its twin.
    fn keep(
        &mut self,
        row: &Row,
        seen: &mut SeenSoFar,
        section: &SnapshotsSection,
        out: &mut Emitter<'_>,
    ) {
        let rows = &self.sheet.rows;
        if let Some(reason) = rows.skips(row) {
            out.report.note(reason);
            out.report.rows_skipped += 1;
            return;
        }
        // It is nobody's, so that it does not say that someone's row could not be read.
        if let Some(reason) = row.header_again() {
            out.report.reject(&self.file, line_of(row), "", "", reason);
            return;
        }
        let secret = out.maker.secret.as_ref();
        let (key, given) = rows.any_key(row, secret, &mut seen.contents);
        if !given && section.keyless == Keyless::Reject {
            let error = rows.refuse_key(row, "no key, but the row's id is made of it");
            self.unreadable += 1;
            reject(&self.file, row, &error.into(), out);
            return;
        }
        let cells = hash(row.iter()) ^ self.header;
        match (seen.places.get(&key), section.twins) {
            (None, _) => {
                seen.places.insert(key.clone(), self.rows.len());
                self.rows.push((row.clone(), key, cells));
            }
            (Some(place), Twins::Last) => {
                if let Some(first) = self.rows.get_mut(*place) {
                    *first = (row.clone(), key, cells);
                }
                out.report.rows_skipped += 1;
                out.report
                    .note("a twin: a later row of the snapshot has its key, and holds");
            }
            (Some(place), Twins::Reject) => {
                let first = self.rows.get(*place).map_or(0, |(row, ..)| line_of(row));
                let line = line_of(row);
                let reason = format!("a twin: line {line} has the key of line {first}");
                let error = rows.refuse_key(row, &reason);
                reject(&self.file, row, &error.into(), out);
            }
        }
    }
}

/// Tells what came, changed and went.
fn apply(
    version: Version,
    look: Look<'_>,
    roster: &mut Roster,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    roster.begin();
    let Version {
        sheet,
        file,
        rows,
        unreadable,
        ..
    } = version;
    out.origin.file = file.as_str().into();
    if unreadable > 0 {
        let time = look.snapshot.recorded.clone();
        out.report.unclear.times.insert(time);
    }
    let mut numbers = Vec::with_capacity(rows.len());
    for (_, key, _) in &rows {
        numbers.push(roster.number(key));
    }
    let here: std::collections::HashSet<usize> = numbers.iter().copied().collect();
    (out.origin.line, out.origin.row) = (0, 0);
    let gone = roster.all_listed().into_iter();
    for number in gone.filter(|number| !here.contains(number)) {
        if unreadable > 0 {
            out.report
                .note("not on a snapshot of which a row could not be read: not taken for gone");
        } else {
            roster.go(number, look, out)?;
        }
    }
    for ((row, key, cells), number) in rows.iter().zip(numbers) {
        (out.origin.line, out.origin.row) = (line_of(row), row.nth);
        let before = out.report.events_made();
        let entry = roster.entry(number);
        let listed = entry.is_some_and(|entry| entry.listed);
        let same = entry.is_some_and(|entry| entry.stay.cells == *cells);
        let done = if listed && same {
            Ok(())
        } else if listed {
            roster.change(number, (&sheet, row, key), look, out)
        } else {
            roster.come(number, (&sheet, row, key), look, out)
        };
        match done {
            Ok(()) => roster.saw(number, *cells),
            Err(RowError::Import(error)) => return Err(error),
            Err(RowError::Row(error)) => {
                out.report.unclear.ids.extend(roster.events_of(number));
                reject(&file, row, &error.into(), out);
                continue;
            }
        }
        if out.report.events_made() == before {
            out.report.rows_unchanged += 1;
        }
    }
    Ok(())
}

/// Rejects a row.
pub(super) fn reject(file: &str, row: &Row, error: &RowError, out: &mut Emitter<'_>) {
    if let RowError::Row(error) = error {
        let line = line_of(row);
        out.report
            .reject(file, line, &error.column, &error.value, &error.reason);
    }
}

fn hash<'t>(texts: impl Iterator<Item = &'t str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    texts.for_each(|text| text.hash(&mut hasher));
    hasher.finish()
}

//! Rows that say how a list changed: each adds, changes or removes one entry at a snapshot.
//!
//! Start at [`run`]: in a snapshot first who is gone, then who came, then what changed, then the charges.
//!
//! Never here: what follows from a change (`roster`), and charges (`charges`).

use super::charges::Charges;
use super::inputs::Inputs;
use super::list::List;
use super::look::Look;
use super::mapping::ChangeRows;
use super::reader::{SnapshotReader, SnapshotRows};
use super::roster::{Roster, Sheet};
use super::row_error::RowError;
use super::sheet;
use crate::Error;
use crate::emit::Emitter;
use crate::read::{Column, Row};
use crate::rows::field::CellError;
use crate::rows::key::Contents;

/// What a row may tell, in the order in which the rows of a snapshot are applied.
const OPS: [&str; 3] = ["remove", "add", "change"];

/// Applies the snapshots one after the other.
///
/// # Errors
/// As [`super::run`].
pub(super) fn run(
    inputs: &Inputs<'_>,
    changes: &ChangeRows,
    list: &List,
    roster: &mut Roster,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let mut people = SnapshotReader::open(inputs.folder, &changes.file, &changes.snapshot)?;
    let op = people.table.column(&changes.op)?;
    let path = inputs.folder.join(&changes.file);
    out.comes_from(&path)?;
    let of_people = out.file.clone();
    out.report.files.insert(people.table.name.clone(), path);
    let sheet = Sheet::bind(inputs, &people.table)?;
    let mut charged = match &inputs.section.charges {
        Some(columns) => {
            let rows = SnapshotReader::open(inputs.folder, &columns.file, &columns.snapshot)?;
            let path = inputs.folder.join(&columns.file);
            out.comes_from(&path)?;
            let of_charges = out.file.clone();
            out.report.files.insert(rows.table.name.clone(), path);
            let charges = Charges::new(inputs.mapping, columns, &rows.table)?;
            Some((rows, charges, of_charges))
        }
        None => None,
    };
    let mut previous = None;
    out.meter
        .begin(u64::try_from(list.snapshots.len()).unwrap_or(0));
    for (snapshot, done) in list.snapshots.iter().zip(0..) {
        out.meter.reach(done);
        let look = Look { snapshot, previous };
        if snapshot.failed {
            out.report
                .note("snapshot failed: a hole, says nothing about anyone");
        } else {
            roster.begin();
            previous = Some(snapshot.day);
        }
        let rejected = out.report.rows_rejected;
        people.take(snapshot, &mut out.report)?;
        out.file.clone_from(&of_people);
        apply((&sheet, op), look, people.rows(), roster, out)?;
        if let Some((rows, charges, of_charges)) = &mut charged {
            out.file.clone_from(of_charges);
            rows.take(snapshot, &mut out.report)?;
            charges.apply(look, rows.rows(), roster, out)?;
        }
        if out.report.rows_rejected > rejected {
            let time = snapshot.recorded.clone();
            out.report.unclear.times.insert(time);
        }
    }
    Ok(())
}

/// Applies the rows of one snapshot.
fn apply(
    (sheet, op): (&Sheet, Column),
    look: Look<'_>,
    rows: SnapshotRows<'_>,
    roster: &mut Roster,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    for wanted in OPS {
        for row in rows.rows.iter().filter(|row| op.of(row) == wanted) {
            rows.place(row, out);
            let before = out.report.events_made();
            match one(wanted, (sheet, row), look, roster, out) {
                Err(RowError::Import(error)) => return Err(error),
                Err(error @ RowError::Row(_)) => sheet::reject(rows.file, row, &error, out),
                Ok(()) if out.report.events_made() == before => out.report.rows_unchanged += 1,
                Ok(()) => {}
            }
        }
    }
    for row in rows.rows.iter().filter(|row| !OPS.contains(&op.of(row))) {
        let error = absent("op", op.of(row), "not one of add, change, remove");
        sheet::reject(rows.file, row, &error, out);
    }
    Ok(())
}

fn one(
    op: &str,
    (sheet, row): (&Sheet, &Row),
    look: Look<'_>,
    roster: &mut Roster,
    out: &mut Emitter<'_>,
) -> Result<(), RowError> {
    let secret = out.maker.secret.as_ref();
    let key = sheet.rows.key(row, secret, &mut Contents::default())?;
    let number = roster.number(&key);
    let listed = roster.entry(number).is_some_and(|entry| entry.listed);
    let refused = |reason| Err(RowError::Row(sheet.rows.refuse_key(row, reason)));
    match (op, listed) {
        ("add", true) => refused("added, but already on the list"),
        ("add", false) => roster.come(number, (sheet, row, &key), look, out),
        (_, false) => refused("not on the list at the previous good snapshot"),
        ("remove", true) => Ok(roster.go(number, look, out)?),
        (_, true) => roster.change(number, (sheet, row, &key), look, out),
    }
}

fn absent(column: &str, value: &str, reason: &str) -> RowError {
    RowError::Row(CellError {
        column: column.to_owned(),
        value: value.to_owned(),
        reason: reason.to_owned(),
    })
}

//! The rows of a file, one after the other, into events.
//!
//! Start at [`run`].
//!
//! Never here: what a row says (see [`super::RowMapping`]).

use std::path::Path;

use jiff::tz::TimeZone;

use super::RowMapping;
use super::row_buffer::RowBuffer;
use super::together;
use super::twins::{TWIN, Twins};
use crate::Error;
use crate::emit::{Emitter, Twin};
use crate::mapping::{Mapping, Mode};
use crate::read::{Next, Row, Table, line_of, rejected_columns};

/// What is told of a file of rejected rows where rows that are gone are told.
const PART: &str = "a file of rejected rows, which is a part of the list: no row is told as gone";

/// Rows after which it is said how far the import is.
const METERED_ROWS: u64 = 256;

/// Turns the rows of one file into events.
///
/// # Errors
/// An input that cannot be read, a mapping that does not fit it, and what the sink answers.
pub(crate) fn run(
    mapping: &Mapping,
    file: &Path,
    zone: &TimeZone,
    twins: &mut Twins,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let table = Table::open(file, &mapping.files)?;
    out.report.files.insert(table.name.clone(), file.to_owned());
    out.comes_from(file)?;
    run_table(mapping, table, zone, twins, out)
}

/// Turns the rows of a table into events.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_table(
    mapping: &Mapping,
    mut table: Table,
    zone: &TimeZone,
    twins: &mut Twins,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    table.found.iter().for_each(|found| out.report.note(found));
    note_part(mapping, &table, out);
    let rows = RowMapping::bind(mapping, &table, zone)?;
    out.origin.file = table.name.as_str().into();
    let (mut row, mut buffer) = (Row::default(), RowBuffer::new(&rows));
    twins.begin_file();
    let (before, _) = out.meter.state();
    let mut last = 0;
    loop {
        if table.number().is_multiple_of(METERED_ROWS) {
            out.meter.reach(before + table.read_of().0);
        }
        match next(&mut table, &mut row, &mut last, out)? {
            Next::End => break,
            Next::Row => {
                out.report.rows_read += 1;
                row.nth = out.report.rows_read;
            }
            Next::Broken { line, reason } => {
                out.report.rows_read += 1;
                out.report.reject(&table.name, line, "", "", &reason);
                continue;
            }
        }
        let Some(mut made) = rows.make(&table.name, &row, twins, out) else {
            continue;
        };
        if table.is_rejected() && rejected_columns::reason(&row).contains(TWIN) {
            made.twin = Some(Twin::Rejected);
        } else if table.is_rejected() && together::disagrees(rejected_columns::reason(&row)) {
            made.twin = Some(Twin::Disagrees);
        }
        match &mut buffer {
            Some(buffer) => buffer.add(&made, out)?,
            None => rows.write(&made, out)?,
        }
    }
    out.meter.reach(before + table.read_of().1);
    table
        .doubted()
        .iter()
        .for_each(|told| out.report.note(told));
    buffer.map_or(Ok(()), |buffer| buffer.end(&rows, &table.name, out))
}

/// Notes a file of rejected rows, which holds some of the rows of another one.
fn note_part(mapping: &Mapping, table: &Table, out: &mut Emitter<'_>) {
    if !table.is_rejected() {
        return;
    }
    out.report.is_part = true;
    if mapping.mode == Mode::State {
        out.report.note(PART);
    }
}

/// Reads what stands next. A file that cannot be read on behind its row of the line `last` ends there: what was read
/// is good, so it is imported and told as ever, and that it was not all.
///
/// # Errors
/// As [`Table::next`], before any row was read.
fn next(
    table: &mut Table,
    row: &mut Row,
    last: &mut u64,
    out: &mut Emitter<'_>,
) -> Result<Next, Error> {
    let next = table.next(row);
    match next {
        Err(error) if out.report.rows_read > 0 => {
            out.report.break_off(&table.name, *last, &error);
            Ok(Next::End)
        }
        Ok(Next::Row) => {
            *last = line_of(row);
            Ok(Next::Row)
        }
        Ok(Next::Broken { line, reason }) => {
            *last = line;
            Ok(Next::Broken { line, reason })
        }
        next => next,
    }
}

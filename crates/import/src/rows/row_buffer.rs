//! Rows that wait until all of their file are read: those that are joined with others, and those that are imported in the
//! order in which they were recorded.
//!
//! Start at [`RowBuffer::new`].
//!
//! Never here: where they wait (`spool`).

use jiff::Timestamp;

use super::RowMapping;
use super::mapping::Order;
use super::row_events::RowEvents;
use super::spool::{Place, Spool};
use super::together::{JoinedRow, Together};
use crate::Error;
use crate::dates;
use crate::emit::Emitter;

/// The rows of a file that wait.
pub(super) struct RowBuffer {
    /// Rows that are joined with others.
    together: Option<Together>,
    order: Order,
    spool: Spool,
    /// Rows that are put in order: when each was recorded, and its place.
    recorded: Vec<(Option<Timestamp>, Place)>,
}

impl RowBuffer {
    /// Begins with no rows; none where no row of the mapping waits.
    pub(super) fn new(rows: &RowMapping) -> Option<Self> {
        let is_at_once = !rows.together && rows.order == Order::File;
        (!is_at_once).then(|| Self {
            together: rows.together.then(|| Together::new(rows.has_own_ids)),
            order: rows.order,
            spool: Spool::default(),
            recorded: Vec::new(),
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`Error::Io`] of the temporary file: nothing of what waits is imported then.
    pub(super) fn add(&mut self, row: &RowEvents, out: &mut Emitter<'_>) -> Result<(), Error> {
        let done = match &mut self.together {
            Some(together) => together.add(row),
            None => self.put_in_order(row),
        };
        out.sink_failed |= done.is_err();
        done
    }

    fn put_in_order(&mut self, row: &RowEvents) -> Result<(), Error> {
        let place = self.spool.put(row)?;
        self.recorded.push((dates::rfc3339(&row.recorded), place));
        Ok(())
    }

    /// Writes the events of all rows.
    ///
    /// # Errors
    /// [`Error::Io`] of the temporary file, and what the sink answers.
    pub(super) fn end(
        mut self,
        rows: &RowMapping,
        file: &str,
        out: &mut Emitter<'_>,
    ) -> Result<(), Error> {
        let done = self.write(rows, file, out);
        out.sink_failed |= done.is_err();
        done
    }

    fn write(&mut self, rows: &RowMapping, file: &str, out: &mut Emitter<'_>) -> Result<(), Error> {
        if let Some(together) = self.together.take() {
            together.end(|joined| match joined {
                JoinedRow::Rejected(line, reason) => {
                    out.report.reject(file, line, "", "", &reason);
                    Ok(())
                }
                JoinedRow::Events(row) => match self.order {
                    Order::File => rows.write(&row, out),
                    Order::Recordedtime => self.put_in_order(&row),
                },
            })?;
        }
        // Stable: rows of one time keep the order of the file.
        self.recorded.sort_by_key(|(recorded, _)| *recorded);
        for (_, place) in &self.recorded {
            let row = self.spool.get(*place)?;
            rows.write(&row, out)?;
        }
        Ok(())
    }
}

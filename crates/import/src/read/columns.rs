//! The columns of objects: all that any of them has; each object is a row under them.
//!
//! Start at [`Columns::lay_out`].
//!
//! Never here: how an object becomes cells (`json`).

use std::collections::HashMap;

use csv::StringRecord;

use super::broken::BrokenRow;
use super::limits;
use super::row::Row;
use crate::Error;
use crate::error::quoted;

/// One row before it is laid out: its cells by their columns.
pub(super) type Flat = Vec<(String, String)>;

/// One row before it is laid out, with the line of its object.
pub(super) struct FlatRow {
    pub(super) line: u64,
    /// Its place in the list whose items are rows, from 1; 0 where there is none.
    pub(super) repeat: u64,
    pub(super) cells: Flat,
}

/// The columns of objects: all that any of them has, in the order in which they came.
#[derive(Default)]
pub(super) struct Columns {
    header: StringRecord,
    places: HashMap<String, usize>,
}

impl Columns {
    /// Adds those of a row, also of one that is broken: who looks for a column is to hear why it is, and not that there is
    /// no such column.
    ///
    /// # Errors
    /// [`Error::Limit`] for more columns than are read.
    pub(super) fn add(
        &mut self,
        row: &Result<FlatRow, BrokenRow>,
        file: &str,
    ) -> Result<(), Error> {
        match row {
            Ok(flat) => {
                let mut names = flat.cells.iter();
                names.try_for_each(|(name, _)| self.add_one(name, file))
            }
            Err(broken) => self.add_named(&broken.columns, file),
        }
    }

    /// Adds those of these names.
    ///
    /// # Errors
    /// As [`Columns::add`].
    pub(super) fn add_named(&mut self, names: &[String], file: &str) -> Result<(), Error> {
        names.iter().try_for_each(|name| self.add_one(name, file))
    }

    fn add_one(&mut self, name: &str, file: &str) -> Result<(), Error> {
        if self.places.contains_key(name) {
            return Ok(());
        }
        self.places.insert(name.to_owned(), self.header.len());
        self.header.push_field(name);
        limits::columns(file, self.header.len())
    }

    /// Returns their names.
    pub(super) fn header(&self) -> StringRecord {
        self.header.clone()
    }

    /// Lays a row out under them.
    ///
    /// # Errors
    /// [`BrokenRow`] where two members of an object are one column, or one that was not there before.
    pub(super) fn lay_out(&self, flat: FlatRow) -> Result<Row, BrokenRow> {
        let FlatRow {
            line,
            repeat,
            cells,
        } = flat;
        let mut texts = vec![None; self.header.len()];
        for (name, text) in cells {
            let place = self.places.get(&name);
            let Some(slot) = place.and_then(|place| texts.get_mut(*place)) else {
                let reason = format!(
                    "the column {name} came while the file was read",
                    name = quoted(&name)
                );
                return Err(BrokenRow::new(line, reason));
            };
            if slot.replace(text).is_some() {
                let reason = format!(
                    "two members of one object are both the column {name}",
                    name = quoted(&name)
                );
                return Err(BrokenRow::new(line, reason));
            }
        }
        let mut row = Row {
            line,
            repeat,
            ..Row::default()
        };
        row.errors = self.of_objects(&texts);
        for text in texts {
            row.cells.push_field(text.as_deref().unwrap_or(""));
        }
        Ok(row)
    }

    /// Returns the places of columns in which an object stands: its members say something, in columns of their own, and it
    /// says nothing itself.
    fn of_objects(&self, texts: &[Option<String>]) -> Vec<usize> {
        let mut objects = Vec::new();
        let cells = self.header.iter().zip(texts);
        for (name, _) in
            cells.filter(|(_, text)| text.as_deref().is_some_and(|said| !said.is_empty()))
        {
            let dots = name.match_indices('.').map(|(at, _)| at);
            let around = dots.filter_map(|at| self.places.get(name.get(..at)?));
            let around = around.filter(|place| texts.get(**place) == Some(&None));
            objects.extend(
                around
                    .copied()
                    .filter(|place| !objects.contains(place))
                    .collect::<Vec<_>>(),
            );
        }
        objects
    }
}

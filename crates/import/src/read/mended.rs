//! What a file of rejected rows says of its rows beside their own cells: which are dates, and which row was cut from a
//! broken text and is not mended.
//!
//! Never here: which file is one (`rejected_columns`).

use super::{Row, Table, damage, rejected_columns};
use crate::dates;

impl Table {
    /// Returns the names of a row's columns whose cells are dates of a spreadsheet.
    pub(crate) fn dates_of(&self, row: &Row) -> Vec<&str> {
        let columns = row.dates.iter().filter_map(|place| self.header.get(*place));
        columns.map(str::trim).collect()
    }

    /// Marks the cells of a row that are dates, as the file says; one that was mended into a text is one.
    pub(super) fn mark_dates(&self, row: &mut Row) {
        let said = self.dates.and_then(|place| row.cells.get(place));
        let said = said.and_then(|names| serde_json::from_str::<Vec<String>>(names).ok());
        let said = said.unwrap_or_default();
        for (place, name) in self.header.iter().enumerate() {
            let is_said = said.iter().any(|said| said == name.trim());
            let cell = row.cells.get(place).unwrap_or("").trim();
            if is_said && dates::typed_day(cell).is_some() {
                row.dates.push(place);
            }
        }
    }

    /// Returns the columns of a row's own, with their places.
    fn own_columns(&self) -> impl Iterator<Item = (usize, &str)> {
        let names = self.header.iter().map(str::trim).enumerate();
        names.filter(|(place, name)| {
            !self.is_rejected || !rejected_columns::stands_before(*place, name)
        })
    }

    /// Whether the cells of a row are the names of its columns, those before the row's own in a file of rejected rows
    /// left aside.
    pub(super) fn says_header(&self, row: &Row) -> bool {
        let mut own = self.own_columns();
        let cell = |place: usize| row.cells.get(place).unwrap_or("").trim();
        own.all(|(place, name)| cell(place) == name.trim())
    }

    /// Returns the cells of a row that are its own; those beyond the header with them.
    fn own_cells<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = &'r str> {
        let cells = row.cells.iter().enumerate();
        let own = cells.filter(|(place, _)| {
            let name = self.header.get(*place).unwrap_or("").trim();
            !self.is_rejected || !rejected_columns::stands_before(*place, name)
        });
        own.map(|(_, cell)| cell)
    }

    /// Marks something that is no row, so that a file of rejected rows tells whether it was mended; empty where nothing
    /// is to be marked.
    pub(crate) fn mark_damage(&self, row: &Row) -> String {
        let cells: Vec<&str> = self.own_cells(row).collect();
        damage::mark(row.fault, &cells, self.own_columns().count())
    }

    /// Marks a row that is whole and names someone else than another of its key, in the same way.
    pub(crate) fn mark_whole(&self, row: &Row) -> String {
        let cells: Vec<&str> = self.own_cells(row).collect();
        damage::mark_whole(&cells)
    }

    /// Returns why a row was rejected, where it is damaged and stands as it did.
    pub(super) fn unmended(&self, row: &Row) -> Option<String> {
        let mark = row.cells.get(self.damaged?)?.trim();
        let cells: Vec<&str> = self.own_cells(row).collect();
        if mark.is_empty() || !damage::stands(mark, &cells) {
            return None;
        }
        let reason = match rejected_columns::reason(row) {
            "" => "a row that was cut from a broken text, and was not mended",
            reason => reason,
        };
        Some(reason.to_owned())
    }
}

//! What a file of rejected rows says of its rows beside their own cells: which are dates, and which row was cut from a
//! broken text and is not mended.
//!
//! Never here: which file is one (`rejected_columns`).

use std::collections::BTreeMap;

use super::rewritten_day::{self, RewrittenDay};
use super::{Row, Table, damage, rejected_columns};
use crate::error::quoted;

impl Table {
    /// Returns the names of a row's columns whose cells are dates of a spreadsheet.
    pub(crate) fn dates_of(&self, row: &Row) -> Vec<&str> {
        let columns = row.dates.iter().filter_map(|place| self.header.get(*place));
        columns.map(str::trim).collect()
    }

    /// Marks the cells of a row that are dates, as the file says; one that was mended into a text is one. A spreadsheet
    /// writes days anew: what is one day all the same is read, and of what may be two it is said why the row is none.
    pub(super) fn mark_dates(&self, row: &mut Row) -> Option<String> {
        let said = self.dates.and_then(|place| row.cells.get(place));
        let said = said.and_then(|names| serde_json::from_str::<Vec<String>>(names).ok());
        let said = said.unwrap_or_default();
        let (mut anew, mut unclear) = (BTreeMap::new(), None);
        for (place, name) in self.header.iter().enumerate() {
            if !said.iter().any(|said| said == name.trim()) {
                continue;
            }
            match rewritten_day::read(row.cells.get(place).unwrap_or("").trim()) {
                RewrittenDay::AsItWas => row.dates.push(place),
                RewrittenDay::Day(day) => {
                    row.dates.push(place);
                    anew.insert(place, day);
                }
                RewrittenDay::Unclear => {
                    // It stays marked, so that it is read as nothing else where the row is rejected once more.
                    row.dates.push(place);
                    let is_used = self.used.borrow().contains(&place);
                    let reason = || {
                        format!(
                            "the day in {} was written anew by a program and may be two days: write it as year, month and \
                             day, e.g. 2020-05-01",
                            quoted(name.trim())
                        )
                    };
                    unclear = unclear.or_else(|| is_used.then(reason));
                }
                RewrittenDay::Text => {}
            }
        }
        if !anew.is_empty() {
            *row = row.with(|place| anew.get(&place).cloned());
        }
        unclear
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

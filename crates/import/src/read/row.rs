//! A row of a table, and a column's place in it.
//!
//! Never here: how a row is read, and what its cells mean.

use csv::StringRecord;

use super::broken::BrokenRow;
use super::damage::Fault;
use super::rejected_columns::NO_VALUE;

/// What stands next in a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A row.
    Row,
    /// Something that is no row.
    Broken {
        /// The line on which it begins, counted from 1.
        line: u64,
        /// What is wrong, and what is right.
        reason: String,
    },
    /// Nothing: the file ends.
    End,
}

/// A row: its cells as texts, and what a spreadsheet knows of them beside the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(super) cells: StringRecord,
    /// The line on which it begins, counted from 1; of a workbook, the number of the row.
    pub(super) line: u64,
    /// Its place among the rows behind the header, counted from 1; rows that are broken are counted too.
    pub(super) number: u64,
    /// Its place among all rows of the import, counted from 1; 0 until whoever counts them says it.
    pub(crate) nth: u64,
    /// Its place in the list that was made into rows, counted from 1; 0 where there is none.
    pub(super) repeat: u64,
    /// The columns whose cells are dates and not texts: these are written as ISO 8601.
    pub(super) dates: Vec<usize>,
    /// The columns whose cells hold no value, such as mistakes of a spreadsheet.
    pub(super) errors: Vec<usize>,
    /// Whether its cells are the names of the columns: lists that were put together have their header several times.
    pub(super) is_header: bool,
    /// Where it is none: what is wrong with it.
    pub(super) fault: Fault,
}

impl Row {
    /// Returns the cells.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }

    /// Returns the cells as a file of rejected rows has them: a mistake of a spreadsheet is marked as no value.
    pub(crate) fn to_mend(&self) -> impl Iterator<Item = &str> {
        let cells = self.cells.iter().enumerate();
        cells.map(|(place, cell)| match self.errors.contains(&place) {
            true => NO_VALUE,
            false => cell,
        })
    }

    /// Returns the row with other texts in some of its cells, as `other` says by their places.
    pub(crate) fn with(&self, other: impl Fn(usize) -> Option<String>) -> Self {
        let cells = self.cells.iter().enumerate();
        let cells = cells.map(|(place, cell)| other(place).unwrap_or_else(|| cell.to_owned()));
        Self {
            cells: cells.collect::<Vec<String>>().into(),
            ..self.clone()
        }
    }

    /// Says why it is none, where its cells are the names of the columns.
    pub(crate) fn header_again(&self) -> Option<&'static str> {
        let reason = "the header again: each of its cells says the name of its column";
        self.is_header.then_some(reason)
    }

    /// Returns its place among the rows behind the header, counted from 1.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Returns its place in the list that was made into rows, counted from 1; 0 where there is none.
    pub(crate) const fn repeat(&self) -> u64 {
        self.repeat
    }

    /// Takes out the marks of cells that hold no value, of a file of rejected rows.
    pub(super) fn take_no_values(&mut self) {
        let cells = self.cells.iter().enumerate();
        let left = cells.filter(|(_, cell)| cell.trim() == NO_VALUE);
        self.errors = left.map(|(place, _)| place).collect();
        if !self.errors.is_empty() {
            let errors = &self.errors;
            *self = self.with(|place| errors.contains(&place).then(String::new));
        }
    }

    /// Takes the cells of something that is no row.
    pub(super) fn broken(&mut self, broken: BrokenRow) -> Next {
        let BrokenRow {
            cells,
            line,
            reason,
            fault,
            columns: _,
        } = broken;
        (self.cells, self.fault) = (cells, fault);
        Next::Broken { line, reason }
    }

    /// Forgets what was read into it.
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        (self.line, self.number, self.nth, self.repeat) = (0, 0, 0, 0);
        self.dates.clear();
        self.errors.clear();
        self.is_header = false;
        self.fault = Fault::Cells;
    }
}

/// Returns the line on which the row begins, counted from 1 with the header as line 1.
pub(crate) const fn line_of(row: &Row) -> u64 {
    row.line
}

/// A column's place in its rows, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column(pub(super) usize);

impl Column {
    /// A column that is not there: it stands for one while the other mistakes of a mapping are looked for.
    pub(crate) const NONE: Self = Self(usize::MAX);

    /// Whether it is the column at a place of its rows, counted from 0.
    pub(crate) const fn is(self, place: usize) -> bool {
        self.0 == place
    }

    /// Returns the row's value in this column, without surrounding blanks.
    pub(crate) fn of(self, row: &Row) -> &str {
        row.cells.get(self.0).unwrap_or("").trim()
    }

    /// Whether the cell is a date of a spreadsheet, written as ISO 8601, and not a text.
    pub(crate) fn is_date(self, row: &Row) -> bool {
        row.dates.contains(&self.0)
    }
}

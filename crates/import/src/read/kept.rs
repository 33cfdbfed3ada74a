//! A table that is held whole: of a workbook, JSON or a page. Its rows are laid out under a header.
//!
//! Start at [`lay_out`].
//!
//! Never here: how the cells are read.

use std::collections::VecDeque;

use csv::StringRecord;

use super::broken::BrokenRow;
use super::rejected_columns;
use super::row::{Next, Row};
use super::{damage::Fault, format::Format, limits};
use crate::Error;

/// What stands in one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// A text, or what is written as one.
    Text(String),
    /// A date or a day with its time, as ISO 8601.
    Date(String),
    /// A mistake that the spreadsheet shows, e.g. `#N/A`.
    Error(String),
}

impl Cell {
    /// Returns the cell as it is written.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Date(text) | Self::Error(text) => text,
        }
    }
}

/// The cells of one row that are not empty, with their columns, counted from 0.
pub(super) struct Sparse {
    /// The line of the row, counted from 1.
    pub(super) line: u64,
    pub(super) cells: Vec<(usize, Cell)>,
    /// How many cells stand in it, empty ones too, where a row says that itself; none of a sheet, whose rows are all as
    /// wide as it is.
    pub(super) width: Option<usize>,
    /// Whether a row before it has its number.
    pub(super) is_again: bool,
}

/// The rows that are left to read.
pub(super) struct Kept {
    rows: VecDeque<Result<Row, BrokenRow>>,
    /// How many there were.
    count: usize,
}

impl Kept {
    /// Keeps rows.
    pub(super) fn new(rows: Vec<Result<Row, BrokenRow>>) -> Self {
        let count = rows.len();
        Self {
            rows: rows.into(),
            count,
        }
    }

    /// Returns which part of a size the rows are that were taken.
    pub(super) fn share_of(&self, size: u64) -> u64 {
        let number = |count: usize| u128::try_from(count).unwrap_or(u128::MAX);
        let taken = number(self.count - self.rows.len());
        let share = u128::from(size) * taken / number(self.count).max(1);
        u64::try_from(share).unwrap_or(size)
    }

    /// Whether cells of the rows that are left are dates.
    pub(super) fn have_dates(&self) -> bool {
        let mut rows = self.rows.iter().flatten();
        rows.any(|row| !row.dates.is_empty())
    }

    /// Takes what stands next.
    pub(super) fn next(&mut self, row: &mut Row) -> Next {
        match self.rows.pop_front() {
            None => Next::End,
            Some(Ok(next)) => {
                *row = next;
                Next::Row
            }
            Some(Err(broken)) => row.broken(broken),
        }
    }
}

/// Lays rows out under the header, which stands on the line that is said, or is the first.
///
/// # Errors
/// [`Error::Wrong`] where nothing stands on that line; [`Error::Limit`].
pub(super) fn lay_out(
    rows: Vec<Sparse>,
    format: &Format,
    file: &str,
) -> Result<(StringRecord, Kept), Error> {
    let mut rows = rows
        .into_iter()
        .filter(|row| !row.cells.is_empty())
        .peekable();
    let is_rejected = rows.peek().is_some_and(|row| {
        let is_first = |(place, (column, _)): (usize, &(usize, Cell))| place == *column;
        row.cells.iter().enumerate().take(3).all(is_first)
            && rejected_columns::begin(
                row.cells.iter().map(|(_, cell)| cell.text()),
                format.rejected_by,
            )
    });
    // A file of rejected rows that was saved as a workbook: its header is the first row.
    let header = format.header.filter(|_| !is_rejected);
    let head = match header {
        None => rows.next(),
        Some(line) => rows.find(|row| row.line >= line),
    };
    if let Some(line) = header
        && head.as_ref().is_none_or(|row| row.line != line)
    {
        return Err(Error::wrong(format!(
            "{file} has nothing in row {line}, where [files] header says that the header stands"
        )));
    }
    let Some(head) = head else {
        return Ok((StringRecord::new(), Kept::new(Vec::new())));
    };
    let width = width(&head);
    limits::columns(file, width)?;
    let mut texts = StringRecord::new();
    spread(&head, width, |cell| {
        texts.push_field(cell.map_or("", Cell::text))
    });
    let mut laid = Vec::new();
    for row in rows {
        laid.push(under(&row, width));
        limits::cells(file, laid.len().saturating_mul(width))?;
    }
    Ok((texts, Kept::new(laid)))
}

/// Makes a row of as many cells as the header has.
fn under(row: &Sparse, width: usize) -> Result<Row, BrokenRow> {
    let beyond = row.cells.iter().find(|(column, _)| *column >= width);
    let reason = match (beyond, row.width) {
        (_, _) if row.is_again => Some(format!(
            "a row before it has its number, {}, so that programs show one of the two: give it one of its own",
            row.line
        )),
        (Some((column, _)), _) => {
            let place = column + 1;
            Some(format!(
                "a cell in column {place}, but the header has {width}"
            ))
        }
        (None, Some(count)) if count < width => Some(format!(
            "a row of {count} cells, but the header has {width}"
        )),
        (None, _) => None,
    };
    if let Some(reason) = reason {
        let mut cells = StringRecord::new();
        // With what stands beyond the header, so that whoever mends it sees it.
        let filled = self::width(row);
        spread(row, row.width.unwrap_or(width).max(filled), |cell| {
            cells.push_field(match cell {
                Some(Cell::Error(_)) => rejected_columns::NO_VALUE,
                cell => cell.map_or("", Cell::text),
            })
        });
        return Err(BrokenRow {
            cells,
            line: row.line,
            reason,
            fault: Fault::Cells,
            columns: Vec::new(),
        });
    }
    let mut made = Row {
        line: row.line,
        ..Row::default()
    };
    let mut place = 0;
    spread(row, width, |cell| {
        match cell {
            Some(Cell::Date(_)) => made.dates.push(place),
            Some(Cell::Error(_)) => made.errors.push(place),
            Some(Cell::Text(_)) | None => {}
        }
        made.cells.push_field(cell.map_or("", Cell::text));
        place += 1;
    });
    Ok(made)
}

/// Gives each of the first `width` cells to `take`, in order.
fn spread<'a>(row: &'a Sparse, width: usize, mut take: impl FnMut(Option<&'a Cell>)) {
    let mut next = row.cells.iter().peekable();
    for place in 0..width {
        while next.next_if(|(column, _)| *column < place).is_some() {}
        take(
            next.next_if(|(column, _)| *column == place)
                .map(|(_, cell)| cell),
        );
    }
}

fn width(row: &Sparse) -> usize {
    row.cells.last().map_or(0, |(column, _)| column + 1)
}

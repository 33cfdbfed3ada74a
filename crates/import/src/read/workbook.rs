//! Sheets of workbooks: XLSX, XLS and ODS, with their dates as dates.
//!
//! Start at [`xlsx`], [`xls`] and [`ods`]. Of a formula the value is read that the program saved beside it.
//! A date of a workbook is a day without a zone; both of Excel's calendars are read, from 1900 and from 1904.
//!
//! Never here: what the columns mean.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Ods, Range, Reader, SheetVisible, Xls, Xlsx,
};

use super::cell_formats::CellFormats;
use super::format::{Format, UnsaidSheet};
use super::kept::{Cell, Sparse};
use super::limits;
use crate::Error;
use crate::error::quoted;

/// The first day that is none in Excel's calendar, 10000-01-01, counted from 1900.
const SERIAL_END: f64 = 2_958_466.0;

/// The days between Excel's two calendars.
const SERIAL_1904: f64 = 1_462.0;

/// The cells of a sheet by row, both counted from 0.
type Grid = BTreeMap<u32, Vec<(usize, Cell)>>;

/// A sheet that was chosen.
pub(super) struct Sheet {
    /// Its name.
    pub(super) name: String,
    /// Its rows.
    pub(super) rows: Vec<Sparse>,
    /// What a reader of the report should know.
    pub(super) found: Vec<String>,
    /// The sheets that are shown and not empty, where none is said.
    pub(super) full: Vec<String>,
}

/// Reads a sheet of an XLSX workbook.
///
/// # Errors
/// [`Error::Wrong`] for what is no workbook, or where the sheet is not there or not said; [`Error::Limit`].
pub(super) fn xlsx(bytes: Vec<u8>, format: &Format, file: &str) -> Result<Sheet, Error> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(&bytes)).map_err(|e| broken(file, &e))?;
    let listed = book.sheets_metadata().to_vec();
    let choice = choose(&listed, format, file, |name| {
        let mut cells = book.worksheet_cells_reader(name).ok()?;
        while let Ok(Some(cell)) = cells.next_cell() {
            if *cell.get_value() != DataRef::Empty {
                return Some(());
            }
        }
        None
    })?;
    let merged = book
        .merge_cells_by_sheet_name(&choice.name)
        .map_err(|e| broken(file, &e))?;
    let shown = CellFormats::read(&bytes, &choice.name);
    let (mut grid, mut again) = (Grid::new(), Vec::new());
    let mut count = 0;
    let mut cells = book
        .worksheet_cells_reader(&choice.name)
        .map_err(|e| broken(file, &e))?;
    while let Some(cell) = cells
        .next_cell_with_formula_metadata()
        .map_err(|e| broken(file, &e))?
    {
        let made = match (of_ref(&cell.value), &cell.formula) {
            (Some(Cell::Date(date)), _) => Cell::Date(shown.cut(cell.pos, &date).to_owned()),
            (Some(Cell::Text(number)), _) if is_number(&cell.value) => {
                Cell::Text(shown.fill(cell.pos, number))
            }
            (Some(made), _) => made,
            (None, Some(_)) => {
                Cell::Error("a formula without a value: open the file and save it".to_owned())
            }
            (None, None) => continue,
        };
        put_once(&mut grid, &mut again, cell.pos, made);
        count += 1;
        limits::cells(file, count)?;
    }
    let mut sheet = finish(choice, grid, &merged, file)?;
    sheet.rows.extend(again);
    // Stable: a row of a number that another has stands behind it.
    sheet.rows.sort_by_key(|row| row.line);
    Ok(sheet)
}

/// Reads a sheet of an XLS workbook (Excel 97 to 2003).
///
/// # Errors
/// As [`xlsx`].
pub(super) fn xls(bytes: Vec<u8>, format: &Format, file: &str) -> Result<Sheet, Error> {
    if bytes.len() > limits::XLS_BYTES_MAX {
        return Err(Error::Limit {
            code: "I0101",
            what: format!(
                "{file} has more than {} bytes: save it as XLSX or CSV",
                limits::XLS_BYTES_MAX
            ),
        });
    }
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|e| broken(file, &e))?;
    let listed = book.sheets_metadata().to_vec();
    let choice = choose(&listed, format, file, |name| {
        let range = book.worksheet_range(name).ok()?;
        (!range.is_empty()).then_some(())
    })?;
    let range = book
        .worksheet_range(&choice.name)
        .map_err(|e| broken(file, &e))?;
    let merged = book
        .merge_cells_by_sheet_name(&choice.name)
        .map_err(|e| broken(file, &e))?;
    let grid = of_range(&range, file)?;
    finish(choice, grid, &merged, file)
}

/// Reads a sheet of an ODS workbook.
///
/// # Errors
/// As [`xlsx`].
pub(super) fn ods(bytes: Vec<u8>, format: &Format, file: &str) -> Result<Sheet, Error> {
    let mut book: Ods<_> = Ods::new(Cursor::new(bytes)).map_err(|e| broken(file, &e))?;
    let listed = book.sheets_metadata().to_vec();
    let choice = choose(&listed, format, file, |name| {
        let range = book.worksheet_range(name).ok()?;
        (!range.is_empty()).then_some(())
    })?;
    let range = book
        .worksheet_range(&choice.name)
        .map_err(|e| broken(file, &e))?;
    let grid = of_range(&range, file)?;
    finish(choice, grid, &[], file)
}

fn broken(file: &str, error: &dyn std::fmt::Display) -> Error {
    Error::wrong(format!(
        "{file} is a workbook that cannot be read: {error}. Is it protected by a password? Open it, and save it as XLSX or CSV"
    ))
}

/// Finds the sheet that is said, or the only one that is shown and not empty.
fn choose(
    listed: &[calamine::Sheet],
    format: &Format,
    file: &str,
    mut filled: impl FnMut(&str) -> Option<()>,
) -> Result<Sheet, Error> {
    let sheet = |name: &str, found: Vec<String>| Sheet {
        name: name.to_owned(),
        rows: Vec::new(),
        found,
        full: Vec::new(),
    };
    if let Some(said) = format.sheet.as_deref() {
        if listed.iter().any(|known| known.name == said) {
            return Ok(sheet(said, Vec::new()));
        }
        let names: Vec<&str> = listed.iter().map(|known| known.name.as_str()).collect();
        return Err(Error::wrong(format!(
            "{file} has no sheet {said}; it has {}",
            names.join(", "),
            said = quoted(said)
        )));
    }
    let (shown, hidden): (Vec<_>, Vec<_>) = listed
        .iter()
        .partition(|known| known.visible == SheetVisible::Visible);
    let full: Vec<&str> = shown
        .iter()
        .map(|known| known.name.as_str())
        .filter(|name| filled(name).is_some())
        .collect();
    match full[..] {
        [name] => {
            let mut found = vec![format!("{file}: the sheet {} is read", quoted(name))];
            if !hidden.is_empty() {
                found.push(format!(
                    "{file}: {} hidden sheets are not read",
                    hidden.len()
                ));
            }
            Ok(sheet(name, found))
        }
        [] => Err(Error::wrong(format!(
            "{file} has no sheet with anything in it"
        ))),
        [first, ..] if format.unsaid_sheet == UnsaidSheet::First => {
            let full = full.iter().map(|name| (*name).to_owned()).collect();
            Ok(Sheet {
                full,
                ..sheet(first, Vec::new())
            })
        }
        [..] => Err(Error::wrong(format!(
            "{file} has several sheets: say [files] sheet = one of {}",
            full.join(", ")
        ))),
    }
}

fn put(grid: &mut Grid, (row, column): (u32, u32), cell: Cell) {
    let column = usize::try_from(column).unwrap_or(usize::MAX);
    grid.entry(row).or_default().push((column, cell));
}

/// Puts a cell into its row. One whose place is taken, or whose row has ended, is of another row of that number: programs
/// read one of the two, so it is kept apart.
fn put_once(grid: &mut Grid, again: &mut Vec<Sparse>, at: (u32, u32), cell: Cell) {
    let (line, column) = (
        u64::from(at.0) + 1,
        usize::try_from(at.1).unwrap_or(usize::MAX),
    );
    let is_behind = |cells: &[(usize, Cell)]| cells.last().is_some_and(|(last, _)| *last >= column);
    let newest = grid.last_key_value().map(|(row, _)| *row);
    let other = again
        .last_mut()
        .filter(|row: &&mut Sparse| row.line == line);
    if let Some(other) = other.filter(|other| !is_behind(&other.cells)) {
        other.cells.push((column, cell));
        return;
    }
    let is_taken = grid
        .get(&at.0)
        .is_some_and(|cells| is_behind(cells) || newest != Some(at.0));
    if is_taken {
        again.push(Sparse {
            line,
            cells: vec![(column, cell)],
            width: None,
            is_again: true,
        });
        return;
    }
    put(grid, at, cell);
}

/// Fills cells that were merged downwards, and sorts each row.
fn finish(
    mut sheet: Sheet,
    mut grid: Grid,
    merged: &[Dimensions],
    file: &str,
) -> Result<Sheet, Error> {
    for cells in grid.values_mut() {
        cells.sort_by_key(|(column, _)| *column);
    }
    let (mut filled, mut looked) = (0_u64, 0);
    for region in merged.iter().filter(|region| region.end.0 > region.start.0) {
        let column = usize::try_from(region.start.1).unwrap_or(usize::MAX);
        let first = grid.get(&region.start.0);
        let value = first.and_then(|cells| cells.iter().find(|(place, _)| *place == column));
        let Some((_, value)) = value.cloned() else {
            continue;
        };
        for (_, cells) in grid.range_mut(region.start.0 + 1..=region.end.0) {
            looked += 1;
            limits::cells(file, looked)?;
            if let Err(place) = cells.binary_search_by_key(&column, |(place, _)| *place) {
                cells.insert(place, (column, value.clone()));
                filled += 1;
            }
        }
    }
    if filled > 0 {
        sheet.found.push(format!(
            "{file}: {filled} cells are read from the merged cell above them"
        ));
    }
    sheet.rows = grid
        .into_iter()
        .map(|(row, cells)| Sparse {
            line: u64::from(row) + 1,
            cells,
            width: None,
            is_again: false,
        })
        .collect();
    Ok(sheet)
}

fn of_range(range: &Range<Data>, file: &str) -> Result<Grid, Error> {
    let (top, left) = range.start().unwrap_or_default();
    let mut grid = Grid::new();
    let mut count = 0;
    for (row, column, value) in range.used_cells() {
        let Some(cell) = of_data(value) else { continue };
        let row = u32::try_from(row).unwrap_or(u32::MAX).saturating_add(top);
        let column = u32::try_from(column)
            .unwrap_or(u32::MAX)
            .saturating_add(left);
        put(&mut grid, (row, column), cell);
        count += 1;
        limits::cells(file, count)?;
    }
    Ok(grid)
}

fn of_data(value: &Data) -> Option<Cell> {
    of_ref(&match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(date) => DataRef::DateTime(*date),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    })
}

/// The greatest whole number that is no other's in a workbook: one more is also what is left of the next. Source: IEEE 754,
/// binary64.
const WHOLE_MAX: f64 = 9_007_199_254_740_991.0;

fn is_number(value: &DataRef<'_>) -> bool {
    matches!(value, DataRef::Int(_) | DataRef::Float(_))
}

/// Writes a cell; none where it is empty.
fn of_ref(value: &DataRef<'_>) -> Option<Cell> {
    let text = |text: &str| (!text.trim().is_empty()).then(|| Cell::Text(text.to_owned()));
    match value {
        DataRef::Empty => None,
        DataRef::Int(number) => Some(Cell::Text(number.to_string())),
        DataRef::Float(number) if number.abs() > WHOLE_MAX => Some(Cell::Error(format!(
            "{number} has more digits than a workbook keeps of a number: write it as text"
        ))),
        DataRef::Float(number) => Some(Cell::Text(number.to_string())),
        DataRef::String(said) => text(said),
        DataRef::SharedString(said) => text(said),
        DataRef::Bool(truth) => Some(Cell::Text(truth.to_string())),
        DataRef::DateTime(date) => Some(date_of(date)),
        DataRef::DateTimeIso(said) => Some(Cell::Date(iso(said).to_owned())),
        DataRef::DurationIso(said) => text(said),
        DataRef::Error(error) => Some(Cell::Error(error.to_string())),
    }
}

/// Writes a day of Excel, with its time where it has one; a time alone is a text.
fn date_of(date: &ExcelDateTime) -> Cell {
    let serial = date.as_f64();
    let (year, month, day, hour, minute, second, millisecond) = date.to_ymd_hms_milli();
    let time = match millisecond {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{millisecond:03}"),
    };
    let end = if is_from_1904(date) {
        SERIAL_END - SERIAL_1904
    } else {
        SERIAL_END
    };
    if date.is_duration() {
        return Cell::Text(format!("{serial}"));
    }
    if !(0.0..end).contains(&serial) {
        return Cell::Error(format!("{serial} is no day of the workbook's calendar"));
    }
    // Its day 0 is none: what is shown of an empty formula, or of midnight.
    if serial == 0.0 && !is_from_1904(date) {
        return Cell::Error("0 is no day: the days of the workbook begin with 1".to_owned());
    }
    if serial < 1.0 && serial > 0.0 {
        return Cell::Text(time);
    }
    let day = format!("{year:04}-{month:02}-{day:02}");
    Cell::Date(if time == "00:00:00" {
        day
    } else {
        format!("{day}T{time}")
    })
}

/// Whether a day is counted from 1904: the same serial is another day there.
fn is_from_1904(date: &ExcelDateTime) -> bool {
    let (year, month, day, ..) = date.to_ymd_hms_milli();
    let other = ExcelDateTime::new(date.as_f64(), calamine::ExcelDateTimeType::DateTime, false);
    let (other_year, other_month, other_day, ..) = other.to_ymd_hms_milli();
    (year, month, day) != (other_year, other_month, other_day)
}

/// Leaves out a time of midnight, which ODS writes behind days.
fn iso(said: &str) -> &str {
    said.strip_suffix("T00:00:00").unwrap_or(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workbook keeps numbers as binary64: from 2^53 on another one may stand there than was written.
    #[test]
    fn a_number_of_more_digits_than_a_workbook_keeps_is_a_mistake() {
        let cell = |number: f64| of_ref(&DataRef::Float(number)).unwrap();
        assert_eq!(
            cell(123_456_789_012_345.0),
            Cell::Text("123456789012345".to_owned())
        );
        assert_eq!(cell(-1.5), Cell::Text("-1.5".to_owned()));
        assert!(matches!(cell(9_007_199_254_740_991.0), Cell::Text(_)));
        // What is left of 2^53 + 1 is 2^53.
        for number in [9_007_199_254_740_992.0, 12_345_678_901_234_567.0] {
            let Cell::Error(told) = cell(number) else {
                panic!("a number");
            };
            assert!(
                told.contains("has more digits than a workbook keeps"),
                "{told}"
            );
        }
    }
}

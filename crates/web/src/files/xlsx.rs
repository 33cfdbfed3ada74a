//! A table as a workbook (Office Open XML): a sheet with the rows, and one that says what each column holds.
//!
//! The same table gives the same bytes: the time of making in its properties is a fixed one.
//!
//! Never here: formulas. A text is a text cell, whatever it begins with.

use answers::table::{Cell, Column, ColumnType, Table};
use event::Day;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::http::problem::{Problem, Sort};

/// The greatest whole number that a cell holds exactly: cells are 64-bit floats.
const NUMBER_MAX: i128 = 1 << 53;

/// The first year of which a spreadsheet has days.
const FIRST_YEAR: u16 = 1900;

/// The most characters of the name of a sheet.
const SHEET_NAME_MAX: usize = 31;

/// Writes a table; `name` is that of its sheet.
///
/// # Errors
/// [`Problem`]: a text of more characters than a cell holds, or it cannot be written.
pub(super) fn write(name: &str, table: &Table) -> Result<Vec<u8>, Problem> {
    workbook(name, table).map_err(|error| {
        if matches!(error, XlsxError::MaxStringLengthExceeded) {
            let detail = "a text in it has more than 32,767 characters, which a cell of a workbook does not \
                          hold: take it as .csv or .jsonl";
            Problem::new(Sort::Parameter, detail)
        } else {
            Problem::failed(&error)
        }
    })
}

fn workbook(name: &str, table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let formats = Formats {
        head: Format::new().set_bold(),
        day: Format::new().set_num_format("yyyy-mm-dd"),
    };
    let sheet = book.add_worksheet();
    let name: String = name.chars().take(SHEET_NAME_MAX).collect();
    sheet.set_name(name)?;
    let names = table.columns().map(|column| column.name.as_ref());
    head(sheet, names, &formats)?;
    for (row, cells) in (1..).zip(table.rows()) {
        for (column, cell) in (0..).zip(cells) {
            put(sheet, (row, column), cell, &formats)?;
        }
    }
    let sheet = book.add_worksheet();
    sheet.set_name("columns")?;
    head(sheet, ["column", "holds", "unit", "says"], &formats)?;
    for (row, column) in (1..).zip(table.columns()) {
        let cells = [
            &column.name,
            holds(column),
            column.unit.unwrap_or_default(),
            &column.says,
        ];
        for (place, text) in (0..).zip(cells) {
            sheet.write_string(row, place, text)?;
        }
    }
    book.save_to_buffer()
}

struct Formats {
    head: Format,
    day: Format,
}

/// Writes the first row, which stays in sight.
fn head<'n>(
    sheet: &mut Worksheet,
    names: impl IntoIterator<Item = &'n str>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(names) {
        sheet.write_string_with_format(0, column, name, &formats.head)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// Returns what the cells of a column hold, in a word.
fn holds(column: &Column) -> &'static str {
    match column.holds {
        ColumnType::Text | ColumnType::Person => "text",
        ColumnType::List | ColumnType::Persons => "list of texts",
        ColumnType::Integer => "whole number",
        ColumnType::Day => "day",
        ColumnType::Boolean => "true or false",
        ColumnType::Code(_) => "code",
        ColumnType::Codes(_) => "list of codes",
    }
}

/// Writes a cell by its type; a number that a cell does not hold exactly, and a day of before 1900, as text.
fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Boolean(is) => {
            sheet.write_boolean(row, column, *is)?;
        }
        Cell::Integer(number) => match exactly(*number) {
            Some(number) => {
                sheet.write_number(row, column, number)?;
            }
            None => {
                sheet.write_string(row, column, cell.as_text())?;
            }
        },
        Cell::Day(day) => match date(*day) {
            Some(date) => {
                sheet.write_datetime_with_format(row, column, &date, &formats.day)?;
            }
            None => {
                sheet.write_string(row, column, cell.as_text())?;
            }
        },
        Cell::Text(_) | Cell::List(_) => {
            sheet.write_string(row, column, cell.as_text())?;
        }
    }
    Ok(())
}

/// Returns the number as a cell has it; none where it would be rounded.
fn exactly(number: i128) -> Option<f64> {
    let is_exact = number.abs() <= NUMBER_MAX;
    // There is no lossless conversion of 53 bits but through the text.
    number.to_string().parse().ok().filter(|_| is_exact)
}

/// Returns the day as a date; none of one that a spreadsheet does not have.
fn date(day: Day) -> Option<ExcelDateTime> {
    let (year, month, day) = day.ymd()?;
    let year = u16::try_from(year)
        .ok()
        .filter(|year| *year >= FIRST_YEAR)?;
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    ExcelDateTime::from_ymd(year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::tests::of_cells;

    #[test]
    fn the_same_table_gives_the_same_bytes_and_a_text_too_long_is_refused() {
        let table = || of_cells(&["a"], vec![vec![Cell::from("=1+1")]]);
        assert_eq!(write("a", &table()).unwrap(), write("a", &table()).unwrap());
        let long = of_cells(&["a"], vec![vec![Cell::Text("x".repeat(32_768))]]);
        let refused = write("a", &long).map_err(|problem| problem.sort);
        assert_eq!(refused, Err(Sort::Parameter));
    }

    #[test]
    fn a_number_is_exact_or_text_and_a_day_is_of_1900_or_later_or_text() {
        assert_eq!(exactly(-7), Some(-7.0));
        assert_eq!(exactly(NUMBER_MAX), Some(9_007_199_254_740_992.0));
        assert_eq!(exactly(NUMBER_MAX + 1), None);
        let day = |text: &str| date(Day::parse(text).unwrap()).is_some();
        assert!(day("1900-01-01") && day("2020-12-10"));
        assert!(!day("1899-12-31"));
    }
}

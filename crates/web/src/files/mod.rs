//! Lists and figures as files: CSV, JSON lines and XLSX, all written from one [`Table`].
//!
//! Start at [`Form`], which the ending of a path names, and [`FileAnswer`]. A file holds the whole list, or the
//! part that `limit` asks for; what is above its bounds is refused, never cut short in silence.
//!
//! Never here: which columns a list has (crate `answers`), and which items.

pub mod answer;
mod csv;
mod jsonl;
pub mod names;
mod xlsx;

use answers::table::{Cell, Table};
use axum::http::request::Parts;

use crate::http::parameters::Parameters;
use crate::http::problem::{Problem, Sort};

pub use answer::{FileAnswer, FileBody};

/// The most rows of a file. Source: docs/reference/limits.md.
pub const FILE_ROWS_MAX: usize = 10_000;

/// The most bytes of a file, and of the cells it is written from. Source: docs/reference/limits.md.
pub const FILE_BYTES_MAX: usize = 32 << 20;

/// The most people who are named beside their ids in one file. Source: docs/reference/limits.md.
pub const FILE_PERSONS_MAX: usize = 50_000;

/// The endings of the paths of files.
pub const ENDINGS: [&str; 3] = ["csv", "jsonl", "xlsx"];

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// CSV, RFC 4180.
    Csv,
    /// CSV that begins with a byte order mark, by which Excel tells that it is UTF-8.
    MarkedCsv,
    /// A JSON object a line.
    JsonLines,
    /// A workbook of Office Open XML.
    Xlsx,
}

/// Returns the path of the list that a path names in some form, and the form's ending; none of a path without one.
pub fn split_form(path: &str) -> (&str, Option<&'static str>) {
    let ending = ENDINGS.into_iter().find_map(|ending| {
        let stem = path.strip_suffix(ending)?.strip_suffix('.')?;
        Some((stem, Some(ending)))
    });
    ending.unwrap_or((path, None))
}

impl Form {
    /// Returns the form that a path names; none where it names none, and the answer is JSON. Of CSV `bom` is taken out of the parameters: `1` asks for the mark.
    ///
    /// # Errors
    /// [`Problem`] of a `bom` that is neither `0` nor `1`.
    pub fn take(path: &str, parameters: &mut Parameters) -> Result<Option<Self>, Problem> {
        let Some(ending) = split_form(path).1 else {
            return Ok(None);
        };
        Ok(Some(match ending {
            "csv" => match parameters.take("bom").as_deref() {
                None | Some("0") => Self::Csv,
                Some("1") => Self::MarkedCsv,
                Some(other) => {
                    let detail = format!("bom is {other:?}, but must be 0 or 1");
                    return Err(Problem::new(Sort::Parameter, detail));
                }
            },
            "jsonl" => Self::JsonLines,
            _ => Self::Xlsx,
        }))
    }

    /// Returns its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::MarkedCsv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// Returns the ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv | Self::MarkedCsv => "csv",
            Self::JsonLines => "jsonl",
            Self::Xlsx => "xlsx",
        }
    }

    /// Writes a table in this form; `sheet` is what it is a table of.
    ///
    /// # Errors
    /// [`Problem`]: it has more rows or bytes than a file may have, or a cell that the form does not hold.
    pub fn write(self, sheet: &str, table: &Table) -> Result<Vec<u8>, Problem> {
        if table.len() > FILE_ROWS_MAX {
            let rows = table.len();
            let detail = format!(
                "it has {rows} rows, and a file holds {FILE_ROWS_MAX} at the most: ask for less"
            );
            return Err(Problem::new(Sort::Parameter, detail));
        }
        check_bytes(table.bytes())?;
        let written = self.bytes(sheet, table)?;
        check_bytes(written.len())?;
        Ok(written)
    }

    /// As [`Form::write`], however large the table is.
    ///
    /// # Errors
    /// [`Problem`]: a cell that the form does not hold.
    pub fn bytes(self, sheet: &str, table: &Table) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Csv => csv::write(table, ""),
            Self::MarkedCsv => csv::write(table, csv::MARK),
            Self::JsonLines => jsonl::write(table),
            Self::Xlsx => xlsx::write(sheet, table),
        }
    }
}

/// Holds the bytes of a file against their bound.
///
/// # Errors
/// [`Problem`] above it.
pub fn check_bytes(bytes: usize) -> Result<(), Problem> {
    if bytes <= FILE_BYTES_MAX {
        return Ok(());
    }
    let detail = format!(
        "it takes more than {FILE_BYTES_MAX} bytes, which a file holds at the most: ask for parts with limit, \
         each of which links to the next"
    );
    Err(Problem::new(Sort::Parameter, detail))
}

/// Holds so many cells against the bytes of a file, before they are made.
///
/// # Errors
/// [`Problem`] above them.
pub fn check_cells(rows: usize, columns: usize) -> Result<(), Problem> {
    let cells = rows.saturating_mul(columns);
    check_bytes(cells.saturating_mul(std::mem::size_of::<Cell>()))
}

/// The form that a request names, and its path.
pub struct ListPath {
    /// The path, the ending of its form included.
    pub path: String,
    /// The form; none of JSON.
    pub form: Option<Form>,
}

impl ListPath {
    /// Reads them, and takes what belongs to the form out of the parameters.
    ///
    /// # Errors
    /// As [`Form::take`].
    pub fn take(parts: &Parts, parameters: &mut Parameters) -> Result<Self, Problem> {
        let path = parts.uri.path().to_owned();
        let form = Form::take(&path, parameters)?;
        Ok(Self { path, form })
    }

    /// Returns the path of the list, whatever its form.
    pub fn list(&self) -> &str {
        split_form(&self.path).0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use answers::table::{Column, ColumnType};

    use super::*;

    /// Makes a table of columns of these names.
    pub(crate) fn of_cells(names: &[&'static str], rows: Vec<Vec<Cell>>) -> Table {
        let columns = names
            .iter()
            .map(|name| Column::new(name, ColumnType::Text, "it"));
        let mut table = Table::new(columns.collect());
        rows.into_iter().for_each(|row| table.push(row));
        table
    }

    #[test]
    fn a_form_is_named_by_the_ending_of_a_path_and_bom_is_of_csv_alone() {
        let form = |path: &str, bom: Option<&str>| {
            let bom = bom.map(|bom| ("bom".to_owned(), bom.to_owned()));
            let mut parameters = Parameters(bom.into_iter().collect());
            let form = Form::take(path, &mut parameters).map_err(|problem| problem.sort);
            (form, parameters.0.len())
        };
        for (path, bom, right) in [
            ("/v1/cases", None, (Ok(None), 0)),
            ("/v1/cases.csv", None, (Ok(Some(Form::Csv)), 0)),
            ("/v1/cases.csv", Some("0"), (Ok(Some(Form::Csv)), 0)),
            ("/v1/cases.csv", Some("1"), (Ok(Some(Form::MarkedCsv)), 0)),
            ("/v1/cases.csv", Some("yes"), (Err(Sort::Parameter), 0)),
            ("/v1/cases.xlsx", Some("1"), (Ok(Some(Form::Xlsx)), 1)),
            ("/v1/cases.jsonl", None, (Ok(Some(Form::JsonLines)), 0)),
            ("/v1/cases", Some("1"), (Ok(None), 1)),
        ] {
            assert_eq!(form(path, bom), right, "{path} {bom:?}");
        }
        assert_eq!(split_form("/v1/cases.csv"), ("/v1/cases", Some("csv")));
        assert_eq!(split_form("/v1/casescsv"), ("/v1/casescsv", None));
    }

    #[test]
    fn a_table_of_more_rows_than_a_file_holds_is_refused_in_every_form() {
        let rows = |rows: usize| of_cells(&["a"], vec![vec![Cell::Empty]; rows]);
        for form in [Form::Csv, Form::MarkedCsv, Form::JsonLines, Form::Xlsx] {
            assert!(form.write("a", &rows(FILE_ROWS_MAX)).is_ok());
            let refused = form.write("a", &rows(FILE_ROWS_MAX + 1));
            let refused = refused.map_err(|problem| problem.sort);
            assert_eq!(refused, Err(Sort::Parameter), "{form:?}");
        }
    }

    #[test]
    fn a_file_above_its_bytes_is_refused() {
        assert!(check_bytes(FILE_BYTES_MAX).is_ok());
        let refused = check_bytes(FILE_BYTES_MAX + 1).map_err(|problem| problem.sort);
        assert_eq!(refused, Err(Sort::Parameter));
        assert!(check_cells(FILE_ROWS_MAX, 40).is_ok());
        let refused = check_cells(FILE_ROWS_MAX, 10_000).map_err(|problem| problem.sort);
        assert_eq!(refused, Err(Sort::Parameter));
    }
}

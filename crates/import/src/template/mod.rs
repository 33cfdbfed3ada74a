//! The templates: a spreadsheet with drop-downs in English or Khmer, and a form for the field; each with the mapping by
//! which it comes in.
//!
//! Start at [`Template`]. `form` is the form; the spreadsheet stands here. One mapping reads both languages: the labels of the codes in either are its
//! code maps, and the columns are named in the sheet's second row.
//!
//! Never here: where the files are written.

mod columns;
mod form;
mod mapping;
#[cfg(test)]
mod tests;

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, Formula,
    Workbook, Worksheet, XlsxError,
};

use crate::Error;
use columns::{COLUMNS, Column, Holds};

use columns::Language;

/// What can be filled in, and comes in by a mapping of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// A spreadsheet with drop-downs in English.
    English,
    /// The same in Khmer.
    Khmer,
    /// An XLSForm in both languages, for KoboToolbox and ODK.
    Form,
}

impl Template {
    /// Every template by its name on the command line.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("en", Self::English),
        ("km", Self::Khmer),
        ("form", Self::Form),
    ];

    /// Finds a template by its name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, template)| *template)
    }

    /// Makes the workbook, without rows.
    ///
    /// # Errors
    /// [`Error::Wrong`] where the workbook cannot be written, which would be a fault of the program.
    pub fn workbook(self) -> Result<Vec<u8>, Error> {
        match self {
            Self::English => filled(Language::English, &[]),
            Self::Khmer => filled(Language::Khmer, &[]),
            Self::Form => new_book()
                .and_then(form::workbook)
                .map_err(|e| unwritten(&e)),
        }
    }

    /// Returns the mapping by which it comes in.
    #[must_use]
    pub fn mapping(self) -> String {
        match self {
            Self::English | Self::Khmer => mapping::mapping(),
            Self::Form => form::MAPPING.to_owned(),
        }
    }
}

/// How many rows have drop-downs. A row below them is read as well.
const ROWS: u32 = 2_000;

/// The row in which the columns have the names that the mapping reads, counted from 0.
const NAMES: u32 = 1;

/// The hidden sheet with what the drop-downs offer.
const LISTS: &str = "lists";

/// The longest title of a message. Source: the limits of Excel.
const TITLE_CHARACTERS_MAX: usize = 32;

/// The width of a column, in characters.
const WIDTH: f64 = 22.0;

/// Makes the workbook with rows in it: cells by the names of their columns.
fn filled(language: Language, rows: &[&[(&str, &str)]]) -> Result<Vec<u8>, Error> {
    write(language, rows).map_err(|error| unwritten(&error))
}

fn unwritten(error: &XlsxError) -> Error {
    Error::wrong(format!("the template cannot be written: {error}"))
}

/// Begins a workbook whose bytes are the same whenever it is made.
fn new_book() -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let made = DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2020, 1, 1)?);
    book.set_properties(&made);
    Ok(book)
}

fn write(language: Language, rows: &[&[(&str, &str)]]) -> Result<Vec<u8>, XlsxError> {
    let mut book = new_book()?;
    let sheet = book.add_worksheet();
    sheet.set_name(match language {
        Language::English => "events",
        Language::Khmer => "ព្រឹត្តិការណ៍",
    })?;
    let (bold, small) = (
        Format::new().set_bold().set_text_wrap(),
        Format::new().set_italic().set_font_size(8),
    );
    // As a text: a program would make the first day of a month of "2020-12".
    let day = Format::new().set_num_format("@");
    let mut lists = Worksheet::new();
    lists.set_name(LISTS)?.set_hidden(true);
    for (place, column) in (0..).zip(COLUMNS) {
        sheet.write_with_format(0, place, column.label(language), &bold)?;
        sheet.write_with_format(NAMES, place, column.name, &small)?;
        sheet.set_column_width(place, WIDTH)?;
        match column.holds {
            Holds::Text => {}
            Holds::Day => drop(sheet.set_column_format(place, &day)?),
            Holds::Code(list) => {
                let offered = columns::offered(list).map(|label| language.label(label));
                let mut count = 0;
                for (row, text) in (0..).zip(offered) {
                    lists.write(row, place, text)?;
                    count = row + 1;
                }
                let choice = choice(column, language, place, count)?;
                sheet.add_data_validation(NAMES + 1, place, NAMES + ROWS, place, &choice)?;
            }
        }
    }
    for (row, cells) in (NAMES + 1..).zip(rows) {
        for (place, column) in (0..).zip(COLUMNS) {
            if let Some((_, text)) = cells.iter().find(|(name, _)| *name == column.name) {
                sheet.write(row, place, *text)?;
            }
        }
    }
    sheet.set_freeze_panes(NAMES + 1, 1)?;
    book.push_worksheet(lists);
    book.save_to_buffer()
}

/// The drop-down of a column, over what stands in the same column of the hidden sheet.
fn choice(
    column: &Column,
    language: Language,
    place: u16,
    count: u32,
) -> Result<DataValidation, XlsxError> {
    let letters = rust_xlsxwriter::column_number_to_name(place);
    let range = format!("={LISTS}!${letters}$1:${letters}${count}");
    let refused = match language {
        Language::English => "Choose one from the list, or leave the cell empty.",
        Language::Khmer => "សូមជ្រើសរើសមួយពីបញ្ជី ឬទុកឱ្យនៅទទេ។",
    };
    let title = column.label(language).chars();
    DataValidation::new()
        .allow_list_formula(Formula::new(range))
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_title(title.take(TITLE_CHARACTERS_MAX).collect::<String>())?
        .set_error_message(refused)
}

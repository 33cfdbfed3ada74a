//! What a mapping says about how its files are written.
//!
//! Never here: finding out what it leaves out.

use serde::Deserialize;

use super::rejected_columns::FirstColumns;
use super::separator::Separator;

/// What a mapping says about how its files are written; what it leaves out is found out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Format {
    /// What stands between two cells.
    pub(crate) separator: Option<Separator>,
    /// The encoding by its label, e.g. `windows-1251`. Source: the WHATWG's Encoding Standard.
    pub(crate) encoding: Option<String>,
    /// The line of the header, or its row in a sheet, counted from 1.
    pub(crate) header: Option<u64>,
    /// The sheet of a workbook.
    pub(crate) sheet: Option<String>,
    /// The file in an archive, with its folders.
    pub(crate) member: Option<String>,
    /// The table of a page, counted from 1.
    pub(crate) table: Option<usize>,
    /// Where in a JSON document the list of rows stands: `data.results`.
    pub(crate) rows: Option<String>,
    /// The list in each object of JSON whose items are rows: `people`.
    pub(crate) repeat: Option<String>,
    /// Columns of JSON that are there even where no row says anything in them: questions of a form that nobody answered.
    #[serde(default)]
    pub(crate) columns: Vec<String>,
    /// Which sheet is read where the mapping says none: a draft may look at one of several.
    #[serde(skip)]
    pub(crate) unsaid_sheet: UnsaidSheet,
    /// By which first columns a file is one of rejected rows.
    #[serde(skip)]
    pub(crate) rejected_by: FirstColumns,
}

/// Which sheet of several is read where none is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnsaidSheet {
    /// None: the mapping must say it.
    #[default]
    Refuse,
    /// The first that is shown and not empty.
    First,
}

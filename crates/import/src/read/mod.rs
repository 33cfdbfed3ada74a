//! Readers of files: rows in, whatever the file is. What it is, is found out by its bytes and said.
//!
//! Start at [`Table::open`] and [`Table::next`]. A row that is broken is named and the reading goes on.
//! `unpack` opens archives and tells workbooks apart; `encoding` finds out how texts are written; `delimited` (with
//! `lines`, `cells`, `separator`) and `json_lines` read texts row by row; `workbook`, `json` and `html` read tables that
//! are held whole (`kept`). `columns` lays objects out; `limits` is what a file may hold.
//!
//! Never here: what the columns mean.

mod begin;
#[cfg(test)]
pub(crate) mod books;
mod broken;
mod cell_formats;
mod cells;
mod columns;
mod damage;
mod delimited;
mod encoding;
mod format;
mod html;
mod json;
mod json_lines;
mod kept;
mod limits;
mod lines;
mod mended;
pub(crate) mod rejected_columns;
mod repeats;
mod rewritten_day;
mod row;
mod separator;
mod sort;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told_tests;
mod unpack;
#[cfg(test)]
mod whole_tests;
mod workbook;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::StringRecord;

use super::Error;
use crate::error::quoted;
use crate::letters::composed;
pub(crate) use damage::DAMAGED;
use delimited::Delimited;
use encoding::Decoded;
pub(crate) use encoding::{ENCODINGS, is_encoding};
pub(crate) use format::{Format, UnsaidSheet};
use json_lines::{JsonForm, JsonLines};
use kept::Kept;
pub(crate) use row::{Column, Next, Row, line_of};
use sort::{Sort, sort};
use unpack::{Content, Named, unpack};

/// Columns that an error lists, and characters of each.
const SHOWN_COLUMNS_MAX: usize = 60;
/// As what JSON is read.
const MEMBERS: &str = "members as columns";

/// See [`SHOWN_COLUMNS_MAX`].
const SHOWN_CHARACTERS_MAX: usize = 60;

/// An open file of rows.
pub(crate) struct Table {
    /// The file's name without its folder, for reports.
    pub(crate) name: String,
    /// What was found out about the file and is not the usual, for the report.
    pub(crate) found: Vec<String>,
    /// The sheets of a workbook that could be read, where none was said.
    pub(crate) sheets: Vec<String>,
    header: StringRecord,
    rows: Rows,
    /// As what it is read, for who looks for a column.
    how: String,
    number: u64,
    /// How many bytes of the file are read so far, and how many it has.
    read: (Arc<AtomicU64>, u64),
    /// The columns that someone asked for.
    used: RefCell<BTreeSet<usize>>,
    /// Whether it is a file of rejected rows, which an import wrote.
    is_rejected: bool,
    /// In a file of rejected rows, the column that names the cells which are dates.
    dates: Option<usize>,
    /// In a file of rejected rows, the column that says what is to be mended first.
    damaged: Option<usize>,
}

enum Rows {
    Delimited(Box<Delimited>),
    Lines(Box<JsonLines>, PathBuf),
    Kept(Kept),
}

impl Table {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Wrong`] for an encoding that is not known, a separator, a sheet or a member that
    /// cannot be told, a header that is broken; [`Error::Limit`] for a file that holds more than is read of one.
    pub(crate) fn open(path: &Path, format: &Format) -> Result<Self, Error> {
        let Named {
            content,
            name,
            mut read,
        } = unpack(path, format)?;
        let (mut found, mut sheets) = (Vec::new(), Vec::new());
        let (header, rows, how) = match content {
            Content::Text(bytes) => {
                let (bytes, own) = rejected(bytes, format, path)?;
                let format = own.as_ref().unwrap_or(format);
                let decoded = encoding::decode(bytes, format.encoding.as_deref(), path, &name)?;
                found.extend(decoded.found.clone());
                text(decoded, format, &name, path, &mut found)?
            }
            Content::Xlsx(bytes) => sheet(
                workbook::xlsx(bytes, format, &name)?,
                format,
                &name,
                (&mut found, &mut sheets),
            )?,
            Content::Xls(bytes) => sheet(
                workbook::xls(bytes, format, &name)?,
                format,
                &name,
                (&mut found, &mut sheets),
            )?,
            Content::Ods(bytes) => sheet(
                workbook::ods(bytes, format, &name)?,
                format,
                &name,
                (&mut found, &mut sheets),
            )?,
        };
        if let Rows::Lines(lines, _) = &rows {
            read = lines.read();
        }
        let is_rejected = rejected_columns::begin(header.iter(), format.rejected_by);
        if is_rejected {
            found.push(rejected_columns::note(&name));
        }
        let place = |column: &str| {
            let mut names = header.iter().map(str::trim);
            names
                .position(|name| name == column)
                .filter(|_| is_rejected)
        };
        let (dates, damaged) = (place(rejected_columns::DATES), place(DAMAGED));
        Ok(Self {
            name,
            found,
            sheets,
            header,
            rows,
            how,
            number: 0,
            read,
            used: RefCell::new(BTreeSet::new()),
            is_rejected,
            dates,
            damaged,
        })
    }

    /// Opens a text of JSON that is in hand, under a name.
    ///
    /// # Errors
    /// As [`Table::open`].
    pub(crate) fn of_json(text: &str, name: &str, format: &Format) -> Result<Self, Error> {
        let mut found = Vec::new();
        let (header, rows) = json::open(text, format, name, &mut found)?;
        Ok(Self {
            name: name.to_owned(),
            found,
            sheets: Vec::new(),
            header,
            rows: Rows::Kept(rows),
            how: MEMBERS.to_owned(),
            number: 0,
            read: (Arc::default(), 0),
            used: RefCell::new(BTreeSet::new()),
            is_rejected: false,
            dates: None,
            damaged: None,
        })
    }

    /// Finds the column with this name, its letters composed.
    ///
    /// # Errors
    /// [`Error::Column`] when the header does not have it, [`Error::Twice`] when it has it twice.
    pub(crate) fn column(&self, name: &str) -> Result<Column, Error> {
        let is_named = |place: &usize| {
            let written = self.header.get(*place).map(str::trim);
            written.is_some_and(|written| composed(written) == composed(name))
        };
        let places: Vec<usize> = (0..self.header.len()).filter(is_named).collect();
        match places[..] {
            [place] => {
                self.used.borrow_mut().insert(place);
                Ok(Column(place))
            }
            [] => Err(Error::Column {
                file: self.name.clone(),
                column: name.to_owned(),
                header: shown(&self.header),
                how: self.how.clone(),
            }),
            [..] => Err(Error::Twice {
                file: self.name.clone(),
                column: name.to_owned(),
                places: places.iter().map(|place| place + 1).collect(),
            }),
        }
    }

    /// Whether the header has a column of this name.
    pub(crate) fn has_column(&self, name: &str) -> bool {
        let name = composed(name);
        self.header().any(|column| composed(column) == name)
    }

    /// Returns the names of the columns.
    pub(crate) fn header(&self) -> impl Iterator<Item = &str> {
        self.header.iter().map(str::trim)
    }

    /// Returns how many bytes the file has, and how many of them are read; of a table that is held whole,
    /// those that its rows so far stand for.
    pub(crate) fn read_of(&self) -> (u64, u64) {
        let (read, size) = &self.read;
        let done = match &self.rows {
            Rows::Delimited(_) | Rows::Lines(..) => read.load(Ordering::Relaxed),
            Rows::Kept(rows) => rows.share_of(*size),
        };
        (done.min(*size), *size)
    }

    /// Names the rows so far that may hold others, which an open quote swallowed; none where none does.
    pub(crate) fn doubted(&self) -> Option<String> {
        match &self.rows {
            Rows::Delimited(rows) => rows.doubted().map(|told| format!("{}: {told}", self.name)),
            Rows::Lines(..) | Rows::Kept(_) => None,
        }
    }

    /// Whether its columns are the members of objects: it has no line of a header.
    pub(crate) fn has_members(&self) -> bool {
        self.how == MEMBERS
    }

    /// Whether it is a file of rejected rows, which an import wrote.
    pub(crate) const fn is_rejected(&self) -> bool {
        self.is_rejected
    }

    /// Whether it has cells that are dates of a spreadsheet, written as ISO 8601.
    pub(crate) fn has_dates(&self) -> bool {
        match &self.rows {
            Rows::Kept(rows) => rows.have_dates(),
            Rows::Delimited(_) | Rows::Lines(..) => false,
        }
    }

    /// Returns how many rows were read, broken ones included.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Reads what stands next; a row goes into `row`.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn next(&mut self, row: &mut Row) -> Result<Next, Error> {
        row.clear();
        let next = match &mut self.rows {
            Rows::Delimited(rows) => rows.next(row, self.header.len())?,
            Rows::Lines(rows, path) => rows.next(row, path)?,
            Rows::Kept(rows) => rows.next(row),
        };
        self.number += 1;
        row.number = self.number;
        let unclear_day = self.dates.and_then(|_| self.mark_dates(row));
        if self.is_rejected {
            row.take_no_values();
        }
        row.is_header = next == Next::Row && !self.has_members() && self.says_header(row);
        if next == Next::Row
            && let Some(reason) = self
                .unmended(row)
                .or_else(|| self.no_value(row))
                .or(unclear_day)
        {
            return Ok(Next::Broken {
                line: row.line,
                reason,
            });
        }
        Ok(next)
    }

    /// Says which cell that someone asked for holds no value, if any does.
    fn no_value(&self, row: &Row) -> Option<String> {
        let used = self.used.borrow();
        let name = |place: usize| self.header.get(place).unwrap_or("").trim();
        // Who reads the members of an object too may well find it where another row has a value.
        let is_read = |place: usize| {
            let is_member = |other: &usize| {
                let rest = name(*other).strip_prefix(name(place));
                rest.is_some_and(|rest| rest.starts_with('.'))
            };
            self.has_members() && used.iter().any(is_member)
        };
        let mut wrong = row.errors.iter().copied();
        let place = wrong.find(|place| used.contains(place) && !is_read(*place))?;
        let column = quoted(name(place));
        Some(match row.cells.get(place).unwrap_or("") {
            "" if self.is_rejected() => format!(
                "the cell {column} holds no value yet: write one, or clear it where there is none"
            ),
            "" => format!(
                "the cell {column} holds no value but an object, whose members are columns of their own"
            ),
            cell => format!("the cell {column} holds no value: {cell}"),
        })
    }

    /// Reads the next row into `row`; false at the end. For files of which no row may be missing.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Wrong`] for a row that is broken.
    pub(crate) fn read(&mut self, row: &mut Row) -> Result<bool, Error> {
        match self.next(row)? {
            Next::Row => Ok(true),
            Next::End => Ok(false),
            Next::Broken { line, reason } => {
                let name = &self.name;
                Err(Error::wrong(format!("{name} line {line}: {reason}")))
            }
        }
    }
}

/// Lists the names of columns, as many and as much of each as a reader can use: a file that was misread has its
/// rows there.
fn shown(header: &StringRecord) -> String {
    let short = |name: &str| match name.char_indices().nth(SHOWN_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    };
    let mut names: Vec<String> = header.iter().take(SHOWN_COLUMNS_MAX).map(short).collect();
    if let Some(more) = header
        .len()
        .checked_sub(SHOWN_COLUMNS_MAX)
        .filter(|more| *more > 0)
    {
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

type Opened = (StringRecord, Rows, String);

/// Returns a text, and how it is read where it is a file of rejected rows: not as the mapping says of the files that
/// these come from.
fn rejected(bytes: Box<dyn Read + Send>, format: &Format, path: &Path) -> Result<Told, Error> {
    let first = begin::first_bytes(bytes, rejected_columns::BEGIN_BYTES);
    let (begin, bytes) = first.map_err(|source| Error::Io {
        path: path.to_owned(),
        doing: "read",
        source,
    })?;
    let own = rejected_columns::separator(&begin, format.rejected_by).map(|separator| Format {
        separator: Some(separator),
        encoding: None,
        header: None,
        ..format.clone()
    });
    Ok((bytes, own))
}

type Told = (Box<dyn Read + Send>, Option<Format>);

/// Opens a text: a page, JSON, or cells with a separator, by how it begins.
fn text(
    mut decoded: Decoded,
    format: &Format,
    name: &str,
    path: &Path,
    found: &mut Vec<String>,
) -> Result<Opened, Error> {
    let io = |source| Error::Io {
        path: path.to_owned(),
        doing: "read",
        source,
    };
    let (begin, bytes) = encoding::begin(decoded.bytes).map_err(io)?;
    decoded.bytes = bytes;
    let sort = sort(name, &begin);
    if sort == Sort::Cells {
        let (rows, header) = Delimited::open(decoded, format, name, path, found)?;
        let how = format!("{} between the cells (the separator)", rows.separator());
        return Ok((header, Rows::Delimited(Box::new(rows)), how));
    }
    if sort == Sort::Json {
        decoded.bytes = match json_lines::tell(decoded.bytes).map_err(io)? {
            JsonForm::Document(bytes) => bytes,
            JsonForm::Lines => {
                let (header, rows) = JsonLines::open(path, format, name)?;
                let rows = Rows::Lines(Box::new(rows), path.to_owned());
                return Ok((header, rows, MEMBERS.to_owned()));
            }
        };
    }
    let held = unpack::hold(decoded.bytes, name).map_err(|error| error.or(io))?;
    let text = String::from_utf8(held).map_err(|_| {
        Error::wrong(format!(
            "{name} has a byte that is not UTF-8: say the file's encoding"
        ))
    })?;
    Ok(if sort == Sort::Json {
        let (header, rows) = json::open(&text, format, name, found)?;
        (header, Rows::Kept(rows), MEMBERS.to_owned())
    } else {
        let rows = html::read(&text, format, name)?;
        let (header, rows) = kept::lay_out(rows, format, name)?;
        (header, Rows::Kept(rows), "a table of a page".to_owned())
    })
}

fn sheet(
    sheet: workbook::Sheet,
    format: &Format,
    name: &str,
    (found, full): (&mut Vec<String>, &mut Vec<String>),
) -> Result<Opened, Error> {
    found.extend(sheet.found);
    *full = sheet.full;
    let how = format!("the sheet {}", quoted(&sheet.name));
    let (header, rows) = kept::lay_out(sheet.rows, format, name)?;
    Ok((header, Rows::Kept(rows), how))
}

//! Readers of files: rows in, whatever the separator and the encoding, gzipped when the name ends in `.gz`.
//!
//! Start at [`Table::open`] and [`Table::next`]. A row that is broken is named and the reading goes on.
//! `encoding` finds out how texts are written, `lines` cuts them into lines, `cells` lines into cells.
//!
//! Never here: what the columns mean.

mod cells;
mod encoding;
mod lines;
mod separator;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use super::Error;
use cells::{Broken, Scratch};
use lines::Lines;
pub(crate) use separator::Separator;

/// What a mapping says about how its files are written; what it leaves out is found out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Format {
    /// What stands between two cells.
    pub(crate) separator: Option<Separator>,
    /// The encoding by its label, e.g. `windows-1251`. Source: the WHATWG's Encoding Standard.
    pub(crate) encoding: Option<String>,
}

/// An open file of rows.
pub(crate) struct Table {
    /// The file's name without its folder, for reports.
    pub(crate) name: String,
    /// What was found out about the file and is not the usual, for the report.
    pub(crate) found: Vec<String>,
    lines: Lines,
    separator: u8,
    header: StringRecord,
    scratch: Scratch,
}

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

/// A column's place in its rows, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column(usize);

impl Column {
    /// A column that is not there: it stands for one while the other mistakes of a mapping are looked for.
    pub(crate) const NONE: Self = Self(usize::MAX);

    /// Returns the row's value in this column, without surrounding blanks.
    pub(crate) fn of(self, row: &StringRecord) -> &str {
        row.get(self.0).unwrap_or("").trim()
    }
}

impl Table {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Wrong`] for an encoding that is not known, a separator that cannot be told,
    /// or a header that is broken.
    pub(crate) fn open(path: &Path, format: &Format) -> Result<Self, Error> {
        let io = |source| Error::Io {
            path: path.to_owned(),
            doing: "read",
            source,
        };
        let file = BufReader::with_capacity(encoding::BUFFER_BYTES, File::open(path).map_err(io)?);
        let zipped = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("gz"));
        let bytes: Box<dyn Read + Send> = if zipped {
            Box::new(MultiGzDecoder::new(file))
        } else {
            Box::new(file)
        };
        let name = path
            .file_name()
            .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let decoded = encoding::decode(bytes, format.encoding.as_deref(), path, &name)?;
        let mut found: Vec<String> = decoded.found.into_iter().collect();
        let mut lines = Lines::new(decoded.bytes, decoded.written, path.to_owned());
        let mut scratch = Scratch::default();
        let first = lines.peek()?.unwrap_or_default();
        let separator = match &format.separator {
            Some(separator) => separator.byte(),
            None => separator::find(first, &name)?,
        };
        if format.separator.is_none() && separator != b',' {
            found.push(format!(
                "{name} is read with {} between its cells",
                separator::word(separator)
            ));
        }
        let mut header = StringRecord::new();
        let read = cells::read(&mut lines, separator, &mut scratch, &mut header)?;
        if let Some(Err(Broken { reason, line })) = read {
            return Err(Error::wrong(format!("{name} line {line}: {reason}")));
        }
        Ok(Self {
            name,
            found,
            lines,
            separator,
            header,
            scratch,
        })
    }

    /// Finds the column with this name.
    ///
    /// # Errors
    /// [`Error::Column`] when the header does not have it, [`Error::Twice`] when it has it twice.
    pub(crate) fn column(&self, name: &str) -> Result<Column, Error> {
        let places: Vec<usize> = (0..self.header.len())
            .filter(|place| self.header.get(*place).map(str::trim) == Some(name))
            .collect();
        match places[..] {
            [place] => Ok(Column(place)),
            [] => Err(Error::Column {
                file: self.name.clone(),
                column: name.to_owned(),
                header: self.header.iter().collect::<Vec<_>>().join(", "),
                separator: separator::word(self.separator),
            }),
            [..] => Err(Error::Twice {
                file: self.name.clone(),
                column: name.to_owned(),
                places: places.iter().map(|place| place + 1).collect(),
            }),
        }
    }

    /// Returns the names of the columns.
    pub(crate) fn header(&self) -> impl Iterator<Item = &str> {
        self.header.iter().map(str::trim)
    }

    /// Reads what stands next; a row goes into `row`.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn next(&mut self, row: &mut StringRecord) -> Result<Next, Error> {
        let read = cells::read(&mut self.lines, self.separator, &mut self.scratch, row)?;
        Ok(match read {
            None => Next::End,
            Some(Err(Broken { line, reason })) => Next::Broken { line, reason },
            Some(Ok(())) if row.len() != self.header.len() => {
                // An open quote may have swallowed rows: what stands behind the first line is read again.
                self.lines.back();
                let (found, right) = (row.len(), self.header.len());
                Next::Broken {
                    line: line_of(row),
                    reason: format!("a row of {found} cells, but the header has {right}"),
                }
            }
            Some(Ok(())) => match cells::swallowed(row, self.separator) {
                Some(reason) => {
                    self.lines.back();
                    Next::Broken {
                        line: line_of(row),
                        reason,
                    }
                }
                None => Next::Row,
            },
        })
    }

    /// Reads the next row into `row`; false at the end. For files of which no row may be missing.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Wrong`] for a row that is broken.
    pub(crate) fn read(&mut self, row: &mut StringRecord) -> Result<bool, Error> {
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

/// Returns the line on which the row begins, counted from 1 with the header as line 1.
pub(crate) fn line_of(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

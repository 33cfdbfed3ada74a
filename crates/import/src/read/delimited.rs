//! Rows of a text with one separator between the cells: CSV and its like, read row by row.
//!
//! Start at [`Delimited::open`] and [`Delimited::next`].
//!
//! Never here: what is no text.

use csv::StringRecord;

use super::broken::BrokenRow;
use super::cells::{self, Scratch};
use super::damage::Fault;
use super::encoding::Decoded;
use super::format::Format;
use super::lines::Lines;
use super::row::{Next, Row};
use super::{limits, separator};
use crate::Error;

/// The rows of an open file.
pub(super) struct Delimited {
    lines: Lines,
    separator: u8,
    scratch: Scratch,
    doubted: DoubtedLines,
}

/// Lines of a file that are named, of many.
const NAMED_LINES_MAX: usize = 20;

/// The rows that came in and may hold others, by their lines.
#[derive(Default)]
struct DoubtedLines {
    lines: Vec<u64>,
    more: u64,
}

impl DoubtedLines {
    fn add(&mut self, line: u64) {
        match self.lines.len() {
            NAMED_LINES_MAX => self.more += 1,
            _ => self.lines.push(line),
        }
    }
}

impl Delimited {
    /// Reads the header; adds to `found` what was found out.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Wrong`] for a separator that cannot be told, or a header that is broken.
    pub(super) fn open(
        decoded: Decoded,
        format: &Format,
        name: &str,
        path: &std::path::Path,
        found: &mut Vec<String>,
    ) -> Result<(Self, StringRecord), Error> {
        let mut lines = Lines::new(decoded.bytes, decoded.written, path.to_owned());
        for _ in 1..format.header.unwrap_or(1) {
            lines.begin();
            lines.take()?;
        }
        let mut scratch = Scratch::default();
        let separator = match &format.separator {
            Some(separator) => separator.byte(),
            None => separator::find(&lines.peek_row()?, name)?,
        };
        if format.separator.is_none() && separator != b',' {
            found.push(format!(
                "{name} is read with {} between its cells",
                separator::word(separator)
            ));
        }
        let mut header = Row::default();
        let read = cells::read(&mut lines, separator, &mut scratch, &mut header)?;
        if let Some(Err(BrokenRow { reason, line, .. })) = read {
            return Err(Error::wrong(format!("{name} line {line}: {reason}")));
        }
        limits::columns(name, header.cells.len())?;
        let rows = Self {
            lines,
            separator,
            scratch,
            doubted: DoubtedLines::default(),
        };
        Ok((rows, header.cells))
    }

    /// Returns what stands between the cells, in words.
    pub(super) const fn separator(&self) -> &'static str {
        separator::word(self.separator)
    }

    /// Names the rows that were read and may hold others, by their lines; none where none does.
    pub(super) fn doubted(&self) -> Option<String> {
        let DoubtedLines { lines, more } = &self.doubted;
        let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
        let more = match more {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!lines.is_empty()).then(|| {
            format!(
                "a cell has further lines with separators in them, on line {}{more}: it is read as one cell; look whether a \
                 quote was left open before it",
                lines.join(", ")
            )
        })
    }

    /// Reads what stands next; a row has `right` cells.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn next(&mut self, row: &mut Row, right: usize) -> Result<Next, Error> {
        let read = cells::read(&mut self.lines, self.separator, &mut self.scratch, row)?;
        let reason = match read {
            None => return Ok(Next::End),
            Some(Err(broken)) => return Ok(row.broken(broken)),
            Some(Ok(())) if row.cells.len() != right => {
                let found = row.cells.len();
                format!("a row of {found} cells, but the header has {right}")
            }
            Some(Ok(())) => match cells::swallowed(&row.cells, self.separator) {
                Some(reason) => {
                    row.fault = Fault::Text;
                    reason
                }
                None => {
                    if cells::may_hold_rows(&row.cells, self.separator) {
                        self.doubted.add(row.line);
                    }
                    return Ok(Next::Row);
                }
            },
        };
        // An open quote may have swallowed rows: what stands behind the first line is read again.
        self.lines.back();
        if row.fault == Fault::Text {
            // Who stands behind it is read again, so the row is its first line alone.
            row.cells = cells::as_cut(self.lines.last(), self.separator);
        }
        Ok(Next::Broken {
            line: row.line,
            reason,
        })
    }
}

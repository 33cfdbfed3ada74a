//! JSON with one object a line, read row by row. Its columns are all that any line has, so the file is read
//! twice: for its columns, and for its rows.
//!
//! Start at [`JsonLines::open`].
//!
//! Never here: how an object becomes cells (`json`), and documents that are one object or list.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Cursor, Read, Result as IoResult};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use csv::StringRecord;

use super::broken::BrokenRow;
use super::columns::{Columns, FlatRow};
use super::encoding::{self, BUFFER_BYTES, Decoded, Written};
use super::format::Format;
use super::json::rows_of_line;
use super::limits;
use super::row::{Next, Row};
use super::unpack::{Content, unpack};
use crate::Error;

/// The objects of a file, one a line.
pub(super) struct JsonLines {
    lines: Objects,
    format: Format,
    columns: Columns,
    /// The rows of the line that was read last.
    ready: VecDeque<Result<FlatRow, BrokenRow>>,
}

/// A line with its number: its text, or why it has none.
type Line<'l> = (u64, Result<&'l str, String>);

/// The lines of a file.
struct Objects {
    /// How many bytes of the file are read so far, and how many it has.
    read: (Arc<AtomicU64>, u64),
    reader: BufReader<Box<dyn Read + Send>>,
    written: Written,
    line: Vec<u8>,
    number: u64,
}

/// A text that is JSON: object by object, or all of it.
pub(super) enum JsonForm {
    /// Each line is an object of its own.
    Lines,
    /// It is one document.
    Document(Box<dyn Read + Send>),
}

/// Tells whether each line of a text is an object of its own: the first is one, and another begins behind it.
///
/// # Errors
/// What reading it answers.
pub(super) fn tell(bytes: Box<dyn Read + Send>) -> IoResult<JsonForm> {
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, bytes);
    let mut taken = Vec::new();
    let limit = u64::try_from(limits::LINE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut begin = 0;
    let mut is_lines = false;
    while (&mut reader).take(limit).read_until(b'\n', &mut taken)? > 0 {
        let line = taken.get(begin..).unwrap_or_default();
        if line.trim_ascii().is_empty() {
            begin = taken.len();
            continue;
        }
        let is_object = line.trim_ascii_start().starts_with(b"{")
            && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
        is_lines = is_object && first_behind(&mut reader, &mut taken)? == Some(b'{');
        break;
    }
    Ok(if is_lines {
        JsonForm::Lines
    } else {
        JsonForm::Document(Box::new(Cursor::new(taken).chain(reader)))
    })
}

/// Returns the first byte that is no blank; what is passed over is added to `taken`.
fn first_behind(reader: &mut impl BufRead, taken: &mut Vec<u8>) -> IoResult<Option<u8>> {
    loop {
        let held = reader.fill_buf()?;
        if held.is_empty() {
            return Ok(None);
        }
        let blanks = held.iter().take_while(|byte| byte.is_ascii_whitespace());
        let count = blanks.count();
        let next = held.get(count).copied();
        taken.extend_from_slice(held.get(..count).unwrap_or_default());
        reader.consume(count);
        if next.is_some() {
            return Ok(next);
        }
    }
}

impl JsonLines {
    /// Reads the columns of a file, and begins at its first row.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Limit`] for more columns than are read.
    pub(super) fn open(
        path: &Path,
        format: &Format,
        name: &str,
    ) -> Result<(StringRecord, Self), Error> {
        let mut columns = Columns::default();
        let mut lines = Objects::open(path, format)?;
        // What cannot be read on behind some lines is told where the rows are read.
        while let Ok(Some((line, text))) = lines.next(path) {
            for flat in rows_of_line(text, line, format) {
                columns.add(&flat, name)?;
            }
        }
        columns.add_named(&format.columns, name)?;
        let rows = Self {
            lines: Objects::open(path, format)?,
            format: format.clone(),
            columns,
            ready: VecDeque::new(),
        };
        Ok((rows.columns.header(), rows))
    }

    /// Returns how many bytes of the file are read so far, and how many it has.
    pub(super) fn read(&self) -> (Arc<AtomicU64>, u64) {
        self.lines.read.clone()
    }

    /// Reads what stands next.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn next(&mut self, row: &mut Row, path: &Path) -> Result<Next, Error> {
        while self.ready.is_empty() {
            let Some((line, text)) = self.lines.next(path)? else {
                return Ok(Next::End);
            };
            self.ready = rows_of_line(text, line, &self.format).into();
        }
        let laid = match self.ready.pop_front() {
            None => return Ok(Next::End),
            Some(flat) => flat.and_then(|flat| self.columns.lay_out(flat)),
        };
        Ok(match laid {
            Ok(next) => {
                *row = next;
                Next::Row
            }
            Err(broken) => row.broken(broken),
        })
    }
}

impl Objects {
    fn open(path: &Path, format: &Format) -> Result<Self, Error> {
        let named = unpack(path, format)?;
        let Content::Text(bytes) = named.content else {
            let what = format!(
                "{} is no text any more: it changed while it was read",
                named.name
            );
            return Err(Error::wrong(what));
        };
        let Decoded { bytes, written, .. } =
            encoding::decode(bytes, format.encoding.as_deref(), path, &named.name)?;
        Ok(Self {
            read: named.read,
            reader: BufReader::with_capacity(BUFFER_BYTES, bytes),
            written,
            line: Vec::new(),
            number: 0,
        })
    }

    /// Returns the next line that is not empty, with its number: its text, or why it has none.
    fn next(&mut self, path: &Path) -> Result<Option<Line<'_>>, Error> {
        let io = |source| Error::Io {
            path: path.to_owned(),
            doing: "read",
            source,
        };
        let limit = limits::LINE_BYTES_MAX;
        loop {
            self.line.clear();
            let most = u64::try_from(limit + 1).unwrap_or(u64::MAX);
            let mut bounded = (&mut self.reader).take(most);
            if bounded.read_until(b'\n', &mut self.line).map_err(io)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if self.line.len() > limit && self.line.last() != Some(&b'\n') {
                self.reader.skip_until(b'\n').map_err(io)?;
                break;
            }
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        let text = if self.line.len() > limit {
            Err(format!("a line of more than {limit} bytes"))
        } else {
            self.text()
        };
        Ok(Some((self.number, text)))
    }

    fn text(&self) -> Result<&str, String> {
        let right = "say the file's encoding: [files] encoding = \"windows-1252\", for one";
        let text = std::str::from_utf8(&self.line)
            .map_err(|_| format!("a byte that is not UTF-8: {right}"))?;
        match self.written {
            Written::Other(name) if text.contains('\u{fffd}') => {
                Err(format!("a byte that is not {name}: {right}"))
            }
            Written::Other(_) | Written::Utf8 => Ok(text),
        }
    }
}

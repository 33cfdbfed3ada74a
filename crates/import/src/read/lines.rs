//! A file line by line, with the possibility to go back: a row that turns out broken is given up after
//! its first line, and the lines behind it are read again.
//!
//! Never here: cells.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Result as IoResult};
use std::path::PathBuf;

use super::cells::ROW_BYTES_MAX;
use super::encoding::{BUFFER_BYTES, Written};
use crate::Error;

/// Lines of a header that are looked at for its separator.
const HEADER_LINES_MAX: usize = 20;

/// The lines of a file. Each is kept until the row that it belongs to is done with.
pub(super) struct Lines {
    reader: BufReader<Box<dyn Read + Send>>,
    /// How the file was written before it was made UTF-8.
    pub(super) written: Written,
    path: PathBuf,
    /// Lines read and not given away, with their ends.
    ahead: VecDeque<Vec<u8>>,
    /// Lines of the row that is being read.
    row: Vec<Vec<u8>>,
    /// Memory of lines that are done with.
    spare: Vec<Vec<u8>>,
    /// The line that comes next, counted from 1.
    number: u64,
    end: Option<u8>,
}

impl Lines {
    /// Begins at the first line.
    pub(super) fn new(bytes: Box<dyn Read + Send>, written: Written, path: PathBuf) -> Self {
        Self {
            reader: BufReader::with_capacity(BUFFER_BYTES, bytes),
            written,
            path,
            ahead: VecDeque::new(),
            row: Vec::new(),
            spare: Vec::new(),
            number: 1,
            end: None,
        }
    }

    /// Returns the line that comes next, without taking it.
    pub(super) fn peek(&mut self) -> Result<Option<&[u8]>, Error> {
        if self.ahead.is_empty()
            && let Some(line) = self.fetch()?
        {
            self.ahead.push_back(line);
        }
        Ok(self.ahead.front().map(Vec::as_slice))
    }

    /// Returns the lines that come next up to the first where every quote is closed, without taking them; the next one
    /// alone where there is none among so many as a cell may have.
    pub(super) fn peek_row(&mut self) -> Result<Vec<u8>, Error> {
        let mut row = Vec::new();
        for count in 1..=HEADER_LINES_MAX {
            if self.ahead.len() < count {
                let Some(line) = self.fetch()? else { break };
                self.ahead.push_back(line);
            }
            row.extend_from_slice(self.ahead.get(count - 1).map_or(&[], Vec::as_slice));
            let quotes = row.iter().filter(|byte| **byte == b'"').count();
            if quotes % 2 == 0 {
                return Ok(row);
            }
        }
        Ok(self.peek()?.unwrap_or_default().to_vec())
    }

    /// Lets go of the lines of the row before; returns the line that the next one begins on.
    pub(super) fn begin(&mut self) -> u64 {
        self.spare.append(&mut self.row);
        self.spare.truncate(8);
        self.number
    }

    /// Takes the next line into the row that is being read; false at the end.
    pub(super) fn take(&mut self) -> Result<bool, Error> {
        let line = match self.ahead.pop_front() {
            Some(line) => Some(line),
            None => self.fetch()?,
        };
        let Some(line) = line else { return Ok(false) };
        self.row.push(line);
        self.number += 1;
        Ok(true)
    }

    /// Returns the line that was taken last; empty before the first.
    pub(super) fn last(&self) -> &[u8] {
        self.row.last().map_or(&[], Vec::as_slice)
    }

    /// Gives back all lines of the row but its first.
    pub(super) fn back(&mut self) {
        while self.row.len() > 1 {
            if let Some(line) = self.row.pop() {
                self.ahead.push_front(line);
                self.number -= 1;
            }
        }
    }

    fn fetch(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path.clone();
        let io = |source| Error::Io {
            path: path.clone(),
            doing: "read",
            source,
        };
        let end = match self.end {
            Some(end) => end,
            None => {
                // Files of old Macintoshes end their lines with a carriage return alone.
                let head = self.reader.fill_buf().map_err(io)?;
                let end = if !head.contains(&b'\n') && head.contains(&b'\r') {
                    b'\r'
                } else {
                    b'\n'
                };
                *self.end.insert(end)
            }
        };
        let mut line = self.spare.pop().unwrap_or_default();
        line.clear();
        // A longer line is none, whatever stands behind: it is passed over and not held.
        let limit = u64::try_from(ROW_BYTES_MAX + 1).unwrap_or(u64::MAX);
        let mut bounded = (&mut self.reader).take(limit);
        let count = bounded.read_until(end, &mut line).map_err(io)?;
        if count > ROW_BYTES_MAX && line.last() != Some(&end) {
            self.pass(end).map_err(io)?;
        }
        Ok((count > 0).then_some(line))
    }

    /// Passes over the rest of a line.
    fn pass(&mut self, end: u8) -> IoResult<()> {
        loop {
            let held = self.reader.fill_buf()?;
            let length = held.len();
            let place = held.iter().position(|byte| *byte == end);
            self.reader.consume(place.map_or(length, |place| place + 1));
            if place.is_some() || length == 0 {
                return Ok(());
            }
        }
    }
}

//! Events of rows that wait for other rows, in a temporary file: of each row its place is held, 8 bytes.
//!
//! Start at [`Spool::put`]. The file has no name, and is gone with the process.
//!
//! Never here: what they wait for.

use std::fs::File;
use std::io::{BufWriter, Result as IoResult, Write};
use std::os::unix::fs::FileExt;

use super::row_events::RowEvents;
use crate::Error;

/// Bytes before each row, which say how many it has.
const LENGTH_BYTES: usize = 4;

/// Bytes that are written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// Rows in a temporary file. It is made with the first.
#[derive(Default)]
pub(super) struct Spool {
    file: Option<BufWriter<File>>,
    bytes: u64,
}

/// Where a row stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(u64);

impl Spool {
    /// Writes a row, and returns its place.
    ///
    /// # Errors
    /// [`Error::Io`] where the disk takes no more.
    pub(super) fn put(&mut self, row: &RowEvents) -> Result<Place, Error> {
        self.write(row).map_err(|source| failed("write", source))
    }

    fn write(&mut self, row: &RowEvents) -> IoResult<Place> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile()?);
                self.file.insert(file)
            }
        };
        let text = serde_json::to_vec(row)?;
        let length = u32::try_from(text.len()).map_err(std::io::Error::other)?;
        file.write_all(&length.to_be_bytes())?;
        file.write_all(&text)?;
        let place = Place(self.bytes);
        let head = u64::try_from(LENGTH_BYTES).unwrap_or_default();
        self.bytes += head + u64::from(length);
        Ok(place)
    }

    /// Reads the row of a place.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn get(&mut self, place: Place) -> Result<RowEvents, Error> {
        self.read(place).map_err(|source| failed("read", source))
    }

    fn read(&mut self, Place(at): Place) -> IoResult<RowEvents> {
        let file = self.file.as_mut().ok_or(std::io::ErrorKind::NotFound)?;
        file.flush()?;
        let file = file.get_ref();
        let mut length = [0; LENGTH_BYTES];
        file.read_exact_at(&mut length, at)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        let mut text = vec![0; length];
        let head = u64::try_from(LENGTH_BYTES).unwrap_or_default();
        file.read_exact_at(&mut text, at + head)?;
        Ok(serde_json::from_slice(&text)?)
    }
}

fn failed(doing: &'static str, source: std::io::Error) -> Error {
    Error::Io {
        path: std::env::temp_dir(),
        doing,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::Twin;
    use crate::rows::EventDraft;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let row = |line: u64| RowEvents {
            subject: (line > 1).then(|| "test:1".to_owned()),
            recorded: "2020-01-01T00:00:00+07:00".to_owned(),
            events: vec![EventDraft {
                id: uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, &line.to_be_bytes()),
                section: 1,
                // Numbers that are another one where they are read carelessly.
                unread: vec![vec!["place".to_owned(), "lat".to_owned()]],
                data: serde_json::from_str(r#"{"lat": 11.556414200000001, "n": 9007199254740993}"#)
                    .unwrap(),
            }],
            line,
            row: line + 1,
            others: vec![(7, 8)],
            twin: Some(Twin::Rejected),
        };
        let mut spool = Spool::default();
        let places: Vec<Place> = (1..4).map(|line| spool.put(&row(line)).unwrap()).collect();
        for (place, line) in places.iter().rev().zip([3, 2, 1]) {
            assert_eq!(spool.get(*place).unwrap(), row(line));
        }
        let last = spool.put(&row(9)).unwrap();
        assert_eq!(spool.get(last).unwrap(), row(9));
        assert!(spool.get(Place(1_000_000)).is_err());
    }
}

//! The lines of a file of events, read one by one.
//!
//! Never here: what a line says (`audit::lines`).

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use audit::lines::{EntryError, LINE_BYTES_MAX, Line};

use crate::client::Failure;

/// Bytes read from the file at once.
const BUFFER_BYTES: usize = 1 << 20;

/// The lines of a file, in order.
pub(crate) struct LineReader<R> {
    reader: R,
    /// What is told to have failed where it cannot be read.
    name: PathBuf,
}

impl LineReader<BufReader<File>> {
    /// Opens a file; `name` stands for it where it cannot be read further.
    ///
    /// # Errors
    /// [`Failure::Io`].
    pub(crate) fn open(path: &Path, name: &Path) -> Result<Self, Failure> {
        let opened = File::open(path).map_err(|source| unread(path, source))?;
        let reader = BufReader::with_capacity(BUFFER_BYTES, opened);
        Ok(Self::new(reader, name))
    }
}

impl<R: BufRead> LineReader<R> {
    /// Reads lines from `reader`.
    pub(crate) fn new(reader: R, name: &Path) -> Self {
        let name = name.to_owned();
        Self { reader, name }
    }
}

impl<R: BufRead> Iterator for LineReader<R> {
    type Item = Result<Line, EntryError<Failure>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        let bytes_max = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
        let mut bounded = self.reader.by_ref().take(bytes_max);
        match bounded.read_until(b'\n', &mut line) {
            Err(source) => Some(Err(EntryError::Source(unread(&self.name, source)))),
            Ok(0) => None,
            Ok(_) => Some(Line::read(&line).map_err(EntryError::Malformed)),
        }
    }
}

fn unread(path: &Path, source: std::io::Error) -> Failure {
    Failure::Io {
        path: path.to_owned(),
        doing: "be read",
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_ends_with_a_line_feed() {
        let lines = |text: &str| {
            LineReader::new(text.as_bytes(), Path::new("f"))
                .map(|line| line.is_ok())
                .collect()
        };
        let ok: Vec<bool> = lines("a\nb\n");
        assert_eq!(ok, [true, true]);
        let cut: Vec<bool> = lines("a\nb");
        assert_eq!(cut, [true, false]);
        let long: Vec<bool> = lines(&"x".repeat(200_000));
        assert!(!long[0]);
    }
}

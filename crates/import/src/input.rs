//! Rows in: a CSV file, gzipped when its name ends in `.gz`, with a header line.
//!
//! Start at [`CsvTable::open`].
//!
//! Never here: what the columns mean.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use csv::{Reader, ReaderBuilder, StringRecord};
use flate2::read::MultiGzDecoder;

use super::Error;

/// Bytes read from the file at once.
const BUFFER_BYTES: usize = 256 * 1024;

/// An open file of rows.
pub(crate) struct CsvTable {
    /// The file's name without its folder, for reports.
    pub(crate) name: String,
    path: PathBuf,
    reader: Reader<Box<dyn Read + Send>>,
    header: StringRecord,
}

/// A column's place in its rows, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column(usize);

impl Column {
    /// Returns the row's value in this column, without surrounding blanks.
    pub(crate) fn of(self, row: &StringRecord) -> &str {
        row.get(self.0).unwrap_or("").trim()
    }
}

impl CsvTable {
    /// Opens the file and reads its header.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let io = |source| Error::Io {
            path: path.to_owned(),
            doing: "open",
            source,
        };
        let file = BufReader::with_capacity(BUFFER_BYTES, File::open(path).map_err(io)?);
        let zipped = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("gz"));
        let bytes: Box<dyn Read + Send> = if zipped {
            Box::new(MultiGzDecoder::new(file))
        } else {
            Box::new(file)
        };
        let mut reader = ReaderBuilder::new()
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(bytes);
        let header = reader
            .headers()
            .map_err(|source| Error::csv(path, source))?
            .clone();
        let name = path
            .file_name()
            .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        Ok(Self {
            name,
            path: path.to_owned(),
            reader,
            header,
        })
    }

    /// Finds the column with this name.
    ///
    /// # Errors
    /// [`Error::Column`] when the header does not have it.
    pub(crate) fn column(&self, name: &str) -> Result<Column, Error> {
        // A byte order mark stands before the first name in files of some spreadsheets.
        let index = self
            .header
            .iter()
            .position(|h| h.trim_start_matches('\u{feff}').trim() == name);
        index.map(Column).ok_or_else(|| Error::Column {
            file: self.name.clone(),
            column: name.to_owned(),
            header: self.header.iter().collect::<Vec<_>>().join(", "),
        })
    }

    /// Reads the next row into `row`; false at the end.
    ///
    /// # Errors
    /// [`Error::Csv`] for a row with another number of fields or bytes that are not UTF-8.
    pub(crate) fn read(&mut self, row: &mut StringRecord) -> Result<bool, Error> {
        self.reader
            .read_record(row)
            .map_err(|source| Error::csv(&self.path, source))
    }
}

/// Returns the line on which the row begins, counted from 1 with the header as line 1.
pub(crate) fn line_of(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn plain_and_gzipped_files_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        let text = "\u{feff}a,b\n1,\" x, y \"\n2,z\n";
        let plain = folder.path().join("t.csv");
        std::fs::write(&plain, text).unwrap();
        let zipped = folder.path().join("t.csv.gz");
        let mut out = flate2::write::GzEncoder::new(
            File::create(&zipped).unwrap(),
            flate2::Compression::fast(),
        );
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap();
        for path in [plain, zipped] {
            let mut table = CsvTable::open(&path).unwrap();
            let (a, b) = (table.column("a").unwrap(), table.column("b").unwrap());
            let mut row = StringRecord::new();
            assert!(table.read(&mut row).unwrap());
            assert_eq!((a.of(&row), b.of(&row), line_of(&row)), ("1", "x, y", 2));
            assert!(table.read(&mut row).unwrap());
            assert!(!table.read(&mut row).unwrap());
            let error = table.column("c").unwrap_err().to_string();
            assert!(error.contains("\"c\""), "{error}");
        }
    }
}

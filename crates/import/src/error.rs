//! Why an import cannot go on. What a publisher can repair row by row is in the report instead.
//!
//! Never here: the content of a row.

use std::path::{Path, PathBuf};

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("{path} failed to {doing}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be written as CSV.
    #[error("{path} failed near line {line}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1; 0 when it is not known.
        line: u64,
        /// Why.
        source: Box<csv::Error>,
    },
    /// The header lacks a column that the mapping names.
    #[error(
        "{file} has no column {}; read with {how} it has {header}",
        quoted(column)
    )]
    Column {
        /// The file's name.
        file: String,
        /// The column.
        column: String,
        /// The columns that it has.
        header: String,
        /// As what it was read, e.g. with which separator.
        how: String,
    },
    /// The header has a column twice that the mapping names.
    #[error(
        "{file} has the column {} more than once, as columns {places:?}; a column that is used must stand once",
        quoted(column)
    )]
    Twice {
        /// The file's name.
        file: String,
        /// The column.
        column: String,
        /// Where it stands, counted from 1.
        places: Vec<usize>,
    },
    /// What a mapping says that is wrong: everything that was found.
    #[error("{}", .mistakes.join("\n"))]
    Mistakes {
        /// Each with its line.
        mistakes: Vec<String>,
    },
    /// A file holds more than is read of one: nothing of it is.
    #[error("{code}: {what}")]
    Limit {
        /// The stable code. Source: docs/reference/limits.md, Import.
        code: &'static str,
        /// What was found, and what is right.
        what: String,
    },
    /// The mapping, the arguments and the inputs do not fit together.
    #[error("{what}")]
    Wrong {
        /// What was found, and what is right.
        what: String,
    },
    /// Whoever takes the events takes no more, or the part that makes them ended without a report.
    #[error("making events stopped half-way; this is a fault in the program")]
    Stopped,
}

/// Writes a text in quotes, as it is read: of what has marks above and below its letters nothing is escaped.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.replace('\n', "\\n");
    format!("\"{}\"", text.replace(char::is_control, "\u{fffd}"))
}

impl Error {
    /// Makes an [`Error::Wrong`].
    #[must_use]
    pub const fn wrong(what: String) -> Self {
        Self::Wrong { what }
    }

    /// Whether it is what stands in a file that cannot be read, e.g. of an archive that was cut short, and not the file.
    pub(crate) fn is_of_content(&self) -> bool {
        use std::io::ErrorKind;
        let Self::Io { source, .. } = self else {
            return false;
        };
        matches!(
            source.kind(),
            ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput
        )
    }

    /// Says why, with the causes behind it.
    pub(crate) fn with_cause(&self) -> String {
        let mut why = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(next) = source {
            why.push_str(&format!(": {next}"));
            source = next.source();
        }
        why
    }

    /// Makes an [`Error::Csv`] of the file at `path`.
    #[must_use]
    pub fn csv(path: &Path, source: csv::Error) -> Self {
        let line = source.position().map_or(0, csv::Position::line);
        Self::Csv {
            path: path.to_owned(),
            line,
            source: Box::new(source),
        }
    }
}

//! What a file may hold, and the errors of one that holds more. Source: docs/reference/limits.md, Import.
//!
//! Never here: the limits of an event (`event`).

use crate::Error;

/// Bytes of a file that is held whole (a workbook, JSON, a page), unpacked.
pub(super) const UNPACKED_BYTES_MAX: u64 = 256 << 20;

/// Bytes of an archive, and of a text in one, unpacked: it is read from a temporary file.
pub(super) const SPOOLED_BYTES_MAX: u64 = 16 << 30;

/// Bytes of one line of JSON lines.
pub(super) const LINE_BYTES_MAX: usize = 16 << 20;

/// Cells of a table that is held whole.
pub(super) const CELLS_MAX: usize = 10_000_000;

/// Bytes of an object's members that are held once for each item of the list whose items are rows.
pub(super) const REPEATED_BYTES_MAX: usize = 64 << 20;

/// Columns of a table. Source: the columns of a sheet of Excel.
pub(super) const COLUMNS_MAX: usize = 16_384;

/// Files in an archive.
pub(super) const MEMBERS_MAX: usize = 10_000;

/// How many packings lie in one another: a table in a `.gz` in a `.zip` has two.
pub(super) const PACKINGS_MAX: usize = 3;

/// Bytes of a workbook of the old format (`.xls`), whose library lays out each sheet whole.
pub(super) const XLS_BYTES_MAX: usize = 64 << 20;

/// Refuses a table that has more cells than are held.
pub(super) fn cells(file: &str, count: usize) -> Result<(), Error> {
    if count <= CELLS_MAX {
        return Ok(());
    }
    Err(Error::Limit {
        code: "I0102",
        what: format!(
            "{file} has more than {CELLS_MAX} cells in one table: save it as CSV, which is read row by row"
        ),
    })
}

/// Refuses a header that has more columns than are read.
pub(super) fn columns(file: &str, count: usize) -> Result<(), Error> {
    if count <= COLUMNS_MAX {
        return Ok(());
    }
    Err(Error::Limit {
        code: "I0103",
        what: format!("{file} has {count} columns, but at most {COLUMNS_MAX} are read"),
    })
}

/// The error of an archive, or of a file in one, that is larger than what a temporary file takes of it.
pub(super) fn spooled(file: &str, bytes_max: u64) -> Error {
    Error::Limit {
        code: "I0106",
        what: format!("{file} has more than {bytes_max} bytes unpacked: import it in parts"),
    }
}

/// The error of a file that is larger unpacked than what is held.
pub(super) fn unpacked(file: &str) -> Error {
    Error::Limit {
        code: "I0101",
        what: format!(
            "{file} has more than {UNPACKED_BYTES_MAX} bytes unpacked: save it as CSV, which is read row by row"
        ),
    }
}

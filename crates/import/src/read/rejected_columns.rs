//! The columns that stand before a row's own in the file of what was rejected, and how such a file is known by them.
//!
//! Start at [`begin`] and [`separator`]. The file is written in one way whatever the mapping says of the files that
//! its rows come from: UTF-8, commas, the header first. People save it anew, so another separator is known too.
//!
//! Never here: writing that file (see [`crate::rejected`]).

use super::row::Row;
use super::separator::Separator;

/// Their names.
pub(crate) const OWN: [&str; 3] = ["line", "reason", "hint"];

/// Their names where a file has a column of such a name itself.
pub(crate) const OTHER: [&str; 3] = ["rejected line", "rejected reason", "rejected hint"];

/// The column that names the cells of a row which are dates of a spreadsheet, as a list of JSON: they stand there as
/// ISO 8601, whatever the format of their column.
pub(crate) const DATES: &str = "@dates";

/// What stands in such a file for a cell that holds no value: the words of the mistake are no fact of the row. A row in
/// which it is left, in a column that is used, is rejected again.
pub(crate) const NO_VALUE: &str = "#NO VALUE";

/// The bytes by which such a file is known.
pub(super) const BEGIN_BYTES: u64 = 256;

/// By which first columns such a file is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FirstColumns {
    /// By both: the mapping uses no column of these names.
    #[default]
    AnyNames,
    /// By the other names alone: the mapping's own files have columns that are called `line`, `reason` or `hint`.
    OtherNames,
}

/// Whether these are the first columns of such a file.
pub(crate) fn begin<'h>(header: impl Iterator<Item = &'h str>, known: FirstColumns) -> bool {
    let first: Vec<&str> = header.take(OWN.len()).map(str::trim).collect();
    first == OTHER || (first == OWN && known == FirstColumns::AnyNames)
}

/// Tells that a file is read as one.
pub(super) fn note(file: &str) -> String {
    format!("{file} is read as rejected rows: it begins with the columns that --rejected writes")
}

/// Whether the column at a place of such a file stands before the row's own.
pub(super) fn stands_before(place: usize, name: &str) -> bool {
    place < OWN.len() || name.starts_with('@')
}

/// Returns what stands between the cells of a text that begins as such a file does; none of another text.
pub(crate) fn separator(begin: &[u8], known: FirstColumns) -> Option<Separator> {
    let begin = begin.strip_prefix("\u{feff}".as_bytes()).unwrap_or(begin);
    let line = begin.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let line = String::from_utf8_lossy(line).replace('"', "");
    let mut all = Separator::ALL.into_iter();
    all.find(|separator| self::begin(line.split(char::from(separator.byte())), known))
}

/// Returns why a row of such a file was rejected.
pub(crate) fn reason(row: &Row) -> &str {
    row.iter().nth(1).unwrap_or("").trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_rejected_rows_is_known_by_its_first_columns() {
        for (text, expected) in [
            ("line,reason,hint,no\n", Some(Separator::Comma)),
            ("\u{feff}line,reason,hint\r\n1", Some(Separator::Comma)),
            (
                "\"line\";\"reason\";\"hint\";\"no\"\n",
                Some(Separator::Semicolon),
            ),
            ("line\treason\thint\tno", Some(Separator::Tab)),
            (
                "rejected line,rejected reason,rejected hint,line\n",
                Some(Separator::Comma),
            ),
            ("line,reason,hints,no\n", None),
            ("no,line,reason,hint\n", None),
            ("list of 2020\nline,reason,hint\n", None),
            ("", None),
        ] {
            let found = separator(text.as_bytes(), FirstColumns::AnyNames);
            assert_eq!(found, expected, "{text}");
            let is_other = text.starts_with("rejected");
            let found = separator(text.as_bytes(), FirstColumns::OtherNames);
            assert_eq!(found.is_some(), is_other, "{text}");
        }
    }
}

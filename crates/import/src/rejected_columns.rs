//! The columns that stand before a row's own in the file of what was rejected.
//!
//! Start at [`reason`].
//!
//! Never here: writing that file (see [`crate::rejected`]).

use crate::read::Row;

/// Their names.
pub(crate) const OWN: [&str; 3] = ["line", "reason", "hint"];

/// Returns why a row of such a file was rejected; none of a row of another file.
pub(crate) fn reason<'r>(header: &[&str], row: &'r Row) -> Option<&'r str> {
    header
        .starts_with(&OWN)
        .then(|| row.iter().nth(1))
        .flatten()
}

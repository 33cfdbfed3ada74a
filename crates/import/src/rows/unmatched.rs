//! Rows of which no `[[event]]` section makes an event, where `[row] no_event = "reject"`.
//!
//! Never here: rows that a `[[skip]]` leaves out.

use std::collections::BTreeSet;

use super::RowMapping;
use super::field::CellError;
use crate::mapping::binder::nearest;
use crate::read::Row;

impl RowMapping {
    /// Makes the error of such a row: the columns that the sections look at, and where it is one, the word of the
    /// mapping that is most like what stands there.
    pub(super) fn refuse_unmatched(&self, row: &Row) -> CellError {
        let conditions = || self.sections.iter().flat_map(|section| &section.when);
        let columns: BTreeSet<&str> = conditions().map(|when| when.column_name()).collect();
        let columns: Vec<&str> = columns.into_iter().collect();
        let value = match columns[..] {
            [_] => conditions().next().map_or("", |when| when.value(row)),
            [..] => "",
        };
        let words = conditions().flat_map(|when| when.words());
        let near = nearest(value, words).filter(|_| !value.is_empty());
        let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        CellError {
            column: columns.join(", "),
            value: value.to_owned(),
            reason: format!(
                "no [[event]] section applies to the row, so nothing of it would be kept{near}"
            ),
        }
    }
}

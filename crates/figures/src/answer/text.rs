//! Ids and days as listings write them.
//!
//! Never here: names of people, which no column holds.

use event::Day;
use serde::Serializer;

use crate::columns::dictionary::Dictionary;
use crate::columns::ids::{ColumnId, PersonNo};
use crate::columns::store::ColumnStore;

/// Returns the id of a person number; none where there is none.
pub(crate) fn person(columns: &ColumnStore, number: Option<PersonNo>) -> Option<String> {
    text(&columns.persons, number)
}

/// Returns the text of an id in a dictionary; none where there is none.
pub(crate) fn text<K: ColumnId>(texts: &Dictionary<K>, id: Option<K>) -> Option<String> {
    id.map(|id| texts.text(id).to_owned())
}

/// Writes a day in ISO 8601; null for an open end.
pub(crate) fn day<S: Serializer>(day: &Day, serializer: S) -> Result<S::Ok, S::Error> {
    if *day > Day::MIN && *day < Day::MAX {
        serializer.collect_str(day)
    } else {
        serializer.serialize_none()
    }
}

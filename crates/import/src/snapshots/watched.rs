//! The columns that a list of people held watches beside its mapping: place, age, stay, name; and the cells
//! of a row put back to what they were when the person came.
//!
//! Never here: what follows from a change (`roster`).

use super::entry::Seen;
use super::mapping::SnapshotsSection;
use crate::Error;
use crate::read::{Column, Row, Table};

/// Digits of a stamp that stand in a case's id.
const STAMP_DIGITS: usize = 12;

/// The columns, found in a header.
pub(super) struct Watched {
    stay: Option<Column>,
    place: Option<Column>,
    age: Option<Column>,
    name: Option<Column>,
}

/// What changed in the watched columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct WatchedChanges {
    /// The place before.
    pub(super) from: Option<String>,
    /// A birthday: the age at the beginning stands.
    pub(super) birthday: bool,
}

impl Watched {
    /// Finds the columns.
    ///
    /// # Errors
    /// [`Error::Mistakes`] of all that the header has not, or has twice.
    pub(super) fn bind(section: &SnapshotsSection, table: &Table) -> Result<Self, Error> {
        let mut mistakes = Vec::new();
        let mut find = |name: Option<&String>| match name.map(|name| table.column(name)) {
            Some(Err(error)) => {
                mistakes.push(error.to_string());
                None
            }
            Some(Ok(column)) => Some(column),
            None => None,
        };
        let found = Self {
            stay: find(section.stay.as_ref()),
            place: find(section.place.as_ref()),
            age: find(section.age.as_ref()),
            name: find(section.charges.as_ref().map(|charges| &charges.beside)),
        };
        if mistakes.is_empty() {
            Ok(found)
        } else {
            Err(Error::Mistakes { mistakes })
        }
    }

    /// Returns the name that charges hang on.
    pub(super) fn name<'r>(&self, row: &'r Row) -> &'r str {
        of(self.name, row)
    }

    /// Begins a stay with the row's cells.
    pub(super) fn begin(&self, row: &Row, seen: &mut Seen) {
        let place = of(self.place, row).to_owned();
        seen.place = [place.clone(), place];
        seen.age = of(self.age, row).to_owned();
        seen.birthdays = 0;
        seen.name = self.name(row).to_owned();
    }

    /// Takes over the row's cells and returns what changed.
    pub(super) fn take(&self, row: &Row, seen: &mut Seen) -> WatchedChanges {
        let mut changes = WatchedChanges::default();
        let (place, age) = (of(self.place, row), of(self.age, row));
        if seen.place[1] != place {
            changes.from = Some(std::mem::replace(&mut seen.place[1], place.to_owned()));
        }
        if seen.age != age {
            let old = years(&seen.age).and_then(|age| age.checked_add(1));
            if old.is_some() && old == years(age) {
                seen.birthdays = seen.birthdays.saturating_add(1);
                changes.birthday = true;
            }
            age.clone_into(&mut seen.age);
        }
        self.name(row).clone_into(&mut seen.name);
        changes
    }

    /// Whether a row is to be put back before it is compared.
    pub(super) const fn puts_back(&self) -> bool {
        self.place.is_some() || self.age.is_some()
    }

    /// Returns the row with the place and the age of the beginning: what changed since says nothing of it.
    pub(super) fn as_begun(&self, row: &Row, seen: &Seen) -> Row {
        let age = years(of(self.age, row)).and_then(|age| age.checked_sub(seen.birthdays));
        row.with(|place| {
            if self.place.is_some_and(|column| column.is(place)) {
                Some(seen.place[0].clone())
            } else if self.age.is_some_and(|column| column.is(place)) {
                age.map(|age| age.to_string())
            } else {
                None
            }
        })
    }

    /// The case of a stay: a return under the same stamp goes on with the same case, and one without a
    /// stamp is named by the snapshot that shows it first.
    pub(super) fn case(&self, case: String, row: &Row, label: &str) -> String {
        let Some(stay) = self.stay else { return case };
        let stamp = stay.of(row).chars().filter(char::is_ascii_digit);
        let stamp: String = stamp.take(STAMP_DIGITS).collect();
        if stamp.is_empty() {
            format!("{case}-s{label}")
        } else {
            format!("{case}-{stamp}")
        }
    }
}

fn of(column: Option<Column>, row: &Row) -> &str {
    column.map_or("", |column| column.of(row))
}

fn years(text: &str) -> Option<u16> {
    text.parse().ok().filter(|age| *age <= 150)
}

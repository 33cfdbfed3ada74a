//! The attributes of persons, as rows that figures look up.
//!
//! Start at [`PersonColumns`].
//!
//! Never here: what is said of a person, and by whom (see [`fold`]).

use event::{CodeSet, Day, Days, FourValued, Sex};
use fold::Traits;

use crate::columns::capacity::Capacity;
use crate::columns::ids::{NationalityNo, PersonNo};
use crate::columns::ragged::Ragged;
use crate::columns::rows::PersonRow;
use crate::columns::validity::Validity;

/// The rows of every person.
#[derive(Clone, Debug, Default)]
pub(crate) struct PersonColumns(Ragged<PersonNo, PersonRow>);

impl PersonColumns {
    /// Makes room for the first `persons` persons.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more ids.
    pub(crate) fn reserve(&mut self, persons: usize) -> Result<(), Capacity> {
        while self.0.len() < persons {
            self.0.add_group()?;
        }
        Ok(())
    }

    /// Stores the rows of a person in place of those there were.
    ///
    /// # Errors
    /// [`Capacity`] where they do not fit.
    pub(crate) fn replace(&mut self, person: PersonNo, rows: &[PersonRow]) -> Result<(), Capacity> {
        self.0.replace(person, rows)
    }

    /// Moves the rows into the order of their persons.
    pub(crate) fn compact(&mut self) {
        self.0.compact();
    }

    /// Returns how many persons there are.
    pub(crate) const fn persons(&self) -> usize {
        self.0.len()
    }

    /// Returns the rows of a person, the newest last.
    pub(crate) fn rows_of(&self, person: PersonNo) -> &[PersonRow] {
        self.0.rows_of(person)
    }
}

/// Makes the row of a person's attributes.
pub(crate) fn person_row(
    traits: &Traits,
    nationality: Option<NationalityNo>,
    validity: Validity,
) -> PersonRow {
    PersonRow {
        validity,
        sex: traits.sex.unwrap_or(Sex::Unknown),
        of_age: of_age(traits.birth),
        roles: traits.roles.unwrap_or(CodeSet::EMPTY),
        nationality,
    }
}

/// The first day on which a person may be of age, and the first on which they surely are.
///
/// Source of the age: Convention on the Rights of the Child, article 1.
fn of_age(birth: Option<Days>) -> Days {
    let adult = |day: Day| {
        let (year, month, day_of_month) = day.ymd()?;
        // Who is born on 29 February comes of age on 1 March.
        Day::from_ymd(year.checked_add(18)?, month, day_of_month)
            .or_else(|| Day::from_ymd(year.checked_add(18)?, 3, 1))
    };
    let earliest = birth.and_then(|birth| adult(birth.earliest));
    let latest = birth.and_then(|birth| adult(birth.latest));
    Days {
        earliest: earliest.unwrap_or(Day::MIN),
        latest: latest.unwrap_or(Day::MAX),
    }
}

/// Whether a person was under 18 at an event on `days`, by the age it gives, else by the days
/// between which the person came of age.
pub(crate) fn minor(age: Option<u8>, of_age: Days, days: Days) -> FourValued {
    match age {
        Some(age) if age < 18 => FourValued::Yes,
        Some(_) => FourValued::No,
        None if days.latest < of_age.earliest => FourValued::Yes,
        None if days.earliest >= of_age.latest => FourValued::No,
        None => FourValued::Unknown,
    }
}
